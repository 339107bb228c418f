import Bytecode

// Comparisons, and the tests of branches.

extension Operations {
  @inline(__always)
  static func equalInteger(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, frame[word.fieldB] == frame[word.fieldC])
  }

  @inline(__always)
  static func notEqualInteger(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, frame[word.fieldB] != frame[word.fieldC])
  }

  @inline(__always)
  static func lessInteger(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, frame.integer(word.fieldB) < frame.integer(word.fieldC))
  }

  @inline(__always)
  static func lessOrEqualInteger(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, frame.integer(word.fieldB) <= frame.integer(word.fieldC))
  }

  @inline(__always)
  static func equalFloat(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, frame.float(word.fieldB) == frame.float(word.fieldC))
  }

  @inline(__always)
  static func notEqualFloat(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, frame.float(word.fieldB) != frame.float(word.fieldC))
  }

  @inline(__always)
  static func lessFloat(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, frame.float(word.fieldB) < frame.float(word.fieldC))
  }

  @inline(__always)
  static func lessOrEqualFloat(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, frame.float(word.fieldB) <= frame.float(word.fieldC))
  }

  @inline(__always)
  static func equalBoolean(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, frame.boolean(word.fieldB) == frame.boolean(word.fieldC))
  }

  @inline(__always)
  static func notBoolean(_ word: Code, _ frame: Frame) {
    frame.set(word.fieldA, !frame.boolean(word.fieldB))
  }

  @inline(__always) static func branchEqual(_ word: Code, _ frame: Frame) -> Bool {
    frame.integer(word.fieldA) == frame.integer(word.fieldB)
  }

  @inline(__always) static func branchNotEqual(_ word: Code, _ frame: Frame) -> Bool {
    frame.integer(word.fieldA) != frame.integer(word.fieldB)
  }

  @inline(__always) static func branchLess(_ word: Code, _ frame: Frame) -> Bool {
    frame.integer(word.fieldA) < frame.integer(word.fieldB)
  }

  @inline(__always) static func branchLessOrEqual(_ word: Code, _ frame: Frame) -> Bool {
    frame.integer(word.fieldA) <= frame.integer(word.fieldB)
  }

  @inline(__always) static func branchEqualImmediate(_ word: Code, _ frame: Frame) -> Bool {
    frame.integer(word.fieldA) == word.signedB
  }

  @inline(__always) static func branchNotEqualImmediate(_ word: Code, _ frame: Frame) -> Bool {
    frame.integer(word.fieldA) != word.signedB
  }

  @inline(__always) static func branchLessImmediate(_ word: Code, _ frame: Frame) -> Bool {
    frame.integer(word.fieldA) < word.signedB
  }

  @inline(__always) static func branchLessOrEqualImmediate(_ word: Code, _ frame: Frame) -> Bool {
    frame.integer(word.fieldA) <= word.signedB
  }

  @inline(__always) static func branchGreaterImmediate(_ word: Code, _ frame: Frame) -> Bool {
    frame.integer(word.fieldA) > word.signedB
  }

  @inline(__always) static func branchGreaterOrEqualImmediate(_ word: Code, _ frame: Frame)
    -> Bool
  {
    frame.integer(word.fieldA) >= word.signedB
  }

  @inline(__always) static func branchEqualFloat(_ word: Code, _ frame: Frame) -> Bool {
    frame.float(word.fieldA) == frame.float(word.fieldB)
  }

  @inline(__always) static func branchNotEqualFloat(_ word: Code, _ frame: Frame) -> Bool {
    frame.float(word.fieldA) != frame.float(word.fieldB)
  }

  @inline(__always) static func branchLessFloat(_ word: Code, _ frame: Frame) -> Bool {
    frame.float(word.fieldA) < frame.float(word.fieldB)
  }

  @inline(__always) static func branchLessOrEqualFloat(_ word: Code, _ frame: Frame) -> Bool {
    frame.float(word.fieldA) <= frame.float(word.fieldB)
  }

  @inline(__always) static func branchUnlessLessFloat(_ word: Code, _ frame: Frame) -> Bool {
    !(frame.float(word.fieldA) < frame.float(word.fieldB))
  }

  @inline(__always) static func branchUnlessLessOrEqualFloat(_ word: Code, _ frame: Frame) -> Bool {
    !(frame.float(word.fieldA) <= frame.float(word.fieldB))
  }
}
