import Bytecode

// Which template writes which operation.

extension Translator where Target == Arm64 {
  /// Writes the instruction at `word`; `next` is the word behind it.
  mutating func write(_ opcode: Opcode, _ instruction: Instruction, _ next: Int) {
    let (a, b, c) = (Int(instruction.a), Int(instruction.b), Int(instruction.c))
    let wide = Int32(bitPattern: instruction.wide)
    let number = Int(Int16(bitPattern: instruction.b))
    let target = next + (opcode.distance(in: instruction) ?? 0)
    switch opcode {
    // MARK: Control
    case .jump: jump(target)
    case .jumpIfTrue: jumpIf(a, isTrue: true, target)
    case .jumpIfFalse: jumpIf(a, isTrue: false, target)
    case .call:
      let deeper = ImageFormat.deeper(a)
      if isQuick(c) {
        call(c, ImageFormat.argumentCount(a), b, deeper)
      } else {
        callSlowly(deeper)
      }
    case .deepen: deepen(a)
    case .returnSlots: if isQuick(functionIndex) { giveBack(a) } else { giveBackSlowly() }
    case .charge: assembler.add(.ticks, .ticks, Int(wide))
    case .advance: advance(a, target)

    // MARK: Values
    case .move: move(a, b)
    case .loadInteger: put(a, constant: UInt64(bitPattern: Int64(wide)))
    case .loadWord, .loadFloat: put(a, constant: view.constant(Int(instruction.wide)))
    case .loadBoolean: put(a, constant: UInt64(b))
    case .loadBound: loadBound(a, Int(instruction.wide))
    case .loadFunction: put(a, constant: UInt64(instruction.wide))
    case .loadGlobal: loadGlobal(a, Int(instruction.wide))
    case .storeGlobal: storeGlobal(a, Int(instruction.wide))

    // MARK: Whole numbers
    case .addInteger: overflowing(.addSettingFlags, inverse: .subtract, a, b, c)
    case .subtractInteger: overflowing(.subtractSettingFlags, inverse: .add, a, b, c)
    case .multiplyInteger: multiply(a, b, c)
    case .floorDivideInteger: divide(a, b, c, remainder: false)
    case .remainderInteger: divide(a, b, c, remainder: true)
    case .negateInteger: negate(a, b)
    case .absoluteInteger: absolute(a, b)
    case .addImmediate: addImmediate(a, b, Int(Int16(bitPattern: instruction.c)))
    case .multiplyImmediate, .wrapMultiplyImmediate:
      assembler.constant(.x1, UInt64(bitPattern: Int64(Int16(bitPattern: instruction.c))))
      multiply(a, b, by: .x1, mayOverflow: opcode == .multiplyImmediate)
    case .wrapAdd: wrapping(.add, a, b, c)
    case .wrapSubtract: wrapping(.subtract, a, b, c)
    case .wrapMultiply: wrapping(.multiply, a, b, c)
    case .bitAnd: wrapping(.and, a, b, c)
    case .bitOr: wrapping(.or, a, b, c)
    case .bitXor: wrapping(.xor, a, b, c)
    case .bitNot: invert(a, b)
    case .shiftLeft: shift(.shiftLeft, a, b, c)
    case .shiftRight: shift(.shiftRight, a, b, c)
    case .check32: narrow(a, b, checking: true)
    case .wrap32: narrow(a, b, checking: false)
    case .minimumInteger: choose(.lessOrEqual, a, b, c)
    case .maximumInteger: choose(.greaterOrEqual, a, b, c)
    case .equalInteger: compare(a, .equal, b, c)
    case .notEqualInteger: compare(a, .notEqual, b, c)
    case .lessInteger: compare(a, .less, b, c)
    case .lessOrEqualInteger: compare(a, .lessOrEqual, b, c)
    case .equalBoolean: equalBoolean(a, b, c)
    case .notBoolean: notBoolean(a, b)

    // MARK: Floats
    case .addFloat: apply(.add, a, b, c)
    case .subtractFloat: apply(.subtract, a, b, c)
    case .multiplyFloat: apply(.multiply, a, b, c)
    case .divideFloat: apply(.divide, a, b, c)
    case .negateFloat: apply(.negate, a, b)
    case .absoluteFloat: apply(.absolute, a, b)
    case .squareRoot: apply(.squareRoot, a, b)
    case .integerToFloat: integerToFloat(a, b)
    case .floatToInteger: floatToInteger(a, b)
    case .minimumFloat: choose(.minimum, a, b, c)
    case .maximumFloat: choose(.maximum, a, b, c)
    case .equalFloat: compareFloats(a, .equal, b, c)
    case .notEqualFloat: compareFloats(a, .notEqual, b, c)
    case .lessFloat: compareFloats(a, .negative, b, c)
    case .lessOrEqualFloat: compareFloats(a, .belowOrEqual, b, c)

    // MARK: Branches
    case .branchEqual: branch(a, .equal, b, target)
    case .branchNotEqual: branch(a, .notEqual, b, target)
    case .branchLess: branch(a, .less, b, target)
    case .branchLessOrEqual: branch(a, .lessOrEqual, b, target)
    case .branchEqualImmediate: branchImmediate(a, .equal, number, target)
    case .branchNotEqualImmediate: branchImmediate(a, .notEqual, number, target)
    case .branchLessImmediate: branchImmediate(a, .less, number, target)
    case .branchLessOrEqualImmediate: branchImmediate(a, .lessOrEqual, number, target)
    case .branchGreaterImmediate: branchImmediate(a, .greater, number, target)
    case .branchGreaterOrEqualImmediate: branchImmediate(a, .greaterOrEqual, number, target)
    case .branchEqualFloat: branchFloats(a, .equal, b, target)
    case .branchNotEqualFloat: branchFloats(a, .notEqual, b, target)
    case .branchLessFloat: branchFloats(a, .negative, b, target)
    case .branchUnlessLessFloat: branchFloats(a, .notNegative, b, target)
    case .branchLessOrEqualFloat: branchFloats(a, .belowOrEqual, b, target)
    case .branchUnlessLessOrEqualFloat: branchFloats(a, .above, b, target)

    // MARK: Arrays
    case .arrayBorrow: arrayBorrow(a, b)
    case .arrayCount: move(a, b + 1)
    case .arrayData: arrayData(a, Int(instruction.wide))
    case .borrowGlobal: borrowGlobal(a, Int(instruction.wide))
    case .arrayLoad: arrayLoad(a, b, c)
    case .arrayStore: arrayStore(a, b, c)
    case .booleanLoad: booleanLoad(a, b, c)
    case .booleanStore: booleanStore(a, b, c)
    case .elementLoad: if lane(2) == 0 { callFunction(next) } else { elementLoad(a, b, c) }
    case .elementStore: if lane(2) == 0 { callFunction(next) } else { elementStore(a, b, c) }

    // MARK: By the interpreter's functions
    case .faultWord, .faultArray, .faultSave, .faultRestore, .faultRelease, .powerInteger,
      .floorDivideFloat, .remainderFloat, .floor, .ceiling, .truncate, .roundEven, .elementary,
      .elementary2, .scaleTicks, .divideTicksByFloat,
      .divideTicksByInteger, .arrayAllocate, .arrayMove, .arrayCopy, .arrayRelease, .arrayAppend,
      .scalarAppend,
      .arraySlice, .arrayConcatenate, .arrayEqual, .textCompare, .textCount, .pack,
      .unpack, .takeGlobal, .putGlobal, .callValue:
      callFunction(next)
    case .callHost, .throwError, .rethrow, .now, .clock, .delay, .moveTo, .waitUntil, .realtime,
      .resetTimeline, .shouldPause, .output, .outputExtended, .gate, .input, .enterCritical,
      .leaveCritical, .beginRecord, .endRecord, .abortRecord, .play, .flushPlays, .dropPlays,
      .catchUp, .endPulses:
      leave()
    }
  }
}
