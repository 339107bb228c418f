import Diagnostics
import Syntax

// What names stand for, from the innermost scope outwards: locals, the experiment or driver, the
// module, the prelude.

extension Typer {
  /// What `name` stands for where the typer is; nil if nothing is called so.
  func lookUp(_ name: String) -> Entity? {
    if let local = body.lookUp(name) { return .local(local) }
    if let part = body.part {
      if let entity = partInstances[part].scope[name] { return entity }
      if let type = partType(name, of: partInstances[part].part) { return type }
    } else if let experiment = body.experiment,
      let entity = experimentScopes[Int(experiment.index)][name]
    {
      return entity
    }
    if let driver = body.driver, let entity = driverScopes[Int(driver.index)][name] {
      return entity
    }
    if let entity = moduleScopes[module][name] { return entity }
    let imports = modules.modules[module].imports
    if !imports.isEmpty, let index = imports[name] { return .module(index) }
    // What is given from outside may use the standard library without an import.
    if givenTree != nil, name != "prelude",
      let index = modules.modules.firstIndex(where: { $0.name == name && $0.isLibrary })
    {
      return .module(index)
    }
    if module != 0, let entity = exported(name, by: 0) { return entity }
    guard let first = name.utf8.first, first <= UInt8(ascii: "Z") else { return nil }
    if let index = builtinErrorNames.firstIndex(of: name) { return .builtinError(index) }
    return nil
  }

  /// The module that `name` stands for; marks the import as used.
  mutating func moduleEntity(_ name: Name) -> Entity? {
    guard case .module(let index)? = lookUp(name.text) else { return nil }
    if module == modules.modules.count - 1 { usedImports.insert(name.text) }
    return .module(index)
  }

  func visibleScopes() -> [Scope] {
    var scopes: [Scope] = []
    if let part = body.part {
      scopes.append(partInstances[part].scope)
    } else if let experiment = body.experiment {
      scopes.append(experimentScopes[Int(experiment.index)])
    }
    if let driver = body.driver { scopes.append(driverScopes[Int(driver.index)]) }
    scopes.append(moduleScopes[module])
    if module != 0 { scopes.append(moduleScopes[0]) }
    return scopes
  }

  /// All names that could stand at this place, for suggestions.
  func visibleNames() -> [String] {
    var names = Set(body.visibleNames())
    for scope in visibleScopes() { names.formUnion(scope.entities.keys) }
    names.formUnion(modules.modules[module].imports.keys)
    names.formUnion(intrinsicNames)
    return names.sorted()
  }

  /// Says that nothing is called `name`; what is said of the same name elsewhere is joined with it.
  mutating func reportUnknown(_ name: Name) {
    // What could not be imported has been reported where it is imported.
    let imported =
      modules.modules[module].importSpans[name.text] != nil || failedNames.contains(name.text)
    if imported {
      body.unknownNames.insert(name.text)
    } else if body.unknownNames.insert(name.text).inserted {
      let fault = unknownName(name)
      unknownNameFaults[name.text] = fault
      report(fault)
    } else if let fault = unknownNameFaults[name.text] {
      report(moved(fault, to: name))
    }
  }

  /// What `fault` says of another place where its name stands.
  private func moved(_ fault: Diagnostic, to name: Name) -> Diagnostic {
    Diagnostic(
      fault.code, fault.message, at: name.span, notes: fault.notes,
      fixes: fault.fixes.map { fix in
        Fix(
          fix.message, fix.edits.map { Edit(name.span, $0.replacement) },
          application: fix.application)
      })
  }

  /// Suggestions are looked for among all names, so only so many errors of a program get one.
  static let suggestionCountMax = 100

  mutating func unknownName(_ name: Name) -> Diagnostic {
    var fixes: [Fix] = []
    var notes: [String] = []
    suggestionCount += 1
    if let note = foreignNames[name.text] {
      notes = [note]
    } else if libraryModuleNames.contains(name.text), importedAlias(of: name.text) == nil {
      notes = ["`\(name.text)` is a module of the standard library."]
      fixes = [importing(name)]
    } else if let owner = moduleWith(name.text) {
      notes = ["The members of a module are named behind it."]
      let start = Span(name.span.source, Int(name.span.start), Int(name.span.start))
      fixes = [
        Fix("write `\(owner).\(name.text)`", [Edit(start, "\(owner).")])
      ]
    } else if suggestionCount <= Self.suggestionCountMax, let near = suggestion(for: name) {
      fixes = [
        Fix(
          "did you mean `\(near)`?", [Edit(name.span, near)],
          application: isSurelyMeant(near, by: name.text) ? .alone : .never)
      ]
    } else if let alias = importedAlias(of: name.text) {
      notes = ["The module `\(name.text)` is imported as `\(alias)`."]
      fixes = [Fix("write `\(alias)`", [Edit(name.span, alias)])]
    }
    if let fault = bareCase(binding: name) { return fault }
    return Diagnostic(
      .unknownName, "there is nothing called `\(name.text)` here", at: name.span, notes: notes,
      fixes: fixes)
  }

  /// Imports the module `name` before what is imported already, or else at the top of the file.
  private func importing(_ name: Name) -> Fix {
    let source = program.sources[name.span.source]
    var place = modules.modules[module].importSpans.values.map { Int($0.start) }.min() ?? 0
    while place > 0, source.bytes[place - 1] != 0x0A { place -= 1 }
    if place == 0, source.bytes.starts(with: [UInt8(ascii: "#"), UInt8(ascii: "!")]) {
      place = (source.bytes.firstIndex(of: 0x0A) ?? source.bytes.count - 1) + 1
    }
    return Fix(
      "import it", [Edit(Span(name.span.source, place, place), "import \(name.text)\n")])
  }

  /// The imported module of the standard library that has something called `name`, as it is called
  /// here.
  private func moduleWith(_ name: String) -> String? {
    guard !name.hasPrefix("_") else { return nil }
    return modules.modules[module].imports.filter {
      modules.modules[$0.value].isLibrary && moduleScopes[$0.value][name] != nil
    }.keys.min()
  }

  /// What is to be said of `name` where it is what the case around carries, which binds nothing.
  func bareCase(binding name: Name) -> Diagnostic? {
    guard let open = body.bareCases.last(where: { $0.payload.contains(name.text) }) else {
      return nil
    }
    let end = Span(open.pattern.source, Int(open.pattern.end), Int(open.pattern.end))
    let bound = open.payload.map { $0 == name.text ? "let \($0)" : "_" }.joined(separator: ", ")
    return Diagnostic(
      .unknownName, "there is nothing called `\(name.text)` here", at: name.span,
      labels: [Label("this case carries it, and binds nothing", at: open.pattern)],
      fixes: [Fix("bind it to that name", [Edit(end, "(\(bound))")])])
  }

  /// What this module calls the module `name`, where it gave it another name.
  private func importedAlias(of name: String) -> String? {
    modules.modules[module].imports.first { modules.modules[$0.value].name == name }?.key
  }

  /// The name that is likely meant by one of which nothing is called so.
  ///
  /// One of a letter or two is near to too many.
  func suggestion(for name: Name) -> String? {
    let near = nearest(to: name.text, among: names(fitting: name))
    guard let near, name.text.utf8.count > 2 || near.lowercased() == name.text.lowercased() else {
      return nil
    }
    return near
  }

  /// The names that could stand at this place, by what follows: a parenthesis, a point or neither.
  private func names(fitting name: Name) -> [String] {
    let bytes = program.sources[name.span.source].bytes
    let end = Int(name.span.end)
    let next = end < bytes.count ? bytes[end] : 0
    let isCalled = next == UInt8(ascii: "(")
    let isBase = next == UInt8(ascii: ".")
    return visibleNames().filter { candidate in
      switch lookUp(candidate) {
      case .member(let id)?:
        if !isCalled { return true }
        if case .function = program[id].type { return true }
        return program.isShared(id)
      case .module?, .use?: return !isCalled
      case .functions?: return isCalled || !isBase && !isKernelName(candidate)
      case nil: return isCalled || body.lookUpFunction(candidate) != nil
      default: return true
      }
    }
  }

  private func isKernelName(_ name: String) -> Bool {
    guard case .functions(let ids)? = lookUp(name) else { return false }
    return ids.allSatisfy {
      program[$0].kind == .kernel || program[$0].kind == .seamlessKernel
    }
  }

  /// Declares `name` in `scope`; says so if something was called that before.
  mutating func declare(_ name: Name, _ entity: Entity, in scope: ScopePlace) {
    if let earlier = self[scope].spans[name.text], name.text != "_" {
      report(declaredTwice(name, earlier: earlier))
      switch (self[scope][name.text], entity) {
      case (.structure?, _), (.enumeration?, _), (.error?, _): doubtfulTypes.insert(name.text)
      default: break
      }
      return
    }
    self[scope].set(name.text, entity, at: name.span)
  }

  func declaredTwice(_ name: Name, earlier: Span) -> Diagnostic {
    Diagnostic(
      .declaredTwice, "`\(name.text)` is declared twice", at: name.span,
      remark: "declared again here",
      labels: [Label("first declared here", at: earlier)])
  }

  /// Adds `id` to the functions called `name` in `scope`.
  mutating func declareFunction(
    _ name: Name, _ id: FunctionID, in scope: ScopePlace
  ) {
    if case .functions(let others)? = self[scope][name.text] {
      let types = program[id].parameters.map(\.type)
      for other in others
      where program[other].parameters.map(\.type) == types
        && program[other].parameters.map(\.label) == program[id].parameters.map(\.label)
        && !types.contains(.unknown)
      {
        report(declaredTwice(name, earlier: program[other].nameSpan))
        // Which of them is meant is not known.
        if program[other].result != program[id].result {
          program.functions[Int(other.index)].result = .unknown
        }
        return
      }
      let span = self[scope].spans[name.text] ?? name.span
      self[scope].set(name.text, .functions(others + [id]), at: span)
      return
    }
    declare(name, .functions([id]), in: scope)
  }
}

/// Modules that can be imported by name.
let libraryModuleNames: Set<String> = ["array", "fit", "math", "random", "scan", "stats"]
