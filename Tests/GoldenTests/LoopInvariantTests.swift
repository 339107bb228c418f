import Bytecode
import TestKit
import Testing

/// What is the same in all rounds of a loop is computed before it, and nothing else is.
///
/// That programs do the same is what the other tests compare.
@Suite struct LoopInvariantTests {
  /// An operation, and how many loops are around it.
  private struct Placed {
    let opcode: Opcode
    var depth: Int
  }

  /// The operations of the only kernel of an experiment, whose body is `body`, in their order.
  private func operations(_ body: String) throws -> [Placed] {
    let text = """
      experiment X {
          kernel go(n: Int, m: Int, a: Float, b: Float, xs: [Float]) -> Float {
              var s = 0.0
      \(body)
              return s
          }
          run { print(go(3, 4, 1.5, 2.5, [0.5])) }
      }

      """
    let images = loweredImages(of: text, at: "invariants.exp")
    let image = try #require(images.first { $0.profile == .kernel }, "\(text)")
    let code = image.functions[0].code
    var operations: [Placed] = []
    var starts: [Int: Int] = [:]
    var place = 0
    while place < code.count {
      let instruction = Instruction(code[place])
      let opcode = try #require(instruction.opcode)
      starts[place] = operations.count
      operations.append(Placed(opcode: opcode, depth: 0))
      place += ImageFormat.wordCount(of: opcode, instruction.word)
      if let distance = opcode.distance(in: instruction), distance < 0 {
        let head = try #require(starts[place + distance])
        for index in head..<operations.count { operations[index].depth += 1 }
      }
    }
    return operations
  }

  private func depths(of opcode: Opcode, in operations: [Placed]) -> [Int] {
    operations.filter { $0.opcode == opcode }.map(\.depth)
  }

  @Test func productsOfWhatDoesNotChangeStandBeforeAllLoops() throws {
    let operations = try operations(
      """
              for i in 0..<n {
                  for j in 0..<m { s += Float(n + m) + (a / b) * 0.5 }
              }
      """)
    #expect(depths(of: .divideFloat, in: operations) == [0])
    #expect(depths(of: .multiplyFloat, in: operations) == [0])
    // A sum may not fit: it is computed, and fails, where it stands.
    #expect(depths(of: .addInteger, in: operations) == [2])
  }

  @Test func whatDependsOnARoundStaysInItsLoop() throws {
    let operations = try operations(
      """
              for i in 0..<n {
                  let x = Float(i)
                  for j in 0..<m { s += (x / b) - Float(j) }
              }
      """)
    #expect(depths(of: .divideFloat, in: operations) == [1])
    #expect(depths(of: .integerToFloat, in: operations) == [1, 2])
  }

  @Test func whatIsWrittenInTheLoopIsComputedEachTime() throws {
    let operations = try operations(
      """
              var c = a
              for i in 0..<n {
                  s += c / b
                  if s > 3.0 { c = Float(i) }
              }
      """)
    #expect(depths(of: .divideFloat, in: operations) == [1])
  }

  @Test func whatMayRaiseStaysWhereItIsCaught() throws {
    let operations = try operations(
      """
              for i in 0..<n {
                  try { s += xs[m] * Float(n // m) } catch { s += 1.0 }
              }
      """)
    #expect(depths(of: .floorDivideInteger, in: operations) == [1])
  }
}
