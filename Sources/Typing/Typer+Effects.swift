import Diagnostics

// Effects, inferred through all calls, and the stages that allow them (language.md, "Declarations
// in a module" and "An experiment"; rule 28).

/// One thing in a body that has an effect, or a call of something that may have.
struct EffectSource {
  let span: Span
  /// What it does itself.
  let effects: Effects
  /// As a message says it: `print`, `the dataset `counts``.
  let what: String
  let callee: FunctionID?
  /// After `await` or `send`: the kernel leaves real time by intention.
  let isMarked: Bool
  /// Inside `record`.
  var isRecorded = false
  /// How a function value comes in, if one does.
  var role = Role.plain

  enum Role {
    case plain
    /// The callee is given to another function, which may call it.
    case argument
    /// A function is chosen or kept while the program runs, which only the host can.
    case kept
  }
}

extension Typer {
  /// Fills in the effects of every function.
  mutating func inferEffects() {
    axisFunctions = Set(program.members.flatMap { $0.axes.map(\.values) })
    let values = FunctionValues(of: program)
    program.functionValues = values
    effectSources = program.functions.map { sources(of: $0, values) }
    var callers: [[Int]] = Array(repeating: [], count: program.functions.count)
    for (index, sources) in effectSources.enumerated() {
      var own = Effects()
      for source in sources where !source.isMarked {
        own.formUnion(source.effects)
        if let callee = source.callee { callers[Int(callee.index)].append(index) }
      }
      program.functions[index].effects = own
    }
    var waiting = Array(program.functions.indices)
    while let index = waiting.popLast() {
      for caller in callers[index] {
        let merged = program.functions[caller].effects.union(seen(by: caller, of: index))
        if merged != program.functions[caller].effects {
          program.functions[caller].effects = merged
          waiting.append(caller)
        }
      }
    }
  }

  /// The effects of calling function `callee` from `caller`.
  private func seen(by caller: Int, of callee: Int) -> Effects {
    let function = program.functions[callee]
    guard isKernel(function) else { return function.effects }
    // From the device it is a part of the caller; from the host it is started.
    return isDevice(program.functions[caller]) ? function.effects : [.startsKernel, .host]
  }

  private func isKernel(_ function: TypedFunction) -> Bool {
    switch function.kind {
    case .kernel, .seamlessKernel, .requirement: true
    case .portable, .host, .stage, .initializer, .test: false
    }
  }

  private func isDevice(_ function: TypedFunction) -> Bool {
    isKernel(function) || function.kind == .stage(.cleanup)
  }

  private func sources(of function: TypedFunction, _ values: FunctionValues) -> [EffectSource] {
    var found: [EffectSource] = []
    var flow = FunctionFlow(in: function, of: program, values)
    if function.kind == .host {
      found.append(
        EffectSource(
          span: function.nameSpan, effects: .host, what: "declared as `host fn`", callee: nil,
          isMarked: false))
    }
    let onDevice = isDevice(function)
    for statement in function.body.statements {
      gather(.statement(statement), onDevice, function.owner, marked: false, &flow, into: &found)
    }
    return found
  }

  private func gather(
    _ node: TypedNode, _ onDevice: Bool, _ owner: TypedFunction.Owner, marked: Bool,
    _ flow: inout FunctionFlow,
    into found: inout [EffectSource]
  ) {
    func add(_ effects: Effects, _ what: String, _ callee: FunctionID? = nil, at span: Span) {
      found.append(
        EffectSource(span: span, effects: effects, what: what, callee: callee, isMarked: marked))
    }
    switch node {
    case .place(let place):
      if case .local = place.root, place.type.holdsFunction { addKept(place.span, into: &found) }
      guard case .member(let id) = place.root else { return }
      if place.type.holdsFunction { addKept(place.span, into: &found) }
      let member = program[id]
      switch member.kind {
      case .dataset: add([.host, .touchesDatasets], "the dataset `\(member.name)`", at: place.span)
      // In a kernel the freeze check reports it.
      case .shared:
        if !onDevice {
          add([.host, .writesShared], "writing the shared value `\(member.name)`", at: place.span)
        }
      case .variable, .prepared:
        if !onDevice { add(.host, "writing `\(member.name)`", at: place.span) }
      case .resident: add(.resident, "the resident value `\(member.name)`", at: place.span)
      case .argument, .constant, .device, .field: break
      }
    case .statement(let statement):
      switch statement.kind {
      case .parallel, .loop(_, _, isParallel: true):
        add(.timeline, "`parallel`", at: statement.span)
        if !onDevice { return }
      case .preload: add([.host, .startsKernel], "`preload`", at: statement.span)
      case .send(let call):
        gather(.expression(call), onDevice, owner, marked: true, &flow, into: &found)
        return
      default: break
      }
      if case .declare(let local, let value) = statement.kind { flow.declare(local, value) }
      statement.forEachChild { gather($0, onDevice, owner, marked: false, &flow, into: &found) }
    case .expression(let expression):
      switch expression.kind {
      case .await(let call):
        gather(.expression(call), onDevice, owner, marked: true, &flow, into: &found)
        return
      case .call(let id, _, let arguments):
        add([], "`\(program[id].name)`", id, at: expression.span)
        for case .value(let value) in arguments where value.type.holdsFunction {
          addPassed(value, onDevice, flow, into: &found)
        }
        if case .function = expression.type, program.functionReturned(by: id) == nil {
          addKept(expression.span, into: &found)
        }
      case .callValue(let callee, let arguments):
        for target in targets(of: callee, onDevice, flow) {
          add([], "`\(program[target].name)`", target, at: expression.span)
        }
        for value in arguments where value.type.holdsFunction {
          addPassed(value, onDevice, flow, into: &found)
        }
        if case .function = expression.type { addKept(expression.span, into: &found) }
      case .function(_, _, let captures):
        for value in captures where value.type.holdsFunction {
          addPassed(value, onDevice, flow, into: &found)
        }
      case .deviceCall(let device, let name, let signature, _):
        add(.timeline, "`\(name)`", at: expression.span)
        for callee in program.deviceKernels(name, of: device, like: signature, in: owner) {
          add(.timeline, "`\(name)`", callee, at: expression.span)
        }
      case .intrinsic(let intrinsic, _):
        if intrinsic.isDeviceOnly {
          let effects: Effects = intrinsic.isRecordable ? .timeline : [.timeline, .unrecordable]
          add(effects, "`\(calleeText(expression))`", at: expression.span)
        }
        if intrinsic.isHostOnly { add(.host, "`\(calleeText(expression))`", at: expression.span) }
        if case .intrinsic(.leastSquares, let operands) = expression.kind,
          let model = operands.first
        {
          addPassed(model, onDevice, flow, into: &found)
        }
      case .record:
        add([.timeline, .unrecordable], "`record`", at: expression.span)
        if !onDevice { return }
        var inner: [EffectSource] = []
        expression.forEachChild { gather($0, onDevice, owner, marked: false, &flow, into: &inner) }
        for index in inner.indices { inner[index].isRecorded = true }
        found += inner
        return
      case .sharedElement(let id, _):
        if !onDevice { add(.host, "the shared value `\(program[id].name)`", at: expression.span) }
      case .member(let id):
        switch program[id].kind {
        // In a kernel the freeze check reports these.
        case .dataset:
          if !onDevice {
            add(
              [.host, .touchesDatasets], "the dataset `\(program[id].name)`", at: expression.span)
          }
        case .shared:
          if !onDevice { add(.host, "the shared value `\(program[id].name)`", at: expression.span) }
        case .resident:
          add(.resident, "the resident value `\(program[id].name)`", at: expression.span)
        case .constant:
          if case .function = expression.type, program.constantFunction(id) == nil {
            addKept(expression.span, into: &found)
          }
        case .variable, .prepared:
          if case .function = expression.type { addKept(expression.span, into: &found) }
        default: break
        }
      case .conditional, .sequence, .coalesce, .index, .field, .tupleElement, .payload:
        if case .function = expression.type { addKept(expression.span, into: &found) }
      case .array, .some, .tuple, .repeated:
        if expression.type.holdsFunction { addKept(expression.span, into: &found) }
      case .structure(_, let parts), .enumeration(_, _, let parts):
        if parts.contains(where: { $0.type.holdsFunction }) {
          addKept(expression.span, into: &found)
        }
      default: break
      }
      expression.forEachChild { child in
        // Only the call itself is marked; its arguments are evaluated on the device.
        if case .place = child {
          gather(child, onDevice, owner, marked: marked, &flow, into: &found)
        } else {
          gather(child, onDevice, owner, marked: false, &flow, into: &found)
        }
      }
    }
  }

  /// The functions that `value` may be; those of kernels' bodies are not seen outside of them.
  private func targets(of value: TypedExpression, _ onDevice: Bool, _ flow: FunctionFlow)
    -> [FunctionID]
  {
    flow.targets(of: value).filter {
      onDevice || !(program[$0].isLocal && program[$0].kind == .kernel)
    }
  }

  /// A function that is given to another one counts as called there.
  private func addPassed(
    _ value: TypedExpression, _ onDevice: Bool, _ flow: FunctionFlow,
    into found: inout [EffectSource]
  ) {
    for target in targets(of: value, onDevice, flow) {
      let name = program[target].name
      found.append(
        EffectSource(
          span: value.span, effects: [],
          what: name == "fn" ? "this function" : "`\(name)`", callee: target, isMarked: false,
          role: .argument))
    }
  }

  private func addKept(_ span: Span, into found: inout [EffectSource]) {
    found.append(
      EffectSource(
        span: span, effects: .host, what: "a function that is kept or chosen as data", callee: nil,
        isMarked: false, role: .kept))
  }

  /// The callee of a call as it is written.
  private func calleeText(_ expression: TypedExpression) -> String {
    let text = program.sources[expression.span.source].text(expression.span)
    return String(text.prefix { $0 != "(" })
  }

  // MARK: Checking

  mutating func checkStages() {
    for function in program.functions { check(function) }
  }

  /// Values given from outside have no effects at all.
  mutating func checkGiven(_ initializers: [FunctionID]) {
    for id in initializers { check(program[id]) }
  }

  private mutating func check(_ function: TypedFunction) {
    let sources = effectSources[Int(function.id.index)]
    switch function.kind {
    case .requirement: break
    case .kernel, .seamlessKernel, .stage(.cleanup): checkKernel(function, sources)
    case .portable, .host, .initializer, .stage, .test:
      for source in sources { checkHost(source, in: function) }
    }
  }

  private func effects(of source: EffectSource, in function: TypedFunction) -> Effects {
    guard let callee = source.callee else { return source.effects }
    return source.effects.union(seen(by: Int(function.id.index), of: Int(callee.index)))
  }

  private mutating func checkHost(_ source: EffectSource, in function: TypedFunction) {
    let effects = effects(of: source, in: function)
    if let callee = source.callee, isKernel(program[callee]), source.role == .plain,
      let parameter = program[callee].parameters.first(where: { $0.type.holdsFunction })
    {
      report(
        Diagnostic(
          .functionAtRunTime,
          "the host cannot give a function to the kernel `\(program[callee].name)`",
          at: source.span,
          labels: [Label("`\(parameter.name)` is a function", at: parameter.span)],
          notes: [
            "In a kernel it must be known which function it is when it is compiled. Write a kernel that calls this one with it."
          ]))
      return
    }
    // What a function that is called does wrong is reported there, unless it is wrong only here.
    if source.effects.contains(.timeline) {
      report(outOfPlace(source, in: function, effect: .timeline))
      return
    }
    let stage: Stage? = if case .stage(let stage) = function.kind { stage } else { nil }
    let isInitializer = function.kind == .initializer
    if effects.contains(.resident), function.kind != .portable || effects.contains(.host) {
      report(residentOnHost(source))
      return
    }
    if effects.contains(.startsKernel),
      stage == .prepare || stage == .analyze || isInitializer || function.kind == .test
    {
      // `preload` may stand in `prepare`.
      let isPreload = source.callee == nil
      if !(stage == .prepare && isPreload) {
        report(outOfPlace(source, in: function, effect: .startsKernel))
        return
      }
    }
    if effects.contains(.writesShared), stage == .prepare || isInitializer {
      report(
        Diagnostic(
          .sharedWrittenInWrongStage,
          "shared data cannot be written in `\(stage?.rawValue ?? "an initial value")`",
          at: source.span,
          labels: chain(source, effect: .writesShared),
          notes: [
            "`prepare` runs while other experiments still do. Write shared data in `run` or `analyze`."
          ]))
      return
    }
    if effects.contains(.touchesDatasets), stage == .prepare || isInitializer,
      !axisFunctions.contains(function.id)
    {
      report(
        Diagnostic(
          .datasetInPrepare,
          "datasets cannot be used in `\(stage?.rawValue ?? "an initial value")`: the run has not begun",
          at: source.span, labels: chain(source, effect: .touchesDatasets)))
    }
  }

  /// Only events that leave the device happen inside `record` (rule 46).
  private mutating func checkRecorded(_ function: TypedFunction, _ sources: [EffectSource]) {
    var seen: Set<Span> = []
    for source in sources where source.isRecorded {
      let effects = effects(of: source, in: function)
      guard source.isMarked || !effects.isDisjoint(with: [.unrecordable, .host]) else { continue }
      guard seen.insert(source.span).inserted else { continue }
      report(
        Diagnostic(
          .notInsideRecord, "\(source.what) cannot stand inside `record`", at: source.span,
          labels: chain(source, effect: .unrecordable),
          notes: [
            "A recording holds events that leave the device, at times from its beginning on. What waits, reads or asks for the clock is done before it, or after `play`."
          ]))
    }
  }

  private func residentOnHost(_ source: EffectSource) -> Diagnostic {
    Diagnostic(
      .residentOutsideDevice,
      source.callee == nil
        ? "\(source.what) lives on the device, and the host cannot mention it"
        : "\(source.what) uses a resident value, which lives on the device", at: source.span,
      labels: chain(source, effect: .resident),
      notes: ["Return it from a kernel, or `send` it to the host."])
  }

  private func outOfPlace(_ source: EffectSource, in function: TypedFunction, effect: Effects)
    -> Diagnostic
  {
    let labels = chain(source, effect: effect)
    let what =
      source.callee.map { isKernel(program[$0]) ? "the kernel `\(program[$0].name)`" : source.what }
      ?? source.what
    switch function.kind {
    case .stage(.run):
      return Diagnostic(
        .deviceOutOfPlace, "\(what) works on the timeline, which only a kernel has",
        at: source.span, labels: labels,
        notes: [
          "`run` stands on the host and starts kernels. Put this into a `kernel` and call it here."
        ])
    case .stage(let stage):
      return Diagnostic(
        .deviceOutOfPlace, "`\(stage.rawValue)` cannot reach a device: \(what) needs one",
        at: source.span, labels: labels,
        notes: [
          "It runs beside the other experiments. Only `run`, and what it calls, can start a kernel."
        ])
    case .test:
      return Diagnostic(
        .deviceOutOfPlace, "a test does not work on a device: \(what) needs one", at: source.span,
        labels: labels,
        notes: ["It simulates whole experiments: `simulate(X())`."])
    case .initializer:
      return Diagnostic(
        .deviceOutOfPlace,
        "a value that is computed before `run` cannot reach a device: \(what) needs one",
        at: source.span,
        labels: labels)
    case .portable, .host, .kernel, .seamlessKernel, .requirement:
      return Diagnostic(
        .deviceOutOfPlace, "\(what) works on the timeline, which only a kernel has",
        at: source.span,
        labels: labels + [Label("`\(function.name)` is no kernel", at: function.nameSpan)],
        notes: ["Declare it as `kernel \(function.name)`."])
    }
  }

  private mutating func checkKernel(_ function: TypedFunction, _ sources: [EffectSource]) {
    checkRecorded(function, sources)
    var seen: Set<Span> = []
    // What a function is that is kept as data is not asked beside that.
    let kept = sources.filter { $0.role == .kept }
    let keptStarts = Set(kept.map(\.span.start))
    if let first = kept.first { report(functionAtRunTime(first)) }
    for source in sources where !keptStarts.contains(source.span.start) {
      if source.role == .kept { continue }
      let effects = effects(of: source, in: function)
      if source.isRecorded { continue }
      if source.isMarked {
        checkMarked(source, effects)
        continue
      }
      guard effects.contains(.host) else { continue }
      // A kernel that is called reports for itself.
      if let callee = source.callee, isKernel(program[callee]) { continue }
      guard seen.insert(source.span).inserted else { continue }
      if source.what == "`preload`" {
        report(
          Diagnostic(
            .deviceOutOfPlace, "`preload` cannot stand in a kernel", at: source.span,
            notes: [
              "It compiles a kernel, which the host does: in `prepare`, in `run`, or in what `run` calls."
            ]))
        continue
      }
      if source.role == .argument {
        report(
          Diagnostic(
            .unmarkedHostCall,
            "\(source.what) runs on the host, so what is called in a kernel cannot be given it",
            at: source.span, labels: chain(source, effect: .host)))
        continue
      }
      let start = Span(source.span.source, Int(source.span.start), Int(source.span.start))
      var fixes = [Fix("wait for it: costs a round trip to the host", [Edit(start, "await ")])]
      let hasResult = source.callee.map { program[$0].result != .unit } ?? false
      if !hasResult {
        fixes.append(Fix("queue it and go on: costs a microsecond or less", [Edit(start, "send ")]))
      }
      report(
        Diagnostic(
          .unmarkedHostCall,
          "\(source.what) runs on the host, and a kernel leaves real time only where it says so",
          at: source.span, remark: "called without `await` or `send`",
          labels: chain(source, effect: .host), fixes: fixes))
    }
  }

  /// What a kernel has the host do by `await` or `send`.
  private mutating func checkMarked(_ source: EffectSource, _ effects: Effects) {
    guard let callee = source.callee, !isKernel(program[callee]) else { return }
    if effects.contains(.startsKernel) {
      report(
        Diagnostic(
          .deviceOutOfPlace,
          "\(source.what) starts or compiles a kernel, which it cannot do while one runs",
          at: source.span, labels: chain(source, effect: .startsKernel),
          notes: [
            "Return to `run` first: the host functions of a kernel are done before its call returns."
          ]))
    } else if !effects.contains(.host), program[callee].kind == .portable,
      !program[callee].parameters.contains(where: \.isInout)
    {
      report(
        Diagnostic(
          .needlessAwait, "\(source.what) needs nothing of the host", at: source.span,
          notes: [
            "Called without `await` or `send` it runs on the device, without a round trip to the host."
          ]))
    }
  }

  private func functionAtRunTime(_ source: EffectSource) -> Diagnostic {
    Diagnostic(
      .functionAtRunTime, "in a kernel it must be known which function this is when it is compiled",
      at: source.span, remark: "this is found out only when it runs",
      notes: [
        "A kernel has functions as parameters and in `let`s, where they are inlined. Choose with `if` which one it calls."
      ])
  }

  /// Where the effect comes from, call by call.
  private func chain(_ source: EffectSource, effect: Effects) -> [Label] {
    var labels: [Label] = []
    var seen: Set<Int32> = []
    var next = source.callee
    while let id = next, seen.insert(id.index).inserted, labels.count < 6 {
      let function = program[id]
      if isKernel(function), effect == .startsKernel {
        labels.append(Label("`\(function.name)` is a kernel", at: function.nameSpan))
        break
      }
      let inner = effectSources[Int(id.index)].first { inner in
        !inner.isMarked
          && (inner.effects.contains(effect)
            || inner.callee.map { self.seen(by: Int(id.index), of: Int($0.index)).contains(effect) }
              ?? false)
      }
      guard let inner else { break }
      let text =
        inner.callee == nil && inner.effects.contains(.host) && inner.what.hasPrefix("declared")
        ? "`\(function.name)` is \(inner.what)"
        : "`\(function.name)` has this effect because of \(inner.what)"
      labels.append(Label(text, at: inner.span))
      next = inner.effects.contains(effect) ? nil : inner.callee
    }
    return labels
  }
}
