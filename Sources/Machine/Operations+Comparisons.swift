import Bytecode

// Comparisons, and the tests of branches.

extension Operations {
  @inline(__always)
  static func equalInteger(_ word: UInt64, _ frame: Frame) {
    frame.set(word.fieldA, frame[word.fieldB] == frame[word.fieldC])
  }

  @inline(__always)
  static func notEqualInteger(_ word: UInt64, _ frame: Frame) {
    frame.set(word.fieldA, frame[word.fieldB] != frame[word.fieldC])
  }

  @inline(__always)
  static func lessInteger(_ word: UInt64, _ frame: Frame) {
    frame.set(word.fieldA, frame.integer(word.fieldB) < frame.integer(word.fieldC))
  }

  @inline(__always)
  static func lessOrEqualInteger(_ word: UInt64, _ frame: Frame) {
    frame.set(word.fieldA, frame.integer(word.fieldB) <= frame.integer(word.fieldC))
  }

  @inline(__always)
  static func equalFloat(_ word: UInt64, _ frame: Frame) {
    frame.set(word.fieldA, frame.float(word.fieldB) == frame.float(word.fieldC))
  }

  @inline(__always)
  static func notEqualFloat(_ word: UInt64, _ frame: Frame) {
    frame.set(word.fieldA, frame.float(word.fieldB) != frame.float(word.fieldC))
  }

  @inline(__always)
  static func lessFloat(_ word: UInt64, _ frame: Frame) {
    frame.set(word.fieldA, frame.float(word.fieldB) < frame.float(word.fieldC))
  }

  @inline(__always)
  static func lessOrEqualFloat(_ word: UInt64, _ frame: Frame) {
    frame.set(word.fieldA, frame.float(word.fieldB) <= frame.float(word.fieldC))
  }

  @inline(__always)
  static func equalBoolean(_ word: UInt64, _ frame: Frame) {
    frame.set(word.fieldA, frame.boolean(word.fieldB) == frame.boolean(word.fieldC))
  }

  @inline(__always)
  static func notBoolean(_ word: UInt64, _ frame: Frame) {
    frame.set(word.fieldA, !frame.boolean(word.fieldB))
  }

  @inline(__always) static func branchEqual(_ word: UInt64, _ frame: Frame) -> Bool {
    frame.integer(word.fieldA) == frame.integer(word.fieldB)
  }

  @inline(__always) static func branchNotEqual(_ word: UInt64, _ frame: Frame) -> Bool {
    frame.integer(word.fieldA) != frame.integer(word.fieldB)
  }

  @inline(__always) static func branchLess(_ word: UInt64, _ frame: Frame) -> Bool {
    frame.integer(word.fieldA) < frame.integer(word.fieldB)
  }

  @inline(__always) static func branchLessOrEqual(_ word: UInt64, _ frame: Frame) -> Bool {
    frame.integer(word.fieldA) <= frame.integer(word.fieldB)
  }

  @inline(__always) static func branchEqualImmediate(_ word: UInt64, _ frame: Frame) -> Bool {
    frame.integer(word.fieldA) == word.signedB
  }

  @inline(__always) static func branchNotEqualImmediate(_ word: UInt64, _ frame: Frame) -> Bool {
    frame.integer(word.fieldA) != word.signedB
  }

  @inline(__always) static func branchLessImmediate(_ word: UInt64, _ frame: Frame) -> Bool {
    frame.integer(word.fieldA) < word.signedB
  }

  @inline(__always) static func branchLessOrEqualImmediate(_ word: UInt64, _ frame: Frame) -> Bool {
    frame.integer(word.fieldA) <= word.signedB
  }

  @inline(__always) static func branchGreaterImmediate(_ word: UInt64, _ frame: Frame) -> Bool {
    frame.integer(word.fieldA) > word.signedB
  }

  @inline(__always) static func branchGreaterOrEqualImmediate(_ word: UInt64, _ frame: Frame)
    -> Bool
  {
    frame.integer(word.fieldA) >= word.signedB
  }

  @inline(__always) static func branchEqualFloat(_ word: UInt64, _ frame: Frame) -> Bool {
    frame.float(word.fieldA) == frame.float(word.fieldB)
  }

  @inline(__always) static func branchNotEqualFloat(_ word: UInt64, _ frame: Frame) -> Bool {
    frame.float(word.fieldA) != frame.float(word.fieldB)
  }

  @inline(__always) static func branchLessFloat(_ word: UInt64, _ frame: Frame) -> Bool {
    frame.float(word.fieldA) < frame.float(word.fieldB)
  }

  @inline(__always) static func branchLessOrEqualFloat(_ word: UInt64, _ frame: Frame) -> Bool {
    frame.float(word.fieldA) <= frame.float(word.fieldB)
  }

  @inline(__always) static func branchUnlessLessFloat(_ word: UInt64, _ frame: Frame) -> Bool {
    !(frame.float(word.fieldA) < frame.float(word.fieldB))
  }

  @inline(__always) static func branchUnlessLessOrEqualFloat(_ word: UInt64, _ frame: Frame) -> Bool
  {
    !(frame.float(word.fieldA) <= frame.float(word.fieldB))
  }
}
