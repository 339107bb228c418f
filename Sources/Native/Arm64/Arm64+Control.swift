import Bytecode
import Machine

// Jumps, safe points, and what the interpreter's functions do.

extension Translator where Target == Arm64 {
  // MARK: Cold code

  /// Has the interpreter's function do the instruction if the answer is yes, once `undo` is done.
  mutating func cold(_ question: Arm64.Question, undo: Arm64.Undo = .nothing) {
    noteColdJump(farJump(if: question), undo)
  }

  mutating func cold(_ condition: Arm64.Condition, undo: Arm64.Undo = .nothing) {
    cold(.flags(condition), undo: undo)
  }

  /// A jump to anywhere in the function, to be linked.
  private mutating func farJump(if question: Arm64.Question) -> Int {
    guard isFar else { return assembler.jump(if: question) }
    assembler.link(assembler.jump(if: question.opposite), to: assembler.count + 4)
    return assembler.jump()
  }

  /// The interpreter's function does the instruction, and the machine goes on wherever that leads.
  mutating func leave() {
    noteColdJump(assembler.jump(), .nothing)
    isReached = false
  }

  /// Tells the machine where the frame ends.
  mutating func storeTop() {
    assembler.add(.x1, .frame, 8 * function.slotCount)
    store(.x1, field: interface.top)
  }

  /// The interpreter's function does the instruction; most often the next one comes then.
  mutating func callFunction(_ next: Int) {
    spill()
    storeTop()
    assembler.constant(.x0, UInt64(word))
    assembler.constant(.x2, UInt64(next))
    assembler.call(to: routines.perform)
    valid = 0
  }

  mutating func undo(_ undo: Arm64.Undo) {
    switch undo {
    case .nothing: break
    case .step(let charge):
      assembler.add(.budget, .budget, 1)
      if charge != 0 { assembler.add(.ticks, .ticks, Int(0 - charge)) }
    case .operation(let operation, let register, let other):
      assembler.apply(operation, register, register, other)
    case .constant(let register, let value):
      assembler.add(register, register, value)
    }
  }

  // MARK: Jumps

  /// Charges what the instruction does beside all else; changes no flags.
  mutating func addCharge() {
    if charge != 0 { assembler.add(.ticks, .ticks, Int(charge)) }
  }

  /// Jumps back, if the budget is not spent.
  private mutating func jumpBack(to target: Int) {
    assembler.addSettingFlags(.budget, .budget, -1)
    assembler.link(farJump(if: .flags(.notNegative)), to: Int(words[target].offset))
    noteColdJump(assembler.jump(), .step(charge))
  }

  private mutating func jump(if question: Arm64.Question, _ target: Int) {
    if target > word {
      jumpForward(farJump(if: question), to: target)
    } else {
      let over = assembler.jump(if: question.opposite)
      jumpBack(to: target)
      assembler.link(over, to: assembler.count)
    }
  }

  mutating func jump(_ target: Int) {
    prepare(target)
    if target > word {
      jumpForward(assembler.jump(), to: target)
    } else {
      jumpBack(to: target)
    }
    isReached = false
  }

  mutating func jumpIf(_ a: Int, isTrue: Bool, _ target: Int) {
    prepare(target)
    let value = register(a, or: .x0)
    jump(if: isTrue ? .notZero(value) : .zero(value), target)
  }

  mutating func branch(_ a: Int, _ condition: Arm64.Condition, _ b: Int, _ target: Int) {
    prepare(target)
    compare(a, b)
    jump(if: .flags(condition), target)
  }

  mutating func branchImmediate(
    _ a: Int, _ condition: Arm64.Condition, _ value: Int, _ target: Int
  ) {
    prepare(target)
    let number = register(a, or: .x0)
    switch (condition, value) {
    case (.equal, 0): jump(if: .zero(number), target)
    case (.notEqual, 0): jump(if: .notZero(number), target)
    default:
      assembler.compare(number, value)
      jump(if: .flags(condition), target)
    }
  }

  mutating func branchFloats(_ a: Int, _ condition: Arm64.Condition, _ b: Int, _ target: Int) {
    prepare(target)
    compareFloats(a, b)
    jump(if: .flags(condition), target)
  }

  // MARK: Safe points

  /// Ends a round of a loop that counts: its limit is in the slot behind the counter, its charge in
  /// the word behind the instruction.
  mutating func advance(_ counter: Int, _ target: Int) {
    prepare(target)
    let ticks = Int(Int64(bitPattern: code[word + 1]))
    let value = register(counter, or: .x0)
    let limit = register(counter + 1, or: .x2)
    assembler.add(.x1, value, 1)
    assembler.compare(.x1, limit)
    let ends = farJump(if: .flags(.greaterOrEqual))
    assembler.addSettingFlags(.budget, .budget, -1)
    cold(.negative, undo: .step(0))
    let (before, dirtyBefore) = (valid, dirty)
    define(counter, .x1)
    assembler.add(.ticks, .ticks, ticks)
    if target > word {
      jumpForward(assembler.jump(), to: target)
    } else {
      assembler.jump(to: Int(words[target].offset))
    }
    (valid, dirty) = (before, dirtyBefore)
    assembler.link(ends, to: assembler.count)
    define(counter, .x1)
    assembler.add(.ticks, .ticks, ticks)
  }
}
