import CoreDevice
import Machine

/// Channels that write down what comes and deliver edges by a script.
struct Script: ChannelPort {
  var edges: [(time: Int64, channel: UInt16)] = []
  var next = 0
  var emitted: [OutputEvent] = []

  mutating func emit(_ event: OutputEvent) { emitted.append(event) }

  mutating func advance(to time: Int64, awaiting awaited: UInt16?, into inputs: inout InputQueues)
    -> Int64
  {
    while next < edges.count, edges[next].time < time {
      let edge = edges[next]
      next += 1
      inputs.receive(edgeAt: edge.time, rising: true, on: edge.channel)
      if edge.channel == awaited { return edge.time + 1 }
    }
    return time
  }
}

/// A sink that counts.
struct Tally: EventSink {
  var emitted = 0
  var discarded = 0
  var windows: [InputWindow] = []
  mutating func emitted(_ event: OutputEvent) { emitted += 1 }
  mutating func discarded(_ event: OutputEvent) { discarded += 1 }
  mutating func closed(_ window: InputWindow) { windows.append(window) }
}

/// A timeline on a bench: margin 1000, kernel start 100, driven by hand.
final class Bench {
  var timeline: Timeline
  var channels = Script()
  var sink = Tally()

  init(laneCount: Int = 8, laneDepth: Int = 128, inputDepth: Int = 64) {
    timeline = Timeline(
      DeviceParameters(
        margin: 1000, kernelStart: 100, hostRoundTrip: 5000, laneCount: laneCount,
        laneDepth: laneDepth,
        inputCount: 2, inputDepth: inputDepth, slotCount: 1, arenaBytes: 0, stackBytes: 0))
    timeline.beginCall(charging: 100)
  }

  deinit { timeline.deallocate() }

  func write(_ value: UInt64, at time: Int64, channel: UInt16 = 1, address: Int64 = 0) -> Outcome {
    outcome {
      $0.output(channel: channel, address: address, value: value, at: time, position: 7)
    }
  }

  func pulse(at time: Int64, for after: Int64, channel: UInt16 = 1) -> Outcome {
    outcome {
      $0.output(
        channel: channel, address: 0, value: 1, then: 0, after: after, at: time, position: 7)
    }
  }

  /// The first event of a pulse, and the second.
  func begin(at time: Int64, for after: Int64, channel: UInt16 = 1) -> Outcome {
    outcome {
      $0.begin(
        channel: channel, address: 0, value: 1, then: 0, after: after, at: time, position: 7)
    }
  }

  func end(at time: Int64, channel: UInt16 = 1) -> Outcome {
    outcome { $0.end(channel: channel, address: 0, value: 0, at: time, position: 7) }
  }

  func endPulses() -> Outcome { outcome { $0.endPulses() } }

  func gate(at time: Int64, for duration: Int64, channel: UInt16 = 9) -> Outcome {
    outcome { $0.gate(channel: channel, edges: 1, at: time, duration: duration, position: 7) }
  }

  enum Outcome: Equatable {
    case done
    case wait(until: Int64)
    case fault(Fault)
  }

  private func outcome(_ operation: (inout Timeline) -> PortOutcome) -> Outcome {
    switch operation(&timeline) {
    case .done: .done
    case .wait: .wait(until: timeline.waitsUntil)
    case .fault(let fault): .fault(fault)
    }
  }

  /// Reads an input, letting time pass as it asks; nil for nothing.
  func read(address: Int64, until: Int64 = .max, channel: UInt16 = 9) throws -> (
    time: Int64, value: Int64
  )? {
    while true {
      switch timeline.input(channel: channel, address: address, until: until, position: 7) {
      case .entry(let time, let value): return (time, value)
      case .nothing: return nil
      case .fault(let fault): throw Raised(fault: fault)
      case .wait: timeline.advance(to: timeline.waitsUntil, &channels, &sink)
      }
    }
  }

  struct Raised: Error, Equatable { let fault: Fault }

  func advance(to time: Int64) { timeline.advance(to: time, &channels, &sink) }

  func drain() { timeline.drain(&channels, &sink) }
}
