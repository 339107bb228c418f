import Bytecode

/// The fields of an instruction word, and slots as the values that they hold.
extension UInt64 {
  /// The operation of a verified word.
  ///
  /// Operations are numbered from 1 in the order of their cases, as their representation is from 0
  /// (a test holds this): no table, no check.
  @inline(__always) var verifiedOpcode: Opcode {
    unsafeBitCast(UInt8(truncatingIfNeeded: self) &- 1, to: Opcode.self)
  }
  /// Device time that the instruction charges beside what it does.
  @inline(__always) var charge: Int64 { Int64(UInt8(truncatingIfNeeded: self &>> 8)) }
  @inlinable @inline(__always) var fieldA: Int { Int(truncatingIfNeeded: (self &>> 16) & 0xFFFF) }
  @inlinable @inline(__always) var fieldB: Int { Int(truncatingIfNeeded: (self &>> 32) & 0xFFFF) }
  @inlinable @inline(__always) var fieldC: Int { Int(truncatingIfNeeded: self &>> 48) }
  /// Fields b and c as one signed number.
  @inlinable @inline(__always) var wide: Int64 { Int64(bitPattern: self) &>> 32 }
  /// Field b as a signed number.
  @inline(__always) var signedB: Int64 {
    Int64(Int16(truncatingIfNeeded: Int64(bitPattern: self &>> 32)))
  }
  @inlinable @inline(__always) var wideIndex: Int { Int(truncatingIfNeeded: self &>> 32) }
}

extension UnsafeMutablePointer<UInt64> {
  @inlinable @inline(__always) func integer(_ slot: Int) -> Int64 { Int64(bitPattern: self[slot]) }
  @inlinable @inline(__always) func float(_ slot: Int) -> Double { Double(bitPattern: self[slot]) }
  @inlinable @inline(__always) func boolean(_ slot: Int) -> Bool { self[slot] != 0 }
  @inlinable @inline(__always) func set(_ slot: Int, _ value: Int64) {
    self[slot] = UInt64(bitPattern: value)
  }
  @inlinable @inline(__always) func set(_ slot: Int, _ value: Bool) { self[slot] = value ? 1 : 0 }
  /// Stores a float; a NaN becomes the machine's one where it leaves the machine.
  @inlinable @inline(__always) func set(_ slot: Int, _ value: Double) {
    self[slot] = value.bitPattern
  }
  @inline(__always) func array(_ slot: Int) -> ArrayValue {
    ArrayValue(address: self[slot], count: self[slot + 1])
  }
  @inline(__always) func set(_ slot: Int, _ array: ArrayValue) {
    self[slot] = array.address
    self[slot + 1] = array.count
  }
}

/// The fields of the instruction at an address, each read by itself: that is one instruction of the
/// processor, where taking the word apart is two or three.
extension UnsafePointer<UInt64> {
  @inline(__always) private func field<Number: FixedWidthInteger & BitwiseCopyable>(
    _ offset: Int, _: Number.Type
  ) -> Number {
    UnsafeRawPointer(self).load(fromByteOffset: offset, as: Number.self)
  }
  /// The operation's number.
  @inline(__always) var operationNumber: Int { Int(field(0, UInt8.self)) }
  /// Device time that the instruction charges beside what it does.
  @inline(__always) var charge: Int64 { Int64(field(1, UInt8.self)) }
  @inline(__always) var fieldA: Int { Int(field(2, UInt16.self)) }
  /// What field a of a call says.
  @inline(__always) var argumentCount: Int { ImageFormat.argumentCount(fieldA) }
  @inline(__always) var deeper: UInt32 { UInt32(field(3, UInt8.self) &>> 4) }
  @inline(__always) var fieldB: Int { Int(field(4, UInt16.self)) }
  @inline(__always) var fieldC: Int { Int(field(6, UInt16.self)) }
  /// Fields b and c as one number, with its sign or without.
  @inline(__always) var wide: Int64 { Int64(field(4, Int32.self)) }
  @inline(__always) var wideIndex: Int { Int(truncatingIfNeeded: field(4, UInt32.self)) }
  /// Fields b and c, each as a signed number.
  @inline(__always) var signedB: Int64 { Int64(field(4, Int16.self)) }
  @inline(__always) var signedC: Int64 { Int64(field(6, Int16.self)) }
}

extension UnsafePointer<UInt64> {
  /// Number `lane` of the 16-bit numbers in the words after an instruction.
  @inlinable @inline(__always) func lane(_ lane: Int) -> Int {
    Int(
      truncatingIfNeeded: UnsafeRawPointer(self + 1).load(fromByteOffset: 2 * lane, as: UInt16.self)
    )
  }
  /// The distance of a jump, in words from the next instruction.
  @inlinable @inline(__always) var distance: Int {
    Int(truncatingIfNeeded: UnsafeRawPointer(self).load(fromByteOffset: 4, as: Int32.self))
  }
  /// The distance of a branch, in words from the next instruction.
  @inline(__always) var branchDistance: Int {
    Int(truncatingIfNeeded: UnsafeRawPointer(self).load(fromByteOffset: 6, as: Int16.self))
  }
}
