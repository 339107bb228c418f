// The device time that each operation of the typed program is charged, in units of the system
// description's cost table (rule 42). Both the lowering and the reference interpreter charge by it.
// A node is charged when its operands have been evaluated and before it acts; `if`, `while`,
// `match`, each round of a `for` or comprehension, `and`, `or`, `??` one operation after what
// decides them; a compound assignment one operation, a plain one none.

/// What one node is charged: how many operations and how many events.
package struct Charge: Hashable, Sendable {
  package let operations: Int64
  package let events: Int64
  package static let nothing = Charge(operations: 0, events: 0)
  package static let operation = Charge(operations: 1, events: 0)
  package static let event = Charge(operations: 0, events: 1)
}

extension TypedExpression.Kind {
  /// What this node is charged, without its operands.
  package var charge: Charge {
    switch self {
    case .invalid, .unit, .integer, .float, .boolean, .text, .none, .some, .local, .member, .device,
      .ownDevice, .function,
      .tuple, .tupleElement, .structure, .field, .enumeration, .simulate, .record, .await:
      .nothing
    case .unary, .binary, .and, .or, .coalesce, .call, .deviceCall, .callValue, .convert, .repeated,
      .index, .slice,
      .conditional, .append, .interpolation:
      .operation
    case .array(let elements): Charge(operations: Int64(elements.count), events: 0)
    /// One for each round, see above.
    case .comprehension: .nothing
    case .intrinsic(let intrinsic, _):
      switch intrinsic {
      case .output, .outputPair, .gate, .input: .event
      default: .operation
      }
    }
  }
}
