import Bytecode

extension CodeList.Item {
  /// What an instruction does with a slot.
  enum Access { case read, write }

  /// Calls `body` with each slot that the instruction reads or writes, reads first.
  func forEachSlot(_ body: (Int, Access) -> Void) {
    let shape = opcode.shape
    let fields = [(shape.a, a), (shape.b, b), (shape.c, c)]
    for (operand, value) in fields {
      switch operand {
      case .readInteger, .readFloat, .readBoolean, .readScalar, .readFunction:
        body(Int(value), .read)
      case .readArray, .changeOwned:
        body(Int(value), .read)
        body(Int(value) + 1, .read)
      case .changeCounter:
        body(Int(value), .read)
        body(Int(value) + 1, .read)
      case .none, .writeInteger, .writeFloat, .writeBoolean, .writeScalar, .writeFunction,
        .writeBound, .writeOwned, .writeBorrowed, .immediate, .signedImmediate, .wideInteger,
        .jump, .branch, .constant, .data, .bound, .function, .global, .argumentCount,
        .resultCount, .callee, .hostCall, .error, .channel:
        break
      }
    }
    forEachOfTrailer(body)
    forEachImplied(body)
    for (operand, value) in fields {
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
  }

  private func forEachOfTrailer(_ body: (Int, Access) -> Void) {
    var lanes: [Int] = []
    for word in trailer {
      for lane in 0..<4 { lanes.append(Int(UInt16(truncatingIfNeeded: word >> UInt64(16 * lane)))) }
    }
    switch opcode.shape.trailer {
    case .none, .element, .ticks: break
    case .slots:
      for slot in lanes.prefix(Int(a)) { body(slot, .read) }
      for slot in lanes.dropFirst(Int(a)).prefix(Int(b)) { body(slot, .write) }
    case .slotsA: for slot in lanes.prefix(Int(a)) { body(slot, .read) }
    case .event: for slot in lanes.prefix(3) { body(slot, .read) }
    case .input: for slot in lanes.prefix(3) { body(slot, .write) }
    }
  }

  /// The slots that the instruction means beside those that it names.
  private func forEachImplied(_ body: (Int, Access) -> Void) {
    switch opcode {
    case .elementLoad, .elementStore:
      let first = Int(opcode == .elementLoad ? a : c)
      let count = Int(UInt16(truncatingIfNeeded: trailer.first ?? 0))
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

extension CodeList {
  /// By slot: whether what it holds may be read in another stretch of straight code than the one
  /// that wrote it.
  ///
  /// Of all others nothing is left behind a jump.
  func slotsThatLiveOn(_ slotCount: Int) -> [Bool] {
    var livesOn = Array(repeating: false, count: slotCount)
    // The stretch in which each slot was written last.
    var writtenIn = Array(repeating: -1, count: slotCount)
    var stretch = 0
    func look(at item: Item) {
      item.forEachSlot { slot, access in
        guard slot < slotCount else { return }
        switch access {
        case .read: if writtenIn[slot] != stretch { livesOn[slot] = true }
        case .write: writtenIn[slot] = stretch
        }
      }
      if item.target != nil { stretch += 1 }
    }
    for (index, item) in items.enumerated() {
      if isTarget[index] { stretch += 1 }
      for inserted in item.before { look(at: inserted) }
      if !item.isLeftOut { look(at: item) }
    }
    return livesOn
  }
}
