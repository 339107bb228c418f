/// The lines of a program as they are printed, with the comments at their ends.
///
/// Comments that stood in one column on lines next to each other stay in one column, as far from
/// the longest of those lines as they were.
struct MarginAlignment {
  private struct Run {
    let column: Int
    var gap: Int
    var width: Int
    var lines: [(code: [UInt8], width: Int, comment: [UInt8])]
  }

  private var text: [UInt8] = []
  private var run: Run?

  /// Takes in a line: its code and, behind that, a comment that stood in `column`, `gap` bytes
  /// behind its code.
  mutating func add(
    _ code: [UInt8], comment: (text: [UInt8], column: Int, gap: Int)?
  ) {
    guard let comment else {
      flush()
      text += MarginAlignment.trimmed(code[...])
      text.append(0x0A)
      return
    }
    let width = code.count { $0 & 0xC0 != 0x80 }
    if run?.column != comment.column { flush() }
    var grown =
      run ?? Run(column: comment.column, gap: comment.gap, width: width, lines: [])
    grown.gap = min(grown.gap, comment.gap)
    grown.width = max(grown.width, width)
    grown.lines.append((code, width, comment.text))
    run = grown
  }

  mutating func addBlankLine() {
    flush()
    text.append(0x0A)
  }

  private mutating func flush() {
    guard let ended = run else { return }
    run = nil
    for line in ended.lines {
      text += line.code
      text += [UInt8](repeating: 0x20, count: ended.width + ended.gap - line.width)
      text += line.comment
      text.append(0x0A)
    }
  }

  /// All lines.
  mutating func finished() -> [UInt8] {
    flush()
    return text
  }

  /// `line` without blanks at its end.
  static func trimmed(_ line: ArraySlice<UInt8>) -> [UInt8] {
    var end = line.endIndex
    while end > line.startIndex, line[end - 1] == 0x20 || line[end - 1] == 0x09 { end -= 1 }
    return Array(line[line.startIndex..<end])
  }
}
