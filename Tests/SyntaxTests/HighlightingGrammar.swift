import Syntax
import TestKit

/// How programs are coloured: rules made from the words, operators, escapes and units of the
/// grammar, of which the files for editors and for Pygments are written.
///
/// `UPDATE_GOLDEN=1` writes them anew.
struct HighlightingGrammar: Sendable {
  /// What a stretch of text is to be coloured as.
  enum Style: String, CaseIterable, Sendable {
    case hashbang, documentation, comment
    case string, escape, interpolation, format
    case number, unit
    case keyword, declaration, constant, wordOperator
    case type, function, name, symbol, punctuation

    /// What TextMate calls it.
    var scope: String {
      switch self {
      case .hashbang: "comment.line.shebang.larmor"
      case .documentation: "comment.line.documentation.larmor"
      case .comment: "comment.line.number-sign.larmor"
      case .string: "string.quoted.double.larmor"
      case .escape: "constant.character.escape.larmor"
      case .interpolation: "punctuation.section.interpolation.larmor"
      case .format: "constant.other.placeholder.larmor"
      case .number: "constant.numeric.larmor"
      case .unit: "keyword.other.unit.larmor"
      case .keyword: "keyword.control.larmor"
      case .declaration: "storage.type.larmor"
      case .constant: "constant.language.larmor"
      case .wordOperator: "keyword.operator.word.larmor"
      case .type: "entity.name.type.larmor"
      case .function: "entity.name.function.larmor"
      case .name: "variable.other.larmor"
      case .symbol: "keyword.operator.larmor"
      case .punctuation: "punctuation.larmor"
      }
    }

    /// What Pygments calls it.
    var token: String {
      switch self {
      case .hashbang: "Comment.Hashbang"
      case .documentation: "String.Doc"
      case .comment: "Comment.Single"
      case .string: "String.Double"
      case .escape: "String.Escape"
      case .interpolation: "String.Interpol"
      case .format: "String.Affix"
      case .number: "Number"
      case .unit: "Keyword.Type"
      case .keyword: "Keyword"
      case .declaration: "Keyword.Declaration"
      case .constant: "Keyword.Constant"
      case .wordOperator: "Operator.Word"
      case .type: "Name.Class"
      case .function: "Name.Function"
      case .name: "Name"
      case .symbol: "Operator"
      case .punctuation: "Punctuation"
      }
    }
  }

  /// A pattern and how what it matches, or each of its groups, is coloured.
  struct Rule: Sendable {
    let pattern: String
    let styles: [Style]
  }

  /// Outside of strings, in the order in which they are tried.
  let rules: [Rule]
  /// In strings, but for the values in them.
  let stringRules: [Rule]

  init(_ grammar: Ebnf) {
    let reserved = HighlightingGrammar.texts(in: grammar.rules["reserved"])
    var all: Set<String> = []
    for term in grammar.rules.values { all.formUnion(HighlightingGrammar.texts(in: term)) }
    let lexical = [
      "string", "string without values", "escape", "integer", "real", "exponent",
      "digits", "unit", "unit factor", "format", "comment",
    ]
    var spelt: Set<String> = []
    for (name, term) in grammar.rules where !lexical.contains(name) {
      spelt.formUnion(HighlightingGrammar.texts(in: term))
    }
    let words = spelt.filter { $0.allSatisfy(\.isLetter) && $0.count > 1 }
    let contextual = words.subtracting(reserved)
    let symbols = spelt.filter { !$0.isEmpty && !$0.contains(where: \.isLetter) }

    let constants: Set<String> = ["true", "false", "none"]
    let operators: Set<String> = ["and", "or", "not", "in"]
    let declarations: Set<String> = [
      "let", "var", "const", "fn", "kernel", "host", "mutating", "inout", "import", "struct",
      "enum", "interface", "driver", "experiment", "part",
    ]
    let stages: Set<String> = ["prepare", "run", "analyze", "cleanup"]
    let blocks: Set<String> = ["sequential", "parallel", "critical", "record"]
    let behind: Set<String> = ["at", "over", "by", "as"]
    let heads = contextual.subtracting(stages).subtracting(blocks).subtracting(behind)

    let name = #"(?:[^\W\d]\w*)"#
    let units = allUnits.map(\.name).sorted { ($1.count, $0) < ($0.count, $1) }
      .map(HighlightingGrammar.escaped).joined(separator: "|")
    let factor = #"(?:\#(units))(?:\^-?\d+)?"#
    let unit = #"(?:1/)?\#(factor)(?:[*/]\#(factor))*"#
    let number = #"0x[0-9A-Fa-f_]+|0b[01_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?"#
    let marks: Set<String> = ["(", ")", "[", "]", "{", "}", ",", ";", ":", "."]
    func word(_ words: Set<String>, _ after: String = "") -> String {
      #"\b(?:"# + words.sorted().joined(separator: "|") + #")\b"# + after
    }
    rules = [
      Rule(pattern: #"\A#!.*"#, styles: [.hashbang]),
      Rule(pattern: #"^[ \t]*##(?!#).*"#, styles: [.documentation]),
      Rule(pattern: #"#.*"#, styles: [.comment]),
      Rule(pattern: #"(?<=[\w)\]]\.)\d+"#, styles: [.number]),
      Rule(pattern: #"\b(\#(number))( ?)(\#(unit))(?![\w])"#, styles: [.number, .name, .unit]),
      Rule(pattern: #"\b(?:\#(number))"#, styles: [.number]),
      Rule(pattern: word(constants), styles: [.constant]),
      Rule(pattern: word(operators), styles: [.wordOperator]),
      Rule(pattern: word(declarations), styles: [.declaration]),
      Rule(
        pattern: word(
          reserved.subtracting(constants).subtracting(operators)
            .subtracting(declarations)), styles: [.keyword]),
      Rule(pattern: word(stages, #"(?=[ \t]*\{)"#), styles: [.declaration]),
      Rule(pattern: word(blocks, #"(?=[ \t]*(?:\{|for\b))"#), styles: [.keyword]),
      Rule(
        pattern: word(
          heads, #"(?=[ \t]+(?:\#(name)[ \t]*(?:[:,(\n]|$)|"[^"\n]*"[ \t]*\{|kernel\b))"#),
        styles: [.declaration]),
      Rule(pattern: word(behind, #"(?=[ \t]+[\w"(\[-])"#), styles: [.keyword]),
      Rule(pattern: #"\b[A-Z]\w*"#, styles: [.type]),
      Rule(pattern: #"\#(name)(?=\()"#, styles: [.function]),
      Rule(pattern: name, styles: [.name]),
      Rule(
        pattern: symbols.subtracting(marks).sorted { ($1.count, $0) < ($0.count, $1) }
          .map(HighlightingGrammar.escaped).joined(separator: "|"), styles: [.symbol]),
      Rule(
        pattern: marks.sorted().map(HighlightingGrammar.escaped).joined(separator: "|"),
        styles: [.punctuation]),
    ]
    stringRules = [
      Rule(pattern: #"\\u\{[0-9A-Fa-f]+\}|\\[ntr0\\"]|\{\{|\}\}"#, styles: [.escape]),
      Rule(pattern: #"[^"\\{}\n]+"#, styles: [.string]),
    ]
  }

  /// All that stands in quotes in `term`.
  private static func texts(in term: GrammarTerm?) -> Set<String> {
    switch term {
    case nil, .words, .rule: []
    case .text(let text): [text]
    case .option(let inner), .repetition(let inner): texts(in: inner)
    case .sequence(let terms), .choice(let terms):
      terms.reduce(into: []) { $0.formUnion(texts(in: $1)) }
    case .without(let first, let second): texts(in: first).union(texts(in: second))
    }
  }

  private static func escaped(_ text: String) -> String {
    text.map {
      #"\.*+?()[]{}|^$/-&"#.contains($0) && $0 != "/" && $0 != "-" && $0 != "&"
        ? "\\\($0)" : "\($0)"
    }.joined()
  }
}
