/// The unevaluated sum of two doubles, with twice the precision, for values well inside the range
/// of exponents.
///
/// Without fused operations, so that every processor gives the same bits.
struct DoubleDouble {
  var high: Double
  var low: Double

  @inline(__always)
  init(_ high: Double, _ low: Double = 0) {
    self.high = high
    self.low = low
  }

  /// The exact sum of two doubles.
  @inline(__always)
  init(sum a: Double, _ b: Double) {
    high = a + b
    let part = high - a
    low = (a - (high - part)) + (b - part)
  }

  /// The exact sum where `a` is the larger, or zero.
  @inline(__always)
  init(ordered a: Double, _ b: Double) {
    high = a + b
    low = b - (high - a)
  }

  /// The exact product of two doubles below 2^990.
  @inline(__always)
  init(product a: Double, _ b: Double) {
    let splitter = 134_217_729.0
    let shiftedA = splitter * a
    let highA = shiftedA - (shiftedA - a)
    let lowA = a - highA
    let shiftedB = splitter * b
    let highB = shiftedB - (shiftedB - b)
    let lowB = b - highB
    high = a * b
    low = ((highA * highB - high) + highA * lowB + lowA * highB) + lowA * lowB
  }

  var value: Double { high + low }

  @inline(__always)
  static func + (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let sum = DoubleDouble(sum: a.high, b.high)
    let rest = DoubleDouble(sum: a.low, b.low)
    let first = DoubleDouble(ordered: sum.high, sum.low + rest.high)
    return DoubleDouble(ordered: first.high, first.low + rest.low)
  }

  static prefix func - (a: DoubleDouble) -> DoubleDouble { DoubleDouble(-a.high, -a.low) }

  @inline(__always)
  static func * (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let product = DoubleDouble(product: a.high, b.high)
    return DoubleDouble(ordered: product.high, product.low + (a.high * b.low + a.low * b.high))
  }

  @inline(__always)
  static func / (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let first = a.high / b.high
    let rest = a + -(b * DoubleDouble(first))
    return DoubleDouble(ordered: first, rest.high / b.high)
  }

  /// The square root of a positive number.
  func squareRoot() -> DoubleDouble {
    let first = high.squareRoot()
    guard first > 0 else { return DoubleDouble(0) }
    let rest = self + -DoubleDouble(product: first, first)
    return DoubleDouble(ordered: first, rest.high / (2 * first))
  }
}

/// The NaN that the machine makes.
var canonicalNaN: Double { Double(bitPattern: 0x7FF8_0000_0000_0000) }

/// `x * 2^exponent`, rounded once.
func scaled(_ x: Double, by exponent: Int) -> Double {
  var result = x
  var rest = exponent
  while rest > 1000 {
    result *= powerOfTwo(1000)
    rest -= 1000
  }
  while rest < -1000 {
    // The last step but one keeps a normal number, so that only the last one rounds.
    result *= powerOfTwo(-900)
    rest += 900
  }
  return result * powerOfTwo(rest)
}

/// `2^exponent` for exponents from -1022 to 1023.
@inline(__always)
func powerOfTwo(_ exponent: Int) -> Double {
  Double(bitPattern: UInt64(truncatingIfNeeded: exponent &+ 1023) &<< 52)
}

/// The magnitude of `x` with the sign of `sign`.
@inline(__always)
func withSign(of sign: Double, _ x: Double) -> Double {
  let mask: UInt64 = 1 &<< 63
  return Double(bitPattern: (x.bitPattern & ~mask) | (sign.bitPattern & mask))
}
