package import Diagnostics
package import Freezing
import Lowering
import Typing
import Values

extension HostImage {
  /// The kernels that the host half starts or preloads, in the order of its image, and `cleanup`.
  func kernels(of experiment: TypedExperiment) -> [FunctionID] {
    var seen: Set<FunctionID> = []
    var kernels: [FunctionID] = []
    for call in hostCalls {
      switch call {
      case .startKernel(let kernel): if seen.insert(kernel).inserted { kernels.append(kernel) }
      case .preload(let several): kernels += several.filter { seen.insert($0).inserted }
      case .print, .format, .characterCount, .compareText, .datasetAppend, .datasetRead,
        .datasetReadElement, .datasetReadSlice, .datasetCount, .datasetWrite, .datasetWriteElement,
        .sharedRead,
        .sharedWrite, .pause, .leastSquares,
        .expect, .simulate, .traceEdges, .traceSpan, .traceLevel, .simulationStatus,
        .simulationOutput, .errand,
        .describeError:
        break
      }
    }
    if let cleanup = experiment.cleanup, seen.insert(cleanup).inserted { kernels.append(cleanup) }
    return kernels
  }
}

/// What of `program` cannot be compiled, although it is typed and proven.
///
/// It is found by compiling all of it, kernels with zeros for what they capture. What depends on
/// values shows only when it is run.
package func uncompilable(in program: ProvenProgram) -> [Diagnostic] {
  let typed = program.typed
  var diagnostics: [Diagnostic] = []
  for experiment in typed.experiments where !experiment.isPart {
    let host = lowerHost(program, roots: typed.hostRoots(of: experiment))
    diagnostics += host.diagnostics
    // Where the host half does not compile, which kernels it calls is not known.
    let own = typed.functions.filter {
      $0.kind == .kernel && $0.owner == .experiment(experiment.id)
    }
    for kernel in host.value?.kernels(of: experiment) ?? own.map(\.id) {
      var captures: [MemberID: Constant] = [:]
      for capture in program.captures(of: kernel) {
        captures[capture.member] = zero(of: typed[capture.member].type, in: typed)
      }
      diagnostics += lowerKernel(kernel, of: program, captures: captures, bound: []).diagnostics
    }
  }
  if !typed.tests.isEmpty {
    diagnostics += lowerHost(program, roots: typed.tests.map(\.body)).diagnostics
  }
  return diagnostics
}
