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
      let a = value(left, as: .boolean)
      let b = value(right, as: .boolean)
      return TypedExpression(operation == .and ? .and(a, b) : .or(a, b), .boolean, at: span)
    case .coalesce: return coalesce(left, right, expecting: expecting, at: span)
    case .contains: return contains(left, right, at: span)
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
    } else if isLiteral(left) || isImplicit(left) {
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

  private func isComparison(_ operation: InfixOperator) -> Bool {
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

  // MARK: Choosing

  private func seconds(_ value: TypedExpression) -> TypedExpression {
    value.type == .duration
      ? TypedExpression(.convert(.durationToSeconds, value), .float(.time), at: value.span) : value
  }

  private func float(_ value: TypedExpression) -> TypedExpression {
    if case .integer(let number) = value.kind {
      return TypedExpression(.float(Double(number)), .number, at: value.span)
    }
    return TypedExpression(.convert(.integerToFloat, value), .number, at: value.span)
  }

  private func isIntegerLiteral(_ value: TypedExpression) -> Bool {
    if case .integer = value.kind, value.type == .integer { return true }
    return false
  }

  /// The operation that `operation` stands for between two operands; nil if their types have none.
  func combine(_ operation: InfixOperator, _ a: TypedExpression, _ b: TypedExpression)
    -> CombinedOperation?
  {
    func make(_ operation: BinaryOperation, _ type: Type) -> CombinedOperation {
      CombinedOperation(operation: operation, left: a, right: b, type: type)
    }
    if isComparison(operation) { return compare(operation, a, b) }
    if operation == .matrixMultiply { return combineMatrices(a, b) }
    if let found = combineElements(operation, a, b) { return found }
    if let integer = integerOperation(operation) {
      if a.type == .integer, b.type == .integer { return make(.integer(integer), .integer) }
      if a.type == .integer32, b.type == .integer32 { return make(.integer32(integer), .integer32) }
    }
    if a.type == b.type, isNumber(a.type), let generic = genericOperation(operation) {
      return make(.generic(generic), a.type)
    }
    if a.type == .duration || a.type == .timestamp || b.type == .duration {
      if let found = combineTimes(operation, a, b) { return found }
    }
    switch (operation, a.type, b.type) {
    case (.add, .string, .string): return make(.concatenate, .string)
    case (.add, .array(let x), .array(let y)) where x == y: return make(.concatenate, a.type)
    case (.power, .float(let dimension), .integer):
      guard case .integer(let exponent) = b.kind, abs(exponent) <= 20 else { return nil }
      let right = TypedExpression(.float(Double(exponent)), .number, at: b.span)
      return CombinedOperation(
        operation: .float(.power), left: a, right: right,
        type: .float(dimension.raised(to: Int(exponent))))
    default: break
    }
    return combineFloats(operation, a, b)
  }

  private func genericOperation(_ operation: InfixOperator) -> GenericOperation? {
    switch operation {
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .floorDivide: .floorDivide
    case .remainder: .remainder
    case .power: .power
    default: nil
    }
  }

  /// Whether a number beside a quantity in `operation` is a factor, not a quantity itself.
  private func scales(_ operation: InfixOperator) -> Bool {
    operation == .multiply || operation == .floorDivide
  }

  /// The literal `id` as a value of the generic parameter `type`.
  private mutating func genericNumber(_ id: ExpressionID, _ type: Type, scales: Bool)
    -> TypedExpression
  {
    guard scales, case .parameter(let generic) = type else {
      return expression(id, expecting: type)
    }
    // As a factor it may stand beside quantities too.
    let key = BareKey(function: body.function, generic: generic)
    let known = bareUses[key]
    let value = expression(id, expecting: type)
    bareUses[key] = known
    return value
  }

  private func integerOperation(_ operation: InfixOperator) -> IntegerOperation? {
    switch operation {
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .floorDivide: .floorDivide
    case .remainder: .remainder
    case .power: .power
    case .wrappingAdd: .wrappingAdd
    case .wrappingSubtract: .wrappingSubtract
    case .wrappingMultiply: .wrappingMultiply
    case .bitAnd: .bitAnd
    case .bitOr: .bitOr
    case .bitXor: .bitXor
    case .shiftLeft: .shiftLeft
    case .shiftRight: .shiftRight
    case .divide, .matrixMultiply, .coalesce, .equal, .notEqual, .less, .lessOrEqual, .greater,
      .greaterOrEqual, .contains,
      .and, .or:
      nil
    }
  }

  private func combineFloats(
    _ operation: InfixOperator, _ a: TypedExpression, _ b: TypedExpression
  ) -> CombinedOperation? {
    // Next to any other quantity a Duration counts as its seconds.
    var left = a
    var right = b
    if a.type == .duration { left = seconds(a) }
    if b.type == .duration { right = seconds(b) }
    if a.type == .duration, b.type == .duration { return nil }
    if isIntegerLiteral(a), b.type == .duration { left = float(a) }
    guard case .float(let x) = left.type, case .float(let y) = right.type else { return nil }
    let type: Type
    let chosen: FloatOperation
    switch operation {
    case .add, .subtract, .remainder:
      guard x == y else { return nil }
      type = .float(x)
      chosen = operation == .add ? .add : operation == .subtract ? .subtract : .remainder
    case .multiply: (type, chosen) = (.float(x * y), .multiply)
    case .divide: (type, chosen) = (.float(x / y), .divide)
    case .floorDivide: (type, chosen) = (.float(x / y), .floorDivide)
    case .power:
      guard y.isNone else { return nil }
      if x.isNone {
        return CombinedOperation(operation: .float(.power), left: left, right: right, type: .number)
      }
      guard case .float(let exponent) = right.kind, exponent == exponent.rounded(),
        abs(exponent) <= 20
      else { return nil }
      (type, chosen) = (.float(x.raised(to: Int(exponent))), .power)
    default: return nil
    }
    return CombinedOperation(
      operation: .float(chosen), left: left, right: right, type: type,
      keepsLeft: a.type != .duration)
  }

  /// Durations and timestamps (rule 9).
  private func combineTimes(
    _ operation: InfixOperator, _ a: TypedExpression, _ b: TypedExpression
  ) -> CombinedOperation? {
    func make(_ operation: BinaryOperation, _ type: Type) -> CombinedOperation {
      CombinedOperation(operation: operation, left: a, right: b, type: type)
    }
    switch (operation, a.type, b.type) {
    case (.add, .duration, .duration): return make(.integer(.add), .duration)
    case (.subtract, .duration, .duration): return make(.integer(.subtract), .duration)
    case (.remainder, .duration, .duration): return make(.integer(.remainder), .duration)
    case (.floorDivide, .duration, .duration): return make(.durationFloorRatio, .integer)
    case (.divide, .duration, .duration): return make(.durationRatio, .number)
    case (.multiply, .duration, .integer), (.multiply, .integer, .duration):
      return make(.integer(.multiply), .duration)
    case (.floorDivide, .duration, .integer): return make(.integer(.floorDivide), .duration)
    case (.divide, .duration, .integer): return make(.divideDurationByInteger, .duration)
    case (.multiply, .duration, .float(let d)) where d.isNone:
      return make(.scaleDuration, .duration)
    case (.divide, .duration, .float(let d)) where d.isNone:
      return make(.divideDurationByFloat, .duration)
    case (.multiply, .float(let d), .duration) where d.isNone:
      return make(.floatTimesDuration, .duration)
    case (.add, .timestamp, .duration): return make(.integer(.add), .timestamp)
    case (.subtract, .timestamp, .duration): return make(.integer(.subtract), .timestamp)
    case (.subtract, .timestamp, .timestamp): return make(.integer(.subtract), .duration)
    case (.remainder, .timestamp, .duration): return make(.integer(.remainder), .duration)
    default: return nil
    }
  }

  private func compare(
    _ operation: InfixOperator, _ a: TypedExpression, _ b: TypedExpression
  ) -> CombinedOperation? {
    let comparison: Comparison
    switch operation {
    case .equal: comparison = .equal
    case .notEqual: comparison = .notEqual
    case .less: comparison = .less
    case .lessOrEqual: comparison = .lessOrEqual
    case .greater: comparison = .greater
    default: comparison = .greaterOrEqual
    }
    let isEquality = comparison == .equal || comparison == .notEqual
    var left = a
    var right = b
    if a.type == .duration, case .float(.time) = b.type { left = seconds(a) }
    if b.type == .duration, case .float(.time) = a.type { right = seconds(b) }
    if isEquality {
      if case .optional = a.type, b.type != a.type,
        b.type == .optional(.never) || .optional(b.type) == a.type
      {
        right = TypedExpression(b.type == .optional(.never) ? .none : .some(b), a.type, at: b.span)
      } else if case .optional = b.type, b.type != a.type,
        a.type == .optional(.never) || .optional(a.type) == b.type
      {
        left = TypedExpression(a.type == .optional(.never) ? .none : .some(a), b.type, at: a.span)
      }
    }
    // Of `[T; n]` and `[T]` the elements are compared.
    guard
      left.type == right.type
        || isEquality && (widens(left.type, to: right.type) || widens(right.type, to: left.type)),
      var domain = comparisonDomain(left.type)
    else { return nil }
    if !isEquality, isOrdered(left.type) { domain = .generic }
    if domain == .boolean || domain == .structural, !isEquality { return nil }
    return CombinedOperation(
      operation: .compare(comparison, domain), left: left, right: right, type: .boolean)
  }

  /// Whether values of `type` compare with `==`.
  func hasEquality(_ type: Type) -> Bool { comparisonDomain(type) != nil }

  private func comparisonDomain(_ type: Type) -> ComparisonDomain? {
    var known: [Type: Bool] = [:]
    return comparisonDomain(type, &known)
  }

  /// `known` says of structs and enums whether they compare; of those that are being asked about,
  /// that they do: an array of a type may stand inside the type itself.
  private func comparisonDomain(_ type: Type, _ known: inout [Type: Bool]) -> ComparisonDomain? {
    switch type {
    case .integer, .integer32, .duration, .timestamp: return .integer
    case .float: return .float
    case .boolean: return .boolean
    case .string: return .string
    case .optional(let inner), .array(let inner), .fixedArray(let inner, _):
      return comparisonDomain(inner, &known) == nil ? nil : .structural
    case .tuple(let parts): return compare(parts, &known) ? .structural : nil
    case .structure, .enumeration:
      if let compares = known[type] { return compares ? .structural : nil }
      known[type] = true
      let compares: Bool
      if case .structure(let id, let arguments) = type {
        compares = compare(program.fieldTypes(of: id, arguments), &known)
      } else if case .enumeration(let id) = type {
        compares = program[id].cases.allSatisfy { compare($0.payload.map(\.type), &known) }
      } else {
        compares = false
      }
      known[type] = compares
      return compares ? .structural : nil
    case .parameter(let id):
      let generic = body.generics.first { $0.id == id }
      if case .type(let bound)? = generic?.kind, bound != .none { return .structural }
      return nil
    case .unknown, .never, .unit, .error, .anyError, .function, .interface, .driver, .channel,
      .recording, .simulation:
      return nil
    }
  }

  private func compare(_ parts: [Type], _ known: inout [Type: Bool]) -> Bool {
    parts.allSatisfy { comparisonDomain($0, &known) != nil }
  }
}
