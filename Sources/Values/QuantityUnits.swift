package import Typing

import Syntax

/// The unit in which a quantity of some dimension is written when nothing else was asked for: a
/// product of units.
struct NaturalUnit: Hashable, Sendable {
  struct Factor: Hashable, Sendable {
    let name: String
    let power: Int
  }
  /// Those with positive powers first.
  ///
  /// Empty for a bare number.
  let factors: [Factor]

  /// How `factors` are written: `V/s`, `m/s^2`, `1/K`, `V*s`; the first with `prefix` before its
  /// name.
  func text(prefix: String = "") -> String {
    var text = ""
    for (index, factor) in factors.enumerated() {
      if factor.power > 0 {
        if index > 0 { text += "*" }
      } else {
        text += index == 0 ? "1/" : "/"
      }
      if index == 0 { text += prefix }
      text += factor.name
      if factor.power.magnitude > 1 { text += "^\(factor.power.magnitude)" }
    }
    return text
  }

  /// The prefixes that the first factor takes, with their powers of ten, largest first.
  ///
  /// Empty if it takes none.
  var prefixes: [(name: String, exponent: Int)] {
    guard let first = factors.first, first.power == 1, let plain = unit(named: first.name) else {
      return []
    }
    let all = [
      ("T", 12), ("G", 9), ("M", 6), ("k", 3), ("", 0), ("m", -3), ("u", -6), ("n", -9), ("p", -12),
      ("f", -15),
    ]
    return all.filter { prefix, _ in unit(named: prefix + first.name)?.exponents == plain.exponents
    }
  }
}

extension NaturalUnit {
  private static let named: [(String, UnitExponents)] = [
    ("Hz", .frequency), ("V", .voltage), ("W", .power), ("J", .energy), ("T", .magneticField),
  ]
  private static let base = ["s", "m", "kg", "A", "K", "turn"]

  /// The natural unit of `dimension`: of all products the one with the fewest and simplest factors.
  init(_ dimension: Dimension) {
    let wanted = (0..<6).map { Int(dimension.exponents[$0]) }
    var best: (cost: Int, factors: [Factor]) = Self.completing([], wanted)
    for (name, exponents) in Self.named {
      for power in [1, -1, 2, -2] {
        let rest = Self.subtracting(exponents, power, from: wanted)
        let first = Factor(name: name, power: power)
        let one = Self.completing([first], rest)
        if one.cost < best.cost { best = one }
        for (second, secondExponents) in Self.named where second != name {
          for secondPower in [1, -1] {
            let left = Self.subtracting(secondExponents, secondPower, from: rest)
            let two = Self.completing([first, Factor(name: second, power: secondPower)], left)
            if two.cost < best.cost { best = two }
          }
        }
      }
    }
    factors = best.factors.filter { $0.power > 0 } + best.factors.filter { $0.power < 0 }
  }

  private static func subtracting(_ exponents: UnitExponents, _ power: Int, from wanted: [Int])
    -> [Int]
  {
    let own = [
      exponents.second, exponents.metre, exponents.kilogram, exponents.ampere, exponents.kelvin,
      exponents.angle,
    ]
    return zip(wanted, own).map { $0 - power * Int($1) }
  }

  /// `known` and what is left over in base units; the cost counts powers, and a little for what
  /// reads less well.
  private static func completing(_ known: [Factor], _ rest: [Int]) -> (cost: Int, factors: [Factor])
  {
    var factors = known
    for (name, power) in zip(base, rest) where power != 0 {
      factors.append(Factor(name: name, power: power))
    }
    var cost = 0
    for factor in factors { cost += 4 * Int(factor.power.magnitude) }
    // `V/s` sooner than `V*Hz`, `Hz/V` sooner than `A/J`.
    for factor in known where factor.name != "V" {
      cost += factor.name == "J" || factor.name == "W" ? 2 : 1
    }
    if !factors.isEmpty, !factors.contains(where: { $0.power > 0 }) { cost += 2 }
    return (cost, factors)
  }

  /// Natural units are looked up for every value printed; the common ones are known at once.
  static func of(_ dimension: Dimension) -> NaturalUnit {
    for (exponents, known) in common where exponents == dimension.exponents { return known }
    return NaturalUnit(dimension)
  }

  private static let common: [(SIMD8<Int8>, NaturalUnit)] = [
    "s", "Hz", "V", "A", "W", "K", "T", "m", "J", "turn", "kg",
  ].compactMap { name in
    guard let definition = unit(named: name) else { return nil }
    let exponents = definition.exponents
    // A kilogram takes its prefix already; its natural unit for printing is the gram.
    return (
      SIMD8(
        exponents.second, exponents.metre, exponents.kilogram, exponents.ampere, exponents.kelvin,
        exponents.angle, 0, 0),
      NaturalUnit(factors: [Factor(name: name == "kg" ? "g" : name, power: 1)])
    )
  }
}

/// The SI unit in which values of `type` stand in JSON and files: `1` for bare numbers and for what
/// is no number, `s`, `Hz`, `rad`, `V/s`; of an array that of its elements.
package func unit(of type: Type) -> String {
  switch type {
  case .float(let dimension):
    if dimension.isNone { return "1" }
    let natural = NaturalUnit.of(dimension)
    if natural.factors.first?.name == "g" { return "kg" }
    let names = natural.factors.map {
      NaturalUnit.Factor(name: $0.name == "turn" ? "rad" : $0.name, power: $0.power)
    }
    return NaturalUnit(factors: names).text()
  case .duration, .timestamp: return "s"
  case .optional(let element), .array(let element), .fixedArray(let element, _):
    return unit(of: element)
  case .unknown, .never, .unit, .boolean, .integer, .integer32, .string, .tuple, .structure,
    .enumeration, .error,
    .anyError, .function, .interface, .driver, .channel, .recording, .simulation, .parameter:
    return "1"
  }
}

/// The number of SI units (`unit(of:)`) in one unit of storage of a quantity of `dimension`: angles
/// are stored in turns.
package func siFactor(of dimension: Dimension) -> Double {
  var factor = 1.0
  let power = Int(dimension.exponents[5])
  for _ in 0..<min(Int(power.magnitude), 16) { factor *= 2 * Double.pi }
  return power < 0 ? 1 / factor : factor
}

/// `ticks` in seconds: one correctly rounded division.
package func seconds(of ticks: Int64, ticksPerSecond: Int64) -> Double {
  if ticks.magnitude <= 1 << 53, ticksPerSecond <= 1 << 53 {
    return Double(ticks) / Double(ticksPerSecond)
  }
  return Double(Decimal(ticks, over: ticksPerSecond.magnitude).scientific()) ?? 0
}

/// `ticks` in seconds, in all its digits.
package func secondsText(of ticks: Int64, ticksPerSecond: Int64) -> String {
  Decimal(ticks, over: ticksPerSecond.magnitude).plain
}

/// The unit in which an axis that goes up to `largest` (as stored; seconds for durations) is best
/// labelled, and how much of what is stored one such unit is.
///
/// The name is empty for bare numbers.
package func displayUnit(of type: Type, reaching largest: Double) -> (name: String, scale: Double) {
  let dimension: Dimension
  switch type {
  case .float(let own): dimension = own
  case .duration, .timestamp: dimension = .time
  case .optional(let element), .array(let element), .fixedArray(let element, _):
    return displayUnit(of: element, reaching: largest)
  case .unknown, .never, .unit, .boolean, .integer, .integer32, .string, .tuple, .structure,
    .enumeration, .error,
    .anyError, .function, .interface, .driver, .channel, .recording, .simulation, .parameter:
    return ("", 1)
  }
  if dimension.isNone { return ("", 1) }
  let natural = NaturalUnit.of(dimension)
  guard largest > 0, largest.isFinite else { return (unit(of: .float(dimension)), 1) }
  let isMass = natural.factors.first?.name == "g"
  let point = Decimal(shortest: largest).magnitudePoint + (isMass ? 3 : 0)
  guard let prefix = natural.prefixes.first(where: { $0.exponent < point }) ?? natural.prefixes.last
  else {
    return (natural.text(), 1)
  }
  let exponent = prefix.exponent - (isMass ? 3 : 0)
  var scale = 1.0
  for _ in 0..<exponent.magnitude { scale *= 10 }
  return (natural.text(prefix: prefix.name), exponent < 0 ? 1 / scale : scale)
}

extension Decimal {
  fileprivate var magnitudePoint: Int { isZero ? 1 : point }
}
