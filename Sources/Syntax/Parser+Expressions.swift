import Diagnostics

// Operators and what they bind (rule 5).

extension Parser {
  /// How tightly an operator binds; a higher one binds tighter.
  enum Level: Int {
    case or = 1, and, not, comparison, coalesce, range, bar, caret, ampersand, shift, sum, product
    case unary, power
  }

  mutating func expression() -> ExpressionID {
    let start = self.start
    let value = binary(.or)
    guard kind == .if, isOnSameLine(0), hasElseOnThisLine else { return value }
    return choiceBehindValue(value, from: start)
  }

  /// The expression after `if`, `while`, `for … in` or `match`, which a `{` ends.
  mutating func headExpression() -> ExpressionID {
    let wasInHead = isInHead
    isInHead = true
    defer { isInHead = wasInHead }
    return expression()
  }

  /// An expression of operators that bind as tightly as `lowest` or tighter.
  mutating func binary(_ lowest: Level) -> ExpressionID {
    guard descend() else {
      ascend()
      return invalidExpression()
    }
    defer { ascend() }
    let outer = beginMeasuring()
    let start = self.start
    var left = kind == .not ? negation(lowest) : unary()
    while let (infix, level) = infixOperator, level.rawValue >= lowest.rawValue {
      left = self.infix(infix, level, left, from: start)
      grow()
    }
    if kind == .halfOpenRange || kind == .closedRange, lowest.rawValue <= Level.range.rawValue {
      left = range(left, from: start)
      grow()
      // What binds looser than a range goes on.
      while let (infix, level) = infixOperator, level.rawValue >= lowest.rawValue,
        level.rawValue < Level.range.rawValue
      {
        left = self.infix(infix, level, left, from: start)
        grow()
      }
    }
    if kind == .question, lowest == .or, isOnSameLine(0), beginsTernary {
      left = ternary(left, from: start)
    }
    finishMeasuring(outer)
    // What is too high is not kept: nothing walks it.
    return isAbandoned ? invalidExpression() : left
  }

  private mutating func infix(
    _ infix: InfixOperator, _ level: Level, _ left: ExpressionID, from start: UInt32
  ) -> ExpressionID {
    let sign = span(of: tokens[index])
    if kind == .doubleAmpersand || kind == .doubleBar {
      if kind == .doubleBar, isDefaultBehindSign {
        // `x || 0`
        correct(.foreignOperator("??", at: sign))
        advance()
        return add(.infix(.coalesce, left, operand(.coalesce), at: sign), from: start)
      }
      correct(.foreignOperator(infix.rawValue, at: sign))
    }
    if level == .comparison, let meant = foreignComparison(infix, left, from: start) {
      return meant
    }
    advance()
    switch level {
    case .comparison:
      let right = operand(.coalesce)
      let comparison = add(.infix(infix, left, right, at: sign), from: start)
      guard let (next, nextLevel) = infixOperator, nextLevel == .comparison else {
        return comparison
      }
      return chainedComparison(comparison, middle: right, next, from: start)
    case .coalesce:
      let right = operand(.coalesce)
      return add(.infix(infix, left, right, at: sign), from: start)
    case .product:
      let right = unary()
      return add(.infix(infix, left, right, at: sign), from: start)
    case .and:
      let right = kind == .not ? operand(.not) : operand(.comparison)
      return add(.infix(infix, left, right, at: sign), from: start)
    case .or:
      return add(.infix(infix, left, operand(.and), at: sign), from: start)
    case .not, .range, .bar, .caret, .ampersand, .shift, .sum, .unary, .power:
      let right = operand(Level(rawValue: level.rawValue + 1) ?? .unary)
      return add(.infix(infix, left, right, at: sign), from: start)
    }
  }

  /// What stands on the right of an operator; its height counts for the expression being measured.
  private mutating func operand(_ lowest: Level) -> ExpressionID { binary(lowest) }

  private mutating func chainedComparison(
    _ first: ExpressionID, middle: ExpressionID, _ next: InfixOperator, from start: UInt32
  ) -> ExpressionID {
    let middleText = source(of: module.span(of: middle))
    report(.chainedComparison(middleText, at: span(of: tokens[index])))
    advance()
    _ = binary(.coalesce)
    return add(.invalid, from: start)
  }

  func source(of span: Span) -> String {
    String(decoding: bytes[Int(span.start)..<Int(span.end)], as: UTF8.self)
  }

  private mutating func range(_ lower: ExpressionID, from start: UInt32) -> ExpressionID {
    let isClosed = kind == .closedRange
    advance()
    let upper = binary(.bar)
    var step: ExpressionID?
    if kind == .by || isAtForeignStep, isOnSameLine(0) || !linesMatter {
      if kind == .identifier { correct(.misspelt(text(tokens[index]), as: .by, at: hereSpan)) }
      advance()
      step = binary(.bar)
    }
    if kind == .halfOpenRange || kind == .closedRange {
      report(.chainedRange(at: span(of: tokens[index])))
      advance()
      _ = binary(.bar)
      return add(.invalid, from: start)
    }
    return add(.range(lower, upper, isClosed: isClosed, step: step), from: start)
  }

  /// The binary operator that comes next, ranges aside.
  private var infixOperator: (InfixOperator, Level)? {
    switch kind {
    case .or, .doubleBar: (.or, .or)
    case .and, .doubleAmpersand: (.and, .and)
    case .in: (.contains, .comparison)
    case .equal: (.equal, .comparison)
    case .notEqual: (.notEqual, .comparison)
    case .less where isJoined(with: .greater): (.notEqual, .comparison)
    case .less: (.less, .comparison)
    case .not where peek() == .in && isOnSameLine(0): (.contains, .comparison)
    case .assign where isInHead && isCondition:
      (
        isJoined(with: .greater)
          ? .greaterOrEqual : isJoined(with: .less) ? .lessOrEqual : .equal, .comparison
      )
    case .identifier where isAtIdentity: (.equal, .comparison)
    case .lessOrEqual: (.lessOrEqual, .comparison)
    case .greater: (.greater, .comparison)
    case .greaterOrEqual: (.greaterOrEqual, .comparison)
    case .coalesce: (.coalesce, .coalesce)
    case .bar: (.bitOr, .bar)
    case .caret: (.bitXor, .caret)
    case .ampersand: (.bitAnd, .ampersand)
    case .shiftLeft: (.shiftLeft, .shift)
    case .shiftRight: (.shiftRight, .shift)
    case .plus: (.add, .sum)
    case .minus: (.subtract, .sum)
    case .wrappingPlus: (.wrappingAdd, .sum)
    case .wrappingMinus: (.wrappingSubtract, .sum)
    case .star: (.multiply, .product)
    case .slash: (.divide, .product)
    case .doubleSlash: (.floorDivide, .product)
    case .percent: (.remainder, .product)
    case .atSign: (.matrixMultiply, .product)
    case .wrappingStar: (.wrappingMultiply, .product)
    default: nil
    }
  }

  // MARK: Before the operand

  /// `not` and its operand; it is reported where a tighter operator stands before it.
  private mutating func negation(_ lowest: Level) -> ExpressionID {
    let start = self.start
    let sign = hereSpan
    // The default of an argument says so itself.
    let isDefault = index > 0 && tokens[index - 1].kind == .assign
    advance()
    let operand = binary(kind == .not ? .not : .comparison)
    grow()
    let negation = add(.prefix(.not, operand), from: start)
    if lowest.rawValue > Level.not.rawValue, !isDefault, !isReportedHere {
      correct(.notNeedsParentheses(at: sign, span(from: start), in: self))
    }
    return negation
  }

  /// The default of an argument: the first `in` outside of brackets begins its limits (rule 56), so
  /// what binds looser is reported.
  mutating func argumentDefault() -> ExpressionID {
    let start = self.start
    let isNegation = kind == .not
    var value = binary(.coalesce)
    var isLoose = isNegation
    while let (infix, level) = infixOperator, level.rawValue <= Level.comparison.rawValue,
      kind != .in, isOnSameLine(0)
    {
      value = self.infix(infix, level, value, from: start)
      isLoose = true
    }
    if isLoose, !isReportedHere { correct(.looseDefault(at: span(from: start), in: self)) }
    return value
  }

  private mutating func unary() -> ExpressionID {
    switch kind {
    case .minus where isDecrement: return increment(by: "-")
    case .minus: return minus()
    case .tilde: return prefixed(.complement)
    case .exclamation:
      correct(.foreignOperator("not ", at: span(of: tokens[index])))
      return prefixed(.not)
    case .plus where isIncrement && endsStatement(behind: index): return increment(by: "+")
    case .plus:
      report(.unaryPlus(tokens[index], isIncrement: isIncrement, in: self))
      advance()
      return kind == .newline || kind == .rightBrace || kind == .end
        ? invalidExpression() : nestedUnary()
    case .ampersand:
      report(.misplacedAmpersand(at: hereSpan))
      advance()
      return nestedUnary()
    default:
      let start = self.start
      return power(awaited(), from: start)
    }
  }

  /// Whether the `+` that comes next is the second of `i++`.
  private var isIncrement: Bool {
    index > 0 && tokens[index - 1].kind == .plus && tokens[index - 1].end == start
  }

  private var isDecrement: Bool {
    index > 0 && tokens[index - 1].kind == .minus && tokens[index - 1].end == start
      && endsStatement(behind: index)
  }

  /// Whether nothing that belongs to the same statement follows the token at `place`.
  func endsStatement(behind place: Int) -> Bool {
    guard place + 1 < tokens.count else { return true }
    let next = tokens[place + 1]
    switch next.kind {
    case .rightBrace, .rightParenthesis, .rightBracket, .end, .semicolon, .comma: return true
    default: return next.isFirstOnLine
    }
  }

  /// `n++` and `n--`, which other languages have; what comes next is their second sign.
  private mutating func increment(by sign: String) -> ExpressionID {
    report(.increment(tokens[index], sign, in: self))
    advance()
    if linesMatter, tokens[index].isFirstOnLine, kind != .end { kind = .newline }
    return invalidExpression()
  }

  private mutating func nestedUnary() -> ExpressionID {
    guard descend() else {
      ascend()
      return invalidExpression()
    }
    defer { ascend() }
    let operand = kind == .not ? negation(.unary) : unary()
    grow()
    return operand
  }

  private mutating func prefixed(_ sign: PrefixOperator) -> ExpressionID {
    let start = self.start
    advance()
    let operand = nestedUnary()
    return add(.prefix(sign, operand), from: start)
  }

  /// A minus belongs to the number right behind it, except before `**` (rule 4).
  private mutating func minus() -> ExpressionID {
    let sign = tokens[index]
    guard peek() == .number, tokens[index + 1].start == sign.end else { return prefixed(.minus) }
    advance()
    let literal = number(isNegative: true, from: sign.start)
    guard kind == .doubleStar else {
      return power(postfix(literal, from: sign.start), from: sign.start)
    }
    let place = Int(literal.index)
    switch module.expressions[place] {
    case .number(let numeral): module.expressions[place] = .number(numeral.negated)
    case .quantity(let numeral, let unit):
      module.expressions[place] = .quantity(numeral.negated, unit)
    default: break
    }
    let span = module.expressionSpans[place]
    module.expressionSpans[place] = Span(source, Int(sign.end), Int(span.end))
    let operand = power(literal, from: sign.end)
    grow()
    return add(.prefix(.minus, operand), from: sign.start)
  }

  /// `base`, and what it is raised to if `**` comes next; its right side may be signed.
  private mutating func power(_ base: ExpressionID, from start: UInt32) -> ExpressionID {
    guard kind == .doubleStar else { return base }
    let sign = span(of: tokens[index])
    advance()
    let exponent = nestedUnary()
    return add(.infix(.power, base, exponent, at: sign), from: start)
  }

  private mutating func awaited() -> ExpressionID {
    if kind == .identifier, peek() == .identifier, isOnSameLine() { correctWordOfValue() }
    guard kind == .await else {
      let start = self.start
      return postfix(primary(), from: start)
    }
    let start = self.start
    advance()
    guard descend() else {
      ascend()
      return invalidExpression()
    }
    defer { ascend() }
    let call = awaited()
    grow()
    return add(.await(call), from: start)
  }

  // MARK: Behind the operand

  /// `operand` with the calls, indices and members behind it.
  mutating func postfix(_ operand: ExpressionID, from start: UInt32) -> ExpressionID {
    var operand = operand
    while true {
      switch kind {
      case .leftParenthesis:
        var arguments: [Argument] = []
        let isGood = list(.rightParenthesis) { parser in arguments.append(parser.argument()) }
        operand = add(isGood ? .call(operand, arguments) : .invalid, from: start)
      case .leftBracket:
        var indices: [ExpressionID] = []
        let isGood = list(.rightBracket) { parser in indices.append(parser.sliceOrIndex()) }
        if isGood, indices.isEmpty { correct(.emptyIndex(at: span(from: start))) }
        operand = add(isGood && !indices.isEmpty ? .index(operand, indices) : .invalid, from: start)
      case .dot:
        if let member = memberBehindSelf(operand) {
          operand = member
        } else {
          operand = member(of: operand, from: start)
        }
      case .arrow where isMemberSign, .colon where isMemberSign:
        takeMemberSign()
        operand = member(of: operand, from: start)
      case .as where isConversion:
        operand = conversionBehind(operand, from: start)
      case .exclamation where self.start == previousEnd:
        report(.forcedUnwrapping(at: hereSpan))
        advance()
        // At the end of a line it goes on with nothing.
        if linesMatter, tokens[index].isFirstOnLine, kind != .end { kind = .newline }
        operand = add(.invalid, from: start)
      case .question where self.start == previousEnd && isChaining:
        report(.optionalChaining(at: hereSpan))
        advance()
        operand = add(.invalid, from: start)
      default:
        return operand
      }
      grow()
    }
  }

  /// Whether a `.` stands right behind the `?` that comes next.
  private var isChaining: Bool {
    peek() == .dot && tokens[index + 1].start == tokens[index].end
  }

  private mutating func member(of operand: ExpressionID, from start: UInt32) -> ExpressionID {
    advance()
    if kind == .number, let position = Int(text(tokens[index])) {
      advance()
      return add(.tupleElement(operand, position), from: start)
    }
    guard let name = name("the name of a member after `.`") else {
      return add(.invalid, from: start)
    }
    return add(.member(operand, name), from: start)
  }

  /// Parses `value`, `label: value`, `&place`.
  mutating func argument() -> Argument {
    var label: Name?
    if kind.isName || kind.isReserved, peek() == .colon {
      label = name("a label")
      advance()
    } else if kind.isName, peek() == .dot, beginsDottedLabel {
      // An argument of a part that the experiment or part uses.
      label = dottedName("a label")
      _ = take(.colon)
    }
    let isInout = take(.ampersand)
    return Argument(label: label, isInout: isInout, value: expression())
  }

  /// Whether names, joined by points, and a colon come next: `readout.window: 5 us`.
  private var beginsDottedLabel: Bool {
    var distance = 0
    while peek(distance).isName, peek(distance + 1) == .dot { distance += 2 }
    return peek(distance).isName && peek(distance + 1) == .colon
  }
}
