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
        guard let callee = context.pointee.push(index, pc, frame, pc.argumentCount) else {
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
      case .deepen:
        if !context.pointee.isDeepEnough(pc, frame) {
          context.pointee.ticks &+= word.charge
          failure = Fault(.stackOverflow)
        }
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
      case .faultWord: Operations.faultWord(pc, frame, context)
      case .faultArray: Operations.faultArray(pc, frame, context)
      case .faultSave: Operations.faultSave(pc, frame, context)
      case .faultRestore: Operations.faultRestore(pc, frame, context)
      case .faultRelease: Operations.faultRelease(pc, frame, context)
      case .charge: Operations.charge(pc, frame, context)
      case .move: Operations.move(pc, frame)
      case .loadInteger: Operations.loadInteger(pc, frame)
      case .loadWord: Operations.loadWord(pc, frame, context)
      case .loadFloat: Operations.loadFloat(pc, frame, context)
      case .loadBoolean: Operations.loadBoolean(pc, frame)
      case .loadBound: Operations.loadBound(pc, frame, context)
      case .loadFunction: Operations.loadFunction(pc, frame)
      case .addInteger: failure = Operations.addInteger(pc, frame)
      case .subtractInteger: failure = Operations.subtractInteger(pc, frame)
      case .multiplyInteger: failure = Operations.multiplyInteger(pc, frame)
      case .floorDivideInteger: failure = Operations.floorDivideInteger(pc, frame)
      case .remainderInteger: failure = Operations.remainderInteger(pc, frame)
      case .powerInteger: failure = Operations.powerInteger(pc, frame)
      case .negateInteger: failure = Operations.negateInteger(pc, frame)
      case .absoluteInteger: failure = Operations.absoluteInteger(pc, frame)
      case .addImmediate: failure = Operations.addImmediate(pc, frame)
      case .multiplyImmediate: failure = Operations.multiplyImmediate(pc, frame)
      case .wrapAdd: Operations.wrapAdd(pc, frame)
      case .wrapSubtract: Operations.wrapSubtract(pc, frame)
      case .wrapMultiply: Operations.wrapMultiply(pc, frame)
      case .wrapMultiplyImmediate: Operations.wrapMultiplyImmediate(pc, frame)
      case .bitAnd: Operations.bitAnd(pc, frame)
      case .bitOr: Operations.bitOr(pc, frame)
      case .bitXor: Operations.bitXor(pc, frame)
      case .bitNot: Operations.bitNot(pc, frame)
      case .shiftLeft: failure = Operations.shiftLeft(pc, frame)
      case .shiftRight: failure = Operations.shiftRight(pc, frame)
      case .check32: failure = Operations.check32(pc, frame)
      case .wrap32: Operations.wrap32(pc, frame)
      case .minimumInteger: Operations.minimumInteger(pc, frame)
      case .maximumInteger: Operations.maximumInteger(pc, frame)
      case .addFloat: Operations.addFloat(pc, frame)
      case .subtractFloat: Operations.subtractFloat(pc, frame)
      case .multiplyFloat: Operations.multiplyFloat(pc, frame)
      case .divideFloat: Operations.divideFloat(pc, frame)
      case .floorDivideFloat: failure = Operations.floorDivideFloat(pc, frame)
      case .remainderFloat: failure = Operations.remainderFloat(pc, frame)
      case .negateFloat: Operations.negateFloat(pc, frame)
      case .absoluteFloat: Operations.absoluteFloat(pc, frame)
      case .squareRoot: Operations.squareRoot(pc, frame)
      case .floor: Operations.floor(pc, frame)
      case .ceiling: Operations.ceiling(pc, frame)
      case .truncate: Operations.truncate(pc, frame)
      case .roundEven: Operations.roundEven(pc, frame)
      case .minimumFloat: Operations.minimumFloat(pc, frame)
      case .maximumFloat: Operations.maximumFloat(pc, frame)
      case .elementary: Operations.elementary(pc, frame, context)
      case .elementary2: Operations.elementary2(pc, frame, context)
      case .integerToFloat: Operations.integerToFloat(pc, frame)
      case .floatToInteger: failure = Operations.floatToInteger(pc, frame)
      case .scaleTicks: failure = Operations.scaleTicks(pc, frame)
      case .divideTicksByFloat: failure = Operations.divideTicksByFloat(pc, frame)
      case .divideTicksByInteger: failure = Operations.divideTicksByInteger(pc, frame)
      case .equalInteger: Operations.equalInteger(pc, frame)
      case .notEqualInteger: Operations.notEqualInteger(pc, frame)
      case .lessInteger: Operations.lessInteger(pc, frame)
      case .lessOrEqualInteger: Operations.lessOrEqualInteger(pc, frame)
      case .equalFloat: Operations.equalFloat(pc, frame)
      case .notEqualFloat: Operations.notEqualFloat(pc, frame)
      case .lessFloat: Operations.lessFloat(pc, frame)
      case .lessOrEqualFloat: Operations.lessOrEqualFloat(pc, frame)
      case .equalBoolean: Operations.equalBoolean(pc, frame)
      case .notBoolean: Operations.notBoolean(pc, frame)
      case .branchEqual: isTaken = Operations.branchEqual(pc, frame)
      case .branchNotEqual: isTaken = Operations.branchNotEqual(pc, frame)
      case .branchLess: isTaken = Operations.branchLess(pc, frame)
      case .branchLessOrEqual: isTaken = Operations.branchLessOrEqual(pc, frame)
      case .branchEqualImmediate: isTaken = Operations.branchEqualImmediate(pc, frame)
      case .branchNotEqualImmediate: isTaken = Operations.branchNotEqualImmediate(pc, frame)
      case .branchLessImmediate: isTaken = Operations.branchLessImmediate(pc, frame)
      case .branchLessOrEqualImmediate: isTaken = Operations.branchLessOrEqualImmediate(pc, frame)
      case .branchGreaterImmediate: isTaken = Operations.branchGreaterImmediate(pc, frame)
      case .branchGreaterOrEqualImmediate:
        isTaken = Operations.branchGreaterOrEqualImmediate(pc, frame)
      case .branchEqualFloat: isTaken = Operations.branchEqualFloat(pc, frame)
      case .branchNotEqualFloat: isTaken = Operations.branchNotEqualFloat(pc, frame)
      case .branchLessFloat: isTaken = Operations.branchLessFloat(pc, frame)
      case .branchUnlessLessFloat: isTaken = Operations.branchUnlessLessFloat(pc, frame)
      case .branchLessOrEqualFloat: isTaken = Operations.branchLessOrEqualFloat(pc, frame)
      case .branchUnlessLessOrEqualFloat:
        isTaken = Operations.branchUnlessLessOrEqualFloat(pc, frame)
      case .arrayBorrow: Operations.arrayBorrow(pc, frame)
      case .arrayCount: Operations.arrayCount(pc, frame)
      case .arrayData: Operations.arrayData(pc, frame, context)
      case .arrayLoad: failure = Operations.arrayLoad(pc, frame)
      case .arrayStore: failure = Operations.arrayStore(pc, frame)
      case .booleanLoad: failure = Operations.booleanLoad(pc, frame)
      case .booleanStore: failure = Operations.booleanStore(pc, frame)
      case .loadGlobal: Operations.loadGlobal(pc, frame, context)
      case .storeGlobal: Operations.storeGlobal(pc, frame, context)
      case .borrowGlobal: Operations.borrowGlobal(pc, frame, context)
      case .takeGlobal: Operations.takeGlobal(pc, frame, context)
      case .putGlobal: Operations.putGlobal(pc, frame, context)

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
