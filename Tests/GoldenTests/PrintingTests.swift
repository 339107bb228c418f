import Testing
import Typing
import Values

/// Values print as rule 11 says.
struct PrintingTests {
  private let printer = Printer(ticksPerSecond: 1_000_000_000)

  private func text(_ value: Double, _ dimension: Dimension = .none, _ format: ValueFormat = .plain)
    -> String
  {
    printer.text(.float(value), .float(dimension), format)
  }

  private func ticks(_ value: Int64, _ format: ValueFormat = .plain) -> String {
    printer.text(.integer(value), .duration, format)
  }

  private func letter(
    _ letter: Character, _ digits: Int? = nil, width: Int = 0, align: Character? = nil,
    zeros: Bool = false
  ) -> ValueFormat {
    ValueFormat(
      notation: .letter(letter, digits: digits), width: width, alignment: align, isZeroPadded: zeros
    )
  }

  private func inUnit(_ name: String, _ scale: Double, _ digits: Int? = nil) -> ValueFormat {
    ValueFormat(notation: .unit(name, scale: scale, digits: digits))
  }

  @Test func durationsAreExactInTheLargestFittingUnit() {
    #expect(ticks(0) == "0 s")
    #expect(ticks(1) == "1 ns")
    #expect(ticks(10_000) == "10 us")
    #expect(ticks(1_500_000) == "1.5 ms")
    #expect(ticks(100_000_000) == "100 ms")
    #expect(ticks(1_234_567) == "1.234567 ms")
    #expect(ticks(-10_500) == "-10.5 us")
    #expect(ticks(.max) == "9223372036.854775807 s")
    #expect(ticks(.min) == "-9223372036.854775808 s")
    #expect(Printer(ticksPerSecond: 125_000_000).text(.integer(1), .duration) == "8 ns")
    #expect(Printer(ticksPerSecond: 1_000_000_000_000).text(.integer(1), .duration) == "1 ps")
  }

  @Test func durationsInUnits() {
    #expect(ticks(1_500_000, inUnit("us", 1e-6)) == "1500 us")
    // A tie goes to the even digit, reckoned in decimal.
    #expect(ticks(1_234_565, inUnit("ms", 1e-3, 5)) == "1.23456 ms")
    #expect(ticks(1_234_575, inUnit("ms", 1e-3, 5)) == "1.23458 ms")
    #expect(ticks(90_000_000_000, inUnit("min", 60)) == "1.5 min")
  }

  @Test func quantitiesTakeEngineeringPrefixes() {
    #expect(text(200e6, .frequency) == "200 MHz")
    #expect(text(79.99e6, .frequency) == "79.99 MHz")
    #expect(text(-5e6, .frequency) == "-5 MHz")
    #expect(text(0, .frequency) == "0 Hz")
    #expect(text(-0.0, .voltage) == "0 V")
    #expect(text(0.1, .voltage) == "100 mV")
    #expect(text(1234.5, .voltage) == "1.2345 kV")
    #expect(text(0.5, Dimension(kilogram: 1)) == "500 g")
    #expect(text(1e-30, .frequency) == "1e-30 Hz")
    #expect(text(.infinity, .voltage) == "inf V")
  }

  @Test func compoundUnitsAreProducts() {
    #expect(text(5, .voltage / .time) == "5 V/s")
    #expect(text(5000, .voltage / .time) == "5 kV/s")
    #expect(text(2, Dimension(second: -2, metre: 1)) == "2 m/s^2")
    #expect(text(2, Dimension(kelvin: -1)) == "2 1/K")
    #expect(text(2, Dimension.voltage.raised(to: 2)) == "2 V^2")
    #expect(unit(of: .float(.angle / .time)) == "rad/s")
    #expect(unit(of: .array(.float(.voltage / Dimension(metre: 1)))) == "V/m")
    #expect(unit(of: .float(Dimension(kilogram: 1))) == "kg")
    #expect(unit(of: .integer) == "1")
    #expect(unit(of: .optional(.duration)) == "s")
  }

  @Test func quantitiesInUnits() {
    #expect(text(5000, .voltage / .time, inUnit("V/ms", 1000)) == "5 V/ms")
    #expect(text(0.25, .angle, inUnit("deg", 1.0 / 360)) == "90 deg")
    #expect(text(0.25, .angle, inUnit("rad", 1 / (2 * Double.pi), 3)) == "1.571 rad")
    #expect(text(200e6, .frequency, inUnit("MHz", 1e6)) == "200 MHz")
    #expect(text(0.1, .voltage, inUnit("mV", 1e-3)) == "100 mV")
  }

  @Test func floatsAreShortest() {
    #expect(text(2) == "2.0")
    #expect(text(0.1) == "0.1")
    #expect(text(1.0 / 3) == "0.3333333333333333")
    #expect(text(-0.0) == "-0.0")
    #expect(text(.nan) == "nan")
  }

  @Test func formatsRoundTheExactValueTiesToEven() {
    #expect(text(0.125, .none, letter("f", 2)) == "0.12")
    #expect(text(0.375, .none, letter("f", 2)) == "0.38")
    #expect(text(2.5, .none, letter("f", 0)) == "2")
    #expect(text(1.005, .none, letter("f", 2)) == "1.00")
    #expect(text(9.999, .none, letter("f", 2)) == "10.00")
    #expect(text(0.1, .none, letter("f", 30)) == "0.100000000000000005551115123126")
    #expect(text(99.95, .none, letter("e", 2)) == "1.00e+02")
    #expect(text(1e-5, .none, letter("g")) == "1e-05")
    #expect(text(1_234_567, .none, letter("g")) == "1.23457e+06")
    #expect(
      text(Double.leastNonzeroMagnitude, .none, letter("e", 20)) == "4.94065645841246544177e-324")
    #expect(text(-1.5, .none, letter("f", 3, width: 10, zeros: true)) == "-00001.500")
  }

  @Test func integersAndText() {
    func integer(_ value: Int64, _ format: ValueFormat) -> String {
      printer.text(.integer(value), .integer, format)
    }
    #expect(integer(42, ValueFormat(width: 5)) == "   42")
    #expect(integer(-42, ValueFormat(width: 5, isZeroPadded: true)) == "-0042")
    #expect(integer(255, letter("x")) == "ff")
    #expect(integer(-5, letter("b")) == "-101")
    #expect(integer(3, ValueFormat(width: 5, alignment: "^")) == "  3  ")
    #expect(printer.text(.text("ab"), .string, ValueFormat(width: 4)) == "ab  ")
    #expect(printer.text(.text("ab"), .string, ValueFormat(width: 4, alignment: ">")) == "  ab")
  }

  @Test func compositesPrintTheirParts() {
    #expect(printer.text(.array([.integer(1), .integer(2)]), .array(.integer)) == "[1, 2]")
    #expect(
      printer.text(.tuple([.integer(1), .boolean(true)]), .tuple([.integer, .boolean]))
        == "(1, true)")
    #expect(printer.text(.array([.text("a\"b")]), .array(.string)) == "[\"a\\\"b\"]")
    #expect(printer.text(.optional(nil), .optional(.integer)) == "none")
    #expect(printer.text(.optional(.float(2)), .optional(.number)) == "2.0")
    #expect(printer.text(.array([.integer(1000)]), .fixedArray(.duration, [.known(1)])) == "[1 us]")
  }
}
