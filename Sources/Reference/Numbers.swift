import Machine
import Typing

/// Arithmetic by its definition (rules 7 to 9), apart from the machine's.
///
/// Only the elementary functions are the machine's own: the language defines them as one
/// implementation for all engines.
enum Numbers {
  enum Failure: Error {
    case overflow
    case divisionByZero
  }

  private static func checked(_ result: (partialValue: Int64, overflow: Bool)) throws(Failure)
    -> Int64
  {
    if result.overflow { throw .overflow }
    return result.partialValue
  }

  static func narrow(_ value: Int64) throws(Failure) -> Int64 {
    guard let small = Int32(exactly: value) else { throw .overflow }
    return Int64(small)
  }

  static func integer(_ operation: IntegerOperation, _ a: Int64, _ b: Int64) throws(Failure)
    -> Int64
  {
    switch operation {
    case .add: return try checked(a.addingReportingOverflow(b))
    case .subtract: return try checked(a.subtractingReportingOverflow(b))
    case .multiply: return try checked(a.multipliedReportingOverflow(by: b))
    case .floorDivide:
      if b == 0 { throw .divisionByZero }
      let quotient = try checked(a.dividedReportingOverflow(by: b))
      return quotient &* b == a || (a < 0) == (b < 0) ? quotient : quotient - 1
    case .remainder:
      if b == 0 { throw .divisionByZero }
      let rest = a.remainderReportingOverflow(dividingBy: b).partialValue
      return rest == 0 || (rest < 0) == (b < 0) ? rest : rest + b
    case .power:
      if b < 0 { throw .overflow }
      return try power(a, b)
    case .wrappingAdd: return a &+ b
    case .wrappingSubtract: return a &- b
    case .wrappingMultiply: return a &* b
    case .bitAnd: return a & b
    case .bitOr: return a | b
    case .bitXor: return a ^ b
    case .shiftLeft:
      if b < 0 { throw .overflow }
      return a << b
    case .shiftRight:
      if b < 0 { throw .overflow }
      return a >> b
    }
  }

  /// By squaring.
  private static func power(_ base: Int64, _ exponent: Int64) throws(Failure) -> Int64 {
    if exponent == 0 { return 1 }
    if exponent == 1 { return base }
    if base == 0 || base == 1 { return base }
    if base == -1 { return exponent % 2 == 0 ? 1 : -1 }
    if exponent > 64 { throw .overflow }
    let half = try power(base, exponent / 2)
    let square = try checked(half.multipliedReportingOverflow(by: half))
    return exponent % 2 == 0 ? square : try checked(square.multipliedReportingOverflow(by: base))
  }

  static func integer32(_ operation: IntegerOperation, _ a: Int64, _ b: Int64) throws(Failure)
    -> Int64
  {
    switch operation {
    case .wrappingAdd, .wrappingSubtract, .wrappingMultiply, .shiftLeft:
      return Int64(Int32(truncatingIfNeeded: try integer(operation, a, b)))
    case .add, .subtract, .multiply, .floorDivide, .remainder, .power, .bitAnd, .bitOr, .bitXor,
      .shiftRight:
      return try narrow(try integer(operation, a, b))
    }
  }

  static func float(_ operation: FloatOperation, _ a: Double, _ b: Double) throws(Failure) -> Double
  {
    switch operation {
    case .add: return one(a + b)
    case .subtract: return one(a - b)
    case .multiply: return one(a * b)
    case .divide: return one(a / b)
    case .floorDivide:
      if b == 0 { throw .divisionByZero }
      // Python's: the rest of the truncated division first, so that an infinite divisor leaves a
      // finite rest.
      let truncated = a.truncatingRemainder(dividingBy: b)
      let exact = (a - truncated) / b
      let quotient = modulo(a, b) == truncated ? exact : exact - 1
      if quotient == 0 { return one(Double(signOf: a / b, magnitudeOf: 0)) }
      let whole = quotient.rounded(.down)
      return one(quotient - whole > 0.5 ? whole + 1 : whole)
    case .remainder:
      if b == 0 { throw .divisionByZero }
      let rest = modulo(a, b)
      return rest == 0 ? Double(signOf: b, magnitudeOf: 0) : one(rest)
    case .power: return one(ElementaryFunctions.power(a, b))
    }
  }

  /// The exact remainder with the sign of the divisor.
  private static func modulo(_ a: Double, _ b: Double) -> Double {
    let rest = a.truncatingRemainder(dividingBy: b)
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
  }

  /// There is only one NaN.
  static func one(_ x: Double) -> Double { x.isNaN ? Double(bitPattern: 0x7FF8_0000_0000_0000) : x }

  // MARK: Ticks

  /// The nearest tick to `ticks * factor`, ties to even.
  static func scale(_ ticks: Int64, by factor: Double) throws(Failure) -> Int64 {
    guard factor.isFinite else { throw .overflow }
    if ticks == 0 || factor == 0 { return 0 }
    let (mantissa, exponent) = parts(factor)
    let product = WideInteger(ticks.magnitude.multipliedFullWidth(by: mantissa))
    return try signed(product.timesPowerOfTwo(exponent), (ticks < 0) != (factor < 0))
  }

  /// The nearest tick to `ticks / divisor`, ties to even.
  static func divide(_ ticks: Int64, by divisor: Double) throws(Failure) -> Int64 {
    if divisor == 0 { throw .divisionByZero }
    guard !divisor.isNaN else { throw .overflow }
    if divisor.isInfinite || ticks == 0 { return 0 }
    let (mantissa, exponent) = parts(divisor)
    let isNegative = (ticks < 0) != (divisor < 0)
    // ticks / (mantissa * 2^exponent): double the dividend or the divisor until the exponent is
    // gone, one bit at a time.
    var divisorBits = WideInteger(mantissa)
    for _ in 0..<max(0, exponent) {
      guard let next = divisorBits.doubled else { return 0 }
      divisorBits = next
    }
    guard exponent < 0 else {
      return try signed(WideInteger(ticks.magnitude).divided(by: divisorBits), isNegative)
    }
    var quotient = ticks.magnitude / mantissa
    var rest = ticks.magnitude % mantissa
    for _ in 0..<(-exponent) {
      rest *= 2
      let bit: UInt64 = rest >= mantissa ? 1 : 0
      rest -= bit * mantissa
      let (double, overflow) = quotient.multipliedReportingOverflow(by: 2)
      if overflow { throw .overflow }
      quotient = double + bit
    }
    let isUp = rest * 2 > mantissa || (rest * 2 == mantissa && quotient % 2 == 1)
    let (rounded, overflow) = quotient.addingReportingOverflow(isUp ? 1 : 0)
    return try signed(overflow ? nil : rounded, isNegative)
  }

  static func divide(_ ticks: Int64, by divisor: Int64) throws(Failure) -> Int64 {
    if divisor == 0 { throw .divisionByZero }
    let quotient = WideInteger(ticks.magnitude).divided(by: WideInteger(divisor.magnitude))
    return try signed(quotient, (ticks < 0) != (divisor < 0))
  }

  static func truncate(_ x: Double) throws(Failure) -> Int64 {
    guard let whole = Int64(exactly: x.rounded(.towardZero)) else { throw .overflow }
    return whole
  }

  private static func signed(_ magnitude: UInt64?, _ isNegative: Bool) throws(Failure) -> Int64 {
    guard let magnitude else { throw .overflow }
    if isNegative {
      if magnitude == 1 << 63 { return .min }
      guard let value = Int64(exactly: magnitude) else { throw .overflow }
      return -value
    }
    guard let value = Int64(exactly: magnitude) else { throw .overflow }
    return value
  }

  /// `|x|` as a whole number times a power of two.
  private static func parts(_ x: Double) -> (mantissa: UInt64, exponent: Int) {
    let significand = x.significandBitPattern
    if x.exponentBitPattern == 0 { return (significand, -1074) }
    return (significand | 1 << 52, Int(x.exponentBitPattern) - 1075)
  }

  // MARK: Comparisons

  static func compare<Ordered: Comparable>(_ comparison: Comparison, _ a: Ordered, _ b: Ordered)
    -> Bool
  {
    switch comparison {
    case .equal: a == b
    case .notEqual: a != b
    case .less: a < b
    case .lessOrEqual: a <= b
    case .greater: a > b
    case .greaterOrEqual: a >= b
    }
  }
}

/// A natural number of 128 bits.
struct WideInteger {
  private var high: UInt64
  private var low: UInt64

  init(_ value: UInt64) { (high, low) = (0, value) }
  init(_ value: (high: UInt64, low: UInt64)) { (high, low) = value }

  var doubled: WideInteger? {
    if high >> 63 == 1 { return nil }
    return WideInteger((high << 1 | low >> 63, low << 1))
  }

  /// To the nearest whole number, ties to even; nil where it does not fit 64 bits.
  func timesPowerOfTwo(_ exponent: Int) -> UInt64? {
    var number = self
    if exponent >= 0 {
      for _ in 0..<min(exponent, 200) {
        guard let next = number.doubled else { return nil }
        number = next
      }
      return number.high == 0 ? number.low : nil
    }
    var half = false
    var below = false
    for _ in 0..<min(-exponent, 200) {
      below = below || half
      half = number.low & 1 == 1
      number = WideInteger((number.high >> 1, number.low >> 1 | number.high << 63))
    }
    guard number.high == 0 else { return nil }
    let isUp = half && (below || number.low & 1 == 1)
    let (rounded, overflow) = number.low.addingReportingOverflow(isUp ? 1 : 0)
    return overflow ? nil : rounded
  }

  /// The quotient to the nearest, ties to even.
  ///
  /// The dividend has 64 bits.
  func divided(by divisor: WideInteger) -> UInt64? {
    guard high == 0 else { return nil }
    // From twice the greatest dividend on the quotient is below a half.
    if divisor.high > 1 { return 0 }
    if divisor.high == 1 { return low >> 63 == 1 && low &* 2 > divisor.low ? 1 : 0 }
    let quotient = low / divisor.low
    let rest = low % divisor.low
    let other = divisor.low - rest
    let isUp = rest > other || (rest == other && quotient % 2 == 1)
    let (rounded, overflow) = quotient.addingReportingOverflow(isUp ? 1 : 0)
    return overflow ? nil : rounded
  }
}

extension Double {
  fileprivate init(signOf sign: Double, magnitudeOf magnitude: Double) {
    self = sign.sign == .minus ? -magnitude.magnitude : magnitude.magnitude
  }
}
