import Diagnostics

// The files that are written from the rules.
extension HighlightingGrammar {
  /// The grammar as editors read it.
  var textMate: String {
    func entry(_ rule: Rule) -> JSONValue {
      if rule.styles.count == 1 {
        return ["match": .string(rule.pattern), "name": .string(rule.styles[0].scope)]
      }
      let captures = rule.styles.enumerated().map { number, style in
        JSONValue.Member("\(number + 1)", ["name": .string(style.scope)])
      }
      return ["match": .string(rule.pattern), "captures": .object(captures)]
    }
    func pair(_ begin: String, _ end: String, _ style: Style, _ inside: [JSONValue]) -> JSONValue {
      [
        "begin": .string(begin), "end": .string(end),
        "beginCaptures": ["0": ["name": .string(style.scope)]],
        "endCaptures": ["0": ["name": .string(style.scope)]],
        "patterns": .array(inside),
      ]
    }
    let all: JSONValue = ["include": "#code"]
    let file: JSONValue = [
      "name": "Larmor", "scopeName": "source.larmor", "fileTypes": ["exp"],
      "patterns": [all],
      "repository": [
        "code": ["patterns": .array([["include": "#string"]] + rules.map(entry))],
        "string": [
          "begin": "\"", "end": #""|$"#, "name": .string(Style.string.scope),
          "patterns": .array(
            stringRules.filter { $0.styles != [.string] }.map(entry)
              + [pair(#"\{"#, #"\}|(?=$)"#, .interpolation, [["include": "#value"]])]),
        ],
        "value": [
          "patterns": [
            ["match": .string(Self.formatPattern), "name": .string(Style.format.scope)],
            ["include": "#bracket"], all,
          ]
        ],
        "bracket": pair(
          #"[(\[{]"#, #"[)\]}]|(?=$)"#, .punctuation, [["include": "#bracket"], all]),
      ],
    ]
    return file.pretty + "\n"
  }

  /// The lexer as Pygments reads it.
  var pygments: String {
    func line(_ rule: Rule, _ indentation: String = "            ") -> String {
      let style =
        rule.styles.count == 1
        ? rule.styles[0].token
        : "bygroups(\(rule.styles.map(\.token).joined(separator: ", ")))"
      return "\(indentation)(r'''\(rule.pattern)''', \(style)),"
    }
    let interpolation = Style.interpolation.token
    let punctuation = Style.punctuation.token
    return """
      \"\"\"A Pygments lexer for Larmor, written by the tests from Grammar/larmor.ebnf.\"\"\"

      from pygments.lexer import RegexLexer, bygroups, include
      from pygments.token import Comment, Keyword, Name, Number, Operator
      from pygments.token import Punctuation, String, Whitespace

      __all__ = ["LarmorLexer"]


      class LarmorLexer(RegexLexer):
          name = "Larmor"
          aliases = ["larmor"]
          filenames = ["*.exp"]

          tokens = {
              "root": [
                  (r'\\s+', Whitespace),
                  (r'"', \(Style.string.token), "string"),
                  include("code"),
              ],
              "code": [
      \(rules.map { line($0) }.joined(separator: "\n"))
              ],
              "string": [
                  (r'"', \(Style.string.token), "#pop"),
                  (r'\\n', Whitespace, "#pop"),
      \(stringRules.map { line($0) }.joined(separator: "\n"))
                  (r'\\{', \(interpolation), "value"),
              ],
              "value": [
                  (r'\\}', \(interpolation), "#pop"),
                  (r'\(Self.formatPattern)', \(Style.format.token)),
                  (r'[(\\[{]', \(punctuation), "bracket"),
                  (r'[ \\t]+', Whitespace),
                  (r'"', \(Style.string.token), "string"),
                  include("code"),
              ],
              "bracket": [
                  (r'[)\\]}]', \(punctuation), "#pop"),
                  (r'[(\\[{]', \(punctuation), "#push"),
                  (r'[ \\t]+', Whitespace),
                  (r'"', \(Style.string.token), "string"),
                  include("code"),
              ],
          }

      """
  }

  /// What stands behind the value in a string, up to its brace.
  static let formatPattern = #":[^"{}\n]*(?=\})"#
}
