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
  /// An optional that has a value, which is dynamic.
  case present
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
    let present = frame.presentLocals
    defer { frame.presentLocals = present }
    return tryBranches(statements)
  }

  /// Evaluates `expression`; if all of it is static its value, whatever else the evaluation would
  /// make of it.
  mutating func evaluateStatic(_ expression: TypedExpression, hint: Run? = nil) -> Operand {
    known(evaluate(expression, hint: hint), of: expression, hint: hint)
  }

  /// The static value of `expression`, which has been evaluated to `operand`; else that.
  mutating func known(_ operand: Operand, of expression: TypedExpression, hint: Run?) -> Operand {
    guard isDevice, operand.constant == nil, let constant = staticValue(of: expression) else {
      return operand
    }
    if operand.run != hint { discard(operand) }
    return .constant(constant)
  }

  /// The value of `expression` if all of it is static and does nothing on the timeline.
  mutating func staticValue(of expression: TypedExpression) -> Constant? {
    if case .value(let constant) = knownPlainly(expression) { return constant }
    return nil
  }

  /// What is known of `expression`; nothing where it works on the timeline.
  mutating func knownPlainly(_ expression: TypedExpression) -> Known {
    if hasTimeline(expression) { return .dynamic }
    trial = WalkTrial()
    return tryValue(expression)
  }

  /// Notes of `local`, which has just been bound, whether it is an optional that has a value.
  mutating func note(_ known: Known, of local: LocalID) {
    frame.presentLocals.remove(Int(local.index))
    if case .present = known, !isVariable(local) {
      frame.presentLocals.insert(Int(local.index))
    }
  }

  /// Binds `local` to what is known of its value.
  private mutating func bind(_ local: LocalID, to known: Known) {
    if case .value(let constant) = known, !isVariable(local) {
      bind(local, .constant(constant))
    } else {
      bind(local, .dynamic)
    }
    note(known, of: local)
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

  mutating func tryBlock(_ block: TypedBlock) -> Bool {
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
      case .dynamic, .present: return !hasTimeline(statement) && !escapes(statement)
      }
    case .guarded(let conditions, let block):
      switch tryConditions(conditions) {
      case .fails: return false
      case .value(let holds): return holds == .boolean(true) || tryBlock(block)
      case .dynamic, .present:
        for condition in conditions {
          switch condition {
          case .binding(let local, _), .declare(let local, _): bind(local, to: .dynamic)
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
    let known = tryValue(value)
    if case .fails = known { return false }
    // As `declare` binds it: what has a place of its own is not known there.
    if case .value(let constant) = known, !isKeptUnloaded(constant) {
      bind(local, to: .dynamic)
    } else {
      bind(local, to: known)
    }
    return true
  }

  private mutating func tryLoop(
    _ loop: TypedLoop, _ body: TypedBlock, isParallel: Bool, _ statement: TypedStatement
  ) -> Bool {
    switch loop.source {
    case .array(let array):
      let elements = elements(of: array)
      if elements == nil, !succeeds(array) { return false }
      guard hasTimeline(statement) || isParallel || escapes(statement) else { return true }
      guard let elements else { return false }
      return tryRounds(elements, loop.variable, body, isParallel: isParallel)
    case .range(let low, let high, let isClosed, let step):
      let bounds = [
        tryValue(low), tryValue(high), step.map { tryValue($0) } ?? .value(.integer(1)),
      ]
      for case .fails in bounds { return false }
      guard hasTimeline(statement) || isParallel || escapes(statement) else { return true }
      guard case .value(.integer(let low)) = bounds[0], case .value(.integer(let high)) = bounds[1],
        case .value(.integer(let step)) = bounds[2], step != 0
      else { return false }
      let rounds = StaticRange(low: low, high: high, isClosed: isClosed, step: step)
      return tryRounds(
        rounds.map { .integer($0) }, loop.variable, body, isParallel: isParallel)
    }
  }

  private mutating func tryRounds(
    _ values: some Sequence<Constant>, _ variable: LocalID, _ body: TypedBlock, isParallel: Bool
  ) -> Bool {
    let start = trial.offset
    var end = start
    for value in values {
      trial.stepCount += 1
      guard trial.stepCount <= WalkLimits.stepCountMax else { return false }
      bind(variable, to: .value(value))
      if isParallel { trial.offset = start }
      guard tryBlock(body) else { return false }
      end = max(end, trial.offset)
    }
    if isParallel { trial.offset = end }
    return true
  }

  /// The numbers that `array` consists of, if it is captured or written out and they are static.
  mutating func elements(of array: TypedExpression) -> [Constant]? {
    guard type(of: array).isOfPlainNumbers else { return nil }
    if array.isWithinMember {
      guard case .value(.array(let elements)) = tryValue(array) else { return nil }
      return elements
    }
    guard case .array(let parts) = array.kind else { return nil }
    var elements: [Constant] = []
    for part in parts {
      guard case .value(let value) = tryValue(part) else { return nil }
      elements.append(value)
    }
    return elements
  }

  mutating func tryPlace(_ place: Place) -> Bool {
    for case .index(let index) in place.steps where !succeeds(index) { return false }
    return true
  }

  mutating func succeeds(_ expression: TypedExpression) -> Bool {
    if case .fails = tryValue(expression) { return false }
    return true
  }

  /// Whether the conditions hold, if all that is needed to know is static.
  mutating func tryConditions(_ conditions: [TypedCondition]) -> Known {
    for condition in conditions {
      switch condition {
      case .binding(let local, let optional):
        switch tryValue(optional) {
        case .fails: return .fails
        case .present: bind(local, to: .dynamic)
        case .value(.optional(nil)): return .value(.boolean(false))
        case .value(.optional(let content?)): bind(local, to: .value(content))
        case .value, .dynamic: return .dynamic
        }
      case .declare(let local, let value):
        guard tryDeclare(local, value) else { return .fails }
      case .expression(let expression):
        switch tryValue(expression) {
        case .fails: return .fails
        case .dynamic, .present: return .dynamic
        case .value(let constant):
          // What stands after a condition that fails is not evaluated.
          guard constant == .boolean(true) else { return .value(.boolean(false)) }
        }
      }
    }
    return .value(.boolean(true))
  }

  // MARK: Calls

  /// The device that `expression` is if it is known when compiling.
  mutating func tryDevice(_ expression: TypedExpression) -> MemberID? {
    if case .array(let elements) = expression.kind {
      let members = elements.compactMap { tryDevice($0) }
      return members.count == elements.count ? deviceLists.member(of: members) : nil
    }
    guard case .index(let array, let index) = expression.kind else {
      return deviceMember(expression)
    }
    guard let array = deviceMember(array), case .value(.integer(let number)) = tryValue(index),
      let position = Int(exactly: number), elements(of: array).indices.contains(position)
    else { return nil }
    return elements(of: array)[position]
  }

  mutating func tryCall(_ instance: FunctionInstance, _ arguments: [TypedArgument]) -> Known {
    let function = program[instance.function]
    if program.passesTimeline(arguments) { return .fails }
    var instance = instance
    var bindings: [Known] = []
    for argument in arguments {
      switch argument {
      case .value(let value) where value.type.isOfDevices:
        guard let device = tryDevice(value) else { return .fails }
        instance.devices.append(device)
        bindings.append(.dynamic)
      case .place(let place):
        guard tryPlace(place), !function.effects.contains(.timeline) else { return .fails }
        bindings.append(.dynamic)
      case .value(let value):
        let known = tryValue(value)
        if case .fails = known { return .fails }
        bindings.append(known)
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
      bind(parameter.local, to: binding)
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
      locals: [Binding?](repeating: nil, count: program.locals(of: instance.function).count))
    if instance.devices.isEmpty { return frame }
    let parameters = program.parameters(of: instance.function).filter(\.type.isOfDevices)
    for (parameter, device) in zip(parameters, instance.devices) {
      frame.locals[Int(parameter.local.index)] = .device(device)
    }
    return frame
  }
}

/// The numbers of a range whose bounds are known.
struct StaticRange: Sequence, IteratorProtocol {
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
