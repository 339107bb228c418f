import Bytecode

extension Machine {
  // MARK: For the host

  /// Raises `fault` where the machine stands (host call, wait or safe point) when it next runs.
  ///
  /// With `keepingBacktrace` the places of the error raised before are kept, for an error of a
  /// nested call that goes on.
  package mutating func fail(_ fault: Fault, keepingBacktrace: Bool = false) {
    pendingFault = fault
    keepsBacktrace = keepingBacktrace
  }

  /// Raises declared error `number`, whose payload is given as canonical words, when the machine
  /// next runs.
  package mutating func fail(number: UInt16, payload: UnsafeBufferPointer<UInt64>) -> ImportError? {
    guard let types = payloadTypes(number) else {
      guard payload.count <= Limits.errorWordCountMax else { return .malformed }
      var fault = Fault(number: number)
      for (index, word) in payload.enumerated() { fault[index] = word }
      fail(fault)
      return nil
    }
    var reader = ValueReader(payload)
    var fault = Fault(number: number)
    for index in 0..<types.count {
      switch reader.read(types[index], into: &store) {
      case .failure(let error):
        releaseWords(of: fault, .all)
        return error
      case .success(let value):
        if types[index].kind == .length { continue }
        fault[index] = value.address
        guard types[index].kind == .owned || types[index].kind == .borrowed else { continue }
        fault[index + 1] = value.count
      }
    }
    guard reader.isAtEnd else {
      releaseWords(of: fault, .all)
      return .malformed
    }
    fail(fault)
    ownsRaised = .all
    return nil
  }

  /// The error raised last.
  package var raisedFault: Fault { fault }

  /// How many places of the error raised last are known.
  package var backtraceCount: Int {
    frame == firstFrame && phase == .idle
      ? 0 : min(Int(backtraceWords.pointee), Machine.backtraceCountMax)
  }

  /// Place `index` of the error raised last, innermost first: function in the upper, word in the
  /// lower 32 bits.
  package func backtrace(_ index: Int) -> UInt64 {
    index >= 0 && index < backtraceCount ? backtraceWords[index + 1] : 0
  }

  // MARK: Raising

  /// Finds who catches `raised` at `pc`, leaving frames on the way: true, and the machine stands
  /// there; or false, and it has failed.
  @usableFromInline
  mutating func raise(_ raised: Fault) -> Bool {
    if keepsBacktrace {
      keepsBacktrace = false
    } else {
      releaseWords(of: fault, ownsFault)
      ownsFault = ownsRaised
      recordBacktrace()
    }
    ownsRaised = .none
    fault = raised
    var place = pc
    while true {
      let record = function(of: frame)
      let word = place - code - record.codeStart
      if let position = image.position(function: functionIndex(frame), word: word) {
        ticks &+= Int64(position.pendingCharge)
      }
      if let handler = handler(record, word, raised.error) {
        if handler.errorSlot != ImageFormat.none {
          frame[Int(handler.errorSlot)] = UInt64(raised.error)
        }
        pc = code + record.codeStart + Int(handler.target)
        phase = .ready
        return true
      }
      releaseOwned(frame)
      if isBoundary(frame) {
        phase = .failed
        top = frame
        return false
      }
      place = code + Int(truncatingIfNeeded: frame[-2] & 0xFFFF_FFFF)
      top = frame - 2
      frame = stack + Int(truncatingIfNeeded: frame[-1] & 0xFFFF_FFFF)
    }
  }

  private func handler(_ record: FunctionRecord, _ word: Int, _ error: UInt16) -> HandlerEntry? {
    for number in 0..<record.handlerCount {
      let handler = image.view.handler(record.handlersStart + number)
      if Int(handler.start) <= word, word < Int(handler.end),
        handler.error == nil || handler.error == error
      {
        return handler
      }
    }
    return nil
  }

  /// Notes the places of all frames, those below a host call, too.
  private func recordBacktrace() {
    var count = 0
    forEachPlace { place in
      backtraceWords[count + 1] = place
      count += 1
    }
    backtraceWords.pointee = UInt64(count)
  }

  private func forEachPlace(_ body: (UInt64) -> Void) {
    var count = 0
    var place = pc
    var frame = frame
    while count < Machine.backtraceCountMax {
      body(self.place(place, in: frame))
      count += 1
      let header = frame[-2]
      if isBoundary(frame) {
        let below = Phase(rawValue: UInt8(truncatingIfNeeded: header &>> 56)) ?? .idle
        if below == .idle || below == .finished || below == .failed { break }
      }
      place = code + Int(truncatingIfNeeded: header & 0xFFFF_FFFF)
      frame = stack + Int(truncatingIfNeeded: frame[-1] & 0xFFFF_FFFF)
    }
  }

  #if !hasFeature(Embedded)
    /// Where the machine stands, innermost first, as in a backtrace.
    package func places() -> [UInt64] {
      guard frame != firstFrame || phase != .idle else { return [] }
      var places: [UInt64] = []
      forEachPlace { places.append($0) }
      return places
    }
  #endif

  // MARK: Payloads

  /// The types of a declared error's words; nil for an error of the language.
  func payloadTypes(_ number: UInt16) -> TypeList? {
    guard number >= BuiltinError.firstDeclared else { return nil }
    let index = Int(number - BuiltinError.firstDeclared)
    return index < image.view.count(.errors) ? image.view.error(index).payload : nil
  }

  /// The error that a `throwError` raises; it takes the arrays of its payload.
  mutating func declaredFault(_ pc: UnsafePointer<UInt64>, _ frame: UnsafeMutablePointer<UInt64>)
    -> Fault
  {
    let word = pc.pointee
    var fault = Fault(number: UInt16(truncatingIfNeeded: word.fieldC))
    for index in 0..<word.fieldA { fault[index] = frame[pc.lane(index)] }
    guard let types = payloadTypes(fault.error) else { return fault }
    for index in 0..<types.count where types[index].kind == .owned {
      frame.set(pc.lane(index), .empty)
      ownsRaised = .declaredOwned
    }
    return fault
  }

  private mutating func releaseWords(of fault: Fault, _ ownership: PayloadOwnership) {
    guard ownership != .none, let types = payloadTypes(fault.error) else { return }
    for index in 0..<types.count {
      let kind = types[index].kind
      guard kind == .owned || (kind == .borrowed && ownership == .all) else { continue }
      let layout = image.view.layout(Int(types[index].layout))
      store.release(store.resolve(fault[index], fault[index + 1], layout), layout)
    }
  }

  // MARK: Kept errors

  /// Keeps the error raised last, with its backtrace, in the slots from `words` on; what it carries
  /// is theirs then.
  @inline(never)
  mutating func keepFault(in words: UnsafeMutablePointer<UInt64>) {
    words[0] = UInt64(fault.error)
    for index in 0..<Limits.errorWordCountMax { words[1 + index] = fault[index] }
    words[5] = UInt64(ownsFault.rawValue)
    ownsFault = .none
    for index in 0...Machine.backtraceCountMax { words[6 + index] = backtraceWords[index] }
  }

  /// Makes the error kept in `words` the one raised last.
  @inline(never)
  mutating func restoreFault(from words: UnsafeMutablePointer<UInt64>) {
    releaseWords(of: fault, ownsFault)
    fault = Machine.fault(in: words)
    ownsFault = Machine.ownership(in: words)
    words[5] = 0
    for index in 0...Machine.backtraceCountMax { backtraceWords[index] = words[6 + index] }
    // The slots are the code's own: it may have put anything there.
    backtraceWords.pointee = min(words[6], UInt64(Machine.backtraceCountMax))
  }

  /// Gives up what the error kept in `words` carries.
  @inline(never)
  mutating func releaseFault(in words: UnsafeMutablePointer<UInt64>) {
    releaseWords(of: Machine.fault(in: words), Machine.ownership(in: words))
    words[5] = 0
  }

  private static func fault(in words: UnsafeMutablePointer<UInt64>) -> Fault {
    Fault(number: UInt16(truncatingIfNeeded: words[0]), words[1], words[2], words[3], words[4])
  }

  private static func ownership(in words: UnsafeMutablePointer<UInt64>) -> PayloadOwnership {
    PayloadOwnership(rawValue: UInt8(truncatingIfNeeded: words[5])) ?? .none
  }

  func faultWord(_ index: Int) -> UInt64 { fault[index] }

  func faultArray(_ index: Int, _ layout: LayoutRecord) -> ArrayValue {
    store.resolve(fault[index], fault[index + 1], layout)
  }
}

extension Fault {
  /// Word `index` of the four; there are no others.
  package subscript(index: Int) -> UInt64 {
    get {
      switch index {
      case 0: words.0
      case 1: words.1
      case 2: words.2
      case 3: words.3
      default: 0
      }
    }
    set {
      switch index {
      case 0: words.0 = newValue
      case 1: words.1 = newValue
      case 2: words.2 = newValue
      case 3: words.3 = newValue
      default: break
      }
    }
  }
}
