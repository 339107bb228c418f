// From the digits of a number to its value, exact as long as it fits.

/// The powers of ten that a double holds exactly.
private let exactPowers: [Double] = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
  1e18, 1e19, 1e20,
  1e21, 1e22,
]

/// The double nearest to `significand * 10^exponent`.
package func nearestDouble(significand: UInt64, exponent: Int32) -> Double {
  if exponent == 0 { return Double(significand) }
  if significand <= 1 << 53, abs(exponent) <= 22 {
    // Both operands are exact, so that the one operation rounds correctly.
    return exponent > 0
      ? Double(significand) * exactPowers[Int(exponent)]
      : Double(significand) / exactPowers[Int(-exponent)]
  }
  if exponent < 0, exponent >= -38, let quotient = quotient(significand, digits: Int(-exponent)) {
    return quotient
  }
  return Double("\(significand)e\(exponent)") ?? (exponent > 0 && significand > 0 ? .infinity : 0)
}

/// The powers of ten that fit 64 bits, from 1 to 10^19.
private let wholePowers: [UInt64] = (0...19).map { (0..<$0).reduce(1) { power, _ in power * 10 } }

/// The double nearest to `significand / 10^digits`, for up to 38 digits; nil in the rare case that
/// 64 bits of the quotient do not tell.
private func quotient(_ significand: UInt64, digits: Int) -> Double? {
  var (quotient, scale, isExact) = divided(significand, by: wholePowers[min(digits, 19)])
  if digits > 19 {
    // The second division begins with a quotient that is up to 1 too small in its last bit, and so
    // may be its own by up to 4. That decides nothing unless the bits cut off are about half or
    // about nothing.
    let (second, more, _) = divided(quotient, by: wholePowers[digits - 19])
    quotient = second
    scale += more
    isExact = false
    let cut = quotient >> 63 == 1 ? 11 : 10
    let rest = quotient & (1 << cut - 1)
    let half: UInt64 = 1 << (cut - 1)
    let isNear = rest < 8 || rest > 2 * half - 8 || (rest > half - 8 && rest < half + 8)
    if isNear { return nil }
  }
  // The quotient has 62 bits or more, so that its last bit only says whether anything was cut off.
  let sticky: UInt64 = isExact ? 0 : 1
  return Double(quotient | sticky) * Double(sign: .plus, exponent: scale, significand: 1)
}

/// The quotient of two numbers with 62 bits or more, the power of two that it is to be multiplied
/// by, and whether nothing was cut off.
private func divided(_ dividend: UInt64, by divisor: UInt64)
  -> (quotient: UInt64, scale: Int, isExact: Bool)
{
  let (up, divisorUp) = (dividend.leadingZeroBitCount, divisor.leadingZeroBitCount)
  guard up < 64 else { return (0, 0, true) }
  let shifted = dividend << up
  let (quotient, remainder) = (divisor << divisorUp)
    .dividingFullWidth((shifted >> 1, shifted << 63))
  return (quotient, divisorUp - up - 63, remainder == 0)
}

/// A number as it is written, without its sign: `significand * 10^exponent`.
struct WrittenNumber {
  var significand: UInt64 = 0
  var exponent: Int32 = 0
  /// Whether there is a point or an exponent in it.
  var isFloat = false
  /// Whether all of its digits are in `significand`.
  var isExact = true

  /// The decimal number written in `bytes` from `start` to `end`.
  init(decimalIn bytes: [UInt8], from start: Int, to end: Int) {
    var exponent = 0
    var isFraction = false
    var index = start
    while index < end {
      if end - index >= 8, significand < 10_000_000_000,
        let eight = Self.eightDigits(in: bytes, at: index)
      {
        significand = significand * 100_000_000 + eight
        if isFraction { exponent -= 8 }
        index += 8
        continue
      }
      let byte = bytes[index]
      index += 1
      let digit = byte &- 0x30
      if digit < 10 {
        if significand < 1_000_000_000_000_000_000 {
          significand = significand &* 10 &+ UInt64(digit)
          if isFraction { exponent -= 1 }
        } else if isExact, let longer = Self.appending(digit, to: significand) {
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
        exponent += Self.exponent(bytes[index..<end])
        break
      }
    }
    self.exponent = Int32(max(-1_000_000, min(1_000_000, exponent)))
  }

  /// The number that the eight bytes from `index` on are; nil unless all are digits.
  ///
  /// The digits of one word become pairs, the pairs fours, and these the number, each step for all
  /// of them at once.
  @inline(__always)
  private static func eightDigits(in bytes: [UInt8], at index: Int) -> UInt64? {
    let word = bytes.withUnsafeBytes {
      $0.loadUnaligned(fromByteOffset: index, as: UInt64.self).littleEndian
    }
    let digits = word ^ 0x3030_3030_3030_3030
    // A byte above 9 carries into its upper half, or is there already.
    guard (digits | (digits &+ 0x0606_0606_0606_0606)) & 0xF0F0_F0F0_F0F0_F0F0 == 0 else {
      return nil
    }
    let pairs = (digits &* 10 &+ digits >> 8) & 0x00FF_00FF_00FF_00FF
    let fours = (pairs &* 100 &+ pairs >> 16) & 0x0000_FFFF_0000_FFFF
    return (fours &* 10_000 &+ fours >> 32) & 0xFFFF_FFFF
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
}

extension Numeral {
  /// The value of the number written in `bytes` from `start` to `end`, which the lexer found to be
  /// well formed.
  init(in bytes: [UInt8], from start: Int, to end: Int, isNegative: Bool) {
    if end - start > 2, Numeral.isRadixMark(bytes[start + 1]) {
      self.init(
        radix: bytes[start + 1] == UInt8(ascii: "x") ? 16 : 2, bytes[start..<end],
        isNegative: isNegative)
      return
    }
    self.init(decimalIn: bytes, from: start, to: end, isNegative: isNegative)
  }

  /// Whether the second byte of a number says that it is not a decimal one.
  static func isRadixMark(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "x") || byte == UInt8(ascii: "b")
  }

  private init(decimalIn bytes: [UInt8], from start: Int, to end: Int, isNegative: Bool) {
    let written = WrittenNumber(decimalIn: bytes, from: start, to: end)
    let magnitude: Double
    if written.isExact {
      magnitude = nearestDouble(significand: written.significand, exponent: written.exponent)
    } else {
      let plain = bytes[start..<end].filter { $0 != UInt8(ascii: "_") }
      magnitude = Double(String(decoding: plain, as: UTF8.self)) ?? .infinity
    }
    self.init(
      significand: written.significand, exponent: written.exponent, isNegative: isNegative,
      isFloat: written.isFloat, isExact: written.isExact,
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

  /// The integer that it is; nil if it is none that an `Int` holds.
  package var integer: Int64? {
    guard isExact, exponent >= 0 else { return nil }
    var magnitude = significand
    for _ in 0..<min(exponent, 20) {
      let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      magnitude = product
    }
    if isNegative {
      guard magnitude <= UInt64(Int64.max) + 1 else { return nil }
      return magnitude == UInt64(Int64.max) + 1 ? Int64.min : -Int64(magnitude)
    }
    return Int64(exactly: magnitude)
  }

  /// The same number with the other sign.
  var negated: Numeral {
    Numeral(
      significand: significand, exponent: exponent, isNegative: !isNegative, isFloat: isFloat,
      isExact: isExact,
      double: -double)
  }
}
