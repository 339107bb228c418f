/// What hangs on the device's channels: the simulated world, or the registers of a real gateware.
package protocol ChannelPort {
  /// Takes in `event`, whose time is the time reached. Events come in time order, ties in order of
  /// acceptance.
  mutating func emit(_ event: OutputEvent)

  /// Goes on to `time` and puts every edge before it into `inputs`; returns the time reached, which
  /// is earlier only where an edge on the channel `awaited` arrived: one tick after that edge. What
  /// arrives must not depend on how the way is divided into calls.
  mutating func advance(to time: Int64, awaiting awaited: UInt16?, into inputs: inout InputQueues)
    -> Int64
}

/// Where the device reports what became of its events: a trace, an analyser's ring, or nothing.
package protocol EventSink {
  /// `event` left the device. It carries the slack that it was queued with and its place in the
  /// code.
  mutating func emitted(_ event: OutputEvent)
  /// `event` was dropped on purpose.
  mutating func discarded(_ event: OutputEvent)
  /// An input's window has closed.
  mutating func closed(_ window: InputWindow)
}
