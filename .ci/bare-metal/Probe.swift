// A core device with nothing on its channels: what makes the cross build compile the generic parts,
// the device and the machine's loop, for the bare metal.
// It is compiled together with the sources of `CoreDevice`.
import Bytecode
import Machine

/// Registers that nobody reads.
struct Registers: ChannelPort {
  var last: Int64 = 0
  mutating func emit(_ event: OutputEvent) { last = event.time }
  mutating func advance(to time: Int64, awaiting awaited: UInt16?, into inputs: inout InputQueues)
    -> Int64
  {
    time
  }
}

/// A report that goes nowhere.
struct Silence: EventSink {
  mutating func emitted(_ event: OutputEvent) {}
  mutating func discarded(_ event: OutputEvent) {}
  mutating func closed(_ window: InputWindow) {}
}

/// Loads an image, runs it to its end, and says how it ended.
@c public func larmor_probe(_ image: UnsafeRawPointer, _ byteCount: Int32) -> Int32 {
  let parameters = DeviceParameters(
    margin: 10_000, kernelStart: 1_000, hostRoundTrip: 200_000, laneCount: 8, laneDepth: 128,
    inputCount: 2, inputDepth: 64, slotCount: 16, arenaBytes: 4_096, stackBytes: 4_096)
  var device = CoreDevice(parameters, channels: Registers(), sink: Silence())
  do throws(LoadError) {
    let bytes = UnsafeRawBufferPointer(start: image, count: Int(byteCount))
    let slot = try device.load(bytes)
    let nothing = UnsafeBufferPointer<UInt64>(start: nil, count: 0)
    do throws(StartError) {
      try device.start(slot, arguments: nothing, bound: nothing)
    } catch {
      return -2
    }
    while true {
      switch device.run() {
      case .finished: return 0
      case .failed(let fault): return Int32(fault.error) + 1
      case .waiting(let until): device.advance(to: until)
      case .busy: break
      case .hostCall, .interrupted: return -3
      }
    }
  } catch {
    return -1
  }
}
