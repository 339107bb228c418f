import Diagnostics

// The members of experiments, parts and drivers.

extension Parser {
  /// What has members, and what it calls itself.
  enum Container { case experiment, part, driver }

  private static let memberWords: [Token.Kind] = [
    .device, .arg, .shared, .dataset, .var, .const, .resident, .use, .prepare, .run, .analyze,
    .cleanup, .kernel, .fn,
    .host, .struct, .enum, .error, .field, .seamless,
  ]

  /// Words with which only declarations outside of experiments begin.
  private static func isMemberWord(_ word: Token.Kind) -> Bool {
    switch word {
    case .import, .experiment, .interface, .driver, .part, .test: false
    default: true
    }
  }

  /// Parses `experiment Name { … }` or `part Name { … }`.
  mutating func experiment(_ container: Container, _ documentation: String?)
    -> ExperimentDeclaration?
  {
    let start = self.start
    advance()
    guard
      let name = name(container == .part ? "the name of the part" : "the name of the experiment")
    else {
      skipLine()
      return nil
    }
    takeBaseClass()
    let members = noting(membersOf: name) { parser in parser.members(of: container) }
    return ExperimentDeclaration(
      name: name, members: members, documentation: documentation, span: span(from: start))
  }

  /// Takes the class that an experiment is derived from in other languages.
  private mutating func takeBaseClass() {
    let start = self.start
    if kind == .leftParenthesis, let end = closer(ofBracketAt: index), isOnSameLine() {
      jump(to: end)
      advance()
    } else if kind == .colon, peek().isName, peek(2) == .leftBrace {
      advance()
      advance()
    } else {
      return
    }
    correct(.baseClass(at: span(from: start)))
  }

  /// Parses `driver Name: Interface, Interface { … }`.
  mutating func driver(_ documentation: String?) -> DriverDeclaration? {
    let start = self.start
    advance()
    guard let name = name("the name of the driver") else {
      skipLine()
      return nil
    }
    var interfaces: [Name] = []
    if take(.colon) {
      repeat {
        guard let interface = dottedName("the name of an interface") else { break }
        interfaces.append(interface)
      } while take(.comma)
    }
    let members = noting(membersOf: name) { parser in parser.members(of: .driver) }
    return DriverDeclaration(
      name: name, interfaces: interfaces, members: members, documentation: documentation,
      span: span(from: start))
  }

  private mutating func members(of container: Container) -> [Member] {
    var members: [Member] = []
    let place: StaticString =
      switch container {
      case .experiment: "an experiment"
      case .part: "a part"
      case .driver: "a driver"
      }
    _ = braced(allowing: Parser.isMemberWord, in: place) { parser in
      let documentation = parser.takeDocumentation()
      parser.correctWord(among: Parser.memberWords)
      if let member = parser.member(of: container, documentation) { members.append(member) }
      parser.endDeclaration()
    }
    return members
  }

  /// The member that comes next; nil if there is none, or too little is left of it.
  mutating func member(of container: Container, _ documentation: String?) -> Member? {
    let start = self.start
    let isStageWord = kind == .prepare || kind == .run || kind == .analyze || kind == .cleanup
    if isStageWord, isOnSameLine(), peek() == .leftParenthesis,
      let end = closer(ofBracketAt: index + 1), end + 1 < tokens.count,
      tokens[end + 1].kind == .leftBrace
    {
      // `run() { … }`
      correct(
        .stageWithParameters(
          text(tokens[index]),
          at: Span(source, Int(tokens[index + 1].start), Int(tokens[end].end))))
      let word = kind
      let keyword = span(of: tokens[index])
      jump(to: end + 1)
      let body = noting { parser in parser.block() }
      switch word {
      case .prepare: return .prepare(body, keyword: keyword)
      case .analyze: return .analyze(body, keyword: keyword)
      case .cleanup: return .cleanup(body, keyword: keyword)
      default: return .run(body, keyword: keyword)
      }
    }
    if let stage = stageAsFunction() { return stage }
    if !isDeclaration(at: index), !kind.isReserved {
      // A word of the grammar without what makes it a declaration: say what is missing behind it.
      let isStage = kind == .prepare || kind == .run || kind == .analyze || kind == .cleanup
      let isBegun = kind.isWord && isOnSameLine() && (peek().isName || peek() == .colon)
      guard Parser.memberWords.contains(kind),
        isBegun
          || (isStage
            && !(isOnSameLine()
              && (peek() == .leftParenthesis || peek() == .dot || peek() == .assign)))
      else {
        if beginsFunctionWithoutWord {
          return functionWithoutWord(documentation).map { .function($0) }
        }
        report(.expectedMember(in: self))
        skipLine()
        return nil
      }
    }
    judge(kind, in: container)
    switch kind {
    case .device: return device(documentation, from: start)
    case .arg: return argument(documentation, from: start)
    case .shared: return sharedDeclaration(documentation).map { .shared($0) }
    case .dataset: return dataset(documentation, from: start)
    case .var: return variable(documentation, from: start)
    case .const: return constant(documentation).map { .constant($0) }
    case .resident:
      return field("the name of the value", documentation, isValueRequired: true, from: start).map {
        .resident($0)
      }
    case .field:
      return field("the name of the field", documentation, isValueRequired: false, from: start).map
      { .field($0) }
    case .use: return use(from: start).map { .use($0) }
    case .prepare: return stage { .prepare($0, keyword: $1) }
    case .run: return stage { .run($0, keyword: $1) }
    case .analyze: return stage { .analyze($0, keyword: $1) }
    case .cleanup: return stage { .cleanup($0, keyword: $1) }
    case .host, .mutating, .seamless, .fn, .kernel:
      return function(isBodyRequired: true, documentation).map { .function($0) }
    case .struct: return structure(documentation).map { .structure($0) }
    case .enum: return enumeration(documentation).map { .enumeration($0) }
    case .error: return errorDeclaration(documentation).map { .error($0) }
    case .let:
      correct(.letAsMember(at: hereSpan))
      return variable(documentation, from: start)
    default:
      report(.expectedMember(in: self))
      skipLine()
      return nil
    }
  }

  /// `fn run() { … }` where there is no `run { … }`; nil if that is not what comes next.
  private mutating func stageAsFunction() -> Member? {
    guard kind == .fn || kind == .kernel, peek() == .run, peek(2) == .leftParenthesis,
      let end = closer(ofBracketAt: index + 2), end + 1 < tokens.count,
      tokens[end + 1].kind == .leftBrace || tokens[end + 1].kind == .colon,
      !tokens.indices.contains(where: {
        tokens[$0].kind == .run && $0 + 1 < tokens.count && tokens[$0 + 1].kind == .leftBrace
      })
    else { return nil }
    let keyword = span(of: tokens[index + 1])
    let whole = Span(source, Int(self.start), Int(tokens[end].end))
    if foreign == nil {
      correct(.stageAsFunction("run", at: whole))
    } else {
      foreign = ForeignConstruct(fault: foreign?.fault, title: "write `run`")
      foreign?.add(Edit(whole, "run"))
    }
    jump(to: end + 1)
    return .run(noting { parser in parser.block() }, keyword: keyword)
  }

  /// Reports a member that `container` does not have.
  private mutating func judge(_ word: Token.Kind, in container: Container) {
    switch (container, word) {
    case (.part, .run), (.part, .analyze):
      report(.memberOutOfPlace(tokens[index], "a part", in: self))
    case (.experiment, .field), (.part, .field): report(.fieldOutsideDriver(at: hereSpan))
    case (.driver, .device), (.driver, .arg), (.driver, .shared), (.driver, .dataset),
      (.driver, .var), (.driver, .use),
      (.driver, .prepare), (.driver, .run), (.driver, .analyze), (.driver, .cleanup):
      report(.memberOutOfPlace(tokens[index], "a driver", in: self))
    default: break
    }
  }

  private mutating func stage(_ make: (Block, Span) -> Member) -> Member {
    let keyword = span(of: tokens[index])
    advance()
    return make(noting { parser in parser.block() }, keyword)
  }

  /// Parses `device a, b: Driver`, `device x: TTLOut = "ttl4"`.
  private mutating func device(_ documentation: String?, from start: UInt32) -> Member? {
    advance()
    var names: [Name] = []
    repeat {
      guard let name = name("the name of a device") else { break }
      names.append(name)
    } while take(.comma)
    guard let first = names.first else {
      skipLine()
      return nil
    }
    if names.count == 1, isTypeName(tokens[index - 1]), kind == .identifier, isOnSameLine(0),
      !isTypeName(tokens[index]), let swapped = deviceBehindType(documentation, from: start)
    {
      return swapped
    }
    while kind == .identifier, isOnSameLine(0), peek() == .colon || peek() == .identifier,
      !isTypeName(tokens[index]), !isReportedHere
    {
      correct(.missingComma(at: emptySpan(at: previousEnd), tokens[index], in: self))
      if let name = name("the name of a device") { names.append(name) }
    }
    if kind == .assign, peek().isName, isTypeName(tokens[index + 1]) {
      // `device led = TTLOut`
      let sign = hereSpan
      let gap = Span(source, Int(previousEnd), Int(sign.end))
      correct(.assignInsteadOfColon(first, at: sign, Edit(gap, ":")))
      kind = .colon
    }
    let driver = typeBehind(first) ?? add(.invalid, from: previousEnd)
    takeChannelBehindType()
    let binding = takeAssign() ? valueOfDeclaration() : nil
    if kind == .comma, peek().isName, peek(2) == .colon, isOnSameLine(), !isReportedHere {
      // `device a: TTLOut, b: TTLIn`
      let comma = tokens[index]
      correct(.severalDevices(at: span(of: comma)))
      tokens[index] = Token(
        start: comma.start, end: comma.end, kind: .device, flags: comma.flags)
      kind = .semicolon
    }
    return .device(
      names, driver, binding: binding, documentation: documentation, span: span(from: start))
  }

  /// `device TTLOut led`; the name comes next.
  private mutating func deviceBehindType(_ documentation: String?, from start: UInt32) -> Member? {
    let type = span(of: tokens[index - 1])
    var names: [Name] = []
    repeat {
      guard let name = name("the name of a device") else { break }
      names.append(name)
    } while take(.comma)
    guard let last = names.last else { return nil }
    correct(.typeBeforeParameter(type, names[0].span.joined(with: last.span), in: self))
    let driver = add(
      WrittenType.named(module: nil, Name(source(of: type), at: type), arguments: []),
      from: type.start)
    let binding = takeAssign() ? valueOfDeclaration() : nil
    return .device(
      names, driver, binding: binding, documentation: documentation, span: span(from: start))
  }

  /// Takes `("ttl2")` and `at "ttl2"` behind the type of a device for `= "ttl2"`.
  private mutating func takeChannelBehindType() {
    if kind == .leftParenthesis, peek() == .string, peek(2) == .rightParenthesis, isOnSameLine(0) {
      let channel = span(of: tokens[index + 1])
      let whole = Span(source, Int(previousEnd), Int(tokens[index + 2].end))
      correct(.channelBehindType(at: whole, " = \(source(of: channel))"))
      for _ in 0..<3 { advance() }
    } else if kind == .at, peek() == .string, isOnSameLine(0) {
      let place = hereSpan
      correct(.channelBehindType(at: place, "="))
      kind = .assign
    }
  }

  /// Parses `arg name: T = default in lower...upper`.
  private mutating func argument(_ documentation: String?, from start: UInt32) -> Member? {
    advance()
    guard let name = name("the name of the argument") else {
      skipLine()
      return nil
    }
    var written: TypeID?
    var value: ExpressionID?
    if let (other, type) = nameAndTypeBehind(name) {
      return argument(other, type, documentation, from: start)
    }
    if kind == .assign {
      value = valueWithoutType(name, orMissing: .missingType(name, in: self))
    } else {
      written = typeBehind(name)
      // The first `in` outside of brackets begins the range.
      if takeAssign() { value = binary(.coalesce) }
    }
    let range = take(.in) ? binary(.coalesce) : nil
    let field = Field(
      name: name, type: written, value: value, documentation: documentation, span: span(from: start)
    )
    return .argument(field, range: range)
  }

  private mutating func argument(
    _ name: Name, _ type: TypeID, _ documentation: String?, from start: UInt32
  ) -> Member {
    let value = takeAssign() ? binary(.coalesce) : nil
    let range = take(.in) ? binary(.coalesce) : nil
    return .argument(
      Field(
        name: name, type: type, value: value, documentation: documentation, span: span(from: start)),
      range: range)
  }

  /// `Duration w`, of which the type has been taken as a name; nil if that is not what stands here.
  private mutating func nameAndTypeBehind(_ name: Name) -> (Name, TypeID)? {
    guard kind == .identifier, isOnSameLine(0), !isTypeName(tokens[index]),
      isTypeName(tokens[index - 1]) || Parser.foreignTypeNames[name.text] != nil,
      !isReportedHere
    else { return nil }
    let second = Name(text(tokens[index]), at: span(of: tokens[index]))
    correct(.typeBeforeParameter(name.span, second.span, in: self))
    let type = add(
      WrittenType.named(module: nil, name, arguments: []), from: name.span.start)
    advance()
    return (second, type)
  }

  /// Parses `shared name: T = default at "key"`, `shared name(parameter: T): T = default at
  /// "key.{parameter}"`.
  mutating func sharedDeclaration(_ documentation: String?) -> SharedDeclaration? {
    let start = self.start
    advance()
    guard let name = name("the name of the shared value") else {
      skipLine()
      return nil
    }
    let parameters = kind == .leftParenthesis ? parameters(areNamed: true) : []
    var written: TypeID?
    var value: ExpressionID?
    if kind == .assign {
      value = valueWithoutType(name, orMissing: .missingType(name, in: self))
    } else {
      written = typeBehind(name)
      if takeAssign() {
        value = expression()
      } else {
        report(.missingDefault(in: self))
        value = invalidExpression()
      }
    }
    let key = key(of: name)
    let field = Field(
      name: name, type: written, value: value, documentation: documentation, span: span(from: start)
    )
    return SharedDeclaration(field: field, parameters: parameters, key: key)
  }

  /// Parses `at "key"`.
  private mutating func key(of name: Name) -> ExpressionID? {
    if take(.at) {
      if kind == .string || kind == .stringStart { return string() }
      if kind.isName, isOnSameLine(0), !isReportedHere, endsDeclaration(behind: index) {
        let token = tokens[index]
        correct(.keyWithoutQuotes(text(token), at: span(of: token)))
        advance()
        return add(.string([.text(text(token))]), at: span(of: token))
      }
      report(.expectedKey(in: self))
      return nil
    }
    if kind == .string, isOnSameLine(0), !isReportedHere {
      correct(.missingAt(at: emptySpan(at: self.start)))
      return string()
    }
    report(.missingKey(name, in: self))
    return nil
  }

  private func endsDeclaration(behind place: Int) -> Bool {
    place + 1 >= tokens.count || tokens[place + 1].isFirstOnLine
      || tokens[place + 1].kind == .semicolon
  }

  /// Parses `dataset name: T over axis, axis error name`.
  private mutating func dataset(_ documentation: String?, from start: UInt32) -> Member? {
    advance()
    guard let name = name("the name of the dataset") else {
      skipLine()
      return nil
    }
    let written = typeBehind(name)
    var axes: [ExpressionID] = []
    if take(.over) {
      repeat { axes.append(expression()) } while take(.comma)
    }
    var error: Name?
    if take(.error) { error = self.name("the name of the dataset with the error bars") }
    if kind == .assign, !isReportedHere {
      let sign = hereSpan
      let from = previousEnd
      advance()
      _ = expression()
      correct(.datasetWithValue(at: sign, Span(source, Int(from), Int(previousEnd))))
    }
    let field = Field(
      name: name, type: written, value: nil, documentation: documentation, span: span(from: start))
    return .dataset(field, axes: axes, error: error)
  }

  /// Parses `var name: T = value`.
  mutating func variable(_ documentation: String?, from start: UInt32) -> Member? {
    let word = kind
    advance()
    guard let name = name("the name of the variable") else {
      skipLine()
      return nil
    }
    var written: TypeID?
    if take(.colon) { written = type() }
    let value: ExpressionID
    if takeAssign() {
      value = valueOfDeclaration()
    } else {
      report(.missingValue(word == .let ? "let" : "var", in: self))
      value = invalidExpression()
    }
    return .variable(
      Field(
        name: name, type: written, value: value, documentation: documentation,
        span: span(from: start)))
  }

  /// Parses `resident name: T = value`, `field name: T`.
  private mutating func field(
    _ wanted: StaticString, _ documentation: String?, isValueRequired: Bool, from start: UInt32
  ) -> Field? {
    advance()
    guard let name = name(wanted) else {
      skipLine()
      return nil
    }
    if isValueRequired, kind == .assign {
      let value = valueWithoutType(name, orMissing: .missingType(name, in: self))
      return Field(
        name: name, type: nil, value: value, documentation: documentation, span: span(from: start))
    }
    let field = typedField(name, documentation, from: start)
    guard isValueRequired, field.value == nil else { return field }
    report(.missingValue("resident", in: self))
    return Field(
      name: name, type: field.type, value: invalidExpression(), documentation: documentation,
      span: field.span)
  }

  /// Parses `use name: Part(device: other, argument: value)`.
  private mutating func use(from start: UInt32) -> Use? {
    advance()
    guard let name = name("a name for the part") else {
      skipLine()
      return nil
    }
    guard take(.colon), let part = dottedName("the name of the part") else {
      report(.missingType(name, in: self))
      skipLine()
      return nil
    }
    var arguments: [Argument] = []
    if kind == .leftParenthesis {
      _ = list(.rightParenthesis) { parser in arguments.append(parser.argument()) }
    }
    return Use(name: name, part: part, arguments: arguments, span: span(from: start))
  }
}
