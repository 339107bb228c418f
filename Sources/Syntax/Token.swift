package import Diagnostics

/// The smallest piece of a source text that means something: a word, a number, an operator, a
/// bracket.
package struct Token: Hashable, Sendable {
  /// What is known of a token beside its kind.
  package struct Flags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    /// No other token stands before it on its line.
    package static let isFirstOnLine = Flags(rawValue: 1)
    /// Doc comments stand between it and the token before.
    package static let isDocumented = Flags(rawValue: 2)
    /// The lexer has reported an error in it.
    package static let isBroken = Flags(rawValue: 4)
    /// A string with escapes or doubled braces in it.
    package static let hasEscapes = Flags(rawValue: 8)
  }

  package let start: UInt32
  package let end: UInt32
  package let kind: Kind
  package let flags: Flags

  package var isFirstOnLine: Bool { flags.contains(.isFirstOnLine) }
  var isBroken: Bool { flags.contains(.isBroken) }
}

/// A stretch of text that is not part of any token, and is more than white space.
package struct Trivia: Hashable, Sendable {
  /// What kind of trivia it is.
  package enum Kind: Hashable, Sendable {
    case comment, documentation, interpreterLine, byteOrderMark
  }
  package let kind: Kind
  package let start: UInt32
  package let end: UInt32
}

/// A source text as tokens, in order; together with the trivia and the white space between them
/// they are the text.
package struct LexedSource: Sendable {
  package let source: SourceID
  /// Ends with the one token of kind `.end`.
  package internal(set) var tokens: [Token]
  package internal(set) var trivia: [Trivia]
  package internal(set) var diagnostics: [Diagnostic]
  /// Where strings begin that have no end; what else is wrong on their lines follows from that.
  var unterminatedStrings: [Int] = []
  /// How many `{` there are more than `}`; negative if there are fewer.
  var unclosedBraceCount = 0
}

extension Token {
  /// What a token is.
  ///
  /// Words and operators have their spelling in `spelling`, and nowhere else.
  package enum Kind: UInt8, CaseIterable, Sendable {
    /// The end of the file.
    case end
    /// The end of a line where that ends a statement. Only the parser makes these; see rule 2.
    case newline
    /// What belongs to no token; an error was reported.
    case invalid
    case number
    /// A whole string without values in it.
    case string
    /// The `"` that begins a string with values in it; after it `stringText`, and `{` to `}`,
    /// alternate up to `stringEnd`.
    case stringStart, stringText, stringEnd
    /// The braces around a value in a string, and the `:.3f` before the closing one.
    case valueStart, valueEnd, format

    case identifier
    // Words of the grammar that are identifiers elsewhere.
    case analyze, arg, `as`, at, by, cleanup, critical, dataset, device, error, field, over,
      parallel, prepare
    case record, resident, run, seamless, sequential, shared, test, use

    // Reserved words.
    case and, await, `break`, `case`, `catch`, const, `continue`, driver, `else`, `enum`,
      experiment, `false`
    case finally, fn, `for`, `guard`, host, `if`, `import`, `in`, `inout`, interface, kernel, `let`,
      match
    case mutating, none, not, or, part, preload, `return`, send, `struct`, `throw`, `true`, `try`,
      `var`, `while`

    case leftParenthesis, rightParenthesis, leftBracket, rightBracket, leftBrace, rightBrace
    case comma, semicolon, colon, dot, arrow, question, assign
    /// The `>` that closes type arguments. Only the parser makes these; see rule 2.
    case typeArgumentsEnd
    case halfOpenRange, closedRange
    case plus, minus, star, slash, doubleSlash, percent, doubleStar, atSign
    case wrappingPlus, wrappingMinus, wrappingStar
    case ampersand, caret, bar, tilde, shiftLeft, shiftRight
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual, coalesce
    case plusAssign, minusAssign, starAssign, slashAssign, doubleSlashAssign, percentAssign,
      doubleStarAssign
    case atAssign, wrappingPlusAssign, wrappingMinusAssign, wrappingStarAssign
    case ampersandAssign, caretAssign, barAssign, shiftLeftAssign, shiftRightAssign
    // Of other languages; the parser says what to write here.
    case doubleAmpersand, doubleBar, exclamation

    /// How it is written, if it is always written alike.
    package var spelling: String? {
      switch self {
      case .end, .newline, .invalid, .number, .string, .stringText, .format, .identifier: nil
      case .stringStart, .stringEnd: "\""
      case .valueStart, .leftBrace: "{"
      case .valueEnd, .rightBrace: "}"
      case .analyze, .arg, .as, .at, .by, .cleanup, .critical, .dataset, .device, .error, .field,
        .over, .parallel,
        .prepare, .record, .resident, .run, .seamless, .sequential, .shared, .test, .use, .and,
        .await, .break,
        .case, .catch, .const, .continue, .driver, .else, .enum, .experiment, .false, .finally, .fn,
        .for, .guard,
        .host, .if, .import, .in, .inout, .interface, .kernel, .let, .match, .mutating, .none, .not,
        .or, .part,
        .preload, .return, .send, .struct, .throw, .true, .try, .var, .while:
        "\(self)"
      case .leftParenthesis: "("
      case .rightParenthesis: ")"
      case .leftBracket: "["
      case .rightBracket: "]"
      case .comma: ","
      case .semicolon: ";"
      case .colon: ":"
      case .dot: "."
      case .arrow: "->"
      case .question: "?"
      case .assign: "="
      case .halfOpenRange: "..<"
      case .closedRange: "..."
      case .plus: "+"
      case .minus: "-"
      case .star: "*"
      case .slash: "/"
      case .doubleSlash: "//"
      case .percent: "%"
      case .doubleStar: "**"
      case .atSign: "@"
      case .wrappingPlus: "&+"
      case .wrappingMinus: "&-"
      case .wrappingStar: "&*"
      case .ampersand: "&"
      case .caret: "^"
      case .bar: "|"
      case .tilde: "~"
      case .shiftLeft: "<<"
      case .shiftRight: ">>"
      case .equal: "=="
      case .notEqual: "!="
      case .less: "<"
      case .lessOrEqual: "<="
      case .greater, .typeArgumentsEnd: ">"
      case .greaterOrEqual: ">="
      case .coalesce: "??"
      case .plusAssign: "+="
      case .minusAssign: "-="
      case .starAssign: "*="
      case .slashAssign: "/="
      case .doubleSlashAssign: "//="
      case .percentAssign: "%="
      case .doubleStarAssign: "**="
      case .atAssign: "@="
      case .wrappingPlusAssign: "&+="
      case .wrappingMinusAssign: "&-="
      case .wrappingStarAssign: "&*="
      case .ampersandAssign: "&="
      case .caretAssign: "^="
      case .barAssign: "|="
      case .shiftLeftAssign: "<<="
      case .shiftRightAssign: ">>="
      case .doubleAmpersand: "&&"
      case .doubleBar: "||"
      case .exclamation: "!"
      }
    }

    /// Whether it is an identifier wherever the grammar does not ask for the word.
    package var isName: Bool {
      rawValue >= Kind.identifier.rawValue && rawValue <= Kind.use.rawValue
    }
    /// Whether it is a word that can never be a name.
    package var isReserved: Bool {
      rawValue >= Kind.and.rawValue && rawValue <= Kind.while.rawValue
    }
    /// Whether it is a word that the grammar knows, reserved or not.
    package var isWord: Bool {
      rawValue > Kind.identifier.rawValue && rawValue <= Kind.while.rawValue
    }
    /// Whether it is an operator that has an operand on its right.
    private var isOperator: Bool { rawValue >= Kind.halfOpenRange.rawValue }
    private var isWordOperator: Bool {
      self == .and || self == .or || self == .not || self == .in || self == .await
    }
    /// Whether a line that ends in it goes on with the next one.
    package var continuesOnNextLine: Bool {
      isOperator || self == .comma || self == .arrow || self == .assign || isWordOperator
    }
    /// Whether a line that begins with it goes on from the one before.
    package var continuesLineBefore: Bool {
      self == .dot || self == .else || self == .catch || self == .finally
    }
  }
}

/// The words of the grammar by their bytes: an open hash table, made once.
struct WordTable: Sendable {
  static let shared = WordTable()
  /// The last eight bytes of a word and its length; a word is found by both.
  private var entries = [(packed: UInt64, count: UInt8, kind: Token.Kind)](
    repeating: (0, 0, .identifier), count: 256)

  private init() {
    for kind in Token.Kind.allCases where kind.isWord {
      guard let spelling = kind.spelling else { continue }
      let packed = spelling.utf8.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      var index = WordTable.slot(packed)
      while entries[index].count != 0 { index = (index + 1) & 255 }
      entries[index] = (packed, UInt8(spelling.utf8.count), kind)
    }
  }

  private static func slot(_ packed: UInt64) -> Int {
    Int(truncatingIfNeeded: (packed &* 0x9E37_79B9_7F4A_7C15) >> 56)
  }

  /// The kind of the word with these last eight bytes and this length, `identifier` if the grammar
  /// has no such word.
  func kind(packed: UInt64, count: Int) -> Token.Kind {
    var index = WordTable.slot(packed)
    while entries[index].count != 0 {
      if entries[index].packed == packed, Int(entries[index].count) == count {
        return entries[index].kind
      }
      index = (index + 1) & 255
    }
    return .identifier
  }
}
