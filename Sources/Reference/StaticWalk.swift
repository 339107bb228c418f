import Laboratory
import Diagnostics
import Typing
import Values

/// Whether a `parallel` block can be sorted: the static walk, tried without doing anything.
struct StaticWalk {
  enum Known {
    case value(Value)
    /// An optional that has a value, which is dynamic.
    case present
    case dynamic
  }
  /// The block cannot be sorted.
  struct Unsortable: Error {}

  /// One function whose body is gone through.
  struct Scope {
    let function: FunctionID
    let device: MemberID?
    let generics: [GenericID: GenericArgument]
    var known: [LocalID: Value]
    /// Optionals that have a value, whatever it is.
    var present: Set<LocalID> = []
    /// Locals of code outside of the walk are looked up at their declarations.
    let isOutermost: Bool
  }

  static let eventCountMax = 4_096
  static let stepCountMax = 65_536
  static let callDepthMax = 64

  let interpreter: Interpreter
  let typed: TypedProgram
  var scopes: [Scope]
  var offset: Int64 = 0
  var eventCount = 0
  var stepCount = 0
  /// The declarations of the outermost function's locals.
  var declarations: [LocalID: TypedExpression] = [:]

  init(in interpreter: Interpreter) {
    self.interpreter = interpreter
    typed = interpreter.typed
    let frame = interpreter.frame
    scopes = [
      Scope(
        function: frame.function, device: frame.device, generics: frame.generics, known: [:],
        isOutermost: true)
    ]
    declarations = Self.declarations(in: typed[frame.function].body)
  }

  private static func declarations(in block: TypedBlock) -> [LocalID: TypedExpression] {
    var found: [LocalID: TypedExpression] = [:]
    func walk(_ block: TypedBlock) {
      for statement in block.statements {
        switch statement.kind {
        case .declare(let local, let value):
          found[local] = value
          walk(value)
        case .conditional(let conditions, let block, let otherwise):
          walk(conditions)
          walk(block)
          if let otherwise { walk(otherwise) }
        case .guarded(let conditions, let block), .whileLoop(let conditions, let block):
          walk(conditions)
          walk(block)
        case .loop(_, let block, _), .block(let block), .parallel(let block), .critical(let block):
          walk(block)
        case .tryCatch(let block, let catches, let finally):
          walk(block)
          for handler in catches { walk(handler.body) }
          if let finally { walk(finally) }
        case .expression(let value), .assign(_, let value), .compoundAssign(_, _, let value),
          .assignTuple(_, let value), .returnValue(let value?):
          walk(value)
        case .declareMember, .breakLoop, .continueLoop, .returnValue(nil), .throwError, .send,
          .preload, .expect:
          break
        }
      }
    }
    func walk(_ conditions: [TypedCondition]) {
      for case .declare(let local, let value) in conditions { found[local] = value }
    }
    func walk(_ value: TypedExpression) {
      switch value.kind {
      case .conditional(let conditions, let block, let value, let otherwise, let other):
        walk(conditions)
        walk(block)
        walk(value)
        walk(otherwise)
        walk(other)
      case .sequence(let block, let value):
        walk(block)
        walk(value)
      default: break
      }
    }
    walk(block)
    return found
  }

  var scope: Scope { scopes[scopes.count - 1] }

  func isVariable(_ local: LocalID) -> Bool {
    let locals = typed[scope.function].locals
    let index = Int(local.index)
    return !locals.indices.contains(index) || locals[index].isVariable
  }

  private mutating func bind(_ local: LocalID, _ known: Known) {
    if case .value(let value) = known, !isVariable(local) {
      scopes[scopes.count - 1].known[local] = value
    } else {
      scopes[scopes.count - 1].known[local] = nil
    }
    scopes[scopes.count - 1].present.remove(local)
    if case .present = known, !isVariable(local) { scopes[scopes.count - 1].present.insert(local) }
  }

  /// A local with its value; texts and arrays are not known any more.
  private mutating func bind(_ local: LocalID, declared known: Known) {
    switch known {
    case .value(.text), .value(.array), .dynamic: bind(local, .dynamic)
    case .value, .present: bind(local, known)
    }
  }

  // MARK: Statements

  mutating func branches(_ statements: [TypedStatement]) throws(Unsortable) {
    let start = offset
    var end = start
    for statement in statements {
      offset = start
      try go(statement)
      end = max(end, offset)
    }
    offset = end
  }

  mutating func go(_ block: TypedBlock) throws(Unsortable) {
    for statement in block.statements { try go(statement) }
  }

  private mutating func count() throws(Unsortable) {
    stepCount += 1
    if stepCount > Self.stepCountMax { throw Unsortable() }
  }

  mutating func go(_ statement: TypedStatement) throws(Unsortable) {
    try count()
    switch statement.kind {
    case .expression(let value): _ = try known(value)
    case .declare(let local, let value): bind(local, declared: try known(value))
    case .assign(let place, let value), .compoundAssign(let place, _, let value):
      _ = try known(value)
      try go(place)
    case .assignTuple(let places, let value):
      _ = try known(value)
      for place in places { try go(place) }
    case .conditional(let conditions, let block, let otherwise):
      switch try known(conditions) {
      case true?: try go(block)
      case false?: if let otherwise { try go(otherwise) }
      case nil: try mustBePlain(statement)
      }
    case .guarded(let conditions, let block):
      switch try known(conditions) {
      case true?: break
      case false?: try go(block)
      case nil: try mustBePlain(statement)
      }
    case .loop(let loop, let block, let isParallel):
      try go(loop, block, isParallel: isParallel, statement)
    case .whileLoop: try mustBePlain(statement)
    case .block(let block): try go(block)
    case .parallel(let block): try branches(block.statements)
    case .declareMember, .breakLoop, .continueLoop, .returnValue, .throwError, .tryCatch, .send,
      .preload, .critical, .expect:
      throw Unsortable()
    }
  }

  mutating func go(_ place: Place) throws(Unsortable) {
    for step in place.steps {
      if case .index(let index) = step { _ = try known(index) }
    }
  }

  /// What is not gone into must not touch the timeline nor lead out.
  private func mustBePlain(_ statement: TypedStatement) throws(Unsortable) {
    let contents = Contents(of: statement, typed, device: scope.device)
    if contents.hasTimeline || contents.leaves { throw Unsortable() }
  }

  mutating func go(
    _ loop: TypedLoop, _ block: TypedBlock, isParallel: Bool, _ statement: TypedStatement
  ) throws(Unsortable) {
    switch loop.source {
    case .array(let array):
      let elements = try elements(of: array)
      if elements == nil { _ = try known(array) }
      let contents = Contents(of: statement, typed, device: scope.device)
      guard contents.hasTimeline || contents.leaves || isParallel else { return }
      guard let elements else { throw Unsortable() }
      let start = offset
      var end = start
      for element in elements {
        try round(loop, block, element, isParallel ? start : nil)
        end = max(end, offset)
      }
      if isParallel { offset = end }
    case .range(let low, let high, let isClosed, let step):
      let first = try known(low)
      let last = try known(high)
      let stride =
        try step.map { step throws(Unsortable) in try known(step) } ?? .value(.integer(1))
      let contents = Contents(of: statement, typed, device: scope.device)
      guard contents.hasTimeline || contents.leaves || isParallel else { return }
      guard case .value(.integer(let first)) = first, case .value(.integer(let last)) = last,
        case .value(.integer(let stride)) = stride, stride != 0
      else { throw Unsortable() }
      let start = offset
      var end = start
      var next: Int64? = first
      while let current = next,
        (stride > 0 ? current < last : current > last) || (isClosed && current == last)
      {
        try round(loop, block, .integer(current), isParallel ? start : nil)
        end = max(end, offset)
        let (following, overflow) = current.addingReportingOverflow(stride)
        next = overflow ? nil : following
      }
      if isParallel { offset = end }
    }
  }

  /// The numbers of an array that is captured, or written out, and known.
  mutating func elements(of array: TypedExpression) throws(Unsortable) -> [Value]? {
    guard concrete(array.type).isOfPlainNumbers else { return nil }
    if array.isWithinMember {
      guard case .value(.array(let elements)) = try known(array) else { return nil }
      return elements
    }
    guard case .array(let parts) = array.kind else { return nil }
    return try knownAll(parts)
  }

  private mutating func round(
    _ loop: TypedLoop, _ block: TypedBlock, _ value: Value, _ start: Int64?
  ) throws(Unsortable) {
    try count()
    if let start { offset = start }
    bind(loop.variable, .value(value))
    try go(block)
  }

  /// Whether the conditions hold; nil if that is not known.
  mutating func known(_ conditions: [TypedCondition]) throws(Unsortable) -> Bool? {
    for condition in conditions {
      switch condition {
      case .binding(let local, let optional):
        switch try known(optional) {
        case .present: bind(local, .dynamic)
        case .value(.optional(nil)): return false
        case .value(.optional(let content?)): bind(local, .value(content))
        case .value, .dynamic: return nil
        }
      case .declare(let local, let value): bind(local, declared: try known(value))
      case .expression(let expression):
        switch try known(expression) {
        case .dynamic, .present: return nil
        case .value(let value): if value != .boolean(true) { return false }
        }
      }
    }
    return true
  }
}

extension Interpreter {
  /// Whether the branches can be sorted, as they stand here.
  func isSortable(_ statements: [TypedStatement]) -> Bool {
    var walk = StaticWalk(in: self)
    do throws(StaticWalk.Unsortable) {
      try walk.branches(statements)
      return true
    } catch {
      return false
    }
  }
}
