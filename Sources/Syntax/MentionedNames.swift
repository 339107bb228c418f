// The names that a body mentions: what a function declared in another one may need of its locals.

extension ParsedModule {
  /// Every name that stands in `block` where a value may stand, each once, in the order of the
  /// source; names that the block binds itself are among them where they are used.
  package func namesMentioned(in block: Block) -> [Name] {
    var walk = NameWalk(module: self)
    walk.visit(block)
    return walk.names
  }
}

extension ParsedModule {
  /// Every name that stands in `expression` where a value may stand, each once.
  package func namesMentioned(in expression: ExpressionID) -> [Name] {
    var walk = NameWalk(module: self)
    walk.visit(expression)
    return walk.names
  }
}

/// Gathers names; each is kept where it stands first.
private struct NameWalk {
  let module: ParsedModule
  var names: [Name] = []
  private var seen: Set<String> = []

  init(module: ParsedModule) { self.module = module }

  private mutating func add(_ name: Name) {
    if seen.insert(name.text).inserted { names.append(name) }
  }

  mutating func visit(_ block: Block) {
    for statement in block.statements { visit(statement) }
  }

  private mutating func visit(_ ids: [ExpressionID]) {
    for id in ids { visit(id) }
  }

  private mutating func visit(_ arguments: [Argument]) {
    for argument in arguments { visit(argument.value) }
  }

  private mutating func visit(_ conditions: [Condition]) {
    for condition in conditions {
      switch condition {
      case .expression(let value): visit(value)
      case .binding(let pattern, let value):
        visit(pattern)
        visit(value)
      }
    }
  }

  private mutating func visit(_ cases: [MatchCase]) {
    for item in cases {
      for pattern in item.patterns { visit(pattern) }
      if let condition = item.condition { visit(condition) }
      visit(item.body)
    }
  }

  private mutating func visit(_ id: PatternID) {
    switch module[id] {
    case .invalid, .wildcard, .binding: break
    case .tuple(let parts), .enumCase(_, let parts): for part in parts { visit(part) }
    case .literal(let value), .range(let value): visit(value)
    }
  }

  mutating func visit(_ id: ExpressionID) {
    switch module[id] {
    case .invalid, .number, .quantity, .boolean, .none, .implicitMember, .type: break
    case .name(let name): add(name)
    case .string(let segments):
      for case .value(let value, _) in segments { visit(value) }
    case .member(let base, _), .tupleElement(let base, _), .prefix(_, let base), .await(let base),
      .parenthesized(let base):
      visit(base)
    case .call(let callee, let arguments):
      visit(callee)
      visit(arguments)
    case .index(let base, let indices):
      visit(base)
      visit(indices)
    case .infix(_, let left, let right, _), .repeated(let left, let right):
      visit(left)
      visit(right)
    case .range(let low, let high, _, let step):
      visit(low)
      visit(high)
      if let step { visit(step) }
    case .tuple(let parts), .array(let parts): visit(parts)
    case .comprehension(let value, let clauses):
      for clause in clauses {
        switch clause {
        case .loop(let pattern, let source):
          visit(pattern)
          visit(source)
        case .condition(let condition): visit(condition)
        }
      }
      visit(value)
    case .conditional(let conditions, let then, let otherwise):
      visit(conditions)
      visit(then)
      if let otherwise { visit(otherwise) }
    case .match(let value, let cases):
      visit(value)
      visit(cases)
    case .closure(let signature, let block):
      visit(signature)
      visit(block)
    case .record(let block): visit(block)
    }
  }

  private mutating func visit(_ signature: FunctionSignature) {
    for parameter in signature.parameters {
      if let value = parameter.defaultValue { visit(value) }
    }
  }

  private mutating func visit(_ id: StatementID) {
    switch module[id] {
    case .invalid, .breakLoop, .continueLoop, .preload: break
    case .expression(let value), .send(let value): visit(value)
    case .binding(_, let pattern, _, let value, _):
      visit(pattern)
      visit(value)
    case .assignment(let target, let value), .compoundAssignment(let target, _, let value, _):
      visit(target)
      visit(value)
    case .ifElse(let conditions, let then, let otherwise):
      visit(conditions)
      visit(then)
      if let otherwise { visit(otherwise) }
    case .guardElse(let conditions, let block), .whileLoop(let conditions, let block):
      visit(conditions)
      visit(block)
    case .match(let value, let cases):
      visit(value)
      visit(cases)
    case .forLoop(let pattern, let source, let block, _):
      visit(pattern)
      visit(source)
      visit(block)
    case .returnValue(let value), .throwError(let value): if let value { visit(value) }
    case .tryCatch(let block, let catches, let finally):
      visit(block)
      for item in catches { visit(item.body) }
      if let finally { visit(finally) }
    case .parallel(let block), .sequential(let block), .critical(let block): visit(block)
    case .function(let function):
      visit(function.signature)
      if let block = function.body { visit(block) }
    }
  }
}
