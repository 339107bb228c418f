extension ProgramGenerator {
  mutating func writeProgram() {
    writeTypes()
    for _ in 0..<(1 + numbers.below(3)) { writeFunction() }
    line("")
    writeExperiment()
  }

  private mutating func writeTypes() {
    line("error Odd(value: Int)")
    line("error Plain")
    block("struct Point") {
      $0.line("n: Int = 1")
      $0.line("x: Float = 0.5")
      $0.line("list: [Int] = [1, 2]")
      $0.line("fn total() -> Int { return n &+ list.count }")
      $0.line("mutating fn grow(by k: Int) { n = n &+ k")
      $0.line("    if list.count < 8 { list.append(k) } }")
    }
    for type in GeneratedType.scalars {
      let text = type.text
      line("fn maybe_\(text.lowercased())(x: \(text)?) -> \(text)? { return x }")
    }
    line("enum Shape { empty, square(Int), pair(Float, Duration) }")
    block("fn area(s: Shape) -> Int") {
      $0.block("match s") {
        $0.line("case empty: return 0")
        $0.line("case square(let n) if n > 100: return 100")
        $0.line("case square(let n): return n")
        $0.line("case pair(let x, _): return if x > 1.0 { 1 } else { 2 }")
      }
    }
    line("")
  }

  mutating func anyType(_ depth: Int = 2) -> GeneratedType {
    guard depth > 0, chance(2, of: 5) else { return numbers.pick(GeneratedType.scalars) }
    switch numbers.below(8) {
    case 0: return .optional(numbers.pick(GeneratedType.scalars))
    case 1, 2:
      // An array of fixed arrays needs its type beside it wherever it stands.
      let element = anyType(depth - 1)
      if case .fixed = element { return element }
      return .array(element)
    case 3: return .fixed(numbers.pick([.integer, .float, .duration]), 1 + numbers.below(3))
    case 4, 5: return .tuple([anyType(depth - 1), anyType(depth - 1)])
    case 6: return .point
    default: return .shape
    }
  }

  // MARK: Functions

  private mutating func writeFunction() {
    let isWriting = chance(1, of: 3)
    write(
      callable: "f", as: "fn", at: .portable, isWriting: isWriting,
      result: isWriting && chance(1, of: 2) ? .integer : anyType())
  }

  private mutating func write(
    callable stem: String, as keyword: String, at place: Place, isWriting: Bool,
    result: GeneratedType
  ) {
    let name = newName(stem)
    let parameters = (0..<(1 + numbers.below(3))).map { _ in anyType() }
    let names = parameters.map { _ in newName("p") }
    let outer = scope
    // A module's functions see no member; those of the experiment see its constants.
    if place == .portable { scope = [] }
    let head = zip(names, parameters).enumerated().map { index, parameter in
      let isLast = index == parameters.count - 1
      return "\(parameter.0): \(isWriting && isLast ? "inout " : "")\(parameter.1.text)"
    }.joined(separator: ", ")
    let before = (self.place, self.result, budget, loopDepth, isInParallel, repetition)
    self.place = place
    self.result = result
    budget = 5 + numbers.below(12)
    loopDepth = 0
    isInParallel = false
    repetition = 4
    block("\(keyword) \(name)(\(head)) -> \(result.text)") { generator in
      for (index, (name, type)) in zip(names, parameters).enumerated() {
        generator.scope.append(
          Binding(
            name: name, type: type, isVariable: isWriting && index == parameters.count - 1))
      }
      if place == .kernel {
        generator.scope.append(Binding(name: "kept", type: .integer, isVariable: true))
        if generator.chance(2, of: 3) { generator.line("realtime()") }
      }
      generator.writeStatements()
      generator.line("return \(generator.expression(result, 3))")
    }
    (self.place, self.result, budget, loopDepth, isInParallel, repetition) = before
    scope = outer
    callables.append(
      Callable(
        name: name, place: place, parameters: parameters, result: result, isWriting: isWriting))
  }

  // MARK: The experiment

  private mutating func writeExperiment() {
    block("experiment Generated") { generator in
      generator.line("device ttl0, ttl1: TTLOut")
      generator.line("device dds0: DDS")
      generator.line("device pmt: TTLIn")
      generator.writeArguments()
      generator.line("resident kept: Int = 3")
      generator.line("dataset data: [Int]")
      generator.line("dataset grid: [Float] over [0.0, 1.0, 2.0]")
      generator.block("host fn note(n: Int)") { $0.line("data.append(n)") }
      generator.block("host fn ask(n: Int) -> Int") {
        $0.line("print(\"ask {n}\")")
        $0.line("if n % 7 == 3 { throw Odd(value: n) }")
        $0.line("return n &* 3")
      }
      for _ in 0..<(1 + generator.numbers.below(3)) {
        generator.write(
          callable: "k", as: "kernel", at: .kernel, isWriting: false, result: generator.anyType())
      }
      generator.line("kernel safe(n: Int) -> Int { return n }")
      generator.writePrepare()
      generator.writeRun()
      if generator.chance(1, of: 3) {
        generator.line("cleanup {")
        generator.line("    ttl0.off()")
        generator.line("}")
      }
    }
  }

  private mutating func writeArguments() {
    for _ in 0..<(1 + numbers.below(3)) {
      let type = numbers.pick(GeneratedType.scalars.filter { $0 != .boolean })
      let name = newName("a")
      line("arg \(name): \(type.text) = \(literal(type))")
      scope.append(Binding(name: name, type: type, isVariable: false))
    }
  }

  private mutating func writePrepare() {
    // What `prepare` binds is known to the stages and kernels; here only the stages use it.
    line("prepare {")
    indentation += 1
    place = .portable
    for _ in 0..<numbers.below(3) {
      let type = anyType()
      let name = newName("q")
      let value = expression(type, 2)
      line("let \(name): \(type.text) = \(value)")
      scope.append(Binding(name: name, type: type, isVariable: false))
    }
    indentation -= 1
    line("}")
  }

  private mutating func writeRun() {
    let outer = (place, result)
    place = .host
    result = nil
    budget = 8 + numbers.below(14)
    repetition = 1
    block("run") { generator in
      generator.writeStatements()
      for callable in generator.callables where generator.chance(4, of: 5) {
        guard !callable.isWriting else { continue }
        let values = callable.parameters.map { generator.expression($0, 2) }
        let call = "\(callable.name)(\(values.joined(separator: ", ")))"
        let name = generator.newName("r")
        if generator.chance(2, of: 3) {
          generator.block("try") {
            $0.line("let \(name) = \(call)")
            $0.line("print(\"\(callable.name) {\(name)}\")")
          }
          generator.block("catch") { $0.line("print(\"\(callable.name) failed\")") }
        } else {
          generator.line("let \(name) = \(call)")
          generator.line("print(\"\(callable.name) {\(name)}\")")
        }
      }
    }
    (place, result) = outer
  }
}
