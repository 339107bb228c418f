import Diagnostics
import Syntax

// Datasets, their axes and error bars (rule 24).

extension Typer {
  /// `members` are those beside which the dataset stands.
  mutating func declareDataset(
    _ field: Field, axes: [ExpressionID], error: Name?, among members: [Syntax.Member],
    in id: ExperimentID
  ) {
    let type = field.type.map { resolve($0) } ?? .unknown
    let member = addMember(field.name, .dataset, type, documentation: field.documentation, to: id)
    let faultsBefore = diagnostics.count
    let found = declareAxes(axes, of: field.name, type, written: field.type)
    if diagnostics.count > faultsBefore { program.members[Int(member.index)].type = .unknown }
    for axis in found { datasetAxes.append((member, axis.name, axis.values)) }
    guard let error else { return }
    let isDeclared = members.contains {
      if case .dataset(let other, _, _) = $0 { other.name.text == error.text } else { false }
    }
    if isDeclared {
      datasetErrors.append((member, error, id, body.part))
      return
    }
    let bars = addMember(error, .dataset, type, documentation: nil, to: id)
    program.members[Int(member.index)].errorBars = bars
    for axis in found { datasetAxes.append((bars, axis.name, axis.values)) }
  }

  /// `values.append(x)` of a dataset that is declared as one value: that it is meant as an array;
  /// nil of anything else.
  ///
  /// What else is asked of it follows from that.
  mutating func elementOfScalar(_ name: Name, _ value: TypedExpression) -> Diagnostic? {
    guard name.text == "append", case .member(let id) = value.kind,
      program[id].kind == .dataset, value.type.arrayElement == nil, !isUnknown(value.type)
    else { return nil }
    program.members[Int(id.index)].type = .unknown
    let member = program[id]
    return Diagnostic(
      .noSuchMember, "\(program.described(value.type)) has no member `append`", at: name.span,
      labels: [Label("declared here", at: member.nameSpan)],
      notes: [
        "A dataset that grows is an array: `dataset \(member.name): [\(program.text(value.type))]`."
      ])
  }

  /// The fix that puts `count` more pairs of brackets around the type of a dataset.
  private func typeOfAxes(_ count: Int, around type: Span) -> [Fix] {
    let start = Span(type.source, Int(type.start), Int(type.start))
    let end = Span(type.source, Int(type.end), Int(type.end))
    return [
      Fix(
        "give it one dimension for each axis",
        [
          Edit(start, String(repeating: "[", count: count)),
          Edit(end, String(repeating: "]", count: count)),
        ])
    ]
  }

  /// `dataset x: [Float; 3] over axis`.
  private func fixedLengthOverAxes(_ type: Type, _ growing: Type, at place: Span) -> Diagnostic {
    Diagnostic(
      .mismatch,
      "over an axis a dataset has its length from there: a `\(program.text(type))` has its own",
      at: place,
      fixes: [
        Fix("leave out the length", [Edit(place, program.text(growing))])
      ])
  }

  private mutating func declareAxes(
    _ axes: [ExpressionID], of dataset: Name, _ type: Type, written: TypeID?
  ) -> [(name: String, values: FunctionID)] {
    var inner = type
    var found: [(name: String, values: FunctionID)] = []
    for axis in axes {
      let span = tree.span(of: axis)
      guard case .array(let element) = inner else {
        if case .fixedArray(let element, let lengths) = type, found.isEmpty {
          let growing = lengths.reduce(element) { type, _ in .array(type) }
          report(fixedLengthOverAxes(type, growing, at: written.map { tree.span(of: $0) } ?? span))
        } else if inner != .unknown {
          report(
            Diagnostic(
              .mismatch, "`\(program.text(type))` has fewer dimensions than axes", at: span,
              labels: [Label("the dataset's type", at: dataset.span)],
              fixes: written.map { typeOfAxes(axes.count - found.count, around: tree.span(of: $0)) }
                ?? []))
        }
        break
      }
      inner = element
      let name = dottedName(axis) ?? Name(axes.count == 1 ? "axis" : "axis\(found.count)", at: span)
      found.append(
        (
          dottedName(axis) == nil ? name.text : pathName(name),
          declareInitializer(.axis(axis), axis, of: nil, named: name)
        ))
    }
    return found
  }

  /// The values of an axis: an array, or a range of numbers.
  mutating func axisValues(_ axis: ExpressionID) -> TypedExpression {
    guard case .range(let lower, let upper, let isClosed, let step) = tree[axis] else {
      return settled(expression(axis))
    }
    let span = tree.span(of: axis)
    let low = value(lower, as: .integer)
    let high = value(upper, as: .integer)
    let by = step.map { value($0, as: .integer) }
    let variable = body.newLocal("", .integer, isVariable: false, at: span)
    let loop = TypedLoop(
      source: .range(low, high, isClosed: isClosed, step: by), variable: variable)
    return TypedExpression(
      .comprehension(TypedExpression(.local(variable), .integer, at: span), [.loop(loop)]),
      .array(.integer), at: span)
  }

  /// The axes' types are known once their values have been typed.
  mutating func resolveDatasetAxes() {
    for (member, name, values) in datasetAxes {
      let type = program[values].result
      switch type {
      case .array, .fixedArray, .unknown: break
      default:
        var fixes: [Fix] = []
        let span = program[values].span
        if type == .integer {
          let start = Span(span.source, Int(span.start), Int(span.start))
          fixes = [Fix("the numbers below it", [Edit(start, "0..<")])]
        }
        report(
          Diagnostic(
            .mismatch, "an axis is an array of values, not \(program.described(type))", at: span,
            labels: [Label("of this dataset", at: program[member].nameSpan)], fixes: fixes))
      }
      program.members[Int(member.index)].axes.append(
        DatasetAxis(name: name, values: values, type: type))
    }
    for (member, name, experiment, part) in datasetErrors {
      body.part = part
      let scope = self[ownScope(experiment)]
      guard case .member(let bars)? = scope[name.text] else { continue }
      program.members[Int(member.index)].errorBars = bars
      let (own, other) = (program[member], program[bars])
      if own.type != other.type, own.type != .unknown, other.type != .unknown {
        report(
          Diagnostic(
            .mismatch,
            "the error bars of `\(own.name)` are \(program.described(own.type)), not "
              + program.described(other.type), at: name.span,
            labels: [Label("declared here", at: other.nameSpan)]))
      }
    }
    body = BodyState()
  }
}
