import Typing

/// The functions that may catch an error, themselves or in what they call: after a call of one the
/// machine has forgotten which error was raised before.
struct CatchingFunctions {
  private var functions: Set<FunctionID> = []
  /// Whether a kernel of some driver catches: which driver a call reaches is not looked at here.
  private var driversCatch = false

  private struct Facts {
    var catches = false
    var callees: [FunctionID] = []
    /// Calls a function value.
    var callsUnknown = false
    var callsDevice = false
  }

  init(_ program: TypedProgram) {
    var callers: [FunctionID: [FunctionID]] = [:]
    var catching: [FunctionID] = []
    driversCatch = program.functions.contains { function in
      if case .driver = function.owner { Self.facts(of: function.body).catches } else { false }
    }
    for function in program.functions {
      let facts = Self.facts(of: function.body)
      if catches(facts) { catching.append(function.id) }
      for callee in facts.callees { callers[callee, default: []].append(function.id) }
    }
    while let function = catching.popLast() {
      if functions.insert(function).inserted { catching += callers[function] ?? [] }
    }
  }

  /// Whether an error may be caught while `block` runs.
  func mayCatch(in block: TypedBlock) -> Bool {
    let facts = Self.facts(of: block)
    return catches(facts) || facts.callees.contains(where: functions.contains)
  }

  private func catches(_ facts: Facts) -> Bool {
    facts.catches || facts.callsUnknown || facts.callsDevice && driversCatch
  }

  private static func facts(of block: TypedBlock) -> Facts {
    var facts = Facts()
    func visit(_ node: TypedNode) {
      switch node {
      case .expression(let expression):
        switch expression.kind {
        case .call(let callee, _, _): facts.callees.append(callee)
        case .callValue, .intrinsic(.leastSquares, _): facts.callsUnknown = true
        case .deviceCall: facts.callsDevice = true
        default: break
        }
        expression.forEachChild(visit)
      case .statement(let statement):
        if case .tryCatch = statement.kind { facts.catches = true }
        statement.forEachChild(visit)
      case .place: break
      }
    }
    for statement in block.statements { visit(.statement(statement)) }
    return facts
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
