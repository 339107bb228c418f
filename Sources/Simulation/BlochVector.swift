import Machine

/// The state of a two-level system: u and v the coherence, w = 1 bright and w = -1 dark.
struct BlochVector: Sendable {
  private var vector: SIMD3<Double>

  static let bright = BlochVector(w: 1)
  static let dark = BlochVector(w: -1)

  private init(w: Double) { vector = SIMD3(0, 0, w) }

  /// The probability to find the system bright.
  var brightProbability: Double { max(0, min(1, (1 + vector.z) / 2)) }

  /// Turns the coherence by `turns` about the w axis.
  mutating func turn(by turns: Double) {
    let (c, s) = (ElementaryFunctions.cosine(turns), ElementaryFunctions.sine(turns))
    vector = SIMD3(c * vector.x - s * vector.y, s * vector.x + c * vector.y, vector.z)
  }

  /// Free evolution for `seconds`: precession at `detuning` Hz, decay to bright at `decay` per
  /// second.
  mutating func rest(for seconds: Double, detuning: Double, decay: Double) {
    turn(by: fraction(detuning * seconds))
    let amplitude = ElementaryFunctions.exponential(-decay * seconds / 2)
    vector.x *= amplitude
    vector.y *= amplitude
    vector.z = 1 + (vector.z - 1) * (amplitude * amplitude)
  }

  /// Evolution for `seconds` under a resonance drive along u, in the drive's frame: Rabi frequency
  /// and detuning in Hz.
  mutating func drive(for seconds: Double, rabi: Double, detuning: Double, decay: Double) {
    let turn = 2 * Double.pi
    let (omega, delta) = (rabi * turn, detuning * turn)
    let generator = AffineMap(
      SIMD3(-decay / 2, delta, 0), SIMD3(-delta, -decay / 2, omega), SIMD3(0, -omega, -decay),
      SIMD3(0, 0, decay))
    let size = (abs(omega) + abs(delta) + decay) * seconds
    // Beyond this the drive is so far off that it turns nothing, and the sum below would lose its
    // digits.
    guard size < 0x1p40 else { return rest(for: seconds, detuning: detuning, decay: decay) }
    vector = generator.exponential(of: seconds, size: size).applied(to: vector)
  }
}

/// x ↦ A x + b in three dimensions; also its generator, x' = A x + b.
private struct AffineMap {
  /// The columns of A, and b.
  var a0, a1, a2, b: SIMD3<Double>

  init(_ a0: SIMD3<Double>, _ a1: SIMD3<Double>, _ a2: SIMD3<Double>, _ b: SIMD3<Double>) {
    (self.a0, self.a1, self.a2, self.b) = (a0, a1, a2, b)
  }

  func linear(_ x: SIMD3<Double>) -> SIMD3<Double> { a0 * x.x + a1 * x.y + a2 * x.z }
  func applied(to x: SIMD3<Double>) -> SIMD3<Double> { linear(x) + b }

  /// The map after `time` of this generator, to rounding; `size` is a bound of the generator's norm
  /// times `time`.
  ///
  /// Series for a fraction 2^-n of the time, then n doublings: sums and products only, the same on
  /// every machine.
  func exponential(of time: Double, size: Double) -> AffineMap {
    var doublings = 0
    var fraction = size
    while fraction > 0x1p-4 {
      fraction /= 2
      doublings += 1
    }
    var step = time
    for _ in 0..<doublings { step /= 2 }
    // term = (step G)^k / k!, on (x, 1); without the identity, so that small changes keep their
    // digits.
    var term = AffineMap(a0 * step, a1 * step, a2 * step, b * step)
    var change = term
    for k in 2...9 {
      let factor = step / Double(k)
      term = AffineMap(
        linear(term.a0) * factor, linear(term.a1) * factor, linear(term.a2) * factor,
        linear(term.b) * factor)
      change = AffineMap(
        change.a0 + term.a0, change.a1 + term.a1, change.a2 + term.a2, change.b + term.b)
    }
    // (1 + D)(1 + D) = 1 + (2 D + D D)
    for _ in 0..<doublings {
      change = AffineMap(
        change.a0 * 2 + change.linear(change.a0), change.a1 * 2 + change.linear(change.a1),
        change.a2 * 2 + change.linear(change.a2), change.b * 2 + change.linear(change.b))
    }
    return AffineMap(
      change.a0 + SIMD3(1, 0, 0), change.a1 + SIMD3(0, 1, 0), change.a2 + SIMD3(0, 0, 1), change.b)
  }
}
