package import Diagnostics

/// Parses the text of `source`.
///
/// There is always a tree: where an error was found it has `.invalid` nodes, which agree with
/// everything. One mistake gives one error.
package func parse(_ source: SourceID, in sources: SourceSet) -> Checked<ParsedModule> {
  var parser = Parser(lex(source, in: sources), bytes: sources[source].bytes)
  parser.parseModule()
  parser.finishDoubts()
  return Checked(ParsedModule(parser.module), parser.sortedDiagnostics)
}

/// An expression that is a source text of its own, as a value on the command line is.
package struct ParsedExpression: Sendable {
  package let module: ParsedModule
  package let expression: ExpressionID
}

/// Parses the text of `source` as one expression.
package func parseExpression(_ source: SourceID, in sources: SourceSet) -> Checked<ParsedExpression>
{
  var parser = Parser(lex(source, in: sources), bytes: sources[source].bytes)
  parser.skipSeparators()
  let expression = parser.expression()
  parser.skipSeparators()
  if parser.kind != .end { parser.reportUnexpected() }
  return Checked(
    ParsedExpression(module: ParsedModule(parser.module), expression: expression),
    parser.sortedDiagnostics)
}

/// The bounds of a program's shape, so that whoever walks the tree does not run out of stack.
package enum Limits {
  /// How deep blocks, brackets, types and patterns may be nested in each other.
  package static let nestingMax = 250
  /// How high an expression's tree may be; each operator and each call in a chain counts.
  package static let expressionHeightMax = 1_000
}

/// Goes over the tokens of a source once, with a look at those ahead, and makes the tree.
struct Parser {
  let source: SourceID
  let bytes: [UInt8]
  let trivia: [Trivia]
  private let unterminatedStrings: [Int]
  private let anchor = Anchor()
  let units = UnitTable.shared
  /// `>>` and the like are split where they close type arguments; else nothing in here changes.
  var tokens: [Token]
  var module: TreeContents
  var diagnostics: [Diagnostic]

  /// The token that comes next; what it is taken as is in `kind`.
  var index = 0
  /// The kind of the token that comes next, or `newline` where the line before it ended something.
  var kind: Token.Kind
  /// Where the token before the next one ends.
  var previousEnd: UInt32 = 0
  /// Whether a newline ends a statement here: false directly inside `( )` and `[ ]`.
  var linesMatter = true
  /// Whether a `{` here begins the block of an `if`, `for`, `while` or `match`.
  var isInHead = false
  /// Which of the diagnostics is about a block that ends with a word.
  var endFault: Int?
  /// Whether `self` is the value whose method this is.
  var hasSelf = false
  /// Which of the diagnostics is about `self` where there is none.
  var selfFault: Int?
  /// Whether something is called `self` or `this`, and which types are declared, once asked for.
  var isSelfDeclared: Bool?
  var declaredTypes: Set<String>?
  /// The parts, drivers and interfaces that the file declares, once asked for.
  var memberTypes: [String: Token.Kind]?
  /// Names that were declared with a digit at their beginning.
  var digitNames: Set<String> = []
  /// Whether that is the condition of an `if` or `while`.
  var isCondition = false
  /// Whether `case` and `else:` end a statement here.
  var isInMatchCase = false
  /// Whether the innermost of the open brackets is a `[`.
  var isInSquareBrackets = false
  /// Reserved words that were used as names, reported once.
  var misusedWords: Set<Token.Kind> = []
  /// Documentation that stood before an import and belongs to the declaration after it.
  var documentationPassedOn: String?

  /// How many `{` still lack their `}`; negative if there are too few `{`.
  ///
  /// Only what is wrong depends on it.
  var unclosedBraceCount: Int
  /// Where lines begin and how far they are indented, if a brace is missing or left over.
  let lines: [(start: Int, indentation: Int)]
  /// Which brackets belong together; found out when first asked for.
  private var knownPairs: BracketPairs?
  /// How many `}` stand in strings that have no end, and are missing because of that.
  var swallowedBraceCount = 0
  /// The tokens that say nothing that can be relied on, and how many such stretches there were.
  var doubtful: [(first: Int, last: Int)] = []
  var faultCount = 0
  /// Where the lexer found something wrong.
  let lexicalFaults: [UInt32]
  /// What is being taken of another language, if something is.
  var foreign: ForeignConstruct?
  /// Lines indented no further than this end the statements here; -1 inside of braces.
  var indentationLimit = -1
  /// No more errors are reported up to this token.
  ///
  /// Nor are any behind it on its line.
  private var lastReportedIndex = -1
  private var depth = 0
  /// The height of the expression being parsed, so far.
  private var height = 0
  private(set) var isAbandoned = false

  init(_ lexed: LexedSource, bytes: [UInt8]) {
    source = lexed.source
    self.bytes = bytes
    trivia = lexed.trivia
    unterminatedStrings = lexed.unterminatedStrings.sorted()
    tokens = lexed.tokens
    diagnostics = lexed.diagnostics
    lexicalFaults = lexed.diagnostics.map(\.span.start).sorted()
    unclosedBraceCount = lexed.unclosedBraceCount
    lines = unclosedBraceCount == 0 ? [] : Self.lines(of: bytes)
    module = TreeContents(source: lexed.source)
    kind = tokens[0].kind
    let expected = tokens.count / 2 + 8
    module.expressions.reserveCapacity(expected)
    module.expressionSpans.reserveCapacity(expected)
    module.plainNumbers.reserveCapacity(expected)
    for start in unterminatedStrings {
      var place = start
      while place < bytes.count, bytes[place] != 0x0A {
        if bytes[place] == UInt8(ascii: "}") { swallowedBraceCount += 1 }
        if bytes[place] == UInt8(ascii: "{") { swallowedBraceCount -= 1 }
        place += 1
      }
    }
  }

  private static func lines(of bytes: [UInt8]) -> [(start: Int, indentation: Int)] {
    var lines = [(start: 0, indentation: 0)]
    var isIndenting = true
    for (place, byte) in bytes.enumerated() {
      switch byte {
      case 0x0A:
        lines.append((place + 1, 0))
        isIndenting = true
      case 0x20, 0x09: if isIndenting { lines[lines.count - 1].indentation += 1 }
      default: isIndenting = false
      }
    }
    return lines
  }

  /// The diagnostics in the order of the text.
  ///
  /// On a line with a string that has no end there is one only: which of its quotes is the one too
  /// many, or where one is missing, decides what all the rest is.
  var sortedDiagnostics: [Diagnostic] {
    let sorted = diagnostics.enumerated().sorted { a, b in
      (a.element.span.start, a.offset) < (b.element.span.start, b.offset)
    }.map(\.element)
    guard !unterminatedStrings.isEmpty else { return sorted }
    var kept: [Diagnostic] = []
    var broken = unterminatedStrings[...]
    var brokenLine = 0..<0
    var isTaken = false
    for diagnostic in sorted {
      let start = Int(diagnostic.span.start)
      while let first = broken.first, start >= brokenLine.upperBound,
        lineRange(around: first).lowerBound <= start
      {
        brokenLine = lineRange(around: first)
        broken.removeFirst()
        isTaken = false
      }
      if brokenLine.contains(start) {
        if isTaken { continue }
        isTaken = true
      }
      kept.append(diagnostic)
    }
    return kept
  }

  /// The bytes of the line on which the byte at `place` stands, and the newline.
  private func lineRange(around place: Int) -> Range<Int> {
    var start = min(place, bytes.count)
    while start > 0, bytes[start - 1] != 0x0A { start -= 1 }
    var end = place
    while end < bytes.count, bytes[end] != 0x0A { end += 1 }
    return start..<end + 1
  }

  // MARK: Tokens

  /// Goes to the next token; from the end of a line to what stands on the next one.
  @inline(__always)
  mutating func advance() {
    if kind == .newline {
      kind = tokens[index].kind
      return
    }
    guard index + 1 < tokens.count else { return }
    previousEnd = tokens[index].end
    index += 1
    settle()
  }

  /// Goes behind the next token, also where it begins a line.
  mutating func skipToken() {
    kind = tokens[index].kind
    advance()
  }

  /// Finds out what the next token counts as here (rule 2).
  @inline(__always)
  mutating func settle() {
    let token = tokens[index]
    kind = token.kind
    if linesMatter, token.flags.contains(.isFirstOnLine), endsLine(before: token) {
      kind = .newline
    }
  }

  private func endsLine(before token: Token) -> Bool {
    if token.kind == .end || token.kind.continuesLineBefore { return false }
    return index == 0 || !tokens[index - 1].kind.continuesOnNextLine
  }

  /// The kind of the token `distance` after the next one.
  func peek(_ distance: Int = 1) -> Token.Kind {
    let place = index + distance
    return place < tokens.count ? tokens[place].kind : .end
  }

  /// Whether the token `distance` after the next one stands on the same line as the one before it.
  func isOnSameLine(_ distance: Int = 1) -> Bool {
    let place = index + distance
    return place < tokens.count && !tokens[place].isFirstOnLine
  }

  /// Takes the next token if it is a `wanted` one.
  mutating func take(_ wanted: Token.Kind) -> Bool {
    guard kind == wanted else { return false }
    advance()
    return true
  }

  mutating func skipSeparators() {
    while kind == .newline || kind == .semicolon { advance() }
  }

  var start: UInt32 { tokens[index].start }

  func text(_ token: Token) -> String {
    String(decoding: bytes[Int(token.start)..<Int(token.end)], as: UTF8.self)
  }

  // MARK: Spans

  func span(of token: Token) -> Span { Span(source, Int(token.start), Int(token.end)) }

  /// From `start` to the end of what was taken last.
  func span(from start: UInt32) -> Span {
    Span(source, Int(min(start, previousEnd)), Int(previousEnd))
  }

  func emptySpan(at offset: UInt32) -> Span { Span(source, Int(offset), Int(offset)) }

  /// Where an error at the next token is shown: at the end of the line, if the line ends.
  var hereSpan: Span {
    kind == .newline || kind == .end ? emptySpan(at: previousEnd) : span(of: tokens[index])
  }

  // MARK: Nodes

  mutating func add(_ expression: Expression, from start: UInt32) -> ExpressionID {
    add(expression, at: span(from: start))
  }

  mutating func add(_ expression: Expression, at span: Span) -> ExpressionID {
    module.expressions.append(expression)
    module.expressionSpans.append(span)
    return ExpressionID(index: Int32(truncatingIfNeeded: module.expressions.count - 1))
  }

  mutating func add(_ statement: Statement, from start: UInt32) -> StatementID {
    module.statements.append(statement)
    module.statementSpans.append(span(from: start))
    return StatementID(index: Int32(truncatingIfNeeded: module.statements.count - 1))
  }

  mutating func add(_ type: WrittenType, from start: UInt32) -> TypeID {
    module.types.append(type)
    module.typeSpans.append(span(from: start))
    return TypeID(index: Int32(truncatingIfNeeded: module.types.count - 1))
  }

  mutating func add(_ pattern: Pattern, from start: UInt32) -> PatternID {
    module.patterns.append(pattern)
    module.patternSpans.append(span(from: start))
    return PatternID(index: Int32(truncatingIfNeeded: module.patterns.count - 1))
  }

  mutating func invalidExpression() -> ExpressionID { add(.invalid, at: hereSpan) }

  // MARK: Depth

  /// Goes one level deeper; false if that is too deep, and then the rest of the file has been given
  /// up.
  mutating func descend() -> Bool {
    depth += 1
    if depth > Limits.nestingMax { abandon() }
    return !isAbandoned
  }

  mutating func ascend() { depth -= 1 }

  /// Begins to measure a new tree, and returns what `finishMeasuring` is to be given.
  mutating func beginMeasuring() -> Int {
    let outer = height
    height = 0
    return outer
  }

  /// Notes that all that was measured lies below one more node.
  mutating func grow() {
    height += 1
    if height > Limits.expressionHeightMax { abandon() }
  }

  mutating func finishMeasuring(_ outer: Int) { height = max(outer, height + 1) }

  /// Reports that the program is too deep, once, and goes to its end.
  private mutating func abandon() {
    guard !isAbandoned else { return }
    diagnostics.append(.nestedTooDeeply(at: span(of: tokens[index])))
    isAbandoned = true
    index = tokens.count - 1
    kind = .end
  }

  // MARK: Reporting

  /// Reports what stands in the way at the next token, unless that has been done, or the lexer has
  /// done so.
  ///
  /// A second error on a line is nearly always a consequence of the first. With `isAboutLineBefore`
  /// the mistake is on the line before the next token, and that token's line may still have one of
  /// its own.
  mutating func report(_ diagnostic: Diagnostic, isAboutLineBefore: Bool = false) {
    guard !isAbandoned else { return }
    let place = isAboutLineBefore && index > 0 ? index - 1 : reportingIndex
    let isKnown = isLineReported(at: place) || (isAboutLineBefore && index <= lastReportedIndex)
    lastReportedIndex = max(lastReportedIndex, place)
    // The line is looked at once, however much is wrong on it.
    if isKnown { faultCount += 1 } else { doubtLine(of: place) }
    if isKnown || tokens[index].isBroken || (index > 0 && tokens[index - 1].isBroken) { return }
    diagnostics.append(diagnostic)
  }

  /// Reports a mistake of which it is known what was meant, so that parsing goes on as if that
  /// stood there.
  mutating func correct(_ diagnostic: Diagnostic) {
    guard !isAbandoned else { return }
    lastReportedIndex = max(lastReportedIndex, reportingIndex - 1)
    diagnostics.append(diagnostic)
  }

  /// Whether an error was reported on the line of the next token, up to it.
  var isReportedHere: Bool { isLineReported(at: reportingIndex) }

  /// No more errors are reported on the line of the next token.
  mutating func silenceLine() {
    var last = index
    while last + 1 < tokens.count, !tokens[last + 1].isFirstOnLine { last += 1 }
    lastReportedIndex = max(lastReportedIndex, last)
  }

  /// No more errors are reported at the next token.
  mutating func silence() { lastReportedIndex = max(lastReportedIndex, reportingIndex) }

  /// The token that an error here belongs to: where a line ends, its last one.
  private var reportingIndex: Int { kind == .newline && index > 0 ? index - 1 : index }

  /// Whether an error was reported at `place`, or before it on its line, by the lexer too.
  private func isLineReported(at place: Int) -> Bool {
    var place = place
    while place > lastReportedIndex {
      let token = tokens[place]
      if token.isBroken { return true }
      if token.isFirstOnLine { return false }
      place -= 1
    }
    return lastReportedIndex >= 0
  }

  /// The index of the bracket that closes the one at `opener`, or nil if none does.
  mutating func closer(ofBracketAt opener: Int) -> Int? { bracketPairs().closers[opener] }

  mutating func bracketPairs() -> BracketPairs {
    if let pairs = knownPairs { return pairs }
    let pairs = matchBrackets()
    knownPairs = pairs
    return pairs
  }
}
