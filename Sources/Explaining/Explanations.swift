/// What is to be said about a diagnostic's code: what is wrong, an example that draws it, and one
/// that does not.
package struct Explanation: Sendable {
  package let code: String
  package let title: String
  /// Markdown, without the promises that the examples make to the tests.
  package let text: String
}

/// All explanations, in the order of the page `diagnostics.md`, which they are the sections of.
package let explanations: [Explanation] = read(
  String(decoding: PackageResources.diagnostics_md, as: UTF8.self))

/// The sections of `page` that begin with a code.
private func read(_ page: String) -> [Explanation] {
  var found: [Explanation] = []
  var heading: (code: String, title: String)?
  var lines: [Substring] = []
  func finish() {
    if let heading {
      found.append(
        Explanation(code: heading.code, title: heading.title, text: text(of: lines)))
    }
    heading = nil
    lines = []
  }
  for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
    if line.hasPrefix("## ") || line.hasPrefix("# ") {
      finish()
      let words = line.drop { $0 == "#" || $0 == " " }
      let code = words.prefix { $0 != ":" }
      if line.hasPrefix("## "), code.count == 5 {
        heading = (String(code), String(words.dropFirst(code.count + 2)))
      }
    } else if heading != nil {
      lines.append(line)
    }
  }
  finish()
  return found
}

/// The lines without the promises of the examples; examples are indented instead of fenced.
private func text(of lines: [Substring]) -> String {
  var text: [String] = []
  var isInExample = false
  for line in lines {
    if line.hasPrefix("```") {
      isInExample.toggle()
      continue
    }
    guard isInExample else {
      text.append(String(line))
      continue
    }
    guard let mark = promise(in: line) else {
      text.append(line.isEmpty ? "" : "    " + line)
      continue
    }
    var code = line[..<mark]
    let promised = line[mark...].dropFirst(2).drop { $0 == " " }.prefix(5)
    while code.last == " " { code.removeLast() }
    guard !code.isEmpty else { continue }
    let isDiagnostic = promised.dropFirst().allSatisfy(\.isNumber)
    text.append("    " + code + (isDiagnostic ? "    # <- \(promised)" : ""))
  }
  while text.first == "" { text.removeFirst() }
  while text.last == "" { text.removeLast() }
  return text.joined(separator: "\n")
}

/// Where the first `#:` stands in `line`.
private func promise(in line: Substring) -> Substring.Index? {
  var index = line.startIndex
  while index < line.endIndex {
    if line[index...].hasPrefix("#:") { return index }
    index = line.index(after: index)
  }
  return nil
}
