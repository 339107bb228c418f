import Diagnostics
import Running
import Simulation
package import Typing

// Host code along a way that the judge of the freeze analysis has found. Device code runs as it is.

extension Interpreter {
  /// Where a way says that an error is raised it is this one, which every `catch` on it takes.
  private static let forcedNumber = -1
  /// What is not on the way and takes longer does not end.
  private static let freeStepMax = 1_000

  static func forcedError(at span: Span) -> Stop {
    .raised(Raised(error: .builtin(forcedNumber), spans: [span]))
  }

  private static func isForced(_ stop: Stop) -> Bool {
    guard case .raised(let raised) = stop else { return true }
    return raised.error == .builtin(forcedNumber)
  }

  func raiseIfForced(at span: Span) throws(Stop) {
    if let forcing, !isDevice, forcing.raises(at: span) { throw Self.forcedError(at: span) }
  }

  // MARK: Calls

  /// Before a call of `callee` on the host: whether it is on the way; nil where something else
  /// enters and leaves it.
  ///
  /// `leaveIfForced` comes behind.
  func enterIfForced(_ callee: FunctionID, at span: Span) throws(Stop) -> Bool? {
    guard let forcing, !isDevice else { return nil }
    if forcing.isEntered() { return nil }
    try raiseIfForced(at: span)
    return forcing.enter(.calls(callee, span))
  }

  func leaveIfForced(_ isOnWay: Bool?) {
    if let isOnWay { forcing?.leave(wasOnWay: isOnWay) }
  }

  /// The function that the way calls instead of `value`.
  func forced(_ value: Value, at span: Span) -> Value {
    guard let forcing, !isDevice, let callee = forcing.callee(at: span),
      case .function(let own, _, _) = value, own != callee
    else { return value }
    return .function(callee, [:], [])
  }

  /// What a kernel has the host do.
  ///
  /// What is not on the way is done too; where it does not end it is cut off. Whether it fails does
  /// not matter.
  mutating func forced(_ parts: HostOperand, _ forcing: Forcing) throws(Stop) -> Value {
    forcing.begin(parts.work.span)
    defer { forcing.end() }
    var callee: FunctionID?
    if case .call(let called, _, _) = parts.work.kind { callee = called }
    let isOnWay = forcing.run(callee, at: parts.work.span)
    defer { forcing.leave(wasOnWay: isOnWay) }
    if !isOnWay { forcing.freeSteps = Self.freeStepMax }
    do throws(Stop) { return try evaluate(parts.work) } catch {
      switch error {
      case .raised: break
      case .outOfSteps:
        if isOnWay { throw error }
        forcing.hasCutOff = true
      case .stopped, .unsupported: throw error
      }
      return zero(of: parts.work.type)
    }
  }

  // MARK: On the device

  /// Executes a statement of a kernel: that it fails by itself is not on the way.
  mutating func executeWithoutErrors(_ statement: TypedStatement) throws(Stop) -> Completion {
    do throws(Stop) { return try executeItself(statement) } catch {
      guard case .raised = error else { throw error }
      return .normal
    }
  }

  // MARK: Expressions

  mutating func forced(_ expression: TypedExpression, _ forcing: Forcing) throws(Stop) -> Value {
    switch expression.kind {
    case .and, .or, .unary(.not, _):
      return .boolean(try condition(expression, forcing) ?? false)
    case .coalesce(let a, let b):
      let first = try evaluate(a)
      if forcing.take(b.span) { return try evaluate(b) }
      if case .optional(let value?) = first { return value }
      return zero(of: expression.type)
    case .conditional(let conditions, let block, let value, let otherwise, let other):
      let holds = try self.holds(
        conditions, forcing, leadingTo: value.span, otherwiseTo: other.span)
      guard case .normal = try execute(holds ? block : otherwise) else {
        throw .unsupported("a way out of an expression")
      }
      return try evaluate(holds ? value : other)
    case .index(let base, let index):
      let array = try evaluate(base)
      let position = try integer(index)
      try raiseIfForced(at: expression.span)
      guard case .array(let elements) = array else { return try value(of: expression) }
      guard let place = Int(exactly: position), elements.indices.contains(place) else {
        return elements.first ?? zero(of: expression.type)
      }
      return elements[place]
    case .call, .callValue, .deviceCall, .append, .sequence, .comprehension:
      return try value(of: expression)
    default:
      let result: Value
      do throws(Stop) { result = try value(of: expression) } catch {
        // What goes wrong by itself is not on the way.
        guard case .raised = error, !Self.isForced(error) else { throw error }
        result = zero(of: expression.type)
      }
      try raiseIfForced(at: expression.span)
      return result
    }
  }

  /// The position that `index` means, in the part at `path` of `root`.
  mutating func position(
    _ index: TypedExpression, in root: Place.Root, below path: [Int]
  ) throws(Stop) -> Int64 {
    let position = try integer(index)
    guard let forcing, !isDevice else { return position }
    try raiseIfForced(at: index.span)
    if case .integer = index.kind { return position }
    guard case .member(let member) = root else { return 0 }
    return forcing.element(of: member, below: path)
  }

  // MARK: Conditions

  /// Whether all `conditions` hold: if so the way goes on at `success`, else at `failure`; where
  /// one of these is nil, anywhere else.
  private mutating func holds(
    _ conditions: [TypedCondition], _ forcing: Forcing, leadingTo success: Span,
    otherwiseTo failure: Span?
  ) throws(Stop) -> Bool {
    for (number, test) in conditions.enumerated() {
      let isLast = number == conditions.count - 1
      func isOnWay() -> Bool {
        if forcing.next == nil { return false }
        if let failure { return !forcing.goes(to: failure) }
        return forcing.goes(to: success)
          || (!isLast && conditions[(number + 1)...].contains { forcing.goesInto($0.span) })
      }
      var holds = true
      switch test {
      case .expression(let expression):
        holds = try condition(expression, forcing) ?? isOnWay()
      case .binding(let local, let expression):
        let value = try evaluate(expression)
        holds = isOnWay()
        guard holds else { break }
        guard case .optional(let content?) = value else {
          throw .unsupported("a binding that is forced")
        }
        set(local, content)
      case .declare(let local, let expression): set(local, try evaluate(expression))
      }
      guard holds else {
        if let failure { forcing.take(failure) }
        return false
      }
    }
    forcing.take(success)
    return true
  }

  /// Whether `expression` is true; nil where what comes after it decides.
  private mutating func condition(
    _ expression: TypedExpression, _ forcing: Forcing
  ) throws(Stop) -> Bool? {
    switch expression.kind {
    case .boolean(let value): return value
    case .unary(.not, let inner): return try condition(inner, forcing).map { !$0 }
    case .and(let a, let b):
      guard try condition(a, forcing) ?? forcing.goes(to: b.span) else { return false }
      forcing.take(b.span)
      return try condition(b, forcing)
    case .or(let a, let b):
      // Beside the way nothing holds.
      let first = try condition(a, forcing)
      if first ?? (forcing.next != nil && !forcing.goes(to: b.span)) { return true }
      forcing.take(b.span)
      return try condition(b, forcing)
    default:
      _ = try evaluate(expression)
      return nil
    }
  }

  // MARK: Statements

  /// Executes what decides; nil of a statement that is executed as always.
  mutating func forced(_ statement: TypedStatement, _ forcing: Forcing) throws(Stop) -> Completion?
  {
    switch statement.kind {
    case .compoundAssign(let place, let operation, let value):
      let right = try evaluate(value)
      let resolved = try resolve(place)
      try raiseIfForced(at: statement.span)
      let left = try read(resolved)
      let chosen = operation.resolved(for: concrete(place.type))
      // What goes wrong by itself is not on the way.
      let result = try? binary(chosen, left, right, at: statement.span)
      try write(result ?? left, to: resolved)
    case .conditional(let conditions, let block, let otherwise):
      let failure = otherwise?.span ?? statement.span
      if try holds(conditions, forcing, leadingTo: block.span, otherwiseTo: failure) {
        return try execute(block)
      }
      if let otherwise { return try execute(otherwise) }
    case .guarded(let conditions, let block):
      if try !holds(conditions, forcing, leadingTo: statement.span, otherwiseTo: block.span) {
        return try execute(block)
      }
    case .loop(let loop, let block, _):
      var rounds = try begin(loop)
      while forcing.take(block.span) {
        try step()
        set(loop.variable, rounds.next() ?? (try? read(loop.variable)) ?? .integer(0))
        switch try execute(block) {
        case .normal, .continued: break
        case .broke: return .normal
        case .returned(let value): return .returned(value)
        }
      }
    case .whileLoop(let conditions, let block):
      while try holds(conditions, forcing, leadingTo: block.span, otherwiseTo: nil) {
        try step()
        switch try execute(block) {
        case .normal, .continued: break
        case .broke: return .normal
        case .returned(let value): return .returned(value)
        }
      }
    case .throwError(_, let payload):
      _ = try evaluate(payload)
      _ = forcing.raises(at: statement.span)
      throw Self.forcedError(at: statement.span)
    case .tryCatch(let block, let catches, let finally):
      return try forced(block, catches, finally, forcing)
    case .preload(let kernels):
      let compiled = typed.compiled(by: kernels, in: frame.function)
      for kernel in compiled { compile(kernel) }
      forcing.compiled(compiled)
    case .expect(let value, _, _):
      _ = try evaluate(value)
      try raiseIfForced(at: statement.span)
    case .expression, .declare, .declareMember, .assign, .assignTuple, .breakLoop, .continueLoop,
      .returnValue, .send, .block, .parallel, .critical:
      return nil
    }
    return .normal
  }

  private mutating func forced(
    _ block: TypedBlock, _ catches: [TypedCatch], _ finally: TypedBlock?, _ forcing: Forcing
  ) throws(Stop) -> Completion {
    var completion = Completion.normal
    var pending: Stop?
    do throws(Stop) { completion = try execute(block) } catch { pending = error }
    if let stop = pending {
      guard case .raised = stop else { throw stop }
      if let handler = catches.first(where: { forcing.goes(to: $0.body.span) }) {
        forcing.take(handler.body.span)
        pending = nil
        do throws(Stop) { completion = try execute(handler.body) } catch { pending = error }
      }
    }
    if let finally {
      if let pending {
        guard case .raised = pending else { throw pending }
      }
      forcing.take(finally.span)
      let last = try execute(finally)
      guard case .normal = last else { return last }
    }
    if let pending { throw pending }
    return completion
  }
}

extension TypedCondition {
  /// Where it stands.
  fileprivate var span: Span {
    switch self {
    case .expression(let value), .binding(_, let value), .declare(_, let value): value.span
    }
  }
}

extension Interpreter {
  /// The members of `experiment` as they are when `run` begins.
  fileprivate mutating func prepare(_ experiment: ExperimentID) throws(Stop) {
    try initializeConstants(of: experiment)
    for id in typed[experiment].members {
      switch typed[id].kind {
      case .argument, .variable: if members[id] == nil { try initialize(id) }
      case .dataset: try declareDataset(id)
      case .shared, .prepared, .constant, .resident, .device, .field: break
      }
    }
    if let prepare = typed[experiment].prepare { _ = try call(prepare, []) }
  }
}

/// What came of forcing a way.
package enum Forced {
  /// The write was made, and the kernel called with the old value.
  ///
  /// `byCuttingOff`: a function that a kernel on the way awaits does not end, and was cut off.
  case performed(byCuttingOff: Bool)
  /// What happened instead.
  case failed(String)
}

/// Forces the reference interpreter along the way of `breach`, which `ways` has found in
/// `experiment`: whether that performs what the freeze rule forbids.
package func force(
  _ breach: Breach, of ways: HostWays, in program: TypedProgram, experiment: ExperimentID
) -> Forced {
  onDeepStack { forceHere(breach, of: ways, in: program, experiment) }
}

private func forceHere(
  _ breach: Breach, of ways: HostWays, in program: TypedProgram, _ experiment: ExperimentID
) -> Forced {
  var limits = ReferenceLimits()
  limits.stepCountMax = 100_000
  let forcing = Forcing(breach, of: ways, isMeanwhile: breach.start != program[experiment].run)
  var interpreter = Interpreter(program, seed: 0, limits: limits)
  var ending = "it ended"
  do throws(Stop) {
    try interpreter.prepare(experiment)
    interpreter.device = SimulatedDevice(
      description: program.description, seed: 0, keepsTrace: false)
    interpreter.forcing = forcing
    interpreter.onWrite = { member, path in forcing.wrote(member, path) }
    let zeros = program[breach.start].parameters.map { interpreter.zero(of: $0.type) }
    _ = try interpreter.call(breach.start, zeros)
  } catch {
    switch error {
    case .raised(let raised): ending = "an error: \(interpreter.describe(raised).code)"
    case .stopped: ending = "it was stopped"
    case .unsupported(let what): ending = what
    case .outOfSteps: ending = "it does not end"
    }
  }
  if forcing.hasPerformed { return .performed(byCuttingOff: forcing.hasCutOff) }
  return .failed("\(ending); not gone: \(forcing.rest)")
}
