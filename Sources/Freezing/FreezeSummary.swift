import Typing

/// What is to be told when a kernel may be called with a row that is not empty.
enum Target: Hashable {
  /// The call itself.
  case call(SiteID)
  /// A function that calls the kernel before it compiles it.
  case function(FunctionID)
}

/// What of the state before a stretch of code reaches a call inside it.
struct Reaches: OptionSet {
  let rawValue: UInt8
  static let writes = Reaches(rawValue: 1)
  static let compilePoint = Reaches(rawValue: 2)
}

/// Something stale that reaches a call.
struct Stale: Equatable {
  var row: Row = []
  var compiled: SiteSetID = Sites.empty
  /// Whether the write and the call are in one statement, so that nothing can be put between them.
  var isWithinStatement = false
}

/// A write of an `inout` parameter that reaches a call: stale if the argument is a member that the
/// kernel captures.
struct ParameterStale: Hashable {
  let write: WriteID
  let kernel: Int32
  let target: Target
  let sites: SiteSetID
  let compiled: SiteSetID
}

/// A kernel and where it is called.
struct TargetOfKernel: Hashable {
  let target: Target
  let kernel: Int32
}

/// What a host function does to the kernels' captures, through all that it calls.
struct FreezeSummary {
  /// Nil where it never comes to its end, or never throws.
  var normal: FreezeState?
  var threw: FreezeState?
  /// Everything that it may write on any way, compiled afterwards or not, and where.
  var everWritten: [WriteID: SiteID] = [:]
  /// The calls that what came before can reach, by kernel.
  var exposed: [Int32: [Target: Reaches]] = [:]
  var parameterStale: Set<ParameterStale> = []
  /// What was found stale inside.
  var stale: [TargetOfKernel: Stale] = [:]
  /// The host functions that it calls.
  var callees: Set<FunctionID> = []

  /// Whether the two say the same of every kernel.
  func isSame(as other: FreezeSummary, _ table: CaptureTable) -> Bool {
    everWritten.count == other.everWritten.count && exposed == other.exposed
      && parameterStale == other.parameterStale && stale == other.stale && callees == other.callees
      && table.saySame(normal, other.normal) && table.saySame(threw, other.threw)
  }
}
