import Diagnostics

// Blocks as other languages have them: behind a `:` and indented, or one statement without braces.

/// Something of another language that runs over several places: one mistake, with one fix for all
/// of it.
struct ForeignConstruct {
  /// Which of the diagnostics is about it; nil if another error on its line was there before.
  let fault: Int?
  let title: String
  /// What makes it this language's, in the order in which it was found.
  private(set) var edits: [Edit] = []

  init(fault: Int?, title: String) {
    self.fault = fault
    self.title = title
  }

  /// Has the edit that ends at `place` go on to `end`, and put `replacement` there; false if there
  /// is none.
  mutating func extend(editEndingAt place: UInt32, to end: UInt32, with replacement: String) -> Bool
  {
    guard let found = edits.lastIndex(where: { $0.span.end == place && $0.span.start < place })
    else {
      return false
    }
    let span = edits[found].span
    edits[found] = Edit(Span(span.source, Int(span.start), Int(end)), replacement)
    return true
  }

  /// Adds `edit`; what is inserted at the same place goes behind what was before.
  mutating func add(_ edit: Edit) {
    if let same = edits.firstIndex(where: { $0.span == edit.span }) {
      edits[same] = Edit(edit.span, edits[same].replacement + edit.replacement)
    } else {
      edits.append(edit)
    }
  }
}

extension Parser {
  // MARK: One mistake in several places

  /// Begins what `diagnostic` is about, unless something around it was of another language already;
  /// `edits` are part of its mending.
  mutating func takeForeign(_ diagnostic: Diagnostic, _ title: String, _ edits: [Edit]) {
    if foreign == nil {
      let isKnown = isReportedHere || isAbandoned
      if !isKnown { correct(diagnostic) }
      foreign = ForeignConstruct(fault: isKnown ? nil : diagnostics.count - 1, title: title)
    }
    for edit in edits { foreign?.add(edit) }
  }

  /// Reports what can be mended by its first fix; inside of something that was reported its fix is
  /// part of that.
  mutating func correctWithin(_ diagnostic: Diagnostic) {
    guard foreign != nil, let fix = diagnostic.fixes.first else { return correct(diagnostic) }
    for edit in fix.edits { foreign?.add(edit) }
  }

  /// Gives the error about a foreign construct its fix, when all of it is known.
  mutating func finishForeign() {
    guard let construct = foreign else { return }
    foreign = nil
    guard let place = construct.fault, !construct.edits.isEmpty else { return }
    let fault = diagnostics[place]
    diagnostics[place] = Diagnostic(
      fault.code, fault.message, at: fault.span, remark: fault.remark, labels: fault.labels,
      notes: fault.notes, fixes: [Fix(construct.title, construct.edits)])
  }

  // MARK: Indented lines

  /// Whether the next token begins a line that no longer belongs to the indented block.
  var isBehindIndentedLines: Bool {
    indentationLimit >= 0 && tokens[index].isFirstOnLine
      && column(ofLineAt: index) <= indentationLimit
  }

  /// How far the line is indented on which the token at `place` stands, in bytes.
  func column(ofLineAt place: Int) -> Int {
    let (start, first) = beginning(ofLineAt: place)
    return first - start
  }

  /// Where the line begins on which the token at `place` stands, and where its first token does.
  private func beginning(ofLineAt place: Int) -> (line: Int, token: Int) {
    var first = place
    while first > 0, !tokens[first].isFirstOnLine { first -= 1 }
    var start = Int(tokens[first].start)
    while start > 0, bytes[start - 1] != 0x0A { start -= 1 }
    return (start, Int(tokens[first].start))
  }

  /// The white space with which the line begins on which the token at `place` stands.
  func indentationText(ofLineAt place: Int) -> String {
    let (start, first) = beginning(ofLineAt: place)
    return String(decoding: bytes[start..<first], as: UTF8.self)
  }

  /// What another language takes for the block here: behind a `:` or nothing the lines that are
  /// indented further, or what stands on the same line; nil if there is neither.
  mutating func indentedBlock() -> Block? {
    let hasColon = kind == .colon
    let bodyStart = hasColon ? index + 1 : index
    let opening = hasColon ? index : max(0, index - 1)
    guard bodyStart < tokens.count else { return nil }
    let isOnNextLine = tokens[bodyStart].isFirstOnLine
    let limit = column(ofLineAt: opening)
    if isOnNextLine {
      guard column(ofLineAt: bodyStart) > limit, tokens[bodyStart].kind != .rightBrace,
        tokens[bodyStart].kind != .end
      else { return nil }
    } else {
      guard beginsStatement(at: bodyStart), hasColon || !hasBraceOnThisLine else { return nil }
    }
    beginIndentedBlock()
    if hasColon { advance() }
    let start = previousEnd
    guard descend() else {
      ascend()
      return nil
    }
    defer { ascend() }
    let bracket = openIndented(at: opening)
    let outerLimit = indentationLimit
    indentationLimit = limit
    var statements: [StatementID] = []
    if isOnNextLine {
      self.statements(into: &statements, opener: opening)
    } else {
      repeat { statements.append(statement()) } while take(.semicolon) && beginsStatement(at: index)
    }
    indentationLimit = outerLimit
    endIndented(bracket)
    closeIndentedBlock(isOnNextLine: isOnNextLine, opening: opening)
    return Block(statements: statements, span: span(from: start))
  }

  /// Reports that a block stands between braces, and notes the first of them.
  mutating func beginIndentedBlock() {
    let place = kind == .colon ? hereSpan : emptySpan(at: previousEnd)
    takeForeign(
      kind == .colon ? .colonBeforeBlock(at: place) : .blockWithoutBraces(at: place, in: self),
      "put the block between `{` and `}`", [Edit(place, " {")])
  }

  /// Notes the `}` of an indented block that ends where the last token does.
  mutating func closeIndentedBlock(isOnNextLine: Bool, opening: Int) {
    let closer = isOnNextLine ? "\n" + indentationText(ofLineAt: opening) + "}" : " }"
    let edit = Edit(emptySpan(at: previousEnd), closer)
    foreign?.add(edit)
  }

  /// Whether a statement can begin with the token at `place`.
  func beginsStatement(at place: Int) -> Bool {
    guard place < tokens.count else { return false }
    switch tokens[place].kind {
    case .let, .var, .if, .guard, .for, .while, .match, .break, .continue, .return, .throw, .try,
      .send, .preload, .await, .number, .string, .stringStart, .true, .false, .none:
      return true
    default: return tokens[place].kind.isName
    }
  }

  /// Whether a `{` outside of brackets stands on the rest of this line.
  var hasBraceOnThisLine: Bool {
    mutating get {
      var place = index
      while place < tokens.count, !tokens[place].isFirstOnLine {
        switch tokens[place].kind {
        case .leftBrace: return true
        case .leftParenthesis, .leftBracket:
          guard let end = closer(ofBracketAt: place) else { return false }
          place = end + 1
        case .rightBrace, .rightParenthesis, .rightBracket, .end, .semicolon: return false
        default: place += 1
        }
      }
      return false
    }
  }
}
