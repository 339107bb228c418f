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
    if kind == .leftParenthesis, let end = closer(ofBracketAt: index), isOnSameLine(0) {
      jump(to: end)
      advance()
    } else if kind == .colon, peek().isName, peek(2) == .leftBrace, isOnSameLine() {
      advance()
      advance()
    } else {
      return
    }
    correctWithin(.baseClass(at: span(from: start)))
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
      parser.takeModifiers()
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
      if end > index + 2 { doubt(from: index + 2, to: end - 1) }
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
    if let member = deviceWithoutWord(documentation) { return member }
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
        if let member = memberWithoutWord(of: container, documentation) { return member }
        report(.expectedMember(in: self))
        skipStatements()
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
      if peek() == .identifier, text(tokens[index + 1]) != "mut" || !peek(2).isName {
        correct(.letAsMember(at: hereSpan))
      }
      return variable(documentation, from: start)
    default:
      report(.expectedMember(in: self))
      skipStatements()
      return nil
    }
  }

  /// `fn run() { … }` where there is no `run { … }`, also with `kernel`, without parentheses and
  /// for the other stages; nil if that is not what comes next.
  private mutating func stageAsFunction() -> Member? {
    guard kind == .fn || kind == .kernel, isOnSameLine(), index + 2 < tokens.count else {
      return nil
    }
    let stage = tokens[index + 1]
    var end = index + 1
    switch stage.kind {
    case .run, .prepare, .analyze, .cleanup: break
    default: return nil
    }
    if peek(2) == .leftParenthesis {
      guard let closer = closer(ofBracketAt: index + 2) else { return nil }
      let isEmpty = closer == index + 3 || closer == index + 4 && text(tokens[index + 3]) == "self"
      guard isEmpty || stage.kind == .run else { return nil }
      end = closer
    }
    guard end + 1 < tokens.count,
      tokens[end + 1].kind == .leftBrace || tokens[end + 1].kind == .colon,
      !membersAround(index).dropLast().contains(where: {
        tokens[$0].kind == stage.kind && $0 != index + 1
          && (tokens[$0 + 1].kind == .leftBrace
            || stage.kind != .run && tokens[$0 + 1].kind == .leftParenthesis)
      })
    else { return nil }
    let word = text(stage)
    let keyword = span(of: stage)
    let whole = Span(source, Int(self.start), Int(tokens[end].end))
    if foreign == nil {
      correct(.stageAsFunction(word, at: whole))
    } else if let fault = foreign?.fault, diagnostics[fault].span.start == start {
      foreign = ForeignConstruct(fault: fault, title: "write `\(word)`")
      foreign?.add(Edit(whole, word))
    } else if foreign?.extend(
      editEndingAt: tokens[index].end, to: tokens[end].end, with: word) != true
    {
      foreign?.add(Edit(whole, word))
    }
    jump(to: end + 1)
    let body = noting { parser in parser.block() }
    switch stage.kind {
    case .prepare: return .prepare(body, keyword: keyword)
    case .analyze: return .analyze(body, keyword: keyword)
    case .cleanup: return .cleanup(body, keyword: keyword)
    default: return .run(body, keyword: keyword)
    }
  }

  /// The tokens of the experiment or part of which the one at `place` is.
  private func membersAround(_ place: Int) -> Range<Int> {
    func begins(_ place: Int) -> Bool {
      tokens[place].isFirstOnLine
        && (tokens[place].kind == .experiment || tokens[place].kind == .part)
    }
    var first = place
    while first > 0, !begins(first) { first -= 1 }
    var last = place + 1
    while last < tokens.count, !begins(last) { last += 1 }
    return first..<last
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
}
