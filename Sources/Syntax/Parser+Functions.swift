import Diagnostics

// Functions wherever they stand: their words, parameters, results and bodies.

extension Parser {
  /// `host fn name(…) -> T { … }`, `kernel name(…) { … }` and the like.
  mutating func function(isBodyRequired: Bool, _ documentation: String? = nil) -> Function? {
    let start = self.start
    var isHost = false
    var isMutating = false
    var isSeamless = false
    while true {
      if kind == .host {
        isHost = true
      } else if kind == .mutating {
        isMutating = true
      } else if kind == .seamless,
        peek() == .kernel || peek() == .fn
      {
        isSeamless = true
      } else {
        break
      }
      advance()
    }
    if kind != .fn, kind != .kernel { correctWord(among: [.fn, .kernel]) }
    let isKernel = kind == .kernel
    if isKernel, isHost { report(.hostKernel(at: hereSpan)) }
    if !isKernel, isSeamless { report(.seamlessFunction(at: hereSpan)) }
    if !take(.kernel), !take(.fn) {
      report(.expected("fn", in: self))
      skipLine()
      return nil
    }
    if isAtInitializer {
      takeInitializer()
      return nil
    }
    let resultBefore = resultBeforeName()
    guard let name = name(isKernel ? "the name of the kernel" : "the name of the function") else {
      skipLine()
      return nil
    }
    let faultsBefore = faultCount
    defer { if faultCount != faultsBefore { module.doubts.bodies.append(span(from: start)) } }
    let signature = signature().returning(resultBefore ?? nil)
    if faultCount != faultsBefore { module.doubts.names.insert(name.text) }
    var body: Block?
    if isBodyRequired || kind == .leftBrace {
      if kind == .assign { body = bodyAsValue() } else { body = block() }
    }
    return Function(
      kind: isKernel ? isSeamless ? .seamlessKernel : .kernel : isHost ? .host : .portable,
      isMutating: isMutating,
      name: name, signature: signature, body: body, documentation: documentation,
      span: span(from: start))
  }

  /// Parses `fn f(x: Int) -> Int = x + 1`.
  private mutating func bodyAsValue() -> Block {
    let start = self.start
    let sign = hereSpan
    advance()
    let value = expression()
    correct(.bodyAsValue(sign, module.span(of: value)))
    let statement = add(.returnValue(value), from: start)
    return Block(statements: [statement], span: span(from: start))
  }

  /// Whether a name, parameters and a body come next, with neither `fn` nor `kernel` before them.
  var beginsFunctionWithoutWord: Bool {
    mutating get {
      let isBehindType =
        kind == .identifier && peek() == .identifier
        && (isTypeName(tokens[index]) || text(tokens[index]) == "void"
          || Parser.foreignTypeNames[text(tokens[index])] != nil)
      let name = isBehindType ? 1 : 0
      guard kind.isName, peek(name + 1) == .leftParenthesis, isOnSameLine(name + 1),
        let end = closer(ofBracketAt: index + name + 1),
        end + 1 < tokens.count, !tokens[end + 1].isFirstOnLine
      else { return false }
      return tokens[end + 1].kind == .leftBrace || tokens[end + 1].kind == .arrow
    }
  }

  mutating func functionWithoutWord(_ documentation: String?) -> Function? {
    let start = self.start
    if isAtInitializer {
      takeInitializer()
      return nil
    }
    let word: Token.Kind = !hasSelf && isMeantAsKernel ? .kernel : .fn
    let resultBefore = resultBeforeName(missing: word)
    if resultBefore == nil {
      let place = emptySpan(at: start)
      correct(
        hasSelf
          ? .missingWordInBody(at: place)
          : .missingFunctionWord(at: place, isKernel: word == .kernel))
    }
    guard let name = name("the name of the function") else { return nil }
    let signature = signature().returning(resultBefore ?? nil)
    return Function(
      kind: word == .kernel ? .kernel : .portable, isMutating: false, name: name,
      signature: signature, body: block(),
      documentation: documentation, span: span(from: start))
  }

  /// Parses `<T: Bound>(a: A, label b: B = c) -> R`.
  mutating func signature() -> FunctionSignature {
    let generics = genericParameters()
    var parameters: [Parameter] = []
    if kind == .leftParenthesis {
      parameters = self.parameters(areNamed: true)
    } else if kind == .arrow || kind == .leftBrace || kind == .newline {
      correct(.expectedParameters(in: self))
    } else {
      report(.expectedParameters(in: self))
      return FunctionSignature(
        generics: generics, parameters: [], result: nil, parametersEnd: previousEnd)
    }
    let parametersEnd = previousEnd
    takeForeignArrow()
    var result: TypeID?
    if take(.arrow) {
      result = typeOfResult()
    } else if kind == .identifier, isOnSameLine(0),
      peek() == .leftBrace || peek() == .less || peek() == .question
    {
      // `fn f() Int {`
      correct(.missingArrow(at: hereSpan))
      result = type()
    }
    return FunctionSignature(
      generics: generics, parameters: parameters, result: result, parametersEnd: parametersEnd)
  }

  /// The type behind `->`; several with commas are reported, and meant as a tuple.
  private mutating func typeOfResult() -> TypeID {
    let start = self.start
    let first = type()
    guard kind == .comma, isOnSameLine(0),
      peek().isName || peek() == .leftBracket || peek() == .leftParenthesis
    else { return first }
    var parts = [first]
    while take(.comma) { parts.append(type()) }
    let types = span(from: start)
    // Perhaps only the parenthesis before them is missing.
    let isClosed = take(.rightParenthesis)
    correct(.resultsWithoutParentheses(at: types, isClosed: isClosed, in: self))
    return add(.tuple(parts), from: start)
  }

  /// Takes `:`, `=>`, `>` or `- >` for the `->` before a result.
  private mutating func takeForeignArrow() {
    guard isOnSameLine(0) else { return }
    if kind == .colon, isOnSameLine(), beginsTypeAfterColon {
      // `fn f(): Int`
      correct(.colonInsteadOfArrow(at: hereSpan))
      kind = .arrow
      return
    }
    let isPair =
      (kind == .assign || kind == .minus) && peek() == .greater && isOnSameLine()
    guard isPair || kind == .greater && beginsTypeAfterColon else { return }
    let start = self.start
    if isPair { advance() }
    correct(.foreignArrow(at: Span(source, Int(start), Int(tokens[index].end))))
    kind = .arrow
  }

  private var beginsTypeAfterColon: Bool {
    peek().isName || peek() == .leftBracket || peek() == .leftParenthesis
  }

  /// Takes the brackets of `fn f[T](x: T)` for `<` and `>`.
  private mutating func takeBracketsForGenerics() {
    guard kind == .leftBracket, peek().isName, isOnSameLine(),
      let end = closer(ofBracketAt: index), end + 1 < tokens.count,
      tokens[end + 1].kind == .leftParenthesis || tokens[end + 1].kind == .leftBrace
    else { return }
    correct(.bracketsAroundGenerics(hereSpan, span(of: tokens[end])))
    for (place, meant) in [(index, Token.Kind.less), (end, .greater)] {
      let token = tokens[place]
      tokens[place] = Token(start: token.start, end: token.end, kind: meant, flags: token.flags)
    }
    kind = .less
  }

  mutating func genericParameters() -> [GenericParameter] {
    takeBracketsForGenerics()
    guard kind == .less else { return [] }
    let opener = tokens[index]
    var generics: [GenericParameter] = []
    advance()
    while kind != .greater {
      guard let name = name("the name of a type, dimension or length") else { break }
      var bound: Name?
      if take(.colon) { bound = self.name("`Equal`, `Ordered` or `Number`") }
      generics.append(GenericParameter(name: name, bound: bound))
      if !take(.comma) { break }
    }
    if !take(.greater) { report(.unclosedTypeArguments(opener, in: self)) }
    return generics
  }

  /// Parameters in parentheses; those of a payload may be types without names.
  mutating func parameters(areNamed: Bool) -> [Parameter] {
    var parameters: [Parameter] = []
    _ = list(.rightParenthesis) { parser in
      if let parameter = parser.parameter(isNamed: areNamed) { parameters.append(parameter) }
    }
    return parameters
  }

  private mutating func parameter(isNamed: Bool) -> Parameter? {
    let hasName =
      (kind.isName || kind.isReserved)
      && (peek() == .colon || (peek().isName || peek().isReserved) && peek(2) == .colon)
    if !isNamed, !hasName {
      if kind.isName, peek() == .assign, peek(2) == .leftBracket || isTypeName(at: index + 2) {
        // `error Far(at = Duration)`
        let name = Name(text(tokens[index]), at: hereSpan)
        advance()
        let gap = Span(source, Int(previousEnd), Int(tokens[index].end))
        correct(.assignInsteadOfColon(name, at: hereSpan, Edit(gap, ":")))
        advance()
        return Parameter(
          label: nil, name: name, isInout: false, type: type(), defaultValue: takeDefault())
      }
      if kind == .identifier, !isTypeName(tokens[index]), peek() == .identifier,
        let (name, type) = nameAndTypeWithoutColon()
      {
        return Parameter(
          label: nil, name: name, isInout: false, type: type, defaultValue: takeDefault())
      }
      let type = type()
      let place = module.span(of: type)
      return Parameter(
        label: nil, name: Name("", at: emptySpan(at: place.start)), isInout: false, type: type,
        defaultValue: takeDefault())
    }
    if peek() == .comma || peek() == .rightParenthesis, kind.isName,
      text(tokens[index]) == "self"
    {
      let place = hereSpan
      let isLast = peek() == .rightParenthesis
      let whole = isLast ? place : Span(source, Int(place.start), Int(tokens[index + 2].start))
      correctWithin(.selfParameter(whole, at: place))
      advance()
      return nil
    }
    let isInoutBefore = takeWordBeforeParameter()
    if let (name, type) = nameAndTypeWithoutColon() {
      return Parameter(
        label: nil, name: name, isInout: false, type: type, defaultValue: takeDefault())
    }
    var label: Name?
    if !isInoutBefore, kind.isName || kind.isReserved, peek() != .colon, peek(2) == .colon,
      peek().isName || peek().isReserved
    {
      if kind.isReserved, misusedWords.insert(kind).inserted {
        correct(.reservedLabel(text(tokens[index]), at: hereSpan))
      }
      label = self.name("a label")
    }
    guard let name = name("the name of a parameter") else { return nil }
    guard take(.colon) else {
      if kind == .assign {
        let value = valueWithoutType(name, orMissing: .missingType(name, in: self))
        let unknown = add(WrittenType.invalid, from: start)
        return Parameter(
          label: label, name: name, isInout: false, type: unknown, defaultValue: value)
      }
      report(.missingType(name, in: self))
      let unknown = add(WrittenType.invalid, from: start)
      return Parameter(
        label: label, name: name, isInout: false, type: unknown, defaultValue: takeDefault())
    }
    correctWord(among: [.inout])
    var isInout = take(.inout)
    if kind == .ampersand {
      let isMutable = peek() == .identifier && text(tokens[index + 1]) == "mut"
      let sign = hereSpan
      advance()
      if isMutable { advance() }
      correct(
        .ampersandBeforeType(
          at: isMutable ? Span(source, Int(sign.start), Int(previousEnd)) : sign,
          Span(source, Int(sign.start), Int(self.start))))
      isInout = true
    }
    let type = type()
    return Parameter(
      label: label, name: name, isInout: isInout || isInoutBefore, type: type,
      defaultValue: takeDefault())
  }

  private mutating func takeDefault() -> ExpressionID? {
    if kind == .colon, isOnSameLine(), !isReportedHere {
      correct(.colonBeforeDefault(at: hereSpan))
      advance()
      return expression()
    }
    return take(.assign) ? expression() : nil
  }
}

extension FunctionSignature {
  /// This signature with `type` as its result, where there is one.
  fileprivate func returning(_ type: TypeID?) -> FunctionSignature {
    guard let type else { return self }
    return FunctionSignature(
      generics: generics, parameters: parameters, result: type, parametersEnd: parametersEnd)
  }
}
