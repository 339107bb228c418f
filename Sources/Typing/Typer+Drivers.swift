import Diagnostics
import Syntax

// Interfaces and drivers (rule 27).

extension Typer {
  mutating func declareDrivers() {
    for (id, interface, index) in interfaceDeclarations {
      enter(module: index)
      for kernel in interface.kernels {
        enter(module: index)
        let function = declareSignature(kernel, kind: .requirement, owner: .interface(id))
        program.interfaces[Int(id.index)].kernels.append(function)
      }
    }
    for (id, driver, index) in driverDeclarations {
      enter(module: index, driver: id)
      for name in driver.interfaces {
        guard case .interface(let interface)? = entity(path: name) else {
          report(
            Diagnostic(.unknownType, "there is no interface called `\(name.text)`", at: name.span))
          continue
        }
        program.drivers[Int(id.index)].interfaces.append(interface)
      }
      for member in driver.members {
        enter(module: index, driver: id)
        declareDriverMember(member, of: id)
      }
    }
  }

  private mutating func declareDriverMember(_ member: Syntax.Member, of id: DriverID) {
    switch member {
    case .field(let field):
      let type = field.type.map { resolve($0) } ?? .unknown
      let member = MemberID(index: Int32(program.members.count))
      program.members.append(
        Member(
          id: member, name: field.name.text, kind: .field(program[id].fields.count),
          experiment: nil, type: type, axes: [],
          nameSpan: field.name.span, documentation: field.documentation))
      program.drivers[Int(id.index)].fields.append(member)
      declare(field.name, .member(member), in: .driver(id))
    case .function(let function):
      let declared = declareSignature(function, kind: kind(of: function), owner: .driver(id))
      declareFunction(function.name, declared, in: .driver(id))
      program.drivers[Int(id.index)].kernels.append(declared)
    case .resident(let field): declareDriverValue(field, kind: .resident, of: id)
    case .constant(let field): declareDriverValue(field, kind: .constant, of: id)
    case .device(_, _, _, _, let span): misplaced("device", at: span)
    case .argument(let field, _): misplaced("arg", at: field.name.span)
    case .shared(let shared): misplaced("shared", at: shared.field.name.span)
    case .dataset(let field, _, _): misplaced("dataset", at: field.name.span)
    case .variable(let field): misplaced("var", at: field.name.span)
    case .use(let use): misplaced("use", at: use.name.span)
    case .prepare(_, let keyword): misplaced("prepare", at: keyword)
    case .run(_, let keyword): misplaced("run", at: keyword)
    case .analyze(_, let keyword): misplaced("analyze", at: keyword)
    case .cleanup(_, let keyword): misplaced("cleanup", at: keyword)
    case .structure(let structure): misplaced("struct", at: structure.name.span)
    case .enumeration(let enumeration): misplaced("enum", at: enumeration.name.span)
    case .error(let error): misplaced("error", at: error.name.span)
    }
  }

  /// A `resident` value or a constant of a driver.
  ///
  /// Its first value does not depend on the device.
  private mutating func declareDriverValue(_ field: Field, kind: Member.Kind, of id: DriverID) {
    let member = MemberID(index: Int32(program.members.count))
    let type = field.type.map { resolve($0) } ?? .unknown
    program.members.append(
      Member(
        id: member, name: field.name.text, kind: kind, experiment: nil, type: type, axes: [],
        nameSpan: field.name.span, documentation: field.documentation))
    if field.type == nil {
      report(
        Diagnostic(
          .unexpected, "`\(field.name.text)` needs a type: `\(field.name.text): T = …`",
          at: field.name.span))
    }
    if let value = field.value {
      enter(module: module)
      program.members[Int(member.index)].initializer = declareInitializer(
        value, of: type, named: field.name)
    } else {
      report(
        Diagnostic(.unexpected, "`\(field.name.text)` needs a value: `= …`", at: field.name.span))
    }
    if kind == .resident { program.drivers[Int(id.index)].residents.append(member) }
    declare(field.name, .member(member), in: .driver(id))
  }

  private mutating func misplaced(_ word: String, at span: Span) {
    report(
      Diagnostic(
        .unexpected, "`\(word)` cannot stand in a driver", at: span,
        notes: ["A driver has fields, `resident` values and kernels."]))
  }

  /// Each driver has every kernel that its interfaces ask for.
  mutating func checkConformances() {
    for driver in program.drivers {
      for interface in driver.interfaces {
        for requirement in program[interface].kernels {
          let wanted = program[requirement]
          let match = driver.kernels.first { id in
            program[id].name == wanted.name
              && program[id].parameters.map(\.type) == wanted.parameters.map(\.type)
              && program[id].result == wanted.result
          }
          guard match == nil else { continue }
          let asked = Label("asked for here", at: wanted.nameSpan)
          let near = driver.kernels.first { program[$0].name == wanted.name }
          if let near {
            let given = program[near].parameters.map(\.type) + [program[near].result]
            if given.contains(where: { isUnknown($0) }) { continue }
          }
          let name = program[interface].name
          report(
            Diagnostic(
              .noSuchMember,
              near == nil
                ? "`\(driver.name)` does not have the kernel `\(wanted.name)` that `\(name)` asks for"
                : "the kernel `\(wanted.name)` of `\(driver.name)` is not the one that `\(name)` asks for",
              at: near.map { program[$0].nameSpan } ?? driver.nameSpan, labels: [asked],
              notes: near == nil
                ? []
                : ["It must be \(program.described(wanted.valueType)), parameter by parameter."]))
        }
      }
    }
  }

  // MARK: Device calls

  /// The kernels called `name` that a device of `type` has.
  func kernels(_ name: String, of type: Type) -> [FunctionID] {
    switch type {
    case .interface(let id): program[id].kernels.filter { program[$0].name == name }
    case .driver(let id): program[id].kernels.filter { program[$0].name == name }
    default: []
    }
  }
}
