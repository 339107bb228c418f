import Bytecode
import Lowering
import Typing

/// Functions, added to a host image, by which the runner reads and writes the variables that the
/// image keeps.
struct GlobalAccess: Sendable {
  /// For each member the functions that return its words, and that take them; indices into the
  /// image's functions.
  private(set) var readers: [MemberID: Int] = [:]
  private(set) var writers: [MemberID: Int] = [:]

  /// Adds the functions for all of `globals` to `contents`.
  init(_ globals: [MemberID: GlobalSlots], addingTo contents: inout ImageContents) {
    for (member, slots) in globals.sorted(by: { $0.key.index < $1.key.index }) {
      readers[member] = contents.functions.count
      contents.functions.append(Self.reader(slots))
      writers[member] = contents.functions.count
      contents.functions.append(Self.writer(slots))
    }
  }

  private static func instruction(_ operation: Opcode, _ a: Int, _ b: Int = 0, _ c: Int = 0)
    -> UInt64
  {
    UInt64(operation.rawValue) | UInt64(a & 0xFFFF) << 16 | UInt64(b & 0xFFFF) << 32 | UInt64(
      c & 0xFFFF) << 48
  }

  private static func reader(_ slots: GlobalSlots) -> FunctionContents {
    var function = FunctionContents(name: "read")
    function.results = slots.words
    // The results, and after them room for a view of each array.
    function.slots = slots.words
    for (offset, word) in slots.words.enumerated() {
      let global = slots.first + offset
      switch word.kind {
      case .integer, .float, .boolean, .function:
        function.code.append(instruction(.loadGlobal, offset, global & 0xFFFF, global >> 16))
      case .owned:
        let view = function.slots.count
        function.slots += [SlotType(.borrowed, layout: word.layout), .length]
        function.code.append(instruction(.borrowGlobal, view, global & 0xFFFF, global >> 16))
        function.code.append(instruction(.arrayCopy, offset, view))
      case .borrowed, .length: break
      }
    }
    function.code.append(instruction(.returnSlots, slots.words.count))
    function.code += packed(Array(0..<slots.words.count))
    return function
  }

  private static func writer(_ slots: GlobalSlots) -> FunctionContents {
    var function = FunctionContents(name: "write")
    function.slots = slots.words.map {
      $0.kind == .owned ? SlotType(.borrowed, layout: $0.layout) : $0
    }
    function.parameterCount = slots.words.count
    for (offset, word) in slots.words.enumerated() {
      let global = slots.first + offset
      switch word.kind {
      case .integer, .float, .boolean, .function:
        function.code.append(instruction(.storeGlobal, offset, global & 0xFFFF, global >> 16))
      case .owned:
        let copy = function.slots.count
        function.slots += [word, .length]
        function.code.append(instruction(.arrayCopy, copy, offset))
        function.code.append(instruction(.putGlobal, copy, global & 0xFFFF, global >> 16))
      case .borrowed, .length: break
      }
    }
    function.code.append(instruction(.returnSlots, 0))
    return function
  }

  /// Slots as trailing words: four to a word.
  private static func packed(_ slots: [Int]) -> [UInt64] {
    stride(from: 0, to: slots.count, by: 4).map { start in
      var word: UInt64 = 0
      for (index, slot) in slots[start..<min(start + 4, slots.count)].enumerated() {
        word |= UInt64(slot & 0xFFFF) << UInt64(16 * index)
      }
      return word
    }
  }
}
