import Bytecode

extension CodeList {
  /// A comparison whose outcome a jump right behind it asks for.
  private struct Pattern {
    let compare: Int
    let jump: Int
    /// The `loadInteger` right before it whose number is compared with; nil if there is none.
    var literal: Int?
  }

  /// Makes one branch of each comparison and the jump that it decides, where nothing else asks for
  /// the outcome.
  mutating func fuseBranches(slotCount: Int) {
    var patterns: [Pattern] = []
    for index in items.indices {
      guard let pattern = pattern(at: index) else { continue }
      patterns.append(pattern)
    }
    guard !patterns.isEmpty else { return }
    let livesOn = slotsThatLiveOn(slotCount)
    for pattern in patterns {
      let compare = items[pattern.compare]
      guard !livesOn[Int(compare.a)] else { continue }
      let holds = items[pattern.jump].opcode == .jumpIfTrue
      if let literal = pattern.literal, !livesOn[Int(items[literal].a)],
        let number = Int16(exactly: Int32(bitPattern: items[literal].wide)),
        let (opcode, slot) = Self.branch(compare, with: items[literal].a, holds)
      {
        items[literal].isLeftOut = true
        replace(pattern, opcode, slot, UInt16(bitPattern: number))
      } else if let (opcode, a, b) = Self.branch(compare, holds) {
        replace(pattern, opcode, a, b)
      }
    }
  }

  private mutating func replace(_ pattern: Pattern, _ opcode: Opcode, _ a: UInt16, _ b: UInt16) {
    items[pattern.compare].isLeftOut = true
    let target = items[pattern.jump].target
    items[pattern.jump] = Item(opcode, a: a, b: b, target: target)
  }

  private func pattern(at index: Int) -> Pattern? {
    guard Self.isComparison(items[index].opcode) else { return nil }
    // Device time may be charged between the two, which is all the same to both.
    var next = index + 1
    if next < items.count, items[next].opcode == .charge, !isTarget[next] { next += 1 }
    guard next < items.count, !isTarget[next],
      items[next].opcode == .jumpIfTrue || items[next].opcode == .jumpIfFalse,
      items[next].a == items[index].a
    else { return nil }
    var result = Pattern(compare: index, jump: next)
    if index > 0, !isTarget[index], items[index - 1].opcode == .loadInteger {
      let slot = items[index - 1].a
      let compare = items[index]
      if (compare.b == slot) != (compare.c == slot) { result.literal = index - 1 }
    }
    return result
  }

  private static func isComparison(_ opcode: Opcode) -> Bool {
    switch opcode {
    case .equalInteger, .notEqualInteger, .lessInteger, .lessOrEqualInteger, .equalFloat,
      .notEqualFloat, .lessFloat, .lessOrEqualFloat:
      true
    default: false
    }
  }

  /// The branch that is taken where `compare` gives `holds`.
  private static func branch(_ compare: Item, _ holds: Bool) -> (Opcode, UInt16, UInt16)? {
    let (x, y) = (compare.b, compare.c)
    switch compare.opcode {
    case .equalInteger: return (holds ? .branchEqual : .branchNotEqual, x, y)
    case .notEqualInteger: return (holds ? .branchNotEqual : .branchEqual, x, y)
    case .lessInteger: return holds ? (.branchLess, x, y) : (.branchLessOrEqual, y, x)
    case .lessOrEqualInteger: return holds ? (.branchLessOrEqual, x, y) : (.branchLess, y, x)
    case .equalFloat: return (holds ? .branchEqualFloat : .branchNotEqualFloat, x, y)
    case .notEqualFloat: return (holds ? .branchNotEqualFloat : .branchEqualFloat, x, y)
    case .lessFloat: return (holds ? .branchLessFloat : .branchUnlessLessFloat, x, y)
    case .lessOrEqualFloat:
      return (holds ? .branchLessOrEqualFloat : .branchUnlessLessOrEqualFloat, x, y)
    default: return nil
    }
  }

  /// The branch that is taken where `compare`, one of whose sides is the number in slot `literal`,
  /// gives `holds`; with the other side.
  private static func branch(
    _ compare: Item, with literal: UInt16, _ holds: Bool
  ) -> (Opcode, UInt16)? {
    let isRight = compare.c == literal
    let slot = isRight ? compare.b : compare.c
    switch compare.opcode {
    case .equalInteger: return (holds ? .branchEqualImmediate : .branchNotEqualImmediate, slot)
    case .notEqualInteger: return (holds ? .branchNotEqualImmediate : .branchEqualImmediate, slot)
    case .lessInteger:
      if isRight {
        return (holds ? .branchLessImmediate : .branchGreaterOrEqualImmediate, slot)
      }
      return (holds ? .branchGreaterImmediate : .branchLessOrEqualImmediate, slot)
    case .lessOrEqualInteger:
      if isRight {
        return (holds ? .branchLessOrEqualImmediate : .branchGreaterImmediate, slot)
      }
      return (holds ? .branchGreaterOrEqualImmediate : .branchLessImmediate, slot)
    default: return nil
    }
  }
}
