package import Bytecode

/// An error on its way: its number, and up to four words that say more (channel, time, slack, …).
package struct Fault: Hashable, Sendable {
  package var error: UInt16
  package var words: (UInt64, UInt64, UInt64, UInt64)

  /// An error of the language's own, without a call: they are numbered from 0 in the order of their
  /// cases (a test holds this).
  @inline(__always)
  package init(
    _ error: BuiltinError, _ w0: UInt64 = 0, _ w1: UInt64 = 0, _ w2: UInt64 = 0, _ w3: UInt64 = 0
  ) {
    self.error = UInt16(unsafeBitCast(error, to: UInt8.self))
    words = (w0, w1, w2, w3)
  }

  /// An error by its number: of `BuiltinError`, or `BuiltinError.firstDeclared` and above for a
  /// declared one.
  package init(
    number: UInt16, _ w0: UInt64 = 0, _ w1: UInt64 = 0, _ w2: UInt64 = 0, _ w3: UInt64 = 0
  ) {
    error = number
    words = (w0, w1, w2, w3)
  }

  package static func == (a: Fault, b: Fault) -> Bool { a.error == b.error && a.words == b.words }
  package func hash(into hasher: inout Hasher) { hasher.combine(error) }
}

/// What a port says of an operation on the timeline.
package enum PortOutcome: Sendable {
  case done
  /// The device has to wait (a full lane, an input that is not there yet): the machine stops before
  /// the instruction, and does it again when it goes on.
  case wait
  case fault(Fault)
}

/// What a port says of a read from an input.
package enum InputOutcome: Sendable {
  case entry(timestamp: Int64, value: Int64)
  /// Nothing came until the time given.
  case nothing
  case wait
  case fault(Fault)
}

/// An event of a recording, as the elements of its array hold it.
package struct RecordedEvent: Sendable {
  /// Ticks from the recording's beginning.
  package var time: Int64
  /// The channel in bits 0 to 15; 1 in bits 16 to 23 for a gate, 0 for a write; the place in the
  /// order of recording in the upper half.
  package var target: UInt64
  /// Of a gate its edges.
  package var address: Int64
  /// Of a gate its duration.
  package var value: UInt64

  package init(time: Int64, target: UInt64, address: Int64, value: UInt64) {
    self.time = time
    self.target = target
    self.address = address
    self.value = value
  }
}

/// The timeline of a core device, as the machine sees it.
///
/// Times are ticks. `position` is the place in the code (function in the upper, word in the lower
/// 32 bits), for the analyser.
package protocol DevicePort {
  /// A function for this type of port that does what `Machine.performWithin` does, so that an
  /// operation on the timeline is a call; nil: the machine's code is left and entered again for
  /// each.
  static var performer: DevicePerformer? { get }
  /// Lets the time pass for which the operation just tried has to wait; false: that takes more than
  /// the port, and the machine is left.
  mutating func passWait() -> Bool
  /// Device time that operations took.
  mutating func charge(_ ticks: Int64)
  func cursor() -> Int64
  func clock() -> Int64
  mutating func moveCursor(to time: Int64)
  mutating func realtime()
  /// As `realtime`, where the language does it by itself.
  mutating func catchUp()
  mutating func resetTimeline()
  func shouldPause() -> Bool
  /// What runs from one to the other is not interrupted, and catches up nowhere by itself.
  mutating func enterCritical()
  mutating func leaveCritical()
  /// Waits until the clock has reached `time`, then catches up.
  mutating func waitUntil(_ time: Int64) -> PortOutcome
  mutating func output(
    channel: UInt16, address: Int64, value: UInt64, at time: Int64, position: UInt64
  ) -> PortOutcome
  /// Both events or neither: `value` at `time` and `second` `after` ticks later.
  mutating func output(
    channel: UInt16, address: Int64, value: UInt64, then second: UInt64, after: Int64,
    at time: Int64,
    position: UInt64
  ) -> PortOutcome
  /// Opens a window of `duration` at `time`; edges: 1 rising, 2 falling, 3 both.
  mutating func gate(
    channel: UInt16, edges: UInt16, at time: Int64, duration: Int64, position: UInt64
  ) -> PortOutcome
  /// The next entry of the input's FIFO `address` (0: edges, 1: closed windows with their counts,
  /// others: readings)
  /// not later than `until`; ends by catching up.
  mutating func input(channel: UInt16, address: Int64, until: Int64, position: UInt64)
    -> InputOutcome

  // Pairs of events that are queued one by one, in order of time with others; a port without a
  // memory of them leaves these out.

  /// The first of two events: `value` at `time`; `end` queues `second`, `after` ticks later.
  mutating func begin(
    channel: UInt16, address: Int64, value: UInt64, then second: UInt64, after: Int64,
    at time: Int64, position: UInt64
  ) -> PortOutcome
  /// The second of two events, of which `begin` has queued the first.
  mutating func end(
    channel: UInt16, address: Int64, value: UInt64, at time: Int64, position: UInt64
  ) -> PortOutcome
  /// Queues the second events that are still due, as near to their times as can be.
  mutating func endPulses() -> PortOutcome

  // Recordings; a port without them leaves these out.

  /// Outputs and gates go into a recording from now on, whose cursor is at 0.
  mutating func beginRecording() -> PortOutcome
  /// The number of events of the recording that is open, in order of time from now on.
  mutating func sortRecording() -> Int
  /// One of them.
  func recorded(_ index: Int) -> RecordedEvent
  /// Closes the recording and gives the cursor back; returns where its own was.
  mutating func endRecording() -> Int64
  /// Has `count` events queued from the cursor on, in order of time with what else is queued.
  mutating func play(
    _ count: Int, position: UInt64, _ event: (Int) -> RecordedEvent
  ) -> PortOutcome
  /// Waits until all that is played is queued.
  mutating func flushPlays() -> PortOutcome
  /// Forgets what is played and not queued.
  mutating func dropPlays()
}

/// Does the operation on the timeline at which the machine stands, on its port, and returns what
/// `Machine.performWithin` returns.
///
/// The parameters: machine, port.
package typealias DevicePerformer =
  @convention(c) (UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> UInt8

extension DevicePort {
  package static var performer: DevicePerformer? { nil }
  package mutating func passWait() -> Bool { false }
  package mutating func catchUp() { realtime() }
  package mutating func begin(
    channel: UInt16, address: Int64, value: UInt64, then second: UInt64, after: Int64,
    at time: Int64, position: UInt64
  ) -> PortOutcome {
    output(channel: channel, address: address, value: value, at: time, position: position)
  }
  package mutating func end(
    channel: UInt16, address: Int64, value: UInt64, at time: Int64, position: UInt64
  ) -> PortOutcome {
    output(channel: channel, address: address, value: value, at: time, position: position)
  }
  package mutating func endPulses() -> PortOutcome { .done }
  package mutating func beginRecording() -> PortOutcome { .fault(Fault(.limitExceeded)) }
  package mutating func sortRecording() -> Int { 0 }
  package func recorded(_ index: Int) -> RecordedEvent {
    RecordedEvent(time: 0, target: 0, address: 0, value: 0)
  }
  package mutating func endRecording() -> Int64 { 0 }
  package mutating func play(
    _ count: Int, position: UInt64, _ event: (Int) -> RecordedEvent
  ) -> PortOutcome { .fault(Fault(.limitExceeded)) }
  package mutating func flushPlays() -> PortOutcome { .done }
  package mutating func dropPlays() {}
}
