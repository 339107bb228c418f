import Bytecode

/// The processors that are called x86-64.
package enum X86: Processor {
  /// What must be taken back before the interpreter's function does an instruction.
  enum Undo: Hashable {
    case nothing
    /// A step of the budget, and so much device time.
    case step(Int32)
    case operation(IntegerOperation, Register, Place)
    case constant(IntegerOperation, Register, Int32)
  }

  static let integers: [UInt8] = [3, 6, 7, 8, 9, 10, 11, 15]
  static let floats: [UInt8] = (18...31).map { $0 }
  /// Distances have 32 bits.
  static let reach = Int.max
  static let imageReach = 1 << 31

  static func link(_ place: Int, to target: Int, in assembler: inout Assembler<X86>) {
    assembler.link(place, to: target)
  }

  static func writeRoutines(in translator: inout Translator<X86>) { translator.writeRoutines() }

  static func writeLoader(in translator: inout Translator<X86>) { translator.writeLoader() }

  static func writePrologue(in translator: inout Translator<X86>) { translator.writePrologue() }

  static func write(
    _ opcode: Opcode, _ instruction: Instruction, _ next: Int,
    in translator: inout Translator<X86>
  ) {
    translator.write(opcode, instruction, next)
  }

  static func load(_ bit: Int, from slot: Int, in translator: inout Translator<X86>) {
    translator.load(bit, from: slot)
  }

  static func store(_ bit: Int, to slot: Int, in translator: inout Translator<X86>) {
    translator.store(bit, to: slot)
  }

  static func addCharge(in translator: inout Translator<X86>) { translator.addCharge() }

  static func undo(_ undo: Undo, in translator: inout Translator<X86>) { translator.undo(undo) }

  static func performAndResume(in translator: inout Translator<X86>) {
    translator.storeTop()
    translator.assembler.jump(to: translator.routines.performAndResume)
  }

  static func jump(to target: Int, for word: Int, in translator: inout Translator<X86>) {
    translator.assembler.number(.rax, UInt32(word))
    translator.assembler.jump(to: target)
  }
}
