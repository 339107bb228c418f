import Diagnostics

// `match` and its cases.

extension Parser {
  /// Parses `match e { case p, q if c: … else: … }`.
  mutating func matchParts() -> (ExpressionID, [MatchCase]) {
    advance()
    let value = headExpression()
    let opening = index
    let isIndented =
      kind == .colon && unclosedBraceCount >= 0 && opening + 1 < tokens.count
      && tokens[opening + 1].isFirstOnLine
      && column(ofLineAt: opening + 1) > column(ofLineAt: opening)
    let isBraceMissing = !isIndented && takeBraceOfMatch()
    guard kind == .leftBrace || isIndented || isBraceMissing else {
      _ = blockWithoutBrace()
      return (value, [])
    }
    guard descend() else {
      ascend()
      return (value, [])
    }
    defer { ascend() }
    let outerLimit = indentationLimit
    defer { indentationLimit = outerLimit }
    let bracket: Bracket
    if isIndented {
      beginIndentedBlock()
      advance()
      bracket = openIndented(at: opening)
      indentationLimit = column(ofLineAt: opening)
    } else {
      indentationLimit = -1
      bracket = isBraceMissing && kind != .leftBrace ? openWithoutBracket() : open()
    }
    isInMatchCase = true
    var cases: [MatchCase] = []
    var hasFault = false
    while true {
      skipSeparators()
      if isBehindIndentedLines { break }
      if kind == .rightBrace || kind == .end || kind == .valueEnd || kind == .format { break }
      if place(inBracesAt: bracket.opener, allowing: { _ in false }) != .belongsHere { break }
      correctDefault()
      if kind == .case || kind == .else {
        cases.append(matchCase(opener: bracket.opener))
      } else if beginsCaseWithoutWord {
        if hasFault { silenceLine() } else { correct(.missingCaseWord(at: emptySpan(at: start))) }
        hasFault = true
        cases.append(matchCase(opener: bracket.opener, hasWord: false))
      } else {
        // Whoever leaves out the `case` once leaves it out always.
        if hasFault { silenceLine() } else { report(.expectedCase(in: self)) }
        hasFault = true
        let start = self.start
        skipLine()
        // What it would have matched is not known.
        cases.append(
          MatchCase(
            patterns: [add(.invalid, from: start)], condition: nil,
            body: Block(statements: [], span: span(from: start)), span: span(from: start)))
        if kind == .newline || kind == .semicolon { continue }
        if kind != .rightBrace, kind != .case { break }
      }
    }
    if isIndented {
      endIndented(bracket)
      closeIndentedBlock(isOnNextLine: true, opening: opening)
    } else {
      close(bracket, .rightBrace)
    }
    return (value, cases)
  }

  /// Takes what stands in the place of the `{` of a `match`, or notes that it is missing; false if
  /// no cases follow.
  private mutating func takeBraceOfMatch() -> Bool {
    guard kind != .leftBrace else { return false }
    let first = kind == .colon ? index + 1 : index
    if first < tokens.count, tokens[first].isFirstOnLine, tokens[first].kind == .case {
      guard unclosedBraceCount < 0 else { return false }
      if kind == .colon {
        correct(.colonInsteadOfBrace(at: hereSpan))
        advance()
      } else {
        correct(.missingBrace(at: emptySpan(at: previousEnd), in: self))
      }
      return true
    }
    guard kind == .identifier, peek() == .leftBrace, isOnSameLine(0), isOnSameLine() else {
      return false
    }
    correct(.superfluousWord(tokens[index], "a `match`", in: self))
    advance()
    return true
  }

  /// Takes `default:` for `else:`.
  mutating func correctDefault() {
    guard isAtDefault else { return }
    let token = tokens[index]
    correctWithin(.misspelt(text(token), as: "else", at: span(of: token)))
    kind = .else
  }

  /// Whether the `default:` or `_:` of another language comes next in a `match`.
  var isAtDefault: Bool {
    guard isInMatchCase, kind == .identifier, peek() == .colon else { return false }
    let word = text(tokens[index])
    return word == "default" || word == "_"
  }

  /// Whether a word comes next that only a statement begins with.
  private var beginsStatementWord: Bool {
    switch kind {
    case .return, .let, .var, .throw, .for, .while, .break, .continue, .send: true
    default: false
    }
  }

  mutating func matchCase(opener: Int, hasWord: Bool = true) -> MatchCase {
    let start = self.start
    var patterns: [PatternID] = []
    var condition: ExpressionID?
    if !hasWord || take(.case) {
      repeat { patterns.append(casePattern()) } while take(.comma)
      if kind == .identifier, ["where", "when"].contains(text(tokens[index])) {
        correct(.foreignCondition(at: hereSpan))
        advance()
        condition = expression()
      } else if take(.if) {
        condition = expression()
      }
    } else {
      advance()
    }
    if kind == .arrow || (kind == .assign && peek() == .greater) {
      let arrowStart = self.start
      if kind == .assign { advance() }
      advance()
      correct(.arrowAfterCase(at: span(from: arrowStart)))
    } else if kind == .leftBrace, let end = closer(ofBracketAt: index) {
      correct(
        .bracesInsteadOfColon(
          at: hereSpan, Span(source, Int(previousEnd), Int(tokens[index].end)),
          span(of: tokens[end])))
      let inner = block()
      var statements = inner.statements
      self.statements(into: &statements, opener: opener)
      let body = Block(statements: statements, span: inner.span)
      return MatchCase(
        patterns: patterns, condition: condition, body: body, span: span(from: start))
    } else if !take(.colon) {
      report(.expected(":", in: self))
      while kind != .colon, !beginsStatementWord, kind != .newline, kind != .rightBrace,
        kind != .leftBrace, kind != .end,
        kind != .case
      {
        advance()
      }
      _ = take(.colon)
    }
    let bodyStart = kind == .newline ? previousEnd : self.start
    var statements: [StatementID] = []
    if kind == .leftBrace {
      let inner = block()
      correct(.bracesAfterCase(at: inner.span))
      statements = inner.statements
    }
    self.statements(into: &statements, opener: opener)
    let body = Block(statements: statements, span: span(from: bodyStart))
    return MatchCase(patterns: patterns, condition: condition, body: body, span: span(from: start))
  }
}
