/// What one 16-bit field of an instruction means.
///
/// The verifier, the disassembler and the manual read it.
package enum Operand: UInt8, Sendable {
  case none
  /// A slot that is read or written and must be declared of that kind.
  case readInteger, writeInteger, readFloat, writeFloat, readBoolean, writeBoolean
  /// A slot of any scalar kind; the scalar operands of one instruction agree.
  case readScalar, writeScalar
  /// A slot of the kind of the bound capture's word: scalar, or the first of a borrowed pair.
  case writeBound
  /// The first of two neighbouring slots, buffer and length. Read takes owned or borrowed buffers.
  case readArray, writeOwned, writeBorrowed, changeOwned
  /// The first of two neighbouring integer slots: a counter, which is changed, and its limit.
  case changeCounter
  /// 16 bits as they are: unsigned, or signed.
  case immediate, signedImmediate
  /// Fields b and c together: signed 32 bits; a jump's distance in words from the next instruction;
  /// an index into the constants, the data, the bound captures, the functions or the globals.
  case wideInteger, jump, constant, data, bound, function, global
  /// Field c: a branch's distance in words from the next instruction, signed.
  case branch
  /// Numbers of operands in the words that follow.
  case argumentCount, resultCount
  /// Indices: a function, a host call, an error, a channel, a slot that holds a function value.
  case callee, hostCall, error, channel, readFunction, writeFunction
}

extension Operand {
  /// Of a field that names a slot: the kinds that it may have.
  ///
  /// Any, and no slot as well, of another field.
  var slotKinds: SlotKinds {
    switch self {
    case .readInteger: .integers
    case .writeInteger, .changeCounter: .integer
    case .readFloat, .writeFloat: .float
    case .readBoolean, .writeBoolean: .boolean
    case .readScalar, .writeScalar: .scalars
    case .writeBound: .all
    case .readArray: .owned | .borrowed
    case .writeOwned, .changeOwned: .owned
    case .writeBorrowed: .borrowed
    case .readFunction, .writeFunction: .function
    case .none, .immediate, .signedImmediate, .wideInteger, .argumentCount, .resultCount, .jump,
      .constant, .data, .bound, .function, .global, .branch, .callee, .hostCall, .error, .channel:
      .anything
    }
  }

  /// Whether the field names a slot.
  var isSlot: Bool { slotKinds != .anything }

  /// Whether the field says where something is that there must be: a jump's target, or a record.
  package var leads: Bool { self == .jump || self == .branch || self == .error || section != nil }
}

extension Operand {
  /// Of a field that holds an index: the section whose records it counts.
  var section: Section? {
    switch self {
    case .constant: .constants
    case .data: .data
    case .bound: .bound
    case .global: .globals
    case .function, .callee: .functions
    case .hostCall: .hostCalls
    case .channel: .channels
    case .none, .readInteger, .writeInteger, .readFloat, .writeFloat, .readBoolean, .writeBoolean,
      .readScalar, .writeScalar, .writeBound, .readArray, .writeOwned, .writeBorrowed,
      .changeOwned, .changeCounter, .immediate, .signedImmediate, .wideInteger, .jump, .branch,
      .argumentCount, .resultCount, .error, .readFunction, .writeFunction:
      nil
    }
  }

  /// Whether such an index has 16 bits, not fields b and c together.
  var isHalf: Bool { self == .callee || self == .hostCall || self == .channel }
}

extension Shape {
  /// The operand of which that is asked; no shape has two.
  var lead: Operand { a.leads ? a : b.leads ? b : c.leads ? c : .none }
}

/// How an instruction is laid out: its fields and whether words of operands follow it.
package struct Shape: Sendable {
  package let a: Operand
  package let b: Operand
  package let c: Operand
  package let trailer: Trailer

  /// What the words after the instruction hold.
  package enum Trailer: UInt8, Sendable {
    case none
    /// As many 16-bit slots as fields a and b count, four to a word: arguments, then results.
    case slots
    /// Slots as field a counts.
    case slotsA
    /// One word: number of slots, first word in the element, number of words of an element in which
    /// no arrays are (else 0), 0. Copies that part of an element.
    case element
    /// One word: device time in ticks, as `charge` has it.
    case ticks
    /// One word: offset from the cursor (integer slot), second value (slot of the first value's
    /// kind), its delay (integer slot); each 0xFFFF for none, second value and delay together; then
    /// edges. A gate has no second value; its edges stand in field c (1 rising, 2 falling, 3 both),
    /// the last place repeats them or is 0.
    case event
    /// One word: three slots, each 0xFFFF for none: whether an entry came (boolean, or integer 1
    /// and 0), its timestamp (integer), its value (integer); then 0. Without an entry timestamp and
    /// value become 0.
    case input
  }

  package init(_ a: Operand, _ b: Operand, _ c: Operand, _ trailer: Trailer = .none) {
    self.a = a
    self.b = b
    self.c = c
    self.trailer = trailer
  }
}

/// The operations of the machine, typed and fixed in width.
///
/// The one table: name, encoding and shape.
///
/// An instruction is 8 bytes, little endian: operation and charge, of 8 bits each, and a, b, c, of
/// 16 bits each. Slots are numbered from the frame's beginning and hold 64 bits. Int32 is an
/// integer slot kept sign-extended; Duration and Timestamp are integers (ticks).
package enum Opcode: UInt16, Sendable {
  // Control. A function returns by `returnSlots`, whose slots become the caller's results: owned
  // ones move. An argument for a parameter declared owned moves, one for a borrowed parameter may
  // be owned or borrowed. A jump's distance counts words from the next instruction. Jumps and
  // branches that lead back are safe points before anything else, taken or not.
  case jump = 1, jumpIfTrue, jumpIfFalse
  // Field a of `call` and `callValue`: the number of arguments, and in the upper 4 bits how many
  // calls stand in place of which the code around it stands: the callee is deeper by as many.
  case call, callValue, callHost, returnSlots
  /// Raises StackOverflow where a call would that is deeper by a: begins what stands in place of
  /// one.
  case deepen
  case throwError, rethrow
  /// Read words of the error that was raised last: word b into scalar slot a; words b and b + 1
  /// into the borrowed pair a.
  case faultWord, faultArray
  /// Keep the error that was raised last, with its backtrace, in integer slots from a on; make what
  /// is kept there the one raised last again; give up what it carries.
  case faultSave, faultRestore, faultRelease
  /// Adds device time, in ticks.
  case charge
  /// The end of a round of a loop that counts: charges, is a safe point, adds 1 to the counter and,
  /// if that is below the limit, jumps.
  case advance

  // Scalars
  case move, loadInteger, loadWord, loadFloat, loadBoolean, loadBound, loadFunction

  // Integers; those without `wrap` raise ArithmeticOverflow, divisions DivisionByZero.
  case addInteger, subtractInteger, multiplyInteger, floorDivideInteger, remainderInteger,
    powerInteger
  case negateInteger, absoluteInteger, addImmediate, multiplyImmediate
  case wrapAdd, wrapSubtract, wrapMultiply, wrapMultiplyImmediate
  case bitAnd, bitOr, bitXor, bitNot, shiftLeft, shiftRight
  /// Raises ArithmeticOverflow unless the value fits 32 bits; `wrap32` keeps the low 32 bits,
  /// sign-extended.
  case check32, wrap32
  case minimumInteger, maximumInteger

  // Floats
  case addFloat, subtractFloat, multiplyFloat, divideFloat, floorDivideFloat, remainderFloat
  case negateFloat, absoluteFloat, squareRoot, floor, ceiling, truncate, roundEven
  case minimumFloat, maximumFloat
  /// Elementary functions by number (`Elementary`): of one and of two arguments (b and b + 1).
  case elementary, elementary2

  // Conversions
  case integerToFloat
  /// Truncates; NaN and out of range raise ArithmeticOverflow.
  case floatToInteger
  /// Duration * Float, Duration / Float, Duration / Int: to the nearest tick, ties to even.
  case scaleTicks, divideTicksByFloat, divideTicksByInteger

  // Comparisons
  case equalInteger, notEqualInteger, lessInteger, lessOrEqualInteger
  case equalFloat, notEqualFloat, lessFloat, lessOrEqualFloat
  case equalBoolean, notBoolean
  /// Compare and jump in one. `Immediate`: with the signed number in field b. `branchUnless…`: also
  /// where one of the floats is NaN.
  case branchEqual, branchNotEqual, branchLess, branchLessOrEqual
  case branchEqualImmediate, branchNotEqualImmediate, branchLessImmediate,
    branchLessOrEqualImmediate, branchGreaterImmediate, branchGreaterOrEqualImmediate
  case branchEqualFloat, branchNotEqualFloat, branchLessFloat, branchUnlessLessFloat,
    branchLessOrEqualFloat, branchUnlessLessOrEqualFloat

  // Arrays: (buffer, length) in neighbouring slots. Layouts come from the slots' types. Whatever
  // writes an owned pair releases what it held before; a function's return releases its owned
  // slots. Of text there are no element operations.
  /// `arrayAllocate`: b elements of zeros (IndexOutOfRange if b < 0). `arrayMove` leaves the source
  /// empty. `arrayLoad`, `arrayStore`: elements of one scalar word; `booleanLoad`, `booleanStore`:
  /// of one boolean, which takes a byte. `elementLoad`, `elementStore`, `arrayAppend`: words of an
  /// element from or to neighbouring slots (from a; from c; c slots from b on); nested arrays are
  /// borrowed into borrowed pairs, and moved in from owned pairs. `scalarAppend`: an element of one
  /// scalar word, of c bytes. `arraySlice`: elements from slot c up to, without, slot c + 1.
  case arrayAllocate, arrayMove, arrayBorrow, arrayCopy, arrayRelease, arrayCount, arrayData
  case arrayLoad, arrayStore, booleanLoad, booleanStore, elementLoad, elementStore, arrayAppend,
    scalarAppend, arraySlice, arrayConcatenate,
    arrayEqual
  /// Texts: -1, 0 or 1 as the first stands before, at or after the second, by their bytes; and the
  /// number of characters (Unicode scalars).
  case textCompare, textCount
  /// What a function value has copied: `pack` makes an array of integers of the values in the c
  /// slots from b on, in their canonical form; `unpack` fills the c slots from b on again.
  case pack, unpack

  /// Globals: the words of `ImageContents.globals`, which outlive calls (the host half's members;
  /// `resident` values). Take moves an array out and leaves an empty one; put moves it in and
  /// releases what was there.
  case loadGlobal, storeGlobal, borrowGlobal, takeGlobal, putGlobal

  // The timeline: these are the last.
  case now, clock, delay, moveTo, waitUntil, realtime, resetTimeline, shouldPause
  case output, outputExtended, gate, input
  /// Around what no cancellation interrupts.
  case enterCritical, leaveCritical
  /// Recordings. `beginRecord` opens one with a cursor of its own at 0; `endRecord` closes it, puts
  /// its events, in order of time, into an owned pair (elements of four integers: time, target,
  /// address, value) and its length in ticks into an integer, and `abortRecord` forgets it; both
  /// give the cursor back. `play` has the events of a recording queued from the cursor on, in order
  /// of time with what else is queued; `flushPlays` waits until all are; `dropPlays` forgets those
  /// that are not.
  case beginRecord, endRecord, abortRecord, play, flushPlays, dropPlays
  /// What the language does by itself where errors are caught; `realtime` is asked for.
  case catchUp
  /// Of pairs of which an error came between the first event and the second: queues the second.
  case endPulses

  package var shape: Shape {
    switch self {
    case .jump: Shape(.none, .jump, .none)
    case .jumpIfTrue, .jumpIfFalse: Shape(.readBoolean, .jump, .none)
    case .call: Shape(.argumentCount, .resultCount, .callee, .slots)
    case .callValue: Shape(.argumentCount, .resultCount, .readFunction, .slots)
    case .callHost: Shape(.argumentCount, .resultCount, .hostCall, .slots)
    case .returnSlots: Shape(.resultCount, .none, .none, .slotsA)
    case .deepen: Shape(.immediate, .none, .none)
    case .throwError: Shape(.argumentCount, .none, .error, .slotsA)
    case .rethrow: Shape(.none, .none, .none)
    case .advance: Shape(.changeCounter, .jump, .none, .ticks)
    case .faultWord: Shape(.writeScalar, .immediate, .none)
    case .faultArray: Shape(.writeBorrowed, .immediate, .none)
    case .faultSave: Shape(.writeInteger, .none, .none)
    case .faultRestore, .faultRelease: Shape(.readInteger, .none, .none)
    case .charge: Shape(.none, .wideInteger, .none)
    case .move: Shape(.writeScalar, .readScalar, .none)
    case .loadInteger: Shape(.writeInteger, .wideInteger, .none)
    case .loadWord: Shape(.writeInteger, .constant, .none)
    case .loadFloat: Shape(.writeFloat, .constant, .none)
    case .loadBoolean: Shape(.writeBoolean, .immediate, .none)
    case .loadBound: Shape(.writeBound, .bound, .none)
    case .loadFunction: Shape(.writeFunction, .function, .none)
    case .addInteger, .subtractInteger, .multiplyInteger, .floorDivideInteger, .remainderInteger,
      .powerInteger,
      .wrapAdd, .wrapSubtract, .wrapMultiply, .bitAnd, .bitOr, .bitXor, .shiftLeft, .shiftRight,
      .minimumInteger, .maximumInteger, .divideTicksByInteger:
      Shape(.writeInteger, .readInteger, .readInteger)
    case .negateInteger, .absoluteInteger, .bitNot, .check32, .wrap32:
      Shape(.writeInteger, .readInteger, .none)
    case .addImmediate, .multiplyImmediate, .wrapMultiplyImmediate:
      Shape(.writeInteger, .readInteger, .signedImmediate)
    case .addFloat, .subtractFloat, .multiplyFloat, .divideFloat, .floorDivideFloat,
      .remainderFloat,
      .minimumFloat, .maximumFloat:
      Shape(.writeFloat, .readFloat, .readFloat)
    case .negateFloat, .absoluteFloat, .squareRoot, .floor, .ceiling, .truncate, .roundEven:
      Shape(.writeFloat, .readFloat, .none)
    case .elementary, .elementary2: Shape(.writeFloat, .readFloat, .immediate)
    case .integerToFloat: Shape(.writeFloat, .readInteger, .none)
    case .floatToInteger: Shape(.writeInteger, .readFloat, .none)
    case .scaleTicks, .divideTicksByFloat: Shape(.writeInteger, .readInteger, .readFloat)
    case .equalInteger, .notEqualInteger, .lessInteger, .lessOrEqualInteger:
      Shape(.writeBoolean, .readInteger, .readInteger)
    case .equalFloat, .notEqualFloat, .lessFloat, .lessOrEqualFloat:
      Shape(.writeBoolean, .readFloat, .readFloat)
    case .equalBoolean: Shape(.writeBoolean, .readBoolean, .readBoolean)
    case .notBoolean: Shape(.writeBoolean, .readBoolean, .none)
    case .branchEqual, .branchNotEqual, .branchLess, .branchLessOrEqual:
      Shape(.readInteger, .readInteger, .branch)
    case .branchEqualImmediate, .branchNotEqualImmediate, .branchLessImmediate,
      .branchLessOrEqualImmediate, .branchGreaterImmediate, .branchGreaterOrEqualImmediate:
      Shape(.readInteger, .signedImmediate, .branch)
    case .branchEqualFloat, .branchNotEqualFloat, .branchLessFloat, .branchUnlessLessFloat,
      .branchLessOrEqualFloat, .branchUnlessLessOrEqualFloat:
      Shape(.readFloat, .readFloat, .branch)
    case .arrayAllocate: Shape(.writeOwned, .readInteger, .none)
    case .arrayMove: Shape(.writeOwned, .changeOwned, .none)
    case .arrayBorrow: Shape(.writeBorrowed, .readArray, .none)
    case .arrayCopy: Shape(.writeOwned, .readArray, .none)
    case .arrayRelease: Shape(.changeOwned, .none, .none)
    case .arrayCount: Shape(.writeInteger, .readArray, .none)
    case .arrayData: Shape(.writeBorrowed, .data, .none)
    case .arrayLoad: Shape(.writeScalar, .readArray, .readInteger)
    case .arrayStore: Shape(.changeOwned, .readInteger, .readScalar)
    case .booleanLoad: Shape(.writeBoolean, .readArray, .readInteger)
    case .booleanStore: Shape(.changeOwned, .readInteger, .readBoolean)
    case .elementLoad: Shape(.immediate, .readArray, .readInteger, .element)
    case .elementStore: Shape(.changeOwned, .readInteger, .immediate, .element)
    case .arrayAppend: Shape(.changeOwned, .immediate, .immediate)
    case .scalarAppend: Shape(.changeOwned, .readScalar, .immediate)
    case .arraySlice: Shape(.writeOwned, .readArray, .readInteger)
    case .arrayConcatenate: Shape(.writeOwned, .readArray, .readArray)
    case .arrayEqual: Shape(.writeBoolean, .readArray, .readArray)
    case .textCompare: Shape(.writeInteger, .readArray, .readArray)
    case .textCount: Shape(.writeInteger, .readArray, .none)
    case .pack: Shape(.writeOwned, .immediate, .immediate)
    case .unpack: Shape(.readArray, .immediate, .immediate)
    case .loadGlobal: Shape(.writeScalar, .global, .none)
    case .storeGlobal: Shape(.readScalar, .global, .none)
    case .borrowGlobal: Shape(.writeBorrowed, .global, .none)
    case .takeGlobal: Shape(.writeOwned, .global, .none)
    case .putGlobal: Shape(.changeOwned, .global, .none)
    case .now, .clock: Shape(.writeInteger, .none, .none)
    case .delay, .moveTo, .waitUntil: Shape(.readInteger, .none, .none)
    case .realtime, .catchUp, .resetTimeline, .enterCritical, .leaveCritical:
      Shape(.none, .none, .none)
    case .shouldPause: Shape(.writeBoolean, .none, .none)
    case .output: Shape(.channel, .readInteger, .readScalar)
    case .outputExtended: Shape(.channel, .readInteger, .readScalar, .event)
    case .gate: Shape(.channel, .readInteger, .immediate, .event)
    case .input: Shape(.channel, .readInteger, .readInteger, .input)
    case .beginRecord, .abortRecord, .flushPlays, .dropPlays, .endPulses: Shape(.none, .none, .none)
    case .endRecord: Shape(.writeOwned, .writeInteger, .none)
    case .play: Shape(.readArray, .none, .none)
    }
  }
}

extension Opcode {
  /// How far it may jump, from the next instruction on; nil of what does not jump.
  package func distance(in instruction: Instruction) -> Int? {
    let shape = shape
    if shape.b == .jump { return Int(Int32(bitPattern: instruction.wide)) }
    if shape.c == .branch { return Int(Int16(bitPattern: instruction.c)) }
    return nil
  }

  /// Whether the instruction may charge device time: it does so once it is certain that it is not
  /// done again, and before an error that it raises.
  package var bearsCharge: Bool {
    switch self {
    case .jump, .jumpIfTrue, .jumpIfFalse, .call, .callValue, .callHost, .returnSlots, .deepen,
      .branchEqual, .branchNotEqual, .branchLess, .branchLessOrEqual, .branchEqualImmediate,
      .branchNotEqualImmediate, .branchLessImmediate, .branchLessOrEqualImmediate,
      .branchGreaterImmediate, .branchGreaterOrEqualImmediate, .branchEqualFloat,
      .branchNotEqualFloat, .branchLessFloat, .branchUnlessLessFloat, .branchLessOrEqualFloat,
      .branchUnlessLessOrEqualFloat:
      true
    default: false
    }
  }

  /// Whether it works on a core device's timeline, which the host half does not have.
  package var isOnTimeline: Bool { rawValue >= Opcode.now.rawValue }
}

/// Elementary functions of one implementation for host and device; the number is field c of
/// `elementary`.
///
/// Angles are in turns.
package enum Elementary: UInt16, Sendable {
  case sine = 0, cosine, tangent, arcSine, arcCosine, arcTangent
  case exponential, logarithm, logarithm2, logarithm10
  /// Of two arguments.
  case arcTangent2, power
  case hyperbolicSine, hyperbolicCosine, hyperbolicTangent, areaSine, areaCosine, areaTangent
  case exponential2, exponentialLess1, logarithm1, cubeRoot
  case errorFunction, errorComplement, gamma, logarithmOfGamma
  case besselJ0, besselJ1, besselY0, besselY1
  /// Of two arguments.
  case hypotenuse, copySign, nextAfter

  /// Whether it has two arguments, and so is one of `elementary2`.
  package var takesTwo: Bool {
    switch self {
    case .arcTangent2, .power, .hypotenuse, .copySign, .nextAfter: true
    case .sine, .cosine, .tangent, .arcSine, .arcCosine, .arcTangent, .exponential, .logarithm,
      .logarithm2, .logarithm10, .hyperbolicSine, .hyperbolicCosine, .hyperbolicTangent,
      .areaSine, .areaCosine, .areaTangent, .exponential2, .exponentialLess1, .logarithm1,
      .cubeRoot, .errorFunction, .errorComplement, .gamma, .logarithmOfGamma, .besselJ0,
      .besselJ1, .besselY0, .besselY1:
      false
    }
  }
}

/// The errors that the language itself raises; a program's own errors are numbered from
/// `firstDeclared` on.
package enum BuiltinError: UInt16, Sendable {
  case underflow = 0, sequenceError, collision, busy, inputOverflow, timeout, arithmeticOverflow,
    divisionByZero
  case indexOutOfRange, outOfMemory, stackOverflow, cancelled, missingValue, limitExceeded,
    fitFailed

  package static let firstDeclared: UInt16 = 64
}

// Not on a device: a list of cases is an array, and has to be allocated.
#if !hasFeature(Embedded)
  extension Opcode: CaseIterable {}
  extension Elementary: CaseIterable {}
  extension BuiltinError: CaseIterable {}
#endif
