import Bytecode
import CoreDevice
import Laboratory
import Machine
import Simulation
import Testing

/// Writes kernels word by word.
struct Assembler {
  var contents: ImageContents
  var function = FunctionContents(name: "kernel")
  private static let none: UInt64 = 0xFFFF

  init(slots: [SlotType], parameters: Int, results: [SlotType] = []) {
    contents = ImageContents(profile: .kernel, name: "kernel")
    function.slots = slots
    function.parameterCount = parameters
    function.results = results
  }

  mutating func channel(_ name: String) -> UInt16 {
    for case (_, .channel(let number)) in SystemDescription.defaultLaboratory.device(named: name)?
      .fields ?? []
    {
      contents.channels.append(ChannelContents(number: number, device: name))
    }
    return UInt16(contents.channels.count - 1)
  }

  mutating func add(_ opcode: Opcode, _ a: UInt16 = 0, _ b: UInt16 = 0, _ c: UInt16 = 0) {
    function.code.append(
      UInt64(opcode.rawValue) | UInt64(a) << 16 | UInt64(b) << 32 | UInt64(c) << 48)
  }

  mutating func add(_ opcode: Opcode, _ a: UInt16 = 0, wide: Int32) {
    function.code.append(
      UInt64(opcode.rawValue) | UInt64(a) << 16 | UInt64(UInt32(bitPattern: wide)) << 32)
  }

  private mutating func trail(_ slots: UInt64...) {
    var word: UInt64 = 0
    for (index, slot) in slots.enumerated() { word |= slot << UInt64(16 * index) }
    function.code.append(word)
  }

  mutating func pulse(
    _ channel: UInt16, address: UInt16, one: UInt16, zero: UInt16, for ticks: UInt16
  ) {
    add(.charge, wide: 120)
    add(.outputExtended, channel, address, one)
    trail(Assembler.none, UInt64(zero), UInt64(ticks), 0)
  }

  mutating func gate(_ channel: UInt16, for ticks: UInt16) {
    add(.charge, wide: 120)
    add(.gate, channel, ticks, 1)
    trail(Assembler.none, Assembler.none, Assembler.none, 1)
  }

  mutating func read(_ channel: UInt16, address: UInt16, until: UInt16, value: UInt16) {
    add(.charge, wide: 120)
    add(.input, channel, address, until)
    trail(Assembler.none, Assembler.none, UInt64(value), 0)
  }

  mutating func finish(_ result: UInt16? = nil) {
    add(.returnSlots, result == nil ? 0 : 1)
    if let result { trail(UInt64(result)) }
  }

  var image: [UInt8] {
    var contents = contents
    contents.functions = [function]
    return encode(contents)
  }
}

@Suite struct KernelTests {
  /// Cools, drives for the argument's ticks, reads out: the number of counts.
  private var shot: [UInt8] {
    var kernel = Assembler(
      slots: .init(repeating: .integer, count: 9) + [.boolean], parameters: 1, results: [.integer])
    let (cooling, qubit) = (kernel.channel("cooling"), kernel.channel("qubit"))
    let (probe, pmt) = (kernel.channel("probe"), kernel.channel("pmt"))
    kernel.add(.loadInteger, 1, wide: 0)
    kernel.add(.loadInteger, 2, wide: 1)
    kernel.add(.loadInteger, 3, wide: 1_000_000)
    kernel.add(.loadInteger, 4, wide: 4)
    kernel.add(.loadInteger, 5, wide: 200_000)
    kernel.contents.constants = [UInt64(Int64.max)]
    kernel.add(.loadWord, 6, wide: 0)
    kernel.pulse(cooling, address: 1, one: 2, zero: 1, for: 3)
    kernel.add(.delay, 3)
    kernel.add(.lessInteger, 9, 1, 0)
    kernel.add(.jumpIfFalse, 9, wide: 4)
    kernel.pulse(qubit, address: 4, one: 2, zero: 1, for: 0)
    kernel.add(.delay, 0)
    kernel.pulse(probe, address: 1, one: 2, zero: 1, for: 5)
    kernel.gate(pmt, for: 5)
    kernel.add(.delay, 5)
    kernel.read(pmt, address: 2, until: 6, value: 7)
    kernel.finish(7)
    return kernel.image
  }

  private func laboratory(seed: UInt64 = 1, keepsTrace: Bool = false) -> SimulatedDevice {
    SimulatedDevice(description: .defaultLaboratory, seed: seed, keepsTrace: keepsTrace)
  }

  @Test func aResidentKernelFlopsTheIon() throws {
    func run() throws -> (fractions: [Double], digest: String) {
      let device = laboratory()
      let slot = try device.load(shot)
      var fractions: [Double] = []
      for microseconds in [0, 10, 20] as [UInt64] {
        var bright = 0
        for _ in 0..<100 {
          try device.start(slot, arguments: [microseconds * 1000])
          guard case .finished(let results) = device.run(), results.count == 1 else {
            Issue.record("the kernel did not finish")
            return ([], "")
          }
          if results[0] > 5 { bright += 1 }
        }
        fractions.append(Double(bright) / 100)
      }
      #expect(device.finish().balances)
      return (fractions, device.digest)
    }
    let (first, second) = (try run(), try run())
    #expect(first == second)
    #expect(first.fractions[0] > 0.9 && first.fractions[1] < 0.15 && first.fractions[2] > 0.85)
  }

  @Test func anImageIsResidentOnce() throws {
    let device = laboratory()
    let first = try device.load(shot)
    #expect(try device.load(shot) == first)
    device.unload(first)
    #expect(device.isResident(first))
    device.unload(first)
    #expect(!device.isResident(first))
    device.unload(first)
    device.unload(KernelSlot(number: -1))
    #expect(throws: StartError.notResident) { try device.start(first) }
    #expect(throws: StartError.notResident) { try device.start(KernelSlot(number: 1_000_000)) }
  }

  @Test func garbageIsRefused() throws {
    let device = laboratory()
    #expect(throws: LoadError.self) { try device.load([]) }
    #expect(throws: LoadError.self) { try device.load([1, 2, 3]) }
    var image = shot
    image[image.count / 2] ^= 1
    #expect(throws: LoadError.self) { try device.load(image) }
  }

  @Test func theTableOfKernelsHasAnEnd() throws {
    let device = laboratory()
    func image(_ number: Int) -> [UInt8] {
      var kernel = Assembler(slots: [.integer], parameters: 0)
      kernel.add(.loadInteger, 0, wide: Int32(number))
      kernel.finish()
      return kernel.image
    }
    var slots: [KernelSlot] = []
    for number in 0..<SimulatedDevice.slotCount { slots.append(try device.load(image(number))) }
    #expect(throws: LoadError.noFreeSlot) { try device.load(image(-1)) }
    #expect(try device.load(image(7)) == slots[7])
    device.unload(slots[3])
    #expect(try device.load(image(-1)) == slots[3])
  }

  @Test func wordsMustFit() throws {
    let device = laboratory()
    let slot = try device.load(shot)
    #expect(throws: StartError.malformedWords) { try device.start(slot) }
    #expect(throws: StartError.malformedWords) { try device.start(slot, arguments: [1, 2]) }
    #expect(throws: StartError.malformedWords) {
      try device.start(slot, arguments: [1], bound: [1])
    }
    try device.start(slot, arguments: [1])
    #expect(throws: StartError.busy) { try device.start(slot, arguments: [1]) }
  }

  @Test func boundCapturesAreFilledAtTheStart() throws {
    let device = laboratory()
    var kernel = Assembler(slots: [.integer, .integer], parameters: 0, results: [.integer])
    kernel.contents.files = ["bound.exp"]
    kernel.contents.captures = [
      CaptureContents(
        path: "width", type: "Duration", file: 0, line: 1, digest: .init(repeating: 0, count: 32),
        binding: .bound(first: 0, slots: [.integer]))
    ]
    kernel.add(.loadBound, 0, wide: 0)
    kernel.add(.addInteger, 1, 0, 0)
    kernel.finish(1)
    let slot = try device.load(kernel.image)
    for width in [3, 4] as [UInt64] {
      try device.start(slot, bound: [width])
      #expect(device.run() == .finished(results: [2 * width]))
    }
  }

  @Test func anErrorLeavesTheKernelWithItsPlace() throws {
    let device = laboratory()
    var kernel = Assembler(slots: [.integer, .integer], parameters: 0)
    let led = kernel.channel("led")
    kernel.add(.loadInteger, 0, wide: 0)
    kernel.add(.moveTo, 0)
    kernel.add(.output, led, 0, 0)
    kernel.finish()
    try device.start(try device.load(kernel.image))
    guard case .failed(let fault, _, let backtrace) = device.run() else {
      Issue.record("it did not fail")
      return
    }
    let number = UInt64(SystemDescription.defaultLaboratory.channels[0].number)
    #expect(fault == Fault(.underflow, number, 0, UInt64(bitPattern: -1000)))
    #expect(backtrace == [2])
    // The device goes on.
    try device.start(try device.load(shot), arguments: [0])
    guard case .finished = device.run() else {
      Issue.record("the next kernel did not run")
      return
    }
    #expect(device.finish().balances)
  }

  @Test func anAwaitTakesARoundTrip() throws {
    let device = laboratory()
    var kernel = Assembler(slots: [.integer, .integer], parameters: 1, results: [.integer])
    kernel.contents.hostCalls = [
      HostCallContents(
        name: "double", mode: .await,
        signature: Signature(parameters: [.integer], results: [.integer]))
    ]
    kernel.add(.callHost, 1, 1, 0)
    kernel.function.code.append(0 | 1 << 16)
    kernel.finish(1)
    try device.start(try device.load(kernel.image), arguments: [21])
    #expect(device.run() == .hostCall(index: 0, arguments: [21]))
    let before = device.clock
    #expect(device.answer([42], afterRoundTrip: true) == nil)
    #expect(device.clock == before + 200_000)
    #expect(device.core.timeline.cursor() == device.clock + 10_000)
    #expect(device.run() == .finished(results: [42]))
    // A host function may fail.
    try device.start(try device.load(kernel.image), arguments: [21])
    #expect(device.run() == .hostCall(index: 0, arguments: [21]))
    device.answer(throwing: Fault(.timeout), afterRoundTrip: true)
    guard case .failed(Fault(.timeout), _, _) = device.run() else {
      Issue.record("the error did not arrive")
      return
    }
  }

  @Test func aStopArrivesAtASafePoint() throws {
    let device = laboratory()
    var loop = Assembler(slots: [.integer], parameters: 0)
    loop.add(.charge, wide: 20)
    loop.add(.jump, wide: -2)
    device.requestStop(at: 1_000_000)
    try device.start(try device.load(loop.image))
    #expect(device.run() == .interrupted)
    #expect(device.clock >= 1_000_000 && device.clock < 1_000_100)
    #expect(device.stopIsDue)
    device.cancel()
    guard case .failed(Fault(.cancelled), _, _) = device.run() else {
      Issue.record("it was not cancelled")
      return
    }
    // And while the kernel waits.
    var wait = Assembler(slots: [.integer], parameters: 0)
    wait.contents.constants = [UInt64(Int64.max)]
    wait.add(.loadWord, 0, wide: 0)
    wait.add(.waitUntil, 0)
    wait.finish()
    device.requestStop(at: 5_000_000)
    try device.start(try device.load(wait.image))
    #expect(device.run() == .interrupted)
    #expect(device.clock == 5_000_000)
    device.cancel()
    guard case .failed(Fault(.cancelled), _, _) = device.run() else {
      Issue.record("the wait was not cancelled")
      return
    }
  }
}
