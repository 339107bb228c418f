/// The elements of a long array that is written out as numbers: without a node for each.
package enum NumberTable: Sendable {
  /// Elements of an array of `Int`, `Int32` or `Duration`.
  case integers([Int64])
  /// Elements of an array of `Float`, in SI base units if it has a dimension.
  case floats([Double])

  /// How many numbers make a table; shorter arrays have a node for each element.
  package static let countMin = 64

  package var count: Int {
    switch self {
    case .integers(let values): values.count
    case .floats(let values): values.count
    }
  }
}

extension TypedExpression {
  /// The elements of an array that is written out, those of a table at its place; nil of anything
  /// else.
  package var writtenElements: [TypedExpression]? {
    switch kind {
    case .array(let elements): return elements
    case .numbers(let table):
      guard let element = type.elementOfWritten else { return nil }
      switch table {
      case .integers(let values): return values.map { Self(.integer($0), element, at: span) }
      case .floats(let values): return values.map { Self(.float($0), element, at: span) }
      }
    default: return nil
    }
  }
}

extension Type {
  fileprivate var elementOfWritten: Type? {
    switch self {
    case .array(let element): element
    case .fixedArray(let element, let lengths) where lengths.count == 1: element
    default: nil
    }
  }
}
