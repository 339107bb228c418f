import ArgumentParser
import Diagnostics
import Explaining

/// `larmor explain`: prints the page that belongs to a diagnostic's code.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explain an error or warning by its code; without one, list all.")

  @Argument(help: "A code, such as E0301.")
  var code: String?

  @Flag(help: "Print the page as a JSON object.")
  var json = false

  func run() throws {
    guard let code else {
      if json {
        Terminal.result(
          ([
            "schema": 1,
            "codes": .array(
              explanations.map { ["code": .string($0.code), "title": .string($0.title)] }),
          ] as JSONValue).compact)
      } else {
        for page in explanations { Terminal.result("\(page.code)  \(page.title)") }
      }
      return
    }
    guard let page = explanations.first(where: { $0.code == code.uppercased() }) else {
      let near = nearest(to: code.uppercased(), among: explanations.map(\.code))
      Terminal.complain(
        "there is no code `\(code)`" + (near.map { "; did you mean `\($0)`?" } ?? "")
          + "; `larmor explain` lists all")
      throw Ending.usage
    }
    if json {
      Terminal.result(
        ([
          "schema": 1, "code": .string(page.code), "title": .string(page.title),
          "text": .string(page.text),
        ] as JSONValue).compact)
    } else {
      Terminal.result("\(page.code): \(page.title)\n\n\(page.text)")
    }
  }
}
