import Diagnostics
import Syntax

// Values of structs and enums made by calls.

extension Typer {
  mutating func makeStructure(
    _ id: StructID, _ arguments: [Argument], expecting: Type?, at span: Span
  ) -> TypedExpression {
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    let structure = program[id]
    let formals = structure.fields.map {
      Formal(
        name: $0.name, label: nil, type: $0.type, isInout: false, defaultValue: $0.defaultValue)
    }
    guard
      let matched = match(
        arguments, to: formals, of: structure.name, declaredAt: structure.nameSpan, at: span)
    else {
      return unknown
    }
    var map: [GenericID: GenericArgument] = [:]
    if case .structure(id, let known)? = expecting {
      for (generic, argument) in zip(structure.generics, known) { map[generic.id] = argument }
    }
    var values: [TypedExpression] = []
    var later: [(Int, Type, TypedExpression)] = []
    for (field, source) in zip(structure.fields, matched) {
      switch source {
      case .standard(let value): values.append(value)
      case .given(let argument):
        let wanted = field.type.substituting(map)
        if isClosed(wanted) {
          values.append(value(argument.value, as: wanted))
        } else {
          let value = openArgument(argument.value, wanted)
          if hasSeveralOpen(wanted), !isUnknown(value.type) {
            later.append((values.count, field.type, value))
            values.append(value)
            continue
          }
          guard unify(field.type, value.type, &map) else {
            if !isUnknown(value.type) { report(mismatch(value, wanted: wanted)) }
            return unknown
          }
          values.append(coerce(value, to: field.type.substituting(map)))
        }
      }
    }
    for (index, pattern, value) in later {
      guard unify(pattern, value.type, &map) else {
        report(mismatch(value, wanted: pattern.substituting(map)))
        return unknown
      }
      values[index] = coerce(value, to: pattern.substituting(map))
    }
    if !map.isEmpty {
      values = values.map { isClosed($0.type) ? $0 : $0.substituting(map) }
    }
    if let first = structure.generics.first(where: {
      map[$0.id] == nil && !body.generics.contains($0)
    }) {
      report(
        Diagnostic(
          .cannotInfer,
          "it cannot be told from this what `\(first.name)` of `\(structure.name)` is", at: span,
          notes: ["Write it behind the name, as in `\(structure.name)<Int>(…)`."]))
      return unknown
    }
    let generics = structure.generics.map { map[$0.id] ?? $0.asArgument }
    guard
      satisfiesBounds(
        structure.generics, map, of: structure.name, at: span, declaredAt: structure.nameSpan)
    else { return unknown }
    return TypedExpression(.structure(id, values), .structure(id, generics), at: span)
  }

  mutating func makeCase(_ id: EnumID, _ name: Name, _ arguments: [Argument], at span: Span)
    -> TypedExpression
  {
    let enumeration = program[id]
    guard let index = enumeration.cases.firstIndex(where: { $0.name == name.text }) else {
      typeAll(arguments)
      report(noSuchMember(name, of: .enumeration(id)))
      return TypedExpression(.invalid, .unknown, at: span)
    }
    let payload = enumeration.cases[index].payload
    let formals = payload.map {
      Formal(
        name: $0.name, label: nil, type: $0.type, isInout: false, defaultValue: $0.defaultValue)
    }
    guard
      let matched = match(
        arguments, to: formals, of: "\(enumeration.name).\(name.text)",
        declaredAt: enumeration.nameSpan, at: span)
    else { return TypedExpression(.invalid, .unknown, at: span) }
    let values = zip(payload, matched).map { field, source in
      switch source {
      case .given(let argument): value(argument.value, as: field.type)
      case .standard(let value): value
      }
    }
    return TypedExpression(.enumeration(id, index, values), .enumeration(id), at: span)
  }

  mutating func implicitMember(
    _ name: Name, _ arguments: [Argument], expecting: Type?, at span: Span
  ) -> TypedExpression {
    var wanted = expecting
    if case .optional(let inner)? = expecting { wanted = inner }
    if case .enumeration(let id)? = wanted { return makeCase(id, name, arguments, at: span) }
    typeAll(arguments)
    if wanted != .unknown {
      report(
        Diagnostic(
          .cannotInfer, "it cannot be told here of which enum `.\(name.text)` is a case", at: span,
          notes: ["Write the enum's name before the point."]))
    }
    return TypedExpression(.invalid, .unknown, at: span)
  }
}
