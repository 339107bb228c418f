package import Diagnostics

/// What the parser could not make sense of in a source: what later passes find there, or miss
/// elsewhere because of it, is no mistake of its own.
package struct Doubts: Sendable {
  /// The lines with what was not understood, and what was left out, in the order of the text; no
  /// two of them overlap.
  package fileprivate(set) var stretches: [Span] = []
  /// The names that stand in these: any of them may have been declared there.
  package internal(set) var names: Set<String> = []
  /// The functions, stages and tests with something in them that was not understood.
  package internal(set) var bodies: [Span] = []
  /// The experiments, structs and the like of which a member may be missing, by their names.
  package internal(set) var declarations: Set<String> = []

  /// Whether the byte at `place` stands where nothing was understood.
  package func cover(_ place: UInt32) -> Bool {
    var low = 0
    var high = stretches.count
    while low < high {
      let middle = (low + high) / 2
      if stretches[middle].start <= place { low = middle + 1 } else { high = middle }
    }
    return low > 0 && place <= stretches[low - 1].end
  }

  /// How many declarations have lost their names: as many unknown names follow from that.
  package internal(set) var lostNameCount = 0

  /// The names that were declared with `var` where only `let` stands.
  package internal(set) var constants: Set<String> = []

  package var isEmpty: Bool {
    stretches.isEmpty && bodies.isEmpty && declarations.isEmpty && names.isEmpty
      && constants.isEmpty
  }
}

extension Parser {
  /// Notes that the tokens from `first` to `last` say nothing that can be relied on.
  mutating func doubt(from first: Int, to last: Int) {
    faultCount += 1
    doubtful.append((first, min(last, tokens.count - 1)))
  }

  /// Notes that the line cannot be relied on, on which the token at `place` stands.
  mutating func doubtLine(of place: Int) {
    var first = min(place, tokens.count - 1)
    while first > 0, !tokens[first].isFirstOnLine { first -= 1 }
    var last = place
    while last + 1 < tokens.count, !tokens[last + 1].isFirstOnLine { last += 1 }
    doubt(from: first, to: last)
  }

  /// Puts what is in doubt into the module, when all of it has been parsed.
  mutating func finishDoubts() {
    var place = 0
    for fault in lexicalFaults {
      while place + 1 < tokens.count, tokens[place + 1].start <= fault { place += 1 }
      doubtLine(of: place)
    }
    guard !doubtful.isEmpty else { return }
    for (first, last) in doubtful.sorted(by: { $0.first < $1.first }) {
      let span = Span(source, Int(tokens[first].start), Int(tokens[max(first, last)].end))
      if let before = module.doubts.stretches.last, span.start <= before.end {
        module.doubts.stretches[module.doubts.stretches.count - 1] = before.joined(with: span)
      } else {
        module.doubts.stretches.append(span)
      }
      guard first <= last else { continue }
      for place in first...last where tokens[place].kind.isName && mayBeDeclared(at: place) {
        module.doubts.names.insert(text(tokens[place]))
      }
    }
  }

  /// Whether the name at `place` stands where one may have been meant to be declared.
  private func mayBeDeclared(at place: Int) -> Bool {
    if place + 1 < tokens.count {
      switch tokens[place + 1].kind {
      case .colon, .assign, .comma, .in: return true
      default: break
      }
    }
    guard place > 0 else { return true }
    let before = tokens[place - 1].kind
    switch before {
    case .comma, .leftParenthesis, .leftBracket, .leftBrace: return true
    case .identifier: return !tokens[place].isFirstOnLine
    default: return before.isWord && before != .in && before != .return
    }
  }

  /// Parses a body, or what has one, and notes where it is if something in it was not understood.
  mutating func noting<Result>(_ body: (inout Parser) -> Result) -> Result {
    let before = faultCount
    let start = self.start
    let result = body(&self)
    if faultCount != before { module.doubts.bodies.append(span(from: start)) }
    return result
  }

  /// Parses the members of what is called `name`, and notes if one of them may be missing.
  mutating func noting<Result>(membersOf name: Name, _ members: (inout Parser) -> Result) -> Result
  {
    let before = faultCount
    let result = members(&self)
    if faultCount != before { module.doubts.declarations.insert(name.text) }
    return result
  }
}
