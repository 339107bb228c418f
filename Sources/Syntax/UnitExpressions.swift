package import Diagnostics

// Units as they are written: `V/us`, `Hz^2`, `1/s`. No space stands in them.

extension UnitExpression {
  /// The unit that all of `text` is, or nil if it is none or mentions one that does not exist;
  /// `span` is where the text stands, and is that of each name.
  package init?(parsing text: String, at span: Span) {
    let bytes = Array(text.utf8)
    guard let written = WrittenUnit(in: bytes, from: 0), written.end == bytes.count,
      !written.isMalformed
    else {
      return nil
    }
    var factors: [Factor] = []
    for factor in written.factors {
      let name = String(decoding: bytes[factor.start..<factor.end], as: UTF8.self)
      guard unit(named: name) != nil else { return nil }
      factors.append(Factor(name: Name(name, at: span), power: factor.power))
    }
    self.init(factors: factors, span: span)
  }
}

/// Where the names in a written unit are, and to which power each is.
struct WrittenUnit {
  struct Factor {
    let start: Int
    let end: Int
    let power: Int
    /// Where the `*` or `/` before it stands; nil for the first.
    let operatorPlace: Int?
  }
  private(set) var factors: [Factor] = []
  private(set) var end: Int
  /// Whether a power is out of bounds.
  private(set) var isMalformed = false
  private static let powerMax = 99

  /// Reads the unit that begins at `start`; nil if none does.
  ///
  /// A `*` or `/` without a name right behind it, as in `1 V/2`, is no longer part of it.
  init?(in bytes: [UInt8], from start: Int) {
    end = start
    var place = start
    var isInverse = false
    var operatorPlace: Int?
    if WrittenUnit.byte(bytes, place) == UInt8(ascii: "1"),
      WrittenUnit.byte(bytes, place + 1) == UInt8(ascii: "/")
    {
      operatorPlace = place + 1
      place += 2
      isInverse = true
    }
    while WrittenUnit.beginsName(WrittenUnit.byte(bytes, place)) {
      let nameStart = place
      while WrittenUnit.continuesName(WrittenUnit.byte(bytes, place)) { place += 1 }
      let nameEnd = place
      let power = takePower(bytes, &place)
      factors.append(
        Factor(
          start: nameStart, end: nameEnd, power: isInverse ? -power : power,
          operatorPlace: operatorPlace))
      end = place
      let sign = WrittenUnit.byte(bytes, place)
      guard sign == UInt8(ascii: "*") || sign == UInt8(ascii: "/") else { break }
      isInverse = sign == UInt8(ascii: "/")
      operatorPlace = place
      place += 1
    }
    if factors.isEmpty { return nil }
  }

  private mutating func takePower(_ bytes: [UInt8], _ place: inout Int) -> Int {
    guard WrittenUnit.byte(bytes, place) == UInt8(ascii: "^") else { return 1 }
    let isNegative = WrittenUnit.byte(bytes, place + 1) == UInt8(ascii: "-")
    var digit = place + (isNegative ? 2 : 1)
    guard WrittenUnit.byte(bytes, digit) &- 0x30 < 10 else { return 1 }
    var power = 0
    while WrittenUnit.byte(bytes, digit) &- 0x30 < 10 {
      power = min(
        power * 10 + Int(WrittenUnit.byte(bytes, digit) &- 0x30), WrittenUnit.powerMax + 1)
      digit += 1
    }
    if power > WrittenUnit.powerMax { isMalformed = true }
    place = digit
    return isNegative ? -power : power
  }

  private static func byte(_ bytes: [UInt8], _ place: Int) -> UInt8 {
    place < bytes.count ? bytes[place] : 0
  }

  private static func beginsName(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- 0x61 < 26 || byte == UInt8(ascii: "_") || byte >= 0x80
  }

  private static func continuesName(_ byte: UInt8) -> Bool { beginsName(byte) || byte &- 0x30 < 10 }
}

extension Parser {
  /// Whether the token that comes next is the unit of the number that was just taken (rule 3).
  var isAtUnit: Bool {
    let token = tokens[index]
    guard !token.flags.contains(.isFirstOnLine) else { return false }
    let gap = token.start &- previousEnd
    guard gap == 0 || (gap == 1 && bytes[Int(previousEnd)] == 0x20) else { return false }
    switch token.kind {
    case .at, .over, .by, .as:
      return false
    case .error:
      return !(peek().isName && isOnSameLine())
    case .number:
      // `5 1/s`
      return gap == 1 && token.end == token.start + 1
        && bytes[Int(token.start)] == UInt8(ascii: "1")
        && peek() == .slash && tokens[index + 1].start == token.end && peek(2).isName
        && tokens[index + 2].start == token.end + 1
    default:
      return token.kind.isName && !(gap == 1 && isNoUnit)
    }
  }

  /// Whether the name behind a number is none of its unit, but goes on with the program: the
  /// beginning of a statement or declaration, or a word of another language.
  private var isNoUnit: Bool {
    let token = tokens[index]
    switch peek() {
    case .leftParenthesis: return !isKnownUnit
    case .equal, .plus, .minus, .star, .slash, .comma, .rightParenthesis, .rightBracket, .end:
      return false
    default: break
    }
    if isDeclaration(at: index) { return !isKnownUnit }
    guard token.kind == .identifier, isOnSameLine(), token.end - token.start <= 6 else {
      return false
    }
    switch text(token) {
    case "then", "step", "steps", "stride", "to", "until", "is", "do": return true
    default: return false
    }
  }

  private var isKnownUnit: Bool {
    let token = tokens[index]
    return units.contains(packed: packedName(bytes[Int(token.start)..<Int(token.end)]))
  }

  /// Takes the unit that comes next; nil if it is in error, which has been reported.
  mutating func unitAfterNumber() -> UnitExpression? {
    let unitStart = Int(start)
    guard let written = takeWrittenUnit() else { return nil }
    var isKnown = true
    var factors: [UnitExpression.Factor] = []
    factors.reserveCapacity(written.factors.count)
    for factor in written.factors {
      let bytesOfName = bytes[factor.start..<factor.end]
      let name = Name(
        String(decoding: bytesOfName, as: UTF8.self), at: Span(source, factor.start, factor.end))
      factors.append(UnitExpression.Factor(name: name, power: factor.power))
      guard isKnown, !units.contains(packed: packedName(bytesOfName)) else { continue }
      isKnown = false
      correct(.unknownUnit(name, spacing: spacing(around: factor)))
      // Perhaps it is no unit but an argument without its comma.
      doubtLine(of: index - 1)
    }
    guard isKnown, !written.isMalformed else { return nil }
    return UnitExpression(
      factors: factors, span: Span(source, unitStart, written.end))
  }

  private func spacing(around factor: WrittenUnit.Factor) -> [Edit] {
    guard let place = factor.operatorPlace else { return [] }
    return [Edit(emptySpan(at: UInt32(place)), " "), Edit(emptySpan(at: UInt32(place + 1)), " ")]
  }

  /// Reads a unit off the text at the next token, and takes the tokens it is made of.
  mutating func takeWrittenUnit() -> WrittenUnit? {
    guard let written = WrittenUnit(in: bytes, from: Int(start)) else { return nil }
    let unitStart = start
    while kind != .end, kind != .newline, Int(start) < written.end { advance() }
    if written.isMalformed || Int(previousEnd) != written.end {
      correct(.malformedPower(at: span(from: unitStart)))
      return nil
    }
    return written
  }
}
