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
    var fitting = candidates.filter { id in
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
    // One that takes a `[T; n]` as it is goes before those that take it as a `[T]`.
    let exact = fitting.filter { id in
      if let receiver, let first = program[id].parameters.first,
        needsWidening(first.type, receiver.type)
      {
        return false
      }
      guard case .success(let matched) = assignment(arguments, shapes[id] ?? []) else {
        return false
      }
      return zip(shapes[id] ?? [], matched).allSatisfy { formal, source in
        guard case .given(let argument) = source, let type = types[argument.value] else {
          return true
        }
        return !needsWidening(formal.type, type)
      }
    }
    if !exact.isEmpty { fitting = exact }
    if fitting.count < 2 { return fitting }
    // Where nothing else decides, literals go by their spelling (rule 4).
    let spelled = arguments.reduce(into: [ExpressionID: Type]()) { result, argument in
      if !argument.isInout { result[argument.value] = spelledType(argument.value) }
    }
    var left = Set(fitting)
    for (argument, type) in spelled {
      var takers: Set<FunctionID> = []
      for exactly in [true, false] where takers.isEmpty {
        takers = Set(
          fitting.filter { id in
            let formals = shapes[id] ?? []
            guard case .success(let matched) = assignment(arguments, formals) else { return false }
            return zip(formals, matched).contains { formal, source in
              guard case .given(let given) = source, given.value == argument else { return false }
              return accepts(formal.type, type, exactly: exactly)
            }
          })
      }
      if !takers.isEmpty { left.formIntersection(takers) }
    }
    return left.isEmpty ? fitting : fitting.filter { left.contains($0) }
  }

  /// The type that `id` has with nothing beside it, if it is made of bare numbers alone.
  private func spelledType(_ id: ExpressionID) -> Type? {
    switch tree[id] {
    case .number(let numeral): return numeral.isFloat ? .number : .integer
    case .prefix(.minus, let inner), .parenthesized(let inner): return spelledType(inner)
    case .array(let elements):
      var common: Type?
      for element in elements {
        guard let type = spelledType(element) else { return nil }
        guard let known = common else {
          common = type
          continue
        }
        if known != type { common = joined(known, type) }
        if common == nil { return nil }
      }
      return common.map { .array($0) }
    case .repeated(let element, _): return spelledType(element).map { .array($0) }
    case .tuple(let parts):
      let types = parts.compactMap { spelledType($0) }
      return types.count == parts.count ? .tuple(types) : nil
    default: return nil
    }
  }

  /// What two spelled types have in common: among whole numbers and others, all are `Float`.
  private func joined(_ one: Type, _ other: Type) -> Type? {
    switch (one, other) {
    case (.integer, .integer): .integer
    case (.integer, .float), (.float, .integer), (.float, .float): .number
    case (.array(let a), .array(let b)): joined(a, b).map { .array($0) }
    default: nil
    }
  }

  /// Whether a parameter of type `type` takes literals of type `spelled` as what they are; if not
  /// `exactly`, also as an optional, a fixed array or any type at all.
  private func accepts(_ type: Type, _ spelled: Type, exactly: Bool) -> Bool {
    switch (type, spelled) {
    case (.integer, .integer): true
    case (.float(let dimension), .float): dimension.isNone || !dimension.variables.isEmpty
    case (.array(let element), .array(let inner)):
      accepts(element, inner, exactly: exactly)
    case (.tuple(let parts), .tuple(let types)):
      parts.count == types.count
        && zip(parts, types).allSatisfy { accepts($0, $1, exactly: exactly) }
    case (.parameter, _), (.unknown, _): !exactly
    case (.optional(let inner), _): !exactly && accepts(inner, spelled, exactly: false)
    case (.fixedArray(let element, let lengths), .array(let inner)):
      !exactly && accepts(lengths.count > 1 ? .array(element) : element, inner, exactly: false)
    default: false
    }
  }

  /// Whether a parameter of `formal` takes a `type` only as it takes a `[T; n]` for a `[T]`.
  private func needsWidening(_ formal: Type, _ type: Type) -> Bool {
    switch (formal, type) {
    case (.array, .fixedArray), (.optional(.array), .fixedArray): true
    default: false
    }
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
