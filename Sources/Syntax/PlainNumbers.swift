import Diagnostics

/// The numbers without units in long lists, in a third of the memory that nodes of their own would
/// take: tables of a million of them are read as fast as memory allows.
///
/// Their ids are those below zero.
struct PlainNumbers: Sendable {
  /// A number as it is written, and where.
  private struct Entry: Sendable {
    let significand: UInt64
    let start: UInt32
    let length: UInt8
    let exponent: Int8
    let isNegative: Bool
    let isFloat: Bool
  }

  private var entries: [Entry] = []

  /// Makes room for `count` numbers, which costs nothing until they come.
  mutating func reserveCapacity(_ count: Int) { entries.reserveCapacity(count) }

  /// The id under which `number`, written from `start` to `end` with its sign, is found again; nil
  /// where it is too long to be kept here.
  mutating func add(_ number: WrittenNumber, isNegative: Bool, from start: UInt32, to end: UInt32)
    -> ExpressionID?
  {
    guard number.isExact, let exponent = Int8(exactly: number.exponent),
      let length = UInt8(exactly: end - start)
    else { return nil }
    entries.append(
      Entry(
        significand: number.significand, start: start, length: length, exponent: exponent,
        isNegative: isNegative, isFloat: number.isFloat))
    return ExpressionID(index: -Int32(truncatingIfNeeded: entries.count))
  }

  /// The number of this id, which is below zero.
  func numeral(_ id: ExpressionID) -> Numeral {
    let entry = entries[Int(-1 - id.index)]
    let exponent = Int32(entry.exponent)
    let magnitude = nearestDouble(significand: entry.significand, exponent: exponent)
    return Numeral(
      significand: entry.significand, exponent: exponent, isNegative: entry.isNegative,
      isFloat: entry.isFloat, isExact: true, double: entry.isNegative ? -magnitude : magnitude)
  }

  /// Where the number of this id stands.
  func span(_ id: ExpressionID, in source: SourceID) -> Span {
    let entry = entries[Int(-1 - id.index)]
    return Span(source, Int(entry.start), Int(entry.start) + Int(entry.length))
  }
}

extension ParsedModule {
  /// Whether any of `elements` is a number written with a point or an exponent.
  package func containsFloatLiteral(_ elements: [ExpressionID]) -> Bool {
    let contents = self.contents
    return elements.contains { contents.numeral($0)?.isFloat == true }
  }

  /// The values of `elements`; nil unless all are numbers without units that a `Float` holds.
  package func floats(_ elements: [ExpressionID]) -> [Double]? {
    let contents = self.contents
    var values: [Double] = []
    values.reserveCapacity(elements.count)
    for element in elements {
      guard let numeral = contents.numeral(element), numeral.double.isFinite else { return nil }
      values.append(numeral.double)
    }
    return values
  }

  /// The values of `elements`; nil unless all are integers without units within `limits`.
  package func integers(_ elements: [ExpressionID], within limits: ClosedRange<Int64>)
    -> [Int64]?
  {
    let contents = self.contents
    var values: [Int64] = []
    values.reserveCapacity(elements.count)
    for element in elements {
      guard let numeral = contents.numeral(element), !numeral.isFloat, let value = numeral.integer,
        limits.contains(value)
      else { return nil }
      values.append(value)
    }
    return values
  }
}

extension TreeContents {
  /// The number that an expression is; nil of all that is none, or has a unit.
  fileprivate func numeral(_ id: ExpressionID) -> Numeral? {
    if id.index < 0 { return plainNumbers.numeral(id) }
    guard case .number(let numeral) = self[id] else { return nil }
    return numeral
  }
}
