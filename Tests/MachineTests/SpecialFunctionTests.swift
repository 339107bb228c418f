import Machine
import TestKit
import Testing

/// The special functions against values of arbitrary precision, made by mpmath and rounded to
/// doubles.
@Suite struct SpecialFunctionTests {
  /// The function, how many units in the last place it may be off, and below what magnitude it is
  /// judged absolutely: near a zero of the function.
  private static let functions:
    [String: (of: @Sendable (Double) -> Double, units: Double, floor: Double)] = [
      "sinh": (ElementaryFunctions.hyperbolicSine, 1, 0),
      "cosh": (ElementaryFunctions.hyperbolicCosine, 1, 0),
      "tanh": (ElementaryFunctions.hyperbolicTangent, 1, 0),
      "asinh": (ElementaryFunctions.areaSine, 1, 0),
      "acosh": (ElementaryFunctions.areaCosine, 1, 0),
      "atanh": (ElementaryFunctions.areaTangent, 1, 0),
      "exp2": (ElementaryFunctions.exponential2, 1, 0),
      "expm1": (ElementaryFunctions.exponentialLess1, 1, 0),
      "log1p": (ElementaryFunctions.logarithm1, 1, 0),
      "cbrt": (ElementaryFunctions.cubeRoot, 1, 0),
      "erf": (ElementaryFunctions.errorFunction, 1, 0),
      "erfc": (ElementaryFunctions.errorComplement, 1, 0),
      "gamma": (ElementaryFunctions.gamma, 4, 0),
      "log_gamma": (ElementaryFunctions.logarithmOfGamma, 2, 1),
      "j0": (ElementaryFunctions.besselJ0, 4, 0.1),
      "j1": (ElementaryFunctions.besselJ1, 4, 0.1),
      "y0": (ElementaryFunctions.besselY0, 4, 0.1),
      "y1": (ElementaryFunctions.besselY1, 4, 0.1),
    ]

  @Test func agreeWithTheTable() throws {
    let table = try #require(Repository.text(of: "Tests/Tables/special_functions.txt"))
    var worst: [String: (units: Double, at: Double)] = [:]
    var count = 0
    for line in table.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      guard words.count == 3, let function = Self.functions[words[0]], let x = Double(words[1]),
        let want = Double(words[2])
      else {
        Issue.record("no row of the table: \(line)")
        continue
      }
      count += 1
      let unit = max(want.magnitude, function.floor).ulp
      let units = (function.of(x) - want).magnitude / unit
      if !(units <= worst[words[0]]?.units ?? -1) { worst[words[0]] = (units, x) }
    }
    #expect(count > 500)
    for (name, function) in Self.functions.sorted(by: { $0.key < $1.key }) {
      let (units, place) = try #require(worst[name])
      #expect(units <= function.units, "\(name)(\(place)) is \(units) units off")
    }
  }

  @Test func specialValues() {
    typealias F = ElementaryFunctions
    let huge = Double.infinity
    #expect(F.gamma(5) == 24)
    #expect(F.gamma(171) < huge && F.gamma(172) == huge)
    #expect(F.gamma(-1).isNaN && F.gamma(-huge).isNaN)
    #expect(F.gamma(-0.0) == -huge && F.gamma(0) == huge)
    #expect(F.logarithmOfGamma(1) == 0 && F.logarithmOfGamma(-3) == huge)
    #expect(F.errorFunction(huge) == 1 && F.errorComplement(-huge) == 2)
    #expect(F.errorComplement(huge) == 0 && F.errorFunction(0) == 0)
    #expect(F.hypotenuse(3e300, 4e300) == 5e300)
    #expect(F.hypotenuse(3, 4) == 5 && F.hypotenuse(huge, .nan) == huge)
    #expect(F.copySign(2, -0.0) == -2)
    #expect(F.next(after: 1, toward: 2) == 1.0.nextUp && F.next(after: 1, toward: 1) == 1)
    #expect(F.besselY0(0) == -huge && F.besselY1(-1).isNaN && F.besselJ0(0) == 1)
    #expect(F.besselJ1(-2) == -F.besselJ1(2))
    #expect(F.areaTangent(1) == huge && F.areaTangent(2).isNaN && F.areaCosine(0.5).isNaN)
    #expect(F.areaCosine(1) == 0 && F.logarithm1(-1) == -huge && F.logarithm1(-2).isNaN)
    #expect(F.exponentialLess1(-huge) == -1 && F.exponentialLess1(huge) == huge)
    #expect(F.hyperbolicSine(-huge) == -huge && F.hyperbolicTangent(huge) == 1)
    #expect(F.exponentialLess1(-0.0).sign == .minus)
    for n in -20...20 { #expect(F.cubeRoot(Double(n * n * n)) == Double(n)) }
    for n in -1022...1023 {
      #expect(F.exponential2(Double(n)) == Double(sign: .plus, exponent: n, significand: 1))
    }
    #expect(F.exponential2(-1074) == .leastNonzeroMagnitude && F.exponential2(1024) == huge)
  }
}
