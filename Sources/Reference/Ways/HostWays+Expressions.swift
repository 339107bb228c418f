import Diagnostics
import Typing

// The ways through expressions, in the order of evaluation (rule 6).

extension HostWays {
  mutating func evaluate(_ expression: TypedExpression) {
    if current.isEmpty { return }
    switch expression.kind {
    case .and, .or, .unary(.not, _):
      let (holds, fails) = condition(expression)
      current = holds.union(fails)
    case .coalesce(let a, let b):
      evaluate(a)
      let present = current
      branch(to: current, at: b.span)
      evaluate(b)
      current.formUnion(present)
    case .conditional(let conditions, let block, let value, let otherwise, let other):
      let (holds, fails) = evaluate(conditions)
      branch(to: holds, at: value.span)
      walk(block)
      evaluate(value)
      let first = current
      branch(to: fails, at: other.span)
      walk(otherwise)
      evaluate(other)
      current.formUnion(first)
    case .sequence(let block, let value):
      walk(block)
      evaluate(value)
    case .comprehension(let value, let clauses): comprehension(value, clauses[...])
    case .append(let place, let value):
      evaluateIndices(of: place)
      evaluate(value)
      mayRaise(at: expression.span)
      write(place)
    case .call(let callee, _, let arguments):
      evaluate(arguments)
      call([callee], arguments, at: expression.span)
    case .callValue(let callee, let arguments):
      evaluate(callee)
      for argument in arguments { evaluate(argument) }
      call(
        program.functionValues.targets(of: callee.type), arguments.map { .value($0) },
        at: expression.span)
    case .deviceCall(let device, let name, let signature, let arguments):
      evaluate(device)
      evaluate(arguments)
      let owner = program[activation.function].owner
      call(
        program.deviceKernels(name, of: device, like: signature, in: owner), arguments,
        at: expression.span)
    case .await(let operand): evaluate(operand)
    default:
      for child in children(of: expression) { evaluate(child) }
      if canRaise(expression) { mayRaise(at: expression.span) }
    }
  }

  private func children(of expression: TypedExpression) -> [TypedExpression] {
    var result: [TypedExpression] = []
    expression.forEachChild { node in
      if case .expression(let child) = node { result.append(child) }
    }
    return result
  }

  private mutating func evaluate(_ arguments: [TypedArgument]) {
    for argument in arguments {
      switch argument {
      case .value(let value): evaluate(value)
      case .place(let place): evaluateIndices(of: place)
      }
    }
  }

  mutating func evaluateIndices(of place: Place) {
    for key in place.keys { evaluate(key) }
    for case .index(let index) in place.steps {
      evaluate(index)
      mayRaise(at: index.span)
    }
  }

  mutating func evaluate(_ loop: TypedLoop) {
    switch loop.source {
    case .range(let low, let high, _, let step):
      evaluate(low)
      evaluate(high)
      if let step { evaluate(step) }
    case .array(let array): evaluate(array)
    }
  }

  private mutating func comprehension(_ value: TypedExpression, _ clauses: ArraySlice<TypedClause>)
  {
    guard let clause = clauses.first else { return evaluate(value) }
    switch clause {
    case .loop(let loop):
      evaluate(loop)
      walkLoop { ways in
        let enough = ways.current
        ways.comprehension(value, clauses.dropFirst())
        return enough
      }
    case .condition(let test):
      let (holds, fails) = condition(test)
      current = holds
      comprehension(value, clauses.dropFirst())
      current.formUnion(fails)
    case .declare(_, let part):
      evaluate(part)
      comprehension(value, clauses.dropFirst())
    }
  }

  // MARK: Conditions

  /// The states in which all conditions hold, and in which one of them does not.
  mutating func evaluate(_ conditions: [TypedCondition]) -> (Set<HostState>, Set<HostState>) {
    var fails: Set<HostState> = []
    for test in conditions {
      switch test {
      case .expression(let expression):
        let (holds, other) = condition(expression)
        fails.formUnion(other)
        current = holds
      case .binding(_, let expression):
        evaluate(expression)
        fails.formUnion(current)
      case .declare(_, let expression): evaluate(expression)
      }
    }
    return (current, fails)
  }

  /// The states in which `expression` is true, and in which it is false.
  private mutating func condition(_ expression: TypedExpression) -> (
    Set<HostState>, Set<HostState>
  ) {
    switch expression.kind {
    case .boolean(let value): return value ? (current, []) : ([], current)
    case .unary(.not, let inner):
      let (holds, fails) = condition(inner)
      return (fails, holds)
    case .and(let a, let b):
      let (first, fails) = condition(a)
      branch(to: first, at: b.span)
      let (holds, later) = condition(b)
      return (holds, fails.union(later))
    case .or(let a, let b):
      let (holds, second) = condition(a)
      branch(to: second, at: b.span)
      let (later, fails) = condition(b)
      return (holds.union(later), fails)
    default:
      evaluate(expression)
      return (current, current)
    }
  }

  // MARK: Calls

  private mutating func call(
    _ callees: [FunctionID], _ arguments: [TypedArgument], at span: Span
  ) {
    let entries = current
    var after: Set<HostState> = []
    for callee in callees {
      current = entries
      switch program[callee].kind {
      case .kernel, .seamlessKernel: start(callee, at: span)
      case .portable, .host: callOnHost(callee, arguments, at: span)
      case .stage, .initializer, .test, .requirement: break
      }
      after.formUnion(current)
    }
    if !callees.isEmpty { current = after } else { mayRaise(at: span) }
  }

  private mutating func callOnHost(
    _ callee: FunctionID, _ arguments: [TypedArgument], at span: Span
  ) {
    mayRaise(at: span)
    let decision = Decision.calls(callee, span)
    var bindings: [LocalID: HostPath] = [:]
    // The arguments that are parts of the caller's own `inout` parameters.
    var passedOn: Set<LocalID> = []
    for (parameter, argument) in zip(program[callee].parameters, arguments) {
      guard case .place(let place) = argument, let path = hostPath(place) else { continue }
      bindings[parameter.local] = path
      if case .local = place.root { passedOn.insert(parameter.local) }
    }
    let lentOn = passedOn.compactMap { bindings[$0] }
    var after: Set<HostState> = []
    for entry in current {
      let done = enter(callee, bindings, from: entry, by: decision)
      for state in done.normal.union(done.returned) {
        after.insert(takeBack(state, lentOn, calledFrom: entry, by: decision))
      }
      for state in done.threw {
        ends.threw.insert(takeBack(state, lentOn, calledFrom: entry, by: decision))
      }
    }
    current = after
  }

  /// What an `inout` parameter holds in the end is written when the call ends, after all that the
  /// callee has compiled.
  private mutating func takeBack(
    _ state: HostState, _ lentOn: [HostPath], calledFrom entry: HostState, by decision: Decision
  ) -> HostState {
    let outer = current
    current = [behind(state, calledFrom: entry, by: decision)]
    for path in state.lent {
      let isLent = lentOn.contains { $0.member == path.member && path.steps.starts(with: $0.steps) }
      mark(path, isLent: isLent)
    }
    let result = current.first ?? entry
    current = outer
    return result
  }

  // MARK: Facts of the language

  /// Whether an operation has a named error.
  static func canRaise(_ operation: BinaryOperation) -> Bool {
    switch operation {
    case .integer(let kind), .integer32(let kind):
      switch kind {
      case .wrappingAdd, .wrappingSubtract, .wrappingMultiply, .bitAnd, .bitOr, .bitXor: false
      case .add, .subtract, .multiply, .floorDivide, .remainder, .power, .shiftLeft, .shiftRight:
        true
      }
    case .float(let kind): kind == .floorDivide || kind == .remainder
    case .compare, .durationRatio, .concatenate, .contains: false
    case .elementwise(let inner, _): canRaise(inner)
    case .matrixProduct(let multiply, let add): canRaise(multiply) || canRaise(add)
    case .scaleDuration, .floatTimesDuration, .divideDurationByFloat, .divideDurationByInteger,
      .durationFloorRatio, .generic:
      true
    }
  }

  private func canRaise(_ expression: TypedExpression) -> Bool {
    switch expression.kind {
    case .binary(let operation, _, _): Self.canRaise(operation)
    case .unary(let operation, _): operation == .negateInteger || operation == .negateInteger32
    case .index, .slice, .repeated: true
    case .intrinsic(let intrinsic, _): intrinsic == .print || intrinsic == .pause
    default: false
    }
  }

  /// The operands of the `await`s and `send`s that `kernel` can reach on the device.
  ///
  /// In the order in which it comes to them first.
  static func hostOperands(of kernel: FunctionID, in program: TypedProgram) -> [HostOperand] {
    var found: [HostOperand] = []
    var seen: Set<FunctionID> = []
    func enter(_ function: FunctionID) {
      guard seen.insert(function).inserted else { return }
      for statement in program[function].body.statements { visit(.statement(statement)) }
    }
    func visit(_ node: TypedNode) {
      switch node {
      case .statement(let statement):
        if case .send(let operand) = statement.kind {
          found.append(HostOperand(operand: operand, span: statement.span))
          return
        }
        statement.forEachChild(visit)
      case .expression(let expression):
        if case .await(let operand) = expression.kind {
          found.append(HostOperand(operand: operand, span: expression.span))
          return
        }
        expression.forEachChild(visit)
        if case .call(let callee, _, _) = expression.kind { enter(callee) }
      case .place: break
      }
    }
    enter(kernel)
    return found
  }

  /// The host functions that the operand of an `await` or `send` may run.
  static func callees(of operand: TypedExpression, in program: TypedProgram) -> [FunctionID] {
    switch operand.kind {
    case .call(let callee, _, _): [callee]
    case .callValue(let callee, _): program.functionValues.targets(of: callee.type)
    default: []
    }
  }
}
