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
    let opening = index
    advance()
    let conditions = conditions()
    takeThen()
    let then = block()
    if !correctElseIf() {
      // The `else:` of a match is none of this.
      guard kind == .else, !isBehindIndentedLines, !isElseOfMatch(ifAt: opening) else {
        return (conditions, then, nil)
      }
      advance()
      guard kind == .if else { return (conditions, then, block()) }
    }
    let nestedStart = start
    let statement = nested(&self)
    return (conditions, then, Block(statements: [statement], span: span(from: nestedStart)))
  }

  /// Whether the `else` that comes next is the last case of a `match`, and not of the `if` at
  /// `opening`.
  private func isElseOfMatch(ifAt opening: Int) -> Bool {
    guard isInMatchCase, peek() == .colon else { return false }
    return foreign == nil || !tokens[index].isFirstOnLine
      || column(ofLineAt: index) != column(ofLineAt: opening)
  }

  /// Takes the `then` of another language before a block.
  private mutating func takeThen() {
    let token = tokens[index]
    guard kind == .identifier, isOnSameLine(0), token.end - token.start == 4,
      text(token) == "then"
    else { return }
    takeForeign(
      .superfluousThen(token, in: self), "write a block",
      [Edit(Span(source, Int(previousEnd), Int(token.end)), "")])
    advance()
  }

  /// Takes `elif` for `else if`, and a misspelt `else`; false if no `if` follows.
  private mutating func correctElseIf() -> Bool {
    let token = tokens[index]
    guard token.kind == .identifier, token.end - token.start <= 6, isOnSameLine(),
      indentationLimit < 0 || !tokens[index].isFirstOnLine
        || column(ofLineAt: index) > indentationLimit
    else {
      return false
    }
    switch text(token) {
    case "elif", "elsif", "elseif", "elsf", "elfi", "eilf", "elif_": break
    default:
      guard peek() == .leftBrace || peek() == .if || peek() == .colon && foreign != nil,
        nearest(to: text(token), among: ["else"]) != nil
      else { return false }
      correctWithin(.misspelt(text(token), as: .else, at: span(of: token)))
      tokens[index] = Token(start: token.start, end: token.end, kind: .else, flags: token.flags)
      kind = .else
      return false
    }
    switch peek() {
    case .assign, .dot: return false
    case .colon: if foreign == nil { return false }
    case .leftParenthesis:
      if kind == .newline, tokens[index + 1].start == token.end { return false }
    default: break
    }
    correctWithin(.misspelt(text(token), as: "else if", at: span(of: token)))
    tokens[index] = Token(start: token.start, end: token.end, kind: .if, flags: token.flags)
    kind = .if
    return true
  }

  mutating func guardStatement() -> StatementID {
    let start = self.start
    advance()
    let conditions = conditions()
    if !take(.else) { report(.missingElse(at: hereSpan, in: self)) }
    return add(.guardElse(conditions, block()), from: start)
  }

  /// The conditions of `if`, `guard` and `while`, with commas between them.
  mutating func conditions() -> [Condition] {
    var conditions: [Condition] = []
    repeat {
      if kind == .case {
        caseCondition(into: &conditions)
      } else if kind == .let || kind == .var {
        let isVariable = kind == .var
        if isVariable { correct(.variablePattern(at: hereSpan)) }
        advance()
        let isCase = kind == .dot || (kind.isName && peek() == .leftParenthesis)
        let pattern = isCase ? casePattern() : bindingPattern()
        if case .binding(let name) = module[pattern] {
          if isVariable { module.doubts.constants.insert(name.text) }
          if kind == .leftBrace || kind == .comma || kind == .else {
            // `if let maybe {`
            report(.bindingWithoutValue(name))
            conditions.append(.binding(pattern, add(.invalid, from: name.span.start)))
            continue
          }
        }
        if !take(.assign) {
          report(.expected("=", in: self))
          if case .binding(let name) = module[pattern] { module.doubts.constants.insert(name.text) }
        }
        conditions.append(.binding(pattern, headExpression()))
      } else {
        if kind == .identifier, peek() == .assign, takeConditionWithoutLet(into: &conditions) {
          continue
        }
        if kind == .leftBrace { report(.missingCondition(at: hereSpan)) }
        let wasCondition = isCondition
        isCondition = true
        let condition = kind == .leftBrace ? invalidExpression() : headExpression()
        isCondition = wasCondition
        conditions.append(.expression(condition))
      }
    } while take(.comma)
    return conditions
  }

  /// `if case b(let n) = e`: what it binds is not known.
  private mutating func caseCondition(into conditions: inout [Condition]) {
    let start = self.start
    report(.caseInCondition(at: hereSpan))
    advance()
    _ = casePattern()
    if take(.assign) { _ = headExpression() }
    conditions.append(.expression(add(.invalid, from: start)))
  }

  /// Parses `for pattern in values { }`.
  mutating func forLoop(isParallel: Bool, from start: UInt32) -> StatementID {
    advance()
    takeWordBeforeLoopVariable()
    if kind == .leftParenthesis, let end = closer(ofBracketAt: index), isHeadInParentheses(end) {
      return loopInParentheses(isParallel: isParallel, end, from: start)
    }
    var pattern = bindingPattern()
    if kind == .comma {
      // `for i, j in xs`
      let patternStart = module.span(of: pattern).start
      var parts = [pattern]
      while take(.comma) { parts.append(bindingPattern()) }
      pattern = add(.tuple(parts), from: patternStart)
      doubtLine(of: index)
      correct(.indexBesideElement(at: span(from: patternStart)))
    }
    takeIn()
    let valuesStart = self.start
    var values = headExpression()
    if let range = rangeCall(values, from: valuesStart) { values = range }
    if kind == .colon, isOnSameLine(), peek() == .number || peek().isName, hasBraceOnThisLine {
      correctWithin(.colonInRange(at: hereSpan))
      advance()
      values = add(
        .range(values, headExpression(), isClosed: false, step: nil), from: valuesStart)
    }
    return add(.forLoop(pattern, in: values, block(), isParallel: isParallel), from: start)
  }

  /// Takes the `let`, `var` or `each` of another language.
  private mutating func takeWordBeforeLoopVariable() {
    let isEach = kind == .identifier && peek().isName && text(tokens[index]) == "each"
    guard kind == .let || kind == .var || isEach else { return }
    correct(.superfluousWord(tokens[index], "the variable of a loop", in: self))
    advance()
  }

  /// Whether the parentheses from here to the one at `end` stand around the head of a loop.
  private func isHeadInParentheses(_ end: Int) -> Bool {
    guard end + 1 < tokens.count,
      tokens[end + 1].kind == .leftBrace || tokens[end + 1].kind == .colon
    else { return false }
    let name = peek() == .let || peek() == .var ? 2 : 1
    return peek(name).isName && (peek(name + 1) == .in || peek(name + 1) == .assign)
      || peek() == .semicolon
  }

  /// `for (i in xs) {`, and the `for (i = 0; i < 3; i++) {` of other languages.
  private mutating func loopInParentheses(isParallel: Bool, _ end: Int, from start: UInt32)
    -> StatementID
  {
    let opening = span(of: tokens[index])
    let closing = span(of: tokens[end])
    guard !tokens[index..<end].contains(where: { $0.kind == .semicolon }) else {
      report(.countingLoop(at: opening.joined(with: closing)))
      let name = peek() == .let || peek() == .var ? index + 2 : index + 1
      let patternStart = self.start
      jump(to: end)
      advance()
      let pattern =
        tokens[name].kind.isName
        ? add(.binding(Name(text(tokens[name]), at: span(of: tokens[name]))), from: patternStart)
        : add(Pattern.invalid, from: patternStart)
      let values = add(Expression.invalid, from: patternStart)
      return add(.forLoop(pattern, in: values, block(), isParallel: isParallel), from: start)
    }
    correct(.headInParentheses(opening, closing))
    let bracket = open()
    takeWordBeforeLoopVariable()
    let pattern = bindingPattern()
    takeIn()
    let values = expression()
    close(bracket, .rightParenthesis)
    return add(.forLoop(pattern, in: values, block(), isParallel: isParallel), from: start)
  }

  /// Takes the `in` of a loop, or the word that stands in its place.
  mutating func takeIn() {
    if take(.in) { return }
    if kind == .assign {
      takeForeign(
        .expectedIn(at: hereSpan, in: self), "write it as here", [Edit(hereSpan, "in")])
      advance()
      return
    }
    if kind == .identifier, isOnSameLine(),
      peek().isName || peek() == .leftBracket || peek() == .number
    {
      correct(.expectedIn(at: hereSpan, in: self))
      advance()
      return
    }
    report(.expected("in", in: self))
  }

  mutating func tryCatch() -> StatementID {
    let start = self.start
    advance()
    return tryCatchBehindWord(from: start)
  }

  /// A block with a `catch` or `finally` behind it and no `try` before it; nil if none comes next.
  mutating func blockWithoutTry() -> StatementID? {
    guard let end = closer(ofBracketAt: index), end + 1 < tokens.count else { return nil }
    let next = tokens[end + 1]
    guard
      next.kind == .catch || next.kind == .finally
        || next.kind == .identifier && text(next) == "except"
    else { return nil }
    let start = self.start
    correct(.missingTry(at: emptySpan(at: start)))
    return tryCatchBehindWord(from: start)
  }

  private mutating func tryCatchBehindWord(from start: UInt32) -> StatementID {
    if kind != .leftBrace, beginsOperand {
      correct(.tryWithoutBlock(at: span(from: start)))
      return simpleStatement()
    }
    let body = block()
    var clauses: [CatchClause] = []
    while isAtCatch {
      let clauseStart = self.start
      advance()
      var errors: [Name] = []
      var binding: Name?
      if kind == .leftParenthesis { (errors, binding) = errorsInParentheses() }
      while kind.isName, !(kind == .as && (peek().isName && isOnSameLine())) {
        guard let error = dottedName("the name of an error") else { break }
        errors.append(error)
        if !take(.comma) { break }
      }
      if take(.as) { binding = name("a name for the error") }
      if binding == nil, let named = namedError(&errors) { binding = named }
      let body = block()
      clauses.append(
        CatchClause(errors: errors, binding: binding, body: body, span: span(from: clauseStart)))
    }
    var last: Block?
    if kind == .finally, !isBehindIndentedLines {
      advance()
      last = block()
    }
    if clauses.isEmpty, last == nil { report(.tryWithoutCatch(at: span(from: start))) }
    return add(.tryCatch(body, clauses, finally: last), from: start)
  }

  /// Takes `e: NoSignal` and `NoSignal e` for `NoSignal as e`; what is caught is in `errors`.
  private mutating func namedError(_ errors: inout [Name]) -> Name? {
    guard errors.count == 1, let first = errors.first, isOnSameLine(0) else { return nil }
    if kind == .colon, peek().isName, peek(2) == .leftBrace {
      advance()
      guard let error = name("the name of an error") else { return nil }
      correct(
        .namedError(error.text, first.text, at: first.span.joined(with: error.span)))
      errors = [error]
      return first
    }
    guard kind == .identifier, peek() == .leftBrace else { return nil }
    guard let binding = name("a name for the error") else { return nil }
    correct(
      .namedError(first.text, binding.text, at: first.span.joined(with: binding.span)))
    return binding
  }

  /// Whether a `catch` comes next, for which other languages have other words.
  private var isAtCatch: Bool {
    mutating get {
      if indentationLimit >= 0, tokens[index].isFirstOnLine,
        column(ofLineAt: index) <= indentationLimit
      {
        return false
      }
      if kind == .catch { return true }
      let token = tokens[index]
      guard token.kind == .identifier, isOnSameLine() else { return false }
      let word = text(token)
      switch peek() {
      case .leftBrace, .colon, .identifier, .leftParenthesis, .as: break
      default: return false
      }
      guard word == "except" || word == "rescue" || nearest(to: word, among: ["catch"]) != nil
      else { return false }
      correctWithin(.misspelt(word, as: .catch, at: span(of: token)))
      tokens[index] = Token(start: token.start, end: token.end, kind: .catch, flags: token.flags)
      kind = .catch
      return true
    }
  }

  /// `catch (E e)`, as other languages have it.
  private mutating func errorsInParentheses() -> ([Name], Name?) {
    let start = self.start
    let bracket = open()
    var errors: [Name] = []
    var binding: Name?
    while kind.isName, let error = dottedName("the name of an error") {
      errors.append(error)
      if take(.as) || kind.isName { binding = name("a name for the error") }
      if !take(.comma) { break }
    }
    close(bracket, .rightParenthesis)
    let meant = errors.map(\.text).joined(separator: ", ")
    correctWithin(
      .errorsInParentheses(
        binding.map { "\(meant) as \($0.text)" } ?? meant, at: span(from: start)))
    return (errors, binding)
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
