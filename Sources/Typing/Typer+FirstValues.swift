import Diagnostics

// First values that need what has none yet (rule 21: arguments, shared values, variables, and only
// then `prepare`).

extension Typer {
  /// Reports first values, bounds of arguments and constants that mention a member which gets its
  /// value later.
  mutating func rejectEarlyMentions() {
    let found = mentions()
    let (prepared, variables, arguments) = (
      found[Late.prepared.rawValue], found[Late.variable.rawValue], found[Late.argument.rawValue]
    )
    for member in program.members {
      let functions = [member.initializer, member.lower, member.upper].compactMap { $0 }
      for function in functions {
        let late: Mention?
        switch member.kind {
        case .argument, .shared: late = prepared[function] ?? variables[function]
        case .variable: late = prepared[function]
        case .constant: late = prepared[function] ?? variables[function] ?? arguments[function]
        case .dataset, .prepared, .resident, .device, .field: late = nil
        }
        guard let late else { continue }
        reportLate(late, in: function, of: member)
      }
    }
  }

  private struct Mention {
    let member: MemberID
    /// Where it is mentioned; nil if that is in a function that is called.
    var span: Span?
  }

  /// Kinds of members that get their values after others.
  private enum Late: Int, CaseIterable { case argument, variable, prepared }

  private func late(_ kind: Member.Kind) -> Late? {
    switch kind {
    case .argument: .argument
    case .variable: .variable
    case .prepared: .prepared
    case .shared, .dataset, .constant, .resident, .device, .field: nil
    }
  }

  /// By kind: the functions that mention such a member, themselves or through their calls, and what
  /// they mention.
  private func mentions() -> [[FunctionID: Mention]] {
    var found: [[FunctionID: Mention]] = Late.allCases.map { _ in [:] }
    var callers: [FunctionID: [FunctionID]] = [:]
    func go(_ node: TypedNode, _ function: FunctionID) {
      switch node {
      case .place: break
      case .statement(let statement): statement.forEachChild { go($0, function) }
      case .expression(let expression):
        switch expression.kind {
        case .member(let id):
          if let kind = late(program.members[Int(id.index)].kind)?.rawValue,
            found[kind][function] == nil
          {
            found[kind][function] = Mention(member: id, span: expression.span)
          }
        case .call(let callee, _, _), .function(let callee, _, _):
          callers[callee, default: []].append(function)
        default: break
        }
        expression.forEachChild { go($0, function) }
      }
    }
    for function in program.functions {
      for statement in function.body.statements { go(.statement(statement), function.id) }
    }
    for kind in found.indices {
      var waiting = found[kind].keys.sorted { $0.index < $1.index }
      while let function = waiting.popLast() {
        guard let mention = found[kind][function] else { continue }
        for caller in callers[function] ?? [] where found[kind][caller] == nil {
          found[kind][caller] = Mention(member: mention.member, span: nil)
          waiting.append(caller)
        }
      }
    }
    return found
  }

  private mutating func reportLate(_ mention: Mention, in function: FunctionID, of member: Member) {
    let late = program[mention.member]
    let when =
      switch late.kind {
      case .prepared: "is computed by `prepare`, which runs after the first values"
      case .variable: "is a variable, which gets its first value after the arguments"
      default: "is an argument, and a constant is the same in every run"
      }
    report(
      Diagnostic(
        .valueTooLate, "`\(late.name)` has no value yet where `\(member.name)` gets its own",
        at: mention.span ?? program[function].span,
        labels: [Label("`\(late.name)` \(when)", at: late.nameSpan)],
        notes: [
          "The order is: constants, arguments and shared values, variables, `prepare`. What depends on `prepare` is a `let` there."
        ]))
  }
}
