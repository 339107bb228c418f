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
        report(
          Diagnostic(
            .mismatch, "nothing can be returned here: no result type is declared", at: typed.span,
            notes: ["Write `-> \(program.text(typed.type))` after the parameters."]))
      }
      return
    }
    statements.append(TypedStatement(.returnValue(self.value(value, as: body.result)), at: span))
  }

  mutating func typeThrow(
    _ value: ExpressionID?, at span: Span, into statements: inout [TypedStatement]
  ) {
    if let outer = body.enclosing.last(where: { $0 != .loop && $0 != .value }) {
      report(leaves("throw", outer, at: span))
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
    guard let name = dottedName(callee) else {
      report(Diagnostic(.mismatch, "an error is due after `throw`", at: tree.span(of: value)))
      return
    }
    switch entity(path: name) {
    case .error(let id)?:
      let fields = program[id].payload
      let matched = match(
        arguments,
        to: fields.map {
          Formal(
            name: $0.name, label: nil, type: $0.type, isInout: false, defaultValue: $0.defaultValue)
        },
        of: program[id].name, declaredAt: program[id].nameSpan, at: tree.span(of: value))
      guard let matched else { return }
      let typed = zip(matched, fields).map { source, field in
        switch source {
        case .given(let argument): self.value(argument.value, as: field.type)
        case .standard(let value): value
        }
      }
      statements.append(TypedStatement(.throwError(.declared(id), typed), at: span))
    case .builtinError(let index)?:
      if let first = arguments.first {
        report(
          Diagnostic(
            .wrongArguments, "`\(name.text)` is thrown without arguments",
            at: tree.span(of: first.value)))
      }
      statements.append(TypedStatement(.throwError(.builtin(index), []), at: span))
    case nil: report(unknownName(name))
    default: report(Diagnostic(.mismatch, "`\(name.text)` is not an error", at: name.span))
    }
  }

  mutating func typeTry(
    _ block: Block, _ catches: [CatchClause], _ finally: Block?, at span: Span,
    into statements: inout [TypedStatement]
  ) {
    let inner = typeInnerBlock(block)
    var typed: [TypedCatch] = []
    for clause in catches {
      var errors: [ErrorReference] = []
      for name in clause.errors {
        switch entity(path: name) {
        case .error(let id)?: errors.append(.declared(id))
        case .builtinError(let index)?: errors.append(.builtin(index))
        case nil: report(unknownName(name))
        default: report(Diagnostic(.mismatch, "`\(name.text)` is not an error", at: name.span))
        }
      }
      body.openScope()
      var binding: LocalID?
      if let name = clause.binding {
        var type = Type.anyError
        if errors.count == 1, case .declared(let id) = errors[0] { type = .error(id) }
        binding = declareLocal(name, type, isVariable: false)
      }
      body.catchDepth += 1
      let handler = typeInnerBlock(clause.body)
      body.catchDepth -= 1
      body.closeScope()
      if errors.count == clause.errors.count {
        typed.append(TypedCatch(errors: errors, binding: binding, body: handler))
      }
    }
    let last = finally.map { typeInnerBlock($0) }
    statements.append(TypedStatement(.tryCatch(inner, typed, finally: last), at: span))
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
