import TestKit
import Testing
import Toolchain
import Typing

/// Programs written at random that load and store parts of elements: all engines make the same of
/// them.
@Suite struct GeneratedElementTests {
  private static let shardCount = 10
  private static let count = max(shardCount, Repository.generated.count / 5)

  @Test(arguments: 0..<shardCount) func theEnginesAgree(_ shard: Int) throws {
    for number in stride(from: shard, to: Self.count, by: Self.shardCount) {
      let seed = UInt64(Repository.generated.first + number)
      let text = ElementProgramGenerator.program(seed: seed)
      let outcome = goThrough("elements.exp", Array(text.utf8), asFarAs: .run)
      let checked = try #require(outcome.checked, "\(text)")
      try #require(!outcome.hasErrors, "\(text)")
      let experiment = try #require(checked.typed.experiments.first)
      let request = EngineRequest(program: checked.proven, experiment: experiment, seed: seed)
      let outcomes = Engine.allCases.map { run(request, by: $0) }
      #expect(outcomes[0].output.count >= 15)
      let found = outcomes.dropFirst().flatMap { outcomes[0].differences(from: $0) }
      guard found.isEmpty, outcomes[0].refusal == nil else {
        Issue.record("seed \(seed): \(outcomes[0].refusal ?? "") \(found)\n\(text)")
        return
      }
    }
  }
}
