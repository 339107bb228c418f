package import Diagnostics
package import Freezing
package import Laboratory
import Running
import Syntax
package import Typing

/// A program without errors: typed, and its captures proven.
package struct CheckedProgram: Sendable {
  package let loaded: LoadedProgram
  package fileprivate(set) var proven: ProvenProgram
  package var typed: TypedProgram { proven.typed }
}

/// Checks `loaded` against the laboratory of `description`: all that parsing, typing and the proof
/// have to say, in the order of the text; without errors also what cannot be compiled.
package func check(_ loaded: LoadedProgram, against description: SystemDescription) -> Checked<
  CheckedProgram
> {
  var diagnostics = loaded.diagnostics
  let typed = type(loaded.modules, against: description)
  diagnostics += worthSaying(typed.diagnostics, of: loaded)
  var result: CheckedProgram?
  if let program = typed.value {
    let proven = prove(program)
    diagnostics += worthSaying(proven.diagnostics, of: loaded)
    if !diagnostics.contains(where: { $0.severity == .error }) {
      result = proven.value.map { CheckedProgram(loaded: loaded, proven: $0) }
    }
    if let known = result {
      diagnostics += uncompilable(in: known.proven)
      diagnostics += elsewhere(loaded, &result)
    }
    if diagnostics.contains(where: { $0.severity == .error }) { result = nil }
  }
  return Checked(result, inOrder(diagnostics, main: loaded.main))
}

/// Checks the program against the laboratories in which its tests simulate it, and takes them into
/// `result`; what is wrong with it there.
private func elsewhere(_ loaded: LoadedProgram, _ result: inout CheckedProgram?) -> [Diagnostic] {
  var faults: [Diagnostic] = []
  for (name, laboratory) in loaded.modules.laboratories.sorted(by: { $0.key < $1.key }) {
    guard case .described(let description) = laboratory else { continue }
    let typed = type(loaded.modules, against: description)
    let proven = typed.value.map { prove($0) }
    if let program = proven?.value {
      result?.proven.add(program, inLaboratory: name)
      continue
    }
    for var fault in typed.diagnostics + (proven?.diagnostics ?? [])
    where fault.severity == .error {
      fault.notes.append("This is so in the laboratory \(name), in which a test simulates it.")
      faults.append(fault)
    }
  }
  return faults
}

/// What later passes have to say of `loaded`: without warnings if there are syntax errors, since
/// what is unused or never reached may be so because of them, and without errors that follow from
/// what the parser could not make sense of.
package func worthSaying(_ diagnostics: [Diagnostic], of loaded: LoadedProgram) -> [Diagnostic] {
  guard loaded.diagnostics.contains(where: { $0.severity == .error }) else { return diagnostics }
  // Of a file that is nested too deeply the rest has not been read.
  if loaded.diagnostics.contains(where: { $0.code == .nestedTooDeeply }) { return [] }
  var doubts: [SourceID: Doubts] = [:]
  for module in loaded.modules.modules where !module.tree.doubts.isEmpty {
    doubts[module.tree.source] = module.tree.doubts
  }
  var lostNames: [SourceID: Set<String>] = [:]
  return diagnostics.filter { diagnostic in
    guard diagnostic.severity == .error else { return false }
    let source = diagnostic.span.source
    guard let doubts = doubts[source] else { return true }
    if follows(diagnostic, from: doubts, in: loaded.sources) { return false }
    guard doubts.lostNameCount > 0 else { return true }
    switch diagnostic.code {
    case .unknownName, .unknownType, .noSuchMember:
      let name = loaded.sources[source].text(diagnostic.span)
      let known = lostNames[source, default: []]
      if known.contains(name) { return false }
      guard known.count < doubts.lostNameCount else { return true }
      lostNames[source] = known.union([name])
      return false
    default: return true
    }
  }
}

/// Whether `diagnostic` may follow from what was not understood in its source.
private func follows(_ diagnostic: Diagnostic, from doubts: Doubts, in sources: SourceSet) -> Bool {
  let place = diagnostic.span
  func isInside(_ span: Span) -> Bool { span.start <= place.start && place.start <= span.end }
  if doubts.cover(place.start) { return true }
  let name = sources[place.source].text(place)
  switch diagnostic.code {
  case .unknownName, .unknownType, .noSuchMember, .unknownImport:
    return doubts.names.contains(name)
  case .missingReturn, .leavesParallel, .nothingToLeave:
    return doubts.bodies.contains(where: isInside)
  case .runMissing: return doubts.declarations.contains(name)
  case .unknownDevice, .valueTooLate: return doubts.names.contains(name)
  case .wrongArguments, .notApplicable:
    return doubts.names.contains(name)
      || diagnostic.labels.contains {
        $0.span.source == place.source && doubts.cover($0.span.start)
      }
  case .constantAssigned: return doubts.constants.contains(name)
  default: return false
  }
}

/// The diagnostics of the user's own file first, then of what it imports; each by its place,
/// without repetitions.
func inOrder(_ diagnostics: [Diagnostic], main: SourceID) -> [Diagnostic] {
  var seen: Set<Diagnostic> = []
  let unique = diagnostics.filter { seen.insert($0).inserted }
  return unique.enumerated().sorted { a, b in
    let (first, second) = (a.element.span, b.element.span)
    if first.source != second.source {
      if first.source == main || second.source == main { return first.source == main }
      return first.source.index < second.source.index
    }
    return (first.start, a.offset) < (second.start, b.offset)
  }.map(\.element)
}
