import CoreDevice
import Diagnostics
import Freezing
import Laboratory
import Running
import Simulation
import Typing
import Values

/// One call's locals.
struct Frame {
  var function: FunctionID
  var generics: [GenericID: GenericArgument]
  var locals: [Value?]
  /// The device that a driver's kernel belongs to.
  var device: MemberID?
  /// Where it was called.
  var call: Span?
  /// The locals that have been written.
  var written: Set<LocalID> = []
}

/// How a statement ended.
enum Completion {
  case normal, broke, continued
  case returned(Value)
}

/// The reference interpreter: slow and obvious, it walks the typed tree and knows nothing of
/// lowering and the machine.
///
/// The timeline and the world are the same as the machine's; everything that decides when they are
/// asked what is its own.
struct Interpreter {
  /// Nil where a program is forced that is not proven.
  let program: ProvenProgram?
  let typed: TypedProgram
  let printer: Printer
  let seed: UInt64
  let operationCost: Int64
  let eventCost: Int64

  /// The host's members, and constants.
  var members: [MemberID: Value] = [:]
  /// What each kernel captured at its latest compile point.
  var images: [FunctionID: [MemberID: Value]] = [:]
  /// What lives on the device.
  var residents: [Resident: Value] = [:]
  var datasets: [MemberID: Dataset] = [:]
  var shared: [String: Value] = [:]
  /// The values of families of shared values that were read or written, by key.
  var familyValues: [String: Value] = [:]
  var output: [String] = []
  var simulations: [ReferenceRecord] = []
  var expectations: [(isMet: Bool, text: String, span: Span)] = []
  var frames: [Frame] = []
  /// Where the host called the kernel that runs, and what called the host's functions there.
  var kernelCall: [Span] = []

  /// Where kernels run; nil where none can be started.
  var device: SimulatedDevice?
  /// The captures of the kernel that runs; nil in host code.
  var captured: [MemberID: Value]?
  /// The sorted `parallel` block that is being walked.
  var walk: SortedWalk?
  /// How many `parallel`s of the running function are around.
  var parallelDepth = 0
  /// The errors whose handlers run, the innermost last.
  var caught: [(raised: Raised, binding: LocalID?)] = []
  /// Device time after which the run is asked to stop.
  var stopTime: Int64?
  var isStopping = false
  /// The error of a `send` of the kernel that runs, and whether the kernel has been stopped for it.
  var sendFailure: (raised: Raised, hasArrived: Bool)?

  /// Is told of each write to a member of the host, with the path of fields, tuple positions and
  /// indices: the write barrier of the proof's tests.
  var onWrite: ((MemberID, [Int]) -> Void)?
  /// Is told of each start of a kernel, with the members whose values differ from what it captured.
  var onStart: ((FunctionID, [MemberID]) -> Void)?

  /// What leads a forced run.
  var forcing: Forcing?

  private var stepsLeft: Int
  /// How deep calls nest on the side that runs.
  var depth = 0

  init(_ program: ProvenProgram, seed: UInt64, limits: ReferenceLimits) {
    self.init(program.typed, proven: program, seed: seed, limits: limits)
  }

  /// For a program that is not proven; its kernels see all members as they are when compiled.
  init(
    _ typed: TypedProgram, proven program: ProvenProgram? = nil, seed: UInt64,
    limits: ReferenceLimits
  ) {
    self.program = program
    self.typed = typed
    self.seed = seed
    printer = Printer(typed)
    operationCost = typed.description.costs.operation
    eventCost = typed.description.costs.event
    stepsLeft = limits.stepCountMax
    callDepthMax = limits.callDepthMax
  }

  private let callDepthMax: Int

  var isDevice: Bool { captured != nil }
  var frame: Frame { frames[frames.count - 1] }

  // MARK: Errors

  func raise(_ error: LanguageError, words: [UInt64] = [], at span: Span) -> Stop {
    .raised(Raised(error: .builtin(error.rawValue), words: words, spans: backtrace(from: span)))
  }

  /// `span`, and where the functions around were called: on the device, then on the host.
  func backtrace(from span: Span) -> [Span] {
    [span] + frames.reversed().compactMap(\.call) + kernelCall
  }

  /// Does arithmetic; its failures are errors of the language at `span`.
  func number<Result>(_ span: Span, _ body: () throws(Numbers.Failure) -> Result) throws(Stop)
    -> Result
  {
    do throws(Numbers.Failure) { return try body() } catch {
      switch error {
      case .overflow: throw raise(.arithmeticOverflow, at: span)
      case .divisionByZero: throw raise(.divisionByZero, at: span)
      }
    }
  }

  // MARK: Effort

  mutating func step() throws(Stop) {
    stepsLeft -= 1
    if stepsLeft < 0 { throw .outOfSteps }
    guard let forcing else { return }
    if forcing.hasPerformed { throw .stopped }
    if forcing.freeDepth > 0 {
      forcing.freeSteps -= 1
      if forcing.freeSteps < 0 { throw .outOfSteps }
    }
  }

  func charge(operations: Int64) {
    if isDevice { device?.core.timeline.charge(operationCost &* operations) }
  }

  func charge(events: Int64) {
    if isDevice { device?.core.timeline.charge(eventCost &* events) }
  }

  /// A back edge: where a stop that was asked for is seen.
  mutating func safePoint(at span: Span) throws(Stop) {
    if isDevice {
      guard let device, device.stopIsDue else { return }
      if device.core.timeline.failureIsDue {
        sendFailure?.hasArrived = true
        device.core.timeline.withdrawFailure()
        throw raise(.cancelled, at: span)
      }
      isStopping = true
      device.core.timeline.withdrawStop()
      device.core.timeline.resetTimeline()
      throw raise(.cancelled, at: span)
    }
    if isStopping, stopTime != nil { throw raise(.cancelled, at: span) }
  }

  // MARK: Functions

  /// Runs `function` with `arguments`, and gives its result and what its `inout` parameters hold in
  /// the end.
  mutating func run(
    _ function: FunctionID, _ arguments: [Value], generics: [GenericID: GenericArgument] = [:],
    device: MemberID? = nil,
    at span: Span?
  ) throws(Stop) -> (result: Value, changed: [Value?], failure: Stop?) {
    let declaration = typed[function]
    depth += 1
    defer { depth -= 1 }
    if depth > (isDevice ? deviceCallDepthMax : callDepthMax) {
      throw raise(.stackOverflow, at: span ?? declaration.nameSpan)
    }
    try step()
    var locals = [Value?](repeating: nil, count: declaration.locals.count)
    for (parameter, argument) in zip(declaration.parameters, arguments) {
      locals[Int(parameter.local.index)] = argument
    }
    frames.append(
      Frame(
        function: function, generics: generics, locals: locals, device: device, call: span))
    var result = Value.unit
    var failure: Stop?
    let outerDepth = parallelDepth
    parallelDepth = 0
    defer { parallelDepth = outerDepth }
    do throws(Stop) {
      if case .returned(let value) = try execute(declaration.body) { result = value }
    } catch {
      failure = error
    }
    let ended = frames.removeLast()
    let changed = declaration.parameters.map { parameter -> Value? in
      // What a forced run has not written is no write.
      let isWritten = forcing == nil || isDevice || ended.written.contains(parameter.local)
      return parameter.isInout && isWritten ? ended.locals[Int(parameter.local.index)] : nil
    }
    return (result, changed, failure)
  }

  /// The result of a function that changes none of its arguments.
  mutating func call(
    _ function: FunctionID, _ arguments: [Value], generics: [GenericID: GenericArgument] = [:]
  )
    throws(Stop) -> Value
  {
    let (result, _, failure) = try run(function, arguments, generics: generics, at: nil)
    if let failure { throw failure }
    return result
  }

  // MARK: Types

  /// The type with the generic parameters of the running function replaced.
  func concrete(_ type: Type) -> Type {
    guard let generics = frames.last?.generics, !generics.isEmpty else { return type }
    return type.substituting(generics)
  }

  func concrete(_ generics: [GenericID: GenericArgument]) -> [GenericID: GenericArgument] {
    guard let own = frames.last?.generics, !own.isEmpty else { return generics }
    return generics.mapValues { $0.substituting(own) }
  }
}
