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
  /// The word that is being checked, from the function's first.
  var place = 0
  /// The first label that is not at a word before this one, nor here.
  private var nextLabel = 0
  var instruction = Instruction(0)

  init(view: ImageView, profile: Profile, index: Int) {
    self.view = view
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
    var isTerminated = false
    while place < codeCount {
      instruction = Instruction(code[place])
      guard let opcode = instruction.opcode, instruction.charge == 0 || opcode.bearsCharge else {
        throw failure(.operation)
      }
      let shape = opcode.shape
      let count = ImageFormat.wordCount(of: shape.trailer, instruction.word)
      guard count <= codeCount - place else { throw failure(.truncated) }
      if nextLabel < labelCount, label(nextLabel) == place {
        nextLabel += 1
      }
      try check(shape.a, instruction.a, after: count)
      try check(shape.b, instruction.b, after: count)
      try check(shape.c, instruction.c, after: count)
      try checkRest(of: opcode)
      try checkProfile(opcode)
      isTerminated = endsFlow(opcode)
      place += count
    }
    guard isTerminated else { throw failure(.unterminated) }
    guard nextLabel == labelCount else { throw VerificationError(.labels, index: index) }
    try checkHandlers()
  }

  /// On the host there is no timeline.
  private func checkProfile(_ opcode: Opcode) throws(VerificationError) {
    guard profile == .kernel || !opcode.isOnTimeline else { throw failure(.timelineOnHost) }
  }

  // MARK: Access

  func failure(_ rule: VerificationError.Rule) -> VerificationError {
    VerificationError(rule, index: index, word: place)
  }

  func codeWord(_ word: Int) -> UInt64 { code[word] }

  /// Number `lane` of the 16-bit numbers in the words after the instruction.
  func lane(_ lane: Int) -> UInt16 {
    UInt16(truncatingIfNeeded: code[place &+ 1 &+ lane &>> 2] &>> UInt64(16 &* (lane & 3)))
  }

  @inline(__always)
  private func label(_ label: Int) -> Int { Int(truncatingIfNeeded: labels[label]) }

  /// The type of slot `number`.
  func type(_ number: Int) throws(VerificationError) -> SlotType {
    guard number < slots.count else { throw failure(.slotNumber) }
    return slots[number]
  }

  func type(_ number: UInt16) throws(VerificationError) -> SlotType { try type(Int(number)) }

  // MARK: Labels and handlers

  private func checkLabelOrder() throws(VerificationError) {
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
  private func isLabel(_ target: Int) -> Bool {
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

  private func checkHandlers() throws(VerificationError) {
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

  private func isError(_ number: UInt16) -> Bool {
    if number < BuiltinError.firstDeclared { return BuiltinError(rawValue: number) != nil }
    return Int(number - BuiltinError.firstDeclared) < view.count(.errors)
  }

  private func endsFlow(_ opcode: Opcode) -> Bool {
    opcode == .jump || opcode == .returnSlots || opcode == .throwError || opcode == .rethrow
  }

  // MARK: Operands

  @inline(__always)
  private func check(_ operand: Operand, _ value: UInt16, after count: Int)
    throws(VerificationError)
  {
    let kinds = operand.slotKinds
    if kinds.isEmpty {
      try checkNumber(operand, value, after: count)
    } else {
      guard Int(value) < slots.count else { throw failure(.slotNumber) }
      guard kinds.contains(slots.kind(Int(value))) else { throw failure(.slotKind) }
      if operand == .changeCounter {
        guard try type(Int(value) + 1).kind == .integer else { throw failure(.slotKind) }
      }
    }
  }

  /// Of an operand that is no slot.
  @inline(__always)
  private func checkNumber(
    _ operand: Operand, _ value: UInt16, after count: Int
  ) throws(VerificationError) {
    switch operand {
    case .none, .immediate, .signedImmediate, .wideInteger, .argumentCount, .resultCount: break
    case .readInteger, .writeInteger, .readFloat, .writeFloat, .readBoolean, .writeBoolean,
      .readScalar, .writeScalar, .writeBound, .readArray, .writeOwned, .changeOwned,
      .writeBorrowed, .changeCounter, .readFunction, .writeFunction:
      break
    case .jump:
      guard isLabel(place &+ count &+ Int(Int32(bitPattern: instruction.wide))) else {
        throw failure(.jumpTarget)
      }
    case .branch:
      guard isLabel(place &+ count &+ Int(Int16(bitPattern: value))) else {
        throw failure(.jumpTarget)
      }
    case .constant: try requireWide(below: view.count(.constants))
    case .data: try requireWide(below: view.count(.data))
    case .bound: try requireWide(below: view.count(.bound))
    case .global: try requireWide(below: view.count(.globals))
    case .function: try requireWide(below: view.count(.functions))
    case .callee: try requireIndex(value, below: view.count(.functions))
    case .hostCall: try requireIndex(value, below: view.count(.hostCalls))
    case .channel: try requireIndex(value, below: view.count(.channels))
    case .error:
      guard isError(value) else { throw failure(.indexRange) }
    }
  }

  func require(_ slot: UInt16, _ kind: SlotKind) throws(VerificationError) {
    guard try type(slot).kind == kind else { throw failure(.slotKind) }
  }

  func isScalar(_ type: SlotType) -> Bool {
    switch type.kind {
    case .integer, .float, .boolean, .function: true
    case .owned, .borrowed, .length: false
    }
  }

  private func requireWide(below count: Int) throws(VerificationError) {
    guard UInt64(instruction.wide) < UInt64(count) else { throw failure(.indexRange) }
  }

  private func requireIndex(_ value: UInt16, below count: Int) throws(VerificationError) {
    guard Int(value) < count else { throw failure(.indexRange) }
  }
}
