import Diagnostics
import Syntax

// What the language does itself, and the conversions: called like functions, typed here.

/// Functions that are there without being declared anywhere.
let intrinsicNames: Set<String> = Set(fixedIntrinsics.keys).union(numericIntrinsics.keys).union([
  "output", "gate", "input", "print", "simulate", "expect", "least_squares", "Int", "Int32",
  "Float", "Duration", "String",
])

private struct FixedIntrinsic {
  let intrinsic: Intrinsic
  let parameters: [(name: String, type: Type)]
  let result: Type
}

/// Those with one shape.
private let fixedIntrinsics: [String: FixedIntrinsic] = [
  "now": FixedIntrinsic(intrinsic: .now, parameters: [], result: .timestamp),
  "clock": FixedIntrinsic(intrinsic: .clock, parameters: [], result: .timestamp),
  "slack": FixedIntrinsic(intrinsic: .slack, parameters: [], result: .duration),
  "delay": FixedIntrinsic(intrinsic: .delay, parameters: [("d", .duration)], result: .unit),
  "at": FixedIntrinsic(intrinsic: .at, parameters: [("t", .timestamp)], result: .unit),
  "wait_until": FixedIntrinsic(
    intrinsic: .waitUntil, parameters: [("t", .timestamp)], result: .unit),
  "play": FixedIntrinsic(intrinsic: .play, parameters: [("r", .recording)], result: .unit),
  "realtime": FixedIntrinsic(intrinsic: .realtime, parameters: [], result: .unit),
  "reset": FixedIntrinsic(intrinsic: .resetTimeline, parameters: [], result: .unit),
  "should_pause": FixedIntrinsic(intrinsic: .shouldPause, parameters: [], result: .boolean),
  "pause": FixedIntrinsic(intrinsic: .pause, parameters: [], result: .boolean),
]

private enum NumericShape: Equatable {
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

private let numericIntrinsics: [String: (Intrinsic, NumericShape)] = [
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

extension Typer {
  /// A call of what the language does itself; nil if `name` is none of that.
  mutating func callIntrinsic(
    _ name: Name, _ arguments: [Argument], expecting: Type?, at span: Span
  ) -> TypedExpression? {
    if let fixed = fixedIntrinsics[name.text] { return callFixed(fixed, name, arguments, at: span) }
    if let (intrinsic, shape) = numericIntrinsics[name.text] {
      return callNumeric(intrinsic, shape, name, arguments, expecting: expecting, at: span)
    }
    switch name.text {
    case "zero" where modules.modules[module].isLibrary:
      // The least that the library needs to begin a sum in any dimension.
      guard arguments.isEmpty, case .float? = expecting, let expecting else { return nil }
      return TypedExpression(.float(0), expecting, at: span)
    case "print": return callPrint(arguments, at: span)
    case "output": return callOutput(arguments, at: span)
    case "gate":
      return callPrimitive(
        .gate, arguments,
        [
          ("channel", nil, .channel, nil), ("edges", "edges", .integer, nil),
          ("d", "during", .duration, nil),
        ],
        named: "gate", result: .unit, at: span)
    case "input":
      let zero = TypedExpression(.integer(0), .integer, at: span)
      return callPrimitive(
        .input, arguments,
        [
          ("channel", nil, .channel, nil), ("address", nil, .integer, zero),
          ("t", "until", .timestamp, nil),
        ],
        named: "input", result: .optional(.tuple([.timestamp, .integer])), at: span)
    case "least_squares": return callLeastSquares(arguments, at: span)
    case "Int", "Int32", "Float", "Duration", "String":
      return convert(to: name, arguments, at: span)
    case "simulate": return callSimulate(arguments, at: span)
    case "expect":
      typeAll(arguments)
      report(Diagnostic(.mismatch, "`expect` is a statement of its own", at: span))
      return TypedExpression(.invalid, .unknown, at: span)
    default: return nil
    }
  }

  private mutating func callFixed(
    _ fixed: FixedIntrinsic, _ name: Name, _ arguments: [Argument], at span: Span
  ) -> TypedExpression {
    let parameters = fixed.parameters.map {
      ($0.name, nil as String?, $0.type, nil as TypedExpression?)
    }
    return callPrimitive(
      fixed.intrinsic, arguments, parameters, named: name.text, result: fixed.result, at: span)
  }

  private mutating func callPrimitive(
    _ intrinsic: Intrinsic, _ arguments: [Argument],
    _ parameters: [(String, String?, Type, TypedExpression?)],
    named name: String, result: Type, at span: Span
  ) -> TypedExpression {
    let formals = parameters.map {
      Formal(name: $0.0, label: $0.1, type: $0.2, isInout: false, defaultValue: $0.3)
    }
    guard let matched = match(arguments, to: formals, of: name, declaredAt: nil, at: span) else {
      return TypedExpression(.invalid, .unknown, at: span)
    }
    let values = zip(formals, matched).map { formal, source in
      switch source {
      case .given(let argument): value(argument.value, as: formal.type)
      case .standard(let value): value
      }
    }
    return TypedExpression(.intrinsic(intrinsic, values), result, at: span)
  }

  /// `output(channel, address: 0, value:)`, with `then:` and `after:` for a pair; values are `Int`
  /// or of any `Float<D>`.
  private mutating func callOutput(_ arguments: [Argument], at span: Span) -> TypedExpression {
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    let zero = TypedExpression(.integer(0), .integer, at: span)
    var formals = [
      Formal(name: "channel", label: nil, type: .channel, isInout: false, defaultValue: nil),
      Formal(name: "address", label: nil, type: .integer, isInout: false, defaultValue: zero),
      Formal(name: "value", label: "value", type: .unknown, isInout: false, defaultValue: nil),
    ]
    let isPair = arguments.contains { $0.label?.text == "then" || $0.label?.text == "after" }
    if isPair {
      formals.append(
        Formal(name: "then", label: "then", type: .unknown, isInout: false, defaultValue: nil))
      formals.append(
        Formal(name: "after", label: "after", type: .duration, isInout: false, defaultValue: nil))
    }
    guard let matched = match(arguments, to: formals, of: "output", declaredAt: nil, at: span)
    else { return unknown }
    var values: [TypedExpression] = []
    for (formal, source) in zip(formals, matched) {
      switch source {
      case .standard(let value): values.append(value)
      case .given(let argument):
        if formal.type != .unknown {
          values.append(value(argument.value, as: formal.type))
          continue
        }
        let value = expression(argument.value)
        switch value.type {
        case .integer, .float, .unknown: values.append(value)
        default:
          report(
            Diagnostic(
              .mismatch,
              "a channel takes an `Int` or a `Float`, not \(program.described(value.type))",
              at: value.span))
          return unknown
        }
      }
    }
    return TypedExpression(.intrinsic(isPair ? .outputPair : .output, values), .unit, at: span)
  }

  /// `least_squares(model, x, y, start, weights: [])`; points and values are of any dimension,
  /// which the model takes and gives.
  private mutating func callLeastSquares(_ arguments: [Argument], at span: Span) -> TypedExpression
  {
    let numbers = Type.array(.number)
    let none = TypedExpression(.array([]), numbers, at: span)
    let names = ["model", "x", "y", "start", "weights"]
    let formals = names.map {
      Formal(
        name: $0, label: nil, type: .unknown, isInout: false,
        defaultValue: $0 == "weights" ? none : nil)
    }
    guard
      let matched = match(arguments, to: formals, of: "least_squares", declaredAt: nil, at: span)
    else { return TypedExpression(.invalid, .unknown, at: span) }
    /// Points of any dimension.
    func quantities(_ source: MatchedArgument) -> (TypedExpression, element: Type) {
      guard case .given(let argument) = source else { return (none, .number) }
      let points = settled(expression(argument.value, expecting: numbers))
      if case .array(let element) = points.type, case .float = element { return (points, element) }
      return (coerce(points, to: numbers), .number)
    }
    func plain(_ source: MatchedArgument, _ type: Type) -> TypedExpression {
      switch source {
      case .given(let argument): value(argument.value, as: type)
      case .standard(let value): value
      }
    }
    let (x, point) = quantities(matched[1])
    let (y, result) = quantities(matched[2])
    let model = plain(matched[0], .function([point, numbers], result))
    var inverse = Type.number
    if case .float(let dimension) = result { inverse = .float(Dimension.none / dimension) }
    return TypedExpression(
      .intrinsic(
        .leastSquares,
        [model, x, y, plain(matched[3], numbers), plain(matched[4], .array(inverse))]),
      .tuple([numbers, .array(numbers), .number, .boolean]), at: span)
  }

  private mutating func callPrint(_ arguments: [Argument], at span: Span) -> TypedExpression {
    guard arguments.count == 1, arguments[0].label == nil, !arguments[0].isInout else {
      typeAll(arguments)
      report(
        Diagnostic(
          .wrongArguments, "`print` takes one value", at: span,
          notes: ["Put several into one string: `print(\"{a} and {b}\")`."]))
      return TypedExpression(.invalid, .unknown, at: span)
    }
    var text = printed(settled(expression(arguments[0].value)))
    if text.type == .unit || text.type.holdsFunction {
      report(Diagnostic(.mismatch, "this has no value that could be printed", at: text.span))
    } else if text.type != .string, !isUnknown(text.type) {
      text = TypedExpression(.interpolation([.value(text, .plain)]), .string, at: text.span)
    }
    return TypedExpression(.intrinsic(.print, [text]), .unit, at: span)
  }

  // MARK: Numbers

  private mutating func callNumeric(
    _ intrinsic: Intrinsic, _ shape: NumericShape, _ name: Name, _ arguments: [Argument],
    expecting: Type?, at span: Span
  ) -> TypedExpression {
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    let count: Int? =
      switch shape {
      case .several: nil
      case .twoToAngle, .pair: 2
      case .same, .sameFloat, .angleToNumber, .numberToAngle, .numberToNumber, .root: 1
      }
    guard arguments.allSatisfy({ $0.label == nil && !$0.isInout }),
      count.map({ $0 == arguments.count }) ?? (arguments.count >= 2)
    else {
      typeAll(arguments)
      report(
        Diagnostic(
          .wrongArguments,
          "`\(name.text)` takes \(count.map { $0 == 1 ? "one argument" : "\($0) arguments" } ?? "two arguments or more"), without labels",
          at: span))
      return unknown
    }
    func make(_ values: [TypedExpression], _ type: Type) -> TypedExpression {
      TypedExpression(.intrinsic(intrinsic, values), type, at: span)
    }
    switch shape {
    case .angleToNumber: return make([value(arguments[0].value, as: .float(.angle))], .number)
    case .numberToAngle: return make([value(arguments[0].value, as: .number)], .float(.angle))
    case .numberToNumber: return make([value(arguments[0].value, as: .number)], .number)
    case .same, .sameFloat:
      let operand = expression(
        arguments[0].value,
        expecting: isLiteral(arguments[0].value) && shape == .sameFloat ? .number : expecting)
      switch operand.type {
      case .float: return make([operand], operand.type)
      case .integer, .integer32, .duration:
        if shape == .same { return make([operand], operand.type) }
      case .parameter where isNumber(operand.type):
        return make([operand], operand.type)
      case .unknown: return unknown
      default: break
      }
      report(
        Diagnostic(
          .noSuchOperator, "`\(name.text)` does not take \(program.described(operand.type))",
          at: operand.span))
      return unknown
    case .root(let degree):
      let operand = expression(arguments[0].value, expecting: .number)
      if case .float(let dimension) = operand.type, let root = dimension.root(degree) {
        return make([operand], .float(root))
      }
      if !isUnknown(operand.type) { report(mismatch(operand, wanted: .number)) }
      return unknown
    case .several, .twoToAngle, .pair:
      var common: Type =
        arguments.contains { isFloatLiteral($0.value) } || expecting == .number || shape != .several
        ? .number : .integer
      if let first = arguments.first(where: { !isLiteral($0.value) }) {
        let value = settled(expression(first.value))
        settledArguments[first.value] = value
        common = value.type
      }
      var values: [TypedExpression] = []
      for argument in arguments {
        let hint: Type? =
          if isLiteral(argument.value), case .float = common { .number } else { common }
        values.append(coerce(expression(argument.value, expecting: hint), to: common))
      }
      if values.contains(where: { isUnknown($0.type) }) { return unknown }
      // Of several the first two, then their result with the third, and so on.
      let chained = values.dropFirst().reduce(values[0]) {
        make([$0, $1], shape == .twoToAngle ? .float(.angle) : common)
      }
      switch common {
      case .float: return chained
      case .integer, .integer32, .duration, .timestamp: if shape == .several { return chained }
      case .string: if shape == .several { return chained }
      case .parameter where isOrdered(common): if shape == .several { return chained }
      default: break
      }
      report(
        Diagnostic(
          .noSuchOperator, "`\(name.text)` does not take \(program.described(common))", at: span))
      return unknown
    }
  }

  // MARK: Conversions

  private mutating func convert(to name: Name, _ arguments: [Argument], at span: Span)
    -> TypedExpression
  {
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    guard arguments.count == 1, arguments[0].label == nil, !arguments[0].isInout else {
      typeAll(arguments)
      report(Diagnostic(.wrongArguments, "`\(name.text)(…)` converts one value", at: span))
      return unknown
    }
    let id = arguments[0].value
    let wanted: Type? =
      switch name.text {
      case "Float" where isLiteral(id): .number
      case "Duration": .float(.time)
      default: nil
      }
    return convert(settled(expression(id, expecting: wanted)), to: name.text, at: span)
  }

  /// `value` converted to the type called `name`; says so where there is no such conversion.
  mutating func convert(_ value: TypedExpression, to name: String, at span: Span)
    -> TypedExpression
  {
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    func make(_ conversion: Conversion, _ operand: TypedExpression, _ type: Type) -> TypedExpression
    {
      TypedExpression(.convert(conversion, operand), type, at: span)
    }
    if isNumber(value.type) {
      useAsBareNumber(value.type, "it is converted to a bare number", at: span)
      switch name {
      case "Float": return make(.genericToFloat, value, .number)
      case "Int": return make(.genericToInteger, value, .integer)
      case "Int32": return make(.genericToInteger32, value, .integer32)
      default: break
      }
    }
    switch (name, value.type) {
    case (_, .unknown): return unknown
    case ("String", _):
      return TypedExpression(.interpolation([.value(value, .plain)]), .string, at: span)
    case ("Int", .number): return make(.floatToInteger, value, .integer)
    case ("Int", .integer32): return make(.integer32ToInteger, value, .integer)
    case ("Int", .integer), ("Int32", .integer32), ("Float", .number), ("Duration", .duration):
      return TypedExpression(value.kind, value.type, at: span)
    case ("Int32", .integer): return make(.integerToInteger32, value, .integer32)
    case ("Int32", .number):
      return make(.integerToInteger32, make(.floatToInteger, value, .integer), .integer32)
    case ("Float", .integer): return make(.integerToFloat, value, .number)
    case ("Float", .integer32):
      return make(.integerToFloat, make(.integer32ToInteger, value, .integer), .number)
    case ("Duration", .float(.time)): return make(.secondsToDuration, value, .duration)
    default: break
    }
    var notes: [String] = []
    if case .float(let dimension) = value.type, !dimension.isNone, let unit = unitName(value.type) {
      notes = ["Divide by a unit to get a bare number: `x / 1 \(unit)`."]
    } else if value.type == .boolean {
      notes = ["Write what true and false are to be: `if b { 1 } else { 0 }`."]
    }
    report(
      Diagnostic(
        name == "Duration" && (value.type == .integer || value.type == .number)
          ? .dimension : .mismatch,
        "\(program.described(value.type)) does not become a `\(name)`", at: value.span,
        notes: notes))
    return unknown
  }

  /// `T(n)`, of a whole number.
  mutating func convert(
    toGeneric type: Type, _ name: Name, _ arguments: [Argument], at span: Span
  ) -> TypedExpression {
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    guard arguments.count == 1, arguments[0].label == nil, !arguments[0].isInout else {
      typeAll(arguments)
      report(Diagnostic(.wrongArguments, "`\(name.text)(…)` converts one value", at: span))
      return unknown
    }
    let value = settled(
      expression(arguments[0].value, expecting: isLiteral(arguments[0].value) ? type : nil))
    if value.type == type || isUnknown(value.type) {
      return TypedExpression(value.kind, value.type, at: span)
    }
    guard value.type == .integer else {
      report(
        Diagnostic(
          .mismatch,
          "\(program.described(value.type)) does not become a `\(name.text)`: an `Int` does",
          at: value.span))
      return unknown
    }
    useAsBareNumber(type, "an `Int` is converted to it", at: span)
    return TypedExpression(.convert(.integerToGeneric, value), type, at: span)
  }

  /// Types what a user gave for the argument `member`; nil after an error.
  ///
  /// The tree holds one constant, the value.
  mutating func argumentInitializer(_ given: ParsedModule, for member: MemberID) -> FunctionID? {
    guard case .constant(let field)? = given.declarations.first, given.declarations.count == 1,
      let value = field.value
    else { return nil }
    module = modules.modules.count - 1
    givenTree = given
    defer { givenTree = nil }
    body = BodyState()
    let id = declareInitializer(value, of: program[member].type, named: field.name)
    typePending()
    return id
  }
}
