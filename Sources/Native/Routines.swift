import Bytecode
import Machine

/// Where the code begins: addresses and constants, then tables, then routines, then functions.
enum Layout {
  /// Addresses of the tables of operations and of `larmor_returned`.
  static let operations = 0
  static let pauses = 8
  static let returned = 16
  /// 16 bytes each, at multiples of 16.
  static let signMask = 32
  static let magnitudeMask = 48
  /// By function the offset of its loader, and by word of code that of its native code.
  static let tables = 64
}

/// Where the routines are that all functions share.
struct Routines {
  /// The function that the machine calls.
  var entry = 0
  /// Takes the machine up where it stands, with what is on the processor's stack or without.
  var resume = 0
  var resumeFresh = 0
  /// Returns the signal to the machine.
  var exit = 0
  /// Where a function returns whose native caller is gone.
  var returned = 0
  /// Does the instruction of one word and returns, if that of another word is next.
  var perform = 0
  var performAndResume = 0
  /// Does a call.
  var callSlowly = 0
  /// Does a return.
  var giveBackSlowly = 0
}

extension Translator {
  var offsetsStart: Int { Layout.tables + 4 * functionCount }

  mutating func writeTables() {
    assembler.reserve(Layout.tables + 16 + 4 * functionCount + 4 * wordCount)
    assembler.word(UInt64(interface.operations))
    assembler.word(UInt64(interface.pauses))
    assembler.word(UInt64(interface.returned))
    assembler.word(0)
    assembler.word(1 << 63)
    assembler.word(0)
    assembler.word(~(1 << 63))
    assembler.word(0)
    for _ in 0..<functionCount + wordCount { assembler.int32(0) }
    assembler.align()
  }
}
