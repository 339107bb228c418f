import Diagnostics

extension Lexer {
  /// Takes the number that begins with the digit at the current byte, without its unit.
  mutating func takeNumber() {
    let start = position
    // The position in a tuple, as in `t.0.1`: there is no fraction in it.
    if start > 0, bytes[start - 1] == UInt8(ascii: "."), let last = tokens.last, last.kind == .dot {
      while byte() &- 0x30 < 10 { position += 1 }
      return emit(.number, from: start)
    }
    if bytes[start] == UInt8(ascii: "0"), isRadixMark(byte(ahead: 1)) {
      return takeNumberWithRadix()
    }
    takeDigits()
    if byte() == UInt8(ascii: "."), byte(ahead: 1) != UInt8(ascii: ".") {
      if byte(ahead: 1) &- 0x30 < 10 {
        position += 1
        takeDigits()
      } else if !(isWordByte(byte(ahead: 1)) || byte(ahead: 1) >= 0x80) || isExponent(ahead: 1) {
        position += 1
        diagnostics.append(.noDigitsAfterPoint(at: span(start, position)))
        return emit(.number, from: start, .isBroken)
      }
    }
    takeExponent()
    finishNumber(from: start)
  }

  private func isRadixMark(_ byte: UInt8) -> Bool {
    switch byte | 0x20 {
    case UInt8(ascii: "x"), UInt8(ascii: "b"), UInt8(ascii: "o"): true
    default: false
    }
  }

  private mutating func takeDigits() {
    var end = position
    while end < bytes.count {
      if bytes[end] &- 0x30 < 10 {
        end += 1
      } else if bytes[end] == UInt8(ascii: "_") {
        position = end
        guard isAmongDigits else { return }
        end += 1
      } else {
        break
      }
    }
    position = end
  }

  /// Whether the `_` at the current byte still belongs to the number before it.
  private var isAmongDigits: Bool {
    let next = byte(ahead: 1)
    return next &- 0x30 < 10 || next == UInt8(ascii: "_") || !isWordByte(next)
  }

  private func isExponent(ahead distance: Int) -> Bool {
    guard byte(ahead: distance) | 0x20 == UInt8(ascii: "e") else { return false }
    let next = byte(ahead: distance + 1)
    if next &- 0x30 < 10 { return true }
    return (next == UInt8(ascii: "-") || next == UInt8(ascii: "+"))
      && byte(ahead: distance + 2) &- 0x30 < 10
  }

  private mutating func takeExponent() {
    guard isExponent(ahead: 0) else { return }
    position += 2
    takeDigits()
  }

  private mutating func finishNumber(from start: Int) {
    if byte() == UInt8(ascii: "."), byte(ahead: 1) &- 0x30 < 10,
      bytes[start..<position].contains(0x2E)
    {
      while byte() &- 0x30 < 10 || byte() == UInt8(ascii: ".") { position += 1 }
      diagnostics.append(.twoPoints(at: span(start, position)))
      return emit(.number, from: start, .isBroken)
    }
    if bytes[position - 1] == UInt8(ascii: "_") || hasMisplacedUnderscore(start) {
      diagnostics.append(.misplacedUnderscore(at: span(start, position)))
      return emit(.number, from: start, .isBroken)
    }
    emit(.number, from: start)
  }

  private func hasMisplacedUnderscore(_ start: Int) -> Bool {
    var index = start
    while index < position {
      if bytes[index] == UInt8(ascii: "_") {
        guard index + 1 < position, isAlphanumeric(bytes[index + 1]),
          isAlphanumeric(bytes[index - 1])
        else {
          return true
        }
      }
      index += 1
    }
    return false
  }

  private func isAlphanumeric(_ byte: UInt8) -> Bool {
    byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26
  }

  private mutating func takeNumberWithRadix() {
    let start = position
    let mark = byte(ahead: 1)
    position += 2
    var isGood = mark == UInt8(ascii: "x") || mark == UInt8(ascii: "b")
    let digitsStart = position
    while isWordByte(byte()) {
      let digit = byte()
      position += 1
      if digit == UInt8(ascii: "_") { continue }
      let isDigit = digit &- 0x30 < 10
      isGood =
        isGood
        && (mark == UInt8(ascii: "b") ? digit &- 0x30 < 2 : isDigit || (digit | 0x20) &- 0x61 < 6)
    }
    isGood = isGood && position > digitsStart && bytes[digitsStart] != UInt8(ascii: "_")
    if !isGood {
      diagnostics.append(.malformedRadix(at: span(start, position)))
      return emit(.number, from: start, .isBroken)
    }
    finishNumber(from: start)
  }

  /// Takes `.5`, which is reported.
  mutating func takeNumberWithoutIntegerPart() {
    let start = position
    position += 1
    takeDigits()
    takeExponent()
    diagnostics.append(.noDigitsBeforePoint(at: span(start, position)))
    emit(.number, from: start, .isBroken)
  }
}
