import Diagnostics

// Types and patterns.

extension Parser {
  mutating func type() -> TypeID {
    let start = self.start
    guard descend() else {
      ascend()
      return add(.invalid, from: start)
    }
    defer { ascend() }
    let outer = beginMeasuring()
    var type = foreignType() ?? typeWithoutMark()
    if kind == .rightBracket, !isInSquareBrackets, isOnSameLine(0), unopenedBracket(at: index) {
      let whole = Span(source, Int(start), Int(tokens[index].end))
      correct(.missingOpeningBracket(whole))
      advance()
      type = add(.array(type), from: start)
    }
    while kind == .question || kind == .coalesce, isOnSameLine(0) {
      takeFirstCharacter(as: .question)
      type = add(.optional(type), from: start)
      grow()
    }
    finishMeasuring(outer)
    return type
  }

  /// Whether the bracket at `place` closes nothing.
  private mutating func unopenedBracket(at place: Int) -> Bool {
    !isReportedHere && bracketPairs().openers[place] == nil
  }

  /// Takes the first character of the next token, as a token of kind `first`; `>>` may close two
  /// lists of arguments.
  private mutating func takeFirstCharacter(as first: Token.Kind) {
    let token = tokens[index]
    let rest: Token.Kind
    switch token.kind {
    case .coalesce: rest = .question
    case .shiftRight: rest = .greater
    case .greaterOrEqual: rest = .assign
    case .shiftRightAssign: rest = .greaterOrEqual
    default:
      tokens[index] = Token(start: token.start, end: token.end, kind: first, flags: token.flags)
      return advance()
    }
    previousEnd = token.start + 1
    tokens[index] = Token(start: previousEnd, end: token.end, kind: rest, flags: [])
    kind = rest
  }

  private mutating func typeWithoutMark() -> TypeID {
    let start = self.start
    switch kind {
    case .leftBracket: return arrayType()
    case .leftParenthesis:
      var parts: [TypeID] = []
      let isGood = list(.rightParenthesis) { parser in
        if parser.kind.isName, parser.peek() == .colon {
          // `(a: Int, b: Int)`
          let label = Span(
            parser.source, Int(parser.start), Int(parser.tokens[parser.index + 2].start))
          parser.takeForeign(
            .labelledResult(at: label), "leave out the names", [])
          parser.foreign?.add(Edit(label, ""))
          parser.advance()
          parser.advance()
        }
        parts.append(parser.type())
      }
      if take(.arrow) { return add(.function(parts, type()), from: start) }
      guard isGood else { return add(.invalid, from: start) }
      return parts.count == 1 ? parts[0] : add(.tuple(parts), from: start)
    default:
      if kind.isName { return namedType() }
      if kind.isReserved, misusedWords.contains(kind) {
        advance()
      } else {
        report(.expectedType(in: self))
      }
      return add(.invalid, from: start)
    }
  }

  /// Parses `[T]`, `[T; n]`, `[Float; m, n]`.
  private mutating func arrayType() -> TypeID {
    let start = self.start
    let bracket = open()
    let element = type()
    var lengths: [ExpressionID] = []
    var isGood = true
    if kind == .comma,
      peek() == .number || peek() == .identifier && (peek(2) == .rightBracket || peek(2) == .comma)
    {
      correct(.commaBeforeLength(at: hereSpan))
      kind = .semicolon
    }
    if take(.semicolon) {
      isGood = elements(of: bracket, .rightBracket) { parser in lengths.append(parser.expression())
      }
      if isGood, lengths.isEmpty { report(.expectedExpression(in: self)) }
    }
    close(bracket, .rightBracket)
    guard isGood else { return add(.invalid, from: start) }
    return add(lengths.isEmpty ? .array(element) : .fixedArray(element, lengths), from: start)
  }

  /// Parses `Float`, `Float<V/s>`, `module.Name`.
  mutating func namedType() -> TypeID {
    let start = self.start
    guard var name = name("the name of a type") else { return add(.invalid, from: start) }
    var library: Name?
    if kind == .dot, !tokens[index].isFirstOnLine {
      advance()
      library = name
      guard let member = self.name("the name of a type after `.`") else {
        return add(.invalid, from: start)
      }
      name = member
    }
    var arguments: [WrittenTypeArgument] = []
    if kind == .less { arguments = typeArguments() }
    return add(.named(module: library, name, arguments: arguments), from: start)
  }

  private mutating func typeArguments() -> [WrittenTypeArgument] {
    let opener = tokens[index]
    var arguments: [WrittenTypeArgument] = []
    advance()
    while !closesTypeArguments, kind != .end, kind != .newline {
      arguments.append(typeArgument())
      if !take(.comma) { break }
    }
    guard closesTypeArguments else {
      report(.unclosedTypeArguments(opener, in: self))
      skipTypeArguments()
      return arguments
    }
    // It is no operator: a line may end in it.
    takeFirstCharacter(as: .typeArgumentsEnd)
    return arguments
  }

  private var closesTypeArguments: Bool {
    kind == .greater || kind == .shiftRight || kind == .greaterOrEqual || kind == .shiftRightAssign
  }

  /// Goes behind the `>` on this line, if there is one before anything that is no part of type
  /// arguments.
  private mutating func skipTypeArguments() {
    var place = index
    while place < tokens.count, !tokens[place].isFirstOnLine {
      switch tokens[place].kind {
      case .greater:
        jump(to: place)
        tokens[place] = Token(
          start: tokens[place].start, end: tokens[place].end, kind: .typeArgumentsEnd,
          flags: tokens[place].flags)
        return advance()
      case .slash, .star, .caret, .number, .comma, .plus, .minus, .doubleSlash: place += 1
      default:
        guard tokens[place].kind.isName else { return silence() }
        place += 1
      }
    }
    silence()
  }

  private mutating func typeArgument() -> WrittenTypeArgument {
    if kind.isName || kind == .number, let written = WrittenUnit(in: bytes, from: Int(start)),
      endsArgument(written)
    {
      let unitStart = start
      guard let unit = takeWrittenUnit() else { return .type(add(.invalid, from: unitStart)) }
      let factors = unit.factors.map { factor in
        UnitExpression.Factor(
          name: Name(
            String(decoding: bytes[factor.start..<factor.end], as: UTF8.self),
            at: Span(source, factor.start, factor.end)),
          power: factor.power)
      }
      return .unit(UnitExpression(factors: factors, span: span(from: unitStart)))
    }
    if kind == .number || isLengthAhead { return .length(binary(.sum)) }
    return .type(type())
  }

  /// Whether a name with an operator behind it comes next that no unit has: `N + 1`.
  private var isLengthAhead: Bool {
    guard kind.isName else { return false }
    switch peek() {
    case .plus, .minus, .star, .doubleSlash: return true
    default: return false
    }
  }

  /// Whether behind `written` the argument is over, so that it is not the beginning of a longer
  /// type.
  private func endsArgument(_ written: WrittenUnit) -> Bool {
    var place = index
    while place < tokens.count, Int(tokens[place].start) < written.end { place += 1 }
    guard place < tokens.count else { return false }
    switch tokens[place].kind {
    case .dot, .less, .question, .coalesce, .plus, .minus, .star, .doubleSlash: return false
    default: return true
    }
  }

  // MARK: Patterns

  /// What a value is bound to in `let`, `for` and function heads: a name, `_`, or a tuple of these.
  mutating func bindingPattern() -> PatternID {
    let start = self.start
    guard descend() else {
      ascend()
      return add(.invalid, from: start)
    }
    defer { ascend() }
    if kind == .leftParenthesis {
      var parts: [PatternID] = []
      let isGood = list(.rightParenthesis) { parser in
        parts.append(parser.bindingPattern())
        parser.takeTypeInPattern()
      }
      guard isGood else { return add(.invalid, from: start) }
      return parts.count == 1 ? parts[0] : add(.tuple(parts), from: start)
    }
    guard let name = name("a name") else { return add(.invalid, from: start) }
    return add(name.text == "_" ? .wildcard : .binding(name), from: start)
  }

  /// Takes the `: T` behind a part of a pattern.
  private mutating func takeTypeInPattern() {
    guard kind == .colon else { return }
    let colon = self.start
    advance()
    _ = type()
    let edit = Edit(span(from: colon), "")
    takeForeign(.typeInPattern(at: span(from: colon)), "leave out the types", [])
    foreign?.add(edit)
  }

  /// What stands after `case`.
  mutating func casePattern() -> PatternID {
    let start = self.start
    guard descend() else {
      ascend()
      return add(.invalid, from: start)
    }
    defer { ascend() }
    switch kind {
    case .let, .var:
      if kind == .var { correct(.variablePattern(at: span(of: tokens[index]))) }
      let word = tokens[index]
      advance()
      if kind == .dot || kind.isName && peek() == .leftParenthesis {
        return caseBehindLet(word, from: start)
      }
      return bindingPattern()
    case .leftParenthesis:
      var parts: [PatternID] = []
      let isGood = list(.rightParenthesis) { parser in parts.append(parser.casePattern()) }
      guard isGood else { return add(.invalid, from: start) }
      return parts.count == 1 ? parts[0] : add(.tuple(parts), from: start)
    case .dot:
      advance()
      return enumCasePattern(from: start)
    default:
      if kind.isName || (kind.isReserved && misusedWords.contains(kind)) {
        return enumCasePattern(from: start)
      }
      let value = binary(.range)
      switch module[value] {
      case .invalid: return add(.invalid, from: start)
      case .range: return add(.range(value), from: start)
      default: return add(.literal(value), from: start)
      }
    }
  }

  mutating func enumCasePattern(from start: UInt32) -> PatternID {
    guard var name = name("the name of a case") else { return add(.invalid, from: start) }
    if name.text == "_" { return add(.wildcard, from: start) }
    if kind == .dot {
      advance()
      let qualifier = Span(source, Int(start), Int(previousEnd))
      guard let unqualified = self.name("the name of a case") else {
        return add(.invalid, from: start)
      }
      correct(.qualifiedCase(name.text, at: qualifier))
      name = unqualified
    }
    var parts: [PatternID] = []
    if kind == .leftParenthesis {
      let isGood = list(.rightParenthesis) { parser in
        let labelStart = parser.start
        if parser.kind.isName, parser.peek() == .colon {
          parser.advance()
          parser.advance()
          parser.correct(
            .labelInPattern(at: Span(parser.source, Int(labelStart), Int(parser.start))))
        }
        parts.append(parser.casePattern())
      }
      guard isGood else { return add(.invalid, from: start) }
    }
    return add(.enumCase(name, parts), from: start)
  }
}
