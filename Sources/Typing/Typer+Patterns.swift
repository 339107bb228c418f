import Diagnostics
import Syntax

/// What a pattern asks of a value, what it binds, and which values it covers.
struct TypedPattern {
  /// Each is evaluated only if those before it hold; none has effects.
  var tests: [TypedExpression] = []
  /// Parts of the value by the names that they get; evaluated only if all tests hold.
  var bindings: [(name: Name, value: TypedExpression)] = []
  var space = CaseSpace.all
  var hasError = false
}

// Patterns after `case` (rule 15).

extension Typer {
  /// Types the pattern `id` that is held against `value`, which may be evaluated any number of
  /// times.
  mutating func pattern(_ id: PatternID, of value: TypedExpression) -> TypedPattern {
    let span = tree.span(of: id)
    if case .optional(let inner) = value.type, !isPatternOfOptional(id, inner) {
      // A pattern of what an optional holds is one of the optional too.
      var typed = pattern(id, of: payload(of: value, 1, 0, inner, at: span))
      typed.tests.insert(isCase(value, 1, at: span), at: 0)
      typed.space = .of(.some, [typed.space])
      return typed
    }
    switch tree[id] {
    case .invalid: return TypedPattern(hasError: true)
    case .wildcard: return TypedPattern()
    case .binding(let name): return TypedPattern(bindings: [(name, value)])
    case .tuple(let parts): return tuplePattern(parts, of: value, at: span)
    case .enumCase(let name, let parts): return casePattern(name, parts, of: value, at: span)
    case .literal(let literal): return literalPattern(literal, of: value, at: span)
    case .range(let range): return rangePattern(range, of: value, at: span)
    }
  }

  private func isCase(_ value: TypedExpression, _ tag: Int, at span: Span) -> TypedExpression {
    TypedExpression(.isCase(value, tag), .boolean, at: span)
  }

  private func payload(
    of value: TypedExpression, _ tag: Int, _ field: Int, _ type: Type, at span: Span
  ) -> TypedExpression {
    TypedExpression(.payload(value, tag: tag, field: field), type, at: span)
  }

  /// Whether the pattern is one of the optional itself, not of what it holds.
  private func isPatternOfOptional(_ id: PatternID, _ inner: Type) -> Bool {
    switch tree[id] {
    case .invalid, .wildcard, .binding: return true
    case .tuple, .range: return false
    case .literal(let literal):
      guard case .none = tree[literal] else { return false }
      return true
    case .enumCase(let name, _):
      guard name.text == "some" || name.text == "none" else { return false }
      // An enum's own case of that name goes before.
      guard case .enumeration(let id, _) = inner else { return true }
      return !program[id].cases.contains { $0.name == name.text }
    }
  }

  private mutating func tuplePattern(_ parts: [PatternID], of value: TypedExpression, at span: Span)
    -> TypedPattern
  {
    var types = [Type](repeating: .unknown, count: parts.count)
    var result = TypedPattern()
    if case .tuple(let own) = value.type, own.count == parts.count {
      types = own
    } else {
      result.hasError = true
      if !isUnknown(value.type) {
        report(
          Diagnostic(
            .mismatch,
            "`\(program.text(value.type))` does not come apart into \(parts.count) values", at: span
          ))
      }
    }
    var spaces: [CaseSpace] = []
    for (index, (part, type)) in zip(parts, types).enumerated() {
      let element = TypedExpression(.tupleElement(value, index), type, at: tree.span(of: part))
      spaces.append(add(pattern(part, of: element), to: &result))
    }
    result.space = .of(.tuple, spaces)
    return result
  }

  /// Lets `whole` ask and bind what `part` does; the space of the part.
  private func add(_ part: TypedPattern, to whole: inout TypedPattern) -> CaseSpace {
    whole.tests += part.tests
    whole.bindings += part.bindings
    if part.hasError { whole.hasError = true }
    return part.space
  }

  private mutating func casePattern(
    _ name: Name, _ parts: [PatternID], of value: TypedExpression, at span: Span
  ) -> TypedPattern {
    var result = TypedPattern()
    let tag: Int
    let types: [Type]
    let constructor: CaseConstructor
    switch value.type {
    case .enumeration(let id, let arguments):
      guard let index = program[id].cases.firstIndex(where: { $0.name == name.text }) else {
        report(noSuchMember(name, of: value.type))
        return unknownParts(parts, at: span)
      }
      (tag, constructor) = (index, .enumCase(index))
      types = program.payloadTypes(of: id, arguments)[index]
      if !parts.isEmpty, parts.count != types.count {
        report(wrongParts(name, parts.count, types, at: span, declaredAt: program[id].cases[index]))
        return unknownParts(parts, at: span)
      }
    case .optional(let inner) where name.text == "some" && parts.count <= 1:
      (tag, constructor, types) = (1, .some, [inner])
    case .optional where name.text == "none" && parts.isEmpty:
      let holds = isCase(value, 1, at: span)
      return TypedPattern(
        tests: [TypedExpression(.unary(.not, holds), .boolean, at: span)], space: .of(.none, []))
    default:
      if !isUnknown(value.type) { report(noEnum(name, parts, value, at: span)) }
      result = unknownParts(parts, at: span)
      // It may have been meant to be bound, and is not unknown beside that.
      if parts.isEmpty, body.lookUp(name.text) == nil {
        result.bindings = [(name, TypedExpression(.invalid, .unknown, at: span))]
      }
      return result
    }
    result.tests = [isCase(value, tag, at: span)]
    var spaces = [CaseSpace](repeating: .all, count: types.count)
    for (index, (part, type)) in zip(parts, types).enumerated() {
      let carried = payload(of: value, tag, index, type, at: tree.span(of: part))
      spaces[index] = add(pattern(part, of: carried), to: &result)
    }
    result.space = .of(constructor, spaces)
    return result
  }

  /// Binds the names in `parts`, so that they are not unknown beside the error that was reported.
  private mutating func unknownParts(_ parts: [PatternID], at span: Span) -> TypedPattern {
    var result = TypedPattern(hasError: true)
    for part in parts {
      let value = TypedExpression(.invalid, .unknown, at: tree.span(of: part))
      _ = add(pattern(part, of: value), to: &result)
    }
    return result
  }

  private func wrongParts(
    _ name: Name, _ count: Int, _ types: [Type], at span: Span, declaredAt item: TypedEnum.Case
  ) -> Diagnostic {
    let carried =
      types.isEmpty
      ? "carries nothing"
      : "carries \(types.map { "`\(program.text($0))`" }.joined(separator: ", "))"
    return Diagnostic(
      .wrongArguments,
      "`\(name.text)` \(carried), but \(count == 1 ? "1 pattern stands" : "\(count) patterns stand") here",
      at: span, labels: [Label("declared here", at: item.nameSpan)],
      notes: types.isEmpty
        ? [] : ["Write one pattern for each value, `_` where it does not matter, or none at all."])
  }

  private func noEnum(_ name: Name, _ parts: [PatternID], _ value: TypedExpression, at span: Span)
    -> Diagnostic
  {
    let start = Span(span.source, Int(span.start), Int(span.start))
    return Diagnostic(
      .mismatch,
      "a bare name after `case` is a case of an enum; this is \(program.described(value.type))",
      at: span, labels: [Label("the value that is matched", at: value.span)],
      notes: parts.isEmpty
        ? ["To compare with a constant or variable, write `case let x if x == \(name.text):`."]
        : [],
      fixes: parts.isEmpty ? [Fix("bind the value to that name", [Edit(start, "let ")])] : [])
  }

  // MARK: Comparisons

  private mutating func literalPattern(
    _ literal: ExpressionID, of value: TypedExpression, at span: Span
  ) -> TypedPattern {
    if case .none = tree[literal] {
      if case .optional = value.type {
        let test = TypedExpression(.unary(.not, isCase(value, 1, at: span)), .boolean, at: span)
        return TypedPattern(tests: [test], space: .of(.none, []))
      }
      if !isUnknown(value.type) {
        report(
          Diagnostic(
            .mismatch,
            "`none` is a case of an optional; this is \(program.described(value.type)), always there",
            at: span))
      }
      return TypedPattern(hasError: true)
    }
    if case .infix(.bitOr, _, _, let place) = tree[literal] {
      report(
        Diagnostic(
          .unexpected, "several patterns of a case are separated by commas", at: place,
          fixes: [Fix("write a comma", [Edit(place, ",")])]))
      return TypedPattern(hasError: true)
    }
    let typed = operand(literal, beside: value.type, .equal)
    guard !isUnknown(typed.type), !isUnknown(value.type) else {
      return TypedPattern(hasError: true)
    }
    guard let found = combine(.equal, value, typed) else {
      report(literalMismatch(typed, value))
      return TypedPattern(hasError: true)
    }
    let test = TypedExpression(
      .binary(found.operation, found.left, found.right), .boolean, at: span)
    return TypedPattern(tests: [test], space: .of(constructor(typed, at: span), []))
  }

  /// A conversion of the literal, which `mismatch` may offer, is no pattern.
  private func literalMismatch(_ literal: TypedExpression, _ value: TypedExpression) -> Diagnostic {
    let found = mismatch(literal, wanted: value.type)
    return Diagnostic(
      found.code, found.message, at: found.span,
      labels: [Label("the value that is matched", at: value.span)])
  }

  /// Which value a literal pattern covers.
  private func constructor(_ value: TypedExpression, at span: Span) -> CaseConstructor {
    switch value.kind {
    case .integer(let number): .integers(number, number)
    case .boolean(let value): .boolean(value)
    case .float(let number): .other("float \(number == 0 ? 0 : number)")
    case .text(let text): .other("text \(text)")
    default: .other("at \(span.start)")
    }
  }

  private mutating func rangePattern(
    _ range: ExpressionID, of value: TypedExpression, at span: Span
  ) -> TypedPattern {
    guard case .range(let lower, let upper, let isClosed, let step) = tree[range] else {
      return TypedPattern(hasError: true)
    }
    if let step {
      report(
        Diagnostic(
          .mismatch, "a range after `case` has no step", at: tree.span(of: step),
          notes: ["It stands for all values between its ends."]))
    }
    let low = operand(lower, beside: value.type, .lessOrEqual)
    let high = operand(upper, beside: value.type, .lessOrEqual)
    guard !isUnknown(low.type), !isUnknown(high.type), !isUnknown(value.type), step == nil else {
      return TypedPattern(hasError: true)
    }
    var tests: [TypedExpression] = []
    for (bound, isUpper) in [(low, false), (high, true)] {
      let operation: InfixOperator = isUpper && !isClosed ? .less : .lessOrEqual
      let (a, b) = isUpper ? (value, bound) : (bound, value)
      guard let found = combine(operation, a, b) else {
        report(
          combine(.less, value, value) == nil
            ? Diagnostic(
              .noSuchOperator, "\(program.described(value.type)) has no order, so no ranges either",
              at: span)
            : literalMismatch(bound, value))
        return TypedPattern(hasError: true)
      }
      tests.append(
        TypedExpression(.binary(found.operation, found.left, found.right), .boolean, at: span))
    }
    var constructor = CaseConstructor.other("at \(span.start)")
    if case .integer(let first) = low.kind, case .integer(let last) = high.kind {
      constructor =
        isClosed || last == .min ? .integers(first, last) : .integers(first, last - 1)
      if !isClosed, last == .min { constructor = .integers(1, 0) }
    }
    return TypedPattern(tests: tests, space: .of(constructor, []))
  }
}
