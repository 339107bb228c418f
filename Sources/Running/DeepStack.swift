import Glibc

/// How deep the stack is on which trees are walked.
private enum DeepStackLimits {
  static let byteCount = 1 << 30
}

/// What the thread is to do; a class, so that its address can be handed to C.
private final class DeepTask {
  let body: () -> Void
  init(_ body: @escaping () -> Void) { self.body = body }
}

/// A thread with a stack deep enough for whoever walks a tree as high as the parser lets it become.
///
/// Of the stack only what is used is ever there.
private struct DeepThread {
  private let task: DeepTask
  private var thread = pthread_t()
  private let isStarted: Bool

  /// Starts `body`; where the system has no more threads it waits for `wait`.
  init(_ body: @escaping () -> Void) {
    task = DeepTask(body)
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, DeepStackLimits.byteCount)
    let created = pthread_create(
      &thread, &attributes,
      { context in
        if let context { Unmanaged<DeepTask>.fromOpaque(context).takeUnretainedValue().body() }
        return nil
      }, Unmanaged.passUnretained(task).toOpaque())
    pthread_attr_destroy(&attributes)
    isStarted = created == 0
  }

  /// Returns when the body has run.
  func wait() {
    if isStarted { pthread_join(thread, nil) } else { task.body() }
    withExtendedLifetime(task) {}
  }
}

/// Runs `body` on a thread with a deep stack, and waits for it.
package func onDeepStack<Result>(_ body: () -> Result) -> Result {
  var result: Result?
  withoutActuallyEscaping({ result = body() }) { (run: @escaping () -> Void) in
    DeepThread(run).wait()
  }
  guard let result else { preconditionFailure("the thread has run the body") }
  return result
}

/// Runs `first` on a thread of its own with a deep stack, and `second` on this one meanwhile.
///
/// Returns what both return.
package func atOnce<First: Sendable, Second>(
  _ first: @Sendable () -> First, and second: () -> Second
) -> (First, Second) {
  var one: First?
  var other: Second?
  withoutActuallyEscaping({ one = first() }) { (run: @escaping () -> Void) in
    let thread = DeepThread(run)
    other = second()
    thread.wait()
  }
  guard let one, let other else { preconditionFailure("both have run") }
  return (one, other)
}
