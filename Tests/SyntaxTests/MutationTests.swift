import Diagnostics
import Syntax
import TestKit
import Testing

/// Programs with something broken in them: the parser gives a tree and errors, and never traps.
@Suite struct MutationTests {
  /// For each program: some 3,200 in all.
  static let mutationCount = 120

  private func mutated(_ program: Program, _ random: inout SplitMix) -> [UInt8] {
    var bytes = program.bytes
    for _ in 0...random.below(3) {
      guard bytes.count > 2 else { break }
      let place = random.below(bytes.count)
      let length = min(bytes.count - place, 1 + random.below(40))
      switch random.below(8) {
      case 0: bytes[place] ^= 1 << UInt8(random.below(8))
      case 1: bytes[place] = UInt8(random.below(256))
      case 2: bytes.removeSubrange(place..<place + length)
      case 3: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
      case 4: bytes.removeSubrange(place...)
      case 5:
        bytes.insert(
          contentsOf: Array("(){}[]\"{:,.<>=&\n#@"[...].utf8).shuffled(using: &random).prefix(3),
          at: place)
      default: swapTokens(&bytes, &random)
      }
    }
    return bytes
  }

  private func swapTokens(_ bytes: inout [UInt8], _ random: inout SplitMix) {
    var sources = SourceSet()
    let source = sources.add(Source(name: "x", bytes: bytes))
    let tokens = lex(source, in: sources).tokens.dropLast()
    guard tokens.count > 3 else { return }
    let first = tokens[random.below(tokens.count / 2)]
    let second = tokens[tokens.count / 2 + random.below(tokens.count - tokens.count / 2)]
    guard first.end <= second.start else { return }
    let head = bytes[..<Int(first.start)] + bytes[Int(second.start)..<Int(second.end)]
    let middle =
      bytes[Int(first.end)..<Int(second.start)] + bytes[Int(first.start)..<Int(first.end)]
    bytes = Array(head + middle + bytes[Int(second.end)...])
  }

  @Test(arguments: Program.accepted + Program.rejected)
  func neverTraps(_ program: Program) throws {
    for round in 0..<MutationTests.mutationCount {
      var random = SplitMix(seed: UInt64(round) &* 0x1_0001 &+ UInt64(program.bytes.count))
      let bytes = mutated(program, &random)
      let parsed = Parsed(bytes)
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(LexerTests.untiled(parsed.lexed, bytes) == nil, "round \(round): \(text)")
      let module = try #require(parsed.module)
      for span in module.allSpans
        + parsed.diagnostics.flatMap({
          [$0.span] + $0.labels.map(\.span) + $0.fixes.flatMap { $0.edits.map(\.span) }
        })
      {
        #expect(span.start <= span.end && Int(span.end) <= bytes.count, "round \(round): \(text)")
      }
      #expect(
        !render(parsed.diagnostics, in: parsed.sources, colors: true).isEmpty
          || parsed.diagnostics.isEmpty)
      #expect(!json(of: parsed.diagnostics, in: parsed.sources, file: "x").compact.isEmpty)
      let dump = module.dump
      #expect(!parsed.diagnostics.isEmpty || !dump.contains("(invalid)"), "round \(round): \(text)")
    }
  }
}
