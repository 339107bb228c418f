import Bytecode
import Machine

// Jumps, safe points, and what the interpreter's functions do.

extension Translator where Target == X86 {
  // MARK: Cold code

  /// Has the interpreter's function do the instruction if `condition` holds, once `undo` is done.
  mutating func cold(_ condition: X86.Condition, undo: X86.Undo = .nothing) {
    noteColdJump(assembler.jump(if: condition), undo)
  }

  /// The interpreter's function does the instruction, and the machine goes on wherever that leads.
  mutating func leave() {
    noteColdJump(assembler.jump(), .nothing)
    isReached = false
  }

  /// Tells the machine where the frame ends.
  mutating func storeTop() {
    assembler.address(.rcx, .memory(.frame, Int32(8 * function.slotCount)))
    assembler.store(field(interface.top), .rcx)
  }

  /// The interpreter's function does the instruction; most often the next one comes then.
  mutating func callFunction(_ next: Int) {
    spill()
    storeTop()
    assembler.number(.rax, UInt32(word))
    assembler.number(.rdx, UInt32(next))
    assembler.call(to: routines.perform)
    valid = 0
  }

  mutating func undo(_ undo: X86.Undo) {
    switch undo {
    case .nothing: break
    case .step(let charge):
      assembler.apply(.add, .register(.budget), 1)
      if charge != 0 { assembler.apply(.subtract, .register(.ticks), charge) }
    case .operation(let operation, let register, let place):
      assembler.apply(operation, register, place)
    case .constant(let operation, let register, let value):
      assembler.apply(operation, .register(register), value)
    }
  }

  // MARK: Jumps

  /// Charges what the instruction does beside all else; changes flags.
  mutating func addCharge() {
    if charge != 0 { assembler.apply(.add, .register(.ticks), charge) }
  }

  /// Jumps back, if the budget is not spent.
  private mutating func jumpBack(to target: Int) {
    assembler.apply(.subtract, .register(.budget), 1)
    assembler.jump(if: .greaterOrEqual, to: Int(words[target].offset))
    noteColdJump(assembler.jump(), .step(charge))
  }

  private mutating func jump(if condition: X86.Condition, _ target: Int) {
    if target > word {
      jumpForward(assembler.jump(if: condition), to: target)
    } else {
      let over = assembler.jumpShort(if: condition.opposite)
      jumpBack(to: target)
      assembler.linkShort(over)
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

  mutating func jumpIf(_ a: Int, _ condition: X86.Condition, _ target: Int) {
    prepare(target)
    let value = operand(a)
    if case .register(let register) = value {
      assembler.test(register)
    } else {
      assembler.apply(.compare, value, 0)
    }
    jump(if: condition, target)
  }

  mutating func branch(_ a: Int, _ condition: X86.Condition, _ b: Int, _ target: Int) {
    prepare(target)
    compare(a, b)
    jump(if: condition, target)
  }

  mutating func branchImmediate(_ a: Int, _ condition: X86.Condition, _ b: UInt16, _ target: Int) {
    prepare(target)
    let value = operand(a)
    if b == 0, case .register(let register) = value {
      assembler.test(register)
    } else {
      assembler.apply(.compare, value, Int32(Int16(bitPattern: b)))
    }
    jump(if: condition, target)
  }

  mutating func branchFloats(_ a: Int, _ condition: X86.Condition, _ b: Int, _ target: Int) {
    prepare(target)
    compareFloats(a, b)
    jump(if: condition, target)
  }

  mutating func branchEqualFloats(_ a: Int, _ b: Int, _ target: Int, isEqual: Bool) {
    prepare(target)
    compareFloats(a, b)
    if isEqual {
      let over = assembler.jumpShort(if: .unordered)
      jump(if: .equal, target)
      assembler.linkShort(over)
    } else {
      jump(if: .unordered, target)
      jump(if: .notEqual, target)
    }
  }

  // MARK: Safe points

  /// Ends a round of a loop that counts: its limit is in the slot behind the counter, its charge in
  /// the word behind the instruction.
  mutating func advance(_ counter: Int, _ target: Int) {
    prepare(target)
    let ticks = Int32(truncatingIfNeeded: code[word + 1])
    let (value, limit) = (operand(counter), operand(counter + 1))
    assembler.move(.rcx, value)
    assembler.apply(.add, .register(.rcx), 1)
    assembler.apply(.compare, .rcx, limit)
    let ends = assembler.jump(if: .greaterOrEqual)
    assembler.apply(.subtract, .register(.budget), 1)
    cold(.less, undo: .step(0))
    let (before, dirtyBefore) = (valid, dirty)
    define(counter, .rcx)
    assembler.apply(.add, .register(.ticks), ticks)
    if target > word {
      jumpForward(assembler.jump(), to: target)
    } else {
      assembler.jump(to: Int(words[target].offset))
    }
    (valid, dirty) = (before, dirtyBefore)
    assembler.link(ends, to: assembler.count)
    define(counter, .rcx)
    assembler.apply(.add, .register(.ticks), ticks)
  }
}
