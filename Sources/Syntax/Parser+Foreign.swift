import Diagnostics

// Statements as other languages have them, and what is missing between statements.

extension Parser {
  /// The statement that comes next, if it is written as in another language; nil if it is not, or
  /// only its first word has to be replaced.
  mutating func foreignStatement() -> StatementID? {
    let token = tokens[index]
    if kind == .atSign {
      guard peek().isName || peek().isReserved, isOnSameLine() else { return nil }
      return decorator()
    }
    switch peek() {
    case .colon, .comma: return declarationWithoutWord()
    case _ where peek(2) == .assign && peek().isName && isOnSameLine() && isOnSameLine(2):
      // `int n = 3`
      guard !isForeignWord(token), nearest(to: text(token), among: ["let", "var"]) == nil else {
        return nil
      }
      correct(.typeBeforeName(token, tokens[index + 1], in: self))
      return binding(isVariable: true)
    case .identifier
    where peek(2) == .leftParenthesis && isOnSameLine(2) && beginsFunctionWithoutWord:
      // `int doubled(int n) { … }`
      guard let function = functionWithoutWord(nil) else { return add(.invalid, from: token.start) }
      return add(.function(function), from: token.start)
    default: break
    }
    guard token.end - token.start <= 6 else { return nil }
    switch text(token) {
    case "with": return with()
    case "yield":
      guard endsStatement(behind: index) || peek() == .number || peek().isName, isOnSameLine()
      else { return nil }
      report(.unexpected(in: self))
      skipLine()
      return add(.invalid, from: token.start)
    case "pass":
      guard endsStatement(behind: index) else { return nil }
      correct(.nothingToDo(at: span(of: token)))
      advance()
      return add(.invalid, from: token.start)
    case "do", "repeat": return isFollowedByBlock ? loopWithLateCondition() : nil
    case "loop":
      guard isFollowedByBlock else { return nil }
      takeForeign(
        .endlessLoop(at: span(of: token)), "write `while true`",
        [Edit(span(of: token), "while true")])
      advance()
      let condition = add(.boolean(true), at: span(of: token))
      return add(.whileLoop([.expression(condition)], block()), from: token.start)
    case "switch":
      guard peek().isName || peek() == .leftParenthesis, isOnSameLine() else { return nil }
      takeForeign(
        .misspelt("switch", as: .match, at: span(of: token)), "write `match`",
        [Edit(span(of: token), "match")])
      let (value, cases) = matchParts()
      return add(.match(value, cases), from: token.start)
    default: return nil
    }
  }

  private func isForeignWord(_ token: Token) -> Bool { text(token) == "const" }

  private var isFollowedByBlock: Bool { peek() == .leftBrace && isOnSameLine() }

  /// `@kernel` and the like: the line is left out.
  mutating func decorator() -> StatementID {
    let start = self.start
    takeDecorator()
    return add(.invalid, from: start)
  }

  /// Reports a decorator, and goes behind its line; the `def` of the next line belongs to it.
  mutating func takeDecorator() {
    let word = tokens[index + 1]
    let sign = span(of: tokens[index])
    let fault = Diagnostic.decorator(word, at: sign.joined(with: span(of: word)), in: self)
    var next = index + 1
    while next + 1 < tokens.count, !tokens[next].isFirstOnLine { next += 1 }
    let token = tokens[next]
    let isFunction = token.kind == .fn || token.kind == .kernel
    guard token.kind == .identifier && text(token) == "def" || isFunction else {
      correct(fault)
      return skipLine()
    }
    let meant: Token.Kind = word.kind == .kernel || token.kind == .kernel ? .kernel : .fn
    takeForeign(
      fault, "declare it with its own word",
      [Edit(Span(source, Int(sign.start), Int(token.end)), meant.spelling ?? "")])
    tokens[next] = Token(start: token.start, end: token.end, kind: meant, flags: token.flags)
    jump(to: next)
    // Whoever writes another language's word goes on in that language.
    silenceLine()
  }

  /// `with parallel:` and `with parallel {`.
  private mutating func with() -> StatementID? {
    let word = tokens[index + 1]
    guard isOnSameLine(), word.kind.isName else { return nil }
    let meant: Token.Kind
    switch text(word) {
    case "record": return recordingByName()
    case "parallel", "interleave", "simultaneous": meant = .parallel
    case "sequential": meant = .sequential
    case "open": return withOpen()
    default: return nil
    }
    let whole = span(of: tokens[index]).joined(with: span(of: word))
    takeForeign(
      .withBeforeBlock(meant, at: whole), "write `\(meant.spelling ?? "") { }`",
      [Edit(whole, meant.spelling ?? "")])
    let start = self.start
    advance()
    advance()
    let block = block()
    return add(meant == .parallel ? .parallel(block) : .sequential(block), from: start)
  }

  /// `with open("x") as f:`, with the block that it stands before.
  private mutating func withOpen() -> StatementID? {
    guard peek(2) == .leftParenthesis, let end = closer(ofBracketAt: index + 2) else { return nil }
    var place = end + 1
    while place < tokens.count, tokens[place].kind != .colon, tokens[place].kind != .leftBrace {
      if tokens[place].isFirstOnLine { return nil }
      place += 1
    }
    let start = self.start
    doubtLine(of: index)
    takeForeign(.withOpen(at: span(of: tokens[index])), "", [])
    jump(to: place)
    silence()
    let block = block()
    foreign = ForeignConstruct(fault: nil, title: "")
    _ = block
    return add(.invalid, from: start)
  }

  /// `with record("r"):`, with the block that it stands before.
  private mutating func recordingByName() -> StatementID? {
    guard peek(2) == .leftParenthesis, let end = closer(ofBracketAt: index + 2),
      end + 1 < tokens.count, tokens[end + 1].kind == .colon || tokens[end + 1].kind == .leftBrace
    else { return nil }
    let start = self.start
    takeForeign(
      .recordingByName(
        at: Span(source, Int(start), Int(tokens[end].end))), "write `record { }`", [])
    if let name = text(ofString: tokens[index + 3]), tokens[index + 3].kind == .string {
      module.doubts.names.insert(name)
    }
    jump(to: end + 1)
    silence()
    let recording = add(.record(block()), from: start)
    let construct = foreign
    foreign = ForeignConstruct(fault: construct?.fault, title: "")
    return add(.expression(recording), from: start)
  }

  /// `do { } while c`, and the same with `repeat`.
  private mutating func loopWithLateCondition() -> StatementID? {
    let word = tokens[index]
    guard let end = closer(ofBracketAt: index + 1), end + 1 < tokens.count,
      tokens[end + 1].kind == .while, !tokens[end + 1].isFirstOnLine
    else { return nil }
    let indentation = indentationText(ofLineAt: end)
    takeForeign(
      .lateCondition(text(word), at: span(of: word)), "test at the end of the body",
      [Edit(span(of: word), "while true")])
    advance()
    let body = block()
    guard index == end + 1 else {
      // Something else ended the body.
      foreign = ForeignConstruct(fault: foreign?.fault, title: "")
      return add(.whileLoop([.expression(invalidExpression())], body), from: word.start)
    }
    advance()
    let condition = expression()
    let place = module.span(of: condition)
    let edit = Edit(
      Span(source, Int(tokens[end].start), Int(place.end)),
      "    if not (\(source(of: place))) { break }\n\(indentation)}")
    foreign?.add(edit)
    return add(.whileLoop([.expression(condition)], body), from: word.start)
  }

  // MARK: Declarations without `let`

  /// `n: Int = 3`, `n := 3` and `a, b = pair()`; nil if none of these comes next.
  private mutating func declarationWithoutWord() -> StatementID? {
    let start = self.start
    var place = index
    if peek() == .comma {
      while tokens[place].kind.isName, place + 2 < tokens.count, tokens[place + 1].kind == .comma {
        place += 2
      }
      guard tokens[place].kind.isName, place + 1 < tokens.count,
        tokens[place + 1].kind == .assign, !tokens[place + 1].isFirstOnLine
      else { return nil }
      return isMentioned(tokens[index], before: index)
        ? assignmentToSeveral() : bindingBehindKeyword(isVariable: true, emptySpan(at: start), nil)
    }
    place += 2
    while place < tokens.count, !tokens[place].isFirstOnLine, tokens[place].kind != .assign {
      if tokens[place].kind == .leftBrace { return nil }
      place += 1
    }
    guard place < tokens.count, tokens[place].kind == .assign, !tokens[place].isFirstOnLine else {
      return nil
    }
    var edits = [Edit(emptySpan(at: start), "let ")]
    if place == index + 2 {
      let sign = Span(source, Int(tokens[index + 1].start), Int(tokens[place].end))
      edits.append(Edit(sign, "="))
    }
    takeForeign(
      .declarationWithoutWord(text(tokens[index]), at: span(of: tokens[index])),
      "declare it, with `var` if it changes", edits)
    return bindingBehindKeyword(isVariable: true, emptySpan(at: start), nil)
  }

  /// Whether the name that `token` is stands somewhere before the token at `place`.
  func isMentioned(_ token: Token, before place: Int) -> Bool {
    let name = text(token)
    return tokens[..<place].contains {
      $0.kind.isName && $0.end - $0.start == token.end - token.start && text($0) == name
    }
  }

  /// Parses `a, b = b, a`.
  private mutating func assignmentToSeveral() -> StatementID {
    let start = self.start
    var places = [expression()]
    while take(.comma) { places.append(expression()) }
    let left = span(from: start)
    let place = add(.tuple(places), at: left)
    advance()
    let value = severalValues()
    doubtLine(of: index - 1)
    correct(.severalWithoutParentheses(left, module.span(of: value.id), value.isTuple))
    return add(.assignment(place, value.id), from: start)
  }

  /// A value, or several with commas between them, of which the caller says that parentheses are
  /// missing.
  mutating func severalValues() -> (id: ExpressionID, isTuple: Bool) {
    let start = self.start
    var values = [expression()]
    while kind == .comma, isOnSameLine(), take(.comma) { values.append(expression()) }
    return values.count == 1 ? (values[0], false) : (add(.tuple(values), from: start), true)
  }

  // MARK: Between statements

  /// Takes what stands between two statements on one line where a `;` is missing, and has it
  /// reported; false if what comes next begins no statement.
  mutating func takeMissingSeparator() -> Bool {
    guard kind != .newline, isOnSameLine(0), index > 0, !isReportedHere else { return false }
    let token = tokens[index]
    switch kind {
    case .let, .var, .if, .for, .while, .return, .break, .continue, .throw, .match, .try, .send,
      .preload, .guard, .await:
      guard !tokens[index - 1].kind.continuesOnNextLine else { return false }
      if kind == .if, hasElseOnThisLine { return false }
    case .comma:
      // `let a = 1, b = 2`
      guard peek().isName, peek(2) == .assign, isOnSameLine(2), let word = bindingWord else {
        return false
      }
      correct(
        .severalBindings(at: span(of: token), word: word.spelling ?? ""))
      tokens[index] = Token(start: token.start, end: token.end, kind: word, flags: token.flags)
      kind = word
      return true
    default:
      guard kind.isName, tokens[index - 1].end < token.start, misplacedUnit == nil,
        foreignCommentBefore == nil
      else { return false }
      switch peek() {
      case .leftParenthesis, .dot: guard tokens[index + 1].start == token.end else { return false }
      case .assign, .plusAssign, .minusAssign, .starAssign, .slashAssign: break
      case .leftBrace:
        switch kind {
        case .parallel, .sequential, .critical: break
        default: return false
        }
      default: return false
      }
    }
    correct(.missingSeparator(at: emptySpan(at: previousEnd), token, in: self))
    return true
  }

  /// The `let` or `var` with which the statement began that ends on this line; nil if it began with
  /// something else.
  private var bindingWord: Token.Kind? {
    var place = index - 1
    while place > 0 {
      switch tokens[place].kind {
      case .let, .var: return tokens[place].kind
      case .semicolon, .leftBrace, .rightBrace: return nil
      default: if tokens[place].isFirstOnLine { return nil }
      }
      place -= 1
    }
    return nil
  }

  /// Whether an `else` follows on this line before any block: `a if c else b`.
  var hasElseOnThisLine: Bool {
    var place = index + 1
    var depth = 0
    while place < tokens.count, !tokens[place].isFirstOnLine {
      switch tokens[place].kind {
      case .else: if depth == 0 { return true }
      case .leftBrace, .semicolon, .end, .for: return false
      case .leftParenthesis, .leftBracket: depth += 1
      case .rightParenthesis, .rightBracket:
        depth -= 1
        if depth < 0 { return false }
      case .comma: if depth == 0 { return false }
      default: break
      }
      place += 1
    }
    return false
  }

  /// The `//` before the next token on its line that was meant to begin a comment, if that may be.
  var foreignCommentBefore: Span? {
    guard index > 0, isOnSameLine(0) else { return nil }
    var place = index - 1
    while place > 0, !tokens[place].isFirstOnLine {
      if tokens[place].kind == .doubleSlash { return span(of: tokens[place]) }
      place -= 1
    }
    return nil
  }

  /// Functions that are statements with a word of their own in other languages.
  private static let commandWords: Set<String> = ["print", "delay", "at", "wait_until", "expect"]

  /// Takes `print "x"` for `print("x")`: a call whose parentheses are missing; false if that is not
  /// what `callee` and what comes next are.
  mutating func callWithoutParentheses(_ callee: ExpressionID, from start: UInt32) -> ExpressionID?
  {
    guard kind != .newline, isOnSameLine(0), !isReportedHere, foreignCommentBefore == nil,
      previousEnd < self.start
    else { return nil }
    switch module[callee] {
    case .name, .member: break
    default: return nil
    }
    switch kind {
    case .string, .stringStart, .number: break
    case .identifier:
      guard case .name(let name) = module[callee], Parser.commandWords.contains(name.text),
        misplacedUnit == nil
      else { return nil }
    default: return nil
    }
    let gap = Span(source, Int(previousEnd), Int(self.start))
    let place = diagnostics.count
    let hereBefore = hereSpan
    var arguments = [argument()]
    while take(.comma) { arguments.append(argument()) }
    guard diagnostics.count == place else { return add(.invalid, from: start) }
    correct(
      .callWithoutParentheses(
        at: hereBefore, [Edit(gap, "("), Edit(emptySpan(at: previousEnd), ")")]))
    return add(.call(callee, arguments), from: start)
  }
}
