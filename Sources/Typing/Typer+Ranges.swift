import Diagnostics

// Defaults of arguments that lie outside the range that the argument itself declares.

extension Typer {
  /// Reports the default of an argument, or an element of it, that its own range does not take, as
  /// far as both are written as numbers.
  mutating func rejectDefaultsOutOfRange() {
    for member in program.members where member.kind == .argument {
      guard let value = member.initializer.flatMap({ written(program[$0]) }) else { continue }
      let lower = member.lower.flatMap { written(program[$0]) }.flatMap(number)
      let upper = member.upper.flatMap { written(program[$0]) }.flatMap(number)
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
