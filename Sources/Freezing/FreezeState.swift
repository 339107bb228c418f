import Typing

/// For each path that a kernel captures, by number: the sites that may have written it since the
/// kernel was compiled.
///
/// Without elements where there is none.
typealias Row = [SiteSetID]

/// What was written, and where.
typealias Writes = [WriteID: SiteSetID]

/// What may have happened on the way from the beginning of a stretch of code (a function, a loop's
/// body) to a point in it: at the same time a state and the function from states to states that the
/// stretch is.
struct FreezeState: Equatable {
  /// The kernels that were compiled on every way here, so that what came before the stretch no
  /// longer matters.
  var compiledSurely: Set<Int32> = []
  /// What was written since the beginning of the stretch; for all kernels that `ofKernel` does not
  /// name.
  var ofOthers: Writes = [:]
  /// What was written since the kernel was compiled, of what concerns it (and of parameters, which
  /// may).
  var ofKernel: [Int32: Writes] = [:]
  /// What may have been written of the function's `inout` parameters, compiled afterwards or not:
  /// it comes back when the function ends.
  var lent: Set<WriteID> = []
  /// Where each kernel may have been compiled last, if that was not before the stretch.
  var compiled: [Int32: SiteSetID] = [:]

  subscript(kernel: Int32) -> Writes { ofKernel[kernel] ?? ofOthers }

  mutating func compile(_ kernel: Int32) {
    compiledSurely.insert(kernel)
    ofKernel[kernel] = [:]
  }

  func compilePoints(of kernel: Int32) -> SiteSetID { compiled[kernel] ?? Sites.beforeOnly }
}

extension CaptureTable {
  /// Notes in `state` that `write` was done last by the sites in `set`, as far as kernels not in
  /// `spared` are concerned.
  func mark(
    _ write: WriteID, _ set: SiteSetID, in state: inout FreezeState, sparing spared: Set<Int32> = []
  ) {
    for kernel in spared
    where state.ofKernel[kernel] == nil && !changes(of: write, in: kernel).isEmpty {
      state.ofKernel[kernel] = state.ofOthers
    }
    state.ofOthers[write] = set
    guard !state.ofKernel.isEmpty else { return }
    switch written[Int(write)] {
    case .parameter: for kernel in state.ofKernel.keys { state.ofKernel[kernel]?[write] = set }
    case .member:
      var last: Int32 = -1
      for capturing in changes[Int(write)] where capturing.kernel != last {
        last = capturing.kernel
        if !spared.contains(last) { state.ofKernel[last]?[write] = set }
      }
    }
  }

  /// Whether the two states say the same of every kernel.
  ///
  /// What one of them has of a kernel may hold writes that do not concern it; on different ways to
  /// the same state it has these or not.
  func saySame(_ a: FreezeState?, _ b: FreezeState?) -> Bool {
    guard let a, let b else { return a == nil && b == nil }
    if a == b { return true }
    guard a.compiledSurely == b.compiledSurely, a.ofOthers == b.ofOthers, a.lent == b.lent,
      a.compiled == b.compiled
    else { return false }
    return Set(a.ofKernel.keys).union(b.ofKernel.keys).allSatisfy { kernel in
      concerning(kernel, a[kernel]) == concerning(kernel, b[kernel])
    }
  }

  private func concerning(_ kernel: Int32, _ writes: Writes) -> Writes {
    writes.filter { write, _ in
      switch written[Int(write)] {
      case .parameter: true
      case .member: !changes(of: write, in: kernel).isEmpty
      }
    }
  }

  /// What of the writes concerns `kernel`, by captured path.
  func row(_ writes: Writes, of kernel: Int32, _ sites: inout Sites) -> Row {
    var row: Row = []
    for (write, set) in writes {
      for capturing in changes(of: write, in: kernel) {
        if row.isEmpty { row = Array(repeating: Sites.empty, count: reads[Int(kernel)].count) }
        row[Int(capturing.path)] = sites.union(row[Int(capturing.path)], set)
      }
    }
    return row
  }
}

extension Sites {
  mutating func union(_ a: Row, _ b: Row) -> Row {
    if b.isEmpty || a == b { return a }
    if a.isEmpty { return b }
    var result = a
    for index in result.indices where b[index] != Sites.empty {
      result[index] = union(result[index], b[index])
    }
    return result
  }

  mutating func union(_ a: Writes, _ b: Writes) -> Writes {
    if b.isEmpty || a == b { return a }
    if a.isEmpty { return b }
    if a.count < b.count { return union(b, a) }
    var result = a
    for (write, set) in b {
      if let known = result[write] {
        if known != set { result[write] = union(known, set) }
      } else {
        result[write] = set
      }
    }
    return result
  }

  /// The state where two ways meet.
  mutating func join(_ a: FreezeState?, _ b: FreezeState?) -> FreezeState? {
    guard var result = a else { return b }
    guard let b else { return result }
    if result.compiledSurely != b.compiledSurely {
      result.compiledSurely.formIntersection(b.compiledSurely)
    }
    if result.ofKernel != b.ofKernel || (result.ofOthers != b.ofOthers && !result.ofKernel.isEmpty)
    {
      for (kernel, writes) in b.ofKernel { result.ofKernel[kernel] = union(result[kernel], writes) }
      for kernel in result.ofKernel.keys where b.ofKernel[kernel] == nil {
        result.ofKernel[kernel] = union(result[kernel], b.ofOthers)
      }
    }
    result.ofOthers = union(result.ofOthers, b.ofOthers)
    result.lent.formUnion(b.lent)
    if result.compiled != b.compiled {
      for (kernel, set) in b.compiled {
        result.compiled[kernel] = union(result.compilePoints(of: kernel), set)
      }
      for (kernel, set) in result.compiled where b.compiled[kernel] == nil {
        result.compiled[kernel] = union(set, Sites.beforeOnly)
      }
    }
    return result
  }
}

extension FreezeAnalysis {
  /// The state after `stretch`, where `state` is the one before it.
  mutating func compose(_ state: FreezeState?, _ stretch: FreezeState?) -> FreezeState? {
    guard let state, let stretch else { return nil }
    var result = state
    for (kernel, writes) in stretch.ofKernel {
      result.ofKernel[kernel] =
        stretch.compiledSurely.contains(kernel) ? writes : sites.union(state[kernel], writes)
    }
    if !state.ofKernel.isEmpty {
      for (write, set) in stretch.ofOthers {
        // A write of a member is of no concern to kernels that do not capture it.
        switch table.written[Int(write)] {
        case .parameter:
          for kernel in state.ofKernel.keys where stretch.ofKernel[kernel] == nil {
            add(write, set, to: kernel, in: &result)
          }
        case .member:
          var last: Int32 = -1
          for capturing in table.changes[Int(write)] where capturing.kernel != last {
            last = capturing.kernel
            if stretch.ofKernel[last] == nil { add(write, set, to: last, in: &result) }
          }
        }
      }
    }
    result.ofOthers = sites.union(state.ofOthers, stretch.ofOthers)
    result.lent.formUnion(stretch.lent)
    for (kernel, set) in stretch.compiled {
      result.compiled[kernel] = sites.resolve(set, before: state.compilePoints(of: kernel))
    }
    result.compiledSurely.formUnion(stretch.compiledSurely)
    return result
  }

  /// Notes the write for the kernel, if that has writes of its own.
  private mutating func add(
    _ write: WriteID, _ set: SiteSetID, to kernel: Int32, in state: inout FreezeState
  ) {
    guard state.ofKernel[kernel] != nil else { return }
    let known = state.ofKernel[kernel]?[write] ?? Sites.empty
    state.ofKernel[kernel]?[write] = sites.union(known, set)
  }
}
