import Diagnostics

// What in a body has effects (language.md, "Declarations in a module").

/// One thing in a body that has an effect, or a call of something that may have.
struct EffectSource {
  let span: Span
  /// What it does itself.
  let effects: Effects
  let cause: Cause
  let callee: FunctionID?
  /// After `await` or `send`: the kernel leaves real time by intention.
  let isMarked: Bool
  /// Inside `record`.
  var isRecorded = false
  /// How a function value comes in, if one does.
  var role = Role.plain

  /// What it is, for messages.
  enum Cause {
    /// As a message says it.
    case named(String)
    case function(FunctionID)
    /// A function given as an argument, an expression maybe.
    case passed(FunctionID)
    /// `the dataset`, `writing`, before the member's name.
    case member(String, MemberID)
    /// The name before the parenthesis of the call there.
    case written(Span)
    case hostFunction, preload, kept
  }

  enum Role {
    case plain
    /// The callee is given to another function, which may call it.
    case argument
    /// A function is chosen or kept while the program runs, which only the host can.
    case kept
  }
}

/// Goes over the bodies of a typed program and gathers what in them has effects.
///
/// A class, since the closures of its walk would each copy the whole program of a struct.
final class EffectGathering {
  private let program: TypedProgram
  private let values: FunctionValues
  /// Each `parallel` block of device code, and whose it is.
  private(set) var parallels: [(block: TypedBlock, owner: TypedFunction.Owner)] = []

  // Of the function gone over
  private var onDevice = false
  private var owner = TypedFunction.Owner.module
  private var flow: FunctionFlow
  private var found: [EffectSource] = []

  /// Nil of a program without functions.
  init?(_ program: TypedProgram, _ values: FunctionValues) {
    guard let first = program.functions.first else { return nil }
    self.program = program
    self.values = values
    flow = FunctionFlow(in: first, of: program, values)
  }

  func sources(of function: TypedFunction) -> [EffectSource] {
    found = []
    flow = FunctionFlow(in: function, of: program, values)
    owner = function.owner
    onDevice = function.isDeviceCode
    if function.kind == .host {
      found.append(
        EffectSource(
          span: function.nameSpan, effects: .host, cause: .hostFunction, callee: nil,
          isMarked: false))
    }
    for statement in function.body.statements { gather(.statement(statement), marked: false) }
    return found
  }

  private func gather(_ node: TypedNode, marked: Bool) {
    func add(
      _ effects: Effects, _ cause: EffectSource.Cause, _ callee: FunctionID? = nil, at span: Span
    ) {
      found.append(
        EffectSource(span: span, effects: effects, cause: cause, callee: callee, isMarked: marked))
    }
    switch node {
    case .place(let place):
      if case .local = place.root, place.type.holdsFunction { addKept(place.span) }
      guard case .member(let id) = place.root else { return }
      if place.type.holdsFunction { addKept(place.span) }
      let member = program[id]
      switch member.kind {
      case .dataset: add([.host, .touchesDatasets], .member("the dataset", id), at: place.span)
      // In a kernel the freeze check reports it.
      case .shared:
        if !onDevice {
          add([.host, .writesShared], .member("writing the shared value", id), at: place.span)
        }
      case .variable, .prepared:
        if !onDevice { add(.host, .member("writing", id), at: place.span) }
      case .resident: add(.resident, .member("the resident value", id), at: place.span)
      case .argument, .constant, .device, .field: break
      }
    case .statement(let statement):
      switch statement.kind {
      case .parallel, .loop(_, _, isParallel: true):
        add(.timeline, .named("parallel"), at: statement.span)
        if !onDevice { return }
        if case .parallel(let block) = statement.kind { parallels.append((block, owner)) }
      case .tryCatch: add(.catches, .named("try"), at: statement.span)
      case .preload: add([.host, .startsKernel], .preload, at: statement.span)
      case .send(let call):
        gather(.expression(call), marked: true)
        return
      default: break
      }
      if case .declare(let local, let value) = statement.kind { flow.declare(local, value) }
      statement.forEachChild { child in
        // That a kernel assigns to a dataset the freeze check reports.
        if onDevice, case .place(let place) = child, case .member(let id) = place.root,
          program[id].kind == .dataset
        {
          return
        }
        gather(child, marked: false)
      }
    case .expression(let expression):
      switch expression.kind {
      case .local, .integer, .float, .boolean: return
      case .await(let call):
        add(.waits, .named("await"), at: expression.span)
        gather(.expression(call), marked: true)
        return
      case .call(let id, _, let arguments):
        add([], .function(id), id, at: expression.span)
        for case .value(let value) in arguments where value.type.holdsFunction {
          addPassed(value)
        }
        if case .function = expression.type, program.functionReturned(by: id) == nil {
          addKept(expression.span)
        }
      case .callValue(let callee, let arguments):
        // What it is may catch.
        add(.catches, .written(expression.span), at: expression.span)
        for target in targets(of: callee) {
          add([], .function(target), target, at: expression.span)
        }
        for value in arguments where value.type.holdsFunction {
          addPassed(value)
        }
        if case .function = expression.type { addKept(expression.span) }
      case .function(_, _, let captures):
        for value in captures where value.type.holdsFunction {
          addPassed(value)
        }
      case .deviceCall(let device, let name, let signature, _):
        add(.timeline, .named(name), at: expression.span)
        for callee in program.deviceKernels(name, of: device, like: signature, in: owner) {
          add(.timeline, .named(name), callee, at: expression.span)
        }
      case .intrinsic(let intrinsic, let operands):
        if intrinsic.isDeviceOnly {
          let effects: Effects = intrinsic.isRecordable ? .timeline : [.timeline, .unrecordable]
          add(effects, .written(expression.span), at: expression.span)
        }
        if intrinsic.isHostOnly { add(.host, .written(expression.span), at: expression.span) }
        switch intrinsic {
        case .input, .waitUntil: add(.waits, .written(expression.span), at: expression.span)
        case .leastSquares:
          add(.catches, .written(expression.span), at: expression.span)
          if let model = operands.first { addPassed(model) }
        default: break
        }
      case .record:
        add([.timeline, .unrecordable], .named("record"), at: expression.span)
        if !onDevice { return }
        let start = found.count
        expression.forEachChild { gather($0, marked: false) }
        for index in found[start...].indices { found[index].isRecorded = true }
        return
      case .sharedElement(let id, _):
        if !onDevice { add(.host, .member("the shared value", id), at: expression.span) }
      case .member(let id):
        switch program[id].kind {
        // In a kernel the freeze check reports these.
        case .dataset:
          if !onDevice {
            add([.host, .touchesDatasets], .member("the dataset", id), at: expression.span)
          }
        case .shared:
          if !onDevice { add(.host, .member("the shared value", id), at: expression.span) }
        case .resident:
          add(.resident, .member("the resident value", id), at: expression.span)
        case .constant:
          if case .function = expression.type, program.constantFunction(id) == nil {
            addKept(expression.span)
          }
        case .variable, .prepared:
          if case .function = expression.type { addKept(expression.span) }
        default: break
        }
      case .conditional, .sequence, .coalesce, .index, .field, .tupleElement, .payload:
        if case .function = expression.type { addKept(expression.span) }
      case .array, .some, .tuple, .repeated:
        if expression.type.holdsFunction { addKept(expression.span) }
      case .structure(_, let parts), .enumeration(_, _, let parts):
        if parts.contains(where: { $0.type.holdsFunction }) {
          addKept(expression.span)
        }
      default: break
      }
      expression.forEachChild { child in
        // Only the call itself is marked; its arguments are evaluated on the device.
        if case .place = child {
          gather(child, marked: marked)
        } else {
          gather(child, marked: false)
        }
      }
    }
  }

  /// The functions that `value` may be; those of kernels' bodies are not seen outside of them.
  private func targets(of value: TypedExpression) -> [FunctionID] {
    flow.targets(of: value).filter {
      onDevice || !(program[$0].isLocal && program[$0].kind == .kernel)
    }
  }

  /// A function that is given to another one counts as called there.
  private func addPassed(_ value: TypedExpression) {
    for target in targets(of: value) {
      found.append(
        EffectSource(
          span: value.span, effects: [], cause: .passed(target), callee: target, isMarked: false,
          role: .argument))
    }
  }

  private func addKept(_ span: Span) {
    found.append(
      EffectSource(
        span: span, effects: .host, cause: .kept, callee: nil, isMarked: false, role: .kept))
  }
}
