package import Diagnostics
package import Laboratory

/// A local variable, constant or parameter of a function.
package struct Local: Sendable {
  package let name: String
  package var type: Type
  package let isVariable: Bool
  package let span: Span
}

/// A generic parameter and what kind of thing it stands for.
package struct TypedGeneric: Hashable, Sendable {
  /// What kind of thing it is.
  package enum Kind: Hashable, Sendable { case type(Bound), dimension, length }
  /// What a type must be able to do.
  package enum Bound: Hashable, Sendable { case none, equal, ordered, number }
  package let id: GenericID
  package let name: String
  package var kind: Kind
}

/// A parameter of a function.
package struct TypedParameter: Sendable {
  package let local: LocalID
  package let name: String
  /// What a call must write, of `label name: T`.
  package let label: String?
  package let type: Type
  package let isInout: Bool
  /// Free of locals.
  package let defaultValue: TypedExpression?
  package let span: Span
}

/// A function, kernel, stage of an experiment, initialiser or test: all that has a body.
package struct TypedFunction: Sendable {
  /// What kind of thing it is.
  package enum Kind: Hashable, Sendable {
    /// `fn`; may run on both sides if its effects allow.
    case portable
    case host
    case kernel
    case seamlessKernel
    /// `prepare`, `run`, `analyze`, `cleanup` of an experiment.
    case stage(Stage)
    /// The value of an argument's default, a range's bound, a constant, a variable's first value, a
    /// dataset's axis.
    case initializer
    case test
    /// Declared in an interface; without a body.
    case requirement
  }
  /// What the function belongs to.
  package enum Owner: Hashable, Sendable {
    case module
    case experiment(ExperimentID)
    case driver(DriverID)
    case interface(InterfaceID)
    /// A method: parameter 0 is the value itself, `inout` if mutating.
    case structure(StructID)
    /// A method of an enum, in the same way.
    case enumeration(EnumID)
  }
  package let id: FunctionID
  package let name: String
  package let kind: Kind
  package let owner: Owner
  package var generics: [TypedGeneric]
  package var parameters: [TypedParameter]
  /// How many of the first parameters stand for locals of the function around this one, whose
  /// values it copies when it is declared.
  package var captureCount = 0
  /// Whether it is declared in the body of another one, or is an expression.
  package var isLocal = false
  package var result: Type
  package var locals: [Local]
  package var body: TypedBlock
  package var effects: Effects
  /// The name, or the keyword of a stage.
  package let nameSpan: Span
  package let span: Span
  package let documentation: String?

  /// Whether it is a kernel, with or without a body.
  var isKernel: Bool {
    switch kind {
    case .kernel, .seamlessKernel, .requirement: true
    case .portable, .host, .stage, .initializer, .test: false
    }
  }

  /// Whether its body runs on the device.
  var isDeviceCode: Bool { isKernel || kind == .stage(.cleanup) }
}

/// The stages of an experiment.
package enum Stage: String, Hashable, Sendable { case prepare, run, analyze, cleanup }

/// What running a function can do, through all that it calls.
package struct Effects: OptionSet, Hashable, Sendable {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }
  /// Prints, touches files, datasets, shared values, or writes members: host only.
  package static let host = Effects(rawValue: 1)
  /// Works on the timeline: device only.
  package static let timeline = Effects(rawValue: 2)
  /// Starts a kernel from the host.
  package static let startsKernel = Effects(rawValue: 4)
  package static let writesShared = Effects(rawValue: 8)
  package static let touchesDatasets = Effects(rawValue: 16)
  /// Reads or writes `resident` values: device only.
  package static let resident = Effects(rawValue: 32)
  /// Does on the device what cannot stand in `record`: reads inputs or the clock, waits, or moves
  /// the cursor by the clock.
  package static let unrecordable = Effects(rawValue: 64)
  /// In a kernel waits for the device or for the host.
  static let waits = Effects(rawValue: 128)
  /// May catch an error, so that the machine forgets which one was raised before.
  package static let catches = Effects(rawValue: 256)
}

/// A named thing that an experiment, a driver or a module holds.
package struct Member: Sendable {
  /// What kind of thing it is.
  package enum Kind: Hashable, Sendable {
    case argument
    /// With its key.
    case shared(key: String)
    case dataset
    case variable
    /// A binding at the top level of `prepare`.
    case prepared(isVariable: Bool)
    case constant
    case resident
    /// A device; nil where it is not in the system description (an error was reported), and of an
    /// array of devices.
    case device(DeviceBinding?)
    /// The field of a driver, by index.
    case field(Int)
  }
  package let id: MemberID
  package let name: String
  package let kind: Kind
  /// Nil for a module's constants.
  package let experiment: ExperimentID?
  package var type: Type
  /// Computes the default or first value; no parameters.
  ///
  /// Nil where there is none (and for `prepared`).
  package var initializer: FunctionID?
  /// The least and the greatest value that an argument may have.
  package var lower: FunctionID?
  package var upper: FunctionID?
  /// Of an array of devices the devices, which are members of their own.
  package var elements: [MemberID] = []
  /// Of a dataset `over` axes: what computes each axis's values, and its name.
  package var axes: [DatasetAxis]
  package let nameSpan: Span
  package let documentation: String?
  /// Of a family of shared values: what computes the key; it has the parameters of the family, and
  /// so has what computes the default.
  package var keyFunction: FunctionID?
  /// Of a dataset: the dataset that holds its error bars.
  package var errorBars: MemberID?
  /// Of an argument of a part: whether the `use` gave it its value, so that no user can.
  package var isFixed = false
}

/// An axis of a dataset.
package struct DatasetAxis: Hashable, Sendable {
  package let name: String
  package let values: FunctionID
  /// The type that `values` yields: an array, or an Int that stands for a range from 0.
  package let type: Type
}

/// A device of the experiment as bound by the system description.
package struct DeviceBinding: Hashable, Sendable {
  package let name: String
  package let driver: DriverID
}

/// A field of a struct, or a part of a payload.
package struct TypedField: Sendable {
  package let name: String
  package let type: Type
  package let defaultValue: TypedExpression?
  package let span: Span
}

/// A struct.
package struct TypedStruct: Sendable {
  package let id: StructID
  package let name: String
  package var generics: [TypedGeneric]
  package var fields: [TypedField]
  package var methods: [FunctionID]
  package let nameSpan: Span
}

/// An enum.
package struct TypedEnum: Sendable {
  /// A case of an enum.
  package struct Case: Sendable {
    package let name: String
    package let payload: [TypedField]
    package let nameSpan: Span
  }
  package let id: EnumID
  package let name: String
  package var cases: [Case]
  package var methods: [FunctionID]
  package let nameSpan: Span
}

/// A declared error.
package struct TypedError: Sendable {
  package let id: ErrorID
  package let name: String
  package var payload: [TypedField]
  package let nameSpan: Span
}

/// An interface: the kernels that its drivers have.
package struct TypedInterface: Sendable {
  package let id: InterfaceID
  package let name: String
  package var kernels: [FunctionID]
  package let nameSpan: Span
}

/// A driver.
package struct TypedDriver: Sendable {
  package let id: DriverID
  package let name: String
  package var interfaces: [InterfaceID]
  /// Members of kind `.field`, in order.
  package var fields: [MemberID]
  /// Members of kind `.resident`, in order: one value for each device with the driver.
  package var residents: [MemberID] = []
  package var kernels: [FunctionID]
  package let nameSpan: Span
}

/// An experiment.
package struct TypedExperiment: Sendable {
  package let id: ExperimentID
  package let name: String
  /// All members, in the order of the source.
  package var members: [MemberID]
  package var kernels: [FunctionID]
  package var functions: [FunctionID]
  package var prepare: FunctionID?
  /// Nil only where an error was reported.
  package var run: FunctionID?
  package var analyze: FunctionID?
  package var cleanup: FunctionID?
  package let nameSpan: Span
  package let documentation: String?
  /// Whether it is a part, typed on its own: it is never run, and its devices may be missing.
  package var isPart = false
}

/// A `test` block.
package struct TypedTest: Sendable {
  package let title: String
  package let body: FunctionID
  package let span: Span
}

/// A whole program with its imports and the part of the standard library that it uses, typed.
///
/// Made by `type` only.
package struct TypedProgram: Sendable {
  package let sources: SourceSet
  package let description: SystemDescription
  /// The source that the user named.
  package let main: SourceID
  /// Whether errors were reported; such a program is looked at, never compiled.
  package internal(set) var hasErrors = false
  package internal(set) var functions: [TypedFunction] = []
  package internal(set) var members: [Member] = []
  package internal(set) var structs: [TypedStruct] = []
  package internal(set) var enums: [TypedEnum] = []
  package internal(set) var errors: [TypedError] = []
  package internal(set) var interfaces: [TypedInterface] = []
  package internal(set) var drivers: [TypedDriver] = []
  /// All experiments and parts, those of imported sources too.
  package internal(set) var experiments: [TypedExperiment] = []
  /// Where the parts are declared: their code is typed once for each `use`.
  package internal(set) var partSpans: [Span] = []
  package internal(set) var tests: [TypedTest] = []
  /// The functions whose values are taken.
  package internal(set) var functionValues = FunctionValues()
  /// The names of generic parameters, by the index of their ids.
  var genericNames: [String] = []
  /// All members, each after those that its first value needs; within that, in the order of the
  /// source.
  package internal(set) var initializationOrder: [MemberID] = []

  init(sources: SourceSet, description: SystemDescription, main: SourceID) {
    self.sources = sources
    self.description = description
    self.main = main
  }

  package subscript(id: FunctionID) -> TypedFunction { functions[Int(id.index)] }
  package subscript(id: MemberID) -> Member { members[Int(id.index)] }
  package subscript(id: StructID) -> TypedStruct { structs[Int(id.index)] }
  package subscript(id: EnumID) -> TypedEnum { enums[Int(id.index)] }
  package subscript(id: ErrorID) -> TypedError { errors[Int(id.index)] }
  package subscript(id: InterfaceID) -> TypedInterface { interfaces[Int(id.index)] }
  package subscript(id: DriverID) -> TypedDriver { drivers[Int(id.index)] }
  package subscript(id: ExperimentID) -> TypedExperiment { experiments[Int(id.index)] }

  /// The kernel called `name` of `driver` whose parameters are those of `signature` (a requirement
  /// of an interface, or the kernel itself); nil if it has none.
  package func kernel(_ name: String, of driver: DriverID, like signature: FunctionID)
    -> FunctionID?
  {
    let wanted = self[signature].parameters.map(\.type)
    return self[driver].kernels.first { id in
      let kernel = self[id]
      return kernel.name == name && kernel.parameters.map(\.type) == wanted
    }
  }

  /// The kernels that a call of `name` on `device` may start; `owner` is that of the calling code.
  ///
  /// One where the device is known, else those of all drivers that it may have.
  package func deviceKernels(
    _ name: String, of device: TypedExpression, like signature: FunctionID,
    in owner: TypedFunction.Owner
  ) -> [FunctionID] {
    func kernels(of devices: [MemberID]) -> [FunctionID] {
      var found: [FunctionID] = []
      for member in devices {
        guard case .device(let binding?) = self[member].kind,
          let kernel = kernel(name, of: binding.driver, like: signature), !found.contains(kernel)
        else { continue }
        found.append(kernel)
      }
      return found
    }
    switch device.kind {
    case .device(let member): return kernels(of: [member])
    case .ownDevice:
      guard case .driver(let driver) = owner else { return [] }
      return kernel(name, of: driver, like: signature).map { [$0] } ?? []
    case .index(let array, _):
      if case .device(let member) = array.kind { return kernels(of: self[member].elements) }
    default: break
    }
    switch device.type {
    case .driver(let driver):
      return kernel(name, of: driver, like: signature).map { [$0] } ?? []
    case .interface(let interface):
      return drivers.filter { $0.interfaces.contains(interface) }
        .compactMap { kernel(name, of: $0.id, like: signature) }
    default: return []
    }
  }

  /// The types of the fields of `structure` where its generic parameters stand for `arguments`.
  package func fieldTypes(of structure: StructID, _ arguments: [GenericArgument]) -> [Type] {
    let declaration = self[structure]
    guard !declaration.generics.isEmpty else { return declaration.fields.map(\.type) }
    var map: [GenericID: GenericArgument] = [:]
    for (generic, argument) in zip(declaration.generics, arguments) { map[generic.id] = argument }
    return declaration.fields.map { $0.type.substituting(map) }
  }
}

/// A `resident` value: the member, and the device that it belongs to where a driver declares it.
package struct Resident: Hashable, Sendable {
  package let member: MemberID
  /// The device's name in the system description; nil for a member of the experiment.
  package let device: String?

  package init(member: MemberID, device: String?) {
    self.member = member
    self.device = device
  }
}

extension TypedProgram {
  /// The experiments of the main source, in its order.
  package var runnable: [TypedExperiment] {
    experiments.filter { !$0.isPart && $0.nameSpan.source == main }
  }

  /// `diagnostics` such that a mistake in a part is one error, however often the part is used: of
  /// those with one code at one place the shortest, which is that of the part itself.
  package func once(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    guard !partSpans.isEmpty else { return diagnostics }
    struct Place: Hashable {
      let code: Code
      let span: Span
    }
    var result: [Diagnostic] = []
    var known: [Place: Int] = [:]
    for diagnostic in diagnostics {
      let span = diagnostic.span
      let isInPart = partSpans.contains {
        $0.source == span.source && $0.start <= span.start && span.end <= $0.end
      }
      let place = Place(code: diagnostic.code, span: span)
      if isInPart, let earlier = known[place] {
        if diagnostic.message.utf8.count < result[earlier].message.utf8.count {
          result[earlier] = diagnostic
        }
        continue
      }
      if isInPart { known[place] = result.count }
      result.append(diagnostic)
    }
    return result
  }

  /// What the host halves of `experiments` begin with, each once.
  package func hostRoots(of experiments: [TypedExperiment]) -> [FunctionID] {
    let known = Set(experiments.map(\.id))
    var roots: [FunctionID] = []
    for member in members where member.experiment.map({ known.contains($0) }) ?? true {
      switch member.kind {
      case .constant, .shared, .argument, .variable:
        roots += [member.initializer, member.lower, member.upper].compactMap { $0 }
      case .dataset: roots += member.axes.map(\.values)
      case .prepared, .field, .resident, .device: break
      }
    }
    for resident in experiments.flatMap({ residents(of: $0) }) {
      if let initializer = self[resident.member].initializer, !roots.contains(initializer) {
        roots.append(initializer)
      }
    }
    for experiment in experiments {
      roots += [experiment.prepare, experiment.run, experiment.analyze].compactMap { $0 }
    }
    return roots
  }

  /// The `resident` values of a session of `experiment`, in the order in which the device keeps
  /// them: its own, then those of its devices.
  package func residents(of experiment: TypedExperiment) -> [Resident] {
    var residents: [Resident] = []
    var devices: Set<String> = []
    for member in experiment.members where self[member].kind == .resident {
      residents.append(Resident(member: member, device: nil))
    }
    for member in experiment.members {
      guard case .device(let binding?) = self[member].kind, devices.insert(binding.name).inserted
      else { continue }
      for resident in self[binding.driver].residents {
        residents.append(Resident(member: resident, device: binding.name))
      }
    }
    return residents
  }

  /// The `resident` value that `member` is in code that belongs to `device`.
  package func resident(_ member: MemberID, of device: MemberID?) -> Resident {
    guard self[member].experiment == nil, let device, case .device(let binding?) = self[device].kind
    else { return Resident(member: member, device: nil) }
    return Resident(member: member, device: binding.name)
  }

  /// What the host half of `experiment` begins with: the first values, bounds and axes of its
  /// members and of the constants that it sees, and its stages.
  package func hostRoots(of experiment: TypedExperiment) -> [FunctionID] {
    var roots: [FunctionID] = []
    for member in members where member.experiment == nil || member.experiment == experiment.id {
      switch member.kind {
      case .constant: if let initializer = member.initializer { roots.append(initializer) }
      case .shared: roots += [member.initializer, member.keyFunction].compactMap { $0 }
      case .argument, .variable:
        guard member.experiment == experiment.id else { continue }
        roots += [member.initializer, member.lower, member.upper].compactMap { $0 }
      case .dataset:
        guard member.experiment == experiment.id else { continue }
        roots += member.axes.map(\.values)
      case .prepared, .field, .resident, .device: break
      }
    }
    for resident in residents(of: experiment) {
      if let initializer = self[resident.member].initializer, !roots.contains(initializer) {
        roots.append(initializer)
      }
    }
    return roots + [experiment.prepare, experiment.run, experiment.analyze].compactMap { $0 }
  }
}
