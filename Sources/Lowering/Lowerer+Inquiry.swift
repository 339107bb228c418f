import Typing

// What expressions and statements contain: writes, work on the timeline, ways out.

/// Calls `visit` with the operands of `expression`, until it gives true.
private func anyOperand(of expression: TypedExpression, _ visit: (TypedExpression) -> Bool) -> Bool
{
  switch expression.kind {
  case .invalid, .unit, .integer, .float, .boolean, .text, .none, .local, .member, .device,
    .ownDevice, .numbers, .conditional, .sequence, .comprehension, .record:
    false
  case .some(let a), .unary(_, let a), .convert(_, let a), .tupleElement(let a, _),
    .field(let a, _), .await(let a), .isCase(let a, _), .payload(let a, _, _):
    visit(a)
  case .binary(_, let a, let b), .and(let a, let b), .or(let a, let b), .coalesce(let a, let b),
    .repeated(let a, count: let b),
    .index(let a, let b):
    visit(a) || visit(b)
  case .slice(let a, let b, let c): visit(a) || visit(b) || visit(c)
  case .function(_, _, let captures): captures.contains(where: visit)
  case .call(_, _, let arguments): arguments.contains { anyOperand(of: $0, visit) }
  case .deviceCall(let device, _, _, let arguments):
    visit(device) || arguments.contains { anyOperand(of: $0, visit) }
  case .callValue(let a, let b): visit(a) || b.contains(where: visit)
  case .intrinsic(_, let operands), .tuple(let operands), .structure(_, let operands),
    .enumeration(_, _, let operands), .sharedElement(_, let operands),
    .array(let operands):
    operands.contains(where: visit)
  case .interpolation(let segments):
    segments.contains { if case .value(let value, _) = $0 { visit(value) } else { false } }
  case .append(let place, let value): anyOperand(of: place, visit) || visit(value)
  case .simulate(_, let arguments, let seed, let shared, _):
    arguments.values.contains(where: visit) || seed.map(visit) ?? false
      || shared.contains { visit($0.value) }
  }
}

private func anyOperand(of argument: TypedArgument, _ visit: (TypedExpression) -> Bool) -> Bool {
  switch argument {
  case .value(let value): visit(value)
  case .place(let place): anyOperand(of: place, visit)
  }
}

func anyOperand(of place: Place, _ visit: (TypedExpression) -> Bool) -> Bool {
  place.keys.contains(where: visit)
    || place.steps.contains { if case .index(let index) = $0 { visit(index) } else { false } }
}

private func anyOperand(of conditions: [TypedCondition], _ visit: (TypedExpression) -> Bool) -> Bool
{
  conditions.contains {
    switch $0 {
    case .expression(let e), .binding(_, let e), .declare(_, let e): visit(e)
    }
  }
}

private func anyOperand(of loop: TypedLoop, _ visit: (TypedExpression) -> Bool) -> Bool {
  switch loop.source {
  case .range(let low, let high, _, let step): visit(low) || visit(high) || step.map(visit) ?? false
  case .array(let array): visit(array)
  }
}

extension Lowerer {
  /// Whether evaluating `expression` may change a variable or member that is read before it.
  func mayWrite(_ expression: TypedExpression) -> Bool {
    switch expression.kind {
    // Most are of these: worth no closure over all that a lowerer has.
    case .integer, .float, .boolean, .text, .local, .member: return false
    case .binary(_, let a, let b): return mayWrite(a) || mayWrite(b)
    case .append, .callValue, .await, .record, .simulate: return true
    case .call(let id, _, let arguments):
      if !program.effects(of: id).isDisjoint(with: [.host, .resident])
        || arguments.contains(where: Self.isPlace) || arguments.contains(where: Self.isFunction)
      {
        return true
      }
    case .deviceCall(let device, let name, let signature, let arguments):
      if arguments.contains(where: Self.isPlace) { return true }
      if mayHave(.resident, device, name, signature) { return true }
    case .conditional(let conditions, let then, let value, let otherwise, let other):
      return !then.statements.isEmpty || !otherwise.statements.isEmpty || mayWrite(value)
        || mayWrite(other)
        || anyOperand(of: conditions) { mayWrite($0) }
    case .sequence(let block, let value): return mayWrite(block) || mayWrite(value)
    case .comprehension(let value, let clauses):
      return mayWrite(value)
        || clauses.contains {
          switch $0 {
          case .loop(let loop): anyOperand(of: loop) { mayWrite($0) }
          case .condition(let condition): mayWrite(condition)
          case .declare: false
          }
        }
    default: break
    }
    return anyOperand(of: expression) { mayWrite($0) }
  }

  private static func isFunction(_ argument: TypedArgument) -> Bool {
    if case .value(let value) = argument { return value.type.holdsFunction }
    return false
  }

  private static func isPlace(_ argument: TypedArgument) -> Bool {
    if case .place = argument { return true }
    return false
  }

  // MARK: The timeline

  /// Whether evaluating `expression` works on the timeline, through all that it calls.
  func hasTimeline(_ expression: TypedExpression) -> Bool {
    switch expression.kind {
    // As in `mayWrite`.
    case .integer, .float, .boolean, .text, .local, .member, .device: return false
    case .binary(_, let a, let b): return hasTimeline(a) || hasTimeline(b)
    case .intrinsic(let intrinsic, let operands):
      if intrinsic.isDeviceOnly { return true }
      for operand in operands where hasTimeline(operand) { return true }
      return false
    case .call(let id, _, let arguments)
    where program.effects(of: id).contains(.timeline) || program.passesTimeline(arguments):
      return true
    case .callValue(let function, _) where program.mayWorkOnTimeline(function.type): return true
    case .deviceCall(let device, let name, let signature, _):
      if mayHave(.timeline, device, name, signature) { return true }
    case .conditional(let conditions, let then, let value, let otherwise, let other):
      return anyOperand(of: conditions) { hasTimeline($0) } || hasTimeline(then)
        || hasTimeline(value)
        || hasTimeline(otherwise)
        || hasTimeline(other)
    case .sequence(let block, let value): return hasTimeline(block) || hasTimeline(value)
    case .comprehension(let value, let clauses):
      return hasTimeline(value)
        || clauses.contains {
          switch $0 {
          case .loop(let loop): anyOperand(of: loop) { hasTimeline($0) }
          case .condition(let condition): hasTimeline(condition)
          case .declare: false
          }
        }
    case .record, .await: return true
    default: break
    }
    return anyOperand(of: expression) { hasTimeline($0) }
  }

  func hasTimeline(_ block: TypedBlock) -> Bool { block.statements.contains { hasTimeline($0) } }

  func hasTimeline(_ statement: TypedStatement) -> Bool {
    anyPart(
      of: statement, expression: { hasTimeline($0) }, statement: { hasTimeline($0) })
  }

  /// Whether `statement` holds a `return`, or a `break` or `continue` of a loop around it.
  func escapes(_ statement: TypedStatement) -> Bool { escapes(statement, inLoop: false) }

  func escapes(_ block: TypedBlock) -> Bool {
    block.statements.contains { escapes($0, inLoop: false) }
  }

  private func escapes(_ statement: TypedStatement, inLoop: Bool) -> Bool {
    switch statement.kind {
    case .returnValue: true
    case .breakLoop, .continueLoop: !inLoop
    case .loop, .whileLoop:
      anyPart(of: statement, expression: { escapes($0) }, statement: { escapes($0, inLoop: true) })
    default:
      anyPart(
        of: statement, expression: { escapes($0) }, statement: { escapes($0, inLoop: inLoop) })
    }
  }

  /// Whether a conditional inside `expression` holds a way out.
  func escapes(_ expression: TypedExpression) -> Bool {
    switch expression.kind {
    case .conditional(let conditions, let then, let value, let otherwise, let other):
      anyOperand(of: conditions) { escapes($0) } || escapes(then) || escapes(value)
        || escapes(otherwise) || escapes(other)
    case .sequence(let block, let value): escapes(block) || escapes(value)
    default: anyOperand(of: expression) { escapes($0) }
    }
  }

  /// Whether something directly in `statement` is as asked.
  private func anyPart(
    of statement: TypedStatement, expression: (TypedExpression) -> Bool,
    statement inner: (TypedStatement) -> Bool
  ) -> Bool {
    func any(_ block: TypedBlock) -> Bool { block.statements.contains(where: inner) }
    switch statement.kind {
    case .expression(let e), .declare(_, let e), .declareMember(_, let e), .send(let e),
      .expect(let e, _, _):
      return expression(e)
    case .assign(let place, let e), .compoundAssign(let place, _, let e):
      return expression(e) || anyOperand(of: place, expression)
    case .assignTuple(let places, let e):
      return expression(e) || places.contains { anyOperand(of: $0, expression) }
    case .conditional(let conditions, let then, let otherwise):
      return anyOperand(of: conditions, expression) || any(then) || otherwise.map(any) ?? false
    case .guarded(let conditions, let block):
      return anyOperand(of: conditions, expression) || any(block)
    case .loop(let loop, let block, _): return anyOperand(of: loop, expression) || any(block)
    case .whileLoop(let conditions, let block):
      return anyOperand(of: conditions, expression) || any(block)
    case .breakLoop, .continueLoop, .preload: return false
    case .returnValue(let e): return e.map(expression) ?? false
    case .throwError(_, let payload): return payload.contains(where: expression)
    case .tryCatch(let body, let catches, let last):
      return any(body) || catches.contains { any($0.body) } || last.map(any) ?? false
    case .block(let block), .parallel(let block), .critical(let block): return any(block)
    }
  }

  /// Whether `block` may change a variable or member.
  func mayWrite(_ block: TypedBlock) -> Bool { block.statements.contains { mayWrite($0) } }

  private func mayWrite(_ statement: TypedStatement) -> Bool {
    switch statement.kind {
    case .assign, .compoundAssign, .assignTuple, .declareMember, .send, .preload: true
    default: anyPart(of: statement, expression: { mayWrite($0) }, statement: { mayWrite($0) })
    }
  }

  // MARK: Devices

  /// The member that the compile-time value `device` is.
  func deviceMember(_ device: TypedExpression) -> MemberID? {
    switch device.kind {
    case .device(let id): return id
    case .ownDevice: return frame.device
    case .local(let id):
      let index = Int(id.index)
      guard index < frame.locals.count, case .device(let member)? = frame.locals[index] else {
        return nil
      }
      return member
    case .array(let elements):
      let members = elements.compactMap { deviceMember($0) }
      return members.count == elements.count ? deviceLists.member(of: members) : nil
    default: return nil
    }
  }

  /// The elements of an array of devices: of a member, or of a list in a kernel.
  func elements(of array: MemberID) -> [MemberID] {
    deviceLists.elements(of: array) ?? program[array].elements
  }

  /// The devices that `device` may be: one, or the elements of an array.
  func candidates(of device: TypedExpression) -> [MemberID] {
    if case .index(let array, _) = device.kind {
      return deviceMember(array).map { elements(of: $0) } ?? []
    }
    return deviceMember(device).map { [$0] } ?? []
  }

  /// The kernel that a call of `name` on `device` means.
  func kernel(_ name: String, of device: MemberID, _ signature: FunctionID) -> FunctionID? {
    guard case .device(let binding?) = program[device].kind else { return nil }
    return program.kernel(name, of: binding.driver, like: signature)
  }

  /// Whether a call on `device` may have one of `effects`.
  func mayHave(
    _ effects: Effects, _ device: TypedExpression, _ name: String, _ signature: FunctionID
  ) -> Bool {
    candidates(of: device).contains { member in
      kernel(name, of: member, signature).map {
        !program.effects(of: $0).isDisjoint(with: effects)
      } ?? false
    }
  }
}
