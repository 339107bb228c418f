import Bytecode

// Whole numbers and booleans.

extension Translator where Target == X86 {
  /// `a = b operation c`, which may overflow; taken back by `inverse`.
  mutating func overflowing(
    _ operation: X86.IntegerOperation, inverse: X86.IntegerOperation, _ a: Int, _ b: Int, _ c: Int
  ) {
    if let own = own(a), a == b, a != c {
      _ = operand(a)
      let other = operand(c)
      assembler.apply(operation, own, other)
      cold(.overflow, undo: .operation(inverse, own, other))
      define(a)
    } else {
      let other = operand(c)
      assembler.move(.rax, operand(b))
      assembler.apply(operation, .rax, other)
      cold(.overflow)
      define(a, .rax)
    }
  }

  mutating func addImmediate(_ a: Int, _ b: Int, _ value: Int32) {
    if let own = own(a), a == b {
      _ = operand(a)
      assembler.apply(.add, .register(own), value)
      cold(.overflow, undo: .constant(.subtract, own, value))
      define(a)
    } else {
      assembler.move(.rax, operand(b))
      assembler.apply(.add, .register(.rax), value)
      cold(.overflow)
      define(a, .rax)
    }
  }

  mutating func multiply(_ a: Int, _ b: Int, _ c: Int, mayOverflow: Bool) {
    let other = operand(c)
    assembler.move(.rax, operand(b))
    assembler.multiply(.rax, other)
    if mayOverflow { cold(.overflow) }
    define(a, .rax)
  }

  mutating func multiplyImmediate(_ a: Int, _ b: Int, _ value: Int32, mayOverflow: Bool) {
    let source = operand(b)
    let target = own(a) ?? .rax
    if !mayOverflow, case .register(let register) = source, [3, 5, 9].contains(value) {
      assembler.address(target, .scaled(register, UInt8(value - 1)))
      define(a, target)
    } else if mayOverflow {
      // What the slot held must still be there if it overflows.
      assembler.multiply(.rax, source, by: value)
      cold(.overflow)
      define(a, .rax)
    } else {
      assembler.multiply(target, source, by: value)
      define(a, target)
    }
  }

  mutating func wrapping(_ operation: X86.IntegerOperation, _ a: Int, _ b: Int, _ c: Int) {
    let other = operand(c)
    let one = operand(b)
    if let own = own(a), a != c {
      assembler.move(own, one)
      assembler.apply(operation, own, other)
      define(a)
    } else {
      assembler.move(.rax, one)
      assembler.apply(operation, .rax, other)
      define(a, .rax)
    }
  }

  /// Quotient or remainder, rounded down; divisors 0 and -1 are left to the interpreter.
  mutating func divide(_ a: Int, _ b: Int, _ c: Int, remainder: Bool) {
    let dividend = operand(b)
    assembler.move(.rcx, operand(c))
    assembler.address(.rax, .memory(.rcx, 1))
    assembler.apply(.compare, .register(.rax), 1)
    cold(.belowOrEqual)
    assembler.move(.rax, dividend)
    assembler.extendDividend()
    assembler.apply(.divide, .register(.rcx))
    // A rest with another sign than the divisor's: one less, and the divisor on top.
    assembler.test(.rdx)
    let isExact = assembler.jumpShort(if: .equal)
    if remainder {
      assembler.move(.rax, .rdx)
      assembler.apply(.xor, .rax, .register(.rcx))
      let isRight = assembler.jumpShort(if: .notNegative)
      assembler.apply(.add, .rdx, .register(.rcx))
      assembler.linkShort(isRight)
    } else {
      assembler.apply(.xor, .rdx, .register(.rcx))
      assembler.shift(.right, .rdx, by: 63)
      assembler.apply(.add, .rax, .register(.rdx))
    }
    assembler.linkShort(isExact)
    define(a, remainder ? .rdx : .rax)
  }

  /// Shifts by less than 64; the others are left to the interpreter.
  mutating func shift(_ shift: X86.Shift, _ a: Int, _ b: Int, _ c: Int) {
    let value = operand(b)
    assembler.move(.rcx, operand(c))
    assembler.apply(.compare, .register(.rcx), 63)
    cold(.above)
    assembler.move(.rax, value)
    assembler.shift(shift, .rax)
    define(a, .rax)
  }

  mutating func negate(_ a: Int, _ b: Int) {
    assembler.move(.rax, operand(b))
    assembler.apply(.negate, .register(.rax))
    cold(.overflow)
    define(a, .rax)
  }

  mutating func absolute(_ a: Int, _ b: Int) {
    assembler.move(.rax, operand(b))
    assembler.move(.rcx, .rax)
    assembler.shift(.right, .rcx, by: 63)
    assembler.apply(.xor, .rax, .register(.rcx))
    assembler.apply(.subtract, .rax, .register(.rcx))
    cold(.overflow)
    define(a, .rax)
  }

  mutating func invert(_ a: Int, _ b: Int) {
    assembler.move(.rax, operand(b))
    assembler.apply(.not, .register(.rax))
    define(a, .rax)
  }

  /// The low 32 bits with their sign; with `checking` they must be all.
  mutating func narrow(_ a: Int, _ b: Int, checking: Bool) {
    let value = operand(b)
    assembler.extendHalf(.rax, value)
    if checking {
      assembler.apply(.compare, .rax, value)
      cold(.notEqual)
    }
    define(a, .rax)
  }

  /// The lesser one or the greater one: `b`, but `c` if `c` compared with `b` is so.
  mutating func choose(_ condition: X86.Condition, _ a: Int, _ b: Int, _ c: Int) {
    let other = operand(c)
    assembler.move(.rax, operand(b))
    assembler.apply(.compare, .rax, other)
    assembler.move(.rax, other, if: condition)
    define(a, .rax)
  }

  // MARK: Comparisons

  mutating func compare(_ b: Int, _ c: Int) {
    let other = operand(c)
    assembler.apply(.compare, register(b, or: .rax), other)
  }

  mutating func compare(_ a: Int, _ condition: X86.Condition, _ b: Int, _ c: Int) {
    compare(b, c)
    assembler.set(.rax, if: condition)
    define(a, .rax)
  }

  mutating func equalBoolean(_ a: Int, _ b: Int, _ c: Int) {
    let (one, other) = (operand(b), operand(c))
    assembler.apply(.compare, one, 0)
    assembler.setByte(.rax, if: .notEqual)
    assembler.apply(.compare, other, 0)
    assembler.setByte(.rcx, if: .notEqual)
    assembler.moveByte(.rax, .register(.rax))
    assembler.moveByte(.rcx, .register(.rcx))
    assembler.apply(.compare, .rax, .register(.rcx))
    assembler.set(.rax, if: .equal)
    define(a, .rax)
  }

  mutating func notBoolean(_ a: Int, _ b: Int) {
    assembler.apply(.compare, operand(b), 0)
    assembler.set(.rax, if: .equal)
    define(a, .rax)
  }
}
