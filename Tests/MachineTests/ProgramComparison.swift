import Bytecode
import Machine
import TestKit
import Testing

/// Programs as the compiler lowers them, run on a bench: host calls fail, and the timeline is one
/// that only writes down what it is told.
enum ProgramComparison {
  /// What is seen of all functions of an image that need nothing given, run a few steps at a time.
  static func exercise(_ bench: inout Bench, steps: Int64, roundMax: Int) -> [String] {
    var seen: [String] = []
    for function in 0..<bench.image.functionCount where bench.machine.start(function) == nil {
      // Arguments are zero, and arrays empty.
      bench.port = TestPort()
      for round in 0..<roundMax {
        bench.machine.budget = steps
        let exit = bench.machine.run(port: &bench.port)
        seen.append(
          "\(function), \(round): \(exit) at \(bench.machine.position), \(bench.machine.budget), \(bench.port.charged)"
        )
        switch exit {
        case .outOfBudget, .waiting, .interrupted: continue
        case .hostCall:
          bench.machine.fail(Fault(.timeout))
          continue
        case .finished: seen.append("\(bench.machine.exportResults() as [UInt64])")
        case .failed:
          seen.append("\(bench.machine.exportFault() as [UInt64]) \(bench.machine.places())")
        }
        break
      }
      seen += bench.port.log
    }
    return seen
  }

  /// The kernels of the benchmark, smaller.
  static let kernels: [(name: String, text: String)] = [
    (
      "fib",
      """
      fn fib(n: Int) -> Int {
        if n < 2 { return n }
        return fib(n - 1) + fib(n - 2)
      }
      experiment B {
        kernel k() -> Int { return fib(15) }
        run { print("{k()}") }
      }
      """
    ),
    (
      "loop",
      """
      fn work(n: Int) -> Int {
        var x = 1
        for i in 0..<n {
          for j in 0..<100 {
            x = (x ^ j) + (x >> 3)
            if x > 1000000000 { x = x - 999999999 }
          }
        }
        return x
      }
      experiment B {
        kernel k() -> Int { return work(100) }
        run { print("{k()}") }
      }
      """
    ),
    (
      "mandelbrot",
      """
      fn mandel(size: Int) -> Int {
        var count = 0
        for y in 0..<size {
          for x in 0..<size {
            let cr = 2.0 * Float(x) / Float(size) - 1.5
            let ci = 2.0 * Float(y) / Float(size) - 1.0
            var zr = 0.0
            var zi = 0.0
            var n = 0
            while n < 50 and zr * zr + zi * zi <= 4.0 {
              let t = zr * zr - zi * zi + cr
              zi = 2.0 * zr * zi + ci
              zr = t
              n += 1
            }
            if n == 50 { count += 1 }
          }
        }
        return count
      }
      experiment B {
        kernel k() -> Int { return mandel(24) }
        run { print("{k()}") }
      }
      """
    ),
    (
      "sieve",
      """
      fn sieve(n: Int) -> Int {
        var flags = [1; n + 1]
        var count = 0
        for i in 2..<n + 1 {
          if flags[i] == 1 {
            count += 1
            var j = i + i
            while j <= n {
              flags[j] = 0
              j += i
            }
          }
        }
        return count
      }
      experiment B {
        kernel k() -> Int { return sieve(2000) }
        run { print("{k()}") }
      }
      """
    ),
    (
      "n-body",
      """
      import math
      struct Body { x: Float, y: Float, z: Float, vx: Float, vy: Float, vz: Float, m: Float }
      fn bodies() -> [Body] {
        return [
          Body(x: 0.0, y: 0.0, z: 0.0, vx: 0.0, vy: 0.0, vz: 0.0, m: 39.47841760435743),
          Body(x: 4.84, y: -1.16, z: -0.1, vx: 0.606, vy: 2.81, vz: -0.0252, m: 0.0377),
          Body(x: 8.34, y: 4.12, z: -0.4, vx: -1.01, vy: 1.83, vz: 0.0084, m: 0.0113)
        ]
      }
      fn advance(steps: Int) -> Float {
        var bs = bodies()
        let dt = 0.01
        for s in 0..<steps {
          for i in 0..<3 {
            for j in i + 1..<3 {
              let dx = bs[i].x - bs[j].x
              let dy = bs[i].y - bs[j].y
              let dz = bs[i].z - bs[j].z
              let d2 = dx * dx + dy * dy + dz * dz
              let mag = dt / (d2 * math.sqrt(d2))
              bs[i].vx -= dx * bs[j].m * mag
              bs[i].vy -= dy * bs[j].m * mag
              bs[i].vz -= dz * bs[j].m * mag
              bs[j].vx += dx * bs[i].m * mag
              bs[j].vy += dy * bs[i].m * mag
              bs[j].vz += dz * bs[i].m * mag
            }
          }
          for i in 0..<3 {
            bs[i].x += dt * bs[i].vx
            bs[i].y += dt * bs[i].vy
            bs[i].z += dt * bs[i].vz
          }
        }
        return bs[0].x + bs[1].y + bs[2].z
      }
      experiment B {
        kernel k() -> Float { return advance(200) }
        run { print("{k()}") }
      }
      """
    ),
  ]
}
