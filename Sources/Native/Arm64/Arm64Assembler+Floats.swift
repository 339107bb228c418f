extension Arm64 {
  /// Operations of two floats, by the instruction.
  package enum FloatOperation: UInt32, Sendable {
    case multiply = 0x1E60_0800
    case divide = 0x1E60_1800
    case add = 0x1E60_2800
    case subtract = 0x1E60_3800
    /// The zeros of two signs differ; with a NaN it is a NaN.
    case maximum = 0x1E60_4800
    case minimum = 0x1E60_5800
  }

  /// Operations of one float, by the instruction.
  package enum UnaryFloatOperation: UInt32, Sendable {
    case move = 0x1E60_4000
    case absolute = 0x1E60_C000
    case negate = 0x1E61_4000
    case squareRoot = 0x1E61_C000
  }
}

extension Assembler where Target == Arm64 {
  package mutating func move(_ target: Arm64.FloatRegister, _ source: Arm64.FloatRegister) {
    if source == target { return }
    apply(.move, target, source)
  }

  package mutating func apply(
    _ operation: Arm64.FloatOperation, _ target: Arm64.FloatRegister,
    _ first: Arm64.FloatRegister, _ second: Arm64.FloatRegister
  ) {
    instruction(operation.rawValue, target.number, first.number, second.number)
  }

  package mutating func apply(
    _ operation: Arm64.UnaryFloatOperation, _ target: Arm64.FloatRegister,
    _ source: Arm64.FloatRegister
  ) {
    instruction(operation.rawValue, target.number, source.number)
  }

  package mutating func compare(_ first: Arm64.FloatRegister, _ second: Arm64.FloatRegister) {
    instruction(0x1E60_2000, 0, first.number, second.number)
  }

  package mutating func convert(_ target: Arm64.FloatRegister, _ source: Arm64.Register) {
    instruction(0x9E62_0000, target.number, source.number)
  }

  /// Toward zero; what does not fit gives the nearest number that does, NaN gives 0.
  package mutating func truncate(_ target: Arm64.Register, _ source: Arm64.FloatRegister) {
    instruction(0x9E78_0000, target.number, source.number)
  }

  /// The bits of a float, and back.
  package mutating func moveBits(_ target: Arm64.Register, _ source: Arm64.FloatRegister) {
    instruction(0x9E66_0000, target.number, source.number)
  }

  package mutating func moveBits(_ target: Arm64.FloatRegister, _ source: Arm64.Register) {
    instruction(0x9E67_0000, target.number, source.number)
  }
}
