package import Bytecode

/// The interpreter: runs functions of one image on memory that the caller gives.
///
/// Life: `start(0)`, set arguments and bound captures, `run` until an exit that ends it, read
/// results. Neither making a machine nor starting it allocates. The memory and the image must
/// outlive it; a copy shares them: use one.
///
/// Frames lie on the stack of slots, each behind two words: the first holds the place of the call
/// (32 bits), the function (16) and flags (16); the second where the caller's frame begins. A frame
/// that the host entered (an `enter`) is a boundary: before its two words lie its results and the
/// arrays that were lent to its parameters.
package struct Machine {
  package let image: VerifiedImage
  /// Calls and taken backward jumps that may still happen before `outOfBudget`.
  package var budget: Int64 = .max
  /// The error raised last.
  package internal(set) var fault = Fault(.cancelled)

  var store: ArrayStore
  /// The next instruction.
  @usableFromInline var pc: UnsafePointer<UInt64>
  /// Slot 0 of the frame that runs.
  @usableFromInline var frame: UnsafeMutablePointer<UInt64>
  /// What lies behind that frame.
  var top: UnsafeMutablePointer<UInt64>
  @usableFromInline var phase = Phase.idle
  /// Raised when the machine next runs.
  var pendingFault: Fault?
  var keepsBacktrace = false
  /// The machine takes up what was interrupted at the safe point where it stands.
  var isAtSafePoint = false
  /// The error that is about to be raised, by the loop.
  var raising = Fault(.cancelled)
  /// Why the loop stops, where an error was not caught.
  var signalAfterRaising = Signal.failed
  /// Which loop runs.
  package var dispatch = Dispatch.standard
  /// Of native code that runs: where the system's stack was when it was entered, and up to which
  /// second word of a header calls are pushed there.
  var nativeStack: UInt64 = 0
  var nativeHeaderMax: UInt64 = 0
  /// Which arrays the words of the error about to be raised own, and those of `fault`.
  var ownsRaised = PayloadOwnership.none
  var ownsFault = PayloadOwnership.none
  /// Does the operation on the timeline at `pc` where the code runs, and the port for it, while the
  /// machine runs; nil: the loop is left for it.
  @usableFromInline var performer: DevicePerformer?
  @usableFromInline var devicePort: UnsafeMutableRawPointer?
  /// Device time charged and not yet told to the port.
  @usableFromInline var ticks: Int64 = 0
  var stopFlag: UnsafePointer<UInt32>

  let code: UnsafePointer<UInt64>
  let functions: UnsafeRawPointer
  let slotNumbers: UnsafeRawPointer
  let stack: UnsafeMutablePointer<UInt64>
  let firstFrame: UnsafeMutablePointer<UInt64>
  /// How deep calls nest; the depth of each stands in its header.
  let callDepthMax: UInt64
  let limit: UnsafeMutablePointer<UInt64>
  /// The number of places, and the places.
  let backtraceWords: UnsafeMutablePointer<UInt64>
  let boundWords: UnsafeMutablePointer<UInt64>
  let globalWords: UnsafeMutablePointer<UInt64>
  /// The globals are in the caller's memory, and stay when the machine starts.
  let keepsGlobals: Bool
  private let isUsable: Bool

  /// What the machine is about to do, or why it has stopped.
  @usableFromInline
  enum Phase: UInt8 {
    case idle, ready, waiting, hostCall, interrupted, finished, failed
  }

  /// Which arrays of an error's payload belong to the error.
  enum PayloadOwnership: UInt8 {
    case none, declaredOwned, all
  }

  package static let backtraceCountMax = 32

  /// `stack` holds frames, `arena` arrays; their contents need not be set.
  ///
  /// `globals`, one word each, outlive starts: their owner sets them to zero at first. Without it
  /// they lie in the stack's memory and are zero after each start.
  ///
  /// Calls nest `callDepthMax` deep, and an array has fewer bytes than `arrayBytesMax`, whatever
  /// room there is beyond.
  package init(
    image: VerifiedImage, stack memory: UnsafeMutableRawBufferPointer,
    arena: UnsafeMutableRawBufferPointer,
    globals: UnsafeMutableBufferPointer<UInt64>? = nil,
    callDepthMax: Int = .max, arrayBytesMax: UInt64 = .max
  ) {
    let view = image.view
    self.image = image
    code = view.start(.code).assumingMemoryBound(to: UInt64.self)
    functions = view.start(.functions)
    slotNumbers = view.start(.slots)
    // Heads of free lists, stop flag, backtrace, bound captures and globals come first.
    let ownGlobals = globals == nil ? image.globalCount : 0
    let reserved =
      Arena.listCount + 1 + 1 + Machine.backtraceCountMax + image.boundCount + ownGlobals
    let skipped = (8 - Int(UInt(bitPattern: memory.baseAddress) % 8)) % 8
    let wordCount = max(0, memory.count - skipped) / 8
    let hasGlobals = (globals?.count ?? ownGlobals) >= image.globalCount
    isUsable = wordCount > reserved && hasGlobals
    let base =
      isUsable
      ? (memory.baseAddress ?? UnsafeMutableRawPointer(mutating: functions)) + skipped
      : UnsafeMutableRawPointer(mutating: functions)
    stack = base.assumingMemoryBound(to: UInt64.self)
    backtraceWords = stack + Arena.listCount + 1
    boundWords = backtraceWords + 1 + Machine.backtraceCountMax
    let afterBound = boundWords + image.boundCount
    globalWords = globals?.baseAddress ?? afterBound
    keepsGlobals = globals != nil
    firstFrame = afterBound + ownGlobals
    limit = isUsable ? stack + wordCount : firstFrame
    frame = firstFrame
    top = firstFrame
    pc = code
    self.callDepthMax = min(UInt64(max(1, callDepthMax)), UInt64(UInt32.max))
    let flag = stack + Arena.listCount
    stopFlag = UnsafeRawPointer(flag).assumingMemoryBound(to: UInt32.self)
    if isUsable { base.initializeMemory(as: UInt64.self, repeating: 0, count: reserved) }
    let memoryOfArena = isUsable ? arena : UnsafeMutableRawBufferPointer(start: nil, count: 0)
    store = ArrayStore(
      arena: Arena(memoryOfArena, lists: stack), view: view, byteCountMax: arrayBytesMax)
  }

  // MARK: Start

  /// Empties stack and arena and enters `function`, whose arguments are then zero (arrays empty).
  ///
  /// Gives StackOverflow if the stack is too small. Bound captures are zero, too.
  package mutating func start(_ function: Int) -> Fault? { begin(function).map { Fault($0) } }

  /// Does what `start` does, and says only which error there is.
  package mutating func begin(_ function: Int) -> BuiltinError? {
    guard isUsable else { return .stackOverflow }
    frame = firstFrame
    top = firstFrame
    phase = .idle
    isAtSafePoint = false
    fault = Fault(.cancelled)
    ownsFault = .none
    ownsRaised = .none
    keepsBacktrace = false
    ticks = 0
    backtraceWords.pointee = 0
    store.arena.reset()
    boundWords.update(repeating: 0, count: image.boundCount)
    if keepsGlobals {
      let types = image.view.globalTypes
      for index in 0..<types.count where types[index].kind == .owned {
        globalWords[index] = 0
        globalWords[index + 1] = 0
      }
    } else {
      globalWords.update(repeating: 0, count: image.globalCount)
    }
    return makeFrame(function)
  }

  /// Enters `function` on top of what is there: nothing, or what is suspended, as in a host call.
  ///
  /// Keeps the arena.
  package mutating func enter(_ function: Int) -> Fault? { makeFrame(function).map { Fault($0) } }

  @inline(__always)
  private mutating func makeFrame(_ function: Int) -> BuiltinError? {
    guard isUsable else { return .stackOverflow }
    guard function >= 0, function < image.functionCount else { return .indexOutOfRange }
    let record = image.view.function(function)
    let room = record.resultCount + record.parameterCount
    let slotCount = record.slotCount
    let free = Int(truncatingIfNeeded: Machine.distance(from: top, to: limit))
    guard room + 2 + slotCount <= free else { return .stackOverflow }
    if room + slotCount > 0 { top.update(repeating: 0, count: room + 2 + slotCount) }
    let header = top + room
    let suspended = UInt64(phase.rawValue) &<< 8
    let flags = Machine.boundaryFlag | suspended | (record.ownedCount > 0 ? Machine.ownerFlag : 0)
    let place = UInt32(truncatingIfNeeded: Machine.distance(from: code, to: pc))
    header[0] = UInt64(place) | UInt64(function) &<< 32 | flags &<< 48
    header[1] = UInt64(Machine.distance(from: stack, to: frame)) | 1 &<< 32
    frame = header + 2
    top = frame + slotCount
    pc = code + record.codeStart
    phase = .ready
    pendingFault = nil
    return nil
  }

  /// Gives up the function entered last, whatever has become of it, and its results: what was
  /// suspended below is again.
  package mutating func leave() {
    guard frame != firstFrame else { return }
    if phase != .finished && phase != .failed { unwindToBoundary() }
    let header = frame - 2
    let record = function(of: frame)
    releaseBoundary(record)
    let place = header[0]
    top = header - record.resultCount - record.parameterCount
    frame = stack + Int(truncatingIfNeeded: header[1] & 0xFFFF_FFFF)
    pc = code + Int(UInt32(truncatingIfNeeded: place))
    phase = Phase(rawValue: UInt8(truncatingIfNeeded: place &>> 56)) ?? .idle
    pendingFault = nil
  }

  /// Asked at safe points: non-zero interrupts.
  ///
  /// It may change while the machine does not run; native code asks when it is entered.
  /// The word must outlive the machine; nil: never.
  package mutating func setStopFlag(_ flag: UnsafePointer<UInt32>?) {
    stopFlag =
      flag ?? UnsafeRawPointer(stack + Arena.listCount).assumingMemoryBound(to: UInt32.self)
  }

  // MARK: Frames

  static let boundaryFlag: UInt64 = 1
  /// The function has owned slots.
  static let ownerFlag: UInt64 = 2

  /// The function whose frame this is.
  @inline(__always)
  func functionIndex(_ frame: UnsafeMutablePointer<UInt64>) -> Int {
    Int(truncatingIfNeeded: (frame[-2] &>> 32) & 0xFFFF)
  }

  @inline(__always)
  func function(of frame: UnsafeMutablePointer<UInt64>) -> FunctionRecord {
    FunctionRecord(base: functions + functionIndex(frame) &* 72)
  }

  func isBoundary(_ frame: UnsafeMutablePointer<UInt64>) -> Bool {
    (frame[-2] &>> 48) & Machine.boundaryFlag != 0
  }

  /// The place of `pc` in the frame's function: function in the upper, word in the lower 32 bits.
  @inline(__always)
  func place(_ pc: UnsafePointer<UInt64>, in frame: UnsafeMutablePointer<UInt64>) -> UInt64 {
    let word = pc - code - function(of: frame).codeStart
    return UInt64(functionIndex(frame)) &<< 32 | UInt64(UInt32(truncatingIfNeeded: word))
  }

  /// Where the machine stands: function in the upper, word in the lower 32 bits.
  @inline(__always)
  package var position: UInt64 { frame == firstFrame ? 0 : place(pc, in: frame) }

  /// The type of slot `slot` of the frame that runs.
  func slotType(_ slot: Int, in frame: UnsafeMutablePointer<UInt64>) -> SlotType {
    image.view.slotTypes(function(of: frame))[slot]
  }

  /// The layout of the array in slot `slot`.
  func layout(_ slot: Int, in frame: UnsafeMutablePointer<UInt64>) -> LayoutRecord {
    image.view.layout(Int(slotType(slot, in: frame).layout))
  }

  /// Gives up the arrays that a frame's slots own.
  mutating func releaseOwned(_ frame: UnsafeMutablePointer<UInt64>) {
    guard (frame[-2] &>> 48) & Machine.ownerFlag != 0 else { return }
    let record = function(of: frame)
    for index in 0..<record.ownedCount {
      let slot = image.view.slot(record.ownedStart + index)
      guard frame[slot] != 0 else { continue }
      store.release(
        ArrayValue(address: frame[slot], count: frame[slot + 1]), layout(slot, in: frame))
      frame[slot] = 0
      frame[slot + 1] = 0
    }
  }

  /// Leaves the frames above the boundary and what that one owns.
  private mutating func unwindToBoundary() {
    while true {
      releaseOwned(frame)
      if isBoundary(frame) { break }
      frame = stack + Int(truncatingIfNeeded: frame[-1] & 0xFFFF_FFFF)
    }
    top = frame
  }

  /// Gives up the results and the arrays lent to the parameters of the boundary that runs.
  private mutating func releaseBoundary(_ record: FunctionRecord) {
    let results = image.view.resultTypes(record)
    let parameters = image.view.parameterTypes(record)
    let area = frame - 2 - record.parameterCount - record.resultCount
    for index in 0..<results.count where results[index].kind == .owned {
      release(area + index, results[index])
    }
    for index in 0..<parameters.count where parameters[index].kind == .borrowed {
      release(area + results.count + index, parameters[index])
    }
  }

  /// Gives up the array in two words, which become empty.
  mutating func release(_ pair: UnsafeMutablePointer<UInt64>, _ type: SlotType) {
    guard pair[0] != 0 else { return }
    store.release(ArrayValue(address: pair[0], count: pair[1]), image.view.layout(Int(type.layout)))
    pair[0] = 0
    pair[1] = 0
  }
}
