/// What a test asks of the result of `simulate`, beside times in its trace.
package enum SimulationResult: Hashable, Sendable {
  /// All events of a device, each with its time, address and value.
  case events
  /// What was written to a device or read by it, each with its time, address and value as a number.
  case values
  /// The phase of an oscillator at a time.
  case phase
  /// The name of the error that ended the run; none where there was none.
  case error
  /// A dataset as the run left it.
  case dataset(MemberID)
  /// A shared value after the run.
  case shared(MemberID)
  /// One of a family of shared values after the run; its key is an operand.
  case family(MemberID)
  /// The simulation itself, of which a member is to be asked: a shared value, or that of a part.
  case path(isShared: Bool, String)

  /// The type of a device's events.
  package static let eventsType = Type.array(.tuple([.timestamp, .integer, .integer]))
  /// The type of a device's values.
  package static let valuesType = Type.array(.tuple([.timestamp, .integer, .number]))
}
