import Bytecode
import Diagnostics
import Typing
import Values

/// A `parallel` block on its way to events in order of time.
///
/// The machine's cursor stays at the block's beginning until they have been emitted.
struct SortedWalk {
  /// Ticks from the block's beginning to where the branch is.
  var offset: Int64 = 0
  var events: [Event] = []
  /// How many statements of the language have put events in so far.
  var statementCount = 0

  struct Event {
    enum Action {
      case output(address: Operand, value: Operand, valueType: Type, Part = .whole)
      case gate(duration: Int64, edges: Int)
    }
    /// Of a pulse each edge is an event; an error in between ends it (rule 43).
    enum Part {
      case whole
      case first(then: Operand, after: Int64)
      case second
    }
    let offset: Int64
    let channel: Int
    let action: Action
    /// Which statement it comes from: the first of its events is charged.
    let statement: Int
    let span: Span
    /// The call in whose place the statement stands.
    let call: UInt32?
  }
}

/// Constants that events share, in the order in which they were loaded.
struct LoadedConstants {
  var runs: [Constant: Run] = [:]
  var order: [Run] = []
}

extension Lowerer {
  // MARK: The block

  mutating func parallel(_ block: TypedBlock, at span: Span) {
    guard isDevice else { return unsupported("`parallel` on the host", at: span) }
    scopes.append([])
    defer { closeScope() }
    if walk != nil { return walkBranches(block.statements) }
    if canSort(block.statements) {
      walk = SortedWalk()
      let mark = temporaries.count
      walkBranches(block.statements)
      emitEvents(at: span)
      releaseTemporaries(downTo: mark)
      return
    }
    let (base, end) = (declare([.integer]), declare([.integer]))
    code.emit(.now, base.first)
    code.emit(.move, end.first, base.first)
    let playsHere = parallelDepth == 0 && plays(block)
    if playsHere { code.flush() }
    let start = code.count
    parallelDepth += 1
    let played = block.statements.filter { isPlayedFirst($0, beside: block) }
    let others = block.statements.filter { !isPlayedFirst($0, beside: block) }
    for statement in played {
      emit(.moveTo, base.first, at: statement.span)
      self.statement(statement)
      endBranch(end)
    }
    if !played.isEmpty, !others.isEmpty, canSort(others) {
      emit(.moveTo, base.first, at: span)
      walk = SortedWalk()
      let mark = temporaries.count
      walkBranches(others)
      emitEvents(at: span)
      releaseTemporaries(downTo: mark)
      endBranch(end)
    } else {
      for (index, statement) in others.enumerated() {
        if index > 0 || !played.isEmpty { emit(.moveTo, base.first, at: statement.span) }
        self.statement(statement)
        endBranch(end)
      }
    }
    parallelDepth -= 1
    if playsHere { endPlays(from: start, at: span) }
    emit(.moveTo, end.first, at: span)
  }

  /// Takes the cursor, where a branch has ended, into `end`.
  private mutating func endBranch(_ end: Run) {
    let now = code.allocate([.integer])
    code.emit(.now, now.first)
    code.emit(.maximumInteger, end.first, end.first, now.first)
    code.free(now)
  }

  /// `parallel for`, and a loop inside a walk.
  mutating func unrolled(_ loop: TypedLoop, _ body: TypedBlock, isParallel: Bool, at span: Span) {
    guard isDevice else { return unsupported("`parallel for` on the host", at: span) }
    if walk == nil {
      let statement = TypedStatement(.loop(loop, body, isParallel: isParallel), at: span)
      if canSort([statement]) {
        walk = SortedWalk()
        let mark = temporaries.count
        unrolled(loop, body, isParallel: isParallel, at: span)
        emitEvents(at: span)
        return releaseTemporaries(downTo: mark)
      }
      return unsortedFor(loop, body, at: span)
    }
    guard let (values, type) = walkedValues(of: loop) else {
      return unsupported("this loop inside `parallel`", at: span)
    }
    let start = walk?.offset ?? 0
    var end = start
    for value in values {
      if isParallel { walk?.offset = start }
      charge(operations: 1)
      scopes.append([])
      if isVariable(loop.variable) {
        let own = declare(words(of: type, at: span))
        store(.constant(value), type, into: own, at: span)
        bind(loop.variable, .run(own))
      } else {
        bind(loop.variable, .constant(value))
      }
      statements(body.statements)
      closeScope()
      end = max(end, walk?.offset ?? 0)
    }
    if isParallel { walk?.offset = end }
  }

  /// What a loop that is walked goes over, which is charged; nil if that is not static.
  private mutating func walkedValues(of loop: TypedLoop) -> (values: [Constant], type: Type)? {
    switch loop.source {
    case .range(let low, let high, let isClosed, let step):
      guard case .integer(let first)? = walkedInteger(low),
        case .integer(let last)? = walkedInteger(high),
        case .integer(let stride)? = step.map({ walkedInteger($0) }) ?? .integer(1), stride != 0
      else { return nil }
      let rounds = StaticRange(low: first, high: last, isClosed: isClosed, step: stride)
      return (rounds.map { .integer($0) }, .integer)
    case .array(let array):
      discard(evaluate(array))
      trial = WalkTrial()
      return elements(of: array).map { ($0, elementType(of: type(of: array))) }
    }
  }

  /// The value of a static expression, which is charged.
  private mutating func walkedInteger(_ expression: TypedExpression) -> Constant? {
    evaluateStatic(expression).constant
  }

  private mutating func unsortedFor(_ loop: TypedLoop, _ body: TypedBlock, at span: Span) {
    scopes.append([])
    let (base, end) = (declare([.integer]), declare([.integer]))
    let playsHere = parallelDepth == 0 && plays(body)
    if playsHere { code.flush() }
    let start = code.count
    parallelDepth += 1
    // What the loop goes over may have moved the cursor.
    self.loop(
      loop, mayWrite: mayWrite(body), at: span,
      entered: { lowerer in
        lowerer.code.emit(.now, base.first)
        lowerer.code.emit(.move, end.first, base.first)
      }
    ) { lowerer in
      lowerer.emit(.moveTo, base.first, at: span)
      lowerer.statements(body.statements)
      lowerer.endBranch(end)
    }
    parallelDepth -= 1
    if playsHere { endPlays(from: start, at: span) }
    emit(.moveTo, end.first, at: span)
    closeScope()
  }

  // MARK: Walking

  private mutating func walkBranches(_ statements: [TypedStatement]) {
    let start = walk?.offset ?? 0
    var end = start
    for statement in statements {
      walk?.offset = start
      self.statement(statement)
      end = max(end, walk?.offset ?? 0)
    }
    walk?.offset = end
  }

  /// A call of a function that works on the timeline: its body takes the call's place.
  mutating func walkCall(
    _ instance: FunctionInstance, _ arguments: [TypedArgument], _ expression: TypedExpression,
    _ hint: Run?
  ) -> Operand {
    let values = evaluateStatic(arguments)
    charge(operations: 1)
    return walkBody(of: instance, values, expression)
  }

  /// The body of a function that works on the timeline, with the arguments that are no devices.
  mutating func walkBody(
    of instance: FunctionInstance, _ values: [Argument], _ expression: TypedExpression
  ) -> Operand {
    let function = program[instance.function]
    let parameters = function.parameters.filter { !$0.type.isOfDevices }
    let span = expression.span
    scopes.append([])
    var bindings: [Binding] = []
    for (value, parameter) in zip(values, parameters) {
      guard !value.isPlace else {
        return placeholder(type(of: expression), "this call inside `parallel`", at: span)
      }
      if let function = value.function {
        bindings.append(.function(function))
        continue
      }
      if case .constant(let constant) = value.operand {
        bindings.append(.constant(constant))
        continue
      }
      // The parameter keeps its value whatever the body writes; arrays that are borrowed stay where
      // they are until then.
      let run = declare(words(of: value.type, at: parameter.span))
      store(value.operand, value.type, into: run, at: span)
      bindings.append(.run(run))
    }
    let outerCall = inlinedCall
    inlinedCall = inlinedCallIndex(of: name(of: instance), at: span)
    frames.append(newFrame(of: instance))
    for (parameter, (value, binding)) in zip(parameters, zip(values, bindings)) {
      bind(parameter.local, binding)
      note(value.known, of: parameter.local)
    }
    var list = function.body.statements[...]
    var result: TypedExpression?
    if case .returnValue(let value)? = list.last?.kind {
      result = value
      list.removeLast()
    }
    statements(Array(list))
    var operand = Operand.constant(.unit)
    if let result {
      operand = evaluateStatic(result)
      if operand.constant == nil {
        let target = temporary(words(of: type(of: result), at: result.span))
        store(operand, type(of: result), into: target, at: result.span)
        operand = .temporary(target)
      }
    }
    frames.removeLast()
    inlinedCall = outerCall
    closeScope()
    return operand
  }

  mutating func walkIntrinsic(
    _ intrinsic: Intrinsic, _ operands: [TypedExpression], _ expression: TypedExpression,
    _ hint: Run?
  ) -> Operand {
    let span = expression.span
    switch intrinsic {
    case .now:
      let offset = walk?.offset ?? 0
      charge(operations: 1)
      let target = fresh([.integer], nil)
      code.emit(.now, target.first)
      if offset != 0 {
        let distance = code.allocate([.integer])
        loadInteger(offset, into: distance.first)
        emit(.addInteger, target.first, target.first, distance.first, at: span)
        code.free(distance)
      }
      return .temporary(target)
    case .delay:
      guard let duration = operands.first,
        case .integer(let ticks)? = evaluateStatic(duration).constant
      else { break }
      charge(operations: 1)
      // Its operand may have moved the cursor.
      let offset = walk?.offset ?? 0
      walk?.offset = offset &+ ticks
      return .constant(.unit)
    case .output, .outputPair, .gate:
      guard let first = operands.first, let channel = channel(first) else { break }
      let values = evaluateStatic(operands.dropFirst().map { .value($0) })
      let offset = walk?.offset ?? 0
      let statement = walk?.statementCount ?? 0
      walk?.statementCount += 1
      func add(_ action: SortedWalk.Event.Action, after delay: Int64) {
        walk?.events.append(
          SortedWalk.Event(
            offset: offset &+ delay, channel: channel, action: action, statement: statement,
            span: span, call: inlinedCall))
      }
      switch intrinsic {
      case .output where values.count == 2:
        let address = keep(values[0])
        add(.output(address: address, value: keep(values[1]), valueType: values[1].type), after: 0)
        return .constant(.unit)
      case .outputPair where values.count == 4:
        guard case .integer(let after)? = values[3].operand.constant else { break }
        let (address, value, second) = (keep(values[0]), keep(values[1]), keep(values[2]))
        add(
          .output(
            address: address, value: value, valueType: values[1].type,
            .first(then: second, after: after)), after: 0)
        add(
          .output(address: address, value: second, valueType: values[2].type, .second), after: after
        )
        return .constant(.unit)
      case .gate where values.count == 2:
        guard case .integer(let edges)? = values[0].operand.constant, (1...3).contains(edges),
          case .integer(let duration)? = values[1].operand.constant
        else { break }
        add(.gate(duration: duration, edges: Int(edges)), after: 0)
        return .constant(.unit)
      default: break
      }
    default: break
    }
    return placeholder(type(of: expression), "this inside `parallel`", at: span)
  }

  /// The operand of an event, in slots of its own until the block ends.
  private mutating func keep(_ value: Argument) -> Operand {
    if case .constant = value.operand { return value.operand }
    let run = code.allocate(value.operand.run?.words ?? [])
    store(value.operand, value.type, into: run, at: program[frame.function].nameSpan)
    return .place(run, isMutable: false)
  }

  // MARK: Events

  /// Emits what the walk has collected, in order of time, and moves the cursor to the block's end.
  private mutating func emitEvents(at span: Span) {
    guard let walk else { return }
    self.walk = nil
    let outerCall = inlinedCall
    let offsets = walk.events.map(\.offset)
    let order = offsets.indices.sorted { (offsets[$0], $0) < (offsets[$1], $1) }
    var charged = [Bool](repeating: false, count: walk.statementCount)
    var loaded = LoadedConstants()
    let start = code.count
    var hasPulses = false
    for index in order {
      let event = walk.events[index]
      inlinedCall = event.call
      if !charged[event.statement] {
        charged[event.statement] = true
        charge(events: 1)
      }
      let distance =
        event.offset == 0
        ? Int(ImageFormat.none) : slot(of: .integer(event.offset), .integer, &loaded)
      switch event.action {
      case .output(let address, let value, let valueType, let part):
        let addressSlot = slot(of: address, .integer, &loaded)
        let valueSlot = slot(of: value, valueType, &loaded)
        let none = Int(ImageFormat.none)
        var operands = (second: none, after: none, part: Int(ImageFormat.wholeEvent))
        switch part {
        case .whole: break
        case .first(let second, let after):
          hasPulses = true
          operands = (
            slot(of: second, valueType, &loaded), slot(of: .integer(after), .integer, &loaded),
            Int(ImageFormat.firstEvent)
          )
        case .second: operands.part = Int(ImageFormat.secondEvent)
        }
        code.flush()
        if case .whole = part, event.offset == 0 {
          emit(.output, event.channel, addressSlot, valueSlot, at: event.span)
        } else {
          emit(.outputExtended, event.channel, addressSlot, valueSlot, at: event.span)
          code.operands(distance, operands.second, operands.after, operands.part)
        }
      case .gate(let duration, let edges):
        let durationSlot = slot(of: .integer(duration), .integer, &loaded)
        code.flush()
        emit(.gate, event.channel, durationSlot, edges, at: event.span)
        code.operands(distance, Int(ImageFormat.none), Int(ImageFormat.none), 0)
      }
    }
    inlinedCall = outerCall
    if hasPulses { endPulses(from: start, at: span) }
    if walk.offset > 0 {
      emit(.delay, slot(of: .integer(walk.offset), .integer, &loaded), at: span)
    }
    for run in loaded.order { code.free(run) }
    // A pair's events share their address.
    var kept: Set<Run> = []
    for event in walk.events {
      guard case .output(let address, let value, _, _) = event.action else { continue }
      for operand in [address, value] {
        if let run = operand.run, kept.insert(run).inserted { code.free(run) }
      }
    }
  }

  /// Where an error leaves the block, pulses that have begun are ended.
  private mutating func endPulses(from start: Int, at span: Span) {
    let (failed, end) = (code.label(), code.label())
    code.handle(from: start, error: nil, at: failed)
    code.jump(to: end)
    code.place(failed)
    emit(.endPulses, at: span)
    emit(.rethrow, at: span)
    code.end()
    code.place(end)
  }

  private mutating func slot(of constant: Constant, _ type: Type, _ loaded: inout LoadedConstants)
    -> Int
  {
    slot(of: .constant(constant), type, &loaded)
  }

  /// The slot that an event's operand is in; constants are loaded once.
  private mutating func slot(of operand: Operand, _ type: Type, _ loaded: inout LoadedConstants)
    -> Int
  {
    if let run = operand.run { return run.first }
    guard let constant = operand.constant else { return 0 }
    if let known = loaded.runs[constant] { return known.first }
    let run: Run
    switch constant {
    case .float(let value):
      run = code.allocate([.float])
      loadFloat(value, into: run.first)
    case .boolean(let value):
      run = code.allocate([.boolean])
      code.emit(.loadBoolean, run.first, value ? 1 : 0)
    case .integer(let value):
      run = code.allocate([.integer])
      loadInteger(value, into: run.first)
    case .unit, .text, .optional, .array, .tuple, .structure, .enumeration: return 0
    }
    loaded.runs[constant] = run
    loaded.order.append(run)
    return run.first
  }
}
