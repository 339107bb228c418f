extension TypedProgram {
  /// The shared values that a run of `experiment` has to do with: those that it declares, and of
  /// the modules' those that its code mentions, on the host or in kernels.
  package func sharedMembers(of experiment: TypedExperiment) -> [MemberID] {
    let own = experiment.members.filter { isShared($0) }
    guard members.contains(where: { $0.experiment == nil && isShared($0.id) }) else { return own }
    var mentioned: Set<MemberID> = []
    var seen: Set<FunctionID> = []
    var waiting = [
      experiment.prepare, experiment.run, experiment.cleanup, experiment.analyze,
    ].compactMap { $0 }
    for member in experiment.members.map({ self[$0] }) {
      waiting += [member.initializer, member.lower, member.upper].compactMap { $0 }
      waiting += member.axes.map(\.values)
    }
    while let next = waiting.popLast() {
      guard seen.insert(next).inserted else { continue }
      for statement in self[next].body.statements {
        gather(.statement(statement), &mentioned, &waiting)
      }
    }
    return own
      + members.lazy.map(\.id).filter {
        self[$0].experiment == nil && isShared($0) && mentioned.contains($0)
      }
  }

  func isShared(_ id: MemberID) -> Bool {
    if case .shared = self[id].kind { return true }
    return false
  }

  private func gather(
    _ node: TypedNode, _ mentioned: inout Set<MemberID>, _ called: inout [FunctionID]
  ) {
    switch node {
    case .place(let place): if case .member(let id) = place.root { mentioned.insert(id) }
    case .statement(let statement):
      statement.forEachChild { gather($0, &mentioned, &called) }
    case .expression(let expression):
      switch expression.kind {
      case .member(let id):
        // A constant or shared value may have a default that mentions others.
        if mentioned.insert(id).inserted, self[id].experiment == nil {
          called += [self[id].initializer].compactMap { $0 }
        }
      case .sharedElement(let id, _): mentioned.insert(id)
      case .call(let id, _, _), .function(let id, _, _): called.append(id)
      default: break
      }
      expression.forEachChild { gather($0, &mentioned, &called) }
    }
  }
}

extension Member {
  /// Whether it is the shared value at `key`, or the family that this is one of.
  package func isShared(at key: String) -> Bool {
    guard case .shared(let own) = kind else { return false }
    return keyFunction == nil ? own == key : Self.isKey(key, ofFamily: own)
  }

  /// Whether `key` is one of the family `pattern`, as in `ion.{ion}.carrier`.
  private static func isKey(_ key: String, ofFamily pattern: String) -> Bool {
    var texts: [Substring] = []
    var rest = pattern[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      texts.append(rest[..<open])
      rest = rest[rest.index(after: close)...]
    }
    guard let first = texts.first, key.hasPrefix(first), key.hasSuffix(rest),
      key.count >= first.count + rest.count
    else { return false }
    var between = key.dropFirst(first.count).dropLast(rest.count)
    for text in texts.dropFirst() {
      guard let found = between.firstRange(of: text) else { return false }
      between = between[found.upperBound...]
    }
    return true
  }
}
