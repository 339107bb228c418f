import Bytecode
import Machine
import Testing

/// Arrays as values: copying, moving, growing, nesting, giving up.
@Suite struct ArrayTests {
  private static let integers: [SlotType] = [.borrowed(1), .length]

  /// A bench of one function that gets parameters and gives results.
  private static func bench(
    _ parameters: [SlotType], _ results: [SlotType], arena: Int = 1 << 12,
    _ build: (inout Assembler) -> Void
  ) throws -> Bench {
    var main = Assembler("main", parameters: parameters, results: results)
    build(&main)
    var contents = image([main])
    contents.data = [
      DataContents(layout: 1, elements: .words([7, 8])),
      DataContents(layout: 3, elements: .words([0, 2, 0, 0])),
    ]
    return try Bench(contents, arena: arena)
  }

  @Test func loadStoreAndTheirBounds() throws {
    var bench = try Self.bench(
      [.owned(1), .length, .integer, .integer], [.owned(1), .length, .integer]
    ) { main in
      let x = main.slot(.integer)
      main.emit(.arrayLoad, x, 0, 2)
      main.emit(.arrayStore, 0, 2, 3)
      main.giveBack(0, 1, x)
    }
    #expect(bench.call([3, 10, 20, 30, 1, 99]) == .results([3, 10, 99, 30, 20]))
    for index in [3, 4, -1, Int64.max, Int64.min] {
      #expect(
        bench.call([3, 10, 20, 30, word(index), 99])
          == .failed(Fault(.indexOutOfRange, word(index), 3)))
    }
    #expect(bench.call([0, 0, 99]).error == BuiltinError.indexOutOfRange.rawValue)
  }

  @Test func slices() throws {
    var bench = try Self.bench(
      Self.integers + [.integer, .integer], [.owned(1), .length, .integer]
    ) { main in
      let (slice, count) = (main.slot(.owned(1)), main.slot(.integer))
      main.emit(.arraySlice, slice, 0, 2)
      main.emit(.arrayCount, count, slice)
      main.giveBack(slice, slice + 1, count)
    }
    #expect(bench.call([3, 10, 20, 30, 1, 3]) == .results([2, 20, 30, 2]))
    #expect(bench.call([3, 10, 20, 30, 3, 3]) == .results([0, 0]))
    for (lower, upper) in [(-1, 2), (0, 4), (2, 1), (Int64.min, Int64.max)] {
      let got = bench.call([3, 10, 20, 30, word(lower), word(upper)])
      #expect(got == .failed(Fault(.indexOutOfRange, word(lower), word(upper), 3)))
    }
  }

  @Test func concatenateAndCompare() throws {
    let floats: [SlotType] = [.borrowed(2), .length]
    var bench = try Self.bench(floats + floats, [.owned(2), .length, .boolean]) { main in
      let (both, same) = (main.slot(.owned(2)), main.slot(.boolean))
      main.emit(.arrayConcatenate, both, 0, 2)
      main.emit(.arrayEqual, same, 0, 2)
      main.giveBack(both, both + 1, same)
    }
    #expect(bench.call([1, word(0.0), 1, word(-0.0)]) == .results([2, word(0.0), word(-0.0), 1]))
    #expect(bench.call([1, nan, 1, nan]) == .results([2, nan, nan, 0]))
    #expect(bench.call([0, 0]) == .results([0, 1]))
    #expect(bench.call([0, 1, word(1.0)]) == .results([1, word(1.0), 0]))
    // Every NaN that comes in is the machine's.
    #expect(bench.call([1, 0xFFF8_0000_0000_0001, 0]) == .results([1, nan, 0]))
  }

  @Test func nestedArrays() throws {
    // Appends b to a (an array of arrays), replaces element 0 by a constant, and gives the last
    // element's count.
    var bench = try Self.bench(
      [.owned(3), .length, .owned(1), .length], [.owned(3), .length, .integer, .owned(3), .length],
      arena: 600
    ) { main in
      let (view, data, owned) = (
        main.slot(.borrowed(1)), main.slot(.borrowed(1)), main.slot(.owned(1))
      )
      let (zero, count, copy) = (main.slot(.integer), main.slot(.integer), main.slot(.owned(3)))
      main.emit(.arrayAppend, 0, 2, 2)
      main.emit(.loadInteger, zero, wide: 0)
      main.emit(.arrayCopy, copy, 0)
      main.emit(.arrayData, data, wide: 0)
      main.emit(.arrayCopy, owned, data)
      main.emit(.elementStore, 0, zero, owned, lanes: [2, 0])
      main.emit(.elementLoad, view, 0, zero, lanes: [2, 0])
      main.emit(.arrayCount, count, view)
      main.giveBack(0, 1, count, copy, copy + 1)
    }
    #expect(bench.machine.start(0) == nil)
    for _ in 0..<200 {
      #expect(bench.machine.importArguments([2, 1, 5, 0, 3, 1, 2, 3]) == nil)
      let want: [UInt64] = [3, 2, 7, 8, 0, 3, 1, 2, 3, 2, 3, 1, 5, 0, 3, 1, 2, 3]
      #expect(bench.go() == .results(want))
      bench.machine.leave()
      #expect(bench.machine.enter(0) == nil)
    }
    bench.expectFence()
  }

  @Test func elementsOfSeveralWords() throws {
    let parameters: [SlotType] = [.owned(4), .length, .integer, .owned(0), .length, .float]
    var bench = try Self.bench(
      parameters, [.owned(4), .length, .float, .integer, .boolean, .integer]
    ) { main in
      let (count, x, f, same) = (
        main.slot(.integer), main.slot(.integer), main.slot(.float), main.slot(.boolean)
      )
      let (number, text, float) = (main.slot(.integer), main.slot(.borrowed(0)), main.slot(.float))
      main.emit(.arrayAppend, 0, 2, 4)
      main.emit(.arrayCount, count, 0)
      main.emit(.addImmediate, x, count, 0xFFFF)
      main.emit(.elementLoad, number, 0, x, lanes: [4, 0])
      main.emit(.elementLoad, f, 0, x, lanes: [1, 3])
      main.emit(.elementStore, 0, x, count, lanes: [1, 0])
      main.emit(.arrayEqual, same, text, text)
      main.emit(.arrayCount, number, text)
      main.emit(.move, f, float)
      main.emit(.arrayCount, x, 3)
      main.giveBack(0, 1, f, number, same, x)
    }
    #expect(
      bench.call([1, 5, 2, 0x6261, word(0.5), 6, 3, 0x636261, word(2.5)])
        == .results([2, 5, 2, 0x6261, word(0.5), 2, 3, 0x636261, word(2.5), word(2.5), 3, 1, 0]))
  }

  @Test func allocateMoveReleaseGlobals() throws {
    var main = Assembler(
      "main", parameters: [.integer], results: [.owned(1), .length, .integer, .integer])
    let (a, b, view) = (main.slot(.owned(1)), main.slot(.owned(1)), main.slot(.borrowed(1)))
    let (count, gone) = (main.slot(.integer), main.slot(.integer))
    main.emit(.arrayAllocate, a, 0)
    main.emit(.arrayMove, b, a)
    main.emit(.arrayMove, b, b)
    main.emit(.arrayCount, gone, a)
    main.emit(.storeGlobal, 0, wide: 0)
    main.emit(.putGlobal, b, wide: 1)
    main.emit(.borrowGlobal, view, wide: 1)
    main.emit(.arrayCount, count, view)
    main.emit(.takeGlobal, a, wide: 1)
    main.emit(.arrayCopy, b, a)
    main.emit(.arrayRelease, a)
    main.emit(.loadGlobal, gone, wide: 0)
    main.giveBack(b, b + 1, count, gone)
    var contents = image([main])
    contents.globals = [.integer, .owned(1), .length]
    var bench = try Bench(contents)
    #expect(bench.call([3]) == .results([3, 0, 0, 0, 3, 3]))
    #expect(bench.call([0]) == .results([0, 0, 0]))
    #expect(bench.call([word(Int64(-1))]).error == BuiltinError.indexOutOfRange.rawValue)
    #expect(bench.call([word(Int64.max)]) == .failed(Fault(.outOfMemory)))
    #expect(bench.machine.importGlobal(1, [2, 4, 5]) == nil)
    #expect(bench.machine.exportGlobal(1) == [2, 4, 5])
    #expect(bench.machine.importGlobal(1, [2, 4]) == .malformed)
  }

  @Test func exhaustionIsAnErrorAndUnwindingGivesBack() throws {
    // Builds an array of arrays until the arena is full; catches that; does so again.
    var main = Assembler("main", results: [.integer])
    let (rounds, sum, more, limit) = (
      main.slot(.integer), main.slot(.integer), main.slot(.boolean), main.slot(.integer)
    )
    main.emit(.loadInteger, rounds, wide: 0)
    main.emit(.loadInteger, limit, wide: 50)
    main.label("round")
    main.call(1, [])
    main.label("end")
    main.giveBack(sum)
    main.label("full")
    main.emit(.faultWord, sum, 0)
    main.emit(.addImmediate, rounds, rounds, 1)
    main.emit(.lessInteger, more, rounds, limit)
    main.jump(.jumpIfTrue, more, to: "round")
    main.giveBack(rounds)
    main.handle("round", "end", at: "full", error: BuiltinError.outOfMemory.rawValue)
    var callee = Assembler("fill")
    let (all, copy, one) = (callee.slot(.owned(3)), callee.slot(.owned(3)), callee.slot(.owned(1)))
    let (three, spare) = (callee.slot(.integer), callee.slot(.owned(1)))
    callee.emit(.loadInteger, three, wide: 3)
    callee.label("top")
    callee.emit(.arrayAllocate, one, three)
    callee.emit(.arrayCopy, spare, one)
    callee.emit(.arrayAppend, all, one, 2)
    callee.emit(.arrayCopy, copy, all)
    callee.jump(to: "top")
    var bench = try Bench(image([main, callee]), arena: 1000)
    #expect(bench.call() == .results([50]))
    bench.expectFence()
    for arena in [0, 1, 2, 3, 7, 33] {
      var small = try Bench(image([main, callee]), arena: arena)
      #expect(small.call() == .results([50]))
      small.expectFence()
    }
  }

  @Test func growingDoubles() throws {
    var bench = try Self.bench([.integer], [.owned(1), .length], arena: 300) { main in
      let (list, index, more) = (main.slot(.owned(1)), main.slot(.integer), main.slot(.boolean))
      main.emit(.loadInteger, index, wide: 0)
      main.label("top")
      main.emit(.arrayAppend, list, index, 1)
      main.emit(.addImmediate, index, index, 1)
      main.emit(.lessInteger, more, index, 0)
      main.jump(.jumpIfTrue, more, to: "top")
      main.giveBack(list, list + 1)
    }
    #expect(bench.call([100]) == .results([100] + (0..<100)))
    #expect(bench.call([1000]) == .failed(Fault(.outOfMemory)))
    bench.expectFence()
  }

  @Test func boundCaptures() throws {
    var main = Assembler("main", results: [.integer, .integer])
    let (x, view, count) = (main.slot(.integer), main.slot(.borrowed(1)), main.slot(.integer))
    main.emit(.loadBound, x, wide: 0)
    main.emit(.loadBound, view, wide: 1)
    main.emit(.arrayCount, count, view)
    main.giveBack(x, count)
    var contents = image([main], profile: .kernel)
    contents.captures = [
      CaptureContents(
        path: "a", type: "(Int, [Int])", file: 0, line: 1, digest: [],
        binding: .bound(first: 0, slots: [.integer, .borrowed(1), .length]))
    ]
    var bench = try Bench(contents)
    #expect(bench.call() == .results([0, 0]))
    #expect(bench.machine.start(0) == nil)
    #expect(bench.machine.importBound([6, 3, 1, 2, 3]) == nil)
    #expect(bench.go() == .results([6, 3]))
    #expect(bench.machine.start(0) == nil)
    bench.machine.setBound(0, 9)
    bench.machine.setBound(1, 9)
    #expect(bench.go() == .results([9, 0]))
    #expect(bench.machine.importBound([6, 3, 1, 2]) == .malformed)
  }

  @Test func valuesTravelBetweenMachines() throws {
    let types: [SlotType] = [.owned(4), .length, .boolean, .owned(3), .length, .float]
    func echo(_ slots: [SlotType]) throws -> Bench {
      try Self.bench(slots, types) { main in
        let (first, second) = (main.slot(.owned(4)), main.slot(.owned(3)))
        main.emit(.arrayCopy, first, 0)
        main.emit(.arrayCopy, second, 3)
        main.giveBack(first, first + 1, 2, second, second + 1, 5)
      }
    }
    let value: [UInt64] = [
      2, 1, 9, 0x6867_6665_6463_6261, 0x69, word(0.5), 2, 0, nan, 1, 3, 1, 4, 0, 2, 5, 6,
      word(-0.0),
    ]
    var first = try echo(types)
    var second = try echo(
      types.map { $0.kind == .owned ? SlotType(.borrowed, layout: $0.layout) : $0 })
    guard case .results(let words) = first.call(value) else {
      Issue.record("no results")
      return
    }
    #expect(words == value)
    #expect(second.call(words) == .results(value))
    // Whatever is cut off or added is refused, and nothing is kept.
    for count in 0..<value.count {
      #expect(first.machine.start(0) == nil)
      #expect(first.machine.importArguments(Array(value[..<count])) == .malformed)
    }
    #expect(first.machine.start(0) == nil)
    #expect(first.machine.importArguments(value + [0]) == .malformed)
    var room = [UInt64](repeating: 77, count: 5)
    #expect(second.call(words) == .results(value))
    let needed = room.withUnsafeMutableBufferPointer { second.machine.exportResults(into: $0) }
    #expect(needed == value.count)
    #expect(room == Array(value[..<5]))
  }
}
