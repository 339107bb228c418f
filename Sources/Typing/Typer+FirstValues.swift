import Diagnostics

// First values that need what has none yet (rule 21: arguments, shared values, variables, and only
// then `prepare`).

/// The functions that a first value needs, and what they mention that gets its own value late.
///
/// A class, since the closures of its walk would each copy the whole program of a struct.
private final class LateMentions {
  struct Mention {
    let member: MemberID
    /// Where it is mentioned; nil if that is in a function that is called.
    var span: Span?
  }

  /// Kinds of members that get their values after others.
  enum Kind: Int, CaseIterable { case argument, variable, prepared }

  private let program: TypedProgram
  /// By kind: the functions that mention such a member, themselves or through their calls.
  private var found: [[FunctionID: Mention]] = Kind.allCases.map { _ in [:] }
  private var callers: [FunctionID: [FunctionID]] = [:]
  private var known: Set<FunctionID> = []
  private var waiting: [FunctionID] = []

  init(_ program: TypedProgram) {
    self.program = program
    for member in program.members {
      for function in [member.initializer, member.lower, member.upper] {
        if let function, known.insert(function).inserted { waiting.append(function) }
      }
    }
    while let function = waiting.popLast() {
      for statement in program[function].body.statements {
        look(in: .statement(statement), function)
      }
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
  }

  func of(_ kind: Kind) -> [FunctionID: Mention] { found[kind.rawValue] }

  private func kind(of member: MemberID) -> Kind? {
    switch program.members[Int(member.index)].kind {
    case .argument: .argument
    case .variable: .variable
    case .prepared: .prepared
    case .shared, .dataset, .constant, .resident, .device, .field: nil
    }
  }

  private func look(in node: TypedNode, _ function: FunctionID) {
    switch node {
    case .place: break
    case .statement(let statement): statement.forEachChild { look(in: $0, function) }
    case .expression(let expression):
      switch expression.kind {
      case .member(let id):
        if let kind = kind(of: id)?.rawValue, found[kind][function] == nil {
          found[kind][function] = Mention(member: id, span: expression.span)
        }
      case .call(let callee, _, _), .function(let callee, _, _):
        callers[callee, default: []].append(function)
        if known.insert(callee).inserted { waiting.append(callee) }
      default: break
      }
      expression.forEachChild { look(in: $0, function) }
    }
  }
}

extension Typer {
  /// Reports first values, bounds of arguments and constants that mention a member which gets its
  /// value later.
  mutating func rejectEarlyMentions() {
    let mentions = LateMentions(program)
    let (prepared, variables, arguments) = (
      mentions.of(.prepared), mentions.of(.variable), mentions.of(.argument)
    )
    for member in program.members {
      let functions = [member.initializer, member.lower, member.upper].compactMap { $0 }
      for function in functions {
        let late: LateMentions.Mention?
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

  private mutating func reportLate(
    _ mention: LateMentions.Mention, in function: FunctionID, of member: Member
  ) {
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
