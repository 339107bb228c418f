package import Bytecode

/// The slots of a frame.
typealias Frame = UnsafeMutablePointer<UInt64>
/// Instructions, from the one that is meant on.
typealias Code = UnsafePointer<UInt64>
/// The machine, where what is done is not a method of its own.
typealias Context = UnsafeMutablePointer<Machine>

/// What each operation does, written once for both loops (`Machine+Switched.swift`,
/// `Threaded.swift`).
///
/// Nothing is checked that the verifier has proved. Functions have the form that
/// `Opcode.execution` says.
enum Operations {}

/// How a loop does an operation, and so the form of its function among `Operations`.
package enum Execution: Sendable {
  /// From slots to slots.
  case computes
  /// From slots to slots, or an error.
  case raises
  /// With the machine's own memory; never an error.
  case works
  /// On arrays, or an error: `Machine.applyArray`.
  case handlesArrays
  /// The same, but what is simple is done at once.
  case appends
  /// Whether to branch, by field c.
  case tests
  /// Where to go on: in the loops themselves.
  case controls
  /// On the timeline: for the device, outside the loops.
  case device
}

extension Opcode {
  package var execution: Execution {
    switch self {
    case .jump, .jumpIfTrue, .jumpIfFalse, .call, .callValue, .callHost, .returnSlots, .deepen,
      .throwError, .rethrow, .advance:
      .controls
    case .faultWord, .faultArray, .faultSave, .faultRestore, .faultRelease, .charge, .loadWord,
      .loadFloat, .loadBound, .elementary, .elementary2, .arrayData, .loadGlobal, .storeGlobal,
      .borrowGlobal, .takeGlobal, .putGlobal:
      .works
    case .move, .loadInteger, .loadBoolean, .loadFunction, .wrapAdd, .wrapSubtract, .wrapMultiply,
      .wrapMultiplyImmediate,
      .bitAnd, .bitOr, .bitXor, .bitNot, .wrap32, .minimumInteger, .maximumInteger, .addFloat,
      .subtractFloat, .multiplyFloat, .divideFloat, .negateFloat, .absoluteFloat, .squareRoot,
      .floor, .ceiling, .truncate, .roundEven, .minimumFloat, .maximumFloat, .integerToFloat,
      .equalInteger, .notEqualInteger, .lessInteger, .lessOrEqualInteger, .equalFloat,
      .notEqualFloat, .lessFloat, .lessOrEqualFloat, .equalBoolean, .notBoolean, .arrayBorrow,
      .arrayCount:
      .computes
    case .addInteger, .subtractInteger, .multiplyInteger, .floorDivideInteger, .remainderInteger,
      .powerInteger, .negateInteger, .absoluteInteger, .addImmediate, .multiplyImmediate,
      .shiftLeft, .shiftRight,
      .check32, .floorDivideFloat, .remainderFloat, .floatToInteger, .scaleTicks,
      .divideTicksByFloat, .divideTicksByInteger, .arrayLoad, .arrayStore,
      .booleanLoad, .booleanStore:
      .raises
    case .branchEqual, .branchNotEqual, .branchLess, .branchLessOrEqual, .branchEqualImmediate,
      .branchNotEqualImmediate, .branchLessImmediate, .branchLessOrEqualImmediate,
      .branchGreaterImmediate, .branchGreaterOrEqualImmediate, .branchEqualFloat,
      .branchNotEqualFloat, .branchLessFloat, .branchUnlessLessFloat, .branchLessOrEqualFloat,
      .branchUnlessLessOrEqualFloat:
      .tests
    case .arrayAllocate, .arrayMove, .arrayCopy, .arrayRelease, .elementLoad, .elementStore,
      .arrayAppend, .arraySlice, .arrayConcatenate, .arrayEqual, .textCompare, .textCount, .pack,
      .unpack:
      .handlesArrays
    case .scalarAppend: .appends
    case .now, .clock, .delay, .moveTo, .waitUntil, .realtime, .resetTimeline, .shouldPause,
      .output, .outputExtended, .gate, .input, .enterCritical, .leaveCritical, .beginRecord,
      .endRecord, .abortRecord, .play, .flushPlays, .dropPlays, .catchUp, .endPulses:
      .device
    }
  }
}
