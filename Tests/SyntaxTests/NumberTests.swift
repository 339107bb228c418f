import Diagnostics
import Syntax
import TestKit
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

  /// Of numbers with 17 to 19 digits: any, and those that are all but half way between two doubles.
  @Test func nearestDoubleAgreesWithTheText() {
    var generator = SplitMix(seed: 7)
    for _ in 0..<20_000 {
      let exponent = Int(generator.next() % 66) - 40
      let digits = generator.next() >> (generator.next() % 14)
      let halfway = (generator.next() >> 12 | 1 << 52) << 1 | 1
      let power = (0..<max(0, min(19, -exponent))).reduce(UInt64(1)) { power, _ in power * 10 }
      let product = halfway.multipliedFullWidth(by: power)
      let excess = 64 - product.high.leadingZeroBitCount
      let near = excess == 0 ? product.low : product.high << (64 - excess) | product.low >> excess
      for significand in [digits, near, near &+ 1, near &- 1] {
        let nearest = nearestDouble(significand: significand, exponent: Int32(exponent))
        #expect(nearest == Double("\(significand)e\(exponent)"), "\(significand)e\(exponent)")
      }
    }
  }

  @Test func elementsAreWhatTheyAreAlone() throws {
    let texts = [
      "1", "-7", "2.5", "-0.0", "0", "0x1F", "-0b101", "007", "1_000", "1e-9", "-3.25e5", "1e300",
      "0.12345678901234567", "123456789012345678901234567890", "18446744073709551615", "1e-200",
      String(repeating: "0", count: 300) + "5", "1.0",
    ]
    let text = "[\(texts.joined(separator: ", "))]"
    var sources = SourceSet()
    let source = sources.add(Source(name: "value", text: text))
    let parsed = try #require(parseExpression(source, in: sources).value)
    guard case .array(let elements) = parsed.module[parsed.expression] else {
      Issue.record("no array")
      return
    }
    #expect(elements.count == texts.count)
    for (element, text) in zip(elements, texts) {
      guard case .number(let found) = parsed.module[element] else {
        Issue.record("\(text) is no number")
        continue
      }
      #expect(found == numeral(text))
      #expect(found.double.sign == (text.hasPrefix("-") ? .minus : .plus))
      #expect(sources[source].text(parsed.module.span(of: element)) == text)
    }
    let whole = Array(elements[..<2])
    #expect(parsed.module.integers(whole, within: -10...10) == [1, -7])
    #expect(parsed.module.integers(whole, within: 0...10) == nil)
    #expect(parsed.module.integers(elements, within: .min ... .max) == nil)
    #expect(parsed.module.floats(Array(elements[..<3])) == [1, -7, 2.5])
    #expect(!parsed.module.containsFloatLiteral(whole))
    #expect(parsed.module.containsFloatLiteral(elements))
  }

  /// A unit in a list stands where it may stand elsewhere: behind its number, or one space from it.
  @Test func unitsInLists() throws {
    let texts = ["1 us", "2us", "-3 mV", "4.5 V/us", "6 us", "7"]
    var sources = SourceSet()
    let source = sources.add(
      Source(name: "value", text: "[\(texts.joined(separator: ", "))]"))
    let parsed = try #require(parseExpression(source, in: sources).value)
    guard case .array(let elements) = parsed.module[parsed.expression] else {
      Issue.record("no array")
      return
    }
    #expect(elements.map { sources[source].text(parsed.module.span(of: $0)) } == texts)
    for wrong in ["[1 us, 2\tus, 3 us]", "[1 us, 2  us, 3 us]"] {
      let source = sources.add(Source(name: "value", text: wrong))
      #expect(!parseExpression(source, in: sources).diagnostics.isEmpty)
    }
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
    // Long lists keep the number of a unit in a byte.
    #expect(allUnits.count < 256)
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
