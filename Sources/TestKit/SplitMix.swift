/// A generator for tests: the same numbers for the same seed, everywhere (Steele, Lea and Flood,
/// "Fast splittable pseudorandom number generators", 2014).
package struct SplitMix: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// The sequence that belongs to `seed`.
  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number from 0 up to `bound`, which is not one of them; 0 if there is none.
  package mutating func below(_ bound: Int) -> Int { Int(next() >> 33) % max(1, bound) }

  /// An element of `list`, which has one.
  package mutating func pick<Element>(_ list: [Element]) -> Element { list[below(list.count)] }
}
