import Diagnostics
import Typing

// The walk through expressions, in the order of evaluation (rule 6).

extension FreezeAnalysis {
  mutating func evaluate(_ expressions: [TypedExpression]) {
    for expression in expressions { evaluate(expression) }
  }

  mutating func evaluate(_ expression: TypedExpression) {
    if flow.state == nil { return }
    switch expression.kind {
    case .invalid, .unit, .integer, .float, .boolean, .text, .none, .local, .device, .ownDevice,
      .numbers:
      break
    case .function(_, _, let captures): evaluate(captures)
    case .member(let member):
      // What has not been written yet raises `MissingValue`.
      if case .dataset = program[member].kind { mayThrow() }
    case .some(let a), .tupleElement(let a, _), .field(let a, _), .isCase(let a, _),
      .payload(let a, _, _):
      evaluate(a)
    case .sequence(let block, let value):
      walk(block)
      evaluate(value)
    case .unary(let operation, let a):
      evaluate(a)
      if operation.mayRaise { mayThrow() }
    case .convert(let conversion, let a):
      evaluate(a)
      if conversion.mayRaise { mayThrow() }
    case .binary(let operation, let a, let b):
      evaluate(a)
      evaluate(b)
      if operation.mayRaise { mayThrow() }
    case .and, .or:
      let (holds, fails) = condition(expression)
      set(sites.join(holds, fails))
    case .coalesce(let a, let b):
      evaluate(a)
      let present = flow.state
      evaluate(b)
      set(sites.join(present, flow.state))
    case .index(let a, let b), .repeated(let a, let b):
      evaluate(a)
      evaluate(b)
      mayThrow()
    case .slice(let a, let b, let c):
      evaluate(a)
      evaluate(b)
      evaluate(c)
      mayThrow()
    case .tuple(let parts), .structure(_, let parts), .enumeration(_, _, let parts),
      .sharedElement(_, let parts),
      .array(let parts):
      evaluate(parts)
    case .interpolation(let segments):
      for segment in segments {
        if case .value(let value, _) = segment { evaluate(value) }
      }
    case .conditional(let conditions, let block, let value, let otherwise, let other):
      let (holds, fails) = evaluate(conditions)
      set(holds)
      walk(block)
      evaluate(value)
      let first = flow.state
      set(fails)
      walk(otherwise)
      evaluate(other)
      set(sites.join(first, flow.state))
    case .comprehension(let value, let clauses): comprehension(value, clauses[...])
    case .append(let place, let value):
      evaluateIndices(of: place)
      evaluate(value)
      mayThrow()
      write(place, at: expression.span)
    case .record(let block): walk(block)
    case .simulate(_, let arguments, let seed, let shared, _):
      for (_, argument) in arguments.sorted(by: { $0.key.index < $1.key.index }) {
        evaluate(argument)
      }
      if let seed { evaluate(seed) }
      for input in shared { evaluate(input.value) }
      mayThrow()
    case .await(let operand): runHostOperand(operand)
    case .intrinsic(let intrinsic, let operands):
      evaluate(operands)
      if intrinsic == .leastSquares, let model = operands.first {
        // The model is called any number of times.
        let targets = targets(of: model.type)
        loopOver { $0.call(anyOf: targets, [], at: expression.span) }
      }
      if intrinsic.mayRaise { mayThrow() }
    case .call(let callee, _, let arguments):
      evaluate(arguments)
      call(anyOf: [callee], arguments, at: expression.span)
    case .deviceCall(let device, let name, let signature, let arguments):
      evaluate(device)
      evaluate(arguments)
      let owner = program[flow.function].owner
      let kernels = program.deviceKernels(name, of: device, like: signature, in: owner)
      call(anyOf: kernels, arguments, at: expression.span)
    case .callValue(let callee, let arguments):
      evaluate(callee)
      evaluate(arguments)
      let callees = omitted == .valuesAreCalled ? [] : targets(of: callee.type)
      call(anyOf: callees, arguments.map { .value($0) }, at: expression.span)
    }
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
    for step in place.steps {
      if case .index(let index) = step {
        evaluate(index)
        mayThrow()
      }
    }
    // Of what has not been written yet no part can be written.
    if !place.steps.isEmpty, case .member(let member) = place.root,
      case .dataset = program[member].kind
    {
      mayThrow()
    }
  }

  /// `await` and `send` in code that runs on the host, or by a function that runs on both sides.
  mutating func runHostOperand(_ operand: TypedExpression) { evaluate(operand) }

  private mutating func comprehension(_ value: TypedExpression, _ clauses: ArraySlice<TypedClause>)
  {
    guard let clause = clauses.first else {
      evaluate(value)
      return
    }
    switch clause {
    case .loop(let loop):
      evaluate(loop)
      loopOver { $0.comprehension(value, clauses.dropFirst()) }
    case .condition(let test):
      let (holds, fails) = condition(test)
      set(holds)
      comprehension(value, clauses.dropFirst())
      set(sites.join(fails, flow.state))
    case .declare(_, let part):
      evaluate(part)
      comprehension(value, clauses.dropFirst())
    }
  }

  // MARK: Conditions

  /// The states in which the conditions hold, and in which one of them does not.
  mutating func evaluate(_ conditions: [TypedCondition]) -> (
    holds: FreezeState?, fails: FreezeState?
  ) {
    var fails: FreezeState?
    for test in conditions {
      switch test {
      case .expression(let expression):
        let (holds, other) = condition(expression)
        fails = sites.join(fails, other)
        set(holds)
      case .binding(_, let expression):
        evaluate(expression)
        fails = sites.join(fails, flow.state)
      case .declare(_, let expression): evaluate(expression)
      }
    }
    return (flow.state, fails)
  }

  /// The states in which `expression` is true and false.
  ///
  /// Each is taken to be possible, except of the literals.
  private mutating func condition(_ expression: TypedExpression) -> (
    holds: FreezeState?, fails: FreezeState?
  ) {
    switch expression.kind {
    case .boolean(let value): return value ? (flow.state, nil) : (nil, flow.state)
    case .unary(.not, let inner):
      let (holds, fails) = condition(inner)
      return (fails, holds)
    case .and(let a, let b):
      let (first, fails) = condition(a)
      set(first)
      let (holds, failsLater) = condition(b)
      return (holds, sites.join(fails, failsLater))
    case .or(let a, let b):
      let (holds, second) = condition(a)
      set(second)
      let (holdsLater, fails) = condition(b)
      return (sites.join(holds, holdsLater), fails)
    default:
      evaluate(expression)
      return (flow.state, flow.state)
    }
  }
}
