import Diagnostics
import Syntax
import Testing

@Suite struct ExpressionTests {
  @Test(arguments: [
    // Rule 5, from tight to loose.
    ("f(a)[i].m(b).0", "(. (call (. (index (call f a) i) m) b) 0)"),
    ("await f(x).y ** 2", "(** (await (. (call f x) y)) 2)"),
    ("a ** b ** c", "(** a (** b c))"), ("a ** -b ** c", "(** a (- (** b c)))"),
    ("2 ** -1", "(** 2 -1)"),
    ("-a ** 2", "(- (** a 2))"), ("-2 ** 2", "(- (** 2 2))"), ("(-7) ** 2", "(** (paren -7) 2)"),
    ("-2 us ** 2", "(- (** 2_us 2))"), ("~a ** 2", "(~ (** a 2))"), ("-a * b", "(* (- a) b)"),
    ("- 7 // 2", "(// (- 7) 2)"), ("-7 // 2", "(// -7 2)"), ("a -7", "(- a 7)"),
    ("-7.abs()", "(call (. -7 abs))"),
    ("a * b / c // d % e @ g &* h", "(&* (@ (% (// (/ (* a b) c) d) e) g) h)"),
    ("a + b * c - d", "(- (+ a (* b c)) d)"), ("a &+ b &- c", "(&- (&+ a b) c)"),
    ("a << b + c >> d", "(>> (<< a (+ b c)) d)"), ("a & b << c", "(& a (<< b c))"),
    ("a ^ b & c", "(^ a (& b c))"),
    ("a | b ^ c", "(| a (^ b c))"), ("a | b ..< c | d", "(..< (| a b) (| c d))"),
    ("a...b", "(... a b)"),
    ("10..<0 by -2", "(..< 10 0 by -2)"), ("0..<n by k + 1", "(..< 0 n by (+ k 1))"),
    ("a ?? b ?? c", "(?? a (?? b c))"), ("a ?? 0..<1", "(?? a (..< 0 1))"),
    ("0..<1 ?? a", "(?? (..< 0 1) a)"),
    ("a ?? b == c", "(== (?? a b) c)"), ("a & 1 == 0", "(== (& a 1) 0)"),
    ("x in 0..<3", "(in x (..< 0 3))"),
    ("not a == b", "(not (== a b))"), ("not not a", "(not (not a))"),
    ("not a and b", "(and (not a) b)"),
    ("a and not b or c", "(or (and a (not b)) c)"), ("a or b and c", "(or a (and b c))"),
    ("a < b and b < c", "(and (< a b) (< b c))"),
    // Operands.
    ("()", "(tuple)"), ("(a)", "(paren a)"), ("(a, b,)", "(tuple a b)"), ("[]", "[]"),
    ("[1, -2, x,]", "[1 -2 x]"),
    ("[0; 64]", "[0 ; 64]"), ("[[1, 2], [3]]", "[[1 2] [3]]"), (".reset", "(. reset)"),
    (".circle(radius: 2)", "(call (. circle) radius: 2)"),
    (
      "[x + y for x in xs if x > 0 for (y, _) in ys]",
      "[(+ x y) for 'x in xs if (> x 0) for ('y, _) in ys]"
    ),
    ("[Int32](xs)", "(call (type [Int32]) xs)"),
    ("[[Float<V/s>]](z)", "(call (type [[Float<V*s^-1>]]) z)"),
    ("[Int; 4](x)", "(call (type [Int; 4]) x)"), ("Float<V>(x)", "(call (type Float<V>) x)"),
    ("a<b", "(< a b)"),
    ("f(a < b, c > (d))", "(call f (< a b) (> c (paren d)))"), ("scan.f(x)", "(call (. scan f) x)"),
    ("f(&v, by: &w.a[1])", "(call f &v by: &(index (. w a) 1))"), ("m[i, j]", "(index m i j)"),
    ("a[i..<j]", "(index a (..< i j))"), ("if a { 1 } else { 2 }", "(if a { 1 } { 2 })"),
    ("if a { 1 } else if b { 2 } else { 3 }", "(if a { 1 } { (if b { 2 } { 3 }) })"),
    ("match x { case a: 1 else: 2 }", "(match x (case .a { 1 }) (else { 2 }))"),
    ("fn(x: Int) -> Int { x + 1 }", "(fn (x: Int) -> Int { (+ x 1) })"),
    ("record { a() }", "(record { (call a) })"),
    ("record", "record"), ("record + 1", "(+ record 1)"), ("true", "true"), ("none", "none"),
    // Strings.
    ("\"\"", "\"\""), ("\"a\\tb\\u{3C0}{{}}\\\"\"", "\"a\\tbπ{{}}\\\"\""), ("\"{x}\"", "\"{x}\""),
    ("\"{x:.3f} {n:05}{t:us}\"", "\"{x:.3f} {n:05}{t:us}\""),
    ("\"{f(a: \"{b}\")}\"", "\"{(call f a: \"{b}\")}\""),
  ])
  func binds(_ text: String, _ dump: String) {
    #expect(expression(text) == dump)
  }

  @Test(arguments: [
    "a < b < c", "a == b != c", "a ..< b ..< c", "a == not b", "a b", "f(a b)", "f(a", "f(a]", "[a",
    "a +", "+ a",
    "* a",
    "a ? b : c", "if", "match x", "f(&)", "x.", "a[]", "\"{a b}\"", "\"{}\"", "(a, , b)", "f(a=1)",
    "not", "a && b",
    "!a", "True",
  ])
  func oneMistakeOneError(_ text: String) {
    #expect(expression(text).split(separator: " ").count == 1)
    #expect(expression(text).hasPrefix("E01"))
  }

  @Test(arguments: [
    // Rule 2.
    ("let a = b\nc", ["let 'a = b", "c"]), ("let a = b +\nc", ["let 'a = (+ b c)"]),
    ("let a = b\n.c\n.d()", ["let 'a = (call (. (. b c) d))"]),
    ("let a = b\n-c", ["let 'a = b", "(- c)"]), ("let a = (b\n-c)", ["let 'a = (paren (- b c))"]),
    ("f(a,\nb\n)", ["(call f a b)"]), ("f(fn() { a\nb })", ["(call f (fn () { a; b }))"]),
    ("f\n(a)", ["f", "(paren a)"]),
    ("let a =\n1", ["let 'a = 1"]), ("a; b; c", ["a", "b", "c"]), ("return\na", ["return", "a"]),
    ("throw\na", ["throw", "a"]),
    ("if a { b }\nelse { c }", ["if a", "  b", "else", "  c"]),
    ("let a: Float<V> = x\nlet b: Int? = y", ["let 'a : Float<V> = x", "let 'b : Int? = y"]),
    ("let a = x and\ny or\nz", ["let 'a = (or (and x y) z)"]),
    ("let a = await\nf()", ["let 'a = (await (call f))"]),
    ("try { a }\ncatch { b }\nfinally { c }", ["try", "  a", "catch", "  b", "finally", "  c"]),
    ("let a = 10\nus()", ["let 'a = 10", "(call us)"]), ("let a = [1,\n2\n]", ["let 'a = [1 2]"]),
  ])
  func lines(_ body: String, _ expected: [String]) {
    #expect(statements(body) == expected)
  }

  @Test func typesEndLines() {
    let parsed = Parsed("struct S {\n  a: Float<V>\n  b: Int?\n  c: Box<Box<Int>>\n  d: Int??\n}\n")
    #expect(parsed.diagnostics.isEmpty)
    #expect(parsed.dump.contains("field c : Box<Box<Int>>\n  field d : Int??\n"))
  }

  @Test func spansCoverWhatTheyMean() throws {
    var sources = SourceSet()
    let source = sources.add(Source(name: "value", text: "  -7 us ** (a.b + f(x))  "))
    let parsed = try #require(parseExpression(source, in: sources).value)
    let span = parsed.module.span(of: parsed.expression)
    #expect(sources[source].text(span) == "-7 us ** (a.b + f(x))")
    guard case .prefix(.minus, let power) = parsed.module[parsed.expression] else {
      throw Missing()
    }
    #expect(sources[source].text(parsed.module.span(of: power)) == "7 us ** (a.b + f(x))")
  }

  struct Missing: Error {}
}
