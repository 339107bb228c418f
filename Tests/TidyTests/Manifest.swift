import TestKit

/// What `Package.swift` says: the modules in their order, and what each may import.
struct Manifest: Sendable {
  struct Module: Sendable {
    let name: String
    let dependencies: [String]
  }

  let modules: [Module]

  static let package = Manifest(Repository.text(of: "Package.swift") ?? "")

  subscript(name: String) -> Module? { modules.first { $0.name == name } }

  init(_ text: String) {
    let targets = text.range(ofFirst: "targets: [\n    //").map { String(text[$0...]) } ?? text
    var modules: [Module] = []
    for entry in targets.pieces(startingWith: [
      "module(", "tests(", ".target(", ".executableTarget(", ".systemLibrary(",
    ]) {
      let names = entry.strings
      guard let name = names.first else { continue }
      let list = entry.range(ofFirst: "seeing: [") ?? entry.range(ofFirst: "dependencies: [")
      let inside = list.map { entry[$0...].drop { $0 != "[" }.prefix { $0 != "]" } } ?? ""
      modules.append(Module(name: name, dependencies: String(inside).strings))
    }
    self.modules = modules
  }
}

extension String {
  /// Where `part` begins first.
  func range(ofFirst part: String) -> String.Index? {
    var index = startIndex
    while index < endIndex {
      if self[index...].hasPrefix(part) { return index }
      index = self.index(after: index)
    }
    return nil
  }

  /// What stands between quotes.
  var strings: [String] {
    split(separator: "\"", omittingEmptySubsequences: false).enumerated().filter {
      $0.offset % 2 == 1
    }
    .map { String($0.element) }
  }

  /// It cut before each line that begins with one of `starts`.
  func pieces(startingWith starts: [String]) -> [String] {
    var pieces: [String] = []
    for line in split(separator: "\n", omittingEmptySubsequences: false) {
      let text = line.drop { $0 == " " }
      if starts.contains(where: { text.hasPrefix($0) }) {
        pieces.append(String(text) + "\n")
      } else if !pieces.isEmpty {
        pieces[pieces.count - 1] += line + "\n"
      }
    }
    return pieces
  }
}
