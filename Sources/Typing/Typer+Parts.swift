import Diagnostics
import Syntax

// Parts (rule 25). A part is typed twice over: once on its own, as an experiment without `run`, so
// that its mistakes are found even where nothing uses it; and once for each `use`, which makes its
// members those of the experiment, under their path.

/// A part put into an experiment by `use`.
struct PartInstance {
  /// As the experiment calls it: `readout`, `tower.readout`.
  let path: String
  /// As the `use` calls it.
  let use: String
  /// The part as it is typed on its own; it has the types that the part declares.
  let part: ExperimentID
  let nameSpan: Span
  /// Where the outermost `use` stands in the experiment.
  let start: UInt32
  /// What the `use` gave.
  var lent: [LentArgument]
  var scope = Scope()
  /// The parts that it uses itself, in their order.
  var inner: [Int] = []
  var prepare: Block?
  var cleanup: (block: Block, keyword: Span)?
}

/// An argument of a `use`, and whose expression it is.
struct LentArgument {
  /// What of the part it is for, as a path.
  let name: Name
  let value: ExpressionID
  let module: Int
  let part: Int?
  var isTaken = false
}

/// A `prepare` of an experiment or of a part used.
struct PrepareBlock {
  let block: Block
  let module: Int
  let part: Int?
}

extension Typer {
  /// More than anybody uses; a part that uses another twice doubles what that uses.
  private static let partInstanceCountMax = 1000

  /// `name` as the experiment knows it: under the path of the part used.
  func pathName(_ name: Name) -> String {
    body.part.map { "\(partInstances[$0].path).\(name.text)" } ?? name.text
  }

  /// Where the members of `experiment`, or of the part being used, have their names.
  func ownScope(_ experiment: ExperimentID) -> ScopePlace {
    if let part = body.part { return .part(part) }
    return .experiment(experiment)
  }

  /// The type called `name` that a part declares.
  func partType(_ name: String, of part: ExperimentID) -> Entity? {
    let entity = experimentScopes[Int(part.index)][name]
    switch entity {
    case .structure, .enumeration, .error: return entity
    case .functions, .member, .builtinError, .interface, .driver, .experiment, .part, .use, .module,
      .local, .generic, nil:
      return nil
    }
  }

  // MARK: Expanding

  /// Makes the members of the part that `use` names members of the experiment.
  mutating func declareUse(_ use: Use, in experiment: ExperimentID) {
    guard case .part(let id)? = entity(path: use.part) else {
      report(notAPart(use.part))
      failedNames.insert(use.name.text)
      return
    }
    guard let (declaration, partModule) = partDeclarations[id] else { return }
    let owner = (module: module, part: body.part)
    // Of a circle one part says so, while it is typed on its own.
    if id == experiment, !expanding.contains(where: { $0.index < id.index }) {
      let way = expanding.map { "`\(program[$0].name)`" }.joined(separator: " and ")
      report(
        Diagnostic(
          .circular,
          "the part `\(program[id].name)` uses itself" + (way.isEmpty ? "" : ", by way of \(way)"),
          at: use.part.span))
    }
    if id == experiment || expanding.contains(id) { return }
    guard partInstances.count < Self.partInstanceCountMax else {
      report(Diagnostic(.circular, "so many parts are used inside parts", at: use.name.span))
      return
    }
    let index = partInstances.count
    partInstances.append(
      PartInstance(
        path: pathName(use.name), use: use.name.text, part: id, nameSpan: use.name.span,
        start: body.part.map { partInstances[$0].start } ?? use.span.start,
        lent: lentArguments(of: use)))
    declare(use.name, .use(index), in: ownScope(experiment))
    if let outer = owner.part {
      partInstances[outer].inner.append(index)
    } else {
      usesOfExperiment[experiment, default: []].append(index)
    }
    expanding.append(id)
    enter(module: partModule, experiment: experiment, part: index)
    declareMembers(of: experiment, declaration)
    for member in declaration.members {
      switch member {
      case .prepare(let block, _): partInstances[index].prepare = block
      case .cleanup(let block, let keyword): partInstances[index].cleanup = (block, keyword)
      default: break
      }
    }
    expanding.removeLast()
    enter(module: owner.module, experiment: experiment, part: owner.part)
    rejectUntaken(of: index)
  }

  /// What `use` gives, and what the `use` around it gives to the part inside.
  private mutating func lentArguments(of use: Use) -> [LentArgument] {
    var lent: [LentArgument] = []
    if let outer = body.part {
      let prefix = use.name.text + "."
      for (index, argument) in partInstances[outer].lent.enumerated()
      where argument.name.text.hasPrefix(prefix) {
        partInstances[outer].lent[index].isTaken = true
        lent.append(
          LentArgument(
            name: Name(String(argument.name.text.dropFirst(prefix.count)), at: argument.name.span),
            value: argument.value, module: argument.module, part: argument.part))
      }
    }
    for argument in use.arguments {
      guard let label = argument.label, !argument.isInout else {
        report(
          Diagnostic(
            .wrongArguments, "what a `use` gives is given by name",
            at: tree.span(of: argument.value),
            notes: ["For example `use \(use.name.text): \(use.part.text)(name: value)`."]))
        continue
      }
      if let earlier = lent.first(where: { $0.name.text == label.text }) {
        report(
          Diagnostic(
            .wrongArguments, "`\(label.text)` is given twice", at: earlier.name.span,
            labels: [Label("also given here", at: label.span)]))
        continue
      }
      lent.append(
        LentArgument(name: label, value: argument.value, module: module, part: body.part))
    }
    return lent
  }

  /// Says of what a `use` gives that the part has no device or argument of the name.
  private mutating func rejectUntaken(of index: Int) {
    let instance = partInstances[index]
    for argument in instance.lent where !argument.isTaken {
      let known = program.members.filter {
        instance.scope.entities[lastPart(of: $0.name)].map { isMember($0) } ?? false
          && $0.name.hasPrefix(instance.path + ".")
      }
      let names = known.filter {
        switch $0.kind {
        case .argument, .device: true
        default: false
        }
      }.map { lastPart(of: $0.name) }
      var fixes: [Fix] = []
      if let near = nearest(to: argument.name.text, among: names) {
        fixes = [Fix("did you mean `\(near)`?", [Edit(argument.name.span, near)])]
      }
      report(
        Diagnostic(
          .wrongArguments,
          "`\(program[instance.part].name)` has no device or argument `\(argument.name.text)`",
          at: argument.name.span,
          labels: [Label("declared here", at: program[instance.part].nameSpan)],
          notes: ["A `use` lends devices and fixes arguments; everything else stays as it is."],
          fixes: fixes))
    }
  }

  private func lastPart(of path: String) -> String {
    path.split(separator: ".").last.map(String.init) ?? path
  }

  private func isMember(_ entity: Entity) -> Bool {
    if case .member = entity { return true }
    return false
  }

  // MARK: Stages

  /// Makes one `prepare` of those of the parts, in the order of `use`, and the experiment's own.
  mutating func declarePrepare(of id: ExperimentID, _ own: (block: Block, keyword: Span)?) {
    var blocks: [PrepareBlock] = []
    forEachUse(of: id) { typer, index in
      guard let block = typer.partInstances[index].prepare else { return }
      let module = typer.partDeclarations[typer.partInstances[index].part]?.module ?? typer.module
      blocks.append(PrepareBlock(block: block, module: module, part: index))
    }
    let module = self.module
    if let own { blocks.append(PrepareBlock(block: own.block, module: module, part: nil)) }
    guard !blocks.isEmpty else { return }
    let keyword = own?.keyword ?? program[id].nameSpan
    program.experiments[Int(id.index)].prepare = declareStage(
      .prepare, .prepares(blocks), span: own?.block.span ?? keyword, keyword: keyword, in: id)
    // At once: what it binds is seen by everything else.
    if let waiting = pending.popLast() { typeBody(waiting) }
    enter(module: module, experiment: id)
  }

  /// Types one of the blocks of which a `prepare` consists.
  mutating func typePrepare(_ item: PrepareBlock) -> [TypedStatement] {
    module = item.module
    body.part = item.part
    body.openScope()
    defer { body.closeScope() }
    return typeStatements(item.block.statements, at: item.block.span).statements
  }

  /// Makes one `cleanup` of the experiment's own and those of the parts, in the opposite order of
  /// their `prepare`s; each runs also if the one before it raises an error.
  mutating func declareCleanup(of id: ExperimentID, _ own: (block: Block, keyword: Span)?) {
    var parts: [(index: Int, block: Block, keyword: Span)] = []
    forEachUse(of: id) { typer, index in
      guard let (block, keyword) = typer.partInstances[index].cleanup else { return }
      parts.append((index, block, keyword))
    }
    guard !parts.isEmpty else {
      if let own {
        program.experiments[Int(id.index)].cleanup = declareStage(
          .cleanup, .block(own.block), span: own.block.span, keyword: own.keyword, in: id)
      }
      return
    }
    let module = self.module
    // What is to run later stands in the `finally` further out.
    var calls: [(function: FunctionID, span: Span)] = []
    if let own {
      calls.append((cleanupKernel(own.block, keyword: own.keyword, in: id), own.keyword))
    }
    for part in parts.reversed() {
      let partModule = partDeclarations[partInstances[part.index].part]?.module ?? module
      enter(module: partModule, experiment: id, part: part.index)
      calls.append((cleanupKernel(part.block, keyword: part.keyword, in: id), part.keyword))
    }
    enter(module: module, experiment: id)
    var statement: TypedStatement?
    for (function, span) in calls {
      let call = TypedStatement(
        .expression(TypedExpression(.call(function, [:], []), .unit, at: span)), at: span)
      guard let before = statement else {
        statement = call
        continue
      }
      statement = TypedStatement(
        .tryCatch(TypedBlock([before], at: span), [], finally: TypedBlock([call], at: span)),
        at: span)
    }
    let keyword = own?.keyword ?? program[id].nameSpan
    let function = FunctionID(index: Int32(program.functions.count))
    program.functions.append(
      TypedFunction(
        id: function, name: "cleanup", kind: .stage(.cleanup), owner: .experiment(id),
        generics: [], parameters: [], result: .unit, locals: [],
        body: TypedBlock(statement.map { [$0] } ?? [], at: keyword), effects: [],
        nameSpan: keyword, span: keyword, documentation: nil))
    program.experiments[Int(id.index)].cleanup = function
  }

  /// The `cleanup` of one part, or of the experiment beside its parts, as a kernel.
  private mutating func cleanupKernel(_ block: Block, keyword: Span, in id: ExperimentID)
    -> FunctionID
  {
    let function = FunctionID(index: Int32(program.functions.count))
    program.functions.append(
      TypedFunction(
        id: function, name: pathName(Name("cleanup", at: keyword)), kind: .kernel,
        owner: .experiment(id), generics: [], parameters: [], result: .unit, locals: [],
        body: TypedBlock([], at: block.span), effects: [], nameSpan: keyword,
        span: keyword.joined(with: block.span), documentation: nil))
    pending.append(
      PendingBody(
        function: function, content: .block(block), module: module, experiment: id, driver: nil,
        generics: [], part: body.part))
    return function
  }

  /// Visits the parts that `experiment` uses, each after those that it uses itself.
  private mutating func forEachUse(
    of experiment: ExperimentID, _ visit: (inout Typer, Int) -> Void
  ) {
    func go(_ indices: [Int], _ typer: inout Typer) {
      for index in indices {
        go(typer.partInstances[index].inner, &typer)
        visit(&typer, index)
      }
    }
    go(usesOfExperiment[experiment] ?? [], &self)
  }

  // MARK: Diagnostics

  private mutating func notAPart(_ name: Name) -> Diagnostic {
    if let found = entity(path: name) {
      var notes: [String] = []
      if case .experiment = found {
        notes = ["An experiment is run, a part is used: declare what both need as a `part`."]
      }
      return Diagnostic(.mismatch, "`\(name.text)` is not a part", at: name.span, notes: notes)
    }
    let parts = partDeclarations.keys.map { program[$0].name }.sorted()
    var fixes: [Fix] = []
    if let near = nearest(to: name.text, among: parts) {
      fixes = [Fix("did you mean `\(near)`?", [Edit(name.span, near)])]
    }
    return Diagnostic(
      .unknownName, "there is no part called `\(name.text)`", at: name.span, fixes: fixes)
  }

  func partAsValue(_ name: Name, _ id: ExperimentID) -> Diagnostic {
    Diagnostic(
      .mismatch, "`\(name.text)` is a part; an experiment gets it by `use`", at: name.span,
      labels: [Label("declared here", at: program[id].nameSpan)],
      notes: ["Among the members of the experiment: `use name: \(name.text)`."])
  }
}
