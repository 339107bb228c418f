package import Diagnostics

/// What only the tree knows of how a program is laid out: which of its brackets, units and lines
/// are what.
package struct Layout: Sendable {
  /// The units, in quantities and between `<` and `>`, in no order.
  package fileprivate(set) var units: [Span] = []
  /// Where the names end that type arguments follow.
  package fileprivate(set) var namesWithArguments: Set<UInt32> = []
  /// Where the `>` stand that close type arguments.
  package fileprivate(set) var argumentEnds: Set<UInt32> = []
  /// Where the cases of `match` begin.
  package fileprivate(set) var cases: Set<UInt32> = []
  /// Where the `?` of optional types end; two of them may be one token.
  package fileprivate(set) var optionalEnds: Set<UInt32> = []
  /// Where the cases of enums and the fields of structs begin, which commas may separate.
  package fileprivate(set) var items: Set<UInt32> = []
}

extension ParsedModule {
  /// How the program is laid out, beside its tokens.
  package var layout: Layout {
    var layout = Layout()
    for expression in contents.expressions {
      switch expression {
      case .quantity(_, let unit): layout.units.append(unit.span)
      case .match(_, let cases): layout.cases.formUnion(cases.map(\.span.start))
      default: break
      }
    }
    layout.units += contents.plainNumbers.unitSpans(in: contents.source)
    for case .match(_, let cases) in contents.statements {
      layout.cases.formUnion(cases.map(\.span.start))
    }
    for (type, span) in zip(contents.types, contents.typeSpans) {
      if case .optional = type { layout.optionalEnds.insert(span.end) }
      guard case .named(_, let name, let arguments) = type, !arguments.isEmpty, span.end > 0 else {
        continue
      }
      layout.namesWithArguments.insert(name.span.end)
      layout.argumentEnds.insert(span.end - 1)
      for case .unit(let unit) in arguments { layout.units.append(unit.span) }
    }
    for declaration in declarations {
      switch declaration {
      case .structure(let structure): layout.add(structure)
      case .enumeration(let enumeration): layout.add(enumeration)
      case .driver(let driver): layout.add(driver.members)
      case .part(let part): layout.add(part.members)
      case .experiment(let experiment): layout.add(experiment.members)
      case .importing, .constant, .shared, .function, .error, .interface, .test: break
      }
    }
    return layout
  }
}

extension Layout {
  fileprivate mutating func add(_ members: [Member]) {
    for member in members {
      switch member {
      case .structure(let structure): add(structure)
      case .enumeration(let enumeration): add(enumeration)
      case .device, .argument, .shared, .dataset, .variable, .constant, .resident, .field, .use,
        .prepare, .run, .analyze, .cleanup, .function, .error:
        break
      }
    }
  }

  fileprivate mutating func add(_ structure: StructDeclaration) {
    items.formUnion(structure.fields.map(\.name.span.start))
  }

  fileprivate mutating func add(_ enumeration: EnumDeclaration) {
    items.formUnion(enumeration.cases.map(\.name.span.start))
  }
}
