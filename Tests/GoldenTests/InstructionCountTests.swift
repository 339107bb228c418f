import Benchmarks
import Bytecode
import TestKit
import Testing

/// How many of the machine's instructions the kernels of `larmor bench` execute: exact numbers,
/// which may only fall.
///
/// `UPDATE_GOLDEN=1` writes down what has fallen. What has risen it leaves: whoever wants that
/// changes the file by hand, and says why.
@Suite struct InstructionCountTests {
  private static let path = "Tests/Tables/executed_instructions.txt"
  private static let scale = BenchmarkScale.small
  private static let head = """
    # Instructions that the kernels of `larmor bench --scale small --instructions` execute.
    # `UPDATE_GOLDEN=1 swift test --filter InstructionCountTests` writes down what has fallen.

    """

  @Test func theyOnlyFall() throws {
    let images = try BenchmarkImages()
    let known = Self.known
    var text = Self.head
    var hasFallen = false
    for kernel in BenchmarkKernel.allCases {
      let counts = try executedInstructions(kernel, at: Self.scale, of: images)
      let count = counts.reduce(0) { $0 + $1.value }
      #expect(count > 1000, "\(kernel) has hardly run")
      let limit = known[kernel.rawValue] ?? .max
      #expect(count <= limit, "\(kernel) executes \(count) instructions, more than \(limit)")
      hasFallen = hasFallen || count < limit
      text += "\(kernel.rawValue) \(min(count, limit))\n"
    }
    guard hasFallen else { return }
    if Repository.isUpdating {
      #expect(Repository.write(text, to: Self.path))
    } else {
      Issue.record("fewer instructions than \(Self.path) has: keep that by UPDATE_GOLDEN=1")
    }
  }

  /// The counts of the file, by kernel.
  private static var known: [String: UInt64] {
    var counts: [String: UInt64] = [:]
    for line in (Repository.text(of: path) ?? "").split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 2, let count = UInt64(words[1]) else { continue }
      counts[String(words[0])] = count
    }
    return counts
  }

  /// Counting changes nothing, and counts each kind of instruction where it belongs.
  @Test func whatIsCountedIsWhatRuns() throws {
    let images = try BenchmarkImages()
    let counts = try executedInstructions(.fib, at: .tiny, of: images)
    // All calls return, and so does the kernel.
    let calls = try #require(counts[.call])
    #expect(calls > 50 && counts[.returnSlots] == calls + 1)
    let events = try executedInstructions(.feedback, at: .tiny, of: images)
    #expect(events.contains { $0.key.isOnTimeline && $0.value >= 100 })
  }
}
