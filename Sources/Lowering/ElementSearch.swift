import Bytecode

/// Finds words of one element of an array that may be loaded, or stored, together.
///
/// It is shown a function's instructions in their order. A load may be done as early as the first
/// one of its group, a store as late as the last one; what stands between must not tell.
struct ElementSearch {
  /// A load or store of one word.
  struct Access {
    let index: Int
    let word: Int
    /// Where the word goes to or comes from.
    let slot: UInt16
    /// Of a store: whether the instruction before it computes what it stores.
    let isComputedThere: Bool
  }

  /// Accesses to one element that may become one.
  struct Group {
    let isLoad: Bool
    let array: UInt16
    let index: UInt16
    let accesses: [Access]
  }

  /// An element that has been accessed in this stretch of code: its index is within the array.
  private struct Element {
    let array: UInt16
    let index: UInt16
    var loads: [Access] = []
    /// Words that may have been stored since the first of the loads.
    var stale: Set<Int> = []
    var stores: [Access] = []
  }

  /// So many elements are looked at at a time.
  private static let elementCountMax = 8

  private(set) var groups: [Group] = []
  private let slots: [SlotType]
  /// The block that is looked at, and by slot the last one behind which it is read.
  private var block = 0
  private var livesBehind: [Int]
  private var elements: [Element] = []
  /// By slot the number that it holds, where that is known.
  private var numbers: [UInt16: UInt32] = [:]
  /// Where the instruction before has put its result.
  private var lastResult: UInt16?

  init(_ slots: [SlotType], _ liveness: Liveness) {
    self.slots = slots
    livesBehind = Array(repeating: -1, count: slots.count)
    for slot in liveness.everywhere { livesBehind[slot] = .max }
  }

  /// Here a block begins.
  mutating func begin(_ block: Int, _ liveness: Liveness) {
    self.block = block
    liveness.forEachSlot(behind: block) { livesBehind[$0] = block }
  }

  /// Here the code goes on elsewhere, or other code comes in.
  mutating func end() {
    for place in elements.indices { close(place) }
    elements = []
    numbers = [:]
    lastResult = nil
  }

  /// Whether what is in `slot` is only wanted in this block.
  private func isTemporary(_ slot: UInt16) -> Bool {
    livesBehind[Int(slot)] != block && livesBehind[Int(slot)] != .max
  }

  mutating func look(at item: CodeList.Item, _ index: Int) {
    let lanes = item.operands.head
    let count = Int(UInt16(truncatingIfNeeded: lanes))
    let first = Int(UInt16(truncatingIfNeeded: lanes >> 16))
    let isFlat = UInt16(truncatingIfNeeded: lanes >> 32) != 0
    switch item.opcode {
    case .charge: return
    case .elementLoad where isFlat:
      let isOne = count == 1 && isTemporary(item.a)
      let access = Access(index: index, word: first, slot: item.a, isComputedThere: false)
      load(first..<first + count, item.b, item.c, isOne ? access : nil)
      forgetWritten(item)
    case .arrayLoad, .booleanLoad:
      load(0..<1, item.b, item.c, nil)
      forgetWritten(item)
    case .elementStore where isFlat:
      let access = Access(
        index: index, word: first, slot: item.c,
        isComputedThere: lastResult == item.c && isTemporary(item.c))
      store(first..<first + count, item.a, item.b, count == 1 ? access : nil)
    case .arrayStore, .booleanStore: store(0..<1, item.a, item.b, nil)
    case .loadInteger:
      if numbers[item.a] != item.wide {
        forget(Int(item.a))
        numbers[item.a] = item.wide
      }
    case .loadBound:
      forget(Int(item.a))
      forget(Int(item.a) + 1)
    default:
      guard item.onlyComputes else { return end() }
      // An error would show what has not been stored yet.
      if item.pureResult == nil { closeStores() }
      forgetWritten(item)
    }
    lastResult = item.pureResult
  }

  private mutating func load(
    _ words: Range<Int>, _ array: UInt16, _ index: UInt16, _ access: Access?
  ) {
    closeStores(of: words, in: array, but: nil)
    let place = element(array, index)
    guard let access else { return }
    if elements[place].stale.contains(access.word) { closeLoads(place) }
    elements[place].loads.append(access)
  }

  private mutating func store(
    _ words: Range<Int>, _ array: UInt16, _ index: UInt16, _ access: Access?
  ) {
    // Where the index is looked at first, the error must stay.
    let isKnown = elements.contains { $0.array == array && $0.index == index }
    let place = element(array, index)
    closeStores(of: words, in: array, but: access == nil ? nil : place)
    if let access, isKnown { elements[place].stores.append(access) }
    // What is stored later than it was must not be loaded earlier either.
    let stored = Set(words).union(elements[place].stores.map(\.word))
    for other in elements.indices where mayMeet(elements[other].array, array) {
      if !elements[other].loads.isEmpty { elements[other].stale.formUnion(stored) }
    }
  }

  /// The element among those that are looked at; one that comes anew may raise an error.
  private mutating func element(_ array: UInt16, _ index: UInt16) -> Int {
    if let place = elements.firstIndex(where: { $0.array == array && $0.index == index }) {
      return place
    }
    closeStores()
    if elements.count == Self.elementCountMax {
      close(0)
      elements.removeFirst()
    }
    elements.append(Element(array: array, index: index))
    return elements.count - 1
  }

  /// Whether the pairs from slots `first` and `second` on may be the same array.
  ///
  /// Owned ones are distinct; a borrowed one may be any of its layout.
  private func mayMeet(_ first: UInt16, _ second: UInt16) -> Bool {
    let (one, other) = (slots[Int(first)], slots[Int(second)])
    if first == second { return true }
    return one.layout == other.layout && (one.kind != .owned || other.kind != .owned)
  }

  // MARK: Where groups end

  private mutating func forgetWritten(_ item: CodeList.Item) {
    var written: [Int] = []
    item.forEachSlot { slot, access in
      if access == .write { written.append(slot) }
    }
    for slot in written { forget(slot) }
  }

  /// `slot` holds something else from here on.
  private mutating func forget(_ slot: Int) {
    if let slot = UInt16(exactly: slot) { numbers[slot] = nil }
    while let place = elements.firstIndex(where: {
      Int($0.index) == slot || Int($0.array) == slot || Int($0.array) + 1 == slot
    }) {
      close(place)
      elements.remove(at: place)
    }
  }

  private mutating func closeStores() {
    for place in elements.indices { closeStores(place) }
  }

  /// Ends groups of stores of `words`, which are accessed in what may be the same array.
  private mutating func closeStores(of words: Range<Int>, in array: UInt16, but known: Int?) {
    for place in elements.indices where place != known && mayMeet(elements[place].array, array) {
      if elements[place].stores.contains(where: { words.contains($0.word) }) {
        closeStores(place)
      }
    }
  }

  private mutating func close(_ place: Int) {
    closeLoads(place)
    closeStores(place)
  }

  private mutating func closeLoads(_ place: Int) {
    end(elements[place].loads, of: elements[place], isLoad: true)
    elements[place].loads = []
    elements[place].stale = []
  }

  private mutating func closeStores(_ place: Int) {
    end(elements[place].stores, of: elements[place], isLoad: false)
    elements[place].stores = []
  }

  private mutating func end(_ accesses: [Access], of element: Element, isLoad: Bool) {
    guard accesses.count > 1 else { return }
    groups.append(
      Group(isLoad: isLoad, array: element.array, index: element.index, accesses: accesses))
  }
}

extension CodeList.Item {
  /// Whether it reads and writes slots that hold scalars, and maybe raises an error, but does
  /// nothing else.
  fileprivate var onlyComputes: Bool {
    if pureResult != nil { return true }
    guard !opcode.isOnTimeline else { return false }
    let shape = opcode.shape
    switch shape.a {
    case .writeInteger, .writeFloat, .writeBoolean, .writeScalar: break
    default: return false
    }
    return [shape.b, shape.c].allSatisfy { operand in
      switch operand {
      case .none, .readInteger, .readFloat, .readBoolean, .readScalar, .immediate,
        .signedImmediate, .wideInteger, .constant, .global:
        true
      default: false
      }
    }
  }
}
