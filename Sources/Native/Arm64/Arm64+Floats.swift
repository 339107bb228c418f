import Bytecode

// Floats.

extension Translator where Target == Arm64 {
  mutating func apply(_ operation: Arm64.FloatOperation, _ a: Int, _ b: Int, _ c: Int) {
    let one = float(b, or: .d0)
    let other = float(c, or: .d1)
    let target = targetFloat(a)
    assembler.apply(operation, target, one, other)
    define(a, target)
  }

  mutating func apply(_ operation: Arm64.UnaryFloatOperation, _ a: Int, _ b: Int) {
    let value = float(b, or: .d0)
    let target = targetFloat(a)
    assembler.apply(operation, target, value)
    define(a, target)
  }

  /// The lesser or the greater one; what is no number is left to the interpreter.
  mutating func choose(_ operation: Arm64.FloatOperation, _ a: Int, _ b: Int, _ c: Int) {
    let one = float(b, or: .d0)
    let other = float(c, or: .d1)
    assembler.compare(one, other)
    cold(.overflow)
    let target = targetFloat(a)
    assembler.apply(operation, target, one, other)
    define(a, target)
  }

  mutating func integerToFloat(_ a: Int, _ b: Int) {
    let value = register(b, or: .x0)
    let target = targetFloat(a)
    assembler.convert(target, value)
    define(a, target)
  }

  /// What does not fit is left to the interpreter, and the least number, too.
  mutating func floatToInteger(_ a: Int, _ b: Int) {
    let value = float(b, or: .d1)
    assembler.apply(.absolute, .d0, value)
    assembler.constant(.x0, Double(sign: .plus, exponent: 63, significand: 1).bitPattern)
    let bound = Arm64.FloatRegister(2)
    assembler.moveBits(bound, .x0)
    assembler.compare(.d0, bound)
    cold(.notNegative)
    let target = target(a)
    assembler.truncate(target, value)
    define(a, target)
  }

  // MARK: Comparisons

  /// Compares so that `negative` and `belowOrEqual` say whether `b` is less than `c`, or not
  /// greater, and neither is NaN.
  mutating func compareFloats(_ b: Int, _ c: Int) {
    let one = float(b, or: .d0)
    assembler.compare(one, float(c, or: .d1))
  }

  mutating func compareFloats(_ a: Int, _ condition: Arm64.Condition, _ b: Int, _ c: Int) {
    compareFloats(b, c)
    setBoolean(a, if: condition)
  }
}
