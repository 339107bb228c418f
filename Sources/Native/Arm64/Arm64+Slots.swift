import Bytecode
import Machine

// Slots, wherever they are, on arm64.

extension Translator where Target == Arm64 {
  /// How far a slot's home is from the frame's beginning.
  func home(_ slot: Int) -> Int { 8 * slot }

  /// Loads the register `bit` from the slot's home.
  mutating func load(_ bit: Int, from slot: Int) {
    if bit < 16 {
      assembler.load(Arm64.register(bit), .frame, home(slot))
    } else {
      assembler.load(Arm64.FloatRegister(UInt32(bit)), .frame, home(slot))
    }
  }

  /// Writes the register `bit` to the slot's home.
  mutating func store(_ bit: Int, to slot: Int) {
    if bit < 16 {
      assembler.store(Arm64.register(bit), .frame, home(slot))
    } else {
      assembler.store(Arm64.FloatRegister(UInt32(bit)), .frame, home(slot))
    }
  }

  // MARK: Fields of the machine

  mutating func load(_ target: Arm64.Register, field offset: Int32) {
    assembler.load(target, .machine, Int(offset))
  }

  mutating func store(_ source: Arm64.Register, field offset: Int32) {
    assembler.store(source, .machine, Int(offset))
  }

  // MARK: Whole numbers

  /// The slot's own register; nil if it has none.
  func own(_ slot: Int) -> Arm64.Register? {
    let bit = assignment.bit(slot)
    return bit < 16 ? Arm64.register(Int(bit)) : nil
  }

  /// Where the slot's new value may be computed: its own register or `x0`.
  func target(_ slot: Int) -> Arm64.Register { own(slot) ?? .x0 }

  /// A register with the slot's value: its own, or `scratch`.
  mutating func register(_ slot: Int, or scratch: Arm64.Register) -> Arm64.Register {
    let bit = assignment.bit(slot)
    guard bit < 16 else {
      assembler.load(scratch, .frame, home(slot))
      return scratch
    }
    if valid & mask(bit) == 0 { load(mask(bit)) }
    return Arm64.register(Int(bit))
  }

  /// The slot's value is in `register`, which need not be its own.
  mutating func define(_ slot: Int, _ register: Arm64.Register) {
    guard let own = own(slot) else {
      assembler.store(register, .frame, home(slot))
      return
    }
    assembler.move(own, register)
    define(slot)
  }

  // MARK: Floats

  func ownFloat(_ slot: Int) -> Arm64.FloatRegister? {
    let bit = assignment.bit(slot)
    return bit >= 16 && bit < 32 ? Arm64.FloatRegister(UInt32(bit)) : nil
  }

  func targetFloat(_ slot: Int) -> Arm64.FloatRegister { ownFloat(slot) ?? .d0 }

  /// A register with the slot's value: its own, or `scratch`.
  mutating func float(_ slot: Int, or scratch: Arm64.FloatRegister) -> Arm64.FloatRegister {
    guard let own = ownFloat(slot) else {
      assembler.load(scratch, .frame, home(slot))
      return scratch
    }
    let bit = assignment.bit(slot)
    if valid & mask(bit) == 0 { load(mask(bit)) }
    return own
  }

  mutating func define(_ slot: Int, _ register: Arm64.FloatRegister) {
    guard let own = ownFloat(slot) else {
      assembler.store(register, .frame, home(slot))
      return
    }
    assembler.move(own, register)
    define(slot)
  }

  // MARK: Bits of any kind

  /// Whether the slot's value is in its own register.
  private func isValid(_ slot: Int) -> Bool {
    let bit = assignment.bit(slot)
    return bit != Assignment.none && valid & mask(bit) != 0
  }

  /// Moves the slot's 64 bits to a scratch register.
  mutating func take(_ slot: Int, to scratch: Arm64.Register) {
    guard isValid(slot) else {
      assembler.load(scratch, .frame, home(slot))
      return
    }
    if let own = own(slot) {
      assembler.move(scratch, own)
    } else if let own = ownFloat(slot) {
      assembler.moveBits(scratch, own)
    }
  }

  /// Writes the slot's 64 bits to memory.
  mutating func copy(
    _ slot: Int, to base: Arm64.Register, _ offset: Int, by scratch: Arm64.Register
  ) {
    if isValid(slot), let own = ownFloat(slot) {
      assembler.store(own, base, offset)
    } else if isValid(slot), let own = own(slot) {
      assembler.store(own, base, offset)
    } else {
      assembler.load(scratch, .frame, home(slot))
      assembler.store(scratch, base, offset)
    }
  }

  /// Gives the slot the 64 bits in `register`.
  mutating func put(_ slot: Int, _ register: Arm64.Register) {
    guard let own = ownFloat(slot) else {
      define(slot, register)
      return
    }
    assembler.moveBits(own, register)
    define(slot)
  }

  /// Gives the slot the 64 bits in memory; by `x3` if it has no register.
  mutating func put(_ slot: Int, from base: Arm64.Register, _ offset: Int) {
    if let own = own(slot) {
      assembler.load(own, base, offset)
      define(slot)
    } else if let own = ownFloat(slot) {
      assembler.load(own, base, offset)
      define(slot)
    } else {
      assembler.load(.x3, base, offset)
      assembler.store(.x3, .frame, home(slot))
    }
  }

  /// Gives the slot a constant.
  mutating func put(_ slot: Int, constant value: UInt64) {
    if let own = own(slot) {
      assembler.constant(own, value)
      define(slot)
    } else if let own = ownFloat(slot) {
      if value == 0 {
        assembler.moveBits(own, .zero)
      } else {
        assembler.constant(.x0, value)
        assembler.moveBits(own, .x0)
      }
      define(slot)
    } else if value == 0 {
      assembler.store(.zero, .frame, home(slot))
    } else {
      assembler.constant(.x0, value)
      assembler.store(.x0, .frame, home(slot))
    }
  }
}
