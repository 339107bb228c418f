import Diagnostics
import Explaining
import TestKit
import Testing

/// Every code has a page with an example that draws it, and one that does not.
@Suite struct ExplanationTests {
  private static let programs =
    ReferencePage.all.first { $0.path.hasSuffix("/diagnostics.md") }?
    .programs ?? []

  @Test(arguments: Code.allCases) func hasItsPage(_ code: Code) throws {
    let page = try #require(
      explanations.first { $0.code == code.rawValue },
      "Sources/Explaining/diagnostics.md has no section `## \(code.rawValue): …`")
    #expect(!page.title.isEmpty && page.text.count > 40)
    #expect(!page.text.contains("#:"))
    let drawing = Self.programs.firstIndex { $0.promisedCodes == [code.rawValue] }
    let index = try #require(drawing, "no example draws \(code.rawValue) and nothing else")
    let next = Self.programs.dropFirst(index + 1).first
    #expect(
      next?.promises.contains { $0.kind == .clean } == true,
      "after the example that draws \(code.rawValue) there must be one that is `#: clean`")
  }

  @Test func theLimitsOfNestingAreThoseOfThePage() {
    func codes(_ expression: String) -> [String] {
      let text = "const x: Int = \(expression)\n"
      return goThrough("deep.exp", Array(text.utf8), asFarAs: .parse).diagnostics.map(
        \.code.rawValue)
    }
    func nested(_ depth: Int) -> String {
      String(repeating: "(", count: depth) + "1" + String(repeating: ")", count: depth)
    }
    func sum(_ count: Int) -> String { "1" + String(repeating: " + 1", count: count) }
    #expect(codes(nested(251)) == ["E0105"] && codes(nested(249)) == [])
    #expect(codes(sum(1001)) == ["E0105"] && codes(sum(999)) == [])
    let page = explanations.first { $0.code == "E0105" }?.text ?? ""
    #expect(page.contains(" 250 deep") && page.contains(" 1000 in a row"))
  }

  @Test func pagesAreInOrder() {
    #expect(explanations.map(\.code) == Code.allCases.map(\.rawValue))
    #expect(Set(explanations.map(\.title)).count == explanations.count)
  }

  @Test func theCommandPrintsThem() throws {
    let list = try Command(["explain"])
    #expect(list.code == 0)
    #expect(list.output.split(separator: "\n").count == Code.allCases.count)
    let page = try Command(["explain", "e0301"])
    #expect(page.code == 0 && page.output.hasPrefix("E0301: a captured value may have changed\n"))
    #expect(page.output.contains("        flash()    # <- E0301\n"))
    let unknown = try Command(["explain", "E0310"])
    #expect(unknown.code == 64 && unknown.complaints.contains("did you mean `E0"))
  }
}
