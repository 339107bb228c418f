import Diagnostics
package import Freezing
import Reference
package import Running
package import Simulation
package import Typing
package import Values

/// Who ran a program.
package enum Engine: String, Sendable, CaseIterable {
  /// Lowering and the machine, captures folded into the kernels' code.
  case machine
  /// The same as native code from the start.
  case native
  /// The same with every argument bound: filled in when a kernel starts (rule 40).
  case machineWithBoundArguments
  /// The interpreter that walks the tree.
  case reference
}

/// With what an experiment is run, whoever runs it.
package struct EngineRequest: Sendable {
  package let program: ProvenProgram
  package let experiment: TypedExperiment
  package var arguments: [MemberID: Constant]
  package var shared: SharedStore
  package var seed: UInt64
  package var stopTime: Int64?

  package init(
    program: ProvenProgram, experiment: TypedExperiment, arguments: [MemberID: Constant] = [:],
    shared: SharedStore = SharedStore(), seed: UInt64 = 1, stopTime: Int64? = nil
  ) {
    self.program = program
    self.experiment = experiment
    self.arguments = arguments
    self.shared = shared
    self.seed = seed
    self.stopTime = stopTime
  }
}

/// What an engine made of a run.
package struct EngineOutcome: Sendable {
  /// The error that ended it: its name and where it was raised.
  package struct Failure: Hashable, Sendable {
    package let code: String
    package let file: String
    package let line: Int
    package let column: Int
  }

  package let engine: Engine
  package var status = ""
  package var output: [String] = []
  package var datasets: [(name: String, value: DatasetValue)] = []
  package var shared: [(key: String, value: Constant)] = []
  package var failure: Failure?
  /// What the machine says of the error, and the places on the way to it.
  package var message = ""
  package var backtrace: [RunError.Place] = []
  /// The places on the way to the error, as all engines have them: file, line and column.
  package var places: [String] = []
  package var traceDigest = ""
  package var deviceTime: Int64 = 0
  package var trace: Trace?
  /// The shared values after the run, for the next one.
  package var store = SharedStore()
  /// Why there is no outcome, or what is wrong with it beside what can be compared.
  package var refusal: String?

  fileprivate init(by engine: Engine) { self.engine = engine }
}

/// Has `engine` run `request`.
package func run(_ request: EngineRequest, by engine: Engine) -> EngineOutcome {
  switch engine {
  case .machine, .native: onMachine(request, bound: [], as: engine)
  case .machineWithBoundArguments:
    onMachine(
      request,
      bound: Set(request.experiment.members.filter { request.program.typed[$0].kind == .argument }),
      as: engine)
  case .reference: byReference(request)
  }
}

private func onMachine(_ request: EngineRequest, bound: Set<MemberID>, as engine: Engine)
  -> EngineOutcome
{
  var outcome = EngineOutcome(by: engine)
  var run = RunRequest(program: request.program, experiment: request.experiment.id)
  run.arguments = request.arguments
  run.bound = bound
  run.seed = request.seed
  run.stopTime = request.stopTime
  run.shared = request.shared
  run.keepsTrace = true
  if engine == .native {
    run.engine = EngineChoice(.jit)
    run.engine.translatesAtOnce = true
  }
  switch Running.run(run) {
  case .outOfRange(let fault): outcome.refusal = "out of range: \(fault.argument)"
  case .refused(let diagnostics):
    outcome.refusal =
      "refused: \(diagnostics.map { "\($0.code.rawValue) \($0.message)" }.joined(separator: "; "))"
  case .broken(let why): outcome.refusal = "broken: \(why)"
  case .ran(let record, let shared):
    outcome.status = record.status.rawValue
    outcome.output = record.output
    outcome.datasets = record.datasets.map { ($0.name, $0.value) }
    outcome.shared = record.shared.map { ($0.key, $0.value) }
    outcome.traceDigest = record.traceDigest
    outcome.deviceTime = record.deviceTime
    outcome.trace = record.trace
    outcome.store = shared
    if let error = record.error {
      let place = error.backtrace.first
      outcome.failure = EngineOutcome.Failure(
        code: error.code, file: place?.file ?? "", line: place?.line ?? 0,
        column: place?.column ?? 0)
      outcome.message = error.message
      outcome.backtrace = error.backtrace
      outcome.places = error.backtrace.map { "\($0.file):\($0.line):\($0.column)" }
    }
  }
  return outcome
}

private func byReference(_ request: EngineRequest) -> EngineOutcome {
  var outcome = EngineOutcome(by: .reference)
  var run = ReferenceRequest(program: request.program, experiment: request.experiment.id)
  run.arguments = request.arguments
  run.seed = request.seed
  run.stopTime = request.stopTime
  run.shared = request.shared.values
  run.keepsTrace = true
  // The prover is not trusted: a capture that has another value at the call than at the compile
  // point is a failure.
  let barrier = Barrier()
  let typed = request.program.typed
  run.onStart = { kernel, stale in
    if !stale.isEmpty {
      barrier.complaint =
        "`\(typed[kernel].name)` ran with old values of \(stale.map { typed[$0].name })"
    }
  }
  switch interpret(run) {
  case .outOfRange(let argument): outcome.refusal = "out of range: \(argument)"
  case .unsupported(let what): outcome.refusal = "unsupported: \(what)"
  case .outOfSteps: outcome.refusal = "out of steps"
  case .ran(let record):
    outcome.status = record.status.rawValue
    outcome.output = record.output
    outcome.datasets = record.datasets
    outcome.shared = record.shared
    outcome.traceDigest = record.traceDigest
    outcome.deviceTime = record.deviceTime
    outcome.trace = record.trace
    outcome.store = SharedStore(record.store)
    outcome.refusal = barrier.complaint
    if let error = record.error {
      let place = error.places.first
      outcome.failure = EngineOutcome.Failure(
        code: error.code, file: place?.file ?? "", line: place?.line ?? 0,
        column: place?.column ?? 0)
      outcome.places = error.places.map { "\($0.file):\($0.line):\($0.column)" }
    }
  }
  return outcome
}

/// Where a callback leaves what it saw; it is called during one run, on one thread.
private final class Barrier {
  var complaint: String?
}

extension EngineOutcome {
  /// In what this outcome differs from `other`, in words; empty if they agree to the bit.
  package func differences(from other: EngineOutcome) -> [String] {
    var differences: [String] = []
    func compare(_ name: String, _ mine: String, _ theirs: String) {
      guard mine != theirs else { return }
      differences.append(
        "\(name): \(engine.rawValue) has \(mine), \(other.engine.rawValue) has \(theirs)")
    }
    compare("refusal", refusal ?? "none", other.refusal ?? "none")
    guard refusal == nil, other.refusal == nil else { return differences }
    compare("status", status, other.status)
    let line = zip(output, other.output).enumerated().first { $1.0 != $1.1 }?.offset
    if let line {
      compare("line \(line + 1) of the output", output[line], other.output[line])
    } else {
      compare("count of lines", "\(output.count)", "\(other.output.count)")
    }
    compare("datasets", exact(datasets.map { "\($0)" }), exact(other.datasets.map { "\($0)" }))
    compare("shared values", exact(shared.map { "\($0)" }), exact(other.shared.map { "\($0)" }))
    compare("error", failure.map { "\($0)" } ?? "none", other.failure.map { "\($0)" } ?? "none")
    // The device notes a bounded number of places.
    let count = places.count == other.places.count ? places.count : Self.comparedPlaceCount
    compare(
      "backtrace", "\(places.prefix(count))", "\(other.places.prefix(count))")
    compare("device time", "\(deviceTime)", "\(other.deviceTime)")
    compare("trace", traceDigest, other.traceDigest)
    return differences
  }

  private static let comparedPlaceCount = 32

  private func exact(_ parts: [String]) -> String { parts.sorted().joined(separator: ", ") }
}
