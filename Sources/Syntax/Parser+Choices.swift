import Diagnostics

// Choices and comparisons as other languages write them.

extension Parser {
  // MARK: `a ? b : c`, `a if c else b`

  var beginsTernary: Bool {
    switch peek() {
    case .rightParenthesis, .rightBracket, .rightBrace, .comma, .end: false
    default: isOnSameLine()
    }
  }

  mutating func ternary(_ condition: ExpressionID, from start: UInt32) -> ExpressionID {
    let sign = hereSpan
    let isKnown = isReportedHere
    advance()
    let first = expression()
    var second: ExpressionID?
    var secondText = ""
    if take(.colon) {
      let value = expression()
      second = value
      secondText = source(of: module.span(of: value))
    } else if kind == .format {
      // In a string it looks like a format.
      secondText = String(
        decoding: bytes[Int(self.start) + 1..<Int(tokens[index].end)], as: UTF8.self)
      while secondText.first == " " { secondText.removeFirst() }
      advance()
    }
    guard !isKnown else { return add(.invalid, from: start) }
    guard !secondText.isEmpty else {
      report(.ternary(at: sign, nil))
      return add(.invalid, from: start)
    }
    let meant = choice(
      source(of: module.span(of: condition)), source(of: module.span(of: first)), secondText)
    correct(.ternary(at: sign, Edit(span(from: start), meant)))
    guard let second else { return add(.invalid, from: start) }
    return conditional(condition, first, second, from: start)
  }

  private func choice(_ condition: String, _ first: String, _ second: String) -> String {
    "if \(condition) { \(first) } else { \(second) }"
  }

  /// `a if c else b`; the `if` comes next.
  mutating func choiceBehindValue(_ value: ExpressionID, from start: UInt32) -> ExpressionID {
    let sign = hereSpan
    advance()
    let condition = binary(.or)
    guard take(.else) else {
      report(.unexpected(in: self))
      return add(.invalid, from: start)
    }
    let other = expression()
    let meant = choice(
      source(of: module.span(of: condition)), source(of: module.span(of: value)),
      source(of: module.span(of: other)))
    correct(.choiceBehindValue(at: sign, Edit(span(from: start), meant)))
    return conditional(condition, value, other, from: start)
  }

  private mutating func conditional(
    _ condition: ExpressionID, _ first: ExpressionID, _ second: ExpressionID, from start: UInt32
  ) -> ExpressionID {
    func block(_ value: ExpressionID) -> Block {
      let span = module.span(of: value)
      module.statements.append(.expression(value))
      module.statementSpans.append(span)
      return Block(
        statements: [StatementID(index: Int32(truncatingIfNeeded: module.statements.count - 1))],
        span: span)
    }
    let then = block(first)
    let otherwise = block(second)
    return add(
      .conditional([.expression(condition)], then: then, otherwise: otherwise), from: start)
  }

  /// Whether the `step` of another language comes next.
  var isAtForeignStep: Bool {
    guard kind == .identifier, isOnSameLine() else { return false }
    switch text(tokens[index]) {
    case "step", "stride", "steps": return peek() == .number || peek() == .minus || peek().isName
    default: return false
    }
  }

  // MARK: Slices, `self`

  /// What stands between the brackets of an index; `i:j` is taken for `i..<j`.
  mutating func sliceOrIndex() -> ExpressionID {
    let start = self.start
    if kind == .colon, isOnSameLine() { return openSlice(from: start) }
    let lower = expression()
    guard kind == .colon, isOnSameLine(), !isReportedHere else { return lower }
    if peek() == .rightBracket { return openSlice(from: start) }
    correct(.colonInSlice(at: hereSpan))
    advance()
    let upper = expression()
    return add(.range(lower, upper, isClosed: false, step: nil), from: start)
  }

  /// `xs[1:]`, `xs[:3]`: a slice names both its ends.
  private mutating func openSlice(from start: UInt32) -> ExpressionID {
    report(.openSlice(at: hereSpan))
    advance()
    if kind != .rightBracket { _ = expression() }
    return add(.invalid, from: start)
  }

  /// `self.x` where nothing is called `self`: the member; nil if that is not what stands here.
  mutating func memberBehindSelf(_ base: ExpressionID) -> ExpressionID? {
    guard !hasSelf, case .name(let name) = module[base], name.text.utf8.count == 4,
      name.text == "self" || name.text == "this", peek().isName
    else { return nil }
    let isDeclared =
      isSelfDeclared ?? tokens.indices.contains { self.isDeclared(name, at: $0) }
    isSelfDeclared = isDeclared
    guard !isDeclared else { return nil }
    let prefix = Span(source, Int(name.span.start), Int(tokens[index].end))
    if let place = selfFault {
      let fault = diagnostics[place]
      diagnostics[place] = Diagnostic(
        fault.code, fault.message, at: fault.span, notes: fault.notes,
        fixes: [Fix("leave it out", (fault.fixes.first?.edits ?? []) + [Edit(prefix, "")])])
    } else {
      correct(.selfBeforeMember(name.text, at: name.span))
      selfFault = diagnostics.count - 1
      let fault = diagnostics[diagnostics.count - 1]
      diagnostics[diagnostics.count - 1] = Diagnostic(
        fault.code, fault.message, at: fault.span, notes: fault.notes,
        fixes: [Fix("leave it out", [Edit(prefix, "")])])
    }
    advance()
    let member = Name(text(tokens[index]), at: span(of: tokens[index]))
    // It is one mistake, whatever it was to be a member of.
    module.doubts.names.insert(member.text)
    advance()
    return add(.name(member), at: member.span)
  }

  /// Whether the token at `place` is `name`, and no member stands behind it: something may be
  /// called so.
  private func isDeclared(_ name: Name, at place: Int) -> Bool {
    let token = tokens[place]
    return token.kind.isName && token.end - token.start == 4 && text(token) == name.text
      && place + 1 < tokens.count && tokens[place + 1].kind != .dot
      && !(place > 0 && tokens[place - 1].kind == .leftParenthesis
        && (tokens[place + 1].kind == .rightParenthesis || tokens[place + 1].kind == .comma))
  }

  // MARK: Comparisons

  /// Whether a token of `kind` stands right behind the next one.
  func isJoined(with kind: Token.Kind) -> Bool {
    peek() == kind && tokens[index + 1].start == tokens[index].end
  }

  /// Whether the `is` of another language comes next.
  var isAtIdentity: Bool {
    let token = tokens[index]
    guard token.end - token.start == 2, isOnSameLine(0), isOnSameLine(), text(token) == "is" else {
      return false
    }
    switch peek() {
    case .not, .none, .true, .false, .number, .string, .stringStart, .minus, .leftParenthesis:
      return true
    default: return peek().isName
    }
  }

  /// Takes `None` and the like behind `is`: the fix of the error at `fault` mends it too.
  private mutating func takeForeignLiteral(into fault: Int) {
    let token = tokens[index]
    guard kind == .identifier, fault < diagnostics.count, let fix = diagnostics[fault].fixes.first,
      let (word, meant) = Parser.literalsOfIdentity[text(token)]
    else { return }
    let known = diagnostics[fault]
    diagnostics[fault] = Diagnostic(
      known.code, known.message, at: known.span, remark: known.remark,
      fixes: [Fix(fix.message, fix.edits + [Edit(span(of: token), word)])])
    tokens[index] = Token(start: token.start, end: token.end, kind: meant, flags: token.flags)
    kind = meant
  }

  private static let literalsOfIdentity: [String: (String, Token.Kind)] = [
    "None": ("none", .none), "nil": ("none", .none), "null": ("none", .none),
    "True": ("true", .true), "False": ("false", .false),
  ]

  /// What is meant by a comparison that is written as in another language; nil if the sign that
  /// comes next is one of this language.
  mutating func foreignComparison(_ infix: InfixOperator, _ left: ExpressionID, from start: UInt32)
    -> ExpressionID?
  {
    let first = span(of: tokens[index])
    let second = index + 1 < tokens.count ? span(of: tokens[index + 1]) : first
    switch kind {
    case .not,
      .in where peek() == .not:
      // `x not in xs`, `x in not xs`
      let both = first.joined(with: second)
      let leftStart = emptySpan(at: module.span(of: left).start)
      advance()
      advance()
      let right = binary(.coalesce)
      correct(
        .notIn(
          at: both,
          [
            Edit(leftStart, "not ("), Edit(both, "in"), Edit(emptySpan(at: previousEnd), ")"),
          ]))
      let contained = add(.infix(.contains, left, right, at: both), from: start)
      return add(.prefix(.not, contained), from: start)
    case .identifier:
      let isNegated = peek() == .not
      let sign = isNegated ? first.joined(with: second) : first
      let fault = diagnostics.count
      correct(.identity(isNegated ? "!=" : "==", at: sign))
      advance()
      if isNegated { advance() }
      takeForeignLiteral(into: fault)
      return add(
        .infix(isNegated ? .notEqual : .equal, left, binary(.coalesce), at: sign), from: start)
    case .assign where infix == .equal:
      let fault = diagnostics.count
      correct(.assignmentInCondition(at: first, beforeName: nil))
      advance()
      let right = binary(.coalesce)
      if case .name(let name) = module[left], case .call = module[right], fault < diagnostics.count
      {
        // `guard edge = pmt.timestamp(until: t)`
        diagnostics[fault] = .assignmentInCondition(
          at: first, beforeName: emptySpan(at: name.span.start))
        module.doubts.names.insert(name.text)
      }
      return add(.infix(.equal, left, right, at: first), from: start)
    case .assign,
      .less where infix == .notEqual,
      .equal where isJoined(with: .assign),
      .notEqual where isJoined(with: .assign):
      let sign = first.joined(with: second)
      correct(.foreignOperator(infix.rawValue, at: sign))
      advance()
      advance()
      return add(.infix(infix, left, binary(.coalesce), at: sign), from: start)
    default: return nil
    }
  }
}
