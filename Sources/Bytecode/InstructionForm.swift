/// What an operation's instructions must look like, in one word, so that most are checked at once.
struct InstructionForm {
  /// The kinds of slots that fields a, b and c may name, and flags.
  private let bits: UInt32

  private static var isOperation: UInt32 { 1 &<< 24 }
  private static var isPlain: UInt32 { 1 &<< 25 }
  private static var bearsCharge: UInt32 { 1 &<< 26 }
  private static var hasRule: UInt32 { 1 &<< 27 }

  /// Of a number that is no operation's.
  init() { bits = 0 }

  init(of opcode: Opcode, profile: Profile) {
    let shape = opcode.shape
    var bits = shape.a.slotKinds.beside(shape.b.slotKinds, shape.c.slotKinds)
    bits |= InstructionForm.isOperation
    if opcode.bearsCharge { bits |= InstructionForm.bearsCharge }
    if opcode.rule != .none { bits |= InstructionForm.hasRule }
    // What the host may not do is looked at, too.
    if opcode.rule == .none, shape.trailer == .none, profile == .kernel || !opcode.isOnTimeline {
      bits |= InstructionForm.isPlain
    }
    self.bits = bits
  }

  @inline(__always) var bearsCharge: Bool { bits & InstructionForm.bearsCharge != 0 }
  /// Whether more is asked than the kinds of operands.
  @inline(__always) var hasRule: Bool { bits & InstructionForm.hasRule != 0 }

  /// 0 of an instruction of one word that is right.
  ///
  /// Else there is more to look at, or something is wrong. The lower three bytes are, of the kinds
  /// that the fields hold, what they may not, or what does not tell whether they may.
  @inline(__always)
  func rest(of found: UInt32, charge: UInt8) -> UInt32 {
    let needed = InstructionForm.isOperation | InstructionForm.isPlain
    let withCharge = charge == 0 ? 0 : InstructionForm.bearsCharge
    return (found | needed | withCharge) & ~bits
  }

  /// Calls `body` with the form of each number that an operation may have.
  ///
  /// They are made each time: in less time than the digest of a small image takes.
  static func withForms<Result>(
    _ profile: Profile, _ body: (UnsafePointer<InstructionForm>) -> Result
  ) -> Result {
    var forms = InlineArray<256, InstructionForm>(repeating: InstructionForm())
    for number in forms.indices {
      guard let opcode = Opcode(rawValue: UInt16(truncatingIfNeeded: number)) else { continue }
      forms[number] = InstructionForm(of: opcode, profile: profile)
    }
    return withUnsafePointer(to: &forms) {
      body(UnsafeRawPointer($0).assumingMemoryBound(to: InstructionForm.self))
    }
  }
}
