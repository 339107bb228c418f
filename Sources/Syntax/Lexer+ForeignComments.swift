import Diagnostics

// Comments of other languages that run from one mark to another, perhaps over several lines.

extension Lexer {
  /// Takes `/* … */`, which is reported.
  mutating func takeForeignComment() { takeForeignComment(from: "/*", to: "*/") }

  /// Whether three quotes come next.
  var isAtTripleQuote: Bool {
    byte() == UInt8(ascii: "\"") && byte(ahead: 1) == UInt8(ascii: "\"")
      && byte(ahead: 2) == UInt8(ascii: "\"")
  }

  /// Takes `""" … """` where a statement can begin, which is reported.
  mutating func takeDocumentationString() {
    takeForeignComment(from: "\"\"\"", to: "\"\"\"")
  }

  /// Whether three backquotes come next, as around a program in a document.
  var isAtFence: Bool { (0..<3).allSatisfy { byte(ahead: $0) == UInt8(ascii: "`") } }

  /// Takes the line of a fence; that of the beginning and that of the end are one mistake.
  mutating func takeFence() {
    let start = position
    while position < bytes.count, bytes[position] != 0x0A, bytes[position] != UInt8(ascii: "#") {
      position += 1
    }
    trivia.append(
      Trivia(
        kind: .comment, start: UInt32(truncatingIfNeeded: start),
        end: UInt32(truncatingIfNeeded: position)))
    let edit = Edit(span(start, position), "")
    guard let place = fenceFault else {
      fenceFault = diagnostics.count
      return diagnostics.append(.fence(at: span(start, start + 3), [edit]))
    }
    let first = diagnostics[place]
    diagnostics[place] = .fence(at: first.span, (first.fixes.first?.edits ?? []) + [edit])
  }

  private mutating func takeForeignComment(from opening: StaticString, to closing: StaticString) {
    let start = position
    let mark = "\(closing)".utf8
    position += "\(opening)".utf8.count
    let textStart = position
    while position < bytes.count, !bytes[position...].starts(with: mark) { position += 1 }
    let textEnd = position
    position = min(bytes.count, position + mark.count)
    var lineEnd = position
    while lineEnd < bytes.count, bytes[lineEnd] != 0x0A { lineEnd += 1 }
    let isLast = bytes[position..<lineEnd].allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    diagnostics.append(
      .foreignBlockComment(
        at: span(start, min(position, textStart)),
        isLast ? commentEdits(start, textStart, textEnd, position) : []))
    trivia.append(
      Trivia(
        kind: .comment, start: UInt32(truncatingIfNeeded: start),
        end: UInt32(truncatingIfNeeded: position)))
    if bytes[start..<position].contains(0x0A), !pending.contains(.isFirstOnLine) {
      pending.insert(.isFirstOnLine)
    }
  }

  /// What makes the text from `textStart` to `textEnd` a comment of this language, line by line.
  private func commentEdits(_ start: Int, _ textStart: Int, _ textEnd: Int, _ end: Int) -> [Edit] {
    var edits = [Edit(span(start, textStart), "#")]
    var place = textStart
    while place < textEnd {
      if bytes[place] == 0x0A {
        place += 1
        while place < textEnd, bytes[place] == 0x20 || bytes[place] == 0x09 { place += 1 }
        if place < textEnd, bytes[place] == UInt8(ascii: "*") {
          edits.append(Edit(span(place, place + 1), "#"))
        } else if place < textEnd, bytes[place] != 0x0A {
          edits.append(Edit(span(place, place), "# "))
        } else if place == textEnd {
          edits.append(Edit(span(place, end), "#"))
          return edits
        }
      } else {
        place += 1
      }
    }
    edits.append(Edit(span(textEnd, end), ""))
    return edits
  }
}
