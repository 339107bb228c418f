package import Bytecode
import Machine

/// The number of a resident kernel in the device's table.
package struct KernelSlot: Hashable, Sendable {
  package let number: Int
  package init(number: Int) { self.number = number }
}

/// Why an image could not be made resident.
package enum LoadError: Error, Hashable, Sendable {
  case refused(VerificationError)
  /// As many kernels are resident as there can be.
  case noFreeSlot
}

/// Why a kernel could not be started.
package enum StartError: Error, Hashable, Sendable {
  case notResident
  /// Another kernel has not ended.
  case busy
  /// The words do not fit the parameters or the bound captures.
  case malformedWords
  /// The arguments do not fit into the arena, or the frame into the stack.
  case outOfMemory
}

/// A kernel that is ready to be started: the device's own copy of its image, verified.
struct ResidentKernel {
  let bytes: UnsafeMutableRawBufferPointer
  let image: VerifiedImage
  /// Loads that have not been unloaded: one image is resident once.
  var uses: Int
  /// How machines run it; nil: as the device's do.
  var dispatch: Dispatch?

  func holds(_ other: VerifiedImage) -> Bool {
    guard image.digest.count == other.digest.count else { return false }
    for index in 0..<image.digest.count where image.digest[index] != other.digest[index] {
      return false
    }
    return true
  }
}
