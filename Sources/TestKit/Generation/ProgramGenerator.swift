/// Writes programs at random: well-formed, well-typed, and sure to end.
///
/// They are meant for comparing engines with each other. So what a value is does not matter, only
/// that every construct meets every other: functions, kernels on the timeline, errors caught and
/// not, loops left early, values of all types nested in each other. The same seed makes the same
/// program.
package struct ProgramGenerator {
  /// Where the code that is being written will run.
  enum Place: Hashable {
    /// Either side: no effects.
    case portable
    /// The host half of an experiment.
    case host
    /// A kernel: the timeline, no strings.
    case kernel
  }

  /// A name that can be mentioned.
  struct Binding {
    let name: String
    let type: GeneratedType
    let isVariable: Bool
  }

  /// Something that can be called.
  struct Callable {
    let name: String
    let place: Place
    let parameters: [GeneratedType]
    let result: GeneratedType
    /// Whether the last parameter is `inout`.
    let isWriting: Bool
  }

  var numbers: SplitMix
  var lines: [String] = []
  var indentation = 0
  var nextName = 0
  var scope: [Binding] = []
  var callables: [Callable] = []
  var place = Place.portable
  /// What a `return` in the function being written must give; nil where none may stand.
  var result: GeneratedType?
  /// How many more statements this function may have.
  var budget = 0
  /// How deep the loops are nested at this place, inside the nearest function or `parallel`.
  var loopDepth = 0
  /// Whether a `parallel` lies between this place and its function: nothing may leave it.
  var isInParallel = false
  /// How often the bodies that surround this place run at most, as far as loops say.
  var repetition = 1

  private init(seed: UInt64) { numbers = SplitMix(seed: seed) }

  /// The program that belongs to `seed`: one experiment, called `Generated`.
  package static func program(seed: UInt64) -> String {
    var generator = ProgramGenerator(seed: seed)
    generator.writeProgram()
    return generator.lines.joined(separator: "\n") + "\n"
  }

  // MARK: Chance and text

  mutating func chance(_ part: Int, of whole: Int) -> Bool { numbers.below(whole) < part }

  mutating func newName(_ stem: String) -> String {
    nextName += 1
    return "\(stem)\(nextName)"
  }

  mutating func line(_ text: String) {
    lines.append(String(repeating: "    ", count: indentation) + text)
  }

  /// Writes `head {`, the body in a scope of its own, and `}`.
  mutating func block(
    _ head: String, closing: String = "}", _ body: (inout ProgramGenerator) -> Void
  ) {
    line(head + " {")
    let outer = scope.count
    indentation += 1
    body(&self)
    indentation -= 1
    scope.removeLast(scope.count - outer)
    line(closing)
  }
}

/// The types of generated values.
indirect enum GeneratedType: Hashable, Sendable {
  case integer, integer32, float, voltage, duration, boolean
  case optional(GeneratedType)
  case array(GeneratedType)
  case fixed(GeneratedType, Int)
  case tuple([GeneratedType])
  /// The struct `Point`: `n: Int`, `x: Float`, `list: [Int]`.
  case point
  /// The enum `Shape`: `empty`, `square(Int)`, `pair(Float, Duration)`.
  case shape
  /// A function of an Int that gives an Int.
  case function

  /// As it is written in a program.
  var text: String {
    switch self {
    case .integer: "Int"
    case .integer32: "Int32"
    case .float: "Float"
    case .voltage: "Voltage"
    case .duration: "Duration"
    case .boolean: "Bool"
    case .optional(let type): "\(type.text)?"
    case .array(let type): "[\(type.text)]"
    case .fixed(let type, let count): "[\(type.text); \(count)]"
    case .tuple(let types): "(" + types.map(\.text).joined(separator: ", ") + ")"
    case .point: "Point"
    case .shape: "Shape"
    case .function: "(Int) -> Int"
    }
  }

  /// Types without parts.
  static let scalars: [GeneratedType] = [
    .integer, .integer32, .float, .voltage, .duration, .boolean,
  ]
}
