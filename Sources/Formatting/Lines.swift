import Diagnostics
import Syntax

/// A line as it will be printed: what stands on it, and the comment at its end.
struct Line {
  var pieces: Range<Int>
  var comment: Trivia?
  /// How far the comment stood behind the code.
  var gap = 0
  /// Whether a blank line stood before it.
  var isApart: Bool
}

extension Line {
  /// The lines of `pieces` and the comments `trivia`: those of the text, but for what a block over
  /// several lines has behind its `{` and before its `}`, which stands on lines of its own.
  ///
  /// Pieces that begin such a line are marked.
  static func lines(
    of pieces: inout [Piece], _ trivia: [Trivia], in source: Source
  ) -> [Line] {
    var lines = linesAsTheyWere(pieces, trivia, source)
    let breaks = breaks(in: pieces, lines)
    guard !breaks.isEmpty else { return lines }
    for place in breaks { pieces[place].isFirstOnLine = true }
    lines = lines.flatMap { $0.broken(before: breaks, pieces) }
    return lines
  }

  private static func linesAsTheyWere(
    _ pieces: [Piece], _ trivia: [Trivia], _ source: Source
  ) -> [Line] {
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
        isApart = isApart || Int(start) < source.bytes.count
        continue
      }
      var line = Line(pieces: first..<piece, comment: own, isApart: isApart)
      if let own, first < piece { line.gap = Int(own.start) - pieces[piece - 1].endOfCode }
      lines.append(line)
      isApart = false
    }
    return lines
  }

  /// The pieces that are to begin a line, in no order.
  private static func breaks(in pieces: [Piece], _ lines: [Line]) -> Set<Int> {
    var breaks: Set<Int> = []
    var open: [(place: Int, line: Int)] = []
    for (number, line) in lines.enumerated() {
      for place in line.pieces {
        if pieces[place].opens {
          open.append((place, number))
        } else if pieces[place].closes, let opening = open.popLast(),
          pieces[place].kind == .rightBrace, opening.line != number
        {
          if place != line.pieces.lowerBound { breaks.insert(place) }
          let next = opening.place + 1
          if next < lines[opening.line].pieces.upperBound { breaks.insert(next) }
        }
      }
    }
    return breaks
  }

  /// The lines that it becomes, with breaks before the pieces `breaks`.
  ///
  /// Its comment stays with the last of them on which there is more than closing brackets.
  private func broken(before breaks: Set<Int>, _ pieces: [Piece]) -> [Line] {
    var lines: [Line] = []
    var start = self.pieces.lowerBound
    for place in self.pieces where breaks.contains(place) && place > start {
      lines.append(Line(pieces: start..<place, comment: nil, isApart: false))
      start = place
    }
    guard !lines.isEmpty else { return [self] }
    lines.append(Line(pieces: start..<self.pieces.upperBound, comment: nil, isApart: false))
    lines[0].isApart = isApart
    let own = lines.lastIndex { line in !line.pieces.allSatisfy { pieces[$0].closes } }
    lines[own ?? lines.count - 1].comment = comment
    lines[own ?? lines.count - 1].gap = gap
    return lines
  }
}
