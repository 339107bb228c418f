import Bytecode
package import Machine

/// The recording that is open: its events in memory of the device's own.
struct Recording {
  enum Kind: UInt64 {
    case write = 0
    case gate
  }

  private let depth: Int
  private let events: UnsafeMutablePointer<RecordedEvent>
  private(set) var count = 0
  private(set) var isOpen = false
  /// Where the kernel's cursor was.
  private(set) var outerCursor: Int64 = 0

  init(depth: Int) {
    self.depth = depth
    events = .allocate(capacity: depth)
    events.initialize(
      repeating: RecordedEvent(time: 0, target: 0, address: 0, value: 0), count: depth)
  }

  func deallocate() { events.deallocate() }

  subscript(index: Int) -> RecordedEvent { events[index] }

  mutating func open(_ cursor: Int64) {
    isOpen = true
    count = 0
    outerCursor = cursor
  }

  mutating func close() {
    isOpen = false
    count = 0
  }

  mutating func add(
    _ kind: Kind, _ channel: UInt16, address: Int64, value: UInt64, at time: Int64
  ) -> PortOutcome {
    guard count < depth else { return .fault(Fault(.outOfMemory)) }
    let target = UInt64(channel) | kind.rawValue &<< 16 | UInt64(count) &<< 32
    events[count] = RecordedEvent(time: time, target: target, address: address, value: value)
    count += 1
    return .done
  }

  /// Adds both events or neither.
  mutating func add(
    _ channel: UInt16, address: Int64, value: UInt64, at time: Int64, then second: UInt64,
    at end: Int64
  ) -> PortOutcome {
    guard count + 1 < depth else { return .fault(Fault(.outOfMemory)) }
    _ = add(.write, channel, address: address, value: value, at: time)
    return add(.write, channel, address: address, value: second, at: end)
  }

  /// Puts the events in order of time, those of one tick in the order of recording: a heap sort,
  /// which needs no memory, unless they are in order already.
  mutating func sort() {
    var isSorted = true
    var index = 1
    while index < count, isSorted {
      isSorted = !precedes(index, index - 1)
      index += 1
    }
    guard !isSorted else { return }
    var root = count / 2
    while root > 0 {
      root -= 1
      sift(root, below: count)
    }
    var end = count
    while end > 1 {
      end -= 1
      swap(0, end)
      sift(0, below: end)
    }
  }

  private func precedes(_ a: Int, _ b: Int) -> Bool {
    events[a].time < events[b].time
      || (events[a].time == events[b].time && events[a].target &>> 32 < events[b].target &>> 32)
  }

  private func swap(_ a: Int, _ b: Int) {
    let event = events[a]
    events[a] = events[b]
    events[b] = event
  }

  private func sift(_ start: Int, below end: Int) {
    var root = start
    while 2 * root + 1 < end {
      var child = 2 * root + 1
      if child + 1 < end, precedes(child, child + 1) { child += 1 }
      guard precedes(root, child) else { return }
      swap(root, child)
      root = child
    }
  }
}

/// Recordings that are being played: events that have not been queued yet.
struct Playback {
  static let partCountMax = 64

  private struct Part {
    var next = 0
    var end = 0
    var base: Int64 = 0
    var position: UInt64 = 0
  }

  private let depth: Int
  private let events: UnsafeMutablePointer<RecordedEvent>
  private let parts: UnsafeMutablePointer<Part>
  private var partCount = 0
  private var used = 0

  init(depth: Int) {
    self.depth = depth
    events = .allocate(capacity: depth)
    events.initialize(
      repeating: RecordedEvent(time: 0, target: 0, address: 0, value: 0), count: depth)
    parts = .allocate(capacity: Playback.partCountMax)
    parts.initialize(repeating: Part(), count: Playback.partCountMax)
  }

  func deallocate() {
    events.deallocate()
    parts.deallocate()
  }

  var isEmpty: Bool { partCount == 0 }

  /// Whether `count` more events can wait.
  func hasRoom(for count: Int) -> Bool {
    partCount < Playback.partCountMax && count <= depth - used
  }

  mutating func add(
    _ count: Int, at base: Int64, position: UInt64, _ event: (Int) -> RecordedEvent
  ) {
    guard count > 0, hasRoom(for: count) else { return }
    for index in 0..<count { events[used + index] = event(index) }
    parts[partCount] = Part(next: used, end: used + count, base: base, position: position)
    partCount += 1
    used += count
  }

  /// The next event in time, of several at one tick that of the recording played first; nil if all
  /// are queued.
  ///
  /// Its time is that on the timeline.
  var next: (part: Int, event: RecordedEvent, position: UInt64)? {
    var first: Int?
    var time: Int64 = 0
    for index in 0..<partCount where parts[index].next < parts[index].end {
      let own = parts[index].base &+ events[parts[index].next].time
      if first == nil || own < time {
        first = index
        time = own
      }
    }
    guard let first else { return nil }
    var event = events[parts[first].next]
    event.time = time
    return (first, event, parts[first].position)
  }

  /// The next event of `part` is queued.
  mutating func advance(_ part: Int) {
    parts[part].next += 1
    if parts[part].next == parts[part].end { tidy() }
  }

  /// Forgets the rest of `part`.
  mutating func drop(_ part: Int) {
    parts[part].next = parts[part].end
    tidy()
  }

  mutating func dropAll() {
    partCount = 0
    used = 0
  }

  private mutating func tidy() {
    for index in 0..<partCount where parts[index].next < parts[index].end { return }
    dropAll()
  }
}

extension Timeline {
  /// Outputs and gates go into a recording, whose cursor is at 0.
  package mutating func beginRecording() -> PortOutcome {
    guard !recorder.isOpen else { return .fault(Fault(.limitExceeded)) }
    recorder.open(cursor())
    moveCursor(to: 0)
    return .done
  }

  /// Puts what has been recorded in order of time.
  package mutating func sortRecording() -> Int {
    recorder.sort()
    return recorder.count
  }

  /// One of the events recorded.
  package func recorded(_ index: Int) -> RecordedEvent { recorder[index] }

  /// Closes the recording and gives the cursor back; returns where its own was.
  package mutating func endRecording() -> Int64 {
    guard recorder.isOpen else { return 0 }
    let duration = cursor()
    moveCursor(to: recorder.outerCursor)
    recorder.close()
    return duration
  }

  /// Has `count` events queued from the cursor on: into the recording that is open, or in order of
  /// time with what else is queued.
  package mutating func play(
    _ count: Int, position: UInt64, _ event: (Int) -> RecordedEvent
  ) -> PortOutcome {
    guard count > 0 else { return .done }
    let base = cursor()
    guard !base.addingReportingOverflow(event(0).time).overflow,
      !base.addingReportingOverflow(event(count - 1).time).overflow
    else { return .fault(Fault(.arithmeticOverflow)) }
    if recorder.isOpen {
      for index in 0..<count {
        let event = event(index)
        let outcome = recorder.add(
          Recording.Kind(rawValue: event.target &>> 16 & 0xFF) ?? .write,
          UInt16(truncatingIfNeeded: event.target), address: event.address, value: event.value,
          at: base + event.time)
        guard case .done = outcome else { return outcome }
      }
      return .done
    }
    // No room: what is played already has to be queued first.
    if !playback.hasRoom(for: count), let outcome = feed(until: .max) { return outcome }
    guard playback.hasRoom(for: count) else { return .fault(Fault(.outOfMemory)) }
    playback.add(count, at: base, position: position, event)
    return .done
  }

  /// Waits until all that is played is queued.
  package mutating func flushPlays() -> PortOutcome { feed(until: .max) ?? .done }

  /// Forgets what is played and not queued.
  package mutating func dropPlays() { playback.dropAll() }

  /// Queues what is played up to `limit`; nil once that is done, else what it has to wait for or
  /// the error, with which a recording ends.
  mutating func feed(until limit: Int64) -> PortOutcome? {
    guard !playback.isEmpty else { return nil }
    while let next = playback.next, next.event.time <= limit {
      let channel = UInt16(truncatingIfNeeded: next.event.target)
      let outcome: PortOutcome
      switch Recording.Kind(rawValue: next.event.target &>> 16 & 0xFF) {
      case .gate:
        outcome = open(
          channel, UInt16(truncatingIfNeeded: next.event.address), at: next.event.time,
          Int64(truncatingIfNeeded: next.event.value), next.position)
      case .write, nil:
        outcome = write(
          channel, next.event.address, next.event.value, at: next.event.time, next.position)
      }
      switch outcome {
      case .done: playback.advance(next.part)
      case .wait: return .wait
      case .fault(let fault):
        playback.drop(next.part)
        return .fault(fault)
      }
    }
    return nil
  }
}
