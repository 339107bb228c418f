/// A number of seconds in decimal, as JSON writes it, kept exactly.
struct ExactSeconds {
  private let isNegative: Bool
  /// The number is `significand * 10^exponent`.
  private let significand: UInt128
  private let exponent: Int

  /// Digits beyond these say less than any tick.
  private static let digitCountMax = 28

  /// Takes in a number of JSON; nil for what is none or has more digits than any number of ticks.
  init?(_ text: String) {
    var digits = ""
    var exponent = 0
    let parts = text.split(whereSeparator: { $0 == "e" || $0 == "E" })
    guard let mantissa = parts.first, parts.count <= 2 else { return nil }
    if parts.count == 2 {
      guard let power = Int(parts[1]), power.magnitude < 1_000 else { return nil }
      exponent = power
    }
    var isFraction = false
    for character in mantissa.drop(while: { $0 == "-" || $0 == "+" }) {
      if character == "." {
        isFraction = true
        continue
      }
      guard character.isASCII, character.isNumber else { return nil }
      digits.append(character)
      if isFraction { exponent -= 1 }
    }
    while digits.count > 1, digits.last == "0" {
      digits.removeLast()
      exponent += 1
    }
    digits = String(digits.drop { $0 == "0" })
    guard digits.count <= Self.digitCountMax else { return nil }
    isNegative = mantissa.first == "-"
    significand = UInt128(digits) ?? 0
    self.exponent = significand == 0 ? 0 : exponent
  }

  /// The number in ticks, to the nearest, ties to even; nil if an Int does not hold it.
  func ticks(perSecond rate: Int64) -> Int64? {
    guard significand > 0 else { return 0 }
    guard exponent > -39 else { return 0 }
    var (product, overflow) = significand.multipliedReportingOverflow(by: UInt128(rate.magnitude))
    guard !overflow else { return nil }
    for _ in 0..<max(0, min(exponent, 40)) {
      (product, overflow) = product.multipliedReportingOverflow(by: 10)
      guard !overflow else { return nil }
    }
    var divisor: UInt128 = 1
    for _ in 0..<max(0, -exponent) { divisor *= 10 }
    let (whole, rest) = product.quotientAndRemainder(dividingBy: divisor)
    var quotient = whole
    let half = divisor / 2
    let isTie = divisor % 2 == 0 && rest == half
    if rest > half || isTie && quotient % 2 == 1 { quotient += 1 }
    return isNegative ? Int64(exactly: -Int128(clamping: quotient)) : Int64(exactly: quotient)
  }
}
