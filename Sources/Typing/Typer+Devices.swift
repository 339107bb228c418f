import Diagnostics
import Laboratory
import Syntax

// Devices as what they are: known when compiling, parameters of kernels and elements of arrays, and
// nothing else (rule 26).

/// A device that host code hands to a kernel.
indirect enum DeviceArgument: Hashable {
  case device(MemberID)
  /// A list, written out, of which not all are known, and its type.
  case list([DeviceArgument], Type)
  /// An element of an array of devices, by an index that is known when it runs.
  case element(of: MemberID)
}

/// A kernel with the devices with which host code starts it.
struct DeviceStart: Hashable {
  let kernel: FunctionID
  let receiver: DeviceArgument?
  let arguments: [DeviceArgument]
}

extension Typer {
  // MARK: Values

  /// `beams[i]`.
  mutating func deviceElement(
    _ array: TypedExpression, _ element: Type, _ indices: [ExpressionID], at span: Span
  ) -> TypedExpression {
    guard indices.count == 1, let only = indices.first, !isRange(only) else {
      for index in indices where !isRange(index) { _ = expression(index) }
      report(
        Diagnostic(
          .notApplicable,
          "\(program.described(array.type)) has one index: each device is used by itself",
          at: span))
      return TypedExpression(.invalid, .unknown, at: span)
    }
    let position = value(only, as: .integer)
    if case .integer(let number) = position.kind, case .device(let id) = array.kind,
      let index = Int(exactly: number), program[id].elements.indices.contains(index)
    {
      return TypedExpression(.device(program[id].elements[index]), element, at: span)
    }
    if case .fixedArray(_, let lengths) = array.type, let length = lengths.first,
      let fault = indexFault(position, length)
    {
      warnings.append(fault)
    }
    return TypedExpression(.index(array, position), element, at: span)
  }

  /// `for beam in beams`: a loop over the indices, in which the name stands for the element.
  mutating func deviceLoop(
    _ pattern: PatternID, _ array: TypedExpression, _ element: Type, count: Int
  ) -> TypedLoop? {
    let span = tree.span(of: pattern)
    let index = body.newLocal("", .integer, isVariable: false, at: span)
    switch tree[pattern] {
    case .binding(let name):
      let local = declareLocal(name, element, isVariable: false, warns: false)
      let position = TypedExpression(.local(index), .integer, at: span)
      body.deviceAliases[local] = TypedExpression(.index(array, position), element, at: span)
    case .wildcard, .invalid: break
    case .tuple, .enumCase, .literal, .range:
      report(Diagnostic(.mismatch, "a device does not come apart", at: span))
    }
    let zero = TypedExpression(.integer(0), .integer, at: span)
    let end = TypedExpression(.integer(Int64(count)), .integer, at: span)
    return TypedLoop(source: .range(zero, end, isClosed: false, step: nil), variable: index)
  }

  /// Whether `value`, a device, is also one of `type`.
  func conforms(_ value: TypedExpression, to type: Type) -> Bool {
    func fits(_ own: Type, _ members: [MemberID], _ wanted: Type) -> Bool {
      if own == wanted { return true }
      var drivers: [DriverID] = []
      if case .driver(let driver) = own { drivers = [driver] }
      for member in members {
        guard case .device(let binding) = program[member].kind else { return false }
        guard let binding else { return true }
        drivers.append(binding.driver)
      }
      guard !drivers.isEmpty else { return false }
      return drivers.allSatisfy { driver in
        switch wanted {
        case .driver(let other): driver == other
        case .interface(let interface): program[driver].interfaces.contains(interface)
        default: false
        }
      }
    }
    switch (value.type, type) {
    case (.fixedArray(let own, let count), .fixedArray(let wanted, let wantedCount)):
      guard own.isDevice, wanted.isDevice, count == wantedCount else { return false }
      if case .device(let member) = value.kind {
        return fits(own, program[member].elements, wanted)
      }
      return fits(own, [], wanted)
    case (_, _) where value.type.isDevice && type.isDevice:
      switch value.kind {
      case .device(let member): return fits(value.type, [member], type)
      case .index(let array, _):
        if case .device(let member) = array.kind {
          return fits(value.type, program[member].elements, type)
        }
        return fits(value.type, [], type)
      default: return fits(value.type, [], type)
      }
    default: return false
    }
  }

  /// `[a, b]` where an array of devices is due: an array of devices without a name.
  ///
  /// Nil where the elements are no devices that are known when the program is checked.
  mutating func deviceArray(_ values: [TypedExpression], _ type: Type, at span: Span)
    -> TypedExpression?
  {
    guard type.isOfDevices else { return nil }
    var elements: [MemberID] = []
    for value in values {
      switch value.kind {
      case .device(let member): elements.append(member)
      case .index(let array, let index):
        guard case .device(let member) = array.kind, case .integer(let place) = index.kind,
          let position = Int(exactly: place), program[member].elements.indices.contains(position)
        else { return nil }
        elements.append(program[member].elements[position])
      default: return nil
      }
    }
    let id = MemberID(index: Int32(program.members.count))
    let names = elements.map { program[$0].name }.joined(separator: ", ")
    program.members.append(
      Member(
        id: id, name: "[\(names)]", kind: .device(nil), experiment: body.experiment, type: type,
        axes: [], nameSpan: span, documentation: nil))
    program.members[Int(id.index)].elements = elements
    return TypedExpression(.device(id), type, at: span)
  }

  /// Says where a device would be kept; whether it would.
  mutating func rejectsDevice(_ type: Type, _ what: String, at span: Span) -> Bool {
    guard type.isOfDevices else { return false }
    report(
      Diagnostic(
        .mismatch, "\(what) cannot be a device", at: span,
        notes: [
          "A device is known when the program is compiled. It may be a parameter of a kernel or an element of a fixed array of devices."
        ]))
    return true
  }

  // MARK: Started by the host

  /// A call by host code of a kernel to which devices are handed: that of a kernel which hands them
  /// on.
  mutating func startWithDevices(
    _ kernel: FunctionID, name: String, on receiver: TypedExpression?,
    _ arguments: [TypedArgument], of experiment: ExperimentID, _ type: Type, at span: Span
  ) -> TypedExpression {
    var values: [TypedArgument] = []
    func handedOver(_ expression: TypedExpression) -> DeviceArgument? {
      switch expression.kind {
      case .device(let id): return .device(id)
      case .index(let array, let index):
        guard case .device(let id) = array.kind else { return nil }
        values.append(.value(index))
        return .element(of: id)
      case .array(let elements):
        let devices = elements.compactMap(handedOver)
        return devices.count == elements.count ? .list(devices, expression.type) : nil
      default: return nil
      }
    }
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    var own: DeviceArgument?
    if let receiver {
      guard let device = handedOver(receiver) else { return unknown }
      own = device
    }
    var devices: [DeviceArgument] = []
    for (parameter, argument) in zip(program[kernel].parameters, arguments) {
      guard parameter.type.isOfDevices, case .value(let value) = argument else {
        values.append(argument)
        continue
      }
      guard let device = handedOver(value) else { return unknown }
      devices.append(device)
    }
    let start = DeviceStart(kernel: kernel, receiver: own, arguments: devices)
    let function = deviceStart(start, name: name, of: experiment)
    return TypedExpression(.call(function, [:], values), type, at: span)
  }

  /// The kernel that host code starts when it calls `led.on()` or `flash(led)`: made once, it does
  /// nothing but call it.
  private mutating func deviceStart(
    _ start: DeviceStart, name: String, of experiment: ExperimentID
  ) -> FunctionID {
    if let known = deviceStarts[start] { return known }
    let original = program[start.kernel]
    let id = FunctionID(index: Int32(program.functions.count))
    let span = original.nameSpan
    var parameters: [TypedParameter] = []
    var locals: [Local] = []
    func parameter(_ name: String, _ label: String?, _ type: Type, at span: Span)
      -> TypedExpression
    {
      let local = LocalID(index: Int32(locals.count))
      locals.append(Local(name: name, type: type, isVariable: false, span: span))
      parameters.append(
        TypedParameter(
          local: local, name: name, label: label, type: type, isInout: false, defaultValue: nil,
          span: span))
      return TypedExpression(.local(local), type, at: span)
    }
    func device(_ argument: DeviceArgument) -> TypedExpression {
      switch argument {
      case .device(let id): return TypedExpression(.device(id), program[id].type, at: span)
      case .list(let devices, let type):
        return TypedExpression(.array(devices.map(device)), type, at: span)
      case .element(let id):
        let index = parameter("index", nil, .integer, at: span)
        let array = TypedExpression(.device(id), program[id].type, at: span)
        guard case .fixedArray(let element, _) = program[id].type else {
          return TypedExpression(.invalid, .unknown, at: span)
        }
        return TypedExpression(.index(array, index), element, at: span)
      }
    }
    let receiver = start.receiver.map(device)
    var next = 0
    var arguments: [TypedArgument] = []
    for own in original.parameters {
      if own.type.isOfDevices, next < start.arguments.count {
        arguments.append(.value(device(start.arguments[next])))
        next += 1
      } else {
        arguments.append(.value(parameter(own.name, own.label, own.type, at: own.span)))
      }
    }
    let call =
      receiver.map { receiver in
        TypedExpression(
          .deviceCall(receiver, name: original.name, signature: start.kernel, arguments),
          original.result, at: span)
      } ?? TypedExpression(.call(start.kernel, [:], arguments), original.result, at: span)
    let statement = TypedStatement(
      original.result == .unit ? .expression(call) : .returnValue(call), at: span)
    program.functions.append(
      TypedFunction(
        id: id, name: name, kind: original.kind == .seamlessKernel ? .seamlessKernel : .kernel,
        owner: .experiment(experiment), generics: [], parameters: parameters,
        result: original.result, locals: locals, body: TypedBlock([statement], at: span),
        effects: [.timeline], nameSpan: span, span: span, documentation: nil))
    program.experiments[Int(experiment.index)].kernels.append(id)
    deviceStarts[start] = id
    program.deviceStarts[start.kernel, default: []].append(id)
    return id
  }

  // MARK: The system description

  /// What is wrong with the fields that the system description gives `device`; nil if nothing is.
  func fieldFault(of device: DeviceDescription, _ driver: TypedDriver, at span: Span)
    -> Diagnostic?
  {
    func fault(_ message: String, _ field: MemberID?) -> Diagnostic {
      Diagnostic(
        .unknownDevice, message, at: span,
        labels: field.map { [Label("declared here", at: program[$0].nameSpan)] } ?? [],
        notes: ["The laboratory `\(program.description.name)` describes the device."])
    }
    for id in driver.fields {
      let field = program[id]
      guard let given = device.fields.first(where: { $0.name == field.name })?.value else {
        return fault(
          "the device `\(device.name)` has no `\(field.name)`, which its driver `\(driver.name)` needs",
          id)
      }
      if !fits(given, field.type) {
        return fault(
          "`\(field.name)` of the device `\(device.name)` is not \(program.described(field.type))",
          id)
      }
    }
    for (name, _) in device.fields
    where !driver.fields.contains(where: { program[$0].name == name }) {
      return fault(
        "the driver `\(driver.name)` of the device `\(device.name)` has no field `\(name)`", nil)
    }
    return nil
  }

  private func fits(_ value: DeviceDescription.FieldValue, _ type: Type) -> Bool {
    switch (value, type) {
    case (.channel, .channel), (.integer, .integer), (.duration, .duration), (.boolean, .boolean),
      (.float, .float), (_, .unknown):
      true
    case (.integer(let number), .integer32): Int32(exactly: number) != nil
    case (.quantity(_, let exponents), .float(let dimension)):
      exponents.count == 6
        && dimension
          == Dimension(
            second: exponents[0], metre: exponents[1], kilogram: exponents[2],
            ampere: exponents[3], kelvin: exponents[4], angle: exponents[5])
    default: false
    }
  }
}
