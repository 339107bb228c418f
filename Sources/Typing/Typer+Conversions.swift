import Diagnostics
import Syntax

// Conversions, written as calls of the type that is wanted (rules 8 and 9).

extension Typer {
  mutating func convert(to name: Name, _ arguments: [Argument], at span: Span)
    -> TypedExpression
  {
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    guard arguments.count == 1, arguments[0].label == nil, !arguments[0].isInout else {
      typeAll(arguments)
      report(Diagnostic(.wrongArguments, "`\(name.text)(…)` converts one value", at: span))
      return unknown
    }
    let id = arguments[0].value
    if name.text == "Duration", let literal = roundedDuration(id, at: span) { return literal }
    let wanted: Type? =
      switch name.text {
      case "Float" where isLiteral(id): .number
      case "Duration": .float(.time)
      default: nil
      }
    return convert(settled(expression(id, expecting: wanted)), to: name.text, at: span)
  }

  /// `value` converted to the type called `name`; nil if there is no such conversion.
  mutating func conversion(of value: TypedExpression, to name: String, at span: Span)
    -> TypedExpression?
  {
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
    case ("String", _):
      if value.type == .unit || value.type.holdsFunction || value.type.isOfDevices { return nil }
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
    default: return nil
    }
  }

  /// `value` converted to the type called `name`; says so where there is no such conversion.
  mutating func convert(_ value: TypedExpression, to name: String, at span: Span)
    -> TypedExpression
  {
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    if isUnknown(value.type) { return unknown }
    if let converted = conversion(of: value, to: name, at: span) { return converted }
    var notes: [String] = []
    if case .float(let dimension) = value.type, !dimension.isNone, let unit = unitName(value.type) {
      notes = ["Divide by a unit to get a bare number: `x / 1 \(unit)`."]
    } else if value.type == .duration, name == "Float" || name == "Int" {
      notes = ["Divide by a unit to get a bare number: `x / 1 us`."]
    } else if value.type == .boolean {
      notes = ["Write what true and false are to be: `if b { 1 } else { 0 }`."]
    }
    report(
      Diagnostic(
        name == "Duration" && (value.type == .integer || value.type == .number)
          ? .dimension : .mismatch,
        "\(program.described(value.type)) does not become \(withArticle(name))", at: value.span,
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
          "\(program.described(value.type)) does not become \(withArticle(name.text)): an `Int` does",
          at: value.span))
      return unknown
    }
    useAsBareNumber(type, "an `Int` is converted to it", at: span)
    return TypedExpression(.convert(.integerToGeneric, value), type, at: span)
  }
}
