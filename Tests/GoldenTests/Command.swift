import Foundation
import TestKit

/// What became of a call of the `larmor` that was built beside these tests.
struct Command {
  let code: Int32
  let output: String
  let complaints: String

  /// Calls it in the working copy, with the file at `input` as its standard input, and waits for
  /// its end.
  init(_ arguments: [String], environment: [String: String] = [:], input: String? = nil) throws {
    let process = try Self.process(arguments, environment: environment)
    if let input { process.standardInput = FileHandle(forReadingAtPath: input) }
    let (output, complaints) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = complaints
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let remarks = complaints.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    code = process.terminationStatus
    self.output = String(decoding: text, as: UTF8.self)
    self.complaints = String(decoding: remarks, as: UTF8.self)
  }

  /// Calls it with a standard output that cannot be written: a full disk, or a reader that is gone.
  init(_ arguments: [String], outputTo path: String?) throws {
    let process = try Self.process(arguments, environment: [:])
    let (output, complaints) = (Pipe(), Pipe())
    process.standardOutput =
      try path.map { try FileHandle(forWritingTo: URL(fileURLWithPath: $0)) }
      ?? output.fileHandleForWriting
    process.standardError = complaints
    if path == nil { try output.fileHandleForReading.close() }
    try process.run()
    try output.fileHandleForWriting.close()
    let remarks = complaints.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    code = process.terminationReason == .exit ? process.terminationStatus : -1
    self.output = ""
    self.complaints = String(decoding: remarks, as: UTF8.self)
  }

  /// Calls it and interrupts it as Ctrl-C does, or with another signal, first when it has said
  /// `line`, then each time it has answered.
  ///
  /// What it says must be little: it is read in turns.
  init(
    _ arguments: [String], interruptedAfter line: String, times: Int, signal: Int32 = SIGINT
  ) throws {
    let process = try Self.process(arguments, environment: [:])
    let (output, complaints) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = complaints
    try process.run()
    var (text, remarks) = (Data(), Data())
    Self.read(output, into: &text, until: line + "\n")
    for time in 1...times {
      kill(process.processIdentifier, signal)
      if time < times { Self.read(complaints, into: &remarks, until: "\n") }
    }
    text += output.fileHandleForReading.readDataToEndOfFile()
    remarks += complaints.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    code = process.terminationReason == .exit ? process.terminationStatus : -1
    self.output = String(decoding: text, as: UTF8.self)
    self.complaints = String(decoding: remarks, as: UTF8.self)
  }

  private static func process(_ arguments: [String], environment: [String: String]) throws
    -> Process
  {
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: tests).deletingLastPathComponent()
      .appendingPathComponent("larmor")
    process.currentDirectoryURL = URL(fileURLWithPath: Repository.root)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    return process
  }

  /// Reads until `end` has come, or nothing comes any more.
  private static func read(_ pipe: Pipe, into data: inout Data, until end: String) {
    while data.range(of: Data(end.utf8)) == nil {
      let piece = pipe.fileHandleForReading.availableData
      if piece.isEmpty { return }
      data += piece
    }
  }
}
