import Diagnostics
import Syntax

// Tuples and arrays: literals, comprehensions, indices and slices.

extension Typer {
  mutating func tuple(_ parts: [ExpressionID], expecting: Type?, at span: Span)
    -> TypedExpression
  {
    if parts.isEmpty { return TypedExpression(.unit, .unit, at: span) }
    var wanted: [Type?] = Array(repeating: nil, count: parts.count)
    if case .tuple(let types)? = expecting, types.count == parts.count { wanted = types }
    let values = zip(parts, wanted).map { id, type in
      guard let type, !isUnknown(type) else { return expression(id) }
      let value = expression(id, expecting: type)
      // A part that does not agree is reported here, where it stands.
      return coerce(value, to: type)
    }
    return TypedExpression(.tuple(values), .tuple(values.map(\.type)), at: span)
  }

  mutating func array(_ elements: [ExpressionID], expecting: Type?, at span: Span)
    -> TypedExpression
  {
    if case .optional(let inner)? = expecting { return array(elements, expecting: inner, at: span) }
    var wanted: Type?
    switch expecting {
    case .array(let element)?: wanted = element
    case .optional(.array(let element))?: wanted = element
    case .fixedArray(let element, let lengths)?:
      wanted = lengths.count == 1 ? element : .fixedArray(element, Array(lengths.dropFirst()))
    default: break
    }
    if let type = wanted, case .parameter = type, !isClosed(type) { wanted = nil }
    if elements.count >= NumberTable.countMin, wanted != nil || expecting == nil,
      let (table, element) = numbers(elements, wanted: wanted)
    {
      switch expecting {
      case .fixedArray(_, let lengths)?:
        if let expecting, lengths == [.known(elements.count)] {
          return TypedExpression(.numbers(table), expecting, at: span)
        }
      default: return TypedExpression(.numbers(table), .array(element), at: span)
      }
    }
    var values: [TypedExpression] = []
    values.reserveCapacity(elements.count)
    if wanted == nil { wanted = elementType(of: elements) }
    let isFlat = isFlatMatrix(elements, expecting)
    // Numbers that are not what is due are one mistake, however many there are.
    var areNumbersWrong = false
    var isUnclear = false
    var mismatchOfElement: Diagnostic?
    for element in elements {
      if let type = wanted {
        let isNumber = isLiteral(element)
        if areNumbersWrong, isNumber {
          values.append(TypedExpression(.invalid, .unknown, at: tree.span(of: element)))
          continue
        }
        let known = diagnostics.count
        if isFlat, isNumber {
          values.append(TypedExpression(.invalid, .unknown, at: tree.span(of: element)))
          continue
        }
        values.append(value(element, as: type))
        if isNumber, diagnostics.count > known { areNumbersWrong = true }
        // Elements that are wrong in the same way are one mistake.
        if diagnostics.count == known + 1, let fault = diagnostics.last {
          if fault.message == mismatchOfElement?.message, fault.code == mismatchOfElement?.code {
            diagnostics.removeLast()
          } else if fault.code == .dimension || fault.code == .mismatch {
            mismatchOfElement = fault
          }
        }
      } else {
        // Behind one that had an error it is not known what is due.
        let value = expression(element, expecting: isUnclear ? .unknown : nil)
        values.append(value)
        isUnclear = isUnclear || isUnknown(value.type)
        if !isUnknown(value.type), value.type != .optional(.never), value.type != .array(.never) {
          wanted = value.type
        }
      }
    }
    if let wanted, values.contains(where: { $0.type != wanted && !isUnknown($0.type) }) {
      values = values.map { coerce($0, to: wanted) }
    }
    if case .fixedArray(_, let lengths)? = expecting, let expecting {
      if isFlat {
        report(flatMatrix(elements, expecting, lengths, at: span))
        return TypedExpression(.invalid, .unknown, at: span)
      }
      // Of an element that had an error it is not known how many it stands for.
      if let length = lengths.first, length != .known(elements.count),
        !elements.contains(where: { isIndexedLiteral($0) })
      {
        report(
          Diagnostic(
            .mismatch,
            "this array has \(counted(elements.count, lengths.count > 1 ? "row" : "element")), \(program.described(expecting)) has \(program.text(length))",
            at: span))
        return TypedExpression(.invalid, .unknown, at: span)
      }
      if values.contains(where: { isUnknown($0.type) }) {
        return TypedExpression(.invalid, .unknown, at: span)
      }
      if let devices = deviceArray(values, expecting, at: span) { return devices }
      return lengths.count > 1
        ? joined(values, expecting, at: span)
        : TypedExpression(.array(values), expecting, at: span)
    }
    return TypedExpression(
      .array(values), .array(wanted ?? (elements.isEmpty ? .never : .unknown)), at: span)
  }

  /// The type that the elements of an array have before they are typed; nil if the first that is
  /// typed is to say.
  ///
  /// It is that of the first that is no literal, which literals then take; an optional where `none`
  /// is among them.
  private mutating func elementType(of elements: [ExpressionID]) -> Type? {
    let present = elements.filter { !isNone($0) }
    var type: Type?
    if let first = present.first(where: { !adapts($0) }) {
      let value = expression(first)
      settledArguments[first] = value
      // Where numbers stand before what is none, it is that which does not belong there.
      if !isUnknown(value.type), first == present.first || isNumeric(value.type) {
        type = value.type
      }
    }
    if type == nil, present.contains(where: { isFloatLiteral($0) }) { type = .number }
    guard present.count < elements.count, let first = present.first else { return type }
    if type == nil {
      let value = settledArguments[first] ?? expression(first)
      settledArguments[first] = value
      type = isUnknown(value.type) ? nil : value.type
    }
    switch type {
    case nil, .optional?: return type
    case let type?: return .optional(type)
    }
  }

  /// Whether `id` is `[1, 0] [0, 1]`, where a comma is missing.
  private func isIndexedLiteral(_ id: ExpressionID) -> Bool {
    guard case .index(let base, let indices) = tree[id], indices.count > 1,
      case .array = tree[base]
    else { return false }
    return true
  }

  /// Whether numbers stand where the rows of a matrix are due.
  private func isFlatMatrix(_ elements: [ExpressionID], _ expecting: Type?) -> Bool {
    guard case .fixedArray(_, let lengths)? = expecting, lengths.count > 1 else { return false }
    return !elements.isEmpty && elements.allSatisfy { isLiteral($0) }
  }

  /// `[1.0, 2.0, 3.0, 4.0]` where a `[Float; 2, 2]` is due.
  private func flatMatrix(
    _ elements: [ExpressionID], _ type: Type, _ lengths: [Length], at span: Span
  ) -> Diagnostic {
    var fixes: [Fix] = []
    if lengths.count == 2, case .known(let rows) = lengths[0],
      case .known(let columns) = lengths[1],
      rows > 0, columns > 0, elements.count == rows * columns
    {
      let spans = elements.map { tree.span(of: $0) }
      var edits: [Edit] = []
      for row in 0..<rows {
        let (first, last) = (spans[row * columns], spans[(row + 1) * columns - 1])
        edits.append(Edit(Span(first.source, Int(first.start), Int(first.start)), "["))
        edits.append(Edit(Span(last.source, Int(last.end), Int(last.end)), "]"))
      }
      fixes = [Fix("put its rows in brackets", edits)]
    }
    return Diagnostic(
      .mismatch, "\(program.described(type)) consists of rows, each in brackets", at: span,
      fixes: fixes)
  }

  func isNumeric(_ type: Type) -> Bool {
    switch type {
    case .integer, .integer32, .float, .duration, .timestamp: true
    case .unknown, .never, .unit, .boolean, .string, .optional, .array, .fixedArray, .tuple,
      .structure, .enumeration, .error, .anyError, .function, .interface, .driver, .channel,
      .recording, .simulation, .parameter:
      false
    }
  }

  mutating func repeated(
    _ element: ExpressionID, count: ExpressionID, expecting: Type?, at span: Span
  ) -> TypedExpression {
    if case .optional(let inner)? = expecting {
      return repeated(element, count: count, expecting: inner, at: span)
    }
    var wanted: Type?
    switch expecting {
    case .array(let element)?, .optional(.array(let element))?: wanted = element
    case .fixedArray(let element, let lengths)?:
      wanted = lengths.count == 1 ? element : .fixedArray(element, Array(lengths.dropFirst()))
    default: break
    }
    if let type = wanted, !isClosed(type) { wanted = nil }
    let value = wanted.map { self.value(element, as: $0) } ?? settled(expression(element))
    let number = self.value(count, as: .integer)
    if case .array? = expecting {
      return TypedExpression(.repeated(value, count: number), .array(value.type), at: span)
    }
    if case .integer(let length) = number.kind, length < 0 || length > 1 << 32 {
      report(
        Diagnostic(.valueOutOfRange, "an array cannot have \(length) elements", at: number.span))
      return TypedExpression(.invalid, .unknown, at: span)
    }
    if isUnknown(value.type) { return TypedExpression(.invalid, .unknown, at: span) }
    var length = knownLength(number)
    if length == nil, case .fixedArray? = expecting { length = writtenLength(count) }
    guard let length else {
      return TypedExpression(.repeated(value, count: number), .array(value.type), at: span)
    }
    if case .fixedArray(let element, let lengths)? = expecting, lengths.count > 1 {
      return repeatedRow(
        value, count: number, .fixedArray(element, [length] + lengths.dropFirst()), at: span)
    }
    return TypedExpression(
      .repeated(value, count: number), .fixedArray(value.type, [length]), at: span)
  }

  mutating func comprehension(
    _ element: ExpressionID, _ clauses: [ComprehensionClause], expecting: Type?, at span: Span
  ) -> TypedExpression {
    var wanted: Type?
    if case .array(let inner)? = expecting { wanted = inner }
    body.openScope()
    defer { body.closeScope() }
    var typed: [TypedClause] = []
    for clause in clauses {
      switch clause {
      case .loop(let pattern, let source):
        var head: [TypedStatement] = []
        if let loop = typeLoopHead(pattern, source, into: &head) { typed.append(.loop(loop)) }
        for case .declare(let local, let part) in head.map(\.kind) {
          typed.append(.declare(local, part))
        }
      case .condition(let condition): typed.append(.condition(value(condition, as: .boolean)))
      }
    }
    let value = wanted.map { self.value(element, as: $0) } ?? settled(expression(element))
    return TypedExpression(.comprehension(value, typed), .array(value.type), at: span)
  }

  mutating func index(_ base: ExpressionID, _ indices: [ExpressionID], at span: Span)
    -> TypedExpression
  {
    let unknown = TypedExpression(.invalid, .unknown, at: span)
    let array = expression(base)
    if case .fixedArray(let element, _) = array.type, element.isDevice {
      return deviceElement(array, element, indices, at: span)
    }
    let element: Type
    switch array.type {
    case .array(let inner): element = inner
    case .fixedArray(let inner, let lengths):
      if lengths.count > 1 { return matrixIndex(array, inner, lengths, indices, at: span) }
      element = inner
    case .unknown:
      for index in indices where !isRange(index) { _ = expression(index) }
      return unknown
    default:
      for index in indices where !isRange(index) { _ = expression(index) }
      report(
        Diagnostic(
          .notApplicable, "\(program.described(array.type)) cannot be indexed", at: array.span))
      return unknown
    }
    guard indices.count == 1, let only = indices.first else {
      for index in indices where !isRange(index) { _ = expression(index) }
      let isNested =
        switch element {
        case .array, .fixedArray: true
        default: false
        }
      var fixes: [Fix] = []
      if isNested, indices.count == 2, let first = indices.first, let last = indices.last {
        let (before, after) = (tree.span(of: first), tree.span(of: last))
        let between = Span(span.source, Int(before.end), Int(after.start))
        fixes = [Fix("index the array in it", [Edit(between, "][")])]
      }
      guard !isUnknown(element) else { return unknown }
      if case .array(let written) = tree[base], !written.isEmpty {
        // `[[1, 0] [0, 1]]`
        let end = Span(span.source, Int(array.span.end), Int(array.span.end))
        report(
          Diagnostic(
            .notApplicable, "an array that is written out is indexed here", at: span,
            notes: ["Between two arrays in a list stands a comma."],
            fixes: [Fix("put a comma between them", [Edit(end, ",")])]))
        return unknown
      }
      report(
        Diagnostic(
          .notApplicable, "\(program.described(array.type)) has one index", at: span, fixes: fixes))
      return unknown
    }
    if case .range(let lower, let upper, let isClosed, let step) = tree[only] {
      if let step {
        return steppedSlice(
          array, element, lower, upper, isClosed: isClosed, step: step, at: span)
      }
      let low = value(lower, as: .integer)
      var high = value(upper, as: .integer)
      if isClosed {
        let one = TypedExpression(.integer(1), .integer, at: high.span)
        high = TypedExpression(.binary(.integer(.add), high, one), .integer, at: high.span)
      }
      return TypedExpression(.slice(array, low, high), .array(element), at: span)
    }
    let position = value(only, as: .integer)
    if case .fixedArray(_, let lengths) = array.type, let length = lengths.first,
      let fault = indexFault(position, length)
    {
      warnings.append(fault)
    } else if case .array = array.type, case .integer(let index) = position.kind, index < 0,
      body.tryDepth == 0
    {
      warnings.append(negativeIndex(index, at: position.span))
    }
    return TypedExpression(.index(array, position), element, at: span)
  }

  /// What is to be said of an index that is known when the program is checked and lies outside of
  /// an array with so many elements; nil if it does not, or where its error is caught.
  func indexFault(_ position: TypedExpression, _ length: Length) -> Diagnostic? {
    guard body.tryDepth == 0, case .known(let count) = length, let index = knownInteger(position),
      !(0..<Int64(count)).contains(index)
    else { return nil }
    return Diagnostic(
      .indexOutside, "there is no element \(index)", at: position.span,
      remark: count == 0
        ? "the array is empty"
        : "the array has \(counted(count, "element")), from 0 to \(count - 1)",
      notes: ["Here `IndexOutOfRange` is raised whenever this runs."])
  }

  private func negativeIndex(_ index: Int64, at span: Span) -> Diagnostic {
    Diagnostic(
      .indexOutside, "there is no element \(index)", at: span,
      remark: "indices count from 0",
      notes: [
        "The last element is `xs.last`, or `none` of an empty array; the one before it `xs[xs.count - 2]`."
      ])
  }

  private func knownInteger(_ value: TypedExpression) -> Int64? {
    switch value.kind {
    case .integer(let number): return number
    default:
      guard case .known(let number)? = knownLength(value) else { return nil }
      return Int64(number)
    }
  }

  func isRange(_ id: ExpressionID) -> Bool {
    if case .range = tree[id] { return true }
    return false
  }
}
