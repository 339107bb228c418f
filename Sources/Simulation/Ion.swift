import Laboratory

/// The simulated ion (rule 54): two levels, driven by one DDS channel and lit by two beams.
///
/// In the dark its state is a Bloch vector in the frame of the nominal resonance, evolved exactly
/// from one change of the drive to the next. Light measures it all the time: where the first beam
/// comes on the state collapses, and while there is light it is bright or dark, the drive has no
/// effect, and dark decays to bright at a time drawn from an exponential distribution. Cooling
/// light that has been on for the cooling time makes it bright and draws its detuning anew.
struct Ion: Sendable {
  private enum Condition {
    /// No light: the Bloch vector as it was at `since`.
    case unlit(since: Int64)
    case bright
    /// Decays at `until`.
    case dark(until: Int64)
  }

  /// The DDS channel that drives it.
  private(set) var oscillator: Oscillator
  private let description: IonDescription
  /// Seconds of a tick.
  private let tick: Double
  private let coolingTicks: Int64
  private let noise: Double
  private let decay: Double
  private var condition = Condition.unlit(since: 0)
  private var vector = BlochVector.bright
  private var detuning: Double
  private var probeIsOn = false
  private var coolingIsOn = false
  /// When the cooling light will have been on long enough; never: `.max`.
  private var cooledAt = Int64.max
  private var collapses: RandomStream
  private var decays: RandomStream
  private var detunings: RandomStream

  init(
    _ description: IonDescription, oscillator: Oscillator, ticksPerSecond: Int64,
    generator: CounterGenerator
  ) {
    self.description = description
    self.oscillator = oscillator
    tick = 1 / Double(ticksPerSecond)
    coolingTicks = ticks(description.coolingTime * Double(ticksPerSecond))
    noise = description.t2Star > 0 ? 1 / (2.0.squareRoot() * .pi * description.t2Star) : 0
    decay = description.t1 > 0 ? 1 / description.t1 : 0
    collapses = RandomStream(generator, purpose: Purpose.collapse)
    decays = RandomStream(generator, purpose: Purpose.decay)
    detunings = RandomStream(generator, purpose: Purpose.detuning)
    detuning = noise * detunings.normal()
  }

  /// The rate of photons at the detector, in Hz.
  var photonRate: Double {
    switch condition {
    case .unlit: description.backgroundRate
    case .bright: description.brightRate
    case .dark: description.darkRate
    }
  }

  /// When the ion will next change by itself; never: `.max`.
  var nextChange: Int64 {
    guard case .dark(let until) = condition else { return cooledAt }
    return min(until, cooledAt)
  }

  /// Does the change that was due at `time`.
  mutating func change(at time: Int64) {
    if cooledAt <= time {
      cooledAt = .max
      condition = .bright
      detuning = noise * detunings.normal()
    }
    if case .dark(let until) = condition, until <= time { condition = .bright }
  }

  /// Turns the beams on or off.
  private mutating func light(probe: Bool, cooling: Bool, at time: Int64) {
    // Cooling light that goes off just now has done its work.
    if nextChange <= time { change(at: time) }
    if cooling != coolingIsOn { cooledAt = cooling ? saturating(time, coolingTicks) : .max }
    probeIsOn = probe
    coolingIsOn = cooling
    switch (condition, probe || cooling) {
    case (.unlit, true): collapse(at: time)
    case (.bright, false):
      vector = .bright
      condition = .unlit(since: time)
    case (.dark, false):
      vector = .dark
      condition = .unlit(since: time)
    case (.unlit, false), (.bright, true), (.dark, true): break
    }
  }

  /// Turns the probe beam on or off.
  mutating func probe(_ isOn: Bool, at time: Int64) {
    light(probe: isOn, cooling: coolingIsOn, at: time)
  }
  /// Turns the cooling beam on or off.
  mutating func cool(_ isOn: Bool, at time: Int64) {
    light(probe: probeIsOn, cooling: isOn, at: time)
  }

  /// Writes a register of the driving oscillator.
  mutating func write(_ value: UInt64, to address: Int64, at time: Int64) {
    evolve(to: time)
    oscillator.write(value, to: address, at: time, tick: tick)
  }

  private mutating func collapse(at time: Int64) {
    evolve(to: time)
    if collapses.uniform() < vector.brightProbability {
      condition = .bright
    } else {
      let life = decay > 0 ? decays.exponential() / (decay * tick) : .infinity
      condition = .dark(until: saturating(time, max(1, ticks(life))))
    }
  }

  private mutating func evolve(to time: Int64) {
    guard case .unlit(let since) = condition, time > since else { return }
    condition = .unlit(since: time)
    let seconds = Double(time - since) * tick
    let drive = oscillator.drive
    guard drive != 0 else { return vector.rest(for: seconds, detuning: detuning, decay: decay) }
    let resonance = description.resonance
    vector.turn(by: -oscillator.phase(at: since, tick: tick, inFrameOf: resonance))
    vector.drive(
      for: seconds, rabi: description.rabiFrequency * drive,
      detuning: resonance - oscillator.frequency + detuning, decay: decay)
    vector.turn(by: oscillator.phase(at: time, tick: tick, inFrameOf: resonance))
  }
}

/// `x` ticks, rounded to nearest; `.max` where there are no such many.
func ticks(_ x: Double) -> Int64 {
  guard x > 0 else { return 0 }
  return x < 0x1p62 ? Int64(x.rounded()) : .max
}

/// `time + ticks`, at most `.max`.
func saturating(_ time: Int64, _ ticks: Int64) -> Int64 {
  let (sum, overflow) = time.addingReportingOverflow(ticks)
  return overflow ? .max : sum
}
