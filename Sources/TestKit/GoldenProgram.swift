/// A program among the tests: how far it is to go, with what, and what its margin promises.
package struct GoldenProgram: Sendable, CustomStringConvertible {
  /// How far a program goes.
  package enum Stage: String, Sendable, CaseIterable, Comparable {
    case lex, parse, type, prove, run

    package static func < (a: Stage, b: Stage) -> Bool {
      (allCases.firstIndex(of: a) ?? 0) < (allCases.firstIndex(of: b) ?? 0)
    }
  }

  /// With what a program is run.
  package struct Options: Sendable {
    package var seed: UInt64 = 1
    package var experiment: String?
    package var arguments: [(name: String, text: String)] = []
    /// Shared values, as JSON.
    package var shared: String?
    /// Device time after which to stop, in ticks.
    package var stopTime: Int64?
    /// The description of the laboratory, in the folder of the program; nil: the default one.
    package var laboratory: String?
    /// Whether all experiments of the file are run, one after the other.
    package var runsAll = false
  }

  /// Relative to the repository.
  package let path: String
  package let text: String
  package let stage: Stage
  package let options: Options
  package let promises: [Promise]
  /// What is wrong with the margin itself.
  package let faults: [String]

  package var description: String { String(path.dropFirst(GoldenProgram.folder.count + 1)) }

  /// Where the programs are.
  package static let folder = "Tests/Programs"

  /// All programs that carry promises of their own; those under `shared`, `renderings` and
  /// `explanations` are
  /// tested otherwise.
  package static let all: [GoldenProgram] = Repository.files(below: folder, endingIn: ".exp")
    .filter {
      !$0.hasPrefix(folder + "/shared/") && !$0.hasPrefix(folder + "/renderings/")
        && !$0.hasPrefix(folder + "/explanations/")
        && !$0.contains("/parts/")
    }
    .map { GoldenProgram(path: $0, text: Repository.text(of: $0) ?? "") }

  /// Reads the first line and the margin of `text`.
  package init(path: String, text: String) {
    self.path = path
    self.text = text
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var faults: [String] = []
    var stage = Stage.lex
    var options = Options()
    if let first = lines.first, first.hasPrefix("#:") {
      let words = GoldenProgram.words(first.dropFirst(2))
      if let word = words.first, let known = Stage(rawValue: word) {
        stage = known
      } else {
        faults.append("\(path):1: the first line names no stage")
      }
      faults += GoldenProgram.read(words.dropFirst(), into: &options).map { "\(path):1: \($0)" }
    } else {
      faults.append("\(path):1: the first line must say how far to go: `#: run`")
    }
    var promises: [Promise] = []
    // A line that is a promise and nothing else speaks of the line before it.
    var subject = 1
    for (index, line) in lines.enumerated().dropFirst() {
      var parts = GoldenProgram.split(line)
      guard !parts.isEmpty else { continue }
      let code = parts.removeFirst()
      if parts.isEmpty || !code.trimmed.isEmpty { subject = index + 1 }
      for part in parts {
        if let promise = Promise(part, line: subject) {
          promises.append(promise)
        } else {
          faults.append("\(path):\(index + 1): no promise: \(part)")
        }
      }
    }
    self.stage = stage
    self.options = options
    self.promises = promises
    self.faults = faults
  }

  /// `line` taken apart at each `#:`.
  private static func split(_ line: Substring) -> [Substring] {
    var parts: [Substring] = []
    var start = line.startIndex
    var index = line.startIndex
    while index < line.endIndex {
      let next = line.index(after: index)
      if line[index] == "#", next < line.endIndex, line[next] == ":" {
        parts.append(line[start..<index])
        index = line.index(after: next)
        start = index
      } else {
        index = next
      }
    }
    parts.append(line[start...])
    return parts
  }

  /// The words of the first line; what stands in backticks is one word with what it touches.
  private static func words(_ text: Substring) -> [String] {
    var words: [String] = []
    var word = ""
    var isQuoted = false
    for character in text {
      if character == "`" {
        isQuoted.toggle()
      } else if character.isWhitespace, !isQuoted {
        if !word.isEmpty { words.append(word) }
        word = ""
      } else {
        word.append(character)
      }
    }
    if !word.isEmpty { words.append(word) }
    return words
  }

  private static func read(_ words: ArraySlice<String>, into options: inout Options) -> [String] {
    var faults: [String] = []
    var rest = words
    while let word = rest.popFirst() {
      if word == "all" {
        options.runsAll = true
        continue
      }
      guard let (name, value) = pair(word == "--arg" ? rest.popFirst() ?? "" : word) else {
        faults.append("`\(word)` is no option")
        continue
      }
      if word == "--arg" {
        options.arguments.append((name, value))
        continue
      }
      switch (name, UInt64(value), Int64(value)) {
      case ("seed", let seed?, _): options.seed = seed
      case ("until", _, let ticks?): options.stopTime = ticks
      case ("experiment", _, _): options.experiment = value
      case ("shared", _, _): options.shared = value
      case ("lab", _, _): options.laboratory = value
      default: faults.append("`\(word)` is no option")
      }
    }
    return faults
  }

  private static func pair(_ word: String) -> (String, String)? {
    guard let sign = word.firstIndex(of: "=") else { return nil }
    return (String(word[..<sign]), String(word[sign...].dropFirst()))
  }
}
