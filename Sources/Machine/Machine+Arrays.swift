import Bytecode

extension Machine {
  /// Does an operation on arrays that may need the arena or an element's layout; the error that it
  /// raises, if any.
  @inline(never)
  mutating func applyArray(_ pc: UnsafePointer<UInt64>, _ frame: UnsafeMutablePointer<UInt64>)
    -> Fault?
  {
    let word = pc.pointee
    let (a, b, c) = (word.fieldA, word.fieldB, word.fieldC)
    switch word.verifiedOpcode {
    case .arrayAllocate:
      guard frame.integer(b) >= 0 else { return Fault(.indexOutOfRange, frame[b]) }
      let layout = layout(a, in: frame)
      return put(store.make(count: frame[b], layout), into: frame + a, layout)
    case .arrayMove: take(from: frame + b, to: frame + a, layout(a, in: frame))
    case .arrayCopy:
      let layout = layout(a, in: frame)
      return put(store.copy(frame.array(b), layout), into: frame + a, layout)
    case .arrayRelease:
      store.release(frame.array(a), layout(a, in: frame))
      frame.set(a, .empty)
    case .elementLoad: return loadElement(pc, frame)
    case .elementStore: return storeElement(pc, frame)
    case .arrayAppend: return append(word, frame)
    case .scalarAppend: return appendQuickly(pc, frame) ? nil : append(word, frame)
    case .arraySlice:
      let array = frame.array(b)
      let (lower, upper) = (frame[c], frame[c + 1])
      // As unsigned numbers negative ones are too large.
      guard lower <= upper, upper <= array.count else {
        return Fault(.indexOutOfRange, lower, upper, array.count)
      }
      let layout = layout(a, in: frame)
      return put(store.slice(array, lower, upper, layout), into: frame + a, layout)
    case .arrayConcatenate:
      let layout = layout(a, in: frame)
      return put(store.join(frame.array(b), frame.array(c), layout), into: frame + a, layout)
    case .arrayEqual:
      frame.set(a, store.areEqual(frame.array(b), frame.array(c), layout(b, in: frame)))
    case .textCompare: frame.set(a, store.order(frame.array(b), frame.array(c)))
    case .textCount: frame.set(a, store.characterCount(frame.array(b)))
    case .pack: return pack(a, b, c, frame)
    case .unpack: return unpack(a, b, c, frame)
    default: break  // The others are done by the loop.
    }
    return nil
  }

  /// Puts a new array into an owned pair, and gives up what was there.
  private mutating func put(
    _ array: ArrayValue?, into pair: UnsafeMutablePointer<UInt64>, _ layout: LayoutRecord
  ) -> Fault? {
    guard let array else { return Fault(.outOfMemory) }
    store.release(pair.array(0), layout)
    pair.set(0, array)
    return nil
  }

  /// Where the words of an element are that `elementLoad` at `pc` loads; nil if the index is wrong,
  /// or the instruction does not say that there are no arrays among them.
  @inline(__always)
  static func loadedWords(_ pc: Code, _ frame: Frame) -> UnsafePointer<UInt64>? {
    let (word, stride) = (pc, pc.lane(2))
    let index = frame[word.fieldC]
    guard stride != 0, index < frame[word.fieldB + 1] else { return nil }
    let place = Int(truncatingIfNeeded: index) &* stride &+ pc.lane(1)
    return UnsafePointer(
      ArrayStore.pointer(frame[word.fieldB]).assumingMemoryBound(to: UInt64.self) + place)
  }

  /// Where the words of an element are that `elementStore` at `pc` stores, as `loadedWords`.
  @inline(__always)
  static func storedWords(_ pc: Code, _ frame: Frame) -> UnsafeMutablePointer<UInt64>? {
    let (word, stride) = (pc, pc.lane(2))
    let index = frame[word.fieldB]
    guard stride != 0, index < frame[word.fieldA + 1] else { return nil }
    let place = Int(truncatingIfNeeded: index) &* stride &+ pc.lane(1)
    return ArrayStore.pointer(frame[word.fieldA]).assumingMemoryBound(to: UInt64.self) + place
  }

  private func loadElement(_ pc: UnsafePointer<UInt64>, _ frame: UnsafeMutablePointer<UInt64>)
    -> Fault?
  {
    let word = pc.pointee
    let (index, array) = (frame[word.fieldC], frame.array(word.fieldB))
    guard index < array.count else { return Fault(.indexOutOfRange, index, array.count) }
    let layout = layout(word.fieldB, in: frame)
    let element =
      ArrayStore.pointer(array.address) + Int(truncatingIfNeeded: index) * layout.elementByteCount
    let (count, first) = (pc.lane(0), pc.lane(1))
    for number in 0..<count {
      let type = layout.depth > 1 ? layout.words[first + number] : .integer
      switch type.kind {
      case .integer, .float, .boolean, .function:
        frame[word.fieldA + number] = element.load(
          fromByteOffset: (first + number) * 8, as: UInt64.self)
      case .owned:
        let inner = image.view.layout(Int(type.layout))
        frame.set(word.fieldA + number, store.nested(element, first + number, inner))
      case .borrowed, .length: break
      }
    }
    return nil
  }

  private mutating func storeElement(
    _ pc: UnsafePointer<UInt64>, _ frame: UnsafeMutablePointer<UInt64>
  ) -> Fault? {
    let word = pc.pointee
    let (index, array) = (frame[word.fieldB], frame.array(word.fieldA))
    guard index < array.count else { return Fault(.indexOutOfRange, index, array.count) }
    let layout = layout(word.fieldA, in: frame)
    let element =
      ArrayStore.pointer(array.address) + Int(truncatingIfNeeded: index) * layout.elementByteCount
    let (count, first) = (pc.lane(0), pc.lane(1))
    let words = (element + first * 8).assumingMemoryBound(to: UInt64.self)
    if layout.depth > 1 {
      for number in 0..<count where layout.words[first + number].kind == .owned {
        let inner = image.view.layout(Int(layout.words[first + number].layout))
        store.release(store.resolve(words[number], words[number + 1], inner), inner)
      }
    }
    moveWords(frame + word.fieldC, to: words, count, first, layout)
    return nil
  }

  /// Appends a scalar where its array has room behind the last element; else false.
  @inline(__always)
  mutating func appendQuickly(_ word: Code, _ frame: Frame) -> Bool {
    let (address, count) = (frame[word.fieldA], frame[word.fieldA + 1])
    let size = UInt64(truncatingIfNeeded: word.fieldC)
    let start = count &* size
    guard store.hasRoom(address, start &+ size) else { return false }
    let element = ArrayStore.pointer(address) + Int(truncatingIfNeeded: start)
    if size == 1 {
      element.assumingMemoryBound(to: UInt8.self).pointee = UInt8(
        truncatingIfNeeded: frame[word.fieldB])
    } else {
      element.assumingMemoryBound(to: UInt64.self).pointee = frame[word.fieldB]
    }
    frame[word.fieldA + 1] = count &+ 1
    return true
  }

  private mutating func append(_ word: UInt64, _ frame: UnsafeMutablePointer<UInt64>) -> Fault? {
    let layout = layout(word.fieldA, in: frame)
    guard let array = store.grow(frame.array(word.fieldA), layout) else {
      return Fault(.outOfMemory)
    }
    let size = layout.elementByteCount
    let element = ArrayStore.pointer(array.address) + Int(truncatingIfNeeded: array.count) * size
    if layout.isBooleans {
      element.assumingMemoryBound(to: UInt8.self).pointee = UInt8(
        truncatingIfNeeded: frame[word.fieldB])
    } else {
      let words = element.assumingMemoryBound(to: UInt64.self)
      moveWords(frame + word.fieldB, to: words, layout.words.count, 0, layout)
    }
    frame.set(word.fieldA, ArrayValue(address: array.address, count: array.count + 1))
    return nil
  }

  /// Moves slots into words `first..<first + count` of an element; arrays leave empty slots.
  private func moveWords(
    _ slots: UnsafeMutablePointer<UInt64>, to words: UnsafeMutablePointer<UInt64>, _ count: Int,
    _ first: Int,
    _ layout: LayoutRecord
  ) {
    for number in 0..<count { words[number] = slots[number] }
    guard layout.depth > 1 else { return }
    for number in 0..<count where layout.words[first + number].kind == .owned {
      slots.set(number, .empty)
    }
  }
}
