/// What an operation's instructions must look like, in few words, so that most are checked at once.
struct InstructionForm {
  /// The fields that name slots.
  private let slotBits: UInt64
  /// Bits of the first word that must be 0: among them the operation's number, which is not, if
  /// more is asked than that and the kinds of slots, or the instruction has more words than one.
  private let zeroBits: UInt64
  /// The kinds of slots that fields a, b and c may not name.
  private let wrongKinds: UInt32
  /// The operand that says where something is, if there is one.
  let lead: Operand
  let trailer: Shape.Trailer
  let rule: OperationRule
  /// Operations on the timeline are not in that of the host.
  let isInProfile: Bool

  /// What stands for one that has not been made: nothing is of that form, and all fields are taken
  /// for slots, so that what is found there tells as much as of the form that is made then.
  init() {
    slotBits = .max
    zeroBits = .max
    wrongKinds = .max
    lead = .none
    trailer = .none
    rule = .none
    isInProfile = false
  }

  init(of opcode: Opcode, profile: Profile) {
    let shape = opcode.shape
    let kinds = shape.a.slotKinds.beside(shape.b.slotKinds, shape.c.slotKinds)
    lead = shape.lead
    trailer = shape.trailer
    rule = opcode.rule
    isInProfile = profile == .kernel || !opcode.isOnTimeline
    slotBits =
      (shape.a.isSlot ? 0xFFFF &<< 16 : 0) | (shape.b.isSlot ? 0xFFFF &<< 32 : 0)
      | (shape.c.isSlot ? 0xFFFF &<< 48 : 0)
    let isPlain = lead == .none && trailer == .none && rule == .none && isInProfile
    zeroBits = opcode.zeroBits | (isPlain ? 0 : 0xFF)
    wrongKinds = ~kinds & 0xFF_FFFF
  }

  @inline(__always) var isMade: Bool { wrongKinds != .max }

  /// `word` without the fields that name no slots, which then are 0.
  @inline(__always)
  func slots(of word: UInt64) -> Instruction { Instruction(word & slotBits) }

  /// Whether `word`, whose fields name slots of the kinds `found`, is an instruction of one word of
  /// which nothing more is asked.
  @inline(__always)
  func isAll(of word: UInt64, _ found: UInt32) -> Bool {
    word & zeroBits | UInt64(found & wrongKinds) == 0
  }

  @inline(__always)
  func mayBear(charge: UInt8) -> Bool { UInt64(charge) &<< 8 & zeroBits == 0 }

  /// Whether the fields hold no number that they may not.
  @inline(__always)
  func allows(_ word: UInt64) -> Bool { word & zeroBits & ~0xFF == 0 }

  /// Whether the fields may name slots of the kinds `found`.
  @inline(__always)
  func allows(_ found: UInt32) -> Bool { found & wrongKinds == 0 }

  /// Whether that one of them may; 0 is a.
  func allows(_ found: UInt32, _ field: Int) -> Bool {
    (found & wrongKinds) &>> UInt32(truncatingIfNeeded: 8 &* field) & 0xFF == 0
  }
}

/// The forms of all numbers that an operation may have, each made when it is needed first.
struct InstructionForms {
  private let start: UnsafeMutablePointer<InstructionForm>
  private let profile: Profile

  private init(_ start: UnsafeMutablePointer<InstructionForm>, _ profile: Profile) {
    self.start = start
    self.profile = profile
  }

  /// Calls `body` with forms of which none has been made, where nothing needs to be allocated.
  static func with<Result>(_ profile: Profile, _ body: (InstructionForms) -> Result) -> Result {
    var forms = InlineArray<256, InstructionForm>(repeating: InstructionForm())
    return withUnsafeMutablePointer(to: &forms) {
      let start = UnsafeMutableRawPointer($0).assumingMemoryBound(to: InstructionForm.self)
      return body(InstructionForms(start, profile))
    }
  }

  /// The form as it is, made or not.
  @inline(__always)
  subscript(_ number: Int) -> InstructionForm { start[number] }

  /// The form of that number; nil of one that is no operation's.
  @inline(__always)
  func form(_ number: Int) -> UnsafePointer<InstructionForm>? {
    start[number].isMade || make(number) ? UnsafePointer(start + number) : nil
  }

  @inline(never)
  private func make(_ number: Int) -> Bool {
    guard let opcode = Opcode(rawValue: UInt16(truncatingIfNeeded: number)) else { return false }
    start[number] = InstructionForm(of: opcode, profile: profile)
    return true
  }
}
