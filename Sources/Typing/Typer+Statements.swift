import Diagnostics
import Syntax

// Statements.

extension Typer {
  /// Types `block` in a scope of its own.
  mutating func typeBlock(_ block: Block) -> TypedBlock {
    body.openScope()
    defer { body.closeScope() }
    return typeStatements(block.statements, at: block.span)
  }

  mutating func typeStatements(_ ids: some Collection<StatementID>, at span: Span) -> TypedBlock {
    var statements: [TypedStatement] = []
    statements.reserveCapacity(ids.count)
    // Warned of once in a block: what follows from that is not worth another.
    var end: Span?
    var isWarned = false
    for id in ids {
      if let leaving = end {
        warnUnreachable(tree.span(of: id), behind: leaving)
        end = nil
        isWarned = true
      }
      let count = statements.count
      typeStatement(id, into: &statements)
      if !isWarned, statements.count > count, let last = statements.last, !completes(last) {
        end = tree.span(of: id)
      }
    }
    return TypedBlock(statements, at: span)
  }

  /// Control never comes to `span`, since what stands at `leaving` does not go on.
  private mutating func warnUnreachable(_ span: Span, behind leaving: Span) {
    guard !body.hasUnknownFlow else { return }
    warnings.append(
      Diagnostic(
        .unreachable, "this is never reached", at: span,
        labels: [Label("what stands here does not go on behind its end", at: leaving)]))
  }

  /// Types a block inside another: whatever stands there is no longer at the top of `prepare`.
  mutating func typeInnerBlock(_ block: Block) -> TypedBlock {
    let outer = body.isTopOfPrepare
    body.isTopOfPrepare = false
    defer { body.isTopOfPrepare = outer }
    return typeBlock(block)
  }

  private mutating func typeStatement(_ id: StatementID, into statements: inout [TypedStatement]) {
    let span = tree.span(of: id)
    func add(_ kind: TypedStatement.Kind) { statements.append(TypedStatement(kind, at: span)) }
    switch tree[id] {
    case .invalid: break
    case .expression(let expression):
      typeExpressionStatement(expression, at: span, into: &statements)
    case .binding(let isVariable, let pattern, let type, let value, let keyword):
      typeBinding(isVariable, pattern, type, value, keyword: keyword, at: span, into: &statements)
    case .assignment(let target, let value):
      typeAssignment(target, value, at: span, into: &statements)
    case .compoundAssignment(let target, let operation, let value, let operatorSpan):
      typeCompoundAssignment(target, operation, value, operatorSpan, at: span, into: &statements)
    case .ifElse(let conditions, let then, let otherwise):
      body.openScope()
      let typed = typeConditions(conditions)
      let first = typeInnerBlock(then)
      body.closeScope()
      add(.conditional(typed, first, otherwise.map { typeInnerBlock($0) }))
    case .guardElse(let conditions, let otherwise):
      // The names that a guard binds are not yet there in its block.
      body.openScope()
      let block = typeInnerBlock(otherwise)
      body.closeScope()
      let typed = typeConditions(conditions)
      if completes(block) {
        report(
          Diagnostic(
            .missingReturn,
            "the block of a `guard` must leave: by `return`, `throw`, `break` or `continue`",
            at: otherwise.span))
      }
      add(.guarded(typed, block))
    case .match(let value, let cases): typeMatch(value, cases, at: span, into: &statements)
    case .forLoop(let pattern, let source, let block, let isParallel):
      typeLoop(pattern, source, block, isParallel: isParallel, at: span, into: &statements)
    case .whileLoop(let conditions, let block):
      body.openScope()
      let typed = typeConditions(conditions)
      body.loopDepth += 1
      body.enclosing.append(.loop)
      let inner = typeInnerBlock(block)
      body.enclosing.removeLast()
      body.loopDepth -= 1
      body.closeScope()
      add(.whileLoop(typed, inner))
    case .breakLoop:
      if checkLeaving("break", at: span) { add(.breakLoop) }
    case .continueLoop:
      if checkLeaving("continue", at: span) { add(.continueLoop) }
    case .returnValue(let value): typeReturn(value, at: span, into: &statements)
    case .throwError(let value): typeThrow(value, at: span, into: &statements)
    case .tryCatch(let block, let catches, let finally):
      typeTry(block, catches, finally, at: span, into: &statements)
    case .send(let value):
      let call = hostCall(value, word: "send", at: span)
      if body.isDevice, call.type != .unit, call.type != .unknown {
        report(
          Diagnostic(
            .sendWithResult,
            "`send` does not wait, so it cannot bring back the `\(program.text(call.type))`",
            at: span,
            remark: "the result would be lost",
            notes: ["Use `await`, which waits a round trip to the host for the result."],
            fixes: [
              Fix(
                "wait for the result",
                [Edit(Span(span.source, Int(span.start), Int(span.start) + 4), "await")])
            ]))
      } else if body.isDevice, let place = placeOfKernel(in: call) {
        report(
          Diagnostic(
            .sendWithResult,
            "`send` does not wait, so it cannot bring back what the function writes to this",
            at: place.span,
            remark: "a variable of the kernel",
            notes: ["Use `await`, which waits a round trip to the host for it."],
            fixes: [
              Fix(
                "wait for it",
                [Edit(Span(span.source, Int(span.start), Int(span.start) + 4), "await")])
            ]))
      }
      add(.send(call))
    case .preload(let names): typePreload(names, at: span, into: &statements)
    case .parallel(let block):
      body.enclosing.append(.parallel)
      let inner = typeInnerBlock(block)
      body.enclosing.removeLast()
      add(.parallel(inner))
    case .sequential(let block): add(.block(typeInnerBlock(block)))
    case .critical(let block): add(.critical(typeInnerBlock(block)))
    case .function(let function):
      declareLocalFunction(function, at: span, into: &statements)
    }
  }

  private mutating func typeExpressionStatement(
    _ expression: ExpressionID, at span: Span, into statements: inout [TypedStatement]
  ) {
    if case .call(let callee, let arguments) = tree[expression],
      case .name(let name) = tree[callee],
      name.text == "expect", lookUp("expect") == nil
    {
      typeExpect(arguments, at: span, into: &statements)
      return
    }
    let value = self.expression(expression)
    if case .infix(let operation, let left, _, let sign) = tree[expression], !isUnknown(value.type)
    {
      noteUnused(operation, left, sign, at: span)
    }
    statements.append(TypedStatement(.expression(value), at: span))
  }

  private mutating func typeExpect(
    _ arguments: [Argument], at span: Span, into statements: inout [TypedStatement]
  ) {
    guard arguments.count == 1 else {
      report(Diagnostic(.wrongArguments, "`expect` takes one condition", at: span))
      return
    }
    if body.kind != .test {
      report(Diagnostic(.deviceOutOfPlace, "`expect` belongs into a `test` block", at: span))
    }
    let condition = value(arguments[0].value, as: .boolean)
    var sides: [TypedExpression] = []
    if case .binary(.compare, let left, let right) = condition.kind { sides = [left, right] }
    let text = program.sources[condition.span.source].text(condition.span)
    statements.append(TypedStatement(.expect(condition, text: text, sides: sides), at: span))
  }

  // MARK: Bindings

  private mutating func typeBinding(
    _ isVariable: Bool, _ pattern: PatternID, _ type: TypeID?, _ value: ExpressionID, keyword: Span,
    at span: Span,
    into statements: inout [TypedStatement]
  ) {
    var typed: TypedExpression
    if let type {
      let wanted = resolve(type, generics: body.generics)
      let reportedCount = diagnostics.count
      typed = self.value(value, as: wanted)
      // What it was declared as is known whatever its value was, unless the two disagree.
      if isUnknown(typed.type), !disagrees(value, since: reportedCount) {
        typed = TypedExpression(.invalid, wanted, at: typed.span)
      }
    } else {
      typed = settled(expression(value))
      noteBareVariable(isVariable, pattern, value)
    }
    if typed.type == .unit {
      report(noResult(typed, "bound"))
      typed = TypedExpression(.invalid, .unknown, at: typed.span)
    }
    bind(pattern, to: typed, isVariable: isVariable, at: span, into: &statements)
  }

  /// Notes a variable that begins as a number without a unit: perhaps that is missing.
  private mutating func noteBareVariable(
    _ isVariable: Bool, _ pattern: PatternID, _ value: ExpressionID
  ) {
    guard isVariable, case .number = tree[value], case .binding(let name) = tree[pattern],
      let function = body.function
    else { return }
    bareVariables.append(BareVariable(name: name.span, end: program[function].span.end))
  }

  /// What is called at `value` yields nothing that could be used.
  private func noResult(_ value: TypedExpression, _ purpose: String) -> Diagnostic {
    var labels: [Label] = []
    var notes: [String] = []
    if case .call(let callee, _, _) = value.kind {
      let function = program[callee]
      if function.nameSpan.source == program.main {
        labels = [Label("`\(function.name)` has no `->`, and so no result", at: function.nameSpan)]
      }
      let other = function.name == "sort" ? "sorted" : function.name == "reverse" ? "reversed" : nil
      if let other {
        notes = ["`\(function.name)` changes the array itself; `\(other)` gives a new one."]
      }
    }
    return Diagnostic(
      .mismatch, "this has no result that could be \(purpose)", at: value.span, labels: labels,
      notes: notes)
  }

  /// Binds the names of `pattern` to `value` and its parts.
  mutating func bind(
    _ pattern: PatternID, to value: TypedExpression, isVariable: Bool, at span: Span,
    into statements: inout [TypedStatement]
  ) {
    switch tree[pattern] {
    case .invalid: break
    case .wildcard: statements.append(TypedStatement(.expression(value), at: span))
    case .binding(let name)
    where rejectsDevice(value.type, "`\(name.text)`", at: value.span):
      _ = declareLocal(name, .unknown, isVariable: isVariable)
    case .binding(let name):
      if body.isTopOfPrepare {
        let member = declarePrepared(name, value.type, isVariable: isVariable)
        statements.append(TypedStatement(.declareMember(member, value), at: span))
      } else {
        let local = declareLocal(name, value.type, isVariable: isVariable)
        statements.append(TypedStatement(.declare(local, value), at: span))
      }
    case .tuple(let parts):
      let types: [Type]
      switch value.type {
      case .tuple(let own) where own.count == parts.count: types = own
      case .unknown: types = Array(repeating: .unknown, count: parts.count)
      default:
        report(
          Diagnostic(
            .mismatch,
            "`\(program.text(value.type))` does not come apart into \(parts.count) values",
            at: tree.span(of: pattern)))
        types = Array(repeating: .unknown, count: parts.count)
      }
      let whole = body.newLocal("", value.type, isVariable: false, at: value.span)
      statements.append(TypedStatement(.declare(whole, value), at: span))
      for (index, (part, type)) in zip(parts, types).enumerated() {
        if case .wildcard = tree[part] { continue }
        let local = TypedExpression(.local(whole), value.type, at: value.span)
        let element = TypedExpression(.tupleElement(local, index), type, at: tree.span(of: part))
        bind(part, to: element, isVariable: isVariable, at: span, into: &statements)
      }
    case .enumCase, .literal, .range:
      report(
        Diagnostic(
          .unexpected, "a name or a tuple of names is due here", at: tree.span(of: pattern)))
    }
  }

  /// Declares a local.
  ///
  /// If another one in scope has its name, that is reported, and what follows means the new one.
  mutating func declareLocal(_ name: Name, _ type: Type, isVariable: Bool, warns: Bool = true)
    -> LocalID
  {
    if let earlier = boundHere(name) {
      report(declaredTwice(name, earlier: earlier))
      var wasVariable = false
      if let local = body.lookUp(name.text) {
        body.use(local)
        wasVariable = body.locals[Int(local.index)].isVariable
      }
      return body.declare(name, type, isVariable: isVariable || wasVariable, warns: false)
    }
    return body.declare(name, type, isVariable: isVariable, warns: warns)
  }

  /// Where another local or function in scope was given the name.
  func boundHere(_ name: Name) -> Span? {
    name.text == "_" ? nil : body.bindingSpan(of: name.text)
  }

  // MARK: Assignments

  private mutating func typeAssignment(
    _ target: ExpressionID, _ value: ExpressionID, at span: Span,
    into statements: inout [TypedStatement]
  ) {
    if isFirstAssignment(target, value) { return }
    if isNobody(target) {
      let typed = settled(expression(value))
      statements.append(TypedStatement(.expression(typed), at: span))
      return
    }
    if case .tuple(let parts) = tree[target], parts.contains(where: { isNobody($0) }) {
      typeAssignment(partsOf: parts, value, at: span, into: &statements)
      return
    }
    if case .tuple(let parts) = tree[target] {
      let places = parts.map { place($0) }
      let types = places.map { $0?.type ?? .unknown }
      let typed = self.value(value, as: .tuple(types))
      let known = places.compactMap { $0 }
      if known.count == places.count {
        statements.append(TypedStatement(.assignTuple(known, typed), at: span))
      }
      return
    }
    if let slice = sliceAssignment(target, value, at: span) {
      if !isUnknown(slice.type) { statements.append(TypedStatement(.expression(slice), at: span)) }
      return
    }
    let written = expression(target)
    guard let place = place(of: written) else {
      _ = expression(value, expecting: written.type)
      return
    }
    let typed = self.value(value, as: place.type)
    statements.append(TypedStatement(.assign(place, typed), at: span))
  }

  /// Whether `id` is `_`, which takes a value and keeps none.
  private func isNobody(_ id: ExpressionID) -> Bool {
    if case .name(let name) = tree[id] { name.text == "_" } else { false }
  }

  /// `(a, _) = value`: what `_` stands for is dropped.
  private mutating func typeAssignment(
    partsOf parts: [ExpressionID], _ value: ExpressionID, at span: Span,
    into statements: inout [TypedStatement]
  ) {
    let places = parts.map { isNobody($0) ? nil : place($0) }
    let typed: TypedExpression
    if case .tuple(let values) = tree[value], values.count == parts.count {
      var typedParts: [TypedExpression] = []
      for (place, part) in zip(places, values) {
        typedParts.append(
          place.map { self.value(part, as: $0.type) } ?? settled(expression(part)))
      }
      typed = TypedExpression(
        .tuple(typedParts), .tuple(typedParts.map(\.type)), at: tree.span(of: value))
    } else {
      typed = settled(expression(value))
    }
    guard !isUnknown(typed.type) else { return }
    guard case .tuple(let types) = typed.type, types.count == parts.count else {
      report(
        Diagnostic(
          .mismatch,
          "`\(program.text(typed.type))` does not come apart into \(parts.count) values",
          at: typed.span))
      return
    }
    let due = zip(places, types).map { $0?.type ?? $1 }
    let agreed = coerce(typed, to: .tuple(due))
    guard !isUnknown(agreed.type) else { return }
    let whole = body.newLocal("", agreed.type, isVariable: false, at: typed.span)
    statements.append(TypedStatement(.declare(whole, agreed), at: span))
    let local = TypedExpression(.local(whole), agreed.type, at: typed.span)
    var known: [Place] = []
    var values: [TypedExpression] = []
    for (index, type) in due.enumerated() {
      guard let place = places[index] else { continue }
      known.append(place)
      values.append(TypedExpression(.tupleElement(local, index), type, at: typed.span))
    }
    guard known.count == parts.count(where: { !isNobody($0) }), !known.isEmpty else { return }
    let kept = TypedExpression(.tuple(values), .tuple(known.map(\.type)), at: typed.span)
    statements.append(TypedStatement(.assignTuple(known, kept), at: span))
  }

  private mutating func typeCompoundAssignment(
    _ target: ExpressionID, _ operation: InfixOperator, _ value: ExpressionID, _ operatorSpan: Span,
    at span: Span,
    into statements: inout [TypedStatement]
  ) {
    guard let place = place(target) else {
      _ = expression(value)
      return
    }
    let left = TypedExpression(.invalid, place.type, at: place.span)
    let right = operand(value, beside: place.type, operation)
    guard place.type != .unknown, right.type != .unknown else { return }
    guard let found = combine(operation, left, right),
      found.left.type == place.type || found.keepsLeft
    else {
      report(operatorMismatch(operation, left, right, at: operatorSpan, isCompound: true))
      return
    }
    guard found.type == place.type, found.keepsLeft else {
      report(mismatch(found.type, wanted: place.type, at: span))
      return
    }
    if case .generic(let chosen) = found.operation {
      noteBareUse(chosen, left, right, at: operatorSpan)
    }
    statements.append(
      TypedStatement(.compoundAssign(place, found.operation, found.right), at: span))
  }
}
