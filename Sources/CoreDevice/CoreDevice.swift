package import Bytecode
package import Machine

/// Why the device stopped running the kernel that was started.
package enum DeviceExit: Hashable, Sendable {
  case finished
  /// An error that nothing in the kernel caught.
  case failed(Fault)
  /// The kernel waits for the clock to reach that time, or for an input before: `advance`, then
  /// `run`.
  case waiting(until: Int64)
  /// The kernel calls host function `index` of its image: `answer`, then `run`.
  case hostCall(index: Int)
  /// A stop is due, seen at a safe point: `cancel` raises it there, and `run` goes on.
  case interrupted
  /// The kernel has made many calls and loops, or waited often, without needing anything: time to
  /// look whether it is to be stopped, and `run` goes on.
  case busy
}

/// So many waits `run` passes by itself before it returns `busy`.
private let waitsBetweenLooks = 1 << 10

/// So many calls and loops a kernel makes before `run` returns `busy`.
private let stepsBetweenLooks: Int64 = 1 << 16

/// The core device: resident kernels, the machine that runs one of them at a time, and a timeline.
///
/// A pure state machine: the world behind the channels and the clock's owner are the caller's.
package struct CoreDevice<Channels: ChannelPort, Sink: EventSink>: ~Copyable {
  package let parameters: DeviceParameters
  package var timeline: Timeline
  package var channels: Channels
  package var sink: Sink
  private let slots: UnsafeMutablePointer<ResidentKernel?>
  private let stack: UnsafeMutableRawBufferPointer
  private let arena: UnsafeMutableRawBufferPointer
  /// The session's resident values, as canonical words, while no kernel runs.
  private let residents: UnsafeMutableBufferPointer<UInt64>
  private var residentCount = 0
  /// Where the machine is that runs the kernel in slot `current`.
  private let machine: UnsafeMutablePointer<Machine>
  /// How kernels that are started from now on go from one instruction to the next.
  package var dispatch = Dispatch.standard
  /// Where the clock is virtual, a C function that calls `Surroundings.passWait` for these types.
  ///
  /// `run` then passes waits itself, most of them without leaving the kernel's code, instead
  /// of returning `waiting`.
  package var waitPassing: WaitPassing?
  /// The slot of the kernel that was started last, whose results can be read until the next start;
  /// nil: there is no machine.
  private var current: Int?
  private var isRunning = false

  /// A device at time 0 without kernels.
  ///
  /// All memory but that of images is taken here.
  package init(_ parameters: DeviceParameters, channels: Channels, sink: Sink) {
    self.parameters = parameters
    self.channels = channels
    self.sink = sink
    timeline = Timeline(parameters)
    slots = .allocate(capacity: parameters.slotCount)
    slots.initialize(repeating: nil, count: parameters.slotCount)
    stack = .allocate(byteCount: parameters.callDepthMax * 1024, alignment: 8)
    arena = .allocate(byteCount: parameters.arenaBytes & ~7, alignment: 8)
    // From the beginning of a cache line on.
    machine = UnsafeMutableRawPointer.allocate(
      byteCount: MemoryLayout<Machine>.stride, alignment: 64
    ).bindMemory(to: Machine.self, capacity: 1)
    // All that an image can have: its scalars lie on the stack, its arrays in the arena.
    residents = .allocate(capacity: (parameters.arenaBytes + stack.count) / 8)
  }

  /// Gives back the memory; the device must not be used any more.
  ///
  /// Not a `deinit`: where a class holds a device, the compiler (6.3.1) does not run it.
  package func deallocate() {
    for number in 0..<parameters.slotCount { slots[number]?.bytes.deallocate() }
    slots.deallocate()
    stack.deallocate()
    arena.deallocate()
    machine.deallocate()
    residents.deallocate()
    timeline.deallocate()
  }

  // MARK: Residence

  /// Copies, verifies and keeps the image `bytes`; the same image is kept once.
  package mutating func load(_ bytes: UnsafeRawBufferPointer) throws(LoadError) -> KernelSlot {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(8, bytes.count), alignment: 8)
    copy.copyMemory(from: bytes)
    if !isRunning, let current { freeIfUnused(current) }
    let image: VerifiedImage
    switch verify(UnsafeRawBufferPointer(rebasing: copy[..<bytes.count]), profile: .kernel) {
    case .success(let verified): image = verified
    case .failure(let error):
      copy.deallocate()
      throw .refused(error)
    }
    var free: Int?
    for number in 0..<parameters.slotCount {
      guard let kernel = slots[number] else {
        if free == nil { free = number }
        continue
      }
      if kernel.holds(image) {
        copy.deallocate()
        slots[number]?.uses += 1
        return KernelSlot(number: number)
      }
    }
    guard let free else {
      copy.deallocate()
      throw .noFreeSlot
    }
    slots[free] = ResidentKernel(bytes: copy, image: image, uses: 1)
    return KernelSlot(number: free)
  }

  /// Takes back one load of `slot`; the last one frees it, of a kernel that runs when it has ended.
  package mutating func unload(_ slot: KernelSlot) {
    guard isResident(slot), let kernel = slots[slot.number], kernel.uses > 0 else { return }
    slots[slot.number]?.uses = kernel.uses - 1
    if !isRunning || current != slot.number { freeIfUnused(slot.number) }
  }

  private mutating func freeIfUnused(_ number: Int) {
    guard let kernel = slots[number], kernel.uses == 0 else { return }
    if current == number { current = nil }
    kernel.bytes.deallocate()
    slots[number] = nil
  }

  /// Whether there is a kernel in `slot`.
  package func isResident(_ slot: KernelSlot) -> Bool {
    (0..<parameters.slotCount).contains(slot.number) && slots[slot.number] != nil
  }

  /// The image of the kernel in `slot`, in the device's memory: there until the slot is free.
  package func image(in slot: KernelSlot) -> VerifiedImage? {
    isResident(slot) ? slots[slot.number]?.image : nil
  }

  /// Has the kernel in `slot` run in that way whenever it is started; nil once the slot was free.
  package subscript(dispatch slot: KernelSlot) -> Dispatch? {
    get { isResident(slot) ? slots[slot.number]?.dispatch : nil }
    set { if isResident(slot) { slots[slot.number]?.dispatch = newValue } }
  }

  // MARK: Resident values

  /// Sets the resident values of the session that begins, as canonical words in the order that its
  /// images have; false if there is no room for them.
  package mutating func setResidents(_ words: UnsafeBufferPointer<UInt64>) -> Bool {
    guard !isRunning, words.count <= residents.count else { return false }
    for index in 0..<words.count { residents[index] = words[index] }
    residentCount = words.count
    return true
  }

  // MARK: Running

  /// Starts the kernel in `slot`: charges the start, catches up unless it is seamless, and enters
  /// it with `arguments` and
  /// `bound` captures as canonical words.
  package mutating func start(
    _ slot: KernelSlot, arguments: UnsafeBufferPointer<UInt64>,
    bound: UnsafeBufferPointer<UInt64>, isSeamless: Bool = false, isCleanup: Bool = false
  ) throws(StartError) {
    guard !isRunning else { throw .busy }
    if current != slot.number { try makeMachine(slot) }
    let kept = UnsafeBufferPointer(start: residents.baseAddress, count: residentCount)
    let refusal = machine.pointee.enterKernel(
      arguments: arguments, bound: bound, residents: kept,
      dispatch: slots[slot.number]?.dispatch ?? dispatch)
    if let refusal {
      current = nil
      throw refusal
    }
    isRunning = true
    timeline.beginCall(
      charging: parameters.kernelStart, isSeamless: isSeamless, isCleanup: isCleanup)
  }

  /// Makes the machine for the kernel in `slot`, which is not the one that was started last.
  @inline(never)
  private mutating func makeMachine(_ slot: KernelSlot) throws(StartError) {
    guard isResident(slot), let kernel = slots[slot.number] else { throw .notResident }
    // The kernel before this one may have been unloaded while it ran.
    if let current { freeIfUnused(current) }
    machine.initialize(
      to: Machine(
        image: kernel.image, stack: stack, arena: arena, callDepthMax: parameters.callDepthMax,
        arrayBytesMax: UInt64(parameters.arrayBytesMax)))
    machine.pointee.setStopFlag(UnsafePointer(timeline.stopFlag))
    current = slot.number
  }

  /// Runs the kernel until it ends or needs something from outside.
  package mutating func run() -> DeviceExit {
    var waitsLeft = waitsBetweenLooks
    while isRunning {
      let exit = Self.execute(
        machine, &timeline, &channels, &sink, passing: waitPassing, &waitsLeft)
      switch exit {
      case .waiting:
        guard !timeline.stopIsDue else { return .interrupted }
        if timeline.waitsUntil > timeline.clock() {
          guard waitPassing != nil else { return .waiting(until: timeline.waitsUntil) }
          guard waitsLeft > 0 else { return .busy }
          waitsLeft -= 1
        }
        advance(to: max(timeline.waitsUntil, timeline.clock()))
      case .finished:
        end()
        return .finished
      case .failed(let fault):
        end()
        return .failed(fault)
      case .hostCall(let index): return .hostCall(index: index)
      case .interrupted:
        if timeline.stopIsDue { return .interrupted }
      case .outOfBudget:
        machine.pointee.budget = stepsBetweenLooks
        return .busy
      }
    }
    return .finished
  }

  /// Runs the machine; with `waitPassing` it passes waits itself, `waitsLeft` at most.
  private static func execute(
    _ machine: UnsafeMutablePointer<Machine>, _ timeline: inout Timeline,
    _ channels: inout Channels, _ sink: inout Sink, passing waitPassing: WaitPassing?,
    _ waitsLeft: inout Int
  ) -> Exit {
    guard let waitPassing else { return machine.pointee.run(port: &timeline) }
    return withUnsafeMutablePointer(to: &channels) { channels in
      withUnsafeMutablePointer(to: &sink) { sink in
        var surroundings = Surroundings(channels: channels, sink: sink)
        return withUnsafeMutablePointer(to: &surroundings) {
          timeline.passing = Passing(
            function: waitPassing, surroundings: UnsafeMutableRawPointer($0), waitsLeft: waitsLeft)
          let exit = machine.pointee.run(port: &timeline)
          waitsLeft = timeline.passing?.waitsLeft ?? 0
          timeline.passing = nil
          return exit
        }
      }
    }
  }

  /// Moves the clock on to `time`, or to where an awaited edge arrived or a stop is due, and the
  /// world with it.
  package mutating func advance(to time: Int64) { timeline.advance(to: time, &channels, &sink) }

  /// Raises `Cancelled` where the kernel stands, takes the stop request back, and drops what is
  /// queued.
  package mutating func cancel() {
    timeline.withdrawStop()
    timeline.resetTimeline()
    if current != nil { machine.pointee.fail(Fault(.cancelled)) }
  }

  /// Raises `Cancelled` where the kernel stands for a failed `send`; a stop that was requested
  /// stays.
  package mutating func cancelAfterFailure() {
    timeline.withdrawFailure()
    if current != nil { machine.pointee.fail(Fault(.cancelled)) }
  }

  /// The machine of the kernel that was started last, to read results and to answer host calls; nil
  /// if there is none.
  package mutating func withMachine<Result>(_ body: (inout Machine) -> Result) -> Result? {
    current == nil ? nil : body(&machine.pointee)
  }

  /// Lets a host round trip pass: the kernel's `await` ends caught up.
  package mutating func passRoundTrip() { timeline.passRoundTrip(parameters.hostRoundTrip) }

  /// Runs out what is queued and returns the account, which balances unless something was lost.
  package mutating func finish() -> Account {
    timeline.drain(&channels, &sink)
    return timeline.account
  }

  private mutating func end() {
    isRunning = false
    if machine.pointee.image.globalCount > 0 {
      residentCount = min(residents.count, machine.pointee.exportGlobals(into: residents))
    }
    advance(to: timeline.clock())
    timeline.endCall()
  }
}

extension Machine {
  /// Starts the first function, a kernel; nil, or why that is not possible.
  ///
  /// Works in place, since a machine is some hundred bytes.
  fileprivate mutating func enterKernel(
    arguments: UnsafeBufferPointer<UInt64>, bound: UnsafeBufferPointer<UInt64>,
    residents: UnsafeBufferPointer<UInt64>, dispatch: Dispatch
  ) -> StartError? {
    budget = stepsBetweenLooks
    self.dispatch = dispatch
    guard begin(0) == nil else { return .outOfMemory }
    var error: ImportError?
    if image.boundCount > 0 || !bound.isEmpty { error = importBound(bound) }
    if error == nil, takesArguments || !arguments.isEmpty { error = importArguments(arguments) }
    if error == nil, image.globalCount > 0 { error = importGlobals(residents) }
    switch error {
    case .malformed: return .malformedWords
    case .outOfMemory: return .outOfMemory
    case nil: return nil
    }
  }
}
