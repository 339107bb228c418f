package import Diagnostics

/// Returns the tokens of `source`, which with white space and trivia tile its text.
package func lex(_ source: SourceID, in sources: SourceSet) -> LexedSource {
  var lexer = Lexer(source, bytes: sources[source].bytes)
  return lexer.run()
}

/// Goes over the bytes of a source once, from front to back.
struct Lexer {
  let source: SourceID
  let bytes: [UInt8]
  var position = 0
  var tokens: [Token] = []
  var trivia: [Trivia] = []
  var diagnostics: [Diagnostic] = []
  /// What the next token is given: whether it is the first on its line, and documented.
  var pending: Token.Flags = .isFirstOnLine
  /// The kinds of the brackets that are open, a `valueStart` for a value in a string.
  var brackets: [Token.Kind] = []
  /// Where the strings begin that have a value open.
  var openStrings: [Int] = []
  /// Where those begin that turned out to have no end.
  var unterminatedStrings: [Int] = []
  private var unclosedBraceCount = 0
  /// Which of the diagnostics is about the lines of three backquotes around the program.
  var fenceFault: Int?
  /// Whether a mark of a merge conflict was seen whose last one was not.
  var isInConflict = false
  /// Whether the end of a conflict may still come.
  var hasConflictEnd = true
  private let words = WordTable.shared

  init(_ source: SourceID, bytes: [UInt8]) {
    self.source = source
    self.bytes = bytes
    // Room that is never touched costs nothing, a second array twice as large does.
    tokens.reserveCapacity(bytes.count / 2 + 16)
  }

  mutating func run() -> LexedSource {
    skipFirstLine()
    while position < bytes.count { step() }
    if !openStrings.isEmpty { abandonStrings() }
    emit(.end, from: position)
    return LexedSource(
      source: source, tokens: tokens, trivia: trivia, diagnostics: diagnostics,
      unterminatedStrings: unterminatedStrings, unclosedBraceCount: unclosedBraceCount)
  }

  /// The byte `distance` after the current one; 0 past the end.
  @inline(__always)
  func byte(ahead distance: Int = 0) -> UInt8 {
    let index = position + distance
    return index < bytes.count ? bytes[index] : 0
  }

  @inline(__always)
  mutating func emit(_ kind: Token.Kind, from start: Int, _ flags: Token.Flags = []) {
    tokens.append(
      Token(
        start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: position),
        kind: kind,
        flags: flags.union(pending)))
    pending = []
  }

  func span(_ start: Int, _ end: Int) -> Span { Span(source, start, end) }

  private mutating func skipFirstLine() {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      trivia.append(Trivia(kind: .byteOrderMark, start: 0, end: 3))
      position = 3
    }
    guard byte() == UInt8(ascii: "#"), byte(ahead: 1) == UInt8(ascii: "!") else { return }
    takeComment(.interpreterLine)
  }

  /// Takes what begins at the current byte: white space, a comment, or a token.
  @inline(__always)
  private mutating func step() {
    let start = position
    let first = bytes[start]
    switch first {
    case 0x20, 0x09, 0x0D:
      position += 1
    case 0x0A:
      if !openStrings.isEmpty { abandonStrings() }
      position += 1
      pending.insert(.isFirstOnLine)
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "_"):
      takeWord()
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      takeNumber()
    case UInt8(ascii: "\""):
      if isAtTripleQuote, pending.contains(.isFirstOnLine), isAtStatementLevel {
        takeDocumentationString()
      } else {
        takeString()
      }
    case UInt8(ascii: "#"):
      let isDocumentation =
        byte(ahead: 1) == UInt8(ascii: "#") && byte(ahead: 2) != UInt8(ascii: "#")
        && pending.contains(.isFirstOnLine)
      takeComment(isDocumentation ? .documentation : .comment)
      if isDocumentation { pending.insert(.isDocumented) }
    case UInt8(ascii: "("):
      open(.leftParenthesis)
    case UInt8(ascii: "["):
      open(.leftBracket)
    case UInt8(ascii: "{"):
      unclosedBraceCount += 1
      open(.leftBrace)
    case UInt8(ascii: ")"):
      close(.rightParenthesis, .leftParenthesis)
    case UInt8(ascii: "]"):
      close(.rightBracket, .leftBracket)
    case UInt8(ascii: "}"):
      closeBrace()
    case UInt8(ascii: ","):
      take(.comma, 1)
    case UInt8(ascii: ":"):
      if let innermost = brackets.last, innermost == .valueStart {
        takeFormat()
      } else {
        take(.colon, 1)
      }
    case 0x80...:
      takeBeyondASCII()
    default:
      takeOperator(first)
    }
  }

  // MARK: Brackets

  @inline(__always)
  private mutating func take(_ kind: Token.Kind, _ length: Int) {
    let start = position
    position += length
    emit(kind, from: start)
  }

  private mutating func open(_ kind: Token.Kind) {
    brackets.append(kind)
    take(kind, 1)
  }

  private mutating func close(_ kind: Token.Kind, _ opener: Token.Kind) {
    if let innermost = brackets.last, innermost == opener { brackets.removeLast() }
    take(kind, 1)
  }

  private mutating func closeBrace() {
    while let innermost = brackets.last, innermost == .leftParenthesis || innermost == .leftBracket
    {
      brackets.removeLast()
    }
    if let innermost = brackets.popLast(), innermost == .valueStart {
      take(.valueEnd, 1)
      let stringStart = openStrings.popLast() ?? position
      takeStringText(ofStringAt: stringStart)
    } else {
      unclosedBraceCount -= 1
      take(.rightBrace, 1)
    }
  }

  // MARK: Words, comments

  mutating func takeWord() {
    let start = position
    var packed: UInt64 = 0
    var end = position
    while end < bytes.count {
      let byte = bytes[end]
      if isWordByte(byte) {
        packed = packed << 8 | UInt64(byte)
        end += 1
      } else if byte >= 0x80, let (scalar, length) = scalar(at: end),
        scalar.properties.isXIDContinue
      {
        packed = 0
        end += length
      } else {
        break
      }
    }
    position = end
    let length = end - start
    let kind = length >= 2 && length <= 10 ? words.kind(packed: packed, count: length) : .identifier
    emit(kind, from: start)
  }

  @inline(__always)
  func isWordByte(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == UInt8(ascii: "_")
  }

  mutating func takeComment(_ kind: Trivia.Kind) {
    let start = position
    while position < bytes.count, bytes[position] != 0x0A { position += 1 }
    var end = position
    if end > start, bytes[end - 1] == 0x0D { end -= 1 }
    trivia.append(
      Trivia(
        kind: kind, start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: end)))
  }

  // MARK: Operators

  private mutating func takeOperator(_ first: UInt8) {
    let start = position
    if pending.contains(.isFirstOnLine), isConflictMark(first) { return takeConflict(first) }
    let (kind, length) = operatorKind(first, byte(ahead: 1), byte(ahead: 2))
    switch kind {
    case .invalid where pending.contains(.isFirstOnLine) && isAtFence:
      takeFence()
    case .invalid:
      takeUnknownCharacters()
    case .slash where byte(ahead: 1) == UInt8(ascii: "*"):
      takeForeignComment()
    case .dot where byte(ahead: 1) &- 0x30 < 10 && !endsOperand(tokens.last):
      takeNumberWithoutIntegerPart()
    case .doubleSlash where pending.contains(.isFirstOnLine) && isAtStatementLevel:
      diagnostics.append(.foreignComment(at: span(start, start + 2)))
      takeComment(.comment)
    case .closedRange where length == 2:
      position += 2
      diagnostics.append(.halfARange(at: span(start, position), isLimits: isInArgument))
      emit(.closedRange, from: start, .isBroken)
    default:
      position += length
      emit(kind, from: start)
    }
  }

  /// Whether this line declares an argument, whose limits belong to it.
  private var isInArgument: Bool {
    for token in tokens.reversed() where token.isFirstOnLine {
      return token.kind == .arg
    }
    return false
  }

  private var isAtStatementLevel: Bool {
    guard let innermost = brackets.last else { return true }
    return innermost == .leftBrace
  }

  private func endsOperand(_ token: Token?) -> Bool {
    guard let token else { return false }
    switch token.kind {
    case .number, .string, .stringEnd, .rightParenthesis, .rightBracket, .rightBrace: return true
    default: return token.kind.isName && Int(token.end) == position
    }
  }

  /// The operator that three bytes begin with, and its length.
  private func operatorKind(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> (Token.Kind, Int) {
    let isAssign = second == UInt8(ascii: "=")
    let isDoubled = second == first
    let isDoubledAssign = isDoubled && third == UInt8(ascii: "=")
    switch first {
    case UInt8(ascii: "."):
      if !isDoubled { return (.dot, 1) }
      if third == UInt8(ascii: "<") { return (.halfOpenRange, 3) }
      return (.closedRange, third == first ? 3 : 2)
    case UInt8(ascii: "="): return isDoubled ? (.equal, 2) : (.assign, 1)
    case UInt8(ascii: "+"): return isAssign ? (.plusAssign, 2) : (.plus, 1)
    case UInt8(ascii: "-"):
      if second == UInt8(ascii: ">") { return (.arrow, 2) }
      return isAssign ? (.minusAssign, 2) : (.minus, 1)
    case UInt8(ascii: "*"):
      if isDoubledAssign { return (.doubleStarAssign, 3) }
      if isDoubled { return (.doubleStar, 2) }
      return isAssign ? (.starAssign, 2) : (.star, 1)
    case UInt8(ascii: "/"):
      if isDoubledAssign { return (.doubleSlashAssign, 3) }
      if isDoubled { return (.doubleSlash, 2) }
      return isAssign ? (.slashAssign, 2) : (.slash, 1)
    case UInt8(ascii: "<"):
      if isDoubledAssign { return (.shiftLeftAssign, 3) }
      if isDoubled { return (.shiftLeft, 2) }
      return isAssign ? (.lessOrEqual, 2) : (.less, 1)
    case UInt8(ascii: ">"):
      if isDoubledAssign { return (.shiftRightAssign, 3) }
      if isDoubled { return (.shiftRight, 2) }
      return isAssign ? (.greaterOrEqual, 2) : (.greater, 1)
    case UInt8(ascii: "&"):
      let isLonger = third == UInt8(ascii: "=")
      switch second {
      case UInt8(ascii: "&"): return (.doubleAmpersand, 2)
      case UInt8(ascii: "+"): return isLonger ? (.wrappingPlusAssign, 3) : (.wrappingPlus, 2)
      case UInt8(ascii: "-"): return isLonger ? (.wrappingMinusAssign, 3) : (.wrappingMinus, 2)
      case UInt8(ascii: "*"): return isLonger ? (.wrappingStarAssign, 3) : (.wrappingStar, 2)
      default: return isAssign ? (.ampersandAssign, 2) : (.ampersand, 1)
      }
    case UInt8(ascii: "|"):
      if isDoubled { return (.doubleBar, 2) }
      return isAssign ? (.barAssign, 2) : (.bar, 1)
    case UInt8(ascii: "?"): return isDoubled ? (.coalesce, 2) : (.question, 1)
    case UInt8(ascii: "!"): return isAssign ? (.notEqual, 2) : (.exclamation, 1)
    case UInt8(ascii: "%"): return isAssign ? (.percentAssign, 2) : (.percent, 1)
    case UInt8(ascii: "@"): return isAssign ? (.atAssign, 2) : (.atSign, 1)
    case UInt8(ascii: "^"): return isAssign ? (.caretAssign, 2) : (.caret, 1)
    case UInt8(ascii: "~"): return (.tilde, 1)
    case UInt8(ascii: ";"): return (.semicolon, 1)
    default: return (.invalid, 1)
    }
  }
}
