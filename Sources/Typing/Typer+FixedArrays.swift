import Diagnostics
import Syntax

// Fixed arrays and matrices: how they are written, indexed, and reckoned with (rule 17).
//
// The elements of a matrix stand row after row in one array.

extension Typer {
  /// `value`, a `[T; n]`, as the `[T]` that `type` is; nil if they are anything else.
  mutating func widened(_ value: TypedExpression, to type: Type) -> TypedExpression? {
    guard widens(value.type, to: type), case .array(let element) = type else { return nil }
    switch value.kind {
    case .local, .member, .array, .repeated, .field, .index:
      // What is written or kept somewhere is read as what it is: the elements stand alike.
      return TypedExpression(value.kind, type, at: value.span)
    default:
      let item = body.newLocal("_", element, isVariable: false, at: value.span)
      let loop = TypedLoop(source: .array(value), variable: item)
      let local = TypedExpression(.local(item), element, at: value.span)
      return TypedExpression(.comprehension(local, [.loop(loop)]), type, at: value.span)
    }
  }

  /// Whether `type` is the `[T; n]` to the `[T]` that `wanted` is.
  func widens(_ type: Type, to wanted: Type) -> Bool {
    guard case .fixedArray(let element, let lengths) = type, case .array(let due) = wanted else {
      return false
    }
    return lengths.count == 1 && element == due
  }

  // MARK: Literals

  /// A matrix of `rows`, each typed as a row.
  mutating func joined(_ rows: [TypedExpression], _ type: Type, at span: Span) -> TypedExpression {
    var elements: [TypedExpression] = []
    for row in rows {
      guard let inner = row.writtenElements else {
        let rowType = row.type
        let all = TypedExpression(.array(rows), .array(rowType), at: span)
        return flattened(all, rowType, [], type, at: span)
      }
      elements += inner
    }
    return TypedExpression(.array(elements), type, at: span)
  }

  /// The elements of all arrays in `rows`, of type `rowType`, each array taken as often as `loops`
  /// have rounds.
  private mutating func flattened(
    _ rows: TypedExpression, _ rowType: Type, _ loops: [TypedClause], _ type: Type, at span: Span
  ) -> TypedExpression {
    guard case .fixedArray(let element, _) = rowType else {
      return TypedExpression(.invalid, .unknown, at: span)
    }
    let row = body.newLocal("_", rowType, isVariable: false, at: span)
    let item = body.newLocal("_", element, isVariable: false, at: span)
    let inner = TypedExpression(.local(row), .fixedArray(element, []), at: span)
    let clauses: [TypedClause] =
      [.loop(TypedLoop(source: .array(rows), variable: row))] + loops
      + [.loop(TypedLoop(source: .array(inner), variable: item))]
    return TypedExpression(
      .comprehension(TypedExpression(.local(item), element, at: span), clauses), type, at: span)
  }

  /// `[row; count]` as a matrix of `type`.
  mutating func repeatedRow(
    _ row: TypedExpression, count: TypedExpression, _ type: Type, at span: Span
  ) -> TypedExpression {
    if case .repeated(let value, let inner) = row.kind {
      let all: TypedExpression
      if case .integer(let m) = count.kind, case .integer(let n) = inner.kind {
        let (product, overflow) = m.multipliedReportingOverflow(by: n)
        all = TypedExpression(.integer(overflow ? .max : product), .integer, at: count.span)
      } else {
        all = TypedExpression(
          .binary(.integer(.multiply), count, inner), .integer, at: count.span)
      }
      return TypedExpression(.repeated(value, count: all), type, at: span)
    }
    let zero = TypedExpression(.integer(0), .integer, at: count.span)
    let round = body.newLocal("_", .integer, isVariable: false, at: span)
    let loop = TypedLoop(
      source: .range(zero, count, isClosed: false, step: nil), variable: round)
    let rows = TypedExpression(.array([row]), .array(row.type), at: span)
    return flattened(rows, row.type, [.loop(loop)], type, at: span)
  }

  /// The length that `count` says, where it is known when the program is checked.
  func knownLength(_ count: TypedExpression) -> Length? {
    switch count.kind {
    case .integer(let value) where value >= 0 && value <= 1 << 32: return .known(Int(value))
    case .intrinsic(.length(let id), _): return .parameter(id)
    case .member(let id): return constantInteger(program[id]).map { .known($0) }
    default: return nil
    }
  }

  /// The literal `id` where a fixed array of `pattern` is due whose lengths a call leaves open; nil
  /// of what is no array literal.
  mutating func openLiteral(_ id: ExpressionID, _ pattern: Type) -> TypedExpression? {
    guard case .fixedArray(let element, let lengths) = pattern,
      let shape = shape(of: id, depth: lengths.count)
    else { return nil }
    let known = shape.map { Length.known($0) }
    if isClosed(element) { return value(id, as: .fixedArray(element, known)) }
    if adapts(id), let numbers = numbered(element) {
      return value(id, as: .fixedArray(numbers, known))
    }
    if isTimeLiteral(id), let numbers = numbered(element) {
      return value(id, as: .fixedArray(timed(numbers), known))
    }
    return fixed(expression(id), known)
  }

  /// The array literal `literal` as a fixed array of the lengths `known`, which it has.
  private mutating func fixed(_ literal: TypedExpression, _ known: [Length]) -> TypedExpression {
    let typed = settled(literal)
    var inner = typed.type
    for _ in known {
      guard case .array(let next) = inner else { return typed }
      inner = next
    }
    return TypedExpression(
      .array(leaves(of: typed, depth: known.count)), .fixedArray(inner, known), at: typed.span)
  }

  func isArrayLiteral(_ id: ExpressionID) -> Bool {
    switch tree[id] {
    case .array(let elements): !elements.isEmpty
    case .parenthesized(let inner): isArrayLiteral(inner)
    default: false
    }
  }

  /// The array literal `id` as an operand beside a fixed array: a fixed array as well, of numbers
  /// where it consists of literals; nil of anything else.
  mutating func fixedLiteral(
    _ id: ExpressionID, beside type: Type, _ operation: InfixOperator
  ) -> TypedExpression? {
    guard case .fixedArray(let element, let lengths) = type, !element.isDevice,
      isArrayLiteral(id)
    else { return nil }
    let isProduct = operation == .matrixMultiply
    guard isProduct || isArithmetic(operation) else { return nil }
    if operation == .add || operation == .subtract, element != .timestamp {
      return expression(id, expecting: type)
    }
    let depth = isProduct ? (shape(of: id, depth: 2) == nil ? 1 : 2) : lengths.count
    guard let known = shape(of: id, depth: depth)?.map({ Length.known($0) }) else { return nil }
    if adapts(id) {
      switch element {
      case .integer32: return value(id, as: .fixedArray(.integer32, known))
      case .float: return value(id, as: .fixedArray(.number, known))
      default: break
      }
    }
    return fixed(expression(id), known)
  }

  private func shape(of id: ExpressionID, depth: Int) -> [Int]? {
    switch tree[id] {
    case .parenthesized(let inner): return shape(of: inner, depth: depth)
    case .array(let elements):
      if depth <= 1 { return [elements.count] }
      guard let first = elements.first, let inner = shape(of: first, depth: depth - 1) else {
        return nil
      }
      for element in elements.dropFirst() where shape(of: element, depth: depth - 1) != inner {
        return nil
      }
      return [elements.count] + inner
    default: return nil
    }
  }

  private func leaves(of value: TypedExpression, depth: Int) -> [TypedExpression] {
    guard depth > 0, let elements = value.writtenElements else { return [value] }
    if depth == 1 { return elements }
    return elements.flatMap { leaves(of: $0, depth: depth - 1) }
  }

  // MARK: Indices

  /// `m[i, j]`: an element of a matrix.
  mutating func matrixIndex(
    _ matrix: TypedExpression, _ element: Type, _ lengths: [Length], _ indices: [ExpressionID],
    at span: Span
  ) -> TypedExpression {
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    guard indices.count == lengths.count, !indices.contains(where: { isRange($0) }) else {
      for index in indices where !isRange(index) { _ = expression(index) }
      let names = ["i", "j", "k", "l"].prefix(lengths.count).joined(separator: ", ")
      report(
        Diagnostic(
          .notApplicable,
          "an element of \(program.described(matrix.type)) has \(lengths.count) indices: `m[\(names)]`",
          at: span))
      return unknown
    }
    let positions = indices.map { value($0, as: .integer) }
    if positions.contains(where: { isUnknown($0.type) }) { return unknown }
    let place = tree.span(of: indices[0]).joined(with: tree.span(of: indices[indices.count - 1]))
    var flat: Int64? = 0
    for (position, length) in zip(positions, lengths) {
      guard let before = flat, case .integer(let index) = position.kind,
        case .known(let count) = length, index >= 0, index < count
      else {
        flat = nil
        break
      }
      let (product, overflow) = before.multipliedReportingOverflow(by: Int64(count))
      flat = overflow ? nil : product + index
    }
    let position =
      flat.map { TypedExpression(.integer($0), .integer, at: place) }
      ?? TypedExpression(.intrinsic(.position(lengths), positions), .integer, at: place)
    return TypedExpression(.index(matrix, position), element, at: span)
  }

  /// A length as a value.
  func value(of length: Length, at span: Span) -> TypedExpression {
    switch length {
    case .known(let count): TypedExpression(.integer(Int64(count)), .integer, at: span)
    case .parameter(let id): TypedExpression(.intrinsic(.length(id), []), .integer, at: span)
    }
  }

  /// The value of `a[low..<high by step]`.
  mutating func steppedSlice(
    _ array: TypedExpression, _ element: Type, _ low: ExpressionID, _ high: ExpressionID,
    isClosed: Bool, step: ExpressionID, at span: Span
  ) -> TypedExpression {
    let operands = [
      array, value(low, as: .integer), value(high, as: .integer), value(step, as: .integer),
    ]
    if operands.contains(where: { isUnknown($0.type) }) {
      return TypedExpression(.invalid, .unknown, at: span)
    }
    return TypedExpression(
      .intrinsic(.steppedSlice(isClosed: isClosed), operands), .array(element), at: span)
  }

  // MARK: Operators

  /// An operator between fixed arrays of equal shape, or one and a single value: element by
  /// element.
  func combineElements(
    _ operation: InfixOperator, _ a: TypedExpression, _ b: TypedExpression
  ) -> CombinedOperation? {
    var left = a
    var right = b
    let shape: [Length]
    let broadcast: Broadcast
    switch (a.type, b.type) {
    case (.fixedArray(let x, let m), .fixedArray(let y, let n)):
      guard m == n else { return nil }
      left = TypedExpression(.invalid, x, at: a.span)
      right = TypedExpression(.invalid, y, at: b.span)
      (shape, broadcast) = (m, .both)
    case (.fixedArray(let x, let m), _):
      left = TypedExpression(.invalid, x, at: a.span)
      (shape, broadcast) = (m, .left)
    case (_, .fixedArray(let y, let n)):
      right = TypedExpression(.invalid, y, at: b.span)
      (shape, broadcast) = (n, .right)
    default: return nil
    }
    guard isArithmetic(operation), isNumeric(left.type) || isNumber(left.type),
      isNumeric(right.type) || isNumber(right.type), let found = combine(operation, left, right)
    else { return nil }
    // The elements of an array are taken as they are.
    func isKept(_ value: TypedExpression) -> Bool {
      if case .invalid = value.kind { true } else { false }
    }
    if broadcast != .right, !isKept(found.left) { return nil }
    if broadcast != .left, !isKept(found.right) { return nil }
    return CombinedOperation(
      operation: .elementwise(found.operation, broadcast),
      left: broadcast == .right ? found.left : a, right: broadcast == .left ? found.right : b,
      type: .fixedArray(found.type, shape), keepsLeft: broadcast != .right)
  }

  private func isArithmetic(_ operation: InfixOperator) -> Bool {
    switch operation {
    case .add, .subtract, .multiply, .divide, .floorDivide, .remainder, .power: true
    default: false
    }
  }

  /// `a @ b`: of two matrices, a matrix and an array, or two arrays.
  func combineMatrices(_ a: TypedExpression, _ b: TypedExpression) -> CombinedOperation? {
    guard case .fixedArray(let x, let m) = a.type, case .fixedArray(let y, let n) = b.type,
      m.count <= 2, n.count <= 2, let inner = m.last, inner == n.first
    else { return nil }
    let left = TypedExpression(.invalid, x, at: a.span)
    let right = TypedExpression(.invalid, y, at: b.span)
    guard isNumeric(x) || isNumber(x), isNumeric(y) || isNumber(y),
      let product = combine(.multiply, left, right), case .invalid = product.left.kind,
      case .invalid = product.right.kind
    else { return nil }
    let term = TypedExpression(.invalid, product.type, at: a.span)
    guard let sum = combine(.add, term, term), sum.type == product.type else { return nil }
    let shape = Array(m.dropLast()) + Array(n.dropFirst())
    return CombinedOperation(
      operation: .matrixProduct(multiply: product.operation, add: sum.operation), left: a,
      right: b, type: shape.isEmpty ? product.type : .fixedArray(product.type, shape),
      keepsLeft: true)
  }
}
