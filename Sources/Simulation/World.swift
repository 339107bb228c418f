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
    case dac(Int)
    case adc(Int)
    case bus(Int)
    case camera(Int)
  }

  private var ion: Ion
  private var sources: [EdgeSource] = []
  private var outputs: [AnalogOutputs] = []
  private var converters: [Converter] = []
  /// Of each DAC the converters that its outputs are led to.
  private var listeners: [[Int]] = []
  private var buses: [SerialBus] = []
  private var cameras: [Camera] = []
  private var readings = PendingReadings()
  /// What converters have read, if that is kept.
  private(set) var samples: [Trace.Reading] = []
  var keepsSamples = false
  /// By channel number.
  private var roles: [Role]
  /// Nothing happens by itself before this time, unless an event changes that.
  private var quietUntil = Int64.min
  /// Indices of the sources that see the ion's photons.
  private var detectors: [Int] = []

  /// The world of `description`, all of whose chance follows from `seed`.
  ///
  /// The devices called `probe`, `cooling`, `qubit` and `pmt` belong to the ion; `trigger` sees
  /// edges at its rate, other inputs none. A device called `counter` sees the ion's photons too.
  /// Converters follow the outputs that are led to them; other outputs lead nowhere.
  package init(_ description: SystemDescription, seed: UInt64) {
    let generator = CounterGenerator(seed: seed)
    let ticksPerSecond = max(1, description.core.ticksPerSecond)
    var oscillator = Oscillator(frequency: description.ion.resonance, phase: 0, amplitude: 1)
    roles = []
    var sourceNames: [String] = []
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
        if channel.device == "pmt" || channel.device == "counter" {
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
      case .dac(let count, let range):
        role = .dac(outputs.count)
        outputs.append(AnalogOutputs(count: count, range: range))
        listeners.append([])
        sourceNames.append(channel.device)
      case .adc(let converter):
        role = .adc(converters.count)
        converters.append(
          Converter(
            converter, channel: channel.number, ticksPerSecond: ticksPerSecond,
            generator: generator))
      case .spi:
        role = .bus(buses.count)
        buses.append(SerialBus(ticksPerSecond: ticksPerSecond))
      case .camera(let rates, let readout):
        role = .camera(cameras.count)
        cameras.append(
          Camera(
            rates: rates, readout: readout, channel: channel.number,
            ticksPerSecond: ticksPerSecond, generator: generator))
      }
      roles[Int(channel.number)] = role
    }
    for (index, converter) in converters.enumerated() {
      guard let name = converter.description.source, let dac = sourceNames.firstIndex(of: name)
      else { continue }
      listeners[dac].append(index)
    }
    ion = Ion(
      description.ion, oscillator: oscillator, ticksPerSecond: ticksPerSecond, generator: generator)
  }

  /// Takes in `event`.
  ///
  /// Events for channels that lead nowhere change nothing.
  package mutating func emit(_ event: OutputEvent) {
    guard Int(event.channel) < roles.count else { return }
    let role = roles[Int(event.channel)]
    if case .nothing = role { return }
    quietUntil = .min
    switch (role, event.kind) {
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
    case (.dac(let index), .write):
      guard let (output, volts) = outputs[index].write(event.value, to: event.address) else {
        return
      }
      for converter in listeners[index] {
        converters[converter].drive(output, to: volts, at: event.time)
      }
    case (.adc(let index), .write):
      guard let code = converters[index].sample(event.address, at: event.time) else { return }
      if keepsSamples {
        let volts = Double(code) * converters[index].description.step
        samples.append(
          Trace.Reading(
            channel: event.channel, time: event.time, input: event.address, volts: volts))
      }
      let delay = converters[index].description.conversion
      read(code, at: event.address, of: event, after: delay)
    case (.bus(let index), .write):
      guard let answer = buses[index].write(event.value, to: event.address) else { return }
      read(answer.value, at: 0, of: event, after: answer.after)
    case (.camera(let index), .write) where event.address == 0:
      let counts = cameras[index].trigger(event.value & 1 == 1, at: event.time)
      let delay = cameras[index].readout
      for (region, count) in counts.enumerated() {
        read(count, at: Int64(region), of: event, after: delay)
      }
    case (.nothing, _), (.detector, .write), (.input, .write), (.probe, _), (.cooling, _),
      (.qubit, _), (.dac, _), (.adc, _), (.bus, _), (.camera, _):
      break
    }
  }

  /// A reading of `value` follows `event`, at address 2 + `number`.
  private mutating func read(
    _ value: Int64, at number: Int64, of event: OutputEvent, after delay: Int64
  ) {
    readings.add(
      PendingReadings.Reading(
        time: saturating(event.time, max(1, delay)), channel: event.channel, address: 2 + number,
        value: value))
  }

  /// Goes on to `time`, or to one tick after the first edge or reading on `awaited`.
  package mutating func advance(
    to time: Int64, awaiting awaited: UInt16?, into inputs: inout InputQueues
  ) -> Int64 {
    guard time > quietUntil else { return time }
    return happen(until: time, awaiting: awaited, into: &inputs)
  }

  /// Lets happen what does before `time`; apart, for mostly nothing does.
  @inline(never)
  private mutating func happen(
    until time: Int64, awaiting awaited: UInt16?, into inputs: inout InputQueues
  ) -> Int64 {
    quietUntil = .min
    while true {
      var next = ion.nextChange
      var edging = -1
      for index in sources.indices where sources[index].nextEdge < next {
        next = sources[index].nextEdge
        edging = index
      }
      if readings.nextTime < time, readings.nextTime <= next {
        guard let reading = readings.removeFirst() else { break }
        inputs.receive(
          reading: reading.value, address: reading.address, at: reading.time, on: reading.channel)
        if reading.channel == awaited { return saturating(reading.time, 1) }
        continue
      }
      guard next < time else {
        quietUntil = min(next, readings.nextTime)
        break
      }
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
