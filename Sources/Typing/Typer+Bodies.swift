import Diagnostics
import Syntax

// Bodies of functions, stages, initializers and tests.

extension Typer {
  /// Types a body that waited, and stores it in its function.
  mutating func typeBody(_ waiting: PendingBody) {
    module = waiting.module
    let index = Int(waiting.function.index)
    let function = program.functions[index]
    body = BodyState()
    body.function = waiting.function
    body.kind = function.kind
    body.experiment = waiting.experiment
    body.driver = waiting.driver
    body.part = waiting.part
    body.generics = waiting.generics
    body.result = function.result
    body.locals = function.locals
    switch function.owner {
    case .structure(let id): body.structure = id
    case .enumeration(let id): body.enumeration = id
    case .module, .experiment, .driver, .interface: break
    }
    body.openScope()
    for parameter in function.parameters { body.bind(parameter.name, to: parameter.local) }
    switch waiting.content {
    case .axis(let expression):
      let value = axisValues(expression)
      program.functions[index].result = value.type
      program.functions[index].body = TypedBlock(
        [TypedStatement(.returnValue(value), at: value.span)], at: value.span)
    case .value(let expression, let type):
      let reportedCount = diagnostics.count
      let wanted = doubtfulInitializers.contains(waiting.function) ? nil : type
      let value =
        wanted.map { self.value(expression, as: $0) } ?? settled(self.expression(expression))
      if wanted != nil, diagnostics.count > reportedCount {
        noteDoubts(expression, of: waiting.function, since: reportedCount)
      }
      program.functions[index].result = value.type
      program.functions[index].body = TypedBlock(
        [TypedStatement(.returnValue(value), at: value.span)], at: value.span)
    case .prepares(let blocks):
      body.isTopOfPrepare = true
      program.functions[index].body.statements = blocks.flatMap { typePrepare($0) }
    case .block(let block):
      body.isTopOfPrepare = function.kind == .stage(.prepare)
      typeBody(block, of: waiting.function)
      return
    }
    finishBody(of: waiting.function)
  }

  /// Whether the one error since there were `count` is that `value` is not of its declared type, of
  /// which either may be what is wrong; of a literal without a unit it is the literal.
  func disagrees(_ value: ExpressionID, since count: Int) -> Bool {
    guard diagnostics.count == count + 1, let last = diagnostics.last,
      last.code == .mismatch || last.code == .dimension, last.span == tree.span(of: value)
    else { return false }
    return !isPlainLiteral(value)
  }

  private func isPlainLiteral(_ value: ExpressionID) -> Bool {
    switch tree[value] {
    case .number, .none, .string, .boolean: true
    case .prefix(_, let operand): isPlainLiteral(operand)
    default: false
    }
  }

  /// After an error in the initializer `id` of a member, what is no longer told by its type.
  private mutating func noteDoubts(
    _ value: ExpressionID, of id: FunctionID, since count: Int
  ) {
    if let index = program.members.firstIndex(where: { $0.initializer == id }) {
      guard disagrees(value, since: count) else { return }
      let member = program.members[index]
      program.members[index].type = .unknown
      doubtfulInitializers.formUnion([member.lower, member.upper].compactMap { $0 })
    } else if isPlainLiteral(value),
      let member = program.members.first(where: { $0.lower == id }), let upper = member.upper
    {
      // `in -5...5` lacks its unit once.
      doubtfulInitializers.insert(upper)
    }
  }

  /// Types the statements of the function that the typer is in.
  mutating func typeBody(_ block: Block, of id: FunctionID) {
    let index = Int(id.index)
    let typed = typeBlock(block)
    program.functions[index].body = typed
    let function = program.functions[index]
    if function.result != .unit, function.result != .unknown, !body.hasUnknownFlow,
      completes(typed)
    {
      report(missingReturn(function))
    }
    finishBody(of: id)
  }

  private mutating func finishBody(of id: FunctionID) {
    program.functions[Int(id.index)].locals = body.locals
    for local in body.unused {
      warnings.append(
        Diagnostic(
          .unusedName, "`\(local.name)` is never used", at: local.span,
          remark: "bound here and not read",
          fixes: [
            Fix(
              "if that is meant, let its name begin with `_`",
              [Edit(local.span, "_\(local.name)")], application: .never)
          ]))
    }
  }

  /// A value whose type is known without help from outside; says so where it is not.
  mutating func settled(_ value: TypedExpression) -> TypedExpression {
    guard isUndetermined(value.type) else { return value }
    report(
      Diagnostic(
        .cannotInfer, "it cannot be told from this what type it has", at: value.span,
        notes: ["Write the type: `let name: [Int] = []`, `let name: Int? = none`."]))
    return TypedExpression(.invalid, .unknown, at: value.span)
  }

  private func isUndetermined(_ type: Type) -> Bool {
    switch type {
    case .never: true
    case .optional(let inner), .array(let inner): isUndetermined(inner)
    case .tuple(let parts): parts.contains { isUndetermined($0) }
    default: false
    }
  }

  private func missingReturn(_ function: TypedFunction) -> Diagnostic {
    var fixes: [Fix] = []
    if let last = function.body.statements.last, case .expression(let value) = last.kind,
      value.type == function.result
    {
      let start = Span(last.span.source, Int(last.span.start), Int(last.span.start))
      fixes = [Fix("did you mean `return` before its last line?", [Edit(start, "return ")])]
    }
    return Diagnostic(
      .missingReturn,
      "`\(function.name)` can end without returning its `\(program.text(function.result))`",
      at: function.nameSpan, remark: "not every path through it ends in `return`", fixes: fixes)
  }

  mutating func typeTests() {
    for declaration in tree.declarations {
      guard case .test(let test) = declaration else { continue }
      enter(module: module)
      let id = FunctionID(index: Int32(program.functions.count))
      program.functions.append(
        TypedFunction(
          id: id, name: test.title, kind: .test, owner: .module, generics: [], parameters: [],
          result: .unit, locals: [],
          body: TypedBlock([], at: test.span), effects: [], nameSpan: test.span, span: test.span,
          documentation: nil))
      typeBody(
        PendingBody(
          function: id, content: .block(test.body), module: module, experiment: nil, driver: nil,
          generics: []))
      if module == modules.modules.count - 1 {
        program.tests.append(TypedTest(title: test.title, body: id, span: test.span))
      }
    }
  }

  // MARK: Whether the end is reached

  /// Whether control can come to the end of `block`.
  func completes(_ block: TypedBlock) -> Bool { block.statements.allSatisfy { completes($0) } }

  func completes(_ statement: TypedStatement) -> Bool {
    switch statement.kind {
    case .expression, .declare, .declareMember, .assign, .compoundAssign, .assignTuple, .guarded,
      .loop, .send, .preload,
      .expect:
      return true
    case .breakLoop, .continueLoop, .returnValue, .throwError: return false
    case .conditional(let conditions, let then, let otherwise):
      if isAlwaysTrue(conditions) { return completes(then) }
      return completes(then) || otherwise.map { completes($0) } ?? true
    case .whileLoop(let conditions, let inner): return !isAlwaysTrue(conditions) || breaks(inner)
    case .tryCatch(let inner, let catches, let finally):
      if let finally, !completes(finally) { return false }
      return completes(inner) || catches.contains { completes($0.body) }
    case .block(let inner), .parallel(let inner), .critical(let inner): return completes(inner)
    }
  }

  private func isAlwaysTrue(_ conditions: [TypedCondition]) -> Bool {
    guard conditions.count == 1, case .expression(let condition) = conditions[0] else {
      return false
    }
    if case .boolean(true) = condition.kind { return true }
    return false
  }

  /// Whether a `break` in `block` leaves the loop whose body it is.
  private func breaks(_ block: TypedBlock) -> Bool {
    block.statements.contains { statement in
      switch statement.kind {
      case .breakLoop: true
      case .conditional(_, let then, let otherwise):
        breaks(then) || otherwise.map { breaks($0) } ?? false
      case .guarded(_, let inner), .block(let inner), .parallel(let inner), .critical(let inner):
        breaks(inner)
      case .tryCatch(let inner, let catches, let finally):
        breaks(inner) || catches.contains { breaks($0.body) } || finally.map { breaks($0) } ?? false
      case .expression, .declare, .declareMember, .assign, .compoundAssign, .assignTuple, .loop,
        .whileLoop,
        .continueLoop, .returnValue, .throwError, .send, .preload, .expect:
        false
      }
    }
  }
}
