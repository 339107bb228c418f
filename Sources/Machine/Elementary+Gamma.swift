extension ElementaryFunctions {
  // MARK: Error function

  /// The error function.
  package static func errorFunction(_ x: Double) -> Double {
    if x.isNaN { return canonicalNaN }
    let magnitude = x.magnitude
    if magnitude < 1e-150 { return x * 1.1283791670955126 }
    if magnitude > 6 { return withSign(of: x, 1) }
    if magnitude <= 2 { return errorSeries(x).value }
    return withSign(of: x, 1 - errorTail(magnitude))
  }

  /// One less the error function, without loss where that is near 1.
  package static func errorComplement(_ x: Double) -> Double {
    if x.isNaN { return canonicalNaN }
    if x > 28 { return 0 }
    if x < -6 { return 2 }
    if x > 2 { return errorTail(x) }
    if x < -2 { return 2 - errorTail(-x) }
    if x.magnitude < 1e-150 { return 1 }
    return (DoubleDouble(1) + -errorSeries(x)).value
  }

  /// The error function by its power series, for magnitudes up to 2.
  private static func errorSeries(_ x: Double) -> DoubleDouble {
    let square = DoubleDouble(product: x, x)
    var power = DoubleDouble(x)
    var sum = power
    var n = 1.0
    while n < 60 {
      power = -(power * square) / DoubleDouble(n)
      sum = sum + power / DoubleDouble(2 * n + 1)
      if power.high.magnitude < 1e-34 * sum.high.magnitude { break }
      n += 1
    }
    return sum * DoubleDouble(1.1283791670955126, 1.533545961316588e-17)
  }

  /// The complement by its continued fraction, for `x` from 2 on.
  private static func errorTail(_ x: Double) -> Double {
    let square = DoubleDouble(product: x, x)
    var k = x < 3 ? 140.0 : x < 5 ? 70.0 : 35.0
    var fraction = DoubleDouble(x)
    while k >= 1 {
      fraction = DoubleDouble(x) + DoubleDouble(0.5 * k) / fraction
      k -= 1
    }
    let inverse =
      DoubleDouble(1) / (fraction * DoubleDouble(1.772453850905516, -7.666586499825799e-17))
    // The factor goes into the exponent, so that a subnormal result is rounded once.
    let logarithm = fullLogarithm(inverse.high) + DoubleDouble(inverse.low / inverse.high)
    return exponential(logarithm + -square)
  }

  // MARK: Gamma function

  /// The gamma function; NaN at negative whole numbers.
  package static func gamma(_ x: Double) -> Double {
    if x.isNaN || x == -.infinity { return canonicalNaN }
    if x == 0 { return withSign(of: x, .infinity) }
    if x > 171.7 { return .infinity }
    let isWhole = Arithmetic.roundEven(x) == x
    if x < 0, isWhole { return canonicalNaN }
    if x < -185 { return isEven(x.rounded(.down)) ? 0 : -0.0 }
    if x.magnitude < 0x1p-60 { return 1 / x }
    if isWhole {
      // Small enough that the halves of the factors do not overflow.
      var product = DoubleDouble(powerOfTwo(-300))
      var factor = 2.0
      while factor < x {
        product = product * DoubleDouble(factor)
        factor += 1
      }
      return scaled(product.value, by: 300)
    }
    if x >= 20 {
      // Half the exponent twice: the whole one may overflow on the way.
      let half = stirling(DoubleDouble(x)) * DoubleDouble(0.5)
      let root = fullGammaRoot(half)
      return scaled((root * DoubleDouble(powerOfTwo(-100)) * root).value, by: 100)
    }
    let count = 20 - Int(x.rounded(.down))
    let root = fullGammaRoot(stirling(DoubleDouble(sum: x, Double(count))) * DoubleDouble(0.5))
    var result = root * root
    for step in 0..<count { result = result / DoubleDouble(sum: x, Double(step)) }
    // What is too small to be anything but zero keeps its sign.
    if result.value == 0 { return isEven(x.rounded(.down)) ? 0 : -0.0 }
    return result.value
  }

  private static func isEven(_ x: Double) -> Bool { Arithmetic.roundEven(x / 2) * 2 == x }

  /// e to the power of `x`, a double and what it lacks.
  private static func fullGammaRoot(_ x: DoubleDouble) -> DoubleDouble {
    let root = exponential(x)
    let rest = (x + -fullLogarithm(root)).high
    return DoubleDouble(ordered: root, root * rest)
  }

  /// The logarithm of the gamma function of `x`, which is 20 or more.
  private static func stirling(_ x: DoubleDouble) -> DoubleDouble {
    let inverse = DoubleDouble(1) / x
    let square = inverse.high * inverse.high
    var sum = -1.3924322169059011
    sum = 0.17964437236883057 + square * sum
    sum = -0.029550653594771242 + square * sum
    sum = 0.00641025641025641 + square * sum
    sum = -0.0019175269175269176 + square * sum
    sum = 0.0008417508417508417 + square * sum
    sum = -0.0005952380952380953 + square * sum
    sum = 0.0007936507936507937 + square * sum
    sum = -0.002777777777777778 + square * sum
    let first = inverse * DoubleDouble(0.08333333333333333, 4.625929269271485e-18)
    let tail = first + DoubleDouble(sum * square * inverse.high)
    let logarithm = fullLogarithm(x.high) + DoubleDouble(x.low / x.high)
    let main = (x + DoubleDouble(-0.5)) * logarithm + -x
    return main + DoubleDouble(0.9189385332046728, -3.8782941580672414e-17) + tail
  }

  /// The logarithm of the gamma function's magnitude; infinite at 0 and negative whole numbers.
  package static func logarithmOfGamma(_ x: Double) -> Double {
    if x.isNaN { return canonicalNaN }
    if x.isInfinite { return .infinity }
    if x <= 0, Arithmetic.roundEven(x) == x { return .infinity }
    if x == 1 || x == 2 { return 0 }
    if x > 1e290 {
      // Nothing but the first two terms counts.
      return x * (fullLogarithm(x).value - 1)
    }
    if x >= 20 { return stirling(DoubleDouble(x)).value }
    if x < -20 {
      // By the reflection; the sine's argument is in turns.
      let away = stirling(DoubleDouble(sum: 1, -x))
      let sine = sine(x / 2).magnitude
      let logPi = DoubleDouble(1.1447298858494002, 1.0265951162707826e-17)
      return (logPi + -fullLogarithm(sine) + -away).value
    }
    if x.magnitude < 1e-290 { return -logarithm(x.magnitude) }
    let count = 20 - Int(x.rounded(.down))
    var product = DoubleDouble(1)
    for step in 0..<count { product = product * DoubleDouble(sum: x, Double(step)) }
    if product.high < 0 { product = -product }
    let logarithm = fullLogarithm(product.high) + DoubleDouble(product.low / product.high)
    return (stirling(DoubleDouble(sum: x, Double(count))) + -logarithm).value
  }
}
