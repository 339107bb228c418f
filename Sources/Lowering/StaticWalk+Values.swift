import Diagnostics
import Laboratory
import Typing
import Values

// What the static walk knows of expressions.

extension Lowerer {
  mutating func tryValue(_ expression: TypedExpression) -> Known {
    guard descend(at: expression.span) else { return .fails }
    defer { ascend() }
    switch expression.kind {
    case .invalid, .await, .record, .simulate: return .fails
    case .unit: return .value(.unit)
    case .integer(let value): return .value(integer(value, type(of: expression)))
    case .float(let value): return .value(.float(value))
    case .boolean(let value): return .value(.boolean(value))
    case .text(let value): return .value(.text(value))
    case .none: return .value(.optional(nil))
    case .device, .ownDevice, .function, .numbers: return .dynamic
    case .local(let id):
      let index = Int(id.index)
      if index < frame.locals.count, case .constant(let constant)? = frame.locals[index] {
        return .value(constant)
      }
      return frame.presentLocals.contains(index) ? .present : .dynamic
    case .member(let id): return knownMember(id)
    case .unary(let operation, let operand):
      let operation = operation.resolved(for: type(of: operand))
      return known([operand]) { Known(Folding.unary(operation, $0[0])) }
    case .binary(let operation, let left, let right):
      let operation = operation.resolved(for: type(of: left))
      return known([left, right]) { Known(Folding.binary(operation, $0[0], $0[1])) }
    case .convert(let conversion, let operand):
      let rate = program.description.core.ticksPerSecond
      let steps = conversion.steps(from: type(of: operand), to: type(of: expression))
      return known([operand]) { values in
        var value = values[0]
        for step in steps {
          switch Folding.convert(step, value, ticksPerSecond: rate) {
          case .value(let next): value = next
          case .raises: return .fails
          case .unknown: return .dynamic
          }
        }
        return .value(value)
      }
    case .and(let left, let right), .or(let left, let right):
      let isAnd = if case .and = expression.kind { true } else { false }
      switch tryValue(left) {
      case .fails: return .fails
      case .value(let value): return value == .boolean(isAnd) ? tryValue(right) : .value(value)
      case .dynamic, .present: return hasTimeline(right) ? .fails : .dynamic
      }
    case .coalesce(let left, let right):
      if hasTimeline(right) { return .fails }
      let isPlain = !hasTimeline(left)
      switch tryValue(left) {
      case .fails: return .fails
      case .value(.optional(let content?)) where isPlain: return .value(content)
      case .value(.optional(nil)) where isPlain: return tryValue(right)
      case .value, .present, .dynamic: return .dynamic
      }
    case .call(let id, let substitution, let arguments):
      var device: MemberID?
      if case .driver = program[id].owner { device = frame.device }
      return tryCall(
        FunctionInstance(function: id, substitution: concrete(substitution), device: device),
        arguments)
    case .deviceCall(let device, let name, let signature, let arguments):
      guard let member = tryDevice(device), let kernel = kernel(name, of: member, signature) else {
        return .fails
      }
      return tryCall(
        FunctionInstance(function: kernel, substitution: [:], device: member), arguments)
    case .tuple(let parts): return known(parts) { .value(.tuple($0)) }
    case .tupleElement(let base, let index), .field(let base, let index):
      return known([base]) { values in
        switch values[0] {
        case .tuple(let parts) where index < parts.count: .value(parts[index])
        case .structure(let parts) where index < parts.count: .value(parts[index])
        default: .dynamic
        }
      }
    case .intrinsic(let intrinsic, let operands): return tryIntrinsic(intrinsic, operands)
    case .conditional(let conditions, let then, let value, let otherwise, let other):
      switch tryConditions(conditions) {
      case .fails: return .fails
      case .value(let holds):
        if holds == .boolean(true) { return tryBlock(then) ? tryValue(value) : .fails }
        return tryBlock(otherwise) ? tryValue(other) : .fails
      case .dynamic, .present:
        return hasTimeline(expression) || escapes(expression) ? .fails : .dynamic
      }
    case .sequence(let block, let value): return tryBlock(block) ? tryValue(value) : .fails
    case .isCase(let base, let tag):
      return known([base]) { values in
        values[0].isCase(tag).map { .value(.boolean($0)) } ?? .dynamic
      }
    case .payload(let base, let tag, let field):
      return known([base]) { values in
        values[0].payload(tag, field).map { .value($0) } ?? .dynamic
      }
    case .comprehension: return hasTimeline(expression) ? .fails : .dynamic
    case .some(let a):
      let isPlain = !hasTimeline(a)
      switch tryValue(a) {
      case .fails: return .fails
      case .value(let value) where isPlain: return .value(.optional(value))
      case .value, .present, .dynamic: return isPlain ? .present : .dynamic
      }
    case .enumeration(_, let tag, let parts) where parts.isEmpty:
      return .value(.enumeration(tag, []))
    case .structure(_, let parts), .enumeration(_, _, let parts), .array(let parts),
      .sharedElement(_, let parts):
      return all(parts)
    case .callValue(let function, let arguments):
      // Which function it is, and so what it queues, is not looked at here.
      return program.mayWorkOnTimeline(function.type) ? .fails : all(arguments)
    case .index(let array, let index) where array.isWithinMember && !hasTimeline(index):
      guard let elements = elements(of: array) else { return all([array, index]) }
      return known([index]) { values in
        guard case .integer(let number) = values[0], let position = Int(exactly: number),
          elements.indices.contains(position)
        else { return .fails }
        return .value(elements[position])
      }
    case .repeated(let a, count: let b), .index(let a, let b): return all([a, b])
    case .slice(let a, let b, let c): return all([a, b, c])
    case .interpolation(let segments):
      return all(segments.compactMap { if case .value(let value, _) = $0 { value } else { nil } })
    case .append(let place, let value):
      return tryPlace(place) && succeeds(value) ? .dynamic : .fails
    }
  }

  /// Tries all of `expressions`; the result is dynamic.
  private mutating func all(_ expressions: [TypedExpression]) -> Known {
    for expression in expressions where !succeeds(expression) { return .fails }
    return .dynamic
  }

  /// What `fold` makes of the values of `expressions` if all are static.
  private mutating func known(_ expressions: [TypedExpression], _ fold: ([Constant]) -> Known)
    -> Known
  {
    var values: [Constant] = []
    for expression in expressions {
      switch tryValue(expression) {
      case .fails: return .fails
      case .dynamic, .present: break
      case .value(let value): values.append(value)
      }
    }
    return values.count == expressions.count ? fold(values) : .dynamic
  }

  private mutating func knownMember(_ id: MemberID) -> Known {
    switch program[id].kind {
    case .argument, .variable, .prepared, .constant:
      guard case .device(let captures, let bound) = side else { return .dynamic }
      if bound.contains(id) { sorters.insert(id) }
      return captures[id].map { .value($0) } ?? .dynamic
    case .field(let index): return fieldValue(index).map { .value($0) } ?? .dynamic
    case .shared, .dataset, .resident, .device: return .dynamic
    }
  }

  private mutating func tryIntrinsic(_ intrinsic: Intrinsic, _ operands: [TypedExpression]) -> Known
  {
    var values: [Constant?] = []
    values.reserveCapacity(operands.count)
    for operand in operands {
      switch tryValue(operand) {
      case .fails: return .fails
      case .dynamic, .present: values.append(nil)
      case .value(let value): values.append(value)
      }
    }
    func ticks(_ index: Int) -> Int64? {
      guard index < values.count, case .integer(let ticks)? = values[index] else { return nil }
      return ticks
    }
    switch intrinsic {
    case .now: return .dynamic
    case .delay:
      guard let duration = ticks(0) else { return .fails }
      return move(by: duration)
    case .output: return addEvents(1, until: 0)
    case .outputPair:
      guard let after = ticks(4), after > 0 else { return .fails }
      return addEvents(2, until: after)
    case .gate:
      guard let edges = ticks(1), (1...3).contains(edges), ticks(2) != nil else { return .fails }
      return addEvents(1, until: 0)
    case .clock, .slack, .at, .waitUntil, .realtime, .resetTimeline, .shouldPause, .input, .play:
      return .fails
    case .absolute, .minimum, .maximum, .floor, .ceiling, .truncate, .round, .squareRoot, .sine,
      .cosine, .tangent,
      .arcSine, .arcCosine, .arcTangent, .arcTangent2, .exponential, .logarithm, .logarithm2,
      .logarithm10, .special, .aligned, .isWithin:
      let constants = values.compactMap { $0 }
      return constants.count == values.count
        ? Known(Folding.intrinsic(intrinsic, constants)) : .dynamic
    case .count:
      guard let array = operands.first, array.isWithinMember, type(of: array).isOfPlainNumbers,
        case .array(let elements)? = values[0]
      else { return .dynamic }
      return .value(.integer(Int64(elements.count)))
    case .length(let id): return .value(.integer(length(id)))
    case .position, .transposed, .sized, .steppedSlice, .last, .print, .pause,
      .leastSquares, .traceEdges, .traceSpan, .traceLevel,
      .simulationStatus,
      .simulationOutput, .simulationResult:
      return .dynamic
    }
  }

  private mutating func move(by duration: Int64) -> Known {
    let (offset, overflow) = trial.offset.addingReportingOverflow(duration)
    if overflow { return .fails }
    trial.offset = offset
    return .value(.unit)
  }

  private mutating func addEvents(_ count: Int, until after: Int64) -> Known {
    trial.eventCount += count
    if trial.eventCount > WalkLimits.eventCountMax
      || trial.offset.addingReportingOverflow(after).overflow
    {
      return .fails
    }
    return .value(.unit)
  }
}
