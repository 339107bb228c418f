package import Bytecode
package import Machine

/// An image's functions as code of the processor that runs, in memory of its own, for as long as it
/// is kept.
package final class Translation {
  private let region: ExecutableRegion
  /// For machines that run the image.
  package let code: NativeCode
  /// How many bytes the code has.
  package let byteCount: Int

  #if arch(arm64)
    private typealias Own = Arm64
  #else
    private typealias Own = X86
  #endif

  /// The code of `image`; nil on another processor or system, and where memory cannot become
  /// executable.
  package init?(_ image: VerifiedImage, in memory: CodeMemory = .system) {
    #if (arch(x86_64) || arch(arm64)) && os(Linux)
      guard image.functionCount > 0 else { return nil }
      var translator = Translator<Own>(image)
      translator.translate()
      let bytes = translator.assembler.code
      guard bytes.count < Own.imageReach, let region = ExecutableRegion(bytes, in: memory) else {
        return nil
      }
      byteCount = bytes.count
      code = NativeCode(entry: region.start + UInt(translator.routines.entry))
      self.region = region
    #else
      return nil
    #endif
  }
}

/// An image's functions as code of any of the processors, which is not to run here.
///
/// Its first three words are addresses in this process: the tables of operations and of pauses, and
/// what is called when a function returns whose native caller is gone. Whoever runs it elsewhere
/// puts others there.
package struct TranslatedCode: Sendable {
  /// The processors that there is code of.
  package enum Processor: Sendable, CaseIterable { case x86, arm64 }

  package let bytes: [UInt8]
  /// Where it is entered: a C function of the machine's address, which returns a signal's raw
  /// value.
  package let entry: Int

  /// The code of `image` for `processor`; nil if it has no functions.
  package init?(_ image: VerifiedImage, for processor: Processor) {
    guard image.functionCount > 0 else { return nil }
    switch processor {
    case .x86:
      var translator = Translator<X86>(image)
      translator.translate()
      bytes = Array(translator.assembler.code)
      entry = translator.routines.entry
    case .arm64:
      var translator = Translator<Arm64>(image)
      translator.translate()
      bytes = Array(translator.assembler.code)
      entry = translator.routines.entry
    }
  }
}
