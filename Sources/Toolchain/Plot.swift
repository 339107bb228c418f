// Curves in a terminal: two by four dots to a character, axes with round numbers.

/// One axis of a plot: what it shows, and in which unit.
package struct PlotAxis: Hashable, Sendable {
  package let label: String
  /// Empty for bare numbers.
  package let unit: String
  package init(label: String, unit: String) {
    self.label = label
    self.unit = unit
  }

  /// As it stands beside the axis: `pulse / us`.
  var text: String { unit.isEmpty ? label : "\(label) / \(unit)" }
}

/// A curve over an axis; nil where a value is missing.
package struct Plot: Sendable {
  package let title: String
  package let x: PlotAxis
  package let y: PlotAxis
  package let points: [(x: Double, y: Double?)]

  package init(title: String, x: PlotAxis, y: PlotAxis, points: [(x: Double, y: Double?)]) {
    self.title = title
    self.x = x
    self.y = y
    self.points = points.filter { $0.x.isFinite && ($0.y?.isFinite ?? true) }
  }

  /// The lines of a drawing `width` columns wide and `height` lines high, with colours if asked
  /// for; empty where there is nothing to draw.
  package func lines(width: Int, height: Int, inColour: Bool) -> [String] {
    let values = points.compactMap(\.y)
    guard let lowest = values.min(), let highest = values.max(), let left = points.map(\.x).min(),
      let right = points.map(\.x).max()
    else { return [] }
    let vertical = Ruler(lowest, highest, intervals: max(2, height / 4))
    let horizontal = Ruler(left, right, intervals: max(2, width / 16), isTight: true)
    let labelWidth = vertical.ticks.map { vertical.text($0).count }.max() ?? 1
    let columns = max(8, width - labelWidth - 3)
    let rows = max(4, height - 4)
    var canvas = Canvas(columns: columns, rows: rows)
    draw(on: &canvas, horizontal, vertical)
    let dim = inColour ? "\u{1B}[2m" : ""
    let bold = inColour ? "\u{1B}[1m" : ""
    let curve = inColour ? "\u{1B}[36m" : ""
    let plain = inColour ? "\u{1B}[0m" : ""
    var lines = [bold + title + plain]
    // On each row at most one tick of the vertical axis.
    var labels = [String?](repeating: nil, count: rows)
    for tick in vertical.ticks {
      let row = rows - 1 - Int((vertical.place(tick) * Double(rows * 4 - 1)).rounded()) / 4
      if labels.indices.contains(row) { labels[row] = vertical.text(tick) }
    }
    for row in 0..<rows {
      let label = labels[row] ?? ""
      let margin = String(repeating: " ", count: labelWidth - label.count) + label
      let axis = "\(dim)\(margin) \(labels[row] == nil ? "│" : "┤")\(plain)"
      lines.append("\(axis)\(curve)\(canvas.text(row: row))\(plain)")
    }
    lines.append(
      contentsOf: bottom(horizontal, columns, indent: labelWidth).map { dim + $0 + plain })
    return lines
  }

  private func draw(on canvas: inout Canvas, _ horizontal: Ruler, _ vertical: Ruler) {
    var last: (Int, Int)?
    for point in points {
      guard let y = point.y else {
        last = nil
        continue
      }
      let dot = (
        Int((horizontal.place(point.x) * Double(canvas.columns * 2 - 1)).rounded()),
        Int(((1 - vertical.place(y)) * Double(canvas.rows * 4 - 1)).rounded())
      )
      canvas.line(from: last ?? dot, to: dot)
      last = dot
    }
  }

  /// The horizontal axis, its numbers, and what it shows.
  private func bottom(_ ruler: Ruler, _ columns: Int, indent: Int) -> [String] {
    var axis = [Character](repeating: "─", count: columns)
    var numbers = [Character](repeating: " ", count: columns + 8)
    var free = 0
    for tick in ruler.ticks {
      let column = Int((ruler.place(tick) * Double(columns * 2 - 1)).rounded()) / 2
      guard axis.indices.contains(column) else { continue }
      let text = Array(ruler.text(tick))
      let start = max(0, column - (text.count - 1) / 2)
      guard start >= free, start + text.count <= numbers.count else { continue }
      axis[column] = "┬"
      for (offset, character) in text.enumerated() { numbers[start + offset] = character }
      free = start + text.count + 1
    }
    let margin = String(repeating: " ", count: indent + 1)
    var line = String(numbers)
    while line.last == " " { line.removeLast() }
    let label = x.text
    let centred = String(repeating: " ", count: max(0, (columns - label.count) / 2)) + label
    return [margin + "└" + String(axis), margin + " " + line, margin + " " + centred]
  }
}

/// A range of values with round numbers in it.
private struct Ruler {
  let low: Double
  let high: Double
  let ticks: [Double]
  private let places: Int
  private let isExponential: Bool

  /// Covers `lowest...highest`, up to the next round number unless it is tight.
  init(_ lowest: Double, _ highest: Double, intervals: Int, isTight: Bool = false) {
    var lowest = lowest
    var highest = highest
    if lowest == highest {
      let room = lowest == 0 ? 1 : lowest.magnitude / 2
      lowest -= room
      highest += room
    }
    // What is round in decimal is not quite so in binary.
    let rough = max(
      (highest - lowest) / Double(intervals) * (1 - 1e-9), Double.leastNormalMagnitude * 1e9)
    var power = 1.0
    var exponent = 0
    while power * 10 <= rough, exponent < 300 {
      power *= 10
      exponent += 1
    }
    while power > rough, exponent > -290 {
      power /= 10
      exponent -= 1
    }
    let ratio = rough / power
    let factor = ratio <= 1 ? 1.0 : ratio <= 2 ? 2 : ratio <= 5 ? 5 : 10
    let step = power * factor
    if factor == 10 { exponent += 1 }
    let first =
      isTight ? (lowest / step - 1e-9).rounded(.up) : (lowest / step + 1e-9).rounded(.down)
    let last =
      isTight ? (highest / step + 1e-9).rounded(.down) : (highest / step - 1e-9).rounded(.up)
    low = isTight ? lowest : first * step
    high = isTight ? highest : last * step
    let count = last - first
    ticks =
      count.isFinite && count >= 0 && count < 1000
      ? (0...Int(count)).map { (first + Double($0)) * step } : []
    places = max(0, -exponent)
    isExponential = places > 6 || exponent > 9
  }

  /// Where `value` lies, from 0 to 1; in the middle where the range is too narrow to tell.
  func place(_ value: Double) -> Double {
    // Halves, since the whole range may be more than there are numbers.
    let share = (value / 2 - low / 2) / (high / 2 - low / 2)
    return share.isNaN ? 0.5 : min(max(share, 0), 1)
  }

  func text(_ tick: Double) -> String {
    if tick == 0 { return "0" }
    if isExponential { return tick.description }
    var scaled = tick.magnitude
    for _ in 0..<places { scaled *= 10 }
    guard let whole = Int64(exactly: scaled.rounded()) else { return tick.description }
    var digits = String(whole)
    if places > 0 {
      if digits.count <= places {
        digits = String(repeating: "0", count: places + 1 - digits.count) + digits
      }
      digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -places))
    }
    return (tick < 0 ? "-" : "") + digits
  }
}

/// Characters of two by four dots.
private struct Canvas {
  let columns: Int
  let rows: Int
  private var cells: [UInt8]

  init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
    cells = Array(repeating: 0, count: columns * rows)
  }

  /// The bit of each dot of a cell in the Unicode block of Braille patterns.
  private static let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]

  private mutating func set(_ x: Int, _ y: Int) {
    guard x >= 0, y >= 0, x < columns * 2, y < rows * 4 else { return }
    cells[y / 4 * columns + x / 2] |= Self.bits[y % 4][x % 2]
  }

  /// Sets the dots on the way from `start` to `end`, both included.
  mutating func line(from start: (Int, Int), to end: (Int, Int)) {
    let steps = max(abs(end.0 - start.0), abs(end.1 - start.1), 1)
    for step in 0...steps {
      let x = start.0 + Int((Double(end.0 - start.0) * Double(step) / Double(steps)).rounded())
      let y = start.1 + Int((Double(end.1 - start.1) * Double(step) / Double(steps)).rounded())
      set(x, y)
    }
  }

  func text(row: Int) -> String {
    var text = String.UnicodeScalarView()
    let line = cells[row * columns..<(row + 1) * columns]
    let end = line.lastIndex { $0 != 0 } ?? line.startIndex - 1
    for cell in line[..<(end + 1)] {
      if cell == 0 {
        text.append(" ")
      } else if let scalar = Unicode.Scalar(0x2800 + UInt32(cell)) {
        text.append(scalar)
      }
    }
    return String(text)
  }
}
