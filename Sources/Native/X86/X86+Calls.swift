import Bytecode
import Machine

// Calls and returns, and how functions are entered.

extension Translator where Target == X86 {
  /// How deep calls nest: the upper half of the header's second word.
  private static let depthOffset: Int32 = -4
  /// The flags in the first word of the header.
  private static let flagsOffset: Int32 = -10

  private var slotBytes: Int32 { Int32(8 * function.slotCount) }

  /// How the function is entered from outside: its registers are loaded, and it goes on at `rax`.
  mutating func writeLoader() {
    assembler.reserve(1024)
    if assignment.calls {
      assembler.moveHalf(.rcx, .memory(.frame, Self.depthOffset))
      assembler.apply(.add, .register(.rcx), 1)
      assembler.shift(.left, .rcx, by: 32)
      assembler.move(.header, .frame)
      assembler.apply(.subtract, .header, field(interface.stack))
      assembler.shift(.rightUnsigned, .header, by: 3)
      assembler.apply(.or, .header, .register(.rcx))
    }
    load(assignment.all)
    assembler.jump(.rax)
    guard assignment.calls else { return }
    headerSteps = assembler.count
    assembler.reserve(64 + 8 * assignment.deepest)
    for deeper in 0...assignment.deepest {
      assembler.word(UInt64(function.slotCount + 2) | UInt64(1 + deeper) << 32)
    }
  }

  /// How the function begins for those that call it: its pairs that are no parameters are empty.
  mutating func writePrologue() {
    assembler.reserve(64 + 32 * function.localPairCount)
    guard isQuick(functionIndex) else { return }
    for number in 0..<function.localPairCount {
      let slot = view.slot(function.localPairsStart + number)
      assembler.storeConstant(home(slot), 0)
      assembler.storeConstant(home(slot + 1), 0)
    }
  }

  /// A call of function `index`, which gives its results in `rax`, `rcx` and `rdx`, and leaves its
  /// frame for the caller to take away.
  ///
  /// It is deeper than the frame says by `deeper` calls.
  mutating func call(_ index: Int, _ argumentCount: Int, _ resultCount: Int, _ deeper: Int) {
    let distance = slotBytes + 16
    spill()
    assembler.apply(.subtract, .register(.budget), 1)
    cold(.less, undo: .step(0))
    let header = checkDepth(deeper)
    cold(.above, undo: .step(0))
    addCharge()
    assembler.store(.memory(.frame, slotBytes + 8), header)
    assembler.constant(.rax, UInt64(word) | UInt64(index) << 32)
    assembler.store(.memory(.frame, slotBytes), .rax)
    for number in 0..<argumentCount {
      copy(lane(number), to: .memory(.frame, distance + Int32(8 * number)), by: .rax)
    }
    let step = X86.Place.code(headerSteps + 8 * deeper)
    assembler.apply(.add, .header, step)
    assembler.apply(.add, .register(.frame), distance)
    calls.append((assembler.call(), index))
    // Taken back rather than read again, which would wait for memory.
    assembler.apply(.subtract, .header, step)
    assembler.apply(.subtract, .register(.frame), distance)
    valid = 0
    for number in 0..<resultCount { put(lane(argumentCount + number), Self.results[number]) }
  }

  /// Compares how deep a call is, and the frame that it needs, with what there is room for; the
  /// register that has the word for its header.
  private mutating func checkDepth(_ deeper: Int) -> X86.Register {
    var header = X86.Register.header
    if deeper > 0 {
      assembler.constant(.rax, UInt64(deeper) << 32)
      assembler.apply(.add, .rax, .register(header))
      header = .rax
    }
    assembler.apply(.compare, header, field(interface.nativeHeaderMax))
    return header
  }

  /// Begins what stands in place of a call.
  mutating func deepen(_ deeper: Int) {
    _ = checkDepth(deeper)
    cold(.above)
    addCharge()
  }

  private static let results: InlineArray<3, X86.Register> = [.rax, .rcx, .rdx]

  /// A call by the interpreter's function of one that owns arrays or has many results; its return
  /// is done by the interpreter's function, too.
  mutating func callSlowly(_ deeper: Int) {
    spill()
    storeTop()
    assembler.number(.rax, UInt32(word))
    assembler.call(to: routines.callSlowly)
    valid = 0
    // Also where this function needs it no more: its caller takes back what it has added.
    assembler.move(.header, .memory(.frame, slotBytes + 8))
    guard deeper > 0 else { return }
    assembler.constant(.rax, UInt64(deeper) << 32)
    assembler.apply(.subtract, .header, .register(.rax))
  }

  /// Returns; a function that the host entered does so by the interpreter's function.
  mutating func giveBack(_ resultCount: Int) {
    assembler.compareShort(.memory(.frame, Self.flagsOffset), 0)
    cold(.notEqual)
    addCharge()
    for number in 0..<resultCount { take(lane(number), to: Self.results[number]) }
    assembler.giveBack()
    isReached = false
  }

  mutating func giveBackSlowly() {
    spill()
    storeTop()
    assembler.number(.rax, UInt32(word))
    assembler.jump(to: routines.giveBackSlowly)
    isReached = false
  }
}
