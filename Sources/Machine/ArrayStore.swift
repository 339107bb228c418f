import Bytecode

/// A buffer and the number of its elements, as two slots hold them.
struct ArrayValue {
  var address: UInt64
  var count: UInt64
  static var empty: ArrayValue { ArrayValue(address: 0, count: 0) }
}

/// The arrays of a machine: buffers in its arena and in the image's constants, by layout.
///
/// Pairs in slots are trusted. Pairs inside elements are not: `resolve` gives what they may stand
/// for. How deep the functions call themselves is bounded by the layouts' depth.
struct ArrayStore {
  var arena: Arena
  let view: ImageView
  private let dataStart: UInt64
  private let dataEnd: UInt64
  /// An array has fewer bytes, those of arrays in it not counted.
  private let byteCountMax: UInt64

  init(arena: Arena, view: ImageView, byteCountMax: UInt64) {
    self.arena = arena
    self.view = view
    self.byteCountMax = byteCountMax
    dataStart = UInt64(UInt(bitPattern: view.start(.bytes)))
    dataEnd = dataStart + UInt64(view.count(.bytes))
  }

  /// The memory at an address that a slot holds, or that `resolve` gave.
  @inline(__always)
  static func pointer(_ address: UInt64) -> UnsafeMutableRawPointer {
    // Never asked for an array without elements, the only one at address zero.
    UnsafeMutableRawPointer(bitPattern: UInt(truncatingIfNeeded: address)).unsafelyUnwrapped
  }

  /// The constant array `index`.
  func constant(_ index: Int) -> ArrayValue {
    let entry = view.data(index)
    guard entry.count > 0 else { return .empty }
    return ArrayValue(address: dataStart + UInt64(entry.offset), count: UInt64(entry.count))
  }

  /// What the pair of words read from an element stands for: an array wholly inside the arena or
  /// the constants, else an empty one.
  func resolve(_ address: UInt64, _ count: UInt64, _ layout: LayoutRecord) -> ArrayValue {
    guard count != 0, address % 8 == 0 else { return .empty }
    let size = UInt64(truncatingIfNeeded: layout.elementByteCount)
    let (byteCount, overflow) = count.multipliedReportingOverflow(by: size)
    guard !overflow else { return .empty }
    var place = address
    if address & ImageFormat.dataAddressBit != 0 {
      let offset = address & ~ImageFormat.dataAddressBit
      guard offset <= dataEnd - dataStart else { return .empty }
      place = dataStart + offset
    }
    let isConstant = place >= dataStart && place <= dataEnd && byteCount <= dataEnd - place
    guard isConstant || arena.holds(place, byteCount) else { return .empty }
    return ArrayValue(address: place, count: count)
  }

  /// The array in words `word` and `word + 1` of the element at `element`.
  func nested(_ element: UnsafeRawPointer, _ word: Int, _ layout: LayoutRecord) -> ArrayValue {
    resolve(
      element.load(fromByteOffset: word * 8, as: UInt64.self),
      element.load(fromByteOffset: word * 8 + 8, as: UInt64.self), layout)
  }

  // MARK: Making and giving up

  /// A new array of zeros; nil when the arena is full.
  mutating func make(count: UInt64, _ layout: LayoutRecord) -> ArrayValue? {
    guard let address = reserve(count, layout) else { return nil }
    guard address != 0 else { return .empty }
    let byteCount = Int(truncatingIfNeeded: count) * layout.elementByteCount
    ArrayStore.pointer(address).initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    return ArrayValue(address: address, count: count)
  }

  /// The address of a buffer for `count` elements, not cleared; 0 for none, nil when the arena is
  /// full.
  private mutating func reserve(_ count: UInt64, _ layout: LayoutRecord) -> UInt64? {
    guard count > 0 else { return 0 }
    let size = UInt64(truncatingIfNeeded: layout.elementByteCount)
    let (byteCount, overflow) = count.multipliedReportingOverflow(by: size)
    guard !overflow, byteCount < byteCountMax else { return nil }
    return arena.allocate(byteCount)
  }

  /// Gives up the array and all that it nests.
  mutating func release(_ array: ArrayValue, _ layout: LayoutRecord) {
    guard array.address != 0 else { return }
    if layout.depth > 1 { releaseElements(array, layout) }
    arena.release(array.address)
  }

  private mutating func releaseElements(_ array: ArrayValue, _ layout: LayoutRecord) {
    var element = UnsafeRawPointer(ArrayStore.pointer(array.address))
    for _ in 0..<array.count {
      for word in 0..<layout.words.count where layout.words[word].kind == .owned {
        let inner = view.layout(Int(layout.words[word].layout))
        release(nested(element, word, inner), inner)
      }
      element += layout.elementByteCount
    }
  }

  /// A copy of `array` and all that it nests; nil when the arena is full.
  mutating func copy(_ array: ArrayValue, _ layout: LayoutRecord) -> ArrayValue? {
    join(array, .empty, layout)
  }

  /// A copy of `first` and `second` in one array; nil when the arena is full.
  mutating func join(_ first: ArrayValue, _ second: ArrayValue, _ layout: LayoutRecord)
    -> ArrayValue?
  {
    let (count, overflow) = first.count.addingReportingOverflow(second.count)
    guard !overflow, let address = reserve(count, layout) else { return nil }
    guard address != 0 else { return .empty }
    let size = layout.elementByteCount
    let target = ArrayStore.pointer(address)
    let firstByteCount = Int(truncatingIfNeeded: first.count) * size
    guard layout.depth > 1 else {
      copyBytes(first, target, size)
      copyBytes(second, target + firstByteCount, size)
      return ArrayValue(address: address, count: count)
    }
    // Cleared first, so that an array whose copying stops half way can be given up as a whole.
    let result = ArrayValue(address: address, count: count)
    target.initializeMemory(
      as: UInt8.self, repeating: 0, count: Int(truncatingIfNeeded: count) * size)
    guard copyElements(first, target, layout), copyElements(second, target + firstByteCount, layout)
    else {
      release(result, layout)
      return nil
    }
    return result
  }

  private func copyBytes(_ array: ArrayValue, _ target: UnsafeMutableRawPointer, _ size: Int) {
    guard array.count > 0 else { return }
    target.copyMemory(
      from: ArrayStore.pointer(array.address),
      byteCount: Int(truncatingIfNeeded: array.count) * size)
  }

  private mutating func copyElements(
    _ array: ArrayValue, _ target: UnsafeMutableRawPointer, _ layout: LayoutRecord
  ) -> Bool {
    guard array.count > 0 else { return true }
    var source = UnsafeRawPointer(ArrayStore.pointer(array.address))
    var element = target
    for _ in 0..<array.count {
      var word = 0
      while word < layout.words.count {
        if layout.words[word].kind == .owned {
          let inner = view.layout(Int(layout.words[word].layout))
          guard let value = copy(nested(source, word, inner), inner) else { return false }
          element.storeBytes(of: value.address, toByteOffset: word * 8, as: UInt64.self)
          element.storeBytes(of: value.count, toByteOffset: word * 8 + 8, as: UInt64.self)
          word += 2
        } else {
          let scalar = source.load(fromByteOffset: word * 8, as: UInt64.self)
          element.storeBytes(of: scalar, toByteOffset: word * 8, as: UInt64.self)
          word += 1
        }
      }
      source += layout.elementByteCount
      element += layout.elementByteCount
    }
    return true
  }

  /// A copy of elements `lower..<upper`, which must lie within the array; nil when the arena is
  /// full.
  mutating func slice(_ array: ArrayValue, _ lower: UInt64, _ upper: UInt64, _ layout: LayoutRecord)
    -> ArrayValue?
  {
    guard lower < upper else { return .empty }
    let start = array.address &+ lower &* UInt64(truncatingIfNeeded: layout.elementByteCount)
    return copy(ArrayValue(address: start, count: upper - lower), layout)
  }

  /// The array with room for one element more behind its last; nil when the arena is full, the
  /// array then is as it was.
  mutating func grow(_ array: ArrayValue, _ layout: LayoutRecord) -> ArrayValue? {
    let size = UInt64(truncatingIfNeeded: layout.elementByteCount)
    let (needed, overflow) = (array.count &+ 1).multipliedReportingOverflow(by: size)
    guard !overflow, needed < byteCountMax else { return nil }
    if needed <= arena.capacity(array.address) { return array }
    guard let address = arena.allocate(needed) else { return nil }
    copyBytes(array, ArrayStore.pointer(address), layout.elementByteCount)
    arena.release(array.address)
    return ArrayValue(address: address, count: array.count)
  }

  /// Whether an array may take `byteCount` bytes in the buffer that it has.
  @inline(__always)
  func hasRoom(_ address: UInt64, _ byteCount: UInt64) -> Bool {
    byteCount <= arena.capacity(address) && byteCount < byteCountMax
  }

  // MARK: Comparing

  /// Whether both have the same number of elements and these are equal: floats as numbers, all else
  /// by its bits.
  func areEqual(_ a: ArrayValue, _ b: ArrayValue, _ layout: LayoutRecord) -> Bool {
    guard a.count == b.count else { return false }
    guard a.count > 0 else { return true }
    let first = UnsafeRawPointer(ArrayStore.pointer(a.address))
    let second = UnsafeRawPointer(ArrayStore.pointer(b.address))
    let count = Int(truncatingIfNeeded: a.count)
    if layout.isBooleans {
      for index in 0..<count
      where (first.load(fromByteOffset: index, as: UInt8.self) != 0)
        != (second.load(fromByteOffset: index, as: UInt8.self) != 0)
      {
        return false
      }
      return true
    }
    if layout.isText {
      for index in 0..<count
      where first.load(fromByteOffset: index, as: UInt8.self)
        != second.load(fromByteOffset: index, as: UInt8.self)
      {
        return false
      }
      return true
    }
    for index in 0..<count {
      let offset = index * layout.elementByteCount
      guard areElementsEqual(first + offset, second + offset, layout) else { return false }
    }
    return true
  }

  private func areElementsEqual(
    _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ layout: LayoutRecord
  ) -> Bool {
    for word in 0..<layout.words.count {
      let first = a.load(fromByteOffset: word * 8, as: UInt64.self)
      let second = b.load(fromByteOffset: word * 8, as: UInt64.self)
      switch layout.words[word].kind {
      case .integer, .function, .length:
        guard first == second else { return false }
      case .boolean:
        guard (first != 0) == (second != 0) else { return false }
      case .float:
        guard Double(bitPattern: first) == Double(bitPattern: second) else { return false }
      case .owned, .borrowed:
        let inner = view.layout(Int(layout.words[word].layout))
        guard areEqual(nested(a, word, inner), nested(b, word, inner), inner) else { return false }
      }
    }
    return true
  }

  // MARK: Texts

  /// -1, 0 or 1 as text `a` stands before, at or after `b`, by their bytes.
  func order(_ a: ArrayValue, _ b: ArrayValue) -> Int64 {
    let count = Int(truncatingIfNeeded: min(a.count, b.count))
    if count > 0 {
      let first = UnsafeRawPointer(ArrayStore.pointer(a.address))
      let second = UnsafeRawPointer(ArrayStore.pointer(b.address))
      for index in 0..<count {
        let left = first.load(fromByteOffset: index, as: UInt8.self)
        let right = second.load(fromByteOffset: index, as: UInt8.self)
        if left != right { return left < right ? -1 : 1 }
      }
    }
    return a.count == b.count ? 0 : a.count < b.count ? -1 : 1
  }

  /// The number of Unicode scalars of a text: of its bytes that begin one.
  func characterCount(_ text: ArrayValue) -> Int64 {
    guard text.count > 0 else { return 0 }
    let bytes = UnsafeRawPointer(ArrayStore.pointer(text.address))
    var count: Int64 = 0
    for index in 0..<Int(truncatingIfNeeded: text.count)
    where bytes.load(fromByteOffset: index, as: UInt8.self) & 0xC0 != 0x80 {
      count += 1
    }
    return count
  }
}
