import Diagnostics

// Merge conflicts that were left, and characters that are not ASCII or belong nowhere.

extension Lexer {
  // MARK: Merge conflicts

  /// Whether a line of a merge conflict begins at the current byte: seven times `mark`, and no
  /// more.
  func isConflictMark(_ mark: UInt8) -> Bool {
    switch mark {
    case UInt8(ascii: "<"), UInt8(ascii: "="), UInt8(ascii: ">"), UInt8(ascii: "|"): break
    default: return false
    }
    guard position == 0 || bytes[position - 1] == 0x0A else { return false }
    for distance in 0..<7 where byte(ahead: distance) != mark { return false }
    switch byte(ahead: 7) {
    case 0, 0x0A, 0x0D, 0x20: return true
    default: return false
    }
  }

  /// Reports a conflict once, and leaves out its marks and its second version.
  mutating func takeConflict(_ mark: UInt8) {
    let start = position
    if !isInConflict {
      diagnostics.append(.mergeConflict(at: span(start, start + 7)))
    }
    isInConflict = mark != UInt8(ascii: ">")
    takeComment(.comment)
    guard mark != UInt8(ascii: "<"), mark != UInt8(ascii: ">") else { return }
    // Up to the end of the conflict, if it has one.
    var end = position
    while end < bytes.count, hasConflictEnd {
      if bytes[end] == 0x0A, beginsConflictEnd(at: end + 1) {
        trivia.removeLast()
        position = end
        return leaveOut(from: start)
      }
      end += 1
    }
    hasConflictEnd = false
  }

  private func beginsConflictEnd(at place: Int) -> Bool {
    place + 7 <= bytes.count && bytes[place..<place + 7].allSatisfy { $0 == UInt8(ascii: ">") }
  }

  // MARK: What is not ASCII, and what belongs nowhere

  mutating func takeBeyondASCII() {
    let start = position
    guard let (scalar, length) = scalar(at: position) else { return takeUnknownCharacters() }
    if scalar.properties.isXIDStart { return takeWord() }
    if scalar == "\u{201C}" || scalar == "\u{201D}" {
      return takeForeignString(quoteLength: length)
    }
    guard let (kind, spelling) = Lexer.lookalikes[scalar] else { return takeUnknownCharacters() }
    position += length
    diagnostics.append(.lookalike(scalar, spelling, at: span(start, position)))
    if let kind { emit(kind, from: start, .isBroken) } else { leaveOut(from: start) }
  }

  /// White space that is none of ours is reported and then treated as if it were.
  private mutating func leaveOut(from start: Int) {
    trivia.append(
      Trivia(
        kind: .comment, start: UInt32(truncatingIfNeeded: start),
        end: UInt32(truncatingIfNeeded: position)))
  }

  private static let lookalikes: [Unicode.Scalar: (Token.Kind?, String)] = [
    "\u{2212}": (.minus, "-"), "\u{2013}": (.minus, "-"), "\u{2010}": (.minus, "-"),
    "\u{D7}": (.star, "*"),
    "\u{22C5}": (.star, "*"), "\u{B7}": (.star, "*"), "\u{F7}": (.slash, "/"),
    "\u{2264}": (.lessOrEqual, "<="),
    "\u{2265}": (.greaterOrEqual, ">="), "\u{2260}": (.notEqual, "!="), "\u{2192}": (.arrow, "->"),
    "\u{2026}": (.closedRange, "..."), "\u{A0}": (nil, " "), "\u{202F}": (nil, " "),
    "\u{2009}": (nil, " "),
    "\u{3000}": (nil, " "), "\u{200B}": (nil, ""), "\u{FEFF}": (nil, ""),
  ]

  /// Takes characters that can begin nothing, as many as stand together.
  mutating func takeUnknownCharacters() {
    let start = position
    if bytes[start] == UInt8(ascii: "'"), closesOnThisLine(UInt8(ascii: "'")) {
      return takeForeignString(quoteLength: 1)
    }
    var isText = true
    if bytes[start] == UInt8(ascii: "`"), closesOnThisLine(bytes[start]) {
      // A quoted name is one mistake, not two.
      position += 1
      while bytes[position] != UInt8(ascii: "`") { position += 1 }
      position += 1
    }
    while position < bytes.count, canBeginNothing(bytes[position]) {
      if let (scalar, length) = scalar(at: position) {
        if position > start, scalar.properties.isXIDStart || Lexer.lookalikes[scalar] != nil {
          break
        }
        position += length
      } else {
        isText = false
        position += 1
      }
    }
    if position == start { position += 1 }
    let whole = span(start, position)
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    diagnostics.append(isText ? .unknownCharacters(text, at: whole) : .notUTF8(at: whole))
    emit(.invalid, from: start, .isBroken)
  }

  private func canBeginNothing(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "$"), UInt8(ascii: "`"), UInt8(ascii: "'"), UInt8(ascii: "\\"), 0x7F...: true
    case 0x09, 0x0A, 0x0D: false
    default: byte < 0x20
    }
  }

  private func closesOnThisLine(_ quote: UInt8) -> Bool {
    var index = position + 1
    while index < bytes.count, bytes[index] != 0x0A {
      if bytes[index] == quote { return true }
      index += 1
    }
    return false
  }

  /// The scalar encoded at `index` and its length in bytes, or nil if that is no UTF-8.
  func scalar(at index: Int) -> (Unicode.Scalar, Int)? {
    let first = bytes[index]
    let length =
      first < 0x80
      ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0
    guard length > 0, index + length <= bytes.count else { return nil }
    if length == 1 { return (Unicode.Scalar(first), 1) }
    var value = UInt32(first) & (0x7F >> UInt32(length))
    for offset in 1..<length {
      let next = bytes[index + offset]
      guard next & 0xC0 == 0x80 else { return nil }
      value = value << 6 | UInt32(next & 0x3F)
    }
    let least: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x1_0000
    guard value >= least, let scalar = Unicode.Scalar(value) else { return nil }
    return (scalar, length)
  }
}
