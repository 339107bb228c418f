import Diagnostics

// First values that need what has none yet (rule 21: arguments, shared values, variables, and only
// then `prepare`).

extension Typer {
  /// Reports first values, bounds of arguments and constants that mention a member which gets its
  /// value later.
  mutating func rejectEarlyMentions() {
    // For each function a member without a value that it mentions, itself or through its calls.
    let prepared = mentions { kind in
      if case .prepared = kind { return true }
      return false
    }
    let variables = mentions { $0 == .variable }
    let arguments = mentions { $0 == .argument }
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

  /// The functions that mention a member of the kind wanted, and what they mention.
  private func mentions(_ isWanted: (Member.Kind) -> Bool) -> [FunctionID: Mention] {
    guard program.members.contains(where: { isWanted($0.kind) }) else { return [:] }
    var found: [FunctionID: Mention] = [:]
    var callers: [FunctionID: [FunctionID]] = [:]
    var waiting: [FunctionID] = []
    func go(_ node: TypedNode, _ function: FunctionID) {
      switch node {
      case .place: break
      case .statement(let statement): statement.forEachChild { go($0, function) }
      case .expression(let expression):
        switch expression.kind {
        case .member(let id) where found[function] == nil && isWanted(program[id].kind):
          found[function] = Mention(member: id, span: expression.span)
          waiting.append(function)
        case .call(let callee, _, _), .function(let callee, _):
          callers[callee, default: []].append(function)
        default: break
        }
        expression.forEachChild { go($0, function) }
      }
    }
    for function in program.functions {
      for statement in function.body.statements { go(.statement(statement), function.id) }
    }
    while let function = waiting.popLast() {
      guard let mention = found[function] else { continue }
      for caller in callers[function] ?? [] where found[caller] == nil {
        found[caller] = Mention(member: mention.member, span: nil)
        waiting.append(caller)
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
