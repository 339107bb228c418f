import Diagnostics
import Syntax

// Members that are not there: what was meant instead.

extension Typer {
  func noSuchMember(_ name: Name, ofModule index: Int) -> Diagnostic {
    var fixes: [Fix] = []
    var notes: [String] = []
    let module = modules.modules[index].name
    if moduleScopes[index][name.text] != nil {
      return Diagnostic(
        .noSuchMember, "`\(name.text)` begins with `_`: it belongs to the module `\(module)` alone",
        at: name.span,
        labels: moduleScopes[index].spans[name.text].map { [Label("declared here", at: $0)] } ?? [])
    }
    var names = moduleScopes[index].entities.keys.filter { !$0.hasPrefix("_") }
    if isMathematics(index) { names += mathematicalNames }
    switch modules.modules[index].isLibrary ? foreignModuleNames[name.text] : nil {
    case .name(let own)? where names.contains(own):
      fixes = [Fix("it is called `\(own)`", [Edit(name.span, own)])]
    case .note(let note)?: notes = [note]
    case .name?, nil:
      if let near = nearest(to: name.text, among: names.sorted()) {
        fixes = [Fix("did you mean `\(near)`?", [Edit(name.span, near)])]
      }
    }
    return Diagnostic(
      .noSuchMember, "the module `\(module)` has nothing called `\(name.text)`", at: name.span,
      notes: notes, fixes: fixes)
  }

  /// `200.us`, `n.us`: how it is written; nil if `name` is no unit.
  private func unitBehindPoint(_ name: Name) -> Fix? {
    guard unit(named: name.text) != nil else { return nil }
    let bytes = program.sources[name.span.source].bytes
    let point = Int(name.span.start) - 1
    guard point > 0, bytes[point] == UInt8(ascii: ".") else { return nil }
    let isLiteral = bytes[point - 1] &- 0x30 < 10
    let meant = isLiteral ? " \(name.text)" : " * 1 \(name.text)"
    return Fix(
      isLiteral ? "leave out the point" : "multiply with the unit",
      [Edit(Span(name.span.source, point, Int(name.span.end)), meant)])
  }

  func noSuchMember(_ name: Name, of type: Type) -> Diagnostic {
    var names: [String] = []
    switch type {
    case .structure(let id, _):
      names = program[id].fields.map(\.name) + program[id].methods.map { program[$0].name }
      names.removeAll { !isVisible($0, of: program[id].nameSpan) }
    case .interface(let id): names = program[id].kernels.map { program[$0].name }
    case .driver(let id): names = program[id].kernels.map { program[$0].name }
    case .array, .fixedArray:
      names =
        ["count", "append", "last", "first", "is_empty", "rows", "columns", "transposed"]
        + (arrayModule.map { moduleScopes[$0].entities.keys.filter { !$0.hasPrefix("_") } } ?? [])
    case .enumeration(let id, _):
      names = program[id].cases.map(\.name) + program[id].methods.map { program[$0].name }
      names.removeAll { !isVisible($0, of: program[id].nameSpan) }
    case .duration: names = ["seconds"]
    case .string: names = ["count", "is_empty"]
    case .error(let id): names = program[id].payload.map(\.name) + ["name"]
    case .recording: names = ["duration"]
    case .timestamp: names = ["aligned"]
    case .simulation(let id): names = simulationNames(id)
    default: break
    }
    if names.contains(name.text), type.isDevice {
      let end = Span(name.span.source, Int(name.span.end), Int(name.span.end))
      return Diagnostic(
        .noSuchMember,
        "`\(name.text)` is a kernel of \(program.described(type)): it must be called",
        at: name.span, fixes: [Fix("call it", [Edit(end, "()")])])
    }
    var fixes: [Fix] = []
    var notes: [String] = []
    let isOfLanguage = type.arrayElement != nil || type == .string
    switch isOfLanguage ? foreignMembers[name.text] : nil {
    case .name(let own)? where names.contains(own):
      fixes = [Fix("it is called `\(own)`", renaming(name, own))]
    case .note(let note)?: notes = [note]
    case .name?, nil:
      if let near = nearest(to: name.text, among: names.sorted()) {
        fixes = [Fix("did you mean `\(near)`?", [Edit(name.span, near)])]
      }
    }
    switch type {
    case .integer, .number, .integer32:
      if let fix = unitBehindPoint(name) {
        return Diagnostic(
          .noSuchMember, "a unit stands behind its number without a point: `1 \(name.text)`",
          at: name.span, fixes: [fix])
      }
    default: break
    }
    if case .optional = type {
      notes = ["It may be `none`: take it apart with `if let`, `guard let` or `match`."]
    } else if fixes.isEmpty, notes.isEmpty, let member = formerMember(name.text, type) {
      notes = [member]
    } else if fixes.isEmpty, notes.isEmpty, case .enumeration = type, (1...8) ~= names.count {
      notes = ["It has \(names.map { "`\($0)`" }.joined(separator: ", "))."]
    }
    return Diagnostic(
      .noSuchMember, "\(program.described(type)) has no member `\(name.text)`", at: name.span,
      notes: notes, fixes: fixes)
  }

  /// The edits that call `name` by its own name here, without parentheses where it is no method.
  private func renaming(_ name: Name, _ own: String) -> [Edit] {
    let end = Int(name.span.end)
    let behind = Span(name.span.source, end, end + 2)
    let isProperty = ["count", "is_empty"].contains(own)
    if isProperty, program.sources[name.span.source].text(behind) == "()" {
      return [Edit(Span(name.span.source, Int(name.span.start), end + 2), own)]
    }
    return [Edit(name.span, own)]
  }

  /// How what is asked of a value of `type` is had.
  private func formerMember(_ name: String, _ type: Type) -> String? {
    switch (type, name) {
    case (.float(.time), "seconds"): "It is a number of seconds already."
    case (.float, "value"), (.float, "magnitude"):
      unitName(type).map { "Divide by a unit to get a bare number: `x / 1 \($0)`." }
    case (.integer, "float"), (.integer, "to_float"): "Write `Float(x)`."
    case (.number, "int"), (.number, "to_int"): "Write `Int(x)`, or `Int(round(x))`."
    case (_, "to_string"), (_, "str"): "Write `\"{x}\"`."
    default: nil
    }
  }
}
