/// The words of operands behind an instruction: two where they are, more in an array.
///
/// So an instruction with few operands, as most are, is copied without counting references.
struct OperandWords {
  private(set) var count = 0
  private var first: UInt64 = 0
  private var second: UInt64 = 0
  /// All of them, if there are more than two.
  private var many: [UInt64]?

  init() {}

  init(_ words: ArraySlice<UInt64>) {
    count = words.count
    if let word = words.first { first = word }
    if count == 2, let word = words.last { second = word }
    if count > 2 { many = Array(words) }
  }

  var isEmpty: Bool { count == 0 }

  /// The first word; 0 without any.
  var head: UInt64 { count == 0 ? 0 : self[0] }

  var all: [UInt64] {
    if let many { return many }
    return switch count {
    case 0: []
    case 1: [first]
    default: [first, second]
    }
  }

  subscript(number: Int) -> UInt64 {
    get {
      if let many { return many[number] }
      return number == 0 ? first : second
    }
    set {
      if many != nil {
        many?[number] = newValue
      } else if number == 0 {
        first = newValue
      } else {
        second = newValue
      }
    }
  }

  /// Number `lane` of the 16-bit numbers in the words.
  func lane(_ lane: Int) -> UInt16 {
    UInt16(truncatingIfNeeded: self[lane / 4] >> UInt64(16 * (lane % 4)))
  }

  mutating func setLane(_ lane: Int, to value: UInt16) {
    let shift = UInt64(16 * (lane % 4))
    self[lane / 4] = self[lane / 4] & ~(0xFFFF << shift) | UInt64(value) << shift
  }
}
