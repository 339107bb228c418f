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

  /// Who lends variables of the host as `inout`; each also as those before.
  package enum Lending: Int, Sendable {
    /// Host code, to host functions.
    case byHost
    /// Kernels, to what they have the host run.
    case byKernels
    /// Both, to functions that call function values meanwhile.
    case toCallersOfValues
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
  /// Statements with which `run` and what it calls come to function values.
  private var valueCalls: [String] = []
  private let lending: Lending

  private init(seed: UInt64, lending: Lending) {
    numbers = SplitMix(seed: seed)
    self.lending = lending
  }

  /// The program that belongs to `seed`, one experiment called `Generated`, and its kernels.
  ///
  /// Those of one `lending` are others than those of another.
  package static func program(
    seed: UInt64, lending: Lending = .toCallersOfValues
  ) -> (text: String, kernels: [Kernel]) {
    var generator = FreezeProgramGenerator(seed: seed, lending: lending)
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
    if lending.rawValue >= Lending.byKernels.rawValue {
      lent = "x"
      block("host fn relay(x: inout Int)") { $0.writeBody(loud: false, result: "return") }
      lent = nil
    }
    if lending == .toCallersOfValues { writeValues() }
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
    var mentioned = Set(captured.map(Self.root))
    if lending == .toCallersOfValues { mentioned = mentions(of: startedWhileLent[0]) }
    lendable = ["a", "b", "w", "s.p", "s.q", "t.1", "xs[0]", "xs[n]"].filter { place in
      !mentioned.contains(Self.root(place))
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
    if lending == .toCallersOfValues { writeCallersOfValues() }
    block("run") {
      $0.writeBody(loud: true, result: "return", statements: 12)
    }
  }

  // MARK: Function values

  /// What function values stand for, and functions that call such while something is lent to them.
  ///
  /// Those of type `(Int) -> ()` are for kernels too, those of type `() -> ()` compile kernels.
  private mutating func writeValues() {
    for (number, places) in [["b", "s.p"], ["t.0", "xs[0]"]].enumerated() {
      block("host fn note\(number)(k: Int)") { $0.writeActions(on: places, compiling: false) }
      block("host fn act\(number)()") { $0.writeActions(on: places, compiling: true) }
    }
    line("var note = note\(numbers.below(2))")
    line("var act = act\(numbers.below(2))")
    lent = "x"
    block("host fn pass(x: inout Int, g: (Int) -> ())") {
      $0.writeBody(loud: false, result: "return", calling: "g(1)")
    }
    block("host fn noted(x: inout Int)") {
      $0.writeBody(loud: false, result: "return", calling: "note(2)")
    }
    lent = nil
  }

  /// A body that mentions only `places`, so that everything else may be lent meanwhile.
  private mutating func writeActions(on places: [String], compiling: Bool) {
    for _ in 0...numbers.below(2) {
      let write = "\(numbers.pick(places)) \(numbers.pick(["= 1", "= n", "+= 1"]))"
      switch numbers.below(compiling ? 5 : 3) {
      case 0: block("if n > 1") { $0.line(write) }
      case 1: line("if n > 2 { throw Trouble() }")
      case 2: line(write)
      default: line("preload k0")
      }
    }
  }

  private mutating func writeCallersOfValues() {
    lent = "x"
    let all = kernels
    kernels = kernels.filter { startedWhileLent.contains($0.name) }
    block("host fn hand(x: inout Int, g: () -> ())") {
      $0.writeBody(loud: true, result: "return", calling: "g()")
    }
    block("host fn acted(x: inout Int)") {
      $0.writeBody(loud: true, result: "return", calling: "act()")
    }
    kernels = all
    lent = nil
    let acts = [mentions(of: "act0"), mentions(of: "act1")]
    for place in lendable {
      let isFree = acts.map { !$0.contains(Self.root(place)) }
      if isFree[0] { valueCalls.append("hand(&\(place), act0)") }
      if isFree[1] { valueCalls.append("hand(&\(place), act1)") }
      if isFree == [true, true] { valueCalls += ["hand(&\(place), act)", "acted(&\(place))"] }
    }
    valueCalls += ["act = act0", "act = act1", "note = note1", "act()", "pass(&xs[1], note0)"]
  }

  /// The variables that the function `name` and what it calls mention; it has been written.
  private func mentions(of name: String) -> Set<String> {
    // By name, where functions begin.
    var heads: [String: Int] = [:]
    for (index, line) in lines.enumerated() where line.hasSuffix("{") {
      let words = line.split(whereSeparator: { !$0.isLetter && !$0.isNumber })
      guard let mark = words.firstIndex(where: { $0 == "fn" || $0 == "kernel" }) else { continue }
      if mark + 1 < words.count { heads[String(words[mark + 1])] = index }
    }
    var found: Set<String> = []
    var pending = [name]
    while let next = pending.popLast() {
      guard let head = heads.removeValue(forKey: next) else { continue }
      let depth = lines[head].prefix { $0 == " " }.count
      for line in lines[(head + 1)...].prefix(while: { $0.prefix { $0 == " " }.count > depth }) {
        for word in line.split(whereSeparator: { !$0.isLetter && !$0.isNumber }).map(String.init) {
          if ["a", "b", "w", "s", "t", "xs"].contains(word) { found.insert(word) }
          pending.append(word)
          // A call of a value is one of every function that it may be.
          if ["note", "act"].contains(word) { pending += ["\(word)0", "\(word)1"] }
        }
      }
    }
    return found
  }

  private static func root(_ place: String) -> String { String(place.prefix { $0.isLetter }) }

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
    if lending.rawValue >= Lending.byKernels.rawValue {
      uses += [
        use("await s.bump()"), use("send shift(&s)"), use("send grow(&xs)"), use("await poke(&xs)"),
        use("await relay(&a)"), use("send relay(&s.q)"), use("await relay(&xs[n])", "n"),
        use("send relay(&xs[0])"), use("send xs.append(1)"), use("await relay(&w)"),
      ]
    }
    if lending == .toCallersOfValues {
      uses += [
        use("await noted(&a)"), use("send noted(&xs[n])", "n"), use("await noted(&s.q)"),
        use("send noted(&w)"),
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

  /// `value`: a call of a function value that stands among the statements.
  private mutating func writeBody(
    loud: Bool, result: String, statements: Int = 5, calling value: String? = nil
  ) {
    isLoud = loud
    loopDepth = 0
    budget = 1 + numbers.below(statements) + (loud ? 3 : 0)
    resultText = result
    while budget > 0 {
      writeStatement(depth: 0)
      if let value, chance(1, of: 2) { line(value) }
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
    calls += valueCalls
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
