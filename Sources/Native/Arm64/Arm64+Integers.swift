import Bytecode

// Whole numbers and booleans.

extension Translator where Target == Arm64 {
  /// `a = b operation c`, which may overflow; taken back by `inverse`.
  mutating func overflowing(
    _ operation: Arm64.IntegerOperation, inverse: Arm64.IntegerOperation, _ a: Int, _ b: Int,
    _ c: Int
  ) {
    let one = register(b, or: .x0)
    let other = register(c, or: .x1)
    if let own = own(a), a == b, a != c {
      assembler.apply(operation, own, own, other)
      cold(.overflow, undo: .operation(inverse, own, other))
      define(a)
    } else {
      assembler.apply(operation, .x0, one, other)
      cold(.overflow)
      define(a, .x0)
    }
  }

  mutating func addImmediate(_ a: Int, _ b: Int, _ value: Int) {
    let one = register(b, or: .x0)
    if let own = own(a), a == b {
      assembler.addSettingFlags(own, own, value)
      cold(.overflow, undo: .constant(own, 0 - value))
      define(a)
    } else {
      assembler.addSettingFlags(.x0, one, value)
      cold(.overflow)
      define(a, .x0)
    }
  }

  mutating func multiply(_ a: Int, _ b: Int, _ c: Int) {
    multiply(a, b, by: register(c, or: .x1), mayOverflow: true)
  }

  /// The upper half of the product has all bits as the lower one's sign, unless it overflows.
  mutating func multiply(_ a: Int, _ b: Int, by other: Arm64.Register, mayOverflow: Bool) {
    let one = register(b, or: .x0)
    if mayOverflow { assembler.apply(.multiplyHigh, .x2, one, other) }
    assembler.apply(.multiply, .x0, one, other)
    if mayOverflow {
      assembler.compare(.x2, signOf: .x0)
      cold(.notEqual)
    }
    define(a, .x0)
  }

  /// What cannot overflow.
  mutating func wrapping(_ operation: Arm64.IntegerOperation, _ a: Int, _ b: Int, _ c: Int) {
    let one = register(b, or: .x0)
    let other = register(c, or: .x1)
    let target = target(a)
    assembler.apply(operation, target, one, other)
    define(a, target)
  }

  /// Quotient or remainder, rounded down; divisors 0 and -1 are left to the interpreter.
  mutating func divide(_ a: Int, _ b: Int, _ c: Int, remainder: Bool) {
    let dividend = register(b, or: .x0)
    let divisor = register(c, or: .x1)
    assembler.add(.x2, divisor, 1)
    assembler.compare(.x2, 1)
    cold(.belowOrEqual)
    assembler.apply(.divide, .x2, dividend, divisor)
    assembler.multiplySubtract(.x3, dividend, .x2, divisor)
    // A rest with another sign than the divisor's: one less, and the divisor on top.
    assembler.apply(.xor, .x16, .x3, divisor)
    assembler.compare(.x3, 0)
    assembler.compareWithZero(.x16, if: .notEqual)
    if remainder {
      assembler.select(.x16, divisor, .zero, if: .less)
      assembler.apply(.add, .x0, .x3, .x16)
    } else {
      assembler.setMask(.x16, if: .less)
      assembler.apply(.add, .x0, .x2, .x16)
    }
    define(a, .x0)
  }

  /// Shifts by less than 64; the others are left to the interpreter.
  mutating func shift(_ operation: Arm64.IntegerOperation, _ a: Int, _ b: Int, _ c: Int) {
    let value = register(b, or: .x0)
    let count = register(c, or: .x1)
    assembler.compare(count, 63)
    cold(.above)
    let target = target(a)
    assembler.apply(operation, target, value, count)
    define(a, target)
  }

  mutating func negate(_ a: Int, _ b: Int) {
    assembler.apply(.subtractSettingFlags, .x0, .zero, register(b, or: .x0))
    cold(.overflow)
    define(a, .x0)
  }

  mutating func absolute(_ a: Int, _ b: Int) {
    let value = register(b, or: .x1)
    assembler.apply(.subtractSettingFlags, .x0, .zero, value)
    cold(.overflow)
    let target = target(a)
    assembler.select(target, value, .x0, if: .negative)
    define(a, target)
  }

  mutating func invert(_ a: Int, _ b: Int) {
    let value = register(b, or: .x0)
    let target = target(a)
    assembler.invert(target, value)
    define(a, target)
  }

  /// The low 32 bits with their sign; with `checking` they must be all.
  mutating func narrow(_ a: Int, _ b: Int, checking: Bool) {
    let value = register(b, or: .x1)
    assembler.extendHalf(.x0, value)
    if checking {
      assembler.compare(.x0, value)
      cold(.notEqual)
    }
    define(a, .x0)
  }

  /// `b` if `b` compared with `c` is so, else `c`.
  mutating func choose(_ condition: Arm64.Condition, _ a: Int, _ b: Int, _ c: Int) {
    let one = register(b, or: .x0)
    let other = register(c, or: .x1)
    assembler.compare(one, other)
    let target = target(a)
    assembler.select(target, one, other, if: condition)
    define(a, target)
  }

  // MARK: Comparisons

  mutating func compare(_ b: Int, _ c: Int) {
    let one = register(b, or: .x0)
    assembler.compare(one, register(c, or: .x1))
  }

  mutating func compare(_ a: Int, _ condition: Arm64.Condition, _ b: Int, _ c: Int) {
    compare(b, c)
    setBoolean(a, if: condition)
  }

  /// Gives the slot 1 or 0.
  mutating func setBoolean(_ slot: Int, if condition: Arm64.Condition) {
    let target = target(slot)
    assembler.set(target, if: condition)
    define(slot, target)
  }

  mutating func equalBoolean(_ a: Int, _ b: Int, _ c: Int) {
    assembler.compare(register(b, or: .x0), 0)
    assembler.set(.x0, if: .notEqual)
    assembler.compare(register(c, or: .x1), 0)
    assembler.set(.x1, if: .notEqual)
    assembler.compare(.x0, .x1)
    setBoolean(a, if: .equal)
  }

  mutating func notBoolean(_ a: Int, _ b: Int) {
    assembler.compare(register(b, or: .x0), 0)
    setBoolean(a, if: .equal)
  }
}
