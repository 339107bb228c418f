import Diagnostics
import Typing

/// Follows snapshots through `run` and all that it calls.
final class PauseWalk {
  /// A kernel that runs with a member of before a pause.
  struct Use: Hashable {
    let kernel: FunctionID
    let member: MemberID
    let call: Span
    let pause: Span
  }

  /// Since when a member is old.
  private struct Age: Hashable {
    let pause: Span
    /// Whether there has been another pause, or another round, since.
    var isSettled = false
  }
  /// The members that may be of before a pause; nil where control does not come.
  private typealias State = [MemberID: Age]?
  private struct Entered: Hashable {
    let function: FunctionID
    let state: [MemberID: Age]
  }
  private struct Left {
    let normal: State
    let thrown: State
  }

  private(set) var uses: [Use] = []
  private let program: TypedProgram
  private let snapshots: Set<MemberID>
  private let captures: (FunctionID) -> [MemberID]
  private var seen: Set<Use> = []
  private var state: State = [:]
  private var broken: State = nil
  private var continued: State = nil
  private var returned: State = nil
  private var thrown: State = nil
  /// The pauses whose results are kept in locals.
  private var pauses: [LocalID: Span] = [:]
  private var known: [Entered: Left] = [:]

  init(
    _ program: TypedProgram, _ snapshots: Set<MemberID>,
    captures: @escaping (FunctionID) -> [MemberID]
  ) {
    self.program = program
    self.snapshots = snapshots
    self.captures = captures
  }

  func walk(_ block: TypedBlock) {
    for statement in block.statements { walk(statement) }
  }

  private func join(_ a: State, _ b: State) -> State {
    guard let a, let b else { return a ?? b }
    return a.merging(b) { first, second in
      first.isSettled || !second.isSettled ? first : second
    }
  }

  /// Control may go on from here by an error.
  private func mayThrow() { thrown = join(thrown, state) }

  private func walk(_ statement: TypedStatement) {
    switch statement.kind {
    case .expression(let value), .declareMember(_, let value), .send(let value),
      .expect(let value, _, _):
      evaluate(value)
    case .declare(let local, let value):
      evaluate(value)
      if case .intrinsic(.pause, _) = value.kind { pauses[local] = value.span }
    case .assign(let place, let value):
      evaluate(value)
      refresh(place)
    case .compoundAssign(_, _, let value): evaluate(value)
    case .assignTuple(let places, let value):
      evaluate(value)
      places.forEach(refresh)
    case .conditional(let conditions, let then, let otherwise):
      let failed = evaluate(conditions)
      walk(then)
      let after = state
      state = failed
      if let otherwise { walk(otherwise) }
      state = join(after, state)
    case .guarded(let conditions, let block):
      let passed = (failed: evaluate(conditions), state: state)
      state = passed.failed
      walk(block)
      state = passed.state
    case .loop(let loop, let block, _):
      loop.visit { look(at: $0) }
      let (ended, broken) = rounds { walk(block) }
      state = join(ended, broken)
    case .whileLoop(let conditions, let block):
      var failed: State = nil
      let (_, broken) = rounds {
        failed = join(failed, evaluate(conditions))
        walk(block)
      }
      state = conditions.isTrue ? broken : join(failed, broken)
    case .breakLoop:
      broken = join(broken, state)
      state = nil
    case .continueLoop:
      continued = join(continued, state)
      state = nil
    case .returnValue(let value):
      if let value { evaluate(value) }
      returned = join(returned, state)
      state = nil
    case .throwError(_, let payload):
      payload.forEach(evaluate)
      mayThrow()
      state = nil
    case .tryCatch(let block, let catches, let last): attempt(block, catches, last)
    case .preload: break
    case .block(let block), .parallel(let block), .critical(let block): walk(block)
    }
  }

  /// Goes through the body until nothing is added: what may hold where a round begins or the last
  /// one ends, and what `break` leaves with.
  private func rounds(_ body: () -> Void) -> (ended: State, broken: State) {
    let outer = (broken, continued)
    broken = nil
    var way = state
    var isNew = true
    while isNew {
      continued = nil
      state = way
      body()
      let after = join(way, join(state, continued))
      isNew = after != way
      way = after
    }
    let left = broken
    (broken, continued) = outer
    return (way, left)
  }

  private func attempt(_ block: TypedBlock, _ catches: [TypedCatch], _ last: TypedBlock?) {
    let outer = thrown
    thrown = nil
    walk(block)
    var after = state
    if !catches.isEmpty {
      let caught = thrown
      thrown = nil
      for handler in catches {
        state = caught
        walk(handler.body)
        after = join(after, state)
      }
    }
    if let last {
      // It runs on all ways; those on which it does not matter are not told apart.
      let failed = thrown
      state = join(after, failed)
      walk(last)
      thrown = failed == nil ? nil : state
      after = after == nil ? nil : state
    }
    state = after
    thrown = join(outer, thrown)
  }

  // MARK: Operations

  private func refresh(_ place: Place) {
    guard place.steps.isEmpty, case .member(let id) = place.root else { return }
    state?[id] = nil
  }

  /// Evaluates the conditions; what holds where they fail is returned, where they hold is left in
  /// `state`.
  private func evaluate(_ conditions: [TypedCondition]) -> State {
    var failed: State = nil
    for condition in conditions {
      condition.visit { look(at: $0) }
      guard case .expression(let value) = condition else {
        failed = join(failed, state)
        continue
      }
      let (ifTrue, ifFalse) = (
        without(pauseThatWasNone(value, gives: true)),
        without(pauseThatWasNone(value, gives: false))
      )
      failed = join(failed, ifFalse)
      state = ifTrue
    }
    return failed
  }

  private func without(_ pause: Span?) -> State {
    guard let pause else { return state }
    return state?.filter { $0.value.pause != pause || $0.value.isSettled }
  }

  /// The pause in which nothing has run where `condition` gives `result`.
  private func pauseThatWasNone(_ condition: TypedExpression, gives result: Bool) -> Span? {
    switch condition.kind {
    case .intrinsic(.pause, _): result ? nil : condition.span
    case .local(let id): result ? nil : pauses[id]
    case .unary(.not, let inner): pauseThatWasNone(inner, gives: !result)
    default: nil
    }
  }

  private func evaluate(_ expression: TypedExpression) { expression.visit { look(at: $0) } }

  private func look(at node: TreeNode) {
    guard case .expression(let expression) = node, state != nil else { return }
    switch expression.kind {
    case .intrinsic(.pause, _):
      for member in snapshots {
        if state?[member] == nil {
          state?[member] = Age(pause: expression.span)
        } else {
          state?[member]?.isSettled = true
        }
      }
      mayThrow()
    case .call(let callee, _, _): call(callee, at: expression.span)
    case .callValue(let callee, _):
      for target in program.functionValues.targets(of: callee.type) {
        call(target, at: expression.span)
      }
    default: mayThrow()
    }
  }

  private func call(_ callee: FunctionID, at span: Span) {
    mayThrow()
    guard !FreezeAnalysis.isKernel(program[callee]) else {
      for member in captures(callee) {
        guard let pause = state?[member]?.pause else { continue }
        let use = Use(kernel: callee, member: member, call: span, pause: pause)
        if seen.insert(use).inserted { uses.append(use) }
      }
      return
    }
    guard FreezeAnalysis.isHost(program[callee]), let entry = state else { return }
    let left = leave(Entered(function: callee, state: entry))
    state = left.normal
    thrown = join(thrown, left.thrown)
  }

  /// With what a function is left that is entered so; a call inside itself changes nothing.
  private func leave(_ entered: Entered) -> Left {
    if let left = known[entered] { return left }
    known[entered] = Left(normal: entered.state, thrown: entered.state)
    let outer = (broken, continued, returned, thrown, pauses)
    (broken, continued, returned, thrown, pauses) = (nil, nil, nil, nil, [:])
    walk(program[entered.function].body)
    let left = Left(normal: join(state, returned), thrown: thrown)
    (broken, continued, returned, thrown, pauses) = outer
    known[entered] = left
    return left
  }
}

extension [TypedCondition] {
  /// Whether they are the literal `true`.
  fileprivate var isTrue: Bool {
    allSatisfy {
      guard case .expression(let value) = $0, case .boolean(true) = value.kind else { return false }
      return true
    }
  }
}
