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
  package static let all: Optimisations = [
    .fusedBranches, .testsAtEnd, .hoistedConstants, .removedCopies, .fusedCharges, .sharedResults,
    .provenRanges, .groupedElements, .inlinedBodies, .hoistedInvariants,
  ]
  /// What images are made with.
  package static let standard = all
}

/// The function improved; one pass for each of `optimisations`, each linear in its length.
func optimised(
  _ function: FunctionContents, _ layouts: [Layout], by optimisations: Optimisations
) -> FunctionContents {
  guard !optimisations.isEmpty, var code = CodeList(function) else { return function }
  if optimisations.contains(.inlinedBodies) { code.removeDeepens() }
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
  if optimisations.contains(.groupedElements), code.groupElements(layouts) {
    code.settle()
    if optimisations.contains(.removedCopies) { code.removeCopies() }
  }
  if optimisations.contains(.testsAtEnd) { code.testAtEnd() }
  if optimisations.contains(.fusedCharges) { code.fuseCharges() }
  return code.assembled() ?? function
}
