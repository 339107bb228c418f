// How x86-64 instructions are written.

extension Assembler where Target == X86 {
  /// Has the jump whose distance is at `place` lead to `target`.
  package mutating func link(_ place: Int, to target: Int) {
    set(place, Int32(truncatingIfNeeded: target - place - 4))
  }

  /// Has the short jump whose distance is at `place` lead to here.
  package mutating func linkShort(_ place: Int) {
    assert(count - place - 1 < 128)
    set(place, UInt8(truncatingIfNeeded: count - place - 1))
  }

  // MARK: Encoding

  /// One instruction: an obligatory prefix (0: none), whether two bytes name it, its byte, the
  /// register's number (or what stands in its place), the other operand, and how many bytes of a
  /// constant follow that.
  mutating func encode(
    prefix: UInt8 = 0, isLong: Bool = false, _ opcode: UInt8, _ number: UInt8, _ place: X86.Place,
    isWide: Bool = true, constantCount: Int = 0
  ) {
    var rex: UInt8 = isWide ? 0x48 : 0x40
    rex |= (number & 8) >> 1
    var (base, index): (UInt8, UInt8) = (0, 0)
    switch place {
    case .register(let register): base = register.number
    case .float(let register): base = register.number
    case .memory(let register, _): base = register.number
    case .indexed(let register, let other, _), .byteIndexed(let register, let other):
      (base, index) = (register.number, other.number)
    case .scaled(let register, _): (base, index) = (register.number, register.number)
    case .code: break
    }
    rex |= base >> 3 | (index & 8) >> 2
    if prefix != 0 { byte(prefix) }
    if rex != 0x40 { byte(rex) }
    if isLong { byte(0x0F) }
    byte(opcode)
    let field = (number & 7) << 3
    switch place {
    case .register, .float: byte(0xC0 | field | base & 7)
    case .memory(_, let displacement): memory(field, base, nil, displacement)
    case .indexed(_, _, let displacement): memory(field, base, index, displacement)
    case .byteIndexed: memory(field, base, index, 0, scale: 0)
    case .scaled(_, let factor):
      memory(field, base, index, 0, scale: UInt8(factor.trailingZeroBitCount))
    case .code(let target):
      byte(field | 5)
      int32(Int32(truncatingIfNeeded: target - count - 4 - constantCount))
    }
  }

  private mutating func memory(
    _ field: UInt8, _ base: UInt8, _ index: UInt8?, _ displacement: Int32, scale: UInt8 = 3
  ) {
    let isNear = displacement >= -128 && displacement < 128
    let isPlain = displacement == 0 && base & 7 != 5
    let mode: UInt8 = isPlain ? 0 : isNear ? 0x40 : 0x80
    if let index {
      byte(mode | field | 4)
      byte(scale << 6 | (index & 7) << 3 | base & 7)
    } else if base & 7 == 4 {
      byte(mode | field | 4)
      byte(0x24)
    } else {
      byte(mode | field | base & 7)
    }
    if isPlain { return }
    if isNear {
      byte(UInt8(truncatingIfNeeded: displacement))
    } else {
      int32(displacement)
    }
  }
}
