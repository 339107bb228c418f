import Diagnostics
import Syntax
import Testing

@Suite struct DeclarationTests {
  @Test(arguments: Program.accepted)
  func acceptedProgramsParse(_ program: Program) {
    let parsed = Parsed(program.bytes)
    #expect(parsed.faults == [])
    #expect(!parsed.dump.contains("(invalid)"))
  }

  @Test(arguments: Program.rejected)
  func rejectedProgramsParse(_ program: Program) {
    let isRecovery = program.name.hasSuffix("13_recovery.exp")
    let lines = Parsed(program.bytes).diagnostics.map { diagnostic in
      "\(diagnostic.code.rawValue) \(program.bytes.prefix(Int(diagnostic.span.start)).count { $0 == 0x0A } + 1)"
    }
    #expect(lines == (isRecovery ? ["E0101 1", "E0101 12"] : []))
  }

  @Test(arguments: [
    ("import fit as f\nimport \"lab/x.exp\" as x", "import fit as f\nimport \"lab/x.exp\" as x\n"),
    ("const n: Int = 3", "const n : Int = 3\n"),
    (
      "shared f(ion: Int): Frequency = 200 MHz at \"ion.{ion}\"",
      "shared f (ion: Int) : Frequency = 200_MHz at \"ion.{ion}\"\n"
    ),
    ("error Lost(counts: Int)\nerror Plain", "error Lost (counts: Int)\nerror Plain\n"),
    (
      "enum E { a, b(Int), c(label x: Float = 1.0)\n d }",
      "enum E\n  case a\n  case b (Int)\n  case c (label x: Float = 10e-1)\n  case d\n"
    ),
    (
      "struct P<T: Ordered, D, N> { a: T = 1, b: [T; N]\n c: Float<D*V/s^2> }",
      "struct P <T: Ordered, D, N>\n  field a : T = 1\n  field b : [T; N]\n  field c : Float<D*V*s^-2>\n"
    ),
    (
      "struct P { x: Int\n mutating fn f(by n: inout Int = 1) { } }",
      "struct P\n  field x : Int\n  mutating fn f (by n: inout Int = 1)\n"
    ),
    (
      "interface I { kernel on(); kernel f(d: Duration) -> Int }",
      "interface I\n  kernel on ()\n  kernel f (d: Duration) -> Int\n"
    ),
    (
      "driver D: A, B { field c: Channel\n resident n: Int = 0\n kernel k() { } }",
      "driver D : A, B\n  field c : Channel\n  resident n : Int = 0\n  kernel k ()\n"
    ),
    (
      "part P { device d: TTLIn\n use q: m.Q(d: d, n: 3)\n prepare { } }",
      "part P\n  device d : TTLIn\n  use q : m.Q d: d n: 3\n  prepare\n"
    ),
    ("seamless kernel k() { }\nhost fn h() { }", "seamless kernel k ()\nhost fn h ()\n"),
    (
      "fn f<D>(g: (Int, Float<D>) -> (Int?, [[D]]), h: () -> ()) -> (Int) -> Int { }",
      "fn f <D>(g: ((Int, Float<D>) -> (Int?, [[D]])), h: (() -> ())) -> ((Int) -> Int)\n"
    ),
    ("test \"a {{b}}\" { }", "test \"a {{b}}\"\n"),
  ])
  func declarations(_ text: String, _ dump: String) {
    let parsed = Parsed(text)
    #expect(parsed.faults == [])
    #expect(parsed.dump == dump)
  }

  @Test(arguments: [
    ("device a, b: DDS", "device a, b : DDS"),
    ("device x: TTLOut = \"ttl4\"", "device x : TTLOut = \"ttl4\""),
    ("arg n: Int", "arg n : Int"), ("arg n: Int = 1 in 1...5", "arg n : Int = 1 in (... 1 5)"),
    ("arg n: Bool = (1 in xs)", "arg n : Bool = (paren (in 1 xs))"),
    ("arg f: Frequency = 0 Hz in -5 MHz...5 MHz", "arg f : Frequency = 0_Hz in (... -5_MHz 5_MHz)"),
    ("dataset d: [Float] over p, 0..<10 error e", "dataset d : [Float] over p, (..< 0 10) error e"),
    ("dataset error: Int", "dataset error : Int"), ("var use = 1", "var use = 1"),
    ("var test: Int = 1", "var test : Int = 1"),
    ("resident field: Angle = 0 turn", "resident field : Angle = 0_turn"),
    ("const over: Int = 1", "const over : Int = 1"),
    ("shared at: Int = 3 at \"k\"", "shared at : Int = 3 at \"k\""), ("error run", "error run"),
    ("use arg: P", "use arg : P"), ("device device: DDS", "device device : DDS"),
  ])
  func members(_ text: String, _ dump: String) {
    let parsed = Parsed("experiment E {\n\(text)\nrun { }\n}")
    #expect(parsed.faults == [])
    #expect(parsed.dump == "experiment E\n  \(dump)\n  run\n")
  }

  @Test(arguments: [
    ("let run = 3", "let 'run = 3"), ("run = run + 1", "(= run (+ run 1))"),
    ("test = 1", "(= test 1)"),
    ("over.at(field)", "(call (. over at) field)"), ("parallel = 1", "(= parallel 1)"),
    ("critical()", "(call critical)"),
    ("let error: Int = 1", "let 'error : Int = 1"), ("record.play()", "(call (. record play))"),
    ("at(now() + 3 us)", "(call at (+ (call now) 3_us))"),
    ("prepare(1)", "(call prepare 1)"), ("self += 1", "(+= self 1)"),
    ("f(run: 1, device: 2)", "(call f run: 1 device: 2)"),
    ("f(\nrun: 1,\narg: arg,\nshared\n)", "(call f run: 1 arg: arg shared)"),
    ("by = as", "(= by as)"),
  ])
  func contextualWordsAreNames(_ body: String, _ dump: String) {
    #expect(statements(body) == [dump])
  }

  @Test func bodies() {
    #expect(
      statements("if let a = f(), let (b, _) = g(a), b > 1 { }") == [
        "if let 'a = (call f), let ('b, _) = (call g a), (> b 1)"
      ])
    #expect(statements("while record { break }") == ["while record", "  break"])
    #expect(statements("parallel for (i, j) in xs { }") == ["parallel for ('i, 'j) in xs"])
    #expect(
      statements("match e { case circle(let r), .dot: a(); b()\ncase 1...2 if c: d() else: ; }")
        == [
          "match e", "  case .circle('r), .dot", "    (call a)", "    (call b)",
          "  case (... 1 2) if c", "    (call d)",
          "  else",
        ])
    #expect(
      statements("try { } catch Underflow as e { } catch Busy, m.Lost { } catch as e { throw }")
        == [
          "try", "catch Underflow as e", "catch Busy, m.Lost", "catch as e", "  throw",
        ])
    #expect(statements("(a, b[0].c) = f()") == ["(= (tuple a (. (index b 0) c)) (call f))"])
    #expect(
      statements("a **= 2; b &+= 1; c <<= 3; d @= e") == [
        "(**= a 2)", "(&+= b 1)", "(<<= c 3)", "(@= d e)",
      ])
    #expect(
      statements("fn g(x: Int) -> Int { return x }\nsend log(1)\npreload a, p.b") == [
        "fn g (x: Int) -> Int", "  return x", "send (call log 1)", "preload a, p.b",
      ])
  }

  @Test func documentationBelongsToTheNextDeclaration() {
    let parsed = Parsed(
      "## The file.\nimport fit\n# plain\nexperiment E {\n  ## Shots,\n  ##   twice.\n  arg n: Int = 1 ## not this\n  #### nor this\n  run { }\n}\n## F.\nfn f() { }\n"
    )
    #expect(parsed.faults == [])
    #expect(
      parsed.dump
        == "import fit\n## \"The file.\"\nexperiment E\n  ## \"Shots,\\n  twice.\"\n  arg n : Int = 1\n  run\n## \"F.\"\nfn f ()\n"
    )
  }
}
