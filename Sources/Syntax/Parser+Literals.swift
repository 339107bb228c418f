import Diagnostics

// Numbers with their units, and strings with the values in them.

extension Parser {
  /// The number that comes next, and its unit if one follows.
  mutating func number(isNegative: Bool, from start: UInt32) -> ExpressionID {
    if let name = mentionBeginningWithDigit() { return name }
    let token = tokens[index]
    advance()
    if token.isBroken {
      if isAtUnit { _ = takeWrittenUnit() }
      return add(.invalid, from: start)
    }
    let numeral = Numeral(
      in: bytes, from: Int(token.start), to: Int(token.end), isNegative: isNegative)
    guard isAtUnit else { return add(.number(numeral), from: start) }
    guard let unit = unitAfterNumber() else { return add(.invalid, from: start) }
    return add(.quantity(numeral, unit), from: start)
  }

  /// The string that comes next.
  mutating func string() -> ExpressionID {
    let start = self.start
    if kind == .string {
      let token = tokens[index]
      advance()
      guard let text = text(ofString: token) else { return add(.invalid, from: start) }
      return add(.string(text.isEmpty ? [] : [.text(text)]), from: start)
    }
    let linesMattered = linesMatter
    let wasInHead = isInHead
    let wasInMatchCase = isInMatchCase
    linesMatter = false
    isInHead = false
    isInMatchCase = false
    advance()
    var segments: [StringSegment] = []
    var isGood = true
    while kind != .stringEnd, kind != .end {
      if kind == .stringText {
        segments.append(.text(text(tokens[index].start, tokens[index].end, tokens[index].flags)))
        advance()
      } else if kind == .valueStart {
        if let segment = value() { segments.append(segment) } else { isGood = false }
      } else {
        advance()
      }
    }
    isGood = isGood && !tokens[index].isBroken
    linesMatter = linesMattered
    isInHead = wasInHead
    isInMatchCase = wasInMatchCase
    if kind == .stringEnd { advance() }
    return add(isGood ? .string(segments) : .invalid, from: start)
  }

  /// `{expression}` or `{expression:format}` in a string; nil if there was an error in it.
  private mutating func value() -> StringSegment? {
    let opener = index
    // Where the string breaks off inside the value that has been said, and nothing in it can be
    // relied on.
    if !diagnostics.isEmpty, let end = closer(ofBracketAt: opener), tokens[end].isBroken {
      skipToEnd(ofValueAt: opener)
      return nil
    }
    advance()
    if kind == .valueEnd || kind == .format {
      let place = Span(source, Int(tokens[opener].start), Int(tokens[index].end))
      report(.emptyValue(at: place))
      skipToEnd(ofValueAt: opener)
      return nil
    }
    let value = expression()
    var format: StringSegment.Format?
    if kind == .format {
      let token = tokens[index]
      let place = Span(source, Int(token.start) + 1, Int(token.end))
      format = StringSegment.Format(
        text: String(decoding: bytes[Int(token.start + 1)..<Int(token.end)], as: UTF8.self),
        span: place)
      advance()
    }
    guard kind == .valueEnd, !tokens[index].isBroken else {
      report(.expectedEndOfValue(opener: span(of: tokens[opener]), in: self))
      skipToEnd(ofValueAt: opener)
      return nil
    }
    advance()
    return .value(value, format: format)
  }

  private mutating func skipToEnd(ofValueAt opener: Int) {
    if let end = closer(ofBracketAt: opener) { jump(to: end) }
    if kind == .valueEnd { advance() }
  }

  /// The text that a string without values means; nil if it is broken.
  func text(ofString token: Token) -> String? {
    guard !token.isBroken else { return nil }
    return text(token.start + 1, token.end - 1, token.flags)
  }

  /// The text that is meant by what stands from `start` to `end` in a string.
  private func text(_ start: UInt32, _ end: UInt32, _ flags: Token.Flags) -> String {
    let written = bytes[Int(start)..<Int(end)]
    guard flags.contains(.hasEscapes) else { return String(decoding: written, as: UTF8.self) }
    var meant: [UInt8] = []
    meant.reserveCapacity(written.count)
    var place = written.startIndex
    while place < written.endIndex {
      let byte = written[place]
      place += 1
      let next = place < written.endIndex ? written[place] : 0
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "}"):
        meant.append(byte)
        if next == byte { place += 1 }
      case UInt8(ascii: "\\"):
        place += 1
        switch next {
        case UInt8(ascii: "n"): meant.append(0x0A)
        case UInt8(ascii: "t"): meant.append(0x09)
        case UInt8(ascii: "r"): meant.append(0x0D)
        case UInt8(ascii: "0"): meant.append(0)
        case UInt8(ascii: "u"):
          let digits = written[place...].dropFirst().prefix { $0 != UInt8(ascii: "}") }
          place = min(written.endIndex, place + digits.count + 2)
          let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
          if let value, let scalar = Unicode.Scalar(value) {
            meant.append(contentsOf: Character(scalar).utf8)
          }
        default: meant.append(next)
        }
      default:
        meant.append(byte)
      }
    }
    return String(decoding: meant, as: UTF8.self)
  }
}
