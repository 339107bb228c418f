/// The functions whose value is taken somewhere: those that a call of a function value may mean
/// (rule 16).
package struct FunctionValues: Sendable {
  private let taken: [(function: FunctionID, type: Type)]

  /// Of a program in which none is taken.
  init() { taken = [] }

  /// Looks through all bodies of `program`.
  package init(of program: TypedProgram) {
    var search = TakenFunctions()
    for function in program.functions {
      for statement in function.body.statements { search.gather(.statement(statement)) }
    }
    taken = search.found.map { ($0, program[$0].valueType) }
  }

  /// Whether there is any.
  package var isAnyTaken: Bool { !taken.isEmpty }

  /// The functions that a value of `type` may be.
  package func targets(of type: Type) -> [FunctionID] {
    taken.filter { Self.agree($0.type, type) }.map(\.function)
  }

  /// Whether the types may be the same once generic parameters are known.
  private static func agree(_ a: Type, _ b: Type) -> Bool {
    switch (a, b) {
    case (.parameter, _), (_, .parameter), (.unknown, _), (_, .unknown), (.never, _), (_, .never):
      true
    case (.float, .float): dimensionsAgree(a, b)
    case (.optional(let a), .optional(let b)), (.array(let a), .array(let b)): agree(a, b)
    case (.fixedArray(let a, _), .fixedArray(let b, _)): agree(a, b)
    case (.tuple(let a), .tuple(let b)): agree(a, b)
    case (.structure(let a, _), .structure(let b, _)): a == b
    case (.function(let a, let x), .function(let b, let y)): agree(a, b) && agree(x, y)
    default: a == b
    }
  }

  private static func agree(_ a: [Type], _ b: [Type]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { agree($0, $1) }
  }

  private static func dimensionsAgree(_ a: Type, _ b: Type) -> Bool {
    guard case .float(let a) = a, case .float(let b) = b else { return false }
    return a == b || !a.variables.isEmpty || !b.variables.isEmpty
  }
}

/// The functions whose value is taken, in the order of the source.
///
/// A struct, since a function inside another one, given as a value, would hold on to its variables
/// at each node.
private struct TakenFunctions {
  private(set) var found: [FunctionID] = []
  private var seen: Set<FunctionID> = []

  mutating func gather(_ node: TypedNode) {
    switch node {
    case .expression(let expression):
      if case .function(let id, _, _) = expression.kind, seen.insert(id).inserted {
        found.append(id)
      }
      expression.forEachChild { gather($0) }
    case .statement(let statement): statement.forEachChild { gather($0) }
    case .place: break
    }
  }
}

/// What the function values in one body may be.
///
/// A parameter that is a function is looked at where the call passes it: what it does is done by
/// that call.
package struct FunctionFlow {
  private let program: TypedProgram
  private let values: FunctionValues
  private let parameters: Set<LocalID>
  /// What the `let`s that hold functions are bound to.
  private var bindings: [LocalID: TypedExpression] = [:]
  private let locals: [Local]

  package init(in function: TypedFunction, of program: TypedProgram, _ values: FunctionValues) {
    self.program = program
    self.values = values
    parameters = Set(function.parameters.filter { !$0.isInout }.map(\.local))
    locals = function.locals
  }

  /// Takes note of a declaration; they come in the order of the source.
  package mutating func declare(_ local: LocalID, _ value: TypedExpression) {
    guard case .function = value.type else { return }
    let index = Int(local.index)
    if locals.indices.contains(index), !locals[index].isVariable { bindings[local] = value }
  }

  /// The functions that `expression` may be, but for parameters of this function.
  package func targets(of expression: TypedExpression) -> [FunctionID] {
    targets(of: expression, depth: 0)
  }

  private func targets(of expression: TypedExpression, depth: Int) -> [FunctionID] {
    guard depth < 32 else { return values.targets(of: expression.type) }
    switch expression.kind {
    case .function(let id, _, _): return [id]
    case .local(let id):
      if parameters.contains(id) { return [] }
      if let value = bindings[id] { return targets(of: value, depth: depth + 1) }
      return values.targets(of: expression.type)
    case .member(let id):
      if let value = program.constantFunction(id) { return targets(of: value, depth: depth + 1) }
      return values.targets(of: expression.type)
    case .call(let id, _, _):
      if let value = program.functionReturned(by: id), case .function(let target, _, _) = value.kind
      {
        return [target]
      }
      return values.targets(of: expression.type)
    case .conditional(_, _, let value, _, let other), .coalesce(let value, let other):
      return targets(of: value, depth: depth + 1) + targets(of: other, depth: depth + 1)
    default: return values.targets(of: expression.type)
    }
  }
}

extension TypedProgram {
  /// The function that a module's constant is, where that is known without running anything.
  package func constantFunction(_ id: MemberID) -> TypedExpression? {
    let member = self[id]
    guard member.kind == .constant, case .function = member.type,
      let initializer = member.initializer
    else { return nil }
    guard case .returnValue(let value?)? = self[initializer].body.statements.last?.kind,
      self[initializer].body.statements.count == 1
    else { return nil }
    switch value.kind {
    case .function(_, _, let captures): return captures.isEmpty ? value : nil
    case .member: return value
    default: return nil
    }
  }

  /// The function value that `id` returns, where it always returns that at its end.
  package func functionReturned(by id: FunctionID) -> TypedExpression? {
    let function = self[id]
    guard case .function = function.result, !function.parameters.contains(where: \.isInout),
      case .returnValue(let value?)? = function.body.statements.last?.kind,
      case .function = value.kind
    else { return nil }
    // Another `return` may give another one.
    var count = 0
    func visit(_ node: TypedNode) {
      switch node {
      case .expression(let expression): expression.forEachChild(visit)
      case .statement(let statement):
        if case .returnValue = statement.kind { count += 1 }
        statement.forEachChild(visit)
      case .place: break
      }
    }
    for statement in function.body.statements { visit(.statement(statement)) }
    return count == 1 ? value : nil
  }
}

extension TypedProgram {
  /// Whether a function value of `type` may work on the timeline.
  package func mayWorkOnTimeline(_ type: Type) -> Bool {
    functionValues.targets(of: type).contains { self[$0].effects.contains(.timeline) }
  }

  /// Whether one of `arguments` is a function that may work on the timeline.
  package func passesTimeline(_ arguments: [TypedArgument]) -> Bool {
    arguments.contains {
      guard case .value(let value) = $0, case .function = value.type else { return false }
      return mayWorkOnTimeline(value.type)
    }
  }
}

extension TypedFunction {
  /// The type of the function as a value: without what it has copied.
  package var valueType: Type {
    .function(parameters.dropFirst(captureCount).map(\.type), result)
  }
}

extension Type {
  /// Whether it has places for values of `()`, of which there is none to be kept.
  package var holdsNothing: Bool {
    switch self {
    case .optional(let inner), .array(let inner), .fixedArray(let inner, _):
      inner == .unit || inner.holdsNothing
    case .tuple(let parts): parts.contains { $0 == .unit || $0.holdsNothing }
    case .function, .unknown, .never, .unit, .boolean, .integer, .integer32, .string, .float,
      .duration, .timestamp, .structure, .enumeration, .error, .anyError, .interface, .driver,
      .channel, .recording, .simulation, .parameter:
      false
    }
  }

  /// Whether a value of the type is a function or holds one.
  package var holdsFunction: Bool {
    switch self {
    case .function: true
    case .optional(let inner), .array(let inner), .fixedArray(let inner, _): inner.holdsFunction
    case .tuple(let parts): parts.contains { $0.holdsFunction }
    case .unknown, .never, .unit, .boolean, .integer, .integer32, .string, .float, .duration,
      .timestamp, .structure, .enumeration, .error, .anyError, .interface, .driver, .channel,
      .recording, .simulation, .parameter:
      false
    }
  }
}
