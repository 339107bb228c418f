import Diagnostics

// Values as other languages write them: functions, objects, increments.

extension Parser {
  // MARK: Functions as values

  /// `lambda x: x + 1`, `|x| x + 1`, `{ x in x + 1 }`: what it would be is not known.
  mutating func foreignClosure() -> ExpressionID {
    let start = self.start
    report(.foreignClosure(at: hereSpan))
    skipValue()
    return add(.invalid, from: start)
  }

  /// Whether `lambda x` or `lambda:` comes next.
  var isAtLambda: Bool {
    let token = tokens[index]
    return kind == .identifier && token.end - token.start == 6
      && (peek().isName || peek() == .colon) && isOnSameLine() && text(token) == "lambda"
  }

  /// Goes to what ends the value that comes next: a comma or closing bracket, or the end of the
  /// line.
  private mutating func skipValue() {
    let first = index
    defer { if index > first { doubt(from: first, to: index - 1) } }
    while kind != .end, kind != .newline, kind != .semicolon, !endsBrackets {
      switch kind {
      case .comma, .rightParenthesis, .rightBracket: return
      case .leftParenthesis, .leftBracket, .leftBrace:
        if let end = closer(ofBracketAt: index) { jump(to: end) }
        advance()
      default: advance()
      }
    }
  }

  // MARK: Printing

  /// What is to be said of `print("n = " n)`, whose parenthesis is the token at `opener`; nil if
  /// that is not what comes next.
  func valueBehindString(_ opener: Int) -> Diagnostic? {
    guard opener > 0, index > opener + 1, kind.isName, isOnSameLine(0), isOnSameLine(),
      peek() == .rightParenthesis,
      tokens[index - 1].kind == .string || tokens[index - 1].kind == .stringEnd,
      tokens[opener - 1].kind == .identifier, text(tokens[opener - 1]) == "print"
    else { return nil }
    let place = Span(source, Int(previousEnd) - 1, Int(tokens[index].end))
    return .valueBehindString(at: hereSpan, Edit(place, "{\(text(tokens[index]))}\""))
  }

  // MARK: Objects

  /// Takes the `new` of `new Pulse(…)`.
  mutating func takeNew() {
    let token = tokens[index]
    guard kind == .identifier, token.end - token.start == 3, peek() == .identifier,
      isOnSameLine(), peek(2) == .leftParenthesis || peek(2) == .dot, text(token) == "new"
    else { return }
    correct(.superfluousWord(token, "a new value", in: self))
    advance()
  }

  // MARK: Increments

  /// `++n` and `--n` as statements; nil if neither comes next.
  mutating func incrementBefore() -> StatementID? {
    guard kind == .plus || kind == .minus, isJoined(with: kind), peek(2).isName,
      tokens[index + 2].start == tokens[index + 1].end
    else { return nil }
    let start = self.start
    let sign = kind == .plus ? "+" : "-"
    let infix: InfixOperator = kind == .plus ? .add : .subtract
    let both = span(of: tokens[index]).joined(with: span(of: tokens[index + 1]))
    advance()
    advance()
    let operandStart = self.start
    let place = postfix(primary(), from: operandStart)
    correct(.incrementBefore(sign, at: both, source(of: module.span(of: place)), span(from: start)))
    let one = add(.invalid, at: both)
    return add(.compoundAssignment(place, infix, one, at: both), from: start)
  }

  // MARK: Ranges

  /// `range(n)` behind `for … in`: what is meant by it; nil if something is called `range`.
  mutating func rangeCall(_ values: ExpressionID, from start: UInt32) -> ExpressionID? {
    guard case .call(let callee, let arguments) = module[values],
      case .name(let name) = module[callee], name.text == "range",
      (1...3).contains(arguments.count), arguments.allSatisfy({ $0.label == nil && !$0.isInout }),
      !tokens.indices.dropFirst().contains(where: {
        tokens[$0 - 1].kind == .fn && text(tokens[$0]) == "range"
      })
    else { return nil }
    let texts = arguments.map { source(of: module.span(of: $0.value)) }
    let lower = texts.count == 1 ? "0" : texts[0]
    let upper = texts.count == 1 ? texts[0] : texts[1]
    let meant = "\(lower)..<\(upper)" + (texts.count == 3 ? " by \(texts[2])" : "")
    takeForeign(
      .rangeCall(meant, at: name.span), "write `\(meant)`",
      [Edit(module.span(of: values), meant)])
    let first =
      texts.count == 1
      ? add(
        .number(Numeral(in: [UInt8(ascii: "0")], from: 0, to: 1, isNegative: false)),
        at: name.span)
      : arguments[0].value
    return add(
      .range(
        first, arguments[texts.count == 1 ? 0 : 1].value, isClosed: false,
        step: texts.count == 3 ? arguments[2].value : nil), from: start)
  }

  // MARK: Names that begin with a digit

  /// Takes `3x` where a name is due; nil if that is not what comes next.
  mutating func nameBeginningWithDigit() -> Name? {
    guard kind == .number, isJoinedWithName else { return nil }
    let whole = span(of: tokens[index]).joined(with: span(of: tokens[index + 1]))
    let name = Name(source(of: whole), at: whole)
    correct(.nameBeginningWithDigit(name))
    digitNames.insert(name.text)
    advance()
    advance()
    return name
  }

  /// The mention of such a name; nil if none comes next.
  mutating func mentionBeginningWithDigit() -> ExpressionID? {
    guard !digitNames.isEmpty, isJoinedWithName else { return nil }
    let whole = span(of: tokens[index]).joined(with: span(of: tokens[index + 1]))
    let name = Name(source(of: whole), at: whole)
    guard digitNames.contains(name.text) else { return nil }
    advance()
    advance()
    return add(.name(name), at: whole)
  }

  private var isJoinedWithName: Bool {
    index + 1 < tokens.count && tokens[index + 1].start == tokens[index].end && peek().isName
  }
}
