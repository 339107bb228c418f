import Bytecode
import Diagnostics
import Typing
import Values

// Ways out of a block and a function: `break`, `continue`, `return`, `throw`. Each goes through
// what stands around it, up to the loop or the function that it leaves.

/// What a way out has to pass.
enum ExitContext {
  /// The code of a `finally`, which is there once: a way out says where it leads and jumps to it.
  case finally(FinallyContext)
  /// The body of a `finally` or `catch` that runs for an error: where that is `Cancelled` nothing
  /// can take its place, and every way out leads to where it is raised again.
  case protected(marker: Run, again: Label)
  /// The error that a `catch` keeps.
  case caught(Run)
  case critical
}

/// A `finally` while what it belongs to is lowered.
struct FinallyContext {
  /// Holds the number of the way out that is taken.
  let marker: Run
  let entry: Label
  /// The ways out that lead through it, in the order of their numbers.
  var exits: [Exit] = []
}

/// A way out of a block.
enum Exit: Hashable {
  case breakLoop(Int), continueLoop(Int)
  case returnValue
}

/// Numbers in a marker: which way leads through a `finally`.
enum ExitMarker {
  /// To its end; because of an error; because of `Cancelled`; and the first of the other ways out.
  static let normal = 0
  static let failed = 1
  static let cancelled = 2
  static let first = 3
}

extension Lowerer {
  mutating func leave(_ exit: Exit, at span: Span) {
    let depth: Int
    switch exit {
    case .breakLoop(let number), .continueLoop(let number):
      guard frame.loops.indices.contains(number) else { return }
      depth = frame.loops[number].exitDepth
    case .returnValue: depth = 0
    }
    var index = exits.count
    var scopeCount = scopes.count
    while index > depth {
      index -= 1
      release(scopesFrom: exits[index].scopeCount, upTo: scopeCount)
      scopeCount = min(scopeCount, exits[index].scopeCount)
      switch exits[index].context {
      case .critical: code.emit(.leaveCritical)
      case .caught(let run): code.emit(.faultRelease, run.first)
      case .protected(let marker, let again):
        jump(to: again, where: marker, is: ExitMarker.cancelled)
      case .finally(var context):
        let number: Int
        if let known = context.exits.firstIndex(of: exit) {
          number = known
        } else {
          number = context.exits.count
          context.exits.append(exit)
          exits[index].context = .finally(context)
        }
        code.emit(.loadInteger, context.marker.first, wide: ExitMarker.first + number)
        return code.jump(to: context.entry)
      }
    }
    switch exit {
    case .breakLoop(let number):
      release(scopesFrom: frame.loops[number].scopeCount, upTo: scopeCount)
      code.jump(to: frame.loops[number].breakLabel)
    case .continueLoop(let number):
      release(scopesFrom: frame.loops[number].scopeCount, upTo: scopeCount)
      code.jump(to: frame.loops[number].continueLabel)
    case .returnValue:
      returnSlots(returnRun ?? Run(first: 0, words: []), hasFailed: false, at: span)
    }
  }

  private mutating func release(scopesFrom first: Int, upTo end: Int) {
    guard first < end, end <= scopes.count else { return }
    for scope in scopes[first..<end].reversed() {
      for run in scope.reversed() { release(run) }
    }
  }

  /// Goes on at `label` where `marker` holds `number`.
  mutating func jump(to label: Label, where marker: Run, is number: Int) {
    let wanted = code.allocate([.integer])
    let test = code.allocate([.boolean])
    code.emit(.loadInteger, wanted.first, wide: number)
    code.emit(.equalInteger, test.first, marker.first, wanted.first)
    code.jump(.jumpIfTrue, test.first, to: label)
    code.free(wanted)
    code.free(test)
  }

  mutating func leaveLoop(continuing: Bool, at span: Span) {
    let number = frame.loops.count - 1
    leave(continuing ? .continueLoop(number) : .breakLoop(number), at: span)
  }

  mutating func returnValue(_ value: TypedExpression?, at span: Span) {
    guard exits.isEmpty else {
      if let value {
        let words = words(of: type(of: value), at: value.span)
        let run: Run
        if let known = returnRun, known.words == words {
          run = known
        } else {
          run = code.allocate(words)
          returnRun = run
        }
        let mark = temporaries.count
        evaluate(value, into: run)
        releaseTemporaries(downTo: mark)
      }
      return leave(.returnValue, at: span)
    }
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
    guard let error else { return throwAgain(payload.first, at: span) }
    let number = errorNumber(error, at: span)
    let counts = payload.map { words(of: type(of: $0), at: $0.span).count }
    let run = temporary(payload.flatMap { words(of: type(of: $0), at: $0.span) })
    var offset = 0
    formatsOnHost = isDevice
    for (value, count) in zip(payload, counts) {
      evaluate(value, into: run.part(offset, count))
      offset += count
    }
    formatsOnHost = false
    var slots = Array(run.slots)
    if case .builtin(let number) = error, !slots.isEmpty, isThrownBare(number) {
      // Tells it from one that is thrown without what it carries.
      let marker = temporary([.integer])
      loadInteger(1, into: marker.first)
      slots.append(marker.first)
    }
    if slots.count > Limits.errorWordCountMax {
      if case .builtin = error {
        slots = Array(slots.prefix(Limits.errorWordCountMax))
      } else {
        let pair = temporary(packedWords)
        emit(.pack, pair.first, run.first, run.words.count, at: span)
        slots = Array(pair.slots)
      }
    }
    code.flush()
    emit(.throwError, slots.count, 0, number, at: span)
    code.operands(slots)
    code.end()
  }

  /// `throw` alone, or of the error that a `catch` has bound to the local `error`.
  private mutating func throwAgain(_ error: TypedExpression?, at span: Span) {
    var kept = caughtErrors.last?.kept
    if case .local(let id)? = error?.kind {
      kept = caughtErrors.last { $0.binding == id }?.kept
    }
    code.flush()
    if let kept { code.emit(.faultRestore, kept.first) }
    emit(.rethrow, at: span)
    code.end()
  }

  /// Lowers `body` as what a way out has to pass `context` to leave.
  mutating func within(_ context: ExitContext, _ body: (inout Lowerer) -> Void) {
    exits.append((context, scopes.count))
    body(&self)
    exits.removeLast()
  }
}
