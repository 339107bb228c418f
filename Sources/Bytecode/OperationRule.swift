/// What an operation asks for beyond the kinds of its operands, as `CodeVerifier` checks it.
enum OperationRule: UInt8 {
  case none
  case call, callValue, callHost, returnSlots, throwError, deepen
  case faultWord, faultArray, keptError, advance
  case move, loadFloat, loadBound, loadFunction
  case elementary, elementary2, sameLayout, arrayData, arrayLoad
  case arrayStore, booleanLoad, booleanStore, elementLoad, elementStore
  case pack, unpack, arrayAppend, scalarAppend, arraySlice
  case arrayConcatenate, comparedLayouts, globalType, borrowGlobal, outputExtended
  case gate, input, recording
}

extension Opcode {
  /// What is asked of it beyond the kinds of its operands.
  var rule: OperationRule {
    switch self {
    case .jump, .jumpIfTrue, .jumpIfFalse, .rethrow, .charge, .loadBoolean, .loadInteger, .loadWord,
      .arrayAllocate,
      .arrayRelease, .arrayCount, .textCount, .now, .clock, .delay, .moveTo, .waitUntil, .realtime,
      .catchUp, .resetTimeline, .shouldPause, .output, .enterCritical, .leaveCritical,
      .beginRecord, .abortRecord, .flushPlays, .dropPlays, .endPulses, .addInteger,
      .subtractInteger, .multiplyInteger, .floorDivideInteger, .remainderInteger, .powerInteger,
      .negateInteger, .absoluteInteger, .addImmediate, .multiplyImmediate, .wrapMultiplyImmediate,
      .wrapAdd, .wrapSubtract, .wrapMultiply, .bitAnd, .bitOr, .bitXor, .bitNot, .shiftLeft,
      .shiftRight, .check32, .wrap32, .minimumInteger, .maximumInteger, .addFloat, .subtractFloat,
      .multiplyFloat, .divideFloat, .floorDivideFloat, .remainderFloat, .negateFloat,
      .absoluteFloat, .squareRoot, .floor, .ceiling, .truncate, .roundEven, .minimumFloat,
      .maximumFloat, .integerToFloat, .floatToInteger, .scaleTicks, .divideTicksByFloat,
      .divideTicksByInteger, .equalInteger, .notEqualInteger, .lessInteger, .lessOrEqualInteger,
      .equalFloat, .notEqualFloat, .lessFloat, .lessOrEqualFloat, .equalBoolean, .notBoolean,
      .branchEqual, .branchNotEqual, .branchLess, .branchLessOrEqual, .branchEqualImmediate,
      .branchNotEqualImmediate, .branchLessImmediate, .branchLessOrEqualImmediate,
      .branchGreaterImmediate, .branchGreaterOrEqualImmediate, .branchEqualFloat,
      .branchNotEqualFloat, .branchLessFloat, .branchUnlessLessFloat, .branchLessOrEqualFloat,
      .branchUnlessLessOrEqualFloat:
      .none
    case .call: .call
    case .callValue: .callValue
    case .callHost: .callHost
    case .returnSlots: .returnSlots
    case .throwError: .throwError
    case .deepen: .deepen
    case .faultWord: .faultWord
    case .faultArray: .faultArray
    case .faultSave, .faultRestore, .faultRelease: .keptError
    case .advance: .advance
    case .move: .move
    case .loadFloat: .loadFloat
    case .loadBound: .loadBound
    case .loadFunction: .loadFunction
    case .elementary: .elementary
    case .elementary2: .elementary2
    case .arrayMove, .arrayBorrow, .arrayCopy: .sameLayout
    case .arrayData: .arrayData
    case .arrayLoad: .arrayLoad
    case .arrayStore: .arrayStore
    case .booleanLoad: .booleanLoad
    case .booleanStore: .booleanStore
    case .elementLoad: .elementLoad
    case .elementStore: .elementStore
    case .pack: .pack
    case .unpack: .unpack
    case .arrayAppend: .arrayAppend
    case .scalarAppend: .scalarAppend
    case .arraySlice: .arraySlice
    case .arrayConcatenate: .arrayConcatenate
    case .arrayEqual, .textCompare: .comparedLayouts
    case .loadGlobal, .storeGlobal, .takeGlobal, .putGlobal: .globalType
    case .borrowGlobal: .borrowGlobal
    case .outputExtended: .outputExtended
    case .gate: .gate
    case .input: .input
    case .endRecord, .play: .recording
    }
  }

  /// Bits of its first word that must be 0: the charge if it bears none, and what is beyond the
  /// numbers that it may hold.
  var zeroBits: UInt64 {
    let chargeBits: UInt64 = bearsCharge ? 0 : 0xFF00
    // The sign of a charge; and of a boolean all but the lowest bit of field b.
    if self == .charge { return chargeBits | 1 &<< 63 }
    if self == .loadBoolean { return chargeBits | 0xFFFE &<< 32 }
    return chargeBits
  }
}
