import Bytecode
import Machine
import TestKit
import Testing

/// Whatever is given to the verifier, it answers; whatever it takes runs, and stays within its
/// memory.
@Suite struct FuzzTests {
  /// Slots of every kind, several of each, so that an operand of a wanted kind is always there.
  private static let kinds: [SlotType] = [
    .integer, .integer, .integer, .integer, .float, .float, .float, .boolean, .boolean, .owned(1),
    .length, .owned(1),
    .length, .owned(3), .length, .owned(3), .length, .owned(4), .length, .owned(0), .length,
    .borrowed(1), .length,
    .borrowed(3), .length, .borrowed(4), .length, .borrowed(0), .length, .integer, .owned(0),
    .length, .float,
    SlotType(.function, layout: 0), .borrowed(1), .length, .integer, .integer,
  ]

  /// Behind them, room for an error that is kept.
  private static let room: [SlotType] = Array(
    repeating: .integer, count: Limits.keptErrorWordCount)

  private static func slot(_ random: inout SplitMix, _ kinds: SlotKind...) -> UInt16 {
    let fitting = Self.kinds.indices.filter { kinds.contains(Self.kinds[$0].kind) }
    return UInt16(random.pick(fitting))
  }

  /// The operand's field, most often one that fits.
  private static func field(_ operand: Operand, _ random: inout SplitMix) -> UInt16 {
    switch operand {
    case .none: 0
    case .readInteger: slot(&random, .integer, .integer, .length)
    case .writeInteger, .changeCounter: slot(&random, .integer)
    case .readFloat, .writeFloat: slot(&random, .float)
    case .readBoolean, .writeBoolean: slot(&random, .boolean)
    case .readScalar, .writeScalar, .writeBound: slot(&random, .integer, .float, .boolean)
    case .readArray: slot(&random, .owned, .borrowed)
    case .writeOwned, .changeOwned: slot(&random, .owned)
    case .writeBorrowed: slot(&random, .borrowed)
    case .readFunction, .writeFunction: slot(&random, .function)
    case .immediate: UInt16(random.below(5))
    case .signedImmediate: UInt16(truncatingIfNeeded: random.below(200) - 100)
    case .argumentCount, .resultCount: UInt16(random.below(4))
    case .callee, .hostCall, .channel: UInt16(random.below(3))
    case .error: random.pick([0, 6, 8, 64, 64])
    case .wideInteger, .jump, .constant, .data, .bound, .function, .global: UInt16(random.below(3))
    case .branch: UInt16(truncatingIfNeeded: random.below(12) - 6)
    }
  }

  private static func lanes(_ opcode: Opcode, _ random: inout SplitMix, _ a: Int, _ b: Int)
    -> [UInt16]
  {
    switch opcode.shape.trailer {
    case .none: return []
    case .slots, .slotsA:
      var result: [UInt16] = []
      let count = opcode.shape.trailer == .slots ? a + b : a
      while result.count < count {
        let slot = UInt16(random.below(kinds.count - 1))
        result.append(slot)
        if kinds[Int(slot)].kind == .owned || kinds[Int(slot)].kind == .borrowed {
          result.append(slot + 1)
        }
      }
      return Array(result.prefix(count))
    case .element:
      return random.pick([
        [1, 0, 0, 0], [2, 0, 0, 0], [2, 1, 0, 0], [3, 1, 0, 0], [4, 0, 0, 0], [1, 3, 0, 0],
        [1, 0, 4, 0], [1, 0, 1, 0], [2, 0, 2, 0], [1, 1, 2, 0],
      ])
    case .ticks: return [UInt16(random.below(300)), 0, 0, 0]
    case .event:
      return random.pick([
        [0xFFFF, 0xFFFF, 0xFFFF, 0], [0, 0xFFFF, 0xFFFF, 1], [0xFFFF, 1, 2, 0],
      ])
    case .input: return [7, 0, 1, 0]
    }
  }

  /// One instruction that is likely to be right.
  private static func instruction(_ opcode: Opcode, _ random: inout SplitMix) -> [UInt64] {
    let shape = opcode.shape
    let (a, b, c) = (field(shape.a, &random), field(shape.b, &random), field(shape.c, &random))
    let isWide = [.wideInteger, .jump, .constant, .data, .bound, .function, .global].contains(
      shape.b)
    var assembler = Assembler("")
    let lanes = lanes(opcode, &random, Int(a), isWide ? 0 : Int(b))
    if isWide {
      assembler.emit(opcode, a, wide: shape.b == .jump ? random.below(12) - 6 : Int(b))
    } else {
      assembler.emit(opcode, a, b, c, lanes: lanes)
    }
    return assembler.contents.code
  }

  /// Code that begins with calls, arrays and errors that fit by construction.
  private static func sample(_ random: inout SplitMix, _ profile: Profile) -> ImageContents {
    var functions: [FunctionContents] = []
    for number in 0..<3 {
      var function = FunctionContents(name: "f\(number)")
      function.slots = kinds + room
      if number == 1 {
        function.slots = [.integer, .owned(1), .length, .borrowed(0), .length] + kinds + room
        function.parameterCount = 5
        function.results = [.owned(1), .length]
      }
      functions.append(function)
    }
    var contents = ImageContents(profile: profile, name: "fuzz")
    contents.files = ["a"]
    contents.layouts = testLayouts
    contents.constants = [word(Int64.min), word(0.5), word(Double.infinity)]
    contents.data = [
      DataContents(layout: 1, elements: .words([1, 2, 3])),
      DataContents(layout: 0, elements: .text([65, 66])),
      DataContents(layout: 3, elements: .words([0, 3, 0, 0])),
      DataContents(layout: 4, elements: .words([5, 1, 2, 6])),
    ]
    contents.signatures = [Signature(parameters: [], results: [])]
    contents.globals = [.integer, .owned(1), .length]
    contents.captures = [
      CaptureContents(
        path: "a", type: "Int", file: 0, line: 1, digest: [],
        binding: .bound(first: 0, slots: [.integer]))
    ]
    contents.hostCalls = [
      HostCallContents(
        name: "h", mode: .plain,
        signature: Signature(
          parameters: [.integer, .owned(1), .length], results: [.owned(1), .length]))
    ]
    contents.channels = [ChannelContents(number: 1, device: "led")]
    contents.errors = [ErrorContents(name: "E", payload: [.integer, .owned(1), .length])]
    contents.functions = functions
    if profile == .kernel {
      contents.globals = [.integer]
      contents.hostCalls[0].mode = .await
      for number in 0..<3 {
        contents.functions[number].slots = contents.functions[number].slots.map {
          $0.kind == .function ? .integer : $0
        }
      }
    }
    for number in 0..<3 { contents.functions[number].code = code(number, &random, contents) }
    return contents
  }

  /// Random instructions that the verifier takes one by one, in a function with the slots of
  /// `contents`.
  private static func code(_ number: Int, _ random: inout SplitMix, _ contents: ImageContents)
    -> [UInt64]
  {
    var code: [UInt64] = []
    /// Where instructions begin, and which of them jump.
    var starts: [Int] = []
    var jumps: [Int] = []
    let shift: UInt16 = number == 1 ? 5 : 0
    var end = Assembler("")
    if number == 1 {
      end.giveBack(shift + 9, shift + 10)
    } else {
      end.giveBack()
    }
    var probe = contents
    for index in 0..<3 { probe.functions[index].code = [Instruction(.rethrow).word] }
    // Calls between the three in a form that fits.
    var call = Assembler("")
    if number == 0 { call.call(1, [0, 9, 10, 19, 20], results: [11, 12]) }
    if number == 2 { call.call(.callHost, 0, [0, 9, 10], results: [11, 12]) }
    var payload = Assembler("")
    payload.throwing(64, [0, shift + 11, shift + 12])
    while code.count < 40 {
      let opcode = random.pick(Opcode.allCases)
      var piece = instruction(opcode, &random)
      switch random.below(12) {
      case 0: piece = call.contents.code
      case 1 where number != 1: piece = payload.contents.code
      case 2: piece = keeping(in: shift + UInt16(kinds.count), &random)
      default: break
      }
      guard !piece.isEmpty else { continue }
      if piece[0].isJump { piece[0] = piece[0].jumping(-1) }
      probe.functions[number].code = piece + end.contents.code
      guard accepts(probe) else { continue }
      if piece[0].isJump { jumps.append(code.count) }
      starts.append(code.count)
      code += piece
    }
    for place in jumps {
      let near = starts.filter { abs($0 - place) < 12 }
      code[place] = code[place].jumping(near[random.below(near.count)] - place - 1)
    }
    return code + end.contents.code
  }

  /// An operation on a kept error, or a word of one that no error has put there.
  private static func keeping(in room: UInt16, _ random: inout SplitMix) -> [UInt64] {
    var keep = Assembler("")
    let word = room + UInt16(random.below(8))
    switch random.below(5) {
    case 0: keep.emit(.loadInteger, word, wide: random.pick([0, 1, 2, 64, 8 * random.below(99)]))
    case 1: keep.emit(.move, word, room + UInt16(random.below(8)))
    default: keep.emit(random.pick([.faultSave, .faultRestore, .faultRelease]), room)
    }
    return keep.contents.code
  }

  private static func accepts(_ contents: ImageContents) -> Bool { refusal(contents) == nil }

  private static func refusal(_ contents: ImageContents) -> VerificationError? {
    encode(contents).withUnsafeBytes { bytes in
      if case .failure(let error) = verify(bytes, profile: contents.profile) { error } else { nil }
    }
  }

  /// Runs every function within a small budget and little memory, by the interpreter and as native
  /// code.
  private static func exercise(
    _ bytes: [UInt8], _ random: inout SplitMix, _ profile: Profile, _ way: Way,
    _ process: Arm64Process?
  ) throws -> Bool {
    let (stack, arena) = (500 + random.below(700), random.below(400))
    guard
      var bench = try? Bench(bytes, stack: stack, arena: arena, profile: profile, process: process)
    else { return false }
    let chance = random
    try bench.renew(.switched)
    let interpreted = exercise(&bench, &random)
    try bench.renew(way)
    var same = chance
    let native = exercise(&bench, &same)
    if interpreted != native {
      let place = zip(interpreted, native).enumerated().first { $1.0 != $1.1 }?.offset ?? -1
      Issue.record(
        "native code differs at \(place): \(interpreted.suffix(from: max(0, place)).prefix(2)) and \(native.suffix(from: max(0, place)).prefix(2))\n\(disassemble(bytes))"
      )
    }
    return true
  }

  /// What was seen of it.
  private static func exercise(_ bench: inout Bench, _ random: inout SplitMix) -> [String] {
    var seen: [String] = []
    for function in 0..<min(bench.image.functionCount, 4) where bench.machine.start(function) == nil
    {
      if bench.machine.importArguments([3, 2, 1, 0, 1, 0x41]) != nil,
        bench.machine.start(function) != nil
      {
        continue
      }
      bench.machine.budget = 300
      bench.port.waits = random.below(2)
      for _ in 0..<20 {
        let exit = bench.machine.run(port: &bench.port)
        seen.append(
          "\(exit) at \(bench.machine.position), \(bench.machine.budget), \(bench.port.charged)")
        switch exit {
        case .hostCall:
          seen.append("\(bench.machine.exportHostArguments() as [UInt64])")
          if random.below(3) == 0 { bench.machine.fail(Fault(.timeout)) }
          _ = bench.machine.importHostResults([2, 8, 9])
          if random.below(3) == 0, bench.machine.enter(random.below(3)) == nil {
            seen.append("\(bench.machine.run(port: &bench.port))")
            seen.append("\(bench.machine.exportResults() as [UInt64])")
            bench.machine.leave()
          }
          continue
        case .waiting, .interrupted: continue
        case .finished: seen.append("\(bench.machine.exportResults() as [UInt64])")
        case .failed:
          seen.append("\(bench.machine.exportFault() as [UInt64])")
          seen.append("\((0..<bench.machine.backtraceCount).map { bench.machine.backtrace($0) })")
        case .outOfBudget: break
        }
        break
      }
      if random.below(2) == 0 { bench.machine.leave() }
      seen += bench.port.log
      bench.port.log = []
    }
    bench.expectFence()
    return seen
  }

  @Test func mutatedImages() throws { try Self.compareMutatedImages(.native, samples: 50) }

  /// Runs what is taken of 200 mutants of each sample by the interpreter and `way`.
  static func compareMutatedImages(
    _ way: Way, samples: Int, process: Arm64Process? = nil
  ) throws {
    var random = SplitMix(seed: 0x9E37_79B9_7F4A_7C15)
    var taken = 0
    var mutants = 0
    for round in 0..<samples {
      let profile: Profile = round % 2 == 0 ? .host : .kernel
      let contents = Self.sample(&random, profile)
      let bytes = encode(contents)
      #expect(Self.refusal(contents) == nil)
      for _ in 0..<200 {
        var mutant = bytes
        for _ in 0..<1 + random.below(4) {
          switch random.below(10) {
          case 0: mutant[random.below(mutant.count)] = UInt8(random.below(256))
          case 1: mutant.removeLast(8 * random.below(mutant.count / 8))
          default: Self.mutateCode(&mutant, &random)
          }
          if mutant.isEmpty { break }
        }
        if random.below(50) != 0 { seal(&mutant) }
        mutants += 1
        if try Self.exercise(mutant, &random, profile, way, process) { taken += 1 }
        _ = mutants % 100 == 0 ? disassemble(mutant) : ""
      }
    }
    #expect(mutants == 200 * samples)
    // The mutants are no use if nearly all of them are refused.
    #expect(taken > 30 * samples, "\(taken) taken")
  }

  /// Changes one byte of the section `code`, most often into something near.
  private static func mutateCode(_ bytes: inout [UInt8], _ random: inout SplitMix) {
    guard bytes.count > ImageFormat.sectionsOffset else { return }
    let entry = ImageFormat.tableOffset + Section.code.rawValue * ImageFormat.tableEntryByteCount
    let (start, count) = bytes.withUnsafeBytes {
      (
        Int($0.load(fromByteOffset: entry + 4, as: UInt32.self)),
        Int($0.load(fromByteOffset: entry + 8, as: UInt32.self))
      )
    }
    guard count > 0, start + count <= bytes.count else { return }
    // Low bytes of operation and fields: high ones are mostly refused.
    let place = start + random.below(count / 8) * 8 + 2 * random.below(4)
    bytes[place] =
      random.below(2) == 0 ? UInt8(random.below(40)) : bytes[place] &+ UInt8(random.below(5)) &- 2
  }
}

extension UInt64 {
  fileprivate var isJump: Bool {
    let opcode = Instruction(self).opcode
    return opcode == .jump || opcode == .jumpIfTrue || opcode == .jumpIfFalse
  }

  /// The jump with that distance.
  fileprivate func jumping(_ distance: Int) -> UInt64 {
    self & 0xFFFF_FFFF | UInt64(UInt32(truncatingIfNeeded: distance)) << 32
  }
}
