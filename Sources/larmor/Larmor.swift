import ArgumentParser
import CMalloc
import Running

/// The command `larmor`.
@main
struct Larmor: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "larmor",
    abstract: "Compile and run laboratory experiments with real-time control.",
    discussion: """
      An experiment is a file in the Larmor language. Without a laboratory at hand everything \
      runs on a simulated core device, in virtual time, and gives the same results for the same \
      seed.
      """,
    version: "0.1.0",
    subcommands: [
      RunCommand.self, CheckCommand.self, TestCommand.self, FormatCommand.self, ExplainCommand.self,
      DisassembleCommand.self, BenchCommand.self,
    ])

  static func main() {
    // Memory comes from the system in large pieces: a program's trees are many small ones.
    mallopt(M_TOP_PAD, 16 << 20)
    onDeepStack {
      var ending: (any Error)?
      do {
        var command = try parseAsRoot()
        try command.run()
      } catch { ending = error }
      if let error = Terminal.endingForLostResults() ?? ending { exit(withError: error) }
    }
  }
}

/// What a process ends with, as in sysexits.
enum Ending {
  /// The run failed, or a test did.
  static let failed = ExitCode(1)
  static let usage = ExitCode(64)
  /// The program does not compile.
  static let badProgram = ExitCode(65)
  static let noInput = ExitCode(66)
  static let software = ExitCode(70)
  static let inputOutput = ExitCode(74)
  static let notPermitted = ExitCode(77)
  static let badConfiguration = ExitCode(78)
  static let interrupted = ExitCode(130)
  /// Nobody reads the output any more; the same as of a process that ends by SIGPIPE.
  static let outputClosed = ExitCode(141)
}
