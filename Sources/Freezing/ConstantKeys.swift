import Typing

// Values that keys of shared families are made of, where they are known before anything runs.

/// A value that a key can contain.
enum Constant: Hashable {
  case integer(Int64)
  case boolean(Bool)
  /// A string, or the name of a case.
  case text(String)

  /// How it is printed.
  var text: String {
    switch self {
    case .integer(let value): "\(value)"
    case .boolean(let value): value ? "true" : "false"
    case .text(let text): text
    }
  }
}

extension TypedProgram {
  /// The value of `expression`: of a literal, a constant, an argument that a `use` has fixed, or of
  /// what is computed of such by `+`, `-`, `*` and `not`; nil of anything else.
  ///
  /// `locals` are those that are known.
  func constant(
    _ expression: TypedExpression, _ locals: [LocalID: Constant] = [:], depth: Int = 0
  ) -> Constant? {
    guard depth < 16 else { return nil }
    switch expression.kind {
    case .integer(let value): return .integer(value)
    case .boolean(let value): return .boolean(value)
    case .text(let text): return .text(text)
    case .local(let local): return locals[local]
    case .enumeration(let id, let tag, let parts):
      guard parts.isEmpty, self[id].cases.indices.contains(tag) else { return nil }
      return .text(self[id].cases[tag].name)
    case .member(let id):
      return initialValue(of: id).flatMap { constant($0, depth: depth + 1) }
    case .unary(let operation, let operand):
      switch (operation, constant(operand, locals, depth: depth + 1)) {
      case (.negateInteger, .integer(let value)?) where value != .min: return .integer(-value)
      case (.not, .boolean(let value)?): return .boolean(!value)
      default: return nil
      }
    case .binary(.integer(let operation), let a, let b):
      guard case .integer(let a)? = constant(a, locals, depth: depth + 1),
        case .integer(let b)? = constant(b, locals, depth: depth + 1)
      else { return nil }
      let result: (partialValue: Int64, overflow: Bool)? =
        switch operation {
        case .add: a.addingReportingOverflow(b)
        case .subtract: a.subtractingReportingOverflow(b)
        case .multiply: a.multipliedReportingOverflow(by: b)
        default: nil
        }
      return result.flatMap { $0.overflow ? nil : .integer($0.partialValue) }
    default: return nil
    }
  }

  /// What a constant, or an argument that a `use` has fixed, is computed by; nil of other members.
  func initialValue(of id: MemberID) -> TypedExpression? {
    switch self[id].kind {
    case .constant: break
    case .argument: guard self[id].isFixed else { return nil }
    case .shared, .dataset, .variable, .prepared, .resident, .device, .field: return nil
    }
    guard let initializer = self[id].initializer,
      self[initializer].body.statements.count == 1,
      case .returnValue(let value?)? = self[initializer].body.statements.last?.kind
    else { return nil }
    return value
  }
}
