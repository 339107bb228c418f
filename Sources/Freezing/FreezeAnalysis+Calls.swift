import Diagnostics
import Typing

// Calls, and the starts of kernels.

extension FreezeAnalysis {
  /// A call of one of `callees`; the arguments have been evaluated.
  mutating func call(anyOf callees: [FunctionID], _ arguments: [TypedArgument], at span: Span) {
    guard let entry = flow.state else { return }
    // A kernel that would run with old values is reported once, and counts as compiled then; its
    // errors leave it after that.
    if !callees.allSatisfy({ Self.isKernel(program[$0]) }) { mayThrow() }
    guard !callees.isEmpty else { return }
    var after: FreezeState?
    for callee in callees {
      set(entry)
      if Self.isKernel(program[callee]) {
        start(callee, at: span)
      } else if Self.isHost(program[callee]) {
        call(callee, arguments, at: span)
      }
      after = sites.join(after, flow.state)
    }
    set(after)
  }

  // MARK: Host functions

  private mutating func call(_ callee: FunctionID, _ arguments: [TypedArgument], at span: Span) {
    guard let entry = flow.state else { return }
    summary.callees.insert(callee)
    let done = summaries[callee] ?? FreezeSummary()
    if omitted != .calleesStart {
      reach(done.exposed, from: entry, via: callee, isWithinStatement: true)
    }
    let number = sites.number(site(.call(callee), at: span))
    resolve(done.parameterStale, arguments)
    noteEverything(done, arguments, by: number)
    if let threw = done.threw, omitted != .calleesThrow {
      set(after(threw, arguments, by: number, from: entry))
      flow.threw = sites.join(flow.threw, flow.state)
      flow.versionThrown = -1
      set(entry)
    }
    if omitted == .calleesWrite { return }
    flow.fresh.insert(number)
    set(done.normal.flatMap { after($0, arguments, by: number, from: entry) })
  }

  /// The caller's state once a callee has ended in the state `done`.
  private mutating func after(
    _ done: FreezeState, _ arguments: [TypedArgument], by number: SiteID, from entry: FreezeState
  ) -> FreezeState? {
    var result = compose(entry, seenFromOutside(done, arguments, by: number))
    // What an `inout` parameter holds in the end comes back when the call ends, after all that the
    // callee compiled.
    for write in omitted == .lentComesBack ? [] : done.lent.sorted() {
      guard let own = substitute(write, arguments), var state = result else { continue }
      result = nil
      table.mark(own, sites.set(of: number), in: &state)
      if isOfParameter(own) { state.lent.insert(own) }
      result = state
    }
    return result
  }

  /// What a callee does, as the caller sees it: its writes are the call's, its parameters are the
  /// arguments.
  private mutating func seenFromOutside(
    _ done: FreezeState?, _ arguments: [TypedArgument], by site: SiteID
  ) -> FreezeState? {
    guard var result = done else { return nil }
    let set = sites.set(of: site)
    // What was the callee's parameter may be a part of the caller's.
    result.lent = []
    result.ofOthers = seenFromOutside(result.ofOthers, arguments, as: set)
    for (kernel, writes) in result.ofKernel {
      result.ofKernel[kernel] = seenFromOutside(writes, arguments, as: set)
    }
    return result
  }

  private mutating func seenFromOutside(
    _ writes: Writes, _ arguments: [TypedArgument], as set: SiteSetID
  ) -> Writes {
    var result: Writes = [:]
    for write in writes.keys {
      if let own = substitute(write, arguments) { result[own] = set }
    }
    return result
  }

  /// What a write by a callee is for the caller; nil where nothing depends on it.
  private mutating func substitute(_ write: WriteID, _ arguments: [TypedArgument]) -> WriteID? {
    guard case .parameter(let path) = table.written[Int(write)] else { return write }
    guard omitted != .lentIsWritten, arguments.indices.contains(path.parameter),
      case .place(let place) = arguments[path.parameter]
    else { return nil }
    let whole = program.path(of: place).appending(path.path)
    switch place.root {
    case .member(let member): return table.write(whole, in: member)
    case .local(let local):
      guard let parameter = inoutParameters[local] else { return nil }
      return table.write(ParameterPath(parameter: parameter, path: whole))
    }
  }

  private mutating func noteEverything(
    _ done: FreezeSummary, _ arguments: [TypedArgument], by site: SiteID
  ) {
    for write in done.everWritten.keys {
      if let own = substitute(write, arguments) { noteEver(own, by: site) }
    }
  }

  /// A callee writes its parameter and then calls a kernel: stale if the argument is what that
  /// captures.
  private mutating func resolve(_ found: Set<ParameterStale>, _ arguments: [TypedArgument]) {
    for stale in found {
      guard let own = substitute(stale.write, arguments) else { continue }
      switch table.written[Int(own)] {
      case .member:
        // To lend what the function mentions is a mistake of its own (E0305).
        if program.hasErrors { continue }
        let row = table.row([own: stale.sites], of: stale.kernel, &sites)
        if !row.isEmpty {
          add(Stale(row: row, compiled: stale.compiled), to: stale.target, of: stale.kernel)
        }
      case .parameter:
        summary.parameterStale.insert(
          ParameterStale(
            write: own, kernel: stale.kernel, target: stale.target, sites: stale.sites,
            compiled: stale.compiled))
      }
    }
  }

  // MARK: Kernels

  /// Starts the kernel `id` and waits for it, and for all that it runs on the host.
  private mutating func start(_ id: FunctionID, at span: Span) {
    if let kernel = table.numbers[id], let entry = flow.state {
      let number = sites.number(site(.start(Int(kernel)), at: span))
      reach(
        [kernel: [.call(number): [.writes, .compilePoint]]], from: entry, via: nil,
        isWithinStatement: true)
      flow.state?.compile(kernel)
    }
    for write in omitted == .kernelsWrite ? [] : effects(of: id) {
      let number = sites.number(site(.kernel(id, hostSite: write.hostSite), at: span))
      mark(write.write, by: number, sparing: table.kernelsOfSite[write.hostSite])
    }
    flow.version += 1
    mayThrow()
  }

  /// What a start of `kernel` may write of the captures of others.
  ///
  /// What it may write of those of a kernel that reaches the same `await` is reported there (rule
  /// 35).
  private mutating func effects(of kernel: FunctionID) -> [KernelWrite] {
    if let known = kernelEffects[kernel] { return known }
    var result: [KernelWrite] = []
    for site in table.captures.sites[kernel] ?? [] {
      let operand = table.captures.hostSites[site].operand
      // The kernel returns when what it runs on the host has ended, so that what is written on ways
      // without end does not matter then.
      let left = writesOnExit(of: operand)
      for write in writes(of: operand).keys.sorted() where left?.contains(write) ?? true {
        result.append(KernelWrite(write: write, hostSite: site))
      }
    }
    kernelEffects[kernel] = result
    return result
  }

  /// What the function that an `await` or `send` runs may have written when it ends, normally or
  /// with an error; nil for what is no call.
  private mutating func writesOnExit(of operand: TypedExpression) -> Set<WriteID>? {
    let callees: [FunctionID]
    var arguments: [TypedArgument] = []
    switch operand.kind {
    case .call(let callee, _, let own): (callees, arguments) = ([callee], own)
    case .callValue(let callee, _): callees = targets(of: callee.type)
    default: return nil
    }
    var found: Set<WriteID> = []
    for callee in callees {
      for exit in [summaries[callee]?.normal, summaries[callee]?.threw] {
        guard let exit else { continue }
        // Nothing is compiled there, so that nothing is taken away again.
        for write in exit.ofOthers.keys {
          if let own = onHost(write, lent: arguments) { found.insert(own) }
        }
      }
    }
    return found
  }

  /// A write by what an `await` or `send` runs: of a variable of the host, also one that is lent.
  ///
  /// Nil where nothing depends on it: of the kernel's own variables.
  private mutating func onHost(_ write: WriteID, lent arguments: [TypedArgument]) -> WriteID? {
    guard case .parameter(let path) = table.written[Int(write)] else { return write }
    guard omitted != .kernelsLend, arguments.indices.contains(path.parameter),
      case .place(let place) = arguments[path.parameter], case .member(let member) = place.root
    else { return nil }
    return table.write(program.path(of: place).appending(path.path), in: member)
  }

  /// What the operand of an `await` or `send` may write on the host, each with the function that
  /// does.
  mutating func writes(of operand: TypedExpression) -> [WriteID: FunctionID?] {
    var result: [WriteID: FunctionID?] = [:]
    switch operand.kind {
    case .call(let callee, _, let arguments):
      for write in (summaries[callee]?.everWritten ?? [:]).keys {
        if let own = onHost(write, lent: arguments) { result[own] = .some(callee) }
      }
    case .callValue(let callee, _):
      for target in targets(of: callee.type) {
        for write in (summaries[target]?.everWritten ?? [:]).keys { result[write] = .some(target) }
      }
    case .append(let place, _):
      if case .member(let member) = place.root,
        let write = table.write(program.path(of: place), in: member)
      {
        result[write] = .some(nil)
      }
    default: break
    }
    return result
  }
}
