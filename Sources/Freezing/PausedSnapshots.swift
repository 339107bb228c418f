import Diagnostics
import Typing

// Rule 41: after a `pause()`, in which other experiments may run, a kernel still has what `prepare`
// read of the values that these write.

/// A member that `prepare` computes from a shared value, and who else writes that.
private struct Snapshot {
  /// Where the shared value is read.
  let read: Span
  let keys: SharedKeys
  let writer: ExperimentID
  let write: Span
}

extension FreezeReporter {
  /// Warns of the kernels that run after a `pause()` with a snapshot of a shared value that another
  /// experiment of the program writes, and that has not been refreshed since.
  func snapshotsAfterPause() -> [Diagnostic] {
    guard analysis.pauses else { return [] }
    var writes: [(experiment: ExperimentID, keys: SharedKeys, span: Span)] = []
    for experiment in program.experiments where !experiment.isPart {
      for stage in program.sharedAccess(of: experiment) {
        for write in stage.writes { writes.append((experiment.id, write.keys, write.span)) }
      }
    }
    var result: [Diagnostic] = []
    for experiment in program.experiments where !experiment.isPart {
      guard let run = experiment.run else { continue }
      let others = writes.filter { $0.experiment != experiment.id }
      guard !others.isEmpty else { continue }
      let sources = SnapshotSources(of: experiment, in: program)
      var snapshots: [MemberID: Snapshot] = [:]
      for (member, reads) in sources.reads {
        for (keys, span) in reads.sorted(by: { $0.key.text < $1.key.text }) {
          guard snapshots[member] == nil,
            let other = others.first(where: { $0.keys.mayBe(keys) })
          else { continue }
          snapshots[member] = Snapshot(
            read: span, keys: keys, writer: other.experiment, write: other.span)
        }
      }
      guard !snapshots.isEmpty else { continue }
      let walk = PauseWalk(program, Set(snapshots.keys)) { kernel in
        table.captures.paths(of: kernel).map(\.member)
      }
      walk.walk(program[run].body)
      for use in walk.uses {
        guard let snapshot = snapshots[use.member] else { continue }
        result.append(warning(of: use, snapshot))
      }
    }
    return result
  }

  private func warning(of use: PauseWalk.Use, _ snapshot: Snapshot) -> Diagnostic {
    let (kernel, member) = (program[use.kernel].name, program[use.member].name)
    return Diagnostic(
      .snapshotAfterPause,
      "`\(kernel)` runs after a pause with the `\(member)` of before it",
      at: use.call, remark: "another experiment may have changed the value meanwhile",
      labels: [
        Label("`\(member)` comes from this value of `\(snapshot.keys.text)`", at: snapshot.read),
        Label("`\(program[snapshot.writer].name)` writes it", at: snapshot.write),
        Label("other experiments may run here", at: use.pause),
      ],
      notes: [
        "Read it again after the pause, and compile: `if pause() { \(member) = …; preload \(kernel) }`; for that `\(member)` has to be a `var`."
      ])
  }
}

extension SharedKeys {
  /// Whether the two may stand for the same key.
  fileprivate func mayBe(_ other: SharedKeys) -> Bool {
    switch (self, other) {
    case (.one(let a), .one(let b)): a == b
    case (.one(let key), .prefix(let start)), (.prefix(let start), .one(let key)):
      key.hasPrefix(start)
    case (.prefix(let a), .prefix(let b)): a.hasPrefix(b) || b.hasPrefix(a)
    }
  }
}

/// From which shared values the members of an experiment come that `prepare` computes.
private struct SnapshotSources {
  private(set) var reads: [MemberID: [SharedKeys: Span]] = [:]
  private var ofLocals: [LocalID: [SharedKeys: Span]] = [:]
  private let program: TypedProgram

  init(of experiment: TypedExperiment, in program: TypedProgram) {
    self.program = program
    for id in experiment.members {
      guard case .variable = program[id].kind, let value = program[id].initializer else { continue }
      program[value].body.visit { node in
        guard case .expression(let expression) = node else { return }
        add(sources(of: expression), to: id)
      }
    }
    guard let prepare = experiment.prepare else { return }
    program[prepare].body.visit { node in
      guard case .statement(let statement) = node else { return }
      switch statement.kind {
      case .declareMember(let id, let value): add(allSources(of: value), to: id)
      case .declare(let local, let value):
        ofLocals[local, default: [:]].merge(allSources(of: value)) { old, _ in old }
      case .assign(let place, let value), .compoundAssign(let place, _, let value):
        add(allSources(of: value), to: place)
      case .assignTuple(let places, let value):
        for place in places { add(allSources(of: value), to: place) }
      default: break
      }
    }
  }

  private mutating func add(_ sources: [SharedKeys: Span], to member: MemberID) {
    if !sources.isEmpty { reads[member, default: [:]].merge(sources) { old, _ in old } }
  }

  private mutating func add(_ sources: [SharedKeys: Span], to place: Place) {
    switch place.root {
    case .member(let id): add(sources, to: id)
    case .local(let id): ofLocals[id, default: [:]].merge(sources) { old, _ in old }
    }
  }

  private func allSources(of value: TypedExpression) -> [SharedKeys: Span] {
    var result: [SharedKeys: Span] = [:]
    value.visit { node in
      guard case .expression(let expression) = node else { return }
      result.merge(sources(of: expression)) { old, _ in old }
    }
    return result
  }

  /// The shared values that the expression is or reads itself, not those of its parts.
  private func sources(of expression: TypedExpression) -> [SharedKeys: Span] {
    switch expression.kind {
    case .local(let id): ofLocals[id] ?? [:]
    case .member(let id): reads[id] ?? program.sharedReads(of: expression)
    case .sharedElement, .call, .callValue: program.sharedReads(of: expression)
    default: [:]
    }
  }
}

/// Follows snapshots through `run` and all that it calls.
private final class PauseWalk {
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
