import Diagnostics
import Freezing
import Laboratory
import TestKit
import Testing
import Toolchain
import Typing

/// The repairs that the messages of the freeze rule offer, on random programs.
@Suite struct FreezeRepairTests {
  private static let shardCount = 4
  /// In all a sixth as many as what the freeze analysis is attacked with (`FREEZE=100000`).
  private static let seedsPerShard = UInt64(max(Repository.frozen.count / 50, 20))

  /// What the freeze rule finds in a program; nil where the typing finds something.
  private static func stale(_ text: String) -> [Diagnostic]? {
    let program = load("generated.exp", Array(text.utf8)) { _ in .failure(.notFound) }
    let typed = type(program.modules, against: .defaultLaboratory)
    let faults = program.diagnostics + typed.diagnostics
    guard let tree = typed.value, !faults.contains(where: { $0.severity == .error }) else {
      return nil
    }
    return prove(tree).diagnostics.filter { $0.code == .staleCapture }
  }

  private static func applying(_ edits: [Edit], to text: String) -> String {
    var bytes = Array(text.utf8)
    for edit in edits.sorted(by: { ($0.span.start, $0.span.end) > ($1.span.start, $1.span.end) }) {
      bytes.replaceSubrange(
        Int(edit.span.start)..<Int(edit.span.end), with: Array(edit.replacement.utf8))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// With each repair that comes with edits the program still is a program, its call is mended, and
  /// no other call goes wrong.
  @Test(arguments: 0..<shardCount) func eachRepairMendsItsCall(_ shard: Int) {
    var (compiledAgain, passed) = (0, 0)
    for number in 0..<Self.seedsPerShard {
      let seed = 7_000_000 + UInt64(shard) * Self.seedsPerShard + number
      let text = FreezeProgramGenerator.program(seed: seed).text
      guard let found = Self.stale(text) else { continue }
      for diagnostic in found {
        for (place, fix) in diagnostic.fixes.enumerated() where !fix.edits.isEmpty {
          let mended = Self.applying(fix.edits, to: text)
          guard let left = Self.stale(mended) else {
            Issue.record("seed \(seed): after `\(fix.message)` it is no program\n\(mended)")
            continue
          }
          #expect(left.count < found.count, "seed \(seed): `\(fix.message)`\n\(text)\n\(mended)")
          if place == 0 { compiledAgain += 1 } else { passed += 1 }
        }
      }
    }
    #expect(compiledAgain > 3, "\(compiledAgain)")
    #expect(passed > 2, "\(passed)")
  }

  /// Applying the first repair of a message until none is left mends all that comes with edits.
  @Test(arguments: 0..<shardCount) func repairsAddUp(_ shard: Int) {
    var mended = 0
    for number in 0..<Self.seedsPerShard {
      let seed = 8_000_000 + UInt64(shard) * Self.seedsPerShard + number
      var text = FreezeProgramGenerator.program(seed: seed).text
      guard var found = Self.stale(text), !found.isEmpty else { continue }
      while let fix = found.lazy.compactMap(\.fixes.first).first(where: { !$0.edits.isEmpty }) {
        text = Self.applying(fix.edits, to: text)
        guard let left = Self.stale(text), left.count < found.count else {
          Issue.record("seed \(seed): `\(fix.message)`\n\(text)")
          return
        }
        found = left
      }
      if found.isEmpty { mended += 1 }
    }
    #expect(mended > 1, "\(mended)")
  }
}
