import Diagnostics
import Typing

// Fixed arrays and matrices: their elements stand row after row.

extension Interpreter {
  /// What an operation on fixed arrays costs beyond the operation itself.
  mutating func chargeElements(of type: Type) {
    charge(operations: Int64(concrete(type).elementCount ?? 0))
  }

  private func shape(of type: Type) throws(Stop) -> [Int] {
    guard case .fixedArray(_, let lengths) = concrete(type) else {
      throw .unsupported("the shape of no matrix")
    }
    var shape: [Int] = []
    for length in lengths { shape.append(try known(length)) }
    return shape
  }

  func known(_ length: Length) throws(Stop) -> Int {
    switch length {
    case .known(let count): return count
    case .parameter(let id):
      guard case .length(.known(let count))? = frame.generics[id] else {
        throw .unsupported("a length that is not known")
      }
      return count
    }
  }

  mutating func matrixProduct(
    _ multiply: BinaryOperation, _ add: BinaryOperation, _ left: (Value, Type),
    _ right: (Value, Type), at span: Span
  ) throws(Stop) -> Value {
    guard case .array(let a) = left.0, case .array(let b) = right.0 else {
      throw .unsupported("a product of no matrices")
    }
    let (m, n) = (try shape(of: left.1), try shape(of: right.1))
    let (rows, inner) = (m.count > 1 ? m[0] : 1, m[m.count - 1])
    let columns = n.count > 1 ? n[1] : 1
    charge(operations: 2 * Int64(rows) * Int64(columns) * Int64(inner))
    var result: [Value] = []
    for i in 0..<rows {
      for j in 0..<columns {
        var sum: Value?
        for k in 0..<inner {
          let term = try binary(multiply, a[i * inner + k], b[k * columns + j], at: span)
          sum = try sum.map { sum throws(Stop) in try binary(add, sum, term, at: span) } ?? term
        }
        let zero: Value
        if case .float = multiply { zero = .float(0) } else { zero = .integer(0) }
        result.append(sum ?? zero)
      }
    }
    return m.count > 1 || n.count > 1 ? .array(result) : result[0]
  }

  mutating func arrayIntrinsic(
    _ intrinsic: Intrinsic, _ values: [Value], _ operands: [TypedExpression], at span: Span
  ) throws(Stop) -> Value {
    charge(operations: 1)
    func index(_ number: Int) throws(Stop) -> Int64 {
      guard values.indices.contains(number), case .integer(let value) = values[number] else {
        throw .unsupported("an index that is none")
      }
      return value
    }
    if case .position(let lengths) = intrinsic {
      var place: Int64 = 0
      for (number, length) in lengths.enumerated() {
        let count = Int64(try known(length))
        let position = try index(number)
        guard position >= 0, position < count else { throw raise(.indexOutOfRange, at: span) }
        place = place &* count &+ position
      }
      return .integer(place)
    }
    guard case .array(let elements)? = values.first, let type = operands.first?.type else {
      throw .unsupported("\(intrinsic) of no array")
    }
    switch intrinsic {
    case .sized(let lengths):
      var due = 1
      for length in lengths { due *= try known(length) }
      guard elements.count == due else { throw raise(.indexOutOfRange, at: span) }
      return .array(elements)
    case .transposed:
      let shape = try shape(of: type)
      chargeElements(of: type)
      var result: [Value] = []
      for column in 0..<shape[1] {
        for row in 0..<shape[0] { result.append(elements[row * shape[1] + column]) }
      }
      return .array(result)
    case .steppedSlice(let isClosed):
      let (low, high, step) = (try index(1), try index(2), try index(3))
      if step == 0 { throw raise(.arithmeticOverflow, at: span) }
      let count = Int64(elements.count)
      // What a plain slice of the elements gone through would ask for.
      let fits =
        step > 0
        ? low >= 0 && (isClosed ? high < count && low <= high + 1 : high <= count && low <= high)
        : low < count
          && (isClosed ? high >= 0 && low >= high - 1 : high >= -1 && low >= high)
      guard fits else { throw raise(.indexOutOfRange, at: span) }
      var result: [Value] = []
      var next: Int64? = low
      while let place = next,
        (step > 0 ? place < high : place > high) || (isClosed && place == high)
      {
        result.append(elements[Int(place)])
        let (sum, overflow) = place.addingReportingOverflow(step)
        next = overflow ? nil : sum
      }
      return .array(result)
    default: throw .unsupported("\(intrinsic)")
    }
  }
}
