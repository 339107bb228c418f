package import Machine

extension Timeline {
  /// Operations on the timeline are calls of that function, out of the machine's code.
  package static var performer: DevicePerformer? { larmor_performOnTimeline }
}

/// Does the operation at which the machine stands.
@c func larmor_performOnTimeline(
  _ machine: UnsafeMutableRawPointer, _ timeline: UnsafeMutableRawPointer
) -> UInt8 {
  machine.assumingMemoryBound(to: Machine.self).pointee.performWithin(
    &timeline.assumingMemoryBound(to: Timeline.self).pointee)
}
