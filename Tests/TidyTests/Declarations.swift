/// A function or a type in a source, by its first and last line (from 0).
struct Declared: Sendable {
  let name: String
  let kind: String
  let lines: ClosedRange<Int>
  var count: Int { lines.count }
}

extension SwiftFile {
  private static let typeWords: Set<Substring> = ["struct", "enum", "class", "actor", "protocol"]

  /// What line `index` declares, and how; nil if it declares no type or function.
  func declaration(on index: Int) -> (kind: String, name: String, isPackage: Bool)? {
    let words = words(index)
    let modifiers: Set<Substring> = [
      "package", "private", "fileprivate", "internal", "public", "static", "mutating", "final",
      "indirect", "override",
      "@discardableResult", "@inline", "__always", "never", "@inlinable", "@usableFromInline",
      "consuming", "borrowing",
      "nonisolated", "isolated", "@Test", "@Suite", "lazy", "dynamic", "nonmutating", "set", "_",
      "@_transparent",
    ]
    guard let first = words.firstIndex(where: { !modifiers.contains($0) }),
      first + 1 < words.count || words[first] == "init"
    else { return nil }
    let isPackage = words[..<first].contains("package")
    let kind = String(words[first])
    switch kind {
    case "struct", "enum", "class", "actor", "protocol", "func", "typealias":
      return (kind, String(words[first + 1]), isPackage)
    case "init", "deinit", "subscript": return (kind, kind, isPackage)
    default: return nil
    }
  }

  /// Names that the file declares in any way: types, functions, values, cases, operators apart.
  var declaredNames: Set<Substring> {
    var names: Set<Substring> = []
    let words: Set<Substring> = [
      "struct", "enum", "class", "actor", "protocol", "func", "typealias", "let", "var", "case",
    ]
    for index in code.indices {
      let line = self.words(index)
      for (word, name) in zip(line, line.dropFirst()) where words.contains(word) {
        names.insert(name)
      }
      if line.first == "case" { names.formUnion(line.dropFirst()) }
    }
    return names
  }

  /// Functions with their bodies.
  var functions: [Declared] {
    var found: [Declared] = []
    for index in code.indices {
      guard let declared = declaration(on: index),
        ["func", "init", "subscript"].contains(declared.kind)
      else { continue }
      guard let end = endOfBody(from: index) else { continue }
      found.append(Declared(name: declared.name, kind: declared.kind, lines: index...end))
    }
    return found
  }

  /// The line of the brace that closes the first one opened at or after line `start`; nil where a
  /// declaration has no body.
  private func endOfBody(from start: Int) -> Int? {
    var depth = 0
    var isOpen = false
    for index in start..<min(code.count, start + 2000) {
      for character in code[index] {
        switch character {
        case "{":
          depth += 1
          isOpen = true
        case "}": depth -= 1
        default: break
        }
        if isOpen, depth == 0 { return index }
        if !isOpen, depth < 0 { return nil }
      }
      if !isOpen, index > start, declaration(on: index) != nil { return nil }
    }
    return nil
  }

  /// Whether a doc comment stands above line `index`, attributes and blank conditions between them
  /// apart.
  func isDocumented(_ index: Int) -> Bool {
    var line = index - 1
    while line >= 0 {
      let text = lines[line].drop { $0 == " " }
      if text.hasPrefix("///") { return true }
      guard text.hasPrefix("@") else { return false }
      line -= 1
    }
    return false
  }
}
