import Bytecode

extension Machine {
  /// Makes the frame of the function called at `pc` where that is simple; nil if arrays are handed
  /// over or are among the callee's slots, or the stack is full.
  ///
  /// Nothing is in its slots yet.
  @inline(__always)
  mutating func pushQuickly(_ pc: Code, _ frame: Frame) -> Frame? {
    let index = pc.fieldC
    let base = functions + index &* 72
    // Numbers of slots, parameters, results and owned pairs; of owned parameters and of pairs.
    let counts = base.load(fromByteOffset: 16, as: UInt64.self)
    let pairs = base.load(fromByteOffset: 24, as: UInt32.self)
    guard UInt64(pairs) | counts &>> 48 == 0 else { return nil }
    let callee = top + 2
    let end = callee + Int(truncatingIfNeeded: counts & 0xFFFF)
    guard end <= limit else { return nil }
    let depth = UnsafeRawPointer(frame).load(fromByteOffset: -4, as: UInt32.self)
    let deeper = depth &+ pc.deeper
    guard deeper < UInt32(truncatingIfNeeded: callDepthMax) else { return nil }
    // In halves, as they are read again.
    let header = UnsafeMutableRawPointer(top)
    top = end
    header.storeBytes(
      of: UInt32(truncatingIfNeeded: Machine.distance(from: code, to: pc)), as: UInt32.self)
    header.storeBytes(
      of: UInt32(truncatingIfNeeded: index), toByteOffset: 4, as: UInt32.self)
    header.storeBytes(
      of: UInt32(truncatingIfNeeded: Machine.distance(from: stack, to: frame)), toByteOffset: 8,
      as: UInt32.self)
    header.storeBytes(of: deeper &+ 1, toByteOffset: 12, as: UInt32.self)
    return callee
  }

  /// Whether there is room for one more call, deeper by what the instruction at `pc` says.
  func isDeepEnough(_ pc: Code, _ frame: Frame) -> Bool {
    frame[-1] &>> 32 &+ UInt64(truncatingIfNeeded: pc.fieldA) < callDepthMax
  }

  /// How many words lie between two addresses, the second of which is not the lower one.
  @inline(__always)
  static func distance(from start: UnsafeRawPointer, to end: UnsafeRawPointer) -> UInt {
    (UInt(bitPattern: end) &- UInt(bitPattern: start)) &>> 3
  }

  /// Where the function `index` begins.
  @inline(__always)
  func start(of index: Int) -> Code {
    let first = (functions + index &* 72).load(as: UInt32.self)
    return code + Int(truncatingIfNeeded: first)
  }

  /// Makes the frame of function `index`, called at `pc`, and hands the arguments over; nil when
  /// the stack is full.
  ///
  /// The new frame is returned, `self.pc` is where it begins.
  @inline(__always)
  mutating func push(
    _ index: Int, _ pc: UnsafePointer<UInt64>, _ frame: UnsafeMutablePointer<UInt64>,
    _ argumentCount: Int
  ) -> UnsafeMutablePointer<UInt64>? {
    let record = FunctionRecord(base: functions + index &* 72)
    let callee = top + 2
    let slotCount = record.slotCount
    let depth = frame[-1] &>> 32 &+ UInt64(pc.deeper)
    guard slotCount + 2 <= limit - top, depth < callDepthMax else { return nil }
    for argument in 0..<argumentCount { callee[argument] = frame[pc.lane(argument)] }
    if record.ownedParameterCount > 0 { moveArguments(record, callee, pc, frame) }
    let pairs = slotNumbers + record.localPairsStart &* 2
    for pair in 0..<record.localPairCount {
      let slot = Int(truncatingIfNeeded: pairs.load(fromByteOffset: 2 * pair, as: UInt16.self))
      callee[slot] = 0
      callee[slot + 1] = 0
    }
    let flags = record.ownedCount > 0 ? Machine.ownerFlag : 0
    let place = UInt64(UInt32(truncatingIfNeeded: pc - code))
    callee[-2] = place | UInt64(truncatingIfNeeded: index) &<< 32 | flags &<< 48
    callee[-1] = UInt64(truncatingIfNeeded: frame - stack) | (depth &+ 1) &<< 32
    top = callee + slotCount
    self.pc = code + record.codeStart
    return callee
  }

  /// Enters the function that is called at `pc`: true, and the machine stands where it begins; or
  /// false, and the error that this raises is `raising`.
  @inline(never)
  mutating func enterCallee(_ pc: Code, _ frame: Frame) -> Bool {
    let word = pc.pointee
    let isValue = word.verifiedOpcode == .callValue
    guard let index = isValue ? functionValue(word.fieldC, frame) : word.fieldC else {
      raising = Fault(.missingValue)
      return false
    }
    guard let callee = push(index, pc, frame, pc.argumentCount) else {
      raising = Fault(.stackOverflow)
      return false
    }
    self.frame = callee
    return true
  }

  /// Takes the arrays that the callee's parameters own from the caller, one after the other: one
  /// that is given twice is empty the second time.
  @inline(never)
  private func moveArguments(
    _ record: FunctionRecord, _ callee: UnsafeMutablePointer<UInt64>, _ pc: UnsafePointer<UInt64>,
    _ frame: UnsafeMutablePointer<UInt64>
  ) {
    for index in 0..<record.ownedParameterCount {
      let parameter = image.view.slot(record.ownedStart + index)
      let source = pc.lane(parameter)
      callee.set(parameter, frame.array(source))
      frame.set(source, .empty)
    }
  }

  /// Returns from a frame that the host entered, that owns nothing and gives no results; false if
  /// it is another, and nothing is done.
  @inline(__always)
  mutating func finishQuickly(_ pc: Code, _ frame: Frame) -> Bool {
    guard frame[-2] &>> 48 == Machine.boundaryFlag, pc.fieldA == 0 else { return false }
    finish(pc, frame)
    return true
  }

  /// Returns from a frame that owns arrays, or that the host entered; true in the latter case.
  @inline(never)
  mutating func returnSlowly(
    _ pc: UnsafePointer<UInt64>, _ frame: UnsafeMutablePointer<UInt64>
  ) -> Bool {
    let record = function(of: frame)
    let types = image.view.resultTypes(record)
    if isBoundary(frame) {
      let area = frame - 2 - record.parameterCount - record.resultCount
      for index in 0..<types.count {
        hand(frame + pc.lane(index), to: area + index, types[index])
      }
      releaseOwned(frame)
      finish(pc, frame)
      return true
    }
    let call = code + Int(truncatingIfNeeded: frame[-2] & 0xFFFF_FFFF)
    let caller = stack + Int(truncatingIfNeeded: frame[-1] & 0xFFFF_FFFF)
    let argumentCount = call.argumentCount
    for index in 0..<types.count {
      hand(frame + pc.lane(index), to: caller + call.lane(argumentCount + index), types[index])
    }
    releaseOwned(frame)
    top = frame - 2
    self.frame = caller
    self.pc = call + 1 + (argumentCount + types.count + 3) / 4
    return false
  }

  /// The function that the host entered has returned.
  @inline(__always)
  private mutating func finish(
    _ pc: UnsafePointer<UInt64>, _ frame: UnsafeMutablePointer<UInt64>
  ) {
    self.pc = pc
    self.frame = frame
    top = frame
    phase = .finished
  }

  /// Hands one result slot over; an owned array with its length, which is then passed over.
  private mutating func hand(
    _ source: UnsafeMutablePointer<UInt64>, to target: UnsafeMutablePointer<UInt64>,
    _ type: SlotType
  ) {
    switch type.kind {
    case .integer, .float, .boolean, .function: target.pointee = source.pointee
    case .owned: take(from: source, to: target, image.view.layout(Int(type.layout)))
    case .borrowed: target.set(0, source.array(0))
    case .length: break
    }
  }

  /// Moves an array; what was at the target is given up, and the source is empty then.
  mutating func take(
    from source: UnsafeMutablePointer<UInt64>, to target: UnsafeMutablePointer<UInt64>,
    _ layout: LayoutRecord
  ) {
    guard source != target else { return }
    let array = source.array(0)
    source.set(0, .empty)
    store.release(target.array(0), layout)
    target.set(0, array)
  }

  /// The function in slot `slot`; nil if it is none of the slot's signature.
  func functionValue(_ slot: Int, _ frame: UnsafeMutablePointer<UInt64>) -> Int? {
    let value = frame[slot]
    guard value < UInt64(image.functionCount) else { return nil }
    let index = Int(truncatingIfNeeded: value)
    let view = image.view
    let record = view.function(index)
    let signature = view.signature(Int(slotType(slot, in: frame).layout))
    guard view.parameterTypes(record) == signature.parameters,
      view.resultTypes(record) == signature.results
    else {
      return nil
    }
    return index
  }

  func loadBound(_ word: Code, _ frame: UnsafeMutablePointer<UInt64>) {
    let kind = image.view.boundTypes[word.wideIndex].kind
    if kind == .owned || kind == .borrowed {
      frame.set(word.fieldA, boundWords.array(word.wideIndex))
    } else {
      frame[word.fieldA] = boundWords[word.wideIndex]
    }
  }

  /// Leaves the host call that the machine is suspended in: arrays that its parameters own are
  /// given up.
  mutating func finishHostCall() {
    let word = pc.pointee
    let parameters = image.view.hostCall(word.fieldC).signature.parameters
    for index in 0..<parameters.count where parameters[index].kind == .owned {
      release(frame + pc.lane(index), parameters[index])
    }
    pc += 1 + (word.fieldA + word.fieldB + 3) / 4
  }
}
