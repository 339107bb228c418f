import Diagnostics
import Syntax

// From written types to types.

/// The types that the language gives names to.
let builtinTypes: [String: Type] = [
  "Int": .integer, "Int32": .integer32, "Float": .number, "Bool": .boolean, "String": .string,
  "Duration": .duration, "Timestamp": .timestamp, "Recording": .recording, "Channel": .channel,
  "Frequency": .float(.frequency), "Voltage": .float(.voltage),
  "Current": .float(Dimension(ampere: 1)),
  "Power": .float(Dimension(second: -3, metre: 2, kilogram: 1)),
  "Temperature": .float(Dimension(kelvin: 1)),
  "MagneticField": .float(Dimension(second: -2, kilogram: 1, ampere: -1)),
  "Length": .float(Dimension(metre: 1)),
  "Energy": .float(Dimension(second: -2, metre: 2, kilogram: 1)),
  "Angle": .float(.angle),
]

extension Dimension {
  init(_ exponents: UnitExponents) {
    self.init(
      second: exponents.second, metre: exponents.metre, kilogram: exponents.kilogram,
      ampere: exponents.ampere,
      kelvin: exponents.kelvin, angle: exponents.angle)
  }
}

extension Typer {
  /// The type that is written at `id`; `.unknown` after an error was reported.
  mutating func resolve(_ id: TypeID, generics: [TypedGeneric] = []) -> Type {
    let span = tree.span(of: id)
    switch tree[id] {
    case .invalid: return .unknown
    case .optional(let inner): return .optional(resolve(inner, generics: generics))
    case .array(let inner): return .array(resolve(inner, generics: generics))
    case .fixedArray(let inner, let lengths):
      let element = resolve(inner, generics: generics)
      let known = lengths.compactMap { length($0, generics: generics) }
      return known.count == lengths.count ? .fixedArray(element, known) : .unknown
    case .tuple(let parts):
      if parts.isEmpty { return .unit }
      return .tuple(parts.map { resolve($0, generics: generics) })
    case .function(let parameters, let result):
      return .function(
        parameters.map { resolve($0, generics: generics) }, resolve(result, generics: generics))
    case .named(let module, let name, let arguments):
      return named(name, in: module, arguments: arguments, generics: generics, at: span)
    }
  }

  private mutating func named(
    _ name: Name, in moduleName: Name?, arguments: [WrittenTypeArgument], generics: [TypedGeneric],
    at span: Span
  ) -> Type {
    if let moduleName {
      switch lookUp(moduleName.text) {
      case .module(let index)?:
        _ = moduleEntity(moduleName)
        return type(of: exported(name.text, by: index), name, arguments, generics, at: span)
      case .part(let id)?:
        return type(of: partType(name.text, of: id), name, arguments, generics, at: span)
      case .use(let part)?:
        let found = partType(name.text, of: partInstances[part].part)
        return type(of: found, name, arguments, generics, at: span)
      default:
        report(unknownName(moduleName))
        return .unknown
      }
    }
    if let generic = generics.first(where: { $0.name == name.text }) {
      switch generic.kind {
      case .type: return .parameter(generic.id)
      case .dimension: return .float(Dimension(parameter: generic.id))
      case .length: break
      }
    }
    if name.text == "Float", let argument = arguments.first {
      guard case .unit(let unit) = argument, arguments.count == 1 else {
        report(Diagnostic(.unknownType, "`Float<…>` takes one unit or dimension", at: span))
        return .unknown
      }
      return dimension(unit, generics: generics).map { .float($0) } ?? .unknown
    }
    if let builtin = builtinTypes[name.text] {
      if !arguments.isEmpty {
        report(Diagnostic(.unknownType, "`\(name.text)` takes no arguments", at: span))
      }
      return builtin
    }
    return type(of: lookUp(name.text), name, arguments, generics, at: span)
  }

  private mutating func type(
    of entity: Entity?, _ name: Name, _ arguments: [WrittenTypeArgument],
    _ generics: [TypedGeneric], at span: Span
  ) -> Type {
    if !doubtfulTypes.isEmpty, doubtfulTypes.contains(name.text) { return .unknown }
    switch entity {
    case .structure(let id)?:
      let declared = (program[id].name, program[id].generics, program[id].nameSpan)
      return applied(declared, arguments, generics, at: span).map { .structure(id, $0) } ?? .unknown
    case .enumeration(let id)?:
      let declared = (program[id].name, program[id].generics, program[id].nameSpan)
      return applied(declared, arguments, generics, at: span).map { .enumeration(id, $0) }
        ?? .unknown
    case .error(let id)?: return .error(id)
    case .interface(let id)?: return .interface(id)
    case .driver(let id)?: return .driver(id)
    case .generic, .functions, .member, .builtinError, .experiment, .part, .use, .module, .local,
      nil:
      let names = typeNames() + generics.map(\.name)
      var fixes: [Fix] = []
      if let own = foreignTypeNames[name.text] {
        fixes = [Fix("it is called `\(own)`", [Edit(name.span, own)])]
      } else if let near = nearest(to: name.text, among: names) {
        fixes = [Fix("did you mean `\(near)`?", [Edit(name.span, near)])]
      }
      let what =
        entity == nil ? "there is no type called `\(name.text)`" : "`\(name.text)` is not a type"
      var notes: [String] = []
      if case .functions? = entity, !arguments.isEmpty {
        notes = ["What the generic parameters of a function are follows from its arguments."]
        let end = Int(name.span.end)
        fixes = [Fix("leave it out", [Edit(Span(name.span.source, end, Int(span.end)), "")])]
      }
      report(Diagnostic(.unknownType, what, at: name.span, notes: notes, fixes: fixes))
      return .unknown
    }
  }

  /// What the generic parameters of something declared stand for where `arguments` are written
  /// behind its name; nil after an error.
  private mutating func applied(
    _ declared: (name: String, generics: [TypedGeneric], span: Span),
    _ arguments: [WrittenTypeArgument], _ generics: [TypedGeneric], at span: Span
  ) -> [GenericArgument]? {
    let wanted = declared.generics
    guard wanted.count == arguments.count else {
      report(
        Diagnostic(
          .unknownType,
          "`\(declared.name)` takes \(counted(wanted.count, "generic argument")), not \(arguments.count)",
          at: span,
          labels: [Label("declared here", at: declared.span)]))
      return nil
    }
    var resolved: [GenericArgument] = []
    for (generic, argument) in zip(wanted, arguments) {
      switch (generic.kind, argument) {
      case (.dimension, .unit(let unit)):
        guard let dimension = dimension(unit, generics: generics) else { return nil }
        resolved.append(.dimension(dimension))
      case (.type, .type(let type)): resolved.append(.type(resolve(type, generics: generics)))
      case (.type, .unit(let unit)):
        guard let first = unit.factors.first, unit.factors.count == 1, first.power == 1 else {
          report(Diagnostic(.unknownType, "a type is due here", at: unit.span))
          return nil
        }
        resolved.append(
          .type(named(first.name, in: nil, arguments: [], generics: generics, at: unit.span)))
      case (.length, .unit(let unit)):
        guard let length = length(unit, generics: generics) else {
          report(
            Diagnostic(
              .unknownType, "a length is due here", at: unit.span,
              notes: ["Write a number, a `const` or a generic parameter."]))
          return nil
        }
        resolved.append(.length(length))
      case (.length, .length(let written)):
        guard let length = length(written, generics: generics) else { return nil }
        resolved.append(.length(length))
      case (.length, .type(let type)):
        if let length = constantLength(type) {
          resolved.append(.length(length))
          continue
        }
        report(Diagnostic(.unknownType, "a length is due here", at: tree.span(of: type)))
        return nil
      case (.type, .length(let length)):
        report(Diagnostic(.unknownType, "a type is due here", at: tree.span(of: length)))
        return nil
      case (.dimension, .type(let type)):
        report(
          Diagnostic(.unknownType, "a dimension such as `V/s` is due here", at: tree.span(of: type))
        )
        return nil
      case (.dimension, .length(let length)):
        report(
          Diagnostic(
            .unknownType, "a dimension such as `V/s` is due here", at: tree.span(of: length)))
        return nil
      }
    }
    var map: [GenericID: GenericArgument] = [:]
    for (generic, argument) in zip(wanted, resolved) { map[generic.id] = argument }
    guard
      satisfiesBounds(
        wanted, map, of: declared.name, at: span, declaredAt: declared.span)
    else { return nil }
    return resolved
  }

  /// The dimension written as a unit expression: units, named dimensions, generic parameters.
  mutating func dimension(_ written: UnitExpression, generics: [TypedGeneric]) -> Dimension? {
    var result = Dimension.none
    for factor in written.factors {
      let part: Dimension
      if let generic = generics.first(where: {
        $0.name == factor.name.text && $0.kind == .dimension
      }) {
        part = Dimension(parameter: generic.id)
      } else if let unit = unit(named: factor.name.text) {
        part = Dimension(unit.exponents)
      } else if case .float(let named)? = builtinTypes[factor.name.text] {
        part = named
      } else {
        var fixes: [Fix] = []
        if let near = nearestUnit(to: factor.name.text) {
          fixes = [Fix("did you mean `\(near)`?", [Edit(factor.name.span, near)])]
        }
        report(
          Diagnostic(
            .unknownType, "`\(factor.name.text)` is neither a unit nor a dimension",
            at: factor.name.span, fixes: fixes))
        return nil
      }
      guard abs(factor.power) <= 20 else {
        report(
          Diagnostic(
            .unknownType, "the power of a unit lies within -20 and 20", at: factor.name.span))
        return nil
      }
      result = result * part.raised(to: factor.power)
    }
    return result
  }

  private func typeNames() -> [String] {
    var names = Array(builtinTypes.keys).sorted()
    for scope in visibleScopes() {
      for (name, entity) in scope.entities {
        switch entity {
        case .structure, .enumeration, .error, .interface, .driver: names.append(name)
        case .functions, .member, .builtinError, .experiment, .part, .use, .module, .local,
          .generic:
          break
        }
      }
    }
    return names.sorted()
  }

  // MARK: Generic parameters

  /// Makes the generic parameters that are written, each of the kind that its use in `types` says
  /// (rule 14).
  mutating func generics(_ written: [GenericParameter], usedIn types: [TypeID]) -> [TypedGeneric] {
    var result: [TypedGeneric] = []
    for parameter in written {
      var bound = TypedGeneric.Bound.none
      switch parameter.bound?.text {
      case nil: break
      case "Equal": bound = .equal
      case "Ordered": bound = .ordered
      case "Number": bound = .number
      case .some(let other):
        // What it should allow is not known: nothing is said where it is used.
        bound = .number
        report(
          Diagnostic(
            .unknownType, "`\(other)` is not a bound",
            at: parameter.bound?.span ?? parameter.name.span,
            notes: ["The bounds are `Equal`, `Ordered` and `Number`."]))
      }
      if result.contains(where: { $0.name == parameter.name.text }) {
        report(
          Diagnostic(
            .declaredTwice, "`\(parameter.name.text)` is declared twice", at: parameter.name.span))
      }
      let name = parameter.name.text
      let kind = kind(of: name, usedIn: types) ?? .type(bound)
      result.append(TypedGeneric(id: newGeneric(name), name: name, kind: kind))
    }
    return result
  }

  /// Lengths and dimensions among `generics` where these were taken for types, since what they are
  /// given to in `types` stands further on; nil if there are none.
  func refined(_ generics: [TypedGeneric], usedIn types: [TypeID]) -> [TypedGeneric]? {
    var isRefined = false
    let result = generics.map { generic in
      guard case .type = generic.kind, let kind = kind(of: generic.name, usedIn: types) else {
        return generic
      }
      isRefined = true
      return TypedGeneric(id: generic.id, name: generic.name, kind: kind)
    }
    return isRefined ? result : nil
  }

  /// The kind of the generic parameter `name` that its use in `types` says; nil of a type.
  private func kind(of name: String, usedIn types: [TypeID]) -> TypedGeneric.Kind? {
    for type in types {
      switch kind(of: name, in: type) {
      case .type?, nil: continue
      case let kind?: return kind
      }
    }
    return nil
  }

  /// What the first of `types` that mentions it says.
  private func kind(of name: String, inAnyOf types: [TypeID]) -> TypedGeneric.Kind? {
    for type in types {
      if let kind = kind(of: name, in: type) { return kind }
    }
    return nil
  }

  /// The generic parameters of the struct or enum called `name`; none of anything else.
  private func generics(of name: Name, in library: Name?) -> [TypedGeneric] {
    var entity = library == nil ? lookUp(name.text) : nil
    if let library {
      switch lookUp(library.text) {
      case .module(let index)?: entity = exported(name.text, by: index)
      case .part(let id)?: entity = partType(name.text, of: id)
      case .use(let part)?: entity = partType(name.text, of: partInstances[part].part)
      default: break
      }
    }
    switch entity {
    case .structure(let id)?: return program[id].generics
    case .enumeration(let id)?: return program[id].generics
    default: return []
    }
  }

  private func kind(of name: String, in id: TypeID) -> TypedGeneric.Kind? {
    switch tree[id] {
    case .invalid: return nil
    case .optional(let inner), .array(let inner): return kind(of: name, in: inner)
    case .fixedArray(let inner, let lengths):
      for length in lengths {
        if case .name(let written) = tree[length], written.text == name { return .length }
      }
      return kind(of: name, in: inner)
    case .tuple(let parts): return kind(of: name, inAnyOf: parts)
    case .function(let parameters, let result):
      return kind(of: name, inAnyOf: parameters + [result])
    case .named(let library, let own, let arguments):
      if own.text == name, arguments.isEmpty, library == nil { return .type(.none) }
      let expected = arguments.isEmpty ? [] : generics(of: own, in: library)
      for (index, argument) in arguments.enumerated() {
        switch argument {
        case .type(let inner):
          if let found = kind(of: name, in: inner) { return found }
        case .unit(let unit) where unit.factors.contains { $0.name.text == name }:
          if own.text == "Float" { return .dimension }
          return index < expected.count ? expected[index].kind : .type(.none)
        case .unit, .length: break
        }
      }
      return nil
    }
  }
}
