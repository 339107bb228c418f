import CoreDevice

/// What random draws are for: one stream of the generator each.
enum Purpose {
  static let collapse: UInt16 = 1
  static let decay: UInt16 = 2
  static let detuning: UInt16 = 3
  static let edges: UInt16 = 4
  static let noise: UInt16 = 5
  static let regions: UInt16 = 6
}

/// What a digital input sees while its gate is open: pulses as a Poisson process with a piecewise
/// constant rate.
///
/// The process is a unit-rate one in the integral of the rate over time, so that a change of the
/// rate needs no new draw, and arithmetic happens only where the rate changes or a pulse comes:
/// what comes does not depend on how time is stepped. Pulses are 10 ticks long; a pulse that begins
/// during another has no edges of its own where both edges are asked for.
struct EdgeSource: Sendable {
  let channel: UInt16
  private let tick: Double
  private var draws: RandomStream
  private var rising = true
  private var falling = false
  private var isOpen = false
  private var rate = 0.0
  /// Integral of the rate that is left until the next pulse, counted from `anchor + offset` ticks.
  private var remaining = 0.0
  private var anchor: Int64 = 0
  private var offset = 0.0
  private var nextRise = Int64.max
  private var nextFall = Int64.max

  private static let pulseTicks: Int64 = 10

  init(channel: UInt16, ticksPerSecond: Int64, generator: CounterGenerator) {
    self.channel = channel
    tick = 1 / Double(ticksPerSecond)
    draws = RandomStream(generator, purpose: Purpose.edges, channel: channel)
  }

  /// When the next edge comes if nothing changes; `.max` while the gate is closed.
  var nextEdge: Int64 { min(nextRise, nextFall) }

  /// Opens the gate at `time` for edges 1 (rising), 2 (falling) or 3 (both).
  mutating func open(edges: UInt64, rate: Double, at time: Int64) {
    rising = edges & 1 != 0
    falling = edges & 2 != 0
    isOpen = rising || falling
    self.rate = rate
    nextFall = .max
    anchor = time
    offset = 0
    remaining = isOpen ? draws.exponential() : 0
    schedule()
  }

  /// Closes the gate.
  mutating func close() {
    isOpen = false
    nextRise = .max
    nextFall = .max
  }

  /// The rate is `rate` Hz from `time` on.
  mutating func change(rate: Double, at time: Int64) {
    guard rate != self.rate, isOpen else { return }
    remaining = max(0, remaining - (Double(time - anchor) - offset) * tick * self.rate)
    anchor = time
    offset = 0
    self.rate = rate
    schedule()
  }

  /// Delivers the edge that is due at `nextEdge`; returns whether there was one to be seen.
  mutating func deliver(into inputs: inout InputQueues) -> Bool {
    if nextFall <= nextRise {
      inputs.receive(edgeAt: nextFall, rising: false, on: channel)
      nextFall = .max
      return true
    }
    let time = nextRise
    offset += remaining / (rate * tick) - Double(time - anchor)
    anchor = time
    remaining = draws.exponential()
    schedule()
    if rising && falling {
      guard nextFall == .max else { return false }
      nextFall = saturating(time, EdgeSource.pulseTicks)
    }
    inputs.receive(edgeAt: time, rising: rising, on: channel)
    return true
  }

  private mutating func schedule() {
    guard isOpen, rate > 0 else {
      nextRise = .max
      return
    }
    let wait = offset + remaining / (rate * tick)
    nextRise = wait < 0x1p62 ? saturating(anchor, Int64(max(0, wait))) : .max
  }
}
