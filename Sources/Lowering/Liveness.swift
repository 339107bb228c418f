import Bytecode

/// What slots hold behind each block of a function that may still be read.
///
/// A block is a stretch of code that is entered at its beginning and left at its end, or by an
/// error. Slots that are only read in the block that wrote them are in none of the sets.
struct Liveness {
  /// The first instruction of each block, and the end.
  private(set) var starts: [Int] = []
  /// What counts as read behind every block, and in it, as it would be too much work to say more.
  private(set) var everywhere: [Int] = []
  /// The slots that are looked at, by their number in the sets.
  private var slots: [Int] = []
  private var wordCount = 0
  /// By block, `wordCount` words each: what is read behind it.
  private var behind: [UInt64] = []
  /// What those read that catch an error of the block: that lives all through it.
  private var caught: [UInt64] = []

  /// More than so many words, or rounds, are not worth it: then whatever is read in another block
  /// lives everywhere.
  private static let wordCountMax = 1 << 15
  private static let roundCountMax = 16

  /// Of `code`, which mentions the slots of `mentions`.
  init(_ code: CodeList, _ mentions: SlotMentions) {
    let blocks = findBlocks(code)
    let livesOn = slotsThatLiveOn(code.slots.count, mentions)
    slots = livesOn.indices.filter { livesOn[$0] }
    wordCount = (slots.count + 63) / 64
    var numbers = Array(repeating: -1, count: livesOn.count)
    for (number, slot) in slots.enumerated() { numbers[slot] = number }
    let size = (starts.count - 1) * wordCount
    let ranges = code.handlers.map { handler in
      (
        blocks: blocks[handler.start]...blocks[max(handler.start, handler.end - 1)],
        target: blocks[handler.target]
      )
    }
    let caughtCount = ranges.reduce(0) { $0 + $1.blocks.count }
    guard size + caughtCount * wordCount <= Self.wordCountMax else {
      giveUp()
      return
    }
    caught = Array(repeating: 0, count: size)
    behind = Array(repeating: 0, count: size)
    if !flow(code, mentions, numbers, blocks, ranges) { giveUp() }
  }

  private mutating func giveUp() {
    everywhere = slots
    wordCount = 0
  }

  /// Calls `body` with each slot that is read behind `block`.
  func forEachSlot(behind block: Int, _ body: (Int) -> Void) { forEach(behind, block, body) }

  /// Calls `body` with each slot that those read who catch an error of `block`.
  func forEachSlot(caughtIn block: Int, _ body: (Int) -> Void) { forEach(caught, block, body) }

  private func forEach(_ words: [UInt64], _ block: Int, _ body: (Int) -> Void) {
    for word in 0..<wordCount {
      var bits = words[block * wordCount + word]
      while bits != 0 {
        let number = word * 64 + bits.trailingZeroBitCount
        bits &= bits - 1
        body(slots[number])
      }
    }
  }

  /// By slot: whether it is read in a block in which it has not been written before.
  private func slotsThatLiveOn(_ slotCount: Int, _ mentions: SlotMentions) -> [Bool] {
    var livesOn = Array(repeating: false, count: slotCount)
    var writtenIn = Array(repeating: -1, count: slotCount)
    for block in 0..<starts.count - 1 {
      for index in starts[block]..<starts[block + 1] {
        mentions.forEachSlot(of: index) { slot, access in
          guard slot < slotCount else { return }
          switch access {
          case .read: if writtenIn[slot] != block { livesOn[slot] = true }
          case .write: writtenIn[slot] = block
          }
        }
      }
    }
    return livesOn
  }

  /// Finds where blocks begin; by instruction, and for the end, the block in which it is.
  private mutating func findBlocks(_ code: CodeList) -> [Int] {
    var blocks: [Int] = []
    blocks.reserveCapacity(code.items.count + 1)
    var begins = true
    for index in code.items.indices {
      if begins || code.isTarget[index] { starts.append(index) }
      blocks.append(starts.count - 1)
      begins =
        !code.items[index].isLeftOut
        && (code.items[index].target != nil || code.items[index].opcode.endsCode)
    }
    blocks.append(starts.count)
    starts.append(code.items.count)
    return blocks
  }

  /// Has what is read go back from where it is read to where it is written; false if that takes
  /// too many rounds.
  private mutating func flow(
    _ code: CodeList, _ mentions: SlotMentions, _ numbers: [Int], _ blocks: [Int],
    _ ranges: [(blocks: ClosedRange<Int>, target: Int)]
  ) -> Bool {
    let blockCount = starts.count - 1
    var read = Array(repeating: UInt64(0), count: blockCount * wordCount)
    var written = read
    /// The blocks in which each block is left for.
    var next = Array(repeating: -1, count: blockCount)
    var aside = next
    for block in 0..<blockCount {
      next[block] = block + 1
      for index in starts[block]..<starts[block + 1] {
        mentions.forEachSlot(of: index) { slot, access in
          guard slot < numbers.count, numbers[slot] >= 0 else { return }
          let word = block * wordCount + numbers[slot] / 64
          let bit = UInt64(1) << (numbers[slot] & 63)
          switch access {
          case .read: if written[word] & bit == 0 { read[word] |= bit }
          case .write: written[word] |= bit
          }
        }
      }
      // Only the last instruction of a block leads elsewhere, left out ones behind it apart.
      for index in (starts[block]..<starts[block + 1]).reversed()
      where !code.items[index].isLeftOut {
        if let target = code.items[index].target { aside[block] = blocks[target] }
        if code.items[index].opcode.endsCode { next[block] = blockCount }
        break
      }
    }
    /// What is read in a block, or behind it, of what it was entered with.
    var entering = read
    for _ in 0..<Self.roundCountMax {
      var hasChanged = false
      for range in ranges where range.target < blockCount {
        for block in range.blocks where block < blockCount {
          for word in 0..<wordCount {
            caught[block * wordCount + word] |= entering[range.target * wordCount + word]
          }
        }
      }
      for block in (0..<blockCount).reversed() {
        for word in 0..<wordCount {
          let place = block * wordCount + word
          var live = caught[place]
          if next[block] < blockCount { live |= entering[next[block] * wordCount + word] }
          if aside[block] >= 0, aside[block] < blockCount {
            live |= entering[aside[block] * wordCount + word]
          }
          behind[place] = live
          let enters = read[place] | live & ~written[place] | caught[place]
          if enters != entering[place] {
            entering[place] = enters
            hasChanged = true
          }
        }
      }
      if !hasChanged { return true }
    }
    return false
  }
}

extension Opcode {
  /// Whether the code never goes on with the next instruction.
  fileprivate var endsCode: Bool {
    self == .jump || self == .returnSlots || self == .throwError || self == .rethrow
  }
}
