import Diagnostics
import Formatting
import Syntax
import TestKit
import Testing

/// `larmor format` on the programs of the repository, and on what it is for.
@Suite struct FormattingTests {
  private static let programs =
    (Repository.files(below: "Tests/Programs", endingIn: ".exp")
    + Repository.files(below: "examples", endingIn: ".exp")
    + Repository.files(below: "stdlib", endingIn: ".exp")).filter { parsed($0).isClean }

  private static func parsed(_ path: String) -> (isClean: Bool, tree: ParsedModule?) {
    var sources = SourceSet()
    let source = sources.add(Source(name: path, bytes: Repository.bytes(of: path) ?? []))
    let parsed = parse(source, in: sources)
    return (!parsed.hasErrors, parsed.value)
  }

  private static func formatted(_ bytes: [UInt8]) -> [UInt8]? {
    var sources = SourceSet()
    let source = sources.add(Source(name: "x", bytes: bytes))
    switch format(source, in: sources) {
    case .success(let result): return result
    case .failure(let failure):
      Issue.record("\(failure)")
      return nil
    }
  }

  private static func comments(_ bytes: [UInt8]) -> [String] {
    var sources = SourceSet()
    let source = sources.add(Source(name: "x", bytes: bytes))
    return lex(source, in: sources).trivia.map { comment in
      var text = String(
        decoding: bytes[Int(comment.start)..<Int(comment.end)], as: UTF8.self)
      while text.last == " " { text.removeLast() }
      return text
    }
  }

  /// The tokens of a program but for its semicolons, those taken apart that may be several.
  private static func tokens(_ bytes: [UInt8]) -> [String] {
    var sources = SourceSet()
    let source = sources.add(Source(name: "x", bytes: bytes))
    var texts: [String] = []
    for token in lex(source, in: sources).tokens where token.kind != .semicolon {
      var text = String(decoding: bytes[Int(token.start)..<Int(token.end)], as: UTF8.self)[...]
      while text.count > 1, let first = text.first, first == ">" || first == "?" {
        texts.append(String(first))
        text.removeFirst()
      }
      texts.append(String(text))
    }
    return texts
  }

  private static func expectSame(_ bytes: [UInt8], _ name: String) {
    guard let once = formatted(bytes) else {
      Issue.record("\(name) is not formatted")
      return
    }
    let isIdempotent = formatted(once) == once
    #expect(isIdempotent, "\(name) is formatted otherwise the second time")
    #expect(comments(once) == comments(bytes), "\(name) loses comments")
    #expect(tokens(once) == tokens(bytes), "\(name) has other tokens")
  }

  /// Formatting changes nothing that means anything, and nothing at all the second time.
  @Test func isIdempotentAndKeepsEverything() throws {
    #expect(Self.programs.count > 150)
    for path in Self.programs {
      Self.expectSame(try #require(Repository.bytes(of: path)), path)
    }
    for seed in 0..<300 {
      Self.expectSame(Array(ProgramGenerator.program(seed: UInt64(seed)).utf8), "program \(seed)")
    }
  }

  /// Every program of the repository that parses stands as the formatter writes it, those in the
  /// pages of the reference too.
  @Test func allProgramsAreFormatted() throws {
    for path in Self.programs {
      let bytes = try #require(Repository.bytes(of: path))
      let isFormatted = Self.formatted(bytes) == bytes
      #expect(isFormatted, "run `larmor format \(path)`")
    }
    var pageProgramCount = 0
    for page in ReferencePage.all {
      for program in page.programs {
        let bytes = Array(program.text.utf8)
        var sources = SourceSet()
        let source = sources.add(Source(name: program.path, bytes: bytes))
        guard !parse(source, in: sources).hasErrors else { continue }
        pageProgramCount += 1
        let isFormatted = Self.formatted(bytes) == bytes
        #expect(isFormatted, "\(program.path) is not formatted")
      }
    }
    #expect(pageProgramCount > 100)
  }

  /// The same for programs that were thrown about.
  @Test func thrownAboutProgramsComeBack() throws {
    var numbers = SplitMix(seed: 4)
    for path in Self.programs where !path.contains("/parse/") && !path.contains("/lex/") {
      let bytes = try #require(Repository.bytes(of: path))
      let wanted = try #require(Self.formatted(bytes))
      var thrown: [UInt8] = []
      var isAtStart = true
      for byte in wanted {
        if byte == 0x0A {
          isAtStart = true
          thrown.append(byte)
          if numbers.below(4) == 0, thrown.dropLast().last == 0x0A { thrown.append(0x0A) }
          thrown += [UInt8](repeating: 0x20, count: numbers.below(7))
        } else if byte == 0x20, isAtStart {
          continue
        } else {
          isAtStart = false
          thrown.append(byte)
        }
      }
      let result = Self.formatted(thrown)
      #expect(
        result.map(Self.withoutMargins) == Self.withoutMargins(wanted), "\(path)")
    }
  }

  /// `text` without the distances between code and the comments behind it, which are the author's.
  private static func withoutMargins(_ text: [UInt8]) -> String {
    let lines = String(decoding: text, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    return lines.map { line -> String in
      let parts = line.split(separator: " #", omittingEmptySubsequences: false)
      return parts.map { part in
        var part = part
        while part.last == " " { part.removeLast() }
        return String(part)
      }.joined(separator: " #")
    }.joined(separator: "\n")
  }

  @Test func spacesAndIndentation() {
    let before = """
      #!/usr/bin/env larmor
      import   fit


      fn f<T:Ordered,N>( xs:[T;N] , k : Float<V/us>= 2V/us)->[[T]]{
      let a=-1+- 2*~b[ i ]  # one
      let bb = f (x,y : & z)  # two

      // three
      return g( [ 1,2 ,] ,(a,), 10   us, {1:2} )
      }
      enum E{a,b ( Int )
      c}
      experiment X{
      arg n:Int=1 in 1 ... 10

      device beams:[TTLOut;2]=["ttl0","ttl1"]
      run{
      match n{
      case 1,2:print( "{ n :.2f} {f( "{a+1}" )}" )
      # about 3
      case let k if k>3:
      if k == 4{return}
      else{
      foo(1,
      2
      )
      }
      else:pass()
      }
      let y=a .b
      .c(1)
      let z=a+
      b
      for i in 0 ..< n by 2{}
      }
      }
      """
    let after = """
      #!/usr/bin/env larmor
      import fit

      fn f<T: Ordered, N>(xs: [T; N], k: Float<V/us> = 2 V/us) -> [[T]] {
          let a = -1 + - 2 * ~b[i]  # one
          let bb = f(x, y: &z)  # two

          # three
          return g([1, 2,], (a,), 10 us)
      }
      enum E {
          a, b(Int)
          c
      }
      experiment X {
          arg n: Int = 1 in 1...10

          device beams: [TTLOut; 2] = ["ttl0", "ttl1"]
          run {
              match n {
                  case 1, 2: print("{n:.2f} {f("{a + 1}")}")
                  # about 3
                  case let k if k > 3:
                      if k == 4 { return }
                      else {
                          foo(1,
                              2
                          )
                      }
                  else: pass()
              }
              let y = a.b
                  .c(1)
              let z = a +
                  b
              for i in 0..<n by 2 { }
          }
      }

      """
    let text = before.replacingOccurrences("// three", "# three").replacingOccurrences(
      ", 10   us, {1:2} ", ", 10 us ")
    let result = Self.formatted(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
    #expect(result == after)
  }

  private static func text(_ program: String) -> String? {
    formatted(Array(program.utf8)).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test func bodiesStandBelowTheirHeads() {
    let before = """
      fn f(
      a: Int,
      b: Int
      ) -> Int {
      return a
      }
      fn g(a: Int,
      b: Int) -> Int { if a > 1 and
      b > 2 {
      return a } else { return b
      }
      }
      fn h(a: [Int]) -> [Int] {
      return a.map(fn(x: Int) -> Int { let y = x
      return y }).filter(
      fn(x: Int) -> Bool {
      return x > 1
      })
      }
      fn k(a: Int) { for i in 0..<a { while true { break  # out
      } } }  # end
      """
    let after = """
      fn f(
          a: Int,
          b: Int
      ) -> Int {
          return a
      }
      fn g(a: Int,
          b: Int) -> Int {
          if a > 1 and
              b > 2 {
              return a
          } else {
              return b
          }
      }
      fn h(a: [Int]) -> [Int] {
          return a.map(fn(x: Int) -> Int {
              let y = x
              return y
          }).filter(
              fn(x: Int) -> Bool {
                  return x > 1
              })
      }
      fn k(a: Int) {
          for i in 0..<a {
              while true {
                  break  # out
              }
          }
      }  # end

      """
    #expect(Self.text(before) == after)
  }

  @Test func semicolonsThatSeparateNothingGo() {
    let before = """
      fn f() {
      let a = 1;let b = 2 ;  # one
      ; g(a);; g(b);
      for i in [0 ;3] { ; g(i) ; }
      g(1);
      .x
      };
      """
    let after = """
      fn f() {
          let a = 1; let b = 2  # one
          g(a); g(b)
          for i in [0; 3] { g(i) }
          g(1);
          .x
      }

      """
    #expect(Self.text(before) == after)
  }

  @Test func signsStayApart() {
    #expect(
      Self.text("const a: Int = - -1\nconst b: Int = -(-1) - -x\nconst c: Bool = f(& -x)\n")
        == "const a: Int = - -1\nconst b: Int = -(-1) - -x\nconst c: Bool = f(& -x)\n")
  }

  @Test func whatOtherEditorsLeaveBehindGoes() {
    let before = "\u{FEFF}#!/usr/bin/larmor\r\n\r\n\r\nfn f() {\r\n\tg(1)\t# c\t\r\n\r\n\t}"
    #expect(Self.text(before) == "#!/usr/bin/larmor\n\nfn f() {\n    g(1) # c\n}\n")
    #expect(Self.text("") == "")
    #expect(Self.text("\n\n") == "")
    #expect(Self.text("# only this") == "# only this\n")
    let long = "const a: [Int] = [" + (0..<2000).map(String.init).joined(separator: ", ") + "]\n"
    #expect(Self.text(long) == long)
  }

  @Test func commentsStayWhereTheyAre() {
    let before = """
      # top
      fn f(  # a
      # b
      x: Int  # c
      # d
      ) {
      if x > 1 {
      # e
      }
      # f
      else {}
      g([  # h
      1,
      # i
      ])
      match x {
      # j
      case 1: g(1)
      # k
      case 2:
      g(2)
      # l
      else: g(3)
      # m
      }
      # n
      }
      # end
      """
    let after = """
      # top
      fn f(  # a
          # b
          x: Int  # c
          # d
      ) {
          if x > 1 {
              # e
          }
          # f
          else { }
          g([  # h
              1,
              # i
          ])
          match x {
              # j
              case 1: g(1)
              # k
              case 2:
                  g(2)
              # l
              else: g(3)
                  # m
          }
          # n
      }
      # end

      """
    #expect(Self.text(before) == after)
  }

  @Test func programsWithMistakesAreLeftAlone() {
    var sources = SourceSet()
    let source = sources.add(Source(name: "x", text: "fn f( {\n"))
    guard case .failure(.syntax(let diagnostics)) = format(source, in: sources) else {
      Issue.record("it was formatted")
      return
    }
    #expect(!diagnostics.isEmpty)
  }
}

extension String {
  fileprivate func replacingOccurrences(_ part: String, _ other: String) -> String {
    var result = ""
    var rest = self[...]
    while !rest.isEmpty {
      if rest.hasPrefix(part) {
        result += other
        rest = rest.dropFirst(part.count)
      } else {
        result.append(rest.removeFirst())
      }
    }
    return result
  }
}
