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
    /// A compile point ends the queue of calls made ahead (rule 57).
    case compilePoint(Span)
    /// An error would lead elsewhere.
    case attempt(Span)
    /// Another experiment may run there.
    case pause(Span)
    /// A host function that starts kernels stands before it.
    case callee(Span)
    /// Which kernels run before it depends on what the place yields.
    case order(Span)
    /// A shared value is written there.
    case sharedWrite(Span)
    /// Something is printed there.
    case output(Span)

    /// The place that it is due to.
    package var place: Span {
      switch self {
      case .hostCode(let span), .argument(let span), .condition(let span), .compilePoint(let span),
        .attempt(let span), .pause(let span), .callee(let span), .order(let span),
        .sharedWrite(let span), .output(let span):
        span
      }
    }
  }

  /// A call of a kernel that stands in `run`.
  package struct Call: Sendable {
    package let kernel: FunctionID
    package let span: Span
    /// Nil if the host can queue it while the calls before it run.
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
    let program = specialised()
    var result = RunAhead()
    switch FirstCall(of: program[run], in: program).found {
    case .kernel(let kernel, let span): result.entry = (kernel, span)
    case .obstacle(let obstacle): result.entryObstacle = obstacle
    }
    let walk = RunAheadWalk(program, run)
    walk.walkRun()
    result.calls = walk.calls
    return result
  }
}

/// Finds the kernel call that `run` begins with.
private struct FirstCall {
  enum Found {
    case kernel(FunctionID, Span)
    case obstacle(RunAhead.Obstacle)
  }
  private(set) var found: Found
  private let program: TypedProgram

  init(of run: TypedFunction, in program: TypedProgram) {
    self.program = program
    found = .obstacle(.hostCode(run.nameSpan))
    found = first(in: run.body) ?? found
  }

  private func first(in block: TypedBlock) -> Found? {
    for statement in block.statements {
      switch statement.kind {
      // What was compiled at the end of `prepare` is the same still.
      case .preload: continue
      case .block(let block), .tryCatch(let block, _, _):
        if let found = first(in: block) { return found }
      case .expression(let value), .declare(_, let value), .declareMember(_, let value),
        .assign(_, let value), .compoundAssign(_, _, let value), .assignTuple(_, let value),
        .expect(let value, _, _):
        return first(in: value) ?? .obstacle(.hostCode(statement.span))
      case .conditional(let conditions, _, _), .guarded(let conditions, _),
        .whileLoop(let conditions, _):
        let found = conditions.first.flatMap { condition in
          switch condition {
          case .expression(let value), .binding(_, let value), .declare(_, let value):
            first(in: value)
          }
        }
        return found ?? .obstacle(.hostCode(statement.span))
      case .returnValue(let value):
        return value.flatMap(first) ?? .obstacle(.hostCode(statement.span))
      case .loop, .breakLoop, .continueLoop, .throwError, .send, .parallel, .critical:
        return .obstacle(.hostCode(statement.span))
      }
    }
    return nil
  }

  /// The kernel call in `expression` before which nothing else is done; nil if there is none.
  private func first(in expression: TypedExpression) -> Found? {
    switch expression.kind {
    case .call(let kernel, _, let arguments):
      guard FreezeAnalysis.isKernel(program[kernel]) else { return first(in: arguments) }
      for argument in arguments {
        switch argument {
        case .place(let place): return .obstacle(.argument(place.span))
        case .value(let value):
          if let span = unknownPart(of: value) { return .obstacle(.argument(span)) }
        }
      }
      return .kernel(kernel, expression.span)
    case .append(let place, let value):
      if place.keys.isEmpty, place.steps.isEmpty { return first(in: value) }
      return nil
    // Not both sides, or none of them, are computed in any case.
    case .and(let a, _), .or(let a, _), .coalesce(let a, _): return first(in: a)
    case .conditional(let conditions, _, _, _, _):
      if case .expression(let value)? = conditions.first { return first(in: value) }
      return nil
    case .sequence, .comprehension, .callValue, .deviceCall, .await, .record, .simulate, .function:
      return nil
    default:
      var result: Found?
      var isAtStart = true
      expression.forEachChild { node in
        guard case .expression(let child) = node, isAtStart else { return }
        result = first(in: child)
        isAtStart = result == nil && unknownPart(of: child) == nil
      }
      return result
    }
  }

  private func first(in arguments: [TypedArgument]) -> Found? {
    for argument in arguments {
      guard case .value(let value) = argument else { return nil }
      if let found = first(in: value) { return found }
      if unknownPart(of: value) != nil { return nil }
    }
    return nil
  }

  /// The innermost part of `expression` that is not known once `prepare` has ended, or that does
  /// something.
  private func unknownPart(of expression: TypedExpression) -> Span? {
    let reach = HostReach(evaluating: expression, in: program)
    let readsDataset = reach.read.contains { id in
      if case .dataset = program[id].kind { return true }
      return false
    }
    guard
      reach.startsKernels || reach.pauses || reach.prints || reach.readsShared || readsDataset
        || reach.compiles || !reach.written.isEmpty
    else { return nil }
    var found: Span?
    expression.forEachChild { node in
      if case .expression(let child) = node { found = found ?? unknownPart(of: child) }
    }
    return found ?? expression.span
  }
}
