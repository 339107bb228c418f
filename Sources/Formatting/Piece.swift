import Diagnostics
import Syntax

/// A stretch of text that is printed as it stands: a token, or a part of one.
struct Piece {
  /// What it is beside what its token says.
  enum Role {
    case plain
    /// An operator before its operand.
    case unary
    /// The `<` and `>` around type arguments and generic parameters.
    case angleOpen, angleClose
    /// Of a unit: no space stands in it.
    case unit
    /// A word that counts as a word of the grammar here, though it could be a name.
    case keyword
  }

  let kind: Token.Kind
  let start: Int
  let end: Int
  var isFirstOnLine: Bool
  var role = Role.plain
  /// Where the code ends that it ends: behind the semicolons after it that are left out.
  var endOfCode: Int

  init(kind: Token.Kind, start: Int, end: Int, isFirstOnLine: Bool, role: Role = .plain) {
    self.kind = kind
    self.start = start
    self.end = end
    self.isFirstOnLine = isFirstOnLine
    self.role = role
    endOfCode = end
  }

  /// Whether an operand ends with it, so that what follows stands behind a value.
  var endsOperand: Bool {
    switch role {
    case .unit, .angleClose: return true
    case .unary, .angleOpen, .keyword: return false
    case .plain: break
    }
    switch kind {
    case .number, .string, .stringEnd, .true, .false, .none, .rightParenthesis, .rightBracket,
      .rightBrace, .question:
      return true
    default: return kind.isName
    }
  }

  var opens: Bool { kind == .leftParenthesis || kind == .leftBracket || kind == .leftBrace }
  var closes: Bool { kind == .rightParenthesis || kind == .rightBracket || kind == .rightBrace }

  /// Whether it begins what has a block behind it, be it lines further on.
  var beginsHead: Bool {
    switch kind {
    case .if, .while, .for, .match, .guard, .fn, .kernel, .catch, .experiment, .driver, .part,
      .interface, .struct, .enum:
      true
    default: false
    }
  }

  /// Whether a line that begins with it goes on with the statement on the line before.
  var continuesLine: Bool {
    kind == .dot || kind == .else || kind == .catch || kind == .finally
  }

  /// Whether a space stands between it and `next` on the same line.
  func isApart(from next: Piece) -> Bool {
    switch next.kind {
    case .comma, .semicolon, .colon, .question, .rightParenthesis, .rightBracket: return false
    case .stringText, .stringEnd, .valueEnd, .format: return false
    default: break
    }
    switch kind {
    case .stringStart, .stringText, .valueStart, .valueEnd, .format: return false
    default: break
    }
    if kind == .leftParenthesis || kind == .leftBracket || kind == .dot { return false }
    if role == .unary {
      // Together they would be other tokens.
      if next.kind == .minus { return kind == .minus || kind == .ampersand }
      // Directly before a number a minus belongs to it, and not elsewhere.
      return kind == .minus && next.kind == .number && end != next.start
    }
    if role == .angleOpen { return false }
    if next.role == .angleOpen || next.role == .angleClose { return false }
    if role == .unit && next.role == .unit { return false }
    if next.kind == .dot { return !endsOperand }
    if kind == .halfOpenRange || kind == .closedRange { return false }
    if next.kind == .halfOpenRange || next.kind == .closedRange { return false }
    if next.kind == .leftParenthesis {
      return kind != .fn && (!endsOperand || kind == .rightBrace)
    }
    if next.kind == .leftBracket { return !endsOperand || kind == .rightBrace }
    return true
  }
}

extension Piece {
  /// The tokens of `lexed` as pieces: `>>` taken apart where it closes type arguments, and
  /// without semicolons that separate nothing.
  static func pieces(of lexed: LexedSource, _ layout: Layout) -> [Piece] {
    var pieces: [Piece] = []
    pieces.reserveCapacity(lexed.tokens.count)
    for token in lexed.tokens where token.kind != .end { append(token, to: &pieces, layout) }
    assignRoles(&pieces, layout)
    return withoutIdleSemicolons(pieces)
  }

  /// `pieces` without the semicolons at the ends and the beginnings of lines and blocks, where
  /// newlines and braces separate already.
  private static func withoutIdleSemicolons(_ pieces: [Piece]) -> [Piece] {
    guard pieces.contains(where: { $0.kind == .semicolon }) else { return pieces }
    var kept: [Piece] = []
    kept.reserveCapacity(pieces.count)
    var brackets: [Token.Kind] = []
    var beginsLine = false
    for (index, original) in pieces.enumerated() {
      var piece = original
      if piece.opens { brackets.append(piece.kind) }
      if piece.closes { brackets.removeLast(min(1, brackets.count)) }
      piece.isFirstOnLine = piece.isFirstOnLine || beginsLine
      let next = index + 1 < pieces.count ? pieces[index + 1] : nil
      if piece.kind == .semicolon, (brackets.last ?? .leftBrace) == .leftBrace,
        isIdle(piece, after: kept.last, before: next)
      {
        beginsLine = piece.isFirstOnLine
        if !beginsLine, !kept.isEmpty { kept[kept.count - 1].endOfCode = piece.end }
        continue
      }
      beginsLine = false
      kept.append(piece)
    }
    return kept
  }

  private static func isIdle(_ semicolon: Piece, after last: Piece?, before next: Piece?) -> Bool {
    guard let last, let next else { return true }
    if next.continuesLine { return false }
    return semicolon.isFirstOnLine || next.isFirstOnLine || last.kind == .leftBrace
      || next.kind == .rightBrace || next.kind == .semicolon
  }

  private static func append(_ token: Token, to pieces: inout [Piece], _ layout: Layout) {
    var start = token.start
    var isFirst = token.isFirstOnLine
    while start < token.end, layout.argumentEnds.contains(start) {
      pieces.append(
        Piece(
          kind: .greater, start: Int(start), end: Int(start) + 1, isFirstOnLine: isFirst,
          role: .angleClose))
      start += 1
      isFirst = false
    }
    guard start < token.end else { return }
    var kind = token.kind
    // `T??` is an optional of an optional.
    if kind == .coalesce, layout.optionalEnds.contains(token.end) { kind = .question }
    if start > token.start {
      // What is left of `>=`, `>>` or `>>=`.
      kind = token.end - start == 1 && token.kind == .greaterOrEqual ? .assign : token.kind
    }
    pieces.append(
      Piece(kind: kind, start: Int(start), end: Int(token.end), isFirstOnLine: isFirst))
  }

  private static func assignRoles(_ pieces: inout [Piece], _ layout: Layout) {
    let units = layout.units.sorted { $0.start < $1.start }
    var unit = 0
    var isInGenerics = false
    // The kinds of the brackets that are open: a line counts only inside `{ }`.
    var brackets: [Token.Kind] = []
    for index in pieces.indices {
      let piece = pieces[index]
      if piece.opens { brackets.append(piece.kind) }
      if piece.closes { brackets.removeLast(min(1, brackets.count)) }
      while unit < units.count, Int(units[unit].end) <= piece.start { unit += 1 }
      if unit < units.count, Int(units[unit].start) <= piece.start {
        pieces[index].role = .unit
        continue
      }
      let beginsLine =
        piece.isFirstOnLine && (brackets.last ?? .leftBrace) == .leftBrace
      let isBehindOperand = index > 0 && pieces[index - 1].endsOperand && !beginsLine
      switch piece.kind {
      case .minus, .tilde, .ampersand:
        if !isBehindOperand { pieces[index].role = .unary }
      case .less:
        guard index > 0 else { break }
        if layout.namesWithArguments.contains(UInt32(pieces[index - 1].end)) {
          pieces[index].role = .angleOpen
        } else if index > 1, isDeclaring(pieces[index - 2].kind) {
          pieces[index].role = .angleOpen
          isInGenerics = true
        }
      case .greater where isInGenerics && piece.role == .plain:
        pieces[index].role = .angleClose
        isInGenerics = false
      case .as, .at, .by, .over, .error:
        if isBehindOperand { pieces[index].role = .keyword }
      default: break
      }
    }
  }

  private static func isDeclaring(_ kind: Token.Kind) -> Bool {
    kind == .fn || kind == .kernel || kind == .struct || kind == .enum
  }
}
