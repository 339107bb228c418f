import Diagnostics
import Typing

// The walk through statements.

extension FreezeAnalysis {
  mutating func walk(_ block: TypedBlock) {
    for statement in block.statements {
      if flow.state == nil { return }
      walk(statement)
    }
  }

  private mutating func walk(_ statement: TypedStatement) {
    let outerPlace = flow.place
    if case .declare(_, let value) = statement.kind, value.span == statement.span {
      // What a `match` compares, which is a part of that statement.
      if case .around(let span) = outerPlace { flow.place = .before(span) }
      evaluate(value)
      flow.place = outerPlace
      return
    }
    let outerFresh = flow.fresh
    flow.fresh = []
    defer {
      flow.place = outerPlace
      flow.fresh = outerFresh
    }
    flow.place = .around(statement.span)
    switch statement.kind {
    case .expression(let value), .declare(_, let value), .declareMember(_, let value):
      evaluate(value)
    case .expect(let value, _, _):
      evaluate(value)
      mayThrow()
    case .send(let operand): runHostOperand(operand)
    case .assign(let place, let value):
      evaluate(value)
      evaluateIndices(of: place)
      write(place, at: statement.span)
    case .compoundAssign(let place, let operation, let value):
      evaluate(value)
      evaluateIndices(of: place)
      if operation.mayRaise { mayThrow() }
      write(place, at: statement.span)
    case .assignTuple(let places, let value):
      evaluate(value)
      for place in places {
        evaluateIndices(of: place)
        write(place, at: statement.span)
      }
    case .conditional(let conditions, let block, let otherwise):
      flow.place = .before(statement.span)
      let (holds, fails) = evaluate(conditions)
      set(holds)
      walk(block)
      let first = flow.state
      set(fails)
      if let otherwise { walk(otherwise) }
      set(omitted == .branchesJoin ? first : sites.join(first, flow.state))
    case .guarded(let conditions, let block):
      flow.place = .before(statement.span)
      let (holds, fails) = evaluate(conditions)
      set(fails)
      walk(block)
      set(sites.join(holds, flow.state))
    case .loop(let loop, let block, _):
      flow.place = .before(statement.span)
      evaluate(loop)
      loopOver { $0.walk(block) }
    case .whileLoop(let conditions, let block):
      flow.place = .none
      whileLoop(conditions, block)
    case .breakLoop:
      flow.broke = sites.join(flow.broke, flow.state)
      set(nil)
    case .continueLoop:
      flow.continued = sites.join(flow.continued, flow.state)
      set(nil)
    case .returnValue(let value):
      flow.place = .before(statement.span)
      if let value { evaluate(value) }
      flow.returned = sites.join(flow.returned, flow.state)
      set(nil)
    case .throwError(_, let payload):
      flow.place = .before(statement.span)
      for value in payload { evaluate(value) }
      mayThrow()
      set(nil)
    case .tryCatch(let block, let catches, let finally):
      walk(block, catches: catches, finally: finally)
    case .preload(let kernels):
      for id in program.compiled(by: kernels, in: flow.function) {
        guard let kernel = table.numbers[id] else { continue }
        let number = sites.number(site(.preload, at: statement.span))
        let set = sites.set(of: number)
        flow.state?.compile(kernel)
        flow.state?.compiled[kernel] = set
      }
      flow.version += 1
    case .block(let block), .parallel(let block), .critical(let block): walk(block)
    }
  }

  // MARK: Loops

  mutating func evaluate(_ loop: TypedLoop) {
    switch loop.source {
    case .range(let low, let high, _, let step):
      evaluate(low)
      evaluate(high)
      if let step { evaluate(step) }
    case .array(let array): evaluate(array)
    }
  }

  /// A loop with any number of rounds, also none, each of which does `round`.
  mutating func loopOver(_ round: (inout FreezeAnalysis) -> Void) {
    guard let entry = flow.state else { return }
    let body = stretch(round)
    let head = head(of: body, from: entry)
    apply(body, to: head)
    set(sites.join(head, compose(head, omitted == .breaksLeave ? nil : body.broke)))
  }

  private mutating func whileLoop(_ conditions: [TypedCondition], _ block: TypedBlock) {
    guard let entry = flow.state else { return }
    var finished: FreezeState?
    let body = stretch { analysis in
      let (holds, fails) = analysis.evaluate(conditions)
      finished = fails
      analysis.set(holds)
      analysis.walk(block)
    }
    let head = head(of: body, from: entry)
    apply(body, to: head)
    let broke = omitted == .breaksLeave ? nil : body.broke
    set(sites.join(compose(head, finished), compose(head, broke)))
  }

  /// The state before a round, whichever it is.
  ///
  /// Going round once more adds nothing: what one round leaves, the next one at most takes away and
  /// writes again.
  private mutating func head(of body: Stretch, from entry: FreezeState) -> FreezeState? {
    if omitted == .loopsGoRound { return entry }
    return sites.join(entry, compose(entry, sites.join(body.normal, body.continued)))
  }

  // MARK: Errors

  private mutating func walk(_ block: TypedBlock, catches: [TypedCatch], finally: TypedBlock?) {
    let outer = flow
    flow.broke = nil
    flow.continued = nil
    flow.returned = nil
    flow.threw = nil
    flow.versionThrown = -1
    walk(block)
    var after = flow.state
    let raised = flow.threw
    // `Cancelled` is caught by none; but where it comes from outside no kernel is started any more.
    flow.threw = catches.contains { $0.errors.isEmpty } && !throwsCancelled ? nil : raised
    for handler in catches {
      set(raised)
      flow.versionThrown = -1
      walk(handler.body)
      after = sites.join(after, flow.state)
    }
    if let finally, omitted != .finallyRuns {
      after = leaveThrough(finally, after)
    }
    set(after)
    flow.broke = sites.join(outer.broke, flow.broke)
    flow.continued = sites.join(outer.continued, flow.continued)
    flow.returned = sites.join(outer.returned, flow.returned)
    flow.threw = sites.join(outer.threw, flow.threw)
    flow.versionThrown = -1
  }

  /// Sends every way out of a `try` through its `finally`; `after` is the state at its end, the
  /// result that behind it.
  private mutating func leaveThrough(_ finally: TypedBlock, _ after: FreezeState?) -> FreezeState? {
    var entry = sites.join(after, flow.broke)
    entry = sites.join(entry, flow.continued)
    entry = sites.join(entry, flow.returned)
    entry = sites.join(entry, flow.threw)
    guard entry != nil else { return nil }
    let block = stretch { $0.walk(finally) }
    flow.broke = compose(flow.broke, block.normal)
    flow.continued = compose(flow.continued, block.normal)
    flow.returned = compose(flow.returned, block.normal)
    flow.threw = compose(flow.threw, block.normal)
    apply(block, to: entry)
    if block.broke != nil { flow.broke = sites.join(flow.broke, compose(entry, block.broke)) }
    if block.continued != nil {
      flow.continued = sites.join(flow.continued, compose(entry, block.continued))
    }
    return compose(after, block.normal)
  }
}
