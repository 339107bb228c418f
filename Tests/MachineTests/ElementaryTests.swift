import Foundation
import Machine
import Testing

/// The elementary functions against the C library, with 64 bits of mantissa where the processor has
/// them.
@Suite struct ElementaryTests {
  private struct Generator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
    /// From 0 to 1.
    mutating func unit() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }
    /// Any bits but those of a NaN.
    mutating func any() -> Double {
      let x = Double(bitPattern: next())
      return x.isNaN ? 1 : x
    }
  }

  #if arch(x86_64)
    private typealias Wide = Float80
  #else
    private typealias Wide = Double
  #endif
  private static let fullTurn = Wide(2) * Wide.pi

  /// How far `got` is from `want`, in units in the last place.
  private static func distance(_ got: Double, _ want: Wide) -> Double {
    let rounded = Double(want)
    if want.isNaN || got.isNaN { return want.isNaN && got.isNaN ? 0 : .infinity }
    if rounded.isInfinite || got.isInfinite { return rounded == got ? 0 : .infinity }
    return Double(((Wide(got) - want) / Wide(rounded.ulp)).magnitude)
  }

  private static func circle(_ turns: Double, _ shift: Int) -> Wide {
    let fraction = Wide(turns.truncatingRemainder(dividingBy: 1))
    let quarters = (4 * fraction).rounded()
    let rest = (fraction - quarters / 4) * fullTurn
    switch ((Int(quarters) + shift) % 4 + 4) % 4 {
    case 0: return sin(rest)
    case 1: return cos(rest)
    case 2: return -sin(rest)
    default: return -cos(rest)
    }
  }

  @Test func oneArgument() {
    let functions: [(String, (Double) -> Double, (Double) -> Wide)] = [
      ("sine", ElementaryFunctions.sine, { Self.circle($0, 0) }),
      ("cosine", ElementaryFunctions.cosine, { Self.circle($0, 1) }),
      ("tangent", ElementaryFunctions.tangent, { Self.circle($0, 0) / Self.circle($0, 1) }),
      ("arcSine", ElementaryFunctions.arcSine, { asin(Wide($0)) / Self.fullTurn }),
      ("arcCosine", ElementaryFunctions.arcCosine, { acos(Wide($0)) / Self.fullTurn }),
      ("arcTangent", ElementaryFunctions.arcTangent, { atan(Wide($0)) / Self.fullTurn }),
      ("exponential", ElementaryFunctions.exponential, { exp(Wide($0)) }),
      ("logarithm", ElementaryFunctions.logarithm, { log(Wide($0)) }),
      ("logarithm2", ElementaryFunctions.logarithm2, { log2(Wide($0)) }),
      ("logarithm10", ElementaryFunctions.logarithm10, { log10(Wide($0)) }),
    ]
    var generator = Generator(state: 88_172_645_463_325_252)
    for (name, function, oracle) in functions {
      var worst = 0.0
      var place = 0.0
      for round in 0..<4000 {
        let x: Double =
          switch round % 5 {
          case 0: 2 * generator.unit() - 1
          case 1: 1500 * (generator.unit() - 0.5)
          case 2: 1 + 1e-6 * (generator.unit() - 0.5)
          case 3: 1e-8 * generator.unit()
          default:
            ["sine", "cosine", "tangent"].contains(name) ? 1e9 * generator.unit() : generator.any()
          }
        let error = Self.distance(function(x), oracle(x))
        if error > worst { (worst, place) = (error, x) }
      }
      #expect(worst <= 1, "\(name)(\(place)) is \(worst) units off")
    }
  }

  @Test func twoArguments() {
    var generator = Generator(state: 3)
    var worst = (0.0, 0.0, 0.0)
    for round in 0..<8000 {
      let (x, y) =
        round % 2 == 0
        ? (generator.unit() - 0.5, generator.unit() - 0.5) : (generator.any(), generator.any())
      worst.0 = max(
        worst.0,
        Self.distance(
          ElementaryFunctions.arcTangent2(x, y), atan2(Wide(x), Wide(y)) / Self.fullTurn))
      let base = round % 3 == 0 ? 1 + 1e-5 * generator.unit() : 100 * generator.unit()
      let exponent = round % 3 == 0 ? 1e7 * generator.unit() : 300 * (generator.unit() - 0.5)
      worst.1 = max(
        worst.1,
        Self.distance(ElementaryFunctions.power(base, exponent), pow(Wide(base), Wide(exponent))))
      worst.2 = max(
        worst.2, Self.distance(ElementaryFunctions.hypotenuse(x, y), hypot(Wide(x), Wide(y))))
    }
    #expect(worst.0 <= 1)
    #expect(worst.1 <= 1)
    #expect(worst.2 <= 1)
  }

  @Test func specialValues() {
    let special: [Double] = [
      0.0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, .infinity, -.infinity, .nan,
      .leastNonzeroMagnitude, 1e308, -1e308, 1e-308,
    ]
    for x in special {
      for y in special {
        let (got, want) = (ElementaryFunctions.power(x, y), pow(x, y))
        #expect(
          want.isNaN ? got.bitPattern == nan : got.bitPattern == want.bitPattern,
          "\(x) ** \(y) = \(got), \(want)")
        let (angle, turns) = (
          ElementaryFunctions.arcTangent2(x, y), Double(atan2(Wide(x), Wide(y)) / Self.fullTurn)
        )
        #expect(
          turns.isNaN ? angle.bitPattern == nan : abs(angle - turns) <= turns.ulp,
          "atan2(\(x), \(y))")
        #expect(turns.isNaN || angle.sign == turns.sign, "atan2(\(x), \(y))")
      }
    }
    for quarter in -9...9 {
      let turns = Double(quarter) / 4
      let (sine, cosine) = (
        [0.0, 1, 0, -1][(quarter % 4 + 4) % 4], [1.0, 0, -1, 0][(quarter % 4 + 4) % 4]
      )
      #expect(ElementaryFunctions.sine(turns) == sine)
      #expect(ElementaryFunctions.cosine(turns) == cosine)
    }
    #expect(ElementaryFunctions.tangent(0.125) == 1)
    #expect(ElementaryFunctions.tangent(0.25) == .infinity)
    #expect(ElementaryFunctions.tangent(-0.25) == -.infinity)
    #expect(ElementaryFunctions.tangent(0.75) == -.infinity)
    #expect(ElementaryFunctions.sine(-0.0).sign == .minus)
    #expect(ElementaryFunctions.sine(1e300) == 0)
    #expect(ElementaryFunctions.sine(.infinity).bitPattern == nan)
    #expect(ElementaryFunctions.exponential(0) == 1)
    #expect(ElementaryFunctions.exponential(1000) == .infinity)
    #expect(ElementaryFunctions.exponential(-1000) == 0)
    #expect(ElementaryFunctions.logarithm(0) == -.infinity)
    #expect(ElementaryFunctions.logarithm(-1).bitPattern == nan)
    for exponent in -300...300 {
      #expect(ElementaryFunctions.logarithm2(pow(2, Double(exponent))) == Double(exponent))
    }
    for exponent in 0...22 {
      #expect(ElementaryFunctions.logarithm10(pow(10, Double(exponent))) == Double(exponent))
    }
    #expect(ElementaryFunctions.arcCosine(-1) == 0.5)
    #expect(ElementaryFunctions.arcSine(1) == 0.25)
    #expect(ElementaryFunctions.arcTangent(1) == 0.125)
    for base in 2...20 {
      for exponent in 0...12 {
        var product = 1.0
        for _ in 0..<exponent { product *= Double(base) }
        if product < 9e15 {
          #expect(ElementaryFunctions.power(Double(base), Double(exponent)) == product)
        }
      }
    }
  }
}
