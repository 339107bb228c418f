package import Diagnostics
package import Typing

/// What of an experiment's `run` the device can do without asking the host again.
package struct RunAhead: Sendable {
  /// Why something cannot be done ahead, and the place that it is due to.
  package enum Obstacle: Hashable, Sendable {
    /// `run` does something else first.
    case hostCode(Span)
    /// An argument is only known while `run` runs, or after the call at the place given.
    case argument(Span)
    /// Whether it is called depends on what the place yields.
    case condition(Span)
    /// A compile point ends the queue of calls made ahead.
    case compilePoint(Span)
    /// An error would lead elsewhere.
    case attempt(Span)
    /// Another experiment may run here.
    case pause(Span)
    /// A host function that starts kernels stands before it.
    case callee(Span)
  }

  /// A call of a kernel that stands in `run`.
  package struct Call: Sendable {
    package let kernel: FunctionID
    package let span: Span
    /// Nil if it can be queued while the calls before it run.
    package let obstacle: Obstacle?
  }

  /// The kernel that `run` begins with, if its arguments are known once `prepare` has ended: it can
  /// be armed.
  package fileprivate(set) var entry: (kernel: FunctionID, span: Span)?
  package fileprivate(set) var entryObstacle: Obstacle?
  /// In the order of the source.
  package fileprivate(set) var calls: [Call] = []
}

extension TypedProgram {
  /// What of the experiment's `run` can be done ahead; nil if it has none.
  package func runAhead(of experiment: TypedExperiment) -> RunAhead? {
    guard let run = experiment.run else { return nil }
    let walk = RunAheadWalk(self, run)
    walk.findEntry()
    walk.findCalls()
    return walk.result
  }
}

/// Follows what depends on the results of kernels through `run`.
private final class RunAheadWalk {
  private typealias Obstacle = RunAhead.Obstacle
  private enum Variable: Hashable {
    case local(LocalID)
    case member(MemberID)
  }

  let program: TypedProgram
  let run: TypedFunction
  var result = RunAhead()
  /// What is not known before a kernel has run, and why.
  private var late: [Variable: Obstacle] = [:]
  /// Whether this place is reached is not known before; why.
  private var control: Obstacle?
  /// What the next call has to wait for.
  private var barrier: Obstacle?
  private var hasCalled = false
  /// Whether `run` may have been left, depending on a result.
  private var hasLeft = false
  private var obstacles: [Span: (kernel: FunctionID, obstacle: Obstacle?)] = [:]

  init(_ program: TypedProgram, _ run: FunctionID) {
    self.program = program
    self.run = program[run]
  }

  private func isKernel(_ id: FunctionID) -> Bool { FreezeAnalysis.isKernel(program[id]) }

  // MARK: The entry

  func findEntry() {
    for statement in run.body.statements {
      let value: TypedExpression
      switch statement.kind {
      // What was compiled at the end of `prepare` is the same still.
      case .preload: continue
      case .expression(let expression), .declare(_, let expression): value = expression
      default:
        result.entryObstacle = .hostCode(statement.span)
        return
      }
      guard case .call(let kernel, _, let arguments) = value.kind, isKernel(kernel) else {
        result.entryObstacle = .hostCode(statement.span)
        return
      }
      for case .value(let argument) in arguments {
        if let place = unknownPart(of: argument) {
          result.entryObstacle = .argument(place)
          return
        }
      }
      result.entry = (kernel, value.span)
      return
    }
    result.entryObstacle = .hostCode(run.nameSpan)
  }

  /// A part of the argument that is not known once `prepare` has ended.
  private func unknownPart(of argument: TypedExpression) -> Span? {
    var found: Span?
    argument.visit { node in
      guard case .expression(let expression) = node else { return }
      switch expression.kind {
      case .member(let id):
        switch self.program[id].kind {
        case .shared, .dataset: found = found ?? expression.span
        case .argument, .variable, .prepared, .constant, .resident, .device, .field: break
        }
      case .call(let callee, _, _):
        if self.program[callee].kind != .portable { found = found ?? expression.span }
      case .sharedElement, .callValue, .deviceCall: found = found ?? expression.span
      case .intrinsic(.pause, _), .intrinsic(.print, _): found = found ?? expression.span
      default: break
      }
    }
    return found
  }

  // MARK: The calls

  func findCalls() {
    walk(run.body)
    result.calls = obstacles.map {
      RunAhead.Call(kernel: $0.value.kernel, span: $0.key, obstacle: $0.value.obstacle)
    }.sorted { ($0.span.start, $0.span.end) < ($1.span.start, $1.span.end) }
  }

  private func walk(_ block: TypedBlock) {
    for statement in block.statements { walk(statement) }
  }

  private func walk(_ statement: TypedStatement) {
    switch statement.kind {
    case .expression(let value), .send(let value), .expect(let value, _, _): _ = evaluate(value)
    case .declare(let local, let value): bind(.local(local), evaluate(value))
    case .declareMember(let member, let value): bind(.member(member), evaluate(value))
    case .assign(let place, let value), .compoundAssign(let place, _, let value):
      assign(place, evaluate(value))
    case .assignTuple(let places, let value):
      let source = evaluate(value)
      for place in places { assign(place, source) }
    case .conditional(let conditions, let block, let otherwise):
      depending(on: evaluate(conditions), block, otherwise)
    case .guarded(let conditions, let block): depending(on: evaluate(conditions), block)
    case .loop(let loop, let block, _):
      let source: Obstacle? =
        switch loop.source {
        case .range(let low, let high, _, let step):
          [evaluate(low), evaluate(high), step.flatMap(evaluate)].compactMap { $0 }.first
        case .array(let array): evaluate(array)
        }
      bind(.local(loop.variable), source)
      rounds { depending(on: source, block) }
    case .whileLoop(let conditions, let block):
      rounds { depending(on: evaluate(conditions), block) }
    case .breakLoop, .continueLoop, .throwError: break
    case .returnValue(let value): if let value { _ = evaluate(value) }
    case .tryCatch(let block, let catches, let finally):
      let outer = barrier
      walk(block)
      for handler in catches { depending(on: .attempt(statement.span), handler.body) }
      if let finally { walk(finally) }
      barrier = hasCalled ? .attempt(statement.span) : outer
    case .preload: if hasCalled { barrier = .compilePoint(statement.span) }
    case .block(let block), .parallel(let block), .critical(let block): walk(block)
    }
  }

  /// Walks `body` until nothing more is found to depend on a result.
  private func rounds(_ body: () -> Void) {
    let outer = control
    while true {
      let before = (late.count, control)
      body()
      if late.count == before.0, control == before.1 { break }
    }
    // The calls of the next round follow those of this one.
    body()
    if !hasLeft { control = outer }
  }

  /// Walks `blocks`, which are reached depending on `condition`; what leaves them early leaves what
  /// stands behind them depending on that, too.
  private func depending(on condition: Obstacle?, _ blocks: TypedBlock?...) {
    let outer = control
    if let condition {
      if case .attempt = condition { control = control ?? condition }
      control = control ?? .condition(condition.place)
    }
    for case .some(let block) in blocks { walk(block) }
    guard condition != nil, outer == nil else { return }
    let exits = blocks.compactMap { $0 }.map(Exits.init)
    hasLeft = hasLeft || exits.contains(where: \.leavesRun)
    if !hasLeft, !exits.contains(where: \.leavesLoop) { control = nil }
  }

  private func bind(_ variable: Variable, _ source: Obstacle?) {
    if let source = source ?? control { late[variable] = late[variable] ?? source }
  }

  private func assign(_ place: Place, _ source: Obstacle?) {
    var indices: Obstacle?
    for case .index(let index) in place.steps { indices = indices ?? evaluate(index) }
    switch place.root {
    case .local(let local): bind(.local(local), source ?? indices)
    case .member(let member): bind(.member(member), source ?? indices)
    }
  }

  private func evaluate(_ conditions: [TypedCondition]) -> Obstacle? {
    var found: Obstacle?
    for condition in conditions {
      switch condition {
      case .expression(let expression): found = found ?? evaluate(expression)
      case .binding(let local, let expression), .declare(let local, let expression):
        let source = evaluate(expression)
        bind(.local(local), source)
        found = found ?? source
      }
    }
    return found
  }

  /// Why the value is not known before a kernel has run; nil if it is.
  private func evaluate(_ expression: TypedExpression) -> Obstacle? {
    switch expression.kind {
    case .local(let local): return late[.local(local)]
    case .member(let member):
      switch program[member].kind {
      // Others, or what kernels send, may have changed it by then.
      case .shared, .dataset: return late[.member(member)] ?? .argument(expression.span)
      default: return late[.member(member)]
      }
    case .sharedElement: return .argument(expression.span)
    case .intrinsic(.pause, let operands):
      for operand in operands { _ = evaluate(operand) }
      barrier = .pause(expression.span)
      return .argument(expression.span)
    case .conditional(let conditions, let block, let value, let otherwise, let other):
      let source = evaluate(conditions)
      let outer = control
      if let source { control = control ?? .condition(source.place) }
      var found = source
      for (block, value) in [(block, value), (otherwise, other)] {
        walk(block)
        let own = evaluate(value)
        found = found ?? own
      }
      if !hasLeft { control = outer }
      return found
    case .sequence(let block, let value):
      walk(block)
      return evaluate(value)
    case .call(let callee, _, let arguments):
      return call(callee, arguments, at: expression.span)
    case .append(let place, let value):
      assign(place, evaluate(value))
      return nil
    case .callValue:
      barrier = .callee(expression.span)
      return .argument(expression.span)
    default:
      var found: Obstacle?
      expression.forEachChild { node in
        if case .expression(let child) = node, let source = evaluate(child) {
          found = found ?? source
        }
      }
      return found
    }
  }

  private func call(_ callee: FunctionID, _ arguments: [TypedArgument], at span: Span) -> Obstacle?
  {
    var source: Obstacle?
    for argument in arguments {
      if case .value(let value) = argument, let own = evaluate(value) { source = source ?? own }
    }
    let reached = Reached(from: callee, in: program)
    guard isKernel(callee) else {
      for member in reached.read { source = source ?? late[.member(member)] }
      if reached.startsKernels {
        source = .argument(span)
        barrier = .callee(span)
        hasCalled = true
      }
      for member in reached.written { bind(.member(member), source) }
      for case .place(let place) in arguments { assign(place, source) }
      return source
    }
    let obstacle = hasCalled ? source ?? control ?? barrier : nil
    if let known = obstacles[span]?.obstacle {
      obstacles[span] = (callee, known)
    } else {
      obstacles[span] = (callee, obstacle)
    }
    hasCalled = true
    barrier = nil
    for member in reached.written { late[.member(member)] = .argument(span) }
    return .argument(span)
  }
}

/// How a block may be left early.
private struct Exits {
  private(set) var leavesRun = false
  private(set) var leavesLoop = false

  init(_ block: TypedBlock) {
    block.visit { node in
      guard case .statement(let statement) = node else { return }
      switch statement.kind {
      case .returnValue, .throwError: leavesRun = true
      case .breakLoop, .continueLoop: leavesLoop = true
      default: break
      }
    }
  }
}

extension RunAhead.Obstacle {
  /// The place that it is due to.
  package var place: Span {
    switch self {
    case .hostCode(let span), .argument(let span), .condition(let span), .compilePoint(let span),
      .attempt(let span), .pause(let span), .callee(let span):
      span
    }
  }
}

/// The members that a function may read and write, through all that it calls.
private struct Reached {
  private(set) var read: Set<MemberID> = []
  private(set) var written: Set<MemberID> = []
  private(set) var startsKernels = false

  init(from function: FunctionID, in program: TypedProgram) {
    var seen: Set<FunctionID> = []
    var pending = [function]
    while let next = pending.popLast() {
      guard seen.insert(next).inserted else { continue }
      program[next].body.visit { node in
        switch node {
        case .place(let place): if case .member(let id) = place.root { written.insert(id) }
        case .statement: break
        case .expression(let expression):
          switch expression.kind {
          case .member(let id): read.insert(id)
          case .call(let callee, _, _), .function(let callee, _, _):
            if FreezeAnalysis.isKernel(program[callee]) { startsKernels = true }
            pending.append(callee)
          case .callValue(let callee, _):
            pending += program.functionValues.targets(of: callee.type)
          default: break
          }
        }
      }
    }
  }
}
