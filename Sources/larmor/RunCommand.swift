import ArgumentParser
import Diagnostics
import Glibc
import Running
import Toolchain
import Typing
import Values

/// `larmor run`: runs an experiment on the simulated laboratory.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run an experiment on the simulated laboratory.",
    discussion: """
      What the program prints comes as it is printed; then its datasets are shown, as curves \
      where they stand over an axis. Values of arguments are written as in a program: \
      --arg 'detuning=5 kHz'.

      With --all a value goes to each experiment that has an argument of this name.

      Exit codes: 0 the run was completed or stopped, 1 it failed, 64 usage, 65 the program \
      does not compile, 66 no such file, 74 a file or standard output could not be read or \
      written, 77 a file may not be read, 78 lab.toml or the file of shared datasets is not as it \
      should be, 130 interrupted, 141 nobody reads the output any more.

      Ctrl-C stops the run at its next safe point, and so do SIGTERM, the end of the terminal and \
      of whoever reads the output: `cleanup` runs, and the record is complete. A second one aborts \
      at once.
      """)

  @Argument(help: "The program, an .exp file.")
  var file: String

  @Argument(help: "The experiment, where the file has several.")
  var experiment: String?

  @Flag(help: "Run all experiments of the file, in its order.")
  var all = false

  @Flag(help: "Print the record of the runs as a JSON object, and nothing else.")
  var json = false

  @Option(
    name: .customLong("arg"),
    help: ArgumentHelp("The value of an argument; may be repeated.", valueName: "name=value"))
  var arguments: [String] = []

  @Option(help: "What all chance in the simulated laboratory follows from.")
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "Stop at the first safe point after that much device time, as in '5 s'.",
      valueName: "duration"))
  var until: String?

  @Option(
    help: ArgumentHelp(
      "The shared datasets: read if the file exists, and written back. Without it they are empty at first and forgotten.",
      valueName: "file"))
  var shared: String?

  @Option(
    help: ArgumentHelp(
      "Write the record of each run to a folder of its own in this one, as run.json. (HDF5 files come in a later version.)",
      valueName: "folder"))
  var results: String?

  @OptionGroup var engine: EngineOption

  @OptionGroup var laboratory: LaboratoryOption

  func validate() throws {
    if all, let experiment {
      throw ValidationError("say `\(experiment)` or --all, not both")
    }
    for (option, path) in [("--shared", shared), ("--results", results)] where path == "" {
      throw ValidationError("\(option) takes a name, and has an empty one")
    }
  }

  func run() throws {
    let checked = try Program.check(
      file, json: json, expressions: arguments, laboratory: laboratory)
    let program = checked.typed
    let experiments = try Selection(experiment, all: all, in: checked).experiments
    var sharedFile = try readShared()
    var stopTime: Int64?
    if let until {
      guard let ticks = ticks(of: until, ticksPerSecond: ticksPerSecond(of: program)) else {
        Terminal.complain(
          "`--until` takes a duration with its unit, as in `--until '5 s'`, not `\(until)`")
        throw Ending.usage
      }
      stopTime = ticks
    }
    var records: [JSONValue] = []
    var hasFailed = false
    // Before anything runs: a mistake in them is one of all runs.
    let given = try givenArguments(among: experiments, in: program)
    let values = try experiments.map {
      try self.values(given, for: $0, among: experiments, in: checked)
    }
    if experiments.count > 1 {
      for (experiment, values) in zip(experiments, values) where !values.isEmpty {
        let request = try self.request(
          experiment, values, sharedFile, stopTime: stopTime, in: checked)
        guard let fault = argumentOutOfRange(in: request),
          given.contains(where: { $0.name == fault.argument })
        else { continue }
        Terminal.complain("\(experiment.name): \(fault.message)")
        throw Ending.usage
      }
    }
    // Nor does it where what comes of it could not be kept.
    if let shared { try Files.expectFolder(of: shared) }
    if let results { try Files.makeFolders(results) }
    Interruption.listen()
    // A run that was made is shown, whatever becomes of the files.
    var loss: ExitCode?
    for (experiment, values) in zip(experiments, values)
    where !Interruption.hasCome && loss == nil {
      let request = try request(experiment, values, sharedFile, stopTime: stopTime, in: checked)
      let record = try perform(request, experiment, in: checked)
      sharedFile.update(from: record, in: program)
      hasFailed = hasFailed || record.status == .failed
      var number = records.count + 1
      do throws(ExitCode) {
        if let results { number = try ResultFolder(results).save(record, in: program) }
      } catch { loss = error }
      do throws(ExitCode) {
        if let shared { try Files.replace(shared, with: sharedFile.text) }
      } catch { loss = error }
      records.append(Toolchain.json(of: record, rid: number, in: program))
      if !json { Presentation(program: program, isAlone: experiments.count == 1).show(record) }
    }
    if json { Terminal.result((["schema": 1, "runs": .array(records)] as JSONValue).compact) }
    if let loss { throw loss }
    if Interruption.hasCome { throw Ending.interrupted }
    if hasFailed { throw Ending.failed }
  }

  private func request(
    _ experiment: TypedExperiment, _ values: [MemberID: Constant], _ sharedFile: SharedFile,
    stopTime: Int64?, in checked: CheckedProgram
  ) throws(ExitCode) -> RunRequest {
    var request = RunRequest(program: checked.proven, experiment: experiment.id)
    request.arguments = values
    request.seed = seed
    request.engine = engine.choice
    request.stopTime = stopTime
    let store = sharedFile.store(for: experiment, in: checked.typed)
    for fault in store.faults { Terminal.complain("\(shared ?? "the store"): \(fault)") }
    if !store.faults.isEmpty { throw Ending.badConfiguration }
    request.shared = store.store
    return request
  }

  private func perform(
    _ request: RunRequest, _ experiment: TypedExperiment, in checked: CheckedProgram
  ) throws(ExitCode) -> RunRecord {
    var progress = ProgressLine(title: experiment.name)
    let isQuiet = json
    let observer = RunObserver(
      output: { line in
        progress.clear()
        if !isQuiet { Terminal.result(line) }
      },
      progress: { progress.show($0) }, isInterrupted: { Interruption.hasCome })
    let outcome = Running.run(request, observer: observer)
    progress.clear()
    switch outcome {
    case .ran(let record, _): return record
    case .outOfRange(let fault):
      Terminal.complain(fault.message)
      throw Ending.usage
    case .refused(let diagnostics):
      if json { Program.print(diagnostics, in: checked.loaded.sources, file: file) }
      Program.show(diagnostics, in: checked.loaded.sources)
      throw Ending.badProgram
    case .broken(let why): throw Program.apologize(why)
    }
  }

  private func readShared() throws(ExitCode) -> SharedFile {
    guard let shared else { return SharedFile() }
    switch Files.read(shared) {
    case .failure(.notFound): return SharedFile()
    case .failure(.unreadable(let reason)):
      Terminal.complain("`\(shared)` cannot be read: \(reason)")
      throw Ending.inputOutput
    case .success(let bytes):
      do throws(JSONError) {
        return try SharedFile(bytes)
      } catch {
        Terminal.complain("\(shared):\(error.line): \(error.message)")
        throw Ending.badConfiguration
      }
    }
  }

  private typealias Given = (name: String, text: String)

  /// The names and values on the command line; each of `experiments`, where there are several, has
  /// the argument or another has it.
  private func givenArguments(
    among experiments: [TypedExperiment], in program: TypedProgram
  ) throws(ExitCode) -> [Given] {
    var given: [Given] = []
    for argument in arguments {
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = parts.first?.split(separator: " ").joined(separator: " ") ?? ""
      guard parts.count == 2, !name.isEmpty else {
        Terminal.complain("`--arg` takes `name=value`, not `\(argument)`")
        throw Ending.usage
      }
      given.append((name, String(parts[1])))
    }
    guard experiments.count > 1 else { return given }
    let known = experiments.flatMap { Self.argumentNames(of: $0, in: program) }
    for (name, _) in given where !known.contains(name) {
      let near = nearest(to: name, among: known).map { "; did you mean `\($0)`?" }
      Terminal.complain("no experiment of the file has an argument `\(name)`" + (near ?? ""))
      throw Ending.usage
    }
    return given
  }

  private static func argumentNames(of experiment: TypedExperiment, in program: TypedProgram)
    -> [String]
  {
    experiment.members.map { program[$0] }.filter { $0.kind == .argument }.map(\.name)
  }

  private func values(
    _ given: [Given], for experiment: TypedExperiment, among experiments: [TypedExperiment],
    in checked: CheckedProgram
  ) throws(ExitCode) -> [MemberID: Constant] {
    var given = given
    if experiments.count > 1 {
      let own = Self.argumentNames(of: experiment, in: checked.typed)
      given.removeAll { !own.contains($0.name) }
    }
    do throws(ArgumentFailure) {
      return try argumentValues(given, of: experiment, in: checked)
    } catch {
      switch error {
      case .usage(let message): Terminal.complain(message)
      case .diagnostics(let diagnostics, let sources): Program.show(diagnostics, in: sources)
      case .broken(let why): throw Program.apologize(why)
      }
      throw Ending.usage
    }
  }
}

/// The experiments of a file that a command is about.
struct Selection {
  let experiments: [TypedExperiment]

  /// The one called `name`; or all; or the only one.
  init(_ name: String?, all: Bool, in checked: CheckedProgram) throws(ExitCode) {
    let known = checked.typed.runnable
    let names = known.map { "`\($0.name)`" }.joined(separator: ", ")
    let file = checked.loaded.sources[checked.loaded.main].name
    if let name {
      guard let found = known.first(where: { $0.name == name }) else {
        let near = nearest(to: name, among: known.map(\.name)).map { "; did you mean `\($0)`?" }
        Terminal.complain(
          "\(file) has no experiment `\(name)`"
            + (near ?? (names.isEmpty ? "" : "; it has \(names)")))
        throw Ending.usage
      }
      experiments = [found]
    } else if known.isEmpty {
      Terminal.complain("\(file) has no experiment")
      throw Ending.usage
    } else if known.count > 1, !all {
      Terminal.complain("\(file) has several experiments: name one of \(names), or say --all")
      throw Ending.usage
    } else {
      experiments = known
    }
  }
}
