import Bytecode
import CoreDevice
import Diagnostics
import Lowering
import Machine
import Simulation
import Typing
import Values

// Kernels, started from the host half, and what they have it do.

/// Where an error was raised in a kernel: its number there, and the place in the image.
struct ErrandPlace: Hashable {
  let error: UInt16
  let position: UInt64
}

/// The error that left an errand.
struct ErrandFailure {
  /// With the number that the host half knows it by.
  let fault: Fault
  let payload: [UInt64]
  let error: RunError
}

/// How a kernel's call ended.
private enum KernelEnd {
  case finished([UInt64])
  /// With the error's number in the host's image; the payload is that of a declared error.
  case failed(Fault, payload: [UInt64], places: [RunError.Place], message: String)
}

extension HostSession {
  /// A compile point of `functions`: they are compiled with what their captures hold now.
  mutating func compile(_ functions: [FunctionID]) throws(HostStop) {
    for kernel in functions {
      var captures: [MemberID: Constant] = [:]
      for member in kernels.captured(by: kernel) { captures[member] = try value(of: member) }
      let faults = kernels.compile(kernel, captures: captures)
      guard faults.isEmpty else { throw .refused(faults) }
    }
  }

  /// Starts the latest image of `kernel`, waits for it, and answers the host call with its result
  /// or error.
  mutating func start(_ kernel: FunctionID, arguments: [UInt64]) {
    guard let device, !isStopping else { return machine.fail(Fault(.cancelled)) }
    do throws(HostStop) {
      let end = try execute(kernel, arguments: arguments, on: device)
      // Once the device has been stopped the host half is asked to stop too.
      if let stopTime, device.clock >= stopTime { askHostToStop() }
      heedInterruption()
      switch end {
      case .finished(let results): answer(results)
      case .failed(let fault, let payload, let places, let message):
        kernelFailure = (machine.position, fault.error, places, message)
        raise(fault, payload)
      }
    } catch {
      pass(on: error)
    }
  }

  /// Raises an error, of which the payload is known if it is declared, where the machine stands.
  private mutating func raise(_ fault: Fault, _ payload: [UInt64]) {
    guard fault.error >= BuiltinError.firstDeclared else { return machine.fail(fault) }
    if machine.fail(number: fault.error, payload: payload) != nil { machine.fail(fault) }
  }

  /// Runs `cleanup`, which nothing on the host calls; returns the error that left it.
  mutating func runCleanup(_ kernel: FunctionID, on device: SimulatedDevice) throws(HostStop)
    -> RunError?
  {
    switch try execute(kernel, arguments: [], on: device) {
    case .finished: return nil
    case .failed(let fault, _, let places, let message):
      return RunError(code: name(of: fault), message: message, backtrace: places)
    }
  }

  private mutating func execute(
    _ kernel: FunctionID, arguments: [UInt64], on device: SimulatedDevice
  ) throws(HostStop) -> KernelEnd {
    func refused(_ error: BuiltinError) -> KernelEnd {
      .failed(
        Fault(error), payload: [], places: [],
        message: FaultText(program: typed, printer: printer).message(Fault(error)))
    }
    let compiled: CompiledKernel
    do throws(LoadError) {
      guard let found = try kernels.ready(kernel, on: device) else { return refused(.cancelled) }
      compiled = found
    } catch {
      throw .broken("the image of \(typed[kernel].name) is refused: \(error)")
    }
    var bound: [UInt64] = []
    for member in compiled.bound {
      bound += words(of: try value(of: member), as: typed[member].type, in: typed)
    }
    guard let slot = compiled.slot else { return refused(.cancelled) }
    if let hostStepsBetweenKernels { hostStepsLeft = hostStepsBetweenKernels }
    do throws(StartError) {
      try device.start(
        slot, arguments: arguments, bound: bound,
        isSeamless: typed[kernel].kind == .seamlessKernel,
        isCleanup: typed.experiments.contains { $0.cleanup == kernel })
    } catch {
      switch error {
      case .outOfMemory: return refused(.outOfMemory)
      case .busy: return refused(.busy)
      case .notResident: throw .broken("\(typed[kernel].name) is not on the device")
      case .malformedWords:
        throw .broken("the device does not take the arguments of \(typed[kernel].name)")
      }
    }
    recentCalls.append(
      device.core.timeline.call, compiled.contents, from: contents.places(machine.position).first)
    errandFailures = [:]
    sendFailure = nil
    sendFailureHasArrived = false
    defer {
      sendFailure = nil
      errandFailures = [:]
    }
    var ending: HostStop?
    while true {
      switch device.run() {
      case .finished(let results):
        if let ending { throw ending }
        if let sendFailure { return end(sendFailure) }
        return .finished(results)
      case .failed(let fault, let payload, let backtrace):
        if let ending { throw ending }
        // What a failed `send` stopped fails with the error of that.
        if let sendFailure { return end(sendFailure) }
        return end(fault, payload: payload, backtrace: backtrace, in: compiled)
      case .interrupted:
        if device.core.timeline.failureIsDue {
          sendFailureHasArrived = true
          device.cancelAfterFailure()
        } else {
          isStopping = true
          device.cancel()
        }
      case .hostCall(let index, let arguments):
        do throws(HostStop) {
          try serve(index, arguments, of: compiled, on: device)
        } catch {
          ending = ending ?? error
          isStopping = true
          device.cancel()
        }
      }
    }
  }

  // MARK: Errors

  private func end(_ failure: ErrandFailure) -> KernelEnd {
    .failed(
      failure.fault, payload: failure.payload, places: failure.error.backtrace,
      message: failure.error.message)
  }

  /// What left a kernel, as the host knows it.
  private mutating func end(
    _ fault: Fault, payload: [UInt64], backtrace: [UInt64], in kernel: CompiledKernel
  ) -> KernelEnd {
    let places = kernel.contents.places(of: backtrace)
    if let position = backtrace.first,
      let failure = errandFailures[ErrandPlace(error: fault.error, position: position)]
    {
      return .failed(
        failure.fault, payload: failure.payload, places: failure.error.backtrace + places,
        message: failure.error.message)
    }
    let text = FaultText(program: typed, printer: printer)
    guard fault.error >= BuiltinError.firstDeclared else {
      let earlier =
        fault.error == BuiltinError.collision.rawValue
        ? recentCalls.origin(of: fault.words.2, in: fault.words.3) : nil
      return .failed(
        fault, payload: [], places: places, message: text.message(fault, earlier: earlier))
    }
    let name = text.name(fault.error, declared: kernel.contents.errors)
    return .failed(
      Fault(
        number: number(ofErrorNamed: name), fault.words.0, fault.words.1, fault.words.2,
        fault.words.3), payload: payload, places: places,
      message: text.message(declared: name, payload: payload))
  }

  /// The number of a declared error in the host's image; of one that it does not know, a number of
  /// its own.
  private mutating func number(ofErrorNamed name: String) -> UInt16 {
    let number: Int
    if let known = contents.errors.firstIndex(where: { $0.name == name }) {
      number = known
    } else if let known = foreignErrors.firstIndex(of: name) {
      number = contents.errors.count + known
    } else {
      foreignErrors.append(name)
      number = contents.errors.count + foreignErrors.count - 1
    }
    return BuiltinError.firstDeclared &+ UInt16(truncatingIfNeeded: number)
  }

  /// The number of an error of the host in a kernel's image; of one that it does not know, a number
  /// that only its `catch`es of everything take.
  private func number(of fault: Fault, in kernel: CompiledKernel) -> UInt16 {
    guard fault.error >= BuiltinError.firstDeclared else { return fault.error }
    let name = name(of: fault)
    let index =
      kernel.contents.errors.firstIndex { $0.name == name }
      ?? kernel.contents.errors.count + Int(fault.error - BuiltinError.firstDeclared)
    return BuiltinError.firstDeclared &+ UInt16(truncatingIfNeeded: index)
  }

  /// What the host puts together for a kernel: a text with values, an error's name and text; nil
  /// for another call.
  private func text(
    _ call: HostCall, _ arguments: [UInt64], of kernel: CompiledKernel, on device: SimulatedDevice
  ) -> [UInt64]? {
    switch call {
    case .format(let segments):
      return words(of: .text(format(segments, arguments)), as: .string, in: typed)
    case .describeError:
      guard let (fault, payload) = device.fault else { return nil }
      if let position = device.backtrace.first,
        let failure = errandFailures[ErrandPlace(error: fault.error, position: position)]
      {
        return described(error: failure.fault, failure.payload, declared: contents.errors)
      }
      return described(error: fault, payload, declared: kernel.contents.errors)
    default: return nil
    }
  }

  /// Name and text of an error, as `describeError` gives them.
  func described(error fault: Fault, _ payload: [UInt64], declared: [ErrorContents]) -> [UInt64] {
    let text = FaultText(program: typed, printer: printer)
    let foreign = Int(fault.error) - Int(BuiltinError.firstDeclared) - declared.count
    let name =
      foreignErrors.indices.contains(foreign)
      ? foreignErrors[foreign] : text.name(fault.error, declared: declared)
    let whole =
      fault.error < BuiltinError.firstDeclared
      ? text.literal(fault) : text.message(declared: name, payload: payload)
    return words(of: .tuple([.text(name), .text(whole)]), as: .anyError, in: typed)
  }

  // MARK: From a kernel to the host

  /// Does host call `index` of the kernel that runs, and answers it.
  private mutating func serve(
    _ index: Int, _ arguments: [UInt64], of kernel: CompiledKernel, on device: SimulatedDevice
  ) throws(HostStop) {
    guard kernel.hostCalls.indices.contains(index) else {
      throw .broken("a kernel calls what is not there")
    }
    // What the host puts into words takes no device time: the parts travel with the error.
    if let words = text(kernel.hostCalls[index], arguments, of: kernel, on: device) {
      if let refused = device.answer(words, afterRoundTrip: false) {
        device.answer(throwing: Self.fault(of: refused), afterRoundTrip: false)
      }
      return
    }
    if case .errandError = kernel.hostCalls[index], let heldFailure {
      self.heldFailure = nil
      return raise(heldFailure, in: kernel, on: device)
    }
    guard case .errand(let errand) = kernel.hostCalls[index], let function = image.errands[errand]
    else { throw .broken("a kernel calls what is not there") }
    keptResults = nil
    let isAwaited = kernel.contents.hostCalls[index].mode == .await
    // An `await` waits for the `send`s before it: it is a safe point where one of them has failed.
    if isAwaited, device.core.timeline.failureIsDue {
      sendFailureHasArrived = true
      device.cancelAfterFailure()
      return
    }
    do throws(HostStop) {
      let results = try call(
        index: function, arguments: arguments, tellsFailure: image.changing.contains(errand))
      if isAwaited {
        device.passRoundTrip()
        if device.stopIsDue {
          isStopping = true
          device.cancel()
          return
        }
      }
      if let refused = device.answer(results, afterRoundTrip: false) {
        device.answer(throwing: Self.fault(of: refused), afterRoundTrip: false)
      }
    } catch {
      guard case .failed(let error, let fault) = error else { throw error }
      let failure = ErrandFailure(fault: fault, payload: lastPayload, error: error)
      guard isAwaited else {
        if sendFailure == nil {
          let places = kernel.contents.places(of: device.places)
          let whole = RunError(
            code: error.code, message: error.message, backtrace: error.backtrace + places)
          sendFailure = ErrandFailure(fault: fault, payload: lastPayload, error: whole)
          device.requestFailure()
        }
        _ = device.answer([], afterRoundTrip: false)
        return
      }
      device.passRoundTrip()
      guard let keptResults else { return raise(failure, in: kernel, on: device) }
      // What it has written is taken first.
      heldFailure = failure
      if device.answer(keptResults, afterRoundTrip: false) != nil {
        raise(failure, in: kernel, on: device)
      }
    }
  }

  /// Raises the error of an awaited errand where the kernel stands.
  private mutating func raise(
    _ failure: ErrandFailure, in kernel: CompiledKernel, on device: SimulatedDevice
  ) {
    let number = number(of: failure.fault, in: kernel)
    errandFailures[ErrandPlace(error: number, position: device.places.first ?? 0)] = failure
    device.answer(throwing: number, like: failure.fault, payload: failure.payload)
  }
}
