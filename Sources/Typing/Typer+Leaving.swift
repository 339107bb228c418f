import Diagnostics
import Syntax

// `return`, `throw` and `try`, and `preload`.

extension Typer {
  mutating func typeReturn(
    _ value: ExpressionID?, at span: Span, into statements: inout [TypedStatement]
  ) {
    if let outer = body.enclosing.last(where: { $0 != .loop }) {
      report(outer == .value ? leavesValue("return", at: span) : leaves("return", outer, at: span))
    }
    switch body.kind {
    case .stage(.prepare):
      report(
        Diagnostic(
          .nothingToLeave, "`prepare` has no `return`", at: span,
          notes: ["What it binds is used by the kernels, so it always runs to its end."]))
      return
    case .portable, .host, .kernel, .seamlessKernel, .stage, .initializer, .test, .requirement:
      break
    }
    guard let value else {
      if body.result != .unit, body.result != .unknown {
        report(
          Diagnostic(
            .mismatch, "`return` must yield \(program.described(body.result)) here", at: span))
      }
      statements.append(TypedStatement(.returnValue(nil), at: span))
      return
    }
    if body.result == .unit {
      let typed = expression(value)
      if typed.type == .unit {
        statements.append(TypedStatement(.expression(typed), at: span))
        statements.append(TypedStatement(.returnValue(nil), at: span))
      } else if typed.type != .unknown {
        reportMissingResult(typed)
      }
      return
    }
    if case .none = tree[value], let id = body.function, !isOptional(body.result) {
      doubtfulResults.insert(id)
    }
    let faultsBefore = diagnostics.count
    statements.append(TypedStatement(.returnValue(self.value(value, as: body.result)), at: span))
    if disagrees(value, since: faultsBefore), let id = body.function { doubtfulResults.insert(id) }
  }

  mutating func typeThrow(
    _ value: ExpressionID?, at span: Span, into statements: inout [TypedStatement]
  ) {
    if let place = body.enclosing.lastIndex(where: { $0 != .loop && $0 != .value }),
      !isCaught(value, inside: place)
    {
      report(leaves("throw", body.enclosing[place], at: span))
    }
    guard let value else {
      if body.catchDepth == 0 {
        report(
          Diagnostic(
            .nothingToLeave,
            "`throw` alone stands in a `catch`, where there is an error to throw again", at: span))
      }
      statements.append(TypedStatement(.throwError(nil, []), at: span))
      return
    }
    var callee = value
    var arguments: [Argument] = []
    if case .call(let inner, let given) = tree[value] {
      callee = inner
      arguments = given
    }
    if case .name(let name) = tree[value], let local = body.lookUp(name.text),
      body.caught.contains(local)
    {
      statements.append(TypedStatement(.throwError(nil, [expression(value)]), at: span))
      return
    }
    // Whatever is wrong with it, control does not go on behind it.
    func leave() { statements.append(TypedStatement(.throwError(nil, []), at: span)) }
    guard let name = dottedName(callee) else {
      report(
        Diagnostic(
          .mismatch, "an error is due after `throw`", at: tree.span(of: value),
          notes: [
            "It is declared, `error NoSignal(count: Int)`, and thrown: `throw NoSignal(count: 3)`."
          ]))
      return leave()
    }
    switch entity(path: name) {
    case .error(let id)?:
      let formals = program[id].payload.map {
        Formal(
          name: $0.name, label: nil, type: $0.type, isInout: false, defaultValue: $0.defaultValue)
      }
      guard
        let payload = payload(
          arguments, formals, of: program[id].name, declaredAt: program[id].nameSpan,
          at: tree.span(of: value))
      else { return leave() }
      statements.append(TypedStatement(.throwError(.declared(id), payload), at: span))
    case .builtinError(let index)?:
      let formals = builtinErrorPayload(index).map {
        Formal(name: $0.name, label: nil, type: $0.type, isInout: false, defaultValue: nil)
      }
      if arguments.isEmpty, !formals.isEmpty {
        if isThrownBare(index) {
          statements.append(TypedStatement(.throwError(.builtin(index), []), at: span))
          return
        }
        report(needsPayload(name, formals))
        return leave()
      }
      guard
        let payload = payload(
          arguments, formals, of: name.text, declaredAt: nil, at: tree.span(of: value))
      else { return leave() }
      statements.append(TypedStatement(.throwError(.builtin(index), payload), at: span))
    case nil:
      typeAll(arguments)
      report(notFound(name))
      leave()
    default:
      typeAll(arguments)
      report(notAnError(name))
      leave()
    }
  }

  /// What an error that is thrown carries; nil where the arguments do not fit.
  private mutating func payload(
    _ arguments: [Argument], _ formals: [Formal], of name: String, declaredAt declaration: Span?,
    at span: Span
  ) -> [TypedExpression]? {
    match(arguments, to: formals, of: name, declaredAt: declaration, at: span).map { matched in
      zip(matched, formals).map { source, formal in
        switch source {
        case .given(let argument): carried(argument.value, as: formal)
        case .standard(let value): value
        }
      }
    }
  }

  /// In a driver the `channel` of an error of the device is that of the device.
  private mutating func carried(_ id: ExpressionID, as formal: Formal) -> TypedExpression {
    let value = expression(id, expecting: formal.type)
    if value.type == .channel, formal.name == "channel", formal.type == .integer {
      return TypedExpression(value.kind, .integer, at: value.span)
    }
    return coerce(value, to: formal.type)
  }

  private func needsPayload(_ name: Name, _ formals: [Formal]) -> Diagnostic {
    let list = formals.map { "\($0.name): \(program.text($0.type))" }.joined(separator: ", ")
    return Diagnostic(
      .wrongArguments,
      "`\(name.text)` carries something, which is due here: `\(name.text)(\(list))`",
      at: name.span,
      notes: [
        "The device raises it and says which channel it was. For an error of your own declare one: `error NotReady`."
      ])
  }

  /// Nothing is called `path`, or there is no such thing in the module that it names.
  private mutating func notFound(_ path: Name) -> Diagnostic {
    let parts = path.text.split(separator: ".").map(String.init)
    if parts.count == 2, case .module(let index)? = lookUp(parts[0]) {
      let length = parts[1].utf8.count
      let span = Span(path.span.source, Int(path.span.end) - length, Int(path.span.end))
      return noSuchMember(Name(parts[1], at: span), ofModule: index)
    }
    return unknownName(path)
  }

  private func notAnError(_ name: Name) -> Diagnostic {
    Diagnostic(
      .mismatch, "`\(name.text)` is not an error", at: name.span,
      notes: ["An error is declared, beside the functions: `error NotReady`."])
  }

  /// Whether a `try` inside the block at `place` of those around catches the error that is thrown.
  private func isCaught(_ value: ExpressionID?, inside place: Int) -> Bool {
    var thrown = value.map { tree.span(of: $0) }
    if let value, case .call(let callee, _) = tree[value] { thrown = tree.span(of: callee) }
    let name = thrown.map { program.sources[$0.source].text($0) }
    return body.attempts.contains { attempt in
      attempt.depth > place
        && (attempt.errors.isEmpty || name.map(attempt.errors.contains) ?? false)
    }
  }

  mutating func typeTry(
    _ block: Block, _ catches: [CatchClause], _ finally: Block?, at span: Span,
    into statements: inout [TypedStatement]
  ) {
    body.tryDepth += 1
    let attemptCount = body.attempts.count
    for clause in catches {
      let errors = Set(clause.errors.map(\.text))
      body.attempts.append(BodyState.Attempt(depth: body.enclosing.count, errors: errors))
    }
    let inner = typeInnerBlock(block)
    body.attempts.removeLast(body.attempts.count - attemptCount)
    body.tryDepth -= 1
    var typed: [TypedCatch] = []
    for clause in catches {
      var errors: [ErrorReference] = []
      for name in clause.errors {
        switch entity(path: name) {
        case .error(let id)?: errors.append(.declared(id))
        case .builtinError(let index)?: errors.append(.builtin(index))
        case nil: report(notFound(name))
        default: report(notAnError(name))
        }
      }
      body.openScope()
      var binding: LocalID?
      if let name = clause.binding {
        // Of what could not be found it is not known what it carries.
        var type = errors.count == clause.errors.count ? Type.anyError : .unknown
        switch errors.first {
        case .declared(let id)? where clause.errors.count == 1: type = .error(id)
        case .builtin(let number)? where clause.errors.count == 1:
          type = .error(builtinError(number, at: clause.errors[0].span))
        default: break
        }
        binding = declareLocal(name, type, isVariable: false, warns: false)
      }
      if let binding { body.caught.insert(binding) }
      defer { if let binding { body.caught.remove(binding) } }
      body.catchDepth += 1
      let handler = typeInnerBlock(clause.body)
      body.catchDepth -= 1
      body.closeScope()
      if errors.count == clause.errors.count {
        typed.append(TypedCatch(errors: errors, binding: binding, body: handler))
      }
    }
    let last = finally.map { typeInnerBlock($0) }
    if let last { warnOfWaysOut(of: last) }
    statements.append(TypedStatement(.tryCatch(inner, typed, finally: last), at: span))
  }

  /// Warns of what in a `finally` takes the place of the error or the way out that led into it.
  private mutating func warnOfWaysOut(of finally: TypedBlock) {
    func visit(_ block: TypedBlock, inLoop: Bool, inTry: Bool) {
      for statement in block.statements { visit(statement, inLoop: inLoop, inTry: inTry) }
    }
    func visit(_ statement: TypedStatement, inLoop: Bool, inTry: Bool) {
      let word: String
      switch statement.kind {
      case .returnValue: word = "return"
      case .breakLoop where !inLoop: word = "break"
      case .continueLoop where !inLoop: word = "continue"
      case .throwError where !inTry: word = "throw"
      case .conditional(_, let then, let otherwise):
        visit(then, inLoop: inLoop, inTry: inTry)
        if let otherwise { visit(otherwise, inLoop: inLoop, inTry: inTry) }
        return
      case .guarded(_, let inner), .block(let inner), .critical(let inner), .parallel(let inner):
        return visit(inner, inLoop: inLoop, inTry: inTry)
      case .loop(_, let inner, _), .whileLoop(_, let inner):
        return visit(inner, inLoop: true, inTry: inTry)
      // That of an inner `try` has been warned of.
      case .tryCatch(let inner, let catches, _):
        visit(inner, inLoop: inLoop, inTry: inTry || !catches.isEmpty)
        for item in catches { visit(item.body, inLoop: inLoop, inTry: inTry) }
        return
      default: return
      }
      report(
        Diagnostic(
          .replacedByFinally,
          "this `\(word)` takes the place of the error or the way out that led into `finally`",
          at: statement.span,
          notes: ["An error that is on its way is lost here. Only `Cancelled` cannot be replaced."]
        ))
    }
    visit(finally, inLoop: false, inTry: false)
  }

  /// What an error of the language carries, as a declaration.
  private mutating func builtinError(_ number: Int, at span: Span) -> ErrorID {
    if let known = builtinErrors[number] { return known }
    let payload = builtinErrorPayload(number).map {
      TypedField(name: $0.name, type: $0.type, defaultValue: nil, span: span)
    }
    let id = ErrorID(index: Int32(program.errors.count))
    let name = builtinErrorNames.indices.contains(number) ? builtinErrorNames[number] : "Error"
    program.errors.append(TypedError(id: id, name: name, payload: payload, nameSpan: span))
    builtinErrors[number] = id
    return id
  }

  mutating func typePreload(_ names: [Name], at span: Span, into statements: inout [TypedStatement])
  {
    var kernels: [FunctionID] = []
    for name in names {
      let found = entity(path: name)
      guard case .functions(let candidates)? = found else {
        report(found == nil ? unknownName(name) : notAKernel(name))
        continue
      }
      let fitting = candidates.filter {
        program[$0].kind == .kernel || program[$0].kind == .seamlessKernel
      }
      if fitting.isEmpty { report(notAKernel(name)) }
      kernels += fitting
    }
    // After an error it is not known which were meant: none of them is to be called stale for that.
    if kernels.count < names.count, let experiment = body.experiment {
      kernels = program[experiment].kernels
    }
    if !kernels.isEmpty { statements.append(TypedStatement(.preload(kernels), at: span)) }
  }

  private func notAKernel(_ name: Name) -> Diagnostic {
    Diagnostic(
      .mismatch, "`\(name.text)` is not a kernel; only kernels are compiled and preloaded",
      at: name.span)
  }
}
