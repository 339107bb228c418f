extension ElementaryFunctions {
  // MARK: Exponential and logarithms

  /// e to the power of `x`.
  package static func exponential(_ x: Double) -> Double {
    if x.isNaN { return canonicalNaN }
    return exponential(DoubleDouble(x))
  }

  /// The natural logarithm; NaN below zero, minus infinity at zero.
  package static func logarithm(_ x: Double) -> Double {
    if let special = specialLogarithm(x) { return special }
    return (fullLogarithm(x)).value
  }

  /// The logarithm to base 2, exact for powers of 2.
  package static func logarithm2(_ x: Double) -> Double {
    if let special = specialLogarithm(x) { return special }
    let (exponent, mantissa) = split(x)
    let part =
      mantissaLogarithm(mantissa) * DoubleDouble(1.4426950408889634, 2.0355273740931033e-17)
    return (DoubleDouble(Double(exponent)) + part).value
  }

  /// The logarithm to base 10.
  package static func logarithm10(_ x: Double) -> Double {
    if let special = specialLogarithm(x) { return special }
    let (exponent, mantissa) = split(x)
    let part = mantissaLogarithm(mantissa) * DoubleDouble(0.4342944819032518, 1.098319650216765e-17)
    let scale = Double(exponent)
    // The first factor has 40 bits: its product is exact.
    let whole = DoubleDouble(sum: scale * 0.30102999566361177, scale * 3.694239077158931e-13)
    return (whole + part).value
  }

  private static func specialLogarithm(_ x: Double) -> Double? {
    if x.isNaN || x < 0 { return canonicalNaN }
    if x == 0 { return -.infinity }
    return x.isInfinite ? x : nil
  }

  /// `x = mantissa * 2^exponent`, with the mantissa about 1.
  private static func split(_ x: Double) -> (exponent: Int, mantissa: Double) {
    var exponent = Int(x.exponent)
    var mantissa = scaled(x, by: -exponent)
    if mantissa > 1.4142135623730951 {
      mantissa *= 0.5
      exponent += 1
    }
    return (exponent, mantissa)
  }

  static func fullLogarithm(_ x: Double) -> DoubleDouble {
    let (exponent, mantissa) = split(x)
    let scale = Double(exponent)
    // The first factor has 40 bits: its product is exact.
    let whole = DoubleDouble(sum: scale * 0.6931471805592082, scale * 7.371002565167799e-13)
    return whole + mantissaLogarithm(mantissa)
  }

  /// The logarithm between the square roots of 1/2 and 2, by the series of the area tangent
  /// of `(m - 1) / (m + 1)`.
  private static func mantissaLogarithm(_ mantissa: Double) -> DoubleDouble {
    let difference = mantissa - 1
    let ratio = DoubleDouble(difference) / DoubleDouble(sum: 2, difference)
    let square = ratio * ratio
    let z = square.high
    var sum = 1.0 / 25
    sum = 1.0 / 23 + z * sum
    sum = 1.0 / 21 + z * sum
    sum = 1.0 / 19 + z * sum
    sum = 1.0 / 17 + z * sum
    sum = 1.0 / 15 + z * sum
    sum = 1.0 / 13 + z * sum
    sum = 1.0 / 11 + z * sum
    sum = 1.0 / 9 + z * sum
    sum = 1.0 / 7 + z * sum
    sum = 1.0 / 5 + z * sum
    let third = DoubleDouble(0.3333333333333333, 1.850371707708594e-17)
    let tail = square * (third + DoubleDouble(z * sum))
    let double = DoubleDouble(2 * ratio.high, 2 * ratio.low)
    return double + double * tail
  }

  /// e to the power of a number given in twice the precision.
  static func exponential(_ x: DoubleDouble) -> Double {
    if x.high > 709.8 { return .infinity }
    if x.high < -745.2 { return 0 }
    let count = Arithmetic.roundEven(x.high * 1.4426950408889634)
    // The first factor has 40 bits: the product and the difference are exact.
    let near = x.high - count * 0.6931471805592082
    let rest = DoubleDouble(sum: near, x.low - count * 7.371002565167799e-13)
    let r = rest.high
    var sum = 1.0 / 87_178_291_200
    sum = 1.0 / 6_227_020_800 + r * sum
    sum = 1.0 / 479_001_600 + r * sum
    sum = 1.0 / 39_916_800 + r * sum
    sum = 1.0 / 3_628_800 + r * sum
    sum = 1.0 / 362_880 + r * sum
    sum = 1.0 / 40_320 + r * sum
    sum = 1.0 / 5040 + r * sum
    sum = 1.0 / 720 + r * sum
    sum = 1.0 / 120 + r * sum
    sum = 1.0 / 24 + r * sum
    sum = 1.0 / 6 + r * sum
    sum = 0.5 + r * sum
    let start = DoubleDouble(ordered: 1, r)
    let result = start.high + (start.low + (r * r * sum + rest.low * (1 + r)))
    return scaled(result, by: Int(count))
  }

  // MARK: Power

  /// `x` to the power of `y`; special values as C's `pow`.
  package static func power(_ x: Double, _ y: Double) -> Double {
    if y == 0 || x == 1 { return 1 }
    if x.isNaN || y.isNaN { return canonicalNaN }
    let magnitude = x.magnitude
    let isOdd = isOddInteger(y)
    let isNegative = x.sign == .minus && isOdd
    if y.isInfinite {
      if magnitude == 1 { return 1 }
      return (magnitude > 1) == (y > 0) ? .infinity : 0
    }
    if magnitude == 0 || magnitude.isInfinite {
      let result: Double = (magnitude == 0) == (y > 0) ? 0 : .infinity
      return isNegative ? -result : result
    }
    if x < 0, Arithmetic.roundEven(y) != y { return canonicalNaN }
    let result = positivePower(magnitude, y)
    return isNegative ? -result : result
  }

  private static func positivePower(_ x: Double, _ y: Double) -> Double {
    if x == 1 { return 1 }
    // Beyond, even the neighbours of 1 overflow or vanish; and no power this small differs from 1.
    if y.magnitude > 1e20 { return (x > 1) == (y > 0) ? .infinity : 0 }
    if y.magnitude < 1e-25 { return 1 }
    let logarithm = fullLogarithm(x)
    let product = DoubleDouble(product: y, logarithm.high)
    if product.high.magnitude > 800 { return product.high > 0 ? .infinity : 0 }
    return exponential(DoubleDouble(ordered: product.high, product.low + y * logarithm.low))
  }

  private static func isOddInteger(_ y: Double) -> Bool {
    let magnitude = y.magnitude
    guard magnitude < 9_007_199_254_740_992, Arithmetic.roundEven(magnitude) == magnitude else {
      return false
    }
    return Int64(magnitude) & 1 == 1
  }
}
