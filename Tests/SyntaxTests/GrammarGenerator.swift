import TestKit

/// Makes programs from the rules of the grammar, by chance.
///
/// What the grammar says in words is followed as its README says it; nothing else is known here of
/// the language.
struct GrammarGenerator {
  private let grammar: Ebnf
  private var numbers: SplitMix
  private var pieces: [String] = []
  /// How deep the least program of each rule is.
  private let heights: [String: Int]
  /// How deep it may still go.
  private var budget = 0
  /// Inside the head of an `if`, `while`, `for` or `match`, outside of brackets.
  private var isInHead = false
  /// Inside a string, which ends with its line.
  private var isInString = false

  init(_ grammar: Ebnf, seed: UInt64) {
    self.grammar = grammar
    numbers = SplitMix(seed: seed)
    heights = GrammarGenerator.heights(of: grammar)
  }

  /// A program that begins with the rule `file`, not much deeper than `depth` rules.
  mutating func program(depth: Int) -> String {
    pieces = []
    budget = depth
    expand(.rule("file"))
    return text()
  }

  // MARK: Heights

  private static func heights(of grammar: Ebnf) -> [String: Int] {
    var heights: [String: Int] = [:]
    var isChanged = true
    while isChanged {
      isChanged = false
      for (name, term) in grammar.rules {
        guard let height = height(of: term, heights) else { continue }
        if heights[name] != height + 1, (heights[name] ?? .max) > height + 1 {
          heights[name] = height + 1
          isChanged = true
        }
      }
    }
    return heights
  }

  private static func height(of term: GrammarTerm, _ known: [String: Int]) -> Int? {
    switch term {
    case .text, .option, .repetition, .without: return 0
    case .words(let words): return words.hasPrefix("an expression") ? known["expression"] : 0
    case .rule(let name): return lexical.contains(name) ? 0 : known[name]
    case .sequence(let terms):
      var highest = 0
      for term in terms {
        guard let height = height(of: term, known) else { return nil }
        highest = max(highest, height)
      }
      return highest
    case .choice(let terms): return terms.compactMap { height(of: $0, known) }.min()
    }
  }

  private static let lexical: Set<String> = [
    "name", "number", "digits", "string", "string without values", "unit", "newline",
  ]

  // MARK: Expansion

  private mutating func expand(_ term: GrammarTerm) {
    switch term {
    case .text(let text): pieces.append(text)
    case .words(let words): speak(words)
    case .without(let term, _): expand(term)
    case .sequence(let terms): for term in terms { expand(term) }
    case .choice(let terms):
      let affordable = terms.filter { (Self.height(of: $0, heights) ?? .max) <= max(budget, 0) }
      let least = terms.min {
        (Self.height(of: $0, heights) ?? .max) < (Self.height(of: $1, heights) ?? .max)
      }
      if affordable.isEmpty {
        if let least { expand(least) }
      } else {
        expand(numbers.pick(affordable))
      }
    case .option(let inner):
      if isAffordable(inner), numbers.below(3) == 0 { expand(inner) }
    case .repetition(let inner):
      while isAffordable(inner), numbers.below(3) == 0 { expand(inner) }
    case .rule(let name):
      if let text = lexical(name) {
        pieces.append(text)
        return
      }
      guard let right = grammar.rules[name] else { return }
      budget -= 1
      defer { budget += 1 }
      expand(rule: name, right)
    }
  }

  private func isAffordable(_ term: GrammarTerm) -> Bool {
    (Self.height(of: term, heights) ?? .max) < budget
  }

  /// Rules whose parts hang together beyond what the grammar says.
  private mutating func expand(rule name: String, _ right: GrammarTerm) {
    let wasInHead = isInHead
    defer { isInHead = wasInHead }
    switch name {
    case "head": isInHead = true
    case "tuple", "array", "arguments", "block", "parameters": isInHead = false
    case "separator":
      pieces.append(isInString ? ";" : numbers.below(4) == 0 ? ";" : "\n")
      return
    case "statements":
      expand(.rule("separators"))
      while budget > 8, numbers.below(2) == 0 {
        expand(.rule("statement"))
        pieces.append(numbers.below(5) == 0 ? ";" : "\n")
      }
      return
    case "end":
      // The end of the braces ends too, but not where another member follows.
      pieces.append("\n")
      return
    case "postfix":
      let start = pieces.count
      expand(.rule("operand"))
      // The digits of a position would be those of the number before them.
      let first = pieces[start]
      guard !["true", "false", "none", "-"].contains(first), !(first.first?.isNumber ?? false)
      else { return }
      while budget > 6, numbers.below(3) == 0 {
        switch numbers.below(4) {
        case 0: expand(.rule("arguments"))
        case 1: pieces += [".", numbers.pick(["0", "1"])]
        case 2: pieces += [".", numbers.pick(["x", "run", "π"])]
        default:
          pieces.append("[")
          isInHead = false
          expand(.rule("expression"))
          isInHead = wasInHead
          pieces.append("]")
        }
      }
      return
    case "operand":
      // A line that begins with a point goes on from the one before.
      let start = pieces.count
      repeat {
        pieces.removeLast(pieces.count - start)
        expand(right)
      } while (pieces[start] == "."
        && (start == 0 || ["\n", ";", ":"].contains(pieces[start - 1])))
        || (isInHead && ["record", "if", "match", "fn"].contains(pieces[start]))
      return
    default: break
    }
    expand(right)
  }

  private mutating func speak(_ words: String) {
    switch words {
    case "an expression in which \"record\" outside of brackets is a name":
      expand(.rule("expression"))
    case "a name, member, element, or tuple of places":
      pieces.append(
        numbers.pick(["a", "b . c", "a [ 1 ]", "( a , b . x )", "run", "m [ 1 , i ] . x"]))
    case "a call":
      expand(.rule("postfix"))
      pieces.append("(")
      pieces.append(")")
    case "a range that begins with a literal or a sign":
      pieces.append(
        numbers.pick(["1", "-3", "0 ..< 10", "1 us ... 5 us", "\"text\"", "true", "none", "- a"]))
    case _ where words.hasPrefix("a type in brackets"):
      pieces.append(
        numbers.pick(["[Int32](a)", "Float<V/us>(a)", "[[Float<D*E>]](b)", "Box<Int>.make"]))
    default: break
    }
  }

  private mutating func lexical(_ name: String) -> String? {
    switch name {
    case "name":
      return numbers.pick([
        "a", "b", "value", "Thing", "π", "x1", "run", "device", "over", "field", "error", "at",
        "shared", "test",
      ])
    case "digits": return numbers.pick(["0", "1"])
    case "unit": return numbers.pick(["us", "V/us", "Hz^2", "1/s", "V*s", "kg", "dimension"])
    case "number":
      return numbers.pick([
        "0", "42", "1_000", "0xFF", "0b10", "1.5", "2e-3", "10 us", "2.5 V/us", "3 Hz^2", "1.5MHz",
      ])
    case "string":
      return numbers.pick([
        "\"\"", "\"text\"", "\"{a}\"", "\"{a:.3f} {b} {{}}\"", "\"\\n{f(a, b: 1)}\"",
      ])
    case "string without values": return numbers.pick(["\"a\"", "\"lab/b.exp\"", "\"{{\""])
    case "newline": return "\n"
    default: return nil
    }
  }

  /// The pieces with spaces between them, but for those where a space means something.
  private func text() -> String {
    var text = ""
    var last = "\n"
    for piece in pieces {
      let isTight =
        piece == "\n" || last == "\n" || last == "." || piece == "." && !["=", ","].contains(last)
      if !isTight { text += " " }
      text += piece
      last = piece
    }
    return text + "\n"
  }
}
