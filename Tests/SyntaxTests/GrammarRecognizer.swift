import Diagnostics
import Syntax

/// Derives a program from the rules of the grammar, and notes which it took.
///
/// It knows nothing of the parser but its tokens, and which of them are units.
final class GrammarRecognizer {
  /// What the rules of words, numbers and strings describe, as one sign.
  enum Sign: Hashable {
    case token(Token.Kind)
    case newline
    /// A unit of several words between `<` and `>`.
    case unit
  }

  private struct Place: Hashable {
    let rule: String
    let start: Int
  }

  private struct Stretch: Hashable {
    let term: GrammarTerm
    let start: Int
    let end: Int
  }

  /// An alternative of a rule: the rule and its number there.
  struct Alternative: Hashable {
    let rule: String
    let number: Int
  }

  private let grammar: Ebnf
  private let signs: [Sign]
  private let texts: [String]
  private var known: [Place: Set<Int>] = [:]
  private var marked: Set<Stretch> = []
  private var failed: Set<Stretch> = []
  /// The rules that the derivation takes, and which of their alternatives.
  private(set) var rules: Set<String> = []
  private(set) var alternatives: Set<Alternative> = []

  init(_ grammar: Ebnf, _ source: SourceID, in sources: SourceSet) {
    self.grammar = grammar
    let lexed = lex(source, in: sources)
    let layout = parse(source, in: sources).value?.layout
    var reader = SignReader(lexed, layout, sources[source])
    reader.run()
    signs = reader.signs
    texts = reader.texts
  }

  /// Whether the whole program is a `file`; if so the rules that it took are noted.
  func derives() -> Bool {
    let ends = ends(of: .rule("file"), from: 0, in: "")
    guard ends.contains(signs.count) else { return false }
    return mark(.rule("file"), 0, signs.count, in: "")
  }

  /// The furthest sign that any attempt came to, as a hint where it went wrong.
  private(set) var furthest = 0
  var hint: String {
    texts[max(0, furthest - 6)..<min(texts.count, furthest + 3)].joined(separator: " ")
  }

  // MARK: Where a term can end

  private func ends(of term: GrammarTerm, from start: Int, in rule: String) -> Set<Int> {
    furthest = max(furthest, start)
    switch term {
    case .text(let text):
      guard start < signs.count, texts[start] == text else { return [] }
      if case .token(let kind) = signs[start], kind != .string { return [start + 1] }
      return []
    case .sequence(let terms):
      var places: Set<Int> = [start]
      for term in terms {
        var next: Set<Int> = []
        for place in places { next.formUnion(ends(of: term, from: place, in: rule)) }
        places = next
        if places.isEmpty { break }
      }
      return places
    case .choice(let terms):
      return terms.reduce(into: []) { $0.formUnion(ends(of: $1, from: start, in: rule)) }
    case .option(let term): return ends(of: term, from: start, in: rule).union([start])
    case .repetition(let term):
      var all: Set<Int> = [start]
      var fresh: Set<Int> = [start]
      while !fresh.isEmpty {
        var next: Set<Int> = []
        for place in fresh { next.formUnion(ends(of: term, from: place, in: rule)) }
        fresh = next.subtracting(all)
        all.formUnion(fresh)
      }
      return all
    case .without(let term, _): return ends(of: term, from: start, in: rule)
    case .words(let words): return spoken(words, start)
    case .rule(let name): return ends(ofRule: name, from: start)
    }
  }

  private func ends(ofRule name: String, from start: Int) -> Set<Int> {
    let place = Place(rule: name, start: start)
    if let ends = known[place] { return ends }
    let found: Set<Int>
    if let sign = lexical(name, start) {
      found = sign
    } else if let term = grammar.rules[name] {
      known[place] = []
      found = ends(of: term, from: start, in: name)
    } else {
      found = []
    }
    known[place] = found
    return found
  }

  private func kind(_ place: Int) -> Token.Kind? {
    guard place < signs.count, case .token(let kind) = signs[place] else { return nil }
    return kind
  }

  /// What the rules of words, numbers and strings match, which are not taken apart here; nil for
  /// others.
  private func lexical(_ name: String, _ start: Int) -> Set<Int>? {
    switch name {
    case "name": return kind(start)?.isName == true ? [start + 1] : []
    case "number", "digits": return kind(start) == .number ? [start + 1] : []
    case "string without values": return kind(start) == .string ? [start + 1] : []
    case "unit":
      if start < signs.count, signs[start] == .unit { return [start + 1] }
      return kind(start)?.isName == true ? [start + 1] : []
    case "newline": return start < signs.count && signs[start] == .newline ? [start + 1] : []
    case "string":
      if kind(start) == .string { return [start + 1] }
      guard kind(start) == .stringStart else { return [] }
      var place = start + 1
      while let next = kind(place), next != .stringEnd {
        guard next == .valueStart else {
          place += 1
          continue
        }
        let inside = ends(ofRule: "expression", from: place + 1).filter {
          kind($0) == .valueEnd || (kind($0) == .format && kind($0 + 1) == .valueEnd)
        }
        guard let end = inside.max() else { return [] }
        place = kind(end) == .format ? end + 2 : end + 1
      }
      return [place + 1]
    default: return nil
    }
  }

  /// What is said in words.
  private func spoken(_ words: String, _ start: Int) -> Set<Int> {
    let isClosing = kind(start) == .rightBrace
    switch words {
    case "the end of the file": return start == signs.count ? [start] : []
    case "a \"}\" comes next": return isClosing ? [start] : []
    case "a \"}\" or a case comes next":
      let isCase =
        kind(start) == .case || (kind(start) == .else && kind(start + 1) == .colon)
      return isClosing || isCase ? [start] : []
    case "an expression in which \"record\" outside of brackets is a name":
      return ends(ofRule: "expression", from: start)
    case "a name, member, element, or tuple of places":
      return ends(ofRule: "postfix", from: start)
    case "a call": return ends(ofRule: "postfix", from: start)
    case "a range that begins with a literal or a sign": return ends(ofRule: "range", from: start)
    case "a type in brackets, or with type arguments and no space in it, before \"(\", \"]\" or \".\"":
      return ends(ofRule: "simple type", from: start)
    default: return []
    }
  }

  // MARK: The derivation

  /// Finds a way from `start` to `end` through `term`, and notes the rules on it.
  private func mark(_ term: GrammarTerm, _ start: Int, _ end: Int, in rule: String) -> Bool {
    let stretch = Stretch(term: term, start: start, end: end)
    if marked.contains(stretch) { return true }
    if failed.contains(stretch) { return false }
    let isFound = find(term, start, end, in: rule)
    if isFound { marked.insert(stretch) } else { failed.insert(stretch) }
    return isFound
  }

  private func find(_ term: GrammarTerm, _ start: Int, _ end: Int, in rule: String) -> Bool {
    switch term {
    case .text, .without: return ends(of: term, from: start, in: rule).contains(end)
    case .words(let words):
      guard spoken(words, start).contains(end) else { return false }
      switch words {
      case "an expression in which \"record\" outside of brackets is a name":
        return mark(.rule("expression"), start, end, in: rule)
      case "a name, member, element, or tuple of places", "a call":
        return mark(.rule("postfix"), start, end, in: rule)
      case "a range that begins with a literal or a sign":
        return mark(.rule("range"), start, end, in: rule)
      case _ where words.hasPrefix("a type in brackets"):
        return mark(.rule("simple type"), start, end, in: rule)
      default: return true
      }
    case .rule(let name):
      guard ends(ofRule: name, from: start).contains(end) else { return false }
      if lexical(name, start) != nil {
        rules.insert(name)
        markValues(of: name, start, end)
        return true
      }
      guard let right = grammar.rules[name], mark(right, start, end, in: name) else { return false }
      rules.insert(name)
      return true
    case .option(let inner):
      return mark(inner, start, end, in: rule) || start == end
    case .choice(let terms):
      for (number, inner) in terms.enumerated()
      where ends(of: inner, from: start, in: rule).contains(end)
        && mark(inner, start, end, in: rule)
      {
        if grammar.rules[rule] == term {
          alternatives.insert(Alternative(rule: rule, number: number))
        }
        return true
      }
      return false
    case .repetition(let inner):
      if start == end { return true }
      for middle in ends(of: inner, from: start, in: rule).sorted(by: >)
      where middle > start && middle <= end {
        if mark(term, middle, end, in: rule), mark(inner, start, middle, in: rule) { return true }
      }
      return false
    case .sequence(let terms):
      guard let first = terms.first else { return start == end }
      let rest = GrammarTerm.sequence(Array(terms.dropFirst()))
      for middle in ends(of: first, from: start, in: rule).sorted(by: >) where middle <= end {
        if ends(of: rest, from: middle, in: rule).contains(end),
          mark(first, start, middle, in: rule), mark(rest, middle, end, in: rule)
        {
          return true
        }
      }
      return false
    }
  }

  /// The expressions in a string.
  private func markValues(of name: String, _ start: Int, _ end: Int) {
    guard name == "string", end > start + 1 else { return }
    rules.insert("format")
    var place = start + 1
    while place < end {
      if kind(place) == .valueStart {
        let inside = ends(ofRule: "expression", from: place + 1).filter {
          kind($0) == .valueEnd || kind($0) == .format
        }
        if let last = inside.max() {
          _ = mark(.rule("expression"), place + 1, last, in: name)
          place = last
        }
      }
      place += 1
    }
  }
}

/// The tokens of a program with the newlines that count (rule 2), numbers with their units in one.
private struct SignReader {
  private let lexed: LexedSource
  private let layout: Layout?
  private let source: Source
  private(set) var signs: [GrammarRecognizer.Sign] = []
  private(set) var texts: [String] = []
  private var brackets: [Token.Kind] = []

  init(_ lexed: LexedSource, _ layout: Layout?, _ source: Source) {
    self.lexed = lexed
    self.layout = layout
    self.source = source
  }

  mutating func run() {
    let units = (layout?.units ?? []).sorted { $0.start < $1.start }
    var unit = 0
    var previous: Token?
    for token in lexed.tokens where token.kind != .end {
      while unit < units.count, units[unit].end <= token.start { unit += 1 }
      if unit < units.count, units[unit].start <= token.start {
        // Part of a number before it, or a unit between `<` and `>`.
        let isBehindNumber = previous?.kind == .number
        let isLone = units[unit].start == token.start && units[unit].end == token.end
        if !isBehindNumber, units[unit].start == token.start {
          if isLone { add(.token(token.kind), token) } else { add(.unit, token) }
        }
        if units[unit].end <= token.end {
          previous = isBehindNumber ? previous : token
        }
        continue
      }
      addNewline(before: token, behind: previous)
      if isOpening(token.kind) { brackets.append(token.kind) }
      if isClosing(token.kind), !brackets.isEmpty { brackets.removeLast() }
      addParts(of: token)
      previous = token
    }
    // What follows the last line is the end of the file.
  }

  private mutating func addParts(of token: Token) {
    var start = token.start
    while start < token.end, layout?.argumentEnds.contains(start) == true, token.kind != .greater {
      signs.append(.token(.greater))
      texts.append(">")
      start += 1
    }
    guard start < token.end else { return }
    if start == token.start {
      add(.token(token.kind), token)
    } else {
      signs.append(.token(.assign))
      texts.append("=")
    }
  }

  private mutating func add(_ sign: GrammarRecognizer.Sign, _ token: Token) {
    signs.append(sign)
    texts.append(
      String(decoding: source.bytes[Int(token.start)..<Int(token.end)], as: UTF8.self))
  }

  private func isOpening(_ kind: Token.Kind) -> Bool {
    switch kind {
    case .leftParenthesis, .leftBracket, .leftBrace, .stringStart: true
    default: false
    }
  }

  private func isClosing(_ kind: Token.Kind) -> Bool {
    switch kind {
    case .rightParenthesis, .rightBracket, .rightBrace, .stringEnd: true
    default: false
    }
  }

  private mutating func addNewline(before token: Token, behind previous: Token?) {
    guard token.isFirstOnLine, let previous, (brackets.last ?? .leftBrace) == .leftBrace,
      !token.kind.continuesLineBefore
    else { return }
    let isAngle =
      previous.kind == .greater && layout?.argumentEnds.contains(previous.start) == true
    guard isAngle || !previous.kind.continuesOnNextLine else { return }
    signs.append(.newline)
    texts.append("\\n")
  }
}
