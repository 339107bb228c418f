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

  /// Formatting changes nothing that means anything, and nothing at all the second time.
  @Test func isIdempotentAndKeepsEverything() throws {
    #expect(Self.programs.count > 150)
    for path in Self.programs {
      let bytes = try #require(Repository.bytes(of: path))
      let once = try #require(Self.formatted(bytes), "\(path)")
      #expect(Self.formatted(once) == once, "\(path) is formatted otherwise the second time")
      #expect(Self.comments(once) == Self.comments(bytes), "\(path) loses comments")
    }
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
      case 1,2:print( "{n :.2f}" )
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
      enum E { a, b(Int)
          c }
      experiment X {
          arg n: Int = 1 in 1...10

          device beams: [TTLOut; 2] = ["ttl0", "ttl1"]
          run {
              match n {
                  case 1, 2: print("{n :.2f}")
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
