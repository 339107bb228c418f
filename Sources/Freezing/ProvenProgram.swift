package import Diagnostics
package import Typing

/// A value that a kernel captures, and where it is mentioned first.
package struct Capture: Hashable, Sendable {
  package let member: MemberID
  /// The path inside the member that is read: fields, tuple positions and constant indices; empty
  /// for the whole.
  package let path: [CapturePathStep]
  /// Where the kernel, or a function that it calls on the device, mentions it.
  package let mention: Span
  package init(member: MemberID, path: [CapturePathStep], mention: Span) {
    self.member = member
    self.path = path
    self.mention = mention
  }
}

/// One step into a captured value.
package enum CapturePathStep: Hashable, Sendable {
  case field(Int)
  case tupleElement(Int)
  case index(Int64)
}

/// A program for which the freeze rule has been shown: no call of a kernel runs with a captured
/// value that may have changed since the kernel was compiled.
///
/// Only `prove` makes one.
package struct ProvenProgram: Sendable {
  package let typed: TypedProgram
  let manifest: CaptureManifest
  /// The same program in other laboratories, by their names.
  private var elsewhere: [String: ProvenProgram] = [:]

  fileprivate init(typed: TypedProgram, manifest: CaptureManifest) {
    self.typed = typed
    self.manifest = manifest
  }

  /// The program where its tests have it in the laboratory `name`; itself where there is none.
  package func inLaboratory(_ name: String?) -> ProvenProgram {
    name.flatMap { elsewhere[$0] } ?? self
  }

  /// Takes in `program`, which is this one in the laboratory `name`.
  package mutating func add(_ program: ProvenProgram, inLaboratory name: String) {
    elsewhere[name] = program
  }

  /// What `kernel` captures, through everything that it calls on the device; each path once, in the
  /// order of mention.
  package func captures(of kernel: FunctionID) -> [Capture] { manifest[kernel] }
}

/// Finds what every kernel captures, and shows that nothing captured is written between a kernel's
/// compile point and its call.
///
/// The value is there unless there were errors, here or in the typing; all of them are reported, in
/// the order of the source.
///
/// Tests leave out a rule, and see that it is needed.
package func prove(_ typed: TypedProgram, omitting rule: FreezeRule? = nil) -> Checked<
  ProvenProgram
> {
  let program = typed.specialised()
  let values = program.functionValues
  let captures = Captures(of: program, values: values)
  let table = CaptureTable(captures, of: program, omitting: rule)
  guard var analysis = FreezeAnalysis(table, of: program, values: values) else {
    return Checked(
      program.hasErrors ? nil : ProvenProgram(typed: typed, manifest: CaptureManifest()), [])
  }
  analysis.omitted = rule
  analysis.run()
  let stale = analysis.staleCalls()
  var reporter = FreezeReporter(analysis, foundAny: !stale.isEmpty)
  var diagnostics =
    reporter.forbiddenMentions() + reporter.capturesInCleanup() + reporter.writesWhileRunning()
  for call in stale { diagnostics.append(reporter.staleCall(call)) }
  diagnostics += reporter.snapshotsAfterPause()
  diagnostics = program.once(diagnostics)
  diagnostics.sort {
    ($0.span.source.index, $0.span.start, $0.span.end, $0.code.rawValue, $0.message)
      < ($1.span.source.index, $1.span.start, $1.span.end, $1.code.rawValue, $1.message)
  }
  if program.hasErrors || diagnostics.contains(where: { $0.severity == .error }) {
    return Checked(nil, diagnostics)
  }
  return Checked(
    ProvenProgram(typed: typed, manifest: CaptureManifest(of: captures)), diagnostics)
}
