import Bytecode
import Diagnostics
import Laboratory
import Typing
import Values

// Operations on numbers, comparisons and conversions.

extension Lowerer {
  mutating func unary(
    _ operation: UnaryOperation, _ operand: TypedExpression, _ expression: TypedExpression,
    _ hint: Run?
  ) -> Operand {
    let span = expression.span
    let operation = operation.resolved(for: type(of: operand))
    let value = evaluate(operand)
    charge(operations: 1)
    if case .elementwise(let inner) = operation {
      return elementwise(inner, value, type(of: operand), at: span)
    }
    return unary(operation, value, type(of: operand), hint, at: span)
  }

  /// Does `operation` on a value that has been evaluated; what it costs has been charged.
  mutating func unary(
    _ operation: UnaryOperation, _ value: Operand, _ type: Type, _ hint: Run?, at span: Span
  ) -> Operand {
    if let constant = value.constant, let folded = Folding.unary(operation, constant).constant {
      return .constant(folded)
    }
    let (run, source) = settled(value, type, at: span)
    discard(source)
    switch operation {
    case .negateInteger, .negateGeneric:
      return simple(.negateInteger, .integer, run, nil, hint, at: span)
    case .negateInteger32:
      return narrowed(simple(.negateInteger, .integer, run, nil, hint, at: span), at: span)
    case .negateFloat: return simple(.negateFloat, .float, run, nil, hint, at: span)
    case .complement: return simple(.bitNot, .integer, run, nil, hint, at: span)
    case .elementwise:
      return placeholder(type, "this operation", at: span)
    case .not: return simple(.notBoolean, .boolean, run, nil, hint, at: span)
    }
  }

  /// An instruction from one or two slots to a fresh one, or the hint.
  mutating func simple(
    _ opcode: Opcode, _ result: SlotType, _ a: Run, _ b: Run?, _ hint: Run?, immediate: Int = 0,
    at span: Span
  ) -> Operand {
    let target = fresh([result], hint)
    emit(opcode, target.first, a.first, b?.first ?? immediate, at: span)
    return .temporary(target)
  }

  /// Checks that the value in place fits an Int32.
  mutating func narrowed(_ operand: Operand, at span: Span) -> Operand {
    if let run = operand.run { emit(.check32, run.first, run.first, at: span) }
    return operand
  }

  mutating func binary(
    _ operation: BinaryOperation, _ left: TypedExpression, _ right: TypedExpression,
    _ expression: TypedExpression, _ hint: Run?
  ) -> Operand {
    let a = kept(evaluate(left), type(of: left), over: CollectionOfOne(right), at: left.span)
    let b = evaluate(right)
    charge(operations: 1)
    return operate(
      operation.resolved(for: type(of: left)), (a, type(of: left)), (b, type(of: right)),
      expression, hint)
  }

  /// What does `operation` with a small constant of its own, and the operand that is left; nil if
  /// there is nothing of the kind.
  private func withImmediate(
    _ operation: IntegerOperation, _ left: (operand: Operand, type: Type),
    _ right: (operand: Operand, type: Type)
  ) -> (opcode: Opcode, immediate: Int, other: (operand: Operand, type: Type))? {
    func small(_ operand: Operand) -> Int? {
      guard case .integer(let value)? = operand.constant, let small = Int16(exactly: value),
        small != .min
      else { return nil }
      return Int(small)
    }
    switch operation {
    case .add:
      if let value = small(right.operand) { return (.addImmediate, value, left) }
      return small(left.operand).map { (.addImmediate, $0, right) }
    case .subtract: return small(right.operand).map { (.addImmediate, -$0, left) }
    case .multiply:
      if let value = small(right.operand) { return (.multiplyImmediate, value, left) }
      return small(left.operand).map { (.multiplyImmediate, $0, right) }
    case .wrappingMultiply:
      if let value = small(right.operand) { return (.wrapMultiplyImmediate, value, left) }
      return small(left.operand).map { (.wrapMultiplyImmediate, $0, right) }
    case .floorDivide, .remainder, .power, .wrappingAdd, .wrappingSubtract, .bitAnd, .bitOr,
      .bitXor,
      .shiftLeft, .shiftRight:
      return nil
    }
  }

  /// Does `operation` on values that have been evaluated; what it costs has been charged.
  mutating func operate(
    _ operation: BinaryOperation, _ left: (operand: Operand, type: Type),
    _ right: (operand: Operand, type: Type),
    _ expression: TypedExpression, _ hint: Run?
  ) -> Operand {
    let span = expression.span
    if let a = left.operand.constant, let b = right.operand.constant,
      let folded = Folding.binary(operation, a, b).constant
    {
      return .constant(folded)
    }
    if case .integer(let integer) = operation,
      let (opcode, immediate, other) = withImmediate(integer, left, right)
    {
      let (run, source) = settled(other.operand, other.type, at: span)
      discard(source)
      return simple(opcode, .integer, run, nil, hint, immediate: immediate, at: span)
    }
    let (a, leftSource) = settled(left.operand, left.type, at: span)
    let (b, rightSource) = settled(right.operand, right.type, at: span)
    defer {
      discard(leftSource)
      discard(rightSource)
    }
    switch operation {
    case .integer(let operation): return simple(opcode(operation), .integer, a, b, hint, at: span)
    case .integer32(let operation):
      let wide = simple(opcode(operation), .integer, a, b, hint, at: span)
      switch operation {
      case .wrappingAdd, .wrappingSubtract, .wrappingMultiply, .shiftLeft:
        if let run = wide.run { code.emit(.wrap32, run.first, run.first) }
        return wide
      case .bitAnd, .bitOr, .bitXor, .shiftRight, .remainder: return wide
      case .add, .subtract, .multiply, .floorDivide, .power: return narrowed(wide, at: span)
      }
    case .float(let operation): return float(operation, a, b, hint, at: span)
    case .compare(let comparison, let domain):
      return compare(comparison, domain, a, b, left.type, hint, at: span)
    case .scaleDuration: return simple(.scaleTicks, .integer, a, b, hint, at: span)
    case .floatTimesDuration: return simple(.scaleTicks, .integer, b, a, hint, at: span)
    case .divideDurationByFloat: return simple(.divideTicksByFloat, .integer, a, b, hint, at: span)
    case .divideDurationByInteger:
      return simple(.divideTicksByInteger, .integer, a, b, hint, at: span)
    case .durationRatio:
      let pair = code.allocate([.float, .float])
      code.emit(.integerToFloat, pair.first, a.first)
      code.emit(.integerToFloat, pair.first + 1, b.first)
      let target = fresh([.float], hint)
      code.emit(.divideFloat, target.first, pair.first, pair.first + 1)
      code.free(pair)
      return .temporary(target)
    case .durationFloorRatio: return simple(.floorDivideInteger, .integer, a, b, hint, at: span)
    case .concatenate:
      let target = fresh(words(of: type(of: expression), at: span), nil)
      guard !target.words.isEmpty, !a.words.isEmpty, !b.words.isEmpty else {
        return .temporary(target)
      }
      emit(.arrayConcatenate, target.first, a.first, b.first, at: span)
      return .temporary(target)
    case .contains: return contains(a, left.type, b, right.type, hint, at: span)
    case .elementwise(let inner, let broadcast):
      return elementwise(
        inner, broadcast, (a, left.type), (b, right.type), type(of: expression), at: span)
    case .matrixProduct(let multiply, let add):
      return matrixProduct(
        multiply, add, (a, left.type), (b, right.type), type(of: expression), at: span)
    case .generic: return placeholder(type(of: expression), "this operation", at: span)
    }
  }

  private func opcode(_ operation: IntegerOperation) -> Opcode {
    switch operation {
    case .add: .addInteger
    case .subtract: .subtractInteger
    case .multiply: .multiplyInteger
    case .floorDivide: .floorDivideInteger
    case .remainder: .remainderInteger
    case .power: .powerInteger
    case .wrappingAdd: .wrapAdd
    case .wrappingSubtract: .wrapSubtract
    case .wrappingMultiply: .wrapMultiply
    case .bitAnd: .bitAnd
    case .bitOr: .bitOr
    case .bitXor: .bitXor
    case .shiftLeft: .shiftLeft
    case .shiftRight: .shiftRight
    }
  }

  private mutating func float(
    _ operation: FloatOperation, _ a: Run, _ b: Run, _ hint: Run?, at span: Span
  ) -> Operand {
    switch operation {
    case .add: return simple(.addFloat, .float, a, b, hint, at: span)
    case .subtract: return simple(.subtractFloat, .float, a, b, hint, at: span)
    case .multiply: return simple(.multiplyFloat, .float, a, b, hint, at: span)
    case .divide: return simple(.divideFloat, .float, a, b, hint, at: span)
    case .floorDivide: return simple(.floorDivideFloat, .float, a, b, hint, at: span)
    case .remainder: return simple(.remainderFloat, .float, a, b, hint, at: span)
    case .power: return elementary(.power, a, b, hint)
    }
  }

  mutating func elementary(_ function: Elementary, _ a: Run, _ b: Run, _ hint: Run?)
    -> Operand
  {
    let pair = code.allocate([.float, .float])
    code.emit(.move, pair.first, a.first)
    code.emit(.move, pair.first + 1, b.first)
    let target = fresh([.float], hint)
    code.emit(.elementary2, target.first, pair.first, Int(function.rawValue))
    code.free(pair)
    return .temporary(target)
  }

  // MARK: Comparisons

  private mutating func compare(
    _ comparison: Comparison, _ domain: ComparisonDomain, _ a: Run, _ b: Run, _ type: Type,
    _ hint: Run?, at span: Span
  ) -> Operand {
    let order: (less: Opcode, lessOrEqual: Opcode, equal: Opcode, notEqual: Opcode)
    switch domain {
    case .integer, .generic:
      order = (.lessInteger, .lessOrEqualInteger, .equalInteger, .notEqualInteger)
    case .float: order = (.lessFloat, .lessOrEqualFloat, .equalFloat, .notEqualFloat)
    case .boolean, .structural:
      return equality(a, b, type, isNegated: comparison == .notEqual, hint, at: span)
    case .string:
      if comparison == .equal || comparison == .notEqual {
        return equality(a, b, type, isNegated: comparison == .notEqual, hint, at: span)
      }
      return compareTexts(comparison, a, b, hint, at: span)
    }
    switch comparison {
    case .equal: return simple(order.equal, .boolean, a, b, hint, at: span)
    case .notEqual: return simple(order.notEqual, .boolean, a, b, hint, at: span)
    case .less: return simple(order.less, .boolean, a, b, hint, at: span)
    case .lessOrEqual: return simple(order.lessOrEqual, .boolean, a, b, hint, at: span)
    case .greater: return simple(order.less, .boolean, b, a, hint, at: span)
    case .greaterOrEqual: return simple(order.lessOrEqual, .boolean, b, a, hint, at: span)
    }
  }

  mutating func compareTexts(
    _ comparison: Comparison, _ a: Run, _ b: Run, _ hint: Run?, at span: Span
  ) -> Operand {
    let pair = code.allocate([.integer, .integer])
    defer { code.free(pair) }
    if !a.words.isEmpty, !b.words.isEmpty { code.emit(.textCompare, pair.first, a.first, b.first) }
    loadInteger(0, into: pair.first + 1)
    return compare(
      comparison, .integer, pair.part(0, 1), pair.part(1, 1), .integer, hint, at: span)
  }

  /// Whether all words of `a` and `b`, values of `type`, are equal.
  mutating func equality(
    _ a: Run, _ b: Run, _ type: Type, isNegated: Bool, _ hint: Run?, at span: Span
  ) -> Operand {
    let target = fresh([.boolean], hint)
    let count = min(a.words.count, b.words.count)
    let end = code.label()
    if count == 0 { code.emit(.loadBoolean, target.first, 1) }
    for index in 0..<count {
      let (left, right) = (a.first + index, b.first + index)
      switch a.words[index].kind {
      case .integer: code.emit(.equalInteger, target.first, left, right)
      case .float: code.emit(.equalFloat, target.first, left, right)
      case .boolean: code.emit(.equalBoolean, target.first, left, right)
      case .owned, .borrowed: code.emit(.arrayEqual, target.first, left, right)
      case .length: continue
      case .function: unsupported("a comparison of functions", at: span)
      }
      let isLast = index == count - 1 || (index == count - 2 && a.words[count - 1].kind == .length)
      if !isLast { code.jump(.jumpIfFalse, target.first, to: end) }
    }
    code.place(end)
    if isNegated { code.emit(.notBoolean, target.first, target.first) }
    return .temporary(target)
  }

  // MARK: Conversions

  mutating func convert(
    _ conversion: Conversion, _ operand: TypedExpression, _ expression: TypedExpression,
    _ hint: Run?
  ) -> Operand {
    let value = evaluate(operand)
    charge(operations: 1)
    // A conversion of a generic parameter's value is one operation, whatever it stands for.
    var result = value
    var source = type(of: operand)
    for step in conversion.steps(from: source, to: type(of: expression)) {
      result = convert(step, result, source, hint, at: expression.span)
      source = step.result
    }
    return result
  }

  private mutating func convert(
    _ conversion: Conversion, _ value: Operand, _ source: Type, _ hint: Run?, at span: Span
  ) -> Operand {
    let rate = program.description.core.ticksPerSecond
    if let constant = value.constant,
      let folded = Folding.convert(conversion, constant, ticksPerSecond: rate).constant
    {
      return .constant(folded)
    }
    if conversion == .integer32ToInteger { return value }
    let (run, operand) = settled(value, source, at: span)
    defer { discard(operand) }
    switch conversion {
    case .integerToFloat: return simple(.integerToFloat, .float, run, nil, hint, at: span)
    case .floatToInteger: return simple(.floatToInteger, .integer, run, nil, hint, at: span)
    case .integerToInteger32: return simple(.check32, .integer, run, nil, hint, at: span)
    case .integer32ToInteger, .genericToFloat, .genericToInteger, .genericToInteger32,
      .integerToGeneric:
      return value
    case .durationToSeconds:
      let pair = code.allocate([.float, .float])
      defer { code.free(pair) }
      loadFloat(Double(rate), into: pair.first + 1)
      code.emit(.integerToFloat, pair.first, run.first)
      let target = fresh([.float], hint)
      code.emit(.divideFloat, target.first, pair.first, pair.first + 1)
      return .temporary(target)
    case .secondsToDuration:
      // The product of a second's ticks and a float, rounded once.
      let second = code.allocate([.integer])
      defer { code.free(second) }
      loadInteger(rate, into: second.first)
      let target = fresh([.integer], hint)
      emit(.scaleTicks, target.first, second.first, run.first, at: span)
      return .temporary(target)
    }
  }
}

extension Conversion {
  /// The type of what it yields, as far as a machine tells types apart.
  fileprivate var result: Type {
    switch self {
    case .integerToFloat, .genericToFloat: .number
    case .floatToInteger, .integer32ToInteger, .genericToInteger, .integerToGeneric: .integer
    case .integerToInteger32, .genericToInteger32: .integer32
    case .durationToSeconds: .float(.time)
    case .secondsToDuration: .duration
    }
  }
}
