// From the digits of a number to its value, exact as long as it fits.

/// The powers of ten that a double holds exactly.
private let exactPowers: [Double] = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
  1e18, 1e19, 1e20,
  1e21, 1e22,
]

/// The double nearest to `significand * 10^exponent`.
package func nearestDouble(significand: UInt64, exponent: Int32) -> Double {
  if significand <= 1 << 53 {
    // Both operands are exact, so that the one operation rounds correctly.
    if exponent >= 0, exponent <= 22 { return Double(significand) * exactPowers[Int(exponent)] }
    if exponent < 0, exponent >= -22 { return Double(significand) / exactPowers[Int(-exponent)] }
  }
  return Double("\(significand)e\(exponent)") ?? (exponent > 0 && significand > 0 ? .infinity : 0)
}

extension Numeral {
  /// The value of the number written in `bytes` from `start` to `end`, which the lexer found to be
  /// well formed.
  init(in bytes: [UInt8], from start: Int, to end: Int, isNegative: Bool) {
    if end - start > 2, bytes[start] == 0x30 {
      if bytes[start + 1] == UInt8(ascii: "x") {
        self.init(radix: 16, bytes[start..<end], isNegative: isNegative)
        return
      }
      if bytes[start + 1] == UInt8(ascii: "b") {
        self.init(radix: 2, bytes[start..<end], isNegative: isNegative)
        return
      }
    }
    self.init(decimalIn: bytes, from: start, to: end, isNegative: isNegative)
  }

  private init(decimalIn bytes: [UInt8], from start: Int, to end: Int, isNegative: Bool) {
    var significand: UInt64 = 0
    var exponent = 0
    var isExact = true
    var isFraction = false
    var isFloat = false
    var index = start
    while index < end {
      let byte = bytes[index]
      index += 1
      let digit = byte &- 0x30
      if digit < 10 {
        if significand < 1_000_000_000_000_000_000 {
          significand = significand &* 10 &+ UInt64(digit)
          if isFraction { exponent -= 1 }
        } else if isExact, let longer = Numeral.appending(digit, to: significand) {
          significand = longer
          if isFraction { exponent -= 1 }
        } else {
          isExact = isExact && digit == 0
          if !isFraction { exponent += 1 }
        }
      } else if byte == UInt8(ascii: ".") {
        isFraction = true
        isFloat = true
      } else if byte != UInt8(ascii: "_") {
        isFloat = true
        exponent += Numeral.exponent(bytes[index..<end])
        break
      }
    }
    let clamped = Int32(max(-1_000_000, min(1_000_000, exponent)))
    let magnitude: Double
    if isExact {
      magnitude = nearestDouble(significand: significand, exponent: clamped)
    } else {
      let plain = bytes[start..<end].filter { $0 != UInt8(ascii: "_") }
      magnitude = Double(String(decoding: plain, as: UTF8.self)) ?? .infinity
    }
    self.init(
      significand: significand, exponent: clamped, isNegative: isNegative, isFloat: isFloat,
      isExact: isExact,
      double: isNegative ? -magnitude : magnitude)
  }

  private init(radix: UInt64, _ bytes: ArraySlice<UInt8>, isNegative: Bool) {
    var significand: UInt64 = 0
    var isExact = true
    for byte in bytes.dropFirst(2) where byte != UInt8(ascii: "_") {
      let digit = UInt64(byte <= UInt8(ascii: "9") ? byte &- 0x30 : (byte | 0x20) &- 0x57)
      let (product, overflow) = significand.multipliedReportingOverflow(by: radix)
      if overflow { isExact = false }
      significand = product &+ digit
    }
    let magnitude =
      isExact ? Double(significand) : Numeral.rounded(radix: radix, bytes.dropFirst(2))
    self.init(
      significand: isExact ? significand : .max, exponent: 0, isNegative: isNegative,
      isFloat: false, isExact: isExact,
      double: isNegative ? -magnitude : magnitude)
  }

  /// The double nearest to a number of more than 64 bits.
  private static func rounded(radix: UInt64, _ digits: ArraySlice<UInt8>) -> Double {
    let plain = String(decoding: digits.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
    if radix == 16 { return Double("0x\(plain)") ?? .infinity }
    // Of binary digits the first 64 and whether any other is set decide how it is rounded.
    let significant = plain.drop { $0 == "0" }
    let head = UInt64(significant.prefix(63), radix: 2) ?? 0
    let tail = significant.dropFirst(63)
    let sticky: UInt64 = tail.contains("1") ? 1 : 0
    return Double(head << 1 | sticky)
      * Double(sign: .plus, exponent: min(tail.count - 1, 1023), significand: 1)
  }

  /// `significand` with one more digit, or nil if that does not fit.
  private static func appending(_ digit: UInt8, to significand: UInt64) -> UInt64? {
    let (product, tooLong) = significand.multipliedReportingOverflow(by: 10)
    let (sum, tooLarge) = product.addingReportingOverflow(UInt64(digit))
    return tooLong || tooLarge ? nil : sum
  }

  /// The number after the `e`; so large a one that it makes no difference is cut off.
  private static func exponent(_ bytes: ArraySlice<UInt8>) -> Int {
    var value = 0
    var isNegative = false
    for byte in bytes {
      if byte == UInt8(ascii: "-") { isNegative = true }
      let digit = byte &- 0x30
      if digit < 10, value < 1_000_000 { value = value * 10 + Int(digit) }
    }
    return isNegative ? -value : value
  }

  /// The same number with the other sign.
  var negated: Numeral {
    Numeral(
      significand: significand, exponent: exponent, isNegative: !isNegative, isFloat: isFloat,
      isExact: isExact,
      double: -double)
  }
}
