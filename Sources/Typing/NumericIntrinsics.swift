import Diagnostics

// Functions of mathematics: what each takes, by the types of its operands.

/// Which operands a function of mathematics takes, and what it yields.
enum NumericShape: Equatable {
  /// Of any number, quantity or Duration; yields what it was given.
  case same
  /// Of Float or a quantity.
  case sameFloat
  case angleToNumber, numberToAngle, numberToNumber
  /// Of Float or a quantity whose dimension has that root.
  case root(Int)
  /// Two or more of one type.
  case several
  case twoToAngle
  /// Two floats or quantities of one dimension, yields such a one.
  case pair
}

/// The functions of mathematics that the language knows by themselves and in the module `math`.
let numericIntrinsics: [String: (Intrinsic, NumericShape)] = [
  "abs": (.absolute, .same), "min": (.minimum, .several), "max": (.maximum, .several),
  "floor": (.floor, .sameFloat), "ceil": (.ceiling, .sameFloat), "trunc": (.truncate, .sameFloat),
  "round": (.round, .sameFloat), "sqrt": (.squareRoot, .root(2)),
  "sin": (.sine, .angleToNumber), "cos": (.cosine, .angleToNumber),
  "tan": (.tangent, .angleToNumber),
  "asin": (.arcSine, .numberToAngle), "acos": (.arcCosine, .numberToAngle),
  "atan": (.arcTangent, .numberToAngle),
  "atan2": (.arcTangent2, .twoToAngle), "exp": (.exponential, .numberToNumber),
  "log": (.logarithm, .numberToNumber),
  "log2": (.logarithm2, .numberToNumber), "log10": (.logarithm10, .numberToNumber),
  "sinh": (.special(.hyperbolicSine), .numberToNumber),
  "cosh": (.special(.hyperbolicCosine), .numberToNumber),
  "tanh": (.special(.hyperbolicTangent), .numberToNumber),
  "asinh": (.special(.areaSine), .numberToNumber),
  "acosh": (.special(.areaCosine), .numberToNumber),
  "atanh": (.special(.areaTangent), .numberToNumber),
  "exp2": (.special(.exponential2), .numberToNumber),
  "expm1": (.special(.exponentialLess1), .numberToNumber),
  "log1p": (.special(.logarithm1), .numberToNumber),
  "erf": (.special(.errorFunction), .numberToNumber),
  "erfc": (.special(.errorComplement), .numberToNumber),
  "gamma": (.special(.gamma), .numberToNumber),
  "log_gamma": (.special(.logarithmOfGamma), .numberToNumber),
  "j0": (.special(.besselJ0), .numberToNumber),
  "j1": (.special(.besselJ1), .numberToNumber),
  "y0": (.special(.besselY0), .numberToNumber),
  "y1": (.special(.besselY1), .numberToNumber),
  "cbrt": (.special(.cubeRoot), .root(3)), "hypot": (.special(.hypotenuse), .pair),
  "copysign": (.special(.copySign), .pair), "next_after": (.special(.nextAfter), .pair),
]

/// What `math.name` can be, beside what the module declares.
let mathematicalNames: Set<String> = Set(numericIntrinsics.keys)

extension NumericShape {
  /// How many operands there are; nil: two or more.
  var operandCount: Int? {
    switch self {
    case .several: nil
    case .twoToAngle, .pair: 2
    case .same, .sameFloat, .angleToNumber, .numberToAngle, .numberToNumber, .root: 1
    }
  }

  /// The type of the only operand that there can be; nil where there are several such types.
  var onlyOperand: Type? {
    switch self {
    case .angleToNumber: .float(.angle)
    case .numberToAngle, .numberToNumber: .number
    case .same, .sameFloat, .root, .several, .twoToAngle, .pair: nil
    }
  }
}

extension Typer {
  /// What `intrinsic` makes of `operands`, as many as it takes; nil if it does not take their
  /// types.
  func numeric(
    _ intrinsic: Intrinsic, _ shape: NumericShape, _ operands: [TypedExpression], at span: Span
  ) -> TypedExpression? {
    guard let first = operands.first, operands.allSatisfy({ $0.type == first.type }) else {
      return nil
    }
    let type = first.type
    func make(_ values: [TypedExpression], _ result: Type) -> TypedExpression {
      TypedExpression(.intrinsic(intrinsic, values), result, at: span)
    }
    switch shape {
    case .angleToNumber: return type == .float(.angle) ? make(operands, .number) : nil
    case .numberToAngle: return type == .number ? make(operands, .float(.angle)) : nil
    case .numberToNumber: return type == .number ? make(operands, .number) : nil
    case .same, .sameFloat:
      switch type {
      case .float: return make(operands, type)
      case .integer, .integer32, .duration: return shape == .same ? make(operands, type) : nil
      default: return isNumber(type) ? make(operands, type) : nil
      }
    case .root(let degree):
      guard case .float(let dimension) = type, let root = dimension.root(degree) else { return nil }
      return make(operands, .float(root))
    case .twoToAngle, .pair:
      guard case .float = type else { return nil }
      return make(operands, shape == .pair ? type : .float(.angle))
    case .several:
      switch type {
      case .float, .integer, .integer32, .duration, .timestamp, .string: break
      default: if !isOrdered(type) { return nil }
      }
      // Of several the first two, then their result with the third, and so on.
      return operands.dropFirst().reduce(first) { make([$0, $1], type) }
    }
  }
}
