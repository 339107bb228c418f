import Diagnostics

// Declarations and values that are written as in another language.
extension Diagnostic {
  /// `class NoSignal(Exception): pass`.
  static func classOfErrors(_ name: String, at place: Span, _ edit: Edit?) -> Diagnostic {
    Diagnostic(
      .unexpected, "an error is declared with `error`", at: place,
      notes: ["What it carries stands in parentheses: `error \(name)(count: Int)`."],
      fixes: edit.map { [Fix("declare it with `error`", [$0])] } ?? [])
  }

  /// `struct X { device … run { } }`.
  static func structWithDevices(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "what has devices, arguments and a `run` is an `experiment`", at: place,
      fixes: [Fix("write `experiment`", [Edit(place, "experiment")])])
  }

  /// `let qubit: DDS` among the members.
  static func memberWithoutWord(_ word: Token.Kind, at place: Span, _ edit: Edit) -> Diagnostic {
    Diagnostic(
      .unexpected,
      word == .use
        ? "a part is put into an experiment with `use`" : "a device is declared with `device`",
      at: place, fixes: [Fix("write `\(word.spelling ?? "")`", [edit])])
  }

  /// `n: Int = 3` among the members; `word` is what it looks like, a dataset if nil.
  static func memberOfUnknownKind(_ name: String, _ word: Token.Kind?, at place: Span)
    -> Diagnostic
  {
    func fix(_ words: String, _ word: String) -> Fix {
      Fix(
        "\(words) `\(word)`",
        [Edit(Span(place.source, Int(place.start), Int(place.start)), word + " ")])
    }
    let message: String
    let fixes: [Fix]
    switch word {
    case .arg:
      message = "what is set from outside is declared with `arg`"
      fixes = [fix("write", "arg")]
    case .shared:
      message = "what is kept under a key is declared with `shared`"
      fixes = [fix("write", "shared")]
    case .var:
      message = "expected a word that says what `\(name)` is"
      fixes = [
        fix("what is set from outside:", "arg"), fix("what changes during the run:", "var"),
      ]
    case .dataset:
      message = "what a run measures is declared with `dataset`"
      fixes = [fix("write", "dataset")]
    default:
      message = "expected a word that says what `\(name)` is"
      fixes = [fix("what the run measures:", "dataset")]
    }
    return Diagnostic(.unexpected, message, at: place, fixes: fixes)
  }

  /// `use scan` in a file.
  static func useOfModule(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a module is imported with `import`", at: place,
      remark: "`use` puts a part into an experiment",
      fixes: [Fix("write `import`", [Edit(place, "import")])])
  }

  /// `use P as p`.
  static func partAs(_ part: String, _ name: String, at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a part is used under a name: `use \(name): \(part)`", at: place,
      fixes: [Fix("write it so", [Edit(place, "\(name): \(part)")])])
  }

  /// `use Readout`.
  static func useWithoutName(_ part: String, _ name: String, at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a part is used under a name: `use \(name): \(part)`", at: place,
      fixes: [
        Fix(
          "give it the name `\(name)`",
          [Edit(Span(place.source, Int(place.start), Int(place.start)), "\(name): ")])
      ])
  }

  /// `kernel Int shot(t: Duration)`.
  static func resultBeforeName(_ type: String?, at place: Span, _ edits: [Edit]) -> Diagnostic {
    Diagnostic(
      .unexpected,
      type == nil
        ? "a function without a result says nothing of it"
        : "the type of a result stands behind the parameters, after `->`", at: place,
      fixes: [Fix(type == nil ? "leave it out" : "put it there", edits)])
  }

  /// `lambda x: x + 1`.
  static func foreignClosure(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a function as a value is written `fn(x: Int) -> Int { return x + 1 }`",
      at: place, notes: ["With the types of its parameters and of its result."])
  }

  /// `with open("x") as f:`.
  static func withOpen(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "there is no `with`, and no files are opened", at: place,
      notes: ["What is to be kept is a `dataset`: it is stored with the run."])
  }

  /// `end` on a line of its own.
  static func foreignEnd(at place: Span, _ all: [Span]) -> Diagnostic {
    Diagnostic(
      .unexpected, "a block ends with `}`", at: place,
      fixes: [Fix("write `}`", all.map { Edit($0, "}") })])
  }

  /// `_ n: Int`.
  static func underscoreBeforeParameter(at place: Span, _ whole: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a parameter that needs no label is written without one", at: place,
      fixes: [Fix("leave it out", [Edit(whole, "")])])
  }

  /// `print("n = " n)`.
  static func valueBehindString(at place: Span, _ edit: Edit) -> Diagnostic {
    Diagnostic(
      .unexpected, "a value that is printed stands in the string, in braces", at: place,
      fixes: [Fix("put it into the string", [edit])])
  }

  /// `++n`.
  static func incrementBefore(_ sign: String, at place: Span, _ operand: String, _ whole: Span)
    -> Diagnostic
  {
    Diagnostic(
      .unexpected, "there is no `\(sign)\(sign)`", at: place,
      fixes: [
        Fix("write `\(operand) \(sign)= 1`", [Edit(whole, "\(operand) \(sign)= 1")])
      ])
  }

  /// `for i in range(10)`.
  static func rangeCall(_ meant: String, at place: Span) -> Diagnostic {
    Diagnostic(
      .unknownName, "there is nothing called `range` here", at: place,
      notes: ["A range is written `0..<n`: `for i in 0..<10`."])
  }

  /// `let 3x = 1`.
  static func nameBeginningWithDigit(_ name: Name) -> Diagnostic {
    Diagnostic(
      .unexpected, "a name does not begin with a digit", at: name.span,
      notes: ["Call it something like `x\(name.text.prefix { $0.isNumber })`."])
  }

  /// `{ … } catch E { … }`.
  static func missingTry(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a block of which the errors are caught begins with `try`", at: place,
      fixes: [Fix("put it there", [Edit(place, "try ")])])
  }

  /// `catch e: NoSignal`, `catch NoSignal e`.
  static func namedError(_ error: String, _ name: String, at place: Span) -> Diagnostic {
    let meant = "\(error) as \(name)"
    return Diagnostic(
      .unexpected, "an error that is caught gets its name behind `as`", at: place,
      fixes: [Fix("write `\(meant)`", [Edit(place, meant)])])
  }

  /// `case normal { … }`.
  static func bracesInsteadOfColon(at place: Span, _ opening: Span, _ closing: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "what a case does stands behind a `:` without braces", at: place,
      notes: ["It runs to the next `case`, `else:` or the end of the `match`."],
      fixes: [Fix("write `:`", [Edit(opening, ":"), Edit(closing, "")])])
  }

  /// `echo{at: Float}`.
  static func payloadInBraces(_ opening: Span, _ closing: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "what it carries stands in parentheses", at: opening,
      fixes: [Fix("write parentheses", [Edit(opening, "("), Edit(closing, ")")])])
  }

  /// `enum Mode { a | b }`.
  static func barBetweenCases(at place: Span, _ edits: [Edit]) -> Diagnostic {
    Diagnostic(
      .unexpected, "a comma or a new line stands between the cases of an enum", at: place,
      fixes: [Fix("write `,`", edits)])
  }

  /// `n: Int: 3`.
  static func colonBeforeDefault(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a default stands behind `=`", at: place,
      fixes: [Fix("write `=`", [Edit(place, " =")])])
  }

  /// `Float] over`.
  static func missingOpeningBracket(_ type: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "this `]` closes nothing: an array is written `[T]`",
      at: Span(type.source, Int(type.end) - 1, Int(type.end)),
      fixes: [
        Fix("open it", [Edit(Span(type.source, Int(type.start), Int(type.start)), "[")])
      ])
  }

  /// `with record("r"):`.
  static func recordingByName(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a recording is a value: `let r = record { … }`", at: place,
      notes: ["It is played by `play(r)`."])
  }

  /// `shared pi = 3 us` in a body.
  static func wordBeforeAssignment(_ word: Token, _ next: Token, in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "`\(parser.text(word))` cannot be declared inside a body",
      at: parser.span(of: word), remark: "what was declared is assigned by its name alone",
      fixes: [
        Fix("leave it out", [Edit(Span(parser.source, Int(word.start), Int(next.start)), "")])
      ])
  }

  /// `from scan import linear`, `import scan.linear`.
  static func memberImported(_ module: String, at place: Span, _ edits: [Edit]) -> Diagnostic {
    Diagnostic(
      .unexpected, "a module is imported as a whole", at: place,
      notes: ["Its members are used as `\(module).member`."], fixes: [Fix("import it", edits)])
  }
}
