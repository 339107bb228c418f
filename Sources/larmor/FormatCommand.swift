import ArgumentParser
import Diagnostics
import Formatting
import Glibc

/// `larmor format`: writes programs in the one way in which they are written.
struct FormatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "format", abstract: "Indent and space programs in the one way that there is.",
    discussion: """
      Files are changed in place; of a folder, all .exp files below it. The name - stands for \
      standard input, and the formatted program is then printed. A program with a mistake in its \
      syntax is left as it is.

      Exit codes: 0 formatted, 1 --check found a file that is not, 64 usage, 65 a program with a \
      mistake in its syntax, 66 no such file, 74 a file could not be read or written.
      """)

  @Argument(help: "Programs, .exp files, and folders with such.")
  var files: [String]

  @Flag(
    help: "Change nothing; name the files that are not formatted, and end with 1 if there are any.")
  var check = false

  @Flag(help: "Print what became of each file as a JSON object.")
  var json = false

  func run() throws {
    var results: [JSONValue] = []
    var worst: ExitCode?
    var isAnyChanged = false
    for file in try Files.programs(files) {
      let bytes: [UInt8]
      do throws(ExitCode) {
        bytes = try Files.readOrExit(file)
      } catch {
        worst = worst ?? error
        continue
      }
      var sources = SourceSet()
      let source = sources.add(Source(name: file, bytes: bytes))
      switch format(source, in: sources) {
      case .success(let formatted):
        let isChanged = formatted != bytes
        isAnyChanged = isAnyChanged || isChanged
        let text = String(decoding: formatted, as: UTF8.self)
        results.append(["file": .string(file), "changed": .bool(isChanged)])
        if file == "-", !check {
          Terminal.result(text: text)
        } else if isChanged {
          if !check { try Files.replace(file, with: text) }
          if !json { Terminal.result(file) }
        }
      case .failure(.syntax(let diagnostics)):
        worst = worst ?? Ending.badProgram
        results.append(
          [
            "file": .string(file), "changed": false,
            "diagnostics": Diagnostics.json(of: diagnostics, in: sources, file: file)
              .member("diagnostics"),
          ])
        if !json { Program.show(diagnostics, in: sources) }
      case .failure(.broken(let why)):
        worst = Program.apologize("\(file): \(why)")
      }
    }
    if json { Terminal.result((["schema": 1, "files": .array(results)] as JSONValue).compact) }
    if let worst { throw worst }
    if check, isAnyChanged { throw Ending.failed }
  }
}
