import TestKit
import Testing

/// The language reference: every program that it shows goes as far as its first line says, and
/// keeps the promises of its margin.
@Suite struct ReferencePageTests {
  private static let pages = ReferencePage.all.filter { page in
    Repository.chosen.map { page.path.contains($0) } ?? true
  }

  @Test(arguments: pages.flatMap { page in page.programs.map { (page, $0) } })
  func blockKeepsItsPromises(_ page: ReferencePage, _ program: GoldenProgram) {
    let verdict = program.judged(importing: page.files)
    #expect(verdict.complaints.isEmpty, "\n\(verdict.complaints.joined(separator: "\n"))")
    guard program.stage == .run, verdict.complaints.isEmpty else { return }
    for engine in Engine.allCases {
      #expect(verdict.engines.contains(engine), "\(program.path) was not run by \(engine)")
    }
  }

  @Test func pagesAreWellFormedAndListed() throws {
    let index = try #require(Repository.text(of: ReferencePage.folder + "/README.md"))
    for page in ReferencePage.all {
      #expect(page.faults.isEmpty, "\(page.faults)")
      guard let name = page.path.split(separator: "/").last, name != "README.md" else { continue }
      #expect(index.contains("](\(name))"), "README.md beside it does not lead to \(page.path)")
    }
  }

  @Test func blocksAreFound() {
    let text = """
      # A page
      ```larmor side.exp
      const half: Float = 0.5
      ```
      ```larmor
      #: type
      import "side.exp"
      fn twice() -> Float { return side.half * 4 }  #: E0501
      ```
      ```text
      nothing
      ```
      ```larmor
      fn f() {}
      ```
      """
    let page = ReferencePage(path: ReferencePage.folder + "/x.md", text: text)
    #expect(page.programs.count == 2 && page.files.count == 1 && page.faults.isEmpty)
    let first = page.programs[0].judged(importing: page.files)
    #expect(first.complaints.count == 1 && first.complaints[0].contains("from line 6:3: promised"))
    #expect(page.programs[1].judged().complaints.count > 1)
    #expect(!ReferencePage(path: "y.md", text: "```larmor\n").faults.isEmpty)
  }
}
