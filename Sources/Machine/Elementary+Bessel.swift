extension ElementaryFunctions {
  // MARK: Bessel functions of order 0 and 1

  /// Of the first kind, order 0.
  package static func besselJ0(_ x: Double) -> Double {
    if x.isNaN { return canonicalNaN }
    let magnitude = x.magnitude
    if magnitude.isInfinite { return 0 }
    return magnitude <= 25
      ? series(magnitude, order: 0).value : hankel(magnitude, 0, isSecond: false)
  }

  /// Of the first kind, order 1.
  package static func besselJ1(_ x: Double) -> Double {
    if x.isNaN { return canonicalNaN }
    let magnitude = x.magnitude
    if magnitude.isInfinite { return withSign(of: x, 0) }
    if magnitude < 1e-150 { return 0.5 * x }
    let result =
      magnitude <= 25 ? series(magnitude, order: 1).value : hankel(magnitude, 1, isSecond: false)
    return x < 0 ? -result : result
  }

  /// Of the second kind, order 0; minus infinity at zero, NaN below.
  package static func besselY0(_ x: Double) -> Double {
    if x.isNaN || x < 0 { return canonicalNaN }
    if x == 0 { return -.infinity }
    if x.isInfinite { return 0 }
    if x > 25 { return hankel(x, 0, isSecond: true) }
    let quarter = DoubleDouble(product: 0.5 * x, 0.5 * x)
    var term = DoubleDouble(1)
    var harmonic = DoubleDouble(0)
    var sum = DoubleDouble(0)
    var k = 1.0
    while k < 120 {
      term = -(term * quarter) / DoubleDouble(k * k)
      harmonic = harmonic + DoubleDouble(1) / DoubleDouble(k)
      let part = term * harmonic
      sum = sum + -part
      if part.high.magnitude < 1e-34 { break }
      k += 1
    }
    let whole = (halfLogarithm(x) + eulerGamma) * series(x, order: 0) + sum
    return (whole * twoOverPi).value
  }

  /// Of the second kind, order 1; minus infinity at zero, NaN below.
  package static func besselY1(_ x: Double) -> Double {
    if x.isNaN || x < 0 { return canonicalNaN }
    if x == 0 { return -.infinity }
    if x.isInfinite { return 0 }
    if x > 25 { return hankel(x, 1, isSecond: true) }
    if x < 1e-100 { return -0.6366197723675814 / x }
    let half = DoubleDouble(0.5 * x)
    let quarter = half * half
    var term = half
    // The sum of the harmonic numbers of k and k + 1, less twice Euler's constant.
    var digammas = DoubleDouble(1) + eulerGamma * DoubleDouble(-2)
    var sum = term * digammas
    var k = 1.0
    while k < 120 {
      term = -(term * quarter) / DoubleDouble(k * (k + 1))
      digammas =
        digammas + DoubleDouble(1) / DoubleDouble(k) + DoubleDouble(1) / DoubleDouble(k + 1)
      let part = term * digammas
      sum = sum + part
      if part.high.magnitude < 1e-34 * half.high { break }
      k += 1
    }
    let whole =
      halfLogarithm(x) * series(x, order: 1) + -(DoubleDouble(1) / DoubleDouble(x))
      + sum * DoubleDouble(-0.5)
    return (whole * twoOverPi).value
  }

  private static var eulerGamma: DoubleDouble {
    DoubleDouble(0.5772156649015329, -4.942915152430645e-18)
  }
  private static var twoOverPi: DoubleDouble {
    DoubleDouble(0.6366197723675814, -3.935735335036497e-17)
  }

  /// The logarithm of `x / 2`.
  private static func halfLogarithm(_ x: Double) -> DoubleDouble {
    fullLogarithm(x) + DoubleDouble(-0.6931471805599453, -2.3190468138462996e-17)
  }

  /// The power series of the first kind, for `x` up to 25: its terms reach 10^9, which the double
  /// precision bears.
  private static func series(_ x: Double, order: Double) -> DoubleDouble {
    let half = DoubleDouble(0.5 * x)
    let quarter = DoubleDouble(product: 0.5 * x, 0.5 * x)
    var term = order == 0 ? DoubleDouble(1) : half
    let limit = 1e-34 * term.high
    var sum = term
    var k = 1.0
    while k < 120 {
      term = -(term * quarter) / DoubleDouble(k * (k + order))
      sum = sum + term
      if term.high.magnitude < limit { break }
      k += 1
    }
    return sum
  }

  /// Hankel's expansion, for `x` from 25 on, where its least term is far below the rounding.
  private static func hankel(_ x: Double, _ order: Double, isSecond: Bool) -> Double {
    // Nobody can tell the phase of so large a number, and the wave is too low to matter.
    if x > 0x1p1000 { return 0 }
    let mu = 4 * order * order
    let inverse = 1 / (8 * x)
    var even = 1.0
    var odd = 0.0
    var term = 1.0
    var k = 1.0
    while k < 40 {
      let next = term * (mu - (2 * k - 1) * (2 * k - 1)) * inverse / k
      if next.magnitude >= term.magnitude || next.magnitude < 1e-18 { break }
      term = next
      switch Int(k) & 3 {
      case 0: even += term
      case 1: odd += term
      case 2: even -= term
      default: odd -= term
      }
      k += 1
    }
    // The phase x - (2 * order + 1) * pi / 4, in turns, less the whole ones.
    let turns =
      DoubleDouble(x) * DoubleDouble(0.15915494309189535, -9.839338337591243e-18)
      + DoubleDouble(-0.125 - 0.25 * order)
    let phase = (turns.high - Arithmetic.roundEven(turns.high)) + turns.low
    let (c, s) = (cosine(phase), sine(phase))
    let wave = isSecond ? even * s + odd * c : even * c - odd * s
    return (0.6366197723675814 / x).squareRoot() * wave
  }
}
