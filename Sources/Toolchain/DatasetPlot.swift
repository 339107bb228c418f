import Laboratory
package import Running
package import Typing
import Values

extension Plot {
  /// The curve of `dataset`, a dataset of numbers over one axis, or over its indices where it has
  /// none.
  ///
  /// Nil of all others, and where there is nothing to draw.
  package init?(_ dataset: RunRecord.Dataset, of record: RunRecord, in program: TypedProgram) {
    let rate = Double(max(program.description.core.ticksPerSecond, 1))
    guard dataset.axes.count <= 1, let element = dataset.type.element, element.element == nil,
      case .array(let elements) = dataset.value
    else { return nil }
    // The rows of a matrix are no curve.
    if case .fixedArray(_, let lengths) = dataset.type, lengths.count > 1 { return nil }
    let ys = elements.map { value -> Double? in
      if case .value(let constant) = value { constant.stored(element, rate) } else { nil }
    }
    guard ys.contains(where: { $0 != nil }) else { return nil }
    var xs = ys.indices.map { Double($0) }
    var across = PlotAxis(label: "index", unit: "")
    var scaleX = 1.0
    if let axis = dataset.axes.first, case .array(let values) = axis.values,
      let type = axis.type.element
    {
      let numbers = values.map { $0.stored(type, rate) ?? .nan }
      guard numbers.count == ys.count else { return nil }
      let unit = displayUnit(of: type, reaching: numbers.map(\.magnitude).max() ?? 0)
      xs = numbers
      across = PlotAxis(label: axis.name, unit: unit.name)
      scaleX = unit.scale
    } else if ys.count < 2 {
      return nil
    }
    let unit = displayUnit(of: element, reaching: ys.compactMap { $0?.magnitude }.max() ?? 0)
    var points = zip(xs, ys).map { (x: $0 / scaleX, y: $1.map { $0 / unit.scale }) }
    // Over an axis of pairs, or of infinite values alone, there is nothing to draw.
    guard points.contains(where: { $0.x.isFinite && $0.y?.isFinite == true }) else { return nil }
    // An axis need not be sorted; a curve is.
    points.sort { $0.x < $1.x }
    let up = PlotAxis(label: dataset.name, unit: unit.name)
    self.init(title: "\(record.experiment): \(up.text)", x: across, y: up, points: points)
  }
}

extension Constant {
  /// The number as stored, in seconds for durations; nil of what is no number.
  fileprivate func stored(_ type: Type, _ ticksPerSecond: Double) -> Double? {
    switch (self, type) {
    case (.integer(let ticks), .duration), (.integer(let ticks), .timestamp):
      Double(ticks) / ticksPerSecond
    case (.integer(let number), .integer), (.integer(let number), .integer32): Double(number)
    case (.float(let number), _): number
    default: nil
    }
  }
}
