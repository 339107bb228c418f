import Diagnostics
import Typing

/// Where a value in device code comes from: a member of the program or a local, and the path inside
/// it.
struct Origin: Hashable {
  enum Root: Hashable {
    case member(MemberID)
    case local(LocalID)
  }
  var root: Root
  var path: AccessPath
  /// Where the root is mentioned.
  var mention: Span

  func appending(_ step: PathStep) -> Origin {
    Origin(root: root, path: path.appending(step), mention: mention)
  }
}

/// A call in device code, whose callee reads of its arguments what it needs.
struct DeviceCall {
  var callees: [FunctionID]
  /// For each parameter where the argument comes from; empty if the argument is a new value.
  var arguments: [[Origin]]
}

/// An `await` or `send`: what it runs on the host.
struct HostSite {
  var function: FunctionID
  var operand: TypedExpression
  var span: Span
}

/// What one function does when it runs on the device, without what it calls.
struct DeviceFacts {
  /// What it reads; of locals also, see `aliases`.
  var reads: [Origin] = []
  /// Of each local that may be a copy of something, of what.
  private(set) var aliases: [LocalID: [Origin]] = [:]
  /// The function's parameters, in order.
  var parameters: [LocalID] = []
  var calls: [DeviceCall] = []
  var hostSites: [HostSite] = []
  /// Members of the host that it mentions, shared values and datasets too.
  var mentions: [(member: MemberID, span: Span)] = []
  /// Members of the host that it writes.
  var hostWrites: [(member: MemberID, span: Span)] = []

  /// Notes that `local` may be a copy of any of `sources`.
  mutating func alias(_ local: LocalID, _ sources: [Origin]) {
    if !sources.isEmpty { aliases[local, default: []] += sources }
  }
}

/// Gathers the facts of one function.
struct DeviceFactsReader {
  let program: TypedProgram
  let function: TypedFunction
  private(set) var facts = DeviceFacts()
  private var flow: FunctionFlow
  /// Whether control never comes here: behind a statement that leaves, or where a literal condition
  /// says so (rule 39).
  private var isDead = false

  init(_ function: TypedFunction, of program: TypedProgram, values: FunctionValues) {
    self.program = program
    self.function = function
    flow = FunctionFlow(in: function, of: program, values)
    facts.parameters = function.parameters.map(\.local)
  }

  mutating func run() -> DeviceFacts {
    walk(function.body)
    return facts
  }

  // MARK: Values

  /// Where the value of `expression` comes from, if it is a copy of something or a part of it; what
  /// else its computation reads is noted.
  private mutating func origins(of expression: TypedExpression) -> [Origin] {
    switch expression.kind {
    case .local(let id): return [Origin(root: .local(id), path: .whole, mention: expression.span)]
    case .member(let id):
      if case .function = expression.type, program.constantFunction(id) != nil {
        reach(flow.targets(of: expression))
        return []
      }
      guard mention(id, at: expression.span) else { return [] }
      return [Origin(root: .member(id), path: .whole, mention: expression.span)]
    case .field(let base, let i): return origins(of: base).map { $0.appending(.field(i)) }
    case .tupleElement(let base, let i):
      return origins(of: base).map { $0.appending(.tupleElement(i)) }
    case .index(let base, let index):
      let bases = origins(of: base)
      read(index)
      let step = program.pathStep(indexedBy: index)
      return bases.map { $0.appending(step) }
    case .conditional(let conditions, let block, let value, let otherwise, let other):
      walk(conditions)
      walk(block)
      let first = origins(of: value)
      walk(otherwise)
      return first + origins(of: other)
    case .sequence(let block, let value):
      walk(block)
      return origins(of: value)
    case .sharedElement(let id, let keys):
      for key in keys { read(key) }
      _ = mention(id, at: expression.span)
      return []
    case .intrinsic(.count, let operands):
      for operand in operands { facts.reads += origins(of: operand).map { $0.appending(.count) } }
      return []
    case .intrinsic(_, let operands), .tuple(let operands), .structure(_, let operands),
      .enumeration(_, _, let operands),
      .array(let operands):
      for operand in operands { read(operand) }
      return []
    case .invalid, .unit, .integer, .float, .boolean, .text, .none, .device, .ownDevice,
      .numbers:
      return []
    case .function(let id, _, let captures):
      for capture in captures { read(capture) }
      // Whoever is given it may call it; what it is given then has been read.
      reach([id])
      return []
    case .some(let a), .unary(_, let a), .convert(_, let a), .isCase(let a, _),
      .payload(let a, _, _):
      // What a case carries has no path of its own: the whole value is read.
      read(a)
      return []
    case .binary(_, let a, let b), .and(let a, let b), .or(let a, let b), .coalesce(let a, let b),
      .repeated(let a, let b):
      read(a)
      read(b)
      return []
    case .slice(let a, let b, let c):
      read(a)
      read(b)
      read(c)
      return []
    case .call(let callee, _, let arguments):
      call(runsOnDevice(callee) ? [callee] : [], arguments)
      return []
    case .deviceCall(let device, let name, let signature, let arguments):
      read(device)
      call(
        program.deviceKernels(name, of: device, like: signature, in: function.owner), arguments)
      return []
    case .callValue(let callee, let arguments):
      read(callee)
      for argument in arguments { read(argument) }
      reach(flow.targets(of: callee))
      return []
    case .comprehension(let value, let clauses):
      for clause in clauses {
        switch clause {
        case .loop(let loop): walk(loop)
        case .condition(let condition): read(condition)
        case .declare(let local, let value):
          facts.alias(local, origins(of: value))
        }
      }
      read(value)
      return []
    case .interpolation(let segments):
      for segment in segments {
        if case .value(let value, _) = segment { read(value) }
      }
      return []
    case .await(let operand):
      host(operand, at: expression.span)
      return []
    case .record(let block):
      walk(block)
      return []
    case .append(let place, let value):
      read(value)
      if case .member(let id) = place.root, case .dataset = program[id].kind {
        // A host function that is not marked: the typing's business.
        readIndices(of: place)
      } else {
        write(place)
      }
      return []
    case .simulate(_, let arguments, let seed, let shared, _):
      for (_, argument) in arguments { read(argument) }
      if let seed { read(seed) }
      for input in shared { read(input.value) }
      return []
    }
  }

  /// Notes that the whole value is read.
  private mutating func read(_ expression: TypedExpression) {
    let origins = origins(of: expression)
    if !origins.isEmpty { facts.reads += origins }
  }

  /// Notes the mention; whether the member's value can be captured.
  private mutating func mention(_ id: MemberID, at span: Span) -> Bool {
    switch program[id].kind {
    case .argument, .variable, .prepared, .constant:
      facts.mentions.append((id, span))
      return true
    case .shared, .dataset:
      facts.mentions.append((id, span))
      return false
    case .resident, .device, .field: return false
    }
  }

  private func runsOnDevice(_ callee: FunctionID) -> Bool {
    switch program[callee].kind {
    case .kernel, .seamlessKernel: true
    case .portable: !program[callee].effects.contains(.host)
    case .host, .stage, .initializer, .test, .requirement: false
    }
  }

  /// Functions that are called by way of their values; what they are given has been read.
  private mutating func reach(_ targets: [FunctionID]) {
    let callees = targets.filter(runsOnDevice)
    if !callees.isEmpty { facts.calls.append(DeviceCall(callees: callees, arguments: [])) }
  }

  private mutating func call(_ callees: [FunctionID], _ arguments: [TypedArgument]) {
    var sources: [[Origin]] = []
    for argument in arguments {
      switch argument {
      case .value(let value): sources.append(origins(of: value))
      case .place(let place):
        write(place)
        switch place.root {
        case .local(let id):
          sources.append([
            Origin(root: .local(id), path: program.path(of: place), mention: place.span)
          ])
        case .member: sources.append([])
        }
      }
    }
    if callees.isEmpty {
      for source in sources { facts.reads += source }
    } else {
      facts.calls.append(DeviceCall(callees: callees, arguments: sources))
    }
  }

  /// What runs on the host; its arguments are computed here.
  private mutating func host(_ operand: TypedExpression, at span: Span) {
    for argument in HostOperand(operand, in: function, of: program).arguments {
      switch argument {
      case .value(let value): read(value)
      case .place(let place): readIndices(of: place)
      }
    }
    if isDead { return }
    facts.hostSites.append(HostSite(function: function.id, operand: operand, span: span))
  }

  private mutating func readIndices(of place: Place) {
    for key in place.keys { read(key) }
    for step in place.steps {
      if case .index(let index) = step { read(index) }
    }
  }

  private mutating func write(_ place: Place) {
    readIndices(of: place)
    guard case .member(let id) = place.root else { return }
    switch program[id].kind {
    case .argument, .variable, .prepared, .constant, .shared, .dataset:
      facts.hostWrites.append((id, place.span))
    case .resident, .device, .field: break
    }
  }

  /// Whether the caller will see what is assigned to `local`.
  private func isInout(_ local: LocalID) -> Bool {
    function.parameters.contains { $0.local == local && $0.isInout }
  }

  // MARK: Statements

  private mutating func walk(_ block: TypedBlock) {
    let outer = isDead
    for statement in block.statements {
      walk(statement)
      if statement.kind.leaves { isDead = true }
    }
    isDead = outer
  }

  /// Walks a block to which only one outcome of `conditions` leads.
  private mutating func walk(_ block: TypedBlock, where conditions: [TypedCondition], hold: Bool) {
    let outer = isDead
    if let literal = conditions.literal, literal != hold { isDead = true }
    walk(block)
    isDead = outer
  }

  private mutating func walk(_ conditions: [TypedCondition]) {
    for condition in conditions {
      switch condition {
      case .expression(let expression), .binding(_, let expression): read(expression)
      case .declare(let local, let value):
        facts.alias(local, origins(of: value))
      }
    }
  }

  private mutating func walk(_ loop: TypedLoop) {
    switch loop.source {
    case .range(let low, let high, _, let step):
      read(low)
      read(high)
      if let step { read(step) }
    case .array(let array):
      let sources = origins(of: array)
      facts.reads += sources.map { $0.appending(.count) }
      facts.alias(loop.variable, sources.map { $0.appending(.anyIndex) })
    }
  }

  private mutating func walk(_ statement: TypedStatement) {
    switch statement.kind {
    case .expression(let value), .declareMember(_, let value), .expect(let value, _, _): read(value)
    case .declare(let local, let value):
      flow.declare(local, value)
      facts.alias(local, origins(of: value))
    case .assign(let place, let value):
      if case .local(let local) = place.root, place.steps.isEmpty, !isInout(local) {
        facts.alias(local, origins(of: value))
      } else {
        read(value)
        write(place)
      }
    case .compoundAssign(let place, _, let value):
      read(value)
      write(place)
      if case .local(let local) = place.root {
        facts.reads.append(
          Origin(root: .local(local), path: program.path(of: place), mention: place.span))
      }
    case .assignTuple(let places, let value):
      read(value)
      for place in places { write(place) }
    case .conditional(let conditions, let block, let otherwise):
      walk(conditions)
      walk(block, where: conditions, hold: true)
      if let otherwise { walk(otherwise, where: conditions, hold: false) }
    case .guarded(let conditions, let block):
      walk(conditions)
      walk(block, where: conditions, hold: false)
    case .whileLoop(let conditions, let block):
      walk(conditions)
      walk(block, where: conditions, hold: true)
    case .loop(let loop, let block, _):
      walk(loop)
      walk(block)
    case .breakLoop, .continueLoop, .preload: break
    case .returnValue(let value): if let value { read(value) }
    case .throwError(_, let payload): for value in payload { read(value) }
    case .tryCatch(let block, let catches, let finally):
      walk(block)
      for handler in catches { walk(handler.body) }
      if let finally { walk(finally) }
    case .send(let operand): host(operand, at: statement.span)
    case .block(let block), .parallel(let block), .critical(let block): walk(block)
    }
  }
}

extension TypedStatement.Kind {
  /// Whether what stands behind it in its block is never reached.
  fileprivate var leaves: Bool {
    switch self {
    case .returnValue, .throwError, .breakLoop, .continueLoop: true
    default: false
    }
  }
}

extension [TypedCondition] {
  /// What they come to where all are literals.
  fileprivate var literal: Bool? {
    var result = true
    for condition in self {
      guard case .expression(let value) = condition, case .boolean(let holds) = value.kind else {
        return nil
      }
      result = result && holds
    }
    return result
  }
}
