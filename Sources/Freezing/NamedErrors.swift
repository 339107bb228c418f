import Typing

// Which operations have a named error: where a `try` stands around them, they may leave it.

extension TypedExpression {
  /// Whether the operation, not those of its parts, has a named error.
  ///
  /// What calls raise is their callees' matter, and of datasets what they have been given.
  var mayRaise: Bool {
    switch kind {
    case .unary(let operation, _): operation.mayRaise
    case .binary(let operation, _, _): operation.mayRaise
    case .convert(let conversion, _): conversion.mayRaise
    case .intrinsic(let intrinsic, _): intrinsic.mayRaise
    case .index, .slice, .repeated, .append, .simulate: true
    case .invalid, .unit, .integer, .float, .boolean, .text, .none, .some, .local, .member, .device,
      .ownDevice, .function, .and, .or, .coalesce, .call, .deviceCall, .callValue, .tuple,
      .tupleElement, .structure, .field, .sharedElement, .enumeration, .isCase, .payload, .array,
      .numbers, .conditional, .sequence, .comprehension, .interpolation, .await, .record:
      false
    }
  }
}

extension Conversion {
  /// Whether it is an operation with a named error.
  var mayRaise: Bool {
    switch self {
    case .floatToInteger, .integerToInteger32, .secondsToDuration, .genericToInteger,
      .genericToInteger32, .integerToGeneric:
      true
    case .integerToFloat, .integer32ToInteger, .durationToSeconds, .genericToFloat: false
    }
  }
}

extension UnaryOperation {
  /// Whether it is an operation with a named error.
  var mayRaise: Bool {
    switch self {
    case .negateInteger, .negateInteger32, .negateGeneric: true
    case .negateFloat, .complement, .not: false
    case .elementwise(let inner): inner.mayRaise
    }
  }
}

extension BinaryOperation {
  /// Whether it is an operation with a named error.
  var mayRaise: Bool {
    switch self {
    case .integer(let operation), .integer32(let operation):
      switch operation {
      case .add, .subtract, .multiply, .floorDivide, .remainder, .power, .shiftLeft, .shiftRight:
        true
      case .wrappingAdd, .wrappingSubtract, .wrappingMultiply, .bitAnd, .bitOr, .bitXor: false
      }
    case .float(let operation):
      switch operation {
      case .floorDivide, .remainder: true
      case .add, .subtract, .multiply, .divide, .power: false
      }
    case .scaleDuration, .floatTimesDuration, .divideDurationByFloat, .divideDurationByInteger,
      .durationFloorRatio, .generic:
      true
    case .compare, .durationRatio, .concatenate, .contains: false
    case .elementwise(let inner, _): inner.mayRaise
    case .matrixProduct(let multiply, let add): multiply.mayRaise || add.mayRaise
    }
  }
}

extension Intrinsic {
  /// Whether it is a call or an operation with a named error.
  var mayRaise: Bool {
    switch self {
    case .absolute, .aligned, .print, .pause, .leastSquares, .traceEdges, .traceSpan, .traceLevel,
      .simulationResult:
      true
    case .now, .clock, .slack, .delay, .at, .waitUntil, .realtime, .resetTimeline, .shouldPause,
      .output, .outputPair,
      .gate, .input, .play, .position, .sized, .steppedSlice:
      true
    case .minimum, .maximum, .floor, .ceiling, .truncate, .round, .squareRoot, .sine, .cosine,
      .tangent, .arcSine,
      .arcCosine, .arcTangent, .arcTangent2, .exponential, .logarithm, .logarithm2, .logarithm10,
      .special, .count, .last, .length, .isWithin, .transposed,
      .simulationStatus, .simulationOutput:
      false
    }
  }
}
