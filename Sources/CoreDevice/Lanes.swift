/// The output queues: lanes in each of which times rise strictly (rule 44).
struct Lanes {
  /// Where an event can go.
  enum Place {
    case lane(Int)
    /// In the place of the queued event at that index of the storage.
    case instead(of: Int)
    /// Its lane is full, and has room for all that is needed once the clock is past `time`.
    case full(until: Int64)
    case outOfSequence
    /// It is what an earlier call has put there.
    case repeated
    /// Another call has put something at that tick: where it stood in the code, and which call it
    /// was.
    case collision(position: UInt64, call: UInt32)
  }

  let laneCount: Int
  let depth: Int
  private let events: UnsafeMutablePointer<OutputEvent>
  private let heads: UnsafeMutablePointer<Int>
  private let counts: UnsafeMutablePointer<Int>
  /// The last time put into each lane, also when that event has left.
  private let lasts: UnsafeMutablePointer<Int64>
  private var current = 0
  /// The lane of the earliest event, of several on one tick the one accepted first; meaningless
  /// while there is none.
  private var first = 0
  /// No event has been queued for a later time.
  private var lastOfAll = Int64.min
  private var nextOrder: UInt64 = 0
  private(set) var count = 0

  init(laneCount: Int, depth: Int) {
    self.laneCount = laneCount
    self.depth = depth
    let none = OutputEvent(
      time: 0, channel: 0, kind: .write, address: 0, value: 0, slack: 0, position: 0, call: 0)
    events = .allocate(capacity: laneCount * depth)
    events.initialize(repeating: none, count: laneCount * depth)
    heads = .allocate(capacity: laneCount)
    heads.initialize(repeating: 0, count: laneCount)
    counts = .allocate(capacity: laneCount)
    counts.initialize(repeating: 0, count: laneCount)
    lasts = .allocate(capacity: laneCount)
    lasts.initialize(repeating: .min, count: laneCount)
  }

  func deallocate() {
    events.deallocate()
    heads.deallocate()
    counts.deallocate()
    lasts.deallocate()
  }

  /// Where `event` goes, with room for `needed` events in its lane.
  ///
  /// Mutating only so that it is done in place, not on a copy.
  mutating func place(_ event: OutputEvent, needed: Int, mergingRepeats: Bool) -> Place {
    var lane = event.time > lastOfAll ? laneCount : 0
    while lane < laneCount {
      if counts[lane] > 0, lasts[lane] >= event.time, let index = find(event, in: lane) {
        let earlier = events[index]
        if earlier.call == event.call { return .instead(of: index) }
        if mergingRepeats, event.kind == .write, earlier.value == event.value {
          return .repeated
        }
        return .collision(position: earlier.position, call: earlier.call)
      }
      lane += 1
    }
    lane = current
    if event.time <= lasts[lane] {
      lane = current + 1 == laneCount ? 0 : current + 1
      guard event.time > lasts[lane] else { return .outOfSequence }
    }
    let excess = counts[lane] + needed - depth
    guard excess <= 0 else { return .full(until: events[index(of: excess - 1, in: lane)].time) }
    return .lane(lane)
  }

  /// The last time in the lane that an event goes to for which the current one ends too late.
  var lastOfNext: Int64 { lasts[current + 1 == laneCount ? 0 : current + 1] }

  /// Queues `event` at the end of `lane`, which is current from now on.
  mutating func append(_ event: OutputEvent, to lane: Int) {
    var slot = heads[lane] + counts[lane]
    if slot >= depth { slot -= depth }
    let index = lane * depth + slot
    events[index] = event
    events[index].order = nextOrder
    nextOrder &+= 1
    counts[lane] += 1
    lasts[lane] = event.time
    lastOfAll = max(lastOfAll, event.time)
    if count == 0 || event.time < events[head(of: first)].time { first = lane }
    current = lane
    count += 1
  }

  /// Puts `event` in the place of the queued one at `index`, whose place in the order it takes.
  mutating func replace(at index: Int, with event: OutputEvent) {
    let order = events[index].order
    events[index] = event
    events[index].order = order
  }

  /// The time of the earliest event; nil if there is none.
  var firstTime: Int64? { count > 0 ? events[head(of: first)].time : nil }

  /// The time of the latest event; nil if there is none.
  var lastTime: Int64? {
    guard count > 0 else { return nil }
    var last = Int64.min
    for lane in 0..<laneCount where counts[lane] > 0 { last = max(last, lasts[lane]) }
    return last
  }

  /// Takes out the earliest event, of several on one tick the one accepted first.
  mutating func removeFirst() -> OutputEvent? {
    guard count > 0 else { return nil }
    let lane = first
    let event = events[head(of: lane)]
    heads[lane] = heads[lane] + 1 == depth ? 0 : heads[lane] + 1
    counts[lane] -= 1
    count -= 1
    if count > counts[lane] { findFirst() }
    return event
  }

  /// Forgets the times of what was queued; the lanes must be empty.
  mutating func restart() {
    for lane in 0..<laneCount { lasts[lane] = .min }
    lastOfAll = .min
    current = 0
  }

  /// Where several lanes have events, and one of them has lost its earliest.
  private mutating func findFirst() {
    var earliest: (time: Int64, order: UInt64)?
    for lane in 0..<laneCount where counts[lane] > 0 {
      let event = events + head(of: lane)
      if let earliest, (event.pointee.time, event.pointee.order) > earliest { continue }
      earliest = (event.pointee.time, event.pointee.order)
      first = lane
    }
  }

  /// The index of the earliest event in `lane`.
  private func head(of lane: Int) -> Int { lane * depth + heads[lane] }

  /// The index of the event in `lane` that writes to the same place at the same tick.
  private mutating func find(_ event: OutputEvent, in lane: Int) -> Int? {
    var low = 0
    var high = counts[lane]
    while low < high {
      let middle = (low + high) / 2
      if events[index(of: middle, in: lane)].time < event.time {
        low = middle + 1
      } else {
        high = middle
      }
    }
    guard low < counts[lane] else { return nil }
    let found = index(of: low, in: lane)
    return events[found].time == event.time && events[found].meets(event) ? found : nil
  }

  private func index(of position: Int, in lane: Int) -> Int {
    let slot = heads[lane] + position
    return lane * depth + (slot >= depth ? slot - depth : slot)
  }
}
