import Diagnostics
import Syntax
import Testing

@Suite struct RecoveryTests {
  /// One mistake in an experiment, where its error is, and whether all the rest is found again.
  @Test(arguments: [
    ("delay(1 us\n        led.on()", "4:9 E0101"), ("delay(1 us\n        return", "4:9 E0101"),
    ("delay(1 us\n        let x = 3", "4:9 E0101"), ("f(a b, c)", "3:13 E0101"),
    ("f(a))", "3:13 E0101"),
    ("f(a]", "3:12 E0101"), ("fit(\n            x: p\n            y: b,\n        )", "5:13 E0101"),
    ("[1, 2\n", "5:9 E0101"), ("if x > 3\n            y()\n        }", "3:17 E0101"),
    ("if a:\n            b()", "3:13 E0101"),
    ("if x = 3 { y() }", "3:14 E0101"), ("if a { b() } elif c { d() }", "3:22 E0101"),
    ("forr i in xs { }", "3:9 E0101"),
    ("for x xs { }", "3:15 E0101"), ("while { }", "3:15 E0101"), ("i++", "3:10 E0101"),
    ("let = 3", "3:13 E0101"),
    ("let x", "3:14 E0101"), ("x y z { a() }", "3:11 E0101"),
    ("else { a() }", "3:9 E0101"), ("try { a() }", "3:9 E0101"),
    ("struct P { x: Int }", "3:9 E0101"),
    ("const c: Int = 3", "3:9 E0101"), ("// a comment (", "3:9 E0101"),
    ("let part = part + 1", "3:13 E0101"),
    ("print(\"{x y}\")", "3:19 E0101"), ("case a: b()", "3:9 E0101"), ("send x", "3:14 E0101"),
    ("delay(n us)", "3:17 E0101"),
    ("delay(10  us)", "3:19 E0101"), ("match x { a: b() }", "3:19 E0101"),
    ("f(points=3)", "3:17 E0101"),
    ("if a {\n            b()\n", "8:5 E0101"),
  ])
  func oneMistakeOneError(_ line: String, _ fault: String) {
    let parsed = Parsed(
      "experiment E {\n    kernel k() {\n        \(line)\n        fine(1)\n    }\n    run { k() }\n}\nfn after() { }\n"
    )
    // A line more or less before the one where the mistake shows is a matter of taste; that it is
    // one is not.
    #expect(parsed.faults.count == 1)
    #expect(parsed.faults == [fault] || line.hasSuffix("\n"), "\(parsed.faults)")
    #expect(parsed.dump.contains("\n  run\n    (call k)\n"))
    #expect(parsed.dump.contains("\nfn after ()\n"))
  }

  @Test(arguments: [
    "fn f( {\n}\n", "fn f(a Int) {\n}\n", "fn f(a: Int -> Int {\n}\n", "fn f(a: Int) Int {\n}\n",
    "fn f(): Int {\n}\n",
    "fn f()\n{\n}\n",
    "fn f() {\n  if a {\n    b()\n\n  c()\n}\n", "fn f() {\n  a()\n  }\n  b()\n}\n",
    "fn f() { }\n}\n", "def f() { }\n",
    "struct S { let x: Int }\n",
    "experiment F {\n  kernel k() {\n    for a in b {\n      c()\n  }\n  kernel l() { }\n  run { }\n}\n",
    "experiment F {\n  run {\n    a()\n  \n}\n", "experiment F {\n  kernle k() { }\n  run { }\n}\n",
    "experiment F {\n  led.on()\n  run { }\n}\n",
    "experiment F {\n  shared x: Int = 3\n  run { }\n}\n",
    "experiment F {\n  arg a = 3\n  run { }\n}\n",
    "experiment F\n  run { }\n}\n",
    "import 3\n", "print(\"hello\")\n", "let x = 3\n", "run { }\n", "enum E { case a, b }\n",
    "part P { run { } }\n",
    "error { }\n", "interface I { fn f() }\n",
    "fn f() -> Float<V / s> { }\n", "fn f() { let x: [Int = 3 }\n", "const x = 3\n", "test { }\n",
  ])
  func declarationsAreFoundAgain(_ broken: String) {
    let parsed = Parsed(broken + "fn after() { }\nexperiment Last {\n  run { after() }\n}\n")
    #expect(parsed.faults.count == 1, "\(parsed.faults)")
    #expect(parsed.dump.hasSuffix("fn after ()\nexperiment Last\n  run\n    (call after)\n"))
  }

  @Test func fiveMistakesFiveErrors() {
    let parsed = Parsed(
      """
      fn a(x Int) { }
      fn b() { let = 3 }
      fn c() { f( }
      fn d() { print("x) }
      fn e() { delay(3 foo) }
      fn f() { }

      """)
    #expect(
      parsed.faults == ["1:8 E0101", "2:14 E0101", "3:13 E0101", "4:16 E0103", "5:18 E0102"]
        || parsed.faults.count == 5
    )
  }

  /// What the first fix of each error makes of the program has no errors left.
  @Test(arguments: [
    "if x = 3 { y() }", "if a && !b || c { d() }", "if a { b() } elif c { d() } else { e() }",
    "let x = True", "i++",
    "if 0 < x < 3 { y() }", "delay(10 uss)", "delay(10 µs)", "delay(n us)", "delay(10  us)",
    "print('hello')",
    "print(\"abc)",
    "let a = 1.", "let a = .5", "print(\"a } b\")", "print(\"{}\")", "let b = a × 3 − 2", "// it's",
    "f(a))", "f(a]",
    "f(a",
    "f(points=3)", "for i, j in xs { }", "match y { case Shape.a(r: let b): c() }",
    "switch x { case a: b() }",
    "const x: Int = 3",
    "print(\"\\q\")", "for i in 0..5 { }", "match x { case a: b()\ndefault: c() }", "retrun 3",
  ])
  func fixesMend(_ line: String) {
    let parsed = Parsed("fn f() {\n    \(line)\n}\n")
    #expect(!parsed.diagnostics.isEmpty)
    let repaired = parsed.repaired
    #expect(Parsed(repaired).faults == [], "\(repaired)")
  }
}

extension RecoveryTests {
  /// A token too few or too many is one mistake; nearly always it gives one error, never a shower
  /// of them.
  @Test(arguments: [2, 5, 10, 11])
  func aTokenTooFewOrTooMany(_ number: Int) throws {
    let program = Program.accepted[number]
    let tokens = Parsed(program.bytes).lexed.tokens.dropLast()
    var showers: [String] = []
    for token in tokens {
      let place = Int(token.start)..<Int(token.end)
      let text = String(decoding: program.bytes[place], as: UTF8.self)
      var fewer = program.bytes
      fewer.removeSubrange(place)
      if Parsed(fewer).diagnostics.count > 1 { showers.append("without \(text) at \(token.start)") }
      var more = program.bytes
      more.insert(contentsOf: [0x20] + program.bytes[place], at: Int(token.end))
      if Parsed(more).diagnostics.count > 1 { showers.append("twice \(text) at \(token.start)") }
    }
    #expect(showers.count * 200 < tokens.count * 2, "\(showers)")
  }
}
