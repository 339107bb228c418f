import Diagnostics
import Running
import Foundation
import Syntax

/// A program under `Tests/Programs`, or a text made from one.
struct Program: Sendable, CustomStringConvertible {
  let name: String
  let bytes: [UInt8]
  var description: String { name }

  init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  /// The programs in a folder of `Tests/Programs/shared`, in the order of their names.
  static func all(in folder: String) -> [Program] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let directory = root.appending(path: "Programs/shared/\(folder)")
    let files = (try? FileManager.default.contentsOfDirectory(atPath: directory.path())) ?? []
    return files.filter { $0.hasSuffix(".exp") }.sorted().compactMap { file in
      guard let data = try? Data(contentsOf: directory.appending(path: file)) else { return nil }
      return Program(name: "\(folder)/\(file)", bytes: [UInt8](data))
    }
  }

  static let accepted = all(in: "accepted")
  static let rejected = all(in: "rejected")
}

/// A text that has been parsed.
struct Parsed {
  let sources: SourceSet
  let lexed: LexedSource
  let module: ParsedModule?
  let diagnostics: [Diagnostic]

  init(_ bytes: [UInt8], name: String = "test.exp") {
    var sources = SourceSet()
    let source = sources.add(Source(name: name, bytes: bytes))
    lexed = lex(source, in: sources)
    // As the commands do it; without optimisation a level of nesting takes tens of kilobytes.
    let checked = onDeepStack { [sources] in parse(source, in: sources) }
    self.sources = sources
    module = checked.value
    diagnostics = checked.diagnostics
  }

  init(_ text: String) { self.init(Array(text.utf8)) }

  /// The tree as text.
  var dump: String { module?.dump ?? "" }

  /// The diagnostics as `line:column code`.
  var faults: [String] {
    diagnostics.map { diagnostic in
      let place = sources.position(of: diagnostic.span)
      return "\(place.line):\(place.column) \(diagnostic.code.rawValue)"
    }
  }

  /// The program with the edits of the first fix of each diagnostic made.
  var repaired: String {
    var bytes = sources.sources[0].bytes
    let edits = diagnostics.compactMap { $0.fixes.first?.edits }.flatMap { $0 }
    for edit in edits.sorted(by: { ($0.span.start, $0.span.end) > ($1.span.start, $1.span.end) }) {
      bytes.replaceSubrange(
        Int(edit.span.start)..<Int(edit.span.end), with: Array(edit.replacement.utf8))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// The statements of a body, as the lines of their dump.
func statements(_ body: String) -> [String] {
  let parsed = Parsed("fn f() {\n\(body)\n}\n")
  let lines = parsed.dump.split(separator: "\n").dropFirst().map { String($0.dropFirst(2)) }
  return parsed.diagnostics.isEmpty ? lines : parsed.faults
}

/// One expression, fully parenthesised; or what is wrong with it.
func expression(_ text: String) -> String {
  var sources = SourceSet()
  let source = sources.add(Source(name: "value", text: text))
  let checked = parseExpression(source, in: sources)
  guard checked.diagnostics.isEmpty, let value = checked.value else {
    return checked.diagnostics.map(\.code.rawValue).joined(separator: " ")
  }
  return value.module.dump(value.expression)
}
