import Native
import Testing

/// x86-64 instructions as `llvm-objdump` reads them.
@Suite struct EncodingTests {
  private static func expect(
    _ bytes: [UInt8], at place: SourceLocation = #_sourceLocation,
    _ write: (inout Native.Assembler<X86>) -> Void
  ) {
    var assembler = Native.Assembler<X86>(capacity: 64)
    write(&assembler)
    #expect(Array(assembler.code) == bytes, sourceLocation: place)
  }

  @Test func moves() {
    Self.expect([0x48, 0x8B, 0x45, 0x08]) { $0.move(.rax, .memory(.rbp, 8)) }
    Self.expect([0x4D, 0x8B, 0x8C, 0x24, 0x20, 1, 0, 0]) { $0.move(.r9, .memory(.r12, 0x120)) }
    Self.expect([0x49, 0x8B, 0x45, 0]) { $0.move(.rax, .memory(.r13, 0)) }
    Self.expect([0x48, 0x8B, 0x04, 0x24]) { $0.move(.rax, .memory(.rsp, 0)) }
    Self.expect([0x48, 0x89, 0x4D, 0xF0]) { $0.store(.memory(.rbp, -16), .rcx) }
    Self.expect([0x4C, 0x8B, 0x3C, 0xF3]) { $0.move(.r15, .indexed(.rbx, .rsi, 0)) }
    Self.expect([0x48, 0x8D, 0x04, 0xC7]) { $0.address(.rax, .indexed(.rdi, .rax, 0)) }
    Self.expect([0x48, 0x8D, 0x04, 0xBF]) { $0.address(.rax, .scaled(.rdi, 4)) }
    Self.expect([0x0F, 0xB6, 0x04, 0x33]) { $0.moveByte(.rax, .byteIndexed(.rbx, .rsi)) }
    Self.expect([0x88, 0x14, 0x33]) { $0.storeByte(.byteIndexed(.rbx, .rsi), .rdx) }
    Self.expect([]) { $0.move(.rdi, .rdi) }
    Self.expect([0xB8, 5, 0, 0, 0]) { $0.constant(.rax, 5) }
    Self.expect([0x31, 0xC9]) { $0.constant(.rcx, 0) }
    Self.expect([0x49, 0xC7, 0xC3, 0xFE, 0xFF, 0xFF, 0xFF]) { $0.constant(.r11, .max - 1) }
    Self.expect([0x49, 0xBB, 0xAB, 0x89, 0x67, 0x45, 0x23, 1, 0, 0]) {
      $0.constant(.r11, 0x123_4567_89AB)
    }
  }

  @Test func arithmetic() {
    Self.expect([0x48, 0x03, 0xDE]) { $0.apply(.add, .rbx, .register(.rsi)) }
    Self.expect([0x48, 0x83, 0xFF, 0x3F]) { $0.apply(.compare, .register(.rdi), 63) }
    Self.expect([0x49, 0x81, 0xEA, 0, 1, 0, 0]) { $0.apply(.subtract, .register(.r10), 256) }
    Self.expect([0x49, 0x0F, 0xAF, 0xC0]) { $0.multiply(.rax, .register(.r8)) }
    Self.expect([0x48, 0xC1, 0xF9, 0x3F]) { $0.shift(.right, .rcx, by: 63) }
    Self.expect([0x48, 0xF7, 0xF9]) { $0.apply(.divide, .register(.rcx)) }
    Self.expect([0x66, 0x83, 0x7D, 0xF6, 0]) { $0.compareShort(.memory(.rbp, -10), 0) }
    Self.expect([0x0F, 0x94, 0xC0, 0x0F, 0xB6, 0xC0]) { $0.set(.rax, if: .equal) }
    Self.expect([0x48, 0x0F, 0x4F, 0xC2]) { $0.move(.rax, .register(.rdx), if: .greater) }
  }

  @Test func floats() {
    Self.expect([0xF2, 0x44, 0x0F, 0x10, 0x4D, 0x10]) {
      $0.load(X86.FloatRegister(9), .memory(.rbp, 16))
    }
    Self.expect([0x41, 0x0F, 0x28, 0xD7]) {
      $0.load(X86.FloatRegister(2), .float(X86.FloatRegister(15)))
    }
    Self.expect([0xF2, 0x41, 0x0F, 0x58, 0xD7]) {
      $0.apply(X86.FloatOperation.add, X86.FloatRegister(2), .float(X86.FloatRegister(15)))
    }
    Self.expect([0x66, 0x0F, 0x2E, 0x9D, 0, 4, 0, 0]) {
      $0.compare(X86.FloatRegister(3), .memory(.rbp, 0x400))
    }
    Self.expect([0xF2, 0x49, 0x0F, 0x2A, 0xEA]) {
      $0.convert(X86.FloatRegister(5), .register(.r10))
    }
    Self.expect([0x66, 0x4C, 0x0F, 0x7E, 0xC0]) { $0.moveBits(.rax, X86.FloatRegister(8)) }
  }

  @Test func jumpsLeadWhereTheyAreLinked() {
    Self.expect([0x0F, 0x8C, 1, 0, 0, 0, 0xC3, 0xE9, 0xF4, 0xFF, 0xFF, 0xFF]) {
      let over = $0.jump(if: .less)
      $0.giveBack()
      $0.link(over, to: $0.count)
      $0.jump(to: 0)
    }
    Self.expect([0x74, 1, 0xC3]) {
      let over = $0.jumpShort(if: .equal)
      $0.giveBack()
      $0.linkShort(over)
    }
  }

  @Test func thereIsRoomForWhatIsReserved() {
    var assembler = Native.Assembler<X86>(capacity: 0)
    for _ in 0..<1000 {
      assembler.reserve(8)
      assembler.word(0x0102_0304_0506_0708)
    }
    #expect(assembler.code.count == 8000)
    #expect(assembler.code[7999] == 1)
  }
}
