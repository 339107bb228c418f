import CoreDevice
package import Diagnostics
package import Freezing
import Laboratory
package import Running
package import Simulation
package import Typing
package import Values

/// How far the reference interpreter goes before it gives up.
package struct ReferenceLimits: Sendable {
  package var stepCountMax = 200_000_000
  package var callDepthMax = 1_000
  package init() {}
}

/// One experiment to be run by the reference interpreter, and with what.
///
/// As `RunRequest`.
package struct ReferenceRequest {
  package var program: ProvenProgram
  package var experiment: ExperimentID
  package var arguments: [MemberID: Constant] = [:]
  package var seed: UInt64 = 0
  /// Device time, in ticks, after which the run is stopped.
  package var stopTime: Int64?
  package var shared: [String: Constant] = [:]
  package var keepsTrace = false
  package var limits = ReferenceLimits()
  /// Is told of each write to a member of the host, with the path of fields, tuple positions and
  /// indices.
  package var onWrite: ((MemberID, [Int]) -> Void)?
  /// Is told of each start of a kernel, with the members of which it captured another value than
  /// they hold now: never any, of a program that is proven.
  package var onStart: ((FunctionID, [MemberID]) -> Void)?

  package init(program: ProvenProgram, experiment: ExperimentID) {
    self.program = program
    self.experiment = experiment
  }
}

/// An error that the program did not catch: its name, its payload, and where it was raised.
package struct ReferenceError: Hashable, Sendable {
  package let code: String
  package let payload: [Constant]
  /// Numbers that an error of the device carries.
  package let words: [UInt64]
  /// Where it was raised, and where the functions around were called, innermost first.
  package let places: [Place]

  package struct Place: Hashable, Sendable {
    package let file: String
    package let line: Int
    package let column: Int
  }
}

/// What is left of a run by the reference interpreter; to be compared with a `RunRecord`.
package struct ReferenceRecord: Sendable {
  package internal(set) var status = RunStatus.completed
  package internal(set) var output: [String] = []
  package internal(set) var datasets: [(name: String, value: DatasetValue)] = []
  /// By key, all that the experiment declares.
  package internal(set) var shared: [(key: String, value: Constant)] = []
  /// The whole store, as it was handed in and written.
  package internal(set) var store: [String: Constant] = [:]
  package internal(set) var arguments: [(name: String, value: Constant)] = []
  package internal(set) var error: ReferenceError?
  package internal(set) var traceDigest = ""
  package internal(set) var deviceTime: Int64 = 0
  package internal(set) var trace: Trace?
}

/// What became of a request.
package enum ReferenceOutcome: Sendable {
  case ran(ReferenceRecord)
  case outOfRange(argument: String)
  /// The interpreter does not know something in the tree.
  case unsupported(String)
  case outOfSteps
}

/// What became of a test block.
package struct ReferenceTest: Sendable {
  package let title: String
  /// Of each expectation whether it was met.
  package let expectations: [(isMet: Bool, text: String, span: Span)]
  package let error: ReferenceError?
  package let output: [String]
}

/// Runs one experiment by walking its tree, from the initialisers to `analyze`.
package func interpret(_ request: ReferenceRequest) -> ReferenceOutcome {
  onDeepStack { perform(request) }
}

/// Runs a test block by walking its tree; nil where something in it is not known.
package func interpret(_ test: TypedTest, of program: ProvenProgram, seed: UInt64) -> ReferenceTest?
{
  onDeepStack {
    var interpreter = Interpreter(program, seed: seed, limits: ReferenceLimits())
    var error: ReferenceError?
    do throws(Stop) {
      try interpreter.initializeConstants(of: nil)
      _ = try interpreter.call(test.body, [])
    } catch {
      guard case .raised(let raised) = error else { return nil }
      return ReferenceTest(
        title: test.title, expectations: interpreter.expectations,
        error: interpreter.describe(raised),
        output: interpreter.output)
    }
    error = nil
    return ReferenceTest(
      title: test.title, expectations: interpreter.expectations, error: error,
      output: interpreter.output)
  }
}

/// Runs `request` on this thread's stack.
func perform(_ request: ReferenceRequest) -> ReferenceOutcome {
  var run = StagedRun(request)
  return run.all()
}

/// The stages of one run.
private struct StagedRun {
  let request: ReferenceRequest
  let typed: TypedProgram
  let experiment: TypedExperiment
  let device: SimulatedDevice
  var interpreter: Interpreter
  var record = ReferenceRecord()
  private enum Ending: Error {
    case outcome(ReferenceOutcome)
  }

  init(_ request: ReferenceRequest) {
    self.request = request
    typed = request.program.typed
    experiment = typed[request.experiment]
    device = SimulatedDevice(
      description: typed.description, seed: request.seed, keepsTrace: request.keepsTrace)
    interpreter = Interpreter(request.program, seed: request.seed, limits: request.limits)
    interpreter.shared = request.shared.mapValues { Value($0) }
    interpreter.onWrite = request.onWrite
    interpreter.onStart = request.onStart
    interpreter.stopTime = request.stopTime
    if let stopTime = request.stopTime { device.requestStop(at: stopTime) }
  }

  mutating func all() -> ReferenceOutcome {
    do throws(Ending) {
      if try stage({ run throws(Stop) in try run.prepare() }) {
        interpreter.device = device
        let hasEnded = try stage { run throws(Stop) in
          if let body = run.experiment.run { _ = try run.interpreter.call(body, []) }
        }
        if let cleanup = experiment.cleanup { try cleanUp(cleanup) }
        interpreter.device = nil
        account()
        if hasEnded {
          _ = try stage(afterStop: record.status == .stopped) { run throws(Stop) in
            if let body = run.experiment.analyze { _ = try run.interpreter.call(body, []) }
          }
        }
      } else {
        account()
      }
    } catch {
      switch error {
      case .outcome(let outcome): return outcome
      }
    }
    gather()
    return .ran(record)
  }

  /// Runs a stage; whether what follows may run.
  ///
  /// A run that was stopped stays so, whatever raises an error after that.
  private mutating func stage(
    afterStop: Bool = false, _ body: (inout StagedRun) throws(Stop) -> Void
  ) throws(Ending) -> Bool {
    do throws(Stop) {
      try body(&self)
      return true
    } catch {
      switch error {
      case .unsupported(let what): throw .outcome(.unsupported(what))
      case .outOfSteps: throw .outcome(.outOfSteps)
      case .stopped:
        record.status = .stopped
        return true
      case .raised(let raised):
        if interpreter.isStopping, raised.error == .builtin(LanguageError.cancelled.rawValue) {
          record.status = .stopped
          return true
        }
        if let argument = outOfRange { throw .outcome(.outOfRange(argument: argument)) }
        if !afterStop { record.status = .failed }
        record.error = record.error ?? interpreter.describe(raised)
        return false
      }
    }
  }

  private var outOfRange: String?

  private mutating func prepare() throws(Stop) {
    try interpreter.initializeConstants(of: experiment.id)
    let members = experiment.members.map { typed[$0] }
    for (id, given) in request.arguments { interpreter.members[id] = Value(given) }
    for member in members where member.kind == .argument { try take(member.id) }
    for member in members where member.kind == .variable && interpreter.members[member.id] == nil {
      try interpreter.initialize(member.id)
    }
    if let prepare = experiment.prepare { _ = try interpreter.call(prepare, []) }
    for member in members where member.kind == .dataset {
      try interpreter.declareDataset(member.id)
    }
    for resident in typed.residents(of: experiment) {
      guard let initializer = typed[resident.member].initializer else { continue }
      interpreter.residents[resident] = try interpreter.call(initializer, [])
    }
    for function in typed.functions {
      switch function.kind {
      case .kernel, .seamlessKernel:
        if function.owner == .experiment(experiment.id) { interpreter.compile(function.id) }
      case .portable, .host, .stage, .initializer, .test, .requirement: break
      }
    }
    if let cleanup = experiment.cleanup { interpreter.compile(cleanup) }
  }

  /// Gives an argument its value, and checks it against its range.
  private mutating func take(_ id: MemberID) throws(Stop) {
    let member = typed[id]
    if interpreter.members[id] == nil { try interpreter.initialize(id) }
    let value = interpreter.members[id] ?? .unit
    record.arguments.append((member.name, value.constant))
    let lower = try member.lower.map { bound throws(Stop) in try interpreter.call(bound, []) }
    let upper = try member.upper.map { bound throws(Stop) in try interpreter.call(bound, []) }
    guard isOutside(value, lower, upper) else { return }
    outOfRange = member.name
    throw interpreter.raise(.limitExceeded, at: member.nameSpan)
  }

  private func isOutside(_ value: Value, _ lower: Value?, _ upper: Value?) -> Bool {
    switch value {
    case .array(let elements): return elements.contains { isOutside($0, lower, upper) }
    case .integer(let number):
      if case .integer(let least)? = lower, number < least { return true }
      if case .integer(let greatest)? = upper, number > greatest { return true }
      return false
    case .float(let number):
      if case .float(let least)? = lower, !(number >= least) { return true }
      if case .float(let greatest)? = upper, !(number <= greatest) { return true }
      return false
    default: return false
    }
  }

  /// `cleanup` runs however `run` ended.
  private mutating func cleanUp(_ cleanup: FunctionID) throws(Ending) {
    let wasStopping = interpreter.isStopping
    interpreter.isStopping = false
    device.withdrawStop()
    if request.stopTime != nil {
      device.requestStop(at: device.clock + typed.description.core.ticksPerSecond)
    }
    defer {
      interpreter.isStopping = wasStopping
      device.withdrawStop()
    }
    do throws(Stop) {
      _ = try interpreter.start(cleanup, [], on: nil, at: typed[cleanup].nameSpan)
    } catch {
      switch error {
      case .unsupported(let what): throw .outcome(.unsupported(what))
      case .outOfSteps: throw .outcome(.outOfSteps)
      case .stopped: break
      case .raised(let raised):
        record.status = .failed
        if record.error == nil { record.error = interpreter.describe(raised) }
      }
    }
  }

  private mutating func account() {
    let account = device.finish()
    record.traceDigest = device.digest
    record.deviceTime = device.clock
    if request.keepsTrace { record.trace = device.trace }
    guard !account.balances, record.error == nil else { return }
    record.status = .failed
    record.error = ReferenceError(
      code: "EventsLost", payload: [], words: [], places: [])
  }

  private mutating func gather() {
    for id in experiment.members where typed[id].kind == .dataset {
      record.datasets.append((typed[id].name, interpreter.datasets[id]?.value.record ?? .missing))
    }
    for id in typed.sharedMembers(of: experiment) where typed[id].keyFunction == nil {
      let member = typed[id]
      guard case .shared(let key) = member.kind,
        !record.shared.contains(where: { $0.key == key }),
        let value = try? interpreter.read(id, at: member.nameSpan)
      else { continue }
      record.shared.append((key, value.constant))
    }
    for (key, value) in interpreter.familyValues.sorted(by: { $0.key < $1.key })
    where !record.shared.contains(where: { $0.key == key }) {
      record.shared.append((key, value.constant))
    }
    record.store = interpreter.shared.mapValues(\.constant)
    record.output = interpreter.output
  }
}

extension Interpreter {
  mutating func initialize(_ id: MemberID) throws(Stop) {
    guard let initializer = typed[id].initializer else { return }
    members[id] = try call(initializer, [])
  }

  /// The constants of the modules, and of an experiment.
  mutating func initializeConstants(of experiment: ExperimentID?) throws(Stop) {
    let constants = typed.members.filter {
      $0.kind == .constant
        && ($0.experiment == nil || (experiment != nil && $0.experiment == experiment))
    }
    for constant in constants where members[constant.id] == nil { try initialize(constant.id) }
  }

  func describe(_ raised: Raised) -> ReferenceError {
    let code: String
    switch raised.error {
    case .builtin(let number):
      code = builtinErrorNames.indices.contains(number) ? builtinErrorNames[number] : "Error"
    case .declared(let id): code = typed[id].name
    }
    return ReferenceError(
      code: code, payload: raised.payload.map(\.constant), words: raised.words,
      places: raised.spans.map { span in
        let position = typed.sources.position(of: span)
        return ReferenceError.Place(
          file: typed.sources[span.source].name, line: position.line, column: position.column)
      })
  }
}
