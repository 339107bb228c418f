import Diagnostics
import Laboratory

// Outputs and inputs of converters that there are not: what is constant is known before it runs.

/// What a converter has, and what it is called.
private struct Converter {
  let name: String
  let count: Int
  /// `output` or `input`.
  let what: String
}

/// A call of a kernel of a converter.
private struct ConverterCall {
  enum Callee {
    case kernel(String, of: TypedExpression, like: FunctionID)
    /// What host code calls of a device directly is a kernel that calls it.
    case start(FunctionID)
  }
  let converter: Converter
  let callee: Callee
  let arguments: [TypedArgument]
  let owner: TypedFunction.Owner
}

/// Finds the calls of kernels of converters.
private struct ConverterCallSearch {
  private let converters: [MemberID: Converter]
  private let starts: [FunctionID: DeviceStart]
  /// Whose the body is that is looked through.
  var owner = TypedFunction.Owner.module
  private(set) var found: [ConverterCall] = []

  init(_ converters: [MemberID: Converter], _ starts: [DeviceStart: FunctionID]) {
    self.converters = converters
    self.starts = Dictionary(starts.map { ($1, $0) }) { first, _ in first }
  }

  mutating func look(in node: TypedNode) {
    switch node {
    case .place: break
    case .statement(let statement): statement.forEachChild { look(in: $0) }
    case .expression(let expression):
      switch expression.kind {
      case .deviceCall(let device, let name, let signature, let arguments):
        if case .device(let member) = device.kind {
          note(member, .kernel(name, of: device, like: signature), arguments)
        }
      case .call(let callee, _, let arguments):
        if let start = starts[callee], case .device(let member)? = start.receiver {
          note(member, .start(start.kernel), arguments)
        }
      default: break
      }
      expression.forEachChild { look(in: $0) }
    }
  }

  private mutating func note(
    _ member: MemberID, _ callee: ConverterCall.Callee, _ arguments: [TypedArgument]
  ) {
    guard let converter = converters[member] else { return }
    found.append(
      ConverterCall(converter: converter, callee: callee, arguments: arguments, owner: owner))
  }
}

/// The calls of kernels of converters with a constant number beyond their outputs or inputs.
private struct MissingOutputs {
  private let program: TypedProgram
  /// The parameters of drivers' kernels that are written to as an address.
  private var addresses: [FunctionID: Int?] = [:]
  private(set) var found: [Diagnostic] = []

  init(
    _ program: TypedProgram, _ converters: [MemberID: Converter],
    _ starts: [DeviceStart: FunctionID]
  ) {
    self.program = program
    var search = ConverterCallSearch(converters, starts)
    for function in program.functions {
      search.owner = function.owner
      for statement in function.body.statements { search.look(in: .statement(statement)) }
    }
    for call in search.found { judge(call) }
  }

  private mutating func judge(_ call: ConverterCall) {
    switch call.callee {
    case .kernel(let name, let device, let signature):
      for kernel in program.deviceKernels(name, of: device, like: signature, in: call.owner)
      where note(call.converter, kernel, call.arguments) {
        break
      }
    case .start(let kernel): _ = note(call.converter, kernel, call.arguments)
    }
  }

  /// Whether `kernel` is called with the number of an output that there is not, which is noted.
  private mutating func note(
    _ converter: Converter, _ kernel: FunctionID, _ arguments: [TypedArgument]
  ) -> Bool {
    guard let index = address(of: kernel), arguments.indices.contains(index),
      case .value(let value) = arguments[index], let number = constant(value),
      number < 0 || number >= Int64(converter.count)
    else { return false }
    found.append(
      Diagnostic(
        .literalOutOfRange, "`\(converter.name)` has no \(converter.what) \(number)",
        at: value.span, notes: ["It has \(converter.count), counted from 0."]))
    return true
  }

  /// The parameter that `kernel`, one of a driver, writes to as an address, as it is.
  private mutating func address(of kernel: FunctionID) -> Int? {
    if let known = addresses[kernel] { return known }
    let function = program[kernel]
    var found: Int?
    func look(in node: TypedNode) {
      switch node {
      case .place: break
      case .statement(let statement): statement.forEachChild(look)
      case .expression(let expression):
        if case .intrinsic(let intrinsic, let operands) = expression.kind, operands.count > 1,
          intrinsic == .output || intrinsic == .outputPair, case .local(let id) = operands[1].kind
        {
          found = function.parameters.firstIndex { $0.local == id }
        }
        expression.forEachChild(look)
      }
    }
    for statement in function.body.statements { look(in: .statement(statement)) }
    addresses[kernel] = .some(found)
    return found
  }

  private func constant(_ value: TypedExpression) -> Int64? {
    switch value.kind {
    case .integer(let number): return number
    case .unary(.negateInteger, let inner): return constant(inner).map { 0 &- $0 }
    case .member(let id):
      guard case .constant = program[id].kind, let initializer = program[id].initializer,
        case .returnValue(let value?)? = program[initializer].body.statements.last?.kind,
        case .integer(let number) = value.kind
      else { return nil }
      return number
    default: return nil
    }
  }
}

extension Typer {
  /// Says so where a kernel of a converter is called with a constant number beyond its outputs or
  /// inputs.
  mutating func rejectMissingOutputs() {
    let started = deviceStarts.keys.compactMap {
      if case .device(let device)? = $0.receiver { device } else { nil }
    }
    let called = calledDevices.union(started)
    let converters = converters.filter { called.contains($0.key) }
    if converters.isEmpty { return }
    for fault in MissingOutputs(program, converters, deviceStarts).found { report(fault) }
  }

  /// The converters among the devices of the program.
  private var converters: [MemberID: Converter] {
    var counts: [String: (Int, String)] = [:]
    for channel in program.description.channels {
      switch channel.kind {
      case .dac(let outputs, _): counts[channel.device] = (outputs, "output")
      case .adc(let converter): counts[channel.device] = (converter.inputs, "input")
      case .ttlOutput, .ttlInput, .dds, .spi, .camera: break
      }
    }
    var found: [MemberID: Converter] = [:]
    for member in program.members {
      guard case .device(let binding?) = member.kind, let (count, what) = counts[binding.name]
      else { continue }
      found[member.id] = Converter(name: member.name, count: count, what: what)
    }
    return found
  }
}
