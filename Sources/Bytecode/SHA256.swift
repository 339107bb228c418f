#if canImport(CSHA256)
  import CSHA256
#endif

/// SHA-256 as in FIPS 180-4, fed piece by piece; allocates nothing.
///
/// By the processor's own instructions where it has them.
package struct SHA256: Sendable {
  private var state: InlineArray<8, UInt32>
  private var block = InlineArray<64, UInt8>(repeating: 0)
  private var filled = 0
  private var byteCount: UInt64 = 0
  private let isPortable: Bool

  /// The digest of nothing, so far.
  ///
  /// With `portably` without instructions that only some processors have.
  package init(portably: Bool = false) {
    isPortable = portably || !SHA256.processorHasInstructions
    state = [
      0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    ]
  }

  /// Takes in `bytes`.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    byteCount &+= UInt64(bytes.count)
    guard let base = bytes.baseAddress else { return }
    var done = 0
    if filled > 0 {
      done = min(64 - filled, bytes.count)
      fill(UnsafeRawBufferPointer(start: base, count: done))
      if filled == 64 { compressBlock() }
    }
    let whole = (bytes.count - done) / 64
    if whole > 0 {
      compress(base + done, count: whole)
      done += 64 * whole
    }
    if done < bytes.count {
      fill(UnsafeRawBufferPointer(start: base + done, count: bytes.count - done))
    }
  }

  /// Takes in `bytes`.
  package mutating func update(_ bytes: some Sequence<UInt8>) {
    let taken: Void? = bytes.withContiguousStorageIfAvailable { update(UnsafeRawBufferPointer($0)) }
    if taken == nil { for byte in bytes { append(byte) } }
  }

  /// Takes in the 8 bytes of `word`, little endian.
  package mutating func update(_ word: UInt64) {
    for shift in 0..<8 { append(UInt8(truncatingIfNeeded: word &>> UInt64(8 * shift))) }
  }

  /// The digest of all that was taken in: 32 bytes.
  package consuming func finalize() -> InlineArray<32, UInt8> {
    let bitCount = byteCount &* 8
    append(0x80)
    while filled != 56 { append(0) }
    for shift in 0..<8 { append(UInt8(truncatingIfNeeded: bitCount &>> UInt64(56 - 8 * shift))) }
    var digest = InlineArray<32, UInt8>(repeating: 0)
    for index in 0..<32 {
      digest[index] = UInt8(truncatingIfNeeded: state[index / 4] &>> UInt32(24 - 8 * (index % 4)))
    }
    return digest
  }

  private mutating func append(_ byte: UInt8) {
    block[filled] = byte
    filled += 1
    byteCount &+= 1
    if filled == 64 { compressBlock() }
  }

  private mutating func fill(_ bytes: UnsafeRawBufferPointer) {
    for index in 0..<bytes.count { block[filled + index] = bytes[index] }
    filled += bytes.count
  }

  private mutating func compressBlock() {
    filled = 0
    var block = block
    withUnsafeBytes(of: &block) { bytes in
      if let base = bytes.baseAddress { compress(base, count: 1) }
    }
  }

  // MARK: Compression

  private mutating func compress(_ blocks: UnsafeRawPointer, count: Int) {
    #if canImport(CSHA256)
      if !isPortable {
        withUnsafeMutableBytes(of: &state) { bytes in
          guard let words = bytes.baseAddress else { return }
          csha256_compress(words.assumingMemoryBound(to: UInt32.self), blocks, count)
        }
        return
      }
    #endif
    for index in 0..<count { compressPortably(blocks + 64 * index) }
  }

  #if canImport(CSHA256)
    private static let processorHasInstructions = csha256_is_available()
  #else
    private static var processorHasInstructions: Bool { false }
  #endif

  /// The last sixteen words of the schedule stand at their numbers' remainders.
  private mutating func compressPortably(_ input: UnsafeRawPointer) {
    var schedule = InlineArray<16, UInt32>(repeating: 0)
    for index in 0..<16 {
      let word = input.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
      schedule[index & 15] = UInt32(bigEndian: word)
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for index in 0..<64 {
      if index >= 16 {
        let early = schedule[(index &- 15) & 15]
        let late = schedule[(index &- 2) & 15]
        let mixed0 = rotate(early, 7) ^ rotate(early, 18) ^ (early &>> 3)
        let mixed1 = rotate(late, 17) ^ rotate(late, 19) ^ (late &>> 10)
        schedule[index & 15] &+= mixed0 &+ schedule[(index &- 7) & 15] &+ mixed1
      }
      let sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
      let choice = (e & f) ^ (~e & g)
      let first = h &+ sum1 &+ choice &+ roundConstants[index & 63] &+ schedule[index & 15]
      let sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
      let majority = (a & b) ^ (a & c) ^ (b & c)
      (h, g, f, e) = (g, f, e, d &+ first)
      (d, c, b, a) = (c, b, a, first &+ sum0 &+ majority)
    }
    state[0] &+= a
    state[1] &+= b
    state[2] &+= c
    state[3] &+= d
    state[4] &+= e
    state[5] &+= f
    state[6] &+= g
    state[7] &+= h
  }

  @inline(__always)
  private func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
    (word &>> count) | (word &<< (32 &- count))
  }
}

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
private let roundConstants: InlineArray<64, UInt32> = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]

#if !hasFeature(Embedded)
  extension SHA256 {
    /// The digest of `bytes` as an array of 32.
    package static func digest(of bytes: some Sequence<UInt8>) -> [UInt8] {
      var hash = SHA256()
      hash.update(bytes)
      return hash.finalizeToArray()
    }

    /// As `finalize`, as an array of 32.
    package consuming func finalizeToArray() -> [UInt8] {
      let digest = finalize()
      return (0..<32).map { digest[$0] }
    }
  }
#endif
