import Diagnostics

/// The values of arguments as sources.
///
/// The compiler reads each as a constant of the argument's type; in what it says of them stands
/// what was typed.
struct ArgumentTexts {
  private struct Entry {
    let read: SourceID
    let shown: SourceID
    /// How much further on a place is in what is read.
    let shift: Int
    let shownCount: Int
  }
  private var entries: [Entry] = []

  /// Adds to `sources` the value `text` of the argument `name`, typed as `typed`, and yields the
  /// source that is to be read: `declaration`, and the value behind it.
  mutating func add(
    _ text: String, typed: String, of name: String, behind declaration: String,
    to sources: inout SourceSet
  ) -> SourceID {
    let read = sources.add(Source(name: "--arg", text: declaration + text))
    let whole = "\(name)=\(typed)"
    let shown = sources.add(Source(name: "--arg", text: whole))
    let shift = (declaration + text).utf8.count - whole.utf8.count
    entries.append(Entry(read: read, shown: shown, shift: shift, shownCount: whole.utf8.count))
    return read
  }

  /// `diagnostics`, where places in what was read are those in what was typed.
  func shown(_ diagnostics: [Diagnostic]) -> [Diagnostic] { diagnostics.map { shown($0) } }

  private func shown(_ diagnostic: Diagnostic) -> Diagnostic {
    Diagnostic(
      diagnostic.code, diagnostic.message, at: shown(diagnostic.span), remark: diagnostic.remark,
      labels: diagnostic.labels.map { Label($0.message, at: shown($0.span)) },
      notes: diagnostic.notes,
      fixes: diagnostic.fixes.map { fix in
        Fix(
          fix.message, fix.edits.map { Edit(shown($0.span), $0.replacement) },
          application: fix.application)
      })
  }

  private func shown(_ span: Span) -> Span {
    guard let entry = entries.first(where: { $0.read == span.source }) else { return span }
    func place(_ offset: UInt32) -> Int { min(max(Int(offset) - entry.shift, 0), entry.shownCount) }
    return Span(entry.shown, place(span.start), place(span.end))
  }
}
