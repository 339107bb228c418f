package import Bytecode

/// How native code does an operation.
package enum Treatment: Sendable {
  /// By code of its own; what raises an error goes to the interpreter's function.
  case template
  /// By the interpreter's function, and goes on behind it.
  case function
  /// By the interpreter's function, and goes on wherever that leads.
  case leaves
}

extension Opcode {
  /// How it is done; an element that may hold arrays is left to the interpreter's function.
  package var treatment: Treatment {
    switch self {
    case .jump, .jumpIfTrue, .jumpIfFalse, .call, .returnSlots, .deepen, .charge, .advance, .move,
      .loadInteger, .loadWord, .loadFloat, .loadBoolean, .loadBound, .loadFunction,
      .addInteger, .subtractInteger, .multiplyInteger, .floorDivideInteger, .remainderInteger,
      .negateInteger, .absoluteInteger, .addImmediate, .multiplyImmediate, .wrapMultiplyImmediate,
      .wrapAdd, .wrapSubtract, .wrapMultiply,
      .bitAnd, .bitOr, .bitXor, .bitNot, .shiftLeft, .shiftRight, .check32, .wrap32,
      .minimumInteger, .maximumInteger, .addFloat, .subtractFloat, .multiplyFloat, .divideFloat,
      .negateFloat, .absoluteFloat, .squareRoot, .integerToFloat, .floatToInteger,
      .equalInteger, .notEqualInteger, .lessInteger, .lessOrEqualInteger, .equalFloat,
      .notEqualFloat, .lessFloat, .lessOrEqualFloat, .equalBoolean, .notBoolean,
      .branchEqual, .branchNotEqual, .branchLess, .branchLessOrEqual, .branchEqualImmediate,
      .branchNotEqualImmediate, .branchLessImmediate, .branchLessOrEqualImmediate,
      .branchGreaterImmediate, .branchGreaterOrEqualImmediate, .branchEqualFloat,
      .branchNotEqualFloat, .branchLessFloat, .branchUnlessLessFloat, .branchLessOrEqualFloat,
      .branchUnlessLessOrEqualFloat, .arrayBorrow, .arrayCount, .arrayLoad, .arrayStore,
      .booleanLoad, .booleanStore,
      .elementLoad, .elementStore, .loadGlobal, .storeGlobal, .borrowGlobal, .arrayData,
      .minimumFloat, .maximumFloat:
      .template
    case .faultWord, .faultArray, .faultSave, .faultRestore, .faultRelease, .powerInteger,
      .floorDivideFloat, .remainderFloat, .floor, .ceiling, .truncate, .roundEven, .elementary,
      .elementary2, .scaleTicks, .divideTicksByFloat,
      .divideTicksByInteger, .arrayAllocate, .arrayMove, .arrayCopy, .arrayRelease, .arrayAppend,
      .scalarAppend,
      .arraySlice, .arrayConcatenate, .arrayEqual, .textCompare, .textCount, .pack,
      .unpack, .takeGlobal, .putGlobal, .callValue, .now, .clock, .delay, .moveTo, .waitUntil,
      .realtime,
      .resetTimeline, .shouldPause, .output, .outputExtended, .gate, .input, .enterCritical,
      .leaveCritical, .beginRecord, .endRecord, .abortRecord, .play, .flushPlays, .dropPlays,
      .catchUp, .endPulses:
      .function
    case .callHost, .throwError, .rethrow:
      .leaves
    }
  }
}
