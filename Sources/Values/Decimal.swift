// Numbers as decimal digits, for printing them exactly: no rounding but the one that a format asks
// for.

/// A decimal number of any length: `0.d1d2d3… * 10^point`.
struct Decimal: Hashable, Sendable {
  var isNegative = false
  /// Most significant first; no zeros at either end.
  ///
  /// Empty for zero.
  private(set) var digits: [UInt8] = []
  /// How many of the digits stand before the decimal point; negative where zeros follow the point
  /// first.
  private(set) var point = 0
  /// Whether something smaller than the last digit was cut off.
  private(set) var isCut = false

  /// The digits in `text`, which is decimal and may have a point, a sign and an exponent.
  private init(text: String) {
    var exponent = 0
    var seenPoint = false
    var bytes = Array(text.utf8)[...]
    if bytes.first == UInt8(ascii: "-") {
      isNegative = true
      bytes.removeFirst()
    }
    while let byte = bytes.popFirst() {
      if byte == UInt8(ascii: ".") {
        seenPoint = true
      } else if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
        exponent = Int(String(decoding: bytes, as: UTF8.self)) ?? 0
        break
      } else {
        digits.append(byte &- 0x30)
        if !seenPoint { point += 1 }
      }
    }
    point += exponent
    normalize()
  }

  /// The shortest digits that read back as `value`, which is finite.
  init(shortest value: Double) { self.init(text: value.description) }

  /// All digits of `value`, which is finite.
  init(exact value: Double) {
    let magnitude = value.magnitude
    isNegative = value.sign == .minus
    guard magnitude > 0 else { return }
    let stored =
      magnitude.exponentBitPattern == 0 ? -1074 : Int(magnitude.exponentBitPattern) - 1075
    let hidden: UInt64 = magnitude.exponentBitPattern == 0 ? 0 : 1 << 52
    var number = LongNumber(magnitude.significandBitPattern | hidden)
    // m * 2^-k is m * 5^k with the point k places to the left.
    if stored >= 0 {
      number.multiply(by: 2, times: stored)
    } else {
      number.multiply(by: 5, times: -stored)
    }
    digits = number.digits
    point = digits.count + min(stored, 0)
    normalize()
  }

  init(_ value: Int64) { self.init(text: String(value)) }

  /// `numerator / denominator`, to 40 digits where it does not end before; the denominator is
  /// positive.
  init(_ numerator: Int64, over denominator: UInt64) {
    isNegative = numerator < 0
    let divisor = UInt128(max(denominator, 1))
    let (whole, rest) = UInt128(numerator.magnitude).quotientAndRemainder(dividingBy: divisor)
    digits = String(whole).utf8.map { $0 &- 0x30 }
    point = digits.count
    var remainder = rest
    var count = 0
    while remainder != 0, count < 40 {
      let (digit, next) = (remainder * 10).quotientAndRemainder(dividingBy: divisor)
      digits.append(UInt8(truncatingIfNeeded: digit))
      remainder = next
      count += 1
    }
    isCut = remainder != 0
    normalize()
  }

  var isZero: Bool { digits.isEmpty }

  private mutating func normalize() {
    while digits.last == 0 { digits.removeLast() }
    let zeros = digits.prefix { $0 == 0 }.count
    digits.removeFirst(zeros)
    point = digits.isEmpty ? 0 : point - zeros
  }

  /// The number times `10^places`.
  func shifted(by places: Int) -> Decimal {
    var result = self
    if !isZero { result.point += places }
    return result
  }

  /// The number with at most `places` digits after the point, rounded to nearest, ties to even.
  func rounded(toPlaces places: Int) -> Decimal { keeping(point + places) }

  /// The number with at most `count` digits, rounded to nearest, ties to even.
  func rounded(toDigits count: Int) -> Decimal { keeping(count) }

  private func keeping(_ count: Int) -> Decimal {
    guard count < digits.count else { return self }
    var result = self
    result.isCut = false
    guard count >= 0 else {
      result.digits = []
      result.point = 0
      return result
    }
    let next = digits[count]
    let hasMore = isCut || count + 1 < digits.count
    let isOdd = count > 0 && digits[count - 1] % 2 == 1
    result.digits = Array(digits[..<count])
    if next > 5 || (next == 5 && (hasMore || isOdd)) {
      var index = count - 1
      while index >= 0, result.digits[index] == 9 {
        result.digits[index] = 0
        index -= 1
      }
      if index >= 0 {
        result.digits[index] += 1
      } else {
        result.digits.insert(1, at: 0)
        result.point += 1
      }
    }
    result.normalize()
    return result
  }
}

extension Decimal {
  private func character(_ index: Int) -> Character {
    index >= 0 && index < digits.count ? Character(Unicode.Scalar(digits[index] &+ 0x30)) : "0"
  }

  private var sign: String { isNegative ? "-" : "" }

  /// Without an exponent; with exactly `places` digits after the point, or with as many as there
  /// are.
  func fixed(places: Int? = nil) -> String {
    let number = places.map { rounded(toPlaces: $0) } ?? self
    var text = sign
    if number.point <= 0 { text += "0" }
    for index in 0..<max(number.point, 0) { text.append(number.character(index)) }
    let count = places ?? max(number.digits.count - number.point, 0)
    guard count > 0 else { return text }
    text += "."
    for index in 0..<count { text.append(number.character(number.point + index)) }
    return text
  }

  /// One digit before the point, and an exponent of at least two digits, as C and Python print it.
  func scientific(places: Int? = nil) -> String {
    let number = places.map { rounded(toDigits: $0 + 1) } ?? self
    let count = places ?? max(number.digits.count - 1, 0)
    var text = sign
    text.append(number.character(0))
    if count > 0 {
      text += "."
      for index in 1...count { text.append(number.character(index)) }
    }
    let exponent = number.isZero ? 0 : number.point - 1
    let magnitude = String(exponent.magnitude)
    return text + (exponent < 0 ? "e-" : "e+") + (magnitude.utf8.count < 2 ? "0" : "") + magnitude
  }

  /// As C and Python print `g`: `count` digits, no zeros at the end, an exponent where the number
  /// is very large or small.
  func general(digits count: Int) -> String {
    let count = max(count, 1)
    let number = rounded(toDigits: count)
    let exponent = number.isZero ? 0 : number.point - 1
    return exponent < -4 || exponent >= count ? number.scientific() : number.fixed()
  }

  /// All digits, with an exponent only where there would be too many zeros.
  var plain: String { point > 17 || point < -4 ? scientific() : fixed() }
}

/// A natural number of any length.
private struct LongNumber {
  /// Least significant first, in base 10^9.
  private var limbs: [UInt32]
  private static let base: UInt64 = 1_000_000_000

  init(_ value: UInt64) {
    limbs = []
    var rest = value
    while rest > 0 {
      limbs.append(UInt32(rest % Self.base))
      rest /= Self.base
    }
  }

  mutating func multiply(by factor: UInt64, times count: Int) {
    // Several factors at once, as long as their product fits 32 bits.
    let step = factor == 2 ? 28 : 12
    var left = count
    while left > 0 {
      let now = min(step, left)
      left -= now
      var product: UInt64 = 1
      for _ in 0..<now { product *= factor }
      var carry: UInt64 = 0
      for index in limbs.indices {
        let sum = UInt64(limbs[index]) * product + carry
        limbs[index] = UInt32(sum % Self.base)
        carry = sum / Self.base
      }
      if carry > 0 { limbs.append(UInt32(carry)) }
    }
  }

  var digits: [UInt8] {
    var result: [UInt8] = []
    for limb in limbs.reversed() {
      var divisor: UInt32 = 100_000_000
      while divisor > 0 {
        result.append(UInt8(limb / divisor % 10))
        divisor /= 10
      }
    }
    return result
  }
}
