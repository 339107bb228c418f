import Diagnostics

// Types and parameters as other languages write them.

extension Parser {
  /// What other languages call an array, and an optional.
  private static let foreignTypes: [String: Bool] = [
    "List": false, "list": false, "Array": false, "array": false, "Vec": false, "vector": false,
    "Sequence": false, "TList": false, "Optional": true, "Option": true,
  ]

  /// `List[Int]`, `Array<Int>`, `Int[]` and `Optional[Int]`; nil if none of these comes next.
  mutating func foreignType() -> TypeID? {
    guard kind == .identifier, index + 2 < tokens.count,
      foreign != nil || tokens[index + 1].start == tokens[index].end
    else { return nil }
    if foreign == nil {
      switch peek() {
      case .leftBracket, .less: break
      default: return nil
      }
    }
    return foreignTypeBehindName()
  }

  /// By itself, since the parser is copied here.
  @inline(never)
  private mutating func foreignTypeBehindName() -> TypeID? {
    if foreign != nil, let meant = Parser.foreignTypeNames[text(tokens[index])] {
      let place = span(of: tokens[index])
      foreign?.add(Edit(place, meant))
      advance()
      return add(.named(module: nil, Name(meant, at: place), arguments: []), from: place.start)
    }
    guard isOnSameLine(), tokens[index + 1].start == tokens[index].end else { return nil }
    let name = text(tokens[index])
    let start = self.start
    switch peek() {
    case .leftBracket:
      guard let end = closer(ofBracketAt: index + 1) else { return nil }
      guard end > index + 2 else {
        let element = simpleType()
        advance()
        advance()
        correct(.foreignType("[\(name)]", at: span(from: start)))
        return add(.array(element), from: start)
      }
      if peek(2) == .number, end == index + 3, Parser.foreignTypes[name] == nil {
        let element = simpleType()
        advance()
        let length = expression()
        advance()
        correct(
          .foreignType(
            "[\(name); \(source(of: module.span(of: length)))]", at: span(from: start)))
        return add(.fixedArray(element, [length]), from: start)
      }
    case .less: break
    default: return nil
    }
    guard let isOptional = Parser.foreignTypes[name], !isDeclaredType(name) else { return nil }
    let isBracket = peek() == .leftBracket
    let opening = Span(source, Int(start), Int(tokens[index + 1].end))
    let isOutermost = foreign == nil
    takeForeign(
      .foreignType(isOptional ? "T?" : "[T]", at: opening),
      "write `\(isOptional ? "T?" : "[T]")`", [Edit(opening, isOptional ? "" : "[")])
    advance()
    advance()
    let element = type()
    guard isBracket ? kind == .rightBracket : kind == .greater else {
      report(.expectedType(in: self))
      return add(.invalid, from: start)
    }
    let closing = hereSpan
    foreign?.add(Edit(closing, isOptional ? "?" : "]"))
    advance()
    if isOutermost { finishForeign() }
    return add(isOptional ? .optional(element) : .array(element), from: start)
  }

  /// Whether the program itself declares a type called `name`.
  private mutating func isDeclaredType(_ name: String) -> Bool {
    let types = declaredTypes ?? findDeclaredTypes()
    declaredTypes = types
    return types.contains(name)
  }

  private func findDeclaredTypes() -> Set<String> {
    var types: Set<String> = []
    for place in tokens.indices.dropLast() {
      switch tokens[place].kind {
      case .struct, .enum, .interface, .driver: types.insert(text(tokens[place + 1]))
      default: break
      }
    }
    return types
  }

  /// A type that is a name alone.
  private mutating func simpleType() -> TypeID {
    let start = self.start
    let name = Name(text(tokens[index]), at: span(of: tokens[index]))
    advance()
    return add(.named(module: nil, name, arguments: []), from: start)
  }

  // MARK: Types that are missing

  /// The type that a value has by its spelling, as `Int` or `Duration`; nil if that takes more than
  /// a look at it.
  func typeBySpelling(of value: ExpressionID) -> String? {
    switch module[value] {
    case .number(let numeral): return numeral.isFloat ? "Float" : "Int"
    case .boolean: return "Bool"
    case .string: return "String"
    case .quantity(_, let unit):
      guard unit.factors.count == 1, unit.factors[0].power == 1 else { return nil }
      switch unit.factors[0].name.text {
      case "s", "ms", "us", "ns", "ps", "µs", "μs", "min", "h": return "Duration"
      case "Hz", "kHz", "MHz", "GHz", "mHz": return "Frequency"
      case "V", "mV", "uV", "kV", "µV": return "Voltage"
      case "A", "mA", "uA", "µA": return "Current"
      case "W", "mW", "uW", "µW": return "Power"
      case "deg", "rad", "turn": return "Angle"
      case "K", "mK", "uK": return "Temperature"
      case "m", "mm", "um", "nm": return "Length"
      case "T", "mT", "uT", "G": return "MagneticField"
      default: return nil
      }
    case .array(let parts):
      guard let first = parts.first, let element = typeBySpelling(of: first) else { return nil }
      return "[\(element)]"
    case .parenthesized(let inner): return typeBySpelling(of: inner)
    default: return nil
    }
  }

  /// A declaration `name = value` that lacks its type: says which one it is if the value tells.
  mutating func valueWithoutType(_ name: Name, orMissing fault: Diagnostic) -> ExpressionID {
    let place = hereSpan
    advance()
    let value = binary(.coalesce)
    if let type = typeBySpelling(of: value), !isReportedHere {
      correct(.typeOfValueMissing(name, type, at: place, in: self))
    } else {
      report(fault)
    }
    return value
  }

  // MARK: Parameters

  /// Takes what stands before the name of a parameter in other languages; true if that was `inout`.
  mutating func takeWordBeforeParameter() -> Bool {
    if kind == .identifier, tokens[index].end - start == 1, peek().isName, peek(2) == .colon,
      text(tokens[index]) == "_"
    {
      correct(
        .underscoreBeforeParameter(
          at: hereSpan, Span(source, Int(start), Int(tokens[index + 1].start))))
      advance()
      return false
    }
    guard kind == .let || kind == .var || kind == .inout || kind == .const, peek().isName,
      peek(2) == .colon
    else { return false }
    let word = tokens[index]
    if kind == .inout {
      guard index + 3 < tokens.count else { return false }
      correct(
        .inoutBeforeName(
          word, tokens[index + 1], before: tokens[index + 3].start, in: self))
      advance()
      return true
    }
    correct(.wordBeforeParameter(word, tokens[index + 1], in: self))
    advance()
    return false
  }

  /// `Int a` and `a Int`, where the `:` is missing: a parameter or field; nil if that is not what
  /// comes next.
  mutating func nameAndTypeWithoutColon() -> (name: Name, type: TypeID)? {
    guard kind == .identifier, isOnSameLine(), peek() == .identifier || peek() == .leftBracket,
      index + 2 < tokens.count, !isReportedHere
    else { return nil }
    switch peek(2) {
    case .comma, .rightParenthesis, .assign, .rightBrace, .question, .less: break
    default:
      guard peek() == .leftBracket || tokens[index + 2].isFirstOnLine else { return nil }
    }
    let first = tokens[index]
    let second = tokens[index + 1]
    guard second.start > first.end else { return nil }
    let isForeign = Parser.foreignTypeNames[text(first)] != nil && peek() == .identifier
    if !isForeign
      && (peek() == .leftBracket || (!isTypeName(first) && isTypeName(second))
        || Parser.plainTypes.contains(text(second)) && !Parser.plainTypes.contains(text(first)))
    {
      let name = Name(text(first), at: span(of: first))
      advance()
      correct(.missingColon(name, at: emptySpan(at: previousEnd)))
      return (name, type())
    }
    guard isTypeName(first) || Parser.foreignTypeNames[text(first)] != nil else { return nil }
    let name = Name(text(second), at: span(of: second))
    correct(.typeBeforeParameter(span(of: first), span(of: second), in: self))
    let meant = Parser.foreignTypeNames[text(first)]
    let type =
      meant.map {
        add(
          WrittenType.named(module: nil, Name($0, at: span(of: first)), arguments: []),
          from: first.start)
      } ?? simpleType()
    if meant != nil { advance() }
    advance()
    return (name, type)
  }

  /// Types that no name of a value is mistaken for.
  private static let plainTypes: Set<String> = [
    "Int", "Int32", "Float", "Bool", "String", "Duration", "Timestamp", "Frequency", "Voltage",
  ]

  static let foreignTypeNames: [String: String] = [
    "int": "Int", "float": "Float", "bool": "Bool", "str": "String", "string": "String",
    "double": "Float",
  ]

  /// Whether the token at `place` is there and spelt as the name of a type.
  func isTypeName(at place: Int) -> Bool { place < tokens.count && isTypeName(tokens[place]) }

  /// Whether `token` is spelt as the name of a type.
  func isTypeName(_ token: Token) -> Bool {
    token.kind == .identifier && bytes[Int(token.start)] &- 0x41 < 26
  }
}
