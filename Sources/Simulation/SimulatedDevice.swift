import Bytecode
package import CoreDevice
package import Laboratory
package import Machine

/// Why a kernel on the simulated device stopped.
package enum KernelOutcome: Hashable, Sendable {
  /// The results, as canonical words.
  case finished(results: [UInt64])
  /// An error left the kernel. `payload` is that of a declared error, as canonical words; the
  /// places, innermost first, are function in the upper, word in the lower 32 bits.
  case failed(Fault, payload: [UInt64], backtrace: [UInt64])
  /// The kernel calls host function `index` of its image: `answer`, then `run`.
  case hostCall(index: Int, arguments: [UInt64])
  /// The stop that was requested is due: `cancel`, then `run`; or leave it.
  case interrupted
}

/// A core device with the simulated world on its channels, in virtual time: waiting costs nothing.
///
/// A class, since there is one of it: it owns the device's memory, and a run and its host calls
/// share it.
package final class SimulatedDevice {
  package let description: SystemDescription
  /// The device itself; whoever has no image (the reference interpreter) drives its timeline
  /// directly.
  ///
  /// Not watched for overlapping access, which would cost as much as entering a kernel: what it
  /// calls knows nothing of it.
  @exclusivity(unchecked) package var core: CoreDevice<World, Recorder>
  /// Asked while a kernel runs: whether it is to be interrupted at its next safe point.
  ///
  /// Asked no more once it has said so.
  package var interruption: (() -> Bool)?

  /// The laboratory of `description` at time 0, all of whose chance follows from `seed`.
  package init(description: SystemDescription, seed: UInt64, keepsTrace: Bool) {
    self.description = description
    let inputs = description.channels.count {
      switch $0.kind {
      case .ttlInput, .adc, .spi, .camera: true
      case .ttlOutput, .dds, .dac: false
      }
    }
    var outputCounts = [Int](
      repeating: 0, count: 1 + Int(description.channels.map(\.number).max() ?? 0))
    for channel in description.channels {
      if case .dac(let count, _) = channel.kind { outputCounts[Int(channel.number)] = count }
    }
    core = CoreDevice(
      DeviceParameters(
        margin: description.core.margin, kernelStart: description.costs.kernelStart,
        hostRoundTrip: description.costs.hostRoundTrip, laneCount: description.core.laneCount,
        laneDepth: description.core.laneDepth, inputCount: inputs,
        inputDepth: description.core.inputDepth, slotCount: SimulatedDevice.slotCount,
        arenaBytes: description.core.arenaBytes, stackBytes: description.core.stackBytes,
        outputCounts: outputCounts),
      channels: World(description, seed: seed),
      sink: Recorder(description, keepingTrace: keepsTrace))
    core.channels.keepsSamples = keepsTrace
    core.waitPassing = larmor_passSimulatedWait
  }

  deinit { core.deallocate() }

  /// Kernels that can be resident at once.
  package static let slotCount = 256

  /// Lends the device itself to `body`.
  ///
  /// From another module `core` is watched, whatever its declaration says (compiler 6.3.1).
  package func withCore<Result>(
    _ body: (inout CoreDevice<World, Recorder>) -> Result
  ) -> Result { body(&core) }

  // MARK: Kernels

  /// Makes the kernel `image` resident.
  ///
  /// The same image is resident once, however often it is loaded.
  package func load(_ image: [UInt8]) throws(LoadError) -> KernelSlot {
    let loaded = image.withUnsafeBytes { bytes -> Result<KernelSlot, LoadError> in
      do throws(LoadError) { return .success(try core.load(bytes)) } catch {
        return .failure(error)
      }
    }
    return try loaded.get()
  }

  /// Takes back one load.
  package func unload(_ slot: KernelSlot) { core.unload(slot) }

  /// Whether there is a kernel in `slot`.
  package func isResident(_ slot: KernelSlot) -> Bool { core.isResident(slot) }

  /// Starts a resident kernel; arguments and bound captures are canonical words.
  package func start(
    _ slot: KernelSlot, arguments: [UInt64] = [], bound: [UInt64] = [], isSeamless: Bool = false,
    isCleanup: Bool = false
  ) throws(StartError) {
    let started = arguments.withUnsafeBufferPointer { arguments in
      bound.withUnsafeBufferPointer { bound -> Result<Void, StartError> in
        do throws(StartError) {
          return .success(
            try core.start(
              slot, arguments: arguments, bound: bound, isSeamless: isSeamless,
              isCleanup: isCleanup))
        } catch {
          return .failure(error)
        }
      }
    }
    try started.get()
  }

  /// Runs the kernel that was started until it ends, calls the host or is to be stopped.
  package func run() -> KernelOutcome {
    while true {
      switch core.run() {
      case .waiting, .busy: heedInterruption()
      case .finished: return .finished(results: core.withMachine { $0.exportResults() } ?? [])
      case .failed(let fault):
        let places = core.withMachine { machine in
          (0..<machine.backtraceCount).map { machine.backtrace($0) }
        }
        let payload = core.withMachine { $0.exportFault() }
        return .failed(fault, payload: payload ?? [], backtrace: places ?? [])
      case .hostCall(let index):
        heedInterruption()
        let arguments = core.withMachine { $0.exportHostArguments() }
        return .hostCall(index: index, arguments: arguments ?? [])
      case .interrupted: return .interrupted
      }
    }
  }

  private func heedInterruption() {
    guard let interruption, interruption() else { return }
    interrupt()
  }

  /// Asks that the kernel be interrupted at its next safe point.
  package func interrupt() {
    interruption = nil
    requestStop(at: clock)
  }

  /// Answers the host call with `results`, canonical words; an `await` takes a round trip of device
  /// time, a `send` none.
  ///
  /// Returns what was wrong with the words.
  package func answer(_ results: [UInt64], afterRoundTrip: Bool) -> ImportError? {
    if afterRoundTrip { core.passRoundTrip() }
    return core.withMachine { $0.importHostResults(results) } ?? .malformed
  }

  /// Answers the host call with an error, which is raised at the call.
  package func answer(throwing fault: Fault, afterRoundTrip: Bool) {
    if afterRoundTrip { core.passRoundTrip() }
    core.withMachine { $0.fail(fault) }
  }

  /// Answers the host call with declared error `number`, whose payload is given as canonical words;
  /// or with `fault` as it is, if that is an error of the language.
  package func answer(throwing number: UInt16, like fault: Fault, payload: [UInt64]) {
    core.withMachine { machine in
      guard number >= BuiltinError.firstDeclared else { return machine.fail(fault) }
      if machine.fail(number: number, payload: payload) != nil {
        machine.fail(Fault(number: number))
      }
    }
  }

  /// Lets a host round trip pass.
  package func passRoundTrip() { core.passRoundTrip() }

  /// Where the kernel stands, innermost first: function in the upper, word in the lower 32 bits.
  package var places: [UInt64] { core.withMachine { $0.places() } ?? [] }

  /// The error that the kernel has raised last, and its payload as canonical words.
  package var fault: (Fault, payload: [UInt64])? {
    core.withMachine { ($0.fault, $0.exportFault()) }
  }

  /// The places of that error, innermost first.
  package var backtrace: [UInt64] {
    core.withMachine { machine in
      (0..<machine.backtraceCount).map { machine.backtrace($0) }
    } ?? []
  }

  // MARK: Stopping

  /// Asks that whatever runs be interrupted at the first safe point at or after `time`.
  package func requestStop(at time: Int64) { core.timeline.requestStop(at: time) }

  /// Takes a request back.
  package func withdrawStop() {
    interruption = nil
    core.timeline.withdrawStop()
  }

  /// Whether the time of the stop requested has been reached.
  package var stopIsDue: Bool { core.timeline.stopIsDue }

  /// Raises `Cancelled` where the kernel stands; `run` goes on with it.
  ///
  /// The stop request is done with.
  package func cancel() { core.cancel() }

  /// Asks that the kernel be interrupted at its next safe point: a `send` of it has failed.
  package func requestFailure() { core.timeline.requestFailure() }

  /// Raises `Cancelled` where the kernel stands for that; `run` goes on with it.
  package func cancelAfterFailure() { core.cancelAfterFailure() }

  /// Sets the resident values of the session that begins, as canonical words.
  package func setResidents(_ words: [UInt64]) -> Bool {
    words.withUnsafeBufferPointer { core.setResidents($0) }
  }

  // MARK: Without an image

  /// Begins a kernel call as `start` does, for one who drives the timeline directly.
  package func beginCall(isSeamless: Bool = false, isCleanup: Bool = false) {
    core.timeline.beginCall(
      charging: core.parameters.kernelStart, isSeamless: isSeamless, isCleanup: isCleanup)
  }

  /// Ends such a call.
  package func endCall() {
    core.advance(to: core.timeline.clock())
    core.timeline.endCall()
  }

  /// After an operation on the timeline has answered `.wait`: lets time pass, until it is worth
  /// trying again.
  ///
  /// Where `stopIsDue` none passes: the wait is then a safe point to stop at.
  package func passWait() { core.advance(to: core.timeline.waitsUntil) }

  // MARK: The run as a whole

  /// The device's time, in ticks.
  package var clock: Int64 { core.timeline.clock() }

  /// Opens the next session, with an account of its own.
  package func openSession() { core.timeline.openSession() }

  /// Runs out what is queued and returns the session's account, which balances unless something was
  /// lost.
  package func finish() -> Account { core.finish() }

  /// The digest of all events and windows so far: `sha256:…`.
  package var digest: String { core.sink.digest }

  /// The events and windows so far; empty unless the trace is kept.
  package var trace: Trace {
    var trace = core.sink.trace
    trace.readings = core.channels.samples
    return trace
  }
}

/// A wait costs nothing in virtual time.
@c func larmor_passSimulatedWait(
  _ timeline: UnsafeMutableRawPointer, _ surroundings: UnsafeMutableRawPointer
) {
  Surroundings<World, Recorder>.passWait(timeline, surroundings)
}
