import ArgumentParser
import Diagnostics
import Glibc
import Running
import Toolchain
import Typing

/// `larmor test`: runs the tests that stand in a program.
struct TestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Run the tests that stand in programs, on the simulated device.",
    discussion: """
      Exit codes: 0 all tests passed, 1 one failed, 64 usage, 65 a program does not compile, \
      66 no such file, 74 a file could not be read, 78 bad lab.toml, 130 interrupted.
      """)

  @Argument(
    help: "Programs, .exp files, and folders with such; all below this one if none is named.")
  var files: [String] = []

  @Option(help: "Run only the tests that have this in their titles.")
  var filter: String?

  @Flag(help: "Print the outcome as a JSON object, one for each file.")
  var json = false

  @Option(help: "What all chance in the simulated laboratory follows from.")
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "A test that takes longer is stopped and has failed.", valueName: "seconds"))
  var limit: Int = 60

  @OptionGroup var laboratory: LaboratoryOption

  func validate() throws {
    if limit < 1 { throw ValidationError("--limit takes a number of seconds from 1 on") }
  }

  func run() throws {
    Interruption.listen()
    let programs = try Files.programs(files.isEmpty ? ["."] : files)
    var (passedCount, failedCount) = (0, 0)
    var worst: ExitCode?
    for file in programs {
      if Interruption.hasCome { break }
      do {
        let outcomes = try outcomes(of: file, isAlone: programs.count == 1)
        failedCount += outcomes.count { !$0.hasPassed }
        passedCount += outcomes.count { $0.hasPassed }
      } catch {
        guard programs.count > 1 else { throw error }
        worst = worst ?? error
      }
    }
    if !json {
      if passedCount + failedCount == 0, worst == nil, !Interruption.hasCome {
        let what = filter.map { "tests with `\($0)` in their titles" } ?? "tests"
        Terminal.remark(
          programs.count == 1
            ? "\(programs[0]) has no \(what)" : "there are no \(what) in \(programs.count) files")
      } else {
        Terminal.result("\(passedCount) passed, \(failedCount) failed")
      }
    }
    if Interruption.hasCome { throw Ending.interrupted }
    if let worst { throw worst }
    if failedCount > 0 { throw Ending.failed }
  }

  /// Runs the tests of one file and shows what became of them.
  private func outcomes(of file: String, isAlone: Bool) throws(ExitCode) -> [TestOutcome] {
    let checked = try Program.check(file, json: json, laboratory: laboratory)
    let tests = checked.typed.tests.filter { test in filter.map { test.title.contains($0) } ?? true
    }
    if !json, !isAlone, !tests.isEmpty { Terminal.result(file) }
    var outcomes: [TestOutcome] = []
    for test in tests where !Interruption.hasCome {
      let done: TestOutcome
      let end = ContinuousClock.now + .seconds(limit)
      let outcome = runTest(
        test, of: checked.proven, seed: seed,
        isInterrupted: { Interruption.hasCome || ContinuousClock.now > end })
      switch outcome {
      case .success(let outcome): done = outcome
      case .failure(.refused(let diagnostics)):
        if json { Program.print(diagnostics, in: checked.loaded.sources, file: file) }
        Program.show(diagnostics, in: checked.loaded.sources)
        throw Ending.badProgram
      case .failure(.failed(let error)):
        Terminal.complain("\(test.title): \(error.code): \(error.message)")
        throw Ending.failed
      case .failure(.broken(let why)): throw Program.apologize(why)
      }
      // A test that somebody broke off has neither passed nor failed.
      if Interruption.hasCome {
        Terminal.remark("`\(test.title)` was interrupted")
        break
      }
      outcomes.append(done)
      if !json { show(done, in: checked.loaded.sources) }
    }
    if json, isAlone || !tests.isEmpty {
      Terminal.result(Toolchain.json(of: outcomes, in: checked.loaded.sources, file: file).compact)
    }
    return outcomes
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
