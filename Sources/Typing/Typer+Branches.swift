import Diagnostics

// What in `parallel` is most likely not meant: loops whose rounds follow each other, and waits that
// keep the branches after them from being queued in time.

/// Looks for what may wait for the device or for the host.
///
/// A class, since the closures of its walk would each copy the whole program of a struct.
private final class Waits {
  private let program: TypedProgram
  private let owner: TypedFunction.Owner
  private(set) var found = false

  init(_ program: TypedProgram, _ owner: TypedFunction.Owner) {
    self.program = program
    self.owner = owner
  }

  func look(in node: TypedNode) {
    guard !found else { return }
    switch node {
    case .place: break
    case .statement(let statement): statement.forEachChild(look)
    case .expression(let expression):
      switch expression.kind {
      case .intrinsic(.input, _), .intrinsic(.waitUntil, _), .await: found = true
      case .call(let callee, _, _): found = program[callee].effects.contains(.waits)
      case .deviceCall(let device, let name, let signature, _):
        found = program.deviceKernels(name, of: device, like: signature, in: owner).contains {
          program[$0].effects.contains(.waits)
        }
      default: break
      }
      expression.forEachChild(look)
    }
  }
}

extension Typer {
  /// Warns of plain loops directly in `parallel`, and of waits in a branch before others.
  mutating func warnOfBranches() {
    for (block, owner) in parallels {
      for (index, branch) in block.statements.enumerated() {
        if case .loop(_, _, isParallel: false) = branch.kind { warn(ofLoop: branch.span) }
        guard index < block.statements.count - 1 else { continue }
        let waits = Waits(program, owner)
        waits.look(in: .statement(branch))
        if waits.found {
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
