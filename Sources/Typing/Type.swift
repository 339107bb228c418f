/// Declared things of a program, by index into its tables.
package struct StructID: Hashable, Sendable { package let index: Int32 }
/// An enum of a program.
package struct EnumID: Hashable, Sendable { package let index: Int32 }
/// A declared error of a program.
package struct ErrorID: Hashable, Sendable { package let index: Int32 }
/// An interface of a program.
package struct InterfaceID: Hashable, Sendable { package let index: Int32 }
/// A driver of a program.
package struct DriverID: Hashable, Sendable { package let index: Int32 }
/// An experiment of a program.
package struct ExperimentID: Hashable, Sendable { package let index: Int32 }
/// A function of a program.
package struct FunctionID: Hashable, Sendable { package let index: Int32 }
/// A member of a program.
package struct MemberID: Hashable, Sendable {
  package let index: Int32
  /// Below zero: none of the program, but something that a later pass has made up.
  package init(index: Int32) { self.index = index }
}
/// A local of one function.
package struct LocalID: Hashable, Sendable { package let index: Int32 }

/// What a generic parameter stands for at a use.
package enum GenericArgument: Hashable, Sendable {
  case type(Type)
  case dimension(Dimension)
  case length(Length)
}

/// The length of a fixed array.
package enum Length: Hashable, Sendable {
  case known(Int)
  case parameter(GenericID)
}

/// The type of a value.
package indirect enum Type: Hashable, Sendable {
  /// Of an expression that had an error; agrees with everything.
  case unknown
  /// Of what never yields a value: a call of a function that always throws has its own type; this
  /// is for `none` before its optional is known, and for empty array literals' elements.
  case never
  /// `()`
  case unit
  case boolean, integer, integer32, string
  case float(Dimension)
  case duration, timestamp
  case optional(Type)
  case array(Type)
  /// `[T; n]`; a matrix has two lengths.
  case fixedArray(Type, [Length])
  case tuple([Type])
  case structure(StructID, [GenericArgument])
  case enumeration(EnumID, [GenericArgument])
  case error(ErrorID)
  /// What `catch as e` binds where several errors fit.
  case anyError
  case function([Type], Type)
  /// A device that conforms to an interface, or has exactly this driver. Compile-time values.
  case interface(InterfaceID)
  case driver(DriverID)
  /// A driver's `Channel` field: compile-time.
  case channel
  case recording
  /// What `simulate` gives.
  case simulation(ExperimentID)
  case parameter(GenericID)

  /// Whether it is a kind of device, whose values are known when compiling.
  package var isDevice: Bool {
    switch self {
    case .interface, .driver: true
    default: false
    }
  }

  /// Whether it is a kind of device or an array of devices.
  package var isOfDevices: Bool {
    if case .fixedArray(let element, _) = self { return element.isDevice }
    return isDevice
  }

  /// Whether it is an array, in one dimension, of numbers, quantities or truth values.
  package var isOfPlainNumbers: Bool {
    switch self {
    case .array(let element): element.isPlainNumber
    case .fixedArray(let element, let lengths): lengths.count == 1 && element.isPlainNumber
    default: false
    }
  }

  private var isPlainNumber: Bool {
    switch self {
    case .boolean, .integer, .integer32, .float, .duration, .timestamp: true
    default: false
    }
  }

  /// The bare `Float`.
  package static let number = Type.float(.none)

  /// The type with every generic parameter that `arguments` names replaced.
  package func substituting(_ arguments: [GenericID: GenericArgument]) -> Type {
    if arguments.isEmpty { return self }
    switch self {
    case .unknown, .never, .unit, .boolean, .integer, .integer32, .string, .duration, .timestamp,
      .error, .anyError, .interface, .driver, .channel, .recording, .simulation:
      return self
    case .float(let dimension): return .float(dimension.substituting(arguments))
    case .optional(let type): return .optional(type.substituting(arguments))
    case .array(let type): return .array(type.substituting(arguments))
    case .fixedArray(let type, let lengths):
      return .fixedArray(
        type.substituting(arguments),
        lengths.map { length in
          guard case .parameter(let id) = length, case .length(let known)? = arguments[id] else {
            return length
          }
          return known
        })
    case .tuple(let types): return .tuple(types.map { $0.substituting(arguments) })
    case .structure(let id, let inner):
      return .structure(id, inner.map { $0.substituting(arguments) })
    case .enumeration(let id, let inner):
      return .enumeration(id, inner.map { $0.substituting(arguments) })
    case .function(let parameters, let result):
      return .function(
        parameters.map { $0.substituting(arguments) }, result.substituting(arguments))
    case .parameter(let id):
      if case .type(let type)? = arguments[id] { return type }
      return self
    }
  }
}

extension GenericArgument {
  package func substituting(_ arguments: [GenericID: GenericArgument]) -> GenericArgument {
    switch self {
    case .type(let type): .type(type.substituting(arguments))
    case .dimension(let dimension): .dimension(dimension.substituting(arguments))
    case .length(.known): self
    case .length(.parameter(let id)): arguments[id] ?? self
    }
  }
}
