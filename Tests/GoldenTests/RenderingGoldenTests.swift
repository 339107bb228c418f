import Diagnostics
import TestKit
import Testing

/// Whole renderings of diagnostics, as a user sees them: beside each program stands what is
/// printed.
///
/// `UPDATE_GOLDEN=1` writes them anew; read what has changed before you keep it.
@Suite struct RenderingGoldenTests {
  private static let programs = Repository.files(
    below: GoldenProgram.folder + "/renderings", endingIn: ".exp")

  @Test func thereAreEnough() { #expect(Self.programs.count >= 12) }

  @Test(arguments: programs) func looksAsRecorded(_ path: String) {
    let outcome = goThrough(path, Repository.bytes(of: path) ?? [], asFarAs: .prove)
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let text =
      render(outcome.diagnostics, in: outcome.sources, colors: false)
      .replacing(path, with: name) + "\n" + summary(of: outcome.diagnostics) + "\n"
    let expected = String(path.dropLast(4)) + ".txt"
    if Repository.isUpdating {
      #expect(Repository.write(text, to: expected), "\(expected) cannot be written")
      return
    }
    #expect(!outcome.diagnostics.isEmpty, "\(path) draws nothing")
    let recorded = Repository.text(of: expected)
    #expect(recorded != nil, "\(expected) is missing: run with UPDATE_GOLDEN=1")
    #expect(text == recorded, "\(path) is rendered otherwise than recorded")
  }
}

extension String {
  fileprivate func replacing(_ part: String, with other: String) -> String {
    var result = ""
    var rest = self[...]
    while !rest.isEmpty {
      if rest.hasPrefix(part) {
        result += other
        rest = rest.dropFirst(part.count)
      } else {
        result.append(rest.removeFirst())
      }
    }
    return result
  }
}
