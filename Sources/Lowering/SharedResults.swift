import Bytecode

extension CodeList {
  /// What has been computed from the same values before, and is still there, is moved from there
  /// instead; the pass over copies then takes most such moves away.
  ///
  /// False if there is nothing of the kind.
  mutating func shareResults(slotCount: Int) -> Bool {
    var hasChanged = false
    struct Computation: Hashable {
      let opcode: Opcode
      let wide: UInt32
      /// How often the operands had been written.
      let first: Int
      let second: Int
    }
    var writes = Array(repeating: 0, count: slotCount)
    var known: [Computation: (slot: UInt16, writes: Int)] = [:]
    for index in items.indices {
      // Whoever comes from elsewhere has computed nothing of it.
      if isTarget[index] { known.removeAll(keepingCapacity: true) }
      if items[index].isLeftOut { continue }
      let (a, b) = (items[index].a, items[index].b)
      guard let second = bare(index).secondOperand, Int(b) < slotCount, Int(second) < slotCount
      else {
        forEachSlot(of: index) { slot, access in
          if access == .write, slot < slotCount { writes[slot] += 1 }
        }
        continue
      }
      let computation = Computation(
        opcode: items[index].opcode, wide: items[index].wide, first: writes[Int(b)],
        second: writes[Int(second)])
      if let result = known[computation], writes[Int(result.slot)] == result.writes {
        hasChanged = true
        if result.slot == a {
          items[index].isLeftOut = true
          continue
        }
        items[index] = Item(.move, a: a, b: result.slot)
        writes[Int(a)] += 1
        continue
      }
      writes[Int(a)] += 1
      // What is computed in the place of an operand cannot be told from it.
      if a != b, a != second { known[computation] = (a, writes[Int(a)]) }
    }
    return hasChanged
  }
}

extension CodeList.Item {
  /// Of what only depends on one or two scalar slots: the second one, or the first again.
  ///
  /// If it raises no error once, it raises none the next time.
  fileprivate var secondOperand: UInt16? {
    switch opcode {
    case .addInteger, .subtractInteger, .multiplyInteger, .floorDivideInteger, .remainderInteger,
      .wrapAdd, .wrapSubtract, .wrapMultiply, .bitAnd, .bitOr, .bitXor, .shiftLeft, .shiftRight,
      .minimumInteger, .maximumInteger, .addFloat, .subtractFloat, .multiplyFloat, .divideFloat,
      .floorDivideFloat, .remainderFloat, .minimumFloat, .maximumFloat, .equalInteger,
      .notEqualInteger, .lessInteger, .lessOrEqualInteger, .equalFloat, .notEqualFloat,
      .lessFloat, .lessOrEqualFloat, .equalBoolean, .scaleTicks, .divideTicksByFloat,
      .divideTicksByInteger:
      c
    case .negateInteger, .absoluteInteger, .addImmediate, .multiplyImmediate,
      .wrapMultiplyImmediate, .bitNot, .check32, .wrap32,
      .negateFloat, .absoluteFloat, .squareRoot, .floor, .ceiling, .truncate, .roundEven,
      .integerToFloat, .floatToInteger, .notBoolean:
      b
    default: nil
    }
  }
}
