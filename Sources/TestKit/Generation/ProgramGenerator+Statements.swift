extension ProgramGenerator {
  /// Writes a few statements, as far as the budget goes.
  mutating func writeStatements() {
    for _ in 0..<(1 + numbers.below(4)) {
      guard budget > 0 else { return }
      budget -= 1
      writeStatement()
    }
  }

  private mutating func writeStatement() {
    if place == .kernel, chance(1, of: 3) { return writeTimeline() }
    switch numbers.below(16) {
    case 0, 1, 2: writeBinding(isVariable: chance(3, of: 4))
    case 3, 4, 5: writeAssignment()
    case 6: writeIf()
    case 7: writeFor()
    case 8: writeWhile()
    case 9: writeTry()
    case 10: writeLeaving()
    case 11: writeMatch()
    case 12: writeOptionalBinding()
    case 13: writeAppend()
    case 14: writePrint()
    default: writeCall()
    }
  }

  // MARK: Values

  private mutating func writeBinding(isVariable: Bool) {
    let type = chance(1, of: 10) ? .function : anyType()
    let value = expression(type, 3)
    let name = newName("v")
    let isVariable = isVariable && type != .function
    line("\(isVariable ? "var" : "let") \(name): \(type.text) = \(value)")
    scope.append(Binding(name: name, type: type, isVariable: isVariable))
  }

  /// A place that can be written, with its type.
  private mutating func writablePlace() -> (text: String, type: GeneratedType)? {
    let variables = scope.filter(\.isVariable)
    guard !variables.isEmpty else { return nil }
    let variable = numbers.pick(variables)
    return steps(into: variable.name, variable.type)
  }

  private mutating func steps(into name: String, _ type: GeneratedType) -> (
    text: String, type: GeneratedType
  ) {
    guard chance(2, of: 3) else { return (name, type) }
    switch type {
    case .integer, .integer32, .float, .voltage, .duration, .boolean, .optional, .shape, .function:
      return (name, type)
    case .array(let element), .fixed(let element, _):
      return ("\(name)[\(index())]", element)
    case .tuple(let types):
      let position = numbers.below(types.count)
      return steps(into: "\(name).\(position)", types[position])
    case .point:
      let (field, fieldType): (String, GeneratedType) = numbers.pick([
        ("n", .integer), ("x", .float), ("list", .array(.integer)),
      ])
      return steps(into: "\(name).\(field)", fieldType)
    }
  }

  private mutating func writeAssignment() {
    guard let (text, type) = writablePlace() else { return writeBinding(isVariable: true) }
    switch type {
    case .integer, .integer32:
      let operators = [
        "+=", "-=", "*=", "//=", "%=", "&+=", "&-=", "&*=", "&=", "|=", "^=", "<<=", ">>=",
      ]
      if chance(2, of: 3) {
        return line("\(text) \(numbers.pick(operators)) \(expression(type, 2))")
      }
    case .float:
      if chance(2, of: 3) {
        return line("\(text) \(numbers.pick(["+=", "-=", "*=", "/="])) \(expression(type, 2))")
      }
    case .voltage, .duration:
      if chance(2, of: 3) {
        return line("\(text) \(numbers.pick(["+=", "-="])) \(expression(type, 2))")
      }
    case .boolean, .optional, .array, .fixed, .tuple, .point, .shape, .function: break
    }
    line("\(text) = \(expression(type, 3))")
  }

  private mutating func writeAppend() {
    let arrays = scope.filter { binding in
      guard binding.isVariable, case .array = binding.type else { return false }
      return true
    }
    guard !arrays.isEmpty else { return writeAssignment() }
    let array = numbers.pick(arrays)
    guard case .array(let element) = array.type else { return }
    line("if \(array.name).count < 6 { \(array.name).append(\(expression(element, 2))) }")
  }

  private mutating func writePrint() {
    guard place == .host,
      let name = scope.filter({ $0.type != .function }).randomElement(using: &numbers)?.name
    else {
      return writeAssignment()
    }
    line("print(\"\(name) = {\(name)}\")")
  }

  private mutating func writeCall() {
    if let point = scope.filter({ $0.isVariable && $0.type == .point }).randomElement(
      using: &numbers), chance(1, of: 2)
    {
      return line("\(point.name).grow(by: \(expression(.integer, 1)))")
    }
    if place == .kernel, chance(1, of: 3) { return writeHostCall() }
    guard repetition <= 16 else { return writeAssignment() }
    let own = place
    let candidates = callables.filter { $0.place == .portable || $0.place == own }
    guard let callable = candidates.randomElement(using: &numbers) else { return writeAssignment() }
    var values = callable.parameters.map { expression($0, 2) }
    if callable.isWriting {
      let last = callable.parameters[callable.parameters.count - 1]
      guard
        let variable = scope.filter({ $0.isVariable && $0.type == last }).randomElement(
          using: &numbers)
      else { return writeAssignment() }
      // The other arguments are literals: none may read what is being written.
      values = callable.parameters.dropLast().map { literal($0) } + ["&\(variable.name)"]
    }
    let name = newName("v")
    line("let \(name) = \(callable.name)(\(values.joined(separator: ", ")))")
    scope.append(Binding(name: name, type: callable.result, isVariable: false))
  }

  private mutating func writeHostCall() {
    if chance(1, of: 2) { return line("send note(\(expression(.integer, 2)))") }
    let name = newName("v")
    line("let \(name) = await ask(\(expression(.integer, 2)))")
    scope.append(Binding(name: name, type: .integer, isVariable: false))
  }

  // MARK: Control

  private mutating func writeIf() {
    block("if \(expression(.boolean, 3))", closing: chance(1, of: 2) ? "}" : "} else {") {
      $0.writeStatements()
    }
    guard lines.last?.hasSuffix("else {") == true else { return }
    let outer = scope.count
    indentation += 1
    writeStatements()
    indentation -= 1
    scope.removeLast(scope.count - outer)
    line("}")
  }

  private mutating func writeFor() {
    let name = newName("i")
    let type: GeneratedType
    let source: String
    let arrays = scope.filter { if case .array = $0.type { true } else { false } }
    if let array = arrays.randomElement(using: &numbers), case .array(let element) = array.type,
      chance(1, of: 3)
    {
      (type, source) = (element, array.name)
    } else {
      let low = numbers.below(3)
      type = .integer
      source = numbers.pick([
        "\(low)..<\(low + numbers.below(4))", "\(low)...\(low + numbers.below(3))",
        "\(4 + numbers.below(4))..<\(low) by -2",
      ])
    }
    loop("for \(name) in \(source)") {
      $0.scope.append(Binding(name: name, type: type, isVariable: false))
    }
  }

  private mutating func loop(_ head: String, _ prologue: (inout ProgramGenerator) -> Void) {
    guard repetition <= 64 else { return writeAssignment() }
    let outer = repetition
    loopDepth += 1
    repetition *= 4
    block(head) {
      prologue(&$0)
      $0.writeStatements()
    }
    loopDepth -= 1
    repetition = outer
  }

  private mutating func writeWhile() {
    guard repetition <= 64 else { return writeAssignment() }
    let name = newName("w")
    line("var \(name) = \(1 + numbers.below(4))")
    let condition = chance(1, of: 2) ? "\(name) > 0" : "\(name) > 0 and \(expression(.boolean, 2))"
    loop("while \(condition)") { $0.line("\(name) -= 1") }
  }

  private mutating func writeTry() {
    // What is caught may be anything that the statements inside can raise.
    block("try", closing: "} catch \(chance(1, of: 2) ? "" : "Odd, ArithmeticOverflow ")" + "{") {
      $0.writeStatements()
      if $0.chance(1, of: 4) { $0.writeThrow() }
    }
    let outer = scope.count
    indentation += 1
    writeStatements()
    if chance(1, of: 5), !isInParallel { line("throw") }
    indentation -= 1
    scope.removeLast(scope.count - outer)
    if chance(1, of: 3) {
      line("} finally {")
      indentation += 1
      let (depth, ends) = (loopDepth, result)
      // A way out of `finally` draws a warning; loops inside it may still be left.
      (loopDepth, result) = (0, nil)
      writeStatements()
      (loopDepth, result) = (depth, ends)
      indentation -= 1
      scope.removeLast(scope.count - outer)
    }
    line("}")
  }

  private mutating func writeThrow() {
    guard !isInParallel else { return }
    line(chance(1, of: 2) ? "throw Plain" : "throw Odd(value: \(expression(.integer, 1)))")
  }

  private mutating func writeLeaving() {
    guard !isInParallel else { return writeAssignment() }
    let condition = expression(.boolean, 2)
    switch numbers.below(4) {
    case 0 where loopDepth > 0: line("if \(condition) { break }")
    case 1 where loopDepth > 0: line("if \(condition) { continue }")
    case 2:
      if let result { line("if \(condition) { return \(expression(result, 2)) }") }
    default: line("if \(condition) { throw Plain }")
    }
  }

  private mutating func writeMatch() {
    let (n, x) = (newName("m"), newName("m"))
    block("match \(expression(.shape, 2))") { generator in
      generator.line("case empty:")
      generator.nested { $0.writeStatements() }
      generator.line("case square(let \(n)):")
      generator.nested {
        $0.scope.append(Binding(name: n, type: .integer, isVariable: false))
        $0.writeStatements()
      }
      generator.line("case pair(let \(x), _):")
      generator.nested {
        $0.scope.append(Binding(name: x, type: .float, isVariable: false))
        $0.writeStatements()
      }
    }
  }

  private mutating func nested(_ body: (inout ProgramGenerator) -> Void) {
    let outer = scope.count
    indentation += 1
    line("let \(newName("_"))  = 0")
    body(&self)
    indentation -= 1
    scope.removeLast(scope.count - outer)
  }

  private mutating func writeOptionalBinding() {
    let type = numbers.pick(GeneratedType.scalars)
    let name = newName("o")
    block("if let \(name) = \(expression(.optional(type), 2))") {
      $0.scope.append(Binding(name: name, type: type, isVariable: false))
      $0.writeStatements()
    }
  }

  // MARK: Time

  private mutating func writeTimeline() {
    let device = numbers.pick(["ttl0", "ttl1"])
    switch numbers.below(12) {
    case 0, 1: line("\(device).pulse(\(shortDuration()))")
    case 2: line("\(device).\(numbers.pick(["on", "off"]))()")
    case 3, 4: line("delay(\(shortDuration()))")
    case 5: line("dds0.set(frequency: \(80 + numbers.below(40)) MHz, amplitude: 0.5)")
    case 6: line("realtime()")
    case 7: line("delay(\(expression(.duration, 2)) % 10 us)")
    case 8: writeParallel()
    case 9: writeRecording()
    case 10:
      line("pmt.gate(\(shortDuration()))")
      let name = newName("c")
      line("let \(name) = pmt.count()")
      scope.append(Binding(name: name, type: .integer, isVariable: false))
    default:
      let name = newName("t")
      line("let \(name) = \(numbers.pick(["slack()", "now() - now()"]))")
      scope.append(Binding(name: name, type: .duration, isVariable: false))
    }
  }

  private mutating func shortDuration() -> String {
    numbers.pick(["1 us", "8 ns", "200 ns", "3 us", "16 ns", "0 s", "1 ms"])
  }

  private mutating func writeRecording() {
    let name = newName("r")
    line("let \(name) = record {")
    for _ in 0..<numbers.below(3) {
      line("    \(numbers.pick(["ttl0", "ttl1"])).pulse(\(shortDuration()))")
      line("    delay(\(shortDuration()))")
    }
    line("}")
    line("play(\(name))")
    if chance(1, of: 2) { line("delay(\(name).duration)") }
  }

  private mutating func writeParallel() {
    let outer = (loopDepth, isInParallel, result)
    (loopDepth, isInParallel, result) = (0, true, nil)
    block("parallel") { generator in
      for _ in 0..<(1 + generator.numbers.below(3)) {
        generator.block("sequential") { $0.writeStatements() }
      }
    }
    (loopDepth, isInParallel, result) = outer
  }
}
