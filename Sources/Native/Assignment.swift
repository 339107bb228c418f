import Bytecode

/// Which slots of a function have registers.
///
/// Sets of registers are bits: those of whole numbers below 16, those of floats from 16 on.
struct Assignment: ~Copyable {
  /// By slot: its register's bit, or `none`.
  private let bits: UnsafeMutablePointer<UInt8>
  /// By slot: how often it is used, and written, an eightfold for each loop around it.
  private let uses: UnsafeMutablePointer<UInt32>
  private let writes: UnsafeMutablePointer<UInt32>
  /// By bit.
  private var slots = InlineArray<32, Int32>(repeating: -1)
  private var slotCount = 0
  /// All that have been given.
  private(set) var all: UInt32 = 0
  /// Those whose slots' homes are written late, where they must be.
  private(set) var writtenBack: UInt32 = 0
  /// Whether the function calls others.
  var calls = false
  /// By how much the deepest of its calls is deeper than its frame says.
  var deepest = 0
  /// How often everything must be at home, and loaded again: everywhere, and in loops.
  private var interruptions: UInt32 = 0
  private var interruptionsInLoops: UInt32 = 0

  static let none: UInt8 = 0xFF

  init(slotCount: Int) {
    bits = .allocate(capacity: slotCount + 1)
    uses = .allocate(capacity: slotCount + 1)
    writes = .allocate(capacity: slotCount + 1)
  }

  deinit {
    bits.deallocate()
    uses.deallocate()
    writes.deallocate()
  }

  /// Forgets what was known of another function.
  mutating func begin(slotCount: Int) {
    self.slotCount = slotCount
    bits.initialize(repeating: Assignment.none, count: slotCount + 1)
    uses.initialize(repeating: 0, count: slotCount + 1)
    writes.initialize(repeating: 0, count: slotCount + 1)
    (all, writtenBack, interruptions, interruptionsInLoops) = (0, 0, 0, 0)
    (calls, deepest) = (false, 0)
  }

  func bit(_ slot: Int) -> UInt8 { bits[slot] }

  func slot(_ bit: Int) -> Int { Int(slots[bit]) }

  mutating func read(_ slot: Int, _ weight: UInt32) {
    uses[slot] = uses[slot].addingReportingOverflow(weight).partialValue
  }

  mutating func write(_ slot: Int, _ weight: UInt32) {
    read(slot, weight)
    writes[slot] = writes[slot].addingReportingOverflow(weight).partialValue
  }

  mutating func interrupt(_ weight: UInt32) {
    interruptions = interruptions.addingReportingOverflow(weight).partialValue
    if weight > 1 {
      interruptionsInLoops = interruptionsInLoops.addingReportingOverflow(weight).partialValue
    }
  }

  /// Gives the registers of `processor` to the slots that are used most; with `keepingHeader` not
  /// that which holds the header's word in functions that call.
  mutating func choose<Target: Processor>(
    _ types: TypeList, on processor: Target.Type, keepingHeader: Bool
  ) {
    var best = InlineArray<32, Int32>(repeating: -1)
    let (integers, floats) = (Target.integers, Target.floats)
    let integerMax = integers.count - (keepingHeader ? 1 : 0)
    let floatMax = floats.count
    for slot in 0..<slotCount where uses[slot] > max(1, interruptionsInLoops) {
      // The list of whole numbers comes first, that of floats from 16 on; the most used first.
      let isFloat = types[slot].kind == .float
      let first = isFloat ? 16 : 0
      var place = first + (isFloat ? floatMax : integerMax)
      while place > first, best[place - 1] < 0 || uses[Int(best[place - 1])] < uses[slot] {
        place -= 1
        if place + 1 < first + (isFloat ? floatMax : integerMax) { best[place + 1] = best[place] }
        best[place] = Int32(slot)
      }
    }
    for number in 0..<16 {
      if number < integerMax, best[number] >= 0 { give(integers[number], best[number]) }
      if number < floatMax, best[16 + number] >= 0 { give(floats[number], best[16 + number]) }
    }
  }

  private mutating func give(_ bit: UInt8, _ slot: Int32) {
    bits[Int(slot)] = bit
    slots[Int(bit)] = slot
    all |= 1 << UInt32(bit)
    let written = writes[Int(slot)]
    if written > interruptions { writtenBack |= 1 << UInt32(bit) }
  }
}

extension Translator {
  /// Finds jumps and loops of the function, and gives its slots registers.
  mutating func assign() {
    assignment.begin(slotCount: function.slotCount)
    findLoops()
    let end = function.codeStart + function.codeCount
    var depth = 0
    word = function.codeStart
    while word < end {
      let instruction = Instruction(code[word])
      guard let opcode = instruction.opcode else { preconditionFailure("the image is verified") }
      depth += Int(words[word].nesting)
      let weight = UInt32(1) << UInt32(3 * min(max(depth, 0), 6))
      let count = ImageFormat.wordCount(of: opcode, instruction.word)
      for inner in word + 1..<word + max(1, count) { depth += Int(words[inner].nesting) }
      note(opcode, instruction, weight)
      word += count
    }
    // A function that is called leaves its caller's header as it was.
    assignment.choose(
      types, on: Target.self, keepingHeader: assignment.calls || view.count(.functions) > 1)
  }

  private func findLoops() {
    let end = function.codeStart + function.codeCount
    var place = function.codeStart
    while place < end {
      let instruction = Instruction(code[place])
      guard let opcode = instruction.opcode else { preconditionFailure("the image is verified") }
      let next = place + ImageFormat.wordCount(of: opcode, instruction.word)
      if let distance = opcode.distance(in: instruction) {
        let target = next + distance
        words[target].isLabel = true
        if distance < 0 {
          // A loop goes to the last jump back; until then `offset` holds where the one before ends.
          if words[target].isLoopHead {
            words[Int(words[target].offset)].nesting += 1
          } else {
            words[target].nesting += 1
          }
          words[target].isLoopHead = true
          words[target].offset = UInt32(next)
          words[next].nesting -= 1
        }
      }
      place = next
    }
    if end < wordCount { words[end].nesting = 0 }
  }

  private mutating func note(_ opcode: Opcode, _ instruction: Instruction, _ weight: UInt32) {
    switch treatment(of: opcode) {
    case .template: break
    case .function:
      assignment.interrupt(weight)
      return
    case .leaves: return
    }
    let shape = opcode.shape
    note(shape.a, Int(instruction.a), weight)
    note(shape.b, Int(instruction.b), weight)
    note(shape.c, Int(instruction.c), weight)
    let (a, b) = (Int(instruction.a), Int(instruction.b))
    switch opcode {
    case .call:
      assignment.interrupt(weight)
      guard isQuick(Int(instruction.c)) else { return }
      assignment.calls = true
      assignment.deepest = max(assignment.deepest, ImageFormat.deeper(a))
      let count = ImageFormat.argumentCount(a)
      for number in 0..<count { assignment.read(lane(number), weight) }
      for number in 0..<b { assignment.write(lane(count + number), weight) }
    case .deepen: assignment.calls = true
    case .returnSlots:
      guard isQuick(functionIndex) else { return }
      for number in 0..<a { assignment.read(lane(number), weight) }
    case .elementLoad: for number in 0..<lane(0) { assignment.write(a + number, weight) }
    case .elementStore:
      for number in 0..<lane(0) { assignment.read(Int(instruction.c) + number, weight) }
    default: break  // The others' slots stand in their fields.
    }
  }

  private mutating func note(_ operand: Operand, _ slot: Int, _ weight: UInt32) {
    switch operand {
    case .readInteger, .readFloat, .readBoolean, .readScalar, .readFunction:
      assignment.read(slot, weight)
    case .writeInteger, .writeFloat, .writeBoolean, .writeScalar, .writeFunction:
      assignment.write(slot, weight)
    case .readArray, .changeOwned:
      assignment.read(slot, weight)
      assignment.read(slot + 1, weight)
    case .writeBorrowed:
      assignment.write(slot, weight)
      assignment.write(slot + 1, weight)
    case .writeBound:
      assignment.write(slot, weight)
      if types[slot].kind == .borrowed { assignment.write(slot + 1, weight) }
    case .changeCounter:
      assignment.write(slot, weight)
      assignment.read(slot + 1, weight)
    case .none, .writeOwned, .immediate, .signedImmediate, .wideInteger, .jump, .constant, .data,
      .bound, .function, .global, .branch, .argumentCount, .resultCount, .callee, .hostCall,
      .error, .channel:
      break
    }
  }

  /// How the instruction at `word` is done.
  func treatment(of opcode: Opcode) -> Treatment {
    switch opcode {
    case .elementLoad, .elementStore: lane(2) == 0 ? .function : .template
    default: opcode.treatment
    }
  }

  /// Whether function `index` owns nothing and returns what fits registers, so that calls of it and
  /// its returns need not ask.
  func isQuick(_ index: Int) -> Bool {
    let record = view.function(index)
    return record.ownedCount == 0 && record.resultCount <= 3
  }
}
