import Diagnostics

// Defaults of arguments that lie outside the range that the argument itself declares.

extension Typer {
  /// Reports the default of an argument, or an element of it, that its own range does not take, as
  /// far as both are written as numbers.
  mutating func rejectDefaultsOutOfRange() {
    for member in program.members where member.kind == .argument {
      guard let value = member.initializer.flatMap({ written(program[$0]) }) else { continue }
      let low = limit(member.lower, of: member)
      let high = limit(member.upper, of: member)
      let (lower, upper) = (low.flatMap(number), high.flatMap(number))
      if let low, let lower, let upper, lower > upper {
        report(
          Diagnostic(
            .valueOutOfRange, "the range of `\(member.name)` is empty", at: low.span,
            remark: "the lower limit lies above the upper one"))
        continue
      }
      var values = [value]
      if let elements = value.writtenElements { values = elements }
      for value in values {
        guard let number = number(value) else { continue }
        guard lower.map({ number < $0 }) ?? false || upper.map({ number > $0 }) ?? false else {
          continue
        }
        report(
          Diagnostic(
            .valueOutOfRange, "the default of `\(member.name)` lies outside its own range",
            at: value.span,
            notes: ["Every run that does not give the argument another value would be refused."]))
      }
    }
  }

  /// A limit as it is written; nil where it is of another type, which has been reported.
  private func limit(_ initializer: FunctionID?, of member: Member) -> TypedExpression? {
    var type = member.type
    while let element = type.arrayElement { type = element }
    guard let value = initializer.flatMap({ written(program[$0]) }), value.type == type else {
      return nil
    }
    return value
  }

  /// The value that `initializer` gives.
  private func written(_ initializer: TypedFunction) -> TypedExpression? {
    guard case .returnValue(let value?)? = initializer.body.statements.last?.kind,
      initializer.body.statements.count == 1
    else { return nil }
    return value
  }

  private func number(_ expression: TypedExpression) -> Double? {
    switch expression.kind {
    case .integer(let number): Double(number)
    case .float(let number): number
    case .unary(.negateInteger, let inner), .unary(.negateInteger32, let inner),
      .unary(.negateFloat, let inner):
      number(inner).map { -$0 }
    default: nil
    }
  }
}
