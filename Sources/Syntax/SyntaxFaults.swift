import Diagnostics

// What can be wrong with the form of a program. The parser is handed in where the fault depends on what comes next.
extension Diagnostic {
  /// What comes next, as a message calls it.
  private static func next(_ parser: Parser) -> String {
    switch parser.kind {
    case .end: "the end of the file"
    case .newline: "the end of the line"
    case .string, .stringStart: "a string"
    case .number: "`\(parser.text(parser.tokens[parser.index]))`"
    default:
      parser.kind.isReserved
        ? "the word `\(parser.text(parser.tokens[parser.index]))`" : "`\(shortened(parser.text(parser.tokens[parser.index])))`"
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
    _ opener: Token, _ closer: Token.Kind, at place: Span, isMistaken: Bool, in parser: Parser
  ) -> Diagnostic {
    let open = opener.kind.spelling ?? "("
    let close = closer.spelling ?? ")"
    let fixes =
      closer == .rightBrace
      ? []
      : isMistaken
        ? [Fix("write `\(close)`", [Edit(place, close)])]
        : [Fix("close it", [insertion(close, at: parser.previousEnd, parser)])]
    return Diagnostic(
      .unexpected, "expected `\(close)` to close the `\(open)` opened here", at: place,
      remark: place.start == place.end
        ? "found \(next(parser)) instead" : "found `\(parser.text(parser.tokens[parser.index]))` instead",
      labels: [Label("opened here", at: parser.span(of: opener))], fixes: fixes)
  }

  static func unclosedTypeArguments(_ opener: Token, in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `>` to close the `<` opened here", at: parser.hereSpan,
      remark: "found \(next(parser)) instead", labels: [Label("opened here", at: parser.span(of: opener))],
      notes: parser.kind == .slash || parser.kind == .star ? ["a unit is written without spaces: `V/s`"] : [])
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

  static func missingBrace(at place: Span, in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `{`, found \(next(parser))", at: place,
      fixes: [Fix("open the block", [Edit(place, " {")])])
  }

  static func braceOnNextLine(_ brace: Token, after offset: UInt32, in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "the `{` stands at the end of the line that it belongs to", at: parser.span(of: brace),
      notes: ["a newline ends what is before it"],
      fixes: [
        Fix(
          "move it there",
          [insertion(" {", at: offset, parser), Edit(parser.span(of: brace), "")])
      ])
  }

  static func colonInsteadOfBrace(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `{`, found `:`", at: place, remark: "a block stands between `{` and `}`",
      fixes: [Fix("open the block with `{`, and close it with `}`", [Edit(place, " {")])])
  }

  // MARK: Something else was expected

  static func unexpected(in parser: Parser) -> Diagnostic {
    switch parser.kind {
    case .assign:
      return Diagnostic(.unexpected, "unexpected `=`", at: parser.hereSpan, notes: ["equality is tested with `==`"])
    case .case:
      return Diagnostic(.unexpected, "`case` stands only in a `match`", at: parser.hereSpan)
    case .colon:
      return Diagnostic(
        .unexpected, "unexpected `:`", at: parser.hereSpan,
        notes: ["a variable is declared with `let name: Type = value` or `var name: Type = value`"])
    case .else, .catch, .finally:
      return withoutOpening(parser.tokens[parser.index], in: parser)
    default:
      let word = parser.kind.isReserved ? "word `\(parser.text(parser.tokens[parser.index]))`" : next(parser)
      return Diagnostic(.unexpected, "unexpected \(word)", at: parser.hereSpan)
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
    Diagnostic(.unexpected, "expected a value, found \(next(parser))", at: parser.hereSpan)
  }

  static func expectedType(in parser: Parser) -> Diagnostic {
    Diagnostic(.unexpected, "expected a type, found \(next(parser))", at: parser.hereSpan)
  }

  static func expectedParameters(in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `(` and the parameters, found \(next(parser))", at: parser.hereSpan,
      fixes: [Fix("without parameters, write `()`", [insertion("()", at: parser.previousEnd, parser)])])
  }

  static func expectedTitle(in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected the title of the test, a string without values in it", at: parser.hereSpan)
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
        ? [Fix("name the key", [insertion(" at \"\(name.text)\"", at: parser.previousEnd, parser)])] : [])
  }

  static func missingType(_ name: Name, in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `:` and the type of `\(name.text)`, found \(next(parser))", at: parser.hereSpan)
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

  // MARK: Out of place

  static func misplaced(_ token: Token, _ container: String?, in parser: Parser) -> Diagnostic {
    let word = parser.text(token)
    guard let container else {
      return Diagnostic(.unexpected, "`\(word)` stands only inside an experiment", at: parser.span(of: token))
    }
    return Diagnostic(.unexpected, "`\(word)` cannot be declared inside \(container)", at: parser.span(of: token))
  }

  static func variableOutside(_ token: Token, in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "`\(parser.text(token))` stands only in a body or an experiment", at: parser.span(of: token),
      notes: ["outside of both there are constants: `const name: Type = value`"])
  }

  static func missingFunctionWord(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `fn` or `kernel` before a function", at: place,
      fixes: [Fix("a function", [Edit(place, "fn ")]), Fix("or a kernel, which runs on the device", [Edit(place, "kernel ")])])
  }

  static func missingArrow(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `->` before the type of the result", at: place,
      fixes: [Fix("put it there", [Edit(Span(place.source, Int(place.start), Int(place.start)), "-> ")])])
  }

  static func memberOutOfPlace(_ token: Token, _ container: String, in parser: Parser) -> Diagnostic {
    Diagnostic(.unexpected, "\(container) has no `\(parser.text(token))`", at: parser.span(of: token))
  }

  static func fieldOutsideDriver(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "only a driver has a `field`", at: place,
      notes: ["in an experiment write `var`, `arg`, `resident` or `dataset`"])
  }

  static func letAsMember(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "`let` stands in `prepare`, not among the members", at: place,
      fixes: [Fix("make it a variable of the run", [Edit(place, "var")])])
  }

  static func constantInBody(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "`const` stands outside of bodies", at: place, fixes: [Fix("write `let`", [Edit(place, "let")])])
  }

  static func superfluousWord(_ token: Token, _ what: String, in parser: Parser) -> Diagnostic {
    let end = parser.index + 1 < parser.tokens.count ? parser.tokens[parser.index + 1].start : token.end
    return Diagnostic(
      .unexpected, "\(what) is written without `\(parser.text(token))`", at: parser.span(of: token),
      fixes: [Fix("leave it out", [Edit(Span(parser.source, Int(token.start), Int(end)), "")])])
  }

  static func withoutOpening(_ token: Token, in parser: Parser) -> Diagnostic {
    let opening = token.kind == .else ? "if" : "try"
    return Diagnostic(
      .unexpected, "this `\(parser.text(token))` has no `\(opening)`", at: parser.span(of: token))
  }

  static func bodyInInterface(at place: Span) -> Diagnostic {
    Diagnostic(.unexpected, "a kernel in an interface has no body", at: place, fixes: [Fix("leave it out", [Edit(place, "")])])
  }

  static func datasetWithValue(in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "a dataset has no initial value", at: parser.hereSpan,
      notes: ["it begins empty, or as zero where its length is fixed"])
  }

  static func hostKernel(at place: Span) -> Diagnostic {
    Diagnostic(.unexpected, "a kernel runs on the device and cannot be `host`", at: place)
  }

  static func seamlessFunction(at place: Span) -> Diagnostic {
    Diagnostic(.unexpected, "only a kernel can be `seamless`", at: place)
  }

  static func namedClosure(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a function that is a value has no name", at: place,
      notes: ["declare it in a line of its own and use its name as the value"])
  }

  static func sendWithoutCall(at place: Span) -> Diagnostic {
    Diagnostic(.unexpected, "`send` needs a call of a host function", at: place)
  }

  static func notAPlace(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "this cannot be assigned to", at: place,
      notes: ["what can be is a variable, a field, an element, or a tuple of these"])
  }

  static func tryWithoutBlock(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a `try` needs a block", at: place,
      notes: ["a call that may throw is not marked; what it throws is caught by `try { … } catch { … }`"])
  }

  // MARK: Operators

  static func chainedComparison(_ middle: String, at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "comparisons cannot be chained", at: place,
      fixes: [
        Fix("compare twice", [Edit(Span(place.source, Int(place.start), Int(place.start)), "and \(middle) ")])
      ])
  }

  static func chainedRange(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a range has two ends", at: place, notes: ["its step is written `0..<10 by 2`"])
  }

  static func notNeedsParentheses(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "`not` binds looser than the operator before it", at: place,
      notes: ["put it in parentheses with what it is to negate: `(not a)`"])
  }

  static func unaryPlus(_ token: Token, isIncrement: Bool, in parser: Parser) -> Diagnostic {
    let place = parser.span(of: token)
    guard isIncrement else {
      return Diagnostic(
        .unexpected, "there is no sign `+`", at: place, fixes: [Fix("leave it out", [Edit(place, "")])])
    }
    let both = Span(place.source, Int(place.start) - 1, Int(place.end))
    return Diagnostic(
      .unexpected, "there is no `++`", at: both, fixes: [Fix("write `+= 1`", [Edit(both, " += 1")])])
  }

  static func misplacedAmpersand(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "`&` marks an argument that is `inout`, and stands only before one", at: place,
      fixes: [Fix("leave it out", [Edit(place, "")])])
  }

  static func ternary(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "there is no `? :`", at: place, notes: ["a choice is written `if c { a } else { b }`"])
  }

  static func assignmentInCondition(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "`=` assigns; a condition compares", at: place,
      fixes: [Fix("write `==`", [Edit(place, "==")])])
  }

  static func foreignOperator(_ word: String, at place: Span) -> Diagnostic {
    let trimmed = word.hasSuffix(" ") ? String(word.dropLast()) : word
    return Diagnostic(
      .unexpected, "this operator is written `\(trimmed)`", at: place,
      fixes: [Fix("write `\(trimmed)`", [Edit(place, word)])])
  }

  static func colonInsteadOfArrow(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "the type of a result stands after `->`", at: place, fixes: [Fix("write `->`", [Edit(place, " ->")])])
  }

  // MARK: Words

  static func misspelt(_ written: String, as word: Token.Kind, at place: Span) -> Diagnostic {
    misspelt(written, as: word.spelling ?? "", at: place)
  }

  static func misspelt(_ written: String, as word: String, at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "unexpected `\(written)`", at: place, fixes: [Fix("did you mean `\(word)`?", [Edit(place, word)])])
  }

  static func foreignLiteral(_ word: String, at place: Span) -> Diagnostic {
    Diagnostic(.unexpected, "this is written `\(word)`", at: place, fixes: [Fix("write `\(word)`", [Edit(place, word)])])
  }

  // MARK: Patterns

  static func variablePattern(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "what a pattern binds is constant", at: place, fixes: [Fix("write `let`", [Edit(place, "let")])])
  }

  static func qualifiedCase(_ type: String, at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a case is named without its type here", at: place,
      fixes: [Fix("leave out `\(type).`", [Edit(place, "")])])
  }

  static func labelInPattern(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "the parts of a pattern have no labels", at: place, fixes: [Fix("leave it out", [Edit(place, "")])])
  }

  static func tupleWithoutParentheses(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "several names stand in parentheses", at: place,
      fixes: [
        Fix(
          "put them in parentheses",
          [
            Edit(Span(place.source, Int(place.start), Int(place.start)), "("),
            Edit(Span(place.source, Int(place.end), Int(place.end)), ")"),
          ])
      ])
  }

  // MARK: Units, lengths, depth

  static func unitAfterVariable(_ variable: Token, _ unit: Token, in parser: Parser) -> Diagnostic {
    let name = parser.text(variable)
    let unitName = parser.text(unit)
    return Diagnostic(
      .unexpected, "only a number can have a unit behind it", at: parser.span(of: unit),
      fixes: [
        Fix(
          "multiply with the unit",
          [Edit(Span(parser.source, Int(variable.start), Int(unit.end)), "\(name) * 1 \(unitName)")])
      ])
  }

  static func unitTooFar(_ number: Token, _ unit: Token, in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "a unit stands one space behind its number", at: parser.span(of: unit),
      fixes: [Fix("leave one space", [Edit(Span(parser.source, Int(number.end), Int(unit.start)), " ")])])
  }

  static func malformedPower(at place: Span) -> Diagnostic {
    Diagnostic(.malformedNumber, "the power of a unit is a whole number up to 99", at: place)
  }

  static func repeatedTwice(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a value is repeated along one axis only", at: place,
      notes: ["nest it: `[[0.0; 4]; 3]` has 3 rows of 4"])
  }

  static func nestedTooDeeply(at place: Span) -> Diagnostic {
    Diagnostic(
      .nestedTooDeeply, "this is nested too deeply", at: place,
      notes: [
        "at most \(Limits.nestingMax) brackets may stand in each other, and \(Limits.expressionHeightMax) operators in a row"
      ])
  }
}
