import Bytecode

/// Writes values as canonical words: a scalar is its word; an array its count and then the words of
/// its elements in turn (text: its bytes, filled up to 8), nested arrays likewise.
///
/// What does not fit is counted and not written.
struct ValueWriter {
  private let words: UnsafeMutableBufferPointer<UInt64>
  private(set) var count = 0

  init(_ words: UnsafeMutableBufferPointer<UInt64>) { self.words = words }

  mutating func append(_ word: UInt64) {
    if count < words.count { words[count] = word }
    count &+= 1
  }

  mutating func append(_ word: UInt64, _ kind: SlotKind) {
    switch kind {
    case .boolean: append(word != 0 ? 1 : 0)
    case .float: append(Arithmetic.canonical(Double(bitPattern: word)).bitPattern)
    case .integer, .function, .owned, .borrowed, .length: append(word)
    }
  }

  mutating func append(_ array: ArrayValue, _ layout: LayoutRecord, in store: ArrayStore) {
    append(array.count)
    guard array.count > 0 else { return }
    let elements = UnsafeRawPointer(ArrayStore.pointer(array.address))
    if layout.isText {
      appendText(elements, Int(truncatingIfNeeded: array.count))
      return
    }
    if layout.isBooleans {
      for index in 0..<Int(truncatingIfNeeded: array.count) {
        append(UInt64(elements.load(fromByteOffset: index, as: UInt8.self)), .boolean)
      }
      return
    }
    for index in 0..<Int(truncatingIfNeeded: array.count) {
      let element = elements + index * layout.elementByteCount
      for word in 0..<layout.words.count {
        let type = layout.words[word]
        switch type.kind {
        case .integer, .float, .boolean, .function:
          append(element.load(fromByteOffset: word * 8, as: UInt64.self), type.kind)
        case .owned, .borrowed:
          let inner = store.view.layout(Int(type.layout))
          append(store.nested(element, word, inner), inner, in: store)
        case .length: break
        }
      }
    }
  }

  private mutating func appendText(_ bytes: UnsafeRawPointer, _ byteCount: Int) {
    var word: UInt64 = 0
    for index in 0..<byteCount {
      word |= UInt64(bytes.load(fromByteOffset: index, as: UInt8.self)) &<< UInt64(8 * (index % 8))
      if index % 8 == 7 || index == byteCount - 1 {
        append(word)
        word = 0
      }
    }
  }
}

/// Reads canonical words and makes arrays of them.
///
/// What it is given may be anything.
struct ValueReader {
  private let words: UnsafeBufferPointer<UInt64>
  private var next = 0

  init(_ words: UnsafeBufferPointer<UInt64>) { self.words = words }

  var isAtEnd: Bool { next == words.count }

  private mutating func read() -> UInt64? {
    guard next < words.count else { return nil }
    next += 1
    return words[next - 1]
  }

  /// The next value of a slot of type `type`: a scalar as `address`, an array as it is; nothing for
  /// a length.
  mutating func read(_ type: SlotType, into store: inout ArrayStore) -> Result<
    ArrayValue, ImportError
  > {
    switch type.kind {
    case .integer, .float, .boolean, .function:
      guard let word = read() else { return .failure(.malformed) }
      return .success(ArrayValue(address: ValueReader.canonical(word, type.kind), count: 0))
    case .owned, .borrowed: return readArray(store.view.layout(Int(type.layout)), into: &store)
    case .length: return .success(.empty)
    }
  }

  private static func canonical(_ word: UInt64, _ kind: SlotKind) -> UInt64 {
    switch kind {
    case .boolean: word != 0 ? 1 : 0
    case .float: Arithmetic.canonical(Double(bitPattern: word)).bitPattern
    case .integer, .function, .owned, .borrowed, .length: word
    }
  }

  private mutating func readArray(
    _ layout: LayoutRecord, into store: inout ArrayStore
  ) -> Result<ArrayValue, ImportError> {
    guard let count = read() else { return .failure(.malformed) }
    guard count > 0 else { return .success(.empty) }
    // Every element has at least one word, so that the count is known to be possible before
    // anything is taken.
    let rest = UInt64(words.count - next)
    guard layout.isText ? count <= rest &* 8 : count <= rest else { return .failure(.malformed) }
    guard let array = store.make(count: count, layout) else { return .failure(.outOfMemory) }
    let elements = ArrayStore.pointer(array.address)
    let error =
      layout.isText
      ? readText(elements, Int(truncatingIfNeeded: count))
      : readElements(elements, Int(truncatingIfNeeded: count), layout, into: &store)
    guard let error else { return .success(array) }
    store.release(array, layout)
    return .failure(error)
  }

  private mutating func readText(_ bytes: UnsafeMutableRawPointer, _ byteCount: Int) -> ImportError?
  {
    var word: UInt64 = 0
    for index in 0..<byteCount {
      if index % 8 == 0 {
        guard let read = read() else { return .malformed }
        word = read
      }
      bytes.storeBytes(
        of: UInt8(truncatingIfNeeded: word &>> UInt64(8 * (index % 8))), toByteOffset: index,
        as: UInt8.self)
    }
    return nil
  }

  private mutating func readElements(
    _ elements: UnsafeMutableRawPointer, _ count: Int, _ layout: LayoutRecord,
    into store: inout ArrayStore
  ) -> ImportError? {
    if layout.isBooleans {
      for index in 0..<count {
        guard let word = read() else { return .malformed }
        elements.storeBytes(of: word != 0 ? 1 : 0, toByteOffset: index, as: UInt8.self)
      }
      return nil
    }
    for index in 0..<count {
      let element = elements + index * layout.elementByteCount
      for word in 0..<layout.words.count {
        let type = layout.words[word]
        guard type.kind != .length else { continue }
        switch read(type, into: &store) {
        case .failure(let error): return error
        case .success(let value):
          element.storeBytes(of: value.address, toByteOffset: word * 8, as: UInt64.self)
          guard type.kind == .owned else { continue }
          element.storeBytes(of: value.count, toByteOffset: word * 8 + 8, as: UInt64.self)
        }
      }
    }
    return nil
  }
}
