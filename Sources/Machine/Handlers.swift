import Bytecode

// Written by `HandlersTests` from the table of operations: `UPDATE_GOLDEN=1` writes it anew.

extension Threaded {
  /// By number of the operation.
  static let operations: InlineArray<146, ThreadedOperation> = [
    larmor_device,
    larmor_jump,
    larmor_jumpIfTrue,
    larmor_jumpIfFalse,
    larmor_call,
    larmor_callValue,
    larmor_callHost,
    larmor_returnSlots,
    larmor_deepen,
    larmor_throwError,
    larmor_rethrow,
    larmor_faultWord,
    larmor_faultArray,
    larmor_faultSave,
    larmor_faultRestore,
    larmor_faultRelease,
    larmor_charge,
    larmor_advance,
    larmor_move,
    larmor_loadInteger,
    larmor_loadWord,
    larmor_loadFloat,
    larmor_loadBoolean,
    larmor_loadBound,
    larmor_loadFunction,
    larmor_addInteger,
    larmor_subtractInteger,
    larmor_multiplyInteger,
    larmor_floorDivideInteger,
    larmor_remainderInteger,
    larmor_powerInteger,
    larmor_negateInteger,
    larmor_absoluteInteger,
    larmor_addImmediate,
    larmor_multiplyImmediate,
    larmor_wrapAdd,
    larmor_wrapSubtract,
    larmor_wrapMultiply,
    larmor_wrapMultiplyImmediate,
    larmor_bitAnd,
    larmor_bitOr,
    larmor_bitXor,
    larmor_bitNot,
    larmor_shiftLeft,
    larmor_shiftRight,
    larmor_check32,
    larmor_wrap32,
    larmor_minimumInteger,
    larmor_maximumInteger,
    larmor_addFloat,
    larmor_subtractFloat,
    larmor_multiplyFloat,
    larmor_divideFloat,
    larmor_floorDivideFloat,
    larmor_remainderFloat,
    larmor_negateFloat,
    larmor_absoluteFloat,
    larmor_squareRoot,
    larmor_floor,
    larmor_ceiling,
    larmor_truncate,
    larmor_roundEven,
    larmor_minimumFloat,
    larmor_maximumFloat,
    larmor_elementary,
    larmor_elementary2,
    larmor_integerToFloat,
    larmor_floatToInteger,
    larmor_scaleTicks,
    larmor_divideTicksByFloat,
    larmor_divideTicksByInteger,
    larmor_equalInteger,
    larmor_notEqualInteger,
    larmor_lessInteger,
    larmor_lessOrEqualInteger,
    larmor_equalFloat,
    larmor_notEqualFloat,
    larmor_lessFloat,
    larmor_lessOrEqualFloat,
    larmor_equalBoolean,
    larmor_notBoolean,
    larmor_branchEqual,
    larmor_branchNotEqual,
    larmor_branchLess,
    larmor_branchLessOrEqual,
    larmor_branchEqualImmediate,
    larmor_branchNotEqualImmediate,
    larmor_branchLessImmediate,
    larmor_branchLessOrEqualImmediate,
    larmor_branchGreaterImmediate,
    larmor_branchGreaterOrEqualImmediate,
    larmor_branchEqualFloat,
    larmor_branchNotEqualFloat,
    larmor_branchLessFloat,
    larmor_branchUnlessLessFloat,
    larmor_branchLessOrEqualFloat,
    larmor_branchUnlessLessOrEqualFloat,
    larmor_handleArrays,
    larmor_handleArrays,
    larmor_arrayBorrow,
    larmor_handleArrays,
    larmor_handleArrays,
    larmor_arrayCount,
    larmor_arrayData,
    larmor_arrayLoad,
    larmor_arrayStore,
    larmor_booleanLoad,
    larmor_booleanStore,
    larmor_elementLoad,
    larmor_elementStore,
    larmor_handleArrays,
    larmor_scalarAppend,
    larmor_handleArrays,
    larmor_handleArrays,
    larmor_handleArrays,
    larmor_handleArrays,
    larmor_handleArrays,
    larmor_handleArrays,
    larmor_handleArrays,
    larmor_loadGlobal,
    larmor_storeGlobal,
    larmor_borrowGlobal,
    larmor_takeGlobal,
    larmor_putGlobal,
    larmor_device,
    larmor_device,
    larmor_device,
    larmor_device,
    larmor_device,
    larmor_device,
    larmor_device,
    larmor_device,
    larmor_device,
    larmor_device,
    larmor_device,
    larmor_device,
    larmor_device,
    larmor_device,
    larmor_device,
    larmor_device,
    larmor_device,
    larmor_device,
    larmor_device,
    larmor_device,
    larmor_device,
    larmor_device,
  ]
}

@c func larmor_faultWord(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.works(pc, frame, machine, table, Operations.faultWord)
}

@c func larmor_faultArray(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.works(pc, frame, machine, table, Operations.faultArray)
}

@c func larmor_faultSave(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.works(pc, frame, machine, table, Operations.faultSave)
}

@c func larmor_faultRestore(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.works(pc, frame, machine, table, Operations.faultRestore)
}

@c func larmor_faultRelease(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.works(pc, frame, machine, table, Operations.faultRelease)
}

@c func larmor_charge(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.works(pc, frame, machine, table, Operations.charge)
}

@c func larmor_move(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.move)
}

@c func larmor_loadInteger(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.loadInteger)
}

@c func larmor_loadWord(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.works(pc, frame, machine, table, Operations.loadWord)
}

@c func larmor_loadFloat(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.works(pc, frame, machine, table, Operations.loadFloat)
}

@c func larmor_loadBoolean(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.loadBoolean)
}

@c func larmor_loadBound(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.works(pc, frame, machine, table, Operations.loadBound)
}

@c func larmor_loadFunction(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.loadFunction)
}

@c func larmor_addInteger(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.raises(pc, frame, machine, table, Operations.addInteger)
}

@c func larmor_subtractInteger(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.raises(pc, frame, machine, table, Operations.subtractInteger)
}

@c func larmor_multiplyInteger(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.raises(pc, frame, machine, table, Operations.multiplyInteger)
}

@c func larmor_floorDivideInteger(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.raises(pc, frame, machine, table, Operations.floorDivideInteger)
}

@c func larmor_remainderInteger(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.raises(pc, frame, machine, table, Operations.remainderInteger)
}

@c func larmor_powerInteger(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.raises(pc, frame, machine, table, Operations.powerInteger)
}

@c func larmor_negateInteger(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.raises(pc, frame, machine, table, Operations.negateInteger)
}

@c func larmor_absoluteInteger(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.raises(pc, frame, machine, table, Operations.absoluteInteger)
}

@c func larmor_addImmediate(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.raises(pc, frame, machine, table, Operations.addImmediate)
}

@c func larmor_multiplyImmediate(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.raises(pc, frame, machine, table, Operations.multiplyImmediate)
}

@c func larmor_wrapAdd(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.wrapAdd)
}

@c func larmor_wrapSubtract(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.wrapSubtract)
}

@c func larmor_wrapMultiply(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.wrapMultiply)
}

@c func larmor_wrapMultiplyImmediate(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.wrapMultiplyImmediate)
}

@c func larmor_bitAnd(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.bitAnd)
}

@c func larmor_bitOr(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.bitOr)
}

@c func larmor_bitXor(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.bitXor)
}

@c func larmor_bitNot(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.bitNot)
}

@c func larmor_shiftLeft(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.raises(pc, frame, machine, table, Operations.shiftLeft)
}

@c func larmor_shiftRight(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.raises(pc, frame, machine, table, Operations.shiftRight)
}

@c func larmor_check32(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.raises(pc, frame, machine, table, Operations.check32)
}

@c func larmor_wrap32(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.wrap32)
}

@c func larmor_minimumInteger(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.minimumInteger)
}

@c func larmor_maximumInteger(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.maximumInteger)
}

@c func larmor_addFloat(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.addFloat)
}

@c func larmor_subtractFloat(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.subtractFloat)
}

@c func larmor_multiplyFloat(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.multiplyFloat)
}

@c func larmor_divideFloat(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.divideFloat)
}

@c func larmor_floorDivideFloat(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.raises(pc, frame, machine, table, Operations.floorDivideFloat)
}

@c func larmor_remainderFloat(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.raises(pc, frame, machine, table, Operations.remainderFloat)
}

@c func larmor_negateFloat(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.negateFloat)
}

@c func larmor_absoluteFloat(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.absoluteFloat)
}

@c func larmor_squareRoot(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.squareRoot)
}

@c func larmor_floor(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.floor)
}

@c func larmor_ceiling(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.ceiling)
}

@c func larmor_truncate(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.truncate)
}

@c func larmor_roundEven(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.roundEven)
}

@c func larmor_minimumFloat(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.minimumFloat)
}

@c func larmor_maximumFloat(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.maximumFloat)
}

@c func larmor_elementary(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.works(pc, frame, machine, table, Operations.elementary)
}

@c func larmor_elementary2(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.works(pc, frame, machine, table, Operations.elementary2)
}

@c func larmor_integerToFloat(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.integerToFloat)
}

@c func larmor_floatToInteger(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.raises(pc, frame, machine, table, Operations.floatToInteger)
}

@c func larmor_scaleTicks(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.raises(pc, frame, machine, table, Operations.scaleTicks)
}

@c func larmor_divideTicksByFloat(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.raises(pc, frame, machine, table, Operations.divideTicksByFloat)
}

@c func larmor_divideTicksByInteger(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.raises(pc, frame, machine, table, Operations.divideTicksByInteger)
}

@c func larmor_equalInteger(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.equalInteger)
}

@c func larmor_notEqualInteger(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.notEqualInteger)
}

@c func larmor_lessInteger(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.lessInteger)
}

@c func larmor_lessOrEqualInteger(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.lessOrEqualInteger)
}

@c func larmor_equalFloat(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.equalFloat)
}

@c func larmor_notEqualFloat(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.notEqualFloat)
}

@c func larmor_lessFloat(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.lessFloat)
}

@c func larmor_lessOrEqualFloat(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.lessOrEqualFloat)
}

@c func larmor_equalBoolean(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.equalBoolean)
}

@c func larmor_notBoolean(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.notBoolean)
}

@c func larmor_branchEqual(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.tests(pc, frame, machine, table, Operations.branchEqual)
}

@c func larmor_branchNotEqual(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.tests(pc, frame, machine, table, Operations.branchNotEqual)
}

@c func larmor_branchLess(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.tests(pc, frame, machine, table, Operations.branchLess)
}

@c func larmor_branchLessOrEqual(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.tests(pc, frame, machine, table, Operations.branchLessOrEqual)
}

@c func larmor_branchEqualImmediate(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.tests(pc, frame, machine, table, Operations.branchEqualImmediate)
}

@c func larmor_branchNotEqualImmediate(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.tests(pc, frame, machine, table, Operations.branchNotEqualImmediate)
}

@c func larmor_branchLessImmediate(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.tests(pc, frame, machine, table, Operations.branchLessImmediate)
}

@c func larmor_branchLessOrEqualImmediate(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.tests(pc, frame, machine, table, Operations.branchLessOrEqualImmediate)
}

@c func larmor_branchGreaterImmediate(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.tests(pc, frame, machine, table, Operations.branchGreaterImmediate)
}

@c func larmor_branchGreaterOrEqualImmediate(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.tests(pc, frame, machine, table, Operations.branchGreaterOrEqualImmediate)
}

@c func larmor_branchEqualFloat(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.tests(pc, frame, machine, table, Operations.branchEqualFloat)
}

@c func larmor_branchNotEqualFloat(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.tests(pc, frame, machine, table, Operations.branchNotEqualFloat)
}

@c func larmor_branchLessFloat(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.tests(pc, frame, machine, table, Operations.branchLessFloat)
}

@c func larmor_branchUnlessLessFloat(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.tests(pc, frame, machine, table, Operations.branchUnlessLessFloat)
}

@c func larmor_branchLessOrEqualFloat(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.tests(pc, frame, machine, table, Operations.branchLessOrEqualFloat)
}

@c func larmor_branchUnlessLessOrEqualFloat(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.tests(pc, frame, machine, table, Operations.branchUnlessLessOrEqualFloat)
}

@c func larmor_arrayBorrow(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.arrayBorrow)
}

@c func larmor_arrayCount(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.computes(pc, frame, machine, table, Operations.arrayCount)
}

@c func larmor_arrayData(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.works(pc, frame, machine, table, Operations.arrayData)
}

@c func larmor_arrayLoad(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.raises(pc, frame, machine, table, Operations.arrayLoad)
}

@c func larmor_arrayStore(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.raises(pc, frame, machine, table, Operations.arrayStore)
}

@c func larmor_booleanLoad(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.raises(pc, frame, machine, table, Operations.booleanLoad)
}

@c func larmor_booleanStore(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.raises(pc, frame, machine, table, Operations.booleanStore)
}

@c func larmor_loadGlobal(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.works(pc, frame, machine, table, Operations.loadGlobal)
}

@c func larmor_storeGlobal(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.works(pc, frame, machine, table, Operations.storeGlobal)
}

@c func larmor_borrowGlobal(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.works(pc, frame, machine, table, Operations.borrowGlobal)
}

@c func larmor_takeGlobal(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.works(pc, frame, machine, table, Operations.takeGlobal)
}

@c func larmor_putGlobal(
  _ pc: Code, _ frame: Frame, _ machine: UnsafeMutableRawPointer, _ table: UnsafeRawPointer
) -> UInt8 {
  Threaded.works(pc, frame, machine, table, Operations.putGlobal)
}
