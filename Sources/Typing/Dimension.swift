/// A generic parameter of a function or struct; unique in a program.
package struct GenericID: Hashable, Sendable, Comparable {
  package let index: Int32
  package static func < (a: GenericID, b: GenericID) -> Bool { a.index < b.index }
}

/// A physical dimension: powers of the base dimensions, and of generic parameters that stand for
/// dimensions.
package struct Dimension: Hashable, Sendable {
  /// Powers of second, metre, kilogram, ampere, kelvin, angle; the last two lanes are zero.
  package private(set) var exponents: SIMD8<Int8>
  /// Sorted by parameter, no zero powers.
  package private(set) var variables: [Variable]

  /// A generic parameter in the product, and its power.
  package struct Variable: Hashable, Sendable {
    package let parameter: GenericID
    package let power: Int8
  }

  package init(exponents: SIMD8<Int8>) {
    self.exponents = exponents
    variables = []
  }

  /// The dimension that the generic parameter `parameter` stands for.
  package init(parameter: GenericID) {
    exponents = SIMD8()
    variables = [Variable(parameter: parameter, power: 1)]
  }

  package init(
    second: Int8 = 0, metre: Int8 = 0, kilogram: Int8 = 0, ampere: Int8 = 0, kelvin: Int8 = 0,
    angle: Int8 = 0
  ) {
    self.init(exponents: SIMD8(second, metre, kilogram, ampere, kelvin, angle, 0, 0))
  }

  package static let none = Dimension()
  package static let time = Dimension(second: 1)
  package static let frequency = Dimension(second: -1)
  package static let angle = Dimension(angle: 1)
  package static let voltage = Dimension(second: -3, metre: 2, kilogram: 1, ampere: -1)

  package var isNone: Bool { exponents == SIMD8() && variables.isEmpty }

  package static func * (a: Dimension, b: Dimension) -> Dimension {
    var product = Dimension(exponents: a.exponents &+ b.exponents)
    if a.variables.isEmpty { product.variables = b.variables; return product }
    if b.variables.isEmpty { product.variables = a.variables; return product }
    var powers: [GenericID: Int8] = [:]
    for variable in a.variables + b.variables {
      powers[variable.parameter, default: 0] &+= variable.power
    }
    product.variables = powers.filter { $0.value != 0 }.sorted { $0.key < $1.key }
      .map { Variable(parameter: $0.key, power: $0.value) }
    return product
  }

  package static func / (a: Dimension, b: Dimension) -> Dimension { a * b.raised(to: -1) }

  /// The dimension to the power `n`, which must lie within -60...60.
  package func raised(to n: Int) -> Dimension {
    let n = Int8(clamping: n)
    if n == 0 { return .none }
    var result = Dimension(exponents: exponents &* SIMD8(repeating: n))
    result.variables = variables.map { Variable(parameter: $0.parameter, power: $0.power &* n) }
    return result
  }

  /// The dimension with every generic parameter that `arguments` names replaced.
  package func substituting(_ arguments: [GenericID: GenericArgument]) -> Dimension {
    guard !variables.isEmpty, !arguments.isEmpty else { return self }
    var result = Dimension(exponents: exponents)
    for variable in variables {
      if case .dimension(let dimension)? = arguments[variable.parameter] {
        result = result * dimension.raised(to: Int(variable.power))
      } else {
        result = result * Dimension(parameter: variable.parameter).raised(to: Int(variable.power))
      }
    }
    return result
  }
}
