import Diagnostics
import Typing

/// A place at which the way from a write to the call that it makes stale does not lead straight on.
enum Turn: Hashable {
  /// The loop whose head is at the place begins another round.
  case nextRound(Span)
  /// An error leads to the `catch` or `finally` whose block is at the place.
  case error(Span)
  /// The function that calls the kernel, or that calls it in turn, is called at the place.
  case call(FunctionID, Span)
}

/// The shortest way through a function's body from one place to others, as far as control flow and
/// constant conditions tell.
struct WayThrough {
  /// A way to some point: its turns; nil where none has been found.
  typealias Way = [Turn]?

  /// Ways to the end of a stretch of code, and out of it.
  private struct Ends {
    var through: Way
    var broken: Way
    var continued: Way
    var thrown: Way
  }

  private let start: Span?
  private let goals: Set<Span>
  private let kernel: FunctionID
  private(set) var found: Way = nil
  /// The one of the goals to which the way leads.
  private(set) var goal: Span?

  /// Looks in `body` for a way from the operation at `start`, or from the beginning, to one of
  /// `goals`, on which `kernel` is not compiled.
  init(in body: TypedBlock, from start: Span?, to goals: Set<Span>, compiling kernel: FunctionID) {
    self.start = start
    self.goals = goals
    self.kernel = kernel
    _ = walk(body, from: start == nil ? [] : nil)
  }

  private static func shorter(_ a: Way, _ b: Way) -> Way {
    guard let a, let b else { return a ?? b }
    return b.count < a.count ? b : a
  }

  private mutating func walk(_ block: TypedBlock, from way: Way) -> Ends {
    var ends = Ends(through: way, broken: nil, continued: nil, thrown: way)
    for statement in block.statements {
      let part = walk(statement, from: ends.through)
      ends.through = part.through
      ends.broken = Self.shorter(ends.broken, part.broken)
      ends.continued = Self.shorter(ends.continued, part.continued)
      ends.thrown = Self.shorter(ends.thrown, part.thrown)
    }
    return ends
  }

  private mutating func walk(_ statement: TypedStatement, from way: Way) -> Ends {
    switch statement.kind {
    case .expression, .declare, .declareMember, .assign, .compoundAssign, .assignTuple, .send,
      .expect:
      return ends(pass(statement, from: way))
    case .preload(let kernels): return ends(kernels.contains(kernel) ? nil : way)
    case .breakLoop: return Ends(through: nil, broken: way, continued: nil, thrown: nil)
    case .continueLoop: return Ends(through: nil, broken: nil, continued: way, thrown: nil)
    case .returnValue, .throwError:
      let way = pass(statement, from: way)
      return Ends(through: nil, broken: nil, continued: nil, thrown: way)
    case .conditional(let conditions, let then, let otherwise):
      let head = pass(conditions, from: way)
      let first = walk(then, from: head)
      guard let otherwise else { return either(first, ends(head)) }
      return either(first, walk(otherwise, from: head))
    case .guarded(let conditions, let block):
      let head = pass(conditions, from: way)
      return either(walk(block, from: head), ends(head))
    case .loop(let loop, let block, _):
      var head = way
      loop.visit { head = pass($0, from: head) }
      return round(block, at: Self.head(of: statement, block), from: head) { $1 }
    case .whileLoop(let conditions, let block):
      return round(block, at: Self.head(of: statement, block), from: way) {
        $0.pass(conditions, from: $1)
      }
    case .tryCatch(let block, let catches, let last):
      return attempt(block, catches, last, from: way)
    case .block(let block), .parallel(let block), .critical(let block):
      return walk(block, from: way)
    }
  }

  private func ends(_ way: Way) -> Ends {
    Ends(through: way, broken: nil, continued: nil, thrown: way)
  }

  private func either(_ a: Ends, _ b: Ends) -> Ends {
    Ends(
      through: Self.shorter(a.through, b.through), broken: Self.shorter(a.broken, b.broken),
      continued: Self.shorter(a.continued, b.continued), thrown: Self.shorter(a.thrown, b.thrown))
  }

  // MARK: Compound statements

  /// From the first word of a statement to its block.
  private static func head(of statement: TypedStatement, _ block: TypedBlock) -> Span {
    Span(
      statement.span.source, Int(statement.span.start),
      Int(max(statement.span.start, block.span.start)))
  }

  /// The rounds of a loop: the second one is the first that begins behind a turn.
  private mutating func round(
    _ block: TypedBlock, at place: Span, from way: Way,
    entering enter: (inout WayThrough, Way) -> Way
  ) -> Ends {
    let first = enter(&self, way)
    let once = walk(block, from: first)
    let again = Self.shorter(once.through, once.continued).map { $0 + [.nextRound(place)] }
    let second = enter(&self, again)
    let twice = walk(block, from: second)
    return Ends(
      through: Self.shorter(
        Self.shorter(first, once.broken), Self.shorter(second, twice.broken)),
      broken: nil, continued: nil,
      thrown: Self.shorter(once.thrown, twice.thrown))
  }

  private mutating func attempt(
    _ block: TypedBlock, _ catches: [TypedCatch], _ last: TypedBlock?, from way: Way
  ) -> Ends {
    var ends = walk(block, from: way)
    if !catches.isEmpty {
      let thrown = ends.thrown
      ends.thrown = nil
      for handler in catches {
        let caught = walk(handler.body, from: thrown.map { $0 + [.error(handler.body.span)] })
        ends = either(ends, caught)
      }
    }
    guard let last else { return ends }
    let failed = walk(last, from: ends.thrown.map { $0 + [.error(last.span)] })
    return Ends(
      through: walk(last, from: ends.through).through,
      broken: walk(last, from: ends.broken).through,
      continued: walk(last, from: ends.continued).through, thrown: failed.through)
  }

  // MARK: Operations

  private mutating func pass(_ conditions: [TypedCondition], from way: Way) -> Way {
    var way = way
    for condition in conditions { condition.visit { way = pass($0, from: way) } }
    return way
  }

  private mutating func pass(_ statement: TypedStatement, from way: Way) -> Way {
    var way = way
    statement.visit { way = pass($0, from: way) }
    return way
  }

  /// What stands inside an operation is evaluated before it; that it is gone over after it makes no
  /// difference, but for a write and a call in one statement, which need no way.
  private mutating func pass(_ node: TreeNode, from way: Way) -> Way {
    let span: Span
    switch node {
    case .expression(let expression): span = expression.span
    case .statement(let statement): span = statement.span
    case .place: return way
    }
    if let way, goals.contains(span), found.map({ way.count < $0.count }) ?? true {
      found = way
      goal = span
    }
    return span == start ? [] : way
  }
}

extension FreezeReporter {
  /// What is to be shown of the way from `write` to `call`: where it turns.
  func turns(from write: Site, to call: Site, of kernel: FunctionID) -> [Turn] {
    guard let functions = functions(from: write.function, to: call.function) else { return [] }
    var turns: [Turn] = []
    var start: Span? = write.span
    for (function, next) in zip(functions, functions.dropFirst()) {
      let calls = index.calls(of: next, in: function)
      let way = WayThrough(
        in: program[function].body, from: start, to: Set(calls), compiling: kernel)
      guard let found = way.found, let place = way.goal else { return turns }
      turns += found + [.call(next, place)]
      start = nil
    }
    let last = WayThrough(
      in: program[call.function].body, from: start, to: [call.span], compiling: kernel)
    return turns + (last.found ?? [])
  }

  /// The shortest chain of calls on the host that leads from one function to another, both
  /// included.
  private func functions(from first: FunctionID, to last: FunctionID) -> [FunctionID]? {
    var next: [FunctionID: FunctionID] = [:]
    var known: Set<FunctionID> = [last]
    var pending = [last]
    var position = 0
    while position < pending.count, !known.contains(first) {
      for caller in index.callers(of: pending[position]) where known.insert(caller).inserted {
        next[caller] = pending[position]
        pending.append(caller)
      }
      position += 1
    }
    guard known.contains(first) else { return nil }
    var result = [first]
    while let following = result.last.flatMap({ $0 == last ? nil : next[$0] }) {
      result.append(following)
    }
    return result
  }

  func label(of turn: Turn, on kernel: FunctionID) -> Label {
    switch turn {
    case .nextRound(let head):
      Label("the next round of this loop comes to the call", at: head)
    case .error(let block):
      Label(
        "an error after the change leads here",
        at: Span(block.source, Int(block.start), Int(block.start) + 1))
    case .call(let function, let place):
      Label("`\(name(of: function))` leads to the call of `\(name(of: kernel))`", at: place)
    }
  }

  /// `span` without the white space at its end.
  private func withoutBlanks(_ span: Span) -> Span {
    let bytes = program.sources[span.source].bytes
    var end = Int(span.end)
    while end > Int(span.start) + 1, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[end - 1]) { end -= 1 }
    return Span(span.source, Int(span.start), end)
  }
}
