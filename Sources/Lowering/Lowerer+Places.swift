import Bytecode
import Diagnostics
import Typing
import Values

/// A place whose indices have been evaluated.
struct ResolvedPlace {
  enum Step {
    /// Words of the value before.
    case part(offset: Int, type: Type)
    case element(position: Run, type: Type)
  }
  let place: Place
  let type: Type
  let rootType: Type
  /// The arguments of a family of shared values.
  let keys: [Run]
  let steps: [Step]
  /// The indices in order.
  var positions: [Run] {
    steps.compactMap { if case .element(let position, _) = $0 { position } else { nil } }
  }
}

// Variables, members and what lies in them: read, written, changed in place.

extension Lowerer {
  // MARK: Members

  /// The words of a member of the host half.
  mutating func global(_ id: MemberID, at span: Span) -> GlobalSlots {
    if program[id].kind == .resident { return resident(id, at: span) }
    if let known = globals[id] { return known }
    let slots = GlobalSlots(first: globalWords.count, words: words(of: program[id].type, at: span))
    globalWords += slots.words
    globals[id] = slots
    return slots
  }

  mutating func readGlobal(_ id: MemberID, at span: Span) -> Operand {
    let slots = global(id, at: span)
    let run = code.allocate(borrowedWords(of: program[id].type, at: span))
    for (index, word) in slots.words.enumerated() {
      switch word.kind {
      case .integer, .float, .boolean, .function:
        code.emit(.loadGlobal, run.first + index, wide: slots.first + index)
      case .owned, .borrowed: code.emit(.borrowGlobal, run.first + index, wide: slots.first + index)
      case .length: break
      }
    }
    return .temporary(run)
  }

  mutating func readBound(_ id: MemberID, at span: Span) -> Operand {
    guard let slots = boundWords[id] else {
      return placeholder(program[id].type, "`\(program[id].name)` here", at: span)
    }
    let run = code.allocate(borrowedWords(of: program[id].type, at: span))
    for (index, word) in run.words.enumerated() where word.kind != .length {
      code.emit(.loadBound, run.first + index, wide: slots.first + index)
    }
    return .temporary(run)
  }

  /// Moves `run` to the words of member `id` from `offset` on.
  mutating func writeGlobal(_ id: MemberID, _ run: Run, offset: Int = 0, at span: Span) {
    let slots = global(id, at: span)
    for (index, word) in run.words.enumerated() {
      switch word.kind {
      case .integer, .float, .boolean, .function:
        code.emit(.storeGlobal, run.first + index, wide: slots.first + offset + index)
      case .owned: code.emit(.putGlobal, run.first + index, wide: slots.first + offset + index)
      case .borrowed, .length: break
      }
    }
  }

  /// The words of a resident value.
  ///
  /// An image has those of all of the session's or of none: the device keeps them as one list.
  private mutating func resident(_ id: MemberID, at span: Span) -> GlobalSlots {
    if residents.isEmpty, let owner = residentOwner {
      for resident in program.residents(of: program[owner]) {
        let type = program[resident.member].type
        let slots = GlobalSlots(
          first: globalWords.count,
          words: words(of: type, at: program[resident.member].nameSpan))
        globalWords += slots.words
        residents[resident] = slots
      }
    }
    if let slots = residents[program.resident(id, of: frame.device)] { return slots }
    unsupported("`\(program[id].name)` here", at: span)
    return GlobalSlots(first: 0, words: [])
  }

  /// Whether the host half keeps the member among its globals.
  func isGlobal(_ id: MemberID) -> Bool {
    switch program[id].kind {
    case .argument, .variable, .prepared, .constant: true
    case .shared, .dataset, .resident, .device, .field: false
    }
  }

  // MARK: Resolving

  /// Evaluates the indices of `place`.
  mutating func resolve(_ place: Place) -> ResolvedPlace {
    var keys: [Run] = []
    for key in place.keys {
      let run = code.allocate(words(of: type(of: key), at: key.span))
      temporaries.append(Temporary(run: run))
      evaluate(key, into: run)
      keys.append(run)
    }
    var steps: [ResolvedPlace.Step] = []
    var current = concrete(place.rootType)
    for step in place.steps {
      switch step {
      case .field(let index), .tupleElement(let index):
        let all = parts(of: current, in: program)
        var offset = 0
        for part in all.prefix(index) { offset += words(of: part, at: place.span).count }
        current = index < all.count ? all[index] : .unknown
        steps.append(.part(offset: offset, type: current))
      case .index(let index):
        let position = code.allocate([.integer])
        temporaries.append(Temporary(run: position))
        evaluate(index, into: position)
        current = elementType(of: current)
        steps.append(.element(position: position, type: current))
      }
    }
    return ResolvedPlace(
      place: place, type: current, rootType: concrete(place.rootType), keys: keys,
      steps: steps)
  }

  /// The value in `place`, of which `root` is the whole.
  mutating func read(_ place: ResolvedPlace, in root: Operand) -> Operand {
    var operand = root
    var type = place.rootType
    let span = place.place.span
    var steps = place.steps[...]
    while let step = steps.popFirst() {
      switch step {
      case .part(let offset, let part):
        let (run, source) = settled(operand, type, at: span)
        let count = words(of: part, at: span).count
        guard offset + count <= run.words.count else { return source }
        operand = self.part(of: source, offset, count)
        type = part
      case .element(let position, let element):
        let (run, source) = settled(operand, type, at: span)
        // Of an element only the part that is meant is loaded.
        type = element
        var offset = 0
        while case .part(let first, let part)? = steps.first {
          offset += first
          type = part
          steps.removeFirst()
        }
        let part = type == element ? nil : (offset, borrowedWords(of: type, at: span).count)
        operand = load(part, of: run, element, at: position, at: span)
        discard(source)
      }
    }
    return operand
  }

  /// The value in `place` now.
  mutating func read(_ place: ResolvedPlace) -> Operand {
    let span = place.place.span
    switch place.place.root {
    case .local(let id):
      guard let run = localRun(id) else {
        return placeholder(place.type, "a write to this", at: span)
      }
      return read(place, in: .place(run, isMutable: true))
    case .member(let id):
      let type = place.rootType
      switch program[id].kind {
      case .argument, .variable, .prepared, .constant, .resident:
        return read(place, in: readGlobal(id, at: span))
      case .shared:
        return read(
          place,
          in: callHost(
            .sharedRead(id), place.keys, returning: words(of: type, at: span), nil, at: span))
      case .dataset where place.positions.count == place.steps.count && !place.steps.isEmpty:
        return callHost(
          .datasetReadElement(id, depth: place.steps.count), place.positions,
          returning: words(of: place.type, at: span), nil, at: span)
      case .dataset:
        return read(
          place,
          in: callHost(.datasetRead(id), [], returning: words(of: type, at: span), nil, at: span))
      case .device, .field: return placeholder(place.type, "this", at: span)
      }
    }
  }

  func localRun(_ id: LocalID) -> Run? {
    guard Int(id.index) < frame.locals.count, case .run(let run)? = frame.locals[Int(id.index)]
    else { return nil }
    return run
  }

  // MARK: Changing

  /// Puts `value`, which owns its arrays, into `place`.
  mutating func write(_ value: Run, to place: ResolvedPlace) {
    change(place) { lowerer, target in
      switch target {
      case .slots(let run): lowerer.copy(value, into: run, moving: true, at: place.place.span)
      case .element(let array, let position, let offset, let isWhole):
        lowerer.storeElement(
          value, into: array, at: position, offset: offset, isWhole: isWhole, at: place.place.span)
      }
    } direct: { lowerer, id in
      switch lowerer.program[id].kind {
      case .dataset:
        let steps = lowerer.hostPath(place.place)
        let call: HostCall = steps.isEmpty ? .datasetWrite(id) : .datasetWriteElement(id, steps)
        lowerer.discard(
          lowerer.callHost(
            call, place.positions + [value], returning: [], nil, at: place.place.span))
        return true
      case .shared where place.steps.isEmpty:
        lowerer.discard(
          lowerer.callHost(
            .sharedWrite(id), place.keys + [value], returning: [], nil, at: place.place.span))
        return true
      case .argument, .variable, .prepared, .constant, .resident:
        var offset = 0
        for step in place.steps {
          guard case .part(let first, _) = step else { return false }
          offset += first
        }
        lowerer.writeGlobal(id, value, offset: offset, at: place.place.span)
        return true
      case .shared, .device, .field: return false
      }
    }
  }

  private func hostPath(_ place: Place) -> [HostPathStep] {
    place.steps.map {
      switch $0 {
      case .field(let index): .field(index)
      case .tupleElement(let index): .tupleElement(index)
      case .index: .index
      }
    }
  }

  /// What a change of a place works on.
  enum ChangeTarget {
    case slots(Run)
    /// Words of an element from `offset` on.
    case element(array: Run, position: Run, offset: Int, isWhole: Bool)
  }

  /// Lets `body` change `place` in its variable; a member is taken out for that and put back, also
  /// if `body` raises an error.
  ///
  /// `direct` may do it another way for a member, and then gives true.
  mutating func change(
    _ place: ResolvedPlace, _ body: (inout Lowerer, ChangeTarget) -> Void,
    direct: (inout Lowerer, MemberID) -> Bool = { _, _ in false }
  ) {
    let span = place.place.span
    switch place.place.root {
    case .local(let id):
      guard let run = localRun(id) else { return unsupported("a write to this", at: span) }
      change(place.steps[...], place.rootType, in: run, at: span, body)
    case .member(let id):
      if direct(&self, id) { return }
      let whole = temporary(words(of: place.rootType, at: span))
      switch program[id].kind {
      case .argument, .variable, .prepared, .constant, .resident:
        let slots = global(id, at: span)
        for (index, word) in slots.words.enumerated() {
          switch word.kind {
          case .integer, .float, .boolean, .function:
            code.emit(.loadGlobal, whole.first + index, wide: slots.first + index)
          case .owned: code.emit(.takeGlobal, whole.first + index, wide: slots.first + index)
          case .borrowed, .length: break
          }
        }
        code.flush()
        let start = code.count
        change(place.steps[...], place.rootType, in: whole, at: span, body)
        let (failed, end) = (code.label(), code.label())
        code.handle(from: start, error: nil, at: failed)
        writeGlobal(id, whole, at: span)
        code.jump(to: end)
        code.place(failed)
        writeGlobal(id, whole, at: span)
        emit(.rethrow, at: span)
        code.end()
        code.place(end)
      case .shared, .dataset:
        let isShared = if case .shared = program[id].kind { true } else { false }
        let value = callHost(
          isShared ? .sharedRead(id) : .datasetRead(id), place.keys, returning: whole.words, nil,
          at: span)
        store(value, place.rootType, into: whole, at: span)
        change(place.steps[...], place.rootType, in: whole, at: span, body)
        discard(
          callHost(
            isShared ? .sharedWrite(id) : .datasetWrite(id), place.keys + [whole], returning: [],
            nil, at: span))
      case .device, .field: unsupported("a write to this", at: span)
      }
    }
  }

  private mutating func change(
    _ steps: ArraySlice<ResolvedPlace.Step>, _ type: Type, in run: Run, at span: Span,
    _ body: (inout Lowerer, ChangeTarget) -> Void
  ) {
    guard let first = steps.first else { return body(&self, .slots(run)) }
    switch first {
    case .part(let offset, let part):
      let count = words(of: part, at: span).count
      guard offset + count <= run.words.count else { return }
      change(steps.dropFirst(), part, in: run.part(offset, count), at: span, body)
    case .element(let position, let element):
      guard !run.words.isEmpty else { return }
      var offset = 0
      var part = element
      var rest = steps.dropFirst()
      while case .part(let first, let next)? = rest.first {
        offset += first
        part = next
        rest = rest.dropFirst()
      }
      let isWhole = part == element
      if rest.isEmpty {
        return body(
          &self, .element(array: run, position: position, offset: offset, isWhole: isWhole))
      }
      // An array in an element: changed in a copy, which then takes its place.
      let inner = temporary(words(of: part, at: span))
      let view = load((offset, inner.words.count), of: run, element, at: position, at: span)
      store(view, part, into: inner, at: span)
      change(rest, part, in: inner, at: span, body)
      storeElement(inner, into: run, at: position, offset: offset, isWhole: isWhole, at: span)
    }
  }

  // MARK: Appending

  mutating func append(_ place: Place, _ value: TypedExpression, at span: Span) -> Operand {
    let target = resolve(place)
    let element = elementType(of: target.type)
    let item = temporary(words(of: element, at: value.span))
    evaluate(value, into: item)
    charge(operations: 1)
    guard !item.words.isEmpty else { return .constant(.unit) }
    change(target) { lowerer, target in
      switch target {
      case .slots(let array):
        if !array.words.isEmpty { lowerer.append(item, to: array, at: span) }
      case .element(let array, let position, let offset, let isWhole):
        let type = lowerer.elementType(of: lowerer.concrete(place.type))
        let inner = lowerer.temporary(lowerer.words(of: lowerer.concrete(place.type), at: span))
        guard !inner.words.isEmpty else {
          return lowerer.unsupported("an array of \(type)", at: span)
        }
        let view = lowerer.code.allocate(
          lowerer.borrowedWords(of: lowerer.concrete(place.type), at: span))
        lowerer.emit(.elementLoad, view.first, array.first, position.first, at: span)
        lowerer.code.operands(view.words.count, offset, 0, 0)  // An array in it: it is not flat.
        lowerer.copy(view, into: inner, moving: false, at: span)
        lowerer.code.free(view)
        lowerer.append(item, to: inner, at: span)
        lowerer.storeElement(
          inner, into: array, at: position, offset: offset, isWhole: isWhole, at: span)
      }
    } direct: { lowerer, id in
      guard case .dataset = lowerer.program[id].kind else { return false }
      let positions = target.positions
      guard positions.count == place.steps.count else { return false }
      let call: HostCall =
        positions.isEmpty ? .datasetAppend(id) : .datasetAppendElement(id, depth: positions.count)
      lowerer.discard(lowerer.callHost(call, positions + [item], returning: [], nil, at: span))
      return true
    }
    discard(.temporary(item))
    return .constant(.unit)
  }
}
