// Trees made anew with other expressions in them.

/// Makes trees anew: each expression is given to `change` once those inside it have been.
struct TreeRewriting {
  let change: (TypedExpression) -> TypedExpression

  init(_ change: @escaping (TypedExpression) -> TypedExpression) { self.change = change }

  func block(_ block: TypedBlock) -> TypedBlock {
    TypedBlock(block.statements.map(statement), at: block.span)
  }

  private func all(_ expressions: [TypedExpression]) -> [TypedExpression] {
    expressions.map(expression)
  }

  // MARK: Expressions

  func expression(_ old: TypedExpression) -> TypedExpression {
    change(TypedExpression(kind(old.kind), old.type, at: old.span))
  }

  private func kind(_ old: TypedExpression.Kind) -> TypedExpression.Kind {
    switch old {
    case .invalid, .unit, .integer, .float, .boolean, .text, .none, .local, .member, .device,
      .ownDevice, .numbers:
      old
    case .some(let a): .some(expression(a))
    case .function(let id, let generics, let captures):
      .function(id, generics, captures: all(captures))
    case .unary(let operation, let a): .unary(operation, expression(a))
    case .binary(let operation, let a, let b): .binary(operation, expression(a), expression(b))
    case .and(let a, let b): .and(expression(a), expression(b))
    case .or(let a, let b): .or(expression(a), expression(b))
    case .coalesce(let a, let b): .coalesce(expression(a), expression(b))
    case .call(let callee, let generics, let arguments):
      .call(callee, generics, arguments.map(argument))
    case .deviceCall(let device, let name, let signature, let arguments):
      .deviceCall(
        expression(device), name: name, signature: signature, arguments.map(argument))
    case .callValue(let callee, let arguments): .callValue(expression(callee), all(arguments))
    case .intrinsic(let intrinsic, let operands): .intrinsic(intrinsic, all(operands))
    case .convert(let conversion, let a): .convert(conversion, expression(a))
    case .tuple(let parts): .tuple(all(parts))
    case .tupleElement(let a, let i): .tupleElement(expression(a), i)
    case .structure(let id, let fields): .structure(id, all(fields))
    case .field(let a, let i): .field(expression(a), i)
    case .sharedElement(let id, let keys): .sharedElement(id, all(keys))
    case .enumeration(let id, let tag, let payload): .enumeration(id, tag, all(payload))
    case .isCase(let a, let tag): .isCase(expression(a), tag)
    case .payload(let a, let tag, let field): .payload(expression(a), tag: tag, field: field)
    case .array(let parts): .array(all(parts))
    case .repeated(let a, let count): .repeated(expression(a), count: expression(count))
    case .index(let a, let b): .index(expression(a), expression(b))
    case .slice(let a, let b, let c): .slice(expression(a), expression(b), expression(c))
    case .conditional(let tests, let then, let value, let otherwise, let other):
      .conditional(
        tests.map(condition), block(then), expression(value), otherwise: block(otherwise),
        expression(other))
    case .sequence(let inner, let value): .sequence(block(inner), expression(value))
    case .comprehension(let value, let clauses):
      .comprehension(expression(value), clauses.map(clause))
    case .interpolation(let segments): .interpolation(segments.map(segment))
    case .await(let a): .await(expression(a))
    case .record(let inner): .record(block(inner))
    case .append(let place, let value): .append(self.place(place), expression(value))
    case .simulate(let id, let arguments, let seed, let shared, let laboratory):
      .simulate(
        id, arguments.mapValues(expression), seed: seed.map(expression),
        shared: shared.map { SharedInput(key: $0.key, value: expression($0.value)) },
        laboratory: laboratory)
    }
  }

  private func argument(_ old: TypedArgument) -> TypedArgument {
    switch old {
    case .value(let value): .value(expression(value))
    case .place(let place): .place(self.place(place))
    }
  }

  private func clause(_ old: TypedClause) -> TypedClause {
    switch old {
    case .loop(let loop): .loop(self.loop(loop))
    case .condition(let test): .condition(expression(test))
    case .declare(let local, let value): .declare(local, expression(value))
    }
  }

  private func segment(_ old: TypedSegment) -> TypedSegment {
    switch old {
    case .text: old
    case .value(let value, let format): .value(expression(value), format)
    }
  }

  private func condition(_ old: TypedCondition) -> TypedCondition {
    switch old {
    case .expression(let test): .expression(expression(test))
    case .binding(let local, let value): .binding(local, expression(value))
    case .declare(let local, let value): .declare(local, expression(value))
    }
  }

  private func place(_ old: Place) -> Place {
    Place(
      root: old.root, keys: all(old.keys),
      steps: old.steps.map { step in
        switch step {
        case .field, .tupleElement: step
        case .index(let index): .index(expression(index))
        }
      }, rootType: old.rootType, type: old.type, at: old.span)
  }

  private func loop(_ old: TypedLoop) -> TypedLoop {
    switch old.source {
    case .range(let low, let high, let isClosed, let step):
      TypedLoop(
        source: .range(
          expression(low), expression(high), isClosed: isClosed, step: step.map(expression)),
        variable: old.variable)
    case .array(let array): TypedLoop(source: .array(expression(array)), variable: old.variable)
    }
  }

  // MARK: Statements

  private func statement(_ old: TypedStatement) -> TypedStatement {
    TypedStatement(kind(old.kind), at: old.span)
  }

  private func kind(_ old: TypedStatement.Kind) -> TypedStatement.Kind {
    switch old {
    case .breakLoop, .continueLoop, .preload: old
    case .expression(let value): .expression(expression(value))
    case .declare(let local, let value): .declare(local, expression(value))
    case .declareMember(let member, let value): .declareMember(member, expression(value))
    case .assign(let place, let value): .assign(self.place(place), expression(value))
    case .compoundAssign(let place, let operation, let value):
      .compoundAssign(self.place(place), operation, expression(value))
    case .assignTuple(let places, let value): .assignTuple(places.map(place), expression(value))
    case .conditional(let tests, let then, let otherwise):
      .conditional(tests.map(condition), block(then), otherwise.map(block))
    case .guarded(let tests, let otherwise): .guarded(tests.map(condition), block(otherwise))
    case .loop(let loop, let body, let isParallel):
      .loop(self.loop(loop), block(body), isParallel: isParallel)
    case .whileLoop(let tests, let body): .whileLoop(tests.map(condition), block(body))
    case .returnValue(let value): .returnValue(value.map(expression))
    case .throwError(let error, let payload): .throwError(error, all(payload))
    case .tryCatch(let body, let catches, let finally):
      .tryCatch(
        block(body),
        catches.map {
          TypedCatch(errors: $0.errors, binding: $0.binding, body: block($0.body))
        }, finally: finally.map(block))
    case .send(let operand): .send(expression(operand))
    case .block(let inner): .block(block(inner))
    case .parallel(let inner): .parallel(block(inner))
    case .critical(let inner): .critical(block(inner))
    case .expect(let test, let text, let sides):
      .expect(expression(test), text: text, sides: all(sides))
    }
  }
}
