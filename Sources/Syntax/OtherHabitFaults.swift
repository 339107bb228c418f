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

  /// `circle(let r): …` in a `match`.
  static func missingCaseWord(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `case` before a pattern", at: place,
      fixes: [Fix("put it there", [Edit(place, "case ")])])
  }
}
