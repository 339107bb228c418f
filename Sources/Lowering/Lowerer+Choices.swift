import Bytecode
import Diagnostics
import Typing
import Values

// Expressions of which one branch is evaluated: `and`, `or`, `??`, `if` and blocks with a value.

extension Lowerer {
  mutating func connective(
    _ left: TypedExpression, _ right: TypedExpression, isAnd: Bool, _ hint: Run?
  ) -> Operand {
    let first = evaluate(left)
    charge(operations: 1)
    if case .constant(.boolean(let value)) = first {
      return value == isAnd ? evaluate(right, hint: hint) : first
    }
    let target = fresh([.boolean], hint)
    store(first, .boolean, into: target, at: left.span)
    let end = code.label()
    code.jump(isAnd ? .jumpIfFalse : .jumpIfTrue, target.first, to: end)
    let mark = temporaries.count
    evaluate(right, into: target)
    releaseTemporaries(downTo: mark)
    code.place(end)
    return .temporary(target)
  }

  mutating func coalesce(
    _ left: TypedExpression, _ right: TypedExpression, _ expression: TypedExpression, _ hint: Run?
  ) -> Operand {
    let optional = type(of: left)
    let result = type(of: expression)
    let first = evaluate(left)
    if case .constant(.optional(let content)) = first {
      charge(operations: 1)
      guard let content else { return evaluate(right, hint: hint) }
      return optional == result ? first : .constant(content)
    }
    let (run, operand) = settled(first, optional, at: left.span)
    charge(operations: 1)
    guard !run.words.isEmpty else { return operand }
    let target = fresh(result, hint, at: expression.span)
    let (none, end) = (code.label(), code.label())
    code.jump(.jumpIfFalse, run.first, to: none)
    if optional == result {
      copy(run, into: target, moving: isMovable(operand), at: left.span)
    } else {
      copy(
        run.part(1, run.words.count - 1), into: target, moving: isMovable(operand), at: left.span)
    }
    code.jump(to: end)
    code.place(none)
    let mark = temporaries.count
    evaluate(right, into: target)
    releaseTemporaries(downTo: mark)
    code.place(end)
    discard(operand)
    return .temporary(target)
  }

  func isMovable(_ operand: Operand) -> Bool {
    switch operand {
    case .constant, .place: false
    case .temporary, .part: true
    }
  }

  mutating func conditional(
    _ conditions: [TypedCondition], _ then: (TypedBlock, TypedExpression),
    _ otherwise: (TypedBlock, TypedExpression),
    _ expression: TypedExpression, _ hint: Run?
  ) -> Operand {
    scopes.append([])
    let branch = self.branch(on: conditions)
    switch branch {
    case .always(let holds):
      let (block, value) = holds ? then : otherwise
      let operand = sequence(block, value, expression, hint)
      closeScope()
      return operand
    case .otherwise(let label):
      let target = fresh(type(of: expression), hint, at: expression.span)
      let end = code.label()
      choose(then, into: target)
      closeScope()
      code.jump(to: end)
      code.place(label)
      // A chain of them, as a `match` makes it, is gone along and not into.
      var rest = otherwise
      while rest.0.statements.isEmpty,
        case .conditional(let conditions, let block, let value, let other, let last) = rest.1.kind
      {
        scopes.append([])
        let branch = self.branch(on: conditions)
        if case .always(false) = branch {
          closeScope()
          rest = (other, last)
          continue
        }
        choose((block, value), into: target)
        closeScope()
        guard case .otherwise(let label) = branch else {
          code.place(end)
          return .temporary(target)
        }
        code.jump(to: end)
        code.place(label)
        rest = (other, last)
      }
      choose(rest, into: target)
      code.place(end)
      return .temporary(target)
    }
  }

  /// Runs `block`, then evaluates `value`, both in a scope of their own.
  mutating func sequence(
    _ block: TypedBlock, _ value: TypedExpression, _ expression: TypedExpression, _ hint: Run?
  ) -> Operand {
    let target = hint ?? temporary(words(of: type(of: expression), at: expression.span))
    scopes.append([])
    statements(block.statements)
    let operand = evaluate(value, hint: target)
    if case .constant = operand {
      if hint == nil, !target.ownsArrays { code.free(target) }
      closeScope()
      return operand
    }
    store(operand, type(of: expression), into: target, at: value.span)
    closeScope()
    return .temporary(target)
  }

  private mutating func choose(_ branch: (TypedBlock, TypedExpression), into target: Run) {
    let mark = temporaries.count
    scopes.append([])
    statements(branch.0.statements)
    evaluate(branch.1, into: target)
    closeScope()
    releaseTemporaries(downTo: mark)
  }
}
