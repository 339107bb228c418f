import Bytecode

// The loop without a loop: each operation is a C function that ends in a tail call of the next
// one's. The state is in its four parameters, which stay in registers.

/// Does the operation at `code` and all that follow; the raw value of the signal with which they
/// end.
///
/// The parameters: code, frame, machine, table of operations.
typealias ThreadedOperation =
  @convention(c) (Code, Frame, UnsafeMutableRawPointer, UnsafeRawPointer) -> UInt8

/// The functions that operations are made of.
///
/// A handler is a `@c` function which calls one of them, and nothing else: so its last call becomes
/// a jump.
enum Threaded {
  /// Who sets the stop flag does so while no code runs: it is heard here, and what is left to do up
  /// to the next safe point is done by the loop that asks for it.
  static func run(_ context: Context) -> Signal {
    guard context.pointee.stopFlag.pointee == 0 else { return Switched.run(context) }
    #if !hasFeature(Embedded)
      // The one in memory that native code has.
      if let table = UnsafeRawPointer(bitPattern: NativeInterface.machine.operations) {
        return run(context, table)
      }
    #endif
    return runByCopy(context)
  }

  /// Runs with a copy of the table on the stack, which the compiler makes of the constant.
  @inline(never)
  private static func runByCopy(_ context: Context) -> Signal {
    withUnsafePointer(to: operations) { run(context, UnsafeRawPointer($0)) }
  }

  @inline(__always)
  private static func run(_ context: Context, _ table: UnsafeRawPointer) -> Signal {
    let signal = proceed(context.pointee.pc, context.pointee.frame, context, table)
    return Signal(rawValue: signal) ?? .failed
  }

  /// Goes on with the operation at `pc`.
  @inline(__always)
  static func proceed(
    _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
  ) -> UInt8 {
    let offset = pc.operationNumber &* MemoryLayout<ThreadedOperation>.stride
    return table.load(fromByteOffset: offset, as: ThreadedOperation.self)(
      pc, frame, machine, table)
  }

  @inline(__always)
  static func context(_ machine: UnsafeMutableRawPointer) -> Context {
    machine.assumingMemoryBound(to: Machine.self)
  }

  @inline(__always)
  static func stop(
    _ signal: Signal, _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer
  ) -> UInt8 {
    context(machine).pointee.pc = pc
    context(machine).pointee.frame = frame
    return signal.rawValue
  }

  /// Raises an error at `pc`.
  @inline(__always)
  static func raise(
    _ fault: Fault, _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer,
    _ table: UnsafeRawPointer
  ) -> UInt8 {
    context(machine).pointee.raising = fault
    return larmor_raise(pc, frame, machine, table)
  }

  @inline(__always)
  static func computes(
    _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer,
    _ operation: (Code, Frame) -> Void
  ) -> UInt8 {
    operation(pc, frame)
    return proceed(pc + 1, frame, machine, table)
  }

  @inline(__always)
  static func raises(
    _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer,
    _ operation: (Code, Frame) -> Fault?
  ) -> UInt8 {
    if let fault = operation(pc, frame) { return raise(fault, pc, frame, machine, table) }
    return proceed(pc + 1, frame, machine, table)
  }

  @inline(__always)
  static func works(
    _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer,
    _ operation: (Code, Frame, Context) -> Void
  ) -> UInt8 {
    operation(pc, frame, context(machine))
    return proceed(pc + 1, frame, machine, table)
  }

  @inline(__always)
  static func handlesArrays(
    _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
  ) -> UInt8 {
    guard context(machine).pointee.handleArrays(pc, frame) else {
      return larmor_raise(pc, frame, machine, table)
    }
    return proceed(pc + 1, frame, machine, table)
  }

  /// The distance is read where the branch is taken: else the compiler makes a conditional move of
  /// it, for which the next fetch would wait.
  @inline(__always)
  static func tests(
    _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer,
    _ operation: (Code, Frame) -> Bool
  ) -> UInt8 {
    guard operation(pc, frame) else { return fallThrough(pc, frame, machine, table) }
    return jump(pc.branchDistance, pc, frame, machine, table)
  }

  /// Goes on behind a branch that is not taken.
  @inline(__always)
  static func fallThrough(
    _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
  ) -> UInt8 {
    charge(pc, machine)
    return proceed(pc + 1, frame, machine, table)
  }

  /// What the instruction charges beside what it does.
  @inline(__always)
  static func charge(_ pc: Code, _ machine: UnsafeMutableRawPointer) {
    context(machine).pointee.ticks &+= pc.charge
  }

  @inline(__always)
  static func jump(
    _ distance: Int, _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer,
    _ table: UnsafeRawPointer
  ) -> UInt8 {
    if distance < 0 {
      context(machine).pointee.budget &-= 1
      if context(machine).pointee.budget < 0 {
        return larmor_outOfBudget(pc, frame, machine, table)
      }
    }
    charge(pc, machine)
    return proceed(pc + (1 + distance), frame, machine, table)
  }

  /// No more words of an element are copied without a loop, which would need more registers than
  /// a handler has.
  static let wordCountMax = 8

  /// Copies `count` words, from one to `wordCountMax`: one by one, for who reads them as words has
  /// them sooner than if they had been written by twos.
  @inline(__always)
  static func copy(
    _ count: Int, from source: UnsafePointer<UInt64>, to target: UnsafeMutablePointer<UInt64>
  ) {
    target[0] = source[0]
    guard count > 1 else { return }
    target[1] = source[1]
    guard count > 2 else { return }
    target[2] = source[2]
    guard count > 3 else { return }
    target[3] = source[3]
    guard count > 4 else { return }
    target[4] = source[4]
    guard count > 5 else { return }
    target[5] = source[5]
    guard count > 6 else { return }
    target[6] = source[6]
    guard count > 7 else { return }
    target[7] = source[7]
  }

  /// Counts a call; false if the budget is spent.
  @inline(__always)
  static func spend(_ machine: UnsafeMutableRawPointer) -> Bool {
    context(machine).pointee.budget &-= 1
    return context(machine).pointee.budget >= 0
  }
}

// MARK: Where the loop is left

/// Raises `raising` at `pc`, and goes on where it is caught.
@inline(never)
@c func larmor_raise(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  guard Threaded.context(machine).pointee.raiseWithin(pc, frame) else {
    return Threaded.context(machine).pointee.signalAfterRaising.rawValue
  }
  return Threaded.proceed(
    Threaded.context(machine).pointee.pc, Threaded.context(machine).pointee.frame, machine, table)
}

@inline(never)
@c func larmor_outOfBudget(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.context(machine).pointee.suspend(pc, frame, .outOfBudget).rawValue
}

// MARK: Control

@c func larmor_jump(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.jump(pc.distance, pc, frame, machine, table)
}

@c func larmor_jumpIfTrue(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  guard frame.boolean(pc.fieldA) else {
    return Threaded.fallThrough(pc, frame, machine, table)
  }
  return Threaded.jump(pc.distance, pc, frame, machine, table)
}

@c func larmor_jumpIfFalse(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  if frame.boolean(pc.fieldA) { return Threaded.fallThrough(pc, frame, machine, table) }
  return Threaded.jump(pc.distance, pc, frame, machine, table)
}

@c func larmor_throwError(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  let context = Threaded.context(machine)
  context.pointee.raising = context.pointee.declaredFault(pc, frame)
  return larmor_raise(pc, frame, machine, table)
}

@c func larmor_rethrow(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  let context = Threaded.context(machine)
  context.pointee.raising = context.pointee.fault
  context.pointee.keepsBacktrace = true
  return larmor_raise(pc, frame, machine, table)
}

@c func larmor_advance(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  let counter = pc.fieldA
  let next = frame.integer(counter) &+ 1
  guard next < frame.integer(counter + 1) else {
    frame.set(counter, next)
    Threaded.context(machine).pointee.ticks &+= Int64(bitPattern: pc[1])
    return Threaded.proceed(pc + 2, frame, machine, table)
  }
  guard Threaded.spend(machine) else { return larmor_outOfBudget(pc, frame, machine, table) }
  frame.set(counter, next)
  Threaded.context(machine).pointee.ticks &+= Int64(bitPattern: pc[1])
  return Threaded.proceed(pc + (2 + pc.distance), frame, machine, table)
}

@inline(never)
@c func larmor_handleArrays(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.handlesArrays(pc, frame, machine, table)
}

@c func larmor_scalarAppend(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  guard Threaded.context(machine).pointee.appendQuickly(pc, frame) else {
    return larmor_handleArrays(pc, frame, machine, table)
  }
  return Threaded.proceed(pc + 1, frame, machine, table)
}

@c func larmor_elementLoad(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  guard let words = Machine.loadedWords(pc, frame), pc.lane(0) <= Threaded.wordCountMax else {
    return larmor_elementSlowly(pc, frame, machine, table)
  }
  Threaded.copy(pc.lane(0), from: words, to: frame + pc.fieldA)
  return Threaded.proceed(pc + 2, frame, machine, table)
}

@c func larmor_elementStore(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  guard let words = Machine.storedWords(pc, frame), pc.lane(0) <= Threaded.wordCountMax else {
    return larmor_elementSlowly(pc, frame, machine, table)
  }
  Threaded.copy(pc.lane(0), from: UnsafePointer(frame + pc.fieldC), to: words)
  return Threaded.proceed(pc + 2, frame, machine, table)
}

/// Loads or stores many words, or some among which there may be arrays; or raises the error.
@inline(never)
@c func larmor_elementSlowly(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  guard Threaded.context(machine).pointee.handleArrays(pc, frame) else {
    return larmor_raise(pc, frame, machine, table)
  }
  return Threaded.proceed(pc + 2, frame, machine, table)
}

@c func larmor_device(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  let context = Threaded.context(machine)
  context.pointee.pc = pc
  context.pointee.frame = frame
  guard let performer = context.pointee.performer, let port = context.pointee.devicePort else {
    return Signal.device.rawValue
  }
  let outcome = performer(machine, port)
  guard outcome == Threaded.goesOn else { return outcome }
  return Threaded.proceed(context.pointee.pc, context.pointee.frame, machine, table)
}
