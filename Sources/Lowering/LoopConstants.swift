import Bytecode

extension CodeList {
  /// What is loaded into slots of their own at the function's start, at most.
  private static let hoistedCountMax = 64
  /// With a header of two words that is the KiB which a device has for a call.
  private static let slotCountMax = 126

  /// Loads the constants that are needed in loops once, where the function begins.
  ///
  /// Where they were loaded stands a move then, which the pass over copies takes away.
  mutating func hoistConstants() {
    let isInLoop = placesInLoops()
    guard isInLoop.contains(true) else { return }
    let livesOn = slotsThatLiveOn(slots.count)
    struct Load: Hashable {
      let opcode: Opcode
      let wide: UInt32
    }
    var known: [Load: UInt16] = [:]
    var loads: [Item] = []
    for index in items.indices where isInLoop[index] && !items[index].isLeftOut {
      let type: SlotType
      switch items[index].opcode {
      case .loadInteger, .loadWord: type = .integer
      case .loadFloat: type = .float
      case .loadBoolean: type = .boolean
      default: continue
      }
      let item = items[index]
      guard !livesOn[Int(item.a)] else { continue }
      let load = Load(opcode: item.opcode, wide: item.wide)
      let slot: UInt16
      if let first = known[load] {
        slot = first
      } else {
        guard known.count < Self.hoistedCountMax, slots.count < Self.slotCountMax else {
          continue
        }
        slot = UInt16(slots.count)
        slots.append(type)
        known[load] = slot
        loads.append(Item(item.opcode, a: slot, wide: item.wide))
      }
      items[index] = Item(.move, a: item.a, b: slot)
    }
    if !loads.isEmpty { self[before: 0] = loads + self[before: 0] }
  }

  /// By instruction: whether it stands between a jump back and where that leads.
  private func placesInLoops() -> [Bool] {
    var change = Array(repeating: 0, count: items.count + 1)
    func note(_ target: Int?, at index: Int) {
      guard let target, target <= index else { return }
      change[target] += 1
      change[index + 1] -= 1
    }
    for index in items.indices {
      if hasInsertions {
        for jump in self[before: index] { note(jump.target, at: index) }
      }
      note(items[index].target, at: index)
    }
    var depth = 0
    return items.indices.map { index in
      depth += change[index]
      return depth > 0
    }
  }
}
