import Diagnostics
import Syntax

// Calls of functions that are declared: which of several it is, what its generic parameters stand
// for, and what each parameter gets (rules 12 to 14, 18).

extension Typer {
  /// Calls that of `candidates` which takes the arguments.
  mutating func callFunction(
    _ candidates: [FunctionID], _ name: Name, _ arguments: [Argument], receiver: TypedExpression?,
    expecting: Type?, at span: Span
  ) -> TypedExpression {
    let skipped = receiver == nil ? 0 : 1
    func formals(_ id: FunctionID) -> [Formal] {
      program[id].parameters.dropFirst(skipped).map {
        Formal(
          name: $0.name, label: $0.label, type: $0.type, isInout: $0.isInout,
          defaultValue: $0.defaultValue)
      }
    }
    var chosen = candidates
    if candidates.count > 1 {
      let shapes = Dictionary(uniqueKeysWithValues: candidates.map { ($0, formals($0)) })
      chosen = candidates.filter { matches(arguments, shapes[$0] ?? []) }
      if chosen.count > 1 { chosen = narrowed(chosen, arguments, receiver, shapes) }
      if chosen.count != 1 {
        if chosen.isEmpty {
          reportNoOverload(name, arguments, candidates, shapes, at: span)
        } else if !arguments.map({ expression($0.value).type }).contains(where: { isUnknown($0) }) {
          report(
            Diagnostic(
              .ambiguousCall, "this call of `\(name.text)` fits \(chosen.count) functions",
              at: name.span,
              labels: chosen.map { Label("one of them", at: program[$0].nameSpan) }))
        }
        return TypedExpression(.invalid, .unknown, at: span)
      }
    }
    guard let id = chosen.first else { return TypedExpression(.invalid, .unknown, at: span) }
    guard
      let matched = match(
        arguments, to: formals(id), of: name.text, declaredAt: program[id].nameSpan, at: span)
    else {
      return TypedExpression(.invalid, .unknown, at: span)
    }
    return emitCall(id, matched, receiver: receiver, expecting: expecting, name, at: span)
  }

  /// None of `candidates` takes the arguments: says which argument is at fault, where that is sure.
  private mutating func reportNoOverload(
    _ name: Name, _ arguments: [Argument], _ candidates: [FunctionID],
    _ shapes: [FunctionID: [Formal]], at span: Span
  ) {
    let fitting = candidates.filter { matches(arguments, shapes[$0] ?? []) }
    let notes =
      ["There are:"]
      + candidates.map { id in
        let parameters = program[id].parameters.map { parameter in
          (parameter.label.map { "\($0) " } ?? "")
            + "\(parameter.name): \(program.text(parameter.type))"
        }
        return "\(name.text)(\(parameters.joined(separator: ", ")))"
      }
    guard !fitting.isEmpty else {
      // Number and labels: with one shape alone it can be said which argument it is.
      let kinds = Set(
        candidates.map { (shapes[$0] ?? []).map { [$0.name, $0.label ?? ""] } })
      if kinds.count == 1, let first = candidates.first {
        _ = match(
          arguments, to: shapes[first] ?? [], of: name.text, declaredAt: program[first].nameSpan,
          at: span)
        return
      }
      typeAll(arguments)
      if let fault = disorder(of: arguments, for: candidates.compactMap { shapes[$0] }, name) {
        report(fault)
        return
      }
      report(
        Diagnostic(
          .wrongArguments, "no `\(name.text)` takes arguments like these", at: span, notes: notes))
      return
    }
    if fitting.contains(where: { (shapes[$0] ?? []).contains { isUnknown($0.type) } }) {
      // What one of them takes is not known.
      return typeAll(arguments)
    }
    let known = Dictionary(
      arguments.map { ($0.value, settledArguments[$0.value]) }, uniquingKeysWith: { a, _ in a })
    typeAll(arguments)
    if known.values.contains(where: { $0.map { isUnknown($0.type) } ?? false }) { return }
    // The argument at which the last of them gives up is the one that does not belong there.
    var faults: [(index: Int, value: TypedExpression, wanted: Type)] = []
    for id in fitting {
      var map: [GenericID: GenericArgument] = [:]
      let formals = shapes[id] ?? []
      guard case .success(let matched) = assignment(arguments, formals) else { continue }
      for (index, (formal, source)) in zip(formals, matched).enumerated() {
        guard case .given(let argument) = source, let typed = known[argument.value] ?? nil,
          !unify(formal.type, typed.type, &map)
        else { continue }
        faults.append((index, typed, formal.type.substituting(map)))
        break
      }
    }
    let last = faults.map(\.index).max() ?? 0
    let furthest = faults.filter { $0.index == last }
    if furthest.count == 1, let fault = furthest.first, isClosed(fault.wanted) {
      let own = mismatch(fault.value, wanted: fault.wanted)
      report(
        Diagnostic(
          own.code, own.message, at: own.span, labels: own.labels, notes: own.notes + notes,
          fixes: own.fixes))
      return
    }
    let areQuantities =
      !furthest.isEmpty
      && furthest.allSatisfy {
        mismatch($0.value, wanted: $0.wanted).code == .dimension
      }
    // Where all stumble over one argument it can be named, and mended where that mends it for one.
    let culprits = Set(furthest.map(\.value.span))
    var labels: [Label] = []
    if culprits.count == 1, let value = furthest.first?.value {
      labels = [Label("this is \(program.described(value.type))", at: value.span)]
    }
    let repairs = furthest.map { mismatch($0.value, wanted: $0.wanted).fixes }.filter {
      !$0.isEmpty
    }
    report(
      Diagnostic(
        areQuantities ? .dimension : .mismatch, "no `\(name.text)` takes these arguments", at: span,
        labels: labels, notes: notes, fixes: repairs.count == 1 ? repairs[0] : []))
  }

  /// What to say where labelled arguments would fit one of `shapes` in another order; nil if they
  /// would not.
  private func disorder(of arguments: [Argument], for shapes: [[Formal]], _ name: Name)
    -> Diagnostic?
  {
    for formals in shapes {
      var places: [(place: Int, argument: Argument)] = []
      for argument in arguments {
        guard let label = argument.label,
          let place = formals.firstIndex(where: { ($0.label ?? $0.name) == label.text })
        else { break }
        places.append((place, argument))
      }
      guard places.count == arguments.count else { continue }
      let sorted = places.sorted { $0.place < $1.place }.map(\.argument)
      guard matches(sorted, formals) else { continue }
      var edits: [Edit] = []
      var wrong: Span?
      for (old, new) in zip(arguments, sorted) {
        let (here, other) = (whole(old), whole(new))
        guard here != other else { continue }
        wrong = wrong ?? old.label?.span
        edits.append(Edit(here, program.sources[other.source].text(other)))
      }
      guard let wrong else { continue }
      return Diagnostic(
        .wrongArguments, "the arguments of `\(name.text)` stand in another order", at: wrong,
        notes: ["Arguments are written in the order of the parameters."],
        fixes: [Fix("put them in this order", edits)])
    }
    return nil
  }

  /// Where `argument` stands, with its label.
  private func whole(_ argument: Argument) -> Span {
    let value = tree.span(of: argument.value)
    guard let label = argument.label else { return value }
    return Span(value.source, Int(label.span.start), Int(value.end))
  }

  private mutating func emitCall(
    _ id: FunctionID, _ matched: [MatchedArgument], receiver: TypedExpression?, expecting: Type?,
    _ name: Name, at span: Span
  ) -> TypedExpression {
    let function = program[id]
    var map: [GenericID: GenericArgument] = [:]
    var typed: [TypedArgument] = []
    if let receiver, let own = function.parameters.first {
      let fits = unify(own.type, receiver.type, &map)
      if isArray(receiver.type),
        !fits || (own.isInout && own.type.substituting(map) != receiver.type)
      {
        for case .given(let argument) in matched { _ = expression(argument.value) }
        report(mismatch(receiver, wanted: own.type.substituting(map)))
        return TypedExpression(.invalid, .unknown, at: span)
      }
      if own.isInout {
        guard let place = place(of: receiver) else {
          for case .given(let argument) in matched { _ = expression(argument.value) }
          return TypedExpression(.invalid, .unknown, at: span)
        }
        typed.append(.place(place))
      } else {
        typed.append(.value(widened(receiver, to: own.type.substituting(map)) ?? receiver))
      }
    }
    return finishCall(id, function, typed, matched, map, expecting: expecting, at: span)
  }

  mutating func finishCall(
    _ id: FunctionID, _ function: TypedFunction, _ head: [TypedArgument],
    _ matched: [MatchedArgument],
    _ known: [GenericID: GenericArgument], expecting: Type?, at span: Span
  ) -> TypedExpression {
    var map = known
    var typed = head
    var failed = false
    // What has more than one open dimension, until the other arguments have settled them.
    var later: [(Int, Type, TypedExpression)] = []
    var named: [(Int, Type, ExpressionID)] = []
    let faultsBefore = diagnostics.count
    var mark: Int?
    for (parameter, source) in zip(function.parameters.dropFirst(head.count), matched) {
      switch source {
      case .standard(let value): typed.append(.value(value))
      case .given(let argument):
        if parameter.isInout != argument.isInout {
          reportMark(argument, parameter, after: &mark)
          failed = true
          continue
        }
        if argument.isInout {
          guard let place = place(argument.value) else {
            failed = true
            continue
          }
          // What is written back must be of the very type.
          if !unify(parameter.type, place.type, &map)
            || (parameter.type.substituting(map) != place.type && !isUnknown(place.type))
          {
            report(
              mismatch(
                TypedExpression(.invalid, place.type, at: place.span),
                wanted: parameter.type.substituting(map)))
            failed = true
          }
          typed.append(.place(place))
          continue
        }
        let wanted = parameter.type.substituting(map)
        if waits(argument.value, wanted) {
          // What it is the other arguments say.
          named.append((typed.count, parameter.type, argument.value))
          typed.append(.value(TypedExpression(.invalid, .unknown, at: span)))
          continue
        }
        if function.generics.isEmpty || isClosed(wanted) {
          typed.append(.value(value(argument.value, as: wanted)))
          continue
        }
        let value = openArgument(argument.value, wanted)
        if isUnknown(value.type) {
          failed = true
          continue
        }
        if hasSeveralOpen(wanted), !isUnknown(value.type) {
          later.append((typed.count, parameter.type, value))
          typed.append(.value(value))
          continue
        }
        if unify(parameter.type, value.type, &map) {
          typed.append(.value(coerce(value, to: parameter.type.substituting(map))))
        } else {
          if !isUnknown(value.type) { report(mismatch(value, wanted: wanted)) }
          failed = true
        }
      }
    }
    for (index, pattern, value) in later {
      if unify(pattern, value.type, &map) {
        typed[index] = .value(coerce(value, to: pattern.substituting(map)))
      } else {
        let due = pattern.substituting(map)
        report(
          hasSeveralOpen(due)
            ? severalOpen(function, due, value, map) : mismatch(value, wanted: due))
        failed = true
      }
    }
    for (index, pattern, id) in named {
      let due = pattern.substituting(map)
      let value = isClosed(due) ? self.value(id, as: due) : openArgument(id, due)
      if isUnknown(value.type) {
        failed = true
      } else if unify(pattern, value.type, &map) {
        typed[index] = .value(coerce(value, to: pattern.substituting(map)))
      } else {
        report(mismatch(value, wanted: pattern.substituting(map)))
        failed = true
      }
    }
    if diagnostics.count == faultsBefore + 2, head.isEmpty {
      joinSwapped(matched, function, since: faultsBefore)
    }
    reportOverlaps(typed)
    // Of what had an error it is not known what it says about the others.
    if !function.generics.isEmpty {
      for case .value(let value) in typed where isUnknown(value.type) { failed = true }
    }
    if failed { return TypedExpression(.invalid, .unknown, at: span) }
    if let expecting, !isClosed(function.result.substituting(map)) {
      _ = unify(function.result, expecting, &map)
    }
    // Parameters that the body itself has, as of a method that calls another, stand for themselves.
    for generic in function.generics where map[generic.id] == nil && body.generics.contains(generic)
    {
      map[generic.id] = generic.asArgument
    }
    let missing = function.generics.filter { map[$0.id] == nil }
    if let first = missing.first {
      report(
        Diagnostic(
          .cannotInfer,
          "it cannot be told from this call what `\(first.name)` of `\(function.name)` is", at: span
        ))
      return TypedExpression(.invalid, .unknown, at: span)
    }
    guard
      satisfiesBounds(
        function.generics, map, of: function.name, at: span, declaredAt: function.nameSpan,
        callee: id)
    else { return TypedExpression(.invalid, .unknown, at: span) }
    for (index, source) in matched.enumerated() where !map.isEmpty {
      guard case .standard(let value) = source, !isClosed(value.type) else { continue }
      typed[head.count + index] = .value(value.substituting(map))
    }
    let result = function.result.substituting(map)
    if result.holdsNothing {
      report(
        Diagnostic(
          .mismatch,
          "what `\(function.name)` is given has no result that could be kept in \(program.described(result))",
          at: span, labels: [Label("declared here", at: function.nameSpan)],
          notes: ["To do something with each element write a loop: `for x in xs { … }`."]))
      return TypedExpression(.invalid, .unknown, at: span)
    }
    if !body.isDevice, let experiment = body.experiment,
      function.parameters.contains(where: \.type.isOfDevices)
    {
      switch function.owner {
      case .experiment, .module:
        return startWithDevices(
          id, name: function.name, on: nil, typed, of: experiment, result, at: span)
      case .driver, .interface, .structure, .enumeration: break
      }
    }
    return TypedExpression(.call(id, map, typed), result, at: span)
  }

  /// From one argument only one dimension of a product can be told.
  private func severalOpen(
    _ function: TypedFunction, _ due: Type, _ value: TypedExpression,
    _ map: [GenericID: GenericArgument]
  ) -> Diagnostic {
    let names = function.generics.filter { map[$0.id] == nil }.map { "`\($0.name)`" }
    return Diagnostic(
      .cannotInfer,
      "it cannot be told from this call what \(names.joined(separator: " and ")) of `\(function.name)` are",
      at: value.span,
      remark: "`\(program.text(value.type))` is a `\(program.text(due))` in many ways",
      labels: [Label("declared here", at: function.nameSpan)],
      notes: ["Of a product of dimensions the other parameters must tell all but one."])
  }

  /// Whether `id` says nothing by itself of what is open in `wanted`.
  private func waits(_ id: ExpressionID, _ wanted: Type) -> Bool {
    switch tree[id] {
    case .parenthesized(let inner): return waits(inner, wanted)
    case .array(let elements): return elements.isEmpty && !isClosed(wanted)
    case .none: return !isClosed(wanted)
    default:
      guard case .function = wanted else { return false }
      return functionHint(wanted) == nil && namesFunctions(id)
    }
  }

  /// Two `inout` arguments of one call may not overlap (rule 18).
  private mutating func reportOverlaps(_ arguments: [TypedArgument]) {
    var places: [Place] = []
    for case .place(let place) in arguments {
      if let other = places.first(where: { $0.overlaps(place) }) {
        report(
          Diagnostic(
            .overlappingInout, "two `inout` arguments of one call may be the same place",
            at: place.span,
            remark: "written through this one too",
            labels: [Label("written through this one", at: other.span)],
            notes: [
              "Values do not alias, so each place can be lent once at a time. Copy one of them into a variable first."
            ]))
      }
      places.append(place)
    }
  }
}
