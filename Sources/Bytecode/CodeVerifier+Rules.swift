/// What operations ask for beyond the kinds of their operands.
///
/// Mutating, as all checks, only so that they are done in place: of a verifier that is not changed
/// the compiler may make a copy for each.
extension CodeVerifier {
  mutating func check(_ rule: OperationRule) throws(VerificationError) {
    let (a, b, c) = (instruction.a, instruction.b, instruction.c)
    switch rule {
    case .none: break
    case .call:
      let callee = view.function(Int(c))
      try checkCall(view.parameterTypes(callee), view.resultTypes(callee))
    case .callValue:
      let signature = view.signature(Int(try type(c).layout))
      try checkCall(signature.parameters, signature.results)
    case .callHost:
      let signature = view.hostCall(Int(c)).signature
      try checkCall(signature.parameters, signature.results)
    case .returnSlots: try checkReturn()
    case .throwError: try checkThrow()
    case .deepen:
      guard Int(a) <= Limits.deeperMax else { throw failure(.immediate) }
    case .faultWord:
      guard Int(b) < Limits.errorWordCountMax else { throw failure(.immediate) }
    case .faultArray:
      guard Int(b) + 1 < Limits.errorWordCountMax else { throw failure(.immediate) }
    case .keptError:
      for place in 0..<Limits.keptErrorWordCount {
        guard try type(Int(a) + place).kind == .integer else { throw failure(.slotKind) }
      }
    case .advance:
      guard try type(Int(a) + 1).kind == .integer else { throw failure(.slotKind) }
      guard codeWord(place + 1) <= UInt64(Int32.max) else { throw failure(.immediate) }
    case .move:
      guard try typeWord(a) == typeWord(b) else { throw failure(.slotKind) }
    case .loadFloat:
      let value = Double(bitPattern: view.constant(Int(instruction.wide)))
      guard !value.isNaN || value.bitPattern == 0x7FF8_0000_0000_0000 else {
        throw failure(.immediate)
      }
    case .loadBound: try checkBound()
    case .loadFunction: try checkFunctionValue()
    case .elementary:
      guard let number = Elementary(rawValue: c), !number.takesTwo else {
        throw failure(.immediate)
      }
    case .elementary2:
      guard let number = Elementary(rawValue: c), number.takesTwo else {
        throw failure(.immediate)
      }
      guard try type(Int(b) + 1).kind == .float else { throw failure(.slotKind) }
    case .sameLayout: try requireLayout(of: a, and: b)
    case .arrayData:
      guard try type(a).layout == view.data(Int(instruction.wide)).layout else {
        throw failure(.layoutKind)
      }
    case .arrayLoad: try checkElement(of: b, scalar: a)
    case .arrayStore: try checkElement(of: a, scalar: c)
    case .booleanLoad:
      guard view.layout(Int(try type(b).layout)).isBooleans else { throw failure(.element) }
    case .booleanStore:
      guard view.layout(Int(try type(a).layout)).isBooleans else { throw failure(.element) }
    case .elementLoad:
      try checkElement(of: b, slots: a, count: lane(0), first: lane(1), isLoad: true)
    case .elementStore:
      try checkElement(of: a, slots: c, count: lane(0), first: lane(1), isLoad: false)
    case .pack: try checkPacked(isPacking: true)
    case .unpack: try checkPacked(isPacking: false)
    case .arrayAppend:
      guard Int(c) == view.layout(Int(try type(a).layout)).words.count else {
        throw failure(.element)
      }
      try checkElement(of: a, slots: b, count: c, first: 0, isLoad: false)
    case .scalarAppend:
      let layout = view.layout(Int(try type(a).layout))
      guard !layout.isText, layout.words.count == 1, Int(c) == layout.elementByteCount else {
        throw failure(.element)
      }
      guard try type(b) == layout.words[0] else { throw failure(.slotKind) }
    case .arraySlice:
      try requireLayout(of: a, and: b)
      let kind = try type(Int(c) + 1).kind
      guard kind == .integer || kind == .length else { throw failure(.slotKind) }
    case .arrayConcatenate:
      try requireLayout(of: a, and: b)
      try requireLayout(of: b, and: c)
    case .comparedLayouts: try requireLayout(of: b, and: c)
    case .globalType:
      guard try type(a) == view.globalTypes[Int(instruction.wide)] else { throw failure(.slotKind) }
    case .borrowGlobal:
      let global = view.globalTypes[Int(instruction.wide)]
      guard global.kind == .owned else { throw failure(.slotKind) }
      guard try type(a).layout == global.layout else { throw failure(.layoutKind) }
    case .outputExtended: try checkEvent(value: c)
    case .gate: try checkGate()
    case .input: try checkInput()
    case .recording: try checkRecording(a)
    }
  }

  /// An element of a recording is four integers.
  private mutating func checkRecording(_ array: UInt16) throws(VerificationError) {
    let words = view.layout(Int(try type(array).layout)).words
    guard words.count == 4 else { throw failure(.element) }
    for number in 0..<4 where words[number].kind != .integer { throw failure(.element) }
  }

  private mutating func requireLayout(of a: UInt16, and b: UInt16) throws(VerificationError) {
    guard try type(a).layout == type(b).layout else { throw failure(.layoutKind) }
  }

  // MARK: Calls

  private mutating func checkCall(_ parameters: TypeList, _ results: TypeList)
    throws(VerificationError)
  {
    let (a, isHost) = (Int(instruction.a), instruction.opcode == .callHost)
    guard (isHost ? a : ImageFormat.argumentCount(a)) == parameters.count else {
      throw failure(.argument)
    }
    guard Int(instruction.b) == results.count else { throw failure(.result) }
    for number in 0..<parameters.count {
      let slot = lane(number)
      // Most parameters are scalars.
      if try typeWord(slot) == parameters.word(number), !parameters.isLength(number) { continue }
      guard try accepts(parameters[number], slot), try followsPair(number, parameters) else {
        throw failure(.argument)
      }
    }
    for number in 0..<results.count {
      let place = parameters.count + number
      guard try typeWord(lane(place)) == results.word(number) else { throw failure(.result) }
      guard !results.isLength(number) || lane(place) == lane(place - 1) &+ 1 else {
        throw failure(.result)
      }
    }
  }

  /// A parameter of type `parameter` may be given `slot`.
  private mutating func accepts(_ parameter: SlotType, _ slot: UInt16) throws(VerificationError)
    -> Bool
  {
    let given = try type(slot)
    guard parameter.kind == .borrowed else { return given == parameter }
    return given.layout == parameter.layout && (given.kind == .owned || given.kind == .borrowed)
  }

  /// A length is that of the buffer before it.
  private mutating func followsPair(_ number: Int, _ types: TypeList) throws(VerificationError)
    -> Bool
  {
    guard types.isLength(number) else { return true }
    return lane(number) == lane(number - 1) &+ 1
  }

  private mutating func checkReturn() throws(VerificationError) {
    let results = view.resultTypes(function)
    guard Int(instruction.a) == results.count else { throw failure(.result) }
    for number in 0..<results.count {
      guard try typeWord(lane(number)) == results.word(number), try followsPair(number, results)
      else {
        throw failure(.result)
      }
    }
  }

  private mutating func checkThrow() throws(VerificationError) {
    let (count, error) = (Int(instruction.a), instruction.c)
    guard count <= Limits.errorWordCountMax else { throw failure(.argument) }
    if error < BuiltinError.firstDeclared {
      for number in 0..<count {
        guard isScalar(try type(lane(number))) else { throw failure(.argument) }
      }
      return
    }
    let payload = view.error(Int(error - BuiltinError.firstDeclared)).payload
    guard count == payload.count else { throw failure(.argument) }
    for number in 0..<count {
      guard try typeWord(lane(number)) == payload.word(number), try followsPair(number, payload)
      else {
        throw failure(.argument)
      }
    }
  }

  // MARK: Values

  private mutating func checkBound() throws(VerificationError) {
    let bound = view.boundTypes[Int(instruction.wide)]
    let target = try type(instruction.a)
    switch bound.kind {
    case .integer, .float, .boolean, .function:
      guard target == bound else { throw failure(.slotKind) }
    case .owned, .borrowed:
      guard target.kind == .borrowed else { throw failure(.slotKind) }
      guard target.layout == bound.layout else { throw failure(.layoutKind) }
    case .length: throw failure(.slotKind)
    }
  }

  private mutating func checkFunctionValue() throws(VerificationError) {
    let signature = view.signature(Int(try type(instruction.a).layout))
    let callee = view.function(Int(instruction.wide))
    guard view.parameterTypes(callee) == signature.parameters,
      view.resultTypes(callee) == signature.results
    else {
      throw failure(.argument)
    }
  }

  /// Elements of one scalar word, of the slot's kind.
  private mutating func checkElement(of array: UInt16, scalar slot: UInt16)
    throws(VerificationError)
  {
    let layout = view.layout(Int(try type(array).layout))
    guard layout.words.count == 1, !layout.isBooleans else { throw failure(.element) }
    guard try typeWord(slot) == layout.words.word(0) else { throw failure(.slotKind) }
  }

  /// Words `first..<first + count` of an element and the slots from `slot` on; nested arrays are
  /// borrowed or moved in.
  private mutating func checkElement(
    of array: UInt16, slots slot: UInt16, count: UInt16, first: UInt16, isLoad: Bool
  ) throws(VerificationError) {
    let layout = view.layout(Int(try type(array).layout))
    let words = layout.words
    guard count >= 1, Int(first) + Int(count) <= words.count,
      !layout.isBooleans || instruction.opcode == .arrayAppend
    else { throw failure(.element) }
    if instruction.opcode != .arrayAppend, lane(2) != 0 {
      guard Int(lane(2)) == words.count, layout.depth == 1 else { throw failure(.element) }
    }
    for number in 0..<Int(count) {
      let word = words[Int(first) + number]
      let given = try type(Int(slot) + number)
      switch word.kind {
      case .integer, .float, .boolean, .function:
        guard given == word else { throw failure(.element) }
      case .owned:
        guard given.kind == (isLoad ? .borrowed : .owned), given.layout == word.layout,
          number + 1 < Int(count)
        else { throw failure(.element) }
      case .length:
        guard number > 0, given.kind == .length else { throw failure(.element) }
      case .borrowed: throw failure(.element)
      }
    }
    if !isLoad, Int(array) < Int(slot) + Int(count), Int(slot) <= Int(array) {
      throw failure(.element)
    }
  }

  /// Slots b, b + 1, … of c words, whole values of them, and an array of integers beside them.
  private mutating func checkPacked(isPacking: Bool) throws(VerificationError) {
    let (array, first, count) = (Int(instruction.a), Int(instruction.b), Int(instruction.c))
    let words = view.layout(Int(try type(instruction.a).layout)).words
    guard words.count == 1, words[0] == .integer else { throw failure(.layoutKind) }
    guard array + 1 < first || array >= first + count else { throw failure(.element) }
    var needsLength = false
    for slot in first..<first + count {
      let kind = try type(slot).kind
      guard needsLength == (kind == .length) else { throw failure(.element) }
      guard isPacking || kind != .borrowed else { throw failure(.slotKind) }
      needsLength = kind == .owned || kind == .borrowed
    }
    guard !needsLength else { throw failure(.element) }
  }

  // MARK: Timeline

  private mutating func isInteger(_ slot: UInt16) throws(VerificationError) -> Bool {
    if SlotKinds.integers.contains(rawKind(slot)) || slot == ImageFormat.none { return true }
    guard Int(slot) < slots.count else { throw failure(.slotNumber) }
    return false
  }

  private mutating func checkEvent(value: UInt16) throws(VerificationError) {
    guard try isInteger(lane(0)), try isInteger(lane(2)) else { throw failure(.slotKind) }
    guard (lane(1) == ImageFormat.none) == (lane(2) == ImageFormat.none) else {
      throw failure(.immediate)
    }
    let part = lane(3)
    guard lane(1) != ImageFormat.none else {
      guard part == ImageFormat.wholeEvent || part == ImageFormat.secondEvent else {
        throw failure(.immediate)
      }
      return
    }
    guard part == ImageFormat.wholeEvent || part == ImageFormat.firstEvent else {
      throw failure(.immediate)
    }
    guard try typeWord(lane(1)) == typeWord(value) else { throw failure(.slotKind) }
  }

  private mutating func checkGate() throws(VerificationError) {
    guard try isInteger(lane(0)) else { throw failure(.slotKind) }
    guard lane(1) == ImageFormat.none, lane(2) == ImageFormat.none else {
      throw failure(.immediate)
    }
    let (edges, repeated) = (instruction.c, lane(3))
    guard edges | repeated >= 1, edges | repeated <= 3,
      edges == 0 || repeated == 0 || edges == repeated
    else {
      throw failure(.immediate)
    }
  }

  private mutating func checkInput() throws(VerificationError) {
    if lane(0) != ImageFormat.none {
      let kind = try type(lane(0)).kind
      guard kind == .integer || kind == .boolean else { throw failure(.slotKind) }
    }
    for place in 1...2 where lane(place) != ImageFormat.none { try require(lane(place), .integer) }
  }
}
