import Foundation
import Testing

/// Ctrl-C, sent to the real command while it is at work.
struct InterruptionTests {
  /// A run of `text`, interrupted when `running` is printed.
  private func interrupted(
    _ text: String, _ arguments: String..., times: Int = 1, signal: Int32 = SIGINT
  ) throws -> Command {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(
      "larmor-\(UUID().uuidString).exp")
    try text.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    return try Command(
      ["run", file.path] + arguments, interruptedAfter: "running", times: times, signal: signal)
  }

  @Test(.timeLimit(.minutes(1))) func aKernelStopsAtASafePointAndIsCleanedUp() throws {
    let stopped = try interrupted(
      """
      experiment Endless {
          device led: TTLOut
          dataset done: Int
          kernel blink() {
              try {
                  send print("running")
                  while true {
                      led.pulse(1 us)
                      delay(1 us)
                  }
              } catch as e {
                  send print("caught {e}")
              } finally {
                  send print("finally")
              }
          }
          run {
              done = 1
              blink()
              done = 2
          }
          cleanup {
              led.off()
              send print("cleanup")
          }
          analyze { for i in 0..<3 { print("analyze {i}") } }
      }

      """)
    #expect(stopped.code == 130)
    #expect(
      stopped.output
        == "running\nfinally\ncleanup\nanalyze 0\nanalyze 1\nanalyze 2\ndone = 1\n")
    #expect(stopped.complaints.contains("Endless was interrupted"))
    #expect(!stopped.complaints.contains("error"))
  }

  private static let endless = """
    experiment Endless {
        device led: TTLOut
        kernel blink() { while true { led.pulse(1 us); delay(1 us) } }
        run {
            print("running")
            blink()
        }
        cleanup {
            led.off()
            send print("cleanup")
        }
    }

    """

  @Test(.timeLimit(.minutes(1)), arguments: [SIGTERM, SIGHUP])
  func theEndOfATerminalIsLikeControlC(signal: Int32) throws {
    let stopped = try interrupted(Self.endless, signal: signal)
    #expect(stopped.code == 130 && stopped.output == "running\ncleanup\n")
  }

  @Test(.timeLimit(.minutes(1))) func aRunWhoseOutputNobodyReadsStopsAndIsKept() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "larmor-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("endless.exp")
    try Self.endless.write(to: file, atomically: true, encoding: .utf8)
    let stopped = try Command(
      ["run", file.path, "--results", folder.path + "/results"], outputTo: nil)
    #expect(stopped.code == 141)
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path + "/results")
    let path = try #require(names.first { $0.hasSuffix("run.json") })
    let record = try String(contentsOfFile: "\(folder.path)/results/\(path)", encoding: .utf8)
    #expect(record.contains("interrupted") && record.contains("cleanup"))
  }

  @Test(.timeLimit(.minutes(1))) func aKernelThatOnlyComputesStops() throws {
    let stopped = try interrupted(
      """
      experiment Endless {
          kernel count() {
              send print("running")
              var n = 0
              while true { n = (n + 1) % 1000 }
          }
          run { count() }
          cleanup { send print("cleanup") }
      }

      """)
    #expect(stopped.code == 130 && stopped.output == "running\ncleanup\n")
  }

  @Test(.timeLimit(.minutes(1))) func theHostStopsInALoopAndTheRecordIsComplete() throws {
    let results = FileManager.default.temporaryDirectory.appendingPathComponent(
      "larmor-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: results) }
    let stopped = try interrupted(
      """
      experiment Endless {
          device led: TTLOut
          dataset points: [Int]
          run {
              var n = 0
              points.append(7)
              print("running")
              while true { n = (n + 1) % 1000 }
          }
          cleanup { led.off() }
          analyze { print("{points}") }
      }

      """, "--results", results.path)
    #expect(stopped.code == 130 && stopped.output.hasPrefix("running\n[7]\n"))
    let files = FileManager.default.enumerator(at: results, includingPropertiesForKeys: nil)
    let records = (files?.allObjects ?? []).compactMap { $0 as? URL }.filter {
      $0.lastPathComponent == "run.json"
    }
    #expect(records.count == 1)
    let record = try String(contentsOf: #require(records.first), encoding: .utf8)
    #expect(
      record.contains(#""status":"interrupted""#) || record.contains(#""status": "interrupted""#))
  }

  @Test(.timeLimit(.minutes(1))) func whatAKernelAwaitsStopsAndTheKernelWithIt() throws {
    let stopped = try interrupted(
      """
      fn work() {
          var n = 0
          print("running")
          while true { n = (n + 1) % 1000 }
      }
      experiment Endless {
          kernel ask() {
              try { await work() } finally { send print("finally") }
          }
          run { ask() }
          cleanup { send print("cleanup") }
      }
      experiment Next { run { print("next") } }

      """, "--all")
    #expect(stopped.code == 130 && stopped.output == "running\nfinally\ncleanup\n")
  }

  @Test(.timeLimit(.minutes(1))) func aSecondOneAbortsAtOnce() throws {
    let aborted = try interrupted(
      """
      experiment Endless {
          kernel hold() {
              var n = 0
              send print("running")
              critical {
                  while true { n = (n + 1) % 1000 }
              }
          }
          run { hold() }
          cleanup { send print("cleanup") }
      }

      """, times: 2)
    #expect(aborted.code == 130 && aborted.output == "running\n")
  }
}
