import Diagnostics

// Signs and words that stand for other operators elsewhere.

extension Parser {
  /// Two names side by side where a value is due: the first of them may be a misspelt word.
  mutating func correctWordOfValue() {
    let words: [Token.Kind] = [.await, .match, .not]
    guard misplacedUnit == nil else { return }
    correctWord(among: words)
  }

  /// Whether what stands behind `||` is a number or text and nothing else, so that a default is
  /// meant.
  var isDefaultBehindSign: Bool {
    var last = index + 1
    if peek() == .minus { last += 1 }
    guard last < tokens.count, tokens[last].kind == .number || tokens[last].kind == .string else {
      return false
    }
    if tokens[last].kind == .number, last + 1 < tokens.count, tokens[last + 1].kind == .identifier,
      !tokens[last + 1].isFirstOnLine
    {
      // Its unit.
      last += 1
    }
    guard last + 1 < tokens.count else { return true }
    switch tokens[last + 1].kind {
    case .valueEnd, .format: return true
    default: return endsStatement(behind: last)
    }
  }

  // MARK: Members

  /// Whether the `->` or `::` that comes next stands between a value and its member.
  var isMemberSign: Bool {
    let isPair = kind == .colon
    if isPair, !isJoined(with: .colon) { return false }
    let name = index + (isPair ? 2 : 1)
    return self.start == previousEnd && name < tokens.count && tokens[name].kind.isName
      && tokens[name].start == tokens[name - 1].end
  }

  /// Takes the `->` or `::` of `led->on()` for a point, which comes next then.
  mutating func takeMemberSign() {
    let start = self.start
    if kind == .colon { advance() }
    let sign = Span(source, Int(start), Int(tokens[index].end))
    correct(.foreignOperator(".", at: sign))
  }

  // MARK: Conversions

  /// Whether `as` and a type come next, as in `n as Float`.
  var isConversion: Bool {
    isOnSameLine(0) && isOnSameLine() && isTypeName(at: index + 1)
  }

  /// Takes the `as Float` behind `operand`.
  mutating func conversionBehind(_ operand: ExpressionID, from start: UInt32) -> ExpressionID {
    advance()
    let type = Name(text(tokens[index]), at: hereSpan)
    advance()
    let value = source(of: module.span(of: operand))
    correct(.conversion("\(type.text)(\(value))", at: type.span, span(from: start)))
    return conversion(of: operand, to: type, from: start)
  }

  /// The conversion that `(Float)n` was meant as, of which the parentheses have been taken; nil if
  /// that is not what stands here.
  mutating func conversionBehindType(_ inner: ExpressionID, from start: UInt32) -> ExpressionID? {
    guard case .name(let name) = module[inner], isOnSameLine(0), self.start == previousEnd,
      kind.isName || kind == .number, Parser.numberTypes.contains(name.text)
    else { return nil }
    let operandStart = self.start
    let operand = postfix(primary(), from: operandStart)
    let value = source(of: module.span(of: operand))
    correct(.conversion("\(name.text)(\(value))", at: name.span, span(from: start)))
    return conversion(of: operand, to: name, from: start)
  }

  private static let numberTypes: Set<String> = ["Int", "Int32", "Float", "Duration"]

  private mutating func conversion(of operand: ExpressionID, to type: Name, from start: UInt32)
    -> ExpressionID
  {
    let callee = add(.name(type), at: type.span)
    return add(
      .call(callee, [Argument(label: nil, isInout: false, value: operand)]), from: start)
  }
}
