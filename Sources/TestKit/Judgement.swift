import Diagnostics
import Freezing
import Syntax
import Toolchain
import Typing

/// Compares what became of a program with what its margin promises, and keeps what does not agree.
package struct Judgement {
  package let program: GoldenProgram
  package private(set) var complaints: [String]

  /// Begins with the faults of the margin itself.
  package init(of program: GoldenProgram) {
    self.program = program
    complaints = program.faults
    if program.promises.isEmpty { complaints.append("\(program.path): promises nothing") }
  }

  mutating func complain(_ line: Int, _ message: String) {
    complaints.append("\(program.path):\(line): \(message)")
  }

  /// Whether `promise` of a place is kept by `span` with `messages`.
  func keeps(
    _ place: Promise.Place, _ span: Span, _ messages: [String], in outcome: FrontEndOutcome
  ) -> Bool {
    guard span.source == outcome.main, outcome.sources.position(of: span).line == place.line else {
      return false
    }
    if let text = place.text {
      let there = outcome.source.text(span)
      guard (there.split(separator: "\n").first.map { $0.trimmed } ?? "") == text else {
        return false
      }
    }
    return place.fragment.map { fragment in messages.contains { $0.contains(fragment) } } ?? true
  }

  // MARK: Diagnostics

  /// Every diagnostic must be promised, and every promise kept.
  package mutating func judgeDiagnostics(_ outcome: FrontEndOutcome) {
    var unexpected = outcome.diagnostics
    for promise in program.promises {
      switch promise.kind {
      case .diagnostic(let code, let place):
        let index = unexpected.firstIndex { diagnostic in
          diagnostic.code.rawValue == code
            && keeps(
              place, diagnostic.span,
              [diagnostic.message, diagnostic.remark ?? ""] + diagnostic.notes, in: outcome)
        }
        if let index {
          unexpected.remove(at: index)
        } else {
          complain(promise.line, "promised and missing: \(code) \(Judgement.text(of: place))")
        }
      case .label(let place):
        let isThere = outcome.diagnostics.contains { diagnostic in
          diagnostic.labels.contains { keeps(place, $0.span, [$0.message], in: outcome) }
        }
        if !isThere {
          complain(promise.line, "promised and missing: label \(Judgement.text(of: place))")
        }
      case .fix(let fragment):
        if !outcome.diagnostics.contains(where: {
          $0.fixes.contains { $0.message.contains(fragment) }
        }) {
          complain(promise.line, "promised and missing: fix `\(fragment)`")
        }
      case .clean:
        if !outcome.diagnostics.isEmpty { complain(promise.line, "promised to be clean") }
      case .tokens, .tree, .type, .captures, .output, .raises, .dataset, .shared, .trace, .status,
        .passes, .fails:
        break
      }
    }
    for diagnostic in unexpected {
      let position = outcome.sources.position(of: diagnostic.span)
      let file =
        diagnostic.span.source == outcome.main
        ? "" : " (in \(outcome.sources[diagnostic.span.source].name))"
      let text =
        outcome.sources[diagnostic.span.source].text(diagnostic.span).split(separator: "\n").first
        ?? ""
      complain(
        position.line,
        "unexpected\(file): \(diagnostic.code.rawValue) `\(text)`: \(diagnostic.message)")
    }
  }

  private static func text(of place: Promise.Place) -> String {
    (place.text.map { "`\($0)`" } ?? "") + (place.fragment.map { ": \($0)" } ?? "")
  }

  // MARK: What the front end makes

  /// Compares tokens, tree, types and captures.
  package mutating func judgeFrontEnd(_ outcome: FrontEndOutcome) {
    var treeLines = (outcome.tree?.dump ?? "").split(separator: "\n").map { $0.trimmed }[...]
    for promise in program.promises {
      switch promise.kind {
      case .tokens(let kinds): judge(tokens: kinds, on: promise.line, outcome)
      case .tree(let line):
        if let index = treeLines.firstIndex(where: { $0 == line }) {
          treeLines = treeLines[(index + 1)...]
        } else {
          complain(
            promise.line,
            "the tree has no (further) line \(line)\n    it goes on: \(treeLines.prefix(4))")
        }
      case .type(let name, let text): judge(type: text, of: name, on: promise.line, outcome)
      case .captures(let paths): judge(captures: paths, on: promise.line, outcome)
      case .diagnostic, .label, .fix, .clean, .output, .raises, .dataset, .shared, .trace, .status,
        .passes, .fails:
        break
      }
    }
  }

  private mutating func judge(tokens kinds: [String], on line: Int, _ outcome: FrontEndOutcome) {
    guard let lexed = outcome.tokens else {
      return complain(line, "tokens are promised, but the stage is not `lex`")
    }
    let there = lexed.tokens.filter {
      outcome.source.position(of: $0.start).line == line && $0.kind != .end
    }
    if there.map({ "\($0.kind)" }) != kinds {
      complain(line, "the tokens are \(there.map { "\($0.kind)" }.joined(separator: " "))")
    }
  }

  private mutating func judge(
    type text: String, of name: String, on line: Int, _ outcome: FrontEndOutcome
  ) {
    guard let typed = outcome.typed else {
      return complain(line, "a type is promised, but nothing was typed")
    }
    func isHere(_ span: Span) -> Bool {
      span.source == outcome.main && outcome.sources.position(of: span).line == line
    }
    var types = typed.members.filter { $0.name == name && isHere($0.nameSpan) }.map(\.type)
    for function in typed.functions {
      types += function.locals.filter { $0.name == name && isHere($0.span) }.map(\.type)
    }
    guard let type = types.first else {
      return complain(line, "nothing called `\(name)` is declared here")
    }
    if typed.text(type) != text {
      complain(line, "`\(name)` is a `\(typed.text(type))`, not a `\(text)`")
    }
  }

  private mutating func judge(captures paths: [String], on line: Int, _ outcome: FrontEndOutcome) {
    guard let checked = outcome.checked else {
      return complain(line, "captures are promised, but nothing was proven")
    }
    let typed = checked.typed
    let kernel = typed.functions.first {
      $0.nameSpan.source == outcome.main && outcome.sources.position(of: $0.nameSpan).line == line
    }
    guard let kernel else { return complain(line, "no kernel is declared here") }
    let there = checked.proven.captures(of: kernel.id).map { text(of: $0, in: typed) }
    if there != paths {
      complain(line, "`\(kernel.name)` captures \(there.joined(separator: ", "))")
    }
  }

  private func text(of capture: Capture, in typed: TypedProgram) -> String {
    var text = typed[capture.member].name
    var type = typed[capture.member].type
    for step in capture.path {
      switch step {
      case .field(let index):
        guard case .structure(let id, let arguments) = type else { return text + ".?" }
        text += "." + typed[id].fields[index].name
        type = typed.fieldTypes(of: id, arguments)[index]
      case .tupleElement(let index):
        guard case .tuple(let types) = type else { return text + ".?" }
        text += ".\(index)"
        type = types[index]
      case .index(let index):
        text += "[\(index)]"
        switch type {
        case .array(let element), .fixedArray(let element, _): type = element
        default: return text
        }
      }
    }
    return text
  }
}
