import Foundation
import TestKit

/// A page of documentation and the files that it links to.
struct Page: Sendable {
  struct Link: Sendable {
    /// Relative to the repository.
    let target: String
    let line: Int
  }

  let path: String
  let links: [Link]

  static let all: [Page] = Repository.files(below: "", endingIn: ".md").map {
    Page(path: $0, text: Repository.text(of: $0) ?? "")
  }

  init(path: String, text: String) {
    self.path = path
    let folder = path.split(separator: "/").dropLast().map(String.init)
    var links: [Link] = []
    var isListing = false
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      if line.hasPrefix("```") { isListing.toggle() }
      guard !isListing else { continue }
      for target in Page.targets(line) {
        guard let resolved = Page.resolve(target, from: folder) else { continue }
        links.append(Link(target: resolved, line: index + 1))
      }
    }
    self.links = links
  }

  /// What stands in `](…)`.
  private static func targets(_ line: Substring) -> [Substring] {
    var targets: [Substring] = []
    var rest = line
    while let open = rest.range(of: "](") {
      rest = rest[open.upperBound...]
      guard let close = rest.firstIndex(of: ")") else { break }
      targets.append(rest[..<close])
    }
    return targets
  }

  /// The path that `target` leads to; nil for addresses and places in the page itself.
  private static func resolve(_ target: Substring, from folder: [String]) -> String? {
    guard !target.contains("://"), !target.hasPrefix("#"), !target.hasPrefix("mailto:") else {
      return nil
    }
    var parts = folder
    for part in target.prefix(while: { $0 != "#" }).split(separator: "/") where part != "." {
      if part == "..", !parts.isEmpty { parts.removeLast() } else { parts.append(String(part)) }
    }
    return parts.joined(separator: "/")
  }
}
