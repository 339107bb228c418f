// libFuzzer's target: whatever the verifier takes runs, on each engine, with a budget, and touches
// nothing but its memory. Compiled with `Bytecode`, `Machine`, `CoreDevice` and `Native`, all with
// the address sanitizer.
import Bytecode
import CoreDevice
import Machine
import Native

@_silgen_name("LLVMFuzzerMutate")
func mutateAnyhow(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ countMax: Int) -> Int

/// SplitMix64.
struct Chance {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }
}

/// Channels with an edge every 1,000 ticks.
struct Edges: ChannelPort {
  var time: Int64 = 0

  mutating func emit(_ event: OutputEvent) {}

  mutating func advance(to time: Int64, awaiting awaited: UInt16?, into inputs: inout InputQueues)
    -> Int64
  {
    // Not more than a few, however long the wait.
    if time - self.time > 100_000 { self.time = time - 100_000 }
    while self.time + 1_000 < time {
      self.time += 1_000
      for channel in 0..<32 as Range<UInt16> {
        inputs.receive(edgeAt: self.time, rising: true, on: channel)
        if channel == awaited { return self.time + 1 }
      }
    }
    return time
  }
}

struct Silence: EventSink {
  mutating func emitted(_ event: OutputEvent) {}
  mutating func discarded(_ event: OutputEvent) {}
  mutating func closed(_ window: InputWindow) {}
}

/// What was seen of a run, as one number.
struct Seen: Equatable {
  private(set) var digest: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func note(_ word: UInt64) { digest = (digest ^ word) &* 0x100_0000_01B3 &+ digest >> 29 }
  mutating func note(_ words: [UInt64]) { for word in words { note(word) } }
}

/// Memory of a machine, as large as the machine is told, so that the sanitizer sees a step outside.
struct Memory: ~Copyable {
  let stack: UnsafeMutableRawBufferPointer
  let arena: UnsafeMutableRawBufferPointer

  init(_ chance: inout Chance) {
    stack = .allocate(byteCount: 8 * (400 + chance.below(1_600)), alignment: 8)
    arena = .allocate(byteCount: 8 * chance.below(1_000), alignment: 8)
  }

  deinit {
    stack.deallocate()
    arena.deallocate()
  }
}

/// Runs the first functions of `image`; `chance` decides what the host answers.
///
/// The memory is the same for all engines: a slot that was never set may hold an address of it.
func exercise(
  _ image: VerifiedImage, _ dispatch: Dispatch, _ memory: borrowing Memory, _ start: Chance
) -> Seen {
  var chance = start
  var seen = Seen()
  let (stack, arena) = (memory.stack, memory.arena)
  stack.initializeMemory(as: UInt8.self, repeating: 0)
  arena.initializeMemory(as: UInt8.self, repeating: 0)
  var timeline = Timeline(
    DeviceParameters(
      margin: 1_000, kernelStart: 100, hostRoundTrip: 1_000, laneCount: 2, laneDepth: 4,
      inputCount: 2, inputDepth: 3, slotCount: 1, arenaBytes: 0, stackBytes: 0,
      recordingDepth: 16, outputCounts: [0, 0, 2]))
  var (channels, sink) = (Edges(), Silence())
  var machine = Machine(image: image, stack: stack, arena: arena, callDepthMax: 30)
  machine.dispatch = dispatch
  for function in 0..<min(image.functionCount, 3) where machine.start(function) == nil {
    giveArguments(&machine, function, image)
    timeline.beginCall(charging: 100, isSeamless: chance.below(4) == 0)
    machine.budget = 400
    var roundsLeft = 12
    running: while roundsLeft > 0 {
      roundsLeft -= 1
      let exit = machine.run(port: &timeline)
      seen.note(machine.position)
      seen.note(UInt64(bitPattern: machine.budget))
      seen.note(UInt64(bitPattern: timeline.clock()))
      seen.note(UInt64(bitPattern: timeline.cursor()))
      switch exit {
      case .waiting: timeline.advance(to: timeline.waitsUntil, &channels, &sink)
      case .hostCall:
        seen.note(machine.exportHostArguments())
        answer(&machine, &chance)
        if chance.below(4) == 0, machine.enter(chance.below(image.functionCount)) == nil {
          machine.budget += 100
          _ = machine.run(port: &timeline)
          seen.note(machine.exportResults())
          machine.leave()
        }
      case .interrupted: break
      case .finished:
        seen.note(machine.exportResults())
        break running
      case .failed(let fault):
        seen.note(UInt64(fault.error))
        seen.note(machine.exportFault())
        for index in 0..<machine.backtraceCount { seen.note(machine.backtrace(index)) }
        break running
      case .outOfBudget:
        if chance.below(2) == 0 { break running }
        machine.budget = 200
      }
    }
    timeline.advance(to: timeline.clock(), &channels, &sink)
    timeline.endCall()
    if chance.below(2) == 0 { machine.leave() }
  }
  timeline.drain(&channels, &sink)
  seen.note(timeline.account.emitted)
  precondition(timeline.account.balances, "an event was lost")
  timeline.deallocate()
  return seen
}

/// Small numbers, as many as the parameters take; without them they are zero.
func giveArguments(_ machine: inout Machine, _ function: Int, _ image: VerifiedImage) {
  let words: [UInt64] = [3, 2, 1, 0, 1, 65, 7, 1, 2, 0, 5, 1]
  for count in 1...words.count {
    let isTaken = words[..<count].withUnsafeBufferPointer { machine.importArguments($0) == nil }
    if isTaken { return }
    guard machine.start(function) == nil else { return }
  }
}

func answer(_ machine: inout Machine, _ chance: inout Chance) {
  if chance.below(4) == 0 { return machine.fail(Fault(.timeout)) }
  let words: [UInt64] = [2, 8, 9, 1]
  for count in 0...words.count {
    let isTaken = words[..<count].withUnsafeBufferPointer { machine.importHostResults($0) == nil }
    if isTaken { return }
  }
  machine.fail(Fault(.missingValue))
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count >= ImageFormat.sectionsOffset, count <= 1 << 16 else { return -1 }
  var bytes = Array(UnsafeBufferPointer(start: data, count: count))
  seal(&bytes)
  guard let profile = Profile(rawValue: bytes[6]) else { return -1 }
  let place = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 8)
  defer { place.deallocate() }
  place.copyBytes(from: bytes)
  guard case .success(let image) = verify(UnsafeRawBufferPointer(place), profile: profile) else {
    return 0
  }
  var chance = Chance(state: 0)
  for index in stride(from: 16, to: 48, by: 8) {
    chance.state ^= place.loadUnaligned(fromByteOffset: index, as: UInt64.self)
  }
  let memory = Memory(&chance)
  let switched = exercise(image, .switched, memory, chance)
  if TailCalls.areJumps {
    precondition(
      exercise(image, .threaded, memory, chance) == switched, "the threaded loop differs")
  }
  // Not compared: what a slot holds that was never set, the registers do not know.
  if let translation = Translation(image) {
    _ = exercise(image, .native(translation.code), memory, chance)
  }
  return 0
}

@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeMutableRawPointer, _ arguments: UnsafeMutableRawPointer)
  -> CInt
{
  print("fuzz: switched, native" + (TailCalls.areJumps ? ", threaded" : "; threaded not here"))
  return 0
}

// MARK: Mutation

/// Changes words of the code most of the time, sections of tables often, and all else sometimes.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(
  _ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ countMax: Int, _ seed: CUnsignedInt
) -> Int {
  var chance = Chance(state: UInt64(seed))
  guard count > ImageFormat.sectionsOffset, chance.below(8) > 0 else {
    return mutateAnyhow(bytes, count, countMax)
  }
  let isCode = chance.below(4) > 0
  let section = isCode ? Section.code.rawValue : chance.below(ImageFormat.sectionCount)
  let entry =
    UnsafeRawPointer(bytes) + ImageFormat.tableOffset
    + section * ImageFormat.tableEntryByteCount
  let start = Int(entry.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
  let length = Int(entry.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
  guard length >= 8, start + length <= count else { return mutateAnyhow(bytes, count, countMax) }
  guard isCode else {
    _ = mutateAnyhow(bytes + start, length, length)
    return count
  }
  for _ in 0..<1 + chance.below(3) { mutateCode(bytes + start, length / 8, &chance) }
  return count
}

func mutateCode(
  _ code: UnsafeMutablePointer<UInt8>, _ wordCount: Int, _ chance: inout Chance
) {
  let word = code + 8 * chance.below(wordCount)
  let other = code + 8 * chance.below(wordCount)
  let field = word + 2 * (1 + chance.below(3))
  switch chance.below(7) {
  case 0: for index in 0..<8 { word[index] = other[index] }
  case 1:
    for index in 0..<8 { (word[index], other[index]) = (other[index], word[index]) }
  case 2: word[0] = UInt8(1 + chance.below(Opcode.allCases.count))
  case 3: field[0] = UInt8(chance.below(40))
  case 4: field[0] = field[0] &+ UInt8(chance.below(5)) &- 2
  case 5: field[1] = chance.below(2) == 0 ? 0 : 0xFF
  default: word[1] = UInt8(chance.below(256))
  }
}
