import Bytecode
import CoreDevice
import Machine
import Testing

@Suite struct TimelineTests {
  @Test func aKernelBeginsCaughtUp() {
    let bench = Bench()
    #expect(bench.timeline.clock() == 100)
    #expect(bench.timeline.cursor() == 1100)
    bench.timeline.moveCursor(to: 90_000)
    bench.timeline.endCall()
    bench.timeline.beginCall(charging: 100)
    #expect(bench.timeline.clock() == 200)
    #expect(bench.timeline.cursor() == 90_000)
  }

  @Test func anEventAtTheClockIsInTimeAndOneBeforeIsNot() {
    let bench = Bench()
    #expect(bench.write(1, at: 100) == .done)
    #expect(
      bench.write(1, at: 99, channel: 2)
        == .fault(Fault(.underflow, 2, 99, UInt64(bitPattern: -1))))
    #expect(bench.timeline.account.accepted == 1)
  }

  @Test func atAndDelayNeverRaise() {
    let bench = Bench()
    bench.timeline.moveCursor(to: .min)
    bench.timeline.moveCursor(to: .max)
    bench.timeline.charge(.max)
    bench.timeline.realtime()
    #expect(bench.timeline.cursor() == .max)
    #expect(bench.write(1, at: 5) == .fault(Fault(.underflow, 1, 5, UInt64(bitPattern: 5 - .max))))
  }

  @Test func aPulseThatHasBegunIsEnded() {
    let bench = Bench()
    #expect(bench.begin(at: 5000, for: 100, channel: 1) == .done)
    #expect(bench.begin(at: 5010, for: 50, channel: 2) == .done)
    #expect(bench.begin(at: 5020, for: 20, channel: 3) == .done)
    #expect(bench.end(at: 5040, channel: 3) == .done)
    #expect(bench.endPulses() == .done)
    // There is nothing more to end.
    #expect(bench.endPulses() == .done)
    bench.drain()
    #expect(bench.channels.emitted.map(\.time) == [5000, 5010, 5020, 5040, 5060, 5100])
    #expect(bench.channels.emitted.map(\.value) == [1, 1, 1, 0, 0, 0])
    #expect(bench.timeline.account.balances)
  }

  @Test func aPulseIsEndedAsSoonAsCanBeWhereItsTickIsPastOrTaken() {
    let late = Bench()
    #expect(late.begin(at: 200, for: 100) == .done)
    late.timeline.charge(300)
    #expect(late.endPulses() == .done)
    late.drain()
    #expect(late.channels.emitted.map(\.time) == [200, 1400])

    let crowded = Bench(laneCount: 2)
    #expect(crowded.begin(at: 5000, for: 100, channel: 1) == .done)
    #expect(crowded.write(1, at: 5100, channel: 2) == .done)
    #expect(crowded.write(1, at: 5100, channel: 3) == .done)
    #expect(crowded.end(at: 5100, channel: 1) == .fault(Fault(.sequenceError, 1, 5100, 1)))
    #expect(crowded.endPulses() == .done)
    crowded.drain()
    #expect(crowded.channels.emitted.map(\.time) == [5000, 5100, 5100, 5101])

    let full = Bench(laneDepth: 2)
    #expect(full.begin(at: 5000, for: 100) == .done)
    #expect(full.write(1, at: 5050, channel: 2) == .done)
    #expect(full.endPulses() == .wait(until: 5001))
    full.advance(to: 5001)
    #expect(full.endPulses() == .done)
    full.drain()
    #expect(full.channels.emitted.map(\.time) == [5000, 5050, 5100])
  }

  @Test func whatIsDroppedIsNotEnded() {
    let bench = Bench()
    #expect(bench.begin(at: 5000, for: 100) == .done)
    bench.timeline.resetTimeline()
    bench.advance(to: 200)
    #expect(bench.endPulses() == .done)
    bench.drain()
    #expect(bench.channels.emitted.isEmpty)
  }

  @Test func eightEventsOnOneTickFitAndTheNinthIsOutOfSequence() {
    let bench = Bench()
    for channel in 0..<8 { #expect(bench.write(1, at: 5000, channel: UInt16(channel)) == .done) }
    #expect(bench.write(1, at: 5000, channel: 8) == .fault(Fault(.sequenceError, 8, 5000, 1)))
    // The refused one left no trace; a later event goes on.
    #expect(bench.timeline.account.accepted == 8)
    #expect(bench.write(1, at: 5001, channel: 8) == .done)
  }

  @Test func anEarlierEventGoesToTheNextLaneOnly() {
    let bench = Bench(laneCount: 3)
    #expect(bench.write(1, at: 9000, channel: 1) == .done)
    #expect(bench.write(1, at: 8000, channel: 2) == .done)
    #expect(bench.write(1, at: 7000, channel: 3) == .done)
    // Round to the first lane, whose last event is at 9000.
    #expect(bench.write(1, at: 6000, channel: 4) == .fault(Fault(.sequenceError, 4, 6000, 1)))
    bench.drain()
    #expect(bench.channels.emitted.map(\.time) == [7000, 8000, 9000])
  }

  @Test func the129thQueuedEventStallsTheKernel() {
    let bench = Bench()
    for index in 0..<128 { #expect(bench.write(1, at: 2000 + Int64(index) * 10) == .done) }
    #expect(bench.write(1, at: 4000) == .wait(until: 2001))
    bench.advance(to: 2000)
    #expect(bench.write(1, at: 4000) == .wait(until: 2001))
    bench.advance(to: 2001)
    #expect(bench.timeline.clock() == 2001)
    #expect(bench.write(1, at: 4000) == .done)
    // A stall is no wait for the device's answer: the cursor stays.
    #expect(bench.timeline.cursor() == 1100)
    #expect(bench.write(1, at: 4001) == .wait(until: 2011))
  }

  @Test func aFullLaneWhoseEventsAreDueLosesNoTime() {
    let bench = Bench(laneDepth: 4)
    for index in 0..<4 { #expect(bench.write(1, at: 200 + Int64(index)) == .done) }
    bench.timeline.charge(500)
    #expect(bench.write(1, at: 4000) == .wait(until: 600))
    bench.advance(to: 600)
    #expect(bench.timeline.clock() == 600)
    #expect(bench.write(1, at: 4000) == .done)
    #expect(bench.sink.emitted == 4)
  }

  @Test func backToBackPulsesMerge() {
    let bench = Bench()
    #expect(bench.pulse(at: 2000, for: 100) == .done)
    #expect(bench.pulse(at: 2100, for: 100) == .done)
    #expect(bench.timeline.account.accepted == 3)
    #expect(bench.timeline.account.replaced == 1)
    bench.drain()
    #expect(bench.channels.emitted.map(\.time) == [2000, 2100, 2200])
    #expect(bench.channels.emitted.map(\.value) == [1, 1, 0])
    #expect(bench.timeline.account.balances)
  }

  @Test func otherAddressesAndChannelsDoNotMeet() {
    let bench = Bench()
    #expect(bench.write(1, at: 2000, address: 0) == .done)
    #expect(bench.write(2, at: 2000, address: 1) == .done)
    #expect(bench.write(3, at: 2000, channel: 2) == .done)
    bench.drain()
    #expect(bench.channels.emitted.map(\.value) == [1, 2, 3])
  }

  @Test func tiesAreEmittedInTheOrderOfAcceptance() {
    let bench = Bench(laneCount: 3)
    for channel in 0..<3 as Range<UInt16> {
      #expect(bench.write(0, at: 2000, channel: channel) == .done)
    }
    // The first goes into the last lane, the second round to the first one.
    #expect(bench.write(1, at: 3000, channel: 1) == .done)
    #expect(bench.write(2, at: 3000, channel: 2) == .done)
    bench.drain()
    #expect(bench.channels.emitted.map(\.value) == [0, 0, 0, 1, 2])
  }

  @Test func anotherCallsEventIsNotReplaced() {
    let bench = Bench()
    #expect(bench.write(1, at: 9000) == .done)
    bench.timeline.endCall()
    bench.timeline.beginCall(charging: 100)
    #expect(bench.write(0, at: 9000) == .fault(Fault(.collision, 1, 9000, 7, 1)))
    bench.drain()
    #expect(bench.channels.emitted.map(\.value) == [1])
    #expect(bench.timeline.account.balances)
  }

  @Test func aPairIsAcceptedOrRefusedAsAWhole() {
    let bench = Bench()
    #expect(bench.write(1, at: 9000) == .done)
    bench.timeline.endCall()
    bench.timeline.beginCall(charging: 100)
    // The second edge would collide: neither is queued.
    #expect(bench.pulse(at: 8000, for: 1000) == .fault(Fault(.collision, 1, 9000, 7, 1)))
    #expect(bench.timeline.account.accepted == 1)
    // The first edge is late: neither is queued.
    guard case .fault(let fault) = bench.pulse(at: 10, for: 8000) else {
      Issue.record("a late pulse was accepted")
      return
    }
    #expect(fault.error == BuiltinError.underflow.rawValue)
    #expect(bench.timeline.account.accepted == 1)
    // No room for both: neither, until there is.
    let small = Bench(laneDepth: 4)
    for index in 0..<3 { #expect(small.write(1, at: 2000 + Int64(index)) == .done) }
    #expect(small.pulse(at: 3000, for: 10) == .wait(until: 2001))
    #expect(small.timeline.account.accepted == 3)
    small.advance(to: 2001)
    #expect(small.pulse(at: 3000, for: 10) == .done)
    // Where two have to leave, it waits once, for both.
    #expect(small.pulse(at: 4000, for: 10) == .wait(until: 2003))
    small.advance(to: 2003)
    #expect(small.pulse(at: 4000, for: 10) == .done)
    small.drain()
    #expect(small.timeline.account.balances)
  }

  @Test func impossiblePairsRaise() {
    let bench = Bench()
    #expect(bench.pulse(at: 2000, for: -1) == .fault(Fault(.arithmeticOverflow)))
    #expect(bench.pulse(at: 2000, for: .max) == .fault(Fault(.arithmeticOverflow)))
    #expect(bench.gate(at: 2000, for: -1) == .fault(Fault(.arithmeticOverflow)))
    #expect(bench.gate(at: 2000, for: .max) == .fault(Fault(.arithmeticOverflow)))
    // Of a pair on one tick the second value stands.
    #expect(bench.pulse(at: 2000, for: 0) == .done)
    bench.drain()
    #expect(bench.channels.emitted.map(\.value) == [0])
  }

  @Test func waitingCatchesUpAndNotWaitingDoesNot() {
    let bench = Bench()
    guard case .wait = bench.timeline.waitUntil(50_000) else {
      Issue.record("did not wait")
      return
    }
    bench.advance(to: bench.timeline.waitsUntil)
    guard case .done = bench.timeline.waitUntil(50_000) else {
      Issue.record("still waits")
      return
    }
    #expect(bench.timeline.clock() == 50_000)
    #expect(bench.timeline.cursor() == 51_000)
    bench.timeline.moveCursor(to: 50_100)
    guard case .done = bench.timeline.waitUntil(10) else {
      Issue.record("waits for the past")
      return
    }
    #expect(bench.timeline.cursor() == 50_100)
  }

  @Test func resettingDropsWhatIsNotDueAndBooksIt() {
    let bench = Bench()
    #expect(bench.write(1, at: 150) == .done)
    #expect(bench.write(2, at: 5000) == .done)
    #expect(bench.gate(at: 200, for: 8000) == .done)
    bench.timeline.charge(400)
    bench.timeline.resetTimeline()
    bench.timeline.charge(20)
    // The next operation waits for the dropping, which takes no time, and can use any lane.
    #expect(bench.write(3, at: 3000) == .wait(until: 520))
    bench.advance(to: 520)
    #expect(bench.write(3, at: 3000) == .done)
    #expect(bench.gate(at: 3000, for: 100) == .done)
    bench.drain()
    #expect(bench.channels.emitted.map(\.time) == [150, 200, 500, 3000, 3000, 3100])
    #expect(
      bench.sink.windows == [
        InputWindow(channel: 9, opened: 200, closed: 500, count: 0),
        InputWindow(channel: 9, opened: 3000, closed: 3100, count: 0),
      ])
    let account = bench.timeline.account
    #expect(account.discarded == 1 && account.accepted == 7 && account.balances)
  }

  @Test func aStopEndsAWait() {
    let bench = Bench()
    bench.timeline.requestStop(at: 30_000)
    #expect(!bench.timeline.stopIsDue)
    _ = bench.timeline.waitUntil(.max)
    bench.advance(to: bench.timeline.waitsUntil)
    #expect(bench.timeline.clock() == 30_000)
    #expect(bench.timeline.stopIsDue)
    bench.timeline.withdrawStop()
    #expect(!bench.timeline.stopIsDue)
    bench.timeline.requestStop(at: 30_100)
    bench.timeline.charge(100)
    #expect(bench.timeline.stopIsDue)
  }

  @Test func aSessionHasAnAccountOfItsOwn() {
    let bench = Bench()
    #expect(bench.write(1, at: 2000) == .done)
    bench.drain()
    #expect(bench.timeline.account.emitted == 1)
    bench.timeline.openSession()
    #expect(bench.timeline.account == Account())
    #expect(bench.timeline.clock() == 2000)
  }
}
