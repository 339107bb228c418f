import Foundation
import Testing

/// The command as users and scripts see it: exit codes, what goes where, JSON.
struct CommandLineTests {
  private func larmor(_ arguments: String..., environment: [String: String] = [:]) throws
    -> Command
  {
    try Command(arguments, environment: environment)
  }

  private func folder() throws -> URL {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "larmor-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
  }

  private func program(_ text: String) throws -> String {
    let file = try folder().appendingPathComponent("program.exp")
    try text.write(to: file, atomically: true, encoding: .utf8)
    return file.path
  }

  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private func firstRun(_ text: String) throws -> [String: Any] {
    let runs = try #require(try object(text)["runs"] as? [[String: Any]])
    return try #require(runs.first)
  }

  private static let blink = """
    experiment Blink {
        device led: TTLOut
        arg times: Int = 3 in 1...1000
        arg half: Duration = 100 ms
        shared last: Duration = 1 us at "blink.last"
        dataset total: Int
        kernel blink() {
            for _ in 0..<times {
                led.pulse(half)
                delay(half)
            }
        }
        run {
            blink()
            total = times
            last = half
            print("blinked {times} times")
        }
    }
    """

  @Test func usageErrorsEndWith64() throws {
    #expect(try larmor("frobnicate").code == 64)
    #expect(try larmor("run").code == 64)
    let file = try program(Self.blink)
    #expect(try larmor("run", file, "Blonk").code == 64)
    let unknown = try larmor("run", file, "--arg", "tims=3")
    #expect(unknown.code == 64 && unknown.complaints.contains("did you mean `times`?"))
    let outside = try larmor("run", file, "--arg", "times=0")
    #expect(outside.code == 64 && outside.complaints.contains("1...1000"))
    let bare = try larmor("run", file, "--arg", "half=3")
    #expect(bare.code == 64 && bare.complaints.contains("1 | half=3\n  |      ^\n"))
    #expect(!bare.complaints.contains("const"))
    let units = try larmor("run", file, "--arg", "half=3 usec")
    #expect(units.code == 64 && units.complaints.contains("1 | half=3 usec\n  |        ^^^^\n"))
    #expect(try larmor("run", file, "--until", "5").code == 64)
  }

  @Test func resultsThatCannotBeWrittenAreAnError() throws {
    let file = try program(Self.blink)
    for command in [
      ["run", file], ["run", "--json", file], ["check", "--json", file], ["explain"],
    ] {
      let full = try Command(command, outputTo: "/dev/full")
      #expect(full.code == 74 && full.complaints.contains("standard output cannot be written"))
    }
  }

  @Test func aRunBeginsOnlyWhereWhatComesOfItCanBeKept() throws {
    let file = try program(Self.blink)
    let shared = try larmor("run", file, "--shared", "/nowhere/shared.json")
    #expect(shared.code == 74 && shared.output.isEmpty)
    let results = try larmor("run", file, "--results", file)
    #expect(results.code == 74 && results.output.isEmpty)
    #expect(try larmor("run", file, "--results", "").code == 64)
    #expect(try larmor("run", file, "Blink", "--all").code == 64)
  }

  @Test func valuesOfArgumentsAreRead() throws {
    let file = try program(
      """
      enum Mode { fast, slow }
      experiment X {
          arg mode: Mode = .fast
          arg modes: [[Mode]] = []
          arg name: String = "a"
          arg n: Int = 1
          run { print("{mode} {modes} {name} {n}") }
      }
      """)
    let names = try larmor(
      "run", file, "--arg", "mode=slow", "--arg", "modes=[[slow, .fast]]", "--arg", "n = 2")
    #expect(names.output == "slow [[slow, fast]] a 2\n")
    let number = try larmor("run", file, "--arg", "mode=0")
    #expect(number.code == 64 && number.complaints.contains("an `Int`, but a `Mode` is due"))
    let other = try larmor("run", file, "--arg", "mode=idle")
    #expect(other.complaints.contains("It has `fast`, `slow`."))
    let quoted = try larmor("run", file, "--arg", "name=it's")
    #expect(quoted.complaints.contains(#"--arg 'name="it'\''s"'"#))
    let raising = try larmor("run", file, "--arg", "n=1 // 0")
    #expect(raising.complaints.contains("the value of `n` raises DivisionByZero"))
    #expect(try larmor("run", file, "--arg", "=3").code == 64)
  }

  @Test func whatIsWrongWithTheLaboratoryIsDataToo() throws {
    let file = try program(Self.blink)
    let lab = try folder().appendingPathComponent("lab.toml")
    try "[core]\ntick = 3\n".write(to: lab, atomically: true, encoding: .utf8)
    for command in ["run", "check", "test", "disassemble"] {
      let result = try larmor(command, "--json", file, "--lab", lab.path)
      #expect(result.code == 78)
      #expect(try object(result.output)["file"] as? String == lab.path)
    }
    let shown = try object(try larmor("disassemble", "--json", file).output)
    #expect((shown["images"] as? [String])?.count == 2)
  }

  @Test func aLaboratoryThatCannotBeReadIsNotPassedOver() throws {
    let folder = try folder()
    try Self.blink.write(
      to: folder.appendingPathComponent("a.exp"), atomically: true, encoding: .utf8)
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent("lab.toml"), withIntermediateDirectories: false)
    let result = try larmor("check", folder.path + "/a.exp")
    #expect(result.code == 66 && result.complaints.contains("lab.toml` is a folder"))
  }

  @Test func valuesThatAreHardToDrawAreDrawn() throws {
    let file = try program(
      """
      experiment X {
          dataset tiny: [Float]
          dataset huge: [Float]
          dataset odd: [Float]
          run {
              tiny = [-0.0, 1e-320]
              huge = [-1.7e308, 1.7e308]
              odd = [Float.nan, Float.infinity, -Float.infinity]
          }
      }
      """)
    #expect(try larmor("run", file).code == 0)
  }

  @Test func valuesGoToTheExperimentsThatHaveThem() throws {
    let file = try program(
      """
      enum Mode { fast, slow }
      experiment A {
          arg n: Int = 3 in 1...10
          arg mode: Mode = .fast
          run { print("A {n} {mode}") }
      }
      experiment B {
          arg shots: Int = 1 in 1...100
          run { print("B {shots}") }
      }
      """)
    #expect(try larmor("run", file).code == 64)
    let strange = try larmor("run", file, "A", "--arg", "mode=fooo")
    #expect(strange.code == 64 && strange.complaints.contains("It has `fast`, `slow`."))
    let number = try larmor("run", file, "A", "--arg", "mode=3")
    #expect(number.complaints.contains("this is an `Int`, but a `Mode` is due here"))
    let both = try larmor("run", "--all", file, "--arg", "n=2", "--arg", "shots=4")
    #expect(both.code == 0 && both.output == "A 2 fast\nB 4\n")
    let none = try larmor("run", "--all", file, "--arg", "sots=4")
    #expect(none.code == 64 && none.output.isEmpty)
    #expect(none.complaints.contains("did you mean `shots`?"))
    let later = try larmor("run", "--all", file, "--arg", "shots=x")
    #expect(later.code == 64 && later.output.isEmpty)
    // `shots` is of the second experiment: the first is not run before its range is looked at.
    let beyond = try larmor("run", "--all", file, "--arg", "shots=400")
    #expect(beyond.code == 64 && beyond.output.isEmpty)
    #expect(beyond.complaints.contains("`shots` must be in 1...100, not 400"))
    let misspelt = try larmor("run", file, "A", "--arg", "mode=sloww")
    #expect(misspelt.code == 64 && misspelt.complaints.contains("did you mean `slow`?"))
  }

  @Test func foldersAndStandardInputAreChecked() throws {
    let folder = try folder()
    let (good, bad) = (folder.path + "/good.exp", folder.path + "/sub/bad.exp")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/sub", withIntermediateDirectories: true)
    try "fn f() { }\n".write(toFile: good, atomically: true, encoding: .utf8)
    try "fn f( {\n".write(toFile: bad, atomically: true, encoding: .utf8)
    let json = try larmor("check", "--json", folder.path)
    #expect(json.code == 65)
    let files = try json.output.split(separator: "\n").map {
      try object(String($0))["file"] as? String
    }
    #expect(files == [good, bad])
    #expect(try larmor("check", good, "/nowhere.exp").code == 66)
    #expect(try Command(["check", "-"], input: good).code == 0)
    #expect(try Command(["check", "-"], input: bad).code == 65)
    #expect(try Command(["check", "--fix", "-"], input: good).code == 64)
    let run = try larmor("run", folder.path)
    #expect(run.code == 66 && run.complaints.contains("is a folder"))
    let formatted = try larmor("format", "--check", "/nowhere.exp", folder.path)
    #expect(formatted.code == 66 && formatted.complaints.contains("E0101"))
    #expect(try String(contentsOfFile: bad, encoding: .utf8) == "fn f( {\n")
  }

  @Test func aTestWithoutAnEndIsStopped() throws {
    let file = try program(
      """
      experiment X {
          kernel k() { while true { delay(1 us) } }
          run { k() }
      }
      test "on the host" {
          var i = 0
          while true { i &+= 1 }
      }
      test "in a kernel" { let _r = simulate(X()) }
      test "fine" { expect(1 == 1) }
      """)
    let result = try larmor("test", "--limit", "1", file)
    #expect(result.code == 1 && result.output.contains("1 passed, 2 failed"))
    #expect(result.output.contains("the test did not end in time and was stopped"))
  }

  @Test func missingFilesEndWith66() throws {
    let missing = try larmor("check", "/nowhere/nothing.exp")
    #expect(
      missing.code == 66 && missing.output.isEmpty
        && missing.complaints.contains("/nowhere/nothing.exp"))
  }

  @Test func badProgramsEndWith65AndAllDiagnostics() throws {
    let file = try program("fn f() -> Int { return g() }\nfn h() -> Bool { return 1 }\n")
    let text = try larmor("check", file)
    #expect(text.code == 65 && text.output.isEmpty && text.complaints.contains("2 errors"))
    #expect(!text.complaints.contains("\u{1B}["))
    let coloured = try larmor(
      "check", file, environment: ["CLICOLOR_FORCE": "1", "NO_COLOR": ""])
    #expect(coloured.complaints.contains("\u{1B}["))
    let plain = try larmor("check", file, environment: ["CLICOLOR_FORCE": "1", "NO_COLOR": "1"])
    #expect(!plain.complaints.contains("\u{1B}["))
    let json = try larmor("check", "--json", file)
    let diagnostics = try #require(try object(json.output)["diagnostics"] as? [[String: Any]])
    #expect(json.code == 65 && diagnostics.map { $0["code"] as? String } == ["E0201", "E0203"])
    #expect(try larmor("run", file).code == 65)
  }

  @Test func aRunIsRecordedAsJSON() throws {
    let result = try larmor(
      "run", "--json", "--arg", "times=2", "--arg", "half=50 ms", try program(Self.blink))
    #expect(result.code == 0 && result.complaints.isEmpty)
    let run = try firstRun(result.output)
    #expect(run["experiment"] as? String == "Blink" && run["status"] as? String == "completed")
    #expect(run["output"] as? [String] == ["blinked 2 times"])
    let arguments = try #require(run["arguments"] as? [String: [String: Any]])
    #expect(
      arguments["half"]?["unit"] as? String == "s" && arguments["half"]?["value"] as? Double == 0.05
    )
    #expect(arguments["times"]?["origin"] as? String == "given")
    let datasets = try #require(run["datasets"] as? [String: [String: Any]])
    #expect(datasets["total"]?["value"] as? Int == 2)
    #expect((run["trace_digest"] as? String)?.hasPrefix("sha256:") == true)
  }

  @Test func theRecordSaysWhereValuesCameFrom() throws {
    let file = try program(
      """
      part Lamp {
          arg times: Int = 1
          arg width: Duration = 1 us
      }
      experiment X {
          use lamp: Lamp(width: 3 us)
          shared pi: Duration = 10 us at "pi"
          arg t: Duration = pi
          dataset b: [Float] over 0..<2 error b_error
          run { b.append(1.0) }
      }
      """)
    let result = try larmor("run", "--json", "--arg", "lamp.times=4", file)
    #expect(result.code == 0 && result.complaints.isEmpty)
    let run = try firstRun(result.output)
    let arguments = try #require(run["arguments"] as? [String: [String: Any]])
    #expect(arguments["lamp.times"]?["origin"] as? String == "given")
    #expect(arguments["lamp.width"]?["origin"] as? String == "fixed")
    #expect(arguments["t"]?["origin"] as? String == "shared")
    #expect(arguments["t"]?["keys"] as? [String] == ["pi"])
    let datasets = try #require(run["datasets"] as? [String: [String: Any]])
    #expect(datasets["b"]?["error"] as? String == "b_error")
    #expect(try larmor("run", "--arg", "lamp.width=1us", file).code == 64)
  }

  @Test func sharedDatasetsAreKeptInTheirFile() throws {
    let file = try program(Self.blink)
    let store = try folder().appendingPathComponent("shared.json")
    try #"{"other": {"unit": "V", "value": 1.5}}"#.write(
      to: store, atomically: true, encoding: .utf8)
    #expect(try larmor("run", "--json", "--shared", store.path, file).code == 0)
    let kept = try object(try String(contentsOf: store, encoding: .utf8))
    #expect((kept["blink.last"] as? [String: Any])?["value"] as? Double == 0.1)
    #expect((kept["other"] as? [String: Any])?["value"] as? Double == 1.5)
    try #"{"blink.last": {"unit": "V", "value": 1.5}}"#.write(
      to: store, atomically: true, encoding: .utf8)
    #expect(try larmor("run", "--shared", store.path, file).code == 78)
  }

  @Test func resultsGetAFolderForEachRun() throws {
    let file = try program(Self.blink)
    let results = try folder()
    for _ in 0..<2 { #expect(try larmor("run", "--results", results.path, file).code == 0) }
    let day = try #require(try FileManager.default.contentsOfDirectory(atPath: results.path).first)
    let runs = try FileManager.default.contentsOfDirectory(
      atPath: results.appendingPathComponent(day).path
    ).sorted()
    #expect(runs == ["000000001-Blink", "000000002-Blink"])
  }

  @Test func aRunThatFailsSaysWhere() throws {
    let file = try program(
      """
      experiment Fails {
          device led: TTLOut
          kernel late() {
              led.on()
              delay(-1 s)
              led.off()
          }
          run { late() }
      }
      """)
    let failed = try larmor("run", "--json", file)
    #expect(failed.code == 1)
    let run = try firstRun(failed.output)
    #expect(run["status"] as? String == "failed")
    let error = try #require(run["error"] as? [String: Any])
    #expect(error["code"] as? String == "Underflow")
    let places = try #require(error["backtrace"] as? [[String: Any]])
    #expect(
      places.contains {
        $0["line"] as? Int == 6 && ($0["function"] as? String)?.hasSuffix("late") == true
      })
    #expect(places.contains { $0["line"] as? Int == 8 })
  }

  @Test func untilStopsAtASafePoint() throws {
    let file = try program(
      """
      experiment Endless {
          device led: TTLOut
          dataset count: Int
          kernel flash() {
              led.pulse(1 ms)
              delay(1 ms)
              wait_until(now())
          }
          run {
              while true {
                  flash()
                  count += 1
              }
          }
          analyze { print("{count} flashes") }
      }
      """)
    let stopped = try larmor("run", "--json", "--until", "100 ms", file)
    #expect(stopped.code == 0)
    let run = try firstRun(stopped.output)
    #expect(run["status"] as? String == "stopped")
    let datasets = try #require(run["datasets"] as? [String: [String: Any]])
    let count = try #require(datasets["count"]?["value"] as? Int)
    #expect((45...52).contains(count))
    #expect((run["output"] as? [String])?.count == 1)
  }

  @Test func testsOfAProgramPassAndFail() throws {
    let file = try program(
      Self.blink + """

        test "good" {
            let trace = simulate(Blink(times: 2))
            expect(trace.edges("led", rising: true).count == 2)
        }
        test "bad" {
            let trace = simulate(Blink(times: 2))
            expect(trace.span("led", 0) == 50 ms)
        }
        """)
    let result = try larmor("test", file)
    #expect(result.code == 1)
    #expect(result.output.contains("1 passed, 1 failed"))
    #expect(result.output.contains("left is 100 ms, right is 50 ms"))
  }
}
