import Foundation
import TestKit
import Testing

/// What the README says and shows is so, and the examples do what they are examples of.
@Suite struct DocumentationTests {
  private static let readme = Repository.text(of: "README.md") ?? ""
  private static let examples = Repository.files(below: "examples", endingIn: ".exp")

  /// What stands between lines of three backticks, and the word behind the first of them.
  private static let blocks: [(language: String, text: String)] = {
    var blocks: [(String, String)] = []
    for (index, part) in (readme + "\n").split(
      separator: "```", omittingEmptySubsequences: false
    ).enumerated() where index % 2 == 1 {
      let language = part.prefix { $0 != "\n" }
      blocks.append((String(language), String(part.dropFirst(language.count + 1))))
    }
    return blocks
  }()

  @Test func theProgramOfTheReadmeRuns() throws {
    let program = try #require(Self.blocks.first { $0.language == "larmor" }?.text)
    let outcome = goThrough("README.md", Array(program.utf8), asFarAs: .run)
    #expect(outcome.diagnostics.isEmpty)
    var judgement = Judgement(of: GoldenProgram(path: "README.md", text: "#: run\n#: clean"))
    let engines = judgement.judgeRuns(try #require(outcome.checked), comparingOutput: false)
    #expect(judgement.complaints.isEmpty && Set(engines) == Set(Engine.allCases))
  }

  @Test func theReadmeShowsWhatTheDemoPrints() throws {
    let shown = try Command(["run", "examples/rabi.exp"])
    #expect(shown.code == 0)
    #expect(shown.output.contains("π time") && shown.output.contains("pulse / us"))
    #expect(
      Self.blocks.contains { $0.text == shown.output },
      "README.md shows something else than\n\(shown.output)")
    let makefile = try #require(Repository.text(of: "Makefile"))
    #expect(makefile.contains("$(LARMOR) run examples/rabi.exp"))
  }

  @Test func theReadmeShowsARealError() throws {
    let recorded = try #require(Repository.text(of: GoldenProgram.folder + "/renderings/stale.txt"))
    #expect(
      Self.blocks.contains { $0.text.hasPrefix("error[") && recorded.hasPrefix($0.text) },
      "README.md shows something else than Tests/Programs/renderings/stale.txt")
  }

  @Test func commandsAndOptionsOfTheReadmeExist() throws {
    var words: Set<String> = []
    for part in Self.readme.split(separator: "`").filter({ $0.hasPrefix("--") }) {
      words.insert(String(part.prefix { $0 != " " }))
    }
    let help = try Command(["help", "run"]).output
    #expect(words.count >= 5)
    for word in words { #expect(help.contains(word), "`larmor run` has no option \(word)") }
    for part in Self.readme.split(separator: "`").filter({ $0.hasPrefix("larmor ") }) {
      let command = String(part.dropFirst(7).prefix { $0 != " " })
      #expect(try Command(["help", command]).code == 0, "there is no command \(command)")
    }
  }

  @Test func thereAreExamples() {
    #expect(Self.examples.contains("examples/rabi.exp") && Self.examples.count >= 2)
  }

  @Test(arguments: examples) func exampleRuns(_ path: String) throws {
    let bytes = try #require(Repository.bytes(of: path))
    let outcome = goThrough(path, bytes, asFarAs: .run)
    #expect(outcome.diagnostics.isEmpty)
    var judgement = Judgement(of: GoldenProgram(path: path, text: "#: run all\n#: clean"))
    let engines = judgement.judgeRuns(try #require(outcome.checked), comparingOutput: false)
    #expect(judgement.complaints.isEmpty, "\n\(judgement.complaints.joined(separator: "\n"))")
    #expect(Set(engines) == Set(Engine.allCases))
    let tests = try Command(["test", path])
    #expect(tests.code == 0, "\(tests.output)\(tests.complaints)")
  }
}
