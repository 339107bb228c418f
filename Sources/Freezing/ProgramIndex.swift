import Typing

/// What messages and their repairs look up, gathered in one walk.
struct ProgramIndex {
  /// All calls of each kernel, and the function in which each stands.
  private(set) var callsOfKernel: [FunctionID: [(function: FunctionID, call: TypedExpression)]] =
    [:]
  /// Kernels whose value is taken.
  private(set) var takenKernels: Set<FunctionID> = []
  /// Host functions that kernels reach: nothing can be preloaded there.
  private(set) var functionsOfKernels: Set<FunctionID> = []

  /// Empty, for a program in which nothing was found.
  init() {}

  init(of analysis: FreezeAnalysis) {
    let program = analysis.program
    for function in program.functions {
      function.body.visit { node in
        guard case .expression(let expression) = node else { return }
        switch expression.kind {
        case .call(let callee, _, _):
          if FreezeAnalysis.isKernel(program[callee]) {
            callsOfKernel[callee, default: []].append((function.id, expression))
          }
        case .function(let id, _, _):
          if FreezeAnalysis.isKernel(program[id]) { takenKernels.insert(id) }
        default: break
        }
      }
    }
    var pending: [FunctionID] = []
    for site in analysis.table.captures.hostSites {
      if case .call(let callee, _, _) = site.operand.kind { pending.append(callee) }
    }
    while let next = pending.popLast() {
      guard functionsOfKernels.insert(next).inserted else { continue }
      pending += analysis.summaries[next]?.callees ?? []
    }
  }
}
