import Diagnostics
import Typing

/// The way with the fewest turns through a function's body from one place to others, as far as
/// control flow and literal conditions tell.
struct WayThrough {
  private typealias Node = Int

  private struct Edge {
    let target: Node
    let turn: Turn?
  }

  /// Where the ways out of a stretch of code lead; nil: out of the function.
  private struct Exits {
    var broke: Node?
    var continued: Node?
    var returned: Node?
    var raised: Node?
  }

  /// The turns of the way, and the goal to which it leads; nil if there is none.
  private(set) var found: (turns: [Turn], goal: Span)?

  private let start: Span?
  private let goals: Set<Span>
  private let kernel: FunctionID
  private var edges: [[Edge]] = [[]]
  private var isEntered = [true]
  private var starts: [Node] = []
  /// By node the goal that stands there, and the turn that is shown if the way ends there.
  private var goalOf: [Node: (span: Span, turn: Turn?)] = [:]
  /// The round whose condition is being walked.
  private var round: Turn?
  private var finallyDepth = 0
  /// Around more `finally`s than these the ways out are not told apart.
  private static let finallyDepthMax = 3

  /// Looks in `body` for a way from the operation at `start`, or from the beginning, to one of
  /// `goals`, on which `kernel` is not compiled.
  init(in body: TypedBlock, from start: Span?, to goals: Set<Span>, compiling kernel: FunctionID) {
    self.start = start
    self.goals = goals
    self.kernel = kernel
    if start == nil { starts = [0] }
    _ = walk(body, from: 0, Exits())
    search()
  }

  // MARK: The graph

  private mutating func node() -> Node {
    edges.append([])
    isEntered.append(false)
    return edges.count - 1
  }

  private mutating func link(_ from: Node, _ to: Node?, _ turn: Turn? = nil) {
    guard let to else { return }
    edges[from].append(Edge(target: to, turn: turn))
    isEntered[to] = true
  }

  private mutating func join(_ ends: Node?...) -> Node? {
    guard ends.contains(where: { $0 != nil }) else { return nil }
    let result = node()
    for case .some(let end) in ends { link(end, result) }
    return result
  }

  /// The end of the block; nil if no way leads there.
  private mutating func walk(_ block: TypedBlock, from entry: Node?, _ exits: Exits) -> Node? {
    var current = entry
    for statement in block.statements {
      guard let here = current else { return nil }
      current = walk(statement, from: here, exits)
    }
    return current
  }

  private mutating func walk(_ statement: TypedStatement, from here: Node, _ exits: Exits) -> Node?
  {
    switch statement.kind {
    case .expression, .declare, .declareMember, .assign, .compoundAssign, .assignTuple, .send,
      .expect:
      return pass(statement, from: here, exits)
    case .preload(let kernels):
      if statement.span == start {
        let place = node()
        starts.append(place)
        return place
      }
      return kernels.contains(kernel) ? nil : here
    case .breakLoop:
      link(here, exits.broke)
      return nil
    case .continueLoop:
      link(here, exits.continued)
      return nil
    case .returnValue:
      link(pass(statement, from: here, exits), exits.returned)
      return nil
    case .throwError:
      link(pass(statement, from: here, exits), exits.raised)
      return nil
    case .conditional(let conditions, let then, let otherwise):
      let head = pass(conditions, from: here, exits)
      let literal = Self.literal(conditions)
      let first = walk(then, from: literal == false ? nil : head, exits)
      let other = literal == true ? nil : head
      return join(first, otherwise.map { walk($0, from: other, exits) } ?? other)
    case .guarded(let conditions, let block):
      let head = pass(conditions, from: here, exits)
      return join(head, walk(block, from: head, exits))
    case .loop(let loop, let block, _):
      var head = here
      switch loop.source {
      case .range(let low, let high, _, let step):
        for part in [low, high, step].compactMap(\.self) {
          head = pass(.expression(part), from: head, exits)
        }
      case .array(let array): head = pass(.expression(array), from: head, exits)
      }
      return rounds(of: block, [], at: Self.head(of: statement, block), from: head, exits)
    case .whileLoop(let conditions, let block):
      return rounds(of: block, conditions, at: Self.head(of: statement, block), from: here, exits)
    case .tryCatch(let block, let catches, let last):
      return attempt(block, catches, last, from: here, exits)
    case .block(let block), .parallel(let block), .critical(let block):
      return walk(block, from: here, exits)
    }
  }

  private static func literal(_ conditions: [TypedCondition]) -> Bool? {
    guard conditions.count == 1, case .expression(let value) = conditions[0],
      case .boolean(let literal) = value.kind
    else { return nil }
    return literal
  }

  /// From the first word of a statement to its block.
  private static func head(of statement: TypedStatement, _ block: TypedBlock) -> Span {
    Span(
      statement.span.source, Int(statement.span.start),
      Int(max(statement.span.start, block.span.start)))
  }

  /// The rounds of a loop: only a second one is behind a turn.
  private mutating func rounds(
    of block: TypedBlock, _ conditions: [TypedCondition], at place: Span, from here: Node,
    _ exits: Exits
  ) -> Node? {
    let (entry, last, end) = (node(), node(), node())
    let turn = Turn.nextRound(place)
    let literal = Self.literal(conditions)
    var inside = exits
    inside.broke = end
    inside.continued = last
    let first = pass(conditions, from: here, exits)
    if literal != false { link(first, entry) }
    if literal != true { link(first, end) }
    if let done = walk(block, from: entry, inside) { link(done, last) }
    let outer = round
    round = round ?? turn
    let again = pass(conditions, from: last, exits)
    round = outer
    if literal != false { link(again, entry, turn) }
    if literal != true { link(again, end) }
    return isEntered[end] ? end : nil
  }

  private mutating func attempt(
    _ block: TypedBlock, _ catches: [TypedCatch], _ last: TypedBlock?, from here: Node,
    _ exits: Exits
  ) -> Node? {
    // What leaves the statement; with a `finally` to that.
    var out = exits
    let normal = node()
    if last != nil {
      out = Exits(
        broke: exits.broke.map { _ in node() }, continued: exits.continued.map { _ in node() },
        returned: node(), raised: node())
    }
    var inside = out
    let raised = node()
    if !catches.isEmpty { inside.raised = raised }
    if let done = walk(block, from: here, inside) { link(done, normal) }
    if isEntered[raised] {
      for handler in catches {
        let entry = node()
        link(raised, entry, .error(handler.body.span))
        if let done = walk(handler.body, from: entry, out) { link(done, normal) }
      }
      if !catches.contains(where: \.errors.isEmpty) { link(raised, out.raised) }
    }
    guard let last else { return isEntered[normal] ? normal : nil }
    finallyDepth += 1
    defer { finallyDepth -= 1 }
    let after = isEntered[normal] ? walk(last, from: normal, exits) : nil
    let ways: [(from: Node?, to: Node?, turn: Turn)] = [
      (out.raised, exits.raised, .error(last.span)),
      (out.returned, exits.returned, .leaving(last.span)),
      (out.broke, exits.broke, .leaving(last.span)),
      (out.continued, exits.continued, .leaving(last.span)),
    ]
    let taken = ways.compactMap { way in
      way.from.flatMap { isEntered[$0] ? (from: $0, to: way.to, turn: way.turn) : nil }
    }
    if finallyDepth <= Self.finallyDepthMax {
      for way in taken {
        let entry = node()
        link(way.from, entry, way.turn)
        if let done = walk(last, from: entry, exits) { link(done, way.to) }
      }
    } else if !taken.isEmpty {
      let entry = node()
      for way in taken { link(way.from, entry, way.turn) }
      if let done = walk(last, from: entry, exits) {
        for way in taken { link(done, way.to) }
      }
    }
    return after
  }

  // MARK: Operations

  private mutating func pass(
    _ conditions: [TypedCondition], from here: Node, _ exits: Exits
  ) -> Node {
    var current = here
    for condition in conditions {
      switch condition {
      case .expression(let value), .binding(_, let value), .declare(_, let value):
        current = pass(.expression(value), from: current, exits)
      }
    }
    return current
  }

  private mutating func pass(
    _ statement: TypedStatement, from here: Node, _ exits: Exits
  ) -> Node {
    var current = here
    statement.forEachChild { current = pass($0, from: current, exits) }
    var raises = false
    switch statement.kind {
    case .compoundAssign(_, let operation, _): raises = operation.mayRaise
    case .expect: raises = true
    default: break
    }
    return pass(operationAt: statement.span, raises: raises, from: current, exits)
  }

  /// What stands inside an operation is evaluated before it.
  private mutating func pass(_ part: TypedNode, from here: Node, _ exits: Exits) -> Node {
    var current = here
    switch part {
    case .statement(let statement):
      return walk(statement, from: here, exits) ?? node()
    case .place(let place):
      for key in place.keys { current = pass(.expression(key), from: current, exits) }
      for case .index(let index) in place.steps {
        current = pass(.expression(index), from: current, exits)
        link(current, exits.raised)
      }
      return current
    case .expression(let expression):
      expression.forEachChild { current = pass($0, from: current, exits) }
      switch expression.kind {
      case .call, .callValue, .deviceCall:
        link(current, exits.raised)
        let behind = pass(operationAt: expression.span, raises: true, from: current, exits)
        link(behind, exits.raised)
        return behind
      default:
        return pass(
          operationAt: expression.span, raises: expression.mayRaise, from: current, exits)
      }
    }
  }

  private mutating func pass(
    operationAt span: Span, raises: Bool, from here: Node, _ exits: Exits
  ) -> Node {
    if raises { link(here, exits.raised) }
    let isGoal = goals.contains(span)
    guard isGoal || span == start else { return here }
    let place = node()
    link(here, place)
    if isGoal { goalOf[place] = (span, round) }
    if span == start { starts.append(place) }
    return place
  }

  // MARK: The search

  /// Goes from the starts to the nearest goal, counting turns.
  private mutating func search() {
    var before: [(node: Node, turn: Turn?)?] = Array(repeating: nil, count: edges.count)
    var isDone = Array(repeating: false, count: edges.count)
    var (now, later) = (starts, [(from: Node, edge: Edge)]())
    while !now.isEmpty {
      while let next = now.popLast() {
        guard !isDone[next] else { continue }
        isDone[next] = true
        for edge in edges[next] where !isDone[edge.target] {
          if let goal = goalOf[edge.target] {
            var turns = [edge.turn, edge.turn == nil ? goal.turn : nil].compactMap(\.self)
            var place = next
            while let step = before[place] {
              if let turn = step.turn { turns.insert(turn, at: 0) }
              place = step.node
            }
            found = (turns, goal.span)
            return
          }
          if edge.turn == nil {
            if before[edge.target] == nil { before[edge.target] = (next, nil) }
            now.append(edge.target)
          } else {
            later.append((next, edge))
          }
        }
      }
      for (from, edge) in later where !isDone[edge.target] {
        if before[edge.target] == nil { before[edge.target] = (from, edge.turn) }
        now.append(edge.target)
      }
      later = []
    }
  }
}
