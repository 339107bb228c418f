package import Typing

/// A place in the value of a member: what a kernel captures, or what host code writes.
package struct HostPath: Hashable, Sendable {
  /// One step from a value to a part of it.
  package enum Step: Hashable, Sendable {
    /// A field or a position in a tuple.
    case part(Int)
    /// An element of an array; nil where the index is computed, and may be any.
    case element(Int64?)
    /// The number of elements.
    case count
  }
  package let member: MemberID
  package var steps: [Step]

  package init(member: MemberID, steps: [Step]) {
    self.member = member
    self.steps = steps
  }

  /// Whether a write of `self` changes what `captured` stands for (rule 33).
  ///
  /// It does where one of them lies within the other. Writing an element leaves the number of
  /// elements as it is.
  func changes(_ captured: HostPath) -> Bool {
    guard member == captured.member else { return false }
    for (a, b) in zip(steps, captured.steps) {
      switch (a, b) {
      case (.element(let i), .element(let j)): if let i, let j, i != j { return false }
      case (.part(let i), .part(let j)): if i != j { return false }
      case (.count, .count): break
      case (.part, _), (.element, _), (.count, _): return false
      }
    }
    return true
  }
}

/// Where a run stands with regard to the freeze rule.
///
/// Two of them are equal if what can happen after them is the same; how they came about may differ.
struct HostState: Hashable {
  /// For each kernel, a bit for each of its captures: set where that was written since the kernel
  /// was compiled.
  var stale: [UInt64]
  /// What the running function has written of its `inout` parameters, as places of members.
  var lent: Set<HostPath> = []
  /// The way here: an index into the explorer's `steps`.
  var way: Int32 = 0
  /// How many decisions led here.
  var length: Int32 = 0

  static func == (a: HostState, b: HostState) -> Bool { a.stale == b.stale && a.lent == b.lent }

  func hash(into hasher: inout Hasher) {
    hasher.combine(stale)
    hasher.combine(lent)
  }
}

/// The states in which a stretch of code ends, by how it ends.
struct HostEnds {
  var normal: Set<HostState> = []
  var broke: Set<HostState> = []
  var continued: Set<HostState> = []
  var returned: Set<HostState> = []
  var threw: Set<HostState> = []
}
