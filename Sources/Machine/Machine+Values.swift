import Bytecode

/// Values in and out: single words, and whole lists as canonical words (docs/image-format.md).
extension Machine {
  // MARK: Arguments of the function just entered

  /// Whether the first function has parameters.
  package var takesArguments: Bool { FunctionRecord(base: functions).parameterCount > 0 }

  /// Sets all arguments of the function just entered from canonical words; nil if done.
  package mutating func importArguments(_ words: UnsafeBufferPointer<UInt64>) -> ImportError? {
    guard isBoundaryOnTop else { return .malformed }
    let record = function(of: frame)
    let types = image.view.parameterTypes(record)
    let lent = frame - 2 - record.parameterCount
    var reader = ValueReader(words)
    for slot in 0..<types.count where types[slot].kind != .length {
      switch reader.read(types[slot], into: &store) {
      case .failure(let error): return error
      case .success(let value):
        switch types[slot].kind {
        case .owned:
          release(frame + slot, types[slot])
          frame.set(slot, value)
        case .borrowed:
          // Given up with the boundary.
          release(lent + slot, types[slot])
          lent.set(slot, value)
          frame.set(slot, value)
        case .integer, .float, .boolean, .function, .length: frame[slot] = value.address
        }
      }
    }
    return reader.isAtEnd ? nil : .malformed
  }

  private var isBoundaryOnTop: Bool { phase == .ready && frame != firstFrame && isBoundary(frame) }

  private func isScalar(_ type: SlotType) -> Bool {
    switch type.kind {
    case .integer, .float, .boolean, .function: true
    case .owned, .borrowed, .length: false
    }
  }

  // MARK: Bound captures

  /// Sets bound capture word `index`; scalars only; after `start`.
  package mutating func setBound(_ index: Int, _ word: UInt64) {
    guard index >= 0, index < image.boundCount, isScalar(image.view.boundTypes[index]) else {
      return
    }
    boundWords[index] = word
  }

  /// Sets all bound captures from canonical words; after `start`.
  package mutating func importBound(_ words: UnsafeBufferPointer<UInt64>) -> ImportError? {
    let types = image.view.boundTypes
    var reader = ValueReader(words)
    for index in 0..<types.count where types[index].kind != .length {
      switch reader.read(types[index], into: &store) {
      case .failure(let error): return error
      case .success(let value):
        if isScalar(types[index]) {
          boundWords[index] = value.address
        } else {
          release(boundWords + index, types[index])
          boundWords.set(index, value)
        }
      }
    }
    return reader.isAtEnd ? nil : .malformed
  }

  // MARK: Results of the function that finished

  private var resultArea: UnsafeMutablePointer<UInt64> {
    let record = function(of: frame)
    return frame - 2 - record.parameterCount - record.resultCount
  }

  /// Result word `slot` of the function that finished.
  package func result(_ slot: Int) -> UInt64 {
    guard phase == .finished, slot >= 0, slot < function(of: frame).resultCount else { return 0 }
    return resultArea[slot]
  }

  /// Writes the results as canonical words, if they fit; gives the number of words that they need.
  package func exportResults(into words: UnsafeMutableBufferPointer<UInt64>) -> Int {
    guard phase == .finished else { return 0 }
    let types = image.view.resultTypes(function(of: frame))
    var writer = ValueWriter(words)
    for slot in 0..<types.count { write(resultArea, slot, types[slot], &writer) }
    return writer.count
  }

  private func write(
    _ words: UnsafeMutablePointer<UInt64>, _ slot: Int, _ type: SlotType,
    _ writer: inout ValueWriter
  ) {
    switch type.kind {
    case .integer, .float, .boolean, .function: writer.append(words[slot], type.kind)
    case .owned, .borrowed:
      writer.append(words.array(slot), image.view.layout(Int(type.layout)), in: store)
    case .length: break
    }
  }

  // MARK: What function values have copied

  /// Makes an array of the canonical words of slots `first..<first + count`.
  mutating func pack(
    _ target: Int, _ first: Int, _ count: Int, _ frame: UnsafeMutablePointer<UInt64>
  ) -> Fault? {
    let layout = layout(target, in: frame)
    // Counted first; nothing is written without room.
    let size = write(
      first, count, frame, into: UnsafeMutableBufferPointer<UInt64>(start: nil, count: 0))
    guard let array = store.make(count: UInt64(size), layout) else { return Fault(.outOfMemory) }
    if array.count > 0 {
      let words = ArrayStore.pointer(array.address).assumingMemoryBound(to: UInt64.self)
      _ = write(
        first, count, frame, into: UnsafeMutableBufferPointer(start: words, count: size))
    }
    store.release(frame.array(target), layout)
    frame.set(target, array)
    return nil
  }

  /// Writes slots as canonical words, if they fit; gives the number of words that they need.
  private func write(
    _ first: Int, _ count: Int, _ frame: UnsafeMutablePointer<UInt64>,
    into words: UnsafeMutableBufferPointer<UInt64>
  ) -> Int {
    var writer = ValueWriter(words)
    for slot in first..<first + count { write(frame, slot, slotType(slot, in: frame), &writer) }
    return writer.count
  }

  /// Fills slots `first..<first + count` from the canonical words in the array in slot `source`.
  mutating func unpack(
    _ source: Int, _ first: Int, _ count: Int, _ frame: UnsafeMutablePointer<UInt64>
  ) -> Fault? {
    let array = frame.array(source)
    guard array.count > 0 else { return count == 0 ? nil : Fault(.missingValue) }
    let words = UnsafePointer(
      ArrayStore.pointer(array.address).assumingMemoryBound(to: UInt64.self))
    var reader = ValueReader(
      UnsafeBufferPointer(start: words, count: Int(truncatingIfNeeded: array.count)))
    for slot in first..<first + count {
      let type = slotType(slot, in: frame)
      guard type.kind != .length else { continue }
      switch reader.read(type, into: &store) {
      case .failure(.outOfMemory): return Fault(.outOfMemory)
      case .failure(.malformed): return Fault(.missingValue)
      case .success(let value):
        if type.kind == .owned {
          release(frame + slot, type)
          frame.set(slot, value)
        } else {
          frame[slot] = value.address
        }
      }
    }
    return nil
  }

  // MARK: Host calls

  private var hostCall: HostCallRecord? {
    phase == .hostCall ? image.view.hostCall(pc.pointee.fieldC) : nil
  }

  /// Argument word `slot` of the host call that the machine is suspended in.
  package func hostArgument(_ slot: Int) -> UInt64 {
    guard let call = hostCall, slot >= 0, slot < call.signature.parameters.count else { return 0 }
    return frame[pc.lane(slot)]
  }

  /// Writes the host call's arguments as canonical words, if they fit; gives the number of words
  /// that they need.
  package func exportHostArguments(into words: UnsafeMutableBufferPointer<UInt64>) -> Int {
    guard let call = hostCall else { return 0 }
    var writer = ValueWriter(words)
    let types = call.signature.parameters
    for slot in 0..<types.count { write(frame + pc.lane(slot), 0, types[slot], &writer) }
    return writer.count
  }

  /// Sets all results of the host call from canonical words.
  package mutating func importHostResults(_ words: UnsafeBufferPointer<UInt64>) -> ImportError? {
    guard let call = hostCall else { return .malformed }
    let types = call.signature.results
    var reader = ValueReader(words)
    for slot in 0..<types.count where types[slot].kind != .length {
      let target = frame + pc.lane(call.signature.parameters.count + slot)
      switch reader.read(types[slot], into: &store) {
      case .failure(let error): return error
      case .success(let value):
        if isScalar(types[slot]) {
          target.pointee = value.address
        } else {
          release(target, types[slot])
          target.set(0, value)
        }
      }
    }
    return reader.isAtEnd ? nil : .malformed
  }

  // MARK: Globals and errors

  /// Writes global `index`, a scalar's word or an array, as canonical words; gives the number of
  /// words that it needs.
  package func exportGlobal(_ index: Int, into words: UnsafeMutableBufferPointer<UInt64>) -> Int {
    guard index >= 0, index < image.globalCount else { return 0 }
    var writer = ValueWriter(words)
    write(globalWords, index, image.view.globalTypes[index], &writer)
    return writer.count
  }

  /// Sets global `index`, a scalar's word or an array, from canonical words.
  package mutating func importGlobal(_ index: Int, _ words: UnsafeBufferPointer<UInt64>)
    -> ImportError?
  {
    guard index >= 0, index < image.globalCount else { return .malformed }
    let type = image.view.globalTypes[index]
    guard type.kind != .length else { return .malformed }
    var reader = ValueReader(words)
    switch reader.read(type, into: &store) {
    case .failure(let error): return error
    case .success(let value):
      guard reader.isAtEnd else {
        if type.kind == .owned { store.release(value, image.view.layout(Int(type.layout))) }
        return .malformed
      }
      if isScalar(type) {
        globalWords[index] = value.address
      } else {
        release(globalWords + index, type)
        globalWords.set(index, value)
      }
      return nil
    }
  }

  /// Writes all globals as canonical words, if they fit; gives the number of words that they need.
  package func exportGlobals(into words: UnsafeMutableBufferPointer<UInt64>) -> Int {
    let types = image.view.globalTypes
    var writer = ValueWriter(words)
    for index in 0..<types.count { write(globalWords, index, types[index], &writer) }
    return writer.count
  }

  /// Sets all globals from canonical words.
  package mutating func importGlobals(_ words: UnsafeBufferPointer<UInt64>) -> ImportError? {
    let types = image.view.globalTypes
    var reader = ValueReader(words)
    for index in 0..<types.count where types[index].kind != .length {
      switch reader.read(types[index], into: &store) {
      case .failure(let error): return error
      case .success(let value):
        if isScalar(types[index]) {
          globalWords[index] = value.address
        } else {
          release(globalWords + index, types[index])
          globalWords.set(index, value)
        }
      }
    }
    return reader.isAtEnd ? nil : .malformed
  }

  /// Writes the words of the error raised last as canonical words, of a declared error its payload;
  /// gives the number of words that they need.
  package func exportFault(into words: UnsafeMutableBufferPointer<UInt64>) -> Int {
    var writer = ValueWriter(words)
    guard let types = payloadTypes(fault.error) else {
      for index in 0..<Limits.errorWordCountMax { writer.append(fault[index]) }
      return writer.count
    }
    for index in 0..<types.count {
      switch types[index].kind {
      case .integer, .float, .boolean, .function: writer.append(fault[index], types[index].kind)
      case .owned, .borrowed:
        let layout = image.view.layout(Int(types[index].layout))
        writer.append(faultArray(index, layout), layout, in: store)
      case .length: break
      }
    }
    return writer.count
  }
}

#if !hasFeature(Embedded)
  extension Machine {
    /// The results of the function that finished, as canonical words.
    package func exportResults() -> [UInt64] { Machine.collect(exportResults) }

    /// The arguments of the host call that the machine is suspended in, as canonical words.
    package func exportHostArguments() -> [UInt64] { Machine.collect(exportHostArguments) }

    /// The words of the error raised last (of a declared error its payload), as canonical words.
    package func exportFault() -> [UInt64] { Machine.collect(exportFault) }

    /// Global `index`, as canonical words.
    package func exportGlobal(_ index: Int) -> [UInt64] {
      Machine.collect { exportGlobal(index, into: $0) }
    }

    private static func collect(_ export: (UnsafeMutableBufferPointer<UInt64>) -> Int) -> [UInt64] {
      var words = [UInt64](repeating: 0, count: 16)
      let count = words.withUnsafeMutableBufferPointer { export($0) }
      if count > words.count {
        words = [UInt64](repeating: 0, count: count)
        _ = words.withUnsafeMutableBufferPointer { export($0) }
      }
      words.removeLast(words.count - count)
      return words
    }

    /// Sets all arguments of the function just entered from canonical words; nil if done.
    package mutating func importArguments(_ words: [UInt64]) -> ImportError? {
      words.withUnsafeBufferPointer { importArguments($0) }
    }

    /// Sets all bound captures from canonical words; after `start`.
    package mutating func importBound(_ words: [UInt64]) -> ImportError? {
      words.withUnsafeBufferPointer { importBound($0) }
    }

    /// Sets all results of the host call from canonical words.
    package mutating func importHostResults(_ words: [UInt64]) -> ImportError? {
      words.withUnsafeBufferPointer { importHostResults($0) }
    }

    /// Sets global `index` from canonical words.
    package mutating func importGlobal(_ index: Int, _ words: [UInt64]) -> ImportError? {
      words.withUnsafeBufferPointer { importGlobal(index, $0) }
    }

    /// Raises error `number` with a payload of canonical words when the machine next runs.
    package mutating func fail(number: UInt16, payload: [UInt64]) -> ImportError? {
      payload.withUnsafeBufferPointer { fail(number: number, payload: $0) }
    }
  }
#endif
