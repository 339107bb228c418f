// How arm64 instructions are written, and how jumps find their targets.

extension Assembler where Target == Arm64 {
  package mutating func instruction(_ word: UInt32) { int32(Int32(bitPattern: word)) }

  /// One whose fields of five bits stand at the bottom and above.
  mutating func instruction(_ word: UInt32, _ low: UInt32, _ next: UInt32, _ high: UInt32 = 0) {
    instruction(word | high << 16 | next << 5 | low)
  }

  // MARK: Control

  /// A jump whose distance is to be linked: where it stands.
  package mutating func jump() -> Int {
    instruction(0x1400_0000)
    return count - 4
  }

  /// Over less than 1 MiB.
  package mutating func jump(if question: Arm64.Question) -> Int {
    switch question {
    case .flags(let condition): instruction(0x5400_0000 | condition.rawValue)
    case .zero(let register): instruction(0xB400_0000 | register.number)
    case .notZero(let register): instruction(0xB500_0000 | register.number)
    }
    return count - 4
  }

  package mutating func jump(to target: Int) { link(jump(), to: target) }

  package mutating func jump(if condition: Arm64.Condition, to target: Int) {
    link(jump(if: .flags(condition)), to: target)
  }

  package mutating func jump(_ register: Arm64.Register) {
    instruction(0xD61F_0000, 0, register.number)
  }

  package mutating func call() -> Int {
    instruction(0x9400_0000)
    return count - 4
  }

  package mutating func call(to target: Int) { link(call(), to: target) }

  package mutating func call(_ register: Arm64.Register) {
    instruction(0xD63F_0000, 0, register.number)
  }

  package mutating func giveBack() { instruction(0xD65F_03C0) }

  /// Has the jump or call at `place` lead to `target`.
  package mutating func link(_ place: Int, to target: Int) {
    let word = UInt32(bitPattern: int32(at: place))
    let distance = UInt32(truncatingIfNeeded: (target - place) >> 2)
    if word & 0x7C00_0000 == 0x1400_0000 {
      set(place, Int32(bitPattern: word & 0xFC00_0000 | distance & 0x03FF_FFFF))
    } else {
      set(place, Int32(bitPattern: word & 0xFF00_001F | (distance & 0x7_FFFF) << 5))
    }
  }

  /// The address of `target`, which is within 1 MiB.
  package mutating func address(_ register: Arm64.Register, _ target: Int) {
    let distance = UInt32(truncatingIfNeeded: target - count)
    instruction(
      0x1000_0000 | (distance & 3) << 29 | (distance >> 2 & 0x7_FFFF) << 5 | register.number)
  }

  // MARK: Memory

  /// One access of `1 << scale` bytes: the instruction's size and kind of register in the bits that
  /// all its forms have, and whether it loads.
  private mutating func access(
    _ word: UInt32, scale: Int, _ register: UInt32, _ base: Arm64.Register, _ offset: Int
  ) {
    if offset >= 0, offset & (1 << scale - 1) == 0, offset >> scale < 4096 {
      instruction(word | 0x0100_0000 | UInt32(offset >> scale) << 10, register, base.number)
    } else if offset >= -256, offset < 256 {
      instruction(
        word | (UInt32(truncatingIfNeeded: offset) & 0x1FF) << 12, register, base.number)
    } else {
      constant(.x17, UInt64(bitPattern: Int64(offset)))
      instruction(word | 0x0020_6800, register, base.number, Arm64.Register.x17.number)
    }
  }

  /// The 64 bits at an address in a register and so many bytes on; far away it uses `x17`.
  package mutating func load(
    _ target: Arm64.Register, _ base: Arm64.Register, _ offset: Int
  ) {
    access(0xF840_0000, scale: 3, target.number, base, offset)
  }

  package mutating func store(
    _ source: Arm64.Register, _ base: Arm64.Register, _ offset: Int
  ) {
    access(0xF800_0000, scale: 3, source.number, base, offset)
  }

  /// 32 bits, 16, or 8, the others 0.
  package mutating func loadHalf(
    _ target: Arm64.Register, _ base: Arm64.Register, _ offset: Int
  ) {
    access(0xB840_0000, scale: 2, target.number, base, offset)
  }

  package mutating func loadShort(
    _ target: Arm64.Register, _ base: Arm64.Register, _ offset: Int
  ) {
    access(0x7840_0000, scale: 1, target.number, base, offset)
  }

  package mutating func loadByte(
    _ target: Arm64.Register, _ base: Arm64.Register, _ offset: Int
  ) {
    access(0x3840_0000, scale: 0, target.number, base, offset)
  }

  package mutating func load(
    _ target: Arm64.FloatRegister, _ base: Arm64.Register, _ offset: Int
  ) {
    access(0xFC40_0000, scale: 3, target.number, base, offset)
  }

  package mutating func store(
    _ source: Arm64.FloatRegister, _ base: Arm64.Register, _ offset: Int
  ) {
    access(0xFC00_0000, scale: 3, source.number, base, offset)
  }

  /// At an address in a register and the eightfold of another.
  package mutating func load(
    _ target: Arm64.Register, _ base: Arm64.Register, index: Arm64.Register
  ) {
    instruction(0xF860_7800, target.number, base.number, index.number)
  }

  package mutating func store(
    _ source: Arm64.Register, _ base: Arm64.Register, index: Arm64.Register
  ) {
    instruction(0xF820_7800, source.number, base.number, index.number)
  }

  package mutating func load(
    _ target: Arm64.FloatRegister, _ base: Arm64.Register, index: Arm64.Register
  ) {
    instruction(0xFC60_7800, target.number, base.number, index.number)
  }

  package mutating func store(
    _ source: Arm64.FloatRegister, _ base: Arm64.Register, index: Arm64.Register
  ) {
    instruction(0xFC20_7800, source.number, base.number, index.number)
  }

  /// The byte at an address in a register and so many bytes on, the others 0.
  package mutating func loadByte(
    _ target: Arm64.Register, _ base: Arm64.Register, index: Arm64.Register
  ) {
    instruction(0x3860_6800, target.number, base.number, index.number)
  }

  /// The low byte.
  package mutating func storeByte(
    _ source: Arm64.Register, _ base: Arm64.Register, index: Arm64.Register
  ) {
    instruction(0x3820_6800, source.number, base.number, index.number)
  }

  /// Two registers, at so many bytes on, which are a multiple of 8 from -512 up to 504.
  package mutating func load(
    _ first: Arm64.Register, _ second: Arm64.Register, _ base: Arm64.Register, pairAt offset: Int
  ) {
    pair(0xA940_0000, first, second, base, offset)
  }

  package mutating func store(
    _ first: Arm64.Register, _ second: Arm64.Register, _ base: Arm64.Register, pairAt offset: Int
  ) {
    pair(0xA900_0000, first, second, base, offset)
  }

  private mutating func pair(
    _ word: UInt32, _ first: Arm64.Register, _ second: Arm64.Register, _ base: Arm64.Register,
    _ offset: Int
  ) {
    let field = (UInt32(truncatingIfNeeded: offset >> 3) & 0x7F) << 15
    instruction(word | field | second.number << 10, first.number, base.number)
  }

  /// Puts a register on the processor's stack, whose pointer stays a multiple of 16, and back.
  package mutating func push(_ register: Arm64.Register) {
    instruction(0xF81F_0FE0 | register.number)
  }

  package mutating func pop(_ register: Arm64.Register) {
    instruction(0xF841_07E0 | register.number)
  }

  package mutating func push(_ first: Arm64.Register, _ second: Arm64.Register) {
    instruction(0xA9BF_03E0 | second.number << 10 | first.number)
  }

  package mutating func pop(_ first: Arm64.Register, _ second: Arm64.Register) {
    instruction(0xA8C1_03E0 | second.number << 10 | first.number)
  }
}
