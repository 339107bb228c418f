import Bytecode

// The loop as one switch over all operations: for debug builds, in which the threaded one would
// need stack for every instruction, for sanitizers, and to compare the two.

enum Switched {
  /// Whether the instruction leads back.
  private static func isSafePoint(_ word: UInt64) -> Bool {
    (word.verifiedOpcode.distance(in: Instruction(word)) ?? 0) < 0
  }

  /// Runs instructions until one asks for something that is not in the machine.
  static func run(_ context: Context) -> Signal {
    var pc = UnsafePointer(context.pointee.pc)
    var frame = context.pointee.frame
    while true {
      let word = pc.pointee
      let operation = word.verifiedOpcode
      var failure: Fault?
      var isTaken: Bool?
      var distance: Int?
      var wordCount = 1
      if context.pointee.stopFlag.pointee != 0, Switched.isSafePoint(word),
        !context.pointee.passesSafePoint()
      {
        return context.pointee.suspend(pc, frame, .interrupted)
      }
      switch operation {
      // MARK: Control
      case .jump: distance = pc.distance
      case .jumpIfTrue: if frame.boolean(word.fieldA) { distance = pc.distance }
      case .jumpIfFalse: if !frame.boolean(word.fieldA) { distance = pc.distance }
      case .call, .callValue:
        context.pointee.budget &-= 1
        if context.pointee.budget < 0 { return context.pointee.suspend(pc, frame, .outOfBudget) }
        context.pointee.ticks &+= word.charge
        guard
          let index = operation == .call
            ? word.fieldC : context.pointee.functionValue(word.fieldC, frame)
        else {
          failure = Fault(.missingValue)
          break
        }
        guard let callee = context.pointee.push(index, pc, frame, word.fieldA) else {
          failure = Fault(.stackOverflow)
          break
        }
        frame = callee
        pc = context.pointee.pc
        continue
      case .callHost:
        context.pointee.ticks &+= word.charge
        return context.pointee.suspend(pc, frame, .hostCall)
      case .returnSlots:
        context.pointee.ticks &+= word.charge
        if frame[-2] &>> 48 == 0 {
          (pc, frame) = context.pointee.returnQuickly(pc, frame)
        } else {
          if context.pointee.returnSlowly(pc, frame) { return .finished }
          pc = context.pointee.pc
          frame = context.pointee.frame
        }
        continue
      case .throwError: failure = context.pointee.declaredFault(pc, frame)
      case .rethrow:
        failure = context.pointee.fault
        context.pointee.keepsBacktrace = true
      case .advance:
        guard let distance = context.pointee.advance(pc, frame) else {
          return context.pointee.suspend(pc, frame, .outOfBudget)
        }
        pc += distance
        continue

      // MARK: From slots to slots
      case .faultWord: Operations.faultWord(word, frame, context)
      case .faultArray: Operations.faultArray(word, frame, context)
      case .faultSave: Operations.faultSave(word, frame, context)
      case .faultRestore: Operations.faultRestore(word, frame, context)
      case .faultRelease: Operations.faultRelease(word, frame, context)
      case .charge: Operations.charge(word, frame, context)
      case .move: Operations.move(word, frame)
      case .loadInteger: Operations.loadInteger(word, frame)
      case .loadWord: Operations.loadWord(word, frame, context)
      case .loadFloat: Operations.loadFloat(word, frame, context)
      case .loadBoolean: Operations.loadBoolean(word, frame)
      case .loadBound: Operations.loadBound(word, frame, context)
      case .loadFunction: Operations.loadFunction(word, frame)
      case .addInteger: failure = Operations.addInteger(word, frame)
      case .subtractInteger: failure = Operations.subtractInteger(word, frame)
      case .multiplyInteger: failure = Operations.multiplyInteger(word, frame)
      case .floorDivideInteger: failure = Operations.floorDivideInteger(word, frame)
      case .remainderInteger: failure = Operations.remainderInteger(word, frame)
      case .powerInteger: failure = Operations.powerInteger(word, frame)
      case .negateInteger: failure = Operations.negateInteger(word, frame)
      case .absoluteInteger: failure = Operations.absoluteInteger(word, frame)
      case .addImmediate: failure = Operations.addImmediate(word, frame)
      case .wrapAdd: Operations.wrapAdd(word, frame)
      case .wrapSubtract: Operations.wrapSubtract(word, frame)
      case .wrapMultiply: Operations.wrapMultiply(word, frame)
      case .bitAnd: Operations.bitAnd(word, frame)
      case .bitOr: Operations.bitOr(word, frame)
      case .bitXor: Operations.bitXor(word, frame)
      case .bitNot: Operations.bitNot(word, frame)
      case .shiftLeft: failure = Operations.shiftLeft(word, frame)
      case .shiftRight: failure = Operations.shiftRight(word, frame)
      case .check32: failure = Operations.check32(word, frame)
      case .wrap32: Operations.wrap32(word, frame)
      case .minimumInteger: Operations.minimumInteger(word, frame)
      case .maximumInteger: Operations.maximumInteger(word, frame)
      case .addFloat: Operations.addFloat(word, frame)
      case .subtractFloat: Operations.subtractFloat(word, frame)
      case .multiplyFloat: Operations.multiplyFloat(word, frame)
      case .divideFloat: Operations.divideFloat(word, frame)
      case .floorDivideFloat: failure = Operations.floorDivideFloat(word, frame)
      case .remainderFloat: failure = Operations.remainderFloat(word, frame)
      case .negateFloat: Operations.negateFloat(word, frame)
      case .absoluteFloat: Operations.absoluteFloat(word, frame)
      case .squareRoot: Operations.squareRoot(word, frame)
      case .floor: Operations.floor(word, frame)
      case .ceiling: Operations.ceiling(word, frame)
      case .truncate: Operations.truncate(word, frame)
      case .roundEven: Operations.roundEven(word, frame)
      case .minimumFloat: Operations.minimumFloat(word, frame)
      case .maximumFloat: Operations.maximumFloat(word, frame)
      case .elementary: Operations.elementary(word, frame, context)
      case .elementary2: Operations.elementary2(word, frame, context)
      case .integerToFloat: Operations.integerToFloat(word, frame)
      case .floatToInteger: failure = Operations.floatToInteger(word, frame)
      case .scaleTicks: failure = Operations.scaleTicks(word, frame)
      case .divideTicksByFloat: failure = Operations.divideTicksByFloat(word, frame)
      case .divideTicksByInteger: failure = Operations.divideTicksByInteger(word, frame)
      case .equalInteger: Operations.equalInteger(word, frame)
      case .notEqualInteger: Operations.notEqualInteger(word, frame)
      case .lessInteger: Operations.lessInteger(word, frame)
      case .lessOrEqualInteger: Operations.lessOrEqualInteger(word, frame)
      case .equalFloat: Operations.equalFloat(word, frame)
      case .notEqualFloat: Operations.notEqualFloat(word, frame)
      case .lessFloat: Operations.lessFloat(word, frame)
      case .lessOrEqualFloat: Operations.lessOrEqualFloat(word, frame)
      case .equalBoolean: Operations.equalBoolean(word, frame)
      case .notBoolean: Operations.notBoolean(word, frame)
      case .branchEqual: isTaken = Operations.branchEqual(word, frame)
      case .branchNotEqual: isTaken = Operations.branchNotEqual(word, frame)
      case .branchLess: isTaken = Operations.branchLess(word, frame)
      case .branchLessOrEqual: isTaken = Operations.branchLessOrEqual(word, frame)
      case .branchEqualImmediate: isTaken = Operations.branchEqualImmediate(word, frame)
      case .branchNotEqualImmediate: isTaken = Operations.branchNotEqualImmediate(word, frame)
      case .branchLessImmediate: isTaken = Operations.branchLessImmediate(word, frame)
      case .branchLessOrEqualImmediate: isTaken = Operations.branchLessOrEqualImmediate(word, frame)
      case .branchGreaterImmediate: isTaken = Operations.branchGreaterImmediate(word, frame)
      case .branchGreaterOrEqualImmediate:
        isTaken = Operations.branchGreaterOrEqualImmediate(word, frame)
      case .branchEqualFloat: isTaken = Operations.branchEqualFloat(word, frame)
      case .branchNotEqualFloat: isTaken = Operations.branchNotEqualFloat(word, frame)
      case .branchLessFloat: isTaken = Operations.branchLessFloat(word, frame)
      case .branchUnlessLessFloat: isTaken = Operations.branchUnlessLessFloat(word, frame)
      case .branchLessOrEqualFloat: isTaken = Operations.branchLessOrEqualFloat(word, frame)
      case .branchUnlessLessOrEqualFloat:
        isTaken = Operations.branchUnlessLessOrEqualFloat(word, frame)
      case .arrayBorrow: Operations.arrayBorrow(word, frame)
      case .arrayCount: Operations.arrayCount(word, frame)
      case .arrayData: Operations.arrayData(word, frame, context)
      case .arrayLoad: failure = Operations.arrayLoad(word, frame)
      case .arrayStore: failure = Operations.arrayStore(word, frame)
      case .booleanLoad: failure = Operations.booleanLoad(word, frame)
      case .booleanStore: failure = Operations.booleanStore(word, frame)
      case .loadGlobal: Operations.loadGlobal(word, frame, context)
      case .storeGlobal: Operations.storeGlobal(word, frame, context)
      case .borrowGlobal: Operations.borrowGlobal(word, frame, context)
      case .takeGlobal: Operations.takeGlobal(word, frame, context)
      case .putGlobal: Operations.putGlobal(word, frame, context)

      // MARK: Arrays
      case .arrayAllocate, .arrayMove, .arrayCopy, .arrayRelease, .arrayAppend, .scalarAppend,
        .arraySlice,
        .arrayConcatenate, .arrayEqual, .textCompare, .textCount, .pack, .unpack:
        failure = context.pointee.applyArray(pc, frame)
      case .elementLoad, .elementStore:
        failure = context.pointee.applyArray(pc, frame)
        wordCount = 2

      // MARK: The timeline
      case .now, .clock, .delay, .moveTo, .waitUntil, .realtime, .catchUp, .resetTimeline,
        .shouldPause, .enterCritical, .leaveCritical, .output, .outputExtended, .gate, .input,
        .beginRecord, .endRecord, .abortRecord, .play, .flushPlays, .dropPlays, .endPulses:
        context.pointee.pc = pc
        context.pointee.frame = frame
        return .device
      }
      if let failure {
        context.pointee.raising = failure
        guard context.pointee.raiseWithin(pc, frame) else {
          return context.pointee.signalAfterRaising
        }
        pc = UnsafePointer(context.pointee.pc)
        frame = context.pointee.frame
        continue
      }
      if isTaken == true { distance = pc.branchDistance }
      if let distance, distance < 0 {
        context.pointee.budget &-= 1
        if context.pointee.budget < 0 { return context.pointee.suspend(pc, frame, .outOfBudget) }
      }
      context.pointee.ticks &+= word.charge
      pc += wordCount + (distance ?? 0)
    }
  }
}
