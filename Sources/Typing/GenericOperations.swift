// What operations on values of generic parameters are, once the parameters stand for something.

extension UnaryOperation {
  /// The operation itself, where its operand is a `type`.
  package func resolved(for type: Type) -> UnaryOperation {
    if case .elementwise(let inner) = self {
      return .elementwise(inner.resolved(for: type.elementOfFixed))
    }
    guard self == .negateGeneric else { return self }
    switch type {
    case .integer32: return .negateInteger32
    case .float: return .negateFloat
    default: return .negateInteger
    }
  }
}

extension BinaryOperation {
  /// The operation itself, where its left operand is a `type`.
  package func resolved(for type: Type) -> BinaryOperation {
    switch self {
    case .generic(let operation):
      switch type {
      case .float: return .float(operation.ofFloats)
      case .integer32: return .integer32(operation.ofIntegers)
      default: return .integer(operation.ofIntegers)
      }
    case .compare(let comparison, .generic):
      switch type {
      case .float: return .compare(comparison, .float)
      case .string: return .compare(comparison, .string)
      default: return .compare(comparison, .integer)
      }
    case .integer, .integer32, .float, .compare, .scaleDuration, .divideDurationByFloat,
      .divideDurationByInteger, .floatTimesDuration, .durationRatio, .durationFloorRatio,
      .concatenate, .contains:
      return self
    case .elementwise(let inner, let broadcast):
      return .elementwise(inner.resolved(for: type.elementOfFixed), broadcast)
    case .matrixProduct(let multiply, let add):
      let element = type.elementOfFixed
      return .matrixProduct(
        multiply: multiply.resolved(for: element), add: add.resolved(for: element))
    }
  }
}

extension Type {
  /// The type of the elements of a fixed array; of anything else the type itself.
  fileprivate var elementOfFixed: Type {
    if case .fixedArray(let element, _) = self { element } else { self }
  }

  /// The number of elements of a fixed array along all its axes, at most `Int32.max` squared; nil
  /// where a length is not known.
  package var elementCount: Int? {
    guard case .fixedArray(_, let lengths) = self else { return nil }
    var count = 1
    for length in lengths {
      guard case .known(let known) = length else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: known)
      count = overflow ? 1 << 62 : product
    }
    return count
  }
}

extension GenericOperation {
  var ofIntegers: IntegerOperation {
    switch self {
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .floorDivide: .floorDivide
    case .remainder: .remainder
    case .power: .power
    }
  }

  fileprivate var ofFloats: FloatOperation {
    switch self {
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .floorDivide: .floorDivide
    case .remainder: .remainder
    case .power: .power
    }
  }
}

extension Conversion {
  /// The conversions that this one is made of, from a `source` to a `target`, in turn.
  package func steps(from source: Type, to target: Type) -> [Conversion] {
    switch self {
    case .genericToFloat:
      switch source {
      case .float: return []
      case .integer32: return [.integer32ToInteger, .integerToFloat]
      default: return [.integerToFloat]
      }
    case .genericToInteger:
      switch source {
      case .float: return [.floatToInteger]
      case .integer32: return [.integer32ToInteger]
      default: return []
      }
    case .genericToInteger32:
      switch source {
      case .float: return [.floatToInteger, .integerToInteger32]
      case .integer32: return []
      default: return [.integerToInteger32]
      }
    case .integerToGeneric:
      switch target {
      case .float: return [.integerToFloat]
      case .integer32: return [.integerToInteger32]
      default: return []
      }
    case .integerToFloat, .floatToInteger, .integerToInteger32, .integer32ToInteger,
      .durationToSeconds, .secondsToDuration:
      return [self]
    }
  }
}
