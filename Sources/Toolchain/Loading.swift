package import Diagnostics
import StandardLibrary
import Syntax
package import Typing

/// Why a file could not be read.
package enum FileFailure: Error, Hashable, Sendable {
  case notFound
  /// What the system said.
  case unreadable(String)
}

/// The texts of a program, parsed: the file that the user named, and all that it imports.
package struct LoadedProgram: Sendable {
  package let modules: LoadedModules
  /// What parsing and importing had to say.
  package let diagnostics: [Diagnostic]
  /// The source that the user named.
  package let main: SourceID
  package var sources: SourceSet { modules.sources }
}

/// Reads and parses the program whose main file is `name` with the text `bytes`; `read` gets the
/// files that it imports.
///
/// The modules of the standard library that `expressions`, given from outside, mention are there
/// for these alone.
package func load(
  _ name: String, _ bytes: [UInt8], expressions: [String] = [],
  reading read: @escaping (String) -> Result<[UInt8], FileFailure>
) -> LoadedProgram {
  var loader = Loader(read: read)
  _ = loader.library("prelude")
  _ = loader.library("array")
  for module in libraryModules where expressions.contains(where: { mentions(module, in: $0) }) {
    _ = loader.library(module)
  }
  let main = loader.sources.add(Source(name: name, bytes: bytes))
  loader.files[Loader.normalized(name)] = .loading
  loader.add(main, name: Loader.stem(of: name), path: name)
  return LoadedProgram(
    modules: LoadedModules(
      sources: loader.sources, modules: loader.modules, laboratories: loader.laboratories),
    diagnostics: loader.diagnostics, main: main)
}

/// Whether `text` has `module` as a name before a point.
private func mentions(_ module: String, in text: String) -> Bool {
  var word = ""
  for character in text {
    if character == ".", word == module { return true }
    if character.isLetter || character.isNumber || character == "_" {
      word.append(character)
    } else {
      word = ""
    }
  }
  return false
}

private struct Loader {
  enum State {
    case loading
    case loaded(Int)
    case failed
  }

  let read: (String) -> Result<[UInt8], FileFailure>
  var sources = SourceSet()
  var modules: [LoadedModule] = []
  var diagnostics: [Diagnostic] = []
  var files: [String: State] = [:]
  var laboratories: [String: NamedLaboratory] = [:]
  private var libraries: [String: Int] = [:]

  /// More files than a project has; each takes a number of 16 bits.
  private static let sourceCountMax = 4096

  init(read: @escaping (String) -> Result<[UInt8], FileFailure>) { self.read = read }

  /// Parses `source` and loads what it imports; its index among the modules.
  @discardableResult
  mutating func add(_ source: SourceID, name: String, path: String?) -> Int {
    let parsed = parse(source, in: sources)
    diagnostics += parsed.diagnostics
    guard let tree = parsed.value else { return 0 }
    for name in tree.laboratoryNames { laboratory(LoadedModules.path(name, from: path)) }
    var imports: [String: Int] = [:]
    var spans: [String: Span] = [:]
    /// The modules that were meant by names of which there are none.
    var misspelt: [String: Span] = [:]
    for declaration in tree.declarations {
      guard case .importing(let declared) = declaration else { continue }
      let known: String
      var index: Int?
      switch declared.target {
      case .library(let library):
        known = library.text
        index = self.library(library.text)
        if index == nil {
          report(unknownModule: library)
          if let near = nearest(to: library.text, among: libraryModules) {
            misspelt[near] = library.span
          }
        }
      case .file(let file, let span):
        known = Loader.stem(of: file)
        index = self.file(file, at: span, from: path)
      }
      let alias = declared.alias?.text ?? known
      if imports[alias] != nil || spans[alias] != nil {
        diagnostics.append(
          Diagnostic(
            .declaredTwice, "`\(alias)` is imported twice", at: declared.span,
            labels: spans[alias].map { [Label("imported first here", at: $0)] } ?? []))
        continue
      }
      spans[alias] = declared.alias?.span ?? declared.span
      if let index { imports[alias] = index }
    }
    spans.merge(misspelt) { written, _ in written }
    modules.append(
      LoadedModule(
        name: name, tree: tree, imports: imports, importSpans: spans,
        isLibrary: path == nil))
    return modules.count - 1
  }

  private mutating func report(unknownModule name: Name) {
    let candidates = libraryModules.filter { $0 != "prelude" }
    var fixes: [Fix] = []
    if let near = nearest(to: name.text, among: candidates) {
      fixes.append(Fix("import `\(near)`", [Edit(name.span, near)]))
    }
    diagnostics.append(
      Diagnostic(
        .unknownImport, "there is no module `\(name.text)` in the standard library", at: name.span,
        notes: [
          "The standard library has \(candidates.map { "`\($0)`" }.joined(separator: ", ")). "
            + "A file is imported by its path: import \"\(name.text).exp\""
        ], fixes: fixes))
  }

  mutating func library(_ name: String) -> Int? {
    if let index = libraries[name] { return index }
    guard let bytes = librarySource(name) else { return nil }
    let source = sources.add(Source(name: "<\(name)>", bytes: bytes))
    let index = add(source, name: name, path: nil)
    libraries[name] = index
    return index
  }

  private mutating func file(_ file: String, at span: Span, from importer: String?) -> Int? {
    let path = Loader.normalized(LoadedModules.path(file, from: importer))
    switch files[path] {
    case .loaded(let index): return index
    case .failed: return nil
    case .loading:
      diagnostics.append(
        Diagnostic(
          .circular, "`\(file)` imports this file, directly or through others", at: span,
          remark: "imported here again"))
      return nil
    case nil: break
    }
    let bytes: [UInt8]
    switch read(path) {
    case .success(let text): bytes = text
    case .failure(let failure):
      files[path] = .failed
      let message: String
      switch failure {
      case .notFound: message = "there is no file `\(path)`"
      case .unreadable(let reason): message = "`\(path)` cannot be read: \(reason)"
      }
      diagnostics.append(Diagnostic(.unknownImport, message, at: span))
      return nil
    }
    guard sources.sources.count < Loader.sourceCountMax else {
      diagnostics.append(
        Diagnostic(.unknownImport, "this program imports too many files", at: span))
      return nil
    }
    files[path] = .loading
    let source = sources.add(Source(name: path, bytes: bytes))
    let index = add(source, name: Loader.stem(of: path), path: path)
    files[path] = .loaded(index)
    return index
  }

  /// The name of the file at `path` without its folders and without `.exp`.
  static func stem(of path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return name.hasSuffix(".exp") ? String(name.dropLast(4)) : name
  }

  /// Reads the laboratory in the file `path`.
  private mutating func laboratory(_ path: String) {
    guard laboratories[path] == nil else { return }
    switch read(path) {
    case .success(let bytes):
      let (laboratory, sources) = readLaboratory(path, bytes)
      if let description = laboratory.value {
        laboratories[path] = .described(description)
      } else if let fault = laboratory.diagnostics.first {
        let place = sources.position(of: fault.span)
        laboratories[path] = .faulty("\(path):\(place.line): \(fault.message)")
      }
    case .failure(.notFound): laboratories[path] = .faulty("there is no file `\(path)`")
    case .failure(.unreadable(let reason)):
      laboratories[path] = .faulty("`\(path)` cannot be read: \(reason)")
    }
  }

  /// `path` without `.` and, where it can be said without looking, `..`.
  static func normalized(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else {
        parts.append(part)
      }
    }
    return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }
}
