import Bytecode
import Machine

// Moves, constants, arrays and globals.

extension Translator where Target == X86 {
  mutating func move(_ a: Int, _ b: Int) {
    let source = operand(b)
    switch source {
    case .register(let register): define(a, register)
    case .float(let register): define(a, register)
    case .memory, .indexed, .byteIndexed, .scaled, .code: put(a, from: source)
    }
  }

  mutating func loadBound(_ a: Int, _ index: Int) {
    assembler.move(.rax, field(interface.boundWords))
    put(a, from: .memory(.rax, Int32(8 * index)))
    if types[a].kind == .borrowed { put(a + 1, from: .memory(.rax, Int32(8 * index + 8))) }
  }

  /// A constant array: so far from the code, in the image.
  mutating func arrayData(_ a: Int, _ index: Int) {
    let entry = view.data(index)
    if entry.count == 0 {
      put(a, constant: 0)
    } else {
      let distance = view.start(.bytes) - view.start(.code) + Int(entry.offset)
      assembler.move(.rax, field(interface.code))
      assembler.apply(.add, .register(.rax), Int32(truncatingIfNeeded: distance))
      define(a, .rax)
    }
    put(a + 1, constant: UInt64(entry.count))
  }

  mutating func borrowGlobal(_ a: Int, _ index: Int) {
    assembler.move(.rax, field(interface.globalWords))
    put(a, from: .memory(.rax, Int32(8 * index)))
    put(a + 1, from: .memory(.rax, Int32(8 * index + 8)))
  }

  mutating func loadGlobal(_ a: Int, _ index: Int) {
    assembler.move(.rax, field(interface.globalWords))
    put(a, from: .memory(.rax, Int32(8 * index)))
  }

  mutating func storeGlobal(_ a: Int, _ index: Int) {
    assembler.move(.rax, field(interface.globalWords))
    copy(a, to: .memory(.rax, Int32(8 * index)), by: .rcx)
  }

  mutating func arrayBorrow(_ a: Int, _ b: Int) {
    take(b, to: .rax)
    take(b + 1, to: .rcx)
    define(a, .rax)
    define(a + 1, .rcx)
  }

  /// Has the index in `slot` in a register, and goes on where it is within the array.
  private mutating func index(_ slot: Int, of array: Int) -> X86.Register {
    let count = operand(array + 1)
    let index = register(slot, or: .rcx)
    assembler.apply(.compare, index, count)
    cold(.aboveOrEqual)
    return index
  }

  mutating func arrayLoad(_ a: Int, _ b: Int, _ c: Int) {
    let index = index(c, of: b)
    let base = register(b, or: .rax)
    put(a, from: .indexed(base, index, 0))
  }

  mutating func arrayStore(_ a: Int, _ b: Int, _ c: Int) {
    let index = index(b, of: a)
    let base = register(a, or: .rax)
    copy(c, to: .indexed(base, index, 0), by: .rdx)
  }

  mutating func booleanLoad(_ a: Int, _ b: Int, _ c: Int) {
    let index = index(c, of: b)
    let base = register(b, or: .rax)
    assembler.moveByte(.rax, .byteIndexed(base, index))
    define(a, .rax)
  }

  mutating func booleanStore(_ a: Int, _ b: Int, _ c: Int) {
    let index = index(b, of: a)
    let base = register(a, or: .rax)
    take(c, to: .rdx)
    assembler.storeByte(.byteIndexed(base, index), .rdx)
  }

  /// The address of the words that the instruction names, of an element without arrays, in `rax`.
  private mutating func element(_ slot: Int, of array: Int) {
    let index = index(slot, of: array)
    let stride = Int32(lane(2))
    let base = operand(array)
    assembler.multiply(.rcx, .register(index), by: 8 * stride)
    assembler.move(.rax, base)
    assembler.apply(.add, .rax, .register(.rcx))
  }

  mutating func elementLoad(_ a: Int, _ b: Int, _ c: Int) {
    assembler.reserve(128 + 32 * lane(0))
    element(c, of: b)
    for number in 0..<lane(0) {
      put(a + number, from: .memory(.rax, Int32(8 * (lane(1) + number))))
    }
  }

  mutating func elementStore(_ a: Int, _ b: Int, _ c: Int) {
    assembler.reserve(128 + 32 * lane(0))
    element(b, of: a)
    for number in 0..<lane(0) {
      copy(c + number, to: .memory(.rax, Int32(8 * (lane(1) + number))), by: .rcx)
    }
  }
}
