import Diagnostics
import Typing

/// The state of the walk through one host function.
struct Flow {
  var function: FunctionID
  /// Nil where no way leads.
  var state: FreezeState?
  var broke: FreezeState?
  var continued: FreezeState?
  var returned: FreezeState?
  var threw: FreezeState?
  var exposed: [Int32: [Target: Reaches]] = [:]
  var place = StatementPlace.none
  /// The sites of the statement that is being walked.
  var fresh: Set<SiteID> = []
  /// Goes up with each change of the state.
  var version = 0
  /// The version that was last noted in `threw`.
  var versionThrown = -1
}

/// The forward may-write analysis of the host half: one summary for each host function, callees
/// first.
///
/// Each stretch of code is walked once, from an empty state, and yields the function from states to
/// states that it is; a loop's is applied to the state before it. That is exact, since these
/// functions take away and add, nothing else, and so distribute over joins; and the effort is that
/// of one walk, however deep the loops.
struct FreezeAnalysis {
  let program: TypedProgram
  var table: CaptureTable
  let values: FunctionValues
  var sites = Sites()
  var summaries: [FunctionID: FreezeSummary] = [:]
  /// Of the function that is being walked.
  var flow: Flow
  var summary = FreezeSummary()
  /// The `inout` parameters of the function that is being walked.
  var inoutParameters: [LocalID: Int] = [:]
  /// Without a `try`, here or in a kernel that awaits, nobody asks for the state in which an error
  /// leaves.
  let tracksErrors: Bool
  /// Whether the host may `pause()`.
  let pauses: Bool
  /// Whether the program itself throws `Cancelled`.
  let throwsCancelled: Bool
  /// What each kernel's `await`s and `send`s may write, once it is settled.
  var kernelEffects: [FunctionID: [KernelWrite]] = [:]
  var targetsOfType: [Type: [FunctionID]] = [:]
  /// What the tests have the analysis overlook.
  var omitted: FreezeRule?

  struct KernelWrite {
    let write: WriteID
    let hostSite: Int
  }

  /// Nil for a program without any function.
  init?(_ table: CaptureTable, of program: TypedProgram, values: FunctionValues) {
    guard let first = program.functions.first?.id else { return nil }
    self.program = program
    self.table = table
    self.values = values
    flow = Flow(function: first)
    var hasTry = false
    var throwsOwn = false
    var hasPause = false
    for function in program.functions where Self.isHost(function) || Self.isKernel(function) {
      function.body.visit { node in
        switch node {
        case .statement(let statement):
          if case .tryCatch = statement.kind { hasTry = true }
          if case .throwError(.builtin(let number)?, _) = statement.kind,
            builtinErrorNames.indices.contains(number), builtinErrorNames[number] == "Cancelled"
          {
            throwsOwn = true
          }
        case .expression(let expression):
          if case .intrinsic(.pause, _) = expression.kind { hasPause = true }
        case .place: break
        }
      }
    }
    tracksErrors = hasTry
    pauses = hasPause
    throwsCancelled = throwsOwn
  }

  /// Whether the function's body may run on the host and matters for the freeze rule.
  static func isHost(_ function: TypedFunction) -> Bool {
    switch function.kind {
    case .portable, .host, .stage(.run): true
    case .kernel, .seamlessKernel, .stage, .initializer, .test, .requirement: false
    }
  }

  static func isKernel(_ function: TypedFunction) -> Bool {
    switch function.kind {
    case .kernel, .seamlessKernel: true
    case .portable, .host, .stage, .initializer, .test, .requirement: false
    }
  }

  mutating func run() {
    let graph = callGraph()
    for component in graph.components(of: program.functions.filter(Self.isHost).map(\.id)) {
      let isRecursive =
        component.count > 1 || graph.edges[component[0], default: []].contains(component[0])
      if !isRecursive {
        summaries[component[0]] = walk(component[0])
        continue
      }
      for id in component { summaries[id] = FreezeSummary() }
      var changed = true
      while changed {
        changed = false
        for id in component {
          // What kernels write depends on the functions of this component.
          kernelEffects = [:]
          let next = walk(id)
          if let earlier = summaries[id], next.isSame(as: earlier, table) { continue }
          summaries[id] = next
          changed = omitted != .recursionSettles
        }
      }
      kernelEffects = [:]
    }
  }

  /// Which host functions each host function may run, also by way of a kernel.
  private mutating func callGraph() -> CallGraph {
    var graph = CallGraph()
    for function in program.functions where Self.isHost(function) {
      var callees: [FunctionID] = []
      var calledValues: [Type] = []
      // The program is not mentioned in the closure: it would be copied at every node.
      var deviceCalls: [(device: TypedExpression, name: String, signature: FunctionID)] = []
      function.body.visit { node in
        guard case .expression(let expression) = node else { return }
        switch expression.kind {
        case .call(let callee, _, _): callees.append(callee)
        case .deviceCall(let device, let name, let signature, _):
          deviceCalls.append((device, name, signature))
        case .callValue(let callee, _): calledValues.append(callee.type)
        case .intrinsic(.leastSquares, let operands):
          if let model = operands.first { calledValues.append(model.type) }
        default: break
        }
      }
      for (device, name, signature) in deviceCalls {
        callees += program.deviceKernels(name, of: device, like: signature, in: function.owner)
      }
      for type in calledValues { callees += targets(of: type) }
      var edges: Set<FunctionID> = []
      for callee in callees {
        if Self.isKernel(program[callee]) {
          for site in table.captures.sites[callee] ?? [] {
            edges.formUnion(hostFunctions(of: table.captures.hostSites[site].operand))
          }
        } else {
          edges.insert(callee)
        }
      }
      graph.edges[function.id] = edges
    }
    return graph
  }

  /// The host functions that the operand of an `await` or `send` runs itself.
  private mutating func hostFunctions(of operand: TypedExpression) -> [FunctionID] {
    switch operand.kind {
    case .call(let callee, _, _): [callee]
    case .callValue(let callee, _): targets(of: callee.type)
    default: []
    }
  }

  /// The functions that a value of `type` may be.
  mutating func targets(of type: Type) -> [FunctionID] {
    if let known = targetsOfType[type] { return known }
    // Those of kernels' bodies never come to the host.
    let found = values.targets(of: type).filter {
      !(program[$0].isLocal && Self.isKernel(program[$0]))
    }
    targetsOfType[type] = found
    return found
  }

  private mutating func walk(_ id: FunctionID) -> FreezeSummary {
    let function = program[id]
    inoutParameters = [:]
    for (index, parameter) in function.parameters.enumerated() where parameter.isInout {
      inoutParameters[parameter.local] = index
    }
    summary = FreezeSummary()
    // What was found first stays: so a chain of witnesses never runs in a circle.
    summary.everWritten = summaries[id]?.everWritten ?? [:]
    flow = Flow(function: id)
    flow.state = FreezeState()
    walk(function.body)
    let returned = omitted == .returnsLeave ? nil : flow.returned
    summary.normal = sites.join(flow.state, returned)
    summary.threw = flow.threw
    summary.exposed = flow.exposed
    return summary
  }

  // MARK: Stretches of code

  /// What a stretch of code does, from an empty state on.
  struct Stretch {
    var normal: FreezeState?
    var broke: FreezeState?
    var continued: FreezeState?
    var returned: FreezeState?
    var threw: FreezeState?
    var exposed: [Int32: [Target: Reaches]]
  }

  /// Walks by `body` as a stretch of its own.
  mutating func stretch(_ body: (inout FreezeAnalysis) -> Void) -> Stretch {
    let outer = flow
    flow = Flow(function: outer.function)
    flow.state = FreezeState()
    flow.place = outer.place
    body(&self)
    let result = Stretch(
      normal: flow.state, broke: flow.broke, continued: flow.continued, returned: flow.returned,
      threw: flow.threw,
      exposed: flow.exposed)
    flow = outer
    return result
  }

  /// Puts `stretch` behind `state`: its calls see that state, its exits but `break` and `continue`
  /// become the flow's.
  mutating func apply(_ stretch: Stretch, to state: FreezeState?) {
    guard let state else { return }
    reach(stretch.exposed, from: state, via: nil, isWithinStatement: false)
    if stretch.returned != nil {
      flow.returned = sites.join(flow.returned, compose(state, stretch.returned))
    }
    if stretch.threw != nil {
      flow.threw = sites.join(flow.threw, compose(state, stretch.threw))
      flow.versionThrown = -1
    }
  }

  /// What of `state` reaches the calls in `exposed`: noted as stale, and passed on to what stands
  /// before.
  ///
  /// Through a call of the function `callee` they are its calls.
  mutating func reach(
    _ exposed: [Int32: [Target: Reaches]], from state: FreezeState, via callee: FunctionID?,
    isWithinStatement: Bool
  ) {
    for (kernel, targets) in exposed {
      let writes = state[kernel]
      let row = table.row(writes, of: kernel, &sites)
      let compiled = state.compilePoints(of: kernel)
      var passedOn: Reaches = []
      if !state.compiledSurely.contains(kernel) { passedOn.insert(.writes) }
      if sites.includesBefore(compiled) { passedOn.insert(.compilePoint) }
      let ofParameters = inoutParameters.isEmpty ? [:] : writes.filter { isOfParameter($0.key) }
      func note(_ target: Target, _ reaches: Reaches) {
        var stale = Stale()
        if reaches.contains(.writes), !row.isEmpty {
          stale.row = row
          stale.isWithinStatement =
            isWithinStatement
            && row.contains { set in
              sites.members(of: set).contains { flow.fresh.contains($0) }
            }
        }
        if reaches.contains(.compilePoint) || !stale.row.isEmpty { stale.compiled = compiled }
        if !stale.row.isEmpty || (compiled != Sites.beforeOnly && reaches.contains(.compilePoint)) {
          add(stale, to: target, of: kernel)
        }
        if reaches.contains(.writes) {
          for (write, set) in ofParameters {
            summary.parameterStale.insert(
              ParameterStale(
                write: write, kernel: kernel, target: target, sites: set, compiled: compiled))
          }
        }
        let rest = reaches.intersection(passedOn)
        if !rest.isEmpty { flow.exposed[kernel, default: [:]][target, default: []].formUnion(rest) }
      }
      if let callee {
        note(.function(callee), targets.values.reduce(into: []) { $0.formUnion($1) })
      } else {
        for (target, reaches) in targets { note(target, reaches) }
      }
    }
  }

  mutating func add(_ stale: Stale, to target: Target, of kernel: Int32) {
    let key = TargetOfKernel(target: target, kernel: kernel)
    var known = summary.stale[key] ?? Stale()
    known.row = sites.union(known.row, stale.row)
    known.compiled = sites.union(known.compiled, stale.compiled)
    known.isWithinStatement = known.isWithinStatement || stale.isWithinStatement
    summary.stale[key] = known
  }

  /// Notes that an error may be raised here.
  mutating func mayThrow() {
    guard tracksErrors, let state = flow.state, flow.version != flow.versionThrown,
      omitted != .errorsAreCaught
    else { return }
    flow.threw = sites.join(flow.threw, state)
    flow.versionThrown = flow.version
  }

  mutating func set(_ state: FreezeState?) {
    flow.state = state
    flow.version += 1
  }

  // MARK: Writes

  func site(_ kind: Site.Kind, at span: Span) -> Site {
    Site(kind: kind, function: flow.function, span: span, place: flow.place)
  }

  func isOfParameter(_ write: WriteID) -> Bool {
    switch table.written[Int(write)] {
    case .parameter: true
    case .member: false
    }
  }

  /// The place is written, by the statement or call at `span`.
  mutating func write(_ place: Place, at span: Span) {
    guard flow.state != nil, let write = number(of: place) else { return }
    if omitted == .computedIndicesAreAny, program.path(of: place).steps.contains(.anyIndex) {
      return
    }
    mark(write, by: sites.number(site(.write, at: span)))
  }

  /// What a write of the place is; nil where nothing depends on it.
  private mutating func number(of place: Place) -> WriteID? {
    switch place.root {
    case .member(let member): return table.write(program.path(of: place), in: member)
    case .local(let local):
      guard let parameter = inoutParameters[local] else { return nil }
      return table.write(ParameterPath(parameter: parameter, path: program.path(of: place)))
    }
  }

  /// The site writes; kernels in `spared` do not mind.
  mutating func mark(_ write: WriteID, by site: SiteID, sparing spared: Set<Int32> = []) {
    guard var state = flow.state else { return }
    flow.state = nil
    table.mark(write, sites.set(of: site), in: &state, sparing: spared)
    if isOfParameter(write) { state.lent.insert(write) }
    flow.state = state
    flow.fresh.insert(site)
    flow.version += 1
    noteEver(write, by: site)
  }

  /// Nobody calls a stage, and so nobody asks what it writes.
  mutating func noteEver(_ write: WriteID, by site: SiteID) {
    if case .stage = program[flow.function].kind { return }
    if summary.everWritten[write] == nil { summary.everWritten[write] = site }
  }
}
