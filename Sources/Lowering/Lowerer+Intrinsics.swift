import Bytecode
import Diagnostics
import Typing
import Values

// What the language does itself: the timeline, arrays, the host. Numbers are in Lowerer+Operators.

extension Lowerer {
  mutating func intrinsic(
    _ intrinsic: Intrinsic, _ operands: [TypedExpression], _ expression: TypedExpression,
    _ hint: Run?
  ) -> Operand {
    let span = expression.span
    switch intrinsic {
    case .now, .clock, .slack, .delay, .at, .waitUntil, .realtime, .resetTimeline, .shouldPause,
      .output, .outputPair,
      .gate, .input, .play:
      return timeline(intrinsic, operands, expression, hint)
    case .absolute, .minimum, .maximum, .floor, .ceiling, .truncate, .round, .squareRoot, .sine,
      .cosine, .tangent,
      .arcSine, .arcCosine, .arcTangent, .arcTangent2, .exponential, .logarithm, .logarithm2,
      .logarithm10, .special, .aligned, .isWithin:
      let values = evaluate(operands.map { .value($0) })
      charge(operations: 1)
      return number(intrinsic, values.map(\.operand), values.map(\.type), expression, hint)
    case .length(let id): return .constant(.integer(length(id)))
    case .position(let lengths): return position(lengths, operands, expression, hint)
    case .transposed, .sized, .steppedSlice:
      return arrayIntrinsic(intrinsic, operands, expression)
    case .count, .last:
      guard let operand = operands.first else {
        return placeholder(type(of: expression), "this", at: span)
      }
      if intrinsic == .count, !isDevice, let (id, indices) = program.datasetElement(operand) {
        let call = HostCall.datasetCount(id, depth: indices.count)
        return callHost(call, evaluating: indices, expression, hint)
      }
      if intrinsic == .last, !isDevice, let (id, indices) = program.datasetElement(operand) {
        let call = HostCall.datasetReadLast(id, depth: indices.count)
        return callHost(call, evaluating: indices, expression, hint)
      }
      let value = evaluate(operand)
      charge(operations: 1)
      guard intrinsic == .count else {
        return last(value, type(of: operand), expression, hint)
      }
      let result = count(value, type(of: operand), hint, at: span)
      return walk == nil ? result : known(result, of: expression, hint: hint)
    case .print: return callHost(.print, evaluating: operands, expression, hint)
    case .pause: return callHost(.pause, evaluating: operands, expression, hint)
    case .leastSquares: return callHost(.leastSquares, evaluating: operands, expression, hint)
    case .traceEdges: return callHost(.traceEdges, evaluating: operands, expression, hint)
    case .traceSpan: return callHost(.traceSpan, evaluating: operands, expression, hint)
    case .traceLevel: return callHost(.traceLevel, evaluating: operands, expression, hint)
    case .simulationStatus:
      return callHost(.simulationStatus, evaluating: operands, expression, hint)
    case .simulationOutput:
      return callHost(.simulationOutput, evaluating: operands, expression, hint)
    case .simulationResult(.path):
      guard let simulation = operands.first else {
        return placeholder(type(of: expression), "this", at: span)
      }
      return evaluate(simulation, hint: hint)
    case .simulationResult(let result):
      return callHost(.simulationResult(result), evaluating: operands, expression, hint)
    }
  }

  /// The length that a generic parameter stands for here.
  func length(_ id: GenericID) -> Int64 {
    guard case .length(.known(let count))? = frame.substitution[id] else { return 0 }
    return Int64(count)
  }

  // MARK: The timeline

  private mutating func timeline(
    _ intrinsic: Intrinsic, _ operands: [TypedExpression], _ expression: TypedExpression,
    _ hint: Run?
  ) -> Operand {
    let span = expression.span
    guard isDevice else {
      return placeholder(type(of: expression), "work on the timeline on the host", at: span)
    }
    if walk != nil { return walkIntrinsic(intrinsic, operands, expression, hint) }
    switch intrinsic {
    case .output, .outputPair, .gate, .input: return event(intrinsic, operands, expression, hint)
    case .play: return play(operands, at: span)
    default: break
    }
    let values = evaluate(operands.map { .value($0) })
    let type = values.first?.type ?? .unit
    charge(operations: 1)
    let (run, source) = settled(values.first?.operand ?? .constant(.unit), type, at: span)
    defer { discard(source) }
    switch intrinsic {
    case .now: return reading(.now, .integer, hint)
    case .clock:
      code.flush()
      return reading(.clock, .integer, hint)
    case .slack:
      code.flush()
      let clock = code.allocate([.integer])
      defer { code.free(clock) }
      code.emit(.clock, clock.first)
      let target = fresh([.integer], nil)
      code.emit(.now, target.first)
      code.emit(.wrapSubtract, target.first, target.first, clock.first)
      return .temporary(target)
    case .shouldPause:
      code.flush()
      return reading(.shouldPause, .boolean, hint)
    case .delay: emit(.delay, run.first, at: span)
    case .at: emit(.moveTo, run.first, at: span)
    case .waitUntil:
      code.flush()
      emit(.waitUntil, run.first, at: span)
    case .realtime:
      code.flush()
      emit(.realtime, at: span)
    case .resetTimeline:
      code.flush()
      emit(.resetTimeline, at: span)
    default: return placeholder(self.type(of: expression), "this operation", at: span)
    }
    return .constant(.unit)
  }

  private mutating func reading(_ opcode: Opcode, _ type: SlotType, _ hint: Run?) -> Operand {
    let target = fresh([type], hint)
    code.emit(opcode, target.first)
    return .temporary(target)
  }

  /// The channel that `expression` names, as the image's index.
  mutating func channel(_ expression: TypedExpression) -> Int? {
    guard case .member(let id) = expression.kind, case .field(let index) = program[id].kind,
      let device = frame.device,
      case .integer(let number)? = fieldValue(index), let number = UInt16(exactly: number)
    else {
      unsupported("a channel that is not a field of the driver", at: expression.span)
      return nil
    }
    return channelIndex(number, device: program[device].name)
  }

  /// Opens a window for the edges that are chosen, which may be known only when it runs: it is one
  /// of three instructions.
  private mutating func gate(
    _ channel: Int, _ edges: Run, _ constant: Constant?, for duration: Run, at span: Span
  ) {
    func open(_ edges: Int) {
      emit(.gate, channel, duration.first, edges, at: span)
      code.operands(Int(ImageFormat.none), Int(ImageFormat.none), Int(ImageFormat.none), 0)
    }
    if case .integer(let edges)? = constant, (1...3).contains(edges) { return open(Int(edges)) }
    let end = code.label()
    for number in 1...3 {
      let next = code.label()
      jump(to: next, whereNot: edges, is: number)
      open(number)
      code.jump(to: end)
      code.place(next)
    }
    emit(.throwError, 0, 0, Int(BuiltinError.indexOutOfRange.rawValue), at: span)
    code.end()
    code.place(end)
  }

  private mutating func event(
    _ intrinsic: Intrinsic, _ operands: [TypedExpression], _ expression: TypedExpression,
    _ hint: Run?
  ) -> Operand {
    let span = expression.span
    guard let first = operands.first, let channel = channel(first) else {
      return placeholder(type(of: expression), "this operation", at: span)
    }
    let values = evaluate(operands.dropFirst().map { .value($0) })
    var runs: [Run] = []
    var sources: [Operand] = []
    for value in values {
      let (run, source) = settled(value.operand, value.type, at: span)
      runs.append(run)
      sources.append(source)
    }
    charge(events: 1)
    code.flush()
    defer { for source in sources { discard(source) } }
    switch intrinsic {
    case .output where runs.count == 2:
      emit(.output, channel, runs[0].first, runs[1].first, at: span)
    case .outputPair where runs.count == 4:
      emit(.outputExtended, channel, runs[0].first, runs[1].first, at: span)
      code.operands(Int(ImageFormat.none), runs[2].first, runs[3].first, 0)
    case .gate where runs.count == 2:
      gate(channel, runs[0], values[0].operand.constant, for: runs[1], at: span)
    case .input where runs.count == 2:
      let target = fresh(type(of: expression), hint, at: span)
      guard target.words == [.boolean, .integer, .integer] else { return .temporary(target) }
      emit(.input, channel, runs[0].first, runs[1].first, at: span)
      code.operands(target.first, target.first + 1, target.first + 2, 0)
      return .temporary(target)
    default: return placeholder(type(of: expression), "this operation", at: span)
    }
    return .constant(.unit)
  }
}
