import ArgumentParser
import Diagnostics
import Glibc
import Running
import Toolchain
import Typing

/// A folder with the records of runs: one folder for each day, in it one for each run.
struct ResultFolder {
  private let path: String

  init(_ path: String) { self.path = path }

  /// Writes the record of a run to a folder of its own; returns the run's number, which no other
  /// has.
  func save(_ record: RunRecord, in program: TypedProgram) throws(ExitCode) -> Int {
    let day = "\(path)/\(today())"
    try Files.makeFolders(day)
    var number =
      1
      + (Files.names(in: path).flatMap { Files.names(in: "\(path)/\($0)") }.compactMap(Self.number)
        .max() ?? 0)
    var folder = Self.name(day, number, record.experiment)
    // Another process may have taken the number meanwhile.
    while mkdir(folder, 0o755) != 0 {
      guard errno == EEXIST else {
        let reason = Files.systemMessage()
        Terminal.complain("the folder `\(folder)` cannot be made: \(reason)")
        throw Ending.inputOutput
      }
      number += 1
      folder = Self.name(day, number, record.experiment)
    }
    let content: JSONValue = [
      "schema": 1, "runs": [Toolchain.json(of: record, rid: number, in: program)],
    ]
    try Files.replace("\(folder)/run.json", with: content.pretty + "\n")
    return number
  }

  private static func name(_ day: String, _ number: Int, _ experiment: String) -> String {
    let digits = String(number)
    return "\(day)/" + String(repeating: "0", count: max(0, 9 - digits.count)) + digits
      + "-\(experiment)"
  }

  /// The number of the run whose folder is called `name`.
  private static func number(of name: String) -> Int? { Int(name.prefix { $0 != "-" }) }

  private func today() -> String {
    var now = time(nil)
    var parts = tm()
    localtime_r(&now, &parts)
    func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + String(number) }
    return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
  }
}
