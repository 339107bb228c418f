/// A DDS channel: its registers, and the phase that follows from them (rule 52).
struct Oscillator: Sendable {
  /// The channel's addresses.
  enum Address {
    static let frequency: Int64 = 0
    static let phase: Int64 = 1
    static let amplitude: Int64 = 2
    static let mode: Int64 = 3
    static let output: Int64 = 4
  }

  private enum Mode {
    /// phase(t) = f t + φ, as if the oscillator had always run at f.
    case coherent
    /// The phase goes on where it was, and φ is added.
    case continuous
    /// The phase is φ at the tick of the last write of frequency, phase or mode.
    case reset
  }

  private(set) var frequency: Double
  private var phase: Double
  private(set) var amplitude: Double
  private var mode = Mode.coherent
  private(set) var isOn = false
  /// Turns by which the phase differs from f t + φ.
  private var offset = 0.0
  /// As it was before the writes of `writeTime`: the order of writes within a tick makes no
  /// difference.
  private var frequencyBefore: Double
  private var offsetBefore = 0.0
  private var writeTime = Int64.min

  init(frequency: Double, phase: Double, amplitude: Double) {
    self.frequency = frequency
    frequencyBefore = frequency
    self.phase = phase
    self.amplitude = amplitude
  }

  /// Writes `value` to `address` at tick `time`.
  mutating func write(_ value: UInt64, to address: Int64, at time: Int64, tick: Double) {
    if time != writeTime {
      writeTime = time
      frequencyBefore = frequency
      offsetBefore = offset
    }
    switch address {
    case Address.frequency: frequency = Double(bitPattern: value)
    case Address.phase: phase = Double(bitPattern: value)
    case Address.amplitude:
      amplitude = Double(bitPattern: value)
      return
    case Address.mode: mode = value == 1 ? .continuous : value == 2 ? .reset : .coherent
    case Address.output:
      isOn = value & 1 == 1
      return
    default: return
    }
    let seconds = Double(time) * tick
    switch mode {
    case .coherent: offset = 0
    case .continuous:
      offset = fraction(offsetBefore + fraction((frequencyBefore - frequency) * seconds))
    case .reset: offset = fraction(-frequency * seconds)
    }
  }

  /// The phase at `time` in the frame that turns at `reference`, in turns.
  func phase(at time: Int64, tick: Double, inFrameOf reference: Double) -> Double {
    fraction(fraction((frequency - reference) * (Double(time) * tick)) + offset + phase)
  }

  /// Amplitude within full scale; 0 where the output is off or the registers hold no number.
  var drive: Double {
    guard isOn, amplitude.isFinite, frequency.isFinite, phase.isFinite, offset.isFinite else {
      return 0
    }
    return max(-1, min(1, amplitude))
  }
}

/// `x` without its whole turns, in 0 ..< 1.
func fraction(_ x: Double) -> Double { x - x.rounded(.down) }
