import Diagnostics
import Syntax

// What an operator is between operands of known types (rules 7 to 10).

extension Typer {
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
  func scales(_ operation: InfixOperator) -> Bool {
    operation == .multiply || operation == .floorDivide
  }

  /// The literal `id` as a value of the generic parameter `type`.
  mutating func genericNumber(_ id: ExpressionID, _ type: Type, scales: Bool)
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
    if let generic = genericOperation(operation) { return generic.ofIntegers }
    return switch operation {
    case .wrappingAdd: .wrappingAdd
    case .wrappingSubtract: .wrappingSubtract
    case .wrappingMultiply: .wrappingMultiply
    case .bitAnd: .bitAnd
    case .bitOr: .bitOr
    case .bitXor: .bitXor
    case .shiftLeft: .shiftLeft
    case .shiftRight: .shiftRight
    case .add, .subtract, .multiply, .floorDivide, .remainder, .power, .divide, .matrixMultiply,
      .coalesce, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .contains, .and,
      .or:
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
      } else if case .enumeration(let id, let arguments) = type {
        compares = program.payloadTypes(of: id, arguments).allSatisfy { compare($0, &known) }
      } else {
        compares = false
      }
      known[type] = compares
      return compares ? .structural : nil
    case .parameter(let id):
      let generic = body.generics.first { $0.id == id }
      if case .type(let bound)? = generic?.kind, bound != .none { return .structural }
      return nil
    // An error has been told, and what follows from it is none.
    case .unknown: return .structural
    case .never, .unit, .error, .anyError, .function, .interface, .driver, .channel,
      .recording, .simulation:
      return nil
    }
  }

  private func compare(_ parts: [Type], _ known: inout [Type: Bool]) -> Bool {
    parts.allSatisfy { comparisonDomain($0, &known) != nil }
  }
}
