import Diagnostics

/// The numbers in long lists, in a third of the memory that nodes of their own would take: tables
/// of a million of them are read as fast as memory allows.
///
/// Their ids are those below zero.
struct PlainNumbers: Sendable {
  /// A number as it is written, and where.
  private struct Entry: Sendable {
    let significand: UInt64
    let start: UInt32
    /// With sign and unit.
    let length: UInt8
    let exponent: Int8
    let flags: UInt8
    /// Which of `units` stands behind it; 0: none.
    let unit: UInt8

    static let negative: UInt8 = 1
    static let float: UInt8 = 2
  }

  private var entries: [Entry] = []
  /// The units in the order in which they first came.
  private var units: [String] = []
  /// The unit that came last and its number.
  private var lastUnit: (packed: UInt64, number: UInt8) = (0, 0)

  /// Makes room for `count` numbers, which costs nothing until they come.
  mutating func reserveCapacity(_ count: Int) { entries.reserveCapacity(count) }

  /// The id under which `number` is found again; nil where it is too long to be kept here.
  ///
  /// It is written from `start` to `end`, with its sign and its unit.
  ///
  /// The unit is packed as `packedName` does it, 0 if there is none.
  mutating func add(
    _ number: WrittenNumber, isNegative: Bool, unit: UInt64, from start: UInt32, to end: UInt32
  ) -> ExpressionID? {
    guard number.isExact, let exponent = Int8(exactly: number.exponent),
      let length = UInt8(exactly: end - start)
    else { return nil }
    if unit != lastUnit.packed { lastUnit = (unit, self.number(of: unit)) }
    entries.append(
      Entry(
        significand: number.significand, start: start, length: length, exponent: exponent,
        flags: (isNegative ? Entry.negative : 0) | (number.isFloat ? Entry.float : 0),
        unit: lastUnit.number))
    return ExpressionID(index: -Int32(truncatingIfNeeded: entries.count))
  }

  /// The number of a unit; there are fewer units than numbers for them.
  private mutating func number(of unit: UInt64) -> UInt8 {
    if unit == 0 { return 0 }
    var bytes: [UInt8] = []
    for shift in stride(from: 56, through: 0, by: -8) {
      let byte = UInt8(truncatingIfNeeded: unit >> UInt64(shift))
      if byte != 0 { bytes.append(byte) }
    }
    let name = String(decoding: bytes, as: UTF8.self)
    let place = units.firstIndex(of: name) ?? units.count
    if place == units.count { units.append(name) }
    return UInt8(truncatingIfNeeded: place + 1)
  }

  /// The number of this id, which is below zero, as an expression.
  func expression(_ id: ExpressionID, in source: SourceID) -> Expression {
    let (numeral, unit) = value(id)
    guard unit > 0 else { return .number(numeral) }
    let name = units[Int(unit) - 1]
    let end = Int(span(id, in: source).end)
    let place = Span(source, end - name.utf8.count, end)
    let factor = UnitExpression.Factor(name: Name(name, at: place), power: 1)
    return .quantity(numeral, UnitExpression(factors: [factor], span: place))
  }

  /// The number of this id, which is below zero, and that of its unit: 0 if it has none.
  @inline(__always)
  func value(_ id: ExpressionID) -> (Numeral, unit: UInt8) {
    let entry = entries[Int(-1 - id.index)]
    let exponent = Int32(entry.exponent)
    let isNegative = entry.flags & Entry.negative != 0
    let magnitude = nearestDouble(significand: entry.significand, exponent: exponent)
    let numeral = Numeral(
      significand: entry.significand, exponent: exponent, isNegative: isNegative,
      isFloat: entry.flags & Entry.float != 0, isExact: true,
      double: isNegative ? -magnitude : magnitude)
    return (numeral, entry.unit)
  }

  /// Where the number of this id stands.
  func span(_ id: ExpressionID, in source: SourceID) -> Span {
    let entry = entries[Int(-1 - id.index)]
    return Span(source, Int(entry.start), Int(entry.start) + Int(entry.length))
  }

  /// The number of the unit behind the number of this id; 0 if it has none.
  func unit(_ id: ExpressionID) -> UInt8 { entries[Int(-1 - id.index)].unit }

  /// The number of the unit of this name; nil if no number here has it.
  func unitNumber(_ name: String) -> UInt8? {
    units.firstIndex(of: name).map { UInt8(truncatingIfNeeded: $0 + 1) }
  }

  /// Where the units stand.
  func unitSpans(in source: SourceID) -> [Span] {
    entries.compactMap { entry in
      guard entry.unit > 0 else { return nil }
      let end = Int(entry.start) + Int(entry.length)
      return Span(source, end - units[Int(entry.unit) - 1].utf8.count, end)
    }
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

extension ParsedModule {
  /// The unit of `elements`, which are all numbers with the same one; nil of others.
  package func commonUnit(_ elements: [ExpressionID]) -> UnitExpression? {
    let contents = self.contents
    guard let first = elements.first, case .quantity(_, let unit) = contents[first],
      unit.factors.count == 1, unit.factors[0].power == 1
    else { return nil }
    let name = unit.factors[0].name.text
    let number = contents.plainNumbers.unitNumber(name)
    for element in elements.dropFirst() {
      if element.index < 0 {
        guard contents.plainNumbers.unit(element) == number else { return nil }
      } else {
        guard case .quantity(_, let other) = contents[element], other.factors.count == 1,
          other.factors[0].name.text == name, other.factors[0].power == 1
        else { return nil }
      }
    }
    return unit
  }

  /// What `value` makes of the numbers of `elements`, whatever their units; nil where one is no
  /// number, or where `value` makes nothing of it.
  package func quantities(_ elements: [ExpressionID], _ value: (Numeral) -> Double?) -> [Double]? {
    numbers(elements, value)
  }

  /// What `value` makes of the numbers of `elements`, whatever their units; nil where one is no
  /// number, or where `value` makes nothing of it.
  package func quantities(_ elements: [ExpressionID], _ value: (Numeral) -> Int64?) -> [Int64]? {
    numbers(elements, value)
  }

  @inline(__always)
  private func numbers<T>(_ elements: [ExpressionID], _ value: (Numeral) -> T?) -> [T]? {
    let contents = self.contents
    var values: [T] = []
    values.reserveCapacity(elements.count)
    for element in elements {
      let numeral: Numeral
      if element.index < 0 {
        numeral = contents.plainNumbers.value(element).0
      } else {
        switch contents[element] {
        case .quantity(let written, _), .number(let written): numeral = written
        default: return nil
        }
      }
      guard let known = value(numeral) else { return nil }
      values.append(known)
    }
    return values
  }
}

extension TreeContents {
  /// The number that an expression is; nil of all that is none, or has a unit.
  fileprivate func numeral(_ id: ExpressionID) -> Numeral? {
    if id.index < 0 {
      let (numeral, unit) = plainNumbers.value(id)
      return unit == 0 ? numeral : nil
    }
    guard case .number(let numeral) = self[id] else { return nil }
    return numeral
  }
}
