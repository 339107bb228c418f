import Diagnostics
import Typing

// Rule 41: after a `pause()`, in which other experiments may run, a kernel still has what `prepare`
// read of the values that these write.

/// A member that `prepare` computes from a shared value, and who else writes that.
private struct Snapshot {
  /// Where the shared value is read.
  let read: Span
  let keys: SharedKeys
  let writer: ExperimentID
  let write: Span
}

extension FreezeReporter {
  /// Warns of the kernels that run after a `pause()` with a snapshot of a shared value that another
  /// experiment of the program writes, and that has not been refreshed since.
  func snapshotsAfterPause() -> [Diagnostic] {
    guard analysis.pauses else { return [] }
    var writes: [(experiment: ExperimentID, keys: SharedKeys, span: Span)] = []
    for experiment in program.experiments where !experiment.isPart {
      for stage in program.sharedAccess(of: experiment) {
        for write in stage.writes { writes.append((experiment.id, write.keys, write.span)) }
      }
    }
    var result: [Diagnostic] = []
    for experiment in program.experiments where !experiment.isPart {
      guard let run = experiment.run else { continue }
      let others = writes.filter { $0.experiment != experiment.id }
      guard !others.isEmpty else { continue }
      let sources = SnapshotSources(of: experiment, in: program)
      var snapshots: [MemberID: Snapshot] = [:]
      // An argument was read when the run was submitted, and is meant to stay.
      for (member, reads) in sources.reads where program[member].kind != .argument {
        for (keys, span) in reads.sorted(by: { $0.key.text < $1.key.text }) {
          guard snapshots[member] == nil,
            let other = others.first(where: { $0.keys == keys })
              ?? others.first(where: { $0.keys.mayBe(keys) })
          else { continue }
          snapshots[member] = Snapshot(
            read: span, keys: keys, writer: other.experiment, write: other.span)
        }
      }
      guard !snapshots.isEmpty else { continue }
      let walk = PauseWalk(program, Set(snapshots.keys)) { kernel in
        table.captures.paths(of: kernel).map(\.member)
      }
      walk.walk(program[run].body)
      for use in walk.uses {
        guard let snapshot = snapshots[use.member] else { continue }
        result.append(warning(of: use, snapshot))
      }
    }
    return result
  }

  private func warning(of use: PauseWalk.Use, _ snapshot: Snapshot) -> Diagnostic {
    let (kernel, member) = (program[use.kernel].name, program[use.member].name)
    let mustVary =
      program[use.member].kind == .prepared(isVariable: false)
      ? "; for that `\(member)` has to be a `var`" : ""
    return Diagnostic(
      .snapshotAfterPause,
      "`\(kernel)` runs after a pause with the `\(member)` of before it",
      at: use.call, remark: "another experiment may have changed the value meanwhile",
      labels: [
        Label("`\(member)` comes from this value of `\(snapshot.keys.text)`", at: snapshot.read),
        Label("`\(program[snapshot.writer].name)` writes it", at: snapshot.write),
        Label("other experiments may run here", at: use.pause),
      ],
      notes: [
        "Read it again after the pause, and compile: `if pause() { \(member) = …; preload \(kernel) }`\(mustVary)."
      ])
  }
}

extension SharedKeys {
  /// Whether the two may stand for the same key.
  fileprivate func mayBe(_ other: SharedKeys) -> Bool {
    switch (self, other) {
    case (.one(let a), .one(let b)): a == b
    case (.one(let key), .prefix(let start)), (.prefix(let start), .one(let key)):
      key.hasPrefix(start)
    case (.prefix(let a), .prefix(let b)): a.hasPrefix(b) || b.hasPrefix(a)
    }
  }
}

/// From which shared values the members of an experiment come that `prepare` computes.
private struct SnapshotSources {
  private(set) var reads: [MemberID: [SharedKeys: Span]] = [:]
  private var ofLocals: [LocalID: [SharedKeys: Span]] = [:]
  private let program: TypedProgram

  init(of experiment: TypedExperiment, in program: TypedProgram) {
    self.program = program
    for id in experiment.members {
      switch program[id].kind {
      case .variable, .argument: break
      case .shared, .dataset, .prepared, .constant, .resident, .device, .field: continue
      }
      guard let value = program[id].initializer else { continue }
      program[value].body.visit { node in
        guard case .expression(let expression) = node else { return }
        add(sources(of: expression), to: id)
      }
    }
    guard let prepare = experiment.prepare else { return }
    program[prepare].body.visit { node in
      guard case .statement(let statement) = node else { return }
      switch statement.kind {
      case .declareMember(let id, let value): add(allSources(of: value), to: id)
      case .declare(let local, let value):
        ofLocals[local, default: [:]].merge(allSources(of: value)) { old, _ in old }
      case .assign(let place, let value), .compoundAssign(let place, _, let value):
        add(allSources(of: value), to: place)
      case .assignTuple(let places, let value):
        for place in places { add(allSources(of: value), to: place) }
      // What is assigned here says what the condition was.
      case .conditional(let conditions, let block, let otherwise):
        let sources = self.sources(of: conditions)
        for block in [block, otherwise].compactMap(\.self) {
          add(sources, toWhatIsWrittenIn: block)
        }
      case .guarded(let conditions, let block), .whileLoop(let conditions, let block):
        add(self.sources(of: conditions), toWhatIsWrittenIn: block)
      case .loop(let loop, let block, _):
        switch loop.source {
        case .range(let low, let high, _, let step):
          for part in [low, high, step].compactMap(\.self) {
            ofLocals[loop.variable, default: [:]].merge(allSources(of: part)) { old, _ in old }
          }
        case .array(let array):
          ofLocals[loop.variable, default: [:]].merge(allSources(of: array)) { old, _ in old }
        }
        add(ofLocals[loop.variable] ?? [:], toWhatIsWrittenIn: block)
      default: break
      }
    }
  }

  private mutating func add(_ sources: [SharedKeys: Span], to member: MemberID) {
    if !sources.isEmpty { reads[member, default: [:]].merge(sources) { old, _ in old } }
  }

  private mutating func add(_ sources: [SharedKeys: Span], to place: Place) {
    switch place.root {
    case .member(let id): add(sources, to: id)
    case .local(let id): ofLocals[id, default: [:]].merge(sources) { old, _ in old }
    }
  }

  private mutating func add(_ sources: [SharedKeys: Span], toWhatIsWrittenIn block: TypedBlock) {
    guard !sources.isEmpty else { return }
    block.visit { node in
      if case .place(let place) = node { add(sources, to: place) }
    }
  }

  private func sources(of conditions: [TypedCondition]) -> [SharedKeys: Span] {
    var result: [SharedKeys: Span] = [:]
    for condition in conditions {
      switch condition {
      case .expression(let value), .binding(_, let value), .declare(_, let value):
        result.merge(allSources(of: value)) { old, _ in old }
      }
    }
    return result
  }

  private func allSources(of value: TypedExpression) -> [SharedKeys: Span] {
    var result: [SharedKeys: Span] = [:]
    value.visit { node in
      guard case .expression(let expression) = node else { return }
      result.merge(sources(of: expression)) { old, _ in old }
    }
    return result
  }

  /// The shared values that the expression is or reads itself, not those of its parts.
  private func sources(of expression: TypedExpression) -> [SharedKeys: Span] {
    switch expression.kind {
    case .local(let id): ofLocals[id] ?? [:]
    case .member(let id): reads[id] ?? program.sharedReads(of: expression)
    case .sharedElement, .call, .callValue: program.sharedReads(of: expression)
    default: [:]
    }
  }
}
