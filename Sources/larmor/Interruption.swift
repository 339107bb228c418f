import Glibc
import Synchronization

/// Ctrl-C, `kill` and the end of a terminal: the first one asks a run to stop at its next safe
/// point, the second ends the process.
enum Interruption {
  private static let count = Atomic<Int>(0)
  private static let answer: StaticString =
    "stopping at the next safe point; once more aborts at once\n"

  /// Whether somebody has asked to stop.
  static var hasCome: Bool { count.load(ordering: .relaxed) > 0 }

  /// Asks to stop, as a signal does.
  static func request() { count.add(1, ordering: .relaxed) }

  /// From now on SIGINT, SIGTERM and SIGHUP are answered in this way, and output that nobody reads
  /// any more does not end the process but is an error of writing.
  ///
  /// SIGINT and SIGTERM also where whoever started the process had them ignored or blocked, as a
  /// shell does in the background, or a thread that does not want to be disturbed: whoever sends
  /// one means it. SIGHUP is left ignored where it is: the run is to outlive its terminal.
  static func listen() {
    // Both are made before a handler needs them, which must not make anything.
    _ = (count.load(ordering: .relaxed), answer.utf8CodeUnitCount)
    let handler: @convention(c) (Int32) -> Void = { _ in
      let code = 130 as Int32
      guard Interruption.count.add(1, ordering: .relaxed).oldValue == 0 else { _exit(code) }
      _ = write(
        STDERR_FILENO, Interruption.answer.utf8Start, Interruption.answer.utf8CodeUnitCount)
    }
    signal(SIGPIPE, SIG_IGN)
    signal(SIGINT, handler)
    signal(SIGTERM, handler)
    if unsafeBitCast(signal(SIGHUP, handler), to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
    {
      signal(SIGHUP, SIG_IGN)
    }
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, number) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}
