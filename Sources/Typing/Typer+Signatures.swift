import Diagnostics
import Syntax

// Functions and values as they are declared: their types, before their bodies; their defaults.

extension Typer {
  /// Takes in the signature of `function`; its body waits.
  mutating func declareSignature(
    _ function: Function, kind: TypedFunction.Kind, owner: TypedFunction.Owner,
    inherited: [TypedGeneric] = [],
    ownValue: (type: Type, isInout: Bool)? = nil
  ) -> FunctionID {
    let experiment = body.experiment
    let driver = body.driver
    let part = body.part
    let signature = function.signature
    let own = generics(
      signature.generics,
      usedIn: signature.parameters.map(\.type) + [signature.result].compactMap { $0 })
    let all = inherited + own
    body.generics = all
    var parameters: [TypedParameter] = []
    var locals: [Local] = []
    if let ownValue {
      parameters.append(
        TypedParameter(
          local: LocalID(index: 0), name: "self", label: nil, type: ownValue.type,
          isInout: ownValue.isInout,
          defaultValue: nil, span: function.name.span))
      locals.append(
        Local(
          name: "self", type: ownValue.type, isVariable: ownValue.isInout, span: function.name.span)
      )
    }
    var seen: [String: Span] = [:]
    for parameter in signature.parameters {
      if let earlier = seen[parameter.name.text], parameter.name.text != "_" {
        report(declaredTwice(parameter.name, earlier: earlier))
      }
      seen[parameter.name.text] = parameter.name.span
      var type = resolve(parameter.type, generics: all)
      if type.isOfDevices, kind == .portable || kind == .host || parameter.isInout {
        report(
          Diagnostic(
            .mismatch, "only a kernel takes a device, and as a value",
            at: tree.span(of: parameter.type),
            notes: ["Declare `\(function.name.text)` as `kernel`."]))
        type = .unknown
      }
      parameters.append(
        TypedParameter(
          local: LocalID(index: Int32(locals.count)), name: parameter.name.text,
          label: parameter.label?.text, type: type,
          isInout: parameter.isInout,
          defaultValue: parameter.defaultValue.map { defaultValue($0, of: type) },
          span: parameter.name.span))
      locals.append(
        Local(
          name: parameter.name.text, type: type, isVariable: parameter.isInout,
          span: parameter.name.span))
    }
    let id = FunctionID(index: Int32(program.functions.count))
    if signature.result == nil { parameterEnds[id] = signature.parametersEnd }
    var result = signature.result.map { resolve($0, generics: all) } ?? .unit
    if rejectsDevice(
      result, "a result", at: signature.result.map { tree.span(of: $0) } ?? function.name.span)
    {
      result = .unknown
    }
    program.functions.append(
      TypedFunction(
        id: id, name: pathName(function.name), kind: kind, owner: owner, generics: all,
        parameters: parameters, result: result,
        locals: locals, body: TypedBlock([], at: function.span), effects: [],
        nameSpan: function.name.span,
        span: function.span, documentation: function.documentation))
    if let block = function.body {
      pending.append(
        PendingBody(
          function: id, content: .block(block), module: module, experiment: experiment,
          driver: driver, generics: all, part: part))
    }
    body.generics = []
    return id
  }

  /// Takes in the signatures of the methods of a struct or enum, whose fields or cases are
  /// `others`.
  mutating func declareMethods(
    _ methods: [Function], owner: TypedFunction.Owner, of type: Type, inherited: [TypedGeneric],
    beside others: [Name]
  ) -> [FunctionID] {
    var declared: [FunctionID] = []
    for method in methods {
      let function = declareSignature(
        method, kind: kind(of: method), owner: owner, inherited: inherited,
        ownValue: (type, method.isMutating))
      let types = program[function].parameters.map(\.type)
      let earlier =
        others.first { $0.text == method.name.text }?.span
        ?? declared.first {
          program[$0].name == method.name.text && program[$0].parameters.map(\.type) == types
        }.map { program[$0].nameSpan }
      if let earlier { report(declaredTwice(method.name, earlier: earlier)) }
      declared.append(function)
    }
    return declared
  }

  func kind(of function: Function) -> TypedFunction.Kind {
    switch function.kind {
    case .portable: .portable
    case .host: .host
    case .kernel: .kernel
    case .seamlessKernel: .seamlessKernel
    }
  }

  /// Takes in the functions and constants of the module.
  mutating func declareFunctionsAndConstants() {
    for declaration in tree.declarations {
      enter(module: module)
      switch declaration {
      case .function(let function):
        let id = declareSignature(function, kind: kind(of: function), owner: .module)
        declareFunction(function.name, id, in: .module(module))
      case .constant(let field):
        _ = declareValue(field, kind: .constant, experiment: nil)
      case .shared(let shared):
        declareShared(shared, experiment: nil)
      case .importing(let item):
        if let name = item.alias { _ = name }
      case .structure, .enumeration, .error, .interface, .driver, .part, .experiment, .test: break
      }
    }
  }

  /// Makes a function that yields the value of `expression`; its body waits.
  mutating func declareInitializer(_ expression: ExpressionID, of type: Type?, named name: Name)
    -> FunctionID
  {
    declareInitializer(.value(expression, type), expression, of: type, named: name)
  }

  /// The same for whatever `content` makes of `expression`.
  mutating func declareInitializer(
    _ content: PendingBody.Content, _ expression: ExpressionID, of type: Type?, named name: Name
  ) -> FunctionID {
    let id = FunctionID(index: Int32(program.functions.count))
    let owner: TypedFunction.Owner = body.experiment.map { .experiment($0) } ?? .module
    program.functions.append(
      TypedFunction(
        id: id, name: name.text, kind: .initializer, owner: owner, generics: [], parameters: [],
        result: type ?? .unknown,
        locals: [], body: TypedBlock([], at: tree.span(of: expression)), effects: [],
        nameSpan: name.span,
        span: tree.span(of: expression), documentation: nil))
    pending.append(
      PendingBody(
        function: id, content: content, module: module,
        experiment: body.experiment, driver: body.driver,
        generics: [], part: body.part))
    return id
  }

  /// Declares a member with a value; where no type is written it is that of the value, which is
  /// typed at once.
  mutating func declareValue(_ field: Field, kind: Member.Kind, experiment: ExperimentID?)
    -> MemberID
  {
    let id = MemberID(index: Int32(program.members.count))
    var written = field.type.map { resolve($0) }
    if let type = written, rejectsDevice(type, "`\(field.name.text)`", at: field.name.span) {
      written = .unknown
    }
    program.members.append(
      Member(
        id: id, name: pathName(field.name), kind: kind, experiment: experiment,
        type: written ?? .unknown, axes: [],
        nameSpan: field.name.span, documentation: field.documentation))
    if kind == .argument, let fixed = fixedValue(field.name, as: written) {
      program.members[Int(id.index)].initializer = fixed
      program.members[Int(id.index)].isFixed = true
    } else if let value = field.value {
      let initializer = declareInitializer(value, of: written, named: field.name)
      if let written, disagrees(value, with: written) {
        // Either may be what is wrong.
        program.members[Int(id.index)].type = .unknown
      }
      if written == nil, let waiting = pending.popLast() {
        let outer = body
        typeBody(waiting)
        body = outer
        program.members[Int(id.index)].type = program[initializer].result
      }
      program.members[Int(id.index)].initializer = initializer
    } else if kind != .dataset {
      report(
        Diagnostic(.unexpected, "`\(field.name.text)` needs a value: `= …`", at: field.name.span))
    }
    enter(field.name, id, of: experiment)
    return id
  }

  /// Whether `value` is a literal with a unit that a `type` does not have.
  private func disagrees(_ value: ExpressionID, with type: Type) -> Bool {
    guard case .quantity(_, let written) = tree[value] else { return false }
    var dimension = Dimension.none
    for factor in written.factors {
      guard let unit = unit(named: factor.name.text), abs(factor.power) <= 20 else { return false }
      dimension = dimension * Dimension(unit.exponents).raised(to: factor.power)
    }
    switch type {
    case .duration: return dimension != .time
    case .float(let wanted): return dimension != wanted
    case .integer, .integer32, .boolean, .string: return true
    default: return false
    }
  }

  /// Adds a member to its experiment, and its name to the scope that it stands in.
  mutating func enter(_ name: Name, _ id: MemberID, of experiment: ExperimentID?) {
    if let experiment {
      program.experiments[Int(experiment.index)].members.append(id)
      if let part = body.part { memberUses[id] = partInstances[part].start }
      declare(name, .member(id), in: ownScope(experiment))
    } else {
      declare(name, .member(id), in: .module(module))
    }
  }

  /// The typed value of a parameter's or field's default; it mentions no locals.
  ///
  /// Where it mentions what is declared further on it waits, as a function.
  mutating func defaultValue(_ expression: ExpressionID, of type: Type) -> TypedExpression {
    let outer = body
    body = BodyState()
    body.experiment = outer.experiment
    body.driver = outer.driver
    body.part = outer.part
    body.generics = outer.generics
    body.openScope()
    defer { body = outer }
    let span = tree.span(of: expression)
    let isEarly = tree.namesMentioned(in: expression).contains { name in
      switch lookUp(name.text) {
      case .structure(let id)?: structsBeforeDefaults.contains(id)
      case .enumeration(let id)?: enumsBeforeDefaults.contains(id)
      case nil: !intrinsicNames.contains(name.text)
      default: false
      }
    }
    var isOfEnum = false
    if case .enumeration(let id, _) = type { isOfEnum = enumsBeforeDefaults.contains(id) }
    if isEarly || isOfEnum {
      let id = newDefault(of: type, body: TypedBlock([], at: span), at: span)
      pending.append(
        PendingBody(
          function: id, content: .value(expression, type), module: module,
          experiment: outer.experiment, driver: outer.driver, generics: outer.generics,
          part: outer.part))
      return callDefault(id, type, at: span)
    }
    let value = self.value(expression, as: type)
    if body.locals.isEmpty { return value }
    let id = newDefault(
      of: type,
      body: TypedBlock([TypedStatement(.returnValue(value), at: value.span)], at: value.span),
      at: value.span)
    return callDefault(id, type, at: value.span)
  }

  private mutating func newDefault(of type: Type, body block: TypedBlock, at span: Span)
    -> FunctionID
  {
    let id = FunctionID(index: Int32(program.functions.count))
    program.functions.append(
      TypedFunction(
        id: id, name: "default", kind: .portable, owner: .module, generics: body.generics,
        parameters: [], result: type, locals: body.locals, body: block, effects: [],
        nameSpan: span, span: span, documentation: nil))
    return id
  }

  private func callDefault(_ id: FunctionID, _ type: Type, at span: Span) -> TypedExpression {
    var own: [GenericID: GenericArgument] = [:]
    for generic in body.generics { own[generic.id] = generic.asArgument }
    return TypedExpression(.call(id, own, []), type, at: span)
  }
}
