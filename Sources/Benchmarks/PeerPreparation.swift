/// A peer that is there: how it is called.
struct ReadyPeer {
  let peer: Peer
  let path: String
  /// Before the name of the kernel and its size.
  let arguments: [String]
  /// What the program, or the compiler of C, says of its version.
  let version: String
}

/// Looks for what peers need, and writes and compiles their programs.
struct PeerPreparation {
  let folder: ScratchFolder

  /// `peer`, ready to be called, or the reason why it is not.
  func prepare(_ peer: Peer) -> Result<ReadyPeer, Absence> {
    switch peer {
    case .c: compiled()
    case .lua: script(peer, BenchmarkPrograms.lua, "kernels.lua", by: ["lua5.4"], saying: "-v")
    case .luajit:
      script(peer, BenchmarkPrograms.lua, "kernels.lua", by: ["luajit"], saying: "-v")
    case .luajitInterpreter:
      script(
        peer, BenchmarkPrograms.lua, "kernels.lua", by: ["luajit"], options: ["-joff"],
        saying: "-v")
    case .wasmkit: webAssembly()
    case .python:
      script(peer, BenchmarkPrograms.python, "kernels.py", by: ["python3"], saying: "--version")
    }
  }

  struct Absence: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
  }

  private func script(
    _ peer: Peer, _ text: [UInt8], _ name: String, by programs: [String],
    options: [String] = [], saying versionOption: String
  ) -> Result<ReadyPeer, Absence> {
    guard let path = ChildProcess.find(programs) else { return .failure(notFound(programs)) }
    guard let file = folder.write(text, to: name) else { return .failure(notWritten(name)) }
    let version = ChildProcess.run(path, [versionOption])?.firstLine ?? ""
    return .success(
      ReadyPeer(peer: peer, path: path, arguments: options + [file], version: version))
  }

  private func compiled() -> Result<ReadyPeer, Absence> {
    let compilers = ["clang", "cc", "gcc"]
    guard let compiler = ChildProcess.find(compilers) else { return .failure(notFound(compilers)) }
    guard let source = folder.write(BenchmarkPrograms.c, to: "kernels.c") else {
      return .failure(notWritten("kernels.c"))
    }
    let binary = folder.file("kernels")
    let made = ChildProcess.run(
      compiler, ["-O2", "-ffp-contract=off", source, "-o", binary, "-lm"])
    guard let made, made.hasSucceeded else {
      return .failure(Absence("\(compiler) does not compile it: \(made?.firstLine ?? "")"))
    }
    let version = ChildProcess.run(compiler, ["--version"])?.firstLine ?? ""
    return .success(
      ReadyPeer(peer: .c, path: binary, arguments: [], version: "\(version), -O2"))
  }

  private func webAssembly() -> Result<ReadyPeer, Absence> {
    guard let path = ChildProcess.find(["wasmkit"]) else { return .failure(notFound(["wasmkit"])) }
    guard let compiler = ChildProcess.find(["clang"]) else { return .failure(notFound(["clang"])) }
    guard let source = folder.write(BenchmarkPrograms.c, to: "kernels.c") else {
      return .failure(notWritten("kernels.c"))
    }
    let module = folder.file("kernels.wasm")
    let made = ChildProcess.run(
      compiler,
      [
        "--target=wasm32", "-O2", "-ffp-contract=off", "-nostdlib", source, "-o", module,
      ])
    guard let made, made.hasSucceeded else {
      return .failure(Absence("\(compiler) makes no WebAssembly: \(made?.firstLine ?? "")"))
    }
    let version = ChildProcess.run(path, ["--version"])?.firstLine ?? ""
    return .success(
      ReadyPeer(
        peer: .wasmkit, path: path, arguments: ["run", module], version: "WasmKit \(version)"))
  }

  private func notFound(_ programs: [String]) -> Absence {
    Absence("there is no \(programs.joined(separator: ", ")) on the search path")
  }

  private func notWritten(_ name: String) -> Absence {
    Absence("\(name) cannot be written to \(folder.path)")
  }
}

extension ReadyPeer {
  /// Runs `kernel` with `size` in a process of its own; its result and the time it says it took,
  /// or what it said instead.
  func measure(_ kernel: BenchmarkKernel, size: Int64) -> Result<Measurement, MeasurementFailure> {
    guard let outcome = ChildProcess.run(path, arguments + [kernel.rawValue, String(size)]) else {
      return .failure(MeasurementFailure("\(path) cannot be started"))
    }
    let words = outcome.output.split { $0 == " " || $0 == "\n" }
    guard outcome.hasSucceeded, words.count == 2, let result = Int64(words[0]),
      let time = Int64(words[1])
    else {
      let ending = outcome.code.map { "with \($0)" } ?? "by a signal"
      return .failure(MeasurementFailure("\(path) ended \(ending): \(outcome.firstLine)"))
    }
    var seconds = Double(time) * 1e-9
    // Its work has not taken longer than its process had a processor.
    if peer.tellsWallTime { seconds = min(seconds, outcome.processorSeconds) }
    return .success(Measurement(result: result, seconds: seconds))
  }
}
