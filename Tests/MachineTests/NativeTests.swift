import Bytecode
import Machine
import Native
import TestKit
import Testing

/// Native code does what the interpreter does, wherever it is stopped and taken up.
@Suite struct NativeTests {
  @Test func whatIsNativeRunsNative() throws {
    #if (arch(x86_64) || arch(arm64)) && os(Linux)
      var main = Assembler("one", results: [.integer])
      let one = main.slot(.integer)
      main.emit(.loadInteger, one, wide: 1)
      main.giveBack(one)
      let bench = try Bench(image([main]))
      let translation = try #require(Translation(bench.image))
      #expect(translation.byteCount > 100)
    #endif
  }

  /// Each operation has a treatment; most of those that loops are made of have templates.
  @Test func operationsHaveTreatments() {
    let templates = Opcode.allCases.filter { $0.treatment == .template }
    #expect(templates.count > 70)
    for operation in Opcode.allCases where operation.isOnTimeline {
      #expect(operation.treatment == .function, "\(operation)")
    }
  }

  @Test func randomCode() throws { try Self.compareRandomCode(.native, rounds: 1500, exitMin: 150) }

  /// Random code of operations that have templates, in loops, with calls and errors that are
  /// caught; stopped after few steps, and by the flag, again and again.
  ///
  /// Each kind of exit happens more than `exitMin` times.
  static func compareRandomCode(
    _ way: Way, rounds: Int, exitMin: Int, process: Arm64Process? = nil
  ) throws {
    var random = SplitMix(seed: 20_261_128)
    var exits: [String: Int] = [:]
    for round in 0..<rounds {
      let contents = RandomCode.image(&random)
      let depth = round % 2 == 0 ? Int.max : 2 + round % 23
      var bench = try Bench(contents, callDepthMax: depth, process: process)
      let seed = random.next()
      var seen: [[String]] = []
      for way in [Way.switched, way] {
        try bench.renew(way)
        seen.append(Self.exercise(&bench, SplitMix(seed: seed), &exits))
      }
      guard seen[0] != seen[1] else { continue }
      let place = zip(seen[0], seen[1]).enumerated().first { $1.0 != $1.1 }?.offset ?? 0
      Issue.record(
        "round \(round), \(place): \(seen[0][place]) and \(seen[1][place])\n\(disassemble(encode(contents)))"
      )
      return
    }
    for exit in ["finished", "failed", "interrupted", "outOfBudget"] {
      #expect(exits[exit, default: 0] > exitMin, "\(exits)")
    }
  }

  /// What was seen of function 0, run with few steps at a time.
  private static func exercise(
    _ bench: inout Bench, _ chance: SplitMix, _ exits: inout [String: Int]
  ) -> [String] {
    var random = chance
    var seen: [String] = []
    let flag = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
    defer { flag.deallocate() }
    flag.initialize(to: 0)
    #expect(bench.machine.start(0) == nil)
    #expect(bench.machine.importArguments([3, 2, word(1.5), word(-2.0), 1]) == nil)
    bench.machine.setStopFlag(UnsafePointer(flag))
    for _ in 0..<60 {
      bench.machine.budget = Int64(random.below(random.below(3) == 0 ? 40 : 4))
      flag.pointee = random.below(4) == 0 ? 1 : 0
      let exit = bench.machine.run(port: &bench.port)
      seen.append(
        "\(exit) at \(bench.machine.position), \(bench.machine.budget), \(bench.port.charged)")
      seen.append("\(bench.machine.places())")
      switch exit {
      case .finished:
        seen.append("\(bench.machine.exportResults() as [UInt64])")
        exits["finished", default: 0] += 1
        return seen
      case .failed:
        seen.append("\((0..<bench.machine.backtraceCount).map { bench.machine.backtrace($0) })")
        exits["failed", default: 0] += 1
        return seen
      case .interrupted:
        exits["interrupted", default: 0] += 1
        if random.below(8) == 0 { bench.machine.fail(Fault(.cancelled)) }
      case .outOfBudget: exits["outOfBudget", default: 0] += 1
      case .waiting, .hostCall: exits["other", default: 0] += 1
      }
    }
    return seen
  }

  @Test func countedDepth() throws { try Self.compareCountedDepth([.switched, .native]) }

  /// Calls that stand in code in place of calls count these, too, and `deepen` asks for as much;
  /// each charges what it says, whether it raises the error or not.
  static func compareCountedDepth(_ ways: [Way], process: Arm64Process? = nil) throws {
    for deeper in [0, 1, 6, Limits.deeperMax] {
      for asked in [0, 2, Limits.deeperMax] {
        let contents = image([counting(deeper: deeper, asked: asked), slow()])
        for limit in [1, 2, 16, 17, 40, 1000] {
          var bench = try Bench(
            contents, stack: 1 << 20, callDepthMax: limit, process: process)
          for way in ways {
            // The frame that the host enters is 1 deep; so many calls reach below the limit.
            let fits = (limit - 1) / (deeper + 1)
            for count in [0, 1, fits - 1, fits, fits + 1] where count >= 0 {
              try bench.renew(way)
              let start = bench.port.charged
              let depth = 1 + count * (deeper + 1)
              let isTooDeep = depth - (deeper + 1) + deeper >= limit && count > 0
              let expected: Outcome =
                isTooDeep || depth + asked >= limit
                ? .failed(Fault(.stackOverflow)) : .results([UInt64(count)])
              #expect(bench.call([UInt64(count)]) == expected, "\(way) \(count) of \(limit)")
              guard !isTooDeep else { continue }
              #expect(bench.port.charged == start + Int64(7 * count + 5), "\(way) \(count)")
            }
          }
        }
      }
    }
  }

  /// Counts down by calls that are deeper by `deeper`, and asks at the end whether there is room
  /// for `asked`.
  private static func counting(deeper: Int, asked: Int) -> Assembler {
    var main = Assembler("depth", parameters: [.integer], results: [.integer])
    let (next, own, isEnd) = (main.slot(.integer), main.slot(.integer), main.slot(.boolean))
    main.emit(.loadInteger, own, wide: 0)
    main.emit(.equalInteger, isEnd, 0, own)
    main.jump(.jumpIfTrue, isEnd, to: "end")
    main.emit(.addImmediate, next, 0, 0xFFFF)
    // One by way of a function that owns an array, which is called and returns otherwise.
    main.call(1, [next], results: [own])
    main.emit(.charge, wide: 7)
    main.call(0, [own], results: [next], deeper: deeper)
    main.emit(.addImmediate, next, next, 1)
    main.giveBack(next)
    main.label("end")
    main.emit(.charge, wide: 5)
    main.emit(.deepen, UInt16(asked))
    main.giveBack(0)
    return main
  }

  private static func slow() -> Assembler {
    var function = Assembler("slow", parameters: [.integer], results: [.integer])
    _ = function.slot(.owned(1))
    function.giveBack(0)
    return function
  }

  /// A function in between that only calls one which owns an array gives its caller's header back.
  @Test(.timeLimit(.minutes(1))) func backtraceBehindSlowCalls() throws {
    var main = Assembler("main", parameters: [.integer], results: [.integer])
    let value = main.slot(.integer)
    main.call(1, [0], results: [value])
    main.call(3, [value], results: [value])
    main.giveBack(value)
    var relay = Assembler("relay", parameters: [.integer], results: [.integer])
    let given = relay.slot(.integer)
    relay.call(2, [0], results: [given])
    relay.giveBack(given)
    var raising = Assembler("raising", parameters: [.integer], results: [.integer])
    let (zero, result) = (raising.slot(.integer), raising.slot(.integer))
    raising.emit(.loadInteger, zero, wide: 0)
    raising.emit(.floorDivideInteger, result, 0, zero)
    raising.giveBack(result)
    var bench = try Bench(image([main, relay, Self.slow(), raising]))
    for way in [Way.switched, .native] {
      try bench.renew(way)
      #expect(bench.call([7]) == .failed(Fault(.divisionByZero)), "\(way)")
      #expect(bench.machine.backtraceCount == 2, "\(way)")
    }
  }

  @Test func deepCalls() throws { try Self.compareDeepCalls([.switched, .native]) }

  /// Deeper than calls nest on the processor's stack, with and without an end.
  static func compareDeepCalls(_ ways: [Way], process: Arm64Process? = nil) throws {
    var main = Assembler("depth", parameters: [.integer], results: [.integer])
    let (next, one) = (main.slot(.integer), main.slot(.integer))
    main.emit(.loadInteger, one, wide: 1)
    main.label("test")
    main.jump(.jump, to: "go")
    main.label("go")
    main.emit(.lessInteger, main.slot(.boolean), 0, one)
    main.jump(.jumpIfTrue, 3, to: "end")
    main.emit(.addImmediate, next, 0, 0xFFFF)
    main.call(0, [next], results: [next])
    main.emit(.addInteger, next, next, one)
    main.giveBack(next)
    main.label("end")
    main.giveBack(0)
    var bench = try Bench(image([main]), stack: 1 << 20, process: process)
    for way in ways {
      for depth: UInt64 in [10, 32_000, 33_000, 100_000, 160_000] {
        try bench.renew(way)
        #expect(bench.call([depth]) == .results([depth]), "\(way) \(depth)")
      }
      #expect(bench.call([1_000_000]) == .failed(Fault(.stackOverflow)), "\(way)")
      try bench.renew(way)
      bench.machine.budget = 50_000
      #expect(bench.call([100_000]) == .other(.outOfBudget))
      for _ in 0..<49 {
        bench.machine.budget = 1000
        #expect(bench.go() == .other(.outOfBudget))
      }
      bench.machine.budget = 1000
      #expect(bench.go() == .results([100_000]))
      bench.expectFence()
    }
  }
}
