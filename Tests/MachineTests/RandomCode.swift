import Bytecode
import Machine
import TestKit

/// Random functions of operations that native code has templates for.
enum RandomCode {
  private static let parameters: [SlotType] = [.integer, .integer, .float, .float, .boolean]
  private static let locals: [SlotType] = [
    .integer, .integer, .integer, .integer, .float, .float, .float, .boolean, .boolean,
    .borrowed(1), .length, .borrowed(2), .length, .borrowed(4), .length, .owned(1), .length,
    .integer, .integer, .integer, .float, .integer, .integer,
  ]
  private static var slots: [SlotType] { parameters + locals }

  private static func slot(_ kind: SlotKind, _ random: inout SplitMix) -> UInt16 {
    UInt16(random.pick(slots.indices.filter { slots[$0].kind == kind }))
  }

  /// Three functions: the first calls the others, the second returns a pair of numbers, the third
  /// owns an array if `owns`.
  static func image(_ random: inout SplitMix) -> ImageContents {
    var contents = ImageContents(profile: .host, name: "random")
    contents.files = ["a"]
    contents.layouts = testLayouts
    contents.constants = [
      word(Int64.min), word(Int64.max), word(Double(0.5)), word(Double.infinity),
      word(Double(-0.0)),
    ]
    contents.data = [
      DataContents(layout: 1, elements: .words([1, word(Int64(-2)), 3, word(Int64.max)])),
      DataContents(
        layout: 2, elements: .words([word(Double(0.25)), word(Double(3e300)), word(Double(-1))])),
    ]
    contents.globals = [.integer, .float]
    contents.functions = [
      function(0, &random), function(1, &random), function(2, &random),
    ]
    return contents
  }

  private static func function(_ number: Int, _ random: inout SplitMix) -> FunctionContents {
    let results: [[SlotType]] = [
      [.integer, .float, .boolean], [.float, .integer], [.integer],
    ]
    var code = Assembler("f\(number)", parameters: parameters, results: results[number])
    let owns = number != 2 || random.below(2) == 0
    for type in locals {
      // `Assembler.slot` adds lengths itself.
      if type.kind == .length { continue }
      _ = code.slot(type.kind == .owned && !owns ? .borrowed(type.layout) : type)
    }
    // What a slot holds that was never set is what an earlier call left there, if that was written.
    for (slot, type) in code.contents.slots.enumerated().dropFirst(parameters.count) {
      switch type.kind {
      case .integer: code.emit(.loadInteger, UInt16(slot), wide: random.below(9) - 3)
      case .float: code.emit(.loadFloat, UInt16(slot), wide: 2 + random.below(3))
      case .boolean: code.emit(.loadBoolean, UInt16(slot), UInt16(random.below(2)))
      case .owned, .borrowed, .length, .function: break
      }
    }
    let labels = 4 + random.below(4)
    for label in 0..<labels {
      code.label("\(label)")
      code.position(line: UInt32(label + 1), pending: UInt32(random.below(5)))
      code.emit(.charge, wide: random.below(9))
      for _ in 0..<1 + random.below(7) { piece(&code, number, owns, &random) }
      let target = "\(random.below(labels))"
      switch random.below(6) {
      case 5: code.advance(22, to: target, ticks: UInt16(random.below(9)))
      case 0: code.jump(.jumpIfTrue, slot(.boolean, &random), to: target)
      case 1: code.jump(.jumpIfFalse, slot(.boolean, &random), to: target)
      case 2 where label > 0: code.branch(&random, to: target, slot)
      case 3 where random.below(3) == 0: code.jump(.jump, to: target)
      default: break
      }
    }
    code.label("end")
    code.giveBack(results[number].map { slot($0.kind, &random) })
    if random.below(2) == 0 {
      code.handle("1", "3", at: "\(random.below(labels))", slot: slot(.integer, &random))
    }
    var function = code.assembled()
    var place = 0
    while place < function.code.count {
      let instruction = Instruction(function.code[place])
      guard let opcode = instruction.opcode else { break }
      if opcode.bearsCharge, random.below(2) == 0 {
        function.code[place] = instruction.charging(UInt8(random.below(256))).word
      }
      place += ImageFormat.wordCount(of: opcode, instruction.word)
    }
    return function
  }

  /// One instruction, or a call.
  private static func piece(
    _ code: inout Assembler, _ number: Int, _ owns: Bool, _ random: inout SplitMix
  ) {
    let arrays: [UInt16] = [14, 16, 18, 20]
    func integer() -> UInt16 { slot(.integer, &random) }
    func float() -> UInt16 { slot(.float, &random) }
    func boolean() -> UInt16 { slot(.boolean, &random) }
    switch random.below(22) {
    case 0, 1:
      code.emit(
        random.pick([
          .addInteger, .subtractInteger, .multiplyInteger, .floorDivideInteger, .remainderInteger,
          .shiftLeft, .shiftRight,
        ]), integer(), integer(), integer())
    case 2:
      code.emit(
        random.pick([
          .wrapAdd, .wrapSubtract, .wrapMultiply, .bitAnd, .bitOr, .bitXor, .minimumInteger,
          .maximumInteger,
        ]), integer(), integer(), integer())
    case 3:
      code.emit(
        random.pick([.negateInteger, .absoluteInteger, .bitNot, .check32, .wrap32]), integer(),
        integer())
    case 4, 5:
      code.emit(
        random.pick([.addImmediate, .multiplyImmediate, .wrapMultiplyImmediate]), integer(),
        integer(), UInt16(truncatingIfNeeded: random.below(9) - 4))
    case 6: code.emit(.loadInteger, integer(), wide: random.below(100) - 40)
    case 7: code.emit(.loadWord, integer(), wide: random.below(2))
    case 8: code.emit(.loadFloat, float(), wide: 2 + random.below(3))
    case 9:
      let kind: SlotKind = random.pick([.integer, .float, .boolean])
      code.emit(.move, slot(kind, &random), slot(kind, &random))
    case 10, 11:
      code.emit(
        random.pick([
          .addFloat, .subtractFloat, .multiplyFloat, .divideFloat, .minimumFloat, .maximumFloat,
        ]), float(), float(), float())
    case 12:
      code.emit(random.pick([.negateFloat, .absoluteFloat, .squareRoot, .floor]), float(), float())
    case 13: code.emit(.integerToFloat, float(), integer())
    case 14: code.emit(.floatToInteger, integer(), float())
    case 15:
      code.emit(
        random.pick([.equalInteger, .notEqualInteger, .lessInteger, .lessOrEqualInteger]),
        boolean(), integer(), integer())
    case 16:
      code.emit(
        random.pick([.equalFloat, .notEqualFloat, .lessFloat, .lessOrEqualFloat]), boolean(),
        float(), float())
    case 17:
      if random.below(2) == 0 {
        code.emit(.equalBoolean, boolean(), boolean(), boolean())
      } else {
        code.emit(.notBoolean, boolean(), boolean())
      }
    case 18:
      switch random.below(6) {
      case 0: code.emit(.arrayData, arrays[0], wide: 0)
      case 1: code.emit(.arrayData, arrays[1], wide: 1)
      case 2 where owns: code.emit(.arrayAllocate, arrays[3], integer())
      case 3: code.emit(.arrayCount, integer(), random.pick([arrays[0], arrays[3]]))
      case 4: code.emit(.arrayBorrow, arrays[0], arrays[3])
      default: code.emit(.charge, wide: random.below(50))
      }
    case 19:
      switch random.below(6) {
      case 4 where owns: code.emit(.scalarAppend, arrays[3], integer(), 8)
      case 0: code.emit(.arrayLoad, float(), arrays[1], integer())
      case 1 where owns: code.emit(.arrayStore, arrays[3], integer(), integer())
      case 2: code.emit(.elementLoad, 5, arrays[0], integer(), lanes: [1, 0, 1, 0])
      case 3 where owns:
        code.emit(.elementStore, arrays[3], integer(), integer(), lanes: [1, 0, 1, 0])
      default: code.emit(.arrayLoad, integer(), random.pick([arrays[0], arrays[3]]), integer())
      }
    case 20:
      let kind: SlotKind = random.pick([.integer, .float])
      code.emit(
        random.pick([.loadGlobal, .storeGlobal]), slot(kind, &random), wide: kind == .float ? 1 : 0)
    default:
      let arguments = [integer(), integer(), float(), float(), boolean()]
      if number == 0 || random.below(3) == 0 {
        if random.below(2) == 0 {
          code.call(1, arguments, results: [float(), integer()])
        } else {
          code.call(2, arguments, results: [integer()])
        }
      }
    }
  }
}

extension Assembler {
  /// Returns these slots.
  mutating func giveBack(_ slots: [UInt16]) {
    emit(.returnSlots, UInt16(slots.count), lanes: slots)
  }

  /// A comparison that branches.
  mutating func branch(
    _ random: inout SplitMix, to label: String, _ slot: (SlotKind, inout SplitMix) -> UInt16
  ) {
    switch random.below(3) {
    case 0:
      branch(
        random.pick([.branchEqual, .branchNotEqual, .branchLess, .branchLessOrEqual]),
        slot(.integer, &random), slot(.integer, &random), to: label)
    case 1:
      branch(
        random.pick([
          .branchEqualImmediate, .branchNotEqualImmediate, .branchLessImmediate,
          .branchLessOrEqualImmediate, .branchGreaterImmediate, .branchGreaterOrEqualImmediate,
        ]), slot(.integer, &random), UInt16(truncatingIfNeeded: random.below(20) - 10), to: label)
    default:
      branch(
        random.pick([
          .branchEqualFloat, .branchNotEqualFloat, .branchLessFloat, .branchUnlessLessFloat,
          .branchLessOrEqualFloat, .branchUnlessLessOrEqualFloat,
        ]), slot(.float, &random), slot(.float, &random), to: label)
    }
  }
}
