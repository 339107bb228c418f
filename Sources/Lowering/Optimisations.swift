import Bytecode

/// What is done to the code of an image once it is complete.
///
/// None of it changes what a program does, when its errors are raised and where, or the device time
/// that it takes.
package struct Optimisations: OptionSet, Sendable {
  package let rawValue: Int
  package init(rawValue: Int) { self.rawValue = rawValue }

  /// A comparison and the jump that it decides become one branch.
  package static let fusedBranches = Optimisations(rawValue: 1)
  /// A loop is tested at its end.
  package static let testsAtEnd = Optimisations(rawValue: 2)
  /// Constants that loops need are loaded before them.
  package static let hoistedConstants = Optimisations(rawValue: 4)
  /// What is only moved is read and computed where it is in the end, and what nobody reads is not
  /// computed.
  package static let removedCopies = Optimisations(rawValue: 8)
  /// Device time is charged by what decides where the code goes on, where it can be.
  package static let fusedCharges = Optimisations(rawValue: 16)
  /// What has been computed before is not computed again.
  package static let sharedResults = Optimisations(rawValue: 32)
  /// Whether a result fits is not asked where ranges prove it.
  package static let provenRanges = Optimisations(rawValue: 64)
  /// Words of one element of an array are loaded and stored together.
  package static let groupedElements = Optimisations(rawValue: 128)
  /// Bodies of small functions stand in place of their calls.
  package static let inlinedBodies = Optimisations(rawValue: 256)
  /// What is the same in all rounds of a loop is computed before it.
  package static let hoistedInvariants = Optimisations(rawValue: 512)
  /// The elements of small arrays of fixed length are slots of the frame.
  package static let framedArrays = Optimisations(rawValue: 1024)
  package static let all: Optimisations = [
    .fusedBranches, .testsAtEnd, .hoistedConstants, .removedCopies, .fusedCharges, .sharedResults,
    .provenRanges, .groupedElements, .inlinedBodies, .hoistedInvariants, .framedArrays,
  ]
  /// What images are made with.
  package static let standard = all
}

/// What there is of arrays in an image.
struct ArrayTables {
  let layouts: [Layout]
  /// How many elements the constant arrays have; of texts 0.
  let dataCounts: [Int]

  init(_ layouts: [Layout], _ data: [DataContents]) {
    self.layouts = layouts
    dataCounts = data.map { entry in
      guard case .words(let words) = entry.elements else { return 0 }
      return words.count / max(1, layouts[Int(entry.layout)].words.count)
    }
  }
}

/// The function with elements of arrays in its frame; so it may own no array any more, and stand in
/// place of its calls.
func framed(_ function: FunctionContents, _ arrays: ArrayTables) -> FunctionContents {
  guard function.slots.contains(where: { $0.kind == .owned }), var code = CodeList(function),
    code.frameArrays(arrays, parameterCount: function.parameterCount)
  else { return function }
  return code.assembled() ?? function
}

/// The function improved; one pass for each of `optimisations`, each linear in its length.
func optimised(
  _ function: FunctionContents, _ arrays: ArrayTables, by optimisations: Optimisations
) -> FunctionContents {
  guard !optimisations.isEmpty, var code = CodeList(function) else { return function }
  if optimisations.contains(.inlinedBodies) { code.removeDeepens() }
  if optimisations.contains(.framedArrays) {
    code.frameArrays(arrays, parameterCount: function.parameterCount)
  }
  if optimisations.contains(.fusedBranches) { code.fuseBranches(slotCount: function.slots.count) }
  if optimisations.contains(.hoistedConstants) { code.hoistConstants() }
  if optimisations.contains(.removedCopies) { code.removeCopies() }
  if optimisations.contains(.provenRanges) {
    code.removeOverflowChecks(parameterCount: function.parameterCount)
  }
  if optimisations.contains(.sharedResults), code.shareResults(slotCount: code.slots.count),
    optimisations.contains(.removedCopies)
  {
    code.removeCopies()
  }
  if optimisations.contains(.hoistedInvariants), code.hoistInvariants(),
    optimisations.contains(.removedCopies)
  {
    code.removeCopies()
  }
  if optimisations.contains(.groupedElements), code.groupElements(arrays.layouts) {
    code.settle()
    if optimisations.contains(.removedCopies) { code.removeCopies() }
  }
  if optimisations.contains(.testsAtEnd) { code.testAtEnd() }
  if optimisations.contains(.fusedCharges) { code.fuseCharges() }
  return code.assembled() ?? function
}
