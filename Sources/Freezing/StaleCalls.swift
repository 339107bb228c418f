import Diagnostics
import Typing

/// A call of a kernel that may run with an old value.
struct StaleCall {
  let call: Site
  let kernel: Int32
  let stale: Stale
}

extension FreezeAnalysis {
  /// The functions that some `run` may call on the host.
  func functionsReached() -> [FunctionID] {
    var seen: Set<FunctionID> = []
    var result: [FunctionID] = []
    var pending = program.experiments.compactMap(\.run)
    while let next = pending.popLast() {
      guard seen.insert(next).inserted else { continue }
      result.append(next)
      pending += summaries[next]?.callees ?? []
    }
    return result
  }

  /// All calls that may run with an old value, each once, in the order of the source.
  mutating func staleCalls() -> [StaleCall] {
    var result: [StaleCall] = []
    for (key, stale) in reachingCalls() where !stale.row.isEmpty {
      guard case .call(let id) = key.target, let call = sites[id] else { continue }
      result.append(StaleCall(call: call, kernel: key.kernel, stale: stale))
    }
    func order(_ found: StaleCall) -> (Int32, UInt32, UInt32, Int32) {
      let span = found.call.span
      return (Int32(span.source.index), span.start, span.end, found.kernel)
    }
    return result.sorted { order($0) < order($1) }
  }

  /// What reaches each call: the writes that make it stale, and the compile points of the image
  /// that it runs, where these are not only the end of `prepare`.
  mutating func reachingCalls() -> [TargetOfKernel: Stale] {
    var found: [TargetOfKernel: Stale] = [:]
    var pending: [TargetOfKernel] = []
    for function in functionsReached() {
      for (key, stale) in summaries[function]?.stale ?? [:] {
        merge(stale, into: &found, key, &pending)
      }
    }
    while let next = pending.popLast() {
      guard case .function(let function) = next.target, let stale = found[next] else { continue }
      for (target, reaches) in summaries[function]?.exposed[next.kernel] ?? [:] {
        var part = stale
        if !reaches.contains(.writes) { part.row = [] }
        if !reaches.contains(.compilePoint) { part.compiled = Sites.empty }
        merge(part, into: &found, TargetOfKernel(target: target, kernel: next.kernel), &pending)
      }
    }
    return found
  }

  private mutating func merge(
    _ stale: Stale, into found: inout [TargetOfKernel: Stale], _ key: TargetOfKernel,
    _ pending: inout [TargetOfKernel]
  ) {
    var merged = found[key] ?? Stale()
    merged.row = sites.union(merged.row, stale.row)
    merged.compiled = sites.union(merged.compiled, stale.compiled)
    merged.isWithinStatement = merged.isWithinStatement || stale.isWithinStatement
    if merged == found[key] { return }
    found[key] = merged
    if case .function = key.target { pending.append(key) }
  }
}
