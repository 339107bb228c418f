import Diagnostics

// What can be wrong with the form of a program. The parser is handed in where the fault depends on
// what comes next.
extension Diagnostic {
  static func foreignCondition(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "the condition of a case is written with `if`", at: place,
      fixes: [Fix("write `if`", [Edit(place, "if")])])
  }

  /// What comes next, as a message calls it.
  static func next(_ parser: Parser) -> String {
    switch parser.kind {
    case .end: "the end of the file"
    case .newline: "the end of the line"
    case .string, .stringStart: "a string"
    case .number: "`\(parser.text(parser.tokens[parser.index]))`"
    default:
      parser.kind.isReserved
        ? "the word `\(parser.text(parser.tokens[parser.index]))`"
        : "`\(shortened(parser.text(parser.tokens[parser.index])))`"
    }
  }

  private static func shortened(_ text: String) -> String {
    text.unicodeScalars.count <= 40 ? text : "\(text.prefix(37))..."
  }

  private static func insertion(_ text: String, at offset: UInt32, _ parser: Parser) -> Edit {
    Edit(parser.emptySpan(at: offset), text)
  }

  // MARK: Brackets

  static func unclosed(
    _ opener: Token, _ closer: Token.Kind, at place: Span, _ closing: Edit?, isMistaken: Bool,
    in parser: Parser
  ) -> Diagnostic {
    let open = opener.kind.spelling ?? "("
    let close = closer.spelling ?? ")"
    let fixes =
      closer == .rightBrace
      ? closing.map { [Fix("close it where its block ends", [$0])] } ?? []
      : isMistaken
        ? [Fix("write `\(close)`", [Edit(place, close)])]
        : [Fix("close it", [insertion(close, at: parser.previousEnd, parser)])]
    return Diagnostic(
      .unexpected, "expected `\(close)` to close the `\(open)` opened here", at: place,
      remark: place.start == place.end
        ? "found \(next(parser)) instead"
        : "found `\(parser.text(parser.tokens[parser.index]))` instead",
      labels: [Label("opened here", at: parser.span(of: opener))], fixes: fixes)
  }

  static func unclosedTypeArguments(_ opener: Token, in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `>` to close the `<` opened here", at: parser.hereSpan,
      remark: "found \(next(parser)) instead",
      labels: [Label("opened here", at: parser.span(of: opener))],
      notes: parser.kind == .slash || parser.kind == .star
        ? ["a unit is written without spaces: `V/s`"] : [], fixes: closesTypeHere(parser))
  }

  /// A `>` behind what was taken last, if a type may end there.
  private static func closesTypeHere(_ parser: Parser) -> [Fix] {
    switch parser.kind {
    case .assign, .newline, .rightParenthesis, .rightBracket, .comma, .leftBrace:
      [Fix("close it", [insertion(">", at: parser.previousEnd, parser)])]
    default: []
    }
  }

  static func strayCloser(_ token: Token, in parser: Parser) -> Diagnostic {
    let closer = token.kind.spelling ?? parser.text(token)
    return Diagnostic(
      .unexpected, "this `\(closer)` closes nothing", at: parser.span(of: token),
      fixes: [Fix("leave it out", [Edit(parser.span(of: token), "")])])
  }

  static func expectedSeparator(_ closer: Token.Kind, in parser: Parser) -> Diagnostic {
    let close = closer.spelling ?? ")"
    if parser.kind == .for {
      return Diagnostic(
        .unexpected, "expected `,` or `\(close)`, found \(next(parser))", at: parser.hereSpan,
        notes: ["a list of values computed in a loop stands in brackets: `[f(x) for x in xs]`"])
    }
    if parser.kind == .assign && parser.peek() == .greater || parser.kind == .arrow {
      return foreignClosure(at: parser.hereSpan)
    }
    if parser.kind == .assign, !parser.isBehindLabel {
      return Diagnostic(
        .unexpected, "`=` assigns; values are compared with `==`", at: parser.hereSpan,
        fixes: [Fix("write `==`", [Edit(parser.hereSpan, "==")])])
    }
    if parser.kind == .assign {
      return Diagnostic(
        .unexpected, "expected `,` or `\(close)`, found `=`", at: parser.hereSpan,
        notes: ["an argument is labelled with `:`, as in `f(points: 51)`"],
        fixes: [Fix("write `:`", [Edit(parser.hereSpan, ":")])])
    }
    return Diagnostic(
      .unexpected, "expected `,` or `\(close)`, found \(next(parser))", at: parser.hereSpan,
      fixes: [Fix("put a comma before it", [insertion(",", at: parser.previousEnd, parser)])])
  }

  static func expectedEndOfValue(opener: Span, in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `}` behind the value in this string", at: parser.hereSpan,
      remark: "found \(next(parser)) instead", labels: [Label("opened here", at: opener)],
      notes: ["a brace that is to be printed is written twice: `{{`"])
  }

  static func unexpectedBeforeBrace(in parser: Parser) -> Diagnostic {
    let isRange = parser.kind == .identifier || parser.kind == .colon
    return Diagnostic(
      .unexpected, "expected `{`, found \(next(parser))", at: parser.hereSpan,
      notes: isRange ? ["a range is written `0..<n`, or `1...n` with its end"] : [])
  }

  static func missingBrace(at place: Span, in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `{`, found \(next(parser))", at: place,
      fixes: [Fix("open the block", [Edit(place, " {")])])
  }

  /// The one statement that begins at `place` and ends at `end` has no braces.
  static func missingBraces(at place: Span, until end: UInt32, in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `{`", at: place,
      remark: "a block stands between `{` and `}`, also one of a single statement",
      fixes: [
        Fix(
          "put the block between `{` and `}`",
          [insertion("{ ", at: place.start, parser), insertion(" }", at: end, parser)])
      ])
  }

  static func braceOnNextLine(_ brace: Token, after offset: UInt32, in parser: Parser) -> Diagnostic
  {
    Diagnostic(
      .unexpected, "the `{` stands at the end of the line that it belongs to",
      at: parser.span(of: brace),
      notes: ["a newline ends what is before it"],
      fixes: [
        Fix(
          "move it there",
          [insertion(" {", at: offset, parser), Edit(parser.span(of: brace), "")])
      ])
  }

  static func colonInsteadOfBrace(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `{`, found `:`", at: place,
      remark: "a block stands between `{` and `}`",
      fixes: [Fix("open the block with `{`, and close it with `}`", [Edit(place, " {")])])
  }

  static func strayBlock(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "this `{` opens nothing", at: place,
      notes: ["a block stands behind `if`, `for`, `while`, `parallel` and the like, on their line"])
  }

  // MARK: Something else was expected

  static func unexpected(in parser: Parser) -> Diagnostic {
    switch parser.kind {
    case .assign:
      return Diagnostic(
        .unexpected, "unexpected `=`", at: parser.hereSpan, notes: ["equality is tested with `==`"])
    case .case:
      return Diagnostic(.unexpected, "`case` stands only in a `match`", at: parser.hereSpan)
    case .colon:
      return Diagnostic(
        .unexpected, "unexpected `:`", at: parser.hereSpan,
        notes: ["a variable is declared with `let name: Type = value` or `var name: Type = value`"])
    case .else, .catch, .finally:
      return withoutOpening(parser.tokens[parser.index], in: parser)
    default:
      let word =
        parser.kind.isReserved ? "word `\(parser.text(parser.tokens[parser.index]))`" : next(parser)
      let notes =
        parser.kind.isName && parser.peek() == .leftParenthesis
        ? ["statements on one line are separated by `;`"] : []
      return Diagnostic(.unexpected, "unexpected \(word)", at: parser.hereSpan, notes: notes)
    }
  }

  static func expected(_ wanted: String, in parser: Parser) -> Diagnostic {
    Diagnostic(.unexpected, "expected `\(wanted)`, found \(next(parser))", at: parser.hereSpan)
  }

  static func expectedName(_ wanted: String, in parser: Parser) -> Diagnostic {
    let isReserved = parser.kind.isReserved
    return Diagnostic(
      .unexpected, "expected \(wanted), found \(next(parser))", at: parser.hereSpan,
      remark: isReserved ? "this word is reserved" : nil)
  }

  static func reservedWord(_ word: String, at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "`\(word)` is a reserved word and cannot be a name", at: place,
      fixes: [Fix("call it something else, here and where it is used", [Edit(place, "\(word)_")])])
  }

  static func expectedExpression(in parser: Parser) -> Diagnostic {
    var notes: [String] = []
    if parser.kind == .leftBrace, parser.peek() == .string || parser.peek() == .rightBrace {
      notes = [
        "There are no dictionaries: keep keys and values in arrays of a struct, or `match` the key."
      ]
    } else if parser.index > 0, parser.tokens[parser.index - 1].kind == .percent {
      notes = ["`%` is the remainder of a division; half of something is `0.5`."]
    }
    return Diagnostic(
      .unexpected, "expected a value, found \(next(parser))", at: parser.hereSpan, notes: notes)
  }

  /// An operator at the end of a line with nothing that could be its right side.
  static func nothingBehind(_ sign: Token, in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected a value behind `\(parser.text(sign))`", at: parser.span(of: sign),
      labels: [Label("found \(next(parser)) instead", at: parser.hereSpan)])
  }

  static func expectedType(in parser: Parser) -> Diagnostic {
    Diagnostic(.unexpected, "expected a type, found \(next(parser))", at: parser.hereSpan)
  }

  static func expectedParameters(in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `(` and the parameters, found \(next(parser))", at: parser.hereSpan,
      fixes: [
        Fix("without parameters, write `()`", [insertion("()", at: parser.previousEnd, parser)])
      ])
  }

  static func expectedTitle(in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected the title of the test, a string without values in it",
      at: parser.hereSpan)
  }

  static func expectedCase(in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `case` or `else:`, found \(next(parser))", at: parser.hereSpan,
      notes: ["in a `match`, each case is written `case pattern: statements`"])
  }

  static func expectedDeclaration(in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected a declaration, found \(next(parser))", at: parser.hereSpan,
      notes: ["statements stand in a function, a kernel, or the `run` of an experiment"])
  }

  static func expectedMember(in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected a declaration, found \(next(parser))", at: parser.hereSpan,
      notes: ["statements stand in `prepare`, `run`, `analyze`, or in a kernel or function"])
  }

  static func expectedKey(in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected the key, a string, found \(next(parser))", at: parser.hereSpan)
  }

  // MARK: Something is missing

  static func missingValue(_ word: String, in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `=`, found \(next(parser))", at: parser.hereSpan,
      remark: "what `\(word)` declares always has a value")
  }

  static func missingDefault(in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `=` and the default, found \(next(parser))", at: parser.hereSpan,
      notes: ["the default is what a shared value is before anything has been written to it"])
  }

  static func missingKey(_ name: Name, in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `at` and the key, found \(next(parser))", at: parser.hereSpan,
      remark: "under what key is `\(name.text)` stored?",
      fixes: parser.kind == .newline || parser.kind == .end
        ? [Fix("name the key", [insertion(" at \"\(name.text)\"", at: parser.previousEnd, parser)])]
        : [])
  }

  static func missingType(_ name: Name, in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `:` and the type of `\(name.text)`, found \(next(parser))",
      at: parser.hereSpan, notes: ["For example `\(name.text): Duration`."])
  }

  static func missingCondition(at place: Span) -> Diagnostic {
    Diagnostic(.unexpected, "expected a condition, found `{`", at: place)
  }

  static func emptyIndex(at place: Span) -> Diagnostic {
    Diagnostic(.unexpected, "expected an index between the brackets", at: place)
  }

  static func tryWithoutCatch(at place: Span) -> Diagnostic {
    Diagnostic(.unexpected, "a `try` needs a `catch` or a `finally`", at: place)
  }

  // MARK: Optionals as elsewhere

  static func forcedUnwrapping(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "there is no `!` behind a value", at: place,
      notes: ["Say what is to be where there is none: `x ?? other`, `if let y = x { … }`."])
  }

  static func optionalChaining(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "there is no `?.`", at: place,
      notes: ["Take the optional apart first: `if let y = x { … y.member … }`."])
  }
}
