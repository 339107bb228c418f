/// The input FIFOs: for each gated channel its windows in order, each with an exact count and its
/// first edges (rule 51).
///
/// The world puts edges in; kernels read a window one way or the other, by its count or edge by
/// edge.
package struct InputQueues {
  /// What a read found.
  enum Reading {
    case entry(time: Int64, value: Int64)
    case nothing
    /// An edge was asked for that was not kept.
    case lost
    /// The answer is known once the inputs are known up to `time`.
    case later(Int64)
  }

  private struct Edge {
    var time: Int64
    var rising: Bool
  }

  private struct Window {
    var open: Int64 = 0
    var close: Int64 = 0
    var count: Int64 = 0
    var firstLost: Int64 = 0
    var kept = 0
    var read = 0
  }

  /// What a converter, a bus or a camera found out.
  private struct Sample {
    var time: Int64 = 0
    var address: Int64 = 0
    var value: Int64 = 0
  }

  private struct Channel {
    var number: UInt16 = 0
    var head = 0
    var unread = 0
    /// The window, counted from the head, that the next edge cannot be before.
    var filling = 0
    /// No gate may open before it.
    var busyUntil = Int64.min
    /// The gate as the world has it, for the trace: independent of what has been read.
    var isOpen = false
    var opened: Int64 = 0
    var count: Int64 = 0
    /// Readings that have not been read, the oldest first, and when one was lost for want of room.
    var sampleCount = 0
    var lostSample = Int64.max
  }

  private let depth: Int
  private let capacity: Int
  private let channels: UnsafeMutablePointer<Channel>
  private let windows: UnsafeMutablePointer<Window>
  private let edges: UnsafeMutablePointer<Edge>
  private let samples: UnsafeMutablePointer<Sample>
  private var channelCount = 0
  /// Every edge before this time is in its window.
  private(set) var knownUntil: Int64 = 0

  init(channelCount: Int, depth: Int) {
    capacity = channelCount
    self.depth = depth
    channels = .allocate(capacity: capacity)
    channels.initialize(repeating: Channel(), count: capacity)
    windows = .allocate(capacity: capacity * depth)
    windows.initialize(repeating: Window(), count: capacity * depth)
    edges = .allocate(capacity: capacity * depth * depth)
    edges.initialize(repeating: Edge(time: 0, rising: true), count: capacity * depth * depth)
    samples = .allocate(capacity: capacity * depth)
    samples.initialize(repeating: Sample(), count: capacity * depth)
  }

  func deallocate() {
    channels.deallocate()
    windows.deallocate()
    edges.deallocate()
    samples.deallocate()
  }

  // MARK: The device's side

  /// Why a gate cannot be opened; nil if it can.
  mutating func refusal(of channel: UInt16, at open: Int64) -> Refusal? {
    guard let index = enter(channel) else { return .noSuchInput }
    guard open >= channels[index].busyUntil else { return .open(until: channels[index].busyUntil) }
    return channels[index].unread < depth ? nil : .full(count: depth)
  }

  enum Refusal {
    case noSuchInput
    /// The window would begin before the one before it has ended.
    case open(until: Int64)
    /// No more unread windows can be kept than these.
    case full(count: Int)
  }

  /// Enters a window that `refusal` had nothing against.
  mutating func append(channel: UInt16, open: Int64, close: Int64) {
    guard let index = enter(channel), channels[index].unread < depth else { return }
    var window = Window()
    window.open = open
    window.close = close
    windows[slot(channels[index].unread, of: index)] = window
    channels[index].unread += 1
    channels[index].busyUntil = close
  }

  /// Reads the oldest unread window by its count, not later than `until`.
  ///
  /// Windows read edge by edge so far are done with.
  mutating func readCount(of channel: UInt16, until: Int64) -> Reading {
    guard let index = entered(channel) else { return .nothing }
    var position = 0
    while position < channels[index].unread, windows[slot(position, of: index)].read > 0 {
      position += 1
    }
    guard position < channels[index].unread else { return .nothing }
    let window = windows[slot(position, of: index)]
    if window.close > until { return knownUntil >= until ? .nothing : .later(until) }
    guard knownUntil >= window.close else { return .later(window.close) }
    drop(position + 1, of: index)
    return .entry(time: window.close, value: window.count)
  }

  /// Reads the next edge of the oldest unread window, not later than `until`: its time, and 1 if it
  /// rises or 0 if it falls.
  ///
  /// A window without further edges is done with.
  mutating func readEdge(of channel: UInt16, until: Int64) -> Reading {
    guard let index = entered(channel), channels[index].unread > 0 else { return .nothing }
    let place = slot(0, of: index)
    let window = windows[place]
    if window.read < window.kept {
      let edge = edges[place * depth + window.read]
      guard edge.time <= until else { return .nothing }
      windows[place].read += 1
      return .entry(time: edge.time, value: edge.rising ? 1 : 0)
    }
    if window.count > Int64(window.kept) {
      guard window.firstLost <= until else { return .nothing }
      drop(1, of: index)
      return .lost
    }
    guard knownUntil < window.close else {
      drop(1, of: index)
      return .nothing
    }
    let asked = saturating(until, plus: 1)
    return knownUntil >= asked ? .nothing : .later(min(window.close, asked))
  }

  /// Reads the oldest reading at `address` (2 and above), not later than `until`.
  mutating func readSample(of channel: UInt16, address: Int64, until: Int64) -> Reading {
    if let index = entered(channel) {
      let base = index * depth
      var position = 0
      while position < channels[index].sampleCount {
        let sample = samples[base + position]
        if sample.address == address {
          guard sample.time <= until else { return .nothing }
          for later in (position + 1)..<max(position + 1, channels[index].sampleCount) {
            samples[base + later - 1] = samples[base + later]
          }
          channels[index].sampleCount -= 1
          return .entry(time: sample.time, value: sample.value)
        }
        position += 1
      }
      if channels[index].lostSample <= until {
        channels[index].lostSample = .max
        return .lost
      }
    }
    let asked = saturating(until, plus: 1)
    return knownUntil >= asked ? .nothing : .later(asked)
  }

  /// Forgets what has not been read; gates that are open or queued go on unheard.
  mutating func dropUnread() {
    for index in 0..<channelCount {
      drop(channels[index].unread, of: index)
      channels[index].sampleCount = 0
      channels[index].lostSample = .max
    }
  }

  /// Forgets all windows, also those still to come.
  mutating func restart(at time: Int64) {
    dropUnread()
    for index in 0..<channelCount { channels[index].busyUntil = time }
  }

  // MARK: The world's side

  /// Takes in an edge on `channel` at `time`; edges of a channel come in order.
  package mutating func receive(edgeAt time: Int64, rising: Bool, on channel: UInt16) {
    guard let index = entered(channel) else { return }
    channels[index].count &+= 1
    var filling = channels[index].filling
    while filling < channels[index].unread, windows[slot(filling, of: index)].close <= time {
      filling += 1
    }
    channels[index].filling = filling
    guard filling < channels[index].unread else { return }
    let place = slot(filling, of: index)
    guard windows[place].open <= time else { return }
    windows[place].count &+= 1
    if windows[place].kept < depth {
      edges[place * depth + windows[place].kept] = Edge(time: time, rising: rising)
      windows[place].kept += 1
    } else if windows[place].count == Int64(depth) + 1 {
      windows[place].firstLost = time
    }
  }

  /// Takes in a reading on `channel` at `time`; readings of a channel come in order.
  package mutating func receive(
    reading value: Int64, address: Int64, at time: Int64, on channel: UInt16
  ) {
    guard let index = enter(channel) else { return }
    let count = channels[index].sampleCount
    guard count < depth else {
      channels[index].lostSample = min(channels[index].lostSample, time)
      return
    }
    samples[index * depth + count] = Sample(time: time, address: address, value: value)
    channels[index].sampleCount = count + 1
  }

  /// Notes that the gate of `channel` opened at `time`.
  mutating func open(_ channel: UInt16, at time: Int64) {
    guard let index = enter(channel) else { return }
    channels[index].isOpen = true
    channels[index].opened = time
    channels[index].count = 0
  }

  /// Notes that the gate of `channel` closed at `time`, and returns what came in while it was open;
  /// nil if it was not.
  mutating func close(_ channel: UInt16, at time: Int64) -> InputWindow? {
    guard let index = entered(channel), channels[index].isOpen else { return nil }
    channels[index].isOpen = false
    return InputWindow(
      channel: channel, opened: channels[index].opened, closed: time, count: channels[index].count)
  }

  /// Whether the gate of `channel` is open.
  func isOpen(_ channel: UInt16) -> Bool {
    guard let index = entered(channel) else { return false }
    return channels[index].isOpen
  }

  /// Notes that every edge before `time` has been taken in.
  mutating func know(until time: Int64) { knownUntil = max(knownUntil, time) }

  // MARK: Places

  private func entered(_ channel: UInt16) -> Int? {
    for index in 0..<channelCount where channels[index].number == channel { return index }
    return nil
  }

  /// The entry of `channel`, made if it is new; nil if there are as many as there can be.
  private mutating func enter(_ channel: UInt16) -> Int? {
    if let index = entered(channel) { return index }
    guard channelCount < capacity else { return nil }
    channels[channelCount].number = channel
    channelCount += 1
    return channelCount - 1
  }

  private func slot(_ position: Int, of index: Int) -> Int {
    let slot = channels[index].head + position
    return index * depth + (slot >= depth ? slot - depth : slot)
  }

  private func drop(_ number: Int, of index: Int) {
    let head = channels[index].head + number
    channels[index].head = head >= depth ? head - depth : head
    channels[index].unread -= number
    channels[index].filling = max(0, channels[index].filling - number)
  }
}
