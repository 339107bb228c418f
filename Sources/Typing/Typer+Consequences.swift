import Diagnostics
import Syntax

// One mistake, one error: what follows from another error, or says the same of another place, is
// joined with it or left out.

extension Typer {
  /// Joins and leaves out what repeats or follows from another error; the diagnostics are in the
  /// order of the text.
  mutating func dropConsequences() {
    dropConsequencesOfMissingResults()
    dropMarksOfAssignedParameters()
    dropConsequencesOfBareVariables()
    joinUnknownNames()
    joinNamesOfWrongType()
  }

  // MARK: Names

  /// A name of which nothing is called so is one mistake, however often it stands.
  ///
  /// It is either misspelt everywhere, or where it is declared. So is a constant that is written.
  private mutating func joinUnknownNames() {
    var first: [Cause: Int] = [:]
    var result: [Diagnostic] = []
    for diagnostic in diagnostics {
      let causes = causes(of: diagnostic)
      if let place = causes.lazy.compactMap({ first[$0] }).first {
        result[place] = joined(result[place], diagnostic)
      } else {
        for cause in causes { first[cause] = result.count }
        result.append(diagnostic)
      }
    }
    diagnostics = result.map { withGenericParameter($0) }
  }

  /// What several diagnostics may have in common: then they are about one mistake.
  private enum Cause: Hashable {
    case name(SourceID, String)
    case type(SourceID, String)
    case member(SourceID, String)
    case constant(Span?, String)
    case misspelling(SourceID, String, as: String)
  }

  private func causes(of diagnostic: Diagnostic) -> [Cause] {
    let source = diagnostic.span.source
    let text = program.sources[source].text(diagnostic.span)
    var causes: [Cause]
    switch diagnostic.code {
    case .unknownName: causes = [.name(source, text)]
    case .unknownType: causes = [.type(source, text)]
    case .noSuchMember: causes = [.member(source, diagnostic.message)]
    case .constantAssigned:
      guard let binding = diagnostic.labels.first?.span else { return [] }
      return [.constant(binding, diagnostic.message)]
    case .wrongArguments: causes = []
    default: return []
    }
    if diagnostic.fixes.count == 1, let edit = diagnostic.fixes[0].edits.first,
      edit.span == diagnostic.span
    {
      causes.append(.misspelling(source, text, as: edit.replacement))
    }
    return causes
  }

  /// A name that is not of the type which is due is one mistake in a function, however often it
  /// stands: it is its declaration that is wrong.
  private mutating func joinNamesOfWrongType() {
    struct Key: Hashable {
      let function: FunctionID
      let name: String
      let message: String
    }
    var first: [Key: Int] = [:]
    var result: [Diagnostic] = []
    for diagnostic in diagnostics {
      let name = program.sources[diagnostic.span.source].text(diagnostic.span)
      guard diagnostic.code == .dimension || diagnostic.code == .mismatch,
        diagnostic.labels.isEmpty, name != "and", name != "or",
        name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }), name.first?.isLetter == true,
        let function = function(around: diagnostic.span)
      else {
        result.append(diagnostic)
        continue
      }
      let key = Key(function: function, name: name, message: diagnostic.message)
      if let place = first[key] {
        result[place] = joined(result[place], diagnostic)
      } else {
        first[key] = result.count
        result.append(diagnostic)
      }
    }
    diagnostics = result
  }

  /// The innermost function that `span` stands in.
  private func function(around span: Span) -> FunctionID? {
    program.functions.filter {
      $0.span.source == span.source && $0.span.start <= span.start && span.end <= $0.span.end
    }.min { $0.span.end - $0.span.start < $1.span.end - $1.span.start }?.id
  }

  /// `first`, with what `other` says of another place.
  private func joined(_ first: Diagnostic, _ other: Diagnostic) -> Diagnostic {
    var labels = first.labels
    if labels.count < 3 { labels.append(Label("and here", at: other.span)) }
    var fixes = first.fixes
    if let fix = first.fixes.first, first.fixes.count == 1, let more = other.fixes.first,
      other.fixes.count == 1, fix.application == more.application
    {
      fixes = [
        Fix(
          fix.message, fix.edits + more.edits.filter { !fix.edits.contains($0) },
          application: fix.application)
      ]
    }
    return Diagnostic(
      first.code, first.message, at: first.span, remark: first.remark, labels: labels,
      notes: first.notes, fixes: fixes)
  }

  /// `fn mean(xs: [T]) -> T`: says how `T` is declared, if that is what is unknown.
  private func withGenericParameter(_ diagnostic: Diagnostic) -> Diagnostic {
    guard diagnostic.code == .unknownType, diagnostic.fixes.isEmpty else { return diagnostic }
    let name = program.sources[diagnostic.span.source].text(diagnostic.span)
    guard name.utf8.count == 1, name.first?.isUppercase == true,
      let function = program.functions.first(where: {
        $0.span.source == diagnostic.span.source && $0.span.start <= diagnostic.span.start
          && diagnostic.span.end <= $0.span.end && $0.generics.isEmpty
      })
    else { return diagnostic }
    let end = Int(function.nameSpan.end)
    let place = Span(function.nameSpan.source, end, end)
    return Diagnostic(
      diagnostic.code, diagnostic.message, at: diagnostic.span, remark: diagnostic.remark,
      labels: diagnostic.labels,
      notes: [
        "A generic parameter is declared behind the name: `fn \(function.name)<\(name)>(…)`."
      ],
      fixes: [Fix("declare it", [Edit(place, "<\(name)>")])])
  }

  // MARK: Results

  /// Leaves out what follows from functions whose result was not declared, or not as what they
  /// return: wherever they are called.
  private mutating func dropConsequencesOfMissingResults() {
    let wrong = resultless.union(doubtfulResults)
    guard !wrong.isEmpty else { return }
    let calls = wrong.map { program[$0].name + "(" }
    diagnostics = diagnostics.filter { diagnostic in
      switch diagnostic.code {
      case .mismatch, .noSuchOperator, .notApplicable, .dimension:
        !([diagnostic.span] + diagnostic.labels.map(\.span)).contains { span in
          let text = program.sources[span.source].text(span)
          return calls.contains { text.contains($0) }
        }
      default: true
      }
    }
  }

  // MARK: Parameters

  /// A parameter that is assigned and passed with `&` lacks its `inout` once.
  private mutating func dropMarksOfAssignedParameters() {
    guard !marksOfParameters.isEmpty else { return }
    diagnostics = diagnostics.filter { diagnostic in
      diagnostic.code != .wrongArguments
        || !(marksOfParameters[diagnostic.span].map { assignedParameters.contains($0) } ?? false)
    }
  }

  // MARK: Variables

  /// `var sum = 0.0`, to which volts are added: the unit is missing once.
  private mutating func dropConsequencesOfBareVariables() {
    for variable in bareVariables {
      var isKnown = false
      diagnostics = diagnostics.filter { diagnostic in
        guard diagnostic.code == .dimension || diagnostic.code == .mismatch,
          diagnostic.span.source == variable.name.source,
          variable.name.end <= diagnostic.span.start, diagnostic.span.end <= variable.end,
          mentions(diagnostic, variable.name)
        else { return true }
        defer { isKnown = true }
        return !isKnown
      }
    }
  }

  /// Whether the variable called as at `name` stands in what the diagnostic is about, beside a
  /// quantity.
  private func mentions(_ diagnostic: Diagnostic, _ name: Span) -> Bool {
    let source = program.sources[name.source]
    let word = source.text(name)
    guard diagnostic.code == .dimension || diagnostic.message.contains("`Int`") else {
      return false
    }
    return ([diagnostic.span] + diagnostic.labels.map(\.span)).contains { span in
      source.text(span).split { !($0.isLetter || $0.isNumber || $0 == "_") }.contains { $0 == word }
    }
  }
}

/// A variable that begins as a number without a unit, up to the end of the function that it is of.
struct BareVariable {
  let name: Span
  let end: UInt32
}
