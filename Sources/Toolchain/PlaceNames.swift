import Diagnostics

/// How places are named in what is printed about one file.
struct PlaceNames {
  let sources: SourceSet
  /// Of places elsewhere the file is named.
  let home: SourceID

  /// `line 7`, or `other.exp:7`.
  func line(_ span: Span) -> String {
    let source = sources[span.source]
    let line = source.position(of: span.start).line
    return span.source == home ? "line \(line)" : "\(source.name):\(line)"
  }
}

extension String {
  /// The text with spaces behind it up to `width` characters.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
