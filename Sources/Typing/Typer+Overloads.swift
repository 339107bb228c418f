import Diagnostics
import Syntax

// Which of several functions takes the arguments of a call (rule 13).

extension Typer {
  /// Those of `candidates` whose parameters take the types of the arguments.
  ///
  /// Arguments that do not depend on the parameter are typed here, once, and found again by
  /// `expression`.
  mutating func narrowed(
    _ candidates: [FunctionID], _ arguments: [Argument], _ receiver: TypedExpression?,
    _ shapes: [FunctionID: [Formal]]
  ) -> [FunctionID] {
    var types: [ExpressionID: Type] = [:]
    for argument in arguments
    where !argument.isInout && !adapts(argument.value) && !namesFunctions(argument.value) {
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
    if !left.isEmpty { fitting = fitting.filter { left.contains($0) } }
    return mostSpecific(fitting, arguments, receiver, shapes)
  }

  /// That of `candidates` whose parameters take nothing that those of the others do not take too;
  /// all of them where there is no such one.
  private func mostSpecific(
    _ candidates: [FunctionID], _ arguments: [Argument], _ receiver: TypedExpression?,
    _ shapes: [FunctionID: [Formal]]
  ) -> [FunctionID] {
    guard candidates.count > 1 else { return candidates }
    /// The types of the parameters that get something.
    func taken(_ id: FunctionID) -> [Type] {
      let formals = shapes[id] ?? []
      guard case .success(let matched) = assignment(arguments, formals) else { return [] }
      let own = receiver == nil ? [] : program[id].parameters.prefix(1).map(\.type)
      return own
        + zip(formals, matched).compactMap { formal, source in
          if case .given = source { formal.type } else { nil }
        }
    }
    let types = candidates.map { taken($0) }
    func covers(_ general: [Type], _ special: [Type]) -> Bool {
      var map: [GenericID: GenericArgument] = [:]
      return general.count == special.count
        && zip(general, special).allSatisfy { unify($0, $1, &map) }
    }
    let best = candidates.indices.filter { own in
      candidates.indices.allSatisfy { other in
        own == other || covers(types[other], types[own]) && !covers(types[own], types[other])
      }
    }
    return best.count == 1 ? [candidates[best[0]]] : candidates
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
    case .repeated(let element, let count):
      return spelledType(element).map { type in
        writtenLength(count).map { .fixedArray(type, [$0]) } ?? .array(type)
      }
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
    case (.fixedArray(let element, let lengths), .fixedArray(let inner, let written)):
      (lengths == written || lengths.count == 1 && !isKnown(lengths[0]))
        && accepts(element, inner, exactly: exactly)
    case (.array(let element), .fixedArray(let inner, _)):
      !exactly && accepts(element, inner, exactly: false)
    case (.parameter, _), (.unknown, _): !exactly
    case (.optional(let inner), _): !exactly && accepts(inner, spelled, exactly: false)
    case (.fixedArray(let element, let lengths), .array(let inner)):
      !exactly && accepts(lengths.count > 1 ? .array(element) : element, inner, exactly: false)
    default: false
    }
  }

  private func isKnown(_ length: Length) -> Bool { if case .known = length { true } else { false } }

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
    case (.array(let elements), .fixedArray(_, let lengths))
    where lengths[0] != .known(elements.count) && isKnown(lengths[0]): false
    case (.repeated(_, let count), .fixedArray(_, let lengths))
    where isKnown(lengths[0]) && writtenLength(count).map({ $0 != lengths[0] }) ?? false: false
    case (.array(let elements), .array(let element)),
      (.array(let elements), .fixedArray(let element, _)):
      elements.prefix(64).allSatisfy { adapts($0) ? takes(element, $0) : true }
    case (.repeated(let value, _), .array(let element)),
      (.repeated(let value, _), .fixedArray(let element, _)):
      takes(element, value)
    case (.tuple(let parts), .tuple(let types)): parts.count == types.count
    case (.implicitMember, .enumeration), (.call, .enumeration): true
    case (.name, .function), (.member, .function): true
    default: false
    }
  }
}
