import CoreDevice
import Diagnostics
import Simulation
import Typing
import Values

extension Interpreter {
  mutating func execute(_ block: TypedBlock) throws(Stop) -> Completion {
    for statement in block.statements {
      let completion = try execute(statement)
      guard case .normal = completion else { return completion }
    }
    return .normal
  }

  mutating func execute(_ statement: TypedStatement) throws(Stop) -> Completion {
    try step()
    guard let forcing else { return try executeItself(statement) }
    if isDevice { return try executeWithoutErrors(statement) }
    if let completion = try forced(statement, forcing) { return completion }
    return try executeItself(statement)
  }

  /// Executes `statement` as it is where nothing is forced.
  mutating func executeItself(_ statement: TypedStatement) throws(Stop) -> Completion {
    let span = statement.span
    switch statement.kind {
    case .expression(let value): _ = try evaluate(value)
    case .declare(let local, let value): set(local, try evaluate(value))
    case .declareMember(let member, let value): members[member] = try evaluate(value)
    case .assign(let place, let value):
      let new = try evaluate(value)
      try write(new, to: try resolve(place))
    case .compoundAssign(let place, let operation, let value):
      let right = try evaluate(value)
      let resolved = try resolve(place)
      let left = try read(resolved)
      charge(operations: 1)
      let chosen = operation.resolved(for: concrete(place.type))
      if case .matrixProduct(let multiply, let add) = chosen {
        let product = try matrixProduct(
          multiply, add, (left, place.type), (right, value.type), at: span)
        try write(product, to: resolved)
        return .normal
      }
      if case .elementwise = chosen { chargeElements(of: place.type) }
      let result = try binary(chosen, left, right, at: span)
      if case .concatenate = chosen { try requireRoom(for: result, place.type, at: span) }
      try write(result, to: resolved)
    case .assignTuple(let places, let value):
      guard case .tuple(let parts) = try evaluate(value), parts.count == places.count else {
        throw .unsupported("no tuple")
      }
      for (place, part) in zip(places, parts) { try write(part, to: try resolve(place)) }
    case .conditional(let conditions, let block, let otherwise):
      if try evaluate(conditions) { return try execute(block) }
      if let otherwise { return try execute(otherwise) }
    case .guarded(let conditions, let block):
      if try !evaluate(conditions) { return try execute(block) }
    case .loop(let loop, let block, let isParallel):
      return isParallel
        ? try parallel(loop, block, statement) : try self.loop(loop, block, at: span)
    case .whileLoop(let conditions, let block):
      while try evaluate(conditions) {
        switch try execute(block) {
        case .normal, .continued: break
        case .broke: return .normal
        case .returned(let value): return .returned(value)
        }
        try safePoint(at: span)
        try step()
      }
    case .breakLoop: return .broke
    case .continueLoop: return .continued
    case .returnValue(let value):
      return .returned(try value.map { value throws(Stop) in try evaluate(value) } ?? .unit)
    case .throwError(let error, let payload):
      guard let error else {
        var again = caught.last
        if case .local(let id)? = payload.first?.kind { again = caught.last { $0.binding == id } }
        guard let again else { throw .unsupported("`throw` outside `catch`") }
        throw .raised(again.raised)
      }
      let values = try evaluate(payload)
      guard case .builtin(let number) = error else {
        throw .raised(Raised(error: error, payload: values, spans: backtrace(from: span)))
      }
      var words = values.map { value -> UInt64 in
        if case .integer(let word) = value { UInt64(bitPattern: word) } else { 0 }
      }
      if !words.isEmpty, isThrownBare(number) { words.append(1) }
      throw .raised(Raised(error: error, words: words, spans: backtrace(from: span)))
    case .tryCatch(let block, let catches, let finally):
      return try attempt(block, catches, finally, at: span)
    case .send(let operand): _ = try host(operand, isAwaited: false)
    case .preload(let kernels):
      for kernel in typed.compiled(by: kernels, in: frame.function) { compile(kernel) }
    case .block(let block): return try execute(block)
    case .critical(let block):
      device(if: isDevice) { $0.core.timeline.enterCritical() }
      defer { device(if: isDevice) { $0.core.timeline.leaveCritical() } }
      return try execute(block)
    case .parallel(let block): return try parallel(block, statement)
    case .expect(let condition, let text, _):
      expectations.append((try truth(condition), text, span))
    }
    return .normal
  }

  /// Whether all conditions hold; one operation for the list.
  mutating func evaluate(_ conditions: [TypedCondition]) throws(Stop) -> Bool {
    var holds = true
    var bound: (LocalID, Value)?
    for condition in conditions {
      if let (local, value) = bound { set(local, value) }
      bound = nil
      switch condition {
      case .expression(let expression): holds = try truth(expression)
      case .binding(let local, let expression):
        guard case .optional(let content) = try evaluate(expression) else {
          throw .unsupported("no optional")
        }
        holds = content != nil
        if let content { bound = (local, content) }
      case .declare(let local, let expression): set(local, try evaluate(expression))
      }
      if !holds { break }
    }
    charge(operations: 1)
    if let (local, value) = bound { set(local, value) }
    return holds
  }

  // MARK: Loops

  /// What a loop goes over, evaluated once.
  struct Rounds {
    fileprivate var elements: ArraySlice<Value> = []
    fileprivate var next64: Int64?
    fileprivate var end: Int64 = 0
    fileprivate var isClosed = false
    fileprivate var stride: Int64 = 1

    mutating func next() -> Value? {
      if !elements.isEmpty { return elements.removeFirst() }
      guard let value = next64 else { return nil }
      let isInside = stride > 0 ? value < end : value > end
      guard isInside || (isClosed && value == end) else {
        next64 = nil
        return nil
      }
      let (following, overflow) = value.addingReportingOverflow(stride)
      next64 = overflow ? nil : following
      return .integer(value)
    }
  }

  mutating func begin(_ loop: TypedLoop) throws(Stop) -> Rounds {
    var rounds = Rounds()
    switch loop.source {
    case .array(let array):
      guard case .array(let elements) = try evaluate(array) else {
        throw .unsupported("a loop over no array")
      }
      rounds.elements = elements[...]
    case .range(let low, let high, let isClosed, let step):
      rounds.next64 = try integer(low)
      rounds.end = try integer(high)
      rounds.isClosed = isClosed
      if let step {
        rounds.stride = try integer(step)
        if rounds.stride == 0 { throw raise(.arithmeticOverflow, at: step.span) }
      }
    }
    return rounds
  }

  private mutating func loop(_ loop: TypedLoop, _ block: TypedBlock, at span: Span) throws(Stop)
    -> Completion
  {
    var rounds = try begin(loop)
    let hasTimeline =
      walk != nil
      && block.statements.contains { Contents(of: $0, typed, device: frame.device).hasTimeline }
    while let element = rounds.next() {
      charge(operations: 1)
      set(loop.variable, element)
      switch try execute(block) {
      case .normal, .continued: break
      case .broke: return .normal
      case .returned(let value): return .returned(value)
      }
      // The rounds of a block that is sorted follow each other without.
      if walk == nil || !hasTimeline {
        try safePoint(at: span)
      }
    }
    return .normal
  }

  // MARK: Errors

  private mutating func attempt(
    _ block: TypedBlock, _ catches: [TypedCatch], _ finally: TypedBlock?, at span: Span
  ) throws(Stop) -> Completion {
    var completion = Completion.normal
    var pending: Stop?
    do throws(Stop) {
      completion = try handle(block, catches, at: span)
    } catch {
      pending = error
    }
    guard let finally else {
      if let pending { throw pending }
      return completion
    }
    var isCancelled = false
    if let pending {
      guard case .raised(let raised) = pending else { throw pending }
      isCancelled = raised.error == cancelled
      device(if: isDevice) { $0.core.timeline.catchUp() }
    }
    let last = try protecting(finally, isCancelled: isCancelled, at: span)
    // A way out of `finally` takes the place of what was on its way.
    guard case .normal = last else { return last }
    if let pending { throw pending }
    return completion
  }

  private var cancelled: ErrorReference { .builtin(LanguageError.cancelled.rawValue) }

  /// Runs the body of a `finally` or `catch`; where it runs for `Cancelled` nothing takes the place
  /// of that.
  private mutating func protecting(
    _ block: TypedBlock, isCancelled: Bool, at span: Span
  ) throws(Stop) -> Completion {
    guard isCancelled else { return try execute(block) }
    do throws(Stop) {
      let completion = try execute(block)
      if case .normal = completion { return .normal }
    } catch {
      guard case .raised = error else { throw error }
    }
    throw raise(.cancelled, at: span)
  }

  private mutating func handle(_ block: TypedBlock, _ catches: [TypedCatch], at span: Span)
    throws(Stop) -> Completion
  {
    do throws(Stop) {
      return try execute(block)
    } catch {
      guard case .raised(let raised) = error,
        let handler = catches.first(where: {
          $0.errors.isEmpty ? raised.error != cancelled : $0.errors.contains(raised.error)
        })
      else { throw error }
      device(if: isDevice) { $0.core.timeline.catchUp() }
      if let binding = handler.binding { set(binding, carried(by: raised, as: binding)) }
      caught.append((raised, handler.binding))
      defer { caught.removeLast() }
      guard raised.error == cancelled else { return try execute(handler.body) }
      _ = try protecting(handler.body, isCancelled: true, at: span)
      throw raise(.cancelled, at: span)
    }
  }

  /// What a `catch` binds to `local`.
  private func carried(by raised: Raised, as local: LocalID) -> Value {
    let locals = typed[frame.function].locals
    guard locals.indices.contains(Int(local.index)) else { return .unit }
    let names: [String]
    let types: [Type]
    var values = raised.payload
    switch raised.error {
    case .declared(let id):
      names = typed[id].payload.map(\.name)
      types = typed[id].payload.map(\.type)
    case .builtin(let number):
      var payload = builtinErrorPayload(number)
      let isBare = raised.words.dropFirst(payload.count).allSatisfy { $0 == 0 }
      if case .anyError = locals[Int(local.index)].type, isThrownBare(number), isBare {
        payload = []
      }
      names = payload.map(\.name)
      types = payload.map(\.type)
      values = payload.indices.map {
        .integer($0 < raised.words.count ? Int64(bitPattern: raised.words[$0]) : 0)
      }
    }
    if case .error = locals[Int(local.index)].type { return .structure(values) }
    let name = describe(raised).code
    let parts = values.indices.map {
      "\(names[$0]): \(printer.literal(values[$0].constant, types[$0]))"
    }
    let text = parts.isEmpty ? name : "\(name)(\(parts.joined(separator: ", ")))"
    return .tuple([.text(name), .text(text)])
  }

  func device(if condition: Bool, _ body: (SimulatedDevice) -> Void) {
    if condition, let device { body(device) }
  }
}
