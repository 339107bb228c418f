import Bytecode
import Diagnostics
import Typing
import Values

// Fixed arrays and matrices, element by element; their elements stand row after row.

extension Lowerer {
  /// The lengths of a fixed array of `type` along its axes.
  private func shape(of type: Type) -> [Int64] {
    guard case .fixedArray(_, let lengths) = concrete(type) else { return [] }
    return lengths.map { known($0) }
  }

  private func known(_ length: Length) -> Int64 {
    switch length {
    case .known(let count): Int64(count)
    case .parameter(let id): self.length(id)
    }
  }

  /// No more rounds than these, of nested loops together, are written out.
  private static let writtenOutMax: Int64 = 32

  /// Emits `body` to be done `count` times; it is handed the number of the round.
  ///
  /// Where `total` rounds are few they are written out one after the other, so that all indices are
  /// known, and there is no safe point among them.
  private mutating func times(
    _ count: Int64, of total: Int64, at span: Span,
    _ body: (inout Lowerer, _ round: Run) -> Void
  ) {
    if max(count, total) <= Self.writtenOutMax {
      for round in 0..<max(0, count) {
        let mark = temporaries.count
        let run = number(round)
        body(&self, run)
        releaseTemporaries(downTo: mark)
        code.free(run)
      }
      return
    }
    let limit = number(count)
    defer { code.free(limit) }
    let work = code.allocate([.integer, .boolean])
    let (head, end) = (code.label(), code.label())
    loadInteger(0, into: work.first)
    code.place(head)
    code.emit(.lessInteger, work.first + 1, work.first, limit.first)
    code.jump(.jumpIfFalse, work.first + 1, to: end)
    let mark = temporaries.count
    body(&self, work.part(0, 1))
    releaseTemporaries(downTo: mark)
    emit(.addImmediate, work.first, work.first, 1, at: span)
    jumpBack(to: head, at: span)
    code.place(end)
    code.free(work)
  }

  private mutating func number(_ value: Int64) -> Run {
    let run = code.allocate([.integer])
    loadInteger(value, into: run.first)
    return run
  }

  /// Room for `count` elements of zeros, as a temporary.
  private mutating func made(_ type: Type, count: Run, at span: Span) -> Run {
    let target = temporary(words(of: type, at: span))
    if !target.words.isEmpty { emit(.arrayAllocate, target.first, count.first, at: span) }
    return target
  }

  /// Puts `value` into element `position` of `target`.
  private mutating func put(
    _ value: Operand, _ element: Type, into target: Run, at position: Run, at span: Span
  ) {
    let (run, source) = settled(value, element, at: span)
    guard !run.words.isEmpty, !target.words.isEmpty else { return }
    storeElement(run, into: target, at: position, offset: 0, at: span)
    discard(source)
  }

  // MARK: Operators

  mutating func elementwise(
    _ operation: UnaryOperation, _ value: Operand, _ type: Type, at span: Span
  ) -> Operand {
    let (run, source) = settled(value, type, at: span)
    let element = elementType(of: type)
    let elements = type.elementCount ?? 0
    charge(operations: Int64(elements))
    let count = number(Int64(elements))
    let target = made(type, count: count, at: span)
    times(Int64(elements), of: Int64(elements), at: span) { lowerer, round in
      let item = lowerer.load(nil, of: run, element, at: round, at: span)
      let result = lowerer.unary(operation, item, element, nil, at: span)
      lowerer.put(result, element, into: target, at: round, at: span)
    }
    code.free(count)
    discard(source)
    return .temporary(target)
  }

  mutating func elementwise(
    _ operation: BinaryOperation, _ broadcast: Broadcast, _ left: (run: Run, type: Type),
    _ right: (run: Run, type: Type), _ type: Type, at span: Span
  ) -> Operand {
    // In a compound assignment the result has the type of the place.
    let element = elementType(of: type)
    let elements = type.elementCount ?? 0
    charge(operations: Int64(elements))
    let count = number(Int64(elements))
    let target = made(type, count: count, at: span)
    let result = TypedExpression(.unit, element, at: span)
    times(Int64(elements), of: Int64(elements), at: span) { lowerer, round in
      let a =
        broadcast == .right
        ? (Operand.place(left.run, isMutable: false), left.type)
        : (
          lowerer.load(
            nil, of: left.run, lowerer.elementType(of: left.type), at: round, at: span),
          lowerer.elementType(of: left.type)
        )
      let b =
        broadcast == .left
        ? (Operand.place(right.run, isMutable: false), right.type)
        : (
          lowerer.load(
            nil, of: right.run, lowerer.elementType(of: right.type), at: round, at: span),
          lowerer.elementType(of: right.type)
        )
      let value = lowerer.operate(operation, a, b, result, nil)
      lowerer.put(value, element, into: target, at: round, at: span)
    }
    code.free(count)
    return .temporary(target)
  }

  /// `a @ b`, each sum from its first product on.
  mutating func matrixProduct(
    _ multiply: BinaryOperation, _ add: BinaryOperation, _ left: (run: Run, type: Type),
    _ right: (run: Run, type: Type), _ type: Type, at span: Span
  ) -> Operand {
    let (m, n) = (shape(of: left.type), shape(of: right.type))
    let (x, y) = (elementType(of: left.type), elementType(of: right.type))
    let isNumber = if case .fixedArray = type { false } else { true }
    let element = isNumber ? type : elementType(of: type)
    let rows = m.count > 1 ? m[0] : 1
    let inner = m.last ?? 0
    let columns = n.count > 1 ? n[1] : 1
    let (total, _) = rows.multipliedReportingOverflow(by: columns)
    charge(operations: 2 &* total &* inner)
    let result = TypedExpression(.unit, element, at: span)
    let sum = temporary(words(of: element, at: span))
    zero(sum)
    let target = isNumber ? nil : { made(type, count: number(total), at: span) }()
    guard inner > 0 else { return .temporary(target ?? sum) }
    // Where the row of the left side begins, the two factors stand, and the result goes.
    let work = code.allocate([.integer, .integer, .integer, .integer])
    let (start, first, second, place) = (
      work.part(0, 1), work.part(1, 1), work.part(2, 1), work.part(3, 1)
    )
    let limits = code.allocate([.integer])
    loadInteger(0, into: start.first)
    loadInteger(0, into: place.first)
    loadInteger(columns, into: limits.first)
    let (rounds, isLarge) = total.multipliedReportingOverflow(by: inner)
    let all = isLarge ? .max : rounds
    func product(_ lowerer: inout Lowerer) -> Operand {
      let a = lowerer.load(nil, of: left.run, x, at: first, at: span)
      let b = lowerer.load(nil, of: right.run, y, at: second, at: span)
      return lowerer.operate(multiply, (a, x), (b, y), result, nil)
    }
    times(rows, of: all, at: span) { lowerer, _ in
      lowerer.times(columns, of: all, at: span) { lowerer, column in
        lowerer.code.emit(.move, first.first, start.first)
        lowerer.code.emit(.move, second.first, column.first)
        let head = product(&lowerer)
        lowerer.store(head, element, into: sum, at: span)
        lowerer.times(inner - 1, of: all, at: span) { lowerer, _ in
          lowerer.code.emit(.addImmediate, first.first, first.first, 1)
          lowerer.code.emit(.wrapAdd, second.first, second.first, limits.first)
          let term = product(&lowerer)
          let next = lowerer.operate(
            add, (.place(sum, isMutable: false), element), (term, element), result, nil)
          lowerer.store(next, element, into: sum, at: span)
        }
        if let target {
          lowerer.put(.place(sum, isMutable: false), element, into: target, at: place, at: span)
          lowerer.code.emit(.addImmediate, place.first, place.first, 1)
        }
      }
      lowerer.code.emit(.move, start.first, first.first)
      lowerer.code.emit(.addImmediate, start.first, start.first, 1)
    }
    code.free(limits)
    code.free(work)
    return .temporary(target ?? sum)
  }

  // MARK: Indices

  /// Where element `i, j` stands; each index is checked when all are known.
  mutating func position(
    _ lengths: [Length], _ operands: [TypedExpression], _ expression: TypedExpression, _ hint: Run?
  ) -> Operand {
    let span = expression.span
    let values = evaluate(operands.map { .value($0) })
    charge(operations: 1)
    let counts = lengths.map { known($0) }
    var flat: Int64? = 0
    for (value, count) in zip(values, counts) {
      guard let before = flat, case .constant(.integer(let index)) = value.operand, index >= 0,
        index < count
      else {
        flat = nil
        break
      }
      let (product, overflow) = before.multipliedReportingOverflow(by: count)
      flat = overflow ? nil : product &+ index
    }
    if let flat { return .constant(.integer(flat)) }
    let target = fresh([.integer], nil)
    let work = code.allocate([.integer, .integer, .boolean])
    let (failed, end) = (code.label(), code.label())
    var runs: [(run: Run, source: Operand)] = []
    for value in values {
      let (run, source) = settled(value.operand, .integer, at: span)
      runs.append((run, source))
    }
    loadInteger(0, into: work.first)
    loadInteger(0, into: target.first)
    for ((run, _), count) in zip(runs, counts) where !run.words.isEmpty {
      loadInteger(count, into: work.first + 1)
      code.emit(.lessInteger, work.first + 2, run.first, work.first)
      code.jump(.jumpIfTrue, work.first + 2, to: failed)
      code.emit(.lessInteger, work.first + 2, run.first, work.first + 1)
      code.jump(.jumpIfFalse, work.first + 2, to: failed)
      code.emit(.wrapMultiply, target.first, target.first, work.first + 1)
      code.emit(.wrapAdd, target.first, target.first, run.first)
    }
    code.jump(to: end)
    code.place(failed)
    code.flush()
    emit(.throwError, 0, 0, Int(BuiltinError.indexOutOfRange.rawValue), at: span)
    code.end()
    code.place(end)
    code.free(work)
    for (_, source) in runs { discard(source) }
    return .temporary(target)
  }

  // MARK: Intrinsics

  mutating func arrayIntrinsic(
    _ intrinsic: Intrinsic, _ operands: [TypedExpression], _ expression: TypedExpression
  ) -> Operand {
    let span = expression.span
    let values = evaluate(operands.map { .value($0) })
    charge(operations: 1)
    guard let array = values.first else {
      return placeholder(type(of: expression), "this operation", at: span)
    }
    switch intrinsic {
    case .sized(let lengths): return sized(array, lengths, at: span)
    case .transposed: return transposed(array, type(of: expression), at: span)
    case .steppedSlice(let isClosed) where values.count == 4:
      return steppedSlice(values, isClosed: isClosed, type(of: expression), at: span)
    default: return placeholder(type(of: expression), "this operation", at: span)
    }
  }

  private mutating func raise(_ error: BuiltinError, unless test: Run, at span: Span) {
    let fine = code.label()
    code.jump(.jumpIfTrue, test.first, to: fine)
    code.flush()
    emit(.throwError, 0, 0, Int(error.rawValue), at: span)
    code.end()
    code.place(fine)
  }

  private mutating func sized(_ array: Argument, _ lengths: [Length], at span: Span) -> Operand {
    let (run, source) = settled(array.operand, array.type, at: span)
    guard !run.words.isEmpty else { return source }
    var due: Int64 = 1
    for length in lengths {
      let (product, overflow) = due.multipliedReportingOverflow(by: known(length))
      due = overflow ? .max : product
    }
    let work = code.allocate([.integer, .integer, .boolean])
    code.emit(.arrayCount, work.first, run.first)
    loadInteger(due, into: work.first + 1)
    code.emit(.equalInteger, work.first + 2, work.first, work.first + 1)
    raise(.indexOutOfRange, unless: work.part(2, 1), at: span)
    code.free(work)
    return source
  }

  private mutating func transposed(_ array: Argument, _ type: Type, at span: Span) -> Operand {
    let (run, source) = settled(array.operand, array.type, at: span)
    let element = elementType(of: type)
    let elements = type.elementCount ?? 0
    charge(operations: Int64(elements))
    let lengths = shape(of: type)
    guard lengths.count == 2, !run.words.isEmpty else { return source }
    let count = number(Int64(elements))
    let target = made(type, count: count, at: span)
    let limits = code.allocate([.integer])
    loadInteger(lengths[0], into: limits.first)
    let work = code.allocate([.integer, .integer])
    loadInteger(0, into: work.first)
    times(lengths[0], of: Int64(elements), at: span) { lowerer, row in
      lowerer.code.emit(.move, work.first + 1, row.first)
      lowerer.times(lengths[1], of: Int64(elements), at: span) { lowerer, _ in
        let item = lowerer.load(nil, of: run, element, at: work.part(1, 1), at: span)
        let own = lowerer.temporary(lowerer.words(of: element, at: span))
        lowerer.store(item, element, into: own, at: span)
        lowerer.put(.temporary(own), element, into: target, at: work.part(0, 1), at: span)
        lowerer.code.emit(.addImmediate, work.first, work.first, 1)
        lowerer.code.emit(.wrapAdd, work.first + 1, work.first + 1, limits.first)
      }
    }
    code.free(work)
    code.free(limits)
    code.free(count)
    discard(source)
    return .temporary(target)
  }

  /// The bounds are as those of a slice of the elements that are gone through: upwards
  /// `0 <= low <= high <= count`, downwards the same seen from the other end.
  private mutating func steppedSlice(
    _ values: [Argument], isClosed: Bool, _ type: Type, at span: Span
  ) -> Operand {
    let (array, source) = settled(values[0].operand, values[0].type, at: span)
    let work = code.allocate([.integer, .integer, .integer, .integer, .integer, .boolean])
    let (low, high, step, count, zero) = (
      work.first, work.first + 1, work.first + 2, work.first + 3, work.first + 4
    )
    let test = work.part(5, 1)
    for (index, value) in values.dropFirst().enumerated() {
      store(value.operand, .integer, into: work.part(index, 1), at: span)
    }
    let target = temporary(words(of: type, at: span))
    guard !array.words.isEmpty, !target.words.isEmpty else { return .temporary(target) }
    release(target)
    let element = elementType(of: values[0].type)
    loadInteger(0, into: zero)
    code.emit(.notEqualInteger, test.first, step, zero)
    raise(.arithmeticOverflow, unless: test, at: span)
    code.emit(.arrayCount, count, array.first)
    let (down, head, next, end) = (code.label(), code.label(), code.label(), code.label())
    func require(_ opcode: Opcode, _ a: Int, _ b: Int) {
      code.emit(opcode, test.first, a, b)
      raise(.indexOutOfRange, unless: test, at: span)
    }
    code.emit(.lessInteger, test.first, step, zero)
    code.jump(.jumpIfTrue, test.first, to: down)
    // Upwards; `high` becomes the first index that is not taken.
    require(.lessOrEqualInteger, zero, low)
    require(isClosed ? .lessInteger : .lessOrEqualInteger, high, count)
    if isClosed { code.emit(.addImmediate, high, high, 1) }
    require(.lessOrEqualInteger, low, high)
    code.jump(to: head)
    code.place(down)
    require(.lessInteger, low, count)
    if isClosed {
      require(.lessOrEqualInteger, zero, high)
      emit(.addImmediate, high, high, -1, at: span)
    }
    // -1 is the first index below.
    loadInteger(-1, into: count)
    require(.lessOrEqualInteger, count, high)
    require(.lessOrEqualInteger, high, low)
    code.place(head)
    code.emit(.lessInteger, test.first, zero, step)
    let upwards = code.label()
    code.jump(.jumpIfTrue, test.first, to: upwards)
    code.emit(.lessInteger, test.first, high, low)
    code.jump(.jumpIfFalse, test.first, to: end)
    code.jump(to: next)
    code.place(upwards)
    code.emit(.lessInteger, test.first, low, high)
    code.jump(.jumpIfFalse, test.first, to: end)
    code.place(next)
    let mark = temporaries.count
    let own = temporary(words(of: element, at: span))
    let item = load(nil, of: array, element, at: work.part(0, 1), at: span)
    store(item, element, into: own, at: span)
    if !own.words.isEmpty { append(own, to: target, at: span) }
    discard(.temporary(own))
    releaseTemporaries(downTo: mark)
    // A step past the end of Int would come back at the other end.
    code.emit(.wrapSubtract, count, high, low)
    code.emit(.lessInteger, test.first, zero, step)
    let (up, advance) = (code.label(), code.label())
    code.jump(.jumpIfTrue, test.first, to: up)
    code.emit(.lessOrEqualInteger, test.first, step, count)
    code.jump(to: advance)
    code.place(up)
    code.emit(.lessOrEqualInteger, test.first, count, step)
    code.place(advance)
    code.jump(.jumpIfTrue, test.first, to: end)
    code.emit(.wrapAdd, low, low, step)
    jumpBack(to: head, at: span)
    code.place(end)
    code.free(work)
    discard(source)
    return .temporary(target)
  }
}
