/// Writes programs at random whose functions call each other, and themselves up to where calls nest
/// too deeply: small and large ones, with choices, loops and errors, on the timeline and not.
///
/// The same seed makes the same program. Each calls itself, or one further down, once on each way,
/// so that all of them end.
package struct CallProgramGenerator {
  private var numbers: SplitMix
  private var lines: [String] = []
  private var indentation = 0
  private var nameCount = 0
  /// What has been written, by name: whether it works on the timeline.
  private var plain: [String] = []
  private var timed: [String] = []

  /// The program that belongs to `seed`, one experiment called `Calls`.
  package static func program(seed: UInt64) -> String {
    var generator = CallProgramGenerator(numbers: SplitMix(seed: seed))
    generator.writeProgram()
    return generator.lines.joined(separator: "\n") + "\n"
  }

  private mutating func line(_ text: String) {
    lines.append(String(repeating: "    ", count: indentation) + text)
  }

  private mutating func block(_ head: String, _ body: (inout CallProgramGenerator) -> Void) {
    line(head + " {")
    indentation += 1
    body(&self)
    indentation -= 1
    line("}")
  }

  private mutating func writeProgram() {
    line("fn heaviest(xs: [Int], n: Int) -> Int { return xs[n % xs.count] &+ n }")
    line("fn both(n: Int, x: Float) -> (Int, Float) { return (n &+ 2, x + 0.5) }")
    line("fn swapped(a: Int, b: Int) -> (Int, Int) { return (b, a) }")
    for _ in 0..<2 + numbers.below(3) { writeFunction("fn", "f", isTimed: false) }
    block("experiment Calls") { generator in
      generator.line("device ttl0: TTLOut")
      for _ in 0..<1 + generator.numbers.below(2) {
        generator.writeFunction("kernel", "g", isTimed: true)
      }
      generator.writeMeasurement()
      generator.writeRun()
    }
  }

  private mutating func writeFunction(_ keyword: String, _ stem: String, isTimed: Bool) {
    nameCount += 1
    let name = "\(stem)\(nameCount)"
    block("\(keyword) \(name)(n: Int, xs: [Int]) -> Int") { generator in
      let end = generator.numbers.pick(["n", "1", "xs[0]", "heaviest(xs, 3)"])
      generator.line("if n <= 0 { return \(end) }")
      generator.line("var s = n % 5")
      for _ in 0..<generator.numbers.below(4) { generator.writeStatement(name, isTimed, depth: 0) }
      generator.writeEnd(name, isTimed)
    }
    if isTimed { timed.append(name) } else { plain.append(name) }
  }

  /// A call of what has been written before, which does not go down far.
  private mutating func shallow(_ isTimed: Bool) -> String {
    let name = (isTimed ? plain + timed : plain).randomElement(using: &numbers)
    guard let name else { return "heaviest(xs, s)" }
    return "\(name)(\(numbers.pick(["0", "1", "2", "s % 3"])), xs)"
  }

  private mutating func writeStatement(_ name: String, _ isTimed: Bool, depth: Int) {
    switch numbers.below(depth < 1 ? 12 : 8) {
    case 0: line("s = s &+ heaviest(xs, s)")
    case 1: line("s = s &* 3 &+ \(shallow(isTimed))")
    case 2:
      nameCount += 1
      line("let (a\(nameCount), b\(nameCount)) = swapped(s, n)")
      line("s = a\(nameCount) &- b\(nameCount) // 2")
    case 3:
      nameCount += 1
      line("let (c\(nameCount), y\(nameCount)) = both(s, 0.25)")
      line("if y\(nameCount) > 0.5 { s = c\(nameCount) }")
    case 4: line("s = s &+ 60 // (n % \(numbers.pick(["7", "50", "1000"])) &+ \(numbers.below(2)))")
    case 5: line("s = s &+ n")
    case 6 where isTimed: line("ttl0.pulse(\(100 + 10 * numbers.below(9)) ns)")
    case 7 where isTimed: line("delay(\(1 + numbers.below(4)) us)")
    case 8:
      block("if s % 3 == n % 2") { $0.writeStatement(name, isTimed, depth: depth + 1) }
    case 9:
      nameCount += 1
      block("for r\(nameCount) in 0..<\(1 + numbers.below(3))") {
        $0.writeStatement(name, isTimed, depth: depth + 1)
      }
    case 10:
      block("try") { $0.writeStatement(name, isTimed, depth: depth + 1) }
      line("catch DivisionByZero { s = 7 }")
    default: line("s = (s &+ 1) % 1_000_003")
    }
  }

  /// The way further down.
  private mutating func writeEnd(_ name: String, _ isTimed: Bool) {
    let other = (isTimed ? plain + timed : plain).randomElement(using: &numbers) ?? name
    let deeper = "\(name)(n - 1, xs)"
    switch numbers.below(6) {
    case 0: line("return s % 97 &+ \(deeper)")
    case 1: line("return \(deeper)")
    case 2:
      line("if n % 2 == 0 { return s % 11 &+ \(deeper) }")
      line("return \(deeper) &- 1")
    case 3:
      line("if n % 3 == 0 { return \(other)(n - 1, xs) }")
      line("return 1 &+ \(deeper)")
    case 4:
      line("let below = \(deeper)")
      line("return below &+ \(shallow(isTimed))")
    default: line("return heaviest(xs, s) &+ \(deeper)")
    }
  }

  private mutating func writeMeasurement() {
    block("kernel measure(first: Int, last: Int) -> [Int]") { generator in
      generator.line("let xs = [3, 5, 8]")
      generator.line("var sums: [Int] = []")
      generator.block("for n in first..<last") {
        $0.line("realtime()")
        for name in $0.plain + $0.timed {
          $0.line("try { sums.append(\(name)(n, xs)) }")
          $0.line("catch StackOverflow { sums.append(-1) }")
          $0.line("catch DivisionByZero { sums.append(-2) }")
          $0.line("catch { sums.append(-3) }")
        }
      }
      generator.line("return sums")
    }
    block("kernel fail(n: Int) -> Int") { generator in
      let name = (generator.plain + generator.timed).randomElement(using: &generator.numbers)
      generator.line("realtime()")
      generator.line("return \(name ?? "heaviest")(n, [1, 2])")
    }
  }

  private mutating func writeRun() {
    block("run") { generator in
      generator.line("print(\"{measure(0, 6)}\")")
      generator.line("print(\"{measure(1_019, 1_025)}\")")
      for name in generator.plain {
        generator.line("try { print(\"{\(name)(30, [2, 4])}\") } catch { print(\"failed\") }")
      }
      generator.line("print(\"{fail(2_000)}\")")
    }
  }
}
