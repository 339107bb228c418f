import Diagnostics
import Laboratory
import Typing
import Values

// What the static walk knows of expressions, and the calls that it follows.

extension StaticWalk {
  mutating func knownAll(_ expressions: [TypedExpression]) throws(Unsortable) -> [Value]? {
    var values: [Value] = []
    for expression in expressions {
      if case .value(let value) = try known(expression) { values.append(value) }
    }
    return values.count == expressions.count ? values : nil
  }

  /// Does what an operation does with operands that are known; one that raises ends the walk.
  private func compute(_ body: () throws(Stop) -> Value) throws(Unsortable) -> Known {
    do throws(Stop) { return .value(try body()) } catch { throw Unsortable() }
  }

  mutating func known(_ expression: TypedExpression) throws(Unsortable) -> Known {
    let span = expression.span
    switch expression.kind {
    case .invalid, .await, .record, .simulate: throw Unsortable()
    case .unit: return .value(.unit)
    case .integer(let value):
      if case .float = concrete(expression.type) { return .value(.float(Double(value))) }
      return .value(.integer(value))
    case .float(let value): return .value(.float(value))
    case .boolean(let value): return .value(.boolean(value))
    case .text(let value): return .value(.text(value))
    case .device(let id): return .value(interpreter.deviceValue(id))
    case .ownDevice:
      return scope.device.map { .value(interpreter.deviceValue($0)) } ?? .dynamic
    case .none: return .value(.optional(nil))
    case .function, .numbers: return .dynamic
    case .local(let id): return try known(id)
    case .member(let id): return known(id)
    case .unary(let operation, let operand):
      guard let values = try knownAll([operand]) else { return .dynamic }
      if case .elementwise = operation { return .dynamic }
      let chosen = operation.resolved(for: concrete(operand.type))
      return try compute { () throws(Stop) in try interpreter.unary(chosen, values[0], at: span) }
    case .binary(let operation, let left, let right):
      guard let values = try knownAll([left, right]) else { return .dynamic }
      switch operation {
      case .elementwise, .matrixProduct: return .dynamic
      default: break
      }
      let chosen = operation.resolved(for: concrete(left.type))
      return try compute { () throws(Stop) in
        try interpreter.binary(chosen, values[0], values[1], at: span)
      }
    case .convert(let conversion, let operand):
      guard let values = try knownAll([operand]) else { return .dynamic }
      return try compute { () throws(Stop) in
        var result = values[0]
        for step in conversion.steps(from: concrete(operand.type), to: concrete(expression.type)) {
          result = try interpreter.convert(step, result, at: span)
        }
        return result
      }
    case .and(let left, let right), .or(let left, let right):
      let goesOn: Bool
      if case .and = expression.kind { goesOn = true } else { goesOn = false }
      switch try known(left) {
      case .value(let value): return value == .boolean(goesOn) ? try known(right) : .value(value)
      case .dynamic, .present:
        if Contents(of: right, typed, device: scope.device).hasTimeline { throw Unsortable() }
        return .dynamic
      }
    case .coalesce(let left, let right):
      if Contents(of: right, typed, device: scope.device).hasTimeline { throw Unsortable() }
      let isPlain = !Contents(of: left, typed, device: scope.device).hasTimeline
      guard case .value(.optional(let content)) = try known(left), isPlain else { return .dynamic }
      if let content { return .value(content) }
      return try known(right)
    case .call(let callee, let generics, let arguments):
      var own: MemberID?
      if case .driver = typed[callee].owner { own = scope.device }
      let outer = scope.generics
      return try call(
        callee, outer.isEmpty ? generics : generics.mapValues { $0.substituting(outer) }, arguments,
        on: own)
    case .deviceCall(let device, let name, let signature, let arguments):
      guard case .value(.integer(let number)) = try known(device),
        let member = Int(exactly: number).flatMap({ index in
          typed.members.indices.contains(index) ? typed.members[index].id : nil
        }), case .device(let binding?) = typed[member].kind,
        let kernel = typed.kernel(name, of: binding.driver, like: signature)
      else { throw Unsortable() }
      return try call(kernel, [:], arguments, on: member)
    case .tuple(let parts): return try knownAll(parts).map { .value(.tuple($0)) } ?? .dynamic
    case .tupleElement(let base, let index), .field(let base, let index):
      guard case .value(let value) = try known(base), let parts = value.parts,
        parts.indices.contains(index)
      else {
        return .dynamic
      }
      return .value(parts[index])
    case .intrinsic(let intrinsic, let operands):
      return try self.intrinsic(intrinsic, operands, at: span)
    case .conditional(let conditions, let block, let value, let otherwise, let other):
      switch try known(conditions) {
      case true?:
        try go(block)
        return try known(value)
      case false?:
        try go(otherwise)
        return try known(other)
      case nil:
        let contents = Contents(of: expression, typed, device: scope.device)
        if contents.hasTimeline || contents.leaves { throw Unsortable() }
        return .dynamic
      }
    case .sequence(let block, let value):
      try go(block)
      return try known(value)
    case .isCase(let base, let tag):
      guard case .value(let value) = try known(base) else { return .dynamic }
      return value.isCase(tag).map { .value(.boolean($0)) } ?? .dynamic
    case .payload(let base, let tag, let field):
      guard case .value(let value) = try known(base) else { return .dynamic }
      return value.payload(tag, field).map { .value($0) } ?? .dynamic
    case .comprehension:
      if Contents(of: expression, typed, device: scope.device).hasTimeline { throw Unsortable() }
      return .dynamic
    case .some(let a):
      let content = try known(a)
      if Contents(of: a, typed, device: scope.device).hasTimeline { return .dynamic }
      guard case .value(let value) = content else { return .present }
      return .value(.optional(value))
    case .enumeration(_, let tag, let parts) where parts.isEmpty:
      return .value(.enumeration(tag, []))
    case .structure(_, let parts), .enumeration(_, _, let parts), .array(let parts),
      .sharedElement(_, let parts):
      _ = try knownAll(parts)
      return .dynamic
    case .callValue(let function, let arguments):
      if typed.mayWorkOnTimeline(function.type) { throw Unsortable() }
      _ = try knownAll(arguments)
      return .dynamic
    case .array(let parts) where expression.type.isOfDevices:
      guard let values = try knownAll(parts) else { throw Unsortable() }
      return .value(.array(values))
    case .index(let a, let b) where a.type.isOfDevices:
      let listed = try knownAll([a, b])
      if let listed, case .array(let elements) = listed[0], case .integer(let index) = listed[1],
        let position = Int(exactly: index), elements.indices.contains(position)
      {
        return .value(elements[position])
      }
      guard let values = listed, case .integer(let array) = values[0],
        case .integer(let index) = values[1], let member = Int(exactly: array),
        let position = Int(exactly: index), typed.members.indices.contains(member),
        typed.members[member].elements.indices.contains(position)
      else { throw Unsortable() }
      return .value(interpreter.deviceValue(typed.members[member].elements[position]))
    case .index(let array, let index)
    where array.isWithinMember && !Contents(of: index, typed, device: scope.device).hasTimeline:
      guard let elements = try elements(of: array) else {
        _ = try knownAll([array, index])
        return .dynamic
      }
      guard case .value(let position) = try known(index) else { return .dynamic }
      guard case .integer(let number) = position, let place = Int(exactly: number),
        elements.indices.contains(place)
      else { throw Unsortable() }
      return .value(elements[place])
    case .repeated(let a, let b), .index(let a, let b):
      _ = try knownAll([a, b])
      return .dynamic
    case .slice(let a, let b, let c):
      _ = try knownAll([a, b, c])
      return .dynamic
    case .interpolation(let segments):
      for segment in segments {
        if case .value(let value, _) = segment { _ = try known(value) }
      }
      return .dynamic
    case .append(let place, let value):
      try go(place)
      _ = try known(value)
      return .dynamic
    }
  }

  /// The type with the generic parameters of the function gone through replaced.
  func concrete(_ type: Type) -> Type { type.substituting(scope.generics) }

  private mutating func known(_ local: LocalID) throws(Unsortable) -> Known {
    if let value = scope.known[local] { return .value(value) }
    if scope.present.contains(local) { return .present }
    guard scope.isOutermost, !isVariable(local), let declared = declarations[local] else {
      return .dynamic
    }
    // Outside of the walk: a `let` whose value is known when compiling. What it calls is not gone
    // into.
    if Contents(of: declared, typed, device: scope.device).hasTimeline { return .dynamic }
    declarations[local] = nil
    var apart = self
    guard case .value(let value) = try? apart.known(declared) else { return .dynamic }
    switch value {
    case .text, .array: return .dynamic
    default: break
    }
    scopes[scopes.count - 1].known[local] = value
    return .value(value)
  }

  private func known(_ id: MemberID) -> Known {
    switch typed[id].kind {
    case .argument, .variable, .prepared, .constant:
      if let value = interpreter.captured?[id] { return .value(value) }
      return .dynamic
    case .field:
      guard let device = scope.device, case .device(let binding?) = typed[device].kind,
        let description = typed.description.device(named: binding.name)
      else { return .dynamic }
      for (name, value) in description.fields where name == typed[id].name {
        switch value {
        case .channel(let number): return .value(.integer(Int64(number)))
        case .integer(let value), .duration(let value): return .value(.integer(value))
        case .float(let value), .quantity(let value, _): return .value(.float(value))
        case .boolean(let value): return .value(.boolean(value))
        }
      }
      return .dynamic
    case .shared, .dataset, .resident, .device: return .dynamic
    }
  }

  private mutating func intrinsic(
    _ intrinsic: Intrinsic, _ operands: [TypedExpression], at span: Span
  ) throws(Unsortable) -> Known {
    var values: [Value?] = []
    for operand in operands {
      if case .value(let value) = try known(operand) {
        values.append(value)
      } else {
        values.append(nil)
      }
    }
    func ticks(_ index: Int) throws(Unsortable) -> Int64 {
      guard values.indices.contains(index), case .integer(let ticks)? = values[index] else {
        throw Unsortable()
      }
      return ticks
    }
    switch intrinsic {
    case .now: return .dynamic
    case .delay:
      let (moved, overflow) = offset.addingReportingOverflow(try ticks(0))
      if overflow { throw Unsortable() }
      offset = moved
      return .value(.unit)
    case .output: try add(1, until: 0)
    case .outputPair:
      let after = try ticks(4)
      guard after > 0 else { throw Unsortable() }
      try add(2, until: after)
    case .gate:
      _ = try ticks(2)
      guard (1...3).contains(try ticks(1)) else { throw Unsortable() }
      try add(1, until: 0)
    case .clock, .slack, .at, .waitUntil, .realtime, .resetTimeline, .shouldPause, .input, .play:
      throw Unsortable()
    case .absolute, .minimum, .maximum, .floor, .ceiling, .truncate, .round, .squareRoot, .sine,
      .cosine, .tangent,
      .arcSine, .arcCosine, .arcTangent, .arcTangent2, .exponential, .logarithm, .logarithm2,
      .logarithm10, .special, .aligned, .isWithin:
      let all = values.compactMap { $0 }
      guard all.count == values.count, let first = operands.first else { return .dynamic }
      return try compute { () throws(Stop) in
        try interpreter.numeric(intrinsic, all, concrete(first.type), at: span)
      }
    case .length(let id):
      guard case .length(.known(let count))? = scope.generics[id] else { return .dynamic }
      return .value(.integer(Int64(count)))
    case .count:
      guard let array = operands.first, array.isWithinMember,
        concrete(array.type).isOfPlainNumbers, case .array(let elements)? = values[0]
      else { return .dynamic }
      return .value(.integer(Int64(elements.count)))
    case .position, .transposed, .sized, .steppedSlice, .last, .print, .pause,
      .leastSquares, .traceEdges, .traceSpan, .traceLevel,
      .simulationStatus,
      .simulationOutput, .simulationResult:
      return .dynamic
    }
    return .value(.unit)
  }

  private mutating func add(_ count: Int, until after: Int64) throws(Unsortable) {
    eventCount += count
    if eventCount > Self.eventCountMax || offset.addingReportingOverflow(after).overflow {
      throw Unsortable()
    }
  }

  private mutating func call(
    _ callee: FunctionID, _ generics: [GenericID: GenericArgument], _ arguments: [TypedArgument],
    on device: MemberID?
  ) throws(Unsortable) -> Known {
    let function = typed[callee]
    if typed.passesTimeline(arguments) { throw Unsortable() }
    var known: [LocalID: Value] = [:]
    var present: Set<LocalID> = []
    for (parameter, argument) in zip(function.parameters, arguments) {
      switch argument {
      case .place(let place):
        try go(place)
        if function.effects.contains(.timeline) { throw Unsortable() }
      case .value(let value):
        switch try self.known(value) {
        case .value(let value): known[parameter.local] = value
        case .present: present.insert(parameter.local)
        case .dynamic: break
        }
      }
    }
    guard function.effects.contains(.timeline) else { return .dynamic }
    guard scopes.count <= Self.callDepthMax else { throw Unsortable() }
    for parameter in function.parameters {
      let index = Int(parameter.local.index)
      if function.locals.indices.contains(index), function.locals[index].isVariable {
        known[parameter.local] = nil
        present.remove(parameter.local)
      }
    }
    scopes.append(
      Scope(
        function: callee, device: device, generics: generics, known: known, present: present,
        isOutermost: false))
    defer { scopes.removeLast() }
    var statements = function.body.statements[...]
    var result: TypedExpression?
    if case .returnValue(let value)? = statements.last?.kind {
      result = value
      statements.removeLast()
    }
    for statement in statements { try go(statement) }
    guard let result else { return .value(.unit) }
    return try self.known(result)
  }
}
