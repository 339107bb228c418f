import ArgumentParser
import Diagnostics
import Glibc
import Running
import Toolchain
import Typing

/// `larmor test`: runs the tests that stand in a program.
struct TestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Run the tests that stand in a program, on the simulated device."
  )

  @Argument(help: "The program, an .exp file.")
  var file: String

  @Flag(help: "Print the outcome as a JSON object.")
  var json = false

  @Option(help: "What all chance in the simulated laboratory follows from.")
  var seed: UInt64 = 0

  func run() throws {
    let checked = try Program.check(file, json: json)
    var outcomes: [TestOutcome] = []
    for test in checked.typed.tests {
      let done: TestOutcome
      switch runTest(test, of: checked.proven, seed: seed) {
      case .success(let outcome): done = outcome
      case .failure(.refused(let diagnostics)):
        Program.show(diagnostics, in: checked.loaded.sources)
        throw Ending.badProgram
      case .failure(.failed(let error)):
        Terminal.complain("\(test.title): \(error.code): \(error.message)")
        throw Ending.failed
      case .failure(.broken(let why)): throw Program.apologize(why)
      }
      outcomes.append(done)
      if !json { show(done, in: checked.loaded.sources) }
    }
    let failedCount = outcomes.count { !$0.hasPassed }
    if json {
      Terminal.result(Toolchain.json(of: outcomes, in: checked.loaded.sources, file: file).compact)
    } else if outcomes.isEmpty {
      Terminal.remark("\(file) has no tests")
    } else {
      Terminal.result("\(outcomes.count - failedCount) passed, \(failedCount) failed")
    }
    if failedCount > 0 { throw Ending.failed }
  }

  private func show(_ outcome: TestOutcome, in sources: SourceSet) {
    let colours = Terminal.wantsColours(STDOUT_FILENO)
    let (green, red, plain) = colours ? ("\u{1B}[32m", "\u{1B}[1;31m", "\u{1B}[0m") : ("", "", "")
    for line in outcome.output { Terminal.result("    " + line) }
    Terminal.result(
      (outcome.hasPassed ? "\(green)passed\(plain)  " : "\(red)failed\(plain)  ") + outcome.title)
    for failure in outcome.failures {
      let place = failure.span.map { span in
        let position = sources.position(of: span)
        return "\(sources[span.source].name):\(position.line):\(position.column): "
      }
      Terminal.result("        \(place ?? "")\(failure.message)")
    }
  }
}
