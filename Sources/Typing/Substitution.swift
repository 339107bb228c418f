/// A default value of something generic, where the call has told what its parameters are.
extension TypedExpression {
  /// This value with `arguments` in the place of generic parameters, in its type and in those of
  /// the values that it is made of.
  func substituting(_ arguments: [GenericID: GenericArgument]) -> TypedExpression {
    func all(_ parts: [TypedExpression]) -> [TypedExpression] {
      parts.map { $0.substituting(arguments) }
    }
    let changed: Kind
    switch kind {
    case .some(let value): changed = .some(value.substituting(arguments))
    case .tuple(let parts): changed = .tuple(all(parts))
    case .array(let parts): changed = .array(all(parts))
    case .structure(let id, let fields): changed = .structure(id, all(fields))
    case .enumeration(let id, let tag, let payload): changed = .enumeration(id, tag, all(payload))
    case .repeated(let value, let count):
      changed = .repeated(value.substituting(arguments), count: count)
    case .call(let function, let own, let values):
      changed = .call(function, own.mapValues { $0.substituting(arguments) }, values)
    case .function(let function, let own, let captures):
      changed = .function(
        function, own.mapValues { $0.substituting(arguments) }, captures: captures)
    default: changed = kind
    }
    return TypedExpression(changed, type.substituting(arguments), at: span)
  }
}
