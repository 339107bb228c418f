import CCodeCache
import Glibc

/// How the system gives memory for code.
package struct CodeMemory: Sendable {
  /// Gives so many bytes that can be written, a multiple of 4096; nil if it refuses.
  package let allocate: @Sendable (Int) -> UnsafeMutableRawPointer?
  /// Makes them executable and no longer writable; false if it refuses.
  package let seal: @Sendable (UnsafeMutableRawBufferPointer) -> Bool

  package init(
    allocate: @escaping @Sendable (Int) -> UnsafeMutableRawPointer?,
    seal: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Bool
  ) {
    self.allocate = allocate
    self.seal = seal
  }

  /// Pages of the system's own.
  package static let system = CodeMemory(
    allocate: { count in
      let address = mmap(
        nil, count, PROT_READ | PROT_WRITE, Int32(MAP_PRIVATE) | Int32(MAP_ANONYMOUS), -1, 0)
      return address == MAP_FAILED ? nil : address
    },
    seal: { mprotect($0.baseAddress, $0.count, PROT_READ | PROT_EXEC) == 0 })
}

/// Memory with code in it, written once and executable from then on: never both.
struct ExecutableRegion: ~Copyable {
  private let pages: UnsafeMutableRawBufferPointer

  /// Memory with a copy of `code`; nil where `memory` refuses it.
  init?(_ code: UnsafeRawBufferPointer, in memory: CodeMemory) {
    let count = (code.count + 4095) / 4096 * 4096
    guard let address = memory.allocate(count) else { return nil }
    let pages = UnsafeMutableRawBufferPointer(start: address, count: count)
    pages.copyMemory(from: code)
    larmor_seeCode(address, address + count)
    guard memory.seal(pages) else {
      munmap(address, count)
      return nil
    }
    self.pages = pages
  }

  deinit { munmap(pages.baseAddress, pages.count) }

  /// Where the code begins.
  var start: UInt { UInt(bitPattern: pages.baseAddress) }
}
