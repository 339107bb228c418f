import Bytecode
import Diagnostics
import Laboratory
import Typing
import Values

// Expressions. `evaluate` says where the value is; with a `hint` it is put there where that costs
// nothing.

extension Lowerer {
  /// Evaluates `expression` into `target`, slots of the words of its type that nobody reads before.
  mutating func evaluate(_ expression: TypedExpression, into target: Run) {
    let operand = evaluate(expression, hint: target)
    store(operand, type(of: expression), into: target, at: expression.span)
  }

  /// Evaluates `expression` for its effects.
  mutating func perform(_ expression: TypedExpression) { discard(evaluate(expression)) }

  /// Evaluates `expression`.
  ///
  /// What is returned as a temporary may be `hint` itself.
  mutating func evaluate(_ expression: TypedExpression, hint: Run? = nil) -> Operand {
    guard descend(at: expression.span) else { return .constant(.unit) }
    defer { ascend() }
    let span = expression.span
    switch expression.kind {
    case .invalid: return placeholder(type(of: expression), "this", at: span)
    case .unit: return .constant(.unit)
    case .integer(let value): return .constant(integer(value, type(of: expression)))
    case .float(let value): return .constant(.float(value))
    case .boolean(let value): return .constant(.boolean(value))
    case .text(let value): return .constant(.text(value))
    case .none:
      let target = fresh(type(of: expression), hint, at: span)
      zero(target)
      return .temporary(target)
    case .some(let value):
      let target = fresh(type(of: expression), hint, at: span)
      guard !target.words.isEmpty else { return .temporary(target) }
      evaluate(value, into: target.part(1, target.words.count - 1))
      code.emit(.loadBoolean, target.first, 1)
      return .temporary(target)
    case .local(let id): return local(id, expression)
    case .member(let id): return member(id, expression)
    case .device, .ownDevice: return .constant(.unit)
    case .function(let id, let substitution, let captures):
      return functionValue(id, substitution, captures, expression, hint)
    case .unary(let operation, let operand): return unary(operation, operand, expression, hint)
    case .binary(let operation, let left, let right):
      return binary(operation, left, right, expression, hint)
    case .and(let left, let right): return connective(left, right, isAnd: true, hint)
    case .or(let left, let right): return connective(left, right, isAnd: false, hint)
    case .coalesce(let left, let right): return coalesce(left, right, expression, hint)
    case .call(let id, let substitution, let arguments):
      return call(id, substitution, arguments, expression, hint)
    case .deviceCall(let device, let name, let signature, let arguments):
      return deviceCall(device, name, signature, arguments, expression, hint)
    case .callValue(let function, let arguments):
      return callValue(function, arguments, expression, hint)
    case .intrinsic(let intrinsic, let operands):
      return self.intrinsic(intrinsic, operands, expression, hint)
    case .convert(let conversion, let operand):
      return convert(conversion, operand, expression, hint)
    case .tuple(let parts): return aggregate(parts, expression, hint, isTuple: true)
    case .structure(_, let parts): return aggregate(parts, expression, hint, isTuple: false)
    case .tupleElement(let base, let index), .field(let base, let index):
      return component(base, index, expression)
    case .enumeration(_, let tag, let payload):
      return enumeration(tag, payload, expression, hint)
    case .isCase(let base, let tag): return isCase(base, tag, expression, hint)
    case .payload(let base, let tag, let field): return payload(base, tag, field, expression)
    case .array(let elements): return array(elements, expression, hint)
    case .numbers(let table): return numbers(table, expression)
    case .repeated(let value, count: let count): return repeated(value, count, expression, hint)
    case .index(let base, let index):
      if !isDevice, let (id, indices) = program.datasetElement(expression) {
        let call = HostCall.datasetReadElement(id, depth: indices.count)
        return callHost(call, evaluating: indices, expression, hint)
      }
      let operand = element(of: base, at: index, part: nil, expression)
      // Of what is captured a walk knows the elements, also beside what works on the timeline.
      return walk == nil ? operand : known(operand, of: expression, hint: nil)
    case .sharedElement(let id, let keys):
      return callHost(.sharedRead(id), evaluating: keys, expression, hint)
    case .slice(let base, let low, let high):
      if !isDevice, let (id, indices) = program.datasetElement(base) {
        let call = HostCall.datasetReadSlice(id, depth: indices.count)
        return callHost(call, evaluating: indices + [low, high], expression, hint)
      }
      return slice(base, low, high, expression, hint)
    case .conditional(let conditions, let then, let value, let otherwise, let other):
      return conditional(conditions, (then, value), (otherwise, other), expression, hint)
    case .sequence(let block, let value):
      return sequence(block, value, expression, hint)
    case .comprehension(let value, let clauses):
      return comprehension(value, clauses, expression, hint)
    case .interpolation(let segments): return interpolation(segments, expression, hint)
    case .append(let place, let value): return append(place, value, at: span)
    case .simulate(let id, let arguments, let seed, let shared, let laboratory):
      return simulate(id, arguments, seed, shared, laboratory, expression, hint)
    case .await(let operand): return callErrand(operand, isAwaited: true, hint)
    case .record(let block): return record(block, expression, hint)
    }
  }

  /// Stands for a value that cannot be compiled, which has been reported.
  mutating func placeholder(_ type: Type, _ construct: String, at span: Span) -> Operand {
    unsupported(construct, at: span)
    return .temporary(temporary(shapes.shape(of: type)?.words ?? []))
  }

  /// `hint`, or slots of its own for a value of `type`.
  mutating func fresh(_ type: Type, _ hint: Run?, at span: Span) -> Run {
    hint ?? temporary(words(of: type, at: span))
  }

  /// As `fresh`, of the words given.
  mutating func fresh(_ words: [SlotType], _ hint: Run?) -> Run {
    if let hint, hint.words == words { return hint }
    return temporary(words)
  }

  // MARK: Names

  private mutating func local(_ id: LocalID, _ expression: TypedExpression) -> Operand {
    let index = Int(id.index)
    guard index < frame.locals.count, let binding = frame.locals[index] else {
      return placeholder(
        type(of: expression), "a function that uses the locals around it", at: expression.span)
    }
    switch binding {
    case .constant(let constant): return .constant(constant)
    case .run(let run):
      return .place(run, isMutable: isVariable(index))
    case .device: return .constant(.unit)
    case .dynamic, .function:
      return placeholder(type(of: expression), "this", at: expression.span)
    }
  }

  /// Whether the local at `index` is one of the function's own variables.
  private func isVariable(_ index: Int) -> Bool {
    let locals = program.locals(of: frame.function)
    return index < locals.count && locals[index].isVariable
  }

  private mutating func member(_ id: MemberID, _ expression: TypedExpression) -> Operand {
    let member = program[id]
    let span = expression.span
    switch member.kind {
    case .argument, .variable, .prepared, .constant:
      switch side {
      case .host: return readGlobal(id, at: span)
      case .device(let captures, let bound):
        if bound.contains(id) { return readBound(id, at: span) }
        guard let value = captures[id] else {
          return placeholder(member.type, "`\(member.name)` in a kernel", at: span)
        }
        return captured(value, id, at: span)
      }
    case .shared:
      if isDevice { return placeholder(member.type, "a shared value in a kernel", at: span) }
      return callHost(
        .sharedRead(id), [], returning: words(of: member.type, at: span), nil, at: span)
    case .dataset:
      if isDevice { return placeholder(member.type, "a dataset in a kernel", at: span) }
      return callHost(
        .datasetRead(id), [], returning: words(of: member.type, at: span), nil, at: span)
    case .resident: return readGlobal(id, at: span)
    case .field(let index):
      guard let value = fieldValue(index) else {
        return placeholder(member.type, "`\(member.name)` here", at: span)
      }
      return .constant(value)
    case .device: return .constant(.unit)
    }
  }

  /// A captured value; arrays and texts as constant data, made once.
  private mutating func captured(_ value: Constant, _ id: MemberID, at span: Span) -> Operand {
    let entry: (index: Int, count: Int)
    switch (program[id].type, value) {
    case (.array(let element), .array(let elements)),
      (.fixedArray(let element, _), .array(let elements)):
      entry = memberData[id] ?? dataEntry(elements, of: element, at: span)
    case (_, .text(let text)): entry = memberData[id] ?? textEntry(text)
    default: return .constant(value)
    }
    memberData[id] = entry
    let run = code.allocate(borrowedWords(of: program[id].type, at: span))
    if let first = run.words.first, first.kind == .borrowed {
      code.emit(.arrayData, run.first, wide: entry.index)
    }
    return .temporary(run)
  }

  /// The value of field `index` of the driver that the code belongs to, of its device; nil for a
  /// channel too.
  func fieldValue(_ index: Int) -> Constant? {
    guard let device = frame.device, case .device(let binding?) = program[device].kind,
      let description = program.description.device(named: binding.name)
    else { return nil }
    let fields = program[binding.driver].fields
    guard index < fields.count else { return nil }
    let name = program[fields[index]].name
    guard let field = description.fields.first(where: { $0.name == name }) else { return nil }
    switch field.value {
    case .channel(let number): return .integer(Int64(number))
    case .integer(let value), .duration(let value): return .integer(value)
    case .float(let value), .quantity(let value, _): return .float(value)
    case .boolean(let value): return .boolean(value)
    }
  }

  func concrete(_ substitution: [GenericID: GenericArgument]) -> [GenericID: GenericArgument] {
    if substitution.isEmpty || frame.substitution.isEmpty { return substitution }
    return substitution.mapValues { $0.substituting(frame.substitution) }
  }

  // MARK: Aggregates

  private mutating func aggregate(
    _ parts: [TypedExpression], _ expression: TypedExpression, _ hint: Run?, isTuple: Bool
  ) -> Operand {
    if isTuple, let constants = literals(parts) { return .constant(.tuple(constants)) }
    let target = fresh(type(of: expression), hint, at: expression.span)
    var offset = 0
    for part in parts {
      let count = words(of: type(of: part), at: part.span).count
      guard offset + count <= target.words.count else { break }
      evaluate(part, into: target.part(offset, count))
      offset += count
    }
    return .temporary(target)
  }

  /// The values of `expressions` if each is a literal or a local that stands for a constant.
  private func literals(_ expressions: [TypedExpression]) -> [Constant]? {
    var constants: [Constant] = []
    for expression in expressions {
      guard let constant = literal(expression) else { return nil }
      constants.append(constant)
    }
    return constants
  }

  /// A whole number as a value of `type`: that of a generic parameter may be a float.
  func integer(_ value: Int64, _ type: Type) -> Constant {
    if case .float = type { return .float(Double(value)) }
    return .integer(value)
  }

  func literal(_ expression: TypedExpression) -> Constant? {
    switch expression.kind {
    case .integer(let value): return integer(value, type(of: expression))
    case .float(let value): return .float(value)
    case .boolean(let value): return .boolean(value)
    case .local(let id):
      guard Int(id.index) < frame.locals.count,
        case .constant(let constant)? = frame.locals[Int(id.index)]
      else {
        return nil
      }
      return constant
    default: return nil
    }
  }

  private mutating func component(
    _ base: TypedExpression, _ index: Int, _ expression: TypedExpression
  ) -> Operand {
    let whole = type(of: base)
    var offset = 0
    for part in parts(of: whole, in: program).prefix(index) {
      offset += words(of: part, at: base.span).count
    }
    let count = words(of: type(of: expression), at: expression.span).count
    if case .index(let array, let position) = base.kind {
      return element(of: array, at: position, part: (offset, count), base)
    }
    let operand = evaluate(base)
    if let constant = operand.constant {
      switch constant {
      case .tuple(let values) where index < values.count: return .constant(values[index])
      case .structure(let values) where index < values.count: return .constant(values[index])
      default: break
      }
    }
    let (run, settledOperand) = settled(operand, whole, at: base.span)
    guard offset + count <= run.words.count else { return settledOperand }
    return part(of: settledOperand, offset, count)
  }

  private mutating func enumeration(
    _ tag: Int, _ payload: [TypedExpression], _ expression: TypedExpression, _ hint: Run?
  ) -> Operand {
    if payload.isEmpty { return .constant(.enumeration(tag, [])) }
    let whole = type(of: expression)
    let target = fresh(whole, hint, at: expression.span)
    guard !target.words.isEmpty, case .enumeration(let id, let arguments) = whole else {
      return .temporary(target)
    }
    zero(target)
    code.emit(.loadInteger, target.first, wide: tag)
    var offset = 1
    for (index, types) in program.payloadTypes(of: id, arguments).enumerated() {
      for (position, type) in types.enumerated() {
        let count = words(of: type, at: expression.span).count
        if index == tag, position < payload.count {
          evaluate(payload[position], into: target.part(offset, count))
        }
        offset += count
      }
    }
    return .temporary(target)
  }
}
