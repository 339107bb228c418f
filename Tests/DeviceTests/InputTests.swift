import Bytecode
import CoreDevice
import Machine
import Testing

@Suite struct InputTests {
  @Test func countWithoutAWindowDoesNotHang() throws {
    let bench = Bench()
    #expect(try bench.read(address: 1) == nil)
    #expect(try bench.read(address: 0) == nil)
    #expect(bench.timeline.clock() == 100)
    #expect(bench.timeline.cursor() == 1100)
  }

  @Test func countWaitsForTheWindowToClose() throws {
    let bench = Bench()
    bench.channels.edges = [(1999, 9), (2000, 9), (2500, 3), (2999, 9), (3000, 9)]
    #expect(bench.gate(at: 2000, for: 1000) == .done)
    let entry = try #require(try bench.read(address: 1))
    #expect(entry.time == 3000 && entry.value == 2)
    #expect(bench.timeline.clock() == 3000)
    #expect(bench.timeline.cursor() == 4000)
    #expect(try bench.read(address: 1) == nil)
    bench.drain()
    #expect(bench.sink.windows == [InputWindow(channel: 9, opened: 2000, closed: 3000, count: 2)])
  }

  @Test func countOfAClosedWindowNeedsNoTime() throws {
    let bench = Bench()
    #expect(bench.gate(at: 2000, for: 1000) == .done)
    bench.timeline.charge(5000)
    let entry = try #require(try bench.read(address: 1))
    #expect(entry.time == 3000 && entry.value == 0)
    #expect(bench.timeline.clock() == 5100)
    // It had not to wait, so the cursor stays.
    #expect(bench.timeline.cursor() == 1100)
  }

  @Test func windowsAreReadInOrder() throws {
    let bench = Bench()
    bench.channels.edges = [(2100, 9), (4100, 9), (4200, 9)]
    #expect(bench.gate(at: 2000, for: 1000) == .done)
    #expect(bench.gate(at: 3000, for: 1000) == .done)
    #expect(bench.gate(at: 4000, for: 1000) == .done)
    var counts: [Int64] = []
    while let entry = try bench.read(address: 1) { counts.append(entry.value) }
    #expect(counts == [1, 0, 2])
  }

  @Test func aCountIsReadNotLaterThanAsked() throws {
    let bench = Bench()
    #expect(bench.gate(at: 2000, for: 1000) == .done)
    #expect(try bench.read(address: 1, until: 2500) == nil)
    #expect(bench.timeline.clock() == 2500)
    #expect(try bench.read(address: 1, until: 3000)?.time == 3000)
  }

  @Test func edgesEndTheWaitAsTheyCome() throws {
    let bench = Bench()
    bench.channels.edges = [(2100, 9), (2500, 9), (2900, 9)]
    #expect(bench.gate(at: 2000, for: 1000) == .done)
    #expect(try bench.read(address: 0, until: 3000)?.time == 2100)
    #expect(bench.timeline.clock() == 2101)
    #expect(bench.timeline.cursor() == 3101)
    #expect(try bench.read(address: 0, until: 2400) == nil)
    #expect(bench.timeline.clock() == 2401)
    #expect(try bench.read(address: 0, until: 3000)?.time == 2500)
    #expect(try bench.read(address: 0, until: 3000)?.value == 1)
    #expect(try bench.read(address: 0, until: 3000) == nil)
    #expect(bench.timeline.clock() == 3000)
    // The window is done with.
    #expect(try bench.read(address: 1) == nil)
  }

  @Test func aWindowReadByEdgesIsNotCounted() throws {
    let bench = Bench()
    bench.channels.edges = [(2100, 9), (2500, 9), (3100, 9)]
    #expect(bench.gate(at: 2000, for: 1000) == .done)
    #expect(bench.gate(at: 3000, for: 1000) == .done)
    #expect(try bench.read(address: 0)?.time == 2100)
    let entry = try #require(try bench.read(address: 1))
    #expect(entry.time == 4000 && entry.value == 1)
    #expect(try bench.read(address: 0) == nil)
  }

  @Test func onlyATimestampPastALostEdgeOverflows() throws {
    let bench = Bench(inputDepth: 4)
    bench.channels.edges = (0..<6).map { (2100 + Int64($0) * 100, 9) }
    bench.channels.edges += (0..<6).map { (4100 + Int64($0) * 100, 9) }
    #expect(bench.gate(at: 2000, for: 1000) == .done)
    #expect(bench.gate(at: 4000, for: 1000) == .done)
    #expect(try bench.read(address: 1)?.value == 6)
    bench.timeline.charge(9000)
    for index in 0..<4 { #expect(try bench.read(address: 0)?.time == 4100 + Int64(index) * 100) }
    // The fifth edge, at 4500, was not kept.
    #expect(try bench.read(address: 0, until: 4499) == nil)
    #expect(throws: Bench.Raised(fault: Fault(.inputOverflow, 9))) { try bench.read(address: 0) }
  }

  @Test func overlappingGatesAreBusyAndTouchingOnesAreNot() throws {
    let bench = Bench()
    #expect(bench.gate(at: 2000, for: 1000) == .done)
    #expect(bench.gate(at: 2999, for: 1000) == .fault(Fault(.busy, 9, 2, 2999, 3000)))
    #expect(bench.gate(at: 3000, for: 1000) == .done)
    #expect(bench.gate(at: 2000, for: 1000, channel: 8) == .done)
    #expect(bench.gate(at: 2000, for: 1000, channel: 7) == .fault(Fault(.limitExceeded, 7, 1)))
    bench.drain()
    #expect(bench.timeline.account.balances)
  }

  @Test func asManyWindowsAsTheQueueIsDeepCanBeUnread() throws {
    let bench = Bench(inputDepth: 4)
    for index in 0..<4 { #expect(bench.gate(at: 2000 + Int64(index) * 100, for: 50) == .done) }
    #expect(bench.gate(at: 5000, for: 50) == .fault(Fault(.busy, 9, 3, 4)))
    #expect(try bench.read(address: 1)?.time == 2050)
    #expect(bench.gate(at: 5000, for: 50) == .done)
  }

  @Test func unreadWindowsEndWithTheKernel() throws {
    let bench = Bench()
    bench.channels.edges = [(2100, 9), (4100, 9)]
    #expect(bench.gate(at: 2000, for: 1000) == .done)
    bench.timeline.endCall()
    bench.timeline.beginCall(charging: 100)
    #expect(try bench.read(address: 1) == nil)
    #expect(bench.gate(at: 4000, for: 1000) == .done)
    #expect(try bench.read(address: 1)?.value == 1)
    bench.drain()
    // The trace has both.
    #expect(bench.sink.windows.map(\.count) == [1, 1])
  }

  @Test func anEmptyWindowCountsNothing() throws {
    let bench = Bench()
    #expect(bench.gate(at: 2000, for: 0) == .done)
    let entry = try #require(try bench.read(address: 1))
    #expect(entry.time == 2000 && entry.value == 0)
    #expect(bench.timeline.account.accepted == 0)
  }
}
