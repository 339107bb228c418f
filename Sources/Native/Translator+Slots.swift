import Bytecode
import Machine

// Slots, wherever they are.

extension Translator {
  static let first = Register.rax
  static let second = Register.rcx
  static let third = Register.rdx

  func home(_ slot: Int) -> Place { .memory(.frame, Int32(8 * slot)) }

  private func mask(_ bit: UInt8) -> UInt32 { 1 << UInt32(bit) }

  func field(_ offset: Int32) -> Place { .memory(.machine, offset) }

  // MARK: Homes

  /// Loads the registers `bits` from their slots' homes.
  mutating func load(_ bits: UInt32) {
    var rest = bits
    while rest != 0 {
      let bit = rest.trailingZeroBitCount
      rest &= rest - 1
      let home = home(assignment.slot(bit))
      if bit < 16 {
        assembler.move(Register(UInt8(bit)), home)
      } else {
        assembler.load(FloatRegister(UInt8(bit - 16)), home)
      }
    }
    valid |= bits
  }

  /// Writes the registers `bits` to their slots' homes.
  mutating func store(_ bits: UInt32) {
    var rest = bits
    while rest != 0 {
      let bit = rest.trailingZeroBitCount
      rest &= rest - 1
      let home = home(assignment.slot(bit))
      if bit < 16 {
        assembler.store(home, Register(UInt8(bit)))
      } else {
        assembler.store(home, FloatRegister(UInt8(bit - 16)))
      }
    }
  }

  /// Has every slot at home.
  mutating func spill() {
    store(dirty)
    dirty = 0
  }

  private mutating func mark(_ bit: UInt8, _ slot: Int) {
    valid |= mask(bit)
    if assignment.writtenBack & mask(bit) != 0 {
      dirty |= mask(bit)
    } else {
      store(mask(bit))
    }
  }

  // MARK: Whole numbers

  /// Where the slot is, its register loaded.
  mutating func operand(_ slot: Int) -> Place {
    let bit = assignment.bit(slot)
    guard bit != Assignment.none else { return home(slot) }
    if valid & mask(bit) == 0 { load(mask(bit)) }
    return bit < 16 ? .register(Register(bit)) : .float(FloatRegister(bit - 16))
  }

  /// The slot's own register; nil if it has none.
  func own(_ slot: Int) -> Register? {
    let bit = assignment.bit(slot)
    return bit < 16 ? Register(bit) : nil
  }

  /// A register with the slot's value: its own, or `scratch`.
  mutating func register(_ slot: Int, or scratch: Register) -> Register {
    let place = operand(slot)
    if case .register(let register) = place { return register }
    assembler.move(scratch, place)
    return scratch
  }

  /// The slot's value is in its own register.
  mutating func define(_ slot: Int) { mark(assignment.bit(slot), slot) }

  /// The slot's value is in `register`, which need not be its own.
  mutating func define(_ slot: Int, _ register: Register) {
    guard let own = own(slot) else {
      assembler.store(home(slot), register)
      return
    }
    assembler.move(own, register)
    define(slot)
  }

  // MARK: Floats

  func ownFloat(_ slot: Int) -> FloatRegister? {
    let bit = assignment.bit(slot)
    return bit >= 16 && bit < 32 ? FloatRegister(bit - 16) : nil
  }

  mutating func float(_ slot: Int, or scratch: FloatRegister) -> FloatRegister {
    let place = operand(slot)
    if case .float(let register) = place { return register }
    assembler.load(scratch, place)
    return scratch
  }

  mutating func define(_ slot: Int, _ register: FloatRegister) {
    guard let own = ownFloat(slot) else {
      assembler.store(home(slot), register)
      return
    }
    assembler.load(own, .float(register))
    define(slot)
  }

  // MARK: Bits of any kind

  /// Moves the slot's 64 bits to a scratch register.
  mutating func take(_ slot: Int, to scratch: Register) {
    let bit = assignment.bit(slot)
    guard bit != Assignment.none, valid & mask(bit) != 0 else {
      assembler.move(scratch, home(slot))
      return
    }
    if bit < 16 {
      assembler.move(scratch, Register(bit))
    } else {
      assembler.moveBits(scratch, FloatRegister(bit - 16))
    }
  }

  /// Writes the slot's 64 bits to memory.
  mutating func copy(_ slot: Int, to target: Place, by scratch: Register) {
    let bit = assignment.bit(slot)
    guard bit != Assignment.none, valid & mask(bit) != 0 else {
      assembler.move(scratch, home(slot))
      assembler.store(target, scratch)
      return
    }
    if bit < 16 {
      assembler.store(target, Register(bit))
    } else {
      assembler.store(target, FloatRegister(bit - 16))
    }
  }

  /// Gives the slot the 64 bits in `register`.
  mutating func put(_ slot: Int, _ register: Register) {
    guard let own = ownFloat(slot) else {
      define(slot, register)
      return
    }
    assembler.moveBits(own, register)
    define(slot)
  }

  /// Gives the slot the 64 bits in memory.
  mutating func put(_ slot: Int, from source: Place) {
    if let own = own(slot) {
      assembler.move(own, source)
      define(slot)
    } else if let own = ownFloat(slot) {
      assembler.load(own, source)
      define(slot)
    } else {
      assembler.move(.rdx, source)
      assembler.store(home(slot), .rdx)
    }
  }

  /// Gives the slot a constant.
  mutating func put(_ slot: Int, constant value: UInt64) {
    if let own = own(slot) {
      assembler.constant(own, value)
      define(slot)
    } else if let own = ownFloat(slot) {
      if value == 0 {
        assembler.clear(own)
      } else {
        assembler.constant(.rax, value)
        assembler.moveBits(own, .rax)
      }
      define(slot)
    } else if let small = Int32(exactly: Int64(bitPattern: value)) {
      assembler.storeConstant(home(slot), small)
    } else {
      assembler.constant(.rax, value)
      assembler.store(home(slot), .rax)
    }
  }
}
