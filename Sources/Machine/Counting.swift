#if !hasFeature(Embedded)
  package import Bytecode

  /// How often each operation was executed, in memory that somebody else keeps as long as a machine
  /// may run.
  package struct OperationCounts: Sendable {
    private let address: UInt

    /// One word for each of the 256 numbers that an operation can have.
    package static let wordCount = 256

    /// `words` are counted up; there are `wordCount` of them.
    package init(_ words: UnsafeMutablePointer<UInt64>) { address = UInt(bitPattern: words) }

    private var words: UnsafeMutablePointer<UInt64> {
      guard let words = UnsafeMutablePointer<UInt64>(bitPattern: address) else {
        preconditionFailure("the counts lie somewhere")
      }
      return words
    }

    /// How often `operation` was executed.
    package subscript(operation: Opcode) -> UInt64 { words[Int(operation.rawValue)] }

    /// Has the interpreter's functions do one instruction at a time, and counts those that were
    /// done: not one at which the machine stopped because its budget was spent or something has to
    /// be waited for, which will be done later.
    ///
    /// Where a stop is due nothing is counted: the loop runs that asks for it.
    func run(_ context: Context) -> Signal {
      guard context.pointee.stopFlag.pointee == 0 else { return Switched.run(context) }
      let words = words
      let machine = UnsafeMutableRawPointer(context)
      guard let pauses = UnsafeRawPointer(bitPattern: NativeInterface.machine.pauses) else {
        preconditionFailure("the table lies somewhere")
      }
      while true {
        let pc = context.pointee.pc
        let number = Int(truncatingIfNeeded: pc.pointee & 0xFF)
        let outcome = Threaded.operations[number](pc, context.pointee.frame, machine, pauses)
        if outcome == Threaded.goesOn {
          words[number] &+= 1
          continue
        }
        let signal = Signal(rawValue: outcome) ?? .failed
        switch signal {
        case .device, .finished, .failed, .hostCall: words[number] &+= 1
        case .interrupted, .outOfBudget, .waiting: break
        }
        return signal
      }
    }
  }
#endif
