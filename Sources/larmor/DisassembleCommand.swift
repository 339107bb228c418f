import ArgumentParser
import Bytecode
import Diagnostics
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

      Exit codes: 0 shown, 1 `prepare` failed, 64 usage, 65 the program does not compile, 66 no \
      such file, 74 a file could not be read, 78 bad lab.toml.
      """)

  @Argument(help: "The program, an .exp file, or an image.")
  var file: String

  @Argument(help: "The experiment; without it all of the file's.")
  var experiment: String?

  @Flag(help: "Print the bytecode as a JSON object, with a text for each image.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "Leave out what improves the code; may be repeated.", valueName: "improvement"))
  var without: [Improvement] = []

  @Option(
    help: ArgumentHelp(
      "Write each image into a file of its own in this folder, too.", valueName: "folder"))
  var images: String?

  @OptionGroup var laboratory: LaboratoryOption

  func run() throws {
    let bytes = try Files.readOrExit(file)
    if bytes.starts(with: Array("LRMR".utf8)) {
      show([disassemble(bytes)])
      return
    }
    let checked = try Program.check(file, json: json, laboratory: laboratory)
    let experiments = try Selection(experiment, all: experiment == nil, in: checked).experiments
    var texts: [String] = []
    for experiment in experiments {
      var request = RunRequest(program: checked.proven, experiment: experiment.id)
      request.engine = EngineChoice(without: without)
      switch Running.images(of: request) {
      case .success(let images):
        texts += images.map(disassemble)
        try save(images, of: experiment.name)
      case .failure(.refused(let diagnostics)):
        if json { Program.print(diagnostics, in: checked.loaded.sources, file: file) }
        Program.show(diagnostics, in: checked.loaded.sources)
        throw Ending.badProgram
      case .failure(.broken(let why)): throw Program.apologize(why)
      case .failure(.failed(let error)):
        Terminal.complain("\(experiment.name): \(error.code): \(error.message)")
        throw Ending.failed
      }
    }
    show(texts)
  }

  /// The host half comes first; kernels' images are called after the experiment and the kernel.
  private func save(_ images: [[UInt8]], of experiment: String) throws {
    guard let folder = self.images else { return }
    try Files.makeFolders(folder)
    for (index, image) in images.enumerated() {
      let name = index == 0 ? "\(experiment).host" : imageName(image)
      try Files.replace("\(folder)/\(name).image", with: image)
    }
  }

  private func show(_ texts: [String]) {
    if json {
      let images: [JSONValue] = texts.map { .string($0) }
      Terminal.result(
        (["schema": 1, "file": .string(file), "images": .array(images)] as JSONValue).compact)
    } else {
      for text in texts { Terminal.result(text) }
    }
  }
}
