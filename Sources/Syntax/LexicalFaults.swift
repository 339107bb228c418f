import Diagnostics

// What can be wrong with the letters of a program.
extension Diagnostic {
  // MARK: Numbers

  static func noDigitsAfterPoint(at span: Span) -> Diagnostic {
    Diagnostic(
      .malformedNumber, "a number does not end in a point", at: span,
      fixes: [
        Fix(
          "write the digit after the point",
          [Edit(Span(span.source, Int(span.end), Int(span.end)), "0")])
      ])
  }

  static func noDigitsBeforePoint(at span: Span) -> Diagnostic {
    Diagnostic(
      .malformedNumber, "a number does not begin with a point", at: span,
      fixes: [
        Fix("write the zero", [Edit(Span(span.source, Int(span.start), Int(span.start)), "0")])
      ])
  }

  static func twoPoints(at span: Span) -> Diagnostic {
    Diagnostic(.malformedNumber, "a number has one point at most", at: span)
  }

  static func misplacedUnderscore(at span: Span) -> Diagnostic {
    Diagnostic(.malformedNumber, "in a number `_` stands between two digits", at: span)
  }

  static func malformedRadix(at span: Span) -> Diagnostic {
    Diagnostic(
      .malformedNumber, "not a number", at: span,
      notes: ["hexadecimal numbers are written `0xFF`, binary ones `0b1010`; others are decimal"])
  }

  static func unknownUnit(_ name: Name, spacing: [Edit]) -> Diagnostic {
    switch name.text {
    case "dB", "dBm":
      return Diagnostic(
        .malformedNumber, "`\(name.text)` is no unit but a function", at: name.span,
        notes: ["Write `\(name.text)(3.0)`: a logarithm cannot be added like a quantity."])
    case "degC", "C", "celsius", "Celsius", "°C":
      return Diagnostic(
        .malformedNumber, "degrees Celsius are no unit but a function", at: name.span,
        notes: ["Write `celsius(20.0)`: 20 degrees Celsius and 20 more are not 40."])
    default: break
    }
    var fixes: [Fix] = []
    if let near = nearestUnit(to: name.text) {
      fixes.append(Fix("did you mean `\(near)`?", [Edit(name.span, near)]))
    }
    if !spacing.isEmpty {
      fixes.append(
        Fix("or, if `\(name.text)` is a variable, put spaces around the operator", spacing))
    }
    return Diagnostic(
      .malformedNumber, "there is no unit called `\(name.text)`", at: name.span,
      notes: fixes.isEmpty
        ? ["a name behind a number is its unit, as in `10 us` or `2.5 V/us`"] : [], fixes: fixes)
  }

  // MARK: Strings

  static func unterminatedString(at span: Span, closedAt end: Int) -> Diagnostic {
    Diagnostic(
      .malformedString, "this string has no end", at: span,
      remark: "a string ends on the line on which it begins",
      fixes: [Fix("close it", [Edit(Span(span.source, end, end), "\"")])])
  }

  static func unterminatedValue(at span: Span) -> Diagnostic {
    Diagnostic(
      .malformedString, "a value in this string has no end", at: span,
      remark: "`{` begins a value, `}` ends it, and both stand on one line",
      notes: ["a brace that is to be printed is written twice: `{{`"])
  }

  static func loneBrace(at span: Span) -> Diagnostic {
    Diagnostic(
      .malformedString, "this `}` closes nothing", at: span,
      fixes: [
        Fix("a brace in a string is written twice", [Edit(span, "}}")], application: .never)
      ])
  }

  static func escapedBrace(_ brace: Unicode.Scalar, at span: Span) -> Diagnostic {
    Diagnostic(
      .malformedString, "a brace is not escaped with `\\`", at: span,
      fixes: [Fix("a brace in a string is written twice", [Edit(span, "\(brace)\(brace)")])])
  }

  static func unknownEscape(at span: Span) -> Diagnostic {
    Diagnostic(
      .malformedString, "no such escape", at: span,
      notes: ["the escapes are \\n \\t \\r \\0 \\\\ \\\" and \\u{3C0}"],
      fixes: [
        Fix(
          "write a backslash as `\\\\`",
          [Edit(Span(span.source, Int(span.start), Int(span.start)), "\\")])
      ])
  }

  static func valueInFormat(at span: Span) -> Diagnostic {
    Diagnostic(.malformedString, "a format has no values in it", at: span)
  }

  static func emptyValue(at span: Span) -> Diagnostic {
    Diagnostic(
      .malformedString, "nothing stands between these braces", at: span,
      fixes: [
        Fix("to print the braces write each twice", [Edit(span, "{{}}")], application: .never)
      ])
  }

  static func foreignQuotes(opening: Span, closing: Span) -> Diagnostic {
    Diagnostic(
      .malformedString, "strings are written between `\"`", at: opening.joined(with: closing),
      fixes: [Fix("use `\"`", [Edit(opening, "\""), Edit(closing, "\"")])])
  }

  static func notUTF8(at span: Span) -> Diagnostic {
    Diagnostic(.unexpectedCharacter, "this is not UTF-8", at: span)
  }

  // MARK: Characters

  static func unknownCharacters(_ text: String, at span: Span) -> Diagnostic {
    if text == "\\" {
      return Diagnostic(
        .unexpectedCharacter, "unexpected `\\`", at: span,
        notes: [
          "a line goes on with the next one if it ends in an operator or a comma, or if a bracket is open"
        ])
    }
    let isVisible = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    let shown =
      isVisible
      ? text
      : text.unicodeScalars.map { "U+" + String($0.value, radix: 16, uppercase: true) }.joined(
        separator: " ")
    return Diagnostic(.unexpectedCharacter, "unexpected `\(shown)`", at: span)
  }

  static func lookalike(_ scalar: Unicode.Scalar, _ spelling: String, at span: Span) -> Diagnostic {
    let code = String(scalar.value, radix: 16, uppercase: true)
    let padded = String(repeating: "0", count: max(0, 4 - code.count)) + code
    let isSpace = spelling.isEmpty || spelling == " "
    return Diagnostic(
      .unexpectedCharacter,
      isSpace ? "this is a special space (U+\(padded))" : "unexpected `\(scalar)` (U+\(padded))",
      at: span,
      fixes: [Fix(isSpace ? "use a plain space" : "write `\(spelling)`", [Edit(span, spelling)])])
  }

  /// A line of three backquotes before the program, and perhaps one behind it.
  static func fence(at span: Span, _ edits: [Edit]) -> Diagnostic {
    Diagnostic(
      .unexpectedCharacter, "these backquotes are not of the program but of a text around it",
      at: span, fixes: [Fix("leave out their lines", edits)])
  }

  static func foreignComment(at span: Span) -> Diagnostic {
    Diagnostic(
      .unexpected, "a comment begins with `#`", at: span, remark: "`//` is floor division",
      fixes: [Fix("write `#`", [Edit(span, "#")])])
  }

  /// A comment from `/*` to `*/`, or a string from `"""` to `"""`, whose lines become comments.
  static func foreignBlockComment(at span: Span, _ edits: [Edit]) -> Diagnostic {
    Diagnostic(
      .unexpected, "a comment begins with `#`, on each of its lines", at: span,
      remark: "`##` documents the declaration below it",
      fixes: edits.isEmpty ? [] : [Fix("write it with `#`", edits)])
  }

  static func halfARange(at span: Span, isLimits: Bool) -> Diagnostic {
    let open = Fix("a range without its end is written `..<`", [Edit(span, "..<")])
    let closed = Fix("one with its end is written `...`", [Edit(span, "...")])
    return Diagnostic(
      .unexpected, "`..` is no operator", at: span,
      fixes: isLimits ? [closed] : [open, closed])
  }
}
