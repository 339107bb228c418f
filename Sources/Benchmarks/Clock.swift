import Glibc

/// Nanoseconds of a clock that only goes forward.
func nanoseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// The nanoseconds that `body` takes, and what it returns.
func timed<Result>(_ body: () -> Result) -> (nanoseconds: Int64, result: Result) {
  let start = nanoseconds()
  let result = body()
  return (nanoseconds() - start, result)
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
