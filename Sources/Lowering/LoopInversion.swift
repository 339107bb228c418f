import Bytecode

extension CodeList {
  /// No more than these instructions are copied from a loop's head to its end.
  private static let copiedCountMax = 4

  /// Tests loops at their end: where a round ends with a jump to a head that is short and asks
  /// whether to go on, the question is asked there.
  mutating func testAtEnd() {
    for index in items.indices {
      guard items[index].opcode == .jump, !items[index].isLeftOut,
        let head = items[index].target, head < index
      else { continue }
      guard let (copies, branch) = question(at: head), items[branch].target == index + 1 else {
        continue
      }
      let asked = items[branch]
      // The way back is a safe point: what the question costs is charged behind it.
      let ticks = copies.reduce(Int64(asked.charge)) {
        $1.opcode == .charge ? $0 + Int64(Int32(bitPattern: $1.wide)) : $0
      }
      guard let (opcode, a, b) = Self.inverse(of: asked), let charge = UInt8(exactly: ticks) else {
        continue
      }
      var back = Item(opcode, a: a, wide: asked.wide, target: branch + 1)
      if let b { back = Item(opcode, a: a, b: b, target: branch + 1) }
      back.charge = charge
      items[index].isLeftOut = true
      self[before: index] = copies.filter { $0.opcode != .charge } + [back]
    }
  }

  /// What stands at `head`, up to the branch that leaves the loop; nil if that is more.
  private func question(at head: Int) -> (copies: [Item], branch: Int)? {
    var copies: [Item] = []
    var place = head
    while place < items.count {
      let item = items[place]
      if item.isLeftOut {
        place += 1
        continue
      }
      guard self[before: place].isEmpty, place == head || !isTarget[place] else { return nil }
      switch item.opcode {
      case .charge, .loadInteger, .loadWord, .loadFloat, .loadBoolean, .move:
        guard copies.count < Self.copiedCountMax else { return nil }
        copies.append(item)
      default: return Self.inverse(of: item) == nil ? nil : (copies, place)
      }
      place += 1
    }
    return nil
  }

  /// The branch that is taken where `item` is not; nil of what is no branch.
  ///
  /// Without the second operand it keeps its own.
  private static func inverse(of item: Item) -> (opcode: Opcode, a: UInt16, b: UInt16?)? {
    switch item.opcode {
    case .jumpIfTrue: (.jumpIfFalse, item.a, nil)
    case .jumpIfFalse: (.jumpIfTrue, item.a, nil)
    case .branchEqual: (.branchNotEqual, item.a, item.b)
    case .branchNotEqual: (.branchEqual, item.a, item.b)
    case .branchLess: (.branchLessOrEqual, item.b, item.a)
    case .branchLessOrEqual: (.branchLess, item.b, item.a)
    case .branchEqualImmediate: (.branchNotEqualImmediate, item.a, item.b)
    case .branchNotEqualImmediate: (.branchEqualImmediate, item.a, item.b)
    case .branchLessImmediate: (.branchGreaterOrEqualImmediate, item.a, item.b)
    case .branchGreaterOrEqualImmediate: (.branchLessImmediate, item.a, item.b)
    case .branchGreaterImmediate: (.branchLessOrEqualImmediate, item.a, item.b)
    case .branchLessOrEqualImmediate: (.branchGreaterImmediate, item.a, item.b)
    case .branchEqualFloat: (.branchNotEqualFloat, item.a, item.b)
    case .branchNotEqualFloat: (.branchEqualFloat, item.a, item.b)
    case .branchLessFloat: (.branchUnlessLessFloat, item.a, item.b)
    case .branchUnlessLessFloat: (.branchLessFloat, item.a, item.b)
    case .branchLessOrEqualFloat: (.branchUnlessLessOrEqualFloat, item.a, item.b)
    case .branchUnlessLessOrEqualFloat: (.branchLessOrEqualFloat, item.a, item.b)
    default: nil
    }
  }
}
