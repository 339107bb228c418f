import Bytecode
import Machine
import Native
import Testing

/// A machine with its memory, surrounded by words that must stay as they are.
struct Bench: ~Copyable {
  private static let fence: UInt64 = 0xFEED_FACE_CAFE_F00D
  private static let fenceCount = 4096
  private let memory: UnsafeMutablePointer<UInt64>
  private let wordCount: Int
  private let stackCount: Int
  private let arenaCount: Int
  private let callDepthMax: Int
  let image: VerifiedImage
  /// The image's native code, once it was asked for.
  private var translation: Translation?
  private let owner: BenchMemory
  var machine: Machine
  var port = TestPort()

  /// With `process` it runs on arm64, too; one bench at a time.
  init(
    _ encoded: [UInt8], stack: Int = 1 << 12, arena: Int = 1 << 12, profile: Profile = .host,
    callDepthMax: Int = .max, process: Arm64Process? = nil
  ) throws {
    let wordCount = stack + arena + 3 * Bench.fenceCount
    let owner = try BenchMemory(encoded, wordCount: wordCount, process: process)
    owner.words.initialize(repeating: Bench.fence, count: wordCount)
    let image = try verify(UnsafeRawBufferPointer(owner.image), profile: profile).get()
    self.owner = owner
    self.image = image
    self.wordCount = wordCount
    memory = owner.words
    stackCount = stack
    arenaCount = arena
    self.callDepthMax = callDepthMax
    machine = Self.machine(image, owner.words, stack, arena, callDepthMax)
  }

  private static func machine(
    _ image: VerifiedImage, _ memory: UnsafeMutablePointer<UInt64>, _ stack: Int, _ arena: Int,
    _ callDepthMax: Int
  ) -> Machine {
    let stackMemory = UnsafeMutableRawBufferPointer(
      start: memory + Bench.fenceCount, count: stack * 8)
    let arenaMemory = UnsafeMutableRawBufferPointer(
      start: memory + 2 * Bench.fenceCount + stack, count: arena * 8)
    return Machine(
      image: image, stack: stackMemory, arena: arenaMemory, callDepthMax: callDepthMax)
  }

  /// Begins anew, with the memory as it was first, on a machine that runs in another way.
  mutating func renew(_ way: Way) throws {
    memory.update(repeating: Bench.fence, count: wordCount)
    machine = Self.machine(image, memory, stackCount, arenaCount, callDepthMax)
    port = TestPort()
    switch way {
    case .switched: machine.dispatch = .switched
    case .native:
      let code = translation ?? Translation(image)
      translation = code
      if let code { machine.dispatch = .native(code.code) }
    case .arm64:
      guard let process = owner.process else {
        preconditionFailure("the bench was made with a process")
      }
      machine.dispatch = .native(try process.load(image))
    }
  }

  init(
    _ contents: ImageContents, stack: Int = 1 << 12, arena: Int = 1 << 12,
    callDepthMax: Int = .max, process: Arm64Process? = nil
  ) throws {
    try self.init(
      encode(contents), stack: stack, arena: arena, profile: contents.profile,
      callDepthMax: callDepthMax, process: process)
  }

  /// Nothing outside the machine's memory was written.
  var isFenceWhole: Bool {
    let second = Bench.fenceCount + stackCount
    for index in 0..<Bench.fenceCount {
      guard memory[index] == Bench.fence, memory[second + index] == Bench.fence,
        memory[wordCount - 1 - index] == Bench.fence
      else { return false }
    }
    return true
  }

  func expectFence(at place: SourceLocation = #_sourceLocation) {
    let isWhole = isFenceWhole
    #expect(isWhole, sourceLocation: place)
  }

  /// Runs `function` from a fresh start; the results' words, or how it ended otherwise.
  mutating func call(_ arguments: [UInt64] = [], function: Int = 0) -> Outcome {
    if let fault = machine.start(function) { return .failed(fault) }
    guard machine.importArguments(arguments) == nil else { return .other(.idle) }
    return go()
  }

  mutating func go() -> Outcome {
    let exit = machine.run(port: &port)
    switch exit {
    case .finished: return .results(machine.exportResults())
    case .failed(let fault): return .failed(fault)
    case .waiting: return .other(.waiting)
    case .hostCall: return .other(.hostCall)
    case .interrupted: return .other(.interrupted)
    case .outOfBudget: return .other(.outOfBudget)
    }
  }
}

/// The memory of a bench: its image, and its words.
private final class BenchMemory {
  let image: UnsafeMutableRawBufferPointer
  let words: UnsafeMutablePointer<UInt64>
  /// The process with which it is common.
  let process: Arm64Process?

  init(_ encoded: [UInt8], wordCount: Int, process: Arm64Process?) throws {
    self.process = process
    if let process {
      process.begin()
      image = UnsafeMutableRawBufferPointer(
        start: try process.take(encoded.count), count: encoded.count)
      words = try process.take(8 * wordCount).bindMemory(to: UInt64.self, capacity: wordCount)
    } else {
      image = UnsafeMutableRawBufferPointer.allocate(byteCount: encoded.count, alignment: 8)
      words = UnsafeMutablePointer<UInt64>.allocate(capacity: wordCount)
    }
    image.copyBytes(from: encoded)
  }

  deinit {
    guard process == nil else { return }
    image.deallocate()
    words.deallocate()
  }
}

/// How a machine goes from one instruction to the next.
enum Way {
  case switched, native
  /// As native code for arm64, in another process.
  case arm64
}

/// How a run ended.
enum Outcome: Hashable {
  enum Other { case idle, waiting, hostCall, interrupted, outOfBudget }
  case results([UInt64])
  case failed(Fault)
  case other(Other)

  /// The error's number, if it was one.
  var error: UInt16? {
    if case .failed(let fault) = self { return fault.error }
    return nil
  }
}

/// A timeline that writes down what it is told.
struct TestPort: DevicePort {
  var charged: Int64 = 0
  var time: Int64 = 0
  var log: [String] = []
  /// How often the next operations have to wait.
  var waits = 0
  var nextFault: Fault?

  mutating func charge(_ ticks: Int64) { charged &+= ticks }
  func cursor() -> Int64 { time }
  func clock() -> Int64 { 7 }
  mutating func moveCursor(to time: Int64) { self.time = time }
  mutating func realtime() { log.append("realtime") }
  mutating func resetTimeline() { log.append("reset") }
  mutating func enterCritical() {}
  mutating func leaveCritical() {}
  func shouldPause() -> Bool { true }

  private mutating func note(_ text: String) -> PortOutcome {
    if waits > 0 {
      waits -= 1
      return .wait
    }
    if let fault = nextFault {
      nextFault = nil
      return .fault(fault)
    }
    if log.count < 1000 { log.append(text) }
    return .done
  }

  mutating func waitUntil(_ time: Int64) -> PortOutcome { note("wait \(time)") }

  mutating func output(
    channel: UInt16, address: Int64, value: UInt64, at time: Int64, position: UInt64
  ) -> PortOutcome {
    note("output \(channel) \(address) \(value) at \(time)")
  }

  mutating func output(
    channel: UInt16, address: Int64, value: UInt64, then second: UInt64, after: Int64,
    at time: Int64,
    position: UInt64
  ) -> PortOutcome {
    note("output \(channel) \(address) \(value) then \(second) after \(after) at \(time)")
  }

  mutating func begin(
    channel: UInt16, address: Int64, value: UInt64, then second: UInt64, after: Int64,
    at time: Int64, position: UInt64
  ) -> PortOutcome {
    note("begin \(channel) \(address) \(value) then \(second) after \(after) at \(time)")
  }

  mutating func end(
    channel: UInt16, address: Int64, value: UInt64, at time: Int64, position: UInt64
  ) -> PortOutcome {
    note("end \(channel) \(address) \(value) at \(time)")
  }

  mutating func endPulses() -> PortOutcome { note("end pulses") }

  mutating func gate(
    channel: UInt16, edges: UInt16, at time: Int64, duration: Int64, position: UInt64
  ) -> PortOutcome {
    note("gate \(channel) \(edges) at \(time) for \(duration)")
  }

  mutating func input(channel: UInt16, address: Int64, until: Int64, position: UInt64)
    -> InputOutcome
  {
    switch note("input \(channel) \(address) until \(until)") {
    case .done: address == 0 ? .entry(timestamp: 42, value: 3) : .nothing
    case .wait: .wait
    case .fault(let fault): .fault(fault)
    }
  }
}

func word(_ value: Int64) -> UInt64 { UInt64(bitPattern: value) }
func word(_ value: Double) -> UInt64 { value.bitPattern }
let nan: UInt64 = 0x7FF8_0000_0000_0000
