import CoreDevice
import Laboratory
import Machine
import Simulation
import Testing

/// The default laboratory, driven by hand without an image.
final class Apparatus {
  let device: SimulatedDevice
  /// Largest step of the clock while waiting.
  var stride = Int64.max

  init(seed: UInt64, description: SystemDescription = .defaultLaboratory, keepsTrace: Bool = false)
  {
    device = SimulatedDevice(description: description, seed: seed, keepsTrace: keepsTrace)
    device.beginCall()
  }

  private func channel(_ name: String) -> UInt16 {
    for case (_, .channel(let number)) in device.description.device(named: name)?.fields ?? [] {
      return number
    }
    return .max
  }

  var cursor: Int64 { device.core.timeline.cursor() }
  func delay(_ ticks: Int64) { device.core.timeline.moveCursor(to: cursor + ticks) }

  private func wait() {
    let target = device.core.timeline.waitsUntil
    let clock = device.clock
    device.core.advance(to: target - clock > stride ? clock + stride : target)
  }

  private func perform(_ operation: (inout Timeline) -> PortOutcome) {
    device.core.timeline.charge(120)
    while true {
      switch operation(&device.core.timeline) {
      case .done: return
      case .wait: wait()
      case .fault(let fault):
        Issue.record("\(fault)")
        return
      }
    }
  }

  func set(_ name: String, _ address: Int64, _ value: Double) {
    let (number, time) = (channel(name), cursor)
    perform {
      $0.output(channel: number, address: address, value: value.bitPattern, at: time, position: 0)
    }
  }

  func level(_ name: String, _ isHigh: Bool) {
    let (number, time) = (channel(name), cursor)
    perform { $0.output(channel: number, address: 0, value: isHigh ? 1 : 0, at: time, position: 0) }
  }

  func write(_ name: String, _ address: Int64, _ value: UInt64) {
    let (number, time) = (channel(name), cursor)
    perform { $0.output(channel: number, address: address, value: value, at: time, position: 0) }
  }

  func pulse(_ name: String, _ ticks: Int64, address: Int64 = 0, moving: Bool = true) {
    guard ticks > 0 else { return }
    let (number, time) = (channel(name), cursor)
    perform {
      $0.output(
        channel: number, address: address, value: 1, then: 0, after: ticks, at: time, position: 0)
    }
    if moving { delay(ticks) }
  }

  func gate(_ name: String, _ ticks: Int64, edges: UInt16 = 1) {
    let (number, time) = (channel(name), cursor)
    perform { $0.gate(channel: number, edges: edges, at: time, duration: ticks, position: 0) }
    delay(ticks)
  }

  func read(_ name: String, _ address: Int64, until: Int64 = .max) -> (time: Int64, value: Int64)? {
    let number = channel(name)
    device.core.timeline.charge(120)
    while true {
      switch device.core.timeline.input(
        channel: number, address: address, until: until, position: 0)
      {
      case .entry(let time, let value): return (time, value)
      case .nothing: return nil
      case .wait: wait()
      case .fault(let fault):
        Issue.record("\(fault)")
        return nil
      }
    }
  }

  func count(_ name: String) -> Int64 { read(name, 1)?.value ?? -1 }

  /// Counts of a readout of 200 us.
  func readout() -> Int64 {
    pulse("probe", 200_000, moving: false)
    gate("pmt", 200_000)
    return count("pmt")
  }

  func cool() { pulse("cooling", 1_000_000) }
  func drive(_ ticks: Int64) { pulse("qubit", ticks, address: 4) }

  /// The fraction of `shots` in which the ion was found bright after `sequence`.
  func brightness(shots: Int, _ sequence: () -> Void) -> Double {
    var bright = 0
    for _ in 0..<shots {
      cool()
      sequence()
      if readout() > 5 { bright += 1 }
    }
    return Double(bright) / Double(shots)
  }
}

/// An ideal readout's fraction becomes this: bright is missed at 12 counts in 2 % of cases, dark
/// decays in the probe's light.
private func seen(_ bright: Double) -> Double { bright * 0.9797 + (1 - bright) * 0.021 }

private func near(_ value: Double, _ expected: Double, shots: Int) -> Bool {
  abs(value - expected) < 4 * (max(expected * (1 - expected), 0.02) / Double(shots)).squareRoot()
}

@Suite struct PhysicsTests {
  @Test func theIonFlops() {
    let apparatus = Apparatus(seed: 1)
    let shots = 500
    for (time, bright) in [(0, 1.0), (5, 0.5), (10, 0.0), (20, 1.0), (30, 0.0), (40, 1.0)] {
      let value = apparatus.brightness(shots: shots) { apparatus.drive(Int64(time) * 1000) }
      // T1 takes a little of the contrast.
      #expect(near(value, seen(bright), shots: shots), "\(time) us: \(value)")
    }
  }

  @Test func aDetunedDriveFlopsFasterAndLess() {
    let apparatus = Apparatus(seed: 2)
    let shots = 500
    apparatus.set("qubit", 0, 200.05e6)
    // Detuning = Rabi frequency: contrast 1/2, generalised Rabi frequency √2 × 50 kHz.
    let half = apparatus.brightness(shots: shots) { apparatus.drive(7_071) }
    #expect(near(half, seen(0.5), shots: shots), "\(half)")
    let full = apparatus.brightness(shots: shots) { apparatus.drive(14_142) }
    #expect(near(full, seen(1), shots: shots), "\(full)")
    apparatus.set("qubit", 0, 300e6)
    let far = apparatus.brightness(shots: shots) { apparatus.drive(10_000) }
    #expect(near(far, seen(1), shots: shots), "\(far)")
  }

  @Test func amplitudeScalesTheRabiFrequency() {
    let apparatus = Apparatus(seed: 3)
    apparatus.set("qubit", 2, 0.5)
    let value = apparatus.brightness(shots: 500) { apparatus.drive(20_000) }
    #expect(near(value, seen(0), shots: 500), "\(value)")
    apparatus.set("qubit", 2, .nan)
    #expect(apparatus.brightness(shots: 100) { apparatus.drive(10_000) } > 0.9)
  }

  @Test func theDrivesPhaseTurnsTheAxis() {
    let apparatus = Apparatus(seed: 4)
    for (phase, bright) in [(0.0, 0.0), (0.25, 0.5), (0.5, 1.0), (0.75, 0.5)] {
      let value = apparatus.brightness(shots: 500) {
        apparatus.set("qubit", 1, 0)
        apparatus.drive(5_000)
        apparatus.delay(2_000)
        apparatus.set("qubit", 1, phase)
        apparatus.drive(5_000)
      }
      #expect(near(value, seen(bright), shots: 500), "\(phase) turn: \(value)")
    }
  }

  @Test func ramseyFringesFollowTheDetuningAndDecayWithT2Star() {
    let apparatus = Apparatus(seed: 5)
    let shots = 1000
    func ramsey(detuning: Double, wait: Int64) -> Double {
      apparatus.set("qubit", 0, 200e6 + detuning)
      return apparatus.brightness(shots: shots) {
        apparatus.drive(5_000)
        apparatus.delay(wait)
        apparatus.drive(5_000)
      }
    }
    let bottom = ramsey(detuning: 0, wait: 1_000)
    #expect(near(bottom, seen(0), shots: shots), "\(bottom)")
    // A detuning of 1 kHz for 0.5 ms less the pulses' share (4/π of a π/2 pulse): half a turn.
    let top = ramsey(detuning: 1_000, wait: 493_634)
    let contrast = exponent(-0.25 * 0.25) * exponent(-0.05)
    #expect(near(top, seen(0.5 + 0.5 * contrast), shots: shots), "\(top)")
    // After 2 T2*, σ as described leaves exp(-4) of the contrast, and half of what is dark has
    // decayed by T1.
    let late = ramsey(detuning: 0, wait: 4_000_000)
    #expect(abs(late - 0.5) < 0.09, "\(late)")
    // At T2* the contrast is 1/e, less T1's share.
    let atT2 = ramsey(detuning: 0, wait: 2_000_000)
    let left = exponent(-1) * exponent(-0.2)
    #expect(near(atT2, seen(0.5 - 0.5 * left), shots: shots), "\(atT2)")
  }

  @Test func darkDecaysWithT1() {
    let apparatus = Apparatus(seed: 6)
    let shots = 1000
    for wait in [0, 1, 5, 10, 20] as [Int64] {
      let value = apparatus.brightness(shots: shots) {
        apparatus.drive(10_000)
        apparatus.delay(wait * 1_000_000)
      }
      let dark = exponent(-Double(wait) / 5)
      #expect(near(value, seen(1 - dark), shots: shots), "\(wait) ms: \(value)")
    }
  }

  @Test func countRatesAreAsDescribed() {
    let apparatus = Apparatus(seed: 7)
    func total(_ windows: Int, _ prepare: () -> Void, light: Bool, _ ticks: Int64) -> Double {
      var sum: Int64 = 0
      for _ in 0..<windows {
        prepare()
        if light { apparatus.pulse("probe", ticks, moving: false) }
        apparatus.gate("pmt", ticks)
        sum += apparatus.count("pmt")
      }
      return Double(sum)
    }
    let bright = total(200, { apparatus.cool() }, light: true, 1_000_000)
    #expect(abs(bright - 12_000) < 4 * 12_000.0.squareRoot(), "\(bright)")
    let background = total(200, {}, light: false, 50_000_000)
    #expect(abs(background - 2_000) < 4 * 2_000.0.squareRoot(), "\(background)")
    // Dark for 20 us at 1 kHz, with decays of 0.4 % half way through: 0.02 + 0.0024.
    let dark = total(
      10_000,
      {
        apparatus.cool()
        apparatus.drive(10_000)
      }, light: true, 20_000)
    #expect(abs(dark - 226) < 4 * 15 + 20, "\(dark)")
    let edges = total(0, {}, light: false, 1)
    #expect(edges == 0)
    var triggers: Int64 = 0
    for _ in 0..<100 {
      apparatus.gate("trigger", 10_000_000)
      triggers += apparatus.count("trigger")
    }
    #expect(abs(Double(triggers) - 20_000) < 4 * 20_000.0.squareRoot(), "\(triggers)")
  }

  @Test func countsAreConsistentWithEdges() {
    // The same world, read once by counts and once by edges.
    let (counted, timed) = (Apparatus(seed: 8), Apparatus(seed: 8))
    for edges in [1, 2, 3] as [UInt16] {
      for _ in 0..<20 {
        counted.gate("trigger", 1_000_000, edges: edges)
        timed.gate("trigger", 1_000_000, edges: edges)
        let closes = timed.cursor
        let count = counted.count("trigger")
        var times: [Int64] = []
        while let edge = timed.read("trigger", 0, until: closes) { times.append(edge.time) }
        #expect(Int64(times.count) == count)
        #expect(times == times.sorted())
        #expect(times.allSatisfy { $0 >= closes - 1_000_000 && $0 < closes })
        // Both meet again.
        let meeting = max(counted.cursor, timed.cursor) + 20_000
        counted.delay(meeting - counted.cursor)
        timed.delay(meeting - timed.cursor)
      }
    }
    #expect(counted.device.core.finish().balances)
    #expect(timed.device.core.finish().balances)
  }

  @Test func coolingNeedsItsTime() {
    let apparatus = Apparatus(seed: 9)
    func darkAfter(_ cooling: Int64) -> Int64 {
      apparatus.cool()
      apparatus.drive(10_000)
      apparatus.pulse("cooling", cooling)
      return apparatus.readout()
    }
    let short = (0..<100).count { _ in darkAfter(99_000) > 5 }
    let exact = (0..<100).count { _ in darkAfter(100_000) > 5 }
    #expect(short < 20)
    #expect(exact > 90)
  }

  @Test func phaseModes() {
    let apparatus = Apparatus(seed: 10)
    /// Two π/2 pulses; in between the oscillator is for 10 us at another frequency, by which its
    /// phase may change.
    func echo(_ mode: UInt64, away: Double) -> Double {
      apparatus.brightness(shots: 300) {
        apparatus.write("qubit", 3, mode)
        apparatus.drive(5_000)
        apparatus.set("qubit", 0, 200e6 + away)
        apparatus.delay(10_000)
        apparatus.set("qubit", 0, 200e6)
        apparatus.drive(5_000)
      }
    }
    // Coherent: as if it had always run at 200 MHz.
    let coherent = echo(0, away: 50e3)
    #expect(near(coherent, seen(0), shots: 300), "\(coherent)")
    // Continuous: half a turn was gained.
    let continuous = echo(1, away: 50e3)
    #expect(near(continuous, seen(1), shots: 300), "\(continuous)")
    // A quarter was gained, and one more is added or taken away.
    for (phase, bright) in [(0.25, 1.0), (-0.25, 0.0)] {
      let value = apparatus.brightness(shots: 300) {
        apparatus.set("qubit", 1, 0)
        apparatus.drive(5_000)
        apparatus.set("qubit", 0, 200.025e6)
        apparatus.delay(10_000)
        apparatus.set("qubit", 1, phase)
        apparatus.set("qubit", 0, 200e6)
        apparatus.drive(5_000)
      }
      #expect(near(value, seen(bright), shots: 300), "\(phase) turn: \(value)")
    }
    // Reset: the phase begins anew at each write; two ticks of 200 MHz are 0.4 turns.
    let reset = apparatus.brightness(shots: 300) {
      apparatus.write("qubit", 3, 2)
      apparatus.drive(5_000)
      apparatus.delay(2)
      apparatus.set("qubit", 1, 0)
      apparatus.drive(5_000)
    }
    #expect(near(reset, seen(0.9045), shots: 300), "\(reset)")
  }

  @Test func lightThatComesOnDuringAGateChangesTheRateThere() {
    let apparatus = Apparatus(seed: 12)
    var sum: Int64 = 0
    for _ in 0..<500 {
      apparatus.cool()
      apparatus.delay(1_000)
      let start = apparatus.cursor
      apparatus.gate("pmt", 100_000)
      apparatus.device.core.timeline.moveCursor(to: start + 50_000)
      apparatus.pulse("probe", 100_000)
      var times: [Int64] = []
      while let edge = apparatus.read("pmt", 0) { times.append(edge.time) }
      sum += Int64(times.count)
      #expect(times.count { $0 < start + 50_000 } <= 1)
      apparatus.delay(200_000)
    }
    #expect(abs(Double(sum) - 1_505) < 4 * 1_505.0.squareRoot(), "\(sum)")
  }
}

private func exponent(_ x: Double) -> Double { ElementaryFunctions.exponential(x) }
