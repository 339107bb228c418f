import Diagnostics
import Foundation
import Syntax
import TestKit
import Testing

/// The files that colour programs are as the grammar says, and colour the programs of the
/// repository as the lexer reads them.
@Suite struct HighlightingTests {
  private typealias Style = HighlightingGrammar.Style

  private static let textMatePath = "Grammar/larmor.tmLanguage.json"
  private static let pygmentsPath = "Grammar/larmor_lexer.py"
  private static let grammar = HighlightingGrammar(.larmor)

  private static let programs =
    (Repository.files(below: GoldenProgram.folder, endingIn: ".exp")
      + Repository.files(below: "examples", endingIn: ".exp")
      + Repository.files(below: "stdlib", endingIn: ".exp"))

  @Test func theFilesAreWrittenFromTheGrammar() {
    for (path, text) in [
      (Self.textMatePath, Self.grammar.textMate), (Self.pygmentsPath, Self.grammar.pygments),
    ] {
      if Repository.isUpdating {
        #expect(Repository.write(text, to: path))
      } else {
        #expect(
          Repository.text(of: path) == text, "\(path) is old: run the tests with UPDATE_GOLDEN=1")
      }
    }
  }

  /// The styles that may stand on a token; nil where anything may.
  private static func allowed(_ kind: Token.Kind, isUnit: Bool) -> Set<Style>? {
    if isUnit { return [.unit, .symbol, .number] }
    switch kind {
    case .number: return [.number]
    case .string, .stringStart, .stringText, .stringEnd: return [.string, .escape]
    case .valueStart, .valueEnd: return [.interpolation]
    case .format: return [.format]
    case .true, .false, .none: return [.constant]
    case .identifier: return [.type, .function, .name]
    case .end, .newline, .invalid: return nil
    default:
      if kind.isReserved { return [.keyword, .declaration, .wordOperator] }
      return kind.isName ? nil : [.symbol, .punctuation]
    }
  }

  /// Where `styles`, one for each byte, are not as the lexer has it.
  private static func faults(_ path: String, _ styles: [Style?]) -> [String] {
    var sources = SourceSet()
    let bytes = Repository.bytes(of: path) ?? []
    let source = sources.add(Source(name: path, bytes: bytes))
    let lexed = lex(source, in: sources)
    let parsed = parse(source, in: sources)
    guard let tree = parsed.value, !parsed.hasErrors else { return [] }
    var faults: [String] = []
    func check(_ start: UInt32, _ end: UInt32, _ allowed: Set<Style>) {
      for place in Int(start)..<Int(end) {
        guard let style = styles[place], allowed.contains(style) else {
          let text = sources[source].text(Span(source, Int(start), Int(end)))
          let line = sources[source].position(of: start).line
          let found = styles[place].map { "\($0)" } ?? "nothing"
          faults.append("\(path):\(line): `\(text)` is coloured as \(found)")
          return
        }
      }
    }
    let units = tree.layout.units.sorted { $0.start < $1.start }
    var unit = 0
    var previous: Token?
    for token in lexed.tokens {
      while unit < units.count, units[unit].end <= token.start { unit += 1 }
      let isInUnit = unit < units.count && units[unit].start <= token.start
      let isUnit = isInUnit && previous?.kind == .number
      if isInUnit && !isUnit {
        previous = token
        continue
      }
      if !isUnit { previous = token }
      if let allowed = allowed(token.kind, isUnit: isUnit) {
        check(token.start, token.end, allowed)
      }
    }
    for comment in lexed.trivia where comment.kind != .byteOrderMark {
      check(comment.start, comment.end, [.comment, .documentation, .hashbang])
    }
    return faults
  }

  @Test func textMateColoursTheCorpus() throws {
    let engine = try TextMateEngine(Self.grammar.textMate)
    let byScope = Dictionary(uniqueKeysWithValues: Style.allCases.map { ($0.scope, $0) })
    for path in Self.programs {
      let text = Repository.text(of: path) ?? ""
      let faults = Self.faults(path, try engine.scopes(of: text).map { byScope[$0] })
      #expect(faults.isEmpty, "\n\(faults.prefix(5).joined(separator: "\n"))")
    }
  }

  private static let hasPygments = (try? python("import pygments", [])) != nil

  /// What Python prints.
  private static func python(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.currentDirectoryURL = URL(fileURLWithPath: Repository.root)
    process.arguments = ["python3", "-c", program] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    return text
  }

  @Test(.enabled(if: hasPygments)) func pygmentsColoursTheCorpus() throws {
    let script = """
      import sys
      sys.path.insert(0, "Grammar")
      sys.dont_write_bytecode = True
      from larmor_lexer import LarmorLexer
      for path in sys.argv[1:]:
          text = open(path, encoding="utf-8", newline="").read()
          print("F", path)
          for _, kind, value in LarmorLexer().get_tokens_unprocessed(text):
              print(str(kind)[6:], len(value.encode()))
      """
    let readable = Self.programs.filter { path in
      String(validating: Repository.bytes(of: path) ?? [], as: UTF8.self) != nil
    }
    let byToken = Dictionary(uniqueKeysWithValues: Style.allCases.map { ($0.token, $0) })
    // As Pygments spells them in full.
    let full = ["Literal.String": "String", "Literal.Number": "Number"]
    var styles: [String: [Style?]] = [:]
    var path = ""
    for line in try Self.python(script, readable).split(separator: "\n") {
      let words = line.split(separator: " ")
      if words[0] == "F" {
        path = String(words[1])
        continue
      }
      var name = String(words[0])
      for (long, short) in full where name.hasPrefix(long) {
        name = short + name.dropFirst(long.count)
      }
      styles[path, default: []] += [Style?](
        repeating: byToken[name], count: Int(words[1]) ?? 0)
    }
    #expect(styles.count > 150)
    for (path, styles) in styles {
      let faults = Self.faults(path, styles)
      #expect(faults.isEmpty, "\n\(faults.prefix(5).joined(separator: "\n"))")
    }
  }
}
