import Bytecode

extension CodeList {
  /// Computes before a loop what is the same in all its rounds, where that raises no error.
  ///
  /// Where it was computed stands a move then, which the pass over copies takes away. False if
  /// there is nothing of the kind.
  mutating func hoistInvariants() -> Bool {
    guard let forest = LoopForest(self) else { return false }
    var search = InvariantSearch(self, forest)
    search.run(&self)
    guard !search.hoisted.isEmpty else { return false }
    insert(search.hoisted, before: forest)
    return true
  }

  /// Puts instructions in before loops, by the loops' numbers: whoever enters one passes them, who
  /// goes back to its head does not.
  private mutating func insert(_ hoisted: [Int: [Item]], before forest: LoopForest) {
    var starts: [Int] = []
    starts.reserveCapacity(items.count + 1)
    var result: [Item] = []
    result.reserveCapacity(items.count + 64)
    /// By new number: where it came from.
    var origins: [Int] = []
    var entries: [Int: Int] = [:]
    for index in items.indices {
      if let loop = forest.innermost[index], forest.loops[loop].head == index,
        let inserted = hoisted[loop]
      {
        entries[index] = result.count
        result += inserted
        origins += Array(repeating: index, count: inserted.count)
      }
      starts.append(result.count)
      result.append(items[index])
      origins.append(index)
    }
    starts.append(result.count)
    for index in result.indices {
      guard let target = result[index].target else { continue }
      let isBack = target <= origins[index]
      result[index].target = isBack ? starts[target] : entries[target] ?? starts[target]
    }
    renumber(result, starts)
  }
}

/// The worker of `hoistInvariants`.
private struct InvariantSearch {
  /// By loop what is computed before it.
  private(set) var hoisted: [Int: [CodeList.Item]] = [:]
  private let forest: LoopForest
  /// By slot where it is written, ascending: twice an instruction's number; before a loop, one less
  /// than that of its head.
  private var writes: [[Int]]
  private let livesOn: [Bool]
  private var count = 0

  private static let countMax = 64
  /// A frame has room for so many: a device has a KiB a call.
  private static let slotCountMax = 110

  init(_ code: CodeList, _ forest: LoopForest) {
    self.forest = forest
    livesOn = code.slotsThatLiveOn(code.slots.count)
    var writes = Array(repeating: [Int](), count: code.slots.count)
    for index in code.items.indices where !code.items[index].isLeftOut {
      code.forEachSlot(of: index) { slot, access in
        if access == .write, slot < writes.count { writes[slot].append(2 * index) }
      }
    }
    self.writes = writes
  }

  mutating func run(_ code: inout CodeList) {
    /// By slot what it has been moved from, in this stretch of straight code.
    var copies: [UInt16: UInt16] = [:]
    for index in code.items.indices {
      if code.isTarget[index] { copies.removeAll(keepingCapacity: true) }
      // Whoever comes into a loop comes to its head first, where no copy is known.
      if code.items[index].isLeftOut || forest.innermost[index] == nil { continue }
      let item = code.items[index]
      let place = hoistingPlace(of: item, at: index, copies, code)
      item.forEachSlot { slot, access in
        if access == .write { copies[UInt16(truncatingIfNeeded: slot)] = nil }
      }
      if item.target != nil { copies.removeAll(keepingCapacity: true) }
      guard let (loop, operands) = place else { continue }
      let slot = UInt16(code.slots.count)
      code.slots.append(code.slots[Int(item.a)])
      writes.append([2 * forest.loops[loop].head - 1])
      var computed = item
      computed.a = slot
      computed.setOperands(operands)
      hoisted[loop, default: []].append(computed)
      code.items[index] = CodeList.Item(.move, a: item.a, b: slot)
      copies[item.a] = slot
      count += 1
    }
  }

  /// The outermost loop before which `item` can be computed, and of what.
  private func hoistingPlace(
    of item: CodeList.Item, at index: Int, _ copies: [UInt16: UInt16], _ code: CodeList
  ) -> (loop: Int, operands: [UInt16])? {
    guard let operands = item.invariantOperands, count < Self.countMax,
      code.slots.count < Self.slotCountMax, Int(item.a) < livesOn.count, !livesOn[Int(item.a)]
    else { return nil }
    let originals = operands.map { copies[$0] ?? $0 }
    var place: Int?
    var next = forest.innermost[index]
    while let loop = next, forest.loops[loop].isEnteredAtHead,
      originals.allSatisfy({ !isWritten($0, in: forest.loops[loop]) })
    {
      place = loop
      next = forest.loops[loop].parent
    }
    return place.map { ($0, originals) }
  }

  private func isWritten(_ slot: UInt16, in loop: LoopForest.Loop) -> Bool {
    let places = writes[Int(slot)]
    var (low, high) = (0, places.count)
    while low < high {
      let middle = (low + high) / 2
      if places[middle] < 2 * loop.head { low = middle + 1 } else { high = middle }
    }
    return low < places.count && places[low] <= 2 * loop.end
  }
}

extension CodeList.Item {
  /// The slots that it computes its result of, where nothing else matters to that and it raises no
  /// error; nil of what is as cheap as a move.
  fileprivate var invariantOperands: [UInt16]? {
    switch opcode {
    case .wrapAdd, .wrapSubtract, .wrapMultiply, .bitAnd, .bitOr, .bitXor, .minimumInteger,
      .maximumInteger, .addFloat, .subtractFloat, .multiplyFloat, .divideFloat, .minimumFloat,
      .maximumFloat, .equalInteger, .notEqualInteger, .lessInteger, .lessOrEqualInteger,
      .equalFloat, .notEqualFloat, .lessFloat, .lessOrEqualFloat, .equalBoolean:
      [b, c]
    case .wrapMultiplyImmediate, .bitNot, .wrap32, .negateFloat, .absoluteFloat, .squareRoot,
      .floor, .ceiling, .truncate, .roundEven, .integerToFloat, .notBoolean:
      [b]
    default: nil
    }
  }

  fileprivate mutating func setOperands(_ operands: [UInt16]) {
    let second = operands.count > 1 ? operands[1] : c
    wide = UInt32(operands[0]) | UInt32(second) << 16
  }
}
