import Typing

/// What a piece of code holds: work on the timeline, ways out.
struct Contents {
  private(set) var hasTimeline = false
  /// A `return`, or a `break` or `continue` of a loop around it.
  private(set) var leaves = false
  private let typed: TypedProgram
  private let device: MemberID?
  private var loopDepth = 0

  init(of statement: TypedStatement, _ typed: TypedProgram, device: MemberID?) {
    self.typed = typed
    self.device = device
    look(at: statement)
  }

  init(of expression: TypedExpression, _ typed: TypedProgram, device: MemberID?) {
    self.typed = typed
    self.device = device
    look(at: expression)
  }

  private mutating func look(at block: TypedBlock) {
    for statement in block.statements { look(at: statement) }
  }

  private mutating func look(at expressions: [TypedExpression]) {
    for expression in expressions { look(at: expression) }
  }

  private mutating func look(at conditions: [TypedCondition]) {
    for condition in conditions {
      switch condition {
      case .expression(let expression), .binding(_, let expression), .declare(_, let expression):
        look(at: expression)
      }
    }
  }

  private mutating func look(at place: Place) {
    look(at: place.keys)
    for step in place.steps {
      if case .index(let index) = step { look(at: index) }
    }
  }

  private mutating func look(at loop: TypedLoop) {
    switch loop.source {
    case .range(let low, let high, _, let step): look(at: [low, high] + (step.map { [$0] } ?? []))
    case .array(let array): look(at: array)
    }
  }

  private mutating func look(at arguments: [TypedArgument]) {
    for argument in arguments {
      switch argument {
      case .value(let value): look(at: value)
      case .place(let place): look(at: place)
      }
    }
  }

  private mutating func look(at statement: TypedStatement) {
    switch statement.kind {
    case .expression(let value), .declare(_, let value), .declareMember(_, let value),
      .send(let value),
      .expect(let value, _, _):
      look(at: value)
    case .assign(let place, let value), .compoundAssign(let place, _, let value):
      look(at: value)
      look(at: place)
    case .assignTuple(let places, let value):
      look(at: value)
      for place in places { look(at: place) }
    case .conditional(let conditions, let block, let otherwise):
      look(at: conditions)
      look(at: block)
      if let otherwise { look(at: otherwise) }
    case .guarded(let conditions, let block):
      look(at: conditions)
      look(at: block)
    case .loop(let loop, let block, _):
      look(at: loop)
      loopDepth += 1
      look(at: block)
      loopDepth -= 1
    case .whileLoop(let conditions, let block):
      look(at: conditions)
      loopDepth += 1
      look(at: block)
      loopDepth -= 1
    case .breakLoop, .continueLoop: if loopDepth == 0 { leaves = true }
    case .returnValue(let value):
      leaves = true
      if let value { look(at: value) }
    case .throwError(_, let payload): look(at: payload)
    case .tryCatch(let block, let catches, let finally):
      look(at: block)
      for handler in catches { look(at: handler.body) }
      if let finally { look(at: finally) }
    case .preload: break
    case .block(let block), .parallel(let block), .critical(let block): look(at: block)
    }
  }

  private mutating func look(at expression: TypedExpression) {
    switch expression.kind {
    case .invalid, .unit, .integer, .float, .boolean, .text, .none, .local, .member, .device,
      .ownDevice, .numbers:
      break
    case .function(_, _, let captures): look(at: captures)
    case .some(let a), .unary(_, let a), .convert(_, let a), .tupleElement(let a, _),
      .field(let a, _), .isCase(let a, _), .payload(let a, _, _):
      look(at: a)
    case .await(let a):
      hasTimeline = true
      look(at: a)
    case .record: hasTimeline = true
    case .binary(_, let a, let b), .and(let a, let b), .or(let a, let b), .coalesce(let a, let b),
      .repeated(let a, let b),
      .index(let a, let b):
      look(at: [a, b])
    case .slice(let a, let b, let c): look(at: [a, b, c])
    case .call(let callee, _, let arguments):
      if typed[callee].effects.contains(.timeline) || typed.passesTimeline(arguments) {
        hasTimeline = true
      }
      look(at: arguments)
    case .deviceCall(let target, let name, let signature, let arguments):
      var owner = TypedFunction.Owner.module
      if let device, case .device(let binding?) = typed[device].kind {
        owner = .driver(binding.driver)
      }
      let kernels = typed.deviceKernels(name, of: target, like: signature, in: owner)
      if kernels.contains(where: { typed[$0].effects.contains(.timeline) }) { hasTimeline = true }
      look(at: target)
      look(at: arguments)
    case .callValue(let function, let arguments):
      if typed.mayWorkOnTimeline(function.type) { hasTimeline = true }
      look(at: [function] + arguments)
    case .intrinsic(let intrinsic, let operands):
      if intrinsic.isDeviceOnly { hasTimeline = true }
      look(at: operands)
    case .tuple(let parts), .structure(_, let parts), .enumeration(_, _, let parts),
      .sharedElement(_, let parts),
      .array(let parts):
      look(at: parts)
    case .conditional(let conditions, let block, let value, let otherwise, let other):
      look(at: conditions)
      look(at: block)
      look(at: value)
      look(at: otherwise)
      look(at: other)
    case .sequence(let block, let value):
      look(at: block)
      look(at: value)
    case .comprehension(let value, let clauses):
      for clause in clauses {
        switch clause {
        case .loop(let loop): look(at: loop)
        case .condition(let condition): look(at: condition)
        case .declare(_, let part): look(at: part)
        }
      }
      look(at: value)
    case .interpolation(let segments):
      for segment in segments {
        if case .value(let value, _) = segment { look(at: value) }
      }
    case .append(let place, let value):
      look(at: place)
      look(at: value)
    case .simulate(_, let arguments, let seed, let shared, _):
      look(at: arguments.values + (seed.map { [$0] } ?? []) + shared.map(\.value))
    }
  }
}
