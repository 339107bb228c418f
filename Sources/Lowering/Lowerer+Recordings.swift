import Bytecode
import Diagnostics
import Typing
import Values

// `record` and `play` (rules 45 and 46).

extension Lowerer {
  /// `record { }`: its events go into an array; its errors give the cursor back first.
  mutating func record(_ block: TypedBlock, _ expression: TypedExpression, _ hint: Run?) -> Operand
  {
    let span = expression.span
    guard isDevice, walk == nil else {
      return placeholder(type(of: expression), "`record` here", at: span)
    }
    charge(operations: 1)
    // Taken before, so that nothing else is lost where the recording is given up.
    let target = fresh(type(of: expression), hint, at: span)
    guard target.words.count == 3 else { return .temporary(target) }
    let outerDepth = parallelDepth
    parallelDepth = 0
    code.flush()
    emit(.beginRecord, at: span)
    let start = code.count
    scopes.append([])
    statements(block.statements)
    closeScope()
    code.flush()
    emit(.endRecord, target.first + 1, target.first, at: span)
    parallelDepth = outerDepth
    let (failed, end) = (code.label(), code.label())
    code.handle(from: start, error: nil, at: failed)
    code.jump(to: end)
    code.place(failed)
    emit(.abortRecord, at: span)
    emit(.rethrow, at: span)
    code.end()
    code.place(end)
    return .temporary(target)
  }

  /// `play(r)`: inside `parallel` what is played is queued along with the other branches' events.
  mutating func play(_ operands: [TypedExpression], at span: Span) -> Operand {
    guard let operand = operands.first else { return .constant(.unit) }
    let (run, source) = settled(evaluate(operand), type(of: operand), at: span)
    guard run.words.count == 3 else { return .constant(.unit) }
    charge(events: 1)
    code.flush()
    emit(.play, run.first + 1, at: span)
    if parallelDepth == 0 { emit(.flushPlays, at: span) }
    emit(.delay, run.first, at: span)
    discard(source)
    return .constant(.unit)
  }

  // MARK: In `parallel`

  /// Whether `statement` is the branch `play(r)` of a recording that no branch changes: it may as
  /// well be the first.
  func isPlayedFirst(_ statement: TypedStatement, beside block: TypedBlock) -> Bool {
    guard case .expression(let expression) = statement.kind,
      case .intrinsic(.play, let operands) = expression.kind, let operand = operands.first
    else { return false }
    switch operand.kind {
    case .local(let id):
      let locals = program[frame.function].locals
      return Int(id.index) < locals.count && !locals[Int(id.index)].isVariable
        || !mayWrite(block)
    case .member: return !mayWrite(block)
    default: return false
    }
  }

  /// What is played when a `parallel` is left by an error, and not queued, is not queued any more.
  mutating func endPlays(from start: Int, at span: Span) {
    emit(.flushPlays, at: span)
    let (failed, end) = (code.label(), code.label())
    code.handle(from: start, error: nil, at: failed)
    code.jump(to: end)
    code.place(failed)
    emit(.dropPlays, at: span)
    emit(.rethrow, at: span)
    code.end()
    code.place(end)
  }

  /// Whether something is played in `block` itself, not in what it calls.
  func plays(_ block: TypedBlock) -> Bool { block.statements.contains(where: plays) }

  /// Whether something is played in `statement` itself.
  func plays(_ statement: TypedStatement) -> Bool {
    var found = false
    func visit(_ node: TypedNode) {
      guard !found else { return }
      switch node {
      case .expression(let expression):
        switch expression.kind {
        case .intrinsic(.play, _): found = true
        case .record: break
        default: expression.forEachChild(visit)
        }
      case .statement(let statement): statement.forEachChild(visit)
      case .place: break
      }
    }
    visit(.statement(statement))
    return found
  }
}
