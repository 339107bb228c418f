import Diagnostics
import Syntax

// The conditions of `if`, `guard` and `while`, and what `let` binds there.

extension Typer {
  mutating func typeConditions(_ conditions: [Condition]) -> [TypedCondition] {
    var result: [TypedCondition] = []
    for condition in conditions {
      switch condition {
      case .expression(let expression): result.append(.expression(value(expression, as: .boolean)))
      case .binding(let pattern, let expression):
        let (value, others) = withoutAnd(expression)
        typeOptionalBinding(pattern, value, into: &result)
        for other in others { result.append(.expression(self.value(other, as: .boolean))) }
      }
    }
    return result
  }

  /// Of `let x = value and condition` the value, and the conditions, which belong behind commas;
  /// that is reported.
  private mutating func withoutAnd(_ expression: ExpressionID) -> (ExpressionID, [ExpressionID]) {
    var value = expression
    var others: [ExpressionID] = []
    var signs: [Span] = []
    var edits: [Edit] = []
    while case .infix(.and, let left, let right, let sign) = tree[value] {
      value = left
      others.append(right)
      signs.append(sign)
      let end = Int(tree.span(of: left).end)
      edits.append(Edit(Span(sign.source, end, Int(sign.end)), ","))
    }
    if let sign = signs.last {
      report(
        Diagnostic(
          .mismatch, "a comma stands between `let` and a further condition", at: sign,
          remark: "`and` joins two Bools, and what `let` binds is not yet there",
          fixes: [Fix("write commas", edits.reversed())]))
    }
    return (value, others.reversed())
  }

  private mutating func typeOptionalBinding(
    _ pattern: PatternID, _ expression: ExpressionID, into result: inout [TypedCondition]
  ) {
    let value = settled(self.expression(expression))
    let inner: Type
    var isCase = false
    if case .enumCase = tree[pattern] { isCase = true }
    switch value.type {
    case .optional(let type): inner = type
    case .unknown: inner = .unknown
    case _ where isCase: inner = .unknown
    default:
      report(
        Diagnostic(
          .mismatch,
          "`if let` and `guard let` take an optional apart; this is \(program.described(value.type)), always there",
          at: value.span))
      inner = .unknown
    }
    switch tree[pattern] {
    case .binding(let name):
      result.append(.binding(declareLocal(name, inner, isVariable: false), value))
    case .wildcard:
      result.append(.binding(body.newLocal("_", inner, isVariable: false, at: value.span), value))
    case .tuple:
      let whole = body.newLocal("", inner, isVariable: false, at: value.span)
      result.append(.binding(whole, value))
      let content = TypedExpression(.local(whole), inner, at: tree.span(of: pattern))
      result += bindParts(pattern, of: content).map { .declare($0.local, $0.value) }
    case .invalid: break
    case .enumCase:
      report(
        Diagnostic(
          .unexpected, "a value is taken apart by its cases in a `match` only",
          at: tree.span(of: pattern),
          notes: [
            "`if let` and `guard let` bind what an optional holds: a name, or a tuple of names."
          ]
        ))
      // The names that it was to bind are not unknown beside that.
      let nothing = TypedExpression(.invalid, .unknown, at: tree.span(of: pattern))
      for (name, value) in self.pattern(pattern, of: nothing).bindings {
        _ = declareLocal(name, value.type, isVariable: false, warns: false)
      }
    case .literal, .range:
      report(Diagnostic(.unexpected, "a name is due here", at: tree.span(of: pattern)))
    }
  }

  /// The locals that the names of `pattern` are bound to, with the parts of `value` that they are.
  mutating func bindParts(_ pattern: PatternID, of value: TypedExpression) -> [(
    local: LocalID, value: TypedExpression
  )] {
    let outer = body.isTopOfPrepare
    body.isTopOfPrepare = false
    defer { body.isTopOfPrepare = outer }
    var statements: [TypedStatement] = []
    bind(pattern, to: value, isVariable: false, at: tree.span(of: pattern), into: &statements)
    return statements.compactMap {
      if case .declare(let local, let value) = $0.kind { (local, value) } else { nil }
    }
  }
}
