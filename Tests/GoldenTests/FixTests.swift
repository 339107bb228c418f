import Diagnostics
import TestKit
import Testing

/// Where a diagnostic offers a fix, the fix mends it.
@Suite struct FixTests {
  /// Programs whose diagnostics are drawn by what this version of the checker sees: all but those
  /// of the lexer alone.
  private static let programs = GoldenProgram.all.filter {
    $0.stage > .lex && !$0.promisedCodes.isEmpty
  }

  @Test(arguments: programs) func eachFixMendsItsMistake(_ program: GoldenProgram) {
    let outcome = program.goThroughFrontEnd()
    for diagnostic in outcome.diagnostics {
      for fix in diagnostic.fixes
      where !fix.edits.isEmpty && fix.edits.allSatisfy({ $0.span.source == outcome.main }) {
        let mended = Self.applied(fix, to: outcome.source)
        let after = goThrough(program.path, Array(mended.utf8), asFarAs: program.stage)
        let before = outcome.diagnostics.filter { $0.code == diagnostic.code }.count
        let left = after.diagnostics.filter { $0.code == diagnostic.code }.count
        let line = outcome.sources.position(of: diagnostic.span).line
        #expect(
          left < before,
          "\(program.path):\(line): `\(fix.message)` does not mend \(diagnostic.code.rawValue)")
        let syntax = after.diagnostics.filter { $0.code.rawValue.hasPrefix("E01") }.count
        let syntaxBefore = outcome.diagnostics.filter { $0.code.rawValue.hasPrefix("E01") }.count
        #expect(
          syntax <= syntaxBefore,
          "\(program.path):\(line): after `\(fix.message)` the program does not parse")
      }
    }
  }

  private static func applied(_ fix: Fix, to source: Source) -> String {
    var bytes = source.bytes
    let edits = fix.edits.sorted { ($0.span.start, $0.span.end) > ($1.span.start, $1.span.end) }
    for edit in edits {
      bytes.replaceSubrange(
        Int(edit.span.start)..<Int(edit.span.end), with: Array(edit.replacement.utf8))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
