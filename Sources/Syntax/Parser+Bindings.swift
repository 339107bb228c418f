import Diagnostics

// Bindings and assignments, and the statements that are a word and a call.

extension Parser {
  /// Parses `let pattern: T = value`.
  mutating func binding(isVariable: Bool) -> StatementID {
    let keyword = span(of: tokens[index])
    let start = self.start
    advance()
    return bindingBehindKeyword(isVariable: isVariable, keyword, start)
  }

  /// What follows `let` or `var`; where that is missing, which has been reported, `begin` is nil.
  mutating func bindingBehindKeyword(isVariable: Bool, _ keyword: Span, _ begin: UInt32?)
    -> StatementID
  {
    let start = begin ?? keyword.start
    let patternStart = self.start
    if kind == .let || kind == .var {
      correct(.superfluousWord(tokens[index], "what is declared", in: self))
      advance()
    }
    if takeMutable(keyword) {
      return bindingBehindKeyword(isVariable: true, keyword, begin)
    }
    if kind == .leftBracket || kind == .leftBrace { return bracketedNames(keyword, from: start) }
    var pattern = bindingPattern()
    if kind == .comma, peek().isName, isOnSameLine() {
      // `let a, b = 1, 2`
      var parts = [pattern]
      while take(.comma) { parts.append(bindingPattern()) }
      let names = span(from: patternStart)
      pattern = add(.tuple(parts), from: patternStart)
      if kind == .assign {
        advance()
        let values = severalValues()
        correct(
          .severalWithoutParentheses(
            names, module.span(of: values.id), values.isTuple, isDeclared: begin != nil))
        return add(
          .binding(isVariable: isVariable, pattern, nil, values.id, keyword: keyword), from: start)
      }
    }
    var written: TypeID?
    if kind == .colon, peek() == .assign, tokens[index + 1].start == tokens[index].end {
      if begin != nil { correct(.superfluousColonBeforeAssign(at: hereSpan)) }
      advance()
    } else if take(.colon) {
      written = type()
    }
    guard takeAssign() else {
      report(.missingValue(isVariable ? "var" : "let", in: self))
      let unknown = invalidExpression()
      return add(
        .binding(isVariable: true, pattern, written, unknown, keyword: keyword), from: start)
    }
    let value = expression()
    return add(
      .binding(isVariable: isVariable, pattern, written, value, keyword: keyword), from: start)
  }

  /// `let [a, b] = xs`: what the names would be is not known.
  mutating func bracketedNames(_ keyword: Span, from start: UInt32) -> StatementID {
    report(.bracketsAroundNames(at: hereSpan))
    let patternStart = self.start
    if let end = closer(ofBracketAt: index) { jump(to: end) }
    advance()
    let pattern = add(Pattern.invalid, from: patternStart)
    var value = invalidExpression()
    if take(.assign) { value = expression() }
    return add(
      .binding(isVariable: true, pattern, nil, value, keyword: keyword), from: start)
  }

  mutating func send() -> StatementID {
    let start = self.start
    advance()
    let call = expression()
    switch module[call] {
    case .call, .invalid: break
    default:
      correct(.sendWithoutCall(at: module.span(of: call)))
      return add(.invalid, from: start)
    }
    return add(.send(call), from: start)
  }

  mutating func preload() -> StatementID {
    let start = self.start
    advance()
    var kernels: [Name] = []
    repeat {
      guard let kernel = dottedName("the name of a kernel") else { break }
      kernels.append(kernel)
    } while take(.comma)
    return add(.preload(kernels), from: start)
  }

  /// An expression, or an assignment to what it stands for.
  mutating func simpleStatement() -> StatementID {
    let start = self.start
    var place = expression()
    if let call = callWithoutParentheses(place, from: start) { place = call }
    let sign = span(of: tokens[index])
    if kind == .assign {
      advance()
      let value = expression()
      guard isAssignable(place) else { return add(.invalid, from: start) }
      if kind == .assign, isOnSameLine(0) {
        report(.chainedAssignment(at: hereSpan))
        advance()
        _ = expression()
      }
      return add(.assignment(place, value), from: start)
    }
    if let infix = compoundOperator {
      advance()
      let value = expression()
      guard isAssignable(place) else { return add(.invalid, from: start) }
      return add(.compoundAssignment(place, infix, value, at: sign), from: start)
    }
    return add(.expression(place), from: start)
  }

  /// Whether `place` has the shape of something that can be assigned to; if not that is reported.
  mutating func isAssignable(_ place: ExpressionID) -> Bool {
    if let fault = unassignablePart(place) {
      correct(.notAPlace(at: module.span(of: fault)))
      return false
    }
    return true
  }

  /// The part of `place` that is neither a name nor a field, element or tuple of such.
  func unassignablePart(_ place: ExpressionID) -> ExpressionID? {
    switch module[place] {
    case .name, .invalid: nil
    case .member(let base, _), .tupleElement(let base, _), .index(let base, _),
      .parenthesized(let base):
      unassignablePart(base)
    // One of a family of shared values; the typing tells it from a call.
    case .call(let callee, _): unassignablePart(callee)
    case .tuple(let parts):
      parts.isEmpty ? place : parts.lazy.compactMap { unassignablePart($0) }.first
    default: place
    }
  }

  var compoundOperator: InfixOperator? {
    switch kind {
    case .plusAssign: .add
    case .minusAssign: .subtract
    case .starAssign: .multiply
    case .slashAssign: .divide
    case .doubleSlashAssign: .floorDivide
    case .percentAssign: .remainder
    case .doubleStarAssign: .power
    case .atAssign: .matrixMultiply
    case .wrappingPlusAssign: .wrappingAdd
    case .wrappingMinusAssign: .wrappingSubtract
    case .wrappingStarAssign: .wrappingMultiply
    case .ampersandAssign: .bitAnd
    case .caretAssign: .bitXor
    case .barAssign: .bitOr
    case .shiftLeftAssign: .shiftLeft
    case .shiftRightAssign: .shiftRight
    default: nil
    }
  }
}
