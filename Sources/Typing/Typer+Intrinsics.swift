import Diagnostics
import Syntax

// What the language does itself, and the conversions: called like functions, typed here.

/// Functions that are there without being declared anywhere.
let intrinsicNames: Set<String> = Set(fixedIntrinsics.keys).union(numericIntrinsics.keys).union(
  conversionNames
).union(["output", "gate", "input", "print", "simulate", "expect", "least_squares"])

/// Whether the intrinsic `name` is called with nothing between its parentheses.
func takesNothing(_ name: String) -> Bool {
  fixedIntrinsics[name].map { $0.parameters.isEmpty } ?? false
}

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

  /// `print("n =", n)`.
  private func severalPrinted(_ arguments: [Argument], at span: Span) -> Diagnostic {
    var fixes: [Fix] = []
    if arguments.count > 1, case .string = tree[arguments[0].value],
      arguments.dropFirst().allSatisfy({ isPlainName($0.value) && $0.label == nil })
    {
      let text = tree.span(of: arguments[0].value)
      let values = arguments.dropFirst().map { argument in
        let place = tree.span(of: argument.value)
        return " {\(program.sources[place.source].text(place))}"
      }
      let last = arguments.last.map { Int(tree.span(of: $0.value).end) } ?? Int(text.end)
      if !program.sources[text.source].text(text).contains("%") {
        fixes = [
          Fix(
            "put them into the string",
            [Edit(Span(text.source, Int(text.end) - 1, last), values.joined() + "\"")])
        ]
      }
    }
    return Diagnostic(
      .wrongArguments, "`print` takes one value", at: span,
      notes: ["Put several into one string: `print(\"{a} and {b}\")`."], fixes: fixes)
  }

  private func isPlainName(_ value: ExpressionID) -> Bool {
    switch tree[value] {
    case .name, .number: true
    case .member(let base, _): isPlainName(base)
    default: false
    }
  }

  private mutating func callPrint(_ arguments: [Argument], at span: Span) -> TypedExpression {
    guard arguments.count == 1, arguments[0].label == nil, !arguments[0].isInout else {
      let known = diagnostics.count
      typeAll(arguments)
      diagnostics.removeLast(diagnostics.count - known)
      report(severalPrinted(arguments, at: span))
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
    let count = shape.operandCount
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
    var values: [TypedExpression]
    switch shape {
    case .angleToNumber, .numberToAngle, .numberToNumber:
      let wanted = shape.onlyOperand ?? .number
      let operand = expression(arguments[0].value, expecting: wanted)
      // What cannot go over single values has a message of its own.
      values = [operand.type.arrayElement == nil ? coerce(operand, to: wanted) : operand]
    case .same, .sameFloat:
      let wanted =
        isLiteral(arguments[0].value) && shape == .sameFloat ? Type.number : expecting
      values = [settled(expression(arguments[0].value, expecting: wanted))]
    case .root: values = [expression(arguments[0].value, expecting: .number)]
    case .several, .twoToAngle, .pair:
      var common: Type =
        arguments.contains { isFloatLiteral($0.value) } || expecting == .number || shape != .several
        ? .number : .integer
      if let first = arguments.first(where: { !isLiteral($0.value) }) {
        let value = settled(expression(first.value))
        settledArguments[first.value] = value
        common = value.type
      }
      values = []
      for argument in arguments {
        let hint: Type? =
          if isLiteral(argument.value), case .float = common { .number } else { common }
        let operand = expression(argument.value, expecting: hint)
        values.append(
          operand.type.arrayElement == nil && common.arrayElement == nil
            ? coerce(operand, to: common) : operand)
      }
    }
    if values.contains(where: { isUnknown($0.type) }) { return unknown }
    if let result = numeric(intrinsic, shape, values, at: span) { return result }
    report(notTaken(name, values, shape))
    return unknown
  }

  /// The function of mathematics called `name` does not take `operands`.
  private func notTaken(_ name: Name, _ operands: [TypedExpression], _ shape: NumericShape)
    -> Diagnostic
  {
    let culprit = operands.first { $0.type.arrayElement != nil } ?? operands[0]
    let span = operands.count == 1 || culprit.type.arrayElement != nil ? culprit.span : name.span
    if case .root = shape, case .float = culprit.type {
      return Diagnostic(
        .dimension,
        "`\(name.text)` of \(program.described(culprit.type)) has no unit: its dimension has no such root",
        at: span)
    }
    var notes: [String] = []
    if culprit.type.arrayElement != nil {
      let text = program.sources[culprit.span.source].text(culprit.span)
      if case .fixedArray(_, let lengths) = culprit.type, lengths.count > 1 {
        notes = ["It takes single values: go over the elements of the matrix one by one."]
      } else if operands.count == 1 {
        notes = ["It takes single values; of each element: `\(text).map(\(name.text))`."]
      } else {
        notes = [
          "It takes single values; of each element: `[\(name.text)(x, …) for x in \(text)]`."
        ]
      }
    } else if case .integer = culprit.type, shape == .sameFloat {
      notes = ["An `Int` is whole already."]
    } else if case .root = shape {
      return mismatch(culprit, wanted: .number)
    }
    return Diagnostic(
      .noSuchOperator, "`\(name.text)` does not take \(program.described(culprit.type))", at: span,
      notes: notes)
  }
}
