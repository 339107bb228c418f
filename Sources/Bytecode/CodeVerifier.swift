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
  private let forms: InstructionForms
  /// The word that is being checked, from the function's first.
  var place = 0
  /// The first label behind this word.
  private var nextLabel = 0
  var instruction = Instruction(0)

  init(
    view: ImageView, profile: Profile, index: Int, forms: InstructionForms
  ) {
    self.view = view
    self.forms = forms
    self.profile = profile
    self.index = index
    function = view.function(index)
    slots = view.slotTypes(function)
    code = view.record(.code, function.codeStart).assumingMemoryBound(to: UInt64.self)
    codeCount = function.codeCount
    labels = view.record(.labels, function.labelsStart).assumingMemoryBound(to: UInt32.self)
    labelCount = function.labelCount
  }

  mutating func run() throws(VerificationError) {
    try checkLabelOrder()
    var last: UInt64 = 0
    var place = 0
    while place < codeCount {
      let end = nextLabel < labelCount ? label(nextLabel) : codeCount
      while place < end {
        last = code[place]
        let form = forms[Int(truncatingIfNeeded: last & 0xFF)]
        let found = kinds(form.slots(of: last))
        if form.isAll(of: last, found) {
          place &+= 1
        } else {
          self.place = place
          instruction = Instruction(last)
          place &+= try checkRest(found)
        }
      }
      guard nextLabel < labelCount else { continue }
      guard place == end else { throw VerificationError(.labels, index: index) }
      nextLabel += 1
    }
    guard let opcode = Instruction(last).opcode, endsFlow(opcode) else {
      self.place = place
      throw failure(.unterminated)
    }
    try checkHandlers()
  }

  /// The kinds of the slots that the fields name, as sets in one word; all kinds, if one of the
  /// slots does not exist.
  ///
  /// Of code that is right, and is not of a function without slots, the branches go one way.
  @inline(__always)
  private func kinds(_ named: Instruction) -> UInt32 {
    let (a, b, c) = (Int(named.a), Int(named.b), Int(named.c))
    guard a < slots.count, b < slots.count, c < slots.count else { return .max }
    return SlotKinds.beside(slots.kind(a), slots.kind(b), slots.kind(c))
  }

  /// Checks all, and gives the number of words of the instruction.
  @inline(never)
  private mutating func checkRest(_ found: UInt32) throws(VerificationError) -> Int {
    let word = instruction.word
    guard let form = forms.form(Int(truncatingIfNeeded: word & 0xFF)),
      form.pointee.mayBear(charge: instruction.charge)
    else { throw failure(.operation) }
    var count = 1
    if form.pointee.trailer != .none {
      count = ImageFormat.wordCount(of: form.pointee.trailer, word)
      guard count <= codeCount &- place else { throw failure(.truncated) }
    }
    if !form.pointee.allows(found) { try checkSlots(form.pointee) }
    if form.pointee.lead != .none { try checkLead(form.pointee.lead, after: count) }
    guard form.pointee.allows(word) else { throw failure(.immediate) }
    if form.pointee.rule != .none { try check(form.pointee.rule) }
    // On the host there is no timeline.
    guard form.pointee.isInProfile else { throw failure(.timelineOnHost) }
    return count
  }

  /// Checks the slots that the fields name, one after the other.
  @inline(never)
  private mutating func checkSlots(_ form: InstructionForm) throws(VerificationError) {
    let named = form.slots(of: instruction.word)
    let found = SlotKinds.beside(rawKind(named.a), rawKind(named.b), rawKind(named.c))
    guard !form.allows(found) else { return }
    let slot =
      !form.allows(found, 0) ? named.a : !form.allows(found, 1) ? named.b : named.c
    throw failure(Int(slot) < slots.count ? .slotKind : .slotNumber)
  }

  // MARK: Access

  mutating func failure(_ rule: VerificationError.Rule) -> VerificationError {
    VerificationError(rule, index: index, word: place)
  }

  mutating func codeWord(_ word: Int) -> UInt64 { code[word] }

  /// Number `lane` of the 16-bit numbers in the words after the instruction.
  @inline(__always)
  mutating func lane(_ lane: Int) -> UInt16 {
    UnsafeRawPointer(code).load(
      fromByteOffset: (place &+ 1) &* 8 &+ lane &* 2, as: UInt16.self)
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

  /// The type of slot `number` as its list has it.
  @inline(__always)
  mutating func typeWord(_ number: UInt16) throws(VerificationError) -> UInt32 {
    guard Int(number) < slots.count else { throw failure(.slotNumber) }
    return slots.word(Int(number))
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
    if nextLabel < labelCount, label(nextLabel) == target { return true }
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
  @inline(__always)
  func rawKind(_ slot: UInt16) -> UInt8 {
    Int(slot) < slots.count ? slots.kind(Int(slot)) : SlotKinds.noSlot
  }

  /// Checks that the field which leads elsewhere leads to something.
  private mutating func checkLead(
    _ lead: Operand, after count: Int
  ) throws(VerificationError) {
    switch lead {
    case .jump:
      guard isLabel(place &+ count &+ Int(Int32(bitPattern: instruction.wide))) else {
        throw failure(.jumpTarget)
      }
    case .branch:
      guard isLabel(place &+ count &+ Int(Int16(bitPattern: instruction.c))) else {
        throw failure(.jumpTarget)
      }
    case .constant: try requireRecord(instruction.wide, of: .constants)
    case .data: try requireRecord(instruction.wide, of: .data)
    case .bound: try requireRecord(instruction.wide, of: .bound)
    case .function: try requireRecord(instruction.wide, of: .functions)
    case .global: try requireRecord(instruction.wide, of: .globals)
    case .callee: try requireRecord(UInt32(instruction.c), of: .functions)
    case .hostCall: try requireRecord(UInt32(instruction.c), of: .hostCalls)
    case .channel: try requireRecord(UInt32(instruction.a), of: .channels)
    case .error:
      guard isError(instruction.c) else { throw failure(.indexRange) }
    case .none, .immediate, .signedImmediate, .wideInteger, .argumentCount, .resultCount,
      .readInteger, .writeInteger, .readFloat, .writeFloat, .readBoolean, .writeBoolean,
      .readScalar, .writeScalar, .writeBound, .readArray, .writeOwned, .changeOwned,
      .writeBorrowed, .changeCounter, .readFunction, .writeFunction:
      break
    }
  }

  @inline(__always)
  private mutating func requireRecord(
    _ number: UInt32, of section: Section
  ) throws(VerificationError) {
    guard UInt64(number) < UInt64(view.count(section)) else { throw failure(.indexRange) }
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
