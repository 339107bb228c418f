import Diagnostics
import Syntax

// Arrays made of others by converting each element.

extension Typer {
  /// `[Int32](xs)`, `[Float; 3](xs)`: an array of the other's elements, each converted;
  /// `Pair<Int>(…)`: a structure made with the type arguments that are written.
  mutating func convertArray(to written: TypeID, _ arguments: [Argument], at span: Span)
    -> TypedExpression
  {
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    let wanted = resolve(written, generics: body.generics)
    if case .structure(let id, _) = wanted {
      let made = makeStructure(id, arguments, expecting: wanted, at: span)
      if made.type == wanted || isUnknown(made.type) { return made }
      report(mismatch(made, wanted: wanted))
      return unknown
    }
    guard arguments.count == 1, let argument = arguments.first, argument.label == nil,
      !argument.isInout
    else {
      typeAll(arguments)
      report(
        Diagnostic(
          .wrongArguments, "`\(program.text(wanted))(…)` converts one array", at: span))
      return unknown
    }
    if case .array = tree[argument.value], adapts(argument.value), !isUnknown(wanted) {
      let value = value(argument.value, as: wanted)
      return TypedExpression(value.kind, value.type, at: span)
    }
    let value = settled(expression(argument.value))
    if isUnknown(value.type) || isUnknown(wanted) { return unknown }
    return convertArray(value, to: wanted, at: span) ?? unknown
  }

  private mutating func convertArray(_ value: TypedExpression, to wanted: Type, at span: Span)
    -> TypedExpression?
  {
    if value.type == wanted { return TypedExpression(value.kind, wanted, at: span) }
    let source: Type
    let element: Type
    switch value.type {
    case .array(let inner), .fixedArray(let inner, _): source = inner
    default:
      report(mismatch(value, wanted: wanted))
      return nil
    }
    switch wanted {
    case .array(let inner), .fixedArray(let inner, _): element = inner
    default:
      report(
        Diagnostic(
          .mismatch,
          "\(program.described(value.type)) does not become \(program.described(wanted))",
          at: value.span))
      return nil
    }
    // Whether the lengths agree is known where both are fixed, else it is asked when it runs.
    var isSure = false
    if case .fixedArray(_, let m) = value.type, case .fixedArray(_, let n) = wanted {
      isSure = m == n
      if let given = value.type.elementCount, let due = wanted.elementCount {
        guard given == due else {
          report(mismatch(value, wanted: wanted))
          return nil
        }
        isSure = true
      }
    }
    var needsLoop = source != element
    if case .array = wanted {
      isSure = true
      needsLoop = true
    }
    var result = value
    if needsLoop {
      let item = body.newLocal("_", source, isVariable: false, at: value.span)
      let local = TypedExpression(.local(item), source, at: value.span)
      let converted: TypedExpression?
      switch (source, element) {
      case (.array, .array), (.array, .fixedArray), (.fixedArray, .array),
        (.fixedArray, .fixedArray):
        converted = convertArray(local, to: element, at: value.span)
      default: converted = convertElement(local, to: element)
      }
      guard let converted else { return nil }
      let loop = TypedLoop(source: .array(flat(value)), variable: item)
      result = TypedExpression(.comprehension(converted, [.loop(loop)]), .array(element), at: span)
    }
    guard !isSure, case .fixedArray(_, let lengths) = wanted else {
      return TypedExpression(result.kind, wanted, at: span)
    }
    return TypedExpression(.intrinsic(.sized(lengths), [result]), wanted, at: span)
  }

  /// All elements of an array or matrix, for a loop.
  private func flat(_ value: TypedExpression) -> TypedExpression {
    guard case .fixedArray(let element, let lengths) = value.type, lengths.count > 1 else {
      return value
    }
    return TypedExpression(value.kind, .fixedArray(element, []), at: value.span)
  }

  private mutating func convertElement(_ value: TypedExpression, to type: Type)
    -> TypedExpression?
  {
    if value.type == type { return value }
    let name: String
    switch type {
    case .integer: name = "Int"
    case .integer32: name = "Int32"
    case .number: name = "Float"
    case .duration: name = "Duration"
    case .string: name = "String"
    case .float(.time) where value.type == .duration:
      return TypedExpression(.convert(.durationToSeconds, value), type, at: value.span)
    default:
      report(mismatch(value, wanted: type))
      return nil
    }
    let converted = convert(value, to: name, at: value.span)
    return isUnknown(converted.type) ? nil : converted
  }
}
