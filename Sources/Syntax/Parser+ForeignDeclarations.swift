import Diagnostics

// Declarations as other languages have them: classes, devices declared as variables, results before
// names.

extension Parser {
  // MARK: Classes

  /// Takes `class X(EnvExperiment)` for an experiment, and says so; other classes are structs.
  mutating func correctClass() {
    let token = tokens[index]
    guard kind == .identifier, token.end - token.start == 5, text(token) == "class",
      peek().isName, isOnSameLine()
    else { return }
    guard hasBases(behind: index + 2) || hasExperimentMembers else { return }
    takeForeign(
      .misspelt("class", as: .experiment, at: span(of: token)), "write `experiment`",
      [Edit(span(of: token), "experiment")])
    silenceLine()
    tokens[index] = Token(start: token.start, end: token.end, kind: .experiment, flags: token.flags)
    kind = .experiment
  }

  /// `class NoSignal(Exception): pass`: the error is not declared, and nothing is said of its uses;
  /// false if that is not what comes next.
  mutating func takeErrorClass() -> Bool {
    guard kind == .identifier, text(tokens[index]) == "class", peek().isName, isOnSameLine(),
      hasBases(behind: index + 2), let base = lastBase(behind: index + 2),
      base.hasSuffix("Exception") || base.hasSuffix("Error")
    else { return false }
    let first = index
    let name = text(tokens[index + 1])
    var last = index
    while last + 1 < tokens.count, tokens[last + 1].kind != .end,
      !tokens[last + 1].isFirstOnLine || column(ofLineAt: last + 1) > column(ofLineAt: first)
    {
      last += 1
    }
    let whole = Span(source, Int(tokens[first].start), Int(tokens[last].end))
    let isEmpty = text(tokens[last]) == "pass"
    correct(
      .classOfErrors(
        name, at: span(of: tokens[first]), isEmpty ? Edit(whole, "error \(name)") : nil))
    doubt(from: first, to: last)
    module.doubts.names.insert(name)
    while index <= last, kind != .end { advance() }
    if tokens[index].isFirstOnLine, kind != .end { kind = .newline }
    return true
  }

  /// Whether `(A, B)`, or `: A` before a `{`, stands at `place`.
  private mutating func hasBases(behind place: Int) -> Bool {
    guard place + 1 < tokens.count, !tokens[place].isFirstOnLine else { return false }
    switch tokens[place].kind {
    case .leftParenthesis:
      guard let end = closer(ofBracketAt: place), end > place + 1, end + 1 < tokens.count else {
        return false
      }
      return tokens[place..<end].allSatisfy {
        $0.kind.isName || $0.kind == .comma || $0.kind == .dot || $0.kind == .leftParenthesis
      }
    case .colon:
      return tokens[place + 1].kind.isName && place + 2 < tokens.count
        && tokens[place + 2].kind == .leftBrace
    default: return false
    }
  }

  private mutating func lastBase(behind place: Int) -> String? {
    let end =
      tokens[place].kind == .leftParenthesis ? closer(ofBracketAt: place) : place + 2
    return end.map { text(tokens[$0 - 1]) }
  }

  /// Whether what is between the braces behind the head that comes next, or indented there,
  /// declares what only an experiment has.
  var hasExperimentMembers: Bool {
    mutating get {
      var place = index + 1
      while place < tokens.count, tokens[place].kind != .leftBrace, !tokens[place].isFirstOnLine {
        place += 1
      }
      guard place < tokens.count else { return false }
      let end = tokens[place].kind == .leftBrace ? closer(ofBracketAt: place) : nil
      let limit = column(ofLineAt: index)
      while place < end ?? tokens.count, tokens[place].kind != .end {
        if tokens[place].isFirstOnLine {
          if end == nil, column(ofLineAt: place) <= limit { return false }
          switch tokens[place].kind {
          case .device, .arg, .dataset, .run, .prepare:
            if isDeclaration(at: place) { return true }
          default: break
          }
        }
        place += 1
      }
      return false
    }
  }

  // MARK: Devices and parts among the members

  private static let deviceTypes: Set<String> = [
    "TTLOut", "TTLIn", "EdgeCounter", "DDS", "DAC", "ADC", "SPI",
  ]

  /// Takes `let qubit: DDS`, `arg qubit: DDS` and `qubit: DDS` for devices, and the like with a
  /// part for its `use`; nil if none of these comes next.
  mutating func deviceWithoutWord(_ documentation: String?) -> Member? {
    let hasWord: Bool
    switch kind {
    case .let, .var, .arg: hasWord = true
    case .identifier: hasWord = false
    default: return nil
    }
    let name = index + (hasWord ? 1 : 0)
    guard name + 3 < tokens.count, tokens[name].kind.isName, tokens[name + 1].kind == .colon,
      tokens[name + 2].kind == .identifier, !tokens[name + 2].isFirstOnLine
    else { return nil }
    let next = tokens[name + 3]
    let isPlain = next.isFirstOnLine || next.kind == .semicolon || next.kind == .rightBrace
    let type = text(tokens[name + 2])
    let word: Token.Kind
    if isPart(type), isPlain || next.kind == .leftParenthesis {
      word = .use
    } else if isPlain || next.kind == .assign,
      Parser.deviceTypes.contains(type) && !isPart(type) || isDriver(type)
    {
      word = .device
    } else {
      return nil
    }
    let start = self.start
    correct(
      .memberWithoutWord(
        word, at: span(of: tokens[index]),
        hasWord
          ? Edit(span(of: tokens[index]), word.spelling ?? "")
          : Edit(emptySpan(at: start), "\(word.spelling ?? "") ")))
    if hasWord { advance() }
    // Whether there is such a device only its name will tell.
    if word == .device { module.doubts.names.insert(text(tokens[index])) }
    return word == .use
      ? useBehindWord(from: start).map { .use($0) } : deviceBehindWord(documentation, from: start)
  }

  /// Takes `name: T` and what follows it for the member that it has the form of: limits are those
  /// of an argument, a key that of a shared value; nil if that is not what comes next.
  mutating func memberWithoutWord(of container: Container, _ documentation: String?) -> Member? {
    guard kind == .identifier, peek() == .colon, isOnSameLine(2), container != .driver,
      peek(2).isName || peek(2) == .leftBracket || peek(2) == .leftParenthesis
    else { return nil }
    doubt(from: index, to: index)
    var word: Token.Kind?
    var place = index + 2
    while place < tokens.count, !tokens[place].isFirstOnLine, word == nil || word == .var {
      switch tokens[place].kind {
      case .assign: word = .var
      case .in: word = .arg
      case .at where place + 1 < tokens.count && isString(at: place + 1): word = .shared
      case .over: word = .dataset
      default: break
      }
      place += 1
    }
    let start = self.start
    correct(.memberOfUnknownKind(text(tokens[index]), word, at: hereSpan))
    switch word {
    case .arg: return argument(documentation, from: start, hasWord: false)
    case .shared: return sharedDeclaration(documentation, hasWord: false).map { .shared($0) }
    case .var: return variable(documentation, from: start, hasWord: false)
    default: return dataset(documentation, from: start, hasWord: false)
    }
  }

  private func isString(at place: Int) -> Bool {
    tokens[place].kind == .string || tokens[place].kind == .stringStart
  }

  private mutating func isPart(_ name: String) -> Bool { knownMemberTypes()[name] == .part }

  private mutating func isDriver(_ name: String) -> Bool {
    let word = knownMemberTypes()[name]
    return word == .driver || word == .interface
  }

  /// The parts, drivers and interfaces that the file declares; found out when first asked for.
  private mutating func knownMemberTypes() -> [String: Token.Kind] {
    if let types = memberTypes { return types }
    var types: [String: Token.Kind] = [:]
    for place in tokens.indices.dropLast() where tokens[place].isFirstOnLine {
      switch tokens[place].kind {
      case .part, .driver, .interface:
        if tokens[place + 1].kind == .identifier {
          types[text(tokens[place + 1])] = tokens[place].kind
        }
      default: break
      }
    }
    memberTypes = types
    return types
  }

  /// `Readout` as `readout`: the name under which a part is used, where none is given.
  func memberName(_ type: String) -> String {
    var name = ""
    for character in type {
      if character.isUppercase, let last = name.last, !last.isUppercase { name += "_" }
      name += character.lowercased()
    }
    return name
  }

  // MARK: Results before names

  /// Takes the type of `kernel Int shot(t: Duration)`, which stands before the name; nil if none
  /// does.
  ///
  /// With `missing` the word of the function is not there before it either.
  mutating func resultBeforeName(missing word: Token.Kind? = nil) -> TypeID?? {
    guard kind == .identifier, peek() == .identifier, isOnSameLine(), peek(2) == .leftParenthesis,
      let end = closer(ofBracketAt: index + 2)
    else { return nil }
    let token = tokens[index]
    let written = text(token)
    guard isTypeName(token) || Parser.foreignTypeNames[written] != nil || written == "void" else {
      return nil
    }
    let type = Parser.foreignTypeNames[written] ?? written
    let isNothing = written == "void" || written == "None"
    let place = Span(source, Int(token.start), Int(tokens[index + 1].start))
    var edits = [Edit(place, word.map { "\($0.spelling ?? "") " } ?? "")]
    if !isNothing { edits.append(Edit(emptySpan(at: tokens[end].end), " -> \(type)")) }
    correct(.resultBeforeName(isNothing ? nil : type, at: span(of: token), edits))
    advance()
    guard !isNothing else { return .some(nil) }
    return add(
      .named(module: nil, Name(type, at: span(of: token)), arguments: []), from: token.start)
  }

  /// Whether the body of the function that comes next works on the timeline, so that it is meant as
  /// a kernel.
  var isMeantAsKernel: Bool {
    mutating get {
      var place = index
      while place < tokens.count, tokens[place].kind != .leftBrace, tokens[place].kind != .colon {
        if tokens[place].kind == .leftParenthesis, let end = closer(ofBracketAt: place) {
          place = end
        }
        place += 1
        if place < tokens.count, tokens[place].isFirstOnLine { return false }
      }
      guard place < tokens.count else { return false }
      let limit = column(ofLineAt: index)
      place += 1
      while place + 1 < tokens.count {
        if tokens[place].isFirstOnLine, column(ofLineAt: place) <= limit { return false }
        switch tokens[place].kind {
        case .parallel, .sequential, .record:
          if tokens[place + 1].kind == .leftBrace { return true }
        case .send, .await:
          if tokens[place + 1].kind.isName { return true }
        case .identifier where tokens[place + 1].kind == .leftParenthesis:
          switch text(tokens[place]) {
          case "delay", "now", "wait_until", "play", "pulse", "gate", "gate_rising", "on", "off":
            return true
          default: break
          }
        default: break
        }
        place += 1
      }
      return false
    }
  }
}
