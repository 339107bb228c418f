import Diagnostics
import Syntax

// Diagnostics of types that do not agree, by the rules about their codes (rule 10).

extension Typer {
  private func isQuantity(_ type: Type) -> Bool {
    switch type {
    case .float, .duration, .timestamp: true
    default: false
    }
  }

  private func countsAsQuantity(_ value: TypedExpression) -> Bool {
    if case .integer = value.kind, value.type == .integer { return true }
    return isQuantity(value.type)
  }

  /// `value` stands where a `wanted` is due.
  func mismatch(_ value: TypedExpression, wanted: Type) -> Diagnostic {
    if value.type == .optional(.never) {
      return Diagnostic(
        .mismatch,
        "`none` stands here, but \(program.described(wanted)) is due, which is always there",
        at: value.span,
        notes: ["What may be `none` is declared with `?`: `\(program.text(wanted))?`."])
    }
    if case .optional(let inner) = wanted, !isOptional(value.type) {
      return mismatch(value, wanted: inner)
    }
    if countsAsQuantity(value), isQuantity(wanted), value.type != wanted,
      value.type != .integer || wanted != .number
    {
      return dimensionMismatch(value, wanted: wanted)
    }
    var fixes: [Fix] = []
    var notes: [String] = []
    let text = program.sources[value.span.source].text(value.span)
    switch (value.type, wanted) {
    case (.integer, .number), (.integer32, .number):
      fixes = [Fix("convert it", [Edit(value.span, "Float(\(text))")])]
    case (.number, .integer):
      fixes = [
        Fix("convert it, toward zero", [Edit(value.span, "Int(\(text))")], application: .never)
      ]
      notes = ["`round`, `floor` and `ceil` choose how; `Int(…)` drops what is behind the point."]
    case (.integer, .integer32): fixes = [Fix("convert it", [Edit(value.span, "Int32(\(text))")])]
    case (.integer32, .integer): fixes = [Fix("convert it", [Edit(value.span, "Int(\(text))")])]
    case (.array(let element), .array(let due)), (.fixedArray(let element, _), .array(let due)):
      fixes = elementsConverted(text, at: value.span, from: element, to: due)
    case (.array, .fixedArray) where widens(wanted, to: value.type):
      fixes = [
        Fix(
          "make one of this length; another number of elements raises `IndexOutOfRange`",
          [Edit(value.span, "\(program.text(wanted))(\(text))")], application: .never)
      ]
    case (.optional(let inner), _) where inner == wanted:
      notes = [
        "It may be `none`: take it apart with `if let` or `guard let`, or give a value for that case with `??`."
      ]
    case (.optional, .boolean):
      notes = ["Whether there is one is asked by `if let y = \(text) { … }` or `\(text) != none`."]
    case (.integer, .boolean), (.integer32, .boolean):
      notes = ["A number is neither true nor false: compare it, as in `\(text) != 0`."]
    case (_, .string): fixes = [Fix("print it into a string", [Edit(value.span, "\"{\(text)}\"")])]
    default: break
    }
    return Diagnostic(
      .mismatch,
      "this is \(program.described(value.type)), but \(program.described(wanted)) is due here",
      at: value.span,
      notes: notes, fixes: fixes)
  }

  /// How an array of numbers becomes one of another kind of numbers; none where it cannot.
  private func elementsConverted(
    _ text: String, at span: Span, from element: Type, to due: Type
  ) -> [Fix] {
    let name: String
    switch (element, due) {
    case (.integer, .float(let dimension)), (.integer32, .float(let dimension)):
      // A dimension that follows from the argument may be none.
      guard dimension.exponents == Dimension.none.exponents else { return [] }
      name = "Float"
    case (.integer, .integer32): name = "Int32"
    case (.integer32, .integer): name = "Int"
    case (.number, .integer):
      return [
        Fix("convert each, toward zero", [Edit(span, "[Int](\(text))")], application: .never)
      ]
    default: return []
    }
    return [Fix("convert each", [Edit(span, "[\(name)](\(text))")])]
  }

  func isOptional(_ type: Type) -> Bool { if case .optional = type { true } else { false } }

  private func dimensionMismatch(_ value: TypedExpression, wanted: Type) -> Diagnostic {
    var fixes: [Fix] = []
    let text = program.sources[value.span.source].text(value.span)
    switch (value.type, wanted) {
    case (.float(.time), .duration):
      fixes = [Fix("convert it to ticks, rounding", [Edit(value.span, "Duration(\(text))")])]
    case (.duration, .float(.time)):
      fixes = [Fix("take its seconds", [Edit(value.span, "(\(text)).seconds")])]
    case (.float(let dimension), .duration) where dimension == .frequency:
      fixes = [
        Fix(
          "if its period is meant: a duration is one over a frequency",
          [Edit(value.span, "Duration(1 / (\(text)))")], application: .never)
      ]
    case (.duration, .timestamp) where body.isDevice:
      fixes = [
        Fix(
          "if it is meant from the cursor on", [Edit(value.span, "now() + \(operand(value))")],
          application: .never)
      ]
    default: break
    }
    var notes: [String] = []
    let isBare = value.type == .integer || value.type == .number
    if isBare, let unit = unitName(wanted) {
      notes = ["Write the unit behind the number, as in `\(text) \(unit)`."]
    } else {
      notes = Self.momentNotes(value.type, wanted)
    }
    if wanted == .number, let unit = unitName(value.type) {
      notes = ["Divide by a unit to get a bare number: `x / 1 \(unit)`."]
    }
    let what = isBare ? "a bare number" : "\(program.described(value.type))"
    return Diagnostic(
      .dimension, "this is \(what), but \(program.described(wanted)) is due here", at: value.span,
      notes: notes, fixes: fixes)
  }

  /// What leads on where a point in time and a duration are taken for each other.
  private static func momentNotes(_ found: Type, _ wanted: Type) -> [String] {
    switch (found, wanted) {
    case (.duration, .timestamp):
      ["A `Timestamp` is a point in time: one that is known, and a `Duration` after it."]
    case (.timestamp, .duration):
      [
        "A `Timestamp` is a point in time: `at(t)` goes there, and the time between two is `t - start`."
      ]
    default: []
    }
  }

  /// `value` as it is written, in parentheses if an operator beside it would take it apart.
  private func operand(_ value: TypedExpression) -> String {
    let text = program.sources[value.span.source].text(value.span)
    switch value.kind {
    case .coalesce, .conditional, .sequence: return inParentheses(text)
    default: return text
    }
  }

  /// A unit in which a quantity of `type` may be written.
  func unitName(_ type: Type) -> String? {
    switch type {
    case .duration, .float(.time): "us"
    case .float(let dimension): namedUnits.first { $0.1 == dimension }?.0
    default: nil
    }
  }

  /// A type, computed by a compound assignment, that the place does not hold.
  func mismatch(_ found: Type, wanted: Type, at span: Span) -> Diagnostic {
    let code: Code = isQuantity(found) && isQuantity(wanted) ? .dimension : .mismatch
    return Diagnostic(
      code,
      "this yields \(program.described(found)), but the place holds \(program.described(wanted))",
      at: span)
  }

  /// `operation` has no meaning between `a` and `b`; in a compound assignment `a` is written to.
  func operatorMismatch(
    _ operation: InfixOperator, _ a: TypedExpression, _ b: TypedExpression, at span: Span,
    isCompound: Bool = false
  ) -> Diagnostic {
    let sign = operation.rawValue
    if let fault = elementFault(operation, a, b, at: span, isCompound: isCompound) { return fault }
    let labels = [
      Label("`\(program.text(a.type))`", at: a.span),
      Label("`\(program.text(b.type))`", at: b.span),
    ]
    if operation == .divide, a.type == .integer || a.type == .integer32, b.type == a.type {
      let left = program.sources[a.span.source].text(a.span)
      let right = program.sources[b.span.source].text(b.span)
      return Diagnostic(
        .integerDivision,
        "`/` between integers: is the quotient to be a whole number or a fraction?", at: span,
        labels: labels,
        fixes: isCompound
          ? [Fix("a whole number, rounded down", [Edit(span, "//=")], application: .never)]
          : [
            Fix("a whole number, rounded down", [Edit(span, "//")]),
            Fix(
              "a fraction", [Edit(a.span.joined(with: b.span), "Float(\(left)) / Float(\(right))")]),
          ])
    }
    if operation == .power, case .float(let dimension) = a.type, !dimension.isNone,
      b.type == .integer || b.type == .number
    {
      return Diagnostic(
        .dimension,
        "\(program.described(a.type)) is raised only to a power that is written as a whole number",
        at: span,
        labels: labels, notes: ["The unit of the result must be known when the program is checked."]
      )
    }
    if countsAsQuantity(a), countsAsQuantity(b), isQuantity(a.type) || isQuantity(b.type) {
      if !(a.type == .number && b.type == .integer) && !(a.type == .integer && b.type == .number) {
        var notes: [String] = []
        if a.type == .timestamp, b.type == .timestamp {
          notes = ["Two points in time cannot be added; their difference is a `Duration`."]
        } else if let moment = momentNote(operation, a, b) {
          notes = [moment]
        } else if operation == .add || operation == .subtract {
          notes = ["Only quantities of the same dimension can be added, subtracted and compared."]
        } else if operation == .bitXor {
          notes = ["A power is written `**`, as in `x ** 2`."]
        }
        return Diagnostic(
          .dimension,
          "`\(sign)` does not take \(program.described(a.type)) and \(program.described(b.type))",
          at: span,
          labels: labels, notes: notes)
      }
    }
    if !hasOperator(operation, a.type) {
      return Diagnostic(
        .noSuchOperator, "\(program.described(a.type)) has no `\(sign)`", at: span, labels: labels,
        notes: operatorNotes(operation, a, b), fixes: boundFixes(operation, a.type))
    }
    var fixes: [Fix] = []
    if a.type == .integer, case .float = b.type, !isCompound {
      fixes = [
        Fix(
          "convert the `Int`",
          [Edit(a.span, "Float" + inParentheses(program.sources[a.span.source].text(a.span)))])
      ]
    } else if case .float = a.type, b.type == .integer {
      fixes = [
        Fix(
          "convert the `Int`",
          [Edit(b.span, "Float" + inParentheses(program.sources[b.span.source].text(b.span)))])
      ]
    } else if a.type == .string, operation == .add {
      fixes = [
        Fix(
          "print it into the string",
          [Edit(b.span, "\"{\(program.sources[b.span.source].text(b.span))}\"")])
      ]
    }
    return Diagnostic(
      .mismatch,
      "`\(sign)` does not take \(program.described(a.type)) and \(program.described(b.type))",
      at: span,
      labels: labels, notes: operatorNotes(operation, a, b), fixes: fixes)
  }

  /// What leads on where one side is a point in time.
  private func momentNote(
    _ operation: InfixOperator, _ a: TypedExpression, _ b: TypedExpression
  ) -> String? {
    switch (a.type, b.type) {
    case (.timestamp, .integer), (.timestamp, .number):
      guard operation == .add || operation == .subtract else { return nil }
      let number = program.sources[b.span.source].text(b.span)
      return switch b.kind {
      case .integer, .float: "Write the unit behind the number, as in `\(number) us`."
      default: "A point in time is moved by a `Duration`, as in `\(number) * 1 us`."
      }
    case (.timestamp, .duration), (.duration, .timestamp):
      guard isComparison(operation) else { return nil }
      return
        "A point in time is compared with another, as `start + 5 us`; a `Duration` with the time between two."
    default: return nil
    }
  }

  /// What leads on where an operator does not take what it is given.
  private func operatorNotes(
    _ operation: InfixOperator, _ a: TypedExpression, _ b: TypedExpression
  ) -> [String] {
    for value in [a, b] where isOptional(value.type) {
      let name = program.sources[value.span.source].text(value.span)
      return [
        "`\(name)` may be `none`: first `guard let x = \(name) else { … }`, or give a value for that case with `??`."
      ]
    }
    switch (a.type, b.type) {
    case (.string, _) where operation == .remainder:
      return ["Values stand in the string itself, with their format: `\"n = {n}, x = {x:.2f}\"`."]
    case (.array(let element), _) where isNumeric(element):
      guard operation != .equal, operation != .notEqual else { return [] }
      return [
        "`[T]` is joined by `+`. Arrays of a fixed length, `[T; n]`, reckon element by element; of a `[T]` write `[x … for x in xs]`."
      ]
    case (_, .array(let element)) where isNumeric(element):
      return [
        "Arrays of a fixed length, `[T; n]`, reckon element by element; of a `[T]` write `[x … for x in xs]`."
      ]
    default: return boundNotes(operation, a.type)
    }
  }

  /// What is wrong with an operator between fixed arrays: their shapes, else their elements.
  private func elementFault(
    _ operation: InfixOperator, _ a: TypedExpression, _ b: TypedExpression, at span: Span,
    isCompound: Bool
  ) -> Diagnostic? {
    var left = a
    var right = b
    var shapes: [[Length]] = []
    if case .fixedArray(let x, let m) = a.type {
      left = TypedExpression(.invalid, x, at: a.span)
      shapes.append(m)
    }
    if case .fixedArray(let y, let n) = b.type {
      right = TypedExpression(.invalid, y, at: b.span)
      shapes.append(n)
    }
    let labels = [
      Label("`\(program.text(a.type))`", at: a.span),
      Label("`\(program.text(b.type))`", at: b.span),
    ]
    guard let first = shapes.first else {
      guard operation == .matrixMultiply else { return nil }
      return Diagnostic(
        isNumeric(a.type) ? .mismatch : .noSuchOperator, "`@` multiplies matrices", at: span,
        labels: labels,
        notes: ["A matrix has lengths that are known: `[Float; 2, 3]`, or `[Float; 3]`."])
    }
    if operation == .matrixMultiply {
      let agree = shapes.count == 2 && shapes[0].last == shapes[1].first
      let element = TypedExpression(.invalid, left.type, at: a.span)
      if agree, isNumeric(left.type), isNumeric(right.type) {
        return operatorMismatch(
          .multiply, element, TypedExpression(.invalid, right.type, at: b.span), at: span)
      }
      return Diagnostic(
        .mismatch,
        shapes.count < 2 ? "`@` stands between two matrices" : "the shapes do not fit", at: span,
        labels: labels,
        notes: ["The columns of the left side must be as many as the rows of the right."])
    }
    switch operation {
    case .add, .subtract, .multiply, .divide, .floorDivide, .remainder, .power: break
    default: return nil
    }
    if shapes.count == 1, let fault = mixedArrays(operation, a, b, labels, first, at: span) {
      return fault
    }
    if shapes.count == 2, shapes[1] != first {
      return Diagnostic(
        .mismatch, "`\(operation.rawValue)` goes element by element: the shapes must be equal",
        at: span, labels: labels)
    }
    guard isNumeric(left.type) || isNumber(left.type), isNumeric(right.type) || isNumber(right.type)
    else { return nil }
    if operation == .divide, left.type == .integer || left.type == .integer32,
      right.type == left.type
    {
      return Diagnostic(
        .integerDivision,
        "`/` between integers: is the quotient to be a whole number or a fraction?", at: span,
        labels: labels,
        notes: ["For fractions convert first: `[Float; 3](xs) / 2.0`."],
        fixes: [
          Fix(
            "a whole number, rounded down", [Edit(span, isCompound ? "//=" : "//")],
            application: .never)
        ])
    }
    let fault = operatorMismatch(operation, left, right, at: span, isCompound: isCompound)
    // A fix that converts an operand converts a single value.
    let isSingle = { (value: TypedExpression) in
      if case .fixedArray = value.type { false } else { true }
    }
    let isMended = left.type == .integer ? isSingle(a) : isSingle(b)
    return isMended
      ? fault
      : Diagnostic(fault.code, fault.message, at: span, labels: labels, notes: fault.notes)
  }

  /// A `[T]` beside a `[T; n]`: one is joined, the other reckoned with; nil of anything else.
  private func mixedArrays(
    _ operation: InfixOperator, _ a: TypedExpression, _ b: TypedExpression, _ labels: [Label],
    _ shape: [Length], at span: Span
  ) -> Diagnostic? {
    var growing: Type?
    if case .array = a.type { growing = a.type }
    if case .array = b.type { growing = b.type }
    guard let growing, let element = growing.arrayElement,
      a.type.arrayElement == b.type.arrayElement, isNumeric(element) || isNumber(element)
    else { return nil }
    let fixed = program.text(.fixedArray(element, shape))
    let note =
      operation == .add && shape.count == 1
      ? "A `[T]` is joined by `+`, a `[T; n]` is reckoned with element by element. Convert one of them: `\(program.text(growing))(…)` to join, `\(fixed)(…)` to reckon."
      : "A `[T; n]` is reckoned with element by element, a `[T]` is not. Convert it: `\(fixed)(…)`."
    return Diagnostic(
      .mismatch,
      "`\(operation.rawValue)` does not take \(program.described(a.type)) and \(program.described(b.type))",
      at: span, labels: labels, notes: [note])
  }

  /// How a generic parameter gets `operation`.
  private func boundNotes(_ operation: InfixOperator, _ type: Type) -> [String] {
    guard case .parameter = type else { return [] }
    let name = program.text(type)
    switch operation {
    case .equal, .notEqual: return ["Declare it as `\(name): Equal`."]
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      return ["Declare it as `\(name): Ordered`."]
    case .add, .subtract, .multiply, .floorDivide, .remainder, .power:
      return ["Declare it as `\(name): Number`."]
    case .divide where isNumber(type):
      return ["Integers have no `/`: write `Float(a) / Float(b)`, or `//`, which rounds down."]
    default: return []
    }
  }

  /// The fix that gives the only generic parameter of this function the bound that it lacks.
  private func boundFixes(_ operation: InfixOperator, _ type: Type) -> [Fix] {
    guard let note = boundNotes(operation, type).first, note.hasPrefix("Declare it as"),
      let id = body.function, program[id].generics.count == 1
    else { return [] }
    let declared = note.drop { $0 != "`" }.dropFirst().prefix { $0 != "`" }
    let name = program.text(type)
    let head = program[id].nameSpan
    let end = Int(head.end)
    let place = Span(head.source, end, end + name.utf8.count + 2)
    guard program.sources[head.source].text(place) == "<\(name)>" else { return [] }
    return [Fix("declare it so", [Edit(place, "<\(declared)>")])]
  }

  private func hasOperator(_ operation: InfixOperator, _ type: Type) -> Bool {
    switch type {
    case .integer, .integer32: true
    case .float, .duration, .timestamp:
      switch operation {
      case .bitAnd, .bitOr, .bitXor, .shiftLeft, .shiftRight, .wrappingAdd, .wrappingSubtract,
        .wrappingMultiply:
        false
      default: true
      }
    case .string:
      switch operation {
      case .add, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: true
      default: false
      }
    case .array: operation == .add || operation == .equal || operation == .notEqual
    case .parameter:
      switch operation {
      case .equal, .notEqual: hasEquality(type)
      case .less, .lessOrEqual, .greater, .greaterOrEqual: isOrdered(type)
      case .add, .subtract, .multiply, .floorDivide, .remainder, .power: isNumber(type)
      default: false
      }
    case .fixedArray(let element, _) where isNumeric(element) || isNumber(element):
      switch operation {
      case .less, .lessOrEqual, .greater, .greaterOrEqual: false
      default: hasOperator(operation, element)
      }
    case .boolean, .optional, .tuple, .structure, .enumeration, .fixedArray:
      operation == .equal || operation == .notEqual
    default: false
    }
  }
}

/// `text` in parentheses; as it is if one pair is around all of it.
private func inParentheses(_ text: String) -> String {
  var depth = 0
  let closed = text.firstIndex { character in
    if character == "(" { depth += 1 }
    if character == ")" { depth -= 1 }
    return depth == 0
  }
  let isEnclosed = text.hasPrefix("(") && closed.map { text.index(after: $0) } == text.endIndex
  return isEnclosed ? text : "(\(text))"
}
