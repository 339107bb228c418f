import Bytecode
import Diagnostics
import Freezing
package import Laboratory
import Lowering
import Toolchain
import Typing

/// The kernels in Larmor, compiled for the laboratory of the benchmarks.
package struct BenchmarkImages: Sendable {
  package let description: SystemDescription
  private let contents: [BenchmarkKernel: ImageContents]

  /// Why there are none: our mistake, in words.
  package struct Refusal: Error {
    package let reason: String
    init(_ reason: String) { self.reason = reason }

    init(_ diagnostics: [Diagnostic]) {
      reason = diagnostics.map { "\($0.code.rawValue) \($0.message)" }.joined(separator: "; ")
    }
  }

  /// Compiles all of them.
  package init() throws(Refusal) {
    let (laboratory, _) = readLaboratory("lab.toml", BenchmarkPrograms.laboratory)
    guard let description = laboratory.value else { throw Refusal(laboratory.diagnostics) }
    let checked = check(
      load("kernels.exp", BenchmarkPrograms.larmor) { _ in .failure(.notFound) },
      against: description)
    guard let program = checked.value else { throw Refusal(checked.diagnostics) }
    var contents: [BenchmarkKernel: ImageContents] = [:]
    for kernel in BenchmarkKernel.allCases {
      let experiment = program.typed.experiments.first { $0.name == kernel.experiment }
      guard let function = experiment?.kernels.first else {
        throw Refusal("kernels.exp has no experiment \(kernel.experiment)")
      }
      let lowered = lowerKernel(function, of: program.proven, captures: [:], bound: [])
      guard let image = lowered.value else { throw Refusal(lowered.diagnostics) }
      contents[kernel] = image.contents
    }
    self.description = description
    self.contents = contents
  }

  /// The image of `kernel`.
  package subscript(kernel: BenchmarkKernel) -> [UInt8] {
    guard let contents = contents[kernel] else {
      preconditionFailure("all kernels have been compiled")
    }
    return encode(contents)
  }
}

extension ImageContents {
  /// How many instructions its functions have.
  var instructionCount: Int {
    var count = 0
    for function in functions {
      var place = 0
      while place < function.code.count {
        let word = function.code[place]
        guard let opcode = Opcode(rawValue: UInt16(truncatingIfNeeded: word & 0xFF)) else {
          preconditionFailure("lowering writes operations that there are")
        }
        count += 1
        place += ImageFormat.wordCount(of: opcode, word)
      }
    }
    return count
  }
}
