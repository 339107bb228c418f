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

/// Something that the freeze rule forbids, on a way that leads to it.
package struct Breach: Sendable {
  package let span: Span
  package let kernel: FunctionID
  /// The captures concerned, by number; of all ways.
  package var captures: Set<Int>
  /// The places on the first way found at which it could have gone on otherwise.
  package let way: [Span]
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
  /// Whether there were too many states, and the result is incomplete.
  package private(set) var isGivenUp = false

  /// The ways so far: each step with the one before it, and the way through the function called, if
  /// it is a call.
  private var steps: [(before: Int32, span: Span, inner: Int32)] = []
  private var known: [Activation: HostEnds] = [:]
  private var isVisited: Set<Activation> = []
  private var hasChanged = false

  /// The states of the function that is walked, at the place where the walk is.
  var current: Set<HostState> = []
  var ends = HostEnds()
  var activation: Activation

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
    settle(activation)
    findWritesWhileRunning(entry)
  }

  /// Walks until nothing new is found: a recursive function is entered with what is known of it.
  private mutating func settle(_ start: Activation) {
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
  mutating func enter(
    _ callee: FunctionID, _ bindings: [LocalID: HostPath], sparing spared: Set<Int> = [],
    from entry: HostState
  ) -> HostEnds {
    enter(
      Activation(
        function: callee, bindings: bindings, spared: activation.spared.union(spared),
        entry: HostState(stale: entry.stale)))
  }

  /// The caller's state once a callee that it called in the state `entry` has ended in `state`.
  mutating func behind(_ state: HostState, calledFrom entry: HostState, at span: Span) -> HostState
  {
    var next = step(from: entry, at: span, inner: state.way)
    next.stale = state.stale
    return next
  }

  // MARK: States

  /// Goes on with `states`, where the way to others parts at `span`.
  mutating func branch(to states: Set<HostState>, at span: Span) {
    var next: Set<HostState> = []
    for state in states { next.insert(step(from: state, at: span, inner: 0)) }
    current = next
  }

  /// The state, a step further; `inner` is the way through a function that was called.
  mutating func step(from state: HostState, at span: Span, inner: Int32) -> HostState {
    var next = state
    steps.append((state.way, span, inner))
    next.way = Int32(steps.count)
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
  mutating func mayRaise() { ends.threw.formUnion(current) }

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

  /// By kernel: a state in which a capture of it has been written, and all such captures.
  private var touched: [HostState?] = []

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
      for state in current {
        let known = touched[number]?.stale[number] ?? 0
        touched[number] = touched[number] ?? state
        touched[number]?.stale[number] = known | state.stale[number]
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
      mayRaise()
      return
    }
    for state in current where state.stale[number] != 0 {
      note(Self.breach(state, number, of: kernel, at: span, way(to: state)), in: \.staleCalls)
    }
    compile(kernel)
    // Any of its calls of the host may happen, in any order and number.
    var reached = current
    var pending = current
    while !pending.isEmpty, !isGivenUp {
      current = pending
      for site in hostSites[number] {
        current = pending
        let spared = Set(
          kernels.indices.filter { k in hostSites[k].contains { $0.span == site.span } })
        runOnHost(site.operand, sparing: spared)
        reached.formUnion(current)
      }
      let next = reached.subtracting(known(pending, in: &seen))
      pending = next
      if reached.count > Self.stateCountMax { isGivenUp = true }
    }
    seen = []
    current = reached
    mayRaise()
  }

  /// The states from which a kernel's calls of the host have been followed.
  private var seen: Set<HostState> = []

  private func known(_ pending: Set<HostState>, in seen: inout Set<HostState>) -> Set<HostState> {
    seen.formUnion(pending)
    return seen
  }

  /// What an `await` or `send` does on the host: any way through the function, also one that ends
  /// with an error.
  private mutating func runOnHost(_ operand: TypedExpression, sparing spared: Set<Int>) {
    let entries = current
    var after: Set<HostState> = []
    for callee in Self.callees(of: operand, in: program) {
      for entry in entries {
        let done = enter(callee, [:], sparing: spared, from: entry)
        // A kernel may catch what it awaits.
        let threw = catchesErrors ? done.threw : []
        for state in done.normal.union(done.returned).union(threw) {
          after.insert(behind(state, calledFrom: entry, at: operand.span))
        }
      }
    }
    current = after
  }

  /// For each kernel, the `await`s and `send`s that may write what it captures.
  private mutating func findWritesWhileRunning(_ entry: HostState) {
    for (number, kernel) in kernels.enumerated() {
      for site in hostSites[number] {
        for callee in Self.callees(of: site.operand, in: program) {
          touched = Array(repeating: nil, count: kernels.count)
          settle(Activation(function: callee, entry: entry))
          guard let state = touched[number] else { continue }
          note(
            Self.breach(state, number, of: kernel.id, at: site.span, way(to: state)),
            in: \.writesWhileRunning)
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

  private static func breach(
    _ state: HostState, _ number: Int, of kernel: FunctionID, at span: Span, _ way: [Span]
  ) -> Breach {
    let captures = (0..<64).filter { state.stale[number] >> UInt64($0) & 1 == 1 }
    return Breach(span: span, kernel: kernel, captures: Set(captures), way: way)
  }

  private mutating func note(_ breach: Breach, in list: WritableKeyPath<HostWays, [Breach]>) {
    if let place = self[keyPath: list].firstIndex(where: {
      $0.span == breach.span && $0.kernel == breach.kernel
    }) {
      self[keyPath: list][place].captures.formUnion(breach.captures)
    } else {
      self[keyPath: list].append(breach)
    }
  }

  private func way(to state: HostState) -> [Span] { way(state.way) }

  private func way(_ last: Int32) -> [Span] {
    var result: [Span] = []
    var place = last
    while place > 0 {
      let step = steps[Int(place) - 1]
      result += way(step.inner).reversed()
      result.append(step.span)
      place = step.before
    }
    return result.reversed()
  }
}
