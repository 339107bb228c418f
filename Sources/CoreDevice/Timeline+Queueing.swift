import Bytecode
import Machine

// Queueing: which events the lanes admit, which wait for room, and which are refused.

extension Timeline {
  enum Admission {
    case placed(Lanes.Place)
    case wait(until: Int64)
    case refused(Fault)
  }

  @inline(__always)
  func event(
    _ kind: OutputEvent.Kind, _ channel: UInt16, _ address: Int64, _ value: UInt64, at time: Int64,
    _ position: UInt64
  ) -> OutputEvent {
    OutputEvent(
      time: time, channel: channel, kind: kind, address: address, value: value,
      slack: time.subtractingReportingOverflow(clockTime).partialValue, position: position,
      call: call)
  }

  /// Queues both or neither.
  ///
  /// `second` is later than `first`.
  mutating func queue(_ first: OutputEvent, _ second: OutputEvent) -> PortOutcome {
    let place: Lanes.Place
    switch admit(first, needed: 2) {
    case .refused(let fault): return refuse(fault)
    case .wait(let time): return stall(until: time)
    case .placed(let admitted): place = admitted
    }
    // A first event at the end of a lane is followed there by the second, unless that one replaces
    // another.
    let secondPlace = lanes.place(second, needed: 1, mergingRepeats: isCleanup)
    switch (place, secondPlace) {
    case (.lane(let lane), .lane), (.lane(let lane), .full), (.lane(let lane), .outOfSequence):
      accept(first, in: place)
      accept(second, in: .lane(lane))
    case (_, .instead), (_, .repeated), (_, .lane):
      accept(first, in: place)
      accept(second, in: secondPlace)
    case (_, .collision), (_, .outOfSequence), (_, .full):
      switch admission(of: second, to: secondPlace) {
      case .refused(let fault): return refuse(fault)
      case .wait(let time): return stall(until: time)
      case .placed: preconditionFailure("such a place admits nothing")
      }
    }
    hasWaited = false
    return .done
  }

  /// Why nothing can be written to `address`: there is no such output.
  @inline(__always)
  func refusal(of channel: UInt16, _ address: Int64) -> Fault? {
    let number = Int(channel)
    guard number < outputCounts.count, outputCounts[number] > 0 else { return nil }
    guard address < 0 || address >= Int64(outputCounts[number]) else { return nil }
    return Fault(.indexOutOfRange, UInt64(bitPattern: address), UInt64(outputCounts[number]))
  }

  @inline(__always)
  func lateness(of event: OutputEvent) -> Fault? {
    guard event.time < clockTime else { return nil }
    return Fault(
      .underflow, UInt64(event.channel), UInt64(bitPattern: event.time),
      UInt64(bitPattern: event.slack))
  }

  /// Where `event` goes; mutating only so that it is done in place, not on a copy of the timeline.
  mutating func admit(_ event: OutputEvent, needed: Int = 1) -> Admission {
    if let fault = lateness(of: event) { return .refused(fault) }
    return admission(of: event, to: lanes.place(event, needed: needed, mergingRepeats: isCleanup))
  }

  private func admission(of event: OutputEvent, to place: Lanes.Place) -> Admission {
    switch place {
    case .lane, .instead, .repeated: return .placed(place)
    case .full(let time): return .wait(until: saturating(time, plus: 1))
    case .outOfSequence:
      return .refused(
        Fault(.sequenceError, UInt64(event.channel), UInt64(bitPattern: event.time), 1))
    case .collision(let position, let call):
      return .refused(
        Fault(
          .collision, UInt64(event.channel), UInt64(bitPattern: event.time), position,
          UInt64(call)))
    }
  }

  mutating func accept(_ event: OutputEvent, in place: Lanes.Place) {
    switch place {
    case .lane(let lane):
      lanes.append(event, to: lane)
      session.account.accepted &+= 1
    case .instead(let index):
      lanes.replace(at: index, with: event)
      session.account.replaced &+= 1
    case .repeated: session.account.replaced &+= 1
    case .full, .outOfSequence, .collision:
      preconditionFailure("only an admitted place is accepted")
    }
  }

  mutating func refuse(_ fault: Fault) -> PortOutcome {
    hasWaited = false
    return .fault(fault)
  }

  /// A full lane holds the kernel up, but not its cursor: it is still ahead.
  mutating func stall(until time: Int64) -> PortOutcome {
    waitsUntil = max(time, clockTime)
    awaited = nil
    return .wait
  }

  mutating func wait(until time: Int64) {
    waitsUntil = max(time, clockTime)
    awaited = nil
    if waitsUntil > clockTime { hasWaited = true }
  }

  mutating func finishWaiting() {
    if hasWaited { catchUp() }
    hasWaited = false
  }
}
