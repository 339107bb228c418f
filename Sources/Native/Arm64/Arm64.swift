import Bytecode

/// The processors that are called arm64, or AArch64.
package enum Arm64: Processor {
  /// What must be taken back before the interpreter's function does an instruction.
  enum Undo: Hashable {
    case nothing
    /// A step of the budget, and so much device time.
    case step(Int32)
    case operation(IntegerOperation, Register, Register)
    case constant(Register, Int)
  }

  /// The first twelve are `x4` to `x15`, then come `x25` to `x28`.
  static let integers: [UInt8] = (0...15).map { $0 }
  /// `d16` to `d31`.
  static let floats: [UInt8] = (16...31).map { $0 }
  /// Conditional jumps have 19 bits for instructions, of which one is the sign.
  static let reach = (1 << 20) - 16
  /// Calls have 26 bits.
  static let imageReach = 1 << 27

  /// The register of whole numbers that a set's bit stands for.
  static func register(_ bit: Int) -> Register { Register(UInt32(bit < 12 ? bit + 4 : bit + 13)) }

  static func link(_ place: Int, to target: Int, in assembler: inout Assembler<Arm64>) {
    assembler.link(place, to: target)
  }

  static func writeRoutines(in translator: inout Translator<Arm64>) { translator.writeRoutines() }

  static func writeLoader(in translator: inout Translator<Arm64>) { translator.writeLoader() }

  static func writePrologue(in translator: inout Translator<Arm64>) { translator.writePrologue() }

  static func write(
    _ opcode: Opcode, _ instruction: Instruction, _ next: Int,
    in translator: inout Translator<Arm64>
  ) {
    translator.write(opcode, instruction, next)
  }

  static func load(_ bit: Int, from slot: Int, in translator: inout Translator<Arm64>) {
    translator.load(bit, from: slot)
  }

  static func store(_ bit: Int, to slot: Int, in translator: inout Translator<Arm64>) {
    translator.store(bit, to: slot)
  }

  static func addCharge(in translator: inout Translator<Arm64>) { translator.addCharge() }

  static func undo(_ undo: Undo, in translator: inout Translator<Arm64>) { translator.undo(undo) }

  static func performAndResume(in translator: inout Translator<Arm64>) {
    translator.storeTop()
    translator.assembler.jump(to: translator.routines.performAndResume)
  }

  static func jump(to target: Int, for word: Int, in translator: inout Translator<Arm64>) {
    translator.assembler.constant(.x0, UInt64(word))
    translator.assembler.jump(to: target)
  }
}
