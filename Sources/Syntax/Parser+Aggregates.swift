import Diagnostics

// Structs, enums, errors and interfaces.

extension Parser {
  /// Parses what stands between the braces that come next, part by part, up to the `}`; each `part`
  /// takes at least one token.
  ///
  /// False if there are no braces.
  mutating func braced(
    allowing allowed: @escaping (Token.Kind) -> Bool, in container: StaticString,
    _ part: (inout Parser) -> Void
  ) -> Bool {
    if kind == .newline, tokens[index].kind == .leftBrace {
      correct(.braceOnNextLine(tokens[index], after: previousEnd, in: self))
      advance()
    }
    if kind == .colon, peek() == .leftBrace, isOnSameLine() {
      correct(.superfluousColon(at: hereSpan))
      advance()
    }
    let opening = index
    let isIndented =
      kind == .colon && unclosedBraceCount >= 0 && opening + 1 < tokens.count
      && tokens[opening + 1].isFirstOnLine
      && column(ofLineAt: opening + 1) > column(ofLineAt: opening)
    if isIndented {
      beginIndentedBlock()
      advance()
    } else if kind != .leftBrace {
      report(.missingBrace(at: emptySpan(at: previousEnd), in: self))
      guard skipToBraceOnThisLine() || unclosedBraceCount < 0 else {
        skipLine()
        return false
      }
    }
    guard descend() else {
      ascend()
      return false
    }
    defer { ascend() }
    let outerLimit = indentationLimit
    defer { indentationLimit = outerLimit }
    indentationLimit = isIndented ? column(ofLineAt: opening) : -1
    let bracket =
      isIndented
      ? openIndented(at: opening) : kind == .leftBrace ? open() : openWithoutBracket()
    while true {
      skipSeparators()
      if unclosedBraceCount > 0, kind == .identifier {
        _ = takeForeignEnd(openedAt: bracket.opener)
      }
      if isBehindIndentedLines { break }
      if kind == .rightBrace {
        if takeStrayBrace(inBracesAt: bracket.opener) { continue }
        break
      }
      if kind == .end || kind == .valueEnd || kind == .format || kind == .stringEnd { break }
      switch place(inBracesAt: bracket.opener, allowing: allowed) {
      case .closesBraces:
        close(bracket, .rightBrace)
        return true
      case .misplaced:
        misplacedDeclaration(container)
        continue
      case .belongsHere: break
      }
      if kind == .leftBrace {
        takeStrayBlock()
        continue
      }
      let first = index
      let isOutermost = foreign == nil
      if kind == .atSign, peek().isName || peek().isReserved, isOnSameLine() {
        takeDecorator()
        skipSeparators()
        if kind == .rightBrace || kind == .end { continue }
      }
      part(&self)
      if isOutermost { finishForeign() }
      if index == first, kind != .end, kind != .rightBrace {
        report(.unexpected(in: self))
        skipToken()
      }
    }
    if isIndented {
      endIndented(bracket)
      closeIndentedBlock(isOnNextLine: true, opening: opening)
    } else {
      close(bracket, .rightBrace)
    }
    return true
  }

  private static func isMethodWord(_ word: Token.Kind) -> Bool {
    switch word {
    case .fn, .host, .mutating: true
    // Members of an aggregate may be called what they like.
    case .analyze, .arg, .as, .at, .by, .cleanup, .critical, .dataset, .device, .error, .field,
      .over, .parallel,
      .prepare, .record, .resident, .run, .seamless, .sequential, .shared, .test, .use:
      false
    default: false
    }
  }

  /// What may end a field or case: a comma, a newline, or the end of the braces.
  private mutating func endPart() {
    if take(.comma) || takeBar() { return }
    let isNextPart =
      kind.isName && (peek() == .colon || peek() == .comma || peek() == .rightBrace)
      || Parser.isMethodWord(kind) && peek().isName
    if isNextPart, isOnSameLine(0), !isReportedHere {
      return correct(.missingComma(at: emptySpan(at: previousEnd), tokens[index], in: self))
    }
    endDeclaration()
  }

  /// Parses `struct Name<T> { field: T = default … fn method() { } }`.
  mutating func structure(_ documentation: String?) -> StructDeclaration? {
    let start = self.start
    advance()
    guard let name = name("the name of the struct") else {
      skipLine()
      return nil
    }
    let generics = genericParameters()
    if kind == .leftParenthesis { return structInParentheses(name, generics, documentation, start) }
    if kind == .assign, peek() == .leftBrace {
      correct(.superfluousWord(tokens[index], "a struct", in: self))
      advance()
    }
    let faultsBefore = faultCount
    defer { if faultCount != faultsBefore { module.doubts.declarations.insert(name.text) } }
    let hadSelf = hasSelf
    hasSelf = true
    defer { hasSelf = hadSelf }
    var fields: [Field] = []
    var methods: [Function] = []
    _ = braced(
      allowing: { Parser.isMethodWord($0) || $0 == .let || $0 == .var }, in: "a struct"
    ) { parser in
      let documentation = parser.takeDocumentation()
      parser.takeModifiers()
      parser.correctWord(among: [.fn, .mutating])
      if Parser.isMethodWord(parser.kind) {
        if let method = parser.function(isBodyRequired: true, documentation) {
          methods.append(method)
        }
        parser.endDeclaration()
        return
      }
      if parser.kind == .let || parser.kind == .var {
        parser.correct(.superfluousWord(parser.tokens[parser.index], "a field", in: parser))
        parser.advance()
      }
      if parser.beginsFunctionWithoutWord {
        if let method = parser.functionWithoutWord(documentation) { methods.append(method) }
        return parser.endDeclaration()
      }
      if let field = parser.fieldOfStruct(documentation) { fields.append(field) }
      parser.endPart()
    }
    return StructDeclaration(
      name: name, generics: generics, fields: fields, methods: methods,
      documentation: documentation,
      span: span(from: start))
  }

  /// Parses `struct Name(x: Int, y: Int)`.
  private mutating func structInParentheses(
    _ name: Name, _ generics: [GenericParameter], _ documentation: String?, _ start: UInt32
  ) -> StructDeclaration {
    let opening = hereSpan
    let parameters = parameters(areNamed: true)
    let closing = Span(source, Int(previousEnd) - 1, Int(previousEnd))
    correct(.fieldsInParentheses(opening, closing))
    let fields = parameters.map {
      Field(
        name: $0.name, type: $0.type, value: $0.defaultValue, documentation: nil,
        span: $0.name.span)
    }
    return StructDeclaration(
      name: name, generics: generics, fields: fields, methods: [], documentation: documentation,
      span: span(from: start))
  }

  private mutating func fieldOfStruct(_ documentation: String?) -> Field? {
    let start = self.start
    if let (name, type) = nameAndTypeWithoutColon() {
      let value = takeAssign() ? valueOfDeclaration() : nil
      return Field(
        name: name, type: type, value: value, documentation: documentation,
        span: span(from: start))
    }
    guard let name = name("the name of a field") else {
      skipLine()
      return nil
    }
    return typedField(name, documentation, from: start)
  }

  /// What follows the name of a field: `: T = default`.
  mutating func typedField(_ name: Name, _ documentation: String?, from start: UInt32) -> Field {
    guard take(.colon) else {
      report(.missingType(name, in: self))
      let value = take(.assign) ? valueOfDeclaration() : nil
      return Field(
        name: name, type: nil, value: value, documentation: documentation, span: span(from: start))
    }
    let written = type()
    let value = takeAssign() ? valueOfDeclaration() : nil
    return Field(
      name: name, type: written, value: value, documentation: documentation, span: span(from: start)
    )
  }

  /// Parses `enum Name { one, two(Float), three(radius: Float) … fn method() { } }`.
  mutating func enumeration(_ documentation: String?) -> EnumDeclaration? {
    let start = self.start
    advance()
    guard let name = name("the name of the enum") else {
      skipLine()
      return nil
    }
    let generics = genericParameters()
    takeRawType()
    let faultsBefore = faultCount
    defer { if faultCount != faultsBefore { module.doubts.declarations.insert(name.text) } }
    var cases: [EnumCase] = []
    var methods: [Function] = []
    var hasValues = false
    let hadSelf = hasSelf
    hasSelf = true
    defer { hasSelf = hadSelf }
    _ = braced(allowing: Parser.isMethodWord, in: "an enum") { parser in
      let documentation = parser.takeDocumentation()
      parser.takeModifiers()
      if parser.peek() == .identifier, parser.peek(2) == .leftParenthesis {
        parser.correctWord(among: [.fn])
      }
      if Parser.isMethodWord(parser.kind) {
        if let method = parser.function(isBodyRequired: true, documentation) {
          methods.append(method)
        }
        parser.endDeclaration()
        return
      }
      if parser.kind == .case {
        let fault = Diagnostic.superfluousWord(
          parser.tokens[parser.index], "a case of an enum", in: parser)
        if cases.isEmpty { parser.correct(fault) }
        parser.advance()
      }
      if parser.kind == .identifier, parser.peek() == .leftParenthesis,
        parser.beginsFunctionWithoutWord
      {
        if let method = parser.functionWithoutWord(documentation) { methods.append(method) }
        return parser.endDeclaration()
      }
      guard let name = parser.name("the name of a case") else { return parser.skipLine() }
      let payload = parser.payload()
      cases.append(EnumCase(name: name, payload: payload))
      if parser.kind == .assign {
        // `one = 1`
        if !hasValues { parser.correct(.caseWithValue(at: parser.hereSpan)) }
        hasValues = true
        parser.advance()
        _ = parser.expression()
      }
      parser.endPart()
    }
    return EnumDeclaration(
      name: name, generics: generics, cases: cases, methods: methods, documentation: documentation,
      span: span(from: start))
  }

  /// Takes the `: Int` that other languages have behind the name of an enum.
  private mutating func takeRawType() {
    guard kind == .colon, peek().isName, peek(2) == .leftBrace else { return }
    let place = Span(source, Int(self.start), Int(tokens[index + 1].end))
    correct(.enumWithType(at: place))
    advance()
    advance()
  }

  /// What a case or an error carries, in parentheses; braces are reported, and meant as such.
  private mutating func payload() -> [Parameter] {
    if kind == .leftParenthesis { return parameters(areNamed: false) }
    guard kind == .leftBrace, isOnSameLine(0), peek().isName || peek() == .rightBrace,
      let end = closer(ofBracketAt: index)
    else { return [] }
    correct(.payloadInBraces(span(of: tokens[index]), span(of: tokens[end])))
    for (place, meant) in [(index, Token.Kind.leftParenthesis), (end, .rightParenthesis)] {
      let token = tokens[place]
      tokens[place] = Token(start: token.start, end: token.end, kind: meant, flags: token.flags)
    }
    kind = .leftParenthesis
    return parameters(areNamed: false)
  }

  /// Takes the `|` between the cases of an enum in other languages.
  private mutating func takeBar() -> Bool {
    guard kind == .bar, peek().isName else { return false }
    if !isReportedHere {
      var bars: [Edit] = []
      var place = index
      while place < tokens.count, tokens[place].kind != .rightBrace, tokens[place].kind != .end {
        if tokens[place].kind == .bar { bars.append(Edit(span(of: tokens[place]), ",")) }
        place += 1
      }
      correct(.barBetweenCases(at: hereSpan, bars))
      silenceLine()
    }
    advance()
    return true
  }

  /// Parses `error Name(payload)`.
  mutating func errorDeclaration(_ documentation: String?) -> ErrorDeclaration? {
    let start = self.start
    advance()
    guard let name = name("the name of the error") else {
      skipLine()
      return nil
    }
    let payload = payload()
    return ErrorDeclaration(
      name: name, payload: payload, documentation: documentation, span: span(from: start))
  }

  /// Parses `interface Name { kernel on() }`.
  mutating func interface(_ documentation: String?) -> InterfaceDeclaration? {
    let start = self.start
    advance()
    guard let name = name("the name of the interface") else {
      skipLine()
      return nil
    }
    var kernels: [Function] = []
    _ = braced(allowing: { $0 == .kernel || $0 == .seamless }, in: "an interface") { parser in
      let documentation = parser.takeDocumentation()
      parser.correctWord(among: [.kernel, .seamless])
      guard parser.kind == .kernel || parser.kind == .seamless else {
        parser.report(.expected("kernel", in: parser))
        return parser.skipLine()
      }
      if let kernel = parser.function(isBodyRequired: false, documentation) {
        if let body = kernel.body { parser.correct(.bodyInInterface(at: body.span)) }
        kernels.append(kernel)
      }
      parser.endDeclaration()
    }
    return InterfaceDeclaration(
      name: name, kernels: kernels, documentation: documentation, span: span(from: start))
  }
}
