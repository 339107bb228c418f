import Diagnostics

// What is written as in another language, over several places or in a form of its own.
extension Diagnostic {
  // MARK: Programs

  /// `from artiq.experiment import *`.
  static func programForARTIQ(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "this is a program for ARTIQ, in Python", at: place,
      remark: "Larmor has nothing to import for an experiment",
      notes: [
        "`class X(EnvExperiment):` becomes `experiment X { … }`, with braces around every block.",
        "`self.setattr_device(\"ttl0\")` becomes `device ttl0: TTLOut`, and `self.ttl0` is just `ttl0`.",
        "`self.setattr_argument(\"n\", NumberValue(10))` becomes `arg n: Int = 10`.",
        "`@kernel def run(self):` becomes a kernel, `kernel flash() { … }`, which `run { flash() }` calls.",
        "`self.set_dataset(\"counts\", …)` becomes `dataset counts: [Int]` and `counts.append(n)`.",
        "`with parallel:` becomes `parallel { … }`, and `10*us` becomes `10 us`.",
      ])
  }

  // MARK: Blocks

  static func colonBeforeBlock(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `{`, found `:`", at: place,
      remark: "a block stands between `{` and `}`")
  }

  static func blockWithoutBraces(at place: Span, in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `{`, found \(next(parser))", at: place,
      remark: "a block stands between `{` and `}`, also one of a single statement")
  }

  static func superfluousColon(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "no `:` stands before a block", at: place,
      fixes: [Fix("leave it out", [Edit(place, "")])])
  }

  static func withBeforeBlock(_ word: Token.Kind, at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a block that is `\(word.spelling ?? "")` has no `with`", at: place,
      notes: ["It is written `\(word.spelling ?? "") { … }`."])
  }

  static func lateCondition(_ word: String, at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "there is no loop `\(word) { } while`", at: place,
      notes: ["A loop that tests at its end is `while true { … if not c { break } }`."])
  }

  static func endlessLoop(at place: Span) -> Diagnostic {
    Diagnostic(.unexpected, "an endless loop is written `while true { … }`", at: place)
  }

  static func decorator(_ word: Token, at place: Span, in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "there are no decorators", at: place,
      notes: [
        word.kind == .kernel
          ? "A kernel is declared with its own word: `kernel name(…) { … }`."
          : "Whether a function runs on the device too the compiler finds out: `fn name(…) { … }`."
      ])
  }

  static func nothingToDo(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "there is no `pass`", at: place, remark: "a block may be empty: `{ }`",
      fixes: [Fix("leave it out", [Edit(place, "")])])
  }

  // MARK: Declarations and assignments

  static func declarationWithoutWord(_ name: String, at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a variable is declared with `let` or `var`", at: place,
      remark: "`let` for what keeps its value, `var` for what changes")
  }

  /// `left` and, if it has several, `values` are put in parentheses.
  static func severalWithoutParentheses(
    _ left: Span, _ values: Span, _ isTuple: Bool, isDeclared: Bool = true
  ) -> Diagnostic {
    func around(_ span: Span, _ opening: String = "(") -> [Edit] {
      [
        Edit(Span(span.source, Int(span.start), Int(span.start)), opening),
        Edit(Span(span.source, Int(span.end), Int(span.end)), ")"),
      ]
    }
    return Diagnostic(
      .unexpected, "several names stand in parentheses", at: left,
      fixes: [
        Fix(
          isDeclared ? "put them in parentheses" : "declare them, in parentheses",
          around(left, isDeclared ? "(" : "let (") + (isTuple ? around(values) : []))
      ])
  }

  static func severalBindings(at comma: Span, word: String) -> Diagnostic {
    Diagnostic(
      .unexpected, "each `\(word)` declares one thing", at: comma,
      fixes: [Fix("declare the next one by itself", [Edit(comma, "; \(word)")])])
  }

  static func superfluousColonBeforeAssign(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a value is given with `=`", at: place,
      fixes: [Fix("leave out the `:`", [Edit(place, "")])])
  }

  static func bracketsAroundNames(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "only a tuple comes apart, with its names in parentheses", at: place,
      notes: ["The elements of an array are `xs[0]`, `xs[1]`."])
  }

  static func missingSeparator(at place: Span, _ next: Token, in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected a new line or `;` before `\(parser.text(next))`", at: place,
      remark: "one statement ends here, and the next begins",
      fixes: [Fix("put `;` between them", [Edit(place, ";")])])
  }

  static func missingNewline(at place: Span, _ next: Token, in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected a new line before `\(parser.text(next))`", at: place,
      remark: "one declaration ends here, and the next begins",
      fixes: [Fix("put `;` between them", [Edit(place, ";")])])
  }

  static func callWithoutParentheses(at place: Span, _ edits: [Edit]) -> Diagnostic {
    Diagnostic(
      .unexpected, "what a function is given stands in parentheses", at: place,
      fixes: [Fix("put it in parentheses", edits)])
  }

  static func superfluousThen(_ token: Token, in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "there is no `then`", at: parser.span(of: token),
      remark: "what an `if` does stands between `{` and `}`",
      fixes: [
        Fix(
          "leave it out",
          [Edit(Span(parser.source, Int(parser.previousEnd), Int(token.end)), "")])
      ])
  }

  static func caseInCondition(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a value is taken apart by its cases in a `match` only", at: place,
      notes: ["Write `match e { case b(let n): … else: … }`."])
  }

  static func indexBesideElement(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "several names stand in parentheses", at: place,
      notes: [
        "For each element with its index: `for (i, x) in xs.enumerated() { … }`."
      ],
      fixes: [
        Fix(
          "put them in parentheses, for an array of tuples",
          [
            Edit(Span(place.source, Int(place.start), Int(place.start)), "("),
            Edit(Span(place.source, Int(place.end), Int(place.end)), ")"),
          ])
      ])
  }

  static func headInParentheses(_ opening: Span, _ closing: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "the head of a loop stands without parentheses", at: opening,
      fixes: [Fix("leave them out", [Edit(opening, ""), Edit(closing, "")])])
  }

  static func countingLoop(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a loop goes over a range or an array", at: place,
      notes: ["Counting from 0 to n - 1 is written `for i in 0..<n { … }`."])
  }

  static func expectedIn(at place: Span, in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `in`, found \(next(parser))", at: place,
      fixes: [Fix("write `in`", [Edit(place, "in")])])
  }

  static func errorsInParentheses(_ meant: String, at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "the errors that are caught stand without parentheses", at: place,
      fixes: [Fix("write `\(meant)`", [Edit(place, meant)])])
  }

  // MARK: Values

  static func colonInSlice(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a slice is written `xs[i..<j]`", at: place,
      fixes: [Fix("write `..<`", [Edit(place, "..<")])])
  }

  static func stringsSideBySide(_ gap: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "two strings stand side by side", at: gap,
      fixes: [Fix("make them one", [Edit(gap, "")])])
  }

  static func semicolonInList(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a comma stands between these", at: place,
      fixes: [Fix("write `,`", [Edit(place, ",")])])
  }

  static func selfBeforeMember(_ word: String, at place: Span) -> Diagnostic {
    Diagnostic(
      .unknownName, "there is nothing called `\(word)` here", at: place,
      notes: ["The members of an experiment are named without `\(word)`."])
  }

  static func stageAsFunction(_ word: String, at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "`\(word)` is a block, not a function", at: place,
      fixes: [Fix("write `\(word)`", [Edit(place, word)])])
  }

  static func choiceBehindValue(at place: Span, _ edit: Edit) -> Diagnostic {
    Diagnostic(
      .unexpected, "the condition of a choice stands first", at: place,
      fixes: [Fix("write `\(edit.replacement)`", [edit])])
  }

  static func ternary(at place: Span, _ edit: Edit?) -> Diagnostic {
    Diagnostic(
      .unexpected, "there is no `? :`", at: place,
      notes: edit == nil ? ["a choice is written `if c { a } else { b }`"] : [],
      fixes: edit.map { [Fix("write `\($0.replacement)`", [$0])] } ?? [])
  }

  static func notIn(at place: Span, _ edits: [Edit]) -> Diagnostic {
    Diagnostic(
      .unexpected, "there is no `not in`", at: place,
      remark: "that something is not in an array is the `not` of its being in it",
      fixes: [Fix("write `not (x in xs)`", edits)])
  }

  static func identity(_ word: String, at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "there is no `is`", at: place, remark: "values are compared with `==` and `!=`",
      fixes: [Fix("write `\(word)`", [Edit(place, word)])])
  }

  static func constantWithoutWord(_ name: String, at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "what is declared outside of experiments and functions is a `const`", at: place,
      notes: ["It is written `const \(name): Type = value`."],
      fixes: [
        Fix(
          "write `const`", [Edit(Span(place.source, Int(place.start), Int(place.start)), "const ")])
      ])
  }

  static func severalImports(at comma: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "each `import` names one module", at: comma,
      fixes: [Fix("import the next one by itself", [Edit(comma, "\nimport")])])
  }

  static func pathWithoutQuotes(_ path: String, at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a file is imported by its path, in quotes", at: place,
      fixes: [Fix("write the path", [Edit(place, "\"\(path).exp\"")])])
  }

  // MARK: Members

  static func baseClass(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "an experiment is derived from nothing", at: place,
      remark: "what several share is a `part`",
      fixes: [Fix("leave it out", [Edit(place, "")])])
  }

  static func channelBehindType(at place: Span, _ meant: String) -> Diagnostic {
    Diagnostic(
      .unexpected, "the name of a device in the laboratory stands behind `=`", at: place,
      notes: ["For example `device led: TTLOut = \"ttl4\"`."],
      fixes: [Fix("write `=`", [Edit(place, meant)])])
  }

  static func severalDevices(at comma: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "each `device` has one type", at: comma,
      fixes: [Fix("declare the next one by itself", [Edit(comma, "; device")])])
  }

  static func keyWithoutQuotes(_ key: String, at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a key is a string", at: place,
      fixes: [Fix("put it in quotes", [Edit(place, "\"\(key)\"")])])
  }

  static func missingAt(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `at` before the key", at: place,
      fixes: [Fix("put it there", [Edit(place, "at ")])])
  }

  // MARK: Structs and enums

  static func missingComma(at place: Span, _ next: Token, in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `,` or a new line before `\(parser.text(next))`", at: place,
      fixes: [Fix("put a comma between them", [Edit(place, ",")])])
  }

  static func fieldsInParentheses(_ opening: Span, _ closing: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "the fields of a struct stand between `{` and `}`", at: opening,
      fixes: [Fix("write braces", [Edit(opening, " { "), Edit(closing, " }")])])
  }

  static func enumWithType(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "the cases of an enum have no numbers or strings behind them", at: place,
      fixes: [Fix("leave it out", [Edit(place, "")])])
  }

  static func caseWithValue(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "the cases of an enum have no values", at: place,
      notes: ["A method gives each case a number: `match self { case one: return 1 … }`."])
  }

  // MARK: Types

  static func foreignType(_ meant: String, at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "this type is written `\(meant)`", at: place,
      fixes: [Fix("write `\(meant)`", [Edit(place, meant)])])
  }

  static func typeInPattern(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "the parts of a tuple are taken apart without their types", at: place,
      fixes: [Fix("leave it out", [Edit(place, "")])])
  }

  static func labelledResult(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "the parts of a tuple have no names", at: place,
      remark: "they are `t.0`, `t.1`, or taken apart by `let (a, b) = t`",
      fixes: [Fix("leave it out", [Edit(place, "")])])
  }

  static func typeBeforeParameter(_ type: Span, _ name: Span, in parser: Parser) -> Diagnostic {
    let written = parser.source(of: type)
    let (typeText, nameText) = (
      Parser.foreignTypeNames[written] ?? written, parser.source(of: name)
    )
    let whole = type.joined(with: name)
    return Diagnostic(
      .unexpected, "the type stands behind the name and a `:`", at: whole,
      fixes: [
        Fix("write `\(nameText): \(typeText)`", [Edit(whole, "\(nameText): \(typeText)")])
      ])
  }

  static func missingColon(_ name: Name, at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `:` between `\(name.text)` and its type", at: place,
      fixes: [Fix("put it there", [Edit(place, ":")])])
  }

  static func assignInsteadOfColon(_ name: Name, at place: Span, _ edit: Edit) -> Diagnostic {
    Diagnostic(
      .unexpected, "the type of `\(name.text)` stands behind a `:`", at: place,
      fixes: [Fix("write `:`", [edit])])
  }

  static func typeOfValueMissing(_ name: Name, _ type: String, at place: Span, in parser: Parser)
    -> Diagnostic
  {
    Diagnostic(
      .unexpected, "expected `:` and the type of `\(name.text)`, found `=`", at: place,
      fixes: [
        Fix(
          "write its type",
          [Edit(Span(place.source, Int(name.span.end), Int(name.span.end)), ": \(type)")])
      ])
  }

  static func wordBeforeParameter(_ word: Token, _ name: Token, in parser: Parser) -> Diagnostic {
    let place = Span(parser.source, Int(word.start), Int(name.start))
    return Diagnostic(
      .unexpected, "a parameter is declared without `\(parser.text(word))`",
      at: parser.span(of: word), remark: word.kind == .var ? "it is constant" : nil,
      fixes: [Fix("leave it out", [Edit(place, "")])])
  }

  static func inoutBeforeName(_ word: Token, _ name: Token, before type: UInt32, in parser: Parser)
    -> Diagnostic
  {
    Diagnostic(
      .unexpected, "`inout` stands before the type: `name: inout T`", at: parser.span(of: word),
      fixes: [
        Fix(
          "put it there",
          [
            Edit(Span(parser.source, Int(word.start), Int(name.start)), ""),
            Edit(parser.emptySpan(at: type), "inout "),
          ])
      ])
  }

  static func ampersandBeforeType(at place: Span, _ whole: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a parameter that is written to is `inout`", at: place,
      fixes: [Fix("write `inout`", [Edit(whole, "inout ")])])
  }

  static func foreignArrow(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "the type of a result stands after `->`", at: place,
      fixes: [Fix("write `->`", [Edit(place, "->")])])
  }

  static func bodyAsValue(_ sign: Span, _ value: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "the body of a function stands between `{` and `}`", at: sign,
      fixes: [
        Fix(
          "write it there",
          [Edit(sign, "{ return"), Edit(Span(value.source, Int(value.end), Int(value.end)), " }")])
      ])
  }
}
