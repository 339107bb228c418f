import Diagnostics
import Syntax

// Arguments of a call that are wrong together: each is one mistake.

extension Typer {
  /// Says that an argument has an `&` too many, or none; several without are one mistake of a call.
  mutating func reportMark(
    _ argument: Argument, _ parameter: TypedParameter, after earlier: inout Int?
  ) {
    let fault = inoutMark(argument, parameter)
    if !parameter.isInout { marksOfParameters[fault.span] = parameter.span }
    guard parameter.isInout, let place = earlier, place < diagnostics.count else {
      if parameter.isInout { earlier = diagnostics.count }
      return report(fault)
    }
    let first = diagnostics[place]
    diagnostics[place] = Diagnostic(
      first.code, first.message, at: first.span, remark: first.remark,
      labels: first.labels + [Label("and here", at: fault.span)], notes: first.notes,
      fixes: [
        Fix(
          "say so with `&`",
          (first.fixes.first?.edits ?? []) + (fault.fixes.first?.edits ?? []))
      ])
  }

  /// Two arguments of which each is what the other should be stand in the wrong order, which is one
  /// mistake.
  mutating func joinSwapped(
    _ matched: [MatchedArgument], _ function: TypedFunction, since count: Int
  ) {
    var wrong: [(value: ExpressionID, wanted: Type)] = []
    for (parameter, source) in zip(function.parameters, matched) {
      guard case .given(let argument) = source, argument.label == nil else { continue }
      let span = tree.span(of: argument.value)
      let isWrong = diagnostics[count...].contains {
        $0.span == span && ($0.code == .mismatch || $0.code == .dimension)
      }
      if isWrong { wrong.append((argument.value, parameter.type)) }
    }
    guard wrong.count == 2 else { return }
    let first = expression(wrong[0].value)
    let second = expression(wrong[1].value)
    func fits(_ value: TypedExpression, _ wanted: Type) -> Bool {
      value.type == wanted || conforms(value, to: wanted)
    }
    guard fits(first, wrong[1].wanted), fits(second, wrong[0].wanted),
      diagnostics.count == count + 2
    else {
      diagnostics.removeLast(diagnostics.count - count - 2)
      return
    }
    let texts = [first.span, second.span].map { program.sources[$0.source].text($0) }
    diagnostics.removeLast(2)
    report(
      Diagnostic(
        .wrongArguments, "the arguments of `\(function.name)` stand in another order",
        at: first.span, labels: [Label("declared here", at: function.nameSpan)],
        notes: ["Arguments are written in the order of the parameters."],
        fixes: [
          Fix("put them in this order", [Edit(first.span, texts[1]), Edit(second.span, texts[0])])
        ]))
  }

  private func inoutMark(_ argument: Argument, _ parameter: TypedParameter) -> Diagnostic {
    let span = tree.span(of: argument.value)
    let start = Span(span.source, Int(span.start), Int(span.start))
    if parameter.isInout {
      return Diagnostic(
        .wrongArguments, "`\(parameter.name)` is `inout`: what is passed is changed", at: span,
        labels: [Label("declared here", at: parameter.span)],
        fixes: [Fix("say so with `&`", [Edit(start, "&")])])
    }
    return Diagnostic(
      .wrongArguments, "`\(parameter.name)` is not `inout`: it takes a value, without `&`",
      at: span,
      labels: [Label("declared here", at: parameter.span)])
  }
}
