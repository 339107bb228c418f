import Bytecode
import Diagnostics
import Typing
import Values

// Function values. On the host a function's index and, packed, what it has copied; on the device
// known when compiling, so that each call of one is a call like any other.

extension Lowerer {
  // MARK: On the host

  mutating func functionValue(
    _ id: FunctionID, _ substitution: [GenericID: GenericArgument], _ captures: [TypedExpression],
    _ expression: TypedExpression, _ hint: Run?
  ) -> Operand {
    let span = expression.span
    if isDevice { return placeholder(type(of: expression), "a function kept as data", at: span) }
    let target = fresh(type(of: expression), hint, at: span)
    guard target.words.count == 3 else { return .temporary(target) }
    let instance = FunctionInstance(
      function: id, substitution: concrete(substitution), device: nil, isValue: true)
    let packed = target.part(1, 2)
    if captures.isEmpty {
      release(packed)
    } else {
      let types = captures.map { type(of: $0) }
      let values = temporary(types.flatMap { words(of: $0, at: span) })
      var offset = 0
      for (capture, type) in zip(captures, types) {
        let count = words(of: type, at: span).count
        evaluate(capture, into: values.part(offset, count))
        offset += count
      }
      emit(.pack, packed.first, values.first, values.words.count, at: span)
      discard(.temporary(values))
    }
    code.emit(.loadFunction, target.first, wide: functionIndex(instance))
    return .temporary(target)
  }

  /// The parameters of a function that is called by way of its value: its own, and behind them what
  /// it has copied, which is unpacked.
  mutating func declareValueParameters(of function: TypedFunction) {
    var own: [(parameter: TypedParameter, run: Run)] = []
    for parameter in function.parameters.dropFirst(function.captureCount) {
      let words = borrowedWords(of: concrete(parameter.type), at: parameter.span)
      own.append((parameter, code.addParameter(words)))
    }
    guard let layout = shapes.layout(of: [.integer]) else { return }
    let packed = code.addParameter([SlotType(.borrowed, layout: layout), .length])
    for (parameter, run) in own { bind(parameter.local, .run(run)) }
    let captures = function.parameters.prefix(function.captureCount)
    guard !captures.isEmpty else { return }
    let lists = captures.map { words(of: concrete($0.type), at: $0.span) }
    let copies = code.allocate(lists.flatMap { $0 })
    if !copies.words.isEmpty {
      emit(.unpack, packed.first, copies.first, copies.words.count, at: function.nameSpan)
    }
    var offset = 0
    for (parameter, words) in zip(captures, lists) {
      bind(parameter.local, .run(copies.part(offset, words.count)))
      offset += words.count
    }
  }

  /// The body of a kernel that is called by way of its value: starts it.
  mutating func startBody(of function: TypedFunction) {
    let span = function.nameSpan
    let arguments = function.parameters.dropFirst(function.captureCount).compactMap {
      localRun($0.local)
    }
    let result = callHost(
      .startKernel(function.id), arguments,
      returning: words(of: concrete(function.result), at: span), nil, at: span)
    returnSlots(result.run ?? Run(first: 0, words: []), hasFailed: false, at: span)
    code.end()
  }

  mutating func callValue(
    _ function: TypedExpression, _ arguments: [TypedExpression], _ expression: TypedExpression,
    _ hint: Run?
  ) -> Operand {
    let span = expression.span
    if isDevice {
      guard let target = staticFunction(of: function) else {
        return placeholder(type(of: expression), "a call of a function kept as data", at: span)
      }
      return call(target, arguments, expression, hint)
    }
    let (callee, calleeSource) = settled(
      kept(evaluate(function), type(of: function), over: arguments, at: function.span),
      type(of: function), at: span)
    let values = evaluate(arguments.map { .value($0) })
    var slots: [Int] = []
    var sources: [Operand] = [calleeSource]
    for value in values {
      var (run, source) = settled(value.operand, value.type, at: span)
      if run.borrowsArrays, value.operand.constant == nil {
        let copy = temporary(words(of: value.type, at: span))
        store(source, value.type, into: copy, at: span)
        (run, source) = (copy, .temporary(copy))
      }
      slots += Array(run.slots)
      sources.append(source)
    }
    let target = fresh(words(of: type(of: expression), at: span), hint)
    guard callee.words.count == 3 else { return .temporary(target) }
    slots += [callee.first + 1, callee.first + 2]
    code.flush()
    emit(.callValue, slots.count, target.words.count, callee.first, at: span)
    code.operands(slots + Array(target.slots))
    for source in sources { discard(source) }
    return .temporary(target)
  }

  // MARK: On the device

  /// The function that `expression` is, if that is known when compiling.
  ///
  /// What it has copied is kept until the scope ends.
  mutating func staticFunction(of expression: TypedExpression) -> StaticFunction? {
    guard descend(at: expression.span) else { return nil }
    defer { ascend() }
    switch expression.kind {
    case .function(let id, let substitution, let captures):
      var copies: [StaticFunction.Copy] = []
      for capture in captures {
        guard let copy = copy(capture) else { return nil }
        copies.append(copy)
      }
      var device: MemberID?
      if case .driver = program[id].owner { device = frame.device }
      return StaticFunction(
        function: id, substitution: concrete(substitution), device: device, copies: copies)
    case .local(let id):
      guard Int(id.index) < frame.locals.count,
        case .function(let function)? = frame.locals[Int(id.index)]
      else { return nil }
      return function
    case .member(let id): return program.constantFunction(id).flatMap { staticFunction(of: $0) }
    case .call(let id, let substitution, let arguments):
      return returnedFunction(id, concrete(substitution), arguments, at: expression.span)
    default: return nil
    }
  }

  /// What a function keeps of `value`, a local of the function around it or an argument.
  private mutating func copy(_ value: TypedExpression) -> StaticFunction.Copy? {
    let valueType = type(of: value)
    if valueType.holdsFunction { return staticFunction(of: value).map { .function($0) } }
    if valueType.isOfDevices { return deviceMember(value).map { .device($0) } }
    let operand = evaluate(value)
    switch operand {
    case .constant(let constant): return .constant(constant)
    case .place(let run, isMutable: false): return .run(run)
    case .place, .temporary, .part:
      let run = declare(words(of: valueType, at: value.span))
      store(operand, valueType, into: run, at: value.span)
      return .run(run)
    }
  }

  /// The function that a call returns: the body of what is called takes the call's place.
  private mutating func returnedFunction(
    _ id: FunctionID, _ substitution: [GenericID: GenericArgument], _ arguments: [TypedArgument],
    at span: Span
  ) -> StaticFunction? {
    guard let result = program.functionReturned(by: id) else { return nil }
    let function = program[id]
    var bindings: [Binding] = []
    for argument in arguments {
      guard case .value(let value) = argument else { return nil }
      switch copy(value) {
      case .constant(let constant)?: bindings.append(.constant(constant))
      case .run(let run)?: bindings.append(.run(run))
      case .device(let member)?: bindings.append(.device(member))
      case .function(let inner)?: bindings.append(.function(inner))
      case nil: return nil
      }
    }
    charge(operations: 1)
    var device: MemberID?
    if case .driver = function.owner { device = frame.device }
    let instance = FunctionInstance(function: id, substitution: substitution, device: device)
    frames.append(newFrame(of: instance))
    defer { frames.removeLast() }
    for (parameter, binding) in zip(function.parameters, bindings) {
      bind(parameter.local, binding)
    }
    statements(Array(function.body.statements.dropLast()))
    return staticFunction(of: result)
  }

  /// Calls a function that is known when compiling.
  private mutating func call(
    _ target: StaticFunction, _ arguments: [TypedExpression], _ expression: TypedExpression,
    _ hint: Run?
  ) -> Operand {
    let function = program[target.function]
    if function.kind == .host {
      return placeholder(
        type(of: expression), "a call of a host function in a kernel", at: expression.span)
    }
    var instance = FunctionInstance(
      function: target.function, substitution: target.substitution, device: target.device)
    var values: [Argument] = []
    for (copy, parameter) in zip(target.copies, function.parameters) {
      let type = parameter.type.substituting(target.substitution)
      switch copy {
      case .constant(let constant):
        values.append(Argument(operand: .constant(constant), type: type, place: nil))
      case .run(let run):
        values.append(Argument(operand: .place(run, isMutable: false), type: type, place: nil))
      case .device(let member): instance.devices.append(member)
      case .function(let inner):
        values.append(
          Argument(operand: .constant(.unit), type: type, place: nil, function: inner))
      }
    }
    values += evaluate(arguments.map { .value($0) })
    charge(operations: 1)
    return call(instance, values, expression, hint) { lowerer, emitCall in
      emitCall(&lowerer, instance)
    }
  }

  /// What a function that is handed over brings along: the values that it has copied, one after the
  /// other.
  func copiedValues(of function: StaticFunction) -> [Argument] {
    var values: [Argument] = []
    for (copy, parameter) in zip(function.copies, program[function.function].parameters) {
      let type = parameter.type.substituting(function.substitution)
      switch copy {
      case .constant(let constant):
        values.append(Argument(operand: .constant(constant), type: type, place: nil))
      case .run(let run):
        values.append(Argument(operand: .place(run, isMutable: false), type: type, place: nil))
      case .device: break
      case .function(let inner): values += copiedValues(of: inner)
      }
    }
    return values
  }

  /// Parameters for what the function of `shape` has copied, and the function made of them.
  mutating func declareCopies(of shape: StaticFunction.Shape) -> StaticFunction {
    var copies: [StaticFunction.Copy] = []
    for (inner, parameter) in zip(shape.copies, program[shape.function].parameters) {
      switch inner {
      case .function(let inner): copies.append(.function(declareCopies(of: inner)))
      case .device(let member): copies.append(.device(member))
      case .value:
        let type = parameter.type.substituting(shape.substitution)
        copies.append(.run(code.addParameter(borrowedWords(of: type, at: parameter.span))))
      }
    }
    return StaticFunction(
      function: shape.function, substitution: shape.substitution, device: shape.device,
      copies: copies)
  }
}
