import Bytecode

// Tail calls are an optimisation, and no promise of the language: a machine that starts asks
// whether this build has them.

/// Whether operations go from one to the next by jumps, as the threaded loop needs it: without that
/// each would take a stack frame, and a long kernel all of the stack.
package enum TailCalls {
  /// Found out once, by a run of 80 operations.
  package static let areJumps = stackGrowth() < stackGrowthMax

  /// One form of operation that calls instead of jumping takes at least twice as much.
  private static let stackGrowthMax = 128

  /// The bytes of stack that a few operations of each form take; allocates nothing.
  package static func stackGrowth() -> Int {
    var table = Threaded.operations
    table[0] = larmor_noteStack
    var code = code()
    // Of the machine these operations only touch the time that they charge. Behind it is a frame.
    var memory = InlineArray<128, UInt64>(repeating: 0)
    let frameStart = (MemoryLayout<Machine>.size + 7) / 8
    guard frameStart + slotCount <= memory.count else { return .max }
    return withUnsafeMutableBytes(of: &code) { words in
      withUnsafeMutableBytes(of: &memory) { machine in
        withUnsafePointer(to: table) { table in
          guard let pc = words.baseAddress, let machine = machine.baseAddress else { return .max }
          let frame = (machine + 8 * frameStart).assumingMemoryBound(to: UInt64.self)
          _ = Threaded.proceed(
            Code(pc.assumingMemoryBound(to: UInt64.self)), frame, machine, UnsafeRawPointer(table))
          return Int(truncatingIfNeeded: frame[0]) &- Int(truncatingIfNeeded: frame[1])
        }
      }
    }
  }

  private static let roundCount = 16
  private static let slotCount = 8

  /// Notes the stack in slot 0, then in slot 1, and rounds of operations between.
  private static func code() -> InlineArray<82, UInt64> {
    var words = InlineArray<82, UInt64>(repeating: 0)
    for round in 0..<roundCount {
      let first = 1 + 5 * round
      words[first] = Instruction(.move, a: 2, b: 3).word
      words[first + 1] = Instruction(.addInteger, a: 2, b: 2, c: 3).word
      words[first + 2] = Instruction(.branchEqual, a: 2, b: 3, c: 0).word
      words[first + 3] = Instruction(.branchLess, a: 2, b: 3, c: 0).word
      words[first + 4] = Instruction(.jump, wide: 0).word
    }
    words[81] = 1 &<< 16
    return words
  }
}

/// Notes where the stack is, and goes on if that was the first time.
@c func larmor_noteStack(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  frame[pc.pointee.fieldA] = UInt64(larmor_stackAddress())
  guard pc.pointee.fieldA == 0 else { return 0 }
  return Threaded.proceed(pc + 1, frame, machine, table)
}

/// A place in the frame of this function, which its caller's ends at.
@inline(never)
@c func larmor_stackAddress() -> UInt {
  var place: UInt8 = 0
  return withUnsafeMutablePointer(to: &place) { UInt(bitPattern: $0) }
}
