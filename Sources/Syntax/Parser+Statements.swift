import Diagnostics

// What stands between the braces of a body.

extension Parser {
  /// The words with which a statement can begin, for those that are misspelt.
  private static let statementWords: [Token.Kind] = [
    .let, .var, .if, .guard, .for, .while, .match, .break, .continue, .return, .throw, .try, .send,
    .preload, .parallel,
    .sequential, .critical, .fn,
  ]

  /// A body between braces.
  ///
  /// Where the `{` is missing that is reported, and what was meant is guessed.
  mutating func block() -> Block {
    let start = self.start
    if kind == .newline, tokens[index].kind == .leftBrace {
      correct(.braceOnNextLine(tokens[index], after: previousEnd, in: self))
      advance()
    }
    if kind == .colon, peek() == .leftBrace, isOnSameLine() {
      correct(.superfluousColon(at: hereSpan))
      advance()
    }
    guard kind == .leftBrace else { return blockWithoutBrace() }
    guard descend() else {
      ascend()
      return Block(statements: [], span: span(from: start))
    }
    defer { ascend() }
    let outerLimit = indentationLimit
    indentationLimit = -1
    defer { indentationLimit = outerLimit }
    let bracket = open()
    let opener = bracket.opener
    var statements: [StatementID] = []
    repeat {
      self.statements(into: &statements, opener: opener)
    } while takeStrayBrace(inBracesAt: opener)
    close(bracket, .rightBrace)
    return Block(statements: statements, span: span(from: tokens[opener].start))
  }

  mutating func blockWithoutBrace() -> Block {
    if takeCloserBeforeBrace() { return block() }
    if !isBraceMissing, !isReportedHere || foreign != nil, let block = indentedBlock() {
      return block
    }
    let start = previousEnd
    let isPython = kind == .colon
    if !isPython, kind != .newline, hasBraceOnThisLine {
      report(misplacedUnit ?? .unexpectedBeforeBrace(in: self))
    } else if isPython, foreign != nil {
      // Whose `}` was not forgotten.
      let edit = Edit(hereSpan, " {")
      foreign?.add(edit)
      silence()
    } else {
      report(
        isPython
          ? .colonInsteadOfBrace(at: hereSpan)
          : .missingBrace(at: emptySpan(at: previousEnd), in: self))
    }
    let empty = Block(statements: [], span: emptySpan(at: start))
    if isPython { advance() } else if skipToBraceOnThisLine() { return block() }
    guard isBraceMissing, descend() else {
      // There is no `}` that could belong to it.
      skipLine()
      return empty
    }
    defer { ascend() }
    let bracket = openWithoutBracket()
    var statements: [StatementID] = []
    self.statements(into: &statements, opener: bracket.opener)
    close(bracket, .rightBrace)
    return Block(statements: statements, span: span(from: start))
  }

  /// Whether somewhere behind there is a `}` for the `{` that is not there.
  private var isBraceMissing: Bool { unclosedBraceCount < 0 }

  /// Takes the `)` or `]` that is one too many before the `{` of a block; false if it is not there.
  private mutating func takeCloserBeforeBrace() -> Bool {
    guard kind == .rightParenthesis || kind == .rightBracket, peek() == .leftBrace, isOnSameLine()
    else { return false }
    correct(.strayCloser(tokens[index], in: self))
    advance()
    return true
  }

  /// Goes to the `{` on this line that something stands in front of; false if there is none.
  mutating func skipToBraceOnThisLine() -> Bool {
    var place = index
    while place < tokens.count, !tokens[place].isFirstOnLine {
      switch tokens[place].kind {
      case .leftBrace:
        jump(to: place)
        silence()
        return kind == .leftBrace
      case .leftParenthesis, .leftBracket:
        guard let end = closer(ofBracketAt: place) else { return false }
        place = end + 1
      case .rightBrace, .rightParenthesis, .rightBracket, .end, .valueEnd, .valueStart,
        .stringStart, .semicolon:
        return false
      default: place += 1
      }
    }
    return false
  }

  /// Parses statements up to the end of what the brace at `opener` opened; in a `match`, up to the
  /// next `case`.
  mutating func statements(into statements: inout [StatementID], opener: Int) {
    while true {
      skipSeparators()
      if unclosedBraceCount > 0, kind == .identifier, takeForeignEnd(openedAt: opener) { return }
      if isBehindIndentedLines || isBehindBlock(openedAt: opener) { return }
      switch kind {
      case .rightBrace, .end, .valueEnd, .format, .stringEnd: return
      case .case where isInMatchCase: return
      case .else where isInMatchCase && peek() == .colon: return
      case .identifier where isAtDefault || isInMatchCase && beginsCaseWithoutWord: return
      case .number where isInMatchCase && beginsCaseWithoutWord: return
      case .string where isInMatchCase && beginsCaseWithoutWord: return
      case .leftBrace:
        if let caught = blockWithoutTry() {
          statements.append(caught)
          continue
        }
        takeStrayBlock()
        continue
      case .else, .catch, .finally:
        // What it belongs to has lost its `}`.
        if unclosedBraceCount > 0 { return }
      default: break
      }
      switch place(inBracesAt: opener, allowing: Parser.isAllowedInBody) {
      case .closesBraces: return
      case .misplaced:
        misplacedDeclaration("a body")
        continue
      case .belongsHere: break
      }
      let first = index
      let statement = statement()
      if !endStatement() { spoil(statement) }
      if index == first, kind != .end {
        report(.unexpected(in: self))
        skipToken()
      }
      statements.append(statement)
    }
  }

  private static func isAllowedInBody(_ word: Token.Kind) -> Bool {
    word == .let || word == .var || word == .fn || word == .const
  }

  /// Makes sure that the statement is over; if not that is reported, and the rest of the line left
  /// out.
  private mutating func endStatement() -> Bool {
    switch kind {
    case .newline, .semicolon, .rightBrace, .end, .valueEnd, .format, .stringEnd: return true
    case .case where isInMatchCase: return true
    case .else where isInMatchCase && peek() == .colon: return true
    case .identifier where isAtDefault: return true
    case .leftBrace where takeFunctionWithoutWord() || takeBracesBehindValue(),
      .arrow where takeFunctionWithoutWord():
      return false
    case .comma where isInMatchCase && (peek() == .case || peek() == .else):
      correct(.commaBetweenCases(at: hereSpan))
      advance()
      return true
    case .else where unclosedBraceCount > 0 || isBehindIndentedLines,
      .catch where unclosedBraceCount > 0 || isBehindIndentedLines,
      .finally where unclosedBraceCount > 0 || isBehindIndentedLines:
      return true
    case .rightParenthesis, .rightBracket:
      report(.strayCloser(tokens[index], in: self))
      advance()
      skipLine()
      return false
    default:
      if takeMissingSeparator() { return true }
      reportUnexpected()
      skipLine()
      return false
    }
  }

  /// Reports what comes next as out of place, with what was likely meant.
  mutating func reportUnexpected() {
    // What the lexer could not read stands in it.
    if kind == .leftBrace, isBrokenOnThisLine { return silence() }
    if let slashes = foreignCommentBefore {
      report(.foreignComment(at: slashes))
    } else {
      report(misplacedUnit ?? .unexpected(in: self))
    }
  }

  /// What is to be said of a unit that does not stand behind a number; nil if that is not what
  /// comes next.
  var misplacedUnit: Diagnostic? {
    let token = tokens[index]
    guard kind.isName, index > 0, isOnSameLine(0),
      units.contains(packed: packedName(bytes[Int(token.start)..<Int(token.end)]))
    else { return nil }
    let before = tokens[index - 1]
    if before.kind.isName { return .unitAfterVariable(before, token, in: self) }
    return before.kind == .number ? .unitTooFar(before, token, in: self) : nil
  }

  /// After an error the values in a statement say nothing any more; what it declares stays
  /// declared.
  private mutating func spoil(_ statement: StatementID) {
    let place = Int(statement.index)
    switch module.statements[place] {
    case .binding(let isVariable, let pattern, let type, let value, let keyword):
      let unknown = add(.invalid, at: module.span(of: value))
      module.statements[place] = .binding(
        isVariable: isVariable, pattern, type, unknown, keyword: keyword)
    case .expression, .assignment, .compoundAssignment, .send, .preload:
      module.statements[place] = .invalid
    case .returnValue:
      let unknown = add(.invalid, at: module.statementSpans[place])
      module.statements[place] = .returnValue(unknown)
    case .throwError:
      let unknown = add(.invalid, at: module.statementSpans[place])
      module.statements[place] = .throwError(unknown)
    case .invalid, .ifElse, .guardElse, .match, .forLoop, .whileLoop, .breakLoop, .continueLoop,
      .tryCatch, .parallel,
      .sequential, .critical, .function:
      break
    }
  }

  // MARK: One statement

  mutating func statement() -> StatementID {
    guard descend() else {
      ascend()
      return add(.invalid, from: start)
    }
    defer { ascend() }
    let isOutermost = foreign == nil
    defer { if isOutermost { finishForeign() } }
    if kind == .identifier || kind == .atSign, let statement = foreignStatement() {
      return statement
    }
    if kind == .identifier {
      correctWord(among: Parser.statementWords)
      if kind == .identifier { correctWordBeforeParenthesis() }
    }
    if let increment = incrementBefore() { return increment }
    takeWordBeforeAssignment()
    let start = self.start
    switch kind {
    case .let, .var: return binding(isVariable: kind == .var)
    case .if: return ifStatement()
    case .guard: return guardStatement()
    case .match:
      let (value, cases) = matchParts()
      return add(.match(value, cases), from: start)
    case .for: return forLoop(isParallel: false, from: start)
    case .while:
      advance()
      let conditions = conditions()
      return add(.whileLoop(conditions, block()), from: start)
    case .break:
      advance()
      return add(.breakLoop, from: start)
    case .continue:
      advance()
      return add(.continueLoop, from: start)
    case .return:
      advance()
      let value = endsValue ? nil : expression()
      return add(.returnValue(value), from: start)
    case .throw: return throwStatement()
    case .try: return tryCatch()
    case .send: return send()
    case .preload: return preload()
    case .fn where peek().isName || peek().isReserved:
      guard let function = function(isBodyRequired: true) else { return add(.invalid, from: start) }
      return add(.function(function), from: start)
    case .parallel where isOnSameLine():
      if peek() == .for {
        advance()
        return forLoop(isParallel: true, from: start)
      }
      return beginsBlock ? blockStatement { .parallel($0) } : simpleStatement()
    case .parallel where isBraceDue: return blockStatement { .parallel($0) }
    case .sequential where beginsBlock && isOnSameLine() || isBraceDue:
      return blockStatement { .sequential($0) }
    case .critical where beginsBlock && isOnSameLine() || isBraceDue:
      return blockStatement { .critical($0) }
    case .else, .catch, .finally:
      report(.withoutOpening(tokens[index], in: self))
      advance()
      if kind == .if {
        _ = ifStatement()
      } else if kind == .leftBrace {
        _ = block()
      } else {
        skipLine()
      }
      return add(.invalid, from: start)
    case .const where peek().isName:
      correct(.constantInBody(at: hereSpan))
      return binding(isVariable: false)
    default: return simpleStatement()
    }
  }

  /// Whether the word that comes next has a block behind it, perhaps as in another language.
  private var beginsBlock: Bool {
    switch peek() {
    case .leftBrace: true
    case .colon: index + 2 < tokens.count && tokens[index + 2].isFirstOnLine
    // A statement without its braces: no name has one behind it.
    case .identifier, .if, .for, .while, .match, .try, .parallel, .sequential, .critical:
      isOnSameLine()
    default: false
    }
  }

  /// Whether the word that comes next stands alone on its line, where a `{` is missing in the file.
  private var isBraceDue: Bool { unclosedBraceCount < 0 && !isOnSameLine() }

  /// Takes the `shared` of `shared pi = 3 us`, which was meant to assign.
  private mutating func takeWordBeforeAssignment() {
    switch kind {
    case .shared, .dataset, .arg, .device, .resident: break
    default: return
    }
    guard peek().isName, isOnSameLine(), peek(2) == .assign, isOnSameLine(2) else { return }
    correct(.wordBeforeAssignment(tokens[index], tokens[index + 1], in: self))
    doubtLine(of: index)
    advance()
  }

  private mutating func blockStatement(_ make: (Block) -> Statement) -> StatementID {
    let start = self.start
    advance()
    switch kind {
    case .if, .for, .while, .match, .try, .parallel, .sequential, .critical:
      let place = hereSpan
      let statement = statement()
      correct(.missingBraces(at: place, until: previousEnd, in: self))
      let block = Block(statements: [statement], span: span(from: place.start))
      return add(make(block), from: start)
    default: return add(make(block()), from: start)
    }
  }

  var endsValue: Bool {
    switch kind {
    case .newline, .semicolon, .rightBrace, .end, .valueEnd, .format, .case: true
    case .else: peek() == .colon
    default: false
    }
  }
}
