/// What an image may do: a device accepts the kernel profile only.
package enum Profile: UInt8, Sendable {
  case kernel = 1
  case host = 2
}

/// How a kernel reaches a host function.
package enum HostCallMode: UInt8, Sendable {
  /// From host code.
  case plain
  /// Waits for the result.
  case await
  /// Queues and goes on.
  case send
}

/// From word `start` of a function's code on, up to the next entry, an error stands at that place
/// in the source.
package struct PositionEntry: Hashable, Sendable {
  package var start: UInt32
  /// Index into `ImageContents.files`.
  package var file: UInt16
  package var line: UInt32
  package var column: UInt16
  /// Ticks of operations that have been done before this word and whose `charge` is still to come:
  /// added when an error is raised here.
  package var pendingCharge: UInt32
  /// Index into `ImageContents.inlinedCalls` where the place is in a body that stands in place of a
  /// call.
  package var call: UInt32?
  package init(
    start: UInt32, file: UInt16, line: UInt32, column: UInt16, pendingCharge: UInt32,
    call: UInt32? = nil
  ) {
    self.start = start
    self.file = file
    self.line = line
    self.column = column
    self.pendingCharge = pendingCharge
    self.call = call
  }
}

/// An error raised in words `start..<end` goes on at `target`; the first entry that covers the
/// place and names the error (or names none) is taken.
///
/// Its number goes to integer slot `errorSlot` (0xFFFF: nowhere).
package struct HandlerEntry: Hashable, Sendable {
  package var start: UInt32
  package var end: UInt32
  package var target: UInt32
  package var error: UInt16?
  package var errorSlot: UInt16
  package init(start: UInt32, end: UInt32, target: UInt32, error: UInt16?, errorSlot: UInt16) {
    self.start = start
    self.end = end
    self.target = target
    self.error = error
    self.errorSlot = errorSlot
  }
}
