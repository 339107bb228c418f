import Diagnostics
import TestKit
import Testing

/// Every diagnostic code has evidence: a program that draws it.
@Suite struct CodeTests {
  /// Codes that nothing can draw yet, and why.
  private static let unreachable: [Code: String] = [:]

  @Test(arguments: Code.allCases) func isDrawn(_ code: Code) {
    let program = GoldenProgram.all.first { $0.promisedCodes.contains(code.rawValue) }
    if let reason = Self.unreachable[code] {
      #expect(
        program == nil,
        "\(code.rawValue) is drawn by \(program?.path ?? ""), yet it is listed: \(reason)")
    } else {
      #expect(program != nil, "no program draws \(code.rawValue) (\(code))")
    }
  }

  @Test func noProgramPromisesAnUnknownCode() {
    let known = Set(Code.allCases.map(\.rawValue))
    for program in GoldenProgram.all {
      for code in program.promisedCodes where !known.contains(code) {
        Issue.record("\(program): there is no code \(code)")
      }
    }
  }
}
