import TestKit

/// What stands on the right side of a rule.
indirect enum GrammarTerm: Hashable, Sendable {
  case sequence([GrammarTerm])
  case choice([GrammarTerm])
  case option(GrammarTerm)
  case repetition(GrammarTerm)
  case rule(String)
  case text(String)
  /// What is said in words between question marks.
  case words(String)
  /// The first, if it is not the second.
  case without(GrammarTerm, GrammarTerm)
}

/// The rules of `Grammar/larmor.ebnf`, in their order.
struct Ebnf: Sendable {
  private(set) var rules: [String: GrammarTerm] = [:]
  private(set) var names: [String] = []
  /// What is wrong with the file.
  private(set) var faults: [String] = []

  /// The grammar of the language.
  static let larmor = Ebnf(Repository.text(of: "Grammar/larmor.ebnf") ?? "")

  private enum Part: Hashable, Sendable {
    case name(String)
    case text(String)
    case words(String)
    case sign(Character)
  }

  private var parts: [Part] = []
  private var place = 0

  init(_ text: String) {
    split(text[...])
    while place < parts.count {
      guard case .name(let name) = parts[place], place + 1 < parts.count,
        parts[place + 1] == .sign("=")
      else {
        faults.append("a rule was expected at part \(place): \(parts[place])")
        return
      }
      place += 2
      let term = choice()
      if rules[name] != nil { faults.append("`\(name)` is defined twice") }
      rules[name] = term
      names.append(name)
      if !take(";") { faults.append("the rule `\(name)` has no end") }
    }
  }

  private mutating func split(_ text: Substring) {
    var rest = text
    var words: [Substring] = []
    func flush(_ parts: inout [Part]) {
      if !words.isEmpty { parts.append(.name(words.joined(separator: " "))) }
      words = []
    }
    while let first = rest.first {
      if rest.hasPrefix("(*"), let end = rest.firstRange(of: "*)") {
        rest = rest[end.upperBound...]
      } else if first == "?" || first == "\"" || first == "'",
        let end = rest.dropFirst().firstIndex(of: first)
      {
        flush(&parts)
        let inside = String(rest[rest.index(after: rest.startIndex)..<end])
        parts.append(first == "?" ? .words(inside.trimmingSpaces) : .text(inside))
        rest = rest[rest.index(after: end)...]
      } else if first.isLetter {
        let word = rest.prefix { $0.isLetter || $0 == "_" }
        words.append(word)
        rest = rest.dropFirst(word.count)
      } else {
        if !first.isWhitespace {
          flush(&parts)
          parts.append(.sign(first))
        }
        rest = rest.dropFirst()
      }
    }
    flush(&parts)
  }

  private mutating func take(_ sign: Character) -> Bool {
    guard place < parts.count, parts[place] == .sign(sign) else { return false }
    place += 1
    return true
  }

  private mutating func choice() -> GrammarTerm {
    var terms = [sequence()]
    while take("|") { terms.append(sequence()) }
    return terms.count == 1 ? terms[0] : .choice(terms)
  }

  private mutating func sequence() -> GrammarTerm {
    var terms = [factor()]
    while take(",") { terms.append(factor()) }
    return terms.count == 1 ? terms[0] : .sequence(terms)
  }

  private mutating func factor() -> GrammarTerm {
    let term = primary()
    return take("-") ? .without(term, primary()) : term
  }

  private mutating func primary() -> GrammarTerm {
    guard place < parts.count else { return .sequence([]) }
    let part = parts[place]
    place += 1
    switch part {
    case .name(let name): return .rule(name)
    case .text(let text): return .text(text)
    case .words(let words): return .words(words)
    case .sign(let sign):
      let inside = choice()
      switch sign {
      case "[":
        if !take("]") { faults.append("a `[` is not closed") }
        return .option(inside)
      case "{":
        if !take("}") { faults.append("a `{` is not closed") }
        return .repetition(inside)
      case "(":
        if !take(")") { faults.append("a `(` is not closed") }
        return inside
      default:
        faults.append("unexpected \(sign)")
        return .sequence([])
      }
    }
  }
}

extension String {
  fileprivate var trimmingSpaces: String {
    split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
