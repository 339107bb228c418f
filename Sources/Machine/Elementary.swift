package import Bytecode

/// Elementary functions with the same bits on host and device: no library, no fused operations.
///
/// Angles are in turns. The error is below one unit in the last place; at multiples of a quarter
/// turn the values are exact; a NaN that they make is the machine's.
package enum ElementaryFunctions {
  /// The function of one argument that operation `elementary` names; those of two give NaN.
  package static func apply(_ function: Elementary, _ x: Double) -> Double {
    switch function {
    case .sine: sine(x)
    case .cosine: cosine(x)
    case .tangent: tangent(x)
    case .arcSine: arcSine(x)
    case .arcCosine: arcCosine(x)
    case .arcTangent: arcTangent(x)
    case .exponential: exponential(x)
    case .logarithm: logarithm(x)
    case .logarithm2: logarithm2(x)
    case .logarithm10: logarithm10(x)
    case .hyperbolicSine: hyperbolicSine(x)
    case .hyperbolicCosine: hyperbolicCosine(x)
    case .hyperbolicTangent: hyperbolicTangent(x)
    case .areaSine: areaSine(x)
    case .areaCosine: areaCosine(x)
    case .areaTangent: areaTangent(x)
    case .exponential2: exponential2(x)
    case .exponentialLess1: exponentialLess1(x)
    case .logarithm1: logarithm1(x)
    case .cubeRoot: cubeRoot(x)
    case .errorFunction: errorFunction(x)
    case .errorComplement: errorComplement(x)
    case .gamma: gamma(x)
    case .logarithmOfGamma: logarithmOfGamma(x)
    case .besselJ0: besselJ0(x)
    case .besselJ1: besselJ1(x)
    case .besselY0: besselY0(x)
    case .besselY1: besselY1(x)
    case .arcTangent2, .power, .hypotenuse, .copySign, .nextAfter: canonicalNaN
    }
  }

  /// The function of two arguments that operation `elementary2` names; those of one give NaN.
  package static func apply(_ function: Elementary, _ x: Double, _ y: Double) -> Double {
    switch function {
    case .arcTangent2: arcTangent2(x, y)
    case .power: power(x, y)
    case .hypotenuse: hypotenuse(x, y)
    case .copySign: copySign(x, y)
    case .nextAfter: next(after: x, toward: y)
    case .sine, .cosine, .tangent, .arcSine, .arcCosine, .arcTangent, .exponential, .logarithm,
      .logarithm2, .logarithm10, .hyperbolicSine, .hyperbolicCosine, .hyperbolicTangent,
      .areaSine, .areaCosine, .areaTangent, .exponential2, .exponentialLess1, .logarithm1,
      .cubeRoot, .errorFunction, .errorComplement, .gamma, .logarithmOfGamma, .besselJ0,
      .besselJ1, .besselY0, .besselY1:
      canonicalNaN
    }
  }

  // MARK: Circular functions

  /// Sine of an angle in turns.
  package static func sine(_ turns: Double) -> Double {
    guard let (quadrant, rest) = reduce(turns) else { return canonicalNaN }
    let magnitude = quadrant & 1 == 0 ? sine(reduced: rest).value : cosine(reduced: rest).value
    let result = quadrant & 2 == 0 ? magnitude : -magnitude
    return result == 0 ? withSign(of: turns, 0) : result
  }

  /// Cosine of an angle in turns.
  package static func cosine(_ turns: Double) -> Double {
    guard let (quadrant, rest) = reduce(turns) else { return canonicalNaN }
    let magnitude = quadrant & 1 == 0 ? cosine(reduced: rest).value : sine(reduced: rest).value
    let result = quadrant == 1 || quadrant == 2 ? -magnitude : magnitude
    return result == 0 ? 0 : result
  }

  /// Tangent of an angle in turns; infinite at odd multiples of a quarter turn.
  package static func tangent(_ turns: Double) -> Double {
    guard let (quadrant, rest) = reduce(turns) else { return canonicalNaN }
    let (sine, cosine) = (sine(reduced: rest), cosine(reduced: rest))
    if rest == 0 {
      if quadrant & 1 == 1 { return quadrant == 1 ? .infinity : -.infinity }
      return withSign(of: turns, 0) * (quadrant == 0 ? 1 : -1)
    }
    return quadrant & 1 == 0 ? (sine / cosine).value : -(cosine / sine).value
  }

  /// The quarter turns nearest to `turns`, modulo 4, and what is left, exactly.
  private static func reduce(_ turns: Double) -> (quadrant: Int, rest: Double)? {
    guard turns.isFinite else { return nil }
    let magnitude = turns.magnitude
    // From here on every double is a whole number of turns.
    guard magnitude < 4_503_599_627_370_496 else { return (0, 0) }
    let quarters = Arithmetic.roundEven(4 * turns)
    let quadrant = Int(truncatingIfNeeded: Int64(quarters) & 3)
    return (quadrant, turns - quarters / 4)
  }

  /// Sine for at most an eighth of a turn.
  private static func sine(reduced turns: Double) -> DoubleDouble {
    // Below, the correction of the product would be lost among the subnormal numbers, and the sine
    // is the angle.
    if turns.magnitude < 1e-150 { return DoubleDouble(smallAngle(turns)) }
    let angle = radians(turns)
    let square = angle.high * angle.high
    var sum = -1.0 / 121_645_100_408_832_000
    sum = 1.0 / 355_687_428_096_000 + square * sum
    sum = -1.0 / 1_307_674_368_000 + square * sum
    sum = 1.0 / 6_227_020_800 + square * sum
    sum = -1.0 / 39_916_800 + square * sum
    sum = 1.0 / 362_880 + square * sum
    sum = -1.0 / 5040 + square * sum
    sum = 1.0 / 120 + square * sum
    sum = -1.0 / 6 + square * sum
    let correction = angle.low * (1 - 0.5 * square)
    return DoubleDouble(ordered: angle.high, correction + angle.high * square * sum)
  }

  /// Cosine for at most an eighth of a turn.
  private static func cosine(reduced turns: Double) -> DoubleDouble {
    let angle = radians(turns)
    let square = angle.high * angle.high
    var sum = 1.0 / 6_402_373_705_728_000 * -1
    sum = 1.0 / 20_922_789_888_000 + square * sum
    sum = -1.0 / 87_178_291_200 + square * sum
    sum = 1.0 / 479_001_600 + square * sum
    sum = -1.0 / 3_628_800 + square * sum
    sum = 1.0 / 40_320 + square * sum
    sum = -1.0 / 720 + square * sum
    sum = 1.0 / 24 + square * sum
    let exactSquare = DoubleDouble(product: angle.high, angle.high)
    let first = DoubleDouble(ordered: 1, -0.5 * exactSquare.high)
    let rest = first.low - 0.5 * exactSquare.low - angle.high * angle.low + square * square * sum
    return DoubleDouble(ordered: first.high, rest)
  }

  private static func radians(_ turns: Double) -> DoubleDouble {
    let product = DoubleDouble(product: turns, 6.283185307179586)
    return DoubleDouble(ordered: product.high, product.low + turns * 2.4492935982947064e-16)
  }

  private static func smallAngle(_ turns: Double) -> Double {
    let product = radians(scaled(turns, by: 600))
    return scaled(product.value, by: -600)
  }

  // MARK: Their inverses

  /// Arc sine in turns; NaN outside -1 to 1.
  package static func arcSine(_ x: Double) -> Double {
    let magnitude = x.magnitude
    guard magnitude <= 1 else { return canonicalNaN }
    if magnitude < 1e-9 { return turnsOfSmall(x) }
    return withSign(of: x, angle(DoubleDouble(magnitude), otherSide(magnitude)).value)
  }

  /// Arc cosine in turns; NaN outside -1 to 1.
  package static func arcCosine(_ x: Double) -> Double {
    let magnitude = x.magnitude
    guard magnitude <= 1 else { return canonicalNaN }
    let acute = angle(otherSide(magnitude), DoubleDouble(magnitude))
    return x < 0 ? (DoubleDouble(0.5) + -acute).value : acute.value
  }

  /// Arc tangent in turns.
  package static func arcTangent(_ x: Double) -> Double { arcTangent2(x, 1) }

  /// The angle of the point (x, y) in turns, from -1/2 to 1/2; signed zeros and infinities as in
  /// IEEE 754.
  package static func arcTangent2(_ y: Double, _ x: Double) -> Double {
    guard !x.isNaN, !y.isNaN else { return canonicalNaN }
    let isLeft = x.sign == .minus
    let (width, height) = (x.magnitude, y.magnitude)
    if height == 0 { return withSign(of: y, isLeft ? 0.5 : 0) }
    if width == 0 { return withSign(of: y, 0.25) }
    if height.isInfinite || width.isInfinite {
      guard height.isInfinite, width.isInfinite else {
        return withSign(of: y, height.isInfinite ? 0.25 : isLeft ? 0.5 : 0)
      }
      return withSign(of: y, isLeft ? 0.375 : 0.125)
    }
    let (widthExponent, heightExponent) = (Int(width.exponent), Int(height.exponent))
    if !isLeft, heightExponent < widthExponent - 60 {
      // The angle is the ratio; scaled, so that only a subnormal result loses bits.
      let ratio =
        DoubleDouble(scaled(height, by: -heightExponent))
        / DoubleDouble(scaled(width, by: -widthExponent))
      let turns = ratio * inverseOfTwoPi
      return withSign(of: y, scaled(turns.value, by: heightExponent - widthExponent))
    }
    let exponent = max(widthExponent, heightExponent)
    let acute = angle(
      DoubleDouble(scaled(height, by: -exponent)), DoubleDouble(scaled(width, by: -exponent)))
    return withSign(of: y, isLeft ? (DoubleDouble(0.5) + -acute).value : acute.value)
  }

  /// `sqrt(1 - x * x)`.
  private static func otherSide(_ x: Double) -> DoubleDouble {
    (DoubleDouble(sum: 1, -x) * DoubleDouble(sum: 1, x)).squareRoot()
  }

  private static var inverseOfTwoPi: DoubleDouble {
    DoubleDouble(0.15915494309189535, -9.839338337591243e-18)
  }

  private static func turnsOfSmall(_ x: Double) -> Double {
    if x == 0 { return x }
    let turns = DoubleDouble(scaled(x, by: x.magnitude < 1e-150 ? 600 : 0)) * inverseOfTwoPi
    let result = turns.value
    if x.magnitude < 1e-150 { return scaled(result, by: -600) }
    return result + result * (x * x / 6)
  }

  /// The angle, in turns, of a right triangle's corner by its opposite and adjacent sides, neither
  /// negative.
  private static func angle(_ opposite: DoubleDouble, _ adjacent: DoubleDouble) -> DoubleDouble {
    opposite.high <= adjacent.high
      ? smallerAngle(opposite, adjacent) : DoubleDouble(0.25) + -smallerAngle(adjacent, opposite)
  }

  /// At most an eighth of a turn: the arc tangent of the nearest eighth, and a series for the rest.
  private static func smallerAngle(_ opposite: DoubleDouble, _ adjacent: DoubleDouble)
    -> DoubleDouble
  {
    let eighths = Arithmetic.roundEven(8 * (opposite.high / adjacent.high))
    let step = DoubleDouble(eighths / 8)
    let rest = (opposite + -(step * adjacent)) / (adjacent + step * opposite)
    let square = rest.high * rest.high
    var sum = 1.0 / 17
    sum = -1.0 / 15 + square * sum
    sum = 1.0 / 13 + square * sum
    sum = -1.0 / 11 + square * sum
    sum = 1.0 / 9 + square * sum
    sum = -1.0 / 7 + square * sum
    sum = 1.0 / 5 + square * sum
    sum = -1.0 / 3 + square * sum
    let arc = DoubleDouble(ordered: rest.high, rest.low + rest.high * square * sum)
    return arcTangent(ofEighths: Int(eighths)) + arc * inverseOfTwoPi
  }

  private static func arcTangent(ofEighths eighths: Int) -> DoubleDouble {
    switch eighths {
    case 0: DoubleDouble(0)
    case 1: DoubleDouble(0.01979171208028277, 1.490687274513755e-18)
    case 2: DoubleDouble(0.03898956518868466, 7.52009707751442e-19)
    case 3: DoubleDouble(0.05710012560995407, -4.72539462764225e-19)
    case 4: DoubleDouble(0.07379180882521663, 5.547755582236971e-18)
    case 5: DoubleDouble(0.08890384224467637, 3.3611971297598595e-18)
    case 6: DoubleDouble(0.10241638234956672, 2.7822766433405133e-18)
    case 7: DoubleDouble(0.11440534768252679, 4.3596569769065255e-18)
    default: DoubleDouble(0.125)
    }
  }
}
