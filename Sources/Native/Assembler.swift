/// Bytes of the code of processor `Target` as they are written, one instruction after the other.
///
/// Whoever writes makes room first: `reserve`.
package struct Assembler<Target>: ~Copyable {
  private var bytes: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  /// How many there are; where the next instruction begins.
  package private(set) var count = 0

  package init(capacity: Int) {
    self.capacity = max(capacity, 64)
    bytes = .allocate(capacity: self.capacity)
  }

  deinit { bytes.deallocate() }

  /// What has been written.
  package var code: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: bytes, count: count) }

  /// Makes room for `byteCount` bytes more.
  package mutating func reserve(_ byteCount: Int) {
    guard count + byteCount > capacity else { return }
    capacity = 2 * capacity + byteCount
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    larger.update(from: bytes, count: count)
    bytes.deallocate()
    bytes = larger
  }

  // MARK: Bytes

  package mutating func byte(_ byte: UInt8) {
    assert(count < capacity)
    bytes[count] = byte
    count += 1
  }

  package mutating func int32(_ value: Int32) {
    assert(count + 4 <= capacity)
    UnsafeMutableRawPointer(bytes + count).storeBytes(of: value, as: Int32.self)
    count += 4
  }

  package mutating func word(_ value: UInt64) {
    assert(count + 8 <= capacity)
    UnsafeMutableRawPointer(bytes + count).storeBytes(of: value, as: UInt64.self)
    count += 8
  }

  /// Writes zeros up to a multiple of 16.
  package mutating func align() {
    while count % 16 != 0 { byte(0) }
  }

  /// Forgets what has been written from `start` on.
  package mutating func cut(from start: Int) { count = start }

  /// The four bytes at `place`.
  package func int32(at place: Int) -> Int32 {
    UnsafeRawPointer(bytes + place).loadUnaligned(as: Int32.self)
  }

  /// Puts `value` where four bytes have been written.
  package mutating func set(_ place: Int, _ value: Int32) {
    UnsafeMutableRawPointer(bytes + place).storeBytes(of: value, as: Int32.self)
  }

  /// Puts `value` where a byte has been written.
  package mutating func set(_ place: Int, _ value: UInt8) { bytes[place] = value }
}
