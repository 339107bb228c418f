import Typing

// What lies inside a node, in the order of evaluation: for the passes that only gather.

/// A node of the typed tree.
enum TreeNode {
  case expression(TypedExpression)
  case statement(TypedStatement)
  case place(Place)
}

extension TypedBlock {
  /// Gives every node inside to `body`, outer ones first.
  func visit(_ body: (TreeNode) -> Void) {
    for statement in statements { statement.visit(body) }
  }
}

extension Place {
  func visit(_ body: (TreeNode) -> Void) {
    body(.place(self))
    for key in keys { key.visit(body) }
    for step in steps {
      if case .index(let index) = step { index.visit(body) }
    }
  }
}

extension TypedLoop {
  func visit(_ body: (TreeNode) -> Void) {
    switch source {
    case .range(let low, let high, _, let step):
      low.visit(body)
      high.visit(body)
      step?.visit(body)
    case .array(let array): array.visit(body)
    }
  }
}

extension TypedCondition {
  func visit(_ body: (TreeNode) -> Void) {
    switch self {
    case .expression(let expression), .binding(_, let expression), .declare(_, let expression):
      expression.visit(body)
    }
  }
}

extension TypedArgument {
  func visit(_ body: (TreeNode) -> Void) {
    switch self {
    case .value(let value): value.visit(body)
    case .place(let place): place.visit(body)
    }
  }
}

extension TypedExpression {
  /// Gives this node and every node inside to `body`, outer ones first.
  func visit(_ body: (TreeNode) -> Void) {
    body(.expression(self))
    switch kind {
    case .invalid, .unit, .integer, .float, .boolean, .text, .none, .local, .member, .device,
      .ownDevice, .numbers:
      break
    case .function(_, _, let captures): for capture in captures { capture.visit(body) }
    case .some(let a), .unary(_, let a), .convert(_, let a), .tupleElement(let a, _),
      .field(let a, _), .await(let a), .isCase(let a, _), .payload(let a, _, _):
      a.visit(body)
    case .binary(_, let a, let b), .and(let a, let b), .or(let a, let b), .coalesce(let a, let b),
      .index(let a, let b),
      .repeated(let a, let b):
      a.visit(body)
      b.visit(body)
    case .slice(let a, let b, let c):
      a.visit(body)
      b.visit(body)
      c.visit(body)
    case .call(_, _, let arguments): for argument in arguments { argument.visit(body) }
    case .deviceCall(let device, _, _, let arguments):
      device.visit(body)
      for argument in arguments { argument.visit(body) }
    case .callValue(let function, let arguments):
      function.visit(body)
      for argument in arguments { argument.visit(body) }
    case .intrinsic(_, let parts), .tuple(let parts), .structure(_, let parts),
      .enumeration(_, _, let parts), .sharedElement(_, let parts),
      .array(let parts):
      for part in parts { part.visit(body) }
    case .conditional(let conditions, let block, let value, let otherwise, let other):
      for condition in conditions { condition.visit(body) }
      block.visit(body)
      value.visit(body)
      otherwise.visit(body)
      other.visit(body)
    case .sequence(let block, let value):
      block.visit(body)
      value.visit(body)
    case .comprehension(let value, let clauses):
      for clause in clauses {
        switch clause {
        case .loop(let loop): loop.visit(body)
        case .condition(let condition): condition.visit(body)
        case .declare(_, let value): value.visit(body)
        }
      }
      value.visit(body)
    case .interpolation(let segments):
      for segment in segments {
        if case .value(let value, _) = segment { value.visit(body) }
      }
    case .record(let block): block.visit(body)
    case .append(let place, let value):
      place.visit(body)
      value.visit(body)
    case .simulate(_, let arguments, let seed, let shared, _):
      for (_, argument) in arguments.sorted(by: { $0.key.index < $1.key.index }) {
        argument.visit(body)
      }
      seed?.visit(body)
      for input in shared { input.value.visit(body) }
    }
  }
}

extension TypedStatement {
  /// Gives this node and every node inside to `body`, outer ones first.
  func visit(_ body: (TreeNode) -> Void) {
    body(.statement(self))
    switch kind {
    case .expression(let value), .declare(_, let value), .declareMember(_, let value),
      .send(let value),
      .expect(let value, _, _):
      value.visit(body)
    case .assign(let place, let value), .compoundAssign(let place, _, let value):
      value.visit(body)
      place.visit(body)
    case .assignTuple(let places, let value):
      value.visit(body)
      for place in places { place.visit(body) }
    case .conditional(let conditions, let block, let otherwise):
      for condition in conditions { condition.visit(body) }
      block.visit(body)
      otherwise?.visit(body)
    case .guarded(let conditions, let block), .whileLoop(let conditions, let block):
      for condition in conditions { condition.visit(body) }
      block.visit(body)
    case .loop(let loop, let block, _):
      loop.visit(body)
      block.visit(body)
    case .breakLoop, .continueLoop, .preload: break
    case .returnValue(let value): value?.visit(body)
    case .throwError(_, let payload): for value in payload { value.visit(body) }
    case .tryCatch(let block, let catches, let finally):
      block.visit(body)
      for handler in catches { handler.body.visit(body) }
      finally?.visit(body)
    case .block(let block), .parallel(let block), .critical(let block): block.visit(body)
    }
  }
}
