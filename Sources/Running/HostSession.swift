import Bytecode
import CoreDevice
import Diagnostics
import Freezing
import Lowering
import Machine
import Native
import Simulation
import Typing
import Values

/// Why a function of the host half did not return.
enum HostStop: Error {
  /// An error that it did not catch.
  case failed(RunError, fault: Fault)
  /// The run was asked to stop, and did.
  case stopped
  /// A kernel could not be compiled.
  case refused([Diagnostic])
  /// An image that lowering made is no image: our mistake, and why.
  case broken(String)
}

/// The host half of one run (or of a file's tests) on its machine, and all that its host calls
/// reach.
struct HostSession: ~Copyable {
  let program: ProvenProgram
  let typed: TypedProgram
  let printer: Printer
  let image: HostImage
  /// The image's contents with the functions of `access`.
  let contents: ImageContents
  let access: GlobalAccess
  let observer: RunObserver
  let seed: UInt64
  let engine: EngineChoice
  let memory: HostMemory
  var machine: Machine
  /// The host half as native code, once it has been worth it.
  private var translation: Translation?
  private var wantsTranslation: Bool
  /// Nil where no kernel can be started: while arguments are evaluated, and in tests.
  var device: SimulatedDevice?
  var kernels: KernelStore
  var datasets: DatasetStore
  var axes: [MemberID: [RunRecord.Axis]] = [:]
  var shared: SharedStore
  /// The values of families of shared values that were read or written, by key.
  var familyValues: [String: (member: MemberID, value: Constant)] = [:]
  /// First values of members that no host code mentions.
  var unseen: [MemberID: Constant] = [:]
  var output: [String] = []
  var simulations: [RunRecord] = []
  var expectations = Expectations()
  /// Device time after which the run stops.
  var stopTime: Int64?
  /// What is left of the calls and backward jumps that the host half may make, but for those that
  /// the machine has been given.
  private var hostStepsInStore: Int64 = 0
  /// What is left of the calls and backward jumps that the host half may make.
  var hostStepsLeft: Int64 {
    get { hostStepsInStore + max(0, machine.budget) }
    set {
      machine.budget = min(newValue, Self.stepsBetweenLooks)
      hostStepsInStore = newValue - machine.budget
    }
  }
  /// So many calls and backward jumps the host half makes before it is looked whether it is to be
  /// interrupted.
  private static let stepsBetweenLooks: Int64 = 1 << 14
  /// So many calls and backward jumps the host half of a run that is stopped at a device time may
  /// make without a kernel that lets device time pass.
  static let stepsWithoutTime: Int64 = 50_000_000
  /// What the host half is given anew whenever device time has passed.
  var hostStepsBetweenKernels: Int64?
  var isStopping = false
  /// Whether the run is ended because somebody interrupted it.
  var wasInterrupted = false
  /// The keys of shared values that an argument's default reads; nil while there is none at work.
  var keysRead: [String]?
  /// The error that left a kernel last, and where the host stood then.
  var kernelFailure: (position: UInt64, error: UInt16, places: [RunError.Place], message: String)?
  /// The errors that left errands of the kernel that runs, by where they were raised in it.
  var errandFailures: [ErrandPlace: ErrandFailure] = [:]
  /// The error of a `send` that the kernel that runs has still to be stopped for.
  var sendFailure: ErrandFailure?
  /// Whether the kernel has been stopped for that.
  var sendFailureHasArrived = false
  /// The kernel calls that were made last.
  var recentCalls = RecentCalls()
  /// The functions of the image that are errands.
  let errandFunctions: Set<Int>
  /// The payload of the declared error that left a function of the host half last, as canonical
  /// words.
  private(set) var lastPayload: [UInt64] = []
  /// What an errand that failed gave back all the same; and its error, until the kernel has taken
  /// that.
  var keptResults: [UInt64]?
  var heldFailure: ErrandFailure?
  /// Errors that kernels declare and the host half does not know; they have numbers after the
  /// host's own.
  var foreignErrors: [String] = []
  /// Why no more is run, once that is so.
  private var refusal: HostStop?
  /// How many functions are on top of each other, each in a host call of the one below.
  private var depth = 0

  /// Deeper than anything but endless recursion.
  private static let depthMax = 64

  /// Lowers `roots` and what they call, and loads the image.
  ///
  /// The errors are those of lowering.
  static func open(
    program: ProvenProgram, roots: [FunctionID], bound: Set<MemberID> = [],
    shared: SharedStore = SharedStore(),
    seed: UInt64 = 0, engine: EngineChoice = EngineChoice(), observer: RunObserver = RunObserver()
  ) throws(HostStop) -> HostSession {
    let lowered = lowerHost(program, roots: roots, optimisations: engine.optimisations)
    guard let image = lowered.value else { throw .refused(lowered.diagnostics) }
    var contents = image.contents
    let access = GlobalAccess(image.globals, addingTo: &contents)
    return HostSession(
      program: program, image: image, contents: contents, access: access,
      memory: try load(contents),
      kernels: KernelStore(program: program, bound: bound, engine: engine),
      shared: shared, seed: seed, engine: engine, observer: observer)
  }

  private init(
    program: ProvenProgram, image: HostImage, contents: ImageContents, access: GlobalAccess,
    memory: consuming HostMemory, kernels: KernelStore, shared: SharedStore, seed: UInt64,
    engine: EngineChoice, observer: RunObserver
  ) {
    machine = Machine(image: memory.image, stack: memory.stack, arena: memory.arena)
    machine.dispatch = engine.dispatch
    wantsTranslation = engine.engine == .jit
    machine.setStopFlag(UnsafePointer(memory.stopFlag))
    self.memory = memory
    self.program = program
    self.image = image
    self.contents = contents
    self.access = access
    self.observer = observer
    self.seed = seed
    self.engine = engine
    self.shared = shared
    self.kernels = kernels
    errandFunctions = Set(image.errands.values)
    typed = program.typed
    printer = Printer(program.typed)
    datasets = DatasetStore(program: program.typed)
    if engine.translatesAtOnce { translate() }
  }

  /// Has the host half run as native code from now on, if that is wanted and can be.
  private mutating func translate() {
    guard wantsTranslation else { return }
    wantsTranslation = false
    guard let native = Translation(memory.image, in: engine.codeMemory) else { return }
    translation = native
    machine.dispatch = .native(native.code)
  }

  private static func load(_ contents: ImageContents) throws(HostStop) -> HostMemory {
    do throws(HostMemory.Refusal) {
      return try HostMemory(image: encode(contents))
    } catch {
      switch error {
      case .image(let error):
        throw .broken("the image of \(contents.name)'s host half is refused: \(error)")
      case .noMemory:
        let refusal = RunError(
          code: "OutOfMemory", message: "the system gives no memory", backtrace: [])
        throw .failed(refusal, fault: Fault(.outOfMemory))
      }
    }
  }

  // MARK: Calling

  /// Runs `function` (a stage, an initialiser, a test) and returns its result's canonical words.
  mutating func call(_ function: FunctionID) throws(HostStop) -> [UInt64] {
    guard let index = image.functions[function] else { return [] }
    return try call(index: index, arguments: [])
  }

  /// The value that the initialiser `function` computes.
  mutating func value(of function: FunctionID, at arguments: [UInt64] = []) throws(HostStop)
    -> Constant
  {
    guard let index = image.functions[function] else { return .unit }
    let words = try call(index: index, arguments: arguments)
    return constant(from: words, as: typed[function].result, in: typed) ?? .unit
  }

  /// Runs function `index` of the image on top of whatever is suspended.
  ///
  /// One that tells by its last result whether it has failed leaves `keptResults`.
  mutating func call(index: Int, arguments: [UInt64], tellsFailure: Bool = false) throws(HostStop)
    -> [UInt64]
  {
    guard depth < Self.depthMax else {
      throw .failed(describe(Fault(.stackOverflow)), fault: Fault(.stackOverflow))
    }
    depth += 1
    defer { depth -= 1 }
    if let fault = machine.enter(index) {
      let error = describe(fault)
      machine.leave()
      throw .failed(error, fault: fault)
    }
    if let refused = machine.importArguments(arguments) {
      machine.leave()
      let fault = Self.fault(of: refused)
      throw .failed(describe(fault), fault: fault)
    }
    var port = HostPort()
    while true {
      switch machine.run(port: &port) {
      case .finished:
        let results: [UInt64] = machine.exportResults()
        if tellsFailure, results.last == 1 {
          keptResults = results
          throw stop(for: machine.raisedFault)
        }
        machine.leave()
        return results
      case .failed(let fault): throw stop(for: fault)
      case .hostCall(let index):
        heedInterruption()
        serve(index)
      case .interrupted:
        memory.stopFlag.pointee = 0
        machine.fail(Fault(.cancelled))
      case .waiting: break  // Nothing on the host waits.
      case .outOfBudget:
        guard hostStepsInStore > 0 else {
          machine.leave()
          throw .stopped
        }
        hostStepsLeft = hostStepsInStore
        translate()
        heedInterruption()
      }
    }
  }

  /// What `fault`, which left the function entered last, is to the caller; that function is left.
  private mutating func stop(for fault: Fault) -> HostStop {
    let error = describe(fault)
    lastPayload =
      fault.error < BuiltinError.firstDeclared || foreignName(of: fault.error) != nil
      ? [] : machine.exportFault()
    machine.leave()
    if let refusal { return refusal }
    if isStopping, fault.error == BuiltinError.cancelled.rawValue { return .stopped }
    return .failed(error, fault: fault)
  }

  /// Asks the host half to stop if somebody has interrupted the run.
  mutating func heedInterruption() {
    guard !wasInterrupted, observer.isInterrupted() else { return }
    wasInterrupted = true
    askHostToStop()
    // This may be in a function that a kernel waits for.
    device?.interrupt()
  }

  /// The host half is to stop at its next safe point, and starts no more kernels.
  mutating func askHostToStop() {
    isStopping = true
    memory.stopFlag.pointee = 1
  }

  /// The stop that was asked for has been made: what runs now runs to its end.
  mutating func withdrawStop() {
    isStopping = false
    memory.stopFlag.pointee = 0
  }

  static func fault(of error: ImportError) -> Fault {
    switch error {
    case .malformed: Fault(.limitExceeded)
    case .outOfMemory: Fault(.outOfMemory)
    }
  }

  /// Gives the host call that the machine stands in its results.
  mutating func answer(_ words: [UInt64]) {
    if let refused = machine.importHostResults(words) { machine.fail(Self.fault(of: refused)) }
  }

  /// Raises at the host call that the machine stands in what stopped a function on top of it.
  mutating func pass(on stop: HostStop) {
    switch stop {
    case .failed(let error, let fault):
      // The places in between are kept: the error's own backtrace is longer than the one from here
      // on.
      kernelFailure = (machine.position, fault.error, error.backtrace, error.message)
      machine.fail(fault)
    case .stopped: machine.fail(Fault(.cancelled))
    case .refused, .broken:
      refusal = stop
      machine.fail(Fault(.cancelled))
    }
  }

  // MARK: Variables

  /// What `member` holds now.
  mutating func value(of member: MemberID) throws(HostStop) -> Constant {
    guard let reader = access.readers[member] else { return unseen[member] ?? .unit }
    let words = try call(index: reader, arguments: [])
    return constant(from: words, as: typed[member].type, in: typed) ?? .unit
  }

  /// Puts `value` into `member`.
  mutating func set(_ member: MemberID, to value: Constant) throws(HostStop) {
    guard let writer = access.writers[member] else {
      unseen[member] = value
      return
    }
    _ = try call(index: writer, arguments: words(of: value, as: typed[member].type, in: typed))
  }

  /// Runs the initialiser of `member` and puts its value there.
  mutating func initialize(_ member: MemberID) throws(HostStop) {
    guard let initializer = typed[member].initializer else { return }
    try set(member, to: value(of: initializer))
  }

  // MARK: Errors

  func name(of fault: Fault) -> String {
    foreignName(of: fault.error)
      ?? FaultText(program: typed, printer: printer).name(fault.error, declared: contents.errors)
  }

  /// The name of an error that only kernels declare.
  private func foreignName(of number: UInt16) -> String? {
    let foreign = Int(number) - Int(BuiltinError.firstDeclared) - contents.errors.count
    return foreignErrors.indices.contains(foreign) ? foreignErrors[foreign] : nil
  }

  /// The error that the machine has just ended with, in words.
  func describe(_ fault: Fault) -> RunError {
    let text = FaultText(program: typed, printer: printer)
    var positions = (0..<machine.backtraceCount).map { machine.backtrace($0) }
    // Below an errand stands the kernel's call, which adds its own places.
    if let errand = positions.firstIndex(where: { errandFunctions.contains(Int($0 >> 32)) }) {
      positions.removeSubrange(errand...)
    }
    let places = contents.places(of: positions)
    let name = name(of: fault)
    if let failure = kernelFailure, failure.error == fault.error,
      failure.position == positions.first
    {
      return RunError(code: name, message: failure.message, backtrace: failure.places + places)
    }
    let message =
      fault.error < BuiltinError.firstDeclared
      ? text.message(fault) : text.message(declared: name, payload: machine.exportFault())
    return RunError(code: name, message: message, backtrace: places)
  }
}

/// The timeline of the host half: there is none, and the verifier lets no host image ask for it.
private struct HostPort: DevicePort {
  mutating func charge(_ ticks: Int64) {}
  func cursor() -> Int64 { 0 }
  func clock() -> Int64 { 0 }
  mutating func moveCursor(to time: Int64) {}
  mutating func realtime() {}
  mutating func resetTimeline() {}
  func shouldPause() -> Bool { false }
  mutating func enterCritical() {}
  mutating func leaveCritical() {}
  mutating func waitUntil(_ time: Int64) -> PortOutcome { .done }
  mutating func output(
    channel: UInt16, address: Int64, value: UInt64, at time: Int64, position: UInt64
  ) -> PortOutcome {
    .done
  }
  mutating func output(
    channel: UInt16, address: Int64, value: UInt64, then second: UInt64, after: Int64,
    at time: Int64, position: UInt64
  ) -> PortOutcome { .done }
  mutating func gate(
    channel: UInt16, edges: UInt16, at time: Int64, duration: Int64, position: UInt64
  ) -> PortOutcome {
    .done
  }
  mutating func input(channel: UInt16, address: Int64, until: Int64, position: UInt64)
    -> InputOutcome
  { .nothing }
}
