import Bytecode

// Floats and conversions.

extension Operations {
  @inline(__always)
  static func addFloat(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, frame.float(word.fieldB) + frame.float(word.fieldC))
  }

  @inline(__always)
  static func subtractFloat(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, frame.float(word.fieldB) - frame.float(word.fieldC))
  }

  @inline(__always)
  static func multiplyFloat(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, frame.float(word.fieldB) * frame.float(word.fieldC))
  }

  @inline(__always)
  static func divideFloat(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, frame.float(word.fieldB) / frame.float(word.fieldC))
  }

  @inline(__always)
  static func floorDivideFloat(_ word: Code, _ frame: Frame) -> Fault? {
    guard
      let value = Arithmetic.floorDivide(frame.float(word.fieldB), frame.float(word.fieldC))
    else {
      return Fault(.divisionByZero)
    }
    frame.set(word.fieldA, value)
    return nil
  }

  @inline(__always)
  static func remainderFloat(_ word: Code, _ frame: Frame) -> Fault? {
    guard let value = Arithmetic.remainder(frame.float(word.fieldB), frame.float(word.fieldC))
    else {
      return Fault(.divisionByZero)
    }
    frame.set(word.fieldA, value)
    return nil
  }

  @inline(__always)
  static func negateFloat(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, -frame.float(word.fieldB))
  }

  @inline(__always)
  static func absoluteFloat(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, frame.float(word.fieldB).magnitude)
  }

  @inline(__always)
  static func squareRoot(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, frame.float(word.fieldB).squareRoot())
  }

  @inline(__always)
  static func floor(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, Arithmetic.floor(frame.float(word.fieldB)))
  }

  @inline(__always)
  static func ceiling(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, Arithmetic.ceiling(frame.float(word.fieldB)))
  }

  @inline(__always)
  static func truncate(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, Arithmetic.truncate(frame.float(word.fieldB)))
  }

  @inline(__always)
  static func roundEven(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, Arithmetic.roundEven(frame.float(word.fieldB)))
  }

  @inline(__always)
  static func minimumFloat(_ word: Code, _ frame: Frame) {
    frame.set(
      word.fieldA, Arithmetic.minimum(frame.float(word.fieldB), frame.float(word.fieldC)))
  }

  @inline(__always)
  static func maximumFloat(_ word: Code, _ frame: Frame) {
    frame.set(
      word.fieldA, Arithmetic.maximum(frame.float(word.fieldB), frame.float(word.fieldC)))
  }

  @inline(__always)
  static func elementary(_ word: Code, _ frame: Frame, _ machine: Context) {
    machine.pointee.applyElementary(word, frame)
  }

  @inline(__always)
  static func elementary2(_ word: Code, _ frame: Frame, _ machine: Context) {
    machine.pointee.applyElementary(word, frame)
  }

  @inline(__always)
  static func integerToFloat(_ word: Code, _ frame: Frame) {
    frame[word.fieldA] = Double(frame.integer(word.fieldB)).bitPattern
  }

  @inline(__always)
  static func floatToInteger(_ word: Code, _ frame: Frame) -> Fault? {
    guard let value = Arithmetic.integer(truncating: frame.float(word.fieldB)) else {
      return Fault(.arithmeticOverflow)
    }
    frame.set(word.fieldA, value)
    return nil
  }

  @inline(__always)
  static func scaleTicks(_ word: Code, _ frame: Frame) -> Fault? {
    guard
      let value = Arithmetic.scale(frame.integer(word.fieldB), by: frame.float(word.fieldC))
    else {
      return Fault(.arithmeticOverflow)
    }
    frame.set(word.fieldA, value)
    return nil
  }

  @inline(__always)
  static func divideTicksByFloat(_ word: Code, _ frame: Frame) -> Fault? {
    guard
      let value = Arithmetic.divide(frame.integer(word.fieldB), by: frame.float(word.fieldC))
    else {
      return Fault(frame.float(word.fieldC) == 0 ? .divisionByZero : .arithmeticOverflow)
    }
    frame.set(word.fieldA, value)
    return nil
  }

  @inline(__always)
  static func divideTicksByInteger(_ word: Code, _ frame: Frame) -> Fault? {
    guard
      let value = Arithmetic.divide(
        frame.integer(word.fieldB), by: frame.integer(word.fieldC))
    else {
      return Fault(frame[word.fieldC] == 0 ? .divisionByZero : .arithmeticOverflow)
    }
    frame.set(word.fieldA, value)
    return nil
  }
}
