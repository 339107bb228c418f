package import Lowering
import Machine
package import Native

/// How machines go from one instruction to the next, on the host and on the simulated device.
package enum Engine: String, CaseIterable, Sendable {
  /// As the processor's own code, made where it is worth it; where that cannot be, as
  /// `interpreter`.
  case jit
  /// By tail calls; in a debug build as `switched`.
  case interpreter
  /// In a loop around one switch.
  case switched

  /// What programs are run with: native code, but not in debug builds.
  package static var standard: Engine {
    #if DEBUG || !(arch(x86_64) || arch(arm64))
      .interpreter
    #else
      .jit
    #endif
  }
}

/// What is done to code once it is complete, by names that users know.
package enum Improvement: String, CaseIterable, Sendable {
  case fusedBranches = "fused-branches"
  case hoistedConstants = "hoisted-constants"
  case removedCopies = "removed-copies"
  case testsAtEnd = "tests-at-end"
  case fusedCharges = "fused-charges"
  case sharedResults = "shared-results"
  case provenRanges = "proven-ranges"
  case groupedElements = "grouped-elements"
  case inlinedBodies = "inlined-bodies"
  case hoistedInvariants = "hoisted-invariants"
  case framedArrays = "framed-arrays"

  fileprivate var optimisations: Optimisations {
    switch self {
    case .fusedBranches: .fusedBranches
    case .hoistedConstants: .hoistedConstants
    case .removedCopies: .removedCopies
    case .testsAtEnd: .testsAtEnd
    case .fusedCharges: .fusedCharges
    case .sharedResults: .sharedResults
    case .provenRanges: .provenRanges
    case .groupedElements: .groupedElements
    case .inlinedBodies: .inlinedBodies
    case .hoistedInvariants: .hoistedInvariants
    case .framedArrays: .framedArrays
    }
  }
}

/// How a program is compiled and run; what it does is the same.
package struct EngineChoice: Sendable {
  package var engine: Engine
  package var optimisations: Optimisations

  /// Whether the host half becomes native code before it has shown that it runs for long.
  package var translatesAtOnce = false

  /// Where native code lies; what it refuses is interpreted.
  package var codeMemory = CodeMemory.system

  package init(_ engine: Engine = .standard, without leftOut: [Improvement] = []) {
    self.engine = engine
    optimisations = .standard
    for improvement in leftOut { optimisations.subtract(improvement.optimisations) }
  }

  /// How machines go on whose image is no native code.
  var dispatch: Dispatch {
    switch engine {
    case .jit, .interpreter: .standard
    case .switched: .switched
    }
  }
}
