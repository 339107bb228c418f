extension TypedProgram {
  /// The program in which each generic function that calls function values stands once for each of
  /// the types that it is used with; so that such a call means the functions of just those types.
  ///
  /// It is for analyses only: the functions of this program are all in it, under their ids, and
  /// those that are added behind them have the names and places of the ones that they were.
  package func specialised() -> TypedProgram {
    guard functionValues.isAnyTaken else { return self }
    var specialisation = Specialisation(of: self)
    return specialisation.run()
  }
}

/// Makes the instances of generic functions that call function values.
private struct Specialisation {
  private struct Instance: Hashable {
    let function: FunctionID
    let generics: [GenericID: GenericArgument]
  }
  /// More are not made: a function that calls itself with ever larger types has no end of them.
  private static let instanceCountMax = 2_000

  private var program: TypedProgram
  /// The functions that are to have instances.
  private var isOpen: Set<FunctionID> = []
  private var instances: [Instance: FunctionID] = [:]
  private var pending: [(id: FunctionID, instance: Instance)] = []

  init(of program: TypedProgram) { self.program = program }

  mutating func run() -> TypedProgram {
    let callers = findOpen()
    guard !isOpen.isEmpty else { return program }
    for id in callers where !isOpen.contains(id) {
      program.functions[Int(id.index)].body = rewritten(program[id].body, [:])
    }
    while let (id, instance) = pending.popLast() {
      let body = rewritten(program[instance.function].body, instance.generics)
      program.functions[Int(id.index)].body = body
    }
    return program
  }

  /// Finds the open functions; those that call one are given.
  private mutating func findOpen() -> [FunctionID] {
    var waiting = program.functions.filter { Self.mayBeOpen($0) && Self.callsValues($0) }
      .map(\.id)
    var found: Set<FunctionID> = []
    while let next = waiting.popLast() {
      guard isOpen.insert(next).inserted else { continue }
      for caller in program.genericCallers[next] ?? [] {
        found.insert(caller)
        if Self.mayBeOpen(program[caller]) { waiting.append(caller) }
      }
    }
    return found.sorted { $0.index < $1.index }
  }

  /// Whether it calls a function value whose type depends on its generic parameters.
  private static func callsValues(_ function: TypedFunction) -> Bool {
    function.body.statements.contains { callsValues(.statement($0)) }
  }

  private static func callsValues(_ node: TypedNode) -> Bool {
    var found = false
    switch node {
    case .expression(let expression):
      if case .callValue(let callee, _) = expression.kind, callee.type.mentionsParameters {
        return true
      }
      expression.forEachChild { found = found || callsValues($0) }
    case .statement(let statement):
      statement.forEachChild { found = found || callsValues($0) }
    case .place: break
    }
    return found
  }

  /// Kernels have images, and so stay as they are.
  private static func mayBeOpen(_ function: TypedFunction) -> Bool {
    guard !function.generics.isEmpty else { return false }
    switch function.kind {
    case .portable, .host: return true
    case .kernel, .seamlessKernel, .stage, .initializer, .test, .requirement: return false
    }
  }

  private mutating func rewritten(
    _ body: TypedBlock, _ generics: [GenericID: GenericArgument]
  ) -> TypedBlock {
    // The rewriting cannot change what it is called from.
    var wanted: [Instance] = []
    let look = TreeRewriting { [isOpen] old in
      if case .call(let callee, let own, _) = old.kind, isOpen.contains(callee) {
        wanted.append(
          Instance(function: callee, generics: own.mapValues { $0.substituting(generics) }))
      }
      return old
    }
    _ = look.block(body)
    for instance in wanted { make(instance) }
    let rewriting = TreeRewriting { [instances] old in
      let type = old.type.substituting(generics)
      switch old.kind {
      case .call(let callee, let own, let arguments):
        let own = own.mapValues { $0.substituting(generics) }
        let instance = instances[Instance(function: callee, generics: own)] ?? callee
        return TypedExpression(.call(instance, own, arguments), type, at: old.span)
      case .function(let id, let own, let captures):
        let own = own.mapValues { $0.substituting(generics) }
        return TypedExpression(.function(id, own, captures: captures), type, at: old.span)
      default: return TypedExpression(old.kind, type, at: old.span)
      }
    }
    return rewriting.block(body)
  }

  private mutating func make(_ instance: Instance) {
    guard instances[instance] == nil, instances.count < Self.instanceCountMax else { return }
    let id = FunctionID(index: Int32(program.functions.count))
    instances[instance] = id
    program.functions.append(program[instance.function].instance(id, instance.generics))
    pending.append((id, instance))
  }
}

extension TypedFunction {
  /// The function where its generic parameters are `generics`, but for its body, under `id`.
  fileprivate func instance(
    _ id: FunctionID, _ generics: [GenericID: GenericArgument]
  ) -> TypedFunction {
    var result = TypedFunction(
      id: id, name: name, kind: kind, owner: owner, generics: [], parameters: parameters,
      result: result.substituting(generics), locals: locals, body: body, effects: effects,
      nameSpan: nameSpan, span: span, documentation: documentation)
    result.captureCount = captureCount
    result.isLocal = isLocal
    return result
  }
}

extension Type {
  /// Whether a generic parameter is, or is in, it.
  fileprivate var mentionsParameters: Bool {
    switch self {
    case .parameter: true
    case .float(let dimension): !dimension.variables.isEmpty
    case .optional(let inner), .array(let inner): inner.mentionsParameters
    case .fixedArray(let inner, let lengths):
      inner.mentionsParameters
        || lengths.contains { if case .parameter = $0 { true } else { false } }
    case .tuple(let parts): parts.contains(where: \.mentionsParameters)
    case .function(let parameters, let result):
      parameters.contains(where: \.mentionsParameters) || result.mentionsParameters
    case .structure(_, let arguments), .enumeration(_, let arguments):
      arguments.contains { argument in
        switch argument {
        case .type(let type): type.mentionsParameters
        case .dimension(let dimension): !dimension.variables.isEmpty
        case .length(let length): if case .parameter = length { true } else { false }
        }
      }
    case .unknown, .never, .unit, .boolean, .integer, .integer32, .string, .duration, .timestamp,
      .error, .anyError, .interface, .driver, .channel, .recording, .simulation:
      false
    }
  }
}
