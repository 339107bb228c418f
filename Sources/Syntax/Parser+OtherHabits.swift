import Diagnostics

// Words that other languages have around declarations and errors, and blocks that end with a word.

extension Parser {
  // MARK: Words before a declaration

  /// Words before a declaration that say here what needs no saying.
  private static let modifiers: Set<String> = [
    "public", "private", "internal", "protected", "static", "pub", "async", "export", "inline",
    "virtual", "final", "override", "open", "abstract", "extern", "unsafe", "mutable",
  ]

  /// Takes the `public` and the like before a declaration; `mutable fn` was meant as `mutating fn`.
  mutating func takeModifiers() {
    while kind == .identifier, isOnSameLine(), isDeclarationBehindModifier,
      Parser.modifiers.contains(text(tokens[index]))
    {
      let token = tokens[index]
      if text(token) == "mutable", peek() == .fn {
        correct(.misspelt("mutable", as: .mutating, at: span(of: token)))
        tokens[index] = Token(
          start: token.start, end: token.end, kind: .mutating, flags: token.flags)
        kind = .mutating
        return
      }
      let place = Span(source, Int(token.start), Int(tokens[index + 1].start))
      correctWithin(.modifier(text(token), at: span(of: token), Edit(place, "")))
      advance()
    }
  }

  private var isDeclarationBehindModifier: Bool {
    switch peek() {
    case .fn, .kernel, .host, .mutating, .struct, .enum, .const, .let, .var, .experiment, .part,
      .error, .shared, .driver, .interface:
      return isOnSameLine(2) && (peek(2).isName || peek(2).isReserved)
    case .identifier: return peek(2).isName && isOnSameLine(2)
    default: return false
    }
  }

  /// Takes the `mut` of `let mut n = 0`, which stands behind `keyword`; false if it is not there.
  mutating func takeMutable(_ keyword: Span) -> Bool {
    guard kind == .identifier, tokens[index].end - start == 3, peek().isName, isOnSameLine(),
      text(tokens[index]) == "mut"
    else { return false }
    correctWithin(.mutableBinding(at: keyword.joined(with: hereSpan)))
    advance()
    return true
  }

  // MARK: Initialisers

  /// Whether the function whose name comes next makes a value, as other languages have it.
  var isAtInitializer: Bool {
    guard kind == .identifier, peek() == .leftParenthesis, tokens[index].end - start >= 8 else {
      return false
    }
    let word = text(tokens[index])
    return word == "__init__" || word == "constructor"
  }

  /// Takes the rest of such a function; nothing is said of what is in it.
  mutating func takeInitializer() {
    let first = index
    let count = diagnostics.count
    correct(.initializer(text(tokens[index]), ofStruct: hasSelf, at: span(of: tokens[index])))
    let outer = foreign
    foreign = ForeignConstruct(fault: nil, title: "")
    advance()
    _ = signature()
    _ = block()
    foreign = outer
    diagnostics.removeLast(diagnostics.count - count - 1)
    doubt(from: first, to: max(first, index - 1))
  }

  // MARK: Errors

  /// Parses `throw e`; what stands behind the `raise` of another language need not be an error.
  mutating func throwStatement() -> StatementID {
    let start = self.start
    let isRaised = text(tokens[index]) == "raise"
    advance()
    let first = index
    let value = endsValue ? nil : expression()
    if isRaised, value != nil { doubt(from: first, to: max(first, index - 1)) }
    return add(.throwError(value), from: start)
  }

  // MARK: Blocks that end with a word

  /// Takes the `end` of another language, alone on its line, for the `}` of the braces at `opener`;
  /// false if it does not come next or is that of other braces.
  mutating func takeForeignEnd(openedAt opener: Int) -> Bool {
    let token = tokens[index]
    guard token.isFirstOnLine, endsStatement(behind: index), text(token) == "end",
      lines.isEmpty || indentation(ofLineAt: index) >= indentation(ofLineAt: opener)
    else { return false }
    if let place = endFault, place < diagnostics.count {
      // Whoever ends one block so ends all of them so.
      diagnostics[place] = .foreignEnd(
        at: diagnostics[place].span,
        [span(of: token)] + (diagnostics[place].fixes.first?.edits.map(\.span) ?? []))
    } else {
      endFault = diagnostics.count
      correct(.foreignEnd(at: span(of: token), [span(of: token)]))
    }
    unclosedBraceCount -= 1
    tokens[index] = Token(
      start: token.start, end: token.end, kind: .rightBrace, flags: token.flags)
    settle()
    if kind == .newline { advance() }
    return true
  }

  // MARK: Functions in bodies

  /// Takes `name(…) -> T { … }` in a body, of which the `fn` is missing, from the `->` or `{` on;
  /// false if that is not what stands here.
  mutating func takeFunctionWithoutWord() -> Bool {
    guard index > 1, isOnSameLine(0), !isReportedHere,
      tokens[index - 1].kind == .rightParenthesis,
      let opener = bracketPairs().openers[index - 1], opener > 0,
      tokens[opener - 1].kind == .identifier
    else { return false }
    let name = tokens[opener - 1]
    guard name.isFirstOnLine || opener > 1 && tokens[opener - 2].isFirstOnLine else { return false }
    report(.missingWordInBody(at: emptySpan(at: name.start)))
    module.doubts.names.insert(text(name))
    skipLine()
    return true
  }

  /// Takes the `circle(r)` of `case let .circle(r)`, whose word `let` has been taken: the names in
  /// it are bound.
  mutating func caseBehindLet(_ word: Token, from start: UInt32) -> PatternID {
    let place = Span(source, Int(word.start), Int(self.start))
    if kind == .dot { advance() }
    let pattern = enumCasePattern(from: start)
    guard case .enumCase(let name, let parts) = module[pattern] else { return pattern }
    var edits = [Edit(place, "")]
    let bound = parts.map { part in
      guard case .enumCase(let name, let inner) = module[part], inner.isEmpty else { return part }
      edits.append(Edit(emptySpan(at: name.span.start), "let "))
      return add(.binding(name), from: name.span.start)
    }
    correct(.letBeforeCase(at: span(of: word), edits))
    return add(.enumCase(name, bound), from: start)
  }

  // MARK: Arguments

  /// Whether what was taken last may have been meant as the label of an argument.
  var isBehindLabel: Bool {
    guard index > 1, tokens[index - 1].kind.isName else { return false }
    let before = tokens[index - 2].kind
    return before == .leftParenthesis || before == .comma
  }

  // MARK: Conditions

  /// Takes `if y = x` for `if let y = x` where `y` was not mentioned before; false if it was.
  mutating func takeConditionWithoutLet(into conditions: inout [Condition]) -> Bool {
    guard !isMentioned(tokens[index], before: index), peek(2).isName else { return false }
    correct(.conditionWithoutLet(at: hereSpan))
    let pattern = bindingPattern()
    advance()
    conditions.append(.binding(pattern, headExpression()))
    return true
  }

  // MARK: Braces behind a value

  /// Takes the `{ x: 1 }` of `P { x: 1 }`, or a block behind a call; false if the `{` that comes
  /// next does not stand behind a value.
  mutating func takeBracesBehindValue() -> Bool {
    guard index > 0, isOnSameLine(0), !isReportedHere, tokens[index - 1].kind.isName,
      let end = closer(ofBracketAt: index)
    else { return false }
    let before = tokens[index - 1]
    let isType = isTypeName(before)
    guard isType || peek().isName && peek(2) == .in else { return false }
    let edits =
      isType
      ? [
        Edit(Span(source, Int(before.end), Int(tokens[index].end)), "("),
        Edit(span(of: tokens[end]), ")"),
      ] : []
    report(
      .bracesBehindValue(text(before), isType: isType, at: hereSpan, peek(2) == .colon ? edits : [])
    )
    skipLine()
    return true
  }

  // MARK: Cases

  /// Whether what begins this line in a `match` is a pattern and a `:`, of which the `case` is
  /// missing.
  var beginsCaseWithoutWord: Bool {
    guard tokens[index].isFirstOnLine, isOnSameLine() else { return false }
    switch peek() {
    case .leftParenthesis, .comma, .halfOpenRange, .closedRange: break
    // `n: Int = 3` would be a declaration.
    case .colon:
      guard kind == .number || kind == .string || beginsStatementBehindColon else {
        return false
      }
    default: return false
    }
    var depth = 0
    var place = index + 1
    while place + 1 < tokens.count, !tokens[place].isFirstOnLine {
      switch tokens[place].kind {
      case .leftParenthesis: depth += 1
      case .rightParenthesis: depth -= 1
      case .colon where depth == 0: return true
      case .leftBrace, .semicolon, .assign, .dot: return false
      default: break
      }
      place += 1
    }
    return false
  }

  private var beginsStatementBehindColon: Bool {
    guard isOnSameLine(2) else { return true }
    switch peek(2) {
    case .return, .let, .var, .throw, .for, .while, .break, .continue, .if, .string, .stringStart,
      .number:
      return true
    default: return false
    }
  }
}
