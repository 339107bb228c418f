package import Machine

extension Timeline {
  /// Operations on the timeline are calls of that function, out of the machine's code.
  package static var performer: DevicePerformer? { larmor_performOnTimeline }

  /// Moves the clock on, with the world, to what the operation waits for; false if that is left to
  /// who runs the device.
  package mutating func passWait() -> Bool {
    guard let passing, passing.waitsLeft > 0, !stopIsDue else { return false }
    self.passing?.waitsLeft -= 1
    withUnsafeMutablePointer(to: &self) {
      passing.function(UnsafeMutableRawPointer($0), passing.surroundings)
    }
    return true
  }
}

/// Does the operation at which the machine stands.
@c func larmor_performOnTimeline(
  _ machine: UnsafeMutableRawPointer, _ timeline: UnsafeMutableRawPointer
) -> UInt8 {
  machine.assumingMemoryBound(to: Machine.self).pointee.performWithin(
    &timeline.assumingMemoryBound(to: Timeline.self).pointee)
}

/// Calls `Surroundings.passWait` for the types that a device has.
///
/// The parameters: the timeline, and its surroundings.
package typealias WaitPassing =
  @convention(c) (UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Void

/// What a timeline needs to pass a wait while a kernel runs.
struct Passing {
  let function: WaitPassing
  let surroundings: UnsafeMutableRawPointer
  var waitsLeft: Int
}

/// What a device has around its timeline, while a kernel runs.
package struct Surroundings<Channels: ChannelPort, Sink: EventSink> {
  let channels: UnsafeMutablePointer<Channels>
  let sink: UnsafeMutablePointer<Sink>

  /// Moves the clock of the timeline at `timeline` to what its operation waits for; `surroundings`
  /// is the address of a value of this type.
  package static func passWait(
    _ timeline: UnsafeMutableRawPointer, _ surroundings: UnsafeMutableRawPointer
  ) {
    let timeline = timeline.assumingMemoryBound(to: Timeline.self)
    let around = surroundings.assumingMemoryBound(to: Self.self).pointee
    timeline.pointee.advance(
      to: max(timeline.pointee.waitsUntil, timeline.pointee.clockTime), &around.channels.pointee,
      &around.sink.pointee)
  }
}
