import Diagnostics
import Syntax

// Declarations of modules: first the names of types, then what these consist of, then functions and
// constants.

extension Typer {
  /// Puts the names of the module's types and experiments into its scope.
  mutating func declareTypes() {
    for declaration in tree.declarations {
      switch declaration {
      case .structure(let structure): declareStruct(structure, experiment: nil)
      case .enumeration(let enumeration): declareEnum(enumeration, experiment: nil)
      case .error(let error): declareError(error, experiment: nil)
      case .interface(let interface):
        let id = InterfaceID(index: Int32(program.interfaces.count))
        program.interfaces.append(
          TypedInterface(
            id: id, name: interface.name.text, kernels: [], nameSpan: interface.name.span))
        declare(interface.name, .interface(id), in: .module(module))
        interfaceDeclarations.append((id, interface, module))
      case .driver(let driver):
        let id = DriverID(index: Int32(program.drivers.count))
        program.drivers.append(
          TypedDriver(
            id: id, name: driver.name.text, interfaces: [], fields: [], kernels: [],
            nameSpan: driver.name.span))
        driverScopes.append(Scope())
        declare(driver.name, .driver(id), in: .module(module))
        driverDeclarations.append((id, driver, module))
      case .experiment(let experiment): declareExperimentName(experiment, isPart: false)
      case .part(let part): declareExperimentName(part, isPart: true)
      case .importing, .constant, .shared, .function, .test: break
      }
    }
  }

  private mutating func declareExperimentName(_ experiment: ExperimentDeclaration, isPart: Bool) {
    let id = ExperimentID(index: Int32(program.experiments.count))
    program.experiments.append(
      TypedExperiment(
        id: id, name: experiment.name.text, members: [], kernels: [], functions: [],
        nameSpan: experiment.name.span,
        documentation: experiment.documentation, isPart: isPart))
    experimentScopes.append(Scope())
    declare(experiment.name, isPart ? .part(id) : .experiment(id), in: .module(module))
    if isPart {
      partDeclarations[id] = (experiment, module)
      program.partSpans.append(experiment.span)
    }
    experimentDeclarations.append((id, experiment, module))
    for member in experiment.members {
      switch member {
      case .structure(let structure): declareStruct(structure, experiment: id)
      case .enumeration(let enumeration): declareEnum(enumeration, experiment: id)
      case .error(let error): declareError(error, experiment: id)
      case .device, .argument, .shared, .dataset, .variable, .constant, .resident, .field, .use,
        .prepare, .run, .analyze,
        .cleanup, .function:
        break
      }
    }
  }

  private mutating func declareInScope(_ name: Name, _ entity: Entity, experiment: ExperimentID?) {
    if let experiment {
      declare(name, entity, in: .experiment(experiment))
    } else {
      declare(name, entity, in: .module(module))
    }
  }

  private mutating func declareStruct(_ structure: StructDeclaration, experiment: ExperimentID?) {
    let id = StructID(index: Int32(program.structs.count))
    program.structs.append(
      TypedStruct(
        id: id, name: structure.name.text, generics: [], fields: [], methods: [],
        nameSpan: structure.name.span))
    declareInScope(structure.name, .structure(id), experiment: experiment)
    structDeclarations.append((id, structure, module, experiment))
  }

  private mutating func declareEnum(_ enumeration: EnumDeclaration, experiment: ExperimentID?) {
    let id = EnumID(index: Int32(program.enums.count))
    program.enums.append(
      TypedEnum(
        id: id, name: enumeration.name.text, generics: [], cases: [], methods: [],
        nameSpan: enumeration.name.span))
    declareInScope(enumeration.name, .enumeration(id), experiment: experiment)
    enumDeclarations.append((id, enumeration, module, experiment))
  }

  private mutating func declareError(_ error: ErrorDeclaration, experiment: ExperimentID?) {
    let id = ErrorID(index: Int32(program.errors.count))
    program.errors.append(
      TypedError(id: id, name: error.name.text, payload: [], nameSpan: error.name.span))
    declareInScope(error.name, .error(id), experiment: experiment)
    errorDeclarations.append((id, error, module, experiment))
  }

  /// Resolves what structs, enums and errors consist of.
  mutating func resolveTypeDeclarations() {
    for (id, structure, index, experiment) in structDeclarations {
      enter(module: index, experiment: experiment)
      program.structs[Int(id.index)].generics = generics(
        structure.generics, usedIn: structure.fields.compactMap(\.type))
    }
    for (id, enumeration, index, experiment) in enumDeclarations {
      enter(module: index, experiment: experiment)
      program.enums[Int(id.index)].generics = generics(
        enumeration.generics, usedIn: enumeration.cases.flatMap { $0.payload.map(\.type) })
    }
    refineGenerics()
    for (id, structure, index, experiment) in structDeclarations {
      enter(module: index, experiment: experiment)
      let own = program[id].generics
      body.generics = own
      var seen: [String: Span] = [:]
      for field in structure.fields {
        if let earlier = seen[field.name.text] {
          report(declaredTwice(field.name, earlier: earlier))
          continue
        }
        seen[field.name.text] = field.name.span
        let type = field.type.map { resolve($0, generics: own) } ?? .unknown
        program.structs[Int(id.index)].fields.append(
          TypedField(name: field.name.text, type: type, defaultValue: nil, span: field.name.span))
      }
    }
    for (id, enumeration, index, experiment) in enumDeclarations {
      enter(module: index, experiment: experiment)
      body.generics = program[id].generics
      var cases: [TypedEnum.Case] = []
      for item in enumeration.cases {
        if let earlier = enumeration.cases.first(where: { $0.name.text == item.name.text }),
          earlier != item
        {
          report(declaredTwice(item.name, earlier: earlier.name.span))
        }
        cases.append(
          TypedEnum.Case(
            name: item.name.text, payload: payload(item.payload), nameSpan: item.name.span))
      }
      program.enums[Int(id.index)].cases = cases
    }
    rejectEndlessTypes()
    for (id, structure, _, _) in structDeclarations
    where structure.fields.contains(where: { $0.value != nil }) {
      structsBeforeDefaults.insert(id)
    }
    for (id, enumeration, _, _) in enumDeclarations
    where enumeration.cases.contains(where: { $0.payload.contains { $0.defaultValue != nil } }) {
      enumsBeforeDefaults.insert(id)
    }
    for (id, error, index, experiment) in errorDeclarations {
      enter(module: index, experiment: experiment)
      program.errors[Int(id.index)].payload = payload(error.payload)
    }
    for (id, error, index, experiment) in errorDeclarations {
      enter(module: index, experiment: experiment)
      program.errors[Int(id.index)].payload = withDefaults(program[id].payload, error.payload)
    }
    for (id, structure, index, experiment) in structDeclarations {
      enter(module: index, experiment: experiment)
      resolveDefaults(of: id, structure)
      structsBeforeDefaults.remove(id)
      let generics = program[id].generics
      program.structs[Int(id.index)].methods = declareMethods(
        structure.methods, owner: .structure(id),
        of: .structure(id, generics.map(\.asArgument)), inherited: generics,
        beside: program[id].fields.map { Name($0.name, at: $0.span) })
    }
    for (id, enumeration, index, experiment) in enumDeclarations {
      enter(module: index, experiment: experiment)
      resolveDefaults(of: id, enumeration)
      enumsBeforeDefaults.remove(id)
      let generics = program[id].generics
      program.enums[Int(id.index)].methods = declareMethods(
        enumeration.methods, owner: .enumeration(id),
        of: .enumeration(id, generics.map(\.asArgument)), inherited: generics,
        beside: enumeration.cases.map(\.name))
    }
  }

  /// Finds out of which kind the generic parameters are that are given to what is declared further
  /// on.
  private mutating func refineGenerics() {
    var isDone = false
    while !isDone {
      isDone = true
      for (id, structure, index, experiment) in structDeclarations
      where !structure.generics.isEmpty {
        enter(module: index, experiment: experiment)
        let types = structure.fields.compactMap(\.type)
        guard let refined = refined(program[id].generics, usedIn: types) else { continue }
        program.structs[Int(id.index)].generics = refined
        isDone = false
      }
      for (id, enumeration, index, experiment) in enumDeclarations
      where !enumeration.generics.isEmpty {
        enter(module: index, experiment: experiment)
        let types = enumeration.cases.flatMap { $0.payload.map(\.type) }
        guard let refined = refined(program[id].generics, usedIn: types) else { continue }
        program.enums[Int(id.index)].generics = refined
        isDone = false
      }
    }
  }

  private mutating func resolveDefaults(of id: EnumID, _ enumeration: EnumDeclaration) {
    body.generics = program[id].generics
    let cases = program[id].cases
    for (index, item) in cases.enumerated() {
      guard let written = enumeration.cases.first(where: { $0.name.span == item.nameSpan }),
        written.payload.contains(where: { $0.defaultValue != nil })
      else { continue }
      let payload = withDefaults(item.payload, written.payload)
      program.enums[Int(id.index)].cases[index] = TypedEnum.Case(
        name: item.name, payload: payload, nameSpan: item.nameSpan)
    }
  }

  /// The fields of a payload with the defaults that are written.
  private mutating func withDefaults(_ fields: [TypedField], _ written: [Parameter]) -> [TypedField]
  {
    zip(fields, written).map { field, parameter in
      TypedField(
        name: field.name, type: field.type,
        defaultValue: parameter.defaultValue.map { defaultValue($0, of: field.type) },
        span: field.span)
    }
  }

  private mutating func resolveDefaults(of id: StructID, _ structure: StructDeclaration) {
    body.generics = program[id].generics
    for (index, field) in program[id].fields.enumerated() {
      guard let written = structure.fields.first(where: { $0.name.span == field.span })?.value
      else { continue }
      let value = defaultValue(written, of: field.type)
      program.structs[Int(id.index)].fields[index] = TypedField(
        name: field.name, type: field.type, defaultValue: value, span: field.span)
    }
  }

  private mutating func payload(_ parameters: [Parameter]) -> [TypedField] {
    parameters.map { parameter in
      let type = resolve(parameter.type, generics: body.generics)
      var name = parameter.name.text
      if name.isEmpty, type == .unknown, case .named(nil, let written, _) = tree[parameter.type],
        written.text.first?.isLowercase == true
      {
        // `error NoSignal(count)`: it is the name, and its type is missing.
        name = written.text
      }
      return TypedField(
        name: name, type: type, defaultValue: nil, span: parameter.name.span)
    }
  }

  /// Goes to where a declaration stands, outside all bodies.
  mutating func enter(
    module index: Int, experiment: ExperimentID? = nil, driver: DriverID? = nil, part: Int? = nil
  ) {
    module = index
    body = BodyState()
    body.part = part
    body.experiment = experiment
    body.driver = driver
  }
}

extension TypedGeneric {
  /// The parameter standing for itself.
  var asArgument: GenericArgument {
    switch kind {
    case .type: .type(.parameter(id))
    case .dimension: .dimension(Dimension(parameter: id))
    case .length: .length(.parameter(id))
    }
  }
}
