package import Diagnostics
import Freezing
import Running
import Syntax
package import Typing
package import Values

/// What is wrong with the arguments on the command line.
package enum ArgumentFailure: Error, Sendable {
  /// A sentence.
  case usage(String)
  /// What the compiler has to say of the values, and the sources in which they stand.
  case diagnostics([Diagnostic], SourceSet)
  /// Our mistake, and what it is.
  case broken(String)
}

/// The values that `given` (names, and constant expressions of the language) have as arguments of
/// `experiment`.
///
/// The last one counts where a name is given twice.
package func argumentValues(
  _ given: [(name: String, text: String)], of experiment: TypedExperiment,
  in checked: CheckedProgram
) throws(ArgumentFailure) -> [MemberID: Constant] {
  guard !given.isEmpty else { return [:] }
  let program = checked.typed
  let arguments = experiment.members.map { program[$0] }.filter { $0.kind == .argument }
  var sources = checked.loaded.sources
  var trees: [MemberID: GivenArgument] = [:]
  var order: [MemberID] = []
  var texts = ArgumentTexts()
  for (name, text) in given {
    guard let member = arguments.first(where: { $0.name == name }) else {
      throw .usage(unknownArgument(name, of: experiment, among: arguments.map(\.name)))
    }
    guard text.contains(where: { !$0.isWhitespace }) else {
      throw .usage("`--arg \(name)=` lacks a value of type \(program.text(member.type))")
    }
    guard !member.isFixed else {
      throw .usage(
        "`\(name)` is fixed: `\(experiment.name)` gives it its value where it uses the part")
    }
    let typed = text
    let text = spelled(typed, as: member.type, in: program)
    if case .string = member.type, !text.contains("\"") {
      let isQuoted = text.count > 1 && text.hasPrefix("'") && text.hasSuffix("'")
      let bare = isQuoted ? String(text.dropFirst().dropLast()) : text
      let quoted = bare.split(separator: "'", omittingEmptySubsequences: false)
        .joined(separator: "'\\''")
      throw .usage("a String is written in quotes: --arg '\(name)=\"\(quoted)\"'")
    }
    // The value is typed as one of the member's type, whatever that is called here.
    let constant = name.split(separator: ".").joined(separator: "_")
    let source = texts.add(
      text, typed: typed, of: name,
      behind: "const \(constant): \(program.text(member.type)) = ", to: &sources)
    let parsed = parse(source, in: sources)
    guard var tree = parsed.value, !parsed.hasErrors else {
      throw .diagnostics(texts.shown(parsed.diagnostics), sources)
    }
    guard tree.declarations.count == 1 else { throw .usage("`--arg \(name)=` takes one value") }
    if case .enumeration? = innermostElement(of: member.type),
      case .constant(let field)? = tree.declarations.first, let value = field.value
    {
      tree = tree.pointingElements(of: value, but: constantNames(of: program))
    }
    if trees.updateValue(GivenArgument(member: member.id, tree: tree), forKey: member.id) == nil {
      order.append(member.id)
    }
  }
  let modules = LoadedModules(sources: sources, modules: checked.loaded.modules.modules)
  let typed = typeArguments(
    order.compactMap { trees[$0] }, of: modules, against: program.description)
  guard let (extended, initializers) = typed.value else {
    throw .diagnostics(texts.shown(typed.diagnostics), sources)
  }
  let proven = prove(extended)
  guard let proof = proven.value else {
    throw .diagnostics(texts.shown(proven.diagnostics), sources)
  }
  switch evaluate(order.compactMap { initializers[$0] }, of: proof) {
  case .success(let values): return Dictionary(zip(order, values)) { _, last in last }
  case .failure(.refused(let diagnostics)): throw .diagnostics(texts.shown(diagnostics), sources)
  case .failure(.broken(let why)): throw .broken(why)
  case .failure(.failed(let error)):
    let culprit = order.first { member in
      if case .failure? = initializers[member].map({ evaluate([$0], of: proof) }) { return true }
      return false
    }
    let what = culprit.map { "the value of `\(program[$0].name)`" } ?? "an argument's value"
    throw .usage("\(what) raises \(error.code): \(error.message)")
  }
}

/// What the arrays in arrays of `type` are of in the end; nil if it is no array.
private func innermostElement(of type: Type) -> Type? {
  switch type {
  case .array(let element), .fixedArray(let element, _): innermostElement(of: element) ?? element
  default: nil
  }
}

private func constantNames(of program: TypedProgram) -> Set<String> {
  Set(program.members.filter { $0.kind == .constant && $0.experiment == nil }.map(\.name))
}

/// A case of an enum may be given without its point; a misspelt one is one, too.
private func spelled(_ text: String, as type: Type, in program: TypedProgram) -> String {
  guard case .enumeration(let id, _) = type else { return text }
  if program[id].cases.contains(where: { $0.name == text }) { return ".\(text)" }
  let isName =
    text.first?.isNumber == false && text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
  return isName && !constantNames(of: program).contains(text) ? ".\(text)" : text
}

private func unknownArgument(_ name: String, of experiment: TypedExperiment, among names: [String])
  -> String
{
  var message = "`\(experiment.name)` has no argument `\(name)`"
  if let near = nearest(to: name, among: names) {
    message += "; did you mean `\(near)`?"
  } else if names.isEmpty {
    message += "; it has none at all"
  } else {
    message += "; it has \(names.map { "`\($0)`" }.joined(separator: ", "))"
  }
  return message
}
