import Typing

/// Goes over the expressions and places of a typed tree, outermost first.
struct TreeWalk {
  var expression: (TypedExpression) -> Void
  var place: (Place) -> Void = { _ in }

  func walk(_ block: TypedBlock) {
    for statement in block.statements { walk(statement) }
  }

  func walk(_ statement: TypedStatement) {
    switch statement.kind {
    case .expression(let value), .declare(_, let value), .declareMember(_, let value),
      .send(let value):
      walk(value)
    case .assign(let target, let value), .compoundAssign(let target, _, let value):
      walk(value)
      walk(target)
    case .assignTuple(let targets, let value):
      walk(value)
      targets.forEach(walk)
    case .conditional(let conditions, let then, let otherwise):
      conditions.forEach(walk)
      walk(then)
      if let otherwise { walk(otherwise) }
    case .guarded(let conditions, let block), .whileLoop(let conditions, let block):
      conditions.forEach(walk)
      walk(block)
    case .loop(let loop, let block, _):
      walk(loop)
      walk(block)
    case .breakLoop, .continueLoop, .preload: break
    case .returnValue(let value):
      if let value { walk(value) }
    case .throwError(_, let values): values.forEach(walk)
    case .tryCatch(let block, let catches, let finally):
      walk(block)
      for handler in catches { walk(handler.body) }
      if let finally { walk(finally) }
    case .block(let block), .parallel(let block), .critical(let block): walk(block)
    case .expect(let condition, _, let sides):
      walk(condition)
      sides.forEach(walk)
    }
  }

  func walk(_ condition: TypedCondition) {
    switch condition {
    case .expression(let value), .binding(_, let value), .declare(_, let value): walk(value)
    }
  }

  func walk(_ loop: TypedLoop) {
    switch loop.source {
    case .range(let low, let high, _, let step):
      walk(low)
      walk(high)
      if let step { walk(step) }
    case .array(let array): walk(array)
    }
  }

  func walk(_ target: Place) {
    place(target)
    target.keys.forEach(walk)
    for step in target.steps {
      switch step {
      case .index(let index): walk(index)
      case .field, .tupleElement: break
      }
    }
  }

  func walk(_ argument: TypedArgument) {
    switch argument {
    case .value(let value): walk(value)
    case .place(let place): walk(place)
    }
  }

  func walk(_ value: TypedExpression) {
    expression(value)
    switch value.kind {
    case .invalid, .unit, .integer, .float, .boolean, .text, .none, .local, .member, .device,
      .ownDevice, .numbers:
      break
    case .function(_, _, let captures): captures.forEach(walk)
    case .some(let inner), .unary(_, let inner), .convert(_, let inner),
      .tupleElement(let inner, _),
      .field(let inner, _), .await(let inner), .isCase(let inner, _), .payload(let inner, _, _):
      walk(inner)
    case .binary(_, let left, let right), .and(let left, let right), .or(let left, let right),
      .coalesce(let left, let right), .index(let left, let right), .repeated(let left, let right):
      walk(left)
      walk(right)
    case .call(_, _, let arguments): arguments.forEach(walk)
    case .deviceCall(let device, _, _, let arguments):
      walk(device)
      arguments.forEach(walk)
    case .callValue(let function, let arguments):
      walk(function)
      arguments.forEach(walk)
    case .intrinsic(_, let operands), .tuple(let operands), .structure(_, let operands),
      .enumeration(_, _, let operands), .sharedElement(_, let operands), .array(let operands):
      operands.forEach(walk)
    case .slice(let array, let low, let high):
      walk(array)
      walk(low)
      walk(high)
    case .conditional(let conditions, let then, let value, let otherwise, let other):
      conditions.forEach(walk)
      walk(then)
      walk(value)
      walk(otherwise)
      walk(other)
    case .sequence(let block, let value):
      walk(block)
      walk(value)
    case .comprehension(let element, let clauses):
      for clause in clauses {
        switch clause {
        case .loop(let loop): walk(loop)
        case .condition(let condition): walk(condition)
        case .declare(_, let value): walk(value)
        }
      }
      walk(element)
    case .interpolation(let segments):
      for segment in segments {
        switch segment {
        case .text: break
        case .value(let value, _): walk(value)
        }
      }
    case .record(let block): walk(block)
    case .append(let target, let value):
      walk(value)
      walk(target)
    case .simulate(_, let arguments, let seed, let shared, _):
      for value in arguments.values { walk(value) }
      if let seed { walk(seed) }
      for input in shared { walk(input.value) }
    }
  }
}

extension TypedProgram {
  /// The members that running `function` may read, through all that it calls on the host.
  func membersRead(by function: FunctionID) -> Set<MemberID> {
    var members: Set<MemberID> = []
    var seen: Set<FunctionID> = [function]
    var waiting = [function]
    while let next = waiting.popLast() {
      var called: [FunctionID] = []
      TreeWalk(expression: { value in
        switch value.kind {
        case .member(let member): members.insert(member)
        case .call(let callee, _, _), .function(let callee, _, _): called.append(callee)
        default: break
        }
      }).walk(self[next].body)
      for callee in called where seen.insert(callee).inserted { waiting.append(callee) }
    }
    return members
  }

  /// `members` such that each stands after those that its initialiser reads; where they go round in
  /// a circle, in the order given.
  func ordered(_ members: [MemberID]) -> [MemberID] {
    let wanted = Set(members)
    var done: Set<MemberID> = []
    var result: [MemberID] = []
    func visit(_ member: MemberID) {
      guard done.insert(member).inserted else { return }
      if let initializer = self[member].initializer {
        for other in membersRead(by: initializer).sorted(by: { $0.index < $1.index })
        where wanted.contains(other) {
          visit(other)
        }
      }
      result.append(member)
    }
    members.forEach(visit)
    return result
  }

  /// `arguments` and the bindings of `prepare` that are plain arithmetic of them: what a scan of
  /// these arguments changes without a change of the code.
  ///
  /// Scalars only.
  func bound(_ arguments: Set<MemberID>, in experiment: ExperimentID) -> Set<MemberID> {
    var bound = arguments.filter { self[$0].type.isScalar }
    guard let prepare = self[experiment].prepare else { return bound }
    for statement in self[prepare].body.statements {
      guard case .declareMember(let member, let value) = statement.kind, self[member].type.isScalar,
        case .prepared(isVariable: false) = self[member].kind
      else { continue }
      var isArithmetic = true
      var mentionsBound = false
      TreeWalk(expression: { value in
        switch value.kind {
        case .member(let other): if bound.contains(other) { mentionsBound = true }
        case .integer, .float, .boolean, .unary, .convert: break
        case .binary(let operation, _, _):
          switch operation {
          case .integer, .integer32, .float, .generic, .scaleDuration, .floatTimesDuration,
            .divideDurationByFloat,
            .divideDurationByInteger, .durationRatio, .durationFloorRatio:
            break
          case .compare, .concatenate, .contains, .elementwise, .matrixProduct: isArithmetic = false
          }
        default: isArithmetic = false
        }
      }).walk(value)
      if isArithmetic, mentionsBound { bound.insert(member) }
    }
    return bound
  }
}

extension Type {
  /// Whether a value is one word.
  var isScalar: Bool {
    switch self {
    case .boolean, .integer, .integer32, .float, .duration, .timestamp: true
    case .unknown, .never, .unit, .string, .optional, .array, .fixedArray, .tuple, .structure,
      .enumeration, .error,
      .anyError, .function, .interface, .driver, .channel, .recording, .simulation, .parameter:
      false
    }
  }
}
