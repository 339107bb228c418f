import Bytecode

// Calls and returns, of functions and of the host.

@c func larmor_call(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  guard Threaded.spend(machine) else { return larmor_outOfBudget(pc, frame, machine, table) }
  Threaded.charge(pc, machine)
  let context = Threaded.context(machine)
  guard let callee = context.pointee.pushQuickly(pc, frame) else {
    return larmor_callSlowly(pc, frame, machine, table)
  }
  let start = context.pointee.start(of: pc.fieldC)
  let argumentCount = pc.argumentCount
  if argumentCount > 0 {
    callee[0] = frame[pc.lane(0)]
    if argumentCount > 1 {
      callee[1] = frame[pc.lane(1)]
      if argumentCount > 2 {
        var index = 2
        repeat {
          callee[index] = frame[pc.lane(index)]
          index &+= 1
        } while index < argumentCount
      }
    }
  }
  return Threaded.proceed(start, callee, machine, table)
}

@c func larmor_callValue(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  guard Threaded.spend(machine) else { return larmor_outOfBudget(pc, frame, machine, table) }
  Threaded.charge(pc, machine)
  return larmor_callSlowly(pc, frame, machine, table)
}

/// A call, which has been counted, whatever it hands over.
@inline(never)
@c func larmor_callSlowly(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  guard Threaded.context(machine).pointee.enterCallee(pc, frame) else {
    return larmor_raise(pc, frame, machine, table)
  }
  return Threaded.proceed(
    Threaded.context(machine).pointee.pc, Threaded.context(machine).pointee.frame, machine, table)
}

@c func larmor_callHost(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.charge(pc, machine)
  return Threaded.context(machine).pointee.suspend(pc, frame, .hostCall).rawValue
}

@c func larmor_returnSlots(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.charge(pc, machine)
  // The header in halves, as it was written.
  let header = UnsafeRawPointer(frame - 2)
  guard header.load(fromByteOffset: 6, as: UInt16.self) == 0, pc.fieldA == 1 else {
    return larmor_returnSlowly(pc, frame, machine, table)
  }
  let context = Threaded.context(machine)
  let call = context.pointee.code + Int(truncatingIfNeeded: header.load(as: UInt32.self))
  let caller =
    context.pointee.stack
    + Int(truncatingIfNeeded: header.load(fromByteOffset: 8, as: UInt32.self))
  let argumentCount = call.argumentCount
  context.pointee.top = frame - 2
  caller[call.lane(argumentCount)] = frame[pc.lane(0)]
  return Threaded.proceed(call + (2 + argumentCount / 4), caller, machine, table)
}

/// Returns from a frame that owns arrays or that the host entered, or not with one result.
@inline(never)
@c func larmor_returnSlowly(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  guard frame[-2] &>> 48 == 0 else { return larmor_returnFromFlagged(pc, frame, machine, table) }
  let (next, caller) = Threaded.context(machine).pointee.returnQuickly(pc, frame)
  return Threaded.proceed(next, caller, machine, table)
}

/// Returns from a frame that owns arrays or that the host entered.
@inline(never)
@c func larmor_returnFromFlagged(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  let context = Threaded.context(machine)
  if context.pointee.finishQuickly(pc, frame) { return Signal.finished.rawValue }
  if context.pointee.returnSlowly(pc, frame) { return Signal.finished.rawValue }
  return Threaded.proceed(context.pointee.pc, context.pointee.frame, machine, table)
}

@c func larmor_deepen(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.charge(pc, machine)
  guard Threaded.context(machine).pointee.isDeepEnough(pc, frame) else {
    return Threaded.raise(Fault(.stackOverflow), pc, frame, machine, table)
  }
  return Threaded.proceed(pc + 1, frame, machine, table)
}
