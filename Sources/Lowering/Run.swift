import Bytecode
import Typing
import Values

/// Neighbouring slots of a frame that hold one value.
struct Run: Hashable {
  let first: Int
  let words: [SlotType]

  var slots: Range<Int> { first..<first + words.count }
  var ownsArrays: Bool { words.contains { $0.kind == .owned } }
  var borrowsArrays: Bool { words.contains { $0.kind == .borrowed } }

  /// The `count` words from word `offset` on.
  func part(_ offset: Int, _ count: Int) -> Run {
    if offset == 0, count == words.count { return self }
    return Run(first: first + offset, words: Array(words[offset..<offset + count]))
  }
}

/// Where the value of an expression is.
enum Operand {
  /// Known when compiling; in no slot yet.
  case constant(Constant)
  /// In slots that belong to somebody else: copied to be kept. `isMutable`: what is evaluated next
  /// may change it.
  case place(Run, isMutable: Bool)
  /// In slots of its own, given back after use. Owned arrays may be moved out of it.
  case temporary(Run)
  /// A part of a temporary that is given back at the end of the statement.
  case part(Run)

  var run: Run? {
    switch self {
    case .constant: nil
    case .place(let run, _), .temporary(let run), .part(let run): run
    }
  }

  var constant: Constant? {
    if case .constant(let constant) = self { return constant }
    return nil
  }
}

/// What a local of a function is bound to.
enum Binding {
  case run(Run)
  case constant(Constant)
  /// A device, or an array of devices.
  case device(MemberID)
  /// Has a value when it runs; only while a walk is tried.
  case dynamic
  /// A function, known when compiling.
  case function(StaticFunction)
}

/// A function, or one that was walked into, with what its names stand for.
struct Frame {
  let function: FunctionID
  let substitution: [GenericID: GenericArgument]
  let device: MemberID?
  var locals: [Binding?]
  /// The indices of locals that are optionals and have a value, whatever it is; while a block is
  /// sorted.
  var presentLocals: Set<Int> = []
  var loops: [LoopContext] = []
}

/// Where `break` and `continue` go, and how many scopes they leave.
struct LoopContext {
  let breakLabel: Label
  let continueLabel: Label
  let scopeCount: Int
  /// How much a way out had to pass around it.
  let exitDepth: Int
}

/// A function to be lowered: with what its generic parameters stand for, and the device it belongs
/// to.
struct FunctionInstance: Hashable {
  let function: FunctionID
  let substitution: [GenericID: GenericArgument]
  let device: MemberID?
  /// What its parameters that are devices stand for, in order; of an array of devices that one.
  var devices: [MemberID] = []
  /// For parameters that are functions, by index, which these are: on the device.
  var functions: [Int: StaticFunction.Shape] = [:]
  /// Called by way of its value: what it has copied comes packed behind its parameters.
  var isValue = false
}

/// A function value that is known when compiling, and what it has copied: on the device there are
/// no others.
struct StaticFunction {
  /// What of it does not change from call to call.
  struct Shape: Hashable {
    let function: FunctionID
    let substitution: [GenericID: GenericArgument]
    let device: MemberID?
    let copies: [Copy]

    /// Which function or device a copy is, if it is one.
    indirect enum Copy: Hashable {
      case value
      case device(MemberID)
      case function(Shape)
    }
  }

  /// The value of a local of the function around it.
  enum Copy {
    case constant(Constant)
    case run(Run)
    case device(MemberID)
    case function(StaticFunction)
  }

  let function: FunctionID
  let substitution: [GenericID: GenericArgument]
  let device: MemberID?
  let copies: [Copy]

  var shape: Shape {
    Shape(
      function: function, substitution: substitution, device: device,
      copies: copies.map {
        switch $0 {
        case .constant, .run: .value
        case .device(let member): .device(member)
        case .function(let inner): .function(inner.shape)
        }
      })
  }
}
