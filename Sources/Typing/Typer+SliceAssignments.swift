import Diagnostics
import Syntax

// Slices that are assigned: `xs[i..<j] = ys`. A function of the module `array` writes the elements.

extension Typer {
  /// The assignment of a slice as a call; nil if `target` is none, or none that can be written.
  mutating func sliceAssignment(_ target: ExpressionID, _ value: ExpressionID, at span: Span)
    -> TypedExpression?
  {
    guard case .index(let base, let indices) = tree[target], indices.count == 1,
      let range = indices.first,
      case .range(let lower, let upper, let isClosed, let step) = tree[range]
    else { return nil }
    let array = expression(base)
    guard let (element, length) = row(array.type), isOwnVariable(array) else {
      settledArguments[base] = array
      return nil
    }
    guard let place = place(of: array) else {
      _ = expression(value, expecting: .array(element))
      return TypedExpression(.invalid, .unknown, at: span)
    }
    let values = self.value(value, as: .array(element))
    let low = self.value(lower, as: .integer)
    let high = self.value(upper, as: .integer)
    let stride = step.map { self.value($0, as: .integer) }
    let name = (stride == nil ? "_put" : "_put_stepped") + (length == nil ? "" : "_fixed")
    guard let function = hiddenArrayFunction(name) else { return nil }
    var generics: [GenericID: GenericArgument] = [:]
    for generic in program[function].generics {
      generics[generic.id] = generic.kind == .length ? length.map { .length($0) } : .type(element)
    }
    let arguments: [TypedExpression] =
      [low, high] + (stride.map { [$0] } ?? [])
      + [TypedExpression(.boolean(isClosed), .boolean, at: span)]
    return TypedExpression(
      .call(function, generics, [.value(values), .place(place)] + arguments.map { .value($0) }),
      .unit, at: span)
  }

  /// What stands in an array, and its length where that is fixed; nil of a matrix and all else.
  private func row(_ type: Type) -> (element: Type, length: Length?)? {
    switch type {
    case .array(let element) where element != .never: (element, nil)
    case .fixedArray(let element, let lengths) where lengths.count == 1 && !element.isDevice:
      (element, lengths[0])
    default: nil
    }
  }

  /// Whether `value` is a variable or a part of one, and neither shared nor a dataset.
  private func isOwnVariable(_ value: TypedExpression) -> Bool {
    switch value.kind {
    case .local: return true
    case .member(let id):
      switch program[id].kind {
      case .dataset, .shared: return false
      default: return true
      }
    case .field(let base, _), .tupleElement(let base, _), .index(let base, _):
      return isOwnVariable(base)
    default: return false
    }
  }
}
