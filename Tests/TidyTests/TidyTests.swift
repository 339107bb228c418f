import Foundation
import TestKit
import Testing

/// Tidiness, where a machine can judge it.
@Suite struct TidyTests {
  /// Fewer Swift files than there were: something is looking in the wrong place.
  private static let fileCountMin = 170

  @Test func allFilesAreSeen() {
    #expect(
      SwiftFile.all.count >= Self.fileCountMin, "only \(SwiftFile.all.count) Swift files were seen")
    #expect(
      Manifest.package.modules.count >= 20,
      "only \(Manifest.package.modules.map(\.name)) were seen in Package.swift")
  }

  // MARK: Walls

  @Test func modulesImportWhatTheManifestAllows() throws {
    let manifest = Manifest.package
    let known = Set(manifest.modules.map(\.name))
    var complaints: [String] = []
    for file in SwiftFile.all {
      guard let module = manifest[file.module] else {
        complaints.append("\(file.path): Package.swift has no module `\(file.module)`")
        continue
      }
      for (name, line) in file.imports where known.contains(name) && name != module.name {
        if !module.dependencies.contains(name) {
          complaints.append("\(file.path):\(line): \(module.name) may not see \(name)")
        }
      }
    }
    expectNone(complaints)
  }

  /// A module sees only modules that stand above it.
  @Test func theManifestHasNoCircles() {
    var above: Set<String> = ["CMinpack", "StandardLibrary"]
    var complaints: [String] = []
    let own = Set(Manifest.package.modules.map(\.name))
    for module in Manifest.package.modules {
      for dependency in module.dependencies
      where own.contains(dependency) && !above.contains(dependency) {
        complaints.append("Package.swift: \(module.name) sees \(dependency), which stands below it")
      }
      above.insert(module.name)
    }
    expectNone(complaints)
  }

  /// What the architecture promises: these walls stay, whatever the manifest says.
  @Test func theWallsStand() {
    let walls: [String: Set<String>] = [
      "Diagnostics": [], "Bytecode": ["CSHA256"], "Laboratory": [], "Syntax": ["Diagnostics"],
      "Machine": ["Bytecode"],
      "CoreDevice": ["Bytecode", "Machine"],
      "Simulation": ["Laboratory", "Bytecode", "Machine", "CoreDevice"],
    ]
    for (name, allowed) in walls {
      let seen = Set(Manifest.package[name]?.dependencies ?? ["nothing: there is no such module"])
      #expect(seen.isSubset(of: allowed), "\(name) sees \(seen.subtracting(allowed).sorted())")
    }
  }

  @Test func onlyEdgesTouchTheWorld() {
    let edges: Set<String> = ["larmor", "TestKit", "Reference"]
    let world: Set<Substring> = [
      "Foundation", "FoundationEssentials", "Dispatch", "ArgumentParser",
    ]
    var complaints: [String] = []
    for file in SwiftFile.all where !file.isTest && !edges.contains(file.module) {
      for (name, line) in file.imports where world.contains(Substring(name)) {
        complaints.append("\(file.path):\(line): only edges and tests import \(name)")
      }
    }
    expectNone(complaints)
  }

  // MARK: What the code base does without

  @Test func nothingBannedStandsAnywhere() {
    var complaints: [String] = []
    for file in SwiftFile.all {
      let isTest = file.isTest || file.module == "TestKit"
      for banned in Banned.all
      where !banned.allowedIn.contains(file.module) && !(banned.isAllowedInTests && isTest) {
        for (index, line) in file.code.enumerated() where banned.isThere(line) {
          complaints.append("\(file.path):\(index + 1): \(banned.name); instead: \(banned.instead)")
        }
      }
    }
    expectNone(complaints)
  }

  /// What runs on bare metal has no classes, no existentials, no tasks.
  @Test func bareMetalStaysBare() {
    var complaints: [String] = []
    let words: Set<Substring> = [
      "class", "any", "actor", "async", "await", "AnyObject", "weak", "unowned",
    ]
    for file in SwiftFile.all
    where ["Machine", "CoreDevice", "Bytecode"].contains(file.module) && !file.isTest {
      for index in file.code.indices {
        for word in file.words(index)
        where words.contains(word) && !file.isMemberName(word, on: index) {
          complaints.append(
            "\(file.path):\(index + 1): `\(word)` in a module that also builds for bare metal")
        }
      }
    }
    expectNone(complaints)
  }

  @Test func nothingIsLeftForLater() {
    var complaints: [String] = []
    let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
    for file in SwiftFile.all {
      for (index, line) in file.lines.enumerated()
      where marks.contains(where: { line.contains($0) }) {
        complaints.append("\(file.path):\(index + 1): an issue instead of a mark")
      }
    }
    expectNone(complaints)
  }

  @Test func linesAreClean() {
    var complaints: [String] = []
    for file in SwiftFile.all {
      if file.lines.last != "" { complaints.append("\(file.path): no newline at the end") }
      for (index, line) in file.lines.enumerated() {
        if line.last == " " { complaints.append("\(file.path):\(index + 1): blanks at the end") }
        if line.contains("\t") { complaints.append("\(file.path):\(index + 1): a tab") }
        // A message may be longer than its line.
        if line.count > Self.columnMax, !line.contains("\"") {
          complaints.append("\(file.path):\(index + 1): \(line.count) columns")
        }
      }
    }
    expectNone(complaints)
  }

  private static let columnMax = 100

  /// All sources are as `swift format` leaves them, but for lines that a message makes longer.
  @Test func sourcesAreFormatted() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.currentDirectoryURL = URL(fileURLWithPath: Repository.root)
    process.arguments = [
      "swift", "format", "lint", "-r", "Sources", "Tests", "stdlib", "Package.swift",
    ]
    let found = Pipe()
    process.standardError = found
    try process.run()
    let text = String(decoding: found.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    expectNone(text.split(separator: "\n").filter { !$0.contains("[LineLength]") }.map(String.init))
  }

  // MARK: Documentation

  @Test func whatOtherModulesUseIsDocumented() {
    var complaints: [String] = []
    for file in SwiftFile.all where !file.isTest {
      for index in file.code.indices where !file.code[index].hasPrefix(" ") {
        guard let declared = file.declaration(on: index), declared.isPackage,
          !file.isDocumented(index)
        else { continue }
        complaints.append(
          "\(file.path):\(index + 1): `\(declared.name)` is for other modules and has no doc comment"
        )
      }
    }
    expectNone(complaints)
  }

  // MARK: Files

  /// A file that declares nothing that another file mentions is there for nothing.
  @Test func everyFileIsUsed() {
    let files = SwiftFile.all
    var users: [Substring: Set<Int>] = [:]
    for (number, file) in files.enumerated() {
      for index in file.code.indices {
        for word in file.words(index) { users[word, default: []].insert(number) }
      }
    }
    var complaints: [String] = []
    for (number, file) in files.enumerated() where !file.isEntry {
      let isUsed = file.declaredNames.contains { name in
        (users[name] ?? []).contains { $0 != number }
      }
      if !isUsed { complaints.append("\(file.path): nothing refers to what it declares") }
    }
    expectNone(complaints)
  }

  @Test func everyPageIsLinked() {
    let pages = Page.all
    var linked: Set<String> = ["README.md", "CHANGELOG.md"]
    for page in pages { linked.formUnion(page.links.map(\.target)) }
    for page in pages where !linked.contains(page.path) {
      Issue.record("\(page.path): no page links to it")
    }
  }

  @Test func linksLeadSomewhere() {
    var complaints: [String] = []
    for page in Page.all {
      for link in page.links where !Repository.exists(link.target) {
        complaints.append("\(page.path):\(link.line): there is no \(link.target)")
      }
    }
    expectNone(complaints)
  }

  @Test func whatTheReadmeTellsToTypeExists() {
    let makefile = Repository.text(of: "Makefile") ?? ""
    let readme = Repository.text(of: "README.md") ?? ""
    let lines = makefile.split(separator: "\n")
    var count = 0
    for line in readme.split(separator: "\n") {
      let words = line.split { !($0.isLetter || $0 == "-" || $0 == "_") }
      for (command, target) in zip(words, words.dropFirst())
      where command == "make" && line.contains("make \(target)") {
        guard
          line.contains("`make") || line.hasPrefix("make") || line.hasPrefix("$ make")
            || line.hasPrefix("    make")
        else { continue }
        count += 1
        #expect(
          lines.contains { $0.hasPrefix(target + ":") },
          "README.md: the Makefile has no target `\(target)`")
      }
    }
    #expect(count >= 2, "README.md opens with `make demo` and `make test`")
  }

  // MARK: Codes and opcodes

  @Test func codesAndOpcodesAreGivenOnce() {
    for (path, word) in [
      ("Sources/Diagnostics/Code.swift", "="), ("Sources/Bytecode/Opcode.swift", "= "),
    ] {
      guard let file = SwiftFile.all.first(where: { $0.path == path }) else {
        Issue.record("\(path) is not there")
        continue
      }
      var seen: [Substring: Int] = [:]
      for (index, line) in file.lines.enumerated() {
        let text = line.drop { $0 == " " }
        guard text.hasPrefix("case "), let sign = text.range(of: word)?.upperBound,
          !text.contains(":")
        else { continue }
        let value = text[sign...].drop { $0 == " " }
        if let first = seen[value] {
          Issue.record("\(path):\(index + 1): \(value) was given on line \(first) already")
        }
        seen[value] = index + 1
      }
    }
  }

  // MARK: Lengths, for people to judge

  @Test func lengths() {
    let files = SwiftFile.all.sorted { $0.lines.count > $1.lines.count }
    let functions = SwiftFile.all.flatMap { file in file.functions.map { (file.path, $0) } }.sorted
    { $0.1.count > $1.1.count }
    print("The longest files:")
    for file in files.prefix(12) { print("  \(file.lines.count)  \(file.path)") }
    print("The longest functions:")
    for (path, function) in functions.prefix(12) {
      print("  \(function.count)  \(function.name) in \(path):\(function.lines.lowerBound + 1)")
    }
    #expect(functions.count > 1000, "only \(functions.count) functions were seen")
  }

  private func expectNone(_ complaints: [String]) {
    #expect(complaints.isEmpty, "\n\(complaints.joined(separator: "\n"))")
  }
}

extension SwiftFile {
  /// The names of the modules that it imports, and on which line.
  var imports: [(name: String, line: Int)] {
    code.indices.compactMap { index in
      let words = words(index)
      guard let place = words.firstIndex(of: "import"), place <= 1, place + 1 < words.count else {
        return nil
      }
      return (String(words[place + 1]), index + 1)
    }
  }

  /// Whether the program or a test begins here.
  var isEntry: Bool {
    path.hasSuffix("/main.swift") || code.contains { $0.contains("@main") || $0.contains("@Test") }
  }

  /// Whether every `word` on line `index` is the name of a member or a label.
  func isMemberName(_ word: Substring, on index: Int) -> Bool {
    let line = code[index]
    return line.contains(".\(word)") || line.contains("\(word):") || line.contains("case \(word)")
  }
}
