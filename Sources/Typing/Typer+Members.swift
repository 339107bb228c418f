import Diagnostics
import Laboratory
import Syntax

// Members of values, and places that can be written.

extension Typer {
  /// `base.name` without a call.
  mutating func member(_ base: ExpressionID, _ name: Name, expecting: Type?, at span: Span)
    -> TypedExpression
  {
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    if isSelf(base) {
      reportSelf(base, name)
      return unknown
    }
    if let whole = appliedEnum(base), case .enumeration(let id, _) = whole {
      return makeCase(id, name, [], expecting: whole, at: span)
    }
    if let outer = entity(base) {
      let first = lastName(base)
      switch outer {
      case .module(let index):
        switch exported(name.text, by: index) {
        case .member(let id)?: return memberValue(id, at: span)
        case .functions(let candidates)?:
          return functionValue(candidates, name, expecting: expecting)
        case nil where isMathematics(index) && mathematicalNames.contains(name.text):
          return intrinsicValue(name, expecting: expecting)
        default:
          report(noSuchMember(name, ofModule: index))
          return unknown
        }
      case .use(let part): return memberOfPart(part, name, expecting: expecting, at: span)
      case .enumeration(let id):
        return makeCase(id, name, [], expecting: expecting, at: span)
      case .structure, .error, .interface, .driver, .experiment, .part:
        report(
          Diagnostic(.noSuchMember, "`\(first)` has no member `\(name.text)`", at: name.span))
        return unknown
      case .functions, .member, .builtinError, .local, .generic: break
      }
    }
    if let (written, type) = builtinType(base) {
      if let constant = constant(name.text, of: type, at: span) { return constant }
      report(noSuchMember(name, ofType: written, type))
      return unknown
    }
    let value = expression(base)
    if let result = property(name.text, of: value, at: span) { return result }
    guard !isUnknown(value.type) else { return unknown }
    switch value.type {
    case .anyError:
      report(
        Diagnostic(
          .noSuchMember, "one of several errors has no `\(name.text)`: it has its `name`",
          at: name.span,
          notes: ["What an error carries is known where a `catch` names it alone: `catch E as e`."])
      )
    default: report(noSuchMember(name, of: value.type))
    }
    return unknown
  }

  /// What `value` has under `name` without a call; nil if it has nothing of the name.
  mutating func property(_ name: String, of value: TypedExpression, at span: Span)
    -> TypedExpression?
  {
    func make(_ kind: TypedExpression.Kind, _ type: Type) -> TypedExpression {
      TypedExpression(kind, type, at: span)
    }
    switch (value.type, name) {
    case (.fixedArray(let element, let lengths), "count") where element.isDevice:
      guard case .known(let count)? = lengths.first else { return nil }
      return make(.integer(Int64(count)), .integer)
    case (.fixedArray(let element, _), _) where element.isDevice: return nil
    case (.structure(let id, let arguments), _):
      guard isVisible(name, of: program[id].nameSpan),
        let index = program[id].fields.firstIndex(where: { $0.name == name })
      else { return nil }
      return make(.field(value, index), program.fieldTypes(of: id, arguments)[index])
    case (.error(let id), _):
      if let index = program[id].payload.firstIndex(where: { $0.name == name }) {
        return make(.field(value, index), program[id].payload[index].type)
      }
      if name == "name" { return make(.text(program[id].name), .string) }
      return nil
    case (.anyError, "name"): return make(.field(value, 0), .string)
    case (.duration, "seconds"): return make(.convert(.durationToSeconds, value), .float(.time))
    case (.fixedArray(_, let lengths), _) where lengths.count > 1:
      guard lengths.count == 2 else { return nil }
      switch name {
      case "rows": return self.value(of: lengths[0], at: span)
      case "columns": return self.value(of: lengths[1], at: span)
      default: return nil
      }
    case (.array, "count"), (.fixedArray, "count"), (.string, "count"):
      return make(.intrinsic(.count, [value]), .integer)
    case (.array(let element), "last"), (.fixedArray(let element, _), "last"):
      return make(.intrinsic(.last, [value]), .optional(element))
    case (.array(let element), "first"), (.fixedArray(let element, _), "first"):
      guard let id = arrayMethods("first")?.first, let generic = program[id].generics.first else {
        return nil
      }
      return make(
        .call(id, [generic.id: .type(element)], [.value(asGrowing(value))]), .optional(element))
    case (.array, "is_empty"), (.fixedArray, "is_empty"), (.string, "is_empty"):
      let zero = TypedExpression(.integer(0), .integer, at: span)
      let count = make(.intrinsic(.count, [value]), .integer)
      return make(.binary(.compare(.equal, .integer), count, zero), .boolean)
    case (.recording, "duration"): return make(.tupleElement(value, 0), .duration)
    case (.simulation(let id), _): return simulationProperty(name, of: value, id, at: span)
    default: return nil
    }
  }

  /// `receiver.append(x)`, which changes the receiver.
  mutating func append(
    _ receiver: TypedExpression, _ name: Name, _ arguments: [Argument], at span: Span
  ) -> TypedExpression {
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    guard case .array(let element) = receiver.type else {
      typeAll(arguments)
      report(
        Diagnostic(
          .noSuchMember, "\(program.described(receiver.type)) has a fixed length and cannot grow",
          at: name.span,
          notes: ["An array that grows is written `[T]`."], fixes: growing(receiver)))
      return unknown
    }
    guard arguments.count == 1, arguments[0].label == nil, !arguments[0].isInout else {
      typeAll(arguments)
      report(Diagnostic(.wrongArguments, "`append` takes one element", at: span))
      return unknown
    }
    let value = value(arguments[0].value, as: element)
    guard let place = place(of: receiver) else { return unknown }
    return TypedExpression(.append(place, value), .unit, at: span)
  }

  /// How the local that `array` is, whose type nobody wrote, becomes one that grows.
  private func growing(_ array: TypedExpression) -> [Fix] {
    guard case .local(let id) = array.kind, case .fixedArray(let element, let lengths) = array.type,
      lengths.count == 1
    else { return [] }
    let local = body.locals[Int(id.index)]
    let end = Int(local.span.end)
    let behind = program.sources[local.span.source].text(
      Span(local.span.source, end, end + 16))
    guard local.isVariable, behind.first(where: { $0 != " " }) == "=" else { return [] }
    let type = program.text(.array(element))
    return [
      Fix(
        "declare it as one that grows: `var \(local.name): \(type) = …`",
        [Edit(Span(local.span.source, end, end), ": \(type)")])
    ]
  }

  mutating func callBuiltinMethod(
    _ receiver: TypedExpression, _ name: Name, _ arguments: [Argument], at span: Span
  ) -> TypedExpression? {
    func formals(_ list: [(String, String?, Type, TypedExpression?)]) -> [Formal] {
      list.map { Formal(name: $0.0, label: $0.1, type: $0.2, isInout: false, defaultValue: $0.3) }
    }
    if case .simulation(let id) = receiver.type,
      let result = callSimulationFamily(receiver, id, name, arguments, at: span)
    {
      return result
    }
    let wanted: [Formal]
    let intrinsic: Intrinsic
    let result: Type
    switch (receiver.type, name.text) {
    case (.timestamp, "aligned"):
      (wanted, intrinsic, result) = (formals([("d", "to", .duration, nil)]), .aligned, .timestamp)
    case (.simulation, "edges"):
      let rising = TypedExpression(.boolean(true), .boolean, at: span)
      (wanted, intrinsic, result) = (
        formals([("name", nil, .string, nil), ("rising", nil, .boolean, rising)]), .traceEdges,
        .array(.timestamp)
      )
    case (.simulation, "events"):
      (wanted, intrinsic, result) = (
        formals([("name", nil, .string, nil)]), .simulationResult(.events),
        SimulationResult.eventsType
      )
    case (.simulation, "values"):
      (wanted, intrinsic, result) = (
        formals([("name", nil, .string, nil)]), .simulationResult(.values),
        SimulationResult.valuesType
      )
    case (.simulation, "phase"):
      (wanted, intrinsic, result) = (
        formals([("name", nil, .string, nil), ("time", "at", .timestamp, nil)]),
        .simulationResult(.phase), .float(.angle)
      )
    case (.simulation, "span"):
      (wanted, intrinsic, result) = (
        formals([("name", nil, .string, nil), ("i", nil, .integer, nil)]), .traceSpan, .duration
      )
    case (.simulation, "level"):
      (wanted, intrinsic, result) = (
        formals([("name", nil, .string, nil), ("time", "at", .timestamp, nil)]), .traceLevel,
        .integer
      )
    case (.fixedArray(let element, let lengths), "transposed") where lengths.count == 2:
      (wanted, intrinsic, result) = (
        [], .transposed, .fixedArray(element, lengths.reversed())
      )
    default: return nil
    }
    guard let matched = match(arguments, to: wanted, of: name.text, declaredAt: nil, at: span)
    else {
      return TypedExpression(.invalid, .unknown, at: span)
    }
    let values = zip(wanted, matched).map { formal, source in
      switch source {
      case .given(let argument): value(argument.value, as: formal.type)
      case .standard(let value): value
      }
    }
    if case .simulation = receiver.type, let first = values.first,
      case .text(let device) = first.kind
    {
      requireDevice(device, at: first.span)
    }
    return TypedExpression(.intrinsic(intrinsic, [receiver] + values), result, at: span)
  }

  /// A trace knows devices by their names in the system description.
  private mutating func requireDevice(_ name: String, at span: Span) {
    guard program.description.device(named: name) == nil else { return }
    var fixes: [Fix] = []
    if let near = nearest(to: name, among: program.description.devices.map(\.name)) {
      fixes = [Fix("did you mean `\(near)`?", [Edit(span, "\"\(near)\"")])]
    }
    report(
      Diagnostic(
        .unknownDevice, "there is no device called `\(name)` in `\(program.description.name)`",
        at: span, notes: ["A trace knows devices by the names of the system description."],
        fixes: fixes))
  }

  // MARK: Places

  /// The place that `id` names, to be written; says why where it is none.
  mutating func place(_ id: ExpressionID) -> Place? { place(of: expression(id)) }

  /// The place of which `value` is the value.
  mutating func place(of value: TypedExpression) -> Place? {
    switch value.kind {
    case .invalid: return nil
    case .local(let id):
      let local = body.locals[Int(id.index)]
      guard local.isVariable else {
        if Int(id.index) < body.captureCount {
          report(capturedAssigned(value, boundAt: local.span))
        } else if body.isMethod, id.index == 0 {
          // It lacks one word, however often it writes.
          guard body.function.map({ immutableMethods.insert($0).inserted }) ?? true else {
            return nil
          }
          report(
            Diagnostic(
              .constantAssigned,
              "only a `mutating` method can change the value that it is called on", at: value.span,
              fixes: body.function.map { [mutatingWord($0)] } ?? []))
        } else {
          let isParameter =
            body.function.map { program[$0].parameters.contains { $0.local == id } } ?? false
          if isParameter { assignedParameters.insert(local.span) }
          report(
            constantAssigned(
              value, boundAt: local.span,
              note: isParameter
                ? "A parameter is constant: copy it into a `var`, or declare it `inout` to change what is passed."
                : "A variable is declared with `var`."))
        }
        return nil
      }
      return Place(
        root: .local(id), steps: [], rootType: local.type, type: local.type, at: value.span)
    case .member(let id):
      let member = program[id]
      switch member.kind {
      case .variable, .dataset, .shared, .resident, .prepared(isVariable: true):
        return Place(
          root: .member(id), steps: [], rootType: member.type, type: member.type, at: value.span)
      case .argument where body.isDevice:
        report(argumentWritten(member, at: value.span))
        return nil
      case .argument, .constant, .prepared(isVariable: false), .field, .device:
        report(
          constantAssigned(
            value, boundAt: member.nameSpan,
            note: "A variable of the run is declared with `var` in the experiment."))
        return nil
      }
    case .sharedElement(let id, let keys):
      let type = program[id].type
      return Place(
        root: .member(id), keys: keys, steps: [], rootType: type, type: type, at: value.span)
    case .field(let base, let index):
      return place(of: base)?.appending(.field(index), value.type, at: value.span)
    case .tupleElement(let base, let index):
      return place(of: base)?.appending(.tupleElement(index), value.type, at: value.span)
    case .index(let base, let index):
      return place(of: base)?.appending(.index(index), value.type, at: value.span)
    case .slice:
      report(
        Diagnostic(
          .constantAssigned,
          "a slice of this cannot be written; write its elements one by one",
          at: value.span))
      return nil
    default:
      report(
        Diagnostic(
          .constantAssigned, "this cannot be written: it is no variable, field or element",
          at: value.span))
      return nil
    }
  }

  /// The fix that makes the method `id` mutating.
  private func mutatingWord(_ id: FunctionID) -> Fix {
    let span = program[id].span
    let start = Span(span.source, Int(span.start), Int(span.start))
    return Fix("make the method `mutating`", [Edit(start, "mutating ")])
  }

  private func capturedAssigned(_ value: TypedExpression, boundAt binding: Span) -> Diagnostic {
    let name = program.sources[value.span.source].text(value.span)
    return Diagnostic(
      .constantAssigned, "a function cannot assign to `\(name)`, a local of the function around it",
      at: value.span, remark: "this is a copy",
      labels: [Label("`\(name)` is bound here", at: binding)],
      notes: ["It copies the locals that it mentions when it is declared. Return the new value."])
  }

  /// A kernel writes an argument of the run.
  private func argumentWritten(_ member: Member, at span: Span) -> Diagnostic {
    Diagnostic(
      .kernelWritesHost,
      "a kernel runs on the device and cannot write the argument `\(member.name)`",
      at: span, remark: "`\(member.name)` lives on the host, and is constant during a run",
      labels: [Label("declared here", at: member.nameSpan)],
      notes: ["Return the value, or keep it on the device: `resident name: T = value`."])
  }

  private func constantAssigned(_ value: TypedExpression, boundAt binding: Span, note: String)
    -> Diagnostic
  {
    let name = program.sources[value.span.source].text(value.span)
    return Diagnostic(
      .constantAssigned, "cannot assign to constant `\(name)`", at: value.span,
      labels: [Label("`\(name)` is bound here", at: binding)],
      notes: [note])
  }
}

extension Place {
  /// Whether a write to one may be seen in the other: one's path is a beginning of the other's.
  ///
  /// An index that is not constant stands for all elements.
  func overlaps(_ other: Place) -> Bool {
    guard root == other.root else { return false }
    return zip(steps, other.steps).allSatisfy { a, b in
      switch (a, b) {
      case (.field(let i), .field(let j)), (.tupleElement(let i), .tupleElement(let j)): i == j
      case (.index(let i), .index(let j)):
        if case .integer(let m) = i.kind, case .integer(let n) = j.kind { m == n } else { true }
      default: true
      }
    }
  }

  /// The place one step further in.
  func appending(_ step: Step, _ type: Type, at span: Span) -> Place {
    Place(
      root: root, keys: keys, steps: steps + [step], rootType: rootType, type: type, at: span)
  }
}
