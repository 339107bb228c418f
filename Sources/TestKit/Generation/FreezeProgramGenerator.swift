/// Writes programs at random that are biased towards what could break the freeze rule: kernels with
/// shared captures as fine as fields and elements, that call each other and the host; writes in
/// callees, through `inout`, in loops, branches, `try` and recursion; `preload` anywhere.
///
/// What they compute does not matter, and most of them break the rule. The same seed makes the same
/// program.
package struct FreezeProgramGenerator {
  /// A kernel, and what it captures as it was written down while its body was made.
  package struct Kernel: Sendable {
    package let name: String
    /// As a user writes them: `s.p`, `xs[0]`, `xs[_]` where the index is computed, `xs.count`.
    package var captures: Set<String> = []
  }

  private var numbers: SplitMix
  private var lines: [String] = []
  private var indentation = 0
  private var kernels: [Kernel] = []
  private var loudFunctions: [String] = []
  private var loopDepth = 0
  /// How many more statements the function may have.
  private var budget = 0
  /// Whether the function may start and compile kernels.
  private var isLoud = false
  /// The `inout` parameter of the function, if it has one.
  private var lent: String?
  private var nextName = 0
  /// The kernels that the function with the `inout` parameter starts, and what may be lent to it:
  /// what none of them captures.
  private var startedWhileLent: [String] = []
  private var lendable: [String] = []
  private var kernelNames: [String] = []
  private var resultText = "return 1"
  /// Whether kernels lend variables of the host to what they have it run.
  private let kernelsLend: Bool

  private init(seed: UInt64, kernelsLend: Bool) {
    numbers = SplitMix(seed: seed)
    self.kernelsLend = kernelsLend
  }

  /// The program that belongs to `seed`, one experiment called `Generated`, and its kernels.
  ///
  /// Unless `kernelsLend` they lend no variables of the host; the programs are others then.
  package static func program(
    seed: UInt64, kernelsLend: Bool = true
  ) -> (text: String, kernels: [Kernel]) {
    var generator = FreezeProgramGenerator(seed: seed, kernelsLend: kernelsLend)
    generator.writeProgram()
    return (generator.lines.joined(separator: "\n") + "\n", generator.kernels)
  }

  private mutating func chance(_ part: Int, of whole: Int) -> Bool { numbers.below(whole) < part }

  private mutating func newName(_ stem: String) -> String {
    nextName += 1
    return "\(stem)\(nextName)"
  }

  private mutating func line(_ text: String) {
    lines.append(String(repeating: "    ", count: indentation) + text)
  }

  private mutating func block(_ head: String, _ body: (inout FreezeProgramGenerator) -> Void) {
    line(head + " {")
    indentation += 1
    body(&self)
    indentation -= 1
    line("}")
  }

  private mutating func writeProgram() {
    line("error Trouble")
    block("struct Pair") {
      $0.line("p: Int = 0")
      $0.line("q: Int = 0")
      $0.block("mutating fn bump()") { $0.line("p += 1") }
      $0.block("mutating fn clear()") {
        $0.line("p = 0")
        $0.line("q = 0")
      }
    }
    block("fn first(pair: Pair) -> Int") { $0.line("return pair.p") }
    block("fn shift(pair: inout Pair)") { $0.line("pair.q = 3") }
    block("fn poke(ts: inout [Int])") { $0.line("ts[0] = 4") }
    block("fn grow(ts: inout [Int])") { $0.line("ts.append(1)") }
    block("experiment Generated") { $0.writeExperiment() }
  }

  private mutating func writeExperiment() {
    line("device led: TTLOut")
    line("arg n: Int = 2")
    line("var a = 1")
    line("var b = 2")
    line("var s = Pair()")
    line("var t = (1, 2)")
    line("var xs = [1, 2, 3]")
    if chance(1, of: 2) {
      block("prepare") { $0.line("var w = n + 1") }
    } else {
      line("var w = 5")
    }
    block("host fn quiet0()") { $0.writeBody(loud: false, result: "return") }
    block("host fn quiet1()") { $0.writeBody(loud: false, result: "return") }
    if kernelsLend {
      lent = "x"
      block("host fn relay(x: inout Int)") { $0.writeBody(loud: false, result: "return") }
      lent = nil
    }
    let count = 1 + numbers.below(4)
    // From the last on, so that each can call those behind it.
    var written: [[String]] = []
    for number in (0..<count).reversed() {
      let start = lines.count
      writeKernel("k\(number)")
      written.append(Array(lines[start...]))
      lines.removeLast(lines.count - start)
    }
    kernels.reverse()
    for kernel in written.reversed() { lines += kernel }
    kernelNames = kernels.map(\.name)
    startedWhileLent = [numbers.pick(kernels).name]
    let captured = kernels.filter { startedWhileLent.contains($0.name) }.flatMap(\.captures)
    lendable = ["a", "b", "w", "s.p", "s.q", "t.1", "xs[0]", "xs[n]"].filter { place in
      !captured.contains { $0.prefix { $0.isLetter } == place.prefix { $0.isLetter } }
    }
    loudFunctions = (0..<numbers.below(4)).map { "f\($0)" }
    for name in loudFunctions {
      block("host fn \(name)(c: Bool) -> Int") { $0.writeBody(loud: true, result: "return 1") }
    }
    lent = "x"
    // The kernels known to `writeStatement` are those that it may start; it may compile all.
    let all = kernels
    kernels = kernels.filter { startedWhileLent.contains($0.name) }
    block("host fn lend(x: inout Int)") { $0.writeBody(loud: true, result: "return") }
    lent = nil
    kernels = all
    block("run") {
      $0.writeBody(loud: true, result: "return", statements: 12)
    }
  }

  // MARK: Kernels

  private mutating func writeKernel(_ name: String) {
    var kernel = Kernel(name: name)
    let callable = kernels
    block("kernel \(name)()") { generator in
      generator.line("var sum = 0")
      for _ in 0...generator.numbers.below(3) {
        generator.writeUse(in: &kernel, callable)
      }
      generator.line("led.pulse(1 us * sum)")
    }
    kernels.append(kernel)
  }

  private mutating func writeUse(in kernel: inout Kernel, _ callable: [Kernel]) {
    let copy = newName("copy")
    func use(_ text: String, _ captures: String...) -> (String, [String]) { (text, captures) }
    var uses = [
      use("sum += a", "a"), use("sum += b", "b"), use("sum += w", "w"), use("sum += n", "n"),
      use("sum += s.p", "s.p"), use("sum += s.q", "s.q"), use("sum += t.0", "t.0"),
      use("sum += t.1", "t.1"), use("sum += xs[0]", "xs[0]"), use("sum += xs[1]", "xs[1]"),
      use("sum += xs[n]", "xs[_]", "n"), use("sum += xs.count", "xs.count"),
      use("for x in xs { sum += x }", "xs"), use("sum += first(s)", "s.p"),
      use("let \(copy) = s; sum += \(copy).q", "s.q"), use("if a > 1 { sum += b }", "a", "b"),
      use("await quiet0()"), use("send quiet1()"), use("await quiet1()"),
    ]
    if kernelsLend {
      uses += [
        use("await s.bump()"), use("send shift(&s)"), use("send grow(&xs)"), use("await poke(&xs)"),
        use("await relay(&a)"), use("send relay(&s.q)"), use("await relay(&xs[n])", "n"),
        use("send relay(&xs[0])"), use("send xs.append(1)"), use("await relay(&w)"),
      ]
    }
    for other in callable { uses.append(("\(other.name)()", other.captures.sorted())) }
    let (text, captures) = numbers.pick(uses)
    for part in text.split(separator: ";") {
      line(part.trimmingPrefix(while: { $0 == " " }).description)
    }
    kernel.captures.formUnion(captures)
  }

  // MARK: Host code

  private mutating func writeBody(loud: Bool, result: String, statements: Int = 5) {
    isLoud = loud
    loopDepth = 0
    budget = 1 + numbers.below(statements) + (loud ? 3 : 0)
    resultText = result
    while budget > 0 {
      writeStatement(depth: 0)
      // Without calls nothing is wrong.
      if loud, chance(1, of: 3) { line("\(numbers.pick(kernels).name)()") }
      if loud, lent == nil, chance(1, of: 4) { writeCall() }
    }
    if result != "return" { line(result) }
  }

  private mutating func writeStatement(depth: Int) {
    budget -= 1
    let isDeep = depth > 3 || budget <= 0
    switch numbers.below(isDeep ? 12 : 21) {
    case 0...4: writeWrite()
    case 5, 6: if isLoud { line("\(numbers.pick(kernels).name)()") } else { writeWrite() }
    case 7, 8: if isLoud { writePreload() } else { writeWrite() }
    case 9: writeCall()
    case 10: writeExit()
    case 11 where lent == nil: line("b = if \(condition()) { 1 } else { n }")
    case 12, 13:
      block("if \(condition())") { $0.writeNested(depth) }
      if chance(1, of: 2) { block("else") { $0.writeNested(depth) } }
    case 14:
      block("for \(newName("i")) in 0..<n") { $0.writeLoop(depth) }
    case 15: block("while \(chance(1, of: 4) ? "true" : condition())") { $0.writeLoop(depth) }
    case 16, 17: writeTry(depth)
    case 18: block("if \(condition()), \(condition())") { $0.writeNested(depth) }
    case 19:
      block("guard \(condition()) else") {
        $0.writeWrite()
        $0.writeSureExit()
      }
    default: block("if \(condition())") { $0.writeWrite() }
    }
  }

  private mutating func writeNested(_ depth: Int) {
    for _ in 0...numbers.below(3) { writeStatement(depth: depth + 1) }
  }

  private mutating func writeLoop(_ depth: Int) {
    loopDepth += 1
    writeNested(depth)
    loopDepth -= 1
  }

  private mutating func writeTry(_ depth: Int) {
    block("try") { $0.writeNested(depth) }
    let hasCatch = chance(2, of: 3)
    if hasCatch {
      let kind = numbers.pick(["catch", "catch Trouble", "catch DivisionByZero"])
      block(kind) { $0.writeNested(depth) }
    }
    if !hasCatch || chance(1, of: 3) {
      block("finally") { generator in
        // An exit here would replace what is on its way, which is a case of its own.
        if generator.chance(1, of: 6) { generator.writeExit() } else { generator.writeWrite() }
        if generator.isLoud, generator.chance(1, of: 2) { generator.writePreload() }
      }
    }
  }

  private mutating func writeWrite() {
    var writes = [
      "a = n", "a += 1", "b = 1", "b -= 1", "w = 2", "w *= 2", "s = Pair()", "s.p = 1", "s.q += 1",
      "s.bump()", "s.clear()", "shift(&s)", "t = (n, n)", "t.0 = 1", "t.1 += 1", "(a, b) = (b, a)",
      "(t.0, s.p) = (1, 2)", "xs = [n, 1, 2]", "xs[0] = 1", "xs[1] += 1", "xs[n] = 1", "poke(&xs)",
      "grow(&xs)", "xs.append(2)",
    ]
    // What is lent may not be written by its own name as well (E0305).
    if let lent { writes = ["\(lent) = 1", "\(lent) += 1", "\(lent) = n"] }
    line(numbers.pick(writes))
  }

  private mutating func writePreload() {
    let count = 1 + numbers.below(2)
    var names: [String] = []
    for _ in 0..<count {
      let name = numbers.pick(kernelNames)
      if !names.contains(name) { names.append(name) }
    }
    line("preload \(names.joined(separator: ", "))")
  }

  private mutating func writeCall() {
    guard isLoud else { return lent == nil ? line("b += 1") : writeWrite() }
    var calls = loudFunctions.map { "\($0)(\(condition()))" }
    calls += ["quiet0()", "quiet1()"] + lendable.map { "lend(&\($0))" }
    if let lent { calls = ["lend(&\(lent))"] }
    if loudFunctions.count > 1 {
      calls.append("for f in [\(loudFunctions.joined(separator: ", "))] { b = f(true) }")
    }
    line(numbers.pick(calls))
  }

  private mutating func writeExit() {
    switch numbers.below(4) {
    case 0 where loopDepth > 0: line("break")
    case 1 where loopDepth > 0: line("if \(condition()) { continue }")
    case 2: line("if \(condition()) { \(resultText) }")
    default: line("if \(condition()) { throw Trouble() }")
    }
  }

  private mutating func writeSureExit() {
    line(loopDepth > 0 && chance(1, of: 2) ? "break" : resultText)
  }

  private mutating func condition() -> String {
    if lent != nil { return numbers.pick(["n > 1", "n + 1 > 3", "true", "false", "not (n > 2)"]) }
    return numbers.pick([
      "n > 1", "a > 2", "xs.count > 2", "n + a > 3", "not (b > 1)", "a > 1 and b > 1",
      "a > 1 or n > 3", "s.p == 0", "true", "false",
    ])
  }
}
