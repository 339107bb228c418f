import Diagnostics

// Values that would have to be known before they are computed.

extension Typer {
  /// Orders all members so that each comes after those that its first value needs, and reports each
  /// constant, argument, shared value or variable whose first value needs itself, directly or
  /// through others.
  mutating func checkCircularity() {
    // Members, and behind them functions: what each mentions and calls, every body walked once.
    let memberCount = program.members.count
    var known: [[Int]?] = Array(repeating: nil, count: memberCount + program.functions.count)
    func uses(of node: Int) -> [Int] {
      if let found = known[node] { return found }
      let uses = Uses(memberCount: memberCount)
      let function =
        node < memberCount
        ? program.members[node].initializer : FunctionID(index: Int32(node - memberCount))
      for statement in function.map({ program[$0].body.statements }) ?? [] {
        uses.look(in: .statement(statement))
      }
      known[node] = uses.found
      return uses.found
    }
    enum State { case new, open, done }
    var state = Array(repeating: State.new, count: known.count)
    var circles: [[Int]] = []
    for start in 0..<memberCount where state[start] == .new {
      // Depth first, with a path of its own instead of recursion.
      var path: [(node: Int, next: Int)] = [(start, 0)]
      state[start] = .open
      while let (node, next) = path.last {
        let used = uses(of: node)
        guard next < used.count else {
          state[node] = .done
          if node < memberCount {
            program.initializationOrder.append(MemberID(index: Int32(node)))
          }
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        switch state[used[next]] {
        case .done: break
        case .new:
          state[used[next]] = .open
          path.append((used[next], 0))
        case .open:
          let first = path.firstIndex { $0.node == used[next] } ?? 0
          circles.append(path[first...].map(\.node).filter { $0 < memberCount })
        }
      }
    }
    // Functions may call each other in a circle as long as no first value stands in it.
    for circle in circles where !circle.isEmpty { reportCircle(circle) }
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
}

/// Gathers the members that a body mentions, and behind all members the functions that it calls.
///
/// A class, since the closures of its walk would each copy the list.
private final class Uses {
  private let memberCount: Int
  private(set) var found: [Int] = []

  init(memberCount: Int) { self.memberCount = memberCount }

  func look(in node: TypedNode) {
    switch node {
    case .expression(let expression):
      switch expression.kind {
      case .member(let id), .sharedElement(let id, _): found.append(Int(id.index))
      case .call(let id, _, _), .function(let id, _, captures: _):
        found.append(memberCount + Int(id.index))
      default: break
      }
      expression.forEachChild(look)
    case .statement(let statement): statement.forEachChild(look)
    case .place: break
    }
  }
}
