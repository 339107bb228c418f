import Bytecode
import TestKit
import Testing

/// Small arrays whose indices are known are slots of the frame; others are arrays.
///
/// That programs do the same is what the other tests compare.
@Suite struct FramedArrayTests {
  /// The only kernel of an experiment, which gives back `result` behind `body`.
  private func kernel(_ body: String, result: String) throws -> FunctionContents {
    let text = """
      fn sum(xs: [Int]) -> Int { return xs[0] + xs[1] }
      fn length(a: Float, b: Float) -> Float {
          let v: [Float; 2] = [a, b]
          let w = v * 2.0
          return w[0] + w[1]
      }
      experiment X {
          kernel go(n: Int, a: Float) -> Float {
      \(body)
              return \(result)
          }
          run { print(go(1, 1.5)) }
      }

      """
    let images = loweredImages(of: text, at: "frames.exp")
    let image = try #require(images.first { $0.profile == .kernel }, "\(text)")
    return image.functions[0]
  }

  private func ownsArrays(_ function: FunctionContents) -> Bool {
    function.slots.contains { $0.kind == .owned }
  }

  @Test(arguments: [
    ("let v = [n, 2, 3]", "Float(v[0] * v[2])"),
    ("var v = [n, 2]\n        v[1] += v[0]\n        let w = v", "Float(w[1])"),
    ("let v: [Float; 3] = [a, a, 1.0]\n        let w = v + v * a", "w[1]"),
    ("let m: [Float; 2, 2] = [[a, 1.0], [0.0, a]]\n        let p = m @ m", "p[0, 1]"),
    ("let v = [(n, a), (2, 0.5)]", "v[0].1 + Float(v[1].0)"),
    ("let v = [n, 2]", "Float(sum(v))"),
    ("let v = [n > 0, false]", "if v[0] { a } else { 0.0 }"),
    ("let v = length(a, 2.0)", "v"),
  ])
  func elementsAreSlots(_ body: String, _ result: String) throws {
    #expect(try !ownsArrays(kernel("        " + body, result: result)))
  }

  @Test(arguments: [
    ("let v = [n, 2, 3]", "Float(v[n])"),
    ("let v = [n, 2, 3]", "Float(v[3])"),
    ("var v = [n, 2]\n        v.append(3)", "Float(v[1])"),
    ("let v = [n; 20]", "Float(v[1])"),
    ("var v = [n, 2]\n        if n > 1 { v = [1, 2, 3] }", "Float(v[1])"),
    ("let v = [[n, 2], [3, n]]", "Float(v[1][0])"),
  ])
  func othersAreArrays(_ body: String, _ result: String) throws {
    #expect(try ownsArrays(kernel("        " + body, result: result)))
  }
}
