import Bytecode
import Diagnostics
import Machine
import Typing
import Values

// Values in slots: constants loaded, runs copied and moved, temporaries given back.

extension Lowerer {
  // MARK: Temporaries

  /// Slots for a value of `words`, given back at the end of the statement if it can own arrays,
  /// else when it is `discard`ed.
  mutating func temporary(_ words: [SlotType]) -> Run {
    let run = code.allocate(words)
    if run.ownsArrays { temporaries.append(Temporary(run: run)) }
    return run
  }

  /// Gives a temporary back that has been used.
  mutating func discard(_ operand: Operand) {
    if case .temporary(let run) = operand, !run.ownsArrays { code.free(run) }
  }

  /// Gives back what statements since `mark` temporaries ago have left.
  mutating func releaseTemporaries(downTo mark: Int) {
    while temporaries.count > mark {
      let temporary = temporaries.removeLast()
      if !temporary.isMoved { release(temporary.run) }
      code.free(temporary.run)
    }
  }

  /// The words of `operand` from `offset` on that hold a part of it.
  mutating func part(of operand: Operand, _ offset: Int, _ count: Int) -> Operand {
    switch operand {
    case .constant: return operand
    case .place(let run, let isMutable):
      return .place(run.part(offset, count), isMutable: isMutable)
    case .part(let run): return .part(run.part(offset, count))
    case .temporary(let run):
      if !run.ownsArrays { temporaries.append(Temporary(run: run)) }
      return .part(run.part(offset, count))
    }
  }

  private mutating func noteMoved(_ run: Run) {
    for index in temporaries.indices.reversed().prefix(16) where temporaries[index].run == run {
      temporaries[index].isMoved = true
      return
    }
  }

  // MARK: Runs

  /// Releases the arrays that `run` owns.
  mutating func release(_ run: Run) {
    for (index, word) in run.words.enumerated() where word.kind == .owned {
      code.emit(.arrayRelease, run.first + index)
    }
  }

  /// Puts `operand` of `type` into `target`, which nobody else reads yet: what is owned moves, what
  /// is a place is copied.
  mutating func store(_ operand: Operand, _ type: Type, into target: Run, at span: Span) {
    switch operand {
    case .constant(let constant): load(constant, type, into: target, at: span)
    case .place(let run, _): copy(run, into: target, moving: false, at: span)
    case .temporary(let run), .part(let run):
      if run.first == target.first, run.words.count == target.words.count { return }
      copy(run, into: target, moving: true, at: span)
      if run.ownsArrays { noteMoved(run) }
      discard(operand)
    }
  }

  /// Copies word by word; arrays into borrowed words are borrowed, into owned ones copied, or moved
  /// if `moving`.
  mutating func copy(_ source: Run, into target: Run, moving: Bool, at span: Span) {
    guard source.first != target.first || source.words.count != target.words.count else { return }
    for (index, (from, to)) in zip(source.words, target.words).enumerated() {
      let (a, b) = (target.first + index, source.first + index)
      switch to.kind {
      case .integer, .float, .boolean, .function: code.emit(.move, a, b)
      case .owned:
        if moving, from.kind == .owned {
          code.emit(.arrayMove, a, b)
        } else {
          emit(.arrayCopy, a, b, at: span)
        }
      case .borrowed: code.emit(.arrayBorrow, a, b)
      case .length: break
      }
    }
  }

  /// Fills `run` with zeros, no array, nothing.
  mutating func zero(_ run: Run) {
    for (index, word) in run.words.enumerated() {
      let slot = run.first + index
      switch word.kind {
      case .integer: code.emit(.loadInteger, slot, wide: 0)
      case .float: code.emit(.loadFloat, slot, wide: constantIndex(0))
      case .boolean: code.emit(.loadBoolean, slot, 0)
      case .owned: code.emit(.arrayRelease, slot)
      case .borrowed: code.emit(.arrayData, slot, wide: emptyData(layout: word.layout))
      case .length, .function: break
      }
    }
  }

  private mutating func emptyData(layout: UInt16) -> Int {
    let key = DataKey(layout: layout, elements: layout == 0 ? [.text("")] : [])
    if let known = dataIndices[key] { return known.index }
    data.append(DataContents(layout: layout, elements: layout == 0 ? .text([]) : .words([])))
    dataIndices[key] = (data.count - 1, 0)
    return data.count - 1
  }

  // MARK: Constants

  mutating func loadInteger(_ value: Int64, into slot: Int) {
    if let small = Int32(exactly: value) {
      code.emit(.loadInteger, slot, wide: Int(small))
    } else {
      code.emit(.loadWord, slot, wide: constantIndex(UInt64(bitPattern: value)))
    }
  }

  mutating func loadFloat(_ value: Double, into slot: Int) {
    code.emit(.loadFloat, slot, wide: constantIndex(Arithmetic.canonical(value).bitPattern))
  }

  /// Loads `constant` of `type` into `target`.
  mutating func load(_ constant: Constant, _ type: Type, into target: Run, at span: Span) {
    switch (type, constant) {
    case (_, .unit): break
    case (_, .integer(let value)): loadInteger(value, into: target.first)
    case (_, .float(let value)): loadFloat(value, into: target.first)
    case (_, .boolean(let value)): code.emit(.loadBoolean, target.first, value ? 1 : 0)
    case (_, .text(let text)): loadData(textEntry(text).index, into: target, at: span)
    case (.array(let element), .array(let elements)),
      (.fixedArray(let element, _), .array(let elements)):
      loadData(dataEntry(elements, of: element, at: span).index, into: target, at: span)
    case (.optional(let inner), .optional(let value)):
      guard let value else { return zero(target) }
      code.emit(.loadBoolean, target.first, 1)
      load(value, inner, into: target.part(1, target.words.count - 1), at: span)
    case (.tuple, .tuple(let values)), (.structure, .structure(let values)),
      (.error, .structure(let values)), (.anyError, .tuple(let values)):
      var offset = 0
      for (part, value) in zip(parts(of: type, in: program), values) {
        let count = words(of: part, at: span).count
        guard offset + count <= target.words.count else { return }
        load(value, part, into: target.part(offset, count), at: span)
        offset += count
      }
    case (.enumeration(let id, let arguments), .enumeration(let tag, let payload)):
      zero(target)
      code.emit(.loadInteger, target.first, wide: tag)
      var offset = 1
      for (index, types) in program.payloadTypes(of: id, arguments).enumerated() {
        for (position, type) in types.enumerated() {
          let count = words(of: type, at: span).count
          if index == tag, position < payload.count, offset + count <= target.words.count {
            load(payload[position], type, into: target.part(offset, count), at: span)
          }
          offset += count
        }
      }
    case (_, .optional), (_, .array), (_, .tuple), (_, .structure), (_, .enumeration): zero(target)
    }
  }

  /// Lets `target` have the constant array `index`.
  mutating func loadData(_ index: Int, into target: Run, at span: Span) {
    guard let word = target.words.first else { return }
    if word.kind == .borrowed { return code.emit(.arrayData, target.first, wide: index) }
    let view = code.allocate([SlotType(.borrowed, layout: word.layout), .length])
    code.emit(.arrayData, view.first, wide: index)
    emit(.arrayCopy, target.first, view.first, at: span)
    code.free(view)
  }

  /// The slots of `operand`; a constant is loaded into a temporary, which is `.temporary` of what
  /// this returns.
  mutating func inSlots(_ operand: Operand, _ type: Type, at span: Span) -> Operand {
    guard case .constant(let constant) = operand else { return operand }
    let run = code.allocate(borrowedWords(of: type, at: span))
    load(constant, type, into: run, at: span)
    return .temporary(run)
  }

  /// A run of the words of `operand`, and the operand to be discarded after use.
  mutating func settled(_ operand: Operand, _ type: Type, at span: Span) -> (
    run: Run, operand: Operand
  ) {
    let operand = inSlots(operand, type, at: span)
    return (operand.run ?? Run(first: 0, words: []), operand)
  }

  /// `operand` as it stands now, whatever the evaluation of `later` may write.
  mutating func kept(
    _ operand: Operand, _ type: Type, over later: some Sequence<TypedExpression>, at span: Span
  ) -> Operand {
    guard let run = operand.run else { return operand }
    let isExposed: Bool
    switch operand {
    case .constant: isExposed = false
    case .place(_, let isMutable): isExposed = isMutable || run.borrowsArrays
    case .temporary, .part: isExposed = run.borrowsArrays
    }
    guard isExposed, later.contains(where: { mayWrite($0) }) else { return operand }
    let copy = temporary(words(of: type, at: span))
    store(operand, type, into: copy, at: span)
    return .temporary(copy)
  }
}
