package import Diagnostics

// What the typing makes of the syntax: every name resolved, every operator chosen by its operands'
// types, every default argument filled in, every conversion written out. Later passes and the
// reference interpreter never ask what the source meant. Generic functions keep their parameters;
// `calls` say what these stand for.
//
// The nodes are nested values instead of ids into arenas (against style.md, 1): three passes match
// two or three levels deep, and a node belongs to one parent only.

/// A typed expression.
package struct TypedExpression: Sendable {
  package let kind: Kind
  package let type: Type
  package let span: Span

  package init(_ kind: Kind, _ type: Type, at span: Span) {
    self.kind = kind
    self.type = type
    self.span = span
  }

  /// Whether it is a member, or a field or tuple element of one.
  package var isWithinMember: Bool {
    switch kind {
    case .member: true
    case .field(let base, _), .tupleElement(let base, _): base.isWithinMember
    default: false
    }
  }

  /// What kind of node it is.
  ///
  /// Numbers and names stand where the node is: most nodes are these, and are copied often.
  package enum Kind: Sendable {
    /// Never in a program without errors.
    case invalid
    case unit
    /// `Int`, `Int32`; ticks of a `Duration`.
    case integer(Int64)
    /// `Float` and quantities, in SI base units and turns.
    case float(Double)
    case boolean(Bool)
    indirect case text(String)
    /// An optional that is `none`.
    case none
    /// A value as an optional.
    indirect case some(TypedExpression)
    case local(LocalID)
    /// The value of an argument, `prepare` binding, variable, constant, shared value, dataset,
    /// resident, driver field.
    case member(MemberID)
    /// A device: a member of the experiment of kind `.device`; compile-time.
    case device(MemberID)
    /// The device that a driver's kernel belongs to; compile-time.
    case ownDevice
    /// A function as a value, with what it copies of the locals around it: the values of its first
    /// parameters.
    indirect case function(FunctionID, [GenericID: GenericArgument], captures: [TypedExpression])
    indirect case unary(UnaryOperation, TypedExpression)
    indirect case binary(BinaryOperation, TypedExpression, TypedExpression)
    indirect case and(TypedExpression, TypedExpression)
    indirect case or(TypedExpression, TypedExpression)
    /// `a ?? b`
    indirect case coalesce(TypedExpression, TypedExpression)
    /// Arguments stand in the order of the parameters, none left out. Evaluated in that order.
    indirect case call(FunctionID, [GenericID: GenericArgument], [TypedArgument])
    /// The kernel `name` of the device's driver. Bound when compiled: `program.kernel(name, of:
    /// driver)`.
    indirect case deviceCall(TypedExpression, name: String, signature: FunctionID, [TypedArgument])
    /// A call of a function value.
    indirect case callValue(TypedExpression, [TypedExpression])
    indirect case intrinsic(Intrinsic, [TypedExpression])
    indirect case convert(Conversion, TypedExpression)
    indirect case tuple([TypedExpression])
    indirect case tupleElement(TypedExpression, Int)
    /// All fields in the order of the declaration.
    indirect case structure(StructID, [TypedExpression])
    indirect case field(TypedExpression, Int)
    /// The value of a family of shared values (`Member.keyFunction`) at these arguments.
    indirect case sharedElement(MemberID, [TypedExpression])
    indirect case enumeration(EnumID, Int, [TypedExpression])
    /// Whether a value of an enum is its case of that number; of an optional, 1 is that it has a
    /// value.
    indirect case isCase(TypedExpression, Int)
    /// Part `field` of what case `tag` of an enum carries, or the value of an optional (case 1);
    /// evaluated only where the value is known to be that case.
    indirect case payload(TypedExpression, tag: Int, field: Int)
    indirect case array([TypedExpression])
    /// An array of many numbers, written out.
    indirect case numbers(NumberTable)
    indirect case repeated(TypedExpression, count: TypedExpression)
    /// Checked. The index is an `Int`.
    indirect case index(TypedExpression, TypedExpression)
    /// `a[low..<high]`
    indirect case slice(TypedExpression, TypedExpression, TypedExpression)
    /// Statements, then a value. Locals declared inside end with it.
    indirect case conditional(
      [TypedCondition], TypedBlock, TypedExpression, otherwise: TypedBlock, TypedExpression)
    /// Statements, then a value. Locals declared inside end with it.
    indirect case sequence(TypedBlock, TypedExpression)
    indirect case comprehension(TypedExpression, [TypedClause])
    indirect case interpolation([TypedSegment])
    /// Runs a host function and waits for it. The operand is a `.call`.
    indirect case await(TypedExpression)
    indirect case record(TypedBlock)
    /// Appends to an array in place; of type unit.
    indirect case append(Place, TypedExpression)
    /// `simulate(X(a: 1))`: the arguments given, by member, and the shared values before the run.
    indirect case simulate(
      ExperimentID, [MemberID: TypedExpression], seed: TypedExpression?, shared: [SharedInput],
      laboratory: String?)
  }
}

/// A shared value that a simulation starts with.
package struct SharedInput: Sendable {
  package let key: String
  package let value: TypedExpression
}

/// An argument of a call: a value, or a place that the callee may write.
package enum TypedArgument: Sendable {
  case value(TypedExpression)
  case place(Place)
}

/// What can be written: a variable and a path into it.
package struct Place: Sendable {
  /// The variable that is written.
  package enum Root: Hashable, Sendable {
    case local(LocalID)
    /// A variable, dataset, shared or resident member.
    case member(MemberID)
  }
  /// A step into it.
  package enum Step: Sendable {
    case field(Int)
    case tupleElement(Int)
    case index(TypedExpression)
  }
  package let root: Root
  /// Which one of a family of shared values it is: the arguments, evaluated before the steps'
  /// indices.
  package let keys: [TypedExpression]
  package let steps: [Step]
  /// The type of the whole variable, and of what the path leads to.
  package let rootType: Type
  package let type: Type
  package let span: Span
  package init(
    root: Root, keys: [TypedExpression] = [], steps: [Step], rootType: Type, type: Type,
    at span: Span
  ) {
    self.root = root
    self.keys = keys
    self.steps = steps
    self.rootType = rootType
    self.type = type
    self.span = span
  }
}

/// A condition of an `if`, `guard` or `while`.
package enum TypedCondition: Sendable {
  case expression(TypedExpression)
  /// Holds if the optional has a value, which the local then is.
  case binding(LocalID, TypedExpression)
  /// Always holds; the local is the value, a part of what the conditions before it have looked at.
  case declare(LocalID, TypedExpression)
}

/// A `for` or `if` of a comprehension.
package enum TypedClause: Sendable {
  case loop(TypedLoop)
  case condition(TypedExpression)
  /// A part of the element that the loop before it is at.
  case declare(LocalID, TypedExpression)
}

/// What a `for` goes over, and the locals that it binds on each round.
package struct TypedLoop: Sendable {
  /// What the loop goes over.
  package enum Source: Sendable {
    /// Step nil is 1. The bounds are evaluated once.
    case range(TypedExpression, TypedExpression, isClosed: Bool, step: TypedExpression?)
    case array(TypedExpression)
  }
  package let source: Source
  /// The local that each element is bound to; a tuple pattern takes it apart by declarations at the
  /// head of the body.
  package let variable: LocalID
  package init(source: Source, variable: LocalID) {
    self.source = source
    self.variable = variable
  }
}

/// A part of an interpolated string.
package enum TypedSegment: Sendable {
  case text(String)
  case value(TypedExpression, ValueFormat)
}

/// How a value is printed in an interpolation (rule 11).
package struct ValueFormat: Hashable, Sendable {
  /// In which form the value is printed.
  package enum Notation: Hashable, Sendable {
    /// The value's own form.
    case plain
    /// `f`, `e`, `g`, `%` with digits; `x`, `b`, `o`, `d`; `s`, whose digits are the characters
    /// that are kept. Capital letters as well.
    case letter(Character, digits: Int?)
    /// In a unit: its name as written and its value in SI base units (angles in turns); digits
    /// after the point.
    case unit(String, scale: Double, digits: Int?)
  }
  package var notation: Notation
  package var width: Int
  /// `<`, `>`, `^` or nil.
  package var alignment: Character?
  /// What stands on the sides of a text that is shorter than `width`.
  package var fill: Character = " "
  package var isZeroPadded: Bool
  /// What stands before numbers that are not negative: `+`, a space, or nil.
  package var sign: Character?
  /// Whether `0x`, `0b` or `0o` stands before the digits.
  package var hasRadix = false
  /// What stands between groups of three digits: `,`, `_` or nil.
  package var separator: Character?
  package init(
    notation: Notation = .plain, width: Int = 0, alignment: Character? = nil,
    isZeroPadded: Bool = false
  ) {
    self.notation = notation
    self.width = width
    self.alignment = alignment
    self.isZeroPadded = isZeroPadded
  }
  package static let plain = ValueFormat()
}

/// Statements with their span.
package struct TypedBlock: Sendable {
  package var statements: [TypedStatement]
  package let span: Span
  package init(_ statements: [TypedStatement], at span: Span) {
    self.statements = statements
    self.span = span
  }
}

/// A typed statement.
package struct TypedStatement: Sendable {
  package let kind: Kind
  package let span: Span
  package init(_ kind: Kind, at span: Span) {
    self.kind = kind
    self.span = span
  }

  /// What kind of node it is.
  package indirect enum Kind: Sendable {
    case expression(TypedExpression)
    case declare(LocalID, TypedExpression)
    /// A binding at the top level of `prepare`: the first value of a member.
    case declareMember(MemberID, TypedExpression)
    /// The right side is evaluated before the place's indices.
    case assign(Place, TypedExpression)
    /// `place op= value`: value, then place, read, operate, write. `BinaryOperation` takes the
    /// place's value as its left.
    case compoundAssign(Place, BinaryOperation, TypedExpression)
    /// `(a, b) = value`
    case assignTuple([Place], TypedExpression)
    case conditional([TypedCondition], TypedBlock, TypedBlock?)
    /// `guard`: the locals bound stay in scope after it; the block never reaches its end.
    case guarded([TypedCondition], TypedBlock)
    case loop(TypedLoop, TypedBlock, isParallel: Bool)
    case whileLoop([TypedCondition], TypedBlock)
    case breakLoop
    case continueLoop
    case returnValue(TypedExpression?)
    /// The error with its payload; nil throws the caught one again, or that which a `catch` has
    /// bound to the local given.
    case throwError(ErrorReference?, [TypedExpression])
    case tryCatch(TypedBlock, [TypedCatch], finally: TypedBlock?)
    case send(TypedExpression)
    case preload([FunctionID])
    case block(TypedBlock)
    /// Every statement starts at the cursor where the block began; the block ends at the latest
    /// end.
    case parallel(TypedBlock)
    case critical(TypedBlock)
    /// Of a test: the condition, its source text, and both sides where it is a comparison.
    case expect(TypedExpression, text: String, sides: [TypedExpression])
  }
}

/// An error, the language's own or a declared one.
package enum ErrorReference: Hashable, Sendable {
  /// By number in `builtinErrorNames`.
  case builtin(Int)
  case declared(ErrorID)
}

/// The errors that the language raises itself, in the order of their numbers (`BuiltinError` in
/// Bytecode).
package let builtinErrorNames = [
  "Underflow", "SequenceError", "Collision", "Busy", "InputOverflow", "Timeout",
  "ArithmeticOverflow",
  "DivisionByZero", "IndexOutOfRange", "OutOfMemory", "StackOverflow", "Cancelled", "MissingValue",
  "LimitExceeded",
  "FitFailed",
]

/// What the language's own errors carry, by their numbers: the channel's number on the device, and
/// times.
package func builtinErrorPayload(_ number: Int) -> [(name: String, type: Type)] {
  let channel = (name: "channel", type: Type.integer)
  let at = (name: "at", type: Type.timestamp)
  switch number {
  case 0: return [channel, at, (name: "slack", type: .duration)]
  case 1, 2: return [channel, at]
  case 3, 4, 13: return [channel]
  default: return []
  }
}

/// Whether a program may throw the language's error without what the device would say of it: those
/// of which language.md names no payload.
package func isThrownBare(_ number: Int) -> Bool {
  guard builtinErrorNames.indices.contains(number) else { return false }
  return ["SequenceError", "Collision", "Busy", "LimitExceeded"].contains(builtinErrorNames[number])
}

/// A `catch` of a `try`.
package struct TypedCatch: Sendable {
  /// Empty catches all.
  package let errors: [ErrorReference]
  package let binding: LocalID?
  package let body: TypedBlock
  package init(errors: [ErrorReference], binding: LocalID?, body: TypedBlock) {
    self.errors = errors
    self.binding = binding
    self.body = body
  }
}

extension TypedProgram {
  /// The dataset of which `expression` is an element, or an element of an element, and the indices,
  /// that along the first axis first; nil of anything else.
  ///
  /// Without indices it is the dataset itself.
  package func datasetElement(_ expression: TypedExpression) -> (
    dataset: MemberID, indices: [TypedExpression]
  )? {
    var indices: [TypedExpression] = []
    var base = expression
    while case .index(let inner, let index) = base.kind {
      indices.append(index)
      base = inner
    }
    guard case .member(let id) = base.kind, self[id].kind == .dataset else { return nil }
    return (id, indices.reversed())
  }
}
