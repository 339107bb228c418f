import Diagnostics
import Syntax

// Names that other languages have, units in the place of values, and names that were never
// declared: what is meant by them, and its fix.

extension Typer {
  // MARK: Units as factors

  /// `10*us`, where nothing is called `us`: says how the unit is written; false if that is not what
  /// stands here.
  mutating func isUnitAsFactor(_ left: ExpressionID, _ right: ExpressionID, at span: Span) -> Bool {
    guard case .name(let name) = tree[right], unit(named: name.text) != nil,
      lookUp(name.text) == nil
    else { return false }
    _ = expression(left)
    let place = tree.span(of: left)
    let number = program.sources[place.source].text(place)
    let fix: Fix
    switch tree[left] {
    case .number:
      let whole = Span(place.source, Int(place.start), Int(name.span.end))
      fix = Fix("write `\(number) \(name.text)`", [Edit(whole, "\(number) \(name.text)")])
    default: fix = Fix("multiply with the unit", [Edit(name.span, "1 \(name.text)")])
    }
    report(
      Diagnostic(
        .unknownName, "`\(name.text)` is a unit, and stands behind a number: `1 \(name.text)`",
        at: name.span, fixes: [fix]))
    return true
  }

  // MARK: Names that were never declared

  /// An assignment to names of which nothing is called so: says how they are declared, and goes on
  /// as if they were; false if that is not what stands here.
  mutating func isFirstAssignment(_ target: ExpressionID, _ value: ExpressionID) -> Bool {
    let names: [Name]
    switch tree[target] {
    case .name(let name): names = [name]
    case .parenthesized(let inner):
      guard case .name(let name) = tree[inner] else { return false }
      names = [name]
    case .tuple(let parts):
      names = parts.compactMap { if case .name(let name) = tree[$0] { name } else { nil } }
      guard names.count == parts.count else { return false }
    default: return false
    }
    guard !names.isEmpty, names.allSatisfy({ isUnheardOf($0) }) else { return false }
    let typed = expression(value)
    let place = tree.span(of: target)
    let start = Span(place.source, Int(place.start), Int(place.start))
    let text = program.sources[place.source].text(place)
    var fixes = [
      Fix("declare it with `let`", [Edit(start, "let ")]),
      Fix("or with `var`, if it changes", [Edit(start, "var ")]),
    ]
    suggestionCount += 1
    if names.count == 1, suggestionCount <= Self.suggestionCountMax,
      let near = suggestion(for: names[0])
    {
      fixes.insert(Fix("did you mean `\(near)`?", [Edit(names[0].span, near)]), at: 0)
    }
    report(
      Diagnostic(
        .unknownName, "`\(names[0].text)` is not declared", at: names[0].span,
        remark: "`let \(text) = …` declares it here, with its value", fixes: fixes))
    for name in names {
      let type: Type = names.count == 1 && typed.type != .unit ? typed.type : .unknown
      _ = declareLocal(name, type, isVariable: true, warns: false)
      // Declared there it would be known to all of the experiment.
      if body.isTopOfPrepare { failedNames.insert(name.text) }
    }
    return true
  }

  private func isUnheardOf(_ name: Name) -> Bool {
    name.text != "_" && lookUp(name.text) == nil && boundHere(name) == nil
      && !body.unknownNames.contains(name.text) && !intrinsicNames.contains(name.text)
      && modules.modules[module].importSpans[name.text] == nil && ownField(name) == nil
  }

  // MARK: Functions of other languages

  /// What is meant by a call of `name`, which other languages have; nil if that is not known.
  func foreignCall(_ name: Name, _ arguments: [Argument], at span: Span) -> Diagnostic? {
    let texts = arguments.map {
      let place = tree.span(of: $0.value)
      return program.sources[place.source].text(place)
    }
    let meant: String
    switch (name.text, texts.count) {
    case ("range", 1): meant = "0..<\(texts[0])"
    case ("range", 2): meant = "\(texts[0])..<\(texts[1])"
    case ("range", 3): meant = "\(texts[0])..<\(texts[1]) by \(texts[2])"
    case ("len", 1) where isPostfix(arguments[0].value): meant = "\(texts[0]).count"
    case ("len", 1): meant = "(\(texts[0])).count"
    case ("str", 1) where !texts[0].contains("\"") && !texts[0].contains("{"):
      meant = "\"{\(texts[0])}\""
    case ("float", 1): meant = "Float(\(texts[0]))"
    case ("int", 1): meant = "Int(\(texts[0]))"
    case ("println", _), ("printf", _): meant = "print(\(texts.joined(separator: ", ")))"
    default: return nil
    }
    return Diagnostic(
      .unknownName, "there is nothing called `\(name.text)` here", at: name.span,
      notes: foreignNames[name.text].map { [$0] } ?? [],
      fixes: [Fix("write `\(meant)`", [Edit(span, meant)])])
  }

  private func isPostfix(_ value: ExpressionID) -> Bool {
    switch tree[value] {
    case .name, .member, .tupleElement, .call, .index, .parenthesized, .array: true
    default: false
    }
  }

  // MARK: Results that were not declared

  /// Says that `value` is returned where no result is declared, once for each function.
  mutating func reportMissingResult(_ value: TypedExpression) {
    guard let id = body.function, resultless.insert(id).inserted else { return }
    let function = program[id]
    var fixes: [Fix] = []
    if let end = parameterEnds[id] {
      let place = Span(function.nameSpan.source, Int(end), Int(end))
      fixes = [
        Fix("declare the result", [Edit(place, " -> \(program.text(value.type))")])
      ]
    }
    report(
      Diagnostic(
        .mismatch, "nothing can be returned here: no result type is declared", at: value.span,
        notes: ["Write `-> \(program.text(value.type))` after the parameters."], fixes: fixes))
  }
}
