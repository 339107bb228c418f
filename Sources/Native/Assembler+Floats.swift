/// Operations of floats, by the processor's number.
package enum FloatOperation: UInt8, Sendable {
  case squareRoot = 0x51
  case add = 0x58, multiply = 0x59, subtract = 0x5C, minimum = 0x5D, divide = 0x5E, maximum = 0x5F
}

/// Operations of all bits of a register, by the processor's number.
package enum BitOperation: UInt8, Sendable {
  case and = 0x54, or = 0x56, xor
}

extension Assembler {
  package mutating func load(_ target: FloatRegister, _ source: Place) {
    if case .float(let register) = source {
      if register != target { encode(isLong: true, 0x28, target.number, source, isWide: false) }
    } else {
      encode(prefix: 0xF2, isLong: true, 0x10, target.number, source, isWide: false)
    }
  }

  package mutating func store(_ target: Place, _ source: FloatRegister) {
    encode(prefix: 0xF2, isLong: true, 0x11, source.number, target, isWide: false)
  }

  package mutating func apply(_ operation: FloatOperation, _ target: FloatRegister, _ source: Place)
  {
    encode(
      prefix: 0xF2, isLong: true, operation.rawValue, target.number, source, isWide: false)
  }

  package mutating func compare(_ first: FloatRegister, _ second: Place) {
    encode(prefix: 0x66, isLong: true, 0x2E, first.number, second, isWide: false)
  }

  package mutating func clear(_ target: FloatRegister) {
    encode(isLong: true, 0x57, target.number, .float(target), isWide: false)
  }

  /// Of 16 bytes, where it is memory.
  package mutating func apply(_ operation: BitOperation, _ target: FloatRegister, _ source: Place) {
    encode(
      prefix: 0x66, isLong: true, operation.rawValue, target.number, source, isWide: false)
  }

  package mutating func convert(_ target: FloatRegister, _ source: Place) {
    encode(prefix: 0xF2, isLong: true, 0x2A, target.number, source)
  }

  /// Toward zero; what does not fit gives the least number.
  package mutating func truncate(_ target: Register, _ source: Place) {
    encode(prefix: 0xF2, isLong: true, 0x2C, target.number, source)
  }

  /// The bits of a float, and back.
  package mutating func moveBits(_ target: Register, _ source: FloatRegister) {
    encode(prefix: 0x66, isLong: true, 0x7E, source.number, .register(target))
  }

  package mutating func moveBits(_ target: FloatRegister, _ source: Register) {
    encode(prefix: 0x66, isLong: true, 0x6E, target.number, .register(source))
  }
}
