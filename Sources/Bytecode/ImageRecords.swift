/// One function as the image has it.
package struct FunctionRecord {
  @usableFromInline let base: UnsafeRawPointer
  @inlinable package init(base: UnsafeRawPointer) { self.base = base }

  @inlinable
  func word(_ offset: Int) -> Int {
    Int(truncatingIfNeeded: base.load(fromByteOffset: offset, as: UInt32.self))
  }
  @inlinable
  func half(_ offset: Int) -> Int {
    Int(truncatingIfNeeded: base.load(fromByteOffset: offset, as: UInt16.self))
  }

  /// First word in section `code`.
  @inlinable package var codeStart: Int { word(0) }
  @inlinable package var codeCount: Int { word(4) }
  @inlinable package var slotsStart: Int { word(8) }
  @inlinable package var resultsStart: Int { word(12) }
  @inlinable package var slotCount: Int { half(16) }
  @inlinable package var parameterCount: Int { half(18) }
  @inlinable package var resultCount: Int { half(20) }
  /// Owned pairs, parameters first.
  @inlinable package var ownedCount: Int { half(22) }
  @inlinable package var ownedParameterCount: Int { half(24) }
  /// Pairs that are no parameters.
  @inlinable package var localPairCount: Int { half(26) }
  @inlinable package var ownedResultCount: Int { half(28) }
  /// Where in section `slots` the owned pairs' first slots are.
  @inlinable package var ownedStart: Int { word(32) }
  @inlinable package var localPairsStart: Int { word(36) }
  @inlinable package var labelsStart: Int { word(40) }
  @inlinable package var labelCount: Int { word(44) }
  @inlinable package var positionsStart: Int { word(48) }
  @inlinable package var positionCount: Int { word(52) }
  @inlinable package var handlersStart: Int { word(56) }
  @inlinable package var handlerCount: Int { word(60) }
  package var name: TextRange {
    TextRange(
      start: base.load(fromByteOffset: 64, as: UInt32.self),
      count: base.load(fromByteOffset: 68, as: UInt32.self))
  }
}

/// An array's layout as the image has it.
package struct LayoutRecord {
  package let words: TypeList
  /// 1 without nested arrays (as text is), else 1 more than the deepest of them.
  package let depth: Int
  package let isText: Bool
  /// Bytes of one element.
  package var elementByteCount: Int { isText || isBooleans ? 1 : words.count * 8 }
  /// Whether an element is one boolean, in a byte.
  package var isBooleans: Bool { words.count == 1 && words[0].kind == .boolean }
}

/// A constant array as the image has it.
package struct DataRecord {
  package let layout: UInt16
  package let count: UInt32
  /// In section `bytes`.
  package let offset: UInt32
  package let byteCount: UInt32
}

/// A call in whose place the function's body stands, as the image has it.
package struct InlinedCallRecord {
  package let name: TextRange
  package let file: UInt16
  package let line: UInt32
  package let column: UInt16
  package let outer: UInt32?
}

/// Kinds of parameters and results.
package struct SignatureRecord {
  package let parameters: TypeList
  package let results: TypeList
}

/// A host call as the image has it.
package struct HostCallRecord {
  package let name: TextRange
  package let signature: SignatureRecord
  package let mode: HostCallMode?
}

/// A captured value as the image has it; `digest` is 32 bytes.
package struct CaptureRecord {
  package let path: TextRange
  package let type: TextRange
  package let line: UInt32
  package let file: UInt16
  package let binding: UInt8
  package let first: UInt16
  package let slots: TypeList
  package let digest: UnsafeRawBufferPointer
}

extension ImageView {
  func half(_ pointer: UnsafeRawPointer, _ offset: Int) -> UInt16 {
    pointer.load(fromByteOffset: offset, as: UInt16.self)
  }

  func word(_ pointer: UnsafeRawPointer, _ offset: Int) -> UInt32 {
    pointer.load(fromByteOffset: offset, as: UInt32.self)
  }

  /// The index of another record, if there is one.
  func entry(_ pointer: UnsafeRawPointer, _ offset: Int) -> UInt32? {
    let index = word(pointer, offset)
    return index == ImageFormat.noEntry ? nil : index
  }

  func textRange(_ pointer: UnsafeRawPointer, _ offset: Int) -> TextRange {
    TextRange(start: word(pointer, offset), count: word(pointer, offset + 4))
  }

  package func types(from start: Int, count: Int) -> TypeList {
    TypeList(record(.types, start), count: count)
  }

  func types(_ pointer: UnsafeRawPointer, start: Int, count: Int) -> TypeList {
    types(from: Int(truncatingIfNeeded: word(pointer, start)), count: Int(half(pointer, count)))
  }

  @inlinable
  package func function(_ index: Int) -> FunctionRecord {
    FunctionRecord(base: record(.functions, index))
  }

  /// The types of a function's slots, parameters first.
  package func slotTypes(_ function: FunctionRecord) -> TypeList {
    types(from: function.slotsStart, count: function.slotCount)
  }

  package func parameterTypes(_ function: FunctionRecord) -> TypeList {
    types(from: function.slotsStart, count: function.parameterCount)
  }

  package func resultTypes(_ function: FunctionRecord) -> TypeList {
    types(from: function.resultsStart, count: function.resultCount)
  }

  package func layout(_ index: Int) -> LayoutRecord {
    let pointer = record(.layouts, index)
    return LayoutRecord(
      words: types(pointer, start: 0, count: 4), depth: Int(half(pointer, 6)), isText: index == 0)
  }

  package func data(_ index: Int) -> DataRecord {
    let pointer = record(.data, index)
    return DataRecord(
      layout: half(pointer, 0), count: word(pointer, 4), offset: word(pointer, 8),
      byteCount: word(pointer, 12))
  }

  package func constant(_ index: Int) -> UInt64 { record(.constants, index).load(as: UInt64.self) }

  package func codeWord(_ index: Int) -> UInt64 { record(.code, index).load(as: UInt64.self) }

  package func label(_ index: Int) -> UInt32 { record(.labels, index).load(as: UInt32.self) }

  /// Entry `index` of section `slots`.
  package func slot(_ index: Int) -> Int { Int(record(.slots, index).load(as: UInt16.self)) }

  package func signature(_ index: Int) -> SignatureRecord {
    let pointer = record(.signatures, index)
    return SignatureRecord(
      parameters: types(pointer, start: 0, count: 8), results: types(pointer, start: 4, count: 10))
  }

  package func position(_ index: Int) -> PositionEntry {
    let pointer = record(.positions, index)
    return PositionEntry(
      start: word(pointer, 0), file: half(pointer, 12), line: word(pointer, 4),
      column: half(pointer, 14), pendingCharge: word(pointer, 8), call: entry(pointer, 16))
  }

  package func inlinedCall(_ index: Int) -> InlinedCallRecord {
    let pointer = record(.inlinedCalls, index)
    return InlinedCallRecord(
      name: textRange(pointer, 0), file: half(pointer, 16), line: word(pointer, 8),
      column: half(pointer, 18), outer: entry(pointer, 12))
  }

  package func handler(_ index: Int) -> HandlerEntry {
    let pointer = record(.handlers, index)
    let error = half(pointer, 12)
    return HandlerEntry(
      start: word(pointer, 0), end: word(pointer, 4), target: word(pointer, 8),
      error: error == ImageFormat.none ? nil : error, errorSlot: half(pointer, 14))
  }

  package func capture(_ index: Int) -> CaptureRecord {
    let pointer = record(.captures, index)
    return CaptureRecord(
      path: textRange(pointer, 0), type: textRange(pointer, 8), line: word(pointer, 16),
      file: half(pointer, 20),
      binding: pointer.load(fromByteOffset: 22, as: UInt8.self), first: half(pointer, 24),
      slots: types(pointer, start: 28, count: 26),
      digest: UnsafeRawBufferPointer(start: pointer + 32, count: 32))
  }

  /// The types of the words of the bound captures.
  package var boundTypes: TypeList { TypeList(start(.bound), count: count(.bound)) }

  /// The types of the globals.
  package var globalTypes: TypeList { TypeList(start(.globals), count: count(.globals)) }

  package func hostCall(_ index: Int) -> HostCallRecord {
    let pointer = record(.hostCalls, index)
    let signature = SignatureRecord(
      parameters: types(pointer, start: 8, count: 16), results: types(pointer, start: 12, count: 18)
    )
    return HostCallRecord(
      name: textRange(pointer, 0), signature: signature,
      mode: HostCallMode(rawValue: pointer.load(fromByteOffset: 20, as: UInt8.self)))
  }

  /// A channel's number on the device, and the device's name.
  package func channel(_ index: Int) -> (number: UInt16, device: TextRange) {
    let pointer = record(.channels, index)
    return (half(pointer, 0), textRange(pointer, 4))
  }

  /// Name and payload of declared error `index` (its number less `BuiltinError.firstDeclared`).
  package func error(_ index: Int) -> (name: TextRange, payload: TypeList) {
    let pointer = record(.errors, index)
    return (textRange(pointer, 0), types(pointer, start: 8, count: 12))
  }

  package func file(_ index: Int) -> TextRange { textRange(record(.files, index), 0) }

  package var name: TextRange { textRange(start(.module), 0) }

  /// The bytes of a name.
  package func text(_ range: TextRange) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      start: start(.text) + Int(truncatingIfNeeded: range.start),
      count: Int(truncatingIfNeeded: range.count))
  }
}

#if !hasFeature(Embedded)
  extension ImageView {
    /// A name as a string; bytes that are no UTF-8 are replaced.
    package func string(_ range: TextRange) -> String {
      String(decoding: text(range), as: UTF8.self)
    }
  }
#endif
