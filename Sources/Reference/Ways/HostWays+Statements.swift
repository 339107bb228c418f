import Typing

// The ways through statements.

extension HostWays {
  mutating func walk(_ block: TypedBlock) {
    for statement in block.statements where !current.isEmpty { walk(statement) }
  }

  private mutating func walk(_ statement: TypedStatement) {
    switch statement.kind {
    case .expression(let value), .declare(_, let value), .declareMember(_, let value),
      .send(let value):
      evaluate(value)
    case .expect(let value, _, _):
      evaluate(value)
      mayRaise(at: statement.span)
    case .assign(let place, let value):
      evaluate(value)
      evaluateIndices(of: place)
      write(place)
    case .compoundAssign(let place, let operation, let value):
      evaluate(value)
      evaluateIndices(of: place)
      if Self.canRaise(operation) { mayRaise(at: statement.span) }
      write(place)
    case .assignTuple(let places, let value):
      evaluate(value)
      for place in places {
        evaluateIndices(of: place)
        write(place)
      }
    case .conditional(let conditions, let block, let otherwise):
      let (holds, fails) = evaluate(conditions)
      branch(to: holds, at: block.span)
      walk(block)
      let first = current
      branch(to: fails, at: otherwise?.span ?? statement.span)
      if let otherwise { walk(otherwise) }
      current.formUnion(first)
    case .guarded(let conditions, let block):
      let (holds, fails) = evaluate(conditions)
      branch(to: fails, at: block.span)
      walk(block)
      let other = current
      branch(to: holds, at: statement.span)
      current.formUnion(other)
    case .loop(let loop, let block, _):
      evaluate(loop)
      walkLoop { ways in
        let enough = ways.current
        ways.branch(to: enough, at: block.span)
        ways.walk(block)
        return enough
      }
    case .whileLoop(let conditions, let block):
      walkLoop { ways in
        let (holds, fails) = ways.evaluate(conditions)
        ways.branch(to: holds, at: block.span)
        ways.walk(block)
        return fails
      }
    case .breakLoop:
      ends.broke.formUnion(current)
      current = []
    case .continueLoop:
      ends.continued.formUnion(current)
      current = []
    case .returnValue(let value):
      if let value { evaluate(value) }
      ends.returned.formUnion(current)
      current = []
    case .throwError(_, let payload):
      for value in payload { evaluate(value) }
      mayRaise(at: statement.span)
      current = []
    case .tryCatch(let block, let catches, let finally): walkTry(block, catches, finally)
    case .preload(let kernels):
      for kernel in program.compiled(by: kernels, in: activation.function) { compile(kernel) }
    case .block(let block), .parallel(let block), .critical(let block): walk(block)
    }
  }

  /// Goes round until no round begins in a new state; `round` walks one from the current states and
  /// gives those in which the loop ends instead.
  mutating func walkLoop(_ round: (inout HostWays) -> Set<HostState>) {
    let outer = (ends.broke, ends.continued)
    (ends.broke, ends.continued) = ([], [])
    var seen = current
    var left: Set<HostState> = []
    while !current.isEmpty, !isGivenUp {
      left.formUnion(round(&self))
      current = current.union(ends.continued).subtracting(seen)
      seen.formUnion(current)
    }
    current = left.union(ends.broke)
    (ends.broke, ends.continued) = outer
  }

  private mutating func walkTry(
    _ block: TypedBlock, _ catches: [TypedCatch], _ finally: TypedBlock?
  ) {
    let outer = ends
    ends = HostEnds()
    walk(block)
    var after = current
    let raised = ends.threw
    // Every error may be the one that a `catch` names, and another one.
    if catches.contains(where: \.errors.isEmpty) { ends.threw = [] }
    for handler in catches {
      branch(to: raised, at: handler.body.span)
      walk(handler.body)
      after.formUnion(current)
    }
    if let finally {
      var inside = ends
      ends = HostEnds()
      // `return`, `break`, `continue` and `throw` in `finally` replace what was on its way.
      after = walk(finally, from: after)
      inside.broke = walk(finally, from: inside.broke)
      inside.continued = walk(finally, from: inside.continued)
      inside.returned = walk(finally, from: inside.returned)
      inside.threw = walk(finally, from: inside.threw)
      add(inside)
    }
    current = after
    add(outer)
  }

  private mutating func walk(_ block: TypedBlock, from states: Set<HostState>) -> Set<HostState> {
    branch(to: states, at: block.span)
    walk(block)
    return current
  }

  private mutating func add(_ other: HostEnds) {
    ends.broke.formUnion(other.broke)
    ends.continued.formUnion(other.continued)
    ends.returned.formUnion(other.returned)
    ends.threw.formUnion(other.threw)
  }
}
