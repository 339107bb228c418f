import Diagnostics

extension Lexer {
  /// Takes the string that begins with the `"` at the current byte, up to its end or its first
  /// value.
  mutating func takeString() {
    let start = position
    position += 1
    var flags: Token.Flags = []
    switch takeText(from: position, into: &flags, ofStringAt: start) {
    case .quote:
      position += 1
      emit(.string, from: start, flags)
    case .value:
      let textEnd = position
      position = start + 1
      emit(.stringStart, from: start)
      position = textEnd
      openValue(afterTextFrom: start + 1, flags, ofStringAt: start)
    case .nothing:
      emit(.string, from: start, flags.union(.isBroken))
    }
  }

  /// Goes on with a string behind a value in it.
  mutating func takeStringText(ofStringAt stringStart: Int) {
    let start = position
    var flags: Token.Flags = []
    let end = takeText(from: start, into: &flags, ofStringAt: stringStart)
    switch end {
    case .quote, .nothing:
      if position > start { emit(.stringText, from: start, flags) }
      let textEnd = position
      if end == .quote { position += 1 }
      emit(.stringEnd, from: textEnd, end == .nothing ? .isBroken : [])
    case .value:
      openValue(afterTextFrom: start, flags, ofStringAt: stringStart)
    }
  }

  private mutating func openValue(
    afterTextFrom start: Int, _ flags: Token.Flags, ofStringAt stringStart: Int
  ) {
    if position > start { emit(.stringText, from: start, flags) }
    brackets.append(.valueStart)
    openStrings.append(stringStart)
    let brace = position
    position += 1
    emit(.valueStart, from: brace)
  }

  /// What ends a stretch of text: the closing `"`, the `{` of a value, or the end of the line.
  private enum TextEnd { case quote, value, nothing }

  /// Goes to the end of the text from `start`, and notes faults in it.
  private mutating func takeText(
    from start: Int, into flags: inout Token.Flags, ofStringAt stringStart: Int
  ) -> TextEnd {
    var isUTF8 = true
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        return .quote
      case 0x0A:
        return abandonText(from: stringStart)
      case UInt8(ascii: "\\"):
        flags.insert(.hasEscapes)
        takeEscape()
      case UInt8(ascii: "{"):
        guard self.byte(ahead: 1) == byte else { return .value }
        flags.insert(.hasEscapes)
        position += 2
      case UInt8(ascii: "}"):
        flags.insert(.hasEscapes)
        if self.byte(ahead: 1) != byte {
          diagnostics.append(.loneBrace(at: span(position, position + 1)))
          position += 1
        } else {
          position += 2
        }
      case 0x80...:
        if let (_, length) = scalar(at: position) {
          position += length
        } else {
          if isUTF8 { diagnostics.append(.notUTF8(at: span(position, position + 1))) }
          isUTF8 = false
          position += 1
        }
      default:
        position += 1
      }
    }
    return abandonText(from: stringStart)
  }

  private mutating func abandonText(from stringStart: Int) -> TextEnd {
    while position > stringStart + 1, bytes[position - 1] == 0x0D { position -= 1 }
    dropFaults(after: stringStart)
    unterminatedStrings.append(stringStart)
    diagnostics.append(
      .unterminatedString(at: span(stringStart, position), closedAt: likelyEnd(from: stringStart)))
    return .nothing
  }

  /// Takes back what was said of the inside of a string that turned out to have no end.
  private mutating func dropFaults(after stringStart: Int) {
    while let last = diagnostics.last, last.code == .malformedString,
      Int(last.span.start) > stringStart
    {
      diagnostics.removeLast()
    }
  }

  /// Where the string that begins at `start` and runs to the current byte was most likely meant to
  /// end: before the parentheses that are not opened in it, at its end or before what looks like a
  /// comment there.
  private func likelyEnd(from start: Int) -> Int {
    if let end = unopenedParentheses(start, position) { return end }
    let comment = (start + 1..<position).last {
      bytes[$0] == UInt8(ascii: "#") && bytes[$0 - 1] == UInt8(ascii: " ")
    }
    return comment.flatMap { unopenedParentheses(start, $0) } ?? position
  }

  /// Where the parentheses at the end of `start..<end` begin that are not opened in it; nil if
  /// there are none.
  private func unopenedParentheses(_ start: Int, _ end: Int) -> Int? {
    var unopened = 0
    for byte in bytes[start..<end] {
      if byte == UInt8(ascii: "(") {
        unopened -= 1
      } else if byte == UInt8(ascii: ")") {
        unopened += 1
      }
    }
    var found: Int?
    var place = end
    while unopened > 0, place > start + 1 {
      place -= 1
      switch bytes[place] {
      case UInt8(ascii: ")"):
        found = place
        unopened -= 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: " "): continue
      default: return found
      }
    }
    return found
  }

  private mutating func takeEscape() {
    let start = position
    position += 1
    switch byte() {
    case UInt8(ascii: "n"), UInt8(ascii: "t"), UInt8(ascii: "r"), UInt8(ascii: "0"),
      UInt8(ascii: "\\"),
      UInt8(ascii: "\""):
      position += 1
    case UInt8(ascii: "u"):
      position += 1
      takeScalarEscape(from: start)
    case UInt8(ascii: "{"), UInt8(ascii: "}"):
      let brace = byte()
      position += 1
      diagnostics.append(.escapedBrace(Unicode.Scalar(brace), at: span(start, position)))
    // It is to be text: the second brace of a doubled one is not looked at again.
    case 0x0A, 0x0D, 0:
      diagnostics.append(.unknownEscape(at: span(start, position)))
    default:
      position += byte() < 0x80 ? 1 : scalar(at: position)?.1 ?? 1
      diagnostics.append(.unknownEscape(at: span(start, position)))
    }
  }

  /// Takes what follows the `u` of `\u{3C0}`.
  private mutating func takeScalarEscape(from start: Int) {
    var value: UInt32 = 0
    var digitCount = 0
    if byte() == UInt8(ascii: "{") {
      position += 1
      while digitCount < 9, let digit = Character(Unicode.Scalar(byte())).hexDigitValue {
        value = value << 4 | UInt32(digit)
        digitCount += 1
        position += 1
      }
      if byte() == UInt8(ascii: "}") {
        position += 1
        if digitCount > 0, digitCount <= 8, Unicode.Scalar(value) != nil { return }
      }
    }
    diagnostics.append(.unknownEscape(at: span(start, position)))
  }

  /// Takes the `:.3f` behind a value, up to its `}`.
  mutating func takeFormat() {
    let start = position
    position += 1
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "}") || byte == 0x0A || byte == UInt8(ascii: "\"")
        || byte == UInt8(ascii: "{")
      {
        break
      }
      position += 1
    }
    if byte() == UInt8(ascii: "{") {
      diagnostics.append(.valueInFormat(at: span(position, position + 1)))
      while position < bytes.count, bytes[position] != UInt8(ascii: "}"), bytes[position] != 0x0A {
        position += 1
      }
      if byte() == UInt8(ascii: "}"), byte(ahead: 1) == UInt8(ascii: "}") { position += 1 }
      return emit(.format, from: start, .isBroken)
    }
    emit(.format, from: start)
    if byte() != UInt8(ascii: "}") { abandonStrings() }
  }

  /// Closes the strings that have a value open where the line ends, and reports the outermost.
  mutating func abandonStrings() {
    guard let outermost = openStrings.first else { return }
    var end = position
    while end > outermost + 1, bytes[end - 1] == 0x0D { end -= 1 }
    // A quote that was meant to end the string has begun another one inside its value.
    dropFaults(after: outermost)
    unterminatedStrings.append(outermost)
    diagnostics.append(.unterminatedValue(at: span(outermost, end)))
    let flags = pending
    while !openStrings.isEmpty {
      while let innermost = brackets.popLast(), innermost != .valueStart {}
      openStrings.removeLast()
      pending = []
      emit(.valueEnd, from: position, .isBroken)
      let start = position
      if openStrings.isEmpty, byte() == UInt8(ascii: "\"") {
        // The rest of the line was text.
        while position < bytes.count, bytes[position] != 0x0A { position += 1 }
      }
      emit(.stringEnd, from: start, .isBroken)
    }
    pending = flags
  }

  /// Takes a string in the quotes of another language, which is reported.
  mutating func takeForeignString(quoteLength: Int) {
    let start = position
    position += quoteLength
    var end = position
    while position < bytes.count, bytes[position] != 0x0A {
      guard let (scalar, length) = scalar(at: position) else {
        position += 1
        continue
      }
      end = position
      position += length
      if scalar == "'" && quoteLength == 1 || scalar == "\u{201D}" || scalar == "\u{201C}"
        || scalar == "\""
      {
        diagnostics.append(
          .foreignQuotes(opening: span(start, start + quoteLength), closing: span(end, position)))
        return emit(.string, from: start, .isBroken)
      }
    }
    unterminatedStrings.append(start)
    diagnostics.append(.unterminatedString(at: span(start, position), closedAt: position))
    emit(.string, from: start, .isBroken)
  }
}
