import Diagnostics
import Syntax

// Calls: who is called, which argument goes to which parameter (rules 12 to 14).

extension Typer {
  mutating func call(
    _ callee: ExpressionID, _ arguments: [Argument], expecting: Type?, at span: Span
  ) -> TypedExpression {
    switch tree[callee] {
    case .name(let name): return callByName(name, arguments, expecting: expecting, at: span)
    case .member(let base, let name):
      return callMember(base, name, arguments, expecting: expecting, at: span)
    case .implicitMember(let name):
      return implicitMember(name, arguments, expecting: expecting, at: span)
    case .type(let type): return convertArray(to: type, arguments, at: span)
    default: return callValue(expression(callee), arguments, at: span)
    }
  }

  private mutating func callByName(
    _ name: Name, _ arguments: [Argument], expecting: Type?, at span: Span
  ) -> TypedExpression {
    if body.isMethod, body.lookUp(name.text) == nil {
      let methods = methods(name.text, of: body.locals[0].type)
      if !methods.isEmpty {
        let own = TypedExpression(.local(LocalID(index: 0)), body.locals[0].type, at: name.span)
        return callFunction(methods, name, arguments, receiver: own, expecting: expecting, at: span)
      }
    }
    if let type = body.generics.first(where: { $0.name == name.text }).map({
      Type.parameter($0.id)
    }), isNumber(type), body.lookUp(name.text) == nil {
      return convert(toGeneric: type, name, arguments, at: span)
    }
    if let local = body.lookUpFunction(name.text) {
      return callLocal(local, name, arguments, expecting: expecting, at: span)
    }
    switch lookUp(name.text) {
    case .local(let local)?:
      body.use(local)
      return callValue(
        TypedExpression(.local(local), body.locals[Int(local.index)].type, at: name.span),
        arguments, at: span)
    case .member(let id)?: return callMemberValue(id, name, arguments, at: span)
    case .functions(let candidates)?:
      // A driver may have a kernel with the name of a primitive, as `gate`; the arguments tell
      // which is meant.
      if body.driver != nil,
        arguments.contains(where: { $0.label?.text == "edges" || $0.label?.text == "value" }),
        let result = callIntrinsic(name, arguments, expecting: expecting, at: span)
      {
        return result
      }
      return callFunction(
        candidates, name, arguments, receiver: nil, expecting: expecting, at: span)
    case .structure(let id)?: return makeStructure(id, arguments, expecting: expecting, at: span)
    case .part(let id)?:
      typeAll(arguments)
      report(partAsValue(name, id))
    case .use?:
      typeAll(arguments)
      report(
        Diagnostic(
          .notApplicable, "`\(name.text)` is a part; call a kernel of it: `\(name.text).kernel(…)`",
          at: name.span))
    case .experiment?:
      typeAll(arguments)
      report(
        Diagnostic(
          .notApplicable,
          "an experiment is not called; in a test, write `simulate(\(name.text)(…))`", at: span))
    case .enumeration?, .error?, .interface?, .driver?, .builtinError?, .generic?, .module?:
      typeAll(arguments)
      report(Diagnostic(.notApplicable, "`\(name.text)` cannot be called here", at: name.span))
    case nil:
      // The least of an array, beside the lesser of two values.
      let isOfArray = arguments.count == 1 && (name.text == "min" || name.text == "max")
      if !isOfArray,
        let result = callIntrinsic(name, arguments, expecting: expecting, at: span)
      {
        return result
      }
      if let candidates = arrayMethods(name.text) {
        return callFunction(
          candidates, name, arguments, receiver: nil, expecting: expecting, at: span)
      }
      typeAll(arguments)
      reportUnknown(name)
    }
    return TypedExpression(.invalid, .unknown, at: span)
  }

  /// Types arguments whose call is in error, so that their own errors are reported.
  mutating func typeAll(_ arguments: [Argument]) {
    for argument in arguments { _ = expression(argument.value) }
  }

  mutating func callValue(
    _ callee: TypedExpression, _ arguments: [Argument], at span: Span
  ) -> TypedExpression {
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    guard case .function(let parameters, let result) = callee.type else {
      typeAll(arguments)
      if !isUnknown(callee.type) {
        report(
          Diagnostic(
            .notApplicable, "\(program.described(callee.type)) cannot be called", at: callee.span))
      }
      return unknown
    }
    guard parameters.count == arguments.count,
      arguments.allSatisfy({ $0.label == nil && !$0.isInout })
    else {
      typeAll(arguments)
      report(
        Diagnostic(
          .wrongArguments, "this function value takes \(parameters.count) arguments without labels",
          at: span))
      return unknown
    }
    let values = zip(arguments, parameters).map { value($0.value, as: $1) }
    return TypedExpression(.callValue(callee, values), result, at: span)
  }

  // MARK: Members

  private mutating func callMember(
    _ base: ExpressionID, _ name: Name, _ arguments: [Argument], expecting: Type?, at span: Span
  ) -> TypedExpression {
    switch entity(base) {
    case .module(let index)?:
      return callInModule(index, name, arguments, expecting: expecting, at: span)
    case .use(let part)?:
      return callInPart(part, name, arguments, expecting: expecting, at: span)
    case .part(let id)?:
      if case .structure(let structure)? = partType(name.text, of: id) {
        return makeStructure(structure, arguments, expecting: expecting, at: span)
      }
    case .enumeration(let id)?: return makeCase(id, name, arguments, at: span)
    default: break
    }
    let receiver = expression(base)
    if name.text == "append", isArray(receiver.type) {
      return append(receiver, name, arguments, at: span)
    }
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    switch receiver.type {
    case .unknown:
      typeAll(arguments)
      return unknown
    case .interface, .driver:
      return callDevice(receiver, name, arguments, at: span)
    case .structure, .enumeration:
      let methods = methods(name.text, of: receiver.type)
      if !methods.isEmpty {
        return callFunction(
          methods, name, arguments, receiver: receiver, expecting: expecting, at: span)
      }
    default: break
    }
    if let result = callBuiltinMethod(receiver, name, arguments, at: span) { return result }
    // Functions of the module `array` are methods of arrays.
    if isArray(receiver.type), let candidates = arrayMethods(name.text) {
      return callFunction(
        candidates, name, arguments, receiver: asGrowing(receiver), expecting: expecting, at: span)
    }
    typeAll(arguments)
    report(noSuchMember(name, of: receiver.type))
    return unknown
  }

  /// The methods of a struct or enum that are called `name`.
  private func methods(_ name: String, of type: Type) -> [FunctionID] {
    switch type {
    case .structure(let id, _): program[id].methods.filter { program[$0].name == name }
    case .enumeration(let id): program[id].methods.filter { program[$0].name == name }
    default: []
    }
  }

  /// The functions of the module `array` called `name`.
  func arrayMethods(_ name: String) -> [FunctionID]? {
    guard let index = arrayModule, case .functions(let candidates)? = moduleScopes[index][name]
    else { return nil }
    return candidates
  }

  /// The module whose functions are methods of arrays.
  var arrayModule: Int? {
    modules.modules.firstIndex { $0.isLibrary && $0.name == "array" }
  }

  /// For a method a fixed array is an array like any other.
  func asGrowing(_ value: TypedExpression) -> TypedExpression {
    guard case .fixedArray(let element, let lengths) = value.type, lengths.count == 1 else {
      return value
    }
    return TypedExpression(value.kind, .array(element), at: value.span)
  }

  private func isArray(_ type: Type) -> Bool {
    switch type {
    case .array, .fixedArray: true
    default: false
    }
  }

  private mutating func callInModule(
    _ index: Int, _ name: Name, _ arguments: [Argument], expecting: Type?, at span: Span
  ) -> TypedExpression {
    switch moduleScopes[index][name.text] {
    case .functions(let candidates)?:
      return callFunction(
        candidates, name, arguments, receiver: nil, expecting: expecting, at: span)
    case .structure(let id)?: return makeStructure(id, arguments, expecting: expecting, at: span)
    case .member(let id)?: return callMemberValue(id, name, arguments, at: span)
    case nil where isMathematics(index) && mathematicalNames.contains(name.text):
      if let result = callIntrinsic(name, arguments, expecting: expecting, at: span) {
        return result
      }
      fallthrough
    default:
      typeAll(arguments)
      report(noSuchMember(name, ofModule: index))
      return TypedExpression(.invalid, .unknown, at: span)
    }
  }

  /// Whether the module is the library's `math`, which offers the language's own functions too.
  private func isMathematics(_ index: Int) -> Bool {
    modules.modules[index].name == "math" && modules.modules[index].isLibrary
  }

  func noSuchMember(_ name: Name, ofModule index: Int) -> Diagnostic {
    var fixes: [Fix] = []
    var names = Array(moduleScopes[index].entities.keys)
    if isMathematics(index) { names += mathematicalNames }
    if let near = nearest(to: name.text, among: names.sorted()) {
      fixes = [Fix("did you mean `\(near)`?", [Edit(name.span, near)])]
    }
    return Diagnostic(
      .noSuchMember,
      "the module `\(modules.modules[index].name)` has nothing called `\(name.text)`",
      at: name.span,
      fixes: fixes)
  }

  private func isDevice(_ type: Type) -> Bool {
    switch type {
    case .interface, .driver: true
    default: false
    }
  }

  func noSuchMember(_ name: Name, of type: Type) -> Diagnostic {
    var names: [String] = []
    switch type {
    case .structure(let id, _):
      names = program[id].fields.map(\.name) + program[id].methods.map { program[$0].name }
    case .interface(let id): names = program[id].kernels.map { program[$0].name }
    case .driver(let id): names = program[id].kernels.map { program[$0].name }
    case .array, .fixedArray:
      names =
        ["count", "append", "last", "first", "is_empty", "rows", "columns", "transposed"]
        + (arrayModule.map { Array(moduleScopes[$0].entities.keys) } ?? [])
    case .enumeration(let id):
      names = program[id].cases.map(\.name) + program[id].methods.map { program[$0].name }
    case .duration: names = ["seconds"]
    case .recording: names = ["duration"]
    case .timestamp: names = ["aligned"]
    case .simulation(let id): names = simulationNames(id)
    default: break
    }
    if names.contains(name.text), isDevice(type) {
      let end = Span(name.span.source, Int(name.span.end), Int(name.span.end))
      return Diagnostic(
        .noSuchMember,
        "`\(name.text)` is a kernel of \(program.described(type)): it must be called",
        at: name.span, fixes: [Fix("call it", [Edit(end, "()")])])
    }
    var fixes: [Fix] = []
    if let near = nearest(to: name.text, among: names.sorted()) {
      fixes = [Fix("did you mean `\(near)`?", [Edit(name.span, near)])]
    }
    var notes: [String] = []
    if case .optional = type {
      notes = ["It may be `none`: take it apart with `if let`, `guard let` or `match`."]
    }
    return Diagnostic(
      .noSuchMember, "\(program.described(type)) has no member `\(name.text)`", at: name.span,
      notes: notes, fixes: fixes)
  }

  private mutating func callDevice(
    _ receiver: TypedExpression, _ name: Name, _ arguments: [Argument], at span: Span
  ) -> TypedExpression {
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    let candidates = kernels(name.text, of: receiver.type)
    guard !candidates.isEmpty else {
      typeAll(arguments)
      report(noSuchMember(name, of: receiver.type))
      return unknown
    }
    let call = callFunction(candidates, name, arguments, receiver: nil, expecting: nil, at: span)
    guard case .call(let kernel, _, let typed) = call.kind else { return call }
    if !body.isDevice, let experiment = body.experiment {
      let device = program.sources[receiver.span.source].text(receiver.span)
      return startWithDevices(
        kernel, name: "\(device).\(name.text)", on: receiver, typed, of: experiment, call.type,
        at: span)
    }
    return TypedExpression(
      .deviceCall(receiver, name: name.text, signature: kernel, typed), call.type, at: span)
  }

  // MARK: Functions

  /// Calls that of `candidates` which takes the arguments.
  mutating func callFunction(
    _ candidates: [FunctionID], _ name: Name, _ arguments: [Argument], receiver: TypedExpression?,
    expecting: Type?, at span: Span
  ) -> TypedExpression {
    let skipped = receiver == nil ? 0 : 1
    func formals(_ id: FunctionID) -> [Formal] {
      program[id].parameters.dropFirst(skipped).map {
        Formal(
          name: $0.name, label: $0.label, type: $0.type, isInout: $0.isInout,
          defaultValue: $0.defaultValue)
      }
    }
    var chosen = candidates
    if candidates.count > 1 {
      let shapes = Dictionary(uniqueKeysWithValues: candidates.map { ($0, formals($0)) })
      chosen = candidates.filter { matches(arguments, shapes[$0] ?? []) }
      if chosen.count > 1 { chosen = narrowed(chosen, arguments, receiver, shapes) }
      if chosen.count != 1 {
        let types = arguments.map { expression($0.value).type }
        if types.contains(where: { isUnknown($0) }) {
          // What was wrong with the argument has been said.
        } else if chosen.isEmpty {
          report(noOverload(name, candidates, at: span))
        } else {
          report(
            Diagnostic(
              .ambiguousCall, "this call of `\(name.text)` fits \(chosen.count) functions",
              at: name.span,
              labels: chosen.map { Label("one of them", at: program[$0].nameSpan) }))
        }
        return TypedExpression(.invalid, .unknown, at: span)
      }
    }
    guard let id = chosen.first else { return TypedExpression(.invalid, .unknown, at: span) }
    guard
      let matched = match(
        arguments, to: formals(id), of: name.text, declaredAt: program[id].nameSpan, at: span)
    else {
      return TypedExpression(.invalid, .unknown, at: span)
    }
    return emitCall(id, matched, receiver: receiver, expecting: expecting, name, at: span)
  }

  private func noOverload(_ name: Name, _ candidates: [FunctionID], at span: Span) -> Diagnostic {
    let shapes = candidates.map { id in
      "\(name.text)("
        + program[id].parameters.map { parameter in
          (parameter.label.map { "\($0) " } ?? "")
            + "\(parameter.name): \(program.text(parameter.type))"
        }.joined(separator: ", ") + ")"
    }
    return Diagnostic(
      .mismatch, "no `\(name.text)` takes these arguments", at: span, notes: ["There are:"] + shapes
    )
  }

  private mutating func emitCall(
    _ id: FunctionID, _ matched: [MatchedArgument], receiver: TypedExpression?, expecting: Type?,
    _ name: Name, at span: Span
  ) -> TypedExpression {
    let function = program[id]
    var map: [GenericID: GenericArgument] = [:]
    var typed: [TypedArgument] = []
    if let receiver, let own = function.parameters.first {
      let fits = unify(own.type, receiver.type, &map)
      if isArray(receiver.type),
        !fits || (own.isInout && own.type.substituting(map) != receiver.type)
      {
        for case .given(let argument) in matched { _ = expression(argument.value) }
        report(mismatch(receiver, wanted: own.type.substituting(map)))
        return TypedExpression(.invalid, .unknown, at: span)
      }
      if own.isInout {
        guard let place = place(of: receiver) else {
          for case .given(let argument) in matched { _ = expression(argument.value) }
          return TypedExpression(.invalid, .unknown, at: span)
        }
        typed.append(.place(place))
      } else {
        typed.append(.value(widened(receiver, to: own.type.substituting(map)) ?? receiver))
      }
    }
    return finishCall(id, function, typed, matched, map, expecting: expecting, at: span)
  }

  mutating func finishCall(
    _ id: FunctionID, _ function: TypedFunction, _ head: [TypedArgument],
    _ matched: [MatchedArgument],
    _ known: [GenericID: GenericArgument], expecting: Type?, at span: Span
  ) -> TypedExpression {
    var map = known
    var typed = head
    var failed = false
    // What has more than one open dimension, until the other arguments have settled them.
    var later: [(Int, Type, TypedExpression)] = []
    for (parameter, source) in zip(function.parameters.dropFirst(head.count), matched) {
      switch source {
      case .standard(let value): typed.append(.value(value))
      case .given(let argument):
        if parameter.isInout != argument.isInout {
          report(inoutMark(argument, parameter))
          failed = true
          continue
        }
        if argument.isInout {
          guard let place = place(argument.value) else {
            failed = true
            continue
          }
          // What is written back must be of the very type.
          if !unify(parameter.type, place.type, &map)
            || (parameter.type.substituting(map) != place.type && !isUnknown(place.type))
          {
            report(
              mismatch(
                TypedExpression(.invalid, place.type, at: place.span),
                wanted: parameter.type.substituting(map)))
            failed = true
          }
          typed.append(.place(place))
          continue
        }
        let wanted = parameter.type.substituting(map)
        if function.generics.isEmpty || isClosed(wanted) {
          typed.append(.value(value(argument.value, as: wanted)))
          continue
        }
        let value = openArgument(argument.value, wanted)
        if hasSeveralOpen(wanted), !isUnknown(value.type) {
          later.append((typed.count, parameter.type, value))
          typed.append(.value(value))
          continue
        }
        if unify(parameter.type, value.type, &map) {
          typed.append(.value(coerce(value, to: parameter.type.substituting(map))))
        } else {
          if !isUnknown(value.type) { report(mismatch(value, wanted: wanted)) }
          failed = true
        }
      }
    }
    for (index, pattern, value) in later {
      if unify(pattern, value.type, &map) {
        typed[index] = .value(coerce(value, to: pattern.substituting(map)))
      } else {
        report(mismatch(value, wanted: pattern.substituting(map)))
        failed = true
      }
    }
    reportOverlaps(typed)
    if failed { return TypedExpression(.invalid, .unknown, at: span) }
    if let expecting, !isClosed(function.result.substituting(map)) {
      _ = unify(function.result, expecting, &map)
    }
    // Parameters that the body itself has, as of a method that calls another, stand for themselves.
    for generic in function.generics where map[generic.id] == nil && body.generics.contains(generic)
    {
      map[generic.id] = generic.asArgument
    }
    for (index, source) in matched.enumerated() where !map.isEmpty {
      guard case .standard(let value) = source, !isClosed(value.type) else { continue }
      typed[head.count + index] = .value(value.substituting(map))
    }
    let missing = function.generics.filter { map[$0.id] == nil }
    if let first = missing.first {
      let hasUnknown = typed.contains {
        if case .value(let value) = $0 { isUnknown(value.type) } else { false }
      }
      if !hasUnknown {
        report(
          Diagnostic(
            .cannotInfer,
            "it cannot be told from this call what `\(first.name)` of `\(function.name)` is",
            at: span))
      }
      return TypedExpression(.invalid, .unknown, at: span)
    }
    guard
      satisfiesBounds(
        function.generics, map, of: function.name, at: span, declaredAt: function.nameSpan,
        callee: id)
    else { return TypedExpression(.invalid, .unknown, at: span) }
    let result = function.result.substituting(map)
    if !body.isDevice, let experiment = body.experiment,
      function.parameters.contains(where: \.type.isOfDevices)
    {
      switch function.owner {
      case .experiment, .module:
        return startWithDevices(
          id, name: function.name, on: nil, typed, of: experiment, result, at: span)
      case .driver, .interface, .structure, .enumeration: break
      }
    }
    return TypedExpression(.call(id, map, typed), result, at: span)
  }

  /// Two `inout` arguments of one call may not overlap (rule 18).
  private mutating func reportOverlaps(_ arguments: [TypedArgument]) {
    var places: [Place] = []
    for case .place(let place) in arguments {
      if let other = places.first(where: { $0.overlaps(place) }) {
        report(
          Diagnostic(
            .overlappingInout, "two `inout` arguments of one call may be the same place",
            at: place.span,
            remark: "written through this one too",
            labels: [Label("written through this one", at: other.span)],
            notes: [
              "Values do not alias, so each place can be lent once at a time. Copy one of them into a variable first."
            ]))
      }
      places.append(place)
    }
  }

  private func inoutMark(_ argument: Argument, _ parameter: TypedParameter) -> Diagnostic {
    let span = tree.span(of: argument.value)
    let start = Span(span.source, Int(span.start), Int(span.start))
    if parameter.isInout {
      return Diagnostic(
        .wrongArguments, "`\(parameter.name)` is `inout`: what is passed is changed", at: span,
        labels: [Label("declared here", at: parameter.span)],
        fixes: [Fix("say so with `&`", [Edit(start, "&")])])
    }
    return Diagnostic(
      .wrongArguments, "`\(parameter.name)` is not `inout`: it takes a value, without `&`",
      at: span,
      labels: [Label("declared here", at: parameter.span)])
  }

  // MARK: Calls to the host

  /// The call of a host function after `await` or `send`.
  mutating func hostCall(_ id: ExpressionID, word: String) -> TypedExpression {
    let value = expression(id)
    if !body.isDevice {
      if !isUnknown(value.type) {
        report(
          Diagnostic(
            .deviceOutOfPlace,
            "`\(word)` stands in kernels only; here the host function is just called",
            at: value.span))
      }
      return value
    }
    switch value.kind {
    case .invalid: break
    case .call(let callee, _, _)
    where program[callee].kind == .kernel || program[callee].kind == .seamlessKernel:
      report(
        Diagnostic(
          .mismatch, "`\(program[callee].name)` is a kernel: it runs here, on the device",
          at: value.span,
          notes: ["`\(word)` is for functions of the host. Call a kernel without it."]))
    case .call, .callValue, .append: break
    case .intrinsic(let intrinsic, _) where intrinsic.isHostOnly: break
    case _ where value.isReadOfHost: break
    default:
      report(
        Diagnostic(
          .mismatch, "the call of a host function is due after `\(word)`", at: value.span))
    }
    return value
  }
}

extension TypedExpression {
  /// Whether it reads a member of the host, or how many elements one has.
  fileprivate var isReadOfHost: Bool {
    switch kind {
    case .intrinsic(.count, let operands), .intrinsic(.last, let operands):
      operands.allSatisfy(\.isPartOfMember)
    case .slice(let base, _, _): base.isPartOfMember
    default: isPartOfMember
    }
  }
}
