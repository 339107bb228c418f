import Diagnostics
import Syntax

// What the types of numbers have themselves: `Int.max`, `Float.infinity`.

extension Typer {
  /// The type of the language that `id` names, where nothing else has that name.
  func builtinType(_ id: ExpressionID) -> (name: String, type: Type)? {
    guard case .name(let name) = tree[id], let type = builtinTypes[name.text],
      lookUp(name.text) == nil
    else { return nil }
    return (name.text, type)
  }

  /// What `type` has under `name`: the ends of its range, and the numbers that are none.
  func constant(_ name: String, of type: Type, at span: Span) -> TypedExpression? {
    func whole(_ value: Int64) -> TypedExpression {
      TypedExpression(.integer(value), type, at: span)
    }
    func float(_ value: Double) -> TypedExpression {
      TypedExpression(.float(value), type, at: span)
    }
    switch (type, name) {
    case (.integer, "min"), (.duration, "min"): return whole(.min)
    case (.integer, "max"), (.duration, "max"): return whole(.max)
    case (.integer32, "min"): return whole(Int64(Int32.min))
    case (.integer32, "max"): return whole(Int64(Int32.max))
    case (.float, "infinity"): return float(.infinity)
    case (.float, "nan"): return float(.nan)
    case (.float, "max"): return float(.greatestFiniteMagnitude)
    default: return nil
    }
  }

  private static let constantNames = ["infinity", "max", "min", "nan"]

  func noSuchMember(_ name: Name, ofType written: String, _ type: Type) -> Diagnostic {
    let known = Self.constantNames.filter { constant($0, of: type, at: name.span) != nil }
    var fixes: [Fix] = []
    var notes: [String] = []
    if let near = nearest(to: name.text, among: known)
      ?? Self.foreignConstants[name.text].flatMap({ known.contains($0) ? $0 : nil })
    {
      fixes = [Fix("did you mean `\(near)`?", [Edit(name.span, near)])]
    } else if case .float = type, name.text == "min" {
      notes = ["The least one is `-\(written).max`."]
    } else if type == .number, name.text == "pi" {
      notes = ["It is `math.pi`; an angle is written `180 deg` or `0.5 turn`."]
    } else if !known.isEmpty {
      notes = ["It has \(known.map { "`\($0)`" }.joined(separator: ", "))."]
    }
    return Diagnostic(
      .noSuchMember, "the type `\(written)` has no member `\(name.text)`", at: name.span,
      notes: notes, fixes: fixes)
  }

  private static let foreignConstants = [
    "inf": "infinity", "NaN": "nan", "NAN": "nan", "INFINITY": "infinity", "MAX": "max",
    "MIN": "min", "max_value": "max", "min_value": "min", "maximum": "max", "minimum": "min",
  ]

  // MARK: self

  /// Whether `id` is the name by which other languages call the value of a method.
  func isSelf(_ id: ExpressionID) -> Bool {
    guard case .name(let name) = tree[id], name.text == "self" || name.text == "this" else {
      return false
    }
    return lookUp(name.text) == nil
  }

  /// Says once in a body that `self.name` is written `name`.
  mutating func reportSelf(_ base: ExpressionID, _ name: Name) {
    guard case .name(let word) = tree[base], body.unknownNames.insert(word.text).inserted else {
      return
    }
    let isKnown =
      ownField(name) != nil || lookUp(name.text) != nil
      || body.isMethod && !methods(name.text, of: body.locals[0].type).isEmpty
    let rest = Span(word.span.source, Int(word.span.start), Int(name.span.start))
    report(
      Diagnostic(
        .unknownName, "there is nothing called `\(word.text)` here", at: word.span,
        notes: ["Members are named by themselves, without `\(word.text)`."],
        fixes: isKnown ? [Fix("leave it out", [Edit(rest, "")])] : []))
  }
}
