package import Diagnostics
package import Laboratory
package import Syntax
package import Toolchain
package import Typing

/// What the front end makes of a program, as far as it was told to go.
package struct FrontEndOutcome: Sendable {
  package let sources: SourceSet
  package let main: SourceID
  package let diagnostics: [Diagnostic]
  package var tokens: LexedSource?
  package var tree: ParsedModule?
  package var typed: TypedProgram?
  package var checked: CheckedProgram?

  package var source: Source { sources[main] }
  package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
}

/// Takes the text `bytes` of the file `path` through the front end as far as `stage`, on the
/// default laboratory; it can import `files` by their paths, and what is in the repository.
///
/// `expressions` are given from outside, as on the command line.
package func goThrough(
  _ path: String, _ bytes: [UInt8], asFarAs stage: GoldenProgram.Stage, expressions: [String] = [],
  importing files: [String: [UInt8]] = [:],
  laboratory: SystemDescription = .defaultLaboratory
) -> FrontEndOutcome {
  switch stage {
  case .lex, .parse:
    var sources = SourceSet()
    let main = sources.add(Source(name: path, bytes: bytes))
    if stage == .lex {
      let tokens = lex(main, in: sources)
      return FrontEndOutcome(
        sources: sources, main: main, diagnostics: tokens.diagnostics, tokens: tokens)
    }
    let parsed = parse(main, in: sources)
    return FrontEndOutcome(
      sources: sources, main: main, diagnostics: parsed.diagnostics, tree: parsed.value)
  case .type, .prove, .run:
    let loaded = load(path, bytes, expressions: expressions) { name in
      (files[name] ?? Repository.bytes(of: name)).map { .success($0) } ?? .failure(.notFound)
    }
    if stage == .type {
      let typed = type(loaded.modules, against: laboratory)
      return FrontEndOutcome(
        sources: loaded.sources, main: loaded.main,
        diagnostics: loaded.diagnostics + worthSaying(typed.diagnostics, of: loaded),
        typed: typed.value)
    }
    let checked = check(loaded, against: laboratory)
    return FrontEndOutcome(
      sources: loaded.sources, main: loaded.main, diagnostics: checked.diagnostics,
      typed: checked.value?.typed,
      checked: checked.value)
  }
}

extension GoldenProgram {
  /// Takes the program through the front end as far as its first line says.
  package func goThroughFrontEnd(importing files: [String: [UInt8]] = [:]) -> FrontEndOutcome {
    goThrough(
      path, Array(text.utf8), asFarAs: stage, expressions: options.arguments.map(\.text),
      importing: files, laboratory: laboratory)
  }

  /// The laboratory that the first line names, or the default one.
  private var laboratory: SystemDescription {
    guard let name = options.laboratory else { return .defaultLaboratory }
    let folder = path.split(separator: "/").dropLast().joined(separator: "/")
    let bytes = Repository.bytes(of: "\(folder)/\(name)") ?? []
    return readLaboratory(name, bytes).laboratory.value ?? .defaultLaboratory
  }
}
