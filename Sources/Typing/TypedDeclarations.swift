package import Diagnostics

// What a typed program consists of.

/// A local variable, constant or parameter of a function.
package struct Local: Sendable {
  package let name: String
  package var type: Type
  package let isVariable: Bool
  package let span: Span
}

/// A generic parameter and what kind of thing it stands for.
package struct TypedGeneric: Hashable, Sendable {
  /// What kind of thing it is.
  package enum Kind: Hashable, Sendable { case type(Bound), dimension, length }
  /// What a type must be able to do.
  package enum Bound: Hashable, Sendable { case none, equal, ordered, number }
  package let id: GenericID
  package let name: String
  package var kind: Kind
}

/// A parameter of a function.
package struct TypedParameter: Sendable {
  package let local: LocalID
  package let name: String
  /// What a call must write, of `label name: T`.
  package let label: String?
  package let type: Type
  package let isInout: Bool
  /// Free of locals.
  package let defaultValue: TypedExpression?
  package let span: Span
}

/// A function, kernel, stage of an experiment, initialiser or test: all that has a body.
package struct TypedFunction: Sendable {
  /// What kind of thing it is.
  package enum Kind: Hashable, Sendable {
    /// `fn`; may run on both sides if its effects allow.
    case portable
    case host
    case kernel
    case seamlessKernel
    /// `prepare`, `run`, `analyze`, `cleanup` of an experiment.
    case stage(Stage)
    /// The value of an argument's default, a range's bound, a constant, a variable's first value, a
    /// dataset's axis.
    case initializer
    case test
    /// Declared in an interface; without a body.
    case requirement
  }
  /// What the function belongs to.
  package enum Owner: Hashable, Sendable {
    case module
    case experiment(ExperimentID)
    case driver(DriverID)
    case interface(InterfaceID)
    /// A method: parameter 0 is the value itself, `inout` if mutating.
    case structure(StructID)
    /// A method of an enum, in the same way.
    case enumeration(EnumID)
  }
  package let id: FunctionID
  package let name: String
  package let kind: Kind
  package let owner: Owner
  package var generics: [TypedGeneric]
  package var parameters: [TypedParameter]
  /// How many of the first parameters stand for locals of the function around this one, whose
  /// values it copies when it is declared.
  package var captureCount = 0
  /// Whether it is declared in the body of another one, or is an expression.
  package var isLocal = false
  package var result: Type
  package var locals: [Local]
  package var body: TypedBlock
  package var effects: Effects
  /// The name, or the keyword of a stage.
  package let nameSpan: Span
  package let span: Span
  package let documentation: String?

  /// Whether it is a kernel, with or without a body.
  var isKernel: Bool {
    switch kind {
    case .kernel, .seamlessKernel, .requirement: true
    case .portable, .host, .stage, .initializer, .test: false
    }
  }

  /// Whether its body runs on the device.
  var isDeviceCode: Bool { isKernel || kind == .stage(.cleanup) }
}

/// The stages of an experiment.
package enum Stage: String, Hashable, Sendable { case prepare, run, analyze, cleanup }

/// What running a function can do, through all that it calls.
package struct Effects: OptionSet, Hashable, Sendable {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }
  /// Prints, touches files, datasets, shared values, or writes members: host only.
  package static let host = Effects(rawValue: 1)
  /// Works on the timeline: device only.
  package static let timeline = Effects(rawValue: 2)
  /// Starts a kernel from the host.
  package static let startsKernel = Effects(rawValue: 4)
  package static let writesShared = Effects(rawValue: 8)
  package static let touchesDatasets = Effects(rawValue: 16)
  /// Reads or writes `resident` values: device only.
  package static let resident = Effects(rawValue: 32)
  /// Does on the device what cannot stand in `record`: reads inputs or the clock, waits, or moves
  /// the cursor by the clock.
  package static let unrecordable = Effects(rawValue: 64)
  /// In a kernel waits for the device or for the host.
  static let waits = Effects(rawValue: 128)
  /// May catch an error, so that the machine forgets which one was raised before.
  package static let catches = Effects(rawValue: 256)
}

/// A named thing that an experiment, a driver or a module holds.
package struct Member: Sendable {
  /// What kind of thing it is.
  package enum Kind: Hashable, Sendable {
    case argument
    /// With its key.
    case shared(key: String)
    case dataset
    case variable
    /// A binding at the top level of `prepare`.
    case prepared(isVariable: Bool)
    case constant
    case resident
    /// A device; nil where it is not in the system description (an error was reported), and of an
    /// array of devices.
    case device(DeviceBinding?)
    /// The field of a driver, by index.
    case field(Int)
  }
  package let id: MemberID
  package let name: String
  package let kind: Kind
  /// Nil for a module's constants.
  package let experiment: ExperimentID?
  package var type: Type
  /// Computes the default or first value; no parameters.
  ///
  /// Nil where there is none (and for `prepared`).
  package var initializer: FunctionID?
  /// The least and the greatest value that an argument may have.
  package var lower: FunctionID?
  package var upper: FunctionID?
  /// Of an array of devices the devices, which are members of their own.
  package var elements: [MemberID] = []
  /// Of a dataset `over` axes: what computes each axis's values, and its name.
  package var axes: [DatasetAxis]
  package let nameSpan: Span
  package let documentation: String?
  /// Of a family of shared values: what computes the key; it has the parameters of the family, and
  /// so has what computes the default.
  package var keyFunction: FunctionID?
  /// Of a dataset: the dataset that holds its error bars.
  package var errorBars: MemberID?
  /// Of an argument of a part: whether the `use` gave it its value, so that no user can.
  package var isFixed = false
}

/// An axis of a dataset.
package struct DatasetAxis: Hashable, Sendable {
  package let name: String
  package let values: FunctionID
  /// The type that `values` yields: an array, or an Int that stands for a range from 0.
  package let type: Type
}

/// A device of the experiment as bound by the system description.
package struct DeviceBinding: Hashable, Sendable {
  package let name: String
  package let driver: DriverID
}

/// A field of a struct, or a part of a payload.
package struct TypedField: Sendable {
  package let name: String
  package let type: Type
  package let defaultValue: TypedExpression?
  package let span: Span
}

/// A struct.
package struct TypedStruct: Sendable {
  package let id: StructID
  package let name: String
  package var generics: [TypedGeneric]
  package var fields: [TypedField]
  package var methods: [FunctionID]
  package let nameSpan: Span
}

/// An enum.
package struct TypedEnum: Sendable {
  /// A case of an enum.
  package struct Case: Sendable {
    package let name: String
    package let payload: [TypedField]
    package let nameSpan: Span
  }
  package let id: EnumID
  package let name: String
  package var generics: [TypedGeneric]
  package var cases: [Case]
  package var methods: [FunctionID]
  package let nameSpan: Span
}

/// A declared error.
package struct TypedError: Sendable {
  package let id: ErrorID
  package let name: String
  package var payload: [TypedField]
  package let nameSpan: Span
}

/// An interface: the kernels that its drivers have.
package struct TypedInterface: Sendable {
  package let id: InterfaceID
  package let name: String
  package var kernels: [FunctionID]
  package let nameSpan: Span
}

/// A driver.
package struct TypedDriver: Sendable {
  package let id: DriverID
  package let name: String
  package var interfaces: [InterfaceID]
  /// Members of kind `.field`, in order.
  package var fields: [MemberID]
  /// Members of kind `.resident`, in order: one value for each device with the driver.
  package var residents: [MemberID] = []
  package var kernels: [FunctionID]
  package let nameSpan: Span
}

/// An experiment.
package struct TypedExperiment: Sendable {
  package let id: ExperimentID
  package let name: String
  /// All members, in the order of the source.
  package var members: [MemberID]
  package var kernels: [FunctionID]
  package var functions: [FunctionID]
  package var prepare: FunctionID?
  /// Nil only where an error was reported.
  package var run: FunctionID?
  package var analyze: FunctionID?
  package var cleanup: FunctionID?
  package let nameSpan: Span
  package let documentation: String?
  /// Whether it is a part, typed on its own: it is never run, and its devices may be missing.
  package var isPart = false
}

/// A `test` block.
package struct TypedTest: Sendable {
  package let title: String
  package let body: FunctionID
  package let span: Span
}
