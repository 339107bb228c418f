import Bytecode
import Diagnostics
import Typing
import Values

// Statements.

extension Lowerer {
  // MARK: Scopes

  /// Ends the innermost scope: arrays of its locals are released, its slots given back.
  mutating func closeScope() {
    for run in scopes.removeLast().reversed() {
      release(run)
      code.free(run)
    }
  }

  mutating func block(_ block: TypedBlock) {
    scopes.append([])
    statements(block.statements)
    closeScope()
  }

  mutating func statements(_ list: [TypedStatement]) {
    for statement in list { self.statement(statement) }
  }

  /// Slots for a local of `words` until the scope ends.
  mutating func declare(_ words: [SlotType]) -> Run {
    let run = code.allocate(words)
    scopes[scopes.count - 1].append(run)
    return run
  }

  mutating func bind(_ local: LocalID, _ binding: Binding) {
    let index = Int(local.index)
    while frame.locals.count <= index { frame.locals.append(nil) }
    frame.locals[index] = binding
  }

  func isVariable(_ local: LocalID) -> Bool {
    let locals = program.locals(of: frame.function)
    return Int(local.index) >= locals.count || locals[Int(local.index)].isVariable
  }

  // MARK: One statement

  mutating func statement(_ statement: TypedStatement) {
    guard descend(at: statement.span) else { return }
    let mark = temporaries.count
    execute(statement)
    releaseTemporaries(downTo: mark)
    ascend()
  }

  private mutating func execute(_ statement: TypedStatement) {
    let span = statement.span
    switch statement.kind {
    case .expression(let value): perform(value)
    case .declare(let local, let value): declare(local, value)
    case .declareMember(let member, let value):
      let run = temporary(words(of: type(of: value), at: value.span))
      evaluate(value, into: run)
      writeGlobal(member, run, at: span)
      discard(.temporary(run))
    case .assign(let place, let value): assign(place, value)
    case .compoundAssign(let place, let operation, let value):
      compoundAssign(place, operation, value, at: span)
    case .assignTuple(let places, let value): assignTuple(places, value)
    case .conditional(let conditions, let then, let otherwise):
      conditional(conditions, then, otherwise)
    case .guarded(let conditions, let block): guarded(conditions, block)
    case .loop(let loop, let body, let isParallel):
      if isParallel || (walk != nil && hasTimeline(statement)) {
        unrolled(loop, body, isParallel: isParallel, at: span)
      } else {
        self.loop(loop, mayWrite: mayWrite(body), at: span) { $0.statements(body.statements) }
      }
    case .whileLoop(let conditions, let body): whileLoop(conditions, body)
    case .breakLoop: leaveLoop(continuing: false, at: span)
    case .continueLoop: leaveLoop(continuing: true, at: span)
    case .returnValue(let value): returnValue(value, at: span)
    case .throwError(let error, let payload): throwError(error, payload, at: span)
    case .tryCatch(let body, let catches, let last): tryCatch(body, catches, last, at: span)
    case .send(let operand): discard(callErrand(operand, isAwaited: false, nil))
    case .preload(let kernels):
      if isDevice { return unsupported("`preload` in a kernel", at: span) }
      let compiled = program.compiled(by: kernels, in: frame.function)
      discard(callHost(.preload(compiled), [], returning: [], nil, at: span))
    case .block(let inner): block(inner)
    case .parallel(let inner): parallel(inner, at: span)
    case .critical(let inner): critical(inner, at: span)
    case .expect(let condition, let text, let sides): expect(condition, text, sides, at: span)
    }
  }

  // MARK: Bindings and assignments

  private mutating func declare(_ local: LocalID, _ value: TypedExpression) {
    let valueType = type(of: value)
    if isDevice, case .function = valueType {
      if let function = staticFunction(of: value) { return bind(local, .function(function)) }
      return unsupported("a function kept as data in a kernel", at: value.span)
    }
    let run = code.allocate(words(of: valueType, at: value.span))
    let operand = isVariable(local) ? evaluate(value, hint: run) : evaluateStatic(value, hint: run)
    if case .constant(let constant) = operand, !isVariable(local), isKeptUnloaded(constant) {
      code.free(run)
      bind(local, .constant(constant))
      return
    }
    scopes[scopes.count - 1].append(run)
    store(operand, valueType, into: run, at: value.span)
    bind(local, .run(run))
    note(walk == nil ? .dynamic : knownPlainly(value), of: local)
  }

  /// Whether a constant is loaded anew wherever it is mentioned; big ones have a place of their
  /// own.
  func isKeptUnloaded(_ constant: Constant) -> Bool {
    switch constant {
    case .unit, .integer, .float, .boolean: true
    case .tuple, .structure, .enumeration, .optional: true
    case .text, .array: false
    }
  }

  /// Whether evaluating `value` writes its target as the very last thing it does.
  private func writesLast(_ value: TypedExpression) -> Bool {
    switch value.kind {
    case .unary(let operation, _):
      switch operation {
      case .negateInteger, .negateFloat, .complement, .not: true
      case .negateInteger32, .negateGeneric, .elementwise: false
      }
    case .binary(let operation, _, _):
      switch operation {
      case .integer, .float, .scaleDuration, .floatTimesDuration, .divideDurationByFloat,
        .divideDurationByInteger,
        .durationFloorRatio:
        true
      case .compare(_, let domain): domain == .integer || domain == .float
      case .integer32, .generic, .durationRatio, .concatenate, .contains, .elementwise,
        .matrixProduct:
        false
      }
    case .index, .call: true
    default: false
    }
  }

  private mutating func assign(_ place: Place, _ value: TypedExpression) {
    let valueType = type(of: value)
    if case .local(let id) = place.root, place.steps.isEmpty, let run = localRun(id) {
      let operand = evaluate(value, hint: writesLast(value) && !run.ownsArrays ? run : nil)
      return store(
        kept(operand, within: run, valueType, at: value.span), valueType, into: run, at: value.span)
    }
    let run = temporary(words(of: valueType, at: value.span))
    evaluate(value, into: run)
    write(run, to: resolve(place))
    discard(.temporary(run))
  }

  /// `operand`, or a copy of it if writing `target` word by word would change what is still to be
  /// read.
  private mutating func kept(_ operand: Operand, within target: Run, _ type: Type, at span: Span)
    -> Operand
  {
    guard let run = operand.run, run.first != target.first || run.words.count != target.words.count,
      run.borrowsArrays || run.slots.overlaps(target.slots)
    else { return operand }
    let copy = temporary(target.words)
    store(operand, type, into: copy, at: span)
    return .temporary(copy)
  }

  private mutating func compoundAssign(
    _ place: Place, _ operation: BinaryOperation, _ value: TypedExpression, at span: Span
  ) {
    let valueType = type(of: value)
    let indices =
      place.keys + place.steps.compactMap { if case .index(let index) = $0 { index } else { nil } }
    let right = kept(evaluate(value), valueType, over: indices, at: value.span)
    let target = resolve(place)
    let left = read(target)
    charge(operations: 1)
    let operation = operation.resolved(for: target.type)
    let result = TypedExpression(.unit, target.type, at: span)
    if case .local(let id) = place.root, place.steps.isEmpty, let run = localRun(id) {
      var hint: Run? = run.ownsArrays ? nil : run
      if case .integer32 = operation { hint = nil }
      let operand = operate(operation, (left, target.type), (right, valueType), result, hint)
      return store(operand, target.type, into: run, at: span)
    }
    let run = temporary(words(of: target.type, at: span))
    store(
      operate(operation, (left, target.type), (right, valueType), result, nil), target.type,
      into: run, at: span)
    write(run, to: target)
    discard(.temporary(run))
  }

  private mutating func assignTuple(_ places: [Place], _ value: TypedExpression) {
    let valueType = type(of: value)
    let whole = temporary(words(of: valueType, at: value.span))
    evaluate(value, into: whole)
    var offset = 0
    for (place, part) in zip(places, parts(of: valueType, in: program)) {
      let count = words(of: part, at: place.span).count
      guard offset + count <= whole.words.count else { return }
      let piece = whole.part(offset, count)
      if case .local(let id) = place.root, place.steps.isEmpty, let run = localRun(id) {
        copy(piece, into: run, moving: true, at: place.span)
      } else {
        write(piece, to: resolve(place))
      }
      offset += count
    }
    discard(.temporary(whole))
  }

  // MARK: Conditions

  private mutating func conditional(
    _ conditions: [TypedCondition], _ then: TypedBlock, _ otherwise: TypedBlock?
  ) {
    scopes.append([])
    switch branch(on: conditions) {
    case .always(true):
      block(then)
      closeScope()
    case .always(false):
      closeScope()
      if let otherwise { block(otherwise) }
    case .otherwise(let label):
      block(then)
      closeScope()
      guard let otherwise else { return code.place(label) }
      let end = code.label()
      code.jump(to: end)
      code.place(label)
      block(otherwise)
      code.place(end)
    }
  }

  private mutating func guarded(_ conditions: [TypedCondition], _ block: TypedBlock) {
    switch branch(on: conditions) {
    case .always(true): break
    case .always(false): self.block(block)
    case .otherwise(let label):
      let end = code.label()
      code.jump(to: end)
      code.place(label)
      self.block(block)
      code.place(end)
    }
  }
}
