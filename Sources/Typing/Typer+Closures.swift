import Diagnostics
import Syntax

// Functions in bodies: `fn` expressions and declarations, and functions as values (rule 16). Each
// becomes a function of the program whose first parameters are the locals around it that it
// mentions; it copies their values when it is declared.

extension Typer {
  // MARK: In bodies

  /// A function that is an expression.
  mutating func closure(_ signature: FunctionSignature, _ block: Block, at span: Span)
    -> TypedExpression
  {
    let name = Name("fn", at: Span(span.source, Int(span.start), Int(span.start) + 2))
    let captured = captures(of: block)
    let id = localFunction(signature, block, name, captured, isExpression: true, at: span)
    let values = captured.locals.map { value(of: $0, at: span) }
    return functionValue(id, values, expecting: nil, at: span)
  }

  /// A `fn` declared in a body: what it mentions is copied here.
  mutating func declareLocalFunction(
    _ function: Function, at span: Span, into statements: inout [TypedStatement]
  ) {
    guard let block = function.body else { return }
    if function.kind != .portable {
      report(
        Diagnostic(
          .unexpected, "in a body only a plain `fn` can be declared", at: function.name.span,
          notes: ["It runs where the function around it runs."]))
    }
    if let earlier = boundHere(function.name) {
      report(declaredTwice(function.name, earlier: earlier))
      return
    }
    let captured = captures(of: block)
    let id = localFunction(
      function.signature, block, function.name, captured, isExpression: false, at: span)
    var held: [LocalID] = []
    for local in captured.locals {
      // What cannot change need not be copied.
      guard body.locals[Int(local.index)].isVariable else {
        held.append(local)
        continue
      }
      let value = value(of: local, at: function.name.span)
      let copy = body.newLocal("", value.type, isVariable: false, at: function.name.span)
      statements.append(TypedStatement(.declare(copy, value), at: span))
      held.append(copy)
    }
    body.bind(
      function.name.text, to: LocalFunction(id: id, captures: held, span: function.name.span))
  }

  private func value(of local: LocalID, at span: Span) -> TypedExpression {
    TypedExpression(.local(local), body.locals[Int(local.index)].type, at: span)
  }

  /// What a function declared here copies.
  private struct CapturedLocals {
    /// The locals of this body.
    var locals: [LocalID] = []
    /// The names by which it knows them; nil of what only the functions that it calls need.
    var names: [String?] = []
    /// The functions of this body that it mentions.
    var functions: [(name: String, function: LocalFunction)] = []

    mutating func add(_ local: LocalID, as name: String?) {
      if let known = locals.firstIndex(of: local) {
        if names[known] == nil { names[known] = name }
        return
      }
      locals.append(local)
      names.append(name)
    }
  }

  private mutating func captures(of block: Block) -> CapturedLocals {
    var captured = CapturedLocals()
    // A method's own value comes first: there its fields are looked for.
    if body.isMethod { captured.add(LocalID(index: 0), as: nil) }
    for name in tree.namesMentioned(in: block) {
      if let local = body.lookUp(name.text) {
        body.use(local)
        captured.add(local, as: name.text)
      } else if let function = body.lookUpFunction(name.text) {
        captured.functions.append((name.text, function))
      }
    }
    for (_, function) in captured.functions {
      for local in function.captures { captured.add(local, as: nil) }
    }
    return captured
  }

  /// Makes and types a function of the program.
  private mutating func localFunction(
    _ signature: FunctionSignature, _ block: Block, _ name: Name, _ captured: CapturedLocals,
    isExpression: Bool, at span: Span
  ) -> FunctionID {
    let outer = body
    let own = generics(
      signature.generics,
      usedIn: signature.parameters.map(\.type) + [signature.result].compactMap { $0 })
    let all = outer.generics + own
    var parameters: [TypedParameter] = []
    var locals: [Local] = []
    func add(
      _ name: String, _ type: Type, label: String? = nil, isInout: Bool = false,
      defaultValue: TypedExpression? = nil, at span: Span
    ) {
      parameters.append(
        TypedParameter(
          local: LocalID(index: Int32(locals.count)), name: name, label: label, type: type,
          isInout: isInout, defaultValue: defaultValue, span: span))
      locals.append(Local(name: name, type: type, isVariable: isInout, span: span))
    }
    for local in captured.locals {
      let around = outer.locals[Int(local.index)]
      add(around.name, around.type, at: around.span)
    }
    var seen: [String: Span] = [:]
    for parameter in signature.parameters {
      if let earlier = seen[parameter.name.text] ?? boundHere(parameter.name),
        parameter.name.text != "_"
      {
        report(declaredTwice(parameter.name, earlier: earlier))
      }
      seen[parameter.name.text] = parameter.name.span
      let type = resolve(parameter.type, generics: all)
      add(
        parameter.name.text, type, label: parameter.label?.text, isInout: parameter.isInout,
        defaultValue: parameter.defaultValue.map { defaultValue($0, of: type) },
        at: parameter.name.span)
    }
    let id = FunctionID(index: Int32(program.functions.count))
    let result = signature.result.map { resolve($0, generics: all) } ?? .unit
    var function = TypedFunction(
      id: id, name: name.text, kind: outer.isDevice ? .kernel : .portable, owner: outer.owner,
      generics: all, parameters: parameters, result: result, locals: locals,
      body: TypedBlock([], at: block.span), effects: [], nameSpan: name.span, span: span,
      documentation: nil)
    function.captureCount = captured.locals.count
    function.isLocal = true
    program.functions.append(function)

    body = outer.inside(id, function)
    for (index, name) in captured.names.enumerated() {
      if let name { body.bind(name, to: LocalID(index: Int32(index))) }
    }
    let position = Dictionary(
      captured.locals.enumerated().map { ($1, LocalID(index: Int32($0))) },
      uniquingKeysWith: { first, _ in first })
    for (name, function) in captured.functions {
      body.bind(
        name,
        to: LocalFunction(
          id: function.id, captures: function.captures.compactMap { position[$0] },
          span: function.span))
    }
    if !isExpression {
      body.bind(
        name.text,
        to: LocalFunction(
          id: id, captures: captured.locals.indices.map { LocalID(index: Int32($0)) },
          span: name.span))
    }
    for parameter in parameters.dropFirst(captured.locals.count) {
      body.bind(parameter.name, to: parameter.local)
    }
    typeBody(block, of: id)
    let unknownNames = body.unknownNames
    body = outer
    body.unknownNames.formUnion(unknownNames)
    return id
  }

  // MARK: Calls

  /// A call of a function declared in this body, or around it.
  mutating func callLocal(
    _ local: LocalFunction, _ name: Name, _ arguments: [Argument], expecting: Type?, at span: Span
  ) -> TypedExpression {
    let function = program[local.id]
    let formals = function.parameters.dropFirst(function.captureCount).map {
      Formal(
        name: $0.name, label: $0.label, type: $0.type, isInout: $0.isInout,
        defaultValue: $0.defaultValue)
    }
    guard
      let matched = match(
        arguments, to: formals, of: name.text, declaredAt: function.nameSpan, at: span)
    else { return TypedExpression(.invalid, .unknown, at: span) }
    let head = local.captures.map { TypedArgument.value(value(of: $0, at: name.span)) }
    return finishCall(
      local.id, function, head, matched, inheritedGenerics(of: function), expecting: expecting,
      at: span)
  }

  /// Generic parameters of the body around a function stand for themselves.
  private func inheritedGenerics(of function: TypedFunction) -> [GenericID: GenericArgument] {
    var map: [GenericID: GenericArgument] = [:]
    for generic in function.generics where body.generics.contains(generic) {
      map[generic.id] = generic.asArgument
    }
    return map
  }

  // MARK: Values

  mutating func localFunctionValue(_ local: LocalFunction, _ name: Name, expecting: Type?)
    -> TypedExpression
  {
    let captures = local.captures.map { value(of: $0, at: name.span) }
    return functionValue(local.id, captures, expecting: expecting, at: name.span)
  }

  /// A function's name as a value: of several called so the one of the type that is due.
  mutating func functionValue(_ candidates: [FunctionID], _ name: Name, expecting: Type?)
    -> TypedExpression
  {
    var wanted = expecting
    if case .optional(let inner)? = expecting { wanted = inner }
    var fitting = candidates
    if fitting.count > 1, let wanted, case .function = wanted {
      fitting = candidates.filter { id in
        var map: [GenericID: GenericArgument] = [:]
        return agrees(program[id].valueType, wanted, &map)
      }
    }
    guard fitting.count == 1, let id = fitting.first else {
      let none = fitting.isEmpty
      report(
        Diagnostic(
          none ? .mismatch : .ambiguousCall,
          none
            ? "no `\(name.text)` is \(expecting.map { dueText($0) } ?? "this")"
            : "`\(name.text)` stands for \(candidates.count) functions", at: name.span,
          labels: (none ? candidates : fitting).map {
            Label("one of them", at: program[$0].nameSpan)
          },
          notes: none
            ? [] : ["Write the type, or a function that calls the one meant: `fn(…) { … }`."]))
      return TypedExpression(.invalid, .unknown, at: name.span)
    }
    return functionValue(id, [], expecting: wanted, at: name.span)
  }

  private mutating func functionValue(
    _ id: FunctionID, _ captures: [TypedExpression], expecting: Type?, at span: Span
  ) -> TypedExpression {
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    let function = program[id]
    if let parameter = function.parameters.first(where: \.isInout) {
      report(
        Diagnostic(
          .mismatch, "a function with an `inout` parameter cannot be a value", at: span,
          labels: [Label("`\(parameter.name)` is `inout`", at: parameter.span)],
          notes: ["Values do not alias. Return the new value instead."]))
      return unknown
    }
    if isMethod(function) {
      report(
        Diagnostic(
          .mismatch, "a method is called; it is no value", at: span,
          notes: ["Write a function that calls it: `fn(…) { … }`."]))
      return unknown
    }
    var map = inheritedGenerics(of: function)
    let type = function.valueType
    if let expecting { _ = agrees(type, expecting, &map) }
    if let open = function.generics.first(where: { map[$0.id] == nil }) {
      report(
        Diagnostic(
          .cannotInfer,
          "it cannot be told from this what `\(open.name)` of `\(function.name)` is", at: span,
          notes: ["Write the type: `let f: (Int) -> Int = \(function.name)`."]))
      return unknown
    }
    guard
      satisfiesBounds(
        function.generics, map, of: function.name, at: span, declaredAt: function.nameSpan,
        callee: id)
    else { return unknown }
    takesFunctions = true
    return TypedExpression(.function(id, map, captures: captures), type.substituting(map), at: span)
  }

  /// Whether a function of type `own` is one of type `wanted`, of which a part may be unknown.
  private func agrees(_ own: Type, _ wanted: Type, _ map: inout [GenericID: GenericArgument])
    -> Bool
  {
    guard case .function(let parameters, let result) = own,
      case .function(let due, let dueResult) = wanted
    else { return unify(own, wanted, &map) }
    return parameters.count == due.count
      && zip(parameters, due).allSatisfy { unify($0, $1, &map) } && unify(result, dueResult, &map)
  }

  /// A function type of which only what it takes may be known, for a sentence.
  private func dueText(_ type: Type) -> String {
    guard case .function(let parameters, .unknown) = type else { return program.described(type) }
    let list = parameters.map { program.text($0) }.joined(separator: ", ")
    return "a function of `(\(list))`"
  }

  private func isMethod(_ function: TypedFunction) -> Bool {
    switch function.owner {
    case .structure, .enumeration: !function.isLocal
    case .module, .experiment, .driver, .interface: false
    }
  }
}
