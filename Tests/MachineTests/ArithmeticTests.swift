import Bytecode
import Foundation
import Machine
import Testing

/// Every operation on numbers, with extreme operands, against arithmetic in 128 bits or the C
/// library.
@Suite struct ArithmeticTests {
  static let integers: [Int64] = [
    .min, .min + 1, -9_007_199_254_740_993, -4_294_967_297, -2_147_483_649, -2_147_483_648, -65,
    -64, -63, -33, -32, -31, -7, -3, -2,
    -1, 0, 1, 2, 3, 7, 10, 31, 32, 33, 62, 63, 64, 65, 2_147_483_647, 2_147_483_648, 3_037_000_500,
    4_294_967_296, .max - 1, .max,
  ]
  static let floats: [Double] = [
    -.infinity, -.greatestFiniteMagnitude, -9.3e18, -9_223_372_036_854_775_808.0,
    -4_503_599_627_370_497.5, -7.5, -2.5, -1.5, -1,
    -0.5, -0.3, -.leastNonzeroMagnitude, -0.0, 0.0, .leastNonzeroMagnitude, .leastNormalMagnitude,
    0.1, 0.49999999999999994, 0.5,
    1, 1.5, 2, 2.5, 3, 7.5, 1e15 + 0.5, 4_503_599_627_370_495.5, 9_007_199_254_740_992,
    9_223_372_036_854_774_784.0,
    9_223_372_036_854_775_808.0, 1e300, .greatestFiniteMagnitude, .infinity, .nan,
  ]

  /// An image whose function `n` applies operation `n` of the list to its parameters.
  static func bench(
    _ opcodes: [(Opcode, UInt16)], from a: SlotType, _ b: SlotType, to result: SlotType
  ) throws -> Bench {
    let functions = opcodes.map { opcode, c in
      var assembler = Assembler("\(opcode)", parameters: [a, b], results: [result])
      let slot = assembler.slot(result)
      let takesTwo =
        opcode.shape.c != .none && opcode.shape.c != .immediate
        && opcode.shape.c != .signedImmediate
      assembler.emit(opcode, slot, 0, takesTwo ? 1 : c)
      assembler.giveBack(slot)
      return assembler
    }
    return try Bench(image(functions))
  }

  private enum Want: Equatable {
    case value(Int128)
    case error(BuiltinError)
  }

  private static func integerOracle(_ opcode: Opcode, _ a: Int64, _ b: Int64) -> Want {
    let (x, y) = (Int128(a), Int128(b))
    func floor(_ x: Int128, _ y: Int128) -> Int128 {
      x / y - (x % y != 0 && (x < 0) != (y < 0) ? 1 : 0)
    }
    switch opcode {
    case .addInteger: return .value(x + y)
    case .subtractInteger: return .value(x - y)
    case .multiplyInteger: return .value(x * y)
    case .floorDivideInteger: return y == 0 ? .error(.divisionByZero) : .value(floor(x, y))
    case .remainderInteger: return y == 0 ? .error(.divisionByZero) : .value(x - floor(x, y) * y)
    case .powerInteger:
      if y < 0 { return .error(.arithmeticOverflow) }
      if x == 0 || x == 1 { return .value(y == 0 ? 1 : x) }
      if x == -1 { return .value(y % 2 == 0 ? 1 : -1) }
      var result: Int128 = 1
      for _ in 0..<min(y, 65) where result.magnitude < 1 << 64 { result *= x }
      return .value(result)
    case .wrapAdd: return .value(Int128(a &+ b))
    case .wrapSubtract: return .value(Int128(a &- b))
    case .wrapMultiply: return .value(Int128(a &* b))
    case .bitAnd: return .value(Int128(a & b))
    case .bitOr: return .value(Int128(a | b))
    case .bitXor: return .value(Int128(a ^ b))
    case .shiftLeft: return b < 0 ? .error(.arithmeticOverflow) : .value(Int128(a << b))
    case .shiftRight: return b < 0 ? .error(.arithmeticOverflow) : .value(Int128(a >> b))
    case .minimumInteger: return .value(min(x, y))
    case .maximumInteger: return .value(max(x, y))
    case .negateInteger: return .value(-x)
    case .absoluteInteger: return .value(x < 0 ? -x : x)
    case .bitNot: return .value(Int128(~a))
    case .check32: return x < -(1 << 31) || x >= 1 << 31 ? .error(.arithmeticOverflow) : .value(x)
    case .wrap32: return .value(Int128(Int32(truncatingIfNeeded: a)))
    case .divideTicksByInteger:
      if y == 0 { return .error(.divisionByZero) }
      let down = floor(x, y)
      let twice = 2 * (x - down * y) * (y < 0 ? -1 : 1)
      let size = y < 0 ? -y : y
      return .value(twice > size || (twice == size && down % 2 != 0) ? down + 1 : down)
    default: return .error(.missingValue)
    }
  }

  @Test func integersFollowTheRules() throws {
    let opcodes: [Opcode] = [
      .addInteger, .subtractInteger, .multiplyInteger, .floorDivideInteger, .remainderInteger,
      .powerInteger, .wrapAdd,
      .wrapSubtract, .wrapMultiply, .bitAnd, .bitOr, .bitXor, .shiftLeft, .shiftRight,
      .minimumInteger, .maximumInteger,
      .negateInteger, .absoluteInteger, .bitNot, .check32, .wrap32, .divideTicksByInteger,
    ]
    var bench = try Self.bench(opcodes.map { ($0, 0) }, from: .integer, .integer, to: .integer)
    for (index, opcode) in opcodes.enumerated() {
      for a in Self.integers {
        for b in Self.integers {
          let got = bench.call([word(a), word(b)], function: index)
          switch Self.integerOracle(opcode, a, b) {
          case .value(let value):
            if let fits = Int64(exactly: value) {
              #expect(got == .results([word(fits)]), "\(opcode) \(a) \(b)")
            } else {
              #expect(got == .failed(Fault(.arithmeticOverflow)), "\(opcode) \(a) \(b)")
            }
          case .error(let error): #expect(got == .failed(Fault(error)), "\(opcode) \(a) \(b)")
          }
        }
      }
    }
  }

  @Test func immediatesAndComparisons() throws {
    var bench = try Self.bench(
      [(.addImmediate, 0xFFFF), (.addImmediate, 5)], from: .integer, .integer, to: .integer)
    let minusOne = word(Int64(-1))
    #expect(bench.call([0, 0]) == .results([minusOne]))
    let least = word(Int64.min)
    #expect(bench.call([least, 0]) == .failed(Fault(.arithmeticOverflow)))
    #expect(bench.call([7, 0], function: 1) == .results([12]))
    let comparisons: [Opcode] = [
      .equalInteger, .notEqualInteger, .lessInteger, .lessOrEqualInteger,
    ]
    var integer = try Self.bench(
      comparisons.map { ($0, 0) }, from: .integer, .integer, to: .boolean)
    for a in Self.integers {
      for b in Self.integers {
        let want = [a == b, a != b, a < b, a <= b]
        for index in 0..<4 {
          #expect(
            integer.call([word(a), word(b)], function: index) == .results([want[index] ? 1 : 0]))
        }
      }
    }
    let ofFloats: [Opcode] = [.equalFloat, .notEqualFloat, .lessFloat, .lessOrEqualFloat]
    var float = try Self.bench(ofFloats.map { ($0, 0) }, from: .float, .float, to: .boolean)
    for a in Self.floats {
      for b in Self.floats {
        let want = [a == b, a != b, a < b, a <= b]
        for index in 0..<4 {
          #expect(
            float.call([word(a), word(b)], function: index) == .results([want[index] ? 1 : 0]))
        }
      }
    }
    var boolean = try Self.bench(
      [(.equalBoolean, 0), (.notBoolean, 0)], from: .boolean, .boolean, to: .boolean)
    #expect(boolean.call([1, 0]) == .results([0]))
    #expect(boolean.call([1, 1]) == .results([1]))
    #expect(boolean.call([1, 0], function: 1) == .results([0]))
  }

  private static func pythonFloor(_ a: Double, _ b: Double) -> (quotient: Double, rest: Double) {
    var rest = fmod(a, b)
    var quotient = (a - rest) / b
    if rest != 0 {
      if (b < 0) != (rest < 0) {
        rest += b
        quotient -= 1
      }
    } else {
      rest = copysign(0, b)
    }
    if quotient != 0 {
      let whole = Foundation.floor(quotient)
      quotient = quotient - whole > 0.5 ? whole + 1 : whole
    } else {
      quotient = copysign(0, a / b)
    }
    return (quotient, rest)
  }

  private static func floatOracle(_ opcode: Opcode, _ a: Double, _ b: Double) -> Double? {
    switch opcode {
    case .addFloat: a + b
    case .subtractFloat: a - b
    case .multiplyFloat: a * b
    case .divideFloat: a / b
    case .floorDivideFloat: b == 0 ? nil : pythonFloor(a, b).quotient
    case .remainderFloat: b == 0 ? nil : pythonFloor(a, b).rest
    case .negateFloat: -a
    case .absoluteFloat: abs(a)
    case .squareRoot: a.squareRoot()
    case .floor: Foundation.floor(a)
    case .ceiling: ceil(a)
    case .truncate: trunc(a)
    case .roundEven: rint(a)
    case .minimumFloat:
      a.isNaN || b.isNaN ? .nan : a == b ? (a.sign == .minus ? a : b) : Swift.min(a, b)
    case .maximumFloat:
      a.isNaN || b.isNaN ? .nan : a == b ? (a.sign == .minus ? b : a) : Swift.max(a, b)
    default: nil
    }
  }

  @Test func floatsFollowTheRules() throws {
    let opcodes: [Opcode] = [
      .addFloat, .subtractFloat, .multiplyFloat, .divideFloat, .floorDivideFloat, .remainderFloat,
      .negateFloat,
      .absoluteFloat, .squareRoot, .floor, .ceiling, .truncate, .roundEven, .minimumFloat,
      .maximumFloat,
    ]
    var bench = try Self.bench(opcodes.map { ($0, 0) }, from: .float, .float, to: .float)
    for (index, opcode) in opcodes.enumerated() {
      for a in Self.floats {
        for b in Self.floats {
          let got = bench.call([word(a), word(b)], function: index)
          if let want = Self.floatOracle(opcode, a, b) {
            #expect(got == .results([want.isNaN ? nan : word(want)]), "\(opcode) \(a) \(b) \(want)")
          } else {
            #expect(got == .failed(Fault(.divisionByZero)), "\(opcode) \(a) \(b)")
          }
        }
      }
    }
  }

  @Test func conversionsRoundAndCheck() throws {
    var toFloat = try Self.bench([(.integerToFloat, 0)], from: .integer, .integer, to: .float)
    for a in Self.integers { #expect(toFloat.call([word(a), 0]) == .results([word(Double(a))])) }
    var bench = try Self.bench(
      [(.floatToInteger, 0)], from: .float, .float, to: .integer)
    for a in Self.floats {
      let got = bench.call([word(a), 0])
      if let want = Int64(exactly: trunc(a)) {
        #expect(got == .results([word(want)]), "\(a)")
      } else {
        #expect(got == .failed(Fault(.arithmeticOverflow)), "\(a)")
      }
    }
  }

  /// The exact product or quotient is at most half a tick away, and at a tie the result is even.
  @Test func ticksAreRoundedOnce() throws {
    let factors: [Double] =
      Self.floats + [1.0 / 3, 0.1, 1e-9, 3e9, 1.0000000000000002, 123456.789, 0x1p40, 0x1p-40]
    for ticks in Self.integers {
      for factor in factors {
        let product = Arithmetic.scale(ticks, by: factor)
        let quotient = Arithmetic.divide(ticks, by: factor)
        guard factor.isFinite else {
          #expect(product == nil && quotient == (factor.isNaN ? nil : 0))
          continue
        }
        guard factor.isNormal else { continue }
        let size = Double(factor.significandBitPattern | 1 << 52)
        let exponent = Int(factor.exponent) - 52
        guard exponent > -60, exponent < 0 else { continue }
        let (mantissa, unit) = (
          Int128(size) * (factor < 0 ? -1 : 1), Int128(1) << Int128(-exponent)
        )
        let exact = Int128(ticks) * mantissa
        if let product {
          let error = exact - Int128(product) * unit
          #expect(2 * error.magnitude <= unit.magnitude, "\(ticks) * \(factor)")
          #expect(2 * error.magnitude != unit.magnitude || product % 2 == 0, "\(ticks) * \(factor)")
        } else {
          #expect(
            exact.magnitude >= (UInt128(1) << 63 - 1) * unit.magnitude, "\(ticks) * \(factor)")
        }
        if let quotient, quotient.magnitude < 1 << 40 {
          let error = Int128(ticks) * unit - Int128(quotient) * mantissa
          #expect(2 * error.magnitude <= mantissa.magnitude, "\(ticks) / \(factor)")
          #expect(
            2 * error.magnitude != mantissa.magnitude || quotient % 2 == 0, "\(ticks) / \(factor)")
        }
      }
    }
    #expect(Arithmetic.scale(3, by: 0.5) == 2)
    #expect(Arithmetic.scale(5, by: 0.5) == 2)
    #expect(Arithmetic.scale(.min, by: 1) == .min)
    #expect(Arithmetic.scale(.min, by: -1) == nil)
    #expect(Arithmetic.divide(1, by: 0.0) == nil)
    #expect(Arithmetic.divide(1, by: 1e-19) == nil)
    #expect(Arithmetic.divide(7, by: 2.0) == 4)
    #expect(Arithmetic.divide(.max, by: 1.0) == .max)
    var bench = try Self.bench(
      [(.scaleTicks, 0), (.divideTicksByFloat, 0)], from: .integer, .float, to: .integer)
    #expect(bench.call([10, word(0.25)]) == .results([2]))
    #expect(bench.call([10, word(Double.nan)]) == .failed(Fault(.arithmeticOverflow)))
    #expect(bench.call([10, word(4.0)], function: 1) == .results([2]))
    #expect(bench.call([10, word(0.0)], function: 1) == .failed(Fault(.divisionByZero)))
    #expect(bench.call([10, word(1e-300)], function: 1) == .failed(Fault(.arithmeticOverflow)))
  }
}
