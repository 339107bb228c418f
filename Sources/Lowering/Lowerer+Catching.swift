import Bytecode
import Diagnostics
import Typing
import Values

// `try` with its `catch`es and its `finally`, and `critical`.

/// What the errors being handled are kept in, of the `catch` whose body is lowered.
struct CaughtError {
  let binding: LocalID?
  /// Nil where nothing in the body can take the error's place in the machine.
  let kept: Run?
}

private let cancelledNumber = Int(BuiltinError.cancelled.rawValue)

extension Lowerer {
  mutating func tryCatch(
    _ body: TypedBlock, _ catches: [TypedCatch], _ last: TypedBlock?, at span: Span
  ) {
    guard let last else { return guarded(body, catches, at: span) }
    scopes.append([])
    let marker = declare([.integer])
    let entry = code.label()
    code.flush()
    let start = code.count
    exits.append((.finally(FinallyContext(marker: marker, entry: entry)), scopes.count))
    guarded(body, catches, at: span)
    guard case .finally(let context) = exits.removeLast().context else { return closeScope() }
    code.emit(.loadInteger, marker.first, wide: ExitMarker.normal)
    code.jump(to: entry)
    let (failed, cancelled, caughtUp) = (code.label(), code.label(), code.label())
    code.handle(from: start, error: UInt16(cancelledNumber), at: cancelled)
    code.handle(from: start, error: nil, at: failed)
    let kept = program.mayCatch(in: last) ? declare(Self.keptError) : nil
    code.place(cancelled)
    code.emit(.loadInteger, marker.first, wide: ExitMarker.cancelled)
    code.jump(to: caughtUp)
    code.place(failed)
    code.emit(.loadInteger, marker.first, wide: ExitMarker.failed)
    code.place(caughtUp)
    if let kept { code.emit(.faultSave, kept.first) }
    if isDevice { code.emit(.catchUp) }
    code.place(entry)
    let again = code.label()
    protected(marker, again) { $0.block(last) }
    let end = code.label()
    jump(to: end, where: marker, is: ExitMarker.normal)
    let raise = code.label()
    jump(to: raise, where: marker, is: ExitMarker.failed)
    jump(to: raise, where: marker, is: ExitMarker.cancelled)
    for (number, exit) in context.exits.enumerated() {
      // The last one needs no question.
      let next = number == context.exits.count - 1 ? nil : code.label()
      if let next { jump(to: next, whereNot: marker, is: ExitMarker.first + number) }
      leave(exit, at: span)
      if let next { code.place(next) }
    }
    code.end()
    code.place(raise)
    if let kept { code.emit(.faultRestore, kept.first) }
    emit(.rethrow, at: span)
    code.end()
    code.place(again)
    cancelAgain(at: span)
    code.place(end)
    closeScope()
  }

  mutating func jump(to label: Label, whereNot marker: Run, is number: Int) {
    let there = code.label()
    jump(to: there, where: marker, is: number)
    code.jump(to: label)
    code.place(there)
  }

  /// Raises `Cancelled`, which something was about to take the place of.
  private mutating func cancelAgain(at span: Span) {
    code.flush()
    emit(.throwError, 0, 0, cancelledNumber, at: span)
    code.end()
  }

  /// Lowers the body of a `finally` or `catch`: where `marker` says that it runs for `Cancelled`,
  /// every other way out of it leads to `again`, an error too.
  private mutating func protected(
    _ marker: Run, _ again: Label, _ body: (inout Lowerer) -> Void
  ) {
    code.flush()
    let start = code.count
    within(.protected(marker: marker, again: again), body)
    let (failed, end) = (code.label(), code.label())
    guard code.count > start else { return }
    code.jump(to: end)
    code.handle(from: start, error: nil, at: failed)
    code.place(failed)
    jump(to: again, where: marker, is: ExitMarker.cancelled)
    code.emit(.rethrow)
    code.end()
    code.place(end)
  }

  // MARK: catch

  private mutating func guarded(_ body: TypedBlock, _ catches: [TypedCatch], at span: Span) {
    guard !catches.isEmpty else { return block(body) }
    let end = code.label()
    code.flush()
    let start = code.count
    block(body)
    let labels = catches.map { _ in (code.label(), code.label()) }
    let passing = code.label()
    for (item, (label, cancelled)) in zip(catches, labels) {
      if item.errors.isEmpty {
        // `Cancelled` ends the run: only who names it is asked.
        code.handle(from: start, error: UInt16(cancelledNumber), at: passing)
        code.handle(from: start, error: nil, at: label)
      }
      for error in item.errors {
        if error == .builtin(cancelledNumber) {
          code.handle(from: start, error: UInt16(cancelledNumber), at: cancelled)
        } else {
          let number = errorNumber(error, at: item.body.span)
          code.handle(from: start, error: UInt16(truncatingIfNeeded: number), at: label)
        }
      }
    }
    code.jump(to: end)
    for (item, (label, cancelled)) in zip(catches, labels) {
      scopes.append([])
      if item.errors.contains(.builtin(cancelledNumber)) {
        let marker = declare([.integer])
        let (entered, again, finished) = (code.label(), code.label(), code.label())
        code.place(cancelled)
        code.emit(.loadInteger, marker.first, wide: ExitMarker.cancelled)
        code.jump(to: entered)
        code.place(label)
        code.emit(.loadInteger, marker.first, wide: ExitMarker.failed)
        code.place(entered)
        protected(marker, again) { $0.handle(item) }
        jump(to: finished, whereNot: marker, is: ExitMarker.cancelled)
        code.place(again)
        cancelAgain(at: span)
        code.place(finished)
      } else {
        code.place(label)
        handle(item)
      }
      closeScope()
      code.jump(to: end)
    }
    code.place(passing)
    emit(.rethrow, at: span)
    code.end()
    code.place(end)
  }

  /// The slots in which an error is kept with its backtrace.
  private static let keptError = [SlotType](
    repeating: .integer, count: Limits.keptErrorWordCount)

  /// The body of a `catch`, entered caught up.
  private mutating func handle(_ item: TypedCatch) {
    if isDevice { code.emit(.catchUp) }
    scopes.append([])
    if let binding = item.binding { bind(binding, caughtAs: item) }
    let throwsOwn = item.binding.map { item.body.throwsCaught($0) } ?? false
    guard item.body.throwsAgain || throwsOwn, program.mayCatch(in: item.body) else {
      caughtErrors.append(CaughtError(binding: item.binding, kept: nil))
      block(item.body)
      caughtErrors.removeLast()
      return closeScope()
    }
    let kept = declare(Self.keptError)
    code.emit(.faultSave, kept.first)
    caughtErrors.append(CaughtError(binding: item.binding, kept: kept))
    let start = code.count
    within(.caught(kept)) { $0.block(item.body) }
    caughtErrors.removeLast()
    let (failed, end) = (code.label(), code.label())
    code.emit(.faultRelease, kept.first)
    code.jump(to: end)
    code.handle(from: start, error: nil, at: failed)
    code.place(failed)
    code.emit(.faultRelease, kept.first)
    emit(.rethrow, at: item.body.span)
    code.end()
    code.place(end)
    closeScope()
  }

  /// Gives the local `binding` what the error carries.
  private mutating func bind(_ binding: LocalID, caughtAs item: TypedCatch) {
    let span = item.body.span
    let locals = program.locals(of: frame.function)
    guard locals.indices.contains(Int(binding.index)) else { return }
    let type = locals[Int(binding.index)].type
    let run = declare(words(of: type, at: span))
    bind(binding, .run(run))
    guard case .error = type else {
      // One of several: its name and its text.
      let texts = callHost(
        .describeError, [], returning: run.words, nil, mode: isDevice ? .await : .plain, at: span)
      return store(texts, type, into: run, at: span)
    }
    if case .error(let id) = type, program.packsPayload(of: id) {
      let view = code.allocate([SlotType(.borrowed, layout: packedWords[0].layout), .length])
      code.emit(.faultArray, view.first, 0)
      emit(.unpack, view.first, run.first, run.words.count, at: span)
      return code.free(view)
    }
    for (index, word) in run.words.enumerated() {
      switch word.kind {
      case .integer, .float, .boolean, .function:
        code.emit(.faultWord, run.first + index, index)
      case .owned:
        let view = code.allocate([SlotType(.borrowed, layout: word.layout), .length])
        code.emit(.faultArray, view.first, index)
        emit(.arrayCopy, run.first + index, view.first, at: span)
        code.free(view)
      case .borrowed, .length: break
      }
    }
  }

  // MARK: critical

  mutating func critical(_ body: TypedBlock, at span: Span) {
    guard isDevice else { return block(body) }
    code.flush()
    code.emit(.enterCritical)
    let start = code.count
    within(.critical) { $0.block(body) }
    code.flush()
    let (failed, end) = (code.label(), code.label())
    code.emit(.leaveCritical)
    code.jump(to: end)
    code.handle(from: start, error: nil, at: failed)
    code.place(failed)
    code.emit(.leaveCritical)
    emit(.rethrow, at: span)
    code.end()
    code.place(end)
  }
}
