/// Memory for arrays: blocks of powers of two, each behind a word that says what it is, with a free
/// list for each size.
///
/// Nothing that is read from the memory is trusted: a block's word and every link are checked
/// before they are used, so that whatever stands there, nothing outside is touched.
struct Arena {
  /// One free list for each power of two.
  static let listCount = 48
  private static let smallestClass = 4
  /// Upper half of a block's word; then its state and its class.
  private static let mark: UInt64 = 0x4C61_726D &<< 32
  private static let used: UInt64 = 1 &<< 8
  private static let free: UInt64 = 2 &<< 8

  private let base: UnsafeMutableRawPointer
  private let lists: UnsafeMutablePointer<UInt64>
  /// The first address, and one past the last.
  let start: UInt64
  let end: UInt64
  /// Where what was never given out begins.
  private(set) var top: UInt64

  /// `lists` is trusted memory of `listCount` words, zero at first.
  init(_ memory: UnsafeMutableRawBufferPointer, lists: UnsafeMutablePointer<UInt64>) {
    self.lists = lists
    base = memory.baseAddress ?? UnsafeMutableRawPointer(lists)
    let address = UInt64(UInt(bitPattern: base))
    start = (address + 7) & ~7
    end = max((address + UInt64(memory.count)) & ~7, start)
    top = start
  }

  /// Forgets all blocks.
  mutating func reset() {
    // Where nothing was given out, the lists are empty.
    guard top != start else { return }
    top = start
    lists.update(repeating: 0, count: Arena.listCount)
  }

  /// The memory at an address of this arena.
  func pointer(_ address: UInt64) -> UnsafeMutableRawPointer {
    base + Int(truncatingIfNeeded: address &- UInt64(UInt(bitPattern: base)))
  }

  /// The address of a new block of at least `byteCount` bytes, not cleared; nil when the arena is
  /// full.
  mutating func allocate(_ byteCount: UInt64) -> UInt64? {
    guard start < end, byteCount <= end - start else { return nil }
    let number = Arena.sizeClass(byteCount)
    if let address = pop(number) { return address }
    let size = UInt64(1) &<< UInt64(number)
    if end - top >= size + 8 {
      let address = top + 8
      mark(address, Arena.used | UInt64(number))
      top = address + size
      return address
    }
    for larger in number + 1..<max(number + 1, Arena.listCount) {
      if let address = pop(larger) { return address }
    }
    return nil
  }

  /// Takes the block at `address` back; anything that is none in use is left alone.
  mutating func release(_ address: UInt64) {
    guard let number = usedClass(address) else { return }
    mark(address, Arena.free | UInt64(number))
    pointer(address).storeBytes(of: lists[number], as: UInt64.self)
    lists[number] = address
  }

  /// The bytes that the block in use at `address` can hold; 0 for none.
  @inline(__always)
  func capacity(_ address: UInt64) -> UInt64 {
    guard let number = usedClass(address) else { return 0 }
    return 1 &<< UInt64(number)
  }

  /// `byteCount` bytes from `address` on have been given out.
  func holds(_ address: UInt64, _ byteCount: UInt64) -> Bool {
    address >= start && address <= top && byteCount <= top - address
  }

  private static func sizeClass(_ byteCount: UInt64) -> Int {
    guard byteCount > 1 &<< UInt64(smallestClass) else { return smallestClass }
    return 64 - (byteCount - 1).leadingZeroBitCount
  }

  private func mark(_ address: UInt64, _ word: UInt64) {
    pointer(address &- 8).storeBytes(of: Arena.mark | word, as: UInt64.self)
  }

  @inline(__always)
  private func usedClass(_ address: UInt64) -> Int? { blockClass(address, Arena.used) }

  /// The class of the block at `address` if there is one in that state, wholly inside.
  @inline(__always)
  private func blockClass(_ address: UInt64, _ state: UInt64) -> Int? {
    guard address >= start + 8, address <= top, address % 8 == 0 else { return nil }
    let word = pointer(address &- 8).load(as: UInt64.self)
    let number = Int(truncatingIfNeeded: word & 0xFF)
    guard word & ~0xFF == Arena.mark | state, number >= Arena.smallestClass,
      number < Arena.listCount,
      1 &<< UInt64(number) <= top - address
    else { return nil }
    return number
  }

  private mutating func pop(_ number: Int) -> UInt64? {
    guard number < Arena.listCount else { return nil }
    let address = lists[number]
    guard address != 0 else { return nil }
    guard blockClass(address, Arena.free) == number else {
      lists[number] = 0
      return nil
    }
    lists[number] = pointer(address).load(as: UInt64.self)
    mark(address, Arena.used | UInt64(number))
    return address
  }
}
