import TestKit

/// A Swift source of the repository, with and without its comments and strings.
struct SwiftFile: Sendable {
  /// Relative to the repository.
  let path: String
  let lines: [Substring]
  /// The lines with blanks for everything inside comments and strings.
  let code: [String]

  /// The module that the file belongs to: the name of its folder.
  var module: String {
    let parts = path.split(separator: "/")
    guard parts.count > 2 else { return parts.first == "stdlib" ? "StandardLibrary" : "" }
    return String(parts[1])
  }
  var isTest: Bool { path.hasPrefix("Tests/") }

  /// All of them, in the order of their paths.
  static let all: [SwiftFile] = ["Sources", "Tests", "stdlib"].flatMap { folder in
    Repository.files(below: folder, endingIn: ".swift").map {
      SwiftFile(path: $0, text: Repository.text(of: $0) ?? "")
    }
  }

  init(path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var blanked = Blanked(text)
    code = blanked.lines()
  }

  /// The words of the code on line `index` (from 0).
  func words(_ index: Int) -> [Substring] {
    code[index].split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "@") }
  }
}

/// Takes comments and strings out of Swift code.
private struct Blanked {
  private let characters: [Character]
  private var index = 0
  private var result: [Character] = []

  init(_ text: String) { characters = Array(text) }

  mutating func lines() -> [String] {
    while index < characters.count { code() }
    return String(result).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private func sees(_ text: String, at place: Int) -> Bool {
    let wanted = Array(text)
    guard place + wanted.count <= characters.count else { return false }
    return Array(characters[place..<(place + wanted.count)]) == wanted
  }

  private mutating func take(blank: Bool) {
    result.append(blank && characters[index] != "\n" ? " " : characters[index])
    index += 1
  }

  private mutating func code() {
    if sees("//", at: index) {
      while index < characters.count, characters[index] != "\n" { take(blank: true) }
    } else if sees("/*", at: index) {
      while index < characters.count, !sees("*/", at: index) { take(blank: true) }
      for _ in 0..<2 where index < characters.count { take(blank: true) }
    } else if characters[index] == "\"" || characters[index] == "#" && startsRawString {
      string()
    } else {
      take(blank: false)
    }
  }

  private var startsRawString: Bool {
    var place = index
    while place < characters.count, characters[place] == "#" { place += 1 }
    return place < characters.count && characters[place] == "\""
  }

  private mutating func string() {
    var hashes = ""
    while characters[index] == "#" {
      hashes.append("#")
      take(blank: true)
    }
    let quote = sees("\"\"\"", at: index) ? "\"\"\"" : "\""
    for _ in quote { take(blank: false) }
    while index < characters.count, !sees(quote + hashes, at: index) {
      if sees("\\" + hashes + "(", at: index) {
        for _ in 0..<(2 + hashes.count) { take(blank: true) }
        interpolation()
      } else if sees("\\" + hashes, at: index) {
        for _ in 0..<(1 + hashes.count) { take(blank: true) }
        if index < characters.count { take(blank: true) }
      } else {
        take(blank: true)
      }
    }
    for _ in quote where index < characters.count { take(blank: false) }
    for _ in hashes where index < characters.count { take(blank: true) }
  }

  /// What stands between `\(` and `)` is code.
  private mutating func interpolation() {
    var depth = 1
    while index < characters.count, depth > 0 {
      if characters[index] == "(" { depth += 1 }
      if characters[index] == ")" { depth -= 1 }
      if depth == 0 { take(blank: true) } else { code() }
    }
  }
}
