import Glibc
import Running
import Toolchain
import Typing
import Values

/// Shows people what came of a run: curves, values, errors.
struct Presentation {
  let program: TypedProgram
  /// Whether it is the only run that is shown.
  let isAlone: Bool

  /// Longer values are cut off; all of them is in the JSON.
  private static let valueLengthMax = 400

  func show(_ record: RunRecord) {
    let colours = Terminal.wantsColours(STDOUT_FILENO)
    let width = min(Terminal.width, 100)
    let printer = Printer(program)
    for dataset in record.datasets {
      if let plot = Plot(dataset, of: record, in: program) {
        Terminal.result("")
        for line in plot.lines(width: width, height: 18, inColour: colours) {
          Terminal.result(line)
        }
      } else if let text = text(of: dataset.value, dataset.type, printer) {
        let shown =
          text.count > Self.valueLengthMax ? text.prefix(Self.valueLengthMax) + " …" : text[...]
        Terminal.result("\(dataset.name) = \(shown)")
      }
    }
    switch record.status {
    case .completed: if !isAlone { Terminal.remark("\(record.experiment) completed") }
    case .stopped, .cancelled, .interrupted:
      Terminal.remark("\(record.experiment) was \(record.status.rawValue)")
      if let error = record.error { show(error, "`analyze` of \(record.experiment) ended with") }
    case .failed:
      if let error = record.error { show(error, "\(record.experiment) failed with") }
      if let error = record.cleanupError {
        show(error, "after that, `cleanup` of \(record.experiment) failed with")
      }
    }
  }

  /// The value of a dataset; nil where nothing of it was written.
  private func text(of value: DatasetValue, _ type: Type, _ printer: Printer) -> String? {
    if let whole = value.constant { return printer.text(whole, type) }
    guard case .array(let elements) = value else { return nil }
    let parts = elements.map { text(of: $0, type.element ?? .unknown, printer) }
    if parts.allSatisfy({ $0 == nil }) { return nil }
    return "[" + parts.map { $0 ?? "missing" }.joined(separator: ", ") + "]"
  }

  private func show(_ error: RunError, _ what: String) {
    Terminal.complain("\(what) \(error.code): \(error.message)")
    for place in error.backtrace {
      Terminal.remark("  at \(place.file):\(place.line):\(place.column) in \(place.function)")
    }
  }
}
