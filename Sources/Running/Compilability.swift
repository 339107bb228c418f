package import Diagnostics
package import Freezing
import Lowering
import Typing
import Values

extension HostImage {
  /// The kernels that the host half starts or preloads, in the order of its image, and `cleanup`.
  func kernels(of experiment: TypedExperiment) -> [FunctionID] { kernels(of: [experiment]) }

  /// The same where it is the host half of several experiments.
  func kernels(of experiments: [TypedExperiment]) -> [FunctionID] {
    var seen: Set<FunctionID> = []
    var kernels: [FunctionID] = []
    for call in hostCalls {
      switch call {
      case .startKernel(let kernel): if seen.insert(kernel).inserted { kernels.append(kernel) }
      case .preload(let several): kernels += several.filter { seen.insert($0).inserted }
      case .print, .format, .datasetAppend, .datasetAppendElement, .datasetRead,
        .datasetReadElement,
        .datasetReadSlice, .datasetCount, .datasetReadLast, .datasetWrite, .datasetWriteElement,
        .sharedRead,
        .sharedWrite, .pause, .leastSquares,
        .expect, .simulate, .traceEdges, .traceSpan, .traceLevel, .simulationStatus,
        .simulationOutput, .simulationResult, .errand, .errandError,
        .describeError:
        break
      }
    }
    for experiment in experiments {
      if let cleanup = experiment.cleanup, seen.insert(cleanup).inserted { kernels.append(cleanup) }
    }
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
  // All experiments and tests at once: what they share is compiled once.
  let experiments = typed.experiments.filter { !$0.isPart }
  // The host half and the kernels at the same time: they have only the program in common. Which
  // kernels the host half starts is known when it is compiled; most of them can be told before.
  let (host, known) = atOnce {
    lowerHost(
      program, roots: typed.hostRoots(of: experiments) + typed.tests.map(\.body),
      optimisations: [])
  } and: {
    var kernels = KernelFaults(of: program)
    for kernel in typed.startedKernels { kernels.look(for: kernel) }
    return kernels
  }
  var kernels = known
  diagnostics += host.diagnostics
  for kernel in host.value?.kernels(of: experiments) ?? typed.ownKernels {
    diagnostics += kernels.look(for: kernel)
  }
  return diagnostics
}

/// What of the kernels of a program cannot be compiled; each is compiled once.
private struct KernelFaults {
  private let program: ProvenProgram
  private var known: [FunctionID: [Diagnostic]] = [:]
  private var zeros: [MemberID: Constant] = [:]

  init(of program: ProvenProgram) { self.program = program }

  @discardableResult
  mutating func look(for kernel: FunctionID) -> [Diagnostic] {
    if let faults = known[kernel] { return faults }
    for capture in program.captures(of: kernel) where zeros[capture.member] == nil {
      let type = program.typed[capture.member].type
      zeros[capture.member] = zero(of: type, in: program.typed)
    }
    let faults = faults(ofKernel: kernel, of: program, captures: zeros)
    known[kernel] = faults
    return faults
  }
}

extension TypedProgram {
  /// The kernels of all experiments: where the host half does not compile, which of them it calls
  /// is not known.
  fileprivate var ownKernels: [FunctionID] {
    functions.filter { function in
      guard case .experiment(let id) = function.owner else { return false }
      return function.kind == .kernel && !function.isLocal && !self[id].isPart
    }.map(\.id)
  }
}
