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
  package static let all: Optimisations = [.fusedBranches, .testsAtEnd]
  /// What images are made with: nothing yet, since the interpreter takes longer for a `branch…`
  /// than for a comparison and a jump (decision 14).
  package static let standard: Optimisations = []
}

/// The function improved; one pass for each of `optimisations`, each linear in its length.
func optimised(_ function: FunctionContents, by optimisations: Optimisations) -> FunctionContents {
  guard !optimisations.isEmpty, var code = CodeList(function) else { return function }
  if optimisations.contains(.fusedBranches) { code.fuseBranches(slotCount: function.slots.count) }
  if optimisations.contains(.testsAtEnd) { code.testAtEnd() }
  return code.assembled() ?? function
}
