import Diagnostics
import Syntax

// Shared values and families of them (rule 23).

extension Typer {
  mutating func declareShared(_ shared: SharedDeclaration, experiment: ExperimentID?) {
    let field = shared.field
    var key = ""
    if let expression = shared.key, case .string(let segments) = tree[expression] {
      if let text = plainText(segments) {
        key = text
        rejectUnusedParameters(of: shared, key: text, at: tree.span(of: expression))
      } else if shared.parameters.isEmpty {
        report(
          Diagnostic(
            .mismatch, "the key of a shared value is a plain string", at: tree.span(of: expression),
            notes: ["A family of keys has parameters: `shared \(field.name.text)(n: Int): …`."]))
      } else {
        // The family as it is written, without the quotes.
        let text = program.sources[tree.span(of: expression).source].text(tree.span(of: expression))
        key = String(text.dropFirst().dropLast())
        rejectUnusedParameters(of: shared, key: text, at: tree.span(of: expression))
      }
    }
    let id: MemberID
    if shared.parameters.isEmpty {
      id = declareValue(field, kind: .shared(key: key), experiment: experiment)
    } else {
      id = declareFamily(shared, key: key, experiment: experiment)
    }
    compareWithEarlier(id, key: key)
  }

  /// One key is one value, whoever declares it.
  private mutating func compareWithEarlier(_ id: MemberID, key: String) {
    guard !key.isEmpty else { return }
    guard let first = sharedKeys[key] else {
      sharedKeys[key] = id
      return
    }
    let (member, other) = (program[id], program[first])
    guard member.nameSpan != other.nameSpan else { return }
    if member.type != other.type {
      guard member.type != .unknown, other.type != .unknown else { return }
      report(
        Diagnostic(
          .mismatch, "the key \"\(key)\" has two types", at: member.nameSpan,
          remark: "here it is `\(program.text(member.type))`",
          labels: [Label("here it is `\(program.text(other.type))`", at: other.nameSpan)]))
    } else {
      sharedTwice.append((id, first))
    }
  }

  /// Warns of keys that have two different defaults.
  mutating func warnOfDefaults() {
    for (id, first) in sharedTwice {
      let (member, other) = (program[id], program[first])
      guard case .shared(let key) = member.kind,
        let mine = member.initializer.map({ program[$0] }),
        let theirs = other.initializer.map({ program[$0] }), !yieldsTheSame(mine, theirs)
      else { continue }
      warnings.append(
        Diagnostic(
          .differentDefaults, "the key \"\(key)\" has two defaults", at: mine.span,
          remark: "which one counts depends on who asks first",
          labels: [Label("the other default", at: theirs.span)]))
    }
  }

  /// Whether two first values are the same constant, or written alike.
  private func yieldsTheSame(_ a: TypedFunction, _ b: TypedFunction) -> Bool {
    func value(_ function: TypedFunction) -> TypedExpression.Kind? {
      guard case .returnValue(let value?)? = function.body.statements.last?.kind else { return nil }
      return value.kind
    }
    switch (value(a), value(b)) {
    case (.integer(let x)?, .integer(let y)?): return x == y
    case (.float(let x)?, .float(let y)?): return x == y
    default:
      return program.sources[a.span.source].text(a.span)
        == program.sources[b.span.source].text(b.span)
    }
  }

  // MARK: Families

  private mutating func rejectUnusedParameters(
    of shared: SharedDeclaration, key: some StringProtocol, at span: Span
  ) {
    let unused = shared.parameters.filter { !key.contains($0.name.text) }
    guard !unused.isEmpty else { return }
    let names = unused.map { "`\($0.name.text)`" }.joined(separator: " and ")
    let key = unused.map { ".{\($0.name.text)}" }.joined()
    report(
      Diagnostic(
        .mismatch, "the key does not depend on \(names)", at: span,
        remark: "all of the family would be one value",
        labels: unused.map { Label("the parameter", at: $0.name.span) },
        notes: ["Write \(unused.count == 1 ? "it" : "them") into the key: `\"…\(key)\"`."]))
  }

  private mutating func declareFamily(
    _ shared: SharedDeclaration, key: String, experiment: ExperimentID?
  ) -> MemberID {
    let type = shared.field.type.map { resolve($0) } ?? .unknown
    let id = addMember(
      shared.field.name, .shared(key: key), type, documentation: shared.field.documentation,
      to: experiment)
    var parameters: [TypedParameter] = []
    for parameter in shared.parameters {
      if parameter.isInout {
        report(
          Diagnostic(
            .mismatch, "a family of shared values has no `inout`", at: parameter.name.span))
      }
      let own = resolve(parameter.type)
      switch own {
      case .boolean, .integer, .integer32, .string, .enumeration, .unknown: break
      default:
        report(
          Diagnostic(
            .mismatch, "a key cannot depend on \(program.described(own))", at: parameter.name.span,
            notes: ["It is text: of an Int, a String, a Bool or a case of an enum."]))
      }
      parameters.append(
        TypedParameter(
          local: LocalID(index: Int32(parameters.count)), name: parameter.name.text,
          label: parameter.label?.text, type: own, isInout: false,
          defaultValue: parameter.defaultValue.map { defaultValue($0, of: own) },
          span: parameter.name.span))
    }
    if let key = shared.key {
      program.members[Int(id.index)].keyFunction = declareFunction(
        of: key, .string, parameters, named: shared.field.name)
    }
    if let value = shared.field.value {
      program.members[Int(id.index)].initializer = declareFunction(
        of: value, type, parameters, named: shared.field.name)
    }
    return id
  }

  /// Makes a function of `parameters` that yields the value of `expression`; its body waits.
  private mutating func declareFunction(
    of expression: ExpressionID, _ type: Type, _ parameters: [TypedParameter], named name: Name
  ) -> FunctionID {
    let id = declareInitializer(expression, of: type, named: name)
    program.functions[Int(id.index)].parameters = parameters
    program.functions[Int(id.index)].locals = parameters.map {
      Local(name: $0.name, type: $0.type, isVariable: false, span: $0.span)
    }
    return id
  }

  /// `carrier(3)`: one of a family of shared values, or a call of the function that a member holds.
  mutating func callMemberValue(
    _ id: MemberID, _ name: Name, _ arguments: [Argument], at span: Span
  ) -> TypedExpression {
    guard let key = program[id].keyFunction else {
      return callValue(memberValue(id, at: name.span), arguments, at: span)
    }
    let formals = program[key].parameters.map {
      Formal(
        name: $0.name, label: $0.label, type: $0.type, isInout: false,
        defaultValue: $0.defaultValue)
    }
    guard
      let matched = match(
        arguments, to: formals, of: name.text, declaredAt: program[id].nameSpan, at: span)
    else { return TypedExpression(.invalid, .unknown, at: span) }
    let values = zip(formals, matched).map { formal, source in
      switch source {
      case .given(let argument): value(argument.value, as: formal.type)
      case .standard(let value): value
      }
    }
    return TypedExpression(.sharedElement(id, values), program[id].type, at: span)
  }

  /// A family that is mentioned without saying which of it is meant.
  func familyAsValue(_ member: Member, at span: Span) -> Diagnostic {
    let parameters = member.keyFunction.map { program[$0].parameters.map(\.name) } ?? []
    let name = program.sources[span.source].text(span)
    return Diagnostic(
      .mismatch, "`\(name)` is a family of shared values, not one", at: span,
      labels: [Label("declared here", at: member.nameSpan)],
      notes: ["Say which one: `\(name)(\(parameters.joined(separator: ", ")))`."])
  }
}
