extension ElementaryFunctions {
  // MARK: Exponentials less one, logarithms of one more

  /// 2 to the power of `x`; exact where it is a whole number.
  package static func exponential2(_ x: Double) -> Double {
    if x.isNaN { return canonicalNaN }
    if x >= 1024 { return .infinity }
    if x < -1076 { return 0 }
    let whole = Arithmetic.roundEven(x)
    let ln2 = DoubleDouble(0.6931471805599453, 2.3190468138462996e-17)
    return scaled(exponential(DoubleDouble(x - whole) * ln2), by: Int(whole))
  }

  /// e to the power of `x`, less one, without loss near zero.
  package static func exponentialLess1(_ x: Double) -> Double {
    if x.isNaN { return canonicalNaN }
    if x == 0 { return x }
    // The 1 no longer counts.
    if x > 50 { return exponential(x) }
    if x < -60 { return -1 }
    return fullExponentialLess1(x).value
  }

  /// The same for `x` between -60 and 710.
  private static func fullExponentialLess1(_ x: Double) -> DoubleDouble {
    if x.magnitude < 0.35 {
      // The powers from the third on need no more than one double.
      var sum = 1.0 / 1_307_674_368_000
      sum = 1.0 / 87_178_291_200 + x * sum
      sum = 1.0 / 6_227_020_800 + x * sum
      sum = 1.0 / 479_001_600 + x * sum
      sum = 1.0 / 39_916_800 + x * sum
      sum = 1.0 / 3_628_800 + x * sum
      sum = 1.0 / 362_880 + x * sum
      sum = 1.0 / 40_320 + x * sum
      sum = 1.0 / 5040 + x * sum
      sum = 1.0 / 720 + x * sum
      sum = 1.0 / 120 + x * sum
      sum = 1.0 / 24 + x * sum
      sum = 1.0 / 6 + x * sum
      return DoubleDouble(ordered: x, 0.5 * (x * x) + x * x * x * sum)
    }
    return fullExponential(x) + DoubleDouble(-1)
  }

  /// e to the power of `x`, below 710 in magnitude, with some bits more than a double has.
  private static func fullExponential(_ x: Double) -> DoubleDouble {
    let half = DoubleDouble(0.5 * x)
    // A double and what it lacks: the quotient of two values that differ by the rounding.
    let root = exponential(half)
    let rest = (half + -fullLogarithm(root)).high
    let exact = DoubleDouble(ordered: root, root * rest)
    return exact * exact
  }

  /// The natural logarithm of `1 + x`, without loss near zero.
  package static func logarithm1(_ x: Double) -> Double {
    if x.isNaN || x < -1 { return canonicalNaN }
    if x == -1 { return -.infinity }
    if x == 0 || x == .infinity { return x }
    if x.magnitude < 1e-20 { return x }
    return logarithm1(DoubleDouble(x)).value
  }

  /// The same of more than a double.
  private static func logarithm1(_ x: DoubleDouble) -> DoubleDouble {
    let whole = DoubleDouble(1) + x
    let ratio = whole.low / whole.high
    return fullLogarithm(whole.high) + DoubleDouble(ratio - 0.5 * ratio * ratio)
  }

  // MARK: Hyperbolic functions

  /// Hyperbolic sine.
  package static func hyperbolicSine(_ x: Double) -> Double {
    if x.isNaN { return canonicalNaN }
    let magnitude = x.magnitude
    if magnitude < 1e-8 || magnitude.isInfinite { return x }
    if magnitude > 40 { return withSign(of: x, largeHalfExponential(magnitude)) }
    if magnitude < 0.35 {
      let square = x * x
      var sum = 1.0 / 355_687_428_096_000
      sum = 1.0 / 1_307_674_368_000 + square * sum
      sum = 1.0 / 6_227_020_800 + square * sum
      sum = 1.0 / 39_916_800 + square * sum
      sum = 1.0 / 362_880 + square * sum
      sum = 1.0 / 5040 + square * sum
      sum = 1.0 / 120 + square * sum
      sum = 1.0 / 6 + square * sum
      return x + x * square * sum
    }
    let up = fullExponential(magnitude)
    let result = up + -(DoubleDouble(1) / up)
    return withSign(of: x, 0.5 * result.value)
  }

  /// Hyperbolic cosine.
  package static func hyperbolicCosine(_ x: Double) -> Double {
    if x.isNaN { return canonicalNaN }
    let magnitude = x.magnitude
    if magnitude.isInfinite { return .infinity }
    if magnitude > 40 { return largeHalfExponential(magnitude) }
    let up = fullExponential(magnitude)
    return 0.5 * (up + DoubleDouble(1) / up).value
  }

  /// Half the exponential, also where the whole one overflows.
  private static func largeHalfExponential(_ x: Double) -> Double {
    if x > 711 { return .infinity }
    let ln2 = DoubleDouble(-0.6931471805599453, -2.3190468138462996e-17)
    let exponent = DoubleDouble(x) + ln2
    if exponent.high < 709 { return exponential(exponent) }
    // One more halving on the way, so that only the result may overflow.
    return 2 * exponential(exponent + ln2)
  }

  /// Hyperbolic tangent.
  package static func hyperbolicTangent(_ x: Double) -> Double {
    if x.isNaN { return canonicalNaN }
    let magnitude = x.magnitude
    if magnitude < 1e-8 { return x }
    if magnitude > 22 { return withSign(of: x, 1) }
    let grown = fullExponentialLess1(2 * magnitude)
    return withSign(of: x, (grown / (grown + DoubleDouble(2))).value)
  }

  /// Area hyperbolic sine.
  package static func areaSine(_ x: Double) -> Double {
    if x.isNaN { return canonicalNaN }
    let magnitude = x.magnitude
    if magnitude < 1e-8 || magnitude.isInfinite { return x }
    if magnitude > 1e9 { return withSign(of: x, logarithmOfDouble(magnitude)) }
    let square = DoubleDouble(product: magnitude, magnitude)
    let root = (DoubleDouble(1) + square).squareRoot()
    let grown = DoubleDouble(magnitude) + square / (DoubleDouble(1) + root)
    return withSign(of: x, logarithm1(grown).value)
  }

  /// Area hyperbolic cosine; NaN below 1.
  package static func areaCosine(_ x: Double) -> Double {
    if x.isNaN || x < 1 { return canonicalNaN }
    if x == .infinity { return x }
    if x > 1e9 { return logarithmOfDouble(x) }
    let above = DoubleDouble(x - 1)
    if above.high == 0 { return 0 }
    let root = (above * (above + DoubleDouble(2))).squareRoot()
    return logarithm1(above + root).value
  }

  /// The logarithm of `2 * x`.
  private static func logarithmOfDouble(_ x: Double) -> Double {
    (fullLogarithm(x) + DoubleDouble(0.6931471805599453, 2.3190468138462996e-17)).value
  }

  /// Area hyperbolic tangent; infinite at 1 and -1, NaN beyond.
  package static func areaTangent(_ x: Double) -> Double {
    let magnitude = x.magnitude
    guard magnitude <= 1 else { return canonicalNaN }
    if magnitude == 1 { return withSign(of: x, .infinity) }
    if magnitude < 1e-8 { return x }
    let grown = DoubleDouble(2 * magnitude) / DoubleDouble(sum: 1, -magnitude)
    return withSign(of: x, 0.5 * logarithm1(grown).value)
  }

  // MARK: Roots and signs

  /// The cube root; exact for cubes.
  package static func cubeRoot(_ x: Double) -> Double {
    if x.isNaN { return canonicalNaN }
    if x == 0 || x.isInfinite { return x }
    let third = DoubleDouble(0.3333333333333333, 1.850371707708594e-17)
    let root = exponential(fullLogarithm(x.magnitude) * third)
    // A subnormal's bits are few: it is scaled before what the root lacks is reckoned.
    let scale = x.magnitude < 1e-290 ? 600 : x.magnitude > 1e290 ? -600 : 0
    let (a, r) = (scaled(x.magnitude, by: scale), scaled(root, by: scale / 3))
    let square = DoubleDouble(product: r, r)
    let rest = (DoubleDouble(a) + -(square * DoubleDouble(r))).high
    return withSign(of: x, scaled(r + rest / (3 * r * r), by: -scale / 3))
  }

  /// The length of the hypotenuse over `x` and `y`, also where the squares would overflow.
  package static func hypotenuse(_ x: Double, _ y: Double) -> Double {
    if x.isInfinite || y.isInfinite { return .infinity }
    if x.isNaN || y.isNaN { return canonicalNaN }
    let longer = max(x.magnitude, y.magnitude)
    let shorter = min(x.magnitude, y.magnitude)
    if shorter == 0 { return longer }
    let exponent = Int(longer.exponent)
    if Int(shorter.exponent) < exponent - 60 { return longer }
    let (a, b) = (scaled(longer, by: -exponent), scaled(shorter, by: -exponent))
    let square = DoubleDouble(product: a, a) + DoubleDouble(product: b, b)
    return scaled(square.squareRoot().value, by: exponent)
  }

  /// The magnitude of `x` with the sign of `sign`.
  package static func copySign(_ x: Double, _ sign: Double) -> Double {
    x.isNaN ? canonicalNaN : withSign(of: Arithmetic.canonical(sign), x)
  }

  /// The number next to `x` on the way to `y`.
  package static func next(after x: Double, toward y: Double) -> Double {
    if x.isNaN || y.isNaN { return canonicalNaN }
    if x == y { return y }
    return x < y ? x.nextUp : x.nextDown
  }
}
