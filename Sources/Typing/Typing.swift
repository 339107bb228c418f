package import Diagnostics
package import Laboratory
package import Syntax

/// One source file of a program, parsed, and what its imports stand for.
package struct LoadedModule: Sendable {
  /// The name by which importers use it: `fit`, `cooling`.
  package let name: String
  package let tree: ParsedModule
  /// For each name under which this module knows another: its index among the loaded modules.
  package let imports: [String: Int]
  /// Names bound by the imports, where they stand, for warnings.
  package let importSpans: [String: Span]
  /// Whether it belongs to the standard library.
  package let isLibrary: Bool
  package init(
    name: String, tree: ParsedModule, imports: [String: Int], importSpans: [String: Span],
    isLibrary: Bool = false
  ) {
    self.isLibrary = isLibrary
    self.name = name
    self.tree = tree
    self.imports = imports
    self.importSpans = importSpans
  }
}

/// All modules of a program: the prelude first, every module after those that it imports, the
/// user's file last.
package struct LoadedModules: Sendable {
  package let sources: SourceSet
  package let modules: [LoadedModule]
  /// The laboratories that `simulate` names, by their paths.
  package let laboratories: [String: NamedLaboratory]
  package init(
    sources: SourceSet, modules: [LoadedModule], laboratories: [String: NamedLaboratory] = [:]
  ) {
    self.sources = sources
    self.modules = modules
    self.laboratories = laboratories
  }

  /// The path of the file `path`, which the module in the file `name` names.
  package static func path(_ path: String, from name: String?) -> String {
    guard !path.hasPrefix("/"), let name, let slash = name.lastIndex(of: "/") else { return path }
    return String(name[...slash]) + path
  }
}

/// A laboratory that a program names, or why it is none.
package enum NamedLaboratory: Sendable {
  case described(SystemDescription)
  case faulty(String)
}

/// Resolves every name, finds every type, chooses every operator, and enforces stages and effects.
///
/// `modules` must not be empty; devices are bound by `description`. The value is always there, so
/// that the freeze rule can be checked beside other mistakes; where there were errors it says so,
/// and no later pass accepts it.
package func type(_ modules: LoadedModules, against description: SystemDescription) -> Checked<
  TypedProgram
> {
  var typer = Typer(modules: modules, description: description)
  typer.typeAll()
  typer.program.hasErrors = typer.diagnostics.contains { $0.severity == .error }
  return Checked(typer.program, typer.diagnostics)
}

/// What a user gave for an argument: its member, and a tree that holds `const name = VALUE` and
/// nothing else.
package struct GivenArgument: Sendable {
  package let member: MemberID
  package let tree: ParsedModule
  package init(member: MemberID, tree: ParsedModule) {
    self.member = member
    self.tree = tree
  }
}

/// Types the values that a user gave for arguments of a program: constant expressions of the
/// language, in the scope of the program's main file.
///
/// The program is typed anew with the same ids; `modules` must be those that it was typed from,
/// with the sources of the given values added. The result has one more initializer for each given
/// value. Diagnostics are those of the values only.
package func typeArguments(
  _ given: [GivenArgument], of modules: LoadedModules, against description: SystemDescription
) -> Checked<(program: TypedProgram, initializers: [MemberID: FunctionID])> {
  var typer = Typer(modules: modules, description: description)
  typer.typeAll()
  let before = typer.diagnostics.count
  var initializers: [MemberID: FunctionID] = [:]
  for argument in given {
    if let id = typer.argumentInitializer(argument.tree, for: argument.member) {
      initializers[argument.member] = id
    }
  }
  typer.inferEffects()
  typer.checkGiven(Array(initializers.values))
  let new = Array(typer.diagnostics[before...])
  if typer.diagnostics.contains(where: { $0.severity == .error }) { return Checked(nil, new) }
  return Checked((typer.program, initializers), new)
}

/// What a name stands for.
enum Entity {
  case functions([FunctionID])
  case member(MemberID)
  case structure(StructID)
  case enumeration(EnumID)
  case error(ErrorID)
  case builtinError(Int)
  case interface(InterfaceID)
  case driver(DriverID)
  case experiment(ExperimentID)
  /// A part's declaration; its names are those of the experiment as which it is typed on its own.
  case part(ExperimentID)
  /// A part put into the experiment by `use`: an index into `partInstances`.
  case use(Int)
  case module(Int)
  case local(LocalID)
  /// A generic parameter, in types only.
  case generic(TypedGeneric)
}

/// The names of one module, experiment or driver, and where each was declared.
struct Scope {
  private(set) var entities: [String: Entity] = [:]
  private(set) var spans: [String: Span] = [:]

  subscript(name: String) -> Entity? { entities.isEmpty ? nil : entities[name] }

  mutating func set(_ name: String, _ entity: Entity, at span: Span) {
    entities[name] = entity
    spans[name] = span
  }
}

/// Where a scope is kept.
enum ScopePlace {
  case module(Int)
  case experiment(ExperimentID)
  case driver(DriverID)
  /// Of a part used: an index into `partInstances`.
  case part(Int)
}

/// A body that waits for its turn: signatures come first.
struct PendingBody {
  enum Content {
    case block(Block)
    case value(ExpressionID, Type?)
    /// The values of a dataset's axis.
    case axis(ExpressionID)
    /// The `prepare`s of the parts used, in their order, and the experiment's own.
    case prepares([PrepareBlock])
  }
  let function: FunctionID
  let content: Content
  let module: Int
  let experiment: ExperimentID?
  let driver: DriverID?
  let generics: [TypedGeneric]
  /// The part used whose code it is: an index into `partInstances`.
  var part: Int?
}

/// The worker of `type`: fills a program, pass after pass.
struct Typer {
  let modules: LoadedModules
  var program: TypedProgram
  var diagnostics: [Diagnostic] = []
  /// Warnings, given only where there is no error.
  var warnings: [Diagnostic] = []
  var moduleScopes: [Scope] = []
  var experimentScopes: [Scope] = []
  var driverScopes: [Scope] = []
  /// Each `use` of a part, expanded.
  var partInstances: [PartInstance] = []
  /// The parts that an experiment uses itself, in their order.
  var usesOfExperiment: [ExperimentID: [Int]] = [:]
  /// The parts that are being expanded, outermost first.
  var expanding: [ExperimentID] = []
  /// Of members that came by a `use`: where that stands in the experiment.
  var memberUses: [MemberID: UInt32] = [:]
  /// The declaration of each part, by the experiment as which it is typed on its own.
  var partDeclarations: [ExperimentID: (declaration: ExperimentDeclaration, module: Int)] = [:]
  /// The module in which a declaration is being typed.
  var module = 0
  var pending: [PendingBody] = []
  /// What gives the values of datasets' axes; it alone may mention other datasets.
  var axisFunctions: Set<FunctionID> = []
  /// Structs and enums whose defaults have not been typed yet.
  var structsBeforeDefaults: Set<StructID> = []
  var enumsBeforeDefaults: Set<EnumID> = []
  /// Methods that are not `mutating` and have been found to write what they are called on.
  var immutableMethods: Set<FunctionID> = []
  /// Limits of arguments of which the type has been found not to be certain.
  var doubtfulInitializers: Set<FunctionID> = []
  /// Names whose declarations had an error that has been reported.
  var failedNames: Set<String> = []
  /// The functions that return something and declare no result.
  var resultless: Set<FunctionID> = []
  /// The functions that return `none` and declare a result that is always there.
  var doubtfulResults: Set<FunctionID> = []
  /// Parameters that are assigned and not `inout`; arguments with `&` for such as are not, and the
  /// parameters that these are for.
  var assignedParameters: Set<Span> = []
  var marksOfParameters: [Span: Span] = [:]
  /// The variables that begin as numbers without a unit.
  var bareVariables: [BareVariable] = []
  /// What was said of names of which nothing is called so.
  var unknownNameFaults: [String: Diagnostic] = [:]
  /// Types that were declared twice, in different ways: what is meant by them is not known.
  var doubtfulTypes: Set<String> = []
  /// Where the parameters of functions end that declare no result.
  var parameterEnds: [FunctionID: UInt32] = [:]
  /// How many unknown names there have been.
  var suggestionCount = 0
  var usedImports: Set<String> = []
  /// The state of the body that is being typed.
  var body = BodyState()
  /// Generic parameters whose values are used as bare numbers, and where.
  var bareUses: [BareKey: BareUse] = [:]
  /// What generic parameters stand for at each call.
  var genericUses: [GenericUse] = []
  /// Arguments and elements that were typed ahead, until they are asked for.
  var settledArguments: [ExpressionID: TypedExpression] = [:]
  /// Whether the value of some function has been taken.
  var takesFunctions = false
  /// Functions made of intrinsics that are used as values.
  var intrinsicFunctions: [IntrinsicFunction: FunctionID] = [:]
  /// Kernels made for calls from host code to which devices are handed.
  var deviceStarts: [DeviceStart: FunctionID] = [:]
  /// The devices of which a kernel is called in device code.
  var calledDevices: Set<MemberID> = []
  /// The enums, structs and errors declared, by syntax, for the second pass.
  var structDeclarations: [(StructID, StructDeclaration, module: Int, experiment: ExperimentID?)] =
    []
  var enumDeclarations: [(EnumID, EnumDeclaration, module: Int, experiment: ExperimentID?)] = []
  /// What has effects in each function.
  var effectSources: [[EffectSource]] = []
  /// Each `parallel` block of device code, and whose it is.
  var parallels: [(block: TypedBlock, owner: TypedFunction.Owner)] = []
  /// Error bars of datasets that are declared themselves, until they are.
  var datasetErrors: [(member: MemberID, name: Name, experiment: ExperimentID, part: Int?)] = []
  /// The first declaration of each key, and later ones with the same type.
  var sharedKeys: [String: MemberID] = [:]
  /// The shared values that modules declare.
  var moduleShared: [MemberID] = []
  var sharedTwice: [(MemberID, first: MemberID)] = []
  /// Errors of the language that some `catch` binds, as declarations, by their numbers.
  var builtinErrors: [Int: ErrorID] = [:]
  /// Axes of datasets, until their types are known.
  var datasetAxes: [(member: MemberID, name: String, values: FunctionID)] = []
  var errorDeclarations: [(ErrorID, ErrorDeclaration, module: Int, experiment: ExperimentID?)] = []
  var interfaceDeclarations: [(InterfaceID, InterfaceDeclaration, module: Int)] = []
  var driverDeclarations: [(DriverID, DriverDeclaration, module: Int)] = []
  var experimentDeclarations: [(ExperimentID, ExperimentDeclaration, module: Int)] = []

  init(modules: LoadedModules, description: SystemDescription) {
    self.modules = modules
    program = TypedProgram(
      sources: modules.sources, description: description,
      main: modules.modules.last?.tree.source ?? SourceID(index: 0))
  }

  subscript(place: ScopePlace) -> Scope {
    _read {
      switch place {
      case .module(let index): yield moduleScopes[index]
      case .experiment(let id): yield experimentScopes[Int(id.index)]
      case .driver(let id): yield driverScopes[Int(id.index)]
      case .part(let index): yield partInstances[index].scope
      }
    }
    _modify {
      switch place {
      case .module(let index): yield &moduleScopes[index]
      case .experiment(let id): yield &experimentScopes[Int(id.index)]
      case .driver(let id): yield &driverScopes[Int(id.index)]
      case .part(let index): yield &partInstances[index].scope
      }
    }
  }

  private let anchor = Anchor()
  /// The tree of what a user gave for an argument, while that is being typed.
  var givenTree: ParsedModule?

  var tree: ParsedModule {
    _read {
      if let givenTree { yield givenTree } else { yield modules.modules[module].tree }
    }
  }

  mutating func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

  mutating func notYet(_ what: String, at span: Span) {
    report(
      Diagnostic(
        .notYetSupported, "\(what) is not supported yet", at: span,
        notes: ["It is part of the language, but this version of larmor cannot compile it."]))
  }

  mutating func typeAll() {
    moduleScopes = Array(repeating: Scope(), count: modules.modules.count)
    for index in modules.modules.indices {
      module = index
      declareTypes()
    }
    resolveTypeDeclarations()
    for index in modules.modules.indices {
      module = index
      declareFunctionsAndConstants()
    }
    declareDrivers()
    declareExperiments()
    moduleShared = program.members.filter { $0.experiment == nil && program.isShared($0.id) }
      .map { $0.id }
    typePending()
    for index in modules.modules.indices {
      module = index
      typeTests()
    }
    typePending()
    resolveDatasetAxes()
    checkCircularity()
    rejectEarlyMentions()
    warnOfDefaults()
    checkExclusivity()
    checkBareNumbers()
    checkConformances()
    rejectRecordingsOnHost()
    inferEffects()
    checkStages()
    rejectUncalledResidents()
    warnOfBranches()
    warnOfUnreadWindows()
    rejectDefaultsOutOfRange()
    rejectMissingOutputs()
    diagnostics = program.once(diagnostics)
    // While there are errors, what is unused may be so because of them.
    if !diagnostics.contains(where: { $0.severity == .error }) {
      warnOfUnusedImports()
      diagnostics += program.once(warnings.filter { $0.span.source == program.main })
    }
    diagnostics.sort {
      ($0.span.source.index, $0.span.start) < ($1.span.source.index, $1.span.start)
    }
    if diagnostics.contains(where: { $0.severity == .error }) { dropConsequences() }
  }

  /// Types the bodies that wait, in the order in which they came.
  mutating func typePending() {
    var next = 0
    while next < pending.count {
      typeBody(pending[next])
      next += 1
    }
    pending = []
  }

  mutating func newGeneric(_ name: String) -> GenericID {
    program.genericNames.append(name)
    return GenericID(index: Int32(program.genericNames.count - 1))
  }

  private mutating func warnOfUnusedImports() {
    guard let main = modules.modules.last else { return }
    for (name, span) in main.importSpans
    where !usedImports.contains(name) && !name.hasPrefix("_") && main.imports[name] != nil {
      report(
        Diagnostic(
          .unusedName, "`\(name)` is imported but never used", at: span,
          remark: "nothing here uses it"))
    }
  }
}

extension Typer {
  /// Types what a user gave for the argument `member`; nil after an error.
  ///
  /// The tree holds one constant, the value.
  mutating func argumentInitializer(_ given: ParsedModule, for member: MemberID) -> FunctionID? {
    guard case .constant(let field)? = given.declarations.first, given.declarations.count == 1,
      let value = field.value
    else { return nil }
    module = modules.modules.count - 1
    givenTree = given
    defer { givenTree = nil }
    body = BodyState()
    let id = declareInitializer(value, of: program[member].type, named: field.name)
    typePending()
    return id
  }
}
