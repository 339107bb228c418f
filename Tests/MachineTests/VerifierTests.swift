import Bytecode
import Testing

/// Every rule of the verifier is broken once, and that rule is named; what is right is taken.
@Suite struct VerifierTests {
  private typealias Rule = VerificationError.Rule

  private static func verdict(_ bytes: [UInt8], _ profile: Profile = .host) -> Rule? {
    bytes.withUnsafeBytes {
      switch verify($0, profile: profile) {
      case .success: nil
      case .failure(let error): error.rule
      }
    }
  }

  private static func verdict(_ contents: ImageContents) -> Rule? {
    verdict(encode(contents), contents.profile)
  }

  /// Two functions that use a bit of everything.
  private static func sample() -> ImageContents {
    var main = Assembler(
      "main", parameters: [.integer, .borrowed(1), .length], results: [.integer])
    let (x, flag, y) = (main.slot(.integer), main.slot(.boolean), main.slot(.float))
    let list = main.slot(.owned(1))
    main.position(line: 3)
    main.label("top")
    main.emit(.charge, wide: 1)
    main.emit(.loadInteger, x, wide: 5)
    main.emit(.loadFloat, y, wide: 0)
    main.emit(.arrayCopy, list, 1)
    main.emit(.lessInteger, flag, 0, x)
    main.jump(.jumpIfTrue, flag, to: "top")
    main.call(1, [0, list, list + 1], results: [x])
    main.label("end")
    main.giveBack(x)
    main.label("caught")
    main.emit(.rethrow)
    main.handle("top", "end", at: "caught", error: 6, slot: x)
    var callee = Assembler(
      "callee", parameters: [.integer, .owned(1), .length], results: [.integer])
    let element = callee.slot(.integer)
    callee.emit(.arrayLoad, element, 1, 0)
    callee.giveBack(element)
    var contents = image([main, callee])
    contents.constants = [word(1.5)]
    contents.signatures = [Signature(parameters: [.integer], results: [.float])]
    contents.data = [
      DataContents(layout: 1, elements: .words([1, 2, 3])),
      DataContents(layout: 0, elements: .text([65, 66, 67])),
      DataContents(layout: 3, elements: .words([0, 3, 0, 0])),
    ]
    contents.captures = [
      CaptureContents(
        path: "a", type: "Int", file: 0, line: 1, digest: [],
        binding: .bound(first: 0, slots: [.integer]))
    ]
    contents.globals = [.integer, .owned(1), .length]
    contents.hostCalls = [
      HostCallContents(
        name: "print", mode: .plain, signature: Signature(parameters: [.integer], results: []))
    ]
    contents.channels = [ChannelContents(number: 4, device: "led")]
    contents.errors = [ErrorContents(name: "Lost", payload: [.integer])]
    return contents
  }

  @Test func oneFieldOfAnOperationLeadsElsewhereAtMost() {
    let inC: Set<Operand> = [.branch, .callee, .hostCall, .error]
    for opcode in Opcode.allCases {
      let (a, b, c) = (opcode.shape.a, opcode.shape.b, opcode.shape.c)
      #expect([a, b, c].count { $0.leads } <= 1, "\(opcode)")
      #expect(!a.leads || a == .channel, "\(opcode)")
      #expect(!b.leads || b != .channel && !inC.contains(b), "\(opcode)")
      #expect(!c.leads || inC.contains(c), "\(opcode)")
    }
  }

  @Test func errorsAreKeptInWholeRoomAndKernelsAloneAreCritical() {
    let room = Array(repeating: SlotType.integer, count: Limits.keptErrorWordCount)
    for opcode in [Opcode.faultSave, .faultRestore, .faultRelease] {
      for profile in [Profile.host, .kernel] {
        #expect(Self.code(room, profile: profile) { $0.emit(opcode, 0) } == nil)
      }
    }
    for opcode in [Opcode.enterCritical, .leaveCritical] {
      #expect(Self.code([], profile: .kernel) { $0.emit(opcode) } == nil)
      #expect(Self.code([]) { $0.emit(opcode) } == .timelineOnHost)
    }
  }

  private static func call(file: UInt16, outer: UInt32?) -> InlinedCall {
    InlinedCall(name: "f", file: file, line: 1, column: 2, outer: outer)
  }

  @Test func callsStandInEarlierCalls() {
    let verdict = Self.change {
      $0.inlinedCalls = [Self.call(file: 0, outer: nil), Self.call(file: 0, outer: 0)]
      $0.functions[0].positions[0].call = 1
    }
    #expect(verdict == nil)
  }

  @Test func theSampleIsRight() {
    #expect(Self.verdict(Self.sample()) == nil)
    var kernel = Self.sample()
    kernel.profile = .kernel
    kernel.globals = [.integer]
    kernel.hostCalls = []
    #expect(Self.verdict(kernel) == nil)
  }

  // MARK: The file and the tables

  private static func broken(_ seals: Bool = true, _ change: (inout [UInt8]) -> Void) -> [UInt8] {
    var bytes = encode(sample())
    change(&bytes)
    if seals { seal(&bytes) }
    return bytes
  }

  /// Where record `index` of `section` begins.
  private static func place(_ section: Section, _ index: Int = 0) -> Int {
    encode(sample()).withUnsafeBytes { buffer in
      let entry = ImageFormat.tableOffset + section.rawValue * ImageFormat.tableEntryByteCount
      return Int(buffer.load(fromByteOffset: entry + 4, as: UInt32.self)) + index
        * section.recordByteCount
    }
  }

  private static func poke(
    _ section: Section, record index: Int = 0, at offset: Int, _ values: UInt8...
  ) -> Rule? {
    verdict(
      broken { bytes in
        for (number, value) in values.enumerated() {
          bytes[place(section, index) + offset + number] = value
        }
      })
  }

  private static func change(_ change: (inout ImageContents) -> Void) -> Rule? {
    var contents = sample()
    change(&contents)
    return verdict(contents)
  }

  /// An image of one function with these slots, whose code is `build`'s and a return.
  private static func code(
    _ slots: [SlotType], profile: Profile = .host, _ build: (inout Assembler) -> Void
  ) -> Rule? {
    var assembler = Assembler("f")
    for slot in slots where slot.kind != .length { _ = assembler.slot(slot) }
    build(&assembler)
    assembler.giveBack()
    var contents = sample()
    contents.profile = profile
    contents.functions = [assembler.assembled()]
    if profile == .kernel {
      contents.globals = []
      contents.hostCalls = []
    }
    return verdict(contents)
  }

  private static func fileCases() -> [(Rule, Rule?)] {
    [
      (.tooShort, verdict([1, 2, 3])), (.tooShort, verdict([])),
      (.alignment, verdict(encode(sample()) + [0])),
      (.magic, verdict(broken { $0[0] = 0 })), (.version, verdict(broken { $0[4] = 9 })),
      (.profile, verdict(encode(sample()), .kernel)), (.size, verdict(broken { $0[8] ^= 8 })),
      (.size, verdict(encode(sample()) + [UInt8](repeating: 0, count: 8))),
      (.sectionTable, verdict(broken { $0[ImageFormat.tableOffset + 20] ^= 8 })),
      (.digest, verdict(broken(false) { $0[place(.constants)] ^= 1 })),
      (
        .tooLarge, change { $0.functions[0].slots = [SlotType](repeating: .integer, count: 70_000) }
      ),
      (.text, poke(.module, at: 4, 255, 255)), (.text, poke(.files, at: 0, 255, 255)),
      (.type, poke(.types, at: 0, 99)), (.type, poke(.types, record: 1, at: 0, 4, 0, 99)),
      (.pairing, change { $0.globals = [.owned(1)] }),
      (.pairing, change { $0.functions[0].results = [.length] }),
      (.layout, change { $0.layouts.append(Layout(words: [.borrowed(0), .length])) }),
      (.layout, change { $0.layouts.append(Layout(words: [.owned(5), .length])) }),
      (.layout, change { $0.layouts.append(Layout(words: [])) }),
      (.layout, poke(.layouts, record: 1, at: 6, 3)),
      (.layout, change { $0.layouts[0] = Layout(words: [.integer]) }),
      (.data, change { $0.data[2] = DataContents(layout: 3, elements: .words([2, 1])) }),
      (.data, change { $0.data[2] = DataContents(layout: 3, elements: .words([0, 4])) }),
      (.data, change { $0.data[2] = DataContents(layout: 3, elements: .words([1, 3])) }),
      (.data, poke(.data, at: 4, 4)), (.data, poke(.data, at: 8, 8)),
      (.signature, poke(.signatures, at: 0, 255, 255)), (.bound, poke(.bound, at: 0, 2)),
      (.capture, poke(.captures, at: 22, 2)), (.capture, poke(.captures, at: 24, 1)),
      (.global, change { $0.globals = [.borrowed(1), .length] }),
      (.hostCall, poke(.hostCalls, at: 20, 7)),
      (
        .error,
        change {
          $0.errors[0] = ErrorContents(
            name: "E", payload: [.integer, .integer, .integer, .integer, .integer])
        }
      ),
      (.functionCount, change { $0.functions = [] }),
      (.functionRecord, poke(.functions, at: 4, 255, 255)),
      (.functionSlots, poke(.functions, at: 18, 255)),
      (.functionSlots, poke(.functions, at: 8, 255, 255)), (.pairing, poke(.functions, at: 18, 2)),
      (.slotLists, poke(.functions, at: 22, 0)), (.slotLists, poke(.slots, at: 0, 1)),
      (.slotLists, poke(.functions, at: 28, 1)),
      (.labels, poke(.labels, record: 1, at: 0, 255)), (.jumpTarget, poke(.labels, at: 0, 1)),
      (.positions, change { $0.functions[0].positions[0].start = 1000 }),
      (.positions, change { $0.functions[0].positions[0].file = 3 }),
      (.positions, change { $0.functions[0].positions[0].call = 1 }),
      (.inlinedCall, change { $0.inlinedCalls = [call(file: 3, outer: nil)] }),
      (.inlinedCall, change { $0.inlinedCalls = [call(file: 0, outer: 0)] }),
      (.handlers, change { $0.functions[0].handlers[0].end = 1000 }),
      (.handlers, change { $0.functions[0].handlers[0].error = 40 }),
      (.handlers, change { $0.functions[0].handlers[0].errorSlot = 1 }),
    ]
  }

  private static func scalarCases() -> [(Rule, Rule?)] {
    let kinds: [SlotType] = [
      .integer, .float, .boolean, .owned(1), .length, .borrowed(1), .length, .owned(2), .length,
    ]
    let room = Array(repeating: SlotType.integer, count: Limits.keptErrorWordCount)
    return [
      (.operation, change { $0.functions[1].code[0] = 0 }),
      (.operation, change { $0.functions[1].code[0] = 0xFFFF }),
      (.truncated, change { $0.functions[1].code.removeLast() }),
      (.slotNumber, code([.integer]) { $0.emit(.addInteger, 0, 0, 1) }),
      (.slotNumber, code([.float]) { $0.emit(.elementary2, 0, 0, 10) }),
      (.slotKind, code(kinds) { $0.emit(.addInteger, 0, 0, 1) }),
      (.slotKind, code(kinds) { $0.emit(.addFloat, 1, 1, 0) }),
      (.slotKind, code(kinds) { $0.emit(.loadInteger, 4, wide: 1) }),
      (.slotKind, code(kinds) { $0.emit(.loadInteger, 3, wide: 1) }),
      (.slotKind, code(kinds) { $0.emit(.move, 0, 1) }),
      (.slotKind, code(kinds) { $0.emit(.move, 3, 3) }),
      (.slotKind, code(kinds) { $0.emit(.move, 4, 4) }),
      (.slotKind, code(kinds) { $0.emit(.arrayMove, 3, 5) }),
      (.slotKind, code(kinds) { $0.emit(.arrayBorrow, 3, 5) }),
      (.slotKind, code(kinds) { $0.emit(.arrayStore, 5, 0, 0) }),
      (.slotKind, code(kinds) { $0.emit(.loadGlobal, 1, wide: 0) }),
      (.slotKind, code(kinds) { $0.emit(.loadGlobal, 0, wide: 1) }),
      (.slotKind, code(kinds) { $0.emit(.borrowGlobal, 5, wide: 0) }),
      (.slotKind, code(kinds) { $0.emit(.loadBound, 1, wide: 0) }),
      (.layoutKind, code(kinds) { $0.emit(.arrayCopy, 7, 5) }),
      (.layoutKind, code(kinds) { $0.emit(.arrayEqual, 2, 7, 5) }),
      (.layoutKind, code(kinds) { $0.emit(.arrayData, 5, wide: 1) }),
      (.immediate, code(kinds) { $0.emit(.elementary, 1, 1, 11) }),
      (.immediate, code(kinds) { $0.emit(.loadBoolean, 2, 2) }),
      (.immediate, code(kinds) { $0.emit(.charge, wide: -1) }),
      (.immediate, code(kinds) { $0.emit(.faultWord, 0, 4) }),
      (.immediate, code(kinds) { $0.emit(.faultArray, 5, 3) }),
      (.indexRange, code(kinds) { $0.emit(.loadWord, 0, wide: 1) }),
      (.indexRange, code(kinds) { $0.emit(.arrayData, 5, wide: -1) }),
      (.indexRange, code(kinds) { $0.call(9, []) }),
      (.indexRange, code(kinds) { $0.call(.callHost, 1, []) }),
      (.indexRange, code(kinds) { $0.throwing(30) }),
      (.indexRange, code(kinds) { $0.throwing(65) }),
      (.indexRange, code(kinds) { $0.emit(.output, 1, 0, 0) }),
      (.slotNumber, code(room.dropLast()) { $0.emit(.faultSave, 0) }),
      (.slotNumber, code(room) { $0.emit(.faultRestore, 1) }),
      (.slotKind, code(room.dropLast() + [.float]) { $0.emit(.faultSave, 0) }),
      (.slotKind, code(room.dropLast() + [.boolean]) { $0.emit(.faultRestore, 0) }),
      (.slotKind, code(room.dropLast() + [.owned(1), .length]) { $0.emit(.faultRelease, 0) }),
      (.unterminated, change { $0.functions[1].code[1...] = [Instruction(.charge).word] }),
    ]
  }

  private static func flowCases() -> [(Rule, Rule?)] {
    let kinds: [SlotType] = [
      .integer, .float, .boolean, .owned(1), .length, .borrowed(4), .length, .owned(3), .length,
    ]
    func calling(
      _ parameters: [SlotType], _ results: [SlotType], _ arguments: [UInt16], _ targets: [UInt16]
    ) -> Rule? {
      var main = Assembler("main")
      for kind in kinds where kind.kind != .length { _ = main.slot(kind) }
      main.call(1, arguments, results: targets)
      main.giveBack()
      var callee = Assembler("callee", parameters: parameters, results: results)
      callee.throwing(0)
      return verdict(image([main, callee]))
    }
    return [
      (.labels, change { $0.functions[0].code[5] = Instruction(.jumpIfTrue, a: 4, wide: 1).word }),
      (
        .jumpTarget,
        change { contents in
          // Before the code there are no labels.
          contents.functions[0].code[5] =
            Instruction(.jumpIfTrue, a: 4, wide: UInt32(bitPattern: -100)).word
        }
      ),
      (.argument, calling([.integer], [], [1], [])), (.argument, calling([.integer], [], [], [])),
      (.argument, calling([.owned(1), .length], [], [3, 6], [])),
      (.argument, calling([.owned(4), .length], [], [5, 6], [])),
      (.argument, calling([.borrowed(1), .length], [], [7, 8], [])),
      (.result, calling([], [.integer], [], [1])), (.result, calling([], [.integer], [], [])),
      (.result, calling([], [.owned(1), .length], [], [3, 8])),
      (.result, calling([], [.owned(4), .length], [], [5, 6])),
      (.result, code(kinds) { $0.giveBack(0) }),
      (.argument, code(kinds) { $0.throwing(64, [1]) }),
      (.argument, code(kinds) { $0.throwing(64, []) }),
      (.argument, code(kinds) { $0.throwing(0, [3]) }),
      (.element, code(kinds) { $0.emit(.arrayLoad, 0, 5, 0) }),
      (.element, code(kinds) { $0.emit(.booleanLoad, 2, 3, 0) }),
      (.element, code(kinds) { $0.emit(.booleanStore, 3, 0, 2) }),
      (.element, code(kinds) { $0.emit(.scalarAppend, 3, 0, 1) }),
      (.slotKind, code(kinds) { $0.emit(.scalarAppend, 3, 1, 8) }),
      (.element, code(kinds) { $0.emit(.elementLoad, 0, 5, 0, lanes: [1, 4]) }),
      (.element, code(kinds) { $0.emit(.elementLoad, 0, 5, 0, lanes: [1, 3]) }),
      (.element, code(kinds) { $0.emit(.elementLoad, 0, 5, 0, lanes: [0, 0]) }),
      (.element, code(kinds) { $0.emit(.elementLoad, 3, 7, 0, lanes: [2, 0]) }),
      (.element, code(kinds) { $0.emit(.elementStore, 7, 0, 5, lanes: [2, 0]) }),
      (.element, code(kinds) { $0.emit(.elementLoad, 4, 7, 0, lanes: [1, 1]) }),
      (.slotKind, code(kinds) { $0.emit(.gate, 0, 0, 1, lanes: [1, 0xFFFF, 0xFFFF, 1]) }),
      (.immediate, code(kinds) { $0.emit(.gate, 0, 0, 0, lanes: [0xFFFF, 0xFFFF, 0xFFFF, 0]) }),
      (
        .immediate,
        code(kinds) { $0.emit(.outputExtended, 0, 0, 0, lanes: [0xFFFF, 0, 0xFFFF, 0]) }
      ),
      (.immediate, code(kinds) { $0.emit(.outputExtended, 0, 0, 0, lanes: [0, 0, 0, 2]) }),
      (
        .immediate,
        code(kinds) { $0.emit(.outputExtended, 0, 0, 0, lanes: [0xFFFF, 0xFFFF, 0xFFFF, 1]) }
      ),
      (.slotKind, code(kinds) { $0.emit(.outputExtended, 0, 0, 0, lanes: [0xFFFF, 1, 0, 0]) }),
      (.slotKind, code(kinds) { $0.emit(.input, 0, 0, 0, lanes: [1, 0, 0, 0]) }),
      (.kernelProfile, code([SlotType(.function)], profile: .kernel) { _ in }),
      (
        .kernelProfile,
        change {
          $0.profile = .kernel
          $0.globals = []
        }
      ),
      (.timelineOnHost, code([.integer]) { $0.emit(.now, 0) }),
      (.argument, code([SlotType(.function)]) { $0.emit(.loadFunction, 0, wide: 0) }),
      (.argument, code([SlotType(.function)]) { $0.call(.callValue, 0, []) }),
    ]
  }

  @Test func everyRuleIsNamedWhereItIsBroken() {
    let cases = Self.fileCases() + Self.scalarCases() + Self.flowCases()
    for (index, (want, got)) in cases.enumerated() { #expect(got == want, "case \(index)") }
    let missing = Set(Rule.allCases).subtracting(cases.map(\.0))
    #expect(missing.isEmpty, "\(missing)")
  }

  @Test func imagesBeginAtMultiplesOfEight() {
    let bytes = encode(Self.sample())
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + 8, alignment: 8)
    defer { memory.deallocate() }
    let shifted = UnsafeMutableRawBufferPointer(rebasing: memory[4..<4 + bytes.count])
    shifted.copyBytes(from: bytes)
    guard case .failure(let error) = verify(UnsafeRawBufferPointer(shifted), profile: .host) else {
      Issue.record("taken")
      return
    }
    #expect(error.rule == .alignment)
  }
}
