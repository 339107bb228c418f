import Diagnostics
import Laboratory
import Syntax

// Numbers and quantities (rules 3, 4, 9, 55).

extension Typer {
  /// Whether `id` is a number without a unit.
  func isLiteral(_ id: ExpressionID) -> Bool {
    switch tree[id] {
    case .number: true
    case .prefix(.minus, let inner), .parenthesized(let inner): isLiteral(inner)
    default: false
    }
  }

  /// Whether `id` is the word `none`.
  func isNone(_ id: ExpressionID) -> Bool {
    switch tree[id] {
    case .none: true
    case .parenthesized(let inner): isNone(inner)
    default: false
    }
  }

  func isFloatLiteral(_ id: ExpressionID) -> Bool {
    switch tree[id] {
    case .number(let numeral): numeral.isFloat
    case .prefix(.minus, let inner), .parenthesized(let inner): isFloatLiteral(inner)
    default: false
    }
  }

  /// A number: of the number type expected, else by its spelling.
  mutating func number(_ numeral: Numeral, expecting: Type?, at span: Span) -> TypedExpression {
    var wanted = expecting
    if case .optional(let inner)? = expecting { wanted = inner }
    switch wanted {
    case .float(let dimension)? where dimension.isNone: return float(numeral, at: span)
    case .integer32? where !numeral.isFloat:
      guard let value = numeral.integer, let small = Int32(exactly: value) else {
        report(
          Diagnostic(
            .literalOutOfRange, "this number does not fit an `Int32`", at: span,
            notes: ["An `Int32` lies within -2147483648 and 2147483647."]))
        return TypedExpression(.invalid, .unknown, at: span)
      }
      return TypedExpression(.integer(Int64(small)), .integer32, at: span)
    case .parameter? where !numeral.isFloat:
      if let wanted, isNumber(wanted) { return genericNumber(numeral, wanted, at: span) }
    default: break
    }
    if numeral.isFloat { return float(numeral, at: span) }
    guard let value = numeral.integer else {
      report(
        Diagnostic(
          .literalOutOfRange, "this number does not fit an `Int`", at: span,
          notes: ["An `Int` has 64 bits; write `.0` behind the number for a `Float`."]))
      return TypedExpression(.invalid, .unknown, at: span)
    }
    return TypedExpression(.integer(value), .integer, at: span)
  }

  /// A whole number as a value of a generic parameter: whatever that stands for has it.
  private mutating func genericNumber(_ numeral: Numeral, _ type: Type, at span: Span)
    -> TypedExpression
  {
    guard let value = numeral.integer, let small = Int32(exactly: value) else {
      report(
        Diagnostic(
          .literalOutOfRange, "this number may not fit what `\(program.text(type))` stands for",
          at: span, notes: ["An `Int32` lies within -2147483648 and 2147483647."]))
      return TypedExpression(.invalid, .unknown, at: span)
    }
    if small != 0 { useAsBareNumber(type, "this is a number without a unit", at: span) }
    return TypedExpression(.integer(Int64(small)), type, at: span)
  }

  private mutating func float(_ numeral: Numeral, at span: Span) -> TypedExpression {
    if !numeral.double.isFinite {
      report(
        Diagnostic(
          .literalOutOfRange, "this number does not fit a `Float`", at: span,
          notes: ["The greatest `Float` is about 1.8e308."]))
      return TypedExpression(.invalid, .unknown, at: span)
    }
    return TypedExpression(.float(numeral.double), .number, at: span)
  }

  /// A number with a unit: an exact `Duration` where the unit is one of time, else a float in SI
  /// base units.
  mutating func quantity(
    _ numeral: Numeral, _ written: UnitExpression, expecting: Type?, at span: Span
  ) -> TypedExpression {
    guard let scale = UnitScale(written) else {
      return TypedExpression(.invalid, .unknown, at: span)
    }
    var wanted = expecting
    if case .optional(let inner)? = expecting { wanted = inner }
    if scale.dimension == .time, wanted != .float(.time) {
      return duration(numeral, written, scale, at: span)
    }
    let value = scale.value(of: numeral)
    if !value.isFinite {
      report(Diagnostic(.literalOutOfRange, "this quantity does not fit a `Float`", at: span))
      return TypedExpression(.invalid, .unknown, at: span)
    }
    return TypedExpression(.float(value), .float(scale.dimension), at: span)
  }

  private mutating func duration(
    _ numeral: Numeral, _ written: UnitExpression, _ scale: UnitScale, at span: Span
  ) -> TypedExpression {
    let rate = program.description.core.ticksPerSecond
    switch scale.ticks(of: numeral, perSecond: UInt64(rate)) {
    case .exact(let ticks): return TypedExpression(.integer(ticks), .duration, at: span)
    case .between(let lower, let upper):
      let unit = program.sources[written.span.source].text(written.span)
      let tick = durationText(1)
      var fixes: [Fix] = []
      for ticks in [lower, upper] {
        fixes.append(Fix("use \(durationText(ticks))", [Edit(span, durationText(ticks))]))
      }
      report(
        Diagnostic(
          .notWholeTicks, "this is no whole number of ticks", at: span,
          remark: "one tick is \(tick)",
          notes: ["A duration in `\(unit)` is kept exactly; nothing is ever rounded silently."],
          fixes: fixes))
      return TypedExpression(.invalid, .unknown, at: span)
    case .outOfRange:
      report(
        Diagnostic(
          .literalOutOfRange, "this duration is too long for the device's clock", at: span,
          notes: ["Ticks are counted in 64 bits."]))
      return TypedExpression(.invalid, .unknown, at: span)
    }
  }

  /// `Duration(2.5 us)`, of a literal: the nearest number of ticks, ties to even, reckoned in
  /// decimal like every literal; nil if `id` is none with a unit of time, or is too long.
  func roundedDuration(_ id: ExpressionID, isNegated: Bool = false, at span: Span)
    -> TypedExpression?
  {
    switch tree[id] {
    case .parenthesized(let inner): return roundedDuration(inner, isNegated: isNegated, at: span)
    case .prefix(.minus, let inner):
      return roundedDuration(inner, isNegated: !isNegated, at: span)
    case .quantity(let numeral, let written):
      guard let scale = UnitScale(written), scale.dimension == .time else { return nil }
      let rate = UInt64(program.description.core.ticksPerSecond)
      let ticks: Int64
      switch scale.ticks(of: numeral, perSecond: rate) {
      case .exact(let whole): ticks = whole
      case .between(let lower, let upper):
        // Twice the value is whole where it lies in the middle.
        switch scale.ticks(of: numeral, perSecond: 2 * rate) {
        case .exact: ticks = lower % 2 == 0 ? lower : upper
        case .between(let double, _): ticks = double == 2 * lower ? lower : upper
        case .outOfRange: return nil
        }
      case .outOfRange: return nil
      }
      return TypedExpression(.integer(isNegated ? -ticks : ticks), .duration, at: span)
    default: return nil
    }
  }

  /// A number of ticks as a literal of the language: a whole number of the largest unit that fits.
  func durationText(_ ticks: Int64) -> String {
    let rate = max(1, program.description.core.ticksPerSecond)
    let (high, low) = ticks.multipliedFullWidth(by: 1_000_000_000_000)
    guard high < rate, high > -rate else { return "\(ticks / rate) s" }
    // Of a tick that is no whole number of picoseconds the nearest below.
    let (picoseconds, _) = rate.dividingFullWidth((high, low))
    var divisor: Int64 = 1_000_000_000_000
    for unit in ["s", "ms", "us", "ns"] {
      if picoseconds % divisor == 0, picoseconds != 0 || unit == "s" {
        return "\(picoseconds / divisor) \(unit)"
      }
      divisor /= 1000
    }
    return "\(picoseconds) ps"
  }
}

/// How many base units a written unit is.
struct UnitScale {
  var dimension = Dimension.none
  /// Exactly `10^exponent * product of significands`, unless a part is inexact; then `factor` alone
  /// holds.
  private var numerator: UInt64 = 1
  private var denominator: UInt64 = 1
  private var exponent: Int32 = 0
  private var isExact = true
  private(set) var factor = 1.0

  /// Nil if a unit is unknown (the parser has said so) or a power is out of reason.
  init?(_ written: UnitExpression) {
    for part in written.factors {
      guard let unit = unit(named: part.name.text), abs(part.power) <= 20 else { return nil }
      dimension = dimension * Dimension(unit.exponents).raised(to: part.power)
      for _ in 0..<abs(part.power) {
        factor = part.power > 0 ? factor * unit.factor : factor / unit.factor
        guard unit.isExact else {
          isExact = false
          continue
        }
        exponent += part.power > 0 ? unit.scaleExponent : -unit.scaleExponent
        let (up, overflow) = (part.power > 0 ? numerator : denominator).multipliedReportingOverflow(
          by: unit.scaleSignificand)
        if overflow { isExact = false }
        if part.power > 0 { numerator = up } else { denominator = up }
      }
    }
    // The product of rounded factors is not the factor.
    if isExact, denominator == 1 {
      factor = nearestDouble(significand: numerator, exponent: exponent)
    }
  }

  /// The nearest double to the quantity in base units.
  func value(of numeral: Numeral) -> Double {
    guard isExact, denominator == 1, numeral.isExact else {
      // A degree is the 360th part of a turn: one division rounds once where 1/360 would already be
      // rounded.
      let inverse = (1 / factor).rounded()
      return factor < 1 && 1 / inverse == factor
        ? numeral.double / inverse : numeral.double * factor
    }
    let (product, overflow) = numeral.significand.multipliedReportingOverflow(by: numerator)
    guard !overflow else { return numeral.double * factor }
    let magnitude = nearestDouble(significand: product, exponent: numeral.exponent + exponent)
    return numeral.isNegative ? -magnitude : magnitude
  }

  enum Ticks {
    case exact(Int64)
    case between(Int64, Int64)
    case outOfRange
  }

  /// The quantity, one of time, in ticks: reckoned in decimal.
  func ticks(of numeral: Numeral, perSecond rate: UInt64) -> Ticks {
    guard isExact, numeral.isExact, numeral.exponent > -400, numeral.exponent < 400 else {
      return .outOfRange
    }
    if numeral.significand == 0 { return .exact(0) }
    if let ticks = fewTicks(of: numeral, perSecond: rate) { return ticks }
    // significand * numerator * rate * 10^(exponent) / denominator, in wide integers.
    var value = Wide(numeral.significand).times(numerator).times(rate)
    var divisor = Wide(denominator)
    let power = Int(numeral.exponent + exponent)
    guard power < 60, power > -120 else {
      return power < 0 ? .between(0, numeral.isNegative ? -1 : 1) : .outOfRange
    }
    for _ in 0..<abs(power) {
      if power > 0 { value = value.times(10) } else { divisor = divisor.times(10) }
    }
    guard let (quotient, isWhole) = value.divided(by: divisor), quotient < UInt64(Int64.max) else {
      return .outOfRange
    }
    let lower = Int64(quotient)
    let sign: Int64 = numeral.isNegative ? -1 : 1
    return isWhole ? .exact(sign * lower) : .between(sign * lower, sign * (lower + 1))
  }
}

extension UnitScale {
  /// The same where 64 bits are enough, as they are for most literals; else nil.
  private func fewTicks(of numeral: Numeral, perSecond rate: UInt64) -> Ticks? {
    let power = Int(numeral.exponent + exponent)
    guard (-19...0).contains(power) else { return nil }
    let (part, overflow) = numeral.significand.multipliedReportingOverflow(by: numerator)
    let (value, overflows) = part.multipliedReportingOverflow(by: rate)
    guard !overflow, !overflows else { return nil }
    var divisor = denominator
    for _ in 0..<(-power) {
      let (product, overflow) = divisor.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      divisor = product
    }
    let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor)
    guard let lower = Int64(exactly: quotient), lower < Int64.max else { return nil }
    let sign: Int64 = numeral.isNegative ? -1 : 1
    return rest == 0 ? .exact(sign * lower) : .between(sign * lower, sign * (lower + 1))
  }
}

/// A non-negative integer of any size, for reckoning literals exactly; little-endian words.
struct Wide {
  private var words: [UInt64]

  init(_ value: UInt64) { words = [value] }

  func times(_ factor: UInt64) -> Wide {
    var result = self
    var carry: UInt64 = 0
    for index in words.indices {
      let (high, low) = words[index].multipliedFullWidth(by: factor)
      let (sum, overflow) = low.addingReportingOverflow(carry)
      result.words[index] = sum
      carry = high &+ (overflow ? 1 : 0)
    }
    if carry != 0 { result.words.append(carry) }
    return result
  }

  private func isLess(than other: Wide) -> Bool {
    let count = max(words.count, other.words.count)
    for index in stride(from: count - 1, through: 0, by: -1) {
      let a = index < words.count ? words[index] : 0
      let b = index < other.words.count ? other.words[index] : 0
      if a != b { return a < b }
    }
    return false
  }

  private func minus(_ other: Wide) -> Wide {
    var result = self
    var borrow: UInt64 = 0
    for index in result.words.indices {
      let b = index < other.words.count ? other.words[index] : 0
      let (first, overflow1) = result.words[index].subtractingReportingOverflow(b)
      let (second, overflow2) = first.subtractingReportingOverflow(borrow)
      result.words[index] = second
      borrow = overflow1 || overflow2 ? 1 : 0
    }
    return result
  }

  /// The quotient, if it has at most 64 bits, and whether nothing remains.
  func divided(by divisor: Wide) -> (UInt64, Bool)? {
    // Bit by bit: multiples of the divisor by powers of two, from the greatest down.
    var multiples: [Wide] = [divisor]
    while let last = multiples.last, !isLess(than: last) {
      if multiples.count > 65 { return nil }
      multiples.append(last.times(2))
    }
    var rest = self
    var quotient: UInt64 = 0
    for (bit, multiple) in multiples.enumerated().reversed() where !rest.isLess(than: multiple) {
      if bit > 63 { return nil }
      rest = rest.minus(multiple)
      quotient |= 1 << UInt64(bit)
    }
    return (quotient, rest.words.allSatisfy { $0 == 0 })
  }
}
