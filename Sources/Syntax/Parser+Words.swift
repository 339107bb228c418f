import Diagnostics

// Words of other languages, and misspelt ones.

extension Parser {
  /// What other languages call things, and the word for it here.
  private static let foreignWords: [String: Token.Kind] = [
    "def": .fn, "func": .fn, "function": .fn, "fun": .fn, "class": .struct, "switch": .match,
    "raise": .throw, "except": .catch, "val": .let, "foreach": .for, "argument": .arg,
    "param": .arg, "parameter": .arg, "devices": .device, "elif": .else, "mut": .mutating,
  ]

  /// A word before a parenthesis or bracket, `retrun (n + 1)`, may be the name of a function or
  /// array: it is one if it stands anywhere else.
  mutating func correctWordBeforeParenthesis() {
    let token = tokens[index]
    guard peek() == .leftParenthesis || peek() == .leftBracket, isOnSameLine(),
      tokens[index + 1].start > token.end, token.end - token.start > 2
    else { return }
    let written = text(token)
    let words: [Token.Kind] =
      peek() == .leftBracket ? [.return] : [.return, .if, .while, .for, .match, .throw]
    guard let near = nearest(to: written, among: words.lazy.compactMap(\.spelling)),
      let meant = words.first(where: { $0.spelling == near }),
      !tokens.contains(where: {
        $0.kind == .identifier && $0.start != token.start
          && $0.end - $0.start == token.end - token.start && text($0) == written
      })
    else { return }
    correct(.misspelt(written, as: meant, at: span(of: token)))
    tokens[index] = Token(start: token.start, end: token.end, kind: meant, flags: token.flags)
    kind = meant
  }

  /// If the identifier that comes next stands where only one of `words` can, and is nearly one,
  /// reports that and goes on as if it were that word.
  mutating func correctWord(among words: [Token.Kind]) {
    guard kind == .identifier, isOnSameLine() else { return }
    switch peek() {
    case .identifier, .number, .string, .stringStart, .leftBrace, .let, .not, .true, .false, .none,
      .await, .fn, .if, .match:
      break
    default:
      guard peek().isName else { return }
    }
    let token = tokens[index]
    let written = text(token)
    var meant: Token.Kind
    if let foreign = Parser.foreignWords[written], words.contains(foreign) {
      meant = foreign
    } else if written.utf8.count > 1,
      let near = nearest(to: written, among: words.lazy.compactMap(\.spelling)),
      let word = words.first(where: { $0.spelling == near })
    {
      meant = word
    } else {
      return
    }
    if meant == .let || meant == .var, peek(2) != .assign, peek(2) != .colon { return }
    if written == "def", meant == .fn, words.contains(.kernel), isMeantAsKernel { meant = .kernel }
    if Parser.foreignWords[written] != nil {
      let word = meant.spelling ?? ""
      takeForeign(
        meant == .throw
          ? .raised(at: span(of: token)) : .misspelt(written, as: meant, at: span(of: token)),
        "write `\(word)`", [Edit(span(of: token), word)])
      // Whoever writes another language's word goes on in that language.
      silenceLine()
    } else {
      correct(.misspelt(written, as: meant, at: span(of: token)))
    }
    tokens[index] = Token(start: token.start, end: token.end, kind: meant, flags: token.flags)
    kind = meant
  }
}
