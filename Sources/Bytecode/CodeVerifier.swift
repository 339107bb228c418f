/// Checks the code of one function in one pass: every operation, every operand, and where jumps
/// lead.
///
/// The tables have been checked before.
struct CodeVerifier {
  let view: ImageView
  let profile: Profile
  let index: Int
  let function: FunctionRecord
  let slots: TypeList
  private let code: UnsafePointer<UInt64>
  private let codeCount: Int
  private let labels: UnsafePointer<UInt32>
  private let labelCount: Int
  /// Where the kinds of the slots are; without slots, somewhere.
  private let kinds: UnsafeRawPointer
  private let forms: UnsafePointer<InstructionForm>
  /// The word that is being checked, from the function's first.
  var place = 0
  /// The first label that is not at a word before this one, nor here.
  private var nextLabel = 0
  var instruction = Instruction(0)

  init(
    view: ImageView, profile: Profile, index: Int, forms: UnsafePointer<InstructionForm>
  ) {
    self.view = view
    self.forms = forms
    self.profile = profile
    self.index = index
    function = view.function(index)
    slots = view.slotTypes(function)
    kinds = slots.count > 0 ? slots.start : function.base
    code = view.record(.code, function.codeStart).assumingMemoryBound(to: UInt64.self)
    codeCount = function.codeCount
    labels = view.record(.labels, function.labelsStart).assumingMemoryBound(to: UInt32.self)
    labelCount = function.labelCount
  }

  mutating func run() throws(VerificationError) {
    try checkLabelOrder()
    let (code, forms) = (code, forms)
    var last = Instruction(0)
    while place < codeCount {
      let instruction = Instruction(code[place])
      self.instruction = instruction
      last = instruction
      if nextLabel < labelCount, label(nextLabel) == place { nextLabel += 1 }
      let form = forms[Int(truncatingIfNeeded: instruction.word & 0xFF)]
      let found = SlotKinds.beside(
        rawKind(instruction.a), rawKind(instruction.b), rawKind(instruction.c))
      let rest = form.rest(of: found, charge: instruction.charge)
      place &+= rest == 0 ? 1 : try checkRest(rest, form)
    }
    guard let opcode = last.opcode, endsFlow(opcode) else { throw failure(.unterminated) }
    guard nextLabel == labelCount else { throw VerificationError(.labels, index: index) }
    try checkHandlers()
  }

  /// Checks what the kinds of slots do not tell, and gives the number of words of the instruction.
  ///
  /// What cannot be foretold comes together here, so that most instructions pass one branch.
  @inline(never)
  private mutating func checkRest(
    _ rest: UInt32, _ form: InstructionForm
  ) throws(VerificationError) -> Int {
    guard let opcode = instruction.opcode, instruction.charge == 0 || form.bearsCharge else {
      throw failure(.operation)
    }
    let shape = opcode.shape
    let count = ImageFormat.wordCount(of: shape.trailer, instruction.word)
    guard count <= codeCount &- place else { throw failure(.truncated) }
    if rest & 0xFF != 0 { try check(shape.a, instruction.a, after: count) }
    if rest & 0xFF00 != 0 { try check(shape.b, instruction.b, after: count) }
    if rest & 0xFF_0000 != 0 { try check(shape.c, instruction.c, after: count) }
    if form.hasRule { try check(opcode.rule) }
    // On the host there is no timeline.
    guard profile == .kernel || !opcode.isOnTimeline else { throw failure(.timelineOnHost) }
    return count
  }

  // MARK: Access

  mutating func failure(_ rule: VerificationError.Rule) -> VerificationError {
    VerificationError(rule, index: index, word: place)
  }

  mutating func codeWord(_ word: Int) -> UInt64 { code[word] }

  /// Number `lane` of the 16-bit numbers in the words after the instruction.
  mutating func lane(_ lane: Int) -> UInt16 {
    UInt16(truncatingIfNeeded: code[place &+ 1 &+ lane &>> 2] &>> UInt64(16 &* (lane & 3)))
  }

  @inline(__always)
  private func label(_ label: Int) -> Int { Int(truncatingIfNeeded: labels[label]) }

  /// The type of slot `number`.
  @inline(__always)
  mutating func type(_ number: Int) throws(VerificationError) -> SlotType {
    guard number < slots.count else { throw failure(.slotNumber) }
    return slots[number]
  }

  @inline(__always)
  mutating func type(_ number: UInt16) throws(VerificationError) -> SlotType {
    try type(Int(number))
  }

  // MARK: Labels and handlers

  private mutating func checkLabelOrder() throws(VerificationError) {
    var last = -1
    for number in 0..<labelCount {
      guard label(number) > last, label(number) < codeCount else {
        throw VerificationError(.labels, index: index)
      }
      last = label(number)
    }
  }

  /// Whether there is a label at `target`, which is no place at all if it is negative.
  ///
  /// Looks from where it is in ever longer steps, since most jumps are short.
  private mutating func isLabel(_ target: Int) -> Bool {
    var (low, high, step) = (nextLabel, nextLabel, 1)
    if low < labelCount, label(low) <= target {
      while high < labelCount, label(high) < target {
        low = high + 1
        high += step
        step *= 2
      }
      high = min(high, labelCount)
    } else {
      while low > 0 {
        low = max(0, low - step)
        guard label(low) >= target else { break }
        high = low
        step *= 2
      }
    }
    while low < high {
      let middle = (low + high) / 2
      if label(middle) < target { low = middle + 1 } else { high = middle }
    }
    return low < labelCount && label(low) == target
  }

  private mutating func checkHandlers() throws(VerificationError) {
    for number in 0..<function.handlerCount {
      let handler = view.handler(function.handlersStart + number)
      guard handler.start < handler.end, Int64(handler.end) <= Int64(codeCount),
        isLabel(Int(truncatingIfNeeded: handler.target))
      else { throw VerificationError(.handlers, index: index, word: number) }
      if let error = handler.error, !isError(error) {
        throw VerificationError(.handlers, index: index, word: number)
      }
      guard handler.errorSlot != ImageFormat.none else { continue }
      guard Int(handler.errorSlot) < slots.count, slots[Int(handler.errorSlot)].kind == .integer
      else {
        throw VerificationError(.handlers, index: index, word: number)
      }
    }
  }

  private mutating func isError(_ number: UInt16) -> Bool {
    if number < BuiltinError.firstDeclared { return BuiltinError(rawValue: number) != nil }
    return Int(number - BuiltinError.firstDeclared) < view.count(.errors)
  }

  private func endsFlow(_ opcode: Opcode) -> Bool {
    opcode == .jump || opcode == .returnSlots || opcode == .throwError || opcode == .rethrow
  }

  // MARK: Operands

  /// The raw value of the slot's kind, or what stands for no slot.
  ///
  /// Without a branch, since the fields that hold no slot are of any size.
  @inline(__always)
  private func rawKind(_ slot: UInt16) -> UInt8 {
    let isThere = Int(slot) < slots.count
    let kind = kinds.load(fromByteOffset: isThere ? Int(slot) &* 4 : 0, as: UInt8.self)
    return isThere ? kind : SlotKinds.noSlot
  }

  private mutating func check(
    _ operand: Operand, _ value: UInt16, after count: Int
  ) throws(VerificationError) {
    if let section = operand.section {
      let isWide = !operand.isHalf
      guard UInt64(isWide ? instruction.wide : UInt32(value)) < UInt64(view.count(section)) else {
        throw failure(.indexRange)
      }
      return
    }
    switch operand {
    case .none, .immediate, .signedImmediate, .wideInteger, .argumentCount, .resultCount: break
    case .readInteger, .writeInteger, .readFloat, .writeFloat, .readBoolean, .writeBoolean,
      .readScalar, .writeScalar, .writeBound, .readArray, .writeOwned, .changeOwned,
      .writeBorrowed, .readFunction, .writeFunction:
      guard Int(value) < slots.count else { throw failure(.slotNumber) }
      guard operand.slotKinds.contains(rawKind(value)) else { throw failure(.slotKind) }
    case .changeCounter:
      try require(value, .integer)
      guard try type(Int(value) + 1).kind == .integer else { throw failure(.slotKind) }
    case .jump:
      guard isLabel(place &+ count &+ Int(Int32(bitPattern: instruction.wide))) else {
        throw failure(.jumpTarget)
      }
    case .branch:
      guard isLabel(place &+ count &+ Int(Int16(bitPattern: value))) else {
        throw failure(.jumpTarget)
      }
    case .constant, .data, .bound, .global, .function, .callee, .hostCall, .channel:
      throw failure(.indexRange)
    case .error:
      guard isError(value) else { throw failure(.indexRange) }
    }
  }

  mutating func require(_ slot: UInt16, _ kind: SlotKind) throws(VerificationError) {
    guard try type(slot).kind == kind else { throw failure(.slotKind) }
  }

  func isScalar(_ type: SlotType) -> Bool {
    switch type.kind {
    case .integer, .float, .boolean, .function: true
    case .owned, .borrowed, .length: false
    }
  }
}
