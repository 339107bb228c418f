import Diagnostics

// What is lent as `inout` is not seen by other ways meanwhile (rule 18).

extension Typer {
  /// Reports each call that lends a member to a function which mentions that member itself,
  /// directly or through others.
  mutating func checkExclusivity() {
    var loans: [Mentions.Loan] = []
    var mentions: [Set<MemberID>] = []
    var calledValues: [(caller: Int, type: Type)] = []
    var callers: [[Int]] = Array(repeating: [], count: program.functions.count)
    for (index, function) in program.functions.enumerated() {
      var found = Mentions(in: function)
      for statement in function.body.statements { found.gather(.statement(statement)) }
      mentions.append(found.members)
      for callee in found.callees {
        callers[Int(callee.index)].append(index)
        if !program[callee].generics.isEmpty {
          program.genericCallers[callee, default: []].append(function.id)
        }
      }
      calledValues += found.calledValues.map { (index, $0) }
      loans += found.loans
    }
    loans.removeAll { if case .member = $0.place.root { false } else { true } }
    guard !loans.isEmpty else { return }
    // A call of a function value is one of every function of its type whose value is taken.
    let values = functionValues()
    for (caller, type) in calledValues {
      for target in values.targets(of: type) { callers[Int(target.index)].append(caller) }
    }
    var waiting = Array(program.functions.indices)
    while let index = waiting.popLast() {
      for caller in callers[index] where !mentions[index].isSubset(of: mentions[caller]) {
        mentions[caller].formUnion(mentions[index])
        waiting.append(caller)
      }
    }
    for loan in loans {
      // What is given to the function counts as called by it.
      let called = [loan.call] + loan.given + loan.givenValues.flatMap(values.targets)
      guard case .member(let member) = loan.place.root,
        called.contains(where: { mentions[Int($0.index)].contains(member) })
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
  struct Loan {
    let call: FunctionID
    let place: Place
    /// The functions that stand among the other arguments, and the types of other values that are
    /// functions.
    var given: [FunctionID] = []
    var givenValues: [Type] = []
  }

  var members: Set<MemberID> = []
  var callees: Set<FunctionID> = []
  /// The types of the function values that it calls, but for its parameters.
  var calledValues: [Type] = []
  var loans: [Loan] = []
  /// A parameter is known to the caller, who gives it; what a local function has copied to nobody.
  private let parameters: Set<LocalID>

  init(in function: TypedFunction) {
    parameters = function.isLocal ? [] : Set(function.parameters.map(\.local))
  }

  mutating func gather(_ node: TypedNode) {
    switch node {
    case .place(let place): if case .member(let id) = place.root { members.insert(id) }
    case .expression(let expression):
      switch expression.kind {
      case .local, .integer, .float, .boolean: return
      case .member(let id): members.insert(id)
      case .call(let id, _, let arguments):
        callees.insert(id)
        lend(arguments, to: id)
      case .callValue(let callee, _): call(callee)
      case .intrinsic(.leastSquares, let operands): if let model = operands.first { call(model) }
      case .function(let id, _, captures: _): callees.insert(id)
      default: break
      }
      expression.forEachChild { gather($0) }
    case .statement(let statement): statement.forEachChild { gather($0) }
    }
  }

  private mutating func call(_ value: TypedExpression) {
    if case .local(let local) = value.kind, parameters.contains(local) { return }
    calledValues.append(value.type)
  }

  private mutating func lend(_ arguments: [TypedArgument], to callee: FunctionID) {
    let places = arguments.compactMap { argument in
      if case .place(let place) = argument { place } else { nil }
    }
    guard !places.isEmpty else { return }
    var given: [FunctionID] = []
    var givenValues: [Type] = []
    func look(_ node: TypedNode) {
      guard case .expression(let expression) = node else { return }
      if case .function(let id, _, captures: _) = expression.kind {
        given.append(id)
      } else if case .function = expression.type {
        givenValues.append(expression.type)
      }
      expression.forEachChild(look)
    }
    for case .value(let value) in arguments { look(.expression(value)) }
    for place in places {
      loans.append(Loan(call: callee, place: place, given: given, givenValues: givenValues))
    }
  }
}
