/// A register of whole numbers, by the processor's number.
package struct Register: Hashable, Sendable {
  package let number: UInt8

  package init(_ number: UInt8) { self.number = number }

  package static let rax = Register(0)
  package static let rcx = Register(1)
  package static let rdx = Register(2)
  package static let rbx = Register(3)
  package static let rsp = Register(4)
  package static let rbp = Register(5)
  package static let rsi = Register(6)
  package static let rdi = Register(7)
  package static let r8 = Register(8)
  package static let r9 = Register(9)
  package static let r10 = Register(10)
  package static let r11 = Register(11)
  package static let r12 = Register(12)
  package static let r13 = Register(13)
  package static let r14 = Register(14)
  package static let r15 = Register(15)
}

/// A register of floats, by the processor's number.
package struct FloatRegister: Hashable, Sendable {
  package let number: UInt8

  package init(_ number: UInt8) { self.number = number }

  package static let xmm0 = FloatRegister(0)
  package static let xmm1 = FloatRegister(1)
}

/// What registers are for.
///
/// `rax`, `rcx`, `rdx`, `xmm0` and `xmm1` are free within an instruction; the others hold slots.
extension Register {
  /// Slot 0 of the frame that runs.
  static let frame = rbp
  static let machine = r12
  static let ticks = r13
  static let budget = r14
  /// In functions that call: the second word of the header of the frames that they push.
  static let header = r15
}

/// What jumps ask for, by the processor's number.
package enum Condition: UInt8, Sendable {
  case overflow = 0, noOverflow
  /// Of unsigned numbers and of floats.
  case below, aboveOrEqual
  case equal, notEqual
  /// Of unsigned numbers and of floats.
  case belowOrEqual, above
  case negative, notNegative
  /// One of two floats is NaN, or none.
  case unordered, ordered
  /// Of signed numbers.
  case less, greaterOrEqual, lessOrEqual, greater

  package var opposite: Condition {
    switch self {
    case .overflow: .noOverflow
    case .noOverflow: .overflow
    case .below: .aboveOrEqual
    case .aboveOrEqual: .below
    case .equal: .notEqual
    case .notEqual: .equal
    case .belowOrEqual: .above
    case .above: .belowOrEqual
    case .negative: .notNegative
    case .notNegative: .negative
    case .unordered: .ordered
    case .ordered: .unordered
    case .less: .greaterOrEqual
    case .greaterOrEqual: .less
    case .lessOrEqual: .greater
    case .greater: .lessOrEqual
    }
  }
}

/// What an instruction reads or writes besides its register.
package enum Place: Hashable, Sendable {
  case register(Register)
  case float(FloatRegister)
  /// At an address in a register, and so many bytes on.
  case memory(Register, Int32)
  /// At an address in a register, the eightfold of another, and so many bytes on.
  case indexed(Register, Register, Int32)
  /// At a register and an index of bytes.
  case byteIndexed(Register, Register)
  /// So many bytes from where the code begins.
  case code(Int)
}
