import Laboratory
import Diagnostics
import Typing
import Values

extension Interpreter {
  mutating func evaluate(_ expressions: [TypedExpression]) throws(Stop) -> [Value] {
    var values: [Value] = []
    for expression in expressions { values.append(try evaluate(expression)) }
    return values
  }

  mutating func integer(_ expression: TypedExpression) throws(Stop) -> Int64 {
    guard case .integer(let value) = try evaluate(expression) else {
      throw .unsupported("an Int that is none")
    }
    return value
  }

  mutating func truth(_ expression: TypedExpression) throws(Stop) -> Bool {
    guard case .boolean(let value) = try evaluate(expression) else {
      throw .unsupported("a Bool that is none")
    }
    return value
  }

  mutating func evaluate(_ expression: TypedExpression) throws(Stop) -> Value {
    if let forcing, !isDevice { return try forced(expression, forcing) }
    return try value(of: expression)
  }

  /// The value of `expression`, as it is where nothing is forced.
  mutating func value(of expression: TypedExpression) throws(Stop) -> Value {
    let span = expression.span
    switch expression.kind {
    case .invalid: throw .unsupported("an expression with an error")
    case .unit: return .unit
    case .integer(let value):
      if case .float = concrete(expression.type) { return .float(Double(value)) }
      return .integer(value)
    case .float(let value): return .float(value)
    case .boolean(let value): return .boolean(value)
    case .text(let value): return .text(value)
    case .none: return .optional(nil)
    case .some(let inner): return .optional(try evaluate(inner))
    case .local(let id): return try read(id)
    case .member(let id): return try read(id, at: span)
    case .device(let id): return deviceValue(id)
    case .ownDevice: return frame.device.map { deviceValue($0) } ?? .unit
    case .function(let id, let generics, let captures):
      return .function(id, concrete(generics), try evaluate(captures))
    case .unary(let operation, let operand):
      let value = try evaluate(operand)
      charge(operations: 1)
      if case .elementwise = operation { chargeElements(of: operand.type) }
      return try unary(operation.resolved(for: concrete(operand.type)), value, at: span)
    case .binary(let operation, let left, let right):
      let a = try evaluate(left)
      let b = try evaluate(right)
      charge(operations: 1)
      let chosen = operation.resolved(for: concrete(left.type))
      switch chosen {
      case .matrixProduct(let multiply, let add):
        return try matrixProduct(multiply, add, (a, left.type), (b, right.type), at: span)
      case .elementwise: chargeElements(of: expression.type)
      default: break
      }
      let result = try binary(chosen, a, b, at: span)
      if case .concatenate = chosen { try requireRoom(for: result, expression.type, at: span) }
      return result
    case .and(let left, let right):
      let first = try truth(left)
      charge(operations: 1)
      return first ? try evaluate(right) : .boolean(false)
    case .or(let left, let right):
      let first = try truth(left)
      charge(operations: 1)
      return first ? .boolean(true) : try evaluate(right)
    case .coalesce(let left, let right):
      let first = try evaluate(left)
      charge(operations: 1)
      if case .optional(let value?) = first { return value }
      return try evaluate(right)
    case .call(let callee, let generics, let arguments):
      return try call(callee, concrete(generics), arguments, at: span)
    case .deviceCall(let device, let name, let signature, let arguments):
      return try call(name, of: device, like: signature, arguments, at: span)
    case .callValue(let function, let arguments):
      let value = try evaluate(function)
      return try call(value, try evaluate(arguments), at: span)
    case .intrinsic(let intrinsic, let operands):
      return try self.intrinsic(intrinsic, operands, expression)
    case .convert(let conversion, let operand):
      let value = try evaluate(operand)
      charge(operations: 1)
      var result = value
      for step in conversion.steps(from: concrete(operand.type), to: concrete(expression.type)) {
        result = try convert(step, result, at: span)
      }
      return result
    case .tuple(let parts): return .tuple(try evaluate(parts))
    case .structure(_, let fields): return .structure(try evaluate(fields))
    case .enumeration(_, let tag, let payload): return .enumeration(tag, try evaluate(payload))
    case .tupleElement(let base, let index), .field(let base, let index):
      guard let parts = try evaluate(base).parts, parts.indices.contains(index) else {
        throw .unsupported("a missing part")
      }
      return parts[index]
    case .array(let elements):
      let values = try evaluate(elements)
      if expression.type.isOfDevices { return .array(values) }
      charge(operations: Int64(elements.count))
      return .array(values)
    case .numbers(let table):
      charge(operations: Int64(table.count))
      switch table {
      case .integers(let values): return .array(values.map { .integer($0) })
      case .floats(let values): return .array(values.map { .float($0) })
      }
    case .repeated(let element, let count):
      let value = try evaluate(element)
      let number = try integer(count)
      charge(operations: 1)
      guard number >= 0 else { throw raise(.indexOutOfRange, at: span) }
      guard number <= 1 << 26 else { throw raise(.outOfMemory, at: span) }
      try requireRoom(for: Int(number), of: element.type, at: span)
      return .array(Array(repeating: value, count: Int(number)))
    case .index(let base, let index):
      if let (id, indices) = typed.datasetElement(expression) {
        guard let value = try part(of: id, indices, at: span).whole else {
          throw raise(.missingValue, at: span)
        }
        return value
      }
      if base.type.isOfDevices { return try deviceElement(base, index, at: span) }
      let array = try evaluate(base)
      let position = try integer(index)
      charge(operations: 1)
      guard case .array(let elements) = array, let place = Int(exactly: position),
        elements.indices.contains(place)
      else {
        throw raise(.indexOutOfRange, at: span)
      }
      return elements[place]
    case .sharedElement(let id, let keys):
      var arguments: [Value] = []
      for key in keys { arguments.append(try evaluate(key)) }
      return try readFamily(id, arguments)
    case .slice(let base, let low, let high) where typed.datasetElement(base) != nil:
      guard let (id, indices) = typed.datasetElement(base) else { return .unit }
      return try slice(of: id, indices, low, high, at: span)
    case .slice(let base, let low, let high):
      let array = try evaluate(base)
      let first = try integer(low)
      let end = try integer(high)
      charge(operations: 1)
      guard case .array(let elements) = array, first >= 0, first <= end,
        end <= Int64(elements.count)
      else {
        throw raise(.indexOutOfRange, at: span)
      }
      return .array(Array(elements[Int(first)..<Int(end)]))
    case .conditional(let conditions, let block, let value, let otherwise, let other):
      let holds = try evaluate(conditions)
      guard case .normal = try execute(holds ? block : otherwise) else {
        throw .unsupported("a way out of an expression")
      }
      return try evaluate(holds ? value : other)
    case .isCase(let base, let tag):
      guard let holds = try evaluate(base).isCase(tag) else { throw .unsupported("no case") }
      return .boolean(holds)
    case .payload(let base, let tag, let field):
      guard let part = try evaluate(base).payload(tag, field) else {
        throw .unsupported("a part of another case")
      }
      return part
    case .sequence(let block, let value):
      guard case .normal = try execute(block) else {
        throw .unsupported("a way out of an expression")
      }
      return try evaluate(value)
    case .comprehension(let value, let clauses):
      var elements: [Value] = []
      try comprehension(value, clauses[...], into: &elements)
      return .array(elements)
    case .interpolation(let segments): return try interpolate(segments)
    case .await(let operand): return try host(operand, isAwaited: true)
    case .record(let block): return try record(block, at: span)
    case .append(let place, let value):
      try append(place, value, at: span)
      return .unit
    case .simulate(let experiment, let arguments, let seed, let shared, let laboratory):
      return try simulate(experiment, arguments, seed, shared, laboratory, at: span)
    }
  }

  private mutating func comprehension(
    _ value: TypedExpression, _ clauses: ArraySlice<TypedClause>, into elements: inout [Value]
  ) throws(Stop) {
    guard let clause = clauses.first else {
      let element = try evaluate(value)
      try requireRoom(for: elements.count + 1, of: value.type, at: value.span)
      elements.append(element)
      return
    }
    switch clause {
    case .condition(let condition):
      if try truth(condition) { try comprehension(value, clauses.dropFirst(), into: &elements) }
    case .declare(let local, let part):
      set(local, try evaluate(part))
      try comprehension(value, clauses.dropFirst(), into: &elements)
    case .loop(let loop):
      var rounds = try begin(loop)
      while let element = rounds.next() {
        charge(operations: 1)
        set(loop.variable, element)
        try comprehension(value, clauses.dropFirst(), into: &elements)
        try safePoint(at: value.span)
      }
    }
  }

  private mutating func interpolate(_ segments: [TypedSegment]) throws(Stop) -> Value {
    var text = ""
    for segment in segments {
      switch segment {
      case .text(let part): text += part
      case .value(let value, let format):
        text += printer.text(try evaluate(value).constant, concrete(value.type), format)
      }
    }
    charge(operations: 1)
    return .text(text)
  }

  // MARK: Variables

  func read(_ local: LocalID) throws(Stop) -> Value {
    let index = Int(local.index)
    guard frame.locals.indices.contains(index), let value = frame.locals[index] else {
      throw .unsupported("a local without a value")
    }
    return value
  }

  mutating func set(_ local: LocalID, _ value: Value?) {
    let index = Int(local.index)
    guard frames[frames.count - 1].locals.indices.contains(index) else { return }
    frames[frames.count - 1].locals[index] = value
  }

  mutating func read(_ id: MemberID, at span: Span) throws(Stop) -> Value {
    let member = typed[id]
    switch member.kind {
    case .argument, .variable, .prepared, .constant:
      if let captured {
        if let function = typed.constantFunction(id) { return try evaluate(function) }
        guard let value = captured[id] else {
          throw .unsupported("`\(member.name)`, which was not captured")
        }
        return value
      }
      if let value = members[id] { return value }
      // First values may mention each other in any order.
      guard member.kind == .argument || member.kind == .constant || member.kind == .variable,
        let initializer = member.initializer
      else {
        throw .unsupported("`\(member.name)` before it has a value")
      }
      let value = try call(initializer, [])
      members[id] = value
      return value
    case .shared(let key):
      if let value = shared[key] { return value }
      guard let initializer = member.initializer else { return zero(of: member.type) }
      return try call(initializer, [])
    case .dataset:
      guard let value = try dataset(id).value.whole else { throw raise(.missingValue, at: span) }
      return value
    case .field: return try field(member)
    case .resident:
      guard let value = residents[typed.resident(id, of: frame.device)] else {
        throw .unsupported("the resident `\(member.name)` on the host")
      }
      return value
    case .device: return .unit
    }
  }

  /// The field of the device that runs.
  private mutating func field(_ member: Member) throws(Stop) -> Value {
    guard let device = frame.device, case .device(let binding?) = typed[device].kind,
      let description = typed.description.device(named: binding.name)
    else { throw .unsupported("a field of no device") }
    for (name, value) in description.fields where name == member.name {
      switch value {
      case .channel(let number): return .integer(Int64(number))
      case .integer(let value), .duration(let value): return .integer(value)
      case .float(let value), .quantity(let value, _): return .float(value)
      case .boolean(let value): return .boolean(value)
      }
    }
    guard let initializer = member.initializer else {
      throw .unsupported("the field `\(member.name)` without a value")
    }
    return try call(initializer, [])
  }
}
