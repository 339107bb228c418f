import Diagnostics

// Effects, inferred through all calls, and the stages that allow them (language.md, "Declarations
// in a module" and "An experiment"; rule 28).

extension Typer {
  /// Fills in the effects of every function.
  mutating func inferEffects() {
    axisFunctions = Set(program.members.flatMap { $0.axes.map(\.values) })
    let values = functionValues()
    program.functionValues = values
    gatherEffects(values)
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

  /// The functions whose value is taken somewhere.
  func functionValues() -> FunctionValues {
    takesFunctions ? FunctionValues(of: program) : FunctionValues()
  }

  /// Finds what each function does itself.
  private mutating func gatherEffects(_ values: FunctionValues) {
    let gathering = EffectGathering(program, values)
    effectSources = program.functions.map { gathering?.sources(of: $0) ?? [] }
    parallels = gathering?.parallels ?? []
  }

  /// The effects of calling function `callee` from `caller`.
  func seen(by caller: Int, of callee: Int) -> Effects {
    let function = program.functions[callee]
    guard function.isKernel else { return function.effects }
    // From the device it is a part of the caller; from the host it is started.
    return program.functions[caller].isDeviceCode ? function.effects : [.startsKernel, .host]
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
      // What stands inside of what has been reported is not worth another error.
      var reported: Span?
      var isKnownToNeedKernel = false
      for source in sources {
        if let outer = reported, outer.source == source.span.source,
          outer.start <= source.span.start, source.span.end <= outer.end
        {
          continue
        }
        let isOnTimeline = source.effects.contains(.timeline)
        if isOnTimeline, isKnownToNeedKernel { continue }
        let count = diagnostics.count
        checkHost(source, in: function)
        if diagnostics.count > count {
          reported = source.span
          // What was meant to be a kernel is one mistake, whatever it does.
          isKnownToNeedKernel =
            isOnTimeline && (function.kind == .portable || function.kind == .host)
            || isKnownToNeedKernel
        }
      }
    }
  }

  func effects(of source: EffectSource, in function: TypedFunction) -> Effects {
    guard let callee = source.callee else { return source.effects }
    return source.effects.union(seen(by: Int(function.id.index), of: Int(callee.index)))
  }

  private mutating func checkHost(_ source: EffectSource, in function: TypedFunction) {
    let effects = effects(of: source, in: function)
    if let callee = source.callee, program[callee].isKernel, source.role == .plain,
      program.holdsRecording(program[callee].result)
    {
      report(
        Diagnostic(
          .deviceOutOfPlace,
          "the kernel `\(program[callee].name)` gives a recording, which never leaves the device",
          at: source.span, labels: [Label("it is declared here", at: program[callee].nameSpan)],
          notes: [
            "Its events lie in the device's memory. Keep it in a `resident` value, or record and play it in one kernel that is called here."
          ]))
      return
    }
    if let callee = source.callee, program[callee].isKernel, source.role == .plain,
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

  private func residentOnHost(_ source: EffectSource) -> Diagnostic {
    Diagnostic(
      .residentOutsideDevice,
      source.callee == nil
        ? "\(what(source)) lives on the device, and the host cannot mention it"
        : "\(what(source)) uses a resident value, which lives on the device", at: source.span,
      labels: chain(source, effect: .resident),
      notes: ["Return it from a kernel, or `send` it to the host."])
  }

  private func outOfPlace(_ source: EffectSource, in function: TypedFunction, effect: Effects)
    -> Diagnostic
  {
    let labels = chain(source, effect: effect)
    let name =
      source.callee.map { program[$0].isKernel ? "the kernel `\(program[$0].name)`" : what(source) }
      ?? what(source)
    switch function.kind {
    case .stage(.run):
      return Diagnostic(
        .deviceOutOfPlace, "\(name) works on the timeline, which only a kernel has",
        at: source.span, labels: labels,
        notes: [
          "`run` stands on the host and starts kernels. Put this into a `kernel` and call it here."
        ])
    case .stage(let stage):
      return Diagnostic(
        .deviceOutOfPlace, "`\(stage.rawValue)` cannot reach a device: \(name) needs one",
        at: source.span, labels: labels,
        notes: [
          "It runs beside the other experiments. Only `run`, and what it calls, can start a kernel."
        ])
    case .test:
      return Diagnostic(
        .deviceOutOfPlace, "a test does not work on a device: \(name) needs one", at: source.span,
        labels: labels,
        notes: ["It simulates whole experiments: `simulate(X())`."])
    case .initializer:
      return Diagnostic(
        .deviceOutOfPlace,
        "a value that is computed before `run` cannot reach a device: \(name) needs one",
        at: source.span,
        labels: labels)
    case .portable, .host, .kernel, .seamlessKernel, .requirement:
      return Diagnostic(
        .deviceOutOfPlace, "\(name) works on the timeline, which only a kernel has",
        at: source.span,
        labels: labels + [Label("`\(function.name)` is no kernel", at: function.nameSpan)],
        notes: ["Declare it as `kernel \(function.name)`."])
    }
  }

  /// Where the effect comes from, call by call.
  func chain(_ source: EffectSource, effect: Effects) -> [Label] {
    var labels: [Label] = []
    var seen: Set<Int32> = []
    var next = source.callee
    while let id = next, seen.insert(id.index).inserted, labels.count < 6 {
      let function = program[id]
      if function.isKernel, effect == .startsKernel {
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
        if case .hostFunction = inner.cause {
          "`\(function.name)` is declared as `host fn`"
        } else {
          "`\(function.name)` has this effect because of \(what(inner))"
        }
      labels.append(Label(text, at: inner.span))
      next = inner.effects.contains(effect) ? nil : inner.callee
    }
    return labels
  }

  /// What has the effect, as a message says it: `print`, `the dataset `counts``.
  func what(_ source: EffectSource) -> String {
    switch source.cause {
    case .named(let name): "`\(name)`"
    case .function(let id): "`\(program[id].name)`"
    case .passed(let id): program[id].name == "fn" ? "this function" : "`\(program[id].name)`"
    case .member(let what, let id): "\(what) `\(program[id].name)`"
    case .written(let span):
      "`\(program.sources[span.source].text(span).prefix { $0 != "(" })`"
    case .hostFunction: "declared as `host fn`"
    case .preload: "`preload`"
    case .kept: "a function that is kept or chosen as data"
    }
  }
}
