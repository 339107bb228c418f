import Diagnostics
import Syntax
import Testing

@Suite struct NumberTests {
  private func numeral(_ text: String) -> Numeral? {
    var sources = SourceSet()
    let source = sources.add(Source(name: "value", text: text))
    guard let parsed = parseExpression(source, in: sources).value else { return nil }
    switch parsed.module[parsed.expression] {
    case .number(let numeral), .quantity(let numeral, _): return numeral
    default: return nil
    }
  }

  @Test(arguments: [
    ("42", UInt64(42), Int32(0), false), ("1_000_000", 1_000_000, 0, false),
    ("0xFF", 255, 0, false),
    ("0b1010", 10, 0, false), ("1.5", 15, -1, true), ("2e-3", 2, -3, true),
    ("1.50e3", 150, 1, true),
    ("0.0001", 1, -4, true), ("18446744073709551615", .max, 0, false), ("007", 7, 0, false),
    ("0xffff_ffff", 4_294_967_295, 0, false),
  ])
  func isExact(_ text: String, _ significand: UInt64, _ exponent: Int32, _ isFloat: Bool) throws {
    let value = try #require(numeral(text))
    #expect(value.significand == significand)
    #expect(value.exponent == exponent)
    #expect(value.isFloat == isFloat)
    #expect(value.isExact)
  }

  @Test(arguments: [
    "0.1", "1e23", "8.41e21", "9007199254740993", "1.7976931348623157e308", "5e-324",
    "2.2250738585072011e-308",
    "123456789012345678901234567890", "0.000000000000000000000000000000123",
    "3.14159265358979323846264338327950288",
    "1e400",
    "0.30000000000000004", "1e-400", "179769313486231580793728971405301e276",
  ])
  func doubleIsNearest(_ text: String) throws {
    let value = try #require(numeral(text))
    #expect(value.double == Double(text))
    let negative = try #require(numeral("-" + text))
    #expect(negative.double == -value.double)
    #expect(negative.isNegative)
  }

  @Test func longNumbersAreInexact() throws {
    #expect(try #require(numeral("18446744073709551616")).isExact == false)
    #expect(try #require(numeral("18446744073709551620")).isExact)
    #expect(try #require(numeral("0x1_0000_0000_0000_0000")).isExact == false)
    #expect(try #require(numeral("0x1_0000_0000_0000_0001")).double == 0x1p64)
    #expect(try #require(numeral("0b1" + String(repeating: "0", count: 70))).double == 0x1p70)
  }

  @Test(arguments: [
    ("10 us", "10_us"), ("2.5 V/us", "25e-1_V*us^-1"), ("3 Hz^2", "3_Hz^2"), ("5 1/s", "5_s^-1"),
    ("10us", "10_us"),
    ("3 V / 2 us", "(/ 3_V 2_us)"), ("-3 V", "-3_V"), ("2 V*s", "2_V*s"),
    ("9.81 m/s^2", "981e-2_m*s^-2"),
    ("1 s^-1", "1_s^-1"), ("3 V/2", "(/ 3_V 2)"), ("2eV", "2_eV"), ("1 in xs", "(in 1 xs)"),
    ("90 deg", "90_deg"),
    ("n * 1 us", "(* n 1_us)"), ("3 V ^ 2", "(^ 3_V 2)"), ("5 s", "5_s"), ("10 min", "10_min"),
  ])
  func units(_ text: String, _ dump: String) {
    #expect(expression(text) == dump)
  }

  @Test func unitTable() throws {
    let microsecond = try #require(unit(named: "us"))
    #expect(
      microsecond.isExact && microsecond.scaleSignificand == 1 && microsecond.scaleExponent == -6)
    #expect(microsecond.factor == 1e-6)
    #expect(microsecond.exponents == .time)
    #expect(try #require(unit(named: "deg")).factor == 1.0 / 360)
    #expect(try #require(unit(named: "rad")).factor == 1 / (2 * Double.pi))
    #expect(try #require(unit(named: "turn")).factor == 1)
    #expect(try #require(unit(named: "G")).factor == 1e-4)
    #expect(try #require(unit(named: "G")).exponents == .magneticField)
    #expect(try #require(unit(named: "eV")).factor == 1.602176634e-19)
    #expect(try #require(unit(named: "min")).factor == 60)
    #expect(unit(named: "dBm") == nil && unit(named: "x") == nil && unit(named: "") == nil)
    #expect(Set(allUnits.map(\.name)).count == allUnits.count)
    for definition in allUnits {
      #expect(unit(named: definition.name) == definition)
      #expect(definition.name.utf8.count <= 8 && definition.factor > 0)
      #expect(!["at", "over", "as", "by"].contains(definition.name))
    }
  }

  @Test(arguments: [
    ("usec", "us"), ("µs", "us"), ("mhz", "MHz"), ("hz", "Hz"), ("seconds", "s"), ("uss", "us"),
  ])
  func unitSuggestions(_ written: String, _ meant: String) {
    #expect(nearestUnit(to: written) == meant)
  }

  @Test func unitsFromText() {
    var sources = SourceSet()
    let source = sources.add(Source(name: "x", text: "V/ms"))
    let span = Span(source, 0, 4)
    #expect(UnitExpression(parsing: "V/ms", at: span)?.factors.map(\.power) == [1, -1])
    #expect(UnitExpression(parsing: "1/s", at: span)?.factors.map(\.name.text) == ["s"])
    for text in ["", "V/", "V /s", "q", ".3f", "3", "V/q", "V*", "05"] {
      #expect(UnitExpression(parsing: text, at: span) == nil)
    }
  }
}
