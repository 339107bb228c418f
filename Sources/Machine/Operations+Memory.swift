import Bytecode

// Moves, constants, globals, and elements of one word.

extension Operations {
  @inline(__always)
  static func move(_ word: Code, _ frame: Frame) {
    frame[word.fieldA] = frame[word.fieldB]
  }

  @inline(__always)
  static func loadInteger(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, word.wide)
  }

  @inline(__always)
  static func loadWord(_ word: Code, _ frame: Frame, _ machine: Context) {
    frame[word.fieldA] = machine.pointee.image.view.constant(word.wideIndex)
  }

  @inline(__always)
  static func loadFloat(_ word: Code, _ frame: Frame, _ machine: Context) {
    frame[word.fieldA] = machine.pointee.image.view.constant(word.wideIndex)
  }

  @inline(__always)
  static func loadBoolean(_ word: Code, _ frame: Frame) {
    frame[word.fieldA] = UInt64(truncatingIfNeeded: word.fieldB)
  }

  @inline(__always)
  static func loadBound(_ word: Code, _ frame: Frame, _ machine: Context) {
    machine.pointee.loadBound(word, frame)
  }

  @inline(__always)
  static func loadFunction(_ word: Code, _ frame: Frame) {
    frame[word.fieldA] = UInt64(truncatingIfNeeded: word.wideIndex)
  }

  @inline(__always)
  static func loadGlobal(_ word: Code, _ frame: Frame, _ machine: Context) {
    frame[word.fieldA] = machine.pointee.globalWords[word.wideIndex]
  }

  @inline(__always)
  static func storeGlobal(_ word: Code, _ frame: Frame, _ machine: Context) {
    machine.pointee.globalWords[word.wideIndex] = frame[word.fieldA]
  }

  @inline(__always)
  static func borrowGlobal(_ word: Code, _ frame: Frame, _ machine: Context) {
    frame.set(word.fieldA, machine.pointee.globalWords.array(word.wideIndex))
  }

  @inline(__always)
  static func takeGlobal(_ word: Code, _ frame: Frame, _ machine: Context) {
    machine.pointee.take(
      from: machine.pointee.globalWords + word.wideIndex, to: frame + word.fieldA,
      machine.pointee.layout(word.fieldA, in: frame))
  }

  @inline(__always)
  static func putGlobal(_ word: Code, _ frame: Frame, _ machine: Context) {
    machine.pointee.take(
      from: frame + word.fieldA, to: machine.pointee.globalWords + word.wideIndex,
      machine.pointee.layout(word.fieldA, in: frame))
  }

  @inline(__always)
  static func arrayLoad(_ word: Code, _ frame: Frame) -> Fault? {
    let index = frame[word.fieldC]
    guard index < frame[word.fieldB + 1] else {
      return Fault(.indexOutOfRange, index, frame[word.fieldB + 1])
    }
    let elements = ArrayStore.pointer(frame[word.fieldB])
    frame[word.fieldA] = elements.load(
      fromByteOffset: Int(truncatingIfNeeded: index) &* 8, as: UInt64.self)
    return nil
  }

  @inline(__always)
  static func arrayStore(_ word: Code, _ frame: Frame) -> Fault? {
    let index = frame[word.fieldB]
    guard index < frame[word.fieldA + 1] else {
      return Fault(.indexOutOfRange, index, frame[word.fieldA + 1])
    }
    let elements = ArrayStore.pointer(frame[word.fieldA])
    (elements + Int(truncatingIfNeeded: index) &* 8).assumingMemoryBound(to: UInt64.self)
      .pointee =
      frame[word.fieldC]
    return nil
  }

  @inline(__always)
  static func booleanLoad(_ word: Code, _ frame: Frame) -> Fault? {
    let index = frame[word.fieldC]
    guard index < frame[word.fieldB + 1] else {
      return Fault(.indexOutOfRange, index, frame[word.fieldB + 1])
    }
    let elements = ArrayStore.pointer(frame[word.fieldB])
    frame[word.fieldA] = UInt64(
      elements.load(fromByteOffset: Int(truncatingIfNeeded: index), as: UInt8.self))
    return nil
  }

  @inline(__always)
  static func booleanStore(_ word: Code, _ frame: Frame) -> Fault? {
    let index = frame[word.fieldB]
    guard index < frame[word.fieldA + 1] else {
      return Fault(.indexOutOfRange, index, frame[word.fieldA + 1])
    }
    let element = ArrayStore.pointer(frame[word.fieldA]) + Int(truncatingIfNeeded: index)
    element.assumingMemoryBound(to: UInt8.self).pointee = UInt8(
      truncatingIfNeeded: frame[word.fieldC])
    return nil
  }

  @inline(__always)
  static func arrayCount(_ word: Code, _ frame: Frame) {
    frame[word.fieldA] = frame[word.fieldB + 1]
  }

  @inline(__always)
  static func arrayBorrow(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, frame.array(word.fieldB))
  }

  @inline(__always)
  static func arrayData(_ word: Code, _ frame: Frame, _ machine: Context) {
    frame.set(word.fieldA, machine.pointee.store.constant(word.wideIndex))
  }

  @inline(__always)
  static func faultWord(_ word: Code, _ frame: Frame, _ machine: Context) {
    frame[word.fieldA] = machine.pointee.faultWord(word.fieldB)
  }

  @inline(__always)
  static func faultArray(_ word: Code, _ frame: Frame, _ machine: Context) {
    let layout = machine.pointee.layout(word.fieldA, in: frame)
    frame.set(word.fieldA, machine.pointee.faultArray(word.fieldB, layout))
  }

  @inline(__always)
  static func faultSave(_ word: Code, _ frame: Frame, _ machine: Context) {
    machine.pointee.keepFault(in: frame + word.fieldA)
  }

  @inline(__always)
  static func faultRestore(_ word: Code, _ frame: Frame, _ machine: Context) {
    machine.pointee.restoreFault(from: frame + word.fieldA)
  }

  @inline(__always)
  static func faultRelease(_ word: Code, _ frame: Frame, _ machine: Context) {
    machine.pointee.releaseFault(in: frame + word.fieldA)
  }

  @inline(__always)
  static func charge(_ word: Code, _ frame: Frame, _ machine: Context) {
    machine.pointee.ticks &+= word.wide
  }
}
