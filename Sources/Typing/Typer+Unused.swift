import Diagnostics
import Syntax

// Statements that do nothing.

extension Typer {
  /// Warns of a comparison that stands as a statement, so that nobody learns its result.
  mutating func noteUnused(
    _ operation: InfixOperator, _ left: ExpressionID, _ sign: Span, at span: Span
  ) {
    switch operation {
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: break
    default: return
    }
    let isPlace: Bool
    switch tree[left] {
    case .name, .member, .index, .tupleElement: isPlace = operation == .equal
    default: isPlace = false
    }
    warnings.append(
      Diagnostic(
        .comparisonUnused, "this comparison does nothing", at: span,
        remark: "its result is not used",
        fixes: isPlace ? [Fix("to assign, write `=`", [Edit(sign, "=")], application: .never)] : []
      ))
  }
}
