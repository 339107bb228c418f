import Diagnostics
import Syntax

// Values of structs and enums made by calls.

extension Typer {
  mutating func makeStructure(
    _ id: StructID, _ arguments: [Argument], expecting: Type?, at span: Span
  ) -> TypedExpression {
    let structure = program[id]
    var known: [GenericArgument] = []
    if case .structure(id, let given)? = expecting { known = given }
    guard
      let (values, generics) = assemble(
        structure.fields, structure.generics, known, arguments, of: structure.name,
        declaredAt: structure.nameSpan, at: span)
    else { return TypedExpression(.invalid, .unknown, at: span) }
    return TypedExpression(.structure(id, values), .structure(id, generics), at: span)
  }

  mutating func makeCase(
    _ id: EnumID, _ name: Name, _ arguments: [Argument], expecting: Type?, at span: Span
  ) -> TypedExpression {
    let enumeration = program[id]
    var known: [GenericArgument] = []
    switch expecting {
    case .enumeration(id, let given)?, .optional(.enumeration(id, let given))?: known = given
    default: break
    }
    guard let index = enumeration.cases.firstIndex(where: { $0.name == name.text }) else {
      typeAll(arguments)
      report(noSuchMember(name, of: .enumeration(id, known)))
      return TypedExpression(.invalid, .unknown, at: span)
    }
    guard
      let (values, generics) = assemble(
        enumeration.cases[index].payload, enumeration.generics, known, arguments,
        of: "\(enumeration.name).\(name.text)", declaredAt: enumeration.nameSpan, at: span)
    else { return TypedExpression(.invalid, .unknown, at: span) }
    return TypedExpression(
      .enumeration(id, index, values), .enumeration(id, generics), at: span)
  }

  /// The values of `fields` that `written` gives, and what `generics` stand for: what is `known` of
  /// them, or else what follows from the values; nil after an error.
  private mutating func assemble(
    _ fields: [TypedField], _ generics: [TypedGeneric], _ known: [GenericArgument],
    _ written: [Argument], of name: String, declaredAt declaration: Span, at span: Span
  ) -> (values: [TypedExpression], generics: [GenericArgument])? {
    let formals = fields.map {
      Formal(
        name: $0.name, label: nil, type: $0.type, isInout: false, defaultValue: $0.defaultValue)
    }
    guard let matched = match(written, to: formals, of: name, declaredAt: declaration, at: span)
    else { return nil }
    var map: [GenericID: GenericArgument] = [:]
    for (generic, argument) in zip(generics, known) { map[generic.id] = argument }
    var values: [TypedExpression] = []
    var later: [(Int, Type, TypedExpression)] = []
    for (field, source) in zip(fields, matched) {
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
            return nil
          }
          values.append(coerce(value, to: field.type.substituting(map)))
        }
      }
    }
    for (index, pattern, value) in later {
      guard unify(pattern, value.type, &map) else {
        report(mismatch(value, wanted: pattern.substituting(map)))
        return nil
      }
      values[index] = coerce(value, to: pattern.substituting(map))
    }
    if !map.isEmpty {
      values = values.map { isClosed($0.type) ? $0 : $0.substituting(map) }
    }
    if let first = generics.first(where: { map[$0.id] == nil && !body.generics.contains($0) }) {
      let owner = name.split(separator: ".").first ?? ""
      report(
        Diagnostic(
          .cannotInfer, "it cannot be told from this what `\(first.name)` of `\(owner)` is",
          at: span,
          notes: [
            "Write it behind the name, as in `\(owner)<Int>\(name.dropFirst(owner.count))\(fields.isEmpty ? "" : "(…)")`."
          ]))
      return nil
    }
    guard satisfiesBounds(generics, map, of: name, at: span, declaredAt: declaration) else {
      return nil
    }
    return (values, generics.map { map[$0.id] ?? $0.asArgument })
  }

  mutating func implicitMember(
    _ name: Name, _ arguments: [Argument], expecting: Type?, at span: Span
  ) -> TypedExpression {
    var wanted = expecting
    if case .optional(let inner)? = expecting { wanted = inner }
    if case .enumeration(let id, _)? = wanted {
      return makeCase(id, name, arguments, expecting: wanted, at: span)
    }
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
