import Bytecode
import Diagnostics
import Typing
import Values

// Ways out of a block and a function: `break`, `return`, `throw`, and `try` that catches them.

extension Lowerer {
  mutating func leave(at span: Span, to label: (LoopContext) -> Label) {
    guard let loop = frame.loops.last else { return }
    if finallyDepth > loop.finallyDepth {
      return unsupported("a way out of a `try` with `finally`", at: span)
    }
    for scope in scopes[min(loop.scopeCount, scopes.count)...].reversed() {
      for run in scope.reversed() { release(run) }
    }
    code.jump(to: label(loop))
  }

  mutating func returnValue(_ value: TypedExpression?, at span: Span) {
    if finallyDepth > 0 { return unsupported("a `return` out of a `try` with `finally`", at: span) }
    var result = Run(first: 0, words: [])
    if let value {
      let valueType = type(of: value)
      // A local that is given back is moved: nobody reads it any more.
      if case .local(let id) = value.kind, let run = localRun(id), inoutRuns.isEmpty,
        run.words == words(of: valueType, at: value.span)
      {
        result = run
      } else {
        result = temporary(words(of: valueType, at: value.span))
        evaluate(value, into: result)
      }
    }
    returnSlots(result, hasFailed: false, at: span)
  }

  /// Returns `result` and what the inout parameters hold.
  mutating func returnSlots(_ result: Run, hasFailed: Bool, at span: Span) {
    var slots = Array(result.slots)
    if !inoutRuns.isEmpty {
      for run in inoutRuns { slots += Array(run.slots) }
      let failed = code.allocate([.boolean])
      code.emit(.loadBoolean, failed.first, hasFailed ? 1 : 0)
      slots.append(failed.first)
      code.free(failed)
    }
    code.flush()
    position(span)
    code.emit(.returnSlots, slots.count)
    code.operands(slots)
    code.end()
  }

  mutating func throwError(_ error: ErrorReference?, _ payload: [TypedExpression], at span: Span) {
    guard let error else {
      code.flush()
      emit(.rethrow, at: span)
      return code.end()
    }
    guard let number = errorNumber(error, at: span) else { return }
    var slots: [Int] = []
    for value in payload {
      let run = temporary(words(of: type(of: value), at: value.span))
      evaluate(value, into: run)
      slots += Array(run.slots)
    }
    if case .builtin = error, slots.count > Limits.errorWordCountMax {
      slots = Array(slots.prefix(Limits.errorWordCountMax))
    }
    code.flush()
    emit(.throwError, slots.count, 0, number, at: span)
    code.operands(slots)
    code.end()
  }

  // MARK: try

  /// Whether an error may be caught while `block` runs, so that the one before it is forgotten.
  mutating func mayCatch(in block: TypedBlock) -> Bool {
    let functions = catching ?? CatchingFunctions(program)
    catching = functions
    return functions.mayCatch(in: block)
  }

  mutating func tryCatch(
    _ body: TypedBlock, _ catches: [TypedCatch], _ last: TypedBlock?, at span: Span
  ) {
    for item in catches where item.binding != nil {
      return unsupported("`catch … as`", at: item.body.span)
    }
    if let last, mayCatch(in: last) {
      return unsupported(
        "a `finally` that catches errors, itself or in what it calls", at: last.span)
    }
    for item in catches where item.body.throwsAgain && mayCatch(in: item.body) {
      return unsupported("`throw` alone in a `catch` that catches other errors", at: item.body.span)
    }
    let end = code.label()
    if last != nil { finallyDepth += 1 }
    code.flush()
    let start = code.count
    block(body)
    let labels = catches.map { _ in code.label() }
    for (item, label) in zip(catches, labels) {
      if item.errors.isEmpty { code.handle(from: start, error: nil, at: label) }
      for error in item.errors {
        if let number = errorNumber(error, at: item.body.span) {
          code.handle(from: start, error: UInt16(truncatingIfNeeded: number), at: label)
        }
      }
    }
    code.jump(to: end)
    for (item, label) in zip(catches, labels) {
      code.place(label)
      if isDevice { code.emit(.realtime) }
      block(item.body)
      code.jump(to: end)
    }
    guard let last else { return code.place(end) }
    finallyDepth -= 1
    let failed = code.label()
    code.handle(from: start, error: nil, at: failed)
    code.place(failed)
    if isDevice { code.emit(.realtime) }
    block(last)
    emit(.rethrow, at: span)
    code.end()
    code.place(end)
    block(last)
  }
}
