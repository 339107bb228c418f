import Bytecode
package import Machine

/// The timeline: the cursor and the account of the session, the device's clock, the output lanes
/// and the input FIFOs.
///
/// A pure state machine without a world: it queues, refuses and answers, and where an operation
/// must wait it says for what; `advance` hands the world what the clock has passed. The clock is
/// virtual: charges and waiting move it.
///
/// An event at time t is due once the clock is past t, so that at t itself it can still be queued
/// or replaced; a window that ends at t is complete once the clock has reached t.
package struct Timeline: DevicePort {
  /// The device's time.
  ///
  /// What it has passed may still be in the lanes, until `advance`.
  var clockTime: Int64 = 0
  private var cursorTime: Int64 = 0
  var lanes: Lanes
  var inputs: InputQueues
  /// The session whose kernels queue events.
  package internal(set) var session = Session(number: 0)
  /// The number of the kernel call that runs, or ran last.
  package private(set) var call: UInt32 = 0
  /// It may write again what an earlier call has written on the same tick.
  var isCleanup = false
  /// Whether the operation that is being tried again has let time pass.
  var hasWaited = false
  /// An input on which an edge ends the waiting.
  var awaited: UInt16?
  let margin: Int64
  let outputCounts: UnsafeMutableBufferPointer<Int>
  /// The kernel that runs keeps its cursor where it is.
  private var isSeamless = false
  /// How waits are passed while a kernel runs; nil: who runs the device does it.
  var passing: Passing?
  var recorder: Recording
  var playback: Playback
  var pulses = OpenPulses()

  /// When `resetTimeline` was called, until what it drops has been dropped.
  var resetTime: Int64?

  /// What an operation that answered `.wait` waits for: that the clock reaches this time, and the
  /// world with it.
  package internal(set) var waitsUntil: Int64 = 0
  /// Whatever runs is to stop once the clock has reached it; nil: no stop was requested.
  var stopTime: Int64?
  /// Whatever runs is to stop at its next safe point, since a `send` of it has failed.
  private var failureIsRequested = false
  /// How many `critical` blocks run inside each other: no stop arrives there, and nothing catches
  /// up by itself.
  var criticalDepth = 0
  /// Asked by the machine at its safe points: not 0 while a stop is requested, so that each of them
  /// is reported, with the clock as it is there.
  let stopFlag: UnsafeMutablePointer<UInt32>

  /// A timeline at time 0 with empty queues; all its memory is taken here.
  package init(_ parameters: DeviceParameters) {
    margin = parameters.margin
    outputCounts = .allocate(capacity: parameters.outputCounts.count)
    _ = outputCounts.initialize(from: parameters.outputCounts)
    lanes = Lanes(laneCount: parameters.laneCount, depth: parameters.laneDepth)
    inputs = InputQueues(channelCount: parameters.inputCount, depth: parameters.inputDepth)
    recorder = Recording(depth: parameters.recordingDepth)
    playback = Playback(depth: parameters.recordingDepth)
    stopFlag = .allocate(capacity: 1)
    stopFlag.initialize(to: 0)
  }

  /// Gives back the memory; the timeline must not be used any more.
  package func deallocate() {
    lanes.deallocate()
    inputs.deallocate()
    recorder.deallocate()
    playback.deallocate()
    pulses.deallocate()
    stopFlag.deallocate()
    outputCounts.deallocate()
  }

  /// What became of the events so far.
  package var account: Account {
    var account = session.account
    account.queued = UInt64(lanes.count)
    return account
  }

  // MARK: Sessions and kernel calls

  /// Opens the next session, with an empty account.
  ///
  /// The clock, the cursor and what is queued go on.
  package mutating func openSession() { session = Session(number: session.number &+ 1) }

  /// Sets or clears the flag that `should_pause()` reads.
  package mutating func requestPause(_ isRequested: Bool) { session.pauseIsRequested = isRequested }

  /// Begins a kernel call: charges `cost` and catches up, unless the kernel is seamless.
  ///
  /// What `cleanup` writes is no collision where it repeats what is there.
  package mutating func beginCall(
    charging cost: Int64, isSeamless: Bool = false, isCleanup: Bool = false
  ) {
    self.isCleanup = isCleanup
    call &+= 1
    hasWaited = false
    criticalDepth = 0
    failureIsRequested = false
    stopFlag.pointee = stopTime == nil ? 0 : 1
    self.isSeamless = isSeamless
    charge(cost)
    catchUp()
  }

  /// Ends a kernel call: input windows that it did not read are dropped.
  ///
  /// What it queued goes on its way.
  package mutating func endCall() {
    hasWaited = false
    awaited = nil
    _ = endRecording()
    playback.dropAll()
    pulses.removeAll()
    inputs.dropUnread()
  }

  /// Lets `ticks` pass on the host's link, and catches up.
  package mutating func passRoundTrip(_ ticks: Int64) {
    charge(ticks)
    catchUp()
  }

  /// Begins a `critical` block.
  package mutating func enterCritical() { criticalDepth += 1 }

  /// Ends the innermost `critical` block.
  package mutating func leaveCritical() { criticalDepth = max(0, criticalDepth - 1) }

  // MARK: Stopping

  /// Asks that whatever runs be interrupted at the first safe point at or after `time`; a wait ends
  /// there.
  package mutating func requestStop(at time: Int64) {
    stopTime = time
    stopFlag.pointee = 1
  }

  /// Takes the request back, or what has been done about it as done.
  package mutating func withdrawStop() {
    stopTime = nil
    stopFlag.pointee = failureIsRequested ? 1 : 0
  }

  /// Asks that whatever runs be interrupted at its next safe point, since a `send` has failed.
  package mutating func requestFailure() {
    failureIsRequested = true
    stopFlag.pointee = 1
  }

  /// Takes that as done; a stop that was requested stays.
  package mutating func withdrawFailure() {
    failureIsRequested = false
    stopFlag.pointee = stopTime == nil ? 0 : 1
  }

  /// Whether an interruption is due for a failed `send`.
  package var failureIsDue: Bool { failureIsRequested && criticalDepth == 0 }

  /// Whether a stop was requested for a time that has been reached, or for a failed `send`; not
  /// inside `critical`.
  package var stopIsDue: Bool {
    guard criticalDepth == 0 else { return false }
    if failureIsRequested { return true }
    guard let stopTime else { return false }
    return clockTime >= stopTime
  }

  // MARK: Clock and cursor

  /// Adds device time that operations took.
  package mutating func charge(_ ticks: Int64) {
    if ticks > 0 { clockTime = saturating(clockTime, plus: ticks) }
  }

  /// Where on the timeline the kernel is.
  @inline(__always)
  package func cursor() -> Int64 { cursorTime }

  /// The device's time.
  @inline(__always)
  package func clock() -> Int64 { clockTime }

  /// Puts the cursor; never raises.
  package mutating func moveCursor(to time: Int64) { cursorTime = time }

  /// Catches up: the cursor is at least the margin ahead of the clock.
  package mutating func realtime() {
    cursorTime = max(cursorTime, saturating(clockTime, plus: margin))
  }

  /// Catches up by itself, which happens neither in a seamless kernel nor inside `critical`.
  package mutating func catchUp() {
    if !isSeamless, criticalDepth == 0 { realtime() }
  }

  /// The pause flag.
  package func shouldPause() -> Bool { session.pauseIsRequested }

  /// Waits until the clock has reached `time`; catches up if it had to wait.
  package mutating func waitUntil(_ time: Int64) -> PortOutcome {
    if let outcome = feed(until: .max) { return outcome }
    guard clockTime < time else {
      finishWaiting()
      return .done
    }
    wait(until: time)
    return .wait
  }

  /// Clears all queues: what is queued for now or later is dropped, input windows are forgotten.
  ///
  /// The dropping is done before the next operation, which waits for it but loses no time.
  package mutating func resetTimeline() {
    if resetTime == nil { resetTime = clockTime }
    playback.dropAll()
    pulses.removeAll()
  }

  // MARK: Outputs

  /// Queues `value` for `channel` at `time`.
  package mutating func output(
    channel: UInt16, address: Int64, value: UInt64, at time: Int64, position: UInt64
  ) -> PortOutcome {
    if let fault = refusal(of: channel, address) { return refuse(fault) }
    if recorder.isOpen {
      return recorder.add(.write, channel, address: address, value: value, at: time)
    }
    if let outcome = feed(until: time) { return outcome }
    return write(channel, address, value, at: time, position)
  }

  /// Queues a value; what is played has had its turn.
  mutating func write(
    _ channel: UInt16, _ address: Int64, _ value: UInt64, at time: Int64, _ position: UInt64
  ) -> PortOutcome {
    guard resetTime == nil else { return stall(until: clockTime) }
    let event = event(.write, channel, address, value, at: time, position)
    switch admit(event) {
    case .refused(let fault): return refuse(fault)
    case .wait(let time): return stall(until: time)
    case .placed(let place): accept(event, in: place)
    }
    hasWaited = false
    return .done
  }

  /// Queues `value` at `time` and `second` `after` ticks later: both, or neither.
  package mutating func output(
    channel: UInt16, address: Int64, value: UInt64, then second: UInt64, after: Int64,
    at time: Int64,
    position: UInt64
  ) -> PortOutcome {
    if let fault = refusal(of: channel, address) { return refuse(fault) }
    if !recorder.isOpen {
      if let outcome = feed(until: time) { return outcome }
      guard resetTime == nil else { return stall(until: clockTime) }
    }
    let (end, overflow) = time.addingReportingOverflow(after)
    guard after >= 0, !overflow else { return refuse(Fault(.arithmeticOverflow)) }
    guard after > 0 else {
      return output(channel: channel, address: address, value: second, at: time, position: position)
    }
    if recorder.isOpen {
      return recorder.add(
        channel, address: address, value: value, at: time, then: second, at: end)
    }
    return queue(
      event(.write, channel, address, value, at: time, position),
      event(.write, channel, address, second, at: end, position))
  }

  /// Opens a window of `duration` at `time`; edges: 1 rising, 2 falling, 3 both.
  ///
  /// It must not begin before the last one of the channel has ended.
  package mutating func gate(
    channel: UInt16, edges: UInt16, at time: Int64, duration: Int64, position: UInt64
  ) -> PortOutcome {
    if recorder.isOpen {
      guard duration >= 0, !time.addingReportingOverflow(duration).overflow else {
        return refuse(Fault(.arithmeticOverflow))
      }
      return recorder.add(
        .gate, channel, address: Int64(edges), value: UInt64(duration), at: time)
    }
    if let outcome = feed(until: time) { return outcome }
    return open(channel, edges, at: time, duration, position)
  }

  /// Opens a window; what is played has had its turn.
  mutating func open(
    _ channel: UInt16, _ edges: UInt16, at time: Int64, _ duration: Int64, _ position: UInt64
  ) -> PortOutcome {
    guard resetTime == nil else { return stall(until: clockTime) }
    let (end, overflow) = time.addingReportingOverflow(duration)
    guard duration >= 0, !overflow else { return refuse(Fault(.arithmeticOverflow)) }
    let opening = event(.open, channel, 0, UInt64(edges), at: time, position)
    if let fault = lateness(of: opening) { return refuse(fault) }
    switch inputs.refusal(of: channel, at: time) {
    case .open(let end):
      return refuse(
        Fault(.busy, UInt64(channel), 2, UInt64(bitPattern: time), UInt64(bitPattern: end)))
    case .full(let count): return refuse(Fault(.busy, UInt64(channel), 3, UInt64(count)))
    case .noSuchInput: return refuse(Fault(.limitExceeded, UInt64(channel), 1))
    case nil: break
    }
    if duration > 0 {
      let outcome = queue(opening, event(.close, channel, 0, 0, at: end, position))
      guard case .done = outcome else { return outcome }
    }
    inputs.append(channel: channel, open: time, close: end)
    return .done
  }

  // MARK: Inputs

  /// Reads an edge (address 0), a closed window's count (address 1) or a reading of a converter, a
  /// bus or a camera (the others), not later than `until`;
  /// catches up if it had to wait.
  package mutating func input(
    channel: UInt16, address: Int64, until: Int64, position: UInt64
  ) -> InputOutcome {
    switch feed(until: .max) {
    case .fault(let fault): return .fault(fault)
    case .wait: return .wait
    case .done, nil: break
    }
    guard resetTime == nil else {
      wait(until: clockTime)
      return .wait
    }
    let reading: InputQueues.Reading
    switch address {
    case 0: reading = inputs.readEdge(of: channel, until: until)
    case 1: reading = inputs.readCount(of: channel, until: until)
    default:
      reading =
        address < 0
        ? .nothing : inputs.readSample(of: channel, address: address, until: until)
    }
    switch reading {
    case .entry(let time, let value):
      finishWaiting()
      return .entry(timestamp: time, value: value)
    case .nothing:
      finishWaiting()
      return .nothing
    case .lost:
      hasWaited = false
      return .fault(Fault(.inputOverflow, UInt64(channel)))
    case .later(let time):
      // What the clock has passed comes in first; only then is it known whether there is anything
      // to wait for.
      if inputs.knownUntil < clockTime { wait(until: clockTime) } else { wait(until: time) }
      awaited = address != 1 && waitsUntil > clockTime ? channel : nil
      return .wait
    }
  }
}
