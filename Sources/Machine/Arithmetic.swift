/// The machine's arithmetic where the processor's is not enough: every input has a value or none,
/// never a trap.
package enum Arithmetic {
  // MARK: Integers

  /// The quotient rounded down; nil for a divisor of zero and where it does not fit.
  @inlinable
  package static func floorDivide(_ a: Int64, _ b: Int64) -> Int64? {
    guard b != 0 else { return nil }
    let (quotient, overflow) = a.dividedReportingOverflow(by: b)
    guard !overflow else { return nil }
    let hasRest = quotient &* b != a
    return hasRest && (a < 0) != (b < 0) ? quotient &- 1 : quotient
  }

  /// The remainder with the sign of the divisor; nil for a divisor of zero.
  @inlinable
  package static func remainder(_ a: Int64, _ b: Int64) -> Int64? {
    guard b != 0 else { return nil }
    guard b != -1 else { return 0 }
    let rest = a % b
    return rest != 0 && (rest < 0) != (b < 0) ? rest &+ b : rest
  }

  /// `base` to the power of `exponent`; nil for a negative exponent and where it does not fit.
  package static func power(_ base: Int64, _ exponent: Int64) -> Int64? {
    guard exponent >= 0 else { return nil }
    if base == 0 || base == 1 { return exponent == 0 ? 1 : base }
    if base == -1 { return exponent & 1 == 0 ? 1 : -1 }
    guard exponent < 64 else { return nil }
    var result: Int64 = 1
    for _ in 0..<exponent {
      let (product, overflow) = result.multipliedReportingOverflow(by: base)
      guard !overflow else { return nil }
      result = product
    }
    return result
  }

  /// `a << count`: bits are dropped, 64 and more give 0; nil for a negative count.
  @inlinable
  package static func shiftLeft(_ a: Int64, _ count: Int64) -> Int64? {
    guard count >= 0 else { return nil }
    return count >= 64 ? 0 : a &<< count
  }

  /// `a >> count`, keeping the sign; 64 and more give 0 or -1; nil for a negative count.
  @inlinable
  package static func shiftRight(_ a: Int64, _ count: Int64) -> Int64? {
    guard count >= 0 else { return nil }
    return a &>> min(count, 63)
  }

  // MARK: Floats

  /// `x`, or the machine's one NaN.
  @inlinable
  package static func canonical(_ x: Double) -> Double {
    x == x ? x : Double(bitPattern: 0x7FF8_0000_0000_0000)
  }

  /// To the nearest whole number, ties to even.
  @inlinable
  package static func roundEven(_ x: Double) -> Double {
    let step = 4_503_599_627_370_496.0
    let magnitude = x.magnitude
    guard magnitude < step else { return canonical(x) }
    let rounded = (magnitude + step) - step
    return Double(bitPattern: rounded.bitPattern | (x.bitPattern & (1 &<< 63)))
  }

  /// The largest whole number that is not above `x`.
  @inlinable
  package static func floor(_ x: Double) -> Double {
    let rounded = roundEven(x)
    return rounded > x ? rounded - 1 : rounded
  }

  /// The smallest whole number that is not below `x`; of -1 to 0 it is -0.
  @inlinable
  package static func ceiling(_ x: Double) -> Double {
    let rounded = roundEven(x)
    guard rounded < x else { return rounded }
    return Double(bitPattern: (rounded + 1).bitPattern | (x.bitPattern & (1 &<< 63)))
  }

  /// The whole number next to `x` on the side of zero.
  @inlinable
  package static func truncate(_ x: Double) -> Double {
    let whole = floor(x.magnitude)
    return x == x
      ? Double(bitPattern: whole.bitPattern | (x.bitPattern & (1 &<< 63))) : canonical(x)
  }

  /// The lesser one, -0 before 0; NaN if one of them is.
  @inlinable
  package static func minimum(_ a: Double, _ b: Double) -> Double {
    if a < b { return a }
    if b < a { return b }
    if a == b { return Double(bitPattern: a.bitPattern | b.bitPattern) }
    return canonical(.nan)
  }

  /// The greater one, 0 before -0; NaN if one of them is.
  @inlinable
  package static func maximum(_ a: Double, _ b: Double) -> Double {
    if a > b { return a }
    if b > a { return b }
    if a == b { return Double(bitPattern: a.bitPattern & b.bitPattern) }
    return canonical(.nan)
  }

  /// Toward zero; nil for NaN and where it does not fit.
  @inlinable
  package static func integer(truncating x: Double) -> Int64? {
    guard x >= -9_223_372_036_854_775_808.0, x < 9_223_372_036_854_775_808.0 else { return nil }
    return Int64(x)
  }

  /// Python's `a // b`: the quotient of `a - a % b`, rounded down; nil for a divisor of zero.
  package static func floorDivide(_ a: Double, _ b: Double) -> Double? {
    guard b != 0 else { return nil }
    var rest = truncatedRemainder(a, b)
    var quotient = (a - rest) / b
    if rest != 0, (rest < 0) != (b < 0) {
      rest += b
      quotient -= 1
    }
    guard quotient != 0 else { return canonical(withSign(of: a / b, 0)) }
    let whole = floor(quotient)
    return canonical(quotient - whole > 0.5 ? whole + 1 : whole)
  }

  /// Python's `a % b`: the exact remainder, with the sign of the divisor; nil for a divisor of
  /// zero.
  package static func remainder(_ a: Double, _ b: Double) -> Double? {
    guard b != 0 else { return nil }
    let rest = truncatedRemainder(a, b)
    if rest != 0 { return canonical((rest < 0) != (b < 0) ? rest + b : rest) }
    return withSign(of: b, 0)
  }

  /// The exact remainder with the sign of the dividend (C's `fmod`), in whole numbers.
  package static func truncatedRemainder(_ a: Double, _ b: Double) -> Double {
    guard a.isFinite, !b.isNaN, b != 0 else { return canonicalNaN }
    guard b.isFinite, a.magnitude >= b.magnitude else { return a }
    let (dividend, high) = parts(a)
    let (divisor, low) = parts(b)
    var rest = dividend % divisor
    var steps = high - low
    while steps > 0, rest != 0 {
      let shift = min(steps, 11)
      rest = (rest &<< UInt64(shift)) % divisor
      steps -= shift
    }
    return withSign(of: a, scaled(Double(rest), by: low))
  }

  /// `|x| = mantissa * 2^exponent`, for a finite `x`.
  static func parts(_ x: Double) -> (mantissa: UInt64, exponent: Int) {
    let fraction = x.bitPattern & 0xF_FFFF_FFFF_FFFF
    let biased = Int(truncatingIfNeeded: (x.bitPattern &>> 52) & 0x7FF)
    return biased == 0 ? (fraction, -1074) : (fraction | 1 &<< 52, biased - 1075)
  }
}
