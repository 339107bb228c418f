import CoreDevice
import Diagnostics
import Simulation
import Typing

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
      try write(try binary(chosen, left, right, at: span), to: resolved)
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
      let values = try evaluate(payload)
      guard let error else {
        guard let again = caught.last else { throw .unsupported("`throw` outside `catch`") }
        throw .raised(again)
      }
      throw .raised(Raised(error: error, payload: values, span: place(span)))
    case .tryCatch(let block, let catches, let finally): return try attempt(block, catches, finally)
    case .send(let operand): _ = try host(operand, isAwaited: false, at: span)
    case .preload(let kernels): for kernel in kernels { compile(kernel) }
    case .block(let block), .critical(let block): return try execute(block)
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
    while let element = rounds.next() {
      charge(operations: 1)
      set(loop.variable, element)
      switch try execute(block) {
      case .normal, .continued: break
      case .broke: return .normal
      case .returned(let value): return .returned(value)
      }
      try safePoint(at: span)
    }
    return .normal
  }

  // MARK: Errors

  private mutating func attempt(
    _ block: TypedBlock, _ catches: [TypedCatch], _ finally: TypedBlock?
  ) throws(Stop) -> Completion {
    var completion = Completion.normal
    var pending: Stop?
    do throws(Stop) {
      completion = try handle(block, catches)
    } catch {
      pending = error
    }
    guard let finally else {
      if let pending { throw pending }
      return completion
    }
    if let pending {
      guard case .raised = pending else { throw pending }
      device(if: isDevice) { $0.core.timeline.realtime() }
    }
    let last = try execute(finally)
    // A way out of `finally` takes the place of what was on its way.
    guard case .normal = last else { return last }
    if let pending { throw pending }
    return completion
  }

  private mutating func handle(_ block: TypedBlock, _ catches: [TypedCatch]) throws(Stop)
    -> Completion
  {
    let frameCount = frames.count
    do throws(Stop) {
      return try execute(block)
    } catch {
      guard case .raised(let raised) = error,
        let handler = catches.first(where: { $0.errors.isEmpty || $0.errors.contains(raised.error) }
        )
      else { throw error }
      precondition(frames.count == frameCount, "every call takes its frame away")
      device(if: isDevice) { $0.core.timeline.realtime() }
      if let binding = handler.binding { set(binding, .error(raised)) }
      caught.append(raised)
      defer { caught.removeLast() }
      return try execute(handler.body)
    }
  }

  func device(if condition: Bool, _ body: (SimulatedDevice) -> Void) {
    if condition, let device { body(device) }
  }
}
