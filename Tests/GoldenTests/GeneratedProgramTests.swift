import Diagnostics
import TestKit
import Testing
import Toolchain
import Typing

/// Programs written at random: the front end takes them, and all engines make the same of them.
///
/// `GENERATED=100000 swift test -c release --filter GeneratedProgramTests` runs more of them, from
/// `GENERATED_FROM` on. A failure names the seed and shows the program.
@Suite struct GeneratedProgramTests {
  private static let shardCount = 20
  private static let (count, first) = Repository.generated

  private struct Tally {
    var runs = 0
    var completed = 0
    var rejected: [String: Int] = [:]
    var wrong = 0
  }

  @Test(arguments: 0..<shardCount) func theEnginesAgree(_ shard: Int) {
    var tally = Tally()
    for number in stride(from: shard, to: Self.count, by: Self.shardCount) {
      compare(seed: UInt64(Self.first + number), &tally)
      if tally.wrong >= 5 { break }
    }
    // Programs that are rejected, or all fail alike, compare nothing.
    #expect(tally.runs * 10 > (Self.count / Self.shardCount) * 9, "\(tally)")
    #expect(tally.completed * 5 > tally.runs, "\(tally)")
  }

  private func compare(seed: UInt64, _ tally: inout Tally) {
    let text = ProgramGenerator.program(seed: seed)
    let outcome = goThrough("generated.exp", Array(text.utf8), asFarAs: .run)
    guard let checked = outcome.checked, !outcome.hasErrors,
      let experiment = checked.typed.experiments.first
    else {
      for diagnostic in outcome.diagnostics where diagnostic.severity == .error {
        tally.rejected["\(diagnostic.code.rawValue) \(diagnostic.message)", default: 0] += 1
      }
      return
    }
    tally.runs += 1
    let request = EngineRequest(program: checked.proven, experiment: experiment, seed: seed)
    let outcomes = Engine.allCases.map { run(request, by: $0) }
    if outcomes[0].status == "completed" { tally.completed += 1 }
    let found = outcomes.dropFirst().flatMap { outcomes[0].differences(from: $0) }
    if !found.isEmpty || outcomes[0].refusal != nil {
      tally.wrong += 1
      Issue.record(
        "seed \(seed): \(outcomes[0].refusal ?? "") \(found.joined(separator: "; "))\n\(text)")
    }
  }
}
