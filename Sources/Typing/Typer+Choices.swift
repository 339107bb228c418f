import Diagnostics
import Syntax

/// A branch of an `if` or `match` that yields a value: its last statement.
struct Branch {
  var block: TypedBlock
  var value: TypedExpression
  /// Whether it ends in `throw` and so has no value.
  var leaves = false
  /// Whether its value is a number without a unit, which takes the type of the others.
  var isLiteral = false
}

// `if` as an expression, and what it has in common with `match`.

extension Typer {
  mutating func conditional(
    _ conditions: [Condition], _ then: Block, _ otherwise: Block?, expecting: Type?, at span: Span
  ) -> TypedExpression {
    body.openScope()
    let typed = typeConditions(conditions)
    let first = branch(then, expecting: expecting)
    body.closeScope()
    guard let otherwise else {
      report(
        Diagnostic(
          .mismatch, "an `if` that yields a value needs an `else`", at: span,
          remark: "what if the condition is false?"))
      return TypedExpression(.invalid, .unknown, at: span)
    }
    var known = expecting
    if known == nil, !first.isLiteral, !first.leaves, first.value.type != .optional(.never) {
      known = first.value.type
    }
    var branches = [first, branch(otherwise, expecting: known)]
    let type = join(&branches, expecting: expecting, at: span)
    return TypedExpression(
      .conditional(
        typed, branches[0].block, branches[0].value, otherwise: branches[1].block,
        branches[1].value), type, at: span)
  }

  /// The statements of a branch and its value, which its last statement is.
  mutating func branch(_ block: Block, expecting: Type?) -> Branch {
    let outer = body.isTopOfPrepare
    body.isTopOfPrepare = false
    body.openScope()
    body.enclosing.append(.value)
    defer {
      body.enclosing.removeLast()
      body.closeScope()
      body.isTopOfPrepare = outer
    }
    func made(_ head: TypedBlock, _ value: TypedExpression) -> Branch {
      Branch(block: head, value: value)
    }
    let unknown = TypedExpression(.invalid, .unknown, at: block.span)
    guard let last = block.statements.last else {
      report(Diagnostic(.mismatch, "this branch yields no value", at: block.span))
      return made(TypedBlock([], at: block.span), unknown)
    }
    var head = typeStatements(block.statements.dropLast(), at: block.span)
    let span = tree.span(of: last)
    switch tree[last] {
    case .expression(let id):
      var result = made(head, expression(id, expecting: expecting))
      result.isLiteral = isLiteral(id)
      return result
    case .ifElse(let conditions, let then, let otherwise):
      return made(
        head, conditional(conditions, then, otherwise, expecting: expecting, at: span))
    case .match(let value, let cases):
      return made(head, matchExpression(value, cases, expecting: expecting, at: span))
    case .throwError:
      head.statements += typeStatements([last], at: span).statements
      return Branch(block: head, value: unknown, leaves: true)
    case .invalid: return made(head, unknown)
    case .returnValue: report(leavesValue("return", at: span))
    case .breakLoop: report(leavesValue("break", at: span))
    case .continueLoop: report(leavesValue("continue", at: span))
    default:
      report(
        Diagnostic(.mismatch, "the last line of this branch must be its value", at: span))
    }
    return made(head, unknown)
  }

  func leavesValue(_ word: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .nothingToLeave,
      "`\(word)` cannot leave an `if` or `match` that yields a value", at: span,
      notes: ["Only `throw` can stand in the place of a value; else use the statement."])
  }

  /// The type of all branches together, as which their values then are; says where one does not
  /// agree.
  mutating func join(_ branches: inout [Branch], expecting: Type?, at span: Span) -> Type {
    let valued = branches.filter { !$0.leaves }
    if valued.contains(where: { isUnknown($0.value.type) }) { return .unknown }
    let settled = valued.map(\.value.type).filter {
      $0 != .optional(.never) && $0 != .array(.never)
    }
    // Numbers without a unit take the type of other numbers (rule 4).
    let strict = valued.filter { !$0.isLiteral }.map(\.value.type).first { isNumeric($0) }
    let numbers: Type? = settled.contains(.number) ? .number : nil
    // Of two that do not agree, the one that is not due is wrong.
    let due = expecting.flatMap { settled.contains($0) ? $0 : nil }
    guard
      var type = due ?? strict ?? numbers ?? settled.first ?? valued.first?.value.type
    else {
      report(Diagnostic(.mismatch, "no branch of this yields a value", at: span))
      return .unknown
    }
    // `none` in one branch and a value in another make an optional.
    let whole = Type.optional(type)
    if valued.contains(where: { $0.value.type == .optional(.never) || $0.value.type == whole }) {
      if case .optional = type {} else { type = whole }
    }
    if let expecting, isClosed(expecting), !isUnknown(expecting), type != expecting,
      type != .optional(.never), type != .array(.never), .optional(type) != expecting,
      let first = valued.first(where: { !$0.isLiteral }) ?? valued.first
    {
      // Where it stands, not over all the branches.
      let value = first.isLiteral ? literal(first.value, as: expecting) : first.value
      if value.type != expecting {
        report(mismatch(value, wanted: expecting))
        return .unknown
      }
    }
    for index in branches.indices {
      if branches[index].leaves {
        // Never evaluated: it only has the type.
        branches[index].value = TypedExpression(.none, type, at: branches[index].value.span)
        continue
      }
      var value = branches[index].value
      if branches[index].isLiteral { value = literal(value, as: type) }
      branches[index].value = coerce(value, to: type)
      if isUnknown(branches[index].value.type) { return .unknown }
    }
    return type
  }

  /// A number without a unit as the number type `type`, if it can be one.
  private func literal(_ value: TypedExpression, as type: Type) -> TypedExpression {
    guard value.type == .integer, case .integer(let number) = value.kind else { return value }
    var wanted = type
    if case .optional(let inner) = type { wanted = inner }
    switch wanted {
    case .number: return TypedExpression(.float(Double(number)), wanted, at: value.span)
    case .integer32 where Int32(exactly: number) != nil:
      return TypedExpression(.integer(number), wanted, at: value.span)
    default: return value
    }
  }
}
