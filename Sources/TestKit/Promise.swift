/// What the margin of a program says about it, and on which line.
package struct Promise: Hashable, Sendable {
  /// A place named by the text that stands there; without a text, by its line alone.
  package struct Place: Hashable, Sendable {
    package let line: Int
    package let text: String?
    /// A part of the message.
    package let fragment: String?
  }

  /// What is promised.
  package enum Kind: Hashable, Sendable {
    /// A diagnostic with this code, its primary span there.
    case diagnostic(code: String, Place)
    /// A label of any diagnostic.
    case label(Place)
    /// A fix of any diagnostic, by a part of its message.
    case fix(String)
    /// Nothing at all is to be said about the program.
    case clean
    /// The kinds of the tokens that begin on this line.
    case tokens([String])
    /// A line of the tree's dump, after those promised before.
    case tree(String)
    /// The type of the local or member that this line declares.
    case type(name: String, String)
    /// What the kernel declared on this line captures, in order.
    case captures([String])
    /// The next line of output.
    case output(String)
    /// The error that ends the run, and the place where it was raised.
    case raises(code: String, Place)
    /// A dataset's value at the end.
    case dataset(name: String, String)
    /// A shared value at the end.
    case shared(key: String, String)
    /// Events of a device: times and values.
    case trace(device: String, String)
    /// How the run ends; `completed` where nothing is said and nothing is raised.
    case status(String)
    /// All expectations of the `test` that begins on this line are met.
    case passes
    /// An expectation on this line is not met.
    case fails(String)
  }

  package let kind: Kind
  package let line: Int
}

extension Promise {
  /// The promise that `text` (what follows `#:`) makes on `line`; nil if it is none that is known.
  init?(_ text: Substring, line: Int) {
    let text = text.trimmed
    let word = text.prefix { !$0.isWhitespace && $0 != ":" && $0 != "=" }
    let rest = text.dropFirst(word.count)
    let argument = rest.drop { $0 == ":" }.trimmed
    guard let kind = Promise.kind(String(word), rest, argument, line: line) else { return nil }
    self.kind = kind
    self.line = line
  }

  private static func kind(_ word: String, _ rest: Substring, _ argument: Substring, line: Int)
    -> Kind?
  {
    if isCode(word) { return .diagnostic(code: word, place(rest, line: line)) }
    switch word {
    case "note", "label": return .label(place(rest, line: line))
    case "fix": return argument.isEmpty ? nil : .fix(String(argument))
    case "clean": return .clean
    case "tokens": return .tokens(argument.split(separator: " ").map(String.init))
    case "tree": return .tree(String(argument))
    case "captures": return .captures(argument.split(separator: ",").map { String($0.trimmed) })
    case "out": return .output(String(rest.dropFirst(rest.hasPrefix(": ") ? 2 : 1)))
    case "raises", "throws":
      let code = argument.prefix { !$0.isWhitespace && $0 != ":" }
      return code.isEmpty
        ? nil : .raises(code: String(code), place(argument.dropFirst(code.count), line: line))
    case "dataset": return equation(argument).map { .dataset(name: $0, $1) }
    case "shared": return equation(argument).map { .shared(key: $0, $1) }
    case "trace": return equation(argument).map { .trace(device: $0, $1) }
    case "status": return .status(String(argument))
    case "passes": return .passes
    case "fails": return .fails(String(argument))
    case "type":
      guard let colon = argument.firstIndex(of: ":") else { return nil }
      return .type(
        name: String(argument[..<colon].trimmed), String(argument[colon...].dropFirst().trimmed))
    default: return nil
    }
  }

  /// Whether `word` looks like the code of a diagnostic.
  private static func isCode(_ word: String) -> Bool {
    word.count == 5 && "EWN".contains(word.prefix(1)) && word.dropFirst().allSatisfy(\.isNumber)
  }

  /// "`text`: fragment", both of which may be missing.
  private static func place(_ text: Substring, line: Int) -> Place {
    var rest = text.trimmed
    var named: String?
    if rest.hasPrefix("`"), let end = rest.dropFirst().firstIndex(of: "`") {
      named = String(rest[rest.startIndex..<end].dropFirst())
      rest = rest[end...].dropFirst()
    }
    rest = rest.drop { $0 == ":" }.trimmed
    return Place(line: line, text: named, fragment: rest.isEmpty ? nil : String(rest))
  }

  /// The two sides of `name = value`; nil if it is no such equation.
  private static func equation(_ text: Substring) -> (String, String)? {
    guard let sign = text.firstIndex(of: "=") else { return nil }
    return (String(text[..<sign].trimmed), String(text[sign...].dropFirst().trimmed))
  }
}

extension Substring {
  /// It without the white space around it.
  var trimmed: Substring {
    var part = self.drop { $0.isWhitespace }
    while part.last?.isWhitespace == true { part.removeLast() }
    return part
  }
}
