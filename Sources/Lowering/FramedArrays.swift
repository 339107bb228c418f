import Bytecode

extension CodeList {
  /// Has the elements of small arrays be slots of the frame, where all indices are known.
  ///
  /// Of arrays that the function makes, moves, copies, loads from and stores into, and nothing
  /// else; false if there is none.
  @discardableResult
  mutating func frameArrays(_ arrays: ArrayTables, parameterCount: Int) -> Bool {
    guard slots.dropFirst(parameterCount).contains(where: { $0.kind == .owned }) else {
      return false
    }
    var search = FramedArraySearch(self, arrays, parameterCount)
    search.run(items, isTarget)
    let frames = search.frames(&slots)
    guard !frames.isEmpty else { return false }
    var indices = KnownIndices(slots.count)
    for index in items.indices {
      if isTarget[index] { indices.forget() }
      if items[index].isLeftOut { continue }
      let item = items[index]
      if let replacement = frames.replacement(of: item, indices) {
        self[before: index] += replacement
        items[index].isLeftOut = true
      }
      indices.pass(item)
    }
    for pair in frames.pairs { (slots[pair], slots[pair + 1]) = (.integer, .integer) }
    settle()
    return true
  }
}

/// Whole numbers that slots are known to hold, in a stretch of straight code; and which constant
/// array a borrowed pair is.
private struct KnownIndices {
  private var values: [(value: Int64, stretch: Int)]
  private var arrays: [(data: Int, stretch: Int)]
  private var stretch = 0

  init(_ slotCount: Int) {
    values = Array(repeating: (0, -1), count: slotCount)
    arrays = Array(repeating: (0, -1), count: slotCount)
  }

  /// What comes next is reached from elsewhere, too.
  mutating func forget() { stretch += 1 }

  func value(_ slot: UInt16) -> Int64? {
    let slot = Int(slot)
    return slot < values.count && values[slot].stretch == stretch ? values[slot].value : nil
  }

  func data(_ slot: UInt16) -> Int? {
    let slot = Int(slot)
    return slot < arrays.count && arrays[slot].stretch == stretch ? arrays[slot].data : nil
  }

  /// Goes past `item`.
  mutating func pass(_ item: CodeList.Item) {
    let result = result(of: item)
    item.forEachSlot { slot, access in
      guard access == .write, slot < values.count else { return }
      values[slot].stretch = -1
      arrays[slot].stretch = -1
    }
    if let result { values[Int(item.a)] = (result, stretch) }
    if item.opcode == .arrayData { arrays[Int(item.a)] = (Int(item.wide), stretch) }
    if item.target != nil { forget() }
  }

  private func result(of item: CodeList.Item) -> Int64? {
    switch item.opcode {
    case .loadInteger: Int64(Int32(bitPattern: item.wide))
    case .move: value(item.b)
    case .addImmediate: value(item.b).map { $0 &+ Int64(Int16(bitPattern: item.c)) }
    case .wrapAdd:
      value(item.b).flatMap { first in value(item.c).map { first &+ $0 } }
    default: nil
    }
  }
}

/// Arrays whose elements are slots.
private struct ArrayFrames {
  struct Frame {
    /// Its first slot, and the types of an element's words.
    let first: Int
    let words: [SlotType]
    let count: Int
  }

  /// By the first slot of the pair.
  fileprivate(set) var frames: [Int: Frame] = [:]
  /// A slot for whole numbers that are only needed on the spot.
  fileprivate(set) var scratch: UInt16 = 0

  var isEmpty: Bool { frames.isEmpty }
  var pairs: Dictionary<Int, Frame>.Keys { frames.keys }

  /// What stands in place of `item`; nil if it stays.
  func replacement(of item: CodeList.Item, _ indices: KnownIndices) -> [CodeList.Item]? {
    switch item.opcode {
    case .arrayAllocate: return frames[Int(item.a)].map { zeros($0) }
    case .arrayMove, .arrayCopy:
      guard let target = frames[Int(item.a)] else { return nil }
      guard let source = frames[Int(item.b)] else { return loads(target, item.b) }
      let count = target.count * target.words.count
      return (0..<count).map { Self.move(target.first + $0, source.first + $0) }
    case .arrayRelease: return frames[Int(item.a)].map { _ in [] }
    case .arrayCount:
      return frames[Int(item.b)].map {
        [CodeList.Item(.loadInteger, a: item.a, wide: UInt32(truncatingIfNeeded: $0.count))]
      }
    case .arrayLoad, .booleanLoad, .elementLoad:
      return place(Int(item.b), item.c, item, indices).map { place, count in
        (0..<count).map { Self.move(Int(item.a) + $0, place + $0) }
      }
    case .arrayStore, .booleanStore, .elementStore:
      return place(Int(item.a), item.b, item, indices).map { place, count in
        (0..<count).map { Self.move(place + $0, Int(item.c) + $0) }
      }
    default: return nil
    }
  }

  /// Where the words begin that `item` loads or stores, and how many they are.
  private func place(
    _ pair: Int, _ index: UInt16, _ item: CodeList.Item, _ indices: KnownIndices
  ) -> (place: Int, count: Int)? {
    guard let frame = frames[pair], let index = indices.value(index) else { return nil }
    let element = frame.first + Int(index) * frame.words.count
    guard !item.operands.isEmpty else { return (element, 1) }
    return (element + Int(item.operands.lane(1)), Int(item.operands.lane(0)))
  }

  private static func move(_ target: Int, _ source: Int) -> CodeList.Item {
    CodeList.Item(
      .move, a: UInt16(truncatingIfNeeded: target), b: UInt16(truncatingIfNeeded: source))
  }

  private func zeros(_ frame: Frame) -> [CodeList.Item] {
    var items: [CodeList.Item] = []
    if frame.words.contains(.float) {
      items.append(CodeList.Item(.loadInteger, a: scratch, wide: 0))
    }
    for place in 0..<frame.count * frame.words.count {
      let slot = UInt16(truncatingIfNeeded: frame.first + place)
      switch frame.words[place % frame.words.count].kind {
      case .float: items.append(CodeList.Item(.integerToFloat, a: slot, b: scratch))
      case .boolean: items.append(CodeList.Item(.loadBoolean, a: slot, wide: 0))
      case .integer, .length, .function, .owned, .borrowed:
        items.append(CodeList.Item(.loadInteger, a: slot, wide: 0))
      }
    }
    return items
  }

  /// The elements of the constant array `source`, which has as many.
  private func loads(_ frame: Frame, _ source: UInt16) -> [CodeList.Item] {
    var items: [CodeList.Item] = []
    for index in 0..<frame.count {
      items.append(
        CodeList.Item(.loadInteger, a: scratch, wide: UInt32(truncatingIfNeeded: index)))
      let count = frame.words.count
      let first = UInt16(truncatingIfNeeded: frame.first + index * count)
      let fields = UInt32(source) | UInt32(scratch) << 16
      if count == 1 {
        let opcode = frame.words == [.boolean] ? Opcode.booleanLoad : .arrayLoad
        items.append(CodeList.Item(opcode, a: first, wide: fields))
      } else {
        var item = CodeList.Item(.elementLoad, a: first, wide: fields)
        item.operands = OperandWords([UInt64(count) | UInt64(count) << 32])
        items.append(item)
      }
    }
    return items
  }
}

/// Looks for arrays whose elements can be slots: sets of pairs between which they are moved.
private struct FramedArraySearch {
  private let slots: [SlotType]
  private let arrays: ArrayTables
  /// By slot: whether it is the first of a pair that may be one.
  private var isPair: [Bool]
  /// By slot: the set that its pair belongs to, by way of others.
  private var parents: [Int]
  /// By the first of a set: how many elements they have; and the largest index, at least -1.
  private var counts: [Int?]
  private var largest: [Int]
  private var hasEscaped: [Bool]

  /// Words of one array, and slots that are added.
  private static let wordCountMax = 16
  private static let addedCountMax = 64
  /// A frame has room for so many: a device has a KiB a call.
  private static let slotCountMax = 110

  init(_ code: CodeList, _ arrays: ArrayTables, _ parameterCount: Int) {
    (slots, self.arrays) = (code.slots, arrays)
    isPair = slots.enumerated().map { slot, type in
      guard slot >= parameterCount, type.kind == .owned, type.layout > 0 else { return false }
      return arrays.layouts[Int(type.layout)].words.allSatisfy {
        $0.kind == .integer || $0.kind == .float || $0.kind == .boolean
      }
    }
    parents = Array(slots.indices)
    counts = Array(repeating: nil, count: slots.count)
    largest = Array(repeating: -1, count: slots.count)
    hasEscaped = Array(repeating: false, count: slots.count)
  }

  mutating func run(_ items: [CodeList.Item], _ isTarget: [Bool]) {
    var indices = KnownIndices(slots.count)
    for (index, item) in items.enumerated() {
      if isTarget[index] { indices.forget() }
      if item.isLeftOut { continue }
      look(at: item, indices)
      indices.pass(item)
    }
  }

  private mutating func look(at item: CodeList.Item, _ indices: KnownIndices) {
    let (a, b) = (Int(item.a), Int(item.b))
    switch item.opcode {
    case .arrayAllocate:
      note(count: indices.value(item.b).flatMap { Int(exactly: $0) }, of: a)
      escape(b..<b + 1)
    case .arrayMove, .arrayCopy:
      if isPair[a], isPair[b] {
        unite(a, b)
      } else if item.opcode == .arrayCopy, let data = indices.data(item.b) {
        note(count: arrays.dataCounts[data], of: a)
      } else {
        escape(a..<a + 1)
        escape(b..<b + 1)
      }
    case .arrayRelease: break
    case .arrayCount: escape(a..<a + 1)
    case .arrayLoad, .booleanLoad, .elementLoad:
      note(index: indices.value(item.c), of: b)
      escape(Int(item.c)..<Int(item.c) + 1)
      escape(item.opcode == .elementLoad ? item.neighbours : a..<a + 1)
    case .arrayStore, .booleanStore, .elementStore:
      note(index: indices.value(item.b), of: a)
      escape(b..<b + 1)
      let value = Int(item.c)
      escape(item.opcode == .elementStore ? item.neighbours : value..<value + 1)
    default: item.forEachSlot { slot, _ in escape(slot..<slot + 1) }
    }
  }

  /// The pairs to which `mentioned` slots belong are used otherwise.
  private mutating func escape(_ mentioned: Range<Int>) {
    for slot in mentioned.clamped(to: 0..<slots.count) {
      if isPair[slot] { hasEscaped[first(slot)] = true }
      if slot > 0, isPair[slot - 1] { hasEscaped[first(slot - 1)] = true }
    }
  }

  private mutating func note(count: Int?, of pair: Int) {
    guard isPair[pair] else { return }
    let set = first(pair)
    let words = arrays.layouts[Int(slots[pair].layout)].words.count
    guard let count, count >= 0, count * words <= Self.wordCountMax,
      counts[set] ?? count == count
    else {
      hasEscaped[set] = true
      return
    }
    counts[set] = count
  }

  private mutating func note(index: Int64?, of pair: Int) {
    guard isPair[pair] else { return }
    let set = first(pair)
    guard let index, index >= 0, index < Self.wordCountMax else {
      hasEscaped[set] = true
      return
    }
    largest[set] = max(largest[set], Int(index))
  }

  // MARK: Sets

  private mutating func first(_ pair: Int) -> Int {
    var pair = pair
    while parents[pair] != pair {
      parents[pair] = parents[parents[pair]]
      pair = parents[pair]
    }
    return pair
  }

  private mutating func unite(_ one: Int, _ other: Int) {
    let (set, joined) = (first(one), first(other))
    guard set != joined else { return }
    parents[joined] = set
    largest[set] = max(largest[set], largest[joined])
    let differ = counts[set].flatMap { count in counts[joined].map { $0 != count } } ?? false
    hasEscaped[set] = hasEscaped[set] || hasEscaped[joined] || differ
    counts[set] = counts[set] ?? counts[joined]
  }

  /// Gives the elements of those that can have them slots.
  mutating func frames(_ slots: inout [SlotType]) -> ArrayFrames {
    var result = ArrayFrames()
    var members: [Int: [Int]] = [:]
    for pair in self.slots.indices where isPair[pair] {
      members[first(pair), default: []].append(pair)
    }
    let limit = min(Self.slotCountMax, slots.count + Self.addedCountMax)
    for (set, pairs) in members.sorted(by: { $0.key < $1.key }) {
      guard !hasEscaped[set], let count = counts[set], largest[set] < count else { continue }
      let words = arrays.layouts[Int(self.slots[set].layout)].words
      guard slots.count + pairs.count * count * words.count < limit else { continue }
      for pair in pairs {
        result.frames[pair] = ArrayFrames.Frame(first: slots.count, words: words, count: count)
        for _ in 0..<count { slots += words }
      }
    }
    guard !result.isEmpty else { return result }
    result.scratch = UInt16(truncatingIfNeeded: slots.count)
    slots.append(.integer)
    return result
  }
}
