package import Diagnostics
package import Typing

/// A kernel as the freeze rule sees it.
package struct FrozenKernel: Sendable {
  package let id: FunctionID
  /// What it captures; no more than 64 places.
  package let captures: [HostPath]
  package init(id: FunctionID, captures: [HostPath]) {
    self.id = id
    self.captures = captures
  }
}

/// How a way goes on where it could have gone on otherwise.
package enum Decision: Hashable, Sendable {
  /// Into the block, the operand or past the statement at the place.
  case goes(Span)
  /// Into the function, called at the place.
  case calls(FunctionID, Span)
  /// The kernel called at the place is started.
  case starts(Span)
  /// Into the function that a kernel has the host run by the operand at the place.
  case runs(FunctionID, Span)
  /// The operation at the place raises an error.
  case raises(Span)
  /// The function that was entered last, and not left since, is left; it was called at the place.
  case leaves(Span)

  package var span: Span {
    switch self {
    case .goes(let span), .calls(_, let span), .starts(let span), .runs(_, let span),
      .raises(let span), .leaves(let span):
      span
    }
  }
}

/// Something that the freeze rule forbids, on a way that leads to it.
package struct Breach: Sendable {
  package let span: Span
  package let kernel: FunctionID
  /// The captures concerned, by number; of all ways.
  package var captures: Set<Int>
  /// The function in which the way begins: `run`, or one that a kernel has the host run.
  package let start: FunctionID
  /// What is lent to that function, by its parameter.
  var lent: [LocalID: HostPath] = [:]
  /// The captures concerned on it.
  package let capturesOnWay: Set<Int>
  package let way: [Decision]
}

/// Goes every way through the host half of an experiment, each by itself: the judge of the freeze
/// analysis.
///
/// Values are not computed. A condition is taken both ways (unless it is a literal), a loop any
/// number of times, an operation that can raise raises or does not, a computed index is any, and a
/// function value any function of its type. Nothing is merged but what is equal, so that each
/// breach has a way of its own, and a program without breach has none on any way. The effort is
/// exponential, for small programs only.
package struct HostWays {
  let program: TypedProgram
  let kernels: [FrozenKernel]
  let numbers: [FunctionID: Int]
  /// By kernel: the operands of the `await`s and `send`s that it can reach on the device.
  let hostSites: [[HostOperand]]
  /// Whether anything catches errors; where nothing does, the first one ends the run.
  private let catchesErrors: Bool
  /// More states than these at one place, and the search is given up.
  static let stateCountMax = 3_000

  /// By call and kernel, in the order in which they were found.
  package private(set) var staleCalls: [Breach] = []
  package private(set) var writesWhileRunning: [Breach] = []
  /// The `await`s and `send`s that write a capture of the kernel by themselves, without a function.
  package private(set) var writtenAtOnce: [(span: Span, kernel: FunctionID)] = []
  /// Whether there were too many states, and the result is incomplete.
  package private(set) var isGivenUp = false

  /// The ways so far: each step with the one before it, and the way through the function called, if
  /// it is a call.
  private var steps: [(before: Int32, decision: Decision, inner: Int32)] = []
  /// From where, and how, each function was entered first; nothing of one where a search begins.
  private var origins: [Activation: (caller: Activation, way: Int32, decision: Decision)] = [:]
  private var known: [Activation: HostEnds] = [:]
  private var isVisited: Set<Activation> = []
  private var hasChanged = false

  /// The states of the function that is walked, at the place where the walk is.
  var current: Set<HostState> = []
  var ends = HostEnds()
  var activation: Activation
  /// Where the search began.
  private var first: Activation

  /// A host function as it is entered.
  struct Activation: Hashable {
    let function: FunctionID
    /// What its `inout` parameters stand for, by local, where these are members.
    var bindings: [LocalID: HostPath] = [:]
    /// The kernels that its writes do not concern, since they wait for it.
    var spared: Set<Int> = []
    var entry: HostState
  }

  /// What an `await` or `send` runs.
  struct HostOperand {
    let operand: TypedExpression
    let span: Span
  }

  /// Goes every way through `run` of the experiment `id`; nil if it has none.
  package init?(_ program: TypedProgram, experiment id: ExperimentID, kernels: [FrozenKernel]) {
    guard let run = program[id].run else { return nil }
    self.program = program
    self.kernels = kernels
    numbers = Dictionary(kernels.enumerated().map { ($1.id, $0) }) { first, _ in first }
    catchesErrors = program.functions.contains { Self.hasTry($0.body) }
    hostSites = kernels.map { Self.hostOperands(of: $0.id, in: program) }
    let entry = HostState(stale: Array(repeating: 0, count: kernels.count))
    activation = Activation(function: run, entry: entry)
    first = activation
    settle(activation)
    findWritesWhileRunning(entry)
  }

  /// Walks until nothing new is found: a recursive function is entered with what is known of it.
  private mutating func settle(_ start: Activation) {
    first = start
    origins = [:]
    repeat {
      hasChanged = false
      isVisited = []
      _ = enter(start)
    } while hasChanged && !isGivenUp
  }

  /// The states in which a function that is entered so ends.
  mutating func enter(_ start: Activation) -> HostEnds {
    guard isVisited.insert(start).inserted, !isGivenUp else { return known[start] ?? HostEnds() }
    let outer = (current, ends, activation)
    current = [start.entry]
    ends = HostEnds()
    activation = start
    walk(program[start.function].body)
    ends.normal = current
    let found = ends
    (current, ends, activation) = outer
    let before = known[start].map { $0.normal.count + $0.returned.count + $0.threw.count } ?? -1
    if found.normal.count + found.returned.count + found.threw.count != before {
      known[start] = found
      hasChanged = true
    }
    return found
  }

  /// The states in which `callee` ends when it is called in the state `entry`.
  ///
  /// `decision` is the call.
  mutating func enter(
    _ callee: FunctionID, _ bindings: [LocalID: HostPath], sparing spared: Set<Int> = [],
    from entry: HostState, by decision: Decision
  ) -> HostEnds {
    let called = Activation(
      function: callee, bindings: bindings, spared: activation.spared.union(spared),
      entry: HostState(stale: entry.stale))
    if origins[called] == nil, called != first {
      origins[called] = (activation, entry.way, decision)
    }
    return enter(called)
  }

  /// The caller's state once a callee that it called in the state `entry` has ended in `state`.
  mutating func behind(
    _ state: HostState, calledFrom entry: HostState, by decision: Decision
  ) -> HostState {
    var next = step(from: entry, decision, inner: state)
    next.stale = state.stale
    return next
  }

  // MARK: States

  /// Goes on with `states`, where the way to others parts at `span`.
  mutating func branch(to states: Set<HostState>, at span: Span) {
    var next: Set<HostState> = []
    for state in states { next.insert(step(from: state, .goes(span))) }
    current = next
  }

  /// The state, a step further; `inner` is the way through a function that was called.
  mutating func step(from state: HostState, _ decision: Decision, inner: HostState? = nil)
    -> HostState
  {
    var next = state
    steps.append((state.way, decision, inner?.way ?? 0))
    next.way = Int32(steps.count)
    next.length = state.length + 1 + (inner?.length ?? 0)
    return next
  }

  /// Makes something of each current state.
  mutating func change(_ body: (inout HostState) -> Void) {
    current = Set(
      current.map { state in
        var next = state
        body(&next)
        return next
      })
    if current.count > Self.stateCountMax { isGivenUp = true }
  }

  /// Notes that an error may be raised here.
  mutating func mayRaise(at span: Span) {
    for state in current where !ends.threw.contains(state) {
      ends.threw.insert(step(from: state, .raises(span)))
    }
  }

  // MARK: Writes

  /// The place of a member that `place` is, if it is one here.
  func hostPath(_ place: Place) -> HostPath? {
    var path: HostPath
    switch place.root {
    case .member(let member): path = HostPath(member: member, steps: [])
    case .local(let local):
      guard let bound = activation.bindings[local] else { return nil }
      path = bound
    }
    for step in place.steps {
      switch step {
      case .field(let i), .tupleElement(let i): path.steps.append(.part(i))
      case .index(let index):
        if case .integer(let value) = index.kind {
          path.steps.append(.element(value))
        } else {
          path.steps.append(.element(nil))
        }
      }
    }
    return path
  }

  mutating func write(_ place: Place) {
    guard let path = hostPath(place) else { return }
    var isLent = false
    if case .local = place.root { isLent = true }
    mark(path, isLent: isLent)
  }

  /// By kernel: a way to a write of a capture of it, and all such captures.
  private var touched: [(way: [Decision], first: UInt64, all: UInt64)?] = []

  mutating func mark(_ path: HostPath, isLent: Bool) {
    var bits = Array(repeating: UInt64(0), count: kernels.count)
    for (number, kernel) in kernels.enumerated() where !activation.spared.contains(number) {
      for (bit, captured) in kernel.captures.enumerated() where path.changes(captured) {
        bits[number] |= 1 << UInt64(bit)
      }
    }
    change { state in
      for number in bits.indices { state.stale[number] |= bits[number] }
      if isLent { state.lent.insert(path) }
    }
    for number in touched.indices where bits[number] != 0 {
      for state in current.sorted(by: { $0.length < $1.length }) {
        let bits = state.stale[number]
        if touched[number] == nil { touched[number] = (way(to: state), bits, 0) }
        touched[number]?.all |= bits
      }
    }
  }

  // MARK: Kernels

  mutating func compile(_ kernel: FunctionID) {
    guard let number = numbers[kernel] else { return }
    change { $0.stale[number] = 0 }
  }

  /// Starts a kernel and waits for it and for what it runs on the host.
  mutating func start(_ kernel: FunctionID, at span: Span) {
    guard let number = numbers[kernel] else {
      mayRaise(at: span)
      return
    }
    // The shortest way first: it is the one that is kept.
    let stale = current.filter { $0.stale[number] != 0 }.sorted { $0.length < $1.length }
    for state in stale {
      let captures = Self.captures(state.stale[number])
      if let known = staleCalls.firstIndex(where: { $0.span == span && $0.kernel == kernel }) {
        staleCalls[known].captures.formUnion(captures)
      } else {
        staleCalls.append(
          Breach(
            span: span, kernel: kernel, captures: captures, start: first.function,
            capturesOnWay: captures, way: way(to: state)))
      }
    }
    compile(kernel)
    current = Set(current.map { step(from: $0, .starts(span)) })
    // Any of its calls of the host may happen, or not. Once is enough: what they run compiles
    // nothing, so that whatever several of them have written one of them has.
    var reached = current
    for site in hostSites[number] {
      current = reached
      let spared = Set(
        kernels.indices.filter { k in hostSites[k].contains { $0.span == site.span } })
      runOnHost(site.operand, sparing: spared)
      reached.formUnion(current)
      if reached.count > Self.stateCountMax { isGivenUp = true }
    }
    current = reached
    mayRaise(at: span)
  }

  /// What an `await` or `send` does on the host: any way through the function, also one that ends
  /// with an error.
  private mutating func runOnHost(_ operand: TypedExpression, sparing spared: Set<Int>) {
    let outer = activation.spared
    defer { activation.spared = outer }
    if case .append(let place, _) = operand.kind {
      activation.spared = outer.union(spared)
      if case .member = place.root { write(place) }
      return
    }
    let entries = current
    let lent = bindings(of: operand)
    var after: Set<HostState> = []
    for callee in Self.callees(of: operand, in: program) {
      let decision = Decision.runs(callee, operand.span)
      for entry in entries {
        let done = enter(callee, lent, sparing: spared, from: entry, by: decision)
        // A kernel may catch what it awaits.
        let threw = catchesErrors ? done.threw : []
        for state in done.normal.union(done.returned).union(threw) {
          activation.spared = outer.union(spared)
          current = [behind(state, calledFrom: entry, by: decision)]
          for path in state.lent { mark(path, isLent: false) }
          activation.spared = outer
          after.formUnion(current)
        }
      }
    }
    current = after
  }

  /// What the `inout` parameters of the function that an `await` or `send` runs stand for, where
  /// these are the host's.
  private func bindings(of operand: TypedExpression) -> [LocalID: HostPath] {
    guard case .call(let callee, _, let arguments) = operand.kind else { return [:] }
    var result: [LocalID: HostPath] = [:]
    for (parameter, argument) in zip(program[callee].parameters, arguments) {
      guard case .place(let place) = argument, case .member = place.root else { continue }
      result[parameter.local] = hostPath(place)
    }
    return result
  }

  /// For each kernel, the `await`s and `send`s that may write what it captures.
  private mutating func findWritesWhileRunning(_ entry: HostState) {
    for (number, kernel) in kernels.enumerated() {
      for site in hostSites[number] {
        if case .append(let place, _) = site.operand.kind, case .member = place.root,
          let path = hostPath(place)
        {
          let written = kernel.captures.indices.filter { path.changes(kernel.captures[$0]) }
          if !written.isEmpty { writtenAtOnce.append((site.span, kernel.id)) }
        }
        let lent = bindings(of: site.operand)
        for callee in Self.callees(of: site.operand, in: program) {
          touched = Array(repeating: nil, count: kernels.count)
          settle(Activation(function: callee, bindings: lent, entry: entry))
          guard let found = touched[number] else { continue }
          let captures = Self.captures(found.all)
          if let known = writesWhileRunning.firstIndex(where: {
            $0.span == site.span && $0.kernel == kernel.id
          }) {
            writesWhileRunning[known].captures.formUnion(captures)
          } else {
            writesWhileRunning.append(
              Breach(
                span: site.span, kernel: kernel.id, captures: captures, start: callee, lent: lent,
                capturesOnWay: Self.captures(found.first), way: found.way))
          }
        }
      }
    }
  }

  private static func hasTry(_ block: TypedBlock) -> Bool {
    var found = false
    func look(_ node: TypedNode) {
      switch node {
      case .statement(let statement):
        if case .tryCatch = statement.kind { found = true }
        statement.forEachChild(look)
      case .expression(let expression): expression.forEachChild(look)
      case .place: break
      }
    }
    for statement in block.statements { look(.statement(statement)) }
    return found
  }

  // MARK: Breaches

  private static func captures(_ bits: UInt64) -> Set<Int> {
    Set((0..<64).filter { bits >> UInt64($0) & 1 == 1 })
  }

  /// The way from where the search began to the state of the function that is walked.
  private func way(to state: HostState) -> [Decision] {
    var result = way(state.way)
    var place = activation
    while let origin = origins[place] {
      result = way(origin.way) + [origin.decision] + result
      place = origin.caller
    }
    return result
  }

  private func way(_ last: Int32) -> [Decision] {
    var result: [Decision] = []
    var place = last
    while place > 0 {
      let step = steps[Int(place) - 1]
      switch step.decision {
      case .calls(_, let span), .runs(_, let span): result.append(.leaves(span))
      case .goes, .starts, .raises, .leaves: break
      }
      result += way(step.inner).reversed()
      result.append(step.decision)
      place = step.before
    }
    return result.reversed()
  }
}
