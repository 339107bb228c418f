import ArgumentParser
import Running

/// `--engine` and `--without`: how a program is compiled and run, whatever it does.
struct EngineOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How the machine goes from one instruction to the next. It changes the speed, nothing else.",
      valueName: "engine"))
  var engine = Engine.standard

  @Option(
    help: ArgumentHelp(
      "Leave out what improves the code; may be repeated. It changes the speed, nothing else.",
      valueName: "improvement"))
  var without: [Improvement] = []

  var choice: EngineChoice { EngineChoice(engine, without: without) }
}

extension Engine: ExpressibleByArgument {}
extension Improvement: ExpressibleByArgument {}
