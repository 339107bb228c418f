import ArgumentParser
import Benchmarks
import Bytecode
import Diagnostics
import Glibc

/// `larmor bench`: how fast this machine runs Larmor's kernels, beside other languages.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure Larmor beside other languages on this computer.",
    discussion: """
      Six kernels run on the simulated device, and the same algorithms in C, Lua, LuaJIT, \
      WebAssembly and Python, those that are installed. Each has a turn in every round; results \
      are compared. docs/benchmarks.md says how to read it.

      Exit codes: 0 measured, 1 results differ or a program failed, 64 usage, 74 standard output \
      could not be written, 130 interrupted.
      """)

  @Option(help: ArgumentHelp("How often everybody has a turn.", valueName: "number"))
  var rounds = 5

  @Option(help: ArgumentHelp("Only this kernel; may be repeated.", valueName: "kernel"))
  var only: [BenchmarkKernel] = []

  @Option(
    help: ArgumentHelp(
      "Compare only with this one, and with C; may be repeated.", valueName: "language"))
  var peer: [Peer] = []

  @Flag(help: "Compare with nobody.")
  var withoutPeers = false

  @Flag(help: "Leave out start-up, compiling, loading and entering.")
  var withoutLatencies = false

  @Option(help: ArgumentHelp("How large the work is.", valueName: "scale"))
  var scale = BenchmarkScale.full

  @Flag(
    help: "Say how often each instruction of the machine is executed, instead of how long it takes."
  )
  var instructions = false

  @Flag(help: "Print the measurements as a JSON object, and nothing else.")
  var json = false

  func validate() throws {
    if rounds < 1 { throw ValidationError("--rounds takes a number from 1 on") }
    if withoutPeers, !peer.isEmpty {
      throw ValidationError("say --peer or --without-peers, not both")
    }
  }

  func run() throws {
    let kernels =
      only.isEmpty ? BenchmarkKernel.allCases : BenchmarkKernel.allCases.filter(only.contains)
    do throws(BenchmarkImages.Refusal) {
      if instructions {
        try countInstructions(of: kernels)
        return
      }
    } catch { throw Program.apologize(error.reason) }
    var request = BenchmarkRequest()
    request.kernels = kernels
    request.scale = scale
    request.roundCount = rounds
    request.measuresLatencies = !withoutLatencies
    request.peers =
      withoutPeers
      ? [] : Peer.allCases.filter { peer.isEmpty || $0 == .c || peer.contains($0) }
    Interruption.listen()
    let report = try measured(request)
    if json {
      Terminal.result(report.json.compact)
    } else {
      for line in report.lines { Terminal.result(line) }
    }
    for failure in report.failures { Terminal.complain(failure) }
    if report.wasInterrupted { throw Ending.interrupted }
    if !report.failures.isEmpty { throw Ending.failed }
  }

  private func measured(_ request: BenchmarkRequest) throws(ExitCode) -> BenchmarkReport {
    var progress = ProgressLine(title: "bench")
    defer { progress.clear() }
    let observer = BenchmarkObserver(
      progress: { progress.show($0) }, isInterrupted: { Interruption.hasCome })
    do throws(BenchmarkImages.Refusal) {
      return try measure(request, binary: Self.binary, observer: observer)
    } catch { throw Program.apologize(error.reason) }
  }

  /// The file of the process that runs.
  private static var binary: String {
    guard let path = realpath("/proc/self/exe", nil) else { return "/proc/self/exe" }
    defer { free(path) }
    return String(cString: path)
  }

  private func countInstructions(of kernels: [BenchmarkKernel]) throws(BenchmarkImages.Refusal) {
    let images = try BenchmarkImages()
    var records: [JSONValue] = []
    for kernel in kernels {
      let counts = try executedInstructions(kernel, at: scale, of: images).sorted {
        ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue)
      }
      let total = counts.reduce(0) { $0 + $1.value }
      if json {
        let operations = counts.map {
          JSONValue.Member("\($0.key)", .integer(Int64(clamping: $0.value)))
        }
        records.append([
          "kernel": .string(kernel.rawValue), "size": .integer(kernel.size(scale)),
          "executed": .integer(Int64(clamping: total)), "operations": .object(operations),
        ])
      } else {
        Terminal.result("\(kernel.rawValue), \(kernel.size(scale)): \(total) instructions")
        for (operation, count) in counts { Terminal.result("    \(operation) \(count)") }
      }
    }
    if json {
      let record: JSONValue = [
        "schema": 1, "scale": .string(scale.rawValue), "kernels": .array(records),
      ]
      Terminal.result(record.compact)
    }
  }
}

extension BenchmarkKernel: ExpressibleByArgument {}
extension BenchmarkScale: ExpressibleByArgument {}
extension Peer: ExpressibleByArgument {}
