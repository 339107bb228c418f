import Diagnostics
import Syntax

/// The head of a case: what must hold, and what it covers.
private struct CaseHead {
  var conditions: [TypedCondition] = []
  /// What it binds, where it is known that it is this case.
  var declarations: [TypedStatement] = []
  var rows: [CaseSpace] = []
  var isGuarded = false
  var hasError = false
}

/// A case that has been typed; the value is that of an expression.
private struct TypedCase {
  var head: CaseHead
  var span: Span
  var body: TypedBlock
  var branch: Branch?
}

// `match`, as a statement and as an expression. It becomes a chain of conditionals over a local
// that holds the value; where the cases cover all values, the last one is not asked about.

extension Typer {
  /// How many cases may stand before any place.
  private static let caseDepthMax = 400

  mutating func typeMatch(
    _ value: ExpressionID, _ cases: [MatchCase], at span: Span,
    into statements: inout [TypedStatement]
  ) {
    let (subject, declaration) = subject(value)
    let typed = typeCases(cases, of: subject, at: matchSpan(span, value)) { typer, block in
      (typer.typeInnerBlock(block), nil)
    }
    var chain: TypedBlock?
    for item in typed.reversed() {
      if chain == nil || item.head.conditions.isEmpty {
        chain = TypedBlock(item.head.declarations + item.body.statements, at: item.body.span)
      } else {
        let choice = TypedStatement.Kind.conditional(item.head.conditions, item.body, chain)
        chain = TypedBlock([TypedStatement(choice, at: item.span)], at: item.span)
      }
    }
    if typed.isEmpty { body.hasUnknownFlow = true }
    statements.append(
      TypedStatement(
        .block(TypedBlock([declaration] + (chain?.statements ?? []), at: span)), at: span))
  }

  mutating func matchExpression(
    _ value: ExpressionID, _ cases: [MatchCase], expecting: Type?, at span: Span
  ) -> TypedExpression {
    let (subject, declaration) = subject(value)
    let outer = body.isTopOfPrepare
    body.isTopOfPrepare = false
    defer { body.isTopOfPrepare = outer }
    var known = expecting
    var typed = typeCases(cases, of: subject, at: matchSpan(span, value)) { typer, block in
      let branch = typer.branch(block, expecting: known)
      if known == nil, !branch.leaves, !branch.isLiteral, !typer.isUnknown(branch.value.type),
        branch.value.type != .optional(.never)
      {
        known = branch.value.type
      }
      return (branch.block, branch)
    }
    var branches = typed.compactMap(\.branch)
    let type = join(&branches, expecting: expecting, at: span)
    for (index, branch) in zip(typed.indices, branches) { typed[index].branch = branch }
    var chain: TypedExpression?
    for item in typed.reversed() {
      guard let branch = item.branch else { continue }
      if let rest = chain, !item.head.conditions.isEmpty {
        chain = TypedExpression(
          .conditional(
            item.head.conditions, branch.block, branch.value,
            otherwise: TypedBlock([], at: rest.span), rest), type, at: item.span)
      } else {
        let block = TypedBlock(
          item.head.declarations + branch.block.statements, at: branch.block.span)
        chain = TypedExpression(.sequence(block, branch.value), type, at: branch.value.span)
      }
    }
    guard let chain, !isUnknown(type) else { return TypedExpression(.invalid, .unknown, at: span) }
    return TypedExpression(
      .sequence(TypedBlock([declaration], at: subject.span), chain), type, at: span)
  }

  /// From the word `match` to the end of the value.
  private func matchSpan(_ span: Span, _ value: ExpressionID) -> Span {
    Span(span.source, Int(span.start), Int(tree.span(of: value).end))
  }

  /// The value of a `match`, evaluated once, as the local that holds it.
  private mutating func subject(_ id: ExpressionID) -> (TypedExpression, TypedStatement) {
    let value = settled(expression(id))
    let local = body.newLocal("", value.type, isVariable: false, at: value.span)
    return (
      TypedExpression(.local(local), value.type, at: value.span),
      TypedStatement(.declare(local, value), at: value.span)
    )
  }

  /// Types the cases of a `match`; `content` types what a case does or yields.
  ///
  /// Those that can never be reached are left out, with a warning. The last one is taken where none
  /// of the others is.
  private mutating func typeCases(
    _ cases: [MatchCase], of subject: TypedExpression, at span: Span,
    _ content: (inout Typer, Block) -> (TypedBlock, Branch?)
  ) -> [TypedCase] {
    var coverage = CaseCoverage(program)
    var rows: [[CaseSpace]] = []
    var result: [TypedCase] = []
    var hasError = isUnknown(subject.type)
    let depth = body.caseDepth
    defer { body.caseDepth = depth }
    for (index, item) in cases.enumerated() {
      body.caseDepth = depth + index
      if body.caseDepth == Self.caseDepthMax {
        notYet("a `match` of so many cases", at: item.span)
      }
      if body.caseDepth >= Self.caseDepthMax { return [] }
      body.openScope()
      let head = caseHead(item, of: subject)
      body.matchDepth += 1
      let bare = bareCase(item, of: subject.type)
      if let bare { body.bareCases.append(bare) }
      let (block, branch) = content(&self, item.body)
      if bare != nil { body.bareCases.removeLast() }
      body.matchDepth -= 1
      body.closeScope()
      hasError = hasError || head.hasError
      let isUseful =
        hasError
        || head.rows.contains { coverage.isUseful([$0], after: rows, [subject.type]) }
      if !isUseful { warnings.append(neverReached(item)) }
      if !head.isGuarded { rows += head.rows.map { [$0] } }
      if isUseful {
        result.append(TypedCase(head: head, span: item.span, body: block, branch: branch))
      }
    }
    if !hasError {
      let missing = coverage.missing(rows, [subject.type], limit: 4).compactMap(\.first)
      if !missing.isEmpty { report(notExhaustive(missing, subject, cases, at: span)) }
    }
    return result
  }

  private func bareCase(_ item: MatchCase, of type: Type) -> BareCase? {
    guard item.patterns.count == 1, case .enumCase(let name, let parts) = tree[item.patterns[0]],
      parts.isEmpty, case .enumeration(let id, _) = type,
      let payload = program[id].cases.first(where: { $0.name == name.text })?.payload,
      !payload.isEmpty
    else { return nil }
    return BareCase(payload: payload.map(\.name), pattern: name.span)
  }

  private mutating func caseHead(_ item: MatchCase, of subject: TypedExpression) -> CaseHead {
    var head = CaseHead()
    let patterns = item.patterns.map { pattern($0, of: subject) }
    head.rows = item.patterns.isEmpty ? [.all] : patterns.map(\.space)
    head.hasError = patterns.contains { $0.hasError }
    for id in item.patterns {
      if case .invalid = tree[id] { body.hasUnknownFlow = true }
    }
    if let only = patterns.first, patterns.count == 1 {
      head.conditions = only.tests.map { .expression($0) }
    } else if !patterns.isEmpty, !patterns.contains(where: { $0.tests.isEmpty }) {
      let tests = patterns.map { joined($0.tests) { .and($0, $1) } }
      head.conditions = [.expression(joined(tests) { .or($0, $1) })]
    }
    for (name, value) in bindings(of: patterns, item) {
      let local = declareLocal(name, value.type, isVariable: false)
      head.conditions.append(.declare(local, value))
      head.declarations.append(TypedStatement(.declare(local, value), at: name.span))
    }
    // Where nothing is asked the case is taken as it is.
    if !head.conditions.contains(where: { if case .expression = $0 { true } else { false } }) {
      head.conditions = []
    }
    if let condition = item.condition {
      if head.conditions.isEmpty {
        head.conditions = head.declarations.compactMap {
          if case .declare(let local, let value) = $0.kind { .declare(local, value) } else { nil }
        }
      }
      head.conditions.append(.expression(value(condition, as: .boolean)))
      if tree.doubts.cover(tree.span(of: condition).start) { head.hasError = true }
      head.isGuarded = true
    }
    return head
  }

  /// All of `values`, none of them missing, joined two and two.
  private func joined(
    _ values: [TypedExpression],
    _ join: (TypedExpression, TypedExpression) -> TypedExpression.Kind
  ) -> TypedExpression {
    if values.count == 1 { return values[0] }
    let middle = values.count / 2
    let first = joined(Array(values[..<middle]), join)
    let second = joined(Array(values[middle...]), join)
    return TypedExpression(join(first, second), .boolean, at: first.span.joined(with: second.span))
  }

  /// What the patterns of one case bind; each of them must bind the same names.
  private mutating func bindings(of patterns: [TypedPattern], _ item: MatchCase) -> [(
    name: Name, value: TypedExpression
  )] {
    guard let first = patterns.first else { return [] }
    if patterns.count == 1 { return first.bindings }
    var result = first.bindings
    if patterns.contains(where: \.hasError) {
      // What one of them would bind is not known.
      for pattern in patterns.dropFirst() {
        let known = Set(result.map(\.name.text))
        result += pattern.bindings.filter { !known.contains($0.name.text) }
      }
      return result
    }
    for (index, pattern) in patterns.enumerated().dropFirst() {
      let names = Set(pattern.bindings.map(\.name.text))
      let known = Set(first.bindings.map(\.name.text))
      for (name, _) in first.bindings where !names.contains(name.text) {
        report(notBoundByAll(name, other: tree.span(of: item.patterns[index])))
        return result + pattern.bindings.filter { !known.contains($0.name.text) }
      }
      for (name, value) in pattern.bindings where !known.contains(name.text) {
        report(notBoundByAll(name, other: tree.span(of: item.patterns[0])))
        return result + [(name, value)]
      }
    }
    for (index, (name, value)) in first.bindings.enumerated() {
      var chosen: TypedExpression?
      for pattern in patterns.reversed() {
        guard let own = pattern.bindings.first(where: { $0.name.text == name.text }) else {
          continue
        }
        if own.value.type != value.type, !isUnknown(own.value.type), !isUnknown(value.type) {
          report(
            Diagnostic(
              .mismatch,
              "`\(name.text)` is \(program.described(value.type)) in one pattern of this case and \(program.described(own.value.type)) in another",
              at: own.name.span, labels: [Label("bound here too", at: name.span)]))
          return result
        }
        guard let rest = chosen, !pattern.tests.isEmpty else {
          chosen = own.value
          continue
        }
        let empty = TypedBlock([], at: name.span)
        chosen = TypedExpression(
          .conditional(
            pattern.tests.map { .expression($0) }, empty, own.value, otherwise: empty, rest),
          value.type, at: name.span)
      }
      if let chosen { result[index].value = chosen }
    }
    return result
  }

  // MARK: Diagnostics

  private func notBoundByAll(_ name: Name, other: Span) -> Diagnostic {
    Diagnostic(
      .mismatch, "`\(name.text)` is not bound by every pattern of this case", at: name.span,
      labels: [Label("this pattern does not bind it", at: other)],
      notes: ["Write a `case` of its own for each, or `_` in its place."])
  }

  private func neverReached(_ item: MatchCase) -> Diagnostic {
    let span: Span
    if let first = item.patterns.first, let last = item.patterns.last {
      span = tree.span(of: first).joined(with: tree.span(of: last))
    } else {
      span = Span(item.span.source, Int(item.span.start), Int(item.span.start) + 4)
    }
    return Diagnostic(
      .caseNeverReached, "this case is never reached", at: span,
      remark: "the cases before it take all that it could match")
  }

  private func notExhaustive(
    _ patterns: [String], _ subject: TypedExpression, _ cases: [MatchCase], at span: Span
  ) -> Diagnostic {
    var missing: [String] = []
    for pattern in patterns where !missing.contains(pattern) { missing.append(pattern) }
    let isOpen = missing.allSatisfy { $0 == "_" }
    let listed = missing.prefix(3).map { "`\($0)`" }
    let what: String
    if isOpen {
      what = "every value of `\(program.text(subject.type))`"
    } else if missing.count > 3 {
      what = listed.joined(separator: ", ") + " and more"
    } else {
      what =
        listed.count == 1
        ? listed[0] : listed.dropLast().joined(separator: ", ") + " and \(listed[listed.count - 1])"
    }
    var labels: [Label] = []
    if case .enumeration(let id, _) = subject.type {
      labels = [Label("`\(program[id].name)` is declared here", at: program[id].nameSpan)]
    }
    var fixes = [Fix("add `else:` for all the others")]
    if !isOpen {
      let head = missing.count > 3 ? missing.prefix(3) + ["…"] : missing[...]
      fixes.insert(Fix("add `case \(head.joined(separator: ", ")):`"), at: 0)
    }
    var notes = ["Every value must have a case, so that a new one is never forgotten."]
    if cases.contains(where: { $0.condition != nil }) {
      notes.append("A case with an `if` does not count: its condition may be false.")
    }
    return Diagnostic(
      .notExhaustive, "this `match` does not cover \(what)", at: span, labels: labels,
      notes: notes, fixes: fixes)
  }
}
