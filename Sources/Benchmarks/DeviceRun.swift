package import Bytecode
import CoreDevice
import Machine
import Native
import Simulation

/// How the simulated device runs the kernels that are measured.
package enum BenchmarkEngine: String, CaseIterable, Sendable {
  case jit, interpreter

  /// As it is called in the table.
  package var title: String {
    switch self {
    case .jit: "Larmor, jit"
    case .interpreter: "Larmor, interpreter"
    }
  }
}

/// One kernel, resident on a simulated device of its own.
final class DeviceRun {
  private let device: SimulatedDevice
  private let slot: KernelSlot
  /// Kept as long as the device may run it.
  private var translation: Translation?

  /// Loads `kernel`, and has the device run it in the machine's loop.
  init(_ kernel: BenchmarkKernel, of images: BenchmarkImages) throws(MeasurementFailure) {
    device = SimulatedDevice(description: images.description, seed: 0, keepsTrace: false)
    do throws(LoadError) {
      slot = try device.load(images[kernel])
    } catch {
      throw MeasurementFailure("the device does not take the image: \(error)")
    }
  }

  /// Has it run as native code; false where that cannot be.
  func translate() -> Bool {
    guard let image = device.core.image(in: slot), let translation = Translation(image) else {
      return false
    }
    self.translation = translation
    device.core[dispatch: slot] = .native(translation.code)
    return true
  }

  /// Has it count what it executes.
  func count(into counts: OperationCounts) { device.core[dispatch: slot] = .counting(counts) }

  /// Starts the kernel with `size`, runs it to its end, and has the device emit what it has queued:
  /// all that is in the time.
  func measure(size: Int64) throws(MeasurementFailure) -> Measurement {
    device.openSession()
    let eventCount = device.core.sink.count
    let (seconds, (outcome, account)) = timed { runToTheEnd(UInt64(bitPattern: size)) }
    switch outcome {
    case .success(.finished(let results)):
      guard let result = results.first else {
        throw MeasurementFailure("the kernel returned nothing")
      }
      guard account.balances else { throw MeasurementFailure("the device lost events") }
      var measurement = Measurement(result: Int64(bitPattern: result), seconds: seconds)
      measurement.eventCount = device.core.sink.count - eventCount
      return measurement
    case .success(.failed(let fault, _, _)):
      throw MeasurementFailure(
        "the kernel failed: \(BuiltinError(rawValue: fault.error).map { "\($0)" } ?? "an error")")
    case .success(.hostCall), .success(.interrupted):
      throw MeasurementFailure("the kernel stopped before its end")
    case .failure(let error): throw MeasurementFailure("the kernel does not start: \(error)")
    }
  }

  /// The work itself, by a name that `.ci/instructions` knows.
  @inline(never)
  private func runToTheEnd(_ argument: UInt64) -> (Result<KernelOutcome, StartError>, Account) {
    do throws(StartError) {
      try device.start(slot, arguments: [argument])
    } catch {
      return (.failure(error), device.finish())
    }
    let outcome = device.run()
    return (.success(outcome), device.finish())
  }
}

/// How often each operation is executed when `kernel` runs with the size that it has at `scale`.
package func executedInstructions(
  _ kernel: BenchmarkKernel, at scale: BenchmarkScale, of images: BenchmarkImages
) throws(BenchmarkImages.Refusal) -> [Opcode: UInt64] {
  let words = UnsafeMutablePointer<UInt64>.allocate(capacity: OperationCounts.wordCount)
  words.initialize(repeating: 0, count: OperationCounts.wordCount)
  defer { words.deallocate() }
  let counts = OperationCounts(words)
  do throws(MeasurementFailure) {
    let run = try DeviceRun(kernel, of: images)
    run.count(into: counts)
    _ = try run.measure(size: kernel.size(scale))
  } catch { throw BenchmarkImages.Refusal("\(kernel.rawValue): \(error.reason)") }
  var found: [Opcode: UInt64] = [:]
  for number in 0..<OperationCounts.wordCount {
    guard let opcode = Opcode(rawValue: UInt16(number)), counts[opcode] > 0 else { continue }
    found[opcode] = counts[opcode]
  }
  return found
}
