/// One thing that leaves the device at one tick: a value for a channel, or the edge of an input's
/// gate.
package struct OutputEvent: Sendable {
  /// What the event does to its channel.
  package enum Kind: UInt8, Sendable {
    /// Writes `value` to `address`.
    case write = 0
    /// Opens the channel's gate; `value` says for which edges (1 rising, 2 falling, 3 both).
    case open
    /// Closes the gate.
    case close
  }
  package var time: Int64
  package var channel: UInt16
  package var kind: Kind
  package var address: Int64
  package var value: UInt64
  /// How far ahead of the clock the event was queued.
  package var slack: Int64
  /// The place in the code that queued it: function in the upper, word in the lower 32 bits.
  package var position: UInt64
  /// The kernel call that queued it.
  package var call: UInt32
  /// Its place in the order of acceptance; ties in time are emitted in that order.
  package internal(set) var order: UInt64 = 0

  package init(
    time: Int64, channel: UInt16, kind: Kind, address: Int64, value: UInt64, slack: Int64,
    position: UInt64, call: UInt32
  ) {
    self.time = time
    self.channel = channel
    self.kind = kind
    self.address = address
    self.value = value
    self.slack = slack
    self.position = position
    self.call = call
  }

  /// Whether `other` writes to the same place.
  func meets(_ other: OutputEvent) -> Bool {
    channel == other.channel && address == other.address && kind == other.kind
  }
}

/// What became of the events of a session (rule 44).
///
/// Events refused with an error are not in it.
package struct Account: Hashable, Sendable {
  /// Events queued; one that replaced an earlier one counts as that one.
  package var accepted: UInt64 = 0
  package var emitted: UInt64 = 0
  /// Dropped by `reset()`, a cancellation or the safe state.
  package var discarded: UInt64 = 0
  /// Events that took the place of an earlier one on the same tick.
  package var replaced: UInt64 = 0
  /// Events still in the lanes when the account was read.
  package var queued: UInt64 = 0

  package init() {}

  /// Whether nothing was lost without a word.
  package var balances: Bool { accepted == emitted &+ discarded &+ queued }
}

/// What the device keeps of one session: all that is not shared with the next.
package struct Session: Hashable, Sendable {
  package let number: UInt32
  package internal(set) var account = Account()
  package internal(set) var pauseIsRequested = false

  init(number: UInt32) { self.number = number }
}

/// A window of an input as the trace shows it.
package struct InputWindow: Hashable, Sendable {
  package var channel: UInt16
  package var opened: Int64
  package var closed: Int64
  /// Edges in `opened..<closed`.
  package var count: Int64
  package init(channel: UInt16, opened: Int64, closed: Int64, count: Int64) {
    self.channel = channel
    self.opened = opened
    self.closed = closed
    self.count = count
  }
}
