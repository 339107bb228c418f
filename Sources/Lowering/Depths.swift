import Bytecode

extension CodeList {
  /// Leaves out each `deepen` where it is known that there is room: on all ways to it one has
  /// passed, or a call returned, that was as deep.
  mutating func removeDeepens() {
    guard items.indices.contains(where: { items[$0].opcode == .deepen && !items[$0].isLeftOut })
    else { return }
    /// By instruction: what is known on the ways that lead there by jumps, from above.
    var known: [Int?] = Array(repeating: nil, count: items.count + 1)
    for handler in handlers { known[handler.target] = 0 }
    var superfluous: [Int] = []
    var jumpsBack: [(known: Int, target: Int)] = []
    // So many calls deeper there is room, if the instruction is reached from the one before.
    var room: Int? = 0
    var rooms: [Int?] = []
    for index in items.indices {
      if let other = known[index] { room = room.map { min($0, other) } ?? other }
      rooms.append(room)
      let item = items[index]
      if item.isLeftOut { continue }
      guard let before = room else { continue }
      switch item.opcode {
      case .deepen:
        if Int(item.a) < before { superfluous.append(index) }
        room = max(before, Int(item.a) + 1)
      case .call: room = max(before, ImageFormat.deeper(Int(item.a)) + 1)
      case .returnSlots, .throwError, .rethrow: room = nil
      default: break
      }
      guard let target = item.target else { continue }
      if target > index {
        known[target] = known[target].map { min($0, before) } ?? before
      } else {
        jumpsBack.append((before, target))
      }
      if item.opcode == .jump { room = nil }
    }
    // A way back on which less is known would have to be gone again; there is none in loops that
    // are entered at their heads.
    for jump in jumpsBack where jump.known < (rooms[jump.target] ?? 0) { return }
    for index in superfluous { items[index].isLeftOut = true }
  }
}
