import Bytecode
import TestKit
import Testing

/// Bodies of small functions stand in place of their calls, and nothing but the code shows it.
///
/// That programs do the same is what the other tests compare; here, that it is done at all, and
/// where it must not be.
@Suite struct InliningTests {
  /// The image of the only kernel of an experiment with a device, made of `text`.
  private func kernel(_ text: String) throws -> ImageContents {
    let images = loweredImages(of: text, at: "inlining.exp")
    return try #require(images.first { $0.profile == .kernel }, "\(text)")
  }

  private func count(_ opcode: Opcode, in function: FunctionContents) -> Int {
    instructions(of: function).filter { $0.opcode == opcode }.count
  }

  private func instructions(of function: FunctionContents) -> [Instruction] {
    var instructions: [Instruction] = []
    var place = 0
    while place < function.code.count {
      let instruction = Instruction(function.code[place])
      guard let opcode = instruction.opcode else { break }
      instructions.append(instruction)
      place += ImageFormat.wordCount(of: opcode, instruction.word)
    }
    return instructions
  }

  @Test func driversAndSmallFunctionsAreInPlaceOfTheirCalls() throws {
    let image = try kernel(
      """
      fn later(t: Duration) -> Duration { return twice(t) + 1 us }
      fn twice(t: Duration) -> Duration { return t + t }
      experiment X {
          device ttl0: TTLOut
          kernel go(n: Int) {
              for i in 0..<n { ttl0.pulse(later(5 us)) }
          }
          run { go(3) }
      }

      """)
    #expect(image.functions.map(\.name) == ["X.go"])
    #expect(count(.call, in: image.functions[0]) == 0)
    #expect(
      count(.output, in: image.functions[0]) + count(.outputExtended, in: image.functions[0]) > 0)
    // Calls are not too deep anywhere, and nobody asks.
    #expect(count(.deepen, in: image.functions[0]) == 0)
    let names = Set(image.inlinedCalls.map(\.name))
    #expect(names.isSuperset(of: ["later", "twice"]), "\(names)")
    let inner = try #require(image.inlinedCalls.first { $0.name == "twice" && $0.outer != nil })
    let outer = try #require(inner.outer.map { image.inlinedCalls[Int($0)] })
    #expect((outer.name, outer.line, inner.line) == ("later", 6, 1))
  }

  @Test func recursionIsInPlaceOfItsCallsOnceAndAsksOnceWhetherItIsTooDeep() throws {
    let image = try kernel(
      """
      fn fib(n: Int) -> Int {
          if n < 2 { return n }
          return fib(n - 1) + fib(n - 2)
      }
      experiment X {
          kernel go(n: Int) -> Int { return fib(n) }
          run { print(go(5)) }
      }

      """)
    let fib = try #require(image.functions.first { $0.name == "fib" })
    let calls = instructions(of: fib).filter { $0.opcode == .call }
    #expect(calls.count == 4)
    #expect(calls.allSatisfy { $0.a == ImageFormat.callField(1, deeper: 1) })
    #expect(count(.deepen, in: fib) == 1)
  }

  @Test func whatCatchesOwnsArraysOrIsLargeIsCalled() throws {
    let sums = (0..<40).map { "    s = s &* 3 &+ n // \($0 + 2)" }.joined(separator: "\n")
    let image = try kernel(
      """
      fn catching(n: Int) -> Int {
          try { return 10 // n } catch { return 0 }
      }
      fn owning(n: Int) -> Int {
          var xs = [n, n + 1]
          xs.append(n)
          return xs[n]
      }
      fn large(n: Int) -> Int {
          var s = n
      \(sums)
          return s
      }
      experiment X {
          kernel go(n: Int) -> Int {
              return catching(n) + owning(n) + large(n) + large(n + 1)
          }
          run { print(go(1)) }
      }

      """)
    #expect(Set(image.functions.map(\.name)) == ["X.go", "catching", "owning", "large"])
    #expect(count(.call, in: image.functions[0]) == 4)
  }

  /// A function may call many that each have room by themselves.
  @Test func whatWouldBecomeTooLargeCallsTheRest() throws {
    let helpers = (0..<40).map { number in
      let sums = (0..<7).map { "    let v\($0) = n &+ \($0 + number) // m" }.joined(
        separator: "\n")
      let sum = (0..<7).map { "v\($0)" }.joined(separator: " &+ ")
      return "fn f\(number)(n: Int, m: Int) -> Int {\n\(sums)\n    return \(sum)\n}"
    }.joined(separator: "\n")
    let calls = (0..<40).map { "        s = s &+ f\($0)(s, n) &+ f\($0)(n, s)" }
      .joined(separator: "\n")
    let image = try kernel(
      """
      \(helpers)
      experiment X {
          kernel go(n: Int) -> Int {
              var s = 1
      \(calls)
              return s
          }
          run { print(go(1)) }
      }

      """)
    let main = image.functions[0]
    #expect(count(.call, in: main) > 0 && count(.call, in: main) < 80)
    #expect(main.slots.count <= 128, "a device has a KiB for each call")
  }
}
