import Bytecode

/// Why the loop gave control back.
@usableFromInline
enum Signal: UInt8 {
  /// An operation on the timeline is next.
  case device
  case finished, failed, hostCall, interrupted, outOfBudget
}

extension Machine {
  /// Branches if `isTaken`, else goes on; false if the budget is spent.
  @inline(__always)
  private mutating func branch(_ pc: inout UnsafePointer<UInt64>, if isTaken: Bool) -> Bool {
    if isTaken {
      let distance = pc.branchDistance
      if distance < 0 {
        budget &-= 1
        if budget < 0 { return false }
      }
      pc += 1 + distance
    } else {
      pc += 1
    }
    return true
  }

  /// Runs instructions until one asks for something that is not in the machine.
  ///
  /// One switch over all operations: the state is in locals, and nothing is checked that the
  /// verifier has proved. An error leaves the inner loop; what it leads to is found out between the
  /// two.
  @usableFromInline
  mutating func execute() -> Signal {
    var pc = self.pc
    var frame = self.frame
    var failure: Fault
    while true {
      running: while true {
        let word = pc.pointee
        switch word.verifiedOpcode {
        // MARK: Control
        case .jump:
          let distance = pc.distance
          if distance < 0 {
            budget &-= 1
            if budget < 0 { return suspend(pc, frame, .outOfBudget) }
          }
          pc += 1 + distance
        case .jumpIfTrue:
          if frame.boolean(word.fieldA) {
            let distance = pc.distance
            if distance < 0 {
              budget &-= 1
              if budget < 0 { return suspend(pc, frame, .outOfBudget) }
            }
            pc += 1 + distance
          } else {
            pc += 1
          }
        case .jumpIfFalse:
          if frame.boolean(word.fieldA) {
            pc += 1
          } else {
            let distance = pc.distance
            if distance < 0 {
              budget &-= 1
              if budget < 0 { return suspend(pc, frame, .outOfBudget) }
            }
            pc += 1 + distance
          }
        case .call:
          budget &-= 1
          if budget < 0 { return suspend(pc, frame, .outOfBudget) }
          guard let callee = push(word.fieldC, pc, frame, word.fieldA) else {
            failure = Fault(.stackOverflow)
            break running
          }
          frame = callee
          pc = self.pc
        case .callValue:
          budget &-= 1
          if budget < 0 { return suspend(pc, frame, .outOfBudget) }
          guard let index = functionValue(word.fieldC, frame) else {
            failure = Fault(.missingValue)
            break running
          }
          guard let callee = push(index, pc, frame, word.fieldA) else {
            failure = Fault(.stackOverflow)
            break running
          }
          frame = callee
          pc = self.pc
        case .callHost: return suspend(pc, frame, .hostCall)
        case .returnSlots:
          let flags = frame[-2] &>> 48
          guard flags == 0 else {
            if returnSlowly(pc, frame) { return .finished }
            pc = self.pc
            frame = self.frame
            break
          }
          let call = code + Int(truncatingIfNeeded: frame[-2] & 0xFFFF_FFFF)
          let caller = stack + Int(truncatingIfNeeded: frame[-1] & 0xFFFF_FFFF)
          let arguments = call.pointee.fieldA
          let results = word.fieldA
          for index in 0..<results { caller[call.lane(arguments + index)] = frame[pc.lane(index)] }
          top = frame - 2
          frame = caller
          pc = call + 1 + (arguments + results + 3) / 4
        case .throwError:
          failure = declaredFault(pc, frame)
          break running
        case .rethrow:
          failure = fault
          keepsBacktrace = true
          break running
        case .faultWord:
          frame[word.fieldA] = faultWord(word.fieldB)
          pc += 1
        case .faultArray:
          frame.set(word.fieldA, faultArray(word.fieldB, layout(word.fieldA, in: frame)))
          pc += 1
        case .faultSave:
          keepFault(in: frame + word.fieldA)
          pc += 1
        case .faultRestore:
          restoreFault(from: frame + word.fieldA)
          pc += 1
        case .faultRelease:
          releaseFault(in: frame + word.fieldA)
          pc += 1
        case .charge:
          ticks &+= word.wide
          pc += 1
        case .poll:
          if stopFlag.pointee != 0 { return suspend(pc, frame, .interrupted) }
          pc += 1

        // MARK: Scalars
        case .move:
          frame[word.fieldA] = frame[word.fieldB]
          pc += 1
        case .loadInteger:
          frame.set(word.fieldA, word.wide)
          pc += 1
        case .loadWord, .loadFloat:
          frame[word.fieldA] = image.view.constant(word.wideIndex)
          pc += 1
        case .loadBoolean:
          frame[word.fieldA] = UInt64(truncatingIfNeeded: word.fieldB)
          pc += 1
        case .loadBound:
          loadBound(word, frame)
          pc += 1
        case .loadFunction:
          frame[word.fieldA] = UInt64(truncatingIfNeeded: word.wideIndex)
          pc += 1

        // MARK: Integers
        case .addInteger:
          let (value, overflow) = frame.integer(word.fieldB).addingReportingOverflow(
            frame.integer(word.fieldC))
          if overflow {
            failure = Fault(.arithmeticOverflow)
            break running
          }
          frame.set(word.fieldA, value)
          pc += 1
        case .subtractInteger:
          let (value, overflow) = frame.integer(word.fieldB).subtractingReportingOverflow(
            frame.integer(word.fieldC))
          if overflow {
            failure = Fault(.arithmeticOverflow)
            break running
          }
          frame.set(word.fieldA, value)
          pc += 1
        case .multiplyInteger:
          let (value, overflow) = frame.integer(word.fieldB).multipliedReportingOverflow(
            by: frame.integer(word.fieldC))
          if overflow {
            failure = Fault(.arithmeticOverflow)
            break running
          }
          frame.set(word.fieldA, value)
          pc += 1
        case .addImmediate:
          let immediate = Int64(bitPattern: word) &>> 48
          let (value, overflow) = frame.integer(word.fieldB).addingReportingOverflow(immediate)
          if overflow {
            failure = Fault(.arithmeticOverflow)
            break running
          }
          frame.set(word.fieldA, value)
          pc += 1
        case .floorDivideInteger:
          guard
            let value = Arithmetic.floorDivide(
              frame.integer(word.fieldB), frame.integer(word.fieldC))
          else {
            failure = Fault(frame[word.fieldC] == 0 ? .divisionByZero : .arithmeticOverflow)
            break running
          }
          frame.set(word.fieldA, value)
          pc += 1
        case .remainderInteger:
          guard
            let value = Arithmetic.remainder(frame.integer(word.fieldB), frame.integer(word.fieldC))
          else {
            failure = Fault(.divisionByZero)
            break running
          }
          frame.set(word.fieldA, value)
          pc += 1
        case .powerInteger:
          guard let value = Arithmetic.power(frame.integer(word.fieldB), frame.integer(word.fieldC))
          else {
            failure = Fault(.arithmeticOverflow)
            break running
          }
          frame.set(word.fieldA, value)
          pc += 1
        case .negateInteger:
          let (value, overflow) = (0 as Int64).subtractingReportingOverflow(
            frame.integer(word.fieldB))
          if overflow {
            failure = Fault(.arithmeticOverflow)
            break running
          }
          frame.set(word.fieldA, value)
          pc += 1
        case .absoluteInteger:
          let value = frame.integer(word.fieldB)
          guard value != .min else {
            failure = Fault(.arithmeticOverflow)
            break running
          }
          frame.set(word.fieldA, value < 0 ? 0 &- value : value)
          pc += 1
        case .wrapAdd:
          frame[word.fieldA] = frame[word.fieldB] &+ frame[word.fieldC]
          pc += 1
        case .wrapSubtract:
          frame[word.fieldA] = frame[word.fieldB] &- frame[word.fieldC]
          pc += 1
        case .wrapMultiply:
          frame[word.fieldA] = frame[word.fieldB] &* frame[word.fieldC]
          pc += 1
        case .bitAnd:
          frame[word.fieldA] = frame[word.fieldB] & frame[word.fieldC]
          pc += 1
        case .bitOr:
          frame[word.fieldA] = frame[word.fieldB] | frame[word.fieldC]
          pc += 1
        case .bitXor:
          frame[word.fieldA] = frame[word.fieldB] ^ frame[word.fieldC]
          pc += 1
        case .bitNot:
          frame[word.fieldA] = ~frame[word.fieldB]
          pc += 1
        case .shiftLeft:
          guard
            let value = Arithmetic.shiftLeft(frame.integer(word.fieldB), frame.integer(word.fieldC))
          else {
            failure = Fault(.arithmeticOverflow)
            break running
          }
          frame.set(word.fieldA, value)
          pc += 1
        case .shiftRight:
          guard
            let value = Arithmetic.shiftRight(
              frame.integer(word.fieldB), frame.integer(word.fieldC))
          else {
            failure = Fault(.arithmeticOverflow)
            break running
          }
          frame.set(word.fieldA, value)
          pc += 1
        case .check32:
          let value = frame.integer(word.fieldB)
          guard Int64(Int32(truncatingIfNeeded: value)) == value else {
            failure = Fault(.arithmeticOverflow)
            break running
          }
          frame.set(word.fieldA, value)
          pc += 1
        case .wrap32:
          frame.set(word.fieldA, Int64(Int32(truncatingIfNeeded: frame.integer(word.fieldB))))
          pc += 1
        case .minimumInteger:
          frame.set(word.fieldA, min(frame.integer(word.fieldB), frame.integer(word.fieldC)))
          pc += 1
        case .maximumInteger:
          frame.set(word.fieldA, max(frame.integer(word.fieldB), frame.integer(word.fieldC)))
          pc += 1

        // MARK: Floats
        case .addFloat:
          frame.set(word.fieldA, frame.float(word.fieldB) + frame.float(word.fieldC))
          pc += 1
        case .subtractFloat:
          frame.set(word.fieldA, frame.float(word.fieldB) - frame.float(word.fieldC))
          pc += 1
        case .multiplyFloat:
          frame.set(word.fieldA, frame.float(word.fieldB) * frame.float(word.fieldC))
          pc += 1
        case .divideFloat:
          frame.set(word.fieldA, frame.float(word.fieldB) / frame.float(word.fieldC))
          pc += 1
        case .floorDivideFloat:
          guard
            let value = Arithmetic.floorDivide(frame.float(word.fieldB), frame.float(word.fieldC))
          else {
            failure = Fault(.divisionByZero)
            break running
          }
          frame.set(word.fieldA, value)
          pc += 1
        case .remainderFloat:
          guard let value = Arithmetic.remainder(frame.float(word.fieldB), frame.float(word.fieldC))
          else {
            failure = Fault(.divisionByZero)
            break running
          }
          frame.set(word.fieldA, value)
          pc += 1
        case .negateFloat:
          frame.set(word.fieldA, -frame.float(word.fieldB))
          pc += 1
        case .absoluteFloat:
          frame.set(word.fieldA, frame.float(word.fieldB).magnitude)
          pc += 1
        case .squareRoot:
          frame.set(word.fieldA, frame.float(word.fieldB).squareRoot())
          pc += 1
        case .floor:
          frame.set(word.fieldA, Arithmetic.floor(frame.float(word.fieldB)))
          pc += 1
        case .ceiling:
          frame.set(word.fieldA, Arithmetic.ceiling(frame.float(word.fieldB)))
          pc += 1
        case .truncate:
          frame.set(word.fieldA, Arithmetic.truncate(frame.float(word.fieldB)))
          pc += 1
        case .roundEven:
          frame.set(word.fieldA, Arithmetic.roundEven(frame.float(word.fieldB)))
          pc += 1
        case .minimumFloat:
          frame.set(
            word.fieldA, Arithmetic.minimum(frame.float(word.fieldB), frame.float(word.fieldC)))
          pc += 1
        case .maximumFloat:
          frame.set(
            word.fieldA, Arithmetic.maximum(frame.float(word.fieldB), frame.float(word.fieldC)))
          pc += 1
        case .elementary, .elementary2:
          applyElementary(word, frame)
          pc += 1

        // MARK: Conversions
        case .integerToFloat:
          frame[word.fieldA] = Double(frame.integer(word.fieldB)).bitPattern
          pc += 1
        case .floatToInteger:
          guard let value = Arithmetic.integer(truncating: frame.float(word.fieldB)) else {
            failure = Fault(.arithmeticOverflow)
            break running
          }
          frame.set(word.fieldA, value)
          pc += 1
        case .scaleTicks:
          guard
            let value = Arithmetic.scale(frame.integer(word.fieldB), by: frame.float(word.fieldC))
          else {
            failure = Fault(.arithmeticOverflow)
            break running
          }
          frame.set(word.fieldA, value)
          pc += 1
        case .divideTicksByFloat:
          guard
            let value = Arithmetic.divide(frame.integer(word.fieldB), by: frame.float(word.fieldC))
          else {
            failure = Fault(frame.float(word.fieldC) == 0 ? .divisionByZero : .arithmeticOverflow)
            break running
          }
          frame.set(word.fieldA, value)
          pc += 1
        case .divideTicksByInteger:
          guard
            let value = Arithmetic.divide(
              frame.integer(word.fieldB), by: frame.integer(word.fieldC))
          else {
            failure = Fault(frame[word.fieldC] == 0 ? .divisionByZero : .arithmeticOverflow)
            break running
          }
          frame.set(word.fieldA, value)
          pc += 1

        // MARK: Comparisons
        case .equalInteger:
          frame.set(word.fieldA, frame[word.fieldB] == frame[word.fieldC])
          pc += 1
        case .notEqualInteger:
          frame.set(word.fieldA, frame[word.fieldB] != frame[word.fieldC])
          pc += 1
        case .lessInteger:
          frame.set(word.fieldA, frame.integer(word.fieldB) < frame.integer(word.fieldC))
          pc += 1
        case .lessOrEqualInteger:
          frame.set(word.fieldA, frame.integer(word.fieldB) <= frame.integer(word.fieldC))
          pc += 1
        case .equalFloat:
          frame.set(word.fieldA, frame.float(word.fieldB) == frame.float(word.fieldC))
          pc += 1
        case .notEqualFloat:
          frame.set(word.fieldA, frame.float(word.fieldB) != frame.float(word.fieldC))
          pc += 1
        case .lessFloat:
          frame.set(word.fieldA, frame.float(word.fieldB) < frame.float(word.fieldC))
          pc += 1
        case .lessOrEqualFloat:
          frame.set(word.fieldA, frame.float(word.fieldB) <= frame.float(word.fieldC))
          pc += 1
        case .equalBoolean:
          frame.set(word.fieldA, frame.boolean(word.fieldB) == frame.boolean(word.fieldC))
          pc += 1
        case .notBoolean:
          frame.set(word.fieldA, !frame.boolean(word.fieldB))
          pc += 1
        case .branchEqual:
          guard branch(&pc, if: frame.integer(word.fieldA) == frame.integer(word.fieldB)) else {
            return suspend(pc, frame, .outOfBudget)
          }
        case .branchNotEqual:
          guard branch(&pc, if: frame.integer(word.fieldA) != frame.integer(word.fieldB)) else {
            return suspend(pc, frame, .outOfBudget)
          }
        case .branchLess:
          guard branch(&pc, if: frame.integer(word.fieldA) < frame.integer(word.fieldB)) else {
            return suspend(pc, frame, .outOfBudget)
          }
        case .branchLessOrEqual:
          guard branch(&pc, if: frame.integer(word.fieldA) <= frame.integer(word.fieldB)) else {
            return suspend(pc, frame, .outOfBudget)
          }
        case .branchEqualImmediate:
          guard branch(&pc, if: frame.integer(word.fieldA) == word.signedB) else {
            return suspend(pc, frame, .outOfBudget)
          }
        case .branchNotEqualImmediate:
          guard branch(&pc, if: frame.integer(word.fieldA) != word.signedB) else {
            return suspend(pc, frame, .outOfBudget)
          }
        case .branchLessImmediate:
          guard branch(&pc, if: frame.integer(word.fieldA) < word.signedB) else {
            return suspend(pc, frame, .outOfBudget)
          }
        case .branchLessOrEqualImmediate:
          guard branch(&pc, if: frame.integer(word.fieldA) <= word.signedB) else {
            return suspend(pc, frame, .outOfBudget)
          }
        case .branchGreaterImmediate:
          guard branch(&pc, if: frame.integer(word.fieldA) > word.signedB) else {
            return suspend(pc, frame, .outOfBudget)
          }
        case .branchGreaterOrEqualImmediate:
          guard branch(&pc, if: frame.integer(word.fieldA) >= word.signedB) else {
            return suspend(pc, frame, .outOfBudget)
          }
        case .branchEqualFloat:
          guard branch(&pc, if: frame.float(word.fieldA) == frame.float(word.fieldB)) else {
            return suspend(pc, frame, .outOfBudget)
          }
        case .branchNotEqualFloat:
          guard branch(&pc, if: frame.float(word.fieldA) != frame.float(word.fieldB)) else {
            return suspend(pc, frame, .outOfBudget)
          }
        case .branchLessFloat:
          guard branch(&pc, if: frame.float(word.fieldA) < frame.float(word.fieldB)) else {
            return suspend(pc, frame, .outOfBudget)
          }
        case .branchLessOrEqualFloat:
          guard branch(&pc, if: frame.float(word.fieldA) <= frame.float(word.fieldB)) else {
            return suspend(pc, frame, .outOfBudget)
          }
        case .branchUnlessLessFloat:
          guard branch(&pc, if: !(frame.float(word.fieldA) < frame.float(word.fieldB))) else {
            return suspend(pc, frame, .outOfBudget)
          }
        case .branchUnlessLessOrEqualFloat:
          guard branch(&pc, if: !(frame.float(word.fieldA) <= frame.float(word.fieldB))) else {
            return suspend(pc, frame, .outOfBudget)
          }

        // MARK: Arrays
        case .arrayLoad:
          let index = frame[word.fieldC]
          guard index < frame[word.fieldB + 1] else {
            failure = Fault(.indexOutOfRange, index, frame[word.fieldB + 1])
            break running
          }
          let elements = ArrayStore.pointer(frame[word.fieldB])
          frame[word.fieldA] = elements.load(
            fromByteOffset: Int(truncatingIfNeeded: index) &* 8, as: UInt64.self)
          pc += 1
        case .arrayStore:
          let index = frame[word.fieldB]
          guard index < frame[word.fieldA + 1] else {
            failure = Fault(.indexOutOfRange, index, frame[word.fieldA + 1])
            break running
          }
          let elements = ArrayStore.pointer(frame[word.fieldA])
          (elements + Int(truncatingIfNeeded: index) &* 8).assumingMemoryBound(to: UInt64.self)
            .pointee =
            frame[word.fieldC]
          pc += 1
        case .arrayCount:
          frame[word.fieldA] = frame[word.fieldB + 1]
          pc += 1
        case .arrayBorrow:
          frame.set(word.fieldA, frame.array(word.fieldB))
          pc += 1
        case .arrayData:
          frame.set(word.fieldA, store.constant(word.wideIndex))
          pc += 1
        case .arrayAllocate, .arrayMove, .arrayCopy, .arrayRelease, .elementLoad, .elementStore,
          .arrayAppend,
          .arraySlice, .arrayConcatenate, .arrayEqual, .textCompare, .textCount, .pack, .unpack:
          if let error = applyArray(pc, frame) {
            failure = error
            break running
          }
          pc += 1 + (hasElement(word) ? 1 : 0)

        // MARK: Globals
        case .loadGlobal:
          frame[word.fieldA] = globalWords[word.wideIndex]
          pc += 1
        case .storeGlobal:
          globalWords[word.wideIndex] = frame[word.fieldA]
          pc += 1
        case .borrowGlobal:
          frame.set(word.fieldA, globalWords.array(word.wideIndex))
          pc += 1
        case .takeGlobal:
          take(
            from: globalWords + word.wideIndex, to: frame + word.fieldA,
            layout(word.fieldA, in: frame))
          pc += 1
        case .putGlobal:
          take(
            from: frame + word.fieldA, to: globalWords + word.wideIndex,
            layout(word.fieldA, in: frame))
          pc += 1

        // MARK: The timeline
        case .now, .clock, .delay, .moveTo, .waitUntil, .realtime, .catchUp, .resetTimeline,
          .shouldPause, .enterCritical, .leaveCritical, .output, .outputExtended, .gate, .input,
          .beginRecord, .endRecord,
          .abortRecord, .play, .flushPlays, .dropPlays, .endPulses:
          self.pc = pc
          self.frame = frame
          return .device
        }
      }
      self.pc = pc
      self.frame = frame
      guard raise(failure) else { return .failed }
      pc = self.pc
      frame = self.frame
      budget &-= 1
      if budget < 0 { return suspend(pc, frame, .outOfBudget) }
    }
  }

  /// Keeps where the loop stands, and why it stops.
  private mutating func suspend(
    _ pc: UnsafePointer<UInt64>, _ frame: UnsafeMutablePointer<UInt64>, _ signal: Signal
  ) -> Signal {
    self.pc = pc
    self.frame = frame
    switch signal {
    case .hostCall: phase = .hostCall
    case .interrupted: phase = .interrupted
    case .outOfBudget:
      phase = .ready
      budget = 0
    case .device, .finished, .failed: break
    }
    return signal
  }

  @inline(never)
  private func applyElementary(_ word: UInt64, _ frame: UnsafeMutablePointer<UInt64>) {
    guard let function = Elementary(rawValue: UInt16(truncatingIfNeeded: word.fieldC)) else {
      return
    }
    let x = frame.float(word.fieldB)
    if function.takesTwo {
      frame.set(word.fieldA, ElementaryFunctions.apply(function, x, frame.float(word.fieldB + 1)))
    } else {
      frame.set(word.fieldA, ElementaryFunctions.apply(function, x))
    }
  }

  @inline(__always)
  private func hasElement(_ word: UInt64) -> Bool {
    word.verifiedOpcode == .elementLoad || word.verifiedOpcode == .elementStore
  }
}
