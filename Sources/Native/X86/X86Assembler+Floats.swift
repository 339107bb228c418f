extension X86 {
  /// Operations of floats, by the processor's number.
  package enum FloatOperation: UInt8, Sendable {
    case squareRoot = 0x51
    case add = 0x58, multiply = 0x59, subtract = 0x5C, minimum = 0x5D, divide = 0x5E, maximum = 0x5F
  }

  /// Operations of all bits of a register, by the processor's number.
  package enum BitOperation: UInt8, Sendable {
    case and = 0x54, or = 0x56, xor
  }
}

extension Assembler where Target == X86 {
  package mutating func load(_ target: X86.FloatRegister, _ source: X86.Place) {
    if case .float(let register) = source {
      if register != target { encode(isLong: true, 0x28, target.number, source, isWide: false) }
    } else {
      encode(prefix: 0xF2, isLong: true, 0x10, target.number, source, isWide: false)
    }
  }

  package mutating func store(_ target: X86.Place, _ source: X86.FloatRegister) {
    encode(prefix: 0xF2, isLong: true, 0x11, source.number, target, isWide: false)
  }

  package mutating func apply(
    _ operation: X86.FloatOperation, _ target: X86.FloatRegister, _ source: X86.Place
  ) {
    encode(
      prefix: 0xF2, isLong: true, operation.rawValue, target.number, source, isWide: false)
  }

  package mutating func compare(_ first: X86.FloatRegister, _ second: X86.Place) {
    encode(prefix: 0x66, isLong: true, 0x2E, first.number, second, isWide: false)
  }

  package mutating func clear(_ target: X86.FloatRegister) {
    encode(isLong: true, 0x57, target.number, .float(target), isWide: false)
  }

  /// Of 16 bytes, where it is memory.
  package mutating func apply(
    _ operation: X86.BitOperation, _ target: X86.FloatRegister, _ source: X86.Place
  ) {
    encode(
      prefix: 0x66, isLong: true, operation.rawValue, target.number, source, isWide: false)
  }

  package mutating func convert(_ target: X86.FloatRegister, _ source: X86.Place) {
    encode(prefix: 0xF2, isLong: true, 0x2A, target.number, source)
  }

  /// Toward zero; what does not fit gives the least number.
  package mutating func truncate(_ target: X86.Register, _ source: X86.Place) {
    encode(prefix: 0xF2, isLong: true, 0x2C, target.number, source)
  }

  /// The bits of a float, and back.
  package mutating func moveBits(_ target: X86.Register, _ source: X86.FloatRegister) {
    encode(prefix: 0x66, isLong: true, 0x7E, source.number, .register(target))
  }

  package mutating func moveBits(_ target: X86.FloatRegister, _ source: X86.Register) {
    encode(prefix: 0x66, isLong: true, 0x6E, target.number, .register(source))
  }
}
