import Diagnostics
import TestKit
import Testing
import Toolchain
import Typing

/// Programs written at random whose calls nest up to where they do so too deeply: all engines make
/// the same of them.
@Suite struct GeneratedCallTests {
  private static let shardCount = 10
  private static let count = max(shardCount, Repository.generated.count / 20)

  @Test(arguments: 0..<shardCount) func theEnginesAgree(_ shard: Int) throws {
    var overflowCount = 0
    for number in stride(from: shard, to: Self.count, by: Self.shardCount) {
      let seed = UInt64(Repository.generated.first + number)
      let text = CallProgramGenerator.program(seed: seed)
      let outcome = goThrough("calls.exp", Array(text.utf8), asFarAs: .run)
      let checked = try #require(outcome.checked, "\(text)")
      try #require(!outcome.hasErrors, "\(outcome.diagnostics.map(\.message))\n\(text)")
      let experiment = try #require(checked.typed.experiments.first)
      let request = EngineRequest(program: checked.proven, experiment: experiment, seed: seed)
      let outcomes = Engine.allCases.map { run(request, by: $0) }
      #expect(outcomes[0].output.count >= 2, "\(text)")
      if outcomes[0].output.contains(where: { $0.contains("-1") }) { overflowCount += 1 }
      let found = outcomes.dropFirst().flatMap { outcomes[0].differences(from: $0) }
      guard found.isEmpty, outcomes[0].refusal == nil else {
        Issue.record("seed \(seed): \(outcomes[0].refusal ?? "") \(found)\n\(text)")
        return
      }
    }
    #expect(overflowCount > 0)
  }
}
