import Typing

/// The functions whose value is taken somewhere: those that a call of a function value may mean
/// (rule 16).
struct FunctionValues {
  private let taken: [(function: FunctionID, type: Type)]

  init(of program: TypedProgram) {
    var seen: Set<FunctionID> = []
    var found: [FunctionID] = []
    // The closure must not mention the program: it would be copied at every node.
    for function in program.functions {
      function.body.visit { node in
        if case .expression(let expression) = node, case .function(let id, _) = expression.kind {
          if seen.insert(id).inserted { found.append(id) }
        }
      }
    }
    taken = found.map { ($0, Self.type(of: program[$0])) }
  }

  private static func type(of function: TypedFunction) -> Type {
    .function(function.parameters.map(\.type), function.result)
  }

  /// The functions that a value of `type` may be.
  func targets(of type: Type) -> [FunctionID] {
    taken.filter { Self.agree($0.type, type) }.map(\.function)
  }

  /// Whether the types may be the same once generic parameters are known.
  private static func agree(_ a: Type, _ b: Type) -> Bool {
    switch (a, b) {
    case (.parameter, _), (_, .parameter), (.unknown, _), (_, .unknown), (.never, _), (_, .never):
      true
    case (.float, .float): dimensionsAgree(a, b)
    case (.optional(let a), .optional(let b)), (.array(let a), .array(let b)): agree(a, b)
    case (.fixedArray(let a, _), .fixedArray(let b, _)): agree(a, b)
    case (.tuple(let a), .tuple(let b)): agree(a, b)
    case (.structure(let a, _), .structure(let b, _)): a == b
    case (.function(let a, let x), .function(let b, let y)): agree(a, b) && agree(x, y)
    default: a == b
    }
  }

  private static func agree(_ a: [Type], _ b: [Type]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { agree($0, $1) }
  }

  private static func dimensionsAgree(_ a: Type, _ b: Type) -> Bool {
    guard case .float(let a) = a, case .float(let b) = b else { return false }
    return a == b || !a.variables.isEmpty || !b.variables.isEmpty
  }
}
