import TestKit
import Testing
import Toolchain
import Typing

/// Functions so long that the optimiser no longer asks what each block still needs, and shorter
/// ones, do what the reference interpreter says.
@Suite struct LongFunctionTests {
  @Test(arguments: [20, 160, 640]) func theEnginesAgree(_ partCount: Int) throws {
    let outcome = goThrough("long.exp", Array(Self.program(partCount).utf8), asFarAs: .run)
    let checked = try #require(outcome.checked)
    try #require(!outcome.hasErrors)
    let experiment = try #require(checked.typed.experiments.first)
    let request = EngineRequest(program: checked.proven, experiment: experiment, seed: 1)
    let outcomes = Engine.allCases.map { run(request, by: $0) }
    #expect(outcomes[0].status == "completed")
    for other in outcomes.dropFirst() {
      #expect(outcomes[0].differences(from: other) == [])
    }
  }

  /// A kernel of `partCount` parts, each of which has a variable that the last lines read.
  private static func program(_ partCount: Int) -> String {
    var text = "experiment Long {\n  kernel go(n: Int) -> Int {\n    var s = n\n"
    for part in 0..<partCount { text += "    var v\(part) = n + \(part)\n" }
    for part in 0..<partCount {
      let other = (part * 7 + 3) % partCount
      text += """
            if s % \(part % 5 + 2) == 0 {
              let t = v\(other)
              v\(other) = v\(part)
              v\(part) = t + 1
            } else {
              try { s = s + 1000 // (v\(part) % 3) } catch DivisionByZero { v\(part) += 3 }
            }
            s = (s + v\(part)) % 10007

        """
    }
    for part in 0..<partCount { text += "    s = (s * 3 + v\(part)) % 100003\n" }
    return text + "    return s\n  }\n  run {\n    print(\"{go(5)} {go(6)}\")\n  }\n}\n"
  }
}
