package import Machine

/// Pairs of events, of a sorted `parallel`, of which the first one is queued and the second is not:
/// an error in between must not leave the output as it is then (rule 43).
struct OpenPulses {
  /// Half of the events that such a block has at most.
  static let countMax = 2_048

  /// What is still to be queued.
  struct Second {
    var time: Int64 = 0
    var address: Int64 = 0
    var value: UInt64 = 0
    var position: UInt64 = 0
    var channel: UInt16 = 0
  }

  private let seconds: UnsafeMutablePointer<Second>
  private var count = 0

  init() {
    seconds = .allocate(capacity: OpenPulses.countMax)
    seconds.initialize(repeating: Second(), count: OpenPulses.countMax)
  }

  func deallocate() { seconds.deallocate() }

  mutating func add(_ second: Second) {
    guard count < OpenPulses.countMax else { return }
    seconds[count] = second
    count += 1
  }

  /// Forgets one that ends at `time`.
  mutating func remove(channel: UInt16, address: Int64, at time: Int64) {
    for index in 0..<count {
      let second = seconds[index]
      guard second.time == time, second.channel == channel, second.address == address else {
        continue
      }
      return remove(at: index)
    }
  }

  /// The one that ends first, of several at one tick that begun first; nil if none is open.
  var next: (index: Int, second: Second)? {
    var first: Int?
    for index in 0..<count where first.map({ seconds[index].time < seconds[$0].time }) ?? true {
      first = index
    }
    return first.map { ($0, seconds[$0]) }
  }

  /// The others stay in the order in which they began.
  mutating func remove(at index: Int) {
    for later in (index + 1)..<max(index + 1, count) { seconds[later - 1] = seconds[later] }
    count -= 1
  }

  mutating func removeAll() { count = 0 }
}

extension Timeline {
  /// Queues the first of two events; the second, which `end` queues, is due until then.
  package mutating func begin(
    channel: UInt16, address: Int64, value: UInt64, then second: UInt64, after: Int64,
    at time: Int64, position: UInt64
  ) -> PortOutcome {
    let outcome = output(
      channel: channel, address: address, value: value, at: time, position: position)
    let (end, overflow) = time.addingReportingOverflow(after)
    guard case .done = outcome, !recorder.isOpen, !overflow else { return outcome }
    pulses.add(
      OpenPulses.Second(
        time: end, address: address, value: second, position: position, channel: channel))
    return outcome
  }

  /// Queues the second of two events.
  package mutating func end(
    channel: UInt16, address: Int64, value: UInt64, at time: Int64, position: UInt64
  ) -> PortOutcome {
    let outcome = output(
      channel: channel, address: address, value: value, at: time, position: position)
    if case .done = outcome { pulses.remove(channel: channel, address: address, at: time) }
    return outcome
  }

  /// Queues the second events that are due: at their times, or where that is past or has no room,
  /// as soon after as there is.
  package mutating func endPulses() -> PortOutcome {
    while let (index, second) = pulses.next {
      guard resetTime == nil else { return stall(until: clockTime) }
      var time = second.time
      if time < clockTime { time = saturating(clockTime, plus: margin) }
      var attemptsLeft = lanes.laneCount
      attempts: while attemptsLeft > 0 {
        attemptsLeft -= 1
        let event = event(
          .write, second.channel, second.address, second.value, at: time, second.position)
        let place = lanes.place(event, needed: 1, mergingRepeats: true)
        switch place {
        case .lane, .instead, .repeated:
          accept(event, in: place)
          break attempts
        case .full(let room): return stall(until: saturating(room, plus: 1))
        case .outOfSequence: time = saturating(lanes.lastOfNext, plus: 1)
        case .collision: time = saturating(time, plus: 1)
        }
      }
      pulses.remove(at: index)
    }
    return .done
  }
}
