import Laboratory
import Diagnostics
import Machine
import Typing

// Operators, conversions, and the functions on numbers.

extension Interpreter {
  func unary(_ operation: UnaryOperation, _ value: Value, at span: Span) throws(Stop) -> Value {
    switch (operation, value) {
    case (.negateInteger, .integer(let a)):
      return .integer(
        try number(span) { () throws(Numbers.Failure) in try Numbers.integer(.subtract, 0, a) })
    case (.negateInteger32, .integer(let a)):
      return .integer(
        try number(span) { () throws(Numbers.Failure) in try Numbers.integer32(.subtract, 0, a) })
    case (.negateFloat, .float(let a)): return .float(Numbers.one(-a))
    case (.complement, .integer(let a)): return .integer(~a)
    case (.not, .boolean(let a)): return .boolean(!a)
    case (.elementwise(let inner), .array(let elements)):
      var results: [Value] = []
      for element in elements { results.append(try unary(inner, element, at: span)) }
      return .array(results)
    default: throw .unsupported("\(operation) of this value")
    }
  }

  func binary(_ operation: BinaryOperation, _ left: Value, _ right: Value, at span: Span)
    throws(Stop) -> Value
  {
    switch (operation, left, right) {
    case (.integer(let operation), .integer(let a), .integer(let b)):
      return .integer(
        try number(span) { () throws(Numbers.Failure) in try Numbers.integer(operation, a, b) })
    case (.integer32(let operation), .integer(let a), .integer(let b)):
      return .integer(
        try number(span) { () throws(Numbers.Failure) in try Numbers.integer32(operation, a, b) })
    case (.float(let operation), .float(let a), .float(let b)):
      return .float(
        try number(span) { () throws(Numbers.Failure) in try Numbers.float(operation, a, b) })
    case (.compare(let comparison, .integer), .integer(let a), .integer(let b)):
      return .boolean(Numbers.compare(comparison, a, b))
    case (.compare(let comparison, .float), .float(let a), .float(let b)):
      return .boolean(Numbers.compare(comparison, a, b))
    case (.compare(let comparison, .string), .text(let a), .text(let b)):
      return .boolean(compare(comparison, a, b))
    case (.compare(.notEqual, .boolean), _, _), (.compare(.notEqual, .structural), _, _):
      return .boolean(left != right)
    case (.compare(_, .boolean), _, _), (.compare(_, .structural), _, _):
      return .boolean(left == right)
    case (.scaleDuration, .integer(let ticks), .float(let factor)),
      (.floatTimesDuration, .float(let factor), .integer(let ticks)):
      return .integer(
        try number(span) { () throws(Numbers.Failure) in try Numbers.scale(ticks, by: factor) })
    case (.divideDurationByFloat, .integer(let ticks), .float(let divisor)):
      return .integer(
        try number(span) { () throws(Numbers.Failure) in try Numbers.divide(ticks, by: divisor) })
    case (.divideDurationByInteger, .integer(let ticks), .integer(let divisor)):
      return .integer(
        try number(span) { () throws(Numbers.Failure) in try Numbers.divide(ticks, by: divisor) })
    case (.durationRatio, .integer(let a), .integer(let b)):
      return .float(Numbers.one(Double(a) / Double(b)))
    case (.durationFloorRatio, .integer(let a), .integer(let b)):
      return .integer(
        try number(span) { () throws(Numbers.Failure) in try Numbers.integer(.floorDivide, a, b) })
    case (.elementwise(let inner, let broadcast), _, _):
      let count: Int
      switch (broadcast, left, right) {
      case (.both, .array(let a), .array(let b)) where a.count == b.count: count = a.count
      case (.left, .array(let a), _): count = a.count
      case (.right, _, .array(let b)): count = b.count
      default: throw .unsupported("shapes that differ")
      }
      var results: [Value] = []
      for index in 0..<count {
        let a = broadcast == .right ? left : left.parts?[index] ?? .unit
        let b = broadcast == .left ? right : right.parts?[index] ?? .unit
        results.append(try binary(inner, a, b, at: span))
      }
      return .array(results)
    case (.concatenate, .text(let a), .text(let b)): return .text(a + b)
    case (.concatenate, .array(let a), .array(let b)):
      return .array(a + b)
    case (.contains, _, .array(let elements)): return .boolean(elements.contains(left))
    default: throw .unsupported("\(operation) of these values")
    }
  }

  /// Strings are equal and ordered by their bytes.
  private func compare(_ comparison: Comparison, _ a: String, _ b: String) -> Bool {
    let left = Array(a.utf8)
    let right = Array(b.utf8)
    let isLess = left.lexicographicallyPrecedes(right)
    switch comparison {
    case .equal: return left == right
    case .notEqual: return left != right
    case .less: return isLess
    case .lessOrEqual: return isLess || left == right
    case .greater: return !isLess && left != right
    case .greaterOrEqual: return !isLess
    }
  }

  func convert(_ conversion: Conversion, _ value: Value, at span: Span) throws(Stop) -> Value {
    let rate = Double(typed.description.core.ticksPerSecond)
    switch (conversion, value) {
    case (.integerToFloat, .integer(let a)): return .float(Double(a))
    case (.floatToInteger, .float(let a)):
      return .integer(try number(span) { () throws(Numbers.Failure) in try Numbers.truncate(a) })
    case (.integerToInteger32, .integer(let a)):
      return .integer(try number(span) { () throws(Numbers.Failure) in try Numbers.narrow(a) })
    case (.integer32ToInteger, .integer): return value
    case (.durationToSeconds, .integer(let ticks)): return .float(Double(ticks) / rate)
    case (.secondsToDuration, .float(let seconds)):
      return .integer(
        try number(span) { () throws(Numbers.Failure) in
          try Numbers.scale(typed.description.core.ticksPerSecond, by: seconds)
        })
    default: throw .unsupported("\(conversion) of this value")
    }
  }

  /// An intrinsic on numbers; `type` is that of its first operand.
  func numeric(_ intrinsic: Intrinsic, _ values: [Value], _ type: Type, at span: Span) throws(Stop)
    -> Value
  {
    if case .text(let first)? = values.first {
      return try texts(intrinsic, first, values)
    }
    if case .isWithin(let isClosed) = intrinsic, values.count == 3 {
      switch (values[0], values[1], values[2]) {
      case (.integer(let x), .integer(let low), .integer(let high)):
        return .boolean(x >= low && (x < high || (isClosed && x == high)))
      case (.float(let x), .float(let low), .float(let high)):
        return .boolean(x >= low && (x < high || (isClosed && x == high)))
      default: throw .unsupported("`in` of these values")
      }
    }
    switch (values.first, values.dropFirst().first) {
    case (.integer(let a)?, nil):
      switch intrinsic {
      case .absolute:
        if a >= 0 { return .integer(a) }
        return try unary(
          type == .integer32 ? .negateInteger32 : .negateInteger, .integer(a), at: span)
      case .floor, .ceiling, .truncate, .round: return .integer(a)
      default: break
      }
    case (.integer(let a)?, .integer(let b)?):
      switch intrinsic {
      case .minimum: return .integer(min(a, b))
      case .maximum: return .integer(max(a, b))
      case .aligned:
        return .integer(
          try number(span) { () throws(Numbers.Failure) in
            let step = try b < 0 ? Numbers.integer(.subtract, 0, b) : b
            let rest = try Numbers.integer(.remainder, Numbers.integer(.subtract, 0, a), step)
            return try Numbers.integer(.add, rest, a)
          })
      default: break
      }
    case (.float(let a)?, nil):
      if let result = numeric(intrinsic, a) { return .float(Numbers.one(result)) }
    case (.float(let a)?, .float(let b)?):
      switch intrinsic {
      case .minimum:
        return .float(
          a.isNaN || b.isNaN ? Numbers.one(.nan) : a < b || (a == b && a.sign == .minus) ? a : b)
      case .maximum:
        return .float(
          a.isNaN || b.isNaN ? Numbers.one(.nan) : a > b || (a == b && a.sign == .plus) ? a : b)
      case .arcTangent2: return .float(ElementaryFunctions.arcTangent2(a, b))
      case .special(.hypotenuse): return .float(ElementaryFunctions.hypotenuse(a, b))
      case .special(.copySign): return .float(ElementaryFunctions.copySign(a, b))
      case .special(.nextAfter): return .float(ElementaryFunctions.next(after: a, toward: b))
      default: break
      }
    default: break
    }
    throw .unsupported("\(intrinsic) of these values")
  }

  /// `min`, `max` and `in` of strings, by their order.
  private func texts(_ intrinsic: Intrinsic, _ first: String, _ values: [Value]) throws(Stop)
    -> Value
  {
    var others: [String] = []
    for case .text(let text) in values.dropFirst() { others.append(text) }
    switch (intrinsic, others.count) {
    case (.minimum, 1): return .text(compare(.less, others[0], first) ? others[0] : first)
    case (.maximum, 1): return .text(compare(.greater, others[0], first) ? others[0] : first)
    case (.isWithin(let isClosed), 2):
      return .boolean(
        compare(.lessOrEqual, others[0], first)
          && compare(isClosed ? .lessOrEqual : .less, first, others[1]))
    default: throw .unsupported("\(intrinsic) of strings")
    }
  }

  private func numeric(_ intrinsic: Intrinsic, _ x: Double) -> Double? {
    switch intrinsic {
    case .absolute: x.magnitude
    case .floor: x.rounded(.down)
    case .ceiling: x.rounded(.up)
    case .truncate: x.rounded(.towardZero)
    case .round: x.rounded(.toNearestOrEven)
    case .squareRoot: x.squareRoot()
    case .sine: ElementaryFunctions.sine(x)
    case .cosine: ElementaryFunctions.cosine(x)
    case .tangent: ElementaryFunctions.tangent(x)
    case .arcSine: ElementaryFunctions.arcSine(x)
    case .arcCosine: ElementaryFunctions.arcCosine(x)
    case .arcTangent: ElementaryFunctions.arcTangent(x)
    case .exponential: ElementaryFunctions.exponential(x)
    case .logarithm: ElementaryFunctions.logarithm(x)
    case .logarithm2: ElementaryFunctions.logarithm2(x)
    case .logarithm10: ElementaryFunctions.logarithm10(x)
    case .special(let function): special(function, x)
    default: nil
    }
  }

  private func special(_ function: SpecialFunction, _ x: Double) -> Double? {
    switch function {
    case .hyperbolicSine: ElementaryFunctions.hyperbolicSine(x)
    case .hyperbolicCosine: ElementaryFunctions.hyperbolicCosine(x)
    case .hyperbolicTangent: ElementaryFunctions.hyperbolicTangent(x)
    case .areaSine: ElementaryFunctions.areaSine(x)
    case .areaCosine: ElementaryFunctions.areaCosine(x)
    case .areaTangent: ElementaryFunctions.areaTangent(x)
    case .exponential2: ElementaryFunctions.exponential2(x)
    case .exponentialLess1: ElementaryFunctions.exponentialLess1(x)
    case .logarithm1: ElementaryFunctions.logarithm1(x)
    case .cubeRoot: ElementaryFunctions.cubeRoot(x)
    case .errorFunction: ElementaryFunctions.errorFunction(x)
    case .errorComplement: ElementaryFunctions.errorComplement(x)
    case .gamma: ElementaryFunctions.gamma(x)
    case .logarithmOfGamma: ElementaryFunctions.logarithmOfGamma(x)
    case .besselJ0: ElementaryFunctions.besselJ0(x)
    case .besselJ1: ElementaryFunctions.besselJ1(x)
    case .besselY0: ElementaryFunctions.besselY0(x)
    case .besselY1: ElementaryFunctions.besselY1(x)
    case .hypotenuse, .copySign, .nextAfter: nil
    }
  }
}
