import ArgumentParser
import Glibc
import Synchronization

/// What is printed where: results on standard output, everything else on standard error.
enum Terminal {
  /// Whether colours are wanted on `descriptor`: on a terminal, unless the environment says
  /// otherwise.
  static func wantsColours(_ descriptor: Int32) -> Bool {
    if let no = variable("NO_COLOR"), !no.isEmpty { return false }
    if let forced = variable("CLICOLOR_FORCE"), forced != "0" { return true }
    if variable("TERM") == "dumb" { return false }
    return isatty(descriptor) == 1
  }

  /// Whether a line on standard error can be drawn over again.
  static var hasMovingCursor: Bool { isatty(STDERR_FILENO) == 1 && variable("TERM") != "dumb" }

  /// The columns of the terminal, 80 where there is none.
  static var width: Int {
    var size = winsize()
    if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
      return Int(size.ws_col)
    }
    if let columns = variable("COLUMNS").flatMap({ Int($0) }), columns > 0 {
      return min(columns, 1000)
    }
    return 80
  }

  /// Writes a line of results.
  static func result(_ line: String) { put(line + "\n", STDOUT_FILENO) }

  /// Writes text of results as it is.
  static func result(text: String) { put(text, STDOUT_FILENO) }

  /// Writes a line of remarks.
  static func remark(_ line: String) { put(line + "\n", STDERR_FILENO) }

  /// Writes text of remarks as it is.
  static func remark(text: String) { put(text, STDERR_FILENO) }

  /// Says what went wrong with the command itself.
  static func complain(_ message: String) {
    let word = wantsColours(STDERR_FILENO) ? "\u{1B}[1;31merror\u{1B}[0m" : "error"
    remark("\(word): \(message)")
  }

  private static func put(_ text: String, _ descriptor: Int32) {
    guard !Files.writeAll(text, to: descriptor), descriptor == STDOUT_FILENO else { return }
    let reason = errno
    _ = loss.compareExchange(expected: 0, desired: reason, ordering: .relaxed)
    // Where nobody looks on any more nothing should go on.
    if reason == EPIPE { Interruption.request() }
  }

  /// Why results could not be written, as the system numbers its errors; 0 if all were.
  private static let loss = Atomic<Int32>(0)

  /// How the process ends because results could not be written, once that has been said; nil if
  /// all were.
  static func endingForLostResults() -> ExitCode? {
    let reason = loss.load(ordering: .relaxed)
    guard reason != 0 else { return nil }
    guard reason != EPIPE else { return Ending.outputClosed }
    complain("standard output cannot be written: \(String(cString: strerror(reason)))")
    return Ending.inputOutput
  }

  /// The environment variable `name`; nil if it is not set, or empty.
  static func variable(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }
}

/// How far a run is: a line that is drawn over on a terminal, elsewhere one line for every tenth.
struct ProgressLine {
  private let title: String
  private let startTime = Self.now()
  private var lastTime = 0.0
  private var lastTenth = 0
  private var isShown = false

  /// Sooner than this nothing is shown: most runs are over by then.
  private static let patience = 0.5

  init(title: String) { self.title = title }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  mutating func show(_ fraction: Double) {
    let time = Self.now()
    guard time - startTime > Self.patience else { return }
    if Terminal.hasMovingCursor {
      guard time - lastTime > 0.05 else { return }
      lastTime = time
      let cells = Int((fraction * 30).rounded())
      let bar =
        String(repeating: "█", count: cells) + String(repeating: "░", count: 30 - min(cells, 30))
      Terminal.remark(text: "\r\u{1B}[2K\(title) \(bar) \(Int(fraction * 100)) %")
      isShown = true
    } else {
      let tenth = Int(fraction * 10)
      guard tenth > lastTenth else { return }
      lastTenth = tenth
      Terminal.remark("\(title) \(tenth * 10) %")
    }
  }

  /// Takes the line away.
  mutating func clear() {
    if isShown { Terminal.remark(text: "\r\u{1B}[2K") }
    isShown = false
  }
}
