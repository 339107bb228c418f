import Glibc

/// What time is told by.
enum Clock {
  /// How long this thread has had a processor: what other processes do meanwhile does not count.
  case processor
  /// A clock that only goes forward.
  case wall

  /// Nanoseconds from some beginning.
  fileprivate var now: Int64 {
    var time = timespec()
    switch self {
    case .processor: clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    case .wall: clock_gettime(CLOCK_MONOTONIC, &time)
    }
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

/// The seconds that `body` takes, and what it returns.
func timed<Result>(
  by clock: Clock = .processor, _ body: () -> Result
) -> (seconds: Double, result: Result) {
  let start = clock.now
  let result = body()
  return (Double(clock.now - start) * 1e-9, result)
}

/// The middle of `values`, or the mean of the two in the middle; nil if there are none.
func median(_ values: [Double]) -> Double? {
  guard !values.isEmpty else { return nil }
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/// The geometric mean of `values`; nil if there are none.
func geometricMean(_ values: [Double]) -> Double? {
  guard !values.isEmpty else { return nil }
  return exp(values.reduce(0) { $0 + log($1) } / Double(values.count))
}
