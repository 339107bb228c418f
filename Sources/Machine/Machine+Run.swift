package import Bytecode

extension Machine {
  /// What has become of an operation on the timeline.
  @usableFromInline
  enum Step {
    case done, wait
    case fault(Fault)
  }

  /// Runs until there is a reason to stop.
  @inlinable
  package mutating func run<Port: DevicePort>(port: inout Port) -> Exit {
    var signal = resume() ?? enterCode(&port)
    while true {
      if ticks != 0 {
        port.charge(ticks)
        ticks = 0
      }
      switch signal {
      case .device: break
      case .waiting: return .waiting
      case .finished: return .finished
      case .failed: return .failed(fault)
      case .hostCall: return .hostCall(index: hostCallIndex)
      case .interrupted: return .interrupted
      case .outOfBudget: return .outOfBudget
      }
      signal = performApart(&port) ?? enterCode(&port)
    }
  }

  /// Does the operation on the timeline at `pc`, where no `performer` does; a signal if the code is
  /// left then.
  @inlinable
  @inline(never)
  mutating func performApart<Port: DevicePort>(_ port: inout Port) -> Signal? {
    settle(perform(&port))
  }

  /// Runs instructions, with `port` for those on the timeline if it can do them where they stand.
  @inlinable
  mutating func enterCode<Port: DevicePort>(_ port: inout Port) -> Signal {
    guard let performer = Port.performer else { return execute() }
    return withUnsafeMutablePointer(to: &port) { pointer in
      self.performer = performer
      devicePort = UnsafeMutableRawPointer(pointer)
      let signal = execute()
      self.performer = nil
      devicePort = nil
      return signal
    }
  }

  /// What a `performer` does: the operation on the timeline at `pc`; the raw value of the signal
  /// with which the code is left, or `goesOn`, and the machine stands where it goes on.
  @inlinable
  package mutating func performWithin<Port: DevicePort>(_ port: inout Port) -> UInt8 {
    if ticks != 0 {
      port.charge(ticks)
      ticks = 0
    }
    var step = perform(&port)
    while case .wait = step, port.passWait() { step = perform(&port) }
    if case .done = step { return Threaded.goesOn }
    return settle(step)?.rawValue ?? Threaded.goesOn
  }

  /// What comes after an operation on the timeline; nil: the next one, or where its error is
  /// caught.
  @usableFromInline
  mutating func settle(_ step: Step) -> Signal? {
    switch step {
    case .done: return nil
    case .wait:
      phase = .waiting
      return .waiting
    case .fault(let raised):
      guard raise(raised) else { return .failed }
      budget &-= 1
      guard budget < 0 else { return nil }
      budget = 0
      return .outOfBudget
    }
  }

  /// Takes up what was suspended; a signal if there is nothing to run.
  @usableFromInline
  mutating func resume() -> Signal? {
    switch phase {
    case .idle, .finished: return .finished
    case .failed: return .failed
    case .ready, .waiting, .hostCall, .interrupted: break
    }
    if let raised = pendingFault {
      pendingFault = nil
      return raise(raised) ? nil : .failed
    }
    switch phase {
    case .hostCall: finishHostCall()
    case .interrupted:
      isAtSafePoint = true
      budget = max(budget, 1)
    case .idle, .ready, .waiting, .finished, .failed: break
    }
    phase = .ready
    return nil
  }

  /// The host call that the machine is suspended in.
  @usableFromInline var hostCallIndex: Int { pc.pointee.fieldC }

  /// The operation at `pc`.
  package var operation: Opcode { pc.pointee.verifiedOpcode }

  /// The device's number of the channel that the operation at `pc` names.
  @inline(__always)
  @usableFromInline var channelNumber: UInt16 { image.view.channel(pc.pointee.fieldA).number }

  /// Slot `lane` of the operation's second word; nil for none.
  @inlinable
  @inline(__always)
  func eventSlot(_ lane: Int) -> Int? {
    let slot = pc.lane(lane)
    return slot == 0xFFFF ? nil : slot
  }

  /// Does the operation on the timeline at `pc`, and steps over it unless it has to be done again.
  @inlinable
  mutating func perform<Port: DevicePort>(_ port: inout Port) -> Step {
    let word = pc.pointee
    switch operation {
    case .now: frame.set(word.fieldA, port.cursor())
    case .clock: frame.set(word.fieldA, port.clock())
    case .delay:
      let (time, overflow) = port.cursor().addingReportingOverflow(frame.integer(word.fieldA))
      if overflow { return .fault(Fault(.arithmeticOverflow)) }
      port.moveCursor(to: time)
    case .moveTo: port.moveCursor(to: frame.integer(word.fieldA))
    case .waitUntil: return step(1, port.waitUntil(frame.integer(word.fieldA)))
    case .realtime: port.realtime()
    case .catchUp: port.catchUp()
    case .resetTimeline: port.resetTimeline()
    case .enterCritical: port.enterCritical()
    case .leaveCritical: port.leaveCritical()
    case .shouldPause: frame.set(word.fieldA, port.shouldPause())
    case .output:
      let outcome = port.output(
        channel: channelNumber, address: frame.integer(word.fieldB), value: eventValue(word.fieldC),
        at: port.cursor(),
        position: position)
      return step(1, outcome)
    case .outputExtended: return performOutput(&port)
    case .gate:
      guard let time = eventTime(&port) else { return .fault(Fault(.arithmeticOverflow)) }
      let edges = UInt16(truncatingIfNeeded: word.fieldC | pc.lane(3))
      let outcome = port.gate(
        channel: channelNumber, edges: edges, at: time, duration: frame.integer(word.fieldB),
        position: position)
      return step(2, outcome)
    case .input: return performInput(&port)
    case .beginRecord: return step(1, port.beginRecording())
    case .endRecord: return endRecording(&port)
    case .abortRecord: _ = port.endRecording()
    case .play: return play(&port)
    case .flushPlays: return step(1, port.flushPlays())
    case .dropPlays: port.dropPlays()
    case .endPulses: return step(1, port.endPulses())
    default: break  // Only operations on the timeline are handed over by the loop.
    }
    pc += 1
    return .done
  }

  @inlinable
  mutating func step(_ wordCount: Int, _ outcome: PortOutcome) -> Step {
    switch outcome {
    case .done:
      pc += wordCount
      return .done
    case .wait: return .wait
    case .fault(let fault): return .fault(fault)
    }
  }

  /// What is in slot `slot`, with any NaN as the machine's one: processors differ in its sign.
  ///
  /// Mutating, as what it calls, only so that it is done in place: of a machine that is not changed
  /// the compiler may make a copy.
  @inlinable
  @inline(__always)
  mutating func eventValue(_ slot: Int) -> UInt64 {
    let word = frame[slot]
    // A number that only looks like one stays what it is.
    guard word & 0x7FF0_0000_0000_0000 == 0x7FF0_0000_0000_0000 else { return word }
    return canonicalEventValue(slot)
  }

  @usableFromInline
  @inline(never)
  mutating func canonicalEventValue(_ slot: Int) -> UInt64 {
    guard slotType(slot, in: frame).kind == .float else { return frame[slot] }
    return Arithmetic.canonical(frame.float(slot)).bitPattern
  }

  /// The cursor, moved by the operation's offset.
  @inlinable
  @inline(__always)
  func eventTime<Port: DevicePort>(_ port: inout Port) -> Int64? {
    guard let offset = eventSlot(0) else { return port.cursor() }
    let (time, overflow) = port.cursor().addingReportingOverflow(frame.integer(offset))
    return overflow ? nil : time
  }

  @inlinable
  mutating func performOutput<Port: DevicePort>(_ port: inout Port) -> Step {
    let word = pc.pointee
    guard let time = eventTime(&port) else { return .fault(Fault(.arithmeticOverflow)) }
    let address = frame.integer(word.fieldB)
    let part = UInt16(truncatingIfNeeded: pc.lane(3))
    guard let second = eventSlot(1), let after = eventSlot(2) else {
      if part == ImageFormat.secondEvent {
        let outcome = port.end(
          channel: channelNumber, address: address, value: eventValue(word.fieldC), at: time,
          position: position)
        return step(2, outcome)
      }
      let outcome = port.output(
        channel: channelNumber, address: address, value: eventValue(word.fieldC), at: time,
        position: position)
      return step(2, outcome)
    }
    if part == ImageFormat.firstEvent {
      let outcome = port.begin(
        channel: channelNumber, address: address, value: eventValue(word.fieldC),
        then: eventValue(second),
        after: frame.integer(after), at: time, position: position)
      return step(2, outcome)
    }
    let outcome = port.output(
      channel: channelNumber, address: address, value: eventValue(word.fieldC),
      then: eventValue(second),
      after: frame.integer(after), at: time, position: position)
    return step(2, outcome)
  }

  @inlinable
  mutating func performInput<Port: DevicePort>(_ port: inout Port) -> Step {
    let word = pc.pointee
    let outcome = port.input(
      channel: channelNumber, address: frame.integer(word.fieldB),
      until: frame.integer(word.fieldC),
      position: position)
    switch outcome {
    case .entry(let timestamp, let value): storeInput(true, timestamp, value)
    case .nothing: storeInput(false, 0, 0)
    case .wait: return .wait
    case .fault(let fault): return .fault(fault)
    }
    pc += 2
    return .done
  }

  @inlinable
  func storeInput(_ came: Bool, _ timestamp: Int64, _ value: Int64) {
    if let slot = eventSlot(0) { frame.set(slot, came) }
    if let slot = eventSlot(1) { frame.set(slot, timestamp) }
    if let slot = eventSlot(2) { frame.set(slot, value) }
  }
}
