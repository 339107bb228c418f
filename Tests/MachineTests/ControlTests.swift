import Bytecode
import Machine
import Testing

/// Jumps, calls, errors, suspension.
@Suite struct ControlTests {
  /// Debug builds show that calls are noticed, release builds that jumps are.
  @Test func tailCallsAreNoticed() {
    let growth = TailCalls.stackGrowth()
    #if DEBUG
      #expect(growth >= 80 * 8 && !TailCalls.areJumps, "\(growth) bytes")
      #expect(Dispatch.standard.isSwitched)
    #else
      #expect(growth == 0 && TailCalls.areJumps, "\(growth) bytes")
      #expect(!Dispatch.standard.isSwitched)
    #endif
  }

  @Test func aLoopAndItsBudget() throws {
    // sum of 0..<n
    var main = Assembler("sum", parameters: [.integer], results: [.integer])
    let (sum, index, more) = (main.slot(.integer), main.slot(.integer), main.slot(.boolean))
    main.emit(.loadInteger, sum, wide: 0)
    main.emit(.loadInteger, index, wide: 0)
    main.label("top")
    main.emit(.lessInteger, more, index, 0)
    main.jump(.jumpIfFalse, more, to: "end")
    main.emit(.addInteger, sum, sum, index)
    main.emit(.addImmediate, index, index, 1)
    main.emit(.charge, wide: 10)
    main.jump(to: "top")
    main.label("end")
    main.giveBack(sum)
    var bench = try Bench(image([main]))
    #expect(bench.call([1000]) == .results([499_500]))
    #expect(bench.port.charged == 10_000)
    #expect(bench.call([0]) == .results([0]))
    bench.machine.budget = 10
    #expect(bench.call([1000]) == .other(.outOfBudget))
    bench.machine.budget = 2000
    #expect(bench.go() == .results([499_500]))
  }

  static func fibonacci() -> Assembler {
    var main = Assembler("fib", parameters: [.integer], results: [.integer])
    let (two, less, a, b) = (
      main.slot(.integer), main.slot(.boolean), main.slot(.integer), main.slot(.integer)
    )
    main.emit(.loadInteger, two, wide: 2)
    main.emit(.lessInteger, less, 0, two)
    main.jump(.jumpIfTrue, less, to: "small")
    main.emit(.addImmediate, a, 0, 0xFFFF)
    main.call(0, [a], results: [a])
    main.emit(.addImmediate, b, 0, 0xFFFE)
    main.call(0, [b], results: [b])
    main.emit(.addInteger, a, a, b)
    main.giveBack(a)
    main.label("small")
    main.giveBack(0)
    return main
  }

  @Test func recursionAndItsEnd() throws {
    var bench = try Bench(image([Self.fibonacci()]), stack: 4096)
    #expect(bench.call([20]) == .results([6765]))
    #expect(bench.call([1_000_000]) == .failed(Fault(.stackOverflow)))
    #expect(bench.machine.backtraceCount == Machine.backtraceCountMax)
    #expect(bench.machine.backtrace(0) == 4)
    bench.expectFence()
    #expect(bench.call([10]) == .results([55]))
    for stack in [0, 1, 60, 80, 81, 82, 83, 84, 90, 100] {
      var small = try Bench(image([Self.fibonacci()]), stack: stack, arena: 1)
      let outcome = small.call([10])
      #expect(outcome == .results([55]) || outcome == .failed(Fault(.stackOverflow)))
      small.expectFence()
    }
  }

  @Test func functionValues() throws {
    let type = SlotType(.function, layout: 0)
    var main = Assembler("main", parameters: [.boolean], results: [.integer])
    let (function, x) = (main.slot(type), main.slot(.integer))
    main.emit(.loadInteger, x, wide: 20)
    main.jump(.jumpIfTrue, 0, to: "call")
    main.emit(.loadFunction, function, wide: 1)
    main.label("call")
    main.call(.callValue, function, [x], results: [x])
    main.giveBack(x)
    var double = Assembler("double", parameters: [.integer], results: [.integer])
    double.emit(.addInteger, 0, 0, 0)
    double.giveBack(0)
    var contents = image([main, double])
    contents.signatures = [Signature(parameters: [.integer], results: [.integer])]
    var bench = try Bench(contents)
    #expect(bench.call([0]) == .results([40]))
    // The slot holds what lay there before, function 0 of another signature: no call.
    #expect(bench.call([1]) == .failed(Fault(.missingValue)))
  }

  // MARK: Errors

  @Test func theFirstHandlerThatFitsTakesTheError() throws {
    var main = Assembler("main", parameters: [.integer], results: [.integer, .integer])
    let (error, zero) = (main.slot(.integer), main.slot(.integer))
    main.emit(.loadInteger, zero, wide: 0)
    main.label("try")
    main.position(line: 5, pending: 30)
    main.call(1, [0], results: [zero])
    main.position(line: 6)
    main.label("end")
    main.giveBack(zero, zero)
    main.label("divided")
    main.emit(.loadInteger, zero, wide: 100)
    main.giveBack(error, zero)
    main.label("other")
    main.emit(.loadInteger, zero, wide: 200)
    main.giveBack(error, zero)
    main.handle(
      "try", "end", at: "divided", error: BuiltinError.divisionByZero.rawValue, slot: error)
    main.handle("try", "end", at: "other", slot: error)
    var callee = Assembler("callee", parameters: [.integer], results: [.integer])
    let (x, big) = (callee.slot(.integer), callee.slot(.integer))
    callee.emit(.loadInteger, x, wide: 10)
    callee.position(line: 9, pending: 7)
    callee.emit(.floorDivideInteger, x, x, 0)
    callee.emit(.loadWord, big, wide: 0)
    callee.emit(.addInteger, x, x, big)
    callee.giveBack(x)
    var contents = image([main, callee])
    contents.constants = [word(Int64.max - 5)]
    var bench = try Bench(contents)
    #expect(bench.call([0]) == .results([7, 100]))
    #expect(bench.port.charged == 37)
    #expect(bench.machine.fault == Fault(.divisionByZero))
    #expect(bench.call([1]) == .results([6, 200]))
    #expect(bench.machine.backtraceCount == 2)
    #expect(bench.machine.backtrace(0) == 1 << 32 | 3)
    #expect(bench.machine.backtrace(1) == 1)
    #expect(bench.image.position(function: 1, word: 3)?.line == 9)
    #expect(bench.image.position(function: 0, word: 0) == nil)
  }

  @Test func payloadsTravelAndAreGivenUp() throws {
    // Catches its own error, reads number and text, throws the text on.
    var main = Assembler(
      "main", parameters: [.integer], results: [.integer, .borrowed(0), .length])
    let (number, view) = (main.slot(.integer), main.slot(.borrowed(0)))
    main.label("try")
    main.call(1, [0])
    main.label("end")
    main.label("caught")
    main.emit(.faultWord, number, 0)
    main.emit(.faultArray, view, 1)
    main.giveBack(number, view, view + 1)
    main.handle("try", "end", at: "caught", error: 64)
    var callee = Assembler("callee", parameters: [.integer])
    let (data, text) = (callee.slot(.borrowed(0)), callee.slot(.owned(0)))
    callee.emit(.arrayData, data, wide: 0)
    callee.emit(.arrayConcatenate, text, data, data)
    callee.throwing(64, [0, text, text + 1])
    var contents = image([main, callee])
    contents.data = [DataContents(layout: 0, elements: .text(Array("ab".utf8)))]
    contents.errors = [ErrorContents(name: "Lost", payload: [.integer, .owned(0), .length])]
    var bench = try Bench(contents, arena: 16)
    #expect(bench.machine.start(0) == nil)
    // Arrays of former errors would soon fill the arena.
    for round in 0..<100 as Range<UInt64> {
      if round > 0 { #expect(bench.machine.enter(0) == nil) }
      #expect(bench.machine.importArguments([round]) == nil)
      #expect(bench.go() == .results([round, 4, 0x6261_6261]))
      #expect(bench.machine.exportFault() == [round, 4, 0x6261_6261])
      bench.machine.leave()
    }
    // The same payload, raised by the host elsewhere.
    #expect(bench.machine.enter(1) == nil)
    #expect(bench.machine.fail(number: 64, payload: [5, 3, 0x636261]) == nil)
    #expect(bench.go().error == 64)
    #expect(bench.machine.exportFault() == [5, 3, 0x636261])
    #expect(bench.machine.fail(number: 64, payload: [5, 3]) == .malformed)
  }

  @Test func aKeptErrorOutlivesOneThatIsRaisedMeanwhile() throws {
    var main = Assembler("main", parameters: [.integer])
    let kept = main.slot(.integer)
    for _ in 1..<Limits.keptErrorWordCount { _ = main.slot(.integer) }
    main.label("try")
    main.call(1, [0])
    main.label("caught")
    main.emit(.faultSave, kept)
    main.label("again")
    main.throwing(3)
    main.label("caught again")
    main.emit(.faultRestore, kept)
    main.emit(.rethrow)
    main.handle("try", "caught", at: "caught")
    main.handle("again", "caught again", at: "caught again")
    var callee = Assembler("callee", parameters: [.integer])
    let (data, text) = (callee.slot(.borrowed(0)), callee.slot(.owned(0)))
    callee.emit(.arrayData, data, wide: 0)
    callee.emit(.arrayConcatenate, text, data, data)
    callee.throwing(64, [0, text, text + 1])
    var contents = image([main, callee])
    contents.data = [DataContents(layout: 0, elements: .text(Array("ab".utf8)))]
    contents.errors = [ErrorContents(name: "Lost", payload: [.integer, .owned(0), .length])]
    var bench = try Bench(contents, arena: 16)
    #expect(bench.machine.start(0) == nil)
    // What kept errors carry would soon fill the arena.
    for round in 0..<100 as Range<UInt64> {
      if round > 0 { #expect(bench.machine.enter(0) == nil) }
      #expect(bench.machine.importArguments([round]) == nil)
      #expect(bench.go().error == 64)
      #expect(bench.machine.exportFault() == [round, 4, 0x6261_6261])
      #expect(bench.machine.backtrace(0) >> 32 == 1)
      bench.machine.leave()
    }
  }

  @Test func rethrowKeepsTheFirstPlace() throws {
    var main = Assembler("main")
    main.label("try")
    main.throwing(3)
    main.label("caught")
    main.emit(.charge, wide: 1)
    main.emit(.rethrow)
    main.handle("try", "caught", at: "caught")
    var bench = try Bench(image([main]))
    #expect(bench.call() == .failed(Fault(.busy)))
    #expect(bench.machine.backtraceCount == 1)
    #expect(bench.machine.backtrace(0) == 0)
  }

  @Test func anErrorThatIsCaughtWhereItIsRaisedEndsWithTheBudget() throws {
    var main = Assembler("main")
    main.label("top")
    main.throwing(0)
    main.label("end")
    main.handle("top", "end", at: "top")
    var bench = try Bench(image([main]))
    bench.machine.budget = 100
    #expect(bench.call() == .other(.outOfBudget))
  }

  // MARK: Suspension

  private static func calling(_ parameters: [SlotType], _ results: [SlotType]) -> ImageContents {
    var main = Assembler("main", parameters: parameters, results: results)
    let first = UInt16(parameters.count)
    for type in results where type.kind != .length { _ = main.slot(type) }
    main.label("try")
    main.call(
      .callHost, 0, parameters.indices.map { UInt16($0) },
      results: results.indices.map { first + UInt16($0) })
    main.label("end")
    main.emit(
      .returnSlots, UInt16(results.count), lanes: results.indices.map { first + UInt16($0) })
    main.label("caught")
    main.throwing(9)
    main.handle("try", "end", at: "caught", error: 5)
    var inner = Assembler(
      "inner", parameters: [.integer, .borrowed(1), .length], results: [.owned(1), .length])
    let copy = inner.slot(.owned(1))
    inner.emit(.arrayCopy, copy, 1)
    inner.emit(.arrayAppend, copy, 0, 1)
    inner.giveBack(copy, copy + 1)
    var contents = image([main, inner])
    contents.hostCalls = [
      HostCallContents(
        name: "ask", mode: .plain, signature: Signature(parameters: parameters, results: results))
    ]
    return contents
  }

  @Test func hostCallsGiveAndTake() throws {
    let parameters: [SlotType] = [.integer, .owned(1), .length, .borrowed(0), .length, .float]
    var bench = try Bench(Self.calling(parameters, [.integer, .owned(3), .length]))
    let arguments: [UInt64] = [5, 2, 10, 20, 3, 0x636261, word(1.5)]
    #expect(bench.call(arguments) == .other(.hostCall))
    #expect(bench.machine.hostArgument(0) == 5)
    #expect(bench.machine.hostArgument(5) == word(1.5))
    #expect(bench.machine.exportHostArguments() == arguments)
    // A nested call leaves what is suspended alone.
    #expect(bench.machine.enter(1) == nil)
    #expect(bench.machine.importArguments([7, 2, 30, 40]) == nil)
    #expect(bench.go() == .results([3, 30, 40, 7]))
    bench.machine.leave()
    #expect(bench.machine.exportHostArguments() == arguments)
    let results: [UInt64] = [9, 2, 1, 70, 2, 80, 90]
    #expect(bench.machine.importHostResults([9]) == .malformed)
    #expect(bench.machine.importHostResults([9, 1 << 60]) == .malformed)
    #expect(bench.machine.importHostResults(results) == nil)
    #expect(bench.go() == .results(results))
    bench.expectFence()
  }

  @Test func hostCallsFail() throws {
    var bench = try Bench(Self.calling([.integer], [.integer]))
    #expect(bench.call([1]) == .other(.hostCall))
    bench.machine.fail(Fault(.fitFailed))
    #expect(bench.go() == .failed(Fault(.fitFailed)))
    #expect(bench.call([1]) == .other(.hostCall))
    bench.machine.fail(Fault(.timeout))
    #expect(bench.go() == .failed(Fault(number: 9)))
    // An error of a nested call goes on, its backtrace through both.
    #expect(bench.call([1]) == .other(.hostCall))
    #expect(bench.machine.enter(1) == nil)
    bench.machine.fail(Fault(.missingValue))
    #expect(bench.go() == .failed(Fault(.missingValue)))
    #expect(bench.machine.backtraceCount == 2)
    bench.machine.leave()
    bench.machine.fail(bench.machine.fault, keepingBacktrace: true)
    #expect(bench.go() == .failed(Fault(.missingValue)))
    #expect(bench.machine.backtraceCount == 2)
    #expect(bench.machine.backtrace(0) == 1 << 32)
  }

  @Test func aSuspendedNestedCallCanBeLeft() throws {
    var bench = try Bench(Self.calling([.owned(1), .length], [.owned(1), .length]), arena: 64)
    #expect(bench.machine.start(0) == nil)
    for _ in 0..<100 {
      #expect(bench.machine.importArguments([3, 1, 2, 3]) == nil)
      #expect(bench.go() == .other(.hostCall))
      #expect(bench.machine.enter(0) == nil)
      #expect(bench.machine.importArguments([1, 4]) == nil)
      #expect(bench.go() == .other(.hostCall))
      #expect(bench.machine.exportHostArguments() == [1, 4])
      bench.machine.leave()
      #expect(bench.machine.exportHostArguments() == [3, 1, 2, 3])
      #expect(bench.machine.importHostResults([1, 6]) == nil)
      #expect(bench.go() == .results([1, 6]))
      bench.machine.leave()
      #expect(bench.machine.enter(0) == nil)
    }
  }

  @Test func theStopFlagIsSeenAtSafePoints() throws {
    var main = Assembler("main", results: [.integer])
    let (error, again) = (main.slot(.integer), main.slot(.boolean))
    main.emit(.loadInteger, error, wide: 77)
    main.emit(.loadBoolean, again, 0)
    main.label("top")
    main.emit(.charge, wide: 1)
    main.label("try")
    // A safe point although it is not taken.
    main.jump(.jumpIfTrue, again, to: "top")
    main.label("end")
    main.giveBack(error)
    main.label("caught")
    main.giveBack(error)
    main.handle("try", "end", at: "caught", error: BuiltinError.cancelled.rawValue, slot: error)
    var bench = try Bench(image([main]))
    let flag = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
    defer { flag.deallocate() }
    flag.pointee = 1
    bench.machine.setStopFlag(UnsafePointer(flag))
    #expect(bench.call() == .other(.interrupted))
    #expect(bench.go() == .results([77]))
    #expect(bench.call() == .other(.interrupted))
    bench.machine.fail(Fault(.cancelled))
    #expect(bench.go() == .results([11]))
    bench.machine.setStopFlag(nil)
    #expect(bench.call() == .results([77]))
  }

  @Test func theTimeline() throws {
    var main = Assembler(
      "main", results: [.integer, .integer, .boolean, .boolean, .integer, .integer])
    let (x, y, z, seven) = (
      main.slot(.integer), main.slot(.integer), main.slot(.integer), main.slot(.integer)
    )
    let (pause, came, stamp, value) = (
      main.slot(.boolean), main.slot(.boolean), main.slot(.integer), main.slot(.integer)
    )
    let (one, zero) = (main.slot(.integer), main.slot(.integer))
    for (slot, number) in [(x, 100), (y, 5), (seven, 7), (one, 1), (zero, 0)] {
      main.emit(.loadInteger, slot, wide: number)
    }
    main.emit(.charge, wide: 20)
    main.emit(.moveTo, x)
    main.emit(.delay, y)
    main.emit(.now, z)
    main.emit(.output, 0, y, seven)
    main.emit(.outputExtended, 0, y, seven, lanes: [y, 0xFFFF, 0xFFFF, 0])
    main.emit(.outputExtended, 0, y, seven, lanes: [0xFFFF, x, y, 0])
    main.emit(.outputExtended, 0, y, seven, lanes: [0xFFFF, x, y, 1])
    main.emit(.outputExtended, 0, y, seven, lanes: [y, 0xFFFF, 0xFFFF, 2])
    main.emit(.endPulses)
    main.emit(.gate, 1, x, 3, lanes: [y, 0xFFFF, 0xFFFF, 0])
    main.emit(.waitUntil, x)
    main.emit(.realtime)
    main.emit(.resetTimeline)
    main.emit(.shouldPause, pause)
    main.emit(.input, 1, zero, x, lanes: [came, stamp, value, 0])
    main.emit(.input, 1, one, x, lanes: [one, 0xFFFF, 0xFFFF, 0])
    main.emit(.clock, y)
    main.giveBack(z, one, pause, came, stamp, y)
    var contents = image([main], profile: .kernel)
    contents.channels = [
      ChannelContents(number: 40, device: "a"), ChannelContents(number: 50, device: "b"),
    ]
    var bench = try Bench(contents)
    bench.port.waits = 2
    #expect(bench.call() == .other(.waiting))
    #expect(bench.go() == .other(.waiting))
    #expect(bench.go() == .results([105, 0, 1, 1, 42, 7]))
    #expect(bench.port.charged == 20)
    #expect(
      bench.port.log == [
        "output 40 5 7 at 105", "output 40 5 7 at 110", "output 40 5 7 then 100 after 5 at 105",
        "begin 40 5 7 then 100 after 5 at 105", "end 40 5 7 at 110", "end pulses",
        "gate 50 3 at 110 for 100", "wait 100", "realtime", "reset", "input 50 0 until 100",
        "input 50 1 until 100",
      ])
    bench.port.nextFault = Fault(.underflow, 40, 105, word(Int64(-3)))
    #expect(bench.call() == .failed(Fault(.underflow, 40, 105, word(Int64(-3)))))
  }
}

extension Dispatch {
  fileprivate var isSwitched: Bool {
    switch self {
    case .switched: true
    case .threaded, .native, .counting: false
    }
  }
}
