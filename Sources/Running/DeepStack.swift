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

/// Runs `body` on a thread with a stack deep enough for whoever walks a tree as high as the parser
/// lets it become, and waits for it.
///
/// Of the stack only what is used is ever there.
package func onDeepStack<Result>(_ body: () -> Result) -> Result {
  var result: Result?
  withoutActuallyEscaping({ result = body() }) { (run: @escaping () -> Void) in
    let task = DeepTask(run)
    var attributes = pthread_attr_t()
    var thread = pthread_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, DeepStackLimits.byteCount)
    let created = pthread_create(
      &thread, &attributes,
      { context in
        if let context { Unmanaged<DeepTask>.fromOpaque(context).takeUnretainedValue().body() }
        return nil
      }, Unmanaged.passUnretained(task).toOpaque())
    pthread_attr_destroy(&attributes)
    if created == 0 { pthread_join(thread, nil) } else { run() }
    withExtendedLifetime(task) {}
  }
  guard let result else { preconditionFailure("the thread has run the body") }
  return result
}
