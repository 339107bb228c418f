package import Diagnostics
package import Typing

/// What the freeze rule comes to for one kernel: what it captures, where it is compiled, where it
/// is called, and why no call runs with an old value.
package struct KernelExplanation: Sendable {
  /// Something that it captures.
  package struct Captured: Sendable {
    /// As a user writes it: `cal.offset`.
    package let text: String
    package let type: String
    /// What declares the value, and where.
    package let origin: Origin
    package let declaration: Span
    /// Where the kernel, or a function that it calls on the device, mentions it first.
    package let mention: Span
    /// Where host code may write it, in the order of the source.
    package fileprivate(set) var writes: [Span] = []
  }

  /// What declares a value that is captured.
  package enum Origin: String, Sendable {
    case argument, constant, variable
    /// An argument of a part, to which `use` gives its value.
    case use
    /// A binding of `prepare`.
    case prepare
  }

  /// Where it is compiled.
  package enum CompilePoint: Hashable, Sendable {
    case endOfPrepare
    /// After the initialisers, of an experiment without `prepare`.
    case start
    case preload(Span)
  }

  /// Why a call runs with the values as they are.
  package enum Reason: Sendable {
    /// Nothing that the kernel captures is written by host code.
    case nothingWritten
    /// What is written, by number in `captures`: every way from a write to the call passes a
    /// compile point.
    case compiledSince([Int])
    /// As `compiledSince`, once the call at the place given is mended, which may run with old
    /// values.
    case compiledSinceMended([Int], Span)
    /// It may not: an `await` or `send` that it can reach writes these (E0302), and perhaps did so
    /// before, for another kernel.
    case writtenWhileRunning([Int])
    /// It may not: these may have changed (E0301).
    case stale([Int])
  }

  /// A call of the kernel by host code.
  package struct Call: Sendable {
    package let span: Span
    /// Where the image that it runs may have been compiled.
    package let images: [CompilePoint]
    package let reason: Reason
  }

  /// An `await` or `send` by which it runs host code while it runs itself.
  package struct HostCall: Sendable {
    package let span: Span
    /// What that writes of what the kernel captures, by number in `captures` (E0302); empty where
    /// the rule holds.
    package let written: [Int]
  }

  /// Who starts it.
  package enum Starter: Sendable {
    /// Host code, by `calls`.
    case host
    /// Kernels, by name: it is part of their images.
    case kernels([String])
    /// The device, once `run` has ended.
    case device
    case nobody
  }

  package let name: String
  package let span: Span
  /// The experiment that it belongs to; nil for a kernel of a module.
  package let experiment: String?
  package let starter: Starter
  package fileprivate(set) var captures: [Captured] = []
  package fileprivate(set) var compilePoints: [CompilePoint] = []
  package fileprivate(set) var calls: [Call] = []
  package fileprivate(set) var hostCalls: [HostCall] = []
}

/// Explains the freeze rule for every kernel that an experiment of the program's main source may
/// start, in the order of the source.
package func explainFreeze(of typed: TypedProgram) -> [KernelExplanation] {
  let program = typed.specialised()
  let values = program.functionValues
  let captures = Captures(of: program, values: values)
  let table = CaptureTable(captures, of: program)
  guard var analysis = FreezeAnalysis(table, of: program, values: values) else { return [] }
  analysis.run()
  var explainer = FreezeExplainer(analysis)
  return explainer.explanations()
}

/// Gathers what is to be said of each kernel.
private struct FreezeExplainer {
  typealias CompilePoint = KernelExplanation.CompilePoint

  let program: TypedProgram
  private var analysis: FreezeAnalysis
  /// What reaches each call, stale or not.
  private let reaching: [TargetOfKernel: Stale]
  /// By kernel: the other kernels that run it as a part of themselves.
  private var callers: [FunctionID: [String]] = [:]
  private var calls: [FunctionID: [Span]] = [:]
  private var preloads: [FunctionID: [Span]] = [:]
  /// By kernel and number of the path: the places that are written.
  private var writes: [Capturing: Set<Span>] = [:]

  init(_ finished: FreezeAnalysis) {
    var analysis = finished
    program = analysis.program
    reaching = analysis.reachingCalls()
    let captures = analysis.table.captures
    var written: [(member: MemberID, path: AccessPath, span: Span)] = []
    let called = Set(analysis.functionsReached())
    let runMeanwhile = analysis.functionsOfKernels()
    for id in called.union(runMeanwhile).sorted(by: { $0.index < $1.index }) {
      let function = program[id]
      var starts: [(callee: FunctionID, span: Span)] = []
      var deviceCalls: [(device: TypedExpression, name: String, like: FunctionID, span: Span)] = []
      var valueCalls: [(type: Type, span: Span)] = []
      var compiled: [(kernels: [FunctionID], span: Span)] = []
      var places: [Place] = []
      var lent: [(callee: FunctionID, parameter: Int, place: Place)] = []
      function.body.visit { node in
        switch node {
        case .expression(let expression):
          switch expression.kind {
          case .call(let callee, _, let arguments):
            starts.append((callee, expression.span))
            for (index, argument) in arguments.enumerated() {
              if case .place(let place) = argument { lent.append((callee, index, place)) }
            }
          case .deviceCall(let device, let name, let signature, _):
            deviceCalls.append((device, name, signature, expression.span))
          case .callValue(let callee, _): valueCalls.append((callee.type, expression.span))
          default: break
          }
        case .statement(let statement):
          if case .preload(let kernels) = statement.kind {
            compiled.append((kernels, statement.span))
          }
        case .place(let place): places.append(place)
        }
      }
      let lentSpans = Set(lent.map(\.place.span))
      for place in places where !lentSpans.contains(place.span) {
        guard case .member(let member) = place.root else { continue }
        written.append((member, program.path(of: place), place.span))
      }
      // Of what is lent, the parts that the callee may write.
      for (callee, index, place) in lent {
        guard case .member(let member) = place.root else { continue }
        for write in (analysis.summaries[callee]?.everWritten ?? [:]).keys {
          guard case .parameter(let part) = analysis.table.written[Int(write)],
            part.parameter == index
          else { continue }
          written.append((member, program.path(of: place).appending(part.path), place.span))
        }
      }
      for call in deviceCalls {
        let kernels = program.deviceKernels(
          call.name, of: call.device, like: call.like, in: function.owner)
        starts += kernels.map { ($0, call.span) }
      }
      for call in valueCalls {
        starts += analysis.values.targets(of: call.type).map { ($0, call.span) }
      }
      for (callee, span) in starts where FreezeAnalysis.isKernel(program[callee]) {
        calls[callee, default: []].append(span)
      }
      for (kernels, span) in compiled {
        for kernel in program.compiled(by: kernels, in: id) {
          preloads[kernel, default: []].append(span)
        }
      }
    }
    for (member, path, span) in written {
      guard let write = analysis.table.write(path, in: member) else { continue }
      for capturing in analysis.table.changes[Int(write)] {
        writes[capturing, default: []].insert(span)
      }
    }
    for kernel in captures.kernels {
      for inner in captures.reachable(from: kernel) where inner != kernel {
        callers[inner, default: []].append(program[kernel].name)
      }
    }
    self.analysis = analysis
  }

  private var table: CaptureTable { analysis.table }

  mutating func explanations() -> [KernelExplanation] {
    var result: [KernelExplanation] = []
    for kernel in table.captures.kernels where isToBeExplained(kernel) {
      result.append(explanation(of: kernel))
    }
    return result.sorted {
      ($0.span.source.index, $0.span.start, $0.name) < (
        $1.span.source.index, $1.span.start, $1.name
      )
    }
  }

  private func isToBeExplained(_ kernel: FunctionID) -> Bool {
    let function = program[kernel]
    guard !function.isLocal else { return false }
    if calls[kernel] != nil { return true }
    // Of a kernel that takes devices those are shown by which it is started.
    guard case .experiment(let id) = function.owner, !program[id].isPart,
      program[id].nameSpan.source == program.main
    else { return false }
    // An experiment's own `cleanup` is shown with those of its parts, as one.
    if function.name == "cleanup", program[id].cleanup != kernel { return false }
    return !function.parameters.contains { $0.type.isOfDevices }
  }

  private mutating func explanation(of kernel: FunctionID) -> KernelExplanation {
    let function = program[kernel]
    var (experiment, start): (String?, CompilePoint) = (nil, .endOfPrepare)
    if case .experiment(let id) = function.owner {
      experiment = program[id].name
      if program[id].prepare == nil { start = .start }
    }
    var result = KernelExplanation(
      name: function.name, span: function.nameSpan, experiment: experiment,
      starter: starter(of: kernel))
    result.compilePoints = [start] + inOrder(Set(preloads[kernel] ?? [])).map { .preload($0) }
    let places = showCaptures(of: kernel, in: &result)
    for site in table.captures.sites[kernel] ?? [] {
      let hostSite = table.captures.hostSites[site]
      var written: Set<Int> = []
      if let number = table.numbers[kernel] {
        for write in analysis.writes(of: hostSite.operand).keys {
          written.formUnion(table.changes(of: write, in: number).compactMap { places[$0.path] })
        }
      }
      result.hostCalls.append(
        KernelExplanation.HostCall(span: hostSite.span, written: written.sorted()))
    }
    let written = result.captures.indices.filter { !result.captures[$0].writes.isEmpty }
    let byHostCalls = Set(result.hostCalls.flatMap(\.written)).sorted()
    // A kernel that has run with old values counts as compiled from there on.
    var mended: Span?
    for span in inOrder(Set(calls[kernel] ?? [])) {
      let found = table.numbers[kernel].map { reachingCall(of: $0, at: span) }
      let row = found?.row ?? []
      let stale = Set(
        row.indices.filter { row[$0] != Sites.empty }.compactMap { places[Int32($0)] })
      let reason: KernelExplanation.Reason
      if !stale.isEmpty {
        reason = .stale(stale.sorted())
        mended = mended ?? span
      } else if written.isEmpty {
        reason = .nothingWritten
      } else if !byHostCalls.isEmpty {
        reason = .writtenWhileRunning(byHostCalls)
      } else {
        reason = mended.map { .compiledSinceMended(written, $0) } ?? .compiledSince(written)
      }
      // Where the analysis did not follow a kernel any of its images may run; all are the same.
      let images = found.map { self.images($0.compiled, start) } ?? result.compilePoints
      result.calls.append(KernelExplanation.Call(span: span, images: images, reason: reason))
    }
    return result
  }

  private func starter(of kernel: FunctionID) -> KernelExplanation.Starter {
    if calls[kernel] != nil { return .host }
    if case .stage = program[kernel].kind { return .device }
    var names: [String] = []
    for name in callers[kernel] ?? [] where !names.contains(name) { names.append(name) }
    return names.isEmpty ? .nobody : .kernels(names)
  }

  /// Puts what `kernel` captures into `result`; gives the place there of each path by its number in
  /// the table.
  private func showCaptures(of kernel: FunctionID, in result: inout KernelExplanation) -> [Int32:
    Int]
  {
    var places: [Int32: Int] = [:]
    var shown: [String: Int] = [:]
    let reads = (table.captures.readsOfKernel[kernel] ?? []).map {
      (number: $0, captured: table.captures.reads[Int($0)])
    }
    let names = Set(reads.map { program.text(of: $0.captured.path, in: $0.captured.member) })
    for (read, captured) in reads {
      var path = captured.path
      // The number of elements goes without saying where the elements are named.
      if path.steps.last == .count {
        let array = AccessPath(path.steps.dropLast())
        if names.contains(program.text(of: array, in: captured.member)) { path = array }
      }
      let text = program.text(of: path, in: captured.member)
      let place = shown[text] ?? result.captures.count
      if place == result.captures.count {
        shown[text] = place
        let member = program[captured.member]
        result.captures.append(
          KernelExplanation.Captured(
            text: text, type: program.text(program.type(of: path, in: captured.member)),
            origin: origin(of: member),
            declaration: member.isFixed
              ? program.initialValue(of: member.id)?.span ?? member.nameSpan : member.nameSpan,
            mention: captured.mention))
      }
      guard let number = table.numbers[kernel],
        let index = table.reads[Int(number)].firstIndex(of: read)
      else { continue }
      places[Int32(index)] = place
      let spans = writes[Capturing(kernel: number, path: Int32(index))] ?? []
      result.captures[place].writes = inOrder(spans.union(result.captures[place].writes))
    }
    return places
  }

  private func origin(of member: Member) -> KernelExplanation.Origin {
    switch member.kind {
    case .argument: member.isFixed ? .use : .argument
    case .prepared: .prepare
    case .constant: .constant
    case .variable, .shared, .dataset, .resident, .device, .field: .variable
    }
  }

  private func reachingCall(of kernel: Int32, at span: Span) -> Stale {
    for (target, stale) in reaching where target.kernel == kernel {
      if case .call(let id) = target.target, analysis.sites[id]?.span == span { return stale }
    }
    return Stale()
  }

  /// The compile points in `set`, of which "before" is `start`.
  private func images(_ set: SiteSetID, _ start: CompilePoint) -> [CompilePoint] {
    let spans = analysis.sites.members(of: set).compactMap { analysis.sites[$0]?.span }
    let preloads = inOrder(Set(spans)).map { CompilePoint.preload($0) }
    return preloads.isEmpty || analysis.sites.includesBefore(set) ? [start] + preloads : preloads
  }

  private func inOrder(_ spans: Set<Span>) -> [Span] {
    spans.sorted { ($0.source.index, $0.start, $0.end) < ($1.source.index, $1.start, $1.end) }
  }
}
