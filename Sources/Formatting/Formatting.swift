package import Diagnostics
import Syntax

/// Why a program was not formatted.
package enum FormattingFailure: Error {
  /// It has mistakes, and with them it is not known what belongs together.
  case syntax([Diagnostic])
  /// The formatted text would mean something else: a mistake of ours.
  case broken(String)
}

/// The text of `source` as it is written in one way only: indented by its brackets, with spaces
/// where they belong and nowhere else.
///
/// Lines stay as they are, but for blank ones: of several one is left, and none behind `{` and
/// before `}`. The comments are kept; those behind code keep their distance from it, and stay in
/// one column if they stood in one. Formatting a formatted text changes nothing.
package func format(_ source: SourceID, in sources: SourceSet) -> Result<[UInt8], FormattingFailure>
{
  let parsed = parse(source, in: sources)
  guard let tree = parsed.value, !parsed.hasErrors else {
    return .failure(.syntax(parsed.diagnostics.filter { $0.severity == .error }))
  }
  var layouter = Layouter(sources[source], lex(source, in: sources), tree.layout)
  let bytes = layouter.run()
  // A formatter that changes what a program means is worse than none: it is looked at again.
  var after = SourceSet()
  let result = after.add(Source(name: sources[source].name, bytes: bytes))
  let reparsed = parse(result, in: after)
  guard !reparsed.hasErrors, let other = reparsed.value, other.dump == tree.dump else {
    let place = reparsed.diagnostics.first.map { after.position(of: $0.span).line } ?? 0
    return .failure(.broken("the formatted program would not be the same (line \(place))"))
  }
  return .success(bytes)
}
