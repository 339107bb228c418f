import Bytecode

/// The code of one function taken apart, so that instructions can be changed, put in and left out.
///
/// Jumps, positions and handlers refer to instructions by number; those of an instruction that is
/// left out mean the next one that stays.
struct CodeList {
  struct Item {
    var opcode: Opcode
    var a: UInt16
    /// Fields b and c.
    var wide: UInt32
    /// Device time that it charges beside what it does.
    var charge: UInt8 = 0
    /// What of that is owed already if an error is raised there instead.
    var owed: UInt8 = 0
    var isLeftOut = false
    private var targetNumber: Int32 = -1
    /// The words of operands behind it.
    var operands = OperandWords()

    var b: UInt16 { UInt16(truncatingIfNeeded: wide) }
    var c: UInt16 { UInt16(truncatingIfNeeded: wide >> 16) }
    /// Of a call.
    var argumentCount: Int { ImageFormat.argumentCount(Int(a)) }

    /// Of a jump or branch: where it leads.
    var target: Int? {
      @inline(__always) get { targetNumber < 0 ? nil : Int(targetNumber) }
      set { targetNumber = newValue.map { Int32(truncatingIfNeeded: $0) } ?? -1 }
    }

    /// The words of operands behind it, as an array.
    var trailer: ArraySlice<UInt64> {
      get { operands.all[...] }
      set { operands = OperandWords(newValue) }
    }

    init(_ opcode: Opcode, a: UInt16, wide: UInt32, target: Int? = nil) {
      (self.opcode, self.a, self.wide) = (opcode, a, wide)
      self.target = target
    }

    init(_ opcode: Opcode, a: UInt16, b: UInt16, target: Int? = nil) {
      self.init(opcode, a: a, wide: UInt32(b), target: target)
    }
  }

  var items: [Item] = []
  /// Whether something leads to the instruction: a jump, or an error.
  private(set) var isTarget: [Bool] = []
  /// The types of the function's slots; more may be added at the end.
  var slots: [SlotType]
  /// By instruction what is put in before it, of jumps their targets; empty while there is nothing.
  private var insertions: [[Item]] = []
  private let contents: FunctionContents
  /// By word of the code the instruction that begins there.
  private var numbers: [Int] = []

  /// Nil of code that cannot be taken apart.
  init?(_ contents: FunctionContents) {
    self.contents = contents
    slots = contents.slots
    let code = contents.code
    numbers = Array(repeating: -1, count: code.count + 1)
    items.reserveCapacity(code.count)
    var place = 0
    while place < code.count {
      let instruction = Instruction(code[place])
      guard let opcode = instruction.opcode else { return nil }
      let count = ImageFormat.wordCount(of: opcode, instruction.word)
      guard place + count <= code.count else { return nil }
      numbers[place] = items.count
      var item = Item(opcode, a: instruction.a, wide: instruction.wide)
      item.charge = instruction.charge
      if count > 1 { item.operands = OperandWords(code[(place + 1)..<(place + count)]) }
      item.target = opcode.distance(in: instruction).map { place + count + $0 }
      items.append(item)
      place += count
    }
    numbers[code.count] = items.count
    isTarget = Array(repeating: false, count: items.count + 1)
    for index in items.indices {
      guard let word = items[index].target else { continue }
      guard numbers.indices.contains(word), numbers[word] >= 0 else { return nil }
      items[index].target = numbers[word]
      isTarget[numbers[word]] = true
    }
    for handler in contents.handlers { isTarget[number(Int(handler.target))] = true }
  }

  /// The instruction that begins at `word`, or the next one.
  private func number(_ word: Int) -> Int {
    var word = word
    while word < numbers.count, numbers[word] < 0 { word += 1 }
    return word < numbers.count ? numbers[word] : items.count
  }

  /// The instruction `index` without its words of operands, where it is looked at only: a copy of
  /// the whole holds on to those.
  @inline(__always)
  func bare(_ index: Int) -> Item {
    Item(items[index].opcode, a: items[index].a, wide: items[index].wide)
  }

  /// What is put in before the instruction `index`.
  subscript(before index: Int) -> [Item] {
    get { insertions.isEmpty ? [] : insertions[index] }
    _modify {
      if insertions.isEmpty { insertions = Array(repeating: [], count: items.count) }
      yield &insertions[index]
    }
  }

  /// Whether anything is put in.
  var hasInsertions: Bool { !insertions.isEmpty }

  /// How many slots the function had.
  var slotCountBefore: Int { contents.slots.count }

  /// What instructions errors are caught of, by number, and where.
  var handlers: [(start: Int, end: Int, target: Int)] {
    contents.handlers.map {
      (number(Int($0.start)), number(Int($0.end)), number(Int($0.target)))
    }
  }

  /// Has what is put in before an instruction be instructions like all others.
  mutating func settle() {
    guard hasInsertions else { return }
    var result: [Item] = []
    result.reserveCapacity(insertions.reduce(items.count) { $0 + $1.count })
    var starts: [Int] = []
    starts.reserveCapacity(items.count + 1)
    for index in items.indices {
      starts.append(result.count)
      if !insertions[index].isEmpty { result += insertions[index] }
      result.append(items[index])
    }
    insertions = []
    starts.append(result.count)
    for index in result.indices {
      if let target = result[index].target { result[index].target = starts[target] }
    }
    renumber(result, starts)
  }

  /// Has `result` be the instructions; where those that there were stand in it, `starts` says.
  mutating func renumber(_ result: [Item], _ starts: [Int]) {
    for word in numbers.indices where numbers[word] >= 0 { numbers[word] = starts[numbers[word]] }
    items = result
    isTarget = Array(repeating: false, count: result.count + 1)
    for item in items { if let target = item.target { isTarget[target] = true } }
    for handler in contents.handlers { isTarget[number(Int(handler.target))] = true }
  }

  /// The function with the code as it is now; nil if a branch does not reach its target.
  func assembled() -> FunctionContents? {
    var result = contents
    var code: [UInt64] = []
    code.reserveCapacity(contents.code.count)
    // Where each instruction, with what stands before it, begins now.
    var starts: [Int] = []
    starts.reserveCapacity(items.count + 1)
    var jumps: [(word: Int, end: Int, target: Int)] = []
    /// Instructions at which something is owed, and the words behind them.
    var owing: [(start: Int, end: Int, ticks: UInt8)] = []
    func put(_ item: Item) {
      if item.owed > 0 {
        owing.append((code.count, code.count + 1 + item.operands.count, item.owed))
      }
      if let target = item.target {
        jumps.append((code.count, code.count + 1 + item.operands.count, target))
      }
      code.append(Instruction(item.opcode, a: item.a, wide: item.wide).charging(item.charge).word)
      for word in 0..<item.operands.count { code.append(item.operands[word]) }
    }
    for index in items.indices {
      starts.append(code.count)
      if hasInsertions {
        for inserted in insertions[index] where !inserted.isLeftOut { put(inserted) }
      }
      if !items[index].isLeftOut { put(items[index]) }
    }
    starts.append(code.count)
    for jump in jumps {
      let distance = starts[jump.target] - jump.end
      let word = Instruction(code[jump.word])
      guard let opcode = word.opcode else { return nil }
      if opcode.shape.c == .branch {
        guard let short = Int16(exactly: distance) else { return nil }
        code[jump.word] =
          Instruction(opcode, a: word.a, b: word.b, c: UInt16(bitPattern: short))
          .charging(word.charge).word
      } else {
        code[jump.word] =
          Instruction(opcode, a: word.a, wide: UInt32(truncatingIfNeeded: distance))
          .charging(word.charge).word
      }
    }
    result.code = code
    result.slots = slots
    let begins = starts
    func moved(_ word: UInt32) -> UInt32 {
      UInt32(truncatingIfNeeded: begins[number(Int(word))])
    }
    // Of positions that now begin at one place the last one counts.
    var positions: [PositionEntry] = []
    positions.reserveCapacity(contents.positions.count)
    for entry in contents.positions {
      var entry = entry
      entry.start = moved(entry.start)
      if entry.start >= UInt32(code.count) { continue }
      if positions.last?.start == entry.start { positions.removeLast() }
      positions.append(entry)
    }
    result.positions = Self.adding(owing, to: positions, codeCount: code.count)
    result.handlers = contents.handlers.compactMap { handler in
      var handler = handler
      (handler.start, handler.end) = (moved(handler.start), moved(handler.end))
      handler.target = moved(handler.target)
      return handler.start < handler.end ? handler : nil
    }
    return result
  }

  /// The positions with what is owed at some instructions, in the order of their places.
  private static func adding(
    _ owing: [(start: Int, end: Int, ticks: UInt8)], to positions: [PositionEntry], codeCount: Int
  ) -> [PositionEntry] {
    if owing.isEmpty { return positions }
    var result: [PositionEntry] = []
    result.reserveCapacity(positions.count + 2 * owing.count)
    var next = 0
    func pass(upTo place: Int) {
      while next < positions.count, Int(positions[next].start) <= place {
        result.append(positions[next])
        next += 1
      }
    }
    for debt in owing {
      pass(upTo: debt.start)
      guard var entry = result.last else { continue }
      if Int(entry.start) == debt.start { result.removeLast() }
      let before = entry.pendingCharge
      entry.start = UInt32(truncatingIfNeeded: debt.start)
      entry.pendingCharge = before + UInt32(debt.ticks)
      result.append(entry)
      guard debt.end < codeCount, next == positions.count || Int(positions[next].start) > debt.end
      else { continue }
      entry.start = UInt32(truncatingIfNeeded: debt.end)
      entry.pendingCharge = before
      result.append(entry)
    }
    pass(upTo: codeCount)
    return result
  }
}
