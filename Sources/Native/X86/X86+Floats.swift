import Bytecode

// Floats.

extension Translator where Target == X86 {
  mutating func apply(_ operation: X86.FloatOperation, _ a: Int, _ b: Int, _ c: Int) {
    let other = operand(c)
    let one = operand(b)
    if let own = ownFloat(a), a != c || a == b {
      assembler.load(own, one)
      assembler.apply(operation, own, other)
      define(a)
    } else {
      assembler.load(.xmm0, one)
      assembler.apply(operation, .xmm0, other)
      define(a, .xmm0)
    }
  }

  mutating func squareRoot(_ a: Int, _ b: Int) {
    let value = operand(b)
    let target = ownFloat(a) ?? .xmm0
    assembler.apply(.squareRoot, target, value)
    define(a, target)
  }

  mutating func negateFloat(_ a: Int, _ b: Int) {
    assembler.load(.xmm0, operand(b))
    assembler.apply(.xor, .xmm0, .code(Layout.signMask))
    define(a, .xmm0)
  }

  mutating func absoluteFloat(_ a: Int, _ b: Int) {
    assembler.load(.xmm0, operand(b))
    assembler.apply(.and, .xmm0, .code(Layout.magnitudeMask))
    define(a, .xmm0)
  }

  /// The lesser or the greater one; equal ones may be zeros of two signs: their bits are put
  /// together.
  mutating func choose(
    _ operation: X86.FloatOperation, _ bits: X86.BitOperation, _ a: Int, _ b: Int, _ c: Int
  ) {
    assembler.load(.xmm0, operand(b))
    assembler.load(.xmm1, operand(c))
    assembler.compare(.xmm0, .float(.xmm1))
    cold(.unordered)
    let differ = assembler.jumpShort(if: .notEqual)
    assembler.apply(bits, .xmm1, .float(.xmm0))
    assembler.load(.xmm0, .float(.xmm1))
    assembler.linkShort(differ)
    assembler.apply(operation, .xmm0, .float(.xmm1))
    define(a, .xmm0)
  }

  mutating func integerToFloat(_ a: Int, _ b: Int) {
    let value = operand(b)
    let target = ownFloat(a) ?? .xmm0
    assembler.clear(target)
    assembler.convert(target, value)
    define(a, target)
  }

  /// What does not fit is left to the interpreter, and the least number, too.
  mutating func floatToInteger(_ a: Int, _ b: Int) {
    assembler.truncate(.rax, operand(b))
    assembler.constant(.rcx, 1 << 63)
    assembler.apply(.compare, .rax, .register(.rcx))
    cold(.equal)
    define(a, .rax)
  }

  // MARK: Comparisons

  /// Compares so that `above` and `aboveOrEqual` say whether `b` is less than `c`, or not greater,
  /// and neither is NaN.
  mutating func compareFloats(_ b: Int, _ c: Int) {
    let one = operand(b)
    assembler.compare(float(c, or: .xmm0), one)
  }

  mutating func compareFloats(_ a: Int, _ condition: X86.Condition, _ b: Int, _ c: Int) {
    compareFloats(b, c)
    assembler.set(.rax, if: condition)
    define(a, .rax)
  }

  /// Whether they are equal, which no NaN is.
  mutating func equalFloats(_ a: Int, _ b: Int, _ c: Int, isEqual: Bool) {
    compareFloats(b, c)
    assembler.setByte(.rax, if: isEqual ? .equal : .notEqual)
    assembler.setByte(.rcx, if: isEqual ? .ordered : .unordered)
    assembler.apply(isEqual ? .and : .or, .rax, .register(.rcx))
    assembler.moveByte(.rax, .register(.rax))
    define(a, .rax)
  }
}
