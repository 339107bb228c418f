// The names of units: what may stand behind a number, how much it is in SI base units, and of what
// dimension.

import Diagnostics

/// The dimension of a unit: the power of each base unit in it.
///
/// The base units are those of the SI that a laboratory of this kind needs, and the turn for
/// angles.
package struct UnitExponents: Hashable, Sendable {
  package let second: Int8
  package let metre: Int8
  package let kilogram: Int8
  package let ampere: Int8
  package let kelvin: Int8
  package let angle: Int8

  package init(
    second: Int8 = 0, metre: Int8 = 0, kilogram: Int8 = 0, ampere: Int8 = 0, kelvin: Int8 = 0,
    angle: Int8 = 0
  ) {
    self.second = second
    self.metre = metre
    self.kilogram = kilogram
    self.ampere = ampere
    self.kelvin = kelvin
    self.angle = angle
  }

  package static let time = UnitExponents(second: 1)
  package static let frequency = UnitExponents(second: -1)
  package static let voltage = UnitExponents(second: -3, metre: 2, kilogram: 1, ampere: -1)
  package static let current = UnitExponents(ampere: 1)
  package static let power = UnitExponents(second: -3, metre: 2, kilogram: 1)
  package static let temperature = UnitExponents(kelvin: 1)
  package static let magneticField = UnitExponents(second: -2, kilogram: 1, ampere: -1)
  package static let length = UnitExponents(metre: 1)
  package static let energy = UnitExponents(second: -2, metre: 2, kilogram: 1)
  package static let mass = UnitExponents(kilogram: 1)
  package static let turns = UnitExponents(angle: 1)
}

/// A unit that may be written after a number.
package struct UnitDefinition: Hashable, Sendable {
  package let name: String
  package let exponents: UnitExponents
  /// Whether the unit is exactly `scaleSignificand * 10^scaleExponent` base units; false for `rad`
  /// and `deg` only.
  package let isExact: Bool
  /// Zero where the scale is no decimal number.
  package let scaleSignificand: UInt64
  package let scaleExponent: Int32
  /// How many base units it is, as the nearest double.
  package let factor: Double
}

/// The unit called `name`, or nil if there is none.
package func unit(named name: String) -> UnitDefinition? {
  UnitTable.shared.definition(packed: packedName(name.utf8))
}

/// All units, in the order in which a list should show them.
package var allUnits: [UnitDefinition] { UnitTable.shared.definitions }

/// What `name` was most likely meant to be, as the name of a unit.
package func nearestUnit(to name: String) -> String? {
  let micro = name.unicodeScalars.first
  if micro == "\u{B5}" || micro == "\u{3BC}" {
    let plain = "u" + String(name.unicodeScalars.dropFirst())
    if unit(named: plain) != nil { return plain }
  }
  let spelledOut: [String: String] = [
    "sec": "s", "second": "s", "seconds": "s", "min": "min", "minutes": "min", "hours": "h",
    "hour": "h",
    "volt": "V", "volts": "V", "amp": "A", "amps": "A", "watt": "W", "watts": "W", "kelvin": "K",
    "tesla": "T",
    "gauss": "G", "Gauss": "G", "meter": "m", "metre": "m", "degree": "deg", "degrees": "deg",
    "radian": "rad",
    "radians": "rad", "turns": "turn", "hz": "Hz", "usec": "us", "msec": "ms", "nsec": "ns",
    "mu": "us", "mus": "us", "millisec": "ms", "microsec": "us", "nanosec": "ns",
    "hertz": "Hz", "minute": "min", "ampere": "A",
  ]
  if let known = spelledOut[name] { return known }
  // `milliseconds`: a prefix and a name, both in full.
  let prefixes = [
    ("milli", "m"), ("micro", "u"), ("nano", "n"), ("pico", "p"), ("kilo", "k"), ("mega", "M"),
    ("giga", "G"),
  ]
  for (prefix, letter) in prefixes where name.hasPrefix(prefix) {
    var rest = String(name.dropFirst(prefix.utf8.count))
    if spelledOut[rest] == nil, rest.hasSuffix("s") { rest.removeLast() }
    if let plain = spelledOut[rest], unit(named: letter + plain) != nil { return letter + plain }
  }
  // Sooner a unit with another prefix or case than one of another quantity: `mhz` is `MHz`, `Us` is
  // `us`.
  return nearest(to: name, among: allUnits.lazy.map(\.name))
}

/// The bytes of a short name as one number, so that names are compared at once; 0 if there are more
/// than eight.
func packedName(_ bytes: some Sequence<UInt8>) -> UInt64 {
  var packed: UInt64 = 0
  var count = 0
  for byte in bytes {
    packed = packed << 8 | UInt64(byte)
    count += 1
    if count > 8 { return 0 }
  }
  return packed
}

/// All units by name.
///
/// No name has more than eight bytes.
struct UnitTable: Sendable {
  static let shared = UnitTable()
  private(set) var definitions: [UnitDefinition] = []
  private var indices: [UInt64: Int] = [:]

  func definition(packed name: UInt64) -> UnitDefinition? {
    guard let index = indices[name] else { return nil }
    return definitions[index]
  }

  func contains(packed name: UInt64) -> Bool { indices[name] != nil }

  private init() {
    add("s", .time, prefixes: "m u n p f")
    add("min", .time, 60, 0)
    add("h", .time, 36, 2)
    add("Hz", .frequency, prefixes: "k M G T m u")
    add("V", .voltage, prefixes: "n u m k M")
    add("A", .current, prefixes: "f p n u m k")
    add("W", .power, prefixes: "f p n u m k M")
    add("K", .temperature, prefixes: "n u m k")
    add("T", .magneticField, prefixes: "f p n u m")
    add("G", .magneticField, 1, -4, prefixes: "n u m k")
    add("m", .length, prefixes: "f p n u m c k")
    add("J", .energy, prefixes: "f p n u m k M")
    add("eV", .energy, 1_602_176_634, -28, prefixes: "n u m k M G")
    add("g", .mass, 1, -3, prefixes: "n u m k")
    add("turn", .turns, prefixes: "m u")
    addInexact("rad", .turns, 1 / (2 * Double.pi), prefixes: "n u m")
    addInexact("deg", .turns, 1 / 360, prefixes: "m")
  }

  private static func exponent(ofPrefix prefix: Character) -> Int32 {
    switch prefix {
    case "f": -15
    case "p": -12
    case "n": -9
    case "u": -6
    case "m": -3
    case "c": -2
    case "k": 3
    case "M": 6
    case "G": 9
    case "T": 12
    default: preconditionFailure("no such prefix: \(prefix)")
    }
  }

  private mutating func add(
    _ name: String, _ exponents: UnitExponents, _ significand: UInt64 = 1, _ exponent: Int32 = 0,
    prefixes: String = ""
  ) {
    addExact(name, exponents, significand, exponent)
    for prefix in prefixes where prefix != " " {
      addExact(
        "\(prefix)\(name)", exponents, significand, exponent + Self.exponent(ofPrefix: prefix))
    }
  }

  private mutating func addExact(
    _ name: String, _ exponents: UnitExponents, _ significand: UInt64, _ exponent: Int32
  ) {
    insert(
      UnitDefinition(
        name: name, exponents: exponents, isExact: true, scaleSignificand: significand,
        scaleExponent: exponent,
        factor: nearestDouble(significand: significand, exponent: exponent)))
  }

  private mutating func addInexact(
    _ name: String, _ exponents: UnitExponents, _ factor: Double, prefixes: String
  ) {
    func inexact(_ name: String, _ factor: Double) -> UnitDefinition {
      UnitDefinition(
        name: name, exponents: exponents, isExact: false, scaleSignificand: 0, scaleExponent: 0,
        factor: factor)
    }
    insert(inexact(name, factor))
    for prefix in prefixes where prefix != " " {
      // The power of ten below zero is divided by, since only then both operands are exact.
      let scale = nearestDouble(significand: 1, exponent: -Self.exponent(ofPrefix: prefix))
      insert(inexact("\(prefix)\(name)", factor / scale))
    }
  }

  private mutating func insert(_ definition: UnitDefinition) {
    indices[packedName(definition.name.utf8)] = definitions.count
    definitions.append(definition)
  }
}
