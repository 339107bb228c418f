import Diagnostics

// What in `parallel` is most likely not meant: loops whose rounds follow each other, and waits that
// keep the branches after them from being queued in time.

/// The functions in which a kernel may wait for the device or for the host, themselves or in what
/// they call.
private struct WaitingFunctions {
  private var functions: Set<FunctionID> = []
  private let program: TypedProgram

  init(_ program: TypedProgram) {
    self.program = program
    var callers: [FunctionID: [FunctionID]] = [:]
    var waiting: [FunctionID] = []
    for function in program.functions {
      for statement in function.body.statements {
        visit(.statement(statement), function.owner) { wait in
          switch wait {
          case .itself: waiting.append(function.id)
          case .callee(let callee): callers[callee, default: []].append(function.id)
          }
        }
      }
    }
    while let function = waiting.popLast() {
      if functions.insert(function).inserted { waiting += callers[function] ?? [] }
    }
  }

  private enum Wait {
    case itself
    case callee(FunctionID)
  }

  /// Calls `found` with what in `node` may wait.
  private func visit(
    _ node: TypedNode, _ owner: TypedFunction.Owner, _ found: (Wait) -> Void
  ) {
    switch node {
    case .place: break
    case .statement(let statement): statement.forEachChild { visit($0, owner, found) }
    case .expression(let expression):
      switch expression.kind {
      case .intrinsic(.input, _), .intrinsic(.waitUntil, _), .await: found(.itself)
      case .call(let callee, _, _): found(.callee(callee))
      case .deviceCall(let device, let name, let signature, _):
        for kernel in program.deviceKernels(name, of: device, like: signature, in: owner) {
          found(.callee(kernel))
        }
      default: break
      }
      expression.forEachChild { visit($0, owner, found) }
    }
  }

  /// Whether something in `statement` may wait.
  func wait(in statement: TypedStatement, of owner: TypedFunction.Owner) -> Bool {
    var waits = false
    visit(.statement(statement), owner) { wait in
      switch wait {
      case .itself: waits = true
      case .callee(let callee): if functions.contains(callee) { waits = true }
      }
    }
    return waits
  }
}

extension Typer {
  /// Warns of plain loops directly in `parallel`, and of waits in a branch before others.
  mutating func warnOfBranches() {
    var blocks: [(block: TypedBlock, owner: TypedFunction.Owner)] = []
    var owner = TypedFunction.Owner.module
    func gather(_ node: TypedNode) {
      switch node {
      case .expression(let expression): expression.forEachChild(gather)
      case .statement(let statement):
        if case .parallel(let block) = statement.kind { blocks.append((block, owner)) }
        statement.forEachChild(gather)
      case .place: break
      }
    }
    for function in program.functions {
      owner = function.owner
      for statement in function.body.statements { gather(.statement(statement)) }
    }
    guard !blocks.isEmpty else { return }
    let waiting = WaitingFunctions(program)
    for (block, owner) in blocks {
      for (index, branch) in block.statements.enumerated() {
        if case .loop(_, _, isParallel: false) = branch.kind { warn(ofLoop: branch.span) }
        if index < block.statements.count - 1, waiting.wait(in: branch, of: owner) {
          report(
            Diagnostic(
              .waitInBranch, "this branch waits before the branches after it have been queued",
              at: branch.span,
              notes: [
                "They start at the same cursor, which may be past by then. Put what waits last, or behind the block."
              ]))
        }
      }
    }
  }

  private mutating func warn(ofLoop span: Span) {
    let start = Span(span.source, Int(span.start), Int(span.start))
    report(
      Diagnostic(
        .plainLoopInParallel,
        "this loop is one branch of `parallel`: its rounds follow each other", at: span,
        fixes: [
          Fix("start all rounds at the same cursor", [Edit(start, "parallel ")]),
          Fix("or, if they are to follow each other, say so: put the loop into `sequential { }`"),
        ]))
  }
}
