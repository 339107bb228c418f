import Bytecode

/// A place in a function's code that may not be known yet.
struct Label: Hashable { fileprivate let index: Int }

/// The code of one function while it is made: instructions, labels, slots, positions, and device
/// time not charged yet.
///
/// Where no path leads, nothing is emitted.
struct FunctionBuilder {
  private(set) var contents: FunctionContents
  /// Ticks of operations done since the last `charge`.
  private(set) var pending: Int64 = 0
  private(set) var isReachable = true
  /// Whether it needs more slots than an instruction can name.
  private(set) var isTooLarge = false
  private var freeRuns: [[SlotType]: [Int]] = [:]
  /// Those of one word, which most are, without a layout.
  private var freeIntegers: [Int] = []
  private var freeFloats: [Int] = []
  private var freeBooleans: [Int] = []
  private var labels: [(place: Int, isUsed: Bool)] = []
  private var jumps: [(word: Int, label: Label)] = []
  private var handlers: [(entry: HandlerEntry, target: Label)] = []
  /// By label: labels that are placed before it, and ticks charged from each to the next; the last
  /// leads to it.
  private var owing: [Label: [(label: Label, ticks: Int64)]] = [:]

  init(name: String) { contents = FunctionContents(name: name) }

  // MARK: Slots

  /// Slots for `words`, which hold whatever they last held.
  mutating func allocate(_ words: [SlotType]) -> Run {
    if words.isEmpty { return Run(first: 0, words: []) }
    if let first = takeFree(words) { return Run(first: first, words: words) }
    let first = contents.slots.count
    if first + words.count > Limits.slotCountMax {
      isTooLarge = true
      return Run(first: 0, words: words)
    }
    contents.slots += words
    return Run(first: first, words: words)
  }

  /// Gives the slots of `run` back.
  mutating func free(_ run: Run) {
    if run.words.isEmpty || isTooLarge { return }
    if run.words.count == 1 {
      switch run.words[0] {
      case .integer: return freeIntegers.append(run.first)
      case .float: return freeFloats.append(run.first)
      case .boolean: return freeBooleans.append(run.first)
      default: break
      }
    }
    freeRuns[run.words, default: []].append(run.first)
  }

  private mutating func takeFree(_ words: [SlotType]) -> Int? {
    if words.count == 1 {
      switch words[0] {
      case .integer: return freeIntegers.popLast()
      case .float: return freeFloats.popLast()
      case .boolean: return freeBooleans.popLast()
      default: break
      }
    }
    guard let place = freeRuns.index(forKey: words) else { return nil }
    return freeRuns.values[place].popLast()
  }

  mutating func addParameter(_ words: [SlotType]) -> Run {
    let run = allocate(words)
    contents.parameterCount += words.count
    return run
  }

  mutating func setResults(_ words: [SlotType]) { contents.results = words }

  // MARK: Code

  var count: Int { contents.code.count }

  mutating func emit(_ opcode: Opcode, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0) {
    guard isReachable else { return }
    contents.code.append(
      Instruction(
        opcode, a: UInt16(truncatingIfNeeded: a), b: UInt16(truncatingIfNeeded: b),
        c: UInt16(truncatingIfNeeded: c)
      ).word)
  }

  mutating func emit(_ opcode: Opcode, _ a: Int = 0, wide: Int) {
    guard isReachable else { return }
    contents.code.append(
      Instruction(opcode, a: UInt16(truncatingIfNeeded: a), wide: UInt32(truncatingIfNeeded: wide))
        .word)
  }

  /// A word of operands, of 16 bits each, lowest first.
  mutating func operands(_ a: Int, _ b: Int, _ c: Int, _ d: Int) {
    guard isReachable else { return }
    var word: UInt64 = 0
    for value in [d, c, b, a] { word = word << 16 | UInt64(UInt16(truncatingIfNeeded: value)) }
    contents.code.append(word)
  }

  /// Slots as words of operands, four to a word.
  mutating func operands(_ slots: [Int]) {
    for start in stride(from: 0, to: slots.count, by: 4) {
      func slot(_ index: Int) -> Int { start + index < slots.count ? slots[start + index] : 0 }
      operands(slot(0), slot(1), slot(2), slot(3))
    }
  }

  /// Ends the stretch of code: what follows is reached by labels only.
  mutating func end() { isReachable = false }

  // MARK: Labels

  mutating func label() -> Label {
    labels.append((-1, false))
    return Label(index: labels.count - 1)
  }

  /// Charges what is pending, and goes on at `label`; from there on the path from above is joined
  /// by those of its jumps.
  mutating func place(_ label: Label) {
    if let before = owing.removeValue(forKey: label) {
      jump(to: label)
      for item in before {
        place(item.label)
        charge(item.ticks)
      }
    }
    flush()
    pending = 0
    settlePosition()
    labels[label.index].place = count
    if labels[label.index].isUsed { isReachable = true }
  }

  /// Has the labels in `owing` lead to `label`, and what is owed there charged on the way: so many
  /// times `ticks`.
  mutating func owe(_ owing: [Int64: Label], each ticks: Int64, before label: Label) {
    guard !owing.isEmpty else { return }
    let amounts = owing.sorted { $0.key > $1.key }
    self.owing[label] = amounts.enumerated().map { index, item in
      let next = index + 1 < amounts.count ? amounts[index + 1].key : 0
      return (item.value, (item.key - next) &* ticks)
    }
  }

  /// `jump`, or `jumpIfTrue` or `jumpIfFalse` by boolean slot `slot`.
  mutating func jump(_ opcode: Opcode = .jump, _ slot: Int = 0, to label: Label) {
    guard isReachable else { return }
    flush()
    labels[label.index].isUsed = true
    jumps.append((count, label))
    emit(opcode, slot, wide: 0)
    if opcode == .jump { end() }
  }

  /// Ends a round of a loop whose counter is in slot `counter` and its limit in the one behind.
  ///
  /// What is pending is charged, and below the limit the next round begins at `label`, which has
  /// been placed.
  mutating func advance(_ counter: Int, to label: Label) {
    guard isReachable else { return }
    while pending > 1 << 30 { flush() }
    jumps.append((count, label))
    emit(.advance, counter, wide: 0)
    contents.code.append(UInt64(pending))
    pending = 0
    settlePosition()
  }

  /// Places a label that only what stands before it leads to, if something does.
  mutating func placeIfUsed(_ label: Label) {
    if labels[label.index].isUsed { place(label) }
  }

  /// Lets errors raised from word `start` up to here go on at `target`: all, or those numbered
  /// `error`.
  mutating func handle(from start: Int, error: UInt16?, at target: Label) {
    guard start < count else { return }
    labels[target.index].isUsed = true
    let entry = HandlerEntry(
      start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: count), target: 0,
      error: error,
      errorSlot: ImageFormat.none)
    handlers.append((entry, target))
  }

  // MARK: Device time

  mutating func charge(_ ticks: Int64) {
    guard isReachable else { return }
    pending &+= ticks
    if pending > 1 << 30 { flush() }
  }

  /// Charges what is pending now.
  mutating func flush() {
    guard pending > 0, isReachable else { return }
    while pending > 0 {
      let ticks = min(pending, 1 << 30)
      emit(.charge, wide: Int(ticks))
      pending -= ticks
    }
    settlePosition()
  }

  /// From here on an error costs nothing of what the position before it had pending.
  private mutating func settlePosition() {
    guard let last = contents.positions.last, last.pendingCharge > 0 else { return }
    if last.start == UInt32(truncatingIfNeeded: count) { contents.positions.removeLast() }
    contents.positions.append(
      PositionEntry(
        start: UInt32(truncatingIfNeeded: count), file: last.file, line: last.line,
        column: last.column, pendingCharge: 0, call: last.call))
  }

  // MARK: Positions

  /// Errors raised by what is emitted next stand at the place given, in the inlined call given.
  mutating func position(file: UInt16, line: UInt32, column: UInt16, call: UInt32?) {
    guard isReachable else { return }
    let entry = PositionEntry(
      start: UInt32(truncatingIfNeeded: count), file: file, line: line, column: column,
      pendingCharge: UInt32(clamping: pending), call: call)
    if let last = contents.positions.last {
      if last.file == file, last.line == line, last.column == column,
        last.pendingCharge == entry.pendingCharge, last.call == call
      {
        return
      }
      if last.start == entry.start { contents.positions.removeLast() }
    }
    contents.positions.append(entry)
  }

  // MARK: The end

  /// The function, its jumps and handlers resolved.
  mutating func finish() -> FunctionContents {
    for (word, label) in jumps {
      let opcode = contents.code[word] & 0xFFFF_FFFF
      let isAdvance = UInt16(truncatingIfNeeded: opcode) == Opcode.advance.rawValue
      let distance = labels[label.index].place - word - (isAdvance ? 2 : 1)
      contents.code[word] = opcode | UInt64(UInt32(truncatingIfNeeded: distance)) << 32
    }
    contents.handlers = handlers.map { handler in
      var entry = handler.entry
      entry.target = UInt32(truncatingIfNeeded: labels[handler.target.index].place)
      return entry
    }
    return contents
  }
}
