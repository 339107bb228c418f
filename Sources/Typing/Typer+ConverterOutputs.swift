import Diagnostics
import Laboratory

// Outputs and inputs of converters that there are not: what is constant is known before it runs.

extension Typer {
  /// Says so where a kernel of a converter is called with a constant number beyond its outputs or
  /// inputs.
  mutating func rejectMissingOutputs() {
    var found: [Diagnostic] = []
    let program = program
    let starts = Dictionary(deviceStarts.map { ($1, $0) }) { first, _ in first }
    func look(in node: TypedNode, of owner: TypedFunction.Owner) {
      switch node {
      case .place: break
      case .statement(let statement): statement.forEachChild { look(in: $0, of: owner) }
      case .expression(let expression):
        if case .deviceCall(let device, let name, let signature, let arguments) = expression.kind {
          for kernel in program.deviceKernels(name, of: device, like: signature, in: owner) {
            guard let fault = missingOutput(device, kernel, arguments) else { continue }
            found.append(fault)
            break
          }
        }
        // What host code calls of a device directly is a kernel that calls it.
        if case .call(let callee, _, let arguments) = expression.kind, let start = starts[callee],
          case .device(let member)? = start.receiver
        {
          let device = TypedExpression(.device(member), program[member].type, at: expression.span)
          if let fault = missingOutput(device, start.kernel, arguments) { found.append(fault) }
        }
        expression.forEachChild { look(in: $0, of: owner) }
      }
    }
    for function in program.functions {
      for statement in function.body.statements {
        look(in: .statement(statement), of: function.owner)
      }
    }
    for fault in found { report(fault) }
  }

  private func missingOutput(
    _ device: TypedExpression, _ kernel: FunctionID, _ arguments: [TypedArgument]
  ) -> Diagnostic? {
    guard let (name, count, what) = converter(device),
      let index = addressParameter(of: kernel), arguments.indices.contains(index),
      case .value(let value) = arguments[index], let number = constant(value),
      number < 0 || number >= Int64(count)
    else { return nil }
    return Diagnostic(
      .literalOutOfRange, "`\(name)` has no \(what) \(number)", at: value.span,
      notes: ["It has \(count), counted from 0."])
  }

  /// The converter that `device` is, and how many outputs or inputs it has.
  private func converter(_ device: TypedExpression) -> (name: String, count: Int, what: String)? {
    guard case .device(let member) = device.kind, case .device(let binding?) = program[member].kind
    else { return nil }
    for channel in program.description.channels where channel.device == binding.name {
      switch channel.kind {
      case .dac(let outputs, _): return (program[member].name, outputs, "output")
      case .adc(let converter): return (program[member].name, converter.inputs, "input")
      case .ttlOutput, .ttlInput, .dds, .spi, .camera: break
      }
    }
    return nil
  }

  /// The parameter that `kernel`, one of a driver, writes to as an address, as it is.
  private func addressParameter(of kernel: FunctionID) -> Int? {
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
    return found
  }

  private func constant(_ value: TypedExpression) -> Int64? {
    switch value.kind {
    case .integer(let number): number
    case .unary(.negateInteger, let inner): constant(inner).map { 0 &- $0 }
    case .member(let id): constantInteger(program[id]).map(Int64.init)
    default: nil
    }
  }
}
