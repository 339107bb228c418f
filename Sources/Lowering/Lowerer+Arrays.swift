import Bytecode
import Diagnostics
import Typing
import Values

// Arrays and texts: made, read, searched.

extension Lowerer {
  /// The type of the elements of arrays of `type`.
  func elementType(of type: Type) -> Type {
    switch type {
    case .array(let element), .fixedArray(let element, _): element
    default: .unknown
    }
  }

  // MARK: Making

  mutating func array(_ elements: [TypedExpression], _ expression: TypedExpression, _ hint: Run?)
    -> Operand
  {
    let span = expression.span
    let arrayType = type(of: expression)
    let element = elementType(of: arrayType)
    if elements.isEmpty {
      let target = fresh(arrayType, hint, at: span)
      release(target)
      return .temporary(target)
    }
    if let constants = constantElements(elements) {
      charge(operations: Int64(elements.count))
      let target = code.allocate(borrowedWords(of: arrayType, at: span))
      guard !target.words.isEmpty else { return .temporary(target) }
      loadData(dataEntry(constants, of: element, at: span).index, into: target, at: span)
      return .temporary(target)
    }
    let target = fresh(arrayType, nil, at: span)
    let elementWords = words(of: element, at: span)
    guard !target.words.isEmpty, !elementWords.isEmpty else { return .temporary(target) }
    let position = code.allocate([.integer])
    loadInteger(Int64(elements.count), into: position.first)
    emit(.arrayAllocate, target.first, position.first, at: span)
    for (index, value) in elements.enumerated() {
      let mark = temporaries.count
      let run = temporary(elementWords)
      evaluate(value, into: run)
      loadInteger(Int64(index), into: position.first)
      storeElement(run, into: target, at: position, offset: 0, at: value.span)
      discard(.temporary(run))
      releaseTemporaries(downTo: mark)
    }
    code.free(position)
    charge(operations: Int64(elements.count))
    return .temporary(target)
  }

  /// A table is data of the image.
  mutating func numbers(_ table: NumberTable, _ expression: TypedExpression) -> Operand {
    let span = expression.span
    let arrayType = type(of: expression)
    charge(operations: Int64(table.count))
    let target = code.allocate(borrowedWords(of: arrayType, at: span))
    guard !target.words.isEmpty else { return .temporary(target) }
    loadData(
      tableEntry(table, of: elementType(of: arrayType), at: span), into: target, at: span)
    return .temporary(target)
  }

  /// The values of `elements` if all are literals or arrays of such; what they cost beyond the
  /// outermost array is charged.
  private mutating func constantElements(_ elements: [TypedExpression]) -> [Constant]? {
    var operations: Int64 = 0
    guard let constants = constantElements(elements, &operations) else { return nil }
    charge(operations: operations)
    return constants
  }

  private func constantElements(_ elements: [TypedExpression], _ operations: inout Int64)
    -> [Constant]?
  {
    var constants: [Constant] = []
    constants.reserveCapacity(elements.count)
    for element in elements {
      if let constant = literal(element) {
        constants.append(constant)
      } else if case .text(let text) = element.kind {
        constants.append(.text(text))
      } else if case .numbers(let table) = element.kind {
        operations += Int64(table.count)
        constants.append(.array(table.constants))
      } else if case .array(let inner) = element.kind {
        operations += Int64(inner.count)
        guard let values = constantElements(inner, &operations) else { return nil }
        constants.append(.array(values))
      } else {
        return nil
      }
    }
    return constants
  }

  /// Moves `item` behind the last element of `array`.
  mutating func append(_ item: Run, to array: Run, at span: Span) {
    guard item.words.count == 1, shapes.layouts[Int(array.words[0].layout)].words == item.words
    else { return emit(.arrayAppend, array.first, item.first, item.words.count, at: span) }
    emit(.scalarAppend, array.first, item.first, item.words == [.boolean] ? 1 : 8, at: span)
  }

  /// Stores `run`, which owns its arrays, into the words of element `position` from `offset` on.
  mutating func storeElement(
    _ run: Run, into array: Run, at position: Run, offset: Int, isWhole: Bool = true, at span: Span
  ) {
    if isWhole, offset == 0, run.words.count == 1 {
      let opcode = run.words == [.boolean] ? Opcode.booleanStore : .arrayStore
      return emit(opcode, array.first, position.first, run.first, at: span)
    }
    emit(.elementStore, array.first, position.first, run.first, at: span)
    code.operands(run.words.count, offset, stride(of: array), 0)
  }

  mutating func repeated(
    _ value: TypedExpression, _ count: TypedExpression, _ expression: TypedExpression, _ hint: Run?
  ) -> Operand {
    let span = expression.span
    let elementType = type(of: value)
    let item = kept(evaluate(value), elementType, over: CollectionOfOne(count), at: value.span)
    let (number, numberSource) = settled(evaluate(count), .integer, at: count.span)
    charge(operations: 1)
    let target = fresh(type(of: expression), nil, at: span)
    guard !target.words.isEmpty, !number.words.isEmpty else { return .temporary(target) }
    emit(.arrayAllocate, target.first, number.first, at: span)
    if let constant = item.constant, isZero(constant) {
      discard(numberSource)
      return .temporary(target)
    }
    let (source, itemSource) = settled(item, elementType, at: value.span)
    let work = code.allocate([.integer, .integer, .boolean])
    let element = temporary(words(of: elementType, at: span))
    let (head, end) = (code.label(), code.label())
    loadInteger(0, into: work.first)
    code.emit(.arrayCount, work.first + 1, target.first)
    code.place(head)
    code.emit(.lessInteger, work.first + 2, work.first, work.first + 1)
    code.jump(.jumpIfFalse, work.first + 2, to: end)
    copy(source, into: element, moving: false, at: span)
    storeElement(element, into: target, at: work.part(0, 1), offset: 0, at: span)
    emit(.addImmediate, work.first, work.first, 1, at: span)
    jumpBack(to: head, at: span)
    code.place(end)
    code.free(work)
    discard(.temporary(element))
    discard(itemSource)
    discard(numberSource)
    return .temporary(target)
  }

  private func isZero(_ constant: Constant) -> Bool {
    switch constant {
    case .integer(0), .boolean(false): true
    case .float(let value): value.bitPattern == 0
    default: false
    }
  }

  mutating func comprehension(
    _ value: TypedExpression, _ clauses: [TypedClause], _ expression: TypedExpression, _ hint: Run?
  ) -> Operand {
    let target = fresh(type(of: expression), nil, at: expression.span)
    release(target)
    clause(clauses[...], value, into: target)
    return .temporary(target)
  }

  private mutating func clause(
    _ clauses: ArraySlice<TypedClause>, _ value: TypedExpression, into target: Run
  ) {
    guard descend(at: value.span) else { return }
    defer { ascend() }
    guard let first = clauses.first else {
      let mark = temporaries.count
      let element = temporary(words(of: type(of: value), at: value.span))
      evaluate(value, into: element)
      if !target.words.isEmpty, !element.words.isEmpty {
        append(element, to: target, at: value.span)
      }
      discard(.temporary(element))
      releaseTemporaries(downTo: mark)
      return
    }
    switch first {
    case .declare(let local, let part):
      bindPart(local, part)
      clause(clauses.dropFirst(), value, into: target)
    case .condition(let condition):
      let mark = temporaries.count
      let (run, source) = settled(evaluate(condition), .boolean, at: condition.span)
      let end = code.label()
      guard !run.words.isEmpty else { return }
      code.jump(.jumpIfFalse, run.first, to: end)
      discard(source)
      clause(clauses.dropFirst(), value, into: target)
      code.place(end)
      releaseTemporaries(downTo: mark)
    case .loop(let loop):
      self.loop(loop, mayWrite: mayWrite(value), at: value.span) { lowerer in
        lowerer.clause(clauses.dropFirst(), value, into: target)
      }
    }
  }

  // MARK: Reading

  /// Element `index` of `base`, or `part` (first word and number of words) of it.
  mutating func element(
    of base: TypedExpression, at index: TypedExpression, part: (offset: Int, count: Int)?,
    _ expression: TypedExpression
  ) -> Operand {
    let span = expression.span
    let arrayType = type(of: base)
    let array = kept(evaluate(base), arrayType, over: CollectionOfOne(index), at: base.span)
    let (position, positionSource) = settled(evaluate(index), .integer, at: index.span)
    charge(operations: 1)
    let (source, arraySource) = settled(array, arrayType, at: base.span)
    defer {
      discard(arraySource)
      discard(positionSource)
    }
    return load(part, of: source, elementType(of: arrayType), at: position, at: span)
  }

  /// Words of element `position` of `array` as a temporary; nested arrays are borrowed.
  mutating func load(
    _ part: (offset: Int, count: Int)?, of array: Run, _ element: Type, at position: Run,
    at span: Span
  ) -> Operand {
    let all = borrowedWords(of: element, at: span)
    guard !array.words.isEmpty, !position.words.isEmpty, !all.isEmpty else {
      return .temporary(temporary([]))
    }
    let offset = part?.offset ?? 0
    let words =
      part.map { Array(all[min($0.offset, all.count)..<min($0.offset + $0.count, all.count)]) }
      ?? all
    let target = code.allocate(words)
    if all.count == 1, all[0].kind != .borrowed {
      let opcode = all == [.boolean] ? Opcode.booleanLoad : .arrayLoad
      emit(opcode, target.first, array.first, position.first, at: span)
    } else {
      emit(.elementLoad, target.first, array.first, position.first, at: span)
      code.operands(words.count, offset, stride(of: array), 0)
    }
    return .temporary(target)
  }

  /// The number of words of the elements of `array`, if none of them is an array; else 0.
  private func stride(of array: Run) -> Int {
    let words = shapes.layouts[Int(array.words[0].layout)].words
    return words.contains { $0.kind == .owned } ? 0 : words.count
  }

  mutating func slice(
    _ base: TypedExpression, _ low: TypedExpression, _ high: TypedExpression,
    _ expression: TypedExpression, _ hint: Run?
  ) -> Operand {
    let span = expression.span
    let arrayType = type(of: base)
    let array = kept(evaluate(base), arrayType, over: [low, high], at: base.span)
    let bounds = code.allocate([.integer, .integer])
    evaluate(low, into: bounds.part(0, 1))
    evaluate(high, into: bounds.part(1, 1))
    charge(operations: 1)
    let (source, arraySource) = settled(array, arrayType, at: base.span)
    let target = fresh(type(of: expression), nil, at: span)
    if !target.words.isEmpty, !source.words.isEmpty {
      emit(.arraySlice, target.first, source.first, bounds.first, at: span)
    }
    code.free(bounds)
    discard(arraySource)
    return .temporary(target)
  }

  /// Whether an element of `array` equals `value`.
  mutating func contains(
    _ value: Run, _ valueType: Type, _ array: Run, _ arrayType: Type, _ hint: Run?, at span: Span
  ) -> Operand {
    let element = elementType(of: arrayType)
    guard element != .unknown else {
      return placeholder(.boolean, "a search in a string", at: span)
    }
    let target = fresh([.boolean], nil)
    let work = code.allocate([.integer, .integer])
    let (head, end) = (code.label(), code.label())
    code.emit(.loadBoolean, target.first, 0)
    loadInteger(0, into: work.first)
    if !array.words.isEmpty { code.emit(.arrayCount, work.first + 1, array.first) }
    code.place(head)
    code.emit(.lessInteger, target.first, work.first, work.first + 1)
    code.jump(.jumpIfFalse, target.first, to: end)
    let item = load(nil, of: array, element, at: work.part(0, 1), at: span)
    if let run = item.run { _ = equality(value, run, element, isNegated: false, target, at: span) }
    discard(item)
    code.jump(.jumpIfTrue, target.first, to: end)
    emit(.addImmediate, work.first, work.first, 1, at: span)
    jumpBack(to: head, at: span)
    code.place(end)
    code.free(work)
    return .temporary(target)
  }

  /// The number of elements of an array or of characters of a text.
  mutating func count(_ operand: Operand, _ type: Type, _ hint: Run?, at span: Span) -> Operand {
    let (run, source) = settled(operand, type, at: span)
    defer { discard(source) }
    if case .string = type {
      let target = fresh([.integer], hint)
      if !run.words.isEmpty { code.emit(.textCount, target.first, run.first) }
      return .temporary(target)
    }
    let target = fresh([.integer], hint)
    if !run.words.isEmpty { code.emit(.arrayCount, target.first, run.first) }
    return .temporary(target)
  }

  /// The last element, as an optional.
  mutating func last(_ operand: Operand, _ type: Type, _ expression: TypedExpression, _ hint: Run?)
    -> Operand
  {
    let span = expression.span
    let (run, source) = settled(operand, type, at: span)
    let target = fresh(self.type(of: expression), nil, at: span)
    guard !run.words.isEmpty, target.words.count > 1 else { return .temporary(target) }
    let position = code.allocate([.integer])
    let (none, end) = (code.label(), code.label())
    code.emit(.arrayCount, position.first, run.first)
    let zeroSlot = code.allocate([.integer])
    loadInteger(0, into: zeroSlot.first)
    code.emit(.lessInteger, target.first, zeroSlot.first, position.first)
    code.free(zeroSlot)
    code.jump(.jumpIfFalse, target.first, to: none)
    emit(.addImmediate, position.first, position.first, -1, at: span)
    let element = elementType(of: type)
    let item = load(nil, of: run, element, at: position, at: span)
    store(item, element, into: target.part(1, target.words.count - 1), at: span)
    code.jump(to: end)
    code.place(none)
    zero(target)
    code.place(end)
    code.free(position)
    discard(source)
    return .temporary(target)
  }
}
