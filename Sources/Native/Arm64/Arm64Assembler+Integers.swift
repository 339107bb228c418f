extension Arm64 {
  /// Operations of two numbers in registers, by the instruction.
  package enum IntegerOperation: UInt32, Sendable {
    case and = 0x8A00_0000
    case or = 0xAA00_0000
    case xor = 0xCA00_0000
    case add = 0x8B00_0000
    case subtract = 0xCB00_0000
    /// The same, which say in the flags what became of it.
    case addSettingFlags = 0xAB00_0000
    case subtractSettingFlags = 0xEB00_0000
    case multiply = 0x9B00_7C00
    /// The upper half of the signed product.
    case multiplyHigh = 0x9B40_7C00
    case divide = 0x9AC0_0C00
    case shiftLeft = 0x9AC0_2000
    case shiftRight = 0x9AC0_2800
  }
}

extension Assembler where Target == Arm64 {
  // MARK: Moves

  package mutating func move(_ target: Arm64.Register, _ source: Arm64.Register) {
    if source == target { return }
    apply(.or, target, .zero, source)
  }

  /// Where one of the two is the stack pointer.
  package mutating func moveStackPointer(_ target: Arm64.Register, _ source: Arm64.Register) {
    instruction(0x9100_0000, target.number, source.number)
  }

  /// In as many instructions as it has 16 bits that are not 0, or not 1.
  package mutating func constant(_ target: Arm64.Register, _ value: UInt64) {
    func part(_ value: UInt64, _ index: Int) -> UInt32 {
      UInt32(truncatingIfNeeded: value >> UInt64(16 * index)) & 0xFFFF
    }
    var (zeros, ones) = (0, 0)
    for index in 0..<4 {
      if part(value, index) == 0 { zeros += 1 }
      if part(value, index) == 0xFFFF { ones += 1 }
    }
    let isInverted = ones > zeros
    let filler: UInt32 = isInverted ? 0xFFFF : 0
    var isFirst = true
    for index in 0..<4 {
      let bits = part(value, index)
      if bits == filler { continue }
      let position = UInt32(index) << 21
      if !isFirst {
        instruction(0xF280_0000 | position | bits << 5 | target.number)
      } else if isInverted {
        instruction(0x9280_0000 | position | (~bits & 0xFFFF) << 5 | target.number)
      } else {
        instruction(0xD280_0000 | position | bits << 5 | target.number)
      }
      isFirst = false
    }
    if isFirst { instruction((isInverted ? 0x9280_0000 : 0xD280_0000) | target.number) }
  }

  /// The low 32 bits with their sign.
  package mutating func extendHalf(_ target: Arm64.Register, _ source: Arm64.Register) {
    instruction(0x9340_7C00, target.number, source.number)
  }

  /// The low byte, the others 0.
  package mutating func extendByte(_ target: Arm64.Register, _ source: Arm64.Register) {
    instruction(0x5300_1C00, target.number, source.number)
  }

  // MARK: Arithmetic

  package mutating func apply(
    _ operation: Arm64.IntegerOperation, _ target: Arm64.Register, _ first: Arm64.Register,
    _ second: Arm64.Register
  ) {
    instruction(operation.rawValue, target.number, first.number, second.number)
  }

  /// All bits of `source` turned.
  package mutating func invert(_ target: Arm64.Register, _ source: Arm64.Register) {
    instruction(0xAA20_0000, target.number, Arm64.Register.zero.number, source.number)
  }

  /// A sum with a constant; beyond what an instruction holds it uses `x17`.
  package mutating func add(_ target: Arm64.Register, _ source: Arm64.Register, _ value: Int) {
    sum(target, source, value, setsFlags: false)
  }

  package mutating func addSettingFlags(
    _ target: Arm64.Register, _ source: Arm64.Register, _ value: Int
  ) {
    sum(target, source, value, setsFlags: true)
  }

  private mutating func sum(
    _ target: Arm64.Register, _ source: Arm64.Register, _ value: Int, setsFlags: Bool
  ) {
    let size = value.magnitude
    let word: UInt32 = (value < 0 ? 0xD100_0000 : 0x9100_0000) | (setsFlags ? 0x2000_0000 : 0)
    if size < 1 << 12 {
      instruction(word | UInt32(size) << 10, target.number, source.number)
    } else if size < 1 << 24, size & 0xFFF == 0 {
      instruction(word | 1 << 22 | UInt32(size >> 12) << 10, target.number, source.number)
    } else {
      constant(.x17, UInt64(bitPattern: Int64(value)))
      apply(setsFlags ? .addSettingFlags : .add, target, source, .x17)
    }
  }

  package mutating func compare(_ first: Arm64.Register, _ second: Arm64.Register) {
    apply(.subtractSettingFlags, .zero, first, second)
  }

  package mutating func compare(_ first: Arm64.Register, _ value: Int) {
    addSettingFlags(.zero, first, 0 - value)
  }

  /// Compares `first` with 63 times the sign of `second`: all its bits are that sign.
  package mutating func compare(
    _ first: Arm64.Register, signOf second: Arm64.Register
  ) {
    instruction(0xEB80_FC1F, 0, first.number, second.number)
  }

  /// Compares `register` with 0 if `condition` holds; else the outcome is that it is greater.
  package mutating func compareWithZero(
    _ register: Arm64.Register, if condition: Arm64.Condition
  ) {
    instruction(0xFA40_0800 | condition.rawValue << 12, 0, register.number)
  }

  /// `first - second * third`.
  package mutating func multiplySubtract(
    _ target: Arm64.Register, _ first: Arm64.Register, _ second: Arm64.Register,
    _ third: Arm64.Register
  ) {
    instruction(
      0x9B00_8000 | first.number << 10, target.number, second.number, third.number)
  }

  /// `first + second * third`.
  package mutating func multiplyAdd(
    _ target: Arm64.Register, _ first: Arm64.Register, _ second: Arm64.Register,
    _ third: Arm64.Register
  ) {
    instruction(
      0x9B00_0000 | first.number << 10, target.number, second.number, third.number)
  }

  package mutating func shiftLeft(
    _ target: Arm64.Register, _ source: Arm64.Register, by count: UInt32
  ) {
    instruction(
      0xD340_0000 | (63 - count) << 10, target.number, source.number, (64 - count) & 63)
  }

  package mutating func shiftRightUnsigned(
    _ target: Arm64.Register, _ source: Arm64.Register, by count: UInt32
  ) {
    instruction(0xD340_FC00, target.number, source.number, count)
  }

  // MARK: Conditions

  /// 1 or 0.
  package mutating func set(_ target: Arm64.Register, if condition: Arm64.Condition) {
    instruction(0x9A9F_07E0 | condition.opposite.rawValue << 12 | target.number)
  }

  /// All bits 1, or 0.
  package mutating func setMask(_ target: Arm64.Register, if condition: Arm64.Condition) {
    instruction(0xDA9F_03E0 | condition.opposite.rawValue << 12 | target.number)
  }

  /// `first` if `condition` holds, else `second`.
  package mutating func select(
    _ target: Arm64.Register, _ first: Arm64.Register, _ second: Arm64.Register,
    if condition: Arm64.Condition
  ) {
    instruction(
      0x9A80_0000 | condition.rawValue << 12, target.number, first.number, second.number)
  }
}
