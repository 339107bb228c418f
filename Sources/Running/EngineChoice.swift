package import Lowering
import Machine

/// How machines go from one instruction to the next, on the host and on the simulated device.
package enum Engine: String, CaseIterable, Sendable {
  /// By tail calls; in a debug build as `switched`.
  case threaded
  /// In a loop around one switch.
  case switched
}

/// What is done to code once it is complete, by names that users know.
package enum Improvement: String, CaseIterable, Sendable {
  case fusedBranches = "fused-branches"
  case hoistedConstants = "hoisted-constants"
  case removedCopies = "removed-copies"
  case testsAtEnd = "tests-at-end"
  case fusedCharges = "fused-charges"
  case sharedResults = "shared-results"

  fileprivate var optimisations: Optimisations {
    switch self {
    case .fusedBranches: .fusedBranches
    case .hoistedConstants: .hoistedConstants
    case .removedCopies: .removedCopies
    case .testsAtEnd: .testsAtEnd
    case .fusedCharges: .fusedCharges
    case .sharedResults: .sharedResults
    }
  }
}

/// How a program is compiled and run; what it does is the same.
package struct EngineChoice: Sendable {
  package var engine: Engine
  package var optimisations: Optimisations

  package init(_ engine: Engine = .threaded, without leftOut: [Improvement] = []) {
    self.engine = engine
    optimisations = .standard
    for improvement in leftOut { optimisations.subtract(improvement.optimisations) }
  }

  var dispatch: Dispatch {
    switch engine {
    case .threaded: .standard
    case .switched: .switched
    }
  }
}
