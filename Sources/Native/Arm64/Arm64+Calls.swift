import Bytecode
import Machine

// Calls and returns, and how functions are entered.

extension Translator where Target == Arm64 {
  /// The second word of the header in memory: where the caller's frame is, in the lower half; how
  /// deep calls nest, in the upper one.
  private static let callerOffset = -8
  private static let depthOffset = -4
  /// The flags in the first word of the header.
  private static let flagsOffset = -10

  private var slotBytes: Int { 8 * function.slotCount }

  /// How the function is entered from outside: its registers are loaded, and it goes on at `x0`.
  ///
  /// Its return address is on the stack, as the prologue would leave it.
  mutating func writeLoader() {
    assembler.reserve(1024)
    if assignment.calls {
      assembler.loadHalf(.x1, .frame, Self.depthOffset)
      assembler.add(.x1, .x1, 1)
      assembler.shiftLeft(.x1, .x1, by: 32)
      load(.x2, field: interface.stack)
      assembler.apply(.subtract, .header, .frame, .x2)
      assembler.shiftRightUnsigned(.header, .header, by: 3)
      assembler.apply(.or, .header, .header, .x1)
    }
    load(assignment.all)
    assembler.jump(.x0)
  }

  /// How the function begins for those that call it: its pairs that are no parameters are empty.
  mutating func writePrologue() {
    assembler.reserve(64 + 32 * function.localPairCount)
    guard isQuick(functionIndex) else { return }
    assembler.push(.link)
    for number in 0..<function.localPairCount {
      let slot = view.slot(function.localPairsStart + number)
      assembler.store(.zero, .frame, home(slot))
      assembler.store(.zero, .frame, home(slot + 1))
    }
  }

  /// A call of function `index`, which gives its results in `x0`, `x1` and `x2`, and leaves its
  /// frame for the caller to take away.
  ///
  /// It is deeper than the frame says by `deeper` calls.
  mutating func call(_ index: Int, _ argumentCount: Int, _ resultCount: Int, _ deeper: Int) {
    let callee = view.function(index)
    let distance = slotBytes + 16
    spill()
    assembler.addSettingFlags(.budget, .budget, -1)
    cold(.negative, undo: .step(0))
    assembler.add(.x0, .frame, distance + 8 * callee.slotCount)
    load(.x1, field: interface.limit)
    assembler.compare(.x0, .x1)
    cold(.above, undo: .step(0))
    let header = checkDepth(deeper)
    cold(.above, undo: .step(0))
    addCharge()
    assembler.constant(.x0, UInt64(word) | UInt64(index) << 32)
    if slotBytes <= 504 {
      assembler.store(.x0, header, .frame, pairAt: slotBytes)
    } else {
      assembler.store(.x0, .frame, slotBytes)
      assembler.store(header, .frame, slotBytes + 8)
    }
    for number in 0..<argumentCount {
      copy(lane(number), to: .frame, distance + 8 * number, by: .x0)
    }
    let step = UInt64(function.slotCount + 2) | UInt64(1 + deeper) << 32
    assembler.constant(.x0, step)
    assembler.apply(.add, .header, .header, .x0)
    assembler.add(.frame, .frame, distance)
    calls.append((assembler.call(), index))
    assembler.load(.header, .frame, Self.callerOffset)
    takeBack(deeper)
    assembler.add(.frame, .frame, 0 - distance)
    valid = 0
    for number in 0..<resultCount { put(lane(argumentCount + number), Self.results[number]) }
  }

  /// Compares how deep a call is with what there is room for; the register that has the word for
  /// its header, `x2` if it is not the one of the frame.
  private mutating func checkDepth(_ deeper: Int) -> Arm64.Register {
    var header = Arm64.Register.header
    if deeper > 0 {
      assembler.constant(.x2, UInt64(deeper) << 32)
      assembler.apply(.add, .x2, .x2, header)
      header = .x2
    }
    load(.x1, field: interface.nativeHeaderMax)
    assembler.compare(header, .x1)
    return header
  }

  /// Of the header that a callee had been given, has this frame's be left.
  private mutating func takeBack(_ deeper: Int) {
    guard deeper > 0 else { return }
    assembler.constant(.x3, UInt64(deeper) << 32)
    assembler.apply(.subtract, .header, .header, .x3)
  }

  /// Begins what stands in place of a call.
  mutating func deepen(_ deeper: Int) {
    _ = checkDepth(deeper)
    cold(.above)
    addCharge()
  }

  private static let results: InlineArray<3, Arm64.Register> = [.x0, .x1, .x2]

  /// A call by the interpreter's function of one that owns arrays or has many results; its return
  /// is done by the interpreter's function, too.
  mutating func callSlowly(_ deeper: Int) {
    spill()
    storeTop()
    assembler.constant(.x0, UInt64(word))
    assembler.call(to: routines.callSlowly)
    valid = 0
    guard assignment.calls else { return }
    assembler.load(.header, .frame, slotBytes + 8)
    takeBack(deeper)
  }

  /// Returns; a function that the host entered does so by the interpreter's function.
  mutating func giveBack(_ resultCount: Int) {
    assembler.loadShort(.x0, .frame, Self.flagsOffset)
    cold(.notZero(.x0))
    addCharge()
    for number in 0..<resultCount { take(lane(number), to: Self.results[number]) }
    assembler.pop(.link)
    assembler.giveBack()
    isReached = false
  }

  mutating func giveBackSlowly() {
    spill()
    storeTop()
    assembler.constant(.x0, UInt64(word))
    assembler.jump(to: routines.giveBackSlowly)
    isReached = false
  }
}
