import TestKit
import Testing

/// The programs among the tests: each goes as far as its first line says, and keeps the promises of
/// its margin.
@Suite struct GoldenTests {
  @Test(
    arguments: GoldenProgram.all.filter { program in
      Repository.chosen.map { program.path.contains($0) } ?? true
    })
  func keepsItsPromises(_ program: GoldenProgram) {
    let verdict = program.judged()
    #expect(verdict.complaints.isEmpty, "\n\(verdict.complaints.joined(separator: "\n"))")
    guard program.stage == .run, verdict.complaints.isEmpty else { return }
    for engine in Engine.allCases {
      #expect(verdict.engines.contains(engine), "\(program) was not run by \(engine)")
    }
  }

  /// Programs that vanish are noticed: `COUNT` says how many there were.
  @Test func noProgramIsLost() throws {
    let text = try #require(Repository.text(of: GoldenProgram.folder + "/COUNT"))
    var recorded: [String: Int] = [:]
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2 { recorded[String(words[0])] = Int(words[1]) }
    }
    for stage in GoldenProgram.Stage.allCases {
      let there = GoldenProgram.all.filter { $0.stage == stage }.count
      let wanted = try #require(
        recorded[stage.rawValue], "COUNT does not say how many programs go to \(stage)")
      #expect(there >= wanted, "there are \(there) programs for \(stage); there were \(wanted)")
    }
  }

  /// Nothing but programs, and what belongs to them, stands in the folder.
  @Test func everythingInTheFolderIsUsed() {
    for path in Repository.files(below: GoldenProgram.folder, endingIn: ".txt") {
      let program = path.dropLast(4) + ".exp"
      #expect(Repository.exists(String(program)), "\(path) belongs to no program")
    }
    let known = [".exp", ".txt", ".toml", "/COUNT", "/NOT-YET"]
    for path in Repository.files(below: GoldenProgram.folder, endingIn: "") {
      let name = path.split(separator: "/").last ?? ""
      guard name.contains(".") || name.allSatisfy({ $0.isUppercase || $0 == "-" }) else { continue }
      #expect(known.contains { path.hasSuffix($0) }, "what is \(path)?")
    }
  }
}
