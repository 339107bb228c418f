/// Writes programs at random that load and store parts of arrays' elements, by indices that may be
/// the same or wrong, with errors, calls, choices and loops between.
///
/// The same seed makes the same program.
package struct ElementProgramGenerator {
  private var numbers: SplitMix
  private var lines: [String] = []
  private var indentation = 1
  private var nameCount = 0

  /// The program that belongs to `seed`, one experiment called `Elements`.
  package static func program(seed: UInt64) -> String {
    var generator = ElementProgramGenerator(numbers: SplitMix(seed: seed))
    for _ in 0..<12 + generator.numbers.below(12) { generator.writeStatement(depth: 0) }
    return head + generator.lines.joined(separator: "\n") + "\n" + tail
  }

  private static let head = """
    struct Body {
        a: Float = 1.5
        b: Float = 2.5
        n: Int = 3
        c: Float = 3.5
        isHeavy: Bool = false
        d: Float = 4.5
    }
    fn touch(ps: inout [Body], i: Int) { ps[i].a = ps[i].a + 1.0 }
    fn heaviest(ps: [Body]) -> Float { return ps[0].a + ps[0].c }
    fn work(ps: inout [Body], qs: inout [Body], i: Int, j: Int, z: Int) -> Float {
        var s = 0.25
        var t = 0.75
        var k = i

    """

  private static let tail = """
        return s + t + Float(k)
    }
    fn made(x: Float) -> [Body] {
        return [Body(a: x), Body(b: x * 3.0), Body(c: x * 5.0), Body(d: x * 7.0)]
    }
    experiment Elements {
        kernel measure(i: Int, j: Int, z: Int) -> Float {
            var ps = made(1.25)
            var qs = made(2.25)
            var sum = 0.0
            try { sum = work(&ps, &qs, i, j, z) } catch { sum = -1.0 }
            for p in ps + qs {
                sum = sum * 0.5 + p.a + p.b * 2.0 + p.c * 4.0 + p.d * 8.0 + Float(p.n)
            }
            return sum
        }
        run {
            for (i, j, z) in [(0, 1, 1), (1, 1, 2), (2, 1, 0), (0, 5, 1), (3, 0, 1)] {
                print("{measure(i, j, z)}")
                var ps = made(1.25)
                var qs = made(2.25)
                try { print("{work(&ps, &qs, i, j, z)}") } catch { print("failed") }
                print("{ps} {qs}")
            }
            var ps = made(0.5)
            var qs = ps
            print("{work(&ps, &qs, 3, 3, 0)}")
        }
    }

    """

  private mutating func line(_ text: String) {
    lines.append(String(repeating: "    ", count: indentation) + text)
  }

  private mutating func place() -> String {
    let array = numbers.pick(["ps", "ps", "ps", "qs"])
    return "\(array)[\(numbers.pick(["i", "i", "i", "j", "j", "k", "0", "1"]))]"
  }

  private mutating func part() -> String { "\(place()).\(numbers.pick(["a", "b", "c", "d"]))" }

  private mutating func value() -> String {
    numbers.pick(["s", "t", "s * 0.5", "s - t", "t * 0.25 + s", "0.125", part(), part() + " * 0.5"])
  }

  private mutating func writeStatement(depth: Int) {
    switch numbers.below(depth < 2 ? 26 : 22) {
    case 0...4: line("\(part()) = \(value())")
    case 5...7: line("\(part()) \(numbers.pick(["+=", "-="])) \(value())")
    case 8...10: line("s = \(value()) - \(part()) * 0.5")
    case 11...13: line("t = \(part()) * 0.5 + \(part()) * 0.25")
    case 14: line("\(place()).n = \(numbers.pick(["k", "i + j", "10 // z"]))")
    case 15: line("\(place()).isHeavy = s > t or \(place()).isHeavy")
    case 16: line("k = \(numbers.pick(["i", "j", "k + 1", "\(place()).n % 4", "10 // z"]))")
    case 17:
      nameCount += 1
      line("let whole\(nameCount) = \(place())")
      line("s = s * 0.5 + whole\(nameCount).a - whole\(nameCount).d")
    case 18: line("\(place()) = Body(a: s, c: t)")
    case 19: line("touch(&ps, \(numbers.pick(["i", "j", "k"])))")
    case 20:
      line(numbers.pick(["ps.append(qs[i])", "ps = qs", "t = heaviest(qs)", "(s, t) = (t, s)"]))
    case 21: line("s = s * 0.5 + Float(10 // z)")
    case 22: writeBlock("if s > t", depth)
    case 23:
      nameCount += 1
      writeBlock("for r\(nameCount) in 0..<2", depth)
    case 24:
      writeBlock("try", depth)
      writeBlock("catch DivisionByZero", depth)
    default: writeBlock("if k == j", depth)
    }
  }

  private mutating func writeBlock(_ head: String, _ depth: Int) {
    line(head + " {")
    indentation += 1
    for _ in 0...numbers.below(4) { writeStatement(depth: depth + 1) }
    indentation -= 1
    line("}")
  }
}
