import Diagnostics

// Files that are programs of another system as a whole.

extension Parser {
  /// Takes a program for ARTIQ, which begins with an import of it and has a class: that is one
  /// mistake, whatever else is in it; false if that is not what comes next.
  mutating func takeProgramForARTIQ() -> Bool {
    guard kind == .import || kind == .identifier, peek().isName, isOnSameLine(),
      text(tokens[index + 1]) == "artiq",
      kind == .import || text(tokens[index]) == "from"
    else { return false }
    let isProgram = tokens.indices.dropLast().contains {
      tokens[$0].kind == .identifier && tokens[$0].isFirstOnLine
        && tokens[$0 + 1].kind.isName && text(tokens[$0]) == "class"
    }
    guard isProgram else { return false }
    var last = index
    while last + 1 < tokens.count, !tokens[last + 1].isFirstOnLine, tokens[last + 1].kind != .end {
      last += 1
    }
    diagnostics = [.programForARTIQ(at: hereSpan.joined(with: span(of: tokens[last])))]
    doubt(from: 0, to: tokens.count - 1)
    while kind != .end { skipToken() }
    return true
  }
}
