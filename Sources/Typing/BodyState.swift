import Diagnostics
import Syntax

/// A function declared in a body.
struct LocalFunction {
  let id: FunctionID
  /// The locals of this body that hold what it copies of those around it, in the order of its first
  /// parameters.
  let captures: [LocalID]
  let span: Span
}

/// The names around a function that is declared in a body.
private final class Surroundings: Sendable {
  let scopes: LocalScopes
  let functionScopes: [[String: LocalFunction]]
  let locals: [Local]
  let outer: Surroundings?

  init(
    scopes: LocalScopes, functionScopes: [[String: LocalFunction]], locals: [Local],
    outer: Surroundings?
  ) {
    self.scopes = scopes
    self.functionScopes = functionScopes
    self.locals = locals
    self.outer = outer
  }

  func bindingSpan(of name: String) -> Span? {
    if let local = scopes[name] { return locals[Int(local.index)].span }
    for scope in functionScopes {
      if let function = scope[name] { return function.span }
    }
    return outer?.bindingSpan(of: name)
  }
}

/// A case of a `match` that binds nothing of what it carries.
struct BareCase {
  let payload: [String]
  let pattern: Span
}

/// What the typer knows while it is in one body: the locals, their scopes, and what may stand here.
struct BodyState {
  var function: FunctionID?
  var kind = TypedFunction.Kind.initializer
  var experiment: ExperimentID?
  var driver: DriverID?
  /// The part used whose code this is: an index into `partInstances`.
  var part: Int?
  /// The struct whose method this is; `self` is local 0.
  var structure: StructID?
  /// The enum whose method this is; `self` is local 0.
  var enumeration: EnumID?
  var generics: [TypedGeneric] = []
  var result = Type.unit
  var locals: [Local] = []
  private var scopes = LocalScopes()
  /// The functions declared in each open scope.
  private var functionScopes: [[String: LocalFunction]] = []
  /// Of a function in another one: what is in scope around it, which it shadows neither.
  private var surroundings: Surroundings?
  /// Of a function in another one: how many of its first locals are copies of locals around it.
  var captureCount = 0
  /// By local whether it is used; of those behind the end none is.
  private var used: [Bool] = []
  /// Locals whose being unused is worth a warning.
  private(set) var declared: [LocalID] = []
  var loopDepth = 0
  var catchDepth = 0
  /// What the `catch`es around have bound.
  var caught: Set<LocalID> = []
  /// What `return` would leave, innermost last.
  var enclosing: [Enclosing] = []
  /// Whether the statement is at the top level of `prepare`.
  var isTopOfPrepare = false

  /// Names of loops over devices, and the elements that they stand for.
  var deviceAliases: [LocalID: TypedExpression] = [:]

  /// Names that were reported as unknown.
  var unknownNames: Set<String> = []
  /// Whether a statement could not be typed of which it is not known where it leads.
  var hasUnknownFlow = false

  /// `value` is a branch that yields a value, of an `if` or `match` as an expression.
  enum Enclosing: String { case parallel, record, loop, value }

  /// How many matches stand around this place.
  var matchDepth = 0
  /// A `try` around this place.
  struct Attempt {
    /// How much of `enclosing` stands around it.
    let depth: Int
    /// The errors that it catches, as they are written; empty for all.
    let errors: Set<String>
  }
  /// The `try`s with a `catch` whose blocks stand around this place, the innermost last.
  var attempts: [Attempt] = []
  /// How many blocks stand around this place whose errors are caught.
  var tryDepth = 0
  /// The cases around this place that carry something and are written by their names alone.
  var bareCases: [BareCase] = []
  /// Which of the diagnostics is about a `break` that ends a case.
  var breakInCase: Int?

  /// How many cases of the matches around this place stand before it.
  var caseDepth = 0

  /// Whether this is a method, whose value is local 0.
  var isMethod: Bool { structure != nil || enumeration != nil }

  /// What a function declared here belongs to.
  var owner: TypedFunction.Owner {
    if let driver { return .driver(driver) }
    return experiment.map { .experiment($0) } ?? .module
  }

  /// The state at the beginning of `function`, which is declared in this body.
  func inside(_ id: FunctionID, _ function: TypedFunction) -> BodyState {
    var inner = BodyState()
    inner.function = id
    inner.kind = function.kind
    inner.experiment = experiment
    inner.driver = driver
    inner.part = part
    inner.structure = structure
    inner.enumeration = enumeration
    inner.generics = function.generics
    inner.result = function.result
    inner.locals = function.locals
    inner.surroundings = Surroundings(
      scopes: scopes, functionScopes: functionScopes, locals: locals, outer: surroundings)
    inner.captureCount = function.captureCount
    inner.unknownNames = unknownNames
    inner.openScope()
    return inner
  }

  /// Whether the code here runs on the device.
  var isDevice: Bool {
    switch kind {
    case .kernel, .seamlessKernel, .requirement, .stage(.cleanup): true
    case .portable, .host, .stage, .initializer, .test: false
    }
  }

  func lookUp(_ name: String) -> LocalID? { scopes[name] }

  func lookUpFunction(_ name: String) -> LocalFunction? {
    for index in functionScopes.indices.reversed() where !functionScopes[index].isEmpty {
      if let function = functionScopes[index][name] { return function }
    }
    return nil
  }

  func visibleNames() -> [String] {
    scopes.locals.keys + functionScopes.flatMap(\.keys)
  }

  /// Where a local or a function in scope, here or around the function, was given its name.
  func bindingSpan(of name: String) -> Span? {
    if let local = lookUp(name) { return locals[Int(local.index)].span }
    return lookUpFunction(name)?.span ?? surroundings?.bindingSpan(of: name)
  }

  mutating func openScope() {
    scopes.open()
    functionScopes.append([:])
  }

  mutating func closeScope() {
    scopes.close()
    functionScopes.removeLast()
  }

  /// Gives a function declared here its name.
  mutating func bind(_ name: String, to function: LocalFunction) {
    if !functionScopes.isEmpty { functionScopes[functionScopes.count - 1][name] = function }
  }

  /// Makes a local without a name.
  mutating func newLocal(_ name: String, _ type: Type, isVariable: Bool, at span: Span) -> LocalID {
    locals.append(Local(name: name, type: type, isVariable: isVariable, span: span))
    return LocalID(index: Int32(locals.count - 1))
  }

  /// Makes a local and its name, which shadows no other local (the caller has looked).
  mutating func declare(_ name: Name, _ type: Type, isVariable: Bool, warns: Bool) -> LocalID {
    let id = newLocal(name.text, type, isVariable: isVariable, at: name.span)
    scopes.bind(name.text, to: id)
    if warns, !name.text.hasPrefix("_") { declared.append(id) }
    return id
  }

  /// Gives an existing local, a parameter, its name.
  mutating func bind(_ name: String, to id: LocalID) { scopes.bind(name, to: id) }

  mutating func use(_ local: LocalID) {
    let index = Int(local.index)
    while used.count <= index { used.append(false) }
    used[index] = true
  }

  func isUsed(_ local: LocalID) -> Bool {
    Int(local.index) < used.count && used[Int(local.index)]
  }

  var unused: [Local] { declared.filter { !isUsed($0) }.map { locals[Int($0.index)] } }
}
