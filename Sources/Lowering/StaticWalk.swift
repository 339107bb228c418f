import Diagnostics
import Laboratory
import Typing
import Values

// Whether a `parallel` block can be sorted: a walk over everything inside, with what is known when
// compiling. What it finds to be possible, Lowerer+Parallel does.

/// The bounds of a static walk.
enum WalkLimits {
  static let eventCountMax = 4_096
  /// Statements walked, each round of a loop anew.
  static let stepCountMax = 65_536
  static let callDepthMax = 64
}

/// The state of a walk that is tried.
struct WalkTrial {
  var offset: Int64 = 0
  var eventCount = 0
  var stepCount = 0
  var callDepth = 0
}

/// What a walk knows of an expression.
enum Known {
  case value(Constant)
  case dynamic
  /// The block cannot be sorted.
  case fails

  init(_ folded: Folded) {
    switch folded {
    case .value(let constant): self = .value(constant)
    case .raises: self = .fails
    case .unknown: self = .dynamic
    }
  }
}

extension Lowerer {
  /// Whether the branches `statements` of a `parallel` block can be sorted when compiling.
  mutating func canSort(_ statements: [TypedStatement]) -> Bool {
    trial = WalkTrial()
    return tryBranches(statements)
  }

  /// Evaluates `expression`; if all of it is static its value, whatever else the evaluation would
  /// make of it.
  mutating func evaluateStatic(_ expression: TypedExpression, hint: Run? = nil) -> Operand {
    let operand = evaluate(expression, hint: hint)
    guard isDevice, operand.constant == nil, let constant = staticValue(of: expression) else {
      return operand
    }
    if operand.run != hint { discard(operand) }
    return .constant(constant)
  }

  /// The value of `expression` if all of it is static and does nothing on the timeline.
  mutating func staticValue(of expression: TypedExpression) -> Constant? {
    if hasTimeline(expression) { return nil }
    trial = WalkTrial()
    if case .value(let constant) = tryValue(expression) { return constant }
    return nil
  }

  private mutating func tryBranches(_ statements: [TypedStatement]) -> Bool {
    let start = trial.offset
    var end = start
    for statement in statements {
      trial.offset = start
      guard tryStatement(statement) else { return false }
      end = max(end, trial.offset)
    }
    trial.offset = end
    return true
  }

  private mutating func tryBlock(_ block: TypedBlock) -> Bool {
    for statement in block.statements {
      guard tryStatement(statement) else { return false }
    }
    return true
  }

  // MARK: Statements

  private mutating func tryStatement(_ statement: TypedStatement) -> Bool {
    trial.stepCount += 1
    guard trial.stepCount <= WalkLimits.stepCountMax, descend(at: statement.span) else {
      return false
    }
    defer { ascend() }
    switch statement.kind {
    case .expression(let value): return succeeds(value)
    case .declare(let local, let value): return tryDeclare(local, value)
    case .assign(let place, let value), .compoundAssign(let place, _, let value):
      return succeeds(value) && tryPlace(place)
    case .assignTuple(let places, let value):
      return succeeds(value) && places.allSatisfy { tryPlace($0) }
    case .conditional(let conditions, let then, let otherwise):
      switch tryConditions(conditions) {
      case .fails: return false
      case .value(let holds):
        if holds == .boolean(true) { return tryBlock(then) }
        return otherwise.map { tryBlock($0) } ?? true
      case .dynamic: return !hasTimeline(statement) && !escapes(statement)
      }
    case .guarded(let conditions, let block):
      switch tryConditions(conditions) {
      case .fails: return false
      case .value(let holds): return holds == .boolean(true) || tryBlock(block)
      case .dynamic:
        for condition in conditions {
          switch condition {
          case .binding(let local, _), .declare(let local, _): bind(local, .dynamic)
          case .expression: break
          }
        }
        return !hasTimeline(statement) && !escapes(statement)
      }
    case .loop(let loop, let body, let isParallel):
      return tryLoop(loop, body, isParallel: isParallel, statement)
    case .whileLoop: return !hasTimeline(statement) && !escapes(statement)
    case .block(let block): return tryBlock(block)
    case .parallel(let block): return tryBranches(block.statements)
    case .declareMember, .breakLoop, .continueLoop, .returnValue, .throwError, .tryCatch, .send,
      .preload, .critical, .expect:
      return false
    }
  }

  private mutating func tryDeclare(_ local: LocalID, _ value: TypedExpression) -> Bool {
    switch tryValue(value) {
    case .fails: return false
    case .dynamic: bind(local, .dynamic)
    case .value(let constant): bind(local, isVariable(local) ? .dynamic : .constant(constant))
    }
    return true
  }

  private mutating func tryLoop(
    _ loop: TypedLoop, _ body: TypedBlock, isParallel: Bool, _ statement: TypedStatement
  ) -> Bool {
    switch loop.source {
    case .array(let array):
      return succeeds(array) && !hasTimeline(statement) && !escapes(statement)
    case .range(let low, let high, let isClosed, let step):
      let bounds = [
        tryValue(low), tryValue(high), step.map { tryValue($0) } ?? .value(.integer(1)),
      ]
      for case .fails in bounds { return false }
      guard hasTimeline(statement) || isParallel || escapes(statement) else { return true }
      guard case .value(.integer(let low)) = bounds[0], case .value(.integer(let high)) = bounds[1],
        case .value(.integer(let step)) = bounds[2], step != 0
      else { return false }
      let start = trial.offset
      var end = start
      var rounds = StaticRange(low: low, high: high, isClosed: isClosed, step: step)
      while let value = rounds.next() {
        trial.stepCount += 1
        guard trial.stepCount <= WalkLimits.stepCountMax else { return false }
        bind(loop.variable, isVariable(loop.variable) ? .dynamic : .constant(.integer(value)))
        if isParallel { trial.offset = start }
        guard tryBlock(body) else { return false }
        end = max(end, trial.offset)
      }
      if isParallel { trial.offset = end }
      return true
    }
  }

  private mutating func tryPlace(_ place: Place) -> Bool {
    for case .index(let index) in place.steps where !succeeds(index) { return false }
    return true
  }

  private mutating func succeeds(_ expression: TypedExpression) -> Bool {
    if case .fails = tryValue(expression) { return false }
    return true
  }

  /// Whether the conditions hold, if all that is needed to know is static.
  private mutating func tryConditions(_ conditions: [TypedCondition]) -> Known {
    for condition in conditions {
      switch condition {
      case .binding: return .dynamic
      case .declare(let local, let value):
        guard tryDeclare(local, value) else { return .fails }
      case .expression(let expression):
        switch tryValue(expression) {
        case .fails: return .fails
        case .dynamic: return .dynamic
        case .value(let constant):
          // What stands after a condition that fails is not evaluated.
          guard constant == .boolean(true) else { return .value(.boolean(false)) }
        }
      }
    }
    return .value(.boolean(true))
  }

  // MARK: Expressions

  private mutating func tryValue(_ expression: TypedExpression) -> Known {
    guard descend(at: expression.span) else { return .fails }
    defer { ascend() }
    switch expression.kind {
    case .invalid, .await, .record, .simulate: return .fails
    case .unit: return .value(.unit)
    case .integer(let value): return .value(integer(value, type(of: expression)))
    case .float(let value): return .value(.float(value))
    case .boolean(let value): return .value(.boolean(value))
    case .text(let value): return .value(.text(value))
    case .none, .device, .ownDevice, .function, .numbers: return .dynamic
    case .local(let id):
      let index = Int(id.index)
      if index < frame.locals.count, case .constant(let constant)? = frame.locals[index] {
        return .value(constant)
      }
      return .dynamic
    case .member(let id): return knownMember(id)
    case .unary(let operation, let operand):
      let operation = operation.resolved(for: type(of: operand))
      return known([operand]) { Known(Folding.unary(operation, $0[0])) }
    case .binary(let operation, let left, let right):
      let operation = operation.resolved(for: type(of: left))
      return known([left, right]) { Known(Folding.binary(operation, $0[0], $0[1])) }
    case .convert(let conversion, let operand):
      let rate = program.description.core.ticksPerSecond
      let steps = conversion.steps(from: type(of: operand), to: type(of: expression))
      return known([operand]) { values in
        var value = values[0]
        for step in steps {
          switch Folding.convert(step, value, ticksPerSecond: rate) {
          case .value(let next): value = next
          case .raises: return .fails
          case .unknown: return .dynamic
          }
        }
        return .value(value)
      }
    case .and(let left, let right), .or(let left, let right):
      let isAnd = if case .and = expression.kind { true } else { false }
      switch tryValue(left) {
      case .fails: return .fails
      case .value(let value): return value == .boolean(isAnd) ? tryValue(right) : .value(value)
      case .dynamic: return hasTimeline(right) ? .fails : .dynamic
      }
    case .coalesce(let left, let right):
      return succeeds(left) && !hasTimeline(right) ? .dynamic : .fails
    case .call(let id, let substitution, let arguments):
      var device: MemberID?
      if case .driver = program[id].owner { device = frame.device }
      return tryCall(
        FunctionInstance(function: id, substitution: concrete(substitution), device: device),
        arguments)
    case .deviceCall(let device, let name, let signature, let arguments):
      guard let member = tryDevice(device), let kernel = kernel(name, of: member, signature) else {
        return .fails
      }
      return tryCall(
        FunctionInstance(function: kernel, substitution: [:], device: member), arguments)
    case .tuple(let parts): return known(parts) { .value(.tuple($0)) }
    case .tupleElement(let base, let index), .field(let base, let index):
      return known([base]) { values in
        switch values[0] {
        case .tuple(let parts) where index < parts.count: .value(parts[index])
        case .structure(let parts) where index < parts.count: .value(parts[index])
        default: .dynamic
        }
      }
    case .intrinsic(let intrinsic, let operands): return tryIntrinsic(intrinsic, operands)
    case .conditional(let conditions, let then, let value, let otherwise, let other):
      switch tryConditions(conditions) {
      case .fails: return .fails
      case .value(let holds):
        if holds == .boolean(true) { return tryBlock(then) ? tryValue(value) : .fails }
        return tryBlock(otherwise) ? tryValue(other) : .fails
      case .dynamic: return hasTimeline(expression) || escapes(expression) ? .fails : .dynamic
      }
    case .sequence(let block, let value): return tryBlock(block) ? tryValue(value) : .fails
    case .isCase(let base, let tag):
      return known([base]) { values in
        values[0].isCase(tag).map { .value(.boolean($0)) } ?? .dynamic
      }
    case .payload(let base, let tag, let field):
      return known([base]) { values in
        values[0].payload(tag, field).map { .value($0) } ?? .dynamic
      }
    case .comprehension: return hasTimeline(expression) ? .fails : .dynamic
    case .some(let a): return all([a])
    case .structure(_, let parts), .enumeration(_, _, let parts), .array(let parts),
      .sharedElement(_, let parts):
      return all(parts)
    case .callValue(let function, let arguments):
      // Which function it is, and so what it queues, is not looked at here.
      return program.mayWorkOnTimeline(function.type) ? .fails : all(arguments)
    case .repeated(let a, count: let b), .index(let a, let b): return all([a, b])
    case .slice(let a, let b, let c): return all([a, b, c])
    case .interpolation(let segments):
      return all(segments.compactMap { if case .value(let value, _) = $0 { value } else { nil } })
    case .append(let place, let value):
      return tryPlace(place) && succeeds(value) ? .dynamic : .fails
    }
  }

  /// Tries all of `expressions`; the result is dynamic.
  private mutating func all(_ expressions: [TypedExpression]) -> Known {
    for expression in expressions where !succeeds(expression) { return .fails }
    return .dynamic
  }

  /// What `fold` makes of the values of `expressions` if all are static.
  private mutating func known(_ expressions: [TypedExpression], _ fold: ([Constant]) -> Known)
    -> Known
  {
    var values: [Constant] = []
    for expression in expressions {
      switch tryValue(expression) {
      case .fails: return .fails
      case .dynamic: break
      case .value(let value): values.append(value)
      }
    }
    return values.count == expressions.count ? fold(values) : .dynamic
  }

  private mutating func knownMember(_ id: MemberID) -> Known {
    switch program[id].kind {
    case .argument, .variable, .prepared, .constant:
      guard case .device(let captures, let bound) = side else { return .dynamic }
      if bound.contains(id) { sorters.insert(id) }
      return captures[id].map { .value($0) } ?? .dynamic
    case .field(let index): return fieldValue(index).map { .value($0) } ?? .dynamic
    case .shared, .dataset, .resident, .device: return .dynamic
    }
  }

  private mutating func tryIntrinsic(_ intrinsic: Intrinsic, _ operands: [TypedExpression]) -> Known
  {
    var values: [Constant?] = []
    for operand in operands {
      switch tryValue(operand) {
      case .fails: return .fails
      case .dynamic: values.append(nil)
      case .value(let value): values.append(value)
      }
    }
    func ticks(_ index: Int) -> Int64? {
      guard index < values.count, case .integer(let ticks)? = values[index] else { return nil }
      return ticks
    }
    switch intrinsic {
    case .now: return .dynamic
    case .delay:
      guard let duration = ticks(0) else { return .fails }
      return move(by: duration)
    case .output: return addEvents(1, until: 0)
    case .outputPair:
      guard let after = ticks(4) else { return .fails }
      return addEvents(2, until: after)
    case .gate: return ticks(2) == nil ? .fails : addEvents(1, until: 0)
    case .clock, .slack, .at, .waitUntil, .realtime, .resetTimeline, .shouldPause, .input, .play:
      return .fails
    case .absolute, .minimum, .maximum, .floor, .ceiling, .truncate, .round, .squareRoot, .sine,
      .cosine, .tangent,
      .arcSine, .arcCosine, .arcTangent, .arcTangent2, .exponential, .logarithm, .logarithm2,
      .logarithm10, .special, .aligned, .isWithin:
      let constants = values.compactMap { $0 }
      return constants.count == values.count
        ? Known(Folding.intrinsic(intrinsic, constants)) : .dynamic
    case .length(let id): return .value(.integer(length(id)))
    case .position, .transposed, .sized, .steppedSlice, .count, .last, .print, .pause,
      .leastSquares, .traceEdges, .traceSpan, .traceLevel,
      .simulationStatus,
      .simulationOutput, .simulationResult:
      return .dynamic
    }
  }

  private mutating func move(by duration: Int64) -> Known {
    let (offset, overflow) = trial.offset.addingReportingOverflow(duration)
    if overflow { return .fails }
    trial.offset = offset
    return .value(.unit)
  }

  private mutating func addEvents(_ count: Int, until after: Int64) -> Known {
    trial.eventCount += count
    if trial.eventCount > WalkLimits.eventCountMax
      || trial.offset.addingReportingOverflow(after).overflow
    {
      return .fails
    }
    return .value(.unit)
  }

  // MARK: Calls

  /// The device that `expression` is if it is known when compiling.
  private mutating func tryDevice(_ expression: TypedExpression) -> MemberID? {
    guard case .index(let array, let index) = expression.kind else {
      return deviceMember(expression)
    }
    guard let array = deviceMember(array), case .value(.integer(let number)) = tryValue(index),
      let position = Int(exactly: number), program[array].elements.indices.contains(position)
    else { return nil }
    return program[array].elements[position]
  }

  private mutating func tryCall(_ instance: FunctionInstance, _ arguments: [TypedArgument]) -> Known
  {
    let function = program[instance.function]
    if program.passesTimeline(arguments) { return .fails }
    var instance = instance
    var bindings: [Binding] = []
    for argument in arguments {
      switch argument {
      case .value(let value) where value.type.isOfDevices:
        guard let device = tryDevice(value) else { return .fails }
        instance.devices.append(device)
        bindings.append(.device(device))
      case .place(let place):
        guard tryPlace(place), !function.effects.contains(.timeline) else { return .fails }
        bindings.append(.dynamic)
      case .value(let value):
        switch tryValue(value) {
        case .fails: return .fails
        case .dynamic: bindings.append(.dynamic)
        case .value(let constant): bindings.append(.constant(constant))
        }
      }
    }
    guard function.effects.contains(.timeline) else { return .dynamic }
    guard trial.callDepth < WalkLimits.callDepthMax else { return .fails }
    trial.callDepth += 1
    frames.append(newFrame(of: instance))
    defer {
      frames.removeLast()
      trial.callDepth -= 1
    }
    for (parameter, binding) in zip(function.parameters, bindings)
    where !parameter.type.isOfDevices {
      let isStatic = !isVariable(parameter.local)
      bind(parameter.local, isStatic ? binding : .dynamic)
    }
    var statements = function.body.statements[...]
    var result: TypedExpression?
    if case .returnValue(let value)? = statements.last?.kind {
      result = value
      statements.removeLast()
    }
    for statement in statements {
      guard tryStatement(statement) else { return .fails }
    }
    guard let result else { return .value(.unit) }
    return tryValue(result)
  }

  /// A frame in which the parameters that are devices stand for those of `instance`.
  func newFrame(of instance: FunctionInstance) -> Frame {
    var frame = Frame(
      function: instance.function, substitution: instance.substitution, device: instance.device,
      locals: [Binding?](repeating: nil, count: program[instance.function].locals.count))
    let parameters = program[instance.function].parameters.filter(\.type.isOfDevices)
    for (parameter, device) in zip(parameters, instance.devices) {
      frame.locals[Int(parameter.local.index)] = .device(device)
    }
    return frame
  }
}

/// The numbers of a range whose bounds are known.
struct StaticRange: IteratorProtocol {
  private var current: Int64?
  private let high: Int64
  private let isClosed: Bool
  private let step: Int64

  init(low: Int64, high: Int64, isClosed: Bool, step: Int64) {
    current = low
    self.high = high
    self.isClosed = isClosed
    self.step = step
  }

  mutating func next() -> Int64? {
    guard let value = current else { return nil }
    let isInside = step > 0 ? value < high : value > high
    guard isInside || (isClosed && value == high) else {
      current = nil
      return nil
    }
    let (following, overflow) = value.addingReportingOverflow(step)
    current = overflow ? nil : following
    return value
  }
}
