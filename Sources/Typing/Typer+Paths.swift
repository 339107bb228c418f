import Diagnostics
import Syntax

// Dotted names: through modules, parts and the types inside them.

extension Typer {
  /// What `id` stands for if it is a name, or a path through modules and parts, that is no value;
  /// marks imports as used.
  mutating func entity(_ id: ExpressionID) -> Entity? {
    switch tree[id] {
    case .name(let name):
      guard body.lookUp(name.text) == nil, ownField(name) == nil else { return nil }
      let entity = lookUp(name.text)
      if case .module? = entity { _ = moduleEntity(name) }
      return entity
    case .member(let base, let name): return entity(base).flatMap { member(name.text, of: $0) }
    default: return nil
    }
  }

  /// What a name stands for that may be written with points: `module.Name`, `readout.detect`.
  mutating func entity(path: Name) -> Entity? {
    let parts = path.text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count > 1, let first = parts.first else { return lookUp(path.text) }
    var entity = lookUp(first)
    if case .module? = entity { _ = moduleEntity(Name(first, at: path.span)) }
    for part in parts.dropFirst() { entity = entity.flatMap { member(part, of: $0) } }
    return entity
  }

  /// What is called `name` inside of a module or part.
  private func member(_ name: String, of outer: Entity) -> Entity? {
    switch outer {
    case .module(let index): return exported(name, by: index)
    case .use(let part):
      return partInstances[part].scope[name] ?? partType(name, of: partInstances[part].part)
    case .part(let id): return partType(name, of: id)
    case .functions, .member, .structure, .enumeration, .error, .builtinError, .interface, .driver,
      .experiment, .local, .generic:
      return nil
    }
  }

  /// What importers know as `name` of the module: what begins with `_` belongs to the module alone,
  /// and an error of the language can be named as one of the module that raises it.
  func exported(_ name: String, by index: Int) -> Entity? {
    if name.hasPrefix("_") { return nil }
    if let entity = moduleScopes[index][name] { return entity }
    let module = modules.modules[index]
    guard module.isLibrary, module.name == "fit", name == "FitFailed" else { return nil }
    return builtinErrorNames.firstIndex(of: name).map { .builtinError($0) }
  }

  /// `id` as one name, if it is nothing but names and points.
  func dottedName(_ id: ExpressionID) -> Name? {
    switch tree[id] {
    case .name(let name): name
    case .member(let base, let name):
      dottedName(base).map {
        Name("\($0.text).\(name.text)", at: $0.span.joined(with: name.span))
      }
    default: nil
    }
  }

  /// The last name of a path, for messages.
  func lastName(_ id: ExpressionID) -> String {
    switch tree[id] {
    case .name(let name), .member(_, let name): name.text
    default: ""
    }
  }

  // MARK: Members of parts

  /// `readout.name` as a value.
  mutating func memberOfPart(_ part: Int, _ name: Name, expecting: Type?, at span: Span)
    -> TypedExpression
  {
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    switch partInstances[part].scope[name.text] {
    case .member(let id)?: return memberValue(id, at: span)
    case .functions(let candidates)?: return functionValue(candidates, name, expecting: expecting)
    case .use?:
      report(
        Diagnostic(
          .mismatch, "`\(name.text)` is a part, not a value; write `\(name.text).name`",
          at: name.span))
    case .structure, .enumeration, .error, .builtinError, .interface, .driver, .experiment, .part,
      .module, .local, .generic, nil:
      // What its `prepare` failed to declare has been reported there.
      if !failedNames.contains(name.text) { report(noSuchMember(name, ofPart: part)) }
    }
    return unknown
  }

  /// `readout.name(…)`.
  mutating func callInPart(
    _ part: Int, _ name: Name, _ arguments: [Argument], expecting: Type?, at span: Span
  ) -> TypedExpression {
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    switch partInstances[part].scope[name.text] {
    case .functions(let candidates)?:
      return callFunction(
        candidates, name, arguments, receiver: nil, expecting: expecting, at: span)
    case .member(let id)?: return callMemberValue(id, name, arguments, at: span)
    default: break
    }
    if case .structure(let id)? = partType(name.text, of: partInstances[part].part) {
      return makeStructure(id, arguments, expecting: expecting, at: span)
    }
    typeAll(arguments)
    report(noSuchMember(name, ofPart: part))
    return unknown
  }

  private func noSuchMember(_ name: Name, ofPart part: Int) -> Diagnostic {
    let instance = partInstances[part]
    var fixes: [Fix] = []
    if let near = nearest(to: name.text, among: instance.scope.entities.keys.sorted()) {
      fixes = [Fix("did you mean `\(near)`?", [Edit(name.span, near)])]
    }
    return Diagnostic(
      .noSuchMember,
      "the part `\(instance.path)` (\(withArticle(program[instance.part].name))) has nothing called `\(name.text)`",
      at: name.span, labels: [Label("declared here", at: program[instance.part].nameSpan)],
      fixes: fixes)
  }
}
