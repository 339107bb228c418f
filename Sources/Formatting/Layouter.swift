import Diagnostics
import Syntax

/// Prints the lines of a program anew.
struct Layouter {
  /// A line as it was: what stands on it, and the comment at its end.
  private struct Line {
    var pieces: Range<Int>
    var comment: Trivia?
    /// Whether a blank line stood before it.
    var isApart: Bool
  }

  /// A bracket that is open.
  private struct Level {
    let kind: Token.Kind
    /// How far the line is indented on which it was opened.
    let indentation: Int
    /// Whether it is around the cases of a `match`.
    var hasCases = false
    /// How far what stands inside of it is indented.
    var inside: Int { indentation + Layouter.step }
  }

  private let source: Source
  private let layout: Layout
  private let pieces: [Piece]
  private var lines: [Line] = []
  private var levels: [Level] = []
  private var margins = MarginAlignment()

  private static let step = 4

  init(_ source: Source, _ lexed: LexedSource, _ layout: Layout) {
    self.source = source
    self.layout = layout
    pieces = Piece.pieces(of: lexed, layout)
    lines = linesAsTheyWere(lexed.trivia.filter { $0.kind != .byteOrderMark })
  }

  private func linesAsTheyWere(_ trivia: [Trivia]) -> [Line] {
    var lines: [Line] = []
    var piece = 0
    var comment = 0
    var isApart = false
    for (number, start) in source.lineStarts.enumerated() {
      let end =
        number + 1 < source.lineStarts.count
        ? Int(source.lineStarts[number + 1]) : source.bytes.count
      let first = piece
      while piece < pieces.count, pieces[piece].start < end { piece += 1 }
      var own: Trivia?
      while comment < trivia.count, Int(trivia[comment].start) < end {
        own = trivia[comment]
        comment += 1
      }
      if first == piece && own == nil {
        isApart = isApart || start < source.bytes.count
        continue
      }
      lines.append(Line(pieces: first..<piece, comment: own, isApart: isApart))
      isApart = false
    }
    return lines
  }

  /// The whole text.
  mutating func run() -> [UInt8] {
    for index in lines.indices {
      let line = lines[index]
      if line.isApart, index > 0, !isAfterOpening(index), !isBeforeClosing(index) {
        margins.addBlankLine()
      }
      let indentation = self.indentation(of: index)
      var code = [UInt8](repeating: 0x20, count: indentation)
      for place in line.pieces {
        if place > line.pieces.lowerBound, pieces[place - 1].isApart(from: pieces[place]) {
          code.append(0x20)
        }
        code += source.bytes[pieces[place].start..<pieces[place].end]
      }
      enter(line, indentation)
      guard let comment = line.comment else {
        margins.add(code, comment: nil)
        continue
      }
      let text = MarginAlignment.trimmed(source.bytes[Int(comment.start)..<Int(comment.end)])
      if let last = line.pieces.last {
        let column = source.position(of: comment.start).column
        let gap = Int(comment.start) - pieces[last].end
        margins.add(code, comment: (text, column: column, gap: max(1, gap)))
      } else {
        margins.add(code + text, comment: nil)
      }
    }
    return margins.finished()
  }

  private func isAfterOpening(_ index: Int) -> Bool {
    guard let last = lines[index - 1].pieces.last else { return false }
    return pieces[last].opens
  }

  private func isBeforeClosing(_ index: Int) -> Bool {
    guard let first = lines[index].pieces.first else { return false }
    return pieces[first].closes
  }

  // MARK: Indentation

  /// How far the line at `index` is indented, with the brackets that are open before it.
  private func indentation(of index: Int) -> Int {
    guard let first = lines[index].pieces.first else {
      // A comment of its own belongs to what comes next.
      let next = lines[index...].first { !$0.pieces.isEmpty }
      guard let place = next?.pieces.first, !pieces[place].closes else { return insideOfLevel(nil) }
      return indentation(beginningWith: place)
    }
    return indentation(beginningWith: first)
  }

  private func indentation(beginningWith first: Int) -> Int {
    if pieces[first].closes {
      var closed = 0
      while first + closed < pieces.count, pieces[first + closed].closes,
        closed == 0 || !pieces[first + closed].isFirstOnLine
      {
        closed += 1
      }
      guard !levels.isEmpty else { return 0 }
      return levels[max(0, levels.count - closed)].indentation
    }
    let base = insideOfLevel(first)
    return isContinuation(first) ? base + Layouter.step : base
  }

  /// How far what stands in the innermost bracket is indented; the bodies of cases further than
  /// the cases.
  private func insideOfLevel(_ first: Int?) -> Int {
    guard let level = levels.last else { return 0 }
    let isCase = first.map { layout.cases.contains(UInt32(pieces[$0].start)) } ?? false
    return level.inside + (level.hasCases && !isCase ? Layouter.step : 0)
  }

  /// Whether the line that begins with the piece at `first` goes on with what the one before it
  /// began.
  private func isContinuation(_ first: Int) -> Bool {
    guard first > 0, (levels.last?.kind ?? .leftBrace) == .leftBrace else { return false }
    if pieces[first].kind == .dot { return true }
    let before = pieces[first - 1]
    guard !before.opens, before.role == .plain || before.role == .keyword else { return false }
    if before.kind == .comma, layout.items.contains(UInt32(pieces[first].start)) { return false }
    return before.kind.continuesOnNextLine
  }

  /// Opens and closes the brackets of `line`.
  private mutating func enter(_ line: Line, _ indentation: Int) {
    for place in line.pieces {
      let piece = pieces[place]
      if piece.opens {
        var level = Level(kind: piece.kind, indentation: indentation)
        if piece.kind == .leftBrace, place + 1 < pieces.count {
          level.hasCases = layout.cases.contains(UInt32(pieces[place + 1].start))
        }
        levels.append(level)
      } else if piece.closes {
        levels.removeLast(min(1, levels.count))
      }
    }
  }
}
