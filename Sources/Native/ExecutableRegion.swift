import Glibc

/// Memory with code in it, written once and executable from then on: never both.
struct ExecutableRegion: ~Copyable {
  private let memory: UnsafeMutableRawBufferPointer

  /// Memory with a copy of `code`; nil where the system refuses it.
  init?(_ code: UnsafeRawBufferPointer) {
    let pageCount = (code.count + 4095) / 4096
    let address = mmap(
      nil, pageCount * 4096, PROT_READ | PROT_WRITE, Int32(MAP_PRIVATE) | Int32(MAP_ANONYMOUS),
      -1, 0)
    guard let address, address != MAP_FAILED else { return nil }
    let pages = UnsafeMutableRawBufferPointer(start: address, count: pageCount * 4096)
    pages.copyMemory(from: code)
    guard mprotect(address, pages.count, PROT_READ | PROT_EXEC) == 0 else {
      munmap(address, pages.count)
      return nil
    }
    memory = pages
  }

  deinit { munmap(memory.baseAddress, memory.count) }

  /// Where the code begins.
  var start: UInt { UInt(bitPattern: memory.baseAddress) }
}
