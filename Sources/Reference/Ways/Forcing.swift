import Diagnostics
import Typing

/// Leads the reference interpreter along a way that the judge has found, and notes what it writes.
///
/// What decides (conditions, rounds of loops, errors, computed indices, which function a value is)
/// follows the way, whatever the values say; all else is done as always.
final class Forcing {
  private let way: [Decision]
  private var position = 0
  private let kernels: [FrozenKernel]
  private let numbers: [FunctionID: Int]
  /// By the operand of an `await` or `send`: the kernels that its writes do not concern.
  private let spared: [Span: Set<Int>]
  private let goal: Breach
  /// Whether the goal is a write that a kernel has the host do while it runs.
  private let isMeanwhile: Bool
  /// The captures that the goal's kernel has on the way, which computed indices are to hit.
  private let wanted: [HostPath]
  /// By kernel the captures written since it was compiled.
  private var stale: [Set<Int>]
  private var running: [Set<Int>] = []
  /// How many of the functions around are not on the way.
  private(set) var freeDepth = 0
  /// Whether the goal has been reached: the call with a capture written before it, or the write.
  private(set) var hasPerformed = false

  init(_ breach: Breach, of ways: HostWays, isMeanwhile: Bool) {
    goal = breach
    self.isMeanwhile = isMeanwhile
    way = breach.way
    kernels = ways.kernels
    numbers = ways.numbers
    stale = Array(repeating: [], count: kernels.count)
    let number = ways.numbers[breach.kernel] ?? 0
    wanted = breach.capturesOnWay.sorted().map { ways.kernels[number].captures[$0] }
    var spared: [Span: Set<Int>] = [:]
    for (kernel, sites) in ways.hostSites.enumerated() {
      for site in sites { spared[site.operand.span, default: []].insert(kernel) }
    }
    self.spared = spared
  }

  // MARK: The way

  /// What the way says next; nil at its end, and in what is not on it.
  var next: Decision? {
    freeDepth == 0 && position < way.count ? way[position] : nil
  }

  /// Whether the way goes on into what is at `span`.
  func goes(to span: Span) -> Bool { next == .goes(span) }

  /// Whether it goes on into something that lies within `span`.
  func goesInto(_ span: Span) -> Bool {
    guard case .goes(let place)? = next else { return false }
    return place.source == span.source && span.start <= place.start && place.end <= span.end
  }

  /// Goes on into what is at `span`, if the way does.
  @discardableResult
  func take(_ span: Span) -> Bool { take(.goes(span)) }

  @discardableResult
  func take(_ decision: Decision) -> Bool {
    guard next == decision else { return false }
    position += 1
    return true
  }

  /// Whether the operation at `span` raises an error.
  func raises(at span: Span) -> Bool { take(.raises(span)) }

  /// The function that the way says is called at `span`.
  func callee(at span: Span) -> FunctionID? {
    switch next {
    case .calls(let function, span)?: function
    case .goes?, .calls?, .starts?, .runs?, .raises?, .leaves?, nil: nil
    }
  }

  /// Enters a function that may not be on the way; whether it is.
  ///
  /// `leave` comes behind it.
  func enter(_ decision: Decision) -> Bool {
    if take(decision) { return true }
    freeDepth += 1
    return false
  }

  /// The steps left for what is not on the way.
  var freeSteps = 0
  /// Whether something that is not on the way had to be cut off, since it does not end.
  var hasCutOff = false
  /// Whether what comes next is the body of a function that a kernel has the host run, which has
  /// been entered.
  private var hasEntered = false

  /// Enters what a kernel has the host run at `span`: `callee` or, where that is nil, something
  /// that is never on the way; whether it is.
  ///
  /// `leave` comes behind it.
  func run(_ callee: FunctionID?, at span: Span) -> Bool {
    guard let callee else {
      freeDepth += 1
      return false
    }
    hasEntered = true
    return enter(.runs(callee, span))
  }

  /// Whether the function that is called now has been entered by `run`, which leaves it, too.
  func isEntered() -> Bool {
    defer { hasEntered = false }
    return hasEntered
  }

  /// What of the way has not been gone.
  var rest: ArraySlice<Decision> { way[position...] }

  func leave(wasOnWay: Bool) {
    if !wasOnWay {
      freeDepth -= 1
    } else if case .leaves? = next {
      position += 1
    }
  }

  // MARK: What is written

  /// The element that a computed index means, of the array at `path` of `member`.
  func element(of member: MemberID?, below path: [Int]) -> Int64 {
    for captured in wanted where captured.member == member {
      guard captured.steps.count > path.count else { continue }
      if case .element(let index?) = captured.steps[path.count] { return index }
    }
    return 0
  }

  func wrote(_ member: MemberID, _ path: [Int]) {
    for (number, kernel) in kernels.enumerated() {
      if running.contains(where: { $0.contains(number) }) { continue }
      for (bit, captured) in kernel.captures.enumerated() where captured.member == member {
        if Self.changes(path, captured) { stale[number].insert(bit) }
      }
    }
    let function = numbers[goal.kernel] ?? 0
    if isMeanwhile, !stale[function].isDisjoint(with: goal.capturesOnWay) { hasPerformed = true }
  }

  /// A local of `function` was written: a variable of the host, where that is lent to the function
  /// with which the way begins.
  func wrote(_ local: LocalID, of function: FunctionID, _ path: [Int]) {
    guard function == goal.start, let lent = goal.lent[local] else { return }
    var whole: [Int] = []
    for step in lent.steps {
      switch step {
      case .part(let index): whole.append(index)
      case .element(let index):
        whole.append(Int(index ?? element(of: lent.member, below: whole)))
      case .count: return
      }
    }
    wrote(lent.member, whole + path)
  }

  private static func changes(_ path: [Int], _ captured: HostPath) -> Bool {
    for (index, step) in zip(path, captured.steps) {
      switch step {
      case .part(let own): if own != index { return false }
      case .element(let own): if let own, own != Int64(index) { return false }
      case .count: return false
      }
    }
    return true
  }

  func compiled(_ functions: [FunctionID]) {
    for function in functions {
      if let number = numbers[function] { stale[number] = [] }
    }
  }

  /// The host starts `kernel`; whether that is the goal.
  func started(_ kernel: FunctionID, at span: Span) -> Bool {
    guard let number = numbers[kernel] else { return false }
    defer { stale[number] = [] }
    guard kernel == goal.kernel, span == goal.span, position == way.count, freeDepth == 0,
      !stale[number].isEmpty
    else {
      take(.starts(span))
      return false
    }
    hasPerformed = true
    return true
  }

  func begin(_ operand: Span) { running.append(spared[operand] ?? []) }
  func end() { running.removeLast() }
}
