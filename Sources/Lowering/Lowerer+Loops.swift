import Bytecode
import Diagnostics
import Typing
import Values

// Loops: over ranges, over arrays, while a condition holds.

extension Lowerer {
  /// Lowers a loop whose rounds `body` emits; its locals end with each round.
  ///
  /// `mayWrite`: it may change what is looped over. `entered` comes before the first round, once
  /// that is known.
  mutating func loop(
    _ loop: TypedLoop, mayWrite: Bool, at span: Span,
    entered: (inout Lowerer) -> Void = { _ in }, _ body: (inout Lowerer) -> Void
  ) {
    scopes.append([])
    switch loop.source {
    case .range(let low, let high, let isClosed, let step):
      range(low, high, isClosed: isClosed, step: step, loop.variable, at: span, entered, body)
    case .array(let array):
      over(array, loop.variable, mayWrite: mayWrite, at: span, entered, body)
    }
    closeScope()
  }

  /// One round: charged, `bind` run, then `body`, with `continue` leading to its end.
  private mutating func round(
    break end: Label, _ bind: (inout Lowerer) -> Void, _ body: (inout Lowerer) -> Void
  ) {
    let next = code.label()
    charge(operations: 1)
    frame.loops.append(
      LoopContext(
        breakLabel: end, continueLabel: next, scopeCount: scopes.count, exitDepth: exits.count))
    scopes.append([])
    let mark = temporaries.count
    bind(&self)
    body(&self)
    releaseTemporaries(downTo: mark)
    closeScope()
    frame.loops.removeLast()
    code.placeIfUsed(next)
  }

  private mutating func range(
    _ low: TypedExpression, _ high: TypedExpression, isClosed: Bool, step: TypedExpression?,
    _ variable: LocalID,
    at span: Span, _ entered: (inout Lowerer) -> Void, _ body: (inout Lowerer) -> Void
  ) {
    let both = declare([.integer, .integer])
    let (counter, limit) = (both.part(0, 1), both.part(1, 1))
    let test = declare([.boolean])
    evaluate(low, into: counter)
    evaluate(high, into: limit)
    var stride: (run: Run, isPositive: Run?)?
    var isDown = false
    if let step {
      let operand = evaluate(step)
      let run = declare([.integer])
      store(operand, .integer, into: run, at: step.span)
      if case .constant(.integer(let value)) = operand, value != 0 {
        isDown = value < 0
        stride = (run, nil)
      } else {
        // A step of zero would never end.
        let sign = declare([.boolean])
        let fine = code.label()
        let zero = code.allocate([.integer])
        loadInteger(0, into: zero.first)
        code.emit(.notEqualInteger, test.first, run.first, zero.first)
        code.jump(.jumpIfTrue, test.first, to: fine)
        code.flush()
        emit(.throwError, 0, 0, Int(BuiltinError.arithmeticOverflow.rawValue), at: step.span)
        code.end()
        code.place(fine)
        code.emit(.lessInteger, sign.first, zero.first, run.first)
        code.free(zero)
        stride = (run, sign)
      }
    }
    let (head, end) = (code.label(), code.label())
    let compare: Opcode = isClosed ? .lessOrEqualInteger : .lessInteger
    entered(&self)
    code.place(head)
    func testDirection(_ lowerer: inout Lowerer, down: Bool) {
      let (a, b) = down ? (limit, counter) : (counter, limit)
      lowerer.code.emit(compare, test.first, a.first, b.first)
    }
    if let sign = stride?.isPositive {
      let (down, tested) = (code.label(), code.label())
      code.jump(.jumpIfFalse, sign.first, to: down)
      testDirection(&self, down: false)
      code.jump(to: tested)
      code.place(down)
      testDirection(&self, down: true)
      code.place(tested)
    } else {
      testDirection(&self, down: isDown)
    }
    code.jump(.jumpIfFalse, test.first, to: end)
    let begin = code.label()
    code.place(begin)
    let isCopied = isVariable(variable)
    round(break: end) { lowerer in
      if isCopied {
        let own = lowerer.declare([.integer])
        lowerer.code.emit(.move, own.first, counter.first)
        lowerer.bind(variable, .run(own))
      } else {
        lowerer.bind(variable, .run(counter))
      }
    } _: {
      body(&$0)
    }
    if stride == nil, !isClosed {
      position(span)
      code.advance(counter.first, to: begin)
      return code.place(end)
    }
    code.flush()
    advance(counter, limit, test, stride, isClosed: isClosed, isDown: isDown, to: end)
    jumpBack(to: head, at: span)
    code.place(end)
  }

  /// The next number of a range, or `end` if there is none that an Int can hold.
  private mutating func advance(
    _ counter: Run, _ limit: Run, _ test: Run, _ stride: (run: Run, isPositive: Run?)?,
    isClosed: Bool, isDown: Bool,
    to end: Label
  ) {
    guard let stride else {
      if isClosed {
        code.emit(.equalInteger, test.first, counter.first, limit.first)
        code.jump(.jumpIfTrue, test.first, to: end)
      }
      return code.emit(.addImmediate, counter.first, counter.first, 1)
    }
    let next = code.allocate([.integer])
    code.emit(.wrapAdd, next.first, counter.first, stride.run.first)
    // Past the end of Int the sum has gone the wrong way.
    func check(_ lowerer: inout Lowerer, down: Bool) {
      let (a, b) = down ? (counter, next) : (next, counter)
      lowerer.code.emit(.lessInteger, test.first, a.first, b.first)
      lowerer.code.jump(.jumpIfTrue, test.first, to: end)
    }
    if let sign = stride.isPositive {
      let (down, checked) = (code.label(), code.label())
      code.jump(.jumpIfFalse, sign.first, to: down)
      check(&self, down: false)
      code.jump(to: checked)
      code.place(down)
      check(&self, down: true)
      code.place(checked)
    } else {
      check(&self, down: isDown)
    }
    code.emit(.move, counter.first, next.first)
    code.free(next)
  }

  private mutating func over(
    _ array: TypedExpression, _ variable: LocalID, mayWrite: Bool, at span: Span,
    _ entered: (inout Lowerer) -> Void, _ body: (inout Lowerer) -> Void
  ) {
    let arrayType = type(of: array)
    let element = elementType(of: arrayType)
    let values = held(evaluate(array), arrayType, mayWrite: mayWrite, at: array.span)
    let work = declare([.integer, .integer, .boolean])
    entered(&self)
    guard !values.words.isEmpty else { return }
    let (head, end) = (code.label(), code.label())
    loadInteger(-1, into: work.first)
    code.emit(.arrayCount, work.first + 1, values.first)
    code.place(head)
    code.emit(.addImmediate, work.first, work.first, 1)
    code.emit(.lessInteger, work.first + 2, work.first, work.first + 1)
    code.jump(.jumpIfFalse, work.first + 2, to: end)
    let isOwned = isVariable(variable)
    round(break: end) { lowerer in
      let words =
        isOwned
        ? lowerer.words(of: element, at: span) : lowerer.borrowedWords(of: element, at: span)
      let own = lowerer.declare(words)
      let item = lowerer.load(nil, of: values, element, at: work.part(0, 1), at: array.span)
      lowerer.store(item, element, into: own, at: span)
      lowerer.bind(variable, .run(own))
    } _: {
      body(&$0)
    }
    jumpBack(to: head, at: span)
    code.place(end)
  }

  /// The array to be looped over, which stays as it is until the scope ends.
  private mutating func held(_ operand: Operand, _ type: Type, mayWrite: Bool, at span: Span) -> Run
  {
    let isShared: Bool
    switch operand {
    case .constant: isShared = false
    case .place(let run, let isMutable): isShared = mayWrite && (isMutable || run.borrowsArrays)
    case .temporary(let run), .part(let run): isShared = mayWrite && run.borrowsArrays
    }
    if !isShared, case .place(let run, _) = operand { return run }
    let own = declare(
      isShared || operand.run?.ownsArrays ?? false
        ? words(of: type, at: span) : borrowedWords(of: type, at: span))
    store(operand, type, into: own, at: span)
    return own
  }

  mutating func whileLoop(_ conditions: [TypedCondition], _ body: TypedBlock) {
    let (head, next, end) = (code.label(), code.label(), code.label())
    code.place(head)
    scopes.append([])
    let branch = self.branch(on: conditions)
    if case .always(false) = branch { return closeScope() }
    frame.loops.append(
      LoopContext(
        breakLabel: end, continueLabel: next, scopeCount: scopes.count - 1,
        exitDepth: exits.count))
    block(body)
    frame.loops.removeLast()
    closeScope()
    code.place(next)
    jumpBack(to: head, at: body.span)
    if case .otherwise(let label) = branch { code.place(label) }
    code.place(end)
  }
}
