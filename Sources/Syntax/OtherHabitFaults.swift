import Diagnostics

// What is said of words that other languages have around declarations and errors.
extension Diagnostic {
  /// `raise NoSignal()`.
  static func raised(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "unexpected `raise`", at: place,
      notes: [
        "An error is declared, `error NoSignal(count: Int)`, and thrown: `throw NoSignal(count: 3)`."
      ],
      fixes: [Fix("write `throw`", [Edit(place, "throw")])])
  }

  /// `public fn`.
  static func modifier(_ word: String, at place: Span, _ edit: Edit) -> Diagnostic {
    Diagnostic(
      .unexpected, "there is no `\(word)`", at: place,
      notes: word == "async"
        ? ["What runs on the host is a `host fn`; a kernel waits for it with `await`."] : [],
      fixes: [Fix("leave it out", [edit])])
  }

  /// `fn f(in a: Int)`.
  static func reservedLabel(_ word: String, at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "`\(word)` is a reserved word and cannot be a label", at: place,
      notes: ["Call it something else, here and where the function is called."])
  }

  /// `let mut n = 0`.
  static func mutableBinding(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "what changes is declared with `var`", at: place,
      fixes: [Fix("write `var`", [Edit(place, "var")])])
  }

  /// `fn __init__(self, x: Int)`.
  static func initializer(_ word: String, ofStruct isOfStruct: Bool, at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "nothing has an initialiser `\(word)`", at: place,
      notes: [
        isOfStruct
          ? "A struct is made with its fields in their order: `struct P { x: Int, y: Int = 0 }`, `P(x: 1)`."
          : "Members have their values where they are declared; what is computed from them stands in `prepare { }`."
      ])
  }

  /// `double(x: Int) -> Int { … }` in a body.
  static func missingWordInBody(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `fn` before a function", at: place,
      fixes: [Fix("put it there", [Edit(place, "fn ")])])
  }

  /// `case let .circle(r)`.
  static func letBeforeCase(at place: Span, _ edits: [Edit]) -> Diagnostic {
    Diagnostic(
      .unexpected, "`let` stands before each name that is bound: `case circle(let r)`", at: place,
      fixes: [Fix("put it there", edits)])
  }

  /// `n as Float`, `(Float)n`.
  static func conversion(_ meant: String, at place: Span, _ whole: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a value is converted by calling its type", at: place,
      fixes: [Fix("write `\(meant)`", [Edit(whole, meant)])])
  }

  /// `xs[1:]`.
  static func openSlice(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a slice names both its ends: `xs[i..<j]`", at: place,
      notes: ["From `i` to the end it is `xs[i..<xs.count]`, up to there `xs[0..<j]`."])
  }

  /// `a = b = 3`.
  static func chainedAssignment(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "an assignment has no value that could be assigned", at: place,
      notes: ["Write one assignment for each."])
  }

  /// `P { x: 1 }`, `xs.map { x in x + 1 }`.
  static func bracesBehindValue(_ name: String, isType: Bool, at place: Span, _ edits: [Edit])
    -> Diagnostic
  {
    isType
      ? Diagnostic(
        .unexpected, "a struct is made with parentheses: `\(name)(…)`", at: place,
        fixes: edits.isEmpty ? [] : [Fix("write parentheses", edits)])
      : Diagnostic(
        .unexpected, "no block stands behind a value", at: place,
        notes: [
          "A function that is given to another stands in its parentheses: `f(fn(x: Int) -> Int { return x + 1 })`."
        ])
  }

  /// `try g()` where a value is due.
  static func tryBeforeValue(at place: Span, _ edit: Edit) -> Diagnostic {
    Diagnostic(
      .unexpected, "a call that may throw is not marked", at: place,
      notes: [
        "What it throws is caught by `try { … } catch { … }` around it, or goes on to the caller."
      ],
      fixes: [Fix("leave it out", [edit])])
  }

  /// `if y = x { … }` where nothing is called `y`.
  static func conditionWithoutLet(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "what a condition binds is declared with `let`", at: place,
      fixes: [
        Fix("write `let`", [Edit(Span(place.source, Int(place.start), Int(place.start)), "let ")])
      ])
  }

  /// `guard c { … }`.
  static func missingElse(at place: Span, in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `else`, found \(next(parser))", at: place,
      fixes: [
        Fix("write `else`", [Edit(Span(place.source, Int(place.start), Int(place.start)), "else ")])
      ])
  }

  /// `circle(let r): …` in a `match`.
  static func missingCaseWord(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `case` before a pattern", at: place,
      fixes: [Fix("put it there", [Edit(place, "case ")])])
  }
}
