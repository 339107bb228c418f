import Bytecode

// Words of one element that are loaded, or stored, one by one come and go together.

extension CodeList {
  /// Loads words of one element by one instruction where they are needed first, and stores them by
  /// one where they are complete.
  ///
  /// What read a slot of its own then reads a copy, which the pass over copies takes away. False if
  /// there is nothing of the kind.
  mutating func groupElements(_ layouts: [Layout]) -> Bool {
    let isThere = items.indices.contains { index in
      (items[index].opcode == .elementLoad || items[index].opcode == .elementStore)
        && !items[index].isLeftOut
    }
    guard isThere else { return false }
    settle()
    let liveness = Liveness(self, SlotMentions(self))
    var search = ElementSearch(slots, liveness)
    for block in 0..<liveness.starts.count - 1 {
      search.begin(block, liveness)
      for index in liveness.starts[block]..<liveness.starts[block + 1]
      where !items[index].isLeftOut {
        search.look(at: items[index], index)
      }
      search.end()
    }
    var hasChanged = false
    for group in search.groups {
      let runs = group.isLoad ? Self.loaded(group) : Self.stored(group)
      for run in runs where replace(run, of: group, layouts) { hasChanged = true }
    }
    return hasChanged
  }

  /// So many words that nobody needs are loaded with those around them.
  private static let gapMax = 3
  /// A group has no more words than the machine copies without a loop.
  private static let wordCountMax = 8
  /// A function gets at most so many slots for groups.
  private static let groupedSlotCountMax = 64

  /// The loads that are worth one instruction each.
  private static func loaded(_ group: ElementSearch.Group) -> [[ElementSearch.Access]] {
    runs(of: group.accesses, gap: gapMax).filter { $0.count > 1 }
  }

  /// The stores that are worth one instruction each: a value that is not computed right before it
  /// is stored has to be moved, which costs a third of a store.
  private static func stored(_ group: ElementSearch.Group) -> [[ElementSearch.Access]] {
    runs(of: group.accesses, gap: 0).filter { run in
      run.count > 2 || run.count == 2 && run.contains { $0.isComputedThere }
    }
  }

  /// The accesses by word, those together between which at most `gap` words lie, and that are not
  /// too many.
  private static func runs(
    of accesses: [ElementSearch.Access], gap: Int
  ) -> [[ElementSearch.Access]] {
    var runs: [[ElementSearch.Access]] = []
    for access in accesses.sorted(by: { ($0.word, $0.index) < ($1.word, $1.index) }) {
      if let run = runs.last, let first = run.first, let last = run.last,
        access.word <= last.word + 1 + gap, access.word < first.word + wordCountMax
      {
        runs[runs.count - 1].append(access)
      } else {
        runs.append([access])
      }
    }
    return runs
  }

  /// Puts one instruction in the place of `run`; false if the function has no slots left for it.
  private mutating func replace(
    _ run: [ElementSearch.Access], of group: ElementSearch.Group,
    _ layouts: [Layout]
  ) -> Bool {
    let words = layouts[Int(slots[Int(group.array)].layout)].words
    guard let first = run.first?.word, let last = run.last?.word, last < words.count,
      let place = group.isLoad ? run.map(\.index).min() : run.map(\.index).max()
    else { return false }
    let count = last - first + 1
    guard slots.count + count <= Limits.slotCountMax,
      slots.count - slotCountBefore + count <= Self.groupedSlotCountMax
    else { return false }
    let slot = UInt16(slots.count)
    slots += words[first...last]
    var item =
      group.isLoad
      ? Item(.elementLoad, a: slot, wide: UInt32(group.array) | UInt32(group.index) << 16)
      : Item(.elementStore, a: group.array, wide: UInt32(group.index) | UInt32(slot) << 16)
    item.trailer = [UInt64(count) | UInt64(first) << 16 | UInt64(words.count) << 32]
    for access in run {
      let own = slot + UInt16(access.word - first)
      items[access.index] =
        group.isLoad
        ? Item(.move, a: access.slot, b: own) : Item(.move, a: own, b: access.slot)
    }
    if group.isLoad {
      self[before: place].append(item)
    } else {
      self[before: place].append(items[place])
      items[place] = item
    }
    return true
  }
}
