import Foundation
import TestKit
import Testing

/// The commands that look at programs instead of running experiments: `format`, `check --fix`,
/// `test` on folders.
struct ToolTests {
  private func folder(_ files: [String: String]) throws -> URL {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "larmor-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    for (name, text) in files {
      try text.write(
        to: url.appendingPathComponent(name), atomically: true, encoding: .utf8)
    }
    return url
  }

  private func text(_ url: URL, _ name: String) throws -> String {
    try String(contentsOf: url.appendingPathComponent(name), encoding: .utf8)
  }

  @Test func formatChangesFilesAndCheckOnlySaysSo() throws {
    let url = try folder([
      "a.exp": "fn f( )->Int{\nreturn 1\n}\n", "b.exp": "fn f() -> Int { return 1 }\n",
    ])
    let check = try Command(["format", "--check", url.path])
    #expect(check.code == 1 && check.output == url.path + "/a.exp\n")
    #expect(try text(url, "a.exp").hasPrefix("fn f( )"))
    #expect(try Command(["format", url.path]).code == 0)
    #expect(try text(url, "a.exp") == "fn f() -> Int {\n    return 1\n}\n")
    #expect(try Command(["format", "--check", url.path]).code == 0)
    let broken = try folder(["c.exp": "fn f( {\n"])
    #expect(try Command(["format", broken.path]).code == 65)
    #expect(try text(broken, "c.exp") == "fn f( {\n")
    #expect(try Command(["format", "/nowhere.exp"]).code == 66)
  }

  @Test func aScriptStaysOneAndALinkLeadsWhereItLed() throws {
    let url = try folder(["a.exp": "#!/usr/bin/env -S larmor run\nfn f( ) { }\n"])
    let script = url.path + "/a.exp"
    let files = FileManager.default
    try files.setAttributes([.posixPermissions: 0o750], ofItemAtPath: script)
    try files.createSymbolicLink(atPath: url.path + "/link.exp", withDestinationPath: "a.exp")
    #expect(try Command(["format", url.path + "/link.exp"]).code == 0)
    #expect(try text(url, "a.exp") == "#!/usr/bin/env -S larmor run\nfn f() { }\n")
    #expect(try files.attributesOfItem(atPath: script)[.posixPermissions] as? Int == 0o750)
    #expect(try files.destinationOfSymbolicLink(atPath: url.path + "/link.exp") == "a.exp")
  }

  @Test func fixesAreApplied() throws {
    let url = try folder([
      "a.exp": """
      import scan
      fn half(n: Int) -> Int { return n / 2 }
      fn area(width: Float) -> Float { return widht * 2.0 }
      fn count() -> Int {
          var n = 0
          n++
          return n
      }
      fn axis() -> [Float] { return scan.linear(0.0, 1.0, points: 3) }

      """
    ])
    let path = url.path + "/a.exp"
    #expect(try Command(["check", path]).code == 65)
    let fixed = try Command(["check", "--fix", path])
    #expect(fixed.complaints.contains("a.exp:6: E0101 fixed: write `+= 1`"))
    let after = try text(url, "a.exp")
    #expect(after.contains("return width * 2.0") && after.contains("n += 1\n"), "\(after)")
    // What could be meant in two ways is left to whoever wrote it.
    #expect(after.contains("return n / 2") && fixed.code == 65, "\(fixed.complaints)\(after)")
  }

  @Test func testsAreFoundInFoldersAndFiltered() throws {
    let url = try folder([
      "a.exp": "test \"one\" { expect(1 == 1) }\ntest \"two\" { expect(1 + 1 == 3) }\n",
      "b.exp": "test \"one more\" { expect(true) }\n",
    ])
    let all = try Command(["test", url.path])
    #expect(all.code == 1 && all.output.contains("2 passed, 1 failed"))
    #expect(all.output.contains("left is 2, right is 3"))
    let some = try Command(["test", "--filter", "one", url.path])
    #expect(some.code == 0 && some.output.contains("2 passed, 0 failed"))
    let json = try Command(["test", "--json", "--filter", "two", url.path])
    #expect(json.code == 1 && json.output.contains("\"passed\": false"))
    #expect(json.output.split(separator: "\n").count == 1)
  }
}
