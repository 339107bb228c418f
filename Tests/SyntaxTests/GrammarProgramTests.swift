import Diagnostics
import Formatting
import Syntax
import TestKit
import Testing

/// The grammar, the parser and the programs of the repository agree.
@Suite struct GrammarProgramTests {
  private static let corpus =
    (Repository.files(below: GoldenProgram.folder, endingIn: ".exp")
      + Repository.files(below: "examples", endingIn: ".exp")
      + Repository.files(below: "stdlib", endingIn: ".exp"))

  private static func source(_ path: String) -> (SourceSet, SourceID) {
    var sources = SourceSet()
    let source = sources.add(Source(name: path, bytes: Repository.bytes(of: path) ?? []))
    return (sources, source)
  }

  @Test func theGrammarIsWellFormed() {
    #expect(Ebnf.larmor.faults.isEmpty, "\(Ebnf.larmor.faults)")
    #expect(Ebnf.larmor.names.count > 90)
  }

  /// What the parser accepts of the corpus the grammar derives, and every rule of the grammar, with
  /// every alternative, is used by some program.
  @Test func everyProductionIsUsed() {
    var rules: Set<String> = []
    var alternatives: Set<GrammarRecognizer.Alternative> = []
    var derivedCount = 0
    for path in Self.corpus {
      let (sources, source) = Self.source(path)
      guard !parse(source, in: sources).hasErrors else { continue }
      let recognizer = GrammarRecognizer(.larmor, source, in: sources)
      let derives = recognizer.derives()
      #expect(derives, "\(path): the grammar does not derive it near: \(recognizer.hint)")
      derivedCount += 1
      rules.formUnion(recognizer.rules)
      alternatives.formUnion(recognizer.alternatives)
    }
    #expect(derivedCount > 150)
    let lexical: Set<String> = [
      "word", "reserved", "integer", "real", "exponent", "digit", "hexadecimal", "unit factor",
      "character", "escape", "comment", "type value",
    ]
    for name in Ebnf.larmor.names where !lexical.contains(name) {
      let isUsed = rules.contains(name)
      #expect(isUsed, "no program uses the rule `\(name)`")
      guard case .choice(let terms) = Ebnf.larmor.rules[name], rules.contains(name) else {
        continue
      }
      for (number, term) in terms.enumerated()
      where !["string", "number", "unit", "name"].contains(name) {
        let isUsed = alternatives.contains(.init(rule: name, number: number))
        #expect(isUsed, "no program uses alternative \(number + 1) of `\(name)`: \(term)")
      }
    }
  }

  private static let shardCount = 20

  /// Programs made from the grammar by chance are accepted by the parser.
  @Test(arguments: 0..<shardCount) func generatedProgramsAreAccepted(_ shard: Int) {
    var length = 0
    for number in 0..<250 {
      var generator = GrammarGenerator(.larmor, seed: UInt64(shard * 1000 + number))
      let text = generator.program(depth: 24 + number % 20)
      length += text.utf8.count
      var sources = SourceSet()
      let source = sources.add(Source(name: "generated", text: text))
      let parsed = parse(source, in: sources)
      if let first = parsed.diagnostics.first {
        let line = sources[source].line(sources.position(of: first.span).line)
        Issue.record(
          "shard \(shard), program \(number): \(first.code.rawValue) \(first.message)\n\(line)")
      }
    }
    // Programs of nothing are accepted easily.
    #expect(length > 20_000, "\(length)")
  }

  /// Programs made from the grammar by chance are formatted, and stay as they are the second time.
  @Test(arguments: 0..<shardCount) func generatedProgramsAreFormatted(_ shard: Int) {
    for number in 0..<100 {
      var generator = GrammarGenerator(.larmor, seed: UInt64(shard * 1000 + number))
      let text = Array(generator.program(depth: 24 + number % 20).utf8)
      guard let once = formatted(text) else {
        Issue.record("shard \(shard), program \(number)")
        continue
      }
      #expect(
        formatted(once) == once, "shard \(shard), program \(number): otherwise the second time")
    }
  }

  private func formatted(_ bytes: [UInt8]) -> [UInt8]? {
    var sources = SourceSet()
    let source = sources.add(Source(name: "generated", bytes: bytes))
    switch format(source, in: sources) {
    case .success(let result): return result
    case .failure(.syntax(let diagnostics)):
      Issue.record("\(diagnostics.first?.message ?? "")")
    case .failure(.broken(let why)):
      Issue.record("\(why)")
    }
    return nil
  }
}
