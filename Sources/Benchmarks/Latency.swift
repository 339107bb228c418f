import Bytecode
import CoreDevice
import Diagnostics
import Freezing
import Laboratory
import Lowering
import Machine
import Native
import Simulation
import Toolchain
import Typing

/// How long something takes that is not a kernel's own work.
package struct Latency: Sendable {
  /// As it is called in the record.
  package let name: String
  /// What it is, in words.
  package let title: String
  package let seconds: Double
  /// What the time is counted for; nil: as a whole.
  package var unit: String?
  /// At most so much is wanted.
  package var goal: Double?
  /// What it consists of, in its order.
  package var parts: [(name: String, seconds: Double)] = []
}

/// Takes all latencies `repeats` times; their medians.
func larmorLatencies(
  description: SystemDescription, binary: String, repeats: Int
) throws(BenchmarkImages.Refusal) -> [Latency] {
  var taken = LatencyMeasurement(description: description, repeats: repeats)
  taken.startUp(binary)
  try taken.compileLongKernel()
  try taken.enterEmptyKernel()
  return taken.latencies
}

/// The worker of `larmorLatencies`.
private struct LatencyMeasurement {
  let description: SystemDescription
  let repeats: Int
  var latencies: [Latency] = []

  init(description: SystemDescription, repeats: Int) {
    self.description = description
    self.repeats = repeats
  }

  /// Seconds, the median of `repeats` calls of `body`.
  private func medianTime(by clock: Clock = .processor, _ body: () -> Void) -> Double {
    median((0..<repeats).map { _ in timed(by: clock, body).seconds }) ?? .nan
  }

  mutating func startUp(_ binary: String) {
    guard ChildProcess.run(binary, ["--version"])?.hasSucceeded == true else { return }
    let time = medianTime(by: .wall) { _ = ChildProcess.run(binary, ["--version"]) }
    latencies.append(
      Latency(name: "start-up", title: "the whole process of larmor --version", seconds: time))
  }

  // MARK: Compiling

  private static let lineCount = 1_000
  private static let phases = ["parse", "type", "prove", "lower", "encode"]

  mutating func compileLongKernel() throws(BenchmarkImages.Refusal) {
    let text = Array(GeneratedKernel.text(lineCount: Self.lineCount).utf8)
    var times = Self.phases.map { _ in [Double]() }
    var totals: [Double] = []
    var compiled: ImageContents?
    for _ in 0..<repeats {
      let once = try compile(text)
      compiled = once.contents
      for (index, time) in once.times.enumerated() { times[index].append(time) }
      totals.append(once.times.reduce(0, +))
    }
    guard let compiled, let total = median(totals) else { return }
    let parts = zip(Self.phases, times).map { ($0, median($1) ?? .nan) }
    latencies.append(
      Latency(
        name: "compile", title: "a kernel of 1,000 lines, from text to image", seconds: total,
        goal: 5e-3, parts: parts))
    try loadAndTranslate(compiled)
  }

  /// Takes `text`, a program with one kernel, to its image: the seconds of each phase.
  private func compile(
    _ text: [UInt8]
  ) throws(BenchmarkImages.Refusal) -> (contents: ImageContents, times: [Double]) {
    let (parsing, loaded) = timed { load("generated.exp", text) { _ in .failure(.notFound) } }
    let (typing, typed) = timed { type(loaded.modules, against: description) }
    guard let program = typed.value, !loaded.diagnostics.contains(where: { $0.severity == .error })
    else { throw BenchmarkImages.Refusal(loaded.diagnostics + typed.diagnostics) }
    let (proving, proven) = timed { prove(program) }
    guard let sound = proven.value, let kernel = program.experiments.first?.kernels.first else {
      throw BenchmarkImages.Refusal(proven.diagnostics)
    }
    let (lowering, lowered) = timed { lowerKernel(kernel, of: sound, captures: [:], bound: []) }
    guard let image = lowered.value else { throw BenchmarkImages.Refusal(lowered.diagnostics) }
    let (encoding, _) = timed { encode(image.contents) }
    return (image.contents, [parsing, typing, proving, lowering, encoding])
  }

  // MARK: Loading

  private mutating func loadAndTranslate(
    _ contents: ImageContents
  ) throws(BenchmarkImages.Refusal) {
    let image = encode(contents)
    let count = Double(contents.instructionCount)
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: image.count, alignment: 8)
    defer { bytes.deallocate() }
    bytes.copyBytes(from: image)
    guard case .success(let verified) = verify(UnsafeRawBufferPointer(bytes), profile: .kernel)
    else { throw BenchmarkImages.Refusal("the image of the long kernel is refused") }
    let verifying = medianTime { _ = verify(UnsafeRawBufferPointer(bytes), profile: .kernel) }
    let digesting = medianTime {
      var hash = SHA256()
      hash.update(UnsafeRawBufferPointer(bytes))
      _ = hash.finalize()
    }
    latencies.append(
      Latency(
        name: "verify",
        title: "its \(contents.instructionCount) instructions, \(image.count) bytes, verified",
        seconds: verifying / count, unit: "instruction", goal: 5e-9,
        parts: [
          ("digest", digesting / count), ("rules", max(0, verifying - digesting) / count),
        ]))
    if Translation(verified) != nil {
      let translating = medianTime { _ = Translation(verified) }
      latencies.append(
        Latency(
          name: "translate", title: "they become native code", seconds: translating / count,
          unit: "instruction", goal: 100e-9))
    }
    let device = SimulatedDevice(description: description, seed: 0, keepsTrace: false)
    let loading = medianTime {
      if let slot = try? device.load(image) { device.unload(slot) }
    }
    latencies.append(
      Latency(name: "load", title: "the image made resident on the device", seconds: loading))
  }

  // MARK: Entering

  private static let entryCount = 10_000

  mutating func enterEmptyKernel() throws(BenchmarkImages.Refusal) {
    let text = "experiment Empty {\n    kernel work() {}\n    run { work() }\n}\n"
    let contents = try compile(Array(text.utf8)).contents
    for engine in BenchmarkEngine.allCases {
      guard let time = try enter(encode(contents), engine) else { continue }
      latencies.append(
        Latency(
          name: "entry-\(engine.rawValue)",
          title: "start and end of an empty resident kernel, warm, \(engine.rawValue)",
          seconds: time, goal: 20e-9))
    }
  }

  /// The seconds of one start and end of the kernel `image` by `engine`; nil where there is none.
  private func enter(
    _ image: [UInt8], _ engine: BenchmarkEngine
  ) throws(BenchmarkImages.Refusal) -> Double? {
    let device = SimulatedDevice(description: description, seed: 0, keepsTrace: false)
    guard let slot = try? device.load(image) else {
      throw BenchmarkImages.Refusal("the device does not take the empty kernel")
    }
    var translation: Translation?
    switch engine {
    case .interpreter: break
    case .jit:
      translation = device.core.image(in: slot).flatMap { Translation($0) }
      guard let translation else { return nil }
      device.core[dispatch: slot] = .native(translation.code)
    }
    let nothing = UnsafeBufferPointer<UInt64>(start: nil, count: 0)
    let time = medianTime {
      device.withCore { core in
        for _ in 0..<Self.entryCount {
          guard (try? core.start(slot, arguments: nothing, bound: nothing)) != nil else { return }
          _ = core.run()
        }
      }
    }
    withExtendedLifetime(translation) {}
    return time / Double(Self.entryCount)
  }
}
