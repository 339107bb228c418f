import Diagnostics
import Laboratory
import Syntax

// Experiments: their members, the devices' bindings, and their stages.

extension Typer {
  mutating func declareExperiments() {
    for (id, experiment, index) in experimentDeclarations {
      enter(module: index, experiment: id)
      declareMembers(of: id, experiment)
      declareStages(of: id, experiment)
      let sorted = program[id].members.sorted {
        (memberUses[$0] ?? program[$0].nameSpan.start, $0.index)
          < (memberUses[$1] ?? program[$1].nameSpan.start, $1.index)
      }
      program.experiments[Int(id.index)].members = sorted
    }
  }

  /// Declares the members of an experiment or of the part that is being used.
  mutating func declareMembers(of id: ExperimentID, _ experiment: ExperimentDeclaration) {
    // Devices first, since a `use` may lend them to a part; then parts, since everything may
    // mention what they have.
    for member in experiment.members {
      if case .device(let names, let type, let binding, let documentation, _) = member {
        declareDevices(names, type, binding: binding, documentation: documentation)
      }
    }
    for member in experiment.members {
      if case .use(let use) = member { declareUse(use, in: id) }
    }
    // What has a written type comes first, so that everything may mention it.
    for member in experiment.members {
      switch member {
      case .argument(let field, let range): declareArgument(field, range: range, in: id)
      case .shared(let shared): declareShared(shared, experiment: id)
      case .dataset(let field, let axes, let error):
        declareDataset(field, axes: axes, error: error, among: experiment.members, in: id)
      case .constant(let field): _ = declareValue(field, kind: .constant, experiment: id)
      case .variable(let field) where field.type != nil:
        _ = declareValue(field, kind: .variable, experiment: id)
      case .resident(let field): _ = declareValue(field, kind: .resident, experiment: id)
      case .field(let field):
        report(
          Diagnostic(
            .unexpected,
            "`field` belongs to a driver; an experiment has `arg`, `var`, `shared` and `dataset`",
            at: field.name.span))
      case .device, .use, .variable, .prepare, .run, .analyze, .cleanup, .function, .structure,
        .enumeration,
        .error:
        break
      }
    }
    for member in experiment.members {
      guard case .function(let function) = member else { continue }
      let function_ = declareSignature(function, kind: kind(of: function), owner: .experiment(id))
      declareFunction(function.name, function_, in: ownScope(id))
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
    var prepare: (Block, Span)?
    var cleanup: (Block, Span)?
    for member in experiment.members {
      switch member {
      case .prepare(let block, let keyword) where isNew(.prepare, at: keyword):
        prepare = (block, keyword)
      case .cleanup(let block, let keyword) where isNew(.cleanup, at: keyword):
        cleanup = (block, keyword)
      default: break
      }
    }
    declarePrepare(of: id, prepare)
    for member in experiment.members {
      switch member {
      case .run(let block, let keyword) where isNew(.run, at: keyword):
        program.experiments[Int(id.index)].run = declareStage(
          .run, .block(block), span: block.span, keyword: keyword, in: id)
      case .analyze(let block, let keyword) where isNew(.analyze, at: keyword):
        program.experiments[Int(id.index)].analyze = declareStage(
          .analyze, .block(block), span: block.span, keyword: keyword, in: id)
      default: break
      }
    }
    declareCleanup(of: id, cleanup)
    if seen[.run] == nil, !program[id].isPart {
      report(
        Diagnostic(
          .runMissing, "the experiment `\(experiment.name.text)` has no `run`",
          at: experiment.name.span,
          notes: ["`run { }` says what is done: it calls the kernels."]))
    }
  }

  /// Makes the function of a stage; its body waits.
  mutating func declareStage(
    _ stage: Stage, _ content: PendingBody.Content, span: Span, keyword: Span, in id: ExperimentID
  ) -> FunctionID {
    let function = FunctionID(index: Int32(program.functions.count))
    program.functions.append(
      TypedFunction(
        id: function, name: stage.rawValue, kind: .stage(stage), owner: .experiment(id),
        generics: [], parameters: [],
        result: .unit, locals: [], body: TypedBlock([], at: span), effects: [],
        nameSpan: keyword,
        span: keyword.joined(with: span), documentation: nil))
    pending.append(
      PendingBody(
        function: function, content: content, module: module, experiment: id, driver: nil,
        generics: []))
    return function
  }

  /// Adds a member without a value to the experiment and its scope.
  mutating func addMember(
    _ name: Name, _ kind: Member.Kind, _ type: Type, documentation: String?,
    to experiment: ExperimentID?
  ) -> MemberID {
    let id = MemberID(index: Int32(program.members.count))
    program.members.append(
      Member(
        id: id, name: pathName(name), kind: kind, experiment: experiment, type: type, axes: [],
        nameSpan: name.span,
        documentation: documentation))
    enter(name, id, of: experiment)
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
    let type = resolve(written)
    if case .fixedArray(let element, let lengths) = type, element.isDevice {
      for name in names {
        declareDeviceArray(name, type, element, lengths, binding, documentation)
      }
      return
    }
    switch type {
    case .interface, .driver, .unknown: break
    default:
      report(noKindOfDevice(type, written, binding))
      for name in names {
        _ = addMember(
          name, .device(nil), .unknown, documentation: documentation, to: body.experiment)
      }
      return
    }
    for name in names {
      if let lent = lentDevice(name, as: type) {
        _ = addMember(name, .device(lent), type, documentation: documentation, to: body.experiment)
        continue
      }
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
      let faultsBefore = diagnostics.count
      let bound = bind(device, as: type, at: span)
      // What a device is that has another driver cannot be told: either may be meant.
      let isDoubtful =
        diagnostics.count > faultsBefore && program.description.device(named: device) != nil
      _ = addMember(
        name, .device(bound), isDoubtful ? .unknown : type, documentation: documentation,
        to: body.experiment)
    }
  }

  private func noKindOfDevice(_ type: Type, _ written: TypeID, _ binding: ExpressionID?)
    -> Diagnostic
  {
    let span = tree.span(of: written)
    guard case .array(let element) = type, element.isDevice else {
      return Diagnostic(
        .unknownType, "`\(program.text(type))` is no kind of device", at: span,
        notes: ["A device is a driver or an interface, such as `TTLOut`, `TTLIn` or `DDS`."])
    }
    var fixes: [Fix] = []
    if let binding, case .array(let names) = tree[binding] {
      let end = Span(span.source, Int(span.end) - 1, Int(span.end) - 1)
      fixes = [Fix("write their number", [Edit(end, "; \(names.count)")])]
    }
    return Diagnostic(
      .unknownType,
      "an array of devices has a length that is known: `[\(program.text(element)); 4]`",
      at: span, fixes: fixes)
  }

  /// `device beams: [TTLOut; 2] = ["ttl0", "ttl1"]`: each device is a member too.
  private mutating func declareDeviceArray(
    _ name: Name, _ type: Type, _ element: Type, _ lengths: [Length], _ binding: ExpressionID?,
    _ documentation: String?
  ) {
    let array = addMember(
      name, .device(nil), type, documentation: documentation, to: body.experiment)
    if let lent = lentDevices(name, as: type, element) {
      for (index, bound) in lent.enumerated() {
        let member = addMember(
          Name("\(name.text)[\(index)]", at: name.span), .device(bound), element,
          documentation: nil, to: body.experiment)
        program.members[Int(array.index)].elements.append(member)
      }
      return
    }
    guard let binding, case .array(let written) = tree[binding] else {
      report(
        Diagnostic(
          .mismatch, "an array of devices needs the names of its devices",
          at: binding.map { tree.span(of: $0) } ?? name.span,
          notes: ["For example `device \(name.text): [TTLOut; 2] = [\"ttl0\", \"ttl1\"]`."]))
      return
    }
    if lengths != [.known(written.count)] {
      report(
        Diagnostic(
          .mismatch,
          "here \(written.count == 1 ? "is" : "are") \(counted(written.count, "device")), but `\(name.text)` is \(program.described(type))",
          at: tree.span(of: binding)))
    }
    for (index, expression) in written.enumerated() {
      let span = tree.span(of: expression)
      guard case .string(let segments) = tree[expression], let text = plainText(segments) else {
        report(Diagnostic(.mismatch, "the name of a device is a plain string", at: span))
        continue
      }
      let bound = bind(text, as: element, at: span)
      let member = addMember(
        Name("\(name.text)[\(index)]", at: span), .device(bound), element,
        documentation: nil, to: body.experiment)
      program.members[Int(array.index)].elements.append(member)
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

  /// The device called `name` in the system description, as a device of `type`; says so where it is
  /// none.
  ///
  /// A part that is typed on its own may miss devices: whoever uses it has them.
  mutating func bind(_ name: String, as type: Type, at span: Span) -> DeviceBinding? {
    if case .unknown = type { return nil }
    let place = body.part.map { partInstances[$0].nameSpan } ?? span
    let (binding, fault) = binding(name, as: type, at: place)
    if let fault, body.experiment.map({ !program[$0].isPart }) ?? true {
      report(fault)
      // The device that was meant may be mentioned by its name.
      if program.description.device(named: name) == nil,
        let near = nearest(to: name, among: program.description.devices.map(\.name))
      {
        failedNames.insert(near)
      }
    }
    return binding
  }

  private func binding(_ name: String, as type: Type, at span: Span) -> (
    DeviceBinding?, Diagnostic?
  ) {
    var notes: [String] = []
    if let part = body.part.map({ partInstances[$0] }) {
      notes = [
        "`\(program[part.part].name)` asks for it; lend it another: "
          + "`use \(part.use): \(program[part.part].name)(\(name): …)`."
      ]
    }
    guard let device = program.description.device(named: name) else {
      let names = program.description.devices.map(\.name)
      var fixes: [Fix] = []
      if let near = nearest(to: name, among: names) {
        fixes = [Fix("did you mean the device `\(near)`?")]
      }
      return (
        nil,
        Diagnostic(
          .unknownDevice,
          "the laboratory `\(program.description.name)` has no device called `\(name)`", at: span,
          notes: notes + [
            names.isEmpty
              ? "It describes none; `extends = \"default\"` takes in those of the default laboratory."
              : "It has \(names.joined(separator: ", "))."
          ], fixes: fixes)
      )
    }
    guard let driver = program.drivers.first(where: { $0.name == device.driver }) else {
      return (
        nil,
        Diagnostic(
          .unknownDevice, "the driver `\(device.driver)` of the device `\(name)` is not known",
          at: span)
      )
    }
    guard serves(driver.id, as: type) else {
      return (
        nil,
        Diagnostic(
          .unknownDevice,
          "the device `\(name)` is \(withArticle(driver.name)), not \(program.described(type))",
          at: span,
          notes: notes)
      )
    }
    if let fault = fieldFault(of: device, driver, at: span) { return (nil, fault) }
    return (DeviceBinding(name: name, driver: driver.id), nil)
  }

  /// Whether a device with the driver can be a device of `type`.
  func serves(_ driver: DriverID, as type: Type) -> Bool {
    switch type {
    case .driver(let wanted): driver == wanted
    case .interface(let wanted): program[driver].interfaces.contains(wanted)
    default: true
    }
  }

  // MARK: Arguments

  private mutating func declareArgument(_ field: Field, range: ExpressionID?, in id: ExperimentID) {
    let member = declareValue(field, kind: .argument, experiment: id)
    let type = program[member].type
    rejectArgumentType(type, at: field.type.map { tree.span(of: $0) } ?? field.name.span)
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
          at: tree.span(of: range), notes: ["Both of them belong to the range."]))
      return
    }
    var element = type
    while case .array(let inner) = element { element = inner }
    program.members[Int(member.index)].lower = declareInitializer(
      lower, of: element, named: field.name)
    program.members[Int(member.index)].upper = declareInitializer(
      upper, of: element, named: field.name)
  }

  /// Says so where no user could give a value of `type` (rule 56).
  private mutating func rejectArgumentType(_ type: Type, at span: Span) {
    var inner = type
    while let element = inner.arrayElement { inner = element }
    let fits: Bool
    switch inner {
    case .unknown, .boolean, .integer, .integer32, .float, .duration, .string: fits = true
    case .tuple: fits = inner != type
    case .enumeration(let id, _): fits = program[id].cases.allSatisfy(\.payload.isEmpty)
    case .never, .unit, .timestamp, .optional, .array, .fixedArray, .structure, .error, .anyError,
      .function, .interface, .driver, .channel, .recording, .simulation, .parameter:
      fits = false
    }
    guard !fits else { return }
    report(
      Diagnostic(
        .mismatch, "an argument cannot be \(program.described(type))", at: span,
        notes: [
          "It is a Bool, a number, a quantity, a Duration, a String, an enum without payload, or an array of these."
        ]))
  }
}

extension Type {
  /// What the elements of an array are; nil of anything else.
  var arrayElement: Type? {
    switch self {
    case .array(let element), .fixedArray(let element, _): element
    default: nil
    }
  }
}
