package import CoreDevice
package import Laboratory

/// What left and what entered the device during a run, kept to be asked (rule 62).
///
/// A device's level is 1 or 0: of a digital output its value, of an oscillator its switch, of a
/// digital input its gate. Times are in ticks.
package struct Trace: Sendable {
  /// What a converter's input was found to be.
  package struct Reading: Hashable, Sendable {
    let channel: UInt16
    let time: Int64
    let input: Int64
    let volts: Double
  }

  /// One event of a device.
  package struct Event: Hashable, Sendable {
    package let time: Int64
    package let address: Int64
    package let value: UInt64
  }

  /// All events in the order in which they were emitted.
  package private(set) var emitted: [OutputEvent] = []
  package private(set) var windows: [InputWindow] = []
  /// What converters read, in volts, by the times at which they sampled.
  package internal(set) var readings: [Reading] = []
  private var channels: [String: ChannelDescription] = [:]
  private let ticksPerSecond: Int64

  /// An empty trace of the devices of `description`.
  package init(_ description: SystemDescription) {
    ticksPerSecond = description.core.ticksPerSecond
    for channel in description.channels { channels[channel.device] = channel }
    for device in description.devices {
      for case (_, .channel(let number)) in device.fields {
        guard let channel = description.channels.first(where: { $0.number == number }) else {
          continue
        }
        channels[device.name] = channel
        break
      }
    }
  }

  /// The times at which the level of `device` rose, or fell.
  package func edges(_ device: String, rising: Bool) -> [Int64] {
    levels(device).filter { $0.isHigh == rising }.map(\.time)
  }

  /// The length of the `index`th interval in which `device` was high; nil if there is none that has
  /// ended.
  package func span(_ device: String, _ index: Int) -> Int64? {
    let rising = edges(device, rising: true)
    let falling = edges(device, rising: false)
    guard rising.indices.contains(index), falling.indices.contains(index) else { return nil }
    return falling[index] - rising[index]
  }

  /// Whether `device` was high at `time`; a change at that very tick counts.
  package func level(_ device: String, at time: Int64) -> Bool {
    levels(device).last { $0.time <= time }?.isHigh ?? false
  }

  /// All events of `device`.
  package func events(_ device: String) -> [Event] {
    guard let channel = channels[device] else { return [] }
    return emitted.filter { $0.channel == channel.number && $0.kind == .write }
      .map { Event(time: $0.time, address: $0.address, value: $0.value) }
  }

  /// What was written to `device`, and what an analog to digital converter read, as numbers: volts,
  /// hertz, turns, or as they are.
  package func values(_ device: String) -> [(time: Int64, address: Int64, value: Double)] {
    guard let channel = channels[device] else { return [] }
    if case .adc = channel.kind {
      return readings.filter { $0.channel == channel.number }.map { ($0.time, $0.input, $0.volts) }
    }
    return events(device).map { event in
      let isFloat =
        switch channel.kind {
        case .dac: true
        case .dds: event.address < Oscillator.Address.mode
        case .ttlOutput, .ttlInput, .adc, .spi, .camera: false
        }
      let word = event.value
      let value = isFloat ? Double(bitPattern: word) : Double(Int64(bitPattern: word))
      return (event.time, event.address, value)
    }
  }

  /// The phase of the oscillator `device` at `time`, in turns; nil if it is none.
  ///
  /// What is written at that very tick counts.
  package func phase(_ device: String, at time: Int64) -> Double? {
    guard let channel = channels[device],
      case .dds(let frequency, let phase, let amplitude) = channel.kind
    else { return nil }
    var oscillator = Oscillator(frequency: frequency, phase: phase, amplitude: amplitude)
    let tick = 1 / Double(ticksPerSecond)
    for event in events(device) where event.time <= time {
      oscillator.write(event.value, to: event.address, at: event.time, tick: tick)
    }
    return oscillator.phase(at: time, tick: tick, inFrameOf: 0)
  }

  /// Changes of the level, which begins low.
  private func levels(_ device: String) -> [(time: Int64, isHigh: Bool)] {
    guard let channel = channels[device] else { return [] }
    var isHigh = false
    var changes: [(time: Int64, isHigh: Bool)] = []
    for event in emitted where event.channel == channel.number {
      let next: Bool
      switch event.kind {
      case .write:
        guard event.address == Trace.levelAddress(channel.kind) else { continue }
        next = event.value & 1 == 1
      case .open: next = true
      case .close: next = false
      }
      guard next != isHigh else { continue }
      isHigh = next
      changes.append((event.time, isHigh))
    }
    return changes
  }

  mutating func append(_ event: OutputEvent) { emitted.append(event) }
  mutating func append(_ window: InputWindow) { windows.append(window) }

  private static func levelAddress(_ kind: ChannelDescription.Kind) -> Int64 {
    switch kind {
    case .ttlOutput, .ttlInput, .dac, .adc, .spi, .camera: 0
    case .dds: Oscillator.Address.output
    }
  }
}
