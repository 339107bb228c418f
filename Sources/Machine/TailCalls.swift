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
    return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: wordCount) { words in
      writeCode(words)
      return withUnsafeTemporaryAllocation(
        byteCount: MemoryLayout<Machine>.size + 8 * slotCount, alignment: 16
      ) { memory in
        // Of the machine these operations only touch the time that they charge.
        memory.initializeMemory(as: UInt8.self, repeating: 0)
        guard let code = words.baseAddress, let machine = memory.baseAddress else { return .max }
        let frame = (machine + MemoryLayout<Machine>.size).assumingMemoryBound(to: UInt64.self)
        _ = withUnsafePointer(to: table) {
          Threaded.proceed(Code(code), frame, machine, UnsafeRawPointer($0))
        }
        return Int(bitPattern: UInt(frame[0])) &- Int(bitPattern: UInt(frame[1]))
      }
    }
  }

  private static let roundCount = 16
  private static let slotCount = 8
  private static let wordCount = 2 + 5 * roundCount

  private static func writeCode(_ words: UnsafeMutableBufferPointer<UInt64>) {
    words[0] = 0
    for round in 0..<roundCount {
      let first = 1 + 5 * round
      words[first] = Instruction(.move, a: 2, b: 3).word
      words[first + 1] = Instruction(.addInteger, a: 2, b: 2, c: 3).word
      words[first + 2] = Instruction(.branchEqual, a: 2, b: 3, c: 0).word
      words[first + 3] = Instruction(.branchLess, a: 2, b: 3, c: 0).word
      words[first + 4] = Instruction(.jump, wide: 0).word
    }
    // Into slot 1, and that is the end.
    words[wordCount - 1] = 1 &<< 16
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
