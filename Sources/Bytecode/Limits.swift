/// The bounds of an image; the verifier refuses what is beyond.
package enum Limits {
  /// So that offsets and their sums fit 32 bits on a small device.
  package static let imageByteCountMax = 1 << 30
  package static let functionCountMax = 65_535
  package static let slotCountMax = 60_000
  /// Parameters, and results, of a function, signature or host call, in slots.
  package static let parameterCountMax = 4_095
  /// How many calls code may stand in place of, one in the other.
  package static let deeperMax = 15
  /// How deep arrays nest; the machine's recursion over values is as deep.
  package static let layoutDepthMax = 8
  package static let elementWordCountMax = 4_096
  package static let boundCountMax = 65_535
  /// Words that a declared error carries.
  package static let errorWordCountMax = 4
  /// Slots in which an error is kept: its number, its words, who owns their arrays, the number of
  /// places of its backtrace, and these.
  package static let keptErrorWordCount = 39
}
