import Bytecode

/// The integers between two bounds, these included.
struct IntegerRange: Equatable {
  var low: Int64
  var high: Int64

  static let all = IntegerRange(low: .min, high: .max)
  static let word32 = IntegerRange(low: Int64(Int32.min), high: Int64(Int32.max))
  /// The number of an array's elements.
  static let count = IntegerRange(low: 0, high: 1 << 48)

  init(low: Int64, high: Int64) { (self.low, self.high) = (low, high) }
  init(_ value: Int64) { (low, high) = (value, value) }

  /// The least range that holds both.
  func union(_ other: IntegerRange) -> IntegerRange {
    IntegerRange(low: min(low, other.low), high: max(high, other.high))
  }

  /// What an operation yields whose results at the bounds are these; nil if one overflows.
  private static func spanned(
    _ results: (partialValue: Int64, overflow: Bool)...
  ) -> IntegerRange? {
    var range: IntegerRange?
    for (value, overflow) in results {
      if overflow { return nil }
      range = range?.union(IntegerRange(value)) ?? IntegerRange(value)
    }
    return range
  }

  /// All sums; nil if one may overflow.
  ///
  /// So with differences and products.
  static func + (a: IntegerRange, b: IntegerRange) -> IntegerRange? {
    spanned(a.low.addingReportingOverflow(b.low), a.high.addingReportingOverflow(b.high))
  }

  static func - (a: IntegerRange, b: IntegerRange) -> IntegerRange? {
    spanned(a.low.subtractingReportingOverflow(b.high), a.high.subtractingReportingOverflow(b.low))
  }

  static func * (a: IntegerRange, b: IntegerRange) -> IntegerRange? {
    spanned(
      a.low.multipliedReportingOverflow(by: b.low), a.low.multipliedReportingOverflow(by: b.high),
      a.high.multipliedReportingOverflow(by: b.low), a.high.multipliedReportingOverflow(by: b.high))
  }

  /// All results of `and`: a number that is not negative bounds them.
  static func & (a: IntegerRange, b: IntegerRange) -> IntegerRange {
    switch (a.low >= 0, b.low >= 0) {
    case (true, true): IntegerRange(low: 0, high: min(a.high, b.high))
    case (true, false): IntegerRange(low: 0, high: a.high)
    case (false, true): IntegerRange(low: 0, high: b.high)
    case (false, false): .all
    }
  }

  /// All results of `or` and `xor`: of numbers that are not negative they have no more bits.
  static func merged(_ a: IntegerRange, _ b: IntegerRange) -> IntegerRange {
    guard a.low >= 0, b.low >= 0 else { return .all }
    let bits = 64 - max(a.high, b.high).leadingZeroBitCount
    return IntegerRange(low: 0, high: bits >= 63 ? .max : 1 << Int64(bits) - 1)
  }
}

extension CodeList {
  /// How often the code is walked until no range changes: from the third time on a range that still
  /// changes is given up, and after the last one all are.
  private static let roundCountMax = 6

  /// Additions, subtractions and multiplications that cannot overflow, as the ranges of their
  /// operands prove, become those that do not ask.
  ///
  /// A slot has one range: all that is ever written to it.
  mutating func removeOverflowChecks(parameterCount: Int) {
    guard items.indices.contains(where: { items[$0].uncheckedOpcode != nil }),
      let ranges = ranges(parameterCount: parameterCount)
    else { return }
    for index in items.indices where !items[index].isLeftOut {
      guard let opcode = items[index].uncheckedOpcode else { continue }
      let item = items[index]
      guard let a = ranges[Int(item.b)],
        let b = item.secondRange(ranges), item.combined(a, b) != nil
      else { continue }
      items[index].opcode = opcode
    }
  }

  /// By slot what it may hold, nil of one that nothing is written to; nil if that takes too long to
  /// find out.
  private func ranges(parameterCount: Int) -> [IntegerRange?]? {
    var search = RangeSearch(slots, parameterCount: parameterCount)
    for round in 0..<Self.roundCountMax {
      search.hasChanged = false
      search.givesUp = round >= 2
      for index in items.indices {
        if hasInsertions {
          for inserted in self[before: index] where !inserted.isLeftOut {
            search.look(at: inserted)
          }
        }
        if items[index].isLeftOut { continue }
        if items[index].operands.count == 0 {
          search.look(at: bare(index))
        } else {
          search.look(at: items[index])
        }
      }
      if !search.hasChanged { return search.ranges }
    }
    return nil
  }
}

extension CodeList.Item {
  /// What does the same without asking whether the result fits.
  @inline(__always)
  fileprivate var uncheckedOpcode: Opcode? {
    switch opcode {
    case .addInteger: .wrapAdd
    case .subtractInteger: .wrapSubtract
    case .multiplyInteger: .wrapMultiply
    case .multiplyImmediate: .wrapMultiplyImmediate
    default: nil
    }
  }

  /// The range of the second operand: a slot's, or a number of its own.
  fileprivate func secondRange(_ ranges: [IntegerRange?]) -> IntegerRange? {
    switch opcode {
    case .multiplyImmediate, .wrapMultiplyImmediate:
      IntegerRange(Int64(Int16(bitPattern: c)))
    default: ranges[Int(c)]
    }
  }

  /// All results of an addition, subtraction or multiplication; nil if one may overflow.
  fileprivate func combined(_ a: IntegerRange, _ b: IntegerRange) -> IntegerRange? {
    switch opcode {
    case .addInteger, .wrapAdd: a + b
    case .subtractInteger, .wrapSubtract: a - b
    case .multiplyInteger, .wrapMultiply, .multiplyImmediate, .wrapMultiplyImmediate: a * b
    default: nil
    }
  }
}

/// The worker of `CodeList.ranges`.
private struct RangeSearch {
  private(set) var ranges: [IntegerRange?]
  var hasChanged = false
  /// A range that still changes may be anything.
  var givesUp = false
  private let slots: [SlotType]

  init(_ slots: [SlotType], parameterCount: Int) {
    self.slots = slots
    ranges = slots.indices.map { slot in
      switch slots[slot].kind {
      case .length: .count
      case .integer: slot < parameterCount ? .all : nil
      case .float, .boolean, .owned, .borrowed, .function: .all
      }
    }
  }

  private func range(_ slot: UInt16) -> IntegerRange? {
    Int(slot) < ranges.count ? ranges[Int(slot)] : .all
  }

  private mutating func write(_ slot: Int, _ range: IntegerRange) {
    guard slot < ranges.count, slots[slot].kind == .integer, ranges[slot] != .all else { return }
    let all = ranges[slot].map { $0.union(range) } ?? range
    guard all != ranges[slot] else { return }
    ranges[slot] = givesUp ? .all : all
    hasChanged = true
  }

  /// Writes what `item` makes of its field b; nothing if that holds nothing yet, and anything if
  /// `body` gives nil.
  private mutating func one(
    _ item: CodeList.Item, _ body: (IntegerRange) -> IntegerRange?
  ) {
    if let b = range(item.b) { write(Int(item.a), body(b) ?? .all) }
  }

  /// As `one`, of fields b and c.
  private mutating func two(
    _ item: CodeList.Item, _ body: (IntegerRange, IntegerRange) -> IntegerRange?
  ) {
    if let b = range(item.b), let c = range(item.c) { write(Int(item.a), body(b, c) ?? .all) }
  }

  /// Notes of each slot that `item` writes what it may hold then.
  mutating func look(at item: CodeList.Item) {
    switch item.opcode {
    case .loadInteger: write(Int(item.a), IntegerRange(Int64(Int32(bitPattern: item.wide))))
    case .move: one(item) { $0 }
    case .addInteger, .wrapAdd, .subtractInteger, .wrapSubtract, .multiplyInteger, .wrapMultiply:
      two(item) { item.combined($0, $1) }
    case .multiplyImmediate, .wrapMultiplyImmediate:
      one(item) { $0 * IntegerRange(Int64(Int16(bitPattern: item.c))) }
    case .addImmediate: one(item) { $0 + IntegerRange(Int64(Int16(bitPattern: item.c))) }
    case .negateInteger: one(item) { IntegerRange(0) - $0 }
    case .bitAnd: two(item) { $0 & $1 }
    case .bitOr, .bitXor: two(item) { IntegerRange.merged($0, $1) }
    case .shiftRight:
      two(item) { value, _ in value.low >= 0 ? IntegerRange(low: 0, high: value.high) : nil }
    case .remainderInteger:
      // It has the divisor's sign.
      two(item) { _, divisor in
        divisor.low > 0 ? IntegerRange(low: 0, high: divisor.high - 1) : nil
      }
    case .floorDivideInteger:
      two(item) { value, divisor in
        divisor.low > 0
          ? IntegerRange(low: min(value.low, 0), high: max(value.high, 0)) : nil
      }
    case .minimumInteger:
      two(item) { IntegerRange(low: min($0.low, $1.low), high: min($0.high, $1.high)) }
    case .maximumInteger:
      two(item) { IntegerRange(low: max($0.low, $1.low), high: max($0.high, $1.high)) }
    case .check32, .wrap32: write(Int(item.a), .word32)
    case .arrayCount: write(Int(item.a), .count)
    case .advance:
      // Below its limit it is one more.
      if let counter = range(item.a), let limit = range(item.a + 1) {
        write(Int(item.a), IntegerRange(low: counter.low, high: max(counter.high, limit.high)))
      }
    default: item.forEachSlot { slot, access in if access == .write { write(slot, .all) } }
    }
  }
}
