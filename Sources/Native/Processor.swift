import Bytecode

/// What the translator has to know of a processor.
///
/// How operations are done is written in extensions of `Translator` for each; these are the places
/// where the common part comes to them.
protocol Processor {
  /// What must be taken back before the interpreter's function does an instruction.
  associatedtype Undo: Hashable

  /// The bits of the registers that slots may have, whole numbers' and floats'.
  ///
  /// The last of whole numbers holds the header's word in functions that call.
  static var integers: [UInt8] { get }
  static var floats: [UInt8] { get }

  /// How many bytes a function may have whose jumps are written as if they all were near.
  static var reach: Int { get }

  /// How many bytes all of an image's code may have, so that calls find their functions.
  static var imageReach: Int { get }

  /// Has the jump or call at `place` lead to `target`.
  static func link(_ place: Int, to target: Int, in assembler: inout Assembler<Self>)

  /// Writes the code that all functions share, and says in `routines` where it is.
  static func writeRoutines(in translator: inout Translator<Self>)

  /// Writes how the function is entered from outside: its registers are loaded.
  static func writeLoader(in translator: inout Translator<Self>)

  /// Writes how the function begins for those that call it.
  static func writePrologue(in translator: inout Translator<Self>)

  /// Writes the instruction at the translator's `word`; `next` is the word behind it.
  static func write(
    _ opcode: Opcode, _ instruction: Instruction, _ next: Int,
    in translator: inout Translator<Self>)

  /// Loads the register `bit` from the slot's home.
  static func load(_ bit: Int, from slot: Int, in translator: inout Translator<Self>)

  /// Writes the register `bit` to the slot's home.
  static func store(_ bit: Int, to slot: Int, in translator: inout Translator<Self>)

  /// Charges what the instruction does beside all else.
  static func addCharge(in translator: inout Translator<Self>)

  /// Takes `undo` back.
  static func undo(_ undo: Undo, in translator: inout Translator<Self>)

  /// Has the interpreter's function do the instruction whose word is where `jump(to:for:in:)` puts
  /// it.
  static func performAndResume(in translator: inout Translator<Self>)

  /// Goes to `target` with a word of code.
  static func jump(to target: Int, for word: Int, in translator: inout Translator<Self>)
}
