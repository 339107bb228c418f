/// Why the machine stopped.
package enum Exit: Hashable, Sendable {
  /// The function that was entered has returned; its results can be read until `leave` or the next
  /// `start`.
  case finished
  /// An error that nothing caught; `backtrace` says where. `leave` or `start` comes next.
  case failed(Fault)
  /// The port asked to wait; `run` does the instruction again.
  case waiting
  /// The code calls host call `index`: read its arguments, write its results, and `run` again, or
  /// `fail` first.
  case hostCall(index: Int)
  /// The stop flag is set, seen at a safe point: `run` goes on; `fail(Fault(.cancelled))` and `run`
  /// raises it there.
  case interrupted
  /// The budget is used up: give a new one and `run` goes on.
  case outOfBudget
}

/// Why words could not become values.
package enum ImportError: Error, Hashable, Sendable {
  /// Too few or too many words, or an impossible count.
  case malformed
  /// The arena is full.
  case outOfMemory
}
