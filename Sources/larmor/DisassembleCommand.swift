import ArgumentParser
import Bytecode
import Glibc
import Running
import Toolchain
import Typing

/// `larmor disassemble`: shows the bytecode of a program or of an image.
struct DisassembleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disassemble",
    abstract: "Show the bytecode of a program's host half and kernels, or of an image.",
    discussion: """
      Of a program the kernels are shown as they are compiled at the end of `prepare`, with the \
      arguments' defaults folded in.
      """)

  @Argument(help: "The program, an .exp file, or an image.")
  var file: String

  @Argument(help: "The experiment; without it all of the file's.")
  var experiment: String?

  @OptionGroup var laboratory: LaboratoryOption

  func run() throws {
    let bytes = try Files.readOrExit(file)
    if bytes.starts(with: Array("LRMR".utf8)) {
      Terminal.result(disassemble(bytes))
      return
    }
    let checked = try Program.check(file, json: false, laboratory: laboratory)
    let experiments = try Selection(experiment, all: experiment == nil, in: checked).experiments
    for experiment in experiments {
      switch images(of: RunRequest(program: checked.proven, experiment: experiment.id)) {
      case .success(let images):
        for image in images { Terminal.result(disassemble(image)) }
      case .failure(.refused(let diagnostics)):
        Program.show(diagnostics, in: checked.loaded.sources)
        throw Ending.badProgram
      case .failure(.broken(let why)): throw Program.apologize(why)
      case .failure(.failed(let error)):
        Terminal.complain("\(experiment.name): \(error.code): \(error.message)")
        throw Ending.failed
      }
    }
  }
}
