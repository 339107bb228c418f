import Bytecode

// Integers. Those that raise give the error; the slot is as it was then.

extension Operations {
  @inline(__always)
  static func addInteger(_ word: Code, _ frame: Frame) -> Fault? {
    let (value, overflow) = frame.integer(word.fieldB).addingReportingOverflow(
      frame.integer(word.fieldC))
    if overflow {
      return Fault(.arithmeticOverflow)
    }
    frame.set(word.fieldA, value)
    return nil
  }

  @inline(__always)
  static func subtractInteger(_ word: Code, _ frame: Frame) -> Fault? {
    let (value, overflow) = frame.integer(word.fieldB).subtractingReportingOverflow(
      frame.integer(word.fieldC))
    if overflow {
      return Fault(.arithmeticOverflow)
    }
    frame.set(word.fieldA, value)
    return nil
  }

  @inline(__always)
  static func multiplyInteger(_ word: Code, _ frame: Frame) -> Fault? {
    let (value, overflow) = frame.integer(word.fieldB).multipliedReportingOverflow(
      by: frame.integer(word.fieldC))
    if overflow {
      return Fault(.arithmeticOverflow)
    }
    frame.set(word.fieldA, value)
    return nil
  }

  @inline(__always)
  static func addImmediate(_ word: Code, _ frame: Frame) -> Fault? {
    let immediate = word.signedC
    let (value, overflow) = frame.integer(word.fieldB).addingReportingOverflow(immediate)
    if overflow {
      return Fault(.arithmeticOverflow)
    }
    frame.set(word.fieldA, value)
    return nil
  }

  @inline(__always)
  static func multiplyImmediate(_ word: Code, _ frame: Frame) -> Fault? {
    let (product, overflow) = frame.integer(word.fieldB).multipliedReportingOverflow(
      by: word.signedC)
    if overflow { return Fault(.arithmeticOverflow) }
    frame.set(word.fieldA, product)
    return nil
  }

  @inline(__always)
  static func wrapMultiplyImmediate(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, frame.integer(word.fieldB) &* word.signedC)
  }

  @inline(__always)
  static func floorDivideInteger(_ word: Code, _ frame: Frame) -> Fault? {
    guard
      let value = Arithmetic.floorDivide(
        frame.integer(word.fieldB), frame.integer(word.fieldC))
    else {
      return Fault(frame[word.fieldC] == 0 ? .divisionByZero : .arithmeticOverflow)
    }
    frame.set(word.fieldA, value)
    return nil
  }

  @inline(__always)
  static func remainderInteger(_ word: Code, _ frame: Frame) -> Fault? {
    guard
      let value = Arithmetic.remainder(frame.integer(word.fieldB), frame.integer(word.fieldC))
    else {
      return Fault(.divisionByZero)
    }
    frame.set(word.fieldA, value)
    return nil
  }

  @inline(__always)
  static func powerInteger(_ word: Code, _ frame: Frame) -> Fault? {
    guard let value = Arithmetic.power(frame.integer(word.fieldB), frame.integer(word.fieldC))
    else {
      return Fault(.arithmeticOverflow)
    }
    frame.set(word.fieldA, value)
    return nil
  }

  @inline(__always)
  static func negateInteger(_ word: Code, _ frame: Frame) -> Fault? {
    let (value, overflow) = (0 as Int64).subtractingReportingOverflow(
      frame.integer(word.fieldB))
    if overflow {
      return Fault(.arithmeticOverflow)
    }
    frame.set(word.fieldA, value)
    return nil
  }

  @inline(__always)
  static func absoluteInteger(_ word: Code, _ frame: Frame) -> Fault? {
    let value = frame.integer(word.fieldB)
    guard value != .min else {
      return Fault(.arithmeticOverflow)
    }
    frame.set(word.fieldA, value < 0 ? 0 &- value : value)
    return nil
  }

  @inline(__always)
  static func wrapAdd(_ word: Code, _ frame: Frame) {
    frame[word.fieldA] = frame[word.fieldB] &+ frame[word.fieldC]
  }

  @inline(__always)
  static func wrapSubtract(_ word: Code, _ frame: Frame) {
    frame[word.fieldA] = frame[word.fieldB] &- frame[word.fieldC]
  }

  @inline(__always)
  static func wrapMultiply(_ word: Code, _ frame: Frame) {
    frame[word.fieldA] = frame[word.fieldB] &* frame[word.fieldC]
  }

  @inline(__always)
  static func bitAnd(_ word: Code, _ frame: Frame) {
    frame[word.fieldA] = frame[word.fieldB] & frame[word.fieldC]
  }

  @inline(__always)
  static func bitOr(_ word: Code, _ frame: Frame) {
    frame[word.fieldA] = frame[word.fieldB] | frame[word.fieldC]
  }

  @inline(__always)
  static func bitXor(_ word: Code, _ frame: Frame) {
    frame[word.fieldA] = frame[word.fieldB] ^ frame[word.fieldC]
  }

  @inline(__always)
  static func bitNot(_ word: Code, _ frame: Frame) {
    frame[word.fieldA] = ~frame[word.fieldB]
  }

  @inline(__always)
  static func shiftLeft(_ word: Code, _ frame: Frame) -> Fault? {
    guard
      let value = Arithmetic.shiftLeft(frame.integer(word.fieldB), frame.integer(word.fieldC))
    else {
      return Fault(.arithmeticOverflow)
    }
    frame.set(word.fieldA, value)
    return nil
  }

  @inline(__always)
  static func shiftRight(_ word: Code, _ frame: Frame) -> Fault? {
    guard
      let value = Arithmetic.shiftRight(
        frame.integer(word.fieldB), frame.integer(word.fieldC))
    else {
      return Fault(.arithmeticOverflow)
    }
    frame.set(word.fieldA, value)
    return nil
  }

  @inline(__always)
  static func check32(_ word: Code, _ frame: Frame) -> Fault? {
    let value = frame.integer(word.fieldB)
    guard Int64(Int32(truncatingIfNeeded: value)) == value else {
      return Fault(.arithmeticOverflow)
    }
    frame.set(word.fieldA, value)
    return nil
  }

  @inline(__always)
  static func wrap32(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, Int64(Int32(truncatingIfNeeded: frame.integer(word.fieldB))))
  }

  @inline(__always)
  static func minimumInteger(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, min(frame.integer(word.fieldB), frame.integer(word.fieldC)))
  }

  @inline(__always)
  static func maximumInteger(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, max(frame.integer(word.fieldB), frame.integer(word.fieldC)))
  }
}
