import Diagnostics

// How the parser finds back into the program after a mistake (rule 61).

extension Parser {
  /// Whether what comes next ends every bracket that is open, whatever it is.
  var endsBrackets: Bool {
    switch kind {
    case .end, .rightBrace, .valueEnd, .format, .stringEnd: true
    default: tokens[index].isFirstOnLine && isDeclaration(at: index)
    }
  }

  /// Parses elements with commas between them up to `closer`, which is taken; false if there was an
  /// error among them.
  mutating func list(_ closer: Token.Kind, _ element: (inout Parser) -> Void) -> Bool {
    let bracket = open()
    let isGood = elements(of: bracket, closer, element)
    let isClosed = kind == closer
    close(bracket, closer)
    return isGood && isClosed
  }

  /// The elements between brackets that have been opened; stops before `closer`, or where there can
  /// be no more.
  ///
  /// With `hasFirst` the first has been taken already.
  mutating func elements(
    of bracket: Bracket, _ closer: Token.Kind, hasFirst: Bool = false,
    _ element: (inout Parser) -> Void
  ) -> Bool {
    var isGood = true
    var isBehindElement = hasFirst
    while isBehindElement || (kind != closer && !endsBrackets) {
      let first = index
      if !isBehindElement { element(&self) }
      let isStuck = !isBehindElement && index == first
      isBehindElement = false
      if take(.comma) { continue }
      if kind == closer { break }
      if !isStuck, takeMissingComma(closer) {
        if kind == closer { break }
        continue
      }
      isGood = false
      guard goOn(after: bracket, closer) else { break }
      // What no element can begin with is left out.
      if isStuck, index == first { skipToken() }
    }
    return isGood
  }

  /// Takes a `;` for a comma between parentheses, and a comma that is missing before a parameter or
  /// label; false if neither is what is wrong.
  private mutating func takeMissingComma(_ closer: Token.Kind) -> Bool {
    guard !isReportedHere, !endsBrackets else { return false }
    guard closer == .rightParenthesis else { return false }
    if kind == .semicolon, peek() != closer {
      correct(.semicolonInList(at: hereSpan))
      advance()
      return true
    }
    if kind == .string, index > 0, tokens[index - 1].kind == .string {
      correct(.stringsSideBySide(Span(source, Int(previousEnd) - 1, Int(self.start) + 1)))
      advance()
      _ = take(.comma)
      return true
    }
    guard kind.isName, peek() == .colon, isOnSameLine(0) else { return false }
    correct(.expectedSeparator(closer, in: self))
    return true
  }

  /// What is wrong with `(a = b)` where the parentheses are not those of a call.
  private func assignmentInGroup(_ opener: Int) -> Diagnostic? {
    guard kind == .assign, peek() != .greater, tokens[opener].kind == .leftParenthesis else {
      return nil
    }
    let calls: [Token.Kind] = [.identifier, .rightParenthesis, .rightBracket, .greater]
    if opener > 0, !tokens[opener].isFirstOnLine, calls.contains(tokens[opener - 1].kind) {
      return nil
    }
    return .assignmentInCondition(at: hereSpan, beforeName: nil)
  }

  /// Finds the next element behind one that is not followed by a comma; false if there is none.
  private mutating func goOn(after bracket: Bracket, _ closer: Token.Kind) -> Bool {
    if endsBrackets { return false }
    guard let end = self.closer(ofBracketAt: bracket.opener) else {
      // It is never closed. An argument with its label on a line of its own is one more argument
      // all the same.
      guard tokens[index].isFirstOnLine, kind.isName, peek() == .colon else { return false }
      report(.expectedSeparator(closer, in: self))
      return true
    }
    report(
      misplacedUnit ?? valueBehindString(bracket.opener) ?? assignmentInGroup(bracket.opener)
        ?? .expectedSeparator(closer, in: self))
    if tokens[index].isFirstOnLine, beginsOperand { return true }
    skip(to: end)
    if take(.comma) { return true }
    return false
  }

  /// Skips to a comma outside further brackets, or to the token at `end`.
  private mutating func skip(to end: Int) {
    let first = index
    defer { if index > first { doubt(from: first, to: index - 1) } }
    while index < end, kind != .end {
      if kind == .comma { return }
      if kind == .leftParenthesis || kind == .leftBracket || kind == .leftBrace
        || kind == .valueStart,
        let inner = closer(ofBracketAt: index), inner < end
      {
        jump(to: inner)
      }
      advance()
    }
    silence()
  }

  mutating func jump(to place: Int) {
    guard place > index else { return }
    previousEnd = tokens[place - 1].end
    index = place
    // Whoever goes to a token means to take it, also where it begins a line.
    kind = tokens[place].kind
  }

  /// Whether an operand can begin with the next token.
  var beginsOperand: Bool {
    switch kind {
    case .number, .string, .stringStart, .true, .false, .none, .leftParenthesis, .leftBracket, .if,
      .match, .fn,
      .await, .minus, .tilde, .not, .ampersand:
      true
    default: kind.isName
    }
  }

  /// Skips a statement that stands where there are declarations, and those that follow it: they are
  /// in the wrong place together.
  mutating func skipStatements() {
    skipLine()
    while kind == .newline, isStatementOutside {
      let first = index
      advance()
      skipLine()
      if index == first { break }
    }
  }

  /// Whether the line that comes next is a statement, and no declaration with a misspelt word.
  private var isStatementOutside: Bool {
    guard index + 1 < tokens.count, !isDeclaration(at: index) else { return false }
    switch tokens[index].kind {
    case .if, .for, .while, .return, .match, .try, .await, .send: return true
    default:
      guard tokens[index].kind.isName, !tokens[index + 1].isFirstOnLine else { return false }
      switch tokens[index + 1].kind {
      case .leftParenthesis:
        // `name(…) {` would be a function without its word.
        var place = index + 1
        while place + 1 < tokens.count, !tokens[place + 1].isFirstOnLine { place += 1 }
        return tokens[place].kind == .rightParenthesis
      case .dot, .plusAssign, .minusAssign: return true
      default: return false
      }
    }
  }

  /// Whether the lexer could not read something on the rest of this line.
  var isBrokenOnThisLine: Bool {
    var place = index + 1
    while place < tokens.count, !tokens[place].isFirstOnLine {
      if tokens[place].isBroken || tokens[place].kind == .invalid { return true }
      place += 1
    }
    return false
  }

  /// Skips what is left of a statement or declaration, the braces in it included.
  mutating func skipLine() {
    let first = index
    defer { if index > first { doubt(from: first, to: index - 1) } }
    silence()
    while true {
      switch kind {
      case .end, .newline, .semicolon, .rightBrace, .valueEnd, .format, .stringEnd: return
      case .leftParenthesis, .leftBracket, .leftBrace, .valueStart, .stringStart:
        if kind == .stringStart {
          while kind != .stringEnd, kind != .end {
            if kind == .valueStart, let end = closer(ofBracketAt: index) { jump(to: end) }
            advance()
          }
        } else if let end = closer(ofBracketAt: index) {
          jump(to: end)
        }
        advance()
      default:
        if tokens[index].isFirstOnLine, isDeclaration(at: index) { return }
        advance()
      }
    }
  }

  // MARK: Declarations at the beginning of a line

  /// Whether the token at `index` begins a declaration; for a word that may be a name, what follows
  /// decides.
  func isDeclaration(at index: Int) -> Bool {
    guard tokens[index].kind.isWord, index + 2 < tokens.count else { return false }
    let next = tokens[index + 1]
    let afterNext = tokens[index + 2].kind
    guard !next.isFirstOnLine else { return false }
    switch tokens[index].kind {
    case .import: return next.kind.isName || next.kind == .string
    case .const, .struct, .enum, .interface, .driver, .experiment, .part, .kernel, .fn:
      return next.kind.isName
    case .host, .mutating: return next.kind.isWord
    case .seamless: return next.kind == .kernel
    case .let, .var:
      return next.kind == .leftParenthesis
        || next.kind.isName && (afterNext == .assign || afterNext == .colon)
    case .shared: return next.kind.isName && (afterNext == .colon || afterNext == .leftParenthesis)
    case .device: return next.kind.isName && (afterNext == .colon || afterNext == .comma)
    case .arg, .dataset, .resident, .field, .use: return next.kind.isName && afterNext == .colon
    case .error: return next.kind.isName
    case .test: return next.kind == .string && afterNext == .leftBrace
    case .prepare, .run, .analyze, .cleanup: return next.kind == .leftBrace
    default: return false
    }
  }

  /// How far the line is indented on which the token at `index` stands, in bytes; 0 where no brace
  /// is missing or left over.
  func indentation(ofLineAt index: Int) -> Int {
    let start = Int(tokens[index].start)
    var low = 0
    var high = lines.count
    while low < high {
      let middle = (low + high) / 2
      if lines[middle].start <= start { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? lines[low - 1].indentation : 0
  }

  /// What to make of the declaration that comes next inside the braces opened at `opener`.
  enum Place { case belongsHere, closesBraces, misplaced }

  /// Judges the line that comes next by whether `allowed` holds for its first word, and, where a
  /// `}` is missing in the file, by how far it is indented.
  func place(inBracesAt opener: Int, allowing allowed: (Token.Kind) -> Bool) -> Place {
    let token = tokens[index]
    guard token.isFirstOnLine, isDeclaration(at: index) else { return .belongsHere }
    let isAllowed = allowed(token.kind)
    guard unclosedBraceCount > 0 else { return isAllowed ? .belongsHere : .misplaced }
    guard isAllowed else { return .closesBraces }
    return indentation(ofLineAt: index) <= indentation(ofLineAt: opener)
      ? .closesBraces : .belongsHere
  }

  /// Whether the `}` that comes next is one too many inside the braces opened at `opener`; it is
  /// then taken.
  mutating func takeStrayBrace(inBracesAt opener: Int) -> Bool {
    let token = tokens[index]
    guard unclosedBraceCount < 0, token.kind == .rightBrace,
      indentation(ofLineAt: index) > indentation(ofLineAt: opener)
    else { return false }
    unclosedBraceCount += 1
    if kind == .newline { advance() }
    report(.strayCloser(token, in: self))
    advance()
    return true
  }

  /// Takes a `{` that stands where nothing has a block, and what is between it and its `}`.
  mutating func takeStrayBlock() {
    report(.strayBlock(at: hereSpan))
    guard unclosedBraceCount <= 0 else {
      // It is the `{` itself that is one too many.
      unclosedBraceCount -= 1
      return skipToken()
    }
    _ = block()
  }
}
