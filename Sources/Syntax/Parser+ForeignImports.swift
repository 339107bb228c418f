import Diagnostics

// Imports as other languages write them.

extension Parser {
  /// Takes the rest of a path that is not in quotes: `import lab.cooling`; false if there is none.
  mutating func takePath(behind target: ImportDeclaration.Target) -> Bool {
    guard case .library(let first) = target, kind == .dot || kind == .slash, isOnSameLine(0) else {
      return false
    }
    var path = first.text
    while kind == .dot || kind == .slash, peek().isName, isOnSameLine() {
      advance()
      path += "/" + text(tokens[index])
      advance()
    }
    if path.hasSuffix("/exp") { path.removeLast(4) }
    let whole = span(from: first.span.start)
    doubt(from: index - 1, to: index - 1)
    report(.pathWithoutQuotes(path, at: whole))
    module.doubts.names.insert(String(path.split(separator: "/").last ?? ""))
    return true
  }

  /// Takes the `.linear` of `import scan.linear`; false if that is not what comes next.
  mutating func takeMember(behind target: ImportDeclaration.Target) -> Bool {
    guard case .library(let module) = target, kind == .dot, peek().isName, isOnSameLine(0),
      Parser.libraryModules.contains(module.text)
    else { return false }
    let member = text(tokens[index + 1])
    let start = previousEnd
    advance()
    advance()
    let edits = [Edit(span(from: start), "")] + edits(of: [member], to: module.text)
    correct(.memberImported(module.text, at: span(from: module.span.start), edits))
    return true
  }

  private static let libraryModules: Set<String> = [
    "array", "fit", "math", "random", "scan", "stats",
  ]

  /// What makes `module.name` of each of `names` behind here that stands without its module; they
  /// are then no unknown names.
  private mutating func edits(of names: Set<String>, to module: String) -> [Edit] {
    self.module.doubts.names.formUnion(names)
    return tokens.indices.dropFirst(index).compactMap { place in
      guard tokens[place].kind == .identifier, tokens[place - 1].kind != .dot,
        place + 1 < tokens.count, tokens[place + 1].kind == .leftParenthesis,
        names.contains(text(tokens[place]))
      else { return nil }
      return Edit(emptySpan(at: tokens[place].start), "\(module).")
    }
  }

  /// `from scan import linear`, as another language has it; nil if that is not what comes next.
  mutating func foreignImport() -> ImportDeclaration? {
    guard kind == .identifier, text(tokens[index]) == "from", peek().isName, peek(2) == .import,
      isOnSameLine(2)
    else { return nil }
    let start = self.start
    let name = Name(text(tokens[index + 1]), at: span(of: tokens[index + 1]))
    var names: Set<String> = []
    repeat {
      if tokens[index].kind == .identifier, index > 0, tokens[index - 1].kind != .as {
        names.insert(text(tokens[index]))
      }
      previousEnd = tokens[index].end
      index += 1
    } while tokens[index].kind != .end && !tokens[index].isFirstOnLine
      && tokens[index].kind != .semicolon
    kind = tokens[index].isFirstOnLine && tokens[index].kind != .end ? .newline : tokens[index].kind
    names.subtract(["from", name.text])
    let whole = span(from: start)
    correct(
      .memberImported(
        name.text, at: whole,
        [Edit(whole, "import \(name.text)")] + edits(of: names, to: name.text)))
    return ImportDeclaration(target: .library(name), alias: nil, span: span(from: start))
  }
}
