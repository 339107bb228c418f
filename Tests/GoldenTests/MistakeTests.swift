import Diagnostics
import TestKit
import Testing

/// One mistake, one error: programs with several independent mistakes draw exactly as many errors,
/// on their lines.
///
/// That they keep what their margins promise is judged with all other programs; here it is judged
/// that they promise enough.
@Suite struct MistakeTests {
  private static let programs = GoldenProgram.all.filter { $0.path.contains("/mistakes/") }

  @Test func thereAreEnough() {
    #expect(Self.programs.count >= 16)
    var kinds: Set<Substring> = []
    for program in Self.programs {
      for code in program.promisedCodes { kinds.insert(code.prefix(3)) }
    }
    #expect(
      kinds.isSuperset(of: ["E01", "E02", "E03", "E04", "E05", "E06"]), "only \(kinds.sorted())")
  }

  @Test(arguments: programs) func hasSeveralMistakes(_ program: GoldenProgram) {
    let codes = program.promisedCodes
    #expect((3...7).contains(codes.count), "\(program) has \(codes.count) mistakes")
    #expect(codes.allSatisfy { $0.hasPrefix("E") }, "\(program) promises more than errors")
  }

  /// Five mistakes of five kinds give five errors: names, types, units, stages and a stale capture.
  @Test func fiveMistakesGiveFiveErrors() {
    let text = """
      fn half(n: Int) -> Float { return n }

      experiment R {
          device led: TTLOut
          var length = 10 us
          prepare { led.on() }
          kernel flash() { led.pulse(length) }
          kernel wrong() { delay(10 MHz) }
          run {
              length = 20 us
              flash()
              wrong()
              print(nowhere)
          }
      }

      """
    let outcome = goThrough("five.exp", Array(text.utf8), asFarAs: .prove)
    let found = outcome.diagnostics.map {
      "\(outcome.sources.position(of: $0.span).line) \($0.code.rawValue)"
    }
    #expect(found == ["1 E0203", "6 E0401", "8 E0501", "11 E0301", "13 E0201"])
  }
}

extension GoldenProgram {
  /// The codes of the diagnostics that the margin promises.
  var promisedCodes: [String] {
    promises.compactMap { promise in
      guard case .diagnostic(let code, _) = promise.kind else { return nil }
      return code
    }
  }
}
