import Diagnostics

// Windows of inputs that are opened and never read: when the kernel returns they are dropped
// (rule 51).

/// What a kernel that the host starts does with the windows of its inputs, through all that it
/// calls on the device.
///
/// A class, since the closures of its walk would each copy the whole program of a struct.
private final class WindowUse {
  private let program: TypedProgram
  private var seen: Set<FunctionID> = []
  /// Where windows of each device are opened.
  private(set) var openings: [(device: MemberID, span: Span)] = []
  private(set) var read: Set<MemberID> = []
  /// It reads a device that is not known here: an element of an array, a parameter.
  private(set) var readsUnknown = false

  init(_ program: TypedProgram) { self.program = program }

  func look(in function: FunctionID) {
    guard seen.insert(function).inserted else { return }
    for statement in program[function].body.statements {
      look(in: .statement(statement), of: program[function].owner)
    }
  }

  private func look(in node: TypedNode, of owner: TypedFunction.Owner) {
    switch node {
    case .place: break
    case .statement(let statement): statement.forEachChild { self.look(in: $0, of: owner) }
    case .expression(let expression):
      switch expression.kind {
      case .call(let callee, _, _), .function(let callee, _, _): look(in: callee)
      case .deviceCall(let device, let name, let signature, _):
        var opens = false
        var reads = false
        for kernel in program.deviceKernels(name, of: device, like: signature, in: owner) {
          let inner = PrimitiveUse(program)
          inner.look(in: kernel)
          opens = opens || inner.opens
          reads = reads || inner.reads
        }
        if case .device(let member) = device.kind {
          if opens { openings.append((member, expression.span)) }
          if reads { read.insert(member) }
        } else if reads {
          readsUnknown = true
        }
      default: break
      }
      expression.forEachChild { self.look(in: $0, of: owner) }
    }
  }
}

/// Whether a driver's kernel opens or reads windows of its device, itself or by another of the
/// driver's.
private final class PrimitiveUse {
  private let program: TypedProgram
  private var seen: Set<FunctionID> = []
  private(set) var opens = false
  private(set) var reads = false

  init(_ program: TypedProgram) { self.program = program }

  func look(in function: FunctionID) {
    guard seen.insert(function).inserted else { return }
    for statement in program[function].body.statements {
      look(in: .statement(statement), of: program[function].owner)
    }
  }

  private func look(in node: TypedNode, of owner: TypedFunction.Owner) {
    switch node {
    case .place: break
    case .statement(let statement): statement.forEachChild { self.look(in: $0, of: owner) }
    case .expression(let expression):
      switch expression.kind {
      case .intrinsic(.gate, _): opens = true
      case .intrinsic(.input, _): reads = true
      case .call(let callee, _, _): look(in: callee)
      case .deviceCall(let device, let name, let signature, _):
        for kernel in program.deviceKernels(name, of: device, like: signature, in: owner) {
          look(in: kernel)
        }
      default: break
      }
      expression.forEachChild { self.look(in: $0, of: owner) }
    }
  }
}

extension Typer {
  /// Warns of windows that a kernel opens and that nothing in it reads.
  mutating func warnOfUnreadWindows() {
    var found: [Diagnostic] = []
    // What host code calls of a device directly is a kernel that stands nowhere.
    let made = Set(deviceStarts.values)
    for (kernel, call) in startedKernels {
      let use = WindowUse(program)
      use.look(in: kernel)
      guard !use.readsUnknown else { continue }
      for (device, span) in use.openings where !use.read.contains(device) {
        let name = program[device].name
        found.append(
          Diagnostic(
            .unreadWindow, "no one reads the window of `\(name)` that this opens",
            at: made.contains(kernel) ? call : span,
            remark: "dropped when the kernel returns",
            notes: [
              "Read it in the same kernel, after it: `\(name).count()`, or `\(name).timestamp(until: …)`."
            ]))
      }
    }
    warnings += found
  }

  /// The kernels that functions of the host start, each once, and where.
  private var startedKernels: [(FunctionID, Span)] {
    var found: [(FunctionID, Span)] = []
    var seen: Set<FunctionID> = []
    func look(in node: TypedNode) {
      switch node {
      case .place: break
      case .statement(let statement): statement.forEachChild(look)
      case .expression(let expression):
        if case .call(let callee, _, _) = expression.kind, isKernel(callee),
          seen.insert(callee).inserted
        {
          found.append((callee, expression.span))
        }
        expression.forEachChild(look)
      }
    }
    for function in program.functions where !isKernel(function.id) {
      for statement in function.body.statements { look(in: .statement(statement)) }
    }
    return found
  }

  private func isKernel(_ function: FunctionID) -> Bool {
    switch program[function].kind {
    case .kernel, .seamlessKernel: true
    case .portable, .host, .stage, .initializer, .test, .requirement: false
    }
  }
}
