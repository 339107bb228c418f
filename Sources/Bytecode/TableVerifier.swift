/// Checks the tables of an image, and that every index in them leads to something.
struct TableVerifier {
  let view: ImageView
  let profile: Profile

  func run() throws(VerificationError) {
    try checkText(view.name, .text, 0)
    try checkTypes(.types)
    try checkTypes(.bound)
    try checkTypes(.globals)
    try checkPairs(view.boundTypes, .bound, 0)
    try checkPairs(view.globalTypes, .global, 0)
    try checkLayouts()
    try checkData()
    try checkSignatures()
    for index in 0..<view.count(.files) { try checkText(view.file(index), .text, index) }
    try checkCaptures()
    try checkGlobals()
    try checkHostCalls()
    for index in 0..<view.count(.channels) {
      try checkText(view.channel(index).device, .text, index)
    }
    try checkErrors()
    try checkInlinedCalls()
    try checkFunctions()
  }

  // MARK: Pieces

  private func checkText(
    _ range: TextRange, _ rule: VerificationError.Rule, _ index: Int
  ) throws(VerificationError) {
    guard UInt64(range.start) + UInt64(range.count) <= UInt64(view.count(.text)) else {
      throw VerificationError(rule, index: index)
    }
  }

  /// `start..<start + count` lie within `section`.
  private func isRange(_ start: Int, _ count: Int, in section: Section) -> Bool {
    start >= 0 && count >= 0 && start <= view.count(section) && count <= view.count(section) - start
  }

  /// The list at `start` of a record lies within section `types` and pairs buffers with lengths.
  private func checkList(
    _ start: Int, _ count: Int, _ rule: VerificationError.Rule, _ index: Int
  ) throws(VerificationError) {
    guard count <= Limits.slotCountMax, isRange(start, count, in: .types) else {
      throw VerificationError(rule, index: index)
    }
    try checkPairs(view.types(from: start, count: count), rule, index)
  }

  private func checkPairs(
    _ types: TypeList, _ rule: VerificationError.Rule, _ index: Int
  ) throws(VerificationError) {
    var needsLength = false
    for slot in 0..<types.count {
      let kind = types[slot].kind
      guard (kind == .length) == needsLength else {
        throw VerificationError(.pairing, index: index)
      }
      needsLength = kind == .owned || kind == .borrowed
    }
    guard !needsLength else { throw VerificationError(.pairing, index: index) }
  }

  private func checkTypes(_ section: Section) throws(VerificationError) {
    let start = view.start(section)
    for index in 0..<view.count(section) {
      let word = start.load(fromByteOffset: index * 4, as: UInt32.self)
      let layout = Int(word &>> 16)
      guard word & 0xFF00 == 0, let kind = SlotKind(rawValue: UInt8(truncatingIfNeeded: word))
      else {
        throw VerificationError(.type, index: index)
      }
      let isRight =
        switch kind {
        case .integer, .float, .boolean, .length: layout == 0
        case .owned, .borrowed: layout < view.count(.layouts)
        case .function: layout < view.count(.signatures)
        }
      guard isRight else { throw VerificationError(.type, index: index) }
      guard kind != .function || profile == .host else {
        throw VerificationError(.kernelProfile, index: index)
      }
    }
  }

  // MARK: Values

  private func checkLayouts() throws(VerificationError) {
    guard view.count(.layouts) >= 1, view.count(.layouts) <= 0xFFFF, view.layout(0).words.count == 0
    else {
      throw VerificationError(.layout)
    }
    guard view.layout(0).depth == 1 else { throw VerificationError(.layout) }
    for index in 1..<max(view.count(.layouts), 1) {
      let record = view.record(.layouts, index)
      let layout = view.layout(index)
      guard layout.words.count >= 1, layout.words.count <= Limits.elementWordCountMax else {
        throw VerificationError(.layout, index: index)
      }
      try checkList(
        Int(truncatingIfNeeded: view.word(record, 0)), layout.words.count, .layout, index)
      var depth = 1
      for word in 0..<layout.words.count {
        let type = layout.words[word]
        guard type.kind != .borrowed else { throw VerificationError(.layout, index: index) }
        guard type.kind == .owned else { continue }
        guard type.layout < index else { throw VerificationError(.layout, index: index) }
        depth = max(depth, view.layout(Int(type.layout)).depth + 1)
      }
      guard layout.depth == depth, depth <= Limits.layoutDepthMax else {
        throw VerificationError(.layout, index: index)
      }
    }
  }

  private func checkData() throws(VerificationError) {
    var next: UInt64 = 0
    for index in 0..<view.count(.data) {
      let entry = view.data(index)
      guard Int(entry.layout) < view.count(.layouts) else {
        throw VerificationError(.data, index: index)
      }
      let layout = view.layout(Int(entry.layout))
      let byteCount = UInt64(entry.count) * UInt64(layout.elementByteCount)
      guard UInt64(entry.offset) == next, UInt64(entry.byteCount) == byteCount,
        next + byteCount <= UInt64(view.count(.bytes))
      else { throw VerificationError(.data, index: index) }
      if layout.depth > 1 { try checkNested(entry, layout, index) }
      next = (next + byteCount + 7) & ~7
    }
    guard next == UInt64((view.count(.bytes) + 7) & ~7) else { throw VerificationError(.data) }
  }

  /// Nested arrays of a constant are earlier constants of the right layout and length.
  private func checkNested(
    _ entry: DataRecord, _ layout: LayoutRecord, _ index: Int
  ) throws(VerificationError) {
    var place = view.start(.bytes) + Int(entry.offset)
    for _ in 0..<entry.count {
      for word in 0..<layout.words.count where layout.words[word].kind == .owned {
        let address = place.load(fromByteOffset: word * 8, as: UInt64.self)
        let count = place.load(fromByteOffset: word * 8 + 8, as: UInt64.self)
        guard count != 0 || address != 0 else { continue }
        guard count != 0, address & ImageFormat.dataAddressBit != 0,
          let nested = dataEntry(at: address & ~ImageFormat.dataAddressBit, before: index)
        else { throw VerificationError(.data, index: index) }
        guard UInt64(nested.count) == count, nested.layout == layout.words[word].layout else {
          throw VerificationError(.data, index: index)
        }
      }
      place += layout.elementByteCount
    }
  }

  /// The last of the first `limit` constants that begins at `offset`.
  private func dataEntry(at offset: UInt64, before limit: Int) -> DataRecord? {
    var low = 0
    var high = limit
    while low < high {
      let middle = (low + high) / 2
      if UInt64(view.data(middle).offset) <= offset { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    let entry = view.data(low - 1)
    return UInt64(entry.offset) == offset ? entry : nil
  }

  // MARK: Other tables

  private func checkLists(
    _ pointer: UnsafeRawPointer, _ first: (start: Int, count: Int),
    _ second: (start: Int, count: Int),
    _ rule: VerificationError.Rule, _ index: Int
  ) throws(VerificationError) {
    for part in 0..<2 {
      let (start, count) = part == 0 ? first : second
      guard view.half(pointer, count) <= Limits.parameterCountMax else {
        throw VerificationError(rule, index: index)
      }
      try checkList(
        Int(truncatingIfNeeded: view.word(pointer, start)), Int(view.half(pointer, count)), rule,
        index)
    }
  }

  private func checkSignatures() throws(VerificationError) {
    guard view.count(.signatures) <= 0xFFFF else { throw VerificationError(.signature) }
    for index in 0..<view.count(.signatures) {
      try checkLists(view.record(.signatures, index), (0, 8), (4, 10), .signature, index)
    }
  }

  private func checkCaptures() throws(VerificationError) {
    guard view.count(.bound) <= Limits.boundCountMax else { throw VerificationError(.bound) }
    for index in 0..<view.count(.captures) {
      let record = view.record(.captures, index)
      let slotCount = Int(view.half(record, 26))
      try checkList(Int(truncatingIfNeeded: view.word(record, 28)), slotCount, .capture, index)
      let capture = view.capture(index)
      try checkText(capture.path, .capture, index)
      try checkText(capture.type, .capture, index)
      guard capture.binding <= 1, capture.binding == 1 || slotCount == 0,
        Int(capture.file) < max(view.count(.files), 1),
        Int(capture.first) + slotCount <= view.count(.bound)
      else { throw VerificationError(.capture, index: index) }
      for slot in 0..<slotCount
      where view.boundTypes[Int(capture.first) + slot] != capture.slots[slot] {
        throw VerificationError(.bound, index: index)
      }
    }
  }

  private func checkGlobals() throws(VerificationError) {
    let types = view.globalTypes
    guard types.count <= Limits.slotCountMax else { throw VerificationError(.global) }
    for index in 0..<types.count {
      let kind = types[index].kind
      guard kind != .borrowed else { throw VerificationError(.global, index: index) }
    }
  }

  private func checkHostCalls() throws(VerificationError) {
    for index in 0..<view.count(.hostCalls) {
      let record = view.record(.hostCalls, index)
      try checkLists(record, (8, 16), (12, 18), .hostCall, index)
      let call = view.hostCall(index)
      try checkText(call.name, .hostCall, index)
      guard let mode = call.mode else { throw VerificationError(.hostCall, index: index) }
      guard mode != .plain || profile == .host else {
        throw VerificationError(.kernelProfile, index: index)
      }
      for result in 0..<call.signature.results.count
      where call.signature.results[result].kind == .borrowed {
        throw VerificationError(.hostCall, index: index)
      }
    }
  }

  private func checkErrors() throws(VerificationError) {
    for index in 0..<view.count(.errors) {
      let record = view.record(.errors, index)
      guard view.half(record, 12) <= Limits.errorWordCountMax,
        index <= 0xFFFE - Int(BuiltinError.firstDeclared)
      else {
        throw VerificationError(.error, index: index)
      }
      try checkList(
        Int(truncatingIfNeeded: view.word(record, 8)), Int(view.half(record, 12)), .error, index)
      try checkText(view.error(index).name, .error, index)
    }
  }

  // MARK: Functions

  /// A call stands in none or in one before it, so that the way outwards ends.
  private func checkInlinedCalls() throws(VerificationError) {
    for index in 0..<view.count(.inlinedCalls) {
      let call = view.inlinedCall(index)
      try checkText(call.name, .inlinedCall, index)
      guard Int(call.file) < view.count(.files), isCall(call.outer, index) else {
        throw VerificationError(.inlinedCall, index: index)
      }
    }
  }

  /// Whether `call` is none or one of the first `count`.
  private func isCall(_ call: UInt32?, _ count: Int) -> Bool {
    call.map { UInt64($0) < UInt64(count) } ?? true
  }

  private func checkFunctions() throws(VerificationError) {
    let count = view.count(.functions)
    guard count >= 1, count <= Limits.functionCountMax else {
      throw VerificationError(.functionCount)
    }
    for index in 0..<count {
      let function = view.function(index)
      try checkText(function.name, .functionRecord, index)
      guard isRange(function.codeStart, function.codeCount, in: .code),
        isRange(function.labelsStart, function.labelCount, in: .labels),
        isRange(function.positionsStart, function.positionCount, in: .positions),
        isRange(function.handlersStart, function.handlerCount, in: .handlers),
        isRange(function.ownedStart, function.ownedCount, in: .slots),
        isRange(function.localPairsStart, function.localPairCount, in: .slots)
      else { throw VerificationError(.functionRecord, index: index) }
      guard function.slotCount <= Limits.slotCountMax,
        function.parameterCount <= function.slotCount,
        function.parameterCount <= Limits.parameterCountMax,
        function.resultCount <= Limits.parameterCountMax
      else { throw VerificationError(.functionSlots, index: index) }
      try checkList(function.slotsStart, function.slotCount, .functionSlots, index)
      try checkList(function.resultsStart, function.resultCount, .functionSlots, index)
      try checkPairs(view.parameterTypes(function), .functionSlots, index)
      try checkSlotLists(function, index)
      try checkPositions(function, index)
    }
  }

  /// The lists of pairs are those that the slots' types say.
  private func checkSlotLists(_ function: FunctionRecord, _ index: Int) throws(VerificationError) {
    let types = view.slotTypes(function)
    var owned = 0
    var ownedParameters = 0
    var locals = 0
    for slot in 0..<types.count {
      let kind = types[slot].kind
      guard kind == .owned || kind == .borrowed else { continue }
      let isLocal = slot >= function.parameterCount
      if kind == .owned {
        guard owned < function.ownedCount, view.slot(function.ownedStart + owned) == slot else {
          throw VerificationError(.slotLists, index: index)
        }
        owned += 1
        if !isLocal { ownedParameters += 1 }
      }
      if isLocal {
        guard locals < function.localPairCount, view.slot(function.localPairsStart + locals) == slot
        else {
          throw VerificationError(.slotLists, index: index)
        }
        locals += 1
      }
    }
    let results = view.resultTypes(function)
    var ownedResults = 0
    for result in 0..<results.count where results[result].kind == .owned { ownedResults += 1 }
    guard owned == function.ownedCount, ownedParameters == function.ownedParameterCount,
      locals == function.localPairCount, ownedResults == function.ownedResultCount
    else { throw VerificationError(.slotLists, index: index) }
  }

  /// Most of the tables' records are these.
  private func checkPositions(_ function: FunctionRecord, _ index: Int) throws(VerificationError) {
    var record = view.record(.positions, function.positionsStart)
    let (codeCount, files) = (function.codeCount, view.count(.files))
    let calls = view.count(.inlinedCalls)
    var last = -1
    for _ in 0..<function.positionCount {
      let start = Int(truncatingIfNeeded: view.word(record, 0))
      let call = view.entry(record, 16)
      guard start > last, start < codeCount, Int(view.half(record, 12)) < files,
        isCall(call, calls)
      else { throw VerificationError(.positions, index: index) }
      last = start
      record += Section.positions.recordByteCount
    }
  }
}
