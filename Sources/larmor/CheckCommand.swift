import ArgumentParser
import Diagnostics
import Glibc
import Laboratory
import Toolchain

/// `larmor check`: says what is wrong with a program, without running it.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Say what is wrong with programs, without running them.",
    discussion: """
      Of a folder, all .exp files below it are checked. The name - stands for standard input.

      Exit codes: 0 nothing is wrong but for warnings, 64 usage, 65 a program does not compile, 66 \
      no such file, 74 a file or standard output could not be read or written, 78 bad lab.toml.
      """)

  @Argument(help: "Programs, .exp files, and folders with such.")
  var files: [String]

  @Flag(help: "Print the diagnostics as a JSON object, one for each file.")
  var json = false

  @Flag(help: "Apply to the file the fixes that leave nothing to choose, as long as that helps.")
  var fix = false

  @Flag(
    help: """
      Say of each kernel what it captures, where it is compiled and called, and why no call runs \
      with an old value.
      """)
  var explainFreeze = false

  @Flag(
    help: """
      Say of each experiment which shared values its stages read and write, which kernel can be \
      armed, and which calls can be queued ahead.
      """)
  var effects = false

  @OptionGroup var laboratory: LaboratoryOption

  func run() throws {
    if fix, files.contains("-") {
      Terminal.complain("`--fix` changes files; standard input cannot be changed")
      throw Ending.usage
    }
    var worst: ExitCode?
    for file in try Files.programs(files) {
      do throws(ExitCode) { try check(file) } catch { worst = worst ?? error }
    }
    if let worst { throw worst }
  }

  private func check(_ file: String) throws(ExitCode) {
    if fix { try mend(file) }
    let loaded = try Program.load(file)
    let description = try laboratory.description(for: file, json: json)
    let checked = Toolchain.check(loaded, against: description)
    let kernels = explainFreeze ? Toolchain.explainFreeze(of: loaded, against: description) : nil
    let effects = self.effects ? Toolchain.effects(of: loaded, against: description) : nil
    if json {
      Terminal.result(
        Toolchain.json(
          of: checked.diagnostics, in: loaded.sources, file: file, explaining: kernels,
          effects: effects
        ).compact)
    } else {
      if let kernels {
        Terminal.result(
          text: Toolchain.text(of: kernels, in: loaded.sources, home: loaded.main))
      }
      if let effects { Terminal.result(text: Toolchain.text(of: effects, in: loaded.sources)) }
      Program.show(checked.diagnostics, in: loaded.sources)
    }
    if checked.value == nil || checked.hasErrors { throw Ending.badProgram }
  }

  /// Applies fixes to the file, and says which.
  private func mend(_ file: String) throws(ExitCode) {
    let bytes = try Files.readOrExit(file)
    let description = try laboratory.description(for: file, json: json)
    let mended = mendedAsFarAsPossible(file, bytes) { bytes in
      let loaded = Toolchain.load(file, bytes) { Files.read($0) }
      let checked = Toolchain.check(loaded, against: description)
      return (loaded.sources, loaded.main, checked.diagnostics)
    }
    guard !mended.steps.isEmpty else { return }
    try Files.replace(file, with: String(decoding: mended.bytes, as: UTF8.self))
    for (line, step) in mended.steps {
      Terminal.remark(
        "\(file):\(line): \(step.diagnostic.code.rawValue) fixed: \(step.fix.message)")
    }
  }
}

/// What the commands do alike with the program that they are given.
enum Program {
  /// Reads and parses `file` and what it imports.
  ///
  /// `expressions` are what was given on the command line.
  static func load(_ file: String, expressions: [String] = []) throws(ExitCode) -> LoadedProgram {
    Toolchain.load(file, try Files.readOrExit(file), expressions: expressions) { Files.read($0) }
  }

  /// The checked program in `file`; or the end of the process, once all has been said that is wrong
  /// with it.
  static func check(
    _ file: String, json: Bool, expressions: [String] = [],
    laboratory: LaboratoryOption
  ) throws(ExitCode) -> CheckedProgram {
    let description = try laboratory.description(for: file, json: json)
    let loaded = try load(file, expressions: expressions)
    let checked = Toolchain.check(loaded, against: description)
    guard let program = checked.value, !checked.hasErrors else {
      if json { print(checked.diagnostics, in: loaded.sources, file: file) }
      show(checked.diagnostics, in: loaded.sources)
      throw Ending.badProgram
    }
    if !checked.diagnostics.isEmpty { show(checked.diagnostics, in: loaded.sources) }
    return program
  }

  /// Says that larmor itself is wrong, and how the process ends.
  static func apologize(_ why: String) -> ExitCode {
    Terminal.complain("this is a mistake in larmor, not in the program: \(why)")
    return Ending.software
  }

  /// Writes the diagnostics of `file` to standard output, as a JSON object.
  static func print(_ diagnostics: [Diagnostic], in sources: SourceSet, file: String) {
    Terminal.result(Diagnostics.json(of: diagnostics, in: sources, file: file).compact)
  }

  /// Writes the diagnostics and how many there are to standard error.
  static func show(_ diagnostics: [Diagnostic], in sources: SourceSet) {
    guard !diagnostics.isEmpty else { return }
    let colours = Terminal.wantsColours(STDERR_FILENO)
    Terminal.remark(text: render(diagnostics, in: sources, colors: colours))
    Terminal.remark("\n" + summary(of: diagnostics))
  }
}
