import Bytecode

// Values are read where they were first, and computed where they are wanted in the end.

extension CodeList {
  /// Leaves out moves: what reads a copy reads the original, what is only moved on is computed
  /// there; and what computes something that nobody reads.
  mutating func removeCopies() {
    settle()
    let overwriting = readOriginals()
    let (leftOut, lastReads) = removeUnread()
    computeInPlace(lastReads)
    // What was left out may be what kept an original from being read.
    guard leftOut.contains(where: { overwriting[$0] }) else { return }
    _ = readOriginals()
    computeInPlace(removeUnread().lastReads)
  }

  /// Lets what reads a copy read what it was copied from, if that is still there; by instruction,
  /// whether it overwrites something of which there is a copy.
  private mutating func readOriginals() -> [Bool] {
    let slotCount = slots.count
    var overwriting = Array(repeating: false, count: items.count)
    /// By slot, how often it has been written.
    var writes = Array(repeating: 0, count: slotCount)
    /// By slot: of what it is a copy, and how often that had been written then.
    var originals: [(slot: UInt16, writes: Int, stretch: Int)] = Array(
      repeating: (0, 0, -1), count: slotCount)
    /// By slot the stretch in which it has been copied.
    var copiedIn = Array(repeating: -1, count: slotCount)
    var stretch = 0
    for index in items.indices {
      if isTarget[index] { stretch += 1 }
      if items[index].isLeftOut { continue }
      items[index].renameReads { slot in
        guard Int(slot) < slotCount else { return slot }
        let known = originals[Int(slot)]
        guard known.stretch == stretch, writes[Int(known.slot)] == known.writes else {
          return slot
        }
        return known.slot
      }
      forEachSlot(of: index) { slot, access in
        guard access == .write, slot < slotCount else { return }
        writes[slot] += 1
        originals[slot].stretch = -1
        if copiedIn[slot] == stretch { overwriting[index] = true }
      }
      let (a, b) = (items[index].a, items[index].b)
      if items[index].opcode == .move, a != b {
        originals[Int(a)] = (b, writes[Int(b)], stretch)
        copiedIn[Int(b)] = stretch
      }
      if items[index].target != nil { stretch += 1 }
    }
    return overwriting
  }

  /// Where an instruction is followed by a move of its result, which nobody else reads, lets it
  /// put that where it is moved.
  private mutating func computeInPlace(_ lastReads: [Bool]) {
    // The instruction before, if nothing but charges stands between.
    var last: Int?
    for index in items.indices {
      if isTarget[index] { last = nil }
      let (opcode, a, b) = (items[index].opcode, items[index].a, items[index].b)
      if items[index].isLeftOut || opcode == .charge { continue }
      if opcode == .move, a != b, lastReads[index], let place = last, result(of: place) == b {
        items[place].setResult(a)
        items[index].isLeftOut = true
        continue
      }
      last = result(of: index) == nil || items[index].target != nil ? nil : index
    }
  }

  private func result(of index: Int) -> UInt16? {
    items[index].opcode == .elementLoad ? items[index].result : bare(index).result
  }

  /// Leaves out what computes a value, without ever raising an error, that nobody reads; also says,
  /// by instruction, whether it is a move behind which nobody reads what it copies.
  private mutating func removeUnread() -> (leftOut: [Int], lastReads: [Bool]) {
    let mentions = SlotMentions(self)
    let liveness = Liveness(self, mentions)
    var leftOut: [Int] = []
    var lastReads = Array(repeating: false, count: items.count)
    /// By slot: the block in which it is read further down, or behind, before it is written.
    var readIn = Array(repeating: -1, count: slots.count)
    /// By slot: the block of whose errors it is read; of what is read everywhere `Int.max`.
    var caughtIn = readIn
    for slot in liveness.everywhere { caughtIn[slot] = .max }
    for block in (0..<liveness.starts.count - 1).reversed() {
      liveness.forEachSlot(behind: block) { readIn[$0] = block }
      liveness.forEachSlot(caughtIn: block) { caughtIn[$0] = block }
      for index in (liveness.starts[block]..<liveness.starts[block + 1]).reversed() {
        if items[index].isLeftOut { continue }
        let (opcode, a, b) = (items[index].opcode, items[index].a, items[index].b)
        let isIdle = opcode == .move && a == b
        if let result = items[index].pureResult,
          isIdle || !Self.isRead(result, block, readIn, caughtIn)
        {
          items[index].isLeftOut = true
          leftOut.append(index)
          continue
        }
        if opcode == .move {
          lastReads[index] = !Self.isRead(b, block, readIn, caughtIn)
        }
        // What it writes was not read before; what it reads is.
        for place in mentions.places(of: index).reversed() {
          let (slot, isWritten) = mentions[place]
          if slot < readIn.count { readIn[slot] = isWritten ? -1 : block }
        }
      }
    }
    return (leftOut, lastReads)
  }

  private static func isRead(
    _ slot: UInt16, _ block: Int, _ readIn: [Int], _ caughtIn: [Int]
  ) -> Bool {
    let catching = caughtIn[Int(slot)]
    return readIn[Int(slot)] == block || catching == block || catching == .max
  }
}

extension CodeList.Item {
  /// The one scalar slot in which it leaves its result, if another one would do as well.
  @inline(__always)
  fileprivate var result: UInt16? {
    switch opcode.shape.a {
    case .writeInteger, .writeFloat, .writeBoolean, .writeScalar:
      return opcode.isOnTimeline || opcode == .faultWord || opcode == .faultSave ? nil : a
    default: break
    }
    if opcode == .elementLoad, operands.head & 0xFFFF == 1 { return a }
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
    case .slots: count = argumentCount
    case .slotsA: count = Int(a)
    case .event: count = 3
    }
    for lane in 0..<count where lane / 4 < operands.count {
      let slot = operands.lane(lane)
      let other = name(slot)
      if other != slot { operands.setLane(lane, to: other) }
    }
  }

  private static func isScalarRead(_ operand: Bytecode.Operand) -> Bool {
    switch operand {
    case .readInteger, .readFloat, .readBoolean, .readScalar: true
    default: false
    }
  }
}
