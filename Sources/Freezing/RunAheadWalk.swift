import Diagnostics
import Typing

/// Follows what depends on the results of kernels through `run`, to find the calls that the host
/// can queue while earlier ones run.
///
/// The host goes through `run` in order and waits where it needs what is not there yet: at a branch
/// that a result decides, if something is done in it that can be seen; at an operation with a named
/// error whose operand is such a result; at what reaches outside.
final class RunAheadWalk {
  private typealias Obstacle = RunAhead.Obstacle

  private enum Variable: Hashable {
    case local(LocalID)
    case member(MemberID)
    /// All shared values: two names may stand for one key.
    case shared
  }

  /// What is known at a place of the walk.
  private struct Knowledge {
    /// What is not known before a kernel has run, and why.
    var late: [Variable: Obstacle] = [:]
    /// What the next call has to wait for.
    var barrier: Obstacle?
    var hasCalled = false

    func merged(with other: Knowledge?) -> Knowledge {
      guard let other else { return self }
      var result = self
      result.late.merge(other.late) { first, _ in first }
      result.barrier = barrier ?? other.barrier
      result.hasCalled = hasCalled || other.hasCalled
      return result
    }

    /// Whether the same is known, whatever the reasons.
    func isSame(as other: Knowledge) -> Bool {
      late.count == other.late.count && (barrier == nil) == (other.barrier == nil)
        && hasCalled == other.hasCalled
    }
  }

  private let program: TypedProgram
  private let run: TypedFunction
  private var known = Knowledge()
  /// Why it is not known whether this place is reached: the branches around it, and what may have
  /// left `run`, the loop or its round before.
  private var control: Obstacle?
  private var leftRun: Obstacle?
  private var leftLoop: Obstacle?
  private var leftRound: Obstacle?
  /// What is known where the loop around is left, and where its round is.
  private var broke: Knowledge?
  private var continued: Knowledge?
  private var tryDepth = 0
  /// How much has been done so far that can be seen.
  private var actCount = 0
  private var found: [Span: (kernel: FunctionID, obstacle: RunAhead.Obstacle?)] = [:]
  private var reaches: [FunctionID: HostReach] = [:]

  init(_ program: TypedProgram, _ run: FunctionID) {
    self.program = program
    self.run = program[run]
  }

  func walkRun() { walk(run.body) }

  /// The calls of kernels in `run`, in the order of the source.
  var calls: [RunAhead.Call] {
    found.map { RunAhead.Call(kernel: $0.value.kernel, span: $0.key, obstacle: $0.value.obstacle) }
      .sorted { ($0.span.start, $0.span.end) < ($1.span.start, $1.span.end) }
  }

  private var whetherReached: Obstacle? { control ?? leftRun ?? leftLoop ?? leftRound }

  // MARK: Statements

  private func walk(_ block: TypedBlock) {
    for statement in block.statements { walk(statement) }
  }

  private func walk(_ statement: TypedStatement) {
    switch statement.kind {
    case .expression(let value), .send(let value): _ = evaluate(value)
    case .expect(let value, _, _): raise(evaluate(value))
    case .declare(let local, let value): bind(.local(local), evaluate(value))
    case .declareMember(let member, let value): bind(.member(member), evaluate(value))
    case .assign(let place, let value): assign(place, evaluate(value), at: statement.span)
    case .compoundAssign(let place, let operation, let value):
      let source = evaluate(value) ?? read(place)
      if operation.mayRaise { raise(source) }
      assign(place, source, at: statement.span)
    case .assignTuple(let places, let value):
      let source = evaluate(value)
      for place in places { assign(place, source, at: statement.span) }
    case .conditional(let conditions, let block, let otherwise):
      let source = evaluate(conditions)
      choose(source, [{ $0.walk(block) }, { walk in otherwise.map { walk.walk($0) } }])
    case .guarded(let conditions, let block):
      let source = evaluate(conditions)
      choose(source, [{ $0.walk(block) }, { _ in }])
    case .loop(let loop, let block, _): self.loop(loop) { $0.walk(block) }
    case .whileLoop(let conditions, let block):
      rounds { walk in
        let source = walk.evaluate(conditions)
        walk.choose(source, [{ $0.walk(block) }, { _ in }])
      }
    case .breakLoop:
      broke = known.merged(with: broke)
      leftLoop = leaving(leftLoop)
    case .continueLoop:
      continued = known.merged(with: continued)
      leftRound = leaving(leftRound)
    case .throwError(_, let payload):
      for value in payload { _ = evaluate(value) }
      leftRun = leaving(leftRun)
    case .returnValue(let value):
      if let value { _ = evaluate(value) }
      leftRun = leaving(leftRun)
    case .tryCatch(let block, let catches, let finally):
      attempt(block, catches, finally, at: statement.span)
    case .preload: fence(.compilePoint(statement.span))
    case .block(let block), .parallel(let block), .critical(let block): walk(block)
    }
  }

  /// Why it is not known whether this way out is taken; `known` was the reason so far.
  private func leaving(_ known: Obstacle?) -> Obstacle? {
    actCount += 1
    return known ?? whetherReached
  }

  /// What an operation with a named error has been given: whether it goes on depends on that.
  private func raise(_ source: Obstacle?) {
    guard let source else { return }
    leftRun = leftRun ?? .condition(source.place)
    actCount += 1
  }

  /// The host does what the next call has to wait for.
  private func fence(_ obstacle: Obstacle) {
    known.barrier = obstacle
    actCount += 1
  }

  /// Goes one of several ways, depending on `source`.
  private func choose(_ source: Obstacle?, _ ways: [(RunAheadWalk) -> Void]) {
    let outer = control
    if let source { control = control ?? .condition(source.place) }
    let before = (known, actCount)
    var after: Knowledge?
    for way in ways {
      known = before.0
      way(self)
      after = known.merged(with: after)
    }
    known = after ?? before.0
    control = outer
    // The host has to know the way before it goes on.
    if let source, actCount != before.1 {
      known.barrier = known.barrier ?? .order(source.place)
    }
  }

  /// Why it is not known how often the loop goes round; nil if it is.
  @discardableResult
  private func loop(
    _ loop: TypedLoop, _ body: @escaping (RunAheadWalk) -> Void
  ) -> Obstacle? {
    let source: Obstacle?
    switch loop.source {
    case .range(let low, let high, _, let step):
      let parts = [evaluate(low), evaluate(high), step.flatMap { evaluate($0) }]
      source = parts.lazy.compactMap { $0 }.first
      if step != nil { raise(source) }
    case .array(let array): source = evaluate(array)
    }
    rounds { walk in
      // Where a round is reached, it is known which.
      if let reason = source ?? walk.control {
        walk.known.late[.local(loop.variable)] = .argument(reason.place)
      }
      walk.choose(source, [body, { _ in }])
    }
    return source
  }

  /// Goes round until nothing new is known at the beginning of a round.
  private func rounds(_ body: (RunAheadWalk) -> Void) {
    let outer = (leftLoop, leftRound, broke, continued)
    leftLoop = nil
    broke = nil
    var isSettled = false
    while !isSettled {
      let before = known
      leftRound = nil
      continued = nil
      let left = (leftLoop, leftRun)
      body(self)
      known = known.merged(with: continued)
      if let reason = leftRound { known.barrier = known.barrier ?? .order(reason.place) }
      known = before.merged(with: known)
      isSettled =
        known.isSame(as: before) && (left.0 == nil) == (leftLoop == nil)
        && (left.1 == nil) == (leftRun == nil)
    }
    known = known.merged(with: broke)
    if let reason = leftLoop { known.barrier = known.barrier ?? .order(reason.place) }
    (leftLoop, leftRound, broke, continued) = outer
  }

  private func attempt(
    _ block: TypedBlock, _ catches: [TypedCatch], _ finally: TypedBlock?, at span: Span
  ) {
    let before = known
    tryDepth += 1
    walk(block)
    // Nothing is forgotten inside: what is late at its end is late at every error.
    let reason = known.hasCalled ? Obstacle.attempt(span) : nil
    var after = known
    for handler in catches {
      known = before.merged(with: after)
      let outer = control
      if let reason { control = control ?? reason }
      walk(handler.body)
      control = outer
      after = after.merged(with: known)
    }
    known = after
    if let reason { known.barrier = reason }
    if let finally {
      walk(finally)
      if let reason { known.barrier = reason }
    }
    tryDepth -= 1
  }

  // MARK: Variables

  private func bind(_ variable: Variable, _ source: Obstacle?) {
    if let source = source ?? whetherReached {
      known.late[variable] = known.late[variable] ?? .argument(source.place)
    } else if tryDepth == 0 {
      known.late[variable] = nil
    }
  }

  /// Part of the variable is written.
  private func bindPart(_ variable: Variable, _ source: Obstacle?) {
    if let source = source ?? whetherReached {
      known.late[variable] = known.late[variable] ?? .argument(source.place)
    }
  }

  private func variable(_ member: MemberID) -> Variable {
    if case .shared = program[member].kind { return .shared }
    return .member(member)
  }

  private func variable(_ root: Place.Root) -> Variable {
    switch root {
    case .local(let local): .local(local)
    case .member(let member): variable(member)
    }
  }

  private func read(_ place: Place) -> Obstacle? { known.late[variable(place.root)] }

  private func assign(_ place: Place, _ source: Obstacle?, at span: Span) {
    var keys: Obstacle?
    for key in place.keys { keys = evaluate(key) ?? keys }
    for case .index(let index) in place.steps {
      let own = evaluate(index)
      raise(own)
      keys = keys ?? own
    }
    let variable = variable(place.root)
    if variable == .shared {
      bindPart(.shared, source ?? keys)
      fence(.sharedWrite(span))
    } else if place.steps.isEmpty, place.keys.isEmpty {
      bind(variable, source)
    } else {
      bindPart(variable, source ?? keys)
    }
  }

  // MARK: Expressions

  private func evaluate(_ conditions: [TypedCondition]) -> Obstacle? {
    var source: Obstacle?
    let outer = control
    for condition in conditions {
      let own: Obstacle?
      switch condition {
      case .expression(let expression): own = evaluate(expression)
      case .binding(let local, let expression), .declare(let local, let expression):
        own = evaluate(expression)
        bind(.local(local), own)
      }
      source = source ?? own
      // Those that follow are only computed if this one holds.
      if let source { control = control ?? .condition(source.place) }
    }
    control = outer
    return source
  }

  /// Why the value is not known before a kernel has run; nil if it is.
  private func evaluate(_ expression: TypedExpression) -> Obstacle? {
    switch expression.kind {
    case .local(let local): return known.late[.local(local)]
    case .member(let member):
      let source = known.late[variable(member)]
      // What has not been written yet raises `MissingValue`.
      if case .dataset = program[member].kind { raise(source) }
      return source
    case .sharedElement(_, let keys):
      var source = known.late[.shared]
      for key in keys { source = evaluate(key) ?? source }
      return source
    case .intrinsic(.pause, let operands):
      for operand in operands { _ = evaluate(operand) }
      fence(.pause(expression.span))
      return .pause(expression.span)
    case .intrinsic(.print, let operands):
      for operand in operands { _ = evaluate(operand) }
      fence(.output(expression.span))
      return nil
    case .and(let a, let b), .or(let a, let b), .coalesce(let a, let b):
      let first = evaluate(a)
      var second: Obstacle?
      choose(first, [{ second = $0.evaluate(b) }, { _ in }])
      return first ?? second
    case .conditional(let conditions, let block, let value, let otherwise, let other):
      var source = evaluate(conditions)
      let ways = [(block, value), (otherwise, other)].map { block, value in
        { (walk: RunAheadWalk) in
          walk.walk(block)
          let own = walk.evaluate(value)
          source = source ?? own
        }
      }
      choose(source, ways)
      return source
    case .sequence(let block, let value):
      walk(block)
      return evaluate(value)
    case .comprehension(let value, let clauses): return comprehension(value, clauses[...])
    case .call(let callee, _, let arguments):
      return call([callee], nil, arguments, at: expression.span)
    case .deviceCall(let device, let name, let signature, let arguments):
      let kernels = program.deviceKernels(name, of: device, like: signature, in: run.owner)
      return call(kernels, evaluate(device), arguments, at: expression.span)
    case .callValue(let callee, let arguments):
      let source = evaluate(callee)
      return call(
        program.functionValues.targets(of: callee.type), source, arguments.map { .value($0) },
        at: expression.span)
    case .append(let place, let value):
      let source = evaluate(value)
      assign(place, source ?? read(place), at: expression.span)
      return nil
    default:
      var source: Obstacle?
      expression.forEachChild { node in
        if case .expression(let child) = node, let own = self.evaluate(child) {
          source = source ?? own
        }
      }
      if expression.mayRaise { raise(source) }
      if case .intrinsic(.leastSquares, let operands) = expression.kind, let model = operands.first
      {
        let targets = program.functionValues.targets(of: model.type)
        return callOnHost(targets, source, [], at: expression.span) ?? source
      }
      return source
    }
  }

  private func comprehension(
    _ value: TypedExpression, _ clauses: ArraySlice<TypedClause>
  ) -> Obstacle? {
    guard let clause = clauses.first else { return evaluate(value) }
    var source: Obstacle?
    switch clause {
    case .loop(let loop):
      let rounds = self.loop(loop) { walk in
        let own = walk.comprehension(value, clauses.dropFirst())
        source = source ?? own
      }
      source = source ?? rounds
    case .condition(let test):
      source = evaluate(test)
      choose(
        source,
        [
          { walk in
            let own = walk.comprehension(value, clauses.dropFirst())
            source = source ?? own
          }, { _ in },
        ])
    case .declare(let local, let part):
      bind(.local(local), evaluate(part))
      source = comprehension(value, clauses.dropFirst())
    }
    return source
  }

  // MARK: Calls

  private func reach(_ callee: FunctionID) -> HostReach {
    if let known = reaches[callee] { return known }
    let found = HostReach(from: [callee], in: program)
    reaches[callee] = found
    return found
  }

  /// A call of one of `callees`; `source` is why it is not known of which.
  private func call(
    _ callees: [FunctionID], _ source: Obstacle?, _ arguments: [TypedArgument], at span: Span
  ) -> Obstacle? {
    var source = source
    for case .value(let value) in arguments { source = evaluate(value) ?? source }
    if callees.count == 1, FreezeAnalysis.isKernel(program[callees[0]]) {
      return start(callees[0], source, at: span)
    }
    return callOnHost(callees, source, arguments, at: span)
  }

  private func callOnHost(
    _ callees: [FunctionID], _ source: Obstacle?, _ arguments: [TypedArgument], at span: Span
  ) -> Obstacle? {
    let reaches = callees.map(reach)
    var source = source
    for reach in reaches {
      for member in reach.read { source = source ?? known.late[variable(member)] }
    }
    for case .place(let place) in arguments { source = source ?? read(place) }
    if reaches.contains(where: \.mayRaise) { raise(source) }
    if reaches.contains(where: \.pauses) { fence(.pause(span)) }
    if reaches.contains(where: \.compiles) { fence(.compilePoint(span)) }
    if reaches.contains(where: \.writesShared) { fence(.sharedWrite(span)) }
    if reaches.contains(where: \.prints) { fence(.output(span)) }
    if reaches.contains(where: \.startsKernels) {
      source = .argument(span)
      fence(.callee(span))
      known.hasCalled = true
      // What it raises may be due to what its kernels yield.
      if reaches.contains(where: \.mayRaise) { raise(source) }
    } else if reaches.contains(where: \.pauses) {
      source = source ?? .pause(span)
    }
    for reach in reaches {
      for member in reach.written { bindPart(variable(member), source) }
    }
    for case .place(let place) in arguments { assign(place, source, at: span) }
    return source
  }

  private func start(_ kernel: FunctionID, _ source: Obstacle?, at span: Span) -> Obstacle {
    let obstacle = known.hasCalled ? source ?? whetherReached ?? known.barrier : nil
    if found[span]?.obstacle == nil { found[span] = (kernel, obstacle) }
    known.hasCalled = true
    known.barrier = nil
    actCount += 1
    let reach = reach(kernel)
    for member in reach.written {
      let variable = variable(member)
      known.late[variable] = known.late[variable] ?? .argument(span)
    }
    // What it has the host write is done while it runs.
    if reach.writesShared { fence(.sharedWrite(span)) }
    return .argument(span)
  }
}
