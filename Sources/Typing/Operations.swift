/// Operations of one operand, chosen by its type.
package enum UnaryOperation: Hashable, Sendable {
  /// Of Int, Int32 and Duration; overflow raises.
  case negateInteger
  case negateInteger32
  case negateFloat
  /// Of a value of a generic parameter; `resolved` says what it is.
  case negateGeneric
  case complement
  case not
  /// Of every element of a fixed array.
  indirect case elementwise(UnaryOperation)
}

/// Which comparison; `greater` and its like keep their operands' order.
package enum Comparison: Hashable, Sendable {
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
}

/// Operations on integers; those that are not `wrapping` raise where the result does not fit.
package enum IntegerOperation: Hashable, Sendable {
  case add, subtract, multiply, floorDivide, remainder, power
  case wrappingAdd, wrappingSubtract, wrappingMultiply
  case bitAnd, bitOr, bitXor, shiftLeft, shiftRight
}

/// Operations on floats.
package enum FloatOperation: Hashable, Sendable {
  case add, subtract, multiply, divide, floorDivide, remainder, power
}

/// Arithmetic that the values of a generic parameter have.
package enum GenericOperation: Hashable, Sendable {
  case add, subtract, multiply, floorDivide, remainder, power
}

/// What is compared with what.
package enum ComparisonDomain: Hashable, Sendable {
  /// Int, Int32, Duration, Timestamp.
  case integer
  case float
  case boolean
  case string
  /// Tuples, arrays, structs, enums, optionals: part by part; `equal` and `notEqual` only.
  case structural
  /// The order of values of a generic parameter; `resolved` says what it is.
  case generic
}

/// Operations of two operands, chosen by their types.
package enum BinaryOperation: Hashable, Sendable {
  /// Of Int; also of Duration and Timestamp where these behave as integers of ticks: `±`, `%`,
  /// `Duration * Int`.
  case integer(IntegerOperation)
  case integer32(IntegerOperation)
  case float(FloatOperation)
  /// Of two values of a generic parameter; `resolved` says what it is.
  case generic(GenericOperation)
  case compare(Comparison, ComparisonDomain)
  /// Duration * Float, Duration / Float, Duration / Int: to the nearest tick, ties to even. The
  /// duration is the left operand.
  case scaleDuration, divideDurationByFloat, divideDurationByInteger
  /// Float * Duration, evaluated in that order; rounds as `scaleDuration`.
  case floatTimesDuration
  /// Duration / Duration: Float; `//`: Int.
  case durationRatio, durationFloorRatio
  /// Strings and arrays.
  case concatenate
  /// `x in xs`, x first.
  case contains
  /// Of the elements of fixed arrays of equal shape, or of one and a single value.
  indirect case elementwise(BinaryOperation, Broadcast)
  /// `a @ b`: sums of products, from the first on.
  indirect case matrixProduct(multiply: BinaryOperation, add: BinaryOperation)
}

/// Which operands of an element-wise operation are arrays.
package enum Broadcast: Hashable, Sendable { case both, left, right }

/// Explicit conversions.
package enum Conversion: Hashable, Sendable {
  case integerToFloat
  /// Truncates toward zero; NaN and out of range raise ArithmeticOverflow.
  case floatToInteger
  case integerToInteger32, integer32ToInteger
  /// From and to a generic parameter that stands for a bare number; `steps` says what they are.
  case genericToFloat, genericToInteger, genericToInteger32, integerToGeneric
  /// `t.seconds`: ticks to Float<s>.
  case durationToSeconds
  /// `Duration(x)`: to the nearest tick, ties to even.
  case secondsToDuration
}

/// Functions of mathematics that are operations of the machine, beside those that the language
/// knows by themselves.
package enum SpecialFunction: Hashable, Sendable, CaseIterable {
  case hyperbolicSine, hyperbolicCosine, hyperbolicTangent, areaSine, areaCosine, areaTangent
  case exponential2, exponentialLess1, logarithm1, cubeRoot
  case errorFunction, errorComplement, gamma, logarithmOfGamma
  case besselJ0, besselJ1, besselY0, besselY1
  /// Of two arguments.
  case hypotenuse, copySign, nextAfter
}

/// What the language does itself.
///
/// The doc of each says what its operands are.
package enum Intrinsic: Hashable, Sendable {
  // The timeline; device code only.
  /// () -> Timestamp
  case now, clock
  /// () -> Duration
  case slack
  /// (Duration); (Timestamp)
  case delay, at, waitUntil
  case realtime, resetTimeline
  /// () -> Bool
  case shouldPause
  /// (channel, address: Int, value: Int | Float<D>)
  case output
  /// (channel, address, value, then, after: Duration)
  case outputPair
  /// (channel, edges: Int, during: Duration); edges: 1 rising, 2 falling, 3 both. Leaves the cursor
  /// alone.
  case gate
  /// (channel, address: Int, until: Timestamp) -> (Timestamp, Int)?
  case input
  /// (Recording): has its events queued from the cursor on, and moves that to its end
  case play
  // Numbers; the operands' type says which.
  case absolute, minimum, maximum
  case floor, ceiling, truncate, round
  case squareRoot
  case sine, cosine, tangent, arcSine, arcCosine, arcTangent, arcTangent2
  case exponential, logarithm, logarithm2, logarithm10
  case special(SpecialFunction)
  /// Timestamp.aligned(to: Duration): the next multiple of it, at or after.
  case aligned
  // Arrays and strings
  /// The number of elements; of bytes' characters in a String.
  case count
  /// The last element or none.
  case last
  /// () -> Int: what a generic parameter that is a length stands for.
  case length(GenericID)
  /// (x, low, high) -> Bool: whether `low <= x < high`, or `low <= x <= high`.
  case isWithin(isClosed: Bool)
  /// (i, j, …) -> Int: where an element of a matrix with these lengths stands, row after row; each
  /// index is checked.
  case position([Length])
  /// (matrix) -> matrix with rows and columns exchanged
  case transposed
  /// (array) -> the same array, whose number of elements must be the product of the lengths.
  case sized([Length])
  /// (array, low, high, step): the elements at low, low + step, … before high, or up to it.
  case steppedSlice(isClosed: Bool)
  // The host
  /// (String)
  case print
  /// () -> Bool
  case pause
  /// (model: (Float<D>, [Float]) -> Float<E>, x: [Float<D>], y: [Float<E>], start: [Float],
  /// weights: [Float]) -> (parameters, covariance, chi-squared, whether it converged)
  case leastSquares
  // Tests; the first operand is a simulation.
  /// (simulation, device: String, rising: Bool) -> [Timestamp]
  case traceEdges
  /// (simulation, device: String, Int) -> Duration
  case traceSpan
  /// (simulation, device: String, at: Timestamp) -> Int
  case traceLevel
  /// (simulation) -> String
  case simulationStatus
  /// (simulation) -> [String]
  case simulationOutput
  /// (simulation) -> what the result says
  case simulationResult(SimulationResult)

  /// Whether it may stand inside `record`: of those that work on the timeline.
  package var isRecordable: Bool {
    switch self {
    case .now, .delay, .at, .output, .outputPair, .gate, .play: true
    default: false
    }
  }

  /// Whether it works on the timeline, and so runs in kernels only.
  package var isDeviceOnly: Bool {
    switch self {
    case .now, .clock, .slack, .delay, .at, .waitUntil, .realtime, .resetTimeline, .shouldPause,
      .output, .outputPair,
      .gate, .input, .play:
      true
    case .absolute, .minimum, .maximum, .floor, .ceiling, .truncate, .round, .squareRoot, .sine,
      .cosine, .tangent,
      .arcSine, .arcCosine, .arcTangent, .arcTangent2, .exponential, .logarithm, .logarithm2,
      .logarithm10, .special, .aligned, .length, .isWithin,
      .position, .transposed, .sized, .steppedSlice,
      .count, .last, .print, .pause, .leastSquares, .traceEdges, .traceSpan, .traceLevel,
      .simulationStatus,
      .simulationOutput, .simulationResult:
      false
    }
  }

  /// Whether it has an effect on the host, and so never runs on a device.
  package var isHostOnly: Bool {
    switch self {
    case .print, .pause, .leastSquares, .traceEdges, .traceSpan, .traceLevel, .simulationStatus,
      .simulationOutput, .simulationResult:
      true
    case .now, .clock, .slack, .delay, .at, .waitUntil, .realtime, .resetTimeline, .shouldPause,
      .output, .outputPair,
      .gate, .input, .play, .absolute, .minimum, .maximum, .floor, .ceiling, .truncate, .round,
      .squareRoot, .sine, .cosine,
      .tangent, .arcSine, .arcCosine, .arcTangent, .arcTangent2, .exponential, .logarithm,
      .logarithm2, .logarithm10, .special,
      .aligned, .count, .last, .length, .isWithin, .position, .transposed, .sized,
      .steppedSlice:
      false
    }
  }
}
