import Diagnostics

// What is out of place in a program, or written as in another language.
extension Diagnostic {
  // MARK: Out of place

  static func misplaced(_ token: Token, _ container: String?, in parser: Parser) -> Diagnostic {
    let word = parser.text(token)
    guard let container else {
      return Diagnostic(
        .unexpected, "`\(word)` stands only inside an experiment", at: parser.span(of: token))
    }
    return Diagnostic(
      .unexpected, "`\(word)` cannot be declared inside \(container)", at: parser.span(of: token))
  }

  static func variableOutside(_ token: Token, in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "`\(parser.text(token))` stands only in a body or an experiment",
      at: parser.span(of: token),
      notes: ["outside of both there are constants: `const name: Type = value`"],
      fixes: [Fix("make it a constant", [Edit(parser.span(of: token), "const")])])
  }

  static func missingFunctionWord(at place: Span, isKernel: Bool) -> Diagnostic {
    if isKernel {
      return Diagnostic(
        .unexpected, "expected `kernel` before what runs on the device", at: place,
        fixes: [Fix("put it there", [Edit(place, "kernel ")])])
    }
    return Diagnostic(
      .unexpected, "expected `fn` or `kernel` before a function", at: place,
      fixes: [
        Fix("a function", [Edit(place, "fn ")]),
        Fix("or a kernel, which runs on the device", [Edit(place, "kernel ")]),
      ])
  }

  static func missingAssign(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `=` before the value", at: place,
      fixes: [Fix("put it there", [Edit(place, " =")])])
  }

  static func doubledAssign(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "`==` compares; a value is given with `=`", at: place,
      fixes: [Fix("write `=`", [Edit(place, "=")])])
  }

  static func stageWithParameters(_ word: String, at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "`\(word)` has no parameters", at: place,
      remark: "it is a block, not a function",
      fixes: [Fix("leave them out", [Edit(place, "")])])
  }

  static func typeBeforeName(_ type: Token, _ name: Token, in parser: Parser) -> Diagnostic {
    let whole = Span(parser.source, Int(type.start), Int(type.end))
    return Diagnostic(
      .unexpected, "a variable is declared with `let` or `var`, not with its type", at: whole,
      notes: ["Its type is known from its value; where it is written it stands behind the name."],
      fixes: [
        Fix("write `var`, or `let` for what keeps its value", [Edit(whole, "var")])
      ])
  }

  static func stringPrefix(_ prefix: Token, in parser: Parser) -> Diagnostic {
    let letters = parser.text(prefix)
    return Diagnostic(
      .unexpected, "a string has no `\(letters)` before it", at: parser.span(of: prefix),
      remark: letters.contains("f") ? "values in braces are filled in in every string" : nil,
      fixes: [Fix("leave it out", [Edit(parser.span(of: prefix), "")])])
  }

  static func foreignImport(_ name: String, at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a module is imported as a whole", at: place,
      notes: ["Its members are used as `\(name).member`."],
      fixes: [Fix("import it", [Edit(place, "import \(name)")])])
  }

  static func mergeConflict(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a merge conflict was left here", at: place,
      notes: [
        "Keep one of the two versions, and take out the lines with `<<<<<<<`, `=======` and `>>>>>>>`."
      ])
  }

  static func missingArrow(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "expected `->` before the type of the result", at: place,
      fixes: [
        Fix("put it there", [Edit(Span(place.source, Int(place.start), Int(place.start)), "-> ")])
      ])
  }

  static func memberOutOfPlace(_ token: Token, _ container: String, in parser: Parser) -> Diagnostic
  {
    Diagnostic(
      .unexpected, "\(container) has no `\(parser.text(token))`", at: parser.span(of: token))
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
      .unexpected, "`const` stands outside of bodies", at: place,
      fixes: [Fix("write `let`", [Edit(place, "let")])])
  }

  static func superfluousWord(_ token: Token, _ what: String, in parser: Parser) -> Diagnostic {
    let end =
      parser.index + 1 < parser.tokens.count ? parser.tokens[parser.index + 1].start : token.end
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
    Diagnostic(
      .unexpected, "a kernel in an interface has no body", at: place,
      fixes: [Fix("leave it out", [Edit(place, "")])])
  }

  static func datasetWithValue(at sign: Span, _ whole: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a dataset has no initial value", at: sign,
      notes: ["it begins empty, or as zero where its length is fixed"],
      fixes: [Fix("leave it out", [Edit(whole, "")])])
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
      notes: [
        "a call that may throw is not marked; what it throws is caught by `try { … } catch { … }`"
      ])
  }

  // MARK: Operators

  static func chainedComparison(_ middle: String, at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "comparisons cannot be chained", at: place,
      fixes: [
        Fix(
          "compare twice",
          [Edit(Span(place.source, Int(place.start), Int(place.start)), "and \(middle) ")])
      ])
  }

  static func chainedRange(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a range has two ends", at: place, notes: ["its step is written `0..<10 by 2`"])
  }

  static func notNeedsParentheses(at place: Span, _ negation: Span? = nil, in parser: Parser)
    -> Diagnostic
  {
    var fixes: [Fix] = []
    if let negation {
      fixes = [Fix("put it there", [Edit(negation, "(\(parser.source(of: negation)))")])]
    }
    return Diagnostic(
      .unexpected, "`not` binds looser than the operator before it", at: place,
      notes: ["It stands in parentheses with what it is to negate: `(not a)`."], fixes: fixes)
  }

  static func unaryPlus(_ token: Token, isIncrement: Bool, in parser: Parser) -> Diagnostic {
    let place = parser.span(of: token)
    guard isIncrement else {
      return Diagnostic(
        .unexpected, "there is no sign `+`", at: place,
        fixes: [Fix("leave it out", [Edit(place, "")])])
    }
    let both = Span(place.source, Int(place.start) - 1, Int(place.end))
    return Diagnostic(
      .unexpected, "there is no `++`", at: both, fixes: [Fix("write `+= 1`", [Edit(both, " += 1")])]
    )
  }

  static func increment(_ token: Token, _ sign: String, in parser: Parser) -> Diagnostic {
    let place = parser.span(of: token)
    let both = Span(place.source, Int(place.start) - 1, Int(place.end))
    return Diagnostic(
      .unexpected, "there is no `\(sign)\(sign)`", at: both,
      fixes: [Fix("write `\(sign)= 1`", [Edit(both, " \(sign)= 1")])])
  }

  static func misplacedAmpersand(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "`&` marks an argument that is `inout`, and stands only before one", at: place,
      fixes: [Fix("leave it out", [Edit(place, "")])])
  }

  /// `if x = f()`: with `beforeName` where the name begins that may be meant to be bound.
  static func assignmentInCondition(at place: Span, beforeName: Span?) -> Diagnostic {
    var fixes = [Fix("write `==`", [Edit(place, "==")])]
    if let beforeName {
      fixes.append(Fix("or take an optional apart with `let`", [Edit(beforeName, "let ")]))
    }
    return Diagnostic(
      .unexpected, "`=` assigns; a condition compares", at: place, fixes: fixes)
  }

  /// `if let maybe {`.
  static func bindingWithoutValue(_ name: Name) -> Diagnostic {
    Diagnostic(
      .unexpected, "`let` in a condition needs what it takes apart", at: name.span,
      remark: "what it is, if it is not `none`, takes a name of its own",
      fixes: [
        Fix(
          "give it one: `let value = \(name.text)`", [Edit(name.span, "value = \(name.text)")],
          application: .never)
      ])
  }

  /// `for i in 0:3 {`.
  static func colonInRange(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a range is written with `..<`, or `...` where its end belongs to it", at: place,
      fixes: [Fix("write `..<`", [Edit(place, "..<")])])
  }

  /// `fn f() -> Int, Int {`.
  static func resultsWithoutParentheses(at place: Span, isClosed: Bool, in parser: Parser)
    -> Diagnostic
  {
    Diagnostic(
      .unexpected, "several results are a tuple, in parentheses", at: place,
      fixes: [
        Fix(
          "put them in parentheses",
          [Edit(place, "(\(parser.source(of: place))\(isClosed ? "" : ")")")])
      ])
  }

  /// `fn f[T](x: T)`.
  static func bracketsAroundGenerics(_ opening: Span, _ closing: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "generic parameters stand between `<` and `>`", at: opening,
      fixes: [Fix("write `<` and `>`", [Edit(opening, "<"), Edit(closing, ">")])])
  }

  /// `[Int, 64]`.
  static func commaBeforeLength(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a `;` stands before the length of an array", at: place,
      fixes: [Fix("write `;`", [Edit(place, ";")])])
  }

  /// `kernel f(self)`.
  static func selfParameter(_ whole: Span, at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "`self` is not declared as a parameter", at: place,
      notes: ["Members are mentioned by their names alone."],
      fixes: [Fix("leave it out", [Edit(whole, "")])])
  }

  /// A default of an argument with an operator that binds looser than the `in` before its limits.
  static func looseDefault(at place: Span, in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "this default stands in parentheses", at: place,
      notes: ["`in` and the limits may follow it, and its operator binds looser than `in`."],
      fixes: [Fix("put it in parentheses", [Edit(place, "(\(parser.source(of: place)))")])])
  }

  static func foreignOperator(_ word: String, at place: Span) -> Diagnostic {
    let trimmed = word.hasSuffix(" ") ? String(word.dropLast()) : word
    return Diagnostic(
      .unexpected, "this operator is written `\(trimmed)`", at: place,
      fixes: [Fix("write `\(trimmed)`", [Edit(place, word)])])
  }

  static func colonInsteadOfArrow(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "the type of a result stands after `->`", at: place,
      fixes: [Fix("write `->`", [Edit(place, " ->")])])
  }

  // MARK: Words

  static func misspelt(_ written: String, as word: Token.Kind, at place: Span) -> Diagnostic {
    misspelt(written, as: word.spelling ?? "", at: place)
  }

  static func misspelt(_ written: String, as word: String, at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "unexpected `\(written)`", at: place,
      fixes: [Fix("did you mean `\(word)`?", [Edit(place, word)])])
  }

  static func foreignLiteral(_ word: String, at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "this is written `\(word)`", at: place,
      fixes: [Fix("write `\(word)`", [Edit(place, word)])])
  }

  // MARK: Patterns

  static func variablePattern(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "what a pattern binds is constant", at: place,
      fixes: [Fix("write `let`", [Edit(place, "let")])])
  }

  static func qualifiedCase(_ type: String, at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a case is named without its type here", at: place,
      fixes: [Fix("leave out `\(type).`", [Edit(place, "")])])
  }

  static func labelInPattern(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "the parts of a pattern have no labels", at: place,
      fixes: [Fix("leave it out", [Edit(place, "")])])
  }

  static func arrowAfterCase(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a `:` stands behind the pattern of a case", at: place,
      fixes: [Fix("write `:`", [Edit(place, ":")])])
  }

  static func bracesAfterCase(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "what a case does stands behind its `:` without braces", at: place,
      notes: ["It runs to the next `case`, `else:` or the end of the `match`."],
      fixes: [
        Fix(
          "leave out the braces",
          [
            Edit(Span(place.source, Int(place.start), Int(place.start) + 1), ""),
            Edit(Span(place.source, Int(place.end) - 1, Int(place.end)), ""),
          ])
      ])
  }

  static func commaBetweenCases(at place: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "no comma stands between cases", at: place,
      fixes: [Fix("leave it out", [Edit(place, "")])])
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
          [Edit(Span(parser.source, Int(variable.start), Int(unit.end)), "\(name) * 1 \(unitName)")]
        )
      ])
  }

  static func unitTooFar(_ number: Token, _ unit: Token, in parser: Parser) -> Diagnostic {
    Diagnostic(
      .unexpected, "a unit stands one space behind its number", at: parser.span(of: unit),
      fixes: [
        Fix("leave one space", [Edit(Span(parser.source, Int(number.end), Int(unit.start)), " ")])
      ])
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
