import Bytecode

/// Why the loop gave control back.
@usableFromInline
enum Signal: UInt8 {
  /// An operation on the timeline is next.
  case device
  case finished, failed, hostCall, interrupted, outOfBudget
  /// The operation on the timeline at `pc` has to wait.
  case waiting
}

/// How a machine goes from one instruction to the next.
package enum Dispatch: Sendable {
  /// By tail calls, where the build has them.
  case threaded
  /// In a loop around one switch.
  case switched
  /// As the processor's own code, made for the image that the machine runs.
  case native(NativeCode)
  #if !hasFeature(Embedded)
    /// As `threaded`, but one instruction at a time, each of which is counted.
    case counting(OperationCounts)
  #endif

  /// What machines are made with: threaded, but not in builds where a call is a call, as those for
  /// debugging are.
  package static var standard: Dispatch {
    #if DEBUG
      .switched
    #else
      TailCalls.areJumps ? .threaded : .switched
    #endif
  }
}

extension Machine {
  /// Runs instructions until one asks for something that is not in the machine.
  ///
  /// The state is in locals, and nothing is checked that the verifier has proved.
  @usableFromInline
  mutating func execute() -> Signal {
    let dispatch = dispatch
    if stopFlag.pointee == 0 { isAtSafePoint = false }
    return withUnsafeMutablePointer(to: &self) { context in
      switch dispatch {
      case .threaded: Threaded.run(context)
      case .switched: Switched.run(context)
      case .native(let code): code.run(context)
      #if !hasFeature(Embedded)
        case .counting(let counts): counts.run(context)
      #endif
      }
    }
  }

  /// Raises `raising` at `pc`: true, and the machine stands where it is caught; or false, and
  /// `signalAfterRaising` says why.
  mutating func raiseWithin(_ pc: Code, _ frame: Frame) -> Bool {
    self.pc = pc
    self.frame = frame
    guard raise(raising) else {
      signalAfterRaising = .failed
      return false
    }
    budget &-= 1
    guard budget < 0 else { return true }
    signalAfterRaising = suspend(self.pc, self.frame, .outOfBudget)
    return false
  }

  /// Does the operation on arrays at `pc`; false if it raises an error, which is `raising` then.
  @inline(__always)
  mutating func handleArrays(_ pc: Code, _ frame: Frame) -> Bool {
    guard let fault = applyArray(pc, frame) else { return true }
    raising = fault
    return false
  }

  /// Ends a round of a counting loop at `pc`, without asking whether to stop: how far to jump from
  /// there, or nil if the budget is spent.
  @inline(__always)
  mutating func advance(_ pc: Code, _ frame: Frame) -> Int? {
    let counter = pc.fieldA
    let next = frame.integer(counter) &+ 1
    var distance = 2
    if next < frame.integer(counter + 1) {
      distance &+= pc.distance
      budget &-= 1
      if budget < 0 { return nil }
    }
    frame.set(counter, next)
    ticks &+= Int64(bitPattern: pc[1])
    return distance
  }

  /// Whether it was here that the machine was interrupted, so that it goes on now.
  mutating func passesSafePoint() -> Bool {
    defer { isAtSafePoint = false }
    return isAtSafePoint
  }

  /// Returns from a frame that owns nothing and that no host has entered; where the caller goes on.
  @inline(__always)
  mutating func returnQuickly(_ pc: Code, _ frame: Frame) -> (Code, Frame) {
    let call = code + Int(truncatingIfNeeded: frame[-2] & 0xFFFF_FFFF)
    let caller = stack + Int(truncatingIfNeeded: frame[-1] & 0xFFFF_FFFF)
    let arguments = call.argumentCount
    let results = pc.fieldA
    for index in 0..<results { caller[call.lane(arguments + index)] = frame[pc.lane(index)] }
    top = frame - 2
    return (call + (1 + (arguments + results + 3) / 4), caller)
  }

  /// Keeps where the loop stands, and why it stops.
  mutating func suspend(_ pc: Code, _ frame: Frame, _ signal: Signal) -> Signal {
    self.pc = pc
    self.frame = frame
    switch signal {
    case .hostCall: phase = .hostCall
    case .interrupted: phase = .interrupted
    case .outOfBudget:
      phase = .ready
      budget = 0
    case .device, .finished, .failed, .waiting: break
    }
    return signal
  }

  @inline(never)
  func applyElementary(_ word: Code, _ frame: Frame) {
    guard let function = Elementary(rawValue: UInt16(truncatingIfNeeded: word.fieldC)) else {
      return
    }
    let x = frame.float(word.fieldB)
    if function.takesTwo {
      frame.set(word.fieldA, ElementaryFunctions.apply(function, x, frame.float(word.fieldB + 1)))
    } else {
      frame.set(word.fieldA, ElementaryFunctions.apply(function, x))
    }
  }
}
