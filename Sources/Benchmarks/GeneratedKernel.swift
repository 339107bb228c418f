/// A program with one kernel, as long as is wished, in which most of the language occurs: it is
/// compiled, not run.
struct GeneratedKernel {
  /// Lines that a block of `text` has.
  private static let blockLineCount = 20

  /// The text of a program whose kernel has at least `lineCount` lines.
  static func text(lineCount: Int) -> String {
    let head = """
      experiment Generated {
          device led: TTLOut
          device other: TTLOut = "ttl0"
          device tone: DDS = "dds0"
          device lamp: DAC = "dac0"
          kernel work(n: Int) -> Int {
              var (a, b, x, y) = (n, 1, 1.0, 0.5)
              var counts = [0, 0, 0, 0]

      """
    let tail = """
              return a + b + counts[0] + Int(x + y)
          }
          run { print(work(1)) }
      }

      """
    let blocks = (0..<(lineCount / blockLineCount)).map(block)
    return head + blocks.joined() + tail
  }

  private static func block(_ number: Int) -> String {
    """
            let k\(number) = (a + \(number)) % \(number % 7 + 3)
            a = (a * 5 + k\(number)) & 65_535
            b = max(b, a - \(number)) // 2 + 1
            if a > b and k\(number) != 1 {
                led.pulse(\(number % 9 + 1) us)
                delay(\(number % 5 + 1) us)
                counts[k\(number) % 4] += 1
            } else {
                x = x * 0.5 + Float(k\(number))
                tone.set(frequency: \(100 + number % 50) MHz)
            }
            for i in 0..<4 {
                y += Float(counts[i]) * \(number).25
                if y > 1e6 { y = 0.0 }
            }
            parallel {
                other.pulse(2 us)
                led.pulse(\(number % 3 + 1) us)
            }
            delay(10 us)

    """
  }
}
