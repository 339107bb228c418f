/// Names one source text of a compilation.
package struct SourceID: Hashable, Sendable {
  package let index: UInt16
  package init(index: UInt16) { self.index = index }
}

/// A range of bytes in one source; half open, in UTF-8 offsets.
package struct Span: Hashable, Sendable {
  package let source: SourceID
  package let start: UInt32
  package let end: UInt32

  package init(_ source: SourceID, _ start: Int, _ end: Int) {
    self.source = source
    self.start = UInt32(start)
    self.end = UInt32(end)
  }

  /// The smallest span that covers both; `other` must be in the same source.
  package func joined(with other: Span) -> Span {
    Span(source, Int(min(start, other.start)), Int(max(end, other.end)))
  }
}

/// A place as people count: the first line and column are 1; columns count Unicode scalars.
package struct Position: Hashable, Sendable {
  package let line: Int
  package let column: Int
}

/// One source text, its name as the user gave it, and where its lines begin.
package struct Source: Sendable {
  package let name: String
  package let bytes: [UInt8]
  /// The byte offset at which each line begins; never empty.
  package let lineStarts: [UInt32]

  package init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
    lineStarts = Self.lineStarts(bytes)
  }

  /// Where the lines of `bytes` begin.
  private static func lineStarts(_ bytes: [UInt8]) -> [UInt32] {
    var starts: [UInt32] = [0]
    bytes.withUnsafeBytes { bytes in
      let (ones, newlines): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x0A0A_0A0A_0A0A_0A0A)
      var offset = 0
      while offset + 8 <= bytes.count {
        // A byte is zero here where a line ends; the lowest of the high bits that are set below
        // stands for the first such byte.
        let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian
        let difference = word ^ newlines
        let marks = (difference &- ones) & ~difference & (ones << 7)
        guard marks != 0 else {
          offset += 8
          continue
        }
        offset += marks.trailingZeroBitCount / 8 + 1
        starts.append(UInt32(offset))
      }
      while offset < bytes.count {
        offset += 1
        if bytes[offset - 1] == 0x0A { starts.append(UInt32(offset)) }
      }
    }
    return starts
  }

  package init(name: String, text: String) {
    self.init(name: name, bytes: Array(text.utf8))
  }

  /// The place of the byte at `offset`; an offset past the end is the end.
  package func position(of offset: UInt32) -> Position {
    let offset = min(offset, UInt32(bytes.count))
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    var column = 1
    for byte in bytes[Int(lineStarts[low])..<Int(offset)] where byte & 0xC0 != 0x80 { column += 1 }
    return Position(line: low + 1, column: column)
  }

  /// The text of line `number` (from 1), without its newline.
  package func line(_ number: Int) -> String {
    guard number >= 1, number <= lineStarts.count else { return "" }
    let start = Int(lineStarts[number - 1])
    var end = number < lineStarts.count ? Int(lineStarts[number]) : bytes.count
    while end > start, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  /// The text that `span` covers.
  package func text(_ span: Span) -> String {
    let end = min(Int(span.end), bytes.count)
    return String(decoding: bytes[min(Int(span.start), end)..<end], as: UTF8.self)
  }
}

/// All sources of one compilation; a `SourceID` is an index into it.
package struct SourceSet: Sendable {
  package private(set) var sources: [Source] = []
  package init() {}

  /// Takes in `source` and gives it its identity.
  package mutating func add(_ source: Source) -> SourceID {
    sources.append(source)
    return SourceID(index: UInt16(sources.count - 1))
  }

  package subscript(id: SourceID) -> Source { sources[Int(id.index)] }

  /// Where `span` begins.
  package func position(of span: Span) -> Position { self[span.source].position(of: span.start) }
}
