import Diagnostics
import Freezing
import Laboratory
import Reference
import TestKit
import Testing
import Toolchain
import Typing

/// The freeze analysis against a judge that goes every way by itself, on random programs.
///
/// `FREEZE=100000 FREEZE_FROM=0 swift test -c release --filter FreezeAttackTests` tries more of
/// them. A failure names the seed and shows the program.
@Suite struct FreezeAttackTests {
  private static let shardCount = 20
  private static let (count, first) = Repository.frozen

  private struct Tally {
    var judged = 0
    var accepted = 0
    var breaches = 0
    var givenUp = 0
    var otherwise: [String: Int] = [:]
    var wrong = 0
    /// The breaches that the reference interpreter has performed when it was led to them.
    var forced = 0
    /// Of these, those for which an awaited function that does not end had to be cut off.
    var cutOff = 0
  }

  @Test(arguments: 0..<shardCount) func theJudgeAgrees(_ shard: Int) {
    var tally = Tally()
    for number in stride(from: shard, to: Self.count, by: Self.shardCount) {
      judge(seed: UInt64(Self.first + number), &tally)
      if tally.wrong >= 3 { break }
    }
    let all = Self.count / Self.shardCount
    #expect(tally.judged * 10 > all * 4, "\(tally)")
    #expect(tally.accepted * 10 > all, "\(tally)")
    #expect(tally.breaches * 4 > all, "\(tally)")
    // Every breach was performed, or an issue has been recorded.
    #expect(tally.forced >= tally.breaches || tally.wrong > 0, "\(tally)")
    if Self.count > 1_000 { print("shard \(shard): \(tally)") }
  }

  /// Seeds with which something went wrong once: an analysis that did not end, a way that was left
  /// too early.
  @Test(arguments: [UInt64(4_101_767), 6_023_493]) func whatWentWrongIsMended(_ seed: UInt64) {
    var tally = Tally()
    judge(seed: seed, lending: .byHost, &tally)
    #expect(tally.judged == 1)
    #expect(tally.breaches > 0)
  }

  /// Without any of its rules the analysis misses something that the judge sees.
  @Test func everyRuleIsNeeded() throws {
    var needed: Set<FreezeRule> = []
    for seed in 0..<UInt64(1_500) where needed.count < FreezeRule.allCases.count {
      let (text, kernels) = FreezeProgramGenerator.program(seed: seed)
      let program = load("generated.exp", Array(text.utf8)) { _ in .failure(.notFound) }
      let typed = type(program.modules, against: .defaultLaboratory)
      guard let tree = typed.value, !typed.hasErrors, let experiment = tree.experiments.first,
        let ways = HostWays(
          tree, experiment: experiment.id,
          kernels: kernels.compactMap { self.frozen($0, in: tree) })
      else { continue }
      let breaches = Set(
        (ways.staleCalls + ways.writesWhileRunning).map(\.span) + ways.writtenAtOnce.map(\.span))
      for rule in FreezeRule.allCases where !needed.contains(rule) {
        let found = Set(prove(tree, omitting: rule).diagnostics.map(\.span))
        if !breaches.isSubset(of: found) { needed.insert(rule) }
      }
    }
    for rule in FreezeRule.allCases {
      #expect(needed.contains(rule), "nothing goes wrong without \(rule)")
    }
  }

  private func judge(
    seed: UInt64, lending: FreezeProgramGenerator.Lending = .toCallersOfValues,
    _ tally: inout Tally
  ) {
    let (text, kernels) = FreezeProgramGenerator.program(seed: seed, lending: lending)
    let program = load("generated.exp", Array(text.utf8)) { _ in .failure(.notFound) }
    let typed = type(program.modules, against: .defaultLaboratory)
    guard let tree = typed.value, !typed.hasErrors, let experiment = tree.experiments.first else {
      for fault in program.diagnostics + typed.diagnostics where fault.severity == .error {
        tally.otherwise["\(fault.code.rawValue) \(fault.message)", default: 0] += 1
      }
      return
    }
    let proven = prove(tree)
    let frozen = kernels.compactMap { self.frozen($0, in: tree) }
    #expect(frozen.count == kernels.count, "seed \(seed)")
    guard let ways = HostWays(tree, experiment: experiment.id, kernels: frozen) else { return }
    if ways.isGivenUp {
      tally.givenUp += 1
      return
    }
    tally.judged += 1
    let source = program.sources[program.main]
    func show(_ span: Span) -> String {
      "line \(source.position(of: span.start).line) \(source.text(span))"
    }
    func reported(_ code: Code) -> Set<String> {
      Set(proven.diagnostics.filter { $0.code == code }.map { show($0.span) })
    }
    let (stale, meanwhile) = (reported(.staleCapture), reported(.writtenWhileRunning))
    let staleTrue = Set(ways.staleCalls.map { show($0.span) })
    let meanwhileTrue = Set(
      (ways.writesWhileRunning.map(\.span) + ways.writtenAtOnce.map(\.span)).map(show))
    // They need no way.
    tally.forced += Set(ways.writtenAtOnce.map { show($0.span) }).count
    for breach in ways.staleCalls + ways.writesWhileRunning {
      switch force(breach, of: ways, in: tree, experiment: experiment.id) {
      case .performed(let byCuttingOff):
        tally.forced += 1
        if byCuttingOff { tally.cutOff += 1 }
      case .failed(let what):
        tally.wrong += 1
        let way = breach.way.map { "  \($0) \(show($0.span))" }.joined(separator: "\n")
        Issue.record(
          "seed \(seed): \(show(breach.span)) is not performed: \(what)\n\(way)\n\(text)")
      }
    }
    if stale.isEmpty, meanwhile.isEmpty { tally.accepted += 1 }
    if let value = proven.value {
      for kernel in kernels where !capturesAgree(kernel, in: value) {
        tally.wrong += 1
        Issue.record("seed \(seed): the captures of \(kernel.name) are others\n\(text)")
      }
    }
    tally.breaches += staleTrue.count + meanwhileTrue.count
    if stale != staleTrue || meanwhile != meanwhileTrue {
      tally.wrong += 1
      let missed = ways.staleCalls.filter { !stale.contains(show($0.span)) }
      let witness = missed.map { "\(show($0.span)): \($0.way.map { show($0.span) })" }
      Issue.record(
        """
        seed \(seed)
        E0301 missed: \(staleTrue.subtracting(stale)) false: \(stale.subtracting(staleTrue))
        E0302 missed: \(meanwhileTrue.subtracting(meanwhile)) \
        false: \(meanwhile.subtracting(meanwhileTrue))
        witness: \(witness)
        \(text)
        """)
    }
  }

  private func frozen(_ kernel: FreezeProgramGenerator.Kernel, in program: TypedProgram)
    -> FrozenKernel?
  {
    guard let function = program.functions.first(where: { $0.name == kernel.name }) else {
      return nil
    }
    return FrozenKernel(
      id: function.id,
      captures: kernel.captures.sorted().compactMap { path($0, in: program) })
  }

  /// Whether the manifest of a kernel says what the generator had it read.
  private func capturesAgree(
    _ kernel: FreezeProgramGenerator.Kernel, in proven: ProvenProgram
  ) -> Bool {
    guard let function = proven.typed.functions.first(where: { $0.name == kernel.name }) else {
      return false
    }
    let found = proven.captures(of: function.id).map { capture in
      let steps = capture.path.map { step in
        switch step {
        case .field(let i), .tupleElement(let i): HostPath.Step.part(i)
        case .index(let i): HostPath.Step.element(i)
        }
      }
      return HostPath(member: capture.member, steps: steps)
    }
    // The manifest knows no computed index and no number of elements, but the whole array.
    let read = kernel.captures.compactMap { path($0, in: proven.typed) }.map { path in
      let known = path.steps.prefix { $0 != .count && $0 != .element(nil) }
      return HostPath(member: path.member, steps: Array(known))
    }
    return Set(found) == Set(read) && found.count == Set(found).count
  }

  /// The place that the generator calls `text`.
  private func path(_ text: String, in program: TypedProgram) -> HostPath? {
    let head = text.prefix { $0.isLetter }
    guard
      let member = program.members.first(where: { $0.name == head && $0.experiment != nil })
    else { return nil }
    let steps: [HostPath.Step]
    switch text.dropFirst(head.count) {
    case "": steps = []
    case ".p", ".0": steps = [.part(0)]
    case ".q", ".1": steps = [.part(1)]
    case ".count": steps = [.count]
    case "[0]": steps = [.element(0)]
    case "[1]": steps = [.element(1)]
    case "[_]": steps = [.element(nil)]
    default: return nil
    }
    return HostPath(member: member.id, steps: steps)
  }
}
