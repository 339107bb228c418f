import Diagnostics
import Laboratory
import Syntax

// What a `use` gives to its part: devices in the place of its own, values of its arguments (rule
// 25).

extension Typer {
  /// Where in `lent` of the part being used something for `name` is; it then is taken.
  private mutating func take(_ name: String) -> LentArgument? {
    guard let part = body.part,
      let index = partInstances[part].lent.firstIndex(where: { $0.name.text == name })
    else { return nil }
    partInstances[part].lent[index].isTaken = true
    return partInstances[part].lent[index]
  }

  /// The device that the `use` lends in the place of `name`: nil if it lends none, and inside nil
  /// after an error.
  mutating func lentDevice(_ name: Name, as type: Type) -> DeviceBinding?? {
    guard let lent = take(name.text), let experiment = body.experiment else { return nil }
    let (inside, part) = (module, body.part)
    let owner = part.map { program[partInstances[$0].part].name } ?? "the part"
    enter(module: lent.module, experiment: experiment, part: lent.part)
    defer { enter(module: inside, experiment: experiment, part: part) }
    return .some(lentDevice(lent.value, name, as: type, of: owner))
  }

  /// The devices that the `use` lends in the place of the array `name`: nil if it lends none; after
  /// an error those that are known.
  mutating func lentDevices(_ name: Name, as type: Type, _ element: Type) -> [DeviceBinding?]? {
    guard let lent = take(name.text), let experiment = body.experiment else { return nil }
    let (inside, part) = (module, body.part)
    let owner = part.map { program[partInstances[$0].part].name } ?? "the part"
    enter(module: lent.module, experiment: experiment, part: lent.part)
    defer { enter(module: inside, experiment: experiment, part: part) }
    guard case .fixedArray(_, let lengths) = type, case .known(let count)? = lengths.first else {
      return []
    }
    let none = [DeviceBinding?](repeating: nil, count: count)
    if case .array(let written) = tree[lent.value] {
      guard written.count == count else {
        report(
          Diagnostic(
            .mismatch,
            "`\(name.text)` of `\(owner)` is \(program.described(type)), here \(written.count == 1 ? "is" : "are") \(counted(written.count, "device"))",
            at: tree.span(of: lent.value),
            labels: [Label("the devices are declared here", at: name.span)]))
        return none
      }
      return written.map { lentDevice($0, name, as: element, of: owner) }
    }
    let value = expression(lent.value)
    if isUnknown(value.type) { return none }
    guard case .device(let member) = value.kind, value.type.isOfDevices,
      case .fixedArray(let own, let ownLengths) = value.type, ownLengths == lengths
    else {
      report(
        Diagnostic(
          .mismatch,
          "`\(name.text)` of `\(owner)` is \(program.described(type)), and not "
            + program.described(value.type), at: value.span,
          labels: [Label("the devices are declared here", at: name.span)]))
      return none
    }
    let bindings = program[member].elements.map { id -> DeviceBinding? in
      if case .device(let binding) = program[id].kind { binding } else { nil }
    }
    let fits =
      own == element || isUnknown(element)
      || bindings.allSatisfy { $0.map { serves($0.driver, as: element) } ?? isUnbound }
    if !fits {
      report(
        Diagnostic(
          .mismatch,
          "`\(name.text)` of `\(owner)` is \(program.described(type)), and not "
            + program.described(value.type), at: value.span,
          labels: [Label("the devices are declared here", at: name.span)]))
    }
    return bindings.count == count ? bindings : none
  }

  /// The device that `id`, written in a `use`, is in the place of `name` of the part `owner`; nil
  /// after an error.
  private mutating func lentDevice(
    _ id: ExpressionID, _ name: Name, as type: Type, of owner: String
  ) -> DeviceBinding? {
    if case .string(let segments) = tree[id], let text = plainText(segments) {
      return bind(text, as: type, at: tree.span(of: id))
    }
    let value = expression(id)
    var found: MemberID?
    switch value.kind {
    case .device(let member): found = member
    case .index(let array, let index):
      // An element of an array of devices, by a number.
      if case .device(let member) = array.kind, case .integer(let place) = index.kind,
        program[member].elements.indices.contains(Int(place))
      {
        found = program[member].elements[Int(place)]
      }
    default: break
    }
    guard let member = found, case .device(let binding) = program[member].kind,
      value.type.isDevice
    else {
      if !isUnknown(value.type) {
        report(
          Diagnostic(
            .mismatch,
            "`\(name.text)` is a device of the part; \(program.described(value.type)) is none",
            at: value.span, labels: [Label("the device is declared here", at: name.span)]))
      }
      return nil
    }
    // A part that is typed on its own does not know its devices, but their types.
    let fits = binding.map { serves($0.driver, as: type) } ?? (value.type == type || isUnbound)
    if !fits, !isUnknown(type) {
      report(
        Diagnostic(
          .mismatch,
          "`\(name.text)` of `\(owner)` is \(program.described(type)), and not "
            + program.described(value.type), at: value.span,
          labels: [Label("the device is declared here", at: name.span)]))
      return nil
    }
    return binding
  }

  private var isUnbound: Bool { body.experiment.map { program[$0].isPart } ?? false }

  /// What computes the value that the `use` gives the argument `name`; nil if it gives none.
  mutating func fixedValue(_ name: Name, as type: Type?) -> FunctionID? {
    guard let lent = take(name.text), let experiment = body.experiment else { return nil }
    let (inside, part) = (module, body.part)
    enter(module: lent.module, experiment: experiment, part: lent.part)
    defer { enter(module: inside, experiment: experiment, part: part) }
    return declareInitializer(lent.value, of: type ?? .unknown, named: name)
  }
}
