import Diagnostics

// Windows of inputs that are opened and never read: when the kernel returns they are dropped
// (rule 51).

/// What the functions of a program do with the windows of inputs, each looked at once.
///
/// A class, since the closures of its walk would each copy the whole program of a struct.
private final class WindowFacts {
  /// What one function does itself.
  struct Use {
    /// Where windows of each device are opened.
    var openings: [(device: MemberID, span: Span)] = []
    var read: Set<MemberID> = []
    /// It reads a device that is not known here: an element of an array, a parameter.
    var readsUnknown = false
    /// It opens or reads windows of the device whose driver it belongs to.
    var opensOwn = false
    var readsOwn = false
    /// The functions that it calls, other than kernels of devices.
    var callees: [FunctionID] = []
  }

  private let program: TypedProgram
  private var uses: [FunctionID: Use] = [:]
  /// Whether a driver's kernel opens or reads windows, itself or by another of the driver's.
  private var ofDrivers: [FunctionID: (opens: Bool, reads: Bool)] = [:]

  init(_ program: TypedProgram) { self.program = program }

  /// What `kernel` and all that it calls does.
  func use(from kernel: FunctionID) -> Use {
    var total = Use()
    var seen: Set<FunctionID> = [kernel]
    var pending = [kernel]
    while let function = pending.popLast() {
      let use = use(of: function)
      total.openings += use.openings
      total.read.formUnion(use.read)
      total.readsUnknown = total.readsUnknown || use.readsUnknown
      total.opensOwn = total.opensOwn || use.opensOwn
      total.readsOwn = total.readsOwn || use.readsOwn
      for callee in use.callees where seen.insert(callee).inserted { pending.append(callee) }
    }
    return total
  }

  private func use(of function: FunctionID) -> Use {
    if let known = uses[function] { return known }
    var use = Use()
    // A function that calls itself finds nothing more in itself.
    uses[function] = use
    for statement in program[function].body.statements {
      look(in: .statement(statement), of: program[function].owner, into: &use)
    }
    uses[function] = use
    return use
  }

  private func look(in node: TypedNode, of owner: TypedFunction.Owner, into use: inout Use) {
    switch node {
    case .place: break
    case .statement(let statement):
      statement.forEachChild { self.look(in: $0, of: owner, into: &use) }
    case .expression(let expression):
      switch expression.kind {
      case .intrinsic(.gate, _): use.opensOwn = true
      case .intrinsic(.input, _): use.readsOwn = true
      case .call(let callee, _, _), .function(let callee, _, _): use.callees.append(callee)
      case .deviceCall(let device, let name, let signature, _):
        note(
          program.deviceKernels(name, of: device, like: signature, in: owner), of: device,
          at: expression.span, in: &use)
      default: break
      }
      expression.forEachChild { self.look(in: $0, of: owner, into: &use) }
    }
  }

  private func note(
    _ kernels: [FunctionID], of device: TypedExpression, at span: Span, in use: inout Use
  ) {
    let isOwn = if case .ownDevice = device.kind { true } else { false }
    if isOwn { return use.callees += kernels }
    var (opens, reads) = (false, false)
    for kernel in kernels {
      let known = ofDriver(kernel)
      opens = opens || known.opens
      reads = reads || known.reads
    }
    if case .device(let member) = device.kind {
      if opens { use.openings.append((member, span)) }
      if reads { use.read.insert(member) }
    } else if reads {
      use.readsUnknown = true
    }
  }

  /// Whether there is a device of which some kernel may open windows.
  var isAnyOpened: Bool {
    var drivers: Set<DriverID> = []
    for member in program.members {
      if case .device(let binding?) = member.kind { drivers.insert(binding.driver) }
    }
    return drivers.contains { program[$0].kernels.contains { ofDriver($0).opens } }
  }

  private func ofDriver(_ kernel: FunctionID) -> (opens: Bool, reads: Bool) {
    if let known = ofDrivers[kernel] { return known }
    ofDrivers[kernel] = (false, false)
    let use = use(from: kernel)
    let result = (use.opensOwn || !use.openings.isEmpty, use.readsOwn || !use.read.isEmpty)
    ofDrivers[kernel] = result
    return result
  }
}

/// The kernels that functions of the host start, each once, and where.
private final class KernelStarts {
  private let program: TypedProgram
  private var seen: Set<FunctionID> = []
  private(set) var found: [(FunctionID, Span)] = []

  init(_ program: TypedProgram) {
    self.program = program
    for function in program.functions where !isKernel(function.id) {
      for statement in function.body.statements { look(in: .statement(statement)) }
    }
  }

  private func look(in node: TypedNode) {
    switch node {
    case .place: break
    case .statement(let statement): statement.forEachChild { self.look(in: $0) }
    case .expression(let expression):
      if case .call(let callee, _, _) = expression.kind, isKernel(callee),
        seen.insert(callee).inserted
      {
        found.append((callee, expression.span))
      }
      expression.forEachChild { self.look(in: $0) }
    }
  }

  private func isKernel(_ function: FunctionID) -> Bool {
    switch program[function].kind {
    case .kernel, .seamlessKernel: true
    case .portable, .host, .stage, .initializer, .test, .requirement: false
    }
  }
}

extension Typer {
  /// Warns of windows that a kernel opens and that nothing in it reads.
  mutating func warnOfUnreadWindows() {
    var found: [Diagnostic] = []
    // What host code calls of a device directly is a kernel that stands nowhere.
    let made = Set(deviceStarts.values)
    let facts = WindowFacts(program)
    let starts = KernelStarts(program).found
    program.startedKernels = starts.map(\.0)
    guard facts.isAnyOpened else { return }
    for (kernel, call) in starts {
      let use = facts.use(from: kernel)
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
}
