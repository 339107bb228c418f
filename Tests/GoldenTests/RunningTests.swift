import Diagnostics
import Freezing
import Laboratory
import Native
import Running
import Synchronization
import Testing
import Toolchain
import Typing
import Values

/// Runs as the runner reports them, through its own interface.
struct RunningTests {
  private func checked(_ text: String) throws -> CheckedProgram {
    let loaded = load("test.exp", Array(text.utf8)) { _ in .failure(.notFound) }
    let checked = check(loaded, against: .defaultLaboratory)
    #expect(
      checked.diagnostics.isEmpty,
      "\(render(checked.diagnostics, in: loaded.sources, colors: false))")
    return try #require(checked.value)
  }

  private func record(_ request: RunRequest) throws -> RunRecord {
    guard case .ran(let record, _) = run(request) else {
      Issue.record("the run was refused")
      throw CancellationError()
    }
    return record
  }

  private func member(_ name: String, of program: CheckedProgram) throws -> MemberID {
    try #require(program.typed.members.first { $0.name == name && $0.experiment != nil }?.id)
  }

  private static let scanned = """
    experiment Scanned {
        device led: TTLOut
        arg width: Duration = 10 us in 1 us...1 ms
        arg gain: Float = 1.0
        dataset total: Float
        prepare {
            let double = width * 2
            let offset = double + 1 us
            let label = "width {width}"
        }
        kernel flash() -> Float {
            led.pulse(offset)
            delay(width)
            return gain * 2.0
        }
        run { total = flash() }
        analyze { print(label) }
    }
    """

  @Test func boundCapturesRunAsFixedOnesDo() throws {
    let program = try checked(Self.scanned)
    let experiment = try #require(program.typed.experiments.first)
    for width in [1_000, 25_000] as [Int64] {
      var request = RunRequest(program: program.proven, experiment: experiment.id)
      request.arguments = [
        try member("width", of: program): .integer(width),
        try member("gain", of: program): .float(1.5),
      ]
      let fixed = try record(request)
      request.bound = [try member("width", of: program), try member("gain", of: program)]
      let bound = try record(request)
      #expect(fixed.status == .completed && bound.status == .completed)
      #expect(fixed.traceDigest == bound.traceDigest && fixed.deviceTime == bound.deviceTime)
      #expect(bound.datasets.first?.value == .value(.float(3)))
    }
  }

  private final class Refusals: Sendable { let count = Mutex(0) }

  /// Whether the system gives no memory for code, or lets it not become executable: what is run is
  /// then interpreted.
  @Test(arguments: [true, false]) func codeMayBeRefused(atOnce: Bool) throws {
    let program = try checked(Self.scanned)
    let experiment = try #require(program.typed.experiments.first)
    var request = RunRequest(program: program.proven, experiment: experiment.id)
    request.engine = EngineChoice(.interpreter)
    let expected = try record(request)
    request.engine = EngineChoice(.jit)
    request.engine.translatesAtOnce = true
    let refusals = Refusals()
    request.engine.codeMemory = CodeMemory(
      allocate: { count in
        if !atOnce { return CodeMemory.system.allocate(count) }
        refusals.count.withLock { $0 += 1 }
        return nil
      },
      seal: { _ in
        refusals.count.withLock { $0 += 1 }
        return false
      })
    let found = try record(request)
    #expect(found.status == .completed && found.output == expected.output)
    #expect(found.traceDigest == expected.traceDigest && found.deviceTime == expected.deviceTime)
    #expect(found.datasets.first?.value == expected.datasets.first?.value)
    #if (arch(x86_64) || arch(arm64)) && os(Linux)
      // Of the host half and of the kernel.
      #expect(refusals.count.withLock { $0 } >= 2)
    #endif
  }

  @Test func aBoundArgumentDoesNotChangeTheImage() throws {
    let program = try checked(Self.scanned)
    let experiment = try #require(program.typed.experiments.first)
    func kernel(_ width: Int64, isBound: Bool) throws -> [UInt8] {
      var request = RunRequest(program: program.proven, experiment: experiment.id)
      request.arguments = [try member("width", of: program): .integer(width)]
      if isBound { request.bound = [try member("width", of: program)] }
      return try #require(try images(of: request).get().last)
    }
    #expect(try kernel(1_000, isBound: false) != kernel(2_000, isBound: false))
    #expect(try kernel(1_000, isBound: true) == kernel(2_000, isBound: true))
  }

  /// Durations that sort a `parallel` block cannot be bound: their kernel is compiled anew, and the
  /// trace stays as it is.
  @Test func aBoundArgumentThatSortsStaysFixed() throws {
    let program = try checked(
      """
      experiment Sorted {
          device ttl0, ttl1: TTLOut
          arg width: Duration = 10 us
          kernel flash() {
              parallel {
                  ttl0.pulse(width)
                  ttl1.pulse(2 us)
              }
          }
          run { flash() }
      }
      """)
    let experiment = try #require(program.typed.experiments.first)
    var request = RunRequest(program: program.proven, experiment: experiment.id)
    request.arguments = [try member("width", of: program): .integer(1_000)]
    let fixed = try record(request)
    request.bound = [try member("width", of: program)]
    #expect(try record(request).traceDigest == fixed.traceDigest)
    let narrow = try #require(try images(of: request).get().last)
    request.arguments = [try member("width", of: program): .integer(3_000)]
    #expect(try images(of: request).get().last != narrow)
  }

  @Test func anImageThatIsThereIsNotCompiledAgain() throws {
    let program = try checked(
      """
      experiment Alternating {
          device led: TTLOut
          var width = 1 us
          kernel flash() {
              led.pulse(width)
              delay(1 us)
          }
          run {
              for i in 0..<10 {
                  width = if i % 2 == 0 { 1 us } else { 2 us }
                  preload flash
                  flash()
              }
          }
      }
      """)
    let experiment = try #require(program.typed.experiments.first)
    let done = try record(RunRequest(program: program.proven, experiment: experiment.id))
    #expect(done.status == .completed && done.compileCount == 2 && done.reuseCount == 9)
  }

  @Test func argumentsSayWhereTheyCameFrom() throws {
    let program = try checked(
      """
      experiment Origins {
          shared kept: Duration = 10 us at "kept"
          arg a: Duration = kept
          arg b: Int = 2
          arg c: Int = b + 1
          run { print("{a} {b} {c}") }
      }
      """)
    let experiment = try #require(program.typed.experiments.first)
    var request = RunRequest(program: program.proven, experiment: experiment.id)
    request.arguments = [try member("b", of: program): .integer(5)]
    request.shared = SharedStore(["kept": .integer(7_000)])
    let done = try record(request)
    #expect(done.output == ["7 us 5 6"])
    #expect(done.arguments.map(\.origin) == [.shared, .given, .default])
  }

  @Test func datasetsOverAxesHaveBounds() throws {
    let program = try checked(
      """
      experiment Axes {
          arg xs: [Float] = [1.0, 2.0]
          dataset ys: [Float] over xs
          run {
              ys.append(1.0)
              try { print("{ys}") } catch MissingValue { print("missing") }
              print("{ys[0]} {ys.count}")
              try { print(ys[1]) } catch MissingValue { print("not yet") }
              ys[0] += 1.0
              ys.append(2.0)
              print("{ys}")
              try { ys.append(3.0) } catch IndexOutOfRange { print("full") }
          }
      }
      """)
    let experiment = try #require(program.typed.experiments.first)
    let done = try record(RunRequest(program: program.proven, experiment: experiment.id))
    #expect(done.output == ["missing", "1.0 2", "not yet", "[2.0, 2.0]", "full"])
    #expect(done.datasets.first?.axes.first?.name == "xs")
  }
}
