import Bytecode
import Diagnostics
import Freezing
import Laboratory
import Running
import Syntax
import TestKit
import Testing
import Toolchain
import Typing

/// Ten thousand programs with something broken in them go through all that the commands do.
///
/// Whatever comes of it is a diagnostic, a result or an error of the program, never our mistake.
@Suite struct CommandMutationTests {
  private static let shardCount = 20
  private static let mutantsPerShard = 500

  private static let programs: [[UInt8]] =
    (Repository.files(below: GoldenProgram.folder, endingIn: ".exp")
    + Repository.files(below: "examples", endingIn: ".exp")).compactMap { Repository.bytes(of: $0) }

  private struct Tally {
    var accepted = 0
    var finished = 0
  }

  @Test(arguments: 0..<shardCount) func nothingCrashes(_ shard: Int) {
    var numbers = SplitMix(seed: UInt64(shard))
    var tally = Tally()
    #expect(Self.programs.count > 150)
    for number in 0..<Self.mutantsPerShard {
      let program = numbers.pick(Self.programs)
      let mutant = Self.mutated(program, &numbers)
      // As the commands do it: some programs of the corpus are nested as deeply as may be.
      onDeepStack { goThroughAll(mutant, "shard \(shard), mutant \(number)", &tally) }
    }
    // Mutants are no use if none of them gets through the front end and ends by itself.
    #expect(tally.accepted > 40, "\(tally)")
    #expect(tally.finished > 15, "\(tally)")
  }

  /// What `check`, `disassemble`, `run` and `test` do with `bytes`.
  private func goThroughAll(_ bytes: [UInt8], _ name: String, _ tally: inout Tally) {
    let loaded = load("mutant.exp", bytes) { _ in .failure(.notFound) }
    let checked = check(loaded, against: .defaultLaboratory)
    #expect(!json(of: checked.diagnostics, in: loaded.sources, file: "mutant.exp").compact.isEmpty)
    let text = render(checked.diagnostics, in: loaded.sources, colors: true)
    let hasErrors = checked.diagnostics.contains { $0.severity == .error }
    #expect(hasErrors || checked.value != nil, "\(name): nothing came of it")
    #expect(checked.diagnostics.isEmpty || !text.isEmpty)
    guard let program = checked.value, !hasErrors else { return }
    tally.accepted += 1
    for experiment in program.typed.experiments where !experiment.isPart {
      var request = RunRequest(program: program.proven, experiment: experiment.id)
      request.stopTime = 1_000_000
      request.hostStepMax = 5_000
      switch images(of: request) {
      case .success(let images): for image in images { #expect(!disassemble(image).isEmpty) }
      case .failure(.broken(let why)): Issue.record("\(name): \(why)")
      case .failure(.refused), .failure(.failed): break
      }
      switch Running.run(request) {
      case .broken(let why): Issue.record("\(name): \(why)")
      case .ran(let record, _): if record.status == .completed { tally.finished += 1 }
      case .refused, .outOfRange: break
      }
    }
    for test in program.typed.tests {
      let outcome = runTest(
        test, of: program.proven, seed: 1, hostStepMax: 5_000, stopTime: 1_000_000)
      if case .failure(.broken(let why)) = outcome { Issue.record("\(name): \(why)") }
    }
  }

  // MARK: Mutants

  private static func mutated(_ program: [UInt8], _ numbers: inout SplitMix) -> [UInt8] {
    var bytes = program
    for _ in 0...numbers.below(3) where bytes.count > 8 {
      switch numbers.below(10) {
      case 0: bytes[numbers.below(bytes.count)] ^= 1 << UInt8(numbers.below(8))
      case 1:
        let start = numbers.below(bytes.count)
        bytes.removeSubrange(start..<min(bytes.count, start + 12))
      case 2: moveLine(&bytes, &numbers)
      default: exchangeToken(&bytes, &numbers)
      }
    }
    return bytes
  }

  /// Puts a token of the program in the place of another: most often one of the same kind.
  private static func exchangeToken(_ bytes: inout [UInt8], _ numbers: inout SplitMix) {
    var sources = SourceSet()
    let source = sources.add(Source(name: "x", bytes: bytes))
    let tokens = Array(lex(source, in: sources).tokens.dropLast())
    guard !tokens.isEmpty else { return }
    let old = numbers.pick(tokens)
    let isFree = numbers.below(4) == 0
    let new = numbers.pick(tokens.filter { isFree || $0.kind == old.kind })
    bytes.replaceSubrange(
      Int(old.start)..<Int(old.end), with: Array(bytes[Int(new.start)..<Int(new.end)]))
  }

  /// Takes a line out, and most often puts it in elsewhere.
  private static func moveLine(_ bytes: inout [UInt8], _ numbers: inout SplitMix) {
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    guard lines.count > 2 else { return }
    let line = lines.remove(at: numbers.below(lines.count))
    if numbers.below(4) > 0 { lines.insert(line, at: numbers.below(lines.count)) }
    bytes = Array(lines.joined(separator: [0x0A]))
  }
}
