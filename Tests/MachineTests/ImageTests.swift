import Bytecode
import Foundation
import Testing

/// The format: digests, the page that describes it, the disassembler.
@Suite struct ImageTests {
  private func hex(_ bytes: [UInt8]) -> String { bytes.map { String(format: "%02x", $0) }.joined() }

  /// The examples of FIPS 180-4 and of NIST's long messages.
  @Test func sha256() {
    #expect(
      hex(SHA256.digest(of: Array("abc".utf8)))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      hex(SHA256.digest(of: []))
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      hex(SHA256.digest(of: Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8)))
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    let million = [UInt8](repeating: 97, count: 1_000_000)
    #expect(
      hex(SHA256.digest(of: million))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func sha256InPieces() {
    let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    for split in stride(from: 0, through: 300, by: 13) {
      var hash = SHA256()
      bytes[..<split].withUnsafeBytes { hash.update($0) }
      for byte in bytes[split...] { hash.update(CollectionOfOne(byte)) }
      #expect(hash.finalizeToArray() == SHA256.digest(of: bytes))
    }
    for count in 0...300 {
      var (own, portable) = (SHA256(), SHA256(portably: true))
      bytes[..<count].withUnsafeBytes { own.update($0) }
      bytes[..<count].withUnsafeBytes { portable.update($0) }
      #expect(own.finalizeToArray() == portable.finalizeToArray(), "\(count) bytes")
    }
    var words = SHA256()
    words.update(0x0807_0605_0403_0201 as UInt64)
    #expect(words.finalizeToArray() == SHA256.digest(of: [1, 2, 3, 4, 5, 6, 7, 8]))
  }

  /// The loop takes a word's operation for the enumeration's representation.
  @Test func operationsAreNumberedInOrder() {
    for (index, opcode) in Opcode.allCases.enumerated() {
      #expect(Int(opcode.rawValue) == index + 1)
      #expect(unsafeBitCast(opcode, to: UInt8.self) == UInt8(index))
    }
    for (index, error) in BuiltinError.allCases.enumerated() {
      #expect(Int(error.rawValue) == index)
      #expect(unsafeBitCast(error, to: UInt8.self) == UInt8(index))
    }
    #expect(Section.allCases.count == ImageFormat.sectionCount)
  }

  /// docs/image-format.md lists every operation, section and error with its number and its
  /// operands.
  @Test func thePageIsComplete() throws {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { folder.deleteLastPathComponent() }
    let page = try String(
      contentsOf: folder.appendingPathComponent("docs/image-format.md"), encoding: .utf8)
    let lines = Set(page.split(separator: "\n").map(String.init))
    for opcode in Opcode.allCases {
      let shape = opcode.shape
      let row =
        "| \(opcode.rawValue) | `\(opcode)` | \(shape.a) | \(shape.b) | \(shape.c) | \(shape.trailer) |"
      #expect(lines.contains(row), "\(row)")
    }
    for section in Section.allCases {
      let start = "| \(section.rawValue) | `\(section)` | \(section.recordByteCount) |"
      #expect(lines.contains { $0.hasPrefix(start) }, "\(start)")
    }
    for error in BuiltinError.allCases {
      #expect(page.contains("\(error.rawValue) `\(error)`"), "\(error)")
    }
    for function in Elementary.allCases {
      #expect(page.contains("\(function.rawValue) `\(function)`"), "\(function)")
    }
    for kind in 1...7 as ClosedRange<UInt8> {
      let kind = try #require(SlotKind(rawValue: kind))
      #expect(page.contains("\(kind.rawValue) `\(kind)`"))
    }
  }

  @Test func disassembly() {
    var main = Assembler("main", parameters: [.integer], results: [.integer])
    let x = main.slot(.integer)
    main.position(line: 12, pending: 20)
    main.label("top")
    main.emit(.addImmediate, x, 0, 0xFFFF)
    main.call(0, [x], results: [x])
    main.jump(to: "top")
    main.handle("top", "top", at: "top")
    var contents = image([main])
    contents.functions[0].handlers[0].end = 1
    contents.inlinedCalls = [
      InlinedCall(name: "outer", file: 0, line: 3, column: 4, outer: nil),
      InlinedCall(name: "inner", file: 0, line: 5, column: 6, outer: 0),
    ]
    contents.functions[0].positions[0].call = 1
    contents.captures = [
      CaptureContents(
        path: "cal.offset", type: "Float", file: 0, line: 9, digest: [0xAB], binding: .fixed)
    ]
    let text = disassemble(encode(contents))
    for part in [
      "image test, host profile", "capture cal.offset: Float (test.exp:9) fixed ab000000",
      "function 0 main (integer) -> (integer)",
      "; test.exp:12:1 in inner, called at test.exp:5:6 in outer, called at test.exp:3:4, 20 ticks pending",
      "addImmediate s1, s0, -1", "call main, (s1), -> s1",
      "jump -> 0",
      "handler 0..<1 any error -> 0",
    ] {
      #expect(text.contains(part), "\(part) in\n\(text)")
    }
    #expect(disassemble([]) == "not an image: too short for an image\n")
    #expect(disassemble([UInt8](repeating: 7, count: 1000)).hasPrefix("not an image: "))
  }
}
