import Glibc

/// The stack for going over nested programs: 512 MiB of addresses, of which only what is used takes
/// memory.
private let deepStackBytes = 512 << 20

/// What is handed to the thread and what it leaves behind.
private final class Errand<Value> {
  let work: () throws -> Value
  var outcome: Result<Value, any Error>?
  init(_ work: @escaping () throws -> Value) { self.work = work }
}

/// Runs `work` to its end on a thread with a stack that holds every program that the parser lets
/// through, and returns what it returns.
///
/// The caller waits, so nothing runs side by side.
///
/// Where no such thread can be made, `work` runs on the caller's own stack.
package func withDeepStack<Value>(_ work: () throws -> Value) throws -> Value {
  try withoutActuallyEscaping(work) { escaping in
    let errand = Errand(escaping)
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    guard pthread_attr_setstacksize(&attributes, deepStackBytes) == 0 else { return try escaping() }
    var thread = pthread_t()
    let box = Box { errand.outcome = Result { try errand.work() } }
    let status = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, Unmanaged.passRetained(box).toOpaque())
    guard status == 0 else {
      Unmanaged.passUnretained(box).release()
      return try escaping()
    }
    pthread_join(thread, nil)
    guard let outcome = errand.outcome else { return try escaping() }
    return try outcome.get()
  }
}

/// A closure as an object, to pass through C.
private final class Box {
  let run: () -> Void
  init(_ run: @escaping () -> Void) { self.run = run }
}
