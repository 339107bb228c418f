import Bytecode
import Machine

// What all functions share. On the processor's stack lie return addresses, 16 bytes for each, whose
// last is that of the function that runs.

extension Translator where Target == Arm64 {
  /// How many calls may be on the processor's stack: 256 KiB.
  private static let nativeCallsMax = 1 << 14

  mutating func writeRoutines() {
    assembler.reserve(4096)
    writeReturned()
    writeResume()
    writeEntryAndExit()
    writePerform()
    writeSlowCalls()
  }

  private mutating func loadCounts() {
    load(.ticks, field: interface.ticks)
    load(.budget, field: interface.budget)
  }

  private mutating func storeCounts() {
    store(.ticks, field: interface.ticks)
    store(.budget, field: interface.budget)
  }

  private mutating func writeReturned() {
    routines.returned = assembler.count
    storeCounts()
    assembler.move(.x4, .x2)
    assembler.move(.x3, .x1)
    assembler.move(.x2, .x0)
    assembler.move(.x1, .frame)
    assembler.move(.x0, .machine)
    assembler.load(.x17, .start, Layout.returned)
    assembler.call(.x17)
  }

  /// Follows what comes before: falls into it.
  private mutating func writeResume() {
    routines.resumeFresh = assembler.count
    load(.x16, field: interface.nativeStack)
    assembler.moveStackPointer(.stackPointer, .x16)
    assembler.add(.x16, .start, routines.returned)
    assembler.push(.x16)
    load(.frame, field: interface.frame)
    assembler.loadHalf(.x0, .frame, -4)
    assembler.add(.x0, .x0, Self.nativeCallsMax)
    load(.x1, field: interface.callDepthMax)
    assembler.compare(.x0, .x1)
    assembler.select(.x0, .x1, .x0, if: .above)
    assembler.shiftLeft(.x0, .x0, by: 32)
    assembler.constant(.x1, UInt64(UInt32.max))
    assembler.apply(.or, .x0, .x0, .x1)
    store(.x0, field: interface.nativeHeaderMax)
    routines.resume = assembler.count
    loadCounts()
    load(.frame, field: interface.frame)
    // Half of the distance in bytes is the place in the table.
    load(.x0, field: interface.pc)
    load(.x1, field: interface.code)
    assembler.apply(.subtract, .x0, .x0, .x1)
    assembler.shiftRightUnsigned(.x0, .x0, by: 1)
    assembler.add(.x1, .start, offsetsStart)
    assembler.apply(.add, .x1, .x1, .x0)
    assembler.loadHalf(.x0, .x1, 0)
    assembler.apply(.add, .x0, .x0, .start)
    assembler.loadShort(.x1, .frame, -12)
    assembler.shiftLeft(.x1, .x1, by: 2)
    assembler.apply(.add, .x1, .x1, .start)
    assembler.loadHalf(.x1, .x1, Layout.tables)
    assembler.apply(.add, .x1, .x1, .start)
    assembler.jump(.x1)
  }

  private static let kept: [(Arm64.Register, Arm64.Register)] = stride(from: 19, to: 30, by: 2)
    .map { (Arm64.Register($0), Arm64.Register($0 + 1)) }

  private mutating func writeEntryAndExit() {
    routines.entry = assembler.count
    for (first, second) in Self.kept { assembler.push(first, second) }
    let here = assembler.count
    assembler.address(.start, here)
    assembler.add(.start, .start, 0 - here)
    assembler.move(.machine, .x0)
    assembler.moveStackPointer(.x16, .stackPointer)
    store(.x16, field: interface.nativeStack)
    assembler.jump(to: routines.resumeFresh)
    routines.exit = assembler.count
    load(.x16, field: interface.nativeStack)
    assembler.moveStackPointer(.stackPointer, .x16)
    for (first, second) in Self.kept.reversed() { assembler.pop(first, second) }
    assembler.giveBack()
  }

  /// Calls the interpreter's function of the word in `x0`; what it does not go on from leaves.
  private mutating func callOperation() {
    storeCounts()
    load(.x1, field: interface.code)
    assembler.shiftLeft(.x0, .x0, by: 3)
    assembler.apply(.add, .x0, .x1, .x0)
    assembler.move(.x1, .frame)
    assembler.move(.x2, .machine)
    assembler.load(.x3, .start, Layout.pauses)
    assembler.loadByte(.x16, .x0, 0)
    assembler.load(.x17, .start, Layout.operations)
    assembler.load(.x17, .x17, index: .x16)
    assembler.call(.x17)
    // C says nothing of the bits above.
    assembler.extendByte(.x0, .x0)
    assembler.compare(.x0, Int(interface.goesOn))
    assembler.jump(if: .notEqual, to: routines.exit)
  }

  /// Goes to where the machine stands, with an empty stack if it is in another frame.
  private mutating func resumeFreshIfElsewhere() {
    load(.x1, field: interface.frame)
    assembler.compare(.frame, .x1)
    assembler.jump(if: .notEqual, to: routines.resumeFresh)
  }

  private mutating func writePerform() {
    routines.perform = assembler.count
    assembler.push(.x2, .link)
    callOperation()
    assembler.pop(.x2, .link)
    resumeFreshIfElsewhere()
    load(.x1, field: interface.pc)
    load(.x3, field: interface.code)
    assembler.apply(.subtract, .x1, .x1, .x3)
    assembler.shiftRightUnsigned(.x1, .x1, by: 3)
    assembler.compare(.x1, .x2)
    assembler.jump(if: .notEqual, to: routines.resume)
    loadCounts()
    assembler.giveBack()

    routines.performAndResume = assembler.count
    callOperation()
    resumeFreshIfElsewhere()
    assembler.jump(to: routines.resume)
  }

  private mutating func writeSlowCalls() {
    routines.callSlowly = assembler.count
    assembler.push(.link)
    callOperation()
    load(.x1, field: interface.frame)
    assembler.compare(.x1, .frame)
    // Else the callee's frame is there; does the return address stay on the stack?
    assembler.jump(if: .belowOrEqual, to: routines.resumeFresh)
    assembler.load(.x2, .x1, -8)
    load(.x3, field: interface.nativeHeaderMax)
    assembler.compare(.x2, .x3)
    assembler.jump(if: .above, to: routines.resumeFresh)
    assembler.jump(to: routines.resume)

    routines.giveBackSlowly = assembler.count
    callOperation()
    assembler.pop(.link)
    assembler.add(.x1, .start, routines.returned)
    assembler.compare(.x1, .link)
    assembler.jump(if: .equal, to: routines.resumeFresh)
    loadCounts()
    load(.frame, field: interface.frame)
    assembler.giveBack()
  }
}
