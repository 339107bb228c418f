extension TOMLParser {
  /// The string that begins with the quote at the current byte.
  mutating func string() throws(TOMLFault) -> String {
    let quote = byte
    let isBasic = quote == UInt8(ascii: "\"")
    let start = place
    let triple = isBasic ? "\"\"\"" : "'''"
    let isLong = starts(with: triple)
    place += isLong ? 3 : 1
    if isLong {
      if starts(with: "\r\n") { place += 1 }
      if byte == 0x0A { place += 1 }
    }
    var text: [UInt8] = []
    while true {
      if isAtEnd || (!isLong && byte == 0x0A) {
        place = max(start, place - 1)
        throw fault("this string does not end", from: start)
      }
      if isLong ? starts(with: triple) : byte == quote {
        place += isLong ? 3 : 1
        // Up to two quotes may stand directly before the three.
        while isLong, byte == quote {
          text.append(quote)
          place += 1
        }
        return String(decoding: text, as: UTF8.self)
      }
      if isBasic, byte == UInt8(ascii: "\\") {
        try escape(into: &text, isLong: isLong)
        continue
      }
      text.append(byte)
      place += 1
    }
  }

  private mutating func escape(into text: inout [UInt8], isLong: Bool) throws(TOMLFault) {
    let start = place
    place += 1
    let escaped = byte
    place += 1
    switch escaped {
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): text.append(escaped)
    case UInt8(ascii: "u"), UInt8(ascii: "U"):
      let count = escaped == UInt8(ascii: "u") ? 4 : 8
      let end = min(place + count, bytes.count)
      let digits = String(decoding: bytes[place..<end], as: UTF8.self)
      guard digits.count == count, let number = UInt32(digits, radix: 16),
        let scalar = Unicode.Scalar(number)
      else { throw fault("this is no character", from: start) }
      place = end
      text += Array(String(Character(scalar)).utf8)
    case 0x0A, 0x0D, 0x20, 0x09:
      guard isLong else { throw fault("there is no such escape", from: start) }
      while byte == 0x0A || byte == 0x0D || byte == 0x20 || byte == 0x09 { place += 1 }
    default: throw fault("there is no such escape", from: start)
    }
  }
}
