/// An image that has been verified: only `verify` makes one.
///
/// It refers to the caller's bytes, which must stay where they are, unchanged, as long as it is
/// used.
package struct VerifiedImage {
  package let view: ImageView
  package let profile: Profile

  fileprivate init(_ view: ImageView, profile: Profile) {
    self.view = view
    self.profile = profile
  }

  package var functionCount: Int { view.count(.functions) }
  package var boundCount: Int { view.count(.bound) }
  package var globalCount: Int { view.count(.globals) }
  /// SHA-256 of the contents, as 32 bytes within the image.
  package var digest: UnsafeRawBufferPointer { view.digest }

  /// The entry of `function`'s positions that stands for `word`, if there is one.
  package func position(function: Int, word: Int) -> PositionEntry? {
    let record = view.function(function)
    var low = 0
    var high = record.positionCount
    while low < high {
      let middle = (low + high) / 2
      if Int(view.position(record.positionsStart + middle).start) <= word {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low == 0 ? nil : view.position(record.positionsStart + low - 1)
  }
}

/// Checks everything that the machine relies on, in one pass over `bytes`; allocates nothing.
///
/// `bytes` must begin at a multiple of 8. An image of another profile than `profile` is refused.
package func verify(
  _ bytes: UnsafeRawBufferPointer, profile: Profile
) -> Result<VerifiedImage, VerificationError> {
  do throws(VerificationError) {
    let view = try ImageView(bytes)
    guard view.profileNumber == profile.rawValue else { throw VerificationError(.profile) }
    try checkDigest(view, bytes)
    let tables = TableVerifier(view: view, profile: profile)
    try tables.run()
    if let error = checkCode(view, profile) { throw error }
    return .success(VerifiedImage(view, profile: profile))
  } catch {
    return .failure(error)
  }
}

private func checkCode(_ view: ImageView, _ profile: Profile) -> VerificationError? {
  InstructionForms.with(profile) { forms in
    do throws(VerificationError) {
      for index in 0..<view.count(.functions) {
        var code = CodeVerifier(view: view, profile: profile, index: index, forms: forms)
        try code.run()
      }
      return nil
    } catch {
      return error
    }
  }
}

private func checkDigest(_ view: ImageView, _ bytes: UnsafeRawBufferPointer)
  throws(VerificationError)
{
  var hash = SHA256()
  hash.update(UnsafeRawBufferPointer(rebasing: bytes[..<ImageFormat.digestOffset]))
  hash.update(UnsafeRawBufferPointer(rebasing: bytes[ImageFormat.tableOffset...]))
  let digest = hash.finalize()
  for index in 0..<32 where digest[index] != view.digest[index] { throw VerificationError(.digest) }
}
