/// Durations: the exact result, rounded once to the nearest tick, ties to even.
extension Arithmetic {
  /// `ticks * factor`; nil where it is no number or does not fit.
  package static func scale(_ ticks: Int64, by factor: Double) -> Int64? {
    guard factor.isFinite else { return nil }
    let isNegative = (ticks < 0) != (factor < 0)
    let (mantissa, exponent) = parts(factor)
    let (high, low) = ticks.magnitude.multipliedFullWidth(by: mantissa)
    if high == 0, low == 0 { return 0 }
    if exponent >= 0 {
      guard high == 0, exponent < 64, low.leadingZeroBitCount >= exponent else { return nil }
      return signed(low &<< UInt64(exponent), isNegative)
    }
    return shiftedRight(high, low, by: -exponent).flatMap { signed($0, isNegative) }
  }

  /// `ticks / divisor`; nil for a divisor of zero, and where it is no number or does not fit.
  package static func divide(_ ticks: Int64, by divisor: Double) -> Int64? {
    guard divisor != 0, !divisor.isNaN else { return nil }
    guard divisor.isFinite else { return 0 }
    let isNegative = (ticks < 0) != (divisor < 0)
    var (mantissa, exponent) = parts(divisor)
    if exponent > 0 {
      // From 2^64 on the quotient is at most a half.
      guard mantissa.leadingZeroBitCount >= exponent else { return 0 }
      mantissa &<<= UInt64(exponent)
      exponent = 0
    }
    var quotient = ticks.magnitude / mantissa
    var rest = ticks.magnitude % mantissa
    var steps = -exponent
    while steps > 0 {
      if quotient == 0, rest == 0 { return 0 }
      let shift = min(steps, 10)
      guard quotient.leadingZeroBitCount >= shift else { return nil }
      rest &<<= UInt64(shift)
      quotient = quotient &<< UInt64(shift) | rest / mantissa
      rest %= mantissa
      steps -= shift
    }
    return rounded(quotient, rest, mantissa).flatMap { signed($0, isNegative) }
  }

  /// `ticks / divisor`; nil for a divisor of zero and where it does not fit.
  package static func divide(_ ticks: Int64, by divisor: Int64) -> Int64? {
    guard divisor != 0 else { return nil }
    let isNegative = (ticks < 0) != (divisor < 0)
    let (quotient, rest) = ticks.magnitude.quotientAndRemainder(dividingBy: divisor.magnitude)
    return rounded(quotient, rest, divisor.magnitude).flatMap { signed($0, isNegative) }
  }

  private static func rounded(_ quotient: UInt64, _ rest: UInt64, _ divisor: UInt64) -> UInt64? {
    let other = divisor - rest
    guard rest > other || (rest == other && quotient & 1 == 1) else { return quotient }
    return quotient == .max ? nil : quotient + 1
  }

  /// A number of 128 bits divided by `2^count`, `count > 0`.
  private static func shiftedRight(_ high: UInt64, _ low: UInt64, by count: Int) -> UInt64? {
    // The product of 63 and 53 bits is below 2^117.
    guard count <= 117 else { return 0 }
    let isOdd: Bool
    let half: Bool
    let hasRest: Bool
    let quotient: UInt64
    if count < 64 {
      guard high &>> UInt64(count) == 0 else { return nil }
      quotient = low &>> UInt64(count) | high &<< UInt64(64 - count)
      half = low &>> UInt64(count - 1) & 1 == 1
      hasRest = low & (1 &<< UInt64(count - 1) - 1) != 0
    } else if count == 64 {
      quotient = high
      half = low &>> 63 == 1
      hasRest = low &<< 1 != 0
    } else {
      quotient = high &>> UInt64(count - 64)
      half = high &>> UInt64(count - 65) & 1 == 1
      hasRest = low != 0 || high & (1 &<< UInt64(count - 65) - 1) != 0
    }
    isOdd = quotient & 1 == 1
    guard half, hasRest || isOdd else { return quotient }
    return quotient == .max ? nil : quotient + 1
  }

  private static func signed(_ magnitude: UInt64, _ isNegative: Bool) -> Int64? {
    guard isNegative else { return Int64(exactly: magnitude) }
    return magnitude <= 1 &<< 63 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
  }
}
