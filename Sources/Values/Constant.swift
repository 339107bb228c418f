/// A value of the language as data: captured by a kernel, given as an argument, printed, archived.
package indirect enum Constant: Hashable, Sendable {
  case unit
  /// Int, Int32; ticks of Duration and Timestamp.
  case integer(Int64)
  /// SI base units, angles in turns.
  case float(Double)
  case boolean(Bool)
  case text(String)
  case optional(Constant?)
  case array([Constant])
  case tuple([Constant])
  case structure([Constant])
  case enumeration(Int, [Constant])
}
