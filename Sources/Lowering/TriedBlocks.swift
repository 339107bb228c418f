import Typing

// What lowering asks of the blocks of a `try`.

extension TypedProgram {
  /// Whether an error may be caught while `block` runs: the machine has then forgotten which one
  /// was raised before.
  func mayCatch(in block: TypedBlock) -> Bool {
    let catches = Catches(self)
    for statement in block.statements { catches.look(in: .statement(statement)) }
    return catches.found
  }
}

/// Looks for what may catch an error.
///
/// A class, since the closures of its walk would each copy the whole program of a struct.
private final class Catches {
  private let program: TypedProgram
  private(set) var found = false

  init(_ program: TypedProgram) { self.program = program }

  func look(in node: TypedNode) {
    guard !found else { return }
    switch node {
    case .place: break
    case .statement(let statement):
      if case .tryCatch = statement.kind { found = true }
      statement.forEachChild(look)
    case .expression(let expression):
      switch expression.kind {
      case .call(let callee, _, _): found = program[callee].effects.contains(.catches)
      case .callValue, .intrinsic(.leastSquares, _): found = true
      // Which driver it reaches is not looked at here.
      case .deviceCall:
        found = program.drivers.contains {
          $0.kernels.contains { program[$0].effects.contains(.catches) }
        }
      default: break
      }
      expression.forEachChild(look)
    }
  }
}

extension TypedBlock {
  /// Whether a `throw` alone stands in it, outside of the catches of another `try`.
  var throwsAgain: Bool {
    var found = false
    func visit(_ node: TypedNode) {
      switch node {
      case .expression(let expression): expression.forEachChild(visit)
      case .statement(let statement):
        if case .throwError(nil, let errors) = statement.kind, errors.isEmpty { found = true }
        statement.forEachChild(visit)
      case .place: break
      }
    }
    for statement in statements { visit(.statement(statement)) }
    return found
  }

  /// Whether it throws the error again that a `catch` has bound to `local`.
  func throwsCaught(_ local: LocalID) -> Bool {
    var found = false
    func visit(_ node: TypedNode) {
      switch node {
      case .expression(let expression): expression.forEachChild(visit)
      case .statement(let statement):
        if case .throwError(nil, let errors) = statement.kind,
          case .local(local)? = errors.first?.kind
        {
          found = true
        }
        statement.forEachChild(visit)
      case .place: break
      }
    }
    for statement in statements { visit(.statement(statement)) }
    return found
  }
}
