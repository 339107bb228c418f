import Bytecode

extension CodeList.Item {
  /// What an instruction does with a slot.
  enum Access { case read, write }

  /// Calls `body` with each slot that the instruction reads or writes, reads first.
  @inline(__always)
  func forEachSlot(_ body: (Int, Access) -> Void) {
    let shape = opcode.shape
    Self.reads(shape.a, a, body)
    Self.reads(shape.b, b, body)
    Self.reads(shape.c, c, body)
    if !operands.isEmpty { forEachOfTrailer(shape.trailer, body) }
    if impliesSlots { forEachImplied(body) }
    Self.writes(shape.a, a, body)
    Self.writes(shape.b, b, body)
    Self.writes(shape.c, c, body)
  }

  @inline(__always)
  private static func reads(
    _ operand: Bytecode.Operand, _ value: UInt16, _ body: (Int, Access) -> Void
  ) {
    switch operand {
    case .readInteger, .readFloat, .readBoolean, .readScalar, .readFunction:
      body(Int(value), .read)
    case .readArray, .changeOwned, .changeCounter:
      body(Int(value), .read)
      body(Int(value) + 1, .read)
    case .none, .writeInteger, .writeFloat, .writeBoolean, .writeScalar, .writeFunction,
      .writeBound, .writeOwned, .writeBorrowed, .immediate, .signedImmediate, .wideInteger,
      .jump, .branch, .constant, .data, .bound, .function, .global, .argumentCount,
      .resultCount, .callee, .hostCall, .error, .channel:
      break
    }
  }

  @inline(__always)
  private static func writes(
    _ operand: Bytecode.Operand, _ value: UInt16, _ body: (Int, Access) -> Void
  ) {
    switch operand {
    case .writeInteger, .writeFloat, .writeBoolean, .writeScalar, .writeFunction,
      .changeCounter, .writeBound:
      // Of a bound array the length comes with it, which is a slot that nothing else writes.
      body(Int(value), .write)
    case .writeOwned, .writeBorrowed, .changeOwned:
      body(Int(value), .write)
      body(Int(value) + 1, .write)
    case .none, .readInteger, .readFloat, .readBoolean, .readScalar, .readFunction, .readArray,
      .immediate, .signedImmediate, .wideInteger, .jump, .branch, .constant, .data, .bound,
      .function, .global, .argumentCount, .resultCount, .callee, .hostCall, .error, .channel:
      break
    }
  }

  private func forEachOfTrailer(
    _ kind: Shape.Trailer, _ body: (Int, Access) -> Void
  ) {
    func lane(_ number: Int) -> Int { Int(operands.lane(number)) }
    switch kind {
    case .none, .element, .ticks: break
    case .slots:
      let count = argumentCount
      for number in 0..<count { body(lane(number), .read) }
      for number in count..<count + Int(b) { body(lane(number), .write) }
    case .slotsA: for number in 0..<Int(a) { body(lane(number), .read) }
    case .event: for number in 0..<3 { body(lane(number), .read) }
    case .input: for number in 0..<3 { body(lane(number), .write) }
    }
  }

  /// Whether the instruction means slots beside those that it names.
  @inline(__always)
  private var impliesSlots: Bool {
    switch opcode {
    case .elementLoad, .elementStore, .pack, .unpack, .elementary2, .arraySlice, .faultSave,
      .faultRestore, .faultRelease, .arrayAppend:
      true
    default: false
    }
  }

  /// The slots that the instruction means beside those that it names, if `impliesSlots`.
  private func forEachImplied(_ body: (Int, Access) -> Void) {
    switch opcode {
    case .elementLoad, .elementStore:
      let first = Int(opcode == .elementLoad ? a : c)
      let count = Int(UInt16(truncatingIfNeeded: operands.head))
      for slot in first..<first + count { body(slot, opcode == .elementLoad ? .write : .read) }
    case .pack: for slot in Int(b)..<Int(b) + Int(c) { body(slot, .read) }
    case .unpack: for slot in Int(b)..<Int(b) + Int(c) { body(slot, .write) }
    case .elementary2: body(Int(b) + 1, .read)
    case .arraySlice: body(Int(c) + 1, .read)
    case .faultSave:
      for slot in Int(a)..<Int(a) + Limits.keptErrorWordCount { body(slot, .write) }
    case .faultRestore, .faultRelease:
      for slot in Int(a)..<Int(a) + Limits.keptErrorWordCount { body(slot, .read) }
    case .arrayAppend: for slot in Int(b)..<Int(b) + Int(c) { body(slot, .read) }
    default: break
    }
  }
}

/// The slots that each instruction reads and writes, written down.
struct SlotMentions {
  /// Reads before writes, twice the slot, and 1 more where it is written.
  private var entries: [UInt32] = []
  /// By instruction where its entries begin, and their end.
  private var starts: [Int] = []

  /// Of all instructions of `code`, without what is put in before them.
  init(_ code: CodeList) {
    entries.reserveCapacity(4 * code.items.count)
    starts.reserveCapacity(code.items.count + 1)
    for index in code.items.indices {
      starts.append(entries.count)
      if code.items[index].isLeftOut { continue }
      code.forEachSlot(of: index) { slot, access in
        entries.append(UInt32(truncatingIfNeeded: slot) << 1 | (access == .write ? 1 : 0))
      }
    }
    starts.append(entries.count)
  }

  /// The places of what the instruction `index` mentions, reads first.
  @inline(__always)
  func places(of index: Int) -> Range<Int> { starts[index]..<starts[index + 1] }

  @inline(__always)
  subscript(place: Int) -> (slot: Int, isWritten: Bool) {
    (Int(entries[place] >> 1), entries[place] & 1 != 0)
  }

  /// Calls `body` with each slot that the instruction `index` reads or writes, reads first.
  @inline(__always)
  func forEachSlot(of index: Int, _ body: (Int, CodeList.Item.Access) -> Void) {
    for place in places(of: index) {
      let (slot, isWritten) = self[place]
      body(slot, isWritten ? .write : .read)
    }
  }
}

extension CodeList {
  /// Calls `body` with each slot that the instruction `index` reads or writes, reads first.
  @inline(__always)
  func forEachSlot(of index: Int, _ body: (Int, Item.Access) -> Void) {
    if items[index].operands.count == 0 {
      bare(index).forEachSlot(body)
    } else {
      items[index].forEachSlot(body)
    }
  }

  /// By slot: whether what it holds may be read in another stretch of straight code than the one
  /// that wrote it.
  ///
  /// Of all others nothing is left behind a jump.
  func slotsThatLiveOn(_ slotCount: Int) -> [Bool] {
    var search = SlotsThatLiveOn(slotCount)
    for index in items.indices {
      if isTarget[index] { search.stretch += 1 }
      if hasInsertions {
        for inserted in self[before: index] {
          search.look(at: inserted)
          if inserted.target != nil { search.stretch += 1 }
        }
      }
      if items[index].isLeftOut { continue }
      if items[index].operands.count == 0 {
        search.look(at: bare(index))
      } else {
        search.look(at: items[index])
      }
      if items[index].target != nil { search.stretch += 1 }
    }
    return search.livesOn
  }
}

/// The worker of `slotsThatLiveOn`.
private struct SlotsThatLiveOn {
  var livesOn: [Bool]
  var stretch = 0
  /// The stretch in which each slot was written last.
  private var writtenIn: [Int]

  init(_ slotCount: Int) {
    livesOn = Array(repeating: false, count: slotCount)
    writtenIn = Array(repeating: -1, count: slotCount)
  }

  mutating func look(at item: CodeList.Item) {
    item.forEachSlot { slot, access in
      guard slot < writtenIn.count else { return }
      switch access {
      case .read: if writtenIn[slot] != stretch { livesOn[slot] = true }
      case .write: writtenIn[slot] = stretch
      }
    }
  }
}
