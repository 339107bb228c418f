import Diagnostics
import Laboratory
import Syntax

// Long arrays that are written out as numbers.

extension Typer {
  /// `elements` as a table, and their type; nil unless all are numbers that this type has.
  func numbers(_ elements: [ExpressionID], wanted: Type?) -> (NumberTable, Type)? {
    if let unit = tree.commonUnit(elements) {
      return quantities(elements, in: unit, wanted: wanted)
    }
    let isFloat: Bool
    switch wanted {
    case nil: isFloat = tree.containsFloatLiteral(elements)
    case .integer, .integer32: isFloat = false
    case .float(let dimension)? where dimension.isNone: isFloat = true
    default: return nil
    }
    if isFloat { return tree.floats(elements).map { (.floats($0), .number) } }
    let limits = wanted == .integer32 ? Int64(Int32.min)...Int64(Int32.max) : Int64.min...Int64.max
    return tree.integers(elements, within: limits).map { (.integers($0), wanted ?? .integer) }
  }

  /// `elements`, which are all in `unit`, as a table, and their type; nil unless it has them all.
  private func quantities(
    _ elements: [ExpressionID], in unit: UnitExpression, wanted: Type?
  ) -> (NumberTable, Type)? {
    guard let scale = UnitScale(unit) else { return nil }
    if scale.dimension == .time, wanted == nil || wanted == .duration {
      let rate = UInt64(program.description.core.ticksPerSecond)
      let ticks: [Int64]? = tree.quantities(elements) { numeral in
        guard case .exact(let ticks) = scale.ticks(of: numeral, perSecond: rate) else { return nil }
        return ticks
      }
      return ticks.map { (.integers($0), .duration) }
    }
    guard wanted == nil || wanted == .float(scale.dimension) else { return nil }
    let values: [Double]? = tree.quantities(elements) { numeral in
      let value = scale.value(of: numeral)
      return value.isFinite ? value : nil
    }
    return values.map { (.floats($0), .float(scale.dimension)) }
  }
}
