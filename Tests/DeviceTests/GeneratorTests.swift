import Simulation
import Testing

@Suite struct GeneratorTests {
  /// The published known answers of Philox4x32-10.
  @Test func theCipherIsPhilox() {
    #expect(
      CounterGenerator.block(counter: (0, 0, 0, 0), key: (0, 0))
        == (0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let ones = UInt32.max
    #expect(
      CounterGenerator.block(counter: (ones, ones, ones, ones), key: (ones, ones))
        == (0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    #expect(
      CounterGenerator.block(
        counter: (0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
        key: (0xa409_3822, 0x299f_31d0))
        == (0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test func streamsAndSeedsDiffer() {
    var words: Set<UInt64> = []
    for seed in 0..<4 as Range<UInt64> {
      for purpose in 0..<4 as Range<UInt16> {
        for channel in 0..<4 as Range<UInt16> {
          var stream = RandomStream(
            CounterGenerator(seed: seed), purpose: purpose, channel: channel)
          for _ in 0..<16 { words.insert(stream.bits()) }
        }
      }
    }
    #expect(words.count == 4 * 4 * 4 * 16)
  }

  @Test func momentsAreRight() {
    var stream = RandomStream(CounterGenerator(seed: 11), purpose: 9)
    let count = 100_000
    func moments(_ draw: () -> Double) -> (mean: Double, variance: Double) {
      var (sum, squares) = (0.0, 0.0)
      for _ in 0..<count {
        let x = draw()
        sum += x
        squares += x * x
      }
      let mean = sum / Double(count)
      return (mean, squares / Double(count) - mean * mean)
    }
    let root = Double(count).squareRoot()
    let uniform = moments { stream.uniform() }
    #expect(abs(uniform.mean - 0.5) < 4 * 0.2887 / root)
    #expect(abs(uniform.variance - 1 / 12.0) < 4 * 0.0745 / root)
    let exponential = moments { stream.exponential() }
    #expect(abs(exponential.mean - 1) < 4 / root)
    #expect(abs(exponential.variance - 1) < 4 * 8.0.squareRoot() / root)
    let normal = moments { stream.normal() }
    #expect(abs(normal.mean) < 4 / root)
    #expect(abs(normal.variance - 1) < 4 * 2.0.squareRoot() / root)
  }
}
