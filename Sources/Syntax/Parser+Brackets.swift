import Diagnostics

// Brackets: which belong together, what holds between them, and where one is missing.

extension Parser {
  /// Which brackets belong together, by the indices of their tokens.
  struct BracketPairs {
    private(set) var closers: [Int: Int] = [:]
    private(set) var openers: [Int: Int] = [:]

    mutating func join(_ opener: Int, _ closer: Int) {
      closers[opener] = closer
      openers[closer] = opener
    }
  }

  /// An open bracket, and what held outside it.
  struct Bracket {
    let opener: Int
    let linesMattered: Bool
    let wasInHead: Bool
    let wasInMatchCase: Bool
    let wasInSquareBrackets: Bool
  }

  /// Takes the opening bracket that comes next.
  mutating func open() -> Bracket {
    let bracket = Bracket(
      opener: index, linesMattered: linesMatter, wasInHead: isInHead, wasInMatchCase: isInMatchCase,
      wasInSquareBrackets: isInSquareBrackets)
    linesMatter = kind == .leftBrace
    isInSquareBrackets = kind == .leftBracket
    isInHead = false
    isInMatchCase = false
    advance()
    return bracket
  }

  /// Goes on as if the `{` that is missing before the next token were there.
  mutating func openWithoutBracket() -> Bracket {
    unclosedBraceCount += 1
    return openIndented(at: max(0, index - 1))
  }

  /// Goes on as between braces, behind the token at `opener`.
  mutating func openIndented(at opener: Int) -> Bracket {
    let bracket = Bracket(
      opener: opener, linesMattered: linesMatter, wasInHead: isInHead,
      wasInMatchCase: isInMatchCase, wasInSquareBrackets: isInSquareBrackets)
    linesMatter = true
    isInSquareBrackets = false
    isInHead = false
    isInMatchCase = false
    settle()
    return bracket
  }

  /// Goes on as behind the lines that `bracket` stood for.
  mutating func endIndented(_ bracket: Bracket) {
    leave(bracket)
    settle()
  }

  private mutating func leave(_ bracket: Bracket) {
    linesMatter = bracket.linesMattered
    isInHead = bracket.wasInHead
    isInMatchCase = bracket.wasInMatchCase
    isInSquareBrackets = bracket.wasInSquareBrackets
  }

  /// Takes the bracket that closes `bracket`.
  ///
  /// If it is not there that is reported, and all goes on as if it were.
  mutating func close(_ bracket: Bracket, _ closer: Token.Kind) {
    if kind == .newline, tokens[index].kind == closer { kind = closer }
    leave(bracket)
    let isOfOuterBlock = closer == .rightBrace && kind == closer && closesOuterBlock(bracket.opener)
    if kind == closer, !isOfOuterBlock { return advance() }
    if closer == .rightBrace, swallowedBraceCount > 0 {
      // It stands in a string that has no end, of which enough was said.
      swallowedBraceCount -= 1
      unclosedBraceCount -= 1
      return settle()
    }
    let opener = tokens[bracket.opener]
    settle()
    let isElse =
      tokens[index].kind == .else || tokens[index].kind == .catch
      || tokens[index].kind == .finally
    let isBehindLine =
      kind == .end || !isElse && tokens[index].isFirstOnLine && index > bracket.opener + 1
    let place = kind == .end ? emptySpan(at: previousEnd) : span(of: tokens[index])
    let closing =
      closer != .rightBrace
      ? nil
      : isElse
        ? Edit(emptySpan(at: tokens[index].start), "} ")
        : isBehindLine ? missingBrace(for: bracket.opener) : nil
    // `f(a]`: what stands there was meant to be the closing bracket.
    let isMistaken =
      closer != .rightBrace && (kind == .rightParenthesis || kind == .rightBracket)
      && bracketPairs().openers[index] == nil
    report(
      .unclosed(
        opener, closer, at: place, closing, isMistaken: isMistaken, in: self),
      isAboutLineBefore: tokens[index].isFirstOnLine && !isElse)
    if closer == .rightBrace { unclosedBraceCount -= 1 }
    if isMistaken { advance() }
  }

  /// The `}` that is missing behind the last token, for the braces opened at `opener`.
  private func missingBrace(for opener: Int) -> Edit {
    var first = index - 1
    while first > 0, !tokens[first].isFirstOnLine { first -= 1 }
    if opener >= first { return Edit(emptySpan(at: previousEnd), " }") }
    // Behind a comment, if one ends the line.
    var end = Int(previousEnd)
    while end < bytes.count, bytes[end] != 0x0A, bytes[end] != 0x0D { end += 1 }
    return Edit(
      Span(source, end, end), "\n\(indentationText(ofLineAt: opener))}")
  }

  /// Whether the `}` that comes next stands too far to the left to close the braces opened at
  /// `opener`, where one is missing.
  private func closesOuterBlock(_ opener: Int) -> Bool {
    unclosedBraceCount > 0 && !lines.isEmpty && tokens[index].isFirstOnLine
      && indentation(ofLineAt: index) < indentation(ofLineAt: opener)
  }

  /// Whether the line that comes next is no further indented than the one on which the braces
  /// opened at `opener` begin, where a `}` is missing: it is theirs.
  func isBehindBlock(openedAt opener: Int) -> Bool {
    guard unclosedBraceCount > 0, !lines.isEmpty, tokens[index].isFirstOnLine, opener < index
    else { return false }
    return indentation(ofLineAt: index) <= indentation(ofLineAt: opener)
  }

  /// Pairs all brackets.
  ///
  /// A `}` and a declaration close what is open inside the braces around them.
  func matchBrackets() -> BracketPairs {
    var pairs = BracketPairs()
    var open: [Int] = []
    // How many parentheses and brackets are open inside the innermost braces, and around them.
    var counts: [(parentheses: Int, brackets: Int)] = [(0, 0)]
    func note(_ kind: Token.Kind, _ change: Int) {
      switch kind {
      case .leftParenthesis: counts[counts.count - 1].parentheses += change
      case .leftBracket: counts[counts.count - 1].brackets += change
      case .leftBrace, .valueStart:
        if change > 0 { counts.append((0, 0)) } else { counts.removeLast() }
      default: break
      }
    }
    func drop(to wanted: Token.Kind, _ other: Token.Kind) -> Int? {
      while let innermost = open.last {
        let kind = tokens[innermost].kind
        note(kind, -1)
        open.removeLast()
        if kind == wanted || kind == other { return innermost }
      }
      return nil
    }
    for (index, token) in tokens.enumerated() {
      switch token.kind {
      case .leftParenthesis, .leftBracket, .leftBrace, .valueStart:
        open.append(index)
        note(token.kind, 1)
      case .rightParenthesis, .rightBracket:
        let opener: Token.Kind = token.kind == .rightParenthesis ? .leftParenthesis : .leftBracket
        let count = counts[counts.count - 1]
        guard (opener == .leftParenthesis ? count.parentheses : count.brackets) > 0 else { break }
        if let found = drop(to: opener, opener) { pairs.join(found, index) }
      case .rightBrace:
        if let opener = drop(to: .leftBrace, .leftBrace) { pairs.join(opener, index) }
      case .valueEnd:
        if let opener = drop(to: .valueStart, .valueStart) { pairs.join(opener, index) }
      default:
        guard token.isFirstOnLine, isDeclaration(at: index) else { continue }
        while let innermost = open.last, tokens[innermost].kind != .leftBrace,
          tokens[innermost].kind != .valueStart
        {
          note(tokens[innermost].kind, -1)
          open.removeLast()
        }
      }
    }
    return pairs
  }
}
