import Foundation
import Syntax
import Testing

/// `Grammar/larmor.ebnf` and the parser say the same, as far as words and rules go.
@Suite struct GrammarTests {
  private static func read() -> String {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return (try? String(contentsOf: root.appending(path: "Grammar/larmor.ebnf"), encoding: .utf8))
      ?? ""
  }

  /// The grammar's rules by name, as their terminals and the names of rules that they mention.
  private struct Rules {
    var terminals: Set<String> = []
    var mentions: [String: Set<String>] = [:]

    init(_ text: String) {
      var name: String?
      var words: [String] = []
      var characters = text[...]
      func flush(_ rules: inout Rules) {
        if let name, !words.isEmpty {
          rules.mentions[name, default: []].insert(words.joined(separator: " "))
        }
        words = []
      }
      while let first = characters.first {
        if characters.hasPrefix("(*"), let end = characters.range(of: "*)") {
          characters = characters[end.upperBound...]
        } else if first == "?", let end = characters.dropFirst().firstIndex(of: "?") {
          flush(&self)
          characters = characters[end...].dropFirst()
        } else if first == "\"" || first == "'",
          let end = characters.dropFirst().firstIndex(of: first)
        {
          flush(&self)
          terminals.insert(String(characters[..<end].dropFirst()))
          characters = characters[end...].dropFirst()
        } else if first.isLetter {
          let word = characters.prefix { $0.isLetter }
          words.append(String(word))
          characters = characters.dropFirst(word.count)
        } else {
          if first == "=" {
            name = words.joined(separator: " ")
            words = []
            mentions[name ?? ""] = []
          } else if !first.isWhitespace {
            flush(&self)
          }
          characters = characters.dropFirst()
        }
      }
    }
  }

  @Test func wordsAndOperatorsAreThoseOfTheLexer() {
    let rules = Rules(GrammarTests.read())
    let foreign: Set<Token.Kind> = [.doubleAmpersand, .doubleBar, .exclamation]
    for kind in Token.Kind.allCases where !foreign.contains(kind) {
      if let spelling = kind.spelling {
        #expect(rules.terminals.contains(spelling), "`\(spelling)` is not in the grammar")
      }
    }
    let known = Set(Token.Kind.allCases.compactMap(\.spelling))
    for terminal in rules.terminals where terminal.count > 1 && terminal.allSatisfy(\.isLetter) {
      #expect(known.contains(terminal), "`\(terminal)` is not in the lexer")
    }
  }

  @Test func everyRuleIsDefinedAndUsed() {
    let rules = Rules(GrammarTests.read())
    #expect(rules.mentions.count > 90)
    let used = rules.mentions.values.reduce(into: Set<String>()) { $0.formUnion($1) }
    for name in used { #expect(rules.mentions[name] != nil, "`\(name)` is not defined") }
    for name in rules.mentions.keys where name != "file" && name != "comment" {
      #expect(used.contains(name), "`\(name)` is not used")
    }
  }
}
