import Foundation
import Native
import TestKit
import Testing

/// arm64 instructions are those that an assembler makes of their text.
@Suite(
  .enabled(
    if: Arm64Process.missing == nil, Comment(rawValue: Arm64Process.missing ?? "all is there")))
struct Arm64EncodingTests {
  private typealias Register = Arm64.Register
  private typealias Float = Arm64.FloatRegister

  /// Instructions as text, a line each, and as they are written.
  private struct Listing: ~Copyable {
    var text: [String] = []
    var assembler = Native.Assembler<Arm64>(capacity: 0)

    mutating func add(_ lines: String..., write: (inout Native.Assembler<Arm64>) -> Void) {
      assembler.reserve(64)
      text += lines
      write(&assembler)
      while text.count < assembler.count / 4 { text.append("// another, which is too many") }
    }

    /// What the assembler of the field makes of the text is what was written.
    consuming func check() throws {
      #expect(text.count == assembler.count / 4)
      let path = NSTemporaryDirectory() + "larmor-encoding-" + UUID().uuidString
      defer { for end in ["s", "o", "bin"] { unlink("\(path).\(end)") } }
      try (text.joined(separator: "\n") + "\n").write(
        toFile: path + ".s", atomically: false, encoding: .utf8)
      for command in [
        ["as", "-o", "\(path).o", "\(path).s"],
        ["objcopy", "-O", "binary", "-j", ".text", "\(path).o", "\(path).bin"],
      ] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/aarch64-linux-gnu-" + command[0])
        process.arguments = Array(command.dropFirst())
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
      }
      let expected = Array(try Data(contentsOf: URL(fileURLWithPath: path + ".bin")))
      let found = Array(assembler.code)
      #expect(found.count == expected.count)
      for (index, line) in text.enumerated() where 4 * index + 4 <= expected.count {
        let range = 4 * index..<4 * index + 4
        let same = found[range].elementsEqual(expected[range])
        #expect(same, "\(line): \(Array(found[range])), not \(Array(expected[range]))")
      }
    }
  }

  private static let some: [UInt32] = [0, 1, 4, 15, 16, 19, 23, 28, 30]
  private static let floats: [UInt32] = [0, 1, 7, 16, 31]

  @Test func memory() throws {
    var list = Listing()
    for (one, base) in zip(Self.some, Self.some.reversed()) {
      let (x, b) = (Register(one), Register(base))
      for offset in [0, 8, 4088, 32_760] {
        list.add("ldr x\(one), [x\(base), #\(offset)]") { $0.load(x, b, offset) }
        list.add("str x\(one), [x\(base), #\(offset)]") { $0.store(x, b, offset) }
        list.add("ldr d\(one), [x\(base), #\(offset)]") { $0.load(Float(one), b, offset) }
        list.add("str d\(one), [x\(base), #\(offset)]") { $0.store(Float(one), b, offset) }
      }
      for offset in [-256, -16, -1, 3, 255] {
        list.add("ldur x\(one), [x\(base), #\(offset)]") { $0.load(x, b, offset) }
        list.add("stur x\(one), [x\(base), #\(offset)]") { $0.store(x, b, offset) }
        list.add("ldur d\(one), [x\(base), #\(offset)]") { $0.load(Float(one), b, offset) }
        list.add("stur d\(one), [x\(base), #\(offset)]") { $0.store(Float(one), b, offset) }
      }
      list.add("ldr w\(one), [x\(base), #16380]") { $0.loadHalf(x, b, 16_380) }
      list.add("ldur w\(one), [x\(base), #-4]") { $0.loadHalf(x, b, -4) }
      list.add("ldrh w\(one), [x\(base), #8190]") { $0.loadShort(x, b, 8190) }
      list.add("ldurh w\(one), [x\(base), #-12]") { $0.loadShort(x, b, -12) }
      list.add("ldrb w\(one), [x\(base), #4095]") { $0.loadByte(x, b, 4095) }
      list.add("ldr x\(one), [x\(base), x5, lsl #3]") { $0.load(x, b, index: Register(5)) }
      list.add("str x\(one), [x\(base), x5, lsl #3]") { $0.store(x, b, index: Register(5)) }
      list.add("ldr d\(one), [x\(base), x5, lsl #3]") { $0.load(Float(one), b, index: Register(5)) }
      list.add("str d\(one), [x\(base), x5, lsl #3]") {
        $0.store(Float(one), b, index: Register(5))
      }
      list.add("ldrb w\(one), [x\(base), x5]") { $0.loadByte(x, b, index: Register(5)) }
      list.add("strb w\(one), [x\(base), x5]") { $0.storeByte(x, b, index: Register(5)) }
      for offset in [-512, -8, 0, 504] {
        list.add("ldp x\(one), x3, [x\(base), #\(offset)]") {
          $0.load(x, Register(3), b, pairAt: offset)
        }
        list.add("stp x\(one), x3, [x\(base), #\(offset)]") {
          $0.store(x, Register(3), b, pairAt: offset)
        }
      }
      list.add("str x\(one), [sp, #-16]!") { $0.push(x) }
      list.add("ldr x\(one), [sp], #16") { $0.pop(x) }
      list.add("stp x\(one), x3, [sp, #-16]!") { $0.push(x, Register(3)) }
      list.add("ldp x\(one), x3, [sp], #16") { $0.pop(x, Register(3)) }
    }
    list.add("movz x17, #32768", "str xzr, [x19, x17]") { $0.store(.zero, Register(19), 32_768) }
    list.add("movn x17, #256", "ldr d3, [x2, x17]") { $0.load(Float(3), Register(2), -257) }
    list.add("movz x17, #0x5", "movk x17, #1, lsl #16", "ldrh w4, [x2, x17]") {
      $0.loadShort(Register(4), Register(2), 65_541)
    }
    try list.check()
  }

  @Test func wholeNumbers() throws {
    var list = Listing()
    let operations: [(String, Arm64.IntegerOperation)] = [
      ("and", .and), ("orr", .or), ("eor", .xor), ("add", .add), ("sub", .subtract),
      ("adds", .addSettingFlags), ("subs", .subtractSettingFlags), ("mul", .multiply),
      ("smulh", .multiplyHigh), ("sdiv", .divide), ("lsl", .shiftLeft), ("asr", .shiftRight),
    ]
    for (one, other) in zip(Self.some, Self.some.reversed()) {
      let (x, y, z) = (Register(one), Register(other), Register(9))
      for (name, operation) in operations {
        list.add("\(name) x\(one), x\(other), x9") { $0.apply(operation, x, y, z) }
      }
      list.add("mvn x\(one), x\(other)") { $0.invert(x, y) }
      list.add("sxtw x\(one), w\(other)") { $0.extendHalf(x, y) }
      list.add("uxtb w\(one), w\(other)") { $0.extendByte(x, y) }
      list.add("msub x\(one), x\(other), x9, x2") { $0.multiplySubtract(x, Register(2), y, z) }
      list.add("madd x\(one), x\(other), x9, x2") { $0.multiplyAdd(x, Register(2), y, z) }
      list.add("cmp x\(one), x\(other)") { $0.compare(x, y) }
      list.add("cmp x\(one), x\(other), asr #63") { $0.compare(x, signOf: y) }
      for count: UInt32 in [1, 3, 32, 63] {
        list.add("lsl x\(one), x\(other), #\(count)") { $0.shiftLeft(x, y, by: count) }
        list.add("lsr x\(one), x\(other), #\(count)") { $0.shiftRightUnsigned(x, y, by: count) }
      }
      for value in [0, 1, 4095, 4096, 0xFFF000] {
        let lines = ["x\(one), x\(other), #\(value)"]
        list.add("add \(lines[0])") { $0.add(x, y, value) }
        list.add("adds \(lines[0])") { $0.addSettingFlags(x, y, value) }
        guard value > 0 else { continue }
        list.add("sub \(lines[0])") { $0.add(x, y, 0 - value) }
        list.add("subs \(lines[0])") { $0.addSettingFlags(x, y, 0 - value) }
      }
      list.add("cmp x\(one), #63") { $0.compare(x, 63) }
      list.add("cmn x\(one), #8") { $0.compare(x, -8) }
    }
    list.add("movz x17, #4097", "add x1, x2, x17") { $0.add(.x1, .x2, 4097) }
    list.add("movn x17, #4097", "adds x1, x2, x17") { $0.addSettingFlags(.x1, .x2, -4098) }
    list.add("mov x16, sp") { $0.moveStackPointer(.x16, .stackPointer) }
    list.add("mov sp, x16") { $0.moveStackPointer(.stackPointer, .x16) }
    list.add("mov x3, x4") { $0.move(.x3, .x4) }
    list.add { $0.move(.x3, .x3) }
    try list.check()
  }

  @Test func constants() throws {
    var list = Listing()
    list.add("movz x3, #0") { $0.constant(.x3, 0) }
    list.add("movn x3, #0") { $0.constant(.x3, .max) }
    list.add("movz x3, #0xFFFF") { $0.constant(.x3, 0xFFFF) }
    list.add("movz x3, #0x1234, lsl #32") { $0.constant(.x3, 0x1234_0000_0000) }
    list.add("movz x3, #0xFFFF", "movk x3, #0xFFFF, lsl #16") { $0.constant(.x3, 0xFFFF_FFFF) }
    list.add("movn x3, #1") { $0.constant(.x3, .max - 1) }
    list.add("movn x3, #0xFFFE, lsl #16", "movk x3, #5, lsl #48") {
      $0.constant(.x3, 0x0005_FFFF_0001_FFFF)
    }
    list.add(
      "movz x3, #0xCDEF", "movk x3, #0x89AB, lsl #16", "movk x3, #0x4567, lsl #32",
      "movk x3, #0x123, lsl #48"
    ) { $0.constant(.x3, 0x0123_4567_89AB_CDEF) }
    try list.check()
  }

  @Test func conditions() throws {
    var list = Listing()
    let conditions: [(String, Arm64.Condition)] = [
      ("eq", .equal), ("ne", .notEqual), ("hs", .aboveOrEqual), ("lo", .below),
      ("mi", .negative), ("pl", .notNegative), ("vs", .overflow), ("vc", .noOverflow),
      ("hi", .above), ("ls", .belowOrEqual), ("ge", .greaterOrEqual), ("lt", .less),
      ("gt", .greater), ("le", .lessOrEqual),
    ]
    for (name, condition) in conditions {
      list.add("cset x5, \(name)") { $0.set(Register(5), if: condition) }
      list.add("csetm x5, \(name)") { $0.setMask(Register(5), if: condition) }
      list.add("csel x5, x6, x7, \(name)") {
        $0.select(Register(5), Register(6), Register(7), if: condition)
      }
      list.add("ccmp x5, #0, #0, \(name)") { $0.compareWithZero(Register(5), if: condition) }
      list.add("b.\(name) .+8") { $0.jump(if: condition, to: $0.count + 8) }
      list.add("b.\(name) .-1048576") { $0.jump(if: condition, to: $0.count - 1_048_576) }
      #expect(condition.opposite.opposite == condition && condition.opposite != condition)
    }
    try list.check()
  }

  @Test func control() throws {
    var list = Listing()
    list.add("b .+1048576") { $0.jump(to: $0.count + 1_048_576) }
    list.add("b .-8") { $0.jump(to: $0.count - 8) }
    list.add("bl .-64") { $0.call(to: $0.count - 64) }
    list.add("bl .+134217724") { $0.call(to: $0.count + 134_217_724) }
    list.add("br x16") { $0.jump(.x16) }
    list.add("blr x17") { $0.call(.x17) }
    list.add("ret") { $0.giveBack() }
    list.add("cbz x4, .+16") { $0.link($0.jump(if: .zero(.x4)), to: $0.count + 12) }
    list.add("cbnz x4, .-16") { $0.link($0.jump(if: .notZero(.x4)), to: $0.count - 20) }
    list.add("adr x3, .+1023") { $0.address(.x3, $0.count + 1023) }
    list.add("adr x3, .-4098") { $0.address(.x3, $0.count - 4098) }
    try list.check()
  }

  @Test func floatingPoint() throws {
    var list = Listing()
    let operations: [(String, Arm64.FloatOperation)] = [
      ("fmul", .multiply), ("fdiv", .divide), ("fadd", .add), ("fsub", .subtract),
      ("fmax", .maximum), ("fmin", .minimum),
    ]
    let unary: [(String, Arm64.UnaryFloatOperation)] = [
      ("fmov", .move), ("fabs", .absolute), ("fneg", .negate), ("fsqrt", .squareRoot),
    ]
    for (one, other) in zip(Self.floats, Self.floats.reversed()) {
      let (d, e) = (Float(one), Float(other))
      for (name, operation) in operations {
        list.add("\(name) d\(one), d\(other), d9") { $0.apply(operation, d, e, Float(9)) }
      }
      for (name, operation) in unary {
        list.add("\(name) d\(one), d\(other)") { $0.apply(operation, d, e) }
      }
      list.add("fcmp d\(one), d\(other)") { $0.compare(d, e) }
      list.add("scvtf d\(one), x5") { $0.convert(d, Register(5)) }
      list.add("fcvtzs x5, d\(one)") { $0.truncate(Register(5), d) }
      list.add("fmov x5, d\(one)") { $0.moveBits(Register(5), d) }
      list.add("fmov d\(one), x5") { $0.moveBits(d, Register(5)) }
    }
    list.add("fmov d3, xzr") { $0.moveBits(Float(3), .zero) }
    list.add { $0.move(Float(3), Float(3)) }
    try list.check()
  }
}
