/// What a kernel computed, and in which time.
struct Measurement: Sendable {
  let result: Int64
  let seconds: Double
  /// What the simulated device emitted.
  var eventCount = 0
}

/// Why there is no measurement.
struct MeasurementFailure: Error {
  let reason: String
  init(_ reason: String) { self.reason = reason }
}
