import Diagnostics

// The operands: names, literals, and what stands in brackets or behind a word of its own.

extension Parser {
  mutating func primary() -> ExpressionID {
    let start = self.start
    switch kind {
    case .number: return number(isNegative: false, from: start)
    case .string, .stringStart: return string()
    case .true, .false:
      let value = kind == .true
      advance()
      return add(.boolean(value), from: start)
    case .none:
      advance()
      return add(.none, from: start)
    case .leftParenthesis: return parenthesis()
    case .leftBracket: return bracketed()
    case .dot:
      advance()
      guard let name = name("the name of a case or member after `.`") else {
        return add(.invalid, from: start)
      }
      return add(.implicitMember(name), from: start)
    case .if: return conditional()
    case .match:
      let (value, cases) = matchParts()
      return add(.match(value, cases), from: start)
    case .fn: return closure()
    case .record where peek() == .leftBrace && isOnSameLine() && !isInHead:
      advance()
      return add(.record(block()), from: start)
    case .not:
      report(.notNeedsParentheses(at: hereSpan, in: self))
      advance()
      return primary(unlessTooDeep: ())
    default:
      return kind.isName ? named() : unexpectedInsteadOfOperand()
    }
  }

  private mutating func primary(unlessTooDeep: Void) -> ExpressionID {
    defer { ascend() }
    return descend() ? primary() : invalidExpression()
  }

  /// The operator at the end of the line before, whose right side is not there.
  private var signBeforeLineEnd: Token? {
    guard index > 0, tokens[index].isFirstOnLine, kind == .rightBrace else { return nil }
    let before = tokens[index - 1]
    switch before.kind {
    case .comma, .arrow, .colon: return nil
    default: return before.kind.continuesOnNextLine ? before : nil
    }
  }

  private mutating func unexpectedInsteadOfOperand() -> ExpressionID {
    let start = self.start
    if kind.isReserved, misusedWords.contains(kind) {
      advance()
      return add(.invalid, from: start)
    }
    if kind == .try, isOnSameLine(), peek().isName {
      let place = hereSpan
      let whole = Span(source, Int(place.start), Int(tokens[index + 1].start))
      correct(.tryBeforeValue(at: place, Edit(whole, "")))
      advance()
      return primary(unlessTooDeep: ())
    }
    if kind == .bar || kind == .doubleBar
      || kind == .leftBrace && isOnSameLine(0) && index > 0
        && (tokens[index - 1].kind == .leftParenthesis || tokens[index - 1].kind == .comma)
    {
      return foreignClosure()
    }
    if let sign = signBeforeLineEnd {
      report(.nothingBehind(sign, in: self), isAboutLineBefore: true)
    } else {
      report(.expectedExpression(in: self))
    }
    // What begins a line is parsed as one, also behind an operator.
    if linesMatter, tokens[index].isFirstOnLine, index > 0,
      tokens[index - 1].kind.continuesOnNextLine, kind != .end
    {
      kind = .newline
    }
    let invalid = invalidExpression()
    // A token that cannot go on with what stands around is left out, so that this goes on behind
    // it.
    switch kind {
    case .invalid: advance()
    default:
      if kind.isReserved, isOnSameLine(0), !endsBrackets,
        peek() == .comma || peek() == .rightParenthesis
      {
        advance()
      }
    }
    return invalid
  }

  // MARK: Names

  private static let foreignLiterals: [String: (Expression, String)] = [
    "True": (.boolean(true), "true"), "False": (.boolean(false), "false"),
    "None": (.invalid, "none"), "nil": (.invalid, "none"), "null": (.invalid, "none"),
  ]

  /// Whether one of `foreignLiterals` begins with `byte`: most names are not looked for there.
  private static func mayBeginForeignLiteral(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "T"), UInt8(ascii: "F"), UInt8(ascii: "N"), UInt8(ascii: "n"): true
    default: false
    }
  }

  /// What may stand before a string in other languages.
  private static let stringPrefixes: Set<String> = ["f", "F", "r", "b", "u", "fr", "rf"]

  private mutating func named() -> ExpressionID {
    if isAtLambda { return foreignClosure() }
    takeNew()
    let token = tokens[index]
    let isInModule = peek() == .dot && peek(2).isName && peek(3) == .less
    if peek() == .less && beginsTypeArguments(at: index + 1)
      || isInModule && beginsTypeArguments(at: index + 3)
    {
      let type = namedType()
      return add(.type(type), from: token.start)
    }
    if token.end &- token.start <= 2, peek() == .string || peek() == .stringStart,
      tokens[index + 1].start == token.end, Parser.stringPrefixes.contains(text(token))
    {
      correct(.stringPrefix(token, in: self))
      advance()
      return string()
    }
    let name = Name(text(token), at: span(of: token))
    advance()
    if token.end &- token.start <= 5, Parser.mayBeginForeignLiteral(bytes[Int(token.start)]),
      kind != .leftParenthesis, kind != .dot,
      let (meant, word) = Parser.foreignLiterals[name.text]
    {
      correct(.foreignLiteral(word, at: name.span))
      return add(meant, from: token.start)
    }
    return add(.name(name), from: token.start)
  }

  /// Takes the name that comes next; if there is none that is reported, as a lack of `wanted`.
  mutating func name(_ wanted: StaticString) -> Name? {
    let token = tokens[index]
    if kind.isName {
      let name = Name(text(token), at: span(of: token))
      advance()
      return name
    }
    if let name = nameBeginningWithDigit() { return name }
    guard kind.isReserved, mayBeNamedHere else {
      if !isReportedHere { module.doubts.lostNameCount += 1 }
      report(.expectedName("\(wanted)", in: self))
      return nil
    }
    if misusedWords.insert(kind).inserted {
      correct(.reservedWord(text(token), at: span(of: token)))
    }
    advance()
    return Name(text(token), at: span(of: token))
  }

  /// Whether what follows the reserved word that comes next is what follows a name that is
  /// declared.
  private var mayBeNamedHere: Bool {
    if misusedWords.contains(kind) { return true }
    switch peek() {
    case .assign, .colon, .comma, .leftParenthesis, .rightParenthesis, .in, .leftBrace, .dot:
      return isOnSameLine(0)
    default: return false
    }
  }

  /// Whether the `<` at `start`, behind a name, opens type arguments, as in `Float<V>(x)`: no space
  /// stands around it, only what types are made of stands up to the `>`, and `(`, `]`, `;` or `.`
  /// right behind that.
  private func beginsTypeArguments(at start: Int) -> Bool {
    let less = tokens[start]
    guard less.start == tokens[start - 1].end, start + 1 < tokens.count,
      tokens[start + 1].start == less.end
    else {
      return false
    }
    var depth = 0
    var place = start
    let last = min(tokens.count - 2, place + 64)
    while place <= last, !tokens[place].isFirstOnLine {
      switch tokens[place].kind {
      case .less: depth += 1
      case .greater: depth -= 1
      case .shiftRight: depth -= 2
      case .dot, .comma, .star, .slash, .doubleSlash, .caret, .number, .plus, .minus, .leftBracket,
        .rightBracket, .semicolon, .question, .coalesce, .leftParenthesis, .rightParenthesis,
        .arrow:
        break
      default: guard tokens[place].kind.isName else { return false }
      }
      if depth <= 0 {
        let next = tokens[place + 1]
        return depth == 0 && next.start == tokens[place].end
          && [.leftParenthesis, .rightBracket, .semicolon, .dot].contains(next.kind)
      }
      place += 1
    }
    return false
  }

  // MARK: Brackets

  /// Parses `(a)`, `(a, b)`, `()`.
  private mutating func parenthesis() -> ExpressionID {
    let start = self.start
    var parts: [ExpressionID] = []
    let isGood = list(.rightParenthesis) { parser in parts.append(parser.expression()) }
    guard isGood else { return add(.invalid, from: start) }
    if parts.count == 1, kind.isName || kind == .number,
      let conversion = conversionBehindType(parts[0], from: start)
    {
      return conversion
    }
    return add(parts.count == 1 ? .parenthesized(parts[0]) : .tuple(parts), from: start)
  }

  /// Parses `[a, b]`, `[a; n]`, `[f(x) for x in xs]`, and the `[T]` of `[T](xs)`.
  private mutating func bracketed() -> ExpressionID {
    let start = self.start
    let bracket = open()
    var parts: [ExpressionID] = []
    if kind != .rightBracket, !endsBrackets { parts.append(expression()) }
    if let first = parts.first {
      if kind == .semicolon { return repeated(first, bracket, from: start) }
      if kind == .for { return comprehension(first, bracket, from: start) }
    }
    let hasFirst = !parts.isEmpty && kind != .comma
    if take(.comma) { takeNumbers(into: &parts) }
    var isGood = elements(of: bracket, .rightBracket, hasFirst: hasFirst) { parser in
      parts.append(parser.expression())
    }
    isGood = isGood && kind == .rightBracket
    close(bracket, .rightBracket)
    guard isGood else { return add(.invalid, from: start) }
    if parts.count == 1, kind == .leftParenthesis, let element = type(from: parts[0]) {
      let type = add(.array(element), from: start)
      return add(.type(type), from: start)
    }
    return add(.array(parts), from: start)
  }

  /// Takes numbers with commas behind them, as many as follow each other: long tables are made of
  /// these.
  private mutating func takeNumbers(into parts: inout [ExpressionID]) {
    var lastUnit: UInt64 = 0
    while true {
      let sign = tokens[index]
      let isNegative = sign.kind == .minus
      let place = isNegative ? index + 1 : index
      guard place + 2 < tokens.count else { return }
      let token = tokens[place]
      guard token.kind == .number, !token.isBroken, !isNegative || token.start == sign.end else {
        return
      }
      var (last, unit) = (place, UInt64(0))
      if tokens[place + 1].kind != .comma {
        (last, unit) = (place + 1, unitName(at: place + 1, known: lastUnit))
        guard unit != 0, tokens[last + 1].kind == .comma else { return }
        lastUnit = unit
      }
      let (start, end) = (Int(token.start), Int(token.end))
      let hasRadix = end - start > 1 && Numeral.isRadixMark(bytes[start + 1])
      if !hasRadix,
        let id = module.plainNumbers.add(
          WrittenNumber(decimalIn: bytes, from: start, to: end), isNegative: isNegative, unit: unit,
          from: sign.start, to: tokens[last].end)
      {
        parts.append(id)
      } else if unit == 0 {
        let numeral = Numeral(in: bytes, from: start, to: end, isNegative: isNegative)
        parts.append(add(.number(numeral), at: Span(source, Int(sign.start), end)))
      } else {
        return
      }
      index = last + 2
      previousEnd = tokens[last + 1].end
      kind = tokens[index].kind
    }
  }

  /// The name of the unit that stands there, behind a number, packed; 0 if none does.
  ///
  /// `known` is the name of a unit, which is not looked up again.
  private func unitName(at place: Int, known: UInt64) -> UInt64 {
    let token = tokens[place]
    let end = tokens[place - 1].end
    let isBehind = token.start == end || (token.start == end + 1 && bytes[Int(end)] == 0x20)
    guard token.kind == .identifier, isBehind else { return 0 }
    let name = packedName(bytes[Int(token.start)..<Int(token.end)])
    return name == known || units.contains(packed: name) ? name : 0
  }

  private mutating func repeated(_ value: ExpressionID, _ bracket: Bracket, from start: UInt32)
    -> ExpressionID
  {
    advance()
    var counts: [ExpressionID] = []
    let isGood = elements(of: bracket, .rightBracket) { parser in counts.append(parser.expression())
    }
    let isClosed = kind == .rightBracket
    close(bracket, .rightBracket)
    guard isGood, isClosed else { return add(.invalid, from: start) }
    if kind == .leftParenthesis, !counts.isEmpty, let element = type(from: value) {
      let type = add(.fixedArray(element, counts), from: start)
      return add(.type(type), from: start)
    }
    guard counts.count == 1 else {
      correct(.repeatedTwice(at: span(from: start)))
      return add(.invalid, from: start)
    }
    return add(.repeated(value, count: counts[0]), from: start)
  }

  private mutating func comprehension(_ value: ExpressionID, _ bracket: Bracket, from start: UInt32)
    -> ExpressionID
  {
    var clauses: [ComprehensionClause] = []
    while true {
      if take(.for) {
        let pattern = bindingPattern()
        takeIn()
        clauses.append(.loop(pattern, in: expression()))
      } else if take(.if) {
        clauses.append(.condition(expression()))
      } else {
        break
      }
    }
    let isClosed = kind == .rightBracket
    close(bracket, .rightBracket)
    return add(isClosed ? .comprehension(value, clauses) : .invalid, from: start)
  }

  /// The type that an expression would be if it stood where types do, or nil.
  private mutating func type(from expression: ExpressionID) -> TypeID? {
    let span = module.span(of: expression)
    switch module[expression] {
    case .type(let type): return type
    case .name(let name):
      return addType(.named(module: nil, name, arguments: []), at: span)
    case .member(let base, let name):
      guard case .name(let library) = module[base] else { return nil }
      return addType(.named(module: library, name, arguments: []), at: span)
    case .array(let parts):
      guard parts.count == 1, let element = type(from: parts[0]) else { return nil }
      return addType(.array(element), at: span)
    case .repeated(let value, let count):
      guard let element = type(from: value) else { return nil }
      return addType(.fixedArray(element, [count]), at: span)
    default: return nil
    }
  }

  private mutating func addType(_ type: WrittenType, at span: Span) -> TypeID {
    module.types.append(type)
    module.typeSpans.append(span)
    return TypeID(index: Int32(truncatingIfNeeded: module.types.count - 1))
  }

  // MARK: Expressions with blocks

  /// `if c { a } else { b }` in the place of a value.
  private mutating func conditional() -> ExpressionID {
    let start = self.start
    let (conditions, then, otherwise) = ifParts { parser in
      let nestedStart = parser.start
      let nested = parser.conditional()
      return parser.add(.expression(nested), from: nestedStart)
    }
    return add(.conditional(conditions, then: then, otherwise: otherwise), from: start)
  }

  /// Parses `fn(x: Int) -> Int { … }`.
  private mutating func closure() -> ExpressionID {
    let start = self.start
    advance()
    if kind.isName {
      report(.namedClosure(at: hereSpan))
      advance()
    }
    let signature = self.signature()
    return add(.closure(signature, block()), from: start)
  }
}
