import Diagnostics
import Syntax
import Testing

@Suite struct LexerTests {
  /// What is wrong with how tokens, trivia and white space make up the text; nil if nothing is.
  static func untiled(_ lexed: LexedSource, _ bytes: [UInt8]) -> String? {
    var pieces =
      lexed.tokens.map { (start: $0.start, end: $0.end) }
      + lexed.trivia.map { (start: $0.start, end: $0.end) }
    pieces.sort { ($0.start, $0.end) < ($1.start, $1.end) }
    var place: UInt32 = 0
    for piece in pieces {
      if piece.start < place { return "overlap at \(piece.start)" }
      if piece.end < piece.start || Int(piece.end) > bytes.count {
        return "out of bounds at \(piece.start)"
      }
      for byte in bytes[Int(place)..<Int(piece.start)]
      where ![0x20, 0x09, 0x0A, 0x0D].contains(byte) {
        return "byte \(byte) left out before \(piece.start)"
      }
      place = piece.end
    }
    for byte in bytes[Int(place)...] where ![0x20, 0x09, 0x0A, 0x0D].contains(byte) {
      return "text left at the end"
    }
    return lexed.tokens.last?.kind == .end ? nil : "no end"
  }

  @Test func programsAreThere() {
    #expect(Program.accepted.count >= 13)
    #expect(Program.rejected.count >= 14)
  }

  @Test(arguments: Program.accepted + Program.rejected)
  func tokensTileTheFile(_ program: Program) {
    let parsed = Parsed(program.bytes)
    #expect(LexerTests.untiled(parsed.lexed, program.bytes) == nil)
    #expect(parsed.lexed.diagnostics.isEmpty)
  }

  private func kinds(_ text: String) -> [Token.Kind] {
    Parsed(text).lexed.tokens.dropLast().map(\.kind)
  }

  @Test func numbersAndRanges() {
    #expect(kinds("1...10_000") == [.number, .closedRange, .number])
    #expect(kinds("0..<n") == [.number, .halfOpenRange, .identifier])
    #expect(kinds("t.0.1") == [.identifier, .dot, .number, .dot, .number])
    #expect(
      kinds("2e-3 1.5e3 0xFF 0b1010 2eV") == [
        .number, .number, .number, .number, .number, .identifier,
      ])
    #expect(kinds("3.abs()") == [.number, .dot, .identifier, .leftParenthesis, .rightParenthesis])
  }

  @Test func everyWordAndOperatorIsFound() {
    for kind in Token.Kind.allCases {
      switch kind {
      case .stringStart, .stringEnd, .valueStart, .valueEnd, .typeArgumentsEnd: continue
      default: break
      }
      guard let spelling = kind.spelling else { continue }
      #expect(kinds("x " + spelling) == [.identifier, kind])
      #expect(kinds("x " + spelling + " x") == [.identifier, kind, .identifier])
      if kind.isWord { #expect(kinds(spelling + "x") == [.identifier]) }
    }
  }

  @Test func stringsWithValues() {
    #expect(kinds("\"a{{b}}\"") == [.string])
    #expect(
      kinds("\"a {f(\"in {x}\"):.3f} b\"") == [
        .stringStart, .stringText, .valueStart, .identifier, .leftParenthesis, .stringStart,
        .stringText, .valueStart,
        .identifier, .valueEnd, .stringEnd, .rightParenthesis, .format, .valueEnd, .stringText,
        .stringEnd,
      ])
    #expect(
      kinds("\"{if a { b } else { c }}\"") == [
        .stringStart, .valueStart, .if, .identifier, .leftBrace, .identifier, .rightBrace, .else,
        .leftBrace,
        .identifier, .rightBrace, .valueEnd, .stringEnd,
      ])
  }

  @Test func identifiersAreUnicode() {
    #expect(kinds("φ_0 Ωm été") == [.identifier, .identifier, .identifier])
  }

  @Test(arguments: [
    ("let a = 1.", "E0102"), ("let a = .5", "E0102"), ("let a = 1_", "E0102"),
    ("let a = 0xG", "E0102"),
    ("let a = 0b12", "E0102"), ("let a = 0o7", "E0102"), ("let a = 1.2.3", "E0102"),
    ("let a = 0x", "E0102"),
    ("let a = 10 uss", "E0102"), ("let a = 3 V/x", "E0102"), ("let a = 3 m^100", "E0102"),
    ("let a = \"abc", "E0103"), ("let a = \"{x", "E0103"), ("let a = \"{x:3", "E0103"),
    ("let a = \"}\"", "E0103"),
    ("let a = \"\\q\"", "E0103"), ("let a = \"\\{\"", "E0103"), ("let a = \"{}\"", "E0103"),
    ("let a = \"\\u{110000}\"", "E0103"), ("let a = 'x'", "E0103"), ("let a = f(\"abc)", "E0103"),
    ("let a = \"{b\")", "E0103"), ("let a = $", "E0104"), ("let a = 3 $ 4", "E0104"),
    ("let a = b × c", "E0104"),
    ("let a = b\\", "E0104"), ("let a\u{A0}= b", "E0104"), ("let a = `b`", "E0104"),
  ])
  func oneMistakeOneError(_ line: String, _ code: String) {
    let parsed = Parsed("fn f() {\n    \(line)\n    let z = 1\n}\n")
    #expect(parsed.diagnostics.map(\.code.rawValue) == [code])
    #expect(parsed.dump.hasSuffix("  let 'z = 1\n"))
  }

  @Test func brokenUTF8IsReported() {
    let text =
      Array("let x = ".utf8) + [0xFF, 0xC0] + Array("\nlet y = \"a".utf8) + [0x80]
      + Array("\"".utf8)
    let parsed = Parsed(Array("fn f() {\n".utf8) + text + Array("\n}\n".utf8))
    #expect(parsed.diagnostics.map(\.code) == [.unexpectedCharacter, .unexpectedCharacter])
    #expect(LexerTests.untiled(parsed.lexed, parsed.sources.sources[0].bytes) == nil)
  }

  @Test func firstLineForTheShell() {
    let parsed = Parsed("#!/usr/bin/env larmor run\n## Doc.\nfn f() { }\r\n")
    #expect(parsed.diagnostics.isEmpty)
    #expect(parsed.lexed.trivia.map(\.kind) == [.interpreterLine, .documentation])
  }
}
