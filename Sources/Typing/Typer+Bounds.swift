import Diagnostics
import Syntax

// Bounds of generic parameters: what a body may do with their values, and what a call may put in
// their place (rule 14).
//
// `Number` stands for every type that is added and scaled: bare numbers, quantities, durations. A
// body that also multiplies two of its values, or adds a number other than 0, has a meaning for
// bare numbers only; calls with others are refused, with the place in the body that says so.

/// Where a body uses values of a generic parameter as bare numbers.
struct BareUse {
  let span: Span
  let reason: String
}

/// A generic parameter in one function: those of a struct are shared by its methods.
struct BareKey: Hashable {
  let function: FunctionID?
  let generic: GenericID
}

/// A call with what the callee's generic parameters stand for.
struct GenericUse {
  let caller: FunctionID?
  let callee: FunctionID
  let map: [GenericID: GenericArgument]
  let name: String
  let span: Span
}

extension Typer {
  /// The bound of a generic parameter of the body; nil of what is none.
  func bound(of type: Type) -> TypedGeneric.Bound? {
    guard case .parameter(let id) = type,
      case .type(let bound)? = body.generics.first(where: { $0.id == id })?.kind
    else { return nil }
    return bound
  }

  /// Whether values of `type` are added and scaled.
  func isNumber(_ type: Type) -> Bool { bound(of: type) == .number }

  /// Whether values of `type` have an order.
  func isOrdered(_ type: Type) -> Bool {
    switch bound(of: type) {
    case .ordered?, .number?: true
    case .none?, .equal?, nil: false
    }
  }

  private func satisfies(_ type: Type, _ bound: TypedGeneric.Bound) -> Bool {
    if isUnknown(type) { return true }
    switch bound {
    case .none: return true
    case .equal: return hasEquality(type)
    case .ordered:
      switch type {
      case .integer, .integer32, .float, .duration, .timestamp, .string: return true
      default: return isOrdered(type)
      }
    case .number:
      switch type {
      case .integer, .integer32, .float, .duration: return true
      default: return isNumber(type)
      }
    }
  }

  /// Whether `map` puts types in the place of `generics` that their bounds take; says so if not.
  mutating func satisfiesBounds(
    _ generics: [TypedGeneric], _ map: [GenericID: GenericArgument], of name: String, at span: Span,
    declaredAt declaration: Span, callee: FunctionID? = nil
  ) -> Bool {
    guard !generics.isEmpty else { return true }
    for generic in generics {
      guard case .type(let bound) = generic.kind, case .type(let type)? = map[generic.id],
        !satisfies(type, bound)
      else { continue }
      let word: String
      let lacks: String
      switch bound {
      case .number: (word, lacks) = ("Number", "is no number")
      case .ordered: (word, lacks) = ("Ordered", "has no order")
      case .equal, .none: (word, lacks) = ("Equal", "has no `==`")
      }
      report(
        Diagnostic(
          .mismatch,
          "`\(generic.name)` of `\(name)` must be `\(word)`, and \(program.described(type)) \(lacks)",
          at: span, labels: [Label("declared here", at: declaration)]))
      return false
    }
    if let callee {
      genericUses.append(
        GenericUse(caller: body.function, callee: callee, map: map, name: name, span: span))
    }
    return true
  }

  /// Notes that the body uses values of `type`, a generic parameter, as bare numbers.
  mutating func useAsBareNumber(_ type: Type, _ reason: String, at span: Span) {
    guard case .parameter(let id) = type else { return }
    let key = BareKey(function: body.function, generic: id)
    if bareUses[key] == nil { bareUses[key] = BareUse(span: span, reason: reason) }
  }

  /// Whether `operation` of two values of a generic parameter has a meaning for bare numbers only;
  /// `isScaled`: one of both is a number written in the body.
  mutating func noteBareUse(
    _ operation: GenericOperation, _ a: TypedExpression, _ b: TypedExpression, at span: Span
  ) {
    func literal(_ value: TypedExpression) -> Int64? {
      if case .integer(let number) = value.kind { number } else { nil }
    }
    let name = program.text(a.type)
    switch operation {
    case .add, .subtract: break
    case .multiply:
      if literal(a) == nil, literal(b) == nil {
        useAsBareNumber(a.type, "two values of `\(name)` are multiplied", at: span)
      }
    case .floorDivide:
      if literal(b) == nil {
        useAsBareNumber(a.type, "a value of `\(name)` is divided by another", at: span)
      }
    case .remainder:
      if literal(a) != nil || literal(b) != nil {
        useAsBareNumber(a.type, "`%` stands between \(withArticle(name)) and a number", at: span)
      }
    case .power: useAsBareNumber(a.type, "a value of `\(name)` is raised to a power", at: span)
    }
  }

  /// Reports calls that put quantities in the place of generic parameters whose values are used as
  /// bare numbers, there or further in.
  mutating func checkBareNumbers() {
    // A parameter that is handed on to one of which bare numbers are needed needs them too.
    var handed: [BareKey: [(key: BareKey, use: BareUse)]] = [:]
    for use in genericUses {
      for (id, argument) in use.map {
        guard case .type(.parameter(let outer)) = argument else { continue }
        let reason = "`\(use.name)` needs a bare number"
        handed[BareKey(function: use.callee, generic: id), default: []].append(
          (BareKey(function: use.caller, generic: outer), BareUse(span: use.span, reason: reason)))
      }
    }
    var waiting = bareUses.sorted { $0.value.span.start < $1.value.span.start }.map(\.key)
    while let next = waiting.popLast() {
      for (outer, use) in handed[next] ?? [] where bareUses[outer] == nil {
        bareUses[outer] = use
        waiting.append(outer)
      }
    }
    guard !bareUses.isEmpty else { return }
    for use in genericUses {
      for (id, argument) in use.map.sorted(by: { $0.key < $1.key }) {
        guard case .type(let type) = argument,
          let reason = bareUses[BareKey(function: use.callee, generic: id)]
        else { continue }
        switch type {
        case .integer, .integer32, .number, .parameter, .unknown: continue
        default: break
        }
        report(
          Diagnostic(
            .dimension,
            "`\(use.name)` takes bare numbers, and \(program.described(type)) is a quantity",
            at: use.span, labels: [Label(reason.reason, at: reason.span)],
            notes: [
              "Declare a dimension instead, as in `fn f<D>(x: Float<D>) -> Float<D^2>`, or divide by a unit first."
            ]))
        break
      }
    }
  }
}
