import Diagnostics

/// What a kernel has the host do by `await` or `send`, taken apart: what the device computes, and
/// what the host does with that.
///
/// Texts are put together on the host: of an interpolation its values travel.
package struct HostOperand: Sendable {
  /// Evaluated on the device, in this order; a place is one of the kernel's own that the host's
  /// function changes: what it holds travels, and what it then holds comes back.
  package private(set) var arguments: [TypedArgument] = []
  /// Runs on the host: where an argument stood it mentions the local at the same index of `locals`.
  package private(set) var work: TypedExpression
  /// Locals behind those of the function in which the operand stands.
  package private(set) var locals: [LocalID] = []
  private let firstLocal: Int
  private let program: TypedProgram

  /// The operand of an `await` or `send` in `function`.
  package init(_ operand: TypedExpression, in function: TypedFunction, of program: TypedProgram) {
    self.program = program
    firstLocal = function.locals.count
    work = operand
    work = host(operand)
  }

  /// The values among the arguments.
  package var values: [TypedExpression] {
    arguments.compactMap { if case .value(let value) = $0 { value } else { nil } }
  }

  /// The places among the arguments, each with its local.
  package var places: [(place: Place, local: LocalID)] {
    zip(arguments, locals).compactMap { argument, local in
      if case .place(let place) = argument { (place, local) } else { nil }
    }
  }

  private mutating func add(_ argument: TypedArgument) -> LocalID {
    let local = LocalID(index: Int32(clamping: firstLocal + arguments.count))
    arguments.append(argument)
    locals.append(local)
    return local
  }

  private mutating func device(_ value: TypedExpression) -> TypedExpression {
    switch value.kind {
    case .text, .function: return value
    case .interpolation(let segments):
      var travelled: [TypedSegment] = []
      for segment in segments {
        switch segment {
        case .text: travelled.append(segment)
        case .value(let inner, let format): travelled.append(.value(device(inner), format))
        }
      }
      return TypedExpression(.interpolation(travelled), value.type, at: value.span)
    default:
      return TypedExpression(.local(add(.value(value))), value.type, at: value.span)
    }
  }

  private mutating func device(_ place: Place) -> Place {
    if isOwn(place) {
      return Place(
        root: .local(add(.place(place))), steps: [], rootType: place.type, type: place.type,
        at: place.span)
    }
    var steps: [Place.Step] = []
    for step in place.steps {
      switch step {
      case .field, .tupleElement: steps.append(step)
      case .index(let index): steps.append(.index(device(index)))
      }
    }
    return Place(
      root: place.root, steps: steps, rootType: place.rootType, type: place.type, at: place.span)
  }

  /// Whether it is a variable of the kernel, or one that lives on the device.
  private func isOwn(_ place: Place) -> Bool {
    switch place.root {
    case .local: true
    case .member(let id): program[id].kind == .resident
    }
  }

  /// What of `value` happens on the host: calls, and what is read there live.
  private mutating func host(_ value: TypedExpression) -> TypedExpression {
    func made(_ kind: TypedExpression.Kind) -> TypedExpression {
      TypedExpression(kind, value.type, at: value.span)
    }
    switch value.kind {
    case .call(let callee, let generics, let given):
      var passed: [TypedArgument] = []
      for argument in given {
        switch argument {
        case .value(let inner): passed.append(.value(device(inner)))
        case .place(let place): passed.append(.place(device(place)))
        }
      }
      return made(.call(callee, generics, passed))
    case .callValue(let callee, let given):
      return made(.callValue(callee, given.map { device($0) }))
    case .append(let place, let element):
      let element = device(element)
      return made(.append(device(place), element))
    case .intrinsic(let intrinsic, let operands):
      return made(.intrinsic(intrinsic, operands.map { receiver($0) }))
    case .index(let base, let index):
      let base = host(base)
      return made(.index(base, device(index)))
    case .slice(let base, let low, let high):
      let base = host(base)
      let low = device(low)
      return made(.slice(base, low, device(high)))
    case .field(let base, let index): return made(.field(host(base), index))
    case .tupleElement(let base, let index): return made(.tupleElement(host(base), index))
    case .sharedElement(let id, let keys): return made(.sharedElement(id, keys.map { device($0) }))
    default: return value
    }
  }

  /// A member, or a part of one, that is read on the host when its turn comes; or else an argument.
  private mutating func receiver(_ value: TypedExpression) -> TypedExpression {
    value.isPartOfMember ? host(value) : device(value)
  }
}

extension TypedExpression {
  /// Whether it is a member of the host, or a field or element of one.
  var isPartOfMember: Bool {
    switch kind {
    case .member, .sharedElement: true
    case .field(let base, _), .tupleElement(let base, _), .index(let base, _):
      base.isPartOfMember
    default: false
    }
  }
}
