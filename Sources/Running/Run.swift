import Bytecode
import CoreDevice
package import Diagnostics
package import Freezing
import Laboratory
import Lowering
import Machine
import Simulation
package import Typing
package import Values

/// Runs one experiment on a simulated device of its own, from its first stage to its last.
package func run(_ request: RunRequest, observer: RunObserver = RunObserver()) -> RunOutcome {
  do throws(Ending) {
    var run = try Run(request, observer: observer)
    return .ran(try run.all(), shared: run.session.shared)
  } catch {
    switch error {
    case .outOfRange(let fault): return .outOfRange(fault)
    case .refused(let diagnostics): return .refused(diagnostics)
    case .broken(let why): return .broken(why)
    }
  }
}

/// The argument of `request` that lies outside its range; nil if none does, or if that cannot be
/// told before it runs.
package func argumentOutOfRange(in request: RunRequest) -> RangeFault? {
  guard var run = try? Run(request, observer: RunObserver()) else { return nil }
  return run.argumentOutOfRange()
}

/// The values of `functions`, initialisers without parameters that use constants and portable
/// functions only.
package func evaluate(
  _ functions: [FunctionID], of program: ProvenProgram
) -> Result<[Constant], EvaluationFailure> {
  do throws(HostStop) {
    let constants = program.typed.members.filter { $0.kind == .constant && $0.experiment == nil }
      .map(\.id)
    let needed = program.typed.ordered(constants)
    var session = try HostSession.open(
      program: program, roots: functions + needed.compactMap { program.typed[$0].initializer })
    for constant in needed { try session.initialize(constant) }
    var values: [Constant] = []
    for function in functions { values.append(try session.value(of: function)) }
    return .success(values)
  } catch {
    switch error {
    case .failed(let error, _): return .failure(.failed(error))
    case .refused(let diagnostics): return .failure(.refused(diagnostics))
    case .broken(let why): return .failure(.broken(why))
    case .stopped: return .failure(.broken("nothing stops an initialiser"))
    }
  }
}

/// Why a constant expression has no value.
package enum EvaluationFailure: Error, Sendable {
  case failed(RunError)
  case refused([Diagnostic])
  /// Our mistake, and what it is.
  case broken(String)
}

/// The images of an experiment as they are at the end of `prepare`: the host half first, then every
/// kernel.
package func images(of request: RunRequest) -> Result<[[UInt8]], EvaluationFailure> {
  do throws(Ending) {
    var run = try Run(request, observer: RunObserver())
    return .success(try run.images())
  } catch {
    switch error {
    case .outOfRange(let fault):
      return .failure(.failed(RunError(code: "E0219", message: fault.message, backtrace: [])))
    case .refused(let diagnostics): return .failure(.refused(diagnostics))
    case .broken(let why): return .failure(.broken(why))
    }
  }
}

/// Why there is nothing to tell of a run.
private enum Ending: Error {
  case outOfRange(RangeFault)
  case refused([Diagnostic])
  case broken(String)
}

/// The worker of `run`.
private struct Run: ~Copyable {
  let request: RunRequest
  let experiment: TypedExperiment
  let typed: TypedProgram
  let device: SimulatedDevice
  var session: HostSession
  var record: RunRecord
  /// Members whose values the host half computes before `prepare`.
  private let constants: [MemberID]
  private let arguments: [MemberID]
  private let variables: [MemberID]
  private let residents: [Resident]
  private var residentWords: [UInt64] = []
  private let datasets: [MemberID]
  private let shared: [MemberID]

  init(_ request: RunRequest, observer: RunObserver) throws(Ending) {
    let typed = request.program.typed
    let experiment = typed[request.experiment]
    self.request = request
    self.typed = typed
    self.experiment = experiment
    let members = experiment.members.map { typed[$0] }
    arguments = typed.ordered(members.filter { $0.kind == .argument }.map(\.id))
    variables = typed.ordered(members.filter { $0.kind == .variable }.map(\.id))
    residents = typed.residents(of: experiment)
    datasets = members.filter { $0.kind == .dataset }.map(\.id)
    shared = typed.sharedMembers(of: experiment)
    constants = typed.ordered(
      typed.members.filter {
        $0.kind == .constant && ($0.experiment == nil || $0.experiment == experiment.id)
      }.map(\.id))
    record = RunRecord(experiment: experiment.name)
    do throws(HostStop) {
      session = try HostSession.open(
        program: request.program, roots: typed.hostRoots(of: experiment),
        bound: typed.bound(request.bound, in: experiment.id),
        shared: request.shared, seed: request.seed, engine: request.engine, observer: observer)
    } catch {
      switch error {
      case .refused(let diagnostics): throw .refused(diagnostics)
      case .failed(let error, _):
        throw .outOfRange(RangeFault(argument: "", message: error.message))
      case .broken(let why): throw .broken(why)
      case .stopped: throw .broken("nothing has run that could stop")
      }
    }
    device = SimulatedDevice(
      description: typed.description, seed: request.seed, keepsTrace: request.keepsTrace)
    device.core.dispatch = request.engine.dispatch
    if let stopTime = request.stopTime { device.requestStop(at: stopTime) }
    session.stopTime = request.stopTime
    session.hostStepsLeft = request.hostStepMax
    if request.stopTime != nil, request.hostStepMax == .max {
      session.hostStepsBetweenKernels = HostSession.stepsWithoutTime
      session.hostStepsLeft = HostSession.stepsWithoutTime
    }
  }

  /// Goes through the stages.
  mutating func all() throws(Ending) -> RunRecord {
    if try attempt(.prepare), !session.wasInterrupted {
      let hasEnded = try attempt(.run)
      try cleanUp()
      if hasEnded { _ = try attempt(.analyze) }
    } else {
      session.withdrawStop()
      account()
    }
    try gather()
    return record
  }

  /// Goes as far as the first compile point.
  mutating func images() throws(Ending) -> [[UInt8]] {
    guard try attempt(.prepare) else {
      throw .outOfRange(
        RangeFault(argument: "", message: record.error?.message ?? "`prepare` failed"))
    }
    return [encode(session.image.contents)] + session.kernels.current.map(\.bytes)
  }

  private enum Part { case prepare, run, analyze }

  /// Runs a part of the experiment; whether what follows may be run.
  private mutating func attempt(_ part: Part) throws(Ending) -> Bool {
    do throws(HostStop) {
      switch part {
      case .prepare: try prepare()
      case .run:
        session.device = device
        guard device.setResidents(residentWords) else {
          let refusal = RunError(
            code: "OutOfMemory", message: "the device has no room for the resident values",
            backtrace: [])
          throw .failed(refusal, fault: Fault(.outOfMemory))
        }
        device.interruption = session.observer.isInterrupted
        defer { session.device = nil }
        if let run = experiment.run { _ = try session.call(run) }
      case .analyze: if let analyze = experiment.analyze { _ = try session.call(analyze) }
      }
      return true
    } catch {
      switch error {
      case .refused(let diagnostics): throw .refused(diagnostics)
      case .broken(let why): throw .broken(why)
      case .stopped:
        record.status = session.wasInterrupted ? .interrupted : .stopped
        return true
      case .failed(let error, _):
        // What was stopped stays so: `analyze` may find that half of the data is missing.
        if part != .analyze || record.status == .completed { record.status = .failed }
        record.error = record.error ?? error
        try checkRangeFault()
        return false
      }
    }
  }

  /// Gives the arguments their values, and no more; the one that lies outside its range.
  mutating func argumentOutOfRange() -> RangeFault? {
    do throws(HostStop) {
      for constant in constants { try session.initialize(constant) }
      for argument in arguments { try take(argument) }
      return nil
    } catch { return rangeFault }
  }

  private var rangeFault: RangeFault?

  private func checkRangeFault() throws(Ending) {
    if let rangeFault { throw .outOfRange(rangeFault) }
  }

  // MARK: Stages

  private mutating func prepare() throws(HostStop) {
    for constant in constants { try session.initialize(constant) }
    for argument in arguments { try take(argument) }
    for variable in variables { try session.initialize(variable) }
    if let prepare = experiment.prepare { _ = try session.call(prepare) }
    for dataset in datasets {
      let axes = try session.evaluateAxes(of: dataset)
      session.axes[dataset] = axes
      session.datasets.declare(dataset, shape: axes.map(\.count))
    }
    for resident in residents {
      guard let initializer = typed[resident.member].initializer else { continue }
      let value = try session.value(of: initializer)
      residentWords += words(of: value, as: typed[resident.member].type, in: typed)
    }
    try session.compile(session.image.kernels(of: experiment))
  }

  /// Gives `argument` its value, and checks that it lies in its range.
  private mutating func take(_ argument: MemberID) throws(HostStop) {
    let member = typed[argument]
    var origin = Origin.given
    var keys: [String] = []
    let value: Constant
    if let given = request.arguments[argument] {
      value = given
    } else {
      session.keysRead = []
      value =
        try member.initializer.map { initializer throws(HostStop) in
          try session.value(of: initializer)
        } ?? .unit
      keys = session.keysRead ?? []
      session.keysRead = nil
      origin = member.isFixed ? .fixed : keys.isEmpty ? .default : .shared
    }
    try session.set(argument, to: value)
    record.arguments.append(
      RunRecord.Argument(
        name: member.name, type: member.type, value: value, origin: origin,
        keys: origin == .shared ? keys : []))
    let lower = try member.lower.map { bound throws(HostStop) in try session.value(of: bound) }
    let upper = try member.upper.map { bound throws(HostStop) in try session.value(of: bound) }
    guard let wrong = value.first(outside: lower, upper) else { return }
    let printer = session.printer
    let scalar = member.type.innermost
    let message =
      "`\(member.name)` must be in \(lower.map { printer.literal($0, scalar) } ?? "")..."
      + "\(upper.map { printer.literal($0, scalar) } ?? ""), not \(printer.literal(wrong, scalar))"
    rangeFault = RangeFault(argument: member.name, message: message)
    throw .failed(
      RunError(code: "E0219", message: message, backtrace: []), fault: Fault(.limitExceeded))
  }

  /// After every `run` that began: `cleanup`, and the device's account.
  private mutating func cleanUp() throws(Ending) {
    // What stopped the run stops neither this nor `analyze`.
    device.withdrawStop()
    session.withdrawStop()
    if let steps = session.hostStepsBetweenKernels { session.hostStepsLeft = steps }
    if let cleanup = experiment.cleanup {
      if request.stopTime != nil { device.requestStop(at: device.clock + overlong) }
      do throws(HostStop) {
        if let error = try session.runCleanup(cleanup, on: device) {
          note(session.isStopping ? wasOverlong(error) : error)
        }
      } catch {
        switch error {
        case .refused(let diagnostics): throw .refused(diagnostics)
        case .broken(let why): throw .broken(why)
        case .failed, .stopped: break
        }
      }
      device.withdrawStop()
      session.withdrawStop()
    }
    account()
  }

  /// So much device time `cleanup` may take where a run is stopped at a device time: a second.
  private var overlong: Int64 { typed.description.core.ticksPerSecond }

  private func wasOverlong(_ error: RunError) -> RunError {
    RunError(
      code: error.code,
      message: "`cleanup` had not ended after 1 s of device time, and was stopped",
      backtrace: error.backtrace)
  }

  /// Notes the error that left `cleanup`: beside that of `run`, if there was one.
  private mutating func note(_ error: RunError) {
    record.status = .failed
    if record.error == nil { record.error = error } else { record.cleanupError = error }
  }

  private mutating func account() {
    record.account = device.finish()
    record.traceDigest = device.digest
    record.deviceTime = device.clock
    if request.keepsTrace { record.trace = device.trace }
    guard !record.account.balances, record.error == nil else { return }
    let account = record.account
    record.status = .failed
    record.error = RunError(
      code: "EventsLost",
      message:
        "the device accepted \(account.accepted) events and emitted \(account.emitted), discarded \(account.discarded)",
      backtrace: [])
  }

  private mutating func gather() throws(Ending) {
    for dataset in datasets {
      let member = typed[dataset]
      record.datasets.append(
        RunRecord.Dataset(
          name: member.name, type: member.type, value: session.datasets.value(of: dataset),
          axes: session.axes[dataset] ?? [],
          errorBars: member.errorBars.map { typed[$0].name }))
    }
    for member in shared {
      guard case .shared(let key) = typed[member].kind, typed[member].keyFunction == nil,
        !record.shared.contains(where: { $0.key == key }),
        let value = try? session.sharedValue(of: member)
      else { continue }
      record.shared.append(RunRecord.Shared(key: key, type: typed[member].type, value: value))
    }
    for (key, entry) in session.familyValues.sorted(by: { $0.key < $1.key })
    where !record.shared.contains(where: { $0.key == key }) {
      record.shared.append(
        RunRecord.Shared(key: key, type: typed[entry.member].type, value: entry.value))
    }
    record.output = session.output
    record.compileCount = session.kernels.compileCount
    record.reuseCount = session.kernels.reuseCount
  }
}

extension Constant {
  /// The first part of it that is no element of `lower...upper`; nil if all are.
  fileprivate func first(outside lower: Constant?, _ upper: Constant?) -> Constant? {
    if case .array(let elements) = self {
      for element in elements {
        if let wrong = element.first(outside: lower, upper) { return wrong }
      }
      return nil
    }
    switch (self, lower, upper) {
    case (.integer(let value), _, _):
      if case .integer(let least)? = lower, value < least { return self }
      if case .integer(let greatest)? = upper, value > greatest { return self }
    case (.float(let value), _, _):
      if case .float(let least)? = lower, !(value >= least) { return self }
      if case .float(let greatest)? = upper, !(value <= greatest) { return self }
    default: break
    }
    return nil
  }
}

extension Type {
  /// The type of the innermost elements of arrays.
  fileprivate var innermost: Type { element?.innermost ?? self }
}
