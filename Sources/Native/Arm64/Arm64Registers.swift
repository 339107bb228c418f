extension Arm64 {
  /// A register of whole numbers, by the processor's number; 31 is zero, or the stack pointer where
  /// an instruction takes it so.
  package struct Register: Hashable, Sendable {
    package let number: UInt32

    package init(_ number: UInt32) { self.number = number }

    package static let zero = Register(31)
    package static let stackPointer = Register(31)
    package static let x0 = Register(0)
    package static let x1 = Register(1)
    package static let x2 = Register(2)
    package static let x3 = Register(3)
    package static let x4 = Register(4)
    /// Where far addresses and large constants are put together, within an instruction of the
    /// assembler and from one to the next.
    package static let x16 = Register(16)
    package static let x17 = Register(17)
    package static let link = Register(30)
  }

  /// A register of floats, by the processor's number.
  package struct FloatRegister: Hashable, Sendable {
    package let number: UInt32

    package init(_ number: UInt32) { self.number = number }

    package static let d0 = FloatRegister(0)
    package static let d1 = FloatRegister(1)
  }

  /// What jumps ask for, by the processor's number.
  package enum Condition: UInt32, Sendable {
    case equal = 0, notEqual
    /// Of unsigned numbers.
    case aboveOrEqual, below
    /// Negative; of floats: less, and neither is NaN, or not so.
    case negative, notNegative
    case overflow, noOverflow
    /// Of unsigned numbers; of floats: not less or equal, or one is NaN, or not so.
    case above, belowOrEqual
    /// Of signed numbers.
    case greaterOrEqual, less, greater, lessOrEqual

    package var opposite: Condition {
      switch self {
      case .equal: .notEqual
      case .notEqual: .equal
      case .aboveOrEqual: .below
      case .below: .aboveOrEqual
      case .negative: .notNegative
      case .notNegative: .negative
      case .overflow: .noOverflow
      case .noOverflow: .overflow
      case .above: .belowOrEqual
      case .belowOrEqual: .above
      case .greaterOrEqual: .less
      case .less: .greaterOrEqual
      case .greater: .lessOrEqual
      case .lessOrEqual: .greater
      }
    }
  }

  /// What a jump asks: the flags, or whether a number is 0.
  package enum Question: Sendable {
    case flags(Condition)
    case zero(Register), notZero(Register)

    package var opposite: Question {
      switch self {
      case .flags(let condition): .flags(condition.opposite)
      case .zero(let register): .notZero(register)
      case .notZero(let register): .zero(register)
      }
    }
  }
}

/// What registers are for.
///
/// `x0` to `x3`, `x16`, `x17` and `d0` to `d7` are free within an instruction; `x4` to `x15`, `x25`
/// to `x28` and `d16` to `d31` hold slots. `x18` is the system's.
extension Arm64.Register {
  /// Slot 0 of the frame that runs.
  static let frame = Self(19)
  static let machine = Self(20)
  static let ticks = Self(21)
  static let budget = Self(22)
  /// Where the native code begins.
  static let start = Self(23)
  /// In functions that call: the second word of the header of the frames that they push.
  static let header = Self(28)
}
