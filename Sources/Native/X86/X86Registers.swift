extension X86 {
  /// A register of whole numbers, by the processor's number.
  package struct Register: Hashable, Sendable {
    package let number: UInt8

    package init(_ number: UInt8) { self.number = number }
  }

  /// A register of floats, by the processor's number.
  package struct FloatRegister: Hashable, Sendable {
    package let number: UInt8

    package init(_ number: UInt8) { self.number = number }
  }
}

extension X86.Register {
  package static let rax = Self(0)
  package static let rcx = Self(1)
  package static let rdx = Self(2)
  package static let rbx = Self(3)
  package static let rsp = Self(4)
  package static let rbp = Self(5)
  package static let rsi = Self(6)
  package static let rdi = Self(7)
  package static let r8 = Self(8)
  package static let r9 = Self(9)
  package static let r10 = Self(10)
  package static let r11 = Self(11)
  package static let r12 = Self(12)
  package static let r13 = Self(13)
  package static let r14 = Self(14)
  package static let r15 = Self(15)
}

extension X86.FloatRegister {
  package static let xmm0 = Self(0)
  package static let xmm1 = Self(1)
}

/// What registers are for.
///
/// `rax`, `rcx`, `rdx`, `xmm0` and `xmm1` are free within an instruction; the others hold slots.
extension X86.Register {
  /// Slot 0 of the frame that runs.
  static let frame = rbp
  static let machine = r12
  static let ticks = r13
  static let budget = r14
  /// In functions that call: the second word of the header of the frames that they push.
  static let header = r15
}

extension X86 {
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

    package var opposite: X86.Condition {
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
    /// At a register and itself, two, four or eight times.
    case scaled(Register, UInt8)
    /// At a register and an index of bytes.
    case byteIndexed(Register, Register)
    /// So many bytes from where the code begins.
    case code(Int)
  }
}
