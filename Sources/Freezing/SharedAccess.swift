package import Diagnostics
package import Typing

/// Keys of shared values.
package enum SharedKeys: Hashable, Sendable {
  case one(String)
  /// All that begin so: of a family whose arguments are computed.
  case prefix(String)

  /// The key, or what all of them begin with.
  package var text: String {
    switch self {
    case .one(let text), .prefix(let text): text
    }
  }
}

/// What a stage may read and write of the shared values, each with the first place where it does.
package struct StageAccess: Sendable {
  package let stage: Stage
  package fileprivate(set) var reads: [(keys: SharedKeys, span: Span)] = []
  package fileprivate(set) var writes: [(keys: SharedKeys, span: Span)] = []
}

extension TypedProgram {
  /// What each stage of `experiment` may read and write of the shared values, through all that it
  /// calls, on the host and in kernels.
  ///
  /// What arguments, variables and residents begin with belongs to `prepare`, whether there is one
  /// or not.
  package func sharedAccess(of experiment: TypedExperiment) -> [StageAccess] {
    var first: [FunctionID] = []
    for id in experiment.members {
      let member = self[id]
      switch member.kind {
      case .argument, .variable, .resident:
        first += [member.initializer, member.lower, member.upper].compactMap { $0 }
      case .dataset: first += member.axes.map(\.values)
      case .shared, .prepared, .constant, .device, .field: break
      }
    }
    let stages: [(Stage, [FunctionID])] = [
      (.prepare, first + [experiment.prepare].compactMap { $0 }),
      // `cleanup` comes behind `run`, whatever became of that, and belongs to it.
      (.run, [experiment.run, experiment.cleanup].compactMap { $0 }),
      (.analyze, [experiment.analyze].compactMap { $0 }),
    ]
    let program = specialised()
    return stages.map { stage, roots in
      let walk = SharedWalk(program)
      walk.reach(roots)
      var result = StageAccess(stage: stage)
      result.reads = walk.inOrder(walk.reads)
      result.writes = walk.inOrder(walk.writes)
      return result
    }
  }
}

extension TypedProgram {
  /// What evaluating `expression` may read of the shared values; each stands where it is read.
  func sharedReads(of expression: TypedExpression) -> [SharedKeys: Span] {
    let walk = SharedWalk(self)
    walk.reach(expression)
    return walk.reads
  }
}

/// Goes through all that a stage, or an expression, reaches.
private final class SharedWalk {
  let program: TypedProgram
  var reads: [SharedKeys: Span] = [:]
  var writes: [SharedKeys: Span] = [:]
  private var seen: Set<FunctionID> = []
  /// The places that are written without being read.
  private var overwritten: Set<Span> = []
  private var pending: [FunctionID] = []

  init(_ program: TypedProgram) { self.program = program }

  func reach(_ expression: TypedExpression) {
    expression.visit(look)
    reach(pending)
  }

  func reach(_ roots: [FunctionID]) {
    pending = roots
    while let next = pending.popLast() {
      guard seen.insert(next).inserted else { continue }
      program[next].body.visit(look)
    }
  }

  func inOrder(_ found: [SharedKeys: Span]) -> [(keys: SharedKeys, span: Span)] {
    found.map { ($0.key, $0.value) }.sorted { $0.keys.text < $1.keys.text }
  }

  private func look(_ node: TreeNode) {
    switch node {
    case .statement(let statement):
      switch statement.kind {
      case .assign(let place, _): if place.steps.isEmpty { overwritten.insert(place.span) }
      case .assignTuple(let places, _):
        for place in places where place.steps.isEmpty { overwritten.insert(place.span) }
      default: break
      }
    case .place(let place):
      guard case .member(let id) = place.root, let keys = keys(of: id, place.keys) else { return }
      note(keys, at: place.span, in: &writes)
      if !overwritten.contains(place.span) { read(id, keys, at: place.span) }
    case .expression(let expression):
      switch expression.kind {
      case .member(let id):
        if let keys = keys(of: id, []) {
          read(id, keys, at: expression.span)
        } else if case .constant = program[id].kind, let value = program[id].initializer {
          pending.append(value)
        }
      case .sharedElement(let id, let arguments):
        if let keys = keys(of: id, arguments) { read(id, keys, at: expression.span) }
      case .call(let callee, _, _), .function(let callee, _, _): pending.append(callee)
      case .callValue(let callee, _):
        pending += program.functionValues.targets(of: callee.type)
      default: break
      }
    }
  }

  private func read(_ id: MemberID, _ keys: SharedKeys, at span: Span) {
    note(keys, at: span, in: &reads)
    // Where it has no value yet, its default may read others.
    if let value = program[id].initializer { pending.append(value) }
  }

  private func note(_ keys: SharedKeys, at span: Span, in found: inout [SharedKeys: Span]) {
    guard let known = found[keys] else {
      found[keys] = span
      return
    }
    if (span.source.index, span.start) < (known.source.index, known.start) { found[keys] = span }
  }

  /// The keys that a mention of the member stands for; nil if it is no shared value.
  private func keys(of id: MemberID, _ arguments: [TypedExpression]) -> SharedKeys? {
    let member = program[id]
    guard case .shared(let pattern) = member.kind else { return nil }
    guard let function = member.keyFunction else { return .one(pattern) }
    var known: [LocalID: Constant] = [:]
    for (parameter, argument) in zip(program[function].parameters, arguments) {
      known[parameter.local] = program.constant(argument)
    }
    guard case .returnValue(let key?)? = program[function].body.statements.last?.kind,
      case .interpolation(let segments) = key.kind
    else { return .prefix(String(pattern.prefix { $0 != "{" })) }
    var text = ""
    for segment in segments {
      switch segment {
      case .text(let part): text += part
      case .value(let part, let format):
        guard format == .plain, let value = program.constant(part, known) else {
          return .prefix(text)
        }
        text += value.text
      }
    }
    return .one(text)
  }
}
