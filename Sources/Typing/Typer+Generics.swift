import Syntax

// What generic parameters stand for: by comparing a parameter's type with an argument's.

extension Typer {
  /// Whether no generic parameter of a callee is left in `type`; those of the body itself stand for
  /// themselves.
  func isClosed(_ type: Type) -> Bool {
    switch type {
    case .float(let dimension):
      dimension.variables.allSatisfy { variable in isOwn(variable.parameter) }
    case .optional(let inner), .array(let inner): isClosed(inner)
    case .fixedArray(let inner, let lengths):
      isClosed(inner)
        && lengths.allSatisfy { if case .parameter(let id) = $0 { isOwn(id) } else { true } }
    case .tuple(let parts): parts.allSatisfy { isClosed($0) }
    case .structure(_, let arguments), .enumeration(_, let arguments):
      arguments.allSatisfy { argument in
        switch argument {
        case .type(let type): isClosed(type)
        case .dimension(let dimension): isClosed(.float(dimension))
        case .length(.parameter(let id)): isOwn(id)
        case .length(.known): true
        }
      }
    case .function(let parameters, let result):
      isClosed(result) && parameters.allSatisfy { isClosed($0) }
    case .parameter(let id): isOwn(id)
    default: true
    }
  }

  /// `type`, a `Float` of a dimension that is still open or arrays of such, with bare numbers
  /// instead; nil of anything else.
  func numbered(_ type: Type) -> Type? {
    switch type {
    case .float: isClosed(type) ? nil : .number
    case .array(let inner): numbered(inner).map { .array($0) }
    case .fixedArray(let inner, let lengths): numbered(inner).map { .fixedArray($0, lengths) }
    case .optional(let inner): numbered(inner).map { .optional($0) }
    case .unknown, .never, .unit, .boolean, .integer, .integer32, .duration, .timestamp, .string,
      .tuple, .structure, .enumeration, .error, .anyError, .function, .interface, .driver, .channel,
      .recording, .simulation, .parameter:
      nil
    }
  }

  /// Types an argument whose parameter is a `wanted` that is still open: a type with open
  /// parameters is no help to what stands there, except to literals.
  mutating func openArgument(_ id: ExpressionID, _ wanted: Type) -> TypedExpression {
    if let literal = openLiteral(id, wanted) { return literal }
    if let hint = functionHint(wanted), namesFunctions(id) {
      return expression(id, expecting: hint)
    }
    if let enumeration = openEnum(wanted), isImplicitCase(id) {
      return settled(expression(id, expecting: .enumeration(enumeration, [])))
    }
    // Beside a `Float` of any dimension a literal is a bare number (rule 4), and one with a unit of
    // time its seconds (rule 55).
    if let numbers = numbered(wanted) {
      if adapts(id) { return value(id, as: numbers) }
      if isTimeLiteral(id) { return value(id, as: timed(numbers)) }
    }
    return settled(expression(id))
  }

  /// The enum that `type`, or what it holds, is.
  private func openEnum(_ type: Type) -> EnumID? {
    switch type {
    case .enumeration(let id, _): id
    case .optional(let inner): openEnum(inner)
    default: nil
    }
  }

  /// Whether `id` is a case without the name of its enum: `.level(2 V)`.
  private func isImplicitCase(_ id: ExpressionID) -> Bool {
    switch tree[id] {
    case .implicitMember: true
    case .call(let callee, _): if case .implicitMember = tree[callee] { true } else { false }
    default: false
    }
  }

  /// Whether `id` is a number with a unit of time, or an array of such.
  func isTimeLiteral(_ id: ExpressionID) -> Bool {
    switch tree[id] {
    case .quantity(_, let unit): UnitScale(unit)?.dimension == .time
    case .parenthesized(let inner), .prefix(.minus, let inner): isTimeLiteral(inner)
    case .array(let elements): !elements.isEmpty && elements.allSatisfy { isTimeLiteral($0) }
    default: false
    }
  }

  /// `type`, made of bare numbers, with seconds instead.
  func timed(_ type: Type) -> Type {
    switch type {
    case .array(let inner): .array(timed(inner))
    case .fixedArray(let inner, let lengths): .fixedArray(timed(inner), lengths)
    case .optional(let inner): .optional(timed(inner))
    default: .float(.time)
    }
  }

  /// Whether more than one dimension is still open in one factor of `type`.
  func hasSeveralOpen(_ type: Type) -> Bool {
    switch type {
    case .float(let dimension): dimension.variables.filter { !isOwn($0.parameter) }.count > 1
    case .optional(let inner), .array(let inner), .fixedArray(let inner, _): hasSeveralOpen(inner)
    case .tuple(let parts): parts.contains { hasSeveralOpen($0) }
    default: false
    }
  }

  private func isOwn(_ id: GenericID) -> Bool { body.generics.contains { $0.id == id } }

  /// Makes `pattern` equal to `type` by settling generic parameters in `map`; false if that cannot
  /// be.
  func unify(_ pattern: Type, _ type: Type, _ map: inout [GenericID: GenericArgument]) -> Bool {
    if isUnknown(type) { return true }
    switch (pattern, type) {
    case (.parameter(let id), _):
      if case .type(let known)? = map[id] {
        return known == type
      }
      if isOwn(id), pattern == type { return true }
      map[id] = .type(type)
      return true
    case (.float(let wanted), .float(let given)): return unify(wanted, given, &map)
    case (.optional(let a), .optional(let b)): return b == .never || unify(a, b, &map)
    case (.optional(let a), _): return unify(a, type, &map)
    case (.array(let a), .array(let b)): return b == .never || unify(a, b, &map)
    case (.array(let a), .fixedArray(let b, let lengths)):
      return lengths.count == 1 && unify(a, b, &map)
    case (.fixedArray(let a, let m), .fixedArray(let b, let n)):
      guard m.count == n.count, unify(a, b, &map) else { return false }
      for (wanted, given) in zip(m, n) {
        switch (wanted, given) {
        case (.parameter(let id), _):
          if case .length(let known)? = map[id], known != given { return false }
          map[id] = .length(given)
        case (.known, _): if wanted != given { return false }
        }
      }
      return true
    case (.tuple(let a), .tuple(let b)):
      return a.count == b.count && zip(a, b).allSatisfy { unify($0, $1, &map) }
    case (.structure(let a, let m), .structure(let b, let n)): return a == b && unify(m, n, &map)
    case (.enumeration(let a, let m), .enumeration(let b, let n)):
      return a == b && unify(m, n, &map)
    case (.function(let a, let r), .function(let b, let s)):
      return a.count == b.count && zip(a, b).allSatisfy { unify($0, $1, &map) } && unify(r, s, &map)
    default: return pattern.substituting(map) == type
    }
  }

  private func unify(
    _ wanted: [GenericArgument], _ given: [GenericArgument],
    _ map: inout [GenericID: GenericArgument]
  ) -> Bool {
    guard wanted.count == given.count else { return false }
    for (a, b) in zip(wanted, given) {
      switch (a, b) {
      case (.type(let x), .type(let y)): if !unify(x, y, &map) { return false }
      case (.dimension(let x), .dimension(let y)): if !unify(x, y, &map) { return false }
      case (.length(.parameter(let id)), .length(let y)):
        if case .length(let known)? = map[id], known != y { return false }
        map[id] = .length(y)
      default: if a != b { return false }
      }
    }
    return true
  }

  private func unify(
    _ wanted: Dimension, _ given: Dimension, _ map: inout [GenericID: GenericArgument]
  ) -> Bool {
    let known = wanted.substituting(map)
    let open = known.variables.filter { map[$0.parameter] == nil && !isOwn($0.parameter) }
    guard let variable = open.first else { return known == given }
    guard open.count == 1 else { return false }
    // given = rest * D^power
    var rest = known
    rest = rest / Dimension(parameter: variable.parameter).raised(to: Int(variable.power))
    let quotient = given / rest
    guard let root = quotient.root(Int(variable.power)) else { return false }
    map[variable.parameter] = .dimension(root)
    return true
  }
}

extension Dimension {
  /// The dimension whose `n`-th power this is; nil if there is none.
  func root(_ n: Int) -> Dimension? {
    guard n != 0 else { return nil }
    if n == 1 { return self }
    var result = Dimension.none
    var powers: [Int] = []
    for lane in 0..<6 {
      let power = Int(exponents[lane])
      guard power % n == 0 else { return nil }
      powers.append(power / n)
    }
    result = Dimension(
      second: Int8(powers[0]), metre: Int8(powers[1]), kilogram: Int8(powers[2]),
      ampere: Int8(powers[3]),
      kelvin: Int8(powers[4]), angle: Int8(powers[5]))
    for variable in variables {
      guard Int(variable.power) % n == 0 else { return nil }
      result = result * Dimension(parameter: variable.parameter).raised(to: Int(variable.power) / n)
    }
    return result
  }
}
