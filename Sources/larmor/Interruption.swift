import Glibc
import Synchronization

/// Ctrl-C: the first one asks a run to stop at its next safe point, the second ends the process.
enum Interruption {
  private static let count = Atomic<Int>(0)
  private static let answer: StaticString =
    "stopping at the next safe point; once more aborts at once\n"

  /// Whether somebody has asked to stop.
  static var hasCome: Bool { count.load(ordering: .relaxed) > 0 }

  /// From now on a SIGINT is answered in this way.
  ///
  /// Also where whoever started the process had it ignored or blocked, as a shell does in the
  /// background, or a thread that does not want to be disturbed: whoever sends one means it.
  static func listen() {
    // Both are made before a handler needs them, which must not make anything.
    _ = (count.load(ordering: .relaxed), answer.utf8CodeUnitCount)
    signal(SIGINT) { _ in
      let code = 130 as Int32
      guard Interruption.count.add(1, ordering: .relaxed).oldValue == 0 else { _exit(code) }
      _ = write(
        STDERR_FILENO, Interruption.answer.utf8Start, Interruption.answer.utf8CodeUnitCount)
    }
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}
