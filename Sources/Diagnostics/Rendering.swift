// Diagnostics as people read them on a terminal: the message, the lines of the program that matter,
// and what to do.

/// The diagnostics as text for a terminal, with the lines they are about; with `colors`, with
/// escape sequences.
///
/// Each ends with a newline, and an empty line stands between two of them.
package func render(_ diagnostics: [Diagnostic], in sources: SourceSet, colors: Bool) -> String {
  diagnostics.map { diagnostic in
    var rendering = Rendering(of: diagnostic, in: sources, colors: colors)
    return rendering.text()
  }.joined(separator: "\n")
}

/// How many errors, warnings and notes there are, as "2 errors, 1 warning"; "no errors" if there is
/// nothing.
package func summary(of diagnostics: [Diagnostic]) -> String {
  let counts: [(Severity, String)] = [(.error, "error"), (.warning, "warning"), (.note, "note")]
  let parts = counts.compactMap { severity, name in
    let count = diagnostics.lazy.filter { $0.severity == severity }.count
    return count == 0 ? nil : "\(count) \(name)\(count == 1 ? "" : "s")"
  }
  return parts.isEmpty ? "no errors" : parts.joined(separator: ", ")
}

/// One diagnostic on its way to being text.
private struct Rendering {
  private enum Style: String {
    case plain = ""
    case message = "1"
    case error = "1;31"
    case warning = "1;33"
    case note = "1;36"
    case frame = "1;34"
    case added = "32"
    case removed = "31"
  }

  /// Something to be said below a line.
  private struct Mark {
    let span: Span
    let message: String
    let isPrimary: Bool
  }

  private let diagnostic: Diagnostic
  private let sources: SourceSet
  private let colors: Bool
  private let gutter: Int
  private var output = ""

  init(of diagnostic: Diagnostic, in sources: SourceSet, colors: Bool) {
    self.diagnostic = diagnostic
    self.sources = sources
    self.colors = colors
    let spans =
      [diagnostic.span] + diagnostic.labels.map(\.span)
      + diagnostic.fixes.flatMap { $0.edits.map(\.span) }
    let lastLine = spans.map { sources[$0.source].position(of: $0.start).line }.max() ?? 1
    gutter = String(lastLine).count
  }

  mutating func text() -> String {
    let severity = severityStyle
    line(
      paint("\(diagnostic.severity.rawValue)[\(diagnostic.code.rawValue)]", severity)
        + paint(": \(Rendering.visible(diagnostic.message))", .message))
    excerpts()
    if !diagnostic.fixes.isEmpty || !diagnostic.notes.isEmpty { emptyGutter() }
    for note in diagnostic.notes { line(paint("note", .note) + ": \(Rendering.visible(note))") }
    for fix in diagnostic.fixes {
      line(paint("help", .note) + ": \(Rendering.visible(fix.message))")
      show(fix)
    }
    return output
  }

  private var severityStyle: Style {
    switch diagnostic.severity {
    case .error: .error
    case .warning: .warning
    case .note: .note
    }
  }

  // MARK: Excerpts

  private mutating func excerpts() {
    let primary = Mark(span: diagnostic.span, message: diagnostic.remark ?? "", isPrimary: true)
    let marks =
      [primary]
      + diagnostic.labels.map { Mark(span: $0.span, message: $0.message, isPrimary: false) }
    var files: [SourceID] = []
    for mark in marks where !files.contains(mark.span.source) { files.append(mark.span.source) }
    for file in files {
      let marksHere = marks.filter { $0.span.source == file }
      if let first = marksHere.first { excerpt(of: sources[file], marksHere, headedBy: first.span) }
    }
  }

  private mutating func excerpt(of source: Source, _ marks: [Mark], headedBy span: Span) {
    let head = source.position(of: span.start)
    let arrow = String(repeating: " ", count: gutter) + "-->"
    line(paint(arrow, .frame) + " \(Rendering.visible(source.name)):\(head.line):\(head.column)")
    emptyGutter()
    let placed = marks.map { (mark: $0, start: source.position(of: $0.span.start)) }
      .sorted { ($0.start.line, $0.start.column) < ($1.start.line, $1.start.column) }
    var shownLine = 0
    var window = Window(text: "", around: 0)
    for (mark, start) in placed {
      if start.line != shownLine {
        shownLine = start.line
        window = Window(text: source.line(start.line), around: start.column - 1)
        numbered(start.line, "|", .frame, window.text, .plain)
      } else if !window.shows(start.column - 1) {
        window = Window(text: source.line(start.line), around: start.column - 1)
        numbered(start.line, "|", .frame, window.text, .plain)
      }
      let end = source.position(of: mark.span.end)
      // What goes on over several lines is marked on its first.
      let endColumn =
        end.line == start.line ? end.column : source.line(start.line).unicodeScalars.count + 1
      underline(mark, from: start.column - 1, to: endColumn - 1, in: window)
    }
  }

  private mutating func underline(_ mark: Mark, from start: Int, to end: Int, in window: Window) {
    let first = window.place(of: start)
    let count = max(1, window.place(of: max(start, end)) - first)
    let marker = String(repeating: mark.isPrimary ? "^" : "-", count: count)
    let message = Rendering.visible(mark.message)
    let style = mark.isPrimary ? severityStyle : .frame
    let bar = paint(String(repeating: " ", count: gutter + 1) + "|", .frame)
    line(
      bar + " " + String(repeating: " ", count: first)
        + paint(message.isEmpty ? marker : "\(marker) \(message)", style))
  }

  // MARK: Fixes

  /// Shows the lines that `fix` changes as they would be.
  private mutating func show(_ fix: Fix) {
    guard !fix.edits.isEmpty else { return }
    emptyGutter()
    var remaining = fix.edits.sorted {
      ($0.span.source.index, $0.span.start, $0.span.end) < (
        $1.span.source.index, $1.span.start, $1.span.end
      )
    }[...]
    while let first = remaining.popFirst() {
      let source = sources[first.span.source]
      let firstLine = source.position(of: first.span.start).line
      var lastLine = source.position(of: first.span.end).line
      var edits = [first]
      while let next = remaining.first, next.span.source == first.span.source,
        source.position(of: next.span.start).line <= lastLine
      {
        lastLine = max(lastLine, source.position(of: next.span.end).line)
        edits.append(next)
        remaining.removeFirst()
      }
      show(edits, in: source, lines: firstLine...lastLine)
    }
  }

  private mutating func show(_ edits: [Edit], in source: Source, lines: ClosedRange<Int>) {
    let old = lines.map { source.line($0) }
    let new = Rendering.lines(lines, of: source, after: edits)
    let around = edits.first.map { source.position(of: $0.span.start).column - 1 } ?? 0
    if new.count > old.count, Array(new.prefix(old.count)) == old {
      for text in new.dropFirst(old.count) { changed(lines.upperBound, "+", .added, text, 0) }
    } else if new.count > old.count, Array(new.suffix(old.count)) == old {
      for text in new.dropLast(old.count) {
        changed(max(1, lines.lowerBound - 1), "+", .added, text, 0)
      }
    } else if new.count == old.count, edits.allSatisfy({ $0.span.start == $0.span.end }) {
      for (index, text) in new.enumerated() {
        changed(lines.lowerBound + index, "|", .frame, text, around)
      }
    } else {
      for (index, text) in old.enumerated() {
        changed(lines.lowerBound + index, "-", .removed, text, around)
      }
      for (index, text) in new.enumerated()
      where text.unicodeScalars.contains(where: { $0 != " " && $0 != "\t" }) {
        changed(lines.lowerBound + index, "+", .added, text, around)
      }
    }
  }

  private mutating func changed(
    _ number: Int, _ sign: String, _ style: Style, _ text: String, _ around: Int
  ) {
    numbered(
      number, sign, style, Window(text: text, around: around).text, style == .frame ? .plain : style
    )
  }

  /// The text of some lines as it is after edits that lie within them.
  private static func lines(_ lines: ClosedRange<Int>, of source: Source, after edits: [Edit])
    -> [String]
  {
    var place = Int(source.lineStarts[lines.lowerBound - 1])
    let end =
      lines.upperBound < source.lineStarts.count
      ? Int(source.lineStarts[lines.upperBound]) : source.bytes.count
    var bytes: [UInt8] = []
    for edit in edits {
      let start = min(max(place, Int(edit.span.start)), end)
      bytes += source.bytes[place..<start]
      bytes += Array(edit.replacement.utf8)
      place = min(max(start, Int(edit.span.end)), end)
    }
    bytes += source.bytes[place..<end]
    if bytes.last == 0x0A { bytes.removeLast() }
    return bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
      String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
    }
  }

  // MARK: Lines of output

  private mutating func line(_ text: String) { output += text + "\n" }

  private mutating func emptyGutter() {
    line(paint(String(repeating: " ", count: gutter + 1) + "|", .frame))
  }

  private mutating func numbered(
    _ number: Int, _ sign: String, _ signStyle: Style, _ text: String, _ textStyle: Style
  ) {
    let digits = String(number)
    let padded = String(repeating: " ", count: max(0, gutter - digits.count)) + digits
    let content = text.isEmpty ? "" : " " + paint(text, textStyle)
    line(paint(padded, .frame) + " " + paint(sign, signStyle) + content)
  }

  private func paint(_ text: String, _ style: Style) -> String {
    colors && style != .plain ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// `text` without characters that would move the terminal's cursor or turn its text around.
  static func visible(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      result.unicodeScalars.append(isUnsafe(scalar) ? "\u{FFFD}" : scalar)
    }
    return result
  }

  static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}

/// A line as it is shown: tabs are spaces, and of a very long one only a part.
private struct Window {
  /// Longer lines are cut.
  private static let widthMax = 200
  private static let tabWidth = 4

  let text: String
  private let firstColumn: Int
  /// For each column shown, and the one after the last, where it is in `text`.
  private let places: [Int]

  /// The part around `column` (from 0) of the line `text`.
  init(text line: String, around column: Int) {
    let scalars = Array(line.unicodeScalars)
    var lower = 0
    var upper = scalars.count
    if scalars.count > Window.widthMax {
      lower = max(0, min(column - Window.widthMax / 4, scalars.count - Window.widthMax))
      upper = min(scalars.count, lower + Window.widthMax)
    }
    var shown = lower > 0 ? "..." : ""
    var width = shown.count
    var places: [Int] = []
    for scalar in scalars[lower..<upper] {
      places.append(width)
      if scalar == "\t" {
        shown += String(repeating: " ", count: Window.tabWidth)
        width += Window.tabWidth
      } else {
        shown.unicodeScalars.append(Rendering.isUnsafe(scalar) ? "\u{FFFD}" : scalar)
        width += 1
      }
    }
    places.append(width)
    if upper < scalars.count { shown += "..." }
    while shown.hasSuffix(" ") { shown.removeLast() }
    text = shown
    firstColumn = lower
    self.places = places
  }

  func shows(_ column: Int) -> Bool { column >= firstColumn && column - firstColumn < places.count }

  /// Where the column (from 0) of the line is in what is shown.
  func place(of column: Int) -> Int { places[max(0, min(places.count - 1, column - firstColumn))] }
}
