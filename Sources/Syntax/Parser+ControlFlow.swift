import Diagnostics

// Branches, loops, matches and `try`.

extension Parser {
  mutating func ifStatement() -> StatementID {
    let start = self.start
    let (conditions, then, otherwise) = ifParts { parser in parser.ifStatement() }
    return add(.ifElse(conditions, then: then, otherwise: otherwise), from: start)
  }

  /// What `if` as a statement and as a value have in common; `nested` parses the `if` behind an
  /// `else`.
  mutating func ifParts(_ nested: (inout Parser) -> StatementID) -> ([Condition], Block, Block?) {
    guard descend() else {
      ascend()
      return ([], Block(statements: [], span: hereSpan), nil)
    }
    defer { ascend() }
    advance()
    let conditions = conditions()
    let then = block()
    if !correctElseIf() {
      // The `else:` of a match is none of this.
      guard kind == .else, !(isInMatchCase && peek() == .colon) else {
        return (conditions, then, nil)
      }
      advance()
      guard kind == .if else { return (conditions, then, block()) }
    }
    let nestedStart = start
    let statement = nested(&self)
    return (conditions, then, Block(statements: [statement], span: span(from: nestedStart)))
  }

  /// Takes `elif` for `else if`; false if it is not there.
  private mutating func correctElseIf() -> Bool {
    let token = tokens[index]
    guard token.kind == .identifier, token.end - token.start <= 6, isOnSameLine() else {
      return false
    }
    switch text(token) {
    case "elif", "elsif", "elseif": break
    default: return false
    }
    switch peek() {
    case .assign, .dot, .colon: return false
    case .leftParenthesis: if kind == .newline { return false }
    default: break
    }
    correct(.misspelt(text(token), as: "else if", at: span(of: token)))
    tokens[index] = Token(start: token.start, end: token.end, kind: .if, flags: token.flags)
    kind = .if
    return true
  }

  mutating func guardStatement() -> StatementID {
    let start = self.start
    advance()
    let conditions = conditions()
    if !take(.else) { report(.expected("else", in: self)) }
    return add(.guardElse(conditions, block()), from: start)
  }

  /// The conditions of `if`, `guard` and `while`, with commas between them.
  mutating func conditions() -> [Condition] {
    var conditions: [Condition] = []
    repeat {
      if kind == .let || kind == .var {
        if kind == .var { correct(.variablePattern(at: hereSpan)) }
        advance()
        let isCase = kind == .dot || (kind.isName && peek() == .leftParenthesis)
        let pattern = isCase ? casePattern() : bindingPattern()
        if !take(.assign) { report(.expected("=", in: self)) }
        conditions.append(.binding(pattern, headExpression()))
      } else {
        let start = self.start
        if kind == .leftBrace { report(.missingCondition(at: hereSpan)) }
        var condition = kind == .leftBrace ? invalidExpression() : headExpression()
        if kind == .assign {
          let sign = hereSpan
          correct(.assignmentInCondition(at: sign))
          advance()
          let value = headExpression()
          condition = add(.infix(.equal, condition, value, at: sign), from: start)
        }
        conditions.append(.expression(condition))
      }
    } while take(.comma)
    return conditions
  }

  /// Parses `match e { case p, q if c: … else: … }`.
  mutating func matchParts() -> (ExpressionID, [MatchCase]) {
    advance()
    let value = headExpression()
    guard kind == .leftBrace else {
      _ = blockWithoutBrace()
      return (value, [])
    }
    guard descend() else {
      ascend()
      return (value, [])
    }
    defer { ascend() }
    let bracket = open()
    isInMatchCase = true
    var cases: [MatchCase] = []
    while true {
      skipSeparators()
      if kind == .rightBrace || kind == .end || kind == .valueEnd || kind == .format { break }
      if place(inBracesAt: bracket.opener, allowing: { _ in false }) != .belongsHere { break }
      correctDefault()
      if kind == .case || kind == .else {
        cases.append(matchCase(opener: bracket.opener))
      } else {
        report(.expectedCase(in: self))
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
    close(bracket, .rightBrace)
    return (value, cases)
  }

  /// Takes `default:` for `else:`.
  private mutating func correctDefault() {
    guard isAtDefault else { return }
    let token = tokens[index]
    correct(.misspelt("default", as: "else", at: span(of: token)))
    kind = .else
  }

  /// Whether the `default:` of another language comes next in a `match`.
  var isAtDefault: Bool {
    isInMatchCase && kind == .identifier && peek() == .colon && text(tokens[index]) == "default"
  }

  private mutating func matchCase(opener: Int) -> MatchCase {
    let start = self.start
    var patterns: [PatternID] = []
    var condition: ExpressionID?
    if take(.case) {
      repeat { patterns.append(casePattern()) } while take(.comma)
      if take(.if) { condition = expression() }
    } else {
      advance()
    }
    if kind == .arrow || (kind == .assign && peek() == .greater) {
      let arrowStart = self.start
      if kind == .assign { advance() }
      advance()
      correct(.arrowAfterCase(at: span(from: arrowStart)))
    } else if !take(.colon) {
      report(.expected(":", in: self))
      while kind != .colon, kind != .newline, kind != .rightBrace, kind != .leftBrace, kind != .end,
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

  /// Parses `for pattern in values { }`.
  mutating func forLoop(isParallel: Bool, from start: UInt32) -> StatementID {
    advance()
    var pattern = bindingPattern()
    if kind == .comma {
      // `for i, j in xs`
      let patternStart = module.span(of: pattern).start
      var parts = [pattern]
      while take(.comma) { parts.append(bindingPattern()) }
      pattern = add(.tuple(parts), from: patternStart)
      correct(.tupleWithoutParentheses(at: span(from: patternStart)))
    }
    takeIn()
    let values = headExpression()
    return add(.forLoop(pattern, in: values, block(), isParallel: isParallel), from: start)
  }

  /// Takes the `in` of a loop, or the word that stands in its place.
  mutating func takeIn() {
    if take(.in) { return }
    report(.expected("in", in: self))
    if kind == .identifier, isOnSameLine(),
      peek().isName || peek() == .leftBracket || peek() == .number
    {
      advance()
    }
  }

  mutating func tryCatch() -> StatementID {
    let start = self.start
    advance()
    if kind != .leftBrace, beginsOperand {
      correct(.tryWithoutBlock(at: span(from: start)))
      return simpleStatement()
    }
    let body = block()
    var clauses: [CatchClause] = []
    while kind == .catch {
      let clauseStart = self.start
      advance()
      var errors: [Name] = []
      while kind.isName, !(kind == .as && (peek().isName && isOnSameLine())) {
        guard let error = dottedName("the name of an error") else { break }
        errors.append(error)
        if !take(.comma) { break }
      }
      var binding: Name?
      if take(.as) { binding = name("a name for the error") }
      let body = block()
      clauses.append(
        CatchClause(errors: errors, binding: binding, body: body, span: span(from: clauseStart)))
    }
    var last: Block?
    if take(.finally) { last = block() }
    if clauses.isEmpty, last == nil { report(.tryWithoutCatch(at: span(from: start))) }
    return add(.tryCatch(body, clauses, finally: last), from: start)
  }

  /// A name, perhaps behind that of its module or part.
  mutating func dottedName(_ wanted: StaticString) -> Name? {
    guard let first = name(wanted) else { return nil }
    guard kind == .dot else { return first }
    var text = first.text
    while take(.dot) {
      guard let next = name(wanted) else { return nil }
      text += "." + next.text
    }
    return Name(text, at: span(from: first.span.start))
  }
}
