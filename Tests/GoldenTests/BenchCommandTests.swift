import Foundation
import TestKit
import Testing

/// `larmor bench`, with small work, in whatever build the tests are.
@Suite struct BenchCommandTests {
  private func bench(_ arguments: String..., path: String? = nil) throws -> Command {
    try Command(["bench"] + arguments, environment: path.map { ["PATH": $0] } ?? [:])
  }

  private func record(_ command: Command) throws -> [String: Any] {
    try #require(
      try JSONSerialization.jsonObject(with: Data(command.output.utf8)) as? [String: Any])
  }

  /// A folder with programs, by name and text, to be the whole search path.
  private func folder(_ programs: [String: String]) throws -> String {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "larmor-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, text) in programs {
      let file = folder.appendingPathComponent(name).path
      try text.write(toFile: file, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
    }
    return folder.path
  }

  @Test func usage() throws {
    let help = try bench("--help")
    #expect(help.code == 0)
    for option in ["--rounds", "--only", "--peer", "--without-peers", "--scale", "--json"] {
      #expect(help.output.contains(option))
    }
    let unknown = try bench("--only", "quicksort")
    #expect(unknown.code == 64 && unknown.complaints.contains("mandelbrot"))
    #expect(try bench("--rounds", "0").code == 64)
    #expect(try bench("--scale", "huge").code == 64)
    #expect(try bench("--peer", "lua", "--without-peers").code == 64)
  }

  @Test func aRunOfItsOwn() throws {
    let command = try bench("--scale", "tiny", "--rounds", "2", "--without-peers", "--json")
    #expect(command.code == 0 && !command.complaints.contains("error"))
    let record = try record(command)
    #expect(record["schema"] as? Int == 1)
    #expect(record["scale"] as? String == "tiny")
    #expect(record["rounds"] as? Int == 2)
    #expect((record["failures"] as? [String])?.isEmpty == true)
    let kernels = try #require(record["kernels"] as? [[String: Any]])
    #expect(
      kernels.map { $0["kernel"] as? String } == [
        "fib", "loop", "mandelbrot", "sieve", "nbody", "feedback",
      ])
    // What can be said of them without a computer: fib(12), and the primes up to 500.
    for (name, expected) in [("fib", 144), ("sieve", 95)] {
      let kernel = try #require(kernels.first { $0["kernel"] as? String == name })
      let results = try #require(kernel["results"] as? [[String: Any]])
      #expect(results.contains { $0["name"] as? String == "interpreter" })
      for result in results {
        #expect(result["result"] as? Int == expected)
        #expect((result["times"] as? [Double])?.count == 2)
        #expect((result["median"] as? Double).map { $0 > 0 } == true)
      }
    }
    let feedback = try #require(kernels.last?["results"] as? [[String: Any]])
    for result in feedback { #expect(result["events"] as? Int == 200) }
    let latencies = try #require(record["latencies"] as? [[String: Any]])
    let names = latencies.compactMap { $0["name"] as? String }
    for name in ["start-up", "compile", "verify", "load", "entry-interpreter"] {
      #expect(names.contains(name))
    }
    for latency in latencies { #expect((latency["value"] as? Double).map { $0 > 0 } == true) }
  }

  /// A language that is not installed is named, and no mistake.
  @Test func whoIsAbsentIsNamed() throws {
    let command = try bench(
      "--scale", "tiny", "--rounds", "1", "--only", "fib", "--without-latencies",
      path: try folder([:]))
    #expect(command.code == 0)
    for title in ["C", "Lua 5.4", "LuaJIT", "LuaJIT -joff", "WasmKit", "CPython"] {
      #expect(command.output.contains("\n\(title) is not compared: there is no "))
    }
    #expect(command.output.contains("Larmor, interpreter, us"))
  }

  /// Who computes something else, or does not get to its end, makes the command fail.
  @Test func wrongResultsAreErrors() throws {
    let wrong = try folder([
      "lua5.4": "#!/bin/sh\necho 143 1000\n", "python3": "#!/bin/sh\necho no memory\nexit 3\n",
      "luajit": "#!/bin/sh\necho 144 2000000\n",
    ])
    let command = try bench(
      "--scale", "tiny", "--rounds", "2", "--only", "fib", "--without-latencies", "--json",
      path: wrong)
    #expect(command.code == 1)
    let failures = try #require(try record(command)["failures"] as? [String])
    #expect(failures.contains { $0.contains("computes 144, Lua 5.4 143") })
    #expect(failures.contains { $0.contains("CPython") && $0.contains("with 3: no memory") })
    #expect(command.complaints.contains("no memory"))
    let right = try bench(
      "--scale", "tiny", "--rounds", "1", "--only", "fib", "--without-latencies", "--peer",
      "luajit", "--json", path: wrong)
    #expect(right.code == 0)
    let kernels = try #require(try record(right)["kernels"] as? [[String: Any]])
    let results = try #require(kernels.first?["results"] as? [[String: Any]])
    let luajit = try #require(results.first { $0["name"] as? String == "luajit" })
    #expect((luajit["median"] as? Double).map { abs($0 - 2e-3) < 1e-9 } == true)
  }

  /// The compiler of C is there wherever Swift is; what it makes agrees with Larmor.
  @Test func theSameInC() throws {
    let command = try bench(
      "--scale", "tiny", "--rounds", "1", "--peer", "c", "--without-latencies", "--json")
    #expect(command.code == 0, "\(command.complaints)")
    let record = try record(command)
    let kernels = try #require(record["kernels"] as? [[String: Any]])
    for kernel in kernels {
      let results = try #require(kernel["results"] as? [[String: Any]])
      #expect(results.contains { $0["name"] as? String == "c" })
      #expect(results.allSatisfy { $0["ratio"] is Double })
      #expect(Set(results.compactMap { $0["result"] as? Int }).count == 1)
    }
    let means = try #require(record["means"] as? [[String: Any]])
    #expect(means.contains { $0["name"] as? String == "interpreter" && $0["goal"] is Double })
  }

  @Test func instructionsAreCounted() throws {
    let command = try bench("--scale", "tiny", "--only", "sieve", "--instructions", "--json")
    #expect(command.code == 0)
    let kernels = try #require(try record(command)["kernels"] as? [[String: Any]])
    #expect(kernels.count == 1)
    let operations = try #require(kernels.first?["operations"] as? [String: Int])
    #expect(kernels.first?["executed"] as? Int == operations.values.reduce(0, +))
    #expect(operations.count > 5)
  }
}
