import Diagnostics

// What a kernel may not do, or only where it says so: work on the host, events outside of `record`.

extension Typer {
  mutating func checkKernel(_ function: TypedFunction, _ sources: [EffectSource]) {
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
      if let callee = source.callee, program[callee].isKernel { continue }
      guard seen.insert(source.span).inserted else { continue }
      if case .preload = source.cause {
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
            "\(what(source)) \(what(source).hasPrefix("the ") ? "lives" : "runs") on the host, so what is called in a kernel cannot be given it",
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
          "\(what(source)) \(what(source).hasPrefix("the ") ? "lives" : "runs") on the host, and a kernel leaves real time only where it says so",
          at: source.span, remark: "called without `await` or `send`",
          labels: chain(source, effect: .host), fixes: fixes))
    }
  }

  /// What a kernel has the host do by `await` or `send`.
  private mutating func checkMarked(_ source: EffectSource, _ effects: Effects) {
    guard let callee = source.callee, !program[callee].isKernel else { return }
    if effects.contains(.startsKernel) {
      report(
        Diagnostic(
          .deviceOutOfPlace,
          "\(what(source)) starts or compiles a kernel, which it cannot do while one runs",
          at: source.span, labels: chain(source, effect: .startsKernel),
          notes: [
            "Return to `run` first: the host functions of a kernel are done before its call returns."
          ]))
    } else if !effects.contains(.host), program[callee].kind == .portable,
      !program[callee].parameters.contains(where: \.isInout)
    {
      report(
        Diagnostic(
          .needlessAwait, "\(what(source)) needs nothing of the host", at: source.span,
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

  /// Only events that leave the device happen inside `record` (rule 46).
  private mutating func checkRecorded(_ function: TypedFunction, _ sources: [EffectSource]) {
    var seen: Set<Span> = []
    for source in sources where source.isRecorded {
      let effects = effects(of: source, in: function)
      guard source.isMarked || !effects.isDisjoint(with: [.unrecordable, .host]) else { continue }
      guard seen.insert(source.span).inserted else { continue }
      report(
        Diagnostic(
          .notInsideRecord, "\(what(source)) cannot stand inside `record`", at: source.span,
          labels: chain(source, effect: .unrecordable),
          notes: [
            "A recording holds events that leave the device, at times from its beginning on. What waits, reads or asks for the clock is done before it, or after `play`."
          ]))
    }
  }
}
