import Bytecode

/// A function whose body can stand in place of its calls: small, without handlers, owning no
/// arrays.
struct InlinedBody {
  let contents: FunctionContents
  /// By parameter slot: whether the argument is read where the parameter is, instead of a copy.
  let isRenamed: [Bool]
  /// By how much the deepest of its calls is deeper.
  let deepest: Int

  /// Nil of what cannot stand there, or has more than `sizeMax` instructions.
  init?(_ contents: FunctionContents, sizeMax: Int) {
    guard contents.handlers.isEmpty, contents.code.count <= 4 * sizeMax,
      contents.parameterCount + contents.results.count <= Limits.parameterCountMax,
      contents.slots.allSatisfy({ $0.kind != .owned && $0.kind != .function }),
      contents.results.allSatisfy({ $0.isScalarWord })
    else { return nil }
    var (size, deepest, returns) = (0, 0, 0)
    var isRenamed = Array(repeating: contents.results.count <= 1, count: contents.parameterCount)
    func keep(_ slots: Range<Int>) {
      for slot in slots.clamped(to: 0..<isRenamed.count) { isRenamed[slot] = false }
    }
    contents.forEachItem { item in
      switch item.opcode {
      case .charge: return
      case .call, .callValue: deepest = max(deepest, ImageFormat.deeper(Int(item.a)))
      case .deepen: deepest = max(deepest, Int(item.a))
      case .returnSlots: returns += 1
      default: break
      }
      size += 1
      keep(item.neighbours)
      item.forEachSlot { slot, access in if access == .write { keep(slot..<slot + 1) } }
    }
    guard size <= sizeMax, returns > 0 else { return nil }
    // A pair stays together.
    for slot in isRenamed.indices.dropFirst() where contents.slots[slot].kind == .length {
      let both = isRenamed[slot] && isRenamed[slot - 1]
      (isRenamed[slot - 1], isRenamed[slot]) = (both, both)
    }
    (self.contents, self.isRenamed, self.deepest) = (contents, isRenamed, deepest)
  }
}

extension SlotType {
  fileprivate var isScalarWord: Bool { kind == .integer || kind == .float || kind == .boolean }
}

extension FunctionContents {
  /// Calls `body` with each instruction, without where it leads.
  func forEachItem(_ body: (CodeList.Item) -> Void) {
    forEachInstruction { opcode, instruction, place in
      body(CodeList.Item(opcode, instruction, code, at: place))
    }
  }
}

extension CodeList.Item {
  /// The instruction at word `place` of `code`, without where it leads.
  init(_ opcode: Opcode, _ instruction: Instruction, _ code: [UInt64], at place: Int) {
    self.init(opcode, a: instruction.a, wide: instruction.wide)
    charge = instruction.charge
    let count = ImageFormat.wordCount(of: opcode, instruction.word)
    if count > 1 { operands = OperandWords(code[(place + 1)..<(place + count)]) }
  }

  /// The slots that are meant by naming the first of them.
  var neighbours: Range<Int> {
    switch opcode {
    case .elementLoad: Int(a)..<Int(a) + Int(operands.head & 0xFFFF)
    case .elementStore: Int(c)..<Int(c) + Int(operands.head & 0xFFFF)
    case .pack, .unpack, .arrayAppend: Int(b)..<Int(b) + Int(c)
    case .elementary2: Int(b)..<Int(b) + 2
    case .arraySlice: Int(c)..<Int(c) + 2
    case .advance: Int(a)..<Int(a) + 2
    case .faultSave, .faultRestore, .faultRelease: Int(a)..<Int(a) + Limits.keptErrorWordCount
    default: 0..<0
    }
  }

  /// Has every slot that it names be the one that `name` gives.
  mutating func rename(_ name: (UInt16) -> UInt16) {
    let shape = opcode.shape
    let first = neighbours.isEmpty ? nil : neighbours.lowerBound
    if shape.a.namesSlot || opcode == .elementLoad { a = name(a) }
    var (b, c) = (self.b, self.c)
    if shape.b.namesSlot || first != nil && shape.b == .immediate && opcode != .elementStore {
      b = name(b)
    }
    if shape.c.namesSlot || opcode == .elementStore { c = name(c) }
    if b != self.b || c != self.c { wide = UInt32(b) | UInt32(c) << 16 }
    let lanes: Range<Int>
    switch shape.trailer {
    case .none, .element, .ticks: return
    case .slots: lanes = 0..<argumentCount + Int(b)
    case .slotsA: lanes = 0..<Int(a)
    case .event, .input: lanes = 0..<3
    }
    for lane in lanes {
      let slot = operands.lane(lane)
      if slot != ImageFormat.none { operands.setLane(lane, to: name(slot)) }
    }
  }
}

extension Bytecode.Operand {
  /// Whether a field of that kind names a slot.
  var namesSlot: Bool {
    switch self {
    case .readInteger, .writeInteger, .readFloat, .writeFloat, .readBoolean, .writeBoolean,
      .readScalar, .writeScalar, .writeBound, .readArray, .writeOwned, .writeBorrowed,
      .changeOwned, .changeCounter, .readFunction, .writeFunction:
      true
    case .none, .immediate, .signedImmediate, .wideInteger, .jump, .constant, .data, .bound,
      .function, .global, .branch, .argumentCount, .resultCount, .callee, .hostCall, .error,
      .channel:
      false
    }
  }
}
