import Diagnostics

// Values that would have to be known before they are computed.

extension Typer {
  /// Orders all members so that each comes after those that its first value needs, and reports each
  /// constant, argument, shared value or variable whose first value needs itself, directly or
  /// through others.
  mutating func checkCircularity() {
    var uses: [[MemberID]] = Array(repeating: [], count: program.members.count)
    for member in program.members {
      guard let initializer = member.initializer else { continue }
      var found: [MemberID] = []
      var seen: Set<FunctionID> = [initializer]
      for statement in program[initializer].body.statements {
        gather(.statement(statement), &seen, into: &found)
      }
      uses[Int(member.id.index)] = found
    }
    enum State { case new, open, done }
    var state = Array(repeating: State.new, count: uses.count)
    for start in uses.indices where state[start] == .new {
      // Depth first, with a path of its own instead of recursion.
      var path: [(member: Int, next: Int)] = [(start, 0)]
      state[start] = .open
      while let (member, next) = path.last {
        guard next < uses[member].count else {
          state[member] = .done
          program.initializationOrder.append(MemberID(index: Int32(member)))
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        let used = Int(uses[member][next].index)
        switch state[used] {
        case .done: break
        case .new:
          state[used] = .open
          path.append((used, 0))
        case .open:
          let first = path.firstIndex { $0.member == used } ?? 0
          reportCircle(path[first...].map(\.member))
        }
      }
    }
  }

  private mutating func reportCircle(_ circle: [Int]) {
    guard let first = circle.first else { return }
    let member = program.members[first]
    let names = circle.dropFirst().map { "`\(program.members[$0].name)`" }
    let way =
      names.isEmpty
      ? "itself" : names.joined(separator: ", which needs ") + ", which needs `\(member.name)`"
    report(
      Diagnostic(
        .circular, "the value of `\(member.name)` needs \(way)", at: member.nameSpan,
        labels: circle.dropFirst().map {
          Label("part of the circle", at: program.members[$0].nameSpan)
        }))
  }

  /// The members that `node` mentions, also through functions that it calls.
  private func gather(
    _ node: TypedNode, _ seen: inout Set<FunctionID>, into found: inout [MemberID]
  ) {
    switch node {
    case .expression(let expression):
      if case .member(let id) = expression.kind { found.append(id) }
      if case .call(let id, _, _) = expression.kind, seen.insert(id).inserted {
        for statement in program[id].body.statements {
          gather(.statement(statement), &seen, into: &found)
        }
      }
      expression.forEachChild { gather($0, &seen, into: &found) }
    case .statement(let statement): statement.forEachChild { gather($0, &seen, into: &found) }
    case .place: break
    }
  }
}
