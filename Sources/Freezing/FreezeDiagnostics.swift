import Diagnostics
import Typing

/// Says what the analysis found.
struct FreezeReporter {
  let program: TypedProgram
  var analysis: FreezeAnalysis
  let index: ProgramIndex

  init(_ analysis: FreezeAnalysis, foundAny: Bool) {
    program = analysis.program
    self.analysis = analysis
    index = foundAny ? ProgramIndex(of: analysis) : ProgramIndex()
  }

  var table: CaptureTable { analysis.table }

  /// More variables, writes and compile points than these are not shown one by one.
  static let labelCountMax = 4

  func line(of span: Span) -> Int { program.sources.position(of: span).line }

  /// `a`, `b` and `c`.
  func list(_ names: [String]) -> String {
    let quoted = names.map { "`\($0)`" }
    guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
    return quoted.dropLast().joined(separator: ", ") + " and " + last
  }

  func name(of function: FunctionID) -> String { program[function].name }

  /// What of a kernel's captures the row says may be stale, each once, as a user writes it.
  func staleCaptures(_ row: Row, of kernel: Int32) -> [(
    captured: CapturedPath, path: Int32, name: String
  )] {
    var seen: Set<String> = []
    var result: [(captured: CapturedPath, path: Int32, name: String)] = []
    let reads = table.reads[Int(kernel)]
    for (path, set) in row.enumerated() where set != Sites.empty {
      let captured = table.captures.reads[Int(reads[path])]
      let name = program.text(of: captured.path, in: captured.member)
      if seen.insert(name).inserted { result.append((captured, Int32(path), name)) }
    }
    // The number of elements goes without saying where the elements are named.
    return result.filter { capture in
      guard capture.captured.path.steps.last == .count else { return true }
      return !seen.contains(String(capture.name.dropLast(".count".count)))
    }
  }

  // MARK: E0301

  mutating func staleCall(_ found: StaleCall) -> Diagnostic {
    let kernel = table.kernels[Int(found.kernel)]
    let kernelName = name(of: kernel)
    let captures = staleCaptures(found.stale.row, of: found.kernel)
    var labels = compilePoints(of: found, kernel, capturing: captures.map(\.captured))
    for (_, path, name) in captures.prefix(Self.labelCountMax) {
      let sites = analysis.sites.members(of: found.stale.row[Int(path)])
      for number in sites.prefix(Self.labelCountMax) {
        guard let site = analysis.sites[number] else { continue }
        let subject = captures.count > 1 ? "`\(name)` changed here" : "changed here"
        let capturing = Capturing(kernel: found.kernel, path: path)
        let chain = chain(from: site, to: capturing)
        labels.append(Label(subject + words(chain.steps, name), at: site.span))
        if let leaf = chain.leaf { labels.append(Label("`\(name)` is written here", at: leaf)) }
      }
    }
    if let write = firstWrite(of: found), !found.stale.isWithinStatement {
      labels += turns(from: write, to: found.call, of: kernel).map { label(of: $0, on: kernel) }
    }
    var unique: [Label] = []
    for label in labels where !unique.contains(label) { unique.append(label) }
    var fixes = [recompile(found, kernel: kernel)]
    if let fix = passValue(captures.map(\.captured), to: kernel) { fixes.append(fix) }
    return Diagnostic(
      .staleCapture,
      "\(list(captures.map(\.name))) may have changed since `\(kernelName)` was compiled",
      at: found.call.span,
      remark: captures.count > 1
        ? "this call would run with the old values" : "this call would run with the old value",
      labels: unique, fixes: fixes)
  }

  /// The write whose way to the call is shown: the first of those in the row.
  private func firstWrite(of found: StaleCall) -> Site? {
    for set in found.stale.row {
      if let write = analysis.sites.members(of: set).compactMap({ analysis.sites[$0] }).first {
        return write
      }
    }
    return nil
  }

  /// Where the image that the call runs may have been compiled, before the write that is shown.
  private func compilePoints(
    of found: StaleCall, _ kernel: FunctionID, capturing: [CapturedPath]
  ) -> [Label] {
    var members: [(name: String, line: Int)] = []
    for captured in capturing where members.count < Self.labelCountMax {
      let member = program[captured.member]
      if !members.contains(where: { $0.name == member.name }) {
        members.append((member.name, line(of: member.nameSpan)))
      }
    }
    let named = members.map { "`\($0.name)` (line \($0.line))" }
    let head = "`\(name(of: kernel))` captures \(named.joined(separator: ", "))"
    let set = found.stale.compiled
    var explicit = analysis.sites.members(of: set).compactMap { analysis.sites[$0] }
    if let write = firstWrite(of: found) {
      // Of some of them the image comes to the call by another way only.
      let before = explicit.filter { point in
        point.function != write.function
          || WayThrough(
            in: program[point.function].body, from: point.span, to: [write.span], compiling: kernel
          ).found != nil
      }
      if !before.isEmpty || analysis.sites.includesBefore(set) { explicit = before }
    }
    if !explicit.isEmpty {
      return explicit.prefix(2).map { Label("\(head) and is compiled here", at: $0.span) }
    }
    var hasPrepare = false
    if case .experiment(let id) = program[kernel].owner { hasPrepare = program[id].prepare != nil }
    let when = hasPrepare ? "at the end of `prepare`" : "before `run` begins"
    return [Label("\(head) and is compiled \(when)", at: program[kernel].nameSpan)]
  }

  // MARK: E0302

  /// The `await`s and `send`s whose host functions write what a kernel that reaches them captures.
  mutating func writesWhileRunning() -> [Diagnostic] {
    var result: [Diagnostic] = []
    for (index, site) in table.captures.hostSites.enumerated() {
      let kernels = table.kernelsOfSite[index]
      guard !kernels.isEmpty else { continue }
      let writers = analysis.writes(of: site.operand)
      var written: [Capturing: FunctionID?] = [:]
      for (write, writer) in writers.sorted(by: { $0.key < $1.key }) {
        for capturing in table.changes[Int(write)]
        where kernels.contains(capturing.kernel) && written[capturing] == nil {
          written[capturing] = .some(writer)
        }
      }
      guard !written.isEmpty else { continue }
      // Of the kernels that reach it, the one that it stands in, or the first.
      let own = table.numbers[site.function].flatMap { own in
        written.keys.contains { $0.kernel == own } ? own : nil
      }
      guard let kernel = own ?? written.keys.map(\.kernel).min() else { continue }
      let paths = written.keys.filter { $0.kernel == kernel }.sorted(by: Capturing.inOrder)
      result.append(writtenWhileRunning(site, kernel: kernel, paths, written))
    }
    return result
  }

  private func writtenWhileRunning(
    _ site: HostSite, kernel: Int32, _ paths: [Capturing], _ writers: [Capturing: FunctionID?]
  ) -> Diagnostic {
    let kernelName = name(of: table.kernels[Int(kernel)])
    var names: [String] = []
    var labels: [Label] = []
    for capturing in paths.prefix(Self.labelCountMax) {
      let captured = table[capturing]
      let name = program.text(of: captured.path, in: captured.member)
      guard !names.contains(name) else { continue }
      names.append(name)
      labels.append(Label("`\(kernelName)` captures `\(name)` here", at: captured.mention))
      if let writer = writers[capturing] ?? nil,
        let next = nextSite(in: writer, to: capturing, lent(to: writer, by: site.operand))
      {
        let way = chain(
          from: next, to: capturing, lent: lent(to: writer, by: site.operand))
        let steps = [program[writer].name] + way.steps
        labels.append(Label(sentence(steps, name), at: way.leaf ?? next.span))
      }
    }
    return Diagnostic(
      .writtenWhileRunning,
      "\(list(names)) may be written here while `\(kernelName)`, which captures \(names.count > 1 ? "them" : "it"), runs",
      at: site.span, remark: "the kernel would go on with the old value", labels: labels,
      notes: ["What a kernel captures is part of its image and cannot change while it runs."],
      fixes: [
        Fix("let the host function return the new value, and keep it in a local of the kernel"),
        Fix("or write it in `run`, after the kernel has returned"),
      ])
  }
}
