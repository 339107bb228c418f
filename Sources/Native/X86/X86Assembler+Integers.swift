extension X86 {
  /// Operations of two numbers, by the processor's number.
  package enum IntegerOperation: UInt8, Sendable {
    case add = 0
    case or, and = 4, subtract, xor, compare
  }

  /// Operations of one number, by the processor's number.
  package enum UnaryOperation: UInt8, Sendable {
    case not = 2, negate = 3
    /// Divides `rdx:rax`: the quotient in `rax`, the remainder in `rdx`.
    case divide = 7
  }

  /// Shifts, by the processor's number.
  package enum Shift: UInt8, Sendable {
    case left = 4, rightUnsigned = 5, right = 7
  }
}

extension Assembler where Target == X86 {
  // MARK: Moves

  package mutating func move(_ target: X86.Register, _ source: X86.Place) {
    if source == .register(target) { return }
    encode(0x8B, target.number, source)
  }

  package mutating func move(_ target: X86.Register, _ source: X86.Register) {
    move(target, .register(source))
  }

  package mutating func store(_ target: X86.Place, _ source: X86.Register) {
    encode(0x89, source.number, target)
  }

  /// The low 8 bits of `rax`, `rcx`, `rdx` or `rbx`.
  package mutating func storeByte(_ target: X86.Place, _ source: X86.Register) {
    encode(0x88, source.number, target, isWide: false)
  }

  /// The low 32 bits, the others 0.
  package mutating func moveHalf(_ target: X86.Register, _ source: X86.Place) {
    encode(0x8B, target.number, source, isWide: false)
  }

  /// 16 bits, or 8, the others 0.
  package mutating func moveShort(_ target: X86.Register, _ source: X86.Place) {
    encode(isLong: true, 0xB7, target.number, source, isWide: false)
  }

  package mutating func moveByte(_ target: X86.Register, _ source: X86.Place) {
    encode(isLong: true, 0xB6, target.number, source, isWide: false)
  }

  /// The low 32 bits with their sign.
  package mutating func extendHalf(_ target: X86.Register, _ source: X86.Place) {
    encode(0x63, target.number, source)
  }

  package mutating func constant(_ target: X86.Register, _ value: UInt64) {
    if value == 0 {
      encode(0x31, target.number, .register(target), isWide: false)
    } else if value <= UInt64(UInt32.max) {
      if target.number >= 8 { byte(0x41) }
      byte(0xB8 | target.number & 7)
      int32(Int32(truncatingIfNeeded: value))
    } else if Int64(bitPattern: value) >= Int64(Int32.min), Int64(bitPattern: value) < 0 {
      encode(0xC7, 0, .register(target))
      int32(Int32(truncatingIfNeeded: value))
    } else {
      byte(target.number >= 8 ? 0x49 : 0x48)
      byte(0xB8 | target.number & 7)
      word(value)
    }
  }

  /// The same without a change of flags, in five bytes.
  package mutating func number(_ target: X86.Register, _ value: UInt32) {
    if target.number >= 8 { byte(0x41) }
    byte(0xB8 | target.number & 7)
    int32(Int32(bitPattern: value))
  }

  package mutating func storeConstant(_ target: X86.Place, _ value: Int32) {
    encode(0xC7, 0, target, constantCount: 4)
    int32(value)
  }

  package mutating func address(_ target: X86.Register, _ place: X86.Place) {
    encode(0x8D, target.number, place)
  }

  package mutating func push(_ register: X86.Register) {
    if register.number >= 8 { byte(0x41) }
    byte(0x50 | register.number & 7)
  }

  package mutating func pop(_ register: X86.Register) {
    if register.number >= 8 { byte(0x41) }
    byte(0x58 | register.number & 7)
  }

  // MARK: Arithmetic

  package mutating func apply(
    _ operation: X86.IntegerOperation, _ target: X86.Register, _ source: X86.Place
  ) {
    encode(operation.rawValue << 3 | 3, target.number, source)
  }

  package mutating func apply(
    _ operation: X86.IntegerOperation, _ target: X86.Place, _ value: Int32
  ) {
    let isShort = value >= -128 && value < 128
    encode(isShort ? 0x83 : 0x81, operation.rawValue, target, constantCount: isShort ? 1 : 4)
    if isShort { byte(UInt8(truncatingIfNeeded: value)) } else { int32(value) }
  }

  package mutating func apply(_ operation: X86.UnaryOperation, _ target: X86.Place) {
    encode(0xF7, operation.rawValue, target)
  }

  package mutating func multiply(_ target: X86.Register, _ source: X86.Place) {
    encode(isLong: true, 0xAF, target.number, source)
  }

  package mutating func multiply(_ target: X86.Register, _ source: X86.Place, by value: Int32) {
    encode(0x69, target.number, source, constantCount: 4)
    int32(value)
  }

  /// Shifts by `rcx`.
  package mutating func shift(_ shift: X86.Shift, _ target: X86.Register) {
    encode(0xD3, shift.rawValue, .register(target))
  }

  package mutating func shift(_ shift: X86.Shift, _ target: X86.Register, by count: UInt8) {
    encode(0xC1, shift.rawValue, .register(target))
    byte(count)
  }

  /// `rax` with its sign to `rdx:rax`.
  package mutating func extendDividend() {
    byte(0x48)
    byte(0x99)
  }

  /// Compares a number with 0.
  package mutating func test(_ register: X86.Register) {
    encode(0x85, register.number, .register(register))
  }

  /// Compares the low byte with `value`.
  package mutating func compareByte(_ place: X86.Place, _ value: UInt8) {
    encode(0x80, 7, place, isWide: false, constantCount: 1)
    byte(value)
  }

  /// Compares 16 bits with `value`.
  package mutating func compareShort(_ place: X86.Place, _ value: UInt8) {
    byte(0x66)
    encode(0x83, 7, place, isWide: false, constantCount: 1)
    byte(value)
  }

  /// 1 or 0; of `rax`, `rcx` and `rdx`.
  package mutating func set(_ target: X86.Register, if condition: X86.Condition) {
    setByte(target, if: condition)
    moveByte(target, .register(target))
  }

  package mutating func setByte(_ target: X86.Register, if condition: X86.Condition) {
    encode(isLong: true, 0x90 | condition.rawValue, 0, .register(target), isWide: false)
  }

  package mutating func move(
    _ target: X86.Register, _ source: X86.Place, if condition: X86.Condition
  ) {
    encode(isLong: true, 0x40 | condition.rawValue, target.number, source)
  }

  // MARK: Control

  /// A jump whose distance is to be linked: where it stands.
  package mutating func jump() -> Int {
    byte(0xE9)
    int32(0)
    return count - 4
  }

  package mutating func jump(if condition: X86.Condition) -> Int {
    byte(0x0F)
    byte(0x80 | condition.rawValue)
    int32(0)
    return count - 4
  }

  /// A jump over less than 128 bytes.
  package mutating func jumpShort(if condition: X86.Condition) -> Int {
    byte(0x70 | condition.rawValue)
    byte(0)
    return count - 1
  }

  package mutating func jump(to target: Int) { link(jump(), to: target) }

  package mutating func jump(if condition: X86.Condition, to target: Int) {
    link(jump(if: condition), to: target)
  }

  package mutating func jump(_ register: X86.Register) {
    encode(0xFF, 4, .register(register), isWide: false)
  }

  package mutating func call() -> Int {
    byte(0xE8)
    int32(0)
    return count - 4
  }

  package mutating func call(to target: Int) { link(call(), to: target) }

  package mutating func call(_ place: X86.Place) { encode(0xFF, 2, place, isWide: false) }

  package mutating func giveBack() { byte(0xC3) }
}
