import Bytecode
package import Diagnostics
import Typing

/// What a kernel has the host do at one `await` or `send`: where that stands, in which function —
/// the kernels of a part are there once for each `use` — and what the generic parameters around it
/// stand for.
package struct Errand: Hashable, Sendable {
  package let span: Span
  let function: FunctionID
  let substitution: [GenericID: GenericArgument]
}

/// An errand and what is to be done.
struct ErrandSite {
  let errand: Errand
  let operand: TypedExpression
}

/// Finds the errands of kernels, through all that they call on the device.
struct ErrandFinder {
  private let program: TypedProgram
  private(set) var sites: [ErrandSite] = []
  private var known: Set<Errand> = []
  private var seen: Set<FunctionInstance> = []
  private var pending: [FunctionInstance] = []

  init(_ program: TypedProgram) { self.program = program }

  /// Adds those of `kernel`.
  mutating func add(_ kernel: FunctionID) {
    note(kernel, [:])
    while let next = pending.popLast() {
      var found: [TypedNode] = []
      let body = program[next.function].body
      for statement in body.statements {
        Self.visit(.statement(statement)) { found.append($0) }
      }
      for node in found { look(at: node, in: next) }
    }
  }

  private mutating func note(_ function: FunctionID, _ substitution: [GenericID: GenericArgument]) {
    let instance = FunctionInstance(function: function, substitution: substitution, device: nil)
    if seen.insert(instance).inserted { pending.append(instance) }
  }

  private static func visit(_ node: TypedNode, _ body: (TypedNode) -> Void) {
    switch node {
    case .place: break
    case .statement(let statement):
      if case .send = statement.kind { body(node) }
      statement.forEachChild { visit($0, body) }
    case .expression(let expression):
      switch expression.kind {
      case .await, .call, .deviceCall, .function: body(node)
      default: break
      }
      expression.forEachChild { visit($0, body) }
    }
  }

  private mutating func look(at node: TypedNode, in instance: FunctionInstance) {
    switch node {
    case .place: break
    case .statement(let statement):
      if case .send(let operand) = statement.kind { add(operand, in: instance) }
    case .expression(let expression):
      switch expression.kind {
      case .await(let operand): add(operand, in: instance)
      case .call(let callee, let generics, _), .function(let callee, let generics, _):
        note(callee, generics.mapValues { $0.substituting(instance.substitution) })
      case .deviceCall(_, let name, _, _):
        // Which driver it is does not matter: an errand too many is never run.
        for driver in program.drivers {
          for kernel in driver.kernels where program[kernel].name == name { note(kernel, [:]) }
        }
      default: break
      }
    }
  }

  private mutating func add(_ operand: TypedExpression, in instance: FunctionInstance) {
    let errand = Errand(
      span: operand.span, function: instance.function, substitution: instance.substitution)
    guard known.insert(errand).inserted else { return }
    sites.append(ErrandSite(errand: errand, operand: operand))
  }
}

extension Lowerer {
  // MARK: In a kernel

  /// Computes what the errand `operand` needs, and calls the host with it.
  mutating func callErrand(
    _ operand: TypedExpression, isAwaited: Bool, _ hint: Run?
  ) -> Operand {
    let span = operand.span
    guard isDevice else { return evaluate(operand, hint: hint) }
    let parts = HostOperand(operand, in: program[frame.function], of: program)
    var runs: [Run] = []
    var sources: [Operand] = []
    var changed: [(run: Run, place: ResolvedPlace)] = []
    for value in evaluate(parts.arguments) {
      if let place = value.place {
        let run = temporary(words(of: value.type, at: span))
        store(read(place), value.type, into: run, at: span)
        changed.append((run, place))
        runs.append(run)
        continue
      }
      let (run, source) = settled(value.operand, value.type, at: span)
      runs.append(run)
      sources.append(source)
    }
    charge(operations: 1)
    let result = words(of: type(of: operand), at: span)
    let call = HostCall.errand(
      Errand(span: span, function: frame.function, substitution: frame.substitution))
    let mode: HostCallContents.Mode = isAwaited ? .await : .send
    guard !changed.isEmpty else {
      let target = callHost(call, runs, returning: result, hint, mode: mode, at: span)
      for source in sources { discard(source) }
      return target
    }
    // What the host's function has written comes back also where it has failed.
    let returned = changed.reduce(result) { $0 + $1.run.words } + [.boolean]
    let everything = callHost(call, runs, returning: returned, nil, mode: mode, at: span)
    for source in sources { discard(source) }
    guard let all = everything.run else { return everything }
    var offset = result.count
    for item in changed {
      write(all.part(offset, item.run.words.count), to: item.place)
      offset += item.run.words.count
    }
    let fine = code.label()
    code.jump(.jumpIfFalse, all.first + offset, to: fine)
    discard(callHost(.errandError, [], returning: [], nil, mode: mode, at: span))
    code.place(fine)
    return part(of: everything, 0, result.count)
  }

  // MARK: In the host half

  /// Lowers what the kernels that the image starts have the host do; the functions' indices.
  mutating func errands(of kernels: [FunctionID]) -> [Errand: Int] {
    var finder = ErrandFinder(program)
    for kernel in kernels { finder.add(kernel) }
    var indices: [Errand: Int] = [:]
    for site in finder.sites {
      let index = functions.count
      functions.append(FunctionContents(name: ""))
      functions[index] = lower(site)
      indices[site.errand] = index
    }
    return indices
  }

  private mutating func lower(_ site: ErrandSite) -> FunctionContents {
    let function = site.errand.function
    let parts = HostOperand(site.operand, in: program[function], of: program)
    let span = site.operand.span
    let instance = FunctionInstance(
      function: function, substitution: site.errand.substitution, device: nil)
    begin(name: program[function].name, instance)
    for (local, argument) in zip(parts.locals, parts.arguments) {
      switch argument {
      case .value(let value):
        bind(local, .run(code.addParameter(borrowedWords(of: type(of: value), at: span))))
      case .place(let place):
        let run = code.addParameter(words(of: concrete(place.type), at: span))
        bind(local, .run(run))
        inoutRuns.append(run)
      }
    }
    let result = words(of: type(of: parts.work), at: span)
    var results = result
    if !inoutRuns.isEmpty {
      changingErrands.insert(site.errand)
      for run in inoutRuns { results += run.words }
      results.append(.boolean)
    }
    code.setResults(results)
    if code.contents.parameterCount > Limits.parameterCountMax
      || results.count > Limits.parameterCountMax
    {
      unsupported("so many values at once", at: span)
    }
    let start = code.count
    let target = temporary(result)
    if result.isEmpty { perform(parts.work) } else { evaluate(parts.work, into: target) }
    returnSlots(target, hasFailed: false, at: span)
    if !inoutRuns.isEmpty {
      let failed = code.label()
      code.handle(from: start, error: nil, at: failed)
      code.place(failed)
      zero(target)
      returnSlots(target, hasFailed: true, at: span)
    }
    return code.finish()
  }
}
