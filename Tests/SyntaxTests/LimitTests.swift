import Diagnostics
import Foundation
import Syntax
import Testing

@Suite struct LimitTests {
  private func nested(_ opening: String, _ inner: String, _ closing: String, _ count: Int) -> String
  {
    String(repeating: opening, count: count) + inner + String(repeating: closing, count: count)
  }

  /// Deep and long programs get one error, and their trees can be walked.
  @Test(arguments: [
    ("(", "x", ")"), ("[", "x", "]"), ("f(", "x", ")"), ("-", "x", ""), ("- ", "x", ""),
    ("~", "x", ""),
    ("not ", "x", ""),
    ("a ** ", "x", ""), ("a ?? ", "x", ""), ("a + (", "x", ")"), ("", "x", " + x"), ("", "x", ".y"),
    ("", "x", "(1)"),
    ("", "x", "[1]"),
    ("", "x", " and x"), ("(", "x", " + x)"), ("fn() { ", "x", " }"),
    ("if x { ", "x", " } else { y }"),
    ("if x { x } else ", "{ y }", ""),
    ("match x { case a: ", "x", " }"), ("[x for x in ", "x", "]"), ("\"{", "x", "}\""),
    ("record { ", "x", " }"),
    ("await ", "x", ""),
    ("a[", "x", "]"), ("(x, ", "x", ")"), ("x in (", "x", ")"), ("{", "x", "}"), ("[", "", ""),
    ("(", "", ""),
    ("\"{", "", ""),
    ("fn() { (", "x", " + x + x + x + x)() + x + x + x }"),
  ])
  func deepExpressions(_ opening: String, _ inner: String, _ closing: String) {
    for count in [5000, Limits.expressionHeightMax + 100] {
      let parsed = Parsed("fn f() { let v = \(nested(opening, inner, closing, count))\n}\n")
      #expect(
        parsed.diagnostics.contains { $0.code == .nestedTooDeeply } || opening.hasPrefix("{")
          || inner.isEmpty)
      #expect(parsed.diagnostics.filter { $0.code == .nestedTooDeeply }.count <= 1)
      #expect(!parsed.dump.isEmpty)
    }
  }

  @Test(arguments: [
    ("if x { ", "y", " }"), ("for x in xs { ", "y", " }"), ("parallel { ", "y", " }"),
    ("try { ", "y", " } finally { }"),
    ("fn g() { ", "y", " }"), ("match x { case a: ", "y", " }"), ("if x { } else ", "{ }", ""),
    ("let x: ", "Int", ""),
  ])
  func deepStatements(_ opening: String, _ inner: String, _ closing: String) {
    let parsed = Parsed("fn f() { \(nested(opening, inner, closing, 5000))\n}\n")
    #expect(parsed.diagnostics.filter { $0.code == .nestedTooDeeply }.count <= 1)
    #expect(parsed.module != nil && !parsed.dump.isEmpty)
  }

  @Test(arguments: [
    ("[", "Int", "]"), ("(", "Int", ")"), ("Box<", "Int", ">"), ("", "Int", "?"),
    ("(Int) -> ", "Int", ""),
  ])
  func deepTypes(_ opening: String, _ inner: String, _ closing: String) {
    let parsed = Parsed("fn f(x: \(nested(opening, inner, closing, 5000))) { }\n")
    #expect(parsed.diagnostics.filter { $0.code == .nestedTooDeeply }.count == 1)
    #expect(!parsed.dump.isEmpty)
  }

  @Test func deepPatterns() {
    for (opening, closing) in [("(", ")"), ("a(", ")")] {
      let parsed = Parsed("fn f() { match x { case \(nested(opening, "b", closing, 5000)): y } }\n")
      #expect(parsed.diagnostics.filter { $0.code == .nestedTooDeeply }.count == 1)
      #expect(!parsed.dump.isEmpty)
    }
  }

  @Test func atTheLimits() {
    // The statement, the block and the innermost value are levels of their own.
    let levels = Limits.nestingMax - 3
    func faults(_ body: String) -> [Code] {
      Parsed("fn f() {\n\(body)\n}\n").diagnostics.map(\.code)
    }
    #expect(faults(nested("(", "x", ")", levels - 1)) == [])
    #expect(faults(nested("(", "x", ")", levels)) == [])
    #expect(faults(nested("(", "x", ")", levels + 1)) == [.nestedTooDeeply])
    let height = Limits.expressionHeightMax
    #expect(faults("x" + String(repeating: " + x", count: height - 2)) == [])
    #expect(faults("x" + String(repeating: " + x", count: height + 1)) == [.nestedTooDeeply])
    #expect(faults("x" + String(repeating: ".y", count: height - 2)) == [])
    #expect(faults("x" + String(repeating: ".y", count: height + 1)) == [.nestedTooDeeply])
  }

  /// Twice the text takes about twice the time, also where all of it is wrong.
  @Test(arguments: [
    "( [ { $ \" } x y ) if for 3 us\n", "f(a b\n", "} ) ]\n", "fn f( {\n", "x = (\n", "// a\n",
    "let x: [\n", "\"{x\n",
    "a<b<c<d\n",
  ])
  func timeIsLinear(_ line: String) {
    let clock = ContinuousClock()
    func time(_ count: Int) -> Duration {
      let bytes = Array(String(repeating: line, count: count).utf8)
      return (0..<3).map { _ in clock.measure { _ = Parsed(bytes) } }.min() ?? .zero
    }
    let few = time(500)
    let many = time(4000)
    #expect(many < few * 8 * 4 + .milliseconds(50), "\(few) and \(many)")
  }

  @Test func longTables() throws {
    let parsed = Parsed(
      "const t: [Float] = [" + String(repeating: "1.5, -2, 3e-4,\n", count: 20_000) + "]\n")
    #expect(parsed.diagnostics.isEmpty)
    let module = try #require(parsed.module)
    guard case .constant(let field) = module.declarations[0], let value = field.value,
      case .array(let parts) = module[value]
    else {
      Issue.record("no array")
      return
    }
    #expect(parts.count == 60_000)
    #expect(module.dump(parts[4]) == "-2")
  }
}
