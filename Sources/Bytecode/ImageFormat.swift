/// The sections of an image, in their order; docs/image-format.md has the records in full.
package enum Section: Int, Sendable {
  case module, code, constants, data, bytes, layouts, types, signatures, functions, labels, slots,
    positions, inlinedCalls
  case handlers, captures, bound, globals, hostCalls, channels, errors, files, text

  /// Bytes of one record.
  @inlinable package var recordByteCount: Int {
    switch self {
    case .module, .code, .constants, .layouts, .files: 8
    case .data, .handlers, .errors: 16
    case .positions, .inlinedCalls: 20
    case .bytes, .text: 1
    case .types, .labels, .bound, .globals: 4
    case .signatures, .channels: 12
    case .functions: 72
    case .slots: 2
    case .captures: 64
    case .hostCalls: 24
    }
  }
}

/// Numbers of the image format.
package enum ImageFormat {
  /// `LRMR`, little endian.
  package static let magic: UInt32 = 0x524D_524C
  package static let version: UInt16 = 7
  /// What the encoder writes for contents that are beyond the format.
  package static let versionTooLarge: UInt16 = 0
  package static let sectionCount = 22
  package static let digestOffset = 16
  package static let tableOffset = 48
  package static let tableEntryByteCount = 16
  /// Where the first section begins.
  package static let sectionsOffset = tableOffset + sectionCount * tableEntryByteCount
  /// An address in constant data: this bit, and the offset in section `bytes`.
  package static let dataAddressBit: UInt64 = 1 &<< 63
  /// A slot, error or handler's slot that is not there.
  package static let none: UInt16 = 0xFFFF
  /// The last field of an output's second word: one event or both; the first of two, the second of
  /// which an instruction of its own queues; or that.
  package static let wholeEvent: UInt16 = 0
  package static let firstEvent: UInt16 = 1
  package static let secondEvent: UInt16 = 2
  /// An entry of a table that is not there.
  package static let noEntry: UInt32 = 0xFFFF_FFFF

  /// Of field a of a call: the number of arguments.
  @inline(__always)
  package static func argumentCount(_ a: Int) -> Int { a & Limits.parameterCountMax }

  /// Of field a of a call: by how many calls the callee is deeper than the frame says.
  @inline(__always)
  package static func deeper(_ a: Int) -> Int { a &>> 12 }

  /// Field a of a call.
  package static func callField(_ argumentCount: Int, deeper: Int) -> Int {
    argumentCount | deeper << 12
  }

  /// The number of words of the instruction that begins with `word`: 1 and its operands' words.
  package static func wordCount(of opcode: Opcode, _ word: UInt64) -> Int {
    wordCount(of: opcode.shape.trailer, word)
  }

  @inline(__always)
  static func wordCount(of trailer: Shape.Trailer, _ word: UInt64) -> Int {
    let a = Int(UInt16(truncatingIfNeeded: word &>> 16))
    let b = Int(UInt16(truncatingIfNeeded: word &>> 32))
    switch trailer {
    case .none: return 1
    case .slots: return 1 + (argumentCount(a) + b + 3) / 4
    case .slotsA: return 1 + (a + 3) / 4
    case .element, .ticks, .event, .input: return 2
    }
  }
}

/// One instruction word, taken apart.
package struct Instruction {
  package let word: UInt64
  package init(_ word: UInt64) { self.word = word }
  package var opcode: Opcode? { Opcode(rawValue: UInt16(truncatingIfNeeded: word & 0xFF)) }
  /// Device time in ticks that it charges beside what it does (`Opcode.bearsCharge`).
  package var charge: UInt8 { UInt8(truncatingIfNeeded: word &>> 8) }
  package var a: UInt16 { UInt16(truncatingIfNeeded: word &>> 16) }
  package var b: UInt16 { UInt16(truncatingIfNeeded: word &>> 32) }
  package var c: UInt16 { UInt16(truncatingIfNeeded: word &>> 48) }
  /// Fields b and c together.
  package var wide: UInt32 { UInt32(truncatingIfNeeded: word &>> 32) }

  /// Packs operation and fields.
  package init(_ opcode: Opcode, a: UInt16 = 0, b: UInt16 = 0, c: UInt16 = 0) {
    word = UInt64(opcode.rawValue) | UInt64(a) &<< 16 | UInt64(b) &<< 32 | UInt64(c) &<< 48
  }

  /// The same instruction, charging `ticks` of device time.
  package func charging(_ ticks: UInt8) -> Instruction {
    Instruction(word & ~0xFF00 | UInt64(ticks) &<< 8)
  }

  /// Packs operation, field a, and b and c together.
  package init(_ opcode: Opcode, a: UInt16 = 0, wide: UInt32) {
    word = UInt64(opcode.rawValue) | UInt64(a) &<< 16 | UInt64(wide) &<< 32
  }
}

// Not on a device: a list of cases is an array, and has to be allocated.
#if !hasFeature(Embedded)
  extension Section: CaseIterable {}
#endif
