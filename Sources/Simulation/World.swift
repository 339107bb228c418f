package import CoreDevice
package import Laboratory

/// What hangs on the channels of the simulated core device: beams, oscillators, the ion and the
/// sources of edges.
///
/// It changes only where an event comes, the ion changes by itself or an edge arrives; how the
/// clock is stepped in between makes no difference. All chance is drawn from the counter-based
/// generator.
package struct World: ChannelPort {
  private enum Role {
    case nothing
    case probe
    case cooling
    /// The oscillator that drives the ion.
    case qubit
    /// Sees the ion's photons.
    case detector(source: Int)
    /// Sees edges at a rate of its own.
    case input(source: Int, rate: Double)
  }

  private var ion: Ion
  private var sources: [EdgeSource] = []
  /// By channel number.
  private var roles: [Role]
  /// Indices of the sources that see the ion's photons.
  private var detectors: [Int] = []

  /// The world of `description`, all of whose chance follows from `seed`.
  ///
  /// The devices called `probe`, `cooling`, `qubit` and `pmt` belong to the ion; `trigger` sees
  /// edges at its rate, other inputs none; other outputs lead nowhere.
  package init(_ description: SystemDescription, seed: UInt64) {
    let generator = CounterGenerator(seed: seed)
    let ticksPerSecond = max(1, description.core.ticksPerSecond)
    var oscillator = Oscillator(frequency: description.ion.resonance, phase: 0, amplitude: 1)
    roles = []
    for channel in description.channels {
      while roles.count <= Int(channel.number) { roles.append(.nothing) }
      let role: Role
      switch channel.kind {
      case .ttlOutput:
        role =
          channel.device == "probe" ? .probe : channel.device == "cooling" ? .cooling : .nothing
      case .ttlInput:
        let source = sources.count
        sources.append(
          EdgeSource(channel: channel.number, ticksPerSecond: ticksPerSecond, generator: generator))
        if channel.device == "pmt" {
          detectors.append(source)
          role = .detector(source: source)
        } else {
          role = .input(
            source: source, rate: channel.device == "trigger" ? description.triggerRate : 0)
        }
      case .dds(let frequency, let phase, let amplitude):
        role = channel.device == "qubit" ? .qubit : .nothing
        if case .qubit = role {
          oscillator = Oscillator(frequency: frequency, phase: phase, amplitude: amplitude)
        }
      }
      roles[Int(channel.number)] = role
    }
    ion = Ion(
      description.ion, oscillator: oscillator, ticksPerSecond: ticksPerSecond, generator: generator)
  }

  /// Takes in `event`.
  ///
  /// Events for channels that lead nowhere change nothing.
  package mutating func emit(_ event: OutputEvent) {
    guard Int(event.channel) < roles.count else { return }
    switch (roles[Int(event.channel)], event.kind) {
    case (.probe, .write):
      ion.probe(event.value & 1 == 1, at: event.time)
      spreadRate(at: event.time)
    case (.cooling, .write):
      ion.cool(event.value & 1 == 1, at: event.time)
      spreadRate(at: event.time)
    case (.qubit, .write): ion.write(event.value, to: event.address, at: event.time)
    case (.detector(let source), .open):
      sources[source].open(edges: event.value, rate: ion.photonRate, at: event.time)
    case (.input(let source, let rate), .open):
      sources[source].open(edges: event.value, rate: rate, at: event.time)
    case (.detector(let source), .close), (.input(let source, _), .close): sources[source].close()
    case (.nothing, _), (.detector, .write), (.input, .write), (.probe, _), (.cooling, _),
      (.qubit, _):
      break
    }
  }

  /// Goes on to `time`, or to one tick after the first edge on `awaited`.
  package mutating func advance(
    to time: Int64, awaiting awaited: UInt16?, into inputs: inout InputQueues
  ) -> Int64 {
    while true {
      var next = ion.nextChange
      var edging = -1
      for index in sources.indices where sources[index].nextEdge < next {
        next = sources[index].nextEdge
        edging = index
      }
      guard next < time else { break }
      if edging < 0 {
        ion.change(at: next)
        spreadRate(at: next)
      } else if sources[edging].deliver(into: &inputs), sources[edging].channel == awaited {
        return saturating(next, 1)
      }
    }
    return time
  }

  /// Tells the detectors what the ion's photon rate is from `time` on.
  private mutating func spreadRate(at time: Int64) {
    for source in detectors { sources[source].change(rate: ion.photonRate, at: time) }
  }
}
