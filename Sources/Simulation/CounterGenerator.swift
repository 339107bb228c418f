import Machine

/// Random numbers without a state: each is a function of seed, stream and number alone.
///
/// Philox4x32-10 (Salmon, Moraes, Dror and Shaw, SC11): ten rounds of multiplication and exclusive
/// or on a counter of 128 bits under a key of 64. The key is the seed; the counter's upper half is
/// the stream (one for each device and purpose), its lower half the number of the draw. So what one
/// device draws never depends on when another draws.
package struct CounterGenerator: Hashable, Sendable {
  package let seed: UInt64
  package init(seed: UInt64) { self.seed = seed }

  /// 64 random bits: draw `number` of `stream`.
  package func bits(stream: UInt64, number: UInt64) -> UInt64 {
    let block = CounterGenerator.block(
      counter: (low32(number), high32(number), low32(stream), high32(stream)),
      key: (low32(seed), high32(seed)))
    return UInt64(block.0) | UInt64(block.1) << 32
  }

  /// The cipher itself: ten rounds.
  package static func block(
    counter: (UInt32, UInt32, UInt32, UInt32), key: (UInt32, UInt32)
  ) -> (UInt32, UInt32, UInt32, UInt32) {
    var (c0, c1, c2, c3) = counter
    var (k0, k1) = key
    for round in 0..<10 {
      if round > 0 {
        k0 &+= 0x9E37_79B9
        k1 &+= 0xBB67_AE85
      }
      let first = UInt64(c0) &* 0xD251_1F53
      let second = UInt64(c2) &* 0xCD9E_8D57
      (c0, c1, c2, c3) = (
        high32(second) ^ c1 ^ k0, low32(second), high32(first) ^ c3 ^ k1, low32(first)
      )
    }
    return (c0, c1, c2, c3)
  }
}

private func low32(_ word: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: word) }
private func high32(_ word: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: word &>> 32) }

/// The draws of one stream, one after the other.
package struct RandomStream: Hashable, Sendable {
  private let generator: CounterGenerator
  private let stream: UInt64
  /// How many draws have been made.
  package private(set) var count: UInt64 = 0

  /// The stream that belongs to `purpose` of `channel`.
  package init(_ generator: CounterGenerator, purpose: UInt16, channel: UInt16 = 0) {
    self.generator = generator
    stream = UInt64(purpose) << 32 | UInt64(channel)
  }

  /// 64 random bits.
  package mutating func bits() -> UInt64 {
    defer { count &+= 1 }
    return generator.bits(stream: stream, number: count)
  }

  /// Uniform in 0 ..< 1, a multiple of 2^-53.
  package mutating func uniform() -> Double { Double(bits() &>> 11) * 0x1p-53 }

  /// Exponentially distributed with mean 1.
  package mutating func exponential() -> Double { -ElementaryFunctions.logarithm(1 - uniform()) }

  /// Normally distributed with mean 0 and standard deviation 1 (Box and Muller; two draws of bits).
  package mutating func normal() -> Double {
    let radius = (2 * exponential()).squareRoot()
    return radius * ElementaryFunctions.cosine(uniform())
  }
}
