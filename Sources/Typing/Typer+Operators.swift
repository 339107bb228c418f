import Diagnostics
import Syntax

// Operators, chosen by the types of their operands (rules 4 to 10).

/// An operator for two operands: what it does, the operands as it wants them, and what it yields.
struct CombinedOperation {
  var operation: BinaryOperation
  var left: TypedExpression
  var right: TypedExpression
  var type: Type
  /// Whether the left operand is taken as it is; only then a compound assignment can use it.
  var keepsLeft = true
}

extension Typer {
  mutating func prefix(
    _ operation: PrefixOperator, _ operand: ExpressionID, expecting: Type?, at span: Span
  ) -> TypedExpression {
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    switch operation {
    case .not:
      return TypedExpression(.unary(.not, value(operand, as: .boolean)), .boolean, at: span)
    case .minus:
      let value = expression(operand, expecting: expecting)
      switch value.type {
      case .integer, .duration:
        return TypedExpression(.unary(.negateInteger, value), value.type, at: span)
      case .integer32: return TypedExpression(.unary(.negateInteger32, value), value.type, at: span)
      case .float: return TypedExpression(.unary(.negateFloat, value), value.type, at: span)
      case .parameter where isNumber(value.type):
        return TypedExpression(.unary(.negateGeneric, value), value.type, at: span)
      case .unknown: return unknown
      case .fixedArray(let element, _):
        let inner: UnaryOperation?
        switch element {
        case .integer, .duration: inner = .negateInteger
        case .integer32: inner = .negateInteger32
        case .float: inner = .negateFloat
        default: inner = isNumber(element) ? .negateGeneric : nil
        }
        if let inner {
          return TypedExpression(.unary(.elementwise(inner), value), value.type, at: span)
        }
        fallthrough
      default:
        report(Diagnostic(.noSuchOperator, "\(program.described(value.type)) has no `-`", at: span))
        return unknown
      }
    case .complement:
      let value = expression(operand, expecting: expecting)
      switch value.type {
      case .integer, .integer32:
        return TypedExpression(.unary(.complement, value), value.type, at: span)
      case .unknown: return unknown
      default:
        report(Diagnostic(.noSuchOperator, "\(program.described(value.type)) has no `~`", at: span))
        return unknown
      }
    }
  }

  mutating func infix(
    _ operation: InfixOperator, _ left: ExpressionID, _ right: ExpressionID, expecting: Type?,
    _ operatorSpan: Span,
    at span: Span
  ) -> TypedExpression {
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    switch operation {
    case .and, .or:
      let faultsBefore = diagnostics.count
      let a = value(left, as: .boolean)
      if diagnostics.count > faultsBefore {
        _ = expression(right)
        return unknown
      }
      let b = value(right, as: .boolean)
      return TypedExpression(operation == .and ? .and(a, b) : .or(a, b), .boolean, at: span)
    case .coalesce: return coalesce(left, right, expecting: expecting, at: span)
    case .contains: return contains(left, right, at: span)
    case .multiply: if isUnitAsFactor(left, right, at: span) { return unknown }
    default: break
    }
    let a: TypedExpression
    let b: TypedExpression
    let isArithmetic = !isComparison(operation)
    if isLiteral(left), isLiteral(right) {
      // Two literals: by the type that is due, where it is a number's.
      var wanted: Type?
      if isArithmetic, let expecting, expecting == .number || expecting == .integer32 {
        wanted = expecting
      }
      if isFloatLiteral(left) || isFloatLiteral(right) { wanted = .number }
      a = expression(left, expecting: wanted)
      b = expression(right, expecting: wanted)
    } else if isLiteral(left) || isImplicit(left)
      || isArithmetic && isArrayLiteral(left) && !isArrayLiteral(right)
    {
      b = expression(right)
      a = operand(left, beside: b.type, operation)
    } else {
      a = expression(
        left, expecting: isArithmetic && operation != .power ? numberHint(expecting) : nil)
      b = operand(right, beside: a.type, operation)
    }
    guard !isUnknown(a.type), !isUnknown(b.type) else { return unknown }
    guard let found = combine(operation, a, b) else {
      report(operatorMismatch(operation, a, b, at: operatorSpan))
      return unknown
    }
    if case .generic(let chosen) = found.operation { noteBareUse(chosen, a, b, at: operatorSpan) }
    return TypedExpression(.binary(found.operation, found.left, found.right), found.type, at: span)
  }

  /// A wish that is worth handing to the operands of arithmetic.
  private func numberHint(_ expecting: Type?) -> Type? {
    switch expecting {
    case .integer32?: .integer32
    case .parameter? where expecting.map { isNumber($0) } ?? false: expecting
    default: nil
    }
  }

  private func isImplicit(_ id: ExpressionID) -> Bool {
    switch tree[id] {
    case .implicitMember, .none: true
    case .call(let callee, _): if case .implicitMember = tree[callee] { true } else { false }
    case .array(let elements): elements.isEmpty
    default: false
    }
  }

  func isComparison(_ operation: InfixOperator) -> Bool {
    switch operation {
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: true
    default: false
    }
  }

  /// Types the operand `id` that stands beside one of `type`: a literal takes its number type,
  /// never its dimension.
  mutating func operand(_ id: ExpressionID, beside type: Type, _ operation: InfixOperator)
    -> TypedExpression
  {
    if isLiteral(id) {
      switch type {
      case .integer32: return expression(id, expecting: .integer32)
      case .parameter where isNumber(type):
        return genericNumber(id, type, scales: scales(operation))
      case .fixedArray(let element, _): return operand(id, beside: element, operation)
      case .float:
        // The exponent of a power may be an integer.
        if operation == .power, type != .number { return expression(id) }
        return expression(id, expecting: .number)
      default: return expression(id)
      }
    }
    if let array = fixedLiteral(id, beside: type, operation) { return array }
    if isComparison(operation) || operation == .add {
      switch tree[id] {
      case .quantity where type == .float(.time): return expression(id, expecting: type)
      case .implicitMember, .none, .array, .repeated, .call, .tuple:
        return expression(id, expecting: type)
      default: break
      }
    }
    if case .quantity = tree[id], type == .float(.time), operation == .subtract {
      return expression(id, expecting: type)
    }
    return expression(id)
  }

  private mutating func coalesce(
    _ left: ExpressionID, _ right: ExpressionID, expecting: Type?, at span: Span
  ) -> TypedExpression {
    let a = expression(left)
    switch a.type {
    case .optional(.never):
      _ = expression(right, expecting: expecting)
      report(
        Diagnostic(
          .mismatch, "`none` on the left of `??` is never a value: the right side is all there is",
          at: a.span))
    case .optional(let inner):
      let b = expression(right, expecting: inner)
      if b.type == a.type { return TypedExpression(.coalesce(a, b), a.type, at: span) }
      let other = coerce(b, to: inner)
      return TypedExpression(
        .coalesce(a, other), isUnknown(other.type) ? .unknown : inner, at: span)
    case .unknown:
      _ = expression(right, expecting: expecting)
    default:
      _ = expression(right, expecting: expecting)
      report(
        Diagnostic(
          .mismatch,
          "`??` stands after an optional; this is \(program.described(a.type)), always there",
          at: a.span))
    }
    return TypedExpression(.invalid, .unknown, at: span)
  }

  private mutating func contains(_ left: ExpressionID, _ right: ExpressionID, at span: Span)
    -> TypedExpression
  {
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    if case .range(let low, let high, let isClosed, let step) = tree[right] {
      return isWithin(left, low, high, isClosed: isClosed, step: step, at: span)
    }
    let literal = isLiteral(left) || isImplicit(left)
    var a = literal ? unknown : expression(left)
    var b = unknown
    if !literal, case .array = tree[right], adapts(right) {
      if isUnknown(a.type) { return unknown }
      b = value(right, as: .array(a.type))
    } else {
      b = expression(right)
    }
    switch b.type {
    case .array(let element), .fixedArray(let element, _):
      a = literal ? value(left, as: element) : coerce(a, to: element)
      return TypedExpression(.binary(.contains, a, b), .boolean, at: span)
    case .unknown: return unknown
    default:
      report(
        Diagnostic(
          .notApplicable, "`in` looks into an array, not into \(program.described(b.type))",
          at: b.span))
      return unknown
    }
  }

  /// `x in low..<high`, `x in low...high`: of numbers, quantities and times.
  private mutating func isWithin(
    _ left: ExpressionID, _ low: ExpressionID, _ high: ExpressionID, isClosed: Bool,
    step: ExpressionID?, at span: Span
  ) -> TypedExpression {
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    if let step {
      _ = expression(left)
      report(
        Diagnostic(
          .mismatch, "`in` asks whether a value lies between two others: a step has no meaning",
          at: tree.span(of: step)))
      return unknown
    }
    // The type is that of the first operand that is no literal.
    let operands = [left, low, high]
    var common: Type = operands.contains { isFloatLiteral($0) } ? .number : .integer
    if let first = operands.first(where: { !isLiteral($0) }) {
      let value = settled(expression(first))
      settledArguments[first] = value
      common = value.type
    }
    guard isNumeric(common) || isOrdered(common) || isUnknown(common) else {
      for id in operands { _ = expression(id) }
      report(
        Diagnostic(
          .notApplicable,
          "a range is one of numbers, quantities or times, not of `\(program.text(common))`",
          at: tree.span(of: left)))
      return unknown
    }
    var values: [TypedExpression] = []
    for id in operands {
      let value =
        isLiteral(id)
        ? operand(id, beside: common, .less) : expression(id, expecting: common)
      values.append(values.contains { isUnknown($0.type) } ? value : coerce(value, to: common))
    }
    if isUnknown(common) || values.contains(where: { isUnknown($0.type) }) { return unknown }
    return TypedExpression(
      .intrinsic(.isWithin(isClosed: isClosed), values), .boolean, at: span)
  }
}
