/// The stable codes of all diagnostics.
///
/// A code is never given to another fault, and none is reused.
package enum Code: String, CaseIterable, Sendable {
  // E01 syntax
  case unexpected = "E0101"
  case malformedNumber = "E0102"
  case malformedString = "E0103"
  case unexpectedCharacter = "E0104"
  case nestedTooDeeply = "E0105"
  // E02 names and types
  case unknownName = "E0201"
  case unknownType = "E0202"
  case mismatch = "E0203"
  case integerDivision = "E0204"
  case missingReturn = "E0205"
  case constantAssigned = "E0206"
  case wrongArguments = "E0207"
  case noSuchMember = "E0208"
  case declaredTwice = "E0209"
  case notExhaustive = "E0210"
  case nothingToLeave = "E0211"
  case notApplicable = "E0212"
  case noSuchOperator = "E0213"
  case ambiguousCall = "E0214"
  case unknownImport = "E0215"
  case unknownDevice = "E0216"
  case cannotInfer = "E0217"
  case runMissing = "E0218"
  case valueOutOfRange = "E0219"
  case circular = "E0220"
  case valueTooLate = "E0221"
  // E03 freeze
  case staleCapture = "E0301"
  case writtenWhileRunning = "E0302"
  case sharedCaptured = "E0303"
  case kernelWritesHost = "E0304"
  case overlappingInout = "E0305"
  case captureInCleanup = "E0306"
  // E04 stages and effects
  case deviceOutOfPlace = "E0401"
  case unmarkedHostCall = "E0402"
  case sendWithResult = "E0403"
  case sharedWrittenInWrongStage = "E0404"
  case residentOutsideDevice = "E0405"
  case notInsideRecord = "E0406"
  case datasetInPrepare = "E0407"
  case functionAtRunTime = "E0408"
  // E05 units
  case dimension = "E0501"
  case notWholeTicks = "E0502"
  case literalOutOfRange = "E0503"
  // E06 timeline
  case leavesParallel = "E0601"
  // E09 what this version does not do yet
  case notYetSupported = "E0901"
  // Warnings
  case unusedName = "W0201"
  case unreachable = "W0202"
  case replacedByFinally = "W0203"
  case differentDefaults = "W0204"
  case comparisonUnused = "W0205"
  case indexOutside = "W0206"
  case caseNeverReached = "W0210"
  case snapshotAfterPause = "W0301"
  case needlessAwait = "W0401"
  case plainLoopInParallel = "W0601"
  case waitInBranch = "W0602"
  case unreadWindow = "W0603"

  package var severity: Severity {
    switch rawValue.utf8.first {
    case UInt8(ascii: "W"): .warning
    case UInt8(ascii: "N"): .note
    default: .error
    }
  }
}
