import Bytecode
import Machine

// Slots, wherever they are, on x86-64.

extension Translator where Target == X86 {
  func home(_ slot: Int) -> X86.Place { .memory(.frame, Int32(8 * slot)) }

  func field(_ offset: Int32) -> X86.Place { .memory(.machine, offset) }

  /// Loads the register `bit` from the slot's home.
  mutating func load(_ bit: Int, from slot: Int) {
    if bit < 16 {
      assembler.move(X86.Register(UInt8(bit)), home(slot))
    } else {
      assembler.load(X86.FloatRegister(UInt8(bit - 16)), home(slot))
    }
  }

  /// Writes the register `bit` to the slot's home.
  mutating func store(_ bit: Int, to slot: Int) {
    if bit < 16 {
      assembler.store(home(slot), X86.Register(UInt8(bit)))
    } else {
      assembler.store(home(slot), X86.FloatRegister(UInt8(bit - 16)))
    }
  }

  // MARK: Whole numbers

  /// Where the slot is, its register loaded.
  mutating func operand(_ slot: Int) -> X86.Place {
    let bit = assignment.bit(slot)
    guard bit != Assignment.none else { return home(slot) }
    if valid & mask(bit) == 0 { load(mask(bit)) }
    return bit < 16 ? .register(X86.Register(bit)) : .float(X86.FloatRegister(bit - 16))
  }

  /// The slot's own register; nil if it has none.
  func own(_ slot: Int) -> X86.Register? {
    let bit = assignment.bit(slot)
    return bit < 16 ? X86.Register(bit) : nil
  }

  /// A register with the slot's value: its own, or `scratch`.
  mutating func register(_ slot: Int, or scratch: X86.Register) -> X86.Register {
    let place = operand(slot)
    if case .register(let register) = place { return register }
    assembler.move(scratch, place)
    return scratch
  }

  /// The slot's value is in `register`, which need not be its own.
  mutating func define(_ slot: Int, _ register: X86.Register) {
    guard let own = own(slot) else {
      assembler.store(home(slot), register)
      return
    }
    assembler.move(own, register)
    define(slot)
  }

  // MARK: Floats

  func ownFloat(_ slot: Int) -> X86.FloatRegister? {
    let bit = assignment.bit(slot)
    return bit >= 16 && bit < 32 ? X86.FloatRegister(bit - 16) : nil
  }

  mutating func float(_ slot: Int, or scratch: X86.FloatRegister) -> X86.FloatRegister {
    let place = operand(slot)
    if case .float(let register) = place { return register }
    assembler.load(scratch, place)
    return scratch
  }

  mutating func define(_ slot: Int, _ register: X86.FloatRegister) {
    guard let own = ownFloat(slot) else {
      assembler.store(home(slot), register)
      return
    }
    assembler.load(own, .float(register))
    define(slot)
  }

  // MARK: Bits of any kind

  /// Moves the slot's 64 bits to a scratch register.
  mutating func take(_ slot: Int, to scratch: X86.Register) {
    let bit = assignment.bit(slot)
    guard bit != Assignment.none, valid & mask(bit) != 0 else {
      assembler.move(scratch, home(slot))
      return
    }
    if bit < 16 {
      assembler.move(scratch, X86.Register(bit))
    } else {
      assembler.moveBits(scratch, X86.FloatRegister(bit - 16))
    }
  }

  /// Writes the slot's 64 bits to memory.
  mutating func copy(_ slot: Int, to target: X86.Place, by scratch: X86.Register) {
    let bit = assignment.bit(slot)
    guard bit != Assignment.none, valid & mask(bit) != 0 else {
      assembler.move(scratch, home(slot))
      assembler.store(target, scratch)
      return
    }
    if bit < 16 {
      assembler.store(target, X86.Register(bit))
    } else {
      assembler.store(target, X86.FloatRegister(bit - 16))
    }
  }

  /// Gives the slot the 64 bits in `register`.
  mutating func put(_ slot: Int, _ register: X86.Register) {
    guard let own = ownFloat(slot) else {
      define(slot, register)
      return
    }
    assembler.moveBits(own, register)
    define(slot)
  }

  /// Gives the slot the 64 bits in memory.
  mutating func put(_ slot: Int, from source: X86.Place) {
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
