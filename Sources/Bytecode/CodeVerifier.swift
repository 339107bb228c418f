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
  /// The word that is being checked, from the function's first.
  var place = 0
  var nextLabel = 0
  var instruction = Instruction(0)

  init(view: ImageView, profile: Profile, index: Int) {
    self.view = view
    self.profile = profile
    self.index = index
    function = view.function(index)
    slots = view.slotTypes(function)
  }

  mutating func run() throws(VerificationError) {
    try checkLabelOrder()
    var isTerminated = false
    while place < function.codeCount {
      instruction = Instruction(codeWord(place))
      guard let opcode = instruction.opcode, instruction.charge == 0 || opcode.bearsCharge else {
        throw failure(.operation)
      }
      let count = ImageFormat.wordCount(of: opcode, instruction.word)
      guard count <= function.codeCount - place else { throw failure(.truncated) }
      if nextLabel < function.labelCount, label(nextLabel) == place {
        nextLabel += 1
      }
      let shape = opcode.shape
      try check(shape.a, instruction.a, after: count)
      try check(shape.b, instruction.b, after: count)
      try check(shape.c, instruction.c, after: count)
      try checkRest(of: opcode)
      try checkProfile(opcode)
      isTerminated = endsFlow(opcode)
      place += count
    }
    guard isTerminated else { throw failure(.unterminated) }
    guard nextLabel == function.labelCount else { throw VerificationError(.labels, index: index) }
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

  func codeWord(_ word: Int) -> UInt64 { view.codeWord(function.codeStart + word) }

  /// Number `lane` of the 16-bit numbers in the words after the instruction.
  func lane(_ lane: Int) -> UInt16 {
    UInt16(truncatingIfNeeded: codeWord(place + 1 + lane / 4) &>> UInt64(16 * (lane % 4)))
  }

  private func label(_ label: Int) -> Int {
    Int(truncatingIfNeeded: view.label(function.labelsStart + label))
  }

  /// The type of slot `number`.
  func type(_ number: Int) throws(VerificationError) -> SlotType {
    guard number < slots.count else { throw failure(.slotNumber) }
    return slots[number]
  }

  func type(_ number: UInt16) throws(VerificationError) -> SlotType { try type(Int(number)) }

  // MARK: Labels and handlers

  private func checkLabelOrder() throws(VerificationError) {
    var last = -1
    for number in 0..<function.labelCount {
      guard label(number) > last, label(number) < function.codeCount else {
        throw VerificationError(.labels, index: index)
      }
      last = label(number)
    }
  }

  private func isLabel(_ target: Int64) -> Bool {
    var low = 0
    var high = function.labelCount
    while low < high {
      let middle = (low + high) / 2
      if Int64(label(middle)) < target { low = middle + 1 } else { high = middle }
    }
    return low < function.labelCount && Int64(label(low)) == target
  }

  private func checkHandlers() throws(VerificationError) {
    for number in 0..<function.handlerCount {
      let handler = view.handler(function.handlersStart + number)
      guard handler.start < handler.end, Int64(handler.end) <= Int64(function.codeCount),
        isLabel(Int64(handler.target))
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

  private func check(_ operand: Operand, _ value: UInt16, after count: Int)
    throws(VerificationError)
  {
    switch operand {
    case .none, .immediate, .signedImmediate, .wideInteger, .argumentCount, .resultCount: break
    case .readInteger:
      let kind = try type(value).kind
      guard kind == .integer || kind == .length else { throw failure(.slotKind) }
    case .writeInteger: try require(value, .integer)
    case .changeCounter:
      try require(value, .integer)
      guard try type(Int(value) + 1).kind == .integer else { throw failure(.slotKind) }
    case .readFloat, .writeFloat: try require(value, .float)
    case .readBoolean, .writeBoolean: try require(value, .boolean)
    case .readScalar, .writeScalar:
      guard isScalar(try type(value)) else { throw failure(.slotKind) }
    case .writeBound: _ = try type(value)
    case .readArray:
      let kind = try type(value).kind
      guard kind == .owned || kind == .borrowed else { throw failure(.slotKind) }
    case .writeOwned, .changeOwned: try require(value, .owned)
    case .writeBorrowed: try require(value, .borrowed)
    case .readFunction, .writeFunction: try require(value, .function)
    case .jump:
      let target = Int64(place + count) + Int64(Int32(bitPattern: instruction.wide))
      guard isLabel(target) else { throw failure(.jumpTarget) }
    case .branch:
      guard isLabel(Int64(place + count) + Int64(Int16(bitPattern: value))) else {
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
