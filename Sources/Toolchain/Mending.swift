package import Diagnostics

/// A program with fixes applied to it.
package struct Mended: Sendable {
  /// A fix that was applied, and the diagnostic that offered it.
  package struct Step: Sendable {
    package let diagnostic: Diagnostic
    package let fix: Fix
  }

  package let bytes: [UInt8]
  package let steps: [Step]
}

/// Applies to `source`, whose identity is `id`, the fixes of `diagnostics` about which there is
/// nothing to ask.
///
/// Of fixes that touch the same text the first is applied, and one that several diagnostics offer
/// is applied once; fixes for other files are left out.
package func mended(_ source: Source, _ id: SourceID, by diagnostics: [Diagnostic]) -> Mended {
  var steps: [Mended.Step] = []
  var edits: [Edit] = []
  for diagnostic in diagnostics {
    guard let fix = diagnostic.certainFix,
      fix.edits.allSatisfy({ $0.span.source == id })
    else { continue }
    let fresh = fix.edits.filter { !edits.contains($0) }
    guard !fresh.isEmpty, !fresh.contains(where: { edit in edits.contains { touch($0, edit) } })
    else { continue }
    edits += fresh
    steps.append(Mended.Step(diagnostic: diagnostic, fix: fix))
  }
  var bytes = source.bytes
  for edit in edits.sorted(by: { ($0.span.start, $0.span.end) > ($1.span.start, $1.span.end) }) {
    let (start, end) = (Int(edit.span.start), Int(edit.span.end))
    guard start <= end, end <= bytes.count else { continue }
    bytes.replaceSubrange(start..<end, with: edit.replacement.utf8)
  }
  return Mended(bytes: bytes, steps: steps)
}

/// Whether the edits change the same text, or insert at the same place.
private func touch(_ a: Edit, _ b: Edit) -> Bool {
  a.span.start == b.span.start || (a.span.start < b.span.end && b.span.start < a.span.end)
}

/// Applies fixes to the program in `name` with the text `bytes`, checks it again with `check`, and
/// goes on as long as there are fewer errors and warnings each time; the last text and all that
/// was done to it.
package func mendedAsFarAsPossible(
  _ name: String, _ bytes: [UInt8],
  checking check: ([UInt8]) -> (sources: SourceSet, main: SourceID, diagnostics: [Diagnostic])
) -> (bytes: [UInt8], steps: [(line: Int, step: Mended.Step)]) {
  var bytes = bytes
  var steps: [(Int, Mended.Step)] = []
  var outcome = check(bytes)
  // Each round takes something away; more rounds than this no program needs.
  for _ in 0..<32 {
    let source = outcome.sources[outcome.main]
    var attempt = mended(source, outcome.main, by: outcome.diagnostics)
    guard !attempt.steps.isEmpty else { break }
    var next = check(attempt.bytes)
    if next.diagnostics.count >= outcome.diagnostics.count {
      // One of them does harm beside the others: the first that helps by itself.
      var isFound = false
      for step in attempt.steps {
        let alone = mended(source, outcome.main, by: [step.diagnostic])
        let after = check(alone.bytes)
        if after.diagnostics.count < outcome.diagnostics.count {
          (attempt, next, isFound) = (alone, after, true)
          break
        }
      }
      guard isFound else { break }
    }
    for step in attempt.steps {
      steps.append((source.position(of: step.diagnostic.span.start).line, step))
    }
    bytes = attempt.bytes
    outcome = next
  }
  return (bytes, steps)
}
