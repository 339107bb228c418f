import Diagnostics
import Laboratory
import Syntax

// Experiments: their members, the devices' bindings, and their stages.

extension Typer {
  mutating func declareExperiments() {
    for (id, experiment, index) in experimentDeclarations {
      enter(module: index, experiment: id)
      declareMembers(of: id, experiment)
      let sorted = program[id].members.sorted {
        program[$0].nameSpan.start < program[$1].nameSpan.start
      }
      program.experiments[Int(id.index)].members = sorted
    }
  }

  private mutating func declareMembers(of id: ExperimentID, _ experiment: ExperimentDeclaration) {
    // What has a written type comes first, so that everything may mention it.
    for member in experiment.members {
      switch member {
      case .device(let names, let type, let binding, let documentation, _):
        declareDevices(names, type, binding: binding, documentation: documentation)
      case .argument(let field, let range): declareArgument(field, range: range, in: id)
      case .shared(let shared): declareShared(shared, experiment: id)
      case .dataset(let field, let axes, let error):
        declareDataset(field, axes: axes, error: error, in: id)
      case .constant(let field): _ = declareValue(field, kind: .constant, experiment: id)
      case .variable(let field) where field.type != nil:
        _ = declareValue(field, kind: .variable, experiment: id)
      case .resident(let field): notYet("`resident`", at: field.name.span)
      case .use(let use): notYet("`use`", at: use.name.span)
      case .field(let field):
        report(
          Diagnostic(
            .unexpected,
            "`field` belongs to a driver; an experiment has `arg`, `var`, `shared` and `dataset`",
            at: field.name.span))
      case .variable, .prepare, .run, .analyze, .cleanup, .function, .structure, .enumeration,
        .error:
        break
      }
    }
    for member in experiment.members {
      guard case .function(let function) = member else { continue }
      let function_ = declareSignature(function, kind: kind(of: function), owner: .experiment(id))
      declareFunction(function.name, function_, in: \.experimentScopes[Int(id.index)])
      if kind(of: function) == .kernel || kind(of: function) == .seamlessKernel {
        program.experiments[Int(id.index)].kernels.append(function_)
      } else {
        program.experiments[Int(id.index)].functions.append(function_)
      }
    }
    for member in experiment.members {
      if case .variable(let field) = member, field.type == nil {
        _ = declareValue(field, kind: .variable, experiment: id)
      }
    }
    declareStages(of: id, experiment)
  }

  private mutating func declareStages(of id: ExperimentID, _ experiment: ExperimentDeclaration) {
    var seen: [Stage: Span] = [:]
    func isNew(_ stage: Stage, at span: Span) -> Bool {
      if let earlier = seen[stage] {
        report(
          Diagnostic(
            .declaredTwice, "an experiment has at most one `\(stage.rawValue)`", at: span,
            labels: [Label("the first is here", at: earlier)]))
        return false
      }
      seen[stage] = span
      return true
    }
    for member in experiment.members {
      if case .prepare(let block, let keyword) = member, isNew(.prepare, at: keyword) {
        let function = declareStage(.prepare, block, keyword: keyword, in: id)
        program.experiments[Int(id.index)].prepare = function
        // At once: what it binds is seen by everything else.
        if let waiting = pending.popLast() { typeBody(waiting) }
        enter(module: module, experiment: id)
      }
    }
    for member in experiment.members {
      switch member {
      case .run(let block, let keyword) where isNew(.run, at: keyword):
        program.experiments[Int(id.index)].run = declareStage(.run, block, keyword: keyword, in: id)
      case .analyze(let block, let keyword) where isNew(.analyze, at: keyword):
        program.experiments[Int(id.index)].analyze = declareStage(
          .analyze, block, keyword: keyword, in: id)
      case .cleanup(let block, let keyword) where isNew(.cleanup, at: keyword):
        program.experiments[Int(id.index)].cleanup = declareStage(
          .cleanup, block, keyword: keyword, in: id)
      default: break
      }
    }
    if seen[.run] == nil {
      report(
        Diagnostic(
          .runMissing, "the experiment `\(experiment.name.text)` has no `run`",
          at: experiment.name.span,
          notes: ["`run { }` says what is done: it calls the kernels."]))
    }
  }

  private mutating func declareStage(
    _ stage: Stage, _ block: Block, keyword: Span, in id: ExperimentID
  ) -> FunctionID {
    let function = FunctionID(index: Int32(program.functions.count))
    program.functions.append(
      TypedFunction(
        id: function, name: stage.rawValue, kind: .stage(stage), owner: .experiment(id),
        generics: [], parameters: [],
        result: .unit, locals: [], body: TypedBlock([], at: block.span), effects: [],
        nameSpan: keyword,
        span: keyword.joined(with: block.span), documentation: nil))
    pending.append(
      PendingBody(
        function: function, content: .block(block), module: module, experiment: id, driver: nil,
        generics: []))
    return function
  }

  /// Adds a member without a value to the experiment and its scope.
  private mutating func addMember(
    _ name: Name, _ kind: Member.Kind, _ type: Type, documentation: String?,
    to experiment: ExperimentID?
  ) -> MemberID {
    let id = MemberID(index: Int32(program.members.count))
    program.members.append(
      Member(
        id: id, name: name.text, kind: kind, experiment: experiment, type: type, axes: [],
        nameSpan: name.span,
        documentation: documentation))
    if let experiment {
      program.experiments[Int(experiment.index)].members.append(id)
      declare(name, .member(id), in: \.experimentScopes[Int(experiment.index)])
    } else {
      declare(name, .member(id), in: \.moduleScopes[module])
    }
    return id
  }

  /// Makes the member for a binding at the top level of `prepare`.
  mutating func declarePrepared(_ name: Name, _ type: Type, isVariable: Bool) -> MemberID {
    addMember(
      name, .prepared(isVariable: isVariable), type, documentation: nil, to: body.experiment)
  }

  // MARK: Devices

  private mutating func declareDevices(
    _ names: [Name], _ written: TypeID, binding: ExpressionID?, documentation: String?
  ) {
    if case .fixedArray = tree[written] {
      notYet("an array of devices", at: tree.span(of: written))
      for name in names {
        _ = addMember(
          name, .device(nil), .unknown, documentation: documentation, to: body.experiment)
      }
      return
    }
    let type = resolve(written)
    switch type {
    case .interface, .driver, .unknown: break
    default:
      report(
        Diagnostic(
          .unknownType, "`\(program.text(type))` is no kind of device", at: tree.span(of: written),
          notes: ["A device is a driver or an interface, such as `TTLOut`, `TTLIn` or `DDS`."]))
    }
    for name in names {
      var device = name.text
      var span = name.span
      if let binding {
        span = tree.span(of: binding)
        guard case .string(let segments) = tree[binding], let text = plainText(segments) else {
          report(
            Diagnostic(
              .mismatch, "the name of a device is a plain string", at: span,
              notes: ["For example `device \(name.text): TTLOut = \"ttl4\"`."]))
          _ = addMember(name, .device(nil), type, documentation: documentation, to: body.experiment)
          continue
        }
        device = text
      }
      let bound = bind(device, as: type, at: span)
      _ = addMember(name, .device(bound), type, documentation: documentation, to: body.experiment)
    }
  }

  func plainText(_ segments: [StringSegment]) -> String? {
    var text = ""
    for segment in segments {
      switch segment {
      case .text(let part): text += part
      case .value: return nil
      }
    }
    return text
  }

  private mutating func bind(_ name: String, as type: Type, at span: Span) -> DeviceBinding? {
    if case .unknown = type { return nil }
    guard let device = program.description.device(named: name) else {
      let names = program.description.devices.map(\.name)
      var fixes: [Fix] = []
      if let near = nearest(to: name, among: names) {
        fixes = [Fix("did you mean the device `\(near)`?")]
      }
      report(
        Diagnostic(
          .unknownDevice,
          "the laboratory `\(program.description.name)` has no device called `\(name)`", at: span,
          notes: ["It has \(names.joined(separator: ", "))."], fixes: fixes))
      return nil
    }
    guard let driver = program.drivers.first(where: { $0.name == device.driver }) else {
      report(
        Diagnostic(
          .unknownDevice, "the driver `\(device.driver)` of the device `\(name)` is not known",
          at: span))
      return nil
    }
    let fits: Bool
    switch type {
    case .driver(let wanted): fits = driver.id == wanted
    case .interface(let wanted): fits = driver.interfaces.contains(wanted)
    default: fits = true
    }
    guard fits else {
      report(
        Diagnostic(
          .unknownDevice,
          "the device `\(name)` is a `\(driver.name)`, not \(program.described(type))", at: span))
      return nil
    }
    return DeviceBinding(name: name, driver: driver.id)
  }

  // MARK: Arguments, shared values, datasets

  private mutating func declareArgument(_ field: Field, range: ExpressionID?, in id: ExperimentID) {
    let member = declareValue(field, kind: .argument, experiment: id)
    let type = program[member].type
    guard let range else { return }
    guard case .range(let lower, let upper, let isClosed, let step) = tree[range] else {
      if case .invalid = tree[range] { return }
      report(
        Diagnostic(
          .mismatch, "the limits of an argument are a range: `in lower...upper`",
          at: tree.span(of: range)))
      return
    }
    if !isClosed || step != nil {
      report(
        Diagnostic(
          .mismatch, "the limits of an argument are written `lower...upper`",
          at: tree.span(of: range)))
    }
    var element = type
    while case .array(let inner) = element { element = inner }
    program.members[Int(member.index)].lower = declareInitializer(
      lower, of: element, named: field.name)
    program.members[Int(member.index)].upper = declareInitializer(
      upper, of: element, named: field.name)
  }

  mutating func declareShared(_ shared: SharedDeclaration, experiment: ExperimentID?) {
    let field = shared.field
    if let parameter = shared.parameters.first {
      notYet("a family of shared values", at: parameter.name.span)
    }
    var key = ""
    if let expression = shared.key {
      if case .string(let segments) = tree[expression], let text = plainText(segments) {
        key = text
      } else if shared.parameters.isEmpty {
        report(
          Diagnostic(
            .mismatch, "the key of a shared value is a plain string", at: tree.span(of: expression))
        )
      }
    }
    let id = declareValue(field, kind: .shared(key: key), experiment: experiment)
    for other in program.members where other.id != id {
      if case .shared(let otherKey) = other.kind, otherKey == key, !key.isEmpty,
        program[id].type != .unknown, other.type != .unknown
      {
        // Compared with the first, so that one that differs is one error.
        guard other.type != program[id].type else { break }
        report(
          Diagnostic(
            .mismatch, "the key \"\(key)\" has two types", at: field.name.span,
            remark: "here it is `\(program.text(program[id].type))`",
            labels: [Label("here it is `\(program.text(other.type))`", at: other.nameSpan)]))
        break
      }
    }
  }

  private mutating func declareDataset(
    _ field: Field, axes: [ExpressionID], error: Name?, in id: ExperimentID
  ) {
    if let error { notYet("a dataset with error bars", at: error.span) }
    let type = field.type.map { resolve($0) } ?? .unknown
    let member = addMember(field.name, .dataset, type, documentation: field.documentation, to: id)
    var inner = type
    for axis in axes {
      guard case .array(let element) = inner else {
        if inner != .unknown {
          report(
            Diagnostic(
              .mismatch, "`\(program.text(type))` has fewer dimensions than axes",
              at: tree.span(of: axis),
              labels: [Label("the dataset's type", at: field.name.span)]))
        }
        return
      }
      inner = element
      if case .range = tree[axis] {
        notYet("a range as an axis", at: tree.span(of: axis))
        continue
      }
      let name: Name
      if case .name(let written) = tree[axis] {
        name = written
      } else {
        name = Name("axis", at: tree.span(of: axis))
      }
      let values = declareInitializer(axis, of: nil, named: name)
      datasetAxes.append((member, name.text, values))
    }
  }

  /// The axes' types are known once their values have been typed.
  mutating func resolveDatasetAxes() {
    for (member, name, values) in datasetAxes {
      let type = program[values].result
      switch type {
      case .array, .unknown: break
      default:
        report(
          Diagnostic(
            .mismatch, "an axis is an array of values, not \(program.described(type))",
            at: program[values].span,
            labels: [Label("of this dataset", at: program[member].nameSpan)]))
      }
      program.members[Int(member.index)].axes.append(
        DatasetAxis(name: name, values: values, type: type))
    }
  }
}
