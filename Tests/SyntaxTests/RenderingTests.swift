import Diagnostics
import Syntax
import Testing

@Suite struct RenderingTests {
  /// The span of the `count`th `text` in a source.
  private func span(_ text: String, _ count: Int = 1, in set: SourceSet, _ source: SourceID) -> Span
  {
    let bytes = set[source].bytes
    let wanted = Array(text.utf8)
    var left = count
    for start in 0...max(0, bytes.count - wanted.count)
    where Array(bytes[start...].prefix(wanted.count)) == wanted {
      left -= 1
      if left == 0 { return Span(source, start, start + wanted.count) }
    }
    return Span(source, 0, 0)
  }

  @Test func asInTheLanguageBrief() {
    var lines = [String](repeating: "", count: 31)
    lines[11] = "    kernel detect() -> Bool {"
    lines[17] = "    preload detect"
    lines[26] = "        threshold += 1"
    lines[30] = "        let n = detect()"
    var set = SourceSet()
    let source = set.add(Source(name: "monitor.exp", text: lines.joined(separator: "\n") + "\n"))
    let change = span("threshold += 1", in: set, source)
    let parenthesis = span("()", in: set, source)
    let diagnostic = Diagnostic(
      .staleCapture, "`threshold` may have changed since `detect` was compiled",
      at: span("detect()", 2, in: set, source),
      remark: "this call would run with the old value",
      labels: [
        Label("changed here", at: change),
        Label(
          "`detect` captures `threshold` (line 9) and is compiled here",
          at: span("preload detect", in: set, source)),
      ],
      fixes: [
        Fix(
          "compile it again after the change",
          [Edit(Span(source, Int(change.end), Int(change.end)), "\n        preload detect")]),
        Fix(
          "or pass the value at the call, where it may differ each time",
          [
            Edit(
              Span(source, Int(parenthesis.start) + 1, Int(parenthesis.start) + 1), "threshold: Int"
            )
          ]),
      ])
    #expect(
      render([diagnostic], in: set, colors: false) == """
        error[E0301]: `threshold` may have changed since `detect` was compiled
          --> monitor.exp:31:17
           |
        18 |     preload detect
           |     -------------- `detect` captures `threshold` (line 9) and is compiled here
        27 |         threshold += 1
           |         -------------- changed here
        31 |         let n = detect()
           |                 ^^^^^^^^ this call would run with the old value
           |
        help: compile it again after the change
           |
        27 +         preload detect
        help: or pass the value at the call, where it may differ each time
           |
        12 |     kernel detect(threshold: Int) -> Bool {

        """)
  }

  @Test func otherFilesTabsAndWideText() {
    var set = SourceSet()
    let first = set.add(Source(name: "a.exp", text: "\tlet π = \"…\" + x\n"))
    let second = set.add(Source(name: "b.exp", text: "const x: Int = 1\n"))
    let diagnostic = Diagnostic(
      .mismatch, "a \u{1B}[31m trick", at: span("x", in: set, first),
      labels: [Label("declared here", at: span("x", in: set, second))],
      notes: ["a note"], fixes: [Fix("only advice")])
    #expect(
      render([diagnostic], in: set, colors: false) == """
        error[E0203]: a \u{FFFD}[31m trick
         --> a.exp:1:16
          |
        1 |     let π = "…" + x
          |                   ^
         --> b.exp:1:7
          |
        1 | const x: Int = 1
          |       - declared here
          |
        note: a note
        help: only advice

        """)
  }

  @Test func replacedAndRemovedLines() {
    var set = SourceSet()
    let source = set.add(Source(name: "a.exp", text: "one\ntwo\nthree\n"))
    func fix(_ edits: [Edit]) -> String {
      let text = render(
        [Diagnostic(.unexpected, "m", at: Span(source, 0, 3), fixes: [Fix("f", edits)])], in: set,
        colors: false)
      return text.split(separator: "help: f\n  |\n").last.map(String.init) ?? ""
    }
    #expect(fix([Edit(Span(source, 4, 7), "zwei")]) == "2 - two\n2 + zwei\n")
    #expect(fix([Edit(Span(source, 4, 8), "")]) == "2 - two\n3 - three\n2 + three\n")
    #expect(fix([Edit(Span(source, 4, 4), "x\n")]) == "1 + x\n")
    #expect(fix([Edit(Span(source, 0, 0), "("), Edit(Span(source, 3, 3), ")")]) == "1 | (one)\n")
    #expect(
      fix([Edit(Span(source, 0, 3), "1"), Edit(Span(source, 8, 13), "3")])
        == "1 - one\n1 + 1\n3 - three\n3 + 3\n")
  }

  @Test func longLinesAreCut() {
    var set = SourceSet()
    let text = String(repeating: "1234567, ", count: 100_000) + "x"
    let source = set.add(Source(name: "a.exp", text: text))
    let end = text.utf8.count
    let rendered = render(
      [Diagnostic(.unexpected, "m", at: Span(source, end - 1, end))], in: set, colors: false)
    #expect(rendered.utf8.count < 1000)
    let lines = rendered.split(separator: "\n")
    #expect(lines[3].last == "x" && lines[4].last == "^" && lines[3].count == lines[4].count)
  }

  @Test func colorsOnlyAddEscapes() {
    let parsed = Parsed("fn f() { g( }\n")
    let plain = render(parsed.diagnostics, in: parsed.sources, colors: false)
    let colored = render(parsed.diagnostics, in: parsed.sources, colors: true)
    #expect(colored != plain)
    var stripped = ""
    var isEscape = false
    for character in colored {
      if character == "\u{1B}" {
        isEscape = true
      } else if !isEscape {
        stripped.append(character)
      } else if character == "m" {
        isEscape = false
      }
    }
    #expect(stripped == plain)
  }

  @Test func summaries() {
    var set = SourceSet()
    let source = set.add(Source(name: "a", text: ""))
    let error = Diagnostic(.unexpected, "m", at: Span(source, 0, 0))
    let warning = Diagnostic(.unusedName, "m", at: Span(source, 0, 0))
    #expect(summary(of: [error, warning, error]) == "2 errors, 1 warning")
    #expect(summary(of: []) == "no errors")
  }

  @Test func dataAsJSON() {
    let parsed = Parsed("fn f() { g( }\n")
    #expect(
      json(of: parsed.diagnostics, in: parsed.sources, file: "test.exp").compact == """
        {"schema": 1, "file": "test.exp", "diagnostics": [{"code": "E0101", "severity": "error", \
        "message": "expected `)` to close the `(` opened here", "line": 1, "column": 13, "end_line": 1, "end_column": 14, \
        "labels": [{"message": "opened here", "line": 1, "column": 11, "end_line": 1, "end_column": 12}], \
        "fixes": [{"message": "close it", "edits": [{"line": 1, "column": 12, "end_line": 1, "end_column": 12, \
        "replacement": ")"}]}], "notes": []}]}
        """)
    let value: JSONValue = [
      "a": [1, true, nil], "b": .number(0.1), "c": .number(.nan), "d": "\"\\\n\u{1}π", "e": [:],
      "f": [],
    ]
    #expect(
      value.compact
        == #"{"a": [1, true, null], "b": 0.1, "c": null, "d": "\"\\\n\u0001π", "e": {}, "f": []}"#)
    #expect(value.pretty.hasPrefix("{\n  \"a\": [1, true, null],\n  \"b\": 0.1,\n"))
  }
}
