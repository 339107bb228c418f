import Diagnostics

// Devices, arguments, shared values, datasets, variables, and parts that are used.

extension Parser {
  /// Parses `device a, b: Driver`, `device x: TTLOut = "ttl4"`.
  mutating func device(_ documentation: String?, from start: UInt32) -> Member? {
    advance()
    return deviceBehindWord(documentation, from: start)
  }

  /// What follows `device`, also where that is missing.
  mutating func deviceBehindWord(_ documentation: String?, from start: UInt32) -> Member? {
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
    let isOutermost = foreign == nil
    if kind == .assign, peek().isName, isTypeName(tokens[index + 1]) {
      // `device led = TTLOut`
      let sign = hereSpan
      let gap = Span(source, Int(previousEnd), Int(sign.end))
      takeForeign(
        .assignInsteadOfColon(first, at: sign, Edit(gap, ":")), "write `:`", [Edit(gap, ":")])
      kind = .colon
    }
    let driver = typeBehind(first) ?? add(.invalid, from: previousEnd)
    let channel = takeChannelBehindType()
    let binding = channel ?? (takeAssign() ? valueOfDeclaration() : nil)
    if isOutermost { finishForeign() }
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
  mutating func deviceBehindType(_ documentation: String?, from start: UInt32) -> Member? {
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

  /// Takes `("ttl2")` and `at "ttl2"` behind the type of a device for `= "ttl2"`; the string, where
  /// it has been taken.
  mutating func takeChannelBehindType() -> ExpressionID? {
    if kind == .leftParenthesis, peek() == .string, peek(2) == .rightParenthesis, isOnSameLine(0) {
      let channel = span(of: tokens[index + 1])
      let whole = Span(source, Int(previousEnd), Int(tokens[index + 2].end))
      correctWithin(.channelBehindType(at: whole, " = \(source(of: channel))"))
      advance()
      let value = string()
      advance()
      return value
    } else if kind == .at, peek() == .string, isOnSameLine(0) {
      let place = hereSpan
      correct(.channelBehindType(at: place, "="))
      kind = .assign
    }
    return nil
  }

  /// Parses `arg name: T = default in lower...upper`.
  mutating func argument(_ documentation: String?, from start: UInt32, hasWord: Bool = true)
    -> Member?
  {
    if hasWord { advance() }
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
      if takeAssign() { value = argumentDefault() }
    }
    let range = take(.in) ? binary(.coalesce) : nil
    let field = Field(
      name: name, type: written, value: value, documentation: documentation, span: span(from: start)
    )
    return .argument(field, range: range)
  }

  mutating func argument(
    _ name: Name, _ type: TypeID, _ documentation: String?, from start: UInt32
  ) -> Member {
    let value = takeAssign() ? argumentDefault() : nil
    let range = take(.in) ? binary(.coalesce) : nil
    return .argument(
      Field(
        name: name, type: type, value: value, documentation: documentation,
        span: span(from: start)),
      range: range)
  }

  /// `Duration w`, of which the type has been taken as a name; nil if that is not what stands here.
  mutating func nameAndTypeBehind(_ name: Name) -> (Name, TypeID)? {
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
  mutating func sharedDeclaration(_ documentation: String?, hasWord: Bool = true)
    -> SharedDeclaration?
  {
    let start = self.start
    if hasWord { advance() }
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
  mutating func key(of name: Name) -> ExpressionID? {
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
    if kind == .identifier, isOnSameLine(), peek() == .string || peek() == .stringStart,
      nearest(to: text(tokens[index]), among: ["at"]) != nil
    {
      correct(.misspelt(text(tokens[index]), as: .at, at: hereSpan))
      advance()
      return string()
    }
    report(.missingKey(name, in: self))
    return nil
  }

  func endsDeclaration(behind place: Int) -> Bool {
    place + 1 >= tokens.count || tokens[place + 1].isFirstOnLine
      || tokens[place + 1].kind == .semicolon
  }

  /// Parses `dataset name: T over axis, axis error name`.
  mutating func dataset(_ documentation: String?, from start: UInt32, hasWord: Bool = true)
    -> Member?
  {
    if hasWord { advance() }
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
  mutating func variable(_ documentation: String?, from start: UInt32, hasWord: Bool = true)
    -> Member?
  {
    let word = kind
    if hasWord {
      let keyword = hereSpan
      advance()
      _ = takeMutable(keyword)
    }
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
  mutating func field(
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
  mutating func use(from start: UInt32) -> Use? {
    advance()
    return useBehindWord(from: start)
  }

  /// What follows `use`, also where that is missing.
  mutating func useBehindWord(from start: UInt32) -> Use? {
    guard var name = name("a name for the part") else {
      skipLine()
      return nil
    }
    let part: Name
    if kind != .colon, isTypeName(tokens[index - 1]), kind != .assign {
      // `use Readout`
      part = name
      if kind == .as, peek().isName, isOnSameLine() {
        advance()
        name = self.name("a name for the part") ?? name
        correct(.partAs(part.text, name.text, at: part.span.joined(with: name.span)))
      } else {
        name = Name(memberName(part.text), at: part.span)
        correct(.useWithoutName(part.text, name.text, at: part.span))
      }
    } else {
      guard take(.colon), let written = dottedName("the name of the part") else {
        report(.missingType(name, in: self))
        skipLine()
        return nil
      }
      part = written
    }
    var arguments: [Argument] = []
    if kind == .leftParenthesis {
      _ = list(.rightParenthesis) { parser in arguments.append(parser.argument()) }
    }
    return Use(name: name, part: part, arguments: arguments, span: span(from: start))
  }
}
