import Bytecode

/// Recordings: arrays whose elements are four integers (the verifier has seen to it).
extension Machine {
  private static let elementByteCount = 32

  /// Makes an array of what has been recorded.
  @usableFromInline
  mutating func endRecording<Port: DevicePort>(_ port: inout Port) -> Step {
    let word = pc.pointee
    let layout = layout(word.fieldA, in: frame)
    let count = port.sortRecording()
    guard let array = store.make(count: UInt64(count), layout) else {
      return .fault(Fault(.outOfMemory))
    }
    for index in 0..<count {
      let event = port.recorded(index)
      let element = ArrayStore.pointer(array.address) + index * Machine.elementByteCount
      element.storeBytes(of: event.time, as: Int64.self)
      element.storeBytes(of: event.target, toByteOffset: 8, as: UInt64.self)
      element.storeBytes(of: event.address, toByteOffset: 16, as: Int64.self)
      element.storeBytes(of: event.value, toByteOffset: 24, as: UInt64.self)
    }
    store.release(frame.array(word.fieldA), layout)
    frame.set(word.fieldA, array)
    frame.set(word.fieldB, port.endRecording())
    pc += 1
    return .done
  }

  @usableFromInline
  mutating func play<Port: DevicePort>(_ port: inout Port) -> Step {
    let array = frame.array(pc.pointee.fieldA)
    let outcome = port.play(Int(truncatingIfNeeded: array.count), position: position) { index in
      let element =
        UnsafeRawPointer(ArrayStore.pointer(array.address)) + index * Machine.elementByteCount
      return RecordedEvent(
        time: element.load(as: Int64.self),
        target: element.load(fromByteOffset: 8, as: UInt64.self),
        address: element.load(fromByteOffset: 16, as: Int64.self),
        value: element.load(fromByteOffset: 24, as: UInt64.self))
    }
    return step(1, outcome)
  }
}
