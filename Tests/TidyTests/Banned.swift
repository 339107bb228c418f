/// Constructs that the code base does without, and what stands in their place.
struct Banned: Sendable {
  let name: String
  let instead: String
  /// Whether it stands in the line of code.
  let isThere: @Sendable (String) -> Bool
  /// The modules that may have it.
  var allowedIn: Set<String> = []
  var isAllowedInTests = false

  static let all: [Banned] = [
    Banned(
      name: "try!", instead: "`do` and `catch`, or a typed throw", isThere: { $0.contains("try!") }),
    Banned(name: "as!", instead: "an enum instead of a cast", isThere: { $0.contains("as!") }),
    Banned(
      name: "a forced unwrap",
      instead: "`guard let`, and `preconditionFailure` that says why where it cannot be",
      isThere: forcesUnwrap),
    Banned(
      name: "@testable", instead: "the API that the next module uses",
      isThere: { $0.contains("@testable") }),
    Banned(
      name: "public", instead: "`package`",
      isThere: { words($0).contains("public") && !$0.contains("@inlinable") }),
    Banned(
      name: "@unchecked Sendable", instead: "a value, or an actor",
      isThere: { $0.contains("@unchecked Sendable") }),
    Banned(
      name: "nonisolated(unsafe)", instead: "a value, or an actor",
      isThere: { $0.contains("nonisolated(unsafe)") }),
    Banned(
      name: "a detached task", instead: "a task of an actor",
      isThere: { $0.contains("Task.detached") }),
    Banned(
      name: "fatalError", instead: "`preconditionFailure` with a sentence",
      isThere: { words($0).contains("fatalError") }),
    Banned(
      name: "the system's randomness", instead: "the counter-based generator, seeded",
      isThere: {
        $0.contains("SystemRandomNumberGenerator") || $0.contains(".random(in")
          || $0.contains(".shuffled()")
      }),
    Banned(
      name: "a sleep", instead: "virtual time",
      isThere: {
        words($0).contains { ["sleep", "usleep", "nanosleep"].contains($0) } && $0.contains("(")
      },
      allowedIn: ["larmor"]),
    Banned(
      name: "print", instead: "a result that the edge prints", isThere: { calls("print", $0) },
      allowedIn: ["larmor"],
      isAllowedInTests: true),
    Banned(
      name: "NSError", instead: "an enum that conforms to `Error`",
      isThere: { words($0).contains("NSError") }),
    Banned(
      name: "a name that says nothing", instead: "a noun that holds or a verb that does",
      isThere: namesNothing),
  ]

  private static func words(_ line: String) -> [Substring] {
    line.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }
  }

  private static func calls(_ name: String, _ line: String) -> Bool {
    line.contains(name + "(") && words(line).contains(Substring(name))
      && !line.contains("func " + name)
  }

  /// `!` directly behind a word or a closing bracket, and not part of `!=`.
  private static func forcesUnwrap(_ line: String) -> Bool {
    let characters = Array(line)
    for (index, character) in characters.enumerated() where character == "!" && index > 0 {
      let before = characters[index - 1]
      guard before.isLetter || before.isNumber || before == ")" || before == "]" || before == "_"
      else { continue }
      if index + 1 < characters.count, characters[index + 1] == "=" { continue }
      return true
    }
    return false
  }

  private static func namesNothing(_ line: String) -> Bool {
    let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_") }
    let kinds: Set<Substring> = ["class", "struct", "enum", "actor", "protocol", "typealias"]
    for (kind, name) in zip(words, words.dropFirst()) where kinds.contains(kind) {
      for suffix in [
        "Manager", "Helper", "Helpers", "Utils", "Util", "Utilities", "Service", "Handler", "Impl",
        "Base",
      ] where name.hasSuffix(suffix) {
        return true
      }
    }
    return false
  }
}
