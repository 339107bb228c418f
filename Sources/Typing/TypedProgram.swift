package import Diagnostics
package import Laboratory

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
  /// Of a kernel that takes devices, or that a driver has, those by which the host starts it with
  /// certain devices.
  var deviceStarts: [FunctionID: [FunctionID]] = [:]
  /// The kernels that some function of the host calls by name, each once.
  package internal(set) var startedKernels: [FunctionID] = []
  /// The functions whose values are taken.
  package internal(set) var functionValues = FunctionValues()
  /// By generic function: those that call it, each once.
  var genericCallers: [FunctionID: [FunctionID]] = [:]
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

  // Visible everywhere: what is asked for is most often a field of what is large to copy.
  @inlinable @inline(__always)
  package subscript(id: FunctionID) -> TypedFunction { functions[Int(id.index)] }

  /// The locals of the function `id`.
  package func locals(of id: FunctionID) -> [Local] { functions[Int(id.index)].locals }

  /// The parameters of the function `id`.
  package func parameters(of id: FunctionID) -> [TypedParameter] {
    functions[Int(id.index)].parameters
  }

  /// What the function `id` does, through all that it calls.
  package func effects(of id: FunctionID) -> Effects { functions[Int(id.index)].effects }

  /// What a `preload` of `kernels` in `function` compiles: of a kernel that takes devices, those by
  /// which the host starts it in the same experiment.
  package func compiled(by kernels: [FunctionID], in function: FunctionID) -> [FunctionID] {
    kernels.flatMap { kernel -> [FunctionID] in
      guard self[kernel].parameters.contains(where: \.type.isOfDevices) else { return [kernel] }
      let owner = self[function].owner
      return (deviceStarts[kernel] ?? []).filter { start in
        if case .experiment = owner { self[start].owner == owner } else { true }
      }
    }
  }
  @inlinable @inline(__always)
  package subscript(id: MemberID) -> Member { members[Int(id.index)] }
  @inlinable package subscript(id: StructID) -> TypedStruct { structs[Int(id.index)] }
  @inlinable package subscript(id: EnumID) -> TypedEnum { enums[Int(id.index)] }
  @inlinable package subscript(id: ErrorID) -> TypedError { errors[Int(id.index)] }
  @inlinable package subscript(id: InterfaceID) -> TypedInterface { interfaces[Int(id.index)] }
  @inlinable @inline(__always)
  package subscript(id: DriverID) -> TypedDriver { drivers[Int(id.index)] }
  @inlinable package subscript(id: ExperimentID) -> TypedExperiment { experiments[Int(id.index)] }

  /// The kernel called `name` of `driver` whose parameters are those of `signature` (a requirement
  /// of an interface, or the kernel itself); nil if it has none.
  package func kernel(_ name: String, of driver: DriverID, like signature: FunctionID)
    -> FunctionID?
  {
    for id in drivers[Int(driver.index)].kernels where functions[Int(id.index)].name == name {
      if id == signature || hasParameters(id, of: signature) { return id }
    }
    return nil
  }

  private func hasParameters(_ id: FunctionID, of other: FunctionID) -> Bool {
    let count = functions[Int(id.index)].parameters.count
    return count == functions[Int(other.index)].parameters.count
      && (0..<count).allSatisfy {
        functions[Int(id.index)].parameters[$0].type
          == functions[Int(other.index)].parameters[$0].type
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

  /// The types of what each case of `enumeration` carries where its generic parameters stand for
  /// `arguments`.
  package func payloadTypes(of enumeration: EnumID, _ arguments: [GenericArgument]) -> [[Type]] {
    let declaration = self[enumeration]
    guard !declaration.generics.isEmpty else {
      return declaration.cases.map { $0.payload.map(\.type) }
    }
    var map: [GenericID: GenericArgument] = [:]
    for (generic, argument) in zip(declaration.generics, arguments) { map[generic.id] = argument }
    return declaration.cases.map { $0.payload.map { $0.type.substituting(map) } }
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
