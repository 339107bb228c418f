import Diagnostics
import Typing

/// Where a fix may put a statement: around the one that holds an operation.
enum StatementPlace: Hashable {
  /// Nowhere: what stands here is evaluated again and again.
  case none
  /// Before it only: the head of a compound statement, or a statement that leaves.
  case before(Span)
  /// Before or after it.
  case around(Span)
}

/// An operation of host code that may write, compile, or call a kernel.
struct Site: Hashable {
  enum Kind: Hashable {
    /// Writes a place itself.
    case write
    /// Calls a function that writes.
    case call(FunctionID)
    /// Starts a kernel which awaits or sends, at the host site given, a function that writes.
    case kernel(FunctionID, hostSite: Int)
    case preload
    /// Starts a kernel (number in the table).
    case start(Int)
  }
  let kind: Kind
  let function: FunctionID
  let span: Span
  let place: StatementPlace
}

/// A site by number; 0 stands for what came before the code that is looked at.
typealias SiteID = Int32
/// A set of sites by number: 0 is empty, 1 is the set of "before" alone.
typealias SiteSetID = Int32

/// The sites of a program, and the sets of them, each kept once.
struct Sites {
  /// More are not told apart: a message could not name them.
  static let setCountMax = 8
  static let before: SiteID = 0
  static let empty: SiteSetID = 0
  static let beforeOnly: SiteSetID = 1

  private var sites: [Site] = []
  private var numbers: [Site: SiteID] = [:]
  private var sets: [[SiteID]] = [[], [0]]
  private var setNumbers: [[SiteID]: SiteSetID] = [[]: 0, [0]: 1]
  private var unions: [UInt64: SiteSetID] = [:]

  mutating func number(_ site: Site) -> SiteID {
    if let known = numbers[site] { return known }
    sites.append(site)
    let number = SiteID(sites.count)
    numbers[site] = number
    return number
  }

  subscript(id: SiteID) -> Site? {
    let index = Int(id) - 1
    return sites.indices.contains(index) ? sites[index] : nil
  }

  func members(of set: SiteSetID) -> [SiteID] { sets[Int(set)] }

  mutating func set(of site: SiteID) -> SiteSetID { intern([site]) }

  private mutating func intern(_ members: [SiteID]) -> SiteSetID {
    if let known = setNumbers[members] { return known }
    sets.append(members)
    let number = SiteSetID(sets.count - 1)
    setNumbers[members] = number
    return number
  }

  mutating func union(_ a: SiteSetID, _ b: SiteSetID) -> SiteSetID {
    if a == b || b == Self.empty { return a }
    if a == Self.empty { return b }
    let key = UInt64(UInt32(bitPattern: min(a, b))) << 32 | UInt64(UInt32(bitPattern: max(a, b)))
    if let known = unions[key] { return known }
    let merged = Set(sets[Int(a)]).union(sets[Int(b)]).sorted().prefix(Self.setCountMax)
    let result = intern(Array(merged))
    unions[key] = result
    return result
  }

  /// `set` where "before" means `earlier`.
  mutating func resolve(_ set: SiteSetID, before earlier: SiteSetID) -> SiteSetID {
    let members = sets[Int(set)]
    guard members.first == Self.before else { return set }
    return union(intern(Array(members.dropFirst())), earlier)
  }

  func includesBefore(_ set: SiteSetID) -> Bool { sets[Int(set)].first == Self.before }
}
