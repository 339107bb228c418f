// Time passing: what the clock has passed leaves the lanes, and the world goes along.

extension Timeline {
  /// Moves the clock on to `time`, or to where an awaited edge arrived or a stop is due; hands
  /// `channels` and `sink` all that it passed.
  package mutating func advance<Channels: ChannelPort, Sink: EventSink>(
    to time: Int64, _ channels: inout Channels, _ sink: inout Sink
  ) {
    if let resetTime {
      self.resetTime = nil
      discard(from: resetTime, &channels, &sink)
    }
    pass(to: clockTime, awaiting: nil, &channels, &sink)
    let time = min(time, criticalDepth == 0 ? stopTime ?? .max : .max)
    guard time > clockTime else { return }
    clockTime = pass(to: time, awaiting: awaited, &channels, &sink)
  }

  /// Moves the clock to the last queued event and hands it all out; then the lanes are empty.
  package mutating func drain<Channels: ChannelPort, Sink: EventSink>(
    _ channels: inout Channels, _ sink: inout Sink
  ) {
    advance(to: clockTime, &channels, &sink)
    if let last = lanes.lastTime, last > clockTime {
      clockTime = pass(to: last, awaiting: nil, &channels, &sink)
    }
    while let event = lanes.removeFirst() { emit(event, &channels, &sink) }
  }

  /// Drops what was queued for `time` or later, and forgets the input windows; gates that are open
  /// close at `time`.
  private mutating func discard<Channels: ChannelPort, Sink: EventSink>(
    from time: Int64, _ channels: inout Channels, _ sink: inout Sink
  ) {
    pass(to: time, awaiting: nil, &channels, &sink)
    while var event = lanes.removeFirst() {
      if event.kind == .close, inputs.isOpen(event.channel) {
        event.time = time
        emit(event, &channels, &sink)
      } else {
        session.account.discarded &+= 1
        sink.discarded(event)
      }
    }
    lanes.restart()
    inputs.restart(at: time)
  }

  /// Emits in order what is before `time`, the world going along; returns the time reached.
  @discardableResult
  private mutating func pass<Channels: ChannelPort, Sink: EventSink>(
    to time: Int64, awaiting awaited: UInt16?, _ channels: inout Channels, _ sink: inout Sink
  ) -> Int64 {
    while let next = lanes.firstTime, next < time {
      let reached = channels.advance(to: next, awaiting: awaited, into: &inputs)
      inputs.know(until: reached)
      guard reached >= next else { return reached }
      guard let event = lanes.removeFirst() else { break }
      emit(event, &channels, &sink)
    }
    let reached = channels.advance(to: time, awaiting: awaited, into: &inputs)
    inputs.know(until: reached)
    return reached
  }

  private mutating func emit<Channels: ChannelPort, Sink: EventSink>(
    _ event: OutputEvent, _ channels: inout Channels, _ sink: inout Sink
  ) {
    session.account.emitted &+= 1
    channels.emit(event)
    sink.emitted(event)
    switch event.kind {
    case .write: break
    case .open: inputs.open(event.channel, at: event.time)
    case .close:
      if let window = inputs.close(event.channel, at: event.time) { sink.closed(window) }
    }
  }
}
