import Diagnostics
import Syntax

// Lengths of fixed arrays: numbers, constants, what is reckoned of these, and generic parameters.

extension Typer {
  /// The length that `count`, as in `[x; count]`, says where a fixed array is due.
  func writtenLength(_ count: ExpressionID) -> Length? {
    var budget = 1000
    return constantLength(count, inModule: module, &budget).map { .known($0) }
  }

  /// The length written as `id`; nil if it is none, which has been reported.
  mutating func length(_ id: ExpressionID, generics: [TypedGeneric]) -> Length? {
    if case .invalid = tree[id] { return nil }
    if case .name(let name) = tree[id],
      let generic = generics.first(where: { $0.name == name.text })
    {
      return .parameter(generic.id)
    }
    if let length = writtenLength(id) {
      markLibraries(in: id)
      return length
    }
    report(
      Diagnostic(
        .mismatch, "the length of a fixed array must be known when the program is checked",
        at: tree.span(of: id),
        notes: [
          "Write a number, a `const` or a generic parameter. An array that grows is written `[T]`."
        ]))
    return nil
  }

  /// The length that stands where a unit might: a name, or a product of names.
  func length(_ written: UnitExpression, generics: [TypedGeneric]) -> Length? {
    if let only = written.factors.first, written.factors.count == 1, only.power == 1,
      let generic = generics.first(where: { $0.name == only.name.text })
    {
      return generic.kind == .length ? .parameter(generic.id) : nil
    }
    var budget = 1000
    var product = 1
    for factor in written.factors {
      guard factor.power == 1,
        let value = constantLength(factor.name.text, inModule: module, &budget),
        let next = length(.multiply, product, value)
      else { return nil }
      product = next
    }
    return .known(product)
  }

  /// The length that `module.constant` is, which is written like a type.
  mutating func constantLength(_ id: TypeID) -> Length? {
    guard case .named(let library?, let name, let arguments) = tree[id], arguments.isEmpty,
      !name.text.hasPrefix("_"), let imported = modules.modules[module].imports[library.text]
    else { return nil }
    var budget = 1000
    guard let length = constantLength(name.text, inModule: imported, &budget) else { return nil }
    _ = moduleEntity(library)
    return .known(length)
  }

  /// The value of a module's constant that is a length.
  func constantInteger(_ member: Member) -> Int? {
    guard case .constant = member.kind, let id = member.initializer else { return nil }
    if let waiting = pending.first(where: { $0.function == id }),
      case .value(let written, _) = waiting.content
    {
      var budget = 1000
      return constantLength(written, inModule: waiting.module, &budget)
    }
    guard case .returnValue(let value?)? = program[id].body.statements.last?.kind,
      case .integer(let number) = value.kind, number >= 0
    else { return nil }
    return Int(number)
  }

  /// The length that the constant expression `id` of a module says; nil if it says none.
  ///
  /// `budget` bounds the work: a constant may mention others, and they it.
  private func constantLength(_ id: ExpressionID, inModule index: Int, _ budget: inout Int)
    -> Int?
  {
    guard budget > 0 else { return nil }
    budget -= 1
    switch modules.modules[index].tree[id] {
    case .number(let numeral):
      guard !numeral.isFloat, !numeral.isNegative, numeral.isExact, numeral.exponent == 0,
        numeral.significand <= 1 << 32
      else { return nil }
      return Int(numeral.significand)
    case .parenthesized(let inner): return constantLength(inner, inModule: index, &budget)
    case .name(let name): return constantLength(name.text, inModule: index, &budget)
    case .member(let base, let name):
      guard case .name(let library) = modules.modules[index].tree[base], !name.text.hasPrefix("_"),
        let imported = modules.modules[index].imports[library.text]
      else { return nil }
      return constantLength(name.text, inModule: imported, &budget)
    case .infix(let operation, let left, let right, at: _):
      guard let a = constantLength(left, inModule: index, &budget),
        let b = constantLength(right, inModule: index, &budget)
      else { return nil }
      return length(operation, a, b)
    default: return nil
    }
  }

  /// The length that the constant `name` of a module is.
  ///
  /// Types are resolved before constants are entered: until then their text is asked.
  private func constantLength(_ name: String, inModule index: Int, _ budget: inout Int) -> Int? {
    let entity = index == module ? lookUp(name) : moduleScopes[index][name]
    if case .member(let member)? = entity {
      guard case .constant = program[member].kind, let function = program[member].initializer else {
        return nil
      }
      if let waiting = pending.first(where: { $0.function == function }),
        case .value(let written, _) = waiting.content
      {
        return constantLength(written, inModule: waiting.module, &budget)
      }
      return constantInteger(program[member])
    }
    guard entity == nil, let value = writtenConstant(name, inModule: index) else { return nil }
    return constantLength(value, inModule: index, &budget)
  }

  /// What the constant `name` is declared to be, in the experiment that the typer is in or else in
  /// the module.
  private func writtenConstant(_ name: String, inModule index: Int) -> ExpressionID? {
    if index == module, let experiment = body.experiment,
      let (_, declaration, _) = experimentDeclarations.first(where: { $0.0 == experiment })
    {
      for case .constant(let field) in declaration.members where field.name.text == name {
        return field.value
      }
    }
    for case .constant(let field) in modules.modules[index].tree.declarations
    where field.name.text == name {
      return field.value
    }
    return nil
  }

  /// Notes that the modules which `id` mentions are used.
  private mutating func markLibraries(in id: ExpressionID) {
    switch tree[id] {
    case .parenthesized(let inner): markLibraries(in: inner)
    case .infix(_, let left, let right, at: _):
      markLibraries(in: left)
      markLibraries(in: right)
    case .member(let base, _): if case .name(let library) = tree[base] { _ = moduleEntity(library) }
    default: break
    }
  }

  /// The length that `operation` makes of two; nil if it makes none.
  private func length(_ operation: InfixOperator, _ a: Int, _ b: Int) -> Int? {
    let (value, overflow): (Int, Bool)
    switch operation {
    case .add: (value, overflow) = a.addingReportingOverflow(b)
    case .subtract: (value, overflow) = a.subtractingReportingOverflow(b)
    case .multiply: (value, overflow) = a.multipliedReportingOverflow(by: b)
    case .floorDivide: (value, overflow) = a.dividedReportingOverflow(by: b)
    default: return nil
    }
    return overflow || value < 0 || value > 1 << 32 ? nil : value
  }
}
