import Bytecode
import Machine
import Typing
import Values

/// What an operation on known values gives when compiling.
enum Folded {
  case value(Constant)
  /// It raises an error, and does so when it runs.
  case raises
  /// Left to the machine.
  case unknown

  /// The value, or an error where there is none.
  init(_ integer: Int64?) { self = integer.map { .value(.integer($0)) } ?? .raises }

  init(_ float: Double) { self = .value(.float(Arithmetic.canonical(float))) }

  var constant: Constant? {
    if case .value(let constant) = self { return constant }
    return nil
  }
}

/// Operations on constants, with the machine's own arithmetic.
enum Folding {
  static func unary(_ operation: UnaryOperation, _ a: Constant) -> Folded {
    switch (operation, a) {
    case (.negateInteger, .integer(let a)): checked(Int64(0).subtractingReportingOverflow(a))
    case (.negateInteger32, .integer(let a)): checked32(0 &- a)
    case (.negateFloat, .float(let a)): Folded(-a)
    case (.complement, .integer(let a)): .value(.integer(~a))
    case (.not, .boolean(let a)): .value(.boolean(!a))
    default: .unknown
    }
  }

  static func binary(_ operation: BinaryOperation, _ a: Constant, _ b: Constant) -> Folded {
    switch (operation, a, b) {
    case (.integer(let operation), .integer(let a), .integer(let b)): integer(operation, a, b)
    case (.integer32(let operation), .integer(let a), .integer(let b)): integer32(operation, a, b)
    case (.float(let operation), .float(let a), .float(let b)): float(operation, a, b)
    case (.compare(let comparison, _), _, _): compare(comparison, a, b)
    case (.scaleDuration, .integer(let a), .float(let b)): Folded(Arithmetic.scale(a, by: b))
    case (.floatTimesDuration, .float(let a), .integer(let b)): Folded(Arithmetic.scale(b, by: a))
    case (.divideDurationByFloat, .integer(let a), .float(let b)):
      Folded(Arithmetic.divide(a, by: b))
    case (.divideDurationByInteger, .integer(let a), .integer(let b)):
      Folded(Arithmetic.divide(a, by: b))
    case (.durationRatio, .integer(let a), .integer(let b)): Folded(Double(a) / Double(b))
    case (.durationFloorRatio, .integer(let a), .integer(let b)): integer(.floorDivide, a, b)
    case (.concatenate, .text(let a), .text(let b)): .value(.text(a + b))
    case (.concatenate, .array(let a), .array(let b)): .value(.array(a + b))
    case (.contains, _, .array(let elements)):
      .value(.boolean(elements.contains { areEqual(a, $0) }))
    default: .unknown
    }
  }

  static func convert(_ conversion: Conversion, _ a: Constant, ticksPerSecond: Int64) -> Folded {
    switch (conversion, a) {
    case (.integerToFloat, .integer(let a)): .value(.float(Double(a)))
    case (.floatToInteger, .float(let a)): Folded(Arithmetic.integer(truncating: a))
    case (.integerToInteger32, .integer(let a)): checked32(a)
    case (.integer32ToInteger, .integer): .value(a)
    case (.durationToSeconds, .integer(let a)): .value(.float(Double(a) / Double(ticksPerSecond)))
    case (.secondsToDuration, .float(let a)):
      Folded(Arithmetic.scale(ticksPerSecond, by: a))
    default: .unknown
    }
  }

  static func intrinsic(_ intrinsic: Intrinsic, _ operands: [Constant]) -> Folded {
    switch (intrinsic, operands.first, operands.dropFirst().first) {
    case (.absolute, .integer(let a)?, nil):
      a < 0 ? checked(Int64(0).subtractingReportingOverflow(a)) : .value(.integer(a))
    case (.minimum, .integer(let a)?, .integer(let b)?): .value(.integer(min(a, b)))
    case (.maximum, .integer(let a)?, .integer(let b)?): .value(.integer(max(a, b)))
    case (.minimum, .float(let a)?, .float(let b)?): Folded(Arithmetic.minimum(a, b))
    case (.maximum, .float(let a)?, .float(let b)?): Folded(Arithmetic.maximum(a, b))
    case (.floor, .integer?, nil), (.ceiling, .integer?, nil), (.truncate, .integer?, nil),
      (.round, .integer?, nil):
      .value(operands[0])
    case (.aligned, .integer(let time)?, .integer(let grid)?): aligned(time, grid)
    case (.isWithin(let isClosed), let x?, let low?):
      operands.count == 3 ? within(x, low, operands[2], isClosed) : .unknown
    case (.arcTangent2, .float(let y)?, .float(let x)?):
      Folded(ElementaryFunctions.arcTangent2(y, x))
    case (.special(let function), .float(let a)?, .float(let b)?):
      Folded(ElementaryFunctions.apply(function.elementary, a, b))
    case (_, .float(let a)?, nil): float(intrinsic, a)
    default: .unknown
    }
  }

  private static func within(
    _ x: Constant, _ low: Constant, _ high: Constant, _ isClosed: Bool
  ) -> Folded {
    switch (x, low, high) {
    case (.integer(let x), .integer(let low), .integer(let high)):
      .value(.boolean(low <= x && (isClosed ? x <= high : x < high)))
    case (.float(let x), .float(let low), .float(let high)):
      .value(.boolean(low <= x && (isClosed ? x <= high : x < high)))
    default: .unknown
    }
  }

  private static func float(_ intrinsic: Intrinsic, _ a: Double) -> Folded {
    switch intrinsic {
    case .absolute: Folded(a.magnitude)
    case .floor: Folded(Arithmetic.floor(a))
    case .ceiling: Folded(Arithmetic.ceiling(a))
    case .truncate: Folded(Arithmetic.truncate(a))
    case .round: Folded(Arithmetic.roundEven(a))
    case .squareRoot: Folded(a.squareRoot())
    case .sine: Folded(ElementaryFunctions.sine(a))
    case .cosine: Folded(ElementaryFunctions.cosine(a))
    case .tangent: Folded(ElementaryFunctions.tangent(a))
    case .arcSine: Folded(ElementaryFunctions.arcSine(a))
    case .arcCosine: Folded(ElementaryFunctions.arcCosine(a))
    case .arcTangent: Folded(ElementaryFunctions.arcTangent(a))
    case .exponential: Folded(ElementaryFunctions.exponential(a))
    case .logarithm: Folded(ElementaryFunctions.logarithm(a))
    case .logarithm2: Folded(ElementaryFunctions.logarithm2(a))
    case .logarithm10: Folded(ElementaryFunctions.logarithm10(a))
    case .special(let function): Folded(ElementaryFunctions.apply(function.elementary, a))
    default: .unknown
    }
  }

  // MARK: Integers

  private static func checked(_ result: (partialValue: Int64, overflow: Bool)) -> Folded {
    result.overflow ? .raises : .value(.integer(result.partialValue))
  }

  private static func checked32(_ a: Int64) -> Folded {
    Int32(exactly: a) == nil ? .raises : .value(.integer(a))
  }

  static func integer(_ operation: IntegerOperation, _ a: Int64, _ b: Int64) -> Folded {
    switch operation {
    case .add: checked(a.addingReportingOverflow(b))
    case .subtract: checked(a.subtractingReportingOverflow(b))
    case .multiply: checked(a.multipliedReportingOverflow(by: b))
    case .floorDivide: Folded(Arithmetic.floorDivide(a, b))
    case .remainder: Folded(Arithmetic.remainder(a, b))
    case .power: Folded(Arithmetic.power(a, b))
    case .wrappingAdd: .value(.integer(a &+ b))
    case .wrappingSubtract: .value(.integer(a &- b))
    case .wrappingMultiply: .value(.integer(a &* b))
    case .bitAnd: .value(.integer(a & b))
    case .bitOr: .value(.integer(a | b))
    case .bitXor: .value(.integer(a ^ b))
    case .shiftLeft: Folded(Arithmetic.shiftLeft(a, b))
    case .shiftRight: Folded(Arithmetic.shiftRight(a, b))
    }
  }

  private static func integer32(_ operation: IntegerOperation, _ a: Int64, _ b: Int64) -> Folded {
    let wide = integer(operation, a, b)
    guard case .value(.integer(let value)) = wide else { return wide }
    switch operation {
    case .wrappingAdd, .wrappingSubtract, .wrappingMultiply, .shiftLeft:
      return .value(.integer(Int64(Int32(truncatingIfNeeded: value))))
    case .add, .subtract, .multiply, .floorDivide, .remainder, .power, .bitAnd, .bitOr, .bitXor,
      .shiftRight:
      return checked32(value)
    }
  }

  private static func aligned(_ time: Int64, _ grid: Int64) -> Folded {
    guard grid != .min, time != .min, let rest = Arithmetic.remainder(-time, abs(grid)) else {
      return .raises
    }
    return checked(time.addingReportingOverflow(rest))
  }

  // MARK: Floats

  private static func float(_ operation: FloatOperation, _ a: Double, _ b: Double) -> Folded {
    switch operation {
    case .add: Folded(a + b)
    case .subtract: Folded(a - b)
    case .multiply: Folded(a * b)
    case .divide: Folded(a / b)
    case .floorDivide: Arithmetic.floorDivide(a, b).map { Folded($0) } ?? .raises
    case .remainder: Arithmetic.remainder(a, b).map { Folded($0) } ?? .raises
    case .power: Folded(ElementaryFunctions.power(a, b))
    }
  }

  private static func compare(_ comparison: Comparison, _ a: Constant, _ b: Constant) -> Folded {
    let isLess: Bool
    let isEqual: Bool
    switch (a, b) {
    case (.integer(let a), .integer(let b)): (isLess, isEqual) = (a < b, a == b)
    case (.boolean(let a), .boolean(let b)): (isLess, isEqual) = (!a && b, a == b)
    case (.float(let a), .float(let b)):
      // Not-a-number is neither less nor greater.
      switch comparison {
      case .equal: return .value(.boolean(a == b))
      case .notEqual: return .value(.boolean(a != b))
      case .less: return .value(.boolean(a < b))
      case .lessOrEqual: return .value(.boolean(a <= b))
      case .greater: return .value(.boolean(a > b))
      case .greaterOrEqual: return .value(.boolean(a >= b))
      }
    case (.text(let a), .text(let b)):
      (isLess, isEqual) = (a.utf8.lexicographicallyPrecedes(b.utf8), a.utf8.elementsEqual(b.utf8))
    default:
      switch comparison {
      case .equal: return .value(.boolean(areEqual(a, b)))
      case .notEqual: return .value(.boolean(!areEqual(a, b)))
      case .less, .lessOrEqual, .greater, .greaterOrEqual: return .unknown
      }
    }
    switch comparison {
    case .equal: return .value(.boolean(isEqual))
    case .notEqual: return .value(.boolean(!isEqual))
    case .less: return .value(.boolean(isLess))
    case .lessOrEqual: return .value(.boolean(isLess || isEqual))
    case .greater: return .value(.boolean(!isLess && !isEqual))
    case .greaterOrEqual: return .value(.boolean(!isLess))
    }
  }

  /// Part by part; texts by their bytes, floats as IEEE says.
  private static func areEqual(_ a: Constant, _ b: Constant) -> Bool {
    switch (a, b) {
    case (.text(let a), .text(let b)): a.utf8.elementsEqual(b.utf8)
    case (.optional(let a?), .optional(let b?)): areEqual(a, b)
    case (.array(let a), .array(let b)), (.tuple(let a), .tuple(let b)),
      (.structure(let a), .structure(let b)):
      a.elementsEqual(b, by: areEqual)
    case (.enumeration(let i, let a), .enumeration(let j, let b)):
      i == j && a.elementsEqual(b, by: areEqual)
    default: a == b
    }
  }
}
