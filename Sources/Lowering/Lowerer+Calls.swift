import Bytecode
import Diagnostics
import Typing
import Values

// Calls of functions, function values, host calls, and of kernels from the host.

extension Lowerer {
  mutating func call(
    _ id: FunctionID, _ substitution: [GenericID: GenericArgument], _ arguments: [TypedArgument],
    _ expression: TypedExpression, _ hint: Run?
  ) -> Operand {
    let function = program[id]
    let isKernel = function.kind == .kernel || function.kind == .seamlessKernel
    if isKernel, !isDevice { return startKernel(id, arguments, expression, hint) }
    if function.kind == .host, isDevice {
      return placeholder(
        type(of: expression), "a call of a host function in a kernel", at: expression.span)
    }
    var device: MemberID?
    if case .driver = function.owner { device = frame.device }
    let instance = FunctionInstance(
      function: id, substitution: concrete(substitution), device: device)
    if arguments.contains(where: \.isDevice) {
      return callWithDevices(instance, nil, arguments, expression, hint)
    }
    if walk != nil, function.effects.contains(.timeline) {
      return walkCall(instance, arguments, expression, hint)
    }
    return call(instance, arguments, expression, hint)
  }

  mutating func deviceCall(
    _ device: TypedExpression, _ name: String, _ signature: FunctionID,
    _ arguments: [TypedArgument],
    _ expression: TypedExpression, _ hint: Run?
  ) -> Operand {
    guard isDevice else {
      return placeholder(
        type(of: expression), "a device's kernel called by the host", at: expression.span)
    }
    if case .index = device.kind {
      return callWithDevices(nil, (device, name, signature), arguments, expression, hint)
    }
    guard let member = deviceMember(device), let kernel = kernel(name, of: member, signature) else {
      return placeholder(type(of: expression), "a call on this device", at: expression.span)
    }
    let instance = FunctionInstance(function: kernel, substitution: [:], device: member)
    if arguments.contains(where: \.isDevice) {
      return callWithDevices(instance, nil, arguments, expression, hint)
    }
    if walk != nil, program[kernel].effects.contains(.timeline) {
      return walkCall(instance, arguments, expression, hint)
    }
    return call(instance, arguments, expression, hint)
  }

  // MARK: Arguments

  /// An argument of a call, evaluated.
  struct Argument {
    var operand: Operand
    let type: Type
    /// None or one: most have none, and a copy of that costs nothing.
    private let places: [ResolvedPlace]
    /// On the device, where it is a function: that is known when compiling.
    let function: StaticFunction?
    /// What is known of it while a block is sorted.
    var known = Known.dynamic

    init(
      operand: Operand, type: Type, place: ResolvedPlace?, function: StaticFunction? = nil
    ) {
      self.operand = operand
      self.type = type
      places = place.map { [$0] } ?? []
      self.function = function
    }

    /// What it lends.
    var place: ResolvedPlace? { places.first }
    var isPlace: Bool { !places.isEmpty }
  }

  /// Evaluates `arguments` from left to right, so that each keeps the value that it had then.
  mutating func evaluate(_ arguments: [TypedArgument]) -> [Argument] {
    var values: [Argument] = []
    values.reserveCapacity(arguments.count)
    for (index, argument) in arguments.enumerated() {
      switch argument {
      case .value(let value) where isDevice && type(of: value).holdsFunction:
        let function = staticFunction(of: value)
        if function == nil { unsupported("a function kept as data in a kernel", at: value.span) }
        values.append(
          Argument(
            operand: .constant(.unit), type: type(of: value), place: nil, function: function))
      case .value(let value):
        let later = arguments[(index + 1)...].lazy.compactMap {
          if case .value(let value) = $0 { value } else { nil }
        }
        let operand = kept(evaluate(value), type(of: value), over: later, at: value.span)
        values.append(Argument(operand: operand, type: type(of: value), place: nil))
      case .place(let place):
        let resolved = resolve(place)
        values.append(Argument(operand: .constant(.unit), type: resolved.type, place: resolved))
      }
    }
    return values
  }

  /// As `evaluate`, static arguments as constants.
  mutating func evaluateStatic(_ arguments: [TypedArgument]) -> [Argument] {
    var values = evaluate(arguments)
    for (index, argument) in arguments.enumerated() where values[index].operand.constant == nil {
      guard case .value(let value) = argument else { continue }
      values[index].known = knownPlainly(value)
      guard case .value(let constant) = values[index].known else { continue }
      discard(values[index].operand)
      values[index].operand = .constant(constant)
    }
    return values
  }

  /// Whether what is borrowed for a call may be written while it runs.
  private func mayWriteMembers(_ id: FunctionID) -> Bool {
    program.effects(of: id).contains(isDevice ? .resident : .host)
  }

  private mutating func call(
    _ instance: FunctionInstance, _ arguments: [TypedArgument], _ expression: TypedExpression,
    _ hint: Run?
  ) -> Operand {
    let values = evaluate(arguments)
    charge(operations: 1)
    return call(instance, values, expression, hint) { lowerer, emitCall in
      emitCall(&lowerer, instance)
    }
  }

  /// Calls `instance`, or one like it, with `values`: `dispatch` says which, by emitting one call
  /// or several of which one is made.
  mutating func call(
    _ instance: FunctionInstance, _ values: [Argument], _ expression: TypedExpression,
    _ hint: Run?,
    dispatch: (inout Lowerer, (inout Lowerer, FunctionInstance) -> Void) -> Void
  ) -> Operand {
    let span = expression.span
    let function = program[instance.function]
    let (functions, plain) = expandFunctions(values, for: function)
    var values = plain
    let hasInout = function.parameters.contains(where: \.isInout)
    // A function that is handed over may write whatever it likes.
    let isExposed =
      mayWriteMembers(instance.function) || hasInout || !functions.isEmpty
      || values.contains { $0.type.holdsFunction }
    var slots: [Int] = []
    var changed: [(run: Run, place: ResolvedPlace)] = []
    for index in values.indices {
      let value = values[index]
      if let place = value.place {
        let run = temporary(words(of: value.type, at: span))
        store(read(place), value.type, into: run, at: span)
        changed.append((run, place))
        slots += Array(run.slots)
        continue
      }
      var (run, source) = settled(value.operand, value.type, at: span)
      if isExposed, run.borrowsArrays, value.operand.constant == nil {
        // What is borrowed may be a member, or lie in one.
        let copy = temporary(words(of: value.type, at: span))
        store(source, value.type, into: copy, at: span)
        (run, source) = (copy, .temporary(copy))
      } else if hasInout, case .place(let place, true) = source, place.ownsArrays {
        let copy = temporary(place.words)
        store(source, value.type, into: copy, at: span)
        (run, source) = (copy, .temporary(copy))
      }
      values[index].operand = source
      slots += Array(run.slots)
    }
    let result = words(of: concreteResult(of: instance), at: span)
    // A callee with `inout` returns also where it has failed: what is written to is not its
    // result's place until that is known.
    let target = fresh(result, hasInout ? nil : hint)
    var results = Array(target.slots)
    for item in changed { results += Array(item.run.slots) }
    let failed = hasInout ? code.allocate([.boolean]) : nil
    if let failed { results.append(failed.first) }
    code.flush()
    dispatch(&self) { lowerer, chosen in
      var instance = chosen
      instance.functions = functions
      lowerer.emit(
        .call, slots.count, results.count, lowerer.functionIndex(instance), at: span)
      lowerer.code.operands(slots + results)
    }
    for value in values { discard(value.operand) }
    if let failed {
      for item in changed { write(item.run, to: item.place) }
      let fine = code.label()
      code.jump(.jumpIfFalse, failed.first, to: fine)
      emit(.rethrow, at: span)
      code.end()
      code.place(fine)
      code.free(failed)
    }
    return .temporary(target)
  }

  /// Functions that are known become part of which function is called; what they have copied is
  /// handed over behind all other values.
  private func expandFunctions(_ values: [Argument], for callee: TypedFunction)
    -> (functions: [Int: StaticFunction.Shape], values: [Argument])
  {
    guard values.contains(where: { $0.function != nil }) else { return ([:], values) }
    var functions: [Int: StaticFunction.Shape] = [:]
    var plain: [Argument] = []
    var copies: [Argument] = []
    let indices = callee.parameters.indices.filter { !callee.parameters[$0].type.isOfDevices }
    for (index, value) in zip(indices, values) {
      guard let function = value.function else {
        plain.append(value)
        continue
      }
      functions[index] = function.shape
      copies += copiedValues(of: function)
    }
    return (functions, plain + copies)
  }

  func concreteResult(of instance: FunctionInstance) -> Type {
    program[instance.function].result.substituting(instance.substitution)
  }

  // MARK: The host

  /// Calls the host with the values in `arguments`.
  mutating func callHost(
    _ call: HostCall, _ arguments: [Run], returning results: [SlotType], _ hint: Run?,
    mode: HostCallContents.Mode = .plain, at span: Span
  ) -> Operand {
    let target = fresh(results, hint)
    let words = arguments.flatMap(\.words)
    guard words.count <= Limits.parameterCountMax, results.count <= Limits.parameterCountMax else {
      unsupported("so many values at once", at: span)
      return .temporary(target)
    }
    let index: Int
    if let known = hostCallIndices[call] {
      index = known
    } else {
      let parameters = words.map {
        $0.kind == .owned ? SlotType(.borrowed, layout: $0.layout) : $0
      }
      index = hostCalls.count
      hostCalls.append(call)
      hostCallContents.append(
        HostCallContents(
          name: name(of: call), mode: mode,
          signature: Signature(parameters: parameters, results: results)))
      hostCallIndices[call] = index
    }
    let slots = arguments.flatMap { Array($0.slots) }
    code.flush()
    emit(.callHost, slots.count, results.count, index, at: span)
    code.operands(slots + Array(target.slots))
    return .temporary(target)
  }

  private func name(of call: HostCall) -> String {
    switch call {
    case .print: "print"
    case .format: "format"
    case .datasetAppend(let id), .datasetAppendElement(let id, _): "\(program[id].name).append"
    case .datasetRead(let id), .datasetReadElement(let id, _),
      .datasetReadSlice(let id, _), .sharedRead(let id):
      "read \(program[id].name)"
    case .datasetReadLast(let id, _): "\(program[id].name).last"
    case .datasetCount(let id, _): "\(program[id].name).count"
    case .datasetWrite(let id), .sharedWrite(let id), .datasetWriteElement(let id, _):
      "write \(program[id].name)"
    case .startKernel(let id): "start \(program[id].name)"
    case .preload(let ids): "preload \(ids.map { program[$0].name }.joined(separator: ", "))"
    case .pause: "pause"
    case .leastSquares: "least_squares"
    case .expect: "expect"
    case .simulate(let id, _, _, _, _): "simulate \(program[id].name)"
    case .traceEdges: "edges"
    case .traceSpan: "span"
    case .traceLevel: "level"
    case .simulationStatus: "status"
    case .simulationOutput: "output"
    case .simulationResult(let result):
      switch result {
      case .events: "events"
      case .values: "values"
      case .phase: "phase"
      case .error: "error"
      case .dataset(let id), .shared(let id), .family(let id): "result \(program[id].name)"
      case .path(_, let prefix): "results \(prefix)"
      }
    case .describeError: "describe"
    case .errandError: "raise"
    case .errand(let errand): String(program.sources[errand.span.source].text(errand.span))
    }
  }

  /// Evaluates `operands` and calls the host with them.
  mutating func callHost(
    _ call: HostCall, evaluating operands: [TypedExpression], _ expression: TypedExpression,
    _ hint: Run?
  ) -> Operand {
    let span = expression.span
    if isDevice, !formatsOnHost {
      return placeholder(type(of: expression), "a host operation in a kernel", at: span)
    }
    var runs: [Run] = []
    var sources: [Operand] = []
    for value in evaluate(operands.map { .value($0) }) {
      let (run, source) = settled(value.operand, value.type, at: span)
      runs.append(run)
      sources.append(source)
    }
    let result = callHost(
      call, runs, returning: words(of: type(of: expression), at: span), hint,
      mode: isDevice ? .await : .plain, at: span)
    for source in sources { discard(source) }
    return result
  }

  private mutating func startKernel(
    _ id: FunctionID, _ arguments: [TypedArgument], _ expression: TypedExpression, _ hint: Run?
  ) -> Operand {
    var operands: [TypedExpression] = []
    for argument in arguments {
      guard case .value(let value) = argument else {
        return placeholder(
          type(of: expression), "an `inout` argument of a kernel", at: expression.span)
      }
      operands.append(value)
    }
    return callHost(.startKernel(id), evaluating: operands, expression, hint)
  }

  // MARK: Texts

  mutating func interpolation(
    _ segments: [TypedSegment], _ expression: TypedExpression, _ hint: Run?
  ) -> Operand {
    var parts: [FormatSegment] = []
    var operands: [TypedExpression] = []
    for segment in segments {
      switch segment {
      case .text(let text):
        if case .text(let before)? = parts.last {
          parts[parts.count - 1] = .text(before + text)
        } else {
          parts.append(.text(text))
        }
      case .value(let value, let format):
        parts.append(.value(type(of: value), format))
        operands.append(value)
      }
    }
    if operands.isEmpty {
      if case .text(let text)? = parts.first { return .constant(.text(text)) }
      return .constant(.text(""))
    }
    guard !isDevice || formatsOnHost else {
      return placeholder(.string, "a text with values in a kernel", at: expression.span)
    }
    charge(operations: 1)
    return callHost(.format(parts), evaluating: operands, expression, hint)
  }

  // MARK: Tests

  mutating func simulate(
    _ id: ExperimentID, _ arguments: [MemberID: TypedExpression], _ seed: TypedExpression?,
    _ shared: [SharedInput], _ laboratory: String?, _ expression: TypedExpression, _ hint: Run?
  ) -> Operand {
    let members = arguments.keys.sorted { $0.index < $1.index }
    let operands =
      members.compactMap { arguments[$0] } + (seed.map { [$0] } ?? []) + shared.map(\.value)
    let slots = shared.map { SharedSlot(key: $0.key, type: type(of: $0.value)) }
    return callHost(
      .simulate(
        id, members, hasSeed: seed != nil, shared: slots, laboratory: laboratory),
      evaluating: operands, expression, hint)
  }

  mutating func expect(
    _ condition: TypedExpression, _ text: String, _ sides: [TypedExpression], at span: Span
  ) {
    if isDevice { return unsupported("`expect` in a kernel", at: span) }
    guard case .binary(.compare(let comparison, let domain), let left, let right) = condition.kind,
      !sides.isEmpty
    else {
      let (run, source) = settled(evaluate(condition), .boolean, at: span)
      discard(
        callHost(.expect(text: text, sides: [], span: span), [run], returning: [], nil, at: span))
      return discard(source)
    }
    let (leftType, rightType) = (type(of: left), type(of: right))
    let first = kept(evaluate(left), leftType, over: CollectionOfOne(right), at: left.span)
    let (a, aSource) = settled(first, leftType, at: left.span)
    let (b, bSource) = settled(evaluate(right), rightType, at: right.span)
    let result = temporary([.boolean])
    // What is handed over stays; the comparison works on places of the same slots.
    let outcome = operate(
      .compare(comparison, domain), (.place(a, isMutable: false), leftType),
      (.place(b, isMutable: false), rightType),
      condition, result)
    store(outcome, .boolean, into: result, at: span)
    discard(
      callHost(
        .expect(text: text, sides: [leftType, rightType], span: span), [result, a, b],
        returning: [], nil, at: span))
    for operand in [.temporary(result), aSource, bSource] as [Operand] { discard(operand) }
  }
}
