import Diagnostics

// What is lent as `inout` is not seen by other ways meanwhile (rule 18).

extension Typer {
  /// Reports each call that lends a member to a function which mentions that member itself,
  /// directly or through others.
  mutating func checkExclusivity() {
    var loans: [(function: FunctionID, call: FunctionID, place: Place)] = []
    var mentions: [Set<MemberID>] = []
    var callers: [[Int]] = Array(repeating: [], count: program.functions.count)
    for (index, function) in program.functions.enumerated() {
      var found = Mentions()
      for statement in function.body.statements { found.gather(.statement(statement)) }
      mentions.append(found.members)
      for callee in found.callees { callers[Int(callee.index)].append(index) }
      loans += found.loans.map { (function.id, $0.call, $0.place) }
    }
    guard !loans.isEmpty else { return }
    var waiting = Array(program.functions.indices)
    while let index = waiting.popLast() {
      for caller in callers[index] where !mentions[index].isSubset(of: mentions[caller]) {
        mentions[caller].formUnion(mentions[index])
        waiting.append(caller)
      }
    }
    for loan in loans {
      guard case .member(let member) = loan.place.root,
        mentions[Int(loan.call.index)].contains(member)
      else { continue }
      report(
        Diagnostic(
          .overlappingInout,
          "`\(program[loan.call].name)` uses `\(program[member].name)` itself while it is lent to it",
          at: loan.place.span, remark: "lent here",
          labels: [
            Label(
              "mentions `\(program[member].name)`, perhaps through what it calls",
              at: program[loan.call].nameSpan)
          ],
          notes: [
            "Values do not alias, so a variable is seen one way at a time. Pass it, or mention it, but not both."
          ]))
    }
  }
}

/// What a body mentions, calls and lends.
private struct Mentions {
  var members: Set<MemberID> = []
  var callees: Set<FunctionID> = []
  var loans: [(call: FunctionID, place: Place)] = []

  mutating func gather(_ node: TypedNode) {
    switch node {
    case .place(let place): if case .member(let id) = place.root { members.insert(id) }
    case .expression(let expression):
      switch expression.kind {
      case .member(let id): members.insert(id)
      case .call(let id, _, let arguments):
        callees.insert(id)
        for case .place(let place) in arguments { loans.append((id, place)) }
      case .function(let id, _, captures: _): callees.insert(id)
      default: break
      }
      expression.forEachChild { gather($0) }
    case .statement(let statement): statement.forEachChild { gather($0) }
    }
  }
}
