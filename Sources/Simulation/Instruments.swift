import CoreDevice
import Laboratory
import Machine

/// Readings on their way to the device, by the time at which they arrive.
struct PendingReadings: Sendable {
  struct Reading: Sendable {
    let time: Int64
    let channel: UInt16
    let address: Int64
    let value: Int64
  }
  private var readings: [Reading] = []
  private var head = 0

  /// When the next one arrives; `.max` if there is none.
  var nextTime: Int64 { head < readings.count ? readings[head].time : .max }

  /// Adds `reading` behind those that arrive no later.
  mutating func add(_ reading: Reading) {
    var (low, high) = (head, readings.count)
    while low < high {
      let middle = (low + high) / 2
      if readings[middle].time <= reading.time { low = middle + 1 } else { high = middle }
    }
    readings.insert(reading, at: low)
  }

  /// Takes out the next one.
  mutating func removeFirst() -> Reading? {
    guard head < readings.count else { return nil }
    head += 1
    if head == readings.count {
      defer {
        readings.removeAll(keepingCapacity: true)
        head = 0
      }
      return readings[head - 1]
    }
    return readings[head - 1]
  }
}

/// The outputs of a DAC: what is written is held within its range.
struct AnalogOutputs: Sendable {
  private var volts: [Double]
  private let range: Double

  init(count: Int, range: Double) {
    volts = [Double](repeating: 0, count: max(0, count))
    self.range = range
  }

  /// Sets output `address`; returns its voltage, nil if there is none or the value is no number.
  mutating func write(_ value: UInt64, to address: Int64) -> (output: Int, volts: Double)? {
    let wanted = Double(bitPattern: value)
    guard let output = Int(exactly: address), volts.indices.contains(output), !wanted.isNaN else {
      return nil
    }
    volts[output] = max(-range, min(range, wanted))
    return (output, volts[output])
  }
}

/// An ADC: each input follows what is led to it through a pole, and is read with noise.
struct Converter: Sendable {
  /// An input: what is led to it, and where it was when that changed.
  private struct Input: Sendable {
    var target = 0.0
    var start = 0.0
    var since: Int64 = 0
  }
  let description: ConverterDescription
  private let tick: Double
  private var inputs: [Input]
  private var draws: RandomStream

  init(
    _ description: ConverterDescription, channel: UInt16, ticksPerSecond: Int64,
    generator: CounterGenerator
  ) {
    self.description = description
    tick = 1 / Double(ticksPerSecond)
    inputs = [Input](repeating: Input(), count: max(0, description.inputs))
    draws = RandomStream(generator, purpose: Purpose.noise, channel: channel)
  }

  private func volts(_ input: Input, at time: Int64) -> Double {
    guard description.pole > 0 else { return input.target }
    let passed = Double(time &- input.since) * tick / description.pole
    return input.target + (input.start - input.target) * ElementaryFunctions.exponential(-passed)
  }

  /// `volts` are led to input `number` from `time` on.
  mutating func drive(_ number: Int, to volts: Double, at time: Int64) {
    guard inputs.indices.contains(number) else { return }
    let reached = self.volts(inputs[number], at: time)
    inputs[number] = Input(target: volts, start: reached, since: time)
  }

  /// The code of input `number` at `time`; nil if there is none.
  mutating func sample(_ number: Int64, at time: Int64) -> Int64? {
    guard let index = Int(exactly: number), inputs.indices.contains(index) else { return nil }
    let volts = volts(inputs[index], at: time) + description.noise * draws.normal()
    let held = max(-description.range, min(description.range, volts))
    guard description.step > 0 else { return 0 }
    return Int64(exactly: (held / description.step).rounded(.toNearestOrEven)) ?? 0
  }
}

/// What hangs on a serial bus: a register that sends back what it was sent before.
struct SerialBus: Sendable {
  private var length: Int64 = 8
  /// Ticks of a bit.
  private var bit: Int64
  private let ticksPerSecond: Int64
  private var chip: Int64 = 0
  private var registers: [Int64: Int64] = [:]

  init(ticksPerSecond: Int64) {
    self.ticksPerSecond = ticksPerSecond
    bit = max(1, ticksPerSecond / 10_000_000)
  }

  /// Takes in a write; of a transfer that is answered the answer, and how long it takes.
  mutating func write(_ value: UInt64, to address: Int64) -> (value: Int64, after: Int64)? {
    let word = Int64(bitPattern: value)
    switch address {
    case 0, 1:
      let bits = min(max(length, 1), 32)
      let kept = word & ((1 << bits) - 1)
      let before = registers[chip] ?? 0
      registers[chip] = kept
      guard address == 1 else { return nil }
      let (duration, overflow) = bits.multipliedReportingOverflow(by: max(1, bit))
      return overflow ? nil : (before, duration)
    case 2: length = word
    case 3:
      bit = Int64(exactly: (Double(bitPattern: value) * Double(ticksPerSecond)).rounded()) ?? 1
    case 4: chip = word
    default: break
    }
    return nil
  }
}

/// A camera whose regions count photons while it is exposed.
struct Camera: Sendable {
  let rates: [Double]
  let readout: Int64
  private let tick: Double
  private var opened: Int64?
  private var draws: RandomStream

  init(
    rates: [Double], readout: Int64, channel: UInt16, ticksPerSecond: Int64,
    generator: CounterGenerator
  ) {
    self.rates = rates
    self.readout = max(1, readout)
    tick = 1 / Double(ticksPerSecond)
    draws = RandomStream(generator, purpose: Purpose.regions, channel: channel)
  }

  /// The trigger is high or low from `time` on; the regions' counts where an exposure ends.
  mutating func trigger(_ isHigh: Bool, at time: Int64) -> [Int64] {
    if isHigh {
      opened = opened ?? time
      return []
    }
    guard let start = opened else { return [] }
    opened = nil
    return rates.map { rate in counts(rate * Double(time &- start) * tick) }
  }

  /// A Poisson number of mean `mean`; of a large one the nearest of a normal distribution.
  private mutating func counts(_ mean: Double) -> Int64 {
    guard mean > 0 else { return 0 }
    guard mean < 1_000 else {
      let drawn = (mean + mean.squareRoot() * draws.normal()).rounded(.toNearestOrEven)
      return Int64(exactly: max(0, min(drawn, 0x1p62))) ?? 0
    }
    var left = mean
    var count: Int64 = 0
    while true {
      left -= draws.exponential()
      if left <= 0 { return count }
      count += 1
    }
  }
}
