import Bytecode

// Values are read where they were first, and computed where they are wanted in the end.

extension CodeList {
  /// Leaves out moves: what reads a copy reads the original, what is only moved on is computed
  /// there; and what computes something that nobody reads.
  mutating func removeCopies(slotCount: Int) {
    readOriginals(slotCount)
    let livesOn = slotsThatLiveOn(slotCount)
    computeInPlace(livesOn)
    removeUnread(livesOn)
  }

  /// Lets what reads a copy read what it was copied from, if that is still there.
  private mutating func readOriginals(_ slotCount: Int) {
    /// By slot, how often it has been written.
    var writes = Array(repeating: 0, count: slotCount)
    /// By slot: of what it is a copy, and how often that had been written then.
    var originals: [(slot: UInt16, writes: Int, stretch: Int)] = Array(
      repeating: (0, 0, -1), count: slotCount)
    var stretch = 0
    func original(_ slot: UInt16) -> UInt16 {
      guard Int(slot) < slotCount else { return slot }
      let known = originals[Int(slot)]
      guard known.stretch == stretch, writes[Int(known.slot)] == known.writes else { return slot }
      return known.slot
    }
    for index in items.indices {
      if isTarget[index] { stretch += 1 }
      if items[index].isLeftOut { continue }
      items[index].renameReads(original)
      let item = items[index]
      item.forEachSlot { slot, access in
        guard access == .write, slot < slotCount else { return }
        writes[slot] += 1
        originals[slot].stretch = -1
      }
      if item.opcode == .move, item.a != item.b {
        originals[Int(item.a)] = (item.b, writes[Int(item.b)], stretch)
      }
      if item.target != nil { stretch += 1 }
    }
  }

  /// Where an instruction is followed by a move of its result, which nobody else reads, lets it
  /// put that where it is moved.
  private mutating func computeInPlace(_ livesOn: [Bool]) {
    // The instruction before, if nothing but charges stands between.
    var last: Int?
    for index in items.indices {
      if isTarget[index] || !items[index].before.isEmpty { last = nil }
      let item = items[index]
      if item.isLeftOut || item.opcode == .charge { continue }
      if item.opcode == .move, let place = last, items[place].result == item.b,
        Int(item.b) < livesOn.count, !livesOn[Int(item.b)], item.a != item.b,
        !isRead(item.b, behind: index)
      {
        items[place].setResult(item.a)
        items[index].isLeftOut = true
        continue
      }
      last = item.result == nil || item.target != nil ? nil : index
    }
  }

  /// How far is looked for a second reader.
  private static let distanceMax = 24

  /// Whether something in the same stretch behind `index` reads `slot` before it is written again;
  /// also where that is too far to say.
  private func isRead(_ slot: UInt16, behind index: Int) -> Bool {
    var place = index + 1
    while place < items.count, place - index < Self.distanceMax {
      if isTarget[place] { return false }
      let item = items[place]
      if !item.isLeftOut {
        var (isRead, isWritten) = (false, false)
        item.forEachSlot { other, access in
          guard other == Int(slot) else { return }
          switch access {
          case .read: if !isWritten { isRead = true }
          case .write: isWritten = true
          }
        }
        if isRead { return true }
        if isWritten || item.target != nil { return false }
      }
      place += 1
    }
    return place < items.count
  }

  /// Leaves out what computes a value, without ever raising an error, that nobody reads.
  private mutating func removeUnread(_ livesOn: [Bool]) {
    /// By slot: the stretch in which it is read further down, without being written before.
    var readIn = Array(repeating: -1, count: livesOn.count)
    var stretch = 0
    for index in items.indices.reversed() {
      let item = items[index]
      if item.target != nil { stretch += 1 }
      if !item.isLeftOut {
        if let result = item.pureResult, Int(result) < livesOn.count, !livesOn[Int(result)],
          readIn[Int(result)] != stretch
        {
          items[index].isLeftOut = true
        } else {
          note(item, &readIn, stretch)
        }
      }
      for inserted in item.before.reversed() { note(inserted, &readIn, stretch) }
      if isTarget[index] { stretch += 1 }
    }
  }

  private func note(_ item: Item, _ readIn: inout [Int], _ stretch: Int) {
    var reads: [Int] = []
    item.forEachSlot { slot, access in
      guard slot < readIn.count else { return }
      switch access {
      case .read: reads.append(slot)
      case .write: readIn[slot] = -1
      }
    }
    for slot in reads { readIn[slot] = stretch }
  }
}

extension CodeList.Item {
  /// The one scalar slot in which it leaves its result, if another one would do as well.
  fileprivate var result: UInt16? {
    switch opcode.shape.a {
    case .writeInteger, .writeFloat, .writeBoolean, .writeScalar:
      return opcode.isOnTimeline || opcode == .faultWord || opcode == .faultSave ? nil : a
    default: break
    }
    if opcode == .elementLoad, trailer.first.map({ $0 & 0xFFFF }) == 1 { return a }
    return nil
  }

  fileprivate mutating func setResult(_ slot: UInt16) { a = slot }

  /// The result, where nothing is lost but that if the instruction is left out.
  var pureResult: UInt16? {
    switch opcode {
    case .move, .loadInteger, .loadWord, .loadFloat, .loadBoolean, .wrapAdd, .wrapSubtract,
      .wrapMultiply, .wrapMultiplyImmediate, .bitAnd, .bitOr, .bitXor, .bitNot, .wrap32,
      .minimumInteger,
      .maximumInteger, .addFloat, .subtractFloat, .multiplyFloat, .divideFloat, .negateFloat,
      .absoluteFloat, .squareRoot, .floor, .ceiling, .truncate, .roundEven, .minimumFloat,
      .maximumFloat, .integerToFloat, .equalInteger, .notEqualInteger, .lessInteger,
      .lessOrEqualInteger, .equalFloat, .notEqualFloat, .lessFloat, .lessOrEqualFloat,
      .equalBoolean, .notBoolean, .arrayCount, .loadGlobal:
      a
    default: nil
    }
  }

  /// Has every scalar slot that is read by a field or word of operands of its own be the one that
  /// `name` gives.
  fileprivate mutating func renameReads(_ name: (UInt16) -> UInt16) {
    // These mean slots beside the one that they name.
    switch opcode {
    case .elementary2, .arraySlice, .pack, .unpack, .faultSave, .faultRestore, .faultRelease,
      .arrayAppend, .advance:
      return
    default: break
    }
    let shape = opcode.shape
    if Self.isScalarRead(shape.a) { a = name(a) }
    var (b, c) = (self.b, self.c)
    if Self.isScalarRead(shape.b) { b = name(b) }
    if Self.isScalarRead(shape.c) { c = name(c) }
    if b != self.b || c != self.c { wide = UInt32(b) | UInt32(c) << 16 }
    let count: Int
    switch shape.trailer {
    case .none, .element, .ticks, .input: return
    case .slots, .slotsA: count = Int(a)
    case .event: count = 3
    }
    var words = Array(trailer)
    for lane in 0..<count where lane / 4 < words.count {
      let shift = UInt64(16 * (lane % 4))
      let slot = UInt16(truncatingIfNeeded: words[lane / 4] >> shift)
      let other = name(slot)
      if other != slot {
        words[lane / 4] = words[lane / 4] & ~(0xFFFF << shift) | UInt64(other) << shift
      }
    }
    trailer = words[...]
  }

  private static func isScalarRead(_ operand: Bytecode.Operand) -> Bool {
    switch operand {
    case .readInteger, .readFloat, .readBoolean, .readScalar: true
    default: false
    }
  }
}
