// Slots' homes and registers: which of the two is up to date.

extension Translator {
  /// The set of one register.
  func mask(_ bit: UInt8) -> UInt32 { 1 << UInt32(bit) }

  /// Loads the registers `bits` from their slots' homes.
  mutating func load(_ bits: UInt32) {
    var rest = bits
    while rest != 0 {
      let bit = rest.trailingZeroBitCount
      rest &= rest - 1
      Target.load(bit, from: assignment.slot(bit), in: &self)
    }
    valid |= bits
  }

  /// Writes the registers `bits` to their slots' homes.
  mutating func store(_ bits: UInt32) {
    var rest = bits
    while rest != 0 {
      let bit = rest.trailingZeroBitCount
      rest &= rest - 1
      Target.store(bit, to: assignment.slot(bit), in: &self)
    }
  }

  /// Has every slot at home.
  mutating func spill() {
    store(dirty)
    dirty = 0
  }

  /// The slot's value is in its own register.
  mutating func define(_ slot: Int) {
    let bit = assignment.bit(slot)
    valid |= mask(bit)
    if assignment.writtenBack & mask(bit) != 0 {
      dirty |= mask(bit)
    } else {
      store(mask(bit))
    }
  }
}
