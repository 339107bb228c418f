import Bytecode
package import CoreDevice
package import Laboratory

/// Takes down what the device reports: a running digest always, the trace itself if asked to.
///
/// The digest is SHA-256 of records of four little-endian words of 64 bits, in the order of
/// emission: kind (bits 0 to 15) and channel (16 to 31); time; address; value. Kind 0 is a write;
/// kind 1 the opening of a gate, value its edges; kind 2 its closing, at the address the time at
/// which it opened and as value the number of edges counted. What was discarded, and slack and
/// position in the code, are no part of it.
package struct Recorder: EventSink {
  private var hash = SHA256()
  /// Records that are not in the hash yet: whole blocks of it go in at once.
  private var pending = InlineArray<64, UInt64>(repeating: 0)
  private var pendingCount = 0
  private let keepsTrace: Bool
  package private(set) var trace: Trace
  /// Events emitted so far.
  package private(set) var count = 0

  /// A recorder that has seen nothing; with `keepingTrace` it keeps all events in memory.
  package init(_ description: SystemDescription, keepingTrace: Bool) {
    keepsTrace = keepingTrace
    trace = Trace(description)
  }

  /// `sha256:` and the digest of all so far in hexadecimal.
  package var digest: String {
    var hash = hash
    for index in 0..<pendingCount { hash.update(UInt64(littleEndian: pending[index])) }
    let bytes = hash.finalize()
    let digits = Array("0123456789abcdef")
    var text = "sha256:"
    for index in 0..<32 {
      text.append(digits[Int(bytes[index] >> 4)])
      text.append(digits[Int(bytes[index] & 15)])
    }
    return text
  }

  /// Takes down an event that left the device.
  package mutating func emitted(_ event: OutputEvent) {
    count += 1
    if keepsTrace { trace.append(event) }
    switch event.kind {
    case .write: record(kind: 0, event.channel, event.time, event.address, event.value)
    case .open: record(kind: 1, event.channel, event.time, event.address, event.value)
    case .close: break
    }
  }

  /// Events dropped on purpose are no part of the trace.
  package mutating func discarded(_ event: OutputEvent) {}

  /// Takes down a window that has closed.
  package mutating func closed(_ window: InputWindow) {
    if keepsTrace { trace.append(window) }
    record(kind: 2, window.channel, window.closed, window.opened, UInt64(bitPattern: window.count))
  }

  private mutating func record(
    kind: UInt64, _ channel: UInt16, _ time: Int64, _ address: Int64, _ value: UInt64
  ) {
    pending[pendingCount] = (kind | UInt64(channel) << 16).littleEndian
    pending[pendingCount + 1] = UInt64(bitPattern: time).littleEndian
    pending[pendingCount + 2] = UInt64(bitPattern: address).littleEndian
    pending[pendingCount + 3] = value.littleEndian
    pendingCount += 4
    if pendingCount == pending.count { flush() }
  }

  private mutating func flush() {
    pendingCount = 0
    withUnsafeBytes(of: pending) { hash.update($0) }
  }
}
