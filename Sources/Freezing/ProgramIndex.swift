import Diagnostics
import Typing

/// What messages and their repairs look up, gathered in one walk.
struct ProgramIndex {
  /// All calls of each kernel, and the function in which each stands.
  private(set) var callsOfKernel: [FunctionID: [(function: FunctionID, call: TypedExpression)]] =
    [:]
  /// Kernels whose value is taken.
  private(set) var takenKernels: Set<FunctionID> = []
  /// The calls of each function of the host, and the functions in which they stand.
  private var callsOfFunction: [FunctionID: [(function: FunctionID, call: Span)]] = [:]
  /// Host functions that kernels reach: nothing can be preloaded there.
  private(set) var functionsOfKernels: Set<FunctionID> = []

  /// Empty, for a program in which nothing was found.
  init() {}

  init(of analysis: FreezeAnalysis) {
    let program = analysis.program
    let isKernel = program.functions.map { FreezeAnalysis.isKernel($0) }
    for function in program.functions {
      function.body.visit { node in
        guard case .expression(let expression) = node else { return }
        switch expression.kind {
        case .call(let callee, _, _):
          if isKernel[Int(callee.index)] {
            callsOfKernel[callee, default: []].append((function.id, expression))
          } else {
            callsOfFunction[callee, default: []].append((function.id, expression.span))
          }
        case .function(let id, _, _):
          if isKernel[Int(id.index)] { takenKernels.insert(id) }
        default: break
        }
      }
    }
    functionsOfKernels = analysis.functionsOfKernels()
  }

  /// The functions that call `function` by its name, each once for each call.
  func callers(of function: FunctionID) -> [FunctionID] {
    (callsOfFunction[function] ?? []).map(\.function)
  }

  /// Where `function` is called in `caller`.
  func calls(of function: FunctionID, in caller: FunctionID) -> [Span] {
    let all = callsOfFunction[function] ?? []
    return all.filter { $0.function == caller }.map(\.call)
  }
}

extension FreezeAnalysis {
  /// The host functions that kernels run by `await` and `send`, and those that these call.
  func functionsOfKernels() -> Set<FunctionID> {
    var result: Set<FunctionID> = []
    var pending: [FunctionID] = []
    for site in table.captures.hostSites {
      switch site.operand.kind {
      case .call(let callee, _, _): pending.append(callee)
      case .callValue(let callee, _): pending += values.targets(of: callee.type)
      default: break
      }
    }
    while let next = pending.popLast() {
      guard result.insert(next).inserted else { continue }
      pending += summaries[next]?.callees ?? []
    }
    return result
  }
}
