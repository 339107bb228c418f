/// Times, costs and depths of a core device; times are in ticks.
package struct DeviceParameters: Hashable, Sendable {
  package var margin: Int64
  /// Charged where a kernel starts, before its cursor is put.
  package var kernelStart: Int64
  package var hostRoundTrip: Int64
  package var laneCount: Int
  /// Events that one lane holds; at least 2, so that a pair fits.
  package var laneDepth: Int
  /// Channels that can be gated.
  package var inputCount: Int
  /// Unread windows of one input, and edges kept of one window.
  package var inputDepth: Int
  /// Kernels that can be resident at once.
  package var slotCount: Int
  package var arenaBytes: Int
  package var stackBytes: Int
  /// How deep calls nest in a kernel: each counts 64 bytes, whatever its function needs.
  package var callDepthMax: Int { max(1, stackBytes / 64) }
  /// An array of a kernel has fewer bytes, so that there is room for it and a copy.
  package var arrayBytesMax: Int { arenaBytes / 4 }
  /// Events of one recording, and events that are played at once.
  package var recordingDepth: Int
  /// By channel number, how many outputs it has, which are its addresses; 0 where nobody counts.
  package var outputCounts: [Int]

  /// Depths that make no sense (none, or negative) are raised to the least that works.
  package init(
    margin: Int64, kernelStart: Int64, hostRoundTrip: Int64, laneCount: Int, laneDepth: Int,
    inputCount: Int, inputDepth: Int, slotCount: Int, arenaBytes: Int, stackBytes: Int,
    recordingDepth: Int = 16_384, outputCounts: [Int] = []
  ) {
    self.margin = max(0, margin)
    self.kernelStart = max(1, kernelStart)
    self.hostRoundTrip = max(0, hostRoundTrip)
    self.laneCount = max(1, laneCount)
    self.laneDepth = max(2, laneDepth)
    self.inputCount = max(1, inputCount)
    self.inputDepth = max(1, inputDepth)
    self.slotCount = max(1, slotCount)
    self.arenaBytes = max(0, arenaBytes)
    self.stackBytes = max(0, stackBytes)
    self.recordingDepth = max(1, recordingDepth)
    self.outputCounts = outputCounts
  }
}

/// `time + ticks`, held at the ends of the range instead of running over.
func saturating(_ time: Int64, plus ticks: Int64) -> Int64 {
  let (sum, overflow) = time.addingReportingOverflow(ticks)
  guard overflow else { return sum }
  return ticks < 0 ? .min : .max
}
