import Foundation
import TestKit

/// What became of a call of the `larmor` that was built beside these tests.
struct Command {
  let code: Int32
  let output: String
  let complaints: String

  /// Calls it in the working copy, and waits for its end.
  init(_ arguments: [String], environment: [String: String] = [:]) throws {
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: tests).deletingLastPathComponent()
      .appendingPathComponent("larmor")
    process.currentDirectoryURL = URL(fileURLWithPath: Repository.root)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
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
}
