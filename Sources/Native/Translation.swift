package import Bytecode
package import Machine

/// An image's functions as x86-64 code, in memory of its own, for as long as it is kept.
package final class Translation {
  private let region: ExecutableRegion
  /// For machines that run the image.
  package let code: NativeCode
  /// How many bytes the code has.
  package let byteCount: Int

  /// The code of `image`; nil on another processor, and where memory cannot become executable.
  package init?(_ image: VerifiedImage) {
    #if arch(x86_64) && os(Linux)
      guard image.functionCount > 0 else { return nil }
      var translator = Translator(image)
      translator.translate()
      let bytes = translator.assembler.code
      guard let region = ExecutableRegion(bytes) else { return nil }
      byteCount = bytes.count
      code = NativeCode(entry: region.start + UInt(translator.routines.entry))
      self.region = region
    #else
      return nil
    #endif
  }
}
