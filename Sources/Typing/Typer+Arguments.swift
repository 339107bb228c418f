import Diagnostics
import Syntax

// Which argument goes to which parameter (rule 12), and which of several functions takes them (rule
// 13).

/// A parameter as a call sees it.
struct Formal {
  let name: String
  let label: String?
  let type: Type
  let isInout: Bool
  let defaultValue: TypedExpression?
}

/// What a parameter gets.
enum MatchedArgument {
  case given(Argument)
  case standard(TypedExpression)
}

extension Typer {
  enum ArgumentFault: Error {
    case missing(Formal)
    case superfluous(Argument)
    case label(Argument, expected: Formal)
  }

  /// Which argument goes to which parameter.
  func assignment(_ arguments: [Argument], _ formals: [Formal]) -> Result<
    [MatchedArgument], ArgumentFault
  > {
    var result: [MatchedArgument] = []
    result.reserveCapacity(formals.count)
    var next = 0
    // The last parameter that was left out; what follows one needs its label.
    var skipped: Formal?
    for formal in formals {
      if next < arguments.count {
        let argument = arguments[next]
        let fits: Bool
        if let label = formal.label {
          fits = argument.label?.text == label
        } else {
          fits = argument.label == nil ? skipped == nil : argument.label?.text == formal.name
        }
        if fits {
          result.append(.given(argument))
          next += 1
          continue
        }
      }
      guard let value = formal.defaultValue else {
        return .failure(
          next < arguments.count
            ? .label(arguments[next], expected: formal) : .missing(formal))
      }
      result.append(.standard(value))
      skipped = formal
    }
    guard next < arguments.count else { return .success(result) }
    if let skipped, arguments[next].label == nil {
      return .failure(.label(arguments[next], expected: skipped))
    }
    return .failure(.superfluous(arguments[next]))
  }

  func matches(_ arguments: [Argument], _ formals: [Formal]) -> Bool {
    if case .success = assignment(arguments, formals) { return true }
    return false
  }

  /// As `assignment`, saying what is wrong; nil if something is.
  mutating func match(
    _ arguments: [Argument], to formals: [Formal], of name: String, declaredAt declaration: Span?,
    at span: Span
  ) -> [MatchedArgument]? {
    let labels = declaration.map { [Label("declared here", at: $0)] } ?? []
    switch assignment(arguments, formals) {
    case .success(let matched): return matched
    case .failure(let fault):
      let reportedCount = diagnostics.count
      typeAll(arguments)
      if case .superfluous(let argument) = fault, diagnostics.count > reportedCount,
        let last = diagnostics.last?.span, last.source == tree.span(of: argument.value).source,
        tree.span(of: argument.value).start <= last.start,
        last.end <= tree.span(of: argument.value).end
      {
        // What is wrong with it may be why it stands there.
        return nil
      }
      switch fault {
      case .missing(let parameter):
        report(
          Diagnostic(
            .wrongArguments, "`\(name)` needs its argument\(called(parameter))", at: span,
            labels: labels))
      case .superfluous(let argument):
        let known = argument.label.map { label in
          formals.contains { $0.name == label.text || $0.label == label.text }
        }
        var message =
          formals.isEmpty
          ? "`\(name)` takes no arguments" : "`\(name)` takes no further argument here"
        if let label = argument.label {
          message =
            known == true
            ? "the argument `\(label.text)` of `\(name)` stands in the wrong place"
            : "`\(name)` has no argument `\(label.text)`"
        }
        var fixes: [Fix] = []
        if let label = argument.label, known == false,
          let near = nearest(to: label.text, among: formals.map(\.name))
        {
          fixes = [Fix("did you mean `\(near)`?", [Edit(label.span, near)])]
        }
        report(
          Diagnostic(
            .wrongArguments, message, at: argument.label?.span ?? tree.span(of: argument.value),
            labels: labels,
            notes: known == true ? ["Arguments are written in the order of the parameters."] : [],
            fixes: fixes))
      case .label(let argument, let formal):
        let place = tree.span(of: argument.value)
        let wanted = formal.label ?? formal.name
        if let label = argument.label, unit(named: label.text) != nil,
          case .number = tree[argument.value]
        {
          // `delay(ms: 100)`
          let whole = label.span.joined(with: place)
          let meant = "\(program.sources[place.source].text(place)) \(label.text)"
          report(
            Diagnostic(
              .wrongArguments, "the unit `\(label.text)` stands behind its number", at: label.span,
              labels: labels, fixes: [Fix("write `\(meant)`", [Edit(whole, meant)])]))
        } else if let label = argument.label {
          let isKnown = formals.contains { $0.name == label.text || $0.label == label.text }
          report(
            Diagnostic(
              .wrongArguments,
              isKnown
                ? "`\(name)` needs its argument `\(wanted)` before `\(label.text)`"
                : wanted.isEmpty
                  ? "this argument of `\(name)` has no label"
                  : "`\(name)` has no argument `\(label.text)`; `\(wanted)` is due here",
              at: label.span, labels: labels,
              fixes: isKnown
                ? []
                : wanted.isEmpty
                  ? [
                    Fix(
                      "leave it out",
                      [Edit(Span(place.source, Int(label.span.start), Int(place.start)), "")])
                  ] : [Fix("use its label", [Edit(label.span, wanted)])]))
        } else {
          let start = Span(place.source, Int(place.start), Int(place.start))
          report(
            Diagnostic(
              .wrongArguments, "this argument of `\(name)` needs its label `\(wanted):`", at: place,
              labels: labels,
              fixes: [Fix("write the label", [Edit(start, "\(wanted): ")])]))
        }
      }
      return nil
    }
  }

  /// How a parameter is called; one without a name by its type.
  private func called(_ formal: Formal) -> String {
    let name = formal.label ?? formal.name
    return name.isEmpty ? ", \(program.described(formal.type))" : " `\(name)`"
  }
}
