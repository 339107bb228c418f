import Diagnostics
import TestKit
import Testing

/// The programs that all sessions share, unchanged: `accepted` check clean and run, `rejected` draw
/// what they promise with `#~ E0301` on the line of the error.
@Suite struct SharedProgramTests {
  private static let folder = GoldenProgram.folder + "/shared"
  private static let accepted = Repository.files(below: folder + "/accepted", endingIn: ".exp")
  private static let rejected = Repository.files(below: folder + "/rejected", endingIn: ".exp")

  /// Those that use what this version does not have yet, by name.
  private static let notYet: Set<String> = Set(
    (Repository.text(of: folder + "/NOT-YET") ?? "").split(separator: "\n")
      .filter { !$0.hasPrefix("#") }.map { String($0.prefix { $0 != " " }) })

  @Test func allAreThere() {
    #expect(Self.accepted.count == 13)
    #expect(Self.rejected.count == 14)
    let names = Set(
      (Self.accepted + Self.rejected).map { String($0.dropFirst(Self.folder.count + 1)) })
    #expect(Self.notYet.isSubset(of: names), "NOT-YET names \(Self.notYet.subtracting(names))")
  }

  @Test(arguments: accepted + rejected) func isAsPromised(_ path: String) {
    let name = String(path.dropFirst(Self.folder.count + 1))
    let faults = name.hasPrefix("accepted") ? Self.accept(path) : Self.reject(path)
    if Self.notYet.contains(name) {
      #expect(!faults.isEmpty, "\(name) passes: take it out of NOT-YET")
    } else {
      #expect(faults.isEmpty, "\n\(faults.joined(separator: "\n"))")
    }
  }

  /// What is wrong with a program that is to check clean and to run alike by every engine.
  private static func accept(_ path: String) -> [String] {
    let bytes = Repository.bytes(of: path) ?? []
    let outcome = goThrough(path, bytes, asFarAs: .run)
    var faults = outcome.diagnostics.map { diagnostic in
      "\(outcome.sources.position(of: diagnostic.span).line): \(diagnostic.code.rawValue): \(diagnostic.message)"
    }
    guard faults.isEmpty, let checked = outcome.checked else { return faults }
    var program = GoldenProgram(path: path, text: "#: run all seed=1\n#: clean")
    if path.hasSuffix("08_ion_monitor.exp") {
      program = GoldenProgram(path: path, text: "#: run seed=1 until=500000000\n#: status stopped")
    }
    var judgement = Judgement(of: program)
    let engines = judgement.judgeRuns(checked, comparingOutput: false)
    faults = judgement.complaints
    for engine in Engine.allCases where !engines.contains(engine) {
      faults.append("not run by \(engine)")
    }
    return faults
  }

  /// What is wrong with a program that is to draw errors.
  private static func reject(_ path: String) -> [String] {
    let text = Repository.text(of: path) ?? ""
    var wanted: [String] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      var rest = line.split(separator: "#~", omittingEmptySubsequences: false).dropFirst()
      while let part = rest.popFirst() {
        if let code = part.split(separator: " ").first { wanted.append("\(index + 1) \(code)") }
      }
    }
    if wanted.isEmpty { return ["promises nothing"] }
    let outcome = goThrough(path, Array(text.utf8), asFarAs: .run)
    let found = outcome.diagnostics.filter { $0.severity == .error }.map { diagnostic in
      "\(outcome.sources.position(of: diagnostic.span).line) \(diagnostic.code.rawValue)"
    }
    return found.sorted() == wanted.sorted()
      ? [] : ["found \(found.sorted()), wanted \(wanted.sorted())"]
  }
}
