import Bytecode
import Glibc

/// The memory of a host half: its image, stack and arena.
///
/// Reserved, and taken from the system only where it is touched.
struct HostMemory: ~Copyable {
  let image: VerifiedImage
  private let bytes: UnsafeMutableRawBufferPointer
  let stack: UnsafeMutableRawBufferPointer
  let arena: UnsafeMutableRawBufferPointer
  /// Non-zero asks the host half to stop at its next safe point.
  let stopFlag: UnsafeMutablePointer<UInt32>

  private static let stackByteCount = 64 << 20
  private static let arenaByteCount = 16 << 30

  enum Refusal: Error {
    /// The system gives no memory.
    case noMemory
    case image(VerificationError)
  }

  /// Memory with the image `bytes`, which lowering made, in it.
  init(image bytes: [UInt8]) throws(Refusal) {
    guard let stack = Self.reserve(Self.stackByteCount) else { throw .noMemory }
    guard let arena = Self.reserve(Self.arenaByteCount) else {
      munmap(stack.baseAddress, stack.count)
      throw .noMemory
    }
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(8, bytes.count), alignment: 8)
    copy.copyBytes(from: bytes)
    switch verify(UnsafeRawBufferPointer(rebasing: copy[..<bytes.count]), profile: .host) {
    case .success(let verified): image = verified
    case .failure(let error):
      copy.deallocate()
      munmap(stack.baseAddress, stack.count)
      munmap(arena.baseAddress, arena.count)
      throw .image(error)
    }
    self.stack = stack
    self.arena = arena
    self.bytes = copy
    stopFlag = .allocate(capacity: 1)
    stopFlag.initialize(to: 0)
  }

  deinit {
    bytes.deallocate()
    stopFlag.deallocate()
    munmap(stack.baseAddress, stack.count)
    munmap(arena.baseAddress, arena.count)
  }

  /// Where the address space is limited, half as much, and half of that, down to a mebibyte.
  private static func reserve(_ byteCount: Int) -> UnsafeMutableRawBufferPointer? {
    var byteCount = byteCount
    while byteCount >= 1 << 20 {
      let address = mmap(
        nil, byteCount, PROT_READ | PROT_WRITE,
        Int32(MAP_PRIVATE) | Int32(MAP_ANONYMOUS) | Int32(MAP_NORESERVE), -1, 0)
      if let address, address != MAP_FAILED {
        return UnsafeMutableRawBufferPointer(start: address, count: byteCount)
      }
      byteCount /= 2
    }
    return nil
  }
}
