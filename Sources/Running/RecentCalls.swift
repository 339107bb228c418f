import Bytecode
import Lowering

/// The kernel calls whose events can still be queued on the device, so that an event can be traced
/// to the line that caused it.
struct RecentCalls {
  /// Where an event came from.
  struct Origin {
    /// In the kernel, or the driver that it called.
    let event: RunError.Place?
    /// On the host, where the kernel was called.
    let call: RunError.Place?
  }

  private struct Call {
    let number: UInt32
    let contents: ImageContents
    let place: RunError.Place?
  }

  private var calls: [Call] = []
  private var next = 0
  private static let count = 64

  /// Notes the kernel call `number`, of an image with these `contents`, which the host made at
  /// `place`.
  mutating func append(_ number: UInt32, _ contents: ImageContents, from place: RunError.Place?) {
    let call = Call(number: number, contents: contents, place: place)
    if calls.count < Self.count {
      calls.append(call)
    } else {
      calls[next] = call
    }
    next = (next + 1) % Self.count
  }

  /// Where the event came from that was queued at `position` (as the machine counts) of call
  /// `number`; nil if that was too long ago.
  func origin(of position: UInt64, in number: UInt64) -> Origin? {
    guard let call = calls.first(where: { UInt64($0.number) == number }) else { return nil }
    return Origin(event: call.contents.places(position).first, call: call.place)
  }
}
