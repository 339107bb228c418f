import Bytecode
import Machine

extension Translator where Target == X86 {
  /// How many calls may be on the processor's stack: 256 KiB.
  private static let nativeCallsMax: Int32 = 1 << 15

  mutating func writeRoutines() {
    assembler.reserve(4096)
    writeReturned()
    writeResume()
    writeEntryAndExit()
    writePerform()
    writeSlowCalls()
  }

  private mutating func loadCounts() {
    assembler.move(.ticks, field(interface.ticks))
    assembler.move(.budget, field(interface.budget))
  }

  private mutating func storeCounts() {
    assembler.store(field(interface.ticks), .ticks)
    assembler.store(field(interface.budget), .budget)
  }

  private mutating func writeReturned() {
    routines.returned = assembler.count
    storeCounts()
    assembler.move(.r8, .rdx)
    assembler.move(.rdx, .rax)
    assembler.move(.rdi, .machine)
    assembler.move(.rsi, .frame)
    assembler.call(.code(Layout.returned))
  }

  /// Follows what comes before: falls into it.
  private mutating func writeResume() {
    routines.resumeFresh = assembler.count
    assembler.move(.rsp, field(interface.nativeStack))
    assembler.address(.rax, .code(routines.returned))
    assembler.push(.rax)
    assembler.move(.rbp, field(interface.frame))
    assembler.moveHalf(.rax, .memory(.rbp, -4))
    // As deep as there is room for whatever the image calls.
    assembler.move(.rdx, field(interface.limit))
    assembler.apply(.subtract, .rdx, .register(.rbp))
    assembler.shift(.rightUnsigned, .rdx, by: 3 + UInt8(frameWordBits))
    assembler.apply(.subtract, .register(.rdx), 1)
    assembler.apply(.add, .rdx, .register(.rax))
    assembler.apply(.add, .register(.rax), Self.nativeCallsMax)
    assembler.move(.rcx, field(interface.callDepthMax))
    assembler.apply(.compare, .rax, .register(.rcx))
    assembler.move(.rax, .register(.rcx), if: .above)
    assembler.apply(.compare, .rax, .register(.rdx))
    assembler.move(.rax, .register(.rdx), if: .above)
    assembler.shift(.left, .rax, by: 32)
    assembler.constant(.rcx, UInt64(UInt32.max))
    assembler.apply(.or, .rax, .register(.rcx))
    assembler.store(field(interface.nativeHeaderMax), .rax)
    routines.resume = assembler.count
    loadCounts()
    assembler.move(.rbp, field(interface.frame))
    // Half of the distance in bytes is the place in the table.
    assembler.move(.rax, field(interface.pc))
    assembler.apply(.subtract, .rax, field(interface.code))
    assembler.shift(.rightUnsigned, .rax, by: 1)
    assembler.address(.rcx, .code(offsetsStart))
    assembler.apply(.add, .rcx, .register(.rax))
    assembler.moveHalf(.rax, .memory(.rcx, 0))
    assembler.address(.rdx, .code(0))
    assembler.apply(.add, .rax, .register(.rdx))
    assembler.moveShort(.rcx, .memory(.rbp, -12))
    assembler.shift(.left, .rcx, by: 2)
    assembler.apply(.add, .rcx, .register(.rdx))
    assembler.moveHalf(.rcx, .memory(.rcx, Int32(Layout.tables)))
    assembler.apply(.add, .rcx, .register(.rdx))
    assembler.jump(.rcx)
  }

  private mutating func writeEntryAndExit() {
    let kept: [X86.Register] = [.rbp, .rbx, .r12, .r13, .r14, .r15]
    routines.entry = assembler.count
    for register in kept { assembler.push(register) }
    assembler.apply(.subtract, .register(.rsp), 8)
    assembler.move(.machine, .rdi)
    assembler.store(field(interface.nativeStack), .rsp)
    assembler.jump(to: routines.resumeFresh)
    routines.exit = assembler.count
    assembler.move(.rsp, field(interface.nativeStack))
    assembler.apply(.add, .register(.rsp), 8)
    for register in kept.reversed() { assembler.pop(register) }
    assembler.giveBack()
  }

  /// Calls the interpreter's function of the word in `eax`; what it does not go on from leaves.
  private mutating func callOperation() {
    storeCounts()
    assembler.move(.rdi, field(interface.code))
    assembler.address(.rdi, .indexed(.rdi, .rax, 0))
    assembler.move(.rsi, .frame)
    assembler.move(.rdx, .machine)
    assembler.move(.rcx, .code(Layout.pauses))
    assembler.moveByte(.rax, .memory(.rdi, 0))
    assembler.move(.r8, .code(Layout.operations))
    assembler.move(.rbx, .rsp)
    assembler.apply(.and, .register(.rsp), -16)
    assembler.call(.indexed(.r8, .rax, 0))
    assembler.move(.rsp, .rbx)
    assembler.compareByte(.register(.rax), interface.goesOn)
    assembler.jump(if: .notEqual, to: routines.exit)
  }

  private mutating func writePerform() {
    routines.perform = assembler.count
    assembler.push(.rdx)
    callOperation()
    assembler.pop(.rdx)
    assembler.apply(.compare, .rbp, field(interface.frame))
    assembler.jump(if: .notEqual, to: routines.resumeFresh)
    assembler.move(.rcx, field(interface.pc))
    assembler.apply(.subtract, .rcx, field(interface.code))
    assembler.shift(.rightUnsigned, .rcx, by: 3)
    assembler.apply(.compare, .rcx, .register(.rdx))
    let isElsewhere = assembler.jump(if: .notEqual)
    loadCounts()
    assembler.giveBack()
    assembler.link(isElsewhere, to: assembler.count)
    assembler.apply(.add, .register(.rsp), 8)
    assembler.jump(to: routines.resume)

    routines.performAndResume = assembler.count
    callOperation()
    assembler.apply(.compare, .rbp, field(interface.frame))
    assembler.jump(if: .notEqual, to: routines.resumeFresh)
    assembler.jump(to: routines.resume)
  }

  private mutating func writeSlowCalls() {
    routines.callSlowly = assembler.count
    callOperation()
    assembler.move(.rcx, field(interface.frame))
    assembler.apply(.compare, .rcx, .register(.rbp))
    let isError = assembler.jump(if: .belowOrEqual)
    // The callee's frame is there; does the return address stay on the stack?
    assembler.move(.rdx, .memory(.rcx, -8))
    assembler.apply(.compare, .rdx, field(interface.nativeHeaderMax))
    assembler.jump(if: .above, to: routines.resumeFresh)
    assembler.jump(to: routines.resume)
    assembler.link(isError, to: assembler.count)
    assembler.jump(to: routines.resumeFresh)

    routines.giveBackSlowly = assembler.count
    callOperation()
    assembler.address(.rcx, .code(routines.returned))
    assembler.apply(.compare, .rcx, .memory(.rsp, 0))
    assembler.jump(if: .equal, to: routines.resumeFresh)
    loadCounts()
    assembler.move(.rbp, field(interface.frame))
    assembler.giveBack()
  }
}
