import Diagnostics
import Laboratory
import Syntax

// `simulate`, and what a test asks of its result (rules 31 and 62).

extension Typer {
  mutating func callSimulate(_ arguments: [Argument], at span: Span) -> TypedExpression {
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    if body.kind != .test {
      report(Diagnostic(.deviceOutOfPlace, "`simulate` belongs into a `test` block", at: span))
    }
    guard let first = arguments.first, first.label == nil,
      case .call(let callee, let given) = tree[first.value],
      let called = entity(callee), case .experiment(let id) = called
    else {
      if let first = arguments.first, case .call(let callee, _) = tree[first.value],
        let name = dottedName(callee), case .part(let id)? = entity(callee)
      {
        report(partAsValue(name, id))
        return unknown
      }
      if let first = arguments.first, first.label == nil, let name = dottedName(first.value),
        case .experiment? = entity(first.value)
      {
        let end = Span(name.span.source, Int(name.span.end), Int(name.span.end))
        report(
          Diagnostic(
            .mismatch,
            "`\(name.text)` is simulated with its arguments, and where it has none with `()`",
            at: name.span, fixes: [Fix("write the parentheses", [Edit(end, "()")])]))
        return unknown
      }
      // What has no meaning at all has been reported as that.
      let known = diagnostics.count
      typeAll(arguments)
      if diagnostics.count > known { return unknown }
      if let first = arguments.first, case .call(let callee, _) = tree[first.value],
        let name = dottedName(callee), body.unknownNames.contains(name.text)
      {
        reportUnknown(name)
        return unknown
      }
      report(
        Diagnostic(
          .mismatch,
          "`simulate` takes an experiment with its arguments: `simulate(Blink(times: 2))`", at: span
        ))
      return unknown
    }
    var seed: TypedExpression?
    var shared: [SharedInput]?
    var laboratory: String?
    for argument in arguments.dropFirst() {
      let place = argument.label?.span ?? tree.span(of: argument.value)
      switch argument.label?.text {
      case "seed"? where seed == nil: seed = value(argument.value, as: .integer)
      case "shared"? where shared == nil: shared = sharedInputs(argument.value, of: id)
      case "lab"? where laboratory == nil: laboratory = namedLaboratory(argument.value)
      case "seed"?, "shared"?, "lab"?:
        _ = expression(argument.value)
        report(
          Diagnostic(
            .wrongArguments, "`\(argument.label?.text ?? "")` is given twice", at: place))
      default:
        _ = expression(argument.value)
        report(
          Diagnostic(
            .wrongArguments, "`simulate` has no such argument", at: place,
            notes: [
              "After the experiment it takes `seed:`, `shared:` and `lab:`; the experiment's own "
                + "arguments stand within its parentheses."
            ]))
      }
    }
    var values: [MemberID: TypedExpression] = [:]
    for argument in given {
      guard let label = argument.label else {
        _ = expression(argument.value)
        report(
          Diagnostic(
            .wrongArguments, "the arguments of an experiment are given by name",
            at: tree.span(of: argument.value)))
        continue
      }
      let members = program[id].members.filter {
        program[$0].kind == .argument && !program[$0].isFixed
      }
      guard let member = members.first(where: { program[$0].name == label.text }) else {
        _ = expression(argument.value)
        let isFixed = program[id].members.contains {
          program[$0].kind == .argument && program[$0].name == label.text
        }
        let names = members.map { program[$0].name }
        var fixes: [Fix] = []
        var notes: [String] = []
        if isFixed {
          notes = ["The experiment gives it its value where it uses the part."]
        } else if let near = nearest(to: label.text, among: names) {
          fixes = [Fix("did you mean `\(near)`?", [Edit(label.span, near)])]
        } else {
          let list = names.map { "`\($0)`" }.joined(separator: ", ")
          notes = [names.isEmpty ? "It has none at all." : "It has \(list)."]
        }
        report(
          Diagnostic(
            .wrongArguments,
            isFixed
              ? "`\(label.text)` is fixed"
              : "`\(program[id].name)` has no argument `\(label.text)`",
            at: label.span,
            labels: [Label("declared here", at: program[id].nameSpan)], notes: notes, fixes: fixes))
        continue
      }
      if values[member] != nil {
        report(Diagnostic(.wrongArguments, "`\(label.text)` is given twice", at: label.span))
      }
      values[member] = value(argument.value, as: program[member].type)
    }
    return TypedExpression(
      .simulate(id, values, seed: seed, shared: shared ?? [], laboratory: laboratory),
      .simulation(id), at: span)
  }

  /// The path of the laboratory that `lab:` names.
  ///
  /// Times are counted in ticks, which are the same in a whole project.
  private mutating func namedLaboratory(_ value: ExpressionID) -> String? {
    let span = tree.span(of: value)
    guard case .string(let segments) = tree[value], let name = plainText(segments) else {
      _ = expression(value)
      report(
        Diagnostic(
          .mismatch, "`lab:` takes the path of a laboratory's file, written out", at: span,
          notes: ["As in `simulate(Blink(), lab: \"other.toml\")`; it is relative to this file."]))
      return nil
    }
    let path = LoadedModules.path(name, from: program.sources[span.source].name)
    switch modules.laboratories[path] {
    case .described(let description)?:
      let ticks = (program.description.core.ticksPerSecond, description.core.ticksPerSecond)
      guard ticks.0 == ticks.1 else {
        report(
          Diagnostic(
            .unknownDevice, "the laboratory `\(name)` has another tick than this one", at: span,
            notes: [
              "This test counts its times in ticks. `larmor test --lab \(name)` runs all of the file "
                + "there."
            ]))
        return nil
      }
      return path
    case .faulty(let why)?: report(Diagnostic(.unknownDevice, why, at: span))
    case nil: report(Diagnostic(.unknownDevice, "there is no file `\(name)`", at: span))
    }
    return nil
  }

  /// `[("pi", 3 us), …]`: shared values by their keys.
  private mutating func sharedInputs(_ list: ExpressionID, of id: ExperimentID) -> [SharedInput] {
    guard case .array(let elements) = tree[list] else {
      _ = expression(list)
      report(
        Diagnostic(
          .mismatch, "`shared:` takes a list that is written out", at: tree.span(of: list),
          notes: ["Each element is a key with its value: `shared: [(\"pi\", 3 us)]`."]))
      return []
    }
    let known = sharedMembers(of: id)
    var inputs: [SharedInput] = []
    for element in elements {
      guard case .tuple(let parts) = tree[element], parts.count == 2,
        case .string(let segments) = tree[parts[0]], let key = plainText(segments)
      else {
        _ = expression(element)
        report(
          Diagnostic(
            .mismatch, "here stands a key with its value", at: tree.span(of: element),
            notes: ["The key is a plain string, as in `(\"pi\", 3 us)`."]))
        continue
      }
      let span = tree.span(of: parts[0])
      guard let member = known.first(where: { program[$0].isShared(at: key) }) else {
        _ = expression(parts[1])
        let keys = known.compactMap { id -> String? in
          if case .shared(let key) = program[id].kind { key } else { nil }
        }
        var fixes: [Fix] = []
        if let near = nearest(to: key, among: keys), !near.contains("{") {
          fixes = [Fix("did you mean \"\(near)\"?", [Edit(span, "\"\(near)\"")])]
        }
        report(
          Diagnostic(
            .unknownName, "`\(program[id].name)` sees no shared value with the key \"\(key)\"",
            at: span, fixes: fixes))
        continue
      }
      if inputs.contains(where: { $0.key == key }) {
        report(Diagnostic(.wrongArguments, "the key \"\(key)\" is given twice", at: span))
      }
      inputs.append(SharedInput(key: key, value: value(parts[1], as: program[member].type)))
    }
    return inputs
  }

  /// The experiment's own shared values, then those of modules.
  private func sharedMembers(of id: ExperimentID) -> [MemberID] {
    program[id].members.filter { program.isShared($0) } + moduleShared
  }

  // MARK: Results

  /// `result.name`, of a simulation of `id`; nil if it has no such member.
  mutating func simulationProperty(
    _ name: String, of value: TypedExpression, _ id: ExperimentID, at span: Span
  ) -> TypedExpression? {
    func make(_ result: SimulationResult, _ type: Type) -> TypedExpression {
      TypedExpression(.intrinsic(.simulationResult(result), [value]), type, at: span)
    }
    let (isShared, prefix) = simulationPath(value)
    if !isShared, prefix.isEmpty {
      switch name {
      case "trace": return value
      case "status":
        return TypedExpression(.intrinsic(.simulationStatus, [value]), .string, at: span)
      case "output":
        return TypedExpression(.intrinsic(.simulationOutput, [value]), .array(.string), at: span)
      case "error": return make(.error, .optional(.string))
      case "shared": return make(.path(isShared: true, ""), value.type)
      default: break
      }
    }
    let members = simulationMembers(of: id, isShared: isShared)
    if let member = members.first(where: { program[$0].name == prefix + name }) {
      guard isShared else { return make(.dataset(member), program[member].type) }
      guard program[member].keyFunction == nil else {
        report(familyAsValue(program[member], at: span))
        return TypedExpression(.invalid, .unknown, at: span)
      }
      return make(.shared(member), program[member].type)
    }
    let path = prefix + name + "."
    guard members.contains(where: { program[$0].name.hasPrefix(path) }) else { return nil }
    return make(.path(isShared: isShared, path), value.type)
  }

  /// `result.shared.carrier(3)`: one of a family of shared values; nil if it is none.
  mutating func callSimulationFamily(
    _ receiver: TypedExpression, _ id: ExperimentID, _ name: Name, _ arguments: [Argument],
    at span: Span
  ) -> TypedExpression? {
    let (isShared, prefix) = simulationPath(receiver)
    guard isShared,
      let member = simulationMembers(of: id, isShared: true).first(where: {
        program[$0].name == prefix + name.text && program[$0].keyFunction != nil
      }), let function = program[member].keyFunction
    else { return nil }
    let one = callMemberValue(member, name, arguments, at: span)
    guard case .sharedElement(_, let values) = one.kind else { return one }
    let key = TypedExpression(
      .call(function, [:], values.map { .value($0) }), .string, at: span)
    return TypedExpression(
      .intrinsic(.simulationResult(.family(member)), [receiver, key]), program[member].type,
      at: span)
  }

  private func simulationPath(_ value: TypedExpression) -> (isShared: Bool, prefix: String) {
    guard case .intrinsic(.simulationResult(.path(let isShared, let prefix)), _) = value.kind else {
      return (false, "")
    }
    return (isShared, prefix)
  }

  private func simulationMembers(of id: ExperimentID, isShared: Bool) -> [MemberID] {
    if isShared { return sharedMembers(of: id) }
    return program[id].members.filter { program[$0].kind == .dataset }
  }

  /// What can be asked of `value`, the result of a simulation of `id`.
  func simulationNames(_ id: ExperimentID) -> [String] {
    let own = "edges span level events values phase status output trace shared error"
    return own.split(separator: " ").map(String.init)
      + simulationMembers(of: id, isShared: false).map { program[$0].name }
      + simulationMembers(of: id, isShared: true).map { program[$0].name }
  }
}
