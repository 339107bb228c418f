package import Diagnostics

// The tree of one source file: nodes in arenas, children by id, spans beside the nodes. The tree is
// a value and is never changed after the parser made it; what later passes learn lies in tables of
// their own.

/// An expression of one `ParsedModule`; below zero, one of its `PlainNumbers`.
package struct ExpressionID: Hashable, Sendable { package let index: Int32 }
/// A statement of one `ParsedModule`.
package struct StatementID: Hashable, Sendable { package let index: Int32 }
/// A written type of one `ParsedModule`.
package struct TypeID: Hashable, Sendable { package let index: Int32 }
/// A pattern of one `ParsedModule`.
package struct PatternID: Hashable, Sendable { package let index: Int32 }

/// An identifier where it is written.
package struct Name: Hashable, Sendable {
  package let text: String
  package let span: Span
  package init(_ text: String, at span: Span) {
    self.text = text
    self.span = span
  }
}

/// A number as written, exact: `significand * 10^exponent`, negative if `isNegative`.
///
/// `isExact` is false where the significand has more digits than fit; `double` is then still the
/// nearest double.
package struct Numeral: Hashable, Sendable {
  package let significand: UInt64
  package let exponent: Int32
  package let isNegative: Bool
  /// Whether it was written with a point or an exponent; such a literal is never an `Int`.
  package let isFloat: Bool
  package let isExact: Bool
  /// The nearest double, with its sign.
  package let double: Double
  package init(
    significand: UInt64, exponent: Int32, isNegative: Bool, isFloat: Bool, isExact: Bool,
    double: Double
  ) {
    self.significand = significand
    self.exponent = exponent
    self.isNegative = isNegative
    self.isFloat = isFloat
    self.isExact = isExact
    self.double = double
  }
}

/// A unit as written: `V/us` has the factors `V` to the power 1 and `us` to the power -1; `1/s` has
/// only `s`.
package struct UnitExpression: Hashable, Sendable {
  /// One unit in the product, and its power.
  package struct Factor: Hashable, Sendable {
    package let name: Name
    package let power: Int
    package init(name: Name, power: Int) {
      self.name = name
      self.power = power
    }
  }
  package let factors: [Factor]
  package let span: Span
  package init(factors: [Factor], span: Span) {
    self.factors = factors
    self.span = span
  }
}

/// Operators before their operand.
package enum PrefixOperator: String, Sendable { case minus = "-", complement = "~", not = "not" }

/// Operators between two operands, as they are written.
package enum InfixOperator: String, CaseIterable, Sendable {
  case power = "**"
  case multiply = "*", divide = "/", floorDivide = "//", remainder = "%", matrixMultiply = "@"
  case wrappingMultiply = "&*"
  case add = "+", subtract = "-", wrappingAdd = "&+", wrappingSubtract = "&-"
  case shiftLeft = "<<", shiftRight = ">>"
  case bitAnd = "&", bitXor = "^", bitOr = "|"
  case coalesce = "??"
  case equal = "==", notEqual = "!=", less = "<", lessOrEqual = "<=", greater = ">",
    greaterOrEqual = ">="
  case contains = "in"
  case and = "and", or = "or"
}

/// An argument of a call: its label, whether it is `&place`, and its value.
package struct Argument: Hashable, Sendable {
  package let label: Name?
  package let isInout: Bool
  package let value: ExpressionID
}

/// What stands between `{` and `}` in an interpolated string, or the text between two of those.
package enum StringSegment: Hashable, Sendable {
  case text(String)
  /// The value and its format as written after the `:`, without the colon; nil if there is none.
  case value(ExpressionID, format: Format?)

  /// What stands after the colon.
  package struct Format: Hashable, Sendable {
    package let text: String
    package let span: Span
    package init(text: String, span: Span) {
      self.text = text
      self.span = span
    }
  }
}

/// One `for` or `if` of a comprehension, in the order written.
package enum ComprehensionClause: Hashable, Sendable {
  case loop(PatternID, in: ExpressionID)
  case condition(ExpressionID)
}

/// One condition of an `if`, `guard` or `while`.
package enum Condition: Hashable, Sendable {
  case expression(ExpressionID)
  /// `let pattern = value` where the value is an optional.
  case binding(PatternID, ExpressionID)
}

/// An expression.
package enum Expression: Hashable, Sendable {
  /// Where an error was reported; agrees with everything.
  case invalid
  case number(Numeral)
  case quantity(Numeral, UnitExpression)
  case boolean(Bool)
  case none
  case string([StringSegment])
  case name(Name)
  /// `.member` where the type is known from outside, as `.circle` or `.reset`.
  case implicitMember(Name)
  case member(ExpressionID, Name)
  /// `t.0`
  case tupleElement(ExpressionID, Int)
  /// `f(a, label: b)`; `typeArguments` as in `[Int32](xs)` are part of the callee.
  case call(ExpressionID, [Argument])
  /// `a[i]`, `m[i, j]`; a range inside makes a slice.
  case index(ExpressionID, [ExpressionID])
  case prefix(PrefixOperator, ExpressionID)
  /// The operator's own span is for labels.
  case infix(InfixOperator, ExpressionID, ExpressionID, at: Span)
  /// `a..<b`, `a...b`, with `by` step.
  case range(ExpressionID, ExpressionID, isClosed: Bool, step: ExpressionID?)
  case tuple([ExpressionID])
  case array([ExpressionID])
  /// `[value; count]`
  case repeated(ExpressionID, count: ExpressionID)
  case comprehension(ExpressionID, [ComprehensionClause])
  /// `if c { a } else { b }` in the place of a value; the blocks' last statements are the values.
  case conditional([Condition], then: Block, otherwise: Block?)
  case match(ExpressionID, [MatchCase])
  case closure(FunctionSignature, Block)
  case await(ExpressionID)
  /// `record { }`
  case record(Block)
  /// A type in the place of a value, as in `[Int32](xs)`.
  case type(TypeID)
  /// `( e )`, kept so that `(-7) ** 2` differs from `-7 ** 2`.
  case parenthesized(ExpressionID)
}

/// A type as it is written.
package enum WrittenType: Hashable, Sendable {
  case invalid
  /// `Float`, `Float<V/s>`, `Box<T>`, `module.Name`.
  case named(module: Name?, Name, arguments: [WrittenTypeArgument])
  case optional(TypeID)
  case array(TypeID)
  /// `[T; n]`, `[Float; m, n]`
  case fixedArray(TypeID, [ExpressionID])
  case tuple([TypeID])
  case function([TypeID], TypeID)
}

/// What stands between `<` and `>` after a type.
package enum WrittenTypeArgument: Hashable, Sendable {
  case type(TypeID)
  /// A unit, dimension or product of those, as `V/s`, `D*E`, `D^2`: names with powers. A lone name
  /// is ambiguous and always written as this; the typing decides.
  case unit(UnitExpression)
  /// A length that is more than a name, as `20` or `N + 1`.
  case length(ExpressionID)
}

/// What a value is taken apart by.
package enum Pattern: Hashable, Sendable {
  case invalid
  case wildcard
  /// A name that is bound: in `let`, `for` and function heads.
  case binding(Name)
  case tuple([PatternID])
  /// `case x:`, `case .x:`, `case circle(let r):` - a bare name after `case` is always a case.
  case enumCase(Name, [PatternID])
  case literal(ExpressionID)
  case range(ExpressionID)
}

/// One `case` of a `match`.
package struct MatchCase: Hashable, Sendable {
  /// Empty for `else:`.
  package let patterns: [PatternID]
  package let condition: ExpressionID?
  package let body: Block
  package let span: Span
}

/// Statements between braces; `span` covers the braces.
package struct Block: Hashable, Sendable {
  package let statements: [StatementID]
  package let span: Span
}

/// One `catch` of a `try`.
package struct CatchClause: Hashable, Sendable {
  /// Empty catches all; otherwise the names of errors, perhaps with their module.
  package let errors: [Name]
  package let binding: Name?
  package let body: Block
  package let span: Span
}

/// A statement.
package enum Statement: Hashable, Sendable {
  case invalid
  case expression(ExpressionID)
  /// `let` or `var`; `keyword` is where it stands.
  case binding(isVariable: Bool, PatternID, TypeID?, ExpressionID, keyword: Span)
  case assignment(ExpressionID, ExpressionID)
  case compoundAssignment(ExpressionID, InfixOperator, ExpressionID, at: Span)
  case ifElse([Condition], then: Block, otherwise: Block?)
  case guardElse([Condition], Block)
  case match(ExpressionID, [MatchCase])
  case forLoop(PatternID, in: ExpressionID, Block, isParallel: Bool)
  case whileLoop([Condition], Block)
  case breakLoop
  case continueLoop
  case returnValue(ExpressionID?)
  case throwError(ExpressionID?)
  case tryCatch(Block, [CatchClause], finally: Block?)
  case send(ExpressionID)
  case preload([Name])
  case parallel(Block)
  case sequential(Block)
  case critical(Block)
  /// A `fn` declared in a body.
  case function(Function)
}

/// A source file as a tree.
///
/// Made by `parse` only. A copy costs no more than a reference.
package struct ParsedModule: Sendable {
  private let nodes: Nodes

  private final class Nodes: Sendable {
    let contents: TreeContents
    init(_ contents: TreeContents) { self.contents = contents }
  }

  init(_ contents: TreeContents) { nodes = Nodes(contents) }

  /// All nodes, for passes over the whole tree.
  var contents: TreeContents { nodes.contents }
  package var source: SourceID { nodes.contents.source }
  /// What of the source was not understood.
  package var doubts: Doubts { nodes.contents.doubts }
  package var declarations: [Declaration] { nodes.contents.declarations }
  /// The texts that stand behind `lab:` in calls.
  package var laboratoryNames: [String] {
    var names: [String] = []
    for case .call(_, let arguments) in nodes.contents.expressions {
      for argument in arguments where argument.label?.text == "lab" {
        guard case .string(let segments) = self[argument.value],
          case .text(let name)? = segments.first, segments.count == 1
        else { continue }
        names.append(name)
      }
    }
    return names
  }
  package subscript(id: ExpressionID) -> Expression { nodes.contents[id] }
  package subscript(id: StatementID) -> Statement { nodes.contents.statements[Int(id.index)] }
  package subscript(id: TypeID) -> WrittenType { nodes.contents.types[Int(id.index)] }
  package subscript(id: PatternID) -> Pattern { nodes.contents.patterns[Int(id.index)] }
  package func span(of id: ExpressionID) -> Span { nodes.contents.span(of: id) }

  /// The same tree, where a bare name has a point before it that is an element of the array literal
  /// `id`, or of one inside it; but for those of `exceptions`.
  package func pointingElements(of id: ExpressionID, but exceptions: Set<String>) -> ParsedModule {
    var contents = nodes.contents
    var left = [id]
    while let next = left.popLast() {
      switch contents[next] {
      case .array(let elements): left += elements
      case .name(let name) where next != id && !exceptions.contains(name.text):
        contents.expressions[Int(next.index)] = .implicitMember(name)
      default: break
      }
    }
    return ParsedModule(contents)
  }

  package func span(of id: StatementID) -> Span { nodes.contents.statementSpans[Int(id.index)] }
  package func span(of id: TypeID) -> Span { nodes.contents.typeSpans[Int(id.index)] }
  package func span(of id: PatternID) -> Span { nodes.contents.patternSpans[Int(id.index)] }
}

/// The nodes of a tree while it is being built.
struct TreeContents: Sendable {
  let source: SourceID
  var declarations: [Declaration] = []
  var expressions: [Expression] = []
  var expressionSpans: [Span] = []
  /// The expressions whose ids are below zero.
  var plainNumbers = PlainNumbers()
  var statements: [Statement] = []
  var statementSpans: [Span] = []
  var types: [WrittenType] = []
  var typeSpans: [Span] = []
  var patterns: [Pattern] = []
  var patternSpans: [Span] = []
  /// What of the source was not understood.
  var doubts = Doubts()

  init(source: SourceID) { self.source = source }

  func span(of id: ExpressionID) -> Span {
    id.index < 0 ? plainNumbers.span(id, in: source) : expressionSpans[Int(id.index)]
  }
  func span(of id: StatementID) -> Span { statementSpans[Int(id.index)] }
  func span(of id: TypeID) -> Span { typeSpans[Int(id.index)] }
  func span(of id: PatternID) -> Span { patternSpans[Int(id.index)] }
  subscript(id: ExpressionID) -> Expression {
    id.index < 0 ? plainNumbers.expression(id, in: source) : expressions[Int(id.index)]
  }
  subscript(id: StatementID) -> Statement { statements[Int(id.index)] }
  subscript(id: TypeID) -> WrittenType { types[Int(id.index)] }
  subscript(id: PatternID) -> Pattern { patterns[Int(id.index)] }
}
