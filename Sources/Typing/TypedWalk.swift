// Going over a typed tree: each node's children in the order in which they are evaluated.

/// A node of the typed tree, for those who go over all of them.
package enum TypedNode {
  case expression(TypedExpression)
  case statement(TypedStatement)
  /// A place that is written (or passed `inout`); its indices come as expressions.
  case place(Place)
}

extension TypedExpression {
  /// Calls `visit` with every direct child.
  package func forEachChild(_ visit: (TypedNode) -> Void) {
    switch kind {
    case .invalid, .unit, .integer, .float, .boolean, .text, .none, .local, .member, .device,
      .ownDevice, .numbers:
      break
    case .function(_, _, let captures): captures.forEach { visit(.expression($0)) }
    case .some(let a), .unary(_, let a), .convert(_, let a), .tupleElement(let a, _),
      .field(let a, _), .await(let a), .isCase(let a, _), .payload(let a, _, _):
      visit(.expression(a))
    case .binary(_, let a, let b), .and(let a, let b), .or(let a, let b), .coalesce(let a, let b),
      .index(let a, let b),
      .repeated(let a, let b):
      visit(.expression(a))
      visit(.expression(b))
    case .slice(let a, let b, let c):
      visit(.expression(a))
      visit(.expression(b))
      visit(.expression(c))
    case .call(_, _, let arguments): arguments.forEach { $0.visit(visit) }
    case .deviceCall(let device, _, _, let arguments):
      visit(.expression(device))
      arguments.forEach { $0.visit(visit) }
    case .callValue(let callee, let arguments):
      visit(.expression(callee))
      arguments.forEach { visit(.expression($0)) }
    case .intrinsic(_, let operands), .tuple(let operands), .structure(_, let operands),
      .enumeration(_, _, let operands), .sharedElement(_, let operands),
      .array(let operands):
      operands.forEach { visit(.expression($0)) }
    case .conditional(let conditions, let then, let a, let otherwise, let b):
      conditions.forEach { $0.visit(visit) }
      then.statements.forEach { visit(.statement($0)) }
      visit(.expression(a))
      otherwise.statements.forEach { visit(.statement($0)) }
      visit(.expression(b))
    case .sequence(let block, let value):
      block.statements.forEach { visit(.statement($0)) }
      visit(.expression(value))
    case .comprehension(let element, let clauses):
      for clause in clauses {
        switch clause {
        case .loop(let loop): loop.source.visit(visit)
        case .condition(let condition): visit(.expression(condition))
        case .declare(_, let value): visit(.expression(value))
        }
      }
      visit(.expression(element))
    case .interpolation(let segments):
      for case .value(let value, _) in segments { visit(.expression(value)) }
    case .record(let block): block.statements.forEach { visit(.statement($0)) }
    case .append(let place, let value):
      visit(.expression(value))
      place.visit(visit)
    case .simulate(_, let arguments, let seed, let shared, _):
      for (_, value) in arguments.sorted(by: { $0.key.index < $1.key.index }) {
        visit(.expression(value))
      }
      if let seed { visit(.expression(seed)) }
      for input in shared { visit(.expression(input.value)) }
    }
  }
}

extension TypedStatement {
  /// Calls `visit` with every direct child.
  package func forEachChild(_ visit: (TypedNode) -> Void) {
    func go(_ block: TypedBlock) { block.statements.forEach { visit(.statement($0)) } }
    switch kind {
    case .breakLoop, .continueLoop, .preload: break
    case .expression(let value), .declare(_, let value), .declareMember(_, let value),
      .send(let value):
      visit(.expression(value))
    case .assign(let place, let value), .compoundAssign(let place, _, let value):
      visit(.expression(value))
      place.visit(visit)
    case .assignTuple(let places, let value):
      visit(.expression(value))
      places.forEach { $0.visit(visit) }
    case .conditional(let conditions, let then, let otherwise):
      conditions.forEach { $0.visit(visit) }
      go(then)
      otherwise.map(go)
    case .guarded(let conditions, let block):
      conditions.forEach { $0.visit(visit) }
      go(block)
    case .whileLoop(let conditions, let block):
      conditions.forEach { $0.visit(visit) }
      go(block)
    case .loop(let loop, let block, _):
      loop.source.visit(visit)
      go(block)
    case .returnValue(let value): if let value { visit(.expression(value)) }
    case .throwError(_, let payload): payload.forEach { visit(.expression($0)) }
    case .tryCatch(let block, let catches, let finally):
      go(block)
      catches.forEach { go($0.body) }
      finally.map(go)
    case .block(let block), .parallel(let block), .critical(let block): go(block)
    case .expect(let condition, _, _): visit(.expression(condition))
    }
  }
}

extension TypedArgument {
  func visit(_ visit: (TypedNode) -> Void) {
    switch self {
    case .value(let value): visit(.expression(value))
    case .place(let place): place.visit(visit)
    }
  }
}

extension Place {
  func visit(_ visit: (TypedNode) -> Void) {
    keys.forEach { visit(.expression($0)) }
    for case .index(let index) in steps { visit(.expression(index)) }
    visit(.place(self))
  }
}

extension TypedCondition {
  func visit(_ visit: (TypedNode) -> Void) {
    switch self {
    case .expression(let value), .binding(_, let value), .declare(_, let value):
      visit(.expression(value))
    }
  }
}

extension TypedLoop.Source {
  func visit(_ visit: (TypedNode) -> Void) {
    switch self {
    case .range(let low, let high, _, let step):
      visit(.expression(low))
      visit(.expression(high))
      if let step { visit(.expression(step)) }
    case .array(let array): visit(.expression(array))
    }
  }
}
