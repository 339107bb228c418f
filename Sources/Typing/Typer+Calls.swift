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
    case .type(let type):
      return callType(type, arguments, at: span)
    default: return callValue(expression(callee), arguments, at: span)
    }
  }

  /// `[Int32](xs)`, which converts, or `Stack<Int>(…)`, which makes a struct.
  private mutating func callType(_ written: TypeID, _ arguments: [Argument], at span: Span)
    -> TypedExpression
  {
    guard case .named = tree[written] else {
      return convertArray(to: written, arguments, at: span)
    }
    let type = resolve(written, generics: body.generics)
    if case .structure(let id, _) = type {
      return makeStructure(id, arguments, expecting: type, at: span)
    }
    typeAll(arguments)
    if !isUnknown(type) {
      report(
        Diagnostic(
          .notApplicable, "there is no conversion `\(program.text(type))(…)`",
          at: tree.span(of: written),
          notes: unitName(type).map {
            ["A bare number becomes a quantity by its unit: `x * 1 \($0)`."]
          } ?? []))
    }
    return TypedExpression(.invalid, .unknown, at: span)
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
      if let meant = foreignCall(name, arguments, at: span) {
        report(meant)
      } else if let type = builtinTypes[name.text] {
        report(notAConversion(name, type))
      } else {
        reportUnknown(name)
      }
    }
    return TypedExpression(.invalid, .unknown, at: span)
  }

  /// `name`, a type of the language that is called like a conversion, is none.
  private func notAConversion(_ name: Name, _ type: Type) -> Diagnostic {
    var notes: [String] = []
    if let unit = unitName(type) {
      notes = ["A bare number becomes a quantity by its unit: `x * 1 \(unit)`."]
    } else if type == .timestamp {
      notes = ["A point in time is `now()`, `clock()`, or one of these and a `Duration`."]
    } else if type == .boolean {
      notes = ["Write a comparison: `x != 0`."]
    }
    return Diagnostic(
      .notApplicable, "there is no conversion `\(name.text)(…)`", at: name.span, notes: notes)
  }

  /// Types arguments whose call is in error, so that their own errors are reported.
  mutating func typeAll(_ arguments: [Argument]) {
    // What is due is not known, and nothing more is said of what would follow from it.
    for argument in arguments { _ = expression(argument.value, expecting: .unknown) }
  }

  mutating func callValue(
    _ callee: TypedExpression, _ arguments: [Argument], at span: Span
  ) -> TypedExpression {
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    guard case .function(let parameters, let result) = callee.type else {
      typeAll(arguments)
      if !isUnknown(callee.type) {
        report(notCallable(callee, arguments, at: span))
      }
      return unknown
    }
    guard parameters.count == arguments.count,
      arguments.allSatisfy({ $0.label == nil && !$0.isInout })
    else {
      typeAll(arguments)
      report(
        Diagnostic(
          .wrongArguments,
          "this function value takes \(counted(parameters.count, "argument")), without labels",
          at: span))
      return unknown
    }
    let values = zip(arguments, parameters).map { value($0.value, as: $1) }
    return TypedExpression(.callValue(callee, values), result, at: span)
  }

  /// What is called is no function; an array was meant to be indexed.
  private func notCallable(_ callee: TypedExpression, _ arguments: [Argument], at span: Span)
    -> Diagnostic
  {
    var fixes: [Fix] = []
    if callee.type.arrayElement != nil, arguments.count == 1, arguments[0].label == nil {
      let end = Int(callee.span.end)
      fixes = [
        Fix(
          "take its element by brackets",
          [
            Edit(Span(span.source, end, end + 1), "["),
            Edit(Span(span.source, Int(span.end) - 1, Int(span.end)), "]"),
          ])
      ]
    }
    return Diagnostic(
      .notApplicable, "\(program.described(callee.type)) cannot be called", at: callee.span,
      fixes: fixes)
  }

  // MARK: Members

  private mutating func callMember(
    _ base: ExpressionID, _ name: Name, _ arguments: [Argument], expecting: Type?, at span: Span
  ) -> TypedExpression {
    if let whole = appliedEnum(base), case .enumeration(let id, _) = whole {
      return makeCase(id, name, arguments, expecting: whole, at: span)
    }
    switch entity(base) {
    case .module(let index)?:
      return callInModule(index, name, arguments, expecting: expecting, at: span)
    case .use(let part)?:
      return callInPart(part, name, arguments, expecting: expecting, at: span)
    case .part(let id)?:
      if case .structure(let structure)? = partType(name.text, of: id) {
        return makeStructure(structure, arguments, expecting: expecting, at: span)
      }
    case .enumeration(let id)?:
      return makeCase(id, name, arguments, expecting: expecting, at: span)
    default: break
    }
    if isSelf(base) {
      typeAll(arguments)
      reportSelf(base, name)
      return TypedExpression(.invalid, .unknown, at: span)
    }
    if let (written, type) = builtinType(base) {
      typeAll(arguments)
      if constant(name.text, of: type, at: span) != nil {
        report(
          Diagnostic(
            .notApplicable, "`\(written).\(name.text)` is a value; it is not called",
            at: tree.span(of: base).joined(with: name.span)))
      } else {
        report(noSuchMember(name, ofType: written, type))
      }
      return TypedExpression(.invalid, .unknown, at: span)
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
    if let field = property(
      name.text, of: receiver, at: tree.span(of: base).joined(with: name.span))
    {
      if case .function = field.type { return callValue(field, arguments, at: span) }
      if !isUnknown(field.type), arrayMethods(name.text) == nil {
        typeAll(arguments)
        report(notAMethod(name, field, hasArguments: !arguments.isEmpty, at: span))
        return unknown
      }
      if isUnknown(field.type) {
        typeAll(arguments)
        return unknown
      }
    }
    // Functions of the module `array` are methods of arrays.
    if isArray(receiver.type), let candidates = arrayMethods(name.text) {
      return callFunction(
        candidates, name, arguments, receiver: asGrowing(receiver), expecting: expecting, at: span)
    }
    typeAll(arguments)
    report(elementOfScalar(name, receiver) ?? noSuchMember(name, of: receiver.type))
    return unknown
  }

  /// A property that is called like a method.
  private func notAMethod(
    _ name: Name, _ property: TypedExpression, hasArguments: Bool, at span: Span
  ) -> Diagnostic {
    let end = Span(span.source, Int(name.span.end), Int(span.end))
    return Diagnostic(
      .notApplicable,
      "`\(name.text)` is \(program.described(property.type)), and cannot be called", at: name.span,
      fixes: hasArguments ? [] : [Fix("leave out the parentheses", [Edit(end, "")])])
  }

  /// The methods of a struct or enum that are called `name`.
  func methods(_ name: String, of type: Type) -> [FunctionID] {
    switch type {
    case .structure(let id, _) where isVisible(name, of: program[id].nameSpan):
      program[id].methods.filter { program[$0].name == name }
    case .enumeration(let id, _) where isVisible(name, of: program[id].nameSpan):
      program[id].methods.filter { program[$0].name == name }
    default: []
    }
  }

  /// The enum that `base`, as `Outcome<Int>`, stands for with its type arguments; nil of anything
  /// else.
  mutating func appliedEnum(_ base: ExpressionID) -> Type? {
    guard case .type(let written) = tree[base], case .named(_, _, let arguments) = tree[written],
      !arguments.isEmpty
    else { return nil }
    let reported = diagnostics.count
    let type = resolve(written, generics: body.generics)
    if case .enumeration = type { return type }
    diagnostics.removeLast(diagnostics.count - reported)
    return nil
  }

  /// Whether this module may know what is called `name` in the type declared at `declaration`: what
  /// begins with `_` belongs to the module of the type alone.
  func isVisible(_ name: String, of declaration: Span) -> Bool {
    !name.hasPrefix("_") || declaration.source == tree.source
  }

  /// The functions of the module `array` called `name`.
  func arrayMethods(_ name: String) -> [FunctionID]? {
    guard !name.hasPrefix("_"), let index = arrayModule,
      case .functions(let candidates)? = moduleScopes[index][name]
    else { return nil }
    return candidates
  }

  /// The function of the module `array` called `name`, which is none for programs to call.
  func hiddenArrayFunction(_ name: String) -> FunctionID? {
    guard let index = arrayModule, case .functions(let candidates)? = moduleScopes[index][name]
    else { return nil }
    return candidates.first
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

  func isArray(_ type: Type) -> Bool {
    switch type {
    case .array, .fixedArray: true
    default: false
    }
  }

  private mutating func callInModule(
    _ index: Int, _ name: Name, _ arguments: [Argument], expecting: Type?, at span: Span
  ) -> TypedExpression {
    switch exported(name.text, by: index) {
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
  func isMathematics(_ index: Int) -> Bool {
    modules.modules[index].name == "math" && modules.modules[index].isLibrary
  }

  private mutating func callDevice(
    _ receiver: TypedExpression, _ name: Name, _ arguments: [Argument], at span: Span
  ) -> TypedExpression {
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    let candidates = kernels(name.text, of: receiver.type)
    guard !candidates.isEmpty else {
      typeAll(arguments)
      report(elementOfScalar(name, receiver) ?? noSuchMember(name, of: receiver.type))
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
    if case .device(let device) = receiver.kind { calledDevices.insert(device) }
    return TypedExpression(
      .deviceCall(receiver, name: name.text, signature: kernel, typed), call.type, at: span)
  }
}
