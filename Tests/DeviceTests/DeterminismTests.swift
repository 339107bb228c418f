import Bytecode
import CoreDevice
import Foundation
import Laboratory
import Simulation
import Testing

@Suite struct DeterminismTests {
  /// A little of everything; the waits for edges make the course depend on what the world does.
  private func digest(seed: UInt64, stride: Int64 = .max) -> (String, [Int64]) {
    let apparatus = Apparatus(seed: seed, keepsTrace: true)
    apparatus.stride = stride
    var counts: [Int64] = []
    for shot in 0..<8 as Range<Int64> {
      apparatus.cool()
      apparatus.set("qubit", 0, 200e6 + Double(shot) * 10e3)
      apparatus.drive(shot * 2_500)
      counts.append(apparatus.readout())
      apparatus.gate("trigger", 200_000, edges: 3)
      while let edge = apparatus.read("trigger", 0) {
        counts.append(edge.time)
        guard edge.value == 1 else { continue }
        apparatus.device.core.timeline.moveCursor(to: edge.time + 5_000)
        apparatus.pulse("answer", 5)
      }
    }
    #expect(apparatus.device.finish().balances)
    return (apparatus.device.digest, counts)
  }

  @Test func sameSeedSameTrace() {
    let (first, second) = (digest(seed: 1), digest(seed: 1))
    #expect(first.0 == second.0 && first.1 == second.1)
    #expect(first.0.hasPrefix("sha256:") && first.0.count == 7 + 64)
  }

  /// A device has megabytes; a session of a day makes thousands.
  @Test func aDeviceGivesItsMemoryBack() throws {
    func residentPages() throws -> Int {
      let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
      return Int(text.split(separator: " ")[1]) ?? 0
    }
    _ = digest(seed: 1)
    let before = try residentPages()
    for seed in 0..<100 as Range<UInt64> { _ = Apparatus(seed: seed, keepsTrace: false) }
    // Each leaves 1.4 MB of touched pages if it is kept.
    #expect(try residentPages() - before < 16_000)
  }

  /// Whatever is kept back and hashed at once: records of four words, one after the other.
  @Test(arguments: [0, 1, 15, 16, 17, 37])
  func theDigestIsThatOfTheRecords(count: Int) {
    var recorder = Recorder(.defaultLaboratory, keepingTrace: false)
    var hash = SHA256(portably: true)
    for number in 0..<count {
      let value = UInt64(number) &* 0x9E37_79B9_7F4A_7C15
      if number % 5 == 4 {
        recorder.closed(
          InputWindow(channel: 9, opened: 3, closed: Int64(number), count: Int64(number) * 2))
        let words: [UInt64] = [2 | 9 << 16, UInt64(number), 3, UInt64(number) * 2]
        for word in words { hash.update(word) }
      } else {
        recorder.emitted(
          OutputEvent(
            time: Int64(number), channel: 7, kind: number % 2 == 0 ? .write : .open, address: -1,
            value: value, slack: 5, position: 6, call: 1))
        let words: [UInt64] = [UInt64(number % 2) | 7 << 16, UInt64(number), .max, value]
        for word in words { hash.update(word) }
      }
      // Asking in between changes nothing.
      if number == 3 { _ = recorder.digest }
    }
    let digits = hash.finalizeToArray().map { String(format: "%02x", $0) }.joined()
    #expect(recorder.digest == "sha256:" + digits)
  }

  @Test func otherSeedOtherTrace() {
    #expect(digest(seed: 1).0 != digest(seed: 2).0)
  }

  @Test(arguments: [1_000, 777, 50_001] as [Int64])
  func theClocksStepsMakeNoDifference(stride: Int64) {
    let (whole, stepped) = (digest(seed: 3), digest(seed: 3, stride: stride))
    #expect(whole.0 == stepped.0 && whole.1 == stepped.1)
  }

  @Test func theTraceAnswersQuestions() {
    let apparatus = Apparatus(seed: 4, keepsTrace: true)
    let start = apparatus.cursor
    apparatus.pulse("led", 100)
    apparatus.delay(50)
    apparatus.pulse("led", 300)
    apparatus.pulse("led", 300)
    apparatus.drive(1_000)
    apparatus.set("qubit", 0, 1e6)
    _ = apparatus.device.finish()
    let trace = apparatus.device.trace
    #expect(trace.edges("led", rising: true) == [start, start + 150])
    #expect(trace.edges("led", rising: false) == [start + 100, start + 750])
    #expect(trace.span("led", 0) == 100)
    #expect(trace.span("led", 1) == 600)
    #expect(trace.span("led", 2) == nil)
    #expect(trace.span("led", -1) == nil)
    #expect(trace.level("led", at: start + 99) && !trace.level("led", at: start + 100))
    #expect(!trace.level("led", at: start - 1))
    #expect(trace.edges("qubit", rising: true) == [start + 750])
    #expect(trace.events("qubit").map(\.address) == [4, 4, 0])
    #expect(trace.edges("nobody", rising: true) == [])
  }

  @Test func theDefaultLaboratoryIsAsDescribed() {
    let laboratory = SystemDescription.defaultLaboratory
    #expect(laboratory.device(named: "led")?.driver == "TTLOut")
    #expect(laboratory.device(named: "ttl7")?.driver == "TTLOut")
    #expect(laboratory.device(named: "trigger")?.driver == "TTLIn")
    #expect(laboratory.device(named: "dds3")?.driver == "DDSChannel")
    #expect(laboratory.device(named: "ttl8") == nil)
    #expect(laboratory.devices.count == 27)
    #expect(Set(laboratory.channels.map(\.number)).count == 27)
    #expect(laboratory.core.margin == 10_000 && laboratory.costs.operation == 20)
  }
}
