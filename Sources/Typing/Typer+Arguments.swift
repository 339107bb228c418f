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
    case missing(String)
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
            ? .label(arguments[next], expected: formal) : .missing(formal.label ?? formal.name))
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
      typeAll(arguments)
      switch fault {
      case .missing(let parameter):
        report(
          Diagnostic(
            .wrongArguments, "`\(name)` needs its argument `\(parameter)`", at: span, labels: labels
          ))
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
        if let label = argument.label {
          let isKnown = formals.contains { $0.name == label.text || $0.label == label.text }
          report(
            Diagnostic(
              .wrongArguments,
              isKnown
                ? "`\(name)` needs its argument `\(wanted)` before `\(label.text)`"
                : "`\(name)` has no argument `\(label.text)`; `\(wanted)` is due here",
              at: label.span, labels: labels,
              fixes: isKnown ? [] : [Fix("use its label", [Edit(label.span, wanted)])]))
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

  // MARK: Overloads

  /// Those of `candidates` whose parameters take the types of the arguments.
  ///
  /// Arguments that do not depend on the parameter are typed here, once, and found again by
  /// `expression`.
  mutating func narrowed(
    _ candidates: [FunctionID], _ arguments: [Argument], _ receiver: TypedExpression?,
    _ shapes: [FunctionID: [Formal]]
  ) -> [FunctionID] {
    var types: [ExpressionID: Type] = [:]
    for argument in arguments where !argument.isInout && !adapts(argument.value) {
      let value = expression(argument.value)
      types[argument.value] = value.type
      settledArguments[argument.value] = value
    }
    let fitting = candidates.filter { id in
      var map: [GenericID: GenericArgument] = [:]
      if let receiver, let first = program[id].parameters.first {
        guard unify(first.type, receiver.type, &map) else { return false }
      }
      let formals = shapes[id] ?? []
      guard case .success(let matched) = assignment(arguments, formals) else { return false }
      for (formal, source) in zip(formals, matched) {
        guard case .given(let argument) = source, !argument.isInout else { continue }
        if let type = types[argument.value] {
          if !unify(formal.type, type, &map), !isUnknown(type) { return false }
        } else if !takes(formal.type, argument.value) {
          return false
        }
      }
      return true
    }
    if fitting.count < 2 { return fitting }
    // Where nothing else decides, a number goes by its spelling (rule 4).
    let bySpelling = fitting.filter { id in
      guard case .success(let matched) = assignment(arguments, shapes[id] ?? []) else {
        return false
      }
      return zip(shapes[id] ?? [], matched).allSatisfy { formal, source in
        guard case .given(let argument) = source, let spelled = spelledType(of: argument.value)
        else { return true }
        return formal.type == spelled
      }
    }
    return bySpelling.isEmpty ? fitting : bySpelling
  }

  /// The type that a number, or an array of numbers, has by its spelling.
  private func spelledType(of id: ExpressionID) -> Type? {
    if isLiteral(id) { return isFloatLiteral(id) ? .number : .integer }
    guard case .array(let elements) = tree[id], !elements.isEmpty,
      elements.prefix(64).allSatisfy({ isLiteral($0) })
    else { return nil }
    return .array(elements.contains { isFloatLiteral($0) } ? .number : .integer)
  }

  /// Whether the type of `id` follows that of the place where it stands: literals, and what is made
  /// of them.
  func adapts(_ id: ExpressionID) -> Bool {
    switch tree[id] {
    case .number, .none, .implicitMember: true
    case .prefix(.minus, let inner), .parenthesized(let inner): adapts(inner)
    case .array(let elements): elements.prefix(64).allSatisfy { adapts($0) }
    case .tuple(let parts): parts.contains { adapts($0) }
    case .repeated(let element, _): adapts(element)
    case .call(let callee, _): if case .implicitMember = tree[callee] { true } else { false }
    default: false
    }
  }

  /// Whether `id`, which adapts, can become a `type`.
  private func takes(_ type: Type, _ id: ExpressionID) -> Bool {
    switch (tree[id], type) {
    case (_, .parameter), (_, .unknown): true
    case (.parenthesized(let inner), _), (.prefix(_, let inner), _): takes(type, inner)
    case (.none, .optional): true
    case (_, .optional(let inner)): takes(inner, id)
    case (.number, .integer), (.number, .integer32): !isFloatLiteral(id)
    case (.number, .float(let dimension)): dimension.isNone || !dimension.variables.isEmpty
    case (.array(let elements), .array(let element)),
      (.array(let elements), .fixedArray(let element, _)):
      elements.prefix(64).allSatisfy { adapts($0) ? takes(element, $0) : true }
    case (.repeated(let value, _), .array(let element)),
      (.repeated(let value, _), .fixedArray(let element, _)):
      takes(element, value)
    case (.tuple(let parts), .tuple(let types)): parts.count == types.count
    case (.implicitMember, .enumeration), (.call, .enumeration): true
    default: false
    }
  }
}
