import Diagnostics

// What stands in a file outside of all braces.

extension Parser {
  /// The words with which a declaration in a file can begin, for those that are misspelt.
  private static let declarationWords: [Token.Kind] = [
    .import, .const, .struct, .enum, .error, .fn, .kernel, .host, .shared, .interface, .driver,
    .part, .experiment,
    .test, .seamless,
  ]

  /// Parses the whole file.
  mutating func parseModule() {
    while true {
      skipSeparators()
      if kind == .end { return }
      let first = index
      let documentation = takeDocumentation()
      let start = self.start
      defer { finishForeign() }
      if kind == .atSign, peek().isName || peek().isReserved, isOnSameLine() {
        takeDecorator()
        skipSeparators()
        if kind == .end { return }
      }
      if takeProgramForARTIQ() { return }
      if takeErrorClass() { continue }
      correctClass()
      takeModifiers()
      correctWord(among: Parser.declarationWords)
      if let declaration = declaration(documentation, from: start) {
        module.declarations.append(declaration)
      }
      endDeclaration()
      if index == first, kind != .end {
        if kind == .rightBrace {
          report(.strayCloser(tokens[index], in: self))
        } else {
          report(.unexpected(in: self))
        }
        skipToken()
      }
    }
  }

  /// Makes sure that the declaration is over; if not that is reported, and the rest of the line
  /// left out.
  mutating func endDeclaration() {
    switch kind {
    case .newline, .semicolon, .rightBrace, .end: return
    case .import where tokens[index].end - tokens[index].start == 1: return
    case .rightParenthesis, .rightBracket:
      report(.strayCloser(tokens[index], in: self))
      advance()
      skipLine()
    default:
      // What could not be taken ended before a declaration.
      if tokens[index].isFirstOnLine, isDeclaration(at: index) { return }
      if isOnSameLine(0), !isReportedHere, isDeclaration(at: index) {
        return correct(
          .missingNewline(at: emptySpan(at: previousEnd), tokens[index], in: self))
      }
      reportUnexpected()
      skipLine()
    }
  }

  /// The text of the doc comments before the token that comes next.
  mutating func takeDocumentation() -> String? {
    let passedOn = documentationPassedOn
    documentationPassedOn = nil
    guard tokens[index].flags.contains(.isDocumented) else { return passedOn }
    let lower = index > 0 ? tokens[index - 1].end : 0
    var low = 0
    var high = trivia.count
    while low < high {
      let middle = (low + high) / 2
      if trivia[middle].start < lower { low = middle + 1 } else { high = middle }
    }
    var lines: [String] = []
    while low < trivia.count, trivia[low].start < start {
      if trivia[low].kind == .documentation { lines.append(documentationLine(trivia[low])) }
      low += 1
    }
    return lines.joined(separator: "\n")
  }

  private func documentationLine(_ comment: Trivia) -> String {
    var text = bytes[Int(comment.start) + 2..<Int(comment.end)]
    if text.first == 0x20 { text.removeFirst() }
    while let last = text.last, last == 0x20 || last == 0x09 || last == 0x0D { text.removeLast() }
    return String(decoding: text, as: UTF8.self)
  }

  /// The declaration that comes next in a file; nil if there is none, or too little is left of it.
  private mutating func declaration(_ documentation: String?, from start: UInt32) -> Declaration? {
    switch kind {
    case .import:
      documentationPassedOn = documentation
      return importing().map { .importing($0) }
    case .const: return constant(documentation).map { .constant($0) }
    case .shared: return sharedDeclaration(documentation).map { .shared($0) }
    case .host, .mutating, .seamless, .fn, .kernel:
      return function(isBodyRequired: true, documentation).map { .function($0) }
    case .struct:
      if hasExperimentMembers {
        correct(.structWithDevices(at: hereSpan))
        return experiment(.experiment, documentation).map { .experiment($0) }
      }
      return structure(documentation).map { .structure($0) }
    case .enum: return enumeration(documentation).map { .enumeration($0) }
    case .error: return errorDeclaration(documentation).map { .error($0) }
    case .interface: return interface(documentation).map { .interface($0) }
    case .driver: return driver(documentation).map { .driver($0) }
    case .part: return experiment(.part, documentation).map { .part($0) }
    case .experiment: return experiment(.experiment, documentation).map { .experiment($0) }
    case .test: return test().map { .test($0) }
    case .rightBrace:
      report(.strayCloser(tokens[index], in: self))
      unclosedBraceCount += 1
      advance()
      if !(kind == .newline || kind == .end) { skipLine() }
      return nil
    default:
      if let constant = constantWithoutWord(documentation) {
        return .constant(constant)
      }
      if isDeclaration(at: index) {
        if kind == .let || kind == .var { return variableOutside(documentation, from: start) }
        misplacedDeclaration(nil)
      } else if beginsFunctionWithoutWord {
        return functionWithoutWord(documentation).map { .function($0) }
      } else if let imported = foreignImport() {
        return .importing(imported)
      } else if kind == .use, peek().isName, endsStatement(behind: index + 1) {
        correct(.useOfModule(at: hereSpan))
        advance()
        guard let name = name("the name of a module") else { return nil }
        return .importing(
          ImportDeclaration(target: .library(name), alias: nil, span: span(from: start)))
      } else {
        report(.expectedDeclaration(in: self))
        skipStatements()
      }
      return nil
    }
  }

  /// A `let` or `var` outside of all braces; it is reported and taken as a constant.
  private mutating func variableOutside(_ documentation: String?, from start: UInt32)
    -> Declaration?
  {
    correct(.variableOutside(tokens[index], in: self))
    guard case .variable(let field) = variable(documentation, from: start) else { return nil }
    // Whoever writes it takes it for a variable.
    module.doubts.constants.insert(field.name.text)
    return .constant(field)
  }

  /// Reports that the declaration that comes next does not belong in `container`, and leaves it
  /// out.
  mutating func misplacedDeclaration(_ container: StaticString?) {
    report(.misplaced(tokens[index], container.map { "\($0)" }, in: self))
    let declarationCount = module.declarations.count
    let first = index
    guard descend() else { return ascend() }
    defer { ascend() }
    switch kind {
    case .import, .const, .shared, .host, .mutating, .seamless, .fn, .kernel, .struct, .enum,
      .error, .interface,
      .driver, .part, .experiment, .test:
      _ = declaration(nil, from: start)
    default:
      _ = member(of: .experiment, nil)
    }
    endDeclaration()
    if index == first { skipToken() }
    module.declarations.removeLast(module.declarations.count - declarationCount)
  }

  /// `name: T = value`, of which it is said that it is a constant; nil if that is not what comes
  /// next.
  private mutating func constantWithoutWord(_ documentation: String?) -> Field? {
    guard kind == .identifier, isOnSameLine(), peek() == .colon || peek() == .assign else {
      return nil
    }
    let start = self.start
    guard peek() == .assign || hasAssignOnThisLine else { return nil }
    correct(.constantWithoutWord(text(tokens[index]), at: span(of: tokens[index])))
    guard let name = name("the name of the constant") else { return nil }
    return constant(name, documentation, from: start, isSilent: true)
  }

  /// Whether a `=` outside of further brackets follows on this line.
  private var hasAssignOnThisLine: Bool {
    var place = index + 1
    while place < tokens.count, !tokens[place].isFirstOnLine {
      if tokens[place].kind == .assign { return true }
      if tokens[place].kind == .leftBrace { return false }
      place += 1
    }
    return false
  }

  // MARK: Imports, constants, tests

  private mutating func importing() -> ImportDeclaration? {
    let start = self.start
    advance()
    let target: ImportDeclaration.Target
    if kind == .string {
      let token = tokens[index]
      advance()
      target = .file(text(ofString: token) ?? "", span(of: token))
      if token.isBroken { return nil }
    } else {
      guard let library = name("the name of a module, or the path of a file in quotes") else {
        skipLine()
        return nil
      }
      target = .library(library)
    }
    if takeMember(behind: target) {
      return ImportDeclaration(target: target, alias: nil, span: span(from: start))
    }
    if takePath(behind: target) { return nil }
    var alias: Name?
    if take(.as) { alias = name("a name") }
    if kind == .comma, peek().isName, isOnSameLine() {
      // `import a, b`
      let comma = tokens[index]
      correct(.severalImports(at: span(of: comma)))
      tokens[index] = Token(
        start: comma.start, end: comma.end, kind: .import, flags: comma.flags)
      kind = .import
    }
    return ImportDeclaration(target: target, alias: alias, span: span(from: start))
  }

  /// Parses `const name: T = value`.
  mutating func constant(_ documentation: String?) -> Field? {
    let start = self.start
    advance()
    if let (name, type) = nameAndTypeWithoutColon() {
      let value = takeAssign() ? valueOfDeclaration() : invalidExpression()
      return Field(
        name: name, type: type, value: value, documentation: documentation,
        span: span(from: start))
    }
    guard let name = name("the name of the constant") else {
      skipLine()
      return nil
    }
    return constant(name, documentation, from: start)
  }

  private mutating func constant(
    _ name: Name, _ documentation: String?, from start: UInt32, isSilent: Bool = false
  ) -> Field {
    if kind == .assign {
      let missing = Diagnostic.missingType(name, in: self)
      if isSilent { silenceLine() }
      let value = valueWithoutType(name, orMissing: missing)
      return Field(
        name: name, type: nil, value: value, documentation: documentation, span: span(from: start))
    }
    let written = typeBehind(name)
    guard takeAssign() else {
      report(.missingValue("const", in: self))
      let unknown = invalidExpression()
      return Field(
        name: name, type: written, value: unknown, documentation: documentation,
        span: span(from: start))
    }
    let value = valueOfDeclaration()
    return Field(
      name: name, type: written, value: value, documentation: documentation, span: span(from: start)
    )
  }

  /// Takes the `=` before a value; also where it is missing and a value comes next.
  mutating func takeAssign() -> Bool {
    if take(.assign) { return true }
    guard kind != .newline, isOnSameLine(0), index > 0, !isDeclaration(at: index),
      !(kind.isName && peek() == .colon)
    else { return false }
    switch kind {
    case .number, .string, .stringStart, .true, .false, .none, .identifier: break
    case .leftBracket where tokens[index - 1].end < start: break
    case .minus where peek() == .number: break
    case .equal:
      correct(.doubledAssign(at: hereSpan))
      advance()
      return true
    default: return false
    }
    if misplacedUnit != nil { return false }
    report(.missingAssign(at: emptySpan(at: previousEnd)))
    return true
  }

  /// The type behind `name` and its `:`; a missing `:` is reported, and nil if there is no type
  /// either.
  mutating func typeBehind(_ name: Name) -> TypeID? {
    if take(.colon) { return type() }
    if kind == .identifier, isOnSameLine(0), isTypeName(tokens[index]), !isReportedHere {
      correct(.missingColon(name, at: emptySpan(at: previousEnd)))
      return type()
    }
    if kind == .leftBracket, isOnSameLine(0), start > previousEnd, !isReportedHere {
      correct(.missingColon(name, at: emptySpan(at: previousEnd)))
      return type()
    }
    report(.missingType(name, in: self))
    guard kind == .identifier, isOnSameLine(0), bytes[Int(start)] &- 0x41 < 26 else { return nil }
    return type()
  }

  /// A value up to the end of the declaration; an invalid one if something follows it, so that it
  /// says nothing more.
  mutating func valueOfDeclaration() -> ExpressionID {
    let value = expression()
    switch kind {
    case .newline, .semicolon, .rightBrace, .end, .comma: return value
    default:
      if isDeclaration(at: index) || kind.isName && peek() == .colon { return value }
      return add(.invalid, at: module.span(of: value))
    }
  }

  private mutating func test() -> TestDeclaration? {
    let start = self.start
    advance()
    var title = ""
    if kind == .string {
      title = text(ofString: tokens[index]) ?? ""
      advance()
    } else {
      report(.expectedTitle(in: self))
      if kind == .stringStart { _ = string() }
    }
    let body = noting { parser in parser.block() }
    return TestDeclaration(title: title, body: body, span: span(from: start))
  }
}
