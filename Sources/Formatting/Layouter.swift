import Diagnostics
import Syntax

/// Prints the lines of a program anew.
struct Layouter {
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
  private let lines: [Line]
  private var levels: [Level] = []
  /// For the text outside of brackets and for each bracket that is open, how far the line is
  /// indented that began what a `{` may belong to: `if`, `fn` and so on.
  private var heads: [Int?] = [nil]
  private var margins = MarginAlignment()

  private static let step = 4

  init(_ source: Source, _ lexed: LexedSource, _ layout: Layout) {
    self.source = source
    self.layout = layout
    var pieces = Piece.pieces(of: lexed, layout)
    lines = Line.lines(
      of: &pieces, lexed.trivia.filter { $0.kind != .byteOrderMark }, in: source)
    self.pieces = pieces
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
      if !line.pieces.isEmpty {
        let column = source.position(of: comment.start).column
        margins.add(code, comment: (text, column: column, gap: max(1, line.gap)))
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
    if pieces[first].closes { return levels.last?.indentation ?? 0 }
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
    let before = pieces[first - 1]
    guard !before.opens, before.kind != .semicolon else { return false }
    if pieces[first].kind == .dot { return true }
    guard before.role == .plain || before.role == .keyword else { return false }
    if before.kind == .comma, layout.items.contains(UInt32(pieces[first].start)) { return false }
    return before.kind.continuesOnNextLine
  }

  /// Opens and closes the brackets of `line`.
  private mutating func enter(_ line: Line, _ indentation: Int) {
    // Where the line goes on with an outer bracket, what it opens belongs to that.
    var base = indentation
    if let first = line.pieces.first, !isContinuation(first) { setHead(nil) }
    for place in line.pieces {
      let piece = pieces[place]
      if piece.opens {
        var level = Level(kind: piece.kind, indentation: indentation)
        if piece.kind == .leftBrace {
          level = Level(kind: piece.kind, indentation: min(base, (heads.last ?? nil) ?? base))
          setHead(nil)
          if place + 1 < pieces.count {
            level.hasCases = layout.cases.contains(UInt32(pieces[place + 1].start))
          }
        }
        levels.append(level)
        heads.append(nil)
      } else if piece.closes, let level = levels.popLast() {
        base = min(base, level.indentation)
        heads.removeLast()
      } else if piece.beginsHead {
        setHead(base)
      }
    }
  }

  private mutating func setHead(_ indentation: Int?) {
    heads[heads.count - 1] = indentation
  }
}
