package import Diagnostics

// Declarations in the tree of a source file.

/// `T` or `T: Ordered` between `<` and `>`.
package struct GenericParameter: Hashable, Sendable {
  package let name: Name
  package let bound: Name?
}

/// A parameter of a function, an enum case or an error.
package struct Parameter: Hashable, Sendable {
  /// The label that a call must write, of `label name: T`; nil for `name: T`.
  package let label: Name?
  package let name: Name
  package let isInout: Bool
  package let type: TypeID
  package let defaultValue: ExpressionID?
}

/// What stands between a function's name and its body.
package struct FunctionSignature: Hashable, Sendable {
  package let generics: [GenericParameter]
  package let parameters: [Parameter]
  /// Nil for functions without result.
  package let result: TypeID?
  /// Where the parameters end: the place for a result.
  package let parametersEnd: UInt32
}

/// A function or kernel as declared.
package struct Function: Hashable, Sendable {
  /// What stands before the name.
  package enum Kind: Hashable, Sendable { case portable, host, kernel, seamlessKernel }
  package let kind: Kind
  package let isMutating: Bool
  package let name: Name
  package let signature: FunctionSignature
  /// Nil in an interface.
  package let body: Block?
  package let documentation: String?
  package let span: Span
}

/// `name: T = default`: fields of structs and drivers, payloads, `var`s, `const`s, `resident`s.
package struct Field: Hashable, Sendable {
  package let name: Name
  package let type: TypeID?
  package let value: ExpressionID?
  package let documentation: String?
  package let span: Span
}

/// A case of an enum, with its payload.
package struct EnumCase: Hashable, Sendable {
  package let name: Name
  package let payload: [Parameter]
}

/// A part put into an experiment, as in `use readout: Readout(pmt: trigger)`.
package struct Use: Hashable, Sendable {
  package let name: Name
  package let part: Name
  package let arguments: [Argument]
  package let span: Span
}

/// A member of an experiment, a part or a driver.
package enum Member: Hashable, Sendable {
  case device([Name], TypeID, binding: ExpressionID?, documentation: String?, span: Span)
  case argument(Field, range: ExpressionID?)
  case shared(SharedDeclaration)
  case dataset(Field, axes: [ExpressionID], error: Name?)
  case variable(Field)
  case constant(Field)
  case resident(Field)
  /// `field channel: Channel`, of a driver.
  case field(Field)
  case use(Use)
  case prepare(Block, keyword: Span)
  case run(Block, keyword: Span)
  case analyze(Block, keyword: Span)
  case cleanup(Block, keyword: Span)
  case function(Function)
  case structure(StructDeclaration)
  case enumeration(EnumDeclaration)
  case error(ErrorDeclaration)
}

/// `shared name: T = default at "key"`.
package struct SharedDeclaration: Hashable, Sendable {
  package let field: Field
  /// Of a family of keys; empty for one key.
  package let parameters: [Parameter]
  /// The string after `at`; nil where it is missing.
  package let key: ExpressionID?
}

/// A struct as declared.
package struct StructDeclaration: Hashable, Sendable {
  package let name: Name
  package let generics: [GenericParameter]
  package let fields: [Field]
  package let methods: [Function]
  package let documentation: String?
  package let span: Span
}

/// An enum as declared.
package struct EnumDeclaration: Hashable, Sendable {
  package let name: Name
  package let generics: [GenericParameter]
  package let cases: [EnumCase]
  package let methods: [Function]
  package let documentation: String?
  package let span: Span
}

/// An error as declared.
package struct ErrorDeclaration: Hashable, Sendable {
  package let name: Name
  package let payload: [Parameter]
  package let documentation: String?
  package let span: Span
}

/// An interface as declared: kernels without bodies.
package struct InterfaceDeclaration: Hashable, Sendable {
  package let name: Name
  package let kernels: [Function]
  package let documentation: String?
  package let span: Span
}

/// A driver as declared.
package struct DriverDeclaration: Hashable, Sendable {
  package let name: Name
  package let interfaces: [Name]
  package let members: [Member]
  package let documentation: String?
  package let span: Span
}

/// An experiment or a part as declared.
package struct ExperimentDeclaration: Hashable, Sendable {
  package let name: Name
  package let members: [Member]
  package let documentation: String?
  package let span: Span
}

/// A `test` block.
package struct TestDeclaration: Hashable, Sendable {
  package let title: String
  package let body: Block
  package let span: Span
}

/// An `import`.
package struct ImportDeclaration: Hashable, Sendable {
  /// What is imported.
  package enum Target: Hashable, Sendable {
    /// A module of the standard library.
    case library(Name)
    /// A path relative to the importing file.
    case file(String, Span)
  }
  package let target: Target
  package let alias: Name?
  package let span: Span
}

/// What may stand at the top of a file.
package enum Declaration: Hashable, Sendable {
  case importing(ImportDeclaration)
  case constant(Field)
  case shared(SharedDeclaration)
  case function(Function)
  case structure(StructDeclaration)
  case enumeration(EnumDeclaration)
  case error(ErrorDeclaration)
  case interface(InterfaceDeclaration)
  case driver(DriverDeclaration)
  case part(ExperimentDeclaration)
  case experiment(ExperimentDeclaration)
  case test(TestDeclaration)
}
