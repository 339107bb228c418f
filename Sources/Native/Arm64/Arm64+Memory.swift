import Bytecode
import Machine

// Moves, constants, arrays and globals.

extension Translator where Target == Arm64 {
  mutating func move(_ a: Int, _ b: Int) {
    if ownFloat(b) != nil {
      define(a, float(b, or: .d0))
    } else if own(b) != nil {
      define(a, register(b, or: .x0))
    } else {
      put(a, from: .frame, home(b))
    }
  }

  mutating func loadBound(_ a: Int, _ index: Int) {
    load(.x0, field: interface.boundWords)
    put(a, from: .x0, 8 * index)
    if types[a].kind == .borrowed { put(a + 1, from: .x0, 8 * index + 8) }
  }

  /// A constant array: so far from the code, in the image.
  mutating func arrayData(_ a: Int, _ index: Int) {
    let entry = view.data(index)
    if entry.count == 0 {
      put(a, constant: 0)
    } else {
      let distance = view.start(.bytes) - view.start(.code) + Int(entry.offset)
      load(.x0, field: interface.code)
      assembler.add(.x0, .x0, distance)
      define(a, .x0)
    }
    put(a + 1, constant: UInt64(entry.count))
  }

  mutating func borrowGlobal(_ a: Int, _ index: Int) {
    load(.x0, field: interface.globalWords)
    put(a, from: .x0, 8 * index)
    put(a + 1, from: .x0, 8 * index + 8)
  }

  mutating func loadGlobal(_ a: Int, _ index: Int) {
    load(.x0, field: interface.globalWords)
    put(a, from: .x0, 8 * index)
  }

  mutating func storeGlobal(_ a: Int, _ index: Int) {
    load(.x0, field: interface.globalWords)
    copy(a, to: .x0, 8 * index, by: .x1)
  }

  mutating func arrayBorrow(_ a: Int, _ b: Int) {
    take(b, to: .x0)
    take(b + 1, to: .x1)
    define(a, .x0)
    define(a + 1, .x1)
  }

  /// Has the index in `slot` in a register, and goes on where it is within the array.
  private mutating func index(_ slot: Int, of array: Int) -> Arm64.Register {
    let count = register(array + 1, or: .x2)
    let index = register(slot, or: .x1)
    assembler.compare(index, count)
    cold(.aboveOrEqual)
    return index
  }

  mutating func arrayLoad(_ a: Int, _ b: Int, _ c: Int) {
    let index = index(c, of: b)
    let base = register(b, or: .x0)
    if let own = ownFloat(a) {
      assembler.load(own, base, index: index)
      define(a)
    } else {
      let target = target(a)
      assembler.load(target, base, index: index)
      define(a, target)
    }
  }

  mutating func arrayStore(_ a: Int, _ b: Int, _ c: Int) {
    let index = index(b, of: a)
    let base = register(a, or: .x0)
    if ownFloat(c) != nil {
      assembler.store(float(c, or: .d0), base, index: index)
    } else {
      assembler.store(register(c, or: .x2), base, index: index)
    }
  }

  mutating func booleanLoad(_ a: Int, _ b: Int, _ c: Int) {
    let index = index(c, of: b)
    let base = register(b, or: .x0)
    let target = target(a)
    assembler.loadByte(target, base, index: index)
    define(a, target)
  }

  mutating func booleanStore(_ a: Int, _ b: Int, _ c: Int) {
    let index = index(b, of: a)
    let base = register(a, or: .x0)
    assembler.storeByte(register(c, or: .x2), base, index: index)
  }

  /// The address of the words that the instruction names, of an element without arrays, in `x0`.
  private mutating func element(_ slot: Int, of array: Int) {
    let index = index(slot, of: array)
    let base = register(array, or: .x0)
    assembler.constant(.x2, UInt64(8 * lane(2)))
    assembler.multiplyAdd(.x0, base, index, .x2)
  }

  mutating func elementLoad(_ a: Int, _ b: Int, _ c: Int) {
    assembler.reserve(128 + 32 * lane(0))
    element(c, of: b)
    for number in 0..<lane(0) { put(a + number, from: .x0, 8 * (lane(1) + number)) }
  }

  mutating func elementStore(_ a: Int, _ b: Int, _ c: Int) {
    assembler.reserve(128 + 32 * lane(0))
    element(b, of: a)
    for number in 0..<lane(0) { copy(c + number, to: .x0, 8 * (lane(1) + number), by: .x1) }
  }
}
