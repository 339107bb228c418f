import Bytecode
import Diagnostics
import Typing
import Values

// Functions on numbers that the language has itself.

extension Lowerer {
  /// An intrinsic on numbers whose operands have been evaluated and which has been charged.
  mutating func number(
    _ intrinsic: Intrinsic, _ values: [Operand], _ types: [Type], _ expression: TypedExpression,
    _ hint: Run?
  ) -> Operand {
    let span = expression.span
    let constants = values.compactMap(\.constant)
    if constants.count == values.count,
      let folded = Folding.intrinsic(intrinsic, constants).constant
    {
      return .constant(folded)
    }
    var runs: [Run] = []
    var sources: [Operand] = []
    for (value, type) in zip(values, types) {
      let (run, source) = settled(value, type, at: span)
      runs.append(run)
      sources.append(source)
    }
    defer { for source in sources { discard(source) } }
    if case .string? = types.first {
      return texts(intrinsic, runs, expression, at: span)
    }
    guard let a = runs.first, let kind = a.words.first?.kind else {
      return placeholder(type(of: expression), "this operation", at: span)
    }
    let isFloat = kind == .float
    let b = runs.count > 1 ? runs[1] : a
    switch intrinsic {
    case .isWithin(let isClosed):
      guard runs.count == 3 else { return placeholder(.boolean, "this operation", at: span) }
      let target = fresh([.boolean], nil)
      let end = code.label()
      code.emit(isFloat ? .lessOrEqualFloat : .lessOrEqualInteger, target.first, b.first, a.first)
      code.jump(.jumpIfFalse, target.first, to: end)
      let below: Opcode =
        isFloat
        ? (isClosed ? .lessOrEqualFloat : .lessFloat)
        : (isClosed ? .lessOrEqualInteger : .lessInteger)
      code.emit(below, target.first, a.first, runs[2].first)
      code.place(end)
      return .temporary(target)
    case .absolute:
      let result = simple(
        isFloat ? .absoluteFloat : .absoluteInteger, isFloat ? .float : .integer, a, nil, hint,
        at: span)
      if case .integer32 = types[0] { return narrowed(result, at: span) }
      return result
    case .minimum:
      return simple(
        isFloat ? .minimumFloat : .minimumInteger, isFloat ? .float : .integer, a, b, hint, at: span
      )
    case .maximum:
      return simple(
        isFloat ? .maximumFloat : .maximumInteger, isFloat ? .float : .integer, a, b, hint, at: span
      )
    case .floor where isFloat: return simple(.floor, .float, a, nil, hint, at: span)
    case .ceiling where isFloat: return simple(.ceiling, .float, a, nil, hint, at: span)
    case .truncate where isFloat: return simple(.truncate, .float, a, nil, hint, at: span)
    case .round where isFloat: return simple(.roundEven, .float, a, nil, hint, at: span)
    case .floor, .ceiling, .truncate, .round: return simple(.move, .integer, a, nil, hint, at: span)
    case .squareRoot: return simple(.squareRoot, .float, a, nil, hint, at: span)
    case .sine: return elementary(.sine, a, hint)
    case .cosine: return elementary(.cosine, a, hint)
    case .tangent: return elementary(.tangent, a, hint)
    case .arcSine: return elementary(.arcSine, a, hint)
    case .arcCosine: return elementary(.arcCosine, a, hint)
    case .arcTangent: return elementary(.arcTangent, a, hint)
    case .arcTangent2: return elementary(.arcTangent2, a, b, hint)
    case .exponential: return elementary(.exponential, a, hint)
    case .logarithm: return elementary(.logarithm, a, hint)
    case .logarithm2: return elementary(.logarithm2, a, hint)
    case .logarithm10: return elementary(.logarithm10, a, hint)
    case .special(let function):
      let number = function.elementary
      return number.takesTwo ? elementary(number, a, b, hint) : elementary(number, a, hint)
    case .aligned:
      let work = code.allocate([.integer])
      defer { code.free(work) }
      emit(.absoluteInteger, work.first, b.first, at: span)
      let target = fresh([.integer], nil)
      emit(.negateInteger, target.first, a.first, at: span)
      emit(.remainderInteger, target.first, target.first, work.first, at: span)
      emit(.addInteger, target.first, target.first, a.first, at: span)
      return .temporary(target)
    case .now, .clock, .slack, .delay, .at, .waitUntil, .realtime, .resetTimeline, .shouldPause,
      .output, .outputPair,
      .gate, .input, .play, .count, .last, .length, .position, .transposed, .sized, .steppedSlice,
      .print,
      .pause, .leastSquares, .traceEdges, .traceSpan,
      .traceLevel,
      .simulationStatus, .simulationOutput, .simulationResult:
      return placeholder(type(of: expression), "this operation", at: span)
    }
  }

  private mutating func elementary(_ function: Elementary, _ a: Run, _ hint: Run?) -> Operand {
    let target = fresh([.float], hint)
    code.emit(.elementary, target.first, a.first, Int(function.rawValue))
    return .temporary(target)
  }

  /// `min`, `max` and `in` of strings, by their order.
  private mutating func texts(
    _ intrinsic: Intrinsic, _ runs: [Run], _ expression: TypedExpression, at span: Span
  ) -> Operand {
    switch intrinsic {
    case .minimum where runs.count == 2, .maximum where runs.count == 2:
      let target = temporary(words(of: .string, at: span))
      let isLess = compareTexts(
        intrinsic == .minimum ? .less : .greater, runs[1], runs[0], nil, at: span)
      guard let test = isLess.run, !test.words.isEmpty else { return .temporary(target) }
      let (second, end) = (code.label(), code.label())
      code.jump(.jumpIfTrue, test.first, to: second)
      copy(runs[0], into: target, moving: false, at: span)
      code.jump(to: end)
      code.place(second)
      copy(runs[1], into: target, moving: false, at: span)
      code.place(end)
      discard(isLess)
      return .temporary(target)
    case .isWithin(let isClosed) where runs.count == 3:
      let target = temporary([.boolean])
      store(
        compareTexts(.lessOrEqual, runs[1], runs[0], nil, at: span), .boolean, into: target,
        at: span)
      let end = code.label()
      code.jump(.jumpIfFalse, target.first, to: end)
      store(
        compareTexts(isClosed ? .lessOrEqual : .less, runs[0], runs[2], nil, at: span), .boolean,
        into: target, at: span)
      code.place(end)
      return .temporary(target)
    default: return placeholder(type(of: expression), "this operation on strings", at: span)
    }
  }
}

extension SpecialFunction {
  /// The machine's number of it.
  var elementary: Elementary {
    switch self {
    case .hyperbolicSine: .hyperbolicSine
    case .hyperbolicCosine: .hyperbolicCosine
    case .hyperbolicTangent: .hyperbolicTangent
    case .areaSine: .areaSine
    case .areaCosine: .areaCosine
    case .areaTangent: .areaTangent
    case .exponential2: .exponential2
    case .exponentialLess1: .exponentialLess1
    case .logarithm1: .logarithm1
    case .cubeRoot: .cubeRoot
    case .errorFunction: .errorFunction
    case .errorComplement: .errorComplement
    case .gamma: .gamma
    case .logarithmOfGamma: .logarithmOfGamma
    case .besselJ0: .besselJ0
    case .besselJ1: .besselJ1
    case .besselY0: .besselY0
    case .besselY1: .besselY1
    case .hypotenuse: .hypotenuse
    case .copySign: .copySign
    case .nextAfter: .nextAfter
    }
  }
}
