extension ProgramGenerator {
  /// An expression of type `type` that nests at most `depth` deep.
  mutating func expression(_ type: GeneratedType, _ depth: Int) -> String {
    if depth <= 0 || chance(1, of: 4) { return simple(type) }
    if chance(1, of: 9) {
      return
        "(if \(expression(.boolean, depth - 1)) { \(expression(type, depth - 1)) } else { \(expression(type, depth - 1)) })"
    }
    if chance(1, of: 12), GeneratedType.scalars.contains(type) {
      return "(\(expression(.optional(type), depth - 1)) ?? \(expression(type, depth - 1)))"
    }
    if chance(1, of: 6), let part = part(of: type) { return part }
    if chance(1, of: 10), let call = call(type, depth) { return call }
    switch type {
    case .integer: return integer(depth)
    case .integer32: return integer32(depth)
    case .float: return float(depth)
    case .voltage: return voltage(depth)
    case .duration: return duration(depth)
    case .boolean: return boolean(depth)
    case .optional(let inner):
      return chance(1, of: 3)
        ? simple(type) : "maybe_\(inner.text.lowercased())(\(expression(inner, depth - 1)))"
    case .array(let element): return array(element, depth)
    case .fixed(let element, let count):
      return "[" + (0..<count).map { _ in expression(element, depth - 1) }.joined(separator: ", ")
        + "]"
    case .tuple(let types):
      return "(" + types.map { expression($0, depth - 1) }.joined(separator: ", ") + ")"
    case .point:
      return
        "Point(n: \(expression(.integer, depth - 1)), x: \(expression(.float, depth - 1)), list: \(expression(.array(.integer), depth - 1)))"
    case .function: return closure(depth)
    case .shape:
      switch numbers.below(3) {
      case 0: return "Shape.empty"
      case 1: return "Shape.square(\(expression(.integer, depth - 1)))"
      default:
        return
          "Shape.pair(\(expression(.float, depth - 1)), \(expression(.duration, depth - 1)))"
      }
    }
  }

  /// A name in scope or a literal.
  private mutating func simple(_ type: GeneratedType) -> String {
    if chance(3, of: 4),
      let binding = scope.filter({ $0.type == type }).randomElement(using: &numbers)
    {
      return binding.name
    }
    return literal(type)
  }

  /// A literal of `type`; extremes more often than chance would have them.
  mutating func literal(_ type: GeneratedType) -> String {
    switch type {
    case .integer:
      return numbers.pick([
        "0", "1", "-1", "2", "3", "-7", "10", "63", "64", "100", "1_000_003",
        "9_223_372_036_854_775_807", "-9_223_372_036_854_775_808",
      ])
    case .integer32:
      return
        "Int32(\(numbers.pick(["0", "1", "-1", "5", "31", "2_147_483_647", "-2_147_483_648"])))"
    case .float:
      return numbers.pick([
        "0.0", "1.0", "-1.0", "0.5", "2.25", "-3.75", "1e300", "1e-300", "0.1", "1e19",
      ])
    case .voltage: return numbers.pick(["0 V", "1 V", "-2.5 V", "3 mV", "1 kV"])
    case .duration:
      return numbers.pick(["0 s", "1 ns", "10 us", "-3 us", "1 ms", "7 ns", "100 h"])
    case .boolean: return numbers.pick(["true", "false"])
    case .optional(let inner):
      // A function says of what type the optional is: `none` alone does not.
      return "maybe_\(inner.text.lowercased())(\(chance(1, of: 2) ? "none" : literal(inner)))"
    case .array(let element):
      let count = numbers.below(4)
      guard count > 0 else { return "[\(literal(element)) for _ in 0..<0]" }
      return "[" + (0..<count).map { _ in literal(element) }.joined(separator: ", ") + "]"
    case .fixed(let element, let count):
      return "[" + (0..<count).map { _ in literal(element) }.joined(separator: ", ") + "]"
    case .tuple(let types): return "(" + types.map { literal($0) }.joined(separator: ", ") + ")"
    case .point: return numbers.pick(["Point()", "Point(n: 4)", "Point(x: 2.5, list: [])"])
    case .function: return "fn(x: Int) -> Int { return x &* 3 }"
    case .shape: return numbers.pick(["Shape.empty", "Shape.square(3)", "Shape.pair(0.5, 1 us)"])
    }
  }

  /// An index that is in range more often than not.
  mutating func index() -> String { chance(5, of: 6) ? "0" : expression(.integer, 1) }

  /// A function that copies what it mentions of the scope around it.
  private mutating func closure(_ depth: Int) -> String {
    let name = newName("x")
    scope.append(Binding(name: name, type: .integer, isVariable: false))
    let value = expression(.integer, depth - 1)
    scope.removeLast()
    return "fn(\(name): Int) -> Int { return \(value) }"
  }

  /// A part of a value in scope that has the type wanted.
  private mutating func part(of type: GeneratedType) -> String? {
    var parts: [String] = []
    for binding in scope {
      switch binding.type {
      case .integer, .integer32, .float, .voltage, .duration, .boolean, .optional, .shape: break
      case .function: if type == .integer { parts.append("\(binding.name)(\(index()))") }
      case .array(let element), .fixed(let element, _):
        if element == type { parts.append("\(binding.name)[\(index())]") }
        if type == .integer { parts.append("\(binding.name).count") }
      case .tuple(let types):
        for (position, inner) in types.enumerated() where inner == type {
          parts.append("\(binding.name).\(position)")
        }
      case .point:
        if type == .integer { parts += ["\(binding.name).n", "\(binding.name).total()"] }
        if type == .float { parts.append("\(binding.name).x") }
        if type == .array(.integer) { parts.append("\(binding.name).list") }
      }
    }
    return parts.isEmpty ? nil : numbers.pick(parts)
  }

  private mutating func call(_ type: GeneratedType, _ depth: Int) -> String? {
    guard repetition <= 16 else { return nil }
    let candidates = callables.filter {
      $0.place == .portable && $0.result == type && !$0.isWriting
    }
    guard let callable = candidates.randomElement(using: &numbers) else { return nil }
    let values = callable.parameters.map { expression($0, depth - 2) }
    return "\(callable.name)(\(values.joined(separator: ", ")))"
  }

  // MARK: Numbers

  private mutating func pair(_ type: GeneratedType, _ symbols: [String], _ depth: Int) -> String {
    "(\(expression(type, depth - 1)) \(numbers.pick(symbols)) \(expression(type, depth - 1)))"
  }

  private mutating func integer(_ depth: Int) -> String {
    switch numbers.below(12) {
    case 0, 1, 2, 3: return pair(.integer, ["+", "-", "*", "//", "%"], depth)
    case 4, 5: return pair(.integer, ["&+", "&-", "&*", "&", "|", "^"], depth)
    case 6: return pair(.integer, ["<<", ">>"], depth)
    case 7: return "((\(expression(.integer, depth - 1))) ** \(numbers.below(4)))"
    case 8:
      return numbers.pick(["abs", "-", "~"])
        + "(\(expression(.integer, depth - 1)))"
    case 9:
      return
        "\(numbers.pick(["min", "max"]))(\(expression(.integer, depth - 1)), \(expression(.integer, depth - 1)))"
    case 10: return "Int(\(expression(numbers.pick([.float, .integer32]), depth - 1)))"
    default:
      return numbers.pick([
        "area(\(expression(.shape, depth - 1)))",
        "(\(expression(.duration, depth - 1)) // 3 us)",
        "(\(expression(.array(.integer), depth - 1))).count",
      ])
    }
  }

  private mutating func integer32(_ depth: Int) -> String {
    switch numbers.below(4) {
    case 0: return "Int32(\(expression(.integer, depth - 1)))"
    case 1: return pair(.integer32, ["+", "-", "*", "//", "%"], depth)
    default: return pair(.integer32, ["&+", "&-", "&*", "&", "|", "^", "<<", ">>"], depth)
    }
  }

  private mutating func float(_ depth: Int) -> String {
    switch numbers.below(10) {
    case 0, 1, 2, 3: return pair(.float, ["+", "-", "*", "/"], depth)
    case 4: return pair(.float, ["//", "%"], depth)
    case 5: return "Float(\(expression(.integer, depth - 1)))"
    case 6:
      return "\(numbers.pick(["floor", "ceil", "trunc", "round", "sqrt", "exp", "abs"]))"
        + "(\(expression(.float, depth - 1)))"
    case 7: return "(\(expression(.voltage, depth - 1)) / 1 V)"
    case 8: return "(\(expression(.duration, depth - 1)) / 2 us)"
    default:
      return "\(numbers.pick(["sin", "cos"]))(\(expression(.float, depth - 1)) * 1 rad)"
    }
  }

  private mutating func voltage(_ depth: Int) -> String {
    switch numbers.below(4) {
    case 0: return "(\(expression(.voltage, depth - 1)) * \(expression(.float, depth - 1)))"
    case 1: return "(\(expression(.float, depth - 1)) * 1 V)"
    case 2: return "abs(\(expression(.voltage, depth - 1)))"
    default: return pair(.voltage, ["+", "-"], depth)
    }
  }

  private mutating func duration(_ depth: Int) -> String {
    switch numbers.below(7) {
    case 0: return "(\(expression(.duration, depth - 1)) * \(expression(.integer, depth - 1)))"
    case 1: return "(\(expression(.duration, depth - 1)) * \(expression(.float, depth - 1)))"
    case 2: return "(\(expression(.duration, depth - 1)) / \(expression(.integer, depth - 1)))"
    case 3: return "(\(expression(.duration, depth - 1)) // \(expression(.integer, depth - 1)))"
    case 4: return "(\(expression(.duration, depth - 1)) % \(expression(.duration, depth - 1)))"
    default: return pair(.duration, ["+", "-"], depth)
    }
  }

  private mutating func boolean(_ depth: Int) -> String {
    switch numbers.below(6) {
    case 0: return pair(.boolean, ["and", "or"], depth)
    case 1: return "(not \(expression(.boolean, depth - 1)))"
    case 2:
      return pair(anyType(1), ["==", "!="], depth)
    default:
      let ordered: GeneratedType = numbers.pick([
        .integer, .integer32, .float, .voltage, .duration,
      ])
      return pair(ordered, ["<", "<=", ">", ">=", "==", "!="], depth)
    }
  }

  private mutating func array(_ element: GeneratedType, _ depth: Int) -> String {
    let inner = expression(element, depth - 1)
    switch numbers.below(4) {
    case 0: return "[\(inner) for _ in 0..<\(numbers.below(4))]"
    case 1: return "[\(inner), \(expression(element, depth - 1))]"
    case 2:
      return "(\(expression(.array(element), depth - 1)) + [\(inner)])"
    default: return "[\(inner)]"
    }
  }
}
