import Diagnostics
import Syntax

// Loops, and what may leave them.

extension Typer {
  /// Whether `word` has a loop to leave and does not leave `parallel` or `record`; says so if not.
  mutating func checkLeaving(_ word: String, at span: Span) -> Bool {
    guard body.loopDepth > 0 else {
      if word == "break", body.matchDepth > 0 {
        reportBreakInCase(at: span)
      } else {
        report(Diagnostic(.nothingToLeave, "`\(word)` has no loop to leave here", at: span))
      }
      return false
    }
    if let inner = body.enclosing.last, inner != .loop {
      report(inner == .value ? leavesValue(word, at: span) : leaves(word, inner, at: span))
      return false
    }
    return true
  }

  /// A `break` at the end of a case, as other languages want it: one mistake, however many cases
  /// have one.
  private mutating func reportBreakInCase(at span: Span) {
    let bytes = program.sources[span.source].bytes
    var (start, end) = (Int(span.start), Int(span.end))
    while start > 0, bytes[start - 1] == 0x20 || bytes[start - 1] == 0x09 { start -= 1 }
    if start > 0, bytes[start - 1] == UInt8(ascii: ";") {
      start -= 1
    } else if start > 0, bytes[start - 1] == 0x0A {
      start -= 1
    } else {
      (start, end) = (Int(span.start), Int(span.end))
    }
    let edit = Edit(Span(span.source, start, end), "")
    var edits = [edit]
    let isFirst = body.breakInCase == nil
    if let place = body.breakInCase, place < diagnostics.count {
      edits = (diagnostics[place].fixes.first?.edits ?? []) + edits
    }
    let place = body.breakInCase ?? diagnostics.count
    let fault = Diagnostic(
      .nothingToLeave, "a case of a `match` ends by itself, without `break`",
      at: isFirst ? span : diagnostics[place].span,
      remark: "the next case is not gone on with",
      fixes: [Fix("leave it out", edits)])
    if isFirst {
      body.breakInCase = place
      report(fault)
    } else {
      diagnostics[place] = fault
    }
  }

  func leaves(_ word: String, _ what: BodyState.Enclosing, at span: Span) -> Diagnostic {
    Diagnostic(
      .leavesParallel, "`\(word)` cannot leave `\(what.rawValue)`", at: span,
      notes: [
        "The branches of `parallel` and the events of `record` belong together: all of them or none."
      ])
  }

  mutating func typeLoop(
    _ pattern: PatternID, _ source: ExpressionID, _ block: Block, isParallel: Bool, at span: Span,
    into statements: inout [TypedStatement]
  ) {
    body.openScope()
    defer { body.closeScope() }
    var head: [TypedStatement] = []
    let loop = typeLoopHead(pattern, source, into: &head)
    body.loopDepth += 1
    body.enclosing.append(isParallel ? .parallel : .loop)
    var inner = typeInnerBlock(block)
    body.enclosing.removeLast()
    body.loopDepth -= 1
    inner.statements.insert(contentsOf: head, at: 0)
    if let loop {
      statements.append(TypedStatement(.loop(loop, inner, isParallel: isParallel), at: span))
    }
  }

  /// The source of a loop and the local that it binds; `head` takes a tuple pattern apart.
  mutating func typeLoopHead(
    _ pattern: PatternID, _ source: ExpressionID, into head: inout [TypedStatement]
  ) -> TypedLoop? {
    if !isRange(source) {
      let array = expression(source)
      if case .fixedArray(let element, let lengths) = array.type, element.isDevice,
        case .known(let count)? = lengths.first
      {
        return deviceLoop(pattern, array, element, count: count)
      }
      settledArguments[source] = array
    }
    let (typed, element) = loopSource(source)
    let outer = body.isTopOfPrepare
    body.isTopOfPrepare = false
    defer { body.isTopOfPrepare = outer }
    let variable: LocalID
    switch tree[pattern] {
    case .binding(let name):
      variable = declareLocal(name, element, isVariable: false, warns: false)
    case .wildcard:
      variable = body.newLocal("_", element, isVariable: false, at: tree.span(of: pattern))
    case .tuple(let parts):
      variable = body.newLocal("", element, isVariable: false, at: tree.span(of: pattern))
      var type = element
      if parts.count == 2, !isRange(source),
        let fault = indexBesideElement(pattern, element, source)
      {
        report(fault)
        type = .unknown
      }
      let whole = TypedExpression(.local(variable), type, at: tree.span(of: pattern))
      bind(pattern, to: whole, isVariable: false, at: tree.span(of: pattern), into: &head)
    case .invalid, .enumCase, .literal, .range:
      variable = body.newLocal("_", element, isVariable: false, at: tree.span(of: pattern))
    }
    guard let typed else { return nil }
    return TypedLoop(source: typed, variable: variable)
  }

  /// What is to be said of `for (i, x) in xs`; nil where the elements are pairs.
  private func indexBesideElement(_ pattern: PatternID, _ element: Type, _ source: ExpressionID)
    -> Diagnostic?
  {
    switch element {
    case .tuple, .unknown, .never: return nil
    default: break
    }
    let array = tree.span(of: source)
    let end = Span(array.source, Int(array.end), Int(array.end))
    let edits: [Edit]
    switch tree[source] {
    case .name, .member, .call, .index, .array: edits = [Edit(end, ".enumerated()")]
    default:
      let start = Span(array.source, Int(array.start), Int(array.start))
      edits = [Edit(start, "("), Edit(end, ").enumerated()")]
    }
    return Diagnostic(
      .mismatch, "`\(program.text(element))` does not come apart into 2 values",
      at: tree.span(of: pattern),
      fixes: [Fix("for each element with its index: `enumerated`", edits)])
  }

  /// What is to be said of a loop whose bounds are no whole numbers; nil if one of them is.
  private mutating func quantity(among bounds: [ExpressionID]) -> Diagnostic? {
    var found: TypedExpression?
    for id in bounds where !isLiteral(id) || isFloatLiteral(id) {
      let value = expression(id)
      settledArguments[id] = value
      switch value.type {
      case .float, .duration: if found == nil { found = value }
      default: return nil
      }
    }
    // Beside a whole number it is a bare one that lacks its conversion.
    let isBeside = bounds.contains { isLiteral($0) && !isFloatLiteral($0) }
    guard let found, !isBeside || found.type != .number else { return nil }
    for id in bounds { settledArguments[id] = nil }
    return Diagnostic(
      .mismatch, "a loop counts whole numbers; this is \(program.described(found.type))",
      at: found.span,
      notes: [
        "Go over an array of values: `scan.linear(first, last, points: n)`, or `[Float(i) * step for i in 0..<n]`."
      ])
  }

  private mutating func loopSource(_ source: ExpressionID) -> (TypedLoop.Source?, Type) {
    if case .range(let lower, let upper, let isClosed, let step) = tree[source] {
      if let quantity = quantity(among: [lower, upper] + (step.map { [$0] } ?? [])) {
        report(quantity)
        return (nil, .unknown)
      }
      let low = value(lower, as: .integer)
      let high = value(upper, as: .integer)
      let by = step.map { value($0, as: .integer) }
      return (.range(low, high, isClosed: isClosed, step: by), .integer)
    }
    let array = expression(source)
    switch array.type {
    case .fixedArray(_, let lengths) where lengths.count > 1:
      report(
        Diagnostic(
          .notApplicable, "a loop cannot go over a matrix", at: array.span,
          notes: ["Go over its indices: `for i in 0..<m.rows`, and `for j in 0..<m.columns`."]))
      return (nil, .unknown)
    case .array(let element), .fixedArray(let element, _): return (.array(array), element)
    case .unknown: return (nil, .unknown)
    case .integer:
      let start = Int(array.span.start)
      report(
        Diagnostic(
          .notApplicable, "a loop cannot go over an `Int`", at: array.span,
          fixes: [
            Fix(
              "go over the numbers below it", [Edit(Span(array.span.source, start, start), "0..<")])
          ]))
      return (nil, .integer)
    default:
      report(
        Diagnostic(
          .notApplicable,
          "a loop goes over an array or a range, not over \(program.described(array.type))",
          at: array.span))
      return (nil, .unknown)
    }
  }
}
